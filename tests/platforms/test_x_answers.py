"""What X's answers say: every state from status, headers and body, and never "deleted" without two witnesses."""

from __future__ import annotations

import io
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Answer, State
from archiver.platforms.x import PLATFORM
from archiver.platforms.x.answers import read_answer
from archiver.platforms.x.endpoints import OEMBED, SYNDICATION, oembed_lookup, syndication_lookup
from archiver.platforms.x.tombstones import read_sentence

ID = "1590173336165216257"
REF = PLATFORM.ref_from_id(ID, "quay_ledger")
FIXTURES = Path(__file__).parents[2] / "../shared/fixtures"
JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"

recorded = pytest.mark.skipif(not FIXTURES.is_dir(), reason="recorded answers are not at hand")


def exchange(
    body: bytes | str | dict[str, Any] | list[Any] = b"",
    status: int = 200,
    *,
    url: str = "https://cdn.syndication.twimg.com/tweet-result?id=1",
    kind: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
    **more: Any,
) -> Exchange:
    """An answer with this body."""
    if isinstance(body, (dict, list)):
        body, kind = json.dumps(body).encode(), kind or JSON
    data = body.encode() if isinstance(body, str) else body
    head = (*headers, ("Content-Type", kind or HTML))
    time = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return Exchange(
        url=url,
        time=time,
        status=status,
        headers=head,
        open_response=lambda: io.BytesIO(data),
        response_length=len(data),
        **more,
    )


def tweet(**changes: Any) -> dict[str, Any]:
    """A record as the embed's endpoint writes it."""
    return {
        "__typename": "Tweet",
        "lang": "en",
        "created_at": "2022-11-09T02:44:01.000Z",
        "display_text_range": [0, 33],
        "entities": {},
        "id_str": ID,
        "text": "The swing bridge is shut tonight.",
        "user": {"id_str": "77", "name": "The Quay Ledger", "screen_name": "quay_ledger"},
        "edit_control": {"edit_tweet_ids": [ID]},
        "isEdited": False,
    } | changes


def tombstone(text: str | None) -> dict[str, Any]:
    return {"__typename": "TweetTombstone"} | ({} if text is None else {"tombstone": {"text": {"text": text}}})


def quote(
    text: str = "The swing bridge is shut tonight.", post_id: str = ID, handle: str = "quay_ledger"
) -> dict[str, Any]:
    """An oEmbed answer."""
    link = f"https://twitter.com/{handle}/status/{post_id}"
    return {
        "url": link,
        "author_name": "The Quay Ledger",
        "author_url": f"https://twitter.com/{handle}",
        "html": f'<blockquote class="twitter-tweet"><p lang="en">{text}</p>&mdash; The Quay Ledger (@{handle}) '
        f'<a href="{link}?ref_src=twsrc%5Etfw">November 9, 2022</a></blockquote>\n',
        "type": "rich",
    }


def ask(endpoint: str, given_exchange: Exchange) -> Answer:
    lookup = syndication_lookup(ID) if endpoint == SYNDICATION else oembed_lookup(ID)
    return read_answer(lookup, REF, given_exchange)


# -- sentences of tombstones

SENTENCES = {
    State.DELETED: ("This {P} was deleted by the {P} author",),
    State.SUSPENDED: ("This {P} is from a suspended account", "This account has been suspended"),
    State.ACCOUNT_GONE: ("This {P} is from an account that no longer exists",),
    State.PROTECTED: ("You're unable to view this {P} because this account owner limits who can view their {P}s",),
    State.RESTRICTED: (
        "Age-restricted adult content",
        "This {P} violated the X Rules",
        "This {P} violated the Twitter Rules",
        "This {P} from @quay_ledger has been withheld in Germany in response to a legal demand",
        "This {P} has been withheld in response to a report from the copyright holder",
    ),
}
WORDINGS = [
    (state, sentence.format(P=word).replace("'", apostrophe) + tail)
    for state, sentences in SENTENCES.items()
    for sentence in sentences
    for word, apostrophe, tail in itertools.product(
        ("Post", "Tweet"), ("'", "’"), ("", ".", ". Learn more", " Learn more")
    )
]


@pytest.mark.parametrize(("state", "sentence"), WORDINGS)
def test_a_stated_reason_is_read_in_every_wording(state: State, sentence: str) -> None:
    answer = ask(SYNDICATION, exchange(tombstone(sentence)))
    assert (answer.state, answer.positive) == (state, True)
    assert answer.reason


NO_REASON = (
    None,
    "",
    "   ",
    "This Post is unavailable. Learn more",
    "This Tweet is unavailable",
    "Hmm...this page doesn’t exist. Try searching for something else.",
    "Something went wrong. Try reloading.",
    "He said: This Post was deleted by the Post author.",
    "“This Post was deleted by the Post author”",
    "This Post was deleted by the Post authority of Marlow",
    "This Post was not deleted by the Post author",
    "Why this Post is from a suspended account",
    "This Post is from a suspended accountant",
    "Dieser Post wurde vom Verfasser gelöscht.",
)


@pytest.mark.parametrize("sentence", NO_REASON)
def test_a_tombstone_without_a_known_reason_stays_open(sentence: str | None) -> None:
    answer = ask(SYNDICATION, exchange(tombstone(sentence)))
    assert (answer.state, answer.positive) == (State.UNRESOLVED, False)


@given(st.text(max_size=80), st.sampled_from([sentence for _, sentence in WORDINGS]))
def test_a_sentence_counts_from_its_first_letter_only(before: str, sentence: str) -> None:
    """Invariant: with letters before it, a sentence is quoted and not stated."""
    if any(c.isalnum() for c in before):
        assert read_sentence(f"{before} {sentence}") is None


# -- live posts that talk about deletion, in ten languages

TALK = (
    "This Post was deleted by the Post author.",
    "This account has been suspended! So they told me. I am still here.",
    "Sorry, you are not authorized to see this status. That is what I read all day.",
    "404 Not Found",
    "Dieser Post wurde gelöscht, sagte man mir.",
    "Este post fue eliminado por su autor",
    "Ce post a été supprimé par son auteur",
    "Цей допис видалив автор",
    "この投稿は削除されました",
    "تم حذف هذا المنشور",
    "הפוסט הזה נמחק",
    "यह पोस्ट हटा दी गई है",
    '{"__typename":"TweetTombstone"}',
    "Log in to X. JavaScript is not available. Just a moment...",
)


@pytest.mark.parametrize("text", TALK)
@pytest.mark.parametrize("endpoint", [SYNDICATION, OEMBED])
def test_a_live_post_that_talks_about_deletion_is_live(text: str, endpoint: str) -> None:
    body = tweet(text=text, display_text_range=[0, len(text)]) if endpoint == SYNDICATION else quote(text)
    answer = ask(endpoint, exchange(body, url="https://publish.twitter.com/oembed"))
    assert answer.state is State.LIVE
    assert answer.post is not None
    assert answer.post.text == text
    assert PLATFORM.judge(REF, [answer]).state is State.LIVE


@given(st.text(max_size=300))
def test_no_text_of_a_post_changes_its_state(text: str) -> None:
    """Invariant: whatever a shown post says, it is shown."""
    assert ask(SYNDICATION, exchange(tweet(text=text))).state is State.LIVE


# -- statuses and walls

REFUSALS = [(status, State.BLOCKED) for status in (401, 407, 420, 429, 451, 301, 302, 303, 307, 308)] + [
    (status, State.UNREACHABLE) for status in (408, 500, 502, 503, 504, 520, 522, 530)
]


@pytest.mark.parametrize("endpoint", [SYNDICATION, OEMBED])
@pytest.mark.parametrize(("status", "state"), REFUSALS)
@pytest.mark.parametrize(
    "body", [b"", b"<html><title>Oops</title></html>", b'{"errors":[{"code":88}]}', b"This Post was deleted"]
)
def test_a_refusal_or_failure_says_nothing_of_the_post(endpoint: str, status: int, state: State, body: bytes) -> None:
    answer = ask(endpoint, exchange(body, status))
    assert (answer.state, answer.positive, answer.post) == (state, False, None)


PAGES = {
    "login": '<html><a href="https://x.com/i/flow/login">Log in</a></html>',
    "migrate": '<meta http-equiv="refresh" content="0; url = https://twitter.com/x/migrate?tok=7b2265">',
    "bot": "<html><head><title>Just a moment...</title></head></html>",
    "consent": "<html><head><title>Before you go on: consent</title></head></html>",
    "shell": '<html><body><div id="react-root"></div></body></html>',
    "talks": "<html><body>This Post was deleted by the Post author. 404</body></html>",
}


@pytest.mark.parametrize("endpoint", [SYNDICATION, OEMBED])
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("status", [200, 403])
def test_a_page_where_json_is_due_is_a_wall(endpoint: str, page: str, status: int) -> None:
    assert ask(endpoint, exchange(PAGES[page], status)).state is State.BLOCKED


@pytest.mark.parametrize("endpoint", [SYNDICATION, OEMBED])
@pytest.mark.parametrize("page", ["bot", "migrate"])
def test_a_challenge_with_404_is_no_not_found(endpoint: str, page: str) -> None:
    assert ask(endpoint, exchange(PAGES[page], 404)).state is State.BLOCKED


@pytest.mark.parametrize("endpoint", [SYNDICATION, OEMBED])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b"null",
        b"[]",
        b'"x"',
        b"7",
        b"{",
        b"{}",
        b"not json",
        b"[" * 100_000,
        b'{"error":"Bad request."}',
        b'{"id_str":7}',
    ],
)
def test_an_answer_without_a_post_stays_open(endpoint: str, body: bytes) -> None:
    answer = ask(endpoint, exchange(body, kind=JSON))
    assert (answer.state, answer.positive) == (State.UNRESOLVED, False)


def test_an_answer_from_somewhere_else_counts_as_a_refusal() -> None:
    assert ask(SYNDICATION, exchange(tweet(), url="https://twimg.com.evil.example/tweet-result")).state is State.BLOCKED


def test_a_cut_answer_is_a_failed_connection() -> None:
    assert ask(SYNDICATION, exchange(b'{"__typename":"Tw', truncated="disconnect")).state is State.UNREACHABLE


@pytest.mark.parametrize(
    ("body", "state", "positive"),
    [
        ({"error": "Sorry, you are not authorized to see this status.", "request": "/oembed"}, State.PROTECTED, True),
        ({"errors": [{"code": 63, "message": "User has been suspended."}]}, State.SUSPENDED, True),
        ({"errors": [{"code": 179, "message": "Sorry"}]}, State.PROTECTED, True),
        ({"errors": [{"code": 88, "message": "Rate limit exceeded"}]}, State.BLOCKED, False),
        ({"error": "Forbidden."}, State.SUSPENDED, False),
        ({}, State.BLOCKED, False),
        ({"message": "no"}, State.BLOCKED, False),
    ],
)
def test_oembed_tells_why_it_refuses(body: dict[str, Any], state: State, positive: bool) -> None:
    answer = ask(OEMBED, exchange(body, 403))
    assert (answer.state, answer.positive) == (state, positive)


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, "<!DOCTYPE html><title>gone</title>"), (200, {}), (200, {"__typename": "TweetTombstone"})],
)
def test_a_doubtful_refusal_is_settled_by_the_other_endpoint_not_having_the_post(status: int, body: Any) -> None:
    doubtful = ask(OEMBED, exchange({"error": "Forbidden.", "request": "/oembed"}, 403))
    without = ask(SYNDICATION, exchange(body, status))
    verdict = PLATFORM.judge(REF, [without, doubtful])
    assert (verdict.state, verdict.positive) == (State.SUSPENDED, True)


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_doubtful_refusal_beside_a_blocked_endpoint_stays_open(status: int) -> None:
    doubtful = ask(OEMBED, exchange({"error": "Forbidden.", "request": "/oembed"}, 403))
    blocked = ask(SYNDICATION, exchange(b"no", status))
    assert PLATFORM.judge(REF, [blocked, doubtful]).state is State.UNRESOLVED


def test_a_doubtful_refusal_alone_settles_nothing() -> None:
    doubtful = ask(OEMBED, exchange({"error": "Forbidden."}, 403))
    assert PLATFORM.judge(REF, [doubtful]).state is State.UNRESOLVED
    live = ask(SYNDICATION, exchange(tweet()))
    assert PLATFORM.judge(REF, [live, doubtful]).state is State.LIVE


# -- the right post


@pytest.mark.parametrize("endpoint", [SYNDICATION, OEMBED])
def test_an_answer_about_another_post_is_no_answer(endpoint: str) -> None:
    other = str(int(ID) + 1)
    body = (
        tweet(id_str=other, edit_control={"edit_tweet_ids": [other]})
        if endpoint == SYNDICATION
        else quote(post_id=other)
    )
    answer = ask(endpoint, exchange(body))
    assert (answer.state, answer.post) == (State.UNRESOLVED, None)


def test_a_timeline_is_no_post() -> None:
    html = '<a class="twitter-timeline" href="https://twitter.com/quay_ledger">Tweets</a>'
    body = {"url": "https://twitter.com/quay_ledger", "author_url": "https://twitter.com/quay_ledger", "html": html}
    assert ask(OEMBED, exchange(body)).state is State.UNRESOLVED


def test_a_borrowed_video_does_not_change_whose_post_it_is() -> None:
    link = {"url": "https://t.co/Ab3dEf9hIj", "indices": [34, 57]}
    link |= {"expanded_url": "https://x.com/someone/status/20/video/1", "display_url": "pic.x.com/Ab3dEf9hIj"}
    text = "The swing bridge is shut tonight. https://t.co/Ab3dEf9hIj"
    answer = ask(SYNDICATION, exchange(tweet(text=text, display_text_range=[0, 57], entities={"media": [link]})))
    assert answer.post is not None
    assert (answer.post.id, answer.post.text) == (ID, "The swing bridge is shut tonight.")
    assert answer.post.links == ("pic.x.com/Ab3dEf9hIj",)


def test_edited_posts_name_all_versions() -> None:
    newer = str(int(ID) + 99)
    control = {"edit_control": {"edit_tweet_ids": [ID, newer]}}
    asked = ask(SYNDICATION, exchange(tweet(**control, isStaleEdit=True)))
    assert asked.state is State.EDITED
    assert asked.post is not None
    assert asked.post.edits == (ID, newer)
    answered_with_newer = ask(SYNDICATION, exchange(tweet(**control, id_str=newer)))
    assert answered_with_newer.state is State.EDITED


def test_a_renamed_account_is_still_there_and_is_noted() -> None:
    answer = ask(OEMBED, exchange(quote(handle="new_ledger")))
    assert answer.state is State.LIVE
    assert "@new_ledger" in answer.reason
    assert "@" not in ask(OEMBED, exchange(quote(handle="QUAY_Ledger"))).reason


# -- the judgement

A = {
    "live": ask(SYNDICATION, exchange(tweet())),
    "s404": ask(SYNDICATION, exchange(b"<html>Not found</html>", 404)),
    "empty": ask(SYNDICATION, exchange({})),
    "said": ask(SYNDICATION, exchange(tombstone("This Post was deleted by the Post author. Learn more"))),
    "wordless": ask(SYNDICATION, exchange(tombstone(None))),
    "suspended": ask(SYNDICATION, exchange(tombstone("This Post is from a suspended account."))),
    "noaccount": ask(SYNDICATION, exchange(tombstone("This Post is from an account that no longer exists."))),
    "limits": ask(SYNDICATION, exchange(tombstone("This account owner limits who can view their Posts."))),
    "age": ask(SYNDICATION, exchange(tombstone("Age-restricted adult content. This content might not be for you."))),
    "sblock": ask(SYNDICATION, exchange(b"", 429)),
    "sfail": ask(SYNDICATION, exchange(b"", 502)),
    "olive": ask(OEMBED, exchange(quote())),
    "o404": ask(OEMBED, exchange(b"<html>Nothing to see here</html>", 404)),
    "noauth": ask(OEMBED, exchange({"error": "Sorry, you are not authorized to see this status."}, 403)),
    "o63": ask(OEMBED, exchange({"errors": [{"code": 63}]}, 403)),
    "oblock": ask(OEMBED, exchange(PAGES["bot"], 403)),
    "ofail": ask(OEMBED, exchange(b"", 503)),
}

JUDGEMENTS = {
    ("live", "olive"): State.LIVE,
    ("live", "o404"): State.UNRESOLVED,
    ("live", "noauth"): State.UNRESOLVED,
    ("live", "o63"): State.UNRESOLVED,
    ("live", "oblock"): State.LIVE,
    ("live", "ofail"): State.LIVE,
    ("live",): State.LIVE,
    ("s404", "olive"): State.UNRESOLVED,
    ("s404", "o404"): State.DELETED,
    ("s404", "noauth"): State.PROTECTED,
    ("s404", "o63"): State.SUSPENDED,
    ("s404", "oblock"): State.UNRESOLVED,
    ("s404", "ofail"): State.UNRESOLVED,
    ("s404",): State.UNRESOLVED,
    ("empty", "olive"): State.LIVE,
    ("empty", "o404"): State.DELETED,
    ("empty", "oblock"): State.UNRESOLVED,
    ("empty",): State.UNRESOLVED,
    ("said", "olive"): State.UNRESOLVED,
    ("said", "o404"): State.DELETED,
    ("said", "noauth"): State.UNRESOLVED,
    ("said", "oblock"): State.UNRESOLVED,
    ("said",): State.UNRESOLVED,
    ("wordless", "olive"): State.LIVE,
    ("wordless", "o404"): State.UNRESOLVED,
    ("wordless", "noauth"): State.PROTECTED,
    ("wordless", "oblock"): State.UNRESOLVED,
    ("wordless",): State.UNRESOLVED,
    ("suspended", "olive"): State.UNRESOLVED,
    ("suspended", "o404"): State.SUSPENDED,
    ("suspended", "o63"): State.SUSPENDED,
    ("suspended", "noauth"): State.SUSPENDED,
    ("suspended", "oblock"): State.SUSPENDED,
    ("noaccount", "o404"): State.ACCOUNT_GONE,
    ("noaccount", "ofail"): State.ACCOUNT_GONE,
    ("limits", "noauth"): State.PROTECTED,
    ("limits", "o404"): State.PROTECTED,
    ("age", "noauth"): State.RESTRICTED,
    ("age", "olive"): State.RESTRICTED,
    ("age", "oblock"): State.RESTRICTED,
    ("sblock", "olive"): State.LIVE,
    ("sblock", "o404"): State.UNRESOLVED,
    ("sblock", "oblock"): State.BLOCKED,
    ("sblock", "ofail"): State.BLOCKED,
    ("sblock",): State.BLOCKED,
    ("sfail", "ofail"): State.UNREACHABLE,
    ("sfail", "o404"): State.UNRESOLVED,
    ("o404",): State.UNRESOLVED,
    (): State.UNRESOLVED,
}


@pytest.mark.parametrize("names", JUDGEMENTS, ids="+".join)
def test_several_answers_become_one_state(names: tuple[str, ...]) -> None:
    for order in (names, names[::-1]):
        verdict = PLATFORM.judge(REF, [A[name] for name in order])
        assert verdict.state is JUDGEMENTS[names], verdict.reason
        assert verdict.reason


@given(st.lists(st.sampled_from(sorted(A)), max_size=4))
def test_deleted_always_has_two_witnesses_and_nobody_against(names: list[str]) -> None:
    """Invariant: "deleted" is never judged without oEmbed's 404 and a like answer of the embed's endpoint."""
    verdict = PLATFORM.judge(REF, [A[name] for name in names])
    if verdict.state is State.DELETED:
        assert "o404" in names
        assert {"s404", "empty", "said"} & set(names)
        assert not {"live", "olive", "noauth", "o63"} & set(names)


def test_the_fuller_record_is_kept() -> None:
    verdict = PLATFORM.judge(REF, [A["olive"], A["live"]])
    assert verdict.post is not None
    assert verdict.post.seen_in == SYNDICATION


# -- recorded answers


@recorded
def test_recorded_answers_read_as_live() -> None:
    read = 0
    for file in sorted((FIXTURES / "x/oembed").glob("*.json")):
        data = json.loads(file.read_bytes())
        ref = PLATFORM.ref_from_url(data["url"])
        assert ref is not None
        answer = read_answer(oembed_lookup(ref.id), ref, exchange(data))
        assert answer.state is State.LIVE, file.name
        assert answer.post is not None
        assert answer.post.text
        read += 1
    for file in sorted((FIXTURES / "x/syndication").glob("*_*.json")):
        data = json.loads(file.read_bytes())
        if isinstance(data, dict) and "id_str" in data:
            ref = PLATFORM.ref_from_id(data["id_str"])
            answer = read_answer(syndication_lookup(ref.id), ref, exchange(data))
            assert answer.state in (State.LIVE, State.EDITED), file.name
            assert answer.post is not None
            assert "t.co" not in (answer.post.text or "") or data["entities"].get("urls")
            read += 1
    assert read


@recorded
def test_the_recorded_page_of_the_move_is_a_wall() -> None:
    for file in (FIXTURES / "x/page").iterdir():
        assert ask(SYNDICATION, exchange(file.read_bytes())).state is State.BLOCKED
