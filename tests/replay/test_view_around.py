"""What the site says around a captured page: which capture it is, which others there are, what is missing of it."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.replay import Library, create_app, lacking, viewing
from archiver.store import Archive
from tests.replay.conftest import Client
from tests.replay.staged import answer, png, rewrite_member

AT = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)
PAGE = "https://news.example/story"


def around(path: Path, stamp: str = "20240506093000", url: str = PAGE, slug: str = "harbour") -> str:
    """The page's words and links, white space as one blank."""
    with Library([path]) as library:
        client = Client(create_app(library))
        found = client.get(f"/archives/{slug}/{stamp}/{url}")
        if found.status_code == 302:
            found = client.get(found.headers["location"])
    assert found.status_code == 200
    return " ".join(html.unescape(found.text.partition("<main")[2]).split())


def kept(path: Path, *captures: tuple[str, bytes | str, str, timedelta, int, str]) -> Path:
    with Archive.open(path, write=True, clock=lambda: AT) as archive, archive.session() as session:
        for url, body, kind, later, status, location in captures:
            data = body.encode() if isinstance(body, str) else body
            extra = (("Location", location),) if location else ()
            session.write_exchange(answer(url, data, kind, at=AT + later, status=status, extra=extra))
    return path


def pages(*days: float) -> list[tuple[str, bytes | str, str, timedelta, int, str]]:
    return [(PAGE, f"<p>day {day}", "text/html", timedelta(days=day), 200, "") for day in days]


@pytest.mark.parametrize(
    ("stamp", "earlier", "later"),
    [
        ("20240506093000", None, "7 May 2024"),
        ("20240507093000", "6 May 2024", "8 May 2024"),
        ("20240508093000", "7 May 2024", "9 May 2024"),
        ("20240509093000", "8 May 2024", None),
    ],
)
def test_the_captures_before_and_behind(tmp_path: Path, stamp: str, earlier: str | None, later: str | None) -> None:
    shown = around(kept(tmp_path / "harbour", *pages(0, 1, 2, 3)), stamp)
    for relation, word, day in (("prev", "Earlier", earlier), ("next", "Later", later)):
        found = re.search(rf'rel="{relation}">{word}: <time datetime="[^"]*">([^,]*),', shown)
        assert (found[1] if found else None) == day
    assert ">4 captures</a>" in shown


@pytest.mark.parametrize(
    ("day", "earlier", "later"),
    [(6, None, "7"), (7, "6", "8"), (8, "7", "9"), (9, None, "10"), (10, None, "11"), (11, None, None)],
)
def test_of_very_many_captures_what_is_said_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, day: int, earlier: str | None, later: str | None
) -> None:
    """Among those that are looked at, both are known; behind them, the earlier one is not."""
    monkeypatch.setattr(viewing, "MAX_TIMES", 2)
    shown = around(kept(tmp_path / "harbour", *pages(0, 1, 2, 3, 4, 5)), f"202405{day:02}093000")
    assert ">More than 2 captures</a>" in shown
    for word, expected in (("Earlier", earlier), ("Later", later)):
        found = re.search(rf">{word}: <time [^>]*>(\d+) May", shown)
        assert (found[1] if found else None) == expected


def test_one_capture_has_none_beside_it(tmp_path: Path) -> None:
    shown = around(kept(tmp_path / "harbour", *pages(0)))
    assert not re.search(r"Earlier|Later|captures</a>", shown)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("2020", "2020 was asked"),
        ("202001", "2020-01 was asked"),
        ("20200102", "2020-01-02 was asked"),
        ("2020010203", ">2 January 2020, 03:59:59 UTC</time> was asked"),
        ("20200102030405", ">2 January 2020, 03:04:05 UTC</time> was asked"),
    ],
)
def test_another_time_than_was_asked_for(tmp_path: Path, asked: str, said: str) -> None:
    assert said in around(kept(tmp_path / "harbour", *pages(0)), asked)


def test_an_archive_whose_name_is_a_time(tmp_path: Path) -> None:
    """Crawlers name their files by the second in which they begin: that of the first capture."""
    path = kept(tmp_path / "20240506093000", *pages(0))
    assert "2020 was asked for" in around(path, "2020", slug="20240506093000")


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_a_redirect_is_shown_as_one(tmp_path: Path, status: int) -> None:
    path = kept(tmp_path / "harbour", (PAGE, b"", "text/html", timedelta(), status, "https://other.example/a"))
    shown = around(path)
    if status == 300:  # its address is but a proposal
        assert "<iframe" in shown
        return
    assert f"Redirect ({status})." in shown
    assert 'href="/archives/harbour/20240506093000/https://other.example/a"' in shown
    assert "<iframe" not in shown


def test_a_redirect_to_what_is_no_address_of_the_web_is_no_link(tmp_path: Path) -> None:
    path = kept(tmp_path / "harbour", (PAGE, b"", "text/html", timedelta(), 302, "https://a:b@other.example/"))
    shown = around(path)
    assert "https://a:b@other.example/" in shown
    assert not re.search(r'href="[^"]*other\.example', shown)


def loads(*names: str) -> str:
    return "".join(f"<img src={name}>" for name in names)


def test_the_farthest_part_counts_whether_it_is_older_or_newer(tmp_path: Path) -> None:
    for days in (-5, 5):
        path = kept(
            tmp_path / str(days) / "harbour",
            (PAGE, loads("a.png", "b.png"), "text/html", timedelta(), 200, ""),
            ("https://news.example/a.png", png(1, 1), "image/png", timedelta(days=days), 200, ""),
            ("https://news.example/b.png", png(2, 1), "image/png", timedelta(hours=1), 200, ""),
        )
        shown = around(path)
        assert "up to 5 days apart" in shown
        assert "missing" not in shown


def test_what_is_missing_of_very_many_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lacking, "MAX_NEEDS", 6)
    monkeypatch.setattr(lacking, "MAX_MISSING", 2)
    names = [f"{number}.png" for number in range(9)]
    path = kept(
        tmp_path / "harbour",
        (PAGE, loads(*names), "text/html", timedelta(), 200, ""),
        ("https://news.example/0.png", png(1, 1), "image/png", timedelta(), 200, ""),
    )
    shown = around(path)
    assert "5 parts missing of 6" in shown
    assert "The page loads 9 files; the first 6 were looked up." in shown
    assert re.findall(r"news\.example/(\d)\.png</bdi>: not in this archive", shown) == ["1", "2"]
    assert "And 3 more." in shown


def test_of_what_is_no_page_nothing_is_missing(tmp_path: Path) -> None:
    shown = around(kept(tmp_path / "harbour", (PAGE, png(1, 1), "image/png", timedelta(), 200, "")))
    assert not re.search("missing|looked up|apart", shown)


def test_a_part_behind_an_altered_redirect_is_missing(tmp_path: Path) -> None:
    path = kept(
        tmp_path / "harbour",
        (PAGE, loads("moved.png"), "text/html", timedelta(), 200, ""),
        ("https://news.example/moved.png", b"", "text/html", timedelta(), 302, "/picture-of-the-harbour.png"),
        ("https://news.example/picture-of-the-harbour.png", png(1, 1), "image/png", timedelta(), 200, ""),
    )
    with Archive.open(path) as archive:
        captures = archive.catalogue.captures_at("https://news.example/moved.png")
        moved = next(capture for capture in captures if capture.record_type == "response")
    segment = next((path / "archive").glob("*.warc.gz"))
    rewrite_member(segment, moved, b"picture-of-the-harbour", b"aaaaaaaaaaaaaaaaaaaaaa")
    assert "moved.png</bdi>: a redirect to it does not verify" in around(path)


@pytest.mark.parametrize("url", ["https://a:b@news.example/story", "https://news.example\\story", "mailto:a@b.example"])
def test_what_is_no_address_of_a_page(tmp_path: Path, url: str) -> None:
    with Library([kept(tmp_path / "harbour", *pages(0))]) as library:
        found = Client(create_app(library)).get(f"/archives/harbour/20240506093000/{url}")
    assert found.status_code == 404
    assert "Not in this archive" not in found.text  # nobody looked
