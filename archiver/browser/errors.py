"""What can go wrong while a page is rendered. None of it ends a run: it costs the view, and is told."""

from __future__ import annotations

from archiver.errors import ArchiverError


class BrowserError(ArchiverError):
    """There is no browser, it cannot be started, or it has ended: no page can be rendered with it."""


class PageError(ArchiverError):
    """This page could not be rendered; the next one may be."""
