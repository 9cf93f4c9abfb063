"""Where does the time of a page go? Limits, parser, walk and the whole, on labelled pages, per 150 KB.

    python benchmarks/stages.py ../shared/eval/html.jsonl.gz [--rounds 3]

CPU time, the least of the rounds for each page, medians over the pages, each page's time scaled to 150 KB.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from archiver.article import article_of
from archiver.detect import embeds, find
from archiver.model import Article
from archiver.platforms import platforms
from archiver.platforms.bounds import parseable

ALL = tuple(platforms().values())
SIZE = 150_000


def visit(tree: LexborHTMLParser) -> None:
    """Nothing but every node, its tag and its attributes."""
    if tree.root is None:
        return
    for node in tree.root.traverse(include_text=True):
        if node.tag != "-text":
            _ = node.attributes


def median(pages: list[str], stage: Callable[[int], object], rounds: int) -> float:
    """Milliseconds of `stage` for each 150 KB, at the median of the pages."""
    out = []
    for number, page in enumerate(pages):
        best = float("inf")
        for _ in range(rounds):
            started = time.process_time_ns()
            stage(number)
            best = min(best, time.process_time_ns() - started)
        out.append(best / 1e6 / len(page) * SIZE)
    return statistics.median(out)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pages", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    pages = [json.loads(line)["html"] for line in gzip.decompress(args.pages.read_bytes()).splitlines()]
    data = [page.encode() for page in pages]
    trees = [LexborHTMLParser(parseable(page)) for page in pages]
    articles = [Article(source="a", uri="ni:///", digest="sha256:0", html=page) for page in pages]
    stages: dict[str, Callable[[int], object]] = {
        "limits on depth and attributes": lambda n: parseable(pages[n]),
        "Lexbor alone": lambda n: LexborHTMLParser(pages[n]),
        "visiting every node": lambda n: visit(trees[n]),
        "limits, parser and walk": lambda n: embeds.read(pages[n], ALL),
        "all of `find`": lambda n: find(articles[n]),
        "bytes to article, before": lambda n: article_of(data[n], source="a", kind="html"),
    }
    print("| stage | ms for each 150 KB |\n| --- | --- |")
    for name, stage in stages.items():
        print(f"| {name} | {median(pages, stage, args.rounds):.2f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
