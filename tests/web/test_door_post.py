"""A POST goes through the same door as a GET: guarded, bounded, tried again, and recorded with its body."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archiver.config import WebSettings
from archiver.errors import NetworkError, RefusedError
from archiver.store.archive import Archive
from archiver.web import Door
from tests.loopback import Close, Loopback, always, ok
from tests.web.conftest import Clock, Kept, MakeDoor, received

BODY = bytes(range(256)) + b"\r\n\r\nGET / HTTP/1.1\r\n\r\n"


def test_the_request_is_recorded_as_sent_with_its_body(make_door: MakeDoor, kept: Kept) -> None:
    with Loopback(always(ok(b"stamped", "Content-Type: application/timestamp-reply"))) as server:
        exchange = make_door(user_agent="a").post(
            f"{server.url}/tsa?x", BODY, "application/timestamp-query", headers=[("Accept", "text/plain")]
        )
        (asked,) = server.asked
    assert exchange.request == asked.raw + asked.body
    assert asked.body == BODY
    assert asked.raw == (
        b"POST /tsa?x HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: a\r\nAccept-Language: en\r\n"
        b"Accept-Encoding: gzip, deflate\r\nAccept: text/plain\r\nContent-Type: application/timestamp-query\r\n"
        b"Content-Length: %d\r\n\r\n" % (server.port, len(BODY))
    )
    assert received(exchange).endswith(b"\r\n\r\nstamped")
    assert kept.exchanges == [exchange]
    assert exchange.capture is not None


def test_an_empty_body_is_a_post_all_the_same(make_door: MakeDoor) -> None:
    with Loopback(always(ok())) as server:
        make_door().post(f"{server.url}/", b"", "text/plain")
        assert server.asked[0].raw.startswith(b"POST / ")
        assert b"Content-Length: 0\r\n" in server.asked[0].raw


def test_headers_of_the_body_are_those_of_the_arguments(make_door: MakeDoor) -> None:
    with Loopback(always(ok())) as server:
        make_door().post(
            f"{server.url}/", b"abc", "text/plain", headers=[("content-length", "9"), ("CONTENT-TYPE", "x")]
        )
        assert server.asked[0].raw.lower().count(b"content-length") == 1
        assert b"Content-Type: text/plain\r\n" in server.asked[0].raw


@pytest.mark.parametrize("content_type", ["a\r\nX: y", "a\0"])
def test_a_media_type_cannot_smuggle_headers_in(content_type: str, make_door: MakeDoor) -> None:
    with pytest.raises(RefusedError, match="cannot be sent"):
        make_door().post("http://127.0.0.1:1/", b"", content_type)


def test_a_private_address_is_refused(make_door: MakeDoor, kept: Kept) -> None:
    with Loopback(always(ok())) as server:
        with pytest.raises(RefusedError, match="not connected"):
            make_door(allow_addresses=()).post(f"{server.url}/", BODY, "text/plain")
        assert server.asked == []
    assert [reason for _, _, reason in kept.refusals] != []


def test_a_longer_answer_is_cut(make_door: MakeDoor) -> None:
    with Loopback(always(ok(b"x" * 500_000))) as server:
        exchange = make_door().post(f"{server.url}/", BODY, "text/plain", max_bytes=1000)
    assert exchange.truncated == "length"
    assert exchange.response_length - exchange.head_length == 1000


def test_redirects_are_not_followed(make_door: MakeDoor) -> None:
    with Loopback(always(ok(b"", "Location: /elsewhere", status="307 Temporary Redirect"))) as server:
        assert make_door().post(f"{server.url}/", BODY, "text/plain").status == 307
        assert len(server.asked) == 1


def test_a_passing_failure_is_tried_again_with_the_body(make_door: MakeDoor, clock: Clock, kept: Kept) -> None:
    answers = [ok(b"", status="503 Service Unavailable"), ok(b"at last")]
    with Loopback(lambda asked: [answers[asked.number]]) as server:
        exchange = make_door(retries=1).post(f"{server.url}/", BODY, "text/plain")
        assert [asked.body for asked in server.asked] == [BODY, BODY]
    assert exchange.payload() == b"at last"
    assert len(kept.exchanges) == 2


def test_no_answer_is_a_network_error(make_door: MakeDoor) -> None:
    with Loopback(always(Close)) as server, pytest.raises(NetworkError, match="without an answer"):
        make_door().post(f"{server.url}/", BODY, "text/plain")


def test_the_request_record_holds_the_body(tmp_path: Path) -> None:
    with (
        Loopback(always(ok(b"stamped"))) as server,
        Archive.open(tmp_path / "warc", write=True) as archive,
        archive.session() as session,
    ):
        settings = WebSettings(allow_addresses=("127.0.0.1/32",), rates={"*": 0.0})
        with Door(settings, sink=session) as door:
            door.post(f"{server.url}/", BODY, "application/octet-stream")
    (segment,) = (tmp_path / "warc" / "archive").glob("*.warc.gz")
    records = {
        r.rec_type: r.raw_stream.read() for r in ArchiveIterator(io.BytesIO(segment.read_bytes()), no_record_parse=True)
    }
    assert records["request"].startswith(b"POST / HTTP/1.1\r\n")
    assert records["request"].endswith(b"\r\n\r\n" + BODY)
    assert records["response"].endswith(b"\r\n\r\nstamped")
