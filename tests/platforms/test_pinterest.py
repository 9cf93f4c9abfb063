"""Pinterest: pins in every form of the widget, and none in the buttons, boards and profiles that stand on most pages.

Invariant of `ref_from_url`: whatever it reads, its canonical permalink is read as the same pin.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms.pinterest import PLATFORM

PIN = "123456789012345678"
URL = f"https://www.pinterest.com/pin/{PIN}/"


def in_html(markup: str) -> list[Mention]:
    html = f"<html><body><main><p>The council met.</p>{markup}<p>It rained.</p></main></body></html>"
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=html), platforms=[PLATFORM])


@pytest.mark.parametrize(
    "markup",
    [
        f'<a data-pin-do="embedPin" href="{URL}"></a><script async src="//assets.pinterest.com/js/pinit.js"></script>',
        f'<a data-pin-do="embedpin" data-pin-lang="de" href="//de.pinterest.com/pin/the-bridge--{PIN}/">Pin</a>',
        f'<p><a data-pin-do="embedPin" data-pin-terse="true" href="{URL}">The bridge</a></p>',
        f'<amp-pinterest data-do="embedPin" data-url="{URL}"></amp-pinterest>',
        f'<span class="PIN_16_embed_grid_hazClick" data-pin-id="{PIN}"><span data-pin-log="embed_pin"></span></span>',
        f'<div class="wp-block-jetpack-pinterest"><a href="https://www.pinterest.co.uk/pin/{PIN}/"></a></div>',
        f'<iframe data-src="https://assets.pinterest.com/ext/embed.html?id={PIN}"></iframe>',
    ],
)
def test_pins(markup: str) -> None:
    [mention] = in_html(markup)
    assert (mention.platform, mention.post_id, mention.times) == ("pinterest", PIN, 1)


@pytest.mark.parametrize(
    "markup",
    [
        f'<a data-pin-do="buttonPin" href="https://www.pinterest.com/pin/create/button/?url={URL}"></a>',
        '<a data-pin-do="buttonBookmark" data-pin-custom="true" href="https://www.pinterest.com/pin/create/button/"></a>',
        f'<a data-pin-do="buttonPin" data-pin-id="{PIN}" href="{URL}"></a>',
        '<a data-pin-do="embedBoard" href="https://www.pinterest.com/ana_example/old-bridges/"></a>',
        '<a data-pin-do="embedUser" href="https://www.pinterest.com/ana_example/"></a>',
        f'<img src="a.jpg" data-pin-id="{PIN}" data-pin-description="The bridge" data-pin-media="a.jpg">',
        f'<span class="PIN_16_button_pin" data-pin-log="button_pinit" data-pin-id="{PIN}"></span>',
        '<span class="chat-pin" data-pin-id="42"></span>',
        f'<p>Here is <a href="{URL}">a picture of the bridge</a> from last year.</p>',
        f'<p class="save"><a href="{URL}"><img src="a.jpg" alt="Pin it"></a></p>',
        '<a class="share-pinterest" href="https://pinterest.com/pin/create/link/?url=https://news.example.org/">Pin</a>',
        '<div class="wp-block-jetpack-pinterest"><a href="https://www.pinterest.com/ana_example/"></a></div>',
    ],
)
def test_buttons_boards_and_links_are_no_pins(markup: str) -> None:
    assert in_html(markup) == []


def test_a_block_with_many_pins_is_a_board() -> None:
    links = "".join(f'<a href="{URL.replace("678", n)}"></a>' for n in ("1", "2"))
    assert in_html(f'<div class="is-provider-pinterest">{links}</div>') == []


def test_blocks_in_a_row_are_one_pin_each() -> None:
    blocks = [
        f'<div class="wp-block-jetpack-pinterest"><a href="{URL.replace("678", n)}"></a></div>' for n in ("1", "2")
    ]
    assert [m.post_id for m in in_html("".join(blocks))] == [PIN.replace("678", "1"), PIN.replace("678", "2")]


@given(
    st.sampled_from(
        ["https://www.pinterest.com/pin/", "https://pinterest.co.uk/", "https://assets.pinterest.com/ext/"]
    ),
    st.text(alphabet="pincreate-_0123456789?=&/%#embed.html", max_size=60),
)
def test_canonical_permalinks_are_stable(start: str, rest: str) -> None:
    ref = PLATFORM.ref_from_url(start + rest)
    if ref is not None:
        assert PLATFORM.ref_from_url(ref.url) == ref
