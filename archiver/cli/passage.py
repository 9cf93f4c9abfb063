"""How does an article look with the posts that were found in it? For a terminal, and as a page.

Text that strangers wrote goes to both: a terminal gets it through `archiver.cli.output`, the page through the escaping
of its template, with control characters as pictures and every stretch isolated in its own direction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from archiver.cli.output import visible
from archiver.detect.marked import marked
from archiver.errors import LimitError, UsageError
from archiver.model import Article, Mention, Person

WORDS_STYLE = "black on yellow"
SIGNATURE_STYLE = "black on cyan"
NUMBER_STYLE = "bold magenta"
"""Colours that the 16 of any terminal have; black is set so that both kinds of background show it."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One article and the posts that were found in it."""

    article: Article
    mentions: tuple[Mention, ...]


def runs(finding: Finding, *, colour: bool) -> Iterator[tuple[str, str]]:
    """(text, style) of the article in reading order, each post with its number, then the list of posts.

    colour: whether styles are seen; without them a post's end is marked, too.
    """
    yield f"{finding.article.title or finding.article.source}\n\n", "bold"
    open_post: int | None = None
    for piece in marked(finding.article, finding.mentions):
        if piece.mention != open_post:
            if open_post is not None and not colour:
                yield f"⟦/{open_post + 1}⟧", ""
            if piece.mention is not None:
                yield f"⟦{piece.mention + 1}⟧", NUMBER_STYLE
                if not piece.text:
                    yield label(finding.mentions[piece.mention]) + "\n", SIGNATURE_STYLE
            open_post = piece.mention
        yield piece.text, "" if piece.mention is None else WORDS_STYLE if piece.words else SIGNATURE_STYLE
    if open_post is not None and not colour:
        yield f"⟦/{open_post + 1}⟧", ""
    yield "\n\n", ""
    for number, mention in enumerate(finding.mentions, 1):
        yield f"{number} ", NUMBER_STYLE
        reasons = "; ".join((f"{mention.rule}, {mention.confidence:.2f}", *mention.why))
        yield f"{label(mention)} ({reasons})\n", ""
        if mention.person:
            yield f"    in the prose: {said_of(mention.person)}\n", ""
    yield "\n", ""


def label(mention: Mention) -> str:
    """A post in a few words: platform, name, handle, day, id."""
    who = f"{mention.display_name or ''} {'@' + mention.handle if mention.handle else ''}".strip()
    return " · ".join(part for part in (mention.platform, who, (mention.date or "")[:10], mention.post_id) if part)


def said_of(person: Person) -> str:
    return person.name + (f"; the name may be {person.repair}" if person.repair else "")


def shown(text: str) -> str:
    """`text` with its lines, and nothing in it that a reader's program would obey."""
    return "\n".join(visible(line) if line.strip() else "" for line in text.split("\n"))


class _Drawn(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    mention: int | None
    words: bool
    first: bool
    """Whether this is the first piece of its post."""


class Page:
    """A self-contained HTML page without scripts, written article by article.

    Raises (by opening and by `add`) `UsageError` where its folder is not there or may not be written, `LimitError`
    where the disk takes no more.
    """

    def __init__(self, path: Path) -> None:
        environment = Environment(
            loader=PackageLoader("archiver.cli", "templates"), autoescape=True, undefined=StrictUndefined
        )
        environment.filters |= {"visible": visible, "shown": shown}
        self._parts = cast(Any, environment.get_template("found.html").module)
        self._path = path
        self._articles = 0
        with self._telling():
            self._file = path.open("w", encoding="utf-8")
            self._file.write(self._parts.head())

    def add(self, finding: Finding) -> None:
        """Write one article and its posts."""
        self._articles += 1
        with self._telling():
            self._file.write(self._parts.article(_page(finding), self._articles))

    def close(self) -> None:
        with self._telling():
            self._file.write(self._parts.tail())
            self._file.close()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError) as error:
            raise UsageError(f"the page cannot be written: {error.strerror}", subject=str(self._path)) from None
        except OSError as error:
            raise LimitError(f"the page cannot be written: {error.strerror}", subject=str(self._path)) from None


def _page(finding: Finding) -> dict[str, object]:
    drawn: list[_Drawn] = []
    seen: set[int] = set()
    for piece in marked(finding.article, finding.mentions):
        first = piece.mention is not None and piece.mention not in seen
        drawn.append(_Drawn(text=piece.text, mention=piece.mention, words=piece.words, first=first))
        if piece.mention is not None:
            seen.add(piece.mention)
    return {
        "source": finding.article.source,
        "title": finding.article.title,
        "language": finding.article.language,
        "pieces": drawn,
        "posts": [_post(mention, number in seen) for number, mention in enumerate(finding.mentions)],
    }


def _post(mention: Mention, placed: bool) -> dict[str, object]:
    return {
        "label": label(mention),
        "placed": placed,
        "url": mention.url,
        "rule": mention.rule,
        "confidence": mention.confidence,
        "why": mention.why,
        "person": mention.person,
    }
