"""How fast and how often a host may be asked: rate limits, waits that servers ask for, hosts that are down.

One limiter per host. All times are seconds on an injected monotonic clock, so that tests need not wait.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from archiver.errors import LeftAloneError, NetworkError

DOWN_AFTER = 3
"""Failures to connect in a row, after which a host is left alone for a while: others must not wait for it."""

DOWN_SECONDS = 60.0


class HostLimiter:
    """Spaces the requests to each host evenly.

    `rates` maps host names to requests per minute; `*` is the default. A parent domain's rate does not apply to a host.
    """

    def __init__(
        self,
        rates: Mapping[str, float],
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rates = {host.lower(): rate for host, rate in rates.items()}
        self._sleep = sleep
        self._monotonic = monotonic
        self._next: dict[str, float] = {}
        self._paused: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._left: dict[str, tuple[float, type[NetworkError], str]] = {}
        """Until when a host is left alone, and the error that says why."""
        self._lock = threading.Lock()

    def wait(self, host: str) -> None:
        """Return when it is this request's turn."""
        rate = self._rates.get(host, self._rates.get("*", 0))
        with self._lock:
            now = self._monotonic()
            turn = max(now, self._next.get(host, now), self._paused.get(host, now))
            if rate > 0:
                self._next[host] = turn + 60.0 / rate
        while turn > now:
            self._sleep(turn - now)
            with self._lock:
                now = self._monotonic()
                # another thread's answer may have asked for a pause while this one slept
                turn = max(turn, self._paused.get(host, turn))

    def postpone(self, host: str, seconds: float) -> None:
        """The host asked for a pause: its next request comes no earlier."""
        with self._lock:
            self._paused[host] = max(self._paused.get(host, 0.0), self._monotonic() + seconds)

    def leave(self, host: str, seconds: float) -> None:
        """The host does not want to be asked: ask nothing of it for so long. `why_left` tells of it meanwhile."""
        reason = f"the host asks us to wait: left alone for {seconds:.0f} seconds"
        with self._lock:
            self._left[host] = (self._monotonic() + seconds, LeftAloneError, reason)

    def failed(self, host: str) -> None:
        """A connection failed; after several in a row the host is left alone."""
        with self._lock:
            self._failures[host] = self._failures.get(host, 0) + 1
            if self._failures[host] >= DOWN_AFTER:
                reason = f"left alone for {DOWN_SECONDS:.0f} seconds after failures in a row"
                self._left[host] = (self._monotonic() + DOWN_SECONDS, NetworkError, reason)

    def answered(self, host: str) -> None:
        with self._lock:
            self._failures.pop(host, None)

    def why_left(self, host: str) -> NetworkError | None:
        """The error to raise instead of asking the host at present; null when it may be asked."""
        with self._lock:
            left = self._left.get(host)
            if left is None or self._monotonic() >= left[0]:
                self._left.pop(host, None)
                return None
            return left[1](left[2], subject=host)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a `Retry-After` header (RFC 9110 section 10.2.3); null when absent or unreadable."""
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    try:
        when = parsedate_to_datetime(value)
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        return max(0.0, (when - now).total_seconds())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
