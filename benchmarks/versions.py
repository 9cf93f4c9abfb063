"""Is another version of archiver slower, and does it find the same? Both read the same pages in turn.

    mkdir OLD && git archive COMMIT archiver | tar x -C OLD
    python benchmarks/versions.py OLD ../shared/eval/html.jsonl.gz [--rounds 3]

CPU time of a process for each version, the least of the rounds for each page; the processes take turns at each page, so
that what else runs on the machine slows both. Every field of every mention and of the article is compared.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

SIZE = 150_000
STAGES = ("article_of", "find")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("old", type=Path, help="folder with the other version's package")
    parser.add_argument("pages", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve(args.pages)
        return 0
    here = Path(__file__).resolve().parents[1]
    pages = load(args.pages)
    versions = [Version(folder, args.pages) for folder in (args.old, here)]
    best = [[[float("inf")] * len(STAGES) for _ in pages] for _ in versions]
    differ: set[int] = set()
    hits: set[int] = set()
    for turn in range(args.rounds):
        for number in range(len(pages)):
            found = {}
            for which in (0, 1) if (turn + number) % 2 else (1, 0):
                times, mentions, found[which] = versions[which].read(number)
                best[which][number] = [min(pair) for pair in zip(best[which][number], times, strict=True)]
                if mentions:
                    hits.add(number)
            if found[0] != found[1]:
                differ.add(number)
    print(f"{len(pages)} pages, {len(hits)} with posts, {len(differ)} read otherwise; ms for each 150 KB, medians\n")
    print("| | before | now | ratio | of pages with posts: before | now |\n| --- | --- | --- | --- | --- | --- |")
    rows: list[tuple[str, Callable[[list[float]], float]]] = [
        (stage, lambda times, at=at: times[at])  # type: ignore[misc]
        for at, stage in enumerate(STAGES)
    ]
    rows.append(("both", sum))
    for stage, of in rows:
        old, new = ([of(times) * SIZE / len(page) for times, page in zip(b, pages, strict=True)] for b in best)
        ratio = statistics.median(n / o for n, o in zip(new, old, strict=True))
        on_hits = (statistics.median(times[number] for number in hits) for times in (old, new))
        columns = (statistics.median(old), statistics.median(new), ratio, *on_hits)
        print(f"| {stage} | " + " | ".join(f"{value:.2f}" for value in columns) + " |")
    total = [sum(sum(times) for times in b) / sum(map(len, pages)) * SIZE for b in best]
    print(f"\nAll pages together: {total[0]:.2f} ms for each 150 KB before, {total[1]:.2f} now.")
    return 1 if differ else 0


def load(path: Path) -> list[bytes]:
    return [json.loads(line)["html"].encode() for line in gzip.decompress(path.read_bytes()).splitlines()]


class Version:
    """A process that reads pages with one version of the package."""

    def __init__(self, folder: Path, pages: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(folder), str(pages), "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(folder.resolve())},
        )

    def read(self, number: int) -> tuple[list[float], int, str]:
        """Milliseconds of each stage, how many mentions, and the digest of all that was read."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(number, file=self._process.stdin, flush=True)
        times, mentions, digest = json.loads(self._process.stdout.readline())
        return times, mentions, digest


def serve(path: Path) -> None:
    """Read the pages whose numbers come in."""
    import msgspec

    from archiver.article import article_of
    from archiver.detect import find

    pages = load(path)
    for page in pages[:20]:  # tables are built at the first look
        find(article_of(page, source="a", kind="html"))
    for line in sys.stdin:
        data = pages[int(line)]
        started = time.process_time_ns()
        article = article_of(data, source="a", kind="html")
        between = time.process_time_ns()
        mentions = find(article)
        ended = time.process_time_ns()
        digest = hashlib.sha256(msgspec.json.encode((article, mentions))).hexdigest()
        print(json.dumps([[(between - started) / 1e6, (ended - between) / 1e6], len(mentions), digest]), flush=True)


if __name__ == "__main__":
    sys.exit(main())
