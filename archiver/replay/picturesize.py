"""How large is a picture? By its own first bytes, so that a page can keep its place free before it is loaded."""

from __future__ import annotations

import re
import struct

SIZE_WITHIN = 256 * 1024
"""Bytes of a picture's beginning that tell its size, unless a JPEG has uncommonly large thumbnails in front."""

_SIDES = range(1, 100_000)

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers SOF0 to SOF15 of JPEG (ITU-T T.81, table B.1): the frame header, which has the size."""

_TURNED = range(5, 9)
"""Values of Exif's Orientation that turn a picture by a quarter."""


def picture_size(beginning: bytes) -> tuple[int, int] | None:
    """`(width, height)` in pixels of a PNG, GIF, WebP, AVIF or JPEG file that begins so; null where it is not told.

    PNG (third edition) 11.2.1; GIF89a, 18; WebP container specification; ISO/IEC 23008-12, 6.5.3 and 6.5.10; ITU-T
    T.81, B.2.2.
    """
    try:
        size = _size(beginning)
    except (struct.error, IndexError):
        return None
    return size if size and size[0] in _SIDES and size[1] in _SIDES else None


def _size(data: bytes) -> tuple[int, int] | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data[:6] in (b"GIF87a", b"GIF89a"):
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    if data[4:12] in (b"ftypavif", b"ftypavis"):
        return _avif(data)
    if data[:2] == b"\xff\xd8":
        return _jpeg(data)
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L" and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _avif(data: bytes) -> tuple[int, int] | None:
    """The largest of its pictures: the others are its parts, its transparency and its thumbnail."""
    head = data.partition(b"mdat")[0]
    sizes = [struct.unpack(">II", head[at.end() + 4 : at.end() + 12]) for at in re.finditer(b"ispe", head)]
    if not sizes:
        return None
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    turned = re.search(b"irot(.)", head, re.DOTALL)
    return (height, width) if turned and turned[1][0] & 1 else (width, height)


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at, turned = 2, False
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # without parameters
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2 or marker in (0xD9, 0xDA):
            return None
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return (height, width) if turned else (width, height)
        if marker == 0xE1:
            turned = turned or _is_turned(data[at + 4 : at + 2 + length])
        at += 2 + length
    return None


def _is_turned(segment: bytes) -> bool:
    """Does Exif (JEITA CP-3451, 4.6.4) say that the picture is shown turned by a quarter?"""
    if not segment.startswith(b"Exif\0\0"):
        return False
    tiff = segment[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return False
    (start,) = struct.unpack(order + "I", tiff[4:8])
    (count,) = struct.unpack(order + "H", tiff[start : start + 2])
    for number in range(min(count, 100)):
        entry = tiff[start + 2 + 12 * number : start + 14 + 12 * number]
        tag, _, _, value = struct.unpack(order + "HHIH2x", entry)
        if tag == 0x0112:
            return value in _TURNED
    return False
