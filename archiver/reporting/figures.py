"""The figures of an audit as one table for a spreadsheet: a row for each number, none of it rounded.

Columns: `table` (`overall`, `platforms`, `articles`, `languages`, `years`; `survival`, `survival_deleted`,
`survival_platforms`, `survival_languages`), `name` and `title` of the row or group as in the JSON, `measure`, `days`
(the age of a post), `count`, `of`, `value`, `low`, `high` (95 % limits). docs/audit.md says what the measures are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archiver.auditing.figures.statistics import Group, Share, Statistics, Tally
from archiver.auditing.figures.survival import Curve
from archiver.exporting import spreadsheet

COLUMNS = ("table", "name", "title", "measure", "days", "count", "of", "value", "low", "high")
SHARES = (
    "missing", "deleted", "edited", "renamed", "media_gone", "embed_broken", "never_captured", "rescued", "altered",
)  # fmt: skip
"""Fields of a `Tally` that are shares."""

COUNTS = ("posts", "known", "not_seen", "confirmed", "seen_once")


def figures_csv(figures: Statistics) -> Iterator[str]:
    """The lines of the table (RFC 4180), the names of the columns first. Text that a spreadsheet would run gets an
    apostrophe in front."""
    yield spreadsheet.line(COLUMNS)
    for row in _rows(figures):
        yield spreadsheet.line(spreadsheet.cell(row.get(column)) for column in COLUMNS)


def _rows(figures: Statistics) -> Iterator[dict[str, Any]]:
    for table in ("overall", "platforms", "articles", "languages", "years"):
        tallies = (figures.overall,) if table == "overall" else getattr(figures, table)
        for tally in tallies:
            about = {"table": table, "name": tally.name, "title": tally.title}
            yield from (about | row for row in _tally(tally))
    for table, number in figures.rows_left_out.items():
        yield {"table": table, "measure": "rows_left_out", "count": number}
    told = figures.survival
    yield {"table": "survival", "name": "", "measure": "posts", "count": told.posts}
    for why, number in told.left_out.items():
        yield {"table": "survival", "name": "", "measure": f"left_out:{why}", "count": number}
    for table, groups in (
        ("survival", (told.overall,)),
        ("survival_deleted", (told.deleted,)),
        ("survival_platforms", told.platforms),
        ("survival_languages", told.languages),
    ):
        for group in groups:
            about = {"table": table, "name": group.name, "title": " ".join(group.together) or None}
            yield from (about | row for row in _group(group))


def _tally(tally: Tally) -> Iterator[dict[str, Any]]:
    for measure in COUNTS:
        yield {"measure": measure, "count": getattr(tally, measure)}
    for kind, numbers in (("state", tally.states), ("quote", tally.quotes)):
        for name, number in numbers.items():
            yield {"measure": f"{kind}:{name}", "count": number}
    for measure in SHARES:
        share: Share = getattr(tally, measure)
        yield {
            "measure": measure,
            "count": share.count,
            "of": share.of,
            "value": share.share,
            "low": share.low,
            "high": share.high,
        }


def _group(group: Group) -> Iterator[dict[str, Any]]:
    if group.loss_within is not None:
        yield {"measure": "loss_within", "value": group.loss_within}
    for name, curve in (("latest", group.latest), ("middle", group.middle)):
        yield from _curve(name, curve)


def _curve(name: str, curve: Curve) -> Iterator[dict[str, Any]]:
    yield {
        "measure": f"{name}:watched",
        "count": curve.lost,
        "of": curve.posts,
        "low": curve.begins,
        "high": curve.until,
    }
    yield {"measure": f"{name}:median", "value": curve.median, "low": curve.median_low, "high": curve.median_high}
    for age in curve.at:
        yield {
            "measure": f"{name}:age",
            "days": age.days,
            "of": age.at_risk,
            "value": age.survival,
            "low": age.low,
            "high": age.high,
        }
    for step in curve.steps:
        yield {
            "measure": f"{name}:step",
            "days": step.days,
            "count": step.lost,
            "of": step.at_risk,
            "value": step.survival,
            "low": step.low,
            "high": step.high,
        }
