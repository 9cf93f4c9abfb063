"""Which posts does a list of permalinks name?

A list is a table (CSV as spreadsheets write it, with headings or without), JSON lines, a JSON list, or a text file with
one permalink on each line; or one permalink by itself. What this program prints (`find`, `resolve`, `archive`, `audit`,
as CSV, JSONL or JSON) is a list, too. A post is named by any address that its platform's grammar reads (mobile hosts,
embeds, mirrors, web archives' copies, tracking parameters), by its key (`x:20`), or by a platform with an id.

Lists are untrusted and may be long: a line or an entry is read at a time, and what is wrong with one is told and stops
nothing.
"""

from __future__ import annotations

import codecs
import functools
import io
import re
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from msgspec.structs import replace

from archiver.article.encoding import legacy_codec
from archiver.brought.elements import elements
from archiver.brought.rows import CLOCKS_DIFFER, COMMENT, PLATFORM_NAMES, Rows, moment_of
from archiver.brought.tables import DELIMITERS, MAX_COLUMNS, MAX_LINE, TextLines, cells_of, csv_rows, lines
from archiver.detect.permalinks import Permalinks
from archiver.errors import ArchiverError, InputError
from archiver.gunzip import Gunzipped
from archiver.model import Noun, PostRef
from archiver.platforms import platform as platform_named
from archiver.platforms import platforms
from archiver.platforms.values import MAX_TEXT, clean, https, parse_json

OnError = Callable[[str, ArchiverError], None]

MAX_POSTS = 10_000_000
"""Lines of one list."""

HOPELESS = 100
"""So many lines from the first on, of which none names a post, and the file is taken to be something else."""

SNIFF = 64 * 1024
"""Bytes by which a list is told from an article."""

CUT = 4096
"""Files are read ahead in as many bytes, or more: what is shorter is whole."""

FIRST = 50
"""Entries of a JSON list by which it is told from something else."""

MAX_SHORT = 256
"""Characters of a handle, a name, a language."""

MAX_ARTICLES = 16
"""Articles that one row names."""

MAX_ADDRESS = 4096

GZIP_MAGIC = b"\x1f\x8b"

Form = Literal["csv", "json lines", "json list", "lines"]

ADDRESSES = (
    *("permalink", "post_url", "tweet_url", "status_url", "permalink_url", "post_link", "tweet_link", "post", "tweet"),
    *("url", "link", "uri", "href", "address", "found_url", "key", "post_key"),
)
"""What the column of permalinks is called. Of several the first that names a post counts: a table may have the
article's address, too."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "text": ("printed", "quote", "quotation", "quoted", "text", "words", "full_text"),
    "handle": ("handle", "username", "user_name", "screen_name", "user_screen_name"),
    "display_name": ("display_name", "user_display_name", "author_name"),
    "date": ("date", "created_at", "posted_at", "published_at", "datetime", "timestamp"),
    "language": ("language", "lang"),
    "articles": ("article_url", "article", "articles", "cited_in", "page_url", "page", "sources", "source"),
    "platform": ("platform", "network", "service"),
    "id": ("post_id", "tweet_id", "status_id", "id_str", "id"),
}
"""What the other columns are called; the first that is there counts. Case and signs do not matter."""

FOUND = frozenset({"rule", "confidence"})
RESOLVED = frozenset({"mention_id", "outcome"})
ARCHIVED = RESOLVED | {"state"}
AUDITED = frozenset({"state", "platform", "confirmed"})
"""What rows that `find`, `resolve`, `archive` and `audit` print always have."""

KNOWN = frozenset(ADDRESSES).union(*COLUMNS.values())

FORMULA = re.compile(r"'(?=[=+\-@\t\r\n＝＋－＠])")
"""The apostrophe that keeps a spreadsheet from running a cell (`archiver.exporting.spreadsheet`)."""

SEPARATOR = re.compile(r"sep=(\S|\t)", re.IGNORECASE)
"""A first line for Excel, which says what stands between cells."""

KEY = re.compile(r"([a-z_]{1,20}):(?:([^\s/]{1,255})/)?([^\s/]{1,255})")
HANDLE = re.compile(r"@?([\w.-]{1,64}(?:@[\w.-]{1,255})?)")
TOKEN = re.compile(r"(?:(?:[-*+•–]|\d{1,6}[.)])\s+)?<?(\S+?)>?\s*[,;]?(?:\s+#.*)?")
"""What stands alone on a line, with the bullet or number of a list before it and a note behind it."""
MARKUP = re.compile(r"<(?!(?:https?|at)://)")
ARTICLE_SUFFIXES = (".html", ".htm", ".xhtml", ".md", ".markdown")
TABLE_SUFFIXES = (".csv", ".tsv")
SOURCES_HERE = ("http://", "https://", "at://")


class Permalink(Noun, frozen=True, kw_only=True):
    """One row of a list, and the post that it names."""

    line: int
    """On which it begins; of a JSON list, the entry's number. From 1 on."""
    url: str
    """The permalink, or the key, as given."""
    ref: PostRef
    text: str | None = None
    """The post's words as the citing article prints them."""
    handle: str | None = None
    display_name: str | None = None
    date: str | None = None
    """ISO day, or RFC 3339 time; null where it cannot be the post's."""
    language: str | None = None
    article: str | None = None
    """Who cites it, as the row says: an address, or the name of a file."""
    more: tuple[tuple[str, str], ...] = ()
    """What else the row has: the heading and the cell, as text."""


def is_permalink_list(source: str, *, stdin: BinaryIO | None = None) -> bool:
    """Whether SOURCE is a list of permalinks, or a permalink itself, and no article or collection of documents.

    The content decides: a name ending with `.csv` or `.tsv` only where the content does not say, one that ends as a
    page's or Markdown's against it. JSON lines with `html`, or with `text` beside an address that is no post's, are
    documents. stdin: instead of the process's own, which must be able to look ahead or back; nothing of it is used up.

    Never raises: of what cannot be read it is not known, and whoever reads it as an article tells why.
    """
    if source == "-":
        given = stdin if stdin is not None else sys.stdin.buffer
        return _form(_ahead(given), "") is not None
    if _is_itself(source):
        return True
    if "://" in source[:12]:
        return False
    try:
        with Path(source).open("rb", buffering=SNIFF) as stream:
            return _form(_ahead(stream), Path(source).name.lower()) is not None
    except (OSError, ValueError):
        return False


def read_permalinks(source: str, *, on_error: OnError, stdin: BinaryIO | None = None) -> Iterator[Permalink]:
    """The posts that a list names, in its order, however often it names one; a row with several articles comes once
    for each.

    source: a file (also gzipped), `-`, or one permalink or key. on_error: told of each row that names no post, by
    `SOURCE#LINE`, and of what ends the reading (it may raise). Memory: one line or entry, at most 2 MiB.
    """
    reader = _Reader(source, on_error)
    try:
        if source == "-":
            yield from reader.read(stdin if stdin is not None else sys.stdin.buffer, "")
        elif _is_itself(source):
            yield reader.itself()
        else:
            try:
                opened = Path(source).open("rb", buffering=SNIFF)  # noqa: SIM115 (closed below)
            except FileNotFoundError:
                raise InputError("there is no such file", subject=source) from None
            with opened as file:
                yield from reader.read(file, Path(source).name.lower())
    except ArchiverError as error:
        on_error(source, error)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        what = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
        on_error(source, InputError(f"cannot be read further: {what}", subject=source))


def _is_itself(source: str) -> bool:
    """Whether SOURCE is a permalink or a key. A file of that name comes first."""
    if len(source) > MAX_ADDRESS:
        return False
    if not source.lower().startswith(SOURCES_HERE):
        with suppress(OSError, ValueError):
            if Path(source).exists():
                return False
        if KEY.fullmatch(source) is None:
            return False
    try:
        _links().named(source)
    except ValueError:
        return False
    return True


class _Links:
    """Which post is an address, or a key?"""

    def __init__(self) -> None:
        self._links = Permalinks(tuple(platforms().values()))
        self._rows = Rows()

    def named(self, given: str) -> PostRef:
        """Raises `ValueError` with what is wrong."""
        if COMMENT.search(given):
            raise ValueError("it is a comment: its address names the post above it")
        found = self._links.read(given, any_server=True)
        if found is None and "://" not in given and "." in given.partition("/")[0]:
            found = self._links.read(f"https://{given}", any_server=True)
        ref = found.ref if found is not None else self._by_key(given)
        if ref is None:
            raise ValueError(f"no post's permalink: {_shown(given)}")
        return _checked(ref)

    def by_id(self, platform: str, post_id: str, handle: str | None) -> PostRef:
        """Raises `ValueError` with what is wrong."""
        return _checked(self._rows.ref({"platform": platform, "id": post_id}, handle)[0])

    def _by_key(self, given: str) -> PostRef | None:
        found = KEY.fullmatch(given)
        platform = platform_named(PLATFORM_NAMES.get(found[1], found[1])) if found else None
        if found is None or platform is None:
            return None
        scope, post_id = found[2], found[3]
        refs = [platform.ref_from_id(post_id, scope), platform.ref_from_id(f"{scope}/{post_id}", scope)]
        if scope is None:
            refs = [platform.ref_from_id(post_id)]
        else:  # a server of the fediverse, whose posts need no handle
            refs += [found for found in (platform.ref_from_url(f"https://{scope}/statuses/{post_id}"),) if found]
        wanted = given.partition(":")[2]
        return next((ref for ref in refs if ref.url and ref.key.partition(":")[2] == wanted), None)


def _checked(ref: PostRef) -> PostRef:
    """The reference, if its address names it: else nobody could be asked for it. Raises `ValueError`."""
    platform = platform_named(ref.platform)
    again = platform.ref_from_url(ref.url) if platform is not None and ref.url else None
    if again is None or again.key != ref.key:
        raise ValueError("its address does not name it")
    return ref


@functools.cache
def _links() -> _Links:
    return _Links()


# --- what kind of list is it?
# ----------------------------------------------------------------------------------------------


def _ahead(stream: BinaryIO) -> bytes:
    """The first bytes of a file, unpacked, of which none is used up; nothing where that cannot be done."""
    try:
        if hasattr(stream, "peek"):
            start: bytes = stream.peek(SNIFF)[:SNIFF]
        elif stream.seekable():
            at = stream.tell()
            start = stream.read(SNIFF)
            stream.seek(at)
        else:
            return b""
    except (OSError, ValueError):
        return b""
    return _unpacked(start) if start.startswith(GZIP_MAGIC) else start


def _unpacked(start: bytes) -> bytes:
    """As much as these first bytes of a gzip file give."""
    inflate = zlib.decompressobj(31)
    try:
        return inflate.decompress(start, SNIFF)
    except zlib.error:
        return b""


def _form(start: bytes, name: str) -> Form | None:
    """What kind of list begins so; null for what is none."""
    name = name.removesuffix(".gz")
    if name.endswith(ARTICLE_SUFFIXES):
        return None
    text = _decoded(start)
    plain = text.lstrip()
    if not plain or "\0" in plain or MARKUP.match(plain) or plain.startswith(("WARC/", "PK\x03\x04")):
        return None
    if plain.startswith("["):
        return "json list" if _lists_posts(_json_entries(plain)) else None
    shown = plain.split("\n")
    if len(start) >= CUT and len(shown) > 1:
        shown = shown[:-1]  # it may go on behind what was read
    rows = [line.strip() for line in shown if line.strip()]
    if plain.startswith("{"):
        return "json lines" if _lists_posts([parse_json(row) for row in rows]) else None
    alone = [row for row in rows if not row.startswith("#")]
    if alone and all(_token(row) for row in alone) and sum(map(_names, alone)) * 2 >= len(alone):
        return "lines"
    if name.endswith(TABLE_SUFFIXES):
        return "csv"
    return "csv" if not name.endswith(".txt") and _is_table(rows) else None


def _decoded(start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return start[: len(start) // 2 * 2].decode("utf-16", "replace")
    text = start.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")
    return text.replace("\r", "\n") if _by_returns(start) else text


def _by_returns(start: bytes) -> bool:
    """Whether lines end with carriage returns alone, as a spreadsheet's "CSV (Macintosh)" has it."""
    return b"\r" in start and b"\n" not in start and b"\0" not in start


class _Returns(io.RawIOBase):
    """A file with line feeds in the place of carriage returns."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer)).replace(b"\r", b"\n")
        buffer[: len(data)] = data
        return len(data)


def _token(line: str) -> str | None:
    """The address or key that stands alone on a line."""
    found = TOKEN.fullmatch(line.strip())
    if found is None:
        return None
    token = found[1]
    return token if "://" in token[:12] or KEY.fullmatch(token) or re.match(r"[\w-]+(?:\.[\w-]+)+/", token) else None


def _names(text: str) -> bool:
    token = _token(text)
    if token is None:
        return False
    try:
        _links().named(token)
    except ValueError:
        return False
    return True


def _json_entries(text: str) -> list[object]:
    out: list[object] = []
    with suppress(InputError):  # it is only the beginning that was read
        for _, data in elements(io.BytesIO(text.encode()), frozenset({("*",)}), subject=""):
            out.append(parse_json(data))
            if len(out) == FIRST:
                break
    return out


def _lists_posts(entries: Sequence[object]) -> bool:
    """Whether these first entries are a list's: some name a post, and none is a document."""
    some = False
    for entry in entries:
        if isinstance(entry, str):
            some = some or _names(entry)
            continue
        if not isinstance(entry, dict):
            return False
        fields = _plain(entry)
        named = any(isinstance(fields.get(name), str) and _names(fields[name]) for name in ADDRESSES)
        if isinstance(entry.get("html"), str):
            return False
        if isinstance(entry.get("text"), str) and not named and not _is_ours(fields):
            return False
        some = some or named or (_is_ours(fields) and bool(fields.get("post_id")))
    return some


def _is_table(rows: Sequence[str]) -> bool:
    """Whether lines are a table's: headings of which one is a permalink's, and a row that names a post there; or rows
    without headings that do."""
    if rows and SEPARATOR.fullmatch(rows[0]):
        rows = rows[1:]
    for delimiter in DELIMITERS:
        cells = [cells_of(row, delimiter) for row in rows[:20]]
        if not cells:
            return False
        if any(_names(_cell(cell)) for cell in cells[0]):
            return len(cells[0]) > 1
        headings = [_heading(name) for name in cells[0]]
        at = [place for place, name in enumerate(headings) if name in ADDRESSES]
        if at and any(_names(_cell(row[place])) for row in cells[1:] for place in at if place < len(row)):
            return True
        if {"platform", "post_id"} <= set(headings):
            return True
    return False


def _heading(name: str) -> str:
    return _known_heading(name[:MAX_SHORT])


@functools.lru_cache(maxsize=4096)
def _known_heading(name: str) -> str:
    return re.sub(r"\W+", "_", name.strip().casefold()).strip("_")


def _plain(row: Mapping[str, object]) -> dict[str, Any]:
    return {_heading(str(name)): value for name, value in row.items() if value not in (None, "")}


def _cell(text: str) -> str:
    """A cell without the apostrophe that kept a spreadsheet from running it."""
    return FORMULA.sub("", text, count=1) if FORMULA.match(text) else text


def _is_ours(fields: Mapping[str, object]) -> bool:
    """Whether a row was printed by this program."""
    return any(columns <= fields.keys() for columns in (FOUND, RESOLVED, AUDITED))


# --- reading
# ----------------------------------------------------------------------------------------------


def read_stored(data: bytes, source: str) -> list[Permalink]:
    """The rows of a table as `archiver.auditing.lists.listed` stores it.

    Raises `InputError` where one of them names no post.
    """

    def refuse(_where: str, error: ArchiverError) -> None:
        raise error

    reader = _Reader(source, refuse, spreadsheet=False)
    stream = io.BufferedReader(cast(Any, io.BytesIO(data)))
    return list(reader.rows("csv", stream, data[:SNIFF]))


def permalinks_of(row: Mapping[str, object], line: int) -> list[Permalink]:
    """What a row of a table names, by its headings; with several articles, one for each.

    Raises `ValueError` with what is wrong.
    """
    return _Reader("", lambda _where, _error: None)._of_row(row, line)


class _Reader:
    """Reads one list. spreadsheet: whether a table may have been kept from being run by one."""

    def __init__(self, source: str, on_error: OnError, *, spreadsheet: bool = True) -> None:
        self._source = source
        self._on_error = on_error
        self._cell = _cell if spreadsheet else str
        self._links = _links()

    def itself(self) -> Permalink:
        url = clean(self._source).strip()
        return Permalink(line=1, url=url, ref=self._links.named(url))

    def read(self, stream: BinaryIO, name: str) -> Iterator[Permalink]:
        buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(Any, stream), SNIFF)
        if buffered.peek(2)[:2] == GZIP_MAGIC:
            buffered = io.BufferedReader(Gunzipped(buffered, self._source), SNIFF)
        if _by_returns(buffered.peek(SNIFF)[:SNIFF]):
            buffered = io.BufferedReader(_Returns(buffered), SNIFF)
        start = buffered.peek(SNIFF)[:SNIFF]
        if not start:
            raise InputError("the list is empty", subject=self._source)
        form = _form(start, name)
        if form is None:
            raise InputError("this is no list of permalinks", subject=self._source, hint="such as: one URL a line")
        yield from self.rows(form, buffered, start)

    def rows(self, form: Form, buffered: io.BufferedReader, start: bytes) -> Iterator[Permalink]:
        rows: Iterator[tuple[int, object]]
        if form == "json lines":
            rows = self._json_lines(buffered)
        elif form == "json list":
            rows = self._json_list(buffered)
        elif form == "lines":
            rows = self._text_lines(buffered)
        else:
            rows = self._csv(buffered, start)
        yield from self._named(rows)

    def _named(self, rows: Iterator[tuple[int, object]]) -> Iterator[Permalink]:
        waiting: list[tuple[str, InputError]] | None = []
        for count, (line, row) in enumerate(rows, 1):
            if count > MAX_POSTS:
                raise InputError(f"more than {MAX_POSTS:,} lines", subject=self._source, hint="split the list")
            try:
                permalinks = self._of_row(row, line)
            except ValueError as error:
                where = f"{self._source}#{line}"
                problem = InputError(str(error), subject=where)
                if waiting is None:
                    self._on_error(where, problem)
                    continue
                waiting.append((where, problem))
                if len(waiting) == HOPELESS:
                    first = waiting[0][1].problem
                    raise InputError(
                        f"none of its first {HOPELESS} lines names a post; the first: {first}", subject=self._source
                    ) from None
                continue
            for told in waiting or ():
                self._on_error(*told)
            waiting = None
            yield from permalinks
        for told in waiting or ():
            self._on_error(*told)

    def _json_lines(self, stream: BinaryIO) -> Iterator[tuple[int, object]]:
        for number, line in lines(stream):
            if line is None:
                yield number, ValueError(f"longer than {MAX_LINE // 1024**2} MiB")
            elif line.strip():
                row = parse_json(line.removeprefix(codecs.BOM_UTF8))
                yield number, ValueError("no JSON object") if row is None else row

    def _json_list(self, stream: BinaryIO) -> Iterator[tuple[int, object]]:
        for number, (_, data) in enumerate(elements(stream, frozenset({("*",)}), subject=self._source), 1):
            yield number, parse_json(data)

    def _text_lines(self, stream: io.BufferedReader) -> Iterator[tuple[int, object]]:
        text = TextLines(stream, legacy=legacy_codec)
        for line in text:
            if line.strip() and not line.lstrip().startswith("#"):
                token = _token(line)
                yield text.number, ValueError(f"no post's permalink: {_shown(line)}") if token is None else token

    def _csv(self, stream: io.BufferedReader, start: bytes) -> Iterator[tuple[int, object]]:
        first = [line for line in _decoded(start).split("\n") if line.strip()]
        told = SEPARATOR.fullmatch(first[0].strip()) if first else None
        head = first[1 if told and len(first) > 1 else 0].strip("\r") if first else ""
        delimiter, names = self._columns(head)
        rows = csv_rows(TextLines(stream, legacy=legacy_codec), delimiter)
        if told:
            next(rows, None)
        if names is None:
            next(rows, None)
            names = [cell.strip() for cell in cells_of(head, delimiter)]
        for row in rows:
            if row.bad:
                yield row.first, ValueError(row.bad)
                continue
            fields: dict[str, object] = {}
            for name, cell in zip(names, row.cells, strict=False):
                fields.setdefault(name, self._cell(cell.strip()))
            if len(row.cells) != len(names):
                # a comma that was not quoted: whose words these are is not sure, which post it is is
                fields = {name: cell for name, cell in fields.items() if _heading(name) not in COLUMNS["text"]}
            yield row.first, fields

    def _columns(self, head: str) -> tuple[str, list[str] | None]:
        """What stands between cells, and the names of the columns where the first line has none."""
        for delimiter in DELIMITERS:
            cells = cells_of(head, delimiter)
            at = next((place for place, cell in enumerate(cells) if _names(self._cell(cell.strip()))), None)
            if at is not None:
                return delimiter, ["url" if place == at else f"column {place + 1}" for place in range(len(cells))]
        columns = {sign: cells_of(head, sign) for sign in DELIMITERS}
        known = {sign: sum(_heading(name) in KNOWN for name in names) for sign, names in columns.items()}
        return max(DELIMITERS, key=lambda sign: (known[sign], len(columns[sign]))), None

    def _of_row(self, row: object, line: int) -> list[Permalink]:
        """Raises `ValueError` with what is wrong."""
        if isinstance(row, ValueError):
            raise row
        if isinstance(row, str):
            url = clean(row[: MAX_ADDRESS + 1]).strip()
            return [Permalink(line=line, url=url, ref=self._links.named(url))]
        if not isinstance(row, Mapping):
            raise ValueError("neither an address nor an object")
        fields = _plain(row)
        handle = _handle(_first(fields, "handle"))
        url, ref = self._ref(fields, handle)
        more = ((str(name), _short(value, MAX_TEXT)) for name, value in row.items() if _heading(str(name)) not in KNOWN)
        permalink = Permalink(
            line=line,
            url=url,
            ref=ref,
            text=_words(fields),
            handle=ref.handle or handle,
            display_name=_short(_first(fields, "display_name")) or None,
            date=_date(_first(fields, "date"), ref),
            language=_short(_first(fields, "language")) or None,
            more=tuple((name, text) for name, text in more if text)[:MAX_COLUMNS],
        )
        articles = _articles(_first(fields, "articles"))
        return [replace(permalink, article=article) for article in articles] or [permalink]

    def _ref(self, fields: Mapping[str, object], handle: str | None) -> tuple[str, PostRef]:
        """The address or key that names the post, and the post. Raises `ValueError` with what is wrong."""
        wrong = ""
        for name in ADDRESSES:
            given = fields.get(name)
            if isinstance(given, str) and len(given) <= MAX_ADDRESS and given.strip():
                token = clean(_token(given) or given).strip()
                try:
                    return token, self._links.named(token)
                except ValueError as error:
                    wrong = wrong or str(error)
        is_mention = fields.keys() >= FOUND or fields.keys() >= RESOLVED  # whose `id` is its own
        platform = _short(_first(fields, "platform"))
        post_id = _short(fields.get("post_id") if is_mention else _first(fields, "id"))
        if platform and post_id:
            url = self._links.by_id(platform, post_id, handle).url
            return url, self._links.named(url)
        if not is_mention and not wrong and (found := _only_address(fields)):
            return found, self._links.named(found)
        if is_mention:
            raise ValueError("a mention without a permalink: which post it is, `archiver resolve` may find out")
        raise ValueError(wrong or "it names no post: no permalink, and no platform with an id")


def _only_address(fields: Mapping[str, object]) -> str | None:
    """Of a table whose headings say nothing: the one cell that names a post; null where several do."""
    cells = [cell for cell in fields.values() if isinstance(cell, str) and len(cell) <= MAX_ADDRESS]
    found = [clean(_token(cell) or cell).strip() for cell in cells if _names(cell)]
    return found[0] if len(found) == 1 else None


def _first(fields: Mapping[str, object], column: str) -> object:
    return next((fields[name] for name in COLUMNS[column] if name in fields), None)


def _short(value: object, most: int = MAX_SHORT) -> str:
    """A cell as text; nothing for what is no text and no number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, int) and abs(value) >= 10**40:
        return ""
    return _text(str(value)[:most])


def _text(value: str) -> str:
    """Text whose line ends are written in one way, so that it stays the same wherever it is written again."""
    return clean(value).replace("\r\n", "\n").replace("\r", "\n").strip()


def _handle(value: object) -> str | None:
    found = HANDLE.fullmatch(_short(value))
    return found[1] if found else None


def _words(fields: Mapping[str, object]) -> str | None:
    """The words that an article shows. The text that `archive` and `audit` print is the post's own: no quotation."""
    if fields.keys() >= ARCHIVED or fields.keys() >= AUDITED:
        return None
    value = fields.get("printed") if fields.keys() >= RESOLVED else _first(fields, "text")
    if isinstance(value, str) and isinstance(rest := fields.get("continuation"), str):
        value = f"{value}\n{rest}"
    return (_text(value[:MAX_TEXT]) or None) if isinstance(value, str) else None


def _articles(value: object) -> tuple[str, ...]:
    given = value if isinstance(value, list) else str(value).split("\n") if isinstance(value, str) else []
    texts = (_text(one[:MAX_ADDRESS]) for one in given[:MAX_ARTICLES] if isinstance(one, str))
    out: dict[str, None] = {}
    for text in texts:
        parts = text.split()
        # `archiver audit --format csv` writes several with spaces between them
        several = len(parts) > 1 and all(https(part) for part in parts)
        out |= dict.fromkeys(parts if several else [text.replace("\n", " ")] if text else [])
    return tuple(out)


def _date(value: object, ref: PostRef) -> str | None:
    """The post's day or time. A table's date may be an article's: one that the id contradicts is not the post's."""
    made, day = moment_of(value)
    platform = platform_named(ref.platform)
    told = platform.time_of(ref.id) if platform is not None else None
    said = made or (datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None)
    if said is None or (told is not None and abs(said - told) > CLOCKS_DIFFER * 2):
        return None
    return made.isoformat(timespec="seconds").replace("+00:00", "Z") if made else day


def _shown(text: str) -> str:
    return repr("".join(char if char.isprintable() else " " for char in text.strip()[:120]))
