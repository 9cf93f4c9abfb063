"""Is memory that was freed kept for what comes next, or given back to the system?"""

from __future__ import annotations

from functools import cache

M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -3, -1
"""`mallopt(3)` of the GNU C library."""

LARGEST_KEPT = 16 << 20
"""Bytes of the largest block that is kept for others while pages are of usual sizes."""

BLOCK = 4 << 20
"""Bytes of a block from which on it is given back once there was a page that is worth it."""

WORTH_GIVING_BACK = 16 << 20
"""Bytes of such a page. Below, to ask the system anew for each page's memory costs more time than it saves memory."""

FREE = 8 << 20
"""Bytes at the heap's end that are kept when they are free. Once the other is set, the library leaves it at 128 KiB,
and most pages would have their memory asked for anew."""


@cache
def keep() -> None:
    """Have the memory of pages kept for the next ones. By itself the GNU C library decides by what was freed so far
    whether a block of some megabytes is asked of the system each time."""
    _tell(LARGEST_KEPT, 2 * LARGEST_KEPT)


@cache
def give_back() -> None:
    """Have large blocks given back to the system, from now on: a page of many megabytes, its text and its tree would
    each keep their own."""
    _tell(BLOCK, FREE)


def _tell(block: int, free: int) -> None:
    """Other C libraries are left as they are."""
    try:
        import ctypes

        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, block)
        libc.mallopt(M_TRIM_THRESHOLD, free)
    except (ImportError, AttributeError, OSError, TypeError):
        pass  # not the GNU C library
