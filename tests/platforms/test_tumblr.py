"""Tumblr: posts by blog and number, the time in new numbers, and the embed with or without its blog.

Invariant of `day_range`: it holds every id whose time falls on the day, and none of another day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms.tumblr import PLATFORM

POST = "730460905855467520"
FRAME = f"https://embed.tumblr.com/embed/post/AbC_dEf-123/{POST}"
URL = f"https://ana-example.tumblr.com/post/{POST}/the-bridge"


def in_html(markup: str) -> list[Mention]:
    html = f"<html><body><main><p>The council met.</p>{markup}<p>It rained.</p></main></body></html>"
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=html), platforms=[PLATFORM])


@pytest.mark.parametrize(
    ("post_id", "time"),
    [
        ("626907179849564160", datetime(2020, 8, 19, 19, 27, 56, 193000, tzinfo=UTC)),
        ("730460905855467520", datetime(2023, 10, 6, 19, 50, 5, 53000, tzinfo=UTC)),
        ("765332564457209856", datetime(2024, 10, 25, 17, 40, 10, 232000, tzinfo=UTC)),
        ("190876217487", None),
        ("ana-example", None),
        ("99999999999999999999", None),
    ],
)
def test_time_of(post_id: str, time: datetime | None) -> None:
    assert PLATFORM.time_of(post_id) == time


@given(st.dates(date(2020, 9, 1), date(2040, 1, 1)), st.integers(0, 86_399_999), st.integers(0, (1 << 20) - 1))
def test_day_range_holds_the_day(day: date, millisecond: int, sequence: int) -> None:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(milliseconds=millisecond)
    since_2001 = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1) - 10**12
    post_id = str((since_2001 << 20) + sequence)
    ids, before = PLATFORM.day_range(day), PLATFORM.day_range(day - timedelta(days=1))
    assert PLATFORM.time_of(post_id) == moment
    assert ids is not None
    assert post_id in ids
    assert before is not None
    assert post_id not in before


@pytest.mark.parametrize(
    ("markup", "handle"),
    [
        (f'<div class="tumblr-post" data-href="{FRAME}" data-did="0a"><a href="{URL}">{URL}</a></div>', "ana-example"),
        (f'<div class="tumblr-post" data-href="{FRAME}/v2"><a href="http://ana.example/post/{POST}">A</a></div>', None),
        (f'<div class="tumblr-post"><a href="https://www.tumblr.com/ana-example/{POST}">A</a></div>', "ana-example"),
        (f'<iframe class="tumblr-embed" data-src="{FRAME}"></iframe>', None),
        (f'<iframe src="https://www.tumblr.com/video/anaexample/{POST}/500/"></iframe>', "anaexample"),
    ],
)
def test_embeds(markup: str, handle: str | None) -> None:
    [mention] = in_html(markup)
    assert (mention.platform, mention.post_id, mention.handle) == ("tumblr", POST, handle)


def test_a_link_within_the_embed_to_another_post_does_not_name_it() -> None:
    other = "https://bob-example.tumblr.com/post/12345"
    [mention] = in_html(f'<div class="tumblr-post" data-href="{FRAME}"><a href="{other}">{other}</a></div>')
    assert (mention.post_id, mention.handle) == (POST, None)


@pytest.mark.parametrize(
    "markup",
    [
        f'<p>She wrote <a href="{URL}">on her blog</a> that it rained.</p>',
        '<a class="tumblr-share-button" href="https://www.tumblr.com/share">Share</a>',
        '<iframe class="btn" src="https://platform.tumblr.com/v2/follow_button.html?type=follow&tumblelog=x"></iframe>',
        '<div class="tumblr-post" data-href="https://embed.tumblr.com/embed/post/XXXXXX/YYYYY"></div>',
    ],
)
def test_what_is_no_embed(markup: str) -> None:
    assert in_html(markup) == []


@given(
    st.sampled_from(
        ["https://www.tumblr.com/", "https://ana.tumblr.com/post/", "https://embed.tumblr.com/embed/post/"]
    ),
    st.text(alphabet="abpost-_0123456789?=&/%#", max_size=50),
)
def test_canonical_permalinks_are_stable(start: str, rest: str) -> None:
    ref = PLATFORM.ref_from_url(start + rest)
    if ref is not None:
        assert PLATFORM.ref_from_url(ref.url) == ref
