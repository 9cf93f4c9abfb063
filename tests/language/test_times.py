"""Times of day as embeds print them. Invariant: what is read is a span of the text that ends with the time or its zone,
and no input makes reading fail."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.language.times import read_time


@pytest.mark.parametrize(
    ("text", "clock", "offset", "shown"),
    [
        (" at 9:21pm PDT", time(21, 21), "-07:00", "9:21pm PDT"),
        (" at 12:05am PST today", time(0, 5), "-08:00", "12:05am PST"),
        (" a las 4:19 p. m. PST", time(16, 19), "-08:00", "4:19 p. m. PST"),
        (" alle 5: 33pm PST 2019", time(17, 33), "-08:00", "5: 33pm PST"),
        (" um 0:31 Uhr", time(0, 31), None, "0:31 Uhr"),
        (" um 16:47 PDT", time(16, 47), "-07:00", "16:47 PDT"),
        (" 8:24午後 PDT", time(20, 24), "-07:00", "8:24午後 PDT"),
        ("、午後3:02", time(15, 2), None, "午後3:02"),
        (" 오전 6:50 KST", time(6, 50), "+09:00", "오전 6:50 KST"),
        (" 9:27 μ.μ. PDT", time(21, 27), "-07:00", "9:27 μ.μ. PDT"),
        (" 8:43ös PDT", time(20, 43), "-07:00", "8:43ös PDT"),
        (" lúc 3:02 CH", time(15, 2), None, "3:02 CH"),
        (" at 3:02 PM GMT+2", time(15, 2), "+02:00", "3:02 PM GMT+2"),
        (" 15:02:09+0530", time(15, 2, 9), "+05:30", "15:02:09+0530"),
        (" at ٩:٢١ ص", time(9, 21), None, "٩:٢١ ص"),
        (" at 9:21 pm. The", time(21, 21), None, "9:21 pm"),
    ],
)
def test_times(text: str, clock: time, offset: str | None, shown: str) -> None:
    found = read_time(text, 0)
    assert found is not None
    assert (found.clock, found.offset, text[found.start : found.end]) == (clock, offset, shown)


@pytest.mark.parametrize(
    ("text", "zone", "shown"),
    [
        (" um 9:29 PDT", "PDT", "9:29 PDT"),
        (" kello 11.37 PST", "PST", "11.37 PST"),
        (", időpont: 11:00 (PDT időzóna szerint) és", "PDT", "11:00 (PDT időzóna szerint)"),
    ],
)
def test_a_half_day_that_is_not_told_is_not_guessed(text: str, zone: str, shown: str) -> None:
    found = read_time(text, 0)
    assert found is not None
    assert (found.clock, found.zone, text[found.start : found.end]) == (None, zone, shown)
    assert found.on("2020-04-28") == "2020-04-28"


def test_the_printed_day_stays_in_front() -> None:
    found = read_time(" at 9:21pm PDT", 0)
    assert found is not None
    assert found.on("2018-09-07") == "2018-09-07T21:21:00-07:00"


def test_a_name_of_several_zones_is_no_offset() -> None:
    found = read_time(" at 9:21pm CST", 0)
    assert found is not None
    assert (found.zone, found.offset, found.on("2018-09-07")) == ("CST", None, "2018-09-07")


@pytest.mark.parametrize("text", ["", " the next day", " 2019 was", " 41:20", " 3:2", " yesterday at 3:02 PM", "T12"])
def test_no_time_stands_there(text: str) -> None:
    assert read_time(text, 0) is None


def test_nothing_behind_the_end_is_read() -> None:
    text = " at 9:21pm PDT"
    cut = read_time(text, 0, end_of_text=9)
    assert cut is not None
    assert cut.end <= 9


@given(st.text(alphabet="0123456789:. apmAPMTDS()+-午後오전時٣صt\n", max_size=80), st.integers(0, 90))
def test_any_text_is_read_or_left(text: str, at: int) -> None:
    found = read_time(text, at)
    if found is not None:
        assert at <= found.start < found.end <= len(text)
        assert found.clock is None or found.clock.tzinfo is None
