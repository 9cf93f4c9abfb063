"""Pictures and films that are valid, small, and different for every name: made by code, so that none are shipped."""

from __future__ import annotations

import hashlib
import struct
import zlib
from functools import lru_cache

STRIPES = 7
"""A picture is so many grey stripes, their shades taken from the name."""

DC_BITS = bytes((0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0))
"""Number of codes of each length in the usual Huffman table for luminance DC (ITU-T T.81, table K.3)."""


def _shades(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _dc_codes() -> dict[int, tuple[int, int]]:
    """Category → (code, number of bits), built from `DC_BITS` as T.81 annex C says."""
    codes, value, category = {}, 0, 0
    for length, count in enumerate(DC_BITS, 1):
        for _ in range(count):
            codes[category] = (value, length)
            value += 1
            category += 1
        value <<= 1
    return codes


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


@lru_cache(maxsize=256)
def jpeg(name: str, width: int = 64, height: int = 48) -> bytes:
    """A baseline grey JPEG (ITU-T T.81): each 8×8 block has one shade, so only DC coefficients are coded."""
    shades, codes = _shades(name), _dc_codes()
    columns, rows = -(-width // 8), -(-height // 8)
    bits: list[str] = []
    previous = 0
    for row in range(rows):
        for column in range(columns):
            level = shades[(column * STRIPES // columns + row * 3 // rows) % 32] - 128
            difference, previous = level - previous, level
            category = abs(difference).bit_length()
            code, length = codes[category]
            bits.append(f"{code:0{length}b}")
            if category:
                extra = difference if difference > 0 else difference + (1 << category) - 1
                bits.append(f"{extra:0{category}b}")
            bits.append("0")  # the only code of the AC table: end of block
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)
    scan = int(stream, 2).to_bytes(len(stream) // 8).replace(b"\xff", b"\xff\x00")
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
            _segment(0xDB, b"\x00" + bytes([8]) * 64),
            _segment(0xC0, struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0)),
            _segment(0xC4, b"\x00" + DC_BITS + bytes(range(12))),
            _segment(0xC4, b"\x10" + bytes((1, *([0] * 15))) + b"\x00"),
            _segment(0xDA, b"\x01\x01\x00\x00\x3f\x00"),
            scan,
            b"\xff\xd9",
        )
    )


@lru_cache(maxsize=256)
def png(name: str, width: int = 64, height: int = 48) -> bytes:
    """A grey PNG (RFC 2083)."""
    shades = _shades(name)
    row = b"\x00" + bytes(shades[x * STRIPES // width] for x in range(width))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
            chunk(b"IDAT", zlib.compress(row * height, 9)),
            chunk(b"IEND", b""),
        )
    )


@lru_cache(maxsize=64)
def mp4(name: str, size: int = 40_000) -> bytes:
    """The boxes of an MP4 file (ISO 14496-12: ftyp, free, mdat) around bytes from the name; nothing that plays."""
    seed = _shades(name)
    data = (seed * (size // len(seed) + 1))[:size]
    return b"".join(
        (
            struct.pack(">I4s4sI8s", 24, b"ftyp", b"isom", 512, b"isommp42"),
            struct.pack(">I4s", 8, b"free"),
            struct.pack(">I4s", 8 + len(data), b"mdat"),
            data,
        )
    )
