"""Posts flattened into text. Invariants: offsets cut the post out of the text exactly, no two posts overlap, and the
work grows with the text, not faster."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import extent, find
from archiver.language import dates
from archiver.model import Article, Mention
from archiver.platforms.x.signature import SIGNATURE

ARTICLE = "The council met on Tuesday to discuss the bridge, and the debate went on until late in the evening."
WORDS = "The bridge is open again, thanks to everyone who worked on it."


def found(text: str, **more: str) -> list[Mention]:
    return find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text, **more))


def one(text: str) -> Mention:
    mentions = found(text)
    assert len(mentions) == 1, mentions
    mention = mentions[0]
    assert mention.start is not None
    assert mention.text is None or text[mention.start :].startswith(mention.text)
    return mention


@pytest.mark.parametrize(
    ("signature", "name", "handle", "date"),
    [
        ("— Ana Example (@ana_example) November 9, 2022", "Ana Example", "ana_example", "2022-11-09"),
        ("—Ana Example (@ana_example) 9 November 2022", "Ana Example", "ana_example", "2022-11-09"),
        ("– Ana Example (ana_example) November 9, 2022", "Ana Example", "ana_example", "2022-11-09"),
        ("- Ana Example (@ana_example), 9. November 2022", "Ana Example", "ana_example", "2022-11-09"),
        ("??? Ana Example (@ana_example) November 9, 2022", "Ana Example", "ana_example", "2022-11-09"),
        ("&mdash; Ana Example (@ana_example) 1667952000000", "Ana Example", "ana_example", "2022-11-09"),
        ("â€” Ana Example (@ana_example) November 9, 2022", "Ana Example", "ana_example", "2022-11-09"),
        ("— Ana (Bridge & River) (@ana_example) 9 Kasım 2022", "Ana (Bridge & River)", "ana_example", "2022-11-09"),
        ("— アナ@休み (@ana_example) 2022年11月9日", "アナ@休み", "ana_example", "2022-11-09"),
        ("— Ana Example - River (@ana_example) November 9, 2022", "Ana Example - River", "ana_example", "2022-11-09"),
        ("— Ana 🏳️\u200d🌈 (@ana_example) November 9, 2022", "Ana 🏳️\u200d🌈", "ana_example", "2022-11-09"),
        ("— \u2067عنا\u2069 (\u200e@ana_example\u200f) ٩ نوفمبر ٢٠٢٢", "عنا", "ana_example", "2022-11-09"),
        ("— (@ana_example) November 9, 2022", None, "ana_example", "2022-11-09"),
        ("— Ana Example (@ ana_example) del 9 de noviembre, 2022", "Ana Example", "ana_example", "2022-11-09"),
        ("— Ana Example （＠ana_example） 2022年11月9日", "Ana Example", "ana_example", "2022-11-09"),
        ("— Ana Example (@ana\\_example) November 9, 2022", "Ana Example", "ana_example", "2022-11-09"),
        ("— Ana Example @ana_example November 9, 2022", "Ana Example", "ana_example", "2022-11-09"),
        ("— Ana Example (@ana_example)\nNovember 9, 2022", "Ana Example", "ana_example", "2022-11-09"),
        ("— Ana Example (@ana_example) January *NUMBER*, *NUMBER*", "Ana Example", "ana_example", None),
        ("— Ana Example (@ana_example)", "Ana Example", "ana_example", None),
    ],
)
def test_signatures_on_their_own_line(signature: str, name: str | None, handle: str, date: str | None) -> None:
    text = f"{ARTICLE}\n\n{WORDS}\n{signature}\n\n{ARTICLE}"
    mention = one(text)
    assert (mention.display_name, mention.handle, mention.date) == (name, handle, date)
    assert mention.start is not None
    assert mention.end is not None
    assert text[mention.start : mention.end] == f"{WORDS}\n{signature}"
    assert mention.text == WORDS
    assert (mention.rule, mention.platform) == ("x.signature", "x")
    assert mention.confidence >= 0.5
    assert mention.date_basis == ("utc" if date else None)


def test_no_dash_and_the_next_sentence_glued_to_the_year() -> None:
    mention = one(f"{ARTICLE}\n\n{WORDS} Ana J. Example (@ana_example) November 9, 2022The council met again.")
    assert (mention.display_name, mention.date, mention.text) == ("Ana J. Example", "2022-11-09", WORDS)


def test_a_cut_year_at_the_end_of_the_text() -> None:
    mention = one(f"{ARTICLE}\n\n{WORDS} — Ana Example (@ana_example) February 11, 202")
    assert mention.date is None
    assert mention.end == len(f"{ARTICLE}\n\n{WORDS} — Ana Example (@ana_example) February 11, 202")


def test_markdown_link_to_the_post() -> None:
    url = "https://twitter.com/ana_example/status/1590173336165216257?ref_src=twsrc%5Etfw"
    mention = one(f"> {WORDS}\n>\n> — Ana Example (@ana\\_example) [November 9, 2022]({url})\n")
    assert (mention.post_id, mention.found_url) == ("1590173336165216257", url)
    assert mention.url == "https://x.com/ana_example/status/1590173336165216257"


def test_the_rest_of_a_post_after_its_signature() -> None:
    rest = "More of it below, with the second span. pic.twitter.com/AbCdEfGhIj"
    mention = one(f"{ARTICLE}\n{WORDS}\n— Ana Example (@ana_example) June 1, 2023\n{rest}\n{ARTICLE}")
    assert (mention.text, mention.continuation) == (WORDS, rest)
    assert mention.links == ("pic.twitter.com/AbCdEfGhIj",)


def test_the_next_post_is_not_the_rest_of_the_one_before() -> None:
    text = "".join(
        f"Post number {n} here. pic.twitter.com/AbCdEfGh{n}\n— Ana (@ana) June {n}, 2023\n" for n in (1, 2, 3)
    )
    assert [m.text for m in found(text)] == [f"Post number {n} here. pic.twitter.com/AbCdEfGh{n}" for n in (1, 2, 3)]


def test_a_picture_without_signature() -> None:
    mention = one(f"{ARTICLE}\nDie Brücke ist wieder offen pic.twitter.com/AbCdEfGhIj\n{ARTICLE}")
    assert (mention.rule, mention.handle, mention.text) == (
        "x.picture",
        None,
        "Die Brücke ist wieder offen pic.twitter.com/AbCdEfGhIj",
    )


def test_line_ends_of_windows_change_nothing_but_offsets() -> None:
    text = f"{ARTICLE}\n\n{WORDS}\n— Ana Example (@ana_example) November 9, 2022\n\n{ARTICLE}"
    plain, windows = one(text), one(text.replace("\n", "\r\n"))
    assert (windows.text, windows.date, windows.display_name) == (plain.text, plain.date, plain.display_name)
    assert (windows.start, plain.start) == (len(ARTICLE) + 4, len(ARTICLE) + 2)


def test_handle_before_the_text() -> None:
    mention = one(f"{ARTICLE}\n@ana_example: {WORDS}\n{ARTICLE}")
    assert (mention.rule, mention.handle, mention.text) == ("x.prefix", "ana_example", WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "Follow Ana Example (@ana_example) on Twitter",
        "By Ana Example (@ana_example)",
        "Photo: Ana Example (@ana_example) / Agency, November 9, 2022",
        "Photo by Ana Example (@ana_example) November 9, 2022",
        "Speakers: Ana Example (@ana_example), Ben Sample (@bsample) and Cem Örnek (@cem).",
        "Ana Example @ana_example Updated Nov 9, 2022, 2:15pm EDT",
        "A post shared by Ana Example (@ana_example) on Nov 9, 2022 at 9:21pm PST",
        "Ein Beitrag geteilt von Ana Example (@ana_example) am 9. Nov 2022 um 0:31 Uhr",
        "Публикация от Ана (@ana_example)9 Ноя 2022 в 1:10 PDT",
        "A post shared by Ana Example (@ana_example)",
        "— A post shared by Ana Example (@ana_example) November 9, 2022",
        "It rained. — Ana Example (@ana.bsky.social) November 9, 2022 at 3:02 PM",
        "It rained. — Ana Example (@ana_example) November 9, 2022 at 3:02 PM",
        "Post by @ana_example View on Threads",
        "The budget passed (Gazette, November 9, 2022) without debate.",
        "Smith, Ana (November 9, 2022). “Bridges”.",
        '"We built it." — Ana Example, River Town, November 9, 2022',
        "Senator Ana Example (D-River) March 3, 2016",
        "@media (min-width: 30em) and (max-width: 60em) { a: b }",
        "ana@example.org wrote on November 9, 2022",
    ],
)
def test_what_only_looks_like_a_post(text: str) -> None:
    posts = found(f"{ARTICLE}\n\n{text}\n\n{ARTICLE}")
    assert [m for m in posts if m.platform == "x"] == []


SIGNED = "— Ana Example (@ana_example) November 9, 2022"


@pytest.mark.parametrize(
    ("before", "words", "after"),
    [
        (f"{ARTICLE}\n\n", f"{WORDS}\nSee you there!", "\n\n"),
        (f"{ARTICLE}\nShe wrote:\n", WORDS, "\n"),
        (f"{ARTICLE}\nAdvertising\n", WORDS, "\n"),
        (f"{ARTICLE}\n", "#Bridge is open 🎉\nThanks to everyone who worked on it!", "\n"),
        (f"{ARTICLE}\n", "What we need:\n- more rope\n- fewer meetings", "\n"),
        ("“It was late,” Example told the paper.\n", WORDS, "\n"),
        (f"{ARTICLE}\n", "„Die Brücke ist wieder offen. Danke an alle!“", "\n"),
        ("Der Rat hat am Dienstag über die Brücke beraten, und die Debatte ging bis in die Nacht. ", WORDS, " "),
        ("नदी फिर से बढ़ रही है। पुल खुला है। ", WORDS, " "),
        ("Совет обсуждал мост до позднего вечера. ", WORDS, " "),
        ("End of Twitter post by @ana_example\n", WORDS, "\n"),
    ],
)
def test_where_the_words_begin(before: str, words: str, after: str) -> None:
    joint = "\n" if after != " " else " "
    mention = one(f"{before}{words}{joint}{SIGNED}{after}{ARTICLE}")
    assert mention.text == words


def test_a_post_of_140_did_not_hold_280() -> None:
    first = "The mayor, the council and the engineers met near the old mill and talked about the river for hours."
    text = f"{first} {WORDS} — Ana Example (@ana_example) May 9, {{year}}"
    assert one(text.format(year=2015)).text == WORDS
    assert one(text.format(year=2022)).text == f"{first} {WORDS}"


PIECES = st.sampled_from(
    [
        *(
            "— ",
            "– ",
            "Ana Example",
            " (@ana_example) ",
            "(ana) ",
            "November 9, 2022",
            "9 мая 2022 г.",
            "\n",
            "\n\n",
            " ",
            "“",
            "”",
        ),
        *(
            "pic.twitter.com/AbCdEfGhIj",
            "https://t.co/AbCdEfGhIj",
            "@ana: ",
            "It rained. ",
            "雨だった。",
            ": ",
            "\u200f",
            "…",
            "\r\n",
        ),
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_spans_cut_the_text_and_do_not_overlap(text: str) -> None:
    end = 0
    for mention in found(text):
        assert mention.start is not None
        assert mention.end is not None
        if mention.times == 1:
            assert end <= mention.start
            end = mention.end
        assert mention.start < mention.end <= len(text)
        if mention.text is not None:
            assert mention.text in text[mention.start : mention.end]


def test_one_mention_for_one_post_shown_twice() -> None:
    post = f"{WORDS}\n{SIGNED}"
    mention = one(f"{post}\n\n{ARTICLE}\n\n{post}")
    assert (mention.times, mention.start) == (2, 0)


@pytest.mark.parametrize(
    "unit", ["(@ana_example) 9 ", f"{WORDS} {SIGNED} ", "— Ana (@ana) ", "word pic.twitter.com/AbCdEfGh ", "@ana: "]
)
def test_work_grows_with_the_text_and_not_faster(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts the code points that the two windowed readers look at, for a text and one four times as long."""
    looked = 0
    fold, words_before = dates.fold, extent.words_before

    def counting_fold(text: str) -> tuple[str, list[int]]:
        nonlocal looked
        looked += len(text)
        return fold(text)

    def counting_words(text: str, floor: int, end: int, *args: object, **more: object) -> int:
        nonlocal looked
        looked += min(end - floor, extent.REACH)
        return words_before(text, floor, end, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(dates, "fold", counting_fold)
    monkeypatch.setattr(extent, "words_before", counting_words)
    counts = []
    for size in (50, 200):
        looked = 0
        found(unit * size)
        counts.append(looked)
    assert counts[1] <= 4 * counts[0] + 5000


def test_the_limit_counts_links_and_wide_characters_as_the_platform_does() -> None:
    old, new = extent.Ruler.on(SIGNATURE, "2015-01-01"), extent.Ruler.on(SIGNATURE, "2022-01-01")
    assert (old.limit, new.limit) == (140, 280)
    assert old.weight("雨" * 10) == 10
    assert new.weight("雨" * 10) == 20
    assert new.weight("see https://example.org/a/very/long/address/that/goes/on") == len("see ") + 23


@pytest.mark.parametrize(
    "line",
    [
        "The rooms were clean and the breakfast was late. – Maria (Berlin) May 3, 2021",
        "The dates of the course are on the website. – Registration (open) September 1, 2023",
        "My favourite scene of the year. — The Long Table (Korean) May 30, 2019",
        "The talks go on. — Harbour News (AP) November 9, 2022",
        "It has rained for days. — Petra (42) May 3, 2021",
        "The best of all. — The Long Table (S01E02) May 30, 2019",
        "The paper is out. — Commission (EU_2021) May 30, 2021",
        "Muy buen servicio. — María (Madrid) 3 de mayo de 2021",
    ],
)
def test_a_plain_word_in_parentheses_after_a_name_is_only_a_guess(line: str) -> None:
    article = Article(source="t", uri="urn:example:t", digest="sha256:00", text=line)
    assert find(article) == []
    assert [mention.confidence for mention in find(article, min_confidence=0)] in ([0.4], [0.3])


@pytest.mark.parametrize(
    "handle", ["mora_vell", "MoraVell", "moravell", "mvell77"], ids=["underscore", "capital", "the name's", "digits"]
)
def test_a_lost_at_is_no_doubt_where_the_word_is_a_handle(handle: str) -> None:
    article = Article(
        source="t", uri="urn:example:t", digest="sha256:00", text=f"Snow. – Mora Vell ({handle}) May 3, 2021"
    )
    assert [(m.handle, m.confidence) for m in find(article)] == [(handle, 0.97)]


SIGNED = "Ana Example (@ana_example) November 9, 2022"


@pytest.mark.parametrize("words", ["No boats today.", "The bridge is open again.", "Never"])
@pytest.mark.parametrize("heading", ["What the ferryman said", "Quiet"])
def test_a_heading_above_a_short_post_is_the_articles(heading: str, words: str) -> None:
    assert one(f"{ARTICLE}\n\n{heading}\n\n{words} — {SIGNED}\n\n{ARTICLE}").text == words


def test_several_lines_set_apart_as_verse_are_one_post() -> None:
    verse = "The bridge is up\n\nThe boats are gone\n\nThe night is long."
    assert one(f"{ARTICLE}\n\n{verse} — {SIGNED}\n\n{ARTICLE}").text == verse


def test_a_label_of_another_platform_is_no_signature_of_this_one() -> None:
    assert found("The gate is shut.\n\nTelegram: Mora Vell (@mora_channel), May 3, 2021") == []


def test_after_a_colon_the_words_follow_and_what_stands_above_is_not_the_post() -> None:
    text = f"{ARTICLE}\n\nMora Vell (@mora_vell) May 3, 2021: The gate is shut, and the ferry too.\n\n{ARTICLE}"
    mention = one_of(text)
    assert (mention.handle, mention.text) == ("mora_vell", "The gate is shut, and the ferry too.")
    assert (
        text[mention.start : mention.end] == "Mora Vell (@mora_vell) May 3, 2021: The gate is shut, and the ferry too."
    )


def one_of(text: str) -> Mention:
    (mention,) = found(text)
    return mention
