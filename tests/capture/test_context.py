"""The quoted post and the thread above: looked at like any post, bounded, and never to the cited post's harm."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from archiver.capture import ArchivedPost
from archiver.capture.context import store_context
from archiver.config import CaptureSettings, Settings
from archiver.errors import ArchiveError, LimitError, NetworkError
from archiver.model import Observation, Post, PostRef, State
from archiver.platforms import platform
from archiver.platforms.base import Platform
from archiver.store import Archive
from tests.town import CLERK, HARBOUR, KEEPER, PICTURED, STARTED, Town, at
from tests.web_twin import Fault, Picture, PostState, TwinPost

NOTE = TwinPost(
    account=CLERK, created=at(9), text="Minutes of the board, page four.", media=(Picture(key="MinutesPageFour"),)
)
THREAD: list[TwinPost] = []
for step in range(6):
    THREAD.append(
        TwinPost(
            account=HARBOUR,
            created=at(10, step),
            text=f"@skerry_harbour Part {step} of what happened at the pier." if step else "What happened at the pier.",
            reply_to=THREAD[-1].id if step else None,
        )
    )
CITED = TwinPost(
    account=KEEPER,
    created=at(11),
    text="@skerry_harbour This is not what the minutes say.",
    reply_to=THREAD[-1].id,
    quotes=NOTE.id,
)


@pytest.fixture
def square(town: Town) -> Town:
    for post in (NOTE, *THREAD, CITED):
        town.twin.population.add(post)
    return town


def settings(town: Town, **capture: Any) -> Settings:
    made = town.settings()
    return msgspec.structs.replace(made, capture=msgspec.structs.replace(made.capture, **capture))


def run(town: Town, **capture: Any) -> ArchivedPost:
    [result] = town.run(town.page([CITED]), settings=settings(town, **capture))
    assert (result.post_id, result.state) == (CITED.id, State.LIVE)
    return result


def observed(town: Town) -> dict[str, State]:
    with Archive.open(town.archive) as archive:
        return {look.key: look.state for look, _ in archive.catalogue.observations()}


def key(post: TwinPost) -> str:
    return f"x:{post.id}"


def test_by_default_the_quoted_post_and_three_above_are_looked_at(square: Town) -> None:
    result = run(square)
    around = [key(NOTE), *(key(post) for post in reversed(THREAD[-3:]))]
    assert result.context == tuple(around)
    assert result.context_failed == ()
    assert observed(square) == dict.fromkeys([key(CITED), *around], State.LIVE)


def test_their_record_page_and_media_are_stored(square: Town) -> None:
    run(square)
    with Archive.open(square.archive) as archive:
        [(look, record)] = archive.catalogue.observations(key(NOTE))
        assert look.post is not None
        assert look.post.text == NOTE.text
        assert archive.conclusion(record).observation == look
        assert look.evidence
        for url in (look.url, *(media.url for media in look.post.media)):
            assert [c for c in archive.catalogue.captures_at(url) if c.record_type in ("response", "revisit")], url


@pytest.mark.parametrize(("depth", "above"), [(0, 0), (1, 1), (6, 6), (100, 6)])
def test_the_thread_is_followed_so_far(depth: int, above: int, square: Town) -> None:
    result = run(square, thread=depth, quoted=False)
    assert result.context == tuple(key(post) for post in reversed(THREAD))[:above]


def test_with_both_off_only_the_post_is_looked_at(square: Town) -> None:
    result = run(square, thread=0, quoted=False)
    assert (result.context, result.context_failed) == ((), ())
    assert observed(square) == {key(CITED): State.LIVE}


def test_a_quoted_post_that_cannot_be_asked_for_is_told_of(square: Town) -> None:
    for host in ("cdn.syndication.twimg.com", "publish.twitter.com"):
        square.twin.fault(host, Fault.CLOSE, path=NOTE.id)
    result = run(square, thread=0)
    assert result.context == ()
    [line] = result.context_failed
    assert line.startswith(f"{key(NOTE)}: the server closed the connection")


def test_the_thread_ends_where_a_post_is_gone(square: Town) -> None:
    square.twin.population.change(THREAD[-2].id, state=PostState.DELETED)
    result = run(square, quoted=False)
    assert result.context == (key(THREAD[-1]), key(THREAD[-2]))
    [line] = result.context_failed
    assert line.startswith(f"{key(THREAD[-2])}: deleted: ")
    assert observed(square)[key(THREAD[-2])] is State.DELETED


def test_media_that_could_not_be_had_are_told_of(square: Town) -> None:
    square.twin.fault("pbs.twimg.com", Fault.SERVER_ERROR, path="MinutesPageFour")
    result = run(square, thread=0)
    assert result.media_failed == ()
    assert result.context_failed == (f"{key(NOTE)}: https://pbs.twimg.com/media/MinutesPageFour.jpg",)


def test_without_media_none_of_theirs_are_fetched(square: Town) -> None:
    run(square, media=False)
    assert square.twin.hits("pbs.twimg.com") == []


def test_a_second_run_and_one_offline_say_the_same(square: Town) -> None:
    first = run(square)
    looks = observed(square)
    square.clock.go(minutes=5)
    [again] = square.run(square.page([CITED]), settings=settings(square))
    [offline] = square.run(square.page([CITED]), settings=settings(square), offline=True)
    assert again.context == offline.context == first.context
    assert observed(square) == looks


def test_a_post_that_quotes_nothing_has_no_context(town: Town) -> None:
    [result] = town.run(town.page([PICTURED]))
    assert (result.context, result.context_failed) == ((), ())


# What can go wrong, each without a server.


def post(number: int, **named: Any) -> Post:
    return Post(platform="x", id=str(number), url=f"https://x.com/i/status/{number}", **named)


def look(ref: PostRef, found: Post | None, state: State = State.LIVE) -> Observation:
    return Observation(
        platform=ref.platform, post_id=ref.id, url=ref.url, state=state, seen_at=STARTED, how="", reason="", post=found
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [(NetworkError("no connection"), "no connection"), (LimitError("decodes to too much"), "decodes to too much")],
)
def test_what_goes_wrong_is_told_and_harms_nothing(error: Exception, words: str) -> None:
    def observe(ref: PostRef, platform: Platform) -> Observation:
        raise error

    context = store_context(post(1, quoted="x:2", in_reply_to="x:3"), CaptureSettings(), observe, lambda *_: ())
    assert (context.kept, context.failed) == ([], [f"x:2: {words}", f"x:3: {words}"])


def test_an_archive_that_cannot_be_written_stops_the_run() -> None:
    def observe(ref: PostRef, platform: Platform) -> Observation:
        raise ArchiveError("the disk is full")

    with pytest.raises(ArchiveError):
        store_context(post(1, quoted="x:2"), CaptureSettings(), observe, lambda *_: ())


def test_posts_that_answer_each_other_in_a_ring_are_looked_at_once() -> None:
    asked: list[str] = []

    def observe(ref: PostRef, platform: Platform) -> Observation:
        asked.append(ref.id)
        return look(ref, post(int(ref.id), in_reply_to=f"x:{(int(ref.id) + 1) % 3}"))

    context = store_context(
        post(0, quoted="x:2", in_reply_to="x:1"), CaptureSettings(thread=100), observe, lambda *_: ()
    )
    assert asked == ["2", "1"]
    assert context.kept == ["x:2", "x:1"]


@pytest.mark.parametrize("named", ["nowhere:1", "x", "x:", "mastodon:1", "mastodon:social.example/no such id"])
def test_a_key_that_names_no_address_is_told(named: str) -> None:
    context = store_context(post(1, quoted=named), CaptureSettings(), lambda *_: pytest.fail("asked"), lambda *_: ())
    assert context.kept == []
    assert context.failed == [f"{named}: its address is not known"]


KEYS = {
    "x:1590383995124941163": "https://x.com/i/web/status/1590383995124941163",
    "bluesky:did:plc:z72i7hdynmk6r22z27h6tvur/3l3vgf77uco2g": None,
    "mastodon:social.example/110372412617177781": "https://social.example/web/statuses/110372412617177781",
    "mastodon:social.example/9tht7ungi81f0005": "https://social.example/notes/9tht7ungi81f0005",
    "telegram:lunnau/17": "https://t.me/lunnau/17",
    "reddit:1abcde": None,
    "vk:wall-77_1234": None,
    "truthsocial:110372412617177781": None,
}


@pytest.mark.parametrize("named", KEYS)
def test_a_key_leads_back_to_its_post(named: str) -> None:
    asked: list[PostRef] = []

    def observe(ref: PostRef, platform: Platform) -> Observation:
        asked.append(ref)
        return look(ref, None)

    store_context(post(1, quoted=named), CaptureSettings(), observe, lambda *_: ())
    [ref] = asked
    assert ref.key == named
    assert ref.url.startswith("https://")
    if KEYS[named] is not None:
        assert ref.url == KEYS[named]
    found = platform(ref.platform)
    assert found is not None
    assert found.page_url(ref).startswith("https://")
