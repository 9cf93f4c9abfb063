"""What the web archive's index and copies say, and what is only the archive talking."""

from __future__ import annotations

import io
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.resolution.wayback import (
    CdxRow,
    Found,
    captures_url,
    moment,
    original_of,
    parse_rows,
    pick_captures,
    playback_url,
    prefix_url,
    read_index,
    read_links,
    read_memento,
)

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/wayback"
recorded = pytest.mark.skipif(not FIXTURES.is_dir(), reason="recorded answers are not at hand")

LINE = "com,twitter)/q/status/{id} {time} https://twitter.com/q/status/{id} {kind} {status} {digest} 812"


def line(
    post_id: int = 20, time: str = "20160708000000", kind: str = "text/html", status: str = "200", digest: str = "A"
) -> str:
    return LINE.format(id=post_id, time=time, kind=kind, status=status, digest=digest)


def answer(
    body: str, status: int = 200, headers: tuple[tuple[str, str], ...] = (), url: str = "https://web.archive.org/"
) -> Exchange:
    data = body.encode()
    return Exchange(
        url=url,
        time=datetime(2026, 1, 2, tzinfo=UTC),
        status=status,
        headers=(*headers, ("content-type", "text/plain;charset=UTF-8")),
        open_response=lambda: io.BytesIO(data),
        response_length=len(data),
    )


def test_rows_duplicates_odd_lines_and_the_key_to_go_on() -> None:
    body = "\n".join(
        [
            line(),
            line(),
            line(digest="B", status="-", kind="warc/revisit"),
            line(digest="C") + " 811 4242 file.warc.gz",
            "com,twitter)/ 20000012170449 https://twitter.com/x text/html 200 D 1",
            "com,twitter)/ 20160708000000 mailto:somebody@ledger.example text/html 200 E 1",
            "too short",
            "com,twitter)/data:" + "x" * 9000 + " 20160708000000 https://twitter.com/x text/html 200 F 1",
            "",
            "com%2Ctwitter%29%2F+20160708000001",
        ]
    )
    found = read_index(answer(body))
    assert found.found is Found.ROWS
    assert [row.digest for row in found.rows] == ["A", "B", "C"]
    assert found.rows[1].status is None
    assert found.skipped == 4
    assert found.resume_key == "com%2Ctwitter%29%2F+20160708000001"


def test_json_rows() -> None:
    fields = line().split(" ")
    head = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
    for body in ([head, fields, [], ["key"]], [fields, [], ["key"]]):
        found = read_index(answer(json.dumps(body)))
        assert len(found.rows) == 1
        assert (found.resume_key, found.skipped) == ("key", 0)


@pytest.mark.parametrize("body", ["", "\n", "[]", "[[]]"])
def test_only_an_empty_answer_means_nothing(body: str) -> None:
    assert read_index(answer(body)).found is Found.NOTHING


@pytest.mark.parametrize(
    ("body", "status", "found"),
    [
        (
            "org.archive.util.io.RuntimeIOException: AdministrativeAccessControlException: Blocked Site Error",
            403,
            Found.EXCLUDED,
        ),
        ("org.archive...RobotAccessControlException: Blocked By Robots", 403, Found.EXCLUDED),
        ("", 403, Found.REFUSED),
        ("", 429, Found.REFUSED),
        ("", 401, Found.REFUSED),
        ("", 500, Found.FAILED),
        ("", 503, Found.FAILED),
        ("", 504, Found.FAILED),
        ("", 404, Found.FAILED),
        ("<html><title>Internet Archive: Scheduled Maintenance</title></html>", 200, Found.FAILED),
        ("The index is busy at the moment; please come back later today.", 200, Found.FAILED),
        ("java.lang.NullPointerException", 200, Found.FAILED),
        ('{"message": "too busy"}', 200, Found.FAILED),
        (
            '[["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"], ["com,tw',
            200,
            Found.FAILED,
        ),
    ],
)
def test_a_refusal_is_never_nothing(body: str, status: int, found: Found) -> None:
    read = read_index(answer(body, status))
    assert read.found is found
    assert read.reason


@given(st.lists(st.one_of(st.just(line()), st.text(max_size=60), st.just("")), max_size=12))
def test_odd_lines_never_hide_good_ones(lines: list[str]) -> None:
    """Invariant: a good line is read whatever stands around it, and nothing else becomes a row."""
    found = parse_rows("\n".join(lines))
    parts = [part.strip("\r") for one in lines for part in one.split("\n")]
    if not "\n".join(lines).lstrip().startswith("["):
        assert (line() in parts) == any(row.digest == "A" and row.original.endswith("/20") for row in found.rows)
    assert all(moment(row.timestamp) for row in found.rows)


@given(st.text(max_size=300))
def test_any_text_is_read(body: str) -> None:
    """Invariant: no index answer raises."""
    assert parse_rows(body).found in (Found.ROWS, Found.NOTHING, Found.FAILED)


def test_odd_lines_alone_are_an_index_all_the_same() -> None:
    body = "com,twitter)/ 20000012170449 https://twitter.com/x text/html 200 D 1\n"
    assert (read_index(answer(body)).found, read_index(answer(body)).skipped) == (Found.NOTHING, 1)


@pytest.mark.parametrize("year", ["9" * 30, "9" * 5000, "0", "2020 -9999"])
def test_a_time_that_cannot_be_is_none(year: str) -> None:
    (link,) = read_links(f'<https://a.example/x>; rel="memento"; datetime="Mon, 01 Jan {year[:2000]} 00:00:00 GMT"')
    assert link.captured is None or link.captured.year > 0


def test_urls_of_questions() -> None:
    url = prefix_url("twitter.com/quay_ledger/status/1590", limit=5, since="20221109", resume_key="a%2Cb+1")
    assert url == (
        "https://web.archive.org/cdx/search/cdx?url=twitter.com/quay_ledger/status/1590&matchType=prefix&collapse=urlkey"
        "&from=20221109&limit=5&showResumeKey=true&resumeKey=a%252Cb%2B1"
    )
    odd = captures_url("https://x.com/a?b=c&d=e#f", limit=5)
    assert "b%3Dc%26d%3De%23f" in odd


def row(time: str, kind: str = "text/html", status: int | None = 200, digest: str | None = None) -> CdxRow:
    return CdxRow(
        timestamp=time, original="https://twitter.com/q/status/20", mimetype=kind, status=status, digest=digest or time
    )


def test_captures_that_hold_the_post_come_first() -> None:
    shell = row("20230101000000")
    old = row("20160101000000")
    data = row("20240101000000", "application/json")
    revisit = row("20160301000000", "warc/revisit", None)
    gone = row("20170101000000", status=404)
    moved = row("20150101000000", status=302)
    again = row("20160201000000", digest="20160101000000")
    picked = pick_captures([gone, shell, data, again, old, moved, revisit], 10)
    assert picked == (old, data, shell, revisit)
    assert pick_captures([gone, moved], 10) == (moved, gone)
    assert pick_captures([old, data], 1) == (old,)
    assert playback_url(old) == "https://web.archive.org/web/20160101000000id_/https://twitter.com/q/status/20"


PLAY = "https://web.archive.org/web/20160101000000id_/https://twitter.com/q/status/20"
DATED = ("Memento-Datetime", "Fri, 01 Jan 2016 00:00:00 GMT")


def test_a_copy_says_when_it_was_made() -> None:
    found = read_memento(answer("x", 404, (DATED,), PLAY))
    assert found.captured == datetime(2016, 1, 1, tzinfo=UTC)
    assert (found.status, found.original) == (404, "https://twitter.com/q/status/20")


@pytest.mark.parametrize("status", [200, 403, 404, 429, 503])
def test_without_its_date_the_archive_is_talking(status: int) -> None:
    found = read_memento(answer("<html>excluded</html>", status, (), PLAY))
    assert (found.captured, found.redirect) == (None, None)


def test_redirects_to_the_nearest_copy_and_archived_ones() -> None:
    target = "/web/20160102000000id_/https://twitter.com/q/status/20"
    nearest = read_memento(answer("", 302, (("location", target),), PLAY))
    assert nearest.captured is None
    assert nearest.redirect == "https://web.archive.org" + target
    archived = read_memento(answer("", 301, (("Location", target), DATED), PLAY))
    assert archived.captured is not None
    assert archived.redirect == "https://web.archive.org" + target
    away = read_memento(answer("", 302, (("location", "https://ledger.example/"),), PLAY))
    assert (away.captured, away.redirect) == (None, None)


@pytest.mark.parametrize(
    ("url", "original"),
    [
        (PLAY, "https://twitter.com/q/status/20"),
        ("https://web.archive.org/web/2016/http:/twitter.com/q", "http://twitter.com/q"),
        ("https://web.archive.org/web/2016if_/twitter.com/q", "http://twitter.com/q"),
        ("https://web.archive.org/web/2016id_/https://x.com/a?b=c", "https://x.com/a?b=c"),
        ("https://web.archive.org/cdx/search/cdx", None),
        ("https://twitter.com/web/2016/x", None),
        ("https://[broken", None),
    ],
)
def test_the_address_within_a_playback_url(url: str, original: str | None) -> None:
    assert original_of(url) == original


def test_timemaps_split_at_the_right_commas() -> None:
    text = (
        '<http://q.example/a,b>; rel="original",\n<//archive.example/2016/x>; rel="first memento"; '
        'datetime="Fri, 01 Jan 2016 00:00:00 GMT",\n<https://archive.example/tg>; rel=timegate'
    )
    original, first, gate = read_links(text)
    assert original.target == "http://q.example/a,b"
    assert (first.target, first.rel) == ("https://archive.example/2016/x", ("first", "memento"))
    assert first.captured == datetime(2016, 1, 1, tzinfo=UTC)
    assert gate.rel == ("timegate",)


@given(st.text(alphabet='<>;,="rel a\\', max_size=200))
def test_any_link_header_is_read(text: str) -> None:
    """Invariant: no header raises, and every target stood between angle brackets."""
    for link in read_links(text):
        assert f"<{link.target}" in text or link.target.startswith("https://") or link.target == link.target.strip()


@recorded
def test_recorded_index_pages_chain_by_their_keys() -> None:
    files = sorted((FIXTURES / "cdx_text").glob("*_200.txt"))
    pages = [parse_rows(file.read_text()) for file in files]
    assert all(page.rows and page.resume_key and not page.skipped for page in pages)
    index = [json.loads(raw) for raw in (FIXTURES.parent / "index.jsonl").read_text().splitlines()]
    asked = {Path(entry["file"]).name: entry.get("request_url", "") for entry in index}
    for before, after in itertools.pairwise(files):
        key = parse_rows(before.read_text()).resume_key
        assert key
        assert asked[after.name].endswith(captures_url("x", limit=1, resume_key=key).partition("resumeKey=")[2])


@recorded
def test_recorded_odd_index_lines_are_skipped() -> None:
    for file in (FIXTURES / "cdx_text_odd").iterdir():
        found = parse_rows(file.read_text())
        assert found.rows
        assert all(r.original.startswith("http") for r in found.rows)


@recorded
def test_recorded_redirects_lead_to_other_copies() -> None:
    for file in (FIXTURES / "memento").glob("*302.headers.json"):
        data = json.loads(file.read_bytes())
        found = read_memento(answer("", data["status"], tuple(data["headers"].items()), data["url"]))
        assert found.captured is None
        assert found.redirect is not None
        assert original_of(found.redirect)
