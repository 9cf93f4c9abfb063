"""What TikTok lists of an account without signing in: its ten newest videos; what that leaves open is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.platforms.base import Clues, Gap, Remark, Shown
from archiver.platforms.tiktok import PLATFORM
from tests.platforms.driving import Said, drive_search, exchange

URL = "https://www.tiktok.com/embed/@ana.example"
HTML = "text/html; charset=utf-8"


def video_id(when: datetime, low: int = 7) -> str:
    return str(int(when.timestamp()) << 32 | low)


DAYS = [datetime(2024, 5, day, 12, tzinfo=UTC) for day in (20, 12, 4)]


def listing(data: Any, handle: str = "ana.example") -> str:
    state = json.dumps({"source": {"data": {f"/embed/@{handle}": data}}})
    return f'<html><body><script id="__FRONTITY_CONNECT_STATE__" type="application/json">{state}</script></body></html>'


def videos(**changes: Any) -> dict[str, Any]:
    return {
        "userInfo": {"id": "6746247246012892166", "uniqueId": "ana.example", "nickname": "Ana Example"} | changes,
        "videoList": [{"id": video_id(when), "desc": f"On day {when.day} #bridge", "playCount": 9} for when in DAYS],
    }


def ask(body: str | None, since: datetime | None, until: datetime | None, status: int = 200) -> list[Said]:
    clues = Clues(handle="ana.example", since=since, until=until)
    answer = exchange(URL, body, status, HTML, record="urn:uuid:7") if body is not None else None
    asked, said = drive_search(PLATFORM, clues, {URL: answer})
    assert asked == [URL]
    return said


def test_the_newest_videos_of_the_time_are_shown() -> None:
    said = ask(listing(videos()), datetime(2024, 5, 10, tzinfo=UTC), datetime(2024, 5, 15, tzinfo=UTC))
    (shown,) = said
    assert isinstance(shown, Shown)
    assert (shown.endpoint, shown.record_id) == ("tiktok.creator", "urn:uuid:7")
    (post,) = shown.posts
    assert (post.id, post.text) == (video_id(DAYS[1]), "On day 12 #bridge")
    assert (post.handle, post.display_name, post.account_id) == ("ana.example", "Ana Example", "6746247246012892166")
    assert post.created_at == DAYS[1]
    assert post.url == f"https://www.tiktok.com/@ana.example/video/{post.id}"


@pytest.mark.parametrize("since", [None, datetime(2024, 5, 1, tzinfo=UTC)])
def test_what_the_list_does_not_reach_is_a_gap(since: datetime | None) -> None:
    said = ask(listing(videos()), since, datetime(2024, 5, 6, tzinfo=UTC))
    assert [type(step) for step in said] == [Shown, Gap]
    assert "back to 2024-05-04" in said[1].text  # type: ignore[union-attr]


def test_private_videos_and_those_without_an_id_are_left_out() -> None:
    data = videos()
    data["videoList"] += [
        {"id": video_id(DAYS[0], 8), "desc": "private", "privateItem": True},
        {"desc": "no id"},
        {"id": "7", "desc": "no video's id"},
        "x",
    ]
    said = ask(listing(data), datetime(2024, 5, 5, tzinfo=UTC), None)
    assert isinstance(said[0], Shown)
    assert [post.text for post in said[0].posts] == ["On day 20 #bridge", "On day 12 #bridge"]


@pytest.mark.parametrize("code", [10202, 10221, 10222])
def test_an_account_that_is_gone_or_private_leaves_nothing_open(code: int) -> None:
    (step,) = ask(listing({"isError": True, "errorCode": code}), None, None)
    assert isinstance(step, Remark)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (None, 200),
        ("", 200),
        ("<html><title>Security Check</title></html>", 200),
        ("overload-protect triggered", 503),
        (listing({"isError": True, "errorCode": 10204}), 200),
        (listing(videos(), handle="ana.example2"), 200),
        ("{}", 200),
        ("no", 429),
    ],
)
def test_a_list_that_could_not_be_read_is_a_gap(body: str | None, status: int) -> None:
    (step,) = ask(body, None, None, status)
    assert isinstance(step, Gap)


def test_nobody_is_asked_without_a_handle_or_a_request() -> None:
    for handle in ("Ana Example", "ана", ""):
        asked, said = drive_search(PLATFORM, Clues(handle=handle, since=None, until=None), {})
        assert asked == []
        assert isinstance(said[0], Remark)
    asked, said = drive_search(PLATFORM, Clues(handle="ana", since=None, until=None, most_requests=0), {})
    assert asked == []
    assert isinstance(said[0], Gap)


def test_the_address_does_not_depend_on_how_the_handle_is_written() -> None:
    clues = Clues(handle="@Ana.Example", since=None, until=None)
    asked, _ = drive_search(PLATFORM, clues, {URL: None})
    assert asked == [URL]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["videoList", "userInfo", "id", "desc", "isError", "errorCode", "uniqueId"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(VALUES, st.sampled_from([200, 404, 500]))
def test_whatever_a_list_holds_something_is_said_and_nothing_is_raised(data: Any, status: int) -> None:
    assert ask(listing(data), datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC), status)
