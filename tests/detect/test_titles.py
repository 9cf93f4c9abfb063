"""Posts whose author's name stands before their words: page titles, frames' titles, the old way of newspapers."""

from __future__ import annotations

import pytest

from archiver.detect import find
from archiver.model import Article, Mention

ARTICLE = "The council met on Tuesday to discuss the bridge, and the debate went on until late in the evening."
WORDS = "The bridge is open again, thanks to everyone who worked on it."


def found(line: str) -> list[Mention]:
    text = f"{ARTICLE}\n\n{line}\n\n{ARTICLE}"
    mentions = find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text))
    for mention in mentions:
        assert mention.start is not None
        assert mention.end is not None
        assert text[mention.start : mention.end] == line
    return mentions


@pytest.mark.parametrize(
    ("line", "platform"),
    [
        (f'Ana Example (@ana_example) on X: "{WORDS}"', "x"),
        (f"Ana Example (@ana_example) on Twitter: “{WORDS}”", "x"),
        (f"Ana Example (@ana_example) on X: “{WORDS}” / X", "x"),
        (f"Ana Example (@ana_example) auf X: „{WORDS}“", "x"),
        (f"Ana Example (@ana_example) en Twitter: «{WORDS}»", "x"),
        (f"Ana Example (@ana_example) sur X : « {WORDS} »", "x"),
        (f'Ana Example (@ana_example) X\'te: "{WORDS}"', "x"),
        (f"Ana Example (@ana_example) 在 X 上：“{WORDS}”", "x"),
        (f"Ana Example (@ana_example) hat getwittert: {WORDS}", "x"),
        (f"Ana Example (@ana_example) Tweetledi: {WORDS}", "x"),
        (f"Ana Example (@ana_example) ha twittato: {WORDS}", "x"),
        (f"Ana Example (@ana_example) on Threads: “{WORDS}”", "threads"),
    ],
)
def test_titles_in_several_languages(line: str, platform: str) -> None:
    (mention,) = found(line)
    assert (mention.platform, mention.handle, mention.display_name) == (platform, "ana_example", "Ana Example")
    assert mention.text == WORDS
    assert mention.date is None


def test_the_quotation_ends_where_it_closes_and_not_at_a_quotation_within() -> None:
    (mention,) = found('Ana Example (@ana_example) on X: "The "old" bridge is open"')
    assert mention.text == 'The "old" bridge is open'


@pytest.mark.parametrize("line", ["Tweet von Ana Example (@ana_example)", "A Tweet by Ana Example (@ana_example)"])
def test_a_frames_title_alone_names_its_author(line: str) -> None:
    (mention,) = found(line)
    assert (mention.handle, mention.display_name, mention.text) == ("ana_example", "Ana Example", None)


def test_the_name_before_words_that_only_a_post_has() -> None:
    (mention,) = found("Ana Example (@ana_example) We’ve opened the bridge again! #OpenBridge")
    assert (mention.handle, mention.display_name) == ("ana_example", "Ana Example")
    assert mention.text == "We’ve opened the bridge again! #OpenBridge"
    assert mention.rule == "x.name-first"


@pytest.mark.parametrize(
    "line",
    [
        "Ana Example (@ana_example) Political correspondent of the Gazette, covering bridges and ferries",
        "Ana Example (@ana_example) is a reporter in Harbour Town.",
        "Ana Example (@ana_example), Ben Sample (@ben_sample) and others were there.",
        "Follow Ana Example (@ana_example) on X: she writes about bridges.",
        "Ana Example (@ana_example) on X",
        "Subscribe to the channel of Ana Example (@ana_example)",
    ],
)
def test_biographies_and_lists_are_no_posts(line: str) -> None:
    assert found(line) == []
