"""Pages of Instagram, Threads and Facebook: one answer for deleted, private and closed posts is never "deleted"."""

from __future__ import annotations

import pytest

from archiver.model import Answer, AnswerKind, PostRef
from archiver.platforms.facebook import PLATFORM as FACEBOOK
from archiver.platforms.instagram import PLATFORM as INSTAGRAM
from archiver.platforms.threads import PLATFORM as THREADS
from tests.platforms.hostile import ask_always

NOTHING_HERE = "<!DOCTYPE html><html><head><title>Page</title></head><body><p>This page isn't here.</p></body></html>"
NETWORKS = {
    "instagram": (INSTAGRAM, INSTAGRAM.ref_from_id("CuE2WNQs6vH")),
    "threads": (THREADS, THREADS.ref_from_id("CuE2WNQs6vH", "quay.ledger")),
    "facebook": (FACEBOOK, FACEBOOK.ref_from_url("https://www.facebook.com/quay.ledger/posts/1234567890123456")),
}


def pages_of(name: str, status: int) -> list[Answer]:
    """What the pages, not the question for an embed, say at this status."""
    platform, ref = NETWORKS[name]
    assert isinstance(ref, PostRef)
    said, _ = ask_always(platform, ref, NOTHING_HERE.encode(), status, "text/html; charset=utf-8")
    return [answer for answer in said if "oembed" not in answer.endpoint]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_page_leaves_it_unsaid_and_says_why(name: str, status: int) -> None:
    said = pages_of(name, status)
    assert said
    assert {answer.kind for answer in said} == {AnswerKind.UNSAID}
    assert {answer.reason for answer in said} == {f"HTTP {status}: deleted and private posts get the same answer"}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_page_without_the_post_is_unsaid_and_another_status_is_no_answer(name: str) -> None:
    assert {answer.kind for answer in pages_of(name, 200)} == {AnswerKind.UNSAID}
    assert AnswerKind.UNSAID not in {answer.kind for answer in pages_of(name, 418)}
