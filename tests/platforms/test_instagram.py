"""Posts of Instagram in pages and in bare text. Invariant: what an embed or its residue shows is read exactly, and what
only names an account is no post."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms.instagram import PLATFORM, phrases
from archiver.platforms.instagram.shortcodes import code_of, number

CODE = "BalQ2SWFty8"
URL = f"https://www.instagram.com/p/{CODE}/"
NAMED = "Ana Example (@ana.example)"


def in_page(html: str) -> list[Mention]:
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=html), platforms=[PLATFORM])


def in_text(text: str) -> list[Mention]:
    return find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text), platforms=[PLATFORM])


# --- short codes
# ---------------------------------------------------------------------------------------------------------


def test_a_code_tells_when_its_post_was_made() -> None:
    made = PLATFORM.time_of(CODE)
    assert made is not None
    assert made.replace(microsecond=0) == datetime(2017, 10, 23, 7, 31, 37, tzinfo=UTC)


@pytest.mark.parametrize("code", ["", "AAAA", "abcd", "not a code", "x" * 12, "BalQ2SWFty8!"])
def test_a_code_that_tells_no_time(code: str) -> None:
    assert PLATFORM.time_of(code) is None


def test_the_codes_of_a_day() -> None:
    codes = PLATFORM.day_range(date(2022, 11, 9))
    assert codes is not None
    assert (code_of(codes.first), code_of(codes.last)) == ("CkuCNITgAAA", "CkwnAATf___")
    assert "CkuCNITgAAA" in codes
    assert "CkwnAATf___" in codes
    assert "CkwnAATgAAA" not in codes
    assert "not a code" not in codes
    assert PLATFORM.day_range(date(2010, 11, 9)) is None


def test_slack_widens_a_day_on_both_sides() -> None:
    narrow, wide = PLATFORM.day_range(date(2022, 11, 9)), PLATFORM.day_range(date(2022, 11, 9), slack_hours=12)
    assert narrow is not None
    assert wide is not None
    hours = (narrow.first - wide.first) >> 23, (wide.last - narrow.last) >> 23
    assert hours == (12 * 3600 * 1000, 12 * 3600 * 1000)


@given(st.integers(1, 2**63))
def test_numbers_and_codes_are_each_others_inverse(post_number: int) -> None:
    assert number(code_of(post_number)) == post_number


# --- embeds
# --------------------------------------------------------------------------------------------------------------


def embed(
    inside: str, attributes: str = f'data-instgrm-permalink="{URL}?utm_source=ig_embed&amp;utm_campaign=loading"'
) -> str:
    return f'<p>Rain.</p><blockquote class="instagram-media" {attributes}>{inside}</blockquote>'


def header(words: str) -> str:
    return f'<a href="{URL}"><div><svg><title>x</title></svg></div><div><div>{words}</div></div></a>'


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("View this post on Instagram", f"A post shared by {NAMED}"),
        ("Voir cette publication sur Instagram", f"Une publication partagée par {NAMED}"),
        ("この投稿をInstagramで見る", "Ana Example(@ana.example)がシェアした投稿"),
        ("Bu gönderiyi Instagram'da gör", f"{NAMED}'in paylaştığı bir gönderi"),
    ],
)
def test_an_embed_without_caption_has_no_words(words: str, said: str) -> None:
    [mention] = in_page(embed(f'{header(words)}<p><a href="{URL}">{said}</a></p>'))
    assert (mention.post_id, mention.url) == (CODE, URL)
    assert (mention.handle, mention.display_name) == ("ana.example", "Ana Example")
    assert (mention.text, mention.date) == (None, None)


def test_caption_and_time_of_a_captioned_embed() -> None:
    caption = f'<p><a href="{URL}">The bridge is open. @ben.example<br>#bridge</a></p>'
    line = (
        'Ein Beitrag geteilt von <a href="https://www.instagram.com/ana.example/"> Ana Example</a> (@ana.example) am '
        '<time datetime="2017-10-23T07:31:37+00:00">Okt 23, 2017 um 12:31 PDT</time>'
    )
    [mention] = in_page(embed(f"{header('Sieh dir diesen Beitrag auf Instagram an')}{caption}<p>{line}</p>"))
    assert mention.text == "The bridge is open. @ben.example\n#bridge"
    assert (mention.handle, mention.display_name) == ("ana.example", "Ana Example")
    assert (mention.date, mention.date_basis) == ("2017-10-23T07:31:37Z", "utc")


def test_the_first_embeds_name_the_post_in_their_caption_only() -> None:
    time = '<time datetime="2014-10-03T18:00:13+00:00">Oct 3, 2014 at 11:00am PDT</time>'
    inside = f'<p><a href="{URL}">Rain at last.</a></p><p>A photo posted by {NAMED} on {time}</p>'
    [mention] = in_page(embed(inside, 'data-instgrm-captioned data-instgrm-version="2"'))
    assert (mention.post_id, mention.text, mention.date) == (CODE, "Rain at last.", "2014-10-03T18:00:13Z")


def test_an_attribution_in_an_unknown_language_still_ends_the_caption() -> None:
    inside = (
        f'<p><a href="{URL}">Rain at last.</a></p><p>Qwerty uiop <a href="https://www.instagram.com/ana.example/">'
        "Ana Example</a> (@ana.example)</p>"
    )
    [mention] = in_page(embed(inside))
    assert (mention.handle, mention.display_name, mention.text) == ("ana.example", "Ana Example", "Rain at last.")


def test_a_line_of_the_publisher_is_not_the_posts() -> None:
    [mention] = in_page(embed(f"{header('View this post on Instagram')}<p><a href='{URL}'>Instagram post</a></p>"))
    assert (mention.post_id, mention.text, mention.handle) == (CODE, None, None)


def test_reels_and_videos_keep_their_kind() -> None:
    for kind in ("reel", "tv"):
        url = f"https://www.instagram.com/{kind}/{CODE}/"
        [mention] = in_page(embed("", f'data-instgrm-permalink="{url}?utm_source=ig_embed"'))
        assert (mention.post_id, mention.url) == (CODE, url)


@pytest.mark.parametrize(
    "html",
    [
        (
            '<blockquote class="instagram-media" data-instgrm-permalink="https://www.instagram.com/ana.example/">'
            '<a href="https://www.instagram.com/ana.example/">View this profile on Instagram</a> '
            f"{NAMED} • Photos</blockquote>"
        ),
        '<a class="insta-follow" href="https://www.instagram.com/ana.example/">Instagram</a>',
        '<div class="embed-media instagram"></div>',
        '<div data-shortcode="gallery1">Pictures</div>',
        '<ul class="instagram-pics" data-feed="ana.example"><li>Picture</li></ul>',
        '<amp-instagram data-shortcode=""></amp-instagram>',
        '<h4 class="ConsentBannerTitle-x">Newsletter</h4><p><a class="ConsentBannerLink-y" href="/x">here</a></p>',
    ],
)
def test_no_post_is_embedded(html: str) -> None:
    assert in_page(html) == []


@pytest.mark.parametrize(
    "html",
    [
        f'<p><a href="{URL}">A post</a> by Ana Example shows the bridge.</p>',
        f'<p><a href="{URL}">A post shared by {NAMED}</a> shows the bridge in the rain.</p>',
        f'<blockquote><p>It rained, she wrote in <a href="{URL}">a post</a>.</p></blockquote>',
    ],
)
def test_links_in_sentences_are_no_embeds(html: str) -> None:
    assert [mention for mention in in_page(html) if mention.rule.startswith("instagram.")] == []


def test_broken_data_is_left() -> None:
    for value in (
        "{",
        '{"instagram_id":1}',
        '{"instagram_id":"a b"}',
        "[" * 1000,
        '{"instagram_id":"' + "x" * 99 + '"}',
    ):
        assert in_page(f"<div class='instagram' data-attrs='{value}'></div>") == []


# --- bare text
# -----------------------------------------------------------------------------------------------------------

BEFORE = "The council met on Monday.\n\n"


@pytest.mark.parametrize(
    ("line", "handle", "name", "day"),
    [
        ("A post shared by Verein (he/him) (@ana_1)", "ana_1", "Verein (he/him)", None),
        ("A post shared by アナ@レイ (@ana_1) on Jul 19, 2017 at 1:00am PDT", "ana_1", "アナ@レイ", "2017-07-19"),
        ("A post shared by Foo@Bar (@foo_bar)", "foo_bar", "Foo@Bar", None),
        ("A post shared by \u200fمحمد\u200f (@mohamed)", "mohamed", "محمد", None),
        ("A post shared by A ⭐️ NA 🌍 (@ana_1)", "ana_1", "A ⭐️ NA 🌍", None),
        ("A post shared by @ana_1", "ana_1", None, None),
        ("Un post condiviso da Ana (@ ana_1) il 31 dicembre 2019 alle 5: 33pm PST", "ana_1", "Ana", "2019-12-31"),
        ("Een foto die is geplaatst door Ana (@ana_1) op 7 Jan 2015 om 3:02 PST", "ana_1", "Ana", "2015-01-07"),
        ("Ein von Ana (@ana_1) gepostetes Foto am 7. Jan 2015 um 15:02 Uhr", "ana_1", "Ana", "2015-01-07"),
        ("> A post shared by [Ana](http://a.b/) (@ana\\_1)\n> on Sep 7, 2018 at 9pm PDT", "ana_1", "Ana", "2018-09-07"),
        ("A post shared by Ana @ana_1) on Sep 7, 2018 at 9:21pm PDT", "ana_1", "Ana", "2018-09-07"),
        ("A post shared by Ana (@ana_1 on Sep 7, 2018 at 9:21pm PDT)", "ana_1", "Ana", "2018-09-07"),
        ("A post shared by Ana (@ana. example) on Sep 7, 2018", "ana.example", "Ana", "2018-09-07"),
        ("A POST SHARED BY ANA (@ana_1)", "ana_1", "ANA", None),
        ("Ana Example (@ana_1)’un paylaştığı bir gönderi", "ana_1", "Ana Example", None),
    ],
)  # fmt: skip
def test_attributions(line: str, handle: str, name: str | None, day: str | None) -> None:
    [mention] = in_text(BEFORE + line)
    assert (mention.handle, mention.display_name, (mention.date or "")[:10] or None) == (handle, name, day)
    assert (BEFORE + line)[mention.start : mention.end] == line.removeprefix("> ")
    assert mention.text is None


@pytest.mark.parametrize(
    "line",
    [
        "'n Plasing gedeel deur {}",
        "Una publicació compartida de {}",
        "Unha publicación compartida por {}",
        "Публікацыя ад {}",
        "Споделена публикация от {}",
        "Објава споделена од {}",
        "Príspevok, ktorý zdieľa používateľ {}",
        "Објава коју дели {}",
        "Objava, ki jo deli oseba {}",
        "Postitus, mida jagas {}",
        "Įrašas, kuriuo dalijasi {}",
        "Ziņa, ko kopīgoja {}",
        "O postare distribuită de {}",
        "Një postim i ndarë nga {}",
        "{} tərəfindən paylaşılan bir paylaşım",
        "{} tarafından paylaşılan bir gönderi",
        "Satu siaran dikongsi oleh {}",
        "Isang post na ibinahagi ni {}",
        "{} द्वारा शेयर की गई पोस्ट",
        "{}-এর শেয়ার করা একটি পোস্ট",
        "{} کی طرف سے شیئر کردہ ایک پوسٹ",
        "یک پست به اشتراک گذاشته شده توسط {}",
        "پستی که توسط {} به اشتراک گذاشته شده است",
        "פוסט משותף על-ידי {}",
        "פוסט ששיתפה {}",
        "منشور شاركه {}",
        "Afiŝo kunhavigita de {}",
        "Ett foto som delats av {}",
        "Et billede slået op af {}",
        "Et bilde lagt ut av {}",
        "Zdjęcie zamieszczone przez {}",
        "Видео опубликовано {}",
        "Світлина, опублікована {}",
        "Ein Foto gepostet von {}",
        "Une photo publiée par {}",
        "Un video pubblicato da {}",
        "Um vídeo publicado por {}",
        "Una foto publicada por {}",
        "{} által közzétett fénykép",
        "Käyttäjän {} julkaisema kuva",
        "{}さんが投稿した写真",
        "{}님이 게시한 사진",
        "{}分享的帖子",
        "{}張貼的影片",
    ],
)
def test_whoever_made_the_embed_may_speak_any_language(line: str) -> None:
    text = f"{BEFORE}{line.format(NAMED)}\n\nThe end."
    [mention] = in_text(text)
    assert (mention.handle, mention.display_name) == ("ana.example", "Ana Example")
    assert text[mention.start : mention.end] == line.format(NAMED)


def test_a_line_among_words_without_separators() -> None:
    line = f"A post shared by {NAMED} on Sep 7, 2018 at 9:21pm PDT"
    text = f"It rained.View this post on Instagram{line}And then it stopped."
    [mention] = in_text(text)
    assert text[mention.start : mention.end] == line
    assert mention.date == "2018-09-07T21:21:00-07:00"


@pytest.mark.parametrize(
    "behind",
    ["\n5 May 2020 was a sunny day.", "2019 was a great year.", "\nOn May 3, 2020 it rained.", " 3. Aglaonema"],
)
def test_the_articles_own_dates_stay_the_articles(behind: str) -> None:
    text = f"{BEFORE}A post shared by {NAMED}{behind}"
    [mention] = in_text(text)
    assert mention.date is None
    assert text[: mention.end].endswith("(@ana.example)")


def test_a_caption_stands_between_header_and_attribution() -> None:
    caption = "Come to the fair! #fair\n\nIt is on Sunday."
    text = f"{BEFORE}View this post on Instagram\n\n{caption}\n\nA post shared by {NAMED}\n\nThe end."
    [mention] = in_text(text)
    assert mention.text == caption
    assert text[mention.start : mention.end] == f"{caption}\n\nA post shared by {NAMED}"


def test_words_above_an_attribution_without_header_are_the_articles() -> None:
    [mention] = in_text(f"It rained all night.\n\nA photo posted by {NAMED} on Jan 7, 2015 at 3:02pm PST")
    assert mention.text is None


def test_several_posts_in_a_row() -> None:
    lines = [
        f"A post shared by Ana {number} (@ana_{number}) on Sep {number}, 2018 at 9:21pm PDT" for number in range(1, 6)
    ]
    mentions = in_text("\n\n".join([BEFORE, *lines]))
    assert [(m.handle, (m.date or "")[:10]) for m in mentions] == [(f"ana_{n}", f"2018-09-0{n}") for n in range(1, 6)]


@pytest.mark.parametrize(
    "text",
    [
        f"In a post shared by {NAMED} on Instagram, she says it rained.",
        f"A video shared by {NAMED} shows the bridge in the rain.",
        "The law was amended by a post shared by people (about ten).",
        "A post shared by Ana Example",
        "Posted by Ana Example on Wednesday, January 9, 2008",
        "Ein von Experten (@ana) empfohlenes Buch",
        "Photo shared by Ana (@ana)",
        "Sign up to see photos shared by @ana.",
        f"{NAMED}: It rained all night and the bridge was closed.",
    ],
)
def test_sentences_and_credits_are_no_posts(text: str) -> None:
    assert in_text(BEFORE + text) == []


@pytest.mark.parametrize(
    "words",
    [
        "View this post on Instagram",
        "Sieh dir diesen Beitrag auf Instagram an",
        "Ver essa foto no Instagram",
        "Zobrazit příspěvek na Instagramu",
        "Näytä tämä julkaisu Instagramissa",
        "A bejegyzés megtekintése az Instagramon",
        "Переглянути цей допис в Instagram",
        "عرض هذا المنشور على Instagram",
        "Instagram에서 이 게시물 보기",
        "在 Instagram 查看這則貼文",
    ],
)
def test_headers(words: str) -> None:
    found = phrases.header().search(f"It rained. {words}\n")
    assert found is not None
    assert found[0] == words


@given(st.text(alphabet="A post shared by@ana(_.)\n Sep7,201823:1pmDT[]Instagram님의 공유", max_size=200))
def test_any_text_is_read_or_left(text: str) -> None:
    for mention in in_text(text):
        assert mention.start is not None
        assert mention.end is not None
        assert 0 <= mention.start < mention.end <= len(text)


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_stands_further_away_than_a_window_changes_nothing(above: str, below: str) -> None:
    near = "x" * 3000
    line = f"\nA post shared by {NAMED} on Sep 7, 2018 at 9:21pm PDT\n"
    [rule] = PLATFORM.text_rules
    at = len(above + near) + line.index("@")
    far = rule.read(above + near + line + near + below, at, 0)
    alone = rule.read(near + line + near, at - len(above), 0)
    assert far is not None
    assert alone is not None
    assert (far.start - len(above), far.end - len(above), far.date) == (alone.start, alone.end, alone.date)
