"""`archiver repair`: what it writes, what it prints, its exit codes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.town import DELETED, LEFTOVERS, NEVER_STORED, PICTURED, Town


@pytest.fixture
def town(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    town.run(town.page([PICTURED, DELETED]))
    monkeypatch.setenv("ARCHIVER_CONFIG", str(town.config()))
    return town


def run(town: Town, *arguments: str | Path) -> Result:
    return town.command("repair", "--archive", town.archive, *arguments)


def lines(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_writes_the_repaired_article_and_asks_nobody(town: Town) -> None:
    page, target = town.page([PICTURED, DELETED]), town.folder / "fixed.html"
    original, asked = page.read_bytes(), len(town.twin.log)
    done = run(town, page, "-o", target, "--format", "jsonl")
    assert (done.exit_code, done.stderr) == (0, "")
    assert [one["outcome"] for one in lines(done)] == ["kept", "replaced"]
    assert page.read_bytes() == original
    assert b'<figure data-archiver-quotation="x:' in target.read_bytes()
    assert len(town.twin.log) == asked
    table = run(town, page, "-o", target, "--format", "table")
    assert "replaced" in table.stdout


def test_all_and_links_to_what_is_stored(town: Town) -> None:
    target = town.folder / "fixed.html"
    places = ("--replay-base", "https://replay.example/", "--evidence", "town.wacz")
    done = run(town, town.page([PICTURED, DELETED]), "-o", target, "--all", *places, "--format", "jsonl")
    assert [one["outcome"] for one in lines(done)] == ["replaced", "replaced"]
    assert lines(done)[0]["versions"] == [
        f"https://replay.example/archives/archive-of-the-town/posts/x:{PICTURED.id}",
        "town.wacz",
    ]
    assert b"https://replay.example/archives/archive-of-the-town/posts/" in target.read_bytes()


def test_what_could_not_be_repaired_is_told(town: Town) -> None:
    page, target = town.page([DELETED, NEVER_STORED]), town.folder / "fixed.html"
    town.run(page)
    done = run(town, page, "-o", target, "--format", "jsonl")
    assert done.exit_code == 1
    assert [one["outcome"] for one in lines(done)] == ["replaced", "left"]
    assert lines(done)[1]["reason"] == "no words of the post are stored"


def test_standard_output(town: Town) -> None:
    done = run(town, town.page([DELETED]), "-o", "-")
    assert done.stdout.startswith("<!DOCTYPE html>")
    assert "<figure data-archiver-quotation=" in done.stdout
    assert "replaced: https://x.com/" in done.stderr


def test_the_article_itself_only_when_asked(town: Town) -> None:
    page = town.page([DELETED])
    original = page.read_bytes()
    refused = run(town, page, "-o", town.folder / "." / page.name)
    assert refused.exit_code == 2
    assert "--in-place" in refused.stderr
    assert page.read_bytes() == original
    assert run(town, page).exit_code == run(town, page, "-o", "x.html", "--in-place").exit_code == 2
    assert run(town, page, "--in-place").exit_code == 0
    assert b"<figure data-archiver-quotation=" in page.read_bytes()


def test_what_cannot_be_read(town: Town) -> None:
    target = town.folder / "fixed.html"
    text = town.write("note.txt", LEFTOVERS)
    for source, why in ((text, "no embeds"), (town.folder / "none.html", "no such file"), (town.folder, "a folder")):
        done = run(town, source, "-o", target)
        assert done.exit_code == 3
        assert why in done.stderr
        assert not target.exists()


def test_without_an_archive(town: Town) -> None:
    done = town.command("repair", town.page([DELETED]), "-o", town.folder / "f.html", "--archive", town.folder / "none")
    assert done.exit_code == 3
    assert "archive" in done.stderr


def test_never_into_the_archive(town: Town) -> None:
    [segment] = (town.archive / "archive").iterdir()
    stored = segment.read_bytes()
    done = run(town, town.page([DELETED]), "-o", segment)
    assert done.exit_code == 2
    assert segment.read_bytes() == stored
