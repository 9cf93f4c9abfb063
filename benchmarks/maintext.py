"""How alike are our main text and trafilatura's on the same pages?

    pip install trafilatura==2.3.1
    PYTHONPATH=. python benchmarks/maintext.py PAGES.jsonl.gz [--worst 20] [--show ID]

PAGES.jsonl(.gz): one page a line, with `id` and `html`. trafilatura is a yardstick, not the truth: where the two
differ, a person has to look (`--show` prints both). Tokens are words as `\\w+` finds them, counted with repetitions; F1
is of their overlap, recall the share of trafilatura's tokens that we have, precision the share of ours that it has.
"""

from __future__ import annotations

import argparse
import difflib
import gzip
import json
import re
import statistics
import time
from collections import Counter
from pathlib import Path

from archiver.article.maintext import main_text


def pages(path: Path) -> list[dict[str, str]]:
    data = path.read_bytes()
    lines = gzip.decompress(data) if path.suffix == ".gz" else data
    return [json.loads(line) for line in lines.splitlines()]


def tokens(text: str) -> Counter[str]:
    # East Asian text has no spaces: each of its letters is a token
    return Counter(
        re.findall(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]|[^\W\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]+", text)
    )


def likeness(ours: str, theirs: str) -> tuple[float, float, float]:
    """(precision, recall, F1) of our tokens."""
    mine, yours = tokens(ours), tokens(theirs)
    common = sum((mine & yours).values())
    precision = common / max(1, sum(mine.values()))
    recall = common / max(1, sum(yours.values()))
    return precision, recall, 2 * precision * recall / (precision + recall) if common else 0.0


def main() -> None:
    import trafilatura

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pages", type=Path)
    parser.add_argument("--worst", type=int, default=0)
    parser.add_argument("--show", default="")
    arguments = parser.parse_args()
    rows = []
    seconds = {"ours": 0.0, "trafilatura": 0.0}
    times = []
    for page in pages(arguments.pages):
        started = time.process_time()
        ours = main_text(page["html"]).text
        taken = time.process_time() - started
        times.append(taken)
        seconds["ours"] += taken
        started = time.process_time()
        theirs = trafilatura.extract(page["html"], include_comments=False, include_tables=True) or ""
        seconds["trafilatura"] += time.process_time() - started
        rows.append((*likeness(ours, theirs), page["id"], len(ours), len(theirs)))
        if arguments.show and page["id"].startswith(arguments.show):
            print(
                "\n".join(
                    difflib.unified_diff(theirs.split("\n"), ours.split("\n"), "trafilatura", "ours", lineterm="", n=1)
                )
            )
    rows.sort(key=lambda row: row[2])
    for precision, recall, f1, name, mine, yours in rows[: arguments.worst]:
        print(f"{f1:.3f}  precision {precision:.3f}  recall {recall:.3f}  {name}  {mine} / {yours} characters")
    for number, label in enumerate(("precision", "recall", "F1")):
        values = [row[number] for row in rows]
        print(f"{label}: mean {statistics.mean(values):.3f}, median {statistics.median(values):.3f}")
    print(f"pages: {len(rows)}; below F1 0.8: {sum(row[2] < 0.8 for row in rows)}")
    print(
        f"CPU: ours {seconds['ours']:.2f} s (median {statistics.median(times) * 1000:.2f} ms), "
        f"trafilatura {seconds['trafilatura']:.2f} s"
    )


if __name__ == "__main__":
    main()
