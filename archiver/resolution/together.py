"""Doing several things at the same time, and hearing what came of them in a fixed order.

What a resolution concludes must not depend on who answers first: so all of a group are waited for, and their results
are taken in the order in which they were given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def together(tasks: Sequence[Callable[[], T]], threads: int) -> list[T]:
    """The results of all tasks, in their order; with one thread, one task after the other.

    Raises what the first task that fails raises: once all are done, or, with one thread, before the next begins.
    """
    if threads <= 1 or len(tasks) <= 1:
        return [task() for task in tasks]
    with ThreadPoolExecutor(min(threads, len(tasks)), thread_name_prefix="source") as pool:
        return [future.result() for future in [pool.submit(task) for task in tasks]]
