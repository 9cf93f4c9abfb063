"""What the prefilter lets through as it cannot judge it without reading the page, and detection finds a post in."""

from __future__ import annotations

import pytest

from archiver.article import article_of
from archiver.detect import find
from archiver.scan.prefilter.passing import Prefilter
from tests.scan.test_prefilter import HTML, native, page

__all__ = ["native"]

LINK = '<a href="https://twitter.com/ana_example/status/1590173336165216257">May 3, 2021</a>'
DRAWING = f'<svg><path d="{"1 2 " * 5000}"/></svg>'


@pytest.mark.parametrize("called", ["twitter-tweet", "instagram-media"])
def test_a_class_of_embeds_counts_however_far_before_the_address(native: Prefilter, called: str) -> None:
    data = page(f'<div class="{called}">{DRAWING}{LINK}</div>').encode()
    assert [mention.post_id for mention in find(article_of(data, source="page"))] == ["1590173336165216257"]
    assert native.may_hold_posts(data, HTML)
