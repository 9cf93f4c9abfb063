"""What it costs to make the disk keep what was captured: CPU time of the same capture with `fdatasync` never but at the
end, in groups (16 records or 50 ms, the default), and after every record.

    python benchmarks/durability.py [--rounds 9] [--pages 1000] [--folder DIR]

The server and the pages are those of `capture.py`: 1,000 pages of 30 KB from a loopback server in a process of its own.
Every contender is a process of its own, asked one after another in each round; counted is user and system CPU time from
the first request on. A ratio is the median over the rounds of the ratios within a round. The share inside the calls is
what the kernel charges to the threads for `fdatasync` itself: it depends less on what else the machine does. `--folder`
is where archives are written: on a file system in memory a sync costs nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.capture import PAGE_BYTES, cpu_seconds

WAYS = {"none": (0, 0.0), "group": (16, 0.05), "per record": (1, 0.0)}
"""Records and seconds after which the disk is synced; 0: not."""


def contend(way: str, listing: Path, folder: Path) -> None:
    import resource

    from archiver.config import ArchiveSettings, WebSettings
    from archiver.store import Archive, durability
    from archiver.web import Door

    records, seconds = WAYS[way]
    syncs, inside = 0, 0.0
    real = durability.sync_file

    def counted(descriptor: int) -> None:
        nonlocal syncs, inside
        syncs += 1
        begun = time.thread_time()
        real(descriptor)
        inside += time.thread_time() - begun

    durability.sync_file = counted
    web = WebSettings(allow_addresses=("127.0.0.1",), rates={"*": 0.0})
    settings = ArchiveSettings(sync_records=records, sync_seconds=seconds)
    urls = listing.read_text().split()
    before, begun = cpu_seconds(resource.RUSAGE_SELF), time.perf_counter()
    with (
        Archive.open(folder / "archive", settings=settings, write=True) as archive,
        archive.session() as session,
        Door(web, sink=session) as door,
    ):
        for url in urls:
            door.fetch(url)
    figures = {
        "cpu": cpu_seconds(resource.RUSAGE_SELF) - before,
        "wall": time.perf_counter() - begun,
        "syncs": syncs,
        "inside": inside,
    }
    print(json.dumps(figures))


def measure(way: str, urls: list[str], base: Path | None) -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=base) as temporary:
        listing = Path(temporary) / "urls.txt"
        listing.write_text("\n".join(urls))
        command = [sys.executable, __file__, "--contender", way, str(listing), temporary]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        figures: dict[str, float] = json.loads(done.stdout)
        return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--contender", nargs=3, metavar=("WAY", "URLS", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contender:
        way, listing, folder = options.contender
        return contend(way, Path(listing), Path(folder))

    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("capture.py")), "--serve", str(options.pages)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        base = f"http://127.0.0.1:{int(server.stdout.readline())}"
        urls = [f"{base}/page/{number}" for number in range(options.pages)]
        results: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
        for number in range(options.rounds):
            order = [*WAYS][number % len(WAYS) :] + [*WAYS][: number % len(WAYS)]
            for way in order:
                results[way].append(measure(way, urls, options.folder))
    finally:
        server.kill()
        server.wait()
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, {platform.system()} {platform.machine()}")
    print(f"{options.rounds} rounds, {options.pages} pages of {PAGE_BYTES:,} bytes; medians\n")
    print("| fdatasync | CPU ms a page | CPU / none | of it inside the calls | wall ms a page | wall / none | syncs |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for way, runs in results.items():
        cpu, wall, syncs = (statistics.median(run[key] for run in runs) for key in ("cpu", "wall", "syncs"))
        inside = statistics.median(run["inside"] / run["cpu"] for run in runs)
        ratios = [
            statistics.median(run[key] / plain[key] for run, plain in zip(runs, results["none"], strict=True))
            for key in ("cpu", "wall")
        ]
        per_page = 1000 / options.pages
        print(
            f"| {way} | {cpu * per_page:.3f} | {ratios[0]:.3f} | {100 * inside:.1f} % | {wall * per_page:.3f}"
            f" | {ratios[1]:.2f} | {syncs:.0f} |"
        )
    return None


if __name__ == "__main__":
    main()
