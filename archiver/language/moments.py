"""Which moment does the text at this place print: a day, and the time and zone that follow it?

`October 30, 2024 at 3:02 PM`, `2024-11-20T15:02:11.123Z`, `9 ноя 2022 в 1:10 PDT`. The day is the question of `dates`,
the time of `times`.

Cost: the windows of these two, once each.
"""

from __future__ import annotations

import re

import msgspec

from archiver.language import dates, times


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A day, and perhaps a time, as a text prints them."""

    date: dates.PrintedDate
    end: int
    """Behind all of it."""
    stamp: str | None
    """RFC 3339 with the printed zone's offset, where day, time and zone are certain; else the ISO day; null where the
    day is not known."""
    timed: bool = False
    """Whether a time follows that belongs to the day beyond doubt (`at 3:02 PM`)."""
    maybe_timed: bool = False
    """Whether a time follows that may be what the text goes on with (`10:30 The council met`)."""


_INSTANT = re.compile(r"T(?P<clock>\d{2}:\d{2}(?::\d{2})?)(?:\.\d{1,9})?(?P<zone>Z|[+-]\d{2}:?\d{2})?(?!\d)", re.ASCII)


def read_moment(text: str, at: int) -> Moment | None:
    """The day printed at offset `at` of `text`, as `dates.read_date` reads it, and the time behind it.

    null where no day is printed there. A time on the next line is another's, unless a word (`at`) leads to it.
    """
    printed = dates.read_date(text, at)
    if printed is None:
        return None
    if printed.day is None:
        return Moment(date=printed, end=printed.end, stamp=None)
    if instant := _INSTANT.match(text, printed.end):
        return Moment(date=printed, end=instant.end(), stamp=_stamp(printed.day, instant), timed=True)
    found = times.read_time(text, printed.end)
    if found is None:
        return Moment(date=printed, end=printed.end, stamp=printed.day)
    between = text[printed.end : found.start]
    told = any(c.isalpha() for c in between) or any(c.isalpha() for c in text[found.start : found.end])
    if "\n" in between and not any(c.isalpha() for c in between):
        return Moment(date=printed, end=printed.end, stamp=printed.day)
    if not told and "." in text[found.start : found.end]:  # `2022 12.50` may be a price
        return Moment(date=printed, end=printed.end, stamp=printed.day)
    return Moment(
        date=printed,
        end=found.end,
        stamp=found.on(printed.day),
        timed=told or found.offset is not None,
        maybe_timed=True,
    )


def _stamp(day: str, instant: re.Match[str]) -> str:
    if instant["zone"] is None:
        return day
    clock = instant["clock"] if instant["clock"].count(":") == 2 else instant["clock"] + ":00"
    zone = instant["zone"]
    return f"{day}T{clock}{zone if ':' in zone or zone == 'Z' else zone[:3] + ':' + zone[3:]}"
