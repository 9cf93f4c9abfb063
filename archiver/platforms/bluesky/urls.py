"""Which post of Bluesky does a link name?

A post is a record: whose repository (a DID that stays, or a handle that may change), which collection, which key. Web
pages of every front end (bsky.app and others that show the same network) name it in the same path, at:// URIs and embed
frames in another.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from archiver.model import PostRef
from archiver.platforms.base import Example
from archiver.platforms.links import unwrap
from archiver.platforms.marks import Mark

NAME = "bluesky"

LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HANDLE = rf"(?:{LABEL}\.){{1,8}}[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?"
"""A domain name (atproto.com, "Handle"); most end in `.bsky.social`, any may be used."""

DID = r"did:(?:plc:[a-z0-9]{3,64}|web:[A-Za-z0-9.%-]{3,253})"
"""A did:plc has 24 characters today (web.plc.directory); what is longer or shorter is told apart by its prefix, too."""
KEY = r"[A-Za-z0-9_~.:-]{0,511}[A-Za-z0-9_~-]"

FRONT_ENDS = (
    *("bsky.app", "main.bsky.dev", "staging.bsky.dev", "deer.social", "blacksky.community", "witchsky.app"),
    *("catsky.social", "zeppelin.social", "tokimeki.blue", "subium.com"),
    # the same page with a preview that messengers can draw
    *("fxbsky.app", "vxbsky.app", "cbsky.app", "xbsky.app", "bskyx.app", "bskye.app", "bskyy.app", "bsyy.app"),
)
"""Hosts that show a post under bsky.app's path."""

HOSTS = (*FRONT_ENDS, "bsky.dev", "s9e.github.io", "skyview.social", "pdsls.dev", "bsky.brid.gy")

COLLECTION = "app.bsky.feed.post"
"""Where in a repository its posts are."""

MAX_URI = 1024

_ACTOR = rf"(?P<actor>{DID}|{HANDLE})"
_URI = re.compile(rf"at://{_ACTOR}/app\.bsky\.feed\.post/(?P<key>{KEY})")
_RECORD = rf"{_ACTOR}/app\.bsky\.feed\.post/(?P<key>{KEY})"
_HOST = "|".join(re.escape(host) for host in FRONT_ENDS)

_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # https://bsky.app/profile/ana.example/post/3l3vgf77uco2g
        rf"https?://(?:(?:www|staging|main)\.)?(?:{_HOST})/profile/@?{_ACTOR}/post/(?P<key>{KEY})",
        # at://did:plc:abcdefghijklmnopqrstuvwx/app.bsky.feed.post/3l3vgf77uco2g
        rf"at://{_RECORD}",
        # https://embed.bsky.app/embed/did:plc:abcdefghijklmnopqrstuvwx/app.bsky.feed.post/3l3vgf77uco2g?id=5
        rf"https?://embed\.(?:{_HOST})/embed/{_RECORD}",
        # https://s9e.github.io/iframe/2/bluesky.min.html#at://did:plc:…/app.bsky.feed.post/3l3vgf77uco2g#embed.bsky.app
        rf"https?://s9e\.github\.io/iframe/\d/bluesky\.min\.html#at://{_RECORD}",
        # https://pdsls.dev/at://did:plc:…/app.bsky.feed.post/3l3vgf77uco2g
        rf"https?://(?:pdsls\.dev|bsky\.brid\.gy/convert/web)/at:/{{1,2}}{_RECORD}",
    )
)
_ASIDE = re.compile(
    r"https?://(?:(?:www\.)?skyview\.social|embed\.bsky\.app/oembed)/?\?(?:[^#]*?&)?url=(?P<url>[^&#]+)", re.IGNORECASE
)
"""Pages that hold a post's address in a parameter."""

UNVERIFIED = "handle.invalid"
"""What is shown in a handle's place while it cannot be verified: nobody's handle."""


def canonical_url(post_id: str, actor: str) -> str:
    """The permalink that Bluesky itself shows; `actor` is a DID or a handle."""
    return f"https://bsky.app/profile/{actor}/post/{post_id}"


def is_did(actor: str) -> bool:
    return actor[:4].lower() == "did:"


def ref_from_id(post_id: str, handle: str | None = None) -> PostRef:
    """The reference with its canonical permalink.

    handle: the author's handle or DID, within whose repository the key is unique; a key without it names no page. An id
    may bring its author along: `did:plc:…/3l3vgf77uco2g`.
    """
    if handle is None and "/" in post_id:
        handle, _, post_id = post_id.rpartition("/")
    actor = handle and (handle if is_did(handle) else handle.lower())
    return PostRef(
        platform=NAME,
        id=post_id,
        handle=None if handle is None or is_did(handle) else handle,
        url=canonical_url(post_id, actor) if actor else "",
        scope=actor if actor != UNVERIFIED else None,
    )


def of_account(post_id: str, did: str, handle: str | None = None) -> PostRef:
    """The reference to a post whose account is known: its permalink survives every change of handle."""
    return PostRef(platform=NAME, id=post_id, handle=handle, url=canonical_url(post_id, did), scope=did)


def did_of(ref: PostRef) -> str | None:
    """The account's DID, where the reference has it."""
    return ref.scope if ref.scope is not None and is_did(ref.scope) else None


def read_uri(uri: object) -> tuple[str, str] | None:
    """The account and the key of a post's at:// URI; null for any other record's, and for anything else."""
    found = _URI.fullmatch(uri) if isinstance(uri, str) and len(uri) < MAX_URI else None
    return (found["actor"], found["key"]) if found else None


def ref_from_url(url: str) -> PostRef | None:
    """The post that a permalink, an at:// URI or an embed frame's address names; null for anything else (profiles,
    feeds, lists, searches)."""
    if "/" not in url:
        return None
    plain = unwrap(url).url
    if "%" in plain:
        plain = unquote(plain)
    if aside := _ASIDE.match(plain):
        plain = aside["url"]
    for form in _FORMS:
        if found := form.match(plain):
            actor = found["actor"]
            actor = actor.lower() if not is_did(actor) else actor
            ref = ref_from_id(found["key"], actor)
            return ref if ref.handle != UNVERIFIED else PostRef(platform=NAME, id=ref.id, url=ref.url)
    return None


_DID = "did:plc:abcdefghijklmnopqrstuvwx"
_KEY = "3l3vgf77uco2g"
_ANA = "ana.example.org"
_BY_DID = f"https://bsky.app/profile/{_DID}/post/{_KEY}"
_BY_HANDLE = f"https://bsky.app/profile/{_ANA}/post/{_KEY}"

ADDRESS_MARKS: tuple[Mark, ...] = (
    Mark(r"profile{/}{.}+{/}post{/}"),
    Mark(r"app[.]bsky[.]feed[.]post"),
)
"""One of these is in the source of every page that holds an address of a post in one of the forms above (see
`archiver.platforms.marks`)."""

EXAMPLES: tuple[Example, ...] = (
    *(
        Example(url=url, id=_KEY, handle=_ANA, canonical=_BY_HANDLE)
        for url in (
            _BY_HANDLE,
            f"https://bsky.app/profile/Ana.Example.org/post/{_KEY}?ref_src=embed&ref_url=https%3A%2F%2Fnews.example",
            f"https://deer.social/profile/{_ANA}/post/{_KEY}",
            f"https://fxbsky.app/profile/{_ANA}/post/{_KEY}",
            f"https://skyview.social/?url=https%3A%2F%2Fbsky.app%2Fprofile%2F{_ANA}%2Fpost%2F{_KEY}&viewtype=tree",
            f"https://web.archive.org/web/20241120000000/https://bsky.app/profile/{_ANA}/post/{_KEY}",
        )
    ),
    *(
        Example(url=url, id=_KEY, canonical=_BY_DID)
        for url in (
            _BY_DID,
            f"https://bsky.app/profile/did%3Aplc%3Aabcdefghijklmnopqrstuvwx/post/{_KEY}/quotes",
            f"https://embed.bsky.app/embed/{_DID}/app.bsky.feed.post/{_KEY}?id=123&amp;ref_url=https%3A%2F%2Fnews.example",
            f"https://s9e.github.io/iframe/2/bluesky.min.html#at://{_DID}/app.bsky.feed.post/{_KEY}#embed.bsky.app",
            f"https://pdsls.dev/at://{_DID}/app.bsky.feed.post/{_KEY}",
        )
    ),
    Example(
        url=f"https://bsky.app/profile/ana.bsky.social/post/{_KEY}.",
        id=_KEY,
        handle="ana.bsky.social",
        canonical=f"https://bsky.app/profile/ana.bsky.social/post/{_KEY}",
    ),
    Example(url=f"https://bsky.app/profile/handle.invalid/post/{_KEY}", id=_KEY),
    *(
        Example(url=url, id=None)
        for url in (
            "https://bsky.app/profile/ana.example.org",
            f"https://bsky.app/profile/ana.example.org/feed/{_KEY}",
            f"https://bsky.app/profile/ana.example.org/lists/{_KEY}",
            f"https://bsky.app/starter-pack/ana.example.org/{_KEY}",
            "https://bsky.app/intent/compose?text=https%3A%2F%2Fnews.example%2Fpost%2F5",
            "https://bsky.app/search?q=post",
            f"https://bsky.app.evil.test/profile/ana.example.org/post/{_KEY}",
            f"https://notbsky.app/profile/ana.example.org/post/{_KEY}",
            f"https://news.example/profile/ana.example.org/post/{_KEY}",
            f"https://pdsls.dev/at://{_DID}/app.bsky.feed.generator/{_KEY}",
            f"https://bsky.app/profile/ana/post/{_KEY}",
        )
    ),
)
