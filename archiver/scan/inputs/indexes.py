"""Which records does an index name: of which file, from which byte on, how many bytes?

Read are CDXJ (pywb, cdxj-indexer, the `cdx-*.gz` of Common Crawl, our own), JSON lines with the same fields, CDX with
11 fields or with a heading (`CDX N b a m s k r M S V g`: iipc.github.io/warc-specifications, CDX file format 2015), and
the columnar index of Common Crawl (Parquet, github.com/commoncrawl/cc-index-table). Left out are captures that no page
is read from: revisits, and answers with another status than 2xx.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from archiver.config import WebSettings
from archiver.errors import ArchiverError, InputError
from archiver.scan.inputs import stores
from archiver.scan.inputs.lists import checked_name, lines_of
from archiver.scan.inputs.locations import Place, local_path, name_of, place_of
from archiver.scan.inputs.opening import open_anywhere

if TYPE_CHECKING:  # it loads all that reads articles
    from archiver.sources.document import OnError

PARQUET = ".parquet"
PARQUET_MAGIC = b"PAR1"

BATCH = 65_536
"""Rows that are read at a time."""

BAD_LINES = 20
"""So many on end at the beginning, and the file is taken to be no index."""

TOLD = 100
"""Bad lines of one index that are told one by one."""

REVISIT = "warc/revisit"
STANDARD = tuple("NbamskrMSVg")
"""The fields of a line of CDX that has eleven and no heading."""

FILE, OFFSET, LENGTH, STATUS, TYPE = "g", "V", "S", "s", "m"

COLUMNS = ("warc_filename", "warc_record_offset", "warc_record_length")
STATUS_COLUMN = "fetch_status"

_NUMBER = re.compile(rb"[0-9]{1,18}")
_STATUS = re.compile(r"[0-9]{3}")
_HEADING = re.compile(rb"(.)?CDX((?: [A-Za-z])+)")


class Entry(NamedTuple):
    """A record that an index names."""

    file: str
    """As the index has it."""
    offset: int
    length: int


class _Fields(msgspec.Struct):
    """What CDXJ says in JSON."""

    filename: str
    offset: int | str
    length: int | str
    mime: str | None = None
    status: int | str | None = None


_decode = msgspec.json.Decoder(_Fields).decode


class Lines:
    """Reads the lines of one text index, which may have a heading that says what its fields are."""

    def __init__(self) -> None:
        self._separator: bytes | None = None
        self._fields: Sequence[str] = STANDARD

    def entry(self, line: bytes) -> Entry | None:
        """What a line names; null where it is to be left out.

        Raises `ValueError`, saying why in a few words, for what is no line of an index.
        """
        at = line.find(b"{")
        if at == 0 or (at > 0 and line[:at].count(b" ") == 2 and line[at - 1 : at] == b" "):
            return _from_json(line[at:])
        if line[:1] in (b"!", b"@") or not line:
            return None  # `!OpenWayback-CDXJ 1.0`, `@context …`: said of the index
        if heading := _HEADING.fullmatch(line):
            self._separator = heading[1]
            self._fields = heading[2].decode().split()
            return None
        return self._from_fields(line)

    def _from_fields(self, line: bytes) -> Entry | None:
        values = line.split(self._separator)
        if len(values) != len(self._fields):
            raise ValueError("no line of an index")
        said = dict(zip(self._fields, values, strict=True))
        if LENGTH not in said or OFFSET not in said or FILE not in said:
            raise ValueError("it does not say which file a record is in, where, and how long")
        if said.get(TYPE) == REVISIT.encode() or _is_other(said.get(STATUS, b"").decode("latin-1")):
            return None
        return Entry(checked_name(said[FILE]), _number(said[OFFSET]), _number(said[LENGTH]))


def _from_json(data: bytes) -> Entry | None:
    try:
        fields = _decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ValueError(f"no line of an index: {error}") from None
    if fields.mime == REVISIT or (fields.status is not None and _is_other(str(fields.status))):
        return None
    return Entry(checked_name(fields.filename), _number(fields.offset), _number(fields.length))


def _is_other(status: str) -> bool:
    """A status of an answer that no page is read from. `-` is said of records that are none."""
    return _STATUS.fullmatch(status) is not None and not status.startswith("2")


def _number(value: int | str | bytes) -> int:
    if isinstance(value, int):
        if 0 <= value < 10**18:
            return value
    else:
        text = value.encode("utf-8", "replace") if isinstance(value, str) else value
        if _NUMBER.fullmatch(text):
            return int(text)
    raise ValueError("no number where an offset or a length should stand")


def entries_of(file: str, on_error: OnError, *, web: WebSettings | None = None) -> Iterator[Entry]:
    """What an index names, in its order, wherever it lies; a folder stands for the Parquet files below it.

    Bad lines are told to `on_error`, as `FILE#NUMBER`, and left out.

    Raises `InputError` where it cannot be read or is none, `LimitError`, `NetworkError`.
    """
    for part in _files_of(file):
        if name_of(part).endswith(PARQUET):
            yield from _of_columns(part, on_error, web)
        else:
            yield from _of_lines(part, on_error, web)


def _files_of(file: str) -> Iterator[str]:
    place = place_of(file)
    if place is Place.LOCAL:
        try:
            path = local_path(file)
        except ValueError as error:
            raise InputError(str(error), subject=file) from error
        if not path.is_dir():
            yield file
            return
        found = sorted(str(one) for one in path.rglob("*") if one.name.lower().endswith(PARQUET) and one.is_file())
    elif place is Place.STORE and not name_of(file).endswith((PARQUET, ".gz", ".cdxj", ".cdx")) and _is_folder(file):
        found = [name for name, _ in stores.listed(file) if name_of(name).endswith(PARQUET)]
    else:
        yield file
        return
    if not found:
        raise InputError("no Parquet file in this folder", subject=file)
    yield from found


def _is_folder(url: str) -> bool:
    return not stores.has_pattern(url) and stores.is_folder(url)


def _of_lines(file: str, on_error: OnError, web: WebSettings | None) -> Iterator[Entry]:
    lines, bad, good = Lines(), _Bad(file, on_error), False
    for number, line in lines_of(file, web=web):
        if number == 1 and line.startswith(PARQUET_MAGIC):
            raise InputError("Parquet files are told by their name", subject=file, hint="name it .parquet")
        try:
            entry = lines.entry(line)
        except ValueError as error:
            bad.tell(number, str(error))
            if not good and bad.count >= BAD_LINES:
                raise InputError("this is no index (CDXJ, CDX or Parquet)", subject=file) from None
            continue
        good = True
        if entry is not None:
            yield entry
    bad.sum_up()


def _of_columns(file: str, on_error: OnError, web: WebSettings | None) -> Iterator[Entry]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise InputError("a columnar index needs pyarrow", subject=file, hint="pip install 'archiver[scan]'") from None
    bad, number = _Bad(file, on_error), 0
    with open_anywhere(file, named=True, web=web) as stream:
        try:
            table = pyarrow.parquet.ParquetFile(stream)
            names = set(table.schema_arrow.names)
            if missing := [name for name in COLUMNS if name not in names]:
                raise InputError(f"this is no columnar index: it has no column {missing[0]}", subject=file)
            wanted = [*COLUMNS, *({STATUS_COLUMN} & names)]
            for batch in table.iter_batches(batch_size=BATCH, columns=wanted, use_threads=False):
                columns = {name: batch.column(name).to_pylist() for name in wanted}
                statuses = columns.get(STATUS_COLUMN) or [None] * batch.num_rows
                for name, offset, length, status in zip(*(columns[one] for one in COLUMNS), statuses, strict=True):
                    number += 1
                    if status is not None and _is_other(str(status)):
                        continue
                    try:
                        yield _of_row(name, offset, length)
                    except ValueError as error:
                        bad.tell(number, str(error))
        except ArchiverError:
            raise
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            problem = f"cannot be read as Parquet: {' '.join(str(error).split())[:200]}"
            raise InputError(problem, subject=file) from error
    bad.sum_up()


def _of_row(name: Any, offset: Any, length: Any) -> Entry:
    if not isinstance(name, str) or not isinstance(offset, int) or not isinstance(length, int):
        raise ValueError("it does not say which file a record is in, where, and how long")
    return Entry(checked_name(name), _number(offset), _number(length))


def beside(index: str, name: str) -> str:
    """Where a file lies that a local index names without a folder: in the working folder, beside the index, or, as in a
    pywb collection, in the folder `archive` next to the index's own."""
    if place_of(index) is not Place.LOCAL or place_of(name) is not Place.LOCAL or Path(name).is_absolute():
        return name
    folder = local_path(index).parent
    for place in (Path(name), folder / name, folder.parent / "archive" / name):
        if place.is_file():
            return str(place)
    return name


class _Bad:
    """Tells of bad lines, the first of them one by one."""

    def __init__(self, file: str, on_error: OnError) -> None:
        self.count = 0
        self._file = file
        self._on_error = on_error

    def tell(self, number: int, problem: str) -> None:
        self.count += 1
        if self.count <= TOLD:
            name = f"{self._file}#{number}"
            self._on_error(name, InputError(problem, subject=name))

    def sum_up(self) -> None:
        if self.count > TOLD:
            more = InputError(f"{self.count - TOLD:,} more bad lines", subject=self._file)
            self._on_error(self._file, more)
