"""An account's repository of Bluesky: every post of its tree; the CAR is made by a writer that is not ours."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.brought import Record
from archiver.brought import bluesky_repository as module
from archiver.errors import InputError, LimitError
from tests.brought.making import items, kinds, posts, problems
from tests.web_twin.repository import Repository, SigningKey, block_of, car

DID = "did:plc:abcdefghijklmnopqrstuvwx"
REV = "3lq2abcdefg2a"
ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"


def record(number: int, **fields: Any) -> bytes:
    known = {"$type": "app.bsky.feed.post", "text": f"Notice number {number}.", "createdAt": "2024-11-20T08:00:00.000Z"}
    return block_of(known | fields)


def key_of(number: int) -> str:
    return "3l3vgf77uc" + ALPHABET[number // 1024 % 32] + ALPHABET[number // 32 % 32] + ALPHABET[number % 32]


def repository(count: int = 3, **more: bytes) -> Repository:
    records = {f"app.bsky.feed.post/{key_of(number)}": record(number) for number in range(count)}
    records["app.bsky.feed.like/3l3vgf77uco2g"] = block_of(
        {"$type": "app.bsky.feed.like", "createdAt": "2024-11-20T08:00:00Z"}
    )
    records["app.bsky.actor.profile/self"] = block_of({"$type": "app.bsky.actor.profile", "displayName": "Pier Nine"})
    return Repository(did=DID, key=SigningKey("pier"), rev=REV, records=records | more)


def written(folder: Path, made: Repository, *, without: bytes | None = None, backwards: bool = False) -> Path:
    root = made.commit
    blocks = [(cid, block) for cid, block in made.blocks.items() if cid != without]
    path = folder / "repo.car"
    path.write_bytes(car(root, reversed(blocks) if backwards else blocks))
    return path


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("count", [0, 1, 400])
def test_every_post_of_the_tree(tmp_path: Path, count: int, backwards: bool) -> None:
    found = items(written(tmp_path, repository(count), backwards=backwards), handle="@Pier.Example.org")
    assert kinds(found) == ["a repository of Bluesky"]
    assert sorted(post.text or "" for post in posts(found)) == sorted(f"Notice number {n}." for n in range(count))
    assert problems(found) == []


def test_a_post_of_a_repository(tmp_path: Path) -> None:
    found = items(written(tmp_path, repository(1)), handle="pier.example.org")
    (post,) = posts(found)
    assert (post.key, post.handle) == (f"bluesky:{DID}/{key_of(0)}", "pier.example.org")
    assert post.url == f"https://bsky.app/profile/{DID}/post/{key_of(0)}"
    assert (post.display_name, post.account_id) == ("Pier Nine", DID)
    assert post.created_at == datetime(2024, 11, 20, 8, tzinfo=UTC)
    assert (post.content_id or "").startswith("bafyrei")
    (item,) = [item for item in found if isinstance(item, Record)]
    assert (item.seen or "").startswith("20")


def test_whose_it_is_has_to_be_said(tmp_path: Path) -> None:
    for handle in (None, "not a domain"):
        with pytest.raises(InputError, match="--handle"):
            items(written(tmp_path, repository()), handle=handle)


def test_a_record_that_is_missing_or_none_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    made = repository(3)
    root = made.commit
    assert root
    gone = next(cid for cid, block in made.blocks.items() if block == record(1))
    found = items(written(tmp_path, made, without=gone), handle="pier.example.org")
    assert len(posts(found)) == 2
    assert [where for where, _ in problems(found)] == [f"app.bsky.feed.post/{key_of(1)}"]
    path = written(tmp_path, made)
    path.write_bytes(path.read_bytes().replace(b"Notice number 2.", b"Notice number 7."))
    found = items(path, handle="pier.example.org")
    assert sorted(post.text or "" for post in posts(found)) == ["Notice number 0.", "Notice number 1."]
    assert "not what its CID says" in problems(found)[0][1]
    bad = repository(1, **{f"app.bsky.feed.post/{key_of(9)}": block_of({"$type": "app.bsky.feed.post", "text": 5})})
    assert [what for _, what in problems(items(written(tmp_path, bad), handle="pier.example.org"))] == [
        "no record of a post"
    ]


def test_a_tree_that_leads_back_to_itself_or_is_cut_is_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = repository(40)
    root, tree = made.commit, made.tree
    assert root
    with pytest.raises(InputError, match="damaged"):
        items(written(tmp_path, made, without=tree), handle="pier.example.org")
    monkeypatch.setattr(module, "MAX_DEPTH", 0)
    with pytest.raises(InputError, match="a tree that is none"):
        items(written(tmp_path, made), handle="pier.example.org")


def test_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, repository(40))
    monkeypatch.setattr(module, "MAX_BLOCKS", 10)
    with pytest.raises(LimitError, match="more than 10 blocks"):
        items(path, handle="pier.example.org")
    monkeypatch.undo()
    monkeypatch.setattr(module, "MAX_BLOCK", 10)
    with pytest.raises(InputError, match="a block of"):
        items(path, handle="pier.example.org")


SOUND: list[bytes] = []


@settings(max_examples=150)
@given(changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=5), cut=st.floats(0, 1))
def test_damage_is_an_input_error_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[float, int]], cut: float
) -> None:
    if not SOUND:
        SOUND.append(written(tmp_path_factory.mktemp("sound"), repository(6)).read_bytes())
    data = bytearray(SOUND[0])
    for place, value in changes:
        data[min(len(data) - 1, int(place * len(data)))] = value
    path = tmp_path_factory.mktemp("hostile") / "repo.car"
    path.write_bytes(data[: int(max(0.3, cut) * len(data))])
    with suppress(InputError, LimitError):
        for post in posts(items(path, handle="pier.example.org")):
            assert (post.text or "").startswith("Notice number ")
