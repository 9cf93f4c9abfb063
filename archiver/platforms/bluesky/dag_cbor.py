"""How is a record written as bytes, so that everybody gets the same hash of it?

DAG-CBOR (ipld.io/specs/codecs/dag-cbor): CBOR (RFC 8949) of which there is one way to write each value. Records,
commits and the nodes of a repository's tree are written so. Values are Python's own: `None`, `bool`, `int`, `float`,
`str`, `bytes`, `list`, `dict` with `str` keys, and `Cid`.

`decode` takes nothing that `encode` would write otherwise: no number in more bytes than it needs, no map whose keys are
out of order or twice there, nothing of unsaid length, no tag but that of a link, no float of less than 64 bits, none
that is no finite number, no text that is not UTF-8, nothing behind the value.
"""

from __future__ import annotations

import base64
import binascii
import math
import struct
from collections.abc import Mapping

from archiver.platforms.bluesky.cid import Cid

Value = None | bool | int | float | str | bytes | Cid | list["Value"] | dict[str, "Value"]

MAX_DEPTH = 64
"""Lists and maps within each other; a post has about ten."""

MAX_SIZE = 2 * 1024 * 1024
"""Bytes of one value; a record has at most 1 MB (atproto.com/specs/data-model)."""

LINK = 42
"""The tag of a link; its bytes are NUL and the CID."""

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _TAG, _OTHER = range(8)
_FALSE, _TRUE, _NULL, _FLOAT_64 = 20, 21, 22, 27
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}
_LEAST = {24: 24, 25: 1 << 8, 26: 1 << 16, 27: 1 << 32}


class DagCborError(ValueError):
    """Bytes that are no DAG-CBOR, or a value that cannot be written as such."""


def decode(data: bytes) -> Value:
    """The one value that these bytes are.

    Raises `DagCborError`.
    """
    if len(data) > MAX_SIZE:
        raise DagCborError("more bytes than a record has")
    value, end = _read(data, 0, 0)
    if end != len(data):
        raise DagCborError("bytes behind the value")
    return value


def encode(value: Value) -> bytes:
    """The bytes of a value.

    Raises `DagCborError` for what has no form: other types, numbers beyond 64 bits, infinities, halves of surrogate
    pairs, keys that are no text, and what is nested too deep or is too long.
    """
    out = bytearray()
    _write(value, out, 0)
    if len(out) > MAX_SIZE:
        raise DagCborError("more bytes than a record has")
    return bytes(out)


def from_json(value: object, depth: int = 0) -> Value:
    """The value that JSON of the AT Protocol stands for: `{"$link": …}` is a link, `{"$bytes": …}` are bytes.

    Raises `DagCborError` where such an object is malformed, and for what is nested too deep.
    """
    if depth > MAX_DEPTH:
        raise DagCborError("nested too deep")
    if isinstance(value, list):
        return [from_json(entry, depth + 1) for entry in value]
    if isinstance(value, Mapping):
        if "$link" in value:
            return _link(value)
        if "$bytes" in value:
            return _bytes(value)
        return {str(key): from_json(entry, depth + 1) for key, entry in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise DagCborError(f"no JSON: {type(value).__name__}")


def _link(value: Mapping[str, object]) -> Cid:
    text = value["$link"]
    if len(value) != 1 or not isinstance(text, str):
        raise DagCborError("a malformed link")
    try:
        return Cid.parse(text)
    except ValueError as error:
        raise DagCborError(f"a malformed link: {error}") from None


def _bytes(value: Mapping[str, object]) -> bytes:
    text = value["$bytes"]
    if len(value) != 1 or not isinstance(text, str):
        raise DagCborError("malformed bytes")
    digits = text.rstrip("=")
    try:
        return base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise DagCborError("malformed bytes") from None


# -- reading


def _read(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    if depth > MAX_DEPTH:
        raise DagCborError("nested too deep")
    kind, short, number, at = _head(data, at)
    if kind == _UNSIGNED:
        return number, at
    if kind == _NEGATIVE:
        return -1 - number, at
    if kind == _BYTES:
        return _take(data, at, number)
    if kind == _TEXT:
        return _text(data, at, number)
    if kind == _LIST:
        if number > len(data) - at:
            raise DagCborError("a list that is longer than its bytes")
        out: list[Value] = []
        for _ in range(number):
            entry, at = _read(data, at, depth + 1)
            out.append(entry)
        return out, at
    if kind == _MAP:
        return _map(data, at, number, depth)
    if kind == _TAG:
        return _tagged(data, at, number)
    return _simple(short, number), at


def _head(data: bytes, at: int) -> tuple[int, int, int, int]:
    """The kind of the item at `at`, the short number in its first byte, the whole number, and where its head ends."""
    if at >= len(data):
        raise DagCborError("cut short")
    kind, short = data[at] >> 5, data[at] & 0x1F
    at += 1
    if short < 24:
        return kind, short, short, at
    width = _WIDTHS.get(short)
    if width is None:
        raise DagCborError("a length that is not said, or a reserved one")
    if at + width > len(data):
        raise DagCborError("cut short")
    number = int.from_bytes(data[at : at + width])
    if kind != _OTHER and number < _LEAST[short]:
        raise DagCborError("a number in more bytes than it needs")
    return kind, short, number, at + width


def _take(data: bytes, at: int, length: int) -> tuple[bytes, int]:
    if length > len(data) - at:
        raise DagCborError("cut short")
    return data[at : at + length], at + length


def _text(data: bytes, at: int, length: int) -> tuple[str, int]:
    raw, at = _take(data, at, length)
    try:
        return raw.decode("utf-8"), at
    except UnicodeDecodeError:
        raise DagCborError("text that is not UTF-8") from None


def _map(data: bytes, at: int, length: int, depth: int) -> tuple[dict[str, Value], int]:
    if 2 * length > len(data) - at:
        raise DagCborError("a map that is longer than its bytes")
    out: dict[str, Value] = {}
    before: tuple[int, bytes] | None = None
    for _ in range(length):
        start = at
        kind, _, number, at = _head(data, at)
        if kind != _TEXT:
            raise DagCborError("a key that is no text")
        key, at = _text(data, at, number)
        order = (number, data[at - number : at])
        if before is not None and order <= before:
            raise DagCborError(f"a key that is there twice or out of order, at byte {start}")
        before = order
        out[key], at = _read(data, at, depth + 1)
    return out, at


def _tagged(data: bytes, at: int, tag: int) -> tuple[Cid, int]:
    if tag != LINK:
        raise DagCborError("a tag that is not that of a link")
    kind, _, number, at = _head(data, at)
    if kind != _BYTES:
        raise DagCborError("a link that is not bytes")
    raw, at = _take(data, at, number)
    if raw[:1] != b"\x00":
        raise DagCborError("a link that does not begin with NUL")
    try:
        return Cid.from_bytes(raw[1:]), at
    except ValueError as error:
        raise DagCborError(f"a malformed link: {error}") from None


def _simple(short: int, number: int) -> Value:
    if short == _FLOAT_64:
        found: float = struct.unpack(">d", number.to_bytes(8))[0]
        if not math.isfinite(found):
            raise DagCborError("a float that is no finite number")
        return found
    if short in (_FALSE, _TRUE):
        return short == _TRUE
    if short == _NULL:
        return None
    raise DagCborError("a kind of value that DAG-CBOR does not have")


# -- writing


def _write(value: Value, out: bytearray, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise DagCborError("nested too deep")
    if value is None or isinstance(value, bool):
        out.append(_OTHER << 5 | (_NULL if value is None else _TRUE if value else _FALSE))
    elif isinstance(value, int):
        _write_head(_UNSIGNED if value >= 0 else _NEGATIVE, value if value >= 0 else -1 - value, out)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise DagCborError("a float that is no finite number")
        out.append(_OTHER << 5 | _FLOAT_64)
        out += struct.pack(">d", value)
    elif isinstance(value, str):
        raw = _utf8(value)
        _write_head(_TEXT, len(raw), out)
        out += raw
    elif isinstance(value, bytes):
        _write_head(_BYTES, len(value), out)
        out += value
    elif isinstance(value, Cid):
        _write_head(_TAG, LINK, out)
        _write_head(_BYTES, len(value.raw) + 1, out)
        out += b"\x00" + value.raw
    elif isinstance(value, list):
        _write_head(_LIST, len(value), out)
        for entry in value:
            _write(entry, out, depth + 1)
    elif isinstance(value, dict):
        _write_map(value, out, depth)
    else:
        raise DagCborError(f"a value of a kind that has no form: {type(value).__name__}")


def _write_map(value: dict[str, Value], out: bytearray, depth: int) -> None:
    _write_head(_MAP, len(value), out)
    if not all(isinstance(key, str) for key in value):
        raise DagCborError("a key that is no text")
    for raw, entry in sorted(((_utf8(key), entry) for key, entry in value.items()), key=lambda m: (len(m[0]), m[0])):
        _write_head(_TEXT, len(raw), out)
        out += raw
        _write(entry, out, depth + 1)


def _write_head(kind: int, number: int, out: bytearray) -> None:
    if number < 24:
        out.append(kind << 5 | number)
        return
    for short, width in _WIDTHS.items():
        if number < 1 << 8 * width:
            out.append(kind << 5 | short)
            out += number.to_bytes(width)
            return
    raise DagCborError("a number of more than 64 bits")


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise DagCborError("half of a surrogate pair") from None
