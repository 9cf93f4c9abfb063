"""Looking for an account's posts of a time on the servers of the fediverse.

Invariant: what is shown is of the span asked for, no more is asked than may be, and whatever could not be asked is said
to be a gap.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.platforms.base import Clues, Gap, Remark, Shown
from archiver.platforms.mastodon import PLATFORM, feeds, ids, records
from archiver.platforms.mastodon.servers import Server
from tests.platforms.driving import Said, drive_search, exchange
from tests.platforms.test_mastodon_answers import ACCOUNT, HOST, account, api, note, person, status

NOON = datetime(2023, 5, 15, 12, tzinfo=UTC)
SINCE, UNTIL = NOON - timedelta(hours=24), NOON + timedelta(hours=12)
LIST = f"https://{HOST}/api/v1/accounts/109001/statuses?limit=40&exclude_reblogs=true"
BEFORE = f"{LIST}&max_id={ids.first_at(UNTIL, '109001')}"
WEBFINGER = f"https://{HOST}/.well-known/webfinger?resource=acct:ana@{HOST}"
ACTOR = f"https://{HOST}/users/ana"
OUTBOX = f"{ACTOR}/outbox"
FEED = f"https://{HOST}/@ana.rss"


def clues(handle: str = f"ana@{HOST}", **changes: Any) -> Clues:
    return Clues(**{"handle": handle, "since": SINCE, "until": UNTIL} | changes)


def id_at(when: datetime) -> str:
    found = ids.first_at(when, "1")
    assert found is not None
    return found


def post(when: datetime, words: str = "Shut.") -> dict[str, Any]:
    post_id = id_at(when)
    return status(
        id=post_id,
        url=f"https://{HOST}/@ana/{post_id}",
        created_at=when.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        content=f"<p>{words}</p>",
    )


def searched(given: Mapping[str, Exchange | None], asked_of: Clues | None = None) -> tuple[list[str], list[Said]]:
    return drive_search(PLATFORM, asked_of or clues(), given)


def listed(url: str, posts: Iterable[dict[str, Any]], *, more: bool = False) -> Exchange:
    link = f'<{url}&max_id=1>; rel="next", <{url}>; rel="prev"' if more else f'<{url}&min_id=1>; rel="prev"'
    return api(list(posts), 200, url, headers=(("Link", link),), record=f"urn:{url[-8:]}")


def shown(said: Iterable[Said]) -> list[str | None]:
    return [one.text for step in said if isinstance(step, Shown) for one in step.posts]


def gaps(said: Iterable[Said]) -> list[str]:
    return [step.text for step in said if isinstance(step, Gap)]


FOUND = {ACCOUNT: api(account(), 200, ACCOUNT)}


def test_the_list_is_entered_at_the_end_of_the_span() -> None:
    inside, before = post(NOON, "Inside."), post(SINCE - timedelta(hours=1), "Before.")
    asked, said = searched(FOUND | {BEFORE: listed(BEFORE, [inside, before], more=True)})
    assert asked == [ACCOUNT, BEFORE]
    [step] = said
    assert isinstance(step, Shown)
    assert (step.endpoint, step.record_id) == ("mastodon.statuses", f"urn:{BEFORE[-8:]}")
    assert [(p.text, p.handle, p.scope, p.seen_in) for p in step.posts] == [
        ("Inside.", f"ana@{HOST}", HOST, "mastodon.statuses")
    ]


def test_pages_are_read_until_the_span_is_passed() -> None:
    first = [post(NOON - timedelta(minutes=n), f"{n}") for n in range(40)]
    second = [post(NOON - timedelta(hours=2), "last"), post(SINCE - timedelta(days=2), "older")]
    following = f"{LIST}&max_id={first[-1]['id']}"
    asked, said = searched(
        FOUND | {BEFORE: listed(BEFORE, first, more=True), following: listed(following, second, more=True)}
    )
    assert asked == [ACCOUNT, BEFORE, following]
    assert shown(said) == [str(n) for n in range(40)] + ["last"]
    assert gaps(said) == []


def test_a_search_that_runs_out_of_questions_says_so() -> None:
    posts = [post(NOON - timedelta(minutes=n), f"{n}") for n in range(40)]
    asked, said = searched(FOUND | {BEFORE: listed(BEFORE, posts, more=True)}, clues(most_requests=2))
    assert len(asked) == 2
    assert len(shown(said)) == 40
    [gap] = gaps(said)
    assert "2 requests" in gap


def test_a_list_that_leads_in_a_circle_ends() -> None:
    posts = [post(NOON)]
    following = f"{LIST}&max_id={posts[0]['id']}"
    asked, _ = searched(
        FOUND | {BEFORE: listed(BEFORE, posts, more=True), following: listed(following, posts, more=True)}
    )
    assert asked == [ACCOUNT, BEFORE, following]


@pytest.mark.parametrize("account_id", ["43", "01HZY3CQXVJ5P8TB3H9YQ4M5RK", "9hptFmUF3ztxYh3Svg", "9tht7ungi8"])
def test_each_program_is_entered_with_an_id_of_its_own_kind(account_id: str) -> None:
    found = ids.first_at(UNTIL, account_id)
    assert found is not None
    made = ids.time_of(found)
    assert made is not None
    assert abs(made - UNTIL) < timedelta(milliseconds=2)
    assert account_id != "43" or int(found) == 1_684_195_200_000 << 16
    url = LIST.replace("109001", account_id) + f"&max_id={found}"
    asked, _ = searched({ACCOUNT: api(account(id=account_id), 200, ACCOUNT), url: listed(url, [])})
    assert asked == [ACCOUNT, url]


def test_without_an_end_it_begins_with_the_newest() -> None:
    asked, said = searched(FOUND | {LIST: listed(LIST, [post(NOON)])}, clues(until=None))
    assert asked == [ACCOUNT, LIST]
    assert shown(said) == ["Shut."]


def test_an_account_kept_on_another_host_is_found_by_webfinger() -> None:
    lookup = "https://town.example/api/v1/accounts/lookup?acct=ana"
    finger = "https://town.example/.well-known/webfinger?resource=acct:ana@town.example"
    links = [{"rel": "self", "type": "application/activity+json", "href": ACTOR}]
    asked, said = searched(
        {
            lookup: exchange(lookup, "<html>no such page</html>", 404, "text/html"),
            finger: api({"subject": "acct:ana@town.example", "links": links}, 200, finger),
            ACCOUNT: api(account(), 200, ACCOUNT),
            BEFORE: listed(BEFORE, [post(NOON)]),
        },
        clues("@ana@Town.example"),
    )
    assert asked == [lookup, finger, ACCOUNT, BEFORE]
    [step] = [one for one in said if isinstance(one, Shown)]
    assert (step.posts[0].handle, step.posts[0].scope) == ("ana@town.example", HOST)


def test_an_account_that_moved_is_followed_once() -> None:
    moved = account(moved=account(acct="ana@new.example", url="https://new.example/@ana"))
    new = "https://new.example/api/v1/accounts/lookup?acct=ana"
    new_list = BEFORE.replace(HOST, "new.example")
    again = account(moved=account(acct="ana@newest.example"))
    given = {
        ACCOUNT: api(moved, 200, ACCOUNT),
        BEFORE: listed(BEFORE, []),
        new: api(again, 200, new),
        new_list: listed(new_list, [post(NOON)]),
    }
    asked, said = searched(given)
    assert asked == list(given)
    assert shown(said) == ["Shut."]
    assert any(isinstance(s, Remark) and "ana@new.example" in s.text for s in said)
    # where the old account has posts of that time, the new one is not needed
    asked, said = searched(given | {BEFORE: listed(BEFORE, [post(NOON)])})
    assert asked == [ACCOUNT, BEFORE]
    assert any(isinstance(s, Remark) for s in said)


def test_what_there_is_no_account_for() -> None:
    none = api('{"error":"Record not found"}', 404, ACCOUNT)
    asked, said = searched({ACCOUNT: none, WEBFINGER: exchange(WEBFINGER, b"", 404)})
    assert asked == [ACCOUNT, WEBFINGER]
    assert [type(s) for s in said] == [Remark]
    asked, said = searched({ACCOUNT: api(account(suspended=True), 200, ACCOUNT)})
    assert (asked, len(gaps(said))) == ([ACCOUNT], 1)
    for handle in ("ana", "@ana", "", "ana@", "@ana@localhost", "a b@c.example", "x" * 1000):
        asked, said = searched({}, clues(handle))
        assert (asked, [type(s) for s in said]) == ([], [Remark])


REFUSED = api('{"error":"This API requires an authenticated user"}', 401, ACCOUNT)
FINGER = api({"links": [{"rel": "self", "type": "application/activity+json", "href": ACTOR}]}, 200, WEBFINGER)


def create(when: datetime, words: str) -> dict[str, Any]:
    post_id = id_at(when)
    uri = f"{ACTOR}/statuses/{post_id}"
    inner = note(
        id=uri,
        url=f"https://{HOST}/@ana/{post_id}",
        content=f"<p>{words}</p>",
        published=when.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    return {"id": f"{uri}/activity", "type": "Create", "actor": ACTOR, "object": inner}


def test_where_the_api_is_for_members_the_outbox_is_entered_too() -> None:
    newest = [create(NOON + timedelta(days=90 - n), f"new {n}") for n in range(3)]
    first = f"{OUTBOX}?page=true"
    following = f"{OUTBOX}?max_id={id_at(NOON + timedelta(days=88))}&page=true"
    entered = f"{OUTBOX}?max_id={id_at(UNTIL)}&page=true"
    old = [create(NOON, "Inside."), {"type": "Announce", "object": "https://x.example/1"}, create(SINCE, "Edge.")]
    old += ["https://bare.example/1", create(SINCE - timedelta(days=1), "Before.")]
    given = {
        ACCOUNT: REFUSED,
        WEBFINGER: FINGER,
        ACTOR: api(person(outbox=OUTBOX), 200, ACTOR),
        OUTBOX: api({"id": OUTBOX, "type": "OrderedCollection", "first": first}, 200, OUTBOX),
        first: api({"type": "OrderedCollectionPage", "orderedItems": newest, "next": following}, 200, first),
        entered: api({"type": "OrderedCollectionPage", "orderedItems": old, "next": "https://x.example"}, 200, entered),
    }
    asked, said = searched(given)
    assert asked == list(given)
    assert shown(said) == ["Inside.", "Edge."]
    assert gaps(said) == []
    [step] = [s for s in said if isinstance(s, Shown)]
    assert (step.posts[0].handle, step.posts[0].key) == (f"ana@{HOST}", f"mastodon:{HOST}/{id_at(NOON)}")


def test_an_outbox_that_counts_otherwise_is_paged() -> None:
    first, second = f"{OUTBOX}?page=1", f"{OUTBOX}?page=2"
    given = {
        ACCOUNT: exchange(ACCOUNT, "not here", 404, "text/plain"),
        WEBFINGER: FINGER,
        ACTOR: api(person(outbox=OUTBOX), 200, ACTOR),
        OUTBOX: api({"type": "OrderedCollection", "first": first}, 200, OUTBOX),
        first: api({"orderedItems": [create(NOON + timedelta(days=9), "New.")], "next": second}, 200, first),
        second: api({"orderedItems": [create(NOON, "Inside."), create(SINCE - timedelta(1), "x")]}, 200, second),
    }
    asked, said = searched(given)
    assert asked == list(given)
    assert shown(said) == ["Inside."]


RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Ana</title><link>https://social.example/@ana</link>
<item><guid isPermaLink="true">https://social.example/@ana/{new}</guid><link>https://social.example/@ana/{new}</link>
<pubDate>Mon, 15 May 2023 12:00:00 +0000</pubDate>
<description>&lt;p&gt;The bridge &amp;amp; the quay:&lt;br /&gt;shut.&lt;/p&gt;</description>
<media:content url="https://files.example/a.png" type="image/png" fileSize="1" medium="image"/></item>
<item><link>https://social.example/@ana/{old}</link><pubDate>{day}</pubDate>
<description><![CDATA[<p>Old.</p>]]></description></item>
<item><link>https://other.example/@ben/110372412617177781</link><description>x</description></item>
</channel></rss>"""


def test_the_feed_is_the_last_resort() -> None:
    given = {
        ACCOUNT: REFUSED,
        WEBFINGER: FINGER,
        ACTOR: api('{"error":"Request not signed"}', 401, ACTOR),
        FEED: exchange(
            FEED,
            RSS.format(new=id_at(NOON), old=id_at(SINCE - timedelta(days=1)), day="Sat, 13 May 2023 12:00:00 +0000"),
            content_type="application/rss+xml; charset=utf-8",
        ),
    }
    asked, said = searched(given)
    assert asked == list(given)
    assert shown(said) == ["The bridge & the quay:\nshut."]
    assert gaps(said) == []
    [step] = [s for s in said if isinstance(s, Shown)]
    assert [m.url for m in step.posts[0].media] == ["https://files.example/a.png"]
    # a feed that ends within the span may have left posts out
    given[FEED] = exchange(FEED, RSS.format(new=id_at(NOON), old=id_at(NOON), day=""), content_type="text/xml")
    _, said = searched(given)
    assert len(gaps(said)) == 1
    given[FEED] = exchange(FEED, "<html>sign in</html>", content_type="text/html")
    _, said = searched(given)
    assert len(gaps(said)) == 1


def test_an_old_atom_feed() -> None:
    feed = (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry><id>tag:x</id>'
        "<published>2018-03-01T10:00:00Z</published><activity:verb>http://activitystrea.ms/schema/1.0/post"
        '</activity:verb><summary xml:lang="en">Bridges</summary>'
        '<content type="html">&lt;p&gt;Shut.&lt;/p&gt;</content>'
        '<link rel="enclosure" href="https://x.example/a"/><link rel="alternate" type="text/html" '
        'href="https://social.example/@ana/99600000000000000"/></entry><entry><activity:verb>http://activitystrea.ms/'
        'schema/1.0/share</activity:verb><content type="html">Boosted.</content><link rel="alternate" '
        'href="https://social.example/@ana/99600000000000001"/></entry></feed>'
    )
    [found] = feeds.posts_in(feed, Server(host=HOST))
    assert (found.text, found.warning, found.created_at) == ("Shut.", "Bridges", datetime(2018, 3, 1, 10, tzinfo=UTC))


@pytest.mark.parametrize("code", [429, 500])
def test_a_refusal_is_a_gap(code: int) -> None:
    _, said = searched({ACCOUNT: api('{"error":"x"}', 429, ACCOUNT)})
    assert len(gaps(said)) == 1
    _, said = searched(FOUND | {BEFORE: api('{"error":"x"}', code, BEFORE)})
    assert len(gaps(said)) == 1
    _, said = searched(FOUND | {BEFORE: None})
    assert len(gaps(said)) == 1
    # nobody answers at all
    _, said = searched({ACCOUNT: None, WEBFINGER: None, FEED: None})
    assert len(gaps(said)) == 1


def test_a_list_that_is_refused_where_the_account_is_shown() -> None:
    given = FOUND | {
        BEFORE: api('{"error":"This method requires an authenticated user"}', 422, BEFORE),
        WEBFINGER: exchange(WEBFINGER, b"", 404),
        FEED: exchange(FEED, b"", 404),
    }
    asked, said = searched(given)
    assert asked == list(given)
    assert len(gaps(said)) == 1


def test_recorded_lists(recordings: Path) -> None:
    folder = recordings / "mastodon" / "accounts_id_statuses"
    for file in sorted(folder.iterdir()):
        data = json.loads(file.read_bytes())
        posts, last = records.statuses_of(data, Server(host="localhost"))
        assert [p.id for p in posts] == [entry["id"] for entry in data]
        assert last == data[-1]["id"]
        assert all(p.text and p.created_at and p.handle == "mastodonpy_test@localhost" for p in posts)


ANY = st.recursive(
    st.none() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "acct", "links", "rel", "type", "href", "orderedItems", "first", "next", "outbox", "moved"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(st.lists(st.tuples(ANY, st.sampled_from([200, 200, 401, 404, 429, 500])), min_size=8, max_size=8))
def test_any_answers_end_the_search_within_its_bounds(answered: list[tuple[Any, int]]) -> None:
    inquiry = PLATFORM.search(clues())
    step = next(inquiry, None)
    asked = 0
    while step is not None:
        sent = None
        if hasattr(step, "url"):
            value, code = answered[asked]
            asked += 1
            sent = api(value, code, step.url)
        if isinstance(step, Shown):
            assert all(p.created_at is None or SINCE <= p.created_at < UNTIL for p in step.posts)
        try:
            step = inquiry.send(sent)
        except StopIteration:
            break
    assert asked <= 8


@given(st.text(alphabet="<>/ itemlnkcontprub!CDATA[]&;=\"'\n", max_size=300))
def test_any_feed_is_read(text: str) -> None:
    feeds.posts_in("<rss>" + text, Server(host=HOST))
    feeds.posts_in("<feed><entry>" + text + "</entry>", Server(host=HOST))
