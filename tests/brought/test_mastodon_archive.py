"""The archive that Mastodon gives an account: its public posts, and nothing that was sent to fewer people."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.brought import Record
from tests.brought.making import ACTOR, ANA, PUBLIC, items, kinds, note, outbox, passed, posts, problems, tarred, zipped

ID = "110372412617177782"


@pytest.mark.parametrize("packed", ["tar.gz", "tar", "zip", "outbox.json"])
def test_a_post_of_an_archive(tmp_path: Path, packed: str) -> None:
    members = {
        "media_attachments/files/1/a.jpg": b"\xff\xd8" * 1000,
        "outbox.json": outbox([note()]),
        "likes.json": "{}",
        "actor.json": ACTOR,
    }
    path = tmp_path / f"archive.{packed}"
    if packed == "zip":
        zipped(path, members)
    elif packed == "outbox.json":
        path.write_text(outbox([note()]))
    else:
        tarred(path, members, "w:gz" if packed == "tar.gz" else "w")
    found = items(path)
    assert kinds(found) == ["an archive of Mastodon"]
    (post,) = posts(found)
    assert (post.key, post.handle) == (f"mastodon:social.example/{ID}", "ana@social.example")
    assert post.url == f"https://social.example/@ana/{ID}"
    assert post.text == "The new crane is not for the old pier.\nIt came by mistake."
    assert post.created_at == datetime(2023, 5, 15, 9, 45, tzinfo=UTC)
    assert post.display_name == (None if packed == "outbox.json" else "Ana of the Pier")
    assert post.seen_in == "mastodon.archive"
    assert all(isinstance(item, Record) for item in found[1:])


FOLLOWERS = f"{ANA}/followers"


@pytest.mark.parametrize(
    ("to", "cc", "public"),
    [
        ([PUBLIC], [FOLLOWERS], True),
        ([FOLLOWERS], [PUBLIC], True),
        (PUBLIC, None, True),
        ([FOLLOWERS], [], False),
        (["https://other.example/users/bo"], [], False),
        ([], [], False),
        ([{"id": PUBLIC}], 5, False),
    ],
)
def test_only_what_everybody_may_see(tmp_path: Path, to: Any, cc: Any, public: bool) -> None:
    (tmp_path / "outbox.json").write_text(outbox([note(content="<p>Between us.</p>", to=to, cc=cc)]))
    found = items(tmp_path / "outbox.json")
    assert len(posts(found)) == public
    assert passed(found) == ["it was not public"] * (not public)


def test_reposts_and_other_activities(tmp_path: Path) -> None:
    repost = {"type": "Announce", "actor": ANA, "object": "https://other.example/users/bo/statuses/1", "to": [PUBLIC]}
    (tmp_path / "outbox.json").write_text(outbox([repost, note(), {"type": "Move"}, 5, note(2, id=None, url=None)]))
    found = items(tmp_path / "outbox.json")
    assert [post.id for post in posts(found)] == [ID]
    assert passed(found) == ["a repost of somebody else's post"]
    assert [where for where, _ in problems(found)] == ["entry 3", "entry 4", "entry 5"]


def test_a_post_that_could_not_be_asked_for_is_told(tmp_path: Path) -> None:
    nowhere = "https://social.example/o/strange%20thing"
    (tmp_path / "outbox.json").write_text(outbox([note(), note(2, id=nowhere, url=nowhere)]))
    found = items(tmp_path / "outbox.json")
    assert [post.id for post in posts(found)] == [ID]
    assert [what for _, what in problems(found)] == ["its address does not name it"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.just(PUBLIC),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "type", "url"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(changes=st.dictionaries(st.sampled_from([*note()["object"], "name", "contentMap"]), values), actor=values)
def test_members_of_any_kind_are_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, Any], actor: Any
) -> None:
    import json

    path = tmp_path_factory.mktemp("hostile") / "it.zip"
    entry = note()
    entry["object"] |= changes
    found = items(zipped(path, {"outbox.json": outbox([entry, changes]), "actor.json": json.dumps(actor)}))
    assert len(posts(found)) + len(problems(found)) + len(passed(found)) == 2
