"""Parts of a file meet: whatever lies at their borders, together they give the rows of the whole file."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import msgspec
import pytest

from archiver.scan.ledger import Ledger
from archiver.scan.running import enter, run
from archiver.scan.unit import Unit
from archiver.scan.work import work
from tests.scan.crawl import crawl, tweet
from tests.scan.test_going_on import members
from tests.scan.test_running import here, ids, rows, scan, unit_of


def stored(data: bytes) -> bytes:
    """A record that holds these bytes as they are, in a member that is not compressed."""
    head = (
        b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        b"WARC-Target-URI: https://example.org/stored\r\nWARC-Date: 2026-11-20T00:00:00Z\r\n"
        b"Content-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n" % len(data)
    )
    return gzip.compress(head + data + b"\r\n\r\n", compresslevel=0)


def pages(tmp_path: Path, first: int, count: int = 2) -> bytes:
    return crawl(tmp_path / "pages.warc.gz", [tweet(first + k) for k in range(count)]).read_bytes()


def in_parts(path: Path, borders: list[int]) -> list[Unit]:
    return [unit_of(path, start=start, end=end) for start, end in zip([0, *borders], [*borders, None], strict=True)]


@pytest.mark.parametrize("inner", ["WARC", "noise"])
def test_borders_within_one_record_and_within_two(tmp_path: Path, inner: str) -> None:
    within = pages(tmp_path, 900, 40) if inner == "WARC" else random.Random(1).randbytes(9000)
    around = [pages(tmp_path, 10 * n) for n in range(3)]
    data = around[0] + stored(within) + around[1] + stored(within) + around[2]
    path = tmp_path / "x.warc.gz"
    path.write_bytes(data)
    first = len(around[0])
    second = first + len(stored(within)) + len(around[1])
    third = len(within) // 3
    ways = {
        "one": [first + third],
        "one and one": [first + third, second + third],
        "a part within": [first + third, first + 2 * third],
        "parts within both": [first + third, first + 2 * third, second + third, second + 2 * third],
        "last within": [second + third, second + 2 * third],
    }
    for name, borders in ways.items():
        out = tmp_path / name
        units = in_parts(path, borders)
        scan(out, units)
        assert [post for _, _, post in rows(out)] == ids(path), name
        assert scan(out, units) == []
        with Ledger(out) as ledger:
            assert all(one.end is None or one.start < one.end for one, _ in ledger.of_file(str(path)))


def test_damage_at_a_border_and_at_the_beginning(tmp_path: Path) -> None:
    good = crawl(tmp_path / "good.warc.gz", [tweet(k) for k in range(9)])
    places = members(good)
    for damaged in (0, 3, 8):
        data = bytearray(good.read_bytes())
        offset, length = places[damaged]
        data[offset + 20 : offset + length - 20] = b"\xff" * (length - 40)
        path = tmp_path / f"{damaged}.warc.gz"
        path.write_bytes(data)
        whole = tmp_path / f"whole{damaged}"
        scan(whole, [unit_of(path)])
        assert len(rows(whole)) == 8
        for border in (offset - 1, offset, offset + 1, offset + length // 2, offset + length - 1, offset + length):
            if 0 < border < len(data):
                out = tmp_path / f"{damaged}-{border}"
                scan(out, in_parts(path, [border]))
                assert rows(out) == rows(whole), (damaged, border - offset)


def test_parts_are_not_judged_by_one_that_was_not_read_to_its_end(tmp_path: Path) -> None:
    path = crawl(tmp_path / "x.warc.gz", [tweet(k) for k in range(6)])
    units = in_parts(path, [members(path)[3][0]])
    out = tmp_path / "out"
    with Ledger(out) as ledger:
        enter(ledger, units)
        done = work(units[0], ledger.rows_folder)
        ledger.finish(msgspec.structs.replace(done, next=members(path)[1][0], error="broke off"))
        ledger.finish(work(units[1], ledger.rows_folder))
        for came in run(ledger, here(ledger, 0), stop=lambda: False):  # type: ignore[arg-type]
            raise AssertionError(came)
        assert [one for one, _ in ledger.of_file(str(path))] == units
        assert [one for one, done in ledger.of_file(str(path)) if done is not None and done.superseded] == []
