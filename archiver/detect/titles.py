"""Which posts stand in a text behind their author's name: as page titles show them, or as older newspapers wrote them?

    Ana Example (@ana_example) on X: "It rained all night."        the title of a post's page, in any language
    Ana Example (@ana_example) hat getwittert: It rained.
    Ana Example (@ana_example) We’ve built it! pic.twitter.com/…    the name first, then the words (The Guardian, 2019)
    Tweet von Ana Example (@ana_example)                           a frame's title, alone on its line

Cost: one native search for `@`; a bounded window around each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec
import regex

from archiver.detect import extent
from archiver.detect.claims import Claims
from archiver.detect.signed import CREDITED
from archiver.language import names
from archiver.platforms.base import Platform

MAX_WORDS = 1200
"""Code points of a post on one line or between quotation marks."""

_HANDLE = re.compile(
    r"@(?P<handle>[A-Za-z0-9_](?:[A-Za-z0-9_.\-]){0,80}(?:@[A-Za-z0-9](?:[A-Za-z0-9.\-]){2,80})?)[ \u200e\u200f]?[)）]",
    re.ASCII,
)
_WHERE = r"(?P<where>Twitter|X|Instagram|Threads|Bluesky|Mastodon|Facebook|TikTok|Truth Social)"
_SAID_ON = re.compile(
    rf"\s{{0,2}}(?:さん|님)?\s{{0,2}}(?:(?:on|auf|en|sur|su|no|na|op|på|w|в|у|di|pe|trên|i|az|bei|στο|ב-?|على)\s{{0,2}}{_WHERE}"
    rf"|(?:’|')?(?:s\s)?(?:post|tweet|status)\son\s{_WHERE.replace('where', 'post')}"
    rf"|在\s?{_WHERE.replace('where', 'inside')}\s?上(?:发布|發布|发帖|表示)?"
    rf"|{_WHERE.replace('where', 'suffixed')}[’']?(?:te|ta|da|de|on|en|[eaoi]n)?)\s{{0,2}}[:：]\s{{0,3}}",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\s{0,2}(?:(?:hat\s)?(?:getwittert|tweeted|retweeted|twitterte|twittert|getweetet|twitterde)|a\s(?:tweeté|tweete|twitté)"
    r"|(?:ha\s)?(?:tuiteó|twitteó|tuiteado|twitteado|twittato|tuitou|tweetou)|tweet(?:le|at)di|tweet\sattı|tweets?"
    r"|твитнул[аи]?|твитнув|написал[аи]?\sв\s(?:Twitter|X|твиттере?)|zatweetowała?|tweetl?oval[ai]?"
    r"|posted(?:\son\s(?:X|Twitter))?|(?:さんが)?ツイート(?:しました)?|님의\s트윗)\s{0,2}[:：]\s{0,3}",
    re.IGNORECASE,
)
_TITLE_END = re.compile(r"\s{0,2}[/|·-]\s{0,2}(?:X|Twitter)(?!\w)")
_CLOSING = {"“": "”", "„": "“”", '"': '"', "«": "»", "»": "«", "「": "」", "『": "』", "‘": "’", "'": "'"}
_FRAME_TITLE = re.compile(
    r"(?:^|\n)[ \t>*]{0,4}(?P<lead>(?:A\s)?(?:Tweet|Twitter[- ](?:post|Beitrag)|X[- ]post|Post)"
    r"\s(?:von|by|de|di|av|af|van|from|d['’]|od|от)\s{1,2})"
    r"(?P<name>[^\n@]{0,80})[(（]$",
    re.IGNORECASE,
)
_OWN_WORDS = regex.compile(
    r"\p{Emoji_Presentation}|(?<!\w)#\w|(?<![\w(])@\w|https?://t\.co/|pic\.(?:twitter|x)\.com"
    r"|(?<!\p{L})(?:I|I[’']m|I[’']ve|we|we[’']re|we[’']ve|my|our|me|us|ich|wir|mein|unser|je|j[’']|nous|mon|yo"
    r"|mi|nosotros|io|noi|eu|nós|ik|wij|я|мы|мой|ben|biz)(?!\p{L})",
)
"""What a post has and a caption or biography has not: a first person, an emoji, a hashtag, a mention, a short link."""


class Titled(msgspec.Struct, frozen=True, kw_only=True):
    """A post whose author's name stands before its words."""

    platform: Platform
    start: int
    end: int
    handle: str
    name: str | None
    words: tuple[int, int] | None
    shape: str
    estimate: float
    rule: str


def find(text: str, platforms: Sequence[Platform], taken: Claims) -> Iterator[Titled]:
    """Posts shown as titles in `text` outside what is taken, in document order."""
    by_name = {platform.name: platform for platform in platforms}
    for opening, found, floor in _named(text, taken):
        titled = _title(text, opening, found, floor.at, by_name)
        if titled is not None and not taken.overlap(titled.start, titled.end):
            yield titled
            floor.at = titled.end


def find_name_first(text: str, x: Platform, taken: Claims) -> Iterator[Titled]:
    """Posts of X that a line of `text` holds behind their author's name, outside what is taken."""
    for opening, found, floor in _named(text, taken):
        titled = _name_first(text, opening, found.end(), floor.at, found["handle"], x)
        if titled is not None and not taken.overlap(titled.start, titled.end):
            yield titled
            floor.at = titled.end


class _Floor(msgspec.Struct):
    """Nothing before it is used twice."""

    at: int = 0


def _named(text: str, taken: Claims) -> Iterator[tuple[int, re.Match[str], _Floor]]:
    """Every `(@handle)` outside what is taken: its opening bracket, the rest, and what may not be used before it."""
    floor = _Floor()
    at = text.find("@")
    while at >= 0:
        if at >= floor.at and (found := _HANDLE.match(text, at)) and not taken.overlap(at, found.end()):
            floor.at = max(floor.at, taken.floor(at))
            opening = at - 1
            while opening > floor.at and text[opening] in " \u200e\u200f\u00a0" and at - opening < MARKS:
                opening -= 1
            if opening >= floor.at and text[opening] in "(（":
                yield opening, found, floor
        at = text.find("@", max(at + 1, floor.at))


MARKS = 6
"""White space and marks between a bracket and `@`."""


def _title(text: str, opening: int, found: re.Match[str], floor: int, by_name: dict[str, Platform]) -> Titled | None:
    handle = found["handle"]
    if on := _SAID_ON.match(text, found.end()):
        where = on["where"] or on["post"] or on["inside"] or on["suffixed"]
        platform = by_name.get(_platform_name(where))
        return None if platform is None else _said(text, opening, on.end(), floor, handle, platform, "said on")
    x = by_name.get("x")
    signature = x.signature if x is not None else None
    if x is None or signature is None or not re.fullmatch(signature.handle, handle):
        return None
    if said := _SAID.match(text, found.end()):
        return _said(text, opening, said.end(), floor, handle, x, "a verb of tweeting")
    line = max(floor, opening - 120, text.rfind("\n", max(0, opening - 120), opening))
    frame = _FRAME_TITLE.search(text[line : opening + 1])
    if frame is None or text[found.end() : found.end() + 1] not in ("", "\r", "\n"):
        return None
    return Titled(
        platform=x,
        start=line + frame.start("lead"),
        end=found.end(),
        handle=handle,
        name=names.clean(frame["name"]),
        words=None,
        shape="a frame's title",
        estimate=0.6,
        rule="x.title",
    )


def _platform_name(where: str) -> str:
    where = where.lower()
    return {"twitter": "x", "truth social": "truthsocial"}.get(where, where)


def _name_before(text: str, opening: int, floor: int, handle: str) -> tuple[int, str | None]:
    """Where the name before the bracket begins, and the name."""
    reach = max(floor, opening - names.NAME_WINDOW)
    line = text.rfind("\n", reach, opening) + 1 or reach
    segment = text[line:opening]
    dash = names.dash_before(segment, at_line_start=line == 0 or text[line - 1 : line] == "\n")
    if dash is not None:
        return line + dash[0], names.clean(segment[dash[1] :])
    start = names.name_start(segment, handle)
    return line + start, names.clean(segment[start:])


def _said(
    text: str, opening: int, words_at: int, floor: int, handle: str, platform: Platform, shape: str
) -> Titled | None:
    start, name = _name_before(text, opening, floor, handle)
    if name is not None and CREDITED.match(name):
        return None
    window = text[words_at : words_at + MAX_WORDS]
    first = window[:1]
    if first in _CLOSING:
        ends = [place for mark in _CLOSING[first] if (place := _closing(window, mark)) > 0]
        if not ends:
            return None
        words = (words_at + 1, words_at + min(ends))
        end = words[1] + 1
        if tail := _TITLE_END.match(text, end):
            end = tail.end()
        shape, estimate = f"{shape}, quotation", 0.9
    else:
        line = window.partition("\n")[0].rstrip()
        if not line or (start > floor and text[start - 1] != "\n"):
            return None
        tail = _TITLE_END.search(line)
        stop = len(line[: tail.start()].rstrip()) if tail and tail.end() == len(line) else len(line)
        words = (words_at, words_at + stop)
        end = words_at + len(line)
        shape, estimate = f"{shape}, line", 0.75
    return Titled(
        platform=platform,
        start=start,
        end=end,
        handle=handle,
        name=name,
        words=words,
        shape=shape,
        estimate=estimate,
        rule=f"{platform.name}.title",
    )


def _closing(window: str, mark: str) -> int:
    """Where the quotation closes: at the end of its line, of the title, or at the first mark that ends a word; negative
    where it does not."""
    first = -1
    line_end = window.find("\n")
    place = window.find(mark, 1)
    while place > 0:
        after = window[place + 1 : place + 2]
        if not after or after in "\r\n" or _TITLE_END.match(window, place + 1):
            return place
        if first < 0 and not after.isalnum():
            first = place
        if 0 <= line_end < place and first > 0:
            break
        place = window.find(mark, place + 1)
    return first


def _name_first(text: str, opening: int, end: int, floor: int, handle: str, platform: Platform) -> Titled | None:
    """`Ana Example (@ana_example) We’ve built it!` at the beginning of a line."""
    shape = platform.signature
    line = text[end : end + MAX_WORDS].partition("\n")[0]
    words = line.strip()
    if (
        shape is None
        or line[:1] not in (" ", "\u00a0")
        or not (words[:1].isupper() or words[:1] in tuple("“\"'.#@") or words[:1] > MAX_LETTER)
        or len(words.split()) < MIN_WORDS
        or text.rfind("\n", max(0, opening - names.NAME_WINDOW), opening) < 0 <= opening - names.NAME_WINDOW
        or not re.fullmatch(shape.handle, handle)
        or not extent.Ruler.on(shape, None).fits(words)
    ):
        return None
    start, name = _name_before(text, opening, floor, handle)
    if name is None or (start and text[start - 1] != "\n"):
        return None
    words_at = end + len(line) - len(line.lstrip())
    told = _OWN_WORDS.search(words) is not None and names.likeness(name, handle) >= LIKE
    return Titled(
        platform=platform,
        start=start,
        end=words_at + len(words),
        handle=handle,
        name=name,
        words=(words_at, words_at + len(words)),
        shape="name first, words of a post" if told else "name first",
        estimate=0.6 if told else 0.3,
        rule=f"{platform.name}.name-first",
    )


MIN_WORDS = 5
MAX_LETTER = "\u2fff"
"""Above it stand scripts without capitals, and emoji."""
LIKE = 50
