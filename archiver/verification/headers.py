"""Are a record's header fields what the standard demands (ISO 28500:2017, and WARC/1.0 before it)?

What the grammar forbids and tools write all the same, with nothing lost by it (a target URI with a space, a fraction
of a second in WARC/1.0), is told and is no damage.
"""

from __future__ import annotations

import functools
import re
from datetime import date

from archiver.store.sweep import SweptRecord
from archiver.verification.tally import Tally

TYPES = frozenset({"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"})
OF_A_URI = frozenset({"response", "resource", "request", "revisit", "conversion", "continuation"})
"""Types that must have a `WARC-Target-URI` (section 5.12)."""

VERSIONS = frozenset({"WARC/1.1", "WARC/1.0", "WARC/0.18", "WARC/0.17", "WARC/0.16"})
"""The standard's two, and the drafts before them that were written into files."""

REPEATED = frozenset({"warc-concurrent-to", "warc-protocol"})
"""The fields that may stand more than once: one of the specification's (section 5.7), and one of its adopted extension
WARC-Protocol, which names each layer."""

_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)"
    r"(?P<fraction>\.\d{1,9})?)?(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_SPACE = re.compile(r"[\x00-\x20]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S")
_DIGEST = re.compile(r"[A-Za-z0-9/_-]+:\S+")


def look_at_header(record: SweptRecord, tally: Tally) -> None:
    """Tell `tally` what is wrong with one record's header, and what is odd."""
    tally.checked += 1
    known = record.known
    get = known.get
    if len(known) != len(record.fields):
        _look_at_repeated(record, tally)
    if record.strays:
        _problem(tally, record, "a line of the header is no field")
    for name in _MANDATORY:
        if not get(name):
            _problem(tally, record, f"no {_spelt(name)}")
    record_type = get("warc-type", "")
    kind = record_type.lower()
    if record.version not in VERSIONS:
        tally.note(f"records of the version {record.version}, which is none that was published")
    if record_type and record_type not in TYPES:
        tally.note(f"records of the type {record_type!r}, which the standard does not know")
    uri = get("warc-target-uri")
    if uri:
        _look_at_uri(tally, uri)
    elif kind in OF_A_URI:
        _problem(tally, record, f"a {kind} record without WARC-Target-URI")
    if kind == "revisit" and not get("warc-profile"):
        _problem(tally, record, "a revisit record without WARC-Profile")
    elif kind == "continuation" and not (get("warc-segment-number") and get("warc-segment-origin-id")):
        _problem(tally, record, "a continuation record that does not say of what")
    elif record.length and not get("content-type") and kind != "continuation":
        tally.note("records with a block and no Content-Type")
    for name in _IDS:
        if (value := get(name)) and not (value.startswith("<urn:uuid:") and value.endswith(">")):
            _look_at_id(record, tally, name, value)
    for name in _DATES:
        if value := get(name):
            _look_at_date(record, tally, name, value)
    for name in _DIGESTS:
        if (value := get(name)) and not _DIGEST.fullmatch(value):
            _problem(tally, record, f"a {_spelt(name)} that is none: {value[:80]!r}")


def _look_at_repeated(record: SweptRecord, tally: Tally) -> None:
    seen: set[str] = set()
    for name, value in record.fields:
        lowered = name.lower()
        if lowered in seen:
            if lowered not in _SINGLE:
                if lowered not in REPEATED:
                    tally.note(f"a header field that stands more than once ({name})")
            elif value != record.known[lowered]:
                _problem(tally, record, f"two {name} that differ")
        seen.add(lowered)


_MANDATORY = ("warc-type", "warc-record-id", "warc-date")
_IDS = ("warc-record-id", "warc-concurrent-to", "warc-refers-to", "warc-warcinfo-id")
_DATES = ("warc-date", "warc-refers-to-date")
_DIGESTS = ("warc-block-digest", "warc-payload-digest")
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
    if _SPACE.search(uri):
        tally.note("target URIs with a space in them (RFC 3986 has none)")
    elif not _SCHEME.match(uri):
        tally.note("target URIs without a scheme")


def _look_at_date(record: SweptRecord, tally: Tally, name: str, value: str) -> None:
    oddity = _date(value, record.version)
    if oddity is None:
        _problem(tally, record, f"a {_spelt(name)} that is no time: {value[:80]!r}")
    elif oddity:
        tally.note(oddity)


@functools.lru_cache(maxsize=64)  # a request and its response have the same
def _date(value: str, version: str) -> str | None:
    """What is odd about a date; null where it is none."""
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    try:
        date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
    except ValueError:
        return None
    if int(found["hour"] or 0) > 23 or int(found["minute"] or 0) > 59 or int(found["second"] or 0) > 60:
        return None
    if found["second"] is None or found["zone"] != "Z":
        if version != "WARC/1.1" or found["zone"] not in ("Z", None):
            return "dates that are not written as the standard has them"
    elif found["fraction"] and version == "WARC/1.0":
        return "dates with fractions of a second, which WARC/1.0 does not have"
    return ""


def _spelt(name: str) -> str:
    return "-".join({"warc": "WARC", "id": "ID", "uri": "URI"}.get(part, part.capitalize()) for part in name.split("-"))
