"""What does an archived copy show of a video, or of an account, and where may there be copies?

Pages of every year carry the record in a script; the lines for link previews are the fallback. oEmbed answers and the
frames, which sites load beside their articles, were caught too. A permalink has the handle in its path and the time in
its id, so an index's prefix finds an account's videos of some days.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from selectolax.lexbor import LexborHTMLParser

from archiver.errors import ArchiverError
from archiver.exchange import Exchange
from archiver.model import Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, Clues, DayRange
from archiver.platforms.bounds import parse
from archiver.platforms.preview import named_by, preview
from archiver.platforms.tiktok import endpoints, scripts
from archiver.platforms.tiktok.ids import day_range, time_of
from archiver.platforms.tiktok.records import handle_of, listed_posts, oembed_post, previewed_post, record_post
from archiver.platforms.tiktok.urls import HANDLE, ref_from_url
from archiver.platforms.values import parse_json

MAX_PAGE = 16 * 1024 * 1024
"""Bytes of one archived copy that are read; a page has below 1 MB."""

PHOTOS_SINCE = "2022-10-01"
"""Since about then there are posts of pictures, under `/photo/`."""

PREFIXES = ((4, 2), (3, 3))
"""How many digits a prefix has, and so many prefixes at the most. All ids have 19 digits (until 2043): four begin those
of 2.7 days, which is what a printed day needs; three those of 27 days, for a video that is cited without a day."""

UNDATED = timedelta(days=30)
"""Half of the time before the article that is looked through where nothing but the article's own day is known."""

FIRST_YEAR = 2014

_HANDLE = re.compile(r"[A-Za-z0-9_.-]{1,24}")

PREVIEW = re.compile(
    r"TikTok video from (?P<name>.{0,80}?) ?\(@(?P<handle>[\w.-]{1,24})\): [\"“](?P<caption>.*)[\"”]\.", re.DOTALL
)
"""`1.2K Likes, 14 Comments. TikTok video from Ana (@ana.example): "The bridge is open". original sound - Ana.`"""

ON_TIKTOK = re.compile(r"(?P<name>.{1,80}) (?:on|auf|sur|en|no|su|в) TikTok", re.DOTALL)


def archive_queries(mention: Mention, ids: DayRange | None) -> tuple[ArchiveQuery, ...]:
    """Prefixes of permalinks of the mention's account: of the printed day, or else of the weeks before the article."""
    handle = (mention.handle or "").lower()
    if not _HANDLE.fullmatch(handle):
        return ()
    if ids is None:
        day = _published(mention)
        ids = day_range(day - UNDATED, slack_hours=24 * (UNDATED.days + 1)) if day else None
    prefixes = _prefixes(ids) if ids else ()
    return tuple(
        ArchiveQuery(prefix=f"tiktok.com/@{handle}/video/{prefix}", since=_since(prefix)) for prefix in prefixes
    )


def _prefixes(ids: DayRange) -> tuple[str, ...]:
    """What the ids begin with, those nearest to the end first: a video is cited soon after it was made."""
    out: tuple[str, ...] = ()
    for digits, most in PREFIXES:
        low, high = int(str(ids.first)[:digits]), int(str(ids.last)[:digits])
        out = tuple(str(number) for number in range(high, max(low, high - most + 1) - 1, -1))
        if high - low < most:
            break
    return out


def _since(prefix: str) -> str | None:
    """The day before which no id has this prefix, 8 digits: nothing is captured before it is posted."""
    made = time_of(prefix.ljust(19, "0"))
    return made.strftime("%Y%m%d") if made else None


def _published(mention: Mention) -> date | None:
    try:
        day = date.fromisoformat((mention.published or "")[:10])
    except ValueError:
        return None
    return day if day.year >= FIRST_YEAR else None


def archived_urls(ref: PostRef) -> tuple[str, ...]:
    """Addresses under which archives may hold the video, best first: the permalink, what sites embed, oEmbed."""
    out = []
    if ref.handle and _HANDLE.fullmatch(ref.handle):
        permalink = f"{endpoints.ROOT}/@{ref.handle}/video/{ref.id}"
        out = [permalink, f"{endpoints.ROOT}/oembed?url={permalink}"]
        if (made := time_of(ref.id)) and made.date().isoformat() >= PHOTOS_SINCE:
            out.insert(1, f"{endpoints.ROOT}/@{ref.handle}/photo/{ref.id}")
    out += [
        endpoints.embed_lookup(ref.id).url,
        f"https://m.tiktok.com/v/{ref.id}.html",
        f"{endpoints.ROOT}/embed/{ref.id}",
    ]
    return tuple(out)


def read_archived(ref: PostRef, exchange: Exchange) -> Post | None:
    """The video's record from an archived page, frame or oEmbed answer; null where the copy does not show it."""
    body = _body(exchange)
    if body.lstrip()[:1] == b"{":
        data = parse_json(body)
        return oembed_post(data, ref.id, endpoints.OEMBED) if isinstance(data, Mapping) else None
    if b"<" not in body[:4096]:
        return None
    page = parse(body.decode("utf-8", "replace"))
    found = scripts.detail(page, ref.id) or scripts.frame(page, ref.id)
    if found is not None and found.item is not None:
        seen_in = endpoints.EMBED if "itemInfos" in found.item else endpoints.PAGE
        if (post := record_post(found.item, ref.id, seen_in)) is not None:
            return post
    return _preview(page, ref, exchange.url)


def _preview(page: LexborHTMLParser, ref: PostRef, address: str) -> Post | None:
    """The lines for link previews, where they are of this video."""
    lines = preview(page)
    own = named_by(lines, address, ref_from_url)
    if own is None or own.id != ref.id:
        return None
    words = (lines.description or "")[:20_000]
    if found := PREVIEW.search(words):
        return previewed_post(ref.id, handle_of(found["handle"]), found["name"], found["caption"], endpoints.PAGE)
    title = ON_TIKTOK.match((lines.title or "")[:200])
    if title is None or not words.strip():
        return None
    return previewed_post(ref.id, own.handle or ref.handle, title["name"], words, endpoints.PAGE)


def archived_lists(clues: Clues) -> tuple[str, ...]:
    """An account's page, which carried its newest videos in its script to 2023, and its frame."""
    handle = clues.handle.removeprefix("@")
    if not _HANDLE.fullmatch(handle):
        return ()
    return (f"{endpoints.ROOT}/@{handle}", endpoints.creator_lookup(handle).url)


def read_archived_list(url: str, exchange: Exchange) -> tuple[Post, ...]:
    """The videos that an archived copy of such a page lists."""
    handle = re.search(rf"/@({HANDLE})", url[:300])
    body = _body(exchange)
    if handle is None or b"<" not in body[:4096]:
        return ()
    found = scripts.listing(parse(body.decode("utf-8", "replace")), handle[1])
    return listed_posts(found.items, found.author, endpoints.CREATOR) if found else ()


def _body(exchange: Exchange) -> bytes:
    try:
        return exchange.payload(MAX_PAGE)
    except ArchiverError:
        return b""
