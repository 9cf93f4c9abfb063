"""Times that pages and records give for machines. Invariant: whatever stands where a time is due, nothing is raised,
and what is taken from it is RFC 3339."""

from __future__ import annotations

import pytest

from archiver.detect import find
from archiver.model import Article
from archiver.platforms import instants
from archiver.platforms.x.records import moment

NO_TIMES = [
    "", "yesterday", "2022-11-09", "2022-11-09T02:37:48", "2022-13-09T02:37:48Z", "٢٠٢٢-11-09T02:37:48Z", "9" * 99,
    # by their form they are times; in UTC they lie beyond the years that there are
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
]  # fmt: skip

TIMES = {
    "2022-11-09T02:37:48Z": "2022-11-09T02:37:48Z",
    " 2022-11-09T04:37:48.123456+02:00 ": "2022-11-09T02:37:48Z",
    "20221109T0237Z": "2022-11-09T02:37:00Z",
    "0005-01-01T00:00:00+00:00": "0005-01-01T00:00:00Z",
}

EMBEDS = {
    "x": '<blockquote class="twitter-tweet"><p>The ferry waits</p>&mdash; Ada (@ada) <a data-datetime="{time}"'
    ' href="https://twitter.com/ada/status/1590171771531264000">November 9, 2022</a></blockquote>',
    "instagram": '<blockquote class="instagram-media" data-instgrm-permalink="https://www.instagram.com/p/BalQ2SWFty8/">'
    '<p>The ferry waits</p><p>A post shared by Ana (@ana.example) on <time datetime="{time}">Oct 23</time></p>'
    "</blockquote>",
    "telegram": '<div class="tgme_widget_message" data-post="example_town/7"><div class="tgme_widget_message_text">'
    'The ferry waits</div><a class="tgme_widget_message_date" href="https://t.me/example_town/7"><time'
    ' datetime="{time}">Oct 23</time></a></div>',
}


def found(platform: str, time: str) -> str | None:
    page = f"<p>Before the flood.</p>{EMBEDS[platform].format(time=time)}"
    (mention,) = find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=page))
    assert mention.platform == platform
    return mention.date


@pytest.mark.parametrize("platform", EMBEDS)
@pytest.mark.parametrize("time", NO_TIMES)
def test_what_is_no_time_in_an_embed_is_left_aside(platform: str, time: str) -> None:
    date = found(platform, time)
    assert date is None or "T" not in date


@pytest.mark.parametrize("platform", EMBEDS)
@pytest.mark.parametrize(("time", "read"), TIMES.items())
def test_a_time_in_an_embed_is_read_in_utc(platform: str, time: str, read: str) -> None:
    assert found(platform, time) == read


@pytest.mark.parametrize("time", NO_TIMES)
def test_what_is_no_time_is_none(time: str) -> None:
    assert instants.utc(time) is None
    assert moment(time) is None


def test_a_time_of_xs_old_form_beyond_the_years_that_there_are_is_none() -> None:
    assert moment("Fri Dec 31 23:59:59 -1400 9999") is None
