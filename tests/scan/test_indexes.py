"""Of an index, each record that may be a page is read once, from the file and the place that its line says; whatever
else a line holds is told and left out."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import ArchiverError, LimitError
from archiver.linesorter import LineSorter
from archiver.scan.inputs import grouping, indexes
from archiver.scan.inputs.grouping import grouped
from archiver.scan.inputs.indexes import Entry, Lines
from archiver.scan.inputs.opening import close_connections, read_range
from archiver.scan.inputs.units import units_of
from archiver.scan.unit import Unit
from archiver.store.cdxj import IndexRow, cdxj_line
from tests.loopback import Loopback
from tests.ranged import Store, parts

FILE = "a.warc.gz"
SIZE = 100_000


def cdxj(name: str, offset: object, length: object, **more: object) -> str:
    return "org,example)/ 20261120000000 " + json.dumps({"filename": name, "offset": offset, "length": length, **more})


class Told:
    def __init__(self) -> None:
        self.errors: list[str] = []
        self.notes: list[str] = []

    def units(self, *index: object, specs: tuple[str, ...] = (), base: str | None = None) -> list[Unit]:
        def on_error(name: str, error: ArchiverError) -> None:
            self.errors.append(f"{name}: {error}")

        found = units_of(
            specs, index=[str(one) for one in index], base=base, on_error=on_error, on_note=self.notes.append
        )
        return list(found)


@pytest.fixture
def told() -> Iterator[Told]:
    yield Told()
    close_connections()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path(FILE).write_bytes(bytes(range(250)) * (SIZE // 250))
    return tmp_path


def indexed(*lines: str) -> str:
    Path("index.cdxj").write_text("\n".join(lines))
    return "index.cdxj"


# --- lines ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        cdxj(FILE, "10", "20", mime="text/html", status="200", digest="sha1:AB"),
        cdxj(FILE, 10, 20, status=200),
        cdxj(FILE, "10", "20", mime="text/html", status="-"),
        cdxj(FILE, "10", "20", mime=None, status=None),
        json.dumps({"urlkey": "org,example)/", "filename": FILE, "offset": "10", "length": "20", "status": "200"}),
        f"org,example)/ 20261120000000 https://example.org/ text/html 200 AB - - 20 10 {FILE}",
        cdxj_line(
            IndexRow(
                urlkey="org,example)/",
                time="2026-11-20T00:00:00Z",
                type="response",
                target_uri="https://example.org/",
                content_type="text/html",
                status=200,
                payload_digest="sha1:AB",
                length=20,
                offset=10,
                segment=FILE,
            )
        ),
    ],
)
def test_a_line_names_a_record(line: str) -> None:
    assert Lines().entry(line.encode()) == Entry(FILE, 10, 20)


@pytest.mark.parametrize(
    "line",
    [
        "!OpenWayback-CDXJ 1.0",
        '@meta {"year": 2015}',
        cdxj(FILE, "10", "20", mime="warc/revisit"),
        cdxj(FILE, "10", "20", status="404"),
        cdxj(FILE, "10", "20", status=301),
        f"org,example)/ 20261120000000 https://example.org/ warc/revisit - AB - - 20 10 {FILE}",
        f"org,example)/ 20261120000000 https://example.org/ text/html 503 AB - - 20 10 {FILE}",
    ],
)
def test_a_line_that_no_page_is_read_from_is_left_out(line: str) -> None:
    assert Lines().entry(line.encode()) is None


@pytest.mark.parametrize(
    "line",
    [
        "some words",
        "org,example)/ 20261120000000 {",
        'org,example)/ 20261120000000 {"filename": "a"}',
        cdxj("", "10", "20"),
        cdxj("a\nb", "10", "20"),
        cdxj("x" * 9000, "10", "20"),
        cdxj(FILE, "-10", "20"),
        cdxj(FILE, -1, 20),
        cdxj(FILE, "10", ""),
        cdxj(FILE, "1e3", "20"),
        cdxj(FILE, 10**18, 20),
        cdxj(FILE, "１０", "20"),
        f"org,example)/ 20261120000000 https://example.org/ text/html 200 AB - - - 10 {FILE}",
    ],
)
def test_what_is_no_line_of_an_index_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Lines().entry(line.encode())


def test_a_heading_says_what_the_fields_are() -> None:
    lines = Lines()
    assert lines.entry(b"CDX N b a S V g") is None
    assert lines.entry(b"org,example)/ 2026 https://example.org/ 20 10 a.warc.gz") == Entry(FILE, 10, 20)
    short = Lines()
    assert short.entry(b" CDX N b a m s k r V g") is None
    with pytest.raises(ValueError, match="how long"):
        short.entry(b"org,example)/ 2026 https://example.org/ text/html 200 AB - 10 a.warc.gz")


@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(lambda text: f"k 2 {{{text}".encode())))
def test_whatever_a_line_holds_it_names_a_record_or_is_an_error(line: bytes) -> None:
    entry = None
    with suppress(ValueError):
        entry = Lines().entry(line)
    assert entry is None or (entry.file and entry.offset >= 0 and entry.length >= 0)


@given(
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Cf", "Co", "Cn")), min_size=1),
    st.integers(0, 10**18 - 1),
    st.integers(0, 10**18 - 1),
)
def test_what_is_written_is_read(name: str, offset: int, length: int) -> None:
    for line in (cdxj(name, offset, length), cdxj(name, str(offset), str(length))):
        assert Lines().entry(line.encode()) == Entry(name, offset, length)


# --- groups -----------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 30), st.integers(1, 5)), max_size=80))
def test_records_come_by_file_and_in_order_each_once(records: list[tuple[str, int, int]]) -> None:
    groups = list(grouped(records))
    longest: dict[tuple[str, int], int] = {}
    for file, offset, length in records:
        longest[file, offset] = max(length, longest.get((file, offset), 0))
    found = [(group.file, offset, length) for group in groups for offset, length in group.ranges]
    files = list(dict.fromkeys(file for file, _, _ in records))
    assert found == sorted(
        ((*key, length) for key, length in longest.items()), key=lambda one: (files.index(one[0]), one[1])
    )


def test_groups_are_of_a_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "RANGES", 10)
    monkeypatch.setattr(grouping, "RANGE_BYTES", 1000)
    small = list(grouped([("a", number * 10, 10) for number in range(25)]))
    assert [len(group.ranges) for group in small] == [10, 10, 5]
    large = list(grouped([("a", number * 400, 400) for number in range(5)] + [("b", 0, 5000), ("b", 5000, 1)]))
    assert [len(group.ranges) for group in large] == [2, 2, 1, 1, 1]


def test_more_records_than_are_held_are_sorted_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    class Small(LineSorter):
        def __init__(self) -> None:
            super().__init__(in_memory=5000)

    monkeypatch.setattr(grouping, "LineSorter", Small)
    records = [(f"{number % 7}.warc", number * 11, 10) for number in range(3000)]
    shuffled = records * 2
    random.Random(8).shuffle(shuffled)
    found = [(group.file, *one) for group in grouped(shuffled) for one in group.ranges]
    assert sorted(found) == sorted(records)
    assert len(found) == len(records)


def test_too_many_files_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MAX_FILES", 5)
    with pytest.raises(LimitError, match="more than 5 files"):
        list(grouped((f"{number}.warc", 0, 1) for number in range(6)))


# --- units ------------------------------------------------------------------------------------------------------------


def test_an_index_makes_units_of_ranges(folder: Path, told: Told) -> None:
    lines = [cdxj(FILE, 500, 100), cdxj(FILE, 10, 20), cdxj(FILE, 500, 100), cdxj(FILE, 30, 5, status="404")]
    (unit,) = told.units(indexed(*lines))
    assert unit.ranges == ((10, 20), (500, 100))
    assert (unit.file, unit.size) == (FILE, SIZE)
    assert unit.version == str(Path(FILE).stat().st_mtime_ns)
    assert read_range(unit, 10, 20) == bytes(range(10, 30))
    assert told.errors == []


def test_the_order_of_lines_and_indexes_does_not_matter(folder: Path, told: Told) -> None:
    lines = [cdxj(FILE, number * 10, 10) for number in range(50)]
    Path("one").write_text("\n".join(lines[:30]))
    Path("two.gz").write_bytes(gzip.compress("\n".join(reversed(lines[20:])).encode()))
    assert told.units("one", "two.gz") == told.units("two.gz", "one")
    assert len(told.units("one", "two.gz")[0].ranges) == 50


def test_bad_lines_are_told_and_the_rest_goes_on(folder: Path, told: Told) -> None:
    (unit,) = told.units(indexed(cdxj(FILE, 10, 20), "words", "", cdxj(FILE, 50, 20)), "gone.cdxj")
    assert unit.ranges == ((10, 20), (50, 20))
    assert [error.partition(":")[0] for error in told.errors] == ["index.cdxj#2", "gone.cdxj"]


def test_many_bad_lines_are_told_in_few(folder: Path, told: Told) -> None:
    told.units(indexed(cdxj(FILE, 10, 20), *["words"] * 500))
    assert len(told.errors) == indexes.TOLD + 1
    assert "400 more bad lines" in told.errors[-1]
    other = Told()
    assert other.units(indexed(*["words"] * 500)) == []
    assert len(other.errors) == indexes.BAD_LINES + 1
    assert "this is no index" in other.errors[-1]


def test_records_behind_the_end_of_a_file_are_told(folder: Path, told: Told) -> None:
    (unit,) = told.units(indexed(cdxj(FILE, 10, 20), cdxj(FILE, SIZE - 5, 6)))
    assert unit.ranges == ((10, 20),)
    assert "1 records behind its end" in told.errors[0]
    other = Told()
    assert other.units(indexed(cdxj(FILE, SIZE, 1), cdxj("gone.warc", 0, 1), cdxj("gone.warc", 5, 1))) == []
    assert len(other.errors) == 2


def test_files_lie_where_a_base_says_or_beside_the_index(folder: Path, told: Told) -> None:
    for place in ("collection/archive/c.warc", "beside/b.warc", "base/d.warc"):
        Path(place).parent.mkdir(parents=True)
        Path(place).write_bytes(bytes(100))
    Path("collection/indexes").mkdir()
    Path("collection/indexes/index.cdxj").write_text(cdxj("c.warc", 0, 10))
    Path("beside/index.cdxj").write_text(cdxj("b.warc", 0, 10))
    assert [unit.file for unit in told.units("collection/indexes/index.cdxj", "beside/index.cdxj")] == [
        "collection/archive/c.warc",
        "beside/b.warc",
    ]
    assert [unit.file for unit in told.units(indexed(cdxj("d.warc", 0, 10)), base="base/")] == ["base/d.warc"]
    assert told.errors == []


def test_a_file_that_is_read_as_a_whole_is_not_read_again(folder: Path, told: Told) -> None:
    (unit,) = told.units(indexed(cdxj(FILE, 0, 10)), specs=(FILE,))
    assert unit.ranges == ()
    assert "read as a whole" in told.notes[0]


def test_an_index_leads_to_no_private_address(folder: Path, told: Told) -> None:
    with Loopback(Store({"/a.warc": bytes(1000)})) as server:
        index = indexed(cdxj(f"{server.url}/a.warc", 0, 10), cdxj("ftp://10.0.0.1/a", 0, 10))
        assert told.units(index) == []
        assert server.asked == []
        assert any("loopback" in error for error in told.errors)
        assert any("may not name" in error for error in told.errors)


def test_an_index_of_a_crawl_on_the_web(folder: Path, told: Told) -> None:
    data = {"/crawl/a.warc.gz": bytes(range(250)) * 100, "/cc/cdx-00000.gz": b""}
    lines = [cdxj("crawl/a.warc.gz", str(number * 100), "100", status="200") for number in range(40)]
    data["/cc/cdx-00000.gz"] = gzip.compress("\n".join(lines).encode())
    with Loopback(Store(data)) as server:
        (unit,) = told.units(f"{server.url}/cc/cdx-00000.gz", base=server.url)
        assert len(unit.ranges) == 40
        assert unit.named
        asked = len(server.asked)
        for offset, length in unit.ranges:
            assert read_range(unit, offset, length) == data["/crawl/a.warc.gz"][offset : offset + length]
        assert parts(server)[asked:] == [(0, 3999)], "neighbours come together"


# --- columns ----------------------------------------------------------------------------------------------------------


def columns(path: str, rows: Sequence[tuple[object, object, object, object]], **more: pa.Array) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    names, offsets, lengths, statuses = (list(column) for column in zip(*rows, strict=True))
    table = pa.table(
        {
            "url": ["https://example.org/"] * len(rows),
            "fetch_status": pa.array(statuses, pa.int16()),
            "warc_filename": pa.array(names, pa.string()),
            "warc_record_offset": pa.array(offsets, pa.int32()),
            "warc_record_length": pa.array(lengths, pa.int32()),
            **more,
        }
    )
    pyarrow.parquet.write_table(table, path, row_group_size=3)


def test_the_columnar_index_names_records(folder: Path, told: Told) -> None:
    rows = [(FILE, 10, 20, 200), (FILE, 500, 5, 404), (FILE, 300, 5, None), (FILE, 10, 20, 200), (None, 1, 1, 200)]
    columns("index.parquet", rows)
    (unit,) = told.units("index.parquet")
    assert unit.ranges == ((10, 20), (300, 5))
    assert [error.partition(":")[0] for error in told.errors] == ["index.parquet#5"]


def test_a_folder_of_parquet_files_is_one_index(folder: Path, told: Told) -> None:
    columns("cc/crawl=CC-MAIN-2026-43/subset=warc/part-0.parquet", [(FILE, 10, 20, 200)])
    columns("cc/crawl=CC-MAIN-2026-43/subset=warc/part-1.parquet", [(FILE, 5, 5, 200)])
    Path("cc/_SUCCESS").touch()
    (unit,) = told.units("cc")
    assert unit.ranges == ((5, 5), (10, 20))
    Path("none").mkdir()
    assert told.units("none") == []
    assert "no Parquet file" in told.errors[0]


def test_a_columnar_index_on_the_web(folder: Path, told: Told) -> None:
    columns("index.parquet", [(FILE, 10, 20, 200)])
    with Loopback(Store({"/index.parquet": Path("index.parquet").read_bytes()})) as server:
        assert told.units(f"{server.url}/index.parquet")[0].ranges == ((10, 20),)


def test_parquet_that_is_no_index_is_told(folder: Path, told: Told) -> None:
    pyarrow.parquet.write_table(pa.table({"url": ["x"]}), "other.parquet")
    Path("broken.parquet").write_bytes(b"PAR1" + bytes(100))
    columns("index.parquet", [(FILE, 10, 20, 200)])
    Path("renamed.idx").write_bytes(Path("index.parquet").read_bytes())
    text = pa.table({"warc_filename": [FILE], "warc_record_offset": ["10"], "warc_record_length": ["20"]})
    pyarrow.parquet.write_table(text, "text.parquet")
    assert told.units("other.parquet", "broken.parquet", "renamed.idx", "text.parquet") == []
    for problem, error in zip(("no column", "as Parquet", "told by their name", "how long"), told.errors, strict=True):
        assert problem in error
