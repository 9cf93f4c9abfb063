"""Which posts does an article cite?

`find` is the way in: an `Article` to its `Mention`s, in document order, one for each distinct post. Nothing here does
I/O or knows a platform: platforms bring their rules (`archiver.platforms`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from archiver.detect import attributed, embeds, people, prose
from archiver.model import Article, Mention
from archiver.platforms import platforms as known_platforms
from archiver.platforms.base import Platform

__all__ = ["find"]


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
        found, around = _in_html(article.html, chosen, article.source, article.published, quoted=prose)
    else:
        found, around = _in_text(article.text or "", chosen, article.source, article.published, quoted=prose)
    kept = [mention for mention in _distinct(found) if mention.confidence >= min_confidence]
    kept = people.named(kept, around, offsets=article.html is None)
    return [mention.with_id(article.digest) for mention in kept]


def _in_text(
    text: str, platforms: Sequence[Platform], source: str, published: str | None, *, quoted: bool
) -> tuple[list[Mention], list[people.Passage]]:
    """The posts in `text`, and the prose around them."""
    found = prose.find(text, platforms, source=source)
    if quoted:
        found += attributed.find(text, platforms, found=found, published=published, source=source)
        found.sort(key=lambda mention: mention.start or 0)
    return found, [people.Passage.around(text, found)]


def _in_html(
    html: str, platforms: Sequence[Platform], source: str, published: str | None, *, quoted: bool
) -> tuple[list[Mention], list[people.Passage]]:
    """The posts in `html`, and the prose around them."""
    around: list[people.Passage] = []
    reading = embeds.read(html, platforms, source=source)
    ordered: list[tuple[int, int, Mention]] = [(index, 0, mention) for index, mention in enumerate(reading.mentions)]
    said = attributed.words_of(reading.mentions) if quoted else ""
    for number, block in enumerate(reading.texts):
        found = prose.find(block.text, platforms, source=source, signed_only=True)
        if quoted:
            found += attributed.find(block.text, platforms, found=found, said=said, published=published, source=source)
        around.append(people.Passage.around(block.text, found))
        for mention in found:
            selector = reading.selector(block.element_at(mention.start or 0))
            placed = msgspec.structs.replace(mention, start=None, end=None, selector=selector)
            ordered.append((block.after - 1, 1 + number, placed))
    ordered.sort(key=lambda entry: entry[:2])
    return [mention for _, _, mention in ordered], around


def _distinct(mentions: Iterable[Mention]) -> list[Mention]:
    """One mention for each post: the first place, the fullest record, and how often."""
    kept: dict[tuple[str | None, ...], Mention] = {}
    names: dict[tuple[str | None, ...], tuple[str | None, ...]] = {}
    for mention in mentions:
        by_text = (mention.platform, _folded(mention.handle), (mention.date or "")[:10], _folded(mention.text))
        by_id = (mention.platform, mention.post_id) if mention.post_id else None
        key = names.get(by_id) if by_id else None
        if key is None and mention.text:
            key = names.get(by_text)
            if key is not None and by_id and kept[key].post_id not in (None, mention.post_id):
                key = None
        if key is None:
            key = (
                by_id or by_text
                if (mention.post_id or mention.text)
                else (*by_text, str(mention.start), mention.selector)
            )
            kept[key] = mention
        else:
            kept[key] = _merged(kept[key], mention)
        if by_id:
            names[by_id] = key
        if mention.text:
            names.setdefault(by_text, key)
    return list(kept.values())


def _merged(first: Mention, again: Mention) -> Mention:
    missing = {
        field: getattr(again, field)
        for field in ("handle", "display_name", "date", "text", "post_id", "url", "found_url", "date_basis")
        if getattr(first, field) is None and getattr(again, field) is not None
    }
    return msgspec.structs.replace(
        first, times=first.times + again.times, confidence=max(first.confidence, again.confidence), **missing
    )


def _folded(value: str | None) -> str:
    return " ".join((value or "").split()).casefold()
