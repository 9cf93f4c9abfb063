"""Which embeds of an article are put right, and with what; and the proof that nothing else was touched.

A quotation stands in for an embed whose post is missing by the archive's last look, or that shows no post in the
article's markup. What is not surely known to be this post, or of which no words are stored, is left as it is, and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.article import Kind, article_of
from archiver.article.selectors import Elements
from archiver.auditing.embeds import standings
from archiver.auditing.finding import Embed, EmbedStanding, QuoteVerdict
from archiver.auditing.quotes.fidelity import Version, fidelity
from archiver.detect import embeds, find, prose, repaired
from archiver.detect.containers import EMBEDDING, FRAMES, NOT_A_POST
from archiver.errors import InputError
from archiver.model import Article, Mention, Noun, State
from archiver.platforms import platform as platform_of
from archiver.platforms import platforms
from archiver.platforms.bounds import parse
from archiver.platforms.markup import names, render
from archiver.repairing.known import Known, Places, Unknown, known
from archiver.repairing.quotation import Quotation, html_of, is_web_address, words_of
from archiver.repairing.source import Edit, Path, Source, Span, at_path, path_of, same_but
from archiver.store import Archive

MAX_AROUND = 600
"""Code points that an embed's place shows beside the embed: a notice, a link."""

MAX_CLIMB = 6
"""Elements around an embed that may be nothing but its place."""

MAX_LOST_WORDS = 20
"""Words that an embed shows and the quotation would not: its date in another form, what platforms write around posts.
More are words that nobody stored."""

FEW_WORDS = 4
"""A shorter sentence says little."""

ALIKE = 0.5
"""So many words of a flattened post's sentence are in the stored post, which it may have been translated from and
back."""

MAX_TOLD = 3
"""Altered places that a reason tells."""

MAX_EMBEDS = 2000
"""Embeds of one article that are replaced; no article has so many."""

MAX_PLACES = 50
"""Elements of one article that show the same post."""

MAX_TRIES = 40
"""Versions of the article that are made and compared with it, where not all embeds can be replaced together."""

_PHRASING = names(
    "p h1 h2 h3 h4 h5 h6 a abbr b bdi bdo big cite code dfn del em font i ins kbd label mark pre q s samp small span "
    "strike strong sub sup time tt u var"
)
"""Elements in which no block may stand."""

_CLOSED_TO_US = names(
    "svg math select head title button textarea template noscript script style object picture video audio"
)
"""Elements in which no quotation can stand, or none would be seen."""

_LINK = re.compile(r"https?://\S+|\b(?:pic\.)?(?:twitter|x|t)\.co(?:m)?/\S+")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
"""A word, or a sign of a script that writes them without spaces."""

_SENTENCE_END = re.compile(r"(?<=[.!?…:])\s+|\n+|(?<=[。！？])")

_HOLDERS = names("script template noscript")
_FILLING = names("script style br wbr noscript link meta")
"""What shows nothing beside an embed."""


class Outcome(StrEnum):
    """What was done with a cited post's embed."""

    REPLACED = "replaced"
    """A static quotation stands in its place."""
    KEPT = "kept"
    """Nothing has to be done: it works as far as it is known, or is a quotation, or a link."""
    LEFT = "left"
    """It should be replaced and could not be: `reason` says why."""


class Repair(Noun, frozen=True, kw_only=True):
    """One cited post of an article: what was done, and why."""

    outcome: Outcome
    reason: str
    platform: str
    post_id: str | None = None
    post_key: str | None = None
    url: str | None = None
    handle: str | None = None
    state: State | None = None
    """By the archive's last look that tells; null where there was none."""
    embed: EmbedStanding
    """How it stands in the article's markup."""
    places: int = 0
    """How many elements were replaced."""
    versions: tuple[str, ...] = ()
    """Addresses of stored versions that the quotation links."""
    quote: QuoteVerdict | None = None
    """How faithful the replaced words were to the post's; null where none were replaced."""
    mention_id: str = ""


class Repaired(msgspec.Struct, frozen=True, kw_only=True):
    """A repaired article."""

    data: bytes
    """Its bytes: those of the original, but for what was replaced."""
    repairs: tuple[Repair, ...]
    """One for each cited post, in document order."""

    @property
    def changed(self) -> bool:
        return any(repair.outcome is Outcome.REPLACED for repair in self.repairs)


class _Wanted(NamedTuple):
    """An embed that is to be replaced."""

    mention: Mention
    known: Known
    paths: tuple[tuple[Path, str, bool], ...]
    """Each element's path and tag, and whether a block may stand there."""


def repair(
    data: bytes,
    archive: Archive,
    *,
    source: str,
    kind: Kind | None = None,
    everything: bool = False,
    places: Places | None = None,
) -> Repaired:
    """The article in `data` with static quotations in the place of embeds that no longer work.

    archive: what is known of the posts; only read. source: what the article is called, for errors. kind: whether it is
    HTML, where its name says so; else the bytes do. everything: every embed whose words are stored, also those that
    work. places: where readers can open what is stored.

    Nothing is asked of the network. Bytes outside the replaced elements are the same; the trees of both versions, as
    browsers build them, are compared node by node, and an embed after whose replacement they are not the same elsewhere
    is left.

    Raises `InputError` where the bytes are no HTML document, or cannot be edited in place; `ArchiveError`.
    """
    article = article_of(data, source=source, kind=kind)
    if article.html is None:
        raise InputError(
            "this is a text: it has no embeds that could be replaced", subject=source, hint="give the article's HTML"
        )
    mentions = find(article)
    standing = standings(article, mentions)
    where = _Where(article, data, source)
    repairs: dict[str, Repair] = {}
    wanted: list[_Wanted] = []
    for mention in mentions:
        found = known(archive, mention, places or Places())
        said = _judged(mention, standing[mention.id], found, everything=everything)
        if said is None and isinstance(found, Known):
            try:
                if len(wanted) >= MAX_EMBEDS:
                    raise _NoPlaceError("the article has too many embeds")
                paths = tuple(where.paths(mention))
                one = _Wanted(mention, found, paths)
                if not is_web_address(_quotation(one).url):
                    raise _NoPlaceError("the stored post has no web address")
                if mention.text is not None:
                    where.lose_nothing(one)
                if mention.post_id is None:
                    _is_the_posts_alone(one)
                else:
                    _is_of_these_words(one)
                wanted.append(one)
            except _NoPlaceError as error:
                said = (Outcome.LEFT, str(error))
        if said is not None:
            repairs[mention.id] = _told(mention, standing[mention.id], found, *said)
    edited = _Editing(where, data, source, mentions)
    for one, problem in edited.run(wanted):
        state = standing[one.mention.id]
        said = (Outcome.LEFT, problem) if problem else (Outcome.REPLACED, _why(one.known, state, everything=everything))
        repair = _told(one.mention, state, one.known, *said, places=0 if problem else len(one.paths))
        repairs[one.mention.id] = repair if problem else _with_quote(repair, one)
    return Repaired(data=edited.data, repairs=tuple(repairs[mention.id] for mention in mentions))


def _judged(mention: Mention, embed: Embed, found: Known | Unknown, *, everything: bool) -> tuple[Outcome, str] | None:
    """Why an embed is not replaced; null where it is to be."""
    if mention.rule.endswith(".repaired"):
        return Outcome.KEPT, "a static quotation already"
    if mention.rule.endswith(".attributed"):
        return Outcome.KEPT, embed.reason
    broken = embed.standing in (EmbedStanding.BROKEN, EmbedStanding.LOST)
    if isinstance(found, Unknown):
        if broken or everything:
            return Outcome.LEFT, found.reason
        return Outcome.KEPT, f"{embed.reason}; {found.reason}"
    missing = found.state is not None and found.state.missing
    if not (missing or broken or everything):
        return Outcome.KEPT, embed.reason
    if found.post is None or not words_of(found.post):
        return Outcome.LEFT, "no words of the post are stored"
    return None


def _why(found: Known, embed: Embed, *, everything: bool) -> str:
    if found.state is not None and found.state.missing:
        return f"the post is missing: {found.state.value}"
    if embed.standing in (EmbedStanding.BROKEN, EmbedStanding.LOST):
        return f"{embed.standing.value}: {embed.reason}"
    return "every embed was to be replaced" if everything else embed.reason


def _with_quote(repair: Repair, one: _Wanted) -> Repair:
    """With how faithful the article's words were: where they were others, the post's stand there now."""
    post = one.known.post
    if post is None or not one.mention.words:
        return repair
    wordings = [Version(text) for text in (words_of(post), post.title, post.text) if text]
    marked = one.mention.post_id is not None
    quote = fidelity(one.mention.words, wordings, marked=marked, platform=one.mention.platform)
    reason = repair.reason
    if quote.verdict in (QuoteVerdict.ALTERED, QuoteVerdict.TRANSLATED):
        places = "; ".join(f"“{change.printed}” was “{change.posted}”" for change in quote.changes[:MAX_TOLD])
        reason += f"; its words were {quote.verdict.value} in the article{f': {places}' if places else ''}"
    return msgspec.structs.replace(repair, quote=quote.verdict, reason=reason)


def _told(
    mention: Mention, embed: Embed, found: Known | Unknown, outcome: Outcome, reason: str, *, places: int = 0
) -> Repair:
    post = found.post if isinstance(found, Known) else None
    replaced = outcome is Outcome.REPLACED and isinstance(found, Known)
    return Repair(
        outcome=outcome,
        reason=reason,
        platform=mention.platform,
        post_id=mention.post_id or (post.id if post else None),
        post_key=found.key if isinstance(found, Known) else None,
        url=mention.url or (post.url if post else None),
        handle=mention.handle or (post.handle if post else None),
        state=found.state if isinstance(found, Known) else None,
        embed=embed.standing,
        places=places,
        versions=tuple(version.url for version in found.versions) if replaced and isinstance(found, Known) else (),
        mention_id=mention.id,
    )


class _NoPlaceError(Exception):
    """An embed whose element cannot be replaced; why, in words."""


class _Where:
    """Which elements of the document are the embeds, and what around them is nothing but their place."""

    def __init__(self, article: Article, data: bytes, source: str) -> None:
        self.article = article
        self.html = article.html or ""
        self.source = Source(data, self.html, subject=source)
        self.parser: LexborHTMLParser = parse(self.html)
        self._elements = Elements(self.parser.root)
        reading = embeds.read(self.html, tuple(platforms().values()))
        self._entries = [(entry.mention, entry.copy or entry.spare) for entry in reading.entries]
        self._held: dict[int, set[tuple[str, str | None]]] = {}
        """What posts each embed's element is of."""
        for mention, _ in self._entries:
            node = self._elements.at(mention.selector)
            if node is not None:
                self._held.setdefault(node.mem_id, set()).add((mention.platform, mention.post_id))

    def paths(self, mention: Mention) -> Iterator[tuple[Path, str, bool]]:
        """The elements that show this post, each with its tag, and whether a block may stand in its place.

        Raises `_NoPlaceError`.
        """
        nodes = list(self._places(mention))
        if not nodes:
            raise _NoPlaceError("its element was not found again")
        root = self.parser.root
        if len(nodes) > MAX_PLACES:
            raise _NoPlaceError("it stands in too many places")
        taken: list[LexborNode] = []
        for node in nodes:
            if any(_contains(other, node) for other in taken):
                continue
            taken.append(node)
            path = path_of(node, root) if root is not None else None
            if path is None:
                raise _NoPlaceError("its element was not found again")
            yield path, node.tag or "", _takes_blocks(node)

    def lose_nothing(self, one: _Wanted) -> None:
        """Raises `_NoPlaceError` where the article shows words that would be gone: of another version of the post, of a
        post that it quotes, of more than the stored text."""
        root = LexborHTMLParser(html_of(_quotation(one), block=True)).root
        stored = set(_words(render(root).text)) if root is not None else set()
        for path, _, _ in one.paths:
            node = at_path(self.parser.root, path)
            shown = _words(render(node).text) if node is not None else []
            if sum(word not in stored for word in shown) > MAX_LOST_WORDS:
                raise _NoPlaceError("the article shows words that are not in the stored post, and that would be lost")

    def _places(self, mention: Mention) -> Iterator[LexborNode]:
        embedded = [
            (entry, copy)
            for entry, copy in self._entries
            if mention.post_id and (entry.platform, entry.post_id) == (mention.platform, mention.post_id)
        ]
        if not embedded:
            yield self._flattened(mention)
            return
        shown = [entry for entry, copy in embedded if not copy]
        for entry in shown or [embedded[0][0]]:
            if entry.rule.endswith(".repaired"):
                continue
            node = self._elements.at(entry.selector)
            if node is None:
                raise _NoPlaceError("its element was not found again")
            yield self._place_of(entry, node)

    def _place_of(self, mention: Mention, node: LexborNode) -> LexborNode:
        """The element that is replaced for the embed in `node`."""
        kind = mention.rule.partition(".")[2]
        own = {(mention.platform, mention.post_id)}
        if kind == "json":
            raise _NoPlaceError("only the page's data names it: its place is not known")
        if len(self._held.get(node.mem_id, own)) > 1:
            raise _NoPlaceError("its element holds several posts")
        if kind == "link" and not _is_alone(node):
            raise _NoPlaceError("a link within a text")
        if kind in ("url", "shortcode") and not _is_only_line(node):
            raise _NoPlaceError("its address stands among other text")
        if (node.tag in _HOLDERS and "data-telegram-post" not in node.attributes) or _is_hidden(node):
            node = self._container(node, own)
        node = self._widened(node)
        if node.tag in ("html", "body", "main", "article") or node.parent is None:
            raise _NoPlaceError("its element holds the article too")
        for above in _above(node):
            if above.tag in _CLOSED_TO_US:
                raise _NoPlaceError(f"it stands within a <{above.tag}>")
            if above.tag == "a":
                raise _NoPlaceError("it stands within a link")
        if len(render(node).text) > len(mention.words or "") + MAX_AROUND * 2:
            raise _NoPlaceError("its element holds more than the embed")
        if any(held - own for held in self._within(node)) or _embeds_others(node, own):
            raise _NoPlaceError("its element holds another post, too")
        return node

    def _within(self, node: LexborNode) -> Iterator[set[tuple[str, str | None]]]:
        for inner in node.traverse():
            if inner.mem_id in self._held:
                yield self._held[inner.mem_id]

    def _container(self, node: LexborNode, own: set[tuple[str, str | None]]) -> LexborNode:
        """The place in which HTML that is kept as data would be shown: an element around it that calls itself so."""
        at = node.parent
        best: LexborNode | None = None
        for _ in range(MAX_CLIMB):
            if at is None or at.tag in ("body", "main", "article", "section", "td", "li", "html"):
                break
            called = f"{at.tag or ''} {at.attributes.get('class') or ''} {at.attributes.get('id') or ''}"
            if (
                EMBEDDING.search(called)
                and not NOT_A_POST.search(called)
                and len(render(at).text) <= MAX_AROUND
                and not any(held - own for held in self._within(at))
                and at.css_first("h1, h2, h3") is None
            ):
                best = at
            at = at.parent
        if best is None or _is_hidden(best):
            raise _NoPlaceError(f"it is kept in a <{node.tag}>, and where it is shown is not known")
        return best

    def _widened(self, node: LexborNode) -> LexborNode:
        """With what around it holds nothing else and would spoil the quotation: a paragraph, a link, a box that keeps
        a player's proportions."""
        at = node
        for _ in range(MAX_CLIMB):
            above = at.parent
            if above is None or not _holds_only(above, at):
                break
            if above.tag in ("p", "center", "span", "a") or (above.tag == "div" and _keeps_proportions(above)):
                at = above
                continue
            further = above.parent
            if (
                above.tag == "div"
                and further is not None
                and _keeps_proportions(further)
                and _holds_only(further, above)
            ):
                at = further
                continue
            break
        return at

    def _flattened(self, mention: Mention) -> LexborNode:
        """The element that holds a flattened post, its words and its signature, and nothing else."""
        platform = platform_of(mention.platform)
        at = self._elements.at(mention.selector)
        for _ in range(4):
            if at is None or platform is None or at.tag in ("body", "html", "main", "article", "td", "li"):
                break
            text = render(at).text.strip()
            if len(text) > len(mention.words or "") + MAX_AROUND:
                break
            signed = prose.find(text, [platform])
            if len(signed) == 1 and signed[0].words == mention.words and mention.words:
                start, end = signed[0].start, signed[0].end
                if start is not None and end is not None and not (text[:start] + text[end:]).strip(" \"“”„«»'\n"):
                    if any(inner.mem_id in self._held for inner in at.traverse()):
                        break
                    return at
            at = at.parent
        raise _NoPlaceError("its words stand within a text of the article's: replace them by hand")


def _is_the_posts_alone(one: _Wanted) -> None:
    """Raises `_NoPlaceError` where a sentence of a flattened post is not the stored post's: it may be the article's
    own."""
    post = one.known.post
    stored = set(_words(words_of(post))) if post is not None else set()
    for sentence in _SENTENCE_END.split(one.mention.words or ""):
        words = _words(sentence)
        if len(words) >= FEW_WORDS and sum(word in stored for word in words) < len(words) * ALIKE:
            raise _NoPlaceError("a sentence of it is not in the stored post: replace it by hand")


def _is_of_these_words(one: _Wanted) -> None:
    """Raises `_NoPlaceError` where an embed's words are mostly none of the stored post's: whichever of them is right,
    they are not to be exchanged without anybody having seen it."""
    post, shown = one.known.post, _words(one.mention.words or "")
    stored = set(_words(words_of(post))) if post is not None else set()
    if len(shown) >= FEW_WORDS and sum(word in stored for word in shown) < len(shown) * ALIKE:
        raise _NoPlaceError("the article shows other words than those of the stored post: replace it by hand")


def _embeds_others(node: LexborNode, own: set[tuple[str, str | None]]) -> bool:
    """Whether there is another post's embed inside, which an article is not read for because it lies within one."""
    if node.tag in FRAMES or node.css_first("blockquote, iframe, script, template") is None:
        return False
    inside = "".join(child.html or "" for child in node.iter(include_text=True))
    found = (entry.mention for entry in embeds.read(inside, tuple(platforms().values())).entries)
    return any(
        (one.platform, one.post_id) not in own
        for one in found
        if one.post_id is not None and one.rule.partition(".")[2] not in ("link", "url", "json")
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(_LINK.sub(" ", text).casefold())


def _above(node: LexborNode) -> Iterator[LexborNode]:
    at = node.parent
    while at is not None:
        yield at
        at = at.parent


def _contains(outer: LexborNode, node: LexborNode) -> bool:
    return node.mem_id == outer.mem_id or any(above.mem_id == outer.mem_id for above in _above(node))


def _takes_blocks(node: LexborNode) -> bool:
    """Whether no paragraph or other phrase is open around it (a table's cell is a place of its own)."""
    for above in _above(node):
        if above.tag in _PHRASING:
            return False
        if above.tag in ("td", "th", "caption"):
            return True
    return True


def _is_hidden(node: LexborNode) -> bool:
    """Whether it, or what is directly around it, says that it is not shown."""
    at: LexborNode | None = node
    for _ in range(3):
        if at is None:
            return False
        attributes = at.attributes
        style = "".join((attributes.get("style") or "").lower().split())
        classes = (attributes.get("class") or "").lower().split()
        if "hidden" in attributes or "display:none" in style or "borlabs-hide" in classes:
            return True
        at = at.parent
    return False


def _holds_only(outer: LexborNode, inner: LexborNode) -> bool:
    child = outer.child
    while child is not None:
        if child.mem_id != inner.mem_id:
            if child.is_element_node and child.tag not in _FILLING:
                return False
            if child.is_element_node and child.tag == "script" and "data-telegram-post" in child.attributes:
                return False
            if child.is_text_node and (child.text_content or "").strip():
                return False
        child = child.next
    return True


def _keeps_proportions(node: LexborNode) -> bool:
    """A box without height, or with room for a player above what it holds."""
    style = "".join((node.attributes.get("style") or "").lower().split())
    return "%" in style and ("padding-bottom:" in style or "padding-top:" in style)


def _is_alone(link: LexborNode) -> bool:
    """Whether nothing else stands on the link's line, as far as its block goes."""
    above = link.parent
    return above is not None and _holds_only(above, link)


def _is_only_line(node: LexborNode) -> bool:
    """Whether the element's whole text is one word: an address, a shortcode."""
    text = render(node).text.strip()
    return bool(text) and (len(text.split()) == 1 or (text[0] in "[{" and text[-1] in "]}" and "\n" not in text))


_Placed = tuple[Path, Edit]
"""An element's path in the tree, and what stands in its place."""


def _overlapping(spans: Sequence[Span]) -> set[Span]:
    """Those that share bytes with another."""
    found: set[Span] = set()
    furthest: Span | None = None
    for span in sorted(spans):
        if furthest is not None and span.start < furthest.end:
            found |= {span, furthest}
        if furthest is None or span.end > furthest.end:
            furthest = span
    return found


class _Editing:
    """Replaces elements, and proves that nothing else is otherwise."""

    def __init__(self, where: _Where, data: bytes, source: str, mentions: Sequence[Mention]) -> None:
        self.data = data
        self._where = where
        self._original = data
        self._source = source
        self._cited = {(mention.platform, mention.post_id) for mention in mentions if mention.post_id}

    def run(self, wanted: Sequence[_Wanted]) -> Iterator[tuple[_Wanted, str]]:
        """Each embed, and why it could not be replaced; empty where it was. `data` is the result after the last."""
        spans = self._spans(wanted)
        ready: list[tuple[_Wanted, list[_Placed]]] = []
        for one in wanted:
            edits = self._edits(one, spans)
            if edits is None:
                yield one, "where its element begins and ends in the source cannot be told"
            else:
                ready.append((one, edits))
        overlapping = _overlapping([edit.span for _, edits in ready for _, edit in edits])
        apart = [(one, edits) for one, edits in ready if not any(edit.span in overlapping for _, edit in edits)]
        for one, edits in ready:
            if any(edit.span in overlapping for _, edit in edits):
                yield one, "its element and another embed's overlap"
        kept: list[_Placed] = []
        waiting = [apart] if apart else []
        tries = 0
        while waiting:
            group = waiting.pop()
            edits = [edit for _, edits in group for edit in edits]
            tries += 1
            if tries <= MAX_TRIES and self._try([*kept, *edits]):
                kept += edits
                yield from ((one, "") for one, _ in group)
            elif len(group) > 1 and tries < MAX_TRIES:
                half = len(group) // 2
                waiting += [group[half:], group[:half]]
            else:
                yield from ((one, "the rest of the page would be read otherwise") for one, _ in group)

    def _spans(self, wanted: Sequence[_Wanted]) -> dict[Path, Span | None]:
        places = [(path, tag) for one in wanted for path, tag, _ in one.paths]
        if not places:
            return {}
        found = self._where.source.spans(places)
        return {path: span for (path, _), span in zip(places, found, strict=True)}

    def _edits(self, one: _Wanted, spans: dict[Path, Span | None]) -> list[_Placed] | None:
        edits: list[_Placed] = []
        for path, _, block in one.paths:
            span = spans.get(path)
            if span is None:
                return None
            edits.append((path, Edit(span, html_of(_quotation(one), block=block))))
        return edits

    def _try(self, edits: Sequence[_Placed]) -> bool:
        """Whether these edits leave the rest as it is; if so, they are the result."""
        data = self._where.source.edited([edit for _, edit in edits])
        try:
            article = article_of(data, source=self._source, kind="html")
        except InputError:
            return False
        after = parse(article.html or "")
        if not same_but(parse(self._where.html), [path for path, _ in edits], after, repaired.MARK):
            return False
        cited = {(mention.platform, mention.post_id) for mention in find(article) if mention.post_id}
        if not self._cited <= cited:
            return False
        self.data = data
        return True


def _quotation(one: _Wanted) -> Quotation:
    found, mention = one.known, one.mention
    post = found.post
    if post is None:
        raise ValueError("a quotation needs the post's record")
    return Quotation(
        platform=mention.platform,
        post_id=mention.post_id or post.id,
        url=mention.url or post.url,
        post=post,
        stored_at=found.stored_at,
        state=found.state,
        seen_at=found.seen_at,
        last_readable=found.last_readable,
        rescued_from=found.rescued_from,
        versions=found.versions,
    )
