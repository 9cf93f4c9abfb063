"""Is there a post flattened into the text, at one of these places in the bytes of a page?

The places are many and weak: an `@` that is no mail's, a name in parentheses. Those within tags, scripts and style
sheets are left out without reading the page; around the others the text is made as a reader sees it, and detection's
own grammar (`archiver.detect.prose`) is asked.

Cost: a few searches in memory for each place; for those that are left, `REACH` bytes on both sides are read once.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import msgspec

from archiver.detect import prose
from archiver.detect.signed import CUT, WITHOUT_AT, YEAR
from archiver.language import names
from archiver.platforms.base import Platform
from archiver.platforms.markup import BLOCKS

REACH = 6000
"""Bytes of source on both sides of a place that are read. Detection looks at no more than some hundreds of characters
for a signature, and at 1,500 for a post that was copied with its author's line."""

MAX_READ = 1_000_000
"""Bytes around places that are read in one page; a page with more is let through."""

FEW, WORTH_A_LOOK = 8, 3200
"""Names in brackets that are looked at in any page, and bytes that detection reads in the time that each more takes: a
page with more of them for its size is let through."""

LEAST = 0.45
"""Less sure than detection reports them: what is cut out here may lack a line that makes it surer."""


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a post may be."""

    end: int
    """Behind the `@` or the brackets."""
    lost: bool = False
    """Whether it is a name in brackets that may be a handle, its `@` lost."""


def in_page(data: bytes, places: Sequence[Place], platforms: Sequence[Platform], size: int) -> bool:
    """Whether a post may be flattened into the text of a page at one of the places. data: the page's source in UTF-8,
    without its scripts and style sheets. size: bytes of the whole."""
    shown = [
        place
        for place in sorted(places, key=lambda place: place.end)
        if not (_AT_RULE.match(data, place.end) or _in_tag(data, place.end - 1))
    ]
    if sum(place.lost for place in shown) > FEW + size // WORTH_A_LOOK:
        return True
    kept: list[tuple[int, int]] = []
    for place in shown:
        at = place.end - 1
        reach = SIGNED if place.lost else REACH
        if kept and at + reach // 2 < kept[-1][1]:
            continue
        if place.lost and not _may_sign(data, place.end):
            continue
        start, end = max(0, at - reach), min(len(data), at + reach)
        if kept and start <= kept[-1][1]:
            kept[-1] = (min(start, kept[-1][0]), max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    total = 0
    for start, end in kept:
        total += end - start
        if total > MAX_READ or _found(_shown(data[start:end], cut=start > 0), platforms, signed_only=True):
            return True
    return False


def in_text(data: bytes, places: Sequence[Place], platforms: Sequence[Platform]) -> bool:
    """The same for a bare text."""
    total = 0
    for start, end in _windows(sorted({place.end for place in places}), len(data)):
        total += end - start
        if total > MAX_READ or _found(data[start:end].decode("utf-8", "replace"), platforms, signed_only=False):
            return True
    return False


def _found(text: str, platforms: Sequence[Platform], *, signed_only: bool) -> bool:
    return any(mention.confidence >= LEAST for mention in prose.find(text, platforms, signed_only=signed_only))


def _windows(places: Sequence[int], size: int) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for at in places:
        start, end = max(0, at - REACH), min(size, at + REACH)
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


# --- what no reader sees as text
# -----------------------------------------------------------------------------------------------------------------

_AT_RULE = re.compile(
    rb"(?:media|font-face|font-feature-values|(?:-[a-z]{1,8}-)?keyframes|import|charset|supports|page|layer|container"
    rb"|property|namespace|(?:-ms-)?viewport|counter-style|include|extend|mixin|apply)\b[^<@]{0,300}?[{;]"
    rb"|[\w.-]{1,40}\\{0,3}\"\s{0,4}:"
)
"""What follows the `@` of a style sheet's rule, and of a key in JSON: never a date."""

_TAG_OPENS = re.compile(rb"[A-Za-z/!?]")

MAX_TAG = 200_000
"""Bytes of a tag: there are attributes that hold a whole application's data."""

MAX_STEPS = 40


def _in_tag(data: bytes, at: int) -> bool:
    """Whether the byte at `at` is in a tag: in text, every `<` before a letter begins a tag, and is closed."""
    place = at
    for _ in range(MAX_STEPS):
        place = data.rfind(b"<", max(0, at - MAX_TAG), place)
        if place < 0:
            return False
        if _TAG_OPENS.match(data, place + 1):
            return data.find(b">", place, at) < 0
    return False


# --- the text as a reader sees it
# -----------------------------------------------------------------------------------------------------------------

_MARKUP = re.compile(
    r"<(?:!--.{0,20000}?-->"
    r"|([sStTiIoOxX](?i:cript|tyle|vg|elect|emplate|extarea|itle|frame|bject|mp))\b[^>]{0,2000}>.{0,60000}?(?i:</\1\s*>)"
    r"|/?(?P<name>[a-zA-Z][^\s/>]{0,60})[^<>\"']{0,400}+"
    r"(?:(?:\"[^\"]{0,4000}\"|'[^']{0,4000}')[^<>\"']{0,400}+){0,60}+>"
    r"|[/!?]?[a-zA-Z][^>]{0,4000}>)",
    re.DOTALL,
)
"""Comments, elements that are no text, and tags, from left to right: a value may hold what seems to be one."""
_WHITE = re.compile(r"[ \t\n\r\f]+")
_BREAKS = re.compile(r"[ \x00\x01]*[\x00\x01][ \x00\x01]*")
_CONTROLS = ("\x00", "\x01", "\x02")
_CUT = re.compile(r"[^<>]{0,4000}>")


def _shown(source: bytes, *, cut: bool) -> str:
    """The text of a piece of a page's source, white space and line breaks as `archiver.platforms.markup.Lines` has
    them. `cut`: it may begin within a tag."""
    text = source.decode("utf-8", "replace")
    for sign in _CONTROLS:
        text = text.replace(sign, " ")
    if cut and (head := _CUT.match(text)):
        text = text[head.end() :]
    return _laid_out(_without_markup(text))


def _laid_out(text: str) -> str:
    text = _WHITE.sub(" ", html.unescape(text) if "&" in text else text)
    return _BREAKS.sub(_lines, text).strip("\n ")


_TAG = re.compile(r"</?([a-zA-Z][^\s<>/]*)[^<>]*>")


def _without_markup(source: str) -> str:
    """The source with its tags as what they break. Where each `<` has its `>`, and nothing is hidden, that is done in a
    simple way."""
    last = source.rfind("<")
    whole = source[:last] if last > source.rfind(">") else source  # a tag that is cut
    if whole.count("<") == whole.count(">"):
        text = _TAG.sub(_simply_broken, whole)
        if "<" not in text and _HIDDEN not in text:
            return text
    return _MARKUP.sub(_broken, source)


_HIDDEN = "\x02"
_BREAK_OF = dict.fromkeys(BLOCKS, "\x00") | {
    **dict.fromkeys(("a", "abbr", "b", "em", "font", "i", "img", "small", "span", "strong", "time", "u"), ""),
    "br": "\x01",
    **dict.fromkeys(
        ("script", "style", "svg", "select", "template", "textarea", "title", "iframe", "object", "xmp"), _HIDDEN
    ),
}


def _simply_broken(tag: re.Match[str]) -> str:
    broken = _BREAK_OF.get(tag[1])
    return _BREAK_OF.get(tag[1].lower(), "") if broken is None else broken


def _broken(tag: re.Match[str]) -> str:
    name = (tag["name"] or "").lower()
    return "\x01" if name == "br" else "\x00" if name in BLOCKS else ""


def _lines(breaks: re.Match[str]) -> str:
    return "\n\n" if "\x00" in breaks[0] or breaks[0].count("\x01") > 1 else "\n"


# --- a name in brackets
# -----------------------------------------------------------------------------------------------------------------

SIGNED = 2500
"""Bytes of source on both sides of brackets that are read."""

NEAR = 1500
"""Bytes of source on both sides of brackets in which the name before and the date behind stand."""

_BRACKETS = re.compile(rb"\(|\xef\xbc\x88|&(?:#0?40|#[xX]0?28|lpar);?", re.IGNORECASE)
_WRITTEN = re.compile(rb"\(([A-Za-z0-9_][A-Za-z0-9_.-]{0,126})\)")
"""A handle in brackets with nothing coded in it."""
_OPENS = re.compile(
    r"[(（][\s\u200b-\u206f\ufeff]*\[?(?:[\\A-Za-z0-9_][A-Za-z0-9_.\\@＠-]*(?:[\s\u200b-\u206f\ufeff)）\]]|\Z)|\Z)"
)
"""What a handle in brackets begins with, as far as there is text."""
_DATED = re.compile(r"[\d*#元]")
_ENDS = re.compile(r"\s*(?:\n|\Z)")
_SHAPED = re.compile(r"(?=.{0,30}[a-z]).{0,30}(?:[_0-9.@]|[a-z][A-Z])")
_MARK = re.compile(r"[^\w\s()（）\[\].,;:!?'\"]|\?|â|в")
"""What may be a dash before a name, or what encodings make of it."""
DATE_REACH = 70
"""Characters behind the brackets in which a date's first number stands."""
BEFORE = 400
"""Bytes in which the longest handle's brackets begin."""
HANDLE = 330
"""Characters of the longest handle in brackets, with its server and a date behind it."""
USUAL = 110
"""Characters of most handles in brackets, with a date behind them."""
ALIKE = 45
"""How like a name and a handle are at least; detection asks for more."""


def _may_sign(data: bytes, end: int) -> bool:
    """Whether what is in brackets, of which the first end before `end`, may be a handle that signs a post: it has the
    form of one; a date follows, or it has a dash before it and its line's end behind; and it is like a handle, or like
    the words before it, or a dash is before these."""
    start = -1
    for bracket in _BRACKETS.finditer(data, max(0, end - BEFORE), end):
        start = bracket.start()
    if start < 0:
        return True
    written = _WRITTEN.match(data, start)
    if written is not None:
        handle = written[1].decode("ascii")
        behind = _near(data[written.end() : written.end() + NEAR], DATE_REACH)
    else:
        source = data[start : start + NEAR]
        if _OPENS.match(_near(source, 40)) is None:
            return False
        for length in (USUAL, HANDLE):
            text = _near(source, length)
            found = next((match for form in WITHOUT_AT if (match := form.match(text))), None)
            if found is not None and len(text) - found.end() >= DATE_REACH:
                break
        if found is None:
            # not all of it may be there
            return len(source) == NEAR and len(text) < HANDLE and not ({")", "）"} & set(text))
        handle = found["handle"].replace("\\", "") + (found["server"] or "")
        behind = text[found.end() :]
    dated = YEAR.search(behind, 0, CUT) is not None or (
        len(behind) < DATE_REACH and _DATED.search(behind) is not None  # the text's last date may be cut
    )
    shaped = _SHAPED.match(handle) is not None
    if dated and shaped:
        return True
    if not dated and not (shaped and _ENDS.match(behind)):
        return False
    before = _before(data, start, 240)
    if not dated:
        return _MARK.search(before) is not None
    ahead = before[-names.NAME_WINDOW :]
    if names.dash_before(ahead, at_line_start=True) is not None:
        return True
    words = ahead.split()[-names.MAX_WORDS :]
    return any(names.likeness(" ".join(words[at:]), handle) >= ALIKE for at in range(len(words)))


_HIDES = re.compile(
    rb"<!|-->|</?(?:script|style|svg|select|template|textarea|title|iframe|object|xmp)\b", re.IGNORECASE
)
"""What begins and ends parts of a page that are no text."""
PIECE = 500
"""Bytes that most often hold as many characters of text as are asked for."""


def _near(source: bytes, length: int) -> str:
    """The first characters of the text in a piece of a page's source."""
    head = source[:length]
    if b"<" not in head and b"&" not in head:
        return _WHITE.sub(" ", head.decode("utf-8", "replace"))
    text = _beginning(source.decode("utf-8", "replace"), length)
    return _shown(source, cut=False) if text is None else text


def _beginning(source: str, length: int) -> str | None:
    """The first characters of the text in a piece of a page's source, as many or more; null where its markup is not
    simple, or there are not so many."""
    pieces: list[str] = []
    at = size = 0
    enough = length
    for tag in _TAG.finditer(source):
        text = source[at : tag.start()]
        broken = _simply_broken(tag)
        if "<" in text or ">" in text or broken == _HIDDEN:
            return None
        pieces += (text, broken)
        at = tag.end()
        size += len(text.strip())
        if size > enough:
            shown = _laid_out("".join(pieces))
            if len(shown) > length:
                return shown
            enough = 2 * size  # references are longer than what they stand for
    return None


def _before(data: bytes, end: int, length: int) -> str:
    """The last characters of the text in a page's source before `end`."""
    raw = data[max(0, end - length) : end]
    if len(raw) == length and b"<" not in raw and b"&" not in raw:
        return raw.decode("utf-8", "replace")
    piece = data[max(0, end - PIECE) : end]
    piece = piece[piece.find(b">") + 1 :]
    if _HIDES.search(piece) is None and len(text := _shown(piece, cut=False)) >= length:
        return text
    return _shown(data[max(0, end - NEAR) : end], cut=True)[-300:]
