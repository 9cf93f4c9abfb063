"""How a channel's posts of one time are found: exactly those, with few requests, and what was not listed is said."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.config import WebSettings
from archiver.exchange import Exchange
from archiver.model import Post
from archiver.platforms.base import Clues, Gap, Lookup, Remark, Shown
from archiver.platforms.telegram import PLATFORM
from archiver.platforms.telegram.search import telling_words
from archiver.web import Door
from tests.platforms.driving import Said, exchange
from tests.web_twin import Population, PostState, Twin
from tests.web_twin.crowd import Crowd
from tests.web_twin.telegram import PAGE, message, preview

HTML = "text/html; charset=utf-8"
NOON = datetime(2021, 6, 15, 12, tzinfo=UTC)

Posts = dict[int, datetime]
"""Numbers of a channel's posts, and their times."""


def listing(posts: Posts, query: dict[str, list[str]]) -> str:
    """The page that Telegram's preview gives of a channel."""
    numbers = sorted(posts)
    before, after = (int(query[name][0]) if name in query else None for name in ("before", "after"))
    if after is not None:
        shown = [n for n in numbers if n > after][:PAGE]
    else:
        shown = [n for n in numbers if before is None or n < before][-PAGE:]
    body = '<div class="tgme_widget_message_text js-message_text" dir="auto">Note {}</div>'
    return preview(
        "ana_channel",
        "Ana",
        "Notes",
        [message("ana_channel", n, posts[n], body.format(n), title="Ana", account=7) for n in shown],
        shown[0] if shown and shown[0] > numbers[0] else None,
        shown[-1] if shown and shown[-1] < numbers[-1] else None,
    )


def find(
    posts: Posts,
    since: datetime | None,
    until: datetime | None,
    *,
    words: str | None = None,
    most: int = 8,
    answer: Callable[[str, Exchange], Exchange | None] = lambda _, usual: usual,
) -> tuple[list[str], list[Said], list[Post]]:
    """URLs asked, all that was said, the posts that were shown. answer: what stands in a usual answer's place."""
    clues = Clues(handle="Ana_Channel", since=since, until=until, words=words, most_requests=most)
    inquiry = PLATFORM.search(clues)
    asked: list[str] = []
    said: list[Said] = []
    step = next(inquiry, None)
    while step is not None:
        sent = None
        if isinstance(step, Lookup):
            asked.append(step.url)
            assert not step.follow
            parts = urlsplit(step.url)
            assert (parts.netloc, parts.path) == ("t.me", "/s/ana_channel")
            query = parse_qs(parts.query)
            shown = {n: made for n, made in posts.items() if "q" not in query}
            usual = exchange(step.url, listing(shown, query), 200, HTML, record=f"urn:uuid:{len(asked)}")
            sent = answer(step.url, usual)
        else:
            said.append(step)
        try:
            step = inquiry.send(sent)
        except StopIteration:
            break
    assert len(asked) <= most
    return asked, said, [post for one in said if isinstance(one, Shown) for post in one.posts]


def numbers_of(found: Sequence[Post]) -> list[int]:
    """Each once, or the test fails."""
    numbers = sorted(int(post.id.partition("/")[2]) for post in found)
    assert len(set(numbers)) == len(numbers)
    return numbers


def gaps(said: Sequence[Said]) -> list[str]:
    return [step.text for step in said if isinstance(step, Gap)]


def regular(count: int, hours: float = 6, begin: datetime = datetime(2020, 6, 1, tzinfo=UTC)) -> Posts:
    return {3 * n + 2: begin + timedelta(hours=hours * n) for n in range(count)}


def day(when: datetime) -> tuple[datetime, datetime]:
    """A printed day with its slack."""
    start = when.replace(hour=0, minute=0, second=0, microsecond=0)
    return start - timedelta(hours=14), start + timedelta(hours=38)


def expected(posts: Posts, since: datetime | None, until: datetime | None) -> list[int]:
    return [n for n, t in sorted(posts.items()) if (since is None or t >= since) and (until is None or t < until)]


@pytest.mark.parametrize("count", [100, 1_000, 5_000])
def test_a_day_among_years_takes_few_requests(count: int) -> None:
    posts = regular(count)
    when = sorted(posts.values())[count // 3]
    since, until = day(when)
    asked, said, found = find(posts, since, until)
    assert numbers_of(found) == expected(posts, since, until)
    assert len(found) > 5
    assert gaps(said) == []
    assert len(asked) <= 4
    assert asked[0] == "https://t.me/s/ana_channel"
    assert {step.endpoint for step in said if isinstance(step, Shown)} == {"telegram.preview"}
    assert all(step.record_id for step in said if isinstance(step, Shown))


def test_the_bounds_are_exact() -> None:
    posts = {n: NOON + timedelta(seconds=n) for n in range(1, 200)}
    since, until = NOON + timedelta(seconds=50), NOON + timedelta(seconds=150)
    _, said, found = find(posts, since, until)
    assert numbers_of(found) == list(range(50, 150))
    assert gaps(said) == []


@given(seed=st.integers(0, 1 << 32))
def test_bursts_and_silences_lose_nothing(seed: int) -> None:
    roll = random.Random(seed)
    posts: Posts = {}
    number, time = 1, datetime(2019, 3, 1, tzinfo=UTC)
    for _ in range(roll.randint(1, 900)):
        number += roll.choice((1, 1, 1, 2, 9))
        time += timedelta(
            seconds=roll.choice((1, 60, 3600, 86_400, 86_400 * roll.choice((1, 1, 200)))) + roll.randint(0, 59)
        )
        posts[number] = time
    since, until = day(roll.choice(list(posts.values())) + timedelta(days=roll.choice((0, 0, 3))))
    _, said, found = find(posts, since, until, most=12)
    wanted = expected(posts, since, until)
    got = numbers_of(found)
    assert set(got) <= set(wanted)
    # what is not shown is either not there, or told of
    assert got == wanted or gaps(said)
    many, more, all_found = find(posts, since, until, most=400)
    assert (numbers_of(all_found), gaps(more)) == (wanted, [])
    assert len(many) <= 16 + len(wanted) // 10


def test_a_time_in_which_nothing_was_posted() -> None:
    posts = {n: NOON + timedelta(days=n if n < 500 else n + 300) for n in range(1, 900)}
    since, until = day(NOON + timedelta(days=640))
    asked, said, found = find(posts, since, until)
    assert (found, gaps(said)) == ([], [])
    assert len(asked) <= 8


@pytest.mark.parametrize("days", [-400, 4000])
def test_a_time_before_or_after_the_channel(days: int) -> None:
    posts = regular(600)
    asked, said, found = find(posts, *day(datetime(2020, 6, 1, tzinfo=UTC) + timedelta(days=days)))
    assert (found, gaps(said)) == ([], [])
    assert len(asked) <= 3


@pytest.mark.parametrize("count", [24, 600])
def test_a_list_that_is_empty_where_the_page_before_links_on_is_a_gap(count: int) -> None:
    posts = {n: NOON + timedelta(days=n) for n in range(1, count)}
    nothing = preview("ana_channel", "Ana", "", [], None, None)
    for since in (NOON + timedelta(days=1, hours=-1), NOON + timedelta(days=3)):
        _, said, found = find(posts, since, since + timedelta(days=1), answer=instead(nothing, nth=2))
        assert (found, len(gaps(said))) == ([], 1)


def test_a_long_silence_does_not_mislead_for_long() -> None:
    posts = {n: NOON + timedelta(hours=n + (24_000 if n > 1000 else 0)) for n in range(1, 2001)}
    for n in (3, 400, 900, 990, 1000, 1001, 1010, 1500):
        since, until = posts[n], posts[n] + timedelta(hours=10)
        asked, said, found = find(posts, since, until, most=30)
        assert numbers_of(found) == expected(posts, since, until)
        assert gaps(said) == []
        assert len(asked) <= 8


def test_a_channel_of_one_page_is_asked_once() -> None:
    posts = {n: NOON + timedelta(minutes=n) for n in range(1, 9)}
    asked, said, found = find(posts, *day(NOON))
    assert asked == ["https://t.me/s/ana_channel"]
    assert (numbers_of(found), gaps(said)) == (list(posts), [])


@pytest.mark.parametrize("since", [None, NOON])
def test_open_ends_are_read_as_far_as_the_requests_go(since: datetime | None) -> None:
    posts = {n: NOON + timedelta(hours=n) for n in range(1, 60)}
    _, said, found = find(posts, since, None)
    assert (numbers_of(found), gaps(said)) == (list(posts), [])
    many = {n: NOON + timedelta(hours=n) for n in range(1, 600)}
    asked, said, found = find(many, since, None)
    assert len(asked) == 8
    assert len(gaps(said)) == 1
    assert 100 < len(found) < 599
    _, said, found = find(many, None, NOON + timedelta(hours=30))
    assert (numbers_of(found), gaps(said)) == (list(range(1, 30)), [])


def test_a_long_time_stops_at_the_requests_allowed_and_says_so() -> None:
    posts = {n: NOON + timedelta(minutes=n) for n in range(1, 1000)}
    asked, said, found = find(posts, *day(NOON), most=5)
    assert len(asked) == 5
    assert len(gaps(said)) == 1
    assert 40 < len(found) < 999


@pytest.mark.parametrize("most", [0, 1, 2, 3])
def test_few_requests(most: int) -> None:
    posts = regular(2000)
    since, until = day(NOON)
    asked, said, found = find(posts, since, until, most=most, words="bridge harbour")
    assert len(asked) <= most
    if most == 1:
        assert find(posts, None, None, most=1, words="bridge harbour")[0] == ["https://t.me/s/ana_channel"]
    assert numbers_of(found) == expected(posts, since, until) or gaps(said) or most == 0


# -- what stands in the way


def instead(
    body: str, status: int = 200, target: str | None = None, nth: int = 1
) -> Callable[[str, Exchange], Exchange]:
    """Another answer from the n-th question on."""
    seen: list[str] = []

    def answer(url: str, usual: Exchange) -> Exchange:
        seen.append(url)
        headers = (("Location", target),) if target else ()
        return exchange(url, body, status, HTML, headers) if len(seen) >= nth else usual

    return answer


IN_THE_WAY = (
    pytest.param("", 302, "https://t.me/ana_channel", "no preview", id="no preview"),
    pytest.param("", 302, "/ana_channel", "no preview", id="no preview, relative"),
    pytest.param("", 302, "//telegram.org/", "front page", id="no such name"),
    pytest.param("", 302, "https://login.example/", "HTTP 302", id="elsewhere"),
    pytest.param("Too Many Requests", 429, None, "HTTP 429", id="429"),
    pytest.param("", 500, None, "HTTP 500", id="500"),
    pytest.param("", 200, None, "empty", id="empty"),
    pytest.param("<html><body>Hello</body></html>", 200, None, "without the channel's posts", id="another page"),
    pytest.param(preview("ana_channel", "Ana", "", [], None, None), 200, None, "lists no post", id="nothing"),
)


@pytest.mark.parametrize(("body", "status", "target", "why"), IN_THE_WAY)
@pytest.mark.parametrize("nth", [1, 2])
def test_what_could_not_be_asked_is_a_gap(body: str, status: int, target: str | None, why: str, nth: int) -> None:
    asked, said, found = find(regular(3000), *day(NOON), answer=instead(body, status, target, nth))
    assert found == []
    assert len(asked) <= 8
    (gap,) = gaps(said)
    assert gap.startswith("telegram.preview: ")
    if nth == 1 or why != "lists no post":
        assert why in gap
        assert len(asked) == nth


def test_no_answer_ends_the_search() -> None:
    asked, said, found = find(regular(3000), *day(NOON), answer=lambda *_: None)
    assert (len(asked), said, found) == (1, [], [])


def test_a_server_that_lists_the_newest_whatever_is_asked_is_found_out() -> None:
    newest = listing(regular(3000), {})
    asked, said, found = find(regular(3000), *day(NOON), answer=instead(newest, nth=2))
    assert (found, len(gaps(said)), len(asked)) == ([], 1, 2)


def test_a_list_that_breaks_off_while_it_is_read_is_a_gap() -> None:
    posts = {n: NOON + timedelta(minutes=n) for n in range(1, 400)}
    for body, status in (("", 429), (preview("c", "C", "", [], None, None), 200)):
        _, said, found = find(posts, *day(NOON), answer=instead(body, status, nth=3))
        assert len(gaps(said)) == 1
        assert found


@given(st.lists(st.one_of(st.binary(max_size=120), st.just(b""), st.just(listing({5: NOON, 7: NOON}, {}).encode()))))
def test_whatever_comes_it_ends(bodies: list[bytes]) -> None:
    left = list(bodies)

    def answer(url: str, usual: Exchange) -> Exchange:
        return exchange(url, left.pop(), 200, HTML) if left else usual

    asked, _, found = find(regular(500), *day(NOON), answer=answer)
    assert len(asked) <= 8
    numbers_of(found)


@pytest.mark.parametrize("handle", ["ana channel", "a", "", "1234567", "joinchat", "ana-channel", "@@ana", "x" * 40])
def test_what_can_be_no_channel_is_not_asked_for(handle: str) -> None:
    steps = list(PLATFORM.search(Clues(handle=handle, since=None, until=None)))
    assert [type(step) for step in steps] == [Remark]


# -- words


def test_words_are_tried_first_where_the_time_is_long() -> None:
    posts = regular(50)
    asked, said, found = find(posts, None, None, words="The swing bridge is shut tonight, says the harbour.")
    assert asked[0] == "https://t.me/s/ana_channel?q=swing%20bridge%20tonight" or "?q=" in asked[0]
    assert asked[1] == "https://t.me/s/ana_channel"
    assert (numbers_of(found), gaps(said)) == (sorted(posts), [])
    asked, _, _ = find(posts, *day(NOON), words="The swing bridge is shut tonight")
    assert "?q=" not in asked[0]


def test_what_words_find_is_shown_and_what_they_do_not_find_says_nothing() -> None:
    old = NOON - timedelta(days=700)
    hit = exchange("https://t.me/s/ana_channel", listing({5: old}, {}), 200, HTML)
    posts = regular(3000) | {5: old}

    def answer(url: str, usual: Exchange) -> Exchange:
        return hit if "?q=" in url else usual

    _, said, found = find(posts, None, None, words="harbour bridge tonight", answer=answer)
    assert "ana_channel/5" in [post.id for post in found]
    for odd in (
        exchange("https://t.me/s/ana_channel", "", 429, HTML),
        exchange("https://t.me/s/ana_channel", "", 302, HTML, (("Location", "/ana_channel"),)),
    ):
        _, said, found = find(
            regular(9), None, None, words="harbour", answer=lambda u, e, o=odd: o if "?q=" in u else e
        )
        assert (len(found), gaps(said)) == (9, [])


def test_telling_words() -> None:
    assert telling_words("The harbour bridge is shut tonight @someone #Live https://quay.example/bridge") == (
        "harbour bridge tonight"
    )
    assert telling_words("a b c 12345 !?") == ""
    assert telling_words("") == ""
    assert telling_words("港口的桥今晚关闭了") == "港口的桥今晚"
    assert len(telling_words("word" * 100_000)) < 200


# -- through the door, against the twin

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    crowd = Crowd(6, size=8, notes_each=400)
    for number in range(8):
        crowd.change_person(number, state=PostState.LIVE)
    return crowd


@pytest.fixture(scope="module")
def ask(crowd: Crowd) -> Iterator[Callable[[Clues], tuple[int, list[Said]]]]:
    with Twin(Population([]), clock=NOW, crowd=crowd) as twin:
        settings = WebSettings(
            connect_to=twin.connect_to,
            ca_file=str(twin.ca_file),
            rates=dict.fromkeys(("*", "t.me"), 60_000.0),
            retries=0,
        )
        with Door(settings, sleep=lambda _: None) as door:

            def search(clues: Clues) -> tuple[int, list[Said]]:
                inquiry, said, asked = PLATFORM.search(clues), [], 0
                step = next(inquiry, None)
                while step is not None:
                    sent = None
                    if isinstance(step, Lookup):
                        asked += 1
                        sent = door.fetch(step.url, headers=step.headers)
                    else:
                        said.append(step)
                    try:
                        step = inquiry.send(sent)
                    except StopIteration:
                        break
                return asked, said

            yield search
        assert twin.errors == []


@pytest.mark.parametrize("number", range(8))
def test_days_of_the_twin_are_found_whole(
    crowd: Crowd, ask: Callable[[Clues], tuple[int, list[Said]]], number: int
) -> None:
    person = crowd.person(number)
    notes = [note for note in crowd.on("telegram", person) if note.own_state is PostState.LIVE]
    for note in notes[:: len(notes) // 3]:
        since, until = day(note.created)
        clues = Clues(handle=person.handle("telegram"), since=since, until=until, words=note.text)
        asked, said = ask(clues)
        found = {post.id: post for step in said if isinstance(step, Shown) for post in step.posts}
        wanted = [n for n in notes if since <= n.created.replace(microsecond=0) < until]
        assert sorted(found) == sorted(n.id_on("telegram") for n in wanted)
        assert [found[n.id_on("telegram")].text for n in wanted] == [n.text for n in wanted]
        assert not gaps(said)
        assert asked <= 8
