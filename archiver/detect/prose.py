"""Posts flattened into text: the grammar of signatures.

A copy of an article often keeps no markup of an embed, only its words and the line under them. That line is read here
as small pieces, each with one example:

    dash       — – - ??? &mdash;                     may be missing
    name       Ana Example 🌍                         see `names`; may be missing
    handle     (@ana_example) (ana_example) （@ana_example） (@ ana_example)
    date       November 9, 2022                      see `dates`; may be missing, cut or masked
    permalink  [November 9, 2022](https://x.com/ana_example/status/1590173336165216257)

The signature is anchored on the handle, the only piece that survives translators, extractors and editors. What stands
around it decides how sure the reading is (`_confidence`): a handle alone is never enough, because by-lines, photo
credits and lists of people look the same. Where the post's own words begin is the question of `extent`.

Cost: linear. One pass finds the anchors (a pattern without nested repetition); around each a bounded window is read.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence

import msgspec

from archiver.detect import extent, residues
from archiver.language import dates, names
from archiver.model import Mention
from archiver.platforms.base import Platform, Signature

_MARKS = "[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]*"
"""Bidi and zero-width marks, which stand anywhere around a handle in right-to-left text."""

_TIME_AFTER = re.compile(
    r"[ \u00a0,]{0,3}(?:(?:at|um|à|às|as|a las|alle|om|kl\.?|klo|o|в|о|·|\|)[ \u00a0]{1,2}\d{1,2}[ \u00a0]?[:.h]\d{2}"
    r"|\d{1,2}[:.]\d{2}[ \u00a0]?(?:am|pm|AM|PM|Uhr|P[DS]T|UTC|GMT|오|午))"
)
"""A time of day after the date: the signature of another platform, X's has none."""

_COLON = re.compile(r"[ \t]{0,3}:[ \t]{0,3}(?=\S)")

_SHARED_BY = re.compile(
    r"(?:shared|posted) by|geteilt von|partag[ée]e? par|compartid[ao] (?:por|de)|condiviso da|(?:com)?partilhad[ao] por"
    r"|gedeeld door|udostępniony przez|Публикация от|поширений|dibagikan oleh|sdílený|delat av|delt a[fv]|بواسطة",
    re.IGNORECASE,
)
"""`A post shared by …`: Instagram's line."""

_CREDIT = re.compile(
    r"(?:photo|foto|bild|image|video|screenshot|credit|via|by|von|por|par|follow|source|quelle)\s*[:/]?\s*$",
    re.IGNORECASE,
)
"""Words before a name that make it a credit or a by-line."""

_ELSEWHERE = re.compile(
    r"\b(?:telegram|instagram|insta|threads|bluesky|mastodon|facebook|tiktok|youtube|linkedin|reddit|tumblr|weibo|vk)"
    r"\s*[:/]\s*$",
    re.IGNORECASE,
)
"""A label before a name that says where its account is."""

_TITLE = re.compile(r"\s*(?:on|auf|en|sur|su|no|op)\s+(?:Twitter|X)\s*:\s*[\"“„«]", re.IGNORECASE)
"""Page titles: `Ana Example (@ana_example) on Twitter: "It rained."`"""

_MARKDOWN_LINK = re.compile(r"\]\(\s*(?:<\s*)?(?P<url>https?://[^\s)>]{1,400})[^\n)]{0,60}\)")
_LINKS = re.compile(r"https?://[^\s<>\"”“()]{4,400}|pic\s?\.\s?(?:twitter|x)\s?\.\s?com/[A-Za-z0-9]{6,12}")


class _Signed(msgspec.Struct, kw_only=True):
    """One signature in a text, before it is known where its post begins."""

    start: int
    end: int
    handle: str
    name: str | None
    at_sign: bool
    dash: bool
    date: dates.PrintedDate | None
    url: str | None = None
    confidence: float = 0.0
    line_start: bool = False
    line_end: bool = False


def find(text: str, platforms: Sequence[Platform], *, source: str = "", signed_only: bool = False) -> list[Mention]:
    """The posts that a bare text cites, in document order, for every platform that signs its embeds.

    Offsets are code points of `text`. `signed_only` leaves out what has no signature: in HTML, where embeds are read as
    markup, a lone link to a picture is rarely a post.
    """
    found = residues.find(text, platforms, source=source, in_html=signed_only)
    taken = _spans(text, found)
    for platform in platforms:
        if platform.signature is not None:
            signed = _find_of(text, platform, platform.signature, source, signed_only)
            found += [m for m in signed if not _overlaps(taken, m.start or 0, m.end or 0)]
    return sorted(found, key=lambda m: (m.start if m.start is not None else -1, m.end or 0))


def _find_of(text: str, platform: Platform, shape: Signature, source: str, signed_only: bool) -> list[Mention]:
    signed = [s for s in _signatures(text, platform, shape) if s.confidence >= MIN_CONFIDENCE]
    mentions: list[Mention] = []
    floor = 0
    for index, sign in enumerate(signed):
        ceiling = signed[index + 1].start if index + 1 < len(signed) else len(text)
        day = sign.date.day if sign.date else None
        start = extent.words_before(
            text,
            floor,
            sign.start,
            shape,
            day,
            breaks_after=_breaks(text, sign.end),
            own_line=sign.line_start,
            handle=sign.handle,
        )
        end = sign.end
        words = text[start : sign.start].strip()
        rest = extent.rest_after(text, sign.end, ceiling, shape, day) if not _ends_in_media(words, shape) else None
        if sign.line_start and (colon := _COLON.match(text, sign.end)):
            # `Ana Example (@ana_example) May 3, 2021: It rained.`: the words follow, what stands above is another's
            start, rest = sign.start, None
            line_end = text.find("\n", colon.end())
            end = min(ceiling, line_end if line_end >= 0 else len(text))
            words = text[colon.end() : end].strip()
            end = colon.end() + len(words)
        continuation = text[rest[0] : rest[1]] if rest else None
        ref = platform.ref_from_url(sign.url) if sign.url else None
        mentions.append(
            Mention(
                source=source,
                platform=platform.name,
                handle=sign.handle,
                display_name=sign.name,
                date=day,
                text=words or None,
                post_id=ref.id if ref else None,
                url=platform.ref_from_id(ref.id, sign.handle).url if ref else None,
                found_url=sign.url if ref else None,
                start=start,
                end=end,
                rule=shape.rule,
                confidence=sign.confidence if words else round(sign.confidence - 0.1, 2),
                links=tuple(_LINKS.findall(words + " " + (continuation or ""))),
                date_basis=shape.date_basis if day else None,
                continuation=continuation,
            )
        )
        floor = rest[1] if rest else end
    if signed_only:
        return mentions
    mentions += _pictures(text, platform, shape, mentions, source)
    mentions += _prefixed(text, platform, shape, mentions, source)
    return mentions


MIN_CONFIDENCE = 0.4
"""What is less sure than this is not reported at all: it would be every handle in parentheses."""


# --- signatures
# -----------------------------------------------------------------------------------------------------------


def _anchor(shape: Signature) -> re.Pattern[str]:
    handle = shape.handle.replace("[A-Za-z0-9_]", r"(?:\\_|[A-Za-z0-9_])")
    return re.compile(
        rf"[(（][ \u00a0]?{_MARKS}\[?(?P<at>@|＠)?[ \u00a0]?{_MARKS}(?P<handle>{handle}){_MARKS}"
        rf"(?:\]\([^()\s]{{1,200}}\))?[ \u00a0]?{_MARKS}[)）]"
        rf"|(?<![\w@/.])@(?P<bare>{handle})(?![\w@])"
    )


def _signatures(text: str, platform: Platform, shape: Signature) -> list[_Signed]:
    found: list[_Signed] = []
    floor = 0
    for anchor in _anchor(shape).finditer(text):
        if anchor.start() < floor:
            continue
        sign = _signature_at(text, anchor, floor, platform)
        if sign is None:
            continue
        found.append(sign)
        if sign.confidence >= MIN_CONFIDENCE:
            floor = sign.end
    return found


def _signature_at(text: str, anchor: re.Match[str], floor: int, platform: Platform) -> _Signed | None:
    at_sign = anchor["at"] is not None or anchor["bare"] is not None
    handle = (anchor["handle"] or anchor["bare"]).replace("\\_", "_")
    end = anchor.end()
    while end < len(text) and text[end] in "\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2069\ufeff":
        end += 1
    bracket = re.compile(r"[ \u00a0\n]{0,3}\[[ \n>]{0,3}").match(text, end)
    printed = dates.read_date(text, bracket.end() if bracket else end)
    url = None
    last = printed.end if printed else end
    if bracket and (link := _MARKDOWN_LINK.search(text, last, min(len(text), last + 500))) and link.start() - last < 8:
        url, last = link["url"], link.end()
    if printed is None and url is None and (anchor["bare"] is not None or not _ends_line(text, end)):
        return None
    if printed is not None and _TIME_AFTER.match(text, printed.end):
        return None

    reach = max(floor, anchor.start() - names.NAME_WINDOW)
    window = line = text.rfind("\n", reach, anchor.start()) + 1 or reach
    segment = text[window : anchor.start()]
    if not segment.strip(" \t>") and window == line and line > floor:  # the name stands on the line before
        reach = max(floor, line - names.NAME_WINDOW)
        upper = text.rfind("\n", reach, line - 1) + 1 or reach
        above = text[upper : line - 1]
        if names.dash_before(above, at_line_start=_begins_line(text, upper, floor)):
            window, segment = upper, above + text[line - 1 : anchor.start()]
    dash = names.dash_before(segment, at_line_start=_begins_line(text, window, floor))
    if dash is not None:
        start, name_at = window + dash[0], window + dash[1]
    else:
        if anchor["bare"] is not None:
            return None
        start = name_at = window + names.name_start(segment, handle)
    name = names.clean(text[name_at : anchor.start()])
    before = text[max(floor, start - 40) : start]
    if _SHARED_BY.search(text[max(floor, start - 30) : anchor.start()]):
        return None
    sign = _Signed(
        start=start,
        end=last,
        handle=handle,
        name=name,
        at_sign=at_sign,
        dash=dash is not None,
        date=printed,
        url=url if url and platform.ref_from_url(url) else None,
        line_start=_begins_line(text, window, floor) and not text[window:start].strip(" \t>"),
        line_end=_ends_line(text, last),
    )
    sign.confidence = _confidence(sign, before)
    return sign


def _ends_line(text: str, at: int) -> bool:
    return at >= len(text) or text[at] in "\r\n" or text[at : at + 2] in (" \n", " \r", "  ")


def _begins_line(text: str, at: int, floor: int) -> bool:
    return at in (0, floor) or text[at - 1] == "\n"


_HANDLE_SHAPED = re.compile(r"(?=\w*[a-z])\w*(?:[_0-9]|[a-z][A-Z])")
"""What no place, party or remark in parentheses has: an underscore, a digit, a capital within; but ages, years and
codes (`42`, `S01E02`, `EU_2021`) have no small letter."""

SHORT_HANDLE = 8
"""Below so many characters, words that have nothing to do with each other are alike: `María (Madrid)`."""

_ENDS_IN_LINK = re.compile(r"(?:pic\.(?:twitter|x)\.com|t\.co)/\w{6,12}\W{0,6}$")


def _confidence(sign: _Signed, before: str) -> float:
    """How sure it is that this is a post's signature, from the pieces that are there."""
    if sign.url:
        return 0.99
    whole = sign.date is not None and sign.date.day is not None
    if (_CREDIT.search(before) and not sign.dash) or _ELSEWHERE.search(before):
        return 0.3
    if whole:
        if sign.dash and sign.at_sign:
            return 0.99
        if sign.dash:
            # `– Maria (Berlin) May 3, 2021` signs a letter or a review: one plain word has to be the name's, or follow
            # the post's own picture
            told = _HANDLE_SHAPED.match(sign.handle) or _ENDS_IN_LINK.search(before)
            alike = 60 if len(sign.handle) >= SHORT_HANDLE else 80
            return 0.97 if told or names.likeness(sign.name or "", sign.handle) >= alike else 0.4
        if sign.at_sign:
            return 0.93
        # `(D_Example) March 3, 2016` without dash and @ may be any parenthesis: the name has to explain the handle
        return 0.7 if sign.name and names.likeness(sign.name, sign.handle) >= 60 else 0.3
    if sign.date is not None:  # cut or masked
        return 0.85 if sign.dash and sign.at_sign else 0.5 if sign.dash or sign.at_sign else 0.2
    if sign.dash and sign.at_sign and sign.line_end:
        return 0.75 if sign.name else 0.6
    if sign.dash and sign.line_start and sign.line_end and sign.name and names.likeness(sign.name, sign.handle) >= 60:
        return 0.6
    return 0.2


def _breaks(text: str, end: int) -> str:
    gap = re.compile(r"[ \t\r\u00a0\"”]{0,4}((?:\n[ \t\r\u00a0]*){0,3})").match(text, end)
    if gap is None or not gap[1]:
        return ""
    return "\n\n" if gap[1].count("\n") > 1 else "\n"


def _ends_in_media(words: str, shape: Signature) -> bool:
    return re.search(rf"(?:{shape.media_links})\s*$", words) is not None


# --- what a signature left behind
# ---------------------------------------------------------------------------------------


def _pictures(text: str, platform: Platform, shape: Signature, signed: Sequence[Mention], source: str) -> list[Mention]:
    """Posts whose signature is lost: `The bridge this morning. pic.twitter.com/AbCdEfGhIj`."""
    spans = _spans(text, signed)
    found: list[Mention] = []
    floor = 0
    for media in re.finditer(shape.media_links, text):
        before = bisect.bisect_right(spans, (media.start(), len(text))) - 1
        if before >= 0:
            floor = max(floor, spans[before][1])
        if media.start() < floor:
            continue
        start = extent.words_before(text, floor, media.end(), shape, None, breaks_after=_breaks(text, media.end()))
        words = text[start : media.end()].strip()
        floor = media.end()
        if not words[: -len(media[0])].strip():
            continue
        found.append(
            Mention(
                source=source,
                platform=platform.name,
                text=words,
                start=start,
                end=media.end(),
                rule=f"{platform.name}.picture",
                confidence=0.6,
                links=tuple(_LINKS.findall(words)),
            )
        )
    return found


def _spans(text: str, signed: Sequence[Mention]) -> list[tuple[int, int]]:
    spans = []
    for mention in signed:
        if mention.start is not None and mention.end is not None:
            end = mention.end
            if mention.continuation:
                end = text.index(mention.continuation, end) + len(mention.continuation)
            spans.append((mention.start, end))
    return spans


def _overlaps(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    before = bisect.bisect_left(spans, (end, end)) - 1
    return before >= 0 and spans[before][1] > start


_PREFIX = re.compile(
    r"(?:^|(?<=[:：] )|(?<=[\u200e\u200f]))[\u200e\u200f]?[ \t]{0,8}@(?P<handle>\w{1,20}):[ \u00a0]+(?P<text>\S[^\n]*)",
    re.MULTILINE,
)


def _prefixed(text: str, platform: Platform, shape: Signature, signed: Sequence[Mention], source: str) -> list[Mention]:
    """Posts quoted as `@ana_example: It rained all night.`, one line each."""
    spans = _spans(text, signed)
    found = []
    handle = re.compile(shape.handle)
    ruler = extent.Ruler.on(shape, None)
    for line in _PREFIX.finditer(text):
        words = line["text"].rstrip()
        start = line.start("text")
        if not handle.fullmatch(line["handle"]) or _overlaps(spans, start, line.end()):
            continue
        if len(words.split()) < MIN_PREFIXED_WORDS or not ruler.fits(words):
            continue
        found.append(
            Mention(
                source=source,
                platform=platform.name,
                handle=line["handle"],
                text=words,
                start=start,
                end=start + len(words),
                rule=f"{platform.name}.prefix",
                confidence=0.55,
                links=tuple(_LINKS.findall(words)),
            )
        )
    return found


MIN_PREFIXED_WORDS = 5
"""`@media: print` is code, and `@ana: thanks` a comment."""
