"""How captured bytes are sent: in parts, without a body, as text.

Invariant: a byte range is what slicing the payload gives, or it is ignored, or it is refused.
"""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.replay import Library, create_app
from archiver.replay.addresses import Addresses
from archiver.replay.payload import byte_range, open_payload
from archiver.replay.plaintext import transcoded
from archiver.store import Archive
from tests.replay.conftest import Client
from tests.replay.staged import ARTICLE_HTML, MP4, START, Staged, answer

TO = Addresses("harbour")


@pytest.mark.parametrize(
    ("asked", "wanted", "content_range"),
    [
        ("bytes=0-9", MP4[:10], f"bytes 0-9/{len(MP4)}"),
        ("bytes=100-", MP4[100:], f"bytes 100-{len(MP4) - 1}/{len(MP4)}"),
        ("bytes=-5", MP4[-5:], f"bytes {len(MP4) - 5}-{len(MP4) - 1}/{len(MP4)}"),
        ("bytes=10-99999999", MP4[10:], f"bytes 10-{len(MP4) - 1}/{len(MP4)}"),
    ],
)
def test_one_range_of_a_film(client: Client, staged: Staged, asked: str, wanted: bytes, content_range: str) -> None:
    part = client.get(TO.payload(staged.captures["video"]), headers={"Range": asked})
    assert part.status_code == 206
    assert part.content == wanted
    assert part.headers["content-range"] == content_range
    assert part.headers["content-length"] == str(len(wanted))


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=9-2", "lines=1-2", "bytes=-", "bytes=a-b"])
def test_what_is_no_single_range_gets_everything(client: Client, staged: Staged, asked: str) -> None:
    whole = client.get(TO.payload(staged.captures["video"]), headers={"Range": asked})
    assert (whole.status_code, whole.content) == (200, MP4)


@pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(client: Client, staged: Staged, asked: str) -> None:
    refused = client.get(TO.payload(staged.captures["video"]), headers={"Range": asked})
    assert refused.status_code == 416
    assert refused.headers["content-range"] == f"bytes */{len(MP4)}"


@given(st.one_of(st.none(), st.integers(0, 300)), st.one_of(st.none(), st.integers(0, 300)), st.integers(0, 200))
def test_ranges_are_slices(first: int | None, last: int | None, length: int) -> None:
    data = bytes(index % 251 for index in range(length))
    asked = byte_range(f"bytes={'' if first is None else first}-{'' if last is None else last}", length)
    if asked is None:
        assert (first is None and last is None) or (first is not None and last is not None and last < first)
    elif first is None:
        assert last is not None
        assert bytes(data[i] for i in asked) == (data[-last:] if last else b"")
    else:
        assert bytes(data[i] for i in asked) == data[first : None if last is None else last + 1]


@given(st.text(max_size=40))
def test_any_range_field_is_read(header: str) -> None:
    asked = byte_range(header, 100)
    assert asked is None or asked.stop <= 100


@pytest.mark.parametrize("name", ["video", "article", "gone", "picture again"])
def test_head_says_what_get_sends(client: Client, staged: Staged, name: str) -> None:
    path = TO.payload(staged.captures[name])
    head, whole = client.get(path, method="HEAD"), client.get(path)
    assert head.content == b""
    assert {**head.headers} == {**whole.headers}
    assert head.headers["content-length"] == str(len(whole.content))


def test_content_and_transfer_coding_are_removed_from_the_payload_only(client: Client, staged: Staged) -> None:
    assert client.get(TO.payload(staged.captures["article"])).text == ARTICLE_HTML
    assert client.get(TO.payload(staged.captures["gone"])).content == b"not found"
    assert client.get(TO.block(staged.captures["gone"])).content.endswith(b"\r\n\r\n9\r\nnot found\r\n0\r\n\r\n")


def test_a_record_is_handed_over_as_it_lies_in_its_file(client: Client, staged: Staged) -> None:
    capture = staged.captures["record"]
    record = client.get(TO.record(capture)).content
    assert record == staged.segment.read_bytes()[capture.offset : capture.offset + capture.length]


def kept(path: Path, exchange: Exchange) -> tuple[Archive, str]:
    with Archive.open(path, write=True) as archive, archive.session() as session:
        capture = session.write_exchange(exchange)
    return Archive.open(path), TO.text(capture)


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/html; charset=windows-1251", "міст".encode("windows-1251"), "міст"),
        ('text/html; charset="Shift_JIS"', "橋".encode("shift_jis"), "橋"),
        ("text/html; charset=utf-16le", "ab".encode("utf-16-le"), "ab"),
        ("text/html; charset=rot13", b"abc", "abc"),
        ("text/html; charset=hex", b"616263", "616263"),
        ("text/html; charset=unicode_escape", rb"\u0041", r"\u0041"),
        ("text/html", "Мост закрыт".encode() + b"\xff<b>", "Мост закрыт\ufffd<b>"),
        ("text/html; charset=shift_jis", "①～橋".encode("cp932"), "①～橋"),
        ("text/html; charset=gb2312", "朱镕基说，桥梁关闭".encode("gbk"), "朱镕基说，桥梁关闭"),
        ("text/html; charset=iso-8859-1", b"\x93Bridge\x94 \x96 caf\xe9", "“Bridge” – café"),
        (
            "text/html",
            '<meta charset="windows-1251">Мост закрыт'.encode("cp1251"),
            '<meta charset="windows-1251">Мост закрыт',
        ),
        ("text/html; charset=utf-8", "Мост в порту закрыт до весны".encode("cp1251"), "Мост в порту закрыт до весны"),
        ("text/html", b"\xff\xfe" + "міст".encode("utf-16-le"), "міст"),
    ],
)
def test_text_is_shown_in_the_letters_that_find_reads(
    tmp_path: Path, content_type: str, body: bytes, text: str
) -> None:
    archive, path = kept(tmp_path / "harbour", answer("https://paper.example/", body, content_type, at=START))
    archive.close()
    with Library([tmp_path / "harbour"]) as library:
        assert Client(create_app(library)).get(path).text == text


def test_bytes_that_are_no_text_are_not_shown_as_text(client: Client, staged: Staged) -> None:
    assert client.get(TO.text(staged.captures["video"])).status_code == 415


@given(st.text(), st.integers(1, 7))
def test_transcoding_does_not_depend_on_the_pieces(text: str, size: int) -> None:
    data = text.encode("utf-8", "replace")
    pieces = (data[index : index + size] for index in range(0, len(data), size))
    assert b"".join(transcoded(pieces, "utf-8")) == data


def test_a_large_payload_is_checked_and_sent_in_constant_memory(tmp_path: Path) -> None:
    body = MP4 + bytes(24 << 20)
    archive, _ = kept(tmp_path / "harbour", answer("https://media.example/long.mp4", body, "video/mp4", at=START))
    with archive:
        capture = archive.catalogue.captures_at("https://media.example/long.mp4")[-1]
        tracemalloc.start()
        try:
            sent = sum(len(piece) for piece in open_payload(archive, capture).open())
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert sent == len(body)
    assert peak < 6 << 20
