"""Which posts are in the repository that Bluesky gives an account of its own data?

A CAR file (ipld.io/specs/transport/car/carv1): a header that names the root, and blocks, each under the hash of its
content. The root is a commit, which names the account and the root of a tree; the tree has every record under its
collection and key (atproto.com/specs/repository). The account's handle is nowhere in it, so whoever gives it has to say
it, or the posts could not be found again.

The file may be larger than memory: where each block lies is noted, and blocks are read as the tree leads to them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from msgspec.structs import replace

from archiver.brought.items import Item, Kind, Problem, Record
from archiver.errors import InputError, LimitError
from archiver.model import Post
from archiver.platforms.bluesky import dag_cbor, records
from archiver.platforms.bluesky.cid import Cid, read_cid, read_varint
from archiver.platforms.bluesky.dag_cbor import DagCborError, Value
from archiver.platforms.bluesky.ids import instant_of
from archiver.platforms.bluesky.urls import COLLECTION, DID, HANDLE
from archiver.platforms.values import clean

MAX_HEADER = 4096
MAX_BLOCK = 2 * 1024 * 1024
MAX_BLOCKS = 2_000_000
"""Of one repository: an account that writes ten posts a day has 40,000 in ten years."""

MAX_DEPTH = 64
"""Nodes on the way from the tree's root."""

MAX_PATH = 1024
"""Bytes of a collection with a key."""

VARINT_AND_CID = 9 + 100
"""Bytes with which a block begins, at most."""

POST = re.compile(rb"app\.bsky\.feed\.post/([A-Za-z0-9_~.:-]{1,512})")
PROFILE = b"app.bsky.actor.profile/self"


def looks_like_repository(start: bytes) -> bool:
    """Whether a file that begins so is a CAR file of version 1."""
    return b"eroots" in start[:16] or b"gversion\x01" in start[:16]


def read_repository(stream: BinaryIO, handle: str | None, *, subject: str) -> Iterator[Item]:
    """The account's posts. handle: the account's.

    Raises `InputError`, `LimitError`.
    """
    yield Kind(name="a repository of Bluesky")
    named = (handle or "").lstrip("@").lower()
    if not re.fullmatch(HANDLE, named):
        raise InputError(
            "a repository does not say which handle its account has", subject=subject, hint="give it: --handle NAME"
        )
    blocks = _Blocks(stream, subject)
    try:
        commit = blocks.map(blocks.root)
        did, tree, rev = commit.get("did"), commit.get("data"), commit.get("rev")
        if not isinstance(did, str) or not re.fullmatch(DID, did) or not isinstance(tree, Cid):
            raise InputError("this is no repository of an account", subject=subject)
        when = instant_of(rev) if isinstance(rev, str) else None
        leaves = list(_leaves(blocks, tree))
        name = _display_name(blocks, leaves)
    except DagCborError as error:
        raise InputError(f"the repository is damaged: {error}", subject=subject) from error
    for path, cid in leaves:
        found = POST.fullmatch(path)
        if found is None:
            continue
        key = found[1].decode()
        try:
            record = _json(blocks.map(cid))
        except DagCborError as error:
            yield Problem(where=f"{COLLECTION}/{key}", what=str(error))
            continue
        post = records.record_post(did, key, record, cid=str(cid), handle=named)
        if post is None:
            yield Problem(where=f"{COLLECTION}/{key}", what="no record of a post")
        else:
            yield Record(post=_named(post, name), seen=f"{when:%Y-%m-%d}" if when else None)


class _Blocks:
    """Where the blocks of a CAR file lie. Raises `DagCborError` for what a block is not."""

    def __init__(self, stream: BinaryIO, subject: str) -> None:
        self._stream = stream
        self._places: dict[Cid, tuple[int, int]] = {}
        try:
            length, header = self._header(stream)
            roots = header.get("roots") if isinstance(header, dict) and header.get("version") == 1 else None
            if not isinstance(roots, list) or len(roots) != 1 or not isinstance(roots[0], Cid):
                raise DagCborError("no CAR file of version 1 with one root")
            self.root = roots[0]
            at = length
            while start := stream.read(VARINT_AND_CID):
                size, behind = read_varint(start, 0)
                cid, content = read_cid(start, behind)
                length = size - (content - behind)
                if not 0 <= length <= MAX_BLOCK:
                    raise DagCborError(f"a block of {length:,} bytes")
                self._places[cid] = (at + content, length)
                if len(self._places) > MAX_BLOCKS:
                    raise LimitError(f"more than {MAX_BLOCKS:,} blocks", subject=subject)
                at += behind + size
                stream.seek(at)
        except ValueError as error:
            raise InputError(f"the CAR file is damaged: {error}", subject=subject) from error

    @staticmethod
    def _header(stream: BinaryIO) -> tuple[int, Value]:
        start = stream.read(MAX_HEADER + 9)
        size, at = read_varint(start, 0)
        if not 0 < size <= MAX_HEADER:
            raise DagCborError("a header that is empty or too long")
        header = dag_cbor.decode(start[at : at + size])
        stream.seek(at + size)
        return at + size, header

    def map(self, cid: Cid) -> dict[str, Value]:
        """The content of a block, which is a map."""
        if cid not in self._places:
            raise DagCborError(f"a block is missing: {cid}")
        at, length = self._places[cid]
        self._stream.seek(at)
        block = self._stream.read(length)
        if not cid.names(block):
            raise DagCborError(f"a block is not what its CID says: {cid}")
        value = dag_cbor.decode(block)
        if not isinstance(value, dict):
            raise DagCborError(f"a block is no map: {cid}")
        return value


class _Leaf(NamedTuple):
    path: bytes
    cid: Cid


class _Subtree(NamedTuple):
    cid: Cid
    depth: int


def _leaves(blocks: _Blocks, tree: Cid) -> Iterator[_Leaf]:
    """Every path of the tree with the CID of its record, in order."""
    seen: set[Cid] = set()
    waiting: list[_Leaf | _Subtree] = [_Subtree(tree, 0)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, _Leaf):
            yield one
            continue
        if one.depth > MAX_DEPTH or one.cid in seen:
            raise DagCborError("a tree that is none")
        seen.add(one.cid)
        waiting += reversed(_node(blocks.map(one.cid), one.depth + 1))


def _node(node: dict[str, Value], depth: int) -> list[_Leaf | _Subtree]:
    """What a node holds, in order: subtrees, and paths with their records."""
    left, entries = node.get("l"), node.get("e")
    out: list[_Leaf | _Subtree] = [_Subtree(left, depth)] if isinstance(left, Cid) else []
    path = b""
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict):
            raise DagCborError("a malformed node of the tree")
        shared, rest, cid, behind = entry.get("p"), entry.get("k"), entry.get("v"), entry.get("t")
        if not isinstance(shared, int) or not isinstance(rest, bytes) or not isinstance(cid, Cid):
            raise DagCborError("a malformed node of the tree")
        if not 0 <= shared <= len(path) or shared + len(rest) > MAX_PATH:
            raise DagCborError("a malformed path in the tree")
        path = path[:shared] + rest
        out.append(_Leaf(path, cid))
        if isinstance(behind, Cid):
            out.append(_Subtree(behind, depth))
    return out


def _display_name(blocks: _Blocks, leaves: list[_Leaf]) -> str | None:
    profile = next((cid for path, cid in leaves if path == PROFILE), None)
    name = blocks.map(profile).get("displayName") if profile is not None else None
    return clean(name[:256]).strip() or None if isinstance(name, str) else None


def _named(post: Post, name: str | None) -> Post:
    return replace(post, display_name=name, seen_in="bluesky.repository")


def _json(value: Value) -> object:
    """A record as JSON of the AT Protocol: links and bytes as objects."""
    if isinstance(value, Cid):
        return {"$link": str(value)}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode().rstrip("=")}
    if isinstance(value, list):
        return [_json(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _json(entry) for key, entry in value.items()}
    return value
