"""Which post of the fediverse does a link name?

Any host can be a server, so the path alone is read: the forms of Mastodon and of the other programs that speak
ActivityPub and whose posts are posts (Pleroma, Misskey, GoToSocial, Pixelfed, Friendica, Gab, and their relatives). A
path is weak evidence: detection asks here only where something else says that a post stands there, and sites that use
such paths for other things are left out.
"""

from __future__ import annotations

import re

from archiver.model import PostRef
from archiver.platforms.base import Example
from archiver.platforms.links import unwrap
from archiver.platforms.marks import Mark
from archiver.platforms.mastodon import ids

NAME = "mastodon"

USER = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?"
"""A server's own accounts have letters, digits and `_`; those of others `.` and `-` too."""

SERVER = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59})"

ACCOUNT = rf"{USER}@{SERVER}"
"""`ana@server.example`: a handle that tells its server."""

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_UUID_ONLY = re.compile(_UUID)
_ULID = r"[0-7][0-9A-HJKMNP-TV-Z]{25}"

_PATHS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(form)
    for form in (
        # /@ana/110372412617177781, /@ana@other.example/110372412617177781/embed, /web/@ana/110372412617177781
        rf"/(?:web/|deck/)?@(?P<user>{USER})(?:@(?P<home>{SERVER}))?/(?:statuses/|posts/)?(?P<id>\d{{1,20}}|{_ULID})(?!\w|[.-]\w)",
        # /users/ana/statuses/110372412617177781
        rf"/users/(?P<user>{USER})/statuses/(?P<id>\d{{1,20}}|{_ULID})(?!\w|[.-]\w)",
        # /ap/users/115421/statuses/110372412617177781: the number is an account's, not its name
        r"/ap/users/\d{1,20}/statuses/(?P<id>\d{1,20})(?!\w|[.-]\w)",
        # /web/statuses/110372412617177781, /i/web/post/807049239164366849
        r"/(?P<as_found>(?:(?:web|deck|i/web)/)?(?:statuses|post)/(?P<id>\d{15,20}))(?!\w|[.-]\w)",
        # /p/ana/807049239164366849: Pixelfed
        rf"/p/(?P<pixelfed>{USER})/(?P<id>\d{{15,20}})(?!\w|[.-]\w)",
        # /notes/9tht7ungi81f0005, /embed/notes/…: Misskey
        r"/(?:embed/)?(?P<as_found>notes/(?P<aid>[0-9a-z]{10}|[0-9a-z]{16}))(?!\w|[.-]\w)",
        # /notice/AbCdEfGhIjKlMnOpQr, /embed/…: Pleroma, Akkoma
        r"/(?P<as_found>notice/(?P<flake>[0-9A-Za-z]{18}))(?![\w-])",
        r"/embed/(?P<flake>[0-9A-Za-z]{18})(?![\w-])",
        # /objects/0123abcd-…: Pleroma's names for other programs; /display/…: Friendica
        rf"/(?P<as_found>(?:objects|display)/(?P<id>{_UUID}))(?![\w-])",
    )
)

GAB = ("gab.com", "www.gab.com")
"""It runs Mastodon's code, writes its permalinks in its own way, and talks to no other server any more."""

_GAB = re.compile(r"/(?P<user>[A-Za-z0-9_]{1,30})/posts/(?P<id>\d{15,20})(?!\w)")

_URL = re.compile(rf"https?://(?P<host>{SERVER})(?::\d{{1,5}})?(?P<path>/[^?#\s]{{1,400}})", re.IGNORECASE)

NO_SERVERS = frozenset(
    {
        # networks of their own, some with `/@name/…`
        *("truthsocial.com", "tiktok.com", "lemon8-app.com", "likee.video", "kwai.com", "youtube.com", "twitter.com"),
        *("x.com", "facebook.com", "instagram.com", "threads.net", "threads.com", "bsky.app", "linkedin.com", "vk.com"),
        *("ok.ru", "weibo.com", "reddit.com", "tumblr.com", "pinterest.com", "t.me", "snapchat.com", "rumble.com"),
        *("odysee.com", "lbry.tv", "gettr.com", "parler.com", "minds.com", "quora.com", "zhihu.com", "twitch.tv"),
        # writing, with `/@name/…`
        *("medium.com", "substack.com", "flipboard.com", "steemit.com", "hive.blog", "peakd.com", "ecency.com"),
        *("teletype.in", "hackmd.io", "hashnode.dev", "note.com", "vc.ru", "dev.to", "ghost.io", "telegra.ph"),
        # packages, code, files, maps
        *("npmjs.com", "unpkg.com", "jsdelivr.net", "jsr.io", "observablehq.com", "codepen.io", "github.com"),
        *("google.com", "flickr.com", "strava.com", "keybase.io", "patreon.com", "ko-fi.com", "buymeacoffee.com"),
        *("linktr.ee", "soundcloud.com", "archive.org", "s9e.github.io"),
    }
)
"""Registered domains where such a path is something else."""


def canonical_url(post_id: str, account: str) -> str:
    """The permalink on the account's own server; `account` is `ana@server.example`.

    Which program the server runs is told by the id's own form: each counts in its own way (`ids`).
    """
    user, _, host = account.partition("@")
    if post_id.isdecimal():
        path = f"{user}/posts/{post_id}" if host in GAB else f"@{user}/{post_id}"
    elif ids.is_ulid(post_id):
        path = f"@{user}/statuses/{post_id}"
    elif ids.is_aid(post_id):
        path = f"notes/{post_id}"
    elif ids.is_flake(post_id):
        path = f"notice/{post_id}"
    elif _UUID_ONLY.fullmatch(post_id):
        path = f"objects/{post_id}"
    else:
        path = f"@{user}/{post_id}"
    return f"https://{host}/{path}"


def ref_from_id(post_id: str, handle: str | None = None) -> PostRef:
    """The reference with its canonical permalink; an id names no page without a server (`ana@server.example`)."""
    host = handle.partition("@")[2].lower() if handle else ""
    url = canonical_url(post_id, f"{handle.partition('@')[0]}@{host}") if handle and host else ""
    return PostRef(platform=NAME, id=post_id, handle=handle, url=url, scope=host or None)


def ref_in(host: str, post_id: str) -> PostRef | None:
    """The reference of a post of which only the server and the id there are known, with an address that needs no user's
    name; null where its id is of no known form."""
    for path in ("web/statuses", "statuses", "notes", "notice", "objects"):
        ref = ref_from_url(f"https://{host}/{path}/{post_id}")
        if ref is not None and (ref.scope, ref.id) == (host, post_id):
            return ref
    return None


def ref_from_url(url: str) -> PostRef | None:
    """The post that a permalink in any of the forms above names, on any host; null for anything else.

    The handle is `user@host`, where the path names a user; the scope is the host whose id it is. A post that a server
    shows of another's user keeps the id and the page of the server that shows it.
    """
    if "/" not in url:
        return None
    found = _URL.match(unwrap(url).url)
    if found is None:
        return None
    host = found["host"].lower()
    if _is_of(host, NO_SERVERS):
        return None
    path = found["path"].replace("%40", "@")
    if host in GAB and (gab := _GAB.match(path)):
        return _on("gab.com", gab["id"], gab[0], f"{gab['user']}@gab.com")
    for form in _PATHS:
        if (named := form.match(path)) is not None and (ref := _ref(host, named)) is not None:
            return ref
    return None


def _ref(host: str, named: re.Match[str]) -> PostRef | None:
    groups = named.groupdict()
    post_id = groups.get("id") or groups.get("aid") or groups.get("flake") or ""
    if (groups.get("aid") or groups.get("flake")) and (post_id.isalpha() or ids.time_of(post_id) is None):
        return None  # letters only are a word: four in a hundred such ids are lost, no page is taken for one
    if user := groups.get("user"):
        home = groups.get("home")
        if home and home.lower() != host:
            return _on(host, post_id, f"/@{user}@{home.lower()}/{post_id}", f"{user}@{home.lower()}")
        return ref_from_id(post_id, f"{user}@{host}")
    if user := groups.get("pixelfed"):
        return _on(host, post_id, f"/p/{user}/{post_id}", f"{user}@{host}")
    if groups.get("as_found"):
        path = "/" + groups["as_found"]
    elif groups.get("flake"):
        path = f"/notice/{post_id}"
    else:
        path = named[0]
    return _on(host, post_id, path)


def host_of(url: str) -> str:
    """The host of an http(s) address, in small letters; empty for anything else."""
    found = _URL.match(url)
    return found["host"].lower() if found else ""


_USER_IN = re.compile(r"https?://[^/]{1,260}/(?:@|users/)(?P<user>[A-Za-z0-9_.-]{1,80})")


def user_in(url: str) -> str | None:
    """The user whose page or list an address is."""
    found = _USER_IN.match(url)
    return found["user"].removesuffix(".rss").removesuffix(".atom") if found else None


def ref_of_object(url: str) -> PostRef | None:
    """The post that a server's own record names by this address, of whatever form: where no form above fits, the path
    is its id. Not for addresses that only an article has."""
    named = ref_from_url(url)
    if named is not None:
        return named
    found = _URL.match(url)
    if found is None or not url.startswith("https://"):
        return None
    path = found["path"].strip("/")
    return _on(found["host"].lower(), path, f"/{path}") if path else None


def _on(host: str, post_id: str, path: str, handle: str | None = None) -> PostRef:
    return PostRef(platform=NAME, id=post_id, handle=handle, url=f"https://{host}{path}", scope=host)


def _is_of(host: str, domains: frozenset[str]) -> bool:
    labels = host.split(".")
    return any(".".join(labels[at:]) in domains for at in range(len(labels) - 1))


_ID = "110372412617177781"
_ANA = "ana@social.example"
_PAGE = f"https://social.example/@ana/{_ID}"

ADDRESS_MARKS: tuple[Mark, ...] = (
    Mark(
        r"(?:/|2f;?|47;|sol;){@}[\w.-]+(?:{@}[\w.-]+)?{/}(?:statuses{/}|posts{/})?"
        r"(?:\d{1,20}|[0-7][0-9a-z]{25})(?:[^\w.-]|[.-]\W)"
    ),
    Mark(r"users{/}[\w.-]+{/}statuses{/}\w"),
    Mark(r"statuses{/}\d{15}"),
    Mark(r"post{/}\d{15}", before="{/}"),
    Mark(r"p{/}[\w.-]+{/}\d{15}", before="{/}"),
    Mark(r"notes{/}(?:[0-9a-z]{10}|[0-9a-z]{16})(?:[^\w.-]|[.-]\W)", before="{/}"),
    Mark(r"notice{/}[0-9a-z]{18}{|}", before="{/}"),
    Mark(r"embed{/}[0-9a-z]{18}{|}", before="{/}"),
    Mark(r"(?:objects|display){/}[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-", before="{/}"),
    Mark(r"gab[.-]com{/}\w+{/}posts{/}\d{15}"),
)
"""One of these is in the source of every page that holds an address of a post in one of the forms above (see
`archiver.platforms.marks`)."""

EXAMPLES: tuple[Example, ...] = (
    *(
        Example(url=url, id=_ID, handle=_ANA, canonical=_PAGE)
        for url in (
            _PAGE,
            f"https://social.example/@ana/{_ID}/embed",
            f"//social.example/@ana/{_ID}?lang=de#top",
            f"https://social.example/%40ana/{_ID}",
            f"https://social.example/@ana@social.example/{_ID}",
            f"https://social.example/users/ana/statuses/{_ID}",
            f"https://social.example/users/ana/statuses/{_ID}/activity",
            f"https://Social.Example/web/@ana/{_ID}",
            f"https://social.example/deck/@ana/{_ID}",
            f"https://social.example/@ana/posts/{_ID}",
            f"https://web.archive.org/web/20230601000000/https://social.example/@ana/{_ID}",
        )
    ),
    Example(
        url=f"https://social.example/@ana.b-c@other.example/{_ID}",
        id=_ID,
        handle="ana.b-c@other.example",
        canonical=f"https://social.example/@ana.b-c@other.example/{_ID}",
    ),
    Example(url="https://social.example/@ana/1234567", id="1234567", handle=_ANA),
    Example(url=f"https://social.example/web/statuses/{_ID}", id=_ID),
    Example(url=f"https://social.example/ap/users/115421/statuses/{_ID}", id=_ID),
    Example(
        url="https://gts.example/@ana/statuses/01HZY3CQXVJ5P8TB3H9YQ4M5RK",
        id="01HZY3CQXVJ5P8TB3H9YQ4M5RK",
        handle="ana@gts.example",
    ),
    Example(
        url="https://photos.example/p/ana/807049239164366849/embed?caption=true&likes=false&layout=full",
        id="807049239164366849",
        handle="ana@photos.example",
        canonical="https://photos.example/p/ana/807049239164366849",
    ),
    Example(
        url="https://notes.example/embed/notes/9tht7ungi81f0005",
        id="9tht7ungi81f0005",
        canonical="https://notes.example/notes/9tht7ungi81f0005",
    ),
    Example(
        url="https://pleroma.example/notice/AZQpXk2fBvGcYwTrLm",
        id="AZQpXk2fBvGcYwTrLm",
        canonical="https://pleroma.example/notice/AZQpXk2fBvGcYwTrLm",
    ),
    Example(
        url="https://pleroma.example/objects/0b6a1f9e-3c52-4a57-9d3e-5f1c2b7a8e90",
        id="0b6a1f9e-3c52-4a57-9d3e-5f1c2b7a8e90",
    ),
    Example(
        url="https://gab.com/ana/posts/107163961867310434",
        id="107163961867310434",
        handle="ana@gab.com",
        canonical="https://gab.com/ana/posts/107163961867310434",
    ),
    *(
        Example(url=url, id=None)
        for url in (
            "https://social.example/@ana",
            "https://social.example/@ana/following",
            "https://social.example/tags/bridge",
            f"https://medium.com/@ana/{_ID}",
            "https://medium.com/@ana/the-bridge-is-open-0a1b2c3d4e5f",
            "https://www.tiktok.com/@ana/7163799291297792000",
            "https://www.lemon8-app.com/@ana/7163799291297792000",
            f"https://truthsocial.com/@ana/{_ID}",
            "https://www.youtube.com/@ana/1234567",
            "https://ana.substack.com/@ana/1234567",
            "https://news.example/2023/05/15/110372412617177781",
            "https://news.example/notes/moderation",
            "https://news.example/notes/abcdefghij",
            "https://news.example/notice/AllOfTheseAreWords",
            "https://news.example/post/110372",
            "https://news.example/p/ana/1234",
            "https://news.example/@ana/12.5",
            "https://localhost/@ana/1234567",
        )
    ),
)
