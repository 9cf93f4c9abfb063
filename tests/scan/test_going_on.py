"""A scan goes on: after a cut at any point, with what somebody took away, and with less to be read than before."""

from __future__ import annotations

import gzip
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pyarrow.dataset
import pytest

from archiver.errors import ArchiveError, InputError
from archiver.scan import table
from archiver.scan.ledger import Ledger
from archiver.scan.pool import Failed
from archiver.scan.running import enter, run
from archiver.scan.table import publish
from archiver.scan.unit import Done, Unit
from archiver.scan.work import work
from tests.scan.crawl import crawl, tweet
from tests.scan.test_running import here, ids, rows, scan, unit_of


def members(path: Path) -> list[tuple[int, int]]:
    """Offset and length of each record."""
    data = path.read_bytes()
    starts = [found.start() for found in re.finditer(re.escape(b"\x1f\x8b\x08\x00"), data)]
    return [(a, b - a) for a, b in pairwise([*starts, len(data)])]


def within_a_record(tmp_path: Path) -> tuple[Path, list[Unit]]:
    """A file whose second part begins within a stored WARC file, so that it reads what is no record of the file."""
    inner = crawl(tmp_path / "inner.warc.gz", [tweet(900 + k) for k in range(20)]).read_bytes()
    before = crawl(tmp_path / "a.warc.gz", [tweet(1)]).read_bytes()
    behind = crawl(tmp_path / "b.warc.gz", [tweet(2), tweet(3)]).read_bytes()
    head = (
        b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        b"WARC-Target-URI: https://example.org/inner.warc.gz\r\nWARC-Date: 2026-11-20T00:00:00Z\r\n"
        b"Content-Type: application/warc\r\nContent-Length: %d\r\n\r\n" % len(inner)
    )
    member = gzip.compress(head + inner + b"\r\n\r\n", compresslevel=0)
    path = tmp_path / "outer.warc.gz"
    path.write_bytes(before + member + behind)
    middle = len(before) + len(member) // 2
    return path, [unit_of(path, end=middle), unit_of(path, start=middle)]


def test_parts_are_compared_by_the_next_run_where_this_one_was_cut_off_behind_the_last(tmp_path: Path) -> None:
    path, units = within_a_record(tmp_path)
    out = tmp_path / "out"
    with Ledger(out) as ledger:
        enter(ledger, units)
        came = run(ledger, here(ledger), stop=lambda: False)  # type: ignore[arg-type]
        for _ in units:
            next(came)
        came.close()  # type: ignore[attr-defined]
        assert ledger.waiting() == []
    scan(out, units)
    assert [post for _, _, post in rows(out)] == ids(path)
    assert len(ids(path)) == 3


def test_parts_are_compared_by_the_next_run_where_this_one_was_stopped_behind_the_last(tmp_path: Path) -> None:
    path, units = within_a_record(tmp_path)
    scan(tmp_path / "out", units, most=2, published=False)
    scan(tmp_path / "out", units)
    assert [post for _, _, post in rows(tmp_path / "out")] == ids(path)


def test_records_of_an_index_between_those_that_are_read_again_stay(tmp_path: Path) -> None:
    path = crawl(tmp_path / "x.warc.gz", [tweet(k) for k in range(5)])
    places = members(path)
    outer = unit_of(path, ranges=(places[0], places[2], places[4]))
    inner = unit_of(path, ranges=(places[1], places[3]))
    out = tmp_path / "out"
    with Ledger(out) as ledger:
        enter(ledger, [outer, inner])
        for unit, error in ((outer, "no answer"), (inner, None)):
            ledger.finish(msgspec.structs.replace(work(unit, ledger.rows_folder), error=error))
        publish(ledger)
    assert len(rows(out)) == 5
    scan(out, [outer, inner])
    assert [post for _, _, post in rows(out)] == ids(path)


def test_a_file_stays_in_the_parts_in_which_it_was_begun(tmp_path: Path) -> None:
    path = crawl(tmp_path / "x.warc.gz", [tweet(k) for k in range(8)])
    half, third = path.stat().st_size // 2, path.stat().st_size // 3
    halves = [unit_of(path, end=half), unit_of(path, start=half)]
    thirds = [unit_of(path, end=third), unit_of(path, start=third, end=2 * third), unit_of(path, start=2 * third)]
    for number, ways in enumerate(([[unit_of(path)], halves], [halves, thirds], [halves, [unit_of(path)]])):
        out = tmp_path / f"out{number}"
        assert len(scan(out, ways[0])) == len(ways[0])
        assert scan(out, ways[1]) == []
        assert [post for _, _, post in rows(out)] == ids(path)


def test_what_was_read_stays_where_less_can_be_read_now(tmp_path: Path) -> None:
    path = crawl(tmp_path / "x.warc.gz", [tweet(k) for k in range(4)])
    unit = Unit(file=str(path))
    out = tmp_path / "out"

    def breaks_off(at: int) -> None:
        def runner(units: Iterable[Unit]) -> Iterator[Done | Failed]:
            for one in units:
                name = None
                if at:
                    part = work(Unit(file=one.file, ranges=tuple(members(path)[:at])), ledger.rows_folder)
                    name = f"{one.id}.rows"
                    (ledger.rows_folder / str(part.rows_file)).rename(ledger.rows_folder / name)
                yield Done(unit=one, rows_file=name, rows=at, error=f"broke off at {at}")

        with Ledger(out) as ledger:
            enter(ledger, [unit])
            for _ in run(ledger, runner, stop=lambda: False):
                pass
            publish(ledger)

    for at, kept in ((2, 2), (0, 2), (1, 2), (3, 3), (3, 3)):
        breaks_off(at)
        assert len(rows(out)) == kept
        assert list((out / "rows").iterdir()) == []
    with sqlite3.connect(out / "scan.db") as db:
        assert db.execute("SELECT rows, error FROM units").fetchall() == [(3, "broke off at 3")]
    scan(out, [unit])
    assert [post for _, _, post in rows(out)] == ids(path)


@pytest.mark.parametrize("lost", ["rows", "mentions"])
def test_what_somebody_took_away_is_made_again(tmp_path: Path, lost: str) -> None:
    paths = [crawl(tmp_path / f"{n}.warc.gz", [tweet(10 * n + k) for k in range(2)]) for n in range(3)]
    out = tmp_path / "out"
    scan(out, map(unit_of, paths), published=lost == "mentions")
    shutil.rmtree(out / lost)
    scan(out, map(unit_of, paths))
    assert len(rows(out)) == 6


def test_rows_that_are_damaged_on_their_way_are_told_and_made_again(tmp_path: Path) -> None:
    paths = [crawl(tmp_path / f"{n}.warc.gz", [tweet(10 * n + k) for k in range(2)]) for n in range(2)]
    out = tmp_path / "out"
    scan(out, map(unit_of, paths), published=False)
    first, second = (out / "rows" / f"{unit_of(path).id}.rows" for path in paths)
    first.write_bytes(first.read_bytes()[:-20])
    second.write_bytes(gzip.compress(b""))  # whole, and not what the ledger says
    with pytest.raises(ArchiveError, match="run it again"):
        scan(out, map(unit_of, paths))
    with pytest.raises(ArchiveError, match="run it again"):
        scan(out, map(unit_of, paths))
    scan(out, map(unit_of, paths))
    assert len(rows(out)) == 4


def test_a_run_that_was_cut_off_before_its_ledger_was_there_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for name in ("rows", "mentions"):
        (out / name).mkdir(parents=True)
    (out / ".lock").touch()
    assert len(scan(out, [unit_of(crawl(tmp_path / "x.warc.gz", [tweet(1)]))])) == 1


def test_a_folder_of_rows_that_is_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "out" / "rows" / "pears.rows"
    kept.parent.mkdir(parents=True)
    kept.write_text("mine")
    with pytest.raises(InputError, match="something else"):
        Ledger(tmp_path / "out")
    assert kept.read_text() == "mine"


def test_a_ledger_whose_rows_are_damaged_is_told_as_that(tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan(out, [unit_of(crawl(tmp_path / "x.warc.gz", [tweet(1)]))])
    with sqlite3.connect(out / "scan.db") as db:
        db.execute("UPDATE units SET unit = '{', done = NULL")
    with pytest.raises(ArchiveError, match="cannot be read"):
        scan(out, [])


def test_when_it_is_to_stop_no_further_file_is_entered_and_none_in_half(tmp_path: Path) -> None:
    path = crawl(tmp_path / "x.warc.gz", [tweet(k) for k in range(8)])
    half = path.stat().st_size // 2
    taken: list[Unit] = []

    def units() -> Iterator[Unit]:
        for unit in (unit_of(path, end=half), unit_of(path, start=half), Unit(file="b"), Unit(file="c")):
            taken.append(unit)
            yield unit

    with Ledger(tmp_path / "out") as ledger:
        enter(ledger, units(), stop=lambda: bool(taken))
        assert ledger.waiting() == []
        taken.clear()
        enter(ledger, units(), stop=lambda: len(taken) > 1)
        assert [unit.start for unit in ledger.waiting()] == [0, half]
        assert len(taken) == 3


def test_months_without_number_take_few_open_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_OPEN", 2)
    monkeypatch.setattr(table, "MAX_HELD", 3)
    made = []
    close = pyarrow.parquet.ParquetWriter.close
    opened: set[object] = set()

    class Counted(pyarrow.parquet.ParquetWriter):  # type: ignore[misc]
        def __init__(self, *arguments: object, **named: object) -> None:
            super().__init__(*arguments, **named)
            opened.add(self)
            made.append(len(opened))

        def close(self) -> None:
            opened.discard(self)
            close(self)

    monkeypatch.setattr(pyarrow.parquet, "ParquetWriter", Counted)
    data = b"".join(
        crawl(tmp_path / "one.warc.gz", [tweet(n)], day=f"20{n % 5 + 10}-03-01").read_bytes() for n in range(25)
    )
    path = tmp_path / "x.warc.gz"
    path.write_bytes(data)
    out = tmp_path / "out"
    scan(out, [unit_of(path)])
    assert [post for _, _, post in rows(out)] == ids(path)
    assert max(made) == 2
    assert len(made) > 5
    assert not opened
    path.write_bytes(data + data[: members(path)[0][1]])
    scan(out, [unit_of(path)])
    assert len(rows(out)) == 26
    with Ledger(out) as ledger:
        assert {p for p in (out / "mentions").rglob("*") if p.is_file()} == set(table.files_of(ledger))


def test_a_year_in_which_there_was_no_web_makes_no_folder(tmp_path: Path) -> None:
    days = ["0999-01-01", "1989-12-31", "1990-01-01", "2100-12-31", "9999-12-31"]
    paths = [crawl(tmp_path / f"{day}.warc.gz", [tweet(1)], day=day) for day in days]
    out = tmp_path / "out"
    scan(out, map(unit_of, paths))
    assert sorted(p.name for p in (out / "mentions").iterdir()) == ["month=1990-01", "month=2100-12", "month=unknown"]
    times = pyarrow.dataset.dataset(out / "mentions").to_table(columns=["captured_at"]).to_pylist()
    assert sorted(row["captured_at"].year for row in times) == [999, 1989, 1990, 2100, 9999]


def test_rows_of_much_text_are_written_before_they_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MAX_HELD_BYTES", 200)
    out = tmp_path / "out"
    path = crawl(tmp_path / "x.warc.gz", [tweet(k) for k in range(6)])
    scan(out, [unit_of(path)])
    (part,) = (out / "mentions").rglob("*.parquet")
    assert pyarrow.parquet.ParquetFile(part).num_row_groups > 1
    assert [post for _, _, post in rows(out)] == ids(path)
