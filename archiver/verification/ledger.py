"""What did the archive hold when a conclusion was drawn?

The WARC files are read once, in the order in which they were written, and every conclusion of the program's own becomes
rows with its place in that order: so it can be asked what was known before any one of them. The rows lie in a temporary
database on disk; nothing is believed of the archive's own catalogue, which is derived, and nothing is written to the
archive.
"""

from __future__ import annotations

import json
import platform
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import msgspec

from archiver.errors import ArchiveError
from archiver.model import SCHEMA_VERSION, Capture, Mention, Observation, Outcome, Post, PostRef
from archiver.platforms import platform as platform_of
from archiver.resolution.known import Known
from archiver.resolution.ranking import HandleUse
from archiver.store import Archive
from archiver.store.catalogue.ingesting import how_full
from archiver.store.conclusions import Conclusion, Imported, parse_conclusion
from archiver.store.foreign import taken_in
from archiver.store.provenance import CONCLUDING, program_digest
from archiver.store.reader import MAX_CONCLUSION
from archiver.store.records import field
from archiver.store.segment import OWN_SEGMENT
from archiver.version import __version__

MAX_WARCINFO = 1 << 20

MENTIONS = 4
"""So many versions of one mention are told apart, newest first."""

MAX_REFS = 8

MAX_INFOS = 64
"""Of `warcinfo` records, that are kept in memory."""

SCHEMA = """
CREATE TABLE mentions (id TEXT, place INTEGER, json TEXT, PRIMARY KEY (id, place)) WITHOUT ROWID;
CREATE TABLE posts (
  key TEXT, place INTEGER, platform TEXT, handle TEXT, account TEXT, day TEXT, fuller INTEGER, json TEXT, evidence TEXT,
  PRIMARY KEY (key, place)
) WITHOUT ROWID;
CREATE INDEX posts_handle ON posts (platform, handle, place);
CREATE INDEX posts_account ON posts (platform, account, place);
CREATE TABLE handles (
  platform TEXT, handle TEXT, place INTEGER, account TEXT, day TEXT, PRIMARY KEY (platform, handle, place)
) WITHOUT ROWID;
CREATE TABLE looks (key TEXT, place INTEGER, record TEXT, seen TEXT, json TEXT, PRIMARY KEY (key, place)) WITHOUT ROWID;
CREATE TABLE named (platform TEXT, id TEXT, place INTEGER, json TEXT, PRIMARY KEY (platform, id, place)) WITHOUT ROWID;
"""


Info = tuple[tuple[str, str], ...]
"""The fields of a `warcinfo`, names in small letters."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One of the program's own `metadata` records."""

    place: int
    """Where it stands among all records: larger is later."""
    capture: Capture
    conclusion: Conclusion | None
    """Null where the block is none, or of a form that this program does not know."""
    warcinfo: str = ""
    """Record id of the `warcinfo` that it names."""
    newer: bool = False
    """It says that it is of a later form."""


class File(NamedTuple):
    """One WARC file of the archive."""

    number: int
    """Its place in the order of files."""
    own: bool
    """A segment of this archive's own runs; else it was taken in or put there."""
    complete: bool
    """All segments that came before it are there, too."""
    concludes: bool
    """What it concludes counts here: it is a segment of this archive's own, or was taken in so."""
    info: Info
    """What its `warcinfo` says, names in small letters."""


class Ledger:
    """Everything that was concluded, in order. Close it, or use it in a `with`.

    archive: the archive, or a view of files. whole: whether all files of the archive are there.
    """

    def __init__(self, archive: Archive, *, whole: bool = True) -> None:
        with ExitStack() as stack:
            self._db = sqlite3.connect("", isolation_level=None)  # a temporary file of SQLite's own
            stack.callback(self._db.close)
            self._db.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {SCHEMA}")
            self.archive = self._fresh(archive, stack)
            self.whole = whole
            self._infos: dict[str, Info] = {}
            self.files = self._files()
            self._db.execute("BEGIN")
            for entry in self.entries():
                self._enter(entry)
            self._db.execute("COMMIT")
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._stack.close()

    @staticmethod
    def _fresh(archive: Archive, stack: ExitStack) -> Archive:
        """A view of the same files: its catalogue says what the records say, whatever was done to the archive's own."""
        if archive.is_view or not archive.segments_path.is_dir():
            return archive
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="archiver-"))
        files, catalogue = archive.segment_files(), Path(folder) / "catalogue.db"
        view = Archive.view(files, catalogue=catalogue, strict=False, of_archive=True)
        return stack.enter_context(view)

    # -- the files

    def _files(self) -> dict[str, File]:
        """Every file by its name in the archive: those whose conclusions count first, in the order in which they came.

        In an archive's folder a segment is known by its name; of files that lie alone, by the name that its `warcinfo`
        has for it. Where the segments of more than one archive lie together, none of them is said to be complete: which
        of them knew of which, nothing tells.
        """
        names = sorted(self.archive.catalogue.segments())
        read = {name: self._info(name) for name in names}
        imported = {one.file for one in self._imported()}
        segments = {name: Path(name).name for name in names}
        if not self.whole:
            told = {name: was for name, (was, _) in read.items() if OWN_SEGMENT.fullmatch(was)}
            segments |= {name: was for name, was in told.items() if not taken_in(segments[name])}
        own = [name for name in names if OWN_SEGMENT.fullmatch(segments[name])]
        numbers = [_number(segments[name]) for name in own]
        alone = len(set(numbers)) == len(numbers) and (self.whole or imported <= set(segments.values()))
        complete: dict[str, bool] = {}
        for name in sorted(own, key=lambda name: segments[name]):
            before = dict(read[name][1]).get("previous-segment")
            if self.whole or (before is None and _number(segments[name]) <= 1):
                complete[segments[name]] = alone
            elif before is not None:
                complete[segments[name]] = complete.get(before, False)
            else:  # of an earlier version of the program, which named none
                complete[segments[name]] = alone and _number(segments[name]) - 1 in numbers
        order = sorted(names, key=lambda name: (not self.archive.concludes(name), segments[name], name))
        return {
            name: File(
                number=number,
                own=name in own,
                complete=name in own and complete[segments[name]],
                concludes=self.archive.concludes(name),
                info=read[name][1],
            )
            for number, name in enumerate(order)
        }

    def _info(self, name: str) -> tuple[str, Info]:
        """What a file's `warcinfo` says: the name that the file had, and its fields."""
        rows = self.archive.catalogue.query(
            "SELECT offset FROM captures WHERE segment = ? AND type = 'warcinfo' ORDER BY offset LIMIT 1", (name,)
        )
        capture = self.archive.catalogue.capture_at(name, rows[0][0]) if rows else None
        return self._read_info(capture) if capture is not None else ("", ())

    def _read_info(self, capture: Capture) -> tuple[str, Info]:
        try:
            fields, stream = self.archive.open_record(capture)
            with stream:
                text = stream.read(MAX_WARCINFO).decode("utf-8", "replace")
        except ArchiveError:
            return "", ()
        pairs = (line.partition(":") for line in text.splitlines())
        said = tuple((key.strip().lower(), value.strip()) for key, colon, value in pairs if colon)
        return field(fields, "WARC-Filename") or "", said

    def _imported(self) -> Iterator[Imported]:
        """What says that a file was taken in."""
        rows = self.archive.catalogue.query(
            "SELECT segment, offset FROM captures WHERE type = 'metadata' AND target_uri LIKE 'urn:archiver:imported:%'"
        )
        for segment, offset in rows:
            entry = self._entry(segment, offset, 0) if self.archive.concludes(segment) else None
            if entry is not None and entry.conclusion is not None and entry.conclusion.imported is not None:
                yield entry.conclusion.imported

    # -- the conclusions

    def entries(self) -> Iterator[Entry]:
        """Every conclusion, in the order in which they were drawn."""
        for name, file in self.files.items():
            if not self.archive.concludes(name):  # what others concluded is no conclusion of this archive
                continue
            after = -1
            while True:  # in pages: nobody has a cursor open while others ask
                rows = self.archive.catalogue.query(
                    "SELECT offset FROM captures WHERE segment = ? AND offset > ? AND type = 'metadata'"
                    " AND target_uri LIKE 'urn:archiver:%' ORDER BY offset LIMIT 512",
                    (name, after),
                )
                for (offset,) in rows:
                    entry = self._entry(name, offset, file.number, own=file.own)
                    if entry is not None:
                        yield entry
                if not rows:
                    break
                after = rows[-1][0]

    def _entry(self, name: str, offset: int, number: int, *, own: bool = False) -> Entry | None:
        """The record there; null for what is none of this program's: other tools may use any name. own: not in this
        file, which is one of its segments."""
        capture = self.archive.catalogue.capture_at(name, offset)
        if capture is None:
            return None
        try:
            fields, stream = self.archive.open_record(capture)
            with stream:
                block = stream.read(MAX_CONCLUSION)
        except ArchiveError:
            block, fields = b"", ()
        if block and not own and not (field(fields, "Content-Type") or "").startswith("application/json"):
            return None
        conclusion = parse_conclusion(block)
        newer = conclusion is not None and conclusion.archiver > SCHEMA_VERSION
        warcinfo = (field(fields, "WARC-Warcinfo-ID") or "").strip("<> ")
        place = _place(number, offset)
        return Entry(place=place, capture=capture, conclusion=conclusion, warcinfo=warcinfo, newer=newer)

    def _enter(self, entry: Entry) -> None:
        conclusion, place = entry.conclusion, entry.place
        if conclusion is None or entry.newer:
            return
        for mention in conclusion.mentions:
            self._db.execute("INSERT OR REPLACE INTO mentions VALUES (?,?,?)", (mention.id, place, _json(mention)))
        resolution, observation = conclusion.resolution, conclusion.observation
        if resolution is not None and resolution.candidates:
            best = resolution.candidates[0]
            if resolution.post_key:
                self._post(best.post, best.evidence, place)
            if resolution.outcome is Outcome.RESOLVED:
                row = (best.post.platform, best.post.id, place, _json(best.post.ref))
                self._db.execute("INSERT OR REPLACE INTO named VALUES (?,?,?,?)", row)
        if observation is not None:
            look = (observation.key, place, entry.capture.record_id, observation.seen_at.isoformat())
            self._db.execute("INSERT OR REPLACE INTO looks VALUES (?,?,?,?,?)", (*look, _json(observation)))
            if observation.post is not None:
                self._post(observation.post, observation.evidence, place)
                self._handle(observation.post, observation.seen_at.date().isoformat(), place)

    def _post(self, post: Post, evidence: Sequence[str], place: int) -> None:
        created = post.created_at.isoformat() if post.created_at else None
        self._db.execute(
            "INSERT OR REPLACE INTO posts VALUES (?,?,?,?,?,?,?,?,?)",
            (
                *(post.key, place, post.platform, post.handle.casefold() if post.handle else None, post.account_id),
                *(post.day or (created[:10] if created else None), how_full(post)),
                *(_json(post), json.dumps(list(evidence))),
            ),
        )

    def _handle(self, post: Post, day: str, place: int) -> None:
        if post.handle and post.account_id:
            row = (post.platform, post.handle.casefold(), place, post.account_id, day)
            self._db.execute("INSERT OR REPLACE INTO handles VALUES (?,?,?,?,?)", row)

    # -- what concluded, and when it had begun

    def made_otherwise(self, entry: Entry) -> bool:
        """Whether a conclusion's `warcinfo` names another version of the program, or of something that its rules are
        built on, than runs here. What it does not name is taken to be the same."""
        info = dict(self._written_by(entry))
        digest = info.get("software-digest", "unknown")
        if "software" in info and info["software"] != f"archiver/{__version__}":
            return True
        if "unknown" not in (digest, here := program_digest()) and digest != here:
            return True
        python = info.get("python", "").partition("/")[2]
        if python and python.split(".")[:2] != list(platform.python_version_tuple()[:2]):
            return True
        made_with = dict(one.split("/", 1) for one in info.get("libraries", "").split() if "/" in one)
        return any(_version(library) != made_with[library] for library in CONCLUDING if library in made_with)

    def _written_by(self, entry: Entry) -> Info:
        """What the `warcinfo` that a conclusion names says: an extract of an archive has several."""
        own = next(iter(self.places(entry.warcinfo)), None)
        if own is None or own.record_type != "warcinfo":
            return self.files[entry.capture.file].info
        if own.record_id not in self._infos:
            if len(self._infos) > MAX_INFOS:
                self._infos.clear()
            self._infos[own.record_id] = self._read_info(own)[1]
        return self._infos[own.record_id]

    def begin_of_run(self, capture: Capture) -> int:
        """A place that was written before the run that wrote this record began: its segment may not be its first."""
        return _place(max(0, self.files[capture.file].number - 1), 0)

    # -- what was known before a place

    def places(self, record_id: str) -> list[Capture]:
        """Where records of this id lie: none, one, or, where something is wrong, several."""
        rows = self.archive.catalogue.query(
            "SELECT segment, offset FROM captures WHERE record_id = ? LIMIT 4", (record_id,)
        )
        found = (self.archive.catalogue.capture_at(*row) for row in rows)
        return [capture for capture in found if capture is not None]

    def place_of(self, capture: Capture) -> int:
        return _place(self.files[capture.file].number, capture.offset)

    def mentions(self, mention_id: str, before: int) -> list[Mention]:
        """A mention as articles showed it until then, newest first."""
        rows = self._db.execute(
            "SELECT json FROM mentions WHERE id = ? AND place < ? ORDER BY place DESC LIMIT ?",
            (mention_id, before, MENTIONS),
        )
        return [msgspec.json.decode(row[0], type=Mention) for row in dict.fromkeys(rows)]

    def looks(self, key: str, before: int) -> list[Observation]:
        """The looks at a post until then, oldest first."""
        rows = self._db.execute(
            "SELECT json FROM looks WHERE key = ? AND place < ? ORDER BY seen, record", (key, before)
        )
        return [msgspec.json.decode(row[0], type=Observation) for row in rows]

    def refs(self, platform: str, post_id: str, before: int) -> list[PostRef]:
        """How posts with this id were named by resolutions until then, newest first."""
        rows = self._db.execute(
            "SELECT json FROM named WHERE platform = ? AND id = ? AND place < ? ORDER BY place DESC LIMIT ?",
            (platform, post_id, before, MAX_REFS),
        )
        return [msgspec.json.decode(row[0], type=PostRef) for row in dict.fromkeys(rows)]

    def changes(self, mention: Mention, after: int, before: int, at_most: int) -> list[int]:
        """The places between two, newest first, after which other posts or accounts were known of a mention's account,
        or of the post that it names."""
        name, handle = mention.platform, (mention.handle or "").casefold()
        rows = self._db.execute(
            "SELECT place FROM posts WHERE platform = ? AND place BETWEEN ? AND ? AND (handle = ? OR key = ? OR account"
            " IN (SELECT account FROM handles WHERE platform = ? AND handle = ?))"
            " UNION SELECT place FROM handles WHERE platform = ? AND handle = ? AND place BETWEEN ? AND ?"
            " ORDER BY 1 DESC LIMIT ?",
            (name, after, before, handle, _key(mention), name, handle, name, handle, after, before, at_most),
        )
        return [row[0] for row in rows]

    def named(self, mention: Mention, then: Then) -> Known | None:
        """What was known then of the post that a mention names."""
        key = _key(mention)
        return then.post(key) if key else None

    def known(self, accounts_before: int, posts_before: int) -> Then:
        """The posts that were known at a place; whose a handle was is asked a moment earlier than which posts there
        are, and between the two others may have concluded something."""
        return Then(self._db, accounts_before, posts_before)


class Then:
    """The posts that the archive had shown until then. Fits `archiver.resolution.known.KnownPosts`, and says what
    `archiver.resolution.known.Stored` said then."""

    name = "store"

    def __init__(self, db: sqlite3.Connection, accounts_before: int, posts_before: int) -> None:
        self._db = db
        self._accounts_before = accounts_before
        self._before = posts_before

    def posts_between(self, platform: str, handle: str, first: str, last: str) -> list[Known]:
        folded = handle.casefold()
        accounts = {
            row[0]
            for row in self._db.execute(
                "SELECT DISTINCT account FROM handles WHERE platform = ? AND handle = ? AND place < ?",
                (platform, folded, self._before),
            )
        }
        keys = self._db.execute(
            "SELECT key FROM posts WHERE platform = ? AND handle = ? AND place < ?"
            " UNION SELECT key FROM posts WHERE platform = ? AND place < ? AND account IN"
            " (SELECT account FROM handles WHERE platform = ? AND handle = ? AND place < ?) ORDER BY 1",
            (platform, folded, self._before, platform, self._before, platform, folded, self._before),
        ).fetchall()
        out = []
        for (key,) in keys:
            row = self._row(key)
            if row is None or row[2] is None or not first[:10] <= row[2] <= last[:10]:
                continue
            if row[0] == folded or row[1] in accounts:
                out.append(_known(row))
        return out

    def post(self, key: str) -> Known | None:
        row = self._row(key)
        return _known(row) if row is not None else None

    def _row(self, key: str) -> tuple[Any, ...] | None:
        """The best record of a post, as the catalogue has it: the last one of those that show most."""
        found: tuple[Any, ...] | None = self._db.execute(
            "SELECT handle, account, day, json, evidence FROM posts WHERE key = ? AND place < ?"
            " ORDER BY fuller DESC, place DESC LIMIT 1",
            (key, self._before),
        ).fetchone()
        return found

    def handle_uses(self, platform: str, handle: str) -> list[HandleUse]:
        rows = self._db.execute(
            "SELECT account, min(day), max(day) FROM handles WHERE platform = ? AND handle = ? AND place < ?"
            " GROUP BY account ORDER BY account",
            (platform, handle.casefold(), self._accounts_before),
        )
        return [HandleUse(account_id=row[0], handle=handle, first=row[1], last=row[2]) for row in rows]


def _key(mention: Mention) -> str:
    """Of the post that a mention names; empty where it names none."""
    module = platform_of(mention.platform)
    named = module.ref_from_url(mention.url) if module is not None and mention.url else None
    return named.key if named is not None else ""


def _known(row: tuple[Any, ...]) -> Known:
    return Known(post=msgspec.json.decode(row[3], type=Post), evidence=tuple(json.loads(row[4])))


def _place(number: int, offset: int) -> int:
    return number << 44 | offset


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _number(segment: str) -> int:
    return int(segment.split("-")[1])
