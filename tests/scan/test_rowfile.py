"""Rows on their way to the table: what is written can be read, whatever pages say, and in bounded memory."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from isal import igzip

from archiver.errors import ArchiveError
from archiver.scan.rowfile import BLOCK_BYTES, BLOCK_ROWS, RowWriter, read_rows
from tests.scan.mentions import row


def blocks(path: Path) -> list[int]:
    """Bytes of each block of a file."""
    sizes = []
    with igzip.open(path, "rb") as file:  # type: ignore[no-untyped-call]
        while head := file.read(4):
            sizes.append(struct.unpack(">I", head)[0])
            assert len(file.read(sizes[-1])) == sizes[-1]
    return sizes


def test_many_rows_of_one_page_with_a_long_address_are_written_in_small_blocks(tmp_path: Path) -> None:
    address = "https://news.example/" + "a" * 60_000
    rows = [row(0, address, number=number) for number in range(600)]
    with RowWriter(tmp_path, "one") as writer:
        writer.add(rows)
        assert writer.finish() == "one.rows"
    assert writer.count == 600
    assert list(read_rows(tmp_path / "one.rows")) == rows
    assert max(blocks(tmp_path / "one.rows")) < BLOCK_BYTES + 2 * len(address)


def test_short_rows_are_written_many_together(tmp_path: Path) -> None:
    rows = [row(0, number=number) for number in range(2 * BLOCK_ROWS + 3)]
    with RowWriter(tmp_path, "one") as writer:
        for one in rows:
            writer.add([one])
        writer.finish()
    assert list(read_rows(tmp_path / "one.rows")) == rows
    assert len(blocks(tmp_path / "one.rows")) == 3


def test_nothing_is_left_of_rows_that_are_not_finished_and_of_none(tmp_path: Path) -> None:
    with RowWriter(tmp_path, "one") as writer:
        writer.add([row(0)] * BLOCK_ROWS)
        assert [path.name.startswith(".one-") for path in tmp_path.iterdir()] == [True]
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "one.rows").write_bytes(b"of an attempt before")
    with RowWriter(tmp_path, "one") as writer:
        assert writer.finish() is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "length", "other", "missing"])
def test_a_damaged_file_is_an_error(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "one.rows"
    with RowWriter(tmp_path, "one") as writer:
        writer.add([row(0)])
        writer.finish()
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:40])
    elif damage == "missing":
        path.unlink()
    else:
        with igzip.open(path, "wb") as file:  # type: ignore[no-untyped-call]
            file.write(struct.pack(">I", 1 << 31) if damage == "length" else struct.pack(">I", 3) + b"\x91\x01\x02")
    with pytest.raises(ArchiveError, match="cannot be read again"):
        list(read_rows(path))
