"""A stage for the browser's tests: the twin's web with pages of the tests' own, an archive, and one Chromium."""

from __future__ import annotations

import shutil
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from archiver.browser.chromium import NAMES
from archiver.browser.views import Renderer
from archiver.config import Settings
from archiver.store import Archive, Session
from archiver.store.conclusions import Rendering
from archiver.web import Door
from archiver.web.once import FetchOnce
from tests.web_twin import Reply, Request, Twin

CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), "")
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")

HOST = "pages.example"
OTHER_HOST = "other.example"
CLOCK = datetime(2026, 9, 1, 12, 0, 0, tzinfo=UTC)

Site = Callable[[Request], Reply]


def html(body: str, title: str = "A page") -> Reply:
    text = f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{title}</title></head><body>{body}</body></html>"
    return Reply(headers=(("Content-Type", "text/html; charset=utf-8"),), body=text.encode())


class Stage:
    """One browser, one archive, and a site whose pages the tests write: `pages[path]`."""

    def __init__(self, twin: Twin, archive: Archive, session: Session, door: Door, renderer: Renderer) -> None:
        self.twin = twin
        self.archive = archive
        self.session = session
        self.door = door
        self.renderer = renderer
        self.pages: dict[str, Reply | Site] = {}
        for host in (HOST, OTHER_HOST):
            twin.host(host, self._answer)

    def _answer(self, request: Request) -> Reply:
        page = self.pages.get(request.target.partition("?")[0], Reply(status=404))
        return page(request) if callable(page) else page

    def url(self, path: str) -> str:
        return f"https://{HOST}{path}"

    def render(self, path: str) -> Rendering:
        return self.renderer.render(self.session, of=f"test:{path}", url=self.url(path))

    def data(self, record_id: str) -> bytes:
        """The block of a stored record."""
        capture = self.archive.catalogue.capture(record_id)
        assert capture is not None
        self.archive.check_block(capture)
        _, block = self.archive.open_record(capture)
        with block:
            return block.read()

    def refused(self) -> list[tuple[str, str]]:
        """What the guard did not connect to: `(address, reason)`."""
        return [(row[2], row[3]) for row in self.archive.catalogue.rows("refusals")]


def settings_for(twin: Twin, *, seconds: float = 20.0) -> Settings:
    defaults = Settings()
    replace = msgspec.structs.replace
    hosts = {f"{host}:{port}" for host in (HOST, OTHER_HOST) for port in (80, 443)}
    connect_to = dict(twin.connect_to) | {
        name: f"127.0.0.1:{twin.https_port if name.endswith('443') else twin.http_port}" for name in hosts
    }
    return replace(
        defaults,
        web=replace(defaults.web, connect_to=connect_to, ca_file=str(twin.ca_file), rates={"*": 60_000.0}, retries=0),
        capture=replace(defaults.capture, rendered_timeout=seconds),
    )


@contextmanager
def a_stage(folder: Path, *, seconds: float = 20.0) -> Iterator[Stage]:
    with Twin(clock=CLOCK) as twin:
        settings = settings_for(twin, seconds=seconds)
        with (
            Archive.open(folder / "archive", clock=lambda: CLOCK, write=True) as archive,
            archive.session() as session,
            Door(settings.web, sink=session, clock=lambda: CLOCK) as door,
            Renderer(FetchOnce(door), settings, clock=lambda: CLOCK, quiet=0.3) as renderer,
        ):
            yield Stage(twin, archive, session, door, renderer)


class Bitmap:
    """The pixels of a PNG as Chromium makes them: 8 bits, RGB or RGBA, not interlaced (PNG, third edition)."""

    def __init__(self, data: bytes) -> None:
        assert data.startswith(b"\x89PNG\r\n\x1a\n")
        packed = b""
        at = 8
        while at < len(data):
            length, kind = struct.unpack(">I4s", data[at : at + 8])
            chunk = data[at + 8 : at + 8 + length]
            assert zlib.crc32(kind + chunk) == struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0]
            if kind == b"IHDR":
                self.width, self.height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", chunk)
                assert depth == 8
                assert interlace == 0
                self.channels = {2: 3, 6: 4}[colour]
            elif kind == b"IDAT":
                packed += chunk
            at += 12 + length
        self._raw = zlib.decompress(packed)
        assert len(self._raw) == self.height * (self.width * self.channels + 1)

    def _row(self, wanted: int) -> bytearray:
        """One line; those above it have to be worked out, too."""
        size, step = self.width * self.channels, self.channels
        above = bytearray(size)
        for number in range(wanted + 1):
            start = number * (size + 1)
            how, row = self._raw[start], bytearray(self._raw[start + 1 : start + 1 + size])
            if how == 1:
                for i in range(step, size):
                    row[i] = (row[i] + row[i - step]) & 255
            elif how == 2:
                row = bytearray((a + b) & 255 for a, b in zip(row, above, strict=True))
            elif how == 3:
                for i in range(size):
                    row[i] = (row[i] + ((row[i - step] if i >= step else 0) + above[i]) // 2) & 255
            elif how == 4:
                for i in range(size):
                    left = row[i - step] if i >= step else 0
                    corner = above[i - step] if i >= step else 0
                    guess = left + above[i] - corner
                    nearest = min((left, above[i], corner), key=lambda value, guess=guess: abs(guess - value))
                    row[i] = (row[i] + nearest) & 255
            above = row
        return above

    def __getitem__(self, place: tuple[int, int]) -> tuple[int, int, int]:
        x, y = place
        red, green, blue = self._row(y)[x * self.channels : x * self.channels + 3]
        return red, green, blue
