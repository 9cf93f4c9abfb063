"""An index that is made at once. Invariant: it holds what adding the same rows in one batch would hold, however they
are cut into batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import ArchiveError
from archiver.store import postbulk, postindex
from archiver.store.postbulk import write_claims, write_index
from archiver.store.postindex import PostIndex
from archiver.store.postmerge import (
    MAX_ADDRESS,
    MAX_FURTHER,
    MAX_OF_SITE,
    MAX_PAGES,
    MAX_TEXTS,
    Claim,
    Row,
    variant_of,
)
from tests.store.test_postindex import WORDS, post_of, tables

Tables = dict[str, list[tuple[Any, ...]]]


def shown(number: int, page: str, seen: str | None = "2024-01-01", **fields: Any) -> Row:
    return Row(post_of(number, **fields), False, page, seen)


def in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row.post.key, row.page or ""))


def at_once(path: Path, rows: Sequence[Row]) -> Tables:
    path.unlink(missing_ok=True)
    write_index(path, rows)
    with PostIndex(path) as index:
        return tables(index)


def one_by_one(path: Path, rows: Sequence[Row]) -> Tables:
    path.unlink(missing_ok=True)
    with PostIndex(path, write=True) as index:
        index.add(rows)
        return tables(index)


POSTS = st.builds(
    post_of,
    st.integers(1, 6),
    handle=st.sampled_from(["Pier_Nine", "pier_nine", "lamp", None]),
    day=st.sampled_from(["2021-03-04", "2021-03-05", None]),
    text=st.sampled_from([WORDS, WORDS.upper(), WORDS + " pic.twitter.com/a", "The lamp.", "Дамба", None, ""]),
    account_id=st.sampled_from([None, None, "7", "8"]),
)
PAGES = st.builds("https://{}.example/{}".format, st.sampled_from("abc"), st.integers(1, 9))
ROWS = st.lists(
    st.builds(Row, POSTS, st.just(False), PAGES, st.sampled_from([None, "2024-01-01", "2024-02-02T10:00:00Z"])),
    max_size=40,
).map(in_order)


@given(ROWS, st.sampled_from([1, 2, 3, 7, 100]))
def test_it_holds_what_adding_holds(tmp_path_factory: pytest.TempPathFactory, rows: list[Row], batch: int) -> None:
    folder = tmp_path_factory.mktemp("bulk")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postbulk, "BATCH", batch)
        made = at_once(folder / "a.db", rows)
    assert made == one_by_one(folder / "b.db", rows)


def claim_of(row: Row) -> Claim:
    post, _, page, seen = row
    folded = post.handle.casefold() if post.handle else None
    return Claim(
        post.key, post.platform, post.id, post.scope, post.url, post.handle, folded, post.display_name, post.day,
        post.created_at.isoformat() if post.created_at else None, post.text or None, variant_of(folded, post.text),
        page or "", seen,
    )  # fmt: skip


def from_claims(path: Path, rows: Sequence[Row], piece: int) -> Tables:
    """The index of what pages show, in pieces of so many."""
    claims = list(map(claim_of, rows))
    pieces = (claims[at : at + piece] for at in range(0, len(claims), piece))
    path.unlink(missing_ok=True)
    write_claims(path, (list(zip(*piece, strict=True)) for piece in pieces))
    with PostIndex(path) as index:
        return tables(index)


@given(ROWS, st.sampled_from([1, 2, 3, 100]))
def test_claims_of_pages_make_what_rows_make(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], piece: int
) -> None:
    rows = [row._replace(post=msgspec.structs.replace(row.post, account_id=None)) for row in rows]
    folder = tmp_path_factory.mktemp("bulk")
    assert from_claims(folder / "claims.db", rows, piece) == at_once(folder / "rows.db", rows)


@pytest.mark.parametrize("piece", [50, 64, 100_000])
def test_claims_of_a_large_post_and_of_one_with_a_long_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(postbulk, "BATCH", 50)
    monkeypatch.setattr(postbulk, "MAX_HELD", 100)
    rows = in_order(
        [*many(600, sites=40, wordings=30), shown(3, "https://a.example/" + "x" * MAX_ADDRESS),
         shown(4, "https://a.example/"), shown(4, "https://b.example/", "2023-01-01", handle="other"),
         shown(5, "https://a.example/")]
    )  # fmt: skip
    made = from_claims(tmp_path / "claims.db", rows, piece)
    assert made == at_once(tmp_path / "rows.db", rows)
    assert len(made["posts"]) == 5
    assert from_claims(tmp_path / "none.db", [], piece)["posts"] == []


@pytest.mark.parametrize("piece", [1, 2, 100])
def test_claims_in_another_order_are_refused(tmp_path: Path, piece: int) -> None:
    rows = in_order(shown(number, f"https://a.example/{page}") for number in (1, 2, 3) for page in range(2))
    for other in (rows[::-1], [*rows[:1], *rows[2:], rows[1]], [rows[2], rows[0], rows[4]]):
        with pytest.raises(ValueError, match="order of keys"):
            from_claims(tmp_path / "other.db", other, piece)
        assert list(tmp_path.iterdir()) == []


def test_vouched_records_count_as_they_do_elsewhere(tmp_path: Path) -> None:
    rows = in_order([shown(1, "https://a.example/"), shown(2, "https://a.example/", handle="other")])
    rows.append(Row(post_of(2, text="The record"), True, None, "2024-01-01"))
    assert at_once(tmp_path / "a.db", rows) == one_by_one(tmp_path / "b.db", rows)


def many(count: int, *, sites: int, wordings: int) -> list[Row]:
    return in_order(
        shown(
            1 + number % 2,
            f"https://n{number % sites}.example/{number}",
            f"2024-01-{number % 28 + 1:02}",
            text=f"{WORDS} {number % wordings}",
        )
        for number in range(count)
    )


@pytest.mark.parametrize("batch", [10, 100_000])
@pytest.mark.parametrize(("sites", "wordings"), [(1, 1), (7, 3), (200, 30)])
def test_a_post_of_many_pages_keeps_the_same_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int, sites: int, wordings: int
) -> None:
    rows = many(600, sites=sites, wordings=wordings)
    expected = one_by_one(tmp_path / "b.db", rows)
    monkeypatch.setattr(postbulk, "BATCH", batch)
    monkeypatch.setattr(postbulk, "MAX_HELD", 2 * batch)
    assert at_once(tmp_path / "a.db", rows) == expected
    assert len(expected["citations"]) == 2 * min(MAX_PAGES, MAX_OF_SITE * sites)
    assert len(expected["texts"]) == 2 * min(MAX_TEXTS, max(1, wordings))


def test_a_page_that_was_seen_again_and_again_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        shown(1, f"https://n{page}.example/", f"2024-{month:02}-01", text=f"{WORDS} {month}")
        for page in range(70, 99)
        for month in range(1, 13)
    ]
    expected = one_by_one(tmp_path / "b.db", rows)
    assert {row[3:] for row in expected["citations"]} == {("2024-01-01", "2024-12-01")}
    for batch in (5, 7, 100):
        monkeypatch.setattr(postbulk, "BATCH", batch)
        monkeypatch.setattr(postbulk, "MAX_HELD", 1)
        made = at_once(tmp_path / "a.db", rows)
        assert [row[:2] + row[3:] for row in made["citations"]] == [row[:2] + row[3:] for row in expected["citations"]]
        assert made["texts"] == expected["texts"]


def test_only_so_many_further_pages_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = in_order(shown(1, f"https://n.example/{number:06}") for number in range(MAX_FURTHER + 50))
    expected = one_by_one(tmp_path / "b.db", rows)
    assert len(expected["further"]) == MAX_FURTHER
    for held in (1000, 200_000):
        monkeypatch.setattr(postbulk, "BATCH", 1000)
        monkeypatch.setattr(postbulk, "MAX_HELD", held)
        assert at_once(tmp_path / "a.db", rows) == expected


def test_the_pages_of_a_post_that_is_everywhere_are_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postbulk, "BATCH", 50)
    monkeypatch.setattr(postbulk, "MAX_HELD", 100)
    held: list[int] = []
    settle = postbulk._Large.settle

    def watched(large: postbulk._Large) -> None:
        held.append(len(large.said.pages))
        settle(large)

    monkeypatch.setattr(postbulk._Large, "settle", watched)
    at_once(tmp_path / "a.db", in_order(shown(1, f"https://n.example/{number:06}") for number in range(3000)))
    assert max(held) <= 150


def test_the_same_rows_make_the_same_bytes(tmp_path: Path) -> None:
    rows = many(50, sites=5, wordings=2)
    for name in ("a.db", "b.db"):
        write_index(tmp_path / name, rows)
    assert (tmp_path / "a.db").read_bytes() == (tmp_path / "b.db").read_bytes()


def test_more_can_be_added_to_it(tmp_path: Path) -> None:
    write_index(tmp_path / "a.db", [shown(1, "https://a.example/")])
    with PostIndex(tmp_path / "a.db", write=True) as index:
        index.add([shown(1, "https://b.example/"), shown(2, "https://b.example/")])
        (held,) = index.posts_between("x", "PIER_NINE", "2021-03-04", "2021-03-04")[:1]
    assert held.showings[0].pages == ("https://a.example/", "https://b.example/")


def test_half_a_surrogate_pair_stops_nothing(tmp_path: Path) -> None:
    rows = [shown(1, "https://a.example/", text="a \ud83d b")]
    assert at_once(tmp_path / "a.db", rows) == one_by_one(tmp_path / "b.db", rows)


def test_nothing_is_left_of_an_index_that_was_not_finished(tmp_path: Path) -> None:
    def failing() -> Iterable[Row]:
        yield shown(1, "https://a.example/")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_index(tmp_path / "a.db", failing())
    with pytest.raises(ValueError, match="order of keys"):
        write_index(tmp_path / "a.db", [shown(2, "https://a.example/"), shown(1, "https://a.example/")])
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_text("mine")
    with pytest.raises(ArchiveError, match="cannot be made"):
        write_index(path, [])
    assert path.read_text() == "mine"
    with pytest.raises(ArchiveError, match="cannot be made"):
        write_index(tmp_path / "none" / "a.db", [])


def test_an_empty_one_is_one(tmp_path: Path) -> None:
    assert all(not rows for rows in at_once(tmp_path / "a.db", []).values())
    assert postindex.place_of(tmp_path) == tmp_path
    write_index(tmp_path / postindex.IN_FOLDER, [shown(1, "https://a.example/")])
    with PostIndex(tmp_path) as index:
        assert index.post("x:1") is not None
