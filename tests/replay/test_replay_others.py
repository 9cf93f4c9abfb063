"""What other tools wrote, replayed raw: the bytes that the store reads, under the address of the capture."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.replay import Library, create_app
from archiver.replay.addresses import Addresses
from tests.replay.conftest import Client

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"
FILES = (
    "warc_arc/warcio_example.arc",
    "warc_arc/warcio_example.arc.gz",
    "warc_arc/warcio_example.warc",
    "warc_arc/warcio_example.warc.gz",
    "warc_arc/warcio_example-iana.org-chunked.warc",
    "warc_arc/warcio_example-space-in-target-uri.warc.gz",
    "warc_arc/warcio_example-wget-bad-target-uri.warc.gz",
    "warc_arc/jwarc_cc.warc.gz",
    "wacz/py-wacz_valid_signed_example_1.wacz",
    "wacz/scoop_noarchive.netlify.app.wacz",
)


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the folder of other tools' files is not here")
@pytest.mark.parametrize("name", FILES)
def test_every_capture_is_found_and_whole(name: str) -> None:
    with Library([FIXTURES / name]) as library:
        (shelf,) = library.shelves
        catalogue = shelf.archive.catalogue
        places = catalogue.query("SELECT segment, offset FROM captures WHERE type IN ('response','revisit','resource')")
        assert places
        client = Client(create_app(library))
        for segment, offset in places:
            capture = catalogue.capture_at(segment, offset)
            assert capture is not None
            found = client.get(Addresses(shelf.slug).raw(capture.time, capture.target_uri))
            assert found.status_code == (capture.status or 200)
            assert "memento-datetime" in found.headers
            assert found.content == shelf.archive.exchange(capture).payload()


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the folder of other tools' files is not here")
def test_a_record_that_was_cut_is_refused() -> None:
    with Library([FIXTURES / "warc_arc/warcio_example-trunc.warc"]) as library:
        client = Client(create_app(library))
        found = client.get("/archives/warcio-example-trunc/2017id_/http://example.com/")
        found = client.get(found.headers["location"])
        assert found.status_code == 502
