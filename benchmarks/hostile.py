"""What does hostile text cost? Ten million characters of one thing, each in a process of its own.

    python benchmarks/hostile.py [--characters 10000000]

Prints CPU seconds of `find` and the peak of resident memory, the text itself (10 MB) and the interpreter included.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time

UNITS = {
    "parentheses": "(",
    "dashes": "— ",
    "dates": "November 9, 2022 ",
    "handles": "@ana_example ",
    "handles in parentheses": "(@ana_example) ",
    "one line of prose": "The quay is closed until further notice and nobody knows why ",
    "signatures": "Rain. — Ana (@ana_example) May 3, 2021\n",
    "notes": "♬ ",
    "permalinks": "https://x.com/a/status/1590173336165216257 ",
}


def measure(name: str, characters: int) -> None:
    """One thing, in this process."""
    from archiver.detect import find
    from archiver.model import Article

    unit = UNITS[name]
    text = (unit * (characters // len(unit) + 1))[:characters]
    started = time.process_time()
    mentions = find(Article(source="a.txt", uri="ni:///", digest="sha256:0", text=text))
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    times = sum(mention.times for mention in mentions)
    print(f"| {name} | {seconds:.1f} | {peak} | {times} |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--characters", type=int, default=10_000_000)
    parser.add_argument("--only", choices=UNITS)
    args = parser.parse_args()
    if args.only:
        measure(args.only, args.characters)
        return 0
    print("| text of nothing but | CPU s | peak MiB | posts found |\n| --- | --- | --- | --- |", flush=True)
    for name in UNITS:
        command = [sys.executable, __file__, "--only", name, "--characters", str(args.characters)]
        subprocess.run(command, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
