"""Records of an archive, read back: blocks, digests, conclusions, exchanges. What was altered is refused, not shown."""

from __future__ import annotations

import io
import zlib
from abc import ABC, abstractmethod
from pathlib import Path
from typing import BinaryIO

from archiver.errors import ArchiveError
from archiver.exchange import Exchange
from archiver.model import Capture
from archiver.store.catalogue import Catalogue
from archiver.store.conclusions import Conclusion, parse_conclusion
from archiver.store.digests import BLOCK, PAYLOAD_FIELDS, DigestCheck, check_digests
from archiver.store.reader import MAX_CONCLUSION, StoredRecord, exchange_of, open_block, read_segment
from archiver.store.records import Field, field

_PAYLOAD = frozenset(name.lower() for name in PAYLOAD_FIELDS)


class StoredCaptures(ABC):
    """What `archiver.store.Archive` reads back."""

    @property
    @abstractmethod
    def catalogue(self) -> Catalogue:
        """Where each record lies."""

    @abstractmethod
    def file_of(self, capture: Capture) -> Path:
        """The WARC file that holds it."""

    @abstractmethod
    def concludes(self, segment: str) -> bool:
        """Do the conclusions in this WARC file count?"""

    @abstractmethod
    def is_own(self, segment: str) -> bool:
        """Was this WARC file written by this program, or vouched for?"""

    def open_record(self, capture: Capture) -> tuple[tuple[Field, ...], BinaryIO]:
        """A record's header fields and its block as a stream.

        Raises `ArchiveError` when the file or the record is gone.
        """
        return open_block(self.file_of(capture), capture.offset)

    def check_block(self, capture: Capture) -> None:
        """Read the whole block against its digest, before any of it is shown; of other tools' records that have none,
        the payload.

        Raises `ArchiveError` when it does not match, or the algorithm is not known.
        """
        for check in self._digest_checks(capture, block_is_enough=True):
            self._require(check.matches, capture)

    def _require(self, matches: bool | None, capture: Capture) -> None:
        if not matches:
            problem = "its digest does not match: the record was altered" if matches is False else "unknown digest"
            raise ArchiveError(problem, subject=f"{capture.file} at offset {capture.offset}")

    def digest_checks(self, capture: Capture) -> tuple[DigestCheck, ...]:
        """Every digest that the record declares, checked against its bytes; for a revisit, its original's too.

        Unlike `check_block`, this also looks at the payload digests, and tells what it found instead of raising. Empty
        where nothing is declared: then nothing can be proved.

        Raises `ArchiveError` when a record cannot be read or a revisit's original is not in the archive.
        """
        checks = self._digest_checks(capture)
        original = self.payload_capture(capture)
        if original.record_id != capture.record_id:
            checks += self._digest_checks(original, capture.payload_digest)
        return checks

    def _digest_checks(
        self, capture: Capture, payload_digest: str | None = None, *, block_is_enough: bool = False
    ) -> tuple[DigestCheck, ...]:
        """block_is_enough: the payload digests are looked at only where there is no block digest."""
        fields, stream = self.open_record(capture)
        stream.close()
        if block_is_enough and field(fields, BLOCK):
            fields = tuple(one for one in fields if one[0].lower() not in _PAYLOAD)
        try:
            return check_digests(fields, lambda: self.open_record(capture)[1], payload_digest=payload_digest)
        except (OSError, ValueError, zlib.error) as error:
            place = f"{capture.file} at offset {capture.offset}"
            raise ArchiveError(f"the record cannot be read: {error}", subject=place) from error

    def conclusion(self, record_id: str) -> Conclusion:
        """What one of the program's own `metadata` records says, its digests checked.

        Raises `ArchiveError` when there is no such record, it was altered, or it holds something else.
        """
        capture = self.catalogue.capture(record_id)
        if capture is None:
            raise ArchiveError("the record is not in the archive", subject=record_id)
        if not self.concludes(capture.file):
            raise ArchiveError("the record is no conclusion of this archive: others wrote it", subject=record_id)
        fields, stream = self.open_record(capture)
        with stream:
            block = stream.read(MAX_CONCLUSION)
        checks = check_digests(fields, lambda: io.BytesIO(block))
        if not checks:
            # The program writes one with every conclusion: without it, somebody took it away.
            raise ArchiveError(
                "it declares no digest, as every conclusion does: the record was altered", subject=record_id
            )
        self._require(all(check.matches for check in checks), capture)
        conclusion = parse_conclusion(block)
        if conclusion is None:
            raise ArchiveError("the record holds no conclusion", subject=record_id)
        return conclusion

    def exchange(self, capture: Capture, *, check: bool = True) -> Exchange:
        """A stored response (or revisit, or resource) as the exchange it was, its digests checked.

        Without `check` only for a caller that has just looked at `digest_checks`.

        Raises `ArchiveError` when a digest does not match or a revisit's original is not in the archive.
        """
        if check:
            self.check_block(capture)
        record = self._stored(capture)
        body = self.payload_capture(capture)
        if check and body.record_id != capture.record_id:
            self.check_block(body)
        exchange = exchange_of(record, self.file_of(capture), self.file_of(body), body.offset)
        exchange.capture = capture
        exchange.packed_length = self._packed_length(body)
        return exchange

    def _packed_length(self, capture: Capture) -> int | None:
        """Bytes that a record of somebody unknown takes in its file; null for our own, which has what a server sent."""
        return None if self.is_own(capture.file) else capture.length

    def payload_capture(self, capture: Capture) -> Capture:
        """The record that holds the payload: the capture itself, or a revisit's original.

        Raises `ArchiveError` when the original is not in the archive.
        """
        if capture.record_type != "revisit":
            return capture
        original = self.catalogue.capture(capture.refers_to) if capture.refers_to else None
        if original is None and capture.payload_digest:
            rows = self.catalogue.query(
                "SELECT refers_to_uri FROM captures WHERE segment = ? AND offset = ?", (capture.file, capture.offset)
            )
            uri = (rows[0][0] if rows else None) or capture.target_uri
            original = self.catalogue.original_of(uri, capture.payload_digest)
        if original is None or original.record_type == "revisit":
            raise ArchiveError(
                "the record that this revisit refers to is not in the archive", subject=capture.record_id
            )
        return original

    def _stored(self, capture: Capture) -> StoredRecord:
        for record in read_segment(self.file_of(capture), capture.offset):
            return record
        raise ArchiveError(f"no record at offset {capture.offset}", subject=capture.file)
