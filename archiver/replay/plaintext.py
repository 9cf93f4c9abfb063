"""A payload as text to read, in the letters that `archiver find` reads: nothing in it is markup any more."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from archiver.article.encoding import codec_of, decode
from archiver.errors import ArchiveError, InputError, LimitError
from archiver.replay.isolation import capture_headers
from archiver.replay.payload import Payload

MAX_WHOLE = 8 << 20
"""Bytes by which it is judged in which encoding they are. Of what is longer, the declaration is believed."""

TEXT_SAMPLE = 4096
"""So much is looked at for a NUL byte, which text does not hold (UTF-16 apart)."""


class NotTextError(ArchiveError):
    """The payload is asked for as text, and is none."""


def beginning_of(payload: Payload, size: int) -> bytes:
    """The payload's first bytes."""
    return bytes_of(payload, size)[0]


def bytes_of(payload: Payload, limit: int) -> tuple[bytes, bool]:
    """The payload, at most `limit` bytes; and whether there is more."""
    whole = bytearray()
    try:
        for piece in payload.open():
            whole += piece
            if len(whole) > limit:
                return bytes(whole[:limit]), True
    except LimitError:  # it expands more than a real one does
        return bytes(whole), True
    return bytes(whole), False


def text_of(payload: Payload, limit: int) -> tuple[str, bool]:
    """The payload as text, and whether it was cut at `limit` bytes.

    Raises `InputError` when it is empty or no text.
    """
    data, cut = bytes_of(payload, limit)
    return decode(data, source=payload.capture.target_uri, content_type=payload.content_type), cut


def text_response(request: Request, payload: Payload) -> Response:
    """The payload as text to read.

    Raises `NotTextError` when it is not text.
    """
    headers = capture_headers(media_type="text/plain; charset=utf-8", filename=payload.filename(".txt"))
    data, more = bytes_of(payload, MAX_WHOLE)
    if not more:
        try:
            text = decode(data, source=payload.capture.target_uri, content_type=payload.content_type) if data else ""
        except InputError as error:
            raise _no_text(payload) from error
        return Response(b"" if request.method == "HEAD" else text.encode("utf-8", "replace"), headers=headers)
    charset = codec_of(payload.content_type) or "utf-8"
    if b"\0" in data[:TEXT_SAMPLE] and not charset.startswith("utf-16"):
        raise _no_text(payload)
    if request.method == "HEAD":
        return Response(headers=headers)
    return StreamingResponse(transcoded(payload.open(), charset), headers=headers)


def transcoded(pieces: Iterator[bytes], charset: str) -> Iterator[bytes]:
    """Text in `charset` (a codec of Python's) as UTF-8, wrong bytes as U+FFFD."""
    decoder = codecs.getincrementaldecoder(charset)("replace")
    for piece in pieces:
        yield decoder.decode(piece).encode("utf-8", "replace")
    yield decoder.decode(b"", True).encode("utf-8", "replace")


def _no_text(payload: Payload) -> NotTextError:
    return NotTextError("this payload is not text", subject=payload.capture.target_uri, hint="download it instead")
