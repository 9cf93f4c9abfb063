"""What archived copies show of posts of the fediverse.

Invariant: a copy shows the post that it names as its own, or none.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Mention, Post, PostRef
from archiver.platforms.base import Clues
from archiver.platforms.mastodon import PLATFORM
from archiver.platforms.mastodon.pages import read_page
from archiver.platforms.mastodon.servers import Server
from tests.platforms.driving import exchange
from tests.platforms.test_mastodon_answers import HOST, ID, PAGE, REF, note, status

MADE = datetime(2023, 5, 15, 11, 16, 2, tzinfo=UTC)
OTHER = "110372412617177000"


def copy(body: str, kind: str = "text/html; charset=utf-8") -> Exchange:
    return exchange(f"https://web.archive.org/web/20230601000000id_/{PAGE}", body, content_type=kind)


def rendered(post_id: str, words: str, *, user: str = "ana", detailed: bool = False, warning: str = "") -> str:
    """A post as pages of 2.x and 3.x held it."""
    url = f"https://{HOST}/@{user}/{post_id}"
    kind = "detailed-status" if detailed else "status"
    spoiler = f'<p><span class="p-summary">{warning}&nbsp;</span><button>Show more</button></p>' if warning else ""
    props = json.dumps(
        {
            "media": [
                {"type": "image", "url": f"https://{HOST}/system/media_attachments/files/1.png", "description": "Pier"}
            ]
        }
    ).replace('"', "&quot;")
    when = (
        '<time class="formatted" datetime="2023-05-15T11:16:02Z" title="x">May 15, 2023, 11:16</time>'
        if detailed
        else '<time class="time-ago" datetime="2023-05-15T11:16:02Z" title="x">May 15</time>'
    )
    link = "detailed-status__datetime" if detailed else "status__relative-time"
    return (
        f'<div class="entry h-entry"><div class="{kind}"><div class="p-author h-card"><a class="{kind}__display-name '
        f'u-url" href="https://{HOST}/@{user}"><img class="u-photo account__avatar" src="/system/avatar.png"><span '
        f'class="display-name"><bdi><strong class="display-name__html p-name emojify">Ana <img class="emojione" '
        f'alt="🌊" src="x"></strong></bdi><span class="display-name__account">@{user}@{HOST} <i class="fa fa-lock"></i>'
        f'</span></span></a></div><div class="status__content emojify">{spoiler}'
        f'<div class="e-content" lang="en">{words}</div></div>'
        f'<div data-component="MediaGallery" data-props="{props}"></div><div class="{kind}__meta">'
        f'<a class="{link} u-url u-uid" href="{url}">{when}</a></div></div></div>'
    )


def preview(**lines: str) -> str:
    named = {
        "og:url": PAGE,
        "og:title": f"Ana Example 🌊 (@ana@{HOST})",
        "og:published_time": "2023-05-15T11:16:02Z",
        "og:description": "The swing bridge\nis shut & dark.",
        "og:image": f"https://{HOST}/avatars/original/missing.png",
    } | {key.replace("_", ":"): value for key, value in lines.items()}
    metas = "".join(
        f'<meta content="{value.replace("&", "&amp;")}" property="{name}">' for name, value in named.items()
    )
    return f"<!DOCTYPE html><html><head>{metas}</head><body><div id='mastodon'></div></body></html>"


def read(body: str, ref: PostRef = REF) -> Post | None:
    return PLATFORM.read_archived(ref, copy(body))


def test_a_page_that_held_the_posts() -> None:
    conversation = (
        "<html><body>"
        + rendered(OTHER, "<p>The question.</p>", user="ben")
        + rendered(
            ID,
            '<p>The swing bridge<br>is shut &amp; dark. <a href="https://news.example/a"><span class="invisible">https://'
            '</span><span class="">news.example/a</span><span class="invisible"></span></a></p>',
            detailed=True,
            warning="Bridges",
        )
        + "</body></html>"
    )
    post = read(conversation)
    assert post is not None
    assert (post.key, post.url, post.handle) == (REF.key, PAGE, f"ana@{HOST}")
    assert post.text == "The swing bridge\nis shut & dark. news.example/a"
    assert (post.display_name, post.warning, post.created_at) == ("Ana 🌊", "Bridges", MADE)
    assert (post.links, post.language, post.seen_in) == (("https://news.example/a",), "en", "mastodon.page")
    assert [(m.kind, m.alt) for m in post.media] == [("photo", "Pier"), ("avatar", None)]
    assert read(conversation.replace(ID, OTHER)) is None


def test_a_page_with_lines_for_previews() -> None:
    post = read(preview())
    assert post is not None
    assert (post.text, post.display_name, post.handle) == (
        "The swing bridge\nis shut & dark.",
        "Ana Example 🌊",
        f"ana@{HOST}",
    )
    assert (post.created_at, post.media) == (MADE, ())
    picture = f"https://{HOST}/system/media_attachments/files/1/original/a.png"
    for attached in ("Attached: 2 images · 1 video", "Angehängt: 1 Bild", "Прикреплено: 3 изображения"):
        post = read(preview(og_description=f"{attached}\n\nShut.\n\nAnd dark.", og_image=picture))
        assert post is not None
        assert post.text == "Shut.\n\nAnd dark."
        assert [m.url for m in post.media] == [picture]
    post = read(preview(og_description="Content warning: Bridges"))
    assert post is not None
    assert (post.text, post.warning) == (None, "Bridges")
    post = read(preview(og_description="Attached: 1 image · Content warning: Bridges", og_image=picture))
    assert post is not None
    assert (post.text, post.warning) == (None, "Bridges")
    post = read(preview(og_description="Shut?\n\n[ ] yes\n[ ] no"))
    assert post is not None
    assert post.text == "Shut?"
    # a first paragraph that only looks like that, without a picture, is the author's
    post = read(preview(og_description="Price: 3 pounds a boat\n\nShut."))
    assert post is not None
    assert post.text == "Price: 3 pounds a boat\n\nShut."


@pytest.mark.parametrize(
    "body",
    [
        preview(og_url=f"https://{HOST}/@ana"),
        preview(og_url=f"https://{HOST}/@ana/{OTHER}"),
        "<html><head><title>Log in</title></head><body><form action='/auth/sign_in'></form></body></html>",
        "<html><body><div class='dialog'>The page you are looking for isn't here.</div></body></html>",
        "",
        "not html",
        "{",
        '{"error":"Record not found"}',
        "[]",
        json.dumps(status(id=OTHER)),
        json.dumps(note(id=f"https://{HOST}/users/ana/statuses/{OTHER}", url=f"https://{HOST}/@ana/{OTHER}")),
        json.dumps({"type": "Tombstone", "id": f"https://{HOST}/users/ana/statuses/{ID}"}),
        json.dumps({"type": "Person", "id": f"https://{HOST}/users/ana", "name": "Ana", "url": PAGE}),
    ],
)
def test_copies_without_the_post(body: str) -> None:
    assert read(body) is None


def test_json_of_the_api_and_of_activitypub() -> None:
    post = read(json.dumps(status()))
    assert post is not None
    assert (post.key, post.text, post.seen_in) == (REF.key, "The swing bridge is shut tonight.", "mastodon.status")
    post = read(json.dumps(note()))
    assert post is not None
    assert (post.key, post.handle, post.seen_in) == (REF.key, f"ana@{HOST}", "mastodon.activitypub")
    post = read(json.dumps({"type": "Create", "object": note()}))
    assert post is not None


def test_a_page_drawn_by_scripts_and_then_saved(recordings: Path) -> None:
    body = (recordings / "mastodon/page/defuddle_comments--mastodon.social-_user-12345678.html").read_text()
    ref = PLATFORM.ref_from_url("https://mastodon.example/@alice/12345678")
    assert ref is not None
    post = read(body, ref)
    assert post is not None
    assert (post.handle, post.display_name) == ("alice@mastodon.example", "Alice")
    assert post.text is not None
    assert post.text.startswith("This is a sample post about something interesting. Check out this link!")
    assert post.links == ("https://example.com/interesting",)
    assert post.created_at == datetime(2026, 4, 20, 12, tzinfo=UTC)
    assert [(m.kind, m.alt) for m in post.media][:1] == [("photo", "A sample screenshot showing the project")]


# -- lists


def clues(handle: str = f"ana@{HOST}", year: int = 2023) -> Clues:
    return Clues(handle=handle, since=datetime(year, 5, 14, tzinfo=UTC), until=datetime(year, 5, 16, tzinfo=UTC))


def test_pages_that_list_an_accounts_posts() -> None:
    assert PLATFORM.archived_lists(clues()) == (
        f"https://{HOST}/@ana",
        f"https://{HOST}/@ana.rss",
        f"https://{HOST}/users/ana/outbox?page=true",
    )
    assert f"https://{HOST}/users/ana.atom" in PLATFORM.archived_lists(clues(year=2018))
    assert PLATFORM.archived_lists(clues("ana")) == ()


def test_an_accounts_page_lists_its_own_posts() -> None:
    body = (
        rendered(ID, "<p>One.</p>")
        + rendered("110372412617177782", "<p>Boosted.</p>", user="ben")
        + rendered("110372412617177783", "<p>Elsewhere.</p>").replace(HOST, "other.example")
        + rendered("110372412617177784", "<p>Two.</p>")
        + rendered("110372412617177784", "<p>Two.</p>")
    )
    posts = PLATFORM.read_archived_list(f"https://{HOST}/@Ana", copy(body))
    assert [(p.text, p.seen_in) for p in posts] == [("One.", "mastodon.list"), ("Two.", "mastodon.list")]
    assert all(p.created_at == MADE and p.handle == f"ana@{HOST}" for p in posts)


def test_feeds_outboxes_and_lists_of_the_api() -> None:
    feed = (
        f'<?xml version="1.0"?><rss><channel><item><link>{PAGE}</link>'
        "<pubDate>Mon, 15 May 2023 11:16:02 +0000</pubDate>"
        "<description>&lt;p&gt;Shut.&lt;/p&gt;</description></item></channel></rss>"
    )
    outbox = json.dumps({"type": "OrderedCollectionPage", "orderedItems": [{"type": "Create", "object": note()}, 1]})
    api_list = json.dumps([status(), {"id": 1}, status(reblog=status())])
    for url, body in (
        (f"https://{HOST}/@ana.rss", feed),
        (f"https://{HOST}/users/ana/outbox?page=true", outbox),
        (f"https://{HOST}/api/v1/accounts/1/statuses", api_list),
    ):
        [post] = PLATFORM.read_archived_list(url, copy(body))
        assert (post.key, post.handle) == (REF.key, f"ana@{HOST}")
        assert post.created_at is not None
    for body in ("", "{", "<html></html>", "<?xml ?>", '{"type":"Person"}', "null"):
        assert PLATFORM.read_archived_list(f"https://{HOST}/@ana", copy(body)) == ()
    assert PLATFORM.read_archived_list("nonsense", copy(feed)) == ()


# -- where copies may be


def mention(handle: str | None, **more: str) -> Mention:
    return Mention(source="a", platform="mastodon", handle=handle, rule="x", confidence=1.0, **more)


def test_where_an_accounts_copies_may_be() -> None:
    day = PLATFORM.day_range(date(2022, 11, 9))
    queries = PLATFORM.archive_queries(mention(f"ana@{HOST}"), day)
    assert [(q.prefix, q.since) for q in queries] == [
        (f"{HOST}/@ana/10931", "20221109"),
        (f"{HOST}/users/ana/statuses/10931", "20221109"),
    ]
    for handle in ("ana", None, "@", "ana@localhost"):
        assert PLATFORM.archive_queries(mention(handle), day) == ()
    [query] = PLATFORM.archive_queries(mention(f"ana@{HOST}", date="2016-12-01"), None)
    assert (query.prefix, query.since, query.until) == (f"{HOST}/@ana/", "20161130", "20170130")


def test_where_a_posts_copies_may_be() -> None:
    assert PLATFORM.archived_urls(REF) == (
        PAGE,
        f"https://{HOST}/users/ana/statuses/{ID}",
        f"{PAGE}/embed",
        f"https://{HOST}/api/v1/statuses/{ID}",
    )
    for url in ("https://notes.example/notes/9tht7ungi81f0005", f"https://social.example/@ana@other.example/{ID}"):
        ref = PLATFORM.ref_from_url(url)
        assert ref is not None
        assert PLATFORM.archived_urls(ref)[0] == url
    assert PLATFORM.archived_urls(PLATFORM.ref_from_id(ID)) == ()


# -- anything

FRAGMENT = st.sampled_from(
    [
        *("<div class='status'>", "<div class='detailed-status'>", "<div class='e-content'>", "</div>", "words", "<p>"),
        *(f"<a class='u-uid' href='{PAGE}'>", "<a class='u-url' href='http://[x'>", "</a>", "<time datetime='x'>"),
        *(
            "<time datetime='2023-05-15T11:16:02Z' class='dt-published'>",
            "<div data-props='{'>",
            "<meta property='og:url'>",
        ),
        *(f"<meta property='og:url' content='{PAGE}'>", "<meta property='og:description' content='a'>", "\x00", "&#0;"),
    ]
)


@given(st.lists(FRAGMENT, max_size=30).map("".join))
def test_any_page_is_read(page: str) -> None:
    post = read_page(page, REF, Server(host=HOST))
    assert post is None or post.id == ID
    PLATFORM.read_archived_list(f"https://{HOST}/@ana", copy(page))
    PLATFORM.read_archived(REF, copy(page))


@pytest.mark.parametrize(
    "page",
    [
        "<div class='status e-content'>" * 100_000 + "x",
        "<div class='status e-content'>" * 200 + "<b>x</b>" * 200_000,
        ("<div class='status'><a class=u-uid href='https://social.example/@ana/1'></a><p class=e-content>x</p></div>")
        * 20_000,
        "<meta property='og:url' content='"
        + PAGE
        + "'><meta property='og:description' content='"
        + "[ ] a\n" * 200_000
        + "'>",
    ],
    ids=["nested", "wide", "many", "preview"],
)
def test_hostile_pages_cost_no_more_than_their_length(page: str) -> None:
    started = process_time()
    read_page(page, REF, Server(host=HOST))
    assert process_time() - started < 5
