"""Each form of embed that a platform's rule reads can be replaced, but for those that a page's own scripts draw."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archiver.platforms import platforms
from archiver.repairing import Outcome, repair
from archiver.store import Archive
from benchmarks.repair import made_archive, wrong

FORMS = [
    (rule.name, form) for platform in platforms().values() for rule in platform.embed_rules for form in rule.examples
]
DRAWN_BY_SCRIPTS = {"vk.script", "x.script", "youtube.script", "youtube.source"}
"""Where their embeds are shown, the markup does not say; a player's source is no place for a quotation."""


def page(form: str) -> bytes:
    head = "<!DOCTYPE html><html><head><title>Night</title></head><body><article><h1>The night</h1>"
    around = (
        "<p>All of this is invented, from the first lamp to the last.</p>{}<p>So it ends.</p></article></body></html>"
    )
    return (head + around.replace("{}", form)).encode()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with made_archive(tmp_path_factory.mktemp("made"), (page(form) for _, form in FORMS)) as archive:
        yield archive


@pytest.mark.parametrize("rule", dict.fromkeys(name for name, _ in FORMS))
def test_every_form(archive: Archive, rule: str) -> None:
    for original in (page(form) for name, form in FORMS if name == rule):
        result = repair(original, archive, source="page", kind="html", everything=True)
        assert result.repairs
        assert rule in DRAWN_BY_SCRIPTS or {one.outcome for one in result.repairs} == {Outcome.REPLACED}
        assert wrong(original, result) == ""
        assert repair(result.data, archive, source="page", kind="html", everything=True).data == result.data
