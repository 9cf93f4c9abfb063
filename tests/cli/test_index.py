"""`archiver index`, and what `resolve` and `archive` find through it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from archiver.cli import index as module
from archiver.store.postbulk import write_index
from archiver.store.postindex import PostIndex
from tests.brought.making import tweet, x_archive
from tests.town import DELETED, LEFTOVERS, NEVER_STORED, PICTURED, Town
from tests.web_twin import TwinPost

QUOTED = f"""Nobody kept it

{NEVER_STORED.text} — {NEVER_STORED.account.name} (@{NEVER_STORED.account.handle}) March 9, 2022
"""


def table(town: Town, *posts: TwinPost, name: str = "posts.csv", **more: str) -> Path:
    rows = io.StringIO()
    writer = csv.writer(rows)
    writer.writerow(["url", "handle", "display_name", "text", *more])
    for post in posts:
        writer.writerow([post.url, post.account.handle, post.account.name, post.text, *more.values()])
    return town.write(name, rows.getvalue())


def lines(result: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_what_was_added_is_told_for_each_file(town: Town) -> None:
    posts_db = town.folder / "posts.db"
    files = [
        table(town, PICTURED, DELETED),
        x_archive(town.folder / "twitter.zip", [tweet(), tweet(2, full_text="RT @a: b")]),
    ]
    result = town.command("index", *files, "--posts", posts_db)
    assert (result.exit_code, result.stderr) == (0, "")
    first, second = lines(result)
    assert (first["kind"], first["read"], first["new_posts"], first["new_records"]) == ("CSV", 2, 2, 2)
    assert (second["kind"], second["new_posts"], second["passed"]) == ("an archive of X", 1, 1)
    assert second["passed_why"] == {"a repost of somebody else's post": 1}
    again = lines(town.command("index", *files, "--posts", posts_db))
    assert [(row["read"], row["new_posts"], row["new_records"], row["new_pages"]) for row in again] == [
        (2, 0, 0, 0),
        (1, 0, 0, 0),
    ]
    assert [entry.name for entry in town.folder.iterdir() if entry.name.startswith("posts.db")] == ["posts.db"]


def test_every_form_of_output(town: Town) -> None:
    files = [table(town, PICTURED)]
    arguments = ["index", *files, "--posts", town.folder / "posts.db", "--format"]
    assert json.loads(town.command(*arguments, "json").stdout)[0]["new_posts"] == 1
    assert next(csv.DictReader(io.StringIO(town.command(*arguments, "csv").stdout)))["read"] == "1"
    assert "kind" in town.command(*arguments, "table").stdout


def test_lines_that_are_wrong_are_told_by_their_number_and_stop_nothing(town: Town) -> None:
    path = table(town, PICTURED)
    path.write_text(path.read_text() + "nonsense,a,b,c\n" * 8)
    result = town.command("index", path, "--posts", town.folder / "posts.db")
    assert result.exit_code == 3
    (row,) = lines(result)
    assert (row["new_posts"], row["problems"]) == (1, 8)
    assert row["problems_at"][0] == {"where": "line 3", "what": "its address is none"}
    told = result.stderr.splitlines()
    assert told[0] == f"{path}: line 3: its address is none"
    assert told[-1] == f"{path}: {8 - module.TOLD} more could not be read"


def test_a_file_that_is_bad_does_not_stop_the_others(town: Town) -> None:
    bad = town.write("broken.zip", b"PK\x03\x04 nothing more")
    none = town.folder / "missing.csv"
    result = town.command("index", none, bad, table(town, PICTURED), "--posts", town.folder / "posts.db")
    assert result.exit_code == 3
    assert [row["new_posts"] for row in lines(result)] == [1]
    assert result.stderr.splitlines()[0] == f"error: {none}: there is no such file"
    assert "damaged" in result.stderr.splitlines()[1]


def test_what_comes_before_damage_is_added(town: Town) -> None:
    entries = json.dumps([{"url": PICTURED.url}, {"url": DELETED.url}])[:-1]
    result = town.command("index", town.write("cut.json", entries), "--posts", town.folder / "posts.db")
    assert result.exit_code == 3
    assert [row["new_posts"] for row in lines(result)] == [2]


@pytest.mark.parametrize("make", ["text", "database"])
def test_a_file_that_is_no_index_is_not_written_into(town: Town, make: str) -> None:
    path = town.write("mine.db", "my own notes\n")
    if make == "database":
        path.unlink()
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE mine (a)")
        db.close()
    before = path.read_bytes()
    result = town.command("index", table(town, PICTURED), "--posts", path)
    assert (result.exit_code, result.stdout) == (3, "")
    assert path.read_bytes() == before
    assert "this is no post index" in result.stderr


def test_which_index_is_meant_may_stand_in_the_configuration(town: Town) -> None:
    nowhere = town.command("index", table(town, PICTURED))
    assert nowhere.exit_code == 2
    posts_db = town.folder / "posts.db"
    config = town.config(extra=f"[resolve]\nposts = ['{posts_db}']\n")
    assert lines(town.command("index", table(town, PICTURED), "--config", config))[0]["new_posts"] == 1
    article = town.write(
        "left.txt", f"{PICTURED.text} — {PICTURED.account.name} (@{PICTURED.account.handle}) March 9, 2022\n"
    )
    (row,) = lines(town.command("resolve", article, "--offline", "--archive", town.archive, "--config", config))
    assert (row["outcome"], row["post_id"]) == ("resolved", PICTURED.id)


def resolved(town: Town, article: Path, *more: str | Path) -> dict[str, Any]:
    arguments = ["resolve", article, "--archive", town.archive, "--config", town.config()]
    result = town.command(*arguments, *more)
    assert result.exit_code == 0, result.stderr
    return lines(result)[0]


def test_a_post_that_nobody_kept_is_resolved_by_what_its_user_has(town: Town) -> None:
    """Deleted, in no web archive: only who has it can say which it was."""
    posts_db = town.folder / "posts.db"
    article = town.write("left.txt", QUOTED)
    assert resolved(town, article)["outcome"] == "unresolved"
    town.command("index", table(town, NEVER_STORED), "--posts", posts_db)
    row = resolved(town, article, "--posts", posts_db)
    assert (row["outcome"], row["post_id"]) == ("resolved", NEVER_STORED.id)
    assert row["candidates"][0]["source"] == "file"


@pytest.mark.parametrize("configured", [True, False])
def test_the_folder_of_a_scan_is_the_index_in_it(town: Town, configured: bool) -> None:
    folder = town.folder / "crawl-posts"
    folder.mkdir()
    write_index(folder / "posts.db", [])
    (row,) = lines(town.command("index", table(town, NEVER_STORED), "--posts", folder))
    assert row["new_posts"] == 1
    article = town.write("left.txt", QUOTED)
    config = town.config(extra=f"[resolve]\nposts = ['{folder}']\n") if configured else town.config()
    asked = [] if configured else ["--posts", folder]
    found = lines(town.command("resolve", article, "--archive", town.archive, "--config", config, *asked))
    assert [(one["outcome"], one["post_id"]) for one in found] == [("resolved", NEVER_STORED.id)]
    (town.folder / "empty").mkdir()
    result = town.command(
        "resolve", article, "--archive", town.archive, "--config", config, "--posts", town.folder / "empty"
    )
    assert result.exit_code in (3, 5)
    assert str(town.folder / "empty") in result.stderr


def test_nobody_vouches_for_claims(town: Town) -> None:
    posts_db = town.folder / "posts.db"
    article = town.write("left.txt", QUOTED)
    town.command("index", table(town, NEVER_STORED), "--posts", posts_db, "--claims")
    assert resolved(town, article, "--posts", posts_db)["outcome"] != "resolved"
    with PostIndex(posts_db) as opened:
        assert [held.record for held in opened.posts_between("x", "gone_ferryman", "2022-03-09", "2022-03-09")] == [
            None
        ]


def test_two_indexes_are_looked_up_like_one(town: Town) -> None:
    """One site's claim in each of them: two sites in all."""
    article = town.write("left.txt", QUOTED)
    indexes: list[str | Path] = []
    for number in range(2):
        path = town.folder / f"{number}.db"
        source = table(town, NEVER_STORED, name=f"{number}.csv", page=f"https://paper{number}.example/")
        assert town.command("index", source, "--posts", path).exit_code == 0
        indexes += ["--posts", path]
    for one in range(0, 4, 2):
        assert resolved(town, article, *indexes[one : one + 2])["outcome"] == "unresolved"
    row = resolved(town, article, *indexes)
    assert (row["outcome"], row["candidates"][0]["source"]) == ("resolved", "pages")
    assert row["candidates"][0]["cited_in"] == ["https://paper0.example/", "https://paper1.example/"]


def test_archive_looks_there_too_and_says_why(town: Town) -> None:
    posts_db = town.folder / "posts.db"
    town.command("index", table(town, NEVER_STORED), "--posts", posts_db)
    article = town.write("left.txt", QUOTED)
    result = town.command("archive", article, "--archive", town.archive, "--config", town.config(), "--posts", posts_db)
    (row,) = lines(result)
    assert (row["outcome"], row["post_id"], row["state"]) == ("resolved", NEVER_STORED.id, "deleted")


def test_what_find_prints_can_be_indexed(town: Town) -> None:
    page = town.publish([PICTURED])
    found = town.write("found.jsonl", town.command("find", page, "--config", town.config()).stdout)
    (row,) = lines(town.command("index", found, "--posts", town.folder / "posts.db"))
    assert (row["new_posts"], row["new_records"], row["new_pages"]) == (1, 0, 1)
    with PostIndex(town.folder / "posts.db") as opened:
        held = opened.post(f"x:{PICTURED.id}")
    assert held is not None
    assert [showing.pages for showing in held.showings] == [(page,)]


@pytest.mark.parametrize("command", ["resolve", "archive"])
def test_an_index_that_is_not_there_is_named(town: Town, command: str) -> None:
    path = town.folder / "none.db"
    result = town.command(command, town.write("left.txt", LEFTOVERS), "--archive", town.archive, "--posts", path)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == f"error: {path}: there is no such post index (`archiver index FILE` makes one)\n"
    assert not path.exists()
