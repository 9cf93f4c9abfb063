"""What the prefilter lets through as it cannot judge it without reading the page, and detection finds a post in."""

from __future__ import annotations

import html
import json

import pytest

from archiver.article import article_of
from archiver.detect import find
from archiver.scan.prefilter.passing import Prefilter
from tests.scan.test_prefilter import ADDRESS, HTML, embeds, native, page, sound

__all__ = ["native"]

LINK = '<a href="https://twitter.com/ana_example/status/1590173336165216257">May 3, 2021</a>'
DRAWING = f'<svg><path d="{"1 2 " * 60_000}"/></svg>'


@pytest.mark.parametrize("called", ["twitter-tweet", "instagram-media"])
def test_a_class_of_embeds_counts_however_far_before_the_address(native: Prefilter, called: str) -> None:
    data = page(f'<div class="{called}">{DRAWING}{LINK}</div>').encode()
    assert [mention.post_id for mention in find(article_of(data, source="page"))] == ["1590173336165216257"]
    assert native.may_hold_posts(data, HTML)


FRAME = f'<iframe src="{ADDRESS}"></iframe>'
STORY = json.dumps(json.dumps({"type": "embed", "html": FRAME})).replace("</", "<\\/")
GOES_ON = '"a":"<!--","b":"<script>","c":"</script>"'
"""What a script's first end tag does not end."""
EMBED = f'"type":"embed","url":"{ADDRESS}"'
DRAWN = """f("<i title='");""" * 1000
PLUGIN = (
    "https://www.facebook.com/plugins/video.php?height=314&amp;href=https%3A%2F%2Fwww.facebook.com%2Fana%2Fposts%2F1"
)


@pytest.mark.parametrize(
    "source",
    [
        f'<script type="application/json">{{{GOES_ON},{EMBED}}}</script>',
        f'<script type="application/json">{{{EMBED},{GOES_ON},"d":"rain"}}</script>',
        f"<script>window.story = JSON.parse({STORY});</script>",
        f'<template><p>It rained.</p><div class="embed-x"><a href="{ADDRESS}">Look</a></div></template>',
        f"<noscript>{FRAME}</noscript>",
        f"<iframe>{html.escape(FRAME)}</iframe>",
        f"<p>{'It rained in the old town. ' * 400}{html.escape(FRAME)}</p>",
        f'<script>{DRAWN}</script><div class="embed-x"><a href="{ADDRESS}">Look</a></div>',
        f'<div class="embed-x"><a href="{PLUGIN}0150000000000001&<b>amp;t=0">Look</a></div>',
    ],
)
def test_what_is_read_by_itself(native: Prefilter, source: str) -> None:
    for data in (page(source).encode(), source.encode()):
        assert find(article_of(data, source="page", content_type=HTML), min_confidence=0)
        assert native.may_hold_posts(data, HTML)


QUOTATIONS = [(name, markup) for name, markup in embeds() if markup.startswith("<blockquote")]


@pytest.mark.parametrize("long", ["It rained in the old town. " * 400, "It rained. <b>Rain</b> " * 500])
@pytest.mark.parametrize(("name", "markup"), QUOTATIONS, ids=[name for name, _ in QUOTATIONS])
def test_long_quotations(native: Prefilter, name: str, markup: str, long: str) -> None:
    for place in ("<p>", "<p dir", "<br>", "</p>", "</a>"):
        source = page(markup.replace(place, f"<p>{long}</p>{place}", 1))
        assert sound(native, source.encode(), HTML)
