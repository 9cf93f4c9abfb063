"""`archiver import`: what it prints, its exit codes, and that what was taken in can be used."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archiver.cli import main

SHIPPED = Path(__file__).parents[2] / "warc"


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text("")
    monkeypatch.setenv("ARCHIVER_CONFIG", str(tmp_path / "config.toml"))


@pytest.fixture
def segment(tmp_path: Path) -> Path:
    [path] = (SHIPPED / "archive").iterdir()
    return Path(shutil.copy(path, tmp_path / "crawl.warc.gz"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def run(home: Path, *arguments: object) -> Result:
    return CliRunner().invoke(main, [str(arguments[0]), "--archive", str(home), *map(str, arguments[1:])])


def lines(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_makes_an_archive_and_says_what_it_took(home: Path, segment: Path) -> None:
    done = run(home, "import", segment, "--format", "jsonl")
    [taken] = lines(done)
    assert done.exit_code == 0
    assert (taken["outcome"], taken["source"], taken["problems"]) == ("imported", str(segment), [])
    assert (home / "archive" / taken["file"]).read_bytes() == segment.read_bytes()
    again = run(home, "import", segment, "--format", "jsonl")
    assert (again.exit_code, [one["outcome"] for one in lines(again)]) == (0, ["known"])
    table = run(home, "import", segment, "--format", "table")
    assert "known" in table.stdout


def test_one_bad_file_is_told_and_does_not_stop_the_others(home: Path, segment: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.warc.gz"
    torn.write_bytes(segment.read_bytes()[:-9])
    (tmp_path / "words.txt").write_text("words")
    done = run(home, "import", tmp_path / "none", tmp_path / "words.txt", torn, segment, "--format", "jsonl")
    assert done.exit_code == 3  # what cannot be read weighs more than damage
    assert [one["outcome"] for one in lines(done)] == ["refused", "imported"]
    assert "none: there is no such file" in done.stderr
    assert "words.txt" in done.stderr
    assert "torn.warc.gz: completeness: " in done.stderr
    alone = run(home, "import", torn, "--format", "jsonl")
    assert alone.exit_code == 1
    assert [one["outcome"] for one in lines(run(home, "import", torn, "--damaged", "--format", "jsonl"))] == [
        "imported"
    ]


def test_what_it_says_of_posts_counts_only_for_who_vouches_for_it(home: Path, segment: Path, tmp_path: Path) -> None:
    done = run(home, "import", segment, "--format", "jsonl")
    assert "conclusions of another archive" in done.stderr
    assert run(home, "export", "--jsonl").stdout == ""
    vouched = tmp_path / "vouched"
    done = run(vouched, "import", segment, "--trust-conclusions", "--format", "jsonl")
    assert (done.exit_code, done.stderr) == (0, "")
    assert len(lines(run(vouched, "export", "--jsonl"))) == 8


def test_its_articles_are_archived_from_what_was_taken_in(home: Path, segment: Path) -> None:
    """Detection and resolution are done again, here, on the captures that came with the file."""
    [taken] = lines(run(home, "import", segment, "--format", "jsonl"))
    done = run(home, "archive", home / "archive" / taken["file"], "--offline", "--format", "jsonl")
    assert {one["post_id"] for one in lines(done)} >= {"1590104417443840000", "1590171771531264000"}
    rows = lines(run(home, "export", "--jsonl"))
    assert {row["post_key"] for row in rows} >= {"x:1590104417443840000"}
    [row] = [row for row in rows if row["post_key"] == "x:1590104417443840000"][:1]
    assert row["warc_file"] == taken["file"]


def test_the_folder_of_another_archive(home: Path, tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "other", ignore=shutil.ignore_patterns(".lock"))
    done = run(home, "import", tmp_path / "other", "--format", "jsonl")
    [taken] = lines(done)
    assert done.exit_code == 0
    assert taken["member"].startswith("archive/archiver-000001-")
    assert CliRunner().invoke(main, ["verify", str(home)]).exit_code == 0


def test_wants_a_file() -> None:
    assert CliRunner().invoke(main, ["import"]).exit_code == 2
