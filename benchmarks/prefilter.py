"""How many pages does the prefilter of a scan let through, and what does it cost beside decompressing them?

    python benchmarks/prefilter.py PAGES.pickle [re2]

PAGES: a pickle of (name, bytes) of real pages. `re2`: what is searched with, instead of the fastest that is installed.
For each page, in turn, by CPU time: ISA-L decompresses it (as zlib wrote it, level 9), and the prefilter looks at it.
Detection of every page says which hold a post: one that does and is not let through is an error.
"""

from __future__ import annotations

import pickle
import statistics
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from isal import isal_zlib

from archiver.article import article_of
from archiver.detect import find
from archiver.errors import ArchiverError
from archiver.scan.prefilter.passing import Prefilter
from archiver.scan.unit import EngineName

CONTENT_TYPE = "text/html"


def seconds(work: Callable[[], object]) -> tuple[float, object]:
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def main(path: str, engine: EngineName | None = None) -> int:
    pages: list[tuple[str, bytes]] = pickle.loads(Path(path).read_bytes())
    started = time.perf_counter()
    prefilter = Prefilter(engine=engine)
    prefilter.may_hold_posts(b"<p>It rained.</p>", CONTENT_TYPE)
    print(f"engine {prefilter.engine}, ready after {time.perf_counter() - started:.1f} s")
    ratios: list[float] = []
    inflated = looked = full = 0.0
    size = held = let_through = count = 0
    missed = []
    for name, data in pages:
        try:
            spent, found = seconds(lambda data=data: find(article_of(data, source="page", content_type=CONTENT_TYPE)))
        except ArchiverError:
            continue
        packed = zlib.compress(data, 9)
        rounds = []
        for _ in range(3):
            reading, _result = seconds(lambda packed=packed: isal_zlib.decompress(packed))
            looking, seen = seconds(lambda data=data: prefilter.may_hold_posts(data, CONTENT_TYPE))
            rounds.append((looking, reading, seen))
        looking, reading, seen = sorted(rounds)[1]
        ratios.append(looking / reading)
        inflated, looked, full = inflated + reading, looked + looking, full + spent
        size, count = size + len(data), count + 1
        held += bool(found)
        let_through += bool(seen)
        if found and not seen:
            missed.append(name)
    print(f"{count} pages, {size / count / 1000:.0f} kB each; hold a post: {held}; let through: {let_through}")
    print(f"CPU a page: ISA-L {inflated / count * 1e6:.0f} us, prefilter {looked / count * 1e6:.0f} us", end=", ")
    print(f"detection {full / count * 1e6:.0f} us")
    print(f"prefilter / ISA-L: median of pages {statistics.median(ratios):.2f}, of all {looked / inflated:.2f}")
    print("missed:", missed or "none")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))  # type: ignore[arg-type]
