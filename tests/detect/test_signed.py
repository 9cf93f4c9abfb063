"""Signatures of several platforms in one text, and what copying, editing and translating leave of them."""

from __future__ import annotations

import pytest

from archiver.detect import find
from archiver.model import Article, Mention

ARTICLE = "The council met on Tuesday to discuss the bridge, and the debate went on until late in the evening."
WORDS = "The bridge is open again, thanks to everyone who worked on it."


def found(text: str) -> list[Mention]:
    return find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text))


def signed(signature: str) -> Mention:
    (mention,) = found(f"{ARTICLE}\n\n{WORDS}\n{signature}\n\n{ARTICLE}")
    assert mention.text == WORDS
    return mention


@pytest.mark.parametrize(
    ("signature", "platform", "handle", "date", "basis"),
    [
        ("— Ana (@ana_example) May 3, 2021", "x", "ana_example", "2021-05-03", "utc"),
        ("— Ana (@ana.bsky.social) May 3, 2024", "bluesky", "ana.bsky.social", "2024-05-03", "viewer"),
        ("— Ana (@ana.bsky.social) May 3, 2024 at 3:02 PM", "bluesky", "ana.bsky.social", "2024-05-03", "viewer"),
        ("— Ana (@ana.example) 3 May 2024 at 15:02", "bluesky", "ana.example", "2024-05-03", "viewer"),
        (
            "— Ana (@ana.bsky.social) 2024-05-03T15:02:11.123Z",
            "bluesky",
            "ana.bsky.social",
            "2024-05-03T15:02:11Z",
            "utc",
        ),
        (
            "— Ana (@ana.bsky.social) May 3, 2024 at 3:02 PM PDT",
            "bluesky",
            "ana.bsky.social",
            "2024-05-03T15:02:00-07:00",
            "viewer",
        ),
        ("— Ana (@ana@server.example) May 3, 2024", "mastodon", "ana@server.example", "2024-05-03", "viewer"),
        ("— Ana (@ana@server.example) May 3, 2024, 15:02", "mastodon", "ana@server.example", "2024-05-03", "viewer"),
    ],
)
def test_the_handle_and_the_time_tell_the_platform(
    signature: str, platform: str, handle: str, date: str, basis: str
) -> None:
    mention = signed(signature)
    assert (mention.platform, mention.handle, mention.date, mention.date_basis) == (platform, handle, date, basis)
    assert mention.rule == f"{platform}.signature"
    assert mention.why


@pytest.mark.parametrize(
    "signature",
    [
        "— Ana Example (@ana_example) May 3, 2021 at 3:02 PM",
        "— Ana Example (@ana_example) on Telegram, May 3, 2021",
        "— Ana Example (@ana_example) on Instagram",
        "Ana Example (@ana.example)",
        "More about her at the Gazette (@gazette.example), which has reported since May 3.",
    ],
)
def test_a_time_or_another_place_takes_a_handle_away(signature: str) -> None:
    assert [m for m in found(f"{ARTICLE}\n\n{WORDS}\n{signature}\n\n{ARTICLE}") if m.platform in ("x", "bluesky")] == []


def test_a_post_of_one_platform_does_not_reach_into_anothers() -> None:
    text = (
        f"{ARTICLE}\n\nA post shared by Ben Sample (@ben.sample)\n\n"
        f"{WORDS} — Ana (@ana_example) May 3, 2021\n\nSnow is coming. — Cem (@cem.bsky.social) May 4, 2024 at 9:00 AM\n"
    )
    mentions = found(text)
    assert [(m.platform, m.handle, m.text) for m in mentions] == [
        ("instagram", "ben.sample", None),
        ("x", "ana_example", WORDS),
        ("bluesky", "cem.bsky.social", "Snow is coming."),
    ]


def test_what_an_embed_writes_for_a_picture_is_none_of_the_words() -> None:
    (mention,) = found(f"{WORDS} [image or embed]— Ana (@ana.bsky.social) May 3, 2024 at 3:02 PM")
    assert mention.text == WORDS


@pytest.mark.parametrize(
    "dash",
    ["—", "–", "-", "--", "―", "__", "???", "â€”", "â\u0080\u0094", "вЂ”", "&mdash;", "&amp;mdash;", "&#8212;", "−"],
)
def test_whatever_is_left_of_the_dash(dash: str) -> None:
    mention = signed(f"{dash} Ana Example (@ana_example) May 3, 2021")
    assert (mention.display_name, mention.date) == ("Ana Example", "2021-05-03")


@pytest.mark.parametrize(
    "form",
    [
        "[@ana_example]",
        "(@ ana_example)",
        "(@ana_example )",
        "@ana_example)",
        "（@ana_example）",
        "(＠ana_example)",
        "@(ana_example)",
        "(\u2066@ana_example\u2069)",
        "(@ana\\_example)",
        "([@ana_example](https://x.com/ana_example))",
    ],
)
def test_whatever_is_left_around_the_handle(form: str) -> None:
    mention = signed(f"— Ana Example {form} May 3, 2021")
    assert (mention.display_name, mention.handle, mention.date) == ("Ana Example", "ana_example", "2021-05-03")


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("(May 3, 2021)", "2021-05-03"),
        (", May 3, 2021", "2021-05-03"),
        ("on May 3, 2021", "2021-05-03"),
        ("am 3. Mai 2021", "2021-05-03"),
        ("Monday, May 3, 2021", "2021-05-03"),
        ("maandag 3 mei 2021", "2021-05-03"),
        ("2021-05-03", "2021-05-03"),
        ("03.05.2021", "2021-05-03"),
        ("25/05/2021", "2021-05-25"),
        ("03/05/2021", None),
        ("3 qwertyul 2021", None),
        ("18 آبان 1401", None),
        ("2h ago", None),
    ],
)
def test_dates_as_editors_and_translators_write_them(printed: str, day: str | None) -> None:
    joint = "" if printed.startswith(",") else " "
    mention = signed(f"— Ana Example (@ana_example){joint}{printed}")
    assert (mention.handle, mention.date) == ("ana_example", day)
    assert mention.confidence >= 0.8


def test_a_quoted_block_begins_the_post() -> None:
    text = f"{ARTICLE}\n> {WORDS}\n> See you there!\n>\n> — Ana (@ana_example) [May 3, 2021](https://x.com/ana_example/status/1389000000000000000)\n"
    (mention,) = found(text)
    assert mention.start == len(ARTICLE) + 3
    assert mention.post_id == "1389000000000000000"


@pytest.mark.parametrize(
    "line",
    [
        "- Ana Example (@ana_example)\n- Ben Sample (@ben_sample)",
        "— Ana Example (@ana_example)\n— Ben Sample (@ben_sample)",
        "• Ana Example (@ana_example)",
        "By Ana Example (@ana_example) | May 3, 2021",
        "Автор: Ana Example (@ana_example), May 3, 2021",
        "Photo: Ana Example - Harbour Desk (@ana_example), May 3, 2021",
        "Talk by Ana Example (@ana_example), May 3, 2021",
        "Ana Example (@ana_example), May 3, 2021, 10:00, Hall 2",
        "By Ana Example@ana_example · May 3, 2021\nThe council met on Tuesday to discuss the bridge.",
        "By The Lantern Society 🌉 (@ana_example)\nMay 3, 2021",
        "Photo: Institut für Ana (@ana_example), May 3, 2021",
        "@reset: whether the gate is closed before it opens again",
        "- Fix the gate (Ana Example @ Harbour, 2021-05-03)",
        "moved the sources, gate.c (SMS)\n-------- May 3, 2021 --------",
        "- gate: disable the bell (GATE_BELL)",
        "Translations:\n- Chinese (China)\n- English (Ireland)",
        "Ana Example <ana@example.org> (gh: @ana_example)",
    ],
)
def test_lists_and_by_lines_sign_nothing(line: str) -> None:
    assert found(f"{ARTICLE}\n\n{line}\n\n{ARTICLE}") == []


@pytest.mark.parametrize(
    ("segment", "name"),
    [
        ("The ferry is late. The Lantern Society", "The Lantern Society"),
        ("The ferry is late. THE LANTERN SOCIETY", "THE LANTERN SOCIETY"),
        ("pic.twitter.com/AbCdEfGhIj Ivo Tavi", "Ivo Tavi"),
        ("pic.twitter.com/AbCdEfGhBY Ivo Tavi", "Ivo Tavi"),
        ("पुल फिर से खुल गया है। मीरा पुल", "मीरा पुल"),
        ("Institut für Radio", "Institut für Radio"),
        ("The ferry is late.  Çağla O’Brannel", "Çağla O’Brannel"),
    ],
)
def test_a_name_without_dash_begins_where_the_words_end(segment: str, name: str) -> None:
    (mention,) = found(f"{segment} (@radio_4711) May 3, 2021")
    assert mention.display_name == name


@pytest.mark.parametrize("dash", ["%u2014", "%E2%80%94", "&mdash", "\\u2014"])
def test_a_dash_that_a_script_escaped_is_no_part_of_the_name(dash: str) -> None:
    text = f"The road is open.\n\nThe bridge stands. {dash} Ana Example (@ana_example) November 18, 2022\n\nMore later."
    (mention,) = found(text)
    assert (mention.display_name, mention.text) == ("Ana Example", "The bridge stands.")


@pytest.mark.parametrize(
    ("signature", "name"),
    [
        ("— نادي المرفأ (harbour_club@) 9 نوفمبر، 2022", "نادي المرفأ"),
        ("—\nAna Example (@harbour_club)\nNovember 9, 2022", "Ana Example"),
        ("— \nAna Example (@harbour_club) November 9, 2022", "Ana Example"),
        ("— Ana Example (\n@harbour_club\n) \nNovember 9, 2022", "Ana Example"),
    ],
)
def test_turned_handles_and_pieces_on_lines_of_their_own(signature: str, name: str) -> None:
    mention = signed(signature)
    assert (mention.display_name, mention.handle, mention.date) == (name, "harbour_club", "2022-11-09")


def test_a_turned_handle_alone_signs_nothing() -> None:
    assert found("انضمت إلى الموقع من خلال الحساب المؤكد (harbour_club@)، إلا أن زوجها لم يكن هناك.") == []


@pytest.mark.parametrize(
    "line",
    [
        "© 2022 Harbour Times (@harbour_times) November 9, 2022",
        "© Screenshot X (@harbour_times) 9 novembre 2022",
        "Forwarded from Harbour News (@harbour_news)\nNovember 9, 2022",
        "def test():  # (@ana_example) November 9, 2022",
        "Friday, November 11 — DJ Ana (@dj_ana)\nSaturday, November 12 — Cora (@dj_cora)",
        "20:30 — Ana Example (@ana_example)\n22:00 — Ben Sample (@ben_sample)",
    ],
)
def test_owners_programmes_and_forwards_sign_nothing(line: str) -> None:
    assert found(f"{ARTICLE}\n\n{line}\n\n{ARTICLE}") == []


@pytest.mark.parametrize(
    "comment",
    [
        "Ana Example\nNovember 9, 2022 at 3:02 pm\n@ben_sample: I agree with you completely on this one here.",
        "Ana Example says:\n@ben_sample: I agree with you completely on this one here.",
        "@ben_sample: I agree with you completely on this one here.\nReply\n\nMore",
        "@ben_sample: Das sehe ich in diesem einen Punkt ganz genauso.\nAntworten\n\nMehr",
    ],
)
def test_comments_that_name_whom_they_answer_are_no_posts(comment: str) -> None:
    assert found(f"{ARTICLE}\n\n{comment}") == []
    assert found(f"{ARTICLE}\n\n@ben_sample: I agree with you completely on this one here.\n\n{ARTICLE}") != []
