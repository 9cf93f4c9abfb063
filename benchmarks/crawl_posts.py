"""How fast do mentions become the table of posts and the post index, and with how much memory?

    python benchmarks/crawl_posts.py --rows 1000000
    python benchmarks/crawl_posts.py --rows 10000000 --folder FOLDER

The mentions are those of `post_index.py`, in the order of a crawl: two of five show a post that was shown before, some
posts on thousands of pages. Of one in twenty-five the page does not tell the id; half of these have words that the page
has cut, so that they stay apart. They are written as a scan writes its table, in files of a million. All of it is
invented from the row's number, so a run can be repeated.

`build_posts` runs in a process of its own; counted is all of that, from the mentions to both results, without the start
of Python. After it, `archiver stats` counts by every kind.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import duckdb
import pyarrow
import pyarrow.parquet

from archiver.scan.posts.building import Step, build_posts
from archiver.scan.posts.stats import By, Stats
from archiver.scan.table import schema
from archiver.store.postmerge import variant_of
from archiver.version import __version__
from benchmarks.post_index import POSTS_EACH, REPEATED, mixed, shown
from benchmarks.speed import processor

FILE_ROWS = 1_000_000
PIECE = 50_000
FLATTENED = 25
"""Of so many mentions one does not tell the id."""


def mentions(rows: int) -> Iterator[tuple[Any, ...]]:
    """Rows of the table of mentions."""
    accounts = max(1, int(rows * (1 - REPEATED)) // POSTS_EACH)
    for number, cited in enumerate(shown(rows, accounts)):
        post, page = cited.post, cited.page
        text, handle = post.text or "", post.handle or ""
        apart = mixed(number) % FLATTENED == 0
        if apart and mixed(number) & 1:
            text = text[:50] + "…"
        key, post_id, url = (None, None, None) if apart else (post.key, post.id, post.url)
        month, day = (int(part) for part in (cited.seen or "").split("-")[1:])
        yield (
            f"crawl-{number // 4000:05}.warc.gz", number % 4000 * 21_000, f"urn:uuid:{mixed(number):032x}", "response",
            page, (urlsplit(page).hostname or "").removeprefix("www."), datetime(2024, month, day, 12, tzinfo=UTC),
            f"sha256:{mixed(number):064x}", "en", "A page", None, 0, f"m-{mixed(number):x}"[:14], "x", key, post_id,
            None, url, url, handle, post.display_name, post.day, "utc", text, (), variant_of(handle.casefold(), text),
            None, None, None, "x.words" if apart else "x.embed", 0.9, 1,
        )  # fmt: skip


def write(folder: Path, rows: int) -> int:
    """Write so many; gives the size of the files."""
    rest = mentions(rows)
    place = folder / "month=2024-01"
    place.mkdir(parents=True)
    kinds = [field.type for field in schema()]
    number = 0
    while piece := list(islice(rest, PIECE)):
        with pyarrow.parquet.ParquetWriter(place / f"part-{number:06}.parquet", schema(), compression="zstd") as writer:
            written = 0
            while piece:
                arrays = [pyarrow.array(one, kind) for one, kind in zip(zip(*piece, strict=True), kinds, strict=True)]
                writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema()))
                written += len(piece)
                piece = list(islice(rest, PIECE)) if written < FILE_ROWS else []
        number += 1
    return sum(path.stat().st_size for path in place.iterdir())


def measured(folder: Path, told: Any) -> None:
    """Run in a process of its own: what it took, and what came of it."""
    started, cpu = time.perf_counter(), _cpu()
    steps: dict[str, float] = {}

    def progress(step: Step) -> None:
        steps.setdefault(step.what, time.perf_counter() - started)

    counts = build_posts(folder / "mentions", folder / "posts.parquet", folder / "posts.db", progress=progress)
    seconds = time.perf_counter() - started
    told.send((seconds, _cpu() - cpu, _peak(), counts, steps))


def counted(folder: Path, told: Any) -> None:
    """The same of the counts of `archiver stats`."""
    started, cpu = time.perf_counter(), time.process_time()
    with Stats([folder / "posts.parquet"]) as stats:
        stats.totals()
        for by in By:
            for _ in stats.rows(by, 10):
                pass
    told.send((time.perf_counter() - started, time.process_time() - cpu, _peak()))


def _cpu() -> float:
    """Of this process and of those that it started and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + used.ru_utime + used.ru_stime


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(what: Any, folder: Path) -> Any:
    """What a process of its own tells."""
    spawn = multiprocessing.get_context("spawn")
    mine, its = spawn.Pipe()
    process = spawn.Process(target=what, args=(folder, its))
    process.start()
    its.close()
    came = mine.recv()
    process.join()
    return came


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where all of it is made (and taken away again)")
    parser.add_argument("--keep", action="store_true", help="leave it there; mentions that are there are taken")
    args = parser.parse_args()
    print(
        f"archiver {__version__}, DuckDB {duckdb.__version__}, pyarrow {pyarrow.__version__}, "
        f"Python {platform.python_version()}, {processor()}, {time.strftime('%Y-%m-%d')}"
    )
    print(f"    python benchmarks/crawl_posts.py {' '.join(sys.argv[1:])}")
    with tempfile.TemporaryDirectory(dir=args.folder) as made:
        folder = args.folder if args.keep else Path(made)
        if not (folder / "mentions").exists():
            size = write(folder / "mentions", args.rows)
            print(f"{args.rows:,} mentions: {size / 1e6:,.1f} MB")
        for _ in range(args.repeat):
            seconds, cpu, peak, counts, steps = apart(measured, folder)
            print(f"built: {args.rows / seconds:,.0f} mentions/s, {args.rows / cpu:,.0f} a CPU second")
            print(f"       {seconds:.1f} s, {cpu:.1f} s of CPU; peak {peak:.0f} MiB resident")
            print(f"       begun after: {', '.join(f'{what} {at:.1f} s' for what, at in steps.items())}")
            print(f"       {counts}")
        for name in ("posts.parquet", "posts.db"):
            data = folder / name
            with data.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            print(f"{name}: {data.stat().st_size / 1e6:,.1f} MB, sha256 {digest[:16]}…")
        seconds, cpu, peak = apart(counted, folder)
        print(f"stats: {seconds:.1f} s, {cpu:.1f} s of CPU; peak {peak:.0f} MiB resident")
    return 0


if __name__ == "__main__":
    sys.exit(main())
