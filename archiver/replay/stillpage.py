"""A captured HTML page as a still one: as it looked, led to the archive, with nothing in it that acts.

What keeps a hostile page in is the sandbox and the policy that it is sent with (`isolation`); this makes of it a page
that still looks right within them, and takes out what neither reaches: links that a reader may click (they lead to this
site's page of that address), and hints for connections (`preconnect`, `dns-prefetch`). What may name an address is
kept only where it is known what it does with it.

HTML standard: sections 2.4 (URLs), 4.2.4 (`link`), 4.8.4.2 (`srcset`), 13.3 (serialising); SVG 2, section 16 (links);
SMIL animation. Parsed and written by Lexbor, as a browser without scripts does, which is why the contents of `noscript`
are part of the page. What was written is read again, because markup exists that a parser reads otherwise the second
time ("mutation XSS").
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.platforms.bounds import parse
from archiver.replay.stylesheets import rewrite_css

MAX_ELEMENTS = 200_000
"""Of one page, with the pages in it: more are given as text."""

MAX_DEPTH = 2
"""Of pages within `srcdoc`."""

PASSES = 3
"""Markup that a parser reads otherwise when it is written again is written again so often."""


class Need(NamedTuple):
    """Something that the page loads."""

    url: str
    kind: str
    """`image`, `style`, `font`, `media`, `frame` or `any`."""


class StillPage(NamedTuple):
    html: str
    needs: tuple[Need, ...]
    """In the order of the page, each once; what its style sheets load is not among them."""
    scripts: int
    """Scripts and handlers that were taken out."""


class Leading(NamedTuple):
    """Where the addresses of a page lead."""

    resource: Callable[[str, str], str]
    """Absolute http(s) URL and kind to the address of its capture, within the page's own origin."""
    page: Callable[[str], str]
    """Absolute http(s) URL to the address at which the site shows it."""
    target: str = "_top"
    """Where links open."""


class RestlessPageError(ValueError):
    """The markup does not come to rest, or is too much: show its text instead (`words_of`)."""


def still_page(html: str, *, url: str, lead: Leading) -> StillPage:
    """A captured page without anything that acts, its addresses led to the archive.

    html: decoded. url: what it was fetched from.

    Raises `RestlessPageError`.
    """
    work = _Still(url, lead)
    text = work.over(html)
    for _ in range(PASSES):
        again = LexborHTMLParser(text)  # as a browser will: all of it
        if not work.restless(again):
            return StillPage(text, tuple(work.needs), work.scripts)
        text = work.over(text)
    raise RestlessPageError("markup that reads otherwise each time it is written")


def words_of(html: str) -> str:
    """The text of a page that cannot be shown as one, its markup and programs left out."""
    page = parse(html)
    page.strip_tags(["script", "style", "template", "head"], recursive=True)
    root = page.root
    return root.text(separator="\n") if root is not None else ""


ACTING = frozenset({
    "script", "template", "object", "embed", "applet", "portal", "fencedframe", "base", "noembed", "noframes",
    "plaintext", "animate", "set", "animatetransform", "animatemotion", "animatecolor", "discard", "handler",
    "listener",
})  # fmt: skip
"""Elements that run, load a program, hide markup from a reader without scripts, or set attributes later (SMIL)."""

_LOADS = {
    ("img", "src"): "image", ("input", "src"): "image", ("video", "poster"): "image", ("video", "src"): "media",
    ("audio", "src"): "media", ("source", "src"): "media", ("track", "src"): "media", ("iframe", "src"): "frame",
    ("frame", "src"): "frame", ("body", "background"): "image", ("table", "background"): "image",
    ("td", "background"): "image", ("th", "background"): "image", ("tr", "background"): "image",
    ("link", "href"): "style", ("image", "href"): "image", ("image", "xlink:href"): "image",
    ("feimage", "href"): "image", ("feimage", "xlink:href"): "image",
}  # fmt: skip
_LINKS = frozenset({"href", "xlink:href"})
_LINKING = frozenset({"a", "area"})
"""The elements that a reader follows; of any other, `href` may name a part of the page itself only."""

_LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-url", "data-hi-res-src")
_LAZY_SETS = ("data-srcset", "data-lazy-srcset")

_CHOICES = frozenset({"option", "optgroup", "hr"})

_NAME = re.compile(r"[a-zA-Z_][\w:.-]*", re.ASCII)
_KNOWN = frozenset({
    "abbr", "align", "alt", "bgcolor", "border", "cellpadding", "cellspacing", "class", "clear", "color", "cols",
    "colspan", "content", "d", "datetime", "dir", "face", "font-family", "for", "frame", "headers", "height",
    "hidden", "hspace", "id", "itemprop", "itemtype", "kind", "label", "lang", "media", "name", "nowrap",
    "placeholder", "points", "preserveaspectratio", "property", "rel", "role", "rows", "rowspan", "rules", "scope",
    "size", "sizes", "span", "srclang", "start", "summary", "tabindex", "title", "transform", "type", "valign",
    "value", "viewbox", "vspace", "width", "xml:lang", "xmlns", "xmlns:xlink",
})  # fmt: skip
"""Attributes of which no value names what a browser fetches or opens, so that any is kept."""
_DROPPED = frozenset({
    "accesskey", "action", "allow", "allowfullscreen", "archive", "attributionsrc", "autofocus", "autoplay", "cite",
    "classid", "codebase", "command", "commandfor", "contenteditable", "crossorigin", "csp", "data", "download",
    "formaction", "formtarget", "http-equiv", "imagesizes", "imagesrcset", "integrity", "is", "longdesc", "manifest",
    "nonce", "ping", "popover", "popovertarget", "profile", "referrerpolicy", "sandbox", "shadowrootclonable",
    "shadowrootdelegatesfocus", "shadowrootmode", "slot", "srcdoc", "target", "xml:base",
})  # fmt: skip
_DATA = re.compile(r"data:", re.IGNORECASE)
_DATA_PAGE = re.compile(r"data:(?:text/html|application/xhtml\+xml)(;[^,]*)?,(.*)", re.IGNORECASE | re.DOTALL)
_TELLING = re.compile(r"[:\\]|//")
_HTML_SPACE = " \t\n\f\r"


class _Still:
    """One page's work: what was led, what it needs, what was taken out."""

    def __init__(self, url: str, lead: Leading, *, depth: int = 0, within: _Still | None = None) -> None:
        self.url = url
        self.base = url
        self.lead = lead
        self.depth = depth
        self.needs: dict[Need, None] = within.needs if within else {}
        self.led: set[str] = within.led if within else set()
        self.counted: list[int] = within.counted if within else [0]
        self.scripts = 0

    def over(self, html: str) -> str:
        self.counted[0] = 0 if self.depth == 0 else self.counted[0]
        page = parse(html)
        root = page.root
        if root is None:
            return ""
        self._find_base(page)
        # By hand and not by an iterator: what is removed is freed, and must not be looked at again.
        node: LexborNode | None = root
        while node is not None:
            node = self._element(node)
        return page.html or ""

    def _element(self, node: LexborNode) -> LexborNode | None:
        """Make one node still; the next one in the order of the page."""
        tag = (node.tag or "").lower()
        if tag == "-text":
            return _behind(node)
        self.counted[0] += 1
        if self.counted[0] > MAX_ELEMENTS:
            raise RestlessPageError("too many elements")
        if not tag or tag.startswith("-") or tag in ACTING:  # processing instructions; "-comment" and its like
            self.scripts += tag == "script"
            following = _behind(node)
            node.decompose()
            return following
        if tag == "noscript":
            following = node.first_child or _behind(node)
            node.unwrap()
            return following
        if tag == "select":
            self._plain_choices(node)
        attributes = {name.lower(): value or "" for name, value in node.attributes.items()}
        rels = attributes.get("rel", "").lower().split()
        if (tag == "meta" and _is_order(attributes)) or (tag == "link" and not _is_sheet(rels, attributes)):
            following = _behind(node)
            node.decompose()
            return following
        if tag == "link":
            attributes["rel"] = "alternate stylesheet" if "alternate" in rels else "stylesheet"
            attributes.pop("as", None)
            if "media" in attributes.get("onload", "").lower():  # put in by a script once it is there
                attributes.pop("media", None)
        following = None
        if tag in ("style", "iframe"):
            following = _behind(node)
            sheet = (node.text() or "") if tag == "style" else ""
            while (child := node.first_child) is not None:
                child.decompose()
            if sheet:
                node.insert_child(_MARKUP.sub(r"\\3c ", rewrite_css(sheet, self._resource)))
        kept = self._attributes(tag, attributes)
        for name, given in node.attributes.items():
            if kept.get(name.lower()) != (given or ""):
                del node.attrs[name]
        there = {name.lower() for name in node.attributes}
        for name, value in kept.items():
            if name not in there:
                node.attrs[name] = value
        return following if tag in ("style", "iframe") else node.first_child or _behind(node)

    def _plain_choices(self, select: LexborNode) -> None:
        """Within `select`, parsers of before 2025 take no notice of most tags, and read as markup what is text within
        those: of elements there, only their text stays."""
        behind = _behind(select)
        node = select.first_child
        while node is not None and (behind is None or node.mem_id != behind.mem_id):
            tag = (node.tag or "").lower()
            inside = node.first_child
            following = inside if inside is not None else _behind(node)
            if not tag or (tag.startswith("-") and tag != "-text") or tag in ACTING or tag == "style":
                self.scripts += tag == "script"
                following = _behind(node)
                node.decompose()
            elif tag != "-text" and tag not in _CHOICES:
                node.unwrap()
            node = following

    def restless(self, page: LexborHTMLParser) -> bool:
        """Is anything left, as a browser will read it, that was to be taken out or led elsewhere?"""
        node: LexborNode | None = page.root
        while node is not None:
            tag = (node.tag or "").lower()
            odd = not tag or (tag.startswith("-") and tag != "-text")
            if odd or tag in ACTING or self._acts(node, tag):
                return True
            node = node.first_child or _behind(node)
        return False

    def _acts(self, node: LexborNode, tag: str) -> bool:
        for name, given in node.attributes.items():
            name, value = name.lower(), given or ""
            if name.startswith("on") or not _NAME.fullmatch(name):
                return True
            if name in _DROPPED and not (
                (name == "srcdoc" and tag == "iframe") or (name == "target" and value == self.lead.target)
            ):
                return True
            if name == "usemap" and not value.startswith("#"):
                return True
            if name in _LINKS or (tag, name) in _LOADS:
                inline = (tag, name) in _LOADS and tag not in ("iframe", "frame", "link") and _DATA.match(value)
                if value and not value.startswith("#") and value not in self.led and not inline:
                    return True
        return tag == "link" and node.attributes.get("rel") not in ("stylesheet", "alternate stylesheet")

    def _find_base(self, page: LexborHTMLParser) -> None:
        for node in page.css("base[href]"):
            self.base = absolute(self.url, node.attributes.get("href") or "") or self.base
            return

    def _attributes(self, tag: str, given: dict[str, str]) -> dict[str, str]:
        kept: dict[str, str] = {}
        for name, value in given.items():
            if name.startswith("on"):
                self.scripts += 1
            elif not _NAME.fullmatch(name):
                continue
            elif kind := _LOADS.get((tag, name)):
                if address := self._resource(value, kind):
                    kept[name] = address
            elif name in _LINKS:
                address = self._link(value) if tag in _LINKING else value if value.startswith("#") else ""
                if address:
                    kept[name] = address
            elif name == "srcset":
                kept[name] = self._set(value)
            elif name == "style":
                kept[name] = rewrite_css(value, self._resource)
            elif name == "usemap":
                if value.startswith("#"):
                    kept[name] = value
            elif name in _DROPPED:
                continue
            elif name in _KNOWN or name.startswith(("data-", "aria-")) or not _TELLING.search(value):
                kept[name] = value
        if tag in _LINKING and any(not kept.get(name, "#").startswith("#") for name in _LINKS):
            kept |= {"target": self.lead.target, "rel": "noreferrer noopener"}
        elif tag == "img":
            self._lazy(given, kept)
        elif tag in ("video", "audio"):
            kept |= {"controls": "", "preload": "none"}
        elif tag == "iframe":
            inner = given.get("srcdoc")
            if inner is None:
                inner = _data_page(given.get("src", ""))
            if inner is not None:
                kept.pop("src", None)
                kept["srcdoc"] = self._within(inner) if self.depth < MAX_DEPTH else ""
        return kept

    def _within(self, markup: str) -> str:
        try:
            inner = _Still(self.base, self.lead, depth=self.depth + 1, within=self)
            text = inner.over(markup)
            if inner.restless(LexborHTMLParser(text)):
                return ""
        except RestlessPageError:
            return ""
        self.scripts += inner.scripts
        return text

    def _lazy(self, given: dict[str, str], kept: dict[str, str]) -> None:
        """Pictures that a script would have put in."""
        if not given.get("src") or _DATA.match(given["src"]):
            for name in _LAZY:
                if (value := given.get(name, "")) and (address := self._resource(value, "image")):
                    kept["src"] = address
                    break
        if "srcset" not in given:
            for name in _LAZY_SETS:
                if later := given.get(name):
                    kept["srcset"] = self._set(later)
                    break

    def _set(self, value: str) -> str:
        """HTML standard, section 4.8.4.3.10."""
        led = []
        for address, descriptors in _candidates(value):
            if to := self._resource(address, "image"):
                led.append(f"{to.replace(',', '%2C') if not _DATA.match(to) else to} {descriptors}".strip())
        return ", ".join(led)

    def _resource(self, reference: str, kind: str) -> str:
        reference = reference.strip()
        if (
            reference.startswith("#")
            or reference in self.led
            or (kind not in ("frame", "style") and _DATA.match(reference))
        ):
            return reference
        # a comma of an address in `srcset` was encoded the last time
        if reference.replace("%2C", ",") in self.led:
            return reference
        url = absolute(self.base, reference)
        if url is None:
            return ""
        self.needs[Need(url, kind)] = None
        address = self.lead.resource(url, kind)
        self.led.add(address)
        return address

    def _link(self, reference: str) -> str:
        reference = reference.strip()
        if reference.startswith("#") or reference in self.led:
            return reference
        url = absolute(self.base, reference)
        if url is None:
            return ""
        fragment = reference.partition("#")[2]
        if fragment and url == self.url.partition("#")[0]:
            return f"#{fragment}"
        address = self.lead.page(url)
        self.led.add(address)
        return address


_MARKUP = re.compile(r"<(?=[A-Za-z/!?])")


def _is_order(attributes: dict[str, str]) -> bool:
    """Does a `meta` tell the browser what to do, and not only what the page is?"""
    return "charset" in attributes or "http-equiv" in attributes or attributes.get("name", "").lower() == "referrer"


def _is_sheet(rels: list[str], attributes: dict[str, str]) -> bool:
    """Also one that a script makes of a hint once it is there (`rel="preload" as="style"`)."""
    return "stylesheet" in rels or ("preload" in rels and attributes.get("as", "").lower() == "style")


def _behind(node: LexborNode) -> LexborNode | None:
    """The next node in the order of the page that is not within this one."""
    at: LexborNode | None = node
    while at is not None:
        following: LexborNode | None = at.next
        if following is not None:
            return following
        at = at.parent
    return None


def _candidates(value: str) -> list[tuple[str, str]]:
    """The addresses of a `srcset` with their descriptors."""
    found = []
    position, end = 0, len(value)
    while position < end:
        while position < end and value[position] in _HTML_SPACE + ",":
            position += 1
        start = position
        while position < end and value[position] not in _HTML_SPACE:
            position += 1
        address = value[start:position]
        if not address:
            break
        if address.endswith(","):
            found.append((address.rstrip(","), ""))
            continue
        start, depth = position, 0
        while position < end and (depth or value[position] != ","):
            depth += (value[position] == "(") - (value[position] == ")" and depth > 0)
            position += 1
        found.append((address, value[start:position].strip()))
    return found


def _data_page(address: str) -> str | None:
    """The markup of a page that is within its own address (RFC 2397); null where it is none."""
    found = _DATA_PAGE.match(address.strip())
    if not found:
        return None
    data = unquote_to_bytes(found[2].partition("#")[0])
    if (found[1] or "").lower().replace(" ", "").endswith(";base64"):
        try:
            data = b64decode(data)
        except (binascii.Error, ValueError):
            return None
    return data.decode("utf-8", "replace")


def absolute(base: str, reference: str) -> str | None:
    """Absolute http(s) URL without its fragment; null for every other scheme, and what is no URL."""
    try:
        url = urljoin(base, re.sub(r"[\t\n\r]", "", reference).strip()).partition("#")[0]
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None
