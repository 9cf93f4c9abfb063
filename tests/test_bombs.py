"""A few kilobytes that stand for hundreds of megabytes are stopped with exit code 5, in little memory, by every command
that reads files of strangers."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest

MEGABYTE = bytes(1 << 20)
ZEROS = (MEGABYTE,) * 256
LENGTH = 256 << 20
"""As much as ten gigabytes would do: it is stopped long before, and packed faster."""

MEASURED = """
import sys
from archiver.cli import main
try:
    main(sys.argv[1:])
finally:
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(peak.split()[1], file=sys.stderr)
"""


def packed(pieces: Iterable[bytes]) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*map(packer.compress, pieces), packer.flush()])


def record(http: bytes, length: int) -> bytes:
    return (
        b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        b"WARC-Date: 2026-03-01T00:00:00Z\r\nWARC-Target-URI: https://news.example/\r\n"
        b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n" % (len(http) + length)
    ) + http


HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


def warc() -> bytes:
    """A record of nothing but zeros, a thousandth of it packed."""
    return packed([record(HTTP, LENGTH), *ZEROS, b"\r\n\r\n"])


def package(member: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.writestr("datapackage.json", json.dumps({"resources": []}))
        file.writestr(member, content)
    return out.getvalue()


def deflated() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.writestr("datapackage.json", json.dumps({"resources": []}))
        with file.open("archive/a.warc", "w", force_zip64=True) as member:
            member.write(record(HTTP, LENGTH))
            for piece in ZEROS:
                member.write(piece)
    return out.getvalue()


@pytest.fixture(scope="module")
def bombs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bombs")
    zeros = packed([b"<html>", *ZEROS])
    encoded = HTTP.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    one = warc()
    (folder / "one.warc.gz").write_bytes(one)
    (folder / "twice.warc.gz").write_bytes(packed([one]))
    (folder / "encoded.warc.gz").write_bytes(packed([record(encoded, len(zeros)), zeros, b"\r\n\r\n"]))
    (folder / "member.wacz").write_bytes(package("archive/a.warc.gz", one))
    (folder / "deflated.wacz").write_bytes(deflated())
    return folder


def run(folder: Path, *arguments: str) -> tuple[int, int, str]:
    """Exit code, most memory in KiB, and what was said."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    *said, memory = done.stderr.strip().splitlines()
    return done.returncode, int(memory), "\n".join(said)


CASES = [
    ("one.warc.gz", ("verify", "find", "import", "replay")),
    ("twice.warc.gz", ("verify", "find", "replay")),
    ("encoded.warc.gz", ("find",)),  # what a payload is encoded with is no matter of verify and replay's start
    ("member.wacz", ("verify", "find", "import", "replay")),
    ("deflated.wacz", ("verify", "find", "replay")),
]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell a process's peak here")
@pytest.mark.parametrize(("name", "command"), [(name, command) for name, commands in CASES for command in commands])
def test_a_bomb_is_stopped(bombs: Path, name: str, command: str) -> None:
    code, memory, said = run(bombs, command, name, *(("--port", "0") if command == "replay" else ()))
    assert code == 5, said
    assert memory < 64 * 1024, said
    assert "Traceback" not in said


def test_most_of_the_bombs_are_small(bombs: Path) -> None:
    assert sum((bombs / name).stat().st_size < 3000 for name, _ in CASES) == 3


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell a process's peak here")
def test_what_expands_far_and_is_no_bomb_is_read(tmp_path: Path) -> None:
    """Below the floor the ratio does not matter: 30 MB of zeros are 30 KB."""
    (tmp_path / "a.warc.gz").write_bytes(packed([record(HTTP, 30 << 20), *ZEROS[:30], b"\r\n\r\n"]))
    code, memory, said = run(tmp_path, "verify", "a.warc.gz")
    assert code == 0, said
    assert memory < 64 * 1024
