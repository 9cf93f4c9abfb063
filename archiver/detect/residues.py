"""Posts of which bare text keeps what their embed's frame said: `A post shared by …`, `Post by @ana@server.example`.

The text is searched once for each platform's triggers, and each rule is asked at the places of its own
(`archiver.platforms.base.TextRule`). Where the first rule has read a post, nothing else reads the same words.

Cost: one native search for each trigger, and a bounded window at each place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archiver.detect import extent
from archiver.detect.confidence import confidence
from archiver.model import Mention
from archiver.platforms.base import Platform, Signature, TextRule, TextSighting

ANY_LENGTH = Signature(
    rule="", handle="(?!)", limits=(("1990-01-01", 1000, 1),), link_weight=23, media_links="(?!)", telling=True
)
"""How long a post's words are where its platform sets no limit that matters: embeds cut longer ones."""


def find(text: str, platforms: Sequence[Platform], *, source: str = "", in_html: bool = False) -> list[Mention]:
    """The posts that the platforms' text rules read in `text`, in document order, none overlapping another.

    `in_html`: the text stands in a page whose markup is read too, so that some rules keep silent.
    """
    found: list[Mention] = []
    floor = 0
    for at, platform, rule in _places(text, platforms, in_html):
        if at < floor:
            continue
        sighting = rule.read(text, at, floor)
        if sighting is None:
            continue
        mention = _mention(text, floor, platform, rule, sighting, source)
        found.append(mention)
        floor = sighting.end
    return found


def _places(text: str, platforms: Sequence[Platform], in_html: bool) -> Iterator[tuple[int, Platform, TextRule]]:
    waiting: dict[str, list[tuple[int, Platform, TextRule]]] = {}
    order = 0
    for platform in platforms:
        for rule in platform.text_rules:
            order += 1
            if in_html and not rule.in_html:
                continue
            for trigger in rule.triggers:
                waiting.setdefault(trigger, []).append((order, platform, rule))
    places: list[tuple[int, int, Platform, TextRule]] = []
    for trigger, rules in waiting.items():
        at = text.find(trigger)
        while at >= 0:
            places += [(at, order, platform, rule) for order, platform, rule in rules]
            at = text.find(trigger, at + 1)
    places.sort(key=lambda place: place[:2])
    for at, _, platform, rule in places:
        yield at, platform, rule


def _mention(text: str, floor: int, platform: Platform, rule: TextRule, sighting: TextSighting, source: str) -> Mention:
    sure = confidence(rule.name, sighting.shape, sighting.confidence)
    start, words = sighting.start, sighting.text
    if sighting.words_before:
        shape = platform.signature or ANY_LENGTH
        day = sighting.date[:10] if sighting.date else None
        start = extent.words_before(text, floor, sighting.start, shape, day, own_line=True)
        words = text[start : sighting.start].strip() or None
    return Mention(
        source=source,
        platform=platform.name,
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
    )
