"""A sample of the benchmark's mentions, resolved over TLS against the crowd.

None is resolved to another post, none that nothing leads to is resolved at all, and what can be found comes first.
"""

from __future__ import annotations

from functools import cache

import pytest

from benchmarks.resolution import Case, Job, crowd_of, drawn, work
from tests.web_twin.crowd import PLATFORMS

PEOPLE, NOTES, SEED, MENTIONS = 40, 120, 7, 24


@cache
def cases(platform: str) -> tuple[Case, ...]:
    chosen = drawn(crowd_of(PEOPLE, NOTES, SEED), [platform], MENTIONS, SEED)
    return tuple(work(Job(PEOPLE, NOTES, SEED, chosen)))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_none_is_resolved_to_another_post(platform: str) -> None:
    assert len(cases(platform)) == MENTIONS
    assert [case.resolution.reason for case in cases(platform) if case.wrongly] == []
    lost = [case for case in cases(platform) if not case.reachable and not case.equals]
    assert [case.resolution.reason for case in lost if case.resolved] == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_anything_leads_to_comes_first(platform: str) -> None:
    counted = [case for case in cases(platform) if case.counts]
    missed = [case for case in counted if not case.right_first]
    assert len(counted) >= MENTIONS / 4
    assert len(missed) <= 1, "\n".join(case.resolution.reason for case in missed)
    assert sum(case.rightly for case in counted) >= len(counted) / 3
