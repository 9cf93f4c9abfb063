"""Posts of which bare text keeps what their embed's frame said: `A post shared by …`, `Post by @ana@server.example`.

The text is searched once for each trigger, however many rules of however many platforms wait for it, and each rule is
asked at the places of its own (`archiver.platforms.base.TextRule`). Where the first rule has read a post, nothing else
reads the same words.

Cost: one native search for each trigger that the text's characters allow, and a bounded window at each place; the
places are taken one by one, never gathered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from archiver.detect.triggers import places
from archiver.platforms.base import Platform, Signature, TextRule, TextSighting

ANY_LENGTH = Signature(
    rule="", handle="(?!)", limits=(("1990-01-01", 1000, 1),), link_weight=23, media_links="(?!)", telling=True
)
"""How long a post's words are where its platform sets no limit that matters: embeds cut longer ones."""

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


class Waiting:
    """Which rules of some platforms wait for which triggers: made once, asked of every text."""

    def __init__(self, platforms: Sequence[Platform], *, in_html: bool = False) -> None:
        self.rules: dict[str, list[tuple[Platform, TextRule]]] = {}
        for platform in platforms:
            for rule in platform.text_rules:
                if rule.in_html or not in_html:
                    for trigger in rule.triggers:
                        self.rules.setdefault(trigger, []).append((platform, rule))
        self._plain = [trigger for trigger in self.rules if trigger.isascii()]
        self._by_letter = _by_letter([trigger for trigger in self.rules if not trigger.isascii()])

    def possible(self, text: str) -> list[str]:
        """The triggers that `text` can hold: a script that it does not use is looked for once, not once a trigger."""
        if text.isascii():
            return self._plain
        return self._plain + [t for letter, triggers in self._by_letter.items() if letter in text for t in triggers]


def _by_letter(triggers: Sequence[str]) -> dict[str, list[str]]:
    """Each trigger under one letter that it has: as few letters as do."""
    left = list(triggers)
    groups: dict[str, list[str]] = {}
    while left:
        count = Counter(letter for trigger in left for letter in set(trigger) if letter >= FOREIGN)
        # letters of the Latin script are in most texts
        letter = max(count, key=lambda char: (count[char], char)) if count else ""
        groups[letter] = [trigger for trigger in left if letter in trigger]
        left = [trigger for trigger in left if letter not in trigger]
    return groups


FOREIGN = "\u0370"
"""The first letter that is not Latin."""


def find(text: str, waiting: Waiting) -> list[Residue]:
    """What the platforms' text rules read in `text`, in document order, none overlapping another."""
    found: list[Residue] = []
    floor = 0
    for at, trigger in places(text, waiting.possible(text)):
        if at < floor:
            continue
        for platform, rule in waiting.rules[trigger]:
            sighting = rule.read(text, at, max(floor, at - REACH))
            if sighting is not None and sighting.end > floor:
                found.append(Residue(platform=platform, rule=rule, sighting=sighting))
                floor = sighting.end
                break
    return found
