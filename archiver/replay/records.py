"""What the page of one capture says: WARC header fields, HTTP head, digests, the request beside it, other captures."""

from __future__ import annotations

from typing import NamedTuple

from archiver.errors import ArchiveError
from archiver.model import Capture
from archiver.replay.isolation import Kind
from archiver.replay.payload import DigestRefusedError, open_payload
from archiver.replay.shelf import Shelf
from archiver.store.digests import DigestCheck, read_head
from archiver.store.records import Field

MAX_HEAD_SHOWN = 64 * 1024
"""Bytes of an HTTP head on the page; real ones have a few thousand."""

WEAK_ALGORITHMS = frozenset({"md5", "sha1"})
"""Collisions of these can be made (RFC 6194, RFC 6151): they show damage, not forgery."""


class Message(NamedTuple):
    """An HTTP head: its first line, and its header lines as sent."""

    start: str
    fields: tuple[Field, ...]
    cut: bool


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
    request: Capture | None
    request_message: Message | None
    request_refusal: str | None
    response: Capture | None
    """For a request: what it was answered with."""
    original: Capture | None
    """For a revisit: the record with its payload."""
    about: Capture | None
    """For a metadata record: the capture that it speaks of."""
    siblings: tuple[Capture, ...]
    """All captures of the same target URI, oldest first."""

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
    message = kind = media_type = length = None
    try:
        payload = open_payload(archive, capture)
        checks, kind, length, media_type = payload.checks, payload.kind, payload.plain_length, payload.media_type
        message = read_message(shelf, capture, fields)
    except DigestRefusedError as error:
        checks, refusal = error.checks, str(error)
    except ArchiveError as error:
        refusal = str(error)
    partners = [
        *catalogue.concurrent(capture.record_id),
        *(found for name, value in fields if name.lower() == "warc-concurrent-to" if (found := _named(shelf, value))),
    ]
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
        request=request if capture.record_type != "request" else None,
        request_message=request_message,
        request_refusal=request_refusal,
        response=next((record for record in partners if record.record_type in ("response", "revisit")), None)
        if capture.record_type == "request"
        else None,
        original=_original(shelf, capture),
        about=named if capture.record_type == "metadata" else None,
        siblings=tuple(
            record
            for record in catalogue.captures_at(capture.target_uri)
            if record.record_type in ("response", "revisit", "resource", "conversion")
        )
        if capture.target_uri
        else (),
    )


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
    for line in lines:
        name, colon, value = line.partition(":")
        pairs.append((name, value.removeprefix(" ")) if colon else ("", line))
    return Message(start, tuple(pairs), len(head) > MAX_HEAD_SHOWN)
