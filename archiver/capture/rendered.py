"""The rendered views of one run: each article and each post once, and what went wrong with it in words."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

from archiver.browser.errors import BrowserError, PageError
from archiver.model import Capture
from archiver.sources import Document
from archiver.store import Session

if TYPE_CHECKING:
    from archiver.browser.views import Renderer


class Viewed(NamedTuple):
    """What came of one page."""

    views: int = 0
    """Records that hold what was seen."""
    failed: str | None = None
    """Why there are none, or not all; null where nothing is to be told."""


class RenderedViews:
    """Stores views through a `Renderer`. A view that cannot be made is told, and costs nothing else."""

    def __init__(self, renderer: Renderer, session: Session) -> None:
        self._renderer = renderer
        self._session = session
        self._known: dict[str, Viewed] = {}
        self._turns: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def of_post(self, key: str, url: str) -> Viewed:
        """Views of a post's page; `key` names the post.

        Raises `ArchiveError` when the archive cannot be written.
        """
        with self._lock:
            turn = self._turns.setdefault(key, threading.Lock())
        with turn:
            if key not in self._known:
                try:
                    rendering = self._renderer.render(self._session, of=key, url=url)
                    self._known[key] = Viewed(len(rendering.views))
                except (BrowserError, PageError) as error:
                    self._known[key] = Viewed(failed=error.problem)
            return self._known[key]

    def of_article(self, document: Document, capture: Capture | None) -> Viewed:
        """Views of an article's page; `capture` holds its bytes. None of a text.

        Raises `ArchiveError` when the archive cannot be written.
        """
        uri = document.article.uri
        if uri not in self._known:
            try:
                rendering = self._renderer.render_article(
                    self._session,
                    uri=uri,
                    data=document.data,
                    content_type=document.content_type,
                    capture=capture,
                    exchange=document.exchange,
                )
                self._known[uri] = Viewed(len(rendering.views) if rendering else 0)
            except (BrowserError, PageError) as error:
                self._known[uri] = Viewed(failed=error.problem)
        return self._known[uri]
