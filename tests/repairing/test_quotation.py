"""What a static quotation says and does not say, whatever a record holds: records may be anybody's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.model import Media, Post
from archiver.repairing.quotation import Quotation, html_of

URL = "https://x.com/ana_example/status/1590173336165216257"
STORED = datetime(2022, 11, 10, tzinfo=UTC)


def figure(*, block: bool = True, **values: Any) -> LexborNode:
    post = Post(**({"platform": "x", "id": "1590173336165216257", "url": URL, "text": "The bridge is open."} | values))
    quotation = Quotation(platform="x", post_id=post.id, url=URL, post=post, stored_at=STORED)
    tree = LexborHTMLParser(f"<div>{html_of(quotation, block=block)}</div>").css_first("body > div")
    assert tree is not None
    found = tree.child
    assert found is not None
    assert found.next is None
    return found


def shown(node: LexborNode) -> str:
    return node.text(deep=True)


def test_that_the_stored_text_is_cut_is_told() -> None:
    assert "The stored text is cut." in shown(figure(text_complete=False))
    assert "cut" not in shown(figure())


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/local", "https://", "http://["])
def test_a_picture_without_a_web_address_is_no_link(url: str) -> None:
    media = (Media(kind="photo", url=url), Media(kind="photo", url="https://pbs.twimg.com/media/a.jpg"))
    links = [link.attributes["href"] for link in figure(media=media).css("figcaption a")]
    assert links == [URL, "https://pbs.twimg.com/media/a.jpg"]


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("uk", "uk"),
        ("pt-BR", "pt-BR"),
        ("und", None),
        ("qme", None),
        ('en" onclick="x', None),
        ("", None),
        (None, None),
    ],
)
def test_only_a_language_is_a_language(language: str | None, written: str | None) -> None:
    quote = figure(language=language).css_first("blockquote")
    assert quote is not None
    assert quote.attributes.get("lang") == written


@pytest.mark.parametrize("block", [True, False])
@pytest.mark.parametrize("field", ["text", "title", "warning", "display_name", "handle"])
@pytest.mark.parametrize(
    "value", ['"><script>alert(1)</script>', "</blockquote></figure><img src=x onerror=x>", "<!--", "a&lt;b", "'\"`=<>"]
)
def test_what_strangers_wrote_is_text(block: bool, field: str, value: str) -> None:
    node = figure(block=block, **{field: value})
    assert node.css("script, img, [onerror]") == []
    assert value in shown(node)


def test_marks_that_turn_the_direction_end_where_they_began() -> None:
    turned = "\u202egnirts"
    media = (Media(kind="photo", url="https://pbs.twimg.com/media/a.jpg", alt=turned),)
    node = figure(display_name=turned, handle="ana_example", media=media, text=turned)
    for part in node.css("*"):
        own = "".join(child.text_content or "" for child in part.iter(include_text=True) if child.is_text_node)
        if turned in own:
            at: LexborNode | None = part
            while at is not None and at.tag != "bdi" and at.attributes.get("dir") != "auto":
                at = at.parent
            assert at is not None
