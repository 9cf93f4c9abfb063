"""One unit from end to end: what costs one page, and no other; and what is told of it."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

import archiver
from archiver import detect
from archiver.article import article_of
from archiver.errors import InputError
from archiver.model import Mention
from archiver.scan import work as working
from archiver.scan.pages import Looked
from archiver.scan.reading.warcfile import Reading
from archiver.scan.rowfile import read_rows
from archiver.scan.rows import row_of
from archiver.scan.unit import Done, Page, Progress, Unit
from archiver.scan.work import work
from tests.scan.crawl import crawl, page, tweet
from tests.scan.test_going_on import members


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    folder = tmp_path / "rows"
    folder.mkdir()
    return folder


def offsets(rows: Path, done: Done) -> list[int]:
    return [row.offset for row in read_rows(rows / str(done.rows_file))]


@pytest.mark.parametrize("failure", [MemoryError, RecursionError, ZeroDivisionError, OSError])
def test_a_page_at_which_detection_fails_costs_no_other_and_is_told(
    tmp_path: Path, rows: Path, monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
) -> None:
    path = crawl(tmp_path / "x.warc.gz", [tweet(1), tweet(2, "the_fault"), tweet(3), tweet(4, "the_fault")])

    def find(article: Any) -> Any:
        if "the_fault" in (article.html or ""):
            raise failure("on purpose")
        return detect.find(article)

    monkeypatch.setattr("archiver.scan.pages.find", find)
    monkeypatch.setattr(working, "MAX_FAULTS", 1)
    done = work(Unit(file=str(path)), rows)
    places = [offset for offset, _ in members(path)]
    assert offsets(rows, done) == [places[0], places[2]]
    assert [fault.offset for fault in done.faults] == [places[1]]
    assert failure.__name__ in done.faults[0].what
    assert (done.more_faults, done.error, done.records, done.looked_at) == (1, None, 4, 4)


def test_a_page_that_is_no_text_is_counted_and_no_fault() -> None:
    looked = Looked(lambda _data, _type: True)
    noise = b"\x00\x01\x02twitter.com/a/status/1590173336165216001\xff" * 90
    for data in (page(tweet(1)), noise):
        one = Page(
            offset=0, record_id="", record_type="response", target_uri="", date="", content_type="text/html", data=data
        )
        assert len(looked.rows("x.warc", one)) == (data != noise)
    assert (looked.pages, looked.looked_at, looked.unread) == (2, 2, 1)


def test_a_row_tells_of_its_page(tmp_path: Path, rows: Path) -> None:
    data = page(tweet(1), title="High water").replace(
        b"<head>", b'<head><meta property="article:published_time" content="2022-11-10T09:00:00Z">'
    )
    done = work(Unit(file=str(crawl(tmp_path / "x.warc.gz", [data], host="WWW.News.example"))), rows)
    (row,) = read_rows(rows / str(done.rows_file))
    assert (row.page_title, row.page_language, (row.page_published or "")[:10]) == ("High water", "en", "2022-11-10")
    assert (row.page_url, row.page_host) == ("https://WWW.News.example/0", "news.example")


@pytest.mark.parametrize(
    ("platform", "url", "scope"),
    [("mastodon", "https://social.example/@ada/109300000000000001", "social.example"), ("mastodon", None, None)],
)
def test_the_scope_of_a_post_is_its_server(platform: str, url: str | None, scope: str | None) -> None:
    mention = Mention(source="", platform=platform, post_id="109300000000000001", url=url, rule="", confidence=1.0)
    one = Page(offset=0, record_id="", record_type="response", target_uri="", date="", content_type="", data=b"")
    article = article_of(b"<p>", source="")
    assert row_of("x.warc", one, article, 0, mention).scope == scope


def test_of_much_damage_some_is_told_and_all_is_counted(
    tmp_path: Path, rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "MAX_TOLD", 2)
    path = crawl(tmp_path / "x.warc.gz", [tweet(k) for k in range(10)])
    data = bytearray(path.read_bytes())
    for offset, length in members(path)[1::2]:
        data[offset + length - 8] ^= 1  # of the checksum
    path.write_bytes(data)
    done = work(Unit(file=str(path)), rows)
    assert [damage.offset for damage in done.damage] == [members(path)[1][0], members(path)[3][0]]
    assert done.more_damage == 3


def test_what_cannot_be_read_further_is_told_with_what_to_do_and_what_came_before_counts(
    tmp_path: Path, rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = crawl(tmp_path / "x.warc.gz", [tweet(1), tweet(2)])
    real = Reading.__iter__

    def breaks_off(reading: Any) -> Any:
        yield next(iter(real(reading)))
        raise InputError("it broke off", hint="ask again")

    monkeypatch.setattr(Reading, "__iter__", breaks_off)
    done = work(Unit(file=str(path)), rows)
    assert (done.error, done.rows) == ("it broke off (ask again)", 1)


def test_an_answer_that_does_not_say_what_it_is_and_is_not_html_is_passed_over(tmp_path: Path, rows: Path) -> None:
    text = b"The river rose.\n\xe2\x80\x94 Ada Brook (@ada_brook) November 9, 2022\n" * 3
    path = crawl(tmp_path / "x.warc.gz", [text, page(tweet(1))])
    said = b"Content-Type: text/html; charset=utf-8\r\n"
    silent = b"X-Padding: ".ljust(len(said) - 2, b"x") + b"\r\n"
    data = path.read_bytes()
    records = [gzip.decompress(data[at : at + size]) for at, size in members(path)]
    path.write_bytes(b"".join(gzip.compress(record.replace(said, silent)) for record in records))
    assert b"Content-Type: text/html" not in gzip.decompress(path.read_bytes())
    done = work(Unit(file=str(path)), rows)
    assert done.damage == ()
    assert [row.post_id for row in read_rows(rows / str(done.rows_file))] == [m.post_id for m in archiver.find(path)]
    assert done.rows == 1


def test_progress_is_told_after_each_page_and_before_the_rows_are_put_in_place(tmp_path: Path, rows: Path) -> None:
    path = crawl(tmp_path / "x.warc.gz", [tweet(1), "<p>Nothing.</p>", tweet(2)])
    told: list[tuple[int, int, bool]] = []

    def progress(at: Progress) -> None:
        told.append((at.pages, at.rows, any(rows.glob("*.rows"))))

    work(Unit(file=str(path)), rows, progress=progress)
    assert told == [(1, 1, False), (2, 1, False), (3, 2, False), (3, 2, False)]


def test_rows_of_a_unit_whose_driver_is_gone_are_nowhere(tmp_path: Path, rows: Path) -> None:
    path = crawl(tmp_path / "x.warc.gz", [tweet(1)])

    def progress(_at: Progress) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        work(Unit(file=str(path)), rows, progress=progress)
    assert list(rows.iterdir()) == []
