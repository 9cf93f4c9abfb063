"""A post and what stands around it: its thread, what it quotes, its looks and pictures, each out of its own record."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.model import Capture, Observation, Post, State
from archiver.replay import Library, create_app, facts
from archiver.replay.addresses import Addresses
from archiver.store import Archive
from archiver.store.conclusions import observation_conclusion
from tests.replay.conftest import Client
from tests.replay.staged import answer, png, rewrite_member

AT = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)
TO = Addresses("harbour")


def kept(folder: Path, posts: dict[int, int | None], *, quotes: dict[int, int] | None = None) -> dict[int, Capture]:
    """Looks at posts of one account; each post's number with that of the one that it answers."""
    minutes = iter(range(1000))
    conclusions = {}
    with (
        Archive.open(folder, write=True, clock=lambda: AT + timedelta(minutes=next(minutes))) as archive,
        archive.session() as session,
    ):
        for number, above in posts.items():
            quoted = (quotes or {}).get(number)
            post = Post(
                platform="x",
                id=str(number),
                url=f"https://x.com/a/status/{number}",
                handle="a",
                account_id="7",
                created_at=AT + timedelta(minutes=number),
                text=f"words of {number}.",
                in_reply_to=f"x:{above}" if above is not None else None,
                quoted=f"x:{quoted}" if quoted is not None else None,
            )
            look = Observation(
                platform="x",
                post_id=post.id,
                url=post.url,
                state=State.LIVE,
                seen_at=AT,
                how="x",
                reason="x",
                post=post,
            )
            conclusions[number] = session.write_conclusion(observation_conclusion(look))
    return conclusions


def page(folder: Path, number: int) -> str:
    with Library([folder]) as library:
        found = Client(create_app(library)).get(TO.post(f"x:{number}"))
    assert found.status_code == 200
    return found.text


def said(html: str) -> list[int]:
    """The posts whose words stand on the page, in its order."""
    return [int(number) for number in re.findall(r"words of (\d+)\.", html)]


def chain(length: int) -> dict[int, int | None]:
    return {number: number - 1 if number > 1 else None for number in range(1, length + 1)}


def test_the_thread_in_its_order(tmp_path: Path) -> None:
    kept(tmp_path / "harbour", chain(5))
    assert said(page(tmp_path / "harbour", 3)) == [1, 2, 3, 4, 5]


def test_a_long_thread_is_cut_on_both_sides_and_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "MAX_THREAD", 2)
    kept(tmp_path / "harbour", chain(9))
    shown = page(tmp_path / "harbour", 5)
    assert said(shown) == [3, 4, 5, 6, 7]
    assert TO.post("x:2") in shown
    with Library([tmp_path / "harbour"]) as library:
        card = facts.post_card(library.shelves[0], "x:5")
        assert card is not None
        thread = facts.thread(library.shelves[0], card)
    assert (thread.missing, thread.more) == ("x:2", True)


def test_two_posts_that_answer_each_other_stand_once_each(tmp_path: Path) -> None:
    kept(tmp_path / "harbour", {1: 2, 2: 1})
    assert sorted(said(page(tmp_path / "harbour", 1))) == [1, 2]


def test_a_neighbour_whose_record_was_altered_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "harbour"
    conclusions = kept(folder, chain(5), quotes={3: 1})
    segment = next((folder / "archive").glob("*.warc.gz"))
    for number in (1, 4):
        rewrite_member(segment, conclusions[number], b"words of %d." % number, b"words of 9.")
    shown = page(folder, 3)
    assert 9 not in said(shown)
    assert said(shown) == [2, 3, 5]


def test_a_post_that_quotes_itself_stands_once(tmp_path: Path) -> None:
    kept(tmp_path / "harbour", {1: None, 2: None}, quotes={1: 1, 2: 1})
    assert said(page(tmp_path / "harbour", 1)) == [1]
    assert said(page(tmp_path / "harbour", 2)) == [2, 1]


def test_a_catalogue_that_was_altered_puts_no_other_post_under_an_address(tmp_path: Path) -> None:
    kept(tmp_path / "harbour", {1: None, 2: None})
    with closing(sqlite3.connect(tmp_path / "harbour" / "catalogue.db")) as catalogue, catalogue:
        changed = catalogue.execute(
            "UPDATE posts SET record_id = (SELECT record_id FROM posts WHERE key = 'x:2') WHERE key = 'x:1'"
        )
        assert changed.rowcount == 1
    assert said(page(tmp_path / "harbour", 1)) == []


def test_of_many_looks_the_last_are_read(tmp_path: Path) -> None:
    minutes = iter(range(1000))
    states = [State.LIVE, State.DELETED, State.PROTECTED]
    with (
        Archive.open(tmp_path / "harbour", write=True, clock=lambda: AT + timedelta(minutes=next(minutes))) as archive,
        archive.session() as session,
    ):
        for day, state in enumerate(states):
            look = Observation(
                platform="x",
                post_id="1",
                url="https://x.com/a/status/1",
                state=state,
                seen_at=AT + timedelta(days=day),
                how="x",
                reason="words of 3.",
            )
            last = session.write_conclusion(observation_conclusion(look))
    with Library([tmp_path / "harbour"]) as library:
        looks, total = facts.timeline(library.shelves[0], "x:1", limit=2)
    assert total == 3
    assert [look.observation.state for look in looks if look.observation] == [State.PROTECTED, State.DELETED]
    # one that was altered is no look that was not: what stands before it is not the state now
    rewrite_member(next((tmp_path / "harbour" / "archive").glob("*.warc.gz")), last, b"words of 3.", b"-" * 11)
    with Library([tmp_path / "harbour"]) as library:
        looks, total = facts.timeline(library.shelves[0], "x:1")
        assert facts.state_of(library.shelves[0], "x:1") is None
        shown = Client(create_app(library)).get(TO.post("x:1")).text
    assert [look.problem is None for look in looks] == [False, True, True]
    heading = shown.partition("<h1>")[2].partition("</h1>")[0]
    assert "state not known" in heading
    assert said(shown) == [3, 3]  # of the other two looks


def test_a_picture_is_the_first_whole_answer_that_was_one(tmp_path: Path) -> None:
    url, moved = "https://media.example/a.png", "https://media.example/b.png"
    with Archive.open(tmp_path / "harbour", write=True, clock=lambda: AT) as archive, archive.session() as session:
        for day, (address, body, status, extra) in enumerate(
            [
                (url, b"gone", 404, ()),
                (url, b"busy", 503, ()),
                (url, b"", 302, (("Location", "/b.png#x"),)),
                (moved, b"gone", 404, ()),
                (moved, png(3, 3), 200, ()),
                ("https://media.example/lost.png", b"gone", 404, ()),
                ("https://media.example/loop.png", b"", 302, (("Location", "/loop.png"),)),
            ]
        ):
            at = AT + timedelta(days=day)
            session.write_exchange(answer(address, body, "image/png", at=at, status=status, extra=extra))
    with Library([tmp_path / "harbour"]) as library:
        shelf = library.shelves[0]
        found = facts.media_capture(shelf, url)
        assert found is not None
        assert (found.target_uri, found.status) == (moved, 200)
        assert facts.media_capture(shelf, "https://media.example/lost.png") is None
        assert facts.media_capture(shelf, "https://media.example/loop.png") is None
