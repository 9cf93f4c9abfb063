"""Posts of which bare text keeps what their embed's frame said: `A post shared by …`, `Post by @ana@server.example`.

The text is searched once for each trigger, however many rules of however many platforms wait for it, and each rule is
asked at the places of its own (`archiver.platforms.base.TextRule`). Where the first rule has read a post, nothing else
reads the same words.

Cost: one native search for each trigger that the text's characters allow, and a bounded window at each place; the
places are taken one by one, never gathered.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from archiver.detect.triggers import places
from archiver.platforms.base import Platform, Signature, TextRule, TextSighting

ANY_LENGTH = Signature(
    rule="", handle="(?!)", limits=(("1990-01-01", 1000, 1),), link_weight=23, media_links="(?!)", telling=True
)
"""How long a post's words are where its platform sets no limit that matters: embeds cut longer ones."""

MANY_TRIGGERS = 24
"""From so many on, one look at which characters the text has costs less than searching for what cannot be there."""


REACH = 8000
"""Code points before a trigger that a rule may look at, whatever it would: no frame's line and caption are longer."""


class Residue(msgspec.Struct, frozen=True, kw_only=True):
    """What a platform's rule read in a text."""

    platform: Platform
    rule: TextRule
    sighting: TextSighting

    @property
    def shape(self) -> Signature:
        """How long the words before it can be."""
        return self.platform.signature or ANY_LENGTH


def find(text: str, platforms: Sequence[Platform], *, in_html: bool = False) -> list[Residue]:
    """What the platforms' text rules read in `text`, in document order, none overlapping another.

    `in_html`: the text stands in a page whose markup is read too, so that some rules keep silent.
    """
    waiting: dict[str, list[tuple[int, Platform, TextRule]]] = {}
    order = 0
    for platform in platforms:
        for rule in platform.text_rules:
            order += 1
            if in_html and not rule.in_html:
                continue
            for trigger in rule.triggers:
                waiting.setdefault(trigger, []).append((order, platform, rule))
    found: list[Residue] = []
    floor = 0
    for at, trigger in places(text, _possible(text, list(waiting))):
        if at < floor:
            continue
        for _, platform, rule in waiting[trigger]:
            sighting = rule.read(text, at, max(floor, at - REACH))
            if sighting is not None and sighting.end > floor:
                found.append(Residue(platform=platform, rule=rule, sighting=sighting))
                floor = sighting.end
                break
    return found


def _possible(text: str, triggers: list[str]) -> list[str]:
    """The triggers whose characters the text has."""
    if text.isascii():
        return [trigger for trigger in triggers if trigger.isascii()]
    foreign = [trigger for trigger in triggers if not trigger.isascii()]
    if len(foreign) < MANY_TRIGGERS:
        return triggers
    there = frozenset(text)
    return [trigger for trigger in triggers if there.issuperset(trigger)]
