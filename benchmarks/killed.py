"""kill -9 at random points of a run over 500 posts, resumed: is what comes out equal to the run that nobody disturbed?

    python benchmarks/killed.py [--posts 500] [--kills 200] [--kills-each 10] [--seed 5]

`archiver archive` as a real process against the loopback stand-in of the platforms, time not virtual. One archive is
killed `--kills-each` times, at points drawn evenly from the questions that an undisturbed run asks, and then let be;
that is repeated with a new archive until there were so many kills. Checked of each archive:

- at each kill: every record that was complete at an earlier kill is there still, byte for byte (read by warcio), and
  the folder opens;
- at the end: results equal to the undisturbed run's, post by post; the same articles, mentions, posts and states, and
  as many of each; no record id twice; no answer of the stand-in that was stored once is stored again as a whole
  response (only as a revisit, but for chunked and empty ones); `warcio check` finds nothing; a rebuilt catalogue says
  the same; each segment names the digest of the one before it, and every seal holds.

Prints one line an archive and a sum; exits with 1 when anything differs.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from archiver.store import Archive
from archiver.store.records import EMPTY_DIGEST
from tests.chain import log_faults
from tests.others import warcio_check, whole_records
from tests.town import CONTROL, DAY, Town, program
from tests.web_twin import Account, Picture, Population, PostState, Twin, TwinPost

STATES = (PostState.LIVE, PostState.LIVE, PostState.LIVE, PostState.DELETED, PostState.SUSPENDED)
PAGES = 20


def population(count: int) -> list[TwinPost]:
    accounts = [Account(handle=f"skerry_{number}", name=f"Skerry {number}") for number in range(25)]
    return [
        TwinPost(
            account=accounts[number % len(accounts)],
            created=DAY + timedelta(minutes=7 * number),
            text=f"Entry {number} of the log: the lamp was seen {number * 37 % 211} times before the wind turned.",
            state=STATES[number % len(STATES)],
            media=(Picture(key=f"Lamp{number:04d}", alt="The lamp"),) if number % 5 == 0 else (),
            archived=("json2",) if STATES[number % len(STATES)] is not PostState.LIVE else (),
        )
        for number in range(count)
    ]


def gist(folder: Path) -> dict[str, Any]:
    """What an archive says, without times and record ids."""
    with Archive.open(folder) as archive:
        catalogue = archive.catalogue
        articles = catalogue.articles()
        states = collections.defaultdict(set)
        for observation, _ in catalogue.observations():
            states[observation.key].add(observation.state.value)
        return {
            "articles": sorted(article.id for article, _ in articles),
            "mentions": sorted((article_id, mention.id) for article_id, mention in catalogue.mentions()),
            "posts": sorted(post.key for post in catalogue.posts()),
            "standings": sorted(map(str, (s for article, _ in articles for s in catalogue.standings(article.id)))),
            "states": {key: sorted(found) for key, found in states.items()},
            "resources": sorted(
                catalogue.query("SELECT target_uri FROM captures WHERE type = 'resource' AND target_uri LIKE 'ni:%'")
            ),
            "pages": sorted(
                catalogue.query(
                    "SELECT DISTINCT target_uri, payload_digest FROM captures WHERE type = 'response'"
                    " AND target_uri NOT LIKE '%web.archive.org%'"
                )
            ),
        }


def doubled(folder: Path) -> list[str]:
    """What is in the archive twice and should not be."""
    with Archive.open(folder) as archive:
        query = archive.catalogue.query
        faults = [
            f"record id {row[0]} twice"
            for row in query("SELECT record_id FROM captures GROUP BY 1 HAVING count(*) > 1")
        ]
        faults += [
            f"{row[0]} stored whole twice"
            for row in query(
                "SELECT target_uri, payload_digest FROM captures WHERE type IN ('response', 'resource')"
                " AND truncated IS NULL AND payload_digest IS NOT NULL AND status IS NOT 206"
                " AND content_type IS NOT 'application/pem-certificate-chain' AND payload_digest IS NOT ?"
                " AND instr(coalesce(listed, ''), 'payload_digest') = 0"  # chunked: never left out
                " GROUP BY 1, 2 HAVING count(*) > 1",
                (EMPTY_DIGEST,),  # there is nothing in it that could be left out
            )
        ]
        faults += [
            f"{row[0]} concluded twice"
            for row in query(
                "SELECT target_uri FROM captures WHERE type = 'metadata' AND target_uri LIKE 'urn:archiver:article:%'"
                " GROUP BY 1 HAVING count(*) > 1"
            )
        ]
    return faults


class Runs:
    """One archive, and runs of the program on it."""

    def __init__(self, town: Town, folder: Path, pages: list[Path], config: Path) -> None:
        self.town = town
        self.folder = folder
        self.command = program("archive", *pages, "--archive", folder, "--config", config)

    def killed_after(self, questions: int, pause: float) -> bool:
        """Start a run and kill it when the stand-in was asked so often; false where the run was done before."""
        return self.town.killed_after(self.command, questions, pause)

    def whole(self) -> list[tuple[str, ...]]:
        done = subprocess.run(self.command, capture_output=True, check=False, **self.town.within())
        if done.returncode or b"Traceback" in done.stderr:
            raise SystemExit(f"the run failed ({done.returncode}): {done.stderr.decode()}")
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return [(row["mention_id"], row["outcome"], row["state"], row["post_id"], row["text"]) for row in rows]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=500)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--kills-each", type=int, default=10)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--threads", type=int, default=4)
    options = parser.parse_args()
    posts = population(options.posts)
    roll = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as temporary, Twin(Population([CONTROL, *posts])) as twin:
        town = Town(twin, Path(temporary))
        share = -(-len(posts) // PAGES)
        pages = [
            town.page(posts[number * share : (number + 1) * share], name=f"page{number}.html")
            for number in range(PAGES)
        ]
        config = town.config(threads=options.threads, extra="[archive]\nsegment_bytes = 1_000_000\n")
        undisturbed = Runs(town, town.folder / "undisturbed", pages, config)
        begun = time.monotonic()
        expected = undisturbed.whole()
        questions = len(twin.log)
        print(
            f"undisturbed: {len(expected)} posts, {questions} questions, {time.monotonic() - begun:.1f} s;"
            f" states {dict(collections.Counter(row[2] for row in expected))}",
            flush=True,
        )
        wanted = gist(undisturbed.folder)
        faults = log_faults(undisturbed.folder) + doubled(undisturbed.folder)
        total = torn = archives = 0
        while total < options.kills:
            archives += 1
            runs = Runs(town, town.folder / f"killed {archives}", pages, config)
            seen: dict[Path, list[tuple[str, str]]] = {}
            killed = 0
            found: list[str] = []
            while killed < options.kills_each and total + killed < options.kills:
                killed += runs.killed_after(roll.randrange(questions), roll.random() * 0.02)
                archive = runs.folder / "archive"
                for path in sorted(archive.iterdir()) if archive.is_dir() else ():
                    whole = whole_records(path)
                    if whole[: len(seen.get(path, []))] != seen.get(path, []):
                        found.append(f"{path.name}: a record that was complete is gone")
                    seen[path] = whole
            total += killed
            if runs.whole() != expected:
                found.append("the results differ")
            got = gist(runs.folder)
            found += [f"{key} differ" for key in wanted if got[key] != wanted[key]]
            found += doubled(runs.folder) + log_faults(runs.folder)
            paths = sorted((runs.folder / "archive").iterdir())
            found += [f"{path.name}: a complete record changed" for path in seen if whole_records(path) != seen[path]]
            if not warcio_check(paths)[0]:
                found.append("warcio check finds damage")
            with Archive.open(runs.folder, write=True) as archive_again:
                ids = {row[3] for row in archive_again.catalogue.rows("captures")}
                if not {id_.strip("<>") for whole in seen.values() for id_, _ in whole} <= ids:
                    found.append("a record is not in the catalogue")
                archive_again.rebuild()
                found += archive_again.warnings
            if gist(runs.folder) != got:
                found.append("the rebuilt catalogue says something else")
            tails = len(list((runs.folder / "torn").glob("*.torn"))) if (runs.folder / "torn").is_dir() else 0
            torn += tails
            records = sum(len(whole_records(path)) for path in paths)
            print(
                f"archive {archives}: {killed} kills, {len(paths)} segments, {records} records, {tails} torn ends,"
                f" {found or 'equal'}",
                flush=True,
            )
            faults += found
    print(f"{total} kills in {archives} archives, {torn} torn ends mended; {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
