"""Which video of YouTube does a link name?

The forms of permalinks, players and short links since 2005, those of front ends that show the same video, and what only
looks like one: channels, lists of videos, live channels. A post of a channel's community (`/post/Ug…`) is named too.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urljoin, urlsplit

from archiver.model import PostRef
from archiver.platforms.base import Example
from archiver.platforms.links import MAX_URL, unwrap
from archiver.platforms.marks import Mark

NAME = "youtube"

ID = r"[A-Za-z0-9_-]{11}"
"""64 bits in base64url; case matters."""

HOSTS = (
    *("youtube.com", "youtu.be", "youtube-nocookie.com", "youtubekids.com", "youtubeeducation.com"),
    *("youtube.googleapis.com", "invidio.us", "yewtu.be", "piped.video", "invidious", "piped"),
)

_HOST = re.compile(
    r"(?:(?:www|m|music|gaming|tv|consent|[a-z]{2})\.){0,2}youtube(?:-nocookie|kids|education)?\.com"
    r"|youtube\.googleapis\.com|(?:www\.)?(?:invidio\.us|yewtu\.be|piped\.video)"
    r"|(?:[\w-]+\.){0,2}(?:invidious|piped)(?:\.[\w-]+){1,3}"
)
_SHORT_HOST = re.compile(r"(?:www\.|m\.)?youtu\.be")

NO_VIDEO = frozenset({"videoseries", "live_stream"})
"""Words of eleven letters that stand where a player's address has its video: a list's and a channel's player."""

_IN_PATH = re.compile(rf"/+(?:embed|v|e|vi|shorts|live|w|watch|clip_embed)/+(?P<id>{ID})(?![\w-])")
_AT_START = re.compile(rf"/+(?P<id>{ID})(?![\w-])")
_WITH_QUERY = re.compile(r"/*(?:(?:watch|watch_popup|ytscreeningroom|embed|movie|details)(?:\.php)?/?)?")
_BARE_ID = re.compile(rf"(?P<id>{ID})(?![\w-])")
_IN_FRAGMENT = re.compile(
    rf"(?:!?/?watch\?(?:[^#]{{0,200}}&)?v=|!?v=|p/(?:[a-z]/){{1,3}}\d{{1,4}}/)(?P<id>{ID})(?![\w-])"
)
_COMMUNITY_POST = re.compile(r"/+post/+(?P<id>Ug[\w-]{10,60})/?")
_COMMUNITY_TAB = re.compile(
    r"/+(?:channel/[\w-]{10,40}|user/[^/]{1,60}|c/[^/]{1,60}|@[^/]{1,60})/(?:community|posts)/?"
)
_COMMUNITY_ID = re.compile(r"Ug[\w-]{10,60}")
_FORWARDS = {"/attribution_link": "u", "/oembed": "url", "/m": "continue", "/signin": "next", "/ml": "continue"}
"""Pages of YouTube that lead on to the address in a parameter."""

_THUMBNAIL = re.compile(
    rf"//(?:i\d?|img|s)\.(?:ytimg|youtube)\.com/(?:vi|vi_webp|an|an_webp)/(?P<id>{ID})/", re.IGNORECASE
)


def canonical_url(post_id: str) -> str:
    """The permalink that YouTube itself shows."""
    if post_id.startswith("Ug") and len(post_id) > 11:
        return f"https://www.youtube.com/post/{post_id}"
    return f"https://www.youtube.com/watch?v={post_id}"


def ref_from_id(post_id: str, handle: str | None = None) -> PostRef:
    """The reference with its canonical permalink."""
    return PostRef(platform=NAME, id=post_id, handle=handle, url=canonical_url(post_id))


def ref_from_url(url: str) -> PostRef | None:
    """The video (or community post) that a permalink in any of its forms names; null for channels, lists, searches."""
    if "/" not in url or len(url) > MAX_URL:
        return None
    post_id = _id_of(unwrap(url).url, forwards=2)
    return ref_from_id(post_id) if post_id else None


def ref_from_thumbnail(value: str) -> PostRef | None:
    """The video whose still `value` (an address, or a style that holds one) shows; null for any other picture.

    Only a picture: whoever asks must know from elsewhere that it stands for a player.
    """
    found = _THUMBNAIL.search(value[:MAX_URL])
    return ref_from_id(found["id"]) if found else None


def _id_of(url: str, *, forwards: int) -> str | None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    if _SHORT_HOST.fullmatch(host):
        found = _AT_START.match(parts.path)
        return found["id"] if found else _id_of_query(parts.query)
    if not _HOST.fullmatch(host):
        return None
    if (found := _IN_PATH.match(parts.path)) and found["id"] not in NO_VIDEO:
        return found["id"]
    if found := _COMMUNITY_POST.fullmatch(parts.path):
        return found["id"]
    if _WITH_QUERY.fullmatch(parts.path) and (post_id := _id_of_query(parts.query)):
        return post_id
    if _COMMUNITY_TAB.fullmatch(parts.path):
        post = _first(parts.query, "lb")
        return post if post and _COMMUNITY_ID.fullmatch(post) else None
    if (key := _FORWARDS.get(parts.path.rstrip("/"))) and forwards:
        onward = _first(parts.query, key)
        return _id_of(urljoin("https://www.youtube.com/", onward), forwards=forwards - 1) if onward else None
    if found := _IN_FRAGMENT.match(parts.fragment):
        return found["id"]
    return None


def _id_of_query(query: str) -> str | None:
    found = _BARE_ID.match(_first(query, "v") or "")
    return found["id"] if found else None


def _first(query: str, key: str) -> str | None:
    try:
        # `watch&v=…` and `watch?app=desktop?v=…` come from careless rewriting
        values = parse_qs(query.replace("?", "&"), max_num_fields=50)
    except ValueError:
        return None
    return values.get(key, [None])[0]


_ID_EXAMPLE = "a1B2c3D4e5U"

ADDRESS_MARKS: tuple[Mark, ...] = (
    Mark(
        r"(?:youtu|invidio|yewtu|piped)[\w-]*[.-][\w.-]+(?:{:}\d+)?{/}+"
        r"(?:embed|v|e|vi|shorts|live|w|watch|clip_embed){/}+[\w-]{11}"
    ),
    Mark(r"youtu[.-]be(?:{:}\d+)?{/}+[\w-]{11}"),
    Mark(r"watch(?:_popup)?(?:[.]php)?{/}?(?:{?}|{&})(?:{.}*(?:{&}|{?}))?v{=}[\w-]{11}"),
    Mark(r"(?:youtu|invidio|yewtu|piped){.}*(?:{?}|{&}|{#}|!)v{=}[\w-]{11}"),
    Mark(r"youtu{.}*{#}p{/}(?:[a-z]{/}){1,3}\d{1,4}{/}[\w-]{11}"),
    Mark(r"post{/}+ug[\w-]{10}", before="{/}"),
    Mark(r"lb{=}ug[\w-]{10}"),
    # what attributes of players hold in an address's place
    Mark(r"youtube(?:{/}|{:})[\w-]{11}{|}"),
    # a video's still
    Mark(r"(?:ytimg|youtube)[.-]com{/}(?:vi|an)(?:_webp)?{/}[\w-]{11}{/}"),
)
"""One of these is in the source of every page that holds an address of a post in one of the forms above (see
`archiver.platforms.marks`)."""

EXAMPLES: tuple[Example, ...] = (
    *(
        Example(url=url, id=_ID_EXAMPLE, canonical=f"https://www.youtube.com/watch?v={_ID_EXAMPLE}")
        for url in (
            f"https://www.youtube.com/watch?v={_ID_EXAMPLE}",
            f"http://youtube.com/watch?feature=player_embedded&v={_ID_EXAMPLE}&t=43s",
            f"https://www.youtube.com/watch?v={_ID_EXAMPLE}&amp;list=PL0123456789abcdef",
            f"https://m.youtube.com/watch?v={_ID_EXAMPLE}",
            f"https://music.youtube.com/watch?v={_ID_EXAMPLE}&si=Example",
            f"https://youtu.be/{_ID_EXAMPLE}?si=AbCdEfGhIjKlMnOp&t=12",
            f"//www.youtube.com/embed/{_ID_EXAMPLE}?rel=0",
            f"https://www.youtube-nocookie.com/embed/{_ID_EXAMPLE}",
            f"https://www.youtubeeducation.com/embed/{_ID_EXAMPLE}",
            f"http://www.youtube.com/v/{_ID_EXAMPLE}&hl=en&fs=1",
            f"http://www.youtube.com/e/{_ID_EXAMPLE}",
            f"https://youtube.com/shorts/{_ID_EXAMPLE}?feature=share",
            f"https://www.youtube.com/live/{_ID_EXAMPLE}",
            f"https://www.youtube.com/watch/{_ID_EXAMPLE}",
            f"http://www.youtube.com/user/example#p/u/0/{_ID_EXAMPLE}",
            f"http://m.youtube.com/#/watch?v={_ID_EXAMPLE}",
            f"https://www.youtube.com/attribution_link?a=x&u=%2Fwatch%3Fv%3D{_ID_EXAMPLE}%26feature%3Dshare",
            f"https://www.youtube.com/oembed?url=https%3A%2F%2Fyoutu.be%2F{_ID_EXAMPLE}&format=json",
            f"https://consent.youtube.com/m?continue=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3D{_ID_EXAMPLE}&gl=DE",
            f"https://yewtu.be/watch?v={_ID_EXAMPLE}",
            f"https://web.archive.org/web/20130217080612im_/http://www.youtube.com/v/{_ID_EXAMPLE}",
            f"https://youtube.googleapis.com/v/{_ID_EXAMPLE}",
        )
    ),
    Example(
        url="https://www.youtube.com/post/UgkxAbCdEfGhIjKlMnOpQrStUvWxYz012345",
        id="UgkxAbCdEfGhIjKlMnOpQrStUvWxYz012345",
        canonical="https://www.youtube.com/post/UgkxAbCdEfGhIjKlMnOpQrStUvWxYz012345",
    ),
    Example(
        url="https://www.youtube.com/channel/UC0123456789abcdefghijkl/community?lb=UgkxAbCdEfGhIjKlMnOp",
        id="UgkxAbCdEfGhIjKlMnOp",
    ),
    *(
        Example(url=url, id=None)
        for url in (
            "https://www.youtube.com/embed/videoseries?list=PL0123456789abcdef",
            "https://www.youtube.com/embed/live_stream?channel=UC0123456789abcdefghijkl",
            "https://www.youtube.com/embed?listType=playlist&list=PL0123456789abcdef",
            "https://www.youtube.com/playlist?list=PL0123456789abcdef",
            "https://www.youtube.com/channel/UC0123456789abcdefghijkl",
            "https://www.youtube.com/c/ExampleNews",
            "https://www.youtube.com/user/exampleuser",
            "https://www.youtube.com/@example.news",
            "https://www.youtube.com/@example.news/videos",
            "https://www.youtube.com/results?search_query=bridge",
            "https://www.youtube.com/hashtag/bridge",
            "https://www.youtube.com/subscription_center?add_user=example",
            "https://www.youtube.com/iframe_api",
            "https://www.youtube.com/",
            "https://i.ytimg.com/vi/a1B2c3D4e5U/hqdefault.jpg",
            "https://img.youtube.com/vi/a1B2c3D4e5U/0.jpg",
            "https://notyoutube.com/watch?v=a1B2c3D4e5U",
            "https://www.youtube.com.evil.test/watch?v=a1B2c3D4e5U",
            "https://www.youtube.com/watch?v=a1B2c3D4e5",
            "https://www.youtube.com/clip/UgkxAbCdEfGhIjKlMnOpQrStUvWx",
        )
    ),
)
