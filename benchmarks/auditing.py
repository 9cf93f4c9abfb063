"""What an audit costs, and what is left of it when it is killed.

    python benchmarks/auditing.py speed  [--posts 1000] [--rounds 5]
    python benchmarks/auditing.py killed [--posts 200] [--kills 100] [--kills-each 10] [--seed 7]
    python benchmarks/auditing.py polite [--posts 10000]

All against the loopback stand-in of the platforms.

- speed: 1,000 cited posts in 20 articles are archived; then `archiver audit --offline` as a process: wall clock, CPU,
  peak memory of each round. Offline every answer is read, checked and judged again.
- killed: `archiver audit --max-age 1d` as a process, `kill -9` at points drawn evenly from the questions that an
  undisturbed audit asks, `--kills-each` times for one archive, which is then let be. Checked: each post was looked at
  once by the audit, no more and no less; the findings equal those of the undisturbed audit; no record that was complete
  at a kill is gone; the log of segments holds; a rebuilt catalogue says the same.
- polite: an audit with the shipped rates, in virtual time (no wait is real): how long it would take, the most requests
  to one host within any minute, and what it costs in CPU and memory.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from archiver.auditing import Plan, audit, cited_in_archive
from archiver.config import Settings
from archiver.store import Archive
from benchmarks.killed import population
from tests.chain import log_faults
from tests.others import warcio_check, whole_records
from tests.town import CONTROL, Town, program
from tests.web_twin import Population, Twin, TwinPost

PAGES = 20


@contextmanager
def staged(posts: int) -> Iterator[tuple[Town, list[Path]]]:
    """A town whose articles cite so many posts."""
    cited = population(posts)
    with tempfile.TemporaryDirectory() as temporary, Twin(Population([CONTROL, *cited])) as twin:
        town = Town(twin, Path(temporary))
        yield town, pages_of(town, cited)


def pages_of(town: Town, posts: list[TwinPost]) -> list[Path]:
    share = -(-len(posts) // PAGES)
    return [town.page(posts[at : at + share], name=f"page{at}.html") for at in range(0, len(posts), share)]


def speed(posts: int, rounds: int) -> int:
    with staged(posts) as (town, pages):
        town.run(*pages)
        command = program("audit", "--offline", town.archive)
        walls, cpus, peaks = [], [], []
        for _ in range(rounds):
            begun = time.perf_counter()
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **town.within())
            assert process.stdout is not None
            lines = process.stdout.read().splitlines()
            _, status, used = os.wait4(process.pid, 0)
            walls.append(time.perf_counter() - begun)
            cpus.append(used.ru_utime + used.ru_stime)
            peaks.append(used.ru_maxrss / 1024)
            assert os.waitstatus_to_exitcode(status) == 1
            assert len(lines) == posts
        states = collections.Counter(json.loads(line)["state"] for line in lines)
        print(f"{posts} posts from stored captures, {rounds} rounds; states {dict(states)}")
        print(f"wall {statistics.median(walls):.2f} s (most {max(walls):.2f}), CPU {statistics.median(cpus):.2f} s,")
        print(f"peak {max(peaks):.0f} MiB; aim: under 5 s")
        return int(max(walls) >= 5)


def looks_of(folder: Path) -> dict[str, int]:
    with Archive.open(folder) as archive:
        return dict(collections.Counter(look.key for look, _ in archive.catalogue.observations()))


def findings(output: bytes) -> list[tuple[object, ...]]:
    rows = [json.loads(line) for line in output.splitlines()]
    return [(row["post_key"], row["state"], row["before"], row["text"], row["quote"], row["remarks"]) for row in rows]


def killed(posts: int, kills: int, each: int, seed: int) -> int:
    roll = random.Random(seed)
    failed = 0
    with staged(posts) as (town, pages):
        config = town.config(threads=4, extra="[archive]\nsegment_bytes = 1_000_000\n")
        town.run(*pages)
        once = looks_of(town.archive)
        start = town.folder / "start"
        shutil.copytree(town.archive, start)

        def command(folder: Path) -> list[str]:
            return program("audit", folder, "--config", config, "--max-age", "1d")

        # what was archived was looked at just now: the audit's own looks are told apart by their age
        def whole(folder: Path) -> list[tuple[object, ...]]:
            done = subprocess.run(command(folder), capture_output=True, check=False, **town.within())
            if done.returncode not in (0, 1) or b"Traceback" in done.stderr:
                raise SystemExit(f"the audit failed ({done.returncode}): {done.stderr.decode()}")
            return findings(done.stdout)

        asked = len(town.twin.log)
        undisturbed = town.folder / "undisturbed"
        shutil.copytree(start, undisturbed)
        expected = whole(undisturbed)
        questions = len(town.twin.log) - asked
        wanted = {key: count + 1 for key, count in once.items()}
        assert looks_of(undisturbed) == wanted
        print(f"undisturbed: {len(expected)} posts, {questions} questions", flush=True)
        total = archives = 0
        while total < kills:
            archives += 1
            folder = town.folder / f"killed {archives}"
            shutil.copytree(start, folder)
            seen: dict[Path, list[tuple[str, str]]] = {}
            faults: list[str] = []
            there = 0
            for _ in range(each):
                there += town.killed_after(command(folder), roll.randrange(questions), roll.random() * 0.02)
                for path in sorted((folder / "archive").iterdir()):
                    records = whole_records(path)
                    if records[: len(seen.get(path, []))] != seen.get(path, []):
                        faults.append(f"{path.name}: a record that was complete is gone")
                    seen[path] = records
            if whole(folder) != expected:
                faults.append("the findings differ")
            if (got := looks_of(folder)) != wanted:
                faults.append(f"looks: {sum(got.values())} and not {sum(wanted.values())}")
            faults += log_faults(folder)
            if not warcio_check(sorted((folder / "archive").iterdir()))[0]:
                faults.append("warcio check finds damage")
            with Archive.open(folder, write=True) as archive:
                archive.rebuild()
            if looks_of(folder) != wanted:
                faults.append("the rebuilt catalogue says something else")
            total += there
            failed += bool(faults)
            print(
                f"archive {archives}: {there} kills; {'; '.join(faults) or 'equal, none lost, none doubled'}",
                flush=True,
            )
            shutil.rmtree(folder)
    print(f"{total} kills, {archives} archives, {failed} with faults")
    return int(failed > 0)


def polite(posts: int) -> int:
    with staged(posts) as (town, pages):
        town.run(*pages)
        town.clock.go(days=1)
        rates = Settings().web.rates
        settings = town.settings()
        settings = msgspec.structs.replace(settings, web=msgspec.structs.replace(settings.web, rates=rates))
        begun, cpu = town.clock(), time.process_time()
        states: collections.Counter[str] = collections.Counter()
        with town.job(settings=settings) as job:
            for finding in audit(job, cited_in_archive(job), plan=Plan()):
                states[finding.state.value] += 1
        took = town.clock() - begun
        cpu = time.process_time() - cpu
        times: dict[str, list[float]] = collections.defaultdict(list)
        with Archive.open(town.archive) as archive:
            rows = archive.catalogue.query("SELECT target_uri, time FROM captures WHERE type = 'request'")
        for uri, at in rows:
            if at >= begun.isoformat()[:19]:
                moment = timedelta(hours=int(at[11:13]), minutes=int(at[14:16]), seconds=float(at[17:].rstrip("Z")))
                times[urlsplit(uri).hostname or ""].append(moment.total_seconds() + 86400 * int(at[8:10]))
        print(f"{sum(states.values())} posts, states {dict(states)}: {took} of virtual time")
        over = 0
        for host, asked in sorted(times.items()):
            asked.sort()
            most = 0
            first = 0
            for place, at in enumerate(asked):
                while at - asked[first] >= 60:
                    first += 1
                most = max(most, place - first + 1)
            allowed = rates.get(host, rates["*"])
            over += most > allowed + 1  # both ends of the minute
            print(f"  {host}: {len(asked)} questions, at most {most} within a minute (allowed: {allowed:.0f})")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"CPU {1000 * cpu / posts:.1f} ms a post (with the stand-in's), peak {peak:.0f} MiB (with the stand-in)")
        return int(over > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("speed", "killed", "polite"))
    parser.add_argument("--posts", type=int)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--kills-each", type=int, default=10)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    if options.what == "speed":
        return speed(options.posts or 1000, options.rounds)
    if options.what == "killed":
        return killed(options.posts or 200, options.kills, options.kills_each, options.seed)
    return polite(options.posts or 10_000)


if __name__ == "__main__":
    sys.exit(main())
