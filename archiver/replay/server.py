"""The site on a loopback port: bound before anything is promised, closed when interrupted."""

from __future__ import annotations

import logging
import resource
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from archiver.errors import ArchiverError, UsageError
from archiver.replay.app import create_app
from archiver.replay.isolation import is_loopback
from archiver.replay.origins import REACHED
from archiver.replay.shelf import Library
from archiver.store.archive import WARC_SUFFIXES

Engine = Callable[[ASGIApp, Library], AbstractContextManager[ASGIApp]]
"""Puts something else in the place of the site's own way to show captured pages, as long as its context lasts."""

SHUTDOWN_SECONDS = 3
"""A download under way may take so long when the site is stopped."""

MAX_CONNECTIONS = 64
"""A browser opens six at a time; more than this at once are told to come back (503)."""

MAX_HEAD = 256 * 1024
"""Bytes that one connection may send and not be done with a request's head: neither the parser nor uvicorn has a bound
of its own. Our requests have no body."""


MAX_FILES = 10_240
"""Open files that are asked for; macOS gives no more to one program."""


MENTIONED = 20_000_000
"""Bytes of WARC data whose reading takes so long that it is told: seconds, or, for a million records, some minutes."""


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 over httptools, with a bound on what a head takes in memory."""

    _unfinished = 0

    def data_received(self, data: bytes) -> None:
        self._unfinished += len(data)
        super().data_received(data)
        if self._unfinished > MAX_HEAD and not self.transport.is_closing():
            self.send_400_response("The request is too large.")

    def on_headers_complete(self) -> None:
        self._unfinished = 0
        super().on_headers_complete()


class _Server(uvicorn.Server):
    """Tells where it listens once it does."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[str, int], object]) -> None:
        super().__init__(config)
        self._announce = announce

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A terminal that is closed (SIGHUP) ends it as Ctrl-C does: in the loop, where an exception would be lost."""
        hangup = getattr(signal, "SIGHUP", None)
        main = threading.current_thread() is threading.main_thread()
        with super().capture_signals():
            # not where it is ignored, or ends the program on the spot
            if hangup is None or not main or not callable(before := signal.getsignal(hangup)):
                yield
                return
            signal.signal(hangup, self.handle_exit)
            try:
                yield
            finally:
                signal.signal(hangup, before)  # uvicorn sends to it what it caught

    async def startup(self, sockets: list[Any] | None = None) -> None:
        log = logging.getLogger("uvicorn.error")
        quiet, log.disabled = log.disabled, True
        try:
            await super().startup(sockets)
        except SystemExit as stop:
            # uvicorn logs why it cannot listen, and then ends the program
            raise UsageError(
                f"port {self.config.port} cannot be listened on at {self.config.host}",
                hint="is it taken? Another port, or 0 for any free one",
            ) from stop
        finally:
            log.disabled = quiet
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        self._announce(host, port)


def _allow_files() -> None:
    """As many open files as the system lets this program have: an archive takes up to ten, and some systems begin with
    256."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _read_first(paths: Iterable[Path]) -> int:
    """Bytes of the files that are read from end to end before anything of them can be shown; an archive's folder has a
    catalogue."""
    files: list[Path] = []
    for path in paths:
        with suppress(OSError):  # it is told when it is opened
            if path.is_dir():
                files += (
                    []
                    if (path / "archive").is_dir()
                    else [one for one in path.iterdir() if one.name.lower().endswith((*WARC_SUFFIXES, ".wacz"))]
                )
            else:
                files.append(path)
    size = 0
    for file in files:
        with suppress(OSError):
            size += file.stat().st_size
    return size


def serve(
    archives: Iterable[Path | str],
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    allow_remote: bool = False,
    say: Callable[[str], object] = lambda _line: None,
    engine: Engine | None = None,
    on_error: Callable[[ArchiverError], object] | None = None,
) -> None:
    """Show archives as a local site until interrupted.

    `archives` are archive folders, folders with WARC files, WARC files and WACZ files. `port` 0 takes any free one.
    `say` is given a line for the user: where the site is, and warnings. `engine` shows captured pages in the place of
    the site itself (`archiver.replay.engine.pywb_engine`); then `host` has to be 127.0.0.1, ::1 or localhost.
    `on_error` is told of each input that cannot be opened where others can; without it, the first one ends it.

    Raises `UsageError` when `host` is not a loopback address and `allow_remote` is not set, or the port is taken;
    `ArchiveError` or `InputError` when an archive cannot be opened; `KeyboardInterrupt` when the user stops it.
    """
    if engine is not None and host.lower().strip("[]") not in REACHED:
        raise UsageError(
            "pages whose scripts run are shown on this machine only, at names below localhost",
            subject=host,
            hint="127.0.0.1, ::1 or localhost",
        )
    if not is_loopback(host):
        if not allow_remote:
            raise UsageError(
                "the site listens on this machine only",
                subject=host,
                hint="127.0.0.1, ::1 or localhost; --allow-remote lets others in",
            )
        say(f"Warning: everybody who reaches {host} can read these archives; there is no password.")
    _allow_files()
    paths = [Path(path) for path in archives]
    if (size := _read_first(paths)) > MENTIONED:
        say(f"Reading {size / 1e6:,.0f} MB of WARC data, to see what is in it …")
    with ExitStack() as stack:
        library = stack.enter_context(Library(paths, on_error=on_error))
        for shelf in library.shelves:
            for warning in shelf.warnings:
                say(f"{shelf.title}: {warning}")
        app: ASGIApp = create_app(library, host=host)
        if engine is not None:
            app = stack.enter_context(engine(app, library))
        config = uvicorn.Config(
            app,
            host=host.strip("[]"),
            port=port,
            loop="uvloop",
            http=BoundedProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=MAX_CONNECTIONS,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )

        def announce(address: str, bound: int) -> None:
            shown = f"[{address}]" if ":" in address else address
            say(f"Replay at http://{shown}:{bound}/ (stop with Ctrl-C)")

        _Server(config, announce).run()
