"""Which posts does a bare text cite?

A copy of an article often keeps no markup of its embeds, only what they left: a frame's line, a signature under the
post's words, a permalink, the link to a picture. Each such leaving is one module's question; here they are asked in the
order of what they prove, and nothing reads what another has read before it:

    residues        what a platform's frame says            A post shared by Ana Example (@ana.example)
    titles          the author's name before the words      Ana Example (@ana_example) on X: “It rained.”
    signed          the signature under the words           — Ana Example (@ana_example) November 9, 2022
    widgets         a screen's copy                         3:02 PM · Nov 20, 2024
    links_in_text   permalinks                              https://x.com/ana_example/status/1590173336165216257
    pictures        words and their picture's link          It rained. pic.twitter.com/AbCdEfGhIj
    prefixed        the handle before the words             @ana_example: It rained all night.
    markers         hidden lines around the frame           End of Twitter post by @ana_example

Where a signed post's own words begin is the question of `extent`.

Cost: linear. Each module searches the text natively for a few literal strings and reads bounded windows around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

import msgspec

from archiver.detect import extent, links_in_text, markers, pictures, prefixed, residues, signed, titles, widgets
from archiver.detect.claims import Claims, Span
from archiver.detect.confidence import confidence
from archiver.detect.permalinks import Named, Permalinks
from archiver.detect.residues import Residue
from archiver.detect.signed import Signed
from archiver.model import Mention, PostRef
from archiver.platforms.base import Platform, Signature

_COLON = re.compile(r"[ \t]{0,3}:[ \t]{0,3}(?=\S)")
_LINKS = re.compile(
    r"https?://[^\s<>\"”“()]{4,400}|[Pp]ic\s?\.\s?(?:twitter|x)\s?\.\s?com\s?/\s?[A-Za-z0-9]{6,12}"
    r"|(?<![\w./])(?:t\.)?co/\w{8,10}(?!\w)"
)
_BREAK = re.compile(r"[ \t\r\u00a0\"”]{0,4}((?:\n[ \t\r\u00a0]{0,80}){0,3})")

PLACEHOLDER = 320
"""Before a signature, the window in which what an embed writes for a picture (with its Markdown link) is looked for."""


def find(text: str, platforms: Sequence[Platform], *, source: str = "", signed_only: bool = False) -> list[Mention]:
    """The posts that a bare text cites, in document order, for every platform.

    Offsets are code points of `text`. `signed_only` leaves out what has no signature and no frame's line: in HTML,
    where embeds and links are read as markup, a lone link is rarely a post.
    """
    prepared = _prepared(platforms, signed_only)
    frames = residues.find(text, prepared.waiting)
    taken = Claims((r.sighting.start, r.sighting.end) for r in frames)
    headed: list[Mention] = []
    if not signed_only:
        headed = [_titled(text, title, source) for title in titles.find(text, platforms, taken)]
        taken.add(_spans(headed))
    signs = signed.find(text, prepared.signers, prepared.permalinks, taken)
    mentions = _worded(text, frames, signs, taken, source)
    mentions += headed
    if signed_only:
        return _ordered(mentions)
    taken = Claims(_spans(mentions))
    found: list[Mention]
    if (x := next((p for p in platforms if p.name == "x"), None)) is not None:
        found = [_shown(text, shown, x, source) for shown in widgets.find(text, x, taken)]
        taken.add(_spans(found))
        mentions += found
        found = [_titled(text, title, source) for title in titles.find_name_first(text, x, taken)]
        taken.add(_spans(found))
        mentions += found
    linked = list(links_in_text.find(text, prepared.permalinks, taken))
    mentions, used = _identified(_ordered(mentions), linked)
    found = [_linked(link, source) for link in linked if link.start not in used]
    taken.add(_spans(found))
    mentions += found
    found = [_pictured(text, p, source) for p in pictures.find(text, platforms, taken, lambda at: _breaks(text, at))]
    taken.add(_spans(found))
    mentions += found
    found = [_prefixed(text, line, source) for line in prefixed.find(text, prepared.signers, taken)]
    taken.add(_spans(found))
    mentions += found
    known = frozenset((m.platform, m.handle.lower()) for m in mentions if m.handle)
    mentions += [_marked(text, marked, source) for marked in markers.find(text, platforms, taken, known)]
    return _ordered(mentions)


class _Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What some platforms ask of every text."""

    platforms: tuple[Platform, ...]
    """Kept, so that their identities stay theirs."""
    waiting: residues.Waiting
    signers: tuple[tuple[Platform, Signature], ...]
    permalinks: Permalinks


_PREPARED: dict[tuple[bool, tuple[int, ...]], _Prepared] = {}
MAX_PREPARED = 32
"""Programs ask for one or two choices of platforms; tests for more."""


def _prepared(platforms: Sequence[Platform], in_html: bool) -> _Prepared:
    # by identity: a platform of another package need not be hashable
    key = (in_html, tuple(map(id, platforms)))
    known = _PREPARED.get(key)
    if known is None:
        if len(_PREPARED) >= MAX_PREPARED:
            _PREPARED.clear()
        known = _PREPARED[key] = _Prepared(
            platforms=tuple(platforms),
            waiting=residues.Waiting(platforms, in_html=in_html),
            signers=tuple((p, p.signature) for p in platforms if p.signature is not None),
            permalinks=Permalinks(platforms),
        )
    return known


def _ordered(mentions: Iterable[Mention]) -> list[Mention]:
    return sorted(mentions, key=lambda m: (m.start if m.start is not None else -1, m.end or 0))


def _spans(mentions: Iterable[Mention]) -> list[Span]:
    spans = []
    for mention in mentions:
        if mention.start is not None and mention.end is not None:
            # the rest of a post stands on the line after its signature, with white space between
            rest = len(mention.continuation) + 1 if mention.continuation else 0
            spans.append((mention.start, mention.end + rest))
    return spans


# --- posts whose words stand before them
# -----------------------------------------------------------------------------------------------------------


def _worded(text: str, frames: Sequence[Residue], signs: Sequence[Signed], taken: Claims, source: str) -> list[Mention]:
    """Mentions of frames' lines and signatures, each with its words, which begin behind the post before."""
    entries: list[tuple[int, Residue | Signed]] = [(r.sighting.start, r) for r in frames]
    entries += [(s.start, s) for s in signs]
    entries.sort(key=lambda entry: entry[0])
    mentions: list[Mention] = []
    floor = 0
    for index, (start, entry) in enumerate(entries):
        floor = max(floor, taken.floor(start))
        if isinstance(entry, Residue):
            mentions.append(_framed(text, entry, floor, source))
            floor = max(floor, entry.sighting.end)
            continue
        ceiling = entries[index + 1][0] if index + 1 < len(entries) else len(text)
        mention, floor = _signed(text, entry, floor, ceiling, source)
        mentions.append(mention)
    return mentions


def _framed(text: str, residue: Residue, floor: int, source: str) -> Mention:
    sighting, rule = residue.sighting, residue.rule
    sure = confidence(rule.name, sighting.shape, sighting.confidence)
    start, words = sighting.start, sighting.text
    if sighting.words_before:
        day = sighting.date[:10] if sighting.date else None
        start = extent.words_before(
            text,
            floor,
            sighting.start,
            residue.shape,
            day,
            breaks_after=_breaks(text, sighting.end),
            own_line=True,
            name=sighting.display_name,
            behind=sighting.end,
        )
        words = text[start : sighting.start].strip() or None
    return Mention(
        source=source,
        platform=residue.platform.name,
        handle=sighting.handle,
        display_name=sighting.display_name,
        date=sighting.date,
        text=words,
        post_id=sighting.post_id,
        url=sighting.url,
        found_url=sighting.found_url,
        start=start,
        end=sighting.end,
        rule=rule.name,
        confidence=sure.value,
        why=sure.why,
        date_basis=sighting.date_basis if sighting.date else None,
        links=tuple(_LINKS.findall(words)) if words else (),
    )


def _signed(text: str, sign: Signed, floor: int, ceiling: int, source: str) -> tuple[Mention, int]:
    """The mention of a signature, and where the next post can begin."""
    shape = sign.shape
    day = sign.moment.date.day if sign.moment else None
    words_end = _before_placeholder(text, floor, sign.start, shape)
    start = extent.words_before(
        text,
        floor,
        words_end,
        shape,
        day,
        breaks_after=_breaks(text, sign.end),
        own_line=sign.line_start,
        handle=sign.handle,
        name=sign.name,
        behind=sign.end,
    )
    end = sign.end
    words = text[start:words_end].strip()
    if not words:
        start = sign.start
    rest = extent.rest_after(text, end, ceiling, shape, day) if not _ends_in_media(words, shape) else None
    if sign.line_start and (colon := _COLON.match(text, end)):
        # `Ana Example (@ana_example) May 3, 2021: It rained.`: the words follow, what stands above is another's
        start, rest = sign.start, None
        line_end = text.find("\n", colon.end())
        stop = min(ceiling, line_end if line_end >= 0 else len(text))
        words = text[colon.end() : stop].strip()
        end = colon.end() + len(words)
    continuation = text[rest[0] : rest[1]] if rest else None
    ref = sign.link.ref if sign.link else None
    printed, basis = _date(sign)
    pieces = sign.pieces if words else f"{sign.pieces}, no words"
    sure = confidence(shape.rule, pieces, sign.estimate if words else round(sign.estimate - 0.1, 2))
    mention = Mention(
        source=source,
        platform=sign.platform.name,
        handle=sign.handle,
        display_name=sign.name,
        date=printed,
        text=words or None,
        post_id=ref.id if ref else None,
        url=sign.platform.ref_from_id(ref.id, sign.handle).url if ref else None,
        found_url=sign.link.found if sign.link else None,
        start=start,
        end=end,
        rule=shape.rule,
        confidence=sure.value,
        why=sure.why,
        links=tuple(_LINKS.findall(words + " " + (continuation or ""))),
        date_basis=basis,
        continuation=continuation,
    )
    return mention, rest[1] if rest else end


def _date(sign: Signed) -> tuple[str | None, str | None]:
    """What the signature says of the time, and whose day it is."""
    if sign.moment is None or sign.moment.date.day is None:
        return None, None
    stamp = sign.moment.stamp
    if sign.shape.timed and stamp is not None and "T" in stamp:
        return stamp, "utc" if stamp.endswith(("Z", "+00:00")) else "viewer"
    return sign.moment.date.day, sign.shape.date_basis


@lru_cache(maxsize=64)
def _ending(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})\s{{0,20}}$")


def _before_placeholder(text: str, floor: int, end: int, shape: Signature) -> int:
    """Where a post's own words end: before what the embed writes for a picture."""
    if shape.placeholder == "(?!)":
        return end
    window = max(floor, end - PLACEHOLDER)
    found = _ending(shape.placeholder).search(text[window:end])
    return window + found.start() if found else end


def _breaks(text: str, end: int) -> str:
    gap = _BREAK.match(text, end)
    if gap is None or not gap[1]:
        return ""
    return "\n\n" if gap[1].count("\n") > 1 else "\n"


def _ends_in_media(words: str, shape: Signature) -> bool:
    return _ending(shape.media_links).search(words[-PLACEHOLDER:]) is not None


# --- permalinks
# -----------------------------------------------------------------------------------------------------------

BESIDE = 3
"""Between a post and its own permalink: a space, a line break, a bracket."""


def _identified(
    mentions: Sequence[Mention], linked: Sequence[links_in_text.LinkInText]
) -> tuple[list[Mention], frozenset[int]]:
    """The mentions, those with their own permalink right beside them with its id; and where the links that gave one
    start."""
    starting = {link.start: link for link in linked}
    ending = {link.end: link for link in linked}
    out: list[Mention] = []
    used: set[int] = set()
    for mention in mentions if linked else ():
        if mention.post_id is None and mention.start is not None and mention.end is not None:
            behind = (starting.get(at) for at in range(mention.end, mention.end + BESIDE + 1))
            before = (ending.get(at) for at in range(mention.start, max(-1, mention.start - BESIDE - 1), -1))
            own = next((link for link in (*behind, *before) if link is not None and _own(mention, link.named)), None)
            if own is not None and own.start not in used:
                used.add(own.start)
                ref, platform = own.named.ref, own.named.platform
                mention = msgspec.structs.replace(
                    mention,
                    post_id=ref.id,
                    handle=mention.handle or ref.handle,
                    url=platform.ref_from_id(ref.id, mention.handle or ref.handle).url,
                    found_url=own.named.found,
                )
        out.append(mention)
    return (out, frozenset(used)) if linked else (list(mentions), frozenset())


def _own(mention: Mention, named: Named) -> bool:
    """Whether a permalink beside a post can be its own: of its platform, its author, and its day."""
    if mention.platform != named.platform.name:
        return False
    if mention.handle and named.ref.handle and mention.handle.casefold() != named.ref.handle.casefold():
        return False
    made = named.platform.time_of(named.ref.id)
    if mention.date is None or made is None:
        return bool(mention.handle) or mention.text is None
    apart = abs((made.date() - date.fromisoformat(mention.date[:10])).days)
    return apart <= (0 if mention.date_basis == "utc" else 1)


def _linked(link: links_in_text.LinkInText, source: str) -> Mention:
    ref, platform = link.named.ref, link.named.platform
    return _leaving(
        source,
        platform,
        f"{platform.name}.permalink",
        link.standing,
        link.estimate,
        (link.start, link.end),
        handle=ref.handle,
        ref=ref,
        found_url=link.named.found,
    )


# --- the rest
# -----------------------------------------------------------------------------------------------------------


def _titled(text: str, title: titles.Titled, source: str) -> Mention:
    words = text[title.words[0] : title.words[1]].strip() if title.words else ""
    span = (title.start, title.end)
    return _leaving(
        source,
        title.platform,
        title.rule,
        title.shape,
        title.estimate,
        span,
        handle=title.handle,
        name=title.name,
        words=words or None,
    )


def _shown(text: str, shown: widgets.Shown, x: Platform, source: str) -> Mention:
    span = (shown.start, shown.end)
    return _leaving(
        source,
        x,
        f"{x.name}.widget",
        shown.shape,
        shown.estimate,
        span,
        handle=shown.handle,
        name=shown.name,
        date=shown.date,
        words=text[shown.words[0] : shown.words[1]],
    )


def _pictured(text: str, picture: pictures.Picture, source: str) -> Mention:
    span = (picture.start, picture.end)
    return _leaving(
        source,
        picture.platform,
        f"{picture.platform.name}.picture",
        picture.shape,
        picture.estimate,
        span,
        handle=picture.handle,
        name=picture.name,
        words=text[picture.words : picture.end],
    )


def _prefixed(text: str, line: prefixed.Prefixed, source: str) -> Mention:
    rule, span = f"{line.platform.name}.prefix", (line.start, line.end)
    words = text[line.start : line.end]
    return _leaving(source, line.platform, rule, line.shape, line.estimate, span, handle=line.handle, words=words)


def _marked(text: str, marked: markers.Marked, source: str) -> Mention:
    rule, span = f"{marked.platform.name}.marker", (marked.start, marked.end)
    words = text[marked.words[0] : marked.words[1]] if marked.words else None
    return _leaving(
        source, marked.platform, rule, marked.shape, marked.estimate, span, handle=marked.handle, words=words
    )


def _leaving(
    source: str,
    platform: Platform,
    rule: str,
    shape: str,
    estimate: float,
    span: Span,
    *,
    handle: str | None = None,
    name: str | None = None,
    date: str | None = None,
    words: str | None = None,
    ref: PostRef | None = None,
    found_url: str | None = None,
) -> Mention:
    """What a post left in a text in a form that is known by itself: `span` is all of it, `words` are the post's."""
    sure = confidence(rule, shape, estimate)
    return Mention(
        source=source,
        platform=platform.name,
        handle=handle,
        display_name=name,
        date=date,
        text=words,
        post_id=ref.id if ref else None,
        url=ref.url if ref else None,
        found_url=found_url,
        start=span[0],
        end=span[1],
        rule=rule,
        confidence=sure.value,
        why=sure.why,
        links=tuple(_LINKS.findall(words)) if words else (),
        date_basis="viewer" if date else None,
    )
