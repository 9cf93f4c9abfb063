"""Large files on the web: every byte of one state of the file comes, or an error does."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from archiver.config import WebSettings
from archiver.errors import InputError, LeftAloneError, NetworkError, RefusedError
from archiver.web import files as module
from archiver.web.files import Facts, WebFiles
from tests.loopback import Asked, Close, Loopback, Pause, Reset, Stall, Step, ok
from tests.ranged import Store, breaking_off, part, parts

DATA = bytes(range(256)) * 1200
PATH = "/crawl/a.warc.gz"

pauses: list[float] = []


@pytest.fixture
def opened() -> Iterator[WebFiles]:
    pauses.clear()
    with WebFiles(WebSettings(retries=3), sleep=pauses.append) as files:
        yield files


def read(opened: WebFiles, server: Loopback, **keywords: object) -> bytes:
    with opened.open(server.url + PATH, named=True, **keywords) as file:  # type: ignore[arg-type]
        return file.read()


def test_a_file_is_read_from_end_to_end_in_one_request(opened: WebFiles) -> None:
    with Loopback(Store({PATH: DATA})) as server:
        assert read(opened, server) == DATA
        assert parts(server) == [(0, None)]


def test_what_a_server_says_of_a_file_is_asked_with_its_first_byte(opened: WebFiles) -> None:
    with Loopback(Store({PATH: DATA})) as server:
        assert opened.facts(server.url + PATH, named=True) == Facts(len(DATA), '"one"', True)
        assert opened.facts(server.url + PATH, named=True).ranges
        assert parts(server) == [(0, 0), (0, 0)]
        assert server.connections == 1, "the connection serves again"


def test_an_empty_file_has_no_bytes(opened: WebFiles) -> None:
    with Loopback(Store({PATH: b""})) as server:
        assert opened.facts(server.url + PATH, named=True).size == 0
        assert read(opened, server) == b""


def test_a_part_is_asked_for_and_no_more_than_it(opened: WebFiles) -> None:
    with Loopback(Store({PATH: DATA})) as server, opened.open(server.url + PATH, named=True, until=5000) as file:
        file.seek(1000)
        assert file.read(4000) == DATA[1000:5000]
        assert parts(server) == [(1000, 4999)]
        assert file.read(10) == DATA[5000:5010], "reading may go on behind it"
        assert server.connections == 1


def test_a_place_near_ahead_is_read_up_to_and_one_far_away_is_asked_for(opened: WebFiles) -> None:
    data = os.urandom(1 << 20)
    with Loopback(Store({PATH: data})) as server, opened.open(server.url + PATH, named=True) as file:
        assert file.read(10) == data[:10]
        file.seek(1000)
        assert file.read(10) == data[1000:1010]
        assert len(server.asked) == 1
        file.seek(900_000)
        assert file.read(10) == data[900_000:900_010]
        file.seek(5)
        assert file.read(10) == data[5:15]
        assert [first for first, _ in filter(None, parts(server))] == [0, 900_000, 5]
        assert file.seek(-4, os.SEEK_END) == len(data) - 4
        assert file.read() == data[-4:]


def test_a_broken_connection_is_made_again_from_where_it_broke_off(opened: WebFiles) -> None:
    store = Store({PATH: DATA})
    store.before = breaking_off(store, 70_000, 3)
    with Loopback(store) as server:
        assert read(opened, server) == DATA
        assert parts(server) == [(0, None), (70_000, None), (140_000, None), (210_000, None)]
        assert pauses == [1, 2, 4]


def test_after_enough_failures_there_is_an_error_and_no_short_file(opened: WebFiles) -> None:
    store = Store({PATH: DATA})
    store.before = breaking_off(store, 10, 100)
    with Loopback(store) as server, pytest.raises(NetworkError, match="broke off") as told:
        read(opened, server)
    assert "at byte 40, 4 times" in str(told.value)
    assert len(pauses) == 3


def test_failures_are_counted_anew_once_the_reading_went_on(opened: WebFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROGRESS", 20_000)
    store = Store({PATH: DATA})
    store.before = breaking_off(store, 30_000, 100)
    with Loopback(store) as server:
        assert read(opened, server) == DATA
    assert set(pauses) == {1}


def test_a_reset_is_a_passing_failure(opened: WebFiles) -> None:
    store = Store({PATH: DATA})
    store.before = lambda asked: [Reset] if asked.number == 0 else None
    with Loopback(store) as server:
        assert read(opened, server) == DATA


def test_a_server_without_parts_is_read_from_the_beginning(opened: WebFiles) -> None:
    store = Store({PATH: DATA}, ranges=False)
    with Loopback(store) as server:
        assert opened.facts(server.url + PATH, named=True) == Facts(len(DATA), '"one"', False)
        store.before = breaking_off(store, 100_000, 1)
        assert read(opened, server) == DATA, "what had come is read again and passed over"
        with opened.open(server.url + PATH, named=True) as file:
            assert not file.seekable()
            file.seek(300_000)
            assert file.read(5) == DATA[300_000:300_005]


def test_exactly_the_bytes_of_a_range_or_an_error(opened: WebFiles) -> None:
    with Loopback(Store({PATH: DATA})) as server:
        url = server.url + PATH
        assert opened.read(url, 77, 1000, named=True) == DATA[77:1077]
        assert opened.read(url, len(DATA) - 5, 5, named=True) == DATA[-5:]
        assert server.connections == 1
        for offset in (len(DATA) - 5, len(DATA), len(DATA) + 100):
            with pytest.raises(InputError, match="ends before byte"):
                opened.read(url, offset, 6, named=True)
    with Loopback(Store({PATH: DATA}, ranges=False)) as server, pytest.raises(InputError, match="give parts"):
        opened.read(server.url + PATH, 77, 1000, named=True)


@pytest.mark.parametrize("what", ["tag", "size"])
def test_a_file_that_changes_midway_is_an_error(opened: WebFiles, what: str) -> None:
    files = {PATH: DATA}
    store = Store(files)
    cut = breaking_off(store, 1000, 1)

    def before(asked: Asked) -> object:
        steps = cut(asked)
        if asked.number == 1:
            if what == "tag":
                store.tags[PATH] = "two"
            else:
                files[PATH] = DATA + b"more"
        return steps

    store.before = before  # type: ignore[assignment]
    with Loopback(store) as server, pytest.raises(InputError, match="another one by now"):
        read(opened, server)


def test_a_file_that_is_not_the_one_that_was_seen_before_is_an_error(opened: WebFiles) -> None:
    with Loopback(Store({PATH: DATA})) as server:
        assert read(opened, server, size=len(DATA), version='"one"') == DATA
        with pytest.raises(InputError, match="another one by now"):
            read(opened, server, version='"zero"')
        with pytest.raises(InputError, match="another one by now"):
            read(opened, server, size=len(DATA) - 1)


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body + end


def test_a_file_whose_size_nobody_says_ends_where_its_last_chunk_does(opened: WebFiles) -> None:
    with Loopback(lambda asked: [chunked(b"abc", b"def")]) as server:
        assert read(opened, server) == b"abcdef"
        assert opened.facts(server.url + PATH, named=True) == Facts(None, "", False)
    with Loopback(lambda asked: [chunked(b"abc", end=b""), Close]) as server, pytest.raises(NetworkError):
        read(opened, server)


def test_an_end_that_nothing_vouches_for_is_an_error(opened: WebFiles) -> None:
    endless = b"HTTP/1.1 200 OK\r\n\r\nWARC/1.0"
    with (
        Loopback(lambda asked: [endless, Close]) as server,
        opened.open(server.url + PATH, named=True) as file,
    ):
        assert file.read(8) == b"WARC/1.0"
        with pytest.raises(InputError, match="whether all of it came"):
            file.read(1)


def partial(content_range: str, body: bytes) -> bytes:
    return ok(body, f"Content-Range: {content_range}", status="206 Partial Content")


@pytest.mark.parametrize(
    "answer",
    [
        partial("bytes 70000-139999/140000", bytes(70_000)),
        partial("bytes 0-9/5", b"0123456789"),
        partial("bytes 0-69999/140000", bytes(140_000)),
        partial("", b"0123456789"),
        partial("bytes " + "9" * 30 + "-1/2", b""),
    ],
)
def test_another_part_than_was_asked_for_is_an_error(opened: WebFiles, answer: bytes) -> None:
    with Loopback(lambda asked: [answer]) as server, pytest.raises(InputError, match="another part"):
        read(opened, server)


def test_a_file_that_would_never_end_is_an_error(opened: WebFiles) -> None:
    """A byte an answer: a million requests for a megabyte."""

    def one_byte(asked: Asked) -> list[Step]:
        first = (part(asked) or (0, None))[0]
        return [partial(f"bytes {first}-{first}/{len(DATA)}", DATA[first : first + 1])]

    with Loopback(one_byte) as server, pytest.raises(InputError, match="another part"):
        read(opened, server)


def test_a_server_may_give_less_at_a_time(opened: WebFiles) -> None:
    def some(asked: Asked) -> list[Step]:
        first = (part(asked) or (0, None))[0]
        data = DATA[first : first + module.SMALLEST_PART]
        return [partial(f"bytes {first}-{first + len(data) - 1}/{len(DATA)}", data)]

    with Loopback(some) as server:
        assert read(opened, server) == DATA


def test_a_file_that_is_packed_on_its_way_is_an_error(opened: WebFiles) -> None:
    packed = ok(b"\x1f\x8b", "Content-Encoding: gzip")
    with Loopback(lambda asked: [packed]) as server:
        assert read(opened, server) == b"\x1f\x8b", "servers say so of the file itself where it ends in .gz"
        with pytest.raises(InputError, match="packs the file"), opened.open(f"{server.url}/a.warc", named=True) as file:
            file.read()


def test_errors_are_told_and_passing_ones_tried_again(opened: WebFiles) -> None:
    with Loopback(Store({})) as server, pytest.raises(InputError, match="answered 404"):
        read(opened, server)
    busy = ok(b"", "Retry-After: 7", status="503 Slow Down")
    store = Store({PATH: DATA}, before=lambda asked: [busy] if asked.number < 2 else None)
    with Loopback(store) as server:
        assert read(opened, server) == DATA
    assert pauses == [7, 7]
    wait = ok(b"", "Retry-After: 7200", status="429 Too Many Requests")
    with Loopback(lambda asked: [wait]) as server, pytest.raises(LeftAloneError, match="7200 seconds"):
        read(opened, server)


def test_what_is_no_http_is_told(opened: WebFiles) -> None:
    with Loopback(lambda asked: [b"SSH-2.0-OpenSSH\r\n", Close]) as server, pytest.raises(NetworkError, match="HTTP"):
        read(opened, server)


@pytest.mark.parametrize("start", [60, 5])
def test_a_server_that_sends_next_to_nothing_is_left(monkeypatch: pytest.MonkeyPatch, start: int) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    drops = [step for _ in range(9) for step in (b"x", Pause(0.02))]
    with (
        Loopback(lambda asked: [ok(DATA)[:start], *drops, Stall]) as server,
        WebFiles(WebSettings(retries=0)) as files,
        pytest.raises(NetworkError, match="next to nothing"),
    ):
        read(files, server)


def test_only_hosts_that_the_user_named_may_have_private_addresses(opened: WebFiles) -> None:
    with Loopback(Store({PATH: DATA})) as server:
        with pytest.raises(RefusedError, match="loopback address"):
            opened.facts(server.url + PATH, named=False)
        with WebFiles(WebSettings(allow_addresses=("127.0.0.0/8",))) as allowed:
            assert allowed.facts(server.url + PATH, named=False).size == len(DATA)
        assert len(server.asked) == 1


def redirecting(location: Callable[[], str]) -> Callable[[Asked], list[Step]]:
    return lambda asked: [ok(b"", f"Location: {location()}", status="302 Found")]


def test_redirects_are_followed_and_their_hosts_judged(opened: WebFiles) -> None:
    with Loopback(Store({PATH: DATA})) as there, Loopback(redirecting(lambda: there.url + PATH)) as server:
        assert read(opened, server) == DATA, "the same host on another port"
    with Loopback(redirecting(lambda: "http://localhost:1/")) as server, pytest.raises(RefusedError, match="loopback"):
        read(opened, server)
    with Loopback(redirecting(lambda: "ftp://example.org/")) as server, pytest.raises(RefusedError, match="only http"):
        read(opened, server)
    with Loopback(redirecting(lambda: server.url)) as server, pytest.raises(RefusedError, match="too many"):
        read(opened, server)
    assert len(server.asked) == WebSettings().max_redirects + 1


@pytest.fixture
def authority(tmp_path: Path) -> tuple[str, ssl.SSLContext]:
    made = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.issue_cert("127.0.0.1").configure_cert(context)
    made.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem"), context


def test_certificates_have_to_hold(authority: tuple[str, ssl.SSLContext]) -> None:
    ca_file, context = authority
    with Loopback(Store({PATH: DATA}), tls=context) as server:
        url = f"https://127.0.0.1:{server.port}{PATH}"
        with WebFiles(WebSettings(ca_file=ca_file)) as files:
            assert files.read(url, 5, 10, named=True) == DATA[5:15]
        with WebFiles(WebSettings()) as files, pytest.raises(NetworkError, match="not secure"):
            files.read(url, 5, 10, named=True)


def test_an_address_that_is_none_is_told(opened: WebFiles) -> None:
    for url, problem in (("https://ana:secret@example.org/a", "user name"), ("https:///a", "no host")):
        with pytest.raises(InputError, match=problem) as told:
            opened.open(url, named=True)
        assert "secret" not in str(told.value)


def test_reading_files_loads_no_other_client() -> None:
    code = (
        "import sys, archiver.web.files as _; print(sorted({'httpx', 'httpcore', 'h11', 'click'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_request_asks_for_the_bytes_as_they_lie(opened: WebFiles) -> None:
    with Loopback(Store({PATH: DATA})) as server:
        opened.read(server.url + PATH, 3, 4, named=True)
        raw = server.asked[0].raw.lower()
        assert b"accept-encoding: identity" in raw
        assert f"host: 127.0.0.1:{server.port}\r\n".encode() in raw
        assert part(server.asked[0]) == (3, 6)
