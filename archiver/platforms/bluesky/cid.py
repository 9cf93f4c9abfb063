"""What is the content of a record known by?

A CID: version, kind of content, kind of hash, and the hash itself (multiformats.io/cid). A repository of the AT
Protocol has CIDs of version 1 only, written in base 32: of DAG-CBOR (records, commits, nodes of the tree) and of raw
bytes (pictures), both by SHA-256 (atproto.com/specs/data-model, "link and CID formats").
"""

from __future__ import annotations

import base64
import hashlib
import re

import msgspec

DAG_CBOR = 0x71
RAW = 0x55
SHA_256 = 0x12

MAX_BYTES = 100
"""Of a whole CID; one by SHA-256 has 36."""

_TEXT = re.compile(r"b[a-z2-7]{8,160}")
_MAX_VARINT = 9


class Cid(msgspec.Struct, frozen=True):
    """A content identifier, held as its bytes: two are equal where their bytes are."""

    raw: bytes

    @classmethod
    def of(cls, block: bytes, codec: int = DAG_CBOR) -> Cid:
        """The CID of these bytes by SHA-256."""
        return cls(bytes((1, codec, SHA_256, 32)) + hashlib.sha256(block).digest())

    @classmethod
    def parse(cls, text: str) -> Cid:
        """The CID that is written `bafyrei…`.

        Raises `ValueError` for anything else, also for the same CID written in another base or not as short as can be.
        """
        if not _TEXT.fullmatch(text):
            raise ValueError("no CID of version 1 in base 32")
        digits = text[1:].upper()
        raw = base64.b32decode(digits + "=" * (-len(digits) % 8))
        found = cls.from_bytes(raw)
        if str(found) != text:
            raise ValueError("a CID with bits beyond its end")
        return found

    @classmethod
    def from_bytes(cls, raw: bytes) -> Cid:
        """The CID that these bytes are, all of them.

        Raises `ValueError` where they are none, or one of version 0.
        """
        found, end = read_cid(raw, 0)
        if end != len(raw):
            raise ValueError("bytes behind a CID")
        return found

    @property
    def codec(self) -> int:
        """What the content is: `DAG_CBOR`, `RAW`."""
        return read_varint(self.raw, 1)[0]

    @property
    def hash_code(self) -> int:
        """By what the content was hashed: `SHA_256`."""
        return read_varint(self.raw, read_varint(self.raw, 1)[1])[0]

    def names(self, block: bytes) -> bool:
        """Whether this is the CID of these bytes; never of content hashed by anything but SHA-256."""
        return self.plain and self.raw[4:] == hashlib.sha256(block).digest()

    @property
    def plain(self) -> bool:
        """Whether it is one that repositories have: DAG-CBOR or raw bytes by SHA-256."""
        return len(self.raw) == 36 and self.raw[0] == 1 and self.raw[1] in (DAG_CBOR, RAW) and self.raw[2] == SHA_256

    def __str__(self) -> str:
        return "b" + base64.b32encode(self.raw).decode().rstrip("=").lower()


def read_cid(data: bytes, at: int) -> tuple[Cid, int]:
    """The CID that begins at an offset, and where it ends.

    Raises `ValueError` where none of version 1 begins there.
    """
    version, end = read_varint(data, at)
    if version != 1:
        raise ValueError("a CID of another version than 1")
    _, end = read_varint(data, end)
    _, end = read_varint(data, end)
    length, end = read_varint(data, end)
    if not length or length > MAX_BYTES or end + length > len(data):
        raise ValueError("a hash that is cut, empty or too long")
    end += length
    return Cid(data[at:end]), end


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The unsigned number that begins at an offset (github.com/multiformats/unsigned-varint), and where it ends.

    Raises `ValueError` where it is cut, longer than nine bytes or not as short as can be.
    """
    number = 0
    for place, byte in enumerate(data[at : at + _MAX_VARINT]):
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            if byte == 0 and place:
                raise ValueError("a number that is written longer than it is")
            return number, at + place + 1
    raise ValueError("a number that is cut or too long")


def known(text: object) -> str | None:
    """A CID as somebody's record or page writes it, where it is one."""
    if not isinstance(text, str):
        return None
    try:
        return str(Cid.parse(text.strip()))
    except ValueError:
        return None
