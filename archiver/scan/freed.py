"""Does the memory that a large page took go back to the system once it is freed?"""

from __future__ import annotations

from functools import cache

M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -3, -1
"""`mallopt(3)` of the GNU C library."""

BLOCK = 4 << 20
"""Bytes of a block from which on it is taken from the system for itself, and given back when it is freed."""

KEPT = 8 << 20
"""Bytes at the heap's end that are kept when they are free. Once the other is set, the library leaves it at 128 KiB,
and most pages would have their memory asked for anew."""


@cache
def give_back() -> None:
    """Have large blocks given back to the system, from now on. By itself the GNU C library keeps blocks of up to 32 MiB
    once one was freed, so that a page, its text and its tree would each have their own. Other libraries are left as
    they are."""
    try:
        import ctypes

        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, BLOCK)
        libc.mallopt(M_TRIM_THRESHOLD, KEPT)
    except (ImportError, AttributeError, OSError, TypeError):
        pass  # not the GNU C library
