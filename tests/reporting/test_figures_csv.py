"""The figures as a table. Invariant: every number of the JSON is in it, unrounded, and a spreadsheet runs no cell."""

from __future__ import annotations

import csv
import io
import itertools
import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec

from archiver.auditing.figures.statistics import Statistics, statistics
from archiver.auditing.finding import Citation, QuoteVerdict
from archiver.model import State, to_json
from archiver.reporting import figures_csv
from tests.reporting.test_html_report import AT, EVIL, everything, post

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "archiver.schema.json"


def rows(figures: Statistics) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(figures_csv(figures)), newline="")))


def numbers(value: Any) -> set[str]:
    """All numbers within, as CSV has them."""
    if isinstance(value, dict):
        return set(itertools.chain.from_iterable(numbers(one) for one in value.values()))
    if isinstance(value, list | tuple):
        return set(itertools.chain.from_iterable(numbers(one) for one in value))
    return {str(value)} if isinstance(value, int | float) and not isinstance(value, bool) else set()


def staged() -> Statistics:
    cited = (Citation(source="a.html", mention_id="m", published="2025-10-27"),)
    many = [post(at, list(State)[at % 11], platform="x" if at % 3 else "vk", citations=cited) for at in range(40)]
    quoted = msgspec.structs.replace(many[0], post_key="x:quoted", quote=QuoteVerdict.ALTERED, citations=())
    return statistics([*many, quoted], at=AT)


def test_the_published_schema_has_findings_and_figures() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    for noun in (everything("words"), staged()):
        kind = type(noun).__name__
        told = json.loads(to_json(noun))
        jsonschema.Draft202012Validator({**schema, "$ref": f"#/$defs/{kind}"}).validate(told)
        assert told.keys() == schema["$defs"][kind]["properties"].keys()


def test_every_number_of_the_json_is_in_it() -> None:
    figures = staged()
    told = msgspec.to_builtins(figures)
    del told["confidence"]
    assert "steps_left_out" in told["survival"]["overall"]["latest"]
    cells = {cell for row in rows(figures) for cell in row.values()}
    assert numbers(told) <= cells


def test_rows() -> None:
    figures = staged()
    told = {(row["table"], row["name"], row["measure"], row["days"]): row for row in rows(figures)}
    missing = told["platforms", "vk", "missing", ""]
    share = next(row for row in figures.platforms if row.name == "vk").missing
    assert [missing[column] for column in ("count", "of", "value", "low", "high")] == [
        str(value) for value in (share.count, share.of, share.share, share.low, share.high)
    ]
    assert told["overall", "", "quote:altered", ""]["count"] == "1"
    year = next(age for age in figures.survival.overall.latest.at if age.days == 365.25)
    assert told["survival", "", "latest:age", "365.25"]["of"] == str(year.at_risk)


def test_what_strangers_wrote_is_no_formula_and_no_row() -> None:
    evil = [everything(words) for words in ("=cmd|'/c calc'!A0", "+1", "@SUM(A1)", "a\r\n=1,2", EVIL, "\ud800")]
    findings = [msgspec.structs.replace(it, post_key=f"k:{at}") for at, it in enumerate(evil)]
    told = rows(statistics(findings, at=AT))
    assert not any(None in row or None in row.values() for row in told)
    assert not any(cell.startswith(("=", "+", "@", "\r", "\n")) for row in told for cell in row.values())
