"""When a post can have been made that an article shows. Invariant: the printed day lies within its own window, whoever
printed it; and no date makes it fail."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Mention, Post
from archiver.platforms.x import PLATFORM
from archiver.resolution.window import (
    VIEWER_SLACK_HOURS,
    clock_fits,
    in_time,
    printed_day,
    printed_moment,
    window_of,
)


def mention(**fields: Any) -> Mention:
    return Mention(source="t", platform="x", rule="t", confidence=1.0, **fields)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_utc_day_is_that_day_and_no_moment_more() -> None:
    window = window_of(mention(date="2022-11-09", date_basis="utc"), 7)
    assert window is not None
    assert (window.since, window.until) == (at("2022-11-09"), at("2022-11-10"))
    assert window.printed
    assert window.slack_hours == 0
    assert at("2022-11-09T00:00:00") in window
    assert at("2022-11-09T23:59:59.999") in window
    assert at("2022-11-10T00:00:00") not in window
    assert at("2022-11-08T23:59:59.999") not in window
    assert window.days == (date(2022, 11, 9), date(2022, 11, 9))


@pytest.mark.parametrize("basis", ["viewer", None])
def test_a_readers_day_reaches_from_the_first_zone_to_the_last(basis: str | None) -> None:
    window = window_of(mention(date="2022-11-09", date_basis=basis), 7)
    assert window is not None
    # on Kiritimati (UTC+14) the day begins at 10:00 UTC of the day before, on Baker Island (UTC-12) it ends at 12:00
    assert at("2022-11-08T10:00:00") in window
    assert at("2022-11-08T09:59:59") not in window
    assert at("2022-11-10T12:00:00") in window
    assert at("2022-11-10T14:00:00") not in window
    assert window.slack_hours == VIEWER_SLACK_HOURS
    assert window.days == (date(2022, 11, 8), date(2022, 11, 10))


def test_a_printed_time_leaves_the_whole_day_open_because_its_zone_may_be_any() -> None:
    with_time = window_of(mention(date="2022-11-09T23:30", date_basis="viewer"), 7)
    assert with_time == window_of(mention(date="2022-11-09", date_basis="viewer"), 7)


def test_without_a_printed_day_the_articles_own_day_ends_it() -> None:
    window = window_of(mention(published="2022-11-09"), 7)
    assert window is not None
    assert not window.printed
    assert window.until == at("2022-11-10T14:00:00")
    assert window.until - window.since == timedelta(days=7)
    assert window_of(mention(published="2022-11-09T08:00:00Z"), 7) == window


@pytest.mark.parametrize(
    ("fields", "undated_days"),
    [
        ({}, 7),
        ({"published": "2022-11-09"}, 0),
        ({"published": "last week"}, 7),
        ({"date": "2022"}, 7),
        ({"date": "2022-11"}, 7),
        ({"date": "2022-02-29"}, 7),
        ({"date": "2022-13-01"}, 7),
        ({"date": ""}, 7),
    ],
)
def test_where_nothing_is_known_there_is_no_window(fields: dict[str, str], undated_days: int) -> None:
    assert window_of(mention(**fields), undated_days) is None


def test_a_broken_day_falls_back_on_the_articles_own() -> None:
    window = window_of(mention(date="2022-02-30", published="2022-03-05"), 7)
    assert window is not None
    assert not window.printed


@pytest.mark.parametrize("day", ["2024-02-29", "2023-02-28", "2023-12-31", "2022-03-27", "2022-10-30"])
def test_leap_days_ends_of_years_and_days_of_clock_changes_are_days_of_24_hours(day: str) -> None:
    window = window_of(mention(date=day, date_basis="utc"), 0)
    assert window is not None
    assert window.until - window.since == timedelta(hours=24)
    assert window.days == (date.fromisoformat(day), date.fromisoformat(day))


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1989-12-31", "9990-01-01"])
@pytest.mark.parametrize("fields", [{"date_basis": "utc"}, {"date_basis": "viewer"}, {}])
def test_a_day_on_which_nobody_posts_is_none(day: str, fields: dict[str, str]) -> None:
    assert window_of(mention(date=day, **fields), 3660) is None
    assert window_of(mention(published=f"{day}T00:00:00Z", **fields), 3660) is None


@pytest.mark.parametrize("day", ["1990-01-01", "9989-12-31"])
def test_the_first_and_the_last_day_have_a_window(day: str) -> None:
    for fields in ({"date": day}, {"date": day, "date_basis": "utc"}, {"published": day}):
        window = window_of(mention(**fields), 3660)
        assert window is not None
        assert at(f"{day}T12:00:00") in window


@given(
    st.dates(date(1990, 1, 1), date(9989, 12, 31)),
    st.sampled_from(["utc", "viewer", None]),
    st.times(),
    st.integers(-12 * 60, 14 * 60),
    st.integers(0, 3660),
)
def test_whoever_printed_a_day_its_window_holds_the_post(
    day: date, basis: str | None, clock: Any, offset: int, undated_days: int
) -> None:
    """Invariant: a moment whose day is the printed one, in UTC or in whichever zone the reader was, lies within the
    window of that day."""
    zone = UTC if basis == "utc" else timezone(timedelta(minutes=offset))
    window = window_of(mention(date=day.isoformat(), date_basis=basis), undated_days)
    made = datetime.combine(day, clock, zone).astimezone(UTC)
    assert window is not None
    assert made in window
    assert window.days[0] <= made.date() <= window.days[1]


@given(st.text(max_size=30), st.text(max_size=30), st.integers(0, 3660))
def test_any_text_in_place_of_a_day_is_read_or_ignored(printed: str, published: str, undated_days: int) -> None:
    """Invariant: no text of a date raises, and what is no day gives no printed window."""
    one = mention(date=printed, published=published)
    window = window_of(one, undated_days)
    printed_moment(one)
    assert (window is not None and window.printed) == (printed_day(one) is not None)


@given(st.dates(), st.sampled_from(["date", "published"]), st.sampled_from(["utc", None]), st.integers(0, 3660))
def test_any_day_of_the_calendar_is_bounded(day: date, where: str, basis: str | None, undated_days: int) -> None:
    """Invariant: no day of the calendar raises."""
    window = window_of(mention(**{where: day.isoformat()}, date_basis=basis), undated_days)
    assert window is None or window.since < window.until


NOON_ID = "1590313249797058560"
"""An id of 2022-11-09, noon, on X."""


@pytest.mark.parametrize(
    ("post", "fits"),
    [
        ({"id": NOON_ID}, True),
        ({"id": NOON_ID, "created_at": at("2022-11-09T12:00:00")}, True),
        # brought from elsewhere: a new id, and its own old date; or the other way round
        ({"id": NOON_ID, "created_at": at("2019-01-01")}, True),
        ({"id": "20", "created_at": at("2022-11-09T12:00:00")}, True),
        ({"id": str(int(NOON_ID) + 10**15)}, False),
        ({"id": str(int(NOON_ID) + 10**15), "created_at": at("2022-11-09T12:00:00")}, True),
        ({"id": "20"}, None),
        ({"id": "none", "created_at": at("2022-11-10")}, False),
        ({"id": "none", "day": "2022-11-09"}, True),
        ({"id": "none", "day": "2022-11-10"}, False),
        ({"id": "none"}, None),
    ],
)
def test_whether_a_post_was_made_in_time(post: dict[str, Any], fits: bool | None) -> None:
    made = Post(platform="x", url="https://x.com/a/status/1", **post)
    window = window_of(mention(date="2022-11-09", date_basis="utc"), 7)
    assert in_time(made, PLATFORM, window) is fits
    assert in_time(made, PLATFORM, None) is True


@pytest.mark.parametrize(
    ("shown", "made", "fits"),
    [
        ("2022-11-09T12:00", "2022-11-09T12:00:20", True),
        ("2022-11-09T14:00", "2022-11-09T12:00:20", True),  # two hours east
        ("2022-11-09T17:30", "2022-11-09T12:00:20", True),  # India
        ("2022-11-09T17:45", "2022-11-09T12:00:20", True),  # Nepal
        ("2022-11-09T12:01", "2022-11-09T12:00:20", True),  # rounded up
        ("2022-11-09T11:59", "2022-11-09T12:00:20", True),
        ("2022-11-09T12:00", "2022-11-09T11:59:50", True),  # over the hour
        ("2022-11-09T00:00", "2022-11-08T23:59:45", True),
        ("2022-11-09T12:03", "2022-11-09T12:00:20", False),
        ("2022-11-09T12:07", "2022-11-09T12:00:20", False),
        ("2022-11-09T12:10", "2022-11-09T12:00:20", False),
        ("2022-11-09T12:22", "2022-11-09T12:00:20", False),
        ("2022-11-09T12:52", "2022-11-09T12:00:20", False),
        ("2022-11-09", "2022-11-09T12:00:20", None),
        ("2022-11-09Tnoon", "2022-11-09T12:00:20", None),
    ],
)
def test_the_minutes_of_a_printed_time_fit_in_some_zone_or_in_none(shown: str, made: str, fits: bool | None) -> None:
    assert clock_fits(mention(date=shown, date_basis="viewer"), at(made)) is fits


def test_a_time_with_its_zone_in_utc_fits_to_the_minute() -> None:
    shown = mention(date="2022-11-09T12:00:00+00:00", date_basis="utc")
    assert clock_fits(shown, at("2022-11-09T12:01:00"))
    assert clock_fits(shown, at("2022-11-09T13:00:00")) is False
