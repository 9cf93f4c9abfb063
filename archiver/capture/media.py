"""A post's pictures and films: fetched, and so stored, each in the best version that fits the bound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from archiver.capture.stream import MAX_PLAYLIST, Playlist, expected_bytes, is_playlist, read_playlist
from archiver.config import CaptureSettings
from archiver.errors import InputError, LimitError, NetworkError
from archiver.exchange import Exchange, Fetcher
from archiver.model import Media

STORED_KINDS = frozenset({"photo", "video", "gif", "poster", "avatar", "card"})


WITHOUT_THE_WHOLE = frozenset({204, 205, 206})
"""Successes that bring no content, or a part of it that nobody asked for."""


class StoredMedia(NamedTuple):
    """What came of a post's media."""

    stored: int = 0
    """Files that are stored whole; a film that is streamed in pieces counts once."""
    failed: tuple[str, ...] = ()
    """URLs of those that are not; behind one that is stored in part stands that it is, and why."""


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
        answer = _fetched(url, fetcher, limit, whole_or_head=url != versions[-1])
        if answer is None:
            continue
        if answer.truncated is not None:
            problem = f"{url} (cut short: {answer.truncated})"
        elif lacking := _store_stream(answer, Room(fetcher, limit)) if is_playlist(answer) else None:
            problem = f"{url} ({lacking})"
        else:
            return None
    return problem


class Room:
    """Fetches what belongs to one film, which is together no longer than `left` bytes."""

    def __init__(self, fetcher: Fetcher, left: int) -> None:
        self._fetcher = fetcher
        self.left = left

    def fetched(self, url: str, limit: int | None = None) -> Exchange | None:
        """As `_fetched`; null also where nothing is left. limit: of this one."""
        if self.left <= 0:
            return None
        answer = _fetched(url, self._fetcher, self.left if limit is None else min(limit, self.left))
        if answer is not None:
            self.left -= answer.response_length - answer.head_length
        return answer

    def playlist(self, url: str) -> Playlist | None:
        found = self.fetched(url, MAX_PLAYLIST)
        return _playlist(found) if found is not None else None


def _store_stream(answer: Exchange, room: Room) -> str | None:
    """Fetch the pieces of a streamed film, in the best size that fits, and its sound; what is lacking, in words."""
    playlist = _playlist(answer)
    if playlist is None:
        return None  # it has the name of a playlist and is none: a file like any other
    room.left -= answer.response_length - answer.head_length
    if not playlist.variants:
        return _store_pieces([playlist], room)
    film: Playlist | None = None
    for bandwidth, url in playlist.variants:
        read = room.playlist(url)
        if read is None or not read.pieces:
            continue
        film = read
        if expected_bytes(bandwidth, read) <= room.left:
            break
    if film is None:
        return "none of its sizes could be had"
    beside = [read for url in playlist.renditions if (read := room.playlist(url))]
    lacking = _store_pieces([film, *beside], room)
    return lacking or ("sound or subtitles could not be had" if len(beside) < len(playlist.renditions) else None)


def _store_pieces(playlists: list[Playlist], room: Room) -> str | None:
    missing = 0
    for url in dict.fromkeys(piece for playlist in playlists for piece in playlist.pieces):
        if room.left <= 0:
            return "cut short: length"
        answer = room.fetched(url)
        if answer is None:
            missing += 1
            continue
        if answer.truncated is not None:
            return f"cut short: {answer.truncated}"
    if missing:
        return f"{missing} of its pieces could not be had"
    return None if all(playlist.complete for playlist in playlists) else "it has more pieces than are stored"


def _playlist(answer: Exchange) -> Playlist | None:
    try:
        return read_playlist(answer)
    except (InputError, LimitError):
        return None


def _fetched(url: str, fetcher: Fetcher, limit: int, *, whole_or_head: bool = False) -> Exchange | None:
    """The answer where it is a success with all of the content, cut short or not."""
    try:
        if whole_or_head:
            answer = fetcher.follow(url, max_bytes=limit, whole_or_head=True)[-1]
        else:
            answer = fetcher.follow(url, max_bytes=limit)[-1]
    except NetworkError:
        return None
    return answer if 200 <= answer.status < 300 and answer.status not in WITHOUT_THE_WHOLE else None
