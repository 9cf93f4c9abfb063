"""What Truth Social's public API says of a post.

Invariant: a refusal (Cloudflare's, or of an account that is not shown to signed-out readers) is about us, and "deleted"
needs two witnesses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import AnswerKind, Mention, State
from archiver.platforms.base import Clues, Gap, Shown
from archiver.platforms.mastodon import ids
from archiver.platforms.truthsocial import PLATFORM
from tests.platforms.driving import drive, drive_look, drive_search, exchange

ID = "108779000807761862"
PAGE = f"https://truthsocial.com/@ana_example/{ID}"
ROOT = "https://truthsocial.com/api/v1"
API = f"{ROOT}/statuses/{ID}"
ACCOUNT = f"{ROOT}/accounts/lookup?acct=ana_example"
LIST = f"{ROOT}/accounts/107000/statuses?limit=40&exclude_reblogs=true"
UP_TO_IT = f"{LIST}&max_id={int(ID) + 1}"
REF = PLATFORM.ref_from_id(ID, "ana_example")
CLOUDFLARE = "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body></body></html>"


def account(**changes: Any) -> dict[str, Any]:
    return {
        "id": "107000",
        "username": "ana_example",
        "acct": "ana_example",
        "display_name": "Ana Example",
        "locked": False,
        "url": "https://truthsocial.com/@ana_example",
        "avatar": "https://static.example/ana.jpg",
    } | changes


def status(**changes: Any) -> dict[str, Any]:
    return {
        "id": ID,
        "created_at": "2022-08-07T01:30:27.755Z",
        "in_reply_to_id": None,
        "quote_id": "108779000807760000",
        "spoiler_text": "",
        "language": "en",
        "uri": f"https://truthsocial.com/@ana_example/posts/{ID}",
        "url": f"https://truthsocial.com/@ana_example/posts/{ID}",
        "content": "<p>The swing bridge is shut tonight.</p>",
        "account": account(),
        "media_attachments": [
            {"type": "video", "url": "https://static.example/a.mp4", "preview_url": "https://static.example/a.jpg"}
        ],
        "reblog": None,
    } | changes


def api(value: Any, code: int = 200, url: str = API) -> Exchange:
    return exchange(url, json.dumps(value), code)


NOT_FOUND = api({"error": "Record not found"}, 404)


def looked(given_answers: Mapping[str, Exchange | None]) -> Any:
    asked, said = drive_look(PLATFORM, REF, given_answers)
    return asked, said, PLATFORM.judge(REF, said)


def test_a_shown_post() -> None:
    asked, _, verdict = looked({API: api(status())})
    assert (asked, verdict.state) == ([API], State.LIVE)
    post = verdict.post
    assert (post.key, post.url, post.scope) == (f"truthsocial:{ID}", PAGE, None)
    assert (post.handle, post.display_name, post.account_id) == ("ana_example", "Ana Example", "107000")
    assert (post.text, post.quoted) == ("The swing bridge is shut tonight.", "truthsocial:108779000807760000")
    assert [m.kind for m in post.media] == ["video", "poster", "avatar"]
    assert post.seen_in == "truthsocial.status"
    assert verdict.ref.key == REF.key


def test_a_deletion_needs_the_accounts_list_as_a_witness() -> None:
    there = api(account(), 200, ACCOUNT)
    neighbours = [status(id="108779000807761800"), status(id="108779000807761700")]
    asked, said, verdict = looked({API: NOT_FOUND, ACCOUNT: there, UP_TO_IT: api(neighbours, 200, UP_TO_IT)})
    assert asked == [API, ACCOUNT, UP_TO_IT]
    assert [a.kind for a in said] == [AnswerKind.NOT_FOUND, AnswerKind.IDENTITY, AnswerKind.NOT_FOUND]
    assert verdict.state is State.DELETED
    _, _, verdict = looked({API: NOT_FOUND, ACCOUNT: there, UP_TO_IT: api([status()], 200, UP_TO_IT)})
    assert verdict.state is State.UNRESOLVED  # they contradict each other
    _, _, verdict = looked({API: NOT_FOUND, ACCOUNT: there, UP_TO_IT: None})
    assert verdict.state is State.UNRESOLVED
    _, _, verdict = looked({API: NOT_FOUND, ACCOUNT: api({"error": "x"}, 401, ACCOUNT)})
    assert verdict.state is State.UNRESOLVED
    _, _, verdict = looked({API: NOT_FOUND, ACCOUNT: api(account(suspended=True), 200, ACCOUNT)})
    assert verdict.state is State.SUSPENDED
    _, _, verdict = looked({API: api({"error": "Gone"}, 410)})
    assert verdict.state is State.ACCOUNT_GONE


@pytest.mark.parametrize(
    "wall",
    [
        exchange(API, CLOUDFLARE, 403, "text/html"),
        exchange(API, "error code: 1020", 403, "text/plain"),
        exchange(API, CLOUDFLARE, 404, "text/html"),
        exchange(API, CLOUDFLARE, 200, "text/html"),
        api({"error": "This method requires an authenticated user"}, 401),
        api({"error": "Too many requests"}, 429),
    ],
)
def test_refusals_are_about_us(wall: Exchange) -> None:
    _, said, verdict = looked({API: wall, ACCOUNT: None})
    assert (said[0].kind, verdict.state) == (AnswerKind.REFUSED, State.BLOCKED)


@pytest.mark.parametrize("words", ["This Truth was deleted.", "Dieser Beitrag wurde gelöscht. 404", "Запись удалена"])
def test_a_post_that_talks_about_deletion_is_live(words: str) -> None:
    assert looked({API: api(status(content=f"<p>{words}</p>"))})[2].state is State.LIVE


def test_what_vouches_for_it_is_a_public_figures_list() -> None:
    vouching = PLATFORM.control_for(REF)
    assert vouching is not None
    url = f"{ROOT}/accounts/107780257626128497/statuses?limit=40&exclude_reblogs=true"
    assert not hasattr(vouching, "id")
    _, said = drive(vouching, {url: api([status()], 200, url)})  # type: ignore[arg-type]
    assert [a.state for a in said if hasattr(a, "state")] == [State.LIVE]
    _, said = drive(PLATFORM.control_for(REF), {url: exchange(url, CLOUDFLARE, 403, "text/html")})  # type: ignore[arg-type]
    assert [a.state for a in said if hasattr(a, "state")] == [State.BLOCKED]


def test_searching_an_account() -> None:
    made = datetime(2022, 8, 7, 1, 30, 27, 755000, UTC)
    clues = Clues(handle="ana_example", since=made - timedelta(hours=9), until=made + timedelta(hours=9))
    url = f"{LIST}&max_id={ids.first_at(clues.until, '1') if clues.until else ''}"
    before = status(id="108770000000000000", created_at="2022-08-05T00:00:00.000Z")
    asked, said = drive_search(
        PLATFORM, clues, {ACCOUNT: api(account(), 200, ACCOUNT), url: api([status(), before], 200, url)}
    )
    assert asked == [ACCOUNT, url]
    [shown] = said
    assert isinstance(shown, Shown)
    assert [p.key for p in shown.posts] == [f"truthsocial:{ID}"]
    for refusal in (exchange(ACCOUNT, CLOUDFLARE, 403, "text/html"), api({"error": "x"}, 401, ACCOUNT), None):
        asked, said = drive_search(PLATFORM, clues, {ACCOUNT: refusal})
        assert (asked, [type(s) for s in said]) == ([ACCOUNT], [Gap])
    assert drive_search(PLATFORM, Clues(handle="no one@x", since=None, until=None), {})[0] == []


def test_where_copies_may_be_and_what_they_show() -> None:
    assert PLATFORM.archived_urls(REF)[:2] == (f"https://truthsocial.com/@ana_example/posts/{ID}", PAGE)
    assert API in PLATFORM.archived_urls(PLATFORM.ref_from_id(ID))
    day = PLATFORM.day_range(date(2022, 8, 7))
    mention = Mention(source="a", platform="truthsocial", handle="ana_example", rule="x", confidence=1.0)
    prefix = "truthsocial.com/@ana_example/posts/1087"
    assert PLATFORM.archive_queries(mention, day)[0].prefix.startswith(prefix)
    copy = "https://web.archive.org/web/20220807000000id_/"
    post = PLATFORM.read_archived(REF, exchange(copy + API, json.dumps(status())))
    assert post is not None
    assert (post.key, post.handle) == (f"truthsocial:{ID}", "ana_example")
    page = (
        f'<html><head><meta property="og:url" content="https://truthsocial.com/@ana_example/posts/{ID}">'
        '<meta property="og:description" content="Shut.">'
        '<meta property="og:title" content="Ana Example (@ana_example)">'
        "</head></html>"
    )
    post = PLATFORM.read_archived(REF, exchange(copy + PAGE, page, content_type="text/html"))
    assert post is not None
    assert (post.text, post.display_name, post.key) == ("Shut.", "Ana Example", f"truthsocial:{ID}")
    assert PLATFORM.read_archived(REF, exchange(copy + PAGE, page.replace(ID, "108779000807761863"))) is None


@given(
    st.binary(max_size=120) | st.text(max_size=60).map(str.encode),
    st.sampled_from([200, 302, 401, 403, 404, 410, 429, 500]),
)
def test_any_answer_is_read(body: bytes, code: int) -> None:
    _, said = drive_look(PLATFORM, REF, {API: exchange(API, body, code)}, strict=False)
    verdict = PLATFORM.judge(REF, said)
    assert verdict.state is not State.DELETED
