"""An account's posts of a time. Invariant: every post of the window that the account's list shows is found, few
questions are asked, and whatever could not be asked is a gap."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Post
from archiver.platforms.base import Clues, Gap, Remark, Shown
from archiver.platforms.bluesky import PLATFORM, endpoints
from archiver.platforms.bluesky.ids import first_at, key_of
from tests.platforms.driving import Said, drive_search, exchange
from tests.web_twin.repository import block_of, cid_of, cid_text

DID = "did:plc:abcdefghijklmnopqrstuvwx"
OTHER = "did:plc:bbcdefghijklmnopqrstuvwx"
HANDLE = "ana.example.org"
HOST = "oak.pds.example"
START = datetime(2024, 9, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)

RESOLVE = endpoints.handle_lookup(HANDLE).url
DOCUMENT = endpoints.document_lookup(DID, None).url
TIMES = [START + n * HOUR for n in range(500)]
KEYS = [key_of(first_at(moment) + 3) for moment in TIMES]


def answered(url: str, body: Any, status: int = 200) -> Exchange:
    return exchange(url, json.dumps(body), status, record=f"urn:uuid:{len(url)}")


def record(moment: datetime) -> dict[str, Any]:
    return {
        "$type": "app.bsky.feed.post",
        "text": f"It is {moment:%d %H}.",
        "createdAt": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
    }


def document(**changed: Any) -> dict[str, Any]:
    server = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": f"https://{HOST}"}
    return {"id": DID, "alsoKnownAs": [f"at://{HANDLE}"], "service": [server]} | changed


class Table(dict[str, Exchange | None]):
    """Answers made when they are asked for; others as they were put in."""

    def __init__(self, **changed: Any) -> None:
        super().__init__({RESOLVE: answered(RESOLVE, {"did": DID}), DOCUMENT: answered(DOCUMENT, document())})
        self.changed = changed

    def __contains__(self, url: object) -> bool:
        return True

    def get(self, url: str, default: Any = None) -> Any:  # type: ignore[override]
        if url in self.keys():
            return self[url]
        from urllib.parse import parse_qs, urlsplit

        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        made = self.changed.get("records", records) if "listRecords" in url else self.changed.get("feed", feed)
        body = made(query)
        return body if body is None or isinstance(body, Exchange) else answered(url, body)


def records(query: dict[str, str]) -> dict[str, Any]:
    """As the server of a repository lists: keys below the cursor, newest first."""
    found = [n for n in reversed(range(len(KEYS))) if "cursor" not in query or KEYS[n] < query["cursor"]]
    found = found[: int(query["limit"])]
    listed = [
        {
            "uri": f"at://{DID}/app.bsky.feed.post/{KEYS[n]}",
            "cid": cid_text(cid_of(block_of(record(TIMES[n])))),
            "value": record(TIMES[n]),
        }
        for n in found
    ]
    return {"records": listed} | ({"cursor": KEYS[found[-1]]} if found else {})


def feed(query: dict[str, str]) -> dict[str, Any]:
    """As Bluesky lists: with others' posts in between."""
    found = [
        n
        for n in reversed(range(len(KEYS)))
        if "cursor" not in query or f"{TIMES[n]:%Y-%m-%dT%H:%M:%S.000Z}" < query["cursor"]
    ]
    found = found[: int(query["limit"])]
    listed: list[dict[str, Any]] = []
    for n in found:
        listed.append({"post": view(DID, KEYS[n], TIMES[n])})
        reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": {"did": DID}}
        if n % 9 == 0:
            listed.append({"post": view(OTHER, KEYS[n], TIMES[n]), "reason": reason})
        if n % 7 == 0:
            listed.append({"post": view(OTHER, KEYS[n], TIMES[n])})
        if n % 10 == 0:
            listed.append({"post": view(DID, KEYS[0], TIMES[0]), "reason": reason})  # one's own, old
    return {"feed": listed} | ({"cursor": f"{TIMES[found[-1]]:%Y-%m-%dT%H:%M:%S.000Z}"} if found else {})


def view(did: str, key: str, moment: datetime) -> dict[str, Any]:
    at = f"{moment:%Y-%m-%dT%H:%M:%S.000Z}"
    author = {"did": did, "handle": HANDLE, "displayName": "Ana"}
    return {
        "uri": f"at://{did}/app.bsky.feed.post/{key}",
        "cid": "x",
        "author": author,
        "record": record(moment),
        "indexedAt": at,
    }


def clues(since: datetime | None, until: datetime | None, **more: Any) -> Clues:
    return Clues(**({"handle": HANDLE, "since": since, "until": until} | more))


def searched(table: Table, wanted: Clues) -> tuple[list[str], list[Post], list[Said]]:
    asked, said = drive_search(PLATFORM, wanted, table)
    posts = [post for step in said if isinstance(step, Shown) for post in step.posts]
    return asked, posts, said


def gaps(said: list[Said]) -> list[str]:
    return [step.text for step in said if isinstance(step, Gap)]


def test_the_repositorys_list_is_sought_by_time() -> None:
    since, until = TIMES[200], TIMES[230]
    asked, posts, said = searched(Table(), clues(since, until))
    assert asked[:2] == [RESOLVE, DOCUMENT]
    assert asked[2] == endpoints.records_lookup(HOST, DID, key_of(first_at(until))).url
    assert len(asked) == 3
    assert [post.id for post in posts] == KEYS[229:198:-1]
    assert all(post.scope == DID and post.handle == HANDLE and post.seen_in == "bluesky.records" for post in posts)
    assert posts[0].text == f"It is {TIMES[229]:%d %H}."
    assert posts[0].content_id
    assert gaps(said) == []
    assert all(step.record_id for step in said if isinstance(step, Shown))


def test_pages_are_turned_until_the_time_is_passed() -> None:
    asked, posts, said = searched(Table(), clues(TIMES[100], TIMES[350]))
    assert len(asked) == 2 + 3
    assert {post.id for post in posts} >= set(KEYS[100:350])
    assert gaps(said) == []


def test_the_list_ends() -> None:
    asked, posts, said = searched(Table(), clues(START - 900 * HOUR, TIMES[30]))
    assert [post.id for post in posts] == KEYS[29::-1]
    assert len(asked) == 2 + 2  # the last page has a cursor; the next one is empty
    assert gaps(said) == []


def test_without_times_all_is_read_that_may_be() -> None:
    asked, posts, said = searched(Table(), clues(None, None, most_requests=5))
    assert len(asked) == 5
    assert [post.id for post in posts] == KEYS[:199:-1]
    assert len(gaps(said)) == 1


@pytest.mark.parametrize("most", [0, 1, 2, 3])
def test_no_more_questions_than_allowed(most: int) -> None:
    asked, posts, said = searched(Table(), clues(TIMES[100], TIMES[130], most_requests=most))
    assert len(asked) == most
    assert bool(gaps(said)) is (most < 3)
    assert bool(posts) is (most == 3)


def test_a_did_needs_no_handle() -> None:
    asked, posts, _ = searched(Table(), clues(TIMES[100], TIMES[130], handle=DID))
    assert asked[0] == DOCUMENT
    assert posts


def test_where_the_server_cannot_be_asked_blueskys_list_is() -> None:
    for broken in (
        answered("https://x", {}, 502),
        answered(f"https://{HOST}/", {"error": "InvalidRequest", "message": f"Could not find repo: {DID}"}, 400),
        answered(f"https://{HOST}/", {"records": 5}),
        None,
    ):
        table = Table(records=lambda _, broken=broken: broken)
        asked, posts, said = searched(table, clues(TIMES[200], TIMES[230]))
        assert "getAuthorFeed" in asked[-1]
        assert "cursor=2024-09-10T14%3A00%3A00.000Z" in asked[-1]
        assert [post.id for post in posts] == KEYS[229:198:-1]
        assert posts[0].display_name == "Ana"
        assert posts[0].seen_in == "bluesky.feed"
        assert len(gaps(said)) == 1


@pytest.mark.parametrize("own", [document(service=[]), {"id": OTHER}, {}], ids=["no server", "another", "none"])
def test_without_a_server_blueskys_list_is_asked(own: dict[str, Any]) -> None:
    table = Table()
    table[DOCUMENT] = answered(DOCUMENT, own)
    asked, posts, _ = searched(table, clues(TIMES[100], TIMES[350]))
    assert [("getAuthorFeed" in url) for url in asked] == [False, False, True, True, True]
    assert {post.id for post in posts} >= set(KEYS[100:350])
    assert KEYS[0] not in {post.id for post in posts}


def test_a_list_that_breaks_off_is_a_gap() -> None:
    pages = iter([records({"limit": "100", "cursor": KEYS[350]}), answered(f"https://{HOST}/", {}, 502)])
    _, posts, said = searched(Table(records=lambda _: next(pages)), clues(TIMES[100], TIMES[350]))
    assert len(posts) == 100
    assert len(gaps(said)) == 1


def test_nobody_has_the_handle() -> None:
    table = Table()
    table[RESOLVE] = answered(RESOLVE, {"error": "InvalidRequest", "message": "Unable to resolve handle"}, 400)
    table[endpoints.domain_lookup(HANDLE).url] = None
    asked, posts, said = searched(table, clues(TIMES[100], TIMES[130]))
    assert len(asked) == 2
    assert posts == []
    assert len(gaps(said)) == 1
    assert [step for step in said if isinstance(step, Remark)]


def test_a_cursor_that_leads_in_a_circle_ends() -> None:
    body = records({"limit": "100"}) | {"cursor": KEYS[350]}
    asked, _, _ = searched(Table(records=lambda _: body), clues(TIMES[0], TIMES[350], most_requests=50))
    assert len(asked) <= 6


def test_records_of_others_do_not_count() -> None:
    listed = records({"limit": "5"})
    listed["records"][0]["uri"] = f"at://{OTHER}/app.bsky.feed.post/{KEYS[-1]}"
    listed["records"][1]["value"] = {"$type": "app.bsky.feed.like"}
    _, posts, _ = searched(Table(records=lambda _: listed | {"cursor": None}), clues(TIMES[0], None))
    assert [post.id for post in posts] == KEYS[-3:-6:-1]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["records", "feed", "uri", "value", "post", "cursor", "reason"]), inner, max_size=4
        )
    ),
    max_leaves=10,
)


@given(anything, anything, st.integers(100, 599))
def test_whatever_is_answered_the_search_ends(listed: Any, shown: Any, status: int) -> None:
    table = Table(
        records=lambda _: answered(f"https://{HOST}/", listed, status),
        feed=lambda _: answered("https://bsky.app/", shown),
    )
    asked, _, _ = searched(table, clues(TIMES[0], TIMES[100]))
    assert len(asked) <= 8


def test_recorded_feeds(recordings: Path) -> None:
    file = recordings / "bluesky/app.bsky.feed.getAuthorFeed/bskyr_f_autfeed_0_200_items_0-24.json"
    data = json.loads(file.read_text("utf-8"))
    did = next(item["post"]["author"]["did"] for item in data["feed"] if "reason" not in item)
    document_url = endpoints.document_lookup(did, None).url
    until = datetime(2025, 6, 1, tzinfo=UTC)
    url = endpoints.feed_lookup(did, endpoints.feed_cursor(until)).url
    wanted = Clues(handle=did, since=datetime(2025, 5, 1, tzinfo=UTC), until=until, most_requests=2)
    asked, said = drive_search(PLATFORM, wanted, {document_url: None, url: exchange(url, file.read_bytes())})
    assert asked == [document_url, url]
    [shown] = [step for step in said if isinstance(step, Shown)]
    own = [
        item["post"]["uri"].rpartition("/")[2]
        for item in data["feed"]
        if "reason" not in item and item["post"]["author"]["did"] == did
    ]
    assert own
    assert {post.id for post in shown.posts} <= set(own)
    assert all(post.scope == did for post in shown.posts)
