"""Does what is said of a record agree with itself: its times with each other, its content with its hash?

A post of Bluesky has three times. Its key has the time at which the author's software made it; the record says when the
author's software wrote it; Bluesky's server says when it saw it first. Only the last one is not the author's to choose.
And it has its CID, the hash of its content: it can be worked out again by anybody who has the record, so a record that
was written again under the same key, or that was changed on the way, is told by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from archiver.model import Post
from archiver.platforms.bluesky import dag_cbor
from archiver.platforms.bluesky.cid import Cid
from archiver.platforms.bluesky.dag_cbor import DagCborError
from archiver.platforms.bluesky.ids import time_of

CLOCKS_DIFFER = timedelta(hours=1)
"""Telephones are set to the wrong hour at times, and a post that is written offline waits to be sent."""

ARCHIVED = timedelta(days=1)
"""From this distance on Bluesky's own app marks a post as older than it is known (social-app, "archived post")."""


class Kind(StrEnum):
    """Which two things do not agree."""

    KEY_AFTER_SEEN = "key_after_seen"
    WRITTEN_AFTER_SEEN = "written_after_seen"
    SEEN_LATE = "seen_late"
    KEY_AND_WRITTEN = "key_and_written"
    CONTENT = "content"
    VERSION = "version"


IMPOSSIBLE = frozenset({Kind.KEY_AFTER_SEEN, Kind.CONTENT})
"""What no true record has. An author may date a post back (or import it), have a wrong clock, or write a record again:
that is to be known, and it is the same post all the same."""


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """Two statements about one record that do not agree, as a sentence for people."""

    kind: Kind
    text: str

    @property
    def impossible(self) -> bool:
        return self.kind in IMPOSSIBLE


def times(key: str, written: datetime | None, seen: datetime | None) -> tuple[Contradiction, ...]:
    """What does not fit between a post's times.

    key: the record's key. written: what the record says (`createdAt`). seen: when Bluesky's server saw it first
    (`indexedAt`). Each may be missing, and a key may be no time: then nothing is said of it.
    """
    made = time_of(key)
    out: list[Contradiction] = []
    if made is not None and seen is not None and made > seen + CLOCKS_DIFFER:
        out.append(
            _found(
                Kind.KEY_AFTER_SEEN, f"its key is of {_at(made)}, and Bluesky's server saw it on {_at(seen)} already"
            )
        )
    if written is not None and seen is not None:
        if written > seen + CLOCKS_DIFFER:
            said = f"it is dated {_at(written)}, and Bluesky's server saw it on {_at(seen)} already"
            out.append(_found(Kind.WRITTEN_AFTER_SEEN, said))
        elif seen > written + ARCHIVED:
            said = (
                f"it is dated {_at(written)}, and Bluesky's server saw it on {_at(seen)} first: dated back or imported"
            )
            out.append(_found(Kind.SEEN_LATE, said))
    if made is not None and written is not None and abs(made - written) > ARCHIVED:
        out.append(_found(Kind.KEY_AND_WRITTEN, f"it is dated {_at(written)}, and its key is of {_at(made)}"))
    return tuple(out)


def of_post(post: Post) -> tuple[Contradiction, ...]:
    """What does not fit between the times of a post's record."""
    return times(post.id, post.created_at, post.indexed_at)


def content_id(record: object) -> str | None:
    """The CID of a record in JSON, worked out from its content; null where it has no form as a record.

    JSON that went through a program which writes numbers otherwise, or which loses halves of characters, has another.
    """
    try:
        return str(Cid.of(dag_cbor.encode(dag_cbor.from_json(record))))
    except (DagCborError, RecursionError):
        return None


def content(record: object, given: str | None) -> tuple[Contradiction, ...]:
    """Whether a record is what its CID says. Nothing is said where no CID is given."""
    if given is None:
        return ()
    found = content_id(record)
    if found == given:
        return ()
    if found is None:
        return (
            _found(Kind.CONTENT, f"the record cannot be written so that it has a hash, and {given} is given for it"),
        )
    return (_found(Kind.CONTENT, f"the record is given as {given}, and its content has the hash {found}"),)


def versions(named: Iterable[tuple[str, str | None]]) -> tuple[Contradiction, ...]:
    """Whether all who name the record's CID name the same one: (who, CID), those without one left out.

    Where not, the record was written again under the same key: Bluesky shows the version that it saw first.
    """
    said = [(who, cid) for who, cid in named if cid is not None]
    others = [f"{cid} ({who})" for who, cid in said if cid != said[0][1]]
    if not others:
        return ()
    first = f"{said[0][1]} ({said[0][0]})"
    return (
        _found(Kind.VERSION, f"the record was written again: it is {first}, and {', '.join(dict.fromkeys(others))}"),
    )


def _found(kind: Kind, text: str) -> Contradiction:
    return Contradiction(kind=kind, text=text)


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
