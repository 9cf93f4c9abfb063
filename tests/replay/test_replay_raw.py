"""The payload as captured (`id_`): its bytes, parts of it, and nothing that a browser could act upon."""

from __future__ import annotations

import gzip
import hashlib
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import anyio
import httpx
import pytest
from starlette.requests import Request
from starlette.responses import StreamingResponse

from archiver import http1
from archiver.errors import LimitError
from archiver.replay import Library, create_app, raw
from archiver.replay.addresses import Addresses
from archiver.replay.payload import ranged
from archiver.replay.server import MAX_HEAD
from archiver.store import Archive
from tests.replay.conftest import Client
from tests.replay.staged import (
    ARTICLE_HTML,
    ARTICLE_URL,
    HOSTILE_DISGUISED_URL,
    HOSTILE_SVG_URL,
    HOSTILE_URL,
    MP4,
    PICTURE_URL,
    SEAL,
    START,
    VIDEO_URL,
    Staged,
    answer,
    hostile_html,
    png,
    rewrite_member,
)
from tests.replay.test_replay_server import START as PROGRAM

TO = Addresses("harbour")
FILM = TO.raw(START, VIDEO_URL)


@pytest.fixture(params=["at once", "in a thread", "in pieces"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Small records are read at once, larger ones in a thread, the largest in pieces: each has to answer alike."""
    if request.param != "at once":
        monkeypatch.setattr(raw, "AT_ONCE", 0)
    if request.param == "in pieces":
        monkeypatch.setattr(raw, "MAX_STORED", 0)
    return str(request.param)


@pytest.mark.parametrize(
    ("url", "body", "content_type"),
    [
        (ARTICLE_URL, ARTICLE_HTML.encode(), "text/html; charset=utf-8"),
        (PICTURE_URL, png(640, 360), "image/png"),
        (VIDEO_URL, MP4, "video/mp4"),
        (HOSTILE_URL, hostile_html().encode(), "text/html"),
    ],
)
def test_the_bytes_and_the_type_that_were_captured(
    client: Client, way: str, url: str, body: bytes, content_type: str
) -> None:
    found = client.get(TO.raw(START, url))
    assert (found.status_code, found.content) == (200, body)
    assert found.headers["content-type"] == content_type
    head = client.get(TO.raw(START, url), method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    for field in ("content-length", "etag", "content-encoding"):
        assert head.headers.get(field) == found.headers.get(field)


@pytest.mark.parametrize("url", [ARTICLE_URL, HOSTILE_URL, HOSTILE_SVG_URL, HOSTILE_DISGUISED_URL])
@pytest.mark.parametrize("destination", ["document", "iframe", "object", "empty", None])
def test_a_browser_gets_a_download_in_a_sandbox(client: Client, way: str, url: str, destination: str | None) -> None:
    found = client.get(TO.raw(START, url), headers={"Sec-Fetch-Dest": destination} if destination else {})
    assert found.headers["content-security-policy"].startswith("sandbox; default-src 'none';")
    assert found.headers["content-disposition"].startswith("attachment; ")
    assert not found.headers["content-disposition"].endswith(('.html"', '.svg"'))
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["cache-control"] == "no-store"


def test_a_picture_is_shown_in_place(client: Client, way: str) -> None:
    assert client.get(TO.raw(START, PICTURE_URL)).headers["content-disposition"].startswith("inline; ")


@pytest.mark.parametrize(
    ("body", "declared", "shown", "suffix"),
    [
        (png(1, 1), "image/png", "inline", ".png"),
        (png(1, 1), "text/html", "attachment", ".html.txt"),  # which of the two a browser believes is not known
        (b"<script>", "image/png", "attachment", ".bin"),
        (b"<html>", "application/xhtml+xml", "attachment", ".html.txt"),
        (b"<svg>", "image/svg+xml", "attachment", ".svg.txt"),
        (b"<x/>", "text/xml; charset=utf-8", "attachment", ".xml.txt"),
        (b"<x/>", "Application/XML", "attachment", ".xml.txt"),
    ],
)
def test_what_is_shown_in_place_and_under_which_name_the_rest_is_saved(
    tmp_path: Path, way: str, body: bytes, declared: str, shown: str, suffix: str
) -> None:
    store(tmp_path, answer(ARTICLE_URL, body, declared, at=START))
    with Library([tmp_path / "harbour"]) as library:
        disposition = Client(create_app(library)).get(TO.raw(START, ARTICLE_URL)).headers["content-disposition"]
    assert re.fullmatch(rf'{shown}; filename="capture-20240506T093000Z-\d+{re.escape(suffix)}"', disposition)


@pytest.mark.parametrize("declared", ["multipart/x-mixed-replace; boundary=b", "Multipart/X-Mixed-Replace;boundary=b"])
def test_parts_with_header_fields_of_their_own_are_bytes(tmp_path: Path, way: str, declared: str) -> None:
    body = b"--b\r\nContent-Type: text/html\r\nContent-Disposition: inline\r\n\r\n<script>1</script>\r\n--b--\r\n"
    store(tmp_path, answer(ARTICLE_URL, body, declared, at=START))
    with Library([tmp_path / "harbour"]) as library:
        found = Client(create_app(library)).get(TO.raw(START, ARTICLE_URL))
    assert found.headers["content-type"] == "application/octet-stream"
    assert found.content == body


def test_no_other_header_field_of_the_capture_is_passed_on(tmp_path: Path, way: str) -> None:
    fields = (("Set-Cookie", "a=b"), ("Link", "<https://evil.example/>; rel=preconnect"), ("Refresh", "0;url=/"))
    store(tmp_path, answer(ARTICLE_URL, b"<p>", "text/html\x01", at=START, extra=fields))
    with Library([tmp_path / "harbour"]) as library:
        found = Client(create_app(library)).get(TO.raw(START, ARTICLE_URL))
    assert not {"set-cookie", "refresh"} & set(found.headers)
    assert "evil" not in str(found.headers)
    assert found.headers["content-type"] == "application/octet-stream"  # what was declared is no media type


@pytest.mark.parametrize(
    ("asked", "status", "part", "content_range"),
    [
        ("bytes=4-7", 206, MP4[4:8], f"bytes 4-7/{len(MP4)}"),
        ("bytes=-5", 206, MP4[-5:], f"bytes {len(MP4) - 5}-{len(MP4) - 1}/{len(MP4)}"),
        ("bytes=10000-99999", 206, MP4[10000:], f"bytes 10000-{len(MP4) - 1}/{len(MP4)}"),
        (f"bytes={len(MP4)}-", 416, b"", f"bytes */{len(MP4)}"),
        ("bytes=-0", 416, b"", f"bytes */{len(MP4)}"),
        ("bytes=7-4", 200, MP4, None),
        ("bytes=0-1,3-4", 200, MP4, None),
        ("lines=1-2", 200, MP4, None),
    ],
)
def test_a_range(client: Client, way: str, asked: str, status: int, part: bytes, content_range: str | None) -> None:
    found = client.get(FILM, headers={"Range": asked})
    assert (found.status_code, found.content, found.headers.get("content-range")) == (status, part, content_range)
    assert int(found.headers["content-length"]) == len(part)
    assert found.headers["accept-ranges"] == "bytes"


def test_a_range_of_what_has_not_changed(client: Client, way: str) -> None:
    tag = client.get(FILM).headers["etag"]
    assert client.get(TO.raw(START, PICTURE_URL)).headers["etag"] != tag
    for condition, status in ((tag, 206), ('"other"', 200), ("Mon, 06 May 2024 09:30:00 GMT", 200), (f"W/{tag}", 200)):
        found = client.get(FILM, headers={"Range": "bytes=4-7", "If-Range": condition})
        assert found.status_code == status, condition


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_condition_on_the_tag_is_heeded(client: Client, way: str, method: str) -> None:
    """RFC 9110 sections 13.1.1, 13.1.2, 13.2."""
    tag = client.get(FILM).headers["etag"]
    for name, value, status in (
        ("If-None-Match", tag, 304),
        ("If-None-Match", f'"other", W/{tag}', 304),
        ("If-None-Match", "*", 304),
        ("If-None-Match", '"other"', 200),
        ("If-Match", tag, 200),
        ("If-Match", f'"other", {tag}', 200),
        ("If-Match", "*", 200),
        ("If-Match", f"W/{tag}", 412),
        ("If-Match", '"other"', 412),
    ):
        found = client.get(
            FILM, method=method, headers={name: value, "Range": "bytes=4-7"} if status > 206 else {name: value}
        )
        assert found.status_code == status, (name, value)
        assert found.headers["etag"] == tag
        assert found.headers["memento-datetime"]
        if status > 206:
            assert found.content == b""
            assert "content-type" not in found.headers


def test_a_head_says_the_length_of_what_a_get_sends(tmp_path: Path, way: str) -> None:
    for day, status in enumerate((200, 404, 500, 301)):
        store(tmp_path, answer(ARTICLE_URL, b"gone" * day, "text/plain", at=START + timedelta(days=day), status=status))
    with Library([tmp_path / "harbour"]) as library:
        client = Client(create_app(library))
        for day in range(4):
            path = TO.raw(START + timedelta(days=day), ARTICLE_URL)
            got, head = client.get(path), client.get(path, method="HEAD")
            assert head.content == b""
            assert head.status_code == got.status_code
            assert head.headers.get("content-length") in (str(len(got.content)), None)
            # where nothing is there of that name, a condition says nothing (section 13.2.1)
            if got.status_code != 200:
                assert client.get(path, headers={"If-None-Match": "*"}).status_code == got.status_code


def test_a_tag_names_one_record_in_one_coding(tmp_path: Path, way: str) -> None:
    for at, body in ((START, b"one"), (START + timedelta(days=1), b"one"), (START + timedelta(days=2), b"two")):
        store(tmp_path, answer(ARTICLE_URL, body, "text/plain", at=at, coding="gzip"))
    with Library([tmp_path / "harbour"]) as library:
        client = Client(create_app(library))
        tags = [
            client.get(TO.raw(START + timedelta(days=day), ARTICLE_URL), headers={"Accept-Encoding": coding}).headers
            for day in range(3)
            for coding in ("identity", "gzip")
        ]
    different = 3 if way == "in pieces" else 6  # in pieces all is decoded
    assert len({headers["etag"] for headers in tags}) == different


def test_other_bytes_under_the_same_id_have_another_tag(tmp_path: Path, way: str) -> None:
    tags = []
    for body in (b"one", b"two"):
        block = b"HTTP/1.1 200 OK\r\n\r\n" + body
        digest = f"WARC-Block-Digest: sha256:{hashlib.sha256(block).hexdigest()}\r\n"
        file = tmp_path / body.decode() / "bare.warc"
        file.parent.mkdir()
        file.write_bytes(bare_record(block, digest))
        with Library([file]) as library:
            tags.append(Client(create_app(library)).get(Addresses("bare").raw(START, ARTICLE_URL)).headers["etag"])
    assert tags[0] != tags[1]


def test_without_a_digest_nothing_says_that_it_is_the_same(tmp_path: Path, way: str) -> None:
    """A client that goes on with a download would join the parts of two files."""
    (tmp_path / "bare.warc").write_bytes(bare_record(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nabc"))
    with Library([tmp_path / "bare.warc"]) as library:
        client, path = Client(create_app(library)), Addresses("bare").raw(START, ARTICLE_URL)
        found = client.get(path)
        assert (found.status_code, found.content) == (200, b"abc")
        assert "etag" not in found.headers
        conditional = client.get(path, headers={"Range": "bytes=1-1", "If-Range": '"x"'})
        assert (conditional.status_code, conditional.content) == (200, b"abc")


@pytest.mark.parametrize("length", [b"39", b"60", b"4o"])
def test_a_record_whose_length_was_altered_is_the_same_in_every_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: bytes
) -> None:
    file = tmp_path / "bare.warc"
    file.write_bytes(bare_record(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"))
    with Library([file]) as library:
        client, path = Client(create_app(library)), Addresses("bare").raw(START, ARTICLE_URL)

        def asked() -> tuple[int, bytes]:
            found = client.get(path)
            return found.status_code, found.content if found.status_code == 200 else b""

        assert asked() == (200, b"ab")
        file.write_bytes(file.read_bytes().replace(b"Content-Length: 40\r\n", b"Content-Length: %b\r\n" % length))
        at_once = asked()
        monkeypatch.setattr(raw, "AT_ONCE", 0)
        monkeypatch.setattr(raw, "MAX_STORED", 0)
        assert asked() == at_once


def test_a_revisit_vouches_for_an_original_that_declares_no_digest(tmp_path: Path, way: str) -> None:
    file = tmp_path / "bare.warc"
    original = bare_record(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nwords")
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
    again = (
        f"WARC/1.0\r\nWARC-Type: revisit\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000002>\r\n"
        f"WARC-Date: 2024-05-07T09:30:00Z\r\nWARC-Target-URI: {ARTICLE_URL}\r\n"
        f"WARC-Refers-To: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        f"WARC-Profile: http://netpreserve.org/warc/1.0/revisit/identical-payload-digest\r\n"
        f"WARC-Payload-Digest: sha256:{hashlib.sha256(b'words').hexdigest()}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(head)}\r\n\r\n"
    ).encode() + head
    file.write_bytes(original + again + b"\r\n\r\n")
    with Library([file]) as library:
        client, path = Client(create_app(library)), Addresses("bare").raw(START + timedelta(days=1), ARTICLE_URL)
        found = client.get(path)
        assert (found.status_code, found.content) == (200, b"words")
        file.write_bytes(file.read_bytes().replace(b"\r\nwords", b"\r\nsword"))
        refused = client.get(path)
    assert refused.status_code == 502
    assert "sword" not in refused.text


def test_a_range_out_of_many_pieces() -> None:
    data = bytes(range(250))

    def pieces() -> Iterator[bytes]:
        yield from (data[at : at + 10] for at in range(0, len(data), 10))

    async def asked(part: str) -> bytes:
        request = Request({"type": "http", "method": "GET", "headers": [(b"range", part.encode())]})
        response = ranged(request, pieces, len(data), {})
        assert isinstance(response, StreamingResponse)
        return b"".join([bytes(piece) async for piece in response.body_iterator])  # type: ignore[arg-type]

    for first, last in ((0, 9), (10, 10), (5, 34), (9, 10), (240, 249), (0, 249), (30, 39)):
        assert anyio.run(asked, f"bytes={first}-{last}") == data[first : last + 1]


def test_a_range_of_numbers_that_are_too_long_to_be_read(client: Client, way: str) -> None:
    found = client.get(FILM, headers={"Range": f"bytes={'9' * 5000}-"})
    assert (found.status_code, len(found.content)) == (200, len(MP4))


def test_a_range_is_for_get_alone(client: Client, way: str) -> None:
    found = client.get(FILM, method="HEAD", headers={"Range": "bytes=4-7"})
    assert (found.status_code, found.headers["content-length"]) == (200, str(len(MP4)))


def test_a_range_of_the_decoded_payload(client: Client, way: str) -> None:
    headers = {"Range": "bytes=0-14", "Accept-Encoding": "identity"}
    found = client.get(TO.raw(START, ARTICLE_URL), headers=headers)
    assert (found.status_code, found.content) == (206, b"<!doctype html>")


def test_of_codings_without_end_the_first_are_read(client: Client) -> None:
    path = TO.raw(START, ARTICLE_URL)
    for before, coding in ((15, "gzip"), (16, None)):
        found = client.get(path, headers={"Accept-Encoding": "x, " * before + "gzip"})
        assert found.headers.get("content-encoding") == coding


def test_gzip_is_passed_on_to_those_who_take_it(client: Client) -> None:
    path = TO.raw(START, ARTICLE_URL)
    for accepted, coding in (("gzip, br", "gzip"), ("identity", None), ("gzip;q=0", None), ("br", None), ("*", None)):
        found = client.get(path, headers={"Accept-Encoding": accepted})
        assert found.headers.get("content-encoding") == coding, accepted
        assert found.content == ARTICLE_HTML.encode()  # the client has decoded it
        assert "accept-encoding" in found.headers["vary"]


def test_what_is_said_to_be_gzip_and_is_not_is_sent_as_it_is(tmp_path: Path, way: str) -> None:
    store(tmp_path, answer(ARTICLE_URL, b"plain", "text/plain", at=START, extra=(("Content-Encoding", "gzip"),)))
    with Library([tmp_path / "harbour"]) as library:
        found = Client(create_app(library)).get(TO.raw(START, ARTICLE_URL))
    assert (found.content, found.headers.get("content-encoding")) == (b"plain", None)


def test_brotli_that_cannot_be_read_here_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brotli = pytest.importorskip("brotli")
    store(
        tmp_path,
        answer(ARTICLE_URL, brotli.compress(b"words"), "text/plain", at=START, extra=(("Content-Encoding", "br"),)),
    )
    monkeypatch.setattr(http1, "_optional", lambda _name: None)  # as where no library for it is installed
    with Library([tmp_path / "harbour"]) as library:
        client = Client(create_app(library))
        found = client.get(TO.raw(START, ARTICLE_URL), headers={"Accept-Encoding": "gzip, br"})
        assert (found.status_code, found.headers["content-encoding"], found.content) == (200, "br", b"words")
        found = client.get(TO.raw(START, ARTICLE_URL), headers={"Accept-Encoding": "gzip"})
        assert found.status_code == 502
        assert "brotli" in found.text


def test_chunks_are_joined(client: Client, way: str) -> None:
    found = client.get(TO.raw(START, "https://api.example/3"))
    assert (found.status_code, found.content) == (404, b"not found")
    assert "memento-datetime" in found.headers  # so that it is not taken for an answer of this site
    assert "x-odd" not in found.headers


@pytest.mark.parametrize(
    ("location", "there"),
    [
        ("/new?a=b", TO.raw(START, "https://paper.example/new?a=b")),
        ("http://other.example/", TO.raw(START, "http://other.example/")),
        ("javascript:alert(1)", None),
        ("//other.example\\@evil.example/", None),
    ],
)
def test_a_redirect_stays_in_the_archive(tmp_path: Path, way: str, location: str, there: str | None) -> None:
    store(tmp_path, answer(ARTICLE_URL, b"gone", "text/plain", at=START, status=301, extra=(("Location", location),)))
    with Library([tmp_path / "harbour"]) as library:
        found = Client(create_app(library)).get(TO.raw(START, ARTICLE_URL))
    assert (found.status_code, found.content) == (301, b"gone")
    shown = found.headers.get("location")
    assert shown == there or (there is None and shown and shown.startswith("/archives/harbour/"))


@pytest.mark.parametrize("status", [100, 103, 199, 204, 205, 206, 304, 600, 999])
def test_a_status_that_would_change_how_the_answer_is_read_is_not_shown(tmp_path: Path, way: str, status: int) -> None:
    store(tmp_path, answer(ARTICLE_URL, b"part", "text/plain", at=START, status=status))
    with Library([tmp_path / "harbour"]) as library:
        found = Client(create_app(library)).get(TO.raw(START, ARTICLE_URL))
    assert (found.status_code, found.content) == (200, b"part")


def test_a_revisit_has_the_payload_of_its_original(client: Client, way: str, staged: Staged) -> None:
    assert staged.captures["picture again"].record_type == "revisit"
    assert client.get(TO.raw(START + timedelta(days=1), PICTURE_URL)).content == png(640, 360)


@pytest.mark.parametrize("days", [0, 1])
def test_altered_bytes_are_refused(own: Staged, way: str, days: int) -> None:
    path = TO.raw(START + timedelta(days=days), PICTURE_URL)
    with Library([own.path]) as library:
        client = Client(create_app(library))
        assert client.get(path).status_code == 200
        rewrite_member(own.segment, own.captures["picture"], SEAL, bytes(len(SEAL)))
        for headers in ({}, {"Range": "bytes=0-7"}):
            found = client.get(path, headers=headers)
            assert found.status_code == 502
            assert b"PNG" not in found.content
            assert "do not match" in found.text


def test_an_altered_catalogue_puts_no_other_record_under_an_address(own: Staged, way: str) -> None:
    there, instead = own.captures["article"], own.captures["hostile page"]
    with closing(sqlite3.connect(own.path / "catalogue.db")) as catalogue, catalogue:
        catalogue.execute("DELETE FROM captures WHERE offset = ?", (there.offset,))
        catalogue.execute(
            "UPDATE captures SET target_uri = ?, urlkey = 'example,paper)/harbour/bridge-stays-shut' WHERE offset = ?",
            (ARTICLE_URL, instead.offset),
        )
    with Library([own.path]) as library:
        found = Client(create_app(library)).get(TO.raw(START, ARTICLE_URL))
    assert found.status_code == 502
    assert "canary" not in found.text


@pytest.mark.parametrize(
    "change",
    [
        "type = 'revisit'",
        "type = 'resource'",
        "time = replace(time, '09:30:00', '09:30:01')",
        "record_id = 'urn:uuid:00000000-0000-4000-8000-00000000dead'",
        "target_uri = 'https://www.paper.example/harbour/bridge-stays-shut'",
    ],
)
def test_an_altered_catalogue_says_nothing_else_of_a_record(own: Staged, way: str, change: str) -> None:
    with closing(sqlite3.connect(own.path / "catalogue.db")) as catalogue, catalogue:
        altered = catalogue.execute(f"UPDATE captures SET {change} WHERE offset = ?", (own.captures["article"].offset,))
        assert altered.rowcount == 1
    with Library([own.path]) as library:
        client = Client(create_app(library))
        found = client.get(TO.raw(START, ARTICLE_URL))
        if found.status_code == 302:
            found = client.get(found.headers["location"])
        seen = client.get(TO.capture(own.captures["article"]))
    assert found.status_code == 502
    assert "bridge will not open" not in found.text + seen.text


def test_a_bomb_is_refused(tmp_path: Path, way: str) -> None:
    """64 MB of zeros, packed twice, so that the record has less than a kilobyte."""
    zeros = gzip.compress(bytes(64 << 20), mtime=0)
    store(
        tmp_path,
        answer(
            ARTICLE_URL,
            gzip.compress(zeros, mtime=0),
            "text/plain",
            at=START,
            extra=(("Content-Encoding", "gzip, gzip"),),
        ),
    )
    with Library([tmp_path / "harbour"]) as library:
        client = Client(create_app(library))
        found = client.get(TO.raw(START, ARTICLE_URL), method="HEAD")
        assert found.status_code == 200
        with pytest.raises(RuntimeError, match="response already started") as broken:  # it breaks off
            client.get(TO.raw(START, ARTICLE_URL))
    assert isinstance(broken.value.__cause__, LimitError)


def test_uncommon_request_lines_on_a_real_port(staged: Staged, serving: str) -> None:
    with httpx.Client(base_url=serving, trust_env=False) as web:
        film = web.get(FILM, headers={"Range": "bytes=4-7"})
        assert (film.status_code, film.content) == (206, b"ftyp")
        assert web.get("/archives/harbour/2024id_/https://x.example/?").status_code == 404
        assert web.get("/archives/harbour/2024id_/https://x.example/a?b?c=/../%zz|").status_code == 404
        assert web.get("/archives/harbour/2024id_/" + "x" * 40_000).status_code == 414
        with suppress(httpx.TransportError):  # it may be closed while we are still sending
            assert web.get("/", headers={"X-Large": "x" * 4 * MAX_HEAD}).status_code == 400
        assert web.get(FILM).content == MP4


@pytest.fixture(scope="module")
def serving(staged: Staged) -> Iterator[str]:
    """The address of `serve`, in a process of its own."""
    command = [sys.executable, "-c", PROGRAM, str(staged.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
            assert found
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def bare_record(block: bytes, more: str = "") -> bytes:
    """A WARC record as some tools write it, without a digest; `more`: lines of its header."""
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        f"WARC-Date: 2024-05-06T09:30:00Z\r\nWARC-Target-URI: {ARTICLE_URL}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n{more}\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def store(folder: Path, exchange: object) -> None:
    with Archive.open(folder / "harbour", write=True) as archive, archive.session() as session:
        session.write_exchange(exchange)  # type: ignore[arg-type]
