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


@pytest.mark.parametrize(
    ("before", "words", "behind"),
    [
        # the article counts what it shows
        (f"{ARTICLE}\n1.\n", "No boats today, said nobody ever.", f"2.\n{ARTICLE}"),
        (f"{ARTICLE}\n1. The ferry\n", "No boats today, said nobody ever.", f"2. The mill\n{ARTICLE}"),
        (f"{ARTICLE}\n\n12.\n\n", "No boats today, said nobody ever.", ARTICLE),
        # a post that counts has several numbers
        (f"{ARTICLE}\n\n", "What we need:\n1. boats\n2. less wind", ARTICLE),
        # what several people say, one line each
        (f"{ARTICLE}\n\n", "Ana: “Do the boats go today?”\nBen: “Not in this wind.”", ARTICLE),
    ],
)
def test_numbers_and_dialogues(before: str, words: str, behind: str) -> None:
    joint = "\n\n" if "\n\n" in before else "\n"
    assert words_of(f"{before}{words}\n{SIGNED}{joint}{behind}") == words


@pytest.mark.parametrize(
    "words",
    [
        "europe all evening // europe now\n\nwith the boats on land #ferry",
        "I went down to the pier today.\n\nThe ferry did not go.",
        "We told our guests to stay at home.\n\nThe ferry did not go.\n\nIt will be back on Monday.",
        "No boats today 🌊\n\nFerry\n\nCouncil\n\nSee the pier",
    ],
)
def test_paragraphs_that_are_written_as_no_article_is(words: str) -> None:
    assert words_of(f"{ARTICLE}\n\n{words}\n\n{SIGNED}\n\n{ARTICLE}") == words


def test_an_article_that_speaks_of_itself_too_is_no_post() -> None:
    text = f"I was at the council on Tuesday.\n\nThe debate was long.\n\nNo boats today.\n\n{SIGNED}\n\nI went home."
    assert words_of(text) == "No boats today."


def test_an_article_that_is_indented_throughout_has_no_indented_posts() -> None:
    text = f"    {ARTICLE}\n\n    The mayor left early.\n\n    No boats today.\n\n    {SIGNED}\n\n    {ARTICLE}"
    assert words_of(text) == "No boats today."


def test_a_quotation_mark_glued_to_a_post_is_the_articles() -> None:
    long = LONG_SENTENCE.rstrip(". ")
    assert words_of(f'{long}, and is it "over?"No boats today, and so it is. {SIGNED} {ARTICLE}') == (
        "No boats today, and so it is."
    )


def test_a_quoted_post_that_ends_in_a_picture_is_not_the_rest_of_the_one_before() -> None:
    first = "> The mill turns again.\n> \n> -- Ben Sample (@ben_sample) May 16, 2018"
    second = "> No boats today. pic.twitter.com/AbCdEfGhIj\n> \n> -- Ana Example (@ana_example)"
    mentions = find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=f"{first}\n\n{second}\n\n{ARTICLE}"))
    assert [(m.handle, m.continuation) for m in mentions] == [("ben_sample", None), ("ana_example", None)]
    assert "No boats today. pic.twitter.com/AbCdEfGhIj" in (mentions[1].text or "")


@pytest.mark.parametrize(
    "words",
    [
        "The boats of \n@ferry_example\n are late, and \n#everybody\n is on the pier. \nhttps://t.co/AbCdEfGhIj",
        "The boats are late today, and everybody is on the pier again. \npic.twitter.com/AbCdEfGhIj",
        "Everybody on the pier \n#ferry\n#wind\n 👇",
    ],
)
def test_links_on_lines_of_their_own_belong_to_the_words_around_them(words: str) -> None:
    assert words_of(f"{PARAGRAPH}\n{words}\n{SIGNED}\n{PARAGRAPH}") == words


def test_a_post_that_was_cut_fills_the_limit() -> None:
    first = "Nobody wanted to believe it, but the old ferry has left without a passenger."
    second = "She turned at the lighthouse, blew her horn three times and came back again."
    third = "The captain says that the wind, the tide and the council are to blame, and that it may well…"
    words = f"{first}\n\n{second}\n\n{third} https://t.co/AbCdEfGhIj"
    assert words_of(f"{ARTICLE}\n\n{words}\n\n{SIGNED}\n\n{ARTICLE}") == words
    short = "The captain says that the wind is to blame, and that it may well…"
    assert words_of(f"{ARTICLE}\n\n{short}\n\n{SIGNED}\n\n{ARTICLE}") == short


@pytest.mark.parametrize("first", ["BREAKING:", "JUST IN:", "🚨 WATCH:"])
def test_a_shouted_first_line_leads_to_nothing_else(first: str) -> None:
    words = f"{first}\n\nNo boats today, says the harbour."
    assert words_of(f"{ARTICLE}\n\n{words}\n\n{SIGNED}\n\n{ARTICLE}") == words


@pytest.mark.parametrize(
    ("before", "words"),
    [
        # marks of quotation within a post are not all of it
        (f"{ARTICLE}\n\n", "The mayor, who never came, to the captain: “please get out of the way”"),
        ("Ana Example wrote on her page on Tuesday: ", "“No boats today, the wind is strong”"),
    ],
)
def test_quotations_within_posts(before: str, words: str) -> None:
    assert words_of(f"{before}{words}\n\n{SIGNED}\n\n{ARTICLE}") == words


def test_a_word_in_marks_is_no_report_of_what_somebody_said() -> None:
    words = 'The ferry made "some" noise again for everybody else. It needs a new engine.'
    assert words_of(f"{LONG_SENTENCE}{words} {SIGNED} {ARTICLE}") == words


def test_numbers_on_one_line() -> None:
    one, two = "The mill turns again, they say.", "No boats today, said nobody ever."
    text = f"Our favourites. 1. {one} — Ben (@ben_sample) May 3, 2021 2. {two} {SIGNED} 3. The rest"
    mentions = find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text))
    assert [mention.text for mention in mentions] == [one, two]


def test_gaps_that_are_wider_within_a_post_than_behind_it() -> None:
    first = "The mill turns. — Ben Sample (@ben_sample) May 3, 2021"
    text = f"{first}\n\nNobody: “Nothing.”\n\n\n\nMy last word is this:\n\n\n\nNo boats today. {SIGNED}\n\n{ARTICLE}"
    mentions = find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text))
    assert (mentions[-1].text or "").startswith("Nobody")


def test_a_long_line_without_a_mark_at_its_end_is_no_paragraph_of_an_article() -> None:
    words = "The ferry that was to leave this morning at eight o'clock did not leave at all\nBe patient, please."
    assert words_of(f"{PARAGRAPH}\n{words}\n{SIGNED}\n{PARAGRAPH}") == words


@pytest.mark.parametrize("label", ["Advertisement", "Anzeige", "Publicidad", "Реклама", "広告"])
def test_the_label_of_an_advertisement_is_not_the_posts(label: str) -> None:
    words = "No boats today, and the wind is\nstill strong. #ferry"
    assert words_of(f"{ARTICLE}\n\n{label}\n{words}\n\n{SIGNED}\n\n{ARTICLE}") == words


def test_lines_that_several_people_say() -> None:
    words = (
        "Ana: “Does the ferry of the morning go today, or do we have to wait for the next one?”\n"
        "Ben: “Not in this wind.” https://t.co/AbCdEfGhIj"
    )
    assert words_of(f"{PARAGRAPH}\n{words}\n{SIGNED}\n{PARAGRAPH}") == words


def test_latin_terms_in_a_japanese_post_are_no_other_language() -> None:
    words = "今日はフェリーが出ません。link: Harbour Board https://t.co/AbCdEfGhIj"
    assert words_of(f"{words} {SIGNED}") == words
    # while a sentence in another language behind it is one
    assert words_of(f"今日はフェリーが出ません。No boats today, and so it is for all of us. {SIGNED}") == (
        "No boats today, and so it is for all of us."
    )


def test_small_letters_after_an_indented_post() -> None:
    first = "    The mill turns again.\n\n    — Ben (@ben_sample) May 3, 2021\n\n"
    text = f"{first}    on. the. pier.\n\n    we’re. there. https://t.co/AbCdEfGhIj\n\n    {SIGNED}\n\n{ARTICLE}"
    mentions = find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text))
    assert (mentions[-1].text or "").startswith("on. the. pier.")


@pytest.mark.parametrize("lead", ["Ana Example wrote on Tuesday:", "Das schrieb sie am Dienstag:", "قال:"])
def test_what_leads_to_a_post_that_ends_the_text_is_not_the_posts(lead: str) -> None:
    words = "No boats today, and the wind is still strong."
    assert words_of(f"{lead}\n{words}\n{SIGNED}") == words


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("Der Pegel steigt weiter. Die Feuerwehr schrieb: ", "Wir pumpen seit vier Uhr früh."),
        ("The quay is lost. The harbour master tweeted: ", "Nobody goes out tonight."),
        ("El agua sube. El alcalde escribió: ", "No vamos a cerrar el puente."),
        ("It rained. ", "Then I wrote: Nobody listens."),
        ("It rained. ", "Water levels: Four metres at noon."),
    ],
)
def test_a_sentence_on_the_same_line_that_tells_who_wrote(before: str, words: str) -> None:
    text = f"{before}{words} — Ana Example (@ana_example) May 3, 2021 By noon it was over."
    [mention] = find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text))
    assert (mention.text or "").endswith(words)
    if ":" in before:
        assert mention.text == words
