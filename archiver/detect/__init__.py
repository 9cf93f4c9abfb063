"""Which posts does an article cite?

`find` is the way in: an `Article` to its `Mention`s, in document order, one for each distinct post. Nothing here does
I/O or knows a platform: platforms bring their rules (`archiver.platforms`).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import msgspec
from selectolax.lexbor import LexborNode

from archiver.article.longtext import LongText
from archiver.detect import attributed, embeds, people, prose
from archiver.detect.around import TextBlock
from archiver.detect.distinct import distinct
from archiver.detect.parsing import LARGE, Markup
from archiver.detect.permalinks import Permalinks
from archiver.model import Article, Mention
from archiver.platforms import platforms as known_platforms
from archiver.platforms.base import Platform
from archiver.version import DETECTION

__all__ = ["LARGE", "METHOD", "find", "find_in", "markup_of"]

METHOD = DETECTION
"""Version of the rules."""

SURE_ENOUGH = 0.5
"""Below this, a mention is a guess: `– Maria (Berlin) May 3, 2021` may be signed by a handle or by a town."""


def find(
    article: Article,
    *,
    platforms: Sequence[Platform] | None = None,
    min_confidence: float = SURE_ENOUGH,
    prose: bool = False,
) -> list[Mention]:
    """The posts that `article` cites, in document order, one for each distinct post, each with its id.

    Arguments: `platforms`, which to look for; all that are known where it is not given. `min_confidence`: how sure it
    has to be that the article cites a post there, 0 for every guess. `prose`: whether posts count too that the article
    quotes in its own sentences and attributes to a platform (`she wrote on X: “…”`), with nothing left of an embed.

    A post that stands in the article several times is one mention with `times`. Where the article's prose names the
    person behind a display name, the mention says so.
    """
    chosen = tuple(known_platforms().values()) if platforms is None else tuple(platforms)
    if article.html is not None:
        reading = embeds.read(article.html, chosen, source=article.source)
        found, around = _in_html(reading, chosen, article.source, article.published, quoted=prose)
    else:
        found, around = _in_text(article.text or "", chosen, article.source, article.published, quoted=prose)
    return _kept(article, found, around, min_confidence, offsets=article.html is None)


def markup_of(html: str | LongText) -> Markup:
    """`html` for `find_in`: what holds it otherwise can let go of it."""
    platforms = tuple(known_platforms().values())
    return Markup(html, embeds.rules_of(platforms).tags_in(html))


def find_in(markup: Markup, article: Article) -> list[Mention]:
    """What `find` finds in a page whose HTML is `markup`, which is let go of as soon as it is parsed: for pages that
    should not lie in memory more often than they must. `article`: what else is known of it."""
    platforms = tuple(known_platforms().values())
    reading = embeds.read_markup(markup, platforms, source=article.source)
    found, around = _in_html(reading, platforms, article.source, article.published, quoted=False)
    return _kept(article, found, around, SURE_ENOUGH, offsets=False)


def _kept(
    article: Article,
    found: list[tuple[Mention, bool]],
    around: list[people.Passage],
    min_confidence: float,
    *,
    offsets: bool,
) -> list[Mention]:
    kept = [mention for mention in distinct(found) if mention.confidence >= min_confidence]
    kept = people.named(kept, around, offsets=offsets)
    return [_dated(mention, article).with_id(article.digest) for mention in kept]


def _dated(mention: Mention, article: Article) -> Mention:
    """The mention with the article's own day, where nothing tells the post's."""
    if mention.date or not article.published:
        return mention
    return msgspec.structs.replace(mention, published=article.published)


def _in_text(
    text: str, platforms: Sequence[Platform], source: str, published: str | None, *, quoted: bool
) -> tuple[list[tuple[Mention, bool]], list[people.Passage]]:
    """The posts in `text`, and the prose around them."""
    found = prose.find(text, platforms, source=source)
    if quoted:
        found += attributed.find(text, platforms, found=found, published=published, source=source)
        found.sort(key=lambda mention: mention.start or 0)
    return [(mention, False) for mention in found], [people.Passage.around(text, found)]


def _in_html(
    reading: embeds.Reading,
    platforms: tuple[Platform, ...],
    source: str,
    published: str | None,
    *,
    quoted: bool,
) -> tuple[list[tuple[Mention, bool]], list[people.Passage]]:
    """The posts in a page, and the prose around them, where a mention could be of somebody in it."""
    embedded = [entry.mention for entry in reading.entries]
    ordered: list[tuple[int, int, Mention, bool]] = [
        (entry.at, index, entry.mention, entry.copy) for index, entry in enumerate(reading.entries)
    ]
    around: list[people.Passage] = []
    pieces = reading.pieces
    named = any(mention.display_name for mention in embedded)
    wanted = functools.partial(pieces.may_hold_posts, platforms)
    if not (quoted or named or wanted()):
        return [(mention, copy) for _, _, mention, copy in ordered], around
    said = attributed.words_of(embedded) if quoted else ""
    blocks = pieces.blocks(None if quoted else wanted)
    unread = pieces.prose(people.SEEN, without={block.at for block in blocks}) if named else []
    for block in blocks:
        found = prose.find(block.text, platforms, source=source, signed_only=True)
        if quoted:
            apart = attributed.set_apart(block.starts, len(block.text))
            found += attributed.find(
                block.text, platforms, found=found, said=said, set_apart=apart, published=published, source=source
            )
        around.append(people.Passage.around(block.text, found))
        for number, mention in enumerate(found):
            element = block.element_at(mention.start or 0)
            signed_in = block.element_at(max(0, (mention.end or 0) - 1))
            if reading.regions.of(element) is not None or reading.regions.of(signed_in) is not None:
                continue
            placed = _linked(mention, block, reading.permalinks)
            placed = msgspec.structs.replace(placed, start=None, end=None, selector=reading.selectors.of(element))
            ordered.append((block.at, len(embedded) + number, placed, False))
    around += [people.Passage(text=text) for text in unread]
    ordered.sort(key=lambda entry: entry[:2])
    return [(mention, copy) for _, _, mention, copy in ordered], around


LINK_REACH = 3
"""Elements between a signature's text and its link: `<a><b><time>`."""


def _linked(mention: Mention, block: TextBlock, permalinks: Permalinks) -> Mention:
    """The mention with its id, where the page still has the signature's link to the post."""
    if mention.post_id or mention.start is None or mention.end is None:
        return mention
    for offset in (mention.end - 1, mention.start):
        at: LexborNode | None = block.element_at(max(0, offset))
        for _ in range(LINK_REACH):
            if at is None or at.tag == "a":
                break
            at = at.parent
        href = at.attributes.get("href") if at is not None and at.tag == "a" else None
        named = permalinks.read(href, any_server=True) if href else None
        if named is None or named.platform.name != mention.platform:
            continue
        handle = named.ref.handle
        if handle and mention.handle and handle.lower() != mention.handle.lower():
            continue
        url = embeds.permanent(named.platform, named.ref.id, mention.handle or handle, named.ref.url)
        return msgspec.structs.replace(
            mention,
            post_id=named.ref.id,
            handle=mention.handle or handle,
            url=url,
            found_url=named.found,
            confidence=max(mention.confidence, LINKED),
            why=(*mention.why, "the signature links to the post"),
        )
    return mention


LINKED = 0.97
"""A signature that links to the post that it signs."""
