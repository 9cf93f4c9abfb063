"""The pages of a package: they are listed one after the other, and may be left at any of them."""

from __future__ import annotations

import threading

import pytest

from archiver.exporting.pages import cited_pages
from archiver.store import Archive
from tests.exporting.conftest import SHIPPED


def test_left_half_way_it_may_be_closed_by_another_thread() -> None:
    """Whichever thread collects what an export that failed left behind."""
    problems: list[BaseException] = []

    def close() -> None:
        try:
            pages.close()
        except BaseException as error:
            problems.append(error)

    with Archive.open(SHIPPED) as archive:
        pages = cited_pages(archive, on_problem=lambda *_: pytest.fail("a problem"))
        next(pages)
        thread = threading.Thread(target=close)
        thread.start()
        thread.join()
    assert problems == []
