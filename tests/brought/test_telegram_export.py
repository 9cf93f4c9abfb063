"""Telegram Desktop's export: the posts of a public channel under the name that its user gives, and no private chat."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import InputError
from tests.brought.making import items, kinds, passed, posts, problems


def message(number: int = 416, **fields: Any) -> dict[str, Any]:
    known = {
        "id": number, "type": "message", "date": "2022-03-09T07:12:00", "date_unixtime": "1646806320",
        "from": "Pier Nine", "from_id": "channel1234567890", "text": "The gauge is read by hand now.",
    }  # fmt: skip
    return known | fields


def chat(*messages: Any, **fields: Any) -> dict[str, Any]:
    return {"name": "Pier Nine", "type": "public_channel", "id": 1234567890} | fields | {"messages": list(messages)}


def write(folder: Path, value: Any) -> Path:
    path = folder / "result.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value, indent=1, ensure_ascii=False))
    return path


def test_a_post_of_a_channel(tmp_path: Path) -> None:
    found = items(write(tmp_path, chat(message())), handle="@Pier_Nine")
    assert kinds(found) == ["an export of Telegram"]
    (post,) = posts(found)
    assert (post.key, post.url) == ("telegram:pier_nine/416", "https://t.me/pier_nine/416")
    assert (post.handle, post.display_name, post.account_id) == ("pier_nine", "Pier Nine", "1234567890")
    assert post.created_at == datetime(2022, 3, 9, 6, 12, tzinfo=UTC)
    assert post.text == "The gauge is read by hand now."


def test_words_with_marked_stretches(tmp_path: Path) -> None:
    text = [
        "Read ", {"type": "bold", "text": "this"}, ": ", {"type": "text_link", "text": "here", "href": "https://a.example/"},
        " ", {"type": "link", "text": "https://b.example/"}, 5,
    ]  # fmt: skip
    (post,) = posts(items(write(tmp_path, chat(message(text=text))), handle="pier_nine"))
    assert post.text == "Read this: here https://b.example/"
    assert post.links == ("https://a.example/", "https://b.example/")


def test_without_a_zone_a_time_is_a_day(tmp_path: Path) -> None:
    (post,) = posts(items(write(tmp_path, chat(message(date_unixtime=None))), handle="pier_nine"))
    assert (post.created_at, post.day) == (None, "2022-03-09")


def test_a_control_character_is_written_as_no_json_has_it(tmp_path: Path) -> None:
    text = json.dumps(chat(message(text="a|b\\\\x07")), indent=1).replace("a|b", "a\\x1Fb")
    (post,) = posts(items(write(tmp_path, text), handle="pier_nine"))
    assert post.text == "a\x1fb\\\\x07"


def test_what_is_no_post_of_a_channel_is_passed_over(tmp_path: Path) -> None:
    found = items(
        write(tmp_path, chat(message(1, type="service"), message(2, text=""), message(3, text="", photo="a.jpg"), 5)),
        handle="pier_nine",
    )
    assert [post.id for post in posts(found)] == ["pier_nine/3"]
    assert len(passed(found)) == 2
    assert len(problems(found)) == 1


def test_of_a_whole_account_only_the_public_channel_is_read(tmp_path: Path) -> None:
    private = [
        chat(message(text="secret"), type=kind, id=n)
        for n, kind in enumerate(["personal_chat", "private_channel", "saved_messages"])
    ]
    whole = {
        "about": "Here is the data", "personal_information": {"user_id": 1},
        "chats": {"about": "", "list": [private[0], chat(message()), private[1]]},
        "left_chats": {"about": "", "list": [private[2]]},
    }  # fmt: skip
    del private[1]["type"]  # what one chat is says nothing of the next
    found = items(write(tmp_path, whole), handle="pier_nine")
    assert [post.text for post in posts(found)] == ["The gauge is read by hand now."]
    assert passed(found) == ["not of a public channel"] * 3


def test_whose_posts_they_are_has_to_be_said_and_sure(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--handle"):
        items(write(tmp_path, chat(message())))
    with pytest.raises(InputError, match="--handle"):
        items(write(tmp_path, chat(message())), handle="not a name")
    two = {"about": "", "personal_information": {}, "chats": {"list": [chat(message()), chat(message(1), id=99)]}}
    with pytest.raises(InputError, match="several"):
        items(write(tmp_path, two), handle="pier_nine")
    assert posts(items(write(tmp_path, chat(message(), type="private_channel")))) == []


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=4,
)


@given(changes=st.dictionaries(st.sampled_from([*message(), "photo", "edited_unixtime"]), values), name=values)
def test_members_of_any_kind_are_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, Any], name: Any
) -> None:
    path = write(tmp_path_factory.mktemp("hostile"), json.dumps(chat(message() | changes, name=name)))
    found = items(path, handle="pier_nine")
    assert len(posts(found)) + len(problems(found)) + len(passed(found)) == 1
