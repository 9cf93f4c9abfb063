"""What Threads' answers say. Invariant: whatever answers, nothing is ever said to be deleted: the network does not tell
that from private."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Mention, State
from archiver.platforms.threads import PLATFORM, endpoints
from tests.platforms.driving import drive_look, exchange
from tests.platforms.hostile import STATUSES, TYPES, ask_always, bodies, cuts, missing_states, mutations

CODE = "CuE2WNQs6vH"
REF = PLATFORM.ref_from_id(CODE, "quay.ledger")
HTML = "text/html; charset=utf-8"

EMBED = endpoints.embed_lookup(CODE).url
OEMBED = endpoints.oembed_lookup(CODE).url
POST = endpoints.page_lookup(CODE).url

WORDS = "The bridge is open.\nMind the gap & the gulls"


def block(
    handle: str = "quay.ledger",
    text: str | None = "The bridge is open.<br />Mind the gap &amp; the gulls\ufffc",
    inner: str = "",
    media: str = "",
    parent: bool = False,
) -> str:
    body = "BodyContainerParent" if parent else "BodyContainerNoThreadLine"
    said = f'<span class="BodyTextContainer"><span>{text}</span></span>' if text is not None else ""
    return (
        '<div class="OuterContainer OuterContainerFull"><div class="AvatarContainer">'
        f'<img src="https://c.cdninstagram.com/{handle}.jpg"></div><div class="HeaderContainer">'
        f'<div class="AuthorIdentity"><a class="HeaderLink" href="https://www.threads.com/&#064;{handle}?xmt=AQ"><span>{handle}</span></a></div>'
        '<a class="HeaderLink" href="https://www.threads.com/search?q=bridges">Bridges</a></div>'
        f'<div class="{body}"><span class="TextContentContainer">{said}</span>{media}{inner}</div>'
        '<div class="PostDateContainer"><span class="Timestamp">6:21 AM · Jun 29, 2023</span></div></div>'
    )


def embed(*blocks: str, code: str = CODE) -> str:
    return (
        '<!DOCTYPE html><html><body><div class="Embed"><div class="LinkContainer">'
        f'<a target="_blank" href="https://www.threads.com/&#064;quay.ledger/post/{code}?xmt=AQ"></a></div>'
        f'<div class="EmbedContainer">{"".join(blocks)}</div></div></body></html>'
    )


UNAVAILABLE = '<html><body><div class="Embed"><span class="ErrorText">Thread not available</span></div></body></html>'


def og_page(
    title: str | None = "The Quay Ledger (&#064;quay.ledger) on Threads",
    description: str = "",
    handle: str = "quay.ledger",
) -> str:
    lines = f'<meta property="og:title" content="{title}" />' if title else ""
    if description:
        lines += f'<meta property="og:description" content="{description}">'
    return (
        f'<!DOCTYPE html><html><head><meta property="og:site_name" content="Threads" />{lines}'
        f'<meta property="og:url" content="https://www.threads.com/&#064;{handle}/post/{CODE}" /></head></html>'
    )


def html(url: str, body: str, status: int = 200) -> Exchange:
    return exchange(url, body, status, HTML)


def look(**answers: Exchange | None) -> tuple[list[str], list[Answer], Answer]:
    table = {{"embed": EMBED, "oembed": OEMBED, "page": POST}[name]: answer for name, answer in answers.items()}
    asked, said = drive_look(PLATFORM, REF, table)
    return asked, said, PLATFORM.judge(REF, said)


def test_the_embed_has_the_words_and_the_page_the_name() -> None:
    picture = '<div class="SoloMediaContainer"><img src="https://c.cdninstagram.com/1.jpg" alt="A bridge"></div>'
    asked, said, verdict = look(embed=html(EMBED, embed(block(media=picture))), page=html(POST, og_page()))
    assert asked == [EMBED, POST]
    post = verdict.post
    assert post is not None
    assert (verdict.state, post.text, post.handle, post.display_name) == (
        State.LIVE,
        WORDS,
        "quay.ledger",
        "The Quay Ledger",
    )
    assert [(m.kind, m.alt) for m in post.media] == [("photo", "A bridge"), ("avatar", None)]
    assert post.created_at is not None
    assert post.created_at.isoformat().startswith("2023-06-29T13:21:27")
    assert [answer.endpoint for answer in said] == ["threads.embed", "threads.page"]


def test_a_reply_is_the_last_block_and_a_quotation_is_not_its_words() -> None:
    quote = f'<div class="QuotePostContainer">{block("other.account", "Quoted words")}</div>'
    page = embed(block("first.account", "What is asked", parent=True), block(inner=quote))
    _, said, _ = look(embed=html(EMBED, page), page=None)
    assert said[0].post is not None
    assert (said[0].post.text, said[0].post.handle) == (WORDS, "quay.ledger")
    alone = embed(block(text=None, inner=quote))
    _, said, _ = look(embed=html(EMBED, alone), page=None)
    assert said[0].post is not None
    assert (said[0].post.text, said[0].post.handle) == ("", "quay.ledger")


def test_films_are_listed() -> None:
    film = '<div class="MediaScrollContainer"><video><source src="https://c.cdninstagram.com/1.mp4"></video></div>'
    _, said, _ = look(embed=html(EMBED, embed(block(media=film))), page=None)
    assert said[0].post is not None
    assert [m.kind for m in said[0].post.media] == ["video", "avatar"]


def test_not_available_says_nothing_of_the_reason() -> None:
    error = exchange(OEMBED, json.dumps({"error": {"message": "no", "code": 24}}), 400)
    shell = og_page(None, handle="")
    asked, said, verdict = look(embed=html(EMBED, UNAVAILABLE), oembed=error, page=html(POST, shell))
    assert asked == [EMBED, OEMBED, POST]
    assert {answer.kind for answer in said} == {AnswerKind.UNSAID}
    assert "notice" in said[0].reason
    assert verdict.state is State.UNRESOLVED


def test_an_embed_given_out_says_that_the_post_is_public() -> None:
    given_out = exchange(OEMBED, json.dumps({"html": f'<blockquote data-text-post-permalink="…/t/{CODE}">'}))
    _, said, verdict = look(embed=html(EMBED, UNAVAILABLE), oembed=given_out, page=None)
    assert (verdict.state, verdict.post) == (State.LIVE, None)
    assert said[1].kind is AnswerKind.STATED


def test_another_posts_page_is_no_answer() -> None:
    _, said, _ = look(embed=html(EMBED, embed(block(), code="CuE2WNQs6vh")), oembed=None, page=None)
    assert said[0].kind is AnswerKind.UNSAID


@pytest.mark.parametrize("path", ["login/?next=x", "accounts/login"])
def test_a_login_page_is_about_us(path: str) -> None:
    said, verdict = ask_always(PLATFORM, REF, og_page())
    assert verdict.state is State.LIVE
    there = f"https://www.threads.com/{path}"
    _, said, verdict = look(embed=html(there, embed(block())), oembed=None, page=html(there, og_page()))
    assert {answer.kind for answer in said} == {AnswerKind.REFUSED}
    assert verdict.state is State.BLOCKED


@pytest.mark.parametrize(
    "text",
    [
        "Thread not available",
        "This post was deleted.",
        "Dieser Beitrag wurde gelöscht",
        "この投稿は削除されました",
        "הפוסט נמחק",
        "Эта запись удалена",
        "&lt;span class=&quot;ErrorText&quot;&gt;",
        "Just a moment... unusual activity, please log in",
    ],
)
def test_a_live_post_that_talks_about_deletion_is_live(text: str) -> None:
    _, said, verdict = look(embed=html(EMBED, embed(block(text=text))), page=html(POST, og_page(description=text)))
    assert verdict.state is State.LIVE
    assert said[0].post is not None
    assert said[0].post.text


# -- archives


def test_copies_of_every_kind_are_read() -> None:
    record = {
        "code": CODE,
        "pk": "1",
        "taken_at": 1688044887,
        "caption": {"text": WORDS},
        "user": {"username": "quay.ledger", "pk": "77"},
    }
    nested = {"data": {"edges": [{"node": {"thread_items": [{"post": record}]}}]}}
    for page, name in (
        (embed(block()), "threads.embed"),
        (og_page(description="The bridge is open.&#10;Mind the gap &amp; the gulls"), "threads.page"),
        (f'<html><script type="application/json">{json.dumps(nested)}</script></html>', "threads.page"),
        (json.dumps(nested), "threads.json"),
    ):
        post = PLATFORM.read_archived(REF, html(f"https://web.archive.org/web/2024id_/{REF.url}", page))
        assert post is not None
        assert (post.text, post.handle, post.seen_in) == (WORDS, "quay.ledger", name)
    for page in (UNAVAILABLE, og_page(None), "<html></html>", "", "{", "plain"):
        assert PLATFORM.read_archived(REF, html(REF.url, page)) is None


def test_the_index_is_asked_for_the_accounts_posts() -> None:
    mention = Mention(source="a", platform="threads", rule="r", confidence=1, handle="Quay.Ledger")
    made = PLATFORM.time_of(CODE)
    assert made is not None
    found = PLATFORM.archive_queries(mention, PLATFORM.day_range(made.date()))
    assert [(q.prefix, q.since) for q in found] == [
        ("threads.net/@quay.ledger/post/", "20230629"),
        ("threads.com/@quay.ledger/post/", "20230629"),
    ]
    assert PLATFORM.archive_queries(mention, None) == ()
    urls = PLATFORM.archived_urls(REF)
    assert urls[0] == f"https://www.threads.net/@quay.ledger/post/{CODE}"
    assert EMBED in urls
    assert all(PLATFORM.ref_from_url(url) is not None for url in urls)


def test_share_links_lead_to_posts() -> None:
    links = ("https://www.threads.net/share/BAf7vyMOu4/?x=1", "https://www.threads.net/@a/post/x")
    mention = Mention(source="a", platform="threads", rule="r", confidence=1, links=links)
    assert PLATFORM.media_urls(mention) == ("https://www.threads.com/share/BAf7vyMOu4",)


# -- anything at all

PIECES = (
    '<div class="OuterContainer">', "</div>", '<a class="HeaderLink" href="https://www.threads.com/@a">', "</a>",
    '<div class="QuotePostContainer">', '<span class="BodyTextContainer">', "</span>", '<span class="ErrorText">',
    '<meta property="og:title" content="A (@a) on Threads">', "code", "caption", "user", "text", "username", CODE,
    "html", "error",
)  # fmt: skip


@given(bodies(PIECES), st.sampled_from(STATUSES), st.sampled_from(TYPES))
def test_no_answer_breaks_the_reading_or_says_deleted(body: bytes, status: int, kind: str) -> None:
    said, verdict = ask_always(PLATFORM, REF, body, status, kind)
    assert missing_states(said, verdict) == set()
    PLATFORM.read_archived(REF, exchange(REF.url, body, status, kind))


def test_pages_cut_anywhere_never_say_deleted() -> None:
    page: Any
    for page in cuts(embed(block("first.account", parent=True), block())):
        said, verdict = ask_always(PLATFORM, REF, page)
        assert missing_states(said, verdict) == set()
    for page in mutations({"html": f"/t/{CODE}", "error": {"code": 24, "message": "x"}}):
        said, verdict = ask_always(PLATFORM, REF, json.dumps(page), 400, TYPES[0])
        assert missing_states(said, verdict) == set()
