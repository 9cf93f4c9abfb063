"""Posts of a platform that nobody can be asked about: named, their page kept, their state not judged."""

from __future__ import annotations

import json

import pytest

from archiver import platforms
from archiver.model import PostRef, State
from archiver.platforms import Registry
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.vk import PLATFORM as VK
from archiver.store import Archive
from tests.town import Town
from tests.web_twin.wire import Reply

ID = "wall-77_1234"
PAGE = f"https://vk.com/{ID}"
ARTICLE = f'<p>The night of the broken lamp.</p><blockquote><a href="{PAGE}">{PAGE}</a></blockquote>'


class Silent(DefaultPlatform):
    """A platform that is known by its permalinks alone."""

    name = VK.name
    hosts = VK.hosts
    embed_rules = VK.embed_rules

    def ref_from_url(self, url: str) -> PostRef | None:
        return VK.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return VK.ref_from_id(post_id, handle)


@pytest.fixture(autouse=True)
def _only_the_silent_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platforms, "registry", lambda: Registry(platforms={"vk": Silent()}, failures={}))


@pytest.fixture
def source(town: Town) -> str:
    return str(town.write("night.html", f"<html><body><article>{ARTICLE}</article></body></html>"))


def test_the_page_is_kept_and_nothing_is_said_of_the_post(town: Town, source: str) -> None:
    page = Reply(headers=(("Content-Type", "text/html"),), body=b"<title>The night without the lamp</title>")
    town.twin.host("vk.com", lambda _: page)
    [post] = town.run(source)
    assert (post.platform, post.post_id, post.url, post.state) == ("vk", ID, PAGE, State.UNRESOLVED)
    assert "no public endpoint of vk" in post.reason
    assert post.stored_in is not None
    with Archive.open(town.archive) as archive:
        [capture] = [c for c in archive.catalogue.captures_at(PAGE) if c.record_type == "response"]
        assert capture.record_id in post.evidence


def test_offline_it_is_the_same_without_a_page(town: Town, source: str) -> None:
    [post] = town.run(source, offline=True)
    assert (post.post_id, post.state, post.stored_in) == (ID, State.UNRESOLVED, None)


def test_an_audit_never_counts_it_as_missing(town: Town, source: str) -> None:
    within = ("--archive", town.archive, "--config", town.config(), "--offline")
    result = town.command("audit", source, *within, "--format", "jsonl")
    [line] = [json.loads(line) for line in result.stdout.splitlines()]
    assert (line["state"], result.exit_code) == ("unresolved", 0)
