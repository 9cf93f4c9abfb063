"""What the ledger of a scan says: whose file it is, what is in the table, and each thing once."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from archiver.errors import ArchiveError, InputError
from archiver.exporting.forms import Form
from archiver.scan import table
from archiver.scan.ledger import Ledger
from archiver.scan.onefile import write_one_file
from archiver.scan.running import enter
from archiver.scan.unit import Damage, Done, Unit
from tests.scan.crawl import crawl, tweet
from tests.scan.test_going_on import members
from tests.scan.test_running import ids, rows, scan, unit_of


@pytest.mark.parametrize(
    "change",
    ["PRAGMA user_version = 2", "PRAGMA application_id = 7", "UPDATE method SET method = 'of another time'"],
)
def test_a_ledger_of_another_program_or_version_is_left_as_it_is(tmp_path: Path, change: str) -> None:
    with Ledger(tmp_path / "out"):
        pass
    with sqlite3.connect(tmp_path / "out" / "scan.db") as db:
        db.execute(change)
    before = (tmp_path / "out" / "scan.db").read_bytes()
    with pytest.raises(InputError):
        Ledger(tmp_path / "out")
    assert (tmp_path / "out" / "scan.db").read_bytes() == before


def test_what_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "scan.db").write_text("my diary, and not a database. " * 40)
    with pytest.raises(ArchiveError, match="cannot be used"):
        Ledger(tmp_path)
    assert (tmp_path / "scan.db").read_text().startswith("my diary")


def test_what_is_entered_together_is_entered_as_a_whole(tmp_path: Path) -> None:
    def units() -> Iterator[Unit]:
        yield Unit(file="a")
        raise KeyboardInterrupt

    with Ledger(tmp_path / "out") as ledger:
        with pytest.raises(KeyboardInterrupt):
            ledger.add(units())
        assert ledger.waiting() == []


def test_damage_is_told_once_however_often_a_file_is_read(tmp_path: Path) -> None:
    unit = Unit(file="a")
    with Ledger(tmp_path / "out") as ledger:
        ledger.add([unit])
        for _ in range(2):
            ledger.finish(Done(unit=unit, damage=(Damage(7, None, "cut"),), error="no answer"))
        assert ledger.totals().damaged == 1


@pytest.mark.parametrize("same", ["size", "version"])
def test_a_file_is_another_one_by_its_size_and_by_its_time(tmp_path: Path, same: str) -> None:
    path = crawl(tmp_path / "x.warc.gz", [tweet(1), tweet(2)])
    out = tmp_path / "out"
    scan(out, [unit_of(path)])
    state = path.stat()
    if same == "version":
        crawl(path, [tweet(3)])
        os.utime(path, ns=(state.st_mtime_ns, state.st_mtime_ns))
    else:
        os.utime(path, (1, 1))
    assert len(scan(out, [unit_of(path)])) == 1
    assert [post for _, _, post in rows(out)] == ids(path)


def test_files_that_change_one_after_the_other_have_their_rows_once(tmp_path: Path) -> None:
    paths = [crawl(tmp_path / f"{n}.warc.gz", [tweet(10 * n + k) for k in range(2)]) for n in range(3)]
    out = tmp_path / "out"
    scan(out, map(unit_of, paths))
    for path in paths:
        os.utime(path, (1, 1))
        scan(out, map(unit_of, paths))
        assert [post for _, _, post in rows(out)] == [post for path in paths for post in ids(path)]


def test_the_record_at_the_border_of_a_part_that_is_read_again_stays(tmp_path: Path) -> None:
    path = crawl(tmp_path / "x.warc.gz", [tweet(k) for k in range(4)])
    border = members(path)[2][0]
    units = [unit_of(path, end=border), unit_of(path, start=border)]
    out = tmp_path / "out"
    scan(out, units)
    with Ledger(out) as ledger:
        table.retract(ledger, units[:1])
    assert [post for _, _, post in rows(out)] == ids(path)[2:]
    scan(out, units)
    with Ledger(out) as ledger:
        table.retract(ledger, units[1:])
    assert [post for _, _, post in rows(out)] == ids(path)[:2]


def test_one_file_has_the_files_in_the_order_in_which_they_were_named(tmp_path: Path) -> None:
    paths = [crawl(tmp_path / f"{name}.warc.gz", [tweet(1), tweet(2)]) for name in "cab"]
    out = tmp_path / "out"
    scan(out, map(unit_of, paths))
    with Ledger(out) as ledger:
        enter(ledger, map(unit_of, reversed(paths)))
        lines = write_one_file(ledger, Form("csv")).read_text().splitlines()[1:]
    assert [Path(line.split(",")[0]).name[0] for line in lines] == list("ccaabb")


def test_a_batch_has_so_many_rows_and_a_row_group_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "BATCH_ROWS", 5)
    monkeypatch.setattr(table, "GROUP_ROWS", 2)
    paths = [crawl(tmp_path / f"{n}.warc.gz", [tweet(10 * n + k) for k in range(3)]) for n in range(3)]
    out = tmp_path / "out"
    scan(out, map(unit_of, paths))
    parts = sorted((out / "mentions").rglob("*.parquet"))
    assert [pyarrow.parquet.ParquetFile(part).metadata.num_rows for part in parts] == [3, 3, 3]
    assert [pyarrow.parquet.ParquetFile(part).num_row_groups for part in parts] == [2, 2, 2]


def test_a_unit_is_another_one_by_each_of_what_it_is_but_not_by_who_named_it() -> None:
    one: dict[str, Any] = {"file": "a", "size": 9, "version": "v", "start": 1, "end": 5, "ranges": ((1, 2),)}
    others: list[dict[str, Any]] = [
        {"file": "b"},
        {"size": 8},
        {"version": "w"},
        {"start": 2},
        {"end": None},
        {"ranges": ()},
    ]
    assert len({Unit(**one).id, *(Unit(**(one | other)).id for other in others)}) == 1 + len(others)
    assert Unit(**one).id == Unit(**one, named=True).id
