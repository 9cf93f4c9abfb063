"""Programs of other people that tests ask what they make of our files: warcio in this process, pywb in its own."""

from __future__ import annotations

import hashlib
import io
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

ROOT = Path(__file__).parents[1]


def program(name: str, environment: str) -> list[str]:
    """The command of a program in the environment that ./test makes for it, or on the PATH; skips where it is in
    neither."""
    script = ROOT / environment / "bin" / name
    if script.exists():
        return [str(script.with_name("python")), "-W", "ignore", str(script)]
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"`{name}` is neither in {environment} nor on the PATH: ./test installs it")
    return [found]


@contextmanager
def wayback(root: Path) -> Iterator[str]:
    """pywb's server over the collections in a folder; its address."""
    command = program("wayback", ".venv-pywb")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [*command, "--bind", "127.0.0.1", "--port", str(port), "--directory", str(root)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/").close()
                break
            except OSError:
                assert server.poll() is None, "pywb does not start"
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def warcio_check(paths: Iterable[Path]) -> tuple[bool, str]:
    """Whether `warcio check -v` finds nothing wrong, and what it says."""
    checker = Checker(type("Arguments", (), {"inputs": [str(path) for path in paths], "verbose": True})())
    with redirect_stdout(io.StringIO()) as said:
        checker.process_all()
    return checker.exit_value == 0, said.getvalue()


def whole_records(path: Path) -> list[tuple[str, str]]:
    """Id and digest of each complete record, as warcio reads them, up to where a crash tore the file."""
    found = []
    with path.open("rb") as file:
        try:
            for record in ArchiveIterator(file, no_record_parse=True):
                digest = hashlib.sha256(record.raw_stream.read()).hexdigest()
                if record.raw_stream.limit == 0:
                    found.append((record.rec_headers.get_header("WARC-Record-ID"), digest))
        except Exception:
            return found
    return found
