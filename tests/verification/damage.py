"""Kinds of damage, each a function from something sound to the same thing damaged, named for what was done to it.

Four things are damaged: a WARC file that another tool wrote, compressed (`gz`) and not (`plain`); a sealed segment of
this program alone (`segment`); a signed WACZ package (`wacz`); an archive's folder (`folder`). Each kind says which
check has to find it; a kind whose check is empty has to be refused as a whole.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import shutil
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

OfBytes = Callable[[bytes], bytes]
OfFolder = Callable[[Path], None]


class Kind(NamedTuple):
    """One kind of damage."""

    name: str
    to: str
    check: str
    """Name of the check that finds it; empty where the file is refused."""
    do: Any


KINDS: list[Kind] = []


def kind(to: str, check: str) -> Callable[[Any], Any]:
    def register(function: Any) -> Any:
        KINDS.extend(Kind(function.__name__, each, check, function) for each in to.split())
        return function

    return register


# Records.


def members(data: bytes) -> list[bytes]:
    """The gzip members of a file."""
    found = []
    while data:
        inflate = zlib.decompressobj(31)
        inflate.decompress(data)
        found.append(data[: len(data) - len(inflate.unused_data)])
        data = inflate.unused_data
    return found


def pack(record: bytes) -> bytes:
    return gzip.compress(record, mtime=0)


def plain_records(data: bytes) -> list[bytes]:
    found = []
    while data:
        head, _, _ = data.partition(b"\r\n\r\n")
        end = len(head) + 4 + int(re.search(rb"Content-Length: (\d+)", head)[1]) + 4  # type: ignore[index]
        found.append(data[:end])
        data = data[end:]
    return found


def split(record: bytes) -> tuple[bytes, bytes]:
    """Header and block."""
    head, _, rest = record.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", rest[:-4]


def with_block(record: bytes, block: bytes) -> bytes:
    """The record with another block, its length and block digest made to fit."""
    head, _ = split(record)
    head = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(block), head)
    head = re.sub(
        rb"WARC-Block-Digest: sha256:\w+",
        b"WARC-Block-Digest: sha256:" + hashlib.sha256(block).hexdigest().encode(),
        head,
    )
    return head + block + b"\r\n\r\n"


def number_of(records: list[bytes], record_type: str) -> int:
    """Which of the records is the first of this type."""
    return next(n for n, record in enumerate(records) if b"WARC-Type: " + record_type.encode() in record)


def edited(data: bytes, record_type: str, change: OfBytes) -> bytes:
    """A compressed file with one record changed and packed again."""
    found = members(data)
    records = [gzip.decompress(member) for member in found]
    at = number_of(records, record_type)
    found[at] = pack(change(records[at]))
    return b"".join(found)


def replaced(old: bytes, new: bytes) -> OfBytes:
    def change(record: bytes) -> bytes:
        assert old in record, old
        return record.replace(old, new, 1)

    return change


def substituted(pattern: bytes, new: bytes) -> OfBytes:
    def change(record: bytes) -> bytes:
        done, count = re.subn(pattern, new, record, count=1)
        assert count, pattern
        return done

    return change


def flipped(data: bytes, at: int, bit: int = 0) -> bytes:
    out = bytearray(data)
    out[at] ^= 1 << bit
    return bytes(out)


# A compressed file of another tool.


@kind("gz segment", "file structure")
def bit_flipped_in_compressed_block(data: bytes) -> bytes:
    first = len(members(data)[0])
    return flipped(data, first + len(members(data)[1]) // 2, 3)


@kind("gz segment", "file structure")
def bit_flipped_in_gzip_magic(data: bytes) -> bytes:
    return flipped(data, len(members(data)[0]))


@kind("gz segment", "file structure")
def bit_flipped_in_gzip_method(data: bytes) -> bytes:
    return flipped(data, len(members(data)[0]) + 2)


@kind("gz", "file structure")
def bit_flipped_in_gzip_flags(data: bytes) -> bytes:
    return flipped(data, len(members(data)[0]) + 3, 6)


@kind("gz", "file structure")
def bit_flipped_in_gzip_checksum(data: bytes) -> bytes:
    return flipped(data, len(members(data)[0]) - 8)


@kind("gz", "file structure")
def bit_flipped_in_gzip_size(data: bytes) -> bytes:
    return flipped(data, len(members(data)[0]) - 1)


@kind("gz segment", "completeness")
def cut_within_the_last_record(data: bytes) -> bytes:
    return data[:-9]


@kind("gz", "file structure")
def garbage_at_the_end(data: bytes) -> bytes:
    return data + b"garbage"


@kind("gz", "file structure")
def zeros_between_records(data: bytes) -> bytes:
    first = len(members(data)[0])
    return data[:first] + bytes(512) + data[first:]


@kind("gz", "file structure")
def half_a_record_overwritten_with_zeros(data: bytes) -> bytes:
    first, second = members(data)[:2]
    middle = len(first) + len(second) // 2
    return data[:middle] + bytes(len(first) + len(second) - middle) + data[len(first) + len(second) :]


@kind("gz", "block digests")
def block_changed_and_packed_again(data: bytes) -> bytes:
    return edited(data, "response", replaced(b"words", b"wards"))


@kind("gz", "block digests")
def block_shortened_with_its_length(data: bytes) -> bytes:
    def change(record: bytes) -> bytes:
        head, block = split(record)
        head = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % (len(block) - 1), head)
        return head + block[:-1] + b"\r\n\r\n"

    return edited(data, "response", change)


@kind("gz", "block digests")
def block_digest_changed(data: bytes) -> bytes:
    return edited(data, "response", substituted(rb"WARC-Block-Digest: sha1:\w{8}", b"WARC-Block-Digest: sha1:AAAAAAAA"))


@kind("gz", "payload digests")
def payload_digest_changed(data: bytes) -> bytes:
    return edited(
        data, "response", substituted(rb"WARC-Payload-Digest: sha1:\w{8}", b"WARC-Payload-Digest: sha1:AAAAAAAA")
    )


@kind("gz", "record headers")
def digest_that_is_none(data: bytes) -> bytes:
    return edited(data, "response", substituted(rb"WARC-Block-Digest: sha1:", b"WARC-Block-Digest: "))


@kind("gz", "file structure")
def length_too_large(data: bytes) -> bytes:
    return edited(data, "response", substituted(rb"Content-Length: (\d)", rb"Content-Length: 9\1"))


@kind("gz plain", "file structure")
def length_one_too_small(data: bytes) -> bytes:
    def change(record: bytes) -> bytes:
        head, block = split(record)
        return (
            head.replace(b"Content-Length: %d" % len(block), b"Content-Length: %d" % (len(block) - 1))
            + block
            + b"\r\n\r\n"
        )

    if data.startswith(b"WARC"):
        records = plain_records(data)
        at = number_of(records, "response")
        records[at] = change(records[at])
        return b"".join(records)
    return edited(data, "response", change)


@kind("gz", "file structure")
def length_one_too_large(data: bytes) -> bytes:
    def change(record: bytes) -> bytes:
        head, block = split(record)
        return (
            head.replace(b"Content-Length: %d" % len(block), b"Content-Length: %d" % (len(block) + 1))
            + block
            + b"\r\n\r\n"
        )

    return edited(data, "response", change)


@kind("gz", "file structure")
def length_removed(data: bytes) -> bytes:
    return edited(data, "response", substituted(rb"Content-Length: \d+\r\n(?=\r\n|WARC)", b""))


@kind("gz", "record headers")
def two_lengths_that_differ(data: bytes) -> bytes:
    return edited(data, "response", substituted(rb"(Content-Length: \d+\r\n)", rb"\1Content-Length: 3\r\n"))


@kind("gz", "file structure")
def line_ends_after_the_block_removed(data: bytes) -> bytes:
    return edited(data, "response", lambda record: record[:-4])


@kind("gz", "record headers")
def header_line_broken(data: bytes) -> bytes:
    return edited(data, "response", replaced(b"WARC-IP-Address: ", b"WARC-IP-Address "))


@kind("gz", "file structure")
def header_without_end(data: bytes) -> bytes:
    return edited(data, "request", lambda record: split(record)[0][:-2])


@kind("gz", "file structure")
def version_line_changed(data: bytes) -> bytes:
    return edited(data, "response", replaced(b"WARC/1.", b"WORC/1."))


@kind("gz", "record headers")
def date_that_is_no_day(data: bytes) -> bytes:
    return edited(data, "response", substituted(rb"WARC-Date: \d{4}-\d\d-\d\d", b"WARC-Date: 2026-02-30"))


@kind("gz", "record headers")
def date_removed(data: bytes) -> bytes:
    return edited(data, "response", substituted(rb"WARC-Date: [^\r]+\r\n", b""))


@kind("gz", "record headers")
def record_id_removed(data: bytes) -> bytes:
    return edited(data, "response", substituted(rb"WARC-Record-ID: [^\r]+\r\n", b""))


@kind("gz", "record headers")
def record_id_half(data: bytes) -> bytes:
    return edited(data, "response", substituted(rb"(WARC-Record-ID: <urn:uuid:\w+)[^\r]+", rb"\1"))


@kind("gz", "record headers")
def record_type_removed(data: bytes) -> bytes:
    return edited(data, "response", substituted(rb"WARC-Type: [^\r]+\r\n", b""))


@kind("gz", "record headers")
def target_uri_removed(data: bytes) -> bytes:
    return edited(data, "response", substituted(rb"WARC-Target-URI: [^\r]+\r\n", b""))


@kind("gz", "record headers")
def revisit_profile_removed(data: bytes) -> bytes:
    return edited(data, "revisit", substituted(rb"WARC-Profile: [^\r]+\r\n", b""))


@kind("gz", "revisits")
def revisit_of_another_payload(data: bytes) -> bytes:
    return edited(
        data, "revisit", substituted(rb"WARC-Payload-Digest: sha1:\w{8}", b"WARC-Payload-Digest: sha1:AAAAAAAA")
    )


@kind("gz segment", "record headers")
def record_doubled(data: bytes) -> bytes:
    first, second = members(data)[:2]
    return data[: len(first)] + second + data[len(first) :]


@kind("gz", "file structure")
def two_records_in_one_member(data: bytes) -> bytes:
    first, second, *rest = members(data)
    return b"".join([pack(gzip.decompress(first) + gzip.decompress(second)), *rest])


@kind("gz segment", "file structure")
def record_no_longer_compressed(data: bytes) -> bytes:
    *rest, last = members(data)
    return b"".join([*rest, gzip.decompress(last)])


@kind("plain", "file structure")
def record_compressed_among_plain_ones(data: bytes) -> bytes:
    *rest, last = plain_records(data)
    return b"".join([*rest, pack(last)])


@kind("gz", "file structure")
def record_cut_into_two_members(data: bytes) -> bytes:
    first, second, *rest = members(data)
    record = gzip.decompress(second)
    return b"".join([first, pack(record[:-30]), pack(record[-30:]), *rest])


@kind("gz", "")
def file_compressed_twice(data: bytes) -> bytes:
    return pack(data)


# A plain file of another tool.


@kind("plain", "block digests")
def bit_flipped_in_a_block(data: bytes) -> bytes:
    return flipped(data, data.index(b"words"))


@kind("plain", "payload digests")
def byte_changed_in_a_body(data: bytes) -> bytes:
    return data.replace(b"words", b"wards", 1)


@kind("plain", "file structure")
def bit_flipped_in_the_version(data: bytes) -> bytes:
    return flipped(data, data.index(b"WARC/1.", 10))


@kind("plain", "file structure")
def bit_flipped_in_the_length_fields_name(data: bytes) -> bytes:
    return flipped(data, data.index(b"Content-Length", 600))


@kind("plain", "completeness")
def cut_within_a_block(data: bytes) -> bytes:
    return data[:-40]


@kind("plain", "completeness")
def cut_within_the_last_line_ends(data: bytes) -> bytes:
    return data[:-1]


@kind("plain", "completeness")
def last_length_too_large(data: bytes) -> bytes:
    at = data.rindex(b"Content-Length: ")
    at = data.rindex(b"Content-Length: ", 0, data.rindex(b"WARC/1.") + 600) if at < 0 else at
    head, tail = data[: data.rindex(b"WARC/1.")], data[data.rindex(b"WARC/1.") :]
    return head + re.sub(rb"Content-Length: ", b"Content-Length: 99", tail, count=1)


@kind("plain", "file structure")
def bytes_inserted_into_a_block(data: bytes) -> bytes:
    at = data.index(b"words")
    return data[:at] + b"more " + data[at:]


@kind("plain", "file structure")
def bytes_removed_from_a_block(data: bytes) -> bytes:
    at = data.index(b"words")
    return data[:at] + data[at + 5 :]


@kind("plain", "file structure")
def zeros_at_the_end(data: bytes) -> bytes:
    return data + bytes(100)


@kind("plain", "block digests")
def blocks_of_two_records_swapped(data: bytes) -> bytes:
    records = plain_records(data)
    one = number_of(records, "response")
    other = next(n for n in range(one + 1, len(records)) if b"WARC-Type: response" in records[n])
    (head, block), (other_head, other_block) = split(records[one]), split(records[other])
    assert len(block) == len(other_block)
    records[one], records[other] = head + other_block + b"\r\n\r\n", other_head + block + b"\r\n\r\n"
    return b"".join(records)


# A segment of this program, alone: its seal tells of what no digest of a record covers.


def resealed_not(data: bytes, change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    return b"".join(change(members(data)))


@kind("segment", "log")
def record_removed(data: bytes) -> bytes:
    return resealed_not(data, lambda found: [*found[:2], *found[3:]])


@kind("segment", "log")
def records_swapped(data: bytes) -> bytes:
    return resealed_not(data, lambda found: [found[0], found[2], found[1], *found[3:]])


@kind("segment", "log")
def record_inserted(data: bytes) -> bytes:
    def change(found: list[bytes]) -> list[bytes]:
        record = gzip.decompress(found[1]).replace(b"-4000-8000-", b"-4000-9000-")
        return [*found[:3], pack(record), *found[3:]]

    return resealed_not(data, change)


@kind("segment", "log")
def record_put_behind_the_seal(data: bytes) -> bytes:
    record = gzip.decompress(members(data)[1]).replace(b"-4000-8000-", b"-4000-9000-")
    return data + pack(record)


@kind("segment folder", "log")
def date_of_a_record_changed(data: bytes | Path) -> bytes | None:
    return of_segment(
        data, lambda found: edited(found, "response", substituted(rb"WARC-Date: 2026", b"WARC-Date: 2025"))
    )


@kind("segment folder", "log")
def target_uri_changed(data: bytes | Path) -> bytes | None:
    return of_segment(data, lambda found: edited(found, "response", replaced(b"posts.example", b"ghost.example")))


@kind("segment folder", "log")
def ip_address_changed(data: bytes | Path) -> bytes | None:
    return of_segment(data, lambda found: edited(found, "response", replaced(b"192.0.2.7", b"192.0.2.8")))


@kind("segment folder", "log")
def status_changed_with_all_digests(data: bytes | Path) -> bytes | None:
    def change(record: bytes) -> bytes:
        return with_block(record, split(record)[1].replace(b"200 OK", b"404 No"))

    return of_segment(data, lambda found: edited(found, "response", change))


@kind("segment folder", "log")
def conclusion_changed_with_its_digest(data: bytes | Path) -> bytes | None:
    def change(record: bytes) -> bytes:
        return with_block(record, split(record)[1].replace(b"private", b"public "))

    return of_segment(data, lambda found: edited(found, "metadata", change))


@kind("segment folder", "log")
def bit_flipped_in_gzip_time(data: bytes | Path) -> bytes | None:
    return of_segment(data, lambda found: flipped(found, len(members(found)[0]) + 4))


@kind("segment folder", "log")
def packed_again_at_another_level(data: bytes | Path) -> bytes | None:
    return of_segment(data, lambda found: b"".join(pack(gzip.decompress(member)) for member in members(found)))


@kind("segment folder", "log")
def seal_changed(data: bytes | Path) -> bytes | None:
    return of_segment(data, lambda found: with_seal(found, lambda seal: seal.update(digest="sha256:" + "0" * 64)))


@kind("segment", "log")
def seal_counts_other_records(data: bytes) -> bytes:
    return with_seal(data, lambda seal: seal.update(records=seal["records"] - 1))


def of_segment(data: bytes | Path, change: OfBytes) -> bytes | None:
    """The change of a segment, alone or as the second of an archive."""
    if isinstance(data, bytes):
        return change(data)
    path = segments(data)[1]
    path.write_bytes(change(path.read_bytes()))
    return None


def with_seal(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    found = members(data)
    record = gzip.decompress(found[-1])
    value = json.loads(split(record)[1])
    change(value["seal"])
    return b"".join([*found[:-1], pack(with_block(record, json.dumps(value).encode()))])


@kind("segment folder", "block digests")
def block_digest_removed(data: bytes | Path) -> bytes | None:
    """And sealed again, with a block that was changed."""

    def change(record: bytes) -> bytes:
        record = re.sub(rb"(?:WARC|Archiver)-(?:Block|Payload)-Digest: [^\r]+\r\n", b"", record)
        return record.replace(b"words", b"wards")

    return of_segment(data, lambda found: resealed(members(edited(found, "response", change))))


def resealed(found: list[bytes]) -> bytes:
    """A segment whose seal was made to fit the records before it: what a forger would do."""
    before = b"".join(found[:-1])

    def change(seal: dict[str, Any]) -> None:
        seal.update(records=len(found) - 1, bytes=len(before), digest="sha256:" + hashlib.sha256(before).hexdigest())

    return with_seal(b"".join(found), change)


# An archive's folder.


def segments(folder: Path) -> list[Path]:
    return sorted((folder / "archive").iterdir())


@kind("folder", "log")
def first_segment_removed(folder: Path) -> None:
    segments(folder)[0].unlink()


@kind("folder", "log")
def segment_and_its_index_removed(folder: Path) -> None:
    path = segments(folder)[1]
    path.unlink()
    (folder / "indexes" / path.name.replace(".warc.gz", ".cdxj")).unlink()


@kind("folder", "index")
def last_segment_removed(folder: Path) -> None:
    segments(folder)[-1].unlink()


@kind("folder", "catalogue")
def last_segment_and_its_index_removed(folder: Path) -> None:
    path = segments(folder)[-1]
    path.unlink()
    (folder / "indexes" / path.name.replace(".warc.gz", ".cdxj")).unlink()


@kind("folder", "log")
def segment_replaced_by_another(folder: Path) -> None:
    one, other = segments(folder)[1:3]
    shutil.copy(other, one)


@kind("folder", "log")
def two_segments_change_names(folder: Path) -> None:
    one, other = segments(folder)[1:3]
    data = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(data)


@kind("folder", "log")
def record_removed_and_sealed_again(folder: Path) -> None:
    path = segments(folder)[1]
    found = members(path.read_bytes())
    path.write_bytes(resealed([*found[:2], *found[3:]]))


@kind("folder", "log")
def date_changed_and_sealed_again(folder: Path) -> None:
    path = segments(folder)[1]
    data = edited(path.read_bytes(), "response", substituted(rb"WARC-Date: 2026", b"WARC-Date: 2025"))
    path.write_bytes(resealed(members(data)))


@kind("folder", "catalogue")
def date_changed_in_the_last_segment_and_sealed_again(folder: Path) -> None:
    path = segments(folder)[-1]
    data = edited(path.read_bytes(), "response", substituted(rb"WARC-Date: 2026", b"WARC-Date: 2025"))
    path.write_bytes(resealed(members(data)))


@kind("folder", "catalogue")
def last_segment_cut_between_two_records(folder: Path) -> None:
    path = segments(folder)[-1]
    path.write_bytes(b"".join(members(path.read_bytes())[:-2]))


@kind("folder", "log")
def segment_cut_between_two_records(folder: Path) -> None:
    path = segments(folder)[1]
    path.write_bytes(b"".join(members(path.read_bytes())[:-2]))


@kind("folder", "log")
def seal_removed(folder: Path) -> None:
    path = segments(folder)[1]
    path.write_bytes(b"".join(members(path.read_bytes())[:-1]))


@kind("folder", "completeness")
def segment_torn(folder: Path) -> None:
    path = segments(folder)[-1]
    path.write_bytes(path.read_bytes()[:-20])


@kind("folder", "log")
def previous_segment_forgotten(folder: Path) -> None:
    path = segments(folder)[1]

    def change(record: bytes) -> bytes:
        return with_block(record, re.sub(rb"previous-segment[^\r]*\r\n", b"", split(record)[1]))

    data = edited(path.read_bytes(), "warcinfo", change)
    found = members(data)
    path.write_bytes(with_seal(resealed(found), lambda seal: seal.update(previous=None, previous_digest=None)))


@kind("folder", "revisits")
def original_of_a_revisit_removed(folder: Path) -> None:
    path = segments(folder)[0]
    found = members(path.read_bytes())
    at = number_of([gzip.decompress(member) for member in found], "response")
    path.write_bytes(resealed([*found[:at], *found[at + 1 :]]))


def index_of(folder: Path) -> Path:
    return sorted((folder / "indexes").iterdir())[1]


def of_index(folder: Path, change: Callable[[list[str]], list[str]]) -> None:
    path = index_of(folder)
    path.write_text("".join(change(path.read_text().splitlines(keepends=True))))


@kind("folder", "index")
def index_line_removed(folder: Path) -> None:
    of_index(folder, lambda lines: lines[1:])


@kind("folder", "index")
def index_line_doubled(folder: Path) -> None:
    of_index(folder, lambda lines: [lines[0], *lines])


@kind("folder", "index")
def index_line_of_nothing_added(folder: Path) -> None:
    of_index(folder, lambda lines: sorted([*lines, lines[0].replace('"offset": "', '"offset": "9')]))


@kind("folder", "index")
def index_line_with_another_offset(folder: Path) -> None:
    of_index(folder, lambda lines: [lines[0].replace('"offset": "', '"offset": "1'), *lines[1:]])


@kind("folder", "index")
def index_line_with_another_url(folder: Path) -> None:
    of_index(folder, lambda lines: [lines[0].replace("https://posts", "https://other"), *lines[1:]])


@kind("folder", "index")
def index_line_with_another_status(folder: Path) -> None:
    of_index(folder, lambda lines: [lines[0].replace('"200"', '"404"'), *lines[1:]])


@kind("folder", "index")
def index_line_with_another_key(folder: Path) -> None:
    of_index(folder, lambda lines: [line.replace("example,posts", "example,other") for line in lines])


@kind("folder", "index")
def index_lines_out_of_order(folder: Path) -> None:
    of_index(folder, lambda lines: [lines[1], lines[0], *lines[2:]])


@kind("folder", "index")
def index_line_half(folder: Path) -> None:
    of_index(folder, lambda lines: [lines[0][:40] + "\n", *lines[1:]])


@kind("folder", "index")
def index_line_with_a_misspelt_field(folder: Path) -> None:
    of_index(folder, lambda lines: [lines[0].replace('"filename"', '"filenbme"'), *lines[1:]])


@kind("folder", "index")
def index_line_with_a_digest_of_no_algorithm(folder: Path) -> None:
    of_index(folder, lambda lines: [lines[0].replace('"sha256:', '"sha257:'), *lines[1:]])


@kind("folder", "index")
def index_line_with_a_field_twice(folder: Path) -> None:
    of_index(folder, lambda lines: [lines[0].replace('{"url"', '{"status": "404", "url"'), *lines[1:]])


@kind("folder", "index")
def index_line_of_metadata_removed(folder: Path) -> None:
    """While those of other metadata are there."""
    of_index(folder, lambda lines: [line for line in lines if "urn:archiver:seal" not in line])


@kind("folder", "index")
def index_cut_by_one_byte(folder: Path) -> None:
    of_index(folder, lambda lines: [*lines[:-1], lines[-1].rstrip("\n")])


@kind("folder", "index")
def index_removed(folder: Path) -> None:
    index_of(folder).unlink()


@kind("folder", "index")
def index_of_no_segment_added(folder: Path) -> None:
    shutil.copy(index_of(folder), folder / "indexes" / "archiver-000099-20260301120000.cdxj")


def of_catalogue(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "catalogue.db")) as database, database:
        assert database.execute(statement).rowcount


@kind("folder", "catalogue")
def catalogue_row_removed(folder: Path) -> None:
    of_catalogue(folder, "DELETE FROM captures WHERE offset = 0")


@kind("folder", "catalogue")
def catalogue_row_changed(folder: Path) -> None:
    of_catalogue(folder, "UPDATE captures SET status = 404 WHERE type = 'response'")


@kind("folder", "catalogue")
def catalogue_row_added(folder: Path) -> None:
    of_catalogue(
        folder, "INSERT INTO refusals VALUES ('urn:uuid:1', 'http://a.example/', '127.0.0.1', 'invented', '2026')"
    )


@kind("folder", "catalogue")
def catalogue_overwritten(folder: Path) -> None:
    (folder / "catalogue.db").write_bytes(b"SQLite format 3\0" + b"garbage" * 1000)


def schema_of_catalogue(folder: Path, script: str) -> None:
    with closing(sqlite3.connect(folder / "catalogue.db")) as database, database:
        database.executescript(script)


@kind("folder", "catalogue")
def catalogue_with_a_trigger(folder: Path) -> None:
    trigger = "CREATE TRIGGER forget AFTER INSERT ON captures BEGIN DELETE FROM observations; END"
    schema_of_catalogue(folder, trigger)


@kind("folder", "catalogue")
def catalogue_with_a_table_that_never_ends(folder: Path) -> None:
    rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i record_id, i url, i address,"
    schema_of_catalogue(folder, f"DROP TABLE refusals; CREATE VIEW refusals AS {rows} i reason, i time FROM n")


@kind("folder", "catalogue")
def catalogue_rows_doubled(folder: Path) -> None:
    script = "CREATE TABLE twice AS SELECT * FROM segments; INSERT INTO twice SELECT * FROM segments;"
    schema_of_catalogue(folder, f"{script} DROP TABLE segments; ALTER TABLE twice RENAME TO segments")


@kind("folder", "catalogue")
def catalogue_index_without_its_rows(folder: Path) -> None:
    """What is looked up by record id is not found, though the rows are there."""
    with closing(sqlite3.connect(folder / "catalogue.db", isolation_level=None)) as database:
        page, size = (
            database.execute(question).fetchone()[0]
            for question in ("SELECT rootpage FROM sqlite_master WHERE name = 'captures_record_id'", "PRAGMA page_size")
        )
    with (folder / "catalogue.db").open("r+b") as file:
        file.seek((page - 1) * size + 3)
        file.write(b"\0\0")  # cells of the page


# A WACZ package.


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {info.filename: package.read(info) for info in package.infolist()}


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(name, (2026, 3, 1, 0, 0, 0)), content)
    return out.getvalue()


def of_members(data: bytes, change: Callable[[dict[str, bytes]], object], *, digests: bool = False) -> bytes:
    """A package with other members; with `digests`, the description and its digest are made to fit."""
    files = unzipped(data)
    change(files)
    if digests:
        described = json.loads(files["datapackage.json"])
        for resource in described["resources"]:
            content = files.get(resource["path"], b"")
            resource.update(hash="sha256:" + hashlib.sha256(content).hexdigest(), bytes=len(content))
        files["datapackage.json"] = json.dumps(described).encode()
        redigested(files)
    return zipped(files)


def redigested(files: dict[str, bytes]) -> None:
    value = json.loads(files["datapackage-digest.json"])
    value["hash"] = "sha256:" + hashlib.sha256(files["datapackage.json"]).hexdigest()
    files["datapackage-digest.json"] = json.dumps(value).encode()


def warc_of(files: dict[str, bytes]) -> str:
    return next(name for name in files if name.startswith("archive/"))


def put(name: str, change: OfBytes) -> Callable[[dict[str, bytes]], None]:
    def of(files: dict[str, bytes]) -> None:
        files[name] = change(files[name])

    return of


@kind("wacz", "file structure")
def bit_flipped_in_a_member(data: bytes) -> bytes:
    return flipped(data, data.index(b"\x1f\x8b\x08") + 50)


@kind("wacz", "file structure")
def bit_flipped_in_the_directory(data: bytes) -> bytes:
    return flipped(data, data.rindex(b"PK\1\2") + 16)


@kind("wacz", "file structure")
def package_cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


@kind("wacz", "file structure")
def bytes_behind_the_package(data: bytes) -> bytes:
    return data + b"garbage"


@kind("wacz", "file structure")
def bytes_before_the_package(data: bytes) -> bytes:
    return b"PK garbage" + data


@kind("wacz", "files")
def warc_member_removed(data: bytes) -> bytes:
    return of_members(data, lambda files: files.pop(warc_of(files)))


@kind("wacz", "files")
def pages_removed(data: bytes) -> bytes:
    return of_members(data, lambda files: files.pop("pages/pages.jsonl"))


@kind("wacz", "files")
def member_added(data: bytes) -> bytes:
    return of_members(data, lambda files: files.update({"archive/more.txt": b"more"}))


@kind("wacz", "files")
def member_renamed(data: bytes) -> bytes:
    return of_members(data, lambda files: files.update({"archive/other.warc.gz": files.pop(warc_of(files))}))


@kind("wacz", "files")
def description_removed(data: bytes) -> bytes:
    return of_members(data, lambda files: files.pop("datapackage.json"))


@kind("wacz", "files")
def resource_listed_twice(data: bytes) -> bytes:
    def change(files: dict[str, bytes]) -> None:
        value = json.loads(files["datapackage.json"])
        value["resources"].append(value["resources"][0])
        files["datapackage.json"] = json.dumps(value).encode()

    return of_members(data, change)


@kind("wacz", "package digest")
def description_changed(data: bytes) -> bytes:
    return of_members(data, put("datapackage.json", replaced(b"wacz_version", b"wacz-version")))


@kind("wacz", "package digest")
def package_digest_changed(data: bytes) -> bytes:
    return of_members(data, put("datapackage-digest.json", substituted(rb'("hash": "sha256:)\w{6}', rb"\g<1>000000")))


@kind("wacz", "signature")
def description_changed_with_its_digest(data: bytes) -> bytes:
    def change(files: dict[str, bytes]) -> None:
        put("datapackage.json", replaced(b'"created": "2026', b'"created": "2025'))(files)
        redigested(files)

    return of_members(data, change)


@kind("wacz", "signature")
def signature_of_another_package(data: bytes) -> bytes:
    def change(files: dict[str, bytes]) -> None:
        value = json.loads(files["datapackage-digest.json"])
        value["signedData"]["hash"] = "sha256:" + "1" * 64
        files["datapackage-digest.json"] = json.dumps(value).encode()

    return of_members(data, change)


@kind("wacz", "signature")
def signature_changed(data: bytes) -> bytes:
    def change(files: dict[str, bytes]) -> None:
        value = json.loads(files["datapackage-digest.json"])
        signature = value["signedData"]["signature"]
        value["signedData"]["signature"] = ("A" if signature[20] != "A" else "B").join((signature[:20], signature[21:]))
        files["datapackage-digest.json"] = json.dumps(value).encode()

    return of_members(data, change)


@kind("wacz", "signature")
def record_removed_and_everything_digested_again(data: bytes) -> bytes:
    def change(files: dict[str, bytes]) -> None:
        found = members(files[warc_of(files)])
        files[warc_of(files)] = resealed([*found[:2], *found[3:]])

    return of_members(data, change, digests=True)


@kind("wacz", "index")
def record_removed_and_not_from_the_index(data: bytes) -> bytes:
    def change(files: dict[str, bytes]) -> None:
        found = members(files[warc_of(files)])
        files[warc_of(files)] = resealed([*found[:2], *found[3:]])

    return of_members(data, change, digests=True)


@kind("wacz", "resource digests")
def page_changed(data: bytes) -> bytes:
    return of_members(data, put("pages/pages.jsonl", replaced(b"posts.example", b"other.example")))


@kind("wacz", "pages")
def page_without_address(data: bytes) -> bytes:
    return of_members(data, put("pages/pages.jsonl", replaced(b'"url"', b'"uri"')), digests=True)


@kind("wacz", "resource digests")
def index_changed(data: bytes) -> bytes:
    return of_members(data, put("indexes/index.cdx.gz", lambda content: pack(gzip.decompress(content))))


@kind("wacz", "pages")
def page_of_another_address(data: bytes) -> bytes:
    return of_members(data, put("pages/pages.jsonl", replaced(b"posts.example", b"other.example")), digests=True)


@kind("wacz", "pages")
def page_of_another_time(data: bytes) -> bytes:
    return of_members(data, put("pages/pages.jsonl", substituted(rb'"ts":"2026', b'"ts":"2025')), digests=True)


def plain_index(data: bytes, change: OfBytes) -> bytes:
    """A package with its index as one file of lines, changed; all digests are made to fit."""

    def of(files: dict[str, bytes]) -> None:
        del files["indexes/index.idx"]
        files["indexes/index.cdx"] = change(gzip.decompress(files.pop("indexes/index.cdx.gz")))
        described = json.loads(files["datapackage.json"])
        described["resources"] = [one for one in described["resources"] if not one["path"].startswith("indexes/")]
        described["resources"].append({"name": "index.cdx", "path": "indexes/index.cdx"})
        files["datapackage.json"] = json.dumps(described).encode()

    return of_members(data, of, digests=True)


@kind("wacz", "index")
def index_emptied(data: bytes) -> bytes:
    return plain_index(data, lambda _: b"")


@kind("wacz", "index")
def index_line_with_the_key_of_another_page(data: bytes) -> bytes:
    return plain_index(data, replaced(b"example,posts)/0 ", b"example,posts)/00 "))


@kind("wacz", "index")
def index_line_of_a_response_as_of_a_revisit(data: bytes) -> bytes:
    return plain_index(data, replaced(b'"mime": "text/html"', b'"mime": "warc/revisit"'))


@kind("wacz", "index")
def index_line_with_a_digest_that_is_none(data: bytes) -> bytes:
    return plain_index(data, substituted(rb'"digest": "sha256:\w+', b'"digest": "sha256:00'))


@kind("wacz", "index")
def package_without_an_index(data: bytes) -> bytes:
    def change(files: dict[str, bytes]) -> None:
        described = json.loads(files["datapackage.json"])
        described["resources"] = [one for one in described["resources"] if not one["path"].startswith("indexes/")]
        files["datapackage.json"] = json.dumps(described).encode()
        for name in ("indexes/index.idx", "indexes/index.cdx.gz"):
            del files[name]

    return of_members(data, change, digests=True)


@kind("wacz", "completeness")
def one_of_two_files_of_one_name_cut(data: bytes) -> bytes:
    def change(files: dict[str, bytes]) -> None:
        described = json.loads(files["datapackage.json"])
        for folder in ("a", "b"):
            path = f"archive/{folder}/data.warc.gz"
            files[path] = files[warc_of(files)][: -9 if folder == "a" else None]
            described["resources"].append({"name": "data.warc.gz", "path": path})
        files["datapackage.json"] = json.dumps(described).encode()

    return of_members(data, change, digests=True)


@kind("wacz", "index")
def block_index_changed(data: bytes) -> bytes:
    return of_members(data, put("indexes/index.idx", substituted(rb'"length": \d', b'"length": 9')), digests=True)


@kind("wacz", "index")
def index_line_changed_in_its_block(data: bytes) -> bytes:
    def change(files: dict[str, bytes]) -> None:
        block = pack(gzip.decompress(files["indexes/index.cdx.gz"]).replace(b'"offset": "', b'"offset": "7', 1))
        files["indexes/index.cdx.gz"] = block
        place = b'"length": %d, "digest": "sha256:%s"' % (len(block), hashlib.sha256(block).hexdigest().encode())
        files["indexes/index.idx"] = re.sub(rb'"length".*"', place, files["indexes/index.idx"])

    return of_members(data, change, digests=True)


def raw(data: bytes, change: Callable[[bytearray], None]) -> bytes:
    """Of a package in which every member is stored."""
    out = bytearray(zipped(unzipped(data)))
    change(out)
    return bytes(out)


def set_directory(at: int, value: bytes) -> Callable[[bytearray], None]:
    """Something else in the last member's entry of the directory."""

    def change(out: bytearray) -> None:
        entry = out.rindex(b"PK\1\2")
        out[entry + at : entry + at + len(value)] = value

    return change


@kind("wacz", "file structure")
def member_encrypted(data: bytes) -> bytes:
    return raw(data, set_directory(8, b"\1"))


@kind("wacz", "file structure")
def member_of_unknown_compression(data: bytes) -> bytes:
    return raw(data, set_directory(10, b"\x63"))


@kind("wacz", "file structure")
def member_of_another_size(data: bytes) -> bytes:
    return raw(data, set_directory(24, b"\1"))


@kind("wacz", "file structure")
def member_that_lies_elsewhere(data: bytes) -> bytes:
    return raw(data, set_directory(42, b"\x07\0\0\0"))


@kind("wacz", "file structure")
def members_that_share_bytes(data: bytes) -> bytes:
    def change(out: bytearray) -> None:
        entry = out.rindex(b"PK\1\2")
        before = out.rindex(b"PK\1\2", 0, entry)
        out[entry + 42 : entry + 46] = out[before + 42 : before + 46]

    return raw(data, change)


@kind("wacz", "file structure")
def local_header_of_another_name(data: bytes) -> bytes:
    def change(out: bytearray) -> None:
        at = out.index(b"pages/pages.jsonl")
        out[at : at + 5] = b"sages"

    return raw(data, change)


@kind("wacz", "file structure")
def member_with_another_name_in_unicode(data: bytes) -> bytes:
    """Python from 3.13 on, and Info-ZIP, go by the Unicode Path Extra Field; others do not."""
    name = b"pages/pages.jsonl"
    value = struct.pack("<BI", 1, zlib.crc32(name)) + b"pages/other.jsonl"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for path, content in unzipped(data).items():
            info = zipfile.ZipInfo(path, (2026, 3, 1, 0, 0, 0))
            info.extra = struct.pack("<HH", 0x7075, len(value)) + value if path.encode() == name else b""
            package.writestr(info, content)
    return out.getvalue()


@kind("wacz", "file structure")
def two_members_of_one_name(data: bytes) -> bytes:
    return raw(data, lambda out: _rename(out, b"indexes/index.idx", b"pages/pages.jsonl"))


def _rename(out: bytearray, old: bytes, new: bytes) -> None:
    assert len(old) == len(new)
    at = out.find(old)
    while at >= 0:
        out[at : at + len(old)] = new
        at = out.find(old)


@kind("wacz", "file structure")
def member_that_leads_out_of_the_package(data: bytes) -> bytes:
    return raw(data, lambda out: _rename(out, b"pages/pages.jsonl", b"../../pages.jsonl"))


@kind("wacz", "file structure")
def member_that_is_not_listed_by_the_directory(data: bytes) -> bytes:
    out = zipped(unzipped(data))
    end = out.rindex(b"PK\5\6")
    _, _, _, _, count, _, start, _ = struct.unpack("<4sHHHHIIH", out[end:])
    first = out.index(b"PK\1\2", start)
    second = out.index(b"PK\1\2", first + 4)
    third = out.index(b"PK\1\2", second + 4)
    directory = out[first:second] + out[third:end]
    ending = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count - 1, count - 1, len(directory), start, 0)
    return out[:start] + directory + ending
