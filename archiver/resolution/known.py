"""Posts that are known already: what an archive stored, what a post index collected, what a user brought along.

All fit one protocol, so that a resolution looks them up alike; none opens a connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import msgspec
from msgspec.structs import replace

from archiver.model import Post, to_json
from archiver.platforms import platform as platform_named
from archiver.resolution.ranking import HandleUse
from archiver.store.catalogue import Catalogue
from archiver.store.postindex import Held, PostIndex, Showing
from archiver.store.postmerge import rank, same_words, site_of

TELLING = 40
"""Bytes of plain words from which on the beginning of a text is that text, cut."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """One known post."""

    post: Post
    evidence: tuple[str, ...] = ()
    """Record ids of the captures that it was read from."""
    cited_in: tuple[str, ...] = ()
    """Pages that show the post with its id and these words, where that is all that is known of it."""


class KnownPosts(Protocol):
    """Where known posts are looked up."""

    name: str
    """`store` (captures of the platform's own answers), `file` (posts that the user vouches for), `index` (what pages
    of others show: a claim, which is checked before it counts)."""

    def posts_between(self, platform: str, handle: str, first: str, last: str) -> Sequence[Known]:
        """Posts of one account (any case, also under handles that it had before) from one ISO day to another."""
        ...

    def post(self, key: str) -> Known | None:
        """The best record of the post with this key."""
        ...

    def handle_uses(self, platform: str, handle: str) -> Sequence[HandleUse]:
        """Which accounts were seen under this handle, and when."""
        ...


class Stored:
    """The posts of an archive, as its catalogue has them."""

    name = "store"

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def posts_between(self, platform: str, handle: str, first: str, last: str) -> list[Known]:
        found = self._catalogue.posts_between(platform, handle, first, last)
        return [Known(post=post, evidence=evidence) for post, evidence in found]

    def post(self, key: str) -> Known | None:
        found = self._catalogue.post(key)
        return Known(post=found[0], evidence=found[1]) if found else None

    def handle_uses(self, platform: str, handle: str) -> list[HandleUse]:
        return _uses(handle, self._catalogue.handle_uses(platform, handle))


class _Indexes:
    """Post indexes, looked up as if they were one."""

    def __init__(self, *indexes: PostIndex) -> None:
        self._indexes = indexes

    def _between(self, platform: str, handle: str, first: str, last: str) -> list[Held]:
        found = (one for index in self._indexes for one in index.posts_between(platform, handle, first, last))
        return _joined(_merged(found))

    def _one(self, key: str) -> Held | None:
        found = _merged(held for index in self._indexes if (held := index.post(key)))
        return found[0] if found and _names_itself(found[0]) else None


class Brought(_Indexes):
    """The posts of post indexes that their user vouches for."""

    name = "file"

    def posts_between(self, platform: str, handle: str, first: str, last: str) -> list[Known]:
        held = self._between(platform, handle, first, last)
        return [Known(post=one.record) for one in held if one.record is not None]

    def post(self, key: str) -> Known | None:
        held = self._one(key)
        return Known(post=held.record) if held and held.record is not None else None

    def handle_uses(self, platform: str, handle: str) -> list[HandleUse]:
        found = (use for index in self._indexes for use in index.handle_uses(platform, handle, vouched=True))
        return _uses(handle, found)


class Indexed(_Indexes):
    """The posts of post indexes that pages of others show, each with the words on which most sites agree."""

    name = "index"

    def posts_between(self, platform: str, handle: str, first: str, last: str) -> list[Known]:
        held = self._between(platform, handle, first, last)
        return [_claim(one, handle) for one in held if one.record is None]

    def post(self, key: str) -> Known | None:
        held = self._one(key)
        return _claim(held, held.handle) if held and held.record is None else None

    def handle_uses(self, platform: str, handle: str) -> list[HandleUse]:
        """None: whose a handle was speaks against posts that the platform itself shows, and no page's claim may."""
        del platform, handle
        return []


def known_posts(*indexes: PostIndex) -> tuple[KnownPosts, ...]:
    """Post indexes as places where known posts are looked up."""
    return (Brought(*indexes), Indexed(*indexes)) if indexes else ()


def _uses(handle: str, rows: Iterable[tuple[str, str, str]]) -> list[HandleUse]:
    return [HandleUse(account_id=account, handle=handle, first=first, last=last) for account, first, last in rows]


def _names_itself(held: Held) -> bool:
    """Whether a post's address names it: whatever else stands in a file of somebody's making is asked of nobody."""
    platform = platform_named(held.platform)
    ref = platform.ref_from_url(held.url) if platform is not None else None
    return ref is not None and ref.key == held.key


def _merged(found: Iterable[Held]) -> list[Held]:
    """What several indexes have, one of each post."""
    out: dict[str, Held] = {}
    for one in found:
        out[one.key] = _both(out[one.key], one) if one.key in out else one
    return list(out.values())


def _both(one: Held, other: Held) -> Held:
    """What two indexes have of one post; the fuller record counts."""
    if _rank(other) > _rank(one):
        one, other = other, one
    days = {*one.other_days, *other.other_days, other.day} - {one.day, None}
    return replace(
        one,
        handle=one.handle or other.handle,
        account_id=one.account_id or other.account_id,
        day=one.day or other.day,
        created_at=one.created_at or other.created_at,
        other_days=tuple(sorted(day for day in days if day)),
        showings=one.showings + other.showings,
        further=one.further + other.further,
    )


def _rank(held: Held) -> tuple[bool, tuple[object, ...]]:
    return held.record is not None, rank(to_json(held.record).decode()) if held.record is not None else ()


def _joined(found: Sequence[Held]) -> list[Held]:
    """The posts that their addresses name, one of each: Bluesky's are known by their account's stable id or, from pages
    that do not show it, by its handle of that day."""
    kept = {one.key: one for one in found if _names_itself(one)}
    whole = {(one.id, (one.handle or "").casefold()): one.key for one in kept.values() if not _by_handle(one)}
    for one in list(kept.values()):
        same = whole.get((one.id, (one.handle or "").casefold()))
        if _by_handle(one) and same is not None:
            named = kept[same]
            record = one.record and replace(one.record, scope=named.scope, url=named.url)
            again = replace(kept.pop(one.key), key=named.key, scope=named.scope, url=named.url, record=record)
            kept[same] = _both(named, again)
    return list(kept.values())


def _by_handle(held: Held) -> bool:
    return held.scope is not None and held.handle is not None and held.scope.casefold() == held.handle.casefold()


def _claim(held: Held, handle: str | None) -> Known:
    """What most sites show of a post under this handle."""
    folded = (handle or "").casefold()
    showings = [one for one in held.showings if one.handle is None or one.handle.casefold() == folded]
    agreed = _agreed(showings or held.showings)
    best = agreed.showing
    post = Post(
        platform=held.platform,
        id=held.id,
        scope=held.scope,
        url=held.url,
        handle=best.handle or held.handle,
        display_name=best.display_name,
        account_id=held.account_id,
        created_at=held.created_at,
        day=held.day if not held.other_days else None,
        text=best.text,
        text_complete=not agreed.cut,
        seen_in="pages",
    )
    return Known(post=post, cited_in=agreed.pages)


class _Reading(NamedTuple):
    """What some pages agree on."""

    rank: tuple[int, ...]
    showing: Showing
    pages: tuple[str, ...]
    cut: bool
    """Some of the pages show more of the text."""


def _agreed(showings: Sequence[Showing]) -> _Reading:
    """What most sites agree on.

    A page that shows a text cut bears nothing out of what another shows behind the cut; the other bears out all that
    stands before it.
    """
    plain = [same_words(one.text) if one.text else b"" for one in showings]
    readings = [_reading(one, words, showings, plain) for one, words in zip(showings, plain, strict=True)]
    nothing = _Reading(
        rank=(), showing=Showing(handle=None, display_name=None, text=None, pages=()), pages=(), cut=False
    )
    return max(readings, key=lambda reading: reading.rank, default=nothing)


def _reading(one: Showing, words: bytes, showings: Sequence[Showing], plain: Sequence[bytes]) -> _Reading:
    """What one showing says, and all pages that bear it out."""
    handle = (one.handle or "").casefold()
    agreeing = [
        (other, longer == words)
        for other, longer in zip(showings, plain, strict=True)
        if (other.handle or "").casefold() == handle
        and (longer == words or (len(words) >= TELLING and longer.startswith(words)))
    ]
    pages = tuple(sorted({page for other, _ in agreeing for page in other.pages}))
    fullest = max((other for other, same in agreeing if same), key=_length)
    return _Reading(
        rank=(one.text is not None, len({site_of(page) for page in pages}), len(pages), bool(handle), len(words)),
        showing=fullest,
        pages=pages,
        cut=not all(same for _, same in agreeing),
    )


def _length(showing: Showing) -> int:
    return len(showing.text or "")
