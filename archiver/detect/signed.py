"""Which posts are signed in a bare text, as an embed's last line signs them?

A copy of an article often keeps no markup of an embed, only its words and the line under them. That line is read here
as small pieces, each with one example:

    dash       — – - ??? &mdash; â€”                  may be missing
    name       Ana Example 🌍                         see `names`; may be missing
    handle     (@ana_example) (ana_example) （@ana_example） (@ ana_example) [@ana_example] @ana_example)
               (@ana.example) (@ana@server.example)
    date       November 9, 2022                       see `moments`; may be missing, cut or masked
    permalink  [November 9, 2022](https://x.com/ana_example/status/1590173336165216257)

The signature is anchored on the handle, the only piece that survives translators, extractors and editors. One pass
serves all platforms: the form of the handle, a time behind the date and the words around it say whose signature it is.
What stands around the handle decides how sure the reading is (`_shape`): a handle alone is never enough, because
by-lines, photo credits and lists of people look the same. Where the post's own words begin is the question of `extent`.

Cost: linear. Native searches find `@` and parentheses; around each a bounded window is read, and only where a date, a
dash or a line's end makes a signature possible.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from archiver.detect.claims import Claims
from archiver.detect.confidence import confidence
from archiver.detect.permalinks import Named, Permalinks
from archiver.language import dates, names
from archiver.language.moments import Moment, read_moment
from archiver.platforms.base import Platform, Signature

MIN_CONFIDENCE = 0.4
"""What is less sure than this is not reported at all: it would be every handle in parentheses."""

MARKS = "\u200b\u200c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
"""Bidi and zero-width marks, which stand anywhere around a handle in right-to-left text."""

_MARK_CHARS = frozenset("\u200b\u200c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
_GAP = rf"[{MARKS}]{{0,4}}[ \u00a0]?[{MARKS}]{{0,4}}"
_NAME = r"(?P<handle>\\?[A-Za-z0-9_](?:\\?[A-Za-z0-9_.\-]){0,126})"
_SERVER = r"(?P<server>[@＠][A-Za-z0-9](?:[A-Za-z0-9\-.]){2,126})?"
_CLOSING = rf"(?:\]\([^()\s]{{1,300}}\))?(?:\n(?=[)）]))?{_GAP}(?P<close>[)）\]}}】])?(?P<after>[{MARKS}]{{0,4}})"

_AT = re.compile(rf"[@＠]{_GAP}\[?{_NAME}{_SERVER}{_CLOSING}", re.ASCII)
"""From the `@` on."""
_TURNED = re.compile(
    rf"[(（]{_GAP}(?P<handle>[A-Za-z0-9_](?:[A-Za-z0-9_.\-]){{0,60}})[@＠]{_GAP}[)）](?P<after>[{MARKS}]{{0,4}})",
    re.ASCII,
)
"""`(ana_example@)`: what right-to-left text makes of it."""
_PLAIN = re.compile(
    rf"\({_GAP}\[?{_NAME}{_SERVER}(?:\]\([^()\s]{{1,300}}\))?{_GAP}\)(?P<after>[{MARKS}]{{0,4}})", re.ASCII
)
"""`(ana_example)`: the `@` is lost."""
_PLAIN_WIDE = re.compile(_PLAIN.pattern.replace(r"\(", "（", 1).replace(r"\)(?P<after>", "）(?P<after>"), re.ASCII)

WITHOUT_AT = (_PLAIN, _PLAIN_WIDE)
"""The forms of a handle in brackets that has lost its `@`."""

_LONE_DASH = re.compile(r"(?:^|\n)[ \t>]{0,4}(?P<dash>[—―–])[ \t]{0,3}\n$")
"""A dash alone on the line above the name."""

_OPENING = frozenset("(（[{【")
_MAY_BE_DATED = re.compile(r"[^\n]{0,2}(?:\n[ \t>]{0,4}){0,2}[^\n]{0,40}?[\d*#元]")
"""Something within a date's reach that has a number."""
YEAR = re.compile(r"\d{4}|\*[A-Z]|##|\d年")
"""A year, or what is left of one: looked for behind every parenthesis that has no `@`."""
_BRACKET = re.compile(r"[ \u00a0\n]{0,3}\[[ \n>]{0,3}")
_MARKDOWN_LINK = re.compile(r"[^\[\]]{0,8}\]\(\s{0,3}<?\s{0,3}(?P<url>https?://[^\s)>]{1,1000})[^\n)]{0,60}\)")
_LINK_BEHIND = re.compile(r"[ \u00a0]?(?:\(\s?<?|<|\[\s?)(?P<url>https?://[^\s)>\]]{1,1000})>?\s?[)\]>]?")
"""A permalink in brackets directly behind the date: what an extractor makes of the date's link."""
_DATE_OPENS = re.compile(r"[ \u00a0]{0,2}[(（][ \u00a0]?(?=\S)")
"""`Ana Example @ana_example) (November 9, 2022`: translators move brackets."""
_ON = re.compile(
    r"[ \u00a0,]{0,3}(?:\(?(?:on|via|auf|en|sur|su|no|op|na|på|w|в|у|di)[ \u00a0])(?P<where>\w{1,12})\)?"
    r"(?=[ \u00a0,:·|\n]|$)",
    re.IGNORECASE,
)
"""`(@ana_example) on Telegram`"""

_TIME_FIRST = re.compile(r"[ \u00a0,\n]{0,3}\d{1,2}[:.]\d{2}(?:[ \u00a0\u202f]?[AaPp]\.?[Mm]\.?)?,?[ \u00a0]")
"""`14:06 1 tháng 5, 2024`: some languages put the time before the day."""

_CONNECTOR = re.compile(
    r"[ \u00a0,]{1,3}(?:on|am|el|le|il|em|op|den|dne|dňa|w dniu|ngày|la|på|no dia|el día|del|vom|от|від)[ \u00a0]",
    re.IGNORECASE,
)
"""What editors write between handle and date."""

_SHARED_BY = re.compile(
    r"(?:shared|posted) by|geteilt von|partag[ée]e? par|compartid[ao] (?:por|de)|condiviso da|(?:com)?partilhad[ao] por"
    r"|gedeeld door|udostępniony przez|Публикация от|поширений|dibagikan oleh|sdílený|delat av|delt a[fv]|بواسطة",
    re.IGNORECASE,
)
"""`A post shared by …`: a frame's line, where no rule of its platform has claimed it."""

_CREDIT = re.compile(
    r"(?<!\w)(?:photo|foto|bild|image|video|screenshot|credit|via|by|von|por|par|follow|source|quelle|autor|author|text|texto"
    r"|forwarded from|weitergeleitet (?:von|aus)|переслано (?:от|из)|reenviado de|inoltrato da|transféré de)"
    r"\s{0,3}[:/]?\s{0,3}$",
    re.IGNORECASE,
)
"""Words before a name that make it a credit or a by-line."""

CREDITED = re.compile(
    r"[\W_]{0,4}(?:(?:[^\W\d_]{2,14}[ \u00a0]){0,2}(?:by|von|por|par|di|door|av|af|від|от|przez)[ \u00a0]"
    r"|[^\W\d_]{2,14}[ \u00a0]?[:：]|(?:photo|foto|video|bild|image|credit|follow|autor|text|source|via)[ \u00a0])",
    re.IGNORECASE,
)
"""A by-line or a credit from its first word on: `By Ana`, `Talk by Ana`, `Автор: Ana`."""

_OWNED = re.compile(r"\W{0,3}(?:[©℗]|\(c\))|[#/*%;]{1,4}$", re.IGNORECASE)
"""Names that say who owns a page or a picture, and what begins a comment in code."""

_PROGRAMME = re.compile(
    r"[\s>*]{0,6}(?:[^\W\d_]{2,12}\.?,?[ \u00a0])?"
    r"(?:[^\W\d_]{3,12}\.?[ \u00a0]\d{1,2}|\d{1,2}\.?[ \u00a0][^\W\d_]{3,12}|\d{1,2}[:.]\d{2})\.?[,:]?\s{0,3}"
)
"""`Friday, November 11 — `, `20:30 — `: the day or time of somebody's appearance."""

_PLACES = (
    *("telegram", "instagram", "insta", "threads", "bluesky", "mastodon", "facebook", "tiktok", "youtube", "linkedin"),
    *("reddit", "tumblr", "weibo", "vk", "snapchat", "twitch", "github", "whatsapp", "discord", "line"),
)
_ELSEWHERE = re.compile(rf"\b(?:{'|'.join(_PLACES)})\s{{0,3}}[:/]\s{{0,3}}$", re.IGNORECASE)
"""A label before a name that says where its account is."""

_HANDLE_SHAPED = re.compile(r"(?=\w{0,20}[a-z])\w{0,20}(?:[_0-9]|[a-z][A-Z])", re.ASCII)
"""What no place, party or remark in parentheses has: an underscore, a digit, a capital within; but ages, years and
codes (`42`, `S01E02`, `EU_2021`) have no small letter."""

SHORT_HANDLE = 8
"""Below so many characters, words that have nothing to do with each other are alike: `María (Madrid)`."""

_ENDS_IN_LINK = re.compile(r"(?:pic\.(?:twitter|x)\.com|t\.co)/\w{6,12}\W{0,6}$")


TURNED = 80
"""No handle is longer that stands before its `@`."""

CUT = 64
"""So near a text's end its last date may be cut."""


Signers = Sequence[tuple[Platform, Signature]]
"""The platforms that sign, with how they do."""


_SHORT_REST = re.compile(r"[ \u00a0,]{1,3}(?=[^\n]{0,12}\d)[^\W_][^\n.!?()@|]{1,20}(?=[\r\n]|\Z)")
"""So little with a number in it, and then the line ends, may be a date in a form that nobody reads."""


class Signed(msgspec.Struct, kw_only=True):
    """One signature in a text, before it is known where its post begins."""

    platform: Platform
    shape: Signature
    start: int
    end: int
    handle: str
    name: str | None
    at_sign: bool
    dash: bool
    moment: Moment | None
    link: Named | None = None
    line_start: bool = False
    line_end: bool = False
    bare: bool = False
    """The handle stands without any bracket."""
    weak: bool = False
    """The dash may be the bullet of a list."""
    credited: bool = False
    """Its line begins as a credit does, with the name behind, or with what was taken for a dash within it."""
    unread: bool = False
    """What follows the handle has the form of a date, in words that nobody knows."""
    word: bool = False
    """A word leads from the handle to the date: `(@ana_example) on November 9, 2022`."""
    pieces: str = ""
    estimate: float = 0.0
    confidence: float = 0.0
    why: tuple[str, ...] = ()


class _Anchor(msgspec.Struct):
    """A handle and what encloses it."""

    start: int
    """Of its opening bracket, or of `@`."""
    end: int
    handle: str
    at_sign: bool
    bare: bool


def find(text: str, signers: Signers, permalinks: Permalinks, taken: Claims) -> list[Signed]:
    """The signatures of all platforms in `text`, in document order, none in a place that is taken or within another."""
    if not signers:
        return []
    reader = _Reader(text, signers, permalinks, taken)
    found: list[Signed] = []
    for anchor in _anchors(text):
        if anchor.start < reader.floor:
            continue
        sign = reader.read(anchor)
        if sign is not None and sign.confidence >= MIN_CONFIDENCE:
            found.append(sign)
            reader.floor = sign.end
    return found


# --- where a handle may stand
# -----------------------------------------------------------------------------------------------------------


def _anchors(text: str) -> Iterator[_Anchor]:
    sources = [_with_at(text, sign) for sign in "@＠"]
    sources += (
        [_without_at(text, _PLAIN), _without_at(text, _PLAIN_WIDE)] if "（" in text else [_without_at(text, _PLAIN)]
    )
    if len(text) == 0:
        return iter(())
    return heapq.merge(*sources, key=_place)


def _place(anchor: _Anchor) -> int:
    return anchor.start


def _with_at(text: str, sign: str) -> Iterator[_Anchor]:
    at = text.find(sign)
    while at >= 0:
        found = _AT.match(text, at)
        if found is None:
            opening = max(text.rfind(bracket, max(0, at - TURNED), at) for bracket in "(（")
            if opening >= 0 and (turned := _TURNED.match(text, opening)) and turned.end() > at:
                yield _Anchor(opening, turned.end(), turned["handle"], True, False)
            at = text.find(sign, at + 1)
            continue
        start, opened = _opening(text, at)
        before = text[start - 1] if start else " "
        spaced = not opened and text[at + 1 : at + 2] in (" ", "\u00a0")  # `Ana @ Harbour` names a place
        if opened or not (spaced or before.isalnum() or before in "._/@＠-+"):  # an address of mail, a path
            closed = found["close"] is not None
            bare = not opened and not closed
            handle = found["handle"].replace("\\", "")
            server = (found["server"] or "").replace("＠", "@")
            end = found.end()
            if bare:
                trimmed = (server or handle).rstrip(".-")
                end = (found.end("server") if server else found.end("handle")) - len(server or handle) + len(trimmed)
                handle, server = (handle, trimmed) if server else (trimmed, "")
            yield _Anchor(start, end, handle + server.rstrip(".-"), True, bare)
        at = text.find(sign, max(at + 1, found.end("handle")))


def _opening(text: str, at: int) -> tuple[int, bool]:
    """Where what encloses the `@` at `at` begins, and whether it is a bracket."""
    place = at - 1
    for _ in range(8):
        if place < 0:
            break
        char = text[place]
        if char in _OPENING:
            before = place - 1
            return (before, True) if char == "[" and before >= 0 and text[before] in "(（" else (place, True)
        if char in _MARK_CHARS or char in " \u00a0" or (char == "\n" and text[place - 1 : place] in _OPENING):
            place -= 1
            continue
        break
    return at, False


def _without_at(text: str, form: re.Pattern[str]) -> Iterator[_Anchor]:
    for found in form.finditer(text):
        end = found.end()
        if YEAR.search(text, end, end + CUT) or _ends_line(text, end) or len(text) - end < CUT:
            handle = (found["handle"] + (found["server"] or "")).replace("\\", "")
            start = found.start()
            moved = text[start - 1 : start] in ("@", "＠")  # `@(ana_example)`: a translator moved the bracket
            yield _Anchor(start - moved, end, handle, moved, False)


# --- what stands around it
# -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _compiled(handle: str) -> re.Pattern[str]:
    return re.compile(handle)


class _Reader:
    """Reads the signature around one handle after the other; nothing before `floor` is used twice."""

    def __init__(self, text: str, signers: Signers, permalinks: Permalinks, taken: Claims) -> None:
        self.text = text
        self.signers = signers
        self.permalinks = permalinks
        self.taken = taken
        self.floor = 0

    def read(self, anchor: _Anchor) -> Signed | None:
        signers = self._signers_of(anchor)
        if not signers or self.taken.overlap(anchor.start, anchor.end):
            return None
        text = self.text
        floor = max(self.floor, self.taken.floor(anchor.start))
        behind, where = self._context(anchor)
        bracket = _BRACKET.match(text, behind)
        moment = self._moment(bracket.end() if bracket else behind)
        unread = word = None
        if moment is None:
            if word := _CONNECTOR.match(text, behind):
                moment = self._moment(word.end())
            if moment is None and anchor.at_sign:
                unread = dates.looks_dated(text, behind)
                if unread is None and (rest := _SHORT_REST.match(text, behind)):
                    unread = rest.end()
        last = moment.end if moment else unread or behind
        link = self._link(last, bracket is not None)
        url_end = last
        if link is not None:
            url_end, named = link
        else:
            named = None
        if moment is None and named is None and unread is None and (anchor.bare or not _ends_line(text, behind)):
            return None
        chosen = self._chosen(signers, moment, where)
        if chosen is None:
            return None
        platform, shape = chosen
        end = last
        if named is not None:
            end = url_end
            if named.platform is not platform:
                named = None
        elif moment is not None and not shape.timed:
            end = moment.date.end
        sign = self._named(anchor, floor, platform, shape, moment, named, end)
        if sign is None:
            return None
        sign.unread = unread is not None
        sign.word = moment is not None and word is not None
        before = text[max(floor, sign.start - 40) : sign.start]
        sign.pieces, sign.estimate = _shape(sign, before)
        sure = confidence(shape.rule, sign.pieces, sign.estimate)
        sign.confidence, sign.why = sure.value, sure.why
        return sign

    def _signers_of(self, anchor: _Anchor) -> list[tuple[Platform, Signature]]:
        """Whose handle this can be: the platforms of which it is telling, or else those with handles of its form."""
        told: list[tuple[Platform, Signature]] = []
        plain: list[tuple[Platform, Signature]] = []
        written = "@" + anchor.handle if anchor.at_sign else anchor.handle
        for platform, shape in self.signers:
            if _compiled(shape.handle).fullmatch(written, int(anchor.at_sign)):
                (told if shape.telling else plain).append((platform, shape))
        return told or plain

    def _context(self, anchor: _Anchor) -> tuple[int, str | None]:
        """Where the date would begin, and the place that is named between handle and date."""
        on = _ON.match(self.text, anchor.end)
        if on is None:
            return anchor.end, None
        where = on["where"].lower()
        if where in _PLACES or where in _NAMES_OF_X:
            return on.end(), where
        return anchor.end, None

    def _moment(self, at: int) -> Moment | None:
        if _MAY_BE_DATED.match(self.text, at) is None:
            return None
        found = read_moment(self.text, at)
        if found is not None and "---" in self.text[at : found.date.start]:  # a rule parts them
            return None
        if found is None and (clock := _TIME_FIRST.match(self.text, at)):
            dated = read_moment(self.text, clock.end())
            if dated is not None and dated.date.start - clock.end() <= 1 and not dated.timed:
                return msgspec.structs.replace(dated, end=dated.date.end, timed=True)
        if found is None and (opens := _DATE_OPENS.match(self.text, at)):
            found = read_moment(self.text, opens.end())
            if found is not None and self.text[found.date.end : found.date.end + 1] in (")", "）"):
                closed = found.date.end + 1
                found = msgspec.structs.replace(
                    found, end=closed, date=msgspec.structs.replace(found.date, end=closed), timed=False
                )
        return found

    def _link(self, last: int, bracketed: bool) -> tuple[int, Named] | None:
        """The permalink that the date is, or has behind it, and where it ends."""
        form = _MARKDOWN_LINK if bracketed else _LINK_BEHIND
        found = form.match(self.text, last)
        if found is None:
            return None
        named = self.permalinks.read(found["url"], any_server=True)
        return None if named is None else (found.end(), named)

    def _chosen(
        self, signers: Sequence[tuple[Platform, Signature]], moment: Moment | None, where: str | None
    ) -> tuple[Platform, Signature] | None:
        """The first platform that signs like this; null where a time or a label says that it is another."""
        for platform, shape in signers:
            if where is not None and where not in (platform.name, *(_NAMES_OF_X if platform.name == "x" else ())):
                continue
            if moment is not None and moment.timed and not shape.timed:
                continue
            return platform, shape
        return None

    def _named(
        self,
        anchor: _Anchor,
        floor: int,
        platform: Platform,
        shape: Signature,
        moment: Moment | None,
        link: Named | None,
        end: int,
    ) -> Signed | None:
        """The signature with its name and dash, which stand before the handle."""
        text = self.text
        reach = max(floor, anchor.start - names.NAME_WINDOW)
        window = line = text.rfind("\n", reach, anchor.start) + 1 or reach
        segment = text[window : anchor.start]
        if not segment.strip(" \t>") and window == line and line > floor:  # the name stands on the line before
            reach = max(floor, line - names.NAME_WINDOW)
            upper = text.rfind("\n", reach, line - 1) + 1 or reach
            above = text[upper : line - 1]
            if names.dash_before(above, at_line_start=_begins_line(text, upper, floor)):
                window, segment = upper, above + text[line - 1 : anchor.start]
        dash = names.dash_before(segment, at_line_start=_begins_line(text, window, floor))
        if dash is None and window == line > floor and (alone := _LONE_DASH.search(text, max(floor, line - 12), line)):
            # each piece on a line of its own
            segment = text[alone.start("dash") : anchor.start]
            window = alone.start("dash")
            dash = names.dash_before(segment, at_line_start=True)
        if dash is not None:
            start, name_at = window + dash[0], window + dash[1]
        else:
            if anchor.bare:
                return None
            start = name_at = window + names.name_start(segment, anchor.handle)
        if _SHARED_BY.search(text, max(floor, start - 30), anchor.start):
            return None
        return Signed(
            platform=platform,
            shape=shape,
            start=start,
            end=end,
            handle=anchor.handle,
            name=names.clean(
                text[name_at : anchor.start].rstrip(" \u00a0,;|·") if anchor.bare else text[name_at : anchor.start]
            ),
            at_sign=anchor.at_sign,
            dash=dash is not None,
            moment=moment,
            link=link,
            line_start=_begins_line(text, window, floor) and not text[window:start].strip(" \t>"),
            line_end=_ends_line(text, end),
            bare=anchor.bare,
            weak=dash is not None and _is_bullet(text, start, end),
            credited=start > window
            and (dash is None or text[start] not in STRONG_DASHES)
            and _begins_line(text, window, floor)
            and (found := CREDITED.match(text, window, start)) is not None
            and (dash is not None or len(text[found.end() : start].split()) < MIN_WORDS),
        )


STRONG_DASHES = frozenset("—―&âв?")
"""What begins the dashes of embeds, and what encodings make of them; a hyphen may be a part of any line."""

_ITEM = re.compile(r"[ \t>]{0,12}(?P<mark>[^\w\s@(])[^\n]{0,120}[(（][@＠]?[A-Za-z0-9_.\-]{1,80}[)）]", re.ASCII)
"""A line that begins with some mark and has a handle in parentheses."""


def _is_bullet(text: str, start: int, end: int) -> bool:
    """Whether the mark at `start` may be a list's: a hyphen, or one that begins a line beside it with a handle too."""
    if text[start] == "-" and text[start : start + 2] != "--":
        return True
    above = text.rfind("\n", max(0, start - LINE), start)
    if above > 0:
        upper = text.rfind("\n", max(0, above - LINE), above) + 1
        item = _ITEM.match(text, upper, above) if upper else None
        if item is not None and item["mark"] == text[start]:
            return True
    below = text.find("\n", end, end + LINE)
    item = _ITEM.match(text, below + 1) if below >= 0 else None
    return item is not None and item["mark"] == text[start]


MIN_WORDS = 4
"""Fewer between a credit and a name are a part of the name; more are a post's: `Breaking: the bridge is open`."""

LINE = 200
"""Where a list is looked for above and below a signature."""

_NAMES_OF_X = ("twitter", "x")


def _ends_line(text: str, at: int) -> bool:
    return at >= len(text) or text[at] in "\r\n" or text[at : at + 2] in (" \n", " \r", "  ")


def _begins_line(text: str, at: int, floor: int) -> bool:
    return at in (0, floor) or text[at - 1] == "\n"


# --- how sure it is
# -----------------------------------------------------------------------------------------------------------


def _shape(sign: Signed, before: str) -> tuple[str, float]:
    """Which pieces are there, in a few words, and how sure it is before calibration that this signs a post."""
    dash = "dash" if sign.dash else "no dash"
    at = "@" if sign.at_sign else "no @"
    if sign.shape.telling:
        at = "telling handle"
    if sign.link is not None:
        return f"{at}, permalink", 0.99
    label = _ELSEWHERE.search(before)
    credit = _CREDIT.search(before) or (sign.name and CREDITED.match(sign.name))
    owned = sign.name is not None and not sign.dash and _OWNED.match(sign.name) is not None
    if (label and not sign.shape.telling) or ((credit or owned) and not sign.dash) or sign.credited:
        return f"{at}, after a label", 0.3
    if sign.dash and sign.moment is None and _PROGRAMME.fullmatch(before.rpartition("\n")[2]):
        return f"{at}, after a day", 0.3
    if sign.unread:
        # a calendar that is not read, an age (`2h`), or what an editor put there
        strong = sign.dash and not sign.weak and (sign.line_start or sign.name)
        return f"{dash}, {at}, unread date", 0.8 if strong else 0.35
    if sign.word and not sign.dash:
        return f"{dash}, {at}, a word before the date", 0.35
    if sign.moment is not None and sign.moment.maybe_timed and not sign.dash and not sign.shape.timed:
        return f"{dash}, {at}, a time after the date", 0.35
    if sign.moment is not None:
        date = sign.moment.date
        if date.day is not None and not date.numeric:
            return _dated(sign, before, dash, at, "whole date")
        if date.day is not None:
            # editors write dates of numbers, and so do by-lines
            pieces, estimate = _dated(sign, before, dash, at, "numeric date")
            return pieces, round(estimate - (0.04 if sign.dash else 0.35 if not sign.shape.telling else 0.1), 2)
        kind = "unclear date" if date.numeric else "cut date"
        if sign.dash and sign.at_sign:
            return f"{dash}, {at}, {kind}", 0.85
        return f"{dash}, {at}, {kind}", 0.5 if sign.dash or (sign.at_sign and not date.numeric) else 0.2
    if not sign.dash or not sign.line_end:
        return f"{dash}, {at}, no date", 0.2
    if sign.weak:
        # `- Ana Example (@ana_example)` is an item of a list, or a signature: too much depends on it
        return f"bullet or dash, {at}, no date", 0.4
    if sign.at_sign:
        return f"{dash}, {at}, {'name, ' if sign.name else ''}line end", 0.75 if sign.name else 0.6
    alike = names.likeness(sign.name or "", sign.handle)
    if sign.line_start and sign.name and alike >= 60 and _HANDLE_SHAPED.match(sign.handle):
        return f"{dash}, {at}, name like handle, line of its own", 0.6
    return f"{dash}, {at}, no date", 0.2


def _dated(sign: Signed, before: str, dash: str, at: str, date: str) -> tuple[str, float]:
    pieces = f"{dash}, {at}, {date}"
    if sign.shape.telling:
        return pieces, 0.99 if sign.dash else 0.9
    if sign.dash and sign.at_sign:
        return pieces, 0.99
    if sign.dash:
        # `– Maria (Berlin) May 3, 2021` signs a letter or a review: one plain word has to be the name's, or follow
        # the post's own picture
        told = _HANDLE_SHAPED.match(sign.handle) or _ENDS_IN_LINK.search(before)
        alike = 60 if len(sign.handle) >= SHORT_HANDLE else 80
        if told or names.likeness(sign.name or "", sign.handle) >= alike:
            return f"{pieces}, like a handle", 0.97
        return pieces, 0.4
    if sign.at_sign:
        return pieces, 0.93
    # `(D_Example) March 3, 2016` without dash and @ may be any parenthesis: the name has to explain the handle
    if sign.name and names.likeness(sign.name, sign.handle) >= 60:
        return f"{pieces}, name like handle", 0.7
    return pieces, 0.3
