"""TikTok. Invariant: a video is read from its number wherever an embed keeps it, and its caption has neither the handle
nor the sound."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms.tiktok import PLATFORM

ID = "7163799291297792001"
PAGE = f"https://www.tiktok.com/@ana.example/video/{ID}"
CAPTION = (
    'The bridge <a title="bridge" target="_blank" href="https://www.tiktok.com/tag/bridge?refer=embed">#bridge</a> is '
    "open &#128555; @ben"
)
EMBED = (
    f'<blockquote class="tiktok-embed" cite="{PAGE}" data-video-id="{ID}" data-embed-from="oembed"> <section> '
    '<a target="_blank" title="@ana.example" href="https://www.tiktok.com/@ana.example?refer=embed">@ana.example</a> '
    f'<p>{CAPTION}</p> <a target="_blank" title="♬ original sound - Ana" '
    'href="https://www.tiktok.com/music/original-sound-7380087584116067115?refer=embed">♬ original sound &ndash; Ana'
    "</a> </section> </blockquote>"
)
WORDS = "The bridge #bridge is open 😫 @ben"


def found(html: str) -> list[Mention]:
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=f"<body><p>Before.</p>{html}</body>"))


def in_text(text: str) -> list[Mention]:
    return find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text), platforms=[PLATFORM])


def test_the_embed() -> None:
    [mention] = found(EMBED + '<script async src="https://www.tiktok.com/embed.js"></script>')
    assert (mention.platform, mention.post_id, mention.url) == ("tiktok", ID, PAGE)
    assert (mention.handle, mention.display_name, mention.date) == ("ana.example", None, None)
    assert mention.text == WORDS


@pytest.mark.parametrize(
    ("embed", "field", "value"),
    [
        (EMBED.replace(f"<p>{CAPTION}</p>", CAPTION), "text", WORDS),
        (EMBED.replace(f"<p>{CAPTION}</p>", "<p></p>"), "text", None),
        (EMBED[: EMBED.index('<a target="_blank" title="♬')] + "</section></blockquote>", "text", WORDS),
        (EMBED.replace("♬ original sound &ndash; Ana", "♬ Rain at Last - The Sample Band"), "text", WORDS),
        (EMBED.replace(PAGE, "https://www.tiktok.com"), "handle", "ana.example"),
        (EMBED.replace(PAGE, "https://www.tiktok.com"), "url", PAGE),
        (EMBED.replace(f' data-video-id="{ID}"', ""), "url", PAGE),
        (EMBED.replace('class="tiktok-embed"', ""), "url", PAGE),
        (EMBED.replace("@ana.example/video", "@/video"), "handle", "ana.example"),
        (EMBED.replace("/video/", "/photo/"), "url", PAGE),
        (EMBED.replace(' href="https://www.tiktok.com/@ana.example?refer=embed"', ""), "text", WORDS),
        (f'<blockquote class="tiktok-embed" cite="{PAGE}" data-video-id="{ID}"></blockquote>', "text", None),
        (f'<blockquote class="tiktok-embed" cite="{PAGE}"><a href="{PAGE}">{PAGE}</a></blockquote>', "text", None),
        (f'<blockquote class="tiktok-embed" data-video-id="{ID}"><section></section></blockquote>', "url", None),
        (f'<blockquote class="tiktok-embed" cite="{PAGE}"><iframe name="__tt_embed__v5"></iframe>', "text", None),
        (f'<amp-tiktok width="325" height="575" data-src="{ID}"></amp-tiktok>', "url", None),
        (f'<amp-tiktok data-src="{PAGE}"></amp-tiktok>', "url", PAGE),
        (f'<amp-tiktok data-src="{ID}">{EMBED}</amp-tiktok>', "text", WORDS),
        (f'<lite-tiktok videoid="{ID}"></lite-tiktok>', "post_id", ID),
    ],
)
def test_variants(embed: str, field: str, value: str | None) -> None:
    [mention] = found(embed)
    assert mention.post_id == ID
    assert getattr(mention, field) == value


def test_a_newsletters_record() -> None:
    [mention] = found(
        '<div class="tiktok-wrap" data-component-name="TikTokCreateTikTokEmbed" data-attrs="'
        f"{{&quot;url&quot;:&quot;{PAGE}&quot;,&quot;title&quot;:&quot;The bridge&quot;,&quot;author&quot;:&quot;"
        f'Ana Example&quot;}}"><a href="{PAGE}"><img alt=""></a></div>'
    )
    assert (mention.post_id, mention.handle, mention.display_name) == (ID, "ana.example", "Ana Example")
    assert (mention.text, mention.url) == ("The bridge", PAGE)


@pytest.mark.parametrize(
    "html",
    [
        (
            '<blockquote class="tiktok-embed" cite="https://www.tiktok.com/@ana.example" data-unique-id="ana.example" '
            'data-embed-type="creator"><section><a href="https://www.tiktok.com/@ana.example">@ana.example</a></section>'
            "</blockquote>"
        ),
        f'<p>In <a href="{PAGE}">this video</a> she shows the bridge.</p>',
        '<p>Follow us: <a href="https://www.tiktok.com/@ana.example">TikTok</a></p>',
        '<blockquote class="tiktok-embed"><section>Loading…</section></blockquote>',
        '<div data-video-id="12345"></div>',
        '<video data-video-id="6071234567001"></video>',
        f'<div class="player" data-video-id="{ID}"></div>',
        "<amp-tiktok></amp-tiktok>",
    ],
)
def test_what_is_no_embed(html: str) -> None:
    assert found(html) == []


def test_an_accounts_feed_is_no_video() -> None:
    page = LexborHTMLParser(
        '<blockquote class="tiktok-embed" data-unique-id="ana.example" data-embed-type="creator"><section>'
        f'<a href="https://www.tiktok.com/@ana.example">@ana.example</a> <a href="{PAGE}">Latest</a></section>'
    )
    feed = page.css_first("blockquote")
    assert feed is not None
    assert [rule.name for rule in PLATFORM.embed_rules if rule.read(feed)] == []


ONE_LINE = "@ana.example The bridge is open #bridge ♬ {} - Ana Example"


@pytest.mark.parametrize(
    "sound",
    ["original sound", "sonido original", "оригінальний звук", "オリジナル楽曲", "الصوت الأصلي", "Rain at Last"],
)
def test_a_line_of_text(sound: str) -> None:
    post = ONE_LINE.format(sound)
    text = f"The town was surprised.\n{post}\nThe next day it rained."
    [mention] = in_text(text)
    assert (mention.handle, mention.text) == ("ana.example", "The bridge is open #bridge")
    assert text[mention.start : mention.end] == post


def test_lines_of_their_own() -> None:
    post = "@ana.example\n\nThe bridge is open.\nSee you! #bridge\n\n♬ Rain at Last – The Sample Band"
    text = f"The town was surprised.\n\n{post}\n\nThe next day it rained."
    [mention] = in_text(text)
    assert (mention.handle, mention.text) == ("ana.example", "The bridge is open.\nSee you! #bridge")
    assert text[mention.start : mention.end] == post


def test_a_text_that_lost_its_lines() -> None:
    post = ONE_LINE.format("original sound")
    before = "As @news said, the town was surprised. "
    text = f"{before}{post} The next day it rained, and everybody went home with a smile on their faces."
    [mention] = in_text(text)
    assert (mention.handle, mention.text) == ("ana.example", "The bridge is open #bridge")
    assert mention.start == len(before)


@pytest.mark.parametrize(
    ("post", "handle", "words"),
    [
        ("@ana.exampleThe bridge is open♬ original sound - Ana", "ana.example", "The bridge is open"),
        ("@ana.exampleМост открыт ♬ оригинальный звук - Ана", "ana.example", "Мост открыт"),
        ("@ana.example The bridge is open\n\n♬ Rain at Last - The Band", "ana.example", "The bridge is open"),
        ("> @ana.example\n> The bridge is open\n> ♬ Rain at Last - The Band", "ana.example", "The bridge is open"),
        ("@ana.example #duet with @ben The bridge ♬ Rain - The Band", "ana.example", "#duet with @ben The bridge"),
    ],
)
def test_what_extractors_make_of_it(post: str, handle: str, words: str) -> None:
    text = f"The town was surprised.\n\n{post}\n\nThe next day it rained."
    [mention] = in_text(text)
    assert (mention.handle, mention.text) == (handle, words)
    assert text[mention.start : mention.end] == post.removeprefix("> ")


def test_a_video_glued_between_sentences() -> None:
    text = (
        "It was seen by all.@ana.example The bridge ♬ original sound - AnaThe next day it rained, and then it snowed."
    )
    [mention] = in_text(text)
    assert text[mention.start : mention.end] == "@ana.example The bridge ♬ original sound - Ana"


def test_two_videos_in_a_row() -> None:
    text = "@ana.example One ♬ son original - Ana\n@ben_sample Two ♬ Originalton - Ben"
    assert [(m.handle, m.text) for m in in_text(text)] == [("ana.example", "One"), ("ben_sample", "Two")]


@pytest.mark.parametrize(
    "text",
    [
        "Tonight at eight: ♬ Rain at Last - The Sample Band",
        "Mail studio@radio.example for ♬ Rain at Last - The Sample Band",
        "♪ Rain, rain, go away ♪",
        "Follow us on TikTok @ana.example\nand listen to our songs:\n♬ Rain at Last - The Sample Band",
        "@radio.example plays tonight\nand tomorrow at eight\n♬ Rain at Last - The Sample Band",
        "@radio.example plays tonight:\n♬ Rain at Last - The Sample Band",
        "We met @ana.example today. We sang ♬ la la la ♬ all day.",
    ],
)
def test_music_is_no_video(text: str) -> None:
    assert in_text(text) == []


def test_ids_carry_the_time() -> None:
    assert PLATFORM.time_of("6748451240264420610") == datetime(2019, 10, 16, 17, 17, 25, tzinfo=UTC)
    assert PLATFORM.time_of("12345") is None
    assert PLATFORM.time_of("x") is None
    ids = PLATFORM.day_range(date(2022, 11, 9))
    assert ids is not None
    assert (ids.first, ids.last) == (7163799291297792000, 7164170376472166399)
    wider = PLATFORM.day_range(date(2022, 11, 9), slack_hours=14)
    assert wider is not None
    assert "7163799291297791999" in wider
    assert PLATFORM.day_range(date(2010, 1, 1)) is None


@given(st.text(alphabet="@ana.b \n♬-_[]()#original sound", max_size=150))
def test_any_text_is_read_or_left(text: str) -> None:
    for mention in in_text(text):
        assert mention.start is not None
        assert mention.end is not None
        assert 0 <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end].lstrip("[").startswith("@")


@given(st.text(max_size=60))
def test_any_link_is_read_or_left(tail: str) -> None:
    ref = PLATFORM.ref_from_url("https://www.tiktok.com/" + tail)
    assert ref is None or PLATFORM.ref_from_url(ref.url) == ref
