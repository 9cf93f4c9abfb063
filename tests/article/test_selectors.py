"""The path of an element leads to it. Invariant: an element's place is its number among the elements of its parent, in
whatever order paths are asked for."""

from __future__ import annotations

from random import Random
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archiver.article import selectors
from archiver.article.selectors import Elements, Selectors


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["<p>a</p>", "b", "<!--c-->", "<div><i>d</i> <b>e</b></div>", "<hr>"])), st.randoms())
def test_the_path_of_each_element_leads_to_it(pieces: list[str], order: Random) -> None:
    root = LexborHTMLParser("".join(pieces)).root
    assert root is not None
    body = root.css_first("body")
    assert body is not None
    nodes = [node for node in body.traverse() if node.is_element_node]
    order.shuffle(nodes)
    with mock.patch.object(selectors, "KEPT", 3):
        paths, elements = Selectors(), Elements(root)
        for node in nodes:
            found = elements.at(paths.of(node))
            assert found is not None
            assert found.mem_id == node.mem_id
            assert paths.of(node) == paths.of(node)


def test_only_some_places_of_a_long_list_are_kept() -> None:
    root = LexborHTMLParser("<ul>" + "<li>a</li>" * 10_000 + "</ul>").root
    assert root is not None
    paths = Selectors()
    assert paths.of(root.css("li")[9_000]) == "html > body > ul:nth-child(1) > li:nth-child(9001)"
    assert len(paths._place) < 500
