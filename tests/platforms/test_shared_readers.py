"""What several platforms read alike: preview lines, JSON-LD, values in scripts, fragments, charsets, Meta's oEmbed.

Invariant: nothing here raises, whatever the page holds, and what is read is there to be read.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archiver.model import AnswerKind, Media, Mention, Post, PostRef, State
from archiver.platforms import captured, fullest, jsonld, meta_graph, pages, payload, platforms, slugs
from archiver.platforms.fragments import outward, words_in, words_of
from archiver.platforms.idtimes import older_than_its_id
from archiver.platforms.preview import Preview, named_by, preview, whole
from tests.platforms.driving import exchange

GRAPH = "https://graph.facebook.com/v26.0/instagram_oembed?url=x"


def parsed(markup: str) -> LexborHTMLParser:
    return LexborHTMLParser(markup)


# -- preview lines


def test_the_first_line_of_a_name_counts_and_entities_are_decoded() -> None:
    page = parsed(
        '<head><meta property="og:title" content="Ana &amp; Bo (&#064;ana)"><meta name="og:title" content="later">'
        '<meta property="og:image" content="javascript:alert(1)"><meta name="twitter:title" content="Another">'
        '<meta property="og:description" content="two&#10;lines"><link rel="canonical" href="https://x.example/1">'
    )
    found = preview(page)
    assert (found.title, found.other_title) == ("Ana & Bo (@ana)", "Another")
    assert (found.description, found.image, found.url) == ("two\nlines", None, "https://x.example/1")


def test_a_page_that_names_something_else_is_not_the_posts() -> None:
    def read(url: str) -> PostRef | None:
        return PostRef(platform="x", id=url[-1], url=url) if url[-1].isdecimal() else None

    at = "https://x.example/7"
    assert named_by(Preview(), at, read) == read(at)
    assert named_by(Preview(url="https://x.example/8"), at, read) == read("https://x.example/8")
    assert named_by(Preview(url="https://x.example/ana"), at, read) is None


@pytest.mark.parametrize(("text", "told"), [("all of it.", True), ("cut…", False), ('cut..."', False), (None, True)])
def test_a_text_that_says_it_is_cut(text: str | None, told: bool) -> None:
    assert whole(text) is told


# -- JSON-LD


def ld(value: Any) -> LexborHTMLParser:
    return parsed(f'<script type="application/ld+json">{json.dumps(value)}</script>')


def test_postings_are_read_in_every_shape_of_their_members() -> None:
    [first, second] = jsonld.postings(
        ld(
            {
                "@graph": [
                    {"@type": "WebSite", "url": "https://x.example/"},
                    {
                        "@type": ["Thing", "SocialMediaPosting"],
                        "url": "https://x.example/1",
                        "author": [{"name": "Ana", "url": "https://x.example/ana", "alternateName": "@ana"}],
                        "datePublished": "2022-11-09T10:00:00+02:00",
                        "articleBody": "The bridge is open.",
                        "image": {"@list": ["https://x.example/a.jpg", {"url": "https://x.example/b.jpg"}, 7]},
                        "comment": [{"@type": "Comment", "text": "no"}],
                    },
                    {"@type": "VideoObject", "uploadDate": "2022-11-09", "contentUrl": "https://x.example/v.mp4"},
                ]
            }
        )
    )
    assert (first.author, first.author_handle, first.text) == ("Ana", "ana", "The bridge is open.")
    assert first.published == datetime(2022, 11, 9, 8, tzinfo=UTC)
    assert first.images == ("https://x.example/a.jpg", "https://x.example/b.jpg")
    assert (second.day, second.videos, second.author) == ("2022-11-09", ("https://x.example/v.mp4",), None)


@given(
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["@type", "@graph", "author", "name", "image", "url", "text", "@list", "identifier"]),
                inner | st.just("SocialMediaPosting"),
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_no_json_ld_breaks_the_reading(value: Any) -> None:
    """Invariant: whatever the object holds, the postings in it are read or left."""
    for posting in jsonld.postings(ld(value)):
        assert posting.kind in jsonld.POSTINGS


# -- values in scripts


def test_values_are_read_as_far_as_they_go() -> None:
    source = 'a(); window.DATA = {"n": [1, {"m": "}"}]}; DATA = 7; "inner":"{\\"deep\\": true}" , DATA ='
    assert list(payload.values_after(source, "DATA")) == [{"n": [1, {"m": "}"}]}, 7]
    page = parsed(f"<script>{source}</script><script>needle 'x'</script>")
    assert list(payload.script_values(page, "needle", ['"inner":'])) == []
    assert list(
        payload.script_values(parsed('<script>x("inner":"{\\"deep\\":true}")</script>'), "deep", ['"inner":'])
    ) == [{"deep": True}]


def test_objects_come_in_order_and_nesting_is_bounded() -> None:
    value = {"a": {"b": [{"c": 1}, {"d": 2}]}, "e": {"f": 3}}
    assert [next(iter(found)) for found in payload.objects(value)] == ["a", "b", "c", "d", "f"]
    deep: Any = {}
    for _ in range(5000):
        deep = {"x": deep}
    assert sum(1 for _ in payload.objects(deep)) == 5001


def test_deep_json_is_no_value() -> None:
    assert payload.value_at("[" * 200_000, 0) is None


@pytest.mark.parametrize(
    ("text", "found"), [("/p/CuE2/", True), ("CuE2", True), ("xCuE2", False), ("CuE2-x CuE2_", False), ("", False)]
)
def test_an_identifier_stands_by_itself(text: str, found: bool) -> None:
    assert payload.names(text, "CuE2") is found
    assert payload.names(text, "") is False


# -- fragments and slugs


def test_words_are_as_a_reader_sees_them() -> None:
    words = words_of(
        "<p>Two &amp; two<br>lines</p><p>and <a href='https://l.facebook.com/l.php?u=https%3A%2F%2Fnews.example%2Fa"
        "%3Fb%3D1%26fbclid%3DIw'>news.example</a></p><script>no</script>"
    )
    assert words.text == "Two & two\nlines\n\nand news.example"
    assert words.links == ("https://news.example/a?b=1",)


def test_what_is_not_the_posts_own_is_left_out() -> None:
    node = parsed('<div id=a>Said <b class=more>See more</b> <a href="/x">x</a></div>').css_first("#a")
    assert node is not None
    found = words_in(node, without=".more", base="https://x.example/y")
    assert (found.text, found.links) == ("Said x", ("https://x.example/x",))


@pytest.mark.parametrize(
    ("href", "leads"),
    [
        ("https://news.example/?fbclid=1", "https://news.example/"),
        ("https://news.example/?fbclid=1&b=2", "https://news.example/?b=2"),
        ("https://news.example/?a=1&trk=x&b=2", "https://news.example/?a=1&b=2"),
        ("https://news.example/?a=trk", "https://news.example/?a=trk"),
    ],
)
def test_trackers_are_cut(href: str, leads: str) -> None:
    assert outward(href) == leads


@pytest.mark.parametrize(
    ("slug", "words"),
    [("the-bridge-is-open", "the bridge is open"), ("%D0%BC%D0%BE%D1%81%D1%82", "мост"), ("1-2", None), (None, None)],
)
def test_words_in_a_slug(slug: str | None, words: str | None) -> None:
    assert slugs.words(slug) == words


# -- pages


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("<p>Мост</p>".encode("windows-1251"), "text/html; charset=windows-1251", "<p>Мост</p>"),
        (
            b'<meta charset="windows-1251">' + "Мост".encode("windows-1251"),
            "text/html",
            '<meta charset="windows-1251">Мост',
        ),
        ("<p>Мост</p>".encode(), "text/html", "<p>Мост</p>"),
        (b"<p>x</p>", "text/html; charset=hex", "<p>x</p>"),
        (b"<p>\xff</p>", 'text/html; charset="no-such"', "<p>\ufffd</p>"),
    ],
)
def test_a_page_is_read_in_its_letters(body: bytes, content_type: str, text: str) -> None:
    assert pages.page_text(exchange("https://x.example/", body, content_type=content_type)) == text


def test_a_page_that_is_none() -> None:
    assert pages.page_of(exchange("https://x.example/", b"plain words")) is None
    assert pages.page_of(exchange("https://x.example/", b"")) is None


# -- one record from several


def post(**members: Any) -> Post:
    return Post(**({"platform": "x", "id": "1", "url": "https://x.example/1"} | members))


def test_the_fullest_record_is_filled_from_the_others() -> None:
    photo = Media(kind="photo", url="https://x.example/a.jpg")
    found = fullest.combined(
        [
            post(display_name="Ana", text="cut…", text_complete=False, seen_in="x.page"),
            post(text="all of it", handle="ana", seen_in="x.embed"),
            post(id="2", account_id="9", seen_in="x.other"),
            post(media=(photo,), seen_in="x.more"),
        ]
    )
    assert found is not None
    assert (found.text, found.text_complete, found.handle, found.display_name) == ("all of it", True, "ana", "Ana")
    assert (found.account_id, found.media, found.seen_in) == (None, (photo,), "x.embed+x.page+x.more")
    assert fullest.combined([]) is None


# -- ids that carry a time


def test_a_record_older_than_its_id_contradicts_itself() -> None:
    made = datetime(2023, 6, 29, 13, 21, tzinfo=UTC)
    assert older_than_its_id(post(created_at=made), made) == ()
    assert older_than_its_id(post(created_at=datetime(2023, 7, 9, tzinfo=UTC)), made) == ()
    assert older_than_its_id(post(), made) == older_than_its_id(post(created_at=made), None) == ()
    [said] = older_than_its_id(post(created_at=datetime(2023, 6, 20, tzinfo=UTC)), made)
    assert "2023-06-20" in said
    assert "2023-06-29" in said
    for name, code in (("instagram", "CuE2WNQs6vH"), ("threads", "CuE2WNQs6vH"), ("weibo", "4910815147462302")):
        platform = platforms()[name]
        assert platform.contradictions(post(id=code, created_at=datetime(2020, 1, 1, tzinfo=UTC)))
        assert not platform.contradictions(post(id=code, created_at=platform.time_of(code)))


# -- captures


@pytest.mark.parametrize(
    ("date", "published", "days"),
    [
        ("2022-11-09", "2022-11-20", ("20221108", "20230108")),
        ("2022-11-09T10:00:00Z", None, ("20221108", "20230108")),
        (None, "2022-11-20", ("20220921", "20230119")),
        ("yesterday", None, None),
        (None, None, None),
    ],
)
def test_days_of_capture(date: str | None, published: str | None, days: tuple[str, str] | None) -> None:
    mention = Mention(source="a", platform="x", rule="r", confidence=1, date=date, published=published)
    assert captured.capture_days(mention) == days


# -- Meta's oEmbed


def graph(body: Any, status: int = 200) -> Any:
    data = json.dumps(body) if not isinstance(body, str | bytes) else body
    return meta_graph.read(exchange(GRAPH, data, status), names=lambda html: "CuE2" in html)


def error(code: object, **more: object) -> dict[str, Any]:
    return {"error": {"message": "told so", "type": "OAuthException", "code": code} | more}


def test_an_embed_says_that_the_post_is_public() -> None:
    answer = graph({"html": "<blockquote data-instgrm-permalink='…/p/CuE2/'>", "type": "rich"})
    assert (answer.state, answer.kind, answer.post) == (State.LIVE, AnswerKind.STATED, None)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (error(24, error_subcode=2207045), 400, AnswerKind.UNSAID),
        (error(100), 400, AnswerKind.UNSAID),
        (error(803), 404, AnswerKind.UNSAID),
        (error(4), 403, AnswerKind.REFUSED),
        (error(613), 400, AnswerKind.REFUSED),
        (error(80004), 400, AnswerKind.REFUSED),
        (error(190), 400, AnswerKind.REFUSED),
        (error(200), 403, AnswerKind.REFUSED),
        (error(2), 500, AnswerKind.FAILED),
        (error(987_654), 400, AnswerKind.UNEXPECTED),
        (error("100"), 400, AnswerKind.UNEXPECTED),
        ({"html": "<blockquote>another</blockquote>"}, 200, AnswerKind.UNEXPECTED),
        ({}, 200, AnswerKind.UNEXPECTED),
        ({}, 404, AnswerKind.UNEXPECTED),
        ({"html": 7}, 200, AnswerKind.UNEXPECTED),
        ("<html>no</html>", 500, AnswerKind.FAILED),
        ("", 429, AnswerKind.REFUSED),
        ("<title>Just a moment...</title>", 403, AnswerKind.REFUSED),
    ],
)
def test_metas_errors_by_their_code(body: Any, status: int, kind: AnswerKind) -> None:
    answer = graph(body, status)
    assert answer.kind is kind
    assert not answer.state.missing
