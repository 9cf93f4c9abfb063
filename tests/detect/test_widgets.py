"""Posts copied from the screen: the author's line above, the reader's time below."""

from __future__ import annotations

import pytest

from archiver.detect import find
from archiver.model import Article, Mention

ARTICLE = "The council met on Tuesday to discuss the bridge, and the debate went on until late in the evening."
WORDS = "The bridge is open again, thanks to everyone who worked on it."


def found(text: str) -> list[Mention]:
    return find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=f"{ARTICLE}\n\n{text}\n\n{ARTICLE}"))


@pytest.mark.parametrize(
    ("footer", "day"),
    [
        ("3:02 PM · Nov 20, 2024 · 12.3K Views", "2024-11-20"),
        ("3:02 PM · Nov 20, 2024·Twitter for iPhone", "2024-11-20"),
        ("15:02 · 20 nov. 2024", "2024-11-20"),
        ("午後3:02 · 2024年11月20日", "2024-11-20"),
        ("12:03 PM - 9 Nov 2013", "2013-11-09"),
        ("12:03 - 9 Kas 2013", "2013-11-09"),
    ],
)
@pytest.mark.parametrize(
    "head", ["Ana Example\n@ana_example", "Ana Example @ana_example", "Ana Example (@ana_example)"]
)
def test_the_widgets_last_line_dates_it_for_its_reader(head: str, footer: str, day: str) -> None:
    (mention,) = found(f"{head}\n{WORDS}\n{footer}")
    assert (mention.handle, mention.display_name, mention.date) == ("ana_example", "Ana Example", day)
    assert (mention.text, mention.date_basis, mention.rule) == (WORDS, "viewer", "x.widget")


@pytest.mark.parametrize(("age", "day"), [("Nov 9, 2022", "2022-11-09"), ("Nov 9", None), ("17h", None)])
def test_the_platforms_own_line_above_a_post(age: str, day: str | None) -> None:
    (mention,) = found(f"Ana Example @ana_example · {age}\n{WORDS}")
    assert (mention.handle, mention.display_name, mention.date, mention.text) == (
        "ana_example",
        "Ana Example",
        day,
        WORDS,
    )


@pytest.mark.parametrize(
    "text",
    [
        "By Ana Example · 3:02 PM · Nov 20, 2024",
        "Updated 15:02 · 20 November 2024 · 5 min read",
        "The talk begins at 12:03 PM - 9 Nov 2013 is when it was announced.",
        "ana@example.org · Nov 9, 2022",
    ],
)
def test_by_lines_with_times_are_no_widgets(text: str) -> None:
    assert found(text) == []
