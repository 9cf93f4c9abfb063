"""Which post of Facebook does a link name?

Posts, photos, videos, reels, notes and group posts have had a dozen forms of address each; ids are digits, or the
opaque `pfbid…` that changes with every reader. The address is kept as it was found, without the parameters that only
track, because the forms cannot be turned into each other. Plugin frames hold the permalink in a parameter. Like
buttons, pages, groups, share tokens and comment threads look alike and name no post.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from archiver.model import PostRef
from archiver.platforms import slugs
from archiver.platforms.base import Example
from archiver.platforms.links import unwrap
from archiver.platforms.marks import Mark

NAME = "facebook"

_ONION = "facebookwkhpilnemxj7asaniu7vnjjbiltxjqhye3mhbshg7kx5tfyd.onion"

HOSTS = ("facebook.com", "fb.com", "fb.watch", _ONION)

_HOST = re.compile(
    rf"(?:(?:www|m|web|mbasic|mobile|touch|business|free|d|p|x|beta|upload|[a-z]{{2}}-[a-z]{{2}}|developers|graph)\.)?"
    rf"(?:facebook\.com|fb\.com|{re.escape(_ONION)})",
    re.IGNORECASE,
)
_NO_READER = re.compile(r"(?:developers|graph)\.", re.IGNORECASE)
"""Hosts that embeds cite by mistake, with the path of the post."""

_ID = r"(?P<id>pfbid[A-Za-z0-9]{10,100}|\d{5,25}(?::\d{1,6})?)"
_PAGE = r"(?P<page>[^/?#\s]{1,120})"

_PATHS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(form + r"(?=$|[/?#&])", re.IGNORECASE)
    for form in (
        # /ana.example/posts/10150000000000001, /ana.example/posts/the-bridge-is-open/10150000000000001
        rf"/{_PAGE}/posts/(?:[^/?#\s]{{1,400}}/)?{_ID}",
        # /groups/bridges/posts/1015…, /groups/bridges/permalink/1015…
        rf"/groups/[^/?#\s]{{1,120}}/(?:posts|permalink)/{_ID}",
        # /ana.example/videos/1015…, /ana.example/videos/vb.123/1015…, /ana.example/videos/the-bridge/1015…
        rf"/{_PAGE}/videos/(?:[^/?#\s]{{1,400}}/)?{_ID}",
        # /ana.example/photos/a.1.2.3/1015…, /ana.example/photos/1015…
        rf"/{_PAGE}/photos/(?:[^/?#\s]{{1,400}}/)?{_ID}",
        # /ana.example/activity/1015…
        rf"/{_PAGE}/activity/{_ID}",
        # /reel/1015…
        rf"/reels?/{_ID}",
        # /notes/ana-example/the-bridge/1015…
        rf"/notes/(?:[^/?#\s]{{1,200}}/){{1,2}}{_ID}",
        # /v/1015…, of the first video frames
        rf"/v/{_ID}",
    )
)

_QUERIES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(path, re.IGNORECASE), names)
    for path, names in (
        (r"/(?:permalink|story)\.php", ("story_fbid",)),
        (r"/photos?(?:\.php)?/?", ("fbid", "v")),
        (r"/(?:[^/?#]{1,120}/)?photos?/viewer/?", ("photo",)),
        (r"/watch(?:/live)?/?", ("v",)),
        (r"/live/videos/?", ("v",)),
        (r"/video(?:/video)?\.php", ("v",)),
        (r"/video/embed/?", ("video_id",)),
        (r"/groups/[^/?#]{1,120}/?", ("multi_permalinks",)),
    )
)
"""Paths whose parameter holds the id."""

_KEPT = frozenset({"story_fbid", "id", "fbid", "v", "video_id", "set", "multi_permalinks", "photo"})
"""Parameters that say which post; all others track, or say how to show it."""

_PLUGIN = re.compile(
    r"/(?:v\d{1,3}(?:\.\d{1,3})?/)?plugins/(?:post|video|comment_embed)(?:\.php|/oembed(?:\.json)?)?/?", re.IGNORECASE
)
_OEMBED = re.compile(r"/(?:v\d{1,3}(?:\.\d{1,3})?/)?oembed_(?:post|video)/?", re.IGNORECASE)
_LOGIN = re.compile(r"/(?:login(?:\.php|/)?|login/web/?|checkpoint/?)", re.IGNORECASE)


_NO_PAGE = frozenset(
    [
        *(
            "groups",
            "events",
            "pages",
            "watch",
            "photo",
            "photos",
            "video",
            "videos",
            "reel",
            "story",
            "stories",
            "share",
        ),
        *("plugins", "sharer", "dialog", "help", "login", "people", "pg", "hashtag", "business", "policies", "docs"),
        *("marketplace", "gaming", "live", "notes", "media", "permalink.php", "story.php", "profile.php", "l.php"),
    ]
)
"""First parts of a path that are no account."""

MAX_LAYERS = 3
"""A plugin within a login page within a redirect."""


def ref_from_id(post_id: str, handle: str | None = None) -> PostRef:
    """The reference with the address that works for posts of a known page, or for any id."""
    url = f"https://www.facebook.com/{handle}/posts/{post_id}" if handle else f"https://www.facebook.com/{post_id}"
    return PostRef(platform=NAME, id=post_id, handle=handle, url=url)


def ref_from_url(url: str) -> PostRef | None:
    """The post that a link names; null for anything else."""
    if "facebook" not in url.lower() and "fb.com" not in url.lower():
        return None
    plain = unwrap(url).url
    for _ in range(MAX_LAYERS):
        try:
            parts = urlsplit(plain)
            host = parts.hostname or ""
        except ValueError:
            return None
        if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
            return None
        if parts.fragment.startswith("!/"):  # https://www.facebook.com/#!/photo.php?fbid=…
            plain = f"{parts.scheme}://{parts.netloc}/{parts.fragment[2:]}"
            continue
        inner = _inner(parts.path, parts.query)
        if inner is not None:
            plain = unwrap(inner).url
            continue
        return _named(parts.scheme, parts.netloc, parts.path, parts.query)
    return None


def _inner(path: str, query: str) -> str | None:
    """The permalink that a plugin frame, an oEmbed address or a login page holds; empty where it holds none."""
    if _PLUGIN.fullmatch(path):
        names: tuple[str, ...] = ("href", "url")
    elif _OEMBED.fullmatch(path):
        names = ("url",)
    elif _LOGIN.fullmatch(path):
        names = ("next",)
    else:
        return None
    values = parse_qs(query[:4096])
    for name in names:
        value = values.get(name, [""])[0].strip()
        if value.startswith("/") and not value.startswith("//"):
            return "https://www.facebook.com" + value
        if value[:8].lower().startswith(("http:", "https:", "//")):
            return value
        if value[:20].lower().startswith(("www.facebook.com/", "facebook.com/", "m.facebook.com/")):
            return "https://" + value
    return ""


def _named(scheme: str, netloc: str, path: str, query: str) -> PostRef | None:
    path = re.sub(r"/{2,}", "/", path)
    post_id = page = None
    for form in _PATHS:
        if found := form.match(path):
            post_id = found["id"]
            page = found.groupdict().get("page")
            break
    else:
        values = parse_qs(query[:4096])
        for form, names in _QUERIES:
            if form.fullmatch(path):
                post_id = next(
                    (v for name in names for v in values.get(name, ())[:1] if re.fullmatch(_ID, v, re.IGNORECASE)), None
                )
                break
    if post_id is None:
        return None
    if page is not None and page.lower() in _NO_PAGE:
        return None
    if netloc and _NO_READER.match(netloc):
        netloc = "www.facebook.com"
    kept = (
        [(name, value) for name, value in parse_qsl(query[:4096]) if name in _KEPT]
        if ".php" in path or not page
        else []
    )
    return PostRef(
        platform=NAME,
        id=post_id.partition(":")[0],
        handle=unquote(page) if page else None,
        url=urlunsplit((scheme, netloc, path, urlencode(kept), "")),
    )


def page_from_url(url: str) -> str | None:
    """The page or person that a link names by its address; null for posts and Facebook's own pages."""
    try:
        parts = urlsplit(unwrap(url).url)
        host = parts.hostname or ""
    except ValueError:
        return None
    if not _HOST.fullmatch(host):
        return None
    name = parts.path.strip("/")
    if not name or "/" in name or name.lower() in _NO_PAGE or name.endswith(".php"):
        return None
    return unquote(name)


_WORDED = re.compile(r"/[^/]{1,120}/(?:posts|videos)/(?P<slug>[^/]{1,400})/(?:pfbid\w{10,100}|\d{5,25})/?")
_COUNTED_SLUG = re.compile(r"(?:vb|a|pcb|gm|bc)\.[\d.]+")


def words_in_url(url: str) -> str | None:
    """The words of the post that its address spells: `/ana.example/posts/the-bridge-is-open/10150000000000001`."""
    try:
        found = _WORDED.fullmatch(urlsplit(unwrap(url).url).path)
    except ValueError:
        return None
    if found is None or _COUNTED_SLUG.fullmatch(found["slug"]) or ref_from_url(url) is None:
        return None
    return slugs.words(found["slug"])


_ID_EXAMPLE = "10150000000000001"
_PFBID = "pfbid02ExampleExampleExampleExampleExampl"
_WWW = "https://www.facebook.com"
_POST = f"{_WWW}/ana.example/posts/{_ID_EXAMPLE}"
_QUOTED_POST = f"https%3A%2F%2Fwww.facebook.com%2Fana.example%2Fposts%2F{_ID_EXAMPLE}"

_MARKED = r"(?:facebook[.-]com|fb[.-]com|facebookwkhp\w+\.onion)(?:{:}\d+)?{/}+(?:{#}!{/}+)?"
_MARKED_ID = r"(?:pfbid|\d{5})"

ADDRESS_MARKS: tuple[Mark, ...] = (
    Mark(
        r"(?:facebook|fb|jjbiltxjqhye3mhbshg7kx5tfyd)[.-](?:com|onion)(?:{:}\d+)?{/}+(?:{#}!{/}+)?"
        r"(?:(?:{-}+{/}+(?:posts|videos|photos|activity)|groups{/}+{-}+{/}+(?:posts|permalink)){/}+(?:{-}+{/}+)?"
        r"|(?:reels?|v|notes{/}+{-}+(?:{/}+{-}+)?){/}+"
        r"|(?:{-}+{/}+)?(?:photo|watch|live|video){.}*(?:fbid|v|video_id|photo){=})(?:pfbid|\d{5})"
    ),
    Mark(r"(?:story_fbid|multi_permalinks){=}(?:pfbid|\d{5})"),
    # in a parameter of Facebook's own, where the host may be left out
    Mark(r"plugins{/}+(?:post|video|comment_embed){.}*(?:href|url){=}{/}"),
    Mark(r"(?:login|checkpoint){.}*next{=}{/}"),
)
"""One of these is in the source of every page that holds an address of a post in one of the forms above (see
`archiver.platforms.marks`)."""

EXAMPLES: tuple[Example, ...] = (
    *(
        Example(url=url, id=_ID_EXAMPLE, handle=handle, canonical=canonical)
        for url, handle, canonical in (
            (_POST, "ana.example", _POST),
            (f"{_POST}/", "ana.example", f"{_POST}/"),
            (f"{_POST}?__tn__=-R&amp;fbclid=IwAR0x", "ana.example", _POST),
            (f"{_POST}:0", "ana.example", f"{_POST}:0"),
            (f"https://web.facebook.com/ana.example/posts/{_ID_EXAMPLE}", "ana.example", _POST.replace("www", "web")),
            (
                f"https://de-de.facebook.com/ana.example/posts/{_ID_EXAMPLE}",
                "ana.example",
                _POST.replace("www", "de-de"),
            ),
            (f"//www.facebook.com/ana.example/posts/{_ID_EXAMPLE}", "ana.example", _POST),
            (f"https://graph.facebook.com/ana.example/posts/{_ID_EXAMPLE}/", "ana.example", f"{_POST}/"),
            (f"https://developers.facebook.com/ana.example/posts/{_ID_EXAMPLE}", "ana.example", _POST),
            (
                f"{_WWW}/ana.example/posts/the-bridge-is-open/{_ID_EXAMPLE}/",
                "ana.example",
                f"{_WWW}/ana.example/posts/the-bridge-is-open/{_ID_EXAMPLE}/",
            ),
            (f"{_WWW}/ana.example/videos/{_ID_EXAMPLE}/", "ana.example", f"{_WWW}/ana.example/videos/{_ID_EXAMPLE}/"),
            (
                f"{_WWW}/ana.example/videos/vb.123456/{_ID_EXAMPLE}/?type=2&theater",
                "ana.example",
                f"{_WWW}/ana.example/videos/vb.123456/{_ID_EXAMPLE}/",
            ),
            (
                f"{_WWW}/ana.example/photos/a.671.1073.669/{_ID_EXAMPLE}/?type=3&amp;theater",
                "ana.example",
                f"{_WWW}/ana.example/photos/a.671.1073.669/{_ID_EXAMPLE}/",
            ),
            (
                f"{_WWW}/ana.example/photos/pb.96803.-2207520000.14850./{_ID_EXAMPLE}/?type=3",
                "ana.example",
                f"{_WWW}/ana.example/photos/pb.96803.-2207520000.14850./{_ID_EXAMPLE}/",
            ),
            (
                f"{_WWW}/permalink.php?story_fbid={_ID_EXAMPLE}&id=123456&ref=share",
                None,
                f"{_WWW}/permalink.php?story_fbid={_ID_EXAMPLE}&id=123456",
            ),
            (
                f"https://m.facebook.com/story.php?story_fbid={_ID_EXAMPLE}&amp;id=123456&amp;mibextid=Nif5oz",
                None,
                f"https://m.facebook.com/story.php?story_fbid={_ID_EXAMPLE}&id=123456",
            ),
            (
                f"{_WWW}/photo.php?fbid={_ID_EXAMPLE}&set=a.133.2039.151&type=3",
                None,
                f"{_WWW}/photo.php?fbid={_ID_EXAMPLE}&set=a.133.2039.151",
            ),
            (f"{_WWW}/photo/?fbid={_ID_EXAMPLE}&set=a.1", None, f"{_WWW}/photo/?fbid={_ID_EXAMPLE}&set=a.1"),
            (f"{_WWW}/watch/?v={_ID_EXAMPLE}&ref=sharing", None, f"{_WWW}/watch/?v={_ID_EXAMPLE}"),
            (f"{_WWW}/watch/live/?v={_ID_EXAMPLE}", None, f"{_WWW}/watch/live/?v={_ID_EXAMPLE}"),
            (f"{_WWW}/video.php?v={_ID_EXAMPLE}", None, f"{_WWW}/video.php?v={_ID_EXAMPLE}"),
            (f"{_WWW}/video/embed?video_id={_ID_EXAMPLE}", None, f"{_WWW}/video/embed?video_id={_ID_EXAMPLE}"),
            (f"{_WWW}/reel/{_ID_EXAMPLE}?fs=e", None, f"{_WWW}/reel/{_ID_EXAMPLE}"),
            (
                f"{_WWW}/groups/bridges/permalink/{_ID_EXAMPLE}/",
                None,
                f"{_WWW}/groups/bridges/permalink/{_ID_EXAMPLE}/",
            ),
            (f"{_WWW}/groups/123456/posts/{_ID_EXAMPLE}", None, f"{_WWW}/groups/123456/posts/{_ID_EXAMPLE}"),
            (
                f"{_WWW}/groups/123456/?multi_permalinks={_ID_EXAMPLE}&ref=1",
                None,
                f"{_WWW}/groups/123456/?multi_permalinks={_ID_EXAMPLE}",
            ),
            (
                f"{_WWW}/notes/ana-example/the-bridge/{_ID_EXAMPLE}/",
                None,
                f"{_WWW}/notes/ana-example/the-bridge/{_ID_EXAMPLE}/",
            ),
            (f"{_WWW}/#!/photo.php?fbid={_ID_EXAMPLE}", None, f"{_WWW}/photo.php?fbid={_ID_EXAMPLE}"),
            (f"{_WWW}/plugins/post.php?href={_QUOTED_POST}&show_text=true&width=500", "ana.example", _POST),
            (f"{_WWW}/v2.3/plugins/post.php?app_id=1&amp;href={_QUOTED_POST}&amp;sdk=joey", "ana.example", _POST),
            (f"{_WWW}/plugins/video.php?height=314&href={_QUOTED_POST}&t=0", "ana.example", _POST),
            (f"{_WWW}/plugins/post/oembed.json/?url={_QUOTED_POST}", "ana.example", _POST),
            (f"https://graph.facebook.com/v10.0/oembed_post?url={_QUOTED_POST}", "ana.example", _POST),
            (f"{_WWW}/login/?next={_QUOTED_POST}", "ana.example", _POST),
            (f"https://l.facebook.com/l.php?u={_QUOTED_POST}&h=AT0", "ana.example", _POST),
            (f"https://web.archive.org/web/20190101000000/{_POST}", "ana.example", _POST),
        )
    ),
    Example(
        url=f"{_WWW}/ana.example/posts/{_PFBID}?rdid=x",
        id=_PFBID,
        handle="ana.example",
        canonical=f"{_WWW}/ana.example/posts/{_PFBID}",
    ),
    Example(
        url=f"{_WWW}/permalink.php?story_fbid={_PFBID}&id=61570000000000",
        id=_PFBID,
        canonical=f"{_WWW}/permalink.php?story_fbid={_PFBID}&id=61570000000000",
    ),
    *(
        Example(url=url, id=None)
        for url in (
            f"{_WWW}/ana.example",
            f"{_WWW}/ana.example/posts/",
            f"{_WWW}/ana.example/videos",
            f"{_WWW}/profile.php?id=100000000000001",
            f"{_WWW}/groups/bridges",
            f"{_WWW}/groups/123456789/",
            f"{_WWW}/events/10150000000000001",
            f"{_WWW}/pages/Ana-Example/123456789012",
            f"{_WWW}/people/Ana-Example/100000000000001",
            f"{_WWW}/share/p/1AbCdEfGhI/",
            f"{_WWW}/share/v/1AbCdEfGhI/",
            f"{_WWW}/share/1AbCdEfGhI/",
            "https://fb.watch/aBcDeFgHiJ/",
            f"{_WWW}/sharer/sharer.php?u={_QUOTED_POST}",
            f"{_WWW}/sharer.php?u=https%3A%2F%2Fnews.example.org%2Fposts%2F{_ID_EXAMPLE}",
            f"{_WWW}/share.php?u={_QUOTED_POST}",
            f"{_WWW}/dialog/share?app_id=1&href={_QUOTED_POST}",
            f"{_WWW}/plugins/like.php?href={_QUOTED_POST}",
            f"{_WWW}/plugins/share_button.php?href={_QUOTED_POST}",
            f"{_WWW}/plugins/comments.php?href={_QUOTED_POST}",
            f"{_WWW}/plugins/feedback.php?href={_QUOTED_POST}",
            f"{_WWW}/plugins/page.php?href=https%3A%2F%2Fwww.facebook.com%2Fana.example&tabs=timeline",
            f"{_WWW}/plugins/likebox.php?href=https%3A%2F%2Fwww.facebook.com%2Fana.example",
            f"{_WWW}/plugins/post.php?href=https%3A%2F%2Fnews.example.org%2Fposts%2F{_ID_EXAMPLE}",
            f"{_WWW}/plugins/post.php",
            f"{_WWW}/tr?id=123456789&ev=PageView",
            f"{_WWW}/hashtag/bridge",
            f"https://www.facebook.com.evil.test/ana.example/posts/{_ID_EXAMPLE}",
            f"https://notfacebook.com/ana.example/posts/{_ID_EXAMPLE}",
            "https://connect.facebook.net/en_US/sdk.js#xfbml=1&version=v13.0",
        )
    ),
)
