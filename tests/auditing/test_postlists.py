"""What a scan made, as a list of posts to look at. Invariants: each post is looked at once, with the pages that cite
it; what is taken from such a file is stored and found again as any list is; a file of anybody's making raises nothing
but `ArchiverError`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from archiver.auditing import cited_in_archive, cited_in_permalinks, in_portions, merge, post_list
from archiver.auditing.lists.postlist import PAGES_AT_ONCE, read_post_list
from archiver.errors import ArchiverError
from archiver.face import POSTS_AT_ONCE, cited_portions
from archiver.model import Post, State
from archiver.scan.posts.building import build_posts
from archiver.scan.rows import Row
from archiver.store import postindex
from archiver.store.postbulk import write_index
from archiver.store.postindex import PostIndex
from archiver.store.postmerge import MAX_OF_SITE, MAX_PAGES, MAX_TEXTS
from archiver.store.postmerge import Row as Statement
from archiver.verification import verify
from tests.scan.mentions import IDS, WORDS, row, table
from tests.store.test_postindex import post_of
from tests.town import DELETED, NEVER_STORED, PICTURED, Town
from tests.web_twin import TwinPost

FORMS = ("posts.db", "posts.parquet", "")


def scanned(folder: Path, rows: Sequence[Row]) -> Path:
    """The folder of a scan."""
    folder.mkdir(exist_ok=True)
    build_posts(table(folder / "mentions", rows), folder / "posts.parquet", folder / "posts.db")
    return folder


def of(post: TwinPost, page: str, **fields: Any) -> Row:
    known = {"post_id": post.id, "url": post.url, "handle": post.account.handle, "display_name": post.account.name}
    known |= {"post_key": f"x:{post.id}", "date": None, "text": post.text}
    return row(None, page, **(known | fields))


def within(town: Town) -> tuple[str | Path, ...]:
    """Where an audit reads and writes: nowhere but in the town."""
    return "--archive", town.archive, "--config", town.config()


def read(place: Path) -> tuple[list[tuple[str, str | None, str | None]], list[str]]:
    """Key, page and words of each row; and what was told."""
    told: list[str] = []

    def on_error(source: str, error: ArchiverError) -> None:
        told.append(f"{source.removeprefix(str(place))} {error.problem}")

    path = post_list(str(place))
    assert path is not None
    rows = read_post_list(str(place), path, on_error)
    return sorted((one.ref.key, one.article or "", one.text) for one in rows), told


@pytest.mark.parametrize("form", FORMS)
def test_the_posts_of_a_scan_are_looked_at_with_the_pages_that_cite_them(town: Town, form: str) -> None:
    folder = scanned(
        town.folder / "crawl-posts",
        [
            of(PICTURED, "https://n.example/1"),
            of(PICTURED, "https://n.example/2"),
            of(DELETED, "https://n.example/1", text="The harbour board was told"),
            row(None, "https://n.example/3", text="Nobody tells the id of this one, and nobody can be asked for it."),
        ],
    )
    result = town.command("audit", folder / form, *within(town), "--format", "jsonl")
    assert result.exit_code == 1, result.stderr
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert sorted((one["post_id"], one["state"], one["sources"]) for one in found) == sorted(
        [
            (PICTURED.id, State.LIVE, ["https://n.example/1", "https://n.example/2"]),
            (DELETED.id, State.DELETED, ["https://n.example/1"]),
        ]
    )
    checks = {check.name: check.verdict.value for check in verify(town.archive).checks}
    assert {checks[name] for name in ("articles", "resolutions", "references")} == {"sound"}
    with town.job(offline=True, conclude=False) as job:
        given = merge([cited_in_permalinks(job, str(folder / form), on_error=_raise)])
        assert cited_in_archive(job) == given


def _raise(_source: str, error: ArchiverError) -> None:
    raise error


@pytest.mark.parametrize("form", FORMS)
def test_words_are_a_pages_only_where_it_is_known_to_show_them(tmp_path: Path, form: str) -> None:
    rows = [row(0), row(1, "https://a.example/"), row(1, "https://b.example/", text=WORDS.upper() + " More of it.")]
    folder = scanned(tmp_path, rows)
    found, told = read(folder / form)
    several = [None, None] if form == "posts.parquet" else [WORDS, WORDS.upper() + " More of it."]
    assert found == [
        (f"x:{IDS[0]}", "https://news.example/a", WORDS),
        (f"x:{IDS[1]}", "https://a.example/", several[0]),
        (f"x:{IDS[1]}", "https://b.example/", several[1]),
    ]
    assert told == ([" its address is none"] if told else [])


@pytest.mark.parametrize("form", FORMS)
def test_of_a_post_that_is_everywhere_so_many_pages_are_taken(tmp_path: Path, form: str) -> None:
    pages = [f"https://n{number % 40}.example/{number:03}" for number in range(400)]
    found, _ = read(scanned(tmp_path, [row(0, page, text=f"{WORDS} {page}") for page in pages]) / form)
    assert len(found) == MAX_PAGES
    sites = [page.split("/")[2] for _, page, _ in found]
    assert max(sites.count(site) for site in sites) <= MAX_OF_SITE
    assert PAGES_AT_ONCE > 400


def test_the_pages_of_one_post_are_looked_at_some_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [f"https://n{number % 40}.example/{number:03}" for number in range(400)]
    folder = scanned(tmp_path, [row(0, page) for page in pages])
    whole = read(folder / "posts.parquet")
    monkeypatch.setattr("archiver.auditing.lists.postlist.PAGES_AT_ONCE", 7)
    assert read(folder / "posts.parquet") == whole


def test_posts_come_a_portion_at_a_time(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = scanned(town.folder / "crawl-posts", [row(number) for number in range(7)])
    monkeypatch.setattr("archiver.face.POSTS_AT_ONCE", 3)
    monkeypatch.setattr(postindex, "READ_POSTS", 2)
    with town.job(offline=True, conclude=False) as job:
        portions = list(cited_portions(job, [folder], town.settings()))
        assert [len(portion) for portion in portions] == [3, 3, 1]
        assert [len(portion) for portion in cited_portions(job, [folder, folder], town.settings())] == [7]
        cited = list(cited_in_permalinks(job, str(folder), on_error=_raise))
    assert [one for portion in portions for one in portion] == cited
    assert list(in_portions([], POSTS_AT_ONCE)) == []


def test_an_audit_of_several_portions_tells_all(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    posts = (PICTURED, DELETED, NEVER_STORED)
    folder = scanned(town.folder / "crawl-posts", [of(post, "https://n.example/1") for post in posts])
    monkeypatch.setattr("archiver.face.POSTS_AT_ONCE", 1)
    result = town.command("audit", folder, *within(town), "--format", "jsonl", "-o", town.folder / "last")
    found = {json.loads(line)["post_id"] for line in result.stdout.splitlines()}
    assert found == {post.id for post in posts}
    assert len((town.folder / "last").read_text().splitlines()) == 3


def test_an_index_that_somebody_else_made_is_not_trusted(tmp_path: Path) -> None:
    rows = [
        Statement(post_of(20), False, "https://a.example/"),
        Statement(post_of(21, url="https://x.com/pier_nine/status/20"), False, "https://a.example/"),
        Statement(post_of(22, url="javascript:alert(1)"), False, "https://a.example/"),
        Statement(post_of(23, handle="a b\n", display_name="\x1b[2J", text=None), False, "https://a.example/"),
    ]
    write_index(tmp_path / "posts.db", rows)
    found, told = read(tmp_path / "posts.db")
    assert [key for key, _, _ in found] == ["x:20", "x:23"]
    assert told == ["#2 its address is not that of 'x:21'", "#3 no post's permalink: 'javascript:alert(1)'"]


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + bytes(200) + b"PAR1", postindex.MAGIC + bytes(84)])
def test_a_file_that_is_damaged_is_told(town: Town, data: bytes) -> None:
    town.write("posts.parquet", data)
    result = town.command("audit", town.folder / "posts.parquet", *within(town))
    assert result.exit_code == 3
    assert str(town.folder / "posts.parquet") in result.stderr


def test_another_table_is_told(town: Town) -> None:
    path = town.folder / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"key": ["x:20"]}), path)
    result = town.command("audit", path, *within(town))
    assert (result.exit_code, "no table of posts" in result.stderr) == (3, True)


def test_what_is_no_post_list(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("https://x.com/pier_nine/status/20\n")
    for source in (str(tmp_path), str(tmp_path / "a.txt"), "https://x.com/pier_nine/status/20", "a\0b", "none"):
        assert post_list(source) is None


def test_posts_without_a_page_and_vouched_ones_are_looked_at_too(tmp_path: Path) -> None:
    with PostIndex(tmp_path / "posts.db", write=True) as index:
        record = Post(platform="x", id="20", url="https://x.com/pier_nine/status/20", display_name="Pier Nine")
        index.add_posts([record], vouched=True)
    assert read(tmp_path) == ([("x:20", "", None)], [])


def test_pages_whose_words_the_index_does_not_keep_are_looked_at_too(tmp_path: Path) -> None:
    wordings = [f"{WORDS} {number} metres" for number in range(12)]
    folder = scanned(
        tmp_path / "crawl", [row(0, f"https://n{n}.example/", text=text) for n, text in enumerate(wordings)]
    )
    rows, told = read(folder / "posts.db")
    assert told == []
    assert [page for _, page, _ in rows] == sorted(f"https://n{n}.example/" for n in range(12))
    assert sum(words is None for _, _, words in rows) == 12 - MAX_TEXTS
