"""The archive that X gives an account: its own posts with their ids, times and words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.brought import Record, read
from archiver.errors import InputError
from archiver.model import Post
from tests.brought.making import (
    ACCOUNT,
    MANIFEST,
    items,
    kinds,
    passed,
    posts,
    problems,
    script,
    tweet,
    x_archive,
    zipped,
)

ID = "1590171771531264001"
LONG = "The gauge stands still since the storm, and whoever reads it now reads the height of last Tuesday. " * 4


def archived(tmp_path: Path, *entries: Any, **more: str) -> list[Any]:
    names = {"note_tweet": "data/note-tweet.js", "deleted": "data/deleted-tweets.js", "part1": "data/tweets-part1.js"}
    return items(x_archive(tmp_path / "twitter.zip", list(entries), {names[key]: text for key, text in more.items()}))


def test_a_post_of_an_archive(tmp_path: Path) -> None:
    found = archived(tmp_path, tweet())
    assert kinds(found) == ["an archive of X"]
    assert posts(found) == [
        Post(
            platform="x",
            id=ID,
            url=f"https://x.com/Pier_Nine/status/{ID}",
            handle="Pier_Nine",
            display_name="Pier Nine ⚓",
            account_id="770077",
            created_at=datetime(2022, 11, 9, 2, 37, 48, tzinfo=UTC),
            text="The tide gauge at pier nine stands still & nobody knows why.",
            language="en",
            seen_in="x.archive",
        )
    ]
    assert [item.seen for item in found if isinstance(item, Record)] == ["2024-02-03"]


def test_all_parts_and_deleted_posts_are_read_and_messages_are_not(tmp_path: Path) -> None:
    found = archived(
        tmp_path,
        tweet(1),
        part1=script("tweets", [tweet(2)], 1),
        deleted=script("deleted_tweets", [tweet(3, deleted_at="2023-01-01T00:00:00.000Z")]),
    )
    assert sorted(post.id[-1] for post in posts(found)) == ["1", "2", "3"]
    assert "secret" not in str(found)


def test_entries_of_2019_have_no_tweet_around_them(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "old.zip", {"data/account.js": ACCOUNT, "data/tweet.js": script("tweet", [tweet()["tweet"]])}
    )
    assert [post.id for post in posts(items(path))] == [ID]


def test_reposts_are_not_the_accounts_words(tmp_path: Path) -> None:
    found = archived(tmp_path, tweet(full_text="RT @other_pier: We have a tide gauge, too."), tweet(2))
    assert [post.id[-1] for post in posts(found)] == ["2"]
    assert passed(found) == ["a repost of somebody else's post"]


def test_the_words_are_as_a_reader_sees_them(tmp_path: Path) -> None:
    url = "https://t.co/aB3dE5fG7h"
    media = [{"url": url, "display_url": "pic.twitter.com/Xy1Zw2", "indices": ["29", "52"], "type": "photo",
              "media_url_https": "https://pbs.twimg.com/media/a.jpg"}]  # fmt: skip
    text = f"@other_pier Not ours. &lt;3 {url}"
    found = archived(
        tmp_path,
        tweet(full_text=text, display_text_range=["12", str(len(text))], entities={"media": media, "urls": []},
              extended_entities={"media": media}, in_reply_to_status_id_str="20"),
    )  # fmt: skip
    (post,) = posts(found)
    assert (post.text, post.in_reply_to) == ("Not ours. <3", "x:20")
    assert [one.url for one in post.media] == ["https://pbs.twimg.com/media/a.jpg"]
    assert post.links == ("pic.twitter.com/Xy1Zw2",)


def test_versions_of_an_edited_post(tmp_path: Path) -> None:
    ids = [str(int(ID) - 5), ID]
    found = archived(tmp_path, tweet(edit_info={"edit": {"initialTweetId": ids[0], "editTweetIds": ids}}))
    assert posts(found)[0].edits == tuple(ids)


def note(text: str, made: str = "2022-11-09T02:37:48.000Z") -> dict[str, Any]:
    return {"noteTweet": {"noteTweetId": "9", "createdAt": made, "core": {"text": text, "urls": []}}}


@pytest.mark.parametrize(
    ("notes", "text", "whole"),
    [
        ([note(LONG)], LONG.strip(), True),
        ([note("Something else entirely, which is as long because all of it stands here. " * 6)], None, False),
        ([note(LONG, "2022-11-09T02:37:49.000Z")], None, False),
        ([note(LONG), note(LONG + "And one more.")], None, False),
        ([5, {"noteTweet": []}], None, False),
    ],
)  # fmt: skip
def test_a_long_post_is_made_whole_where_it_is_sure_which_it_is(
    tmp_path: Path, notes: list[Any], text: str | None, whole: bool
) -> None:
    cut = LONG[:270] + "… https://t.co/aB3dE5fG7h"
    (post,) = posts(archived(tmp_path, tweet(full_text=cut), note_tweet=script("note_tweet", notes)))
    assert post.text == (text or cut)
    assert post.text_complete is whole


def test_what_is_no_post_is_told(tmp_path: Path) -> None:
    found = archived(
        tmp_path, 5, {"tweet": {"full_text": "no id"}}, tweet(id_str="../20", id=None), tweet(7, full_text=None)
    )
    assert [where for where, _ in problems(found)] == [
        "tweets.js, entry 1", "tweets.js, entry 2", "tweets.js, entry 3", "tweets.js, entry 4",
    ]  # fmt: skip
    assert posts(found) == []


def test_a_broken_script_stops_where_it_breaks(tmp_path: Path) -> None:
    members = {
        "data/account.js": ACCOUNT,
        "data/manifest.js": MANIFEST,
        "data/tweets.js": script("tweets", [tweet()])[:-2] + ", {",
    }
    found = []
    with pytest.raises(InputError, match="ends too early"):
        found.extend(read(zipped(tmp_path / "it.zip", members)))
    assert [post.id for post in posts(found)] == [ID]


def test_a_script_alone_needs_to_be_told_whose_it_is(tmp_path: Path) -> None:
    path = tmp_path / "tweets.js"
    path.write_text(script("tweets", [tweet()]))
    with pytest.raises(InputError, match="does not say whose"):
        items(path)
    found = items(path, handle="@pier_nine")
    assert [post.url for post in posts(found)] == [f"https://x.com/pier_nine/status/{ID}"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=4,
)


@given(
    changes=st.dictionaries(
        st.sampled_from([*tweet()["tweet"], "extended_entities", "user", "retweeted_status"]), values
    ),
    account=values,
    notes=values,
)
def test_members_of_any_kind_are_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, Any], account: Any, notes: Any
) -> None:
    members = {
        "data/account.js": script("account", [{"account": account}, account]),
        "data/manifest.js": f'x = {{"archiveInfo": {{"generationDate": {json.dumps(account)}}}}}',
        "data/note-tweet.js": script(
            "note_tweet", [{"noteTweet": {"createdAt": "2022-11-09T02:37:48Z", "core": notes}}]
        ),
        "data/tweets.js": script("tweets", [tweet(**changes), changes]),
    }
    found = items(zipped(tmp_path_factory.mktemp("hostile") / "it.zip", members))
    assert len(posts(found)) + len(problems(found)) + len(passed(found)) == 2
