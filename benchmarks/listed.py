"""How fast are lists of permalinks and feeds read, and what does a list cost in an audit?

    python benchmarks/listed.py [ROWS]

Writes lists of so many rows (100,000) in three forms and a sitemap of 50,000 addresses, reads each, takes ten thousand
rows into a new archive, and takes them again. CPU time, because other programs make the clock tell nothing.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from archiver.auditing import Cited, cited_in_permalinks, merge
from archiver.auditing.lists.permalinks import read_permalinks
from archiver.capture import Job, running
from archiver.config import Settings
from archiver.errors import ArchiverError
from archiver.sources.feeds import entries

T = TypeVar("T")

STORED = 10_000
WORDS = "The lamp on the outer skerry is dark since midnight, and the horn is silent: row {}"


def refuse(_source: str, error: ArchiverError) -> None:
    raise error


def timed(what: str, count: int, work: Callable[[], T]) -> T:
    begun = time.process_time()
    result = work()
    took = time.process_time() - begun
    print(f"| {what} | {count:,} | {took:.2f} | {count / took:,.0f} |")
    return result


def rows(count: int) -> list[tuple[str, str, str]]:
    return [
        (
            f"https://x.com/keeper_{n % 997}/status/{1590171771531264000 + n}",
            WORDS.format(n),
            f"https://n.example/{n % 500}",
        )
        for n in range(count)
    ]


def read(path: str) -> int:
    return sum(1 for _ in read_permalinks(path, on_error=refuse))


def take(job: Job, path: Path) -> list[Cited]:
    return merge([cited_in_permalinks(job, str(path), on_error=refuse)])


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    listed = rows(count)
    print("| what | rows | CPU s | rows a second |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table, lines, text, small = (folder / one for one in ("a.csv", "a.jsonl", "a.txt", "small.csv"))
        head = "url,quote,article\n"
        table.write_text(head + "".join(f'{url},"{words}",{article}\n' for url, words, article in listed))
        small.write_text(head + "".join(f'{url},"{words}",{article}\n' for url, words, article in listed[:STORED]))
        lines.write_text("".join(json.dumps({"url": url, "quote": words}) + "\n" for url, words, _ in listed))
        text.write_text("".join(f"{url}\n" for url, _, _ in listed))
        for path in (table, lines, text):
            timed(f"read {path.name}", count, partial(read, str(path)))
        for what in ("a list taken into an archive", "the same again"):
            with running(Settings(), path=folder / "archive") as job:
                timed(what, STORED, partial(take, job, small))
        with running(Settings(), path=folder / "none", offline=True, conclude=False) as job:
            tracemalloc.start()
            cited = take(job, small)
            print(f"\n{tracemalloc.get_traced_memory()[0] / len(cited):,.0f} bytes a post in memory\n")
            tracemalloc.stop()
    sitemap = (
        "<urlset>" + "".join(f"<url><loc>https://n.example/{n}</loc></url>\n" for n in range(50_000)) + "</urlset>"
    )
    timed("a sitemap's addresses", 50_000, lambda: sum(1 for _ in entries(sitemap, "sitemap", None)))


if __name__ == "__main__":
    main()
