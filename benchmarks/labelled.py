"""What do labelled cases say of mentions: right, wrong, or neither? Shared by the benchmarks of detection.

A folder of labelled cases holds `text.jsonl`, `snippets.jsonl.gz`, `html.jsonl.gz` (or other `*.jsonl[.gz]`) and
`score.py`, the judge: its own `pair`, `same`, `overlap` and `FIELDS` decide here too, so that these benchmarks and the
judge cannot differ. Such a folder is not part of this repository.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from archiver.model import Article, Mention

SETS = ("text.jsonl", "snippets.jsonl.gz", "html.jsonl.gz")

Case = dict[str, Any]
Label = dict[str, Any]


@dataclass
class Judged:
    """One case's mentions, sorted out."""

    case: Case
    pairs: list[tuple[Mention, Label]]
    missed: list[Label]
    false: list[Mention]
    neither: list[Mention]
    """Within what the labels leave open, the rest of a post, or an optional post."""


def load(folder: Path, name: str) -> list[Case]:
    """The cases of one file."""
    path = folder / name
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in data.splitlines() if line.strip()]


def load_judge(folder: Path) -> ModuleType:
    """`score.py` of the folder. Leaves with a message where there is none."""
    path = folder / "score.py"
    if not path.exists():
        sys.exit(f"{folder}: no score.py here (give the folder of the labelled cases)")
    spec = importlib.util.spec_from_file_location("labelled_judge", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def article(case: Case, name: str = "case") -> Article:
    """The case as `find` gets it."""
    return Article(
        source=f"{name}#{case['id']}",
        uri="ni:///",
        digest="sha256:0",
        html=case.get("html"),
        text=case.get("text"),
        language=case.get("lang"),
    )


def judge(judge: ModuleType, case: Case, found: Sequence[Mention], *, platform: str | None = None) -> Judged:
    """`found` against the case's labels, as the judge does it; `platform`: as if there were only this one."""
    posts = [p for p in case["posts"] if platform in (None, p["platform"])]
    plain = [(msgspec.to_builtins(m), m) for m in found if platform in (None, m.platform)]
    by_identity = {id(record): mention for record, mention in plain}
    pairs, missed, left = judge.pair([record for record, _ in plain], posts)
    aside = list(case.get("ignore", [])) + [p["continuation"] for p in case["posts"] if p.get("continuation")]
    false, neither = [], []
    for record in left:
        open_to_doubt = record.get("start") is not None and any(judge.overlap(record, span) for span in aside)
        optional = any(judge.same(record, other) for other in case.get("optional", []))
        (neither if open_to_doubt or optional else false).append(by_identity[id(record)])
    return Judged(
        case=case,
        pairs=[(by_identity[id(record)], label) for record, label in pairs],
        missed=[label for label in missed if label.get("kind") != "prose-quote"],
        false=false,
        neither=neither,
    )


def compared_fields(judge: ModuleType, mention: Mention, label: Label) -> dict[str, bool]:
    """Each field that the label has: is it right?"""
    record = msgspec.to_builtins(mention)
    return {
        name: equal(record, label)
        for name, equal in judge.FIELDS.items()
        if label.get(name) is not None and not (name in ("start", "text") and label.get("start_ambiguous"))
    }
