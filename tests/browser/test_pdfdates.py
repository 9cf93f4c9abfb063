"""A PDF says that it was made at the run's time, and is otherwise Chromium's, byte for byte."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from archiver.browser.pdfdates import dated
from tests.browser.stage import CLOCK, Stage, html
from tests.browser.test_rendering import view

WHEN = datetime(2026, 3, 1, 14, 5, 6, tzinfo=timezone(timedelta(hours=2)))
TITLE = "Said at /CreationDate (D:20200101000000+00'00')>>\nendobj"


def made(
    title: bytes = b"(Plain)", date: bytes = b"20261130094727+05'30'", tail: bytes = b"/Info 1 0 R>>", body: bytes = b""
) -> bytes:
    """As Skia writes a PDF, in short."""
    return (
        b"%PDF-1.4\n%\xd3\xeb\xe9\xe1\n1 0 obj\n<</Title " + title + b"\n/Producer (Skia/PDF m150)\n"
        b"/CreationDate (D:" + date + b")\n/ModDate (D:" + date + b")>>\nendobj\n" + body + b"xref\n0 2\n"
        b"trailer\n<</Size 2\n/Root 2 0 R\n" + tail + b"\nstartxref\n200\n%%EOF\n"
    )


def test_both_dates_are_set_in_place() -> None:
    assert dated(made(), WHEN) == made(date=b"20260301120506+00'00'")
    assert dated(made(date=b"20261130094727-08'00'"), WHEN) == made(date=b"20260301120506+00'00'")


def test_what_a_page_puts_into_the_file_is_not_touched() -> None:
    lookalike = (
        b"9 0 obj\n<<>>\nstream\n/CreationDate (D:20200101000000+00'00')\n/ModDate (D:20200101000000+00'00')>>\n"
    )
    for title in (b"(/CreationDate \\(D:20200101000000+00'00'\\))", b"<" + b"FF" * 3000 + b">"):
        changed = dated(made(title, body=lookalike), WHEN)
        assert changed == made(title, date=b"20260301120506+00'00'", body=lookalike)


@pytest.mark.parametrize(
    "pdf",
    [
        b"",
        b"%PDF-1.4\n",
        made(date=b"20261130094727Z"),
        made(date=b"2026"),
        made(tail=b"/Info 7 0 R>>"),
        made(tail=b">>"),
        made().replace(b"1 0 obj", b"3 0 obj"),
        made().replace(b"/ModDate", b"/Other"),
    ],
)
def test_a_file_of_another_form_stays_as_it_is(pdf: bytes) -> None:
    assert dated(pdf, WHEN) == pdf


def test_two_views_of_a_page_at_the_same_time_by_the_runs_clock_are_the_same_bytes(stage: Stage) -> None:
    stage.pages["/dated"] = html("<h1>The weir</h1><p>Open since <a href='#x'>March</a></p>", TITLE)
    seen = []
    for _ in range(2):
        rendering = stage.render("/dated")
        seen.append([stage.data(view(rendering, f"urn:{kind}:")) for kind in ("view", "fullPage", "pdf")])
        time.sleep(1.1)  # Chromium's own clock goes on
    assert seen[0] == seen[1]
    dates = re.findall(rb"/(?:Creation|Mod)Date \(D:(\d{14})\+00'00'\)", seen[0][2])
    assert {datetime.strptime(date.decode() + "+0000", "%Y%m%d%H%M%S%z") for date in dates} == {CLOCK.astimezone(UTC)}
    assert len(dates) == 2
