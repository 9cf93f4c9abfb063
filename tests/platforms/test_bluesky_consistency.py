"""Records against themselves. Invariant: what agrees is silent, and each thing that does not is one sentence, of which
only those keep a post from being the one that no true record can have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archiver.platforms.bluesky import PLATFORM
from archiver.platforms.bluesky.consistency import (
    ARCHIVED,
    CLOCKS_DIFFER,
    Kind,
    content,
    content_id,
    times,
    versions,
)
from archiver.platforms.bluesky.ids import day_range, first_at, instant_of, key_of, number_of, prefixes
from archiver.platforms.bluesky.records import record_post

DID = "did:plc:abcdefghijklmnopqrstuvwx"
MADE = datetime(2024, 9, 11, 17, 11, 56, 350000, tzinfo=UTC)
KEY = key_of(first_at(MADE) + 5)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def test_the_key() -> None:
    assert str(instant_of("3l3vgf77uco2g"))[:23] == "2024-09-11 17:11:56.350"
    assert instant_of(KEY) == MADE


@pytest.mark.parametrize(
    ("key", "written", "seen", "kinds"),
    [
        (KEY, MADE, MADE + SECOND, []),
        (KEY, MADE - 20 * HOUR, MADE + SECOND, []),  # written on the way, sent in the evening
        (KEY, MADE + HOUR, MADE + SECOND, []),  # a clock that is an hour fast
        (KEY, None, None, []),
        (KEY, MADE, None, []),
        ("self", MADE, MADE + SECOND, []),
        (KEY, None, MADE + SECOND, []),
        (KEY, None, MADE - 2 * HOUR, [Kind.KEY_AFTER_SEEN]),
        (KEY, MADE, MADE - 2 * HOUR, [Kind.KEY_AFTER_SEEN, Kind.WRITTEN_AFTER_SEEN]),
        (KEY, MADE + 2 * HOUR, MADE + SECOND, [Kind.WRITTEN_AFTER_SEEN]),
        (KEY, MADE + 3 * DAY, MADE + SECOND, [Kind.WRITTEN_AFTER_SEEN, Kind.KEY_AND_WRITTEN]),
        (KEY, MADE - 900 * DAY, MADE + SECOND, [Kind.SEEN_LATE, Kind.KEY_AND_WRITTEN]),
        (KEY, MADE, MADE + 2 * DAY, [Kind.SEEN_LATE]),
        ("self", MADE - 2 * DAY, MADE, [Kind.SEEN_LATE]),
    ],
)
def test_times(key: str, written: datetime | None, seen: datetime | None, kinds: list[Kind]) -> None:
    found = times(key, written, seen)
    assert [one.kind for one in found] == kinds
    assert all(one.text.endswith(("already", "first: dated back or imported", "UTC")) for one in found)
    assert {one.kind for one in found if one.impossible} <= {Kind.KEY_AFTER_SEEN}


def test_the_bounds_are_what_they_say() -> None:
    assert times(KEY, None, MADE - CLOCKS_DIFFER) == ()
    assert times(KEY, None, MADE - CLOCKS_DIFFER - SECOND) != ()
    assert times("self", MADE, MADE + ARCHIVED) == ()
    assert times("self", MADE, MADE + ARCHIVED + SECOND) != ()


def record(**changed: Any) -> dict[str, Any]:
    return {"$type": "app.bsky.feed.post", "text": "The bridge is open.", "createdAt": "2024-09-11T17:11:56Z"} | changed


def test_content() -> None:
    given = content_id(record())
    assert given is not None
    assert given.startswith("bafyrei")
    assert content(record(), given) == ()
    assert content(record(), None) == ()
    [changed] = content(record(text="The bridge is shut."), given)
    assert changed.impossible
    assert given in changed.text
    assert str(content_id(record(text="The bridge is shut."))) in changed.text
    [unreadable] = content(record(text="\ud800"), given)
    assert unreadable.kind is Kind.CONTENT
    assert content_id(dict(reversed(record().items()))) == given


def test_versions() -> None:
    assert versions([("Bluesky", "a"), ("the repository", "a"), ("the embed", None)]) == ()
    assert versions([]) == ()
    [found] = versions([("the embed", "a"), ("Bluesky", None), ("the repository", "b")])
    assert (found.kind, found.impossible) == (Kind.VERSION, False)
    assert "a (the embed)" in found.text
    assert "b (the repository)" in found.text


def test_what_keeps_a_post_from_being_the_one() -> None:
    from msgspec.structs import replace

    post = record_post(DID, KEY, record())
    assert post is not None
    assert PLATFORM.contradictions(replace(post, indexed_at=MADE + SECOND)) == ()
    assert PLATFORM.contradictions(replace(post, created_at=MADE - 900 * DAY, indexed_at=MADE + SECOND)) == ()
    assert len(PLATFORM.contradictions(replace(post, indexed_at=MADE - DAY))) == 1


# -- keys as numbers


def test_keys_are_numbers() -> None:
    for key in ("3l3vgf77uco2g", "2222222222222", "jzzzzzzzzzzzz"):
        number = number_of(key)
        assert number is not None
        assert key_of(number) == key
    for other in ("self", "kzzzzzzzzzzzz", "3L3VGF77UCO2G", "3l3vgf77uco2", "3l3vgf77uco21", "١234567abcdef", ""):
        assert number_of(other) is None


def test_the_keys_of_a_day() -> None:
    found = day_range(datetime(2024, 11, 20, tzinfo=UTC).date())
    assert found is not None
    assert (key_of(found.first), key_of(found.last)) == ("3lbdnefhc2222", "3lbg5tcvzzzzz")
    assert "3lbdnefhc2222" in found
    assert "3lbdnefhbzzzz" not in found
    assert "3lbg5tcw22222" not in found
    assert "self" not in found
    wide = day_range(datetime(2024, 11, 20, tzinfo=UTC).date(), slack_hours=14)
    assert wide is not None
    assert "3lbdnefhbzzzz" in wide
    assert day_range(datetime(1990, 1, 1, tzinfo=UTC).date()) is None


def test_prefixes_cover_every_key() -> None:
    for days in range(0, 900, 13):
        found = day_range((MADE + days * DAY).date(), slack_hours=14)
        assert found is not None
        begins = prefixes(found.first, found.last, 2)
        assert 1 <= len(begins) <= 2
        assert all(len(begin) >= 3 for begin in begins)
        for step in range(11):
            assert key_of(found.first + (found.last - found.first) * step // 10).startswith(begins)
    assert prefixes(5, 5, 2) == ("2222222222227",)
