"""What a job runs in: the archive, a session in it, and the door or, offline, the stored captures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from archiver.browser.errors import BrowserError
from archiver.capture.aside import Aside
from archiver.capture.job import Job, control_ref
from archiver.capture.packed import file_as_archive
from archiver.capture.rendered import RenderedViews
from archiver.config import Settings
from archiver.errors import ArchiveError, ConfigError
from archiver.exchange import Fetcher
from archiver.platforms import platform as platform_of
from archiver.platforms import platforms
from archiver.resolution.known import known_posts
from archiver.store import Archive, Session, StoredFetcher
from archiver.store.archive import new_record_id, no_archive, now
from archiver.store.postindex import PostIndex
from archiver.store.provenance import running_software
from archiver.web import TLS_LIBRARY, Door
from archiver.web.once import StoppedError

SLICE = 0.2
"""Seconds between two looks at `stop` while a wait goes on: a person who presses Ctrl-C should not notice them."""


@contextmanager
def running(
    settings: Settings,
    *,
    path: Path | None = None,
    offline: bool = False,
    conclude: bool = True,
    existing: bool = False,
    posts: Sequence[Path] = (),
    rendered: bool = False,
    description: str = "",
    stop: Callable[[], bool] = lambda: False,
    clock: Callable[[], datetime] = now,
    new_id: Callable[[], str] = new_record_id,
    provenance: Callable[[], tuple[tuple[str, str], ...]] | None = None,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[Job]:
    """A job over the archive at `path` (default: the configured one), closed whole however the run ends.

    offline: answers come from stored captures, and no socket is opened. conclude: whether conclusions are stored
    (captures made on the way always are). A WARC or WACZ file is an archive, too, where nothing is stored (offline,
    conclude false). existing: the archive has to be there already. posts: post indexes in which
    candidates are looked up, besides the configured ones. rendered: a browser's views of the article and of each post
    are stored. description: why this run was made, for the WARC file's
    `warcinfo`. stop: also ends waits, with `StoppedError`. The clocks, the ids and what the `warcinfo` says of the
    software (`provenance`) are injected for tests and reproducible archives.

    Raises `ArchiveError` when the archive or a post index cannot be opened as needed, or is a file that would be
    written to; `InputError` when there is no archive and `existing`, no such index, or a file that is no archive;
    `ConfigError` for settings that cannot be used.
    """
    _check_controls(settings)
    place = path or Path(settings.archive.dir)
    write = conclude or not offline
    there = (place / "archive").is_dir()
    is_file = place.is_file()
    if is_file and write:
        raise ArchiveError(
            "a file: what is stored goes into an archive's folder",
            subject=str(place),
            hint="a WARC or WACZ file answers `resolve --offline` and `audit --offline`",
        )
    if existing and not there and not is_file:
        raise no_archive(place)
    with ExitStack() as stack:
        places = dict.fromkeys((*(Path(name) for name in settings.resolve.posts), *posts))
        indexes = [stack.enter_context(PostIndex(index)) for index in places]
        if is_file:
            archive = file_as_archive(place, stack)
            archive.clock = clock
        elif write or there:
            archive = Archive.open(
                place,
                settings=settings.archive,
                clock=clock,
                new_id=new_id,
                provenance=provenance or partial(running_software, settings, tls=TLS_LIBRARY),
                write=write,
            )
        else:
            archive = Archive.view([])
            archive.warnings.append(f"{place}: there is no archive here, so nothing is stored")
        stack.enter_context(archive)
        session = stack.enter_context(archive.session(description=description)) if write else None
        fetcher: Fetcher
        if offline:
            fetcher = StoredFetcher(archive)
        else:
            fetcher = stack.enter_context(
                Door(settings.web, sink=session, clock=clock, sleep=_stoppable(sleep, stop), monotonic=monotonic)
            )
        known = known_posts(*indexes)
        job = Job(archive, session if conclude else None, fetcher, settings, offline=offline, stop=stop, known=known)
        if not offline:
            aside = Aside(settings.web, session, clock=clock, sleep=_stoppable(sleep, stop), monotonic=monotonic)
            job.aside = stack.enter_context(aside)
        if rendered and job.session is not None:
            job.views = _views(job, job.session, stack, clock)
        yield job


def _views(job: Job, session: Session, stack: ExitStack, clock: Callable[[], datetime]) -> RenderedViews | None:
    """What renders pages in this run; null, with a warning, where there is no browser: the run goes on without."""
    try:
        from archiver.browser.views import Renderer  # few runs render, and it takes long to import
    except ImportError as error:
        job.archive.warnings.append(f"nothing is rendered: {error} (`pip install 'archiver[browser]'` brings it)")
        return None
    try:
        renderer = stack.enter_context(Renderer(job.fetcher, job.settings, clock=clock, stop=job.stop))
    except BrowserError as error:
        job.archive.warnings.append(f"nothing is rendered: {error}")
        return None
    job.archive.warnings.extend(renderer.warnings)
    return RenderedViews(renderer, session)


def _check_controls(settings: Settings) -> None:
    for name, post_id in settings.audit.control.items():
        where = f"[audit.control] {name}"
        platform = platform_of(name)
        if platform is None:
            raise ConfigError(f"no such platform; there are: {', '.join(platforms())}", subject=where)
        try:
            control_ref(platform, post_id)
        except ValueError as error:
            raise ConfigError(str(error), subject=where) from error


def _stoppable(sleep: Callable[[float], None], stop: Callable[[], bool]) -> Callable[[float], None]:
    """A wait for a server's sake may take minutes: it must not keep a person who wants to stop."""

    def wait(seconds: float) -> None:
        while seconds > 0:
            if stop():
                raise StoppedError("stopped while waiting for a server's sake")
            sleep(min(seconds, SLICE))
            seconds -= SLICE

    return wait
