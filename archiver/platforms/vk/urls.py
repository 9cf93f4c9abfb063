"""Which post or video of VK does a link name?

Both are named by owner and number (`wall-12345_678`, `video-12345_678`; a community's owner id is negative): in the
path, in a parameter over another page (`?w=wall-12345_678`), or as two parameters of a frame. Walls, albums, topics,
articles, lists of videos and share buttons name none.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from archiver.model import PostRef
from archiver.platforms.base import Example
from archiver.platforms.links import MAX_URL, unwrap
from archiver.platforms.marks import Mark

NAME = "vk"

HOSTS = ("vk.com", "vk.ru", "vkontakte.ru", "vkvideo.ru")

_HOST = re.compile(r"(?:(?:www|m|new|mobile|away|live|old|[a-z]{2})\.)?(?:vk\.com|vk\.ru|vkontakte\.ru|vkvideo\.ru)")
_PAIR = r"(?P<owner>-?\d{1,12})_(?P<number>\d{1,12})(?!\d)"
_OBJECT = re.compile(rf"(?P<kind>wall|video|clip){_PAIR}")
_IN_PATH = re.compile(rf"/+(?:video/|clips?/|wall/)?(?P<kind>wall|video|clip){_PAIR}(?:[_/?].*)?")
_OVERLAY = re.compile(rf"(?:/?(?:\w{{1,20}}/)?)?(?P<kind>wall|video|clip){_PAIR}")
_NUMBER = re.compile(r"-?\d{1,12}")
_KINDS = {"wall": "wall", "video": "video", "clip": "video"}
"""A clip is a video, and VK shows it under both words."""

_FRAMES = {
    "/widget_post.php": ("wall", ("owner_id", "oid"), ("post_id", "pid")),
    "/widget_post": ("wall", ("owner_id", "oid"), ("post_id", "pid")),
    "/video_ext.php": ("video", ("oid", "owner_id"), ("id", "video_id")),
    "/clip_ext.php": ("video", ("oid", "owner_id"), ("id", "video_id")),
}
"""Path of a frame → what it shows, and which parameters hold owner and number."""

POST_ID = re.compile(r"(?:wall|video)-?\d{1,12}_\d{1,12}")


def canonical_url(post_id: str) -> str:
    """The permalink that VK itself shows."""
    return f"https://vk.com/{post_id}"


def ref_from_id(post_id: str, handle: str | None = None) -> PostRef:
    """The reference with its canonical permalink."""
    return PostRef(platform=NAME, id=post_id, handle=handle, url=canonical_url(post_id))


def ref_of(kind: str, owner: str, number: str) -> PostRef | None:
    """The post of a wall or video that owner and number name; null where they are no numbers."""
    post_id = f"{_KINDS.get(kind, kind)}{owner}_{number}"
    return ref_from_id(post_id) if POST_ID.fullmatch(post_id) else None


def ref_from_url(url: str) -> PostRef | None:
    """The post or video that a permalink in any of its forms names (a comment's: what stands above it)."""
    if "vk" not in url or len(url) > MAX_URL:
        return None
    try:
        parts = urlsplit(unwrap(url).url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return None
    if found := _IN_PATH.fullmatch(parts.path):
        return ref_of(found["kind"], found["owner"], found["number"])
    try:
        values = parse_qs(parts.query.replace("&amp;", "&"), max_num_fields=50)
    except ValueError:
        return None
    if frame := _FRAMES.get(parts.path.rstrip("/")):
        kind, owners, numbers = frame
        owner = next((values[key][0] for key in owners if key in values), "")
        number = next((values[key][0] for key in numbers if key in values), "")
        return ref_of(kind, owner, number)
    for key in ("w", "z"):
        if found := _OVERLAY.match(unquote(values.get(key, [""])[0])):
            return ref_of(found["kind"], found["owner"], found["number"])
    if found := re.fullmatch(rf"!?/?(?P<kind>wall|video|clip){_PAIR}", parts.fragment):
        return ref_of(found["kind"], found["owner"], found["number"])
    return None


ADDRESS_MARKS: tuple[Mark, ...] = (
    Mark(r"(?:wall|video|clip)-?\d{1,12}_\d", before=r"vk\w{0,7}[.-](?:com|ru){.}*"),
    Mark(r"(?:widget_post|video_ext[.]php|clip_ext[.]php)"),
)
"""One of these is in the source of every page that holds an address of a post in one of the forms above (see
`archiver.platforms.marks`)."""

EXAMPLES: tuple[Example, ...] = (
    *(
        Example(url=url, id="wall-12345_678", canonical="https://vk.com/wall-12345_678")
        for url in (
            "https://vk.com/wall-12345_678",
            "http://www.vk.com/wall-12345_678?reply=680",
            "https://m.vk.com/wall-12345_678?from=example",
            "https://vk.ru/wall-12345_678",
            "https://new.vk.com/wall-12345_678",
            "http://vkontakte.ru/wall-12345_678",
            "https://vk.com/example_town?w=wall-12345_678",
            "https://vk.com/feed?section=search&w=wall-12345_678%2Fall",
            "https://vk.com/wall-12345?w=wall-12345_678_r680",
            "https://vk.com/wall-12345_678_r680",
            "https://vk.com/widget_post.php?app=0&width=100%25&_ver=1&owner_id=-12345&post_id=678&hash=AbC&amp;from=x",
            "https://vk.com/away.php?to=https%3A%2F%2Fvk.com%2Fwall-12345_678",
        )
    ),
    Example(url="https://vk.com/wall12345_6", id="wall12345_6", canonical="https://vk.com/wall12345_6"),
    *(
        Example(url=url, id="video-12345_456239017", canonical="https://vk.com/video-12345_456239017")
        for url in (
            "https://vk.com/video-12345_456239017",
            "https://vk.com/video-12345_456239017?list=abc",
            "//vk.com/video_ext.php?oid=-12345&id=456239017&hash=0123456789abcdef&hd=2",
            "https://vk.ru/video_ext.php?oid=-12345&amp;id=456239017",
            "https://vkvideo.ru/video-12345_456239017",
            "https://vkvideo.ru/video_ext.php?oid=-12345&id=456239017",
            "https://vk.com/clip-12345_456239017",
            "https://vk.com/clips/clip-12345_456239017",
            "https://vk.com/video?z=video-12345_456239017%2Fclub12345%2Fpl_-12345_-2",
            "https://vk.com/example_town?z=video-12345_456239017",
            "https://vk.com/video/example_town?z=clip-12345_456239017",
        )
    ),
    *(
        Example(url=url, id=None)
        for url in (
            "https://vk.com/example_town",
            "https://vk.com/wall-12345",
            "https://vk.com/wall-12345?own=1",
            "https://vk.com/videos-12345",
            "https://vk.com/video/playlist/-12345_2",
            "https://vk.com/video/@example_town",
            "https://vk.com/topic-12345_678",
            "https://vk.com/album-12345_678",
            "https://vk.com/@example_town-how-the-bridge-was-built",
            "https://vk.com/share.php?url=https%3A%2F%2Fnews.example.org%2F",
            "https://vk.com/js/api/openapi.js?169",
            "https://vk.com/widget_community.php?gid=12345",
            "https://vk.com/video_ext.php?oid=-12345",
            "https://vk.cc/AbCdEf",
            "https://notvk.com/wall-12345_678",
            "https://vk.com.evil.test/wall-12345_678",
        )
    ),
)
