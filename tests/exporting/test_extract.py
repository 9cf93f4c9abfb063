"""One article's part of an archive takes along all that its posts rest on, and what crossed the connections with it."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archiver.article import article_of
from archiver.detect import find
from archiver.errors import ArchiveError
from archiver.exporting.cited import Selection
from archiver.exporting.extract import write_extract
from archiver.store import Archive
from archiver.store.conclusions import (
    RenderedRequest,
    RenderedView,
    Rendering,
    article_conclusion,
    rendering_conclusion,
)
from archiver.verification import verify
from tests.exporting.staging import staged
from tests.town import CLERK, HARBOUR, KEEPER, PICTURED, Town, at
from tests.web_twin import Fault, Picture, TwinPost

NOTE = TwinPost(
    account=CLERK, created=at(9), text="Minutes of the board, page four.", media=(Picture(key="MinutesPageFour"),)
)
ABOVE = TwinPost(account=HARBOUR, created=at(10), text="What happened at the pier.")
CITED = TwinPost(
    account=KEEPER,
    created=at(11),
    text="@skerry_harbour This is not what the minutes say.",
    reply_to=ABOVE.id,
    quotes=NOTE.id,
)


@pytest.fixture
def extract(town: Town, tmp_path: Path) -> Archive:
    for post in (NOTE, ABOVE, CITED):
        town.twin.population.add(post)
    town.twin.fault("pbs.twimg.com", Fault.EARLY_HINTS)
    page = town.page([CITED], name="cited.html")
    town.run(page, town.page([PICTURED], name="other.html"))
    out = io.BytesIO()
    with Archive.open(town.archive) as archive:
        [uri] = [found.uri for found, *_ in archive.catalogue.articles() if "cited" in found.source]
        write_extract(archive, Selection(article=uri), out, name="x.warc.gz", created=datetime.now(UTC))
    path = tmp_path / "x.warc.gz"
    path.write_bytes(out.getvalue())
    return Archive.view([path])


def test_the_quoted_post_and_the_thread_come_along_and_other_articles_posts_do_not(extract: Archive) -> None:
    with extract:
        keys = {look.key for look, _ in extract.catalogue.observations()}
        assert keys == {f"x:{post.id}" for post in (NOTE, ABOVE, CITED)}
        assert extract.catalogue.captures_at("https://pbs.twimg.com/media/MinutesPageFour.jpg")
        assert not extract.catalogue.captures_at(f"https://pbs.twimg.com/media/{PICTURED.media[0].key}.jpg")


def test_interim_heads_and_certificates_come_along(extract: Archive) -> None:
    with extract:
        [path] = extract.segment_files()
    held, named, interim = set(), set(), []
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            uri = record.rec_headers.get_header("WARC-Target-URI") or ""
            if uri.startswith("urn:archiver:certificates:"):
                held.add(uri)
            elif uri.startswith("urn:archiver:interim:"):
                interim.append(uri)
            if chain := record.rec_headers.get_header("Archiver-Certificates"):
                named.add(chain)
    assert named
    assert held == named
    assert "urn:archiver:interim:https://pbs.twimg.com/media/MinutesPageFour.jpg" in interim


def test_rendered_views_and_what_the_page_loaded_come_along(tmp_path: Path) -> None:
    out = io.BytesIO()
    with staged(tmp_path / "archive") as stage:
        article, _ = stage.article("<p>words", "story.html", [])
        stage.article("<p>others", "other.html", [])
        view = stage.session.write_resource("urn:view:https://news.example/", "image/png", b"a picture").record_id
        loaded, other = stage.answer(1), stage.answer(2)
        stage.session.write_conclusion(
            rendering_conclusion(
                Rendering(
                    of=article.uri,
                    url="https://news.example/",
                    address="https://news.example/",
                    rendered_at=datetime(2026, 3, 1, tzinfo=UTC),
                    software="a browser",
                    views=(
                        RenderedView(
                            record_id=view,
                            target_uri="urn:view:https://news.example/",
                            content_type="image/png",
                            digest="sha256:0",
                            bytes=9,
                        ),
                    ),
                    requests=(RenderedRequest(url="https://news.example/a.css", record_id=loaded),),
                )
            )
        )
        selection = Selection(article="story.html")
        write_extract(stage.archive, selection, out, name="x.warc.gz", created=datetime.now(UTC))
    (tmp_path / "x.warc.gz").write_bytes(out.getvalue())
    with Archive.view([tmp_path / "x.warc.gz"]) as extract:
        assert [extract.catalogue.capture(id_) is not None for id_ in (view, loaded, other)] == [True, True, False]
        assert extract.catalogue.captures_at(f"urn:archiver:rendering:{article.uri}")
        assert [found.source for found, _ in extract.catalogue.articles()] == ["story.html"]


STORY = "One.\n\nIt is shut.\n\u2014 Bridge Watch (@bridge_watch) November 9, 2022\n"


def test_records_of_files_that_are_not_compressed_come_along(tmp_path: Path) -> None:
    """An article in another tool's file, which was imported as it is."""
    article = article_of(STORY.encode(), source="a.txt")
    record = "urn:uuid:00000000-0000-4000-8000-00000000a0a0"
    header = (
        f"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <{record}>\r\nWARC-Target-URI: {article.uri}\r\n"
        "WARC-Date: 2026-01-01T00:00:00Z\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(STORY.encode())}\r\n\r\n"
    )
    block = header.encode() + STORY.encode()
    with staged(tmp_path / "archive") as stage:
        stage.session.write_conclusion(article_conclusion(article, tuple(find(article))), record)
    (tmp_path / "archive" / "archive" / "imported-a.warc").write_bytes(block + b"\r\n\r\n")
    out = io.BytesIO()
    with Archive.open(tmp_path / "archive", write=True) as archive:
        write_extract(archive, Selection(article=article.uri), out, name="x.warc.gz", created=datetime.now(UTC))
    (tmp_path / "x.warc.gz").write_bytes(out.getvalue())
    checks = verify(tmp_path / "x.warc.gz").checks
    assert [problem for check in checks for problem in check.problems] == []
    with Archive.view([tmp_path / "x.warc.gz"]) as taken:
        capture = taken.catalogue.capture(record)
        assert capture is not None
        assert taken.exchange(capture).payload() == STORY.encode()
    assert gzip.decompress(out.getvalue()[capture.offset :][: capture.length]) == block + b"\r\n\r\n"


def test_a_record_that_cannot_be_taken_out_is_told(tmp_path: Path) -> None:
    with staged(tmp_path / "archive") as stage:
        article, _ = stage.article(STORY, "a.txt")
    with Archive.open(tmp_path / "archive") as archive:
        for path in (tmp_path / "archive" / "archive").iterdir():
            path.write_bytes(b"?" * path.stat().st_size)
        with pytest.raises(ArchiveError, match="shares its gzip member"):
            write_extract(
                archive, Selection(article=article.uri), io.BytesIO(), name="x.warc.gz", created=datetime.now(UTC)
            )
