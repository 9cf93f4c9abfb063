"""Invariant: whatever a WARC file holds, the archive's index lists it with the lines of `cdxj-indexer --sort`, byte for
byte, when it was written and when it was read again alike."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.store import Archive
from tests.store.conftest import exchange, frozen, response, segment
from tests.town import ALIKE, DELETED, FLATTENED, LEFTOVERS, PICTURED, RENAMED, Town

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/warc_arc"

THEIRS = """
import io, sys, tempfile
from cdxj_indexer.main import CDXJIndexer
for line in sys.stdin:
    path = line.rstrip("\\n")
    CDXJIndexer(path + ".theirs", [path], sort=True).process_all()
    print("done", flush=True)
"""


class Theirs:
    """cdxj-indexer in a process of its own, kept for many files: it leaves temporary files open."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", THEIRS],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __call__(self, path: Path) -> bytes | None:
        """The lines; null where it fails at the file."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        if self.process.stdout.readline() != "done\n":
            self.close()
            self._start()
            return None
        found = Path(f"{path}.theirs")
        lines = found.read_bytes()
        found.unlink()
        return lines

    def close(self) -> None:
        self.process.communicate()


@pytest.fixture
def theirs():  # type: ignore[no-untyped-def]
    running = Theirs()
    yield running
    running.close()


def assert_same(archive: Path, theirs: Theirs) -> int:
    """Of each segment, as written and as read again; the number of lines."""
    count = 0
    with Archive.open(archive, write=True) as opened:
        for again in (False, True):
            if again:
                opened.rebuild()
            for path in opened.segment_files():
                index = archive / "indexes" / (path.name.removesuffix(".gz").removesuffix(".warc") + ".cdxj")
                lines = theirs(path)
                assert lines is not None
                assert index.read_bytes() == lines
                count += len(lines.splitlines())
    return count // 2


def test_whole_runs_of_the_program(town: Town, theirs: Theirs) -> None:
    town.run(
        town.page([PICTURED, DELETED, RENAMED]),
        town.write("left.txt", LEFTOVERS),
        town.page([*ALIKE, FLATTENED], "flattened", "flat.html"),
    )
    town.run(f"{town.publish([PICTURED, DELETED, RENAMED])}?chunked=1")  # revisits, and an article in chunks
    town.audit()
    assert assert_same(town.archive, theirs) > 60


CASES = {
    "chunked": response(
        b"5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked", "Content-Type: text/html", length=False
    ),
    "upper case": response(b"x", "Content-Type: Text/HTML;charset=UTF-8"),
    "type with a space": response(b"x", "Content-Type: text/html charset=utf-8"),
    "empty type": response(b"x", "Content-Type:"),
    "type of parameters alone": response(b"x", "Content-Type: ; charset=utf-8"),
    "two types": response(b"x", "content-type: text/plain", "Content-Type: text/html"),
    "type in other letters": response(b"x", "Content-Type: text/h\u00e4ml"),
    "type in UTF-8": response(b"x", "Content-Type: text/h\u00c3\u00a4ml"),
    "folded": response(b"x", "Content-Type: text/\r\n html; a=b", "X-A: b"),
    "no reason": b"HTTP/1.1 204\r\n\r\n",
    "nothing but a status": b"HTTP/1.1 200 OK\r\n\r\n",
    "cut": response(b"x" * 500, "Content-Type: video/mp4")[:-100],
    "large and chunked": response(
        b"%x\r\n" % 3_000_000 + b"y" * 3_000_000 + b"\r\n0\r\n\r\n", "Transfer-Encoding: chunked", length=False
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_answers_of_every_kind(name: str, folder: Path, theirs: Theirs) -> None:
    named = {"truncated": "length"} if name == "cut" else {}
    with frozen(folder) as archive, archive.session() as session:
        for path in ("a", "b c", "%E4?b=1&a=2", "\u00e9", "a"):  # the last one is a revisit
            session.write_exchange(exchange(f"https://posts.example/{path}", CASES[name], **named))
        session.write_resource("urn:example:1", "text/plain; charset=utf-8", b"hello")
        session.write_resource("https://posts.example/view", "Image/PNG", b"hello")
    assert assert_same(folder, theirs) == 8


TARGETS = st.sampled_from(
    [
        [], [b"WARC-Target-URI: urn:a:B"], [b"WARC-Target-URI: <http://example.org/a b>"],
        [b"WARC-Target-URI: https://WWW.example.org:443/?b&a"], [b"WARC-Target-URI: http://example.org/\xc3\xa4"],
    ]
)  # fmt: skip
DIGESTS = st.sampled_from([[], [b"WARC-Payload-Digest: sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"]])
CONTENT_TYPES = st.sampled_from(
    [
        [], [b"Content-Type: application/warc-fields"], [b"Content-Type: application/http; msgtype=response"],
        [b"Content-Type: Text/Plain;a"], [b"content-type: a b"], [b"Content-Type: application/json"],
    ]
)  # fmt: skip
HEADERS = st.builds(lambda target, digest, kind: [*target, *digest, *kind], TARGETS, DIGESTS, CONTENT_TYPES)
DATES = st.sampled_from(
    [b"2026-03-01T12:00:00Z", b"2026-03-01T12:00:00.123456Z", b"2026-03-01", b"2026-03-01T12:00Z", b"20260301-1-1"]
)
BLOCKS = st.sampled_from(
    [
        b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nbody", b"HTTP/1.0 301\r\n\r\n", b"no http at all",
        b"HTTP/1.1  404  Not Found\nContent-Type:text/plain\n\nbody", b"\r\nHTTP/1.1 200 OK\r\n\r\n", b'{"a": 1}',
        b"HTTP/1.1 200 OK\r\nX\r\nContent-Type : a/b\r\n \r\nbody", b"HTTP/1.1 200 OK\r\nContent-Type: a/b",
    ]
)  # fmt: skip
TYPES = st.sampled_from([b"response", b"revisit", b"resource", b"metadata", b"request", b"conversion", b"warcinfo"])
RECORDS = st.lists(st.tuples(TYPES, HEADERS, DATES, BLOCKS), min_size=1, max_size=4)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=RECORDS)
def test_files_of_other_tools(
    records: list[tuple[bytes, list[bytes], bytes, bytes]], quick: Path, theirs: Theirs
) -> None:
    folder = quick / "archive of others"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "archive").mkdir(parents=True)
    data = b""
    for kind, headers, date, block in records:
        if kind in (b"response", b"revisit", b"request") and not any(b"Target-URI" in header for header in headers):
            headers = [*headers, b"WARC-Target-URI: http://example.org/"]
        lines = [
            b"WARC/1.0",
            b"WARC-Type: " + kind,
            b"WARC-Date: " + date,
            *headers,
            b"Content-Length: %d" % len(block),
        ]
        data += b"\r\n".join(lines) + b"\r\n\r\n" + block + b"\r\n\r\n"
    (folder / "archive" / "others.warc").write_bytes(data)
    lines = theirs(folder / "archive" / "others.warc")
    if lines is None:  # it fails at the file: there is nothing to compare with
        return
    Archive.open(folder, write=True).close()
    assert (folder / "indexes" / "others.cdxj").read_bytes() == lines


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the recorded WARC files are not beside this repository")
def test_real_files_of_other_tools(tmp_path: Path, theirs: Theirs) -> None:
    compared = 0
    for number, path in enumerate(sorted(FIXTURES.rglob("*"))):
        if not path.name.endswith((".warc", ".warc.gz")):
            continue
        folder = tmp_path / str(number)
        (folder / "archive").mkdir(parents=True)
        copied = folder / "archive" / path.name
        shutil.copyfile(path, copied)
        with Archive.open(folder, write=True) as archive:
            damaged = archive.warnings != []
        if damaged:
            continue
        lines = theirs(copied)
        if lines is not None:
            [index] = (folder / "indexes").iterdir()
            assert index.read_bytes() == lines, path.name
            compared += 1
    assert compared > 3


def test_one_line_of_each_kind(folder: Path) -> None:
    with frozen(folder) as archive, archive.session() as session:
        session.write_exchange(
            exchange("https://posts.example/page", response(b"words", "Content-Type: Text/HTML; a=b"))
        )
    name = segment(folder).name
    first, second = next((folder / "indexes").iterdir()).read_text().splitlines()
    assert first.startswith(
        'example,posts)/page 20260301120000 {"url": "https://posts.example/page", "mime": "Text/HTML", '
    )
    assert first.endswith(f'"filename": "{name}"}}')
    assert second.startswith(f"urn:archiver:seal:{name} 20260301120001 ")
    assert '"mime": "application/json", "digest": "sha1:' in second
