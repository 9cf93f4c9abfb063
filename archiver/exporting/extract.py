"""One article's part of an archive, as a WARC file of its own: what its posts rest on, record by record as stored.

The article and what was concluded of it, every look at the posts that it cites, at those that they quote and at the
threads above them, and all captures that these name: with their requests, with what a revisit refers to, with the
servers' certificates, with the posts' own pages and media, and with rendered views. The records are copied byte for
byte (each of a file that is not compressed becomes a gzip member); a new `warcinfo` in front says where they come from.
The seals of the archive's log speak of whole files and stay behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec
from isal import isal_zlib

from archiver.capture.stream import TYPES as PLAYLISTS
from archiver.capture.stream import read_playlist
from archiver.errors import ArchiveError, ArchiverError
from archiver.exporting.cited import Selection, StoredArticle, stored_articles
from archiver.exporting.pages import page_urls
from archiver.model import Capture, Observation, Post, Resolution
from archiver.store import Archive
from archiver.store.elsewhere import rescues
from archiver.store.records import CERTIFICATES, block_record, clean, field, members, warc_date
from archiver.store.renderings import renderings
from archiver.store.sweep import RECORD_END
from archiver.store.warcfile import GZIP_MAGIC
from archiver.version import __version__

PIECE = 1 << 20


class _Place(NamedTuple):
    """In the order of the files."""

    file: str
    offset: int
    length: int


def write_extract(archive: Archive, selection: Selection, out: BinaryIO, *, name: str, created: datetime) -> int:
    """Write the records of the articles that a selection names, in the order in which they were stored, those of files
    that were imported first; how many.

    Arguments: `name`, of the file, and `created`, for its `warcinfo`.

    Raises `ArchiveError` when a record cannot be read, and `OSError` where the stream takes no more.
    """
    places: set[_Place] = set()
    for stored in stored_articles(archive, selection):
        _Closure(archive, places).of_article(stored)
    places.update(_warcinfos(archive, {place.file for place in places}))
    info = {
        # not the name under which records are captured: some of these may be other programs'
        "software": f"archiver-export/{__version__}",
        "format": "WARC File Format 1.1",
        "description": f"records of an archive that {selection.article} and the posts that it cites rest on",
    }
    block = "".join(f"{key}: {clean(value)}\r\n" for key, value in info.items()).encode()
    record = block_record(
        (
            ("WARC-Type", "warcinfo"),
            ("WARC-Record-ID", f"<{archive.new_id()}>"),
            ("WARC-Filename", name),
            ("WARC-Date", warc_date(created)),
            ("Content-Type", "application/warc-fields"),
        ),
        block,
    )
    out.writelines(members(record, archive.settings.gzip_level))
    for place in sorted(places, key=_order):
        _copy(archive, place, out)
    return len(places) + 1


def _order(place: _Place) -> tuple[bool, _Place]:
    """Other programs' files first: what is concluded of a record stands behind it."""
    return place.file.startswith("archiver-"), place


class _Closure:
    """Everything that one article's conclusions name."""

    def __init__(self, archive: Archive, places: set[_Place]) -> None:
        self._archive = archive
        self._catalogue = archive.catalogue
        self._places = places
        self._posts: set[str] = set()
        """Keys of the posts whose looks are in already."""
        self._certificates: set[tuple[str, str]] = set()

    def of_article(self, stored: StoredArticle) -> None:
        self._add_ids((stored.record_id, stored.capture_id))
        self._add_renderings(stored.article.uri)
        for _, mention in self._catalogue.mentions(stored.article.id):
            rows = self._catalogue.query("SELECT record_id, json FROM resolutions WHERE mention_id = ?", (mention.id,))
            for record_id, json in rows:
                self._add_ids((record_id,))
                self._of_resolution(msgspec.json.decode(json, type=Resolution))

    def _of_resolution(self, resolution: Resolution) -> None:
        self._add_ids(resolution.evidence)
        for candidate in resolution.candidates:
            self._add_ids(candidate.evidence)
        if resolution.post_key is None:
            return
        best = resolution.candidates[0].post if resolution.candidates else None
        waiting = [resolution.post_key, *((best.key,) if best else ()), *self._of_post(best)]
        while waiting:
            key = waiting.pop()
            if key in self._posts:
                continue
            self._posts.add(key)
            self._add_renderings(key)
            self._add_elsewhere(key)
            rows = self._catalogue.query("SELECT record_id, json FROM observations WHERE post_key = ?", (key,))
            for record_id, json in rows:
                observation = msgspec.json.decode(json, type=Observation)
                self._add_ids((record_id, *observation.evidence))
                waiting += self._of_post(observation.post)

    def _of_post(self, post: Post | None) -> list[str]:
        """Add a post's page and media; the keys of the posts that it quotes and answers."""
        if post is None:
            return []
        urls = [*page_urls(post), *(url for media in post.media for url in (media.url, *media.smaller))]
        seen = set(urls)
        for url in urls:  # grows by what playlists name
            for capture in self._catalogue.captures_at(url):
                self._add(capture)
                urls += [piece for piece in self._pieces(capture) if piece not in seen]
                seen.update(urls)
        return [key for key in (post.quoted, post.in_reply_to) if key]

    def _pieces(self, capture: Capture) -> tuple[str, ...]:
        """What a playlist of a streamed film names."""
        if capture.record_type not in ("response", "revisit") or capture.content_type not in PLAYLISTS:
            return ()
        try:
            playlist = read_playlist(self._archive.exchange(capture))
        except ArchiverError:  # altered, or larger than a playlist is: it is taken along as it is
            return ()
        if playlist is None:
            return ()
        return (*(url for _, url in playlist.variants), *playlist.renditions, *playlist.pieces)

    def _add_renderings(self, of: str) -> None:
        """How a browser showed an article or a post, and all that the page loaded for it."""
        for stored in renderings(self._archive, of):
            self._add_ids((stored.record_id,))
            if (rendering := stored.rendering) is not None:
                named = (rendering.page, *(request.record_id for request in rendering.requests))
                self._add_ids(record_id for record_id in named if record_id)
                self._add_ids(view.record_id for view in rendering.views)

    def _add_elsewhere(self, key: str) -> None:
        """What was rescued of a post from other archives, and what these were asked to capture."""
        for stored in rescues(self._archive, key):
            self._add_ids((stored.record_id, *(stored.rescue.evidence if stored.rescue else ())))
        for capture in self._catalogue.captures_at(f"urn:archiver:save:{key}"):
            self._add(capture)

    def _add_ids(self, record_ids: Iterable[str]) -> None:
        for record_id in record_ids:
            if (capture := self._catalogue.capture(record_id)) is not None:
                self._add(capture)

    def _add(self, capture: Capture) -> None:
        place = _Place(capture.file, capture.offset, capture.length)
        if place in self._places:
            return
        self._places.add(place)
        if capture.record_type == "revisit":
            with suppress(ArchiveError):  # its original is not there: the revisit says so itself
                self._add(self._archive.payload_capture(capture))
        for beside in self._catalogue.concurrent(capture.record_id):
            self._add(beside)
        if capture.record_type in ("response", "revisit") and capture.target_uri.startswith("https:"):
            self._add_certificates(capture)

    def _add_certificates(self, capture: Capture) -> None:
        fields, stream = self._archive.open_record(capture)
        stream.close()
        uri = field(fields, CERTIFICATES)
        if uri is None or (capture.file, uri) in self._certificates:
            return
        self._certificates.add((capture.file, uri))
        for found in self._catalogue.captures_at(uri):
            if found.file == capture.file:  # each file has its own
                self._places.add(_Place(found.file, found.offset, found.length))


def _warcinfos(archive: Archive, files: set[str]) -> Iterator[_Place]:
    """The first record of each file, where it describes the others."""
    for file in files:
        first = archive.catalogue.capture_at(file, 0)
        if first is not None and first.record_type == "warcinfo":
            yield _Place(file, 0, first.length)


def _copy(archive: Archive, place: _Place, out: BinaryIO) -> None:
    """Write a record as the gzip member that it is; one of a file that is not compressed becomes one."""
    pieces = _pieces_of(archive.segments_path / place.file, place)
    first = next(pieces, b"")
    if first.startswith(GZIP_MAGIC):
        out.write(first)
        out.writelines(pieces)
    elif first.startswith(b"WARC/"):
        packer = isal_zlib.compressobj(archive.settings.gzip_level, isal_zlib.DEFLATED, 31)
        out.writelines(bytes(packer.compress(piece)) for piece in chain((first,), pieces, (RECORD_END,)))
        out.write(bytes(packer.flush()))
    else:
        raise ArchiveError(
            "a record that shares its gzip member with others cannot be taken out of its file",
            subject=f"{place.file} at offset {place.offset}",
            hint="export the whole archive",
        )


def _pieces_of(path: Path, place: _Place) -> Iterator[bytes]:
    """Raises `ArchiveError`."""
    try:
        with path.open("rb") as file:
            file.seek(place.offset)
            left = place.length
            while left:
                piece = file.read(min(left, PIECE))
                if not piece:
                    raise ArchiveError("shorter than it was", subject=str(path))
                left -= len(piece)
                yield piece
    except OSError as error:
        raise ArchiveError(f"cannot be read: {error.strerror}", subject=str(path)) from error
