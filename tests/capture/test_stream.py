"""Invariant: whatever a playlist says, what is read of it is bounded, and each URL in it is one that it names.

Films that are streamed in pieces are stored whole in the best size that fits, and what is lacking is told.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.capture.media import store_media
from archiver.capture.stream import MAX_PIECES, MAX_VARIANTS, Playlist, read_playlist
from archiver.config import CaptureSettings, WebSettings
from archiver.errors import ArchiverError
from archiver.exchange import Exchange
from archiver.model import Media
from archiver.web import Door
from tests.loopback import Asked, Loopback, ok

MASTER = """#EXTM3U
#EXT-X-VERSION:6
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="sound",URI="sound.m3u8"
#EXT-X-STREAM-INF:AVERAGE-BANDWIDTH=1,BANDWIDTH=80000,RESOLUTION=640x360,AUDIO="a"
360p/video.m3u8

#EXT-X-STREAM-INF:BANDWIDTH=800000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,AUDIO="a"
720p/video.m3u8?session=1
"""
MEDIA = """#EXTM3U
#EXT-X-TARGETDURATION:6
#EXT-X-MAP:URI="init.mp4"
#EXTINF:6.0,
0.ts
#EXTINF:4,
1.ts
#EXT-X-ENDLIST
"""
SOUND = "#EXTM3U\n#EXTINF:10.0,\nsound.aac\n#EXT-X-ENDLIST\n"
LISTS = {"/film/playlist.m3u8": MASTER, "/film/360p/video.m3u8": MEDIA, "/film/720p/video.m3u8": MEDIA}
PIECES = ("init.mp4", "0.ts", "1.ts")


def answer(text: str | bytes, url: str = "https://v.example/film/playlist.m3u8") -> Exchange:
    body = text.encode() if isinstance(text, str) else text
    return Exchange(
        url=url, time=datetime.now(UTC), status=200, open_response=lambda: io.BytesIO(body), response_length=len(body)
    )


def test_a_master_playlist_lists_the_sizes_best_first_and_the_sound() -> None:
    assert read_playlist(answer(MASTER)) == Playlist(
        variants=(
            (800_000, "https://v.example/film/720p/video.m3u8?session=1"),
            (80_000, "https://v.example/film/360p/video.m3u8"),
        ),
        renditions=("https://v.example/film/sound.m3u8",),
    )


def test_a_media_playlist_lists_the_pieces_in_order() -> None:
    base = "https://v.example/film/720p/"
    found = read_playlist(answer(MEDIA, f"{base}video.m3u8"))
    assert found == Playlist(pieces=tuple(base + piece for piece in PIECES), seconds=10.0)


def test_a_stream_that_has_not_ended_is_not_complete() -> None:
    found = read_playlist(answer(MEDIA.replace("#EXT-X-ENDLIST", "")))
    assert found is not None
    assert not found.complete


@pytest.mark.parametrize("text", ["", "<html>", "\n#EXTM3U", "#EXTM3U8"])
def test_what_is_no_playlist(text: str) -> None:
    assert read_playlist(answer(text)) is None


def test_the_number_of_pieces_and_sizes_is_bounded() -> None:
    many = "#EXTM3U\n" + "".join(f"#EXTINF:1,\n{n}.ts\n" for n in range(5000)) + "#EXT-X-ENDLIST\n"
    found = read_playlist(answer(many))
    assert found is not None
    assert (len(found.pieces), found.complete) == (MAX_PIECES, False)
    sizes = "#EXTM3U\n" + "".join(f"#EXT-X-STREAM-INF:BANDWIDTH={n}\n{n}.m3u8\n" for n in range(500))
    found = read_playlist(answer(sizes))
    assert found is not None
    assert len(found.variants) == MAX_VARIANTS


LINES = st.lists(
    st.sampled_from(
        [
            "#EXT-X-STREAM-INF:BANDWIDTH=",
            "#EXTINF:",
            '#EXT-X-MAP:URI="',
            "#EXT-X-MEDIA:",
            "//[",
            "a.ts",
            "\x00",
            "http:",
        ]
    )
    | st.text(max_size=20),
    max_size=20,
)


@given(LINES)
def test_any_playlist_can_be_read(lines: list[str]) -> None:
    try:
        found = read_playlist(answer("#EXTM3U\n" + "\n".join(lines)))
    except ArchiverError:
        return
    assert found is not None
    assert len(found.pieces) <= "\n".join(lines).count("\n") + 1


# Stored over a real connection.


class Films:
    """A server of streamed films; `sizes` tells how long each piece is."""

    def __init__(self, **lists: str) -> None:
        self.asked: list[str] = []
        self.lists = LISTS | {"/film/sound.m3u8": SOUND} | lists
        self.gone: set[str] = set()

    def __call__(self, asked: Asked) -> list[bytes]:
        path = asked.target.partition("?")[0]
        self.asked.append(path.removeprefix("/film/"))
        if path in self.gone:
            return [ok(b"gone", status="404 Not Found")]
        if path in self.lists:
            return [ok(self.lists[path].encode(), "Content-Type: application/vnd.apple.mpegurl")]
        return [ok(b"x" * (50_000 if "720p" in path else 5_000), "Content-Type: video/mp2t")]


def stored(films: Films, **capture: Any) -> tuple[int, tuple[str, ...]]:
    settings = WebSettings(allow_addresses=("127.0.0.1/32",), rates={"*": 0.0}, retries=0, read_timeout=5.0)
    with Loopback(films) as server, Door(settings, sleep=lambda _: None) as door:
        media = [Media(kind="video", url=f"{server.url}/film/playlist.m3u8")]
        found = store_media(media, door, CaptureSettings(**capture))
        return found.stored, tuple(problem.removeprefix(server.url) for problem in found.failed)


def test_the_best_size_is_stored_with_all_pieces_and_its_sound() -> None:
    films = Films()
    assert stored(films) == (1, ())
    assert films.asked == [
        "playlist.m3u8", "720p/video.m3u8", "sound.m3u8", *(f"720p/{piece}" for piece in PIECES), "sound.aac",
    ]  # fmt: skip


def test_where_the_best_size_is_too_large_the_next_one_is_stored() -> None:
    films = Films()
    assert stored(films, max_media_bytes=200_000) == (1, ())
    assert [path for path in films.asked if path.endswith(".ts")] == ["360p/0.ts", "360p/1.ts"]


def test_where_none_fits_the_smallest_is_stored_up_to_the_bound_and_told_of() -> None:
    films = Films()
    assert stored(films, max_media_bytes=12_000) == (0, ("/film/playlist.m3u8 (cut short: length)",))
    assert films.asked[-1] == "360p/1.ts"


@pytest.mark.parametrize("kind", ["sizes", "sound"])
def test_playlists_count_too(kind: str) -> None:
    """Else a film of many sizes, none of which has a piece, takes the bound for each of them."""
    line = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",URI="{}"' if kind == "sound" else "#EXT-X-STREAM-INF:BANDWIDTH=1\n{}"
    master = "#EXTM3U\n" + "".join(line.format(f"long/{number}.m3u8") + "\n" for number in range(30))
    master += "#EXT-X-STREAM-INF:BANDWIDTH=1\n360p/video.m3u8\n" if kind == "sound" else ""
    long = "#EXTM3U\n" + "# nothing\n" * 40_000
    films = Films(**{"/film/playlist.m3u8": master} | {f"/film/long/{number}.m3u8": long for number in range(30)})
    _, [problem] = stored(films, max_media_bytes=1_000_000)
    assert problem.startswith("/film/playlist.m3u8 (")
    assert len([path for path in films.asked if path.startswith("long/")]) == 3


def test_a_piece_that_is_gone_is_told_and_the_others_are_stored() -> None:
    films = Films()
    films.gone.add("/film/720p/0.ts")
    assert stored(films) == (0, ("/film/playlist.m3u8 (1 of its pieces could not be had)",))
    assert films.asked[-1] == "sound.aac"


def test_a_size_that_is_gone_gives_way_to_the_next() -> None:
    films = Films()
    films.gone.add("/film/720p/video.m3u8")
    assert stored(films) == (1, ())
    assert "360p/1.ts" in films.asked


def test_where_all_sizes_are_gone_that_is_told() -> None:
    films = Films()
    films.gone |= {"/film/720p/video.m3u8", "/film/360p/video.m3u8"}
    assert stored(films) == (0, ("/film/playlist.m3u8 (none of its sizes could be had)",))


def test_sound_that_is_gone_is_told() -> None:
    films = Films()
    films.gone.add("/film/sound.m3u8")
    assert stored(films) == (0, ("/film/playlist.m3u8 (sound or subtitles could not be had)",))


def test_a_playlist_of_pieces_alone_is_stored() -> None:
    films = Films(**{"/film/playlist.m3u8": MEDIA})
    assert stored(films) == (1, ())
    assert films.asked == ["playlist.m3u8", *PIECES]


def test_what_only_has_the_name_of_a_playlist_is_a_file() -> None:
    films = Films(**{"/film/playlist.m3u8": "no playlist"})
    assert stored(films) == (1, ())
    assert films.asked == ["playlist.m3u8"]
