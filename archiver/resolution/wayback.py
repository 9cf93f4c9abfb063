"""What the Wayback Machine answers: its index (CDX server), its copies (mementos), and its own refusals.

Pure reading and the URLs to ask; nothing here asks. An answer that is not about the page (an exclusion, a rate limit, a
failure) is told apart from "nothing archived", which is what an empty index answer means.

Sources: github.com/internetarchive/wayback (wayback-cdx-server), RFC 7089 (Memento).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from urllib.parse import quote, urlsplit

import msgspec

from archiver.errors import InputError, LimitError
from archiver.exchange import Exchange
from archiver.url import resolve_url

CDX_URL = "https://web.archive.org/cdx/search/cdx"
PLAYBACK_URL = "https://web.archive.org/web/"

MAX_INDEX = 32 * 1024 * 1024
"""Bytes of one index answer; 1,000 lines have about 150 kB."""

MAX_LINE = 8192
"""Longer index lines hold whole `data:` URLs and the like: never a post."""

MAX_LINKS = 10_000
"""Entries of one TimeMap that are read."""

FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
"""The index's own order. Revisit rows may have three more."""

SERVER_PAGES_UNTIL = "20200601"
"""Until about then X rendered permalink pages on its servers, so that an archived page holds the post."""

SKIPPED_STATUS = re.compile(r"[345]\d\d")


class Found(StrEnum):
    """What an index answer is."""

    ROWS = "rows"
    NOTHING = "nothing"
    EXCLUDED = "excluded"
    REFUSED = "refused"
    FAILED = "failed"


class CdxRow(msgspec.Struct, frozen=True, kw_only=True):
    """One capture, as the index lists it."""

    timestamp: str
    """14 digits, UTC."""
    original: str
    mimetype: str
    status: int | None
    """null for `-` (revisits)."""
    digest: str


class CdxAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the index: its rows, and how to go on."""

    found: Found
    reason: str
    rows: tuple[CdxRow, ...] = ()
    resume_key: str | None = None
    skipped: int = 0
    """Lines that are no captures."""
    lines: int = 0
    """All that were read, with those that say the same again."""
    whole: bool = True
    """False where the answer was cut short: more may be listed."""


def prefix_url(
    prefix: str, *, limit: int, since: str | None = None, until: str | None = None, resume_key: str | None = None
) -> str:
    """The index of all addresses that begin with `prefix`, one line for each address.

    since, until: bounds of the captures' own time, 1 to 14 digits.
    """
    return _cdx_url(prefix, limit, since, until, resume_key, extra="&matchType=prefix&collapse=urlkey")


def captures_url(
    address: str,
    *,
    limit: int,
    since: str | None = None,
    until: str | None = None,
    resume_key: str | None = None,
    longer: bool = False,
) -> str:
    """The index of one address, every capture. longer: also of those that begin so (`/photo/1`, `?s=20` behind it)."""
    extra = "&matchType=prefix" if longer else ""
    return _cdx_url(address, limit, since, until, resume_key, extra=extra)


def _cdx_url(url: str, limit: int, since: str | None, until: str | None, resume_key: str | None, *, extra: str) -> str:
    out = f"{CDX_URL}?url={quote(url, safe='/')}{extra}"
    if since:
        out += f"&from={since}"
    if until:
        out += f"&to={until}"
    out += f"&limit={limit}&showResumeKey=true"
    # The key comes percent-encoded and has to go back so, as a value: encoded once more.
    return out + (f"&resumeKey={quote(resume_key, safe='')}" if resume_key else "")


def playback_url(row: CdxRow) -> str:
    """The capture's bytes as archived (`id_`)."""
    return f"{PLAYBACK_URL}{row.timestamp}id_/{row.original}"


def read_index(exchange: Exchange) -> CdxAnswer:
    """What an index answer says.

    Odd lines are skipped, never the answer. Only an empty answer with status 200, or one of index lines alone, means
    that nothing is archived.
    """
    try:
        body = exchange.text(MAX_INDEX)
    except (InputError, LimitError) as error:
        return CdxAnswer(found=Found.FAILED, reason=error.problem)
    if "AccessControlException" in body[:4096] or "Blocked Site Error" in body[:4096]:
        return CdxAnswer(found=Found.EXCLUDED, reason="the archive does not show this site (excluded by its owner)")
    if exchange.status in (401, 403, 429):
        return CdxAnswer(found=Found.REFUSED, reason=f"HTTP {exchange.status}: the archive refused us")
    if exchange.status != 200:
        return CdxAnswer(found=Found.FAILED, reason=f"HTTP {exchange.status}: the archive's index failed")
    if body.lstrip()[:1] == "<":
        return CdxAnswer(found=Found.FAILED, reason="a page where the index is due")
    parsed = parse_rows(body)
    if exchange.truncated and not parsed.rows:
        return CdxAnswer(found=Found.FAILED, reason="the index answer was cut short")
    return msgspec.structs.replace(parsed, whole=not exchange.truncated)


def parse_rows(body: str) -> CdxAnswer:
    """Index rows from text (space-separated lines) or JSON (a list of lists, with or without a header)."""
    stripped = body.lstrip()
    lines = _json_lines(stripped) if stripped[:1] == "[" else _text_lines(body)
    rows: dict[CdxRow, None] = {}
    skipped = lines_read = 0
    others = 0
    resume_key = None
    after_gap = False
    for fields in lines:
        if not fields:
            after_gap = True
        elif after_gap and len(fields) == 1:
            resume_key = fields[0]
        elif row := _row(fields):
            lines_read += 1
            rows[row] = None
        elif tuple(fields[:2]) != FIELDS[:2]:
            lines_read += 1
            skipped += 1
            others += len(fields) < len(FIELDS) or not fields[1].isdecimal()
    if others and not rows:
        return CdxAnswer(found=Found.FAILED, reason="no index answer", skipped=skipped)
    return CdxAnswer(
        found=Found.ROWS if rows else Found.NOTHING,
        reason=f"{len(rows)} captures" if rows else "no capture",
        rows=tuple(rows),
        resume_key=resume_key,
        skipped=skipped,
        lines=lines_read,
    )


def _text_lines(body: str) -> Iterable[Sequence[str]]:
    lines = (line.strip("\r") for line in body.removesuffix("\n").split("\n"))
    return (line.split(" ") if line else () for line in lines)


def _json_lines(body: str) -> Iterable[Sequence[str]]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return [["unreadable"]]
    if not isinstance(data, list) or data == []:
        return []
    return [[v for v in line if isinstance(v, str)] if isinstance(line, list) else ["?"] for line in data]


def _row(fields: Sequence[str]) -> CdxRow | None:
    if len(fields) < len(FIELDS) or sum(map(len, fields)) > MAX_LINE:
        return None
    _, timestamp, original, mimetype, status, digest, _ = fields[: len(FIELDS)]
    if moment(timestamp) is None or not original.startswith(("http://", "https://")):
        return None
    if not (status == "-" or (status.isascii() and status.isdecimal() and len(status) == 3)):
        return None
    return CdxRow(
        timestamp=timestamp,
        original=original,
        mimetype=mimetype,
        status=None if status == "-" else int(status),
        digest=digest,
    )


def moment(timestamp: str) -> datetime | None:
    """The time of a 14-digit timestamp; null where it is no date (the index has such)."""
    if len(timestamp) != 14 or not (timestamp.isascii() and timestamp.isdecimal()):
        return None
    try:
        return datetime.fromisoformat(f"{timestamp[:8]}T{timestamp[8:]}Z")
    except ValueError:
        return None


def pick_captures(rows: Iterable[CdxRow], at_most: int) -> tuple[CdxRow, ...]:
    """The captures that most likely show the post, best first, equal contents once.

    Pages from before mid 2020 and JSON of any time hold the post; pages since are mostly shells. Redirects, errors and
    revisits (whose status the index does not tell) are tried where there is nothing else.
    """
    best: dict[str, CdxRow] = {}
    for row in sorted(rows, key=_worth):
        best.setdefault(row.digest, row)
    ranked = sorted(best.values(), key=_worth)
    good = [row for row in ranked if _worth(row)[0] < WORTHLESS]
    return tuple((good or ranked)[:at_most])


WORTHLESS = 4


def _worth(row: CdxRow) -> tuple[int, str, str]:
    if row.status is not None and row.status != 200:
        rank = WORTHLESS + (0 if SKIPPED_STATUS.fullmatch(str(row.status)) else 1)
    elif "json" in row.mimetype:
        rank = 1
    elif row.mimetype == "text/html" and row.timestamp < SERVER_PAGES_UNTIL:
        rank = 0
    elif row.mimetype == "text/html":
        rank = 2
    else:
        rank = 3
    return rank, row.timestamp, row.original


class Memento(msgspec.Struct, frozen=True, kw_only=True):
    """What a playback answer is."""

    captured: datetime | None
    """When the copy was made; null where the archive speaks itself, and then nothing is known of the page."""
    status: int
    """For a copy the archived status."""
    redirect: str | None = None
    """Where a redirect leads: to another copy (the nearest), or to the copy of where the page itself redirected."""
    original: str | None = None
    """The address that was archived."""
    reason: str = ""


def read_memento(exchange: Exchange) -> Memento:
    """A playback answer. Without `Memento-Datetime` it is the archive that talks, whatever the status (RFC 7089)."""
    location = exchange.header("location")
    target = resolve_url(exchange.url, location) if location and 300 <= exchange.status < 400 else None
    captured = _http_date(exchange.header("memento-datetime"))
    original = original_of(exchange.url)
    if captured is not None:
        return Memento(captured=captured, status=exchange.status, redirect=target, original=original, reason="a copy")
    if target and original_of(target):
        nearest = "sent to the nearest copy"
        return Memento(captured=None, status=exchange.status, redirect=target, original=original, reason=nearest)
    why = {404: "not archived", 403: "not shown by the archive", 429: "the archive refused us"}.get(
        exchange.status, f"HTTP {exchange.status} from the archive itself"
    )
    return Memento(captured=None, status=exchange.status, original=original, reason=why)


PLAYBACK_PATH = re.compile(r"/web/(\d{1,14})(?:[a-z]{2}_)?/(.+)", re.DOTALL)


def original_of(url: str) -> str | None:
    """The archived address within a playback URL, its scheme repaired; null for any other URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.hostname not in ("web.archive.org", "web-beta.archive.org"):
        return None
    found = PLAYBACK_PATH.fullmatch(parts.path + (f"?{parts.query}" if parts.query else ""))
    if not found:
        return None
    address = found[2]
    if not re.match(r"https?:/", address):
        return "http://" + address.lstrip("/")
    return re.sub(r"\A(https?):/+", r"\1://", address)


def _http_date(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a TimeMap or `Link` header (RFC 8288)."""

    target: str
    rel: tuple[str, ...]
    captured: datetime | None = None


LINK = re.compile(r"<([^<>]{1,8192})>((?:\s*;\s*[\w-]{1,40}\s*=\s*(?:\"[^\"]{0,2048}\"|[^\s,;\"]{1,2048}))*)")
PARAMETER = re.compile(r"([\w-]{1,40})\s*=\s*(?:\"([^\"]*)\"|([^\s,;\"]+))")


def read_links(text: str) -> tuple[Link, ...]:
    """The entries of a link-format TimeMap or `Link` header; commas inside `<…>` and quotes separate nothing."""
    out: dict[Link, None] = {}
    for number, found in enumerate(LINK.finditer(text)):
        if number >= MAX_LINKS:
            break
        values = {name.lower(): quoted or bare for name, quoted, bare in PARAMETER.findall(found[2])}
        target = found[1].strip()
        out[
            Link(
                target="https:" + target if target.startswith("//") else target,
                rel=tuple(values.get("rel", "").lower().split()),
                captured=_http_date(values.get("datetime")),
            )
        ] = None
    return tuple(out)
