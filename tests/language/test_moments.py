"""A printed day with its time: whose offset, and where it ends."""

from __future__ import annotations

import pytest

from archiver.language.moments import read_moment


@pytest.mark.parametrize(
    ("text", "stamp", "timed"),
    [
        (" October 30, 2024 at 3:02 PM", "2024-10-30", True),
        (" 2024-11-20T15:02:11.123Z", "2024-11-20T15:02:11Z", True),
        (" 2024-11-20T15:02:11+0200", "2024-11-20T15:02:11+02:00", True),
        (" 2024-11-20T15:02", "2024-11-20", True),
        (" Nov 9, 2022 at 9:21pm PDT", "2022-11-09T21:21:00-07:00", True),
        (" 9. November 2022 um 15:02 Uhr", "2022-11-09", True),
        (" 2022年11月9日 午後3:02", "2022-11-09", True),
        (" November 9, 2022 10:30 The council met", "2022-11-09", False),
        (" November 9, 2022\n10:30\nThe council met", "2022-11-09", False),
        (" November 9, 2022 12.50 for a ticket", "2022-11-09", False),
        (" November 9, 2022", "2022-11-09", False),
        (" 03/05/2021 10:30", None, False),
    ],
)
def test_day_time_and_zone(text: str, stamp: str | None, timed: bool) -> None:
    moment = read_moment(text, 0)
    assert moment is not None
    assert (moment.stamp, moment.timed) == (stamp, timed)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        (" May 3, 2021 at 3:02 PM. Then", " May 3, 2021 at 3:02 PM"),
        (" 2021-05-03T15:02:11.5Z Then", " 2021-05-03T15:02:11.5Z"),
        (" May 3, 2021\n10:30 Then", " May 3, 2021"),
        (" May 3, 2021Then", " May 3, 2021"),
    ],
)
def test_the_end_is_behind_all_of_it(text: str, end: str) -> None:
    moment = read_moment(text, 0)
    assert moment is not None
    assert text[: moment.end] == end


def test_without_a_day_there_is_no_moment() -> None:
    assert read_moment(" at 3:02 PM", 0) is None
