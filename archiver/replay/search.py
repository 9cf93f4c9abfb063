"""Which articles and posts hold these words? An SQLite FTS5 index over what was concluded, in any script.

The index is derived and only says where to look: what is shown of a find is read out of its checked record. It is a
file beside the catalogue, or a temporary one where the archive cannot be written to, and is made when somebody first
searches: titles, quotations and posts first, then the articles' own text.

Text is cut into terms here and not by SQLite, whose own Unicode tables are old: letters without case and without the
marks that people leave out when they type; scripts without spaces between words, and Korean, sign by sign, so that a
sequence of signs is found wherever it stands.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
import sqlite3
import tempfile
import threading
import time
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import regex
from anyascii import anyascii

from archiver.article.maintext import main_text
from archiver.errors import ArchiverError
from archiver.language.wordings import Piece
from archiver.model import Article
from archiver.platforms import platforms
from archiver.platforms.bounds import parse
from archiver.replay.reading import article_with_words
from archiver.replay.shelf import Library, Shelf

NAME = "search.db"
VERSION = 2
"""Of the tables below, and of how text is cut into terms."""

MAX_WORDS = 400
"""Code points of a question; what stands behind them is not looked at."""

MAX_TERMS = 24

LONGEST_KNOWN = 40
"""Code points of a term that is remembered."""

MAX_INDEXED = 200_000
"""Code points of one text that are searched."""

MAX_RANKED = 5_000
"""So many finds of one archive are put in order of likeness; of more, those stored last come first."""

FIRST = float("-inf")
"""Rank of what was named itself."""

MAX_SNIPPET_SEARCHED = 50_000
SNIPPET = 200
"""Code points shown around a find."""

FIRST_ANSWER = 1.0
"""Seconds that a question waits for the index to be brought up to date, before it is answered from what is there."""

NEXT_ANSWER = 0.1
"""The same for a question that comes while that goes on: somebody is typing."""

_READERS = threading.Semaphore(4)
"""So many indexes are brought up to date at once; there may be hundreds of archives."""

RESTS = 5
"""So many times as long as the last reading took, what is added is left unread."""

MOST_REPLACED = 4
"""Rows of the index for each entry, of which one is in use; an article has two from the beginning."""

BATCH = 200
LONGEST_BATCH = 0.5
"""Seconds after which what was read of articles' texts can be found."""

_SCHEMA = """
CREATE TABLE entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL, key TEXT NOT NULL, record_id TEXT NOT NULL, whole INTEGER NOT NULL,
  UNIQUE (kind, key)
);
CREATE INDEX entries_unread ON entries (id) WHERE NOT whole;
CREATE VIRTUAL TABLE terms USING fts5(head, quoted, body, content='', tokenize='ascii', prefix='1 2 3');
CREATE TABLE reached (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
# Of an entry that was replaced, the old row stays in `terms` (a contentless table forgets nothing) and joins nothing.

_AMOUNT = "SELECT count(*) FROM (SELECT 1 FROM terms WHERE terms MATCH ? LIMIT ?)"
_RANKED = (
    "SELECT e.kind, e.key, bm25(terms, 8.0, 4.0, 1.0) AS likeness FROM terms JOIN entries e ON e.id = terms.rowid"
    " WHERE terms MATCH ? ORDER BY likeness, terms.rowid DESC LIMIT ?"
)
_NEWEST = (
    "SELECT e.kind, e.key, 0.0 FROM terms CROSS JOIN entries e ON e.id = terms.rowid"
    " WHERE terms MATCH ? ORDER BY terms.rowid DESC LIMIT ?"
)

_SIGN = (
    r"[[\p{Han}\p{scx=Hiragana}\p{scx=Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
    r"&&[\p{L}\p{Nl}]]"
)
"""Letters of scripts that set no space between words, or write what belongs to a word at its end (Korean): each is a
term. Script extensions, because the mark of a long vowel (`ー`) is of no script of its own."""

_TERM = regex.compile(
    # a syllable of single Hangul letters; a sign with its marks (those of half-width kana are letters); a word, with
    # what is to be ignored within words (soft hyphen, joiners: UAX 29, WB4) but the space without width; a picture
    r"[\u1100-\u115F\uA960-\uA97C]{1,3}+[\u1160-\u11A7\uD7B0-\uD7C6]{1,3}+[\u11A8-\u11FF\uD7CB-\uD7FB]{0,3}+"
    rf"|{_SIGN}[\p{{M}}\uFF9E\uFF9F]*+"
    rf"|(?:(?!{_SIGN})[[\p{{L}}\p{{N}}\p{{M}}\p{{DI}}]--[\u200B]])++|\p{{So}}",
    regex.VERSION1,
)
_ASCII_TERM = re.compile("[a-z0-9]+")
# Accents of Latin, Greek and Cyrillic, Hebrew points, Arabic vowel signs and the stretching tatweel, and what no reader
# sees. The vowel signs of other scripts are spelling.
_LEFT_OUT = regex.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670\\p{DI}]"
)
_OTHERWISE = regex.compile(r"[\p{Latin}--[a-z]]|[\p{Nd}--[0-9]]|[\u0629\u0649\u06A9\u06C1\u06CC]", regex.VERSION1)
_ARABIC = {"\u0629": "\u0647", "\u0649": "\u064a", "\u06a9": "\u0643", "\u06c1": "\u0647", "\u06cc": "\u064a"}
"""Letters that keyboards of the languages in Arabic script give for each other, as Lucene folds them, too."""


_ADDRESS = re.compile(r"(?:https?://)?[a-z0-9-]+(?:\.[a-z0-9-]+)+/\S+\Z", re.IGNORECASE)


class Hit(NamedTuple):
    """Something that holds the words: an article (`key` is its id) or a post (`key` is its key)."""

    shelf: Shelf
    kind: str
    """`article` or `post`."""
    key: str


class Found(NamedTuple):
    """What a question found."""

    hits: tuple[Hit, ...]
    more: bool
    """Whether there are more behind these."""
    reading: bool
    """Whether an index is still being made: there may be more than is known yet."""
    problem: str | None
    """Why an index could not be made or brought up to date."""


class Question(NamedTuple):
    """Words as they are looked for."""

    phrases: tuple[tuple[str, ...], ...]
    """Terms that stand next to each other, for each word of the question."""
    open_end: bool
    """Whether the last term may be the beginning of a word: it is still being typed."""
    post_key: str | None = None
    """The post whose permalink, of whatever form, was put in."""

    @property
    def expression(self) -> str:
        """In FTS5's own syntax, of which nothing comes from the question: terms are letters, digits and signs."""
        quoted = ['"' + " ".join(phrase) + '"' for phrase in self.phrases]
        return " ".join(quoted) + (" *" if self.open_end else "")

    def marks(self, text: str) -> tuple[Piece, ...]:
        """The part of a text where the words stand first, with the words marked (as what is not shared)."""
        text = text[:MAX_SNIPPET_SEARCHED]
        spans = self._spans(list(_placed(text)))
        start = max(0, spans[0][0] - SNIPPET // 3) if spans else 0
        end = min(len(text), start + SNIPPET)
        pieces: list[Piece] = [Piece("…", True)] if start else []
        at = start
        for begin, stop in spans:
            if stop > end:
                break
            if begin < at:
                continue
            pieces += [Piece(text[at:begin], True), Piece(text[begin:stop], False)]
            at = stop
        pieces.append(Piece(text[at:end] + ("…" if end < len(text) else ""), True))
        return tuple(piece for piece in pieces if piece.text)

    def _spans(self, placed: list[tuple[str, int, int]]) -> list[tuple[int, int]]:
        """Where the terms of the words stand, in order; those that stand alone, where a word has several, are none."""
        terms = [term for term, _, _ in placed]
        begins: dict[str, list[tuple[str, ...]]] = {}
        for phrase in self.phrases:
            begins.setdefault(phrase[0], []).append(phrase)
        *closed, last = self.phrases[-1] if self.phrases and self.open_end else ("",)
        spans: set[tuple[int, int]] = set()
        for at, term in enumerate(terms):
            lengths = [len(phrase) for phrase in begins.get(term, ()) if terms[at : at + len(phrase)] == list(phrase)]
            end = at + len(closed)
            if last and end < len(terms) and terms[end].startswith(last) and terms[at:end] == closed:
                lengths.append(len(closed) + 1)  # the last may go on behind its last term
            for length in lengths:
                spans.update((start, stop) for _, start, stop in placed[at : at + length])
        return sorted(spans)

    def holds(self, text: str) -> bool:
        """Does any of the words stand in this text?"""
        return any(not piece.shared for piece in self.marks(text))


def question(words: str) -> Question | None:
    """What a person typed, as a question; null where there is nothing to look for."""
    words = words[:MAX_WORDS]
    phrases: list[tuple[str, ...]] = []
    left = MAX_TERMS
    for word in words.split():
        terms = tuple(terms_of(word))[:left]
        if terms:
            phrases.append(terms)
            left -= len(terms)
        if left <= 0:
            break
    if not phrases:
        return None
    return Question(tuple(phrases), not words[-1:].isspace(), _post_at(words.strip()))


def _post_at(address: str) -> str | None:
    """The key of the post that an address leads to, as far as its platform's rules tell. It may be copied with what
    stood around it, or without its scheme."""
    address = address.strip(" <>()[]\"'`“”„‘’«»,;")
    if not _ADDRESS.match(address):
        return None
    if "://" not in address:
        address = f"https://{address}"
    refs = (platform.ref_from_url(address) for platform in platforms().values())
    return next((ref.key for ref in refs if ref), None)


def terms_of(text: str) -> Iterator[str]:
    """The terms of a text, in order."""
    if text.isascii():
        return iter(_ASCII_TERM.findall(text.lower()))
    return (term for found in _TERM.findall(text) for term in _cut(found))


def _placed(text: str) -> Iterator[tuple[str, int, int]]:
    """The terms of a text, in order, each with where it begins and ends."""
    return ((term, match.start(), match.end()) for match in _TERM.finditer(text) for term in _cut(match[0]))


def _cut(found: str) -> tuple[str, ...]:
    """What was found as one term, folded: none where nothing is left of it, several where it is taken apart (a
    ligature, a sign for a unit or a company)."""
    return _cut_remembered(found) if len(found) <= LONGEST_KNOWN else _cut_remembered.__wrapped__(found)


@functools.lru_cache(maxsize=8192)  # a text, and a question, has the same words again and again
def _cut_remembered(found: str) -> tuple[str, ...]:
    folded = fold(found)
    if not folded or unicodedata.is_normalized("NFKC", found):
        return (folded,) if folded else ()
    return tuple(_TERM.findall(folded))


def fold(term: str) -> str:
    """A term without case, width and the marks that people leave out."""
    if term.isascii():
        return term.lower()
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", term).casefold())
    return unicodedata.normalize("NFC", _OTHERWISE.sub(_as_typed, _LEFT_OUT.sub("", folded)))


def _as_typed(letter: regex.Match[str]) -> str:
    """A Latin letter that has no accent to lose (`ł`, `đ`, `ø`, `ı`) in those that have none, a digit of any script as
    ASCII has it, an Arabic letter in its common form."""
    sign = letter[0]
    if sign in _ARABIC:
        return _ARABIC[sign]
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    return "".join(filter(str.isalnum, anyascii(sign).lower())) or sign


class Search:
    """Searches the shelves of a library; a shelf's index is opened when it is first asked."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._indexes: dict[str, _Index] = {}
        self._lock = threading.Lock()
        self._closed = False

    def find(self, asked: Question, *, start: int = 0, count: int = 20) -> Found:
        """The articles and posts that hold all words of a question, the likeliest first, from number `start` on."""
        named = ("post", asked.post_key)
        ranked: list[tuple[float, int, Hit]] = []
        indexes: list[tuple[int, Shelf, _Index]] = []
        reading, begun, problem = False, False, None
        began = time.monotonic()
        for number, shelf in enumerate(self._library.shelves):
            try:
                if asked.post_key and shelf.archive.catalogue.post_record(asked.post_key):
                    ranked.append((FIRST, number, Hit(shelf, "post", asked.post_key)))
                index = self._index(shelf, make=time.monotonic() < began + FIRST_ANSWER)
                if index is None:
                    reading = True
                    continue
                begun = index.begin() or begun
            except ArchiverError as error:  # of this archive; the others can be searched
                problem = problem or str(error)
                continue
            indexes.append((number, shelf, index))
        until = began + (FIRST_ANSWER if begun else NEXT_ANSWER)  # for all of them together
        for number, shelf, index in indexes:
            reading = index.wait(until) or reading
            ranked += [
                (rank, number, Hit(shelf, kind, key))
                for kind, key, rank in index.ask(asked, start + count + 1)
                if (kind, key) != named
            ]
            problem = problem or index.problem
        ranked.sort(key=lambda entry: entry[:2])  # stable: each shelf's own order stays
        hits = tuple(hit for _, _, hit in ranked[start : start + count])
        return Found(hits, len(ranked) > start + count, reading, problem)

    def _index(self, shelf: Shelf, *, make: bool) -> _Index | None:
        with self._lock:
            if self._closed:
                return None
            if shelf.slug not in self._indexes and make:
                self._indexes[shelf.slug] = _Index(shelf)
            return self._indexes.get(shelf.slug)

    def close(self) -> None:
        """Stop reading and remove what is temporary. To be called before the archives are closed."""
        with self._lock:
            self._closed = True
            indexes = list(self._indexes.values())
            self._indexes.clear()
        for index in indexes:
            index.close()


class _Index:
    """The index of one shelf: asked by many, written by one thread of its own."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._temporary: str | None = None
        self.problem: str | None = None
        self._broken = False
        """Whether the file is damaged: the next to open it makes it anew."""
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._writer: threading.Thread | None = None
        self._segments: dict[str, int] | None = None
        """What the catalogue held when the index was last brought up to date."""
        self._rest_until = 0.0
        """So that an archive that is being written to is not read all the time."""
        self._db: sqlite3.Connection | None = None
        try:
            self._path = self._place()
            self._db = _connect(self._path, temporary=self._temporary is not None)
        except (sqlite3.Error, OSError) as error:
            self.problem = f"no search index can be kept: {error}"

    def _place(self) -> Path:
        """The file beside the catalogue where it can be kept there, else a temporary one."""
        archive = self._shelf.archive
        if not archive.is_view and archive.catalogue.path is not None:
            path = archive.catalogue.path.with_name(NAME)
            with suppress(sqlite3.Error, OSError):
                if not path.is_symlink():  # it would lead out of an archive that may be of somebody else
                    _make(path)
                    return path
        self._temporary = tempfile.mkdtemp(prefix="archiver-search-")
        path = Path(self._temporary) / NAME
        _make(path, temporary=True)
        return path

    @property
    def reading(self) -> bool:
        writer = self._writer
        return writer is not None and writer.is_alive()

    def wait(self, until: float) -> bool:
        """Wait so long (`time.monotonic`) for what is being read; whether that goes on."""
        if (writer := self._writer) is not None and writer.is_alive():
            writer.join(max(0.0, until - time.monotonic()))
        return self.reading

    def ask(self, asked: Question, count: int) -> list[tuple[str, str, float]]:
        """`(kind, key, rank)`, best first; a lower rank is better."""
        if self._db is None:
            return []
        expression = asked.expression
        try:
            with self._lock:
                many = self._db.execute(_AMOUNT, (expression, MAX_RANKED + 1)).fetchone()[0]
                asking = _RANKED if many <= MAX_RANKED else _NEWEST
                return self._db.execute(asking, (expression, count)).fetchall()
        except sqlite3.Error as error:
            self._tell("cannot be read", error)
            return []

    def _tell(self, what: str, error: Exception) -> None:
        self.problem = f"the search index {what}: {error}"
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            self._broken = True

    def begin(self) -> bool:
        """Begin to bring it up to date, where the archive has grown and nobody is at it; whether that is so."""
        if self._db is None:
            return False
        with self._lock:
            segments = self._shelf.archive.catalogue.segments()
            behind = not self.reading and segments != self._segments and time.monotonic() >= self._rest_until
            if behind:
                self._segments = segments
                self._writer = threading.Thread(target=self._read, name="search index", daemon=True)
                self._writer.start()
        return behind

    def close(self) -> None:
        self._stop.set()
        if self._writer is not None:
            self._writer.join()
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None
        if self._broken:
            with suppress(OSError):
                _remove(self._path)
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)

    # In the thread that writes.

    def _read(self) -> None:
        with _READERS:
            self._read_now()

    def _read_now(self) -> None:
        begun = time.monotonic()
        try:
            db = _connect(self._path, temporary=self._temporary is not None)
        except sqlite3.Error as error:
            self.problem = f"no search index can be kept: {error}"
            return
        try:
            _Reading(self._shelf, db, self._stop).all()
        except (sqlite3.Error, OSError, ArchiverError) as error:
            self._tell("could not be brought up to date", error)
        finally:
            with suppress(sqlite3.Error):
                db.close()
            now = time.monotonic()
            self._rest_until = now + RESTS * (now - begun)


class _Reading:
    """Brings one index up to date with its catalogue, in transactions short enough for questions in between."""

    def __init__(self, shelf: Shelf, db: sqlite3.Connection, stop: threading.Event) -> None:
        self._archive = shelf.archive
        self._catalogue = shelf.archive.catalogue
        self._db = db
        self._stop = stop

    def all(self) -> None:
        self._thin_out()
        segments = json.dumps(sorted(self._catalogue.segments().items()))
        row = self._db.execute("SELECT value FROM reached WHERE name = 'segments'").fetchone()
        if row is None or row[0] != segments:
            # what was stored last is looked for most: it comes last in the table, and so first in the answers
            self._entries(
                "post",
                "SELECT p.key, p.record_id FROM posts p LEFT JOIN captures c ON c.record_id = p.record_id"
                " ORDER BY c.segment, c.offset",
            )
            self._entries(
                "article",
                "SELECT a.id, a.record_id FROM articles a LEFT JOIN captures c ON c.record_id = a.record_id"
                " ORDER BY c.segment, c.offset",
            )
            self._forget()
            if not self._stop.is_set():
                self._db.execute("INSERT OR REPLACE INTO reached VALUES ('segments', ?)", (segments,))
        self._bodies()

    def _thin_out(self) -> None:
        """Begin anew where most of the index is of entries that were replaced since: they stay, and it would grow with
        each look at the same posts."""
        used, there = self._db.execute("SELECT coalesce(max(id), 0), count(*) FROM entries").fetchone()
        if used > MOST_REPLACED * (there + BATCH):
            self._db.executescript(
                "BEGIN IMMEDIATE; DELETE FROM entries; DELETE FROM sqlite_sequence; DELETE FROM reached;"
                " INSERT INTO terms (terms) VALUES ('delete-all'); COMMIT;"
            )

    def _entries(self, kind: str, listing: str) -> None:
        texts = self._article if kind == "article" else self._post
        waiting = 0
        for key, record_id in self._catalogue.each(listing):
            if self._stop.is_set():
                break
            if not waiting:
                self._db.execute("BEGIN IMMEDIATE")
            waiting += 1
            known = self._db.execute("SELECT record_id FROM entries WHERE kind = ? AND key = ?", (kind, key)).fetchone()
            if known is None or known[0] != record_id:
                self._put(kind, key, record_id, (*texts(key), ""), whole=kind == "post")
            if waiting >= BATCH:
                self._db.execute("COMMIT")
                waiting = 0
        if waiting:
            self._db.execute("COMMIT")

    def _put(self, kind: str, key: str, record_id: str, texts: tuple[str, str, str], *, whole: bool) -> None:
        cursor = self._db.execute(
            "INSERT OR REPLACE INTO entries (kind, key, record_id, whole) VALUES (?, ?, ?, ?)",
            (kind, key, record_id, whole),
        )
        columns = [" ".join(terms_of(text[:MAX_INDEXED])) for text in texts]
        self._db.execute(
            "INSERT INTO terms (rowid, head, quoted, body) VALUES (?, ?, ?, ?)", (cursor.lastrowid, *columns)
        )

    def _forget(self) -> None:
        """Entries of what is no longer in the catalogue (a file was taken away)."""
        last = 0
        while not self._stop.is_set():
            rows = self._db.execute(
                "SELECT id, kind, key FROM entries WHERE id > ? ORDER BY id LIMIT ?", (last, BATCH)
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            gone = [
                (number,)
                for number, kind, key in rows
                if (self._catalogue.article_record(key) if kind == "article" else self._catalogue.post_record(key))
                is None
            ]
            if gone:
                self._db.executemany("DELETE FROM entries WHERE id = ?", gone)

    def _article(self, key: str) -> tuple[str, str]:
        head = self._catalogue.query("SELECT title, source, uri FROM articles WHERE id = ?", (key,))
        cited = self._catalogue.query(
            "SELECT display_name, handle, text, json_extract(json, '$.continuation'), url FROM mentions"
            " WHERE article_id = ? ORDER BY position",
            (key,),
        )
        title, source, uri = head[0] if head else ("", "", "")
        return _joined(title, source, uri if uri != source else ""), _joined(*(text for row in cited for text in row))

    def _post(self, key: str) -> tuple[str, str]:
        stored = self._catalogue.post(key)
        if stored is None:
            return "", ""
        post = stored[0]
        head = _joined(post.display_name, post.handle, post.title, post.url)
        return head, _joined(post.warning, post.text, *(media.alt for media in post.media))

    def _bodies(self) -> None:
        """The articles' own text, the one stored last first."""
        while not self._stop.is_set():
            rows = self._db.execute(
                "SELECT key, record_id FROM entries WHERE NOT whole ORDER BY id DESC LIMIT ?", (BATCH,)
            ).fetchall()
            if not rows:
                return
            until = time.monotonic() + LONGEST_BATCH
            self._db.execute("BEGIN IMMEDIATE")
            for key, record_id in rows:
                if body := self._body(key):
                    self._put("article", key, record_id, (*self._article(key), body), whole=True)
                else:
                    self._db.execute("UPDATE entries SET whole = 1 WHERE kind = 'article' AND key = ?", (key,))
                if self._stop.is_set() or time.monotonic() > until:
                    break
            self._db.execute("COMMIT")

    def _body(self, key: str) -> str:
        rows = self._catalogue.query("SELECT capture_id, source, uri, digest FROM articles WHERE id = ?", (key,))
        capture = self._catalogue.capture(rows[0][0]) if rows else None
        if capture is None:
            return ""
        _, source, uri, digest = rows[0]
        try:
            article = article_with_words(self._archive, Article(source=source, uri=uri, digest=digest), capture)
        except (ArchiverError, OSError, ValueError):
            return ""
        return text_of(article)


def text_of(article: Article) -> str:
    """An article's own text, as a reader sees it."""
    if article.html is None:
        return article.text or ""
    root = parse(article.html).root
    return main_text(root).text if root is not None else ""


def _joined(*texts: str | None) -> str:
    return "\n".join(text for text in texts if text)


def _connect(path: Path, *, temporary: bool) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    db.execute(f"PRAGMA synchronous = {'OFF' if temporary else 'NORMAL'}")
    db.execute("PRAGMA trusted_schema = OFF")  # the file may have come with an archive of somebody else
    return db


def _remove(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)


def _make(path: Path, *, temporary: bool = False) -> None:
    """The index file, made where there is none, it is of another version, or it is damaged: all of it is derived.

    Raises `sqlite3.Error` or `OSError` where it cannot be written.
    """
    for fresh in (False, True):
        if fresh:
            _remove(path)
        db = sqlite3.connect(path, timeout=30, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            if temporary:
                db.execute("PRAGMA synchronous = OFF")
            version = db.execute("PRAGMA user_version").fetchone()[0]
            tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if not tables:
                db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
                return
            if version == VERSION:
                db.execute("SELECT 1 FROM terms LIMIT 1").fetchall()
                db.execute("BEGIN IMMEDIATE")  # can it be written to?
                db.execute("ROLLBACK")
                return
        except sqlite3.DatabaseError as error:
            if fresh or isinstance(error, sqlite3.OperationalError):
                raise
        finally:
            db.close()
