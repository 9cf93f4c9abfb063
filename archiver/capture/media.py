"""A post's pictures and films: fetched, and so stored, each in the best version that fits the bound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from archiver.config import CaptureSettings
from archiver.errors import NetworkError
from archiver.exchange import Exchange, Fetcher
from archiver.model import Media

STORED_KINDS = frozenset({"photo", "video", "gif", "poster", "avatar", "card"})


class StoredMedia(NamedTuple):
    """What came of a post's media."""

    stored: int = 0
    """Files that are stored whole."""
    failed: tuple[str, ...] = ()
    """URLs of those that are not; behind one that was cut short stands that it was, and why."""


def store_media(media: Sequence[Media], fetcher: Fetcher, settings: CaptureSettings) -> StoredMedia:
    """Fetch the media of a post; any answer is stored, also a failure.

    Where a film comes in several sizes, the best one that is not longer than `max_media_bytes` is taken. Where none is
    short enough, the smallest is stored up to the bound, and is told of as cut short.
    """
    stored, failed = 0, []
    for one in [one for one in media if one.kind in STORED_KINDS][: settings.max_media_per_post]:
        problem = _store(one, fetcher, settings.max_media_bytes)
        if problem is None:
            stored += 1
        else:
            failed.append(problem)
    return StoredMedia(stored, tuple(failed))


def _store(media: Media, fetcher: Fetcher, limit: int) -> str | None:
    """What could not be had of it; null where one version is stored whole."""
    problem = media.url
    versions = (media.url, *media.smaller)
    for url in versions:
        answer = _fetched(url, fetcher, limit, last=url == versions[-1])
        if answer is None or not 200 <= answer.status < 300:
            continue
        if answer.truncated is None:
            return None
        problem = f"{url} (cut short: {answer.truncated})"
    return problem


def _fetched(url: str, fetcher: Fetcher, limit: int, *, last: bool) -> Exchange | None:
    try:
        if last:
            return fetcher.follow(url, max_bytes=limit)[-1]
        return fetcher.follow(url, max_bytes=limit, whole_or_head=True)[-1]
    except NetworkError:
        return None
