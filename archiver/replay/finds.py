"""How a find is shown in the list: read out of its checked record, with the words where they stand."""

from __future__ import annotations

from typing import NamedTuple

from archiver.errors import ArchiverError
from archiver.language.wordings import Piece
from archiver.replay.addresses import Addresses
from archiver.replay.facts import article_facts, state_of, stored_post
from archiver.replay.reading import article_with_words
from archiver.replay.search import Hit, Question, text_of
from archiver.replay.shelf import Shelf

MAX_READ = 256 << 10
"""Stored bytes of an article that is read again for the line where the words stand."""


class Line(NamedTuple):
    """One find."""

    shelf: Shelf
    kind: str
    """`article` or `post`."""
    address: str
    title: str
    """Of an article its title, of a post the name."""
    handle: str | None
    source: str
    """Of an article its address, of a post the platform."""
    language: str | None
    when: str | None
    """ISO day or RFC 3339 time: published, or made."""
    state: str | None
    """Of a post, by the last look at it."""
    snippet: tuple[Piece, ...]
    problem: str | None
    """Why nothing of it is shown."""


def line(hit: Hit, asked: Question) -> Line | None:
    """One find as it is shown; null where the archive does not hold it any more."""
    to = Addresses(hit.shelf.slug)
    address = to.article(hit.key) if hit.kind == "article" else to.post(hit.key)
    try:
        return _article(hit, asked, address) if hit.kind == "article" else _post(hit, asked, address)
    except ArchiverError as error:
        return Line(hit.shelf, hit.kind, address, hit.key, None, "", None, None, None, (), str(error))


def _article(hit: Hit, asked: Question, address: str) -> Line | None:
    facts = article_facts(hit.shelf, hit.key)
    if facts is None:
        return None
    article = facts.article
    texts = [mention.words for mention in facts.mentions if mention.words]
    snippet = next((asked.marks(text) for text in texts if asked.holds(text)), ())
    if not snippet and facts.body.capture and facts.body.capture.length <= MAX_READ:
        try:
            body = text_of(article_with_words(hit.shelf.archive, article, facts.body.capture))
            snippet = asked.marks(body) if asked.holds(body) else ()
        except ArchiverError:
            snippet = ()
    return Line(
        hit.shelf,
        "article",
        address,
        article.title or article.source,
        None,
        article.source,
        article.language,
        article.published,
        None,
        snippet,
        None,
    )


def _post(hit: Hit, asked: Question, address: str) -> Line | None:
    stored = stored_post(hit.shelf, hit.key)
    if stored is None:
        return None
    post = stored[0]
    return Line(
        hit.shelf,
        "post",
        address,
        post.display_name or post.title or "",
        post.handle,
        post.platform,
        post.language,
        post.created_at.isoformat() if post.created_at else post.day,
        state_of(hit.shelf, hit.key),
        asked.marks(post.text or ""),
        None,
    )
