"""Truth Social. Invariant: a frame is read wherever its address waits, and a link in prose is none."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms.truthsocial import PLATFORM

ID = "108779000807761862"
PAGE = f"https://truthsocial.com/@ana_example/{ID}"


def found(html: str) -> list[Mention]:
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=f"<body><p>Before.</p>{html}</body>"))


@pytest.mark.parametrize(
    "embed",
    [
        f'<iframe src="{PAGE}/embed" class="truthsocial-embed"></iframe><script src="/embed.js"></script>',
        f'<div class="embed iframe"><iframe class="truthsocial-embed lazyLoad" data-src="{PAGE}/embed"></iframe></div>',
        f'<iframe class="truthsocial-embed" data-privacy-src="{PAGE.replace(ID, "posts/" + ID)}/embed"></iframe>',
        f'<div class="truthsocial-embed"><iframe src="{PAGE}/embed"></iframe></div>',
        f'<blockquote class="truthsocial-embed"><a href="{PAGE}">View on Truth Social</a></blockquote>',
    ],
)
def test_embeds(embed: str) -> None:
    [mention] = found(embed)
    assert (mention.platform, mention.post_id, mention.handle) == ("truthsocial", ID, "ana_example")
    assert (mention.url, mention.text, mention.date) == (PAGE, None, None)


def test_a_quotation() -> None:
    [mention] = found(
        f"<blockquote><p>The bridge is<br>open.</p><p>— Ana Example (@ana_example) <a href='{PAGE}'>7 août 2022</a></p>"
        "</blockquote>"
    )
    assert (mention.post_id, mention.handle, mention.display_name) == (ID, "ana_example", "Ana Example")
    assert (mention.text, mention.date) == ("The bridge is\nopen.", "2022-08-07")


@pytest.mark.parametrize(
    "html",
    [
        f'<p>As <a href="{PAGE}">she wrote</a> on Monday, the bridge is open.</p>',
        f'<blockquote>As <a href="{PAGE}">she wrote</a>, the bridge is open.</blockquote>',
        '<a class="truthsocial" href="https://truthsocial.com/@ana_example">Truth Social</a>',
        '<a class="truthsocial" href="https://truthsocial.com/share?title=Open&url=https://news.example/">Share</a>',
    ],
)
def test_what_is_no_embed(html: str) -> None:
    assert found(html) == []


def test_ids_carry_the_time() -> None:
    made = PLATFORM.time_of(ID)
    assert made is not None
    assert abs((made - datetime(2022, 8, 7, 1, 30, 27, 755000, UTC)).total_seconds()) < 0.001
    assert PLATFORM.time_of("12") is None
    assert PLATFORM.time_of("9tht7ungi81f0005") is None
    ids = PLATFORM.day_range(date(2022, 8, 7))
    assert ids is not None
    assert ID in ids
