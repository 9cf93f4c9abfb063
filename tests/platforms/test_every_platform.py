"""What holds for every platform. Invariant: each of its own examples is read as it says, by itself and through a link's
host, and its text rules read their examples and leave what only looks alike."""

from __future__ import annotations

import pytest

from archiver.detect import find
from archiver.detect.permalinks import Permalinks
from archiver.model import PLATFORMS, Article
from archiver.platforms import platforms
from archiver.platforms.base import Example, Platform, TextExample, TextRule

ALL = tuple(platforms().values())
URLS = [(p, example) for p in ALL for example in p.examples]
TEXTS = [(p, rule, example) for p in ALL for rule in p.text_rules for example in rule.examples]
NEGATIVES = [(p, rule, text) for p in ALL for rule in p.text_rules for text in rule.negatives]


def test_every_platform_is_a_known_name_with_examples() -> None:
    assert {p.name for p in ALL} <= set(PLATFORMS)
    for platform in ALL:
        assert any(example.id for example in platform.examples)
        assert any(example.id is None for example in platform.examples)
        assert platform.embed_rules


@pytest.mark.parametrize(("platform", "example"), URLS, ids=[f"{p.name} {e.url}" for p, e in URLS])
def test_permalinks(platform: Platform, example: Example) -> None:
    ref = platform.ref_from_url(example.url)
    named = Permalinks(ALL).read(example.url, any_server=not platform.hosts)
    if example.id is None:
        assert ref is None
        assert named is None or named.platform is not platform
        return
    assert ref is not None
    assert (ref.platform, ref.id, ref.handle) == (platform.name, example.id, example.handle)
    assert named is not None
    assert (named.platform.name, named.ref) == (platform.name, ref)
    if example.canonical is not None:
        assert ref.url == example.canonical
    again = platform.ref_from_url(ref.url)
    assert again is not None
    assert again.id == ref.id


@pytest.mark.parametrize(("platform", "rule", "example"), TEXTS, ids=[rule.name for _, rule, _ in TEXTS])
def test_text_examples(platform: Platform, rule: TextRule, example: TextExample) -> None:
    text = f"The council met on Monday.\n\n{example.text}\n\nThe next meeting is in March."
    [mention] = find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text), platforms=[platform])
    assert (mention.platform, mention.rule) == (platform.name, rule.name)
    assert (mention.handle, mention.display_name, mention.date) == (example.handle, example.display_name, example.date)
    assert (mention.post_id, mention.text) == (example.post_id, example.words)


@pytest.mark.parametrize(("platform", "rule", "text"), NEGATIVES, ids=[rule.name for _, rule, _ in NEGATIVES])
def test_look_alikes(platform: Platform, rule: TextRule, text: str) -> None:
    found = find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text), platforms=[platform])
    assert [m for m in found if m.rule == rule.name] == []
