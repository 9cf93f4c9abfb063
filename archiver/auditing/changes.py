"""What of a finding matters to somebody, and what of it is new: `--only`, `--fail-on`, `--since`, `--diff`."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import msgspec

from archiver.auditing.finding import Finding, QuoteVerdict
from archiver.errors import InputError
from archiver.model import State

MAX_REPORT = 1 << 30
"""Characters of an earlier audit's output that are read."""

MAX_LINE = 16 << 20
"""Of one of its lines, in characters."""

KINDS: Mapping[str, str] = {
    **{state.value: f"the post is {state.value.replace('_', ' ')}" for state in State},
    "missing": "deleted, account_gone, suspended, protected or restricted",
    "confirmed": "missing, and an earlier look hours before saw the same",
    "seen_once": "missing, and no earlier look hours before saw the same",
    "unseen": "blocked, unreachable or unresolved: nothing is known of the post",
    **{verdict.value: f"a quotation is {verdict.value}" for verdict in QuoteVerdict if verdict != QuoteVerdict.UNKNOWN},
    "was_edited": "the post was edited at some time, whatever its state",
    "renamed": "its account has another handle by now",
    "media_gone": "pictures or films of it are gone",
    "embed_broken": "an article's embed shows nothing any more, although the post is readable",
    "never_captured": "nobody who was asked has a copy",
    "rescued": "an archived copy was stored in this archive",
    "saved": "a web archive's index confirms a capture that was asked for",
}
"""What findings can be chosen by, and what each means."""

UNSEEN = (State.BLOCKED, State.UNREACHABLE, State.UNRESOLVED)


def kinds_of(finding: Finding) -> frozenset[str]:
    """Which of `KINDS` a finding is."""
    state = finding.state
    truths = {
        state.value: True,
        "missing": state.missing,
        "confirmed": state.missing and finding.confirmed,
        "seen_once": state.missing and not finding.confirmed,
        "unseen": state in UNSEEN,
        "was_edited": finding.edited,
        "renamed": finding.renamed_from is not None,
        "media_gone": bool(finding.media_gone),
        "embed_broken": finding.embed_broken,
        "never_captured": finding.never_captured is True,
        "rescued": finding.rescued is not None,
        "saved": finding.saved is not None and finding.saved.outcome == "confirmed",
    }
    verdicts = {cite.quote.verdict.value for cite in finding.citations if cite.quote is not None}
    return frozenset({kind for kind, holds in truths.items() if holds} | (verdicts & KINDS.keys()))


class Remembered(NamedTuple):
    """What an earlier audit said of one post, as far as it is compared."""

    said: frozenset[str]
    """Of what it told at all: an older version does not tell of everything."""
    state: str
    confirmed: bool
    quote: str | None
    renamed_from: str | None
    embed_broken: bool | None
    media_gone: int | None
    text: str | None


def key_of(finding: Finding | Mapping[str, Any]) -> str:
    """By what a post is known in two audits: its key; for what is not resolved, how the article names it."""
    data = finding if isinstance(finding, Mapping) else msgspec.structs.asdict(finding)
    if data.get("post_key"):
        return str(data["post_key"])
    if data.get("post_id"):
        return _older_key(data)
    named = (data.get(name) or "" for name in ("platform", "handle", "display_name", "text"))
    return "unresolved " + json.dumps([_bare(str(value)) for value in named], ensure_ascii=False)


def _older_key(data: Mapping[str, Any]) -> str:
    """The same, where no key is told: the platform, its server, and the id."""
    server = str(data.get("url") or "").partition("://")[2].partition("/")[0]
    return f"{data.get('platform')} {server.casefold()} {_bare(str(data.get('post_id')))}"


def remembered(finding: Finding, last: Mapping[str, Remembered]) -> tuple[str, Remembered | None]:
    """What an earlier audit, of whatever version, said of the post, and under which key."""
    key = key_of(finding)
    if key not in last and finding.post_id:
        key = _older_key(msgspec.structs.asdict(finding))
    return key, last.get(key)


def last_audit(path: Path) -> dict[str, Remembered]:
    """What an earlier audit said, from its output in any of the forms that programs read (JSON lines, JSON, CSV).

    Raises `InputError` where the file cannot be read, or is no such output.
    """
    found: dict[str, Remembered] = {}
    for row in _rows(path):
        if not isinstance(row.get("state"), str) or row["state"] not in set(State):
            raise InputError("this is no output of `archiver audit`", subject=str(path), hint="give its JSONL or CSV")
        found[key_of(row)] = Remembered(
            said=frozenset(row),
            state=row["state"],
            confirmed=_truth(row.get("confirmed")) is True,
            quote=_text(row.get("quote")),
            renamed_from=_text(row.get("renamed_from")),
            embed_broken=_truth(row.get("embed_broken")),
            media_gone=_number(row.get("media_gone")),
            text=_text(row.get("text")),
        )
    return found


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as raw:
            start = raw.peek(64).removeprefix(codecs.BOM_UTF8).lstrip()[:1]
            with io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
                for row in _read(start, _lines(text)):
                    if not isinstance(row, dict):
                        raise ValueError("a row is no object")
                    yield row
    except FileNotFoundError:
        raise InputError("there is no such file", subject=str(path)) from None
    except (OSError, UnicodeError) as error:
        raise InputError(f"cannot be read: {error}", subject=str(path)) from error
    except (ValueError, RecursionError, csv.Error) as error:
        raise InputError(f"this is no output of `archiver audit`: {error}", subject=str(path)) from error


def _lines(text: TextIO) -> Iterator[str]:
    """Of a file, a pipe or a device, with bounds: some never end."""
    left = MAX_REPORT
    while line := text.readline(MAX_LINE + 1):
        left -= len(line)
        if len(line) > MAX_LINE:
            raise ValueError(f"a line is longer than {MAX_LINE} characters")
        if left < 0:
            raise ValueError(f"it is larger than {MAX_REPORT // 1024**2} MiB")
        yield line


def _read(start: bytes, lines: Iterator[str]) -> Iterator[Any]:
    """start: the first byte that is no white space."""
    if start == b"[":
        yield from json.loads("".join(lines))
    elif start in (b"{", b""):
        yield from (json.loads(line) for line in lines if line.strip())
    else:
        before = csv.field_size_limit(MAX_LINE)  # a post that hundreds of articles cite has a long cell
        try:
            yield from list(csv.DictReader(lines, restkey="", restval=""))
        finally:
            csv.field_size_limit(before)


def _bare(text: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from running a cell of CSV."""
    return text.removeprefix("'")


def _text(value: object) -> str | None:
    return _bare(value) or None if isinstance(value, str) else None


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def _number(value: object) -> int | None:
    if isinstance(value, list):
        return len(value)
    return len(value.split()) if isinstance(value, str) else None


NEW = "not in the last audit"
GONE = "no longer cited"


def changes_since(finding: Finding, last: Remembered | None) -> tuple[str, ...]:
    """What is otherwise than in the last audit, each in a few words; empty where nothing is."""
    if last is None:
        return (NEW,)
    pairs: list[tuple[str, object, object]] = []
    if not _only_out_of_sight(finding, last):
        pairs.append(("state", last.state, finding.state.value))
    if "confirmed" in last.said and finding.state.missing and last.state == finding.state:
        pairs.append(("confirmed", _yes(last.confirmed), _yes(finding.confirmed)))
    if "quote" in last.said:
        pairs.append(("quote", last.quote, finding.quote.value if finding.quote else None))
    if "renamed_from" in last.said:
        pairs.append(("renamed from", last.renamed_from, finding.renamed_from))
    if last.embed_broken is not None:
        pairs.append(("embed broken", _yes(last.embed_broken), _yes(finding.embed_broken)))
    if last.media_gone is not None:
        pairs.append(("media gone", last.media_gone, len(finding.media_gone)))
    changed = [f"{what}: {before or 'none'} → {now or 'none'}" for what, before, now in pairs if before != now]
    if finding.state.readable and last.text and finding.text and not _same(last.text, finding.text):
        changed.append("its words")
    return tuple(changed)


def _only_out_of_sight(finding: Finding, last: Remembered) -> bool:
    """Whether the last audit could not see a post that is there and was before: after a night without a network
    nothing has changed."""
    if last.state not in UNSEEN or not finding.state.readable:
        return False
    seen = [look.state for look in finding.looks[:-1] if look.state not in UNSEEN]
    return bool(seen) and seen[-1] is finding.state


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _same(one: str, other: str) -> bool:
    return _bare(one).split() == _bare(other).split()


def changed_since(finding: Finding, moment: datetime) -> tuple[str, ...]:
    """How the state is otherwise than it was known to be at a time, from the stored looks; empty where it is not.

    A post that was first looked at since then counts as changed where it is not readable.
    """
    known = [look for look in finding.looks if look.seen_at <= moment and look.state not in UNSEEN]
    if finding.state in UNSEEN:
        return ()
    if not known:
        return () if finding.state.readable else (f"state: not looked at → {finding.state.value}",)
    before = known[-1].state
    return (f"state: {before.value} → {finding.state.value}",) if before is not finding.state else ()
