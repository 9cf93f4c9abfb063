"""A post's media: each in the best size that fits the bound, and what could not be had told with its reason."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from archiver.capture import ArchivedPost
from archiver.config import Settings
from archiver.model import Capture, State
from archiver.store import Archive
from tests.town import KEEPER, PICTURED, Town, at
from tests.web_twin import Fault, Picture, TwinPost
from tests.web_twin.wire import Framing, Reply, Request
from tests.web_twin.x import film_variants

FILM = Picture(kind="video", key="SkerryFilm")
FILMED = TwinPost(account=KEEPER, created=at(10), text="The lamp turns again, seen from the mole.", media=(FILM,))
_, SMALL, LARGE = (variant["url"] for variant in film_variants(FILMED, FILM))
SIZES = {"318x270": 20_000, "848x720": 90_000}


@pytest.fixture
def filmed(town: Town) -> Town:
    town.twin.population.add(FILMED)
    town.twin.host("video.twimg.com", film)
    return town


def film(request: Request) -> Reply:
    size = SIZES[request.path.split("/")[-2]]
    return Reply(headers=(("content-type", "video/mp4"),), body=b"\0" * size)


def settings(town: Town, **capture: Any) -> Settings:
    made = town.settings()
    return msgspec.structs.replace(made, capture=msgspec.structs.replace(made.capture, **capture))


def run(town: Town, post: TwinPost = FILMED, **capture: Any) -> ArchivedPost:
    [result] = town.run(town.page([post]), settings=settings(town, **capture))
    assert result.state is State.LIVE
    return result


def responses(town: Town, url: str) -> list[Capture]:
    with Archive.open(town.archive) as archive:
        return [found for found in archive.catalogue.captures_at(url) if found.record_type == "response"]


def body_length(town: Town, capture: Capture) -> int:
    with Archive.open(town.archive) as archive:
        return sum(map(len, archive.exchange(capture).iter_payload()))


def test_the_best_film_is_stored_where_it_fits(filmed: Town) -> None:
    result = run(filmed)
    assert result.media_failed == ()
    assert [found.truncated for found in responses(filmed, LARGE)] == [None]
    assert responses(filmed, SMALL) == []


def test_where_it_does_not_fit_the_next_smaller_one_is_stored(filmed: Town) -> None:
    result = run(filmed, max_media_bytes=89_999)
    assert result.media_failed == ()
    [large] = responses(filmed, LARGE)
    [small] = responses(filmed, SMALL)
    assert (large.truncated, body_length(filmed, large)) == ("length", 0)
    assert (small.truncated, body_length(filmed, small)) == (None, 20_000)


def test_where_none_fits_the_smallest_is_stored_up_to_the_bound_and_told_of(filmed: Town) -> None:
    result = run(filmed, max_media_bytes=19_999)
    assert result.media_failed == (f"{SMALL} (cut short: length)",)
    [small] = responses(filmed, SMALL)
    assert (small.truncated, body_length(filmed, small)) == ("length", 19_999)


def test_a_film_that_does_not_tell_its_length_is_cut_at_the_bound(filmed: Town) -> None:
    def endless(request: Request) -> Reply:
        return Reply(headers=film(request).headers, body=film(request).body, framing=Framing.CHUNKED)

    filmed.twin.host("video.twimg.com", endless)
    result = run(filmed, max_media_bytes=50_000)
    assert result.media_failed == ()
    [large] = responses(filmed, LARGE)
    assert large.truncated == "length"
    assert [found.truncated for found in responses(filmed, SMALL)] == [None]


def test_where_the_best_film_is_gone_the_smaller_one_is_taken(filmed: Town) -> None:
    def partly(request: Request) -> Reply:
        return film(request) if "318x270" in request.path else Reply(status=404, body=b"no")

    filmed.twin.host("video.twimg.com", partly)
    result = run(filmed)
    assert result.media_failed == ()
    assert [found.status for found in responses(filmed, LARGE)] == [404]
    assert [found.truncated for found in responses(filmed, SMALL)] == [None]


def test_where_no_film_answers_all_that_was_asked_is_stored(filmed: Town) -> None:
    filmed.twin.host("video.twimg.com", lambda _: Reply(status=404, body=b"no such film"))
    result = run(filmed)
    assert result.media_failed == (LARGE,)
    assert [found.status for url in (LARGE, SMALL) for found in responses(filmed, url)] == [404, 404]


def test_a_part_that_nobody_asked_for_is_not_the_film(filmed: Town) -> None:
    def partly(request: Request) -> Reply:
        return Reply(status=206, headers=(("content-range", "bytes 0-3/90000"),), body=b"\0" * 4)

    filmed.twin.host("video.twimg.com", partly)
    assert run(filmed).media_failed == (LARGE,)
    assert [found.status for found in responses(filmed, LARGE)] == [206]


def test_a_picture_that_breaks_off_is_stored_as_cut_and_told_of(town: Town) -> None:
    url = f"https://pbs.twimg.com/media/{PICTURED.media[0].key}.jpg"
    town.twin.fault("pbs.twimg.com", Fault.CUT, path=f"/media/{PICTURED.media[0].key}.jpg")
    result = run(town, PICTURED)
    assert result.media_failed == (f"{url} (cut short: disconnect)",)
    assert [found.truncated for found in responses(town, url)] == ["disconnect"]


def test_pictures_avatars_and_posters_are_stored(filmed: Town) -> None:
    assert run(filmed).media == 3  # film, its still, the author's picture
    [pictured] = filmed.run(filmed.page([PICTURED]), settings=settings(filmed))
    assert (pictured.media, pictured.media_failed) == (2, ())


def test_so_many_files_as_the_setting_says(filmed: Town) -> None:
    assert run(filmed, max_media_per_post=1).media == 1


def test_offline_it_is_the_same(filmed: Town) -> None:
    live = run(filmed, max_media_bytes=89_999)
    [stored] = filmed.run(filmed.page([FILMED]), settings=settings(filmed, max_media_bytes=89_999), offline=True)
    assert (stored.media, stored.media_failed) == (live.media, live.media_failed)
