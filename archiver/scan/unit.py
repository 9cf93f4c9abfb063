"""What a scan reads at a time, and what came of it: the nouns that processes and executors hand to each other."""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec

from archiver.config import WebSettings

EngineName = Literal["hyperscan", "re2", "none"]
"""What the prefilter may search with; `none`: every page is parsed."""


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of work: one WARC file, a part of it, or some of its records."""

    file: str
    """The file as it was given (a path or a URL; `-` is standard input); `PACKAGE!/MEMBER` for one in a WACZ."""
    size: int | None = None
    """Bytes of the file, where known."""
    version: str = ""
    """What tells this state of the file from another: its modification time or entity tag; empty where nobody says."""
    start: int = 0
    """A part of the file: its records are those that begin at `start` or behind it and before `end`. Where `start` is
    not 0, it need not be a record's beginning."""
    end: int | None = None
    """Null: the file's end."""
    ranges: tuple[tuple[int, int], ...] = ()
    """Offset and length of each record that is to be read, ascending; empty: all of them."""
    named: bool = False
    """The user named the file's host: it is connected even where its address is a private one. No part of the id."""

    @property
    def id(self) -> str:
        """The same for the same piece of the same state of the file: 32 hexadecimal digits."""
        said = msgspec.json.encode((self.file, self.size, self.version, self.start, self.end, self.ranges))
        return hashlib.sha256(said).hexdigest()[:32]


class Page(msgspec.Struct, kw_only=True):
    """A record whose payload may be an article."""

    offset: int
    """Of its record in the file, in bytes."""
    record_id: str
    """Without brackets."""
    record_type: Literal["response", "resource", "conversion"]
    target_uri: str
    date: str
    """WARC-Date as it is written; empty where the record has none."""
    content_type: str
    """Of the payload, with its parameters: of the HTTP answer, or of the record where it is none; may be empty."""
    data: bytes
    """The payload, transfer- and content-decoded; nothing once it was taken."""

    def take(self) -> bytes:
        """The payload, which the page does not hold any more: a large one should not lie in memory until the next."""
        data = self.data
        msgspec.structs.force_setattr(self, "data", b"")
        return data


class Damage(msgspec.Struct, frozen=True):
    """A place in a file that cannot be read, or a page that was given up."""

    offset: int
    """Of the record that is damaged, or where no record begins that should."""
    next: int | None
    """Where reading went on; null: nothing that can be read follows."""
    what: str
    """In a sentence, without the file's name."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a unit."""

    unit: Unit
    rows_file: str | None = None
    """Name of the file with its rows, in the folder of rows; null where it has none."""
    rows: int = 0
    records: int = 0
    """Records that were read or passed over, of every type."""
    pages: int = 0
    """Of them, those whose payload may be an article."""
    looked_at: int = 0
    """Of these, those that the prefilter let through."""
    unread: int = 0
    """Of these, those that are no text after all."""
    read: int = 0
    """Bytes of the file."""
    damage: tuple[Damage, ...] = ()
    more_damage: int = 0
    """Damaged places beyond those in `damage`."""
    faults: tuple[Damage, ...] = ()
    """Pages in which the program itself failed, each with where: a reason to report it, and to scan again."""
    more_faults: int = 0
    first: int | None = None
    """Offset of the first record that was read; null where there was none."""
    next: int | None = None
    """Where the first record begins that was not read, because it belongs to the next part; null at the file's end."""
    superseded: bool = False
    """It began where no record begins: another unit stands in its place, or none where a record before covers all of
    it."""
    error: str | None = None
    """Why the file could not be opened, or not be read further; what came before counts."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How units are scanned. The rows do not depend on it, but for pages that are given up."""

    engine: EngineName | None = None
    """What the prefilter searches with; null: the fastest that is installed."""
    web: WebSettings | None = None
    """How files on the web are fetched; null: as by default."""
    page_seconds: float | None = None
    """CPU time that a page may take before it is given up; null: `archiver.scan.pagetime.PAGE_SECONDS`."""


class Progress(msgspec.Struct, frozen=True):
    """How far a unit is."""

    read: int
    """Bytes of the file."""
    pages: int
    rows: int
