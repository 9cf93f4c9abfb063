"""How long does it take to find the capture of an address that is nearest in time, in how many index lines?

    python benchmarks/lookup.py --lines 10000000 --folder /tmp

Makes a catalogue with so many captures (three of an address on the average, over ten years, of 100,000 hosts; a WARC
file for each 100,000), with the table and the index that the question uses, and asks it in random order: four in five
addresses are there. A question is what a request asks: key and time in, capture out. `whole` also makes the key out of
the URL. `index` is the time of SQLite alone. `CPU` is the own time of the
thread: what else runs on the machine is not in it.

The catalogue stands in the page cache: it is read once before. Memory is this process's own (RssAnon), before the first
question and after the last.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archiver.replay.shelf import KEPT_FOR_LOOKUP
from archiver.store.catalogue import Catalogue
from archiver.store.catalogue.asking import NEAREST
from archiver.store.surt import surt

BEGIN = datetime(2014, 1, 1, tzinfo=UTC)
SECONDS = 10 * 365 * 86_400
FILE = 100_000
OF_ONE = 3


def url_of(number: int) -> str:
    host = number * 2_654_435_761 % 100_000
    return f"https://www.site-{host:05}.example/{number % 97}/section/article-{number:08}.html?page={number % 7}"


def rows(lines: int, seed: int) -> Iterator[tuple[object, ...]]:
    chance = random.Random(seed)
    addresses = max(1, lines // OF_ONE)
    for line in range(lines):
        url = url_of(chance.randrange(addresses))
        when = (BEGIN + timedelta(seconds=chance.randrange(SECONDS))).isoformat()[:19] + "Z"
        number = f"{chance.getrandbits(128):032x}"
        yield (
            f"crawl-{line // FILE:06}.warc.gz", line % FILE * 30_000, 25_000, f"urn:uuid:{number}", "response",
            url, surt.__wrapped__(url), when, 200, "text/html", f"sha256:{number}{number}", f"sha256:{number}{number}",
            None, None, None, None, None, None,
        )  # fmt: skip


def make(path: Path, lines: int, seed: int) -> None:
    with_index = Catalogue(path)
    (create,) = with_index.query("SELECT sql FROM sqlite_master WHERE name = 'captures_urlkey'")[0]
    with_index.close()
    database = sqlite3.connect(path)
    database.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store_directory = '';"
        "DROP INDEX captures_urlkey; DROP INDEX captures_record_id; DROP INDEX captures_target;"
    )
    database.executemany(f"INSERT INTO captures VALUES ({','.join('?' * 18)})", rows(lines, seed))
    database.commit()
    database.execute(create)
    database.commit()
    database.close()


def private_bytes() -> int:
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("RssAnon"))) * 1024


def timed(
    ask: Callable[[str, str, datetime], object],
    questions: list[tuple[str, str, datetime]],
    clock: Callable[[], int] = time.perf_counter_ns,
) -> list[float]:
    """Microseconds, least first."""
    times = []
    for question in questions:
        start = clock()
        ask(*question)
        times.append((clock() - start) / 1000)
    return sorted(times)


def _questions(lines: int, count: int, seed: int) -> list[tuple[str, str, datetime]]:
    """URL, key and time."""
    chance = random.Random(100 + seed)
    addresses = max(1, lines // OF_ONE)
    urls = [url_of(chance.randrange(addresses * 5 // 4)) for _ in range(count)]
    return [(url, surt.__wrapped__(url), BEGIN + timedelta(seconds=chance.randrange(SECONDS))) for url in urls]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--questions", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the catalogue is made (kept there, and used again)")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lookup-") as temporary:
        path = (options.folder or Path(temporary)) / f"lookup-{options.lines}.db"
        if not path.exists():
            start = time.process_time()
            make(path, options.lines, options.seed)
            print(f"made in {time.process_time() - start:.0f} s of CPU")
        print(f"{options.lines:,} lines, {path.stat().st_size / options.lines:.0f} bytes each")
        with path.open("rb") as file:
            while file.read(1 << 24):
                pass
        catalogue = Catalogue(path, read_only=True, kept=KEPT_FOR_LOOKUP)
        rounds = [_questions(options.lines, options.questions, seed) for seed in range(options.rounds)]
        timed(lambda _url, key, when: catalogue.nearest(key, when), rounds[0][:100])
        before = private_bytes()
        found = 0
        for questions in rounds:
            found += sum(catalogue.nearest(key, when, uri=url) is not None for url, key, when in questions[:1000])
            for name, clock, ask in (
                ("question", time.perf_counter_ns, lambda url, key, when: catalogue.nearest(key, when, uri=url)),
                ("question, CPU", time.thread_time_ns, lambda url, key, when: catalogue.nearest(key, when, uri=url)),
                (
                    "whole",
                    time.perf_counter_ns,
                    lambda url, _key, when: catalogue.nearest(surt.__wrapped__(url), when, uri=url),
                ),
                ("index", time.perf_counter_ns, lambda _url, key, when: _bare(catalogue, key, when)),
            ):
                times = timed(ask, questions, clock)
                p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
                print(f"{name:14} p50 {p50:6.1f} us  p99 {p99:6.1f} us  most {times[-1]:8.1f} us")
        print(f"{found / len(rounds) / 10:.0f} % of them were there")
        print(f"memory {before / 2**20:.1f} MiB before, {private_bytes() / 2**20:.1f} MiB after")
        catalogue.close()


def _bare(catalogue: Catalogue, key: str, when: datetime) -> None:
    catalogue._db.execute(NEAREST, (key, when.isoformat()[:19], int(when.timestamp()))).fetchall()


if __name__ == "__main__":
    main()
