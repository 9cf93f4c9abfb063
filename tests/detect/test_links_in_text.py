"""Permalinks in bare text: in a post's place, beside a post, in a sentence."""

from __future__ import annotations

import pytest

from archiver.detect import find
from archiver.model import Article, Mention

ARTICLE = "The council met on Tuesday to discuss the bridge, and the debate went on until late in the evening."
WORDS = "The bridge is open again, thanks to everyone who worked on it."
ID = "1590173336165216257"
"""Made on 2022-11-09."""
URL = f"https://x.com/ana_example/status/{ID}"


def found(text: str, min_confidence: float = 0.5) -> list[Mention]:
    article = Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text)
    return find(article, min_confidence=min_confidence)


@pytest.mark.parametrize(
    ("address", "platform", "post_id"),
    [
        (URL, "x", ID),
        (f"<{URL}>", "x", ID),
        (f"- {URL}", "x", ID),
        (f"twitter.com/ana_example/status/{ID}", "x", ID),
        (f"https://web.archive.org/web/20221110120000/https://twitter.com/ana_example/status/{ID}", "x", ID),
        ("https://www.instagram.com/p/CkuExample1/", "instagram", "CkuExample1"),
        ("https://t.me/harbour_news/123", "telegram", "harbour_news/123"),
        ("https://www.youtube.com/watch?v=a1B2c3D4e5U", "youtube", "a1B2c3D4e5U"),
        ("https://server.example/@ana/109876543210987654", "mastodon", "109876543210987654"),
    ],
)
def test_alone_on_its_line_a_permalink_stands_for_its_post(address: str, platform: str, post_id: str) -> None:
    (mention,) = found(f"{ARTICLE}\n\n{address}\n\n{ARTICLE}")
    assert (mention.platform, mention.post_id, mention.text) == (platform, post_id, None)
    assert mention.rule == f"{platform}.permalink"
    assert mention.why == ("alone on its line",)


@pytest.mark.parametrize(
    "text",
    [
        f"The ferry was late ({URL}), the Gazette wrote.",
        f"As she wrote in {URL} the ferry was late.",
        f"Sources\nhttps://gazette.example/bridge\n{URL}\nhttps://harbour.example/ferry",
        f"[1] {URL}",
        f"The ferry was late, she said: see {URL}",
    ],
)
def test_within_prose_and_lists_it_is_a_source_and_only_a_guess(text: str) -> None:
    assert found(text) == []
    assert [m.post_id for m in found(text, 0)] == [ID]


SIGNED = "— Ana (@ana_example) November 9, 2022"


@pytest.mark.parametrize(
    "post",
    [
        f"{WORDS}\n{SIGNED}\n{URL}",
        f"{WORDS}\n{SIGNED} ({URL})",
        f"{WORDS}\n{SIGNED} <{URL}>",
        f"{URL}\n{WORDS}\n{SIGNED}",
    ],
)
def test_beside_its_post_it_gives_the_id(post: str) -> None:
    (mention,) = found(f"{ARTICLE}\n\n{post}\n\n{ARTICLE}")
    assert (mention.post_id, mention.url, mention.text) == (ID, URL, WORDS)
    assert mention.found_url == URL


@pytest.mark.parametrize(
    "other",
    [
        f"https://x.com/somebody_else/status/{ID}",
        "https://x.com/ana_example/status/1690173336165216257",
        "https://t.me/ana_example/123",
    ],
    ids=["author", "day", "platform"],
)
def test_anothers_permalink_beside_a_post_does_not(other: str) -> None:
    (first, second) = found(f"{ARTICLE}\n\n{WORDS}\n{SIGNED}\n{other}\n\n{ARTICLE}")
    assert (first.text, first.post_id) == (WORDS, None)
    assert second.found_url == other


@pytest.mark.parametrize(
    "address",
    ["https://x.com/ana_example", "https://t.me/harbour_news", "https://gazette.example/status/123", "and/or", "a.b/c"],
)
def test_what_names_no_post(address: str) -> None:
    assert found(f"{ARTICLE}\n\n{address}\n\n{ARTICLE}", 0) == []
