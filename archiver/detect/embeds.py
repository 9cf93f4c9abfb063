"""Posts as HTML: one walk over a document that asks what its elements hold.

The document is parsed once (Lexbor, as a browser would) and walked once. An element is shown to the platforms' rules
that wait for its tag, one of its classes or one of its attributes, and then to the generic ones (`containers`,
`payloads`, `pagejson`). What a rule reads is taken as a post; what is inside only adds to it. All other text is kept in
pieces for the grammar of flattened posts (`around`).

Cost: linear in the document (`bounds` says what of it is parsed); an element within others that a rule refused is not
asked without end.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.article.longtext import LongText
from archiver.article.regions import Regions
from archiver.article.selectors import Selectors
from archiver.detect import containers, pagejson, payloads, prose, repaired
from archiver.detect.around import BLOCK, BREAK, Pieces
from archiver.detect.confidence import confidence
from archiver.detect.containers import FallBacks, Found
from archiver.detect.distinct import completed
from archiver.detect.parsing import Markup
from archiver.detect.permalinks import Permalinks
from archiver.language import dates
from archiver.model import Mention
from archiver.platforms.base import EmbedRule, Platform, Sighting
from archiver.platforms.bounds import parseable
from archiver.platforms.links import MAX_URL
from archiver.platforms.markup import BLOCKS, HIDDEN, keep, names, render

MAX_ASKED_WITHIN = 8
"""Elements within each other that are asked; each may read all that is inside it."""

SMALL = 400
"""Nodes of an element that is nothing but an embed with its fall-back; one with more holds the article too."""

JSON_CONFIDENCE = 0.6
"""A post that only the page's data names: whether a reader is shown it depends on a script."""

JSON_FRAME_CONFIDENCE = 0.45
"""A frame that only the page's data names: as often it is a player of another part of the page."""

MAX_CLASSES = 20_000
"""Class attributes that are remembered."""

MAX_REMEMBERED = 300
"""Characters of one of them."""

ADDRESS_START = 32
"""Characters of an address that hold its scheme, or a web archive's path before it."""

MAX_PARAMETERS = 40
"""Parameters of an `<object>`."""

_BLOCK, _BLOCK_ONLY, _PLAIN, _NOTHING, _LINK, _BREAK, _SPECIAL, _RAW, _MUTE = range(9)
"""What an element is for the walk: a block that may be a container, another block, any other element that may be a
container, one whose attributes say nothing, a link, `<br>`, what is looked at for itself, what of this holds raw text,
and what holds nothing but such text."""

_RAW_TEXT = names("script style iframe noembed noframes xmp title textarea")
"""Elements whose text is one node that no reader sees as text."""

_SKIPPED = HIDDEN - _RAW_TEXT - {"head", "noscript", "object"}

_KINDS: dict[str, int] = {
    **dict.fromkeys(containers.NO_CONTAINERS, _NOTHING),
    **dict.fromkeys(BLOCKS - containers.NO_CONTAINERS, _BLOCK),
    **dict.fromkeys(BLOCKS & containers.NO_CONTAINERS, _BLOCK_ONLY),
    **dict.fromkeys((*containers.FRAMES, *_SKIPPED, "noscript"), _SPECIAL),
    **dict.fromkeys(_RAW_TEXT, _MUTE),
    **dict.fromkeys(("script", "iframe"), _RAW),
    **dict.fromkeys(("-comment", "!doctype"), _NOTHING),
    "a": _LINK,
    "br": _BREAK,
}

_COMMON = names("span strong em b i u s small sup sub time font cite q abbr code wbr")
"""Elements beside those of `_KINDS` that most pages have."""

_LARGEST_NUMBER = 1 << 10
"""Lexbor's numbers of the tags that it knows are smaller; those of others are places in its memory."""


def _numbers() -> tuple[int, dict[int, tuple[str, int]]]:
    parser = LexborHTMLParser("")
    text = LexborHTMLParser("text", is_fragment=True).root
    known = {parser.create_node(tag).tag_id: tag for tag in (*_KINDS, *_COMMON) if tag[0].isalpha()}
    kinds = {number: (tag, _KINDS.get(tag, _PLAIN)) for number, tag in known.items() if number < _LARGEST_NUMBER}
    return text.tag_id if text is not None else 0, kinds


_TEXT, _KINDS_BY_NUMBER = _numbers()
"""Lexbor's number of text nodes; and by their numbers usual tags, and what their elements are for the walk: asked for
the name, Lexbor makes it anew for each element."""

_NOT_NESTING = _RAW_TEXT | names("p h1 h2 h3 h4 h5 h6 img source embed param input link meta a button")
"""Elements that are not within their like, or hold nothing."""

_NEVER = -1
"""No node's `mem_id`: the rest of the document is inside."""

_NOT_SURELY = ("sidebar", "comments")
"""Places in which a whole embed still was put before the reader: a hand-made one may be an `<aside>` itself."""

_CODE = names("pre code kbd samp textarea xmp")


class Entry(msgspec.Struct, kw_only=True):
    """A post that the walk found, and how."""

    mention: Mention
    at: int
    """Its place among the pieces of text."""
    node: LexborNode
    sure: bool = True
    """False where only its place says that a link or address stands for an embed."""
    copy: bool = False
    """A copy of an embed that is kept for other readers, or as data."""
    spare: bool = False
    """Counts only where the markup does not show the post."""
    container: bool = False
    """The element may hold other posts too."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a walk found: embedded posts in document order, and the pieces of text around them."""

    entries: tuple[Entry, ...]
    pieces: Pieces
    selectors: Selectors
    regions: Regions
    permalinks: Permalinks


class Rules:
    """Which rules wait for which tags, classes and attributes, in the order of the platforms' rules."""

    def __init__(self, platforms: Sequence[Platform]) -> None:
        self.permalinks = Permalinks(platforms)
        self.all: list[tuple[Platform, EmbedRule]] = [(p, rule) for p in platforms for rule in p.embed_rules]
        self.tags: dict[str, list[int]] = {}
        self.classes: dict[str, list[int]] = {}
        self.attributes: dict[str, list[int]] = {}
        for index, (_, rule) in enumerate(self.all):
            for waited, table in (
                (rule.tags, self.tags),
                (rule.classes, self.classes),
                (rule.attributes, self.attributes),
            ):
                for name in waited:
                    table.setdefault(name, []).append(index)
        self._needed = tuple(dict.fromkeys(rule.needs for _, rule in self.all if rule.needs and rule.tags))
        self._tags_where: dict[tuple[str, ...], dict[str, list[int]]] = {(): self.tags}
        self.attribute_names = frozenset(self.attributes)
        self.class_names = frozenset(self.classes)
        self.id_prefixes = tuple(prefix for _, rule in self.all for prefix in rule.id_prefixes)
        self.class_hits: dict[str | None, bool] = {None: False}
        """Class attributes as they are written, and whether `hits` one of the names."""
        self.in_script = tuple({mark: None for _, rule in self.all for mark in rule.in_script})

    def tags_in(self, html: str | LongText) -> dict[str, list[int]]:
        """The rules by the tags that they wait for, without those that read nothing in this source."""
        lacking = tuple(needed for needed in self._needed if needed not in html)
        tags = self._tags_where.get(lacking)
        if tags is None:
            left = {
                tag: [i for i in waiting if self.all[i][1].needs not in lacking] for tag, waiting in self.tags.items()
            }
            tags = self._tags_where[lacking] = {tag: waiting for tag, waiting in left.items() if waiting}
        return tags

    def hits(self, called: str) -> bool:
        """Whether a rule waits for one of these class names, or our own quotations are called so; remembered, as pages
        repeat them."""
        hit = not self.class_names.isdisjoint(called.split()) or repaired.CLASS in called
        if len(called) <= MAX_REMEMBERED:
            if len(self.class_hits) >= MAX_CLASSES:
                self.class_hits.clear()
                self.class_hits[None] = False
            self.class_hits[called] = hit
        return hit

    def in_text(self, script: str) -> list[int]:
        """The rules that wait for a script with this text."""
        there = [mark for mark in self.in_script if mark in script]
        return [i for i, (_, rule) in enumerate(self.all) if not rule.in_script.isdisjoint(there)] if there else []

    def waiting(self, tags: Mapping[str, list[int]], tag: str, attributes: Mapping[str, str | None]) -> list[int]:
        """The rules that wait for such an element, `tags` (of `tags_in`) among them."""
        waiting = list(tags.get(tag, ()))
        for key in attributes:
            if key in self.attributes:
                waiting += self.attributes[key]
        for name in (attributes.get("class") or "").split():
            if name in self.classes:
                waiting += self.classes[name]
        own = attributes.get("id")
        if own and own.startswith(self.id_prefixes):
            waiting += [i for i, (_, rule) in enumerate(self.all) if own.startswith(rule.id_prefixes)]
        return sorted(set(waiting)) if len(waiting) > 1 else waiting


@functools.lru_cache(maxsize=32)
def rules_of(platforms: tuple[Platform, ...]) -> Rules:
    """The rules of some platforms, made once."""
    return Rules(platforms)


def read(html: str, platforms: Sequence[Platform], *, source: str = "") -> Reading:
    """Every embedded post of `html`, and the text that is no part of one."""
    return read_markup(Markup(html, rules_of(tuple(platforms)).tags_in(html)), platforms, source=source)


def read_markup(markup: Markup, platforms: Sequence[Platform], *, source: str = "") -> Reading:
    """The same of HTML that nobody else holds."""
    document = _Document(rules_of(tuple(platforms)), source, large=markup.large)
    root = markup.parsed().root
    if root is not None:
        _Walk(document, tags=markup.tags).over(root)
    return document.reading()


def finds(html: str, platforms: Sequence[Platform]) -> bool:
    """Whether a piece of a page's HTML holds an embedded post, by itself: wherever in a page that may be."""
    rules = rules_of(tuple(platforms))
    document = _Document(rules, "", large=False)
    root = Markup(html, rules.tags).parsed().root
    if root is not None:
        _Walk(document, tags=rules.tags).over(root)
    return bool(document.entries)


class _Document:
    """What the walks over a document and over what is hidden in it share."""

    def __init__(self, rules: Rules, source: str, *, large: bool) -> None:
        self.rules = rules
        self.permalinks = rules.permalinks
        self.source = source
        self.entries: list[Entry] = []
        self.pieces = Pieces(large=large)
        self.selectors = Selectors()
        self.regions = Regions()
        self.payloads = 0

    def reading(self) -> Reading:
        shown = {(e.mention.platform, e.mention.post_id) for e in self.entries if not e.spare}
        kept = [e for e in self.entries if not (e.spare and (e.mention.platform, e.mention.post_id) in shown)]
        kept = [e for e in kept if not self._outside(e)]
        for entry in kept:
            entry.mention = msgspec.structs.replace(
                entry.mention, source=self.source, selector=self.selectors.of(entry.node)
            )
        kept.sort(key=lambda entry: entry.at)
        return Reading(
            entries=tuple(kept),
            pieces=self.pieces,
            selectors=self.selectors,
            regions=self.regions,
            permalinks=self.permalinks,
        )

    def _outside(self, entry: Entry) -> bool:
        """Whether the post stands in what is around the article: comments, a feed, related articles."""
        if entry.spare:
            return False
        if entry.sure:
            return self.regions.outside(entry.node) not in (None, *_NOT_SURELY)
        return self.regions.of(entry.node) is not None


class _Walk:
    """One walk over the document, or over HTML that an element of it keeps as data."""

    def __init__(
        self,
        document: _Document,
        *,
        level: int = 0,
        holder: LexborNode | None = None,
        spare: bool = False,
        tags: dict[str, list[int]] | None = None,
    ) -> None:
        self.document = document
        self.rules = document.rules
        self.tags = self.rules.tags if tags is None else tags
        self.permalinks = document.permalinks
        self.pieces = document.pieces if holder is None else Pieces()
        self.level = level
        self.holder = holder
        self.spare = spare
        self.asked: dict[int, dict[int, int]] = {}
        """For each rule, how often it has refused an element that is or holds this one."""
        self.fallbacks = FallBacks(document.permalinks)
        self.links: set[int] = set()
        """Links that stand for a post: their text is no other."""
        self.found_any = False
        self._inside: Entry | None = None
        """The post whose element the walk is in."""
        self._muted_until = 0
        """The node behind the element in which text and copies do not count."""
        self._in_copy = False

    def over(self, root: LexborNode) -> None:
        """Walk over all that is in `root`, in document order.

        One loop, with few calls for what most elements are: it runs for every node of a page.
        """
        rules = self.rules
        tags, class_hits, kind_of = self.tags, rules.class_hits, _KINDS_BY_NUMBER.get
        names_none, id_prefixes = rules.attribute_names.isdisjoint, rules.id_prefixes
        is_quiet = containers.QUIET.issuperset
        add, likely = self.pieces.items.append, self.permalinks.likely
        skip_to = muted = 0
        in_raw_text = False
        for node in root.traverse(include_text=True):
            if skip_to or muted:
                place = node.mem_id
                if skip_to:
                    if place != skip_to:
                        continue
                    skip_to = 0
                if place == muted:
                    self._leave()
                    muted = 0
            number = node.tag_id
            if number == _TEXT:
                if not (muted or (in_raw_text and _is_raw_text(node))):
                    add(node)
                continue
            tag, kind = kind_of(number) or _by_name(node)
            in_raw_text = kind >= _RAW
            if kind <= _BLOCK_ONLY:
                add(BLOCK)
            elif kind == _BREAK:
                add(BREAK)
                continue
            attributes = node.attributes
            awaited = tag in tags
            if not (attributes or awaited or kind >= _SPECIAL):
                continue
            called = attributes.get("class")
            hit = class_hits.get(called)
            if hit is None:
                hit = rules.hits(called or "")
            if called is not None and len(attributes) == 1 and not (hit or awaited or kind >= _SPECIAL):
                continue  # a class that says nothing, and no other attribute: with the above, most elements
            if (
                hit
                or not names_none(attributes)
                or ("id" in attributes and (attributes["id"] or "").startswith(id_prefixes))
            ):
                waiting: Sequence[int] = rules.waiting(tags, tag, attributes)
            else:
                waiting = tags[tag] if awaited else ()
            if waiting and self._ask(node, waiting):
                if self._muted_until == muted:
                    skip_to = _behind(node)
                    if not skip_to:
                        break
                muted = self._muted_until
            elif kind == _LINK:
                href = attributes.get("href")
                if href and likely(href):
                    self._link(node, attributes, href)
            elif kind in (_BLOCK, _PLAIN):
                if not is_quiet(attributes) or (hit and repaired.CLASS in (called or "")):
                    self._attributes(node, tag, attributes)
                    muted = self._muted_until
            elif _SPECIAL <= kind <= _RAW:
                if self._special(node, tag, attributes):
                    skip_to = _behind(node)
                    if not skip_to:
                        break
                muted = self._muted_until
        self._in_texts()

    # --- what an element holds

    def _ask(self, node: LexborNode, waiting: Sequence[int]) -> bool:
        """Whether one of these rules read a post in this element."""
        if len(waiting) == 1:
            return self._read_by(waiting, node)
        keep(node)
        try:
            return self._read_by(waiting, node)
        finally:
            keep(None)

    def _read_by(self, waiting: Sequence[int], node: LexborNode) -> bool:
        nests = node.tag not in _NOT_NESTING
        for index in waiting:
            platform, rule = self.rules.all[index]
            within = self._asked_above(node, index) if nests else 0
            if within >= MAX_ASKED_WITHIN:
                continue
            seen = rule.read(node)
            if not seen:
                if nests:
                    self.asked[index][node.mem_id] = within + 1
                continue
            if isinstance(seen, Sighting):
                self._read(platform, rule.name, seen, node)
            else:
                for sighting in seen:
                    self._add(mention_of(platform, rule.name, sighting), node)
            return True
        return False

    def _asked_above(self, node: LexborNode, rule: int) -> int:
        """How many elements around this one the rule has refused; remembers what it passes."""
        refused = self.asked.get(rule)
        if refused is None:
            refused = self.asked[rule] = {}
        if not refused:
            return 0
        passed: list[int] = []
        at = node.parent
        level = 0
        while at is not None:
            place = at.mem_id
            if place in refused:
                level = refused[place]
                break
            passed.append(place)
            at = at.parent
        for place in passed:
            refused[place] = level
        return level

    def _read(self, platform: Platform, rule: str, sighting: Sighting, node: LexborNode) -> None:
        """A platform's rule read this element: what is inside belongs to it."""
        entry = self._add(mention_of(platform, rule, sighting), node)
        if entry is not None and sighting.text is None and sighting.post_id and node.child is not None:
            self._go_into(entry, node)

    def _generic(self, found: Found, node: LexborNode, *, at: int | None = None) -> Entry | None:
        named = found.named
        sighting = Sighting(
            post_id=named.ref.id,
            handle=named.ref.handle,
            found_url=named.found or None,
            url=permanent(named.platform, named.ref.id, named.ref.handle, named.ref.url),
            shape=found.shape,
            confidence=found.confidence,
        )
        mention = mention_of(named.platform, f"{named.platform.name}.{found.rule}", sighting)
        return self._add(mention, node, sure=found.sure, at=at)

    def _attributes(self, node: LexborNode, tag: str, attributes: Mapping[str, str | None]) -> None:
        """What the attributes of an element hold that is neither a link nor a frame."""
        if repaired.is_quotation(attributes) and self._repaired(node):
            return
        likely, quiet = self.permalinks.likely, containers.QUIET
        addresses: list[tuple[str, str]] = []
        data = False
        for key, value in attributes.items():
            if value and key not in quiet:
                if (
                    "//" in value[:ADDRESS_START]
                    and value[0] not in "{[&"
                    and "<" not in value
                    and len(value) <= MAX_URL
                ):
                    if likely(value) or "/@" in value:
                        addresses.append((key, value))
                elif len(value) >= payloads.MIN_PAYLOAD:
                    data = True
        found = None
        if addresses:
            found = containers.read_container(tag, attributes, addresses, self.permalinks)
        if found is None and addresses and node.parent is not None:
            found = containers.read_within(node, attributes, addresses, self.permalinks)
        if found is None and not containers.NAMED_IDS.isdisjoint(attributes):
            found = containers.read_id(attributes, self.permalinks)
        if found is not None:
            entry = self._generic(found, node)
            if entry is not None:
                entry.container = True
                self._go_into(entry, node)
        if data:
            self._hidden_in_attributes(node, tag, attributes)

    def _repaired(self, node: LexborNode) -> bool:
        """Whether the element is a static quotation of our own; all that is inside belongs to it."""
        seen = repaired.read(node, self.permalinks)
        if seen is None:
            return False
        platform, sighting = seen
        entry = self._add(mention_of(platform, f"{platform.name}.repaired", sighting), node)
        if entry is not None and self._inside is None and not self._in_copy and node.child is not None:
            self._inside = entry
            self._muted_until = _behind(node) or _NEVER
        return True

    def _link(self, node: LexborNode, attributes: Mapping[str, str | None], href: str) -> None:
        if not containers.NO_POST.match(href):
            found = self.fallbacks.read(node, attributes, href)
            if found is not None:
                self._generic(found, node)
                self.links.add(node.mem_id)

    def _special(self, node: LexborNode, tag: str, attributes: Mapping[str, str | None]) -> bool:
        """Frames, scripts and elements whose content no reader sees; whether the walk passes over what is inside."""
        if tag == "script":
            if "src" not in attributes:
                self._script(node, attributes)
            return False
        if tag == "noscript":
            if not self._muted_until:
                self._muted_until = _behind(node) or _NEVER
                self._in_copy = True
            return False
        if tag == "object":
            within = (attributes, *(inner.attributes for inner in node.css("param, embed")[:MAX_PARAMETERS]))
            for given in within:
                if (found := containers.read_frame(given, self.permalinks)) is not None:
                    self._generic(found, node)
                    return node.child is not None
            return False
        if tag in containers.FRAMES:
            if (found := containers.read_frame(attributes, self.permalinks)) is not None:
                self._generic(found, node)
            else:
                self._hidden_in_attributes(node, tag, attributes)
                if tag == "iframe" and node.child is not None and "src" not in attributes:
                    self._fragments(payloads.in_element(node, tag, attributes), node)
            return False
        if tag == "template":
            self._fragments(payloads.in_element(node, tag, attributes), node)
        return tag in _SKIPPED and node.child is not None

    def _leave(self) -> None:
        """The walk leaves the embed or the copy that it was in."""
        self._muted_until = 0
        self._inside = None
        self._in_copy = False

    def _hidden_in_attributes(self, node: LexborNode, tag: str, attributes: Mapping[str, str | None]) -> None:
        if self.level >= payloads.MAX_LAYERS:
            return
        if self._fragments(payloads.in_attributes(tag, attributes), node):
            return
        declared = None
        for key, value in attributes.items():
            if value and value[0] in "{[" and len(value) >= payloads.MIN_PAYLOAD and key not in containers.QUIET:
                data = pagejson.value_of(value) if self.permalinks.mentioned(value) else None
                if data is not None:
                    if declared is None:
                        declared = containers.is_declared(attributes)
                    self._json(data, node, declared=declared, spare=False)

    def _script(self, node: LexborNode, attributes: Mapping[str, str | None]) -> None:
        """A `<script>` that draws posts, or keeps HTML or the article's data."""
        text = _text_in(node)
        waiting = self.rules.in_text(text)
        if waiting and self._ask(node, waiting):
            return
        if self.level >= payloads.MAX_LAYERS:
            return
        if attributes:
            fragments = payloads.in_element(node, "script", attributes)
            if fragments and self._fragments(fragments, node):
                return
            for value in attributes.values():
                if value and len(value) >= payloads.MIN_PAYLOAD:
                    self._hidden_in_attributes(node, "script", attributes)
                    break
        if not pagejson.may_hold_posts(text):
            return
        declared = bool(attributes) and containers.is_declared(attributes)
        spare = not (declared or containers.is_kept_in_embed(node))
        for data in pagejson.values_of(text):
            self._json(data, node, declared=declared, spare=spare)

    def _json(self, data: object, node: LexborNode, *, declared: bool, spare: bool) -> None:
        for item in pagejson.read(data, self.permalinks, declared=declared):
            if isinstance(item, str):
                self._fragments([item], node, spare=spare)
                continue
            found = Found(
                named=item,
                rule="json",
                shape="embed in the page's data",
                confidence=JSON_CONFIDENCE if spare else 0.9,
            )
            entry = self._generic(found, node)
            if entry is not None:
                entry.spare = entry.spare or spare
                entry.copy = True

    def _fragments(self, fragments: Sequence[str], node: LexborNode, *, spare: bool = False) -> bool:
        """Whether HTML that this element keeps as data holds posts."""
        if self.level >= payloads.MAX_LAYERS:
            return False
        found = False
        for fragment in fragments:
            if self.document.payloads >= payloads.MAX_PAYLOADS:
                break
            self.document.payloads += 1
            root = LexborHTMLParser(parseable(fragment)).root
            if root is None:
                continue
            inner = _Walk(
                self.document,
                level=self.level + 1,
                holder=self.holder if self.holder is not None else node,
                spare=spare or self.spare,
            )
            inner.over(root)
            found = found or inner.found_any
        if found:
            self.found_any = True
        return found

    # --- text nodes that are more than text

    def _in_texts(self) -> None:
        """Addresses that stand alone, shortcodes, and HTML that is shown as text because it was escaped twice."""
        main = self.holder is None
        for first, texts in self.pieces.groups():
            everything = "\0".join(texts)  # no text node has one: the parser replaces it
            for number in _holders(everything, _marks_in(everything, addresses=main)):
                self._in_text_at(first + number, texts[number])

    def _in_text_at(self, at: int, text: str) -> None:
        main = self.holder is None
        node = self.pieces.items[at]
        if isinstance(node, int):
            return
        if main and "/" in text:
            found = containers.read_lone_url(node, text, self.permalinks)
            if found is not None:
                self._in_text(found, node, at)
                self.pieces.change(at, " ")
                return
        if ("[" in text or "{" in text) and not _in_code(node):
            left = text
            for start, end, found in containers.read_shortcodes(text, self.permalinks):
                self._in_text(found, node, at)
                left = left[:start] + " " * (end - start) + left[end:]
                self.pieces.change(at, left)
        if "<" in text and self.level < payloads.MAX_LAYERS and not _in_code(node):
            fragment = payloads.decoded(text)
            if fragment is not None and (parent := node.parent) is not None:
                self._fragments([fragment], parent)

    def _in_text(self, found: Found, text: LexborNode, at: int) -> None:
        """A post was found in a text node."""
        entry = self._generic(found, text.parent or text, at=at if self.holder is None else None)
        if entry is not None and self.links and self._in_link(text):
            entry.copy = True

    def _in_link(self, text: LexborNode) -> bool:
        """Whether the text is that of a link that was taken for a post already."""
        above = text.parent
        for _ in range(3):
            if above is None or above.mem_id in self.links:
                break
            above = above.parent
        return above is not None and above.mem_id in self.links

    # --- what was found

    def _add(self, mention: Mention, node: LexborNode, *, sure: bool = True, at: int | None = None) -> Entry | None:
        """A post was found here; within another post's element it may only add to that one."""
        self.found_any = True
        if self.spare:
            framed = mention.rule.endswith(".iframe")
            mention = msgspec.structs.replace(
                mention,
                rule=f"{mention.platform}.json",
                confidence=JSON_FRAME_CONFIDENCE if framed else JSON_CONFIDENCE,
                why=("frame in the page's data" if framed else "embed in the page's data",),
            )
        inside = self._inside
        if inside is not None:
            if mention.platform == inside.mention.platform and mention.post_id in (None, inside.mention.post_id):
                inside.mention = completed(inside.mention, mention)
                return None
            if not inside.container or not sure:
                return None
        entry = Entry(
            mention=mention,
            at=len(self.document.pieces.items) if at is None else at,
            node=self.holder if self.holder is not None else node,
            sure=sure,
            copy=self._in_copy or self.holder is not None,
            spare=self.spare,
        )
        self.document.entries.append(entry)
        if self.holder is None and not self._in_copy:
            self.pieces.cuts.append(entry.at)
        return entry

    def _go_into(self, entry: Entry, node: LexborNode) -> None:
        """Walk on inside the element of `entry`, where text is the embed's."""
        if self._inside is not None or self._in_copy or not is_small(node):
            return
        behind = _behind(node)
        self._inside = entry
        self._muted_until = behind or _NEVER
        fields = _shown_inside(node, entry.mention, self.document.rules)
        if fields is not None:
            entry.mention = completed(entry.mention, fields)


def _shown_inside(node: LexborNode, mention: Mention, rules: Rules) -> Mention | None:
    """What the fall-back text of an embed shows: the same post, signed."""
    if mention.text is not None:
        return None
    platform = rules.permalinks.platform(mention.platform)
    text = render(node).text
    if platform is None or "@" not in text:
        return None
    signed = prose.find(text, [platform], signed_only=True)
    if len(signed) != 1:
        return None
    [only] = signed
    if only.post_id not in (None, mention.post_id):
        return None
    if mention.handle and only.handle and only.handle.lower() != mention.handle.lower():
        return None
    return only


def is_small(node: LexborNode) -> bool:
    """Whether the element is nothing but an embed with its fall-back."""
    return all(count < SMALL for count, _ in enumerate(node.traverse(include_text=True)))


def _marks_in(everything: str, *, addresses: bool) -> list[str]:
    """What is there of the marks of escaped HTML, of shortcodes and of addresses, where these are asked for."""
    marks = [mark for mark in ("<", "[") if mark in everything]
    if "{" in everything:
        marks += [mark for mark in containers.SHORTCODE_MARKS if "{" in mark and mark in everything]
    if addresses and _may_hold_address(everything):
        marks += [mark for mark in containers.ADDRESS_MARKS if mark in everything]
    return marks


MAX_SLASHES = 100
"""Places of `/` that are looked at one by one; most texts have few, and none of them in an address."""

_BEGIN_WITH_SLASH = tuple(mark for mark in containers.ADDRESS_MARKS if mark[0] == "/")
_END_WITH_SLASH = tuple(mark for mark in containers.ADDRESS_MARKS if mark[-1] == "/")


def _may_hold_address(everything: str) -> bool:
    at = everything.find("/")
    for _ in range(MAX_SLASHES):
        if at < 0:
            return False
        if everything.startswith(_BEGIN_WITH_SLASH, at) or everything.endswith(_END_WITH_SLASH, 0, at + 1):
            return True
        at = everything.find("/", at + 1)
    return True


def _holders(everything: str, marks: Sequence[str]) -> list[int]:
    """Which of the texts that NUL joins to `everything` hold one of `marks`."""
    found: set[int] = set()
    for mark in marks:
        place = counted = 0
        at = everything.find(mark)
        while at >= 0:
            place += everything.count("\0", counted, at)
            counted = at
            found.add(place)
            end = everything.find("\0", at)
            at = everything.find(mark, end) if end >= 0 else -1
    return sorted(found)


def _text_in(node: LexborNode) -> str:
    """All text in an element, which mostly is one node."""
    child = node.child
    if child is None:
        return ""
    whole = child.text_content if child.next is None else None
    return node.text(deep=True) if whole is None else whole


def _by_name(node: LexborNode) -> tuple[str, int]:
    """As `_KINDS_BY_NUMBER`, of any node."""
    tag = node.tag or ""
    return tag, _KINDS.get(tag, _PLAIN)


def _is_raw_text(text: LexborNode) -> bool:
    above = text.parent
    return above is not None and above.tag in _RAW_TEXT


def _in_code(node: LexborNode) -> bool:
    at = node.parent
    for _ in range(6):
        if at is None:
            return False
        if at.tag in _CODE:
            return True
        at = at.parent
    return False


def _behind(node: LexborNode) -> int:
    """The `mem_id` of the node that follows the element and all that is in it; 0 at the end of the document."""
    at: LexborNode | None = node
    while at is not None:
        following = at.next
        if following is not None:
            return following.mem_id
        at = at.parent
    return 0


def permanent(platform: Platform, post_id: str, handle: str | None, url: str) -> str | None:
    """`url`, where it is the post's canonical permalink and not a stand-in for one whose handle is unknown."""
    if handle is not None:
        return url
    bare = _url_of(platform, post_id, None)
    return None if bare == url and bare != _url_of(platform, post_id, "a") else url


def _url_of(platform: Platform, post_id: str, handle: str | None) -> str | None:
    try:
        return platform.ref_from_id(post_id, handle).url
    except ValueError:
        return None  # a platform of many servers, whose id alone names no post


def mention_of(platform: Platform, rule: str, sighting: Sighting) -> Mention:
    """The noun for what a rule read: the printed date parsed, the permalink made canonical, the confidence told."""
    printed = dates.read_date(sighting.printed, 0) if sighting.printed else None
    day = sighting.time or (printed.day if printed else None)
    url = sighting.url
    if url is None and sighting.post_id:
        url = _url_of(platform, sighting.post_id, sighting.handle)
        url = permanent(platform, sighting.post_id, sighting.handle, url) if url else None
    basis = sighting.date_basis
    if basis is None:
        basis = "utc" if sighting.time else platform.signature.date_basis if platform.signature else None
    sure = confidence(rule, sighting.shape, sighting.confidence)
    return Mention(
        source="",
        platform=platform.name,
        handle=sighting.handle,
        display_name=sighting.display_name,
        date=day,
        text=sighting.text,
        post_id=sighting.post_id,
        content_id=sighting.content_id,
        url=url,
        found_url=sighting.found_url,
        rule=rule,
        confidence=sure.value,
        why=sure.why,
        links=sighting.links,
        date_basis=basis if day else None,
    )
