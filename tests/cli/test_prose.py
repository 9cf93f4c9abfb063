"""`--prose`: posts that an article quotes in its own words are shown where they are asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from archiver.cli import main

SAID = "It rained. Ana Beispiel wrote on X on 9 November 2022: “The bridge is open again tonight.”"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(SAID, encoding="utf-8")
    return path


def test_find_shows_them_on_request(source: Path) -> None:
    assert CliRunner().invoke(main, ["find", str(source), "--format", "jsonl"]).stdout == ""
    result = CliRunner().invoke(main, ["find", "--prose", str(source), "--format", "jsonl"])
    mention = json.loads(result.stdout)
    assert (mention["rule"], mention["display_name"], mention["date"]) == ("x.attributed", "Ana Beispiel", "2022-11-09")
    assert mention["person"] is None


def test_resolve_and_archive_take_it_too(source: Path, tmp_path: Path) -> None:
    for command in ("resolve", "archive"):
        arguments = [command, str(source), "--offline", "--archive", str(tmp_path / "warc"), "--format", "jsonl"]
        assert CliRunner().invoke(main, arguments).stdout == ""
        asked = CliRunner().invoke(main, [*arguments, "--prose"])
        assert [json.loads(line)["outcome"] for line in asked.stdout.splitlines()] == ["unresolved"]
