"""Which posts are in the archive that Mastodon gives an account of its own posts?

`outbox.json` is an ActivityStreams collection of all that the account did, `Create` activities with its posts and
`Announce` activities (reposts), `actor.json` the account (mastodon/mastodon, `app/services/backup_service.rb`); both in
a tar.gz file, or a ZIP file since version 4.3. Posts that only followers or single people were sent are in it, too:
only what is addressed to everybody is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from msgspec.structs import replace

from archiver.brought.elements import elements
from archiver.brought.items import Item, Kind, Passed, Problem, Record
from archiver.brought.packages import Package
from archiver.platforms.mastodon import activity
from archiver.platforms.values import Json, parse_json

OUTBOX, ACTOR = "outbox.json", "actor.json"
ENTRIES = frozenset({("orderedItems", "*")})

EVERYBODY = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
"""ActivityPub, section 5.6."""

MAX_ACTOR = 1024 * 1024


def wanted(name: str) -> bool:
    """Whether a member of the archive is read."""
    return name.rpartition("/")[2] in (OUTBOX, ACTOR)


def is_one(names: frozenset[str]) -> bool:
    """Whether a package with these members is such an archive."""
    return any(name.rpartition("/")[2] == OUTBOX for name in names)


def read_archive(package: Package, *, subject: str) -> Iterator[Item]:
    """The account's public posts.

    Raises `InputError`, `LimitError`.
    """
    actor: object = None
    for name in package.wanted():
        if name.endswith(ACTOR):
            with package.open(name) as stream:
                actor = parse_json(stream.read(MAX_ACTOR))
    for name in package.wanted():
        if name.endswith(OUTBOX):
            with package.open(name) as stream:
                yield from read_outbox(stream, actor, subject=subject)
            return


def read_outbox(stream: BinaryIO, actor: object = None, *, subject: str) -> Iterator[Item]:
    """The public posts of an outbox. actor: the account's own object, which has its name.

    Raises `InputError`.
    """
    yield Kind(name="an archive of Mastodon")
    for number, (_, data) in enumerate(elements(stream, ENTRIES, subject=subject), 1):
        yield _item(parse_json(data), actor, f"entry {number}")


def _item(entry: object, actor: object, where: str) -> Item:
    kind = activity.kind_of(entry)
    if kind == "Announce":
        return Passed(why="a repost of somebody else's post")
    made = activity.object_of(entry) if kind == "Create" else None
    refs = activity.refs_of(made) if made is not None else []
    if made is None or not refs:
        return Problem(where=where, what="no post of an outbox")
    if not _is_public(made):
        return Passed(why="it was not public")
    post = activity.object_post(made, refs[0])
    if post is None:
        return Problem(where=where, what="no post of an outbox")
    author = activity.author_of(made)
    post = replace(post, seen_in="mastodon.archive")
    return Record(post=activity.with_actor(post, actor, author) if author else post)


def _is_public(made: Json) -> bool:
    for name in ("to", "cc"):
        value = made.get(name)
        entries = value if isinstance(value, list) else [value]
        if any(isinstance(entry, str) and entry in EVERYBODY for entry in entries):
            return True
    return False


def looks_like_outbox(start: bytes) -> bool:
    """Whether a JSON file that begins so is an outbox."""
    return b'"OrderedCollection"' in start
