"""A large response goes through door and store in constant memory, and comes back whole."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from archiver.store import Archive
from tests.loopback import Asked, Loopback, Step

SIZE = 200 * 1_000_000
MEMORY = 64 * 1024 * 1024

FETCH = """
import json, re, sys
from pathlib import Path
from archiver.config import WebSettings
from archiver.store import Archive
from archiver.web import Door

settings = WebSettings(allow_addresses=("127.0.0.1",), rates={"*": 0.0})
with Archive.open(sys.argv[1], write=True) as archive, archive.session() as session:
    with Door(settings, sink=session) as door:
        exchange = door.fetch(sys.argv[2])
peak = int(re.search(r"VmHWM:\\s*([0-9]+) kB", Path("/proc/self/status").read_text())[1]) * 1024
print(json.dumps([peak, exchange.payload_digest, exchange.response_length - exchange.head_length, exchange.truncated]))
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from Linux's /proc")
def test_a_large_body_is_streamed_in_constant_memory(tmp_path: Path) -> None:
    piece = random.Random(1).randbytes(1_000_000)

    def answer(asked: Asked) -> Iterable[Step]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: %d\r\n\r\n" % SIZE
        for _ in range(SIZE // len(piece)):
            yield piece

    with Loopback(answer) as server:
        done = subprocess.run(
            [sys.executable, "-c", FETCH, str(tmp_path / "archive"), f"{server.url}/film"],
            check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
    peak, digest, length, truncated = json.loads(done.stdout)
    assert peak < MEMORY
    assert (length, truncated) == (SIZE, None)
    whole = hashlib.sha256()
    for _ in range(SIZE // len(piece)):
        whole.update(piece)
    assert digest == f"sha256:{whole.hexdigest()}"
    with Archive.open(tmp_path / "archive") as archive:
        [capture] = [c for c in archive.catalogue.captures_at(f"{server.url}/film") if c.record_type == "response"]
        archive.check_block(capture)
        stored = hashlib.sha256()
        for part in archive.exchange(capture, check=False).iter_payload():
            stored.update(part)
    assert stored.digest() == whole.digest()
