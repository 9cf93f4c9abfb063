"""Counts over the posts of crawls. Invariant: what is counted equals what a plain count of the table's rows gives, also
where tables overlap."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result

from archiver.cli import main
from archiver.errors import InputError, UsageError
from archiver.scan.posts.building import build_posts
from archiver.scan.posts.duck import database
from archiver.scan.posts.stats import By, Stats, table_of
from archiver.scan.rows import Row
from tests.scan.mentions import IDS, row, table

OTHER = {"platform": "bluesky", "post_key": "bluesky:did:plc:a/3k", "post_id": "3k", "scope": "did:plc:a", "url": None}
ROWS = [
    row(0, "https://a.example/1"),
    row(0, "https://a.example/2", page_language="de", captured_at=datetime(2026, 12, 1, tzinfo=UTC)),
    row(0, "https://b.example/1", handle="pier_nine", page_language=None, captured_at=None),
    row(1, "https://a.example/1", handle="lamp", text="The lamp is dark since midnight, said the keeper."),
    row(None, "https://c.example/1", handle=None, date=None, text="Somebody said so, and nobody tells who it was."),
    row(None, "https://a.example/1", handle="zed", text="Said by Zed, and no page tells the id of it."),
    row(0, "https://a.example/1", **OTHER, handle="lamp.example", text="Said in another place, by the same lamp."),
]


def scanned(folder: Path, rows: Sequence[Row] = ROWS) -> Path:
    folder.mkdir(exist_ok=True)
    build_posts(table(folder / "mentions", rows), folder / "posts.parquet", folder / "posts.db")
    return folder


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["stats", *map(str, arguments)])


def lines(*arguments: str | Path) -> list[dict[str, Any]]:
    result = command(*arguments, "--format", "jsonl")
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scanned(tmp_path_factory.mktemp("crawl"))


def test_the_totals(crawl: Path) -> None:
    total = lines(crawl)[0]
    assert total == {
        "by": "total",
        "name": None,
        "posts": 5,
        "citations": 7,
        "pages": 4,
        "accounts": 4,
        "sites": 3,
        "flattened_only": 2,
        "first_seen": "2026-11-01T00:00:00Z",
        "last_seen": "2026-12-01T00:00:00Z",
    }


@pytest.mark.parametrize("by", [by.value for by in By if by is not By.POST])
def test_counts_equal_those_of_the_rows(crawl: Path, by: str) -> None:
    posts = pyarrow.parquet.read_table(crawl / "posts.parquet").to_pylist()
    of = {
        "platform": lambda post, page: post["platform"],
        "language": lambda post, page: page["language"],
        "site": lambda post, page: page["page_host"],
        "month": lambda post, page: page["first_seen"] and f"{page['first_seen']:%Y-%m}",
        "account": lambda post, page: post["handle_folded"] and f"{post['platform']}:{post['handle_folded']}",
    }[by]
    cited = [(of(post, page), post, page) for post in posts for page in post["citations"]]
    cited = [one for one in cited if by != "account" or one[0]]
    counted: Counter[Any] = Counter(name for name, _, _ in cited)
    rows = lines(crawl, "--by", by)
    assert {row["name"]: row["citations"] for row in rows} == counted
    assert [row["citations"] for row in rows] == sorted(counted.values(), reverse=True)
    for counts in rows:
        mine = [(post, page) for name, post, page in cited if name == counts["name"]]
        assert counts["posts"] == len({post["key"] for post, _ in mine})
        assert counts["pages"] == len({page["page_url"] for _, page in mine})
        assert counts["sites"] == len({page["page_host"] for _, page in mine})
        assert counts["flattened_only"] == len({post["key"] for post, _ in mine if post["flattened_only"]})


def test_the_most_cited_posts_and_accounts_come_first(crawl: Path) -> None:
    first = lines(crawl, "--by", "post", "--top", "1")
    assert [(one["name"], one["handle"], one["citations"], one["sites"]) for one in first] == [
        (f"x:{IDS[0]}", "Pier_Nine", 3, 2)
    ]
    assert first[0]["url"] == f"https://x.com/Pier_Nine/status/{IDS[0]}"
    accounts = lines(crawl, "--by", "account")
    assert [one["name"] for one in accounts] == ["x:pier_nine", "bluesky:lamp.example", "x:lamp", "x:zed"]
    assert accounts[0]["handle"] == "Pier_Nine"


def test_the_report_has_the_first_of_each(crawl: Path) -> None:
    kinds = Counter(one["by"] for one in lines(crawl, "--top", "2"))
    assert kinds == {"total": 1, "platform": 2, "language": 2, "site": 2, "month": 2, "account": 2, "post": 2}
    assert Counter(one["by"] for one in lines(crawl))["post"] == 5


def test_posts_that_are_known_flattened_only(crawl: Path) -> None:
    found = lines(crawl, "--flattened")
    assert sorted(one["handle"] or "" for one in found) == ["", "zed"]
    assert all(one["flattened_only"] == 1 and one["name"].startswith("x:?") and one["url"] is None for one in found)
    assert len(lines(crawl, "--flattened", "--top", "1")) == 1


def test_what_is_in_several_tables_counts_once(tmp_path: Path) -> None:
    later = row(0, "https://a.example/1", captured_at=datetime(2026, 12, 24, tzinfo=UTC))
    whole = scanned(tmp_path / "whole", [*ROWS, later])
    one, other = scanned(tmp_path / "one", ROWS[:5]), scanned(tmp_path / "other", [*ROWS[2:], later])
    with Stats([whole / "posts.parquet"]) as expected, Stats([one / "posts.parquet", other / "posts.parquet"]) as found:
        assert found.totals() == expected.totals()
        for by in By:
            assert [_counts(row) for row in found.rows(by)] == [_counts(row) for row in expected.rows(by)]
        assert list(found.flattened()) == list(expected.flattened())
    assert lines(whole, whole / "posts.parquet") == lines(whole)


def _counts(row: dict[str, Any]) -> dict[str, Any]:
    """Without the spelling of a handle: that of most pages may be another in a part."""
    return {name: value for name, value in row.items() if name != "handle"}


def test_nothing_is_counted_in_an_empty_table(tmp_path: Path) -> None:
    folder = scanned(tmp_path / "empty", [])
    assert [(row["by"], row["posts"], row["citations"]) for row in lines(folder)] == [("total", 0, 0)]
    assert command(folder, "--by", "site").stderr == "no post\n"
    assert "no post is known flattened only" in command(folder, "--flattened").stderr


def test_csv_and_terminals_are_safe_from_what_pages_say(tmp_path: Path) -> None:
    text = "=HYPERLINK(1) \x1b[2J and more words than forty so that it is one"
    folder = scanned(tmp_path / "crawl", [row(0, handle="=cmd", text=text)])
    rows = list(csv.DictReader(io.StringIO(command(folder, "--by", "post", "--format", "csv").stdout)))
    assert rows[0]["handle"] == "'=cmd"
    assert rows[0]["text"].startswith("'=HYPERLINK")
    assert (rows[0]["first_seen"], rows[0]["citations"]) == ("2026-11-01T00:00:00Z", "1")
    shown = command(folder, "--by", "post", "--format", "table").stdout
    assert "\x1b" not in shown
    assert "␛[2J" in shown
    assert json.loads(command(folder, "--by", "post", "--format", "json").stdout)[0]["text"] == text


def test_a_table_that_cannot_be_read_does_not_stop_the_others(crawl: Path, tmp_path: Path) -> None:
    (tmp_path / "no.parquet").write_bytes(b"PAR1 nonsense")
    pyarrow.parquet.write_table(pyarrow.table({"key": ["x:20"]}), tmp_path / "other.parquet")
    bad = [tmp_path / "none", tmp_path, tmp_path / "no.parquet", tmp_path / "other.parquet"]
    result = command(*bad, crawl, "--by", "platform", "--format", "jsonl")
    assert result.exit_code == 3
    assert [json.loads(line)["name"] for line in result.stdout.splitlines()] == ["x", "bluesky"]
    told = result.stderr.splitlines()
    assert [line.split(": ")[1] for line in told] == [str(path) for path in bad]
    assert "no table of posts" in told[3]
    assert command(tmp_path / "none").exit_code == 3
    for path in bad:
        with pytest.raises(InputError):
            table_of(path)


def test_wrong_usage(crawl: Path) -> None:
    assert command(crawl, "--by", "post", "--flattened").exit_code == 2
    assert command(crawl, "--by", "colour").exit_code == 2
    assert command(crawl, "--top", "0").exit_code == 2
    assert command().exit_code == 2


def test_without_duckdb_it_says_what_to_install(crawl: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    result = command(crawl)
    assert (result.exit_code, "pip install 'archiver[scan]'" in result.stderr) == (2, True)
    with pytest.raises(UsageError), Stats([crawl / "posts.parquet"]):
        pass


def test_it_stays_within_its_memory(tmp_path: Path) -> None:
    folder = scanned(tmp_path / "crawl", [row(n % 50, f"https://n{n % 700}.example/{n}") for n in range(3000)])
    with Stats([folder / "posts.parquet"], memory="64MB", threads=1) as stats:
        assert stats.totals()["citations"] == 3000
        assert len(list(stats.rows(By.SITE))) == 700


def test_duckdb_draws_nothing_on_standard_output(tmp_path: Path) -> None:
    """It takes a program that is no file for a person who types, and shows progress after two seconds."""
    code = (
        "import sys; from pathlib import Path; from archiver.scan.posts.duck import database\n"
        "with database(Path(sys.argv[1])) as db:\n"
        "    print(db.execute(\"SELECT current_setting('enable_progress_bar')\").fetchone())"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert ran.stdout == "(False,)\n"


def test_a_database_has_its_bounds_and_reads_files_of_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "crawl's [2026] *?"
    folder.mkdir()
    other = scanned(tmp_path / "other")
    (folder / "posts.parquet").write_bytes((other / "posts.parquet").read_bytes())
    assert lines(folder) == lines(other)
    with database(tmp_path / "spill", memory="64MB", threads=1) as db:
        names = ("memory_limit", "threads", "temp_directory", "autoload_known_extensions")
        found = [db.execute(f"SELECT current_setting('{name}')").fetchone()[0] for name in names]
    assert found == ["61.0 MiB", 1, str(tmp_path / "spill"), False]


def test_a_month_is_that_of_utc_wherever_the_command_runs(tmp_path: Path) -> None:
    late = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    folder = scanned(tmp_path / "crawl", [row(captured_at=late), row(page="https://b.example/", captured_at=None)])
    ran = subprocess.run(
        [sys.executable, "-m", "archiver", "stats", str(folder), "--by", "month", "--format", "jsonl"],
        capture_output=True, text=True, check=True, env={**os.environ, "TZ": "Asia/Tokyo"}, cwd=tmp_path,
    )  # fmt: skip
    assert [json.loads(line)["name"] for line in ran.stdout.splitlines()] == ["2026-11", None]


def test_of_several_tables_the_one_that_knows_most_pages_says_what_a_post_is(tmp_path: Path) -> None:
    few = scanned(tmp_path / "few", [row(0, "https://z.example/", handle="a_lamp")])
    many = scanned(tmp_path / "many", [row(0, f"https://n{n}.example/") for n in range(3)])
    for tables in ((few, many), (many, few)):
        (post,) = lines(*tables, "--by", "post")
        assert (post["handle"], post["citations"]) == ("Pier_Nine", 4)


def test_the_report_has_ten_of_each_unless_more_are_asked_for(tmp_path: Path) -> None:
    folder = scanned(tmp_path / "crawl", [row(0, f"https://n{n}.example/") for n in range(12)])
    assert [Counter(one["by"] for one in lines(folder, *more))["site"] for more in ((), ("--top", "11"))] == [10, 11]
    assert len(lines(folder, "--by", "site")) == 12
