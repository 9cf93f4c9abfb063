"""Which copies of one address do web archives list? The Wayback Machine's index, and a Memento aggregator's TimeMaps.

Lists only: whether a copy shows the post is told by what is listed where that suffices (`Likely.SHOWS`), else by
looking at it. Everything is asked through the job's fetcher, so that what was answered is evidence and answers again
offline.

Sources: github.com/internetarchive/wayback (wayback-cdx-server); RFC 7089 section 5 (TimeMaps, their index and pages);
mementoweb.org/guide/timemap-json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from urllib.parse import quote, urlsplit

import msgspec

from archiver.capture import Job
from archiver.errors import InputError, LimitError, NetworkError, NotStoredError
from archiver.exchange import Exchange
from archiver.model import PostRef
from archiver.platforms.base import Platform
from archiver.resolution.copies import MAX_CAPTURE_ROWS
from archiver.resolution.wayback import (
    MAX_INDEX,
    MAX_LINKS,
    PLAYBACK_URL,
    SERVER_PAGES_UNTIL,
    CdxRow,
    Found,
    captures_url,
    moment,
    playback_url,
    read_index,
    read_links,
)
from archiver.store.surt import spelling
from archiver.url import resolve_url, web_url

WAYBACK = "web.archive.org"

MAX_TIMEMAPS = 6
"""TimeMaps that are asked for one address: the aggregator's own, and those that it leads on to."""

MAX_MEMENTOS = 2000
"""Copies of one address that are read off TimeMaps."""

SLACK = timedelta(minutes=1)
"""Clocks differ: a copy that seems to be so much older than the post may show it."""

EMPTY = "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"
"""The digest of no bytes (base32, SHA-1)."""

REWRITTEN = re.compile(
    r"(?P<head>https?://[^?#]{1,200}?/)(?P<time>\d{14})(?:[a-z]{2}_)?/(?P<original>https?:/.+)", re.DOTALL
)
"""How Wayback software writes an archived address behind its time."""

NOT_RAW = frozenset(
    {"archive.today", "archive.is", "archive.ph", "archive.md", "archive.li", "archive.fo", "archive.vn"}
)
"""Write their addresses in the same way, and give nothing raw."""


class Likely(IntEnum):
    """What a listing tells of a copy, best first."""

    SHOWS = 0
    """It shows the post: the site answers so only where there is one."""
    MAY = 1
    """One has to look."""
    SHELL = 2
    """A page that holds nothing without scripts."""
    LEADS = 3
    """A redirect: no copy, but it may lead to one."""


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """One copy that an archive lists."""

    where: str
    """Host of the archive."""
    address: str
    """The address that was asked for."""
    original: str
    """As it was archived."""
    captured: datetime
    view: str
    """Where a reader opens it."""
    raw: str | None = None
    """Where its bytes are as archived; null where the archive has no such address."""
    digest: str = ""
    """Of its content; empty where that is not told."""
    likely: Likely = Likely.MAY


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What one archive answered of one address."""

    holdings: tuple[Holding, ...] = ()
    answered: tuple[str, ...] = ()
    """Hosts that answered."""
    failed: tuple[str, ...] = ()
    """Who did not, and why; one line each."""
    more: bool = False
    """More is listed than was read."""


def indexed(job: Job, ref: PostRef, platform: Platform, address: str) -> Listing:
    """The copies of an address that the Wayback Machine's index lists: at most the first `MAX_CAPTURE_ROWS` captures.

    One question; of a permalink, addresses that begin with it are listed, too: most copies of a post on Reddit lie
    under the words of its title, and many of X's under `?s=20` and the like. Absences, captures of another post (the
    index takes no notice of capitals, and longer ids begin alike), without content, or from before the post was made
    are left out.
    """
    longer = is_permalink(platform, address)
    exchange, problem = _asked(job, captures_url(address, limit=MAX_CAPTURE_ROWS, longer=longer))
    if exchange is None:
        return Listing(failed=(f"{WAYBACK}: {problem}",))
    answer = read_index(exchange)
    if answer.found not in (Found.ROWS, Found.NOTHING):
        return Listing(failed=(f"{WAYBACK}: {answer.reason} ({_host(address)})",))
    span = _Span.of(job, ref, platform)
    full = {row.digest for row in answer.rows if row.status == 200}
    holdings: list[Holding] = []
    for row in answer.rows:
        captured = moment(row.timestamp)
        leads = row.status is not None and 300 <= row.status < 400
        whole = row.status == 200 or (row.status is None and row.digest in full)
        if captured is None or not (leads or (whole and row.digest != EMPTY)) or not span.holds(captured):
            continue
        if is_of(ref, platform, address, row.original):
            holdings.append(
                Holding(
                    where=WAYBACK,
                    address=address,
                    original=row.original,
                    captured=captured,
                    view=f"{PLAYBACK_URL}{row.timestamp}/{row.original}",
                    raw=playback_url(row),
                    digest=row.digest,
                    likely=Likely.LEADS if leads else _likely(ref, row, answer.rows),
                )
            )
    more = answer.lines >= MAX_CAPTURE_ROWS or not answer.whole
    unread: tuple[str, ...] = ()
    if more and not holdings and not (answer.whole and _is_passed(ref, platform, address, answer.rows)):
        unread = (f"{WAYBACK}: more is listed than was read ({address})",)  # behind that may stand the only copy
    return Listing(holdings=tuple(holdings), answered=(WAYBACK,), failed=unread, more=more)


def _is_passed(ref: PostRef, platform: Platform, address: str, rows: Sequence[CdxRow]) -> bool:
    """Whether rows that fill an answer have come to other posts, so that all of this one's were read.

    An index is sorted: the address itself, what goes on with `/`, longer numbers, what goes on with `?`. So this is
    known only where the post's addresses with a query are asked for by themselves.
    """
    path = "/".join(address.rsplit("/", 2)[1:])
    apart = any(other.partition("?")[0].endswith(f"/{path}") for other in platform.archived_urls(ref) if "?" in other)
    named = (platform.ref_from_url(row.original) for row in rows)
    return apart and any(other is not None and other.id != ref.id for other in named)


def _likely(ref: PostRef, row: CdxRow, rows: Sequence[CdxRow]) -> Likely:
    """By what X answered of posts that were not there: its pages of before mid 2020 and oEmbed with another status,
    later pages with the same empty page as for any post. Other JSON can say that there is none, and its pages for
    mobile devices needed scripts years before."""
    kind = row.mimetype
    if row.status is None:
        kind = next((one.mimetype for one in rows if one.digest == row.digest and one.status == 200), kind)
    if ref.platform != "x":
        return Likely.MAY
    if "json" in kind:
        return Likely.SHOWS if "/oembed" in row.original else Likely.MAY
    if kind == "text/html":
        if row.timestamp >= SERVER_PAGES_UNTIL:
            return Likely.SHELL
        return Likely.MAY if _host(row.original).startswith("mobile.") else Likely.SHOWS
    return Likely.MAY


def in_timemaps(job: Job, ref: PostRef, platform: Platform, address: str) -> Listing:
    """The copies of an address in other archives, as the configured aggregator lists them; nothing where none is set.

    TimeMaps that it leads on to (an index, further pages) are asked, too, `MAX_TIMEMAPS` in all. The Wayback Machine's
    copies are left out: its own index knows more of them. A TimeMap does not tell what status a copy has.
    """
    pattern = job.settings.audit.timemap
    if not pattern:
        return Listing()
    span = _Span.of(job, ref, platform)
    # as a value of a query it is encoded; in a path it stands as it is, as in RFC 7089's examples
    named = quote(address, safe="") if "?" in pattern.partition("{url}")[0] else address
    waiting, seen = [pattern.replace("{url}", named)], set[str]()
    found: dict[str, Holding] = {}
    answered: dict[str, None] = {}
    failed: list[str] = []
    more = odd = partly = False
    while waiting:
        url = waiting.pop(0)
        if url in seen or _host(url) == WAYBACK:
            continue
        if len(seen) >= MAX_TIMEMAPS:
            failed.append(f"{_host(url)}: not asked further after {MAX_TIMEMAPS} TimeMaps")
            break
        seen.add(url)
        exchange, problem = _asked(job, url)
        if exchange is not None and exchange.status == 404:
            answered[_host(url)] = None
            continue
        entries = _entries(exchange) if exchange is not None and exchange.status == 200 else None
        if exchange is None or entries is None:
            failed.append(f"{_host(url)}: {problem or _why_not(exchange)}")
            continue
        answered[_host(url)] = None
        # a few links are of other kinds
        partly = partly or exchange.truncated is not None or len(entries) > MAX_LINKS - 10
        for target, captured, leads_on in entries:
            target = resolve_url(url, target)
            if leads_on:
                if target.startswith(("http://", "https://")):
                    waiting.append(target)
            elif len(found) >= MAX_MEMENTOS:
                more = True
            elif (holding := _memento(ref, platform, address, target, captured or span.until)) is None:
                continue
            elif captured is None or captured > span.until:
                odd = True
            elif captured >= span.since:
                found.setdefault(target, holding)
    if partly and not found:
        failed.append(f"{_host(pattern)}: more is listed than was read ({address})")
    if odd and not found:
        failed.append(f"{_host(pattern)}: lists copies without a time, or with one that cannot be")
    return Listing(holdings=tuple(found.values()), answered=tuple(answered), failed=tuple(failed), more=more)


def _memento(ref: PostRef, platform: Platform, address: str, url: str, captured: datetime) -> Holding | None:
    try:
        host = web_url(url).host
    except ValueError:
        return None
    if host == WAYBACK:
        return None
    written = REWRITTEN.fullmatch(url)
    original = original_in(url) or address
    if not is_of(ref, platform, address, original):
        return None
    raw = f"{written['head']}{written['time']}id_/{original}" if written and host not in NOT_RAW else None
    return Holding(where=host, address=address, original=original, captured=captured, view=url, raw=raw)


def _entries(exchange: Exchange) -> list[tuple[str, datetime | None, bool]] | None:
    """`(address, time, whether it is a further TimeMap)` of a TimeMap's entries; null where it is none."""
    try:
        body = exchange.text(MAX_INDEX)
    except (InputError, LimitError):
        return None
    if body.lstrip()[:1] == "{":
        return _json_entries(body)
    links = read_links(body)
    if not any({"original", "memento", "timemap", "timegate", "self"} & set(link.rel) for link in links):
        return None
    out: list[tuple[str, datetime | None, bool]] = []
    for link in links:
        if "memento" in link.rel:
            out.append((link.target, link.captured, False))
        elif "timemap" in link.rel and "self" not in link.rel:
            out.append((link.target, None, True))
    return out


def _json_entries(body: str) -> list[tuple[str, datetime | None, bool]] | None:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not {"mementos", "timemap_index", "original_uri"} & data.keys():
        return None
    mementos = data.get("mementos")
    listed = mementos.get("list") if isinstance(mementos, dict) else None
    out = [
        (uri, _iso(entry.get("datetime")), False)
        for entry in (listed if isinstance(listed, list) else ())
        if isinstance(entry, dict)
        for uri in _uris(entry.get("uri"))
    ]
    index, pages = data.get("timemap_index"), data.get("pages")
    further = [*(index if isinstance(index, list) else ()), *(pages.values() if isinstance(pages, dict) else ())]
    return out + [(uri, None, True) for one in further if isinstance(one, dict) for uri in _uris(one.get("uri"))]


def _uris(value: object) -> Iterator[str]:
    """An aggregator gives a list where several archives have the same copy."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (one for one in value if isinstance(one, str))


def _iso(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if found is None:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _why_not(exchange: Exchange | None) -> str:
    if exchange is None or exchange.status == 200:
        return "the answer is no TimeMap"
    if exchange.status in (401, 403, 429):
        return f"HTTP {exchange.status}: it refused us"
    return f"HTTP {exchange.status}: no TimeMap"


def is_permalink(platform: Platform, address: str) -> bool:
    """Whether an address is asked for with all that begin so."""
    return platform.ref_from_url(address) is not None and "?" not in address


def original_in(url: str) -> str | None:
    """The archived address as the address of a copy names it, whichever archive's; null where it names none."""
    written = REWRITTEN.fullmatch(url)
    return re.sub(r"\A(https?):/+", r"\1://", written["original"]) if written else None


def is_of(ref: PostRef, platform: Platform, address: str, original: str) -> bool:
    """Whether what was archived is the post's: an index takes no notice of capitals, of which ids can be made."""
    named = platform.ref_from_url(original)
    if named is not None:
        return named.id == ref.id
    return spelling(original) == spelling(address) or has_id(ref.id, original)


def has_id(post_id: str, address: str) -> bool:
    """Whether the id stands in an address by itself: not within a longer one."""
    return re.search(rf"(?<![^\W_]){re.escape(post_id)}(?![^\W_])", address) is not None


class _Span(msgspec.Struct, frozen=True):
    """Nothing is captured before it is made, or after today."""

    since: datetime
    until: datetime

    @staticmethod
    def of(job: Job, ref: PostRef, platform: Platform) -> _Span:
        made = platform.time_of(ref.id)
        until = job.archive.clock() + timedelta(days=1)
        return _Span(made - SLACK if made else datetime.min.replace(tzinfo=UTC), until)

    def holds(self, captured: datetime) -> bool:
        return self.since <= captured <= self.until


def _asked(job: Job, url: str) -> tuple[Exchange | None, str]:
    """The answer, or why there is none."""
    try:
        return job.fetcher.follow(url, max_bytes=MAX_INDEX)[-1], ""
    except NotStoredError:
        return None, "not asked: no stored answer"
    except (NetworkError, LimitError) as error:
        return None, error.problem


def _host(url: str) -> str:
    try:
        return urlsplit(url if "//" in url else f"//{url}").hostname or url
    except ValueError:
        return url
