"""DER, as far as time stamps need it: read strictly, written minimally (ITU-T X.690 section 10).

Strictly, because what is encoded in two ways is a bit that can be altered unseen. No I/O; the cost is linear in the
input, and nothing recurses: a caller goes into what it expects, level by level.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x02, 0x03, 0x04, 0x05, 0x06
BOOLEAN, UTF8_STRING, GENERALIZED_TIME = 0x01, 0x0C, 0x18
SEQUENCE, SET = 0x30, 0x31
CONTEXT_0, CONTEXT_1, CONTEXT_2 = 0xA0, 0xA1, 0xA2
CONTEXT_PRIMITIVE_0 = 0x80

MAX_ITEMS = 256
"""So many elements one SEQUENCE or SET may have: a time stamp's have a dozen."""

_TIME = re.compile(r"([0-9]{14})(?:\.([0-9]{0,8}[1-9]))?Z")


class Node(NamedTuple):
    """One element: its tag, its bytes with tag and length, and its content."""

    tag: int
    raw: bytes
    content: bytes


class DerError(ValueError):
    """The bytes are not the DER that is wanted."""


def read(data: bytes, tag: int | None = None) -> Node:
    """The one element that `data` is, with nothing after it.

    Raises `DerError` for anything else, and where `tag` is given and it has another.
    """
    node, end = _element(data, 0)
    if end != len(data):
        raise DerError("bytes after the end")
    return expect(node, tag) if tag is not None else node


def items(node: Node) -> list[Node]:
    """The elements inside a constructed element. Raises `DerError`."""
    out: list[Node] = []
    position = 0
    while position < len(node.content):
        if len(out) == MAX_ITEMS:
            raise DerError("too many elements")
        inner, position = _element(node.content, position)
        out.append(inner)
    return out


def expect(node: Node, tag: int) -> Node:
    """The same element. Raises `DerError` where its tag is another."""
    if node.tag != tag:
        raise DerError(f"an element with tag {node.tag:#04x} where {tag:#04x} belongs")
    return node


def only(node: Node, tag: int) -> Node:
    """The single element inside `node`. Raises `DerError`."""
    inner = items(node)
    if len(inner) != 1:
        raise DerError(f"{len(inner)} elements where one belongs")
    return expect(inner[0], tag)


def integer(node: Node) -> int:
    """The value of an INTEGER. Raises `DerError`."""
    content = expect(node, INTEGER).content
    if not content or (len(content) > 1 and (content[0], content[1] >> 7) in ((0, 0), (0xFF, 1))):
        raise DerError("a number that is not written in the shortest way")
    return int.from_bytes(content, "big", signed=True)


def oid(node: Node) -> str:
    """The value of an OBJECT IDENTIFIER, dotted. Raises `DerError`."""
    content = expect(node, OID).content
    if not content or len(content) > 64 or content[-1] & 0x80:
        raise DerError("no object identifier")
    arcs: list[int] = []
    value, fresh = 0, True
    for byte in content:
        if fresh and byte == 0x80:
            raise DerError("an object identifier that is not written in the shortest way")
        value, fresh = value << 7 | byte & 0x7F, not byte & 0x80
        if fresh:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:]))


def moment(node: Node) -> datetime:
    """The value of a GeneralizedTime, in UTC (RFC 3161 section 2.4.2). Raises `DerError`."""
    text = expect(node, GENERALIZED_TIME).content.decode("ascii", "replace")
    match = _TIME.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        whole = datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return whole + timedelta(microseconds=int((match[2] or "0").ljust(6, "0")[:6]))
    except (ValueError, OverflowError):
        raise DerError("no time") from None


def _element(data: bytes, start: int) -> tuple[Node, int]:
    if start + 2 > len(data):
        raise DerError("cut short")
    tag, length, position = data[start], data[start + 1], start + 2
    if tag & 0x1F == 0x1F:
        raise DerError("a tag of several bytes")
    if length >= 0x80:
        size = length & 0x7F
        digits = data[position : position + size]
        if not 1 <= size <= 4 or len(digits) != size or digits[0] == 0:
            raise DerError("a length that is not written in the shortest way")
        length = int.from_bytes(digits, "big")
        if length < 0x80:
            raise DerError("a length that is not written in the shortest way")
        position += size
    end = position + length
    if end > len(data):
        raise DerError("cut short")
    return Node(tag, data[start:end], data[position:end]), end


def write(tag: int, *contents: bytes) -> bytes:
    """One element of these contents."""
    content = b"".join(contents)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(digits))) + digits + content


def write_integer(value: int) -> bytes:
    """An INTEGER that is not negative."""
    return write(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def write_oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    out = bytearray()
    for arc in (40 * first + second, *rest):
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(arc & 0x7F | 0x80)
        out += bytes(reversed(digits))
    return write(OID, bytes(out))
