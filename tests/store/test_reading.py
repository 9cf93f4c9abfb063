"""Reading WARC files of any origin: places, damage, alteration. Invariants: what warcio reads of a sound file, this
reads too; a changed byte is either told or changes nothing that is shown.
"""

from __future__ import annotations

import gzip
import io
import os
import random
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archiver.errors import ArchiveError
from archiver.gunzip import Expansion
from archiver.store import Archive, warcfile
from archiver.store.reader import read_segment
from archiver.store.warcfile import is_arc
from tests.store.conftest import exchange, frozen, response, segment

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/warc_arc"
FOREIGN = sorted(FIXTURES.iterdir()) if FIXTURES.is_dir() else []


def plain(path: Path) -> Path:
    """The same records in a file that is not compressed."""
    out = path.with_name(path.name.removesuffix(".gz"))
    out.write_bytes(gzip.decompress(path.read_bytes()))
    return out


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A segment with a response, its revisit, a chunked response, a resource."""
    with frozen(tmp_path / "sound") as archive, archive.session() as session:
        for _ in range(2):
            session.write_exchange(
                exchange(message=response(b"words that were said " * 20, "Content-Type: text/plain"))
            )
        chunks = response(b"5\r\nwords\r\n0\r\n\r\n", "Transfer-Encoding: chunked", length=False)
        session.write_exchange(exchange("https://posts.example/chunked", chunks))
        session.write_resource("urn:example:1", "text/plain", b"words")
    return segment(tmp_path / "sound")


def places_by_warcio(path: Path) -> list[tuple[int, int, str]]:
    with path.open("rb") as file:
        iterator = ArchiveIterator(file, no_record_parse=True)
        return [
            (iterator.get_record_offset(), iterator.get_record_length(), record.rec_type)
            for record in iterator
            if record.raw_stream.read() is not None
        ]


def places(path: Path) -> list[tuple[int, int, str]]:
    return [(record.offset, record.length, record.record_type) for record in read_segment(path)]


def test_places_in_a_compressed_and_in_a_plain_file(sound: Path) -> None:
    assert places(sound) == places_by_warcio(sound)
    assert places(plain(sound)) == places_by_warcio(plain(sound))
    assert len(places(sound)) == 9


@pytest.mark.parametrize("compressed", [True, False])
def test_reading_from_the_middle_gives_the_rest(compressed: bool, sound: Path) -> None:
    path = sound if compressed else plain(sound)
    records = list(read_segment(path))
    for number, record in enumerate(records):
        assert list(read_segment(path, record.offset)) == records[number:]
        assert list(read_segment(path, record.end)) == records[number + 1 :]
    assert records[-1].end == path.stat().st_size


def test_a_plain_file_in_an_archive_is_caught_up_with_once(sound: Path, folder: Path) -> None:
    (folder / "archive").mkdir(parents=True)
    copied = plain(sound).rename(folder / "archive" / "other.warc")
    with frozen(folder, write=False) as archive:
        assert len(archive.catalogue.rows("captures")) == 9
        assert archive.catalogue.segments() == {"other.warc": copied.stat().st_size}
        for capture in archive.catalogue.captures_in("other.warc"):
            archive.check_block(capture)


def test_a_file_that_is_one_gzip_member_is_told(sound: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.warc.gz"
    whole.write_bytes(gzip.compress(gzip.decompress(sound.read_bytes())))
    with pytest.raises(ArchiveError, match="several records in one gzip member"):
        Archive.view([whole])


def test_two_files_of_one_name_are_two(sound: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / sound.name
    other.parent.mkdir()
    shutil.copy(sound, other)
    with Archive.view([sound, other]) as archive:
        assert len(archive.catalogue.rows("captures")) == 18
        assert {archive.file_of(c) for c in archive.catalogue.captures_at("urn:example:1")} == {sound, other}


@pytest.mark.parametrize("path", FOREIGN or [None], ids=[path.name for path in FOREIGN] or ["none"])
def test_every_foreign_file_gives_records_or_one_line(path: Path | None, capfd: pytest.CaptureFixture[str]) -> None:
    if path is None:
        pytest.skip("the recorded WARC and ARC files are not beside the repository")
    try:
        archive = Archive.view([path])
    except ArchiveError as error:
        told = str(error)
    else:
        with archive:
            captures = archive.catalogue.captures_in(path.name)
            assert captures
            told = " ".join(archive.warnings)
            for capture in captures:
                for look in (archive.check_block, archive.exchange, archive.digest_checks):
                    try:
                        look(capture)  # type: ignore[operator]
                    except ArchiveError as error:
                        told += str(error)
                if capture.status:
                    try:
                        archive.exchange(capture).payload()
                    except ArchiveError as error:
                        told += str(error)
    assert "\n" not in told
    assert "Traceback" not in told
    assert capfd.readouterr().out == ""


SOUND = [path for path in FOREIGN if path.name in {
    "warcio_example.warc", "warcio_example.warc.gz", "jwarc_cc.warc.gz", "jwarc_gzip_extra_sl.warc.gz",
    "py-wacz_example-warcinfo-metadata.warc", "warcio_example-iana.org-chunked.warc", "warcio_example-digest.warc",
}]  # fmt: skip


@pytest.mark.parametrize("path", SOUND or [None], ids=[path.name for path in SOUND] or ["none"])
def test_sound_foreign_files_are_read_as_warcio_reads_them(path: Path | None) -> None:
    if path is None:
        pytest.skip("the recorded WARC and ARC files are not beside the repository")
    assert places(path) == places_by_warcio(path)


@pytest.mark.parametrize("name", ["warcio_example.arc", "warcio_example.arc.gz"])
def test_arc_files_are_read_too(name: str) -> None:
    path = FIXTURES / name
    if not path.is_file():
        pytest.skip("the recorded WARC and ARC files are not beside the repository")
    with Archive.view([path]) as archive:
        [capture] = [c for c in archive.catalogue.captures_in(name) if c.record_type == "response"]
        assert capture.target_uri == "http://example.com/"
        assert capture.status == 200
        assert b"Example Domain" in archive.exchange(capture).payload()


@pytest.mark.parametrize("data", [b"", b"words", b"\0" * 5000, b"\x1f\x8b", b"WARC/1.1\r\n", b"{}\n" * 100])
def test_a_file_that_is_no_warc_is_told_in_one_line(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file.warc.gz"
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="no WARC record in it") as caught:
        Archive.view([path])
    assert "\n" not in str(caught.value)


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="No such file"):
        Archive.view([tmp_path / "missing.warc.gz"])


# Alteration.


def shown(archive: Archive) -> list[object]:
    out: list[object] = []
    for capture in archive.catalogue.captures_in(next(iter(archive.catalogue.segments()))):
        try:
            if capture.record_type in ("response", "revisit", "resource"):
                out.append(archive.exchange(capture).payload())
            else:
                archive.check_block(capture)
                _, block = archive.open_record(capture)
                with block:
                    out.append(block.read())
        except ArchiveError as error:
            out.append(error)
    return out


def members(path: Path) -> list[bytearray]:
    data, out = path.read_bytes(), []
    while data:
        inflate = zlib.decompressobj(31)
        out.append(bytearray(inflate.decompress(data)))
        data = inflate.unused_data
    return out


@pytest.mark.parametrize("number", [2, 4, 6, 7], ids=["response", "revisit", "chunked", "resource"])
def test_a_block_that_was_altered_and_packed_again_is_refused(number: int, sound: Path) -> None:
    records = members(sound)
    with Archive.view([sound]) as archive:
        before = shown(archive)
        captures = archive.catalogue.captures_in(sound.name)
    block = records[number].index(b"\r\n\r\n") + 4
    for position in range(block, len(records[number]) - 4, 7):
        records[number][position] ^= 0x01
        sound.write_bytes(b"".join(gzip.compress(bytes(record)) for record in records))
        with Archive.view([sound]) as archive:
            after = shown(archive)
            changed = [i for i, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
            affected = [number, 4] if number == 2 else [number]  # the revisit rests on the response
            assert changed == affected
            assert all(isinstance(after[i], ArchiveError) for i in changed)
            assert "does not match" in str(after[number])
        records[number][position] ^= 0x01
    assert captures[4].record_type == "revisit"


def test_a_flipped_bit_anywhere_is_told_or_changes_nothing(sound: Path, tmp_path: Path) -> None:
    whole = sound.read_bytes()
    with Archive.open(tmp_path / "sound") as archive:
        before = shown(archive)
        chance = random.Random(3)
        for position in [*range(0, len(whole), 11), *chance.sample(range(len(whole)), 100)]:
            data = bytearray(whole)
            data[position] ^= 1 << chance.randrange(8)
            sound.write_bytes(bytes(data))
            for old, new in zip(before, shown(archive), strict=True):
                assert isinstance(new, ArchiveError) or new == old
                assert "\n" not in str(new) or new == old


def test_a_record_that_was_cut_off_since_is_told(sound: Path, tmp_path: Path) -> None:
    with Archive.open(tmp_path / "sound") as archive:
        [capture] = archive.catalogue.captures_at("urn:example:1")
        for size in (capture.offset, capture.offset + 1, capture.offset + 50, capture.offset + capture.length - 1):
            os.truncate(sound, size)
            with pytest.raises(ArchiveError):
                archive.exchange(capture)


def test_a_revisit_whose_original_is_elsewhere_is_told(sound: Path, tmp_path: Path) -> None:
    lonely = tmp_path / "lonely.warc.gz"
    lonely.write_bytes(gzip.compress(bytes(members(sound)[4])))
    with Archive.view([lonely]) as archive:
        [capture] = archive.catalogue.captures_in(lonely.name)
        with pytest.raises(ArchiveError, match="is not in the archive"):
            archive.exchange(capture)


# Against warcio.

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@st.composite
def warcs(draw: st.DrawFn) -> tuple[bytes, bool]:
    out, compressed = io.BytesIO(), draw(st.booleans())
    writer = WARCWriter(out, gzip=compressed)
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["response", "resource", "metadata"]))
        headers = None
        if kind == "response":
            fields = draw(st.lists(st.tuples(st.just("X-A"), st.text("abc", max_size=9)), max_size=3))
            headers = StatusAndHeaders("200 OK", fields, protocol="HTTP/1.1")
        body = draw(st.binary(max_size=300) | st.binary(max_size=9).map(lambda piece: piece * 30_000))
        writer.write_record(
            writer.create_warc_record(
                f"https://example.org/{draw(TEXT)}",
                kind,
                payload=io.BytesIO(body),
                length=len(body),
                http_headers=headers,
            )
        )
    return out.getvalue(), compressed


def read_by_warcio(data: bytes) -> Iterator[tuple[str, list[tuple[str, str]], bytes]]:
    for record in ArchiveIterator(io.BytesIO(data), no_record_parse=True):
        yield record.rec_type, list(record.rec_headers.headers), record.raw_stream.read()


@settings(max_examples=60)
@given(warcs())
def test_what_warcio_writes_is_read_as_warcio_reads_it(
    tmp_path_factory: pytest.TempPathFactory, written: tuple[bytes, bool]
) -> None:
    data, compressed = written
    path = tmp_path_factory.mktemp("any") / ("any.warc.gz" if compressed else "any.warc")
    path.write_bytes(data)
    with Archive.view([path]) as archive:
        assert archive.warnings == []
        ours = []
        for capture in archive.catalogue.captures_in(path.name):
            fields, block = archive.open_record(capture)
            with block:
                ours.append((capture.record_type, list(fields), block.read()))
        assert ours == list(read_by_warcio(data))
        for capture in archive.catalogue.captures_in(path.name):
            archive.check_block(capture)


@settings(max_examples=150)
@given(st.data(), st.binary(max_size=400), st.booleans())
def test_any_bytes_give_records_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, noise: bytes, compressed: bool
) -> None:
    record = b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:x:1>\r\nContent-Length: 5\r\n\r\nwords\r\n\r\n"
    sound = gzip.compress(record) if compressed else record
    position = data.draw(st.integers(0, len(sound)))
    path = tmp_path_factory.mktemp("any") / "any.warc"
    path.write_bytes(data.draw(st.sampled_from([noise, sound[:position] + noise, sound + noise + sound])))
    try:
        found = len(list(read_segment(path)))
    except ArchiveError as error:
        assert "\n" not in str(error)  # noqa: PT017
        found = 0
    assert found >= 0


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"filedesc://a.arc 127.0.0.1 20140216050221 text/plain 75\n1 0 Test\n", True),
        (b"http://news.example/ 192.0.2.1 20140216050221 text/html 200 - - 0 a.arc 5\n", True),
        (b"http://news.example/ - 20140216050221 no-type 5\r\n", True),
        (b"WARC/1.0\r\nWARC-Type: warcinfo of this and that\r\n", False),
        (b"PK\x03\x04: of a b c d e 20140216 x\n", False),
        (b"http://news.example/ is a page of some words, and no file: 1 2 3\n", False),
    ],
)
def test_an_arc_file_is_known_by_its_first_line(start: bytes, expected: bool, tmp_path: Path) -> None:
    for data in (start, gzip.compress(start)):
        (tmp_path / "file").write_bytes(data)
        with (tmp_path / "file").open("rb") as file:
            assert is_arc(file, 0) is expected


def test_a_first_line_made_to_take_long_does_not(tmp_path: Path) -> None:
    """Each space more doubles nothing: the expression matches in one way alone."""
    (tmp_path / "file").write_bytes(b"a:b c 2014 " + b"x " * (1 << 14) + b"\0")
    with (tmp_path / "file").open("rb") as file:
        assert not is_arc(file, 0)


RECORD = b"WARC/1.1\r\nWARC-Type: metadata\r\nContent-Length: 2\r\n\r\nhi\r\n\r\n"
MARKS = {
    "version lines": b"WARC/1.0\r\n",
    "version lines among fields": b"A: b\r\nWARC/1.0\r\nB: c\r\n",
    "versions within lines": b"A: WARC/1.0\r\n",
    "version words": b"WARC/1.0 ",
    "gzip marks": b"\x1f\x8b\x08",
    "gzip headers": b"\x1f\x8b\x08\0\0\0\0\0\0\3",
    "names of gzip headers": b"\x1f\x8b\x08\x08\1\1\1\1\1\3",
}


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
def test_a_file_of_beginnings_takes_no_longer_than_its_size(
    mark: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each was read to where a header may end at the latest: 200 KB took a minute."""
    tried: list[int] = []
    real = warcfile.read_record

    def read_record(file: BinaryIO, offset: int, expansion: Expansion | None = None) -> warcfile.RawRecord | None:
        tried.append(offset)
        return real(file, offset, expansion)

    monkeypatch.setattr(warcfile, "read_record", read_record)
    path = tmp_path / "marks.warc"
    path.write_bytes(RECORD + b"WARC/1.1\r\n\r\n" + mark * 5000 + b"\n" + RECORD)
    with Archive.view([path]) as archive:
        found = [row[1] for row in archive.catalogue.rows("captures")]
        assert len(archive.warnings) == 1
    assert found == [0, path.stat().st_size - len(RECORD)]
    assert len(tried) < 5


def test_a_strangers_metadata_that_expand_far_are_indexed_and_not_held(tmp_path: Path) -> None:
    block = b'{"kind": "' + b"a" * (5 << 20) + b'"}'
    header = b"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
    header += b"WARC-Target-URI: urn:a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(block)
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(header + block + b"\r\n\r\n"))
    [own], [strange] = (list(read_segment(path, listing=True, own=own)) for own in (True, False))
    assert own.block == block
    assert strange.block is None
    assert strange.listed == own.listed is not None
    assert (strange.offset, strange.length, strange.end) == (own.offset, own.length, own.end)
