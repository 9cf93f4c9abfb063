"""How much CPU do an index and a package of somebody's WARC file take, beside cdxj-indexer and py-wacz?

    pip install -e '.[test]'
    python -m venv wacz-env && wacz-env/bin/pip install wacz     # an environment of its own: many dependencies
    python benchmarks/packages.py --wacz wacz-env/bin/wacz

The same WARC file (`made_warc.py`, or `--warc FILE`) for all, one process a contender and round, the contenders of a
round one after the other; CPU time is user and system of the whole process, start-up included. The ratio is the median
of the ratios within a round. Both indexes are compared byte by byte.

index         `write_cdxj` against `cdxj-indexer --sort`
package       `write_wacz` (every HTML page listed, without text) against `wacz create` (no list of pages) and
              `wacz create --detect-pages`
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.made_warc import write_warc

OUR_INDEX = (
    "import sys; from pathlib import Path; from archiver.wacz.indexing import write_cdxj; "
    "write_cdxj(open(sys.argv[2], 'wb'), [Path(sys.argv[1])])"
)
OUR_PACKAGE = (
    "import sys; from pathlib import Path; from datetime import UTC, datetime; "
    "from archiver.wacz.writing import write_wacz; "
    "write_wacz(Path(sys.argv[2]), [Path(sys.argv[1])], created=datetime(2026, 11, 20, tzinfo=UTC))"
)
THEIR_INDEX = "from cdxj_indexer.main import main; main()"


class Cost(NamedTuple):
    cpu: float
    wall: float
    peak_mib: float


def run(command: list[str]) -> Cost:
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed: {said.decode(errors='replace')[-500:]}")
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--warc", type=Path, help="this file instead of a made-up one")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--wacz", help="py-wacz's program; without it only the indexes are compared")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        warc = arguments.warc
        if warc is None:
            warc = folder / "made.warc.gz"
            print(f"{write_warc(warc, arguments.megabytes):,} pages and pictures, {warc.stat().st_size:,} bytes")
        measure(warc, folder, arguments.rounds, arguments.wacz)


def measure(warc: Path, folder: Path, rounds: int, wacz: str | None) -> None:
    ours, theirs = folder / "ours.cdxj", folder / "theirs.cdxj"
    package = folder / "ours.wacz"
    contenders = {
        "index, archiver": [sys.executable, "-c", OUR_INDEX, str(warc), str(ours)],
        "index, cdxj-indexer": [sys.executable, "-W", "ignore", "-c", THEIR_INDEX, "-s", "-o", str(theirs), str(warc)],
        "package, archiver": [sys.executable, "-c", OUR_PACKAGE, str(warc), str(package)],
    }
    if wacz:
        create = [wacz, "create", "-o", str(folder / "theirs.wacz")]
        contenders["package, wacz create"] = [*create, str(warc)]
        contenders["package, wacz create --detect-pages"] = [*create, "--detect-pages", str(warc)]
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, command in contenders.items():
            costs[name].append(run(command))
    same = ours.read_bytes() == theirs.read_bytes()
    print(f"indexes: {'the same, byte by byte' if same else 'DIFFERENT'}, {ours.stat().st_size:,} bytes")
    for name, all_costs in costs.items():
        kind = name.partition(",")[0]
        ratio = statistics.median(
            cost.cpu / ours.cpu for cost, ours in zip(all_costs, costs[f"{kind}, archiver"], strict=True)
        )
        cpu, wall, peak = (statistics.median(values) for values in zip(*all_costs, strict=True))
        print(f"{name:40} CPU {cpu:7.2f} s  wall {wall:7.2f} s  peak {peak:6.0f} MiB  CPU / archiver's {ratio:5.2f}")


if __name__ == "__main__":
    main()
