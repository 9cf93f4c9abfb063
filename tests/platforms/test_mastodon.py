"""The fediverse. Invariant: an embed is read on any server, and a path alone is no post."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms.mastodon import PLATFORM, ids

ID = "110372412617177781"
PAGE = f"https://social.example/@ana/{ID}"
BLOCKQUOTE = (
    f'<blockquote class="mastodon-embed" data-embed-url="{PAGE}/embed" style="margin: 0"> <a href="{PAGE}" '
    'target="_blank"> <svg viewBox="0 0 79 75"><path d="M63"/></svg> <div>Post by @ana@home.example</div> <div>View on '
    'Mastodon</div> </a> </blockquote> <script data-allowed-prefixes="https://social.example/" async '
    'src="https://social.example/embed.js"></script>'
)
SIGNED = (
    '<div class="mastodon-embed"><p>The bridge is <a href="https://social.example/tags/open">#open</a>: '
    '<a href="https://news.example/b">news.example/b</a></p><p>— Ana Example (@ana@social.example) '
    f'<a href="{PAGE}">15 de maio de 2023</a></p></div>'
)
FORUM = (
    f'<iframe data-s9e-mediaembed="mastodon" src="https://s9e.github.io/iframe/2/mastodon.min.html#ana/{ID}"></iframe>'
)


def found(html: str) -> list[Mention]:
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=f"<body><p>Before.</p>{html}</body>"))


def in_text(text: str) -> list[Mention]:
    return find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text))


@pytest.mark.parametrize(
    ("embed", "handle", "url"),
    [
        (BLOCKQUOTE, "ana@home.example", PAGE),
        (BLOCKQUOTE.replace(f' data-embed-url="{PAGE}/embed"', ""), "ana@home.example", PAGE),
        (f'<iframe src="{PAGE}/embed" class="mastodon-embed" width="400"></iframe>', "ana@social.example", PAGE),
        (f'<iframe class="mastodon-embed lazyload" data-src="{PAGE}/embed"></iframe>', "ana@social.example", PAGE),
        (f'<div class="mastodon-embed"><iframe src="{PAGE}/embed"></iframe></div>', "ana@social.example", PAGE),
        (f'<embetty-mastodon status="{PAGE}"></embetty-mastodon>', "ana@social.example", PAGE),
        (FORUM, "ana@mastodon.social", f"https://mastodon.social/@ana/{ID}"),
        (
            f'<iframe class="pixelfed__embed" src="https://photos.example/p/ana/{ID}/embed?caption=true"></iframe>',
            "ana@photos.example",
            f"https://photos.example/p/ana/{ID}",
        ),
        (SIGNED, "ana@social.example", PAGE),
        (f"<p>{PAGE}</p>", "ana@social.example", PAGE),
        (f'<p><a href="{PAGE}">social.example/@ana/1103…</a></p>', "ana@social.example", PAGE),
    ],
)
def test_embeds(embed: str, handle: str, url: str) -> None:
    [mention] = found(embed)
    assert (mention.platform, mention.post_id, mention.handle, mention.url) == ("mastodon", ID, handle, url)
    if embed is not SIGNED:
        assert (mention.text, mention.date) == (None, None)


def test_a_note_of_misskey() -> None:
    [mention] = found(
        '<iframe src="https://notes.example/embed/notes/9tht7ungi81f0005" data-misskey-embed-id="v1_x"></iframe>'
    )
    assert (mention.platform, mention.post_id, mention.handle) == ("mastodon", "9tht7ungi81f0005", None)
    assert mention.url == "https://notes.example/notes/9tht7ungi81f0005"


@pytest.mark.parametrize("embed", [SIGNED, SIGNED.replace("div", "blockquote").replace(' class="mastodon-embed"', "")])
def test_quotations_that_authors_made(embed: str) -> None:
    [mention] = found(embed)
    assert (mention.display_name, mention.date, mention.date_basis) == ("Ana Example", "2023-05-15", "viewer")
    assert mention.text == "The bridge is #open: news.example/b"
    assert mention.links == ("https://news.example/b",)


@pytest.mark.parametrize(
    "html",
    [
        f'<p>As <a href="{PAGE}">she wrote</a> on Monday, the bridge is open.</p>',
        f'<blockquote>As <a href="{PAGE}">she wrote</a>, the bridge is open.</blockquote>',
        '<a rel="me" href="https://social.example/@ana">Mastodon</a>',
        '<div class="mastodon-embed">Loading…</div>',
        f'<p>See <a href="{PAGE}">{PAGE}</a></p>',
        f'<p><a href="{PAGE}">@ana</a></p>',
        "<p>https://news.example/@ana/12</p>",
        "<p>ana@social.example</p>",
        '<iframe class="mastodon-embed" src="https://social.example/@ana/embed"></iframe>',
        f'<div class="toot"><a href="{PAGE}">15 May</a></div>',
        '<iframe src="https://photos.example/ana/embed" class="pixelfed__embed"></iframe>',
        '<iframe src="https://notes.example/embed/user-timeline/9bjv3n9376" data-misskey-embed-id="v1_x"></iframe>',
        f'<iframe data-s9e-mediaembed="other" src="https://s9e.github.io/iframe/2/other.min.html#ana/{ID}"></iframe>',
    ],
)
def test_what_is_no_embed(html: str) -> None:
    assert found(html) == []


def test_the_embeds_two_lines_end_the_sentence_before() -> None:
    text = "It rained all day. Post by @ana@social.example View on Mastodon And then it stopped."
    [mention] = in_text(text)
    assert mention.start is not None
    assert text[mention.start : mention.end] == "Post by @ana@social.example View on Mastodon"
    assert (mention.handle, mention.text) == ("ana@social.example", None)


def test_two_embeds_in_a_row() -> None:
    text = "Post by @ana@social.exampleView on Mastodon\nPost by @ben@other.exampleView on Mastodon\n"
    assert [m.handle for m in in_text(text)] == ["ana@social.example", "ben@other.example"]


def test_a_signature_with_an_account() -> None:
    post = "The bridge is open.\n— Ana Example (@ana@social.example) November 20, 2024, 15:02"
    text = f"The council met on Monday.\n\n{post}\n\nThe next meeting is in March."
    [mention] = in_text(text)
    assert (mention.platform, mention.handle, mention.display_name) == ("mastodon", "ana@social.example", "Ana Example")
    assert (mention.date, mention.text) == ("2024-11-20", "The bridge is open.")
    assert text[mention.start : mention.end] == post


@pytest.mark.parametrize(
    "text",
    [
        "— Ana Example (ana@paper.example) November 9, 2022",
        "You can follow her as @ana@social.example.",
        "Ana Example is on Mastodon: @ana@social.example",
        "Mail: ana@paper.example, View on Mastodon",
    ],
)
def test_accounts_and_addresses_are_no_posts(text: str) -> None:
    assert in_text(f"The council met on Monday.\n\n{text}\n\nThe next meeting is in March.") == []


@pytest.mark.parametrize(
    ("post_id", "moment"),
    [
        ("110372412617177781", datetime(2023, 5, 15, 11, 16, 2, 444000, UTC)),
        ("100254678717223630", datetime(2018, 6, 23, 14, 43, 15, 74000, UTC)),
        ("9tht7ungi81f0005", datetime(2024, 5, 20, 0, 46, 4, 780000, UTC)),
        ("01HZY3CQXVJ5P8TB3H9YQ4M5RK", datetime(2024, 6, 9, 8, 56, 12, 987000, UTC)),
        ("1234567", None),
        ("99999999999999999999", None),
        ("", None),
    ],
)
def test_ids_carry_the_time(post_id: str, moment: datetime | None) -> None:
    made = PLATFORM.time_of(post_id)
    assert (made is None) == (moment is None)
    if made is not None and moment is not None:
        assert abs((made - moment).total_seconds()) < 0.001


def test_the_ids_of_a_day() -> None:
    ids = PLATFORM.day_range(date(2022, 11, 9))
    assert ids is not None
    assert (ids.first, ids.last) == (109310902272000000, 109316564582399999)
    wider = PLATFORM.day_range(date(2022, 11, 9), slack_hours=12)
    assert wider is not None
    assert "109310902271999999" in wider
    assert PLATFORM.day_range(date(2010, 1, 1)) is None


@pytest.mark.parametrize(
    ("url", "scope"),
    [
        (PAGE, "social.example"),
        (f"https://Social.Example/@ana@other.example/{ID}", "social.example"),
        (f"https://social.example/@ana@social.example/{ID}", "social.example"),
        ("https://notes.example/notes/9tht7ungi81f0005", "notes.example"),
        (f"https://photos.example/p/ana/{ID}", "photos.example"),
        ("https://www.gab.com/ana/posts/107163961867310434", "gab.com"),
    ],
)
def test_an_id_is_one_servers(url: str, scope: str) -> None:
    ref = PLATFORM.ref_from_url(url)
    assert ref is not None
    assert (ref.scope, ref.key) == (scope, f"mastodon:{scope}/{ref.id}")
    again = PLATFORM.ref_from_url(ref.url)
    assert again == ref


@pytest.mark.parametrize(
    ("post_id", "path"),
    [
        (ID, f"/@ana/{ID}"),
        ("1234567", "/@ana/1234567"),
        ("01HZY3CQXVJ5P8TB3H9YQ4M5RK", "/@ana/statuses/01HZY3CQXVJ5P8TB3H9YQ4M5RK"),
        ("9tht7ungi81f0005", "/notes/9tht7ungi81f0005"),
        ("AZQpXk2fBvGcYwTrLm", "/notice/AZQpXk2fBvGcYwTrLm"),
        ("0b6a1f9e-3c52-4a57-9d3e-5f1c2b7a8e90", "/objects/0b6a1f9e-3c52-4a57-9d3e-5f1c2b7a8e90"),
    ],
)
def test_a_handle_with_its_server_makes_the_permalink_of_the_ids_program(post_id: str, path: str) -> None:
    ref = PLATFORM.ref_from_id(post_id, "ana@Social.example")
    assert (ref.url, ref.scope, ref.handle) == (f"https://social.example{path}", "social.example", "ana@Social.example")
    again = PLATFORM.ref_from_url(ref.url)
    assert again is not None
    assert again.key == ref.key
    assert PLATFORM.ref_from_id(post_id, "ana").scope is None


@given(
    st.integers(1_600_000_000_000, 3_700_000_000_000),
    st.sampled_from([ID, "01HZY3CQXVJ5P8TB3H9YQ4M5RK", "9tht7ungi81f0005", "9tht7ungi8", "AZQpXk2fBvGcYwTrLm"]),
)
def test_ids_made_for_a_time_carry_it(milliseconds: int, like: str) -> None:
    moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
    made = ids.first_at(moment, like)
    assert made is not None
    assert len(made) == len(like)
    assert ids.time_of(made) == moment
    assert ids.first_at(moment, "no id at all") is None


@given(st.text(max_size=60))
def test_any_text_is_read_or_left(tail: str) -> None:
    ref = PLATFORM.ref_from_url("https://social.example/" + tail)
    assert ref is None or PLATFORM.ref_from_url(ref.url) == ref
    PLATFORM.time_of(tail)
