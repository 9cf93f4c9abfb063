"""Which page shows a post to a browser that is not signed in: the official embed's frame, or the post's own page."""

from __future__ import annotations

import pytest

from archiver.platforms import platform, platforms

DID = "did:plc:abcdefghijklmnopqrstuvwx"

FRAMES = {
    "https://x.com/ana/status/1590171771531264000": (
        "https://platform.twitter.com/embed/Tweet.html?id=1590171771531264000&lang=en&dnt=true"
    ),
    f"https://bsky.app/profile/{DID}/post/3l3vgf77uco2g": (
        f"https://embed.bsky.app/embed/{DID}/app.bsky.feed.post/3l3vgf77uco2g"
    ),
    # the frame takes no handle
    "https://bsky.app/profile/ana.example/post/3l3vgf77uco2g": "https://bsky.app/profile/ana.example/post/3l3vgf77uco2g",
    "https://www.instagram.com/reel/BalQ2SWFty8/": "https://www.instagram.com/p/BalQ2SWFty8/embed/captioned/",
    "https://www.threads.com/@ana.example/post/C8abcdefghi": "https://www.threads.com/t/C8abcdefghi/embed",
    "https://www.tiktok.com/@ana/video/7106594312292453675": "https://www.tiktok.com/embed/v2/7106594312292453675",
    "https://t.me/ana_example/123": "https://t.me/ana_example/123?embed=1&mode=tme",
    "https://www.reddit.com/r/gauges/comments/1abcde2/how/": "https://embed.reddit.com/r/gauges/comments/1abcde2/",
    "https://www.facebook.com/ana.example/posts/1234567890123456": (
        "https://www.facebook.com/plugins/post.php?"
        "href=https%3A%2F%2Fwww.facebook.com%2Fana.example%2Fposts%2F1234567890123456&locale=en_US"
    ),
    "https://www.linkedin.com/feed/update/urn:li:activity:7151241570371948544": (
        "https://www.linkedin.com/embed/feed/update/urn:li:activity:7151241570371948544"
    ),
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "https://social.example/@ana/109384763453423123": "https://social.example/@ana/109384763453423123",
}


@pytest.mark.parametrize("permalink", FRAMES)
def test_the_page_that_shows_a_post(permalink: str) -> None:
    for name in platforms():
        known = platform(name)
        assert known is not None
        ref = known.ref_from_url(permalink)
        if ref is not None:
            assert known.view_url(ref) == FRAMES[permalink]
            return
    raise AssertionError("no platform knows it")


@pytest.mark.parametrize("name", platforms())
def test_every_platform_has_one_for_all_its_examples(name: str) -> None:
    known = platform(name)
    assert known is not None
    for example in known.examples:
        ref = known.ref_from_url(example.url)
        if ref is not None and ref.url:
            assert known.view_url(ref).startswith(("https://", "http://")), example.url
