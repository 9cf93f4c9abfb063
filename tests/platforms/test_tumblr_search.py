"""Finding a blog's posts of a time. Invariant: every post of the span that the list holds is shown, or a gap says that
the search ended before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.platforms.base import Clues, Gap, Remark, Shown
from archiver.platforms.tumblr import PLATFORM
from archiver.platforms.tumblr.endpoints import PER_PAGE, list_lookup
from tests.platforms.driving import Said, drive_search, exchange

BLOG = "ana-example"
NEWEST = datetime(2024, 6, 1, tzinfo=UTC)


class Blog(Mapping[str, Exchange | None]):
    """A blog with a post every so often, newest first, answering its list."""

    def __init__(self, posts: int, every: timedelta = timedelta(days=1), pinned: bool = False) -> None:
        self.times = [NEWEST - every * place for place in range(posts)]
        if pinned and posts:
            self.times.insert(0, self.times[-1])
        self.asked: list[int] = []

    def _entry(self, place: int) -> dict[str, Any]:
        return {
            "id": str(170_000_000_000 - place),
            "url": f"https://{BLOG}.tumblr.com/post/{170_000_000_000 - place}",
            "type": "regular",
            "regular-body": f"<p>Number {place}</p>",
            "unix-timestamp": int(self.times[place].timestamp()),
        }

    def __getitem__(self, url: str) -> Exchange:
        start = int(url.rpartition("start=")[2])
        self.asked.append(start)
        entries = [self._entry(place) for place in range(start, min(start + PER_PAGE, len(self.times)))]
        answer = {"tumblelog": {"name": BLOG}, "posts-total": str(len(self.times)), "posts": entries}
        return exchange(
            url, f"var tumblr_api_read = {json.dumps(answer)};", content_type="text/javascript", record="urn:r"
        )

    def __contains__(self, url: object) -> bool:
        return isinstance(url, str) and url.startswith(f"https://{BLOG}.tumblr.com/api/read/json?num={PER_PAGE}&start=")

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


def clues(since: datetime | None, until: datetime | None, most: int = 20) -> Clues:
    return Clues(handle=BLOG, since=since, until=until, most_requests=most)


def found(said: list[Said]) -> set[str]:
    return {post.id for step in said if isinstance(step, Shown) for post in step.posts}


@given(st.integers(0, 900), st.integers(0, 900), st.integers(1, 40), st.booleans(), st.sampled_from([1, 5, 24]))
def test_every_post_of_the_span_is_shown(posts: int, back: int, days: int, pinned: bool, hours: int) -> None:
    blog = Blog(posts, timedelta(hours=hours), pinned)
    until = NEWEST - timedelta(hours=hours * back) + timedelta(minutes=1)
    since = until - timedelta(days=days)
    _, said = drive_search(PLATFORM, clues(since, until, most=60), blog)
    wanted = {str(170_000_000_000 - place) for place, made in enumerate(blog.times) if since <= made < until}
    if pinned and posts:
        wanted.discard("170000000000")  # a pinned post stands out of its order: it is found where it is pinned only
    assert wanted <= found(said) or any(isinstance(step, Gap) for step in said)
    assert not any(isinstance(step, Gap) for step in said) or days * 24 / hours > 2000
    outside = found(said) - wanted - ({"170000000000"} if pinned else set())
    assert outside == set()


def test_a_far_day_is_found_by_halving() -> None:
    blog = Blog(20_000)
    until = NEWEST - timedelta(days=15_000)
    _, said = drive_search(PLATFORM, clues(until - timedelta(days=2), until), blog)
    assert len(found(said)) == 2
    assert len(blog.asked) <= 12
    shown = next(step for step in said if isinstance(step, Shown))
    assert (shown.endpoint, shown.record_id) == ("tumblr.list", "urn:r")


def test_no_more_is_asked_than_allowed_and_a_gap_says_so() -> None:
    blog = Blog(5000)
    _, said = drive_search(PLATFORM, clues(None, None, most=3), blog)
    assert blog.asked == [0, 50, 100]
    assert isinstance(said[-1], Gap)
    blog = Blog(20_000)
    _, said = drive_search(
        PLATFORM, clues(NEWEST - timedelta(days=15_000), NEWEST - timedelta(days=14_990), most=3), blog
    )
    assert len(blog.asked) == 3
    assert isinstance(said[-1], Gap)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ("", 404, "text/html"),
        ("", 429, "text/html"),
        ("<html>theme</html>", 200, "text/html"),
        ("var tumblr_api_read = {};", 200, "text/javascript"),
    ],
)
def test_what_is_no_list_is_a_gap(body: str, status: int, kind: str) -> None:
    url = list_lookup(BLOG, 0).url
    asked, said = drive_search(PLATFORM, clues(None, None), {url: exchange(url, body, status, kind)})
    assert asked == [url]
    assert [type(step) for step in said] == [Gap]
    _, said = drive_search(PLATFORM, clues(None, None), {url: None})
    assert [type(step) for step in said] == [Gap]


def test_what_is_no_blogs_name_is_not_asked() -> None:
    asked, said = drive_search(PLATFORM, Clues(handle="../x", since=None, until=None), {})
    assert (asked, [type(step) for step in said]) == ([], [Remark])
