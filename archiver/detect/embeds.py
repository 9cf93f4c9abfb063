"""Posts as HTML: one walk over a document that asks the platforms what its elements hold.

The document is parsed once (Lexbor, as a browser would) and walked once. An element is shown only to the rules that
wait for its tag, one of its classes or one of its attributes. What a rule reads is taken as a post, and the walk goes
on behind it. All other text is kept in pieces for the grammar of flattened posts (`prose`).

Cost: linear in the document. Nesting deeper than `MAX_DEPTH` is flattened first, as browsers do, because the parser's
own cost grows with depth times elements.
"""

from __future__ import annotations

import base64
import binascii
import html as entities
import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.language import dates
from archiver.model import Mention
from archiver.platforms.base import EmbedRule, Platform, Sighting
from archiver.platforms.markup import BLOCKS, HIDDEN, Lines, events

MAX_DEPTH = 512
"""Chromium's bound on the depth of a document tree; deeper elements become siblings there too."""

MAX_PAYLOAD = 500_000
"""Code points of one hidden payload (consent gate, lazy template): real ones are below 20,000."""

MAX_PAYLOADS = 500
"""Hidden payloads read in one document."""

_NEVER_CLOSED = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "dd",
        "dt",
        "option",
        "optgroup",
        "tr",
        "td",
        "th",
        "tbody",
        "thead",
        "tfoot",
        "colgroup",
        "caption",
        "rb",
        "rt",
        "rtc",
        "rp",
        "html",
        "head",
        "body",
    ]
)
"""Void elements, and those whose end tag may be left out: they do not nest without end."""

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)[^<>]*>")


class TextBlock(msgspec.Struct, frozen=True, kw_only=True):
    """Text between two embeds, as a reader sees it, and which element each part of it stands in."""

    text: str
    starts: tuple[tuple[int, LexborNode], ...]
    after: int
    """How many embeds stand before it in the document."""

    def element_at(self, offset: int) -> LexborNode:
        low, high = 0, len(self.starts)
        while high - low > 1:
            middle = (low + high) // 2
            if self.starts[middle][0] <= offset:
                low = middle
            else:
                high = middle
        return self.starts[low][1]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a walk found: embedded posts in document order, and the text around them."""

    mentions: tuple[Mention, ...]
    texts: tuple[TextBlock, ...]
    selectors: Selectors

    def selector(self, node: LexborNode) -> str:
        return self.selectors.of(node)


def flatten(html: str) -> str:
    """`html` without the tags that would nest deeper than `MAX_DEPTH`; their content stays."""
    if html.count("<") <= MAX_DEPTH:
        return html
    out: list[str] = []
    depth = 0
    dropped: list[str] = []
    copied = 0
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if name in _NEVER_CLOSED:
            continue
        if not tag[1]:
            if depth >= MAX_DEPTH:
                dropped.append(name)
                out.append(html[copied : tag.start()])
                copied = tag.end()
            else:
                depth += 1
        elif dropped:
            if dropped[-1] == name:
                dropped.pop()
            out.append(html[copied : tag.start()])
            copied = tag.end()
        else:
            depth = max(0, depth - 1)
    if not copied:
        return html
    out.append(html[copied:])
    return "".join(out)


MAX_ATTRIBUTES = 1000
"""Attributes of one element that are kept. The parser compares each with all before it; real elements have below 50."""

_ATTRIBUTE = r"""[\s/]++[^\s=>"'/]++(?:\s*+=\s*+(?:"[^"]{0,300}+"|'[^']{0,300}+'|[^\s>"']{0,300}+))?+"""
_CROWDED = re.compile(rf"<[a-zA-Z][^\s/>]*+(?P<attributes>(?:{_ATTRIBUTE}){{64,}}+)")


def thin(html: str) -> str:
    """`html` with at most `MAX_ATTRIBUTES` attributes on each element."""

    def cut(tag: re.Match[str]) -> str:
        attributes = list(re.finditer(_ATTRIBUTE, tag["attributes"]))
        if len(attributes) <= MAX_ATTRIBUTES:
            return tag[0]
        start = tag.start("attributes") - tag.start()
        return tag[0][: start + attributes[MAX_ATTRIBUTES].start()]

    return _CROWDED.sub(cut, html)


class _Waiting:
    """Which rules wait for which tags, classes and attributes, in the order of the platforms' rules."""

    def __init__(self, platforms: Sequence[Platform]) -> None:
        self.rules: list[tuple[Platform, EmbedRule]] = [(p, rule) for p in platforms for rule in p.embed_rules]
        self.tags: dict[str, list[int]] = {}
        self.classes: dict[str, list[int]] = {}
        self.attributes: dict[str, list[int]] = {}
        for index, (_, rule) in enumerate(self.rules):
            for names, table in (
                (rule.tags, self.tags),
                (rule.classes, self.classes),
                (rule.attributes, self.attributes),
            ):
                for name in names:
                    table.setdefault(name, []).append(index)

    def for_element(self, tag: str, attributes: Mapping[str, str | None]) -> list[int]:
        waiting = list(self.tags.get(tag, ()))
        for key in attributes:
            if key in self.attributes:
                waiting += self.attributes[key]
        for name in (attributes.get("class") or "").split():
            if name in self.classes:
                waiting += self.classes[name]
        return sorted(set(waiting)) if len(waiting) > 1 else waiting


class Selectors:
    """CSS paths of elements, each parent's children counted once."""

    def __init__(self) -> None:
        self._place: dict[int, int] = {}
        self._counted: set[int] = set()

    def of(self, node: LexborNode) -> str:
        """`html > body > div:nth-child(2) > blockquote:nth-child(4)`."""
        path: list[str] = []
        at: LexborNode | None = node
        while at is not None and at.tag not in (None, "-document", "-undef"):
            tag = at.tag or "*"
            name = tag if _PLAIN_TAG.fullmatch(tag) else "*"
            path.append(name if tag in ("html", "body", "head") else f"{name}:nth-child({self._nth(at)})")
            at = at.parent
        return " > ".join(reversed(path))

    def _nth(self, node: LexborNode) -> int:
        parent = node.parent
        if parent is None:
            return 1
        if parent.mem_id not in self._counted:
            self._counted.add(parent.mem_id)
            place = 0
            child = parent.child
            while child is not None:
                if child.is_element_node:
                    place += 1
                    self._place[child.mem_id] = place
                child = child.next
        return self._place.get(node.mem_id, 1)


_PLAIN_TAG = re.compile(r"[a-z][a-z0-9-]*")


def read(html: str, platforms: Sequence[Platform], *, source: str = "") -> Reading:
    """Every embedded post of `html`, and the text that is no part of one."""
    walk = _Walk(_Waiting(platforms), source)
    root = LexborHTMLParser(thin(flatten(html))).root
    if root is not None:
        walk.over(root)
    return Reading(mentions=tuple(walk.mentions), texts=tuple(walk.texts), selectors=walk.selectors)


class _Walk:
    def __init__(self, waiting: _Waiting, source: str) -> None:
        self.waiting = waiting
        self.source = source
        self.mentions: list[Mention] = []
        self.texts: list[TextBlock] = []
        self.selectors = Selectors()
        self.payloads = 0
        self._lines = Lines()
        self._starts: list[tuple[int, LexborNode]] = []
        self._block: LexborNode | None = None

    def over(self, root: LexborNode) -> None:
        skipped: set[int] = set()
        for entering, node in events(root, skipped):
            tag = node.tag or ""
            if tag == "-text":
                if entering:
                    self._text(node)
            elif tag.startswith(("-", "_", "!")):
                continue
            elif entering:
                if self._element(node, tag):
                    skipped.add(node.mem_id)
                    self._cut()
                elif tag in HIDDEN:
                    if tag != "head" and tag != "noscript":
                        skipped.add(node.mem_id)
                elif tag == "br":
                    self._lines.line_break()
                elif tag in BLOCKS:
                    self._lines.block()
            elif tag in BLOCKS:
                self._lines.block()
        self._cut()

    def _text(self, node: LexborNode) -> None:
        parent = node.parent
        if parent is None or parent.tag in ("title", "head", "noscript"):
            return
        raw = node.text_content or ""
        if not raw.strip():
            self._lines.add(raw)
            return
        at = self._lines.add(raw)
        self._starts.append((at, parent))

    def _cut(self) -> None:
        if self._starts:
            self.texts.append(TextBlock(text=self._lines.text(), starts=tuple(self._starts), after=len(self.mentions)))
            self._lines = Lines()
            self._starts = []

    def _element(self, node: LexborNode, tag: str) -> bool:
        attributes = node.attributes
        for index in self.waiting.for_element(tag, attributes):
            platform, rule = self.waiting.rules[index]
            sighting = rule.read(node)
            if sighting is not None:
                self._found(platform, rule, sighting, node)
                return True
        return self._payload(node, tag, attributes)

    def _found(self, platform: Platform, rule: EmbedRule, sighting: Sighting, node: LexborNode) -> None:
        self._cut()
        mention = mention_of(platform, rule, sighting)
        self.mentions.append(msgspec.structs.replace(mention, source=self.source, selector=self.selectors.of(node)))

    def _payload(self, node: LexborNode, tag: str, attributes: Mapping[str, str | None]) -> bool:
        """HTML that a consent manager or a lazy loader keeps as data until a script puts it into the page."""
        for fragment in _fragments(node, tag, attributes):
            if self.payloads >= MAX_PAYLOADS:
                return False
            self.payloads += 1
            inner = _Walk(self.waiting, self.source)
            inner.payloads = MAX_PAYLOADS  # a payload within a payload is not looked into
            parsed = LexborHTMLParser(thin(flatten(fragment))).root
            if parsed is not None:
                inner.over(parsed)
            if inner.mentions:
                self._cut()
                selector = self.selectors.of(node)
                self.mentions += [msgspec.structs.replace(m, selector=selector) for m in inner.mentions]
                return True
        return False


_PAYLOAD_ATTRIBUTES = (
    "data-content",
    "data-html",
    "data-iframe",
    "data-borlabs-cookie-content",
    "srcdoc",
    "props",
    "data-embed",
)
_PAYLOAD_TYPES = ("text/template", "text/html", "text/x-template", "text/plain", "text/x-handlebars-template")
_BASE64 = re.compile(r"\s*[A-Za-z0-9+/\s]{40,}={0,2}\s*")


def _fragments(node: LexborNode, tag: str, attributes: Mapping[str, str | None]) -> list[str]:
    """HTML hidden in this element's attributes or, for a `<script>` that is none, in its text."""
    found = []
    for key in _PAYLOAD_ATTRIBUTES:
        value = attributes.get(key)
        if value and len(value) > 40:
            found.append(_decoded(value))
    if tag == "script" and (attributes.get("type") or "").lower() in _PAYLOAD_TYPES:
        found.append(_decoded(node.text_content or node.text(deep=True)))
    if tag == "template":
        # its content is a document of its own, which only the serialised form shows
        found.append((node.html or "").partition(">")[2].rpartition("</")[0])
    return [f for f in found if f and "<" in f and len(f) <= MAX_PAYLOAD]


def _decoded(value: str) -> str:
    if len(value) > MAX_PAYLOAD:
        return ""
    if "<" not in value and _BASE64.fullmatch(value):
        try:
            value = base64.b64decode(value, validate=False).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return ""
    if "<" not in value and "%3C" in value[:2000]:
        value = unquote(value)
    if "<" not in value and "&lt;" in value:
        value = entities.unescape(value)
    return value


def mention_of(platform: Platform, rule: EmbedRule, sighting: Sighting) -> Mention:
    """The noun for what a platform read: the printed date parsed, the permalink made canonical."""
    printed = dates.read_date(sighting.printed, 0) if sighting.printed else None
    day = sighting.time or (printed.day if printed else None)
    ref = platform.ref_from_id(sighting.post_id, sighting.handle) if sighting.post_id else None
    return Mention(
        source="",
        platform=platform.name,
        handle=sighting.handle,
        display_name=sighting.display_name,
        date=day,
        text=sighting.text,
        post_id=sighting.post_id,
        url=sighting.url or (ref.url if ref and sighting.handle else None),
        found_url=sighting.found_url,
        rule=rule.name,
        confidence=sighting.confidence,
        links=sighting.links,
        date_basis=_basis(platform, sighting) if day else None,
    )


def _basis(platform: Platform, sighting: Sighting) -> str | None:
    """Whose day the embed prints; an exact time is UTC."""
    if sighting.time:
        return "utc"
    return sighting.date_basis or (platform.signature.date_basis if platform.signature else None)
