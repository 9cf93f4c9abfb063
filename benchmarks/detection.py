"""How much of what articles cite is found? Runs `find` over labelled cases and prints tables, or the scorer's own.

    python benchmarks/detection.py ../shared/eval                        # the judge's output for each set
    python benchmarks/detection.py ../shared/eval --markdown             # tables for RESULTS.md, with the peers
    python benchmarks/detection.py ../shared/eval [--platform x] [--errors 20] [--sets text.jsonl]

The folder holds `html.jsonl.gz`, `snippets.jsonl.gz`, `text.jsonl` and `score.py`; it is not part of this repository.
`--platform` leaves out the posts of all others, so that one platform's rules can be measured alone. With `--markdown`,
goose3 and tweetfinder are run on the same pages where they are installed (`peers.py`): posts of X only, by id.
"""

from __future__ import annotations

import argparse
import json
import logging
import platform as machine
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archiver.detect import find
from archiver.model import Mention, to_json
from archiver.version import __version__
from benchmarks import labelled, peers

FIELDS = ("handle", "display_name", "date", "url", "text", "start")


def judged(folder: Path, name: str, judge: ModuleType, platform: str | None) -> list[labelled.Judged]:
    """Every case of a set, found and judged."""
    return [
        labelled.judge(judge, case, find(labelled.article(case, name)), platform=platform)
        for case in labelled.load(folder, name)
    ]


def language(case: labelled.Case) -> str:
    return (case.get("lang") or "?").split("-")[0].lower()


def form(label: labelled.Label) -> str:
    """The markup of an HTML label, the shape of a text label."""
    return (label.get("markup") or label.get("shape") or label.get("kind") or "?").replace(" | ", ", ")


def table(
    results: Iterable[labelled.Judged],
    judge: ModuleType,
    head: str,
    of_label: Callable[[labelled.Case, labelled.Label], str],
    of_false: Callable[[labelled.Case, Mention], str] | None,
) -> str:
    """A Markdown table: one row for each group of labels, and `all`. `of_false`: which group a false mention
    belongs to; null where a false one has none (it is in `all` alone)."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    fields: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        for mention, label in result.pairs:
            compared = labelled.compared_fields(judge, mention, label)
            for group in ("all", of_label(result.case, label)):
                counts[group]["hit"] += 1
                for name, right in compared.items():
                    fields[group][name] += 1
                    fields[group][f"{name} right"] += right
        for label in result.missed:
            for group in ("all", of_label(result.case, label)):
                counts[group]["miss"] += 1
        for mention in result.false:
            counts["all"]["false"] += 1
            if of_false is not None:
                counts[of_false(result.case, mention)]["false"] += 1
    shown = [name for name in FIELDS if fields["all"][name]]
    lines = [
        f"| {head} | posts | precision | recall | " + " | ".join(name.replace("_", " ") for name in shown) + " |",
        "| --- |" + " --- |" * (3 + len(shown)),
    ]
    for group in sorted(counts, key=lambda g: (g != "all", -counts[g]["hit"] - counts[g]["miss"], g)):
        c, f = counts[group], fields[group]
        precision = share(c["hit"], c["hit"] + c["false"]) if of_false is not None or group == "all" else "–"
        cells = [group, str(c["hit"] + c["miss"]), precision, share(c["hit"], c["hit"] + c["miss"])]
        cells += [share(f[f"{name} right"], f[name]) for name in shown]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def share(part: int, whole: int) -> str:
    if not whole:
        return "–"
    return "1" if part == whole else f"{part / whole:.3f} ({part} of {whole})"


def peers_table(folder: Path, names: Sequence[str]) -> str:
    """X posts by id on the same pages: archiver and whoever is installed."""
    logging.disable(logging.CRITICAL)
    cases = [case for name in names for case in labelled.load(folder, name) if case.get("html")]

    def ours(html: str) -> list[str]:
        found = find(labelled.article({"id": "0", "html": html}))
        return [m.post_id for m in found if m.platform == "x" and m.post_id]

    rows = []
    for name, finder in {"archiver": ours, **peers.installed()}.items():
        hit = miss = false = failed = 0
        for case in cases:
            wanted = {p["post_id"] for p in case["posts"] if p["platform"] == "x" and p.get("post_id")}
            optional = {p.get("post_id") for p in case.get("optional", [])}
            try:
                found = set(finder(case["html"]))
            except Exception:
                found, failed = set(), failed + 1
            hit += len(found & wanted)
            miss += len(wanted - found)
            false += len(found - wanted - optional)
        label = f"archiver {__version__}" if name == "archiver" else f"{name} {peers.version(name)}"
        rows.append(
            f"| {label} | {share(hit, hit + false)} | {share(hit, hit + miss)} | {failed} |",
        )
    head = f"| on {len(cases)} pages and snippets, posts of X by id | precision | recall | pages it failed on |"
    return "\n".join([head, "| --- | --- | --- | --- |", *rows])


def markdown(folder: Path, names: Sequence[str], judge: ModuleType, platform: str | None) -> None:
    print(f"archiver {__version__}, Python {machine.python_version()}, {time.strftime('%Y-%m-%d')}")
    for title, chosen in (
        ("Bare text", [n for n in names if n.startswith("text")]),
        ("HTML (pages and snippets)", [n for n in names if not n.startswith("text")]),
    ):
        results = [result for name in chosen for result in judged(folder, name, judge, platform)]
        if not results:
            continue
        empty = [result for result in results if not result.case["posts"]]
        wrong = sum(len(result.false) for result in empty)
        print(f"\n### {title}\n\n{len(results)} cases; {len(empty)} cite nothing ({wrong} false mentions there).\n")
        print(table(results, judge, "platform", lambda _, label: label["platform"], lambda _, found: found.platform))
        print()
        print(table(results, judge, "language", lambda case, _: language(case), lambda case, _: language(case)))
        print()
        print(table(results, judge, "form", lambda _, label: f"{label['platform']}: {form(label)}", None))
    if platform in (None, "x"):
        print("\n### Next to others\n")
        print(peers_table(folder, names))


def judge_output(folder: Path, names: Sequence[str], platform: str | None, errors: int) -> None:
    """Runs the judge itself, as a program, over what was found."""
    for name in names:
        cases = labelled.load(folder, name)
        with tempfile.TemporaryDirectory() as scratch:
            cases_file, found_file = Path(scratch) / "cases.jsonl", Path(scratch) / "found.jsonl"
            started = time.perf_counter()
            with found_file.open("wb") as out:
                for case in cases:
                    for mention in find(labelled.article(case, name)):
                        if platform in (None, mention.platform):
                            out.write(to_json(mention) + b"\n")
            seconds = time.perf_counter() - started
            if platform:
                for case in cases:
                    for key in ("posts", "optional"):
                        case[key] = [p for p in case.get(key, []) if p["platform"] == platform]
            cases_file.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
            print(f"== {name}: {seconds:.1f} s", flush=True)
            subprocess.run(
                [sys.executable, folder / "score.py", cases_file, found_file, "--errors", str(errors)], check=True
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--platform")
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--sets", nargs="*", default=labelled.SETS)
    parser.add_argument("--markdown", action="store_true", help="tables for RESULTS.md instead of the judge's output")
    args = parser.parse_args()
    judge = labelled.load_judge(args.folder)
    if args.markdown:
        markdown(args.folder, args.sets, judge, args.platform)
    else:
        judge_output(args.folder, args.sets, args.platform, args.errors)
    return 0


if __name__ == "__main__":
    sys.exit(main())
