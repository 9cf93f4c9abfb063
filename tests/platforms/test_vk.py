"""VK: the widget's place and its script are one post, each alone is enough, and other widgets are none.

Invariant of `ref_from_url`: whatever it reads, its canonical permalink is read as the same post.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms.vk import PLATFORM

PLACE = '<div id="vk_post_-12345_678"></div>'
LOADER = '<script type="text/javascript" src="https://vk.com/js/api/openapi.js?162"></script>'
SCRIPT = """<script type="text/javascript">
  (function() {
    VK.Widgets.Post("vk_post_-12345_678", -12345, 678, 'AbCdEfGhIj', {width: 1200});
  }());
</script>"""


def in_html(markup: str) -> list[Mention]:
    html = f"<html><body><main><p>The council met.</p>{markup}<p>It rained.</p></main></body></html>"
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=html), platforms=[PLATFORM])


@pytest.mark.parametrize(
    "markup",
    [
        PLACE + LOADER + SCRIPT,
        f"<div>{PLACE}</div>{LOADER}<p></p>{SCRIPT}",
        f"<p>{PLACE}</p><div>{SCRIPT}</div>",
        PLACE,
        SCRIPT,
        SCRIPT.replace('"vk_post_-12345_678"', "'vk_post'"),
        SCRIPT.replace('"vk_post_-12345_678"', "container").replace(", {width: 1200}", ""),
        '<amp-vk data-embedtype="post" data-owner-id="-12345" data-post-id="678"></amp-vk>',
        '<iframe src="//vk.com/widget_post.php?app=0&_ver=1&owner_id=-12345&post_id=678&hash=x"></iframe>',
    ],
)
def test_widgets(markup: str) -> None:
    [mention] = in_html(markup)
    assert (mention.platform, mention.post_id, mention.times) == ("vk", "wall-12345_678", 1)
    assert (mention.handle, mention.date, mention.text) == (None, None, None)


def test_videos() -> None:
    [mention] = in_html('<iframe data-src="https://vk.com/video_ext.php?oid=-12345&id=456239017&hash=x"></iframe>')
    assert mention.post_id == "video-12345_456239017"


def test_two_widgets_are_two_posts() -> None:
    other = (PLACE + SCRIPT).replace("678", "679")
    assert [m.post_id for m in in_html(PLACE + SCRIPT + other)] == ["wall-12345_678", "wall-12345_679"]


@pytest.mark.parametrize(
    "markup",
    [
        '<div id="vk_groups"></div><script>VK.Widgets.Group("vk_groups", {mode: 3}, 12345);</script>',
        '<div id="vk_like"></div><script>VK.Widgets.Like("vk_like", {type: "button"});</script>',
        '<div id="vk_comments"></div><script>VK.Widgets.Comments("vk_comments", {limit: 5});</script>',
        "<script>if (!window.VK || !VK.Widgets || !VK.Widgets.Post) setTimeout(arguments.callee, 50);</script>",
        '<script>VK.Widgets.Post("vk_post_" + wallId, owner, id, hash);</script>',
        '<amp-vk data-embedtype="poll" data-api-id="1" data-poll-id="2"></amp-vk>',
        '<amp-vk data-embedtype="poll" data-owner-id="-12345" data-post-id="678"></amp-vk>',
        '<a href="https://vk.com/share.php?url=https://news.example.org/">Share</a>',
        '<p>She wrote <a href="https://vk.com/wall-12345_678">on her wall</a> that it rained.</p>',
        '<div id="vk_post_x_y"></div>',
    ],
)
def test_what_is_no_post(markup: str) -> None:
    assert in_html(markup) == []


@given(
    st.sampled_from(["https://vk.com/", "https://vk.com/x?w=", "https://vk.com/video_ext.php?"]),
    st.text(alphabet="walvideocp-_0123456789?=&/%#", max_size=50),
)
def test_canonical_permalinks_are_stable(start: str, rest: str) -> None:
    ref = PLATFORM.ref_from_url(start + rest)
    if ref is not None:
        assert PLATFORM.ref_from_url(ref.url) == ref
