"""Driving a platform's inquiry: what is sent to it, what is heard of it, and that it always ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archiver.exchange import Exchange
from archiver.model import Answer, State
from archiver.platforms.base import Gap, Inquiry, Lookup, Remark, Shown
from archiver.resolution.inquiry import MAX_LOOKUPS, drive
from tests.platforms.driving import exchange

ONE, TWO = (Lookup(endpoint="t.one", url=f"https://t.example/{name}") for name in ("one", "two"))
Said = Answer | Shown | Remark | Gap


def driven(
    inquiry: Inquiry,
    answers: dict[str, Exchange | None],
    take: Callable[[Said], bool] = lambda step: False,
) -> tuple[list[str], list[Said]]:
    """What was asked and what was said."""
    asked: list[str] = []
    said: list[Said] = []

    def ask(lookup: Lookup) -> Exchange | None:
        asked.append(lookup.url)
        return answers.get(lookup.url)

    def heard(step: Said) -> bool:
        said.append(step)
        return take(step)

    drive(inquiry, ask, heard)
    return asked, said


def test_each_question_gets_its_answer_and_null_where_none_came() -> None:
    sent: list[object] = []

    def inquiry() -> Inquiry:
        sent.append((yield ONE))
        sent.append((yield Remark(text="between")))
        sent.append((yield TWO))
        sent.append((yield Gap(text="after")))

    answer = exchange(ONE.url, "{}")
    asked, said = driven(inquiry(), {ONE.url: answer})
    assert sent == [answer, None, None, None]
    assert asked == [ONE.url, TWO.url]
    assert said == [Remark(text="between"), Gap(text="after")]


def test_every_kind_of_statement_is_handed_on_in_order() -> None:
    steps = [Remark(text="a"), Shown(posts=()), Answer(state=State.LIVE, reason="r"), Gap(text="g")]

    def inquiry() -> Inquiry:
        yield from steps

    assert driven(inquiry(), {}) == ([], steps)


def test_an_inquiry_that_says_nothing_is_over_at_once() -> None:
    def inquiry() -> Inquiry:
        return
        yield

    assert driven(inquiry(), {}) == ([], [])


@pytest.mark.parametrize("enough", ["first", "second", "never"])
def test_whoever_has_heard_enough_closes_it(enough: str) -> None:
    closed: list[str] = []

    def inquiry() -> Inquiry:
        try:
            yield Remark(text="first")
            yield ONE
            yield Remark(text="second")
            yield TWO
        finally:
            closed.append("closed")

    running = inquiry()  # held, so that nothing but `drive` closes it
    asked, said = driven(running, {}, lambda step: isinstance(step, Remark) and step.text == enough)
    assert closed == ["closed"]
    assert len(asked) == {"first": 0, "second": 1, "never": 2}[enough]
    assert len(said) == (1 if enough == "first" else 2)


def test_one_that_asks_without_end_is_stopped_with_a_gap() -> None:
    closed: list[str] = []

    def inquiry() -> Inquiry:
        try:
            while True:
                yield ONE
        finally:
            closed.append("closed")

    running = inquiry()
    asked, said = driven(running, {})
    assert len(asked) == MAX_LOOKUPS
    assert closed == ["closed"]
    assert [type(step) for step in said] == [Gap]
    assert ONE.endpoint in str(said)


def test_as_many_questions_as_are_allowed_are_no_gap() -> None:
    def inquiry() -> Inquiry:
        for _ in range(MAX_LOOKUPS):
            yield ONE
        yield Remark(text="done")

    assert driven(inquiry(), {})[1] == [Remark(text="done")]


@pytest.mark.parametrize("where", ["asking", "taking", "itself"])
def test_it_is_closed_whatever_fails(where: str) -> None:
    closed: list[str] = []

    def inquiry() -> Inquiry:
        try:
            yield ONE
            yield Remark(text="then")
            if where == "itself":
                raise ZeroDivisionError
        finally:
            closed.append("closed")

    def ask(lookup: Lookup) -> Exchange | None:
        if where == "asking":
            raise ZeroDivisionError
        return None

    def take(step: Said) -> bool:
        if where == "taking":
            raise ZeroDivisionError
        return False

    running = inquiry()
    with pytest.raises(ZeroDivisionError):
        drive(running, ask, take)
    assert closed == ["closed"]
