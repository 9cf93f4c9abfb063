"""Files that stand for far more than they are: does every command stop at them, soon and in little memory?

    python benchmarks/bombs.py [--only PART-OF-A-NAME] [--expected]

Makes each file, runs each command on it as a process of its own, and prints its exit code, CPU seconds and the peak of
its resident memory. Exits with 1 when one takes more than a second or 64 MiB (the interpreter included), says
another exit code than it should, or shows a traceback. CPU time, because other programs make the clock tell nothing.
"""

from __future__ import annotations

import argparse
import base64
import functools
import io
import itertools
import json
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from isal.isal_zlib import crc32

ROOT = Path(__file__).parents[1]
MIB = 1 << 20
GIB = 1 << 30
MEGABYTE = bytes(MIB)
BELOW = 60 * MIB
"""Less than compressed data may expand to in any case (64 MiB), so that only what is done with it counts."""

SECONDS = 1.0
MEMORY = 64 * MIB
SITE_MEMORY = 10 * MIB
"""More for a site: it takes 58 MiB before the first page is asked for."""
AUDIT_MEMORY = 10 * MIB
"""More for an audit: it takes 67 MiB before it looks at anything."""
LINE_MEMORY = 4 * MIB
"""For a table's line: up to 2 MiB are read as one, and decoded."""
PAGE_SECONDS, PAGE_MEMORY = 2.0, 128 * MIB
"""For what is shown as a page, where its file lets it be: up to 8 MiB of markup, in about ten times as much memory."""
PATIENCE = 120
"""Seconds by the clock after which a command is killed."""

# Making them.


def packed(pieces: Iterable[bytes], wbits: int = 31) -> bytes:
    """gzip (31) or raw deflate (-15). A megabyte that comes a thousand times is packed once and taken again: behind a
    full flush nothing refers to what is before it (RFC 1951)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    out, check, size = [], 0, 0
    for piece in pieces:
        if len(piece) == MIB:
            out += [packer.flush(zlib.Z_FULL_FLUSH), packed_megabyte(piece)]
        else:
            out.append(packer.compress(piece))
        if wbits == 31:
            check, size = crc32(piece, check), size + len(piece)
    out.append(packer.flush())
    if wbits == 31:
        out = [b"\x1f\x8b\x08" + bytes(6) + b"\xff", *out, struct.pack("<II", check, size % (1 << 32))]
    return b"".join(out)


@functools.lru_cache
def packed_megabyte(piece: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)


def zeros(size: int) -> Iterable[bytes]:
    return itertools.chain(itertools.repeat(MEGABYTE, size // MIB), (bytes(size % MIB),))


def repeated(unit: bytes, size: int) -> bytes:
    return unit * (size // len(unit) + 1)


def head(kind: str, length: int | str, mime: str, uri: str, more: str = "") -> bytes:
    return (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <{RECORD}>\r\n"
        f"WARC-Date: 2026-03-01T00:00:00Z\r\nWARC-Target-URI: {uri}\r\n{more}"
        f"Content-Type: {mime}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


RECORD = "urn:uuid:00000000-0000-4000-8000-000000000001"
URI = "https://news.example/"
HTTP = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def response(body: Iterable[bytes], length: int, fields: str = "") -> Iterable[bytes]:
    """A WARC record with an HTTP response."""
    http = (HTTP + fields + "\r\n").encode()
    return (head("response", len(http) + length, "application/http; msgtype=response", URI), http, *body, b"\r\n\r\n")


def chunks(fields: str) -> Iterable[bytes]:
    """A response of 60 MB in chunks of one byte."""
    body = repeated(b"1\r\na\r\n", BELOW)
    http = (HTTP + "Transfer-Encoding: chunked\r\n\r\n").encode()
    kind = "application/http; msgtype=response"
    return (head("response", len(http) + len(body), kind, URI, fields), http, body, b"\r\n\r\n")


WRONG_DIGEST = "WARC-Payload-Digest: sha1:" + "A" * 32 + "\r\n"


def encoded(data: bytes, coding: str) -> Iterable[bytes]:
    return response((data,), len(data), f"Content-Encoding: {coding}\r\n")


def block(data: bytes, kind: str = "response", mime: str = "application/http; msgtype=response") -> Iterable[bytes]:
    return (head(kind, len(data), mime, URI), data, b"\r\n\r\n")


@functools.lru_cache
def gigabyte() -> bytes:
    return packed([b"<html>", *zeros(GIB)])


def many_gigabytes() -> bytes:
    """60 MiB of gzip: 60 members of a gigabyte each."""
    return repeated(gigabyte(), BELOW)


def around_nothing() -> bytes:
    """A gigabyte of empty gzip members, twice gzipped."""
    return packed([packed([repeated(packed([b""]), GIB // 16)])] * 16)


def brotli_gigabyte() -> bytes:
    import brotli  # type: ignore[import-untyped, unused-ignore]

    packer = brotli.Compressor(quality=5)
    return b"".join([*(packer.process(piece) for piece in zeros(GIB)), packer.finish()])


def zstd_gigabyte() -> bytes:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    packer = zstd.ZstdCompressor()
    return b"".join([*(packer.compress(piece) for piece in zeros(GIB)), packer.flush()])


def package(members: Mapping[str, bytes | Iterable[bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method, compresslevel=9) as file:
        for name, content in members.items():
            with file.open(name, "w", force_zip64=True) as member:
                for piece in (content,) if isinstance(content, bytes) else content:
                    member.write(piece)
    return out.getvalue()


DESCRIPTION = {"datapackage.json": json.dumps({"resources": []}).encode()}
SMALL_WARC = packed(block(b"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\n\r\n"))
"""Without a page, so that the time it takes to look for posts is not counted: half a second for the first page."""


def wacz(members: Mapping[str, bytes | Iterable[bytes]]) -> bytes:
    return package({**DESCRIPTION, "archive/a.warc.gz": SMALL_WARC, **members})


def crowd(count: int) -> bytes:
    """A ZIP file with so many empty members, made by hand: in seconds, and with short names."""
    local, central, at = io.BytesIO(), io.BytesIO(), 0
    for number in range(count):
        name = b"%x" % number
        local.write(struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0) + name)
        central.write(
            struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0, 0, 0, 0, 0, at)
            + name
        )
        at += 30 + len(name)
    size = central.tell()
    end_64 = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, at)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, at + size, 1)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, size, at, 0)
    return local.getvalue() + central.getvalue() + end_64 + locator + end


def overlapping(count: int) -> bytes:
    """A ZIP file whose members are all the same bytes: `count` times 10 MB."""
    data = packed(zeros(10 * MIB), -15)
    crc = zlib.crc32(bytes(10 * MIB))
    name = b"archive/a.warc"
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 33, crc, len(data), 10 * MIB, len(name), 0) + name
    central = io.BytesIO()
    for number in range(count):
        one = b"archive/%d.warc" % number
        central.write(
            struct.pack(
                "<4sHHHHHHIIIHHHHHII",
                *(b"PK\1\2", 20, 20, 0, 8, 0, 33, crc, len(data), 10 * MIB, len(one), 0, 0, 0, 0, 0, 0),
            )
            + one
        )
    at = len(local) + len(data)
    return (
        local
        + data
        + central.getvalue()
        + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, central.tell(), at, 0)
    )


def liar() -> bytes:
    """A ZIP file with a gigabyte in a member that says it has 100 bytes."""
    data = bytearray(package({"archive/a.warc": response(zeros(GIB), GIB)}))
    at = data.rfind(b"PK\1\2")
    struct.pack_into("<I", data, at + 24, 100)
    return bytes(data)


def liar_64() -> bytes:
    """A ZIP file whose directory says that it has 2**62 bytes and as many members."""
    data = SMALL_WARC
    end_64 = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1 << 62, 1 << 62, 1 << 62, 1 << 62)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, len(data) + 4, 1)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return b"PK\3\4" + data + end_64 + locator + end


def arc(length: int | str, body: Iterable[bytes]) -> Iterable[bytes]:
    version = b"1 0 test\nURL IP-address Archive-date Content-type Archive-length\n"
    first = b"filedesc://a.arc 0.0.0.0 20260301000000 text/plain %d\n%s\n" % (len(version), version)
    line = f"{URI} 192.0.2.1 20260301000000 text/html {length}\n".encode()
    return (first, line, *body, b"\n")


def data_uri() -> bytes:
    return b'<p>x</p><iframe src="data:text/html;base64,' + base64.b64encode(b"<div>" * 300_000) + b'"></iframe>'


def x_archive(tweets: Iterable[bytes]) -> bytes:
    """An account's archive of its own data, as X gives it."""
    account = b'window.YTD.account.part0 = [{"account":{"username":"a","accountId":"1"}}]'
    return package({"data/account.js": account, "data/tweets.js": (b"window.YTD.tweets.part0 = ", *tweets)})


TELEGRAM = b'{"name":"a","type":"public_channel","id":1,"messages":['


def tarred(name: str, size: int) -> Iterable[bytes]:
    header = bytearray(512)
    header[: len(name)] = name.encode()
    header[100:108] = b"0000644\0"
    header[124:136] = b"%011o\0" % size
    header[156:157] = b"0"
    header[257:265] = b"ustar\x0000"
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 8 * 0x20 + sum(header[156:]))
    return (bytes(header), *zeros(size), bytes(1024))


# What is made, and with which commands it is tried.

WARC_COMMANDS = (
    "find",
    "verify",
    "import",
    "export",
    "replay",
    "archive",
    "resolve",
    "audit",
    "rebuild",
    "folder",
    "explain",
)
ARTICLE_COMMANDS = ("find", "archive", "resolve", "audit")
PACKAGE_COMMANDS = ("find", "verify", "import", "replay", "archive")


FEED = b"<?xml version='1.0'?><rss version='2.0'><channel>"
LAUGHS = (
    b'<!DOCTYPE rss [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (name + 1, b"&%c;" % name * 10) for name in b"abcdefghi")
    + b"]>"
)
"""Ten entities, each of which stands for ten of the one before."""


class Kind(NamedTuple):
    """One file to try."""

    name: str
    expands_to: str
    suffix: str
    make: Callable[[], bytes]
    commands: Mapping[str, set[int]]
    """The exit codes that may come."""
    seconds: float = SECONDS
    memory: int = MEMORY
    """More where the file itself is large: these are its share."""


def every(commands: Iterable[str], codes: set[int], **other: set[int]) -> dict[str, set[int]]:
    return {command: other.get(command, codes) for command in commands}


STOPPED, SOUND, DAMAGED, UNREAD = {5}, {0}, {1}, {3}
ANY = {0, 1, 3, 5}
"""Damage, which each command takes in its own way: verify tells of it, rebuild goes on behind it, find cannot."""

# A sound WARC file whose payload expands: stopped by what decodes the payload, and sound for what does not.
PAYLOAD = every(WARC_COMMANDS, SOUND, find=STOPPED, archive=STOPPED, resolve=STOPPED, audit=STOPPED)
# A file that expands too far itself. In an archive's own folder it counts as the archive's own.
FILE = every(("find", "verify", "import", "export", "replay", "archive", "resolve", "audit"), STOPPED)

KINDS = [
    Kind("page, gzipped", "1 GB", ".html.gz", gigabyte, every(ARTICLE_COMMANDS, STOPPED)),
    Kind("page, gzipped twice", "1 GB", ".html.gz", lambda: packed([gigabyte()]), every(ARTICLE_COMMANDS, STOPPED)),
    Kind("text, gzipped", "1 GB", ".txt.gz", lambda: packed([b"a" * MIB] * 1024), every(ARTICLE_COMMANDS, STOPPED)),
    Kind(
        "page, gzipped, below the floor",
        "60 MB",
        ".html.gz",
        lambda: packed([b"<html>", *zeros(BELOW)]),
        every(ARTICLE_COMMANDS, STOPPED),
    ),
    Kind("feed, gzipped", "1 GB", ".xml.gz", lambda: packed([FEED, *zeros(GIB)]), every(ARTICLE_COMMANDS, STOPPED)),
    Kind(
        "feed of a million tags, gzipped",
        "3 MB",
        ".xml.gz",
        lambda: packed([FEED, b"<a>" * MIB]),
        every(ARTICLE_COMMANDS, STOPPED),
    ),
    Kind(
        "feed, entities that stand for others",
        "3 GB",
        ".xml",
        lambda: LAUGHS + FEED + b"<item><title>&j;</title><link>https://news.example/&j;</link></item>",
        every(ARTICLE_COMMANDS, UNREAD),
    ),
    Kind(
        "feed, one long entity many times",
        "40 GB",
        ".xml",
        lambda: b'<!DOCTYPE rss [<!ENTITY a "' + b"a" * 200_000 + b'">]>' + FEED + b"<item><link>" + b"&a;" * 200_000,
        every(ARTICLE_COMMANDS, {0, 3}),
        memory=MEMORY + LINE_MEMORY,
    ),
    Kind(
        "feed, tags that are never closed",
        "–",
        ".xml",
        lambda: FEED + b"<item><link " * 10_000,
        every(ARTICLE_COMMANDS, {0, 3}),
        memory=MEMORY + LINE_MEMORY,
    ),
    Kind(
        "JSON Feed nested deep",
        "–",
        ".json",
        lambda: b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * MIB + b"]" * MIB + b"}",
        every(ARTICLE_COMMANDS, UNREAD),
        memory=MEMORY + LINE_MEMORY,
    ),
    Kind(
        "JSON Feed of empty items, gzipped",
        "900 KB",
        ".json.gz",
        lambda: packed([b'{"version": "https://jsonfeed.org/version/1.1", "items": [{}' + b",{}" * 300_000 + b"]}"]),
        every(ARTICLE_COMMANDS, {3, 5}),
        seconds=PAGE_SECONDS,
        memory=PAGE_MEMORY,
    ),
    Kind("sitemap, gzipped", "1 GB", ".xml.gz", lambda: packed([b"<urlset>", *zeros(GIB)]), {"find": STOPPED}),
    Kind(
        "sitemap of 100,000 addresses",
        "5 MB",
        ".xml",
        lambda: b"<urlset>" + b"".join(b"<url><loc>https://news.example/%d</loc></url>" % n for n in range(100_000)),
        {"find": {5}},
        seconds=PAGE_SECONDS,
        memory=PAGE_MEMORY,
    ),
    Kind(
        "list of permalinks, gzipped, one line without end",
        "1 GB",
        ".csv.gz",
        lambda: packed([b"url\n", *[b"a" * MIB] * 1024]),
        {"audit": STOPPED},
        memory=MEMORY + 2 * LINE_MEMORY,
    ),
    Kind(
        "list of permalinks, gzipped, quoted without end",
        "60 MB",
        ".csv.gz",
        lambda: packed([b'url,quote\n"', repeated(b"a\n", BELOW)]),
        {"audit": {3, 5}},
    ),
    Kind(
        "list of permalinks, gzipped, lines that are none",
        "60 MB",
        ".csv.gz",
        lambda: packed([b"url\n", repeated(b"a\n", BELOW)]),
        {"audit": {3, 5}},
    ),
    Kind(
        "JSON list nested a million deep",
        "2 MB",
        ".json",
        lambda: b'[{"url": "https://x.com/a/status/20"},' + b"[" * MIB + b"]" * MIB + b"]",
        {"audit": {0, 3, 4}},
        seconds=PAGE_SECONDS,
        memory=MEMORY + LINE_MEMORY,
    ),
    Kind(
        "JSON lines, one without end",
        "1 GB",
        ".jsonl.gz",
        lambda: packed([b'{"text": "', *[b"a" * MIB] * 1024]),
        every(ARTICLE_COMMANDS, STOPPED),
    ),
    Kind(
        "JSON nested a million deep",
        "2 MB",
        ".jsonl",
        lambda: b'{"text": ' + b"[" * MIB + b"]" * MIB + b"}\n",
        every(ARTICLE_COMMANDS, UNREAD),
    ),
    Kind("page nested a million deep", "5 MB", ".html", lambda: b"<div>" * MIB, every(("find",), SOUND), 3, 192 * MIB),
    Kind("page with a data: URI of 2 MB", "2 MB", ".html", data_uri, every(("find",), SOUND), 2, 96 * MIB),
    Kind("WARC, a record of zeros", "1 GB", ".warc.gz", lambda: packed(response(zeros(GIB), GIB)), FILE),
    Kind(
        "WARC, gzipped twice",
        "1 GB",
        ".warc.gz",
        lambda: packed([packed(response(zeros(GIB), GIB))]),
        every(FILE, STOPPED),
    ),
    Kind("WARC, a payload of gzip", "1 GB", ".warc.gz", lambda: packed(encoded(gigabyte(), "gzip")), PAYLOAD),
    Kind(
        "WARC, a payload of gzip in gzip",
        "1 GB",
        ".warc.gz",
        lambda: packed(encoded(packed([gigabyte()]), "gzip, gzip")),
        PAYLOAD,
    ),
    Kind(
        "WARC, a payload of deflate",
        "1 GB",
        ".warc.gz",
        lambda: packed(encoded(packed(zeros(GIB), -15), "deflate")),
        PAYLOAD,
    ),
    Kind("WARC, a payload of brotli", "1 GB", ".warc.gz", lambda: packed(encoded(brotli_gigabyte(), "br")), PAYLOAD),
    Kind("WARC, a payload of zstd", "1 GB", ".warc.gz", lambda: packed(encoded(zstd_gigabyte(), "zstd")), PAYLOAD),
    Kind(
        "WARC, a payload of 60 MB of gzip",
        "60 GB",
        ".warc.gz",
        lambda: packed(encoded(many_gigabytes(), "gzip")),
        PAYLOAD,
    ),
    Kind(
        "WARC, a payload of empty gzip members",
        "60 MB",
        ".warc.gz",
        lambda: packed(encoded(repeated(packed([b""]), BELOW), "gzip")),
        PAYLOAD,
    ),
    Kind("WARC, a payload of chunks of a byte", "60 MB", ".warc.gz", lambda: packed(chunks("")), PAYLOAD),
    Kind(
        "WARC, chunks of a byte, and a wrong digest",
        "60 MB",
        ".warc.gz",
        lambda: packed(chunks(WRONG_DIGEST)),
        every(WARC_COMMANDS, {0, 1, 5}),
    ),
    Kind(
        "WARC, three codings around nothing",
        "1 GB",
        ".warc.gz",
        lambda: packed(encoded(around_nothing(), "gzip, gzip, gzip")),
        every(WARC_COMMANDS, SOUND, find={3, 5, 0}, archive={0, 3, 5}, resolve={0, 3, 5}, audit={0, 3, 5}),
    ),
    Kind(
        "WARC, tiny records in one member",
        "60 MB",
        ".warc.gz",
        lambda: packed([repeated(b"WARC/1.0\r\nContent-Length: 0\r\n\r\n\r\n\r\n", BELOW)]),
        every(WARC_COMMANDS, ANY),
    ),
    Kind(
        "WARC, nothing but first lines",
        "–",
        ".warc",
        lambda: repeated(b"WARC/1.0\r\n", MIB),
        every(WARC_COMMANDS, ANY),
        2,
    ),
    Kind(
        "WARC, nothing but beginnings of gzip",
        "–",
        ".warc.gz",
        lambda: SMALL_WARC + repeated(b"\x1f\x8b\x08", MIB // 2),
        every(WARC_COMMANDS, ANY),
        2,
    ),
    Kind(
        "WARC, not compressed, a payload of gzip",
        "1 GB",
        ".warc",
        lambda: b"".join(encoded(gigabyte(), "gzip")),
        PAYLOAD,
        memory=PAGE_MEMORY,
    ),
    Kind(
        "WARC, a page below the floor",
        "60 MB",
        ".warc.gz",
        lambda: packed(response(zeros(BELOW), BELOW)),
        PAYLOAD,
        memory=PAGE_MEMORY,
    ),
    Kind(
        "WARC, a resource below the floor",
        "60 MB",
        ".warc.gz",
        lambda: packed(block(bytes(BELOW), "resource", "text/html")),
        PAYLOAD,
        memory=PAGE_MEMORY,
    ),
    Kind(
        "WARC, metadata below the floor",
        "60 MB",
        ".warc.gz",
        lambda: packed(block(b'{"a":"' + b"a" * BELOW + b'"}', "metadata", "application/json")),
        every(WARC_COMMANDS, ANY),
    ),
    Kind(
        "WARC, a header of many lines",
        "60 MB",
        ".warc.gz",
        lambda: packed([b"WARC/1.1\r\n", repeated(b"a: b\r\n", BELOW)]),
        every(WARC_COMMANDS, ANY),
    ),
    Kind(
        "WARC, a header line without end",
        "60 MB",
        ".warc.gz",
        lambda: packed([b"WARC/1.1\r\na: ", b"a" * BELOW]),
        every(WARC_COMMANDS, ANY),
    ),
    Kind(
        "WARC, a header of folded lines",
        "1 MB",
        ".warc.gz",
        lambda: packed([head("response", 0, "a/b", URI, "X: y\r\n" + " a\r\n" * 180_000)]),
        every(WARC_COMMANDS, ANY),
    ),
    Kind(
        "WARC, an HTTP head of folded lines",
        "1 MB",
        ".warc.gz",
        lambda: packed(block((HTTP + " a\n" * 330_000 + "\r\n<html>x").encode())),
        every(WARC_COMMANDS, ANY),
    ),
    Kind(
        "WARC, an HTTP head of many fields",
        "1 MB",
        ".warc.gz",
        lambda: packed(block((HTTP + "a:\n" * 330_000 + "\r\n<html>x").encode())),
        every(WARC_COMMANDS, ANY),
    ),
    Kind(
        "WARC, an HTTP head without end",
        "60 MB",
        ".warc.gz",
        lambda: packed(block(HTTP.encode() + repeated(b"a: b\r\n", BELOW))),
        every(WARC_COMMANDS, ANY),
        seconds=PAGE_SECONDS,
        memory=PAGE_MEMORY,
    ),
    Kind(
        "WARC, an HTTP head line without end",
        "60 MB",
        ".warc.gz",
        lambda: packed(block(HTTP.encode() + b"a" * BELOW)),
        every(WARC_COMMANDS, ANY),
        seconds=PAGE_SECONDS,
        memory=PAGE_MEMORY,
    ),
    Kind(
        "WARC, a record that says 2**63 bytes",
        "–",
        ".warc",
        lambda: head("response", 1 << 63, "application/http", URI) + b"HTTP/1.1 200 OK\r\n\r\n<p>x",
        every(WARC_COMMANDS, ANY),
    ),
    Kind(
        "WARC, a record that says 2**62 bytes",
        "–",
        ".warc.gz",
        lambda: packed([head("response", 1 << 62, "application/http", URI) + b"HTTP/1.1 200 OK\r\n\r\n<p>x"]),
        every(WARC_COMMANDS, ANY),
    ),
    Kind(
        "WARC, blank lines without end",
        "60 MB",
        ".warc.gz",
        lambda: packed([repeated(b"\r\n", BELOW)]),
        every(WARC_COMMANDS, ANY),
    ),
    Kind(
        "WARC, blank lines behind a record",
        "60 MB",
        ".warc.gz",
        lambda: packed([*response((b"<p>x",), 4), repeated(b"\r\n", BELOW)]),
        every(WARC_COMMANDS, ANY),
    ),
    Kind(
        "ARC, a record of zeros",
        "1 GB",
        ".arc.gz",
        lambda: packed(arc(GIB, zeros(GIB))),
        every(("find", "verify", "replay", "export", "import"), ANY),
    ),
    Kind(
        "ARC, a record that says 2**62 bytes",
        "–",
        ".arc",
        lambda: b"".join(arc(1 << 62, (b"x",))),
        every(("find", "verify", "replay", "export", "import"), ANY),
    ),
    Kind(
        "ARC, a first line without end",
        "60 MB",
        ".arc.gz",
        lambda: packed([b"filedesc://a.arc ", b"a" * BELOW]),
        every(("find", "verify", "replay", "export", "import"), ANY),
    ),
    Kind(
        "WACZ, a WARC of zeros, stored",
        "1 GB",
        ".wacz",
        lambda: package({**DESCRIPTION, "archive/a.warc.gz": packed(response(zeros(GIB), GIB))}, zipfile.ZIP_STORED),
        every(PACKAGE_COMMANDS, STOPPED),
    ),
    Kind(
        "WACZ, a WARC of zeros, packed twice",
        "1 GB",
        ".wacz",
        lambda: wacz({"archive/b.warc.gz": packed(response(zeros(GIB), GIB))}),
        every(PACKAGE_COMMANDS, STOPPED),
    ),
    Kind(
        "WACZ, a plain WARC of zeros, deflated",
        "1 GB",
        ".wacz",
        lambda: wacz({"archive/b.warc": response(zeros(GIB), GIB)}),
        every(PACKAGE_COMMANDS, STOPPED),
    ),
    Kind(
        "WACZ, a payload of gzip",
        "1 GB",
        ".wacz",
        lambda: wacz({"archive/b.warc.gz": packed(encoded(gigabyte(), "gzip"))}),
        {"find": STOPPED, "archive": STOPPED, "verify": DAMAGED, "import": DAMAGED, "replay": SOUND},
    ),
    Kind(
        "WACZ, an index of zeros, gzipped",
        "1 GB",
        ".wacz",
        lambda: wacz({"indexes/index.cdx.gz": packed(zeros(GIB))}),
        {"verify": STOPPED, "import": STOPPED},
    ),
    Kind(
        "WACZ, an index line without end",
        "60 MB",
        ".wacz",
        lambda: wacz({"indexes/index.cdxj": b"a" * BELOW}),
        {"verify": {1, 5}, "import": {1, 5}},
    ),
    Kind(
        "WACZ, an index of short lines",
        "60 MB",
        ".wacz",
        lambda: wacz({"indexes/index.cdxj": repeated(b"a\n", BELOW)}),
        {"verify": {1, 5}, "import": {1, 5}},
    ),
    Kind(
        "WACZ, a block index of short lines",
        "60 MB",
        ".wacz",
        lambda: wacz({"indexes/index.idx": repeated(b"a\tb\t0\t10\n", BELOW), "indexes/index.cdx.gz": packed([b"a"])}),
        {"verify": {1, 5}, "import": {1, 5}},
    ),
    Kind(
        "WACZ, a block index that names one block",
        "60 GB",
        ".wacz",
        lambda: wacz(
            {
                "indexes/index.idx": repeated(b"a 20260101000000\tindex\t0\t61000\t1\n", MIB),
                "indexes/index.cdx.gz": packed([repeated(b"a 20260101000000 {}\n", BELOW)]),
            }
        ),
        {"verify": {1, 5}, "import": {1, 5}},
    ),
    Kind(
        "WACZ, a WARC of empty gzip members, deflated",
        "60 MB",
        ".wacz",
        lambda: wacz({"archive/b.warc.gz": repeated(packed([b""]), BELOW)}),
        every(PACKAGE_COMMANDS, {0, 1, 3, 5}),
    ),
    Kind(
        "WACZ, pages of zeros",
        "1 GB",
        ".wacz",
        lambda: wacz({"pages/pages.jsonl": zeros(GIB)}),
        {"verify": STOPPED, "import": STOPPED, "find": STOPPED},
    ),
    Kind(
        "WACZ, pages of short lines",
        "60 MB",
        ".wacz",
        lambda: wacz({"pages/pages.jsonl": repeated(b"{}\n", BELOW)}),
        {"verify": {1, 5}, "import": {1, 5}},
    ),
    Kind(
        "WACZ, a description of 60 MB",
        "60 MB",
        ".wacz",
        lambda: wacz({"datapackage.json": b'{"a":"' + b"a" * BELOW + b'","resources":[]}'}),
        {"verify": {1, 5}, "import": {1, 5}, "replay": {0, 5}, "find": {0, 5}},
    ),
    Kind(
        "WACZ, a description of many resources",
        "15 MB",
        ".wacz",
        lambda: wacz({"datapackage.json": b'{"resources":[' + b"{}," * (5 * MIB) + b"{}]}"}),
        {"verify": {1, 5}, "import": {1, 5}, "replay": {0, 5}, "find": {0, 5}},
    ),
    Kind(
        "WACZ, a description nested deep",
        "15 MB",
        ".wacz",
        lambda: wacz({"datapackage.json": b"[" * (7 * MIB) + b"]" * (7 * MIB)}),
        {"verify": {1, 5}, "import": {1, 5}, "replay": {0, 5}, "find": {0, 5}},
    ),
    Kind(
        "WACZ, a package in it",
        "1 GB",
        ".wacz",
        lambda: wacz({"archive/b.warc.gz": overlapping(100)}),
        {"verify": {1, 5}, "import": {1, 5}, "find": {3, 5}, "replay": {3, 5}},
    ),
    Kind(
        "ZIP, members that are the same bytes",
        "10 GB",
        ".wacz",
        lambda: overlapping(1000),
        {"verify": {1, 5}, "import": {1, 5}, "find": {3, 5}, "replay": {3, 5}, "index": {3, 5}},
    ),
    Kind(
        "ZIP, fewer of them, below the floor",
        "60 MB",
        ".wacz",
        lambda: overlapping(6),
        {"verify": {1, 5}, "import": {1, 5}, "find": {3, 5}, "replay": {3, 5}, "index": {3, 5}},
    ),
    Kind(
        "ZIP, a million members",
        "–",
        ".wacz",
        lambda: crowd(1_000_000),
        {"verify": STOPPED, "import": STOPPED, "find": STOPPED, "replay": STOPPED, "index": STOPPED},
    ),
    Kind(
        "ZIP, a member that says 100 bytes",
        "1 GB",
        ".wacz",
        liar,
        {"verify": {1, 5}, "import": {1, 5}, "find": {3, 5}, "replay": {3, 5}},
    ),
    Kind(
        "ZIP, 2**62 members",
        "–",
        ".wacz",
        liar_64,
        {"verify": {1, 5}, "import": {1, 3, 5}, "find": {3, 5}, "replay": {3, 5}, "index": {3, 5}},
    ),
    Kind("X's archive", "1 GB", ".zip", lambda: x_archive((b"[", *zeros(GIB))), {"index": STOPPED}),
    Kind(
        "X's archive, below the floor", "60 MB", ".zip", lambda: x_archive((b"[" + b" " * BELOW,)), {"index": {0, 3, 5}}
    ),
    Kind(
        "X's archive, one post without end",
        "60 MB",
        ".zip",
        lambda: x_archive((b'[{"a":"' + b"a" * BELOW,)),
        {"index": {0, 3, 5}},
    ),
    Kind("Mastodon's archive", "1 GB", ".tar.gz", lambda: packed(tarred("outbox.json", GIB)), {"index": STOPPED}),
    Kind(
        "Mastodon's archive as ZIP",
        "1 GB",
        ".zip",
        lambda: package({"actor.json": b"{}", "outbox.json": zeros(GIB)}),
        {"index": STOPPED},
    ),
    Kind(
        "Telegram's export, gzipped",
        "1 GB",
        ".json.gz",
        lambda: packed([TELEGRAM, *[b" " * MIB] * 1024]),
        {"index": {3, 5}},
    ),
    Kind(
        "a table, gzipped, one line without end",
        "1 GB",
        ".csv.gz",
        lambda: packed([b"url,text\n", *[b"a" * MIB] * 1024]),
        {"index": STOPPED},
        memory=MEMORY + LINE_MEMORY,
    ),
    Kind(
        "a table, gzipped, quoted without end",
        "60 MB",
        ".csv.gz",
        lambda: packed([b'url,text\n"', repeated(b"a\n", BELOW)]),
        {"index": {0, 3, 5}},
    ),
    Kind(
        "a table of JSON nested a million deep",
        "2 MB",
        ".jsonl",
        lambda: b'{"url": ' + b"[" * MIB + b"]" * MIB + b"}\n",
        {"index": {0, 3}},
    ),
    Kind(
        "a table, gzipped twice",
        "1 GB",
        ".csv.gz",
        lambda: packed([packed([b"url,text\n", *zeros(GIB)])]),
        {"index": {3, 5}},
    ),
]


# Running them.


MEASURED = """
import sys
from archiver.cli import main
try:
    main(prog_name="archiver")
finally:
    with open("/proc/self/status") as status:
        peak = next(line for line in status if line.startswith("VmHWM"))
    print(file=sys.stderr)
    print("peak", peak.split()[1], file=sys.stderr)
"""
"""What the system tells of a process that has ended (`ru_maxrss`) is the peak of the one that started it, if that is
higher."""


class Run(NamedTuple):
    code: int
    seconds: float
    """CPU time, of the process and its children."""
    peak: int
    """Bytes of resident memory."""
    said: str


def arguments(command: str, file: Path, folder: Path) -> list[str]:
    archive = folder / "archive"
    for name in ("archive", "indexes"):
        (archive / name).mkdir(parents=True, exist_ok=True)
    name = str(file)
    to = ["--archive", str(archive)]
    if command in ("rebuild", "folder", "explain"):
        (archive / "archive" / f"a{''.join(file.suffixes[-2:])}").hardlink_to(file)
    return {
        "find": ["find", name],
        "resolve": ["resolve", "--offline", name, *to],
        "archive": ["archive", "--offline", name, *to],
        "audit": ["audit", "--offline", name, *to],
        "verify": ["verify", name],
        "import": ["import", name, *to],
        "export": ["export", name, "--wacz", str(folder / "out.wacz")],
        "replay": ["replay", name, "--port", "0"],
        "index": ["index", name, "--posts", str(folder / "index.db"), "--handle", "a"],
        "rebuild": ["rebuild", *to],
        "explain": ["explain", RECORD, *to],
        "folder": ["replay", str(archive), "--port", "0"],
    }[command]


def run(command: str, file: Path, *, python: str = sys.executable) -> Run:
    """One command on one file. `replay` and `folder` (replay of an archive's folder that holds the file) look at every
    page of the site that opens."""
    with tempfile.TemporaryDirectory(prefix="bombs-") as folder, tempfile.TemporaryFile() as out:
        asked = arguments(command, file, Path(folder))
        process = subprocess.Popen(
            [python, "-c", MEASURED, *asked],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        killer = threading.Timer(PATIENCE, os.kill, (process.pid, signal.SIGKILL))
        killer.start()
        try:
            if asked[0] == "replay":
                browse(process, out.fileno())
                os.kill(process.pid, signal.SIGINT)  # Popen's own would wait for it, and its usage be lost
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            killer.cancel()
        process.returncode = code = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode("utf-8", "replace")
        if asked[0] == "replay" and code == 130:
            code = 0
        told, _, peak = said.rpartition("\npeak ")
        return Run(
            code, usage.ru_utime + usage.ru_stime, int(peak) * 1024 if peak.strip().isdigit() else -1, told or said
        )


CLICKS = 5


def browse(process: subprocess.Popen[bytes], out: int) -> None:
    """Open the site, once it is there, and follow its links, `CLICKS` deep."""
    while True:
        found = re.search(rb"Replay at (http://[^/ ]+/)", os.pread(out, 1 << 20, 0))
        if found:
            break
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return
        time.sleep(0.02)
    base = found[1].decode()
    waiting, seen = [(base, 0)], {base}
    while waiting:
        url, depth = waiting.pop()
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                page = b""
                while piece := answer.read(MIB):
                    page = page or piece
        except (urllib.error.HTTPError, OSError, ValueError):
            continue
        for link in re.findall(rb'href="([^"#]+)"', page[:MIB]) if depth < CLICKS else ():
            target = urllib.parse.urljoin(url, link.decode("ascii", "replace").replace("&amp;", "&"))
            if target.startswith(base) and target not in seen:
                seen.add(target)
                waiting.append((target, depth + 1))


def most_memory(kind: Kind, command: str) -> int:
    """Bytes that a command may take at its peak."""
    more = {"replay": SITE_MEMORY, "folder": SITE_MEMORY, "audit": AUDIT_MEMORY}
    return kind.memory + more.get(command, 0)


def faults(found: Run, kind: Kind, command: str) -> list[str]:
    """Which bounds it crossed."""
    wrong = []
    if found.code not in kind.commands[command]:
        wrong.append(f"exit code {found.code}")
    if found.seconds > kind.seconds:
        wrong.append("time")
    if found.peak > most_memory(kind, command):
        wrong.append("memory")
    if "Traceback" in found.said:
        wrong.append("traceback")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--only", default="", help="kinds whose name holds this")
    parser.add_argument("--command", default="", help="one command alone")
    parser.add_argument("--say", action="store_true", help="print what each command said, too")
    args = parser.parse_args()
    print("| file | bytes | expands to | command | exit code | CPU s | peak MiB | |\n|---|---|---|---|---|---|---|---|")
    failed = tried = 0
    with tempfile.TemporaryDirectory(prefix="bombs-") as folder:
        for kind in KINDS:
            commands = [c for c in kind.commands if args.command in ("", c)]
            if args.only not in kind.name or not commands:
                continue
            file = Path(folder) / f"a{kind.suffix}"
            file.write_bytes(kind.make())
            for command in commands:
                found = run(command, file)
                wrong = faults(found, kind, command)
                tried += 1
                failed += bool(wrong)
                print(
                    f"| {kind.name} | {file.stat().st_size:,} | {kind.expands_to} | {command} | {found.code} "
                    f"| {found.seconds:.2f} | {found.peak / MIB:.0f} | {', '.join(wrong)} |",
                    flush=True,
                )
                if args.say:
                    print(found.said[-600:], flush=True)
            file.unlink()
    print(f"\n{tried} runs, {failed} beyond a bound ({SECONDS:g} s, {MEMORY // MIB} MiB)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
