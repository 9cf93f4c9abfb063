"""How often is each kind of reading right? Counts it on labelled cases and writes `archiver/detect/observed.py`.

    python benchmarks/calibrate.py ../shared/eval                # counts, writes the file, prints how reliable it is
    python benchmarks/calibrate.py ../shared/eval --dry-run      # the same, and writes nothing

`find` runs with every guess let through and with no counts at all, so that what it says is its rules' authors' own
estimate, and the outcome does not depend on the file as it was. A mention is right or wrong as the judge of the
labelled cases decides (`labelled.py`); what labels leave open is neither. Counted are cases by (rule, shape).

Invented look-alikes (`tests/roundtrip/lookalikes.py`) add wrong ones: they show that such a thing exists, not how
often, so they count at most `LOOK_ALIKES_AT_MOST` for a shape, and nothing for one that no labelled case shows: its
author's estimate knew of them. Invented posts add nothing: they are made of the facts that the rules are made of.

The reliability table compares what is said with what is observed. Its calibrated column is honest: each mention's
confidence there rests on the counts of all other cases (leave one out), never on its own.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archiver.detect import confidence as method
from archiver.detect import find
from archiver.model import Mention
from benchmarks import labelled
from tests.roundtrip import lookalikes

OBSERVED = Path(__file__).resolve().parents[1] / "archiver" / "detect" / "observed.py"
LOOK_ALIKES = 600
LOOK_ALIKES_AT_MOST = 1
SURE_ENOUGH = 0.5
BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)

HEAD = '''\
"""How often was each rule right on labelled cases? Written by `benchmarks/calibrate.py`; not to be edited by hand.

(rule, shape) → (right, wrong).
"""

from __future__ import annotations

from collections.abc import Mapping
'''

Key = tuple[str, str]


@dataclass(frozen=True)
class Reading:
    """One mention that was right or wrong."""

    case: str
    key: Key
    estimate: float
    right: bool
    shown: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="labelled cases, with score.py")
    parser.add_argument("--sets", nargs="*", default=labelled.SETS)
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    parser.add_argument("--errors", type=int, default=0, help="print this many wrong mentions that are thought right")
    args = parser.parse_args()
    method.OBSERVED = {}  # estimates alone
    readings = labelled_readings(args.folder, args.sets)
    counts = count(readings)
    before = {key: (right, wrong) for key, (right, wrong) in counts.items()}
    for key, number in look_alike_counts().items():
        if key in counts:
            right, wrong = counts[key]
            counts[key] = (right, wrong + min(number, LOOK_ALIKES_AT_MOST))
    print(f"{len(readings)} readings of labelled cases, {sum(r.right for r in readings)} right; {len(counts)} shapes\n")
    reliability(readings, counts)
    fallen(readings, before, counts)
    wrong = [r for r in readings if not r.right and calibrated(counts, r.key, r.estimate) >= SURE_ENOUGH]
    for reading in wrong[: args.errors]:
        print(f"wrong   {reading.case} {reading.key} {reading.estimate}: {reading.shown}", file=sys.stderr)
    if not args.dry_run:
        OBSERVED.write_text(source(counts), encoding="utf-8")
        print(f"\nwritten: {OBSERVED.relative_to(Path.cwd()) if OBSERVED.is_relative_to(Path.cwd()) else OBSERVED}")
    return 0


def key_of(mention: Mention) -> Key:
    """(rule, shape): what its confidence is looked up by."""
    return mention.rule, next((reason for reason in mention.why if not reason.startswith("right in ")), "")


def labelled_readings(folder: Path, names: list[str]) -> list[Reading]:
    judge = labelled.load_judge(folder)
    readings = []
    for name in names:
        for case in labelled.load(folder, name):
            found = find(labelled.article(case, name), min_confidence=0)
            result = labelled.judge(judge, case, found)
            judged = [(mention, True) for mention, _ in result.pairs] + [(mention, False) for mention in result.false]
            readings += [
                Reading(
                    case=f"{name}#{case['id']}",
                    key=key_of(mention),
                    estimate=mention.confidence,
                    right=right,
                    shown=f"{mention.display_name} ({mention.handle}) {mention.date} {(mention.text or '')[:60]!r}",
                )
                for mention, right in judged
            ]
    return readings


def count(readings: list[Reading]) -> dict[Key, tuple[int, int]]:
    """(right, wrong) of each shape, in cases: the forty embeds of one page show one thing."""
    right = Counter(key for _, key in {(r.case, r.key) for r in readings if r.right})
    wrong = Counter(key for _, key in {(r.case, r.key) for r in readings if not r.right})
    return {key: (right[key], wrong[key]) for key in right | wrong}


def look_alike_counts() -> Counter[Key]:
    """How often each shape was found where nothing is cited."""
    return Counter(
        key_of(mention)
        for _, article in lookalikes.articles(LOOK_ALIKES)
        for mention in find(article, min_confidence=0)
    )


def calibrated(counts: dict[Key, tuple[int, int]], key: Key, estimate: float) -> float:
    method.OBSERVED = counts
    try:
        return method.confidence(*key, estimate).value
    finally:
        method.OBSERVED = {}


def without(counts: dict[Key, tuple[int, int]], readings: list[Reading]) -> dict[Key, tuple[int, int]]:
    """The counts as they would be without the case of these readings, which are of one shape."""
    right, wrong = counts[readings[0].key]
    return {readings[0].key: (right - any(r.right for r in readings), wrong - any(not r.right for r in readings))}


def reliability(readings: list[Reading], counts: dict[Key, tuple[int, int]]) -> None:
    """What is said against what is observed, for the authors' estimates and for calibrated confidence."""
    together: dict[tuple[str, Key], list[Reading]] = defaultdict(list)
    for reading in readings:
        together[reading.case, reading.key].append(reading)
    said = {
        "estimate": [(r.estimate, r.right) for r in readings],
        "calibrated": [
            (calibrated(without(counts, group), r.key, r.estimate), r.right)
            for group in together.values()
            for r in group
        ],
    }
    tables = {name: bins(pairs) for name, pairs in said.items()}
    print("| confidence | estimate: said | observed | of | calibrated: said | observed | of |")
    print("| --- |" + " --- |" * 6)
    for index, low in enumerate(BINS):
        high = BINS[index + 1] if index + 1 < len(BINS) else 1.0
        cells = []
        for table in tables.values():
            pairs = table[index]
            if pairs:
                observed = sum(right for _, right in pairs) / len(pairs)
                cells += [f"{sum(value for value, _ in pairs) / len(pairs):.3f}", f"{observed:.3f}", str(len(pairs))]
            else:
                cells += ["–", "–", "0"]
        print(f"| {low:.2f} to {high:.2f} | " + " | ".join(cells) + " |")
    for name, table in tables.items():
        total = sum(len(pairs) for pairs in table)
        error = sum(
            abs(sum(value for value, _ in pairs) - sum(right for _, right in pairs)) for pairs in table if pairs
        )
        brier = sum((value - right) ** 2 for pairs in table for value, right in pairs)
        if total:
            print(f"{name}: expected calibration error {error / total:.4f}, Brier score {brier / total:.4f}")


def bins(pairs: list[tuple[float, bool]]) -> list[list[tuple[float, bool]]]:
    found: list[list[tuple[float, bool]]] = [[] for _ in BINS]
    for value, right in pairs:
        found[max(index for index, low in enumerate(BINS) if value >= low)].append((value, right))
    return found


def fallen(readings: list[Reading], before: dict[Key, tuple[int, int]], counts: dict[Key, tuple[int, int]]) -> None:
    """What calibration takes below the line and lifts above it."""
    moved: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        value = calibrated(counts, reading.key, reading.estimate)
        if reading.right and reading.estimate >= SURE_ENOUGH > value:
            moved["right, and no longer shown"].append(reading)
        if not reading.right and reading.estimate < SURE_ENOUGH <= value:
            moved["wrong, and shown now"].append(reading)
        if reading.right and reading.estimate < SURE_ENOUGH <= value:
            moved["right, and shown now"].append(reading)
        if not reading.right and reading.estimate >= SURE_ENOUGH > value:
            moved["wrong, and no longer shown"].append(reading)
        if reading.right and value < SURE_ENOUGH:
            moved["right, and not shown"].append(reading)
    for what, which in sorted(moved.items()):
        print(f"\n{what}: {len(which)}")
        for key, number in Counter(r.key for r in which).most_common():
            sample = next(r for r in which if r.key == key)
            print(f"  {number} of {key} (estimate {sample.estimate}, labelled {before[key]}, counted {counts[key]})")


def source(counts: dict[Key, tuple[int, int]]) -> str:
    """`observed.py`, sorted, as `ruff format` leaves it."""
    lines = [*HEAD.split("\n")]
    if not counts:
        return "\n".join([*lines, "OBSERVED: Mapping[tuple[str, str], tuple[int, int]] = {}", ""])
    lines.append("OBSERVED: Mapping[tuple[str, str], tuple[int, int]] = {")
    lines += [f"    ({quoted(rule)}, {quoted(shape)}): {counts[rule, shape]}," for rule, shape in sorted(counts)]
    return "\n".join([*lines, "}", ""])


def quoted(text: str) -> str:
    """A string as `ruff format` writes it: double quotes, unless that needs more escapes."""
    return repr(text) if "'" in text or '"' in text else f'"{repr(text)[1:-1]}"'


if __name__ == "__main__":
    sys.exit(main())
