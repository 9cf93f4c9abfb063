"""HTML that a page keeps as data. Invariant: an embed's HTML is found through up to three layers of the encodings that
consent managers and lazy loaders use, wherever an element keeps it."""

from __future__ import annotations

import base64
import html as entities
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import find, payloads
from archiver.model import Article, Mention

ID = "1590173336165216257"
URL = f"https://twitter.com/ana_example/status/{ID}"
EMBED = (
    '<blockquote class="twitter-tweet"><p lang="en">The bridge is open, ¡olé!</p>&mdash; Ana Example (@ana_example) '
    f'<a href="{URL}">November 9, 2022</a></blockquote>'
)
FRAME = f'<iframe src="https://platform.twitter.com/embed/Tweet.html?dnt=true&amp;id={ID}"></iframe>'

ENCODINGS = {
    "escaped": entities.escape,
    "percent": lambda html: quote(html, safe=""),
    "base64": lambda html: base64.b64encode(html.encode()).decode(),
    "json": lambda html: json.dumps(html)[1:-1].replace("<", "\\u003c").replace(">", "\\u003e"),
}
KEEPERS = (
    '<div data-content="{}"></div>',
    '<div class="gate" data-anything-at-all="{}"><p>Accept cookies to see this.</p></div>',
    '<iframe data-x="{}"></iframe>',
    '<iframe srcdoc="{}"></iframe>',
    '<script type="text/template">{}</script>',
    '<script type="text/plain" class="optanon-category-C0004">{}</script>',
)


def found(html: str, least: float = 0.5) -> list[Mention]:
    page = f"<html><body><p>Before.</p>{html}<p>After.</p></body></html>"
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=page), min_confidence=least)


@given(st.sampled_from(KEEPERS), st.lists(st.sampled_from(["escaped", "percent", "base64"]), max_size=3), st.booleans())
def test_layers(keeper: str, layers: list[str], framed: bool) -> None:
    data = FRAME if framed else EMBED
    for layer in layers:
        data = ENCODINGS[layer](data)
    if "<script" not in keeper:
        data = entities.escape(data)
    [mention] = found(keeper.replace("{}", data))
    assert (mention.post_id, mention.times) == (ID, 1)
    if not framed:
        assert mention.text == "The bridge is open, ¡olé!"


def test_json_escapes() -> None:
    data = entities.escape(ENCODINGS["json"](EMBED.replace('"', "'")))
    assert [m.post_id for m in found(f'<div data-html="{data}"></div>')] == [ID]


@pytest.mark.parametrize(
    "html",
    [
        f"<template><div>{EMBED}</div></template>",
        f"<template><template>{EMBED}</template></template>",
        f'<iframe src="data:text/html;base64,{base64.b64encode(EMBED.encode()).decode()}"></iframe>',
        f'<iframe src="data:text/html;charset=utf-8,{quote(EMBED)}"></iframe>',
        f'<div data-content="{entities.escape(f"<div data-content={entities.escape(EMBED)!r}></div>")}"></div>',
    ],
)
def test_documents_within_documents(html: str) -> None:
    assert [m.post_id for m in found(html)] == [ID]


@pytest.mark.parametrize(
    "html",
    [
        f'<img data-caption="{entities.escape(EMBED)}">',
        f'<button data-clipboard-text="{entities.escape(EMBED)}">Copy</button>',
        f'<div title="{entities.escape(EMBED)}"></div>',
        f'<script>var embed = "{EMBED}";</script>',
        f'<div data-content="{entities.escape(f"<p>She <a href={URL}>wrote</a> on Tuesday.</p>")}"></div>',
        '<div data-token="' + base64.b64encode(bytes(range(256))).decode() + '"></div>',
        '<div data-token="' + "A" * 500 + '"></div>',
    ],
)
def test_what_is_no_payload(html: str) -> None:
    assert found(html, 0) == []


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda data: base64.b64encode(data).decode()))
def test_decoding_ends_with_html_or_nothing(value: str) -> None:
    decoded = payloads.decoded(value)
    assert decoded is None or "<" in decoded


def test_payloads_are_bounded() -> None:
    many = "".join(
        f'<div data-content="{entities.escape(EMBED.replace(ID, str(10**18 + n)))}"></div>'
        for n in range(payloads.MAX_PAYLOADS + 20)
    )
    assert len(found(many)) == payloads.MAX_PAYLOADS
    assert payloads.decoded("<p>//" + "x" * payloads.MAX_PAYLOAD) is None
