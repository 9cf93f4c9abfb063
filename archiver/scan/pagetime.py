"""How long may one page be looked at? So long that no page of a crawl is known to need it, and not for ever.

A page at which the search took hours would hold up its whole file. What counts is the CPU time of this process, which
does not depend on what else the machine does. The clock is the system's (`setitimer`), its signal is seen between two
steps of Python and within the search of a regular expression; what other native code does in one call, it does to its
end. There is no such clock on Windows and outside of a process's main thread: pages have no limit there.

Source: setitimer(2); Python's `signal`, "Execution of Python signal handlers".
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import FrameType
from typing import Any, TypeVar

from archiver.errors import LimitError

T = TypeVar("T")

PAGE_SECONDS = 600.0
"""Of CPU. Pages of 64 MB take seconds."""

AGAIN_SECONDS = 1.0
"""How soon it is said once more, where native code that calls back into Python heeded no exception."""


class SlowPageError(LimitError):
    """A page was given up because it took too long."""


class _TimeUp(BaseException):
    """Raised in the midst of anything. No `Exception`, so that what passes over faults of its own does not keep it."""


class PageTime(AbstractContextManager["PageTime"]):
    """The clock for the pages of one unit. Within it the signal is ours; behind it, whose it was before."""

    def __init__(self, seconds: float | None = None) -> None:
        """seconds: of CPU that a page may take; null: `PAGE_SECONDS`."""
        self._seconds = PAGE_SECONDS if seconds is None else seconds
        self._before: Any = None
        self._running = False
        self._where = ""

    def __enter__(self) -> PageTime:
        if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
            return self
        # a program that uses archiver may have a clock of its own; one that is not Python's could not be given back
        if signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0) and signal.getsignal(signal.SIGPROF) is not None:
            self._before = signal.signal(signal.SIGPROF, self._up)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGPROF, self._before)
            self._before = None

    def of(self, look: Callable[[], T]) -> T:
        """What looking at a page gives.

        Raises `SlowPageError` where it takes too long, and whatever `look` raises.
        """
        if self._before is None:
            return look()
        self._running = True
        try:
            signal.setitimer(signal.ITIMER_PROF, self._seconds, AGAIN_SECONDS)
            try:
                return look()
            finally:
                self._stop()
        except _TimeUp:
            self._stop()  # it may have come before the other one
            raise SlowPageError(
                f"the page was given up after {self._seconds:g} s of CPU time (in {self._where})"
            ) from None

    def _stop(self) -> None:
        self._running = False
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _up(self, _signal: int, frame: FrameType | None) -> None:
        if self._running:
            self._where = _name_of(frame)
            raise _TimeUp


def _name_of(frame: FrameType | None) -> str:
    """The function of ours that is under way: it may have called one of a library."""
    while frame is not None and not str(frame.f_globals.get("__name__")).startswith("archiver."):
        frame = frame.f_back
    return f"{frame.f_globals['__name__']}.{frame.f_code.co_qualname}" if frame is not None else "an unknown place"
