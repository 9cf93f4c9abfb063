"""Which capture of an address is nearest in time?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from archiver.store import Archive
from archiver.store.surt import surt
from tests.replay.staged import answer

URL = "https://paper.example/page"
T = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)


def at(**after: float) -> datetime:
    return T + timedelta(**after)


def written(folder: Path, *captures: tuple[str, datetime, int]) -> Archive:
    """An archive of captures: address, time, status."""
    with Archive.open(folder, write=True) as archive, archive.session() as session:
        for number, (url, time, status) in enumerate(captures):
            session.write_exchange(answer(url, b"%d" % number, "text/plain", at=time, status=status))
    return Archive.open(folder)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (at(days=-900), at()),
        (at(), at()),
        (at(days=4), at()),
        (at(days=5), at()),  # as near to either: the earlier
        (at(days=5, seconds=1), at(days=10)),
        (at(days=10, milliseconds=300), at(days=10)),
        (at(days=99_000), at(days=10)),
    ],
)
def test_the_nearest_in_time(tmp_path: Path, asked: datetime, found: datetime) -> None:
    with written(tmp_path, (URL, at(), 200), (URL, at(days=10), 200), (URL + "2", at(days=5), 200)) as archive:
        capture = archive.catalogue.nearest(surt(URL), asked, uri=URL)
    assert capture is not None
    assert (capture.target_uri, capture.time) == (URL, found)


def test_fractions_of_a_second_are_the_same_second(tmp_path: Path) -> None:
    times = (at(milliseconds=900), at(seconds=1, milliseconds=100), at(seconds=1, milliseconds=400))
    with written(tmp_path, *((URL, time, 200) for time in times)) as archive:
        for asked, found in ((0, 0), (1, 1), (2, 2)):
            capture = archive.catalogue.nearest(surt(URL), at(seconds=asked), uri=URL)
            assert capture is not None
            assert capture.time == times[found]


def test_a_time_of_another_zone_is_the_same_time(tmp_path: Path) -> None:
    with written(tmp_path, (URL, at(), 200), (URL, at(hours=3), 200)) as archive:
        for hours in (-12, 0, 14):
            zone = timezone(timedelta(hours=hours))
            for time in (at(), at(hours=3), at(hours=1)):
                capture = archive.catalogue.nearest(surt(URL), time.astimezone(zone), uri=URL)
                assert capture is not None
                assert capture.time == (at(hours=3) if time == at(hours=3) else at())


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_no_redirect_from_another_address_stands_for_this_one(tmp_path: Path, status: int) -> None:
    other = URL.replace("https", "http")
    with written(tmp_path, (other, at(), status), (URL, at(days=10), 200)) as archive:
        capture = archive.catalogue.nearest(surt(URL), at(), uri=URL)
        assert capture is not None
        assert (capture.target_uri, capture.status) == (URL, 200)
        capture = archive.catalogue.nearest(surt(other), at(), uri=other)
        assert capture is not None
        assert (capture.target_uri, capture.status) == (other, status)


def test_no_capture(tmp_path: Path) -> None:
    with written(tmp_path, (URL, at(), 200)) as archive:
        assert archive.catalogue.nearest(surt("https://paper.example/other"), at(), uri=URL) is None


def test_a_redirect_from_another_address_of_the_same_key_does_not_stand_for_this_one(tmp_path: Path) -> None:
    """Else `http://…` that redirects to `https://…` would redirect to itself for ever."""
    plain = URL.replace("https", "http")
    with written(tmp_path, (plain, at(seconds=9), 301), (URL, at(seconds=9), 200), (URL, at(days=9), 200)) as archive:
        for asked in (at(), at(seconds=9)):
            whole, redirect = (archive.catalogue.nearest(surt(URL), asked, uri=uri) for uri in (URL, plain))
            assert whole is not None
            assert (whole.target_uri, whole.time) == (URL, at(seconds=9))
            assert redirect is not None
            assert (redirect.target_uri, redirect.status) == (plain, 301)


def test_it_does_not_either_where_the_redirect_is_nearer_in_time(tmp_path: Path) -> None:
    with written(tmp_path, (URL.replace("https", "http"), at(), 301), (URL, at(days=3), 200)) as archive:
        capture = archive.catalogue.nearest(surt(URL), at(), uri=URL)
        assert capture is not None
        assert (capture.target_uri, capture.time) == (URL, at(days=3))


def test_within_a_second_the_very_address_comes_first(tmp_path: Path) -> None:
    plain = URL.replace("https", "http")
    with written(tmp_path, (plain, at(), 200), (URL, at(milliseconds=500), 200)) as archive:
        for uri in (plain, URL):
            capture = archive.catalogue.nearest(surt(URL), at(), uri=uri)
            assert capture is not None
            assert capture.target_uri == uri


def test_another_address_of_the_same_key_stands_for_one_that_was_not_captured(tmp_path: Path) -> None:
    with written(tmp_path, (URL.replace("https", "http"), at(), 200)) as archive:
        assert archive.catalogue.nearest(surt(URL), at(), uri=URL) is not None


def test_what_is_no_whole_answer_counts_only_where_there_is_nothing_else(tmp_path: Path) -> None:
    with written(tmp_path, (URL, at(), 206), (URL, at(seconds=1), 304), (URL, at(days=9), 404)) as archive:
        capture = archive.catalogue.nearest(surt(URL), at(), uri=URL)
        assert capture is not None
        assert capture.status == 404
    with written(tmp_path / "other", (URL, at(), 206)) as archive:
        capture = archive.catalogue.nearest(surt(URL), at(days=1), uri=URL)
        assert capture is not None
        assert capture.status == 206


def test_the_seconds_of_an_address_each_once_from_a_time_on(tmp_path: Path) -> None:
    times = [at(), at(milliseconds=100), at(seconds=1), at(seconds=2), at(seconds=3)]
    with written(tmp_path, *((URL, time, 200) for time in times)) as archive:
        seconds = archive.catalogue.seconds
        assert seconds(surt(URL), limit=9) == [at(), at(seconds=1), at(seconds=2), at(seconds=3)]
        assert seconds(surt(URL), at(seconds=1), limit=2) == [at(seconds=1), at(seconds=2)]
        assert seconds(surt(URL + "2"), limit=2) == []


def test_each_of_the_seconds_has_the_capture_that_is_nearest_then(tmp_path: Path) -> None:
    """A list of captures leads to none that would lead on to another time."""
    plain = URL.replace("https", "http")
    kinds = [
        (plain, at(), 301), (URL, at(days=1), 200), (URL, at(days=2), 304), (URL, at(days=3), 302),
        (plain, at(days=4), 404), (URL, at(days=5), 206), (plain, at(days=6), 302),
    ]  # fmt: skip
    for number in range(1, 1 << len(kinds)):
        if number.bit_count() > 2 and number != (1 << len(kinds)) - 1:
            continue
        chosen = [kind for place, kind in enumerate(kinds) if number >> place & 1]
        with written(tmp_path / str(number), *chosen) as archive:
            for uri in (URL, plain):
                seconds = archive.catalogue.seconds(surt(URL), limit=9, uri=uri)
                answers = {archive.catalogue.nearest(surt(URL), time, uri=uri) for _, time, _ in chosen}
                assert set(seconds) == {capture.time for capture in answers if capture}, (chosen, uri)
                assert archive.catalogue.seconds(surt(URL), at(days=7), limit=9, uri=uri) == []


@pytest.mark.parametrize(
    ("url", "other", "may_stand"),
    [
        ("https://x.example/p/AbC/", "https://x.example/p/aBc/", False),
        ("https://x.example/watch?v=dQw", "https://x.example/watch?v=DQW", False),
        ("https://x.example/%C3%A9?x=%2f", "https://www.x.example/%c3%a9?x=/", True),
        ("https://x.example/?b=1&a=2", "http://x.example:80/?a=2&b=1#part", True),
        ("https://x.example/page", "https://X.example/page/", True),
    ],
)
def test_an_address_in_other_letters_may_be_another_page(tmp_path: Path, url: str, other: str, may_stand: bool) -> None:
    assert surt(url) == surt(other)
    with written(tmp_path, (url, at(), 200), (other, at(days=10), 200)) as archive:
        near_the_other = archive.catalogue.nearest(surt(url), at(days=9), uri=url)
        seconds = archive.catalogue.seconds(surt(url), limit=9, uri=url)
    assert near_the_other is not None
    assert near_the_other.target_uri == (other if may_stand else url)
    assert seconds == [at(), at(days=10)] if may_stand else [at()]


def test_an_address_in_other_letters_stands_where_there_is_nothing_else(tmp_path: Path) -> None:
    with written(tmp_path, ("https://x.example/Page.aspx", at(), 200)) as archive:
        asked = "https://x.example/page.aspx"
        capture = archive.catalogue.nearest(surt(asked), at(), uri=asked)
        assert archive.catalogue.seconds(surt(asked), limit=9, uri=asked) == [at()]
    assert capture is not None
