"""What does a reader of this page read as the article?

One walk over the document cuts it into blocks (what stands on lines of its own) and sums for every element how much
prose is in it: text that is no link, in paragraphs or in blocks that are as long as one. What `regions` says is around
the article, and what asks for consent or an address, does not count and is not shown. Then the article is the element
that is named as its body, or the `<article>`, or `<main>`, where that holds most of the prose, and else what is left
on going down from `<body>` as long as one child holds nearly all of it.

Cost: linear in the nodes. Nothing recurses.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import accumulate, pairwise

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.article import regions
from archiver.platforms.markup import BLOCKS, HIDDEN, Lines

__all__ = ["MainText", "main_text"]

NOT_READ = HIDDEN | {"button", "input", "dialog", "audio", "video", "canvas", "map", "datalist", "title", "menu", "nav"}
NOT_READ |= {"label", "legend", "fieldset"}

NO_PROSE = 25
"""Code points below which a block is a label, a name or a menu's entry, unless it is marked up as text."""

AS_LONG_AS_PROSE = 80
"""Code points from which a block counts as prose in whatever element."""

MOSTLY_LINKS = 0.6
"""Share of a block's text that is links, from which it leads elsewhere and tells nothing."""

ENOUGH = 0.5
"""Share of the page's prose that the named body, the `<article>` or `<main>` has to hold to be taken for the article:
teasers are `<article>`s too."""

NEARLY_ALL = 0.85
"""Share of the prose that one child has to hold for the rest beside it not to be the article's."""

NAMED = 0.3
"""The same for a body that is named as one: what else is there was only not known for what it is."""

HARDLY_ANY = 200
"""Code points of prose on a page below which what seems to be around the article is looked at again."""

_NEVER_THE_ARTICLE = frozenset({"navigation", "footer", "share", "feed", "advertisement", "related"})

PART = 0.1
"""A second body is part of the article when it holds this share of the longest (bodies are cut by advertisements)."""

LEAD = 40
"""Blocks before the body among which the headline and the lead are looked for."""

LONGEST_LEAD = 8
"""Blocks of prose between headline and body: more are something else."""

_TEXT_TAGS = frozenset({"p", "blockquote", "li", "dd", "dt", "td", "th", "pre", "figcaption", "caption", "summary"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SENTENCE_END = re.compile(r"[.!?…。！？؟।:;»”\"')\]]\s*$")
_WIDE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\u0e01-\u0e5b]")
_SPACES = re.compile(r"\s+")

_ASKING = regions.words(
    "cookie cookies eu-cookie-law cookie-law cookies-policy cookie-policy cookie-info cookie-message "
    "cookie-popup cookie-modal cookie-overlay cookie-wall cookies-banner cookies-notice cookie-hint "
    "cookie-alert cookie-dialog cookie-layer cookie-settings cookie-banner cookie-bar cookie-consent "
    "cookie-law-info-bar cookie-notice cookiebanner cybot-cookiebot-dialog onetrust onetrust-consent-sdk "
    "onetrust-banner-sdk usercentrics usercentrics-root didomi didomi-host qc-cmp-2-container fc-consent-root "
    "cmplz-cookiebanner gdpr gdpr-banner borlabs-cookie truste consent consent-banner consent-wall "
    "iubenda-cs-banner sp-message newsletter newsletter-signup newsletter-form newsletter-box "
    "newsletter-promo newsletter-subscribe signup-form subscribe subscribe-form subscription subscribe-box "
    "subscription-widget modal popup pop-up lightbox overlay login login-form paywall-prompt regwall bio bios "
    "author-blurb author-bios author author-box author-bio about-author about-the-author author-info "
    "author-card post-author-box post-tags tags tag-list tags-list article-tags entry-tags topics keywords "
    "byline by-line post-meta entry-meta article-meta meta-info toc table-of-contents ez-toc-container "
    "read-time reading-time print-only screen-reader-text sr-only visually-hidden copyright legal "
    "disclaimer-box rating-box poll quiz survey donate donation support-us app-promo"
)
"""Names of what asks a reader for something, or tells about the article instead of telling it."""


class MainText(msgspec.Struct, frozen=True, kw_only=True):
    """An article's own text, blocks set apart by an empty line, and which element each part of it stands in."""

    text: str
    pieces: tuple[tuple[int, LexborNode], ...]
    """(offset, element), in the order of the text: the element in which the text from this offset on stands."""

    def element_at(self, offset: int) -> LexborNode | None:
        """The element that the code point at `offset` stands in; null where the text is empty."""
        low, high = 0, len(self.pieces)
        while high - low > 1:
            middle = (low + high) // 2
            if self.pieces[middle][0] <= offset:
                low = middle
            else:
                high = middle
        return self.pieces[low][1] if self.pieces else None


def main_text(page: str | LexborNode, *, without: Collection[int] = ()) -> MainText:
    """The article's own text.

    Arguments: `page`, HTML, or better the root of a document that was parsed with bounds (the parser takes minutes over
    elements that are nested a hundred thousand deep); `without`, the `mem_id` of elements of that document that are
    read otherwise (embedded posts): their text is left out, and found by no one a second time.
    """
    root = LexborHTMLParser(page).root if isinstance(page, str) else page
    if root is None:
        return MainText(text="", pieces=())
    walk = _Walk(frozenset(without))
    walk.over(root)
    if walk.boxes[0].prose < HARDLY_ANY:
        # a forum's answers, an imprint, a page that is all sidebar
        walk = _Walk(frozenset(without), only=_NEVER_THE_ARTICLE)
        walk.over(root)
    return _written([block for start, end in walk.chosen() for block in walk.blocks[start:end]])


class _Block:
    """Text on lines of its own: raw pieces with their elements (null: a line break)."""

    __slots__ = ("box", "length", "linked", "pieces", "tag", "text_tag")

    def __init__(self, tag: str, text_tag: bool, box: int) -> None:
        self.pieces: list[tuple[str, LexborNode] | None] = []
        self.length = 0
        self.linked = 0
        self.tag = tag
        self.text_tag = text_tag
        self.box = box

    @property
    def prose(self) -> int:
        """How much this block says for its elements holding the article."""
        own = self.length - self.linked
        if self.linked > self.length * MOSTLY_LINKS or self.tag in _HEADINGS:
            return 0
        return own if own >= (NO_PROSE if self.text_tag else AS_LONG_AS_PROSE) else 0

    @property
    def worth_reading(self) -> bool:
        if not self.length or (self.linked > self.length * MOSTLY_LINKS and self.length < 2 * AS_LONG_AS_PROSE):
            return False
        if self.text_tag or self.tag in _HEADINGS or self.length >= AS_LONG_AS_PROSE:
            return True
        return self.length >= NO_PROSE // 2 and bool(
            _SENTENCE_END.search(next((p[0] for p in self.pieces[::-1] if p), ""))
        )


class _Box:
    """An element that may hold the article, with the blocks in it."""

    __slots__ = ("end", "kind", "parent", "prose", "start")

    def __init__(self, parent: int, start: int, kind: str) -> None:
        self.parent = parent
        self.start = start
        self.end = start
        self.kind = kind
        self.prose = 0


class _Open(msgspec.Struct):
    """An element that the walk is in."""

    identity: int
    block: bool
    box: int
    skipped: bool
    linked: bool
    tag: str
    text_tag: bool
    body: bool


class _Walk:
    def __init__(self, without: frozenset[int], *, only: frozenset[str] = frozenset(regions.REASONS)) -> None:
        self.without = without
        self.only = only
        self.regions = regions.Regions()
        self.blocks: list[_Block] = []
        self.boxes: list[_Box] = [_Box(-1, 0, "")]
        self._open: list[_Open] = []
        self._block: _Block | None = None

    def over(self, root: LexborNode) -> None:
        self._open.append(_Open(root.mem_id, True, 0, False, False, "html", False, False))
        for node in root.traverse(include_text=True):
            tag = node.tag or ""
            if node.mem_id == root.mem_id:
                continue
            parent = node.parent
            identity = parent.mem_id if parent is not None else 0
            while len(self._open) > 1 and self._open[-1].identity != identity:
                self._close()
            around = self._open[-1]
            if around.skipped:
                # what is within is passed by without a look
                if tag[:1].isalpha():
                    self._open.append(_Open(node.mem_id, False, around.box, True, False, tag, False, False))
            elif tag == "-text":
                self._text(node, parent, around)
            elif tag == "br":
                if self._block is not None:
                    self._block.pieces.append(None)
            elif tag[:1].isalpha():
                self._enter(node, tag, around)
        while self._open:
            self._close()

    def _enter(self, node: LexborNode, tag: str, around: _Open) -> None:
        block = tag in BLOCKS
        skipped = tag in NOT_READ or node.mem_id in self.without
        box = around.box
        body = around.body
        kind = ""
        if tag == "p" and not skipped:
            # by-lines and notices
            classes = node.attributes.get("class")
            skipped = bool(classes) and not _ASKING.isdisjoint(regions.names_of(classes, None))
        elif block and not skipped and tag not in ("tr", "td", "hr"):
            attributes = node.attributes
            if attributes:
                kind = "body" if not body and tag not in _HEADINGS and tag != "li" and regions.is_body(node) else ""
                skipped = _unseen(attributes) or self._around(node, tag, kind, body, attributes)
            elif tag in ("aside", "footer"):
                skipped = not body and self.regions.own_reason(node, in_body=False) in self.only
            if tag in ("article", "main"):
                kind = kind or tag
        if block:
            self._block = None
        if block and not skipped:
            self.boxes.append(_Box(around.box, len(self.blocks), kind))
            box = len(self.boxes) - 1
        self._open.append(
            _Open(
                node.mem_id,
                block,
                box,
                skipped,
                around.linked or tag == "a",
                tag if block else around.tag,
                tag in _TEXT_TAGS if block else around.text_tag,
                body or kind == "body",
            )
        )

    def _around(self, node: LexborNode, tag: str, kind: str, body: bool, attributes: dict[str, str | None]) -> bool:
        """Whether this element is around the article."""
        if tag in ("html", "body", "main") or kind == "body":
            return False
        if self.regions.own_reason(node, in_body=body) in self.only:
            return True
        names = regions.names_of(attributes.get("class"), attributes.get("id"))
        return not _ASKING.isdisjoint(names) and not self.regions.holds_article(node)

    def _text(self, node: LexborNode, parent: LexborNode | None, around: _Open) -> None:
        raw = node.text_content or ""
        if parent is None or not raw:
            return
        size = len(raw) if not raw.isspace() else 0
        block = self._block
        if block is None:
            if not size:
                return
            block = self._block = _Block(around.tag, around.text_tag, around.box)
            self.blocks.append(block)
        block.pieces.append((raw, parent))
        if size:
            # indentation in the source is not text, and East Asian scripts say more with less
            size = len(_SPACES.sub(" ", raw)) + (len(_WIDE.findall(raw)) if not raw.isascii() else 0)
            block.length += size
            if around.linked:
                block.linked += size

    def _close(self) -> None:
        left = self._open.pop()
        if left.block:
            self._block = None
            if not left.skipped and left.box:
                box = self.boxes[left.box]
                box.end = len(self.blocks)
        if not self._open:
            self._sum()

    def _sum(self) -> None:
        for block in self.blocks:
            self.boxes[block.box].prose += block.prose
        self.boxes[0].end = len(self.blocks)
        # children come after their parents
        for box in reversed(self.boxes[1:]):
            self.boxes[box.parent].prose += box.prose

    def chosen(self) -> list[tuple[int, int]]:
        """The ranges of blocks that are the article, its headline and what introduces it first."""
        body = self._bodies()
        if not body:
            start, end = self._around_prose()
            body = [(start, self._next_article(start, end))]
        start = body[0][0]
        headline = next((i for i in range(start - 1, max(-1, start - LEAD), -1) if self.blocks[i].tag == "h1"), None)
        if headline is None:
            return body
        lead = [i for i in range(headline + 1, start) if self.blocks[i].prose]
        lead = lead if len(lead) <= LONGEST_LEAD else []
        return [(headline, headline + 1), *((i, i + 1) for i in lead), *body]

    def _bodies(self) -> list[tuple[int, int]]:
        """What is named as the body, if most of the prose is there."""
        named = [box for box in self.boxes if box.kind == "body" and box.prose]
        longest = max((box.prose for box in named), default=0)
        large = [box for box in named if box.prose >= longest * PART]
        if not large or sum(box.prose for box in large) < self.boxes[0].prose * NAMED:
            return []
        parents = {box.parent for box in large}
        starts = {box.start for box in large}
        found: list[tuple[int, int]] = []
        for box in named:
            if box.start not in starts and box.parent not in parents:
                continue
            if found and any(block.tag == "h1" for block in self.blocks[found[-1][1] : box.start]):
                # a page that goes on with the next article
                break
            found.append((box.start, box.end))
        return found

    def _around_prose(self) -> tuple[int, int]:
        total = self.boxes[0].prose
        for kind in ("article", "main"):
            best = max((i for i, box in enumerate(self.boxes) if box.kind == kind), key=self._prose, default=None)
            if best is not None and self.boxes[best].prose > total * ENOUGH:
                return self._down(best)
        return self._down(0)

    def _next_article(self, start: int, end: int) -> int:
        """Where a page goes on with another article: at a headline that stands apart from the text that follows it.
        (A chapter's heading stands beside its paragraphs.)"""
        headlines = [i for i in range(start, end) if self.blocks[i].tag == "h1"]
        if len(headlines) < 2:
            return end
        before = [0, *accumulate(block.prose for block in self.blocks[start:end])]
        for headline, following in pairwise([*headlines[1:], end]):
            around = self.boxes[self.boxes[self.blocks[headline].box].parent].prose
            own = before[following - start] - before[headline - start]
            if around * 3 < own and before[headline - start]:
                return headline
        return end

    def _prose(self, index: int) -> int:
        return self.boxes[index].prose

    def _down(self, index: int) -> tuple[int, int]:
        """From this box down as long as one child has nearly all of its prose."""
        heirs: dict[int, int] = {}
        for i in range(len(self.boxes) - 1, index, -1):
            box = self.boxes[i]
            if box.prose and box.prose >= self.boxes[box.parent].prose * NEARLY_ALL:
                heirs[box.parent] = i
        while index in heirs and self.boxes[heirs[index]].end - self.boxes[heirs[index]].start > 1:
            index = heirs[index]
        return self.boxes[index].start, self.boxes[index].end


def _unseen(attributes: dict[str, str | None]) -> bool:
    if "hidden" in attributes:
        return True
    names = (attributes.get("class") or "").split()
    if "hidden" in names and not any(":" in name for name in names):
        # `hidden md:block` is shown on wide screens
        return True
    style = attributes.get("style")
    return style is not None and "display:none" in style[:400].replace(" ", "").lower()


def _written(blocks: list[_Block]) -> MainText:
    readable = [block for block in blocks if block.worth_reading]
    lines = Lines()
    pieces: list[tuple[int, LexborNode]] = []
    for number, block in enumerate(readable):
        if block.tag in _HEADINGS and (number + 1 == len(readable) or readable[number + 1].tag in _HEADINGS):
            # nothing of what it announces is the article's
            continue
        lines.block()
        for piece in block.pieces:
            if piece is None:
                lines.line_break()
                continue
            raw, element = piece
            at = lines.add(raw)
            if not raw.isspace():
                pieces.append((at, element))
    return MainText(text=lines.text(), pieces=tuple(pieces))
