"""Adding to an archive: exchanges, resources and conclusions become WARC records, and rows of the catalogue.

One run of a job is one session, and writes segments of its own. Nothing is written before the first record. The
segments form a log: each names the digest of the one before it, and one that is closed in order ends with a seal, which
says what it holds. So a record or a segment that was taken away, put elsewhere or replaced shows.
"""

from __future__ import annotations

import io
import threading
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec

from archiver.errors import ArchiveError
from archiver.exchange import Exchange, Tls
from archiver.model import AnswerKind, Capture
from archiver.store.cdxj import INDEXED_TYPES, Listed, listed, listed_type
from archiver.store.conclusions import (
    CONTENT_TYPE,
    Conclusion,
    Seal,
    refusal_conclusion,
    seal_conclusion,
    unanswered_conclusion,
)
from archiver.store.reader import StoredRecord
from archiver.store.records import (
    CERTIFICATES,
    Field,
    Record,
    beside_records,
    block_record,
    certificates_record,
    certificates_uri,
    clean,
    may_be_revisit,
    media_type,
    request_record,
    response_record,
    revisit_record,
    sha256,
    unreadable_record,
    warc_date,
)
from archiver.store.segment import Segment, file_digest, latest_segment

if TYPE_CHECKING:
    from archiver.store.archive import Archive

CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


class Session:
    """Adds records to the archive; the door's sink. One run of a job is one session; threads may share it."""

    def __init__(self, archive: Archive, *, operator: str, description: str) -> None:
        self.archive = archive
        self.added = 0
        """Records written, revisits and requests included."""
        self.new_payloads = 0
        self.revisits = 0
        self._operator = operator
        self._description = description
        self._segment: Segment | None = None
        self._previous: tuple[str, str] | None = None
        """Name and digest of the segment before the one being written."""
        self._sealed: tuple[str, str] | None = None
        """Name and digest of the last segment of this session, where it was closed in order."""
        self._warcinfo_id = ""
        self._certificates: set[str] = set()
        """Target URIs of the certificates that the present segment holds."""
        self._cataloguing = False
        """Records are in the segment, or on their way, that the catalogue does not have yet."""
        self._closed = False
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, ArchiveError):
            with suppress(ArchiveError):  # what went wrong first is what there is to tell
                self.close()
        else:
            self.close()

    def write_exchange(self, exchange: Exchange) -> Capture:
        """Store a request and its response; a payload that is already stored for this URL becomes a revisit.

        Raises `ArchiveError` when it cannot be written.
        """
        archive = self.archive
        with self._lock:
            self._ensure_segment()
            response_id, request_id = archive.new_id(), archive.new_id()
            original = None
            if exchange.payload_digest and may_be_revisit(exchange):
                original = archive.catalogue.original_of(clean(exchange.url), exchange.payload_digest, own=True)
            if original is None:
                response = response_record(exchange, response_id, self._warcinfo_id, request_id)
                self.new_payloads += 1
            else:
                self.revisits += 1
                response = revisit_record(
                    exchange,
                    response_id,
                    self._warcinfo_id,
                    request_id,
                    original_id=original.record_id,
                    original_uri=original.target_uri,
                    original_time=original.time,
                )
            request = request_record(exchange, request_id, self._warcinfo_id, response_id)
            beside = beside_records(exchange, archive.new_id, self._warcinfo_id, response_id)
            place = self._append_crossed(exchange, response, request, response, *beside)
            return self._capture(
                response, place, exchange.time, status=exchange.status, content_type=exchange.content_type
            )

    def write_unreadable(self, exchange: Exchange) -> Capture:
        """Store a request, and what came for it that is no HTTP response.

        Raises `ArchiveError` when it cannot be written.
        """
        with self._lock:
            self._ensure_segment()
            answer_id, request_id = self.archive.new_id(), self.archive.new_id()
            request = request_record(exchange, request_id, self._warcinfo_id, answer_id)
            answer = unreadable_record(exchange, answer_id, self._warcinfo_id, request_id)
            return self._capture(answer, self._append_crossed(exchange, answer, request, answer), exchange.time)

    def _append_crossed(self, exchange: Exchange, answer: Record, *crossed: Record) -> tuple[int, int]:
        """Append what crossed a connection, and the server's certificates, unless this segment holds them already;
        where `answer`, one of these records, lies."""
        records = [*crossed]
        uri = certificates_uri(exchange)
        if uri is not None and uri not in self._certificates:
            new_id, answer_id = self.archive.new_id(), answer.fields[1][1][1:-1]
            records.append(certificates_record(exchange, new_id, self._warcinfo_id, answer_id))
        try:
            places = self._append(records, exchange)
        finally:
            if answer.stream is not None:
                answer.stream.close()
        if uri is not None:
            self._certificates.add(uri)
        return places[crossed.index(answer)]

    def write_resource(self, uri: str, content_type: str, data: bytes, *, concurrent_to: str | None = None) -> Capture:
        """Store bytes that came from no server (an article's file, a rendered view); known bytes of this URI are not
        written again. `concurrent_to`: the record id of the capture that they were made with.

        Raises `ArchiveError` when it cannot be written.
        """
        archive = self.archive
        digest = sha256(data)
        with self._lock:
            original = archive.catalogue.original_of(clean(uri), digest, own=True)
            if original is not None:
                return original
            self._ensure_segment()
            time = archive.clock()
            concurrent: tuple[Field, ...] = (("WARC-Concurrent-To", f"<{concurrent_to}>"),) if concurrent_to else ()
            record = block_record(
                (
                    ("WARC-Type", "resource"),
                    ("WARC-Record-ID", f"<{archive.new_id()}>"),
                    ("WARC-Warcinfo-ID", f"<{self._warcinfo_id}>"),
                    ("WARC-Target-URI", clean(uri)),
                    ("WARC-Date", warc_date(time)),
                    *concurrent,
                    ("WARC-Payload-Digest", digest),
                    ("Content-Type", clean(content_type)),
                ),
                data,
            )
            place = self._append([record])[0]
            self.new_payloads += 1
            return self._capture(record, place, time, content_type=media_type(content_type))

    def write_conclusion(self, conclusion: Conclusion, refers_to: str | None = None) -> Capture:
        """Store what was concluded, beside the captures that it rests on (`refers_to`: the main one's record id).

        Raises `ArchiveError` when it cannot be written.
        """
        archive = self.archive
        with self._lock:
            self._ensure_segment()
            time = archive.clock()
            record = self._metadata(conclusion, time, refers_to)
            place = self._append([record])[0]
            archive.catalogue.commit()
            return self._capture(record, place, time, content_type=CONTENT_TYPE)

    def write_refusal(self, url: str, address: str, reason: str, certificates: tuple[bytes, ...] = ()) -> None:
        """Store that a connection was refused, by the guard or because the server's `certificates` (DER) do not hold.

        Raises `ArchiveError` when it cannot be written.
        """
        conclusion = refusal_conclusion(url, address, reason)
        if not certificates:
            self.write_conclusion(conclusion)
            return
        tls = Tls(version="", cipher="", certificates=certificates)
        with self._lock:
            self._ensure_segment()
            time = self.archive.clock()
            shown = Exchange(url=url, time=time, status=0, ip_address=address or None, tls=tls)
            record = self._metadata(conclusion, time, certificates=certificates_uri(shown))
            self._append_crossed(shown, record, record)
            self.archive.catalogue.commit()

    def write_unanswered(self, url: str, kind: AnswerKind, problem: str) -> None:
        """Store that a question got no answer: asked again from the archive alone, it gets none either.

        Raises `ArchiveError` when it cannot be written.
        """
        with self._lock:
            self._ensure_segment()
            self._append([self._metadata(unanswered_conclusion(url, kind, problem), self.archive.clock())])

    def sync(self) -> None:
        """What was written is on the disk when this returns: to be called before it is reported as stored.

        Raises `ArchiveError` when the disk does not keep it.
        """
        with self._lock:
            if self._segment is not None:
                self._segment.sync()

    def close(self) -> None:
        """End the session: what was written is sealed, synced, catalogued and indexed. Nothing can be added after it.

        Raises `ArchiveError` when any of this fails; the rest is done all the same.
        """
        with self._lock:
            self._closed = True
            self._finish_segment()

    def _ensure_segment(self) -> None:
        if self._closed:
            raise ArchiveError("the session is closed", subject=str(self.archive.path))
        if self._segment is not None and self._segment.size < self.archive.settings.segment_bytes:
            return
        if self._segment is not None:
            self._finish_segment()
        archive = self.archive
        settings = archive.settings
        previous = self._sealed or self._latest()
        time = archive.clock()
        path = archive.segments_path / self._next_name(time)
        segment = Segment(
            path,
            level=settings.gzip_level,
            sync_records=settings.sync_records,
            sync_seconds=settings.sync_seconds,
        )
        self._segment, self._previous, self._sealed = segment, previous, None
        self._certificates.clear()
        self._warcinfo_id = archive.new_id()
        info = [
            *archive.provenance(),
            ("format", "WARC File Format 1.1"),
            ("conformsTo", CONFORMS_TO),
            ("operator", self._operator),
            ("description", self._description),
        ]
        if previous is not None:
            info += [("previous-segment", previous[0]), ("previous-segment-digest", previous[1])]
        block = "".join(f"{name}: {clean(value)}\r\n" for name, value in info if value).encode()
        fields = (
            ("WARC-Type", "warcinfo"),
            ("WARC-Record-ID", f"<{self._warcinfo_id}>"),
            ("WARC-Filename", path.name),
            ("WARC-Date", warc_date(time)),
            ("Content-Type", "application/warc-fields"),
        )
        try:
            self._append([block_record(fields, block)])
        except ArchiveError:
            segment.remove_empty()
            self._segment = None
            raise

    def _latest(self) -> tuple[str, str] | None:
        """Name and digest of the archive's last segment of this program, read from the file itself."""
        latest = latest_segment(self.archive.segment_files())
        return (latest.name, file_digest(latest)) if latest else None

    def _next_name(self, time: datetime) -> str:
        numbers = [
            int(part[1])
            for path in self.archive.segment_files()
            if len(part := path.name.split("-")) == 3 and part[0] == "archiver" and part[1].isdecimal()
        ]
        return f"archiver-{max(numbers, default=0) + 1:06d}-{time:%Y%m%d%H%M%S}.warc.gz"

    def _finish_segment(self) -> None:
        segment = self._segment
        if segment is None:
            return
        archive = self.archive

        def index() -> None:
            # it is the mark of a segment that is on the disk as a whole; else the next opening makes it, from the file
            if segment.kept and archive.catalogue.trusted:
                archive.write_index(segment.path.name)

        failure: ArchiveError | None = None
        for step in (self._seal, segment.close, archive.catalogue.commit, index):
            try:
                step()
            except ArchiveError as error:  # the other steps are taken all the same
                failure = failure or error
        self._segment = None
        if failure is not None:
            raise failure
        self._sealed = (segment.path.name, segment.digest)

    def _seal(self) -> None:
        segment = self._segment
        assert segment is not None
        previous, previous_digest = self._previous or (None, None)
        seal = Seal(
            segment=segment.path.name,
            records=segment.records,
            bytes=segment.size,
            digest=segment.digest,
            previous=previous,
            previous_digest=previous_digest,
        )
        self._append([self._metadata(seal_conclusion(seal), self.archive.clock())])

    def _metadata(
        self, conclusion: Conclusion, time: datetime, refers_to: str | None = None, *, certificates: str | None = None
    ) -> Record:
        refers: tuple[Field, ...] = (("WARC-Refers-To", f"<{refers_to}>"),) if refers_to else ()
        came_by: tuple[Field, ...] = ((CERTIFICATES, certificates),) if certificates else ()
        fields = (
            ("WARC-Type", "metadata"),
            ("WARC-Record-ID", f"<{self.archive.new_id()}>"),
            ("WARC-Warcinfo-ID", f"<{self._warcinfo_id}>"),
            ("WARC-Target-URI", clean(conclusion.target_uri)),
            ("WARC-Date", warc_date(time)),
            *refers,
            *came_by,
            ("Content-Type", CONTENT_TYPE),
        )
        return block_record(fields, msgspec.json.encode(conclusion))

    def _append(self, records: list[Record], exchange: Exchange | None = None) -> list[tuple[int, int]]:
        segment = self._segment
        assert segment is not None  # `_ensure_segment` came first
        if self._cataloguing:  # interrupted between writing and cataloguing: the next opening reads the file
            self.archive.catalogue.distrust()
        self._cataloguing = True
        try:
            places = segment.append(records)
        except ArchiveError:
            self._cataloguing = False  # they are not in the file, or nothing will follow them
            raise
        self.added += len(records)
        for record, (offset, length) in zip(records, places, strict=True):
            kind = record.fields[0][1]
            answer = None
            if exchange is not None and kind in ("response", "revisit"):
                answer = (exchange.status, exchange.header("content-type"))
            self.archive.catalogue.ingest(
                StoredRecord(
                    segment=segment.path.name,
                    offset=offset,
                    length=length,
                    end=offset + length,
                    fields=record.fields,
                    answer=answer,
                    block=record.block if kind == "metadata" and record.field("Content-Type") == CONTENT_TYPE else None,
                    listed=_listed(record, exchange),
                )
            )
        self._cataloguing = False
        return places

    def _capture(
        self,
        record: Record,
        place: tuple[int, int],
        time: datetime,
        *,
        status: int | None = None,
        content_type: str | None = None,
    ) -> Capture:
        fields = dict(reversed(record.fields))
        refers_to = fields.get("WARC-Refers-To")
        return Capture(
            record_id=fields["WARC-Record-ID"][1:-1],
            record_type=fields["WARC-Type"],
            target_uri=fields["WARC-Target-URI"],
            time=time,
            file=self._segment.path.name if self._segment else "",
            offset=place[0],
            length=place[1],
            status=status,
            content_type=content_type,
            payload_digest=fields.get("WARC-Payload-Digest") or fields.get("Archiver-Payload-Digest"),
            block_digest=fields.get("WARC-Block-Digest"),
            refers_to=refers_to[1:-1] if refers_to else None,
            truncated=fields.get("WARC-Truncated") if fields["WARC-Type"] != "revisit" else None,
        )


def _listed(record: Record, exchange: Exchange | None) -> Listed | None:
    """What an index says of a record that was just written; the same that it says when it reads the record back."""
    kind = record.fields[0][1]
    if kind not in INDEXED_TYPES:
        return None
    if exchange is not None and kind in ("response", "revisit"):
        digest = record.field("WARC-Payload-Digest")
        content_type = exchange.header("content-type")
        if digest is not None and (content_type is None or content_type.isascii()):
            return Listed(listed_type(content_type), str(exchange.status), digest)
    if exchange is None or record.stream is None:
        return listed(record.fields, io.BytesIO(record.block))
    with exchange.open_response() as reading:
        return listed(record.fields, reading)
