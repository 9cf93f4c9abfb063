"""What the people of the crowd say, in eleven languages and several wordings each: the parallel sentences, with slots.

`Speech` renders what was said (which sentences, with which names and numbers) in any language and wording, so that what
a translation makes of a post is known beside the post. See `tests/parallel/README.md`.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "parallel"
LANGUAGES = ("en", "de", "es", "fr", "pt", "uk", "ru", "tr", "ar", "ja", "zh")
UNSPACED = ("ja", "zh")
SLOT = re.compile(r"\{(n|m|place|person)\}")


@dataclass(frozen=True)
class Unit:
    """One statement: its topic, and its wordings by language; the first wording is as its author writes it."""

    number: int
    topic: str
    wordings: dict[str, tuple[str, ...]]
    slots: frozenset[str]


@dataclass(frozen=True)
class Said:
    """One unit with its slots filled: numbers, and places and persons by their place in the list of names."""

    unit: int
    n: int
    m: int
    place: int
    person: int


@cache
def units() -> tuple[Unit, ...]:
    """All units, in the order of the files."""
    found = []
    for file in sorted(FOLDER.glob("part*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            data = json.loads(line)
            topic = data.pop("topic")
            wordings = {lang: tuple(data[lang]) for lang in LANGUAGES}
            slots = frozenset(SLOT.findall(wordings["en"][0]))
            found.append(Unit(len(found), topic, wordings, slots))
    return tuple(found)


@cache
def names() -> dict[str, list[dict[str, str]]]:
    loaded: dict[str, list[dict[str, str]]] = json.loads((FOLDER / "names.json").read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True)
class Speech:
    """The sentences of some topics. share: which part of the topics, `(first, last)` in 0..1: development and
    measurement take different ones, so that nothing is measured on what it was fitted on."""

    share: tuple[float, float] = (0.0, 1.0)

    @property
    def topics(self) -> tuple[str, ...]:
        return _topics(self.share)

    def of_topic(self, topic: str) -> tuple[Unit, ...]:
        return _by_topic()[topic]

    def say(self, roll: random.Random, topic: str, sentences: int, besides: Collection[int] = ()) -> tuple[Said, ...]:
        """Some statements on a topic, with invented names and numbers; none of those in `besides`."""
        left = [unit for unit in self.of_topic(topic) if unit.number not in besides]
        chosen = roll.sample(left, min(sentences, len(left)))
        return tuple(self.fill(roll, unit) for unit in chosen)

    @staticmethod
    def fill(roll: random.Random, unit: Unit) -> Said:
        """One statement with other names and numbers."""
        listed = names()
        n, m = roll.randint(2, 99), roll.randint(100, 4000)
        place, person = roll.randrange(len(listed["place"])), roll.randrange(len(listed["person"]))
        # what a statement has no slot for does not tell it apart from another
        return Said(
            unit.number,
            n if "n" in unit.slots else 0,
            m if "m" in unit.slots else 0,
            place if "place" in unit.slots else 0,
            person if "person" in unit.slots else 0,
        )

    @staticmethod
    def render(said: tuple[Said, ...], lang: str, wording: int = 0) -> str:
        """The statements in one language; `wording` 0 is the author's own, others are as machines give them back."""
        listed = names()
        out = []
        for one in said:
            forms = units()[one.unit].wordings[lang]
            values = {
                "n": str(one.n),
                "m": str(one.m),
                "place": listed["place"][one.place][lang],
                "person": listed["person"][one.person][lang],
            }
            out.append(SLOT.sub(lambda slot, values=values: values[slot[1]], forms[wording % len(forms)]))  # type: ignore[misc]
        return ("" if lang in UNSPACED else " ").join(out)


@cache
def _by_topic() -> dict[str, tuple[Unit, ...]]:
    grouped: dict[str, list[Unit]] = {}
    for unit in units():
        grouped.setdefault(unit.topic, []).append(unit)
    return {topic: tuple(members) for topic, members in grouped.items()}


@cache
def _topics(share: tuple[float, float]) -> tuple[str, ...]:
    # interleaved, so that every file's topics are in each share
    ordered = sorted(_by_topic(), key=lambda topic: random.Random(topic).random())
    first, last = (round(edge * len(ordered)) for edge in share)
    return tuple(ordered[first:last])
