"""Sorted lines. Invariant: each line that was taken comes back once, in the order of its bytes, however little fits."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver import linesorter
from archiver.linesorter import LineSorter


@given(st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"") + b"\n")), st.integers(0, 60))
def test_lines_come_back_sorted_and_once(lines: list[bytes], in_memory: int) -> None:
    with LineSorter(in_memory=in_memory) as sorter:
        for line in lines:
            sorter.add(line)
        assert list(sorter) == sorted(set(lines))


def test_more_files_than_are_merged_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linesorter, "AT_ONCE", 3)
    lines = [b"%05d\n" % (number * 7919 % 1000) for number in range(1000)]
    with LineSorter(tmp_path, in_memory=100) as sorter:
        for line in lines:
            sorter.add(line)
        assert list(sorter) == sorted(lines)
    assert list(tmp_path.iterdir()) == []
