"""Where style sheets load from leads to the archive, and nothing else of them is touched."""

from __future__ import annotations

import time

import pytest

from archiver.replay.stylesheets import rewrite_css


def led(text: str) -> str:
    return rewrite_css(text, lambda address, purpose: f"/{purpose}/{address}")


@pytest.mark.parametrize(
    ("sheet", "rewritten"),
    [
        ("a{b:url(x.png)}", 'a{b:url("/any/x.png")}'),
        ("a{b:URL( 'x y' )}", 'a{b:url("/any/x y")}'),
        ("@import 'q.css' screen;", '@import "/style/q.css" screen;'),
        ("@import url(q.css) print;", '@import "/style/q.css" print;'),
        ('@import"q.css"', '@import "/style/q.css"'),
        ("@font-face{src:url(f.woff2) format('woff2')}", "@font-face{src:url(\"/any/f.woff2\") format('woff2')}"),
        (
            "a{b:image-set('a.png' 1x, url(b.png) 2x type('image/png'))}",
            'a{b:image-set("/any/a.png" 1x, url("/any/b.png") 2x type(\'image/png\'))}',
        ),
        (r"a{b:url(\78.png)}", 'a{b:url("/any/x.png")}'),
        ('a{b:url("x\\"y")}', 'a{b:url("/any/x\\22 y")}'),
        ("a{b:url(</style>)}", 'a{b:url("/any/\\3c /style\\3e ")}'),
        ("a{b:url(x", 'a{b:url("/any/x")'),
        ("a{b:'open\nurl(y)}", 'a{b:\'open\nurl("/any/y")}'),
    ],
)
def test_addresses_are_led(sheet: str, rewritten: str) -> None:
    assert led(sheet) == rewritten


@pytest.mark.parametrize(
    "sheet",
    [
        "a{content:'url(x)'}",
        "/* url(x) @import 'y' */",
        "a{b:url()}",
        "@namespace svg url(http://www.w3.org/2000/svg);",
        "a{b:my-url(x)}",
        "a{color:red;margin:0 auto}@media (min-width:40em){b{c:calc(1px + 2%)}}",
        r"a\'b{c:d}",
        "",
    ],
)
def test_everything_else_stays(sheet: str) -> None:
    assert led(sheet) == sheet


@pytest.mark.parametrize(
    "piece",
    [
        '"\\"',
        '\\"',
        "url(",
        "image-set(",
        'image-set("a',
        "@import ",
        "/*",
        "url(\\",
        "@namespace ",
        "url( ",
        "'\n",
        "type(",
    ],
)
def test_no_sheet_takes_longer_than_its_length_allows(piece: str) -> None:
    began = time.process_time()
    led(piece * 100_000)
    assert time.process_time() - began < 3
