"""Posts of Threads in pages and in bare text. Invariant: a handle and the network's own phrase together are a post,
each alone is none."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms.threads import PLATFORM
from archiver.platforms.threads.residues import POSTS_BY

CODE = "CuE2WNQs6vH"
URL = f"https://www.threads.net/@ana.example/post/{CODE}"


def in_page(html: str) -> list[Mention]:
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=html), platforms=[PLATFORM])


def in_text(text: str) -> list[Mention]:
    return find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text), platforms=[PLATFORM])


def test_a_code_tells_when_its_post_was_made() -> None:
    made = PLATFORM.time_of(CODE)
    assert made is not None
    assert made.replace(microsecond=0) == datetime(2023, 6, 29, 13, 21, 27, tzinfo=UTC)
    codes = PLATFORM.day_range(date(2023, 6, 29))
    assert codes is not None
    assert CODE in codes


def test_an_embed_of_either_address_is_one_post() -> None:
    embed = '<blockquote class="text-post-media" data-text-post-permalink="{}"><a href="{}"></a></blockquote>'
    moved = URL.replace(".net", ".com")
    [mention] = in_page(embed.format(URL, URL) + "<p>Rain.</p>" + embed.format(moved, moved))
    assert (mention.post_id, mention.handle, mention.url, mention.times) == (CODE, "ana.example", URL, 2)
    assert (mention.text, mention.date, mention.found_url) == (None, None, URL)


@pytest.mark.parametrize(
    "html",
    [
        '<blockquote class="text-post-media" data-text-post-permalink="https://www.threads.net/@ana.example"></blockquote>',
        '<blockquote class="text-post-media" id="ig-tp-"></blockquote>',
        '<a href="https://www.threads.net/@ana.example">@ana.example</a>',
    ],
)
def test_no_post_is_embedded(html: str) -> None:
    assert in_page(html) == []


def test_the_span_is_the_residue() -> None:
    text = "It rained.\n\nPost by @ana.example\nView on Threads\n\nThen it stopped."
    [mention] = in_text(text)
    assert text[mention.start : mention.end] == "Post by @ana.example\nView on Threads"
    assert (mention.handle, mention.text, mention.display_name) == ("ana.example", None, None)


@pytest.mark.parametrize("said", POSTS_BY)
def test_whoever_made_the_embed_may_speak_any_language(said: str) -> None:
    text = f"It rained.\n{said} @ana.exampleView on Threads"
    [mention] = in_text(text)
    assert mention.handle == "ana.example"
    assert text[mention.start : mention.end].startswith(said)


def test_posts_in_a_row() -> None:
    mentions = in_text("\n".join(f"Post by @ana_{number} View on Threads" for number in range(5)))
    assert [mention.handle for mention in mentions] == [f"ana_{number}" for number in range(5)]


@given(st.text(alphabet="Post by@ana.View onThreads\n [](", max_size=120))
def test_any_text_is_read_or_left(text: str) -> None:
    for mention in in_text(text):
        assert mention.start is not None
        assert mention.end is not None
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.handle
