"""HTTP/1.x messages as bytes: where a head ends and what it says, where a body ends, how a body decodes.

RFC 9110 (semantics), RFC 9112 (HTTP/1.1). What is read here came from servers and from other people's WARC files, so
everything is bounded, nothing is trusted, and a body that was cut or mislabelled gives what can be had of it.
"""

from __future__ import annotations

import importlib
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from archiver.errors import InputError, LimitError

Headers = tuple[tuple[str, str], ...]

OnBroken = Callable[[str], None]
"""Told, in a sentence, where a body breaks off or goes wrong: what came out of it is not all."""


def _unheard(_what: str) -> None: ...


MAX_CHUNK_LINE = 256 * 1024
"""A chunk-size line longer than this, or trailers, are no chunked coding. It is more than the parser on the connection
takes (h11: the 100 KB that httpcore lets wait, and one read): what was read as chunks live is read as chunks again."""

MAX_HEAD_LINES = 10_000
"""Real heads have less than 100."""

MANY_CHUNKS = 100_000
TINY_CHUNK = 64
"""Bytes. Each chunk takes as long as a kilobyte, and compressed away it takes no room: megabytes of chunks of a byte
are made to keep a reader busy."""

BROKEN_CHUNKS = "the chunks of the body break off"
BROKEN_CODING = "the compressed body breaks off, or is damaged"

MAX_CODINGS = 4
"""Content codings on top of each other; real servers send one, rarely two."""

UNKNOWN_TYPES = frozenset({"unknown/unknown", "application/unknown", "*/*"})

MAX_PARTS = 10_000
"""Gzip members or zstd frames of one body; compressors that work in blocks make one of 64 KB or more."""

PIECE = 64 * 1024

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
ZSTD_WINDOW_LOG = 23
"""RFC 9659: no HTTP content needs a window of more than 8 MB."""

_END_OF_HEAD = re.compile(rb"\n\r?\n")
_CHUNK_SIZE = re.compile(rb"(?=[0-9A-Fa-f])0*([0-9A-Fa-f]{0,15})[ \t]*(?:;[^\n]*)?\r?\n")
"""RFC 9112 section 7.1 bounds no leading zeros; a size of more than 15 digits is none that fits anywhere."""


def head_end(data: bytes, start: int = 0) -> int | None:
    """Where the head that begins at `start` ends, its blank line included; null when it does not."""
    end = _END_OF_HEAD.search(data, start)
    return end.end() if end else None


def final_head(data: bytes) -> tuple[int, int]:
    """Where the final response begins, after interim ones (1xx, RFC 9110 section 15.2), and its head's length.

    A head that does not end reaches to the end of `data`.
    """
    start = 0
    while True:
        end = head_end(data, start)
        if end is None:
            return start, len(data) - start
        status = data[start:end].split(b" ", 2)[1:2]
        if not (status and status[0].startswith(b"1") and status[0] != b"101"):
            return start, end - start
        start = end


def parse_head(head: bytes) -> tuple[str, int, Headers]:
    """`(version, status, headers)` of a response head; status 0 when there is no status line.

    Names and values are ISO 8859-1, as bytes on the wire map to characters one by one; folded lines are joined. Of a
    head that has more than `MAX_HEAD_LINES`, those are read.
    """
    lines = head.replace(b"\r\n", b"\n").split(b"\n", MAX_HEAD_LINES)[:MAX_HEAD_LINES]
    first = lines[0].split(None, 2)
    version = first[0].decode("latin-1") if first and first[0].upper().startswith(b"HTTP/") else ""
    status = int(first[1]) if version and len(first) > 1 and len(first[1]) == 3 and first[1].isdigit() else 0
    # the lines of each value: joined once, or a value of many lines would take the square of its length
    headers: list[tuple[str, list[str]]] = []
    for line in lines[1:]:
        if not line:
            break
        if line[:1] in b" \t":
            if headers:
                headers[-1][1].append(line.strip().decode("latin-1"))
            continue
        name, colon, value = line.partition(b":")
        if colon:
            headers.append((name.strip().decode("latin-1"), [value.strip().decode("latin-1")]))
    return version, status, tuple((name, " ".join(values).strip(" ")) for name, values in headers)


def body_length(status: int, headers: Headers, body: BinaryIO) -> int | None:
    """How many bytes of `body` belong to a response to GET (RFC 9112 section 6.3); null when only its end tells."""
    if status in (204, 304) or 100 <= status < 200:
        return 0
    lengths = ""
    for name, value in headers:
        lowered = name.lower()
        if lowered == "transfer-encoding":
            return chunked_length(body) if "chunked" in value.lower() else None
        if lowered == "content-length":
            lengths = value.partition(",")[0].strip()
    return int(lengths) if lengths.isascii() and lengths.isdecimal() and len(lengths) < 19 else None


def chunked_length(body: BinaryIO) -> int | None:
    """Length of a chunked body (a seekable stream), last chunk and trailers included; null when it does not end."""
    length = 0
    while True:
        line = body.readline(MAX_CHUNK_LINE)
        size = _CHUNK_SIZE.fullmatch(line)
        if size is None:
            return None
        length += len(line)
        count = int(size[1] or b"0", 16)
        if count == 0:
            break
        body.seek(count, 1)
        line = body.readline(3)
        if line not in (b"\r\n", b"\n"):
            return None
        length += count + len(line)
    room = MAX_CHUNK_LINE
    while (line := body.readline(room)).endswith(b"\n"):
        room -= len(line)
        length += len(line)
        if line in (b"\r\n", b"\n"):
            return length
    return None


def dechunk(body: BinaryIO, *, broken: OnBroken = _unheard) -> Iterator[bytes]:
    """The data of a chunked body in pieces, up to where it ends or breaks off.

    A body that does not begin with a chunk is passed on as it is: many WARC files hold bodies that were joined while
    the header field stayed.

    Raises `LimitError` where there are more than `MANY_CHUNKS` and they are tiny.
    """
    first = True
    count = size_of_all = 0
    while True:
        line = body.readline(MAX_CHUNK_LINE)
        size = _CHUNK_SIZE.fullmatch(line)
        if size is None:
            if first:
                yield line
                while piece := body.read(PIECE):
                    yield piece
            else:
                broken(BROKEN_CHUNKS)
            return
        first = False
        left = int(size[1] or b"0", 16)
        if left == 0:
            return
        count += 1
        size_of_all += left
        if count > MANY_CHUNKS and size_of_all < count * TINY_CHUNK:
            raise LimitError(f"the body is cut into more than {MANY_CHUNKS:,} chunks of a few bytes")
        while left > 0:
            piece = body.read(min(PIECE, left))
            if not piece:
                broken(BROKEN_CHUNKS)
                return
            left -= len(piece)
            yield piece
        if body.readline(3) not in (b"\r\n", b"\n"):
            broken(BROKEN_CHUNKS)
            return


_MEDIA_TYPE = re.compile(r"[\s\"']*([^\s;,\"'()]+)")


def media_type(content_type: str | None) -> str:
    """`text/html` of a `Content-Type` field's `Text/HTML; charset=utf-8`, of `text/html charset=utf-8` and of
    `text/html, text/html`, too, as browsers read them; empty where it names none, or one that stands for none (WHATWG
    MIME Sniffing, section 5.1)."""
    found = _MEDIA_TYPE.match(content_type or "")
    name = found[1].lower() if found else ""
    return "" if name in UNKNOWN_TYPES else name


def content_codings(value: str | None) -> tuple[str, ...]:
    """The codings of a `Content-Encoding` value that this program knows, in the order they were applied.

    An unknown coding, or too many, gives none: the body is then read as it is.
    """
    names = [name.strip().lower() for name in (value or "").split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > MAX_CODINGS or any(name not in _DECODERS for name in names):
        return ()
    return tuple(names)


def decoded(
    pieces: Iterator[bytes],
    codings: tuple[str, ...],
    *,
    counted: Callable[[Iterator[bytes]], Iterator[bytes]] = lambda pieces: pieces,
    broken: OnBroken = _unheard,
) -> Iterator[bytes]:
    """The body with its content codings removed (the last one applied first), in pieces of bounded size.

    counted: what comes out of each coding goes through it, so that a bound can be put on all of them: what is coded
    twice may be gigabytes in between, and nothing at the end.

    What is mislabelled (not in this coding from its first byte on) is passed on as it is; what breaks off or breaks
    later gives what came before, and `broken` is told.

    Raises `InputError` for brotli and zstd where no library for it is installed that can be bounded, and `LimitError`
    for more than `MAX_PARTS` gzip members or zstd frames.
    """
    for coding in reversed(codings):
        pieces = counted(_DECODERS[coding](pieces, broken))
    return pieces


def _gunzip(pieces: Iterator[bytes], broken: OnBroken) -> Iterator[bytes]:
    return _inflate(pieces, lambda _: zlib.decompressobj(31), broken, members=True)


def _inflate_deflate(pieces: Iterator[bytes], broken: OnBroken) -> Iterator[bytes]:
    # RFC 9110 section 8.4.1.2: zlib format; some servers send raw DEFLATE, told apart by the missing zlib header
    def decompressor(data: bytes) -> Any:
        zlib_header = len(data) > 1 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
        return zlib.decompressobj(15 if zlib_header else -15)

    return _inflate(pieces, decompressor, broken, members=False)


def _inflate(
    pieces: Iterator[bytes], make: Callable[[bytes], Any], broken: OnBroken, *, members: bool
) -> Iterator[bytes]:
    head = b""
    for piece in pieces:
        head += piece
        if len(head) > 1:
            break
    inflate = make(head)
    data, begun = head, False
    parts = 1
    while True:
        if not data:
            data = next(pieces, b"")
            if not data:
                if rest := inflate.flush():  # it may hold output that did not fit before
                    yield rest
                if head and not inflate.eof:
                    broken(BROKEN_CODING)
                return
        try:
            out = inflate.decompress(data, PIECE)
        except zlib.error:
            if not begun:
                yield data
                yield from pieces
            else:
                broken(BROKEN_CODING)
            return
        if out:
            begun = True
            yield out
        data = inflate.unconsumed_tail
        if inflate.eof:
            data = inflate.unused_data or next(pieces, b"")
            if not members or not data.startswith(b"\x1f"):
                return
            parts = _next_part(parts)
            inflate = make(data)
        elif not out:
            begun = True  # the coding's header was read


def _next_part(parts: int) -> int:
    """One more gzip member, or zstd frame. Empty ones have no size that could be bounded."""
    if parts >= MAX_PARTS:
        raise LimitError(f"the body is compressed in more than {MAX_PARTS:,} parts")
    return parts + 1


def _unbrotli(pieces: Iterator[bytes], broken: OnBroken) -> Iterator[bytes]:
    module = next((found for name in ("brotli", "brotlicffi") if (found := _optional(name))), None)
    if module is None:
        raise InputError("the body is compressed with brotli", hint="`pip install 'brotli>=1.2'` lets it be read")
    decompressor = module.Decompressor()
    process = getattr(decompressor, "process", None) or decompressor.decompress
    begun = False
    for piece in pieces:
        data = piece
        while True:
            try:
                out = _bounded(process, data)
            except module.error:
                if not begun:
                    yield piece
                    yield from pieces
                else:
                    broken(BROKEN_CODING)
                return
            begun = True
            if out:
                yield out
            data = b""
            if not out or len(out) < PIECE:
                break
    if begun and not decompressor.is_finished():
        broken(BROKEN_CODING)


def _unzstd(pieces: Iterator[bytes], broken: OnBroken) -> Iterator[bytes]:
    head = b""
    for piece in pieces:
        head += piece
        if len(head) > 3:
            break
    if not head.startswith(ZSTD_MAGIC):
        yield head
        yield from pieces
        return
    module = _optional("compression.zstd") or _optional("backports.zstd")
    if module is None:
        raise InputError(
            "the body is compressed with zstd", hint="`pip install backports.zstd`, or Python 3.14, lets it be read"
        )
    window = {module.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG}
    inflate = module.ZstdDecompressor(options=window)
    data, parts = head, 1
    whole = False
    try:
        while True:
            if out := inflate.decompress(data, PIECE):
                whole = False
                yield out
            if inflate.eof:
                whole = True
                data = inflate.unused_data or next(pieces, b"")
                parts = _next_part(parts)
                inflate = module.ZstdDecompressor(options=window)
            else:
                data = next(pieces, b"") if inflate.needs_input else b""
            if not data and inflate.needs_input:
                if not whole:
                    broken(BROKEN_CODING)
                return
    except module.ZstdError:
        if not whole:
            broken(BROKEN_CODING)
        return


def _bounded(process: Callable[..., bytes], data: bytes) -> bytes:
    """Output that waits comes with empty input. Before Brotli 1.2, a kilobyte gives a gigabyte at once (CVE-2025-6176).

    Raises `InputError` for those versions.
    """
    try:
        return process(data, output_buffer_limit=PIECE)
    except TypeError:
        raise InputError(
            "the body is compressed with brotli, and the library for it that is installed has no bound on its output",
            hint="`pip install 'brotli>=1.2'` lets it be read",
        ) from None


def _optional(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


_DECODERS: dict[str, Callable[[Iterator[bytes], OnBroken], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate_deflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
