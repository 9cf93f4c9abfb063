"""Every kind of record, byte for byte, with ids and clock frozen."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from pathlib import Path

import pytest

from archiver.exchange import Tls
from archiver.store import Archive
from tests.store.conftest import counting_ids, exchange, frozen, response, segment, ticking_clock

MESSAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"


def records(path: Path) -> list[bytes]:
    """Each gzip member of a segment, decompressed."""
    data, out = path.read_bytes(), []
    while data:
        inflate = zlib.decompressobj(31)
        out.append(inflate.decompress(data))
        assert inflate.eof
        data = inflate.unused_data
    return out


def written(folder: Path, do) -> list[bytes]:  # type: ignore[no-untyped-def]
    with frozen(folder) as archive, archive.session() as session:
        do(session)
    *before, seal = records(segment(folder))
    assert b"urn:archiver:seal:" in seal  # `test_log.py` has its bytes
    return before


def test_warcinfo(folder: Path) -> None:
    with (
        frozen(folder) as archive,
        archive.session(operator="An invented newsroom", description="a\r\ntest") as session,
    ):
        session.write_resource("urn:example:1", "text/plain", b"hello")
    block = (
        b"software: archiver/0.0\r\nformat: WARC File Format 1.1\r\n"
        b"conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
        b"operator: An invented newsroom\r\ndescription: a%0D%0Atest\r\n"
    )
    head, _, rest = records(segment(folder))[0].partition(b"WARC-Block-Digest: sha256:")
    assert head == (
        b"WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        b"WARC-Filename: archiver-000001-20260301120000.warc.gz\r\nWARC-Date: 2026-03-01T12:00:00.250000Z\r\n"
        b"Content-Type: application/warc-fields\r\n"
    )
    assert rest[64:] == b"\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n" % (len(block), block)


def test_request_and_response(folder: Path) -> None:
    tls = Tls(version="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384", certificates=(b"DER",))
    _, request, answer, certificates = written(
        folder, lambda session: session.write_exchange(exchange(message=MESSAGE, tls=tls, truncated="length"))
    )
    assert request == (
        b"WARC/1.1\r\n"
        b"WARC-Type: request\r\n"
        b"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000003>\r\n"
        b"WARC-Warcinfo-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        b"WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-000000000002>\r\n"
        b"WARC-Target-URI: https://posts.example/page\r\n"
        b"WARC-Date: 2026-03-01T12:00:00.250000Z\r\n"
        b"WARC-IP-Address: 192.0.2.7\r\n"
        b"WARC-Block-Digest: sha256:a62f67549edd3d7716b161446a12ee105bcd84c3fd07b043f4847d8ea7e89a91\r\n"
        b"Content-Type: application/http; msgtype=request\r\n"
        b"Content-Length: 43\r\n"
        b"\r\n"
        b"GET /page HTTP/1.1\r\nHost: posts.example\r\n\r\n"
        b"\r\n\r\n"
    )
    assert answer == (
        b"WARC/1.1\r\n"
        b"WARC-Type: response\r\n"
        b"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000002>\r\n"
        b"WARC-Warcinfo-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        b"WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-000000000003>\r\n"
        b"WARC-Target-URI: https://posts.example/page\r\n"
        b"WARC-Date: 2026-03-01T12:00:00.250000Z\r\n"
        b"WARC-IP-Address: 192.0.2.7\r\n"
        b"WARC-Protocol: http/1.1\r\n"
        b"WARC-Protocol: tls/1.3\r\n"
        b"WARC-Cipher-Suite: TLS_AES_256_GCM_SHA384\r\n"
        b"Archiver-Certificates: urn:archiver:certificates:sha256:"
        b"4faa7c1fdcc604332937d6cbe2bf47013a7cd12dfbb474cd97d6702b5eaed208\r\n"
        b"WARC-Truncated: length\r\n"
        b"WARC-Payload-Digest: sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\r\n"
        b"WARC-Block-Digest: sha256:fc55b18a43a32fcc128497e436b1ffd583ae947e999336f6fb01b96febdb7a6b\r\n"
        b"Content-Type: application/http; msgtype=response\r\n"
        b"Content-Length: 68\r\n"
        b"\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello"
        b"\r\n\r\n"
    )
    assert certificates == (
        b"WARC/1.1\r\n"
        b"WARC-Type: metadata\r\n"
        b"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000004>\r\n"
        b"WARC-Warcinfo-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        b"WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-000000000002>\r\n"
        b"WARC-Refers-To: <urn:uuid:00000000-0000-4000-8000-000000000002>\r\n"
        b"WARC-Target-URI: urn:archiver:certificates:sha256:"
        b"4faa7c1fdcc604332937d6cbe2bf47013a7cd12dfbb474cd97d6702b5eaed208\r\n"
        b"WARC-Date: 2026-03-01T12:00:00.250000Z\r\n"
        b"WARC-IP-Address: 192.0.2.7\r\n"
        b"Content-Type: application/pem-certificate-chain\r\n"
        b"WARC-Block-Digest: sha256:4faa7c1fdcc604332937d6cbe2bf47013a7cd12dfbb474cd97d6702b5eaed208\r\n"
        b"Content-Length: 59\r\n"
        b"\r\n"
        b"-----BEGIN CERTIFICATE-----\nREVS\n-----END CERTIFICATE-----\n"
        b"\r\n\r\n"
    )


BESIDE_FIELDS = (
    b"WARC/1.1\r\n"
    b"WARC-Type: metadata\r\n"
    b"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-00000000000%d>\r\n"
    b"WARC-Warcinfo-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
    b"WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-00000000000%d>\r\n"
    b"WARC-Refers-To: <urn:uuid:00000000-0000-4000-8000-00000000000%d>\r\n"
    b"WARC-Target-URI: urn:archiver:%b:https://posts.example/page\r\n"
    b"WARC-Date: 2026-03-01T12:00:00.250000Z\r\n"
    b"WARC-IP-Address: 192.0.2.7\r\n"
)


def test_what_came_before_and_behind_a_response(folder: Path) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    _, _, answer, interim, surplus = written(
        folder, lambda session: session.write_exchange(exchange(message=MESSAGE, interim=early, surplus=b"\0more"))
    )
    assert answer.endswith(b"\r\n\r\n" + MESSAGE + b"\r\n\r\n")
    assert interim == (
        BESIDE_FIELDS % (4, 2, 2, b"interim") + b"Content-Type: application/http; msgtype=response\r\n"
        b"WARC-Block-Digest: sha256:%b\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n" % (hexed(early), len(early), early)
    )
    assert surplus == (
        BESIDE_FIELDS % (5, 2, 2, b"surplus") + b"Content-Type: application/octet-stream\r\n"
        b"WARC-Block-Digest: sha256:%b\r\nContent-Length: 5\r\n\r\n\0more\r\n\r\n" % hexed(b"\0more")
    )


def test_an_answer_that_is_no_http(folder: Path) -> None:
    banner = b"SSH-2.0-OpenSSH_9.2\r\n"
    named = {"head_length": 0, "status": 0, "headers": (), "truncated": "time"}
    tls = Tls(version="TLSv1.2", cipher="")
    _, request, answer = written(
        folder, lambda session: session.write_unreadable(exchange(message=banner, tls=tls, **named))
    )
    assert b"WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-000000000002>\r\n" in request
    assert answer == (
        BESIDE_FIELDS % (2, 3, 3, b"unreadable") + b"WARC-Protocol: tls/1.2\r\nWARC-Truncated: time\r\n"
        b"WARC-Block-Digest: sha256:%b\r\nContent-Type: application/octet-stream\r\nContent-Length: 21\r\n\r\n"
        b"%b\r\n\r\n" % (hexed(banner), banner)
    )


def hexed(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()


def test_a_chain_of_certificates_is_stored_once_in_each_segment(folder: Path) -> None:
    first = Tls(version="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384", certificates=(b"own", b"above"))
    other = Tls(version="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384", certificates=(b"own",))
    for _ in range(2):
        with frozen(folder) as archive, archive.session() as session:
            for tls in (first, other, first, None, other):
                session.write_exchange(exchange(message=MESSAGE, tls=tls))
    for path in (folder / "archive").iterdir():
        stored = records(path)
        named = [uri for record in stored if (uri := value(record, b"Archiver-Certificates"))]
        held = [uri for record in stored if (uri := value(record, b"WARC-Target-URI")).startswith(b"urn:archiver:cert")]
        assert len(named) == 4
        assert held == list(dict.fromkeys(named))
    [chain] = [record for record in stored if value(record, b"WARC-Target-URI") == named[0]]
    assert chain.partition(b"\r\n\r\n")[2] == (
        b"-----BEGIN CERTIFICATE-----\nb3du\n-----END CERTIFICATE-----\n"
        b"-----BEGIN CERTIFICATE-----\nYWJvdmU=\n-----END CERTIFICATE-----\n\r\n\r\n"
    )


def test_each_segment_of_a_session_has_the_certificates_that_its_records_name(folder: Path) -> None:
    tls = Tls(version="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384", certificates=(b"own",))
    with frozen(folder, segment_bytes=1) as archive, archive.session() as session:
        for _ in range(3):
            session.write_exchange(exchange(message=MESSAGE, tls=tls))
    segments = [records(path) for path in (folder / "archive").iterdir()]
    assert len(segments) == 3
    for stored in segments:
        [named] = [uri for record in stored if (uri := value(record, b"Archiver-Certificates"))]
        assert named in [value(record, b"WARC-Target-URI") for record in stored]


@pytest.mark.parametrize("sessions", [1, 3])
def test_a_revisit_refers_to_the_first_whatever_file_or_run_that_is_in(sessions: int, folder: Path) -> None:
    new_id, clock = counting_ids(), ticking_clock()
    for _ in range(sessions):
        with frozen(folder, segment_bytes=1) as archive, archive.session() as session:
            archive.new_id = new_id
            for _ in range(3 // sessions):
                session.write_exchange(exchange(message=MESSAGE, time=clock()))
    paths = sorted((folder / "archive").iterdir())
    answers = [next(r for r in records(path) if value(r, b"WARC-Type") in (b"response", b"revisit")) for path in paths]
    first, *later = answers
    assert [value(answer, b"WARC-Type") for answer in answers] == [b"response", b"revisit", b"revisit"]
    assert len({value(answer, b"WARC-Date") for answer in answers}) == 3
    for answer in later:
        assert value(answer, b"WARC-Refers-To") == value(first, b"WARC-Record-ID")
        assert value(answer, b"WARC-Refers-To-Target-URI") == value(first, b"WARC-Target-URI")
        assert value(answer, b"WARC-Refers-To-Date") == value(first, b"WARC-Date")
        assert value(answer, b"WARC-Payload-Digest") == value(first, b"WARC-Payload-Digest")
    with frozen(folder, write=False) as archive:
        for capture in archive.catalogue.captures_at("https://posts.example/page"):
            if capture.record_type != "request":
                assert capture.truncated is None
                assert archive.exchange(capture).truncated is None
                assert archive.exchange(capture).payload() == b"hello"


def value(record: bytes, name: bytes) -> bytes:
    head = record.partition(b"\r\n\r\n")[0]
    return next((line.partition(b": ")[2] for line in head.split(b"\r\n") if line.startswith(name + b": ")), b"")


UNFIT = {
    "a part": response(b"the first bytes", "Content-Range: bytes 0-14/99", status="206 Partial Content"),
    "an empty payload": response(b""),
    "one cut short": response(b"the first bytes"),
}


@pytest.mark.parametrize("kind", UNFIT)
def test_what_no_revisit_may_refer_to(kind: str, folder: Path) -> None:
    named = {"truncated": "disconnect"} if kind == "one cut short" else {}
    whole = exchange(message=response(UNFIT[kind].partition(b"\r\n\r\n")[2]))

    def some(session) -> None:  # type: ignore[no-untyped-def]
        session.write_exchange(exchange(message=UNFIT[kind], **named))
        session.write_exchange(exchange(message=UNFIT[kind], **named))
        session.write_exchange(whole)

    types = [value(record, b"WARC-Type") for record in written(folder, some)[1:]]
    assert types == [b"request", b"response"] * 3


def test_a_part_is_no_revisit_of_the_whole_either(folder: Path) -> None:
    def both(session) -> None:  # type: ignore[no-untyped-def]
        session.write_exchange(exchange(message=response(b"the first bytes")))
        session.write_exchange(exchange(message=UNFIT["a part"]))

    assert value(written(folder, both)[4], b"WARC-Type") == b"response"


def test_a_chunked_response(folder: Path) -> None:
    answer = written(folder, lambda session: session.write_exchange(exchange(message=CHUNKED)))[2]
    assert answer == (
        b"WARC/1.1\r\n"
        b"WARC-Type: response\r\n"
        b"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000002>\r\n"
        b"WARC-Warcinfo-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        b"WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-000000000003>\r\n"
        b"WARC-Target-URI: https://posts.example/page\r\n"
        b"WARC-Date: 2026-03-01T12:00:00.250000Z\r\n"
        b"WARC-IP-Address: 192.0.2.7\r\n"
        b"WARC-Protocol: http/1.1\r\n"
        b"Archiver-Payload-Digest: sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\r\n"
        b"WARC-Block-Digest: sha256:ceea77b0cff3563610d2b819b6e7e04aed12c0841e08dabb37bdcaf0b95c1bae\r\n"
        b"Content-Type: application/http; msgtype=response\r\n"
        b"Content-Length: 60\r\n"
        b"\r\n" + CHUNKED + b"\r\n\r\n"
    )


def test_a_revisit(folder: Path) -> None:
    def twice(session) -> None:  # type: ignore[no-untyped-def]
        session.write_exchange(exchange(message=MESSAGE))
        session.write_exchange(exchange(message=MESSAGE.replace(b"text/html", b"text/HTML")))

    assert written(folder, twice)[4] == (
        b"WARC/1.1\r\n"
        b"WARC-Type: revisit\r\n"
        b"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000004>\r\n"
        b"WARC-Warcinfo-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        b"WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-000000000005>\r\n"
        b"WARC-Target-URI: https://posts.example/page\r\n"
        b"WARC-Date: 2026-03-01T12:00:00.250000Z\r\n"
        b"WARC-IP-Address: 192.0.2.7\r\n"
        b"WARC-Protocol: http/1.1\r\n"
        b"WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest\r\n"
        b"WARC-Refers-To: <urn:uuid:00000000-0000-4000-8000-000000000002>\r\n"
        b"WARC-Refers-To-Target-URI: https://posts.example/page\r\n"
        b"WARC-Refers-To-Date: 2026-03-01T12:00:00.250000Z\r\n"
        b"WARC-Truncated: length\r\n"
        b"WARC-Payload-Digest: sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\r\n"
        b"WARC-Block-Digest: sha256:1628e8510c52e40a37888eafa2da5ebd6124c0ed331705db7df3050440e13b6d\r\n"
        b"Content-Type: application/http; msgtype=response\r\n"
        b"Content-Length: 63\r\n"
        b"\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Type: text/HTML\r\nContent-Length: 5\r\n\r\n"
        b"\r\n\r\n"
    )


def test_a_resource_and_what_was_concluded(folder: Path) -> None:
    def both(session) -> None:  # type: ignore[no-untyped-def]
        session.write_resource("ni:///sha-256;invented", "text/plain; charset=utf-8", b"hello")
        session.write_refusal("http://inside.example/", "10.1.2.3", "private address")

    _, resource, metadata = written(folder, both)
    assert resource == (
        b"WARC/1.1\r\n"
        b"WARC-Type: resource\r\n"
        b"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000002>\r\n"
        b"WARC-Warcinfo-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        b"WARC-Target-URI: ni:///sha-256;invented\r\n"
        b"WARC-Date: 2026-03-01T12:00:01.250000Z\r\n"
        b"WARC-Payload-Digest: sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"WARC-Block-Digest: sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\r\n"
        b"Content-Length: 5\r\n"
        b"\r\n"
        b"hello"
        b"\r\n\r\n"
    )
    assert metadata == (
        b"WARC/1.1\r\n"
        b"WARC-Type: metadata\r\n"
        b"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000003>\r\n"
        b"WARC-Warcinfo-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        b"WARC-Target-URI: urn:archiver:refusal\r\n"
        b"WARC-Date: 2026-03-01T12:00:02.250000Z\r\n"
        b"Content-Type: application/json\r\n"
        b"WARC-Block-Digest: sha256:37737649ef7fbb096f05df6984e28ec2f40aa9980c9321aafe1eacb54e1938d0\r\n"
        b"Content-Length: 105\r\n"
        b"\r\n"
        b'{"archiver":1,"refusal":{"url":"http://inside.example/","address":"10.1.2.3","reason":"private address"}}'
        b"\r\n\r\n"
    )


HOSTILE = "\r\nWARC-Type: forged\r\n\r\nWARC/1.1\0\x7f\x1f"


def test_no_header_can_be_smuggled_into_a_record(folder: Path) -> None:
    def hostile(session) -> None:  # type: ignore[no-untyped-def]
        session.write_exchange(exchange(f"https://posts.example/{HOSTILE}"))
        session.write_exchange(exchange(f"https://posts.example/{HOSTILE}"))  # a revisit
        session.write_resource(f"urn:example:{HOSTILE}", f"text/plain{HOSTILE}", b"hello")
        session.write_refusal(f"http://inside.example/{HOSTILE}", HOSTILE, HOSTILE)

    for record in written(folder, hostile):
        head = record.partition(b"\r\n\r\n")[0]
        assert head.count(b"\r\nWARC-Type:") == 1
        assert b"forged\r" not in head
        assert not any(byte < 0x20 or byte == 0x7F for byte in head.replace(b"\r\n", b""))
    with Archive.open(folder) as archive:
        assert [c.record_type for c in archive.catalogue.captures_in(segment(folder).name)] == [
            "warcinfo", "request", "response", "request", "revisit", "resource", "metadata", "metadata",
        ]  # fmt: skip


@pytest.mark.parametrize(
    "uri", ["https://posts.example/\ud800", "https://posts.example/<", "https://posts.example/é 語 \u2028"]
)
def test_any_uri_can_be_stored_and_found(uri: str, folder: Path) -> None:
    with frozen(folder) as archive, archive.session() as session:
        capture = session.write_exchange(exchange(uri))
        assert archive.catalogue.capture(capture.record_id) == capture
    with frozen(folder) as archive:
        before = archive.catalogue.rows("captures")
        archive.rebuild()
        assert archive.catalogue.rows("captures") == before


@pytest.mark.parametrize("size", [100, 1_000_000, 2_000_000])
@pytest.mark.parametrize("cut", [False, True])
def test_a_spooled_response_gives_the_record_that_one_in_memory_gives(
    size: int, cut: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = response(bytes(range(256)) * (size // 256), "Content-Type: video/mp4")
    named = {"truncated": "disconnect"} if cut else {}
    outcomes = []
    for name, piece in (("memory", 1 << 30), ("spooled", 1)):
        monkeypatch.setattr("archiver.store.records.IN_MEMORY", piece)
        outcomes.append(
            written(tmp_path / name, lambda session: session.write_exchange(exchange(message=message, **named)))
        )
    assert outcomes[0] == outcomes[1]


def test_a_spooled_response_that_shrank_is_not_stored_in_part(folder: Path) -> None:
    from archiver.errors import ArchiveError

    message = response(b"x" * 3_000_000)
    shrinking = iter([message, message[:2_000_000]])
    bad = exchange(message=message, open_response=lambda: io.BytesIO(next(shrinking)))
    with frozen(folder) as archive, archive.session() as session:
        session.write_exchange(exchange("https://posts.example/before"))
        size = segment(folder).stat().st_size
        with pytest.raises(ArchiveError, match="was not stored"):
            session.write_exchange(bad)
        assert segment(folder).stat().st_size == size
        session.write_exchange(exchange("https://posts.example/after"))
    assert [
        gzip.decompress(segment(folder).read_bytes()).count(f"/{name}\r\n".encode()) for name in ("before", "after")
    ] == [2, 2]
