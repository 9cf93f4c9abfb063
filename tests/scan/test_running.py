"""A scan's units, ledger and table together, with the work done in this process: each row once, whatever happens."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pyarrow.dataset
import pytest

import archiver
from archiver.errors import ArchiveError, InputError, LimitError
from archiver.exporting.forms import Form
from archiver.scan.ledger import Ledger
from archiver.scan.onefile import write_one_file
from archiver.scan.pool import Failed
from archiver.scan.running import enter, run
from archiver.scan.table import publish
from archiver.scan.unit import Done, Unit
from archiver.scan.work import work
from tests.scan.crawl import crawl, page, tweet


def unit_of(path: Path, **more: object) -> Unit:
    state = path.stat()
    said: dict[str, object] = {"file": str(path), "size": state.st_size, "version": str(state.st_mtime_ns), **more}
    return Unit(**said)  # type: ignore[arg-type]


def here(ledger: Ledger, most: int | None = None) -> object:
    """A runner that works in this process, and on so many units at the most."""

    def runner(units: Iterable[Unit]) -> Iterator[Done | Failed]:
        for number, unit in enumerate(units):
            if number == most:
                return
            yield work(unit, ledger.rows_folder)

    return runner


def scan(folder: Path, units: Iterable[Unit], *, most: int | None = None, published: bool = True) -> list[Done]:
    """A run, and the table after it."""
    stopped = False

    def stop() -> bool:
        return stopped

    done = []
    with Ledger(folder) as ledger:
        enter(ledger, units)
        for came in run(ledger, here(ledger, most), stop=stop):  # type: ignore[arg-type]
            assert isinstance(came, Done)
            done.append(came)
            stopped = len(done) == most
        if published:
            publish(ledger)
    return done


def rows(folder: Path) -> list[tuple[str, int, str]]:
    """File, number and post of every row of the table, sorted."""
    table = pyarrow.dataset.dataset(folder / "mentions", partitioning="hive").to_table()
    return sorted((Path(r["file"]).name, r["number"], r["post_id"]) for r in table.to_pylist())


def ids(path: Path) -> list[str | None]:
    return [mention.post_id for mention in archiver.find(path)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three crawls of eight pages, every second with a post."""
    folder = tmp_path_factory.mktemp("crawls")
    return [
        crawl(folder / f"{n}.warc.gz", [tweet(n * 100 + k) if k % 2 else "<p>Nothing.</p>" for k in range(8)])
        for n in range(3)
    ]


def test_the_rows_are_what_find_finds(files: list[Path], tmp_path: Path) -> None:
    scan(tmp_path / "out", map(unit_of, files))
    assert [post for _, _, post in rows(tmp_path / "out")] == sorted(i for path in files for i in ids(path) if i)


def test_a_run_that_was_cut_off_goes_on_where_it_was(files: list[Path], tmp_path: Path) -> None:
    first = scan(tmp_path / "out", map(unit_of, files), most=1, published=False)
    second = scan(tmp_path / "out", map(unit_of, files))
    assert [Path(d.unit.file).name for d in first + second] == ["0.warc.gz", "1.warc.gz", "2.warc.gz"]
    scan(tmp_path / "whole", map(unit_of, files))
    assert rows(tmp_path / "out") == rows(tmp_path / "whole")


def test_nothing_is_done_again_and_more_files_are_added(files: list[Path], tmp_path: Path) -> None:
    scan(tmp_path / "out", map(unit_of, files[:2]))
    assert scan(tmp_path / "out", map(unit_of, files[:2])) == []
    assert len(scan(tmp_path / "out", map(unit_of, files))) == 1
    assert len(rows(tmp_path / "out")) == 12


def test_what_a_run_left_before_the_ledger_knew_it_is_made_again(files: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Ledger(out) as ledger:
        enter(ledger, [unit_of(files[0])])
        work(unit_of(files[0]), ledger.rows_folder)  # and then the power went
        (ledger.rows_folder / ".half-1-abc.part").write_bytes(b"half")
        stray = ledger.mentions / "month=2026-11" / "part-000001.parquet"
        stray.parent.mkdir()
        stray.write_bytes(b"of a batch that the ledger does not know")
    scan(out, map(unit_of, files))
    assert len(rows(out)) == 12
    assert list((out / "rows").iterdir()) == []


def test_rows_in_the_table_and_still_in_their_own_file_count_once(files: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Ledger(out) as ledger:
        unit = unit_of(files[0])
        enter(ledger, [unit])
        for _ in run(ledger, here(ledger), stop=lambda: False):  # type: ignore[arg-type]
            pass
        kept = (ledger.rows_folder / f"{unit.id}.rows").read_bytes()
        publish(ledger)
        (ledger.rows_folder / f"{unit.id}.rows").write_bytes(kept)  # the power went before it was taken away
    scan(out, map(unit_of, files))
    assert len(rows(out)) == 12


def test_a_file_that_changed_is_read_again_and_its_old_rows_are_gone(files: list[Path], tmp_path: Path) -> None:
    path = crawl(tmp_path / "x.warc.gz", [tweet(1), tweet(2)])
    out = tmp_path / "out"
    scan(out, [unit_of(path), unit_of(files[0])])
    crawl(path, [tweet(2), tweet(3), tweet(4)])
    os.utime(path, (1, 1))
    scan(out, [unit_of(path), unit_of(files[0])])
    mine = [post for name, _, post in rows(out) if name == "x.warc.gz"]
    assert mine == ids(path)
    assert len(rows(out)) == 3 + 4


def test_a_file_that_changed_keeps_its_place_in_the_one_file(files: list[Path], tmp_path: Path) -> None:
    path = crawl(tmp_path / "x.warc.gz", [tweet(1), tweet(2)])
    scan(tmp_path / "out", [unit_of(files[1]), unit_of(path), unit_of(files[0])])
    crawl(path, [tweet(2), tweet(3), tweet(4)])
    middle = path.stat().st_size // 2
    units = [unit_of(files[1]), unit_of(path, end=middle), unit_of(path, start=middle), unit_of(files[0])]
    scan(tmp_path / "out", units)
    scan(tmp_path / "fresh", units)
    written = []
    for folder in ("out", "fresh"):
        with Ledger(tmp_path / folder) as ledger:
            written.append(write_one_file(ledger, Form("jsonl")).read_text())
    assert written[0] == written[1]
    assert [msgspec.json.decode(line)["post_id"] for line in written[0].splitlines()] == [
        *ids(files[1]), *ids(path), *ids(files[0])
    ]  # fmt: skip


def test_a_file_that_could_not_be_read_to_its_end_is_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "late.warc.gz"
    out = tmp_path / "out"
    unit = Unit(file=str(path))
    (failed,) = scan(out, [unit])
    assert failed.error is not None
    assert "no such file" in failed.error.lower()
    crawl(path, [tweet(1)])
    (done,) = scan(out, [unit])
    assert done.error is None
    assert len(rows(out)) == 1


def test_parts_of_a_file_give_the_rows_of_the_whole(tmp_path: Path) -> None:
    path = crawl(tmp_path / "big.warc.gz", [tweet(k) for k in range(40)])
    size = path.stat().st_size
    for parts in (2, 3, 7):
        edges = [size * n // parts for n in range(parts)]
        units = [unit_of(path, start=a, end=b) for a, b in zip(edges, [*edges[1:], None], strict=True)]
        out = tmp_path / f"out{parts}"
        scan(out, units)
        assert [post for _, _, post in rows(out)] == ids(path)


def test_a_part_that_began_within_a_record_is_read_again(tmp_path: Path) -> None:
    """A stored WARC file is within a record: what begins there is no record of this file."""
    inner = crawl(tmp_path / "inner.warc.gz", [tweet(900 + k) for k in range(20)])
    before = crawl(tmp_path / "a.warc.gz", [tweet(1)]).read_bytes()
    behind = crawl(tmp_path / "b.warc.gz", [tweet(2), tweet(3)]).read_bytes()
    # a member that is stored holds the inner file's members as they are
    head = (
        b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        b"WARC-Target-URI: https://example.org/inner.warc.gz\r\nWARC-Date: 2026-11-20T00:00:00Z\r\n"
        b"Content-Type: application/warc\r\nContent-Length: %d\r\n\r\n" % inner.stat().st_size
    )
    member = gzip.compress(head + inner.read_bytes() + b"\r\n\r\n", compresslevel=0)
    path = tmp_path / "outer.warc.gz"
    path.write_bytes(before + member + behind)
    middle = len(before) + len(member) // 2
    units = [unit_of(path, end=middle), unit_of(path, start=middle)]
    out = tmp_path / "out"
    scan(out, units)
    assert [post for _, _, post in rows(out)] == ids(path) == [post for post in ids(path) if post]
    assert len(ids(path)) == 3
    assert scan(out, units) == []


def test_a_record_is_read_once_whether_its_file_or_an_index_names_it(files: list[Path], tmp_path: Path) -> None:
    path = files[0]
    out = tmp_path / "whole"
    scan(out, [unit_of(path)])
    table = pyarrow.dataset.dataset(out / "mentions", partitioning="hive").to_table().to_pylist()
    starts = [found.start() for found in re.finditer(re.escape(b"\x1f\x8b\x08\x00"), path.read_bytes())]
    lengths = dict(zip(starts, (b - a for a, b in pairwise([*starts, path.stat().st_size])), strict=True))
    ranges = tuple((offset, lengths[offset]) for offset in sorted(row["offset"] for row in table))
    assert scan(out, [unit_of(path, ranges=ranges[:2])]) == []
    few = tmp_path / "few"
    scan(few, [unit_of(path, ranges=ranges[:2])])
    assert len(rows(few)) == 2
    scan(few, [unit_of(path, ranges=ranges[:3])])
    assert len(rows(few)) == 3
    assert scan(few, [unit_of(path, ranges=ranges[:3])]) == []
    scan(few, [unit_of(path)])
    assert rows(few) == rows(out)


def test_rows_lie_in_the_month_of_their_capture(tmp_path: Path) -> None:
    old = crawl(tmp_path / "old.warc.gz", [tweet(1)], day="2019-03-02")
    new = crawl(tmp_path / "new.warc.gz", [tweet(2)])
    undated = tmp_path / "undated.warc.gz"
    undated.write_bytes(
        gzip.compress(gzip.decompress(old.read_bytes()).replace(b"2019-03-02T00:00:00Z", b"at some time ago, no"))
    )
    out = tmp_path / "out"
    scan(out, map(unit_of, (old, new, undated)))
    assert sorted(p.name for p in (out / "mentions").iterdir()) == ["month=2019-03", "month=2026-11", "month=unknown"]
    assert len(rows(out)) == 3


def test_one_scan_at_a_time_writes_to_a_folder(tmp_path: Path) -> None:
    with Ledger(tmp_path / "out"), pytest.raises(ArchiveError, match="another scan"):
        Ledger(tmp_path / "out")


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(InputError, match="something else"):
        Ledger(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["diary.txt"]


def test_a_full_disk_stops_the_run_and_keeps_what_is_done(files: list[Path], tmp_path: Path) -> None:
    with Ledger(tmp_path / "out") as ledger:
        enter(ledger, map(unit_of, files))

        def runner(units: Iterable[Unit]) -> Iterator[Done | Failed]:
            waiting = iter(units)
            yield work(next(waiting), ledger.rows_folder)
            yield Failed(next(waiting), "rows cannot be written: No space left on device", disk=True)

        with pytest.raises(LimitError, match="No space left"):
            list(run(ledger, runner, stop=lambda: False))
    assert len(scan(tmp_path / "out", map(unit_of, files))) == 2
    assert len(rows(tmp_path / "out")) == 12


def test_an_unreadable_page_costs_no_other(tmp_path: Path) -> None:
    path = crawl(
        tmp_path / "x.warc.gz",
        [tweet(1), b"\x00\x01\x02twitter.com/a/status/1590173336165216001\xff" * 90, page(tweet(2))],
    )
    out = tmp_path / "out"
    scan(out, [unit_of(path)])
    assert len(rows(out)) == 2
