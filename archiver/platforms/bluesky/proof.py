"""Does an account's own signed repository hold a record, or does it not?

The account's server gives, for any record's path, the blocks that show it (`com.atproto.sync.getRecord`): the newest
commit, signed with the account's key; the nodes of the tree from its root down to where the path is or would be; the
record. Every block is named by its hash, so whoever knows the key can tell a true answer from any other, both that the
record is there and that it is not (atproto.com/specs/repository; the container is a CAR of version 1, ipld.io/specs/
transport/car/carv1).

The tree is a Merkle search tree: every key has a layer, one for each two zero bits with which its SHA-256 begins; a
node holds the keys of one layer in order, and between them the subtrees of the next lower layer. A node on the way is
only believed where its keys are in order, of its layer and within what its parent leaves to it: in a tree that is built
otherwise, a record could be elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from archiver.platforms.bluesky import dag_cbor
from archiver.platforms.bluesky.cid import DAG_CBOR, Cid, read_cid, read_varint
from archiver.platforms.bluesky.dag_cbor import DagCborError, Value
from archiver.platforms.bluesky.ids import TID, instant_of
from archiver.platforms.bluesky.keys import Key

MAX_CAR = 4 * 1024 * 1024
"""Bytes of one answer; the way to one record has about 20 kB."""

MAX_BLOCKS = 2048
MAX_HEADER = 4096

MAX_LAYER = 64
"""A key of a higher one would have to be made by trying 2^128 of them."""

VERSION = 3
"""Of the repository's format: others are no longer made."""

AHEAD = timedelta(days=1)
"""A revision is the time of its commit, by the server's clock: one from further in the future is made up."""

KEY = re.compile(rb"[A-Za-z0-9_~.:-]{1,512}/[A-Za-z0-9_~.:-]{1,512}")

Record = Mapping[str, Value]


class Holds(msgspec.Struct, frozen=True, kw_only=True):
    """The repository holds the record."""

    cid: str
    """The record's own."""
    rev: str
    """The revision at which that was so; a timestamp identifier."""
    commit: str
    """The CID of the signed commit."""
    record: Record | None = None
    """The record itself, where the answer brings it."""


class Lacks(msgspec.Struct, frozen=True, kw_only=True):
    """The repository does not hold it, at this revision."""

    rev: str
    commit: str


class Unproven(msgspec.Struct, frozen=True, kw_only=True):
    """The answer shows neither."""

    why: str


Proof = Holds | Lacks | Unproven


class _FaultError(Exception):
    """What is wrong with an answer; never leaves this module."""


class _Node(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the tree: `subtrees[n]` is what lies before `keys[n]`, the last one what lies behind all."""

    keys: tuple[bytes, ...]
    values: tuple[Cid, ...]
    subtrees: tuple[Cid | None, ...]


class _Commit(msgspec.Struct, frozen=True, kw_only=True):
    cid: Cid
    rev: str
    tree: Cid


def prove(car: bytes, *, did: str, key: Key, collection: str, rkey: str, asked_at: datetime | None = None) -> Proof:
    """What the blocks of an answer prove of one record.

    car: the answer's bytes. did, key: the account, and the key that its DID document names. collection, rkey: of the
    record. asked_at: when the question was sent; null: revisions from the future are not looked for.

    That a record is missing is only proven by a revision that is not older than the record's own key says that it is:
    an old copy of the repository lacks everything that came later. Never raises.
    """
    path = f"{collection}/{rkey}".encode("utf-8", "replace")
    try:
        if not KEY.fullmatch(path):
            raise _FaultError("the record's path is none that a repository can have")
        root, blocks = _blocks(car)
        commit = _commit(root, blocks, did, key, asked_at)
        found = _find(path, commit.tree, blocks)
        if found is not None:
            record = _record(found, blocks)
            return Holds(cid=str(found), rev=commit.rev, commit=str(commit.cid), record=record)
        if TID.fullmatch(rkey) and commit.rev < rkey:
            raise _FaultError(f"the revision {commit.rev} is older than the record would be")
        return Lacks(rev=commit.rev, commit=str(commit.cid))
    except _FaultError as fault:
        return Unproven(why=str(fault))


def layer(key: bytes) -> int:
    """The layer of the tree at which a key stands: how many pairs of zero bits begin its SHA-256."""
    number = int.from_bytes(hashlib.sha256(key).digest())
    return (256 - number.bit_length()) // 2


# -- the container


def _blocks(car: bytes) -> tuple[Cid, dict[Cid, bytes]]:
    """The root that the container names, and its blocks, each of which is what its CID says."""
    if len(car) > MAX_CAR:
        raise _FaultError(f"the answer is larger than {MAX_CAR:,} bytes")
    try:
        length, at = read_varint(car, 0)
        if not 0 < length <= min(MAX_HEADER, len(car) - at):
            raise _FaultError("a CAR whose header is cut, empty or too long")
        header = dag_cbor.decode(car[at : at + length])
        at += length
        roots = header.get("roots") if isinstance(header, dict) and header.get("version") == 1 else None
        if not isinstance(roots, list) or len(roots) != 1 or not isinstance(roots[0], Cid):
            raise _FaultError("no CAR of version 1 with one root")
        blocks: dict[Cid, bytes] = {}
        while at < len(car):
            length, at = read_varint(car, at)
            end = at + length
            if not length or end > len(car):
                raise _FaultError("a block that is cut or empty")
            cid, start = read_cid(car, at)
            if start > end:
                raise _FaultError("a block that ends within its CID")
            block = car[start:end]
            if not cid.names(block):
                raise _FaultError(f"a block that is not what its CID says: {cid}")
            blocks[cid] = block
            if len(blocks) > MAX_BLOCKS:
                raise _FaultError(f"more than {MAX_BLOCKS:,} blocks")
            at = end
    except ValueError as error:
        raise _FaultError(f"no CAR: {error}") from None
    return roots[0], blocks


def _decoded(cid: Cid, blocks: Mapping[Cid, bytes], what: str) -> dict[str, Value]:
    block = blocks.get(cid)
    if block is None:
        raise _FaultError(f"{what} is missing: {cid}")
    if cid.codec != DAG_CBOR:
        raise _FaultError(f"{what} is no DAG-CBOR")
    try:
        value = dag_cbor.decode(block)
    except DagCborError as error:
        raise _FaultError(f"{what} is no DAG-CBOR: {error}") from None
    if not isinstance(value, dict):
        raise _FaultError(f"{what} is no map")
    return value


# -- the commit


def _commit(root: Cid, blocks: Mapping[Cid, bytes], did: str, key: Key, asked_at: datetime | None) -> _Commit:
    data = _decoded(root, blocks, "the commit")
    signature, tree, rev = data.pop("sig", None), data.get("data"), data.get("rev")
    if data.get("version") != VERSION or isinstance(data.get("version"), bool):
        raise _FaultError("a commit of another version")
    if data.get("did") != did:
        raise _FaultError("a commit of another account")
    if not isinstance(tree, Cid) or not isinstance(rev, str) or not TID.fullmatch(rev):
        raise _FaultError("a commit without a tree or a revision")
    if not isinstance(signature, bytes) or not key.signed(dag_cbor.encode(data), signature):
        raise _FaultError("the commit is not signed with the account's key")
    made = instant_of(rev)
    if asked_at is not None and (made is None or made > asked_at + AHEAD):
        raise _FaultError(f"the revision {rev} is from the future")
    return _Commit(cid=root, rev=rev, tree=tree)


# -- the tree


def _find(path: bytes, tree: Cid, blocks: Mapping[Cid, bytes]) -> Cid | None:
    """The CID that the tree has for a key; null where the way down to it ends without it."""
    here: Cid | None = tree
    level: int | None = None
    low, high = b"", None
    while here is not None:
        node = _node(_decoded(here, blocks, "a node of the tree"))
        if node.keys:
            own = layer(node.keys[0])
            if level is not None and own != level:
                raise _FaultError("a node that is not of the layer at which it stands")
            level = own
        elif level is None:
            if node.subtrees[0] is not None:
                raise _FaultError("a root without a key of its own")
            return None
        elif node.subtrees[0] is None:
            raise _FaultError("a node that holds nothing")
        if level > MAX_LAYER or any(layer(key) != level for key in node.keys):
            raise _FaultError("a node with keys of different layers")
        _in_order(node.keys, low, high)
        place = sum(key < path for key in node.keys)
        if place < len(node.keys) and node.keys[place] == path:
            return node.values[place]
        low = node.keys[place - 1] if place else low
        high = node.keys[place] if place < len(node.keys) else high
        here = node.subtrees[place]
        level -= 1
    return None


def _in_order(keys: tuple[bytes, ...], low: bytes, high: bytes | None) -> None:
    """Every key lies behind the one before it, and within the bounds that the node's parent sets."""
    before = low
    for key in keys:
        if key <= before:
            raise _FaultError("a node whose keys are out of order")
        before = key
    if high is not None and keys and keys[-1] >= high:
        raise _FaultError("a node whose keys are out of order")


def _node(data: Mapping[str, Value]) -> _Node:
    first, entries = data.get("l", False), data.get("e")
    if not isinstance(entries, list) or not isinstance(first, Cid | None):
        raise _FaultError("no node of a tree")
    keys: list[bytes] = []
    values: list[Cid] = []
    subtrees: list[Cid | None] = [first]
    before = b""
    for entry in entries:
        if not isinstance(entry, dict):
            raise _FaultError("no node of a tree")
        shared, rest, value, behind = entry.get("p"), entry.get("k"), entry.get("v"), entry.get("t", False)
        if (
            not isinstance(shared, int)
            or isinstance(shared, bool)
            or not isinstance(rest, bytes)
            or not isinstance(value, Cid)
            or not isinstance(behind, Cid | None)
            or not 0 <= shared <= len(before)
        ):
            raise _FaultError("a malformed entry of a node")
        before = before[:shared] + rest
        if not KEY.fullmatch(before):
            raise _FaultError("a key that is none")
        keys.append(before)
        values.append(value)
        subtrees.append(behind)
    return _Node(keys=tuple(keys), values=tuple(values), subtrees=tuple(subtrees))


def _record(cid: Cid, blocks: Mapping[Cid, bytes]) -> Record | None:
    """The record, where its block came along and can be read: the tree names its hash all the same."""
    return _decoded(cid, blocks, "the record") if cid in blocks else None
