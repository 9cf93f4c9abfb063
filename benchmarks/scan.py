"""What does a scan cost? Next to igzip, next to other programs, by pages, processes and memory.

    python benchmarks/scan.py ratio FILE.warc.gz... [--rounds 5] [--engine re2]
    python benchmarks/scan.py command FILE.warc.gz... [--processes 1 2]
    python benchmarks/scan.py peers FILE.warc.gz [--sample 80]
    python benchmarks/scan.py level FOLDER [--pages 1000 10000 100000 1000000]
    python benchmarks/scan.py large [--megabytes 30 60]
    python benchmarks/scan.py write OUT.warc.gz --pages FOLDER [--labelled ../shared/eval] [--times 3]

ratio     CPU time of one unit from end to end (`archiver.scan.work`), of igzip inflating the file's members, of reading
          the records alone, and of reading and the prefilter; each round takes all in turn, in this process on one
          core; said are medians of the rounds' ratios. Starting the program is not in it.
command   `archiver scan -o` as a whole: CPU and wall time, with starting, the table and the posts; and the throughput
          of several processes against one's.
peers     pages a second of trafilatura and BeautifulSoup (fed by warcio), goose3 and tweetfinder, next to a scan of the
          same records, and which status ids each keeps.
level     cost a page and peak memory of a process from 1,000 pages to 1,000,000 (small invented pages).
large     peak memory of a process that scans a file with a small page and a large one, by kinds of large pages.
write     makes a file to measure on, of the pages of a folder.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from isal import isal_zlib

from archiver.scan.unit import EngineName
from benchmarks import crawls

PIECE = 1 << 20


def cpu(action: Callable[[], object]) -> float:
    """Seconds of this process."""
    start = time.process_time()
    action()
    return time.process_time() - start


def inflate(path: Path) -> int:
    """Inflate a gzip file member after member, as igzip does; the bytes that came out."""
    size = 0
    with path.open("rb") as file:
        inflater = isal_zlib.decompressobj(31)
        while piece := file.read(PIECE):
            while piece:
                size += len(inflater.decompress(piece))
                piece = inflater.unused_data
                if inflater.eof:
                    inflater = isal_zlib.decompressobj(31)
    return size


def ratio(files: list[Path], rounds: int, *, engine: EngineName | None) -> None:
    from archiver.scan.inputs.opening import open_unit, read_range
    from archiver.scan.prefilter.passing import Prefilter
    from archiver.scan.reading.warcfile import Reading
    from archiver.scan.unit import Options, Page, Unit
    from archiver.scan.work import work

    one_core()
    units = [Unit(file=str(path), size=path.stat().st_size) for path in files]
    prefilter = Prefilter(engine=engine)
    counts = {"pages": 0, "let through": 0, "posts": 0}

    def read(filtered: bool) -> None:
        pages = through = 0
        for unit in units:
            with open_unit(unit) as stream:
                for item in Reading(unit, stream, read_range=read_range):
                    if isinstance(item, Page):
                        pages += 1
                        if filtered and prefilter.may_hold_posts(item.data, item.content_type):
                            through += 1
        counts["pages"] = pages
        if filtered:
            counts["let through"] = through

    def whole() -> None:
        with tempfile.TemporaryDirectory() as folder:
            counts["posts"] = sum(work(unit, Path(folder), Options(engine=engine)).rows for unit in units)

    # before anything else: a scan tells the C library how to keep memory, which inflating in large pieces would feel
    baseline = [cpu(lambda: [inflate(path) for path in files]) for _ in range(rounds + 1)][1:]
    steps: dict[str, Callable[[], object]] = {
        "records read": lambda: read(False),
        "and prefiltered": lambda: read(True),
        "whole scan": whole,
    }
    whole()  # rules are compiled at the first page
    times: dict[str, list[float]] = {"igzip": baseline} | {name: [] for name in steps}
    for _ in range(rounds):
        for name, action in steps.items():
            times[name].append(cpu(action))
    size = sum(inflate(path) for path in files)
    print(f"{counts['pages']} pages, {size / 1e6:.1f} MB inflated; {counts['let through']} let through")
    print(f"{counts['posts']} mentions; prefilter: {prefilter.engine}\n")
    print("| step | CPU s | times igzip | us a page |\n| --- | --- | --- | --- |")
    for name, taken in times.items():
        against = statistics.median(a / b for a, b in zip(taken, times["igzip"], strict=True))
        middle = statistics.median(taken)
        print(f"| {name} | {middle:.3f} | {against:.2f} | {middle / max(1, counts['pages']) * 1e6:.0f} |")


def command(files: list[Path], processes: list[int], rounds: int) -> None:
    baseline = statistics.median(cpu(lambda: [inflate(path) for path in files]) for _ in range(3))
    print(f"igzip: {baseline:.2f} CPU s\n")
    print("| processes | CPU s | times igzip | wall s | most memory of a process, MiB | rows' digest |")
    print("| --- | --- | --- | --- | --- | --- |")
    walls: dict[int, list[float]] = {count: [] for count in processes}
    for _ in range(rounds):
        for count in processes:
            with tempfile.TemporaryDirectory() as folder:
                out = Path(folder) / "out"
                arguments = ["scan", *map(str, files), "-o", str(out), "--processes", str(count), "--write", "jsonl"]
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                start = time.perf_counter()
                subprocess.run([sys.executable, "-m", "archiver", *arguments], check=True, capture_output=True)
                wall = time.perf_counter() - start
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                digest = hashlib.sha256((out / "mentions.jsonl").read_bytes()).hexdigest()[:12]
                walls[count].append(wall)
                print(
                    f"| {count} | {spent:.2f} | {spent / baseline:.2f} | {wall:.2f} | {after.ru_maxrss / 1024:.0f} "
                    f"| {digest} |"
                )
    for count in processes[1:]:
        print(f"\n{count} processes: {statistics.median(walls[1]) / statistics.median(walls[count]):.2f} times one's")


_STATUS = re.compile(r"/status(?:es)?/(\d{6,})")


def peers(path: Path, sample: int) -> None:
    from warcio.archiveiterator import ArchiveIterator

    from archiver.scan.inputs.opening import open_unit, read_range
    from archiver.scan.pages import Looked
    from archiver.scan.prefilter.passing import Prefilter
    from archiver.scan.reading.warcfile import Reading
    from archiver.scan.unit import Page, Unit
    from benchmarks import peers as others

    logging.disable(logging.CRITICAL)
    one_core()
    pages: list[bytes] = []
    with path.open("rb") as file:
        pages += [r.content_stream().read() for r in ArchiveIterator(file) if r.rec_type == "response"]
    step = max(1, len(pages) // sample)
    chosen = pages[::step][:sample]
    small = Path(tempfile.mkdtemp()) / "sample.warc.gz"
    crawls.write(small, chosen)
    unit = Unit(file=str(small), size=small.stat().st_size)
    prefilter = Prefilter()
    kept: dict[str, set[str]] = {}

    def ours() -> None:
        looked = Looked(prefilter.may_hold_posts)
        found: set[str] = set()
        with open_unit(unit) as stream:
            for item in Reading(unit, stream, read_range=read_range):
                if isinstance(item, Page):
                    rows = looked.rows(unit.file, item)
                    found.update(row.post_id for row in rows if row.platform == "x" and row.post_id)
        kept["archiver scan"] = found

    def by_warcio(name: str, ids: Callable[[bytes], list[str]]) -> Callable[[], None]:
        def run() -> None:
            found: set[str] = set()
            with small.open("rb") as file:
                for record in ArchiveIterator(file):
                    if record.rec_type == "response":
                        try:
                            found.update(ids(record.content_stream().read()))
                        except Exception:
                            kept.setdefault(f"{name} failed", set()).add(record.rec_headers["WARC-Target-URI"])
            kept[name] = found

        return run

    def trafilatura_ids(data: bytes) -> list[str]:
        import trafilatura

        return _STATUS.findall(trafilatura.extract(data, include_links=True) or "")

    def soup_ids(data: bytes) -> list[str]:
        from bs4 import BeautifulSoup

        soup = BeautifulSoup(data, "html.parser")
        return [i for quote in soup.select("blockquote.twitter-tweet") for i in _STATUS.findall(str(quote))[-1:]]

    contenders = {"trafilatura": trafilatura_ids, "BeautifulSoup": soup_ids}
    for name, finder in others.installed().items():
        contenders[name] = lambda data, finder=finder: finder(data.decode("utf-8", "replace"))  # type: ignore[misc]
    ours()
    mine = min(cpu(ours) for _ in range(3))
    print(f"{len(chosen)} records of {path.name}, {sum(map(len, chosen)) / 1e6:.1f} MB\n")
    print("| program | CPU ms a page | pages/s | slower by | status ids kept | of them not in the scan |")
    print("| --- | --- | --- | --- | --- | --- |")
    ours_ids = kept["archiver scan"]
    print(f"| archiver scan | {mine / len(chosen) * 1e3:.2f} | {len(chosen) / mine:.0f} | 1 | {len(ours_ids)} | |")
    for name, finder in contenders.items():
        try:
            taken = cpu(by_warcio(name, finder))
        except ImportError:
            print(f"| {name} | not installed | | | | |")
            continue
        missing = sorted(kept[name] - ours_ids)
        if failed := kept.get(f"{name} failed"):
            print(f"| {name} | failed on {len(failed)} pages | | | | |")
            continue
        print(
            f"| {name} | {taken / len(chosen) * 1e3:.1f} | {len(chosen) / taken:.0f} | {taken / mine:.0f} | "
            f"{len(kept[name])} | {', '.join(missing) or 'none'} |"
        )
    shutil.rmtree(small.parent)


LEVEL_CODE = """
import sys, time
from pathlib import Path
from archiver.scan.unit import Unit
from archiver.scan.work import work
files, rows = sys.argv[2:], Path(sys.argv[1])
start = time.process_time()
done = [work(Unit(file=f, size=Path(f).stat().st_size), rows) for f in files]
spent = time.process_time() - start
peak = next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith("VmHWM"))
print(sum(d.pages for d in done), spent, sum(d.rows for d in done), peak)
"""


def level(folder: Path, counts: list[int]) -> None:
    """Each number of pages in a process of its own; a file has 10,000 pages at most, and is read under many names."""
    folder.mkdir(parents=True, exist_ok=True)
    print("| pages | mentions | CPU us a page, with the start | peak of the process, MiB |\n| --- | --- | --- | --- |")
    for count in counts:
        each = min(count, 10_000)
        first = folder / f"pages-{each}.warc.gz"
        if not first.exists():
            crawls.write(first, crawls.invented_pages(each), requests=False)
        files = [first]
        for number in range(1, count // each):
            other = folder / f"pages-{each}-{number}.warc.gz"
            if not other.exists():
                os.link(first, other)
            files.append(other)
        with tempfile.TemporaryDirectory() as rows:
            done = subprocess.run(
                [sys.executable, "-c", LEVEL_CODE, rows, *map(str, files)], check=True, capture_output=True, text=True
            )
        pages, spent, mentions, peak = done.stdout.split()
        print(f"| {pages} | {mentions} | {float(spent) / int(pages) * 1e6:.1f} | {int(peak) / 1024:.0f} |")


def large(sizes: list[int]) -> None:
    """Each kind and size in a process of its own."""
    print("| page | " + " | ".join(f"{size} MB, peak in MiB (aim: {64 + 3 * size / 1.048576:.0f})" for size in sizes))
    print("| --- " * (len(sizes) + 1) + "|")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.warc.gz"
        for kind in crawls.LARGE:
            peaks = []
            for size in sizes:
                crawls.write(file, [b"<p>Rain</p>", crawls.large_page(kind, size * 1_000_000)], requests=False)
                done = subprocess.run(
                    [sys.executable, "-c", LEVEL_CODE, folder, str(file)], check=True, capture_output=True, text=True
                )
                pages, _spent, mentions, peak = done.stdout.split()
                assert (pages, mentions) == ("2", "1"), done.stdout
                peaks.append(f"{int(peak) / 1024:.0f}")
            print(f"| {kind} | {' | '.join(peaks)} |", flush=True)


def one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    sub = parser.add_subparsers(dest="what", required=True)
    one = sub.add_parser("ratio")
    one.add_argument("files", type=Path, nargs="+")
    one.add_argument("--rounds", type=int, default=5)
    one.add_argument("--engine", choices=("hyperscan", "re2", "none"))
    two = sub.add_parser("command")
    two.add_argument("files", type=Path, nargs="+")
    two.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    two.add_argument("--rounds", type=int, default=3)
    three = sub.add_parser("peers")
    three.add_argument("file", type=Path)
    three.add_argument("--sample", type=int, default=80)
    four = sub.add_parser("level")
    four.add_argument("folder", type=Path)
    four.add_argument("--pages", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    six = sub.add_parser("large")
    six.add_argument("--megabytes", type=int, nargs="+", default=[30, 60])
    five = sub.add_parser("write")
    five.add_argument("out", type=Path)
    five.add_argument("--pages", type=Path)
    five.add_argument("--labelled", type=Path)
    five.add_argument("--times", type=int, default=1)
    args = parser.parse_args()
    print(f"    python benchmarks/scan.py {' '.join(sys.argv[1:])}\n")
    match args.what:
        case "ratio":
            ratio(args.files, args.rounds, engine=args.engine)
        case "command":
            command(args.files, args.processes, args.rounds)
        case "peers":
            peers(args.file, args.sample)
        case "level":
            level(args.folder, args.pages)
        case "large":
            large(args.megabytes)
        case "write":
            pages = list(crawls.pages_of(args.pages)) if args.pages else []
            pages += list(crawls.labelled_pages(args.labelled)) if args.labelled else []
            print(f"{crawls.write(args.out, pages * args.times)} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
