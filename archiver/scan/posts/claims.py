"""What the pages of a crawl show of posts with an id, as a post index takes it: from the sorted mentions, a piece at a
time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from archiver.brought.rows import AUTHORS_TIME, CLOCKS_DIFFER, PLACEHOLDERS
from archiver.platforms import platform as platform_named
from archiver.scan.posts.flattened import MAX_DATE, day_of_id, id_of, moment
from archiver.scan.table import pyarrow_modules
from archiver.store.postbulk import write_claims
from archiver.store.postindex import Added
from archiver.store.postmerge import MAX_WORDS, variant_of

READ_ROWS = 10_000
"""Mentions of a piece."""

COLUMNS = (
    "key", "platform", "scope", "url", "handle", "display_name", "date", "text", "words_key", "page_url", "captured",
)  # fmt: skip
"""Of the sorted mentions, that are asked."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def index_claims(mentions: Path, index: Path) -> Added:
    """Make a post index at `index` from a Parquet file of sorted mentions (`archiver.scan.posts.saying.Said`).

    Raises `ArchiveError` as `write_claims` does; `OSError`.
    """
    _, parquet = pyarrow_modules()
    with parquet.ParquetFile(mentions, pre_buffer=False) as file:
        pieces = file.iter_batches(READ_ROWS, columns=["flattened", "has_id", *COLUMNS])
        return write_claims(index, map(claims_of, pieces))


def claims_of(mentions: Any) -> list[list[Any]]:
    """The columns of `Claim`, of those mentions (an Arrow record batch) whose page shows the id."""
    return _claims(*_named(mentions))


def _named(mentions: Any) -> Iterator[list[Any]]:
    import pyarrow.compute as compute

    named = compute.and_not(mentions.column("has_id"), mentions.column("flattened"))
    if named.false_count:
        mentions = mentions.filter(named)
    return (mentions.column(name).to_pylist() for name in COLUMNS)


def _claims(
    keys: list[str], platforms: list[str], scopes: list[str | None], urls: list[str | None], handles: list[str | None],
    names: list[str | None], dates: list[str | None], texts: list[str | None], words_keys: list[int | None],
    pages: list[str], captured: list[int | None],
) -> list[list[Any]]:  # fmt: skip
    ids = list(map(id_of, platforms, scopes, keys))
    made = list(map(_made, dates, map(day_of_id, platforms, ids), platforms))
    folded = [handle.casefold() if handle else None for handle in handles]
    words = [text[:MAX_WORDS] if text and text not in PLACEHOLDERS else None for text in texts]
    # the key of the words in the table of mentions is that of an index, where there are words and a handle
    variants = [
        known if known is not None and text and fold else variant_of(fold, text)
        for known, text, fold in zip(words_keys, words, folded, strict=True)
    ]
    if not all(urls):
        facts = zip(urls, platforms, ids, handles, scopes, keys, strict=True)
        urls = [
            url or made_url(platform, one, handle or scope, key) for url, platform, one, handle, scope, key in facts
        ]
    columns: list[list[Any]] = [
        keys, platforms, ids, scopes, urls, handles, folded, names, [day for day, _ in made],
        [created for _, created in made], words, variants, pages, list(map(_time, captured)),
    ]  # fmt: skip
    if not all(urls):  # there is no address by which the post could be asked for
        columns = [[value for value, url in zip(column, urls, strict=True) if url] for column in columns]
    return columns


def made_url(platform: str, post_id: str | None, handle: str | None, key: str) -> str | None:
    """The permalink that platform and id make, where a page has none; null where they make none."""
    known = platform_named(platform)
    if known is None or post_id is None:
        return None
    try:
        ref = known.ref_from_id(post_id, handle)
    except ValueError:
        return None
    return (ref.url or None) if ref.key == key else None


def _made(printed: str | None, told: str | None, platform: str) -> tuple[str | None, str | None]:
    """Day and time of a post, as a page prints them (ISO, UTC). told: the day that its id tells."""
    return _made_of(printed if printed and len(printed) <= MAX_DATE else None, told, platform)


@lru_cache(maxsize=100_000)
def _made_of(printed: str | None, told: str | None, platform: str) -> tuple[str | None, str | None]:
    made, day = moment(printed)
    if told is not None:
        if made is not None and platform not in AUTHORS_TIME and not _near(made, told):
            made = None
        day = told
    return day, made.isoformat() if made is not None else None


def _near(made: datetime, told: str) -> bool:
    """Whether a printed time may be that of a post whose id is of this day."""
    begin = datetime.fromisoformat(told).replace(tzinfo=UTC)
    return begin - CLOCKS_DIFFER <= made < begin + timedelta(days=1) + CLOCKS_DIFFER


def _time(captured: int | None) -> str | None:
    if captured is None:
        return None
    days, rest = divmod(captured // 1_000_000, 86_400)
    day = _day(days)
    return f"{day}T{_clock(rest)}Z" if day is not None else None


@lru_cache(maxsize=86_400)
def _clock(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}"


@lru_cache(maxsize=10_000)
def _day(days: int) -> str | None:
    """The ISO day so many days after 1970 began."""
    try:
        return (EPOCH + timedelta(days=days)).date().isoformat()
    except OverflowError:
        return None
