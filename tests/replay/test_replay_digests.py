"""What was altered after it was stored is refused, whichever way it is asked for."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from archiver.replay import Library, create_app
from archiver.replay.addresses import Addresses
from tests.replay.conftest import Client
from tests.replay.staged import LIVE_POST, SEAL, Staged, rewrite_member

TO = Addresses("harbour")


@pytest.mark.parametrize("route", [TO.payload, TO.text, TO.block, TO.record])
def test_altered_bytes_are_not_served(own: Staged, route: object) -> None:
    capture = own.captures["hostile page"]
    with Library([own.path]) as library:
        client = Client(create_app(library))
        assert callable(route)
        assert client.get(route(capture)).status_code == 200
        rewrite_member(own.segment, capture, b"Innocent", b"Guiltier")
        answer = client.get(route(capture))
    assert answer.status_code == 502
    assert "Guiltier" not in answer.text
    assert "do not match" in answer.text


def test_altered_record_shows_its_fields_and_verdict_and_nothing_else(own: Staged) -> None:
    capture = own.captures["gone"]
    rewrite_member(own.segment, capture, b"X-Odd", b"X-Old")
    with Library([own.path]) as library:
        page = Client(create_app(library)).get(TO.capture(capture))
    assert page.status_code == 502
    assert "WARC-Block-Digest" in page.text
    assert "Refused." in page.text
    assert "X-Old" not in page.text
    assert "/payload" not in page.text


def test_a_range_of_altered_bytes_is_refused_as_well(own: Staged) -> None:
    capture = own.captures["video"]
    rewrite_member(own.segment, capture, bytes(range(200, 256)), bytes(56))
    with Library([own.path]) as library:
        answer = Client(create_app(library)).get(TO.payload(capture), headers={"Range": "bytes=0-9"})
    assert answer.status_code == 502


def test_a_revisit_of_an_altered_original_is_refused(own: Staged) -> None:
    rewrite_member(own.segment, own.captures["picture"], SEAL, bytes(len(SEAL)))
    with Library([own.path]) as library:
        answer = Client(create_app(library)).get(TO.payload(own.captures["picture again"]))
    assert answer.status_code == 502


def test_an_altered_picture_is_named_in_its_card(own: Staged) -> None:
    rewrite_member(own.segment, own.captures["picture"], SEAL, bytes(len(SEAL)))
    with Library([own.path]) as library:
        page = Client(create_app(library)).get(TO.post(LIVE_POST.key)).text
    assert "<img" not in page
    assert "the stored bytes do not match" in page


def test_altered_conclusion_puts_no_words_into_a_mouth(own: Staged) -> None:
    with Library([own.path]) as library:
        client = Client(create_app(library))
        catalogue = library.shelves[0].archive.catalogue
        record_id = catalogue.post_record(LIVE_POST.key)
        capture = catalogue.capture(record_id or "")
        assert capture is not None
        rewrite_member(own.segment, capture, b"is repaired", b"is perfect!")
        for path in (TO.post(LIVE_POST.key), TO.article(own.article.id)):
            page = client.get(path).text
            assert "is perfect!" not in page
            assert "Refused." in page


def test_conclusion_without_its_digest_is_refused(own: Staged) -> None:
    with Library([own.path]) as library:
        catalogue = library.shelves[0].archive.catalogue
        capture = catalogue.capture(catalogue.post_record(LIVE_POST.key) or "")
        assert capture is not None
        rewrite_member(own.segment, capture, b"WARC-Block-Digest", b"DARC-Block-Digest")
        page = Client(create_app(library)).get(TO.post(LIVE_POST.key)).text
    assert "Refused." in page
    assert "repaired" not in page


def test_altered_catalogue_puts_no_words_into_a_mouth(own: Staged) -> None:
    with closing(sqlite3.connect(own.path / "catalogue.db")) as database, database:
        for table in ("posts", "observations", "resolutions"):
            database.execute(f"UPDATE {table} SET json = replace(json, 'repaired', 'perfect')")
        database.execute("UPDATE resolutions SET json = replace(json, 'fits far better', 'is perfect, worse')")
    with Library([own.path]) as library:
        client = Client(create_app(library))
        for path in (TO.post(LIVE_POST.key), TO.article(own.article.id)):
            page = client.get(path).text
            assert "perfect" not in page
            assert "repaired" in page
        assert "fits far better" in client.get(TO.article(own.article.id)).text


def test_damaged_compression_is_refused(own: Staged) -> None:
    capture = own.captures["hostile page"]
    whole = bytearray(own.segment.read_bytes())
    whole[capture.offset + capture.length // 2] ^= 0xFF
    own.segment.write_bytes(bytes(whole))
    with Library([own.path]) as library:
        client = Client(create_app(library))
        for route in (TO.payload, TO.text, TO.block, TO.record, TO.capture):
            assert client.get(route(capture)).status_code == 502
