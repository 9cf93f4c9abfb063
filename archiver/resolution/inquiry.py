"""Driving a platform's inquiry: put its questions to the network (or the stored captures), and hand on what it says."""

from __future__ import annotations

from collections.abc import Callable

from archiver.exchange import Exchange
from archiver.model import Answer
from archiver.platforms.base import Gap, Inquiry, Lookup, Remark, Shown

MAX_LOOKUPS = 64
"""A platform that asks more than this about one thing leads in a circle."""


def drive(
    inquiry: Inquiry,
    ask: Callable[[Lookup], Exchange | None],
    take: Callable[[Answer | Shown | Remark | Gap], bool],
) -> None:
    """Ask what a platform wants to know, until it has no more questions or `take` has heard enough.

    ask: one question; null where no answer came. take: told of each thing that was read; true ends the inquiry.
    """
    asked = 0
    try:
        step = next(inquiry, None)
        while step is not None:
            sent: Exchange | None = None
            if isinstance(step, Lookup):
                asked += 1
                if asked > MAX_LOOKUPS:
                    take(Gap(text=f"{step.endpoint}: more than {MAX_LOOKUPS} questions"))
                    return
                sent = ask(step)
            elif take(step):
                return
            try:
                step = inquiry.send(sent)
            except StopIteration:
                return
    finally:
        inquiry.close()
