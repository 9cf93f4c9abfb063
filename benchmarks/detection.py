"""How much of what articles cite is found? Runs `find` over labelled cases and prints the scorer's table.

    python benchmarks/detection.py ../shared/eval [--platform x] [--errors 20]

The folder holds `html.jsonl.gz`, `snippets.jsonl.gz`, `text.jsonl` and `score.py`; it is not part of this repository.
`--platform` leaves out the posts of all others, so that one platform's rules can be measured alone.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from archiver.detect import find
from archiver.model import Article, to_json

SETS = ("text.jsonl", "snippets.jsonl.gz", "html.jsonl.gz")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--platform")
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--sets", nargs="*", default=SETS)
    args = parser.parse_args()
    if not (args.folder / "score.py").exists():
        print(f"{args.folder}: no score.py here (give the folder of the labelled cases)", file=sys.stderr)
        return 2
    for name in args.sets:
        path = args.folder / name
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        cases = [json.loads(line) for line in data.splitlines()]
        with tempfile.TemporaryDirectory() as folder:
            cases_file, found_file = Path(folder) / "cases.jsonl", Path(folder) / "found.jsonl"
            started = time.perf_counter()
            with found_file.open("wb") as out:
                for case in cases:
                    article = Article(
                        source=f"{name}#{case['id']}",
                        uri="ni:///",
                        digest="sha256:0",
                        html=case.get("html"),
                        text=case.get("text"),
                        language=case.get("lang"),
                    )
                    for mention in find(article):
                        if args.platform in (None, mention.platform):
                            out.write(to_json(mention) + b"\n")
            seconds = time.perf_counter() - started
            if args.platform:
                for case in cases:
                    for key in ("posts", "optional"):
                        case[key] = [p for p in case.get(key, []) if p["platform"] == args.platform]
            cases_file.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
            print(f"== {name}: {seconds:.1f} s", flush=True)
            subprocess.run(
                [sys.executable, args.folder / "score.py", cases_file, found_file, "--errors", str(args.errors)],
                check=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
