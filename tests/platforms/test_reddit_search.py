"""What Reddit lists of an account without signing in: its newest posts; what that leaves open is said."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.config import WebSettings
from archiver.exchange import Exchange
from archiver.platforms.base import Clues, Gap, Lookup, Remark, Shown
from archiver.platforms.reddit import PLATFORM
from archiver.platforms.reddit.search import place_named
from archiver.web import Door
from tests.platforms.driving import Said, drive_search, exchange
from tests.web_twin import Population, PostState, Twin
from tests.web_twin.crowd import Crowd
from tests.web_twin.reddit import RedditSite

FIRST = "https://www.reddit.com/user/ana_example/submitted/.rss?limit=100"
ATOM = "application/atom+xml; charset=UTF-8"
NEWEST = datetime(2024, 5, 20, 12, tzinfo=UTC)


def post_id(number: int) -> str:
    return f"1a2b{number:03d}"


def entry(number: int, hours: int = 6, author: str = "/u/ana_example", words: str = "Words") -> str:
    made = NEWEST - timedelta(hours=hours * number)
    content = html.escape(f'<div class="md"><p>{words} {number}</p></div>')
    link = f"https://www.reddit.com/r/Bridges/comments/{post_id(number)}/note/"
    return (
        f"<entry><author><name>{author}</name></author><category term='Bridges'/>"
        f"<content type='html'>{content}</content><id>t3_{post_id(number)}</id>"
        f"<link href='{link}'/><published>{made.isoformat()}</published>"
        f"<updated>{NEWEST.isoformat()}</updated><title>Note {number}</title></entry>"
    )


def feed(*entries: str) -> str:
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{"".join(entries)}</feed>'


def listed(numbers: range, url: str = FIRST) -> Exchange:
    return exchange(url, feed(*map(entry, numbers)), 200, ATOM, record=f"urn:uuid:{numbers.start}")


def after(number: int) -> str:
    return f"{FIRST}&after=t3_{post_id(number)}"


def search(
    answers: dict[str, Exchange | None], since: datetime | None, until: datetime | None, most: int = 8
) -> tuple[list[str], list[Said]]:
    return drive_search(PLATFORM, Clues(handle="u/Ana_Example", since=since, until=until, most_requests=most), answers)


def ids(said: list[Said]) -> list[str]:
    return [post.id for step in said if isinstance(step, Shown) for post in step.posts]


def gaps(said: list[Said]) -> list[str]:
    return [step.text for step in said if isinstance(step, Gap)]


def test_the_posts_of_the_time_are_shown() -> None:
    since, until = NEWEST - timedelta(hours=30), NEWEST - timedelta(hours=12)
    asked, said = search({FIRST: listed(range(100))}, since, until)
    assert asked == [FIRST]
    (shown,) = said
    assert isinstance(shown, Shown)
    assert (shown.endpoint, shown.record_id) == ("reddit.feed", "urn:uuid:0")
    assert ids(said) == [post_id(3), post_id(4), post_id(5)]  # until is not included, since is
    post = shown.posts[0]
    assert (post.title, post.text, post.handle) == ("Note 3", "Words 3", "ana_example")
    assert post.created_at == NEWEST - timedelta(hours=18)
    assert post.url == f"https://www.reddit.com/r/Bridges/comments/{post_id(3)}/"


def test_older_pages_are_read_as_far_as_the_time_reaches() -> None:
    since = NEWEST - timedelta(hours=6 * 150)
    answers: dict[str, Exchange | None] = {FIRST: listed(range(100)), after(99): listed(range(100, 200), after(99))}
    asked, said = search(answers, since, NEWEST - timedelta(hours=6 * 149))
    assert asked == list(answers)
    assert (ids(said), gaps(said)) == ([post_id(150)], [])


def test_a_time_that_the_list_does_not_reach_is_a_gap() -> None:
    answers: dict[str, Exchange | None] = {
        FIRST: listed(range(100)),
        after(99): listed(range(100, 200), after(99)),
        after(199): listed(range(200, 300), after(199)),
    }
    asked, said = search(answers, datetime(2019, 1, 1, tzinfo=UTC), datetime(2019, 1, 2, tzinfo=UTC), most=3)
    assert asked == list(answers)
    assert (ids(said), len(gaps(said))) == ([], 1)
    assert "does not reach back" in gaps(said)[0]
    for most in (0, 1, 2):
        asked, said = search(answers, datetime(2019, 1, 1, tzinfo=UTC), None, most=most)
        assert (asked, len(gaps(said))) == (list(answers)[:most], 1)


def test_a_short_list_is_the_whole_list() -> None:
    asked, said = search({FIRST: listed(range(40))}, datetime(2019, 1, 1, tzinfo=UTC), datetime(2019, 1, 2, tzinfo=UTC))
    assert (asked, said) == ([FIRST], [])
    asked, said = search({FIRST: exchange(FIRST, feed(), 200, ATOM)}, None, None)
    assert (asked, said) == ([FIRST], [])


def test_a_list_that_repeats_itself_ends() -> None:
    answers: dict[str, Exchange | None] = {FIRST: listed(range(100)), after(99): listed(range(100), after(99))}
    asked, said = search(answers, datetime(2019, 1, 1, tzinfo=UTC), None)
    assert asked == list(answers)
    assert len(gaps(said)) == 1
    assert len(ids(said)) == len(set(ids(said))) == 100


def test_what_is_gone_is_not_offered() -> None:
    gone = entry(1, author="/u/[deleted]", words="[removed]").replace("[removed] 1", "[removed]")
    _, said = search({FIRST: exchange(FIRST, feed(entry(0), gone), 200, ATOM)}, None, None)
    assert ids(said) == [post_id(0)]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (exchange(FIRST, "<html>whoa there, pardner!</html>", 403, "text/html"), "403"),
        (exchange(FIRST, "<html>whoa there, pardner!</html>", 429, "text/html"), "429"),
        (exchange(FIRST, '{"message": "Not Found", "error": 404}', 404), "404"),
        (exchange(FIRST, "", 503, "text/html"), "503"),
        (exchange(FIRST, "<html><title>Welcome to Reddit</title></html>", 200, "text/html"), "no feed"),
        (exchange(FIRST, "{}", 200), "no feed"),
        (exchange(FIRST, "", 302, "text/html", (("Location", "https://www.reddit.com/login"),)), "login"),
    ],
)
def test_what_could_not_be_asked_is_a_gap(answer: Exchange, why: str) -> None:
    asked, said = search({FIRST: answer}, None, None)
    assert asked == [FIRST]
    (gap,) = said
    assert isinstance(gap, Gap)
    assert why in gap.text
    assert search({FIRST: None}, None, None) == ([FIRST], [])


@pytest.mark.parametrize(
    ("handle", "place"),
    [
        ("Ana_Example", "user/ana_example"),
        ("@ana-example", "user/ana-example"),
        ("u/Ana", "user/ana"),
        ("/user/Ana/", "user/ana"),
        ("r/Bridges", "r/bridges"),
        ("/r/Bridges", "r/bridges"),
        ("ana example", None),
        ("r/", None),
        ("", None),
        ("ana/../b", None),
        ("x" * 60, None),
    ],
)
def test_whose_list_is_meant(handle: str, place: str | None) -> None:
    assert place_named(handle) == place
    if place is None:
        steps = list(PLATFORM.search(Clues(handle=handle, since=None, until=None)))
        assert [type(step) for step in steps] == [Remark]


def test_a_community_has_a_list_too() -> None:
    url = "https://www.reddit.com/r/bridges/new/.rss?limit=100"
    clues = Clues(handle="r/Bridges", since=None, until=None)
    asked, said = drive_search(PLATFORM, clues, {url: listed(range(3), url)})
    assert (asked, ids(said)) == ([url], [post_id(0), post_id(1), post_id(2)])


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=80),
            st.lists(
                st.sampled_from(
                    ["<feed>", entry(1), entry(2), "<entry>", "<id>t3_1a2b003</id>", "<published>x", "\x00"]
                )
            ).map("".join),
        ),
        min_size=3,
        max_size=3,
    ),
    st.sampled_from([200, 200, 302, 404, 429, 500]),
)
def test_whatever_comes_it_ends(bodies: list[bytes | str], status: int) -> None:
    inquiry = PLATFORM.search(Clues(handle="ana_example", since=None, until=None))
    steps, step = 0, next(inquiry, None)
    while step is not None:
        assert isinstance(step, Lookup | Shown | Gap)
        sent = exchange(step.url, bodies[steps % 3], status, ATOM) if isinstance(step, Lookup) else None
        steps += isinstance(step, Lookup)
        assert steps <= 3
        try:
            step = inquiry.send(sent)
        except StopIteration:
            break


# -- through the door, against the twin


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    crowd = Crowd(6, size=6, notes_each=90)
    for number in range(6):
        crowd.change_person(number, state=PostState.LIVE)
    return crowd


@pytest.fixture(scope="module")
def twin(crowd: Crowd) -> Iterator[Twin]:
    with Twin(Population([]), clock=datetime(2026, 9, 1, 12, tzinfo=UTC), crowd=crowd) as running:
        yield running
        assert running.errors == []


def through_the_door(twin: Twin, clues: Clues) -> tuple[int, list[Said]]:
    """How many questions were asked, and all that was said."""
    settings = WebSettings(
        connect_to=twin.connect_to,
        ca_file=str(twin.ca_file),
        rates=dict.fromkeys(("*", "www.reddit.com"), 60_000.0),
        retries=0,
    )
    said: list[Said] = []
    asked = 0
    with Door(settings, sleep=lambda _: None) as door:
        inquiry = PLATFORM.search(clues)
        step = next(inquiry, None)
        while step is not None:
            sent = None
            if isinstance(step, Lookup):
                asked += 1
                sent = door.follow(step.url, headers=step.headers)[-1]
            else:
                said.append(step)
            try:
                step = inquiry.send(sent)
            except StopIteration:
                break
    return asked, said


@pytest.mark.parametrize("number", range(6))
def test_days_of_the_twin_are_found_whole(crowd: Crowd, twin: Twin, number: int) -> None:
    person = crowd.person(number)
    notes = [note for note in crowd.on("reddit", person) if note.own_state is PostState.LIVE]
    for note in (notes[3], notes[-3]):
        since = note.created.replace(hour=0, minute=0, second=0, microsecond=0)
        clues = Clues(handle=person.handle("reddit"), since=since, until=since + timedelta(days=1), words=note.text)
        asked, said = through_the_door(twin, clues)
        wanted = [n for n in notes if n.created.date() == note.created.date()]
        assert sorted(ids(said)) == sorted(n.id_on("reddit") for n in wanted)
        assert (asked, gaps(said)) == (1, [])


def test_a_refused_list_of_the_twin_is_a_gap(crowd: Crowd, twin: Twin) -> None:
    site = twin.crowd_sites["reddit"]
    assert isinstance(site, RedditSite)
    site.refuses = frozenset({"feed"})
    asked, said = through_the_door(twin, Clues(handle=crowd.person(1).handle("reddit"), since=None, until=None))
    site.refuses = frozenset()
    assert (asked, len(gaps(said)), ids(said)) == (1, 1, [])
