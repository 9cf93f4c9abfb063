"""`archiver verify`: what it prints, and its exit codes."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archiver.cli import main


def record(number: int, block: bytes, digest: str = "") -> bytes:
    head = (
        f"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:{number:08d}-0000-4000-8000-000000000000>\r\n"
        f"WARC-Target-URI: urn:test:{number}\r\nWARC-Date: 2026-03-01T00:00:00Z\r\n{digest}"
        f"Content-Type: text/plain\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", mtime=0)


WRONG = "WARC-Block-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.warc.gz"
    path.write_bytes(record(1, b"one") + record(2, b"two"))
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.warc.gz"
    path.write_bytes(record(1, b"one", WRONG) + record(2, b"two"))
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["verify", *map(str, arguments)])


def test_a_sound_file(good: Path) -> None:
    result = run(good, "--json")
    assert result.exit_code == 0
    [found] = json.loads(result.stdout)
    assert (found["path"], found["kind"], found["damaged"]) == (str(good), "warc", False)
    verdicts = {check["name"]: check["verdict"] for check in found["checks"]}
    assert verdicts["file structure"] == verdicts["completeness"] == verdicts["record headers"] == "sound"
    assert verdicts["block digests"] == verdicts["log"] == "absent"


def test_a_damaged_file_says_what_and_where(bad: Path) -> None:
    result = run(bad, "--format", "jsonl")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["damaged"]
    [check] = [check for check in found["checks"] if check["verdict"] == "damaged"]
    assert check["name"] == "block digests"
    assert check["problems"] == [
        {
            "what": "the block does not match its WARC-Block-Digest",
            "where": "bad.warc.gz",
            "offset": 0,
            "record_id": "urn:uuid:00000001-0000-4000-8000-000000000000",
        }
    ]


def test_the_table_is_for_people(bad: Path) -> None:
    result = run(bad, "--format", "table")
    assert "block digests" in result.stdout
    assert "damaged" in result.stdout


def test_csv_has_a_row_for_each_check_and_problem(bad: Path, good: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(bad, good, "--format", "csv").stdout)))
    assert {row["path"] for row in rows} == {str(bad), str(good)}
    [damaged] = [row for row in rows if row["verdict"] == "damaged"]
    assert (damaged["check"], damaged["where"], damaged["offset"]) == ("block digests", "bad.warc.gz", "0")


def test_a_file_that_cannot_be_read_does_not_stop_the_others(good: Path, bad: Path, tmp_path: Path) -> None:
    prose = tmp_path / "prose.txt"
    prose.write_text("This is prose.")
    (tmp_path / "empty.warc.gz").write_bytes(b"")
    result = run(tmp_path / "missing", prose, tmp_path / "empty.warc.gz", tmp_path, good, "--format", "jsonl")
    assert result.exit_code == 3
    assert [json.loads(line)["path"] for line in result.stdout.splitlines()] == [str(good)]
    assert result.stderr.count("error: ") == 4
    result = run(tmp_path / "missing", bad, "--format", "jsonl")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["damaged"]


def test_a_bound_that_was_reached(good: Path, tmp_path: Path) -> None:
    twice = tmp_path / "twice.warc.gz"
    twice.write_bytes(gzip.compress(good.read_bytes()))
    result = run(twice, good, "--format", "jsonl")
    assert result.exit_code == 5
    assert "not unpacked" in result.stderr
    assert json.loads(result.stdout)["path"] == str(good)


def test_nothing_is_wrong_usage() -> None:
    assert run().exit_code == 2


def test_one_that_may_not_be_read_does_not_stop_the_others(
    good: Path, bad: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no wrong usage. For root, everything may be read: so the question is answered here."""
    opened = Path.open

    def denied(path: Path, *args: Any, **more: Any) -> Any:
        if path == bad:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *args, **more)

    monkeypatch.setattr(Path, "open", denied)
    monkeypatch.setattr("os.access", lambda path, *_args, **_more: path != str(bad))
    done = CliRunner().invoke(main, ["verify", "--json", str(bad), str(good)])
    assert done.exit_code == 3, done.output
    assert [found["path"] for found in json.loads(done.stdout)] == [str(good)]
    assert "Permission denied" in done.stderr
