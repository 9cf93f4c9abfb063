"""Can a page hold a post? One pass over its bytes.

What `archiver.detect.find` finds nothing in is told without being decoded or parsed; in doubt a page is let through.
Searched natively (hyperscan) where that is installed, which costs about as much as decompressing the page; else every
page that is text is let through.

Sound: never false where `find` finds a post, in HTML or in bare text, in any encoding that pages are read in. A post
whose every trace is coded in a way that is read nowhere (a script that must run) is found by neither.

Cost: linear in the bytes. What is found natively calls back into Python; of what is frequent without meaning
anything, `MAX_PLACES` are looked at, and a page with more is let through.
"""

from __future__ import annotations

import html
import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from archiver.article import kind_of
from archiver.article.encoding import codec_of, decode
from archiver.detect.payloads import decoded
from archiver.errors import InputError, UsageError
from archiver.http1 import media_type
from archiver.platforms import platforms as known_platforms
from archiver.platforms.base import Platform
from archiver.scan import inwords, marks
from archiver.scan.inwords import Place
from archiver.scan.marks import Pattern, Sought
from archiver.scan.seen import MAX_ASKED, MAX_PLACES, Engine, Kind, Seen, asked, is_mail
from archiver.scan.standing import may_stand

MAX_LINKS = 300
"""Addresses of one page whose place is looked at."""

MAX_PAYLOADS = 500
"""Pieces of base64 in one page that are decoded."""

ROUNDS = 3
"""How often coded letters are decoded, and base64 within base64."""


class Prefilter:
    """Tells pages that hold no post of some platforms; made once in a process."""

    def __init__(self, platforms: Sequence[Platform] | None = None, *, native: bool | None = None) -> None:
        """platforms: all that are known where they are not given. native: whether hyperscan is used; null: where it is
        installed.

        Raises `UsageError` where `native` is true and hyperscan is not installed.
        """
        self.platforms = tuple(known_platforms().values()) if platforms is None else tuple(platforms)
        self._sought = marks.sought(self.platforms)
        self._engine = _engine(self._sought, native)

    @property
    def engine(self) -> str:
        """What searches: `hyperscan`, or `none`."""
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
        return any(self._look(plain, one, content_type, ROUNDS) for one in kind)

    def _look(self, data: bytes, kind: Kind, content_type: str, rounds: int) -> bool:
        if kind == "text":
            data += b"\n"  # what a mark ends with has to follow it
        seen = self._engine.scan(data, kind)
        if seen.post or (seen.linked and seen.classes):
            return True
        if seen.not_utf8 and rounds == ROUNDS:
            try:
                other = decode(data, source="", content_type=content_type).encode("utf-8", "surrogatepass")
            except InputError:
                return False
            if other != data:
                return self._look(other, kind, content_type, rounds - 1)
        if seen.coded and rounds > 0 and (plain := _letters(data)) != data:
            return self._look(plain, kind, content_type, rounds - 1)
        if seen.base64 and kind == "html" and self._in_base64(data, seen.base64):
            return True
        if not seen.places:
            return False
        if len(seen.places) >= MAX_PLACES:
            return True
        look = inwords.in_page if kind == "html" else inwords.in_text
        return look(data, seen.places, self.platforms)

    def _in_base64(self, data: bytes, hints: Sequence[int]) -> bool:
        read = -1
        count = 0
        for hint in hints:
            if count > MAX_PAYLOADS:
                return True
            if hint <= read or not (_AHEAD.match(data, hint) or _AHEAD.match(data, max(0, hint - 20))):
                continue
            start, read = _run(data, hint)
            if read - start < inwords.REACH // 200:
                continue
            count += 1
            plain = decoded(data[start:read].decode("ascii", "replace").strip())
            if plain is None:
                continue
            piece = plain.encode("utf-8", "replace") + b"\n"
            for _ in range(ROUNDS):
                seen = self._engine.scan(piece, "html")
                if seen.post or seen.linked:
                    return True
                if not seen.coded:
                    break
                piece = _letters(piece)
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


def _kind(data: bytes, content_type: str) -> tuple[Kind, ...]:
    """As what detection reads the page."""
    declared = media_type(content_type)
    if declared in ("text/html", "application/xhtml+xml"):
        return ("html",)
    if declared in ("text/plain", "text/markdown"):
        return ("text",)
    return (kind_of(data[: 4 * _SNIFFED].decode("utf-8", "replace"), content_type),)


# --- what is coded
# -----------------------------------------------------------------------------------------------------------------

_CODE = rb"(2[dDeE]|3[0-9]|[46][1-9A-Fa-f]|5[0-9AaFf]|7[0-9Aa])"
_PERCENT = re.compile(rb"%(?:25){0,5}" + _CODE)
_ESCAPED = re.compile(rb"\\{1,8}u00" + _CODE)
_REFERENCE = re.compile(rb"&(?:amp;){0,2}(#[xX]?[0-9a-fA-F]{1,7};?|period;|lowbar;)")


def _letters(data: bytes) -> bytes:
    """The page with its coded letters, figures, `-`, `_` and `.` as themselves; other signs stay coded."""
    data = _PERCENT.sub(_coded, data)
    data = _ESCAPED.sub(_coded, data) if b"u00" in data else data
    return _REFERENCE.sub(_named, data)


def _coded(found: re.Match[bytes]) -> bytes:
    return bytes((int(found[1], 16),))


def _named(found: re.Match[bytes]) -> bytes:
    sign = html.unescape("&" + found[1].decode("ascii"))
    return sign.encode("utf-8", "replace") if sign > "\x7f" or sign.isalnum() or sign in "-_.%" else found[0]


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
        piece = data[max(low, start - 256) : start]
        ends = [other.end() for other in _NOT_BASE64.finditer(piece)]
        if ends:
            return start - len(piece) + ends[-1], end
        start -= len(piece)
    return start, end


# --- engines
# -----------------------------------------------------------------------------------------------------------------


_COMPILES = """
import ast, sys, hyperscan
patterns = ast.literal_eval(sys.stdin.read())
database = hyperscan.Database()
database.compile([p for p, _ in patterns], list(range(len(patterns))), len(patterns), [f for _, f in patterns])
sys.stdout.buffer.write(hyperscan.dumpb(database))
"""
"""Compiling takes a hundred megabytes, which a process that scans would keep."""

COMPILE_SECONDS = 120


@lru_cache(maxsize=4)
def _hyperscan(patterns: tuple[tuple[bytes, int], ...]) -> Any:
    """The compiled patterns: one or two seconds in a process of its own, two megabytes in this one."""
    import hyperscan

    try:
        done = subprocess.run(  # noqa: S603 - this interpreter, and nothing from outside
            (sys.executable, "-c", _COMPILES),
            input=repr(patterns).encode("ascii"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=COMPILE_SECONDS,
            check=True,
        )
        database = hyperscan.loadb(done.stdout, hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
    except (OSError, subprocess.SubprocessError, hyperscan.error):
        database = hyperscan.Database()
        database.compile(
            expressions=[pattern for pattern, _ in patterns],
            ids=list(range(len(patterns))),
            elements=len(patterns),
            flags=[flags for _, flags in patterns],
        )
    return database


class Native:
    """Hyperscan: https://intel.github.io/hyperscan/dev-reference/"""

    name = "hyperscan"

    def __init__(self, sought: Sought) -> None:
        import hyperscan

        self._stopped = hyperscan.ScanTerminated
        self._sought = sought
        any_case = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_DOTALL
        once = hyperscan.HS_FLAG_SINGLEMATCH
        self._flags = (any_case, any_case | once, hyperscan.HS_FLAG_DOTALL, hyperscan.HS_FLAG_DOTALL | once)

    def _database(self, kind: Kind) -> tuple[Any, Sequence[Pattern], int]:
        """The patterns of posts, and where those of the places end: behind them base64, what is coded, what is cut."""
        any_case, any_case_once, exact, exact_once = self._flags
        posts = (*self._sought.posts, *self._sought.declared) if kind == "html" else self._sought.addresses
        flattened = self._sought.places if kind == "html" else self._sought.text_places
        base64 = marks.BASE64 if kind == "html" else ()
        database = _hyperscan(
            (
                (marks.CODED, any_case_once),
                (marks.NOT_UTF8, exact_once),
                *(
                    (pattern.found, any_case if pattern.whole or pattern.tag or pattern.address else any_case_once)
                    for pattern in posts
                ),
                *((form, any_case) for form in flattened),
                *((form, exact) for form in base64),
            )
        )
        return database, posts, 2 + len(posts) + len(flattened)

    def scan(self, data: bytes, kind: Kind) -> Seen:
        database, posts, base64 = self._database(kind)
        seen = Seen(places=[], base64=[])
        declared, strict = self._sought.declared, kind == "html" and self._sought.plain
        first_place = 2 + len(posts)
        lost = first_place + len(marks.SIGNED)
        not_lost = lost + len(marks.LOST)
        count = 0
        known: dict[tuple[int, int], bool] = {}

        def found(number: int, _start: int, end: int, _flags: int, _context: object) -> bool | None:
            nonlocal count
            if number >= base64:
                seen.base64.append(end)
                return len(seen.base64) > MAX_PLACES or None
            if number >= first_place:
                if number == first_place and is_mail(data, end):
                    return None
                seen.places.append(Place(end, lost <= number < not_lost))
                return len(seen.places) >= MAX_PLACES or None
            if number == 0:
                seen.coded = True
                return None
            if number == 1:
                seen.not_utf8 = True
                return None
            count += 1
            pattern = posts[number - 2]
            if not asked(pattern, data, end, known):
                return count > MAX_ASKED or None
            if pattern in declared:
                seen.classes = True
            elif pattern.address and strict and count < MAX_LINKS and not may_stand(data, end):
                seen.linked = True
            else:
                seen.post = True
            return seen.post or None

        with suppress(self._stopped):
            database.scan(data, found)
        return seen


class Everything:
    """Where nothing native is installed: each page is let through.

    The standard library's regular expressions take longer for all that is searched for than detection does.
    """

    name = "none"

    def scan(self, data: bytes, kind: Kind) -> Seen:  # noqa: ARG002 - as its protocol has it
        return Seen(post=True)


def _engine(sought: Sought, native: bool | None) -> Engine:
    if native is not False:
        try:
            return Native(sought)
        except ImportError as error:
            if native:
                raise UsageError(
                    "hyperscan is not installed", subject="native", hint="pip install 'archiver[scan]'"
                ) from error
    return Everything()
