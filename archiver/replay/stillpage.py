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
from urllib.parse import unquote_to_bytes

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.platforms.bounds import parse
from archiver.replay import pictures
from archiver.replay.doctype import doctype_of
from archiver.replay.references import absolute, fragment_of
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
    onward: str | None = None
    """Where the page sends its reader of itself (`meta http-equiv="refresh"`): an absolute http(s) URL."""


class Leading(NamedTuple):
    """Where the addresses of a page lead."""

    resource: Callable[[str, str], str]
    """Absolute http(s) URL and kind to the address of its capture, within the page's own origin."""
    page: Callable[[str], str]
    """Absolute http(s) URL to the address at which the site shows it."""
    there: Callable[[str], bool] = lambda _: True
    """Has the archive something to show for an absolute http(s) URL? Of what an element offers (sizes of a picture,
    formats of a film), what is there is shown."""
    target: str = "_top"
    """Where links open."""


class RestlessPageError(ValueError):
    """The markup does not come to rest, or is too much: show its text instead (`words_of`)."""


def still_page(html: str, *, url: str, lead: Leading, codec: str = "utf-8") -> StillPage:
    """A captured page without anything that acts, its addresses led to the archive.

    html: decoded. url: what it was fetched from. codec: of what its addresses' queries are written in
    (`archiver.article.encoding.query_codec`).

    Raises `RestlessPageError`.
    """
    work = _Still(url, lead, codec=codec)
    text = work.over(html)
    for _ in range(PASSES):
        again = LexborHTMLParser(text)  # as a browser will: all of it
        if not work.restless(again):
            return StillPage(text, tuple(work.needs), work.scripts, work.onward)
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
    ("frame", "src"): "frame", ("link", "href"): "style", ("image", "href"): "image", ("image", "xlink:href"): "image",
    ("feimage", "href"): "image", ("feimage", "xlink:href"): "image",
    ("body", "background"): "image", ("table", "background"): "image", ("thead", "background"): "image",
    ("tbody", "background"): "image", ("tfoot", "background"): "image", ("tr", "background"): "image",
    ("td", "background"): "image", ("th", "background"): "image", ("col", "background"): "image",
    ("colgroup", "background"): "image",
}  # fmt: skip
_NOT_INLINE = frozenset({"frame", "style", "media"})
"""What is not taken from within its own address (`data:`): pages and sheets would not be made still, and of a film it
is not known that it is none that names others (a play list)."""
_LINKS = frozenset({"href", "xlink:href"})
_LINKING = frozenset({"a", "area"})
"""The elements that a reader follows; of any other, `href` may name a part of the page itself only."""

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
_SAID = ("data-", "aria-")
_CHECKED = frozenset({"style", "srcdoc"})
"""Attributes whose values are made still in ways of their own."""
_DROPPED = frozenset({
    "accesskey", "action", "allow", "allowfullscreen", "archive", "attributionsrc", "autofocus", "autoplay", "cite",
    "classid", "codebase", "command", "commandfor", "contenteditable", "crossorigin", "csp", "data", "download",
    "formaction", "formtarget", "http-equiv", "imagesizes", "imagesrcset", "integrity", "is", "longdesc", "manifest",
    "nonce", "ping", "profile", "referrerpolicy", "sandbox", "shadowrootclonable",
    "shadowrootdelegatesfocus", "shadowrootmode", "slot", "srcdoc", "target", "xml:base",
})  # fmt: skip
_DATA = re.compile(r"data:", re.IGNORECASE)
_DATA_PAGE = re.compile(r"data:(?:text/html|application/xhtml\+xml)(;[^,]*)?,(.*)", re.IGNORECASE | re.DOTALL)
_TELLING = re.compile(r"[:\\]|/[\t\n\r]*+/")
"""May a value name what is elsewhere? Parsers of addresses take no notice of tabs and line ends (WHATWG URL, 4.4)."""
_REFRESH = re.compile(
    r"\s*+[\d.]*+\s*+[;,]?\s*+(?:url\s*+=\s*+)?(?:\"([^\"]*+)|'([^']*+)|(.*))", re.IGNORECASE | re.DOTALL
)
"""HTML standard, section 4.2.5.3."""
NEIGHBOURS = 20
"""Of an element, that are looked at for what is offered in its place."""
_LOOKED_INTO = frozenset({"link", "style", "iframe", "video", "audio", "pre", "listing", "textarea"})
"""Elements of which more is made than of their attributes."""
_NEWLINE_LOST = frozenset({"pre", "listing", "textarea"})
"""A parser drops a line end with which their text begins (HTML standard, section 13.1.2.5)."""


class _Still:
    """One page's work: what was led, what it needs, what was taken out."""

    def __init__(
        self, url: str, lead: Leading, *, depth: int = 0, within: _Still | None = None, codec: str = "utf-8"
    ) -> None:
        self.url = url
        self.codec = codec
        self.base = url
        self.lead = lead
        self.depth = depth
        self.needs: dict[Need, None] = within.needs if within else {}
        self.led: set[str] = within.led if within else set()
        self.counted: list[int] = within.counted if within else [0]
        self.scripts = 0
        self.onward: str | None = None

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
        text = doctype_of(html) + (root.html or "")  # what stands outside of the root are comments
        if sum(1 for _ in _TAG.finditer(text)) != len(page.css("*")):
            raise RestlessPageError("text that reads as tags")
        return text

    def _element(self, node: LexborNode) -> LexborNode | None:
        """Make one node still; the next one in the order of the page."""
        tag = (node.tag or "").lower()
        if tag == "-text":
            return _behind(node)
        self.counted[0] += 1
        if self.counted[0] > MAX_ELEMENTS:
            raise RestlessPageError("too many elements")
        if tag in _AS_PICTURES and (picture := self._as_picture(node)) is not None:
            return picture
        if tag in ("object", "applet") and (inside := node.first_child) is not None:
            node.unwrap()  # what browsers without the program show
            return inside
        if not tag or tag.startswith("-") or tag in ACTING:  # processing instructions; "-comment" and its like
            self.scripts += tag == "script"
            following = _behind(node)
            node.decompose()
            return following
        if tag == "noscript":
            return _without(node)
        if tag == "xmp":
            return _preformatted(node)
        if tag == "select":
            self._plain_choices(node)
        elif tag in ("picture", "video", "audio"):
            self._narrow(node, tag)
        raw = node.attributes
        if not raw and tag not in _LOOKED_INTO:
            return node.first_child or _behind(node)
        attributes = {name.lower(): value or "" for name, value in raw.items()}
        rels = attributes.get("rel", "").lower().split()
        if (tag == "meta" and _is_order(attributes)) or (tag == "link" and not _is_sheet(rels, attributes)):
            if self.onward is None and attributes.get("http-equiv", "").strip().lower() == "refresh":
                self.onward = self._sent_on(attributes.get("content", ""))
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
        if tag in _NEWLINE_LOST and (first := node.first_child) is not None and (first.text() or "")[:1] == "\n":
            first.insert_before("\n")
        kept = self._attributes(tag, attributes)
        if tag in ("img", "source"):
            self._offers(node, tag, attributes, kept)
        for name, given in raw.items():
            if kept.get(name.lower()) == (given or ""):
                del kept[name.lower()]
            else:
                del node.attrs[name]
        for name, value in kept.items():
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
        raw = node.attributes
        for name, given in raw.items():
            name, value = name.lower(), given or ""
            if name in _KNOWN:
                continue
            if name.startswith("on") or not _NAME.fullmatch(name):
                return True
            if name in _DROPPED and not (
                (name == "srcdoc" and tag == "iframe") or (name == "target" and value == self.lead.target)
            ):
                return True
            if name == "usemap" and not value.startswith("#"):
                return True
            if name in _LINKS or (tag, name) in _LOADS:
                inline = _LOADS.get((tag, name), "style") not in _NOT_INLINE and _DATA.match(value)
                if value and not value.startswith("#") and value not in self.led and not inline:
                    return True
            elif name == "srcset":
                if not all(self._has_led(one.address) for one in pictures.candidates(value)):
                    return True
            elif not name.startswith(_SAID) and name not in _CHECKED and _TELLING.search(value):
                return True
        return tag == "link" and raw.get("rel") not in ("stylesheet", "alternate stylesheet")

    def _find_base(self, page: LexborHTMLParser) -> None:
        for node in page.css("base[href]"):
            self.base = absolute(self.url, node.attributes.get("href") or "", self.codec) or self.base
            return

    def _attributes(self, tag: str, given: dict[str, str]) -> dict[str, str]:
        kept: dict[str, str] = {}
        for name, value in given.items():
            if name in _KNOWN:
                kept[name] = value
            elif name.startswith("on"):
                self.scripts += 1
            elif not _NAME.fullmatch(name) or name == "srcset" or (tag, name) in _OFFERS:
                continue
            elif kind := _LOADS.get((tag, name)):
                if address := self._resource(value, kind):
                    kept[name] = address
            elif name in _LINKS:
                address = self._link(value) if tag in _LINKING else value if value.startswith("#") else ""
                if address:
                    kept[name] = address
            elif name == "style":
                kept[name] = rewrite_css(value, self._resource)
            elif name == "usemap":
                if value.startswith("#"):
                    kept[name] = value
            elif name in _DROPPED:
                continue
            elif name.startswith(_SAID) or not _TELLING.search(value):
                kept[name] = value
        if tag in _LINKING and any(not kept.get(name, "#").startswith("#") for name in _LINKS):
            kept |= {"target": self.lead.target, "rel": "noreferrer noopener"}
        elif tag in ("video", "audio"):
            kept |= {"controls": "", "preload": "none"}
        elif tag == "iframe":
            inner = given.get("srcdoc")
            if inner is None:
                inner = _data_page(given.get("src", ""))
            if inner is not None:
                kept.pop("src", None)
                kept["srcdoc"] = self._within(inner) if self.depth < MAX_DEPTH else ""
            elif "src" not in kept and not _DATA.match(later := pictures.offered(given)[0]) and self._has(later):
                kept["src"] = self._resource(later, "frame")
        if not pictures.LATER_BACKGROUNDS.isdisjoint(given) and (behind := pictures.background(given)):
            later = rewrite_css(f"background-image:url({_css_string(behind)})", self._resource)
            for name in pictures.LATER_BACKGROUNDS:
                kept.pop(name, None)
            kept["style"] = f"{kept.get('style', '').rstrip().rstrip(';')};{later}".lstrip(";")
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

    def _as_picture(self, node: LexborNode) -> LexborNode | None:
        """An `object` or `embed` that shows a picture of the archive becomes an `img`, and so do AMP's pictures, unless
        what is for readers without scripts stands in them."""
        given = _given(node)
        address = given.get("data" if node.tag == "object" else "src", "").strip()
        if node.tag in _AMP_PICTURES:
            if not address or _holds(node, "noscript"):
                return None
        elif not address or not pictures.is_picture(given, address) or not self._has(address):
            return None
        picture = LexborHTMLParser("<img>").css("img")[0]
        picture.attrs["src"] = address
        for name in ("id", "class", "style", "width", "height", "alt", "title", "srcset", "sizes"):
            if name in given:
                picture.attrs[name] = given[name]
        node.insert_before(picture)
        made: LexborNode | None = node.prev
        node.decompose()
        return made

    def _sent_on(self, content: str) -> str | None:
        found = _REFRESH.match(content)
        address = (found[1] or found[2] or found[3] or "").strip() if found else ""
        url = absolute(self.base, address, self.codec) if address else None
        return None if url == absolute(self.url, "", self.codec) else url

    def _offers(self, node: LexborNode, tag: str, given: dict[str, str], kept: dict[str, str]) -> None:
        """The addresses of an `img` or `source`: of what it offers, what the archive has; all of it where it has
        none, so that it is told as missing."""
        src, choices = given.get("src", ""), given.get("srcset", "")
        if not (tag == "img" and _stands_again(node)):
            src, choices = pictures.offered(given)
            if src != given.get("src", "").strip() and not self._has(src) and self._has(given.get("src", "")):
                src = given["src"]
        else:
            for name in (*pictures.LATER, *pictures.LATER_SETS):
                kept.pop(name, None)
        candidates = pictures.candidates(choices)
        there = [one for one in candidates if self._has(one.address)]
        if there or (candidates and not src):
            kept["srcset"] = self._set(there or candidates)
        if there and src and not self._has(src):
            src = there[0].address  # a size that was not captured
        if src and (address := self._resource(src, "image" if tag == "img" else "media")):
            kept["src"] = address

    def _narrow(self, parent: LexborNode, tag: str) -> None:
        """Sources of which the archive has nothing give way to those beside them that are there."""
        sources: list[tuple[LexborNode, bool]] = []
        node, picture = parent.first_child, None
        while node is not None:
            if node.tag == "source":
                src, choices = pictures.offered(_given(node))
                addresses = [one.address for one in pictures.candidates(choices)] if tag == "picture" else [src]
                sources.append((node, any(map(self._has, addresses))))
            if node.tag == "img" and picture is None:
                picture = node
            node = node.next
        those = [source for source, there in sources if there]
        if picture is not None and those:
            self._spare(picture, those[0])
        if picture is not None or those:
            for source in [source for source, there in sources if not there]:
                source.decompose()

    def _spare(self, picture: LexborNode, source: LexborNode) -> None:
        """A picture that the archive has not, in whatever size, gives way to what a source beside it offers."""
        src, choices = pictures.offered(_given(picture))
        if any(map(self._has, (src, *(one.address for one in pictures.candidates(choices))))):
            return
        _, choices = pictures.offered(_given(source))
        for name in ("srcset", *pictures.LATER, *pictures.LATER_SETS):
            if name in picture.attributes:
                del picture.attrs[name]
        picture.attrs["src"] = next(one.address for one in pictures.candidates(choices) if self._has(one.address))

    def _has(self, reference: str) -> bool:
        reference = reference.strip()
        if self._has_led(reference):
            return True
        url = absolute(self.base, reference, self.codec) if reference and not reference.startswith("#") else None
        return url is not None and self.lead.there(url)

    def _has_led(self, picture: str) -> bool:
        """Is this the address of a picture as it is written: led, or within itself?"""
        return _DATA.match(picture) is not None or picture in self.led or picture.replace("%2C", ",") in self.led

    def _set(self, candidates: list[pictures.Candidate]) -> str:
        """HTML standard, section 4.8.4.3.10."""
        led = []
        for address, descriptors in candidates:
            if to := self._resource(address, "image"):
                led.append(f"{to.replace(',', '%2C') if not _DATA.match(to) else to} {descriptors}".strip())
        return ", ".join(led)

    def _resource(self, reference: str, kind: str) -> str:
        reference = reference.strip()
        if reference.startswith("#") or reference in self.led or (kind not in _NOT_INLINE and _DATA.match(reference)):
            return reference
        # a comma of an address in `srcset` was encoded the last time
        if reference.replace("%2C", ",") in self.led:
            return reference
        url = absolute(self.base, reference, self.codec)
        if url is None:
            return ""
        self.needs[Need(url, kind)] = None
        address = self.lead.resource(url, kind) + fragment_of(reference)
        self.led.add(address)
        return address

    def _link(self, reference: str) -> str:
        reference = reference.strip()
        if reference.startswith("#") or reference in self.led:
            return reference
        url = absolute(self.base, reference, self.codec)
        if url is None:
            return ""
        fragment = reference.partition("#")[2]
        if fragment and url == self.url.partition("#")[0]:
            return f"#{fragment}"
        address = self.lead.page(url)
        self.led.add(address)
        return address


_AMP_PICTURES = frozenset({"amp-img", "amp-anim"})
_AS_PICTURES = frozenset({"object", "embed"}) | _AMP_PICTURES
_OFFERS = frozenset({("img", "src"), ("source", "src")})
_MARKUP = re.compile(r"<(?=[A-Za-z/!?])")
_TAG = re.compile(r"<[A-Za-z]")
"""While a browser waits for a style sheet, it looks ahead for what to load, by a simpler parser that knows nothing of
SVG and MathML: what is text to the one can be a tag to the other, and for a `preconnect` it connects at once. So
nothing but tags may look like one in what is written."""


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


def _without(node: LexborNode) -> LexborNode | None:
    """Take an element out and leave what is within it; what comes next."""
    following = node.first_child or _behind(node)
    node.unwrap(delete_empty=True)
    return following


def _preformatted(xmp: LexborNode) -> LexborNode | None:
    """In the place of an element whose text is written as it stands, tags and all, one that looks the same, with its
    text as text; what comes next."""
    inside, above = xmp.first_child, xmp.parent
    while above is not None and above.tag not in ("svg", "math"):
        above = above.parent
    if above is not None or inside is None:  # there it is an element as any other
        return _without(xmp)
    pre = LexborHTMLParser("<pre></pre>").css("pre")[0]
    for name, value in _given(xmp).items():
        pre.attrs[name] = value
    pre.insert_child(xmp.text() or "")
    xmp.insert_before(pre)
    made: LexborNode | None = xmp.prev
    xmp.decompose()
    return made


def _given(node: LexborNode) -> dict[str, str]:
    """An element's attributes, their names in lower case."""
    return {name.lower(): value or "" for name, value in node.attributes.items()}


def _stands_again(picture: LexborNode) -> bool:
    """Does a picture stand again behind its place, for readers without scripts?"""
    parent = picture.parent
    for node in (picture, parent if parent is not None and parent.tag == "picture" else None):
        following = node.next if node is not None else None
        for _ in range(NEIGHBOURS):
            if following is None or not (following.tag or "").startswith("-") or (following.text() or "").strip():
                break
            following = following.next
        if following is not None and following.tag == "noscript" and _holds(following, "img"):
            return True
    return False


def _holds(node: LexborNode, tag: str) -> bool:
    """Is there such an element among the first within this one?"""
    inside, behind = node.first_child, _behind(node)
    for _ in range(NEIGHBOURS):
        if inside is None or (behind is not None and inside.mem_id == behind.mem_id):
            break
        if inside.tag == tag:
            return True
        inside = inside.first_child or _behind(inside)
    return False


def _css_string(address: str) -> str:
    return '"' + re.sub(r"[\"\\\n\r\f]", lambda found: f"\\{ord(found[0]):x} ", address) + '"'


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
