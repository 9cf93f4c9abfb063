"""Exported tables: what a row says, that all forms say the same, and that they stream.

The invariant over hostile text: whatever strings an archive holds, CSV reads back as the defused cells, and JSON lines
and Parquet give them back as they were.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import InputError, UsageError
from archiver.exporting import spreadsheet
from archiver.exporting.cited import Selection
from archiver.exporting.columns import Column, Kind, Row, Table
from archiver.exporting.forms import BATCH, Form, write_table
from archiver.exporting.tables import POSTS, TABLES, rows_of
from archiver.model import State
from archiver.store import Archive
from tests.exporting.staging import MADE, SEEN, mention, post, staged

parquet = pytest.importorskip("pyarrow.parquet")

DELETED = "x:1590171771531264000"
ALL_TABLES = sorted(TABLES)


def exported(folder: Path, form: Form, table: str = "posts", selection: Selection | None = None) -> bytes:
    out = io.BytesIO()
    with Archive.open(folder) as archive:
        rows = rows_of(archive, TABLES[table], selection or Selection())
        write_table(form, TABLES[table], rows, out)
    return out.getvalue()


def json_rows(folder: Path, table: str = "posts", **selection: Any) -> list[dict[str, Any]]:
    data = exported(folder, Form.JSONL, table, Selection(**selection))
    return [json.loads(line) for line in data.splitlines()]


def csv_rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline=""), strict=True))


def parquet_rows(data: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = parquet.read_table(io.BytesIO(data)).to_pylist()
    return rows


class TestARow:
    def test_of_a_deleted_post_tells_the_whole_chain(self, shipped: Path) -> None:
        [row] = [row for row in json_rows(shipped) if row["post_key"] == DELETED]
        assert row == {
            "article_id": "a-2fc2462a1cb4c0be",
            "article_uri": "ni:///sha-256;L8JGKhy0wL6znEPizCl0EjevjfHJI29AQL7M7ASAqKs",
            "article_source": "examples/flood.html",
            "article_title": "The night the Lunn came over the wall",
            "article_language": "en",
            "article_published": "2022-11-10T07:30:00Z",
            "mention_id": "m-77cd0f3e98c4dd14",
            "start": None,
            "end": None,
            "selector": "html > body > article:nth-child(2) > blockquote:nth-child(9)",
            "rule": "x.blockquote",
            "confidence": 0.99,
            "times": 1,
            "quote": "堤防が切れた。三丁目の交差点まで水が来ている。みんな逃げて。",
            "printed_handle": "mizuno_haru_x",
            "printed_name": "水野はる",
            "printed_date": "2022-11-09",
            "outcome": "resolved",
            "score": row["score"],
            "outcome_reason": row["outcome_reason"],
            "platform": "x",
            "post_key": DELETED,
            "post_id": "1590171771531264000",
            "url": "https://x.com/mizuno_haru_x/status/1590171771531264000",
            "handle": "mizuno_haru_x",
            "display_name": "水野はる",
            "account_id": row["account_id"],
            "created_at": row["created_at"],
            "text": "堤防が切れた。三丁目の交差点まで水が来ている。みんな逃げて。",
            "language": row["language"],
            "media_count": 0,
            "state": "deleted",
            "seen_at": "2026-11-20T09:00:04.250000Z",
            "how": "x.syndication+x.oembed",
            "state_reason": row["state_reason"],
            "confirmed": False,
            "evidence": row["evidence"],
            "record_id": row["evidence"][0],
            "warc_file": "archiver-000001-20261120090000.warc.gz",
            "warc_offset": row["warc_offset"],
            "payload_digest": row["payload_digest"],
            "resolution_record": row["resolution_record"],
            "observation_record": row["observation_record"],
        }
        with Archive.open(shipped) as archive:
            capture = archive.catalogue.capture_at(row["warc_file"], row["warc_offset"])
            assert capture is not None
            assert (capture.record_id, capture.payload_digest) == (row["record_id"], row["payload_digest"])
            [(look, record_id)] = archive.catalogue.observations(DELETED)
        assert (record_id, list(look.evidence)) == (row["observation_record"], row["evidence"])

    def test_an_unresolved_post_has_the_words_of_the_article_and_no_post(self, shipped: Path) -> None:
        [row] = json_rows(shipped, state=State.UNRESOLVED)
        assert (row["printed_handle"], row["outcome"], row["state"]) == ("lunn_ferry_desk", "unresolved", "unresolved")
        assert [row[name] for name in ("post_key", "post_id", "url", "text", "media_count", "seen_at")] == [None] * 6

    def test_the_last_look_counts_and_the_words_of_an_earlier_one_stay(self, tmp_path: Path) -> None:
        with staged(tmp_path) as stage:
            _, [cited] = stage.article("words", "story.txt", [mention(start=0, end=5, text="words")])
            seen, gone = stage.answer(1), stage.answer(2)
            stage.resolved(cited, post(20), [seen])
            stage.look(post(20), State.LIVE, 0, [seen], shown=True)
            stage.look(post(20), State.DELETED, 30, [gone])
        [row] = json_rows(tmp_path)
        assert (row["state"], row["seen_at"], row["confirmed"]) == ("deleted", "2026-03-02T18:00:00Z", True)
        assert (row["text"], row["media_count"], row["created_at"]) == (
            "The bridge is shut.",
            1,
            "2022-11-09T06:30:15Z",
        )
        assert (row["evidence"], row["record_id"]) == ([gone], gone)

    def test_a_post_that_was_never_looked_at_has_the_state_that_was_seen_while_resolving(self, tmp_path: Path) -> None:
        with staged(tmp_path) as stage:
            _, [cited] = stage.article("words", "story.txt", [mention(start=0, end=5)])
            seen = stage.answer(1)
            stage.resolved(cited, post(20), [seen])
        [row] = json_rows(tmp_path)
        assert (row["state"], row["seen_at"], row["record_id"]) == ("live", None, seen)

    def test_a_mention_that_nobody_resolved_yet_is_a_row(self, tmp_path: Path) -> None:
        with staged(tmp_path) as stage:
            stage.article("words", "story.txt", [mention(start=0, end=5), mention(start=1, end=4)])
        rows = json_rows(tmp_path)
        assert [(row["start"], row["outcome"], row["state"], row["evidence"]) for row in rows] == [
            (0, None, None, []),
            (1, None, None, []),
        ]

    def test_evidence_that_is_not_in_the_archive_is_named_and_not_placed(self, tmp_path: Path) -> None:
        with staged(tmp_path) as stage:
            _, [cited] = stage.article("words", "story.txt", [mention(start=0, end=5)])
            stage.resolved(cited, post(20), ["urn:uuid:elsewhere"])
        [row] = json_rows(tmp_path)
        assert (row["evidence"], row["record_id"], row["warc_file"]) == (["urn:uuid:elsewhere"], None, None)


class TestForms:
    @pytest.mark.parametrize("name", ALL_TABLES)
    def test_all_forms_have_the_same_columns_and_rows(self, shipped: Path, name: str) -> None:
        rows = json_rows(shipped, name)
        names = [column.name for column in TABLES[name].columns]
        assert rows
        assert len(names) == len(set(names))
        assert [list(row) for row in rows] == [names] * len(rows)
        cells = [
            {key: "" if value is None else str(spreadsheet.cell(value)) for key, value in row.items()} for row in rows
        ]
        assert csv_rows(exported(shipped, Form.CSV, name)) == cells
        assert json.loads(json.dumps(parquet_rows(exported(shipped, Form.PARQUET, name)), default=rfc3339)) == rows

    @pytest.mark.parametrize("name", ALL_TABLES)
    def test_a_catalogue_made_anew_gives_the_same_bytes(self, shipped: Path, name: str) -> None:
        before = {form: exported(shipped, form, name) for form in Form}
        with Archive.open(shipped, write=True) as archive:
            archive.rebuild()
        assert {form: exported(shipped, form, name) for form in Form} == before

    def test_parquet_has_types_and_says_what_its_columns_hold(self, shipped: Path) -> None:
        file = parquet.ParquetFile(io.BytesIO(exported(shipped, Form.PARQUET)))
        kinds = {field.name: str(field.type) for field in file.schema_arrow}
        assert kinds["seen_at"] == kinds["created_at"] == "timestamp[us, tz=UTC]"
        assert (kinds["start"], kinds["confidence"], kinds["confirmed"]) == ("int64", "double", "bool")
        assert kinds["evidence"] == "list<element: string not null>"
        assert file.metadata.row_group(0).column(0).compression == "ZSTD"
        field = file.schema_arrow.field("seen_at")
        assert field.metadata[b"what"] == b"of that look"
        [row] = [row for row in file.read().to_pylist() if row["post_key"] == DELETED]
        assert row["seen_at"] == datetime(2026, 11, 20, 9, 0, 4, 250_000, tzinfo=UTC)

    def test_an_archive_without_articles_gives_headings_alone(self, tmp_path: Path) -> None:
        with staged(tmp_path) as stage:
            stage.answer(1)
        assert exported(tmp_path, Form.JSONL) == b""
        assert exported(tmp_path, Form.CSV).decode() == ",".join(column.name for column in POSTS.columns) + "\r\n"
        assert parquet_rows(exported(tmp_path, Form.PARQUET)) == []


TWO = Table(
    "two", "For this test.", (Column("a", Kind.TEXT, ""), Column("b", Kind.TEXTS, "")), lambda archive: iter(())
)


def written(form: Form, rows: Iterator[Row]) -> bytes:
    out = io.BytesIO()
    write_table(form, TWO, rows, out)
    return out.getvalue()


TEXTS = st.text(st.characters(exclude_categories=("Cs",))) | st.sampled_from(
    ["=HYPERLINK(1)", "+1", "-1", "@a", "\tx", "\r", "＝1", "'=1", 'a"b', "a\r\nb", "\x00", "\u202e", "", " "]
)


class TestHostileText:
    @given(st.lists(st.tuples(TEXTS | st.none(), st.lists(TEXTS).map(tuple)), max_size=5))
    def test_comes_out_as_it_went_in(self, rows: list[Row]) -> None:
        lines = [json.loads(line) for line in written(Form.JSONL, iter(rows)).splitlines()]
        assert [(line["a"], tuple(line["b"])) for line in lines] == rows
        table = parquet_rows(written(Form.PARQUET, iter(rows)))
        assert [(row["a"], tuple(row["b"])) for row in table] == rows

    @given(st.lists(st.tuples(TEXTS, st.lists(TEXTS).map(tuple)), max_size=5))
    def test_in_csv_begins_like_no_formula(self, rows: list[Row]) -> None:
        read = csv_rows(written(Form.CSV, iter(rows)))
        assert [row["a"] for row in read] == [spreadsheet.cell(row[0]) for row in rows]
        assert not any(cell.startswith(spreadsheet.FORMULA_STARTS) for row in read for cell in row.values())


class TestStreaming:
    @pytest.mark.parametrize("form", [Form.CSV, Form.JSONL])
    def test_a_row_is_written_before_the_next_one_is_made(self, form: Form) -> None:
        out = io.BytesIO()
        sizes: list[int] = []

        def rows() -> Iterator[Row]:
            for number in range(3):
                sizes.append(len(out.getvalue()))
                yield str(number), ()

        assert write_table(form, TWO, rows(), out) == 3
        assert sizes == sorted(set(sizes))

    def test_parquet_holds_one_row_group_at_a_time(self) -> None:
        data = written(Form.PARQUET, ((str(number), ()) for number in range(BATCH + 1)))
        file = parquet.ParquetFile(io.BytesIO(data))
        assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [BATCH, 1]

    def test_more_articles_than_one_page_of_the_catalogue(self, tmp_path: Path) -> None:
        names = [f"story-{number:03d}.txt" for number in range(300)]
        with staged(tmp_path) as stage:
            for name in names:
                stage.article(f"words of {name}", name, [mention(start=0, end=5)])
        assert [row["article_source"] for row in json_rows(tmp_path)] == names

    def test_who_writes_meanwhile_is_neither_waited_for_nor_seen(self, tmp_path: Path) -> None:
        with staged(tmp_path) as stage:
            for number in range(300):
                stage.article(f"words {number}", f"{number}.txt", [mention(start=0, end=5)])
        with Archive.open(tmp_path) as archive:
            rows = rows_of(archive, TABLES["articles"])
            first = next(rows)
            with staged(tmp_path) as stage:
                assert stage.archive.warnings == []
                stage.article("later", "later.txt", [])
            sources = [row[2] for row in (first, *rows)]
        assert sources == [f"{number}.txt" for number in range(300)]


class TestSelecting:
    def test_by_state_platform_and_time(self, shipped: Path) -> None:
        assert {row["state"] for row in json_rows(shipped, state=State.LIVE)} == {"live"}
        assert len(json_rows(shipped, platform="x")) == 8
        assert json_rows(shipped, platform="vk") == []
        later = datetime(2026, 11, 20, 9, 0, 6, tzinfo=UTC)
        rows = json_rows(shipped, since=later)
        assert rows
        assert all(row["seen_at"] >= "2026-11-20T09:00:06" for row in rows)
        assert len(json_rows(shipped, "observations", state=State.LIVE)) == 3

    @pytest.mark.parametrize("name", ["a-1a7bcf6d0fa0d827", "examples/flood.txt"])
    def test_by_article(self, shipped: Path, name: str) -> None:
        assert [row["article_source"] for row in json_rows(shipped, article=name)] == ["examples/flood.txt"]
        assert len(json_rows(shipped, "mentions", article=name)) == 1
        assert len(json_rows(shipped, "articles", article=name)) == 1

    def test_an_article_that_is_not_there_is_an_error(self, shipped: Path) -> None:
        with pytest.raises(InputError, match="no such article"):
            json_rows(shipped, article="a-0")

    def test_what_a_table_cannot_tell_is_not_taken_for_nothing(self, shipped: Path) -> None:
        with pytest.raises(UsageError, match="no column state"):
            json_rows(shipped, "captures", state=State.LIVE)


def rfc3339(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def test_the_times_of_this_test_are_what_it_takes_them_for() -> None:
    assert (rfc3339(MADE), rfc3339(SEEN)) == ("2022-11-09T06:30:15Z", "2026-03-01T12:00:00Z")
