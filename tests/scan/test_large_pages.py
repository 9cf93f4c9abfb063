"""Large pages lie in memory once, and are read as others are. Invariant: a page that is taken from the window gives the
same items, damage among them, as one that stays in it."""

from __future__ import annotations

import gzip
import io
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.scan.reading import warcfile as reading
from archiver.scan.reading.warcfile import Reading
from archiver.scan.reading.window import Window
from archiver.scan.unit import Damage, Unit
from tests.scan.crawl import crawl, page, tweet
from tests.scan.warcs import answer, record

# --- as it is read
# ------------------------------------------------------------------------------------------------------------------


class Forward(io.RawIOBase):
    """Bytes that can only be read forward."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def readinto(self, buffer: Any) -> int:
        return self._data.readinto(buffer)


def kept(self: Window, size: int, without: bytes) -> bytes | None:
    """A page stays in the window, as a small one does."""
    return self.buffer[self.at : self.at + size] if self.fill(size, across=True) else None


@contextmanager
def everything_is_large(piece: int) -> Iterator[None]:
    made = Window.__init__

    def small(self: Window, *given: object, **more: object) -> None:
        made(self, *given, **{**more, "piece": piece})  # type: ignore[arg-type]

    with mock.patch.multiple(reading, KEPT=50, LARGE=50, OUT=piece), mock.patch.object(Window, "__init__", small):
        yield


def items(data: bytes, *, forward: bool) -> list[object]:
    stream = cast(BinaryIO, Forward(data) if forward else io.BytesIO(data))
    return list(Reading(Unit(file="a.warc", size=len(data)), stream))


JUNK = st.sampled_from(
    [b"", b"\r\n", b"junk", b"WARC/1.0\r\n", b"WARC", b"x" * 300, b"\x1f\x8b\x08\0junk", record(9), record(9)[:-30]]
)
PLACES = st.integers(min_value=0, max_value=3000)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(PLACES, JUNK, st.integers(min_value=0, max_value=40)), max_size=3),
    st.integers(min_value=-40, max_value=40),
    st.sampled_from([64, 257, 1000]),
    st.sampled_from(["plain", "members", "one member"]),
    st.booleans(),
)
def test_a_page_that_is_taken_is_as_one_that_stays(
    changes: list[tuple[int, bytes, int]], wrong: int, piece: int, packing: str, forward: bool
) -> None:
    body = b"".join(b"<p>%d cm</p>" % number for number in range(120))
    longer = answer(body)
    records = [record(1), record(2, block=longer, Content_Length=str(len(longer) + wrong)), record(3)]
    records.append(record(4, kind="resource", block=body, Content_Type="text/html"))
    whole = b"".join(records)
    if packing == "plain":
        for place, junk, dropped in changes:
            whole = whole[:place] + junk + whole[place + dropped :]
    else:
        for place, junk, dropped in changes:
            one = records[place % 4]
            at = place % len(one)
            records[place % 4] = one[:at] + junk + one[at + dropped :]
        whole = b"".join(map(gzip.compress, records)) if packing == "members" else gzip.compress(b"".join(records))
    with everything_is_large(piece):
        taken = items(whole, forward=forward)
        with mock.patch.object(Window, "take", kept):
            assert items(whole, forward=forward) == taken


def test_a_page_that_was_taken_is_in_the_window_no_more() -> None:
    large = answer(random.Random(8).randbytes(3_000_000).hex().encode())
    for data in (record(1, block=large), gzip.compress(record(1, block=large), 1)):
        read = Reading(Unit(file="a.warc", size=len(data)), io.BytesIO(data))
        sizes = []
        made = Window.take

        def take(self: Window, size: int, without: bytes) -> bytes | None:
            got = made(self, size, without)  # noqa: B023
            sizes.append((len(got or b""), len(self.buffer)))  # noqa: B023
            return got

        with mock.patch.object(Window, "take", take):
            [one] = read
        assert not isinstance(one, Damage)
        assert sizes == [(len(one.data), sizes[0][1])]
        assert sizes[0][1] < 2_000_000
        assert len(one.take()) == 6_000_000
        assert one.data == b""


# --- what it takes
# ------------------------------------------------------------------------------------------------------------------

SIZE = 12_000_000
WORDS = " ".join(f"{number:x}" for number in range(SIZE // 6))[:SIZE]


def repeated(piece: str) -> str:
    """A piece so often that it makes a page of this size, each time with another number."""
    each = len(piece.replace("#", f"{0:07x}").encode())
    return "".join(piece.replace("#", f"{number:07x}") for number in range(SIZE // each))


LARGE = {
    "Cyrillic": lambda: repeated("<p>" + "дождь и вода # " * 20 + "</p>"),
    "emoji": lambda: repeated("<p>" + "wind and rain \U0001f600 # " * 20 + "</p>"),
    "paragraphs": lambda: "".join(f"<p>{WORDS[at : at + 400]}</p>" for at in range(0, SIZE, 407)),
    "one text": lambda: f"<p>{WORDS}</p>",
    "one script": lambda: f"<script>var a = '{WORDS}';</script>",
    "one attribute": lambda: f'<div data-a="{WORDS}">a</div>',
    "style sheet": lambda: f"<style>{WORDS}</style>",
    "comment": lambda: f"<!--{WORDS}-->",
}

PEAK = """
import sys
from pathlib import Path
from archiver.scan.unit import Unit
from archiver.scan.work import Options, work
file, out, *more = sys.argv[1:]
done = work(Unit(file=file, size=Path(file).stat().st_size), Path(out), Options(engine="none"))
assert not done.faults and done.pages == 1 and done.rows == 1, done
[peak] = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(peak)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is not told here")
@pytest.mark.parametrize("kind", LARGE)
def test_a_process_takes_no_more_than_thrice_a_large_page(kind: str, tmp_path: Path) -> None:
    file = crawl(tmp_path / "large.warc.gz", [page(tweet(1) + LARGE[kind]())])
    run = subprocess.run(
        [sys.executable, "-c", PEAK, str(file), str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert int(run.stdout) * 1024 < 64 * 2**20 + 3 * SIZE


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is not told here")
def test_what_pages_of_many_megabytes_took_is_not_kept_for_the_next(tmp_path: Path) -> None:
    size = 30_000_000
    words = " ".join(f"{number:x}" for number in range(size // 6))[:size]
    data = f'<script type="application/json">{{"type":"embed","a":"{words}"}}</script>'
    file = crawl(tmp_path / "large.warc.gz", [page(tweet(number) + data) for number in (1, 2, 3)])
    code = PEAK.replace("done.pages == 1 and done.rows == 1", "done.pages == done.rows == 3")
    run = subprocess.run(
        [sys.executable, "-c", code, str(file), str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert int(run.stdout) * 1024 < 64 * 2**20 + 3 * size
