"""What the door records is what crossed the connection, byte for byte, and nothing else."""

from __future__ import annotations

import gzip
import hashlib
import threading

import pytest

from archiver.errors import NetworkError
from archiver.http1 import parse_head
from tests.loopback import Close, Loopback, Pause, Reset, Stall, always, ok
from tests.web.conftest import Clock, Kept, MakeDoor, received

GZIPPED = gzip.compress(b"<p>an invented page</p>" * 50, mtime=0)
CHUNKS = b"7;name=value\r\nan inve\r\nA\r\nnted page.\r\n0\r\nX-Checksum: 12\r\n\r\n"

MESSAGES = {
    "header order, case and duplicates": b"HTTP/1.1 200 Fine\r\nx-b: 2\r\nX-A: 1\r\nSet-Cookie: a=1\r\n"
    b"set-cookie: b=2\r\nCONTENT-length:3\r\nX-Empty:\r\n\r\nabc",
    "bytes beyond ASCII in a header": b"HTTP/1.1 200 OK\r\nX-Name: caf\xc3\xa9 \xe9\r\nContent-Length: 0\r\n\r\n",
    "chunked with extension and trailer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS,
    "gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(GZIPPED) + GZIPPED,
    "gzip in chunks": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"%x\r\n%b\r\n0\r\n\r\n" % (len(GZIPPED), GZIPPED),
    "no reason phrase": b"HTTP/1.1 404 \r\nContent-Length: 4\r\n\r\ngone",
    "no content": b"HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n",
    "not modified with a length": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n",
    "lines that end in LF alone": b"HTTP/1.1 200 OK\nContent-Length: 3\n\nabc",
    "every byte value": b"HTTP/1.1 200 OK\r\nContent-Length: 256\r\n\r\n" + bytes(range(256)),
}
UNTIL_CLOSE = {
    "HTTP/1.0 without a length": b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\nall until the end",
    "HTTP/1.1 without a length": b"HTTP/1.1 200 OK\r\n\r\nall until the end",
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_the_response_is_recorded_as_sent(message: bytes, make_door: MakeDoor) -> None:
    with Loopback(always(message)) as server:
        exchange = make_door().fetch(f"{server.url}/")
    assert received(exchange) == message
    assert exchange.response_length == len(message)
    assert exchange.truncated is None


@pytest.mark.parametrize("message", UNTIL_CLOSE.values(), ids=UNTIL_CLOSE)
def test_a_response_without_length_reaches_to_the_end_of_the_connection(message: bytes, make_door: MakeDoor) -> None:
    with Loopback(always(message, Close)) as server:
        exchange = make_door().fetch(f"{server.url}/")
    assert received(exchange) == message
    assert exchange.truncated is None
    assert exchange.http_version == message[:8].decode()


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_a_response_that_comes_byte_by_byte_is_the_same(message: bytes, make_door: MakeDoor) -> None:
    with Loopback(lambda asked: [bytes([byte]) for byte in message]) as server:
        exchange = make_door().fetch(f"{server.url}/")
    assert received(exchange) == message


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_what_follows_the_message_is_not_part_of_it(message: bytes, make_door: MakeDoor) -> None:
    behind = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad"
    with Loopback(always(message + behind)) as server:
        exchange = make_door().fetch(f"{server.url}/")
    assert received(exchange) == message
    assert exchange.surplus == behind
    assert exchange.truncated is None


def test_what_follows_the_message_does_not_answer_the_next_request(make_door: MakeDoor) -> None:
    """RFC 9112 section 6.3: else one server could put words into the mouth of another page."""
    forged = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    with Loopback(lambda asked: [ok(b"first") + forged] if asked.target == "/1" else [ok(b"second")]) as server:
        door = make_door()
        assert door.fetch(f"{server.url}/1").surplus == forged
        assert door.fetch(f"{server.url}/2").payload() == b"second"
        assert server.connections == 2


UNUSUAL_CHUNKS = {
    "a size with leading zeros": b"00000000000000000003\r\nabc\r\n00000000000000000000\r\n\r\n",
    "a long extension": b"3;" + b"a" * 90_000 + b"\r\nabc\r\n0\r\n\r\n",
    "many trailers": b"3\r\nabc\r\n0\r\n" + b"X: y\r\n" * 2000 + b"\r\n",
    "a long trailer": b"3\r\nabc\r\n0\r\nX: " + b"y" * 90_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("chunks", UNUSUAL_CHUNKS.values(), ids=UNUSUAL_CHUNKS)
def test_however_it_is_chunked_the_end_is_found(chunks: bytes, make_door: MakeDoor) -> None:
    """The connection is read by one parser and the recorded bytes by another: they must agree."""
    message = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    forged = ok(b"forged")
    with Loopback(lambda asked: [message + forged] if asked.target == "/1" else [ok(b"second")]) as server:
        door = make_door()
        exchange = door.fetch(f"{server.url}/1")
        assert (received(exchange), exchange.surplus) == (message, forged[: len(exchange.surplus)])
        assert exchange.payload() == b"abc"
        assert exchange.payload_digest == f"sha256:{hashlib.sha256(b'abc').hexdigest()}"
        assert door.fetch(f"{server.url}/2").payload() == b"second"


def test_where_the_end_cannot_be_told_the_connection_is_not_used_again(
    make_door: MakeDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archiver.web.door.body_length", lambda *_: None)
    with Loopback(lambda asked: [ok(b"first") + ok(b"forged")] if asked.target == "/1" else [ok(b"second")]) as server:
        door = make_door()
        door.fetch(f"{server.url}/1")
        assert door.fetch(f"{server.url}/2").payload() == b"second"


NO_BODY = {
    "204 with a body": b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n",
    "304 with a body": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n",
}


@pytest.mark.parametrize("head", NO_BODY.values(), ids=NO_BODY)
def test_a_body_where_none_may_be_is_kept_as_surplus(head: bytes, make_door: MakeDoor) -> None:
    with Loopback(always(head + b"body")) as server:
        exchange = make_door().fetch(f"{server.url}/")
    assert (received(exchange), exchange.surplus, exchange.payload()) == (head, b"body", b"")


@pytest.mark.parametrize("pause", [(), (Pause(0.05),)], ids=["at once", "one after another"])
def test_interim_responses_are_kept_beside_the_final_one(pause: tuple[Pause, ...], make_door: MakeDoor) -> None:
    final = ok(b"final", "X-Final: yes")
    early = (
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
        b"HTTP/1.1 102 Processing\r\nx-odd:  \tvalue \r\n\r\n"
    )
    with Loopback(always(early, *pause, final)) as server:
        exchange = make_door().fetch(f"{server.url}/")
    assert exchange.interim == early
    assert received(exchange) == final
    assert exchange.status == 200
    assert received(exchange)[exchange.head_length :] == b"final"


def test_the_headers_are_shown_in_order_with_their_names_as_sent(make_door: MakeDoor) -> None:
    with Loopback(always(MESSAGES["header order, case and duplicates"])) as server:
        exchange = make_door().fetch(f"{server.url}/")
    assert exchange.headers == (
        ("x-b", "2"),
        ("X-A", "1"),
        ("Set-Cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("CONTENT-length", "3"),
        ("X-Empty", ""),
    )


def test_the_payload_digest_covers_the_body_without_its_chunks(make_door: MakeDoor) -> None:
    with Loopback(always(MESSAGES["gzip in chunks"])) as server:
        exchange = make_door().fetch(f"{server.url}/")
    assert exchange.payload_digest == f"sha256:{hashlib.sha256(GZIPPED).hexdigest()}"
    assert exchange.payload() == b"<p>an invented page</p>" * 50


def test_the_request_is_recorded_as_sent(make_door: MakeDoor) -> None:
    with Loopback(always(ok())) as server:
        exchange = make_door(user_agent="tester/1").fetch(f"{server.url}/a%2Fb?q=1&p=%41#part")
        port = server.port
    assert exchange.request == server.asked[0].raw
    assert exchange.request == (
        b"GET /a%%2Fb?q=1&p=%%41 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: tester/1\r\nAccept: */*\r\n"
        b"Accept-Language: en\r\nAccept-Encoding: gzip, deflate\r\n\r\n" % port
    )
    assert exchange.url == f"{server.url}/a%2Fb?q=1&p=%41"
    assert exchange.ip_address == "127.0.0.1"


def test_headers_of_the_caller_take_the_place_of_the_defaults(make_door: MakeDoor) -> None:
    with Loopback(always(ok())) as server:
        make_door().fetch(f"{server.url}/", headers=[("accept", "application/json"), ("X-Own", "1"), ("HOST", "evil")])
        raw = server.asked[0].raw.lower()
    assert raw.count(b"\r\naccept:") == 1
    assert b"accept: application/json\r\n" in raw
    assert b"x-own: 1\r\n" in raw
    assert b"evil" not in raw


@pytest.mark.parametrize(
    "header", [("X-A", "1\r\nX-B: 2"), ("X-A: 1\r\nX-B", "2"), ("X A", "1"), ("", "1"), ("X", "\0")]
)
def test_a_header_that_would_break_the_request_is_not_sent(header: tuple[str, str], make_door: MakeDoor) -> None:
    with Loopback(always(ok())) as server, pytest.raises(NetworkError, match="cannot be sent"):
        make_door().fetch(f"{server.url}/", headers=[header])
    assert server.asked == []


def test_requests_on_one_kept_connection_get_their_own_bytes(make_door: MakeDoor) -> None:
    with Loopback(lambda asked: [ok(f"answer {asked.number}".encode())]) as server:
        door = make_door()
        exchanges = [door.fetch(f"{server.url}/{number}") for number in range(5)]
        assert server.connections == 1
    for number, exchange in enumerate(exchanges):
        assert received(exchange) == ok(f"answer {number}".encode())
        assert exchange.request.startswith(b"GET /%d HTTP/1.1\r\n" % number)
        assert exchange.request == server.asked[number].raw


def test_threads_do_not_mix_their_tapes(make_door: MakeDoor, kept: Kept) -> None:
    def answer(asked):  # type: ignore[no-untyped-def]
        body = asked.target.encode() * 200
        return [ok(body)[:700], Pause(0.002), ok(body)[700:]]

    with Loopback(answer) as server:
        door = make_door(threads=8)

        def work(first: int) -> None:
            for number in range(first, first + 12):
                door.fetch(f"{server.url}/page-{number}")

        threads = [threading.Thread(target=work, args=(100 * number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(kept.exchanges) == 96
    for exchange in kept.exchanges:
        target = exchange.url.removeprefix(server.url)
        assert exchange.request.startswith(f"GET {target} HTTP/1.1\r\n".encode())
        assert received(exchange) == ok(target.encode() * 200)


# Cut short.


CUT = {
    "a length that is not reached": (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", Close),
    "a reset in the body": (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", Pause(0.1), Reset),
    "a chunked body without its last chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n",
        Close,
    ),
}


@pytest.mark.parametrize("steps", CUT.values(), ids=CUT)
def test_a_response_that_breaks_off_is_stored_as_far_as_it_came(
    steps: tuple[bytes, object], make_door: MakeDoor, kept: Kept
) -> None:
    with Loopback(always(*steps)) as server:  # type: ignore[arg-type]
        exchange = make_door().fetch(f"{server.url}/")
    assert exchange.truncated == "disconnect"
    assert received(exchange) == steps[0]
    assert exchange.payload_digest is None
    assert kept.exchanges == [exchange]
    assert exchange.payload().rstrip() == b"only this"


@pytest.mark.parametrize("size", [1, 1000, 70_000, 3_000_000])
def test_a_response_longer_than_max_bytes_is_cut_there(size: int, make_door: MakeDoor, kept: Kept) -> None:
    message = ok(b"x" * 5_000_000, "Content-Type: text/plain")
    with Loopback(always(message)) as server:
        exchange = make_door().fetch(f"{server.url}/", max_bytes=size)
    assert exchange.truncated == "length"
    assert received(exchange) == message[: exchange.head_length + size]
    assert kept.exchanges == [exchange]


def test_a_response_of_just_max_bytes_is_whole(make_door: MakeDoor) -> None:
    with Loopback(always(ok(b"x" * 1000))) as server:
        exchange = make_door(max_bytes=1000).fetch(f"{server.url}/")
    assert exchange.truncated is None


def test_a_response_that_takes_too_long_is_cut_there(make_door: MakeDoor, clock: Clock, kept: Kept) -> None:
    clock.tick = 10.0  # each look at the clock, so each read, takes ten seconds
    steps = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
        *[step for _ in range(9) for step in (Pause(0.02), b"x")],
    ]
    with Loopback(always(*steps, Stall)) as server:
        exchange = make_door(total_timeout=60.0).fetch(f"{server.url}/")
    assert exchange.truncated == "time"
    assert 0 < exchange.response_length - exchange.head_length < 9
    assert kept.exchanges == [exchange]


def test_a_response_that_stalls_in_its_body_is_cut_there(make_door: MakeDoor) -> None:
    with Loopback(always(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", Stall)) as server:
        exchange = make_door(read_timeout=0.2).fetch(f"{server.url}/")
    assert exchange.truncated == "time"
    assert received(exchange).endswith(b"\r\n\r\nonly this")


# No answer at all.


NO_ANSWER = {
    "closed at once": ((Close,), "closed the connection without an answer", None),
    "reset at once": ((Reset,), "connection", None),
    "stall before the head": ((Stall,), "no answer in time", None),
    "stall within the head": ((b"HTTP/1.1 200 OK\r\nX-A", Stall), "no answer in time", "time"),
    "closed within the head": ((b"HTTP/1.1 200 OK\r\nX-A", Close), "without an answer", "disconnect"),
    "reset within the head": ((b"HTTP/1.1 200 OK\r\nX-A", Pause(0.1), Reset), "broke before", "disconnect"),
    "other protocols than asked for": ((b"HTTP/1.1 101 Switching Protocols\r\n\r\nodd", Close), "not HTTP", ""),
    "interim answers alone": ((b"HTTP/1.1 103 Early Hints\r\n\r\n", Close), "without an answer", "disconnect"),
    "not HTTP": ((b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Close), "not HTTP", ""),
    "not HTTP, in two parts": ((b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Pause(0.05), b"and\0more", Close), "not HTTP", ""),
    "HTTP/0.9": ((b"<html>hello</html>", Close), "not HTTP", ""),
    "HTTP/0.9 with lines": ((b"<html>\r\nhello\r\n\r\n</html>", Close), "not HTTP", ""),
    "a status that is none": ((b"HTTP/1.1 2x0 OK\r\n\r\n",), "not HTTP", "time"),
    "two lengths": (
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nab", Pause(0.05), b"cd"),
        "not HTTP",
        "time",
    ),
    "a length that is none": ((b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabc", Close), "not HTTP", ""),
    "a null byte in the head": (
        (b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\n\r\nbody", Pause(0.05), b"!", Close),
        "not HTTP",
        "",
    ),
    "a coding that is not known": ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: br\r\n\r\nbody", Close), "not HTTP", ""),
}


@pytest.mark.parametrize(("steps", "words", "truncated"), NO_ANSWER.values(), ids=NO_ANSWER)
def test_where_no_answer_comes_one_line_says_why_and_what_came_is_kept(
    steps: tuple[bytes, ...], words: str, truncated: str | None, make_door: MakeDoor, kept: Kept
) -> None:
    """`truncated`: null where nothing came; empty where all came that was sent until the connection was closed."""
    with Loopback(always(*steps)) as server, pytest.raises(NetworkError, match=words) as caught:
        make_door(read_timeout=0.2).fetch(f"{server.url}/page")
    assert "\n" not in str(caught.value)
    assert f"{server.url}/page" in str(caught.value)
    assert kept.exchanges == []
    if truncated is None:
        assert kept.unreadable == []
        return
    [exchange] = kept.unreadable
    assert received(exchange) == b"".join(step for step in steps if isinstance(step, bytes))
    assert exchange.truncated == (truncated or None)
    assert exchange.request == server.asked[0].raw
    assert (exchange.status, exchange.headers, exchange.head_length) == (0, (), 0)


ENDLESS = {
    "one header line": (b"HTTP/1.1 200 OK\r\nX-A: ", *[b"a" * 65536] * 8),
    "headers": (b"HTTP/1.1 200 OK\r\n", *[b"X-Header: value\r\n" * 4000] * 8),
    "interim answers": (*[b"HTTP/1.1 103 Early Hints\r\n\r\n" * 4000] * 40,),
}


@pytest.mark.parametrize("steps", ENDLESS.values(), ids=ENDLESS)
def test_a_head_without_end_is_kept_up_to_the_bound(steps: tuple[bytes, ...], make_door: MakeDoor, kept: Kept) -> None:
    with Loopback(always(*steps)) as server, pytest.raises(NetworkError, match=r"not HTTP|too large"):
        make_door(read_timeout=0.2, max_header_bytes=100_000).fetch(f"{server.url}/", max_bytes=1000)
    [exchange] = kept.unreadable
    assert exchange.truncated == "length"
    stored = received(exchange)
    assert b"".join(steps).startswith(stored)
    assert 100_000 <= len(stored) <= 100_000 + 65536


def test_the_body_behind_a_head_that_cannot_be_read_is_kept(make_door: MakeDoor, kept: Kept) -> None:
    head, body = b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\n\r\n", b"what was said\n" * 20_000
    with Loopback(always(head + body, Close)) as server, pytest.raises(NetworkError, match="not HTTP"):
        make_door(max_header_bytes=100_000).fetch(f"{server.url}/")
    [exchange] = kept.unreadable
    assert received(exchange) == head + body
    assert exchange.truncated is None


MISFRAMED = {
    "chunks that are none": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nonly this\r\n",
    "a chunk longer than it says": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nonly this\r\n0\r\n\r\n",
    "both a length and chunks that are none": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nonly this\r\n",
}


@pytest.mark.parametrize("message", MISFRAMED.values(), ids=MISFRAMED)
def test_a_body_that_is_not_framed_as_it_says_is_kept_to_the_end(
    message: bytes, make_door: MakeDoor, kept: Kept
) -> None:
    rest = b"and what comes later\n" * 20_000
    with Loopback(always(message, Pause(0.1), rest, Close)) as server:
        exchange = make_door().fetch(f"{server.url}/")
    assert received(exchange) == message + rest
    assert exchange.truncated == "unspecified"
    assert exchange.payload_digest is None
    assert kept.exchanges == [exchange]


def test_a_body_that_is_not_framed_as_it_says_is_bounded(make_door: MakeDoor) -> None:
    message = MISFRAMED["chunks that are none"]
    with Loopback(always(message, Pause(0.1), b"x" * 500_000, Stall)) as server:
        exchange = make_door(read_timeout=0.2).fetch(f"{server.url}/", max_bytes=100_000)
    assert exchange.truncated == "length"
    assert exchange.response_length == exchange.head_length + 100_000


def test_after_an_answer_that_is_no_http_the_next_request_has_its_own_connection(make_door: MakeDoor) -> None:
    with Loopback(lambda asked: [b"nonsense\r\n\r\n"] if asked.target == "/1" else [ok(b"second")]) as server:
        door = make_door(read_timeout=0.2)
        with pytest.raises(NetworkError, match="not HTTP"):
            door.fetch(f"{server.url}/1")
        assert door.fetch(f"{server.url}/2").payload() == b"second"
        assert server.connections == 2


def test_where_the_head_says_that_the_body_is_too_long_only_the_head_is_taken(make_door: MakeDoor, kept: Kept) -> None:
    message = ok(b"x" * 1000, "Content-Type: video/mp4")
    with Loopback(always(message)) as server:
        door = make_door()
        long = door.fetch(f"{server.url}/", max_bytes=999, whole_or_head=True)
        short = door.fetch(f"{server.url}/", max_bytes=1000, whole_or_head=True)
    assert (long.truncated, received(long)) == ("length", message[: long.head_length])
    assert (short.truncated, received(short)) == (None, message)
    assert kept.exchanges == [long, short]


ODD = {
    "a folded header line": b"HTTP/1.1 200 OK\r\nX-Folded: one\r\n two\r\n\tthree\r\nContent-Length: 3\r\n\r\nabc",
    "the same length twice": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "a length as a list": b"HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc",
    "a coding in capitals": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n" + CHUNKS,
    "a length on a line of its own": b"HTTP/1.1 200 OK\r\nContent-Length:\r\n 3\r\n \r\n\r\nabc",
    "a length and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS,
    "chunks and a length": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n" + CHUNKS,
    "a header line of 60,000 bytes": b"HTTP/1.1 200 OK\r\nX-Long: "
    + b"a" * 60_000
    + b"\r\nContent-Length: 3\r\n\r\nabc",
    "a coding that is not known": b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 3\r\n\r\nabc",
    "HTTP/1.0 with a length": b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nabc",
}


@pytest.mark.parametrize("message", ODD.values(), ids=ODD)
def test_an_odd_response_is_recorded_as_sent(message: bytes, make_door: MakeDoor, kept: Kept) -> None:
    with Loopback(always(message)) as server:
        exchange = make_door().fetch(f"{server.url}/")
    assert received(exchange) == message
    assert (exchange.truncated, exchange.interim, exchange.surplus) == (None, b"", b"")
    assert (kept.exchanges, kept.unreadable) == ([exchange], [])
    # what is read live is what is read of the record
    assert parse_head(message[: exchange.head_length]) == (exchange.http_version, exchange.status, exchange.headers)


def test_a_head_longer_than_the_setting_is_refused(make_door: MakeDoor) -> None:
    head = ok(b"body", "X-Long: " + "a" * 3000)
    with Loopback(always(head)) as server:
        assert make_door(max_header_bytes=4096).fetch(f"{server.url}/").status == 200
        with pytest.raises(NetworkError, match="head is too large"):
            make_door(max_header_bytes=2048).fetch(f"{server.url}/")


@pytest.mark.parametrize(("fields", "taken"), [(9_997, True), (9_998, False)])
def test_a_head_is_taken_where_all_of_it_can_be_read_again(
    fields: int, taken: bool, make_door: MakeDoor, kept: Kept
) -> None:
    """What is read live, and from the record later, is the same: here by the last of the fields."""
    message = ok(b"body", *["X: y"] * fields)
    assert message.count(b"\r\n") == fields + 3
    with Loopback(always(message)) as server:
        if taken:
            exchange = make_door().fetch(f"{server.url}/")
            assert parse_head(received(exchange)[: exchange.head_length])[2] == exchange.headers
        else:
            with pytest.raises(NetworkError, match="head is too large"):
                make_door().fetch(f"{server.url}/")
            assert received(kept.unreadable[0]) == message


def test_nothing_listens(make_door: MakeDoor) -> None:
    with Loopback(always()) as server:
        url = server.url
    with pytest.raises(NetworkError, match="no connection") as caught:
        make_door().fetch(url)
    assert "\n" not in str(caught.value)


# What an exchange must not carry over from another one, or from the environment.


def test_cookies_are_not_carried_over(make_door: MakeDoor) -> None:
    with Loopback(always(ok(b"", "Set-Cookie: session=1; Path=/"))) as server:
        door = make_door()
        door.fetch(f"{server.url}/")
        door.fetch(f"{server.url}/")
        assert b"cookie" not in server.asked[1].raw.lower()


def test_proxies_of_the_environment_are_ignored(make_door: MakeDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Loopback(always(ok(b"direct"))) as server:
        assert make_door().fetch(f"{server.url}/").payload() == b"direct"


def test_netrc_is_ignored(make_door: MakeDoor, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with Loopback(always(ok())) as server:
        make_door().fetch(f"{server.url}/")
        assert b"authorization" not in server.asked[0].raw.lower()
