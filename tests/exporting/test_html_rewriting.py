"""A page of the site as a page on a disk: what goes, what becomes relative, and what is asked of the site for it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from starlette.types import Receive, Scope, Send

from archiver.errors import ArchiveError, LimitError
from archiver.exporting.htmlasking import Answer, Asker
from archiver.exporting.htmlrewriting import POLICY, Links, rewritten


class Folder(Links):
    """`/page` is a page, `/other` is withheld, `/file` holds a picture, `/style` a style sheet."""

    def page(self, address: str) -> str | None:
        assert is_of_the_site(address)
        return {"/page": "articles/a b.html", "/page?q=1": "articles/q.html"}.get(address)

    def is_withheld(self, address: str) -> bool:
        return address == "/other"

    async def style(self, address: str) -> str | None:
        assert is_of_the_site(address)
        return "static/s.css" if address == "/style" else None

    async def media(self, address: str) -> str | None:
        assert is_of_the_site(address)
        return "media/m.png" if address == "/file" else None

    async def payload(self, address: str) -> str | None:
        return await self.media(address) if address == "/file" else None


def is_of_the_site(address: str) -> bool:
    """Nothing else is to be asked for."""
    return address.startswith("/") and not address.startswith("//")


def page(body: str, head: str = "", file: str = "posts/p.html") -> str:
    html = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return asyncio.run(rewritten(html, file, Folder()))


def body(html: str, file: str = "posts/p.html") -> str:
    return page(html, file=file).partition("<body>")[2].partition("</body>")[0].strip()


@pytest.mark.parametrize(
    "element",
    ["script", "noscript", "template", "form", "iframe", "object", "dialog", "svg><script", "form><template"],
)
def test_what_needs_a_server_or_a_script_goes_with_all_in_it(element: str) -> None:
    name = element.rpartition("><")[2]
    left = body(f"<p>a</p><{element}>within</{name}><p>b</p>")
    assert "within" not in left
    assert f"<{name}" not in left


@pytest.mark.parametrize("tag", ["embed", "base", "meta http-equiv=refresh content=0"])
def test_so_does_what_has_nothing_in_it(tag: str) -> None:
    left = page(f"<p>a</p><{tag}>", head=f"<{tag}>")
    assert left.count("<meta") == 1  # our own policy
    assert not re.search("<(?:embed|base)", left)


@pytest.mark.parametrize(
    "name",
    ["onclick", "onx", "style", "srcset", "srcdoc", "ping", "target", "integrity", "nonce", "action", "formaction",
     "background"],
)  # fmt: skip
def test_an_attribute_that_acts_goes(name: str) -> None:
    assert body(f'<p {name}="x" class="c">a</p>') == '<p class="c">a</p>'


def test_the_policy_comes_before_everything_that_it_is_for() -> None:
    left = page("<p>a</p>", head="<link rel=stylesheet href=/style><title>t &lt;head></title>")
    assert left.startswith(
        f'<!DOCTYPE html><html><head>\n<meta http-equiv="Content-Security-Policy" content="{POLICY}"><link'
    )
    assert dict(part.split(" ", 1) for part in POLICY.split("; ")) == {
        "default-src": "'none'",
        "style-src": "'self' file:",
        "img-src": "'self' file:",
        "media-src": "'self' file:",
        "form-action": "'none'",
        "base-uri": "'none'",
    }


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<a href=/page>t</a>", '<a href="../articles/a%20b.html">t</a>'),
        ("<a href=/page#part>t</a>", '<a href="../articles/a%20b.html#part">t</a>'),
        ("<a href='/page?q=1#x'>t</a>", '<a href="../articles/q.html#x">t</a>'),
        ("<a href=#part>t</a>", '<a href="#part">t</a>'),
        ("<a href=/file>t</a>", '<a href="../media/m.png">t</a>'),
        ("<a href=HTTPS://web.example/>t</a>", '<a href="HTTPS://web.example/">t</a>'),
        ("<a href=/nowhere>t</a>", "<a>t</a>"),
        ("<a href=//web.example/page>t</a>", "<a>t</a>"),
        ("<a href=page>t</a>", "<a>t</a>"),
        ("<a href='javascript:alert(1)'>t</a>", "<a>t</a>"),
        ("<p><a href=/other>a title</a> b</p>", "<p> b</p>"),
        ("<ul><li><a href=/other>a title</a> and more</li><li>b</li></ul>", "<ul><li>b</li></ul>"),
        ("<ul><li><a href=/other>a title</a></li></ul>", ""),
        ("<ul class=actions><li><a href=/nowhere>do</a></li><li>b</li></ul>", '<ul class="actions"><li>b</li></ul>'),
        ("<ul><li><a href=/nowhere>t</a></li></ul>", "<ul><li><a>t</a></li></ul>"),
    ],
)
def test_links(html: str, left: str) -> None:
    assert body(html) == left


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<img src=/file alt=a>", '<img src="../media/m.png" alt="a">'),
        ("<img src=/lost alt='a &lt;b>'>", "[a &lt;b&gt;: not in this folder]"),
        ("<img src=/lost>", "[picture: not in this folder]"),
        ("<img src=https://web.example/file>", "[picture: not in this folder]"),
        ("<img src=//web.example/file>", "[picture: not in this folder]"),
        ("<img>", "[picture: not in this folder]"),
        ("<video src=/file poster=/file controls></video>", '<video src="../media/m.png" controls=""></video>'),
        ("<video src=/lost></video>", "[film: not in this folder]"),
        ("<audio src=https://web.example/></audio>", "[film: not in this folder]"),
        ("<video><source src=/lost><track src=https://web.example/></video>", "[film: not in this folder]"),
    ],
)
def test_files(html: str, left: str) -> None:
    assert body(html) == left


def test_no_sheet_comes_from_elsewhere() -> None:
    heads = ("<link rel=stylesheet href=//web.example/style>", "<link rel=icon href=/style>", "<link rel=stylesheet>")
    for head in heads:
        assert "<link" not in page("", head=head)
    assert '<link rel="stylesheet" href="static/s.css">' in page(
        "", head="<link rel=stylesheet href=/style>", file="index.html"
    )


# -- what the site is asked


def site(*messages: dict[str, object], fails: Exception | None = None) -> Callable[..., Awaitable[None]]:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)
        if fails:
            raise fails

    return app


def start(status: int = 200, **headers: str) -> dict[str, object]:
    fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": fields}


def part(data: bytes, more: bool = False) -> dict[str, object]:
    return {"type": "http.response.body", "body": data, "more_body": more}


def taken(app: Callable[..., Awaitable[None]]) -> tuple[Answer | None, bytes]:
    data = bytearray()
    answer = asyncio.run(Asker(app).file("/x", data.extend, types=("image/png",), most=10))
    return answer, bytes(data)


def test_a_file_of_a_type_that_is_wanted_is_taken() -> None:
    answer, data = taken(site(start(content_type="image/PNG; x=y"), part(b"01234", True), part(b"56789")))
    assert answer is not None
    assert data == b"0123456789"


@pytest.mark.parametrize(
    "messages",
    [
        (start(206, content_type="image/png"), part(b"x")),
        (start(502, content_type="image/png"), part(b"x")),
        (start(content_type="image/svg+xml"), part(b"x")),
        (start(), part(b"x")),
        (start(content_type="image/png", content_length="11"), part(b"x")),
        (start(content_type="image/png", content_length="x"), part(b"x")),
    ],
)
def test_a_file_that_is_not_wanted_is_not_begun(messages: tuple[dict[str, object], ...]) -> None:
    assert taken(site(*messages)) == (None, b"")


def test_a_file_that_is_longer_than_it_said_is_not_taken() -> None:
    answer, data = taken(site(start(content_type="image/png", content_length="5"), part(b"0" * 10, True), part(b"1")))
    assert answer is None
    assert len(data) == 10


def test_a_page_that_is_too_long_is_an_error() -> None:
    app = site(start(content_type="text/html"), part(b"0" * 10))
    assert asyncio.run(Asker(app).page("/", most=10)).body == b"0" * 10
    with pytest.raises(LimitError, match="more than 9 bytes"):
        asyncio.run(Asker(app).page("/", most=9))


def test_a_site_that_fails_is_an_error_and_its_own_page_of_that_is_one() -> None:
    with pytest.raises(ArchiveError, match="could not be made"):
        asyncio.run(Asker(site(fails=RuntimeError("x"))).page("/", most=10))
    with pytest.raises(ArchiveError, match="no answer"):
        asyncio.run(Asker(site()).page("/", most=10))
    told = asyncio.run(Asker(site(start(500), part(b"sorry"), fails=RuntimeError("x"))).page("/", most=10))
    assert (told.status, told.body) == (500, b"sorry")
    with pytest.raises(OSError, match="full"):
        asyncio.run(Asker(site(start(), fails=OSError("full"))).page("/", most=10))


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("/there?a=b", ["/from", "/there"]),
        ("//web.example/there", ["/from"]),
        ("https://web.example/", ["/from"]),
        ("", ["/from"]),
        ("/from", ["/from"] * 5),
    ],
)
def test_redirects_are_followed_within_the_site(location: str, asked: list[str]) -> None:
    paths: list[str] = []

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        paths.append(scope["path"])
        await send(start(302, location=location) if scope["path"] == "/from" else start())
        await send(part(b""))

    asyncio.run(Asker(app).page("/from", most=10))
    assert paths == asked
