"""Several things at the same time: their results in the order in which they were given."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

import pytest

from archiver.resolution.together import together


def slow(number: int, seconds: float) -> int:
    time.sleep(seconds)
    return number


@pytest.mark.parametrize("threads", [0, 1, 2, 4, 99])
def test_results_are_in_the_order_of_the_tasks(threads: int) -> None:
    tasks = [partial(slow, number, (7 - number) / 500) for number in range(8)]
    assert together(tasks, threads) == list(range(8))
    assert together([], threads) == []


def test_with_threads_they_run_at_the_same_time() -> None:
    meeting = threading.Barrier(3, timeout=10)
    assert sorted(together([meeting.wait] * 3, 3)) == [0, 1, 2]


def test_no_more_run_at_a_time_than_was_asked_for() -> None:
    running = most = 0
    lock = threading.Lock()

    def task() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1

    together([task] * 9, 3)
    assert most == 3


def test_one_thread_is_the_callers_own() -> None:
    assert set(together([threading.get_ident] * 3, 1)) == {threading.get_ident()}
    assert threading.get_ident() not in together([threading.get_ident] * 3, 3)


@pytest.mark.parametrize(("threads", "begun"), [(4, {"first", "second", "well"}), (1, {"first"})])
def test_the_first_failure_in_their_order_is_raised(threads: int, begun: set[str]) -> None:
    done: set[str] = set()

    def failing(name: str, seconds: float) -> None:
        time.sleep(seconds)
        done.add(name)
        if name != "well":
            raise ValueError(name)

    tasks: list[Callable[[], None]] = [
        partial(failing, "first", 0.03),
        partial(failing, "second", 0.0),
        partial(failing, "well", 0.05),
    ]
    with pytest.raises(ValueError, match="first"):
        together(tasks, threads)
    assert done == begun
