"""The words of an article as they were stored, cut into what stands beside its cited posts and what stands between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from archiver.article.stored import stored_article
from archiver.model import Article, Capture, Mention
from archiver.store import Archive

if TYPE_CHECKING:
    from archiver.detect.marked import Piece

MAX_DOCUMENT = 8 << 20
"""Bytes of a document that is read for its words while somebody waits for the page; what is larger is data."""

MAX_SHOWN = 300_000
"""Code points between the cited posts that one page shows: a long book's. Of the rest, what stands next to a post."""

AROUND = 600
"""Code points beside a post's place that are shown whatever came before."""


class Stretch(NamedTuple):
    """Text of one paragraph, with no place of a post's beginning or end within it."""

    text: str
    mention: int | None
    """Which post it belongs to, by its number among the mentions, from 0; null for the article's own words."""
    quoted: bool
    """Whether these are the post's own words."""
    first: bool
    """Whether its post begins here."""


class Passage(NamedTuple):
    """Paragraphs of the article's own, or the one paragraph that holds posts."""

    paragraphs: tuple[str, ...]
    """Without posts in them; empty where `stretches` are not."""
    stretches: tuple[Stretch, ...]
    mentions: tuple[int, ...]
    """The posts that begin here, by their numbers."""
    left_out: int
    """Code points of this passage that are not shown."""


def article_with_words(archive: Archive, article: Article, body: Capture) -> Article:
    """The article with its `html` or `text`, out of the record that holds its bytes.

    Raises `ArchiveError` when the record's bytes are not those that were concluded on, or cannot be read;
    `InputError` or `LimitError` when they are no document any more, or one too large to be shown.
    """
    return stored_article(archive, article, body, limit=MAX_DOCUMENT)


def passages(article: Article, mentions: Sequence[Mention]) -> tuple[Passage, ...]:
    """An article's text in reading order, the paragraphs with posts apart from those without.

    At most about `MAX_SHOWN` code points: of longer texts, only what stands around the posts after that.
    """
    found: list[Passage] = []
    plain: list[str] = []
    seen: set[int] = set()
    left = MAX_SHOWN

    def close_plain(*, posts_follow: bool) -> None:
        nonlocal left
        paragraphs, left_out, left = _within(plain, left, keep_end=posts_follow)
        if paragraphs or left_out:
            found.append(Passage(paragraphs, (), (), left_out))
        plain.clear()

    from archiver.detect.marked import marked  # all that detection knows comes with it: only where an article is shown

    for paragraph in _paragraphs(marked(article, mentions)):
        if all(piece.mention is None for piece in paragraph):
            plain.append("".join(piece.text for piece in paragraph).strip())
            continue
        close_plain(posts_follow=True)
        stretches: list[Stretch] = []
        left_out = 0
        for at, piece in enumerate(paragraph):
            text = piece.text
            if piece.mention is None:
                text, cut = _beside(text, at_start=at == 0, at_end=at == len(paragraph) - 1)
                left_out += cut
            first = piece.mention is not None and piece.mention not in seen
            if piece.mention is not None:
                seen.add(piece.mention)
            stretches += _stretches(text, piece.mention, quoted=piece.words, first=first)
        begun = tuple(stretch.mention for stretch in stretches if stretch.first and stretch.mention is not None)
        found.append(Passage((), tuple(stretches), begun, left_out))
    close_plain(posts_follow=False)
    return tuple(found)


def _stretches(text: str, mention: int | None, *, quoted: bool, first: bool) -> list[Stretch]:
    """One piece; the white space at its ends is nobody's words."""
    core = text.strip()
    if mention is None or core == text:
        return [Stretch(text, mention, quoted, first)]
    before, _, behind = text.partition(core) if core else (text, "", "")
    found = [Stretch(before, None, False, False)] if before else []
    found += [Stretch(core, mention, quoted, first)] if core or first else []
    return found + ([Stretch(behind, None, False, False)] if behind else [])


def _paragraphs(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces, cut where the article's own text has a line break; a post's words are not cut."""
    found: list[list[Piece]] = []
    now: list[Piece] = []
    for piece in pieces:
        if piece.mention is not None:
            now.append(piece)
            continue
        lines = piece.text.split("\n")
        for number, line in enumerate(lines):
            if number:
                if now:
                    found.append(now)
                now = []
            if line:
                now.append(msgspec.structs.replace(piece, text=line))
    if now:
        found.append(now)
    return found


def _within(plain: Sequence[str], left: int, *, keep_end: bool) -> tuple[tuple[str, ...], int, int]:
    """As many paragraphs as fit, how many code points are left out, and what is left of the bound."""
    shown: list[str] = []
    for number, text in enumerate(plain):
        if not text:
            continue
        if len(text) <= left:
            shown.append(text)
            left -= len(text)
            continue
        end = plain[-1][-AROUND:] if keep_end else ""
        rest = sum(map(len, plain[number:]))
        shown += [part for part in (text[:left], "… " + end if end else "") if part]
        return tuple(shown), max(0, rest - left - len(end)), 0
    return tuple(shown), 0, left


def _beside(text: str, *, at_start: bool, at_end: bool) -> tuple[str, int]:
    """The article's own text beside a post in the same paragraph, and how many code points were cut off it."""
    room = 4 * AROUND
    if len(text) <= 2 * room:
        return text, 0
    before = "" if at_start else text[:room]
    behind = "" if at_end else text[-room:]
    return f"{before} … {behind}".strip(" "), len(text) - len(before) - len(behind)
