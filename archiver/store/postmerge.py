"""What do many statements about one post come to?

The pure half of a post index: which record is the better one, which pages show the same, what is kept of all that is
said of one post. Every rule gives the same for the same statements in any order, as far as the bounds allow.
"""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any, NamedTuple

import msgspec

from archiver.model import Post, to_json

MAX_TEXTS = 8
"""Handles with words that are kept of one post."""

MAX_NAMES = 8
"""Other handles and days under which one post is found."""

MAX_PAGES = 64
"""Pages that are kept of one post."""

MAX_OF_SITE = 4
"""Of them from one site: a site that shows a post on every page must not be the only one that is kept."""

MAX_FURTHER = 10_000
"""Further pages are counted up to here."""

MAX_WORDS = 20_000
"""Code points kept of what a page shows."""

MAX_ADDRESS = 2048
"""Code points; a longer address of a page is not kept."""

MAX_RECORD = 1024 * 1024
"""Code points of one record as JSON."""

LINKS = re.compile(r"https?://\S+|\b(?:pic\.(?:twitter|x)\.com|t\.co)/\w+")
SIGNS = re.compile(r"[\W_]+")

Words = tuple[str | None, str | None, str | None]
"""Handle, display name, text."""

Seen = tuple[int | None, str | None, str | None]
"""Which words a page shows, and when it was seen first and last."""

Uses = dict[tuple[str, str, str, int], tuple[str, str]]
"""Platform, folded handle, account and whether that is vouched for → first and last day."""


class Row(NamedTuple):
    """One statement about a post."""

    post: Post
    vouched: bool
    """Whether it is a record that somebody vouches for."""
    page: str | None = None
    """The page that shows it so."""
    seen: str | None = None
    """When: ISO day or RFC 3339 time. Of a record: the day on which its account had that handle."""


RowLike = Row | tuple[Post, bool, str | None, str | None]


class Claim(NamedTuple):
    """What one page shows of a post, worked out as an index keeps it: of many millions. All of it can be written as
    UTF-8, and the words are at most `MAX_WORDS`."""

    key: str
    platform: str
    id: str
    scope: str | None
    url: str
    handle: str | None
    folded: str | None
    """The handle without case."""
    display_name: str | None
    day: str | None
    created: str | None
    """ISO time, UTC."""
    text: str | None
    """Null where there is none, not empty."""
    variant: int
    """`variant_of` handle and words."""
    page: str
    seen: str | None

    @property
    def account_id(self) -> None:
        """Pages do not tell it."""
        return None


class Said:
    """What some statements say of one post."""

    __slots__ = ("account", "created", "day", "folded", "handle", "names", "pages", "post", "record", "texts")

    def __init__(
        self, post: Post | Claim, handle: str | None, folded: str | None, day: str | None, created: str | None
    ) -> None:
        self.post = post
        """The record, or what the first page shows."""
        self.handle, self.folded, self.day, self.created = handle, folded, day, created
        self.account = post.account_id
        self.names: set[tuple[str | None, str | None]] | None = None
        """Other folded handles and days; null: the post's own."""
        self.record: str | None = None
        """JSON of the record that somebody vouches for."""
        self.texts: dict[int, Words] = {}
        self.pages: dict[str, Seen] = {}

    def goes_by(
        self, handle: str | None, folded: str | None, account: str | None, day: str | None, created: str | None
    ) -> None:
        """Another statement: it fills what is not known, and adds to the names."""
        self._is_called(folded, day)
        if self.folded is None:
            self.handle, self.folded = handle, folded
        self.account, self.day, self.created = self.account or account, self.day or day, self.created or created

    def is_recorded(
        self, post: Post, handle: str | None, folded: str | None, day: str | None, created: str | None
    ) -> None:
        """A record that somebody vouches for: it is what the post is, unless there is a better one."""
        record = to_json(post).decode()
        if len(record) > MAX_RECORD or (self.record is not None and rank(record) <= rank(self.record)):
            return
        before = self.folded, self.day
        self.record, self.post = record, post
        self.handle, self.folded = handle or self.handle, folded or self.folded
        self.account, self.day = post.account_id or self.account, day or self.day
        self.created = created or self.created
        self._is_called(*before)

    def is_shown(
        self, handle: str | None, folded: str | None, name: str | None, text: str | None, page: str | None,
        seen: str | None,
    ) -> None:  # fmt: skip
        """What a page shows; `page` is null where nobody knows which."""
        self.is_shown_in((handle, name, text[:MAX_WORDS] if text else None), variant_of(folded, text), page, seen)

    def is_shown_in(self, words: Words, variant: int, page: str | None, seen: str | None) -> None:
        """The same where the words are cut and their variant is known."""
        texts = self.texts
        if variant in texts and texts[variant] != words:
            words = fuller(words, texts[variant])
        texts[variant] = words
        if page is not None and len(page) <= MAX_ADDRESS:
            had = self.pages.get(page)
            at: Seen = (variant, seen, seen)
            self.pages[page] = at if had is None else seen_again(at, had, texts)

    def _is_called(self, folded: str | None, day: str | None) -> None:
        if folded != self.folded or day != self.day:
            self.names = self.names or set()
            self.names.add((folded, day))

    def other_names(self, folded: str | None, day: str | None, had: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Handles and days besides the one it goes by, and besides those that are kept already."""
        if not self.names:
            return []
        names = {(name or folded, at or day) for name, at in self.names} - {(folded, day)}
        had = set(had)
        fresh = sorted((name, at) for name, at in names if name and at and (name, at) not in had)
        return fresh[: max(0, MAX_NAMES - len(had))]


def gathered(batch: Iterable[RowLike], before: Mapping[str, Said] | None = None) -> tuple[dict[str, Said], Uses]:
    """What a batch says of each post (by its key), and which accounts it saw under which handle.

    before: what was said already of some posts; it goes on there.

    Raises `UnicodeEncodeError` where something cannot be written (`writable`).
    """
    all_said: dict[str, Said] = dict(before or {})
    uses: Uses = {}
    for post, vouched, page, seen in batch:
        # `Post.key`, written out: this runs millions of times
        key = f"{post.platform}:{post.scope}/{post.id}" if post.scope else f"{post.platform}:{post.id}"
        handle = post.handle
        written = f"{key}{post.url}{handle}{post.display_name}{post.account_id}{page}{seen}{post.text}"
        if not written.isascii():
            written.encode()
        folded = handle.casefold() if handle else None
        created = post.created_at.astimezone(UTC).isoformat() if post.created_at is not None else None
        day = post.day or (created[:10] if created else None)
        said = all_said.get(key)
        if said is None:
            said = all_said[key] = Said(post, handle, folded, day, created)
        else:
            said.goes_by(handle, folded, post.account_id, day, created)
        if vouched:
            said.is_recorded(post, handle, folded, day, created)
        else:
            said.is_shown(handle, folded, post.display_name, post.text, page, seen)
        if folded and post.account_id and (on := (seen or day or "")[:10]):
            use = (post.platform, folded, post.account_id, int(vouched))
            span = uses.get(use, (on, on))
            uses[use] = (min(on, span[0]), max(on, span[1]))
    return all_said, uses


def shown_by(claims: Iterable[Sequence[Any]], said: Said | None = None) -> Said:
    """What pages show of one post, as `gathered` tells it. claims: the values of a `Claim` each, at least one. said:
    what was shown before; it goes on there."""
    for claim in claims:
        if said is None:
            first = Claim._make(claim)
            said = Said(first, first.handle, first.folded, first.day, first.created)
        _, _, _, _, _, handle, folded, name, day, created, text, variant, page, seen = claim
        if folded != said.folded or day != said.day or (created and not said.created):
            said.goes_by(handle, folded, None, day, created)
        said.is_shown_in((handle, name, text), variant, page, seen)
    assert said is not None
    return said


def writable(rows: Iterable[RowLike]) -> list[Row]:
    """The rows without what cannot be written as UTF-8: halves of surrogate pairs become U+FFFD."""
    return [
        Row(msgspec.json.decode(to_json(post), type=Post), vouched, page and _utf8(page), seen and _utf8(seen))
        for post, vouched, page, seen in rows
    ]


def _utf8(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# -- which pages show the same


def variant_of(folded: str | None, text: str | None) -> int:
    """What a handle with words is known by; the same for pages that differ in case, signs and links alone."""
    return _hash(f"{folded or ''}\n".encode() + (same_words(text) if text else b""))


def same_words(text: str) -> bytes:
    """What is the same in two pages that show the same words: case, signs, links and spaces are gone."""
    text = text[:MAX_WORDS]
    if "http" in text or ".co" in text:
        text = LINKS.sub(" ", text)
    if text.isascii():
        return text.encode().translate(_SMALL, _SIGNS)
    return SIGNS.sub("", unicodedata.normalize("NFKC", text).casefold()).encode()


_SMALL = bytes(range(256)).lower()
_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
"""What the other branch does to ASCII, many times faster."""


def page_hash(page: str) -> int:
    """What a page that is not kept is known by."""
    return _hash(page.encode())


def _hash(data: bytes) -> int:
    return int(_INT64.unpack(hashlib.blake2b(data, digest_size=8).digest())[0])


_INT64 = struct.Struct(">q")


def fuller(one: Words, other: Words) -> Words:
    """Of two showings of the same words the one with more around them (a picture's link)."""
    length, of_other = len(one[2] or ""), len(other[2] or "")
    if length != of_other:
        return one if length > of_other else other
    return max(one, other, key=lambda words: tuple(value or "" for value in words))


def seen_again(new: Seen, had: Seen, texts: Mapping[int, Words]) -> Seen:
    """What a page that was seen twice shows, and from when to when: the longer words, where it shows the post twice."""
    variants = [variant for variant in (new[0], had[0]) if variant is not None and variant in texts]
    shows = max(variants, key=lambda variant: (len(texts[variant][2] or ""), variant), default=had[0])
    times = [time for time in (*new[1:], *had[1:]) if time is not None]
    return shows, min(times, default=None), max(times, default=None)


# -- which is better, and what is kept


def rank(record: str) -> tuple[bool, bool, bool, int, str]:
    """How good a record (as JSON) is: the one that shows more wins, and among equals always the same."""
    post = msgspec.json.decode(record, type=Post)
    return post.created_at is not None, post.text is not None, post.text_complete, len(record), record


def kept_texts(new: Iterable[int], had: Iterable[int]) -> dict[int, None]:
    """The variants that a post keeps: those that it has, then new ones as far as there is room."""
    kept = dict.fromkeys(had)
    for variant in sorted(new):
        if len(kept) >= MAX_TEXTS:
            break
        kept[variant] = None
    return kept


def kept_pages(fresh: Mapping[str, Seen], had: Iterable[str]) -> tuple[list[str], list[str]]:
    """Of new pages those that a post keeps besides the ones it has, and the rest."""
    had = list(had)
    if len(had) + len(fresh) <= MAX_OF_SITE:
        return list(fresh), []
    if len(had) >= MAX_PAGES:
        return [], sorted(fresh)
    of_site: dict[str, int] = {}
    kept: list[str] = []
    rest: list[str] = []
    for page in sorted(fresh):
        site = site_of(page)
        if site not in of_site:
            of_site[site] = sum(site in other and site_of(other) == site for other in had)
        if len(had) + len(kept) < MAX_PAGES and of_site[site] < MAX_OF_SITE:
            of_site[site] += 1
            kept.append(page)
        else:
            rest.append(page)
    return kept, rest


def site_of(page: str) -> str:
    """The last two names of a page's host."""
    host = page.partition("//")[2].partition("/")[0].rpartition("@")[2].partition(":")[0].lower()
    return ".".join(host.split(".")[-2:])
