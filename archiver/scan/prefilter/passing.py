"""Can a page hold a post? One pass over its bytes.

What `archiver.detect.find` finds nothing in is told without being decoded or parsed; in doubt a page is let through.
Searched by hyperscan where that is installed, else by RE2, with the same result; where neither is, every page that is
text is let through.

Sound: never false where `find` finds a post, in HTML or in bare text, in any encoding that pages are read in. A post
whose every trace is coded in a way that is read nowhere (a script that must run) is found by neither.

Cost: linear in the bytes. Of what is frequent without meaning anything, so many are looked at
(`archiver.scan.prefilter.seen`), and a page with more is let through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from functools import partial

from archiver.article import kind_of
from archiver.article.encoding import codec_of, decode
from archiver.detect.payloads import MAX_LAYERS, decoded
from archiver.errors import InputError, UsageError
from archiver.http1 import media_type
from archiver.platforms import platforms as known_platforms
from archiver.platforms.base import Platform
from archiver.scan.prefilter import inwords, letters, marks
from archiver.scan.prefilter.asking import Told, ask
from archiver.scan.prefilter.hidden import comment_starts, data_marks, extents, visible
from archiver.scan.prefilter.inwords import Place
from archiver.scan.prefilter.marks import Sought
from archiver.scan.prefilter.native import Native
from archiver.scan.prefilter.piecewise import Piecewise
from archiver.scan.prefilter.scripts import Scripts
from archiver.scan.prefilter.seen import MAX_PLACES, Engine, Kind, Seen, Spans
from archiver.scan.prefilter.standing import Page
from archiver.scan.unit import EngineName

MAX_PAYLOADS = 500
"""Pieces of base64 in one page that are decoded."""

ROUNDS = 3
"""How often coded letters are decoded, and base64 within base64."""


class Prefilter:
    """Tells pages that hold no post of some platforms; made once in a process."""

    def __init__(self, platforms: Sequence[Platform] | None = None, *, engine: EngineName | None = None) -> None:
        """platforms: all that are known where they are not given. engine: null: the fastest that is installed.

        Raises `UsageError` where the engine that is named is not installed.
        """
        self.platforms = tuple(known_platforms().values()) if platforms is None else tuple(platforms)
        self._sought = marks.sought(self.platforms)
        self._engine = _engine(self._sought, engine)

    @property
    def engine(self) -> str:
        """What searches."""
        return self._engine.name

    def may_hold_posts(self, data: bytes, content_type: str) -> bool:
        """Whether `archiver.detect.find` may find a post in the page that these bytes are.

        data: the payload, content-decoded. content_type: the header's whole value; may be empty.
        """
        if not data:
            return False
        if self._sought.always:
            return True
        plain = _utf8(data, content_type)
        if plain is None:
            return False
        kind = _kind(plain, content_type)
        if kind == "text":
            plain += b"\n"  # what a mark ends with has to follow it
        seen = self._engine.scan(plain, kind)
        if seen.not_utf8 and not seen.post:
            try:
                other = decode(plain, source="", content_type=content_type).encode("utf-8", "surrogatepass")
            except InputError:
                return False
            if other != plain:
                plain, seen = other, self._engine.scan(other, kind)
        return self._in_text(plain, seen) if kind == "text" else self._in_html(plain, seen)

    def _in_text(self, data: bytes, seen: Seen) -> bool:
        places, text = seen.places, data
        for _ in range(ROUNDS):
            if seen.post or seen.asked:
                return True
            plain = letters.decoded_at(data, seen.coded)
            if plain.data == data:
                break
            data = plain.data
            seen = self._engine.scan(data, "text", plain.near)
        return len(places) >= MAX_PLACES or (bool(places) and inwords.in_text(text, places, self.platforms))

    def _in_html(self, data: bytes, seen: Seen, level: int = 0) -> bool:
        """level: how many pieces of data of a page this is within. The text of such a piece is no post's."""
        if seen.post:
            return True
        hidden = extents(data, seen.structure)
        holds = partial(self._in_piece, level=level + 1)
        scripts = Scripts(
            data, hidden, comment_starts(seen.structure), data_marks(seen.structure), self._sought.permalinks, holds
        )
        page = Page(data, seen.structure, hidden, scripts, seen.coded, self.platforms, self._sought.permalinks)
        told = Told()
        for left in range(ROUNDS, -1, -1):
            told = ask(data, seen.asked, page, self._sought, self._engine.tags_in, told)
            if told.post or self._in_base64(data, seen.base64, page, level):
                return True
            plain = letters.decoded_at(data, seen.coded)
            if plain.data == data or not left:
                break
            data, page = plain.data, page.moved(plain.data, plain.moved)
            seen = self._engine.scan(data, "html", plain.near)
            if seen.post:
                return True
        if level:
            return False
        shown = visible(data, page.hidden)
        places = self._engine.places(shown)
        return len(places) >= MAX_PLACES or (bool(places) and inwords.in_page(shown, places, self.platforms, len(data)))

    def _in_piece(self, html: str, level: int) -> bool:
        """Whether a piece of HTML that a page keeps as data may hold a post."""
        if level > MAX_LAYERS:
            return True
        data = html.encode("utf-8", "replace") + b"\n"
        return self._in_html(data, self._engine.scan(data, "html"), level)

    def _in_base64(self, data: bytes, hints: Sequence[int], page: Page, level: int) -> bool:
        read = -1
        count = 0
        for hint in hints:
            if count > MAX_PAYLOADS:
                return True
            if hint <= read or not (_AHEAD.match(data, hint) or _AHEAD.match(data, max(0, hint - 20))):
                continue
            script = page.content_at(hint)
            if script is not None and self._sought.plain and not (script >= 0 and page.scripts.is_markup(script)):
                if script < 0 or page.scripts.is_quiet(script):
                    continue
                if page.string_at(hint, script) is not None and page.scripts.may_name(script):
                    return True
                continue
            start, read = _run(data, hint)
            if read - start < inwords.REACH // 200:
                continue
            count += 1
            plain = decoded(data[start:read].decode("ascii", "replace").strip())
            if plain is not None and self._in_piece(plain, level + 1):
                return True
        return False


# --- bytes as UTF-8
# -----------------------------------------------------------------------------------------------------------------

_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_META = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,300}(?:charset|encoding)\s{0,5}=\s{0,5}[\"']?\s{0,5}([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE
)
_SNIFFED = 4096


def _utf8(data: bytes, content_type: str) -> bytes | None:
    """The page in UTF-8, as far as can be told from what it declares; null where it is no text."""
    head = data[:_SNIFFED]
    if not head.startswith(_WIDE) and b"\0" not in head:
        declared = codec_of(content_type)
        if declared is None and (found := _META.search(head)):
            declared = codec_of("charset=" + found[1].decode("ascii"))
        if declared in (None, "utf-8") or data.isascii():
            return data
    try:
        return decode(data, source="", content_type=content_type).encode("utf-8", "surrogatepass")
    except InputError:
        return None


def _kind(data: bytes, content_type: str) -> Kind:
    """As what detection reads the page."""
    declared = media_type(content_type)
    if declared in ("text/html", "application/xhtml+xml"):
        return "html"
    if declared in ("text/plain", "text/markdown"):
        return "text"
    return kind_of(data[: 4 * _SNIFFED].decode("utf-8", "replace"), content_type)


# --- base64
# -----------------------------------------------------------------------------------------------------------------

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/_=%\s-]")
_AHEAD = re.compile(rb"[A-Za-z0-9+/_=%\s-]{20}")
"""Half of the shortest piece, on one side or the other of what was found."""
MAX_RUN = 700_000


def _run(data: bytes, at: int) -> tuple[int, int]:
    """Where the run of base64 begins and ends in which `at` lies."""
    found = _NOT_BASE64.search(data, at, at + MAX_RUN)
    end = found.start() if found else min(len(data), at + MAX_RUN)
    start = at
    low = max(0, at - MAX_RUN)
    while start > low:
        piece = data[max(low, start - 4096) : start]
        last = _NOT_BASE64.search(piece[::-1])
        if last:
            return start - last.start(), end
        start -= len(piece)
    return start, end


# --- engines
# -----------------------------------------------------------------------------------------------------------------


class Everything:
    """Where neither hyperscan nor RE2 is installed: each page is let through.

    The standard library's regular expressions take longer for all that is searched for than detection does.
    """

    name = "none"

    def scan(self, data: bytes, kind: Kind, near: Spans | None = None) -> Seen:  # noqa: ARG002 - as its protocol has it
        return Seen(post=True)

    def tags_in(self, tag: bytes) -> Set[int]:  # noqa: ARG002
        return frozenset()

    def places(self, data: bytes) -> list[Place]:  # noqa: ARG002
        return []


def _engine(sought: Sought, name: EngineName | None) -> Engine:
    engines: tuple[tuple[EngineName, Callable[[Sought], Engine], str], ...] = (
        ("hyperscan", Native, "pip install 'archiver[scan]'"),
        ("re2", Piecewise, "pip install 'archiver[re2]'"),
    )
    for known, made, hint in engines:
        if name in (None, known):
            try:
                return made(sought)
            except ImportError as error:
                if name:
                    raise UsageError(f"{name} is not installed", subject="engine", hint=hint) from error
    return Everything()
