"""How fast is a post index built and read, and how large is it?

    python benchmarks/post_index.py --rows 1000000
    python benchmarks/post_index.py --rows 10000000 --folder FOLDER
    python benchmarks/post_index.py --at-once --posts 10000000 --folder FOLDER

A row is what one page shows of one post: handle, name, day, 60 to 280 characters of words, the page's address and day,
as a crawl gives them: in no order. Two of five rows show a post that was shown before, some posts on thousands of
pages; half of those show it in words of their own (cut, or with the picture's link). All of it is invented from the
row's number, so a run can be repeated.

With `--at-once` the rows come as a scan of crawls sorts them, by post and page, and the file is written from its
beginning to its end (`archiver.store.postbulk`): two pages for three posts of five, and one of 100,000 on 5,000 pages.

Counted is the time that the index takes, without what it takes to invent the rows; a look-up is one account's posts of
three days, of accounts drawn at random, with their words and pages.
"""

from __future__ import annotations

import argparse
import functools
import os
import platform
import random
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archiver.model import Post
from archiver.store.postbulk import write_index
from archiver.store.postindex import BATCH, Citation, PostIndex
from archiver.store.postmerge import Row
from archiver.version import __version__
from benchmarks.speed import processor

POSTS_EACH = 40
"""Posts of one account."""

REPEATED = 0.4
FIRST_DAY = 1_420_070_400
"""2015-01-01."""

DAYS = 3_650
TWITTER_EPOCH = 1_288_834_974_657
MASK = (1 << 64) - 1
_SAID = (
    "the river rises again bridge closed since noon nobody at town hall will say when it opens council "
    "minutes budget lamps harbour ferry timetable gauge repaired second north quay mayor answered "
    "questions flood wall maps were old we counted them twice and sent a letter every week until somebody "
    "wrote back with a date which passed as well"
)
WORDS = _SAID.split()
FIRST_NAMES = ("ana", "bo", "cleo", "dai", "ewa", "finn", "gül", "hana", "ivo", "jun", "kai", "lea", "mina", "noor")
SITES = ("news", "daily", "herald", "blog", "courier", "post", "radio", "observer", "wire", "review")


def mixed(number: int) -> int:
    """A number that looks random, always the same (splitmix64)."""
    number = (number + 0x9E3779B97F4A7C15) & MASK
    number = ((number ^ number >> 30) * 0xBF58476D1CE4E5B9) & MASK
    number = ((number ^ number >> 27) * 0x94D049BB133111EB) & MASK
    return number ^ number >> 31


def handle_of(account: int) -> str:
    return f"{FIRST_NAMES[account % len(FIRST_NAMES)]}_{account:x}"


def day_of(number: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(FIRST_DAY + mixed(number) % DAYS * 86_400))


def post_of(number: int, accounts: int) -> Post:
    roll = mixed(number)
    account = roll % accounts
    second = FIRST_DAY + roll % DAYS * 86_400 + (roll >> 20) % 86_400
    post_id = str(((second * 1000 - TWITTER_EPOCH) << 22) | (number & 0x3FFFFF))
    handle = handle_of(account)
    start, length = (roll >> 8) % len(WORDS), 10 + (roll >> 40) % 36
    words = (WORDS * 3)[start : start + length]
    words[(roll >> 50) % length] = f"{roll >> 45:x}"
    return Post(
        platform="x",
        id=post_id,
        url=f"https://x.com/{handle}/status/{post_id}",
        handle=handle,
        display_name=handle.title().replace("_", " "),
        day=time.strftime("%Y-%m-%d", time.gmtime(second)),
        text=" ".join(words),
    )


def shown(rows: int, accounts: int) -> Iterator[Citation]:
    """What pages show, in the order of a crawl."""
    roll = random.Random(1)
    made = 0
    for row in range(rows):
        if made and roll.random() < REPEATED:
            number = int(made * roll.random() ** 4)  # few posts are on many pages
            post = post_of(number, accounts)
            how = roll.random()
            if how < 0.3:
                post = Post(
                    platform="x", id=post.id, url=post.url, handle=post.handle, day=post.day,
                    display_name=post.display_name, text=f"{post.text} pic.twitter.com/a{number:x}",
                )  # fmt: skip
            elif how < 0.5:
                text = (post.text or "")[:60] + "…"
                post = Post(
                    platform="x", id=post.id, url=post.url, handle=post.handle, day=post.day,
                    display_name=post.display_name, text=text,
                )  # fmt: skip
        else:
            post = post_of(made, accounts)
            made += 1
        site = int(40_000 * roll.random() ** 3)
        page = f"https://www.{SITES[site % 10]}{site}.example/2024/{row % 12 + 1:02}/{mixed(row):x}/"
        yield Citation(post=post, page=page, seen=f"2024-{row % 12 + 1:02}-{row % 28 + 1:02}")


SORTED_FROM = 1_527_811_200
"""2018-06-01: from then on X's ids have 19 digits, so that they sort as numbers do."""

SORTED_SECONDS = 2_400 * 86_400
EVERYWHERE = 100_000
PAGES_EVERYWHERE = 5_000
TEXT = " ".join(WORDS * 8)


def sorted_post(number: int, posts: int, accounts: int) -> Post:
    roll = mixed(number)
    second = SORTED_FROM + number * SORTED_SECONDS // posts
    post_id = str(((second * 1000 - TWITTER_EPOCH) << 22) | (number & 0x3FFFFF))
    handle = handle_of(roll % accounts)
    start = (roll >> 8) % 300
    return Post(
        platform="x",
        id=post_id,
        url=f"https://x.com/{handle}/status/{post_id}",
        handle=handle,
        display_name=handle.title(),
        day=_day(second // 86_400),
        text=f"{roll >> 45:x} {TEXT[start : start + 60 + (roll >> 40) % 200]}",
    )


@functools.cache
def _day(days: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(days * 86_400))


def sorted_rows(posts: int, accounts: int) -> Iterator[Row]:
    """What pages show, sorted by post and page."""
    for number in range(posts):
        post = sorted_post(number, posts, accounts)
        roll = mixed(number + 1)
        pages = PAGES_EVERYWHERE if number % EVERYWHERE == 77 else 1 + (roll % 5 < 3)
        other = post
        if pages > 1 and roll & 1:
            text = f"{post.text} pic.twitter.com/a{number:x}" if roll & 2 else (post.text or "")[:60] + "…"
            other = Post(
                platform="x", id=post.id, url=post.url, handle=post.handle, day=post.day,
                display_name=post.display_name, text=text,
            )  # fmt: skip
        for page in range(pages):
            site = 10_000 + (roll >> 16) % 20_000 + page
            yield Row(post if page % 2 else other, False, f"https://n{site}.example/2024/{roll:x}/", "2024-05-06")


class Clocked:
    """Hands rows on, and keeps the time that making them takes apart."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self._rows = rows
        self._marks = [(time.perf_counter(), 0.0)]
        self.seconds = self.cpu = 0.0
        self.count = 0

    def __iter__(self) -> Iterator[Any]:
        done = 0
        while True:
            started, started_cpu = time.perf_counter(), time.process_time()
            piece = list(islice(self._rows, 1000))
            self.seconds += time.perf_counter() - started
            self.cpu += time.process_time() - started_cpu
            self.count += len(piece)
            if not piece:
                return
            yield from piece
            done += len(piece)
            if done % 1_000_000 == 0 and len(piece) == 1000:
                self._marks.append((time.perf_counter(), self.seconds))
                print(f"  {done:,} rows: {self._speed(-1):,.0f} rows/s", file=sys.stderr, flush=True)

    def _speed(self, mark: int) -> float:
        (before, made_before), (now, made) = self._marks[mark - 1], self._marks[mark]
        return 1_000_000 / (now - before - (made - made_before))

    def slowest(self) -> float:
        return min((self._speed(mark) for mark in range(1, len(self._marks))), default=float("nan"))


def look_ups(
    index: PostIndex, invent: Callable[[int], Post], posts: int, count: int, seed: int
) -> tuple[list[float], int]:
    """Milliseconds of each look-up, and how many found something."""
    roll = random.Random(seed)
    asked = []
    for _ in range(count):
        post = invent(roll.randrange(posts))
        asked.append((post.handle or "", post.day or ""))
    times, found = [], 0
    for handle, day in asked:
        started = time.perf_counter()
        posts = index.posts_between("x", handle.upper(), day[:8] + "01", day)
        times.append((time.perf_counter() - started) * 1000)
        found += bool(posts)
    return times, found


def forgotten(path: Path) -> None:
    """Take the file out of the page cache, as far as the system lets us."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--at-once", action="store_true", help="write the index from sorted rows")
    parser.add_argument("--posts", type=int, default=1_000_000, help="with --at-once")
    parser.add_argument("--look-ups", type=int, default=5_000)
    parser.add_argument("--folder", type=Path, help="where the index is made (and taken away again)")
    args = parser.parse_args()
    posts = args.posts if args.at_once else int(args.rows * (1 - REPEATED))
    accounts = max(1, posts // POSTS_EACH)
    print(
        f"archiver {__version__}, SQLite {sqlite3.sqlite_version}, Python {platform.python_version()}, {processor()}, "
        f"{time.strftime('%Y-%m-%d')}"
    )
    print(f"    python benchmarks/post_index.py {' '.join(sys.argv[1:])}")
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        path = Path(folder) / "posts.db"
        rows = Clocked(sorted_rows(posts, accounts) if args.at_once else shown(args.rows, accounts))
        started, started_cpu = time.perf_counter(), time.process_time()
        if args.at_once:
            write_index(path, rows)
        else:
            with PostIndex(path, write=True) as index:
                index.add_citations(rows)
        building = time.perf_counter() - started - rows.seconds
        cpu = time.process_time() - started_cpu - rows.cpu
        with PostIndex(path) as index:
            counts = index.counts()
        size = path.stat().st_size
        print(f"built: {rows.count / building:,.0f} rows/s; slowest million: {rows.slowest():,.0f} rows/s")
        print(f"       {rows.count / cpu:,.0f} rows a CPU second")
        print(
            f"       {building:.1f} s, {cpu:.1f} s of CPU; inventing the {rows.count:,} rows took {rows.cpu:.1f} s more"
        )
        print(f"       {size / 1e6:,.1f} MB: {size / rows.count:.0f} bytes a row, {size / counts['posts']:.0f} a post")
        print("       " + ", ".join(f"{count:,} {table}" for table, count in counts.items()))
        print(f"       peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB resident")

        def invent(number: int) -> Post:
            return sorted_post(number, posts, accounts) if args.at_once else post_of(number, accounts)

        for name, cold in (("first after opening, file not in memory", True), ("warm", False)):
            if cold:
                forgotten(path)
            with PostIndex(path) as index:
                if not cold:
                    look_ups(index, invent, posts, args.look_ups, seed=2)
                times, found = look_ups(index, invent, posts, args.look_ups, seed=2)
            cuts = statistics.quantiles(times, n=100)
            print(f"look-up, {name}: p50 {cuts[49]:.3f} ms, p99 {cuts[98]:.3f} ms ({found:,} of {len(times):,} found)")
        if args.at_once:
            return 0
        started = time.perf_counter()
        with PostIndex(path, write=True) as index:
            again = index.add_citations(islice(shown(args.rows, accounts), BATCH))
        print(f"the first {BATCH:,} rows again: {time.perf_counter() - started:.1f} s, {again.posts + again.pages} new")
    return 0


if __name__ == "__main__":
    sys.exit(main())
