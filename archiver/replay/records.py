"""What the page of one capture says: WARC header fields, HTTP head, digests, the request beside it, other captures."""

from __future__ import annotations

from typing import NamedTuple

from archiver.errors import ArchiveError
from archiver.model import Capture
from archiver.replay.isolation import Kind
from archiver.replay.payload import DigestRefusedError, Payload, open_payload
from archiver.replay.picturesize import SIZE_WITHIN, picture_size
from archiver.replay.shelf import Shelf
from archiver.store.digests import DigestCheck, read_head
from archiver.store.records import CERTIFICATES, Field, field

MAX_HEAD_SHOWN = 64 * 1024
"""Bytes of an HTTP head on the page; real ones have a few thousand."""

MAX_LINES_SHOWN = 1000
"""Its header lines: each is a row of a table, and real ones have less than 100."""

MAX_SIBLINGS = 1000
"""So many captures of one address are counted."""

WEAK_ALGORITHMS = frozenset({"md5", "sha1"})
"""Collisions of these can be made (RFC 6194, RFC 6151): they show damage, not forgery."""


class Message(NamedTuple):
    """An HTTP head: its first line, and its header lines as sent."""

    start: str
    fields: tuple[Field, ...]
    cut: bool


class Companions(NamedTuple):
    """The records that belong to one capture; null what is not in the archive."""

    request: Capture | None
    certificates: Capture | None
    """What the server showed to prove who it is."""
    software: Capture | None
    """The `warcinfo` that says who wrote the file, and what came before it."""
    seal: Capture | None
    """The end of the file, with the digest of all before it: the log's entry."""


class CaptureFacts(NamedTuple):
    """One record and what belongs to it."""

    capture: Capture
    fields: tuple[Field, ...]
    message: Message | None
    """null where there is no HTTP head, and where the record was refused."""
    checks: tuple[DigestCheck, ...]
    refusal: str | None
    """Why nothing of the block is shown."""
    media_type: str | None
    kind: Kind | None
    payload_length: int | None
    size: tuple[int, int] | None
    """Of a picture: width and height in pixels."""
    request: Capture | None
    request_message: Message | None
    request_refusal: str | None
    response: Capture | None
    """For a request: what it was answered with."""
    original: Capture | None
    """For a revisit: the record with its payload."""
    about: Capture | None
    """For a metadata record: the capture that it speaks of."""
    beside: Companions
    siblings: int
    """Captures of the same target URI; `MAX_SIBLINGS` where there are more."""

    @property
    def many(self) -> bool:
        """Are there more captures of the same address than are counted?"""
        return self.siblings >= MAX_SIBLINGS

    @property
    def verified(self) -> bool:
        return self.refusal is None and bool(self.checks)

    @property
    def weak(self) -> bool:
        """Are all digests of algorithms that a forger can deceive?"""
        names = {check.expected.partition(":")[0].lower().replace("-", "") for check in self.checks}
        return bool(names) and names <= WEAK_ALGORITHMS


def capture_facts(shelf: Shelf, capture: Capture) -> CaptureFacts:
    """Everything on one record.

    Raises `ArchiveError` when there is no record at its place any more.
    """
    archive, catalogue = shelf.archive, shelf.archive.catalogue
    fields, stream = archive.open_record(capture)
    stream.close()
    checks: tuple[DigestCheck, ...] = ()
    refusal: str | None = None
    message = kind = media_type = length = pixels = None
    try:
        payload = open_payload(archive, capture)
        checks, kind, length, media_type = payload.checks, payload.kind, payload.plain_length, payload.media_type
        message = read_message(shelf, capture, fields)
        pixels = payload_size(payload) if kind and kind.element == "img" else None
    except DigestRefusedError as error:
        checks, refusal = error.checks, str(error)
    except ArchiveError as error:
        refusal = str(error)
    partners = _partners(shelf, capture, fields)
    request = next((record for record in partners if record.record_type == "request"), None)
    request_message, request_refusal = _request_message(shelf, request)
    named = catalogue.capture(capture.refers_to) if capture.refers_to else None
    return CaptureFacts(
        capture=capture,
        fields=fields,
        message=message,
        checks=checks,
        refusal=refusal,
        media_type=media_type or None,
        kind=kind,
        payload_length=length,
        size=pixels,
        request=request if capture.record_type != "request" else None,
        request_message=request_message,
        request_refusal=request_refusal,
        response=next((record for record in partners if record.record_type in ("response", "revisit")), None)
        if capture.record_type == "request"
        else None,
        original=_original(shelf, capture),
        about=named if capture.record_type == "metadata" else None,
        beside=_companions(shelf, capture, fields, request),
        siblings=catalogue.amount_at(capture.target_uri, limit=MAX_SIBLINGS) if capture.target_uri else 0,
    )


def payload_size(payload: Payload) -> tuple[int, int] | None:
    """A picture's width and height in pixels; null where its beginning does not tell them.

    Raises what opening the payload raises.
    """
    beginning = b""
    for piece in payload.open():
        beginning += piece
        if len(beginning) >= SIZE_WITHIN:
            break
    return picture_size(beginning[:SIZE_WITHIN])


def companions(shelf: Shelf, capture: Capture) -> Companions:
    """The records that belong to a capture, as far as its header names them and the archive has them."""
    try:
        fields, stream = shelf.archive.open_record(capture)
        stream.close()
    except ArchiveError:
        return Companions(None, None, None, None)
    partners = _partners(shelf, capture, fields)
    return _companions(
        shelf, capture, fields, next((record for record in partners if record.record_type == "request"), None)
    )


def _companions(shelf: Shelf, capture: Capture, fields: tuple[Field, ...], request: Capture | None) -> Companions:
    catalogue = shelf.archive.catalogue
    chain = field(fields, CERTIFICATES)
    software = field(fields, "WARC-Warcinfo-ID")
    seals = catalogue.captures_at(f"urn:archiver:seal:{capture.file}")
    return Companions(
        request=request if capture.record_type != "request" else None,
        certificates=next(iter(catalogue.captures_at(chain)), None) if chain else None,
        software=_named(shelf, software) if software else None,
        seal=next((seal for seal in seals if seal.file == capture.file), None),
    )


def _partners(shelf: Shelf, capture: Capture, fields: tuple[Field, ...]) -> list[Capture]:
    """Records that name this one as captured together with it, or that it names so."""
    named = [_named(shelf, value) for name, value in fields if name.lower() == "warc-concurrent-to"]
    return [*shelf.archive.catalogue.concurrent(capture.record_id), *(found for found in named if found)]


def _named(shelf: Shelf, value: str) -> Capture | None:
    return shelf.archive.catalogue.capture(value.strip("<> "))


def _original(shelf: Shelf, capture: Capture) -> Capture | None:
    if capture.record_type != "revisit":
        return None
    try:
        return shelf.archive.payload_capture(capture)
    except ArchiveError:
        return None


def _request_message(shelf: Shelf, request: Capture | None) -> tuple[Message | None, str | None]:
    if request is None:
        return None, None
    try:
        checks = shelf.archive.digest_checks(request)
        if not all(check.matches for check in checks):
            raise DigestRefusedError(request, checks)
        fields, stream = shelf.archive.open_record(request)
        stream.close()
        return read_message(shelf, request, fields), None
    except ArchiveError as error:
        return None, str(error)


def read_message(shelf: Shelf, capture: Capture, fields: tuple[Field, ...]) -> Message | None:
    """The HTTP head of a record whose digests were checked; null where its block is no HTTP message."""
    content_type = next((value for name, value in fields if name.lower() == "content-type"), "")
    if not content_type.lower().startswith("application/http"):
        return None
    _, stream = shelf.archive.open_record(capture)
    with stream:
        head = read_head(stream)
    shown = head[:MAX_HEAD_SHOWN].decode("latin-1").replace("\r\n", "\n").rstrip("\n")
    start, *lines = shown.split("\n")
    pairs = []
    for line in lines[:MAX_LINES_SHOWN]:
        name, colon, value = line.partition(":")
        pairs.append((name, value.removeprefix(" ")) if colon else ("", line))
    return Message(start, tuple(pairs), len(head) > MAX_HEAD_SHOWN or len(lines) > MAX_LINES_SHOWN)
