"""Invented posts, rendered in every form and language, are read back: name, handle, date and id exactly as shown.

`pytest tests/roundtrip -s` prints the table; `python benchmarks/roundtrip.py --errors 20` shows what fails.
"""

from __future__ import annotations

from collections import defaultdict

import pytest

from archiver.detect import find
from tests.roundtrip import lookalikes
from tests.roundtrip.cases import Verdict, run, table

pytestmark = pytest.mark.slow

POSTS = 5000
SHARE = 0.99
KIND_SHARE = 0.985
FAMILY_SHARE = 0.9
"""Of each form: a form that fails wholly must not drown among the others."""
FEW = 5
"""Forms with fewer posts than this may fail once."""
NOT_READ = frozenset(
    [
        ("html", "mastodon", "link: embedly card"),
        ("html", "mastodon", "link: iframely link"),
        ("html", "x", "CNN-style id"),
        ("html", "x", "embedly quotation"),
        ("html", "x", "name before the words"),
        ("html", "x", "own renderer with a time"),
        ("html", "x", "react-tweet"),
    ]
)
"""Forms that are known not to be read, or not wholly."""

LOOK_ALIKES = 2000
FALSE_LOOK_ALIKES = 0.01


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    found = run(find, POSTS)
    print("\n" + table(found))  # noqa: T201
    return found


def test_posts_are_read_as_they_are_shown(verdicts: list[Verdict]) -> None:
    assert len(verdicts) >= POSTS
    wrong = [verdict for verdict in verdicts if not verdict.right]
    assert len(wrong) <= len(verdicts) * (1 - SHARE), table(wrong)


@pytest.mark.parametrize("kind", ["text", "html"])
def test_neither_kind_leans_on_the_other(verdicts: list[Verdict], kind: str) -> None:
    of_kind = [verdict for verdict in verdicts if verdict.case.form.kind == kind]
    wrong = [verdict for verdict in of_kind if not verdict.right]
    assert len(of_kind) > POSTS // 4
    assert len(wrong) <= len(of_kind) * (1 - KIND_SHARE), table(wrong)


def test_no_form_is_lost(verdicts: list[Verdict]) -> None:
    forms: dict[tuple[str, str, str], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        form = verdict.case.form
        forms[form.kind, form.platform, form.name].append(verdict)
    lost = {
        form: f"{sum(v.right for v in of_form)} of {len(of_form)}"
        for form, of_form in forms.items()
        if sum(not v.right for v in of_form) > max(len(of_form) * (1 - FAMILY_SHARE), len(of_form) < FEW)
    }
    assert not lost.keys() - NOT_READ, lost


def test_nothing_else_is_found_beside_them(verdicts: list[Verdict]) -> None:
    false = [mention for verdict in verdicts for mention in verdict.false]
    assert len(false) <= len(verdicts) * (1 - SHARE), false[:5]


def test_what_only_looks_like_a_post_is_none() -> None:
    false = [(kind, find(article)) for kind, article in lookalikes.articles(LOOK_ALIKES)]
    found = [(kind, mentions) for kind, mentions in false if mentions]
    assert len(found) <= LOOK_ALIKES * FALSE_LOOK_ALIKES, found[:5]
