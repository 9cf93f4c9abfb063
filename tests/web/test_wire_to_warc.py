"""From the wire into the WARC file: warcio and fastwarc read back what a real server sent and what it was sent."""

from __future__ import annotations

import gzip
import ssl
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import brotli
import pytest
import trustme
from cryptography import x509
from fastwarc.warc import ArchiveIterator as FastWarcIterator
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from archiver import verify
from archiver.config import WebSettings
from archiver.errors import NetworkError
from archiver.store import Archive, Session
from archiver.web import Door
from archiver.web.secured import suite
from tests.loopback import Close, Loopback, Pause, Stall, Step, always, ok
from tests.store.conftest import counting_ids, frozen, segment, tables, ticking_clock

BODY = b"<p>an invented page</p>" * 20
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
CHUNKS = b'7;name=value\r\nan inve\r\nA;odd="a;b"\r\nnted page.\r\n0;last\r\nX-Checksum: 12\r\nx-second:  3 \r\n\r\n'
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"


def encoded(coding: str, body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Encoding: %b\r\nContent-Length: %d\r\n\r\n%b" % (
        coding.encode(),
        len(body),
        body,
    )


class Case(NamedTuple):
    """What a server sends, and in which parts it is stored."""

    steps: tuple[Step, ...]
    response: bytes | None
    truncated: str | None = None
    interim: bytes | None = None
    surplus: bytes | None = None
    unreadable: bytes | None = None


def whole(message: bytes, *then: Step) -> Case:
    return Case(steps=(message, *then), response=message)


def cut(message: bytes, truncated: str, *then: Step) -> Case:
    return Case(steps=(message, *then), response=message, truncated=truncated)


def no_http(message: bytes, truncated: str | None, *then: Step) -> Case:
    return Case(steps=(message, *then), response=None, truncated=truncated, unreadable=message)


CASES = {
    "order-case-duplicates": whole(
        b"HTTP/1.1 200 Fine\r\nx-b: 2\r\nX-A: 1\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nCONTENT-length:3\r\n\r\nabc"
    ),
    "folded": whole(b"HTTP/1.1 200 OK\r\nX-Folded: one\r\n two\r\n\tthree\r\nContent-Length: 3\r\n\r\nabc"),
    "chunked": whole(CHUNKED + b"Trailer: X-Checksum\r\n\r\n" + CHUNKS),
    "gzip-in-chunks": whole(
        CHUNKED + b"Content-Encoding: gzip\r\n\r\n"
        b"%x\r\n%b\r\n0\r\n\r\n" % (len(gzip.compress(BODY, mtime=0)), gzip.compress(BODY, mtime=0))
    ),
    "gzip": whole(encoded("gzip", gzip.compress(BODY, mtime=0))),
    "deflate": whole(encoded("deflate", zlib.compress(BODY))),
    "br": whole(encoded("br", brotli.compress(BODY))),
    "zstd": whole(encoded("zstd", b"(\xb5/\xfd\x04X)\x00\x00hello\xd2\x1c:\xc8")),
    "interim": Case(steps=(EARLY, Pause(0.02), ok(b"final")), response=ok(b"final"), interim=EARLY),
    "http-1.0": whole(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\nall until the end", Close),
    "no-length": whole(b"HTTP/1.1 200 OK\r\n\r\nall until the end", Close),
    "lf-alone": whole(b"HTTP/1.1 200 OK\nContent-Length: 3\n\nabc"),
    "length-and-chunks": whole(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS),
    "same-length-twice": whole(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
    "long-header": whole(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 60_000 + b"\r\nContent-Length: 3\r\n\r\nabc"),
    "not-found": whole(b"HTTP/1.1 404 Not Found\r\nContent-Length: 12\r\n\r\nno such post"),
    "204-with-body": Case(
        steps=(b"HTTP/1.1 204 No Content\r\n\r\nbody",), response=b"HTTP/1.1 204 No Content\r\n\r\n", surplus=b"body"
    ),
    "longer-than-its-length": Case(steps=(ok(b"abc") + b"\0more",), response=ok(b"abc"), surplus=b"\0more"),
    "shorter-than-its-length": cut(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nonly this", "disconnect", Close),
    "no-last-chunk": cut(CHUNKED + b"\r\n9\r\nonly this\r\n", "disconnect", Close),
    "stalls": cut(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nonly this", "time", Stall),
    "chunks-that-are-none": cut(CHUNKED + b"\r\nonly this\r\nand that", "unspecified", Close),
    "http-0.9": no_http(b"<html>hello</html>", None, Close),
    "another-protocol": no_http(b"SSH-2.0-OpenSSH_9.2\r\n\0\r\n", None, Close),
    "two-lengths": no_http(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "time"),
    "null-in-head": no_http(b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 4\r\n\r\nbody", None, Close),
    "half-a-head": no_http(b"HTTP/1.1 200 OK\r\nX-A", "disconnect", Close),
}


class Read(NamedTuple):
    type: str
    fields: dict[str, str]
    block: bytes

    @property
    def uri(self) -> str:
        return self.fields.get("WARC-Target-URI", "")


def by_warcio(path: Path) -> Iterator[Read]:
    with path.open("rb") as file:
        for record in WarcioIterator(file, no_record_parse=True):
            yield Read(record.rec_type, dict(record.rec_headers.headers), record.raw_stream.read())


def by_fastwarc(path: Path) -> Iterator[Read]:
    with path.open("rb") as file:
        for record in FastWarcIterator(file, parse_http=False, auto_decode="none"):
            kind = str(record.record_type).rpartition(".")[2]
            yield Read(kind, dict(record.headers.astuples()), record.reader.read())


READERS = {"warcio": by_warcio, "fastwarc": by_fastwarc}


class Recorded(NamedTuple):
    path: Path
    url: str
    requests: dict[str, bytes]


SETTINGS = WebSettings(allow_addresses=("127.0.0.1/32",), rates={"*": 0.0}, retries=0, read_timeout=0.2)


def record(folder: Path, names: list[str]) -> Recorded:
    """Cases asked for one after another, in one archive."""
    with Loopback(lambda asked: CASES[asked.target[1:]].steps) as server:
        with frozen(folder) as archive, archive.session() as session, Door(SETTINGS, sink=session) as door:
            for name in names:
                if CASES[name].response is None:  # by a door of its own: a host that fails thrice is left alone
                    with pytest.raises(NetworkError), Door(SETTINGS, sink=session) as other:
                        other.fetch(f"{server.url}/{name}")
                else:
                    door.fetch(f"{server.url}/{name}")
        return Recorded(segment(folder), server.url, {asked.target[1:]: asked.raw for asked in server.asked})


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return record(tmp_path_factory.mktemp("wire"), list(CASES))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", CASES)
def test_stored_is_what_crossed_the_connection(name: str, reader: str, recorded: Recorded) -> None:
    case, url = CASES[name], f"{recorded.url}/{name}"
    of_it = [record for record in READERS[reader](recorded.path) if record.uri.endswith(url)]
    stored = [record for record in of_it if record.uri != f"urn:archiver:unanswered:{url}"]
    assert len(of_it) - len(stored) == (case.unreadable is not None)
    blocks = {(record.type, record.uri.removesuffix(url)): record for record in stored}
    expected = {
        ("request", ""): recorded.requests[name],
        ("response", ""): case.response,
        ("metadata", "urn:archiver:interim:"): case.interim,
        ("metadata", "urn:archiver:surplus:"): case.surplus,
        ("metadata", "urn:archiver:unreadable:"): case.unreadable,
    }
    assert {key: record.block for key, record in blocks.items()} == {k: v for k, v in expected.items() if v is not None}
    answer = blocks.get(("response", "")) or blocks["metadata", "urn:archiver:unreadable:"]
    assert answer.fields.get("WARC-Truncated") == case.truncated
    request = blocks["request", ""]
    assert request.fields["WARC-Concurrent-To"] == answer.fields["WARC-Record-ID"]
    assert answer.fields["WARC-Concurrent-To"] == request.fields["WARC-Record-ID"]
    assert {record.fields["WARC-Date"] for record in stored} == {answer.fields["WARC-Date"]}
    assert {record.fields["WARC-IP-Address"] for record in stored} == {"127.0.0.1"}


def test_beside_records_refer_to_the_response(recorded: Recorded) -> None:
    stored = list(by_warcio(recorded.path))
    ids = {record.uri: record.fields["WARC-Record-ID"] for record in stored if record.type == "response"}
    for kind, name in (("interim", "interim"), ("surplus", "204-with-body")):
        url = f"{recorded.url}/{name}"
        [beside] = [record for record in stored if record.uri == f"urn:archiver:{kind}:{url}"]
        assert beside.fields["WARC-Refers-To"] == beside.fields["WARC-Concurrent-To"] == ids[url]


def test_warcio_check_is_content_with_all_of_it(tmp_path: Path) -> None:
    # warcio 1.8 cannot read any brotli response with brotli 1.2: it looks for an attribute that is no more
    checked = record(tmp_path, [name for name in CASES if name != "br"])
    done = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", str(checked.path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "digest failed" not in done.stdout


def test_readers_that_parse_http_find_the_final_response(recorded: Recorded) -> None:
    with recorded.path.open("rb") as file:
        statuses = {
            record.rec_headers.get_header("WARC-Target-URI"): record.http_headers.get_statuscode()
            for record in WarcioIterator(file)
            if record.rec_type == "response"
        }
    assert statuses[f"{recorded.url}/interim"] == "200"
    assert statuses[f"{recorded.url}/not-found"] == "404"
    assert not any(url.endswith(name) for url in statuses for name, case in CASES.items() if case.response is None)


def test_an_answer_that_is_no_http_answers_nothing_offline(recorded: Recorded) -> None:
    with Archive.view([recorded.path]) as archive:
        for name, case in CASES.items():
            found = [c.record_type for c in archive.catalogue.captures_at(f"{recorded.url}/{name}")]
            assert ("response" in found) == (case.response is not None)


def test_payload_digests_follow_the_rule(recorded: Recorded) -> None:
    """Each whole response has one of the two fields: where there are chunks, the one that takes them off."""
    stored = {record.uri.rpartition("/")[2]: record for record in by_warcio(recorded.path) if record.type == "response"}
    for name, record in stored.items():
        chunked = b"chunked" in record.block.partition(b"\r\n\r\n")[0]
        fields = {field for field in record.fields if field.endswith("Payload-Digest")}
        if chunked:
            assert fields == (set() if CASES[name].truncated else {"Archiver-Payload-Digest"})
        else:
            assert fields == {"WARC-Payload-Digest"}
    digests = {stored[name].fields["Archiver-Payload-Digest"] for name in ("chunked", "length-and-chunks")}
    assert len(digests) == 1


# TLS.


def test_the_secured_connection_is_told_of_in_the_record(tmp_path: Path) -> None:
    root = trustme.CA()
    leaf = root.create_child_ca().issue_cert("posts.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305")
    authority = tmp_path / "authority.pem"
    root.cert_pem.write_to_path(str(authority))
    sent = b"".join(pem.bytes() for pem in leaf.cert_chain_pems)
    with Loopback(always(ok(b"over TLS")), tls=context) as server:
        settings = WebSettings(
            ca_file=str(authority), connect_to={"posts.example": f"127.0.0.1:{server.port}"}, rates={"*": 0.0}
        )
        with frozen(tmp_path / "warc") as archive, archive.session() as session, Door(settings, sink=session) as door:
            for number in range(3):
                door.fetch(f"https://posts.example/{number}")
    stored = list(by_warcio(segment(tmp_path / "warc")))
    with segment(tmp_path / "warc").open("rb") as file:
        headers = [r.rec_headers.headers for r in WarcioIterator(file) if r.rec_type == "response"]
    chains = [record for record in stored if record.uri.startswith("urn:archiver:certificates:")]
    assert len(headers) == 3
    assert len(chains) == 1
    assert chains[0].uri == f"urn:archiver:certificates:{chains[0].fields['WARC-Block-Digest']}"
    for fields in headers:
        assert [value for name, value in fields if name == "WARC-Protocol"] == ["http/1.1", "tls/1.2"]
        assert dict(fields)["WARC-Cipher-Suite"] in (
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        )  # fmt: skip
        assert dict(fields)["Archiver-Certificates"] == chains[0].uri
    shown, given = (x509.load_pem_x509_certificates(pem) for pem in (chains[0].block, sent))
    assert len(shown) == 2
    assert shown == given


def test_certificates_that_do_not_hold_are_stored_with_the_reason(tmp_path: Path) -> None:
    leaf = trustme.CA().issue_cert("posts.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    with Loopback(always(ok(b"unheard")), tls=context) as server:
        settings = WebSettings(connect_to={"posts.example": f"127.0.0.1:{server.port}"}, rates={"*": 0.0}, retries=0)
        with frozen(tmp_path / "warc") as archive, archive.session() as session, Door(settings, sink=session) as door:
            for _ in range(2):
                with pytest.raises(NetworkError, match="not secure"):
                    door.fetch("https://posts.example/1")
            assert server.asked == []
        with frozen(tmp_path / "warc") as archive:
            assert [row[2] for row in archive.catalogue.rows("refusals")] == ["127.0.0.1"] * 2
            rows = tables(archive)
            archive.rebuild()
            assert tables(archive) == rows
    stored = list(by_warcio(segment(tmp_path / "warc")))
    refusals = [record for record in stored if record.uri == "urn:archiver:refusal"]
    [chain] = [record for record in stored if record.uri.startswith("urn:archiver:certificates:")]
    assert [record.fields["Archiver-Certificates"] for record in refusals] == [chain.uri] * 2
    assert b"certificate verify failed" in refusals[0].block
    assert chain.fields["WARC-Refers-To"] == refusals[0].fields["WARC-Record-ID"]
    assert chain.fields["WARC-IP-Address"] == "127.0.0.1"
    shown, given = (
        x509.load_pem_x509_certificates(pem)
        for pem in (chain.block, b"".join(pem.bytes() for pem in leaf.cert_chain_pems))
    )
    assert shown == given
    assert not [check for check in verify(tmp_path / "warc").checks if check.verdict == "damaged"]


def test_cipher_suites_have_the_names_of_the_registry() -> None:
    done = None
    with suppress(FileNotFoundError):
        command = ["openssl", "ciphers", "-stdname", "ALL"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done is None or done.returncode:
        pytest.skip("no `openssl` that tells the registry's names of cipher suites")
    registered = {own: name for name, _, own, *_ in map(str.split, done.stdout.splitlines())}
    # some builds offer those with a key that both know before, too, which nobody has here
    every = [cipher["name"] for cipher in ssl.create_default_context().get_ciphers()]
    offered = [name for name in every if "PSK" not in name and "SRP" not in name]
    assert {name: suite(name) for name in offered} == {name: registered[name] for name in offered}
    assert suite("A-CIPHER-OF-LATER") == ""


# The same work writes the same bytes.


def test_the_same_exchanges_write_the_same_bytes(tmp_path: Path) -> None:
    answers = {"/1": (EARLY + ok(b"one"),), "/2": (ok(b"two") + b"more",), "/3": (b"no HTTP", Close)}
    files = []
    with Loopback(lambda asked: answers[asked.target]) as server:
        for name in ("one", "other"):
            with (
                Archive.open(tmp_path / name, clock=ticking_clock(), new_id=counting_ids(), write=True) as archive,
                archive.session() as session,
            ):
                _fetch_all(session, [server.url + path for path in answers])
            files.append(segment(tmp_path / name).read_bytes())
    assert files[0] == files[1]


def _fetch_all(session: Session, urls: list[str]) -> None:
    with Door(SETTINGS, sink=session, clock=ticking_clock(), sleep=lambda _: None) as door:
        for url in urls:
            with suppress(NetworkError):
                door.fetch(url)
