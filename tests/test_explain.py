"""The chain of evidence behind one record, for everything that has an id."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archiver.cli import main
from archiver.explain import Link, explain
from archiver.store import Archive
from archiver.store.catalogue import TABLES
from tests.town import PICTURED, Town

SHIPPED = Path(__file__).parents[1] / "warc"
DELETED = "x:1590171771531264000"
FLATTENED = "vesna_dam_eng"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED, tmp_path / "warc", ignore=shutil.ignore_patterns("catalogue.db*", ".lock"))
    return tmp_path / "warc"


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--archive", str(folder)])


def below(link: Link, kind: str) -> list[Link]:
    return [one for child in link.rests_on for one in ([child] if child.kind == kind else []) + below(child, kind)]


def facts(link: Link) -> dict[str, str]:
    return dict(link.facts)


def chain(folder: Path, id_: str) -> Link:
    with Archive.open(folder) as archive:
        return explain(archive, id_)


class TestChains:
    def test_a_mention_from_article_to_digest(self, folder: Path) -> None:
        with Archive.open(folder) as archive:
            mention = next(m for _, m in archive.catalogue.mentions() if m.handle == FLATTENED and m.start is not None)
        link = chain(folder, mention.id)
        assert (link.kind, link.id) == ("mention", mention.id)
        assert facts(link)["place"] == f"characters {mention.start} to {mention.end}"
        assert facts(link)["rule"] == "x.signature"
        (article,) = below(link, "article")
        assert facts(article)["digest"].startswith("sha256:")
        assert [facts(record)["type"] for record in article.rests_on] == ["resource"]
        (resolution,) = below(link, "resolution")
        assert len(below(resolution, "candidate")) == 3
        assert below(link, "observation")
        assert {facts(record)["digest"] for record in below(link, "record")} == {"matches"}

    def test_an_article_with_what_it_cites(self, folder: Path) -> None:
        with Archive.open(folder) as archive:
            article = next(a for a, _ in archive.catalogue.articles() if a.source.endswith(".html"))
        link = chain(folder, article.id)
        assert facts(link)["source"] == article.source
        assert len([child for child in link.rests_on if child.kind == "mention"]) == 7

    @pytest.mark.parametrize(
        "id_",
        [
            DELETED,
            f"https://x.com/mizuno_haru_x/status/{DELETED[2:]}",
            f"https://twitter.com/i/status/{DELETED[2:]}?s=20",
        ],
    )
    def test_a_post_by_key_and_by_permalink(self, folder: Path, id_: str) -> None:
        link = chain(folder, id_)
        assert (link.kind, link.id) == ("post", DELETED)
        (seen, *_) = [child for child in link.rests_on if child.kind == "observation"]
        assert facts(seen)["state"] == "deleted"
        assert facts(seen)["control"] == "live"
        assert [facts(record).get("status") for record in seen.rests_on][1:3] == ["404", "404"]
        assert len(below(link, "mention")) == 1

    def test_a_record_with_and_without_its_scheme(self, folder: Path) -> None:
        with Archive.open(folder) as archive:
            record_id = archive.catalogue.rows("captures")[3][3]
        for id_ in (record_id, f"<{record_id}>", record_id.removeprefix("urn:uuid:"), record_id[:20]):
            link = chain(folder, id_)
            assert (link.kind, link.id) == ("record", record_id)
            assert facts(link)["digest"] == "matches"

    def test_the_beginning_of_an_id(self, folder: Path) -> None:
        with Archive.open(folder) as archive:
            mention = archive.catalogue.mentions()[0][1]
        assert chain(folder, mention.id[:10]).id == mention.id
        assert chain(folder, DELETED[:12]).id == DELETED

    def test_a_revisit_leads_to_its_original(self, town: Town) -> None:
        for _ in range(2):
            town.run(town.page([PICTURED]))
        with Archive.open(town.archive) as archive:
            revisit = next(row[3] for row in archive.catalogue.rows("captures") if row[4] == "revisit")
        link = chain(town.archive, revisit)
        (original,) = link.rests_on
        assert (facts(link)["type"], facts(original)["type"]) == ("revisit", "response")
        assert facts(link)["payload"] == facts(original)["payload"]


class TestIdsThatNameNothing:
    @pytest.mark.parametrize(
        "id_", ["m-ffffffffffffffff", "x:20", "x:", "urn:uuid:00000000", "", "%", "m", "https://x.com/a"]
    )
    def test_unknown(self, folder: Path, id_: str) -> None:
        result = run(folder, "explain", id_)
        assert (result.exit_code, result.stdout) == (3, "")
        assert result.stderr.count("\n") == 1
        assert "no such id" in result.stderr

    @pytest.mark.parametrize("id_", ["urn:", "x:15", "urn:uuid:"])
    def test_more_than_one(self, folder: Path, id_: str) -> None:
        result = run(folder, "explain", id_)
        assert (result.exit_code, result.stdout) == (3, "")
        assert result.stderr.count("\n") == 1
        assert "more than one" in result.stderr

    def test_no_archive(self, tmp_path: Path) -> None:
        result = run(tmp_path / "nowhere", "explain", "x:1")
        assert (result.exit_code, result.stderr.count("\n")) == (3, 1)


def test_a_record_that_was_altered_does_not_match(folder: Path) -> None:
    with Archive.open(folder) as archive:
        capture = next(
            capture
            for capture in archive.catalogue.captures_in(archive.segment_files()[0].name)
            if capture.record_type == "response" and DELETED[2:] in capture.target_uri
        )
    segment = folder / "archive" / capture.file
    data = bytearray(segment.read_bytes())
    data[capture.offset + capture.length // 2] ^= 0x10
    segment.write_bytes(data)
    link = chain(folder, DELETED)
    digests = {record.id: facts(record)["digest"] for record in below(link, "record")}
    assert digests.pop(capture.record_id) != "matches"
    assert set(digests.values()) == {"matches"}


class TestFormats:
    def test_json_is_one_object(self, folder: Path) -> None:
        row = json.loads(run(folder, "explain", DELETED).stdout)
        assert (row["kind"], row["id"]) == ("post", DELETED)
        assert json.loads(run(folder, "explain", DELETED, "--format", "json").stdout) == [row]

    def test_people_get_an_outline(self, folder: Path) -> None:
        text = run(folder, "explain", DELETED, "--format", "table").stdout.splitlines()
        assert text[0] == f"post {DELETED}"
        assert "  observation " in text[6]
        assert any(line.strip() == "digest: matches" for line in text)

    def test_csv_has_a_line_a_fact(self, folder: Path) -> None:
        rows = list(csv.DictReader(io.StringIO(run(folder, "explain", DELETED, "--format", "csv").stdout)))
        assert rows[0]["kind"] == "post"
        assert {"observation", "mention", "record"} <= {row["kind"] for row in rows}
        assert next(row["value"] for row in rows if row["fact"] == "state") == "deleted"


class TestRebuild:
    def tables(self, folder: Path) -> dict[str, Any]:
        with Archive.open(folder) as archive:
            return {table: archive.catalogue.rows(table) for table in TABLES}

    @pytest.mark.parametrize("damage", ["none", "gone", "garbage", "version"])
    def test_from_whatever_state_of_the_catalogue(self, folder: Path, damage: str) -> None:
        before = self.tables(folder)
        index = {path.name: path.read_bytes() for path in (folder / "indexes").iterdir()}
        catalogue = folder / "catalogue.db"
        if damage == "gone":
            catalogue.unlink()
        elif damage == "garbage":
            catalogue.write_bytes(b"this is no database, and long enough to be looked at as one " * 100)
        elif damage == "version":
            with sqlite3.connect(catalogue) as db:
                db.execute("PRAGMA user_version = 99")
            db.close()
        for path in (folder / "indexes").iterdir():
            path.unlink()
        result = run(folder, "rebuild")
        assert result.exit_code == 0, result.stderr
        (row,) = map(json.loads, result.stdout.splitlines())
        assert row["records"] == len(before["captures"])
        assert self.tables(folder) == before
        assert {path.name: path.read_bytes() for path in (folder / "indexes").iterdir()} == index

    @pytest.mark.parametrize("fmt", ["table", "jsonl", "json", "csv"])
    def test_formats(self, folder: Path, fmt: str) -> None:
        result = run(folder, "rebuild", "--format", fmt)
        assert result.exit_code == 0
        assert "archiver-000001" in result.stdout

    def test_no_archive(self, tmp_path: Path) -> None:
        result = run(tmp_path / "nowhere", "rebuild")
        assert (result.exit_code, result.stderr.count("\n")) == (3, 1)
        assert list(tmp_path.iterdir()) == []
