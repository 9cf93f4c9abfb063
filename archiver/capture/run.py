"""What a job runs in: the archive, a session in it, and the door or, offline, the stored captures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from archiver.capture.job import Job
from archiver.config import Settings
from archiver.exchange import Fetcher
from archiver.store import Archive, StoredFetcher
from archiver.store.archive import new_record_id, now
from archiver.web import Door


@contextmanager
def running(
    settings: Settings,
    *,
    path: Path | None = None,
    offline: bool = False,
    conclude: bool = True,
    description: str = "",
    stop: Callable[[], bool] = lambda: False,
    clock: Callable[[], datetime] = now,
    new_id: Callable[[], str] = new_record_id,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Job]:
    """A job over the archive at `path` (default: the configured one), closed whole however the run ends.

    offline: answers come from stored captures, and no socket is opened. conclude: whether conclusions are stored
    (captures made on the way always are). description: why this run was made, for the WARC file's `warcinfo`.

    Raises `ArchiveError` when the archive cannot be opened as needed.
    """
    place = path or Path(settings.archive.dir)
    write = conclude or not offline
    with ExitStack() as stack:
        archive = stack.enter_context(
            Archive.open(place, settings=settings.archive, clock=clock, new_id=new_id, write=write)
        )
        session = stack.enter_context(archive.session(description=description)) if write else None
        fetcher: Fetcher
        if offline:
            fetcher = StoredFetcher(archive)
        else:
            fetcher = stack.enter_context(Door(settings.web, sink=session, clock=clock, sleep=sleep))
        yield Job(archive, session if conclude else None, fetcher, settings, offline=offline, stop=stop)
