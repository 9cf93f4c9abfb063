"""Where the words of a signed post begin. Each case: what the article says, and the post's own words."""

from __future__ import annotations

import pytest

from archiver.detect import find
from archiver.detect.extent import Ruler
from archiver.model import Article
from archiver.platforms.x.signature import SIGNATURE

ARTICLE = "The council met on Tuesday to discuss the bridge, and the debate went on until late in the evening."
PARAGRAPH = f"{ARTICLE} Several schools had sent their pupils home early, the mayor said."
LONG_SENTENCE = (
    "Besides the bridge there are the ferries of which J. K. Harbour wrote, the old mill with its two wheels, the "
    "market hall and the lanterns of the lower town, all of which were repaired in the last ten years, as the council "
    "has told everybody who asked, and many who did not. "
)
SIGNED = "— Ana Example (@ana_example) November 9, 2022"


def words_of(text: str) -> str | None:
    (mention,) = find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text))
    return mention.text


@pytest.mark.parametrize(
    ("before", "words"),
    [
        # a lead-in above several paragraphs
        (f"{ARTICLE}\n\nShe wrote on Tuesday:\n\n", "No boats today.\n\nThe wind is too strong.\n\nStay at home."),
        # hashtags and emoji in the paragraph above
        (f"{ARTICLE}\n\n", "No boats today! 🌊\n\nThe wind is too strong for the ferry."),
        # a post in another language than the article, of several paragraphs
        (f"{ARTICLE}\n\n", "Heute fährt keine Fähre, der Wind ist zu stark.\n\nBitte bleibt alle zu Hause und wartet."),
        # the article names the author, and quotes the words
        (f"{ARTICLE}\nAna Example had warned that the boats would not go.\n", "No boats today, the wind is strong."),
        ("She said that “no boats go today, the wind is strong”.\n", "No boats go today, the wind is strong."),
        # two sentences and more on one line are a paragraph
        (f"{PARAGRAPH}\n", "No boats today."),
        # a post that answers begins with whom it answers
        (f"{ARTICLE}\nThe ferry was late again on Wednesday, of course.\n", "@ben_sample No boats today, sorry!"),
        # the author's own permalink and a label are not the words
        ("https://x.com/ana_example/status/1590173336165216257\n", "No boats today, the wind is too strong for them."),
        (f"{ARTICLE}\nVia: ", "No boats today, the wind is too strong for them."),
    ],
)
def test_on_lines(before: str, words: str) -> None:
    joint = "\n\n" if "\n\n" in words else "\n"
    assert words_of(f"{before}{words}{joint}{SIGNED}{joint}{ARTICLE}") == words


@pytest.mark.parametrize(
    ("before", "words"),
    [
        # an initial ends no sentence, and the article's whole sentence does not fit
        (LONG_SENTENCE, "No boats today, the wind is too strong for the small ones."),
        ("The council met.A few came.", "No boats today."),
        ("Der Rat hat am Dienstag über die Brücke beraten und wird es weiter tun. ", "No boats today, and so it is."),
        ("Ana Example has asked everybody to wait. ", "No boats today."),
    ],
)
def test_within_a_line(before: str, words: str) -> None:
    text = words_of(f"{before}{words} {SIGNED} {ARTICLE}")
    assert text is not None
    assert text.endswith(words)
    assert text == words or before.endswith("came.")


def test_blank_lines_are_counted_as_one() -> None:
    ruler = Ruler.on(SIGNATURE, "2022-11-09")
    assert ruler.weight("one\n\n\n\ntwo") == ruler.weight("one two")


def test_a_marker_with_the_authors_handle_says_where_the_post_begins() -> None:
    words = "No boats today.\n\nThe wind is too strong for the ferry and for us all, as it was.\n\nStay at home."
    assert words_of(f"{ARTICLE}\n\nSkip Twitter post by @ana_example\n\n{words}\n\n{SIGNED}\n\n{ARTICLE}") == words


def test_each_platform_has_its_own_limit() -> None:
    words = " ".join(f"The boat number {n} leaves at noon and comes back with the tide." for n in range(5))
    assert len(words) > 280
    for handle, whole in (("@ana_example", False), ("@ana@server.example", True)):
        text = words_of(f"{words} — Ana ({handle}) November 9, 2024")
        assert (text == words) is whole
