"""LinkedIn: posts by URN, the time in each, and the frame that shows one.

Invariant of `day_range`: it holds every id whose time falls on the day, and none of another day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms.linkedin import PLATFORM

URN = "urn:li:ugcPost:7151241570371948544"


def in_html(markup: str) -> list[Mention]:
    html = f"<html><body><main><p>The council met.</p>{markup}<p>It rained.</p></main></body></html>"
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=html), platforms=[PLATFORM])


@pytest.mark.parametrize(
    ("post_id", "time"),
    [
        ("urn:li:share:6850898786781339649", datetime(2021, 10, 4, 21, 5, 54, 313000, tzinfo=UTC)),
        ("urn:li:activity:7151241570371948544", datetime(2024, 1, 11, 16, 0, 54, 20000, tzinfo=UTC)),
        ("7151241570371948544", datetime(2024, 1, 11, 16, 0, 54, 20000, tzinfo=UTC)),
        ("urn:li:groupPost:123-7151241570371948544", datetime(2024, 1, 11, 16, 0, 54, 20000, tzinfo=UTC)),
        ("urn:li:activity:512345", None),
        ("urn:li:activity:99999999999999999999", None),
        ("ana-example", None),
    ],
)
def test_time_of(post_id: str, time: datetime | None) -> None:
    assert PLATFORM.time_of(post_id) == time


@given(st.dates(date(2012, 1, 1), date(2035, 1, 1)), st.integers(0, 86_399_999), st.integers(0, (1 << 22) - 1))
def test_day_range_holds_the_day(day: date, millisecond: int, sequence: int) -> None:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(milliseconds=millisecond)
    since_1970 = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    post_id = f"urn:li:activity:{(since_1970 << 22) + sequence}"
    ids = PLATFORM.day_range(day)
    before = PLATFORM.day_range(day - timedelta(days=1))
    assert PLATFORM.time_of(post_id) == moment
    assert ids is not None
    assert post_id in ids
    assert before is None or post_id not in before


def test_no_ids_before_they_carry_a_time() -> None:
    assert PLATFORM.day_range(date(2009, 5, 1)) is None


@pytest.mark.parametrize(
    "markup",
    [
        f'<iframe src="https://www.linkedin.com/embed/feed/update/{URN}?compact=1" title="Embedded post"></iframe>',
        f'<iframe data-cookieblock-src="https://www.linkedin.com/embed/feed/update/{URN}"></iframe>',
        '<iframe src="https://www.linkedin.com/embed/feed/update/urn%3Ali%3AugcPost%3A7151241570371948544"></iframe>',
        f'<amp-iframe src="https://www.linkedin.com/embed/feed/update/{URN}"></amp-iframe>',
        f'<div class="linkedin-embed" data-url="https://www.linkedin.com/feed/update/{URN}"></div>',
    ],
)
def test_embeds(markup: str) -> None:
    [mention] = in_html(markup)
    assert (mention.platform, mention.post_id, mention.date) == ("linkedin", URN, None)


@pytest.mark.parametrize(
    "markup",
    [
        '<iframe src="https://www.linkedin.com/company/example-company/"></iframe>',
        f'<p>She <a href="https://www.linkedin.com/feed/update/{URN}/">wrote</a> of the bridge.</p>',
        '<a class="linkedin-embed" href="https://www.linkedin.com/in/ana-example">Ana Example</a>',
        '<a href="https://www.linkedin.com/shareArticle?mini=true&url=https://news.example.org/">Share</a>',
        '<script type="IN/FollowCompany" data-id="1234567"></script>',
    ],
)
def test_what_is_no_embed(markup: str) -> None:
    assert in_html(markup) == []


@given(
    st.sampled_from(["https://www.linkedin.com/feed/update/", "https://www.linkedin.com/posts/"]),
    st.text(alphabet="urnliactvyshe:-_/?=%37151241570371948544", max_size=80),
)
def test_canonical_permalinks_are_stable(start: str, rest: str) -> None:
    ref = PLATFORM.ref_from_url(start + rest)
    if ref is not None:
        again = PLATFORM.ref_from_url(ref.url)
        assert again is not None
        assert again.id == ref.id
