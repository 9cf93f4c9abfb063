"""How fast and how often a host may be asked: rate limits, waits that servers ask for, hosts that are down.

One limiter per host. All times are seconds on an injected monotonic clock, so that tests need not wait.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

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
        self._failures: dict[str, int] = {}
        self._down_until: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, host: str) -> None:
        """Return when it is this request's turn."""
        rate = self._rates.get(host, self._rates.get("*", 0))
        with self._lock:
            now = self._monotonic()
            turn = max(now, self._next.get(host, now))
            if rate > 0:
                self._next[host] = turn + 60.0 / rate
        if turn > now:
            self._sleep(turn - now)

    def postpone(self, host: str, seconds: float) -> None:
        """The host asked for a pause: its next request comes no earlier."""
        with self._lock:
            self._next[host] = max(self._next.get(host, 0.0), self._monotonic() + seconds)

    def failed(self, host: str) -> None:
        """A connection failed; after several in a row the host counts as down."""
        with self._lock:
            self._failures[host] = self._failures.get(host, 0) + 1
            if self._failures[host] >= DOWN_AFTER:
                self._down_until[host] = self._monotonic() + DOWN_SECONDS

    def answered(self, host: str) -> None:
        with self._lock:
            self._failures.pop(host, None)
            self._down_until.pop(host, None)

    def is_down(self, host: str) -> bool:
        with self._lock:
            until = self._down_until.get(host)
            return until is not None and self._monotonic() < until


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a `Retry-After` header (RFC 9110 section 10.2.3); null when absent or unreadable."""
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())
