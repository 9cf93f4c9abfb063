"""How do SOURCEs become documents: by whom are those with an address fetched, and where is it kept?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

from archiver.capture.job import Job
from archiver.config import Settings
from archiver.errors import ArchiveError, ArchiverError, NetworkError
from archiver.exchange import Exchange
from archiver.sources import Document, OnError, OnNote, read_sources
from archiver.store.offline import StoredFetcher
from archiver.web import Door
from archiver.web.once import StoppedError


def raise_it(_source: str, error: ArchiverError) -> None:
    """Tell nobody, but end."""
    raise error


def documents(
    sources: Iterable[str | os.PathLike[str]],
    settings: Settings,
    *,
    job: Job | None = None,
    on_error: OnError = raise_it,
    on_note: OnNote = lambda _note: None,
    max_age: timedelta | None = None,
) -> Iterator[Document]:
    """The documents of some sources, one after the other; `on_error` is told of each source that cannot be read,
    `on_note` of each page of a feed that could not be had and for which the feed's own text stands.

    URLs are fetched by the job's fetcher, so that the exchange is stored; without a job, by a door that keeps nothing,
    and what a feed or a sitemap lists only where that was fetched itself.

    max_age: of the pages that a feed or a sitemap lists, those that the job's archive has, no older than that, are not
    asked for again: what was interrupted goes on. SOURCEs themselves always are.

    Raises `StoppedError` when the job is asked to stop before a URL is fetched.
    """
    specs = [os.fspath(source) for source in sources]

    def report(source: str, error: ArchiverError) -> None:
        if isinstance(error, StoppedError):  # that is no fault of the source
            raise error
        on_error(source, error)

    with _fetching(job, settings) as fetch:

        def page(url: str) -> Exchange:
            return (job and max_age and _stored(job, url, max_age)) or fetch(url)

        yield from read_sources(
            specs, fetch=fetch, fetch_listed=job is not None, fetch_page=page, on_error=report, on_note=on_note
        )


def _stored(job: Job, url: str, max_age: timedelta) -> Exchange | None:
    """The page as the archive has it, if it is whole and young enough."""
    if job.offline:
        return None
    try:
        chain = StoredFetcher(job.archive).follow(url)
    except (NetworkError, ArchiveError):
        return None
    now = job.archive.clock()
    young = all(abs(now - exchange.time) <= max_age for exchange in chain)
    page = chain[-1]
    return page if young and 200 <= page.status < 300 and not page.truncated else None


@contextmanager
def _fetching(job: Job | None, settings: Settings) -> Iterator[Callable[[str], Exchange]]:
    if job is not None:
        yield lambda url: job.fetcher.follow(url)[-1]
        return
    with ExitStack() as stack:
        doors: list[Door] = []

        def fetch(url: str) -> Exchange:
            if not doors:  # most sources are files: those need no certificates and no connection pool
                doors.append(stack.enter_context(Door(settings.web)))
            return doors[0].follow(url)[-1]

        yield fetch
