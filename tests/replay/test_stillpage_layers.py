"""A captured page is made still, and what was written is read again. Each layer is tried here alone and by name: what
falls out of a list of what acts is seen."""

from __future__ import annotations

import html as markup
import re

import pytest

from archiver.replay import stillpage
from archiver.replay.stillpage import Leading, Need, RestlessPageError, StillPage, still_page

PAGE = "https://paper.example/news/story"
SITE = "http://127.0.0.1/archives/harbour/20240506093000/"
LEAD = Leading(resource=lambda url, kind: f"/led/{kind}/{url}", page=lambda url: f"{SITE}{url}")

ELEMENTS = (
    "script", "template", "object", "embed", "applet", "portal", "fencedframe", "base", "noembed", "noframes",
    "plaintext", "svg><animate", "svg><set", "svg><animatetransform", "svg><animatemotion", "svg><animatecolor",
    "svg><discard", "svg><handler", "svg><listener", "svg><script", "math><annotation-xml><script",
)  # fmt: skip
ATTRIBUTES = (
    "accesskey", "action", "allow", "allowfullscreen", "archive", "attributionsrc", "autofocus", "autoplay", "cite",
    "classid", "codebase", "command", "commandfor", "contenteditable", "crossorigin", "csp", "data", "download",
    "formaction", "formtarget", "http-equiv", "imagesizes", "imagesrcset", "integrity", "is", "longdesc", "manifest",
    "nonce", "onclick", "onfocus", "onbegin", "onx", "ping", "profile", "referrerpolicy", "sandbox",
    "shadowrootclonable", "shadowrootdelegatesfocus", "shadowrootmode", "slot", "srcdoc", "target", "xml:base",
)  # fmt: skip
NAMING = (
    '<p other="//evil.example/">', '<p other="a:b">', '<p other="/\t/evil.example/">', r'<p other="\\evil.example\">',
    '<p href="//evil.example/">', '<svg><use xlink:href="s.svg#a">', '<a href="//evil.example/">',
    '<img src="//evil.example/">', '<img srcset="//evil.example/ 2x">', '<table><td background="//evil.example/">',
    '<img usemap="//evil.example/#m">', '<iframe src="data:text/html,x">', '<video src="data:text/plain,x">',
    '<link rel="icon" href="#a">', '<link rel="stylesheet" href="data:text/css,x">', '<p @click="1">', '<p a"b="1">',
    "<p>a<!-- b -->c",
)  # fmt: skip
HARMLESS = (
    '<p data-x="//a:b" aria-label="a:b" title="http://a/" class="a:b">t</p>', '<a href="#a">t</a>',
    '<img src="data:image/png;base64,AA==" alt="a:b">', '<img usemap="#m">', '<p other="a/b?c=d">t</p>',
    '<meta name="description" content="http://a/">',
)  # fmt: skip


def still(html: str) -> StillPage:
    return still_page(html, url=PAGE, lead=LEAD)


def body(html: str) -> str:
    return still(html).html.partition("<body>")[2].partition("</body>")[0]


@pytest.mark.parametrize("element", ELEMENTS)
def test_an_element_that_acts_is_taken_out(element: str) -> None:
    name = element.rpartition("><")[2]
    assert f"<{name}" not in still(f"<p>before</p><{element} a=b>within</{name}>").html.lower()


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_an_attribute_that_acts_is_taken_out(name: str) -> None:
    assert body(f'<p {name}="x">t</p>') == "<p>t</p>"


@pytest.mark.parametrize("html", NAMING)
def test_what_may_name_something_elsewhere_is_led_or_taken_out(html: str) -> None:
    left = markup.unescape(still(html).html)
    for address in re.findall(r"\S*evil\.example\S*|a:b|data:\S+", left):
        assert address.startswith(('src="/led/', 'href="/led/', f'href="{SITE}', 'srcset="/led/', 'background="/led/'))
    assert not re.search(r"@click|a\"b|<!--", left)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made still: the second reading stands alone."""
    monkeypatch.setattr(stillpage._Still, "over", lambda _self, html: html)


@pytest.mark.usefixtures("bare")
class TestSecondReading:
    @pytest.mark.parametrize("element", [element for element in ELEMENTS if element != "base"])
    def test_an_element_that_acts_is_seen(self, element: str) -> None:
        with pytest.raises(RestlessPageError):
            still(f"<p>before</p><{element} a=b>within</{element.rpartition('><')[2]}>")

    @pytest.mark.parametrize("name", ATTRIBUTES)
    def test_an_attribute_that_acts_is_seen(self, name: str) -> None:
        with pytest.raises(RestlessPageError):
            still(f'<p {name}="x">t</p>')

    @pytest.mark.parametrize("html", NAMING)
    def test_what_may_name_something_elsewhere_is_seen(self, html: str) -> None:
        with pytest.raises(RestlessPageError):
            still(html)

    @pytest.mark.parametrize("html", HARMLESS)
    def test_what_is_harmless_passes(self, html: str) -> None:
        assert still(html).html == html


def test_a_sheet_within_a_drawing_does_not_make_text_of_its_page() -> None:
    """What is text in it would be markup where a parser takes it for HTML's."""
    assert "<p>t</p>" in body("<svg><style>&lt;/style>&lt;img src=x onerror=1>i{}</style></svg><p>t</p>")


@pytest.mark.parametrize("html", HARMLESS)
def test_what_is_harmless_stays(html: str) -> None:
    assert html in still(html).html


def test_pages_within_pages_end_at_a_depth() -> None:
    def framed(inner: str) -> str:
        return f'<iframe src="https://evil.example/" srcdoc="{markup.escape(inner)}"></iframe>'

    page = still(framed("<p>one</p>" + framed("<p>two</p>" + framed("<p>three</p>"))))
    assert "one" in page.html
    assert "two" in page.html
    assert "three" not in page.html
    assert "evil.example" not in page.html


def test_scripts_of_pages_within_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert still('<script></script><iframe srcdoc="<script></script><p onclick=1>"></iframe>').scripts == 3
    monkeypatch.setattr(stillpage._Still, "restless", lambda self, _page: self.depth > 0)
    assert body('<iframe srcdoc="<p>t</p>"></iframe>') == '<iframe srcdoc=""></iframe>'


def test_elements_of_pages_within_count_as_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stillpage, "MAX_ELEMENTS", 40)
    assert "<i>" in body("<i></i>" * 30)
    inner = '<iframe srcdoc="{}"></iframe>'.format("<b></b>" * 10)
    assert body(inner * 2).count("&lt;b&gt;") == 20
    with pytest.raises(RestlessPageError):
        still(inner * 6)


@pytest.mark.parametrize(
    ("html", "address"),
    [
        ("<base href=//cdn.example/x/><base href=//other.example/>", "https://cdn.example/x/a.png"),
        ("<base href='javascript:1'><base href=//other.example/>", "https://paper.example/news/a.png"),
        ("<base target=_blank><base href=//cdn.example/>", "https://cdn.example/a.png"),
        ("<base href='http://[bad'>", "https://paper.example/news/a.png"),
    ],
)
def test_the_first_base_counts_whatever_it_is(html: str, address: str) -> None:
    """HTML standard, section 4.2.3."""
    assert still(f"{html}<img src=a.png>").needs == (Need(address, "image"),)


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<a href=#p>t</a>", '<a href="#p">t</a>'),
        (f"<a href={PAGE}#p>t</a>", '<a href="#p">t</a>'),
        ("<a href=story#p>t</a>", f'<a href="{SITE}https://cdn.example/story" '),
        ("<a href=//other.example/#p>t</a>", f'<a href="{SITE}https://other.example/" '),
        ("<a href=ftp://other.example/>t</a>", "<a>t</a>"),
        ("<a href='http://[bad'>t</a>", "<a>t</a>"),
        ("<area href=/b>", f'<area href="{SITE}https://cdn.example/b" target="_top" rel="noreferrer noopener">'),
    ],
)
def test_where_links_lead_with_a_base(html: str, left: str) -> None:
    assert left in still(f"<base href=//cdn.example/>{html}").html


def test_a_page_within_its_own_address_that_cannot_be_read() -> None:
    for address in ("data:text/html;base64,A", "data:text/html"):
        assert body(f'<iframe src="{address}"></iframe>').replace(' src=""', "") == "<iframe></iframe>"
    read = body("<iframe src='data:text/html;charset=utf-8;base64,PGI+dDwvYj4='></iframe>")
    assert "<b>t</b>" in markup.unescape(read)


def test_sheets_keep_their_relation() -> None:
    sheets = "<link rel='Alternate StyleSheet' title=t href=a><link rel='stylesheet preload' as=style href=b>"
    assert re.findall('rel="([^"]*)"', still(sheets).html) == ["alternate stylesheet", "stylesheet"]
    late = still("<link rel=stylesheet media=print onload=\"this.media='all'\" href=c>").html
    assert "media" not in late


def test_the_picture_of_a_button() -> None:
    page = still("<input type=image src=go.png>")
    assert page.needs == (Need("https://paper.example/news/go.png", "image"),)
    assert 'src="/led/image/https://paper.example/news/go.png"' in page.html
