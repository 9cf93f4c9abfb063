"""What one page costs in memory: not many times its own size."""

from __future__ import annotations

import tracemalloc

from archiver.scan.pages import Looked
from archiver.scan.unit import Page
from tests.scan.crawl import page, tweet


def test_a_long_page_with_a_post_takes_no_multiple_of_its_words() -> None:
    words = " ".join(f"{number:x}" for number in range(300_000))
    body = "".join(f"<p>{words[at : at + 400]}</p>" for at in range(0, len(words), 400))
    data = page(tweet(1) + body)
    looked = Looked(lambda _data, _type: True)

    def rows(data: bytes) -> int:
        return len(looked.rows("x.warc", Page(
            offset=0, record_id="urn:uuid:1", record_type="response", target_uri="https://news.example/",
            date="2026-11-20T00:00:00Z", content_type="text/html; charset=utf-8", data=data,
        )))  # fmt: skip

    assert rows(page(tweet(1))) == 1  # rules are compiled
    tracemalloc.start()
    try:
        assert rows(data) == 1
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 * len(data)
