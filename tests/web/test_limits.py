"""Invariants: reading `Retry-After` never fails and never gives a negative wait; requests keep their distance."""

from __future__ import annotations

import itertools
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import ConfigError
from archiver.web.door import parse_connect_to
from archiver.web.limits import HostLimiter, retry_after
from tests.web.conftest import Clock

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 12 ", 12.0),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 60.0),
        ("Sunday, 01-Mar-26 12:01:00 GMT", 60.0),
        ("Sun Mar  1 12:01:00 2026", 60.0),
        ("Sun, 01 Mar 2026 13:01:00 +0100", 60.0),
        ("Sun, 01 Mar 2020 12:00:00 GMT", 0.0),
        (None, None),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("\u0663", None),
        ("Sun, 99 Mar 99999 12:00:00 GMT", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.one_of(st.text(), st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,6} \d\d:\d\d:\d\d [A-Z+-]\w*")))
def test_whatever_a_server_sends_is_a_wait_or_nothing(value: str) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or wait >= 0


@given(st.integers(0, 10**8))
def test_seconds_and_dates_say_the_same(seconds: int) -> None:
    assert retry_after(str(seconds), NOW) == seconds
    assert retry_after(format_datetime(NOW + timedelta(seconds=seconds), usegmt=True), NOW) == seconds


@given(st.lists(st.floats(0, 10), max_size=30), st.floats(1, 600))
def test_requests_are_never_closer_than_the_rate_allows(pauses: list[float], rate: float) -> None:
    clock = Clock()
    limiter = HostLimiter({"*": rate}, sleep=clock.sleep, monotonic=clock.monotonic)
    times = []
    for pause in pauses:
        clock.now += pause
        limiter.wait("posts.example")
        times.append(clock.now)
    for earlier, later in itertools.pairwise(times):
        assert later - earlier >= 60 / rate - 1e-6


def test_a_pause_holds_for_those_that_wait_already() -> None:
    clock = Clock()
    limiter = HostLimiter({"*": 60.0}, monotonic=clock.monotonic, sleep=lambda seconds: sleep(seconds))
    asleep, go_on = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        asleep.set()
        assert go_on.wait(5)
        clock.sleep(seconds)

    limiter.wait("posts.example")
    begun = clock.now
    waiting = threading.Thread(target=limiter.wait, args=("posts.example",))
    waiting.start()
    assert asleep.wait(5)
    limiter.postpone("posts.example", 30)  # another thread's answer
    go_on.set()
    waiting.join(5)
    assert clock.now - begun == pytest.approx(30)


@pytest.mark.parametrize(
    ("mapping", "parsed"),
    [
        ({"a.example": "127.0.0.1:80"}, {("a.example", None): ("127.0.0.1", 80)}),
        ({"A.example:443": "b.example:8443"}, {("a.example", 443): ("b.example", 8443)}),
        ({"[::1]:443": "[fd00::1]:1"}, {("::1", 443): ("fd00::1", 1)}),
    ],
)
def test_connect_to(mapping: dict[str, str], parsed: dict[tuple[str, int | None], tuple[str, int]]) -> None:
    assert parse_connect_to(mapping) == parsed


@pytest.mark.parametrize("target", ["", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "::1:80", "a:b"])
def test_connect_to_what_is_no_address_with_a_port(target: str) -> None:
    with pytest.raises(ConfigError, match="connect_to"):
        parse_connect_to({"a.example": target})


@given(st.dictionaries(st.text(), st.text(), min_size=1, max_size=3))
def test_connect_to_gives_ports_in_range_or_a_config_error(mapping: dict[str, str]) -> None:
    try:
        parsed = parse_connect_to(mapping)
    except ConfigError:
        return
    assert all(0 < port < 65536 and address for address, port in parsed.values())
