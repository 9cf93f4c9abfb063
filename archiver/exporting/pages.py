"""What a package offers to open: its articles, and the pages of the posts that they cite, each with words to search."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from selectolax.lexbor import LexborHTMLParser

from archiver.article.maintext import main_text
from archiver.errors import ArchiverError
from archiver.exporting.cited import EVERYTHING, Selection, StoredArticle, cited_in, stored_articles
from archiver.exporting.words import OnProblem, article_capture, with_words
from archiver.model import Article, Capture, Post
from archiver.platforms import platform as platform_of
from archiver.platforms.bounds import parseable
from archiver.store import Archive
from archiver.wacz.pages import Page

SHOWN = frozenset({"text/html", "application/xhtml+xml"})


def cited_pages(archive: Archive, *, selection: Selection = EVERYTHING, on_problem: OnProblem) -> Iterator[Page]:
    """Each article, and behind it the page of each post that it cites, where that was captured; each capture once.

    An article comes with its own words, a post with those that the platform gives it. An article that cannot be relied
    on is told and comes without words.
    """
    # A temporary file, once it is large. Where an export fails half way, what is left of it may be collected by any
    # thread.
    with closing(sqlite3.connect("", check_same_thread=False)) as shown:
        shown.execute("CREATE TABLE shown (url TEXT, time TEXT, PRIMARY KEY (url, time)) WITHOUT ROWID")
        for stored in stored_articles(archive, selection):
            for page in _pages_of(archive, stored, selection, on_problem):
                row = (page.url, page.time.isoformat())
                if shown.execute("INSERT OR IGNORE INTO shown VALUES (?, ?)", row).rowcount:
                    yield page


def _pages_of(archive: Archive, stored: StoredArticle, selection: Selection, on_problem: OnProblem) -> Iterator[Page]:
    capture = article_capture(archive, stored)
    if capture is not None:
        yield Page(
            url=capture.target_uri,
            time=capture.time,
            title=stored.article.title or "",
            text=_words(archive, stored, capture, on_problem),
        )
    for cited in cited_in(archive, stored, selection):
        if cited.post is not None:
            yield from _of_post(archive, cited.post)


def _words(archive: Archive, stored: StoredArticle, capture: Capture, on_problem: OnProblem) -> str:
    try:
        article: Article = with_words(archive, stored, capture)
    except ArchiverError as error:
        on_problem(stored.article.source, error)
        return ""
    if article.html is None:
        return article.text or ""
    root = LexborHTMLParser(parseable(article.html)).root
    return main_text(root).text if root is not None else ""


def _of_post(archive: Archive, post: Post) -> Iterator[Page]:
    """The newest capture of the page that shows the post to a reader."""
    for url in page_urls(post):
        captures = [one for one in archive.catalogue.captures_at(url) if _is_shown(one)]
        if captures:
            name = f"{post.display_name} (@{post.handle})" if post.display_name and post.handle else post.handle
            yield Page(url=url, time=captures[-1].time, title=name or post.display_name or "", text=post.text or "")


def page_urls(post: Post) -> list[str]:
    """Where a reader sees the post."""
    platform = platform_of(post.platform)
    return list(dict.fromkeys([post.url, *([platform.page_url(post.ref)] if platform else [])]))


def _is_shown(capture: Capture) -> bool:
    answered = capture.record_type == "response" and 200 <= (capture.status or 0) < 300
    return answered and capture.content_type in SHOWN
