"""Bluesky. Invariant: a post's key is read from every form that names it, and what an embed shows is kept as shown."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms.bluesky import PLATFORM

DID = "did:plc:abcdefghijklmnopqrstuvwx"
KEY = "3l3vgf77uco2g"
URI = f"at://{DID}/app.bsky.feed.post/{KEY}"
URL = f"https://bsky.app/profile/{DID}/post/{KEY}"
PROFILE = f"https://bsky.app/profile/{DID}?ref_src=embed"
EMBED = (
    f'<blockquote class="bluesky-embed" data-bluesky-uri="{URI}" data-bluesky-cid="bafy"><p lang="en">The bridge '
    f'is open &amp; dry.<br><br><a href="{URL}?ref_src=embed">[image or embed]</a></p>&mdash; Ana Example '
    f'(<a href="{PROFILE}">@ana.example.org</a>) <a href="{URL}?ref_src=embed">March 8, 2025 at 4:00 PM</a>'
    "</blockquote>"
)
OEMBED = (
    f'<blockquote class="bluesky-embed" data-bluesky-uri="{URI}"><p>The bridge is open.</p>&mdash; <a href="{PROFILE}">'
    f'Ana Example (@ana.example.org)</a> <a href="{URL}?ref_src=embed">2025-03-08T22:14:06.000Z</a></blockquote>'
)
UNSIGNED = (
    f'<blockquote class="bluesky-embed" data-bluesky-uri="{URI}"><p>Thanks, @ben.example.org</p>'
    f'<a href="{URL}">March 8, 2025</a></blockquote>'
)
COMPONENT = (
    f'<bluesky-post src="{URI}"><blockquote class="bluesky-post-fallback"><p>Open.</p>— Ana (@ana.example.org) '
    f'<a href="{URL}">Jul 5, 2025, 10:00 AM</a></blockquote></bluesky-post>'
)


def found(html: str) -> list[Mention]:
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=f"<body><p>Before.</p>{html}</body>"))


def test_the_apps_embed() -> None:
    [mention] = found(EMBED)
    assert (mention.platform, mention.post_id, mention.url) == ("bluesky", KEY, URL)
    assert (mention.handle, mention.display_name) == ("ana.example.org", "Ana Example")
    assert mention.text == "The bridge is open & dry."
    assert (mention.date, mention.date_basis) == ("2025-03-08", "viewer")


def test_the_endpoints_embed() -> None:
    [mention] = found(OEMBED)
    assert (mention.handle, mention.display_name, mention.text) == (
        "ana.example.org",
        "Ana Example",
        "The bridge is open.",
    )
    assert (mention.date, mention.date_basis) == ("2025-03-08T22:14:06Z", "utc")


@pytest.mark.parametrize(
    ("embed", "field", "value"),
    [
        (EMBED.replace(f' data-bluesky-uri="{URI}"', ""), "url", URL),
        (EMBED.replace(f' data-bluesky-uri="{URI}"', "").replace(' class="bluesky-embed"', ""), "post_id", KEY),
        (EMBED.replace(URI, f"https://bsky.app/profile/ana.example.org/post/{KEY}"), "post_id", KEY),
        (
            f'<blockquote class="bluesky-embed" data-bluesky-uri="{URI}"></blockquote>',
            "handle",
            None,
        ),
        (EMBED.replace("Ana Example", "Ana — Town (River) @home"), "display_name", "Ana — Town (River) @home"),
        (EMBED.replace("Ana Example", "@ana"), "display_name", "@ana"),
        (EMBED.replace("Ana Example (", "(").replace("&mdash; ", "&mdash; "), "display_name", None),
        (OEMBED.replace("Ana Example (@ana.example.org)", "@ana.example.org"), "handle", "ana.example.org"),
        (OEMBED.replace("Ana Example (@ana.example.org)", "@ana.example.org"), "text", "The bridge is open."),
        (EMBED.replace("@ana.", "\n @ana.").replace("org</a>", "org\n</a>"), "handle", "ana.example.org"),
        (EMBED.replace("March 8, 2025 at 4:00 PM", "2025年3月8日 17:24"), "date", "2025-03-08"),
        (EMBED.replace("March 8, 2025 at 4:00 PM", "8 Mar 2025 at 16:00"), "date", "2025-03-08"),
        (EMBED.replace("March 8, 2025 at 4:00 PM", "8. März 2025 um 16:00"), "date", "2025-03-08"),
        (EMBED.replace(f'<a href="{URL}?ref_src=embed">March', "<a>March"), "date", "2025-03-08"),
        (EMBED.replace(f'<a href="{URL}?ref_src=embed">March', "<a>March"), "display_name", "Ana Example"),
        (EMBED.replace("The bridge is open &amp; dry.", ""), "text", None),
        (EMBED.replace("&mdash;", "-"), "display_name", "Ana Example"),
        (EMBED.replace("Ana Example (", "Ana Example<br>("), "display_name", "Ana Example"),
        (UNSIGNED, "text", "Thanks, @ben.example.org"),
        (UNSIGNED, "handle", None),
        (COMPONENT, "date", "2025-07-05"),
        (f'<div class="bluesky-embed"><iframe data-bluesky-uri="{URI}" src="x.html"></iframe></div>', "url", URL),
    ],
)
def test_variants(embed: str, field: str, value: str | None) -> None:
    [mention] = found(embed)
    assert mention.post_id == KEY
    assert getattr(mention, field) == value


def test_a_newsletters_record() -> None:
    [mention] = found(
        f'<div class="bluesky-wrap outer" data-component-name="BlueskyCreateBlueskyEmbed" data-attrs="{{&quot;postId'
        f"&quot;:&quot;{KEY}&quot;,&quot;authorDid&quot;:&quot;{DID}&quot;,&quot;authorName&quot;:&quot;Ana&quot;,&quot;"
        "authorHandle&quot;:&quot;ana.example.org&quot;,&quot;text&quot;:&quot;Open.\\nDry.&quot;,&quot;createdAt&quot;"
        f':&quot;2025-12-13T14:15:16.017Z&quot;}}"><iframe src="https://embed.bsky.app/embed/{DID}/app.bsky.feed.post/{KEY}'
        '?id=1"></iframe></div>'
    )
    assert (mention.post_id, mention.url, mention.handle) == (KEY, URL, "ana.example.org")
    assert (mention.display_name, mention.text, mention.date) == ("Ana", "Open.\nDry.", "2025-12-13T14:15:16Z")


def test_a_time_without_zone_is_no_instant() -> None:
    [mention] = found(f'<div data-attrs=\'{{"uri":"{URI}","createdAt":"2025-12-13T14:15:16"}}\'></div>')
    assert (mention.post_id, mention.date) == (KEY, None)


@pytest.mark.parametrize(
    "html",
    [
        f'<blockquote>She <a href="{URL}">wrote there</a> that the bridge is open.</blockquote>',
        '<blockquote class="bluesky-embed"><p>Follow us</p></blockquote>',
        '<div data-bluesky-uri="at://did:plc:abcdefghijklmnopqrstuvwx/app.bsky.feed.generator/news"></div>',
        '<a href="https://bsky.app/profile/ana.example.org">Bluesky</a>',
        f'<div data-attrs=\'{{"postId":"{KEY}","authorDid":"{DID}"}}\'></div>',
        '<div data-attrs=\'{"uri":5,"url":["x"]}\' data-component-name="BlueskyCreateBlueskyEmbed"></div>',
    ],
)
def test_what_is_no_embed(html: str) -> None:
    assert found(html) == []


BEFORE = "The council met on Monday to talk about the bridge, and the debate went on until late."
AFTER = "The next meeting is in March."


def in_text(text: str) -> list[Mention]:
    return find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text))


@pytest.mark.parametrize(
    ("post", "name", "day"),
    [
        (
            "WORDS [image or embed]\n\n— Ana Example (@ana.example.org) October 30, 2024 at 3:02 PM",
            "Ana Example",
            "2024-10-30",
        ),
        ("WORDS\n— Ana Example (@ana.example.org) 2024-11-20T15:02:11.000Z", "Ana Example", "2024-11-20"),
        ("WORDS[image or embed]— Ana Example (@ana.example.org) 30 October 2024 at 15:02", "Ana Example", "2024-10-30"),
        ("WORDS\n\n— 例 (@ana.example.org) 2024年10月30日 15:02", "例", "2024-10-30"),
        ("WORDS\n— Ana Example (@ana.example.org) 30. Oktober 2024 um 15:02", "Ana Example", "2024-10-30"),
        (
            "WORDS\n\n\\[image or embed\\]\n\n— Ana Example (@ana.example.org) 30 oct. 2024 à 15:02",
            "Ana Example",
            "2024-10-30",
        ),
        ("WORDS\n— @ana.example.org 2024-11-20T15:02:11.000Z", None, "2024-11-20"),
    ],
)
def test_what_is_left_of_the_embed_in_text(post: str, name: str | None, day: str) -> None:
    post = post.replace("WORDS", "The bridge is open again, thanks to all of you!")
    text = f"{BEFORE}\n\n{post}\n\n{AFTER}"
    [mention] = in_text(text)
    assert (mention.platform, mention.handle, mention.display_name) == ("bluesky", "ana.example.org", name)
    assert (mention.date or "")[:10] == day
    assert mention.text == "The bridge is open again, thanks to all of you!"
    assert text[mention.start : mention.end] == post


def test_the_embed_as_markdown() -> None:
    post = (
        f"The bridge is open.\n\n[[image or embed]]({URL}?ref_src=embed)\n\n— Ana Example "
        f"([@ana.example.org]({PROFILE})) [March 8, 2025 at 4:00 PM]({URL}?ref_src=embed)"
    )
    [mention] = in_text(f"{BEFORE}\n\n{post}\n\n{AFTER}")
    assert (mention.handle, mention.display_name, mention.date) == ("ana.example.org", "Ana Example", "2025-03-08")
    assert (mention.post_id, mention.text) == (KEY, "The bridge is open.")


@pytest.mark.parametrize(
    "text",
    [
        "— The Sample Daily (daily.example.com) November 9, 2022",
        "Follow Ana Example (@ana.bsky.social) on Bluesky.",
        "Ana Example is a reporter. Bluesky: @ana.bsky.social",
        "Ana Example (ana@daily.example.com) November 9, 2022",
    ],
)
def test_names_and_addresses_are_no_posts(text: str) -> None:
    assert in_text(f"{BEFORE}\n\n{text}\n\n{AFTER}") == []


@pytest.mark.parametrize("actor", [DID, "ana.example.org"])
def test_at_uris(actor: str) -> None:
    ref = PLATFORM.ref_from_url(f"at://{actor}/app.bsky.feed.post/{KEY}")
    assert ref is not None
    assert (ref.id, ref.url) == (KEY, f"https://bsky.app/profile/{actor}/post/{KEY}")
    assert PLATFORM.ref_from_url(f"at://{actor}/app.bsky.graph.list/{KEY}") is None


@pytest.mark.parametrize(
    ("key", "moment"),
    [
        ("3l3vgf77uco2g", datetime(2024, 9, 11, 17, 11, 56, 350000, UTC)),
        ("3mobxazawuy2b", datetime(2026, 6, 14, 23, 45, 27, 737000, UTC)),
        ("self", None),
        ("3L3VGF77UCO2G", None),
        ("2222222222222", None),
    ],
)
def test_keys_carry_the_time(key: str, moment: datetime | None) -> None:
    made = PLATFORM.time_of(key)
    assert (made is None) == (moment is None)
    if made is not None and moment is not None:
        assert abs((made - moment).total_seconds()) < 0.001


@given(st.text(max_size=80))
def test_any_text_is_read_or_left(tail: str) -> None:
    ref = PLATFORM.ref_from_url("https://bsky.app/profile/" + tail)
    assert ref is None or PLATFORM.ref_from_url(ref.url) is not None
    PLATFORM.time_of(tail)


CID = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"


@pytest.mark.parametrize(
    ("embed", "content_id"),
    [
        (EMBED.replace('"bafy"', f'"{CID}"'), CID),
        (EMBED, None),
        (EMBED.replace('"bafy"', f'"{CID}x"'), None),
        (EMBED.replace('"bafy"', f'"{CID}"').replace(f' data-bluesky-uri="{URI}"', ""), None),
        (OEMBED, None),
        (f'<div><iframe data-bluesky-uri="{URI}" data-bluesky-cid="{CID}" src="x.html"></iframe></div>', CID),
    ],
)
def test_the_hash_of_what_was_embedded_is_kept(embed: str, content_id: str | None) -> None:
    [mention] = found(embed)
    assert (mention.post_id, mention.content_id) == (KEY, content_id)


def test_a_hash_that_only_a_copy_of_the_embed_has_is_kept() -> None:
    [mention] = found(EMBED + EMBED.replace('"bafy"', f'"{CID}"'))
    assert (mention.times, mention.content_id) == (2, CID)


def test_recorded_embeds_keep_their_hash(recordings: Path) -> None:
    for file in sorted((recordings / "bluesky/embed_html").glob("*.html")):
        page = file.read_text("utf-8")
        [mention] = found(page)
        assert mention.content_id is not None
        assert f'data-bluesky-cid="{mention.content_id}"' in page


@pytest.mark.parametrize(
    ("url", "scope"),
    [
        (URL, DID),
        (URI, DID),
        (f"https://bsky.app/profile/Ana.Example.org/post/{KEY}", "ana.example.org"),
        (f"https://bsky.app/profile/handle.invalid/post/{KEY}", None),
    ],
)
def test_within_what_a_key_is_unique(url: str, scope: str | None) -> None:
    ref = PLATFORM.ref_from_url(url)
    assert ref is not None
    assert ref.scope == scope
    assert ref.key == (f"bluesky:{scope}/{KEY}" if scope else f"bluesky:{KEY}")


def test_references_from_keys() -> None:
    assert PLATFORM.ref_from_id(KEY, DID) == PLATFORM.ref_from_url(URL) == PLATFORM.ref_from_id(f"{DID}/{KEY}")
    named = PLATFORM.ref_from_id(KEY, "Ana.Example.org")
    assert (named.handle, named.scope) == ("Ana.Example.org", "ana.example.org")
    bare = PLATFORM.ref_from_id(KEY)
    assert (bare.url, bare.handle, bare.scope) == ("", None, None)
    assert PLATFORM.ref_from_id(KEY, "handle.invalid").scope is None
