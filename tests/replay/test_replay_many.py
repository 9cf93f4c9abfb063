"""Very many of one thing: no page grows with them."""

from __future__ import annotations

import gzip
import html
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.exporting.htmlpages import write_pages
from archiver.replay import Library, app, create_app
from archiver.replay.addresses import Addresses
from tests.replay.conftest import Client
from tests.replay.staged import START

URL = "https://paper.example/live"
CAPTURES = 1203
TO = Addresses("live")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page that was captured every minute."""
    file = tmp_path_factory.mktemp("live") / "live.warc.gz"
    block = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>live"
    with file.open("wb") as out:
        for number in range(CAPTURES):
            fields = (
                f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {URL}\r\n"
                f"WARC-Date: {(START + timedelta(minutes=number)).isoformat()[:19]}Z\r\n"
                f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012d}>\r\n"
                f"Content-Type: application/http;msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
            )
            out.write(gzip.compress(f"{fields}{block}\r\n\r\n".encode(), 1))
    return file


@pytest.fixture(scope="module")
def site(live: Path) -> Iterator[Client]:
    with Library([live]) as library:
        yield Client(create_app(library))


def test_the_records_of_one_address_stand_on_several_pages(site: Client) -> None:
    address: str | None = TO.uri(URL)
    seen: list[str] = []
    sizes = []
    while address:
        page = site.get(address)
        assert page.status_code == 200
        rows = re.findall(r'<a href="(/archives/live/captures/live.warc.gz/\d+)"', page.text)
        seen += rows
        sizes.append(len(rows))
        following = re.search(r'rel="next" href="([^"]+)"', page.text)
        address = html.unescape(following[1]) if following else None
    assert sizes == [app.CAPTURES_A_PAGE, app.CAPTURES_A_PAGE, CAPTURES - 2 * app.CAPTURES_A_PAGE]
    assert len(set(seen)) == CAPTURES
    assert site.get(TO.uri(URL, 4)).status_code == 404
    assert site.get(TO.uri(URL, 2) + "x").status_code == 404


def test_a_record_counts_those_beside_it_up_to_a_bound(site: Client) -> None:
    record = re.findall(r'href="(/archives/live/captures/live.warc.gz/\d+)"', site.get(TO.uri(URL)).text)[0]
    assert "1,000 captures or more" in site.get(record).text


def test_pages_on_a_disk_have_all_of_them(live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.replay.app.CAPTURES_A_PAGE", 7)
    file = tmp_path / "few.warc.gz"
    file.write_bytes(b"".join(b"\x1f\x8b" + member for member in live.read_bytes().split(b"\x1f\x8b")[1:16]))
    write_pages(file, tmp_path / "pages")
    second, third, first = sorted((tmp_path / "pages" / "addresses").glob("*.html"))
    assert f'rel="next" href="{second.name}"' in first.read_text()
    assert f'rel="next" href="{third.name}"' in second.read_text()
    assert len(list((tmp_path / "pages" / "captures").glob("few-*.html"))) == 15


def test_damage_in_very_many_places_is_told_in_few_lines(live: Path, tmp_path: Path) -> None:
    data = bytearray(live.read_bytes())
    places = [place.start() for place in re.finditer(b"\x1f\x8b\x08", data)]
    for begin, end in zip(places[::2], places[1::2], strict=False):
        data[(begin + end) // 2] ^= 0xFF
    file = tmp_path / "worn.warc.gz"
    file.write_bytes(data)
    with Library([file]) as library:
        warnings = library.shelves[0].warnings
        assert len(warnings) == 21
        assert warnings[-1].endswith("more places")
        assert library.shelves[0].nearest(URL, START) is not None
