"""Are a record's header fields what the standard demands (ISO 28500:2017, and WARC/1.0 before it)?

What the grammar forbids and tools write all the same, with nothing lost by it (a target URI with a space, a fraction
of a second in WARC/1.0), is told and is no damage.
"""

from __future__ import annotations

import re
from datetime import date

from archiver.store.sweep import SweptRecord
from archiver.verification.tally import Tally

TYPES = frozenset({"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"})
OF_A_URI = frozenset({"response", "resource", "request", "revisit", "conversion", "continuation"})
"""Types that must have a `WARC-Target-URI` (section 5.12)."""

REPEATED = frozenset({"warc-concurrent-to"})
"""The only field that may stand more than once (section 5.9)."""

_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)"
    r"(?P<fraction>\.\d{1,9})?)?(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S")
_DIGEST = re.compile(r"[A-Za-z0-9/_-]+:\S+")


def look_at_header(record: SweptRecord, tally: Tally) -> None:
    """Tell `tally` what is wrong with one record's header, and what is odd."""
    tally.checked += 1
    seen: dict[str, str] = {}
    twice: set[str] = set()
    for name, value in record.fields:
        lowered = name.lower()
        if lowered in seen:
            twice.add(lowered)
            if value != seen[lowered] and lowered in _SINGLE:
                _problem(tally, record, f"two {name} that differ")
        else:
            seen[lowered] = value
    for name in twice - REPEATED - _SINGLE:
        tally.note(f"a header field that stands more than once ({name})")
    if record.strays:
        _problem(tally, record, "a line of the header is no field")
    for name in ("WARC-Type", "WARC-Record-ID", "WARC-Date"):
        if not seen.get(name.lower()):
            _problem(tally, record, f"no {name}")
    record_type = seen.get("warc-type", "")
    kind = record_type.lower()
    if record_type and record_type not in TYPES:
        tally.note(f"records of the type {record_type!r}, which the standard does not know")
    if kind in OF_A_URI and not seen.get("warc-target-uri"):
        _problem(tally, record, f"a {kind} record without WARC-Target-URI")
    if kind == "revisit" and not seen.get("warc-profile"):
        _problem(tally, record, "a revisit record without WARC-Profile")
    if kind == "continuation" and not (seen.get("warc-segment-number") and seen.get("warc-segment-origin-id")):
        _problem(tally, record, "a continuation record that does not say of what")
    if record.length and kind != "continuation" and not seen.get("content-type"):
        tally.note("records with a block and no Content-Type")
    for name in ("warc-record-id", "warc-concurrent-to", "warc-refers-to", "warc-warcinfo-id"):
        if text := seen.get(name):
            _look_at_id(record, tally, name, text)
    if uri := seen.get("warc-target-uri"):
        _look_at_uri(tally, uri)
    for name in ("warc-date", "warc-refers-to-date"):
        if text := seen.get(name):
            _look_at_date(record, tally, name, text)
    for name in ("warc-block-digest", "warc-payload-digest"):
        if (text := seen.get(name)) and not _DIGEST.fullmatch(text):
            _problem(tally, record, f"a {_spelt(name)} that is none: {text[:80]!r}")


_SINGLE = frozenset(
    {
        "content-length", "warc-type", "warc-record-id", "warc-date", "warc-target-uri", "warc-block-digest",
        "warc-payload-digest", "warc-refers-to",
    }
)  # fmt: skip


def _problem(tally: Tally, record: SweptRecord, what: str) -> None:
    tally.problem(what, offset=record.offset, record_id=record.record_id)


def _look_at_id(record: SweptRecord, tally: Tally, name: str, value: str) -> None:
    if value.startswith("<") != value.endswith(">") or not _SCHEME.match(value.strip("<>")):
        _problem(tally, record, f"a {_spelt(name)} that is no URI: {value[:80]!r}")
    elif not value.startswith("<"):
        tally.note("record ids without angle brackets")


def _look_at_uri(tally: Tally, uri: str) -> None:
    if uri.startswith("<") and uri.endswith(">"):  # the grammar of WARC/1.0
        uri = uri[1:-1]
    if any(char in " \t" or ord(char) < 0x20 for char in uri):
        tally.note("target URIs with a space in them (RFC 3986 has none)")
    elif not _SCHEME.match(uri):
        tally.note("target URIs without a scheme")


def _look_at_date(record: SweptRecord, tally: Tally, name: str, value: str) -> None:
    found = _DATE.fullmatch(value)
    if found is None or not _is_time(found):
        _problem(tally, record, f"a {_spelt(name)} that is no time: {value[:80]!r}")
        return
    if found["hour"] is None or found["second"] is None or found["zone"] != "Z":
        if record.version != "WARC/1.1" or found["zone"] not in ("Z", None):
            tally.note("dates that are not written as the standard has them")
    elif found["fraction"] and record.version == "WARC/1.0":
        tally.note("dates with fractions of a second, which WARC/1.0 does not have")


def _is_time(found: re.Match[str]) -> bool:
    try:
        date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
    except ValueError:
        return False
    return int(found["hour"] or 0) < 24 and int(found["minute"] or 0) < 60 and int(found["second"] or 0) <= 60


def _spelt(name: str) -> str:
    return "-".join({"warc": "WARC", "id": "ID", "uri": "URI"}.get(part, part.capitalize()) for part in name.split("-"))
