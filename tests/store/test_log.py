"""The log that the segments form: each names the digest of the one before it, and one that is closed ends with a seal.

Read here with warcio and hashlib alone, so that the statements in docs/evidence.md are what is tested.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archiver.errors import ArchiveError
from archiver.store import Archive
from archiver.store.segment import Segment
from tests.store.conftest import exchange, frozen, response, segment

NAME = "archiver-000001-20260301120000.warc.gz"


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def blocks(path: Path) -> list[tuple[str, int, bytes]]:
    """Target URI, offset and block of each record."""
    out = []
    with path.open("rb") as file:
        iterator = ArchiveIterator(file, no_record_parse=True)
        for record in iterator:
            block = record.raw_stream.read()
            uri = record.rec_headers.get_header("WARC-Target-URI") or ""
            out.append((uri, iterator.get_record_offset(), block))
    return out


def info(path: Path) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in blocks(path)[0][2].decode().splitlines())


def link(path: Path) -> tuple[str | None, str | None]:
    return info(path).get("previous-segment"), info(path).get("previous-segment-digest")


def seal(path: Path) -> dict[str, object] | None:
    uri, _, block = blocks(path)[-1]
    if not uri.startswith("urn:archiver:seal:"):
        return None
    assert uri == f"urn:archiver:seal:{path.name}"
    said = json.loads(block)
    assert list(said) == ["archiver", "seal"]
    return said["seal"]  # type: ignore[no-any-return]


def segments(folder: Path) -> list[Path]:
    return sorted((folder / "archive").iterdir())


def store(archive: Archive, *names: str, size: int = 10) -> None:
    with archive.session() as session:
        for name in names:
            session.write_exchange(exchange(f"https://posts.example/{name}", response(os.urandom(size))))


def assert_linked(folder: Path, *, unsealed: tuple[int, ...] = ()) -> None:
    before: tuple[str | None, str | None] = (None, None)
    for number, path in enumerate(segments(folder)):
        if not path.stat().st_size:
            continue
        assert link(path) == before
        said = seal(path)
        if number in unsealed:
            assert said is None
        else:
            *others, (_, offset, _) = blocks(path)
            assert said == {
                "segment": path.name,
                "records": len(others),
                "bytes": offset,
                "digest": sha256(path.read_bytes()[:offset]),
                "previous": before[0],
                "previous_digest": before[1],
            }
        before = (path.name, sha256(path.read_bytes()))


def test_the_seal_byte_for_byte(folder: Path) -> None:
    with frozen(folder) as archive, archive.session() as session:
        session.write_resource("urn:example:1", "text/plain", b"hello")
    data = segment(folder).read_bytes()
    *_, (_, offset, block) = blocks(segment(folder))
    assert block.decode() == (
        f'{{"archiver":1,"seal":{{"segment":"{NAME}","records":2,"bytes":{offset},'
        f'"digest":"{sha256(data[:offset])}","previous":null,"previous_digest":null}}}}'
    )


def test_each_segment_names_the_one_before_it(folder: Path) -> None:
    for run in range(3):
        with frozen(folder) as archive:
            store(archive, f"{run}")
    assert len(segments(folder)) == 3
    assert_linked(folder)


def test_segments_of_one_session_are_linked_in_the_same_way(folder: Path) -> None:
    with frozen(folder, segment_bytes=1_000_000) as archive:
        store(archive, *map(str, range(7)), size=400_000)
    assert len(segments(folder)) == 3
    assert all(path.stat().st_size > 1_000_000 for path in segments(folder)[:-1])
    assert_linked(folder)


def test_a_large_record_is_in_the_digest_with_all_its_pieces(folder: Path) -> None:
    with frozen(folder) as archive:
        store(archive, "large", size=5_000_000)
    assert_linked(folder)


def test_a_run_that_stored_nothing_leaves_no_link(folder: Path) -> None:
    with frozen(folder) as archive:
        store(archive, "1")
    with frozen(folder) as archive, archive.session():
        pass
    assert_linked(folder)


def test_a_segment_that_a_crash_cut_off_has_no_seal_and_its_digest_is_named_after_it_was_mended(folder: Path) -> None:
    for run in range(2):
        with frozen(folder) as archive:
            store(archive, f"{run}")
    last = segments(folder)[-1]
    uri, offset, _ = blocks(last)[-2]
    os.truncate(last, offset + 20)
    (folder / "indexes" / last.name.replace(".warc.gz", ".cdxj")).unlink()  # it is written at the end
    with frozen(folder) as archive:
        assert len(archive.warnings) == 2  # it is shorter than it was, and the torn record was cut off
        store(archive, "after")
    assert last.stat().st_size == offset
    assert_linked(folder, unsealed=(1,))
    assert uri.startswith("https://posts.example/")


def test_a_file_without_a_record_is_passed_over(folder: Path) -> None:
    """What a crash leaves between making a file and its first record, also after a torn `warcinfo` was cut off."""
    with frozen(folder) as archive:
        store(archive, "1")
    first = segments(folder)[0]
    torn = folder / "archive" / "archiver-000002-20260301120009.warc.gz"
    torn.write_bytes(first.read_bytes()[:100])
    with frozen(folder) as archive:
        assert len(archive.warnings) == 1
        store(archive, "2")
    assert torn.stat().st_size == 0
    assert [path.name[:15] for path in segments(folder)] == ["archiver-000001", "archiver-000002", "archiver-000003"]
    torn.unlink()
    assert_linked(folder)


def test_only_the_last_segment_is_mended(folder: Path) -> None:
    """One before it was whole when its successor was begun: what is wrong with it now is damage, and is left."""
    for run in range(2):
        with frozen(folder) as archive:
            store(archive, f"{run}")
    first, second = segments(folder)
    os.truncate(first, first.stat().st_size - 10)
    damaged = first.read_bytes()
    with frozen(folder) as archive:
        assert [warning for warning in archive.warnings if "shorter than it was" in warning]
        assert [warning for warning in archive.warnings if "breaks off" in warning]
    assert first.read_bytes() == damaged
    assert not list((folder / "torn").glob("*.torn"))
    assert link(second)[1] != sha256(damaged)


def test_files_of_other_programs_are_no_links(folder: Path, tmp_path: Path) -> None:
    with frozen(tmp_path / "other") as other:
        store(other, "other")
    (folder / "archive").mkdir(parents=True)
    shutil.copy(segment(tmp_path / "other"), folder / "archive" / "crawl.warc.gz")
    shutil.copy(segment(tmp_path / "other"), folder / "archive" / "archiver-000009-crawl.warc.gz")
    with frozen(folder) as archive:
        store(archive, "ours")
    ours = segments(folder)[1]
    assert ours.name.startswith("archiver-000010-")
    assert link(ours) == (None, None)


def test_a_segment_of_an_earlier_version_is_named_by_its_digest(folder: Path) -> None:
    with frozen(folder) as archive:
        store(archive, "1")
    old = segments(folder)[0]
    os.truncate(old, blocks(old)[-1][1])  # as it was written before there were seals
    (folder / "catalogue.db").unlink()
    digest = sha256(old.read_bytes())
    with frozen(folder) as archive:
        assert archive.warnings == []
        store(archive, "2")
    assert link(segments(folder)[1]) == (old.name, digest)


def test_a_seal_that_cannot_be_written_is_told_and_nothing_is_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = frozen(folder)
    session = archive.session()
    session.write_exchange(exchange())
    whole = segment(folder).read_bytes()

    def full(self: Segment, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Segment, "_write", full)
        with pytest.raises(ArchiveError, match="No space left on device") as caught:
            session.close()
    assert caught.value.exit_code == 5
    archive.close()
    assert segment(folder).read_bytes() == whole
    with frozen(folder) as archive:
        assert len(archive.catalogue.rows("captures")) == 3
        assert archive.warnings == []
        store(archive, "next")
    assert_linked(folder, unsealed=(0,))


def test_a_seal_is_no_capture_of_a_page(folder: Path) -> None:
    with frozen(folder) as archive:
        store(archive, "1")
    with frozen(folder) as archive:
        [uri] = archive.catalogue.captured_uris()
        assert uri.uri == "https://posts.example/1"
        record = archive.catalogue.captures_in(NAME)[-1]
        sealed = archive.conclusion(record.record_id).seal
        assert sealed is not None
        assert (sealed.segment, sealed.records) == (NAME, 3)
