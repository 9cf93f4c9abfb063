"""How much CPU and memory does `archiver verify` take of somebody's WARC file, beside `warcio check`?

    pip install -e '.[test]'
    python benchmarks/verify.py

The same WARC file (`made_warc.py`, or `--warc FILE`) for both, one process a contender and round, the contenders of a
round one after the other; CPU time is user and system of the whole process, start-up included. The ratio is the median
of the ratios within a round. Both check structure and every block and payload digest; `archiver verify` checks headers,
record ids, revisits and the log besides. What neither can go below is measured in the same rounds: inflating the
members (isal, and zlib, which warcio uses), and hashing each block and payload.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.made_warc import write_warc
from benchmarks.packages import Cost, run

OURS = "from archiver.cli import main; import sys; main(['verify', '--quick', sys.argv[1]])"
THEIRS = "from warcio.cli import main; import sys; main(['check', sys.argv[1]])"
INFLATE = """
import sys, zlib
from isal import isal_zlib
new = {"isal": isal_zlib, "zlib": zlib}[sys.argv[2]].decompressobj
with open(sys.argv[1], "rb") as file:
    data = file.read(1 << 16)
    inflate = new(31)
    while data:
        inflate.decompress(data)
        data = inflate.unused_data or file.read(1 << 16)
        if inflate.eof:
            inflate = new(31)
"""
SWEEP = """
import sys, hashlib
from archiver.store.sweep import Sweep
with open(sys.argv[1], "rb") as file:
    for record in Sweep(file):
        hashers = [hashlib.sha1(), hashlib.sha1()] if sys.argv[2] == "hash" else []
        for piece in record.pieces():
            for hasher in hashers:
                hasher.update(piece)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--warc", type=Path, help="a WARC file; otherwise one is made")
    parser.add_argument("--megabytes", type=int, default=300, help="of the made file, compressed")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        warc = arguments.warc or Path(folder) / "made.warc.gz"
        if not arguments.warc:
            write_warc(warc, arguments.megabytes)
        print(f"{warc.name}: {warc.stat().st_size:,} bytes")
        python = [sys.executable, "-c"]
        contenders = {
            "archiver verify": [*python, OURS, str(warc)],
            "warcio check": [*python, THEIRS, str(warc)],
            "inflating, isal": [*python, INFLATE, str(warc), "isal"],
            "inflating, zlib": [*python, INFLATE, str(warc), "zlib"],
            "reading each record": [*python, SWEEP, str(warc), "read"],
            "and hashing it twice": [*python, SWEEP, str(warc), "hash"],
        }
        costs: dict[str, list[Cost]] = {name: [] for name in contenders}
        for _ in range(arguments.rounds):
            for name, command in contenders.items():
                costs[name].append(run(command))
    ours = costs["archiver verify"]
    print(f"{'':22} {'CPU s':>8} {'ratio':>7} {'MiB':>6}")
    for name, found in costs.items():
        ratio = statistics.median(cost.cpu / own.cpu for cost, own in zip(found, ours, strict=True))
        cpu = statistics.median(cost.cpu for cost in found)
        print(f"{name:22} {cpu:8.2f} {ratio:7.2f} {max(cost.peak_mib for cost in found):6.0f}")


if __name__ == "__main__":
    main()
