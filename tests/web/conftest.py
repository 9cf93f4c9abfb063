"""What the door's tests share: a sink that keeps in memory, a clock that does not wait, a door to the loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archiver.config import WebSettings
from archiver.exchange import Exchange
from archiver.model import AnswerKind, Capture
from archiver.web import Door

WHEN = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@dataclass
class Kept:
    """A sink."""

    exchanges: list[Exchange] = field(default_factory=list)
    unreadable: list[Exchange] = field(default_factory=list)
    refusals: list[tuple[str, str, str]] = field(default_factory=list)
    unanswered: list[tuple[str, AnswerKind, str]] = field(default_factory=list)
    chains: list[tuple[bytes, ...]] = field(default_factory=list)
    """Certificates that were not accepted."""

    def write_exchange(self, exchange: Exchange) -> Capture:
        self.exchanges.append(exchange)
        return Capture(
            record_id=f"urn:uuid:{len(self.exchanges)}",
            record_type="response",
            target_uri=exchange.url,
            time=exchange.time,
            file="f",
            offset=0,
            length=0,
        )

    def write_unreadable(self, exchange: Exchange) -> Capture:
        self.unreadable.append(exchange)
        return Capture(
            record_id=f"urn:uuid:unreadable-{len(self.unreadable)}",
            record_type="metadata",
            target_uri=exchange.url,
            time=exchange.time,
            file="f",
            offset=0,
            length=0,
        )

    def write_refusal(self, url: str, address: str, reason: str, certificates: tuple[bytes, ...] = ()) -> None:
        self.refusals.append((url, address, reason))
        if certificates:
            self.chains.append(certificates)

    def write_unanswered(self, url: str, kind: AnswerKind, problem: str) -> None:
        self.unanswered.append((url, kind, problem))


@dataclass
class Clock:
    """Time that passes only by sleeping, and by `tick` at each look."""

    now: float = 1000.0
    tick: float = 0.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        self.now += self.tick
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def wall(self) -> datetime:
        return WHEN + timedelta(seconds=self.now - 1000.0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept() -> Kept:
    return Kept()


MakeDoor = Callable[..., Door]


@pytest.fixture
def make_door(clock: Clock, kept: Kept) -> Iterator[MakeDoor]:
    """A door that may connect to 127.0.0.1, with settings changed by name."""
    with ExitStack() as stack:

        def make(**changed: Any) -> Door:
            settings = {"allow_addresses": ("127.0.0.1/32",), "rates": {"*": 0.0}, "retries": 0, "read_timeout": 5.0}
            door = Door(
                WebSettings(**{**settings, **changed}),
                sink=kept,
                clock=clock.wall,
                sleep=clock.sleep,
                monotonic=clock.monotonic,
            )
            return stack.enter_context(door)

        yield make


def received(exchange: Exchange) -> bytes:
    """The response's bytes as recorded."""
    with exchange.open_response() as stream:
        return stream.read()
