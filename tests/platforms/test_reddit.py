"""Reddit: embeds of every age with title, author and post, what they leave in text, and what only names somebody there.

Invariant of `ref_from_url`: whatever it reads, its canonical permalink is read as the same post.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms.reddit import PLATFORM

URL = "https://www.reddit.com/r/bridges/comments/1a2b3c4/the_bridge_this_morning/"
USER = "https://www.reddit.com/user/ana_example/"
SUB = '<a href="https://www.reddit.com/r/bridges/">r/bridges</a>'


def in_html(markup: str) -> list[Mention]:
    html = f"<html><body><main><p>The council met.</p>{markup}<p>It rained.</p></main></body></html>"
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=html), platforms=[PLATFORM])


def in_text(text: str) -> list[Mention]:
    return find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text), platforms=[PLATFORM])


@pytest.mark.parametrize(
    ("markup", "handle", "title"),
    [
        (
            (
                f'<blockquote class="reddit-embed-bq" data-embed-height="500">\n  <a href="{URL}">The bridge — this '
                f'morning</a>\n  <br>by <a href="{USER}">u/ana_example</a> in {SUB}\n</blockquote>'
            ),
            "ana_example",
            "The bridge — this morning",
        ),
        (
            (
                f'<blockquote class="reddit-embed-bq"><a href="{URL}">The bridge</a><br> by<a href="{USER}">'
                'u/ana_example</a> in<a href="https://www.reddit.com/r/bridges/">bridges</a></blockquote>'
            ),
            "ana_example",
            "The bridge",
        ),
        (
            (
                f'<blockquote class="reddit-embed-bq"><a href="{URL}comment/k5l6m7n/">Comment</a><br> by'
                f'<a href="{USER}">u/ana_example</a> from discussion<a href="{URL}"><no value="no value"></no></a><br>'
                f" in {SUB}</blockquote>"
            ),
            "ana_example",
            None,
        ),
        (f'<blockquote class="reddit-card"><a href="{URL}">The bridge</a> from {SUB}</blockquote>', None, "The bridge"),
        (f'<blockquote class="reddit-embed-bq"><a href="{URL}"></a></blockquote>', None, None),
        (f'<blockquote class="reddit-embed-bq"><a href="{URL}">{URL}</a></blockquote>', None, None),
        (f'<blockquote class="reddit-embed-bq"><a href="{URL}">Reddit Post</a></blockquote>', None, None),
        (
            (
                f'<div class="reddit-embed" data-embed-created="2019-08-12T18:50:43+00:00"><a href="{URL}d3abcde/">'
                f'Comment</a> from discussion <a href="{URL}">ana_example&#8217;s comment from discussion &quot;The '
                "bridge&quot;</a>.</div>"
            ),
            "ana_example",
            None,
        ),
        (
            (
                f'<blockquote class="reddit-embed-bq"><a href="{URL}">The bridge</a><br> by '
                f'<a href="https://www.reddit.com/user/[deleted]/">u/[deleted]</a> in {SUB}</blockquote>'
            ),
            None,
            "The bridge",
        ),
        (f'<div class="reddit-embed" data-url="{URL}"></div>', None, None),
        (f'<amp-reddit data-embedtype="comment" data-src="{URL}k5l6m7n/"></amp-reddit>', None, None),
        (
            f'<blockquote><a href="{URL}">The bridge</a><br>by<a href="{USER}">u/ana_example</a> in {SUB}</blockquote>',
            "ana_example",
            "The bridge",
        ),
    ],
)
def test_embeds(markup: str, handle: str | None, title: str | None) -> None:
    [mention] = in_html(markup)
    assert (mention.platform, mention.post_id) == ("reddit", "1a2b3c4")
    assert (mention.handle, mention.text, mention.date) == (handle, title, None)


def test_the_time_of_an_embed_is_not_the_posts() -> None:
    [mention] = in_html(
        f'<blockquote class="reddit-card" data-card-created="1467000000"><a href="{URL}">A</a></blockquote>'
    )
    assert mention.date is None


def test_a_shared_link_names_no_post_but_the_embed_is_one() -> None:
    [mention] = in_html(
        '<blockquote class="reddit-embed-bq"><a href="https://www.reddit.com/r/bridges/s/AbCdEfGhIj">The bridge</a><br>'
        f' by <a href="{USER}">u/ana_example</a> in {SUB}</blockquote>'
    )
    assert (mention.post_id, mention.handle, mention.text) == (None, "ana_example", "The bridge")


@pytest.mark.parametrize(
    "markup",
    [
        f'<p>by <a href="{URL}">ana_example</a></p>',
        f'<p>As <a href="{URL}">a post on Reddit</a> says, the bridge is open.</p>',
        f'<blockquote>It rained, <a href="{URL}">she wrote</a>, all night by the river.</blockquote>',
        f'<blockquote><a href="{URL}">The bridge</a> and what else the people of the town said about it</blockquote>',
        '<a class="reddit-share" href="https://www.reddit.com/submit?url=https://news.example.org/">Share</a>',
        '<blockquote class="reddit-card"><a href="https://www.reddit.com/r/bridges">r/bridges</a></blockquote>',
        f'<div class="reddit-card"><a href="{URL}">One</a><a href="{URL.replace("1a2b3c4", "1a2b3c5")}">Two</a></div>',
        "<p>The bridge</p><p>by u/ana_example in r/bridges</p>",
    ],
)
def test_what_is_no_embed(markup: str) -> None:
    assert in_html(markup) == []


@pytest.mark.parametrize(
    ("left", "title"),
    [
        ("The bridge is gone\nby\nu/ana_example in\nr/bridges", "The bridge is gone"),
        ("Why I never left by train\n\nby u/ana_example in bridges", "Why I never left by train"),
        ("The Bridge (2021)by u/ana_example inr/bridges", "The Bridge (2021)"),
        ("Die Brücke heute von u/ana_example in r/bridges", "Die Brücke heute"),
        ("El puente por u/ana_example en r/bridges", "El puente"),
    ],
)
def test_spans_reach_from_title_to_subreddit(left: str, title: str) -> None:
    text = f"The council met on Monday.\n\n{left}\n\nIt rained."
    [mention] = in_text(text)
    assert text[mention.start : mention.end] == left
    assert (mention.text, mention.handle) == (title, "ana_example")


def test_a_comment_within_a_line_begins_at_its_own_word() -> None:
    text = "She answered at once. Comment by u/ana_example from discussion in bridges The council said nothing."
    [mention] = in_text(text)
    assert text[mention.start : mention.end] == "Comment by u/ana_example from discussion in bridges"


@pytest.mark.parametrize(
    ("left", "handle", "title"),
    [
        (
            (
                f"> [The new bridge of our town (pictures,\n> no drone)]({URL})  \n> by[u/ana_example]({USER}) in\n"
                "> [bridges](https://www.reddit.com/r/bridges/)"
            ),
            "ana_example",
            "The new bridge of our town (pictures, no drone)",
        ),
        (
            (
                f"> [Comment]({URL}comment/k5l6m7n/)  \n>  by[u/ana_example]({USER}) from\n> discussion[]({URL})  \n"
                ">  in[bridges](https://www.reddit.com/r/bridges/)"
            ),
            "ana_example",
            None,
        ),
        (
            f"[The bridge]({URL})\n\nby[u/\\[deleted\\]](https://www.reddit.com/user/[deleted]/) in[bridges](x)",
            None,
            "The bridge",
        ),
        (
            f"> [The new bridge of our\n> town]({URL}) from\n> [r/bridges](https://www.reddit.com/r/bridges/)",
            None,
            "The new bridge of our town",
        ),
    ],
)
def test_markdown_keeps_the_post_through_its_wraps(left: str, handle: str | None, title: str | None) -> None:
    [mention] = in_text(f"The council met on Monday.\n\n{left}\n\nIt rained.")
    assert (mention.post_id, mention.handle, mention.text) == ("1a2b3c4", handle, title)


def test_a_title_within_a_line_begins_its_own_sentence() -> None:
    [mention] = in_text("The council met on Monday. The bridge is gone by u/ana_example in bridges The river rose.")
    assert mention.text == "The bridge is gone"


def test_two_embeds_in_a_row_do_not_share_words() -> None:
    text = "One bridge\nby u/ana_example in bridges\nTwo bridges\nby u/bob_example in bridges\n"
    assert [(m.handle, m.text) for m in in_text(text)] == [
        ("ana_example", "One bridge"),
        ("bob_example", "Two bridges"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The old stone was removed by u/ana_example in r/bridges\nIt rained.",
        "An evening hosted by u/ana_example in r/bridges drew thousands.",
        "Hereby u/ana_example in r/bridges",
        "by u/ana_example in r/bridges",
        "Story by u/ana_example, who writes in r/bridges, is told again.",
        "r/bridges\nPosts from the bridges community on Reddit",
        "u/" * 5000,
        "by u/" * 5000,
    ],
)
def test_people_named_in_prose(text: str) -> None:
    assert in_text(text) == []


@given(
    st.sampled_from(["https://www.reddit.com/", "https://redd.it/", "https://old.reddit.com/r/bridges/comments/"]),
    st.text(alphabet="abcAZ09_-/?=&#%ru.comments", max_size=60),
)
def test_canonical_permalinks_are_stable(start: str, rest: str) -> None:
    ref = PLATFORM.ref_from_url(start + rest)
    if ref is not None:
        again = PLATFORM.ref_from_url(ref.url)
        assert again is not None
        assert (again.id, again.url) == (ref.id, ref.url)
