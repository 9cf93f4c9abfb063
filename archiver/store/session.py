"""Adding to an archive: exchanges, resources and conclusions become WARC records, and rows of the catalogue.

One run of a job is one session, and writes segments of its own. Nothing is written before the first record.
"""

from __future__ import annotations

import threading
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec

from archiver.errors import ArchiveError
from archiver.exchange import Exchange
from archiver.model import Capture
from archiver.store.conclusions import CONTENT_TYPE, Conclusion, refusal_conclusion
from archiver.store.reader import StoredRecord
from archiver.store.records import (
    Field,
    Record,
    block_record,
    clean,
    media_type,
    request_record,
    response_record,
    revisit_record,
    sha256,
    warc_date,
)
from archiver.store.segment import Segment
from archiver.version import __version__

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
        self._warcinfo_id = ""
        self._closed = False
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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
            if exchange.payload_digest and not exchange.truncated:
                original = archive.catalogue.original_of(clean(exchange.url), exchange.payload_digest)
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
            try:
                places = self._append([request, response], exchange)
            finally:
                if response.stream is not None:
                    response.stream.close()
            return self._capture(
                response, places[1], exchange.time, status=exchange.status, content_type=exchange.content_type
            )

    def write_resource(self, uri: str, content_type: str, data: bytes) -> Capture:
        """Store bytes that came from no server (an article's file); known bytes of this URI are not written again.

        Raises `ArchiveError` when it cannot be written.
        """
        archive = self.archive
        digest = sha256(data)
        with self._lock:
            original = archive.catalogue.original_of(clean(uri), digest)
            if original is not None:
                return original
            self._ensure_segment()
            time = archive.clock()
            record = block_record(
                (
                    ("WARC-Type", "resource"),
                    ("WARC-Record-ID", f"<{archive.new_id()}>"),
                    ("WARC-Warcinfo-ID", f"<{self._warcinfo_id}>"),
                    ("WARC-Target-URI", clean(uri)),
                    ("WARC-Date", warc_date(time)),
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
            refers: tuple[Field, ...] = (("WARC-Refers-To", f"<{refers_to}>"),) if refers_to else ()
            record = block_record(
                (
                    ("WARC-Type", "metadata"),
                    ("WARC-Record-ID", f"<{archive.new_id()}>"),
                    ("WARC-Warcinfo-ID", f"<{self._warcinfo_id}>"),
                    ("WARC-Target-URI", clean(conclusion.target_uri)),
                    ("WARC-Date", warc_date(time)),
                    *refers,
                    ("Content-Type", CONTENT_TYPE),
                ),
                msgspec.json.encode(conclusion),
            )
            place = self._append([record])[0]
            archive.catalogue.commit()
            return self._capture(record, place, time, content_type=CONTENT_TYPE)

    def write_refusal(self, url: str, address: str, reason: str) -> None:
        """Store that the guard refused a connection."""
        self.write_conclusion(refusal_conclusion(url, address, reason))

    def close(self) -> None:
        """End the session: what was written is synced, catalogued and indexed. Nothing can be added after it."""
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
        time = archive.clock()
        path = archive.segments_path / self._next_name(time)
        self._segment = Segment(path, level=archive.settings.gzip_level, sync_records=archive.settings.sync_records)
        self._warcinfo_id = archive.new_id()
        info = {
            "software": f"archiver/{__version__}",
            "format": "WARC File Format 1.1",
            "conformsTo": CONFORMS_TO,
            "operator": self._operator,
            "description": self._description,
        }
        block = "".join(f"{name}: {clean(value)}\r\n" for name, value in info.items() if value).encode()
        try:
            self._append(
                [
                    block_record(
                        (
                            ("WARC-Type", "warcinfo"),
                            ("WARC-Record-ID", f"<{self._warcinfo_id}>"),
                            ("WARC-Filename", path.name),
                            ("WARC-Date", warc_date(time)),
                            ("Content-Type", "application/warc-fields"),
                        ),
                        block,
                    )
                ]
            )
        except ArchiveError:
            self._segment.remove_empty()
            self._segment = None
            raise

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
        self._segment = None
        segment.close()
        self.archive.catalogue.commit()
        self.archive.write_index(segment.path.name)

    def _append(self, records: list[Record], exchange: Exchange | None = None) -> list[tuple[int, int]]:
        segment = self._segment
        assert segment is not None  # `_ensure_segment` came first
        places = segment.append(records)
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
                    block=record.block if kind == "metadata" else None,
                )
            )
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
            truncated=fields.get("WARC-Truncated"),
        )
