"""Retries, waits that servers ask for, rates, hosts that are down, redirects."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from archiver.errors import LeftAloneError, NetworkError, RefusedError
from tests.loopback import Asked, Close, Loopback, Step, always, ok
from tests.web.conftest import Clock, Kept, MakeDoor


def in_turn(*answers: bytes | tuple[Step, ...]):  # type: ignore[no-untyped-def]
    """The first answer for the first request, and so on; the last one for all that follow."""

    def answer(asked: Asked) -> Iterable[Step]:
        steps = answers[min(asked.number, len(answers) - 1)]
        return steps if isinstance(steps, tuple) else (steps,)

    return answer


TOO_MANY = "429 Too Many Requests"
PAUSES = {
    "Retry-After in seconds": ([ok(b"", "Retry-After: 7", status=TOO_MANY)], [7.0]),
    "Retry-After as a date": ([ok(b"", "Retry-After: Sun, 01 Mar 2026 12:00:40 GMT", status=TOO_MANY)], [40.0]),
    "Retry-After in the past": ([ok(b"", "Retry-After: Sun, 01 Mar 2026 11:00:00 GMT", status=TOO_MANY)], []),
    "429 without a hint": ([ok(b"", status=TOO_MANY)], [60.0]),
    "429 with a hint that is none": ([ok(b"", "Retry-After: soon", status=TOO_MANY)], [60.0]),
    "503, growing": ([ok(b"", status="503 Service Unavailable")] * 3, [1.0, 2.0, 4.0]),
    "500": ([ok(b"", status="500 Internal Server Error")], [1.0]),
    "503 with Retry-After": ([ok(b"", "Retry-After: 9", status="503 Service Unavailable")], [9.0]),
    "a body that breaks off": ([(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", Close)], [1.0]),
}


@pytest.mark.parametrize(("answers", "waits"), PAUSES.values(), ids=PAUSES)
def test_a_passing_failure_is_tried_again_and_every_try_is_stored(
    answers: list[bytes], waits: list[float], make_door: MakeDoor, clock: Clock, kept: Kept
) -> None:
    with Loopback(in_turn(*answers, ok(b"at last"))) as server:
        exchange = make_door(retries=3).fetch(f"{server.url}/")
    assert exchange.payload() == b"at last"
    assert clock.slept == waits
    assert len(kept.exchanges) == len(answers) + 1
    assert exchange.capture is not None


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "410 Gone", "501 Not Implemented", "200 OK"])
def test_an_answer_that_stands_is_not_asked_for_again(status: str, make_door: MakeDoor, kept: Kept) -> None:
    with Loopback(always(ok(b"", status=status))) as server:
        make_door(retries=3).fetch(f"{server.url}/")
        assert len(server.asked) == len(kept.exchanges) == 1


def test_retries_end_and_the_last_answer_is_given(make_door: MakeDoor, clock: Clock, kept: Kept) -> None:
    with Loopback(always(ok(b"", status="502 Bad Gateway"))) as server:
        exchange = make_door(retries=2).fetch(f"{server.url}/")
    assert exchange.status == 502
    assert len(kept.exchanges) == 3
    assert clock.slept == [1.0, 2.0]


def test_a_connection_that_fails_is_tried_again(make_door: MakeDoor, clock: Clock, kept: Kept) -> None:
    with Loopback(in_turn((Close,), (Close,), ok(b"up again"))) as server:
        assert make_door(retries=3).fetch(f"{server.url}/").payload() == b"up again"
    assert clock.slept == [1.0, 2.0]
    assert len(kept.exchanges) == 1


def test_a_host_that_asks_for_a_longer_pause_than_allowed_is_left_alone_until_then(
    make_door: MakeDoor, clock: Clock
) -> None:
    with Loopback(in_turn(ok(b"", "Retry-After: 900", status=TOO_MANY), ok(b"later"))) as server:
        door = make_door(retries=3, retry_after_max=120.0)
        assert door.fetch(f"{server.url}/").status == 429
        with pytest.raises(NetworkError, match="left alone for 900 seconds"):
            door.fetch(f"{server.url}/")
        assert len(server.asked) == 1
        assert clock.slept == []
        clock.now += 901
        assert door.fetch(f"{server.url}/").payload() == b"later"


def test_a_host_that_refuses_every_try_is_left_alone_for_a_while(make_door: MakeDoor, clock: Clock) -> None:
    with Loopback(always(ok(b"", status=TOO_MANY))) as server:
        door = make_door(retries=1)
        assert door.fetch(f"{server.url}/1").status == 429
        waited, asked = list(clock.slept), len(server.asked)
        assert asked == 2
        for number in range(20):
            with pytest.raises(LeftAloneError, match="asks us to wait"):
                door.fetch(f"{server.url}/{number}")
        assert (clock.slept, len(server.asked)) == (waited, asked)
        clock.now += 301
        assert door.fetch(f"{server.url}/again").status == 429


def test_a_host_that_fails_again_and_again_fails_fast_and_others_are_not_stalled(
    make_door: MakeDoor, clock: Clock
) -> None:
    with Loopback(always(Close)) as broken, Loopback(always(ok(b"fine"))) as sound:
        connect_to = {
            "broken.example:80": f"127.0.0.1:{broken.port}",
            "sound.example:80": f"127.0.0.1:{sound.port}",
        }
        door = make_door(retries=3, connect_to=connect_to)
        with pytest.raises(NetworkError, match="without an answer"):
            door.fetch("http://broken.example/1")
        tries, waited = len(broken.asked), list(clock.slept)
        assert tries == 3
        for number in range(20):
            with pytest.raises(NetworkError, match="left alone"):
                door.fetch(f"http://broken.example/{number}")
            assert door.fetch("http://sound.example/").payload() == b"fine"
        assert len(broken.asked) == tries
        assert clock.slept == waited
        clock.now += 61
        with pytest.raises(NetworkError, match="without an answer"):
            door.fetch("http://broken.example/again")


def test_requests_to_one_host_keep_its_rate_and_no_other_hosts(make_door: MakeDoor, clock: Clock) -> None:
    with Loopback(always(ok())) as server:
        connect_to = {f"{name}.example:80": f"127.0.0.1:{server.port}" for name in ("slow", "quick")}
        door = make_door(rates={"*": 600.0, "slow.example": 30.0}, connect_to=connect_to)
        begun = clock.now
        for _ in range(4):
            door.fetch("http://slow.example/")
        assert clock.now - begun == pytest.approx(6.0)  # one every two seconds, the first at once
        begun = clock.now
        for _ in range(4):
            door.fetch("http://QUICK.example/")
        assert clock.now - begun == pytest.approx(0.3)


def redirecting(targets: dict[str, str]):  # type: ignore[no-untyped-def]
    def answer(asked: Asked) -> Iterable[Step]:
        if asked.target in targets:
            yield ok(b"", f"Location: {targets[asked.target]}", status="302 Found")
        else:
            yield ok(b"here")

    return answer


def test_redirects_are_followed_one_by_one_and_each_is_stored(make_door: MakeDoor, kept: Kept) -> None:
    with Loopback(redirecting({"/a": "/b#part", "/b": "c?q=1"})) as server:
        chain = make_door().follow(f"{server.url}/a")
    assert [exchange.url for exchange in chain] == [f"{server.url}{target}" for target in ("/a", "/b", "/c?q=1")]
    assert chain[-1].payload() == b"here"
    assert kept.exchanges == chain


def test_a_redirect_is_not_followed_by_fetch(make_door: MakeDoor) -> None:
    with Loopback(redirecting({"/a": "/b"})) as server:
        assert make_door().fetch(f"{server.url}/a").status == 302
        assert len(server.asked) == 1


def test_a_location_beyond_ascii_is_read_as_utf8(make_door: MakeDoor) -> None:
    def answer(asked: Asked) -> Iterable[Step]:
        location = "Location: /caf\u00e9".encode()
        yield b"HTTP/1.1 302 Found\r\n" + location + b"\r\nContent-Length: 0\r\n\r\n" if asked.target == "/" else ok()

    with Loopback(answer) as server:
        make_door().follow(f"{server.url}/")
        assert server.asked[1].target == "/caf%C3%A9"


@pytest.mark.parametrize("targets", [{"/a": "/a"}, {"/a": "/b", "/b": "/a#x"}, {"/a": "/b", "/b": "/./x/../a"}])
def test_a_loop_of_redirects_is_refused(targets: dict[str, str], make_door: MakeDoor, kept: Kept) -> None:
    with Loopback(redirecting(targets)) as server, pytest.raises(RefusedError, match="loop"):
        make_door().follow(f"{server.url}/a")
    assert len(kept.exchanges) == len(targets)
    assert len(kept.refusals) == 1


def test_too_many_redirects_are_refused(make_door: MakeDoor, kept: Kept) -> None:
    with (
        Loopback(redirecting({f"/{number}": f"/{number + 1}" for number in range(50)})) as server,
        pytest.raises(RefusedError, match="too many redirects"),
    ):
        make_door(max_redirects=3).follow(f"{server.url}/0")
    assert len(kept.exchanges) == 4
    assert [reason for _, _, reason in kept.refusals] == [f"too many redirects (from {server.url}/0)"]


@pytest.mark.parametrize(
    "location", ["http://[", "ftp://example.org/", "javascript:alert(1)", "http://a:b@example.org/"]
)
def test_a_redirect_to_what_is_not_fetched_is_refused_and_recorded(
    location: str, make_door: MakeDoor, kept: Kept
) -> None:
    with Loopback(redirecting({"/a": location})) as server, pytest.raises(RefusedError):
        make_door().follow(f"{server.url}/a")
    assert len(kept.exchanges) == 1
    assert len(kept.refusals) == 1


def test_a_secret_header_does_not_go_to_another_origin(make_door: MakeDoor) -> None:
    with Loopback(always(ok())) as other:
        with Loopback(redirecting({"/a": "/b", "/b": f"{other.url}/c"})) as server:
            headers = [("Authorization", "Bearer of-nothing"), ("X-Own", "1")]
            make_door().follow(f"{server.url}/a", headers=headers)
        assert [b"Authorization" in asked.raw for asked in server.asked] == [True, True]
        assert b"Authorization" not in other.asked[0].raw
        assert b"X-Own" in other.asked[0].raw
