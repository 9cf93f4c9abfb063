"""Posts in a page's JSON. Invariant: what the JSON calls an embed of the article counts, less than markup and only
where markup does not show it; links in prose, lists of other articles and the page's own accounts do not count."""

from __future__ import annotations

import html as entities
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import find, pagejson
from archiver.detect.permalinks import Permalinks
from archiver.model import Article, Mention
from archiver.platforms import platforms

ID = "1590173336165216257"
URL = f"https://twitter.com/ana_example/status/{ID}"
EMBED = (
    '<blockquote class="twitter-tweet"><p>The bridge is open.</p>&mdash; Ana Example (@ana_example) '
    f'<a href="{URL}">November 9, 2022</a></blockquote>'
)
PERMALINKS = Permalinks(tuple(platforms().values()))


def found(html: str, least: float = 0.5) -> list[Mention]:
    page = f"<html><body><p>Before.</p>{html}<p>After.</p></body></html>"
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=page), min_confidence=least)


def in_script(value: Any, form: str = "{}") -> str:
    return f'<script id="data">{form.replace("{}", json.dumps(value).replace("<", chr(92) + "u003c"))}</script>'


BLOCKS: list[Any] = [
    {"type": "embed", "url": URL},
    {"__typename": "Block", "name": "core/embed", "attributes": [{"name": "url", "value": URL}]},
    {"is": "tweet", "props": {"tweetUrl": URL, "hideThread": True}},
    ["inline-embed", {"props": {"url": URL}, "type": "twitter"}],
    {"type": "oembed_response", "raw_oembed": {"url": URL, "html": EMBED}},
    {"type": "raw_html", "content": EMBED},
]


@pytest.mark.parametrize("block", BLOCKS, ids=str)
@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "window.__STATE__ = {};",
        "window.Fusion=window.Fusion||0;Fusion={}".replace("window.Fusion=window.Fusion||0;Fusion", "var state "),
    ],
)
def test_blocks_of_the_article(block: Any, form: str) -> None:
    data = {"props": {"article": {"title": "A bridge", "body": [{"type": "p", "text": "It rained."}, block]}}}
    [mention] = found(in_script(data, form))
    assert (mention.platform, mention.post_id, mention.rule) == ("x", ID, "x.json")
    assert mention.confidence <= 0.6
    assert mention.why


def test_html_in_json_shows_its_words() -> None:
    [mention] = found(in_script({"body": [{"html": EMBED}]}))
    assert (mention.handle, mention.display_name, mention.text) == ("ana_example", "Ana Example", "The bridge is open.")


def test_markup_wins() -> None:
    [mention] = found(EMBED + in_script({"type": "embed", "url": URL}))
    assert (mention.rule, mention.times) == ("x.blockquote", 1)


@pytest.mark.parametrize(
    "data",
    [
        {"type": "p", "content": f'As she <a href="{URL}">wrote</a> on Tuesday: “Open”, says the embed"'},
        {"relatedArticles": [{"body": [{"type": "embed", "url": URL}]}]},
        {"sidebar": {"blocks": [{"type": "tweet", "url": URL}]}},
        {"type": "tweet", "url": "https://twitter.com/ana_example"},
        {"url": URL, "title": "embed"},
        {"type": "embed", "children": {"a": {"b": {"c": {"d": {"e": URL}}}}}},
    ],
    ids=str,
)
def test_what_is_no_embed_of_the_article(data: Any) -> None:
    assert found(in_script({"data": data, "mark": "tweet"}), 0) == []


def test_a_frame_in_data_is_a_guess() -> None:
    data = {"type": "video_embed", "html": '<iframe src="https://www.youtube.com/embed/AbCdEfGhIjk"></iframe>'}
    script = in_script({"body": [data, {"type": "embed"}]})
    assert found(script) == []
    assert [m.post_id for m in found(script, 0)] == ["AbCdEfGhIjk"]


@pytest.mark.parametrize(
    "element",
    [
        '<span data-s9e-mediaembed="twitter" data-s9e-mediaembed-iframe="{}"></span>',
        '<div class="js-embed" data-config="{}"></div>',
    ],
)
def test_json_in_attributes(element: str) -> None:
    for value in (["src", URL], {"element": {"html": EMBED}}, {"config": {"target": URL}}):
        [mention] = found(element.replace("{}", entities.escape(json.dumps(value))))
        assert (mention.post_id, mention.times) == (ID, 1)
        assert mention.confidence >= 0.9
    island = entities.escape(json.dumps({"element": {"html": EMBED}}))
    assert [m.post_id for m in found(f'<gu-island name="Block" props="{island}"></gu-island>')] == [ID]
    plain = entities.escape(json.dumps({"link": URL, "padding": "x" * 40}))
    assert found(f'<div data-analytics="{plain}"></div>', 0) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([URL, EMBED, "embed", "tweet"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "url", "html", "a", "related"]), inner, max_size=4)
    ),
    max_leaves=30,
)


@given(JSON)
def test_only_what_is_there_is_read(value: Any) -> None:
    for item in pagejson.read(value, PERMALINKS):
        assert item == EMBED if isinstance(item, str) else item.found == URL


def test_deep_and_broken_json_is_left() -> None:
    deep = "[" * 200_000 + '"embed"'
    assert pagejson.value_of(deep) is None
    assert found(f"<script>{deep}</script>") == []
    assert pagejson.value_of('{"type": "embed", "url": ') is None
    assert pagejson.value_of('window.x = {"a": 1}; go();') == {"a": 1}
    assert pagejson.value_of('JSON.parse("{\\"a\\": 1}")') == {"a": 1}


JSON = st.recursive(
    st.sampled_from(["embed", "a", 7, None, "https://twitter.com/ana_example/status/1590173336165216257",
                     "&lt;iframe src=a&gt;" * 5, "<blockquote class=a>" * 5]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["type", "html", "url", "config", "related", "a"]), inner, max_size=4),
    max_leaves=25,
)  # fmt: skip


@given(JSON, st.booleans())
def test_data_that_is_counted_first_is_read_as_large_data_is(value: Any, declared: bool) -> None:
    permalinks = Permalinks(tuple(platforms().values()))
    typed = pagejson.MAX_TYPED if declared else 0
    assert pagejson._in_small(value, typed, permalinks) == list(pagejson._in_large(value, typed, permalinks))
