"""Posts that only the hidden lines around their frame name."""

from __future__ import annotations

import pytest

from archiver.detect import find
from archiver.model import Article, Mention

ARTICLE = "The council met on Tuesday to discuss the bridge, and the debate went on until late in the evening."
WORDS = "The bridge is open again, thanks to everyone who worked on it."
WALL = "This article contains content provided by Twitter. We ask for your permission, as they may be using cookies."


def found(text: str) -> list[Mention]:
    return find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=f"{ARTICLE}\n\n{text}\n\n{ARTICLE}"))


@pytest.mark.parametrize("between", ["", f"{WALL}\n\n"])
@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("Skip Twitter post by @ana_example", "End of Twitter post by @ana_example"),
        ("Skip twitter post 2 by @ana_example", "End of twitter post 2 by @ana_example"),
        ("Skip X post by @ana_example", "End of X post by @ana_example"),
        ("Saltar publicación de Twitter de @ana_example", "Final de publicación de Twitter de @ana_example"),
    ],
)
def test_a_pair_with_nothing_of_the_post_between(begin: str, end: str, between: str) -> None:
    (mention,) = found(f"{begin}\n\n{between}{end}")
    assert (mention.platform, mention.handle, mention.text, mention.date) == ("x", "ana_example", None, None)


def test_what_stands_between_them_is_the_post() -> None:
    (mention,) = found(f"Skip Twitter post by @ana_example\n\n{WORDS}\n\nEnd of Twitter post by @ana_example")
    assert mention.text == WORDS


def test_other_platforms_are_named_too() -> None:
    (mention,) = found("Skip Instagram post by ana_x\n\nEnd of Instagram post by @ana.example")
    assert (mention.platform, mention.handle) == ("instagram", "ana.example")


def test_a_signature_between_them_says_more() -> None:
    (mention,) = found(
        f"Skip Twitter post by @ana_example\n\n{WORDS}\n\n— Ana (@ana_example) May 3, 2021\n\n"
        "End of Twitter post by @ana_example"
    )
    assert (mention.rule, mention.text, mention.date) == ("x.signature", WORDS, "2021-05-03")


def test_a_marker_behind_the_handle() -> None:
    (mention,) = found("@ana_example کی ٹوئٹر پر پوسٹ کا خاتمہ")
    assert (mention.handle, mention.confidence) == ("ana_example", 0.6)


@pytest.mark.parametrize(
    "text",
    [
        "In the end the Twitter post by @ana_example was removed, as the council had asked.",
        "The Twitter account of @ana_example",
        "A video by @ana_example shows the bridge.",
        "Follow us: Twitter @ana_example",
    ],
)
def test_prose_about_posts_is_no_marker(text: str) -> None:
    assert found(text) == []
