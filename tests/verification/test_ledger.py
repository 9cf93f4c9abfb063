"""What an archive knew at a place in its records is what its catalogue said when it had read so far."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model import Mention, Observation, Post, State
from archiver.resolution.known import Stored
from archiver.store import Archive
from archiver.store.conclusions import observation_conclusion
from archiver.verification.ledger import Ledger

DAY = datetime(2024, 5, 1, 12, tzinfo=UTC)
HANDLES = ("Ada", "ada", "brook", None)
ACCOUNTS = ("a1", "a2", None)


@st.composite
def looks(draw: st.DrawFn) -> list[Observation]:
    """Some looks at three posts of two accounts, which change their handles and show more or less."""
    found = []
    for number in range(draw(st.integers(1, 12))):
        post_id = draw(st.sampled_from(("1", "2", "3")))
        post = Post(
            platform="x",
            id=post_id,
            url=f"https://x.com/i/status/{post_id}",
            handle=draw(st.sampled_from(HANDLES)),
            account_id=draw(st.sampled_from(ACCOUNTS)),
            created_at=draw(st.sampled_from((DAY, DAY + timedelta(days=1), None))),
            day=draw(st.sampled_from(("2024-05-01", None))),
            text=f"words {number}",
        )
        seen = DAY + timedelta(days=draw(st.integers(2, 9)))
        found.append(
            Observation(
                platform="x",
                post_id=post_id,
                url=post.url,
                state=State.LIVE,
                seen_at=seen,
                how="",
                reason="",
                post=post,
            )
        )
    return found


def known(posts: Stored | object) -> Iterator[object]:
    assert hasattr(posts, "posts_between")
    for handle in ("ada", "BROOK", "nobody"):
        yield posts.posts_between("x", handle, "2024-05-01", "2024-05-02")
        yield posts.posts_between("x", handle, "2024-05-02", "2024-05-02")
        yield posts.handle_uses("x", handle)  # type: ignore[attr-defined]
    for post_id in ("1", "2", "3", "4"):
        yield posts.post(f"x:{post_id}")  # type: ignore[attr-defined]


@settings(max_examples=40)
@given(seen=looks())
def test_at_every_place_it_knows_what_the_catalogue_knew(
    tmp_path_factory: pytest.TempPathFactory, seen: list[Observation]
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    told = []
    with Archive.open(folder, write=True) as archive, archive.session() as session:
        for look in seen:
            told.append(list(known(Stored(archive.catalogue))))
            session.write_conclusion(observation_conclusion(look))
        told.append(list(known(Stored(archive.catalogue))))
    with Archive.open(folder) as archive, Ledger(archive) as ledger:
        places = [entry.place for entry in ledger.entries() if entry.conclusion and entry.conclusion.observation]
        then = [list(known(ledger.known(place, place))) for place in (*places, places[-1] + 1)]
    assert then == told


def test_nothing_of_a_mention_is_known_before_it_was_found(tmp_path: Path) -> None:
    with Archive.open(tmp_path, write=True) as archive, Ledger(archive) as ledger:
        assert ledger.mentions("m-1", 1 << 60) == []
        assert list(ledger.entries()) == []
        mention = Mention(source="", platform="x", rule="", confidence=1)
        assert ledger.changes(mention, 0, 1 << 60, 10) == []
