"""YouTube: every player and stand-in names its video, and lists, channels and plain stills cite none.

Invariant of `ref_from_url`: whatever it reads, its canonical permalink is read as the same video.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms.youtube import PLATFORM
from archiver.platforms.youtube.residues import WATCH_LINES

VIDEO = "a1B2c3D4e5U"
OTHER = "Zz9Yy8Xx7Ww"


def in_html(markup: str) -> list[Mention]:
    html = f"<html><body><main><p>The council met.</p>{markup}<p>It rained.</p></main></body></html>"
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=html), platforms=[PLATFORM])


def in_text(text: str) -> list[Mention]:
    return find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text), platforms=[PLATFORM])


@pytest.mark.parametrize(
    "markup",
    [
        f'<lite-youtube videoid="{VIDEO}"><a href="https://youtube.com/watch?v={VIDEO}">Play</a></lite-youtube>',
        f'<bento-youtube data-videoid="{VIDEO}"></bento-youtube>',
        f'<lite-youtube-embed video-id="{VIDEO}"></lite-youtube-embed>',
        f'<div class="youtube" id="{VIDEO}"></div>',
        f'<div class="lyMe" id="lyte_{VIDEO}"><noscript></noscript></div>',
        f'<div class="lazyframe" data-vendor="youtube" data-src="https://www.youtube.com/embed/{VIDEO}"></div>',
        f'<span class="flying-press-youtube" data-src="https://www.youtube.com/embed/{VIDEO}?si=x&autoplay=1"></span>',
        f'<div class="epyt-facade" data-facadesrc="https://www.youtube.com/embed/{VIDEO}?enablejsapi=1"></div>',
        f'<div class="youtube-embed" data-video_id="{VIDEO}"><img src="still.jpg"></div>',
        f'<div class="media" data-videoid="{VIDEO}" data-type="youtube"></div>',
        f'<div id="youtube-main" data-video-id="{VIDEO}"></div>',
        f'<div class="lty" style="background-image:url(https://img.youtube.com/vi/{VIDEO}/0.jpg)"></div>',
        f'<div class="embed-youtube"><img src="//i.ytimg.com/vi_webp/{VIDEO}/sddefault.webp"></div>',
        f'<div class="plyr__video-embed" data-plyr-embed-id="https://youtu.be/{VIDEO}"></div>',
        f'<video src="https://www.youtube.com/watch?v={VIDEO}"></video>',
        f'<object><param name="movie" value="//www.youtube.com/v/{VIDEO}?version=3"></object>',
        f'<object><embed src="http://www.youtube.com/v/{VIDEO}&fs=1"></object>',
        f'<object type="application/video"><div data-src="//www.youtube.com/embed/{VIDEO}?rel=0"></div></object>',
        f'<section data-iframe="https://www.youtube-nocookie.com/embed/{VIDEO}"></section>',
    ],
)
def test_players(markup: str) -> None:
    [mention] = in_html(markup)
    assert (mention.platform, mention.post_id) == ("youtube", VIDEO)
    assert (mention.handle, mention.text, mention.date) == (None, None, None)


@pytest.mark.parametrize(
    "markup",
    [
        f'<img src="https://i.ytimg.com/vi/{VIDEO}/hqdefault.jpg">',
        f'<li><a href="https://www.youtube.com/watch?v={VIDEO}"><img src="//i.ytimg.com/vi/{VIDEO}/0.jpg"></a></li>',
        f'<p>She told it <a href="https://www.youtube.com/watch?v={VIDEO}">in a film</a> last year.</p>',
        '<div class="youtube-player" data-src="https://www.youtube.com/embed/videoseries?list=PL0123456789"></div>',
        '<amp-youtube data-live-channelid="UC0123456789abcdefghijkl"></amp-youtube>',
        '<div class="g-ytsubscribe" data-channel="example" data-layout="full"></div>',
        f'<div class="youtube-channel-gallery youtube-video" data-video-id="{VIDEO}"></div>',
        f'<div class="player" data-provider="vimeo" data-video-id="{VIDEO}"></div>',
        '<div class="youtube-player" id="placeholder"></div>',
        '<div class="youtube-video" data-id="video-12345"></div>',
        '<div class="youtube-player" data-id="12345678901"></div>',
        f'<embetty-video type="facebook" video-id="{VIDEO}"></embetty-video>',
        (
            '<div data-settings=\'{"video_type":"hosted",'
            f'"youtube_url":"https:\\/\\/www.youtube.com\\/watch?v={VIDEO}"}}\'></div>'
        ),
        '<div data-attrs=\'{"videoId": 17}\'></div><div data-attrs="{broken"></div>',
    ],
)
def test_what_is_no_player(markup: str) -> None:
    assert in_html(markup) == []


def test_a_stand_in_with_several_stills_is_a_list() -> None:
    stills = "".join(f'<img src="https://i.ytimg.com/vi/{video}/0.jpg">' for video in (VIDEO, OTHER))
    assert in_html(f'<div class="youtube-preview">{stills}</div>') == []


def test_a_player_and_its_copy_without_scripts_are_one_mention() -> None:
    mentions = in_html(f'<div class="rll-youtube-player" data-id="{VIDEO}"></div><div data-ytid="{VIDEO}"></div>')
    assert [(m.post_id, m.times) for m in mentions] == [(VIDEO, 2)]


@pytest.mark.parametrize("line", WATCH_LINES)
def test_line_under_a_title(line: str) -> None:
    [mention] = in_text(f"The council met on Monday.\n\nHow the old bridge was built\n{line}\n\nIt rained.")
    assert (mention.text, mention.post_id) == ("How the old bridge was built", None)
    assert (mention.start, mention.end) == (28, 57 + len(line))


def test_the_line_says_nothing_where_the_markup_is_there() -> None:
    assert in_html("<h3>How the old bridge was built</h3><p>Watch on YouTube</p>") == []


def test_short_code_in_a_sentence_keeps_its_place() -> None:
    text = f"It was filmed. [youtube https://youtu.be/{VIDEO}] It rained."
    [mention] = in_text(text)
    assert text[mention.start : mention.end] == f"[youtube https://youtu.be/{VIDEO}]"
    assert mention.url == f"https://www.youtube.com/watch?v={VIDEO}"


@given(
    st.sampled_from(["https://www.youtube.com/", "https://youtu.be/", "https://www.youtube-nocookie.com/embed/"]),
    st.text(alphabet="abcAZ09_-/?=&#%vwatch.embed", max_size=60),
)
def test_canonical_permalinks_are_stable(start: str, rest: str) -> None:
    ref = PLATFORM.ref_from_url(start + rest)
    if ref is not None:
        assert PLATFORM.ref_from_url(ref.url) == ref


@given(st.text(max_size=80))
def test_any_text_is_no_fault(text: str) -> None:
    assert (
        PLATFORM.ref_from_url("https://" + text) is None or "youtu" in text.lower() or "piped" in text or "inv" in text
    )
