"""What does each finding ask of an editor? The groups of the report, the most urgent first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from archiver.auditing import Finding
from archiver.auditing.finding import QuoteVerdict
from archiver.model import State, to_json


class Action(NamedTuple):
    """One group of findings."""

    id: str
    label: str
    """For the summary, behind a number."""
    meaning: str
    tone: str
    """`gone`, `doubt`, `plain` or `good`."""
    urgent: bool = True
    """Whether the summary on top has it."""


CONFIRMED = Action(
    "missing", "missing, confirmed", "Two looks, hours apart, came to the same: a reader cannot see the post.", "gone"
)
SEEN_ONCE = Action(
    "seen-once", "missing, seen once", "One look came to it. Look again some hours later before you rely on it.", "gone"
)
ALTERED = Action("altered", "quote altered", "The article's words are not the post's, and no mark says so.", "gone")
EMBEDS = Action("embeds", "embed broken", "The post is there; the article's embed shows it to nobody.", "doubt")
UNCAPTURED = Action("uncaptured", "not captured yet", "Readable today, and nobody who was asked has a copy.", "doubt")
CHANGED = Action(
    "changed", "changed", "Edited, renamed, or without its pictures; the post can be read.", "doubt", False
)
NOT_SEEN = Action("not-seen", "not known", "We were refused, no answer came, or we are not sure.", "plain")
FINE = Action("fine", "nothing to do", "The post can be read, and nothing that was looked at is amiss.", "good", False)

ACTIONS = (CONFIRMED, SEEN_ONCE, ALTERED, EMBEDS, UNCAPTURED, CHANGED, NOT_SEEN, FINE)


def actions_of(finding: Finding) -> tuple[Action, ...]:
    """All that the finding asks for, the most urgent first: never empty."""
    asked = (
        (CONFIRMED, finding.state.missing and finding.confirmed),
        (SEEN_ONCE, finding.state.missing and not finding.confirmed),
        (ALTERED, finding.quote is QuoteVerdict.ALTERED),
        (EMBEDS, finding.embed_broken),
        (UNCAPTURED, finding.state.readable and finding.never_captured is True),
        (
            CHANGED,
            finding.state.readable
            and bool(
                finding.edited
                or finding.state is State.EDITED
                or finding.renamed_from is not None
                or finding.media_gone
            ),
        ),
        (NOT_SEEN, not (finding.state.missing or finding.state.readable)),
    )
    return tuple(action for action, true in asked if true) or (FINE,)


class Groups(NamedTuple):
    """All findings, each in the group of the most urgent that it asks for."""

    members: dict[Action, list[Finding]]
    asked: dict[Action, int]
    """How many findings ask for it, whatever group they are in."""


def grouped(findings: Iterable[Finding]) -> Groups:
    """Within a group: what changed, then what most articles cite first, then what went missing last."""
    members: dict[Action, list[Finding]] = {action: [] for action in ACTIONS}
    asked = dict.fromkeys(ACTIONS, 0)
    for finding in findings:
        actions = actions_of(finding)
        members[actions[0]].append(finding)
        for action in actions:
            asked[action] += 1
    for group in members.values():
        group.sort(key=_order)
    return Groups(members, asked)


def _order(finding: Finding) -> tuple[bool, int, float, str, str, bytes]:
    """The last part makes findings that are alike in all others stand in one order, however they come."""
    went = finding.missing_by or finding.seen_at
    cited = max(len(finding.sources), len(finding.citations))
    return (
        not finding.changed,
        -cited,
        -went.timestamp() if went else 0.0,
        finding.post_key or finding.url or "",
        finding.text or "",
        hashlib.sha256(to_json(finding)).digest(),
    )
