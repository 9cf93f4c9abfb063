"""Permalinks of X in every form, ids and time. Invariant: a reference that is read is canonical, and reading it again
gives it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.platforms.base import Example
from archiver.platforms.links import unwrap
from archiver.platforms.x import ids, urls


@pytest.mark.parametrize("example", urls.EXAMPLES, ids=lambda e: e.url[:70])
def test_examples(example: Example) -> None:
    ref = urls.ref_from_url(example.url)
    if example.id is None:
        assert ref is None
    else:
        assert ref is not None
        assert (ref.id, ref.handle, ref.url) == (example.id, example.handle, example.canonical)
        assert urls.ref_from_url(ref.url) == ref


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    for url in (text, "https://twitter.com/" + text, "https://x.com/a/status/" + text):
        ref = urls.ref_from_url(url)
        assert ref is None or (ref.id.isdecimal() and urls.ref_from_url(ref.url) == ref)


@pytest.mark.parametrize(
    ("url", "inner", "stamp"),
    [
        ("https://web.archive.org/web/2022id_/https://example.org/a?b=c#d", "https://example.org/a?b=c#d", "2022"),
        ("https://archive.ph/20221109010203/https://example.org/", "https://example.org/", "20221109010203"),
        ("https://archive.ph/AbCdE", "https://archive.ph/AbCdE", None),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org%2Fa&h=AT0", "https://example.org/a", None),
        ("https://example-org.cdn.ampproject.org/c/s/example.org/a", "https://example.org/a", None),
        ("//example.org/a", "https://example.org/a", None),
        ("https://example.org/?u=https://other.example/", "https://example.org/?u=https://other.example/", None),
        (
            "https://www.google.com/url?q=https://web.archive.org/web/2020/https://example.org/",
            "https://example.org/",
            "2020",
        ),
    ],
)
def test_wrappers(url: str, inner: str, stamp: str | None) -> None:
    found = unwrap(url)
    assert (found.url, found.archived_at) == (inner, stamp)


def test_layers_are_bounded() -> None:
    nested = "https://web.archive.org/web/2020/" * 40 + "https://example.org/"
    assert unwrap(nested).url.startswith("https://web.archive.org/")


@pytest.mark.parametrize(
    ("post_id", "time"),
    [
        ("1590173336165216257", "2022-11-09T02:44:01.990"),
        ("463440424141459456", "2014-05-05T22:09:42.079"),
        ("20", None),
        ("29700859247", None),
        ("", None),
        ("12345678901234567890123", None),
        ("９", None),
    ],
)
def test_time_of(post_id: str, time: str | None) -> None:
    expected = datetime.fromisoformat(time).replace(tzinfo=UTC) if time else None
    assert ids.time_of(post_id) == expected


@pytest.mark.parametrize(
    ("day", "slack", "first", "last"),
    [
        (date(2022, 11, 9), 0, 1590132055864246272, 1590494443729846271),
        (date(2016, 7, 7), 0, 750841759134646272, 751204147000246271),
        (date(2022, 11, 9), 12, 1589950861931446272, 1590675637662646271),
    ],
)
def test_day_range(day: date, slack: int, first: int, last: int) -> None:
    found = ids.day_range(day, slack_hours=slack)
    assert found is not None
    assert (found.first, found.last) == (first, last)


def test_days_before_snowflakes_have_no_range() -> None:
    assert ids.day_range(date(2010, 11, 3)) is None


@given(st.integers(min_value=ids.FIRST_SNOWFLAKE, max_value=(1 << 63) - 1))
def test_an_id_lies_in_its_own_day_and_in_no_other(number: int) -> None:
    made = ids.time_of(str(number))
    assert made is not None
    own = ids.day_range(made.date())
    assert own is not None
    assert str(number) in own
    assert str(own.first - 1) not in own
    assert str(own.last + 1) not in own
