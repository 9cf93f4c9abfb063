"""Films that are streamed in pieces (HTTP Live Streaming, RFC 8216): which pieces make up the film.

What is read here came from a server: nothing is trusted, and the number of lines and pieces is bounded.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from archiver.exchange import Exchange
from archiver.url import resolve_url

TYPES = frozenset({"application/vnd.apple.mpegurl", "application/x-mpegurl", "audio/mpegurl", "audio/x-mpegurl"})
MAX_PLAYLIST = 1 << 20
MAX_PIECES = 500
"""Of one playlist; at the usual six seconds a piece, that is most of an hour."""

MAX_VARIANTS = 32

_BANDWIDTH = re.compile(r"(?:^|[:,])BANDWIDTH=(\d{1,12})(?!\d)")
_URI = re.compile(r'(?:^|[:,])URI="([^"]{1,4096})"')
_DURATION = re.compile(r"#EXTINF:(\d{1,6}(?:\.\d{1,9})?)")


class Playlist(NamedTuple):
    """What one playlist names, as absolute URLs; either `variants` or `pieces` is empty."""

    variants: tuple[tuple[int, str], ...] = ()
    """Bits a second and playlist of each size of the film, the best first."""
    renditions: tuple[str, ...] = ()
    """Playlists of sound and subtitles that come apart from the pictures."""
    pieces: tuple[str, ...] = ()
    seconds: float = 0.0
    complete: bool = True
    """Whether all pieces are named: the stream has ended, and there are no more than the bound."""


def is_playlist(exchange: Exchange) -> bool:
    return exchange.content_type in TYPES or exchange.url.partition("?")[0].endswith(".m3u8")


def read_playlist(exchange: Exchange) -> Playlist | None:
    """What the playlist names; null where the answer is none. Raises what `Exchange.text` raises."""
    lines = [line.strip() for line in exchange.text(MAX_PLAYLIST).split("\n")]
    if not lines or lines[0] != "#EXTM3U":
        return None
    variants: list[tuple[int, str]] = []
    renditions: dict[str, None] = {}
    pieces: dict[str, None] = {}
    seconds = 0.0
    bandwidth: int | None = None
    for line in lines[1:]:
        if line.startswith("#EXT-X-STREAM-INF"):
            found = _BANDWIDTH.search(line)
            bandwidth = int(found[1]) if found else 0
        elif line.startswith(("#EXT-X-MEDIA:", "#EXT-X-MAP:")):
            if (named := _URI.search(line)) and (url := resolve_url(exchange.url, named[1])):
                (pieces if line.startswith("#EXT-X-MAP:") else renditions)[url] = None
        elif line.startswith("#EXTINF"):
            length = _DURATION.match(line)
            seconds += float(length[1]) if length else 0.0
        elif line and not line.startswith("#") and (url := resolve_url(exchange.url, line)):
            if bandwidth is None:
                pieces[url] = None
            else:
                variants.append((bandwidth, url))
                bandwidth = None
    variants.sort(key=lambda variant: variant[0], reverse=True)
    return Playlist(
        variants=tuple(variants[:MAX_VARIANTS]),
        renditions=tuple(renditions)[:MAX_VARIANTS] if variants else (),
        pieces=() if variants else tuple(pieces)[:MAX_PIECES],
        seconds=seconds,
        complete=bool(variants) or ("#EXT-X-ENDLIST" in lines and len(pieces) <= MAX_PIECES),
    )


def expected_bytes(bandwidth: int, playlist: Playlist) -> int:
    """How large a film of so many bits a second will about be."""
    return math.ceil(bandwidth * playlist.seconds / 8)
