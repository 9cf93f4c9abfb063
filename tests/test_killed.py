"""`kill -9` at any moment of `archiver archive`, and the run after it: nothing complete is lost, nothing is doubled."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from archiver.store import Archive
from tests.chain import log_faults
from tests.others import warcio_check, whole_records
from tests.town import ALIKE, DELETED, FLATTENED, LEFTOVERS, PICTURED, RENAMED, Town, program
from tests.web_twin import Fault, Twin

# 200 kills of a run over 500 posts: benchmarks/killed.py
KILLS = 12
ROUNDS = 3
"""So many archives, each killed `KILLS / ROUNDS` times before it is let be."""


def gist(folder: Path) -> dict[str, Any]:
    """What an archive says, without times and record ids."""
    with Archive.open(folder) as archive:
        catalogue = archive.catalogue
        return {
            "articles": [article.id for article, _ in catalogue.articles()],
            "mentions": [(article_id, mention.id) for article_id, mention in catalogue.mentions()],
            "posts": sorted(post.key for post in catalogue.posts()),
            "standings": [
                standing for article, _ in catalogue.articles() for standing in catalogue.standings(article.id)
            ],
        }


class Runs:
    """One archive, and runs of the program on it."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town = town
        self.folder = folder
        pages = [
            town.page([PICTURED, DELETED, RENAMED]),
            town.write("left.txt", LEFTOVERS),
            town.page([ALIKE[0], FLATTENED], "flattened", "flat.html"),
        ]
        self.command = program("archive", *pages, "--archive", folder, "--config", town.config(threads=2))

    def killed_after(self, questions: int, pause: float) -> bool:
        """Start a run and kill it when the twin was asked so many times; false where the run was done before."""
        return self.town.killed_after(self.command, questions, pause)

    def whole(self) -> list[dict[str, Any]]:
        done = subprocess.run(self.command, capture_output=True, check=False, **self.town.within())
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def said(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return [(row["mention_id"], row["outcome"], row["state"], row["post_id"]) for row in rows]


@pytest.fixture
def slow(town: Town) -> Twin:
    town.twin.fault("*", Fault.SLOW, piece=4000, delay=0.004)
    return town.twin


@pytest.mark.slow
@pytest.mark.usefixtures("slow")
def test_killed_at_many_moments_and_run_again(town: Town) -> None:
    undisturbed = Runs(town, town.folder / "undisturbed")
    expected = undisturbed.whole()
    questions = len(town.twin.log)
    roll = random.Random("moments")
    for number in range(ROUNDS):
        runs = Runs(town, town.folder / f"killed {number}")
        seen: dict[Path, list[tuple[str, str]]] = {}
        killed = 0
        while killed < KILLS // ROUNDS:
            killed += runs.killed_after(roll.randrange(questions * 2 // 3), roll.random() * 0.02)
            for path in sorted((runs.folder / "archive").iterdir()) if (runs.folder / "archive").is_dir() else ():
                whole = whole_records(path)
                # what was complete at the last kill is there still
                assert whole[: len(seen.get(path, []))] == seen.get(path, [])
                seen[path] = whole
        assert said(runs.whole()) == said(expected)
        sound, said_by_warcio = warcio_check(sorted((runs.folder / "archive").iterdir()))
        assert sound, said_by_warcio
        for path, records in seen.items():
            assert whole_records(path) == records
        assert gist(runs.folder) == gist(undisturbed.folder)
        with Archive.open(runs.folder, write=True) as archive:
            captured = [row[3] for row in archive.catalogue.rows("captures")]
            assert len(captured) == len(set(captured))
            assert {id_.strip("<>") for records in seen.values() for id_, _ in records} <= set(captured)
            before = gist(runs.folder)
            archive.rebuild()
            assert archive.warnings == []
        assert gist(runs.folder) == before
        assert log_faults(runs.folder) == []
