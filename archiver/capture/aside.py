"""A second way to the network, beside the job's own: for requests with a secret, or whose refusal concerns them alone.

What carries a secret (an access key) is not stored: a record holds the bytes as sent or is none. And a server that
refuses one kind of request (`Save Page Now`) is left alone for a while: that must not keep others from its index.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from types import TracebackType
from typing import Self

from msgspec.structs import replace

from archiver.config import WebSettings
from archiver.store import Session
from archiver.web import Door
from archiver.web.limits import HostLimiter


class Aside:
    """Doors of their own, each opened when first needed. Threads may share it.

    settings: those of the job; nothing is tried again here, because whoever asks decides that. session: where recorded
    exchanges go. The clocks are those of the job: waits end with `StoppedError` when it is asked to stop.
    """

    def __init__(
        self,
        settings: WebSettings,
        session: Session | None,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.clock = clock
        self.sleep = sleep
        self._settings = replace(settings, retries=0)
        self._session = session
        self._monotonic = monotonic
        self._doors: dict[bool, Door] = {}
        self._open = ExitStack()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def door(self, *, recorded: bool) -> Door:
        """The door through which requests go that are stored, or not."""
        with self._lock:
            if recorded not in self._doors:
                sink = self._session if recorded else None
                door = Door(self._settings, sink=sink, clock=self.clock, sleep=self.sleep, monotonic=self._monotonic)
                self._doors[recorded] = self._open.enter_context(door)
            return self._doors[recorded]

    def limiter(self, per_minute: float) -> HostLimiter:
        """What spaces one kind of request, besides the host's own rate."""
        return HostLimiter({"*": per_minute}, sleep=self.sleep, monotonic=self._monotonic)
