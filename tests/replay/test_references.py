"""A reference in a captured page names the address that a browser asks for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archiver.replay.references import absolute
from tests.replay.browsing import CHROMIUM, browser

BASE = "https://paper.example/news/story?x=1"
REFERENCES = [
    "", "a.png", "./a/../b.png", "/x/.hidden/y", "/x/../y", "//cdn.example/a.png", "?q", "#f", "a%2Fb?c%20d", "/a//b",
    "\\images\\a.png", "\\\\cdn.example\\x", "http:\\\\h.example\\a?b\\c", "https:a.png", "http:h.example", "https:/a",
    "https:///h.example/a", "///h.example/a", " \t/a\nb ", "/a b.png?c d", "/é?é=1#ü", "/a{b}`c", "http://[::1]:80/x",
    "https://h.example:443", "https://h.example:8443/", "http://h.example:443/", "http://1.2.3.4/x", "http://h_x.example/",
    "http://BÜCHER.example/", "http://straße.example/", "http://xn--bcher-kva.example/", "http://u:p@h.example/",
    "HTTPS://H.Example/A", "mailto:a@h.example", "javascript:alert(1)", "data:text/html,x", "x:y", "ftp://h.example/",
    "/%zz", "/%E3%81", "a;b=c", "/a,b/c_1,w_2.jpg",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")
def test_references_are_resolved_as_a_browser_does(tmp_path: Path) -> None:
    ask = """(references => references.map(reference => {
        const url = new URL(reference, BASE);
        url.hash = ""; url.username = ""; url.password = "";
        return ["http:", "https:"].includes(url.protocol) ? url.href.replace(/#$/, "") : null;
    }))(REFERENCES)""".replace("BASE", json.dumps(BASE)).replace("REFERENCES", json.dumps(REFERENCES))
    with browser() as tab:
        expected = tab.ask(ask)
    assert {one: absolute(BASE, one) for one in REFERENCES} == dict(zip(REFERENCES, expected, strict=True))


@pytest.mark.parametrize(
    ("codec", "reference", "expected"),
    [
        ("cp932", "/s.png?名前=1#名", "https://paper.example/s.png?%96%BC%91O=1"),
        ("cp1251", "?q=мост", "https://paper.example/news/story?q=%EC%EE%F1%F2"),
        ("cp1251", "мост?橋", "https://paper.example/news/%D0%BC%D0%BE%D1%81%D1%82?%26%2327211%3B"),
        ("cp1251", "#?мост", "https://paper.example/news/story?x=1"),
        ("utf-8", "?q=мост", "https://paper.example/news/story?q=%D0%BC%D0%BE%D1%81%D1%82"),
    ],
)
def test_queries_are_written_in_the_encoding_of_their_page(codec: str, reference: str, expected: str) -> None:
    assert absolute(BASE, reference, codec) == expected


@pytest.mark.parametrize("reference", ["http://", "http://[x/", "//", "https://h.example:port/"])
def test_what_no_browser_asks_for_has_no_address_or_stays_as_it_is(reference: str) -> None:
    found = absolute(BASE, reference)
    assert found is None or found.startswith("http")
