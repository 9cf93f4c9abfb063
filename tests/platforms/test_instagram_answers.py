"""What Instagram's answers say. Invariant: whatever answers, nothing is ever said to be deleted: the network does not
tell that from private."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Mention, State
from archiver.platforms.instagram import PLATFORM, endpoints
from archiver.platforms.instagram.pages import largest
from tests.platforms.driving import drive_look, exchange
from tests.platforms.hostile import (
    NO_FINDING,
    STATUSES,
    TYPES,
    ask_always,
    bodies,
    cuts,
    missing_states,
    mutations,
)

CODE = "CuE2WNQs6vH"
OTHER = "CuE2WNQs6vh"
REF = PLATFORM.ref_from_id(CODE)
MADE = datetime(2023, 6, 29, 13, 21, 27, tzinfo=UTC)
PAGE = "text/html; charset=utf-8"

EMBED = endpoints.embed_lookup(CODE).url
OEMBED = endpoints.oembed_lookup(CODE).url
POST = endpoints.page_lookup(CODE).url

CAPTION = "The swing bridge is open again.\n\nMind the gap & the gulls #harbour"


def media(**members: Any) -> dict[str, Any]:
    return {
        "__typename": "GraphSidecar",
        "id": "3136262625190948807",
        "shortcode": CODE,
        "owner": {"id": "77", "username": "Quay.Ledger", "profile_pic_url": "https://c.cdninstagram.com/face.jpg"},
        "edge_media_to_caption": {"edges": [{"node": {"text": CAPTION}}]},
        "display_url": "https://c.cdninstagram.com/1.jpg",
        "edge_sidecar_to_children": {
            "edges": [
                {
                    "node": {
                        "display_url": "https://c.cdninstagram.com/1.jpg",
                        "accessibility_caption": "A bridge",
                        "dimensions": {"width": 1080, "height": 1350},
                    }
                },
                {
                    "node": {
                        "video_url": "https://c.cdninstagram.com/2.mp4",
                        "display_url": "https://c.cdninstagram.com/2.jpg",
                    }
                },
            ]
        },
    } | members


def embed_page(record: Any = None, extra: str = "") -> str:
    """An embed's page with the record in its script, written as text within JSON."""
    context = (
        None
        if record is None
        else json.dumps({"context": {"shortcode": CODE}, "gql_data": {"shortcode_media": record}})
    )
    script = json.dumps(
        {"require": [["PolarisEmbedSimple", "init", [], [{"isSidecar": False, "contextJSON": context}]]]}
    )
    return (
        f'<!DOCTYPE html><html lang="en"><body><script>requireLazy(["ServerJS"],function(S){{var s=new S();'
        f"s.handle({script});}});</script>{extra}</body></html>"
    )


SIMPLE = (
    f'<div class="Embed" data-permalink="https://www.instagram.com/p/{CODE}/?utm_source=ig_embed" '
    'data-media-type="GraphImage" data-owner-id="77"><a class="Avatar"><img src="https://c.cdninstagram.com/face.jpg"></a>'
    '<a class="Username"><span class="UsernameText">quay.ledger</span></a>'
    '<div class="EmbedFrame"><img class="EmbeddedMediaImage" alt="A bridge" src="https://c.cdninstagram.com/s.jpg" '
    'srcset="https://c.cdninstagram.com/b.jpg?x=1 1080w,https://c.cdninstagram.com/s.jpg 640w"></div>'
    '<div class="Caption"><a class="CaptionUsername" href="/quay.ledger/">quay.ledger</a><br /><br />'
    "The swing bridge is open again.<br /><br />Mind the gap &amp; the gulls "
    '<a href="https://www.instagram.com/explore/tags/harbour/">#harbour</a>'
    '<div class="CaptionComments"><a href="#">View all 7 comments</a></div></div></div>'
)

BROKEN = (
    '<div class="EmbedBrokenMedia"><div class="ebmMessage">The link to this photo or video may be broken, or the post '
    "may have been removed.</div></div>"
)


def og_page(
    title: str = 'The Quay Ledger on Instagram: "The swing bridge is open again."',
    description: str = '44K likes, 116 comments - quay.ledger on June 29, 2023: "The swing bridge is open again.". ',
    url: str | None = f"https://www.instagram.com/quay.ledger/reel/{CODE}/",
) -> str:
    named = f'<meta property="og:url" content="{url}">' if url else ""
    quoted = [value.replace('"', "&quot;") for value in (title, description)]
    return (
        f'<html><head>{named}<meta property="og:title" content="{quoted[0]}"><meta property="og:image" '
        f'content="https://c.cdninstagram.com/o.jpg"><meta property="og:description" content="{quoted[1]}"></head>'
    )


def html(url: str, body: str | bytes, status: int = 200) -> Exchange:
    return exchange(url, body, status, PAGE, record=f"urn:uuid:{status}")


def look(**answers: Exchange | None) -> tuple[list[str], list[Answer], Answer]:
    """Asked addresses, answers, judgement; by endpoint name."""
    table = {{"embed": EMBED, "oembed": OEMBED, "page": POST}[name]: answer for name, answer in answers.items()}
    asked, said = drive_look(PLATFORM, REF, table)
    return asked, said, PLATFORM.judge(REF, said)


# -- the record


def test_the_embeds_record_is_read_whole_and_the_page_adds_the_name() -> None:
    asked, said, verdict = look(embed=html(EMBED, embed_page(media())), page=html(POST, og_page()))
    assert asked == [EMBED, POST]
    assert [answer.kind for answer in said] == [AnswerKind.SHOWN, AnswerKind.SHOWN]
    post = verdict.post
    assert post is not None
    assert (verdict.state, post.text, post.text_complete, post.handle) == (State.LIVE, CAPTION, True, "quay.ledger")
    assert (post.display_name, post.account_id, post.url) == ("The Quay Ledger", "77", REF.url)
    assert post.created_at is not None
    assert post.created_at.replace(microsecond=0) == MADE
    assert [(m.kind, m.url.rpartition("/")[2], m.alt) for m in post.media] == [
        ("photo", "1.jpg", "A bridge"),
        ("video", "2.mp4", None),
        ("poster", "2.jpg", None),
        ("avatar", "face.jpg", None),
    ]
    assert post.seen_in == "instagram.embed+instagram.page"


def test_a_single_picture_is_read_from_the_markup() -> None:
    _, said, _ = look(embed=html(EMBED, embed_page(None, SIMPLE)), page=html(POST, "<html></html>"))
    post = said[0].post
    assert post is not None
    assert (post.text, post.handle, post.account_id) == (CAPTION, "quay.ledger", "77")
    assert [(m.kind, m.url) for m in post.media] == [
        ("photo", "https://c.cdninstagram.com/b.jpg?x=1"),
        ("avatar", "https://c.cdninstagram.com/face.jpg"),
    ]


def test_a_post_without_a_caption_has_an_empty_one() -> None:
    record = media(edge_media_to_caption={"edges": []})
    _, said, _ = look(embed=html(EMBED, embed_page(record)), page=None)
    assert said[0].post is not None
    assert said[0].post.text == ""


@pytest.mark.parametrize(
    "page",
    [
        embed_page(media(shortcode=OTHER)),
        embed_page(None, SIMPLE.replace(CODE, OTHER)),
        embed_page({"shortcode": CODE}),
    ],
)
def test_codes_that_differ_by_case_are_other_posts(page: str) -> None:
    _, said, _ = look(embed=html(EMBED, page), oembed=None, page=None)
    assert [(a.kind, a.post) for a in said] == [(AnswerKind.UNSAID, None)]


# -- what is not shown


def test_the_notice_says_nothing_of_the_reason() -> None:
    missing = exchange(OEMBED, json.dumps({"error": {"message": "no", "code": 24}}), 400)
    asked, said, verdict = look(embed=html(EMBED, embed_page(None, BROKEN)), oembed=missing, page=html(POST, "<html>"))
    assert asked == [EMBED, OEMBED, POST]
    assert {answer.kind for answer in said} == {AnswerKind.UNSAID}
    assert (verdict.state, verdict.positive, verdict.post) == (State.UNRESOLVED, False, None)


def test_a_post_that_may_not_be_embedded_is_live_where_its_page_shows_it() -> None:
    _, _, verdict = look(embed=html(EMBED, embed_page(None, BROKEN)), oembed=None, page=html(POST, og_page()))
    assert verdict.state is State.LIVE
    given_out = exchange(OEMBED, json.dumps({"html": f'<blockquote data-instgrm-permalink="…/reel/{CODE}/">'}))
    _, said, verdict = look(embed=html(EMBED, embed_page(None, BROKEN)), oembed=given_out, page=html(POST, "<html>"))
    assert (verdict.state, verdict.post) == (State.LIVE, None)
    assert said[1].post is None


def test_a_login_page_is_about_us() -> None:
    there = "https://www.instagram.com/accounts/login/?next=/p/x/"
    _, said, verdict = look(embed=html(there, og_page()), oembed=None, page=html(there, "<title>Login</title>"))
    assert [answer.kind for answer in said] == [AnswerKind.REFUSED, AnswerKind.REFUSED]
    assert verdict.state is State.BLOCKED


@pytest.mark.parametrize("status", [302, 401, 403, 429, 500, 503])
def test_refusals_and_failures_say_nothing_of_the_post(status: int) -> None:
    said, verdict = ask_always(PLATFORM, REF, embed_page(media()), status)
    assert {a.kind for a in said} <= {AnswerKind.REFUSED, AnswerKind.FAILED, AnswerKind.UNEXPECTED}
    assert not verdict.positive


def test_an_answer_from_elsewhere_is_not_the_networks() -> None:
    _, said, _ = look(
        embed=html("https://instagram.com.evil.example/p/x/", embed_page(media())), oembed=None, page=None
    )
    assert said[0].kind is AnswerKind.REFUSED


TALK = (
    "This post was deleted. The link to this photo or video may be broken, or the post may have been removed.",
    "Sorry, this page isn't available.",
    "Dieser Beitrag wurde gelöscht",
    "Esta publicación fue eliminada",
    "この投稿は削除されました",
    "تم حذف هذا المنشور",
    "הפוסט נמחק",
    "यह पोस्ट हटा दी गई है",
    "Запись удалена",
    '<div class="EmbedBrokenMedia">',
    "Log in to see this. Just a moment... captcha",
)


@pytest.mark.parametrize("text", TALK)
def test_a_live_post_that_talks_about_deletion_is_live(text: str) -> None:
    record = media(edge_media_to_caption={"edges": [{"node": {"text": text}}]})
    markup = SIMPLE.replace("The swing bridge is open again.", text.replace("<", "&lt;"))
    for page in (embed_page(record), embed_page(None, markup)):
        _, said, verdict = look(embed=html(EMBED, page), page=html(POST, og_page(f'Ana on Instagram: "{text}"', "")))
        assert verdict.state is State.LIVE
        assert said[0].post is not None
        assert text in (said[0].post.text or "")


# -- preview lines of several years


@pytest.mark.parametrize(
    ("title", "description", "expected"),
    [
        (
            'The Quay Ledger on Instagram: "Open.\n\nAgain"',
            '44K likes, 116 comments - quay.ledger on June 29, 2023: "Open.\n\nAgain". ',
            ("quay.ledger", "The Quay Ledger", "Open.\n\nAgain", True),
        ),
        (
            "The Quay Ledger on Instagram: “Open”",
            "1,234 Likes, 56 Comments - The Quay Ledger (@Quay.Ledger) on Instagram: “Open”",
            ("quay.ledger", "The Quay Ledger", "Open", True),
        ),
        (
            "Instagram photo by The Quay Ledger • Oct 23, 2017 at 7:31am UTC",
            "See this Instagram photo by @quay.ledger • 120 likes",
            ("quay.ledger", "The Quay Ledger", None, True),
        ),
        (
            "The Quay Ledger (@quay.ledger) • Instagram reel",
            "",
            ("quay.ledger", "The Quay Ledger", None, True),
        ),
        (
            "The Quay Ledger shared a post on Instagram: “Open and…”",
            "",
            (None, "The Quay Ledger", "Open and…", False),
        ),
    ],
)
def test_preview_lines_of_every_year(title: str, description: str, expected: tuple[Any, ...]) -> None:
    address = f"https://www.instagram.com/p/{CODE}/"
    post = PLATFORM.read_archived(
        REF, html(f"https://web.archive.org/web/2019id_/{address}", og_page(title, description, address))
    )
    assert post is not None
    assert (post.handle, post.display_name, post.text, post.text_complete) == expected


@pytest.mark.parametrize(
    "page",
    [
        og_page(url=f"https://www.instagram.com/p/{OTHER}/"),
        og_page(url="https://www.instagram.com/quay.ledger/"),
        og_page("Instagram", "Create an account or log in to Instagram", None),
        og_page("Login • Instagram", "Welcome back to Instagram.", None),
        "<html></html>",
        "",
        "plain",
    ],
)
def test_a_copy_without_the_post_shows_nothing(page: str) -> None:
    assert PLATFORM.read_archived(REF, html(f"https://web.archive.org/web/2019id_/{REF.url}", page)) is None


# -- archived records


def test_old_pages_hold_the_record_in_a_script() -> None:
    older = {
        "code": CODE,
        "caption": CAPTION,
        "date": 1688044887,
        "owner": {"username": "quay.ledger", "full_name": "The Quay Ledger", "id": "77"},
        "display_src": "https://c.cdninstagram.com/1.jpg",
    }
    for record, name in ((media(taken_at_timestamp=1688044887), None), (older, "The Quay Ledger")):
        data = {"entry_data": {"PostPage": [{"graphql": {"shortcode_media": record}, "media": record}]}}
        page = f"<html><script>window._sharedData = {json.dumps(data)};</script></html>"
        post = PLATFORM.read_archived(REF, html(REF.url, page))
        assert post is not None
        assert (post.text, post.display_name, post.created_at) == (CAPTION, name, MADE)
    loaded = (
        f"<html><script>window.__additionalDataLoaded('extra',{json.dumps({'shortcode_media': media()})});</script>"
    )
    assert PLATFORM.read_archived(REF, html(EMBED, loaded)) is not None


def test_the_applications_record_is_read_from_json() -> None:
    record = {
        "code": CODE,
        "pk": "3136262625190948807",
        "taken_at": 1688044887,
        "user": {"pk": 77, "username": "quay.ledger", "full_name": "The Quay Ledger"},
        "caption": {"text": CAPTION},
        "carousel_media": [{"image_versions2": {"candidates": [{"url": "https://c.cdninstagram.com/1.jpg"}]}}],
    }
    inline = f'<html><script type="application/json">{json.dumps({"a": [{"items": [record]}]})}</script></html>'
    for body, kind in ((json.dumps({"items": [record]}), "application/json"), (inline, PAGE)):
        post = PLATFORM.read_archived(REF, exchange(REF.url, body, content_type=kind))
        assert post is not None
        assert (post.text, post.account_id, post.created_at, len(post.media)) == (CAPTION, "77", MADE, 1)


def test_json_ld_of_old_pages_is_read() -> None:
    described = {
        "@type": "ImageObject",
        "caption": CAPTION,
        "uploadDate": "2023-06-29T13:21:27+00:00",
        "author": {"@type": "Person", "alternateName": "@quay.ledger"},
    }
    script = f'<script type="application/ld+json">{json.dumps(described)}</script>'
    page = f'<html><link rel="canonical" href="{REF.url}">{script}'
    post = PLATFORM.read_archived(REF, html(REF.url, page))
    assert post is not None
    assert (post.text, post.handle, post.created_at) == (CAPTION, "quay.ledger", MADE)


# -- where to look


def test_addresses_depend_on_the_code_alone() -> None:
    refs = [
        PLATFORM.ref_from_url(url)
        for url in (f"https://instagr.am/p/{CODE}", f"https://www.instagram.com/Ana/reel/{CODE}/?x=1")
    ]
    for ref in refs:
        assert ref is not None
        asked, _ = drive_look(PLATFORM, ref, {EMBED: None, OEMBED: None, POST: None})
        assert asked == [EMBED, OEMBED, POST]
        assert PLATFORM.page_url(ref) == POST
    assert PLATFORM.ref_from_id(CODE + "A" * 28).id == CODE


def test_the_index_is_asked_for_the_accounts_own_addresses() -> None:
    mention = Mention(source="a", platform="instagram", rule="r", confidence=1, handle="Quay.Ledger")
    ids = PLATFORM.day_range(MADE.date())
    assert [(q.prefix, q.since) for q in PLATFORM.archive_queries(mention, ids)] == [
        ("instagram.com/quay.ledger/p/", "20230629"),
        ("instagram.com/quay.ledger/reel/", "20230629"),
    ]
    assert PLATFORM.archive_queries(mention, None) == ()
    unnamed = Mention(source="a", platform="instagram", rule="r", confidence=1, handle="a b")
    assert PLATFORM.archive_queries(unnamed, ids) == ()
    assert EMBED in PLATFORM.archived_urls(REF)


def test_share_links_lead_to_posts() -> None:
    links = ("https://www.instagram.com/share/reel/BAf7vyMOu4?x=1", "https://news.example/share/p/abcdefgh", "x")
    mention = Mention(source="a", platform="instagram", rule="r", confidence=1, links=links)
    assert PLATFORM.media_urls(mention) == ("https://www.instagram.com/share/reel/BAf7vyMOu4",)


def test_the_widest_picture() -> None:
    assert largest("https://a.example/1 10w, https://a.example/2 900w,javascript:x 9999w") == "https://a.example/2"
    assert largest(None) is None
    assert largest(",,, 1w") is None


# -- anything at all

WORDS = (
    "shortcode", "shortcode_media", "gql_data", "owner", "username", "edge_media_to_caption", "edges", "node", "text",
    "caption", "display_url", "code", "user", CODE, '<div class="Embed">', '<span class="UsernameText">a</span>',
    '<div class="Caption">', '<div class="EmbedBrokenMedia">', "error", "html",
    '<meta property="og:title" content="x on Instagram">',
)  # fmt: skip


@given(bodies(WORDS), st.sampled_from(STATUSES), st.sampled_from(TYPES))
def test_no_answer_breaks_the_reading_or_says_deleted(body: bytes, status: int, kind: str) -> None:
    said, verdict = ask_always(PLATFORM, REF, body, status, kind)
    assert missing_states(said, verdict) == set()
    PLATFORM.read_archived(REF, exchange(REF.url, body, status, kind))


def test_records_with_members_missing_or_of_another_type_never_say_deleted() -> None:
    for record in mutations(media(taken_at_timestamp=1688044887)):
        _, said, verdict = look(embed=html(EMBED, embed_page(record)), oembed=None, page=None)
        assert missing_states(said, verdict) == set()
    for page in (*cuts(embed_page(None, SIMPLE)), *cuts(og_page())):
        said, verdict = ask_always(PLATFORM, REF, page)
        assert missing_states(said, verdict) == set()


def test_recorded_oembed_answers_say_that_the_post_is_public(recordings: Path) -> None:
    files = sorted((recordings / "instagram" / "oembed").glob("*_200.json"))
    assert files
    for file in files:
        raw = json.loads(file.read_bytes())
        found = PLATFORM.ref_from_url(raw["html"].partition('data-instgrm-permalink="')[2].partition('"')[0])
        assert found is not None
        address = endpoints.oembed_lookup(found.id).url
        table = {
            endpoints.embed_lookup(found.id).url: None,
            address: exchange(address, file.read_bytes()),
            endpoints.page_lookup(found.id).url: None,
        }
        _, said = drive_look(PLATFORM, found, table)
        assert [(answer.state, answer.post) for answer in said] == [(State.LIVE, None)]
        for changed in mutations(raw):
            table[address] = exchange(address, json.dumps(changed))
            _, said = drive_look(PLATFORM, found, table)
            assert not said[0].state.missing


def test_statuses_without_a_finding_are_none() -> None:
    for status in NO_FINDING:
        _, verdict = ask_always(PLATFORM, REF, "<html></html>", status)
        assert not verdict.state.missing
