"""What it takes to bring a scan its bytes: files over http against a disk and another client, and large indexes.

    python benchmarks/scan_inputs.py [--megabytes 512] [--rounds 5] [--lines 1000000 10000000]

Files: random bytes, from a server on loopback, CPU time of the reading process, rounds interleaved. Indexes: invented
lines as Common Crawl's, in no order, of 9,000 files; CPU time a line beyond making it up, and the peak of the memory,
each number of lines in a process of its own.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

PIECE = 256 * 1024
FILES = 9_000


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


def by_archiver(file: str) -> int:
    from archiver.scan.inputs.opening import open_unit
    from archiver.scan.unit import Unit

    size = 0
    with open_unit(Unit(file=file, named=True)) as stream:
        while piece := stream.read(PIECE):
            size += len(piece)
    return size


def by_httpx(url: str) -> int:
    import httpx

    with httpx.stream("GET", url) as response:
        return sum(map(len, response.iter_raw()))


def read_files(path: str, url: str, rounds: int) -> None:
    """Runs in a process of its own, without the server."""
    ways: dict[str, tuple[Callable[[str], int], str]] = {
        "disk": (by_archiver, path),
        "http": (by_archiver, url),
        "httpx": (by_httpx, url),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (way, file) in ways.items():
            started = time.process_time()
            size = way(file)
            taken[name].append((time.process_time() - started) / size * 1e9)
    for name, seconds in taken.items():
        print(f"{name:6} {statistics.median(seconds):.2f} CPU s a GB ({min(seconds):.2f} to {max(seconds):.2f})")


def files(megabytes: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.warc.gz")
        with path.open("wb") as file:
            for _ in range(megabytes):
                file.write(os.urandom(1 << 20))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/a.warc.gz"
        subprocess.run([sys.executable, __file__, "--read", str(path), url, str(rounds)], check=True)
        server.shutdown()


def lines(count: int) -> Iterator[bytes]:
    chance = random.Random(4)
    for number in range(count):
        file, length, offset = chance.randrange(FILES), chance.randrange(3000, 60_000), chance.randrange(10**9)
        yield (
            f'org,example)/{number} 20261120000000 {{"url": "https://example.org/{number}", "mime": "text/html", '
            f'"mime-detected": "text/html", "status": "200", "digest": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", '
            f'"length": "{length}", "offset": "{offset}", "filename": "crawl-data/CC-MAIN-2026-43/segments/'
            f'1700000000000.{file % 100}/warc/CC-MAIN-20261120000000-20261120030000-{file:05}.warc.gz", '
            f'"languages": "eng", "encoding": "UTF-8"}}'
        ).encode()


def sort_index(count: int) -> None:
    """Runs in a process of its own."""
    from archiver.scan.inputs.grouping import grouped
    from archiver.scan.inputs.indexes import Lines

    started = time.process_time()
    for _ in lines(count):
        pass
    made = time.process_time() - started
    started = time.process_time()
    entry = Lines().entry
    groups = ranges = 0
    for group in grouped(found for line in lines(count) if (found := entry(line)) is not None):
        groups += 1
        ranges += len(group.ranges)
    taken = time.process_time() - started - made
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{count:>11,} lines  {taken / count * 1e6:.2f} CPU µs a line  {peak} MiB  {ranges:,} records, {groups:,} units"
    )


def main() -> None:
    if sys.argv[1:2] == ["--read"]:
        read_files(sys.argv[2], sys.argv[3], int(sys.argv[4]))
        return
    if sys.argv[1:2] == ["--sort"]:
        sort_index(int(sys.argv[2]))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lines", type=int, nargs="+", default=[1_000_000, 10_000_000])
    arguments = parser.parse_args()
    files(arguments.megabytes, arguments.rounds)
    for count in arguments.lines:
        subprocess.run([sys.executable, __file__, "--sort", str(count)], check=True)


if __name__ == "__main__":
    main()
