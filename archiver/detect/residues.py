"""Posts of which bare text keeps what their embed's frame said: `A post shared by …`, `Post by @ana@server.example`.

The text is searched once for each trigger, however many rules of however many platforms wait for it, and each rule is
asked at the places of its own (`archiver.platforms.base.TextRule`). Where the first rule has read a post, nothing else
reads the same words.

Cost: one native search for each trigger that the text's characters allow, and a bounded window at each place; the
places are taken one by one, never gathered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

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
        self._latin = _by_core([trigger for trigger in self.rules if max(trigger) < FOREIGN])
        self._foreign = _by_letter([trigger for trigger in self.rules if max(trigger) >= FOREIGN])

    def places(self, text: str) -> Iterator[tuple[int, str]]:
        """Where triggers stand in `text`, and which; nearly in document order."""
        cores = dict(self._latin)
        if not text.isascii():
            # a script that the text does not use is looked for once, not once for each trigger
            cores |= {t: [(t, 0)] for letter, triggers in self._foreign.items() if letter in text for t in triggers}
        for at, core in places(text, list(cores)):
            for trigger, offset in cores[core]:
                if at >= offset and (trigger == core or text.startswith(trigger, at - offset)):
                    yield at - offset, trigger


FOREIGN = "\u0250"
"""Behind the letters of Latin scripts."""

MIN_CORE = 5
"""What several triggers have in common is looked for once, where it is long enough to be rare."""


def _by_core(triggers: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
    """Triggers with where it stands in them, under a string that they share, or each under itself."""
    left = sorted(triggers)
    groups: dict[str, list[tuple[str, int]]] = {}
    while left:
        shared = Counter(
            piece
            for trigger in left
            for piece in {
                trigger[start:stop]
                for start in range(len(trigger))
                for stop in range(start + MIN_CORE, min(len(trigger), start + LONGEST_CORE) + 1)
            }
        )
        best = max(shared, key=lambda piece: (shared[piece], len(piece), piece), default="")
        if shared[best] < 2:
            groups |= {trigger: [(trigger, 0)] for trigger in left}
            break
        groups[best] = [(trigger, trigger.index(best)) for trigger in left if best in trigger]
        left = [trigger for trigger in left if best not in trigger]
    return groups


LONGEST_CORE = 12
"""Longer ones are found no faster."""


def _by_letter(triggers: Sequence[str]) -> dict[str, list[str]]:
    """Each trigger under one letter that it has: as few letters as do, none of them Latin."""
    left = list(triggers)
    groups: dict[str, list[str]] = {}
    while left:
        count = Counter(letter for trigger in left for letter in set(trigger) if letter >= FOREIGN)
        letter = max(count, key=lambda char: (count[char], char))
        groups[letter] = [trigger for trigger in left if letter in trigger]
        left = [trigger for trigger in left if letter not in trigger]
    return groups


def find(text: str, waiting: Waiting) -> list[Residue]:
    """What the platforms' text rules read in `text`, in document order, none overlapping another."""
    found: list[Residue] = []
    floor = 0
    for at, trigger in waiting.places(text):
        if at < floor:
            continue
        for platform, rule in waiting.rules[trigger]:
            sighting = rule.read(text, at, max(floor, at - REACH))
            if sighting is not None and sighting.end > floor:
                found.append(Residue(platform=platform, rule=rule, sighting=sighting))
                floor = sighting.end
                break
    return found
