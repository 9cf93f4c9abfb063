"""Do two texts mean the same? What an embedding model says of it: an optional feature, from a model of the user's own.

Between two languages, words tell little beyond numbers and names. A model that reads many languages sees that a post
and its translation mean the same; it hardly sees a number, a name or a "not". So what it says is a feature beside the
others and never decides alone:

- Cosines mean something else in every model: one gives translations 0.6 and other posts 0.1, another 0.9 and 0.75. So
  each model is measured first on a few sentences whose translations are known (`GAUGE`), and a cosine counts by where
  it lies between other posts (0) and translations (1). A model that does not tell these two apart is not used: one of
  a single language across languages, one that answers the same to everything.
- From `FOR` on it speaks for a post, up to 1; below `AGAINST` against it, down to -1; between them, where posts lie
  that share a topic or a sentence, it says nothing.
- It speaks for a post in full only where the post is in another language and shares a number or a name with what is
  shown; else by a third (`ALONE`): meaning alone must not decide, and within one language the words themselves tell.
- The weight, 2.2, is chosen for that. 0.99 takes log-odds of 3.4 (with the fitted weights, and all sources answering).
  A post in another language on the right day, without a number or name in common, has 2.7 at most (more where a
  printed minute fits, which is evidence of its own): with a third of the weight, just 3.4, it is not surer than that.
  One name in common makes about 2.1, and with the whole weight 4.3; a number in common makes 2.9, and 5.1. Against a
  post the whole weight counts: a translation does not mean something else.
- What `ranking` doubts (other numbers, one pattern, another picture) stays in doubt whatever the model says.

Tried with a multilingual model on 324 mentions of the invented crowd that have posts in other languages among their
candidates: of 256 with an answer among them 151 were resolved, 89 without the model, all to the right post; of 68
without one, 3 were resolved to another post that shares a name or a number (1 without the model).

A model that fails is a feature less and a warning, once; it never fails a resolution. Cost: two texts of at most
`MAX_CHARACTERS` a comparison, each embedded once while the cache holds it; one thread at a time asks the model.
"""

from __future__ import annotations

import functools
import itertools
import logging
import math
import threading
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any, Protocol

import msgspec

from archiver.errors import ConfigError
from archiver.resolution.sums import added
from archiver.resolution.words import LINK

GROUP = "archiver.embeddings"

BUILT_IN = MappingProxyType({"sentence-transformers": "archiver.embeddings:SentenceTransformers"})
"""Kind of model → what loads one by name; imported when first asked for."""

MAX_CHARACTERS = 2000
"""Models read a few hundred words at most, and a long post's beginning tells it."""

MAX_DIMENSIONS = 16_384

CACHED = 4096
"""Texts whose vectors are kept: some 30 MB with a thousand dimensions."""

FOR = 0.65
AGAINST = 0.4
ALONE = 1 / 3

APART = 0.15
"""A model that tells translations from other posts has their cosines so far apart, on average."""

GAUGE = (
    {
        "en": "The library stays open all night this week, because the students asked for it.",
        "again": "This week the library will be open through the night since students requested it.",
        "es": "La biblioteca abre toda la noche esta semana porque lo pidieron los estudiantes.",
        "uk": "Бібліотека цього тижня працює всю ніч, бо про це попросили студенти.",
        "ar": "المكتبة مفتوحة طوال الليل هذا الأسبوع لأن الطلاب طلبوا ذلك.",
        "zh": "图书馆本周通宵开放，因为学生们提出了要求。",
    },
    {
        "en": "Our ferry is late again, and nobody tells the passengers why.",
        "again": "The ferry is delayed once more and no one explains the reason to passengers.",
        "es": "Nuestro ferry vuelve a llegar tarde y nadie explica el motivo a los pasajeros.",
        "uk": "Наш пором знову запізнюється, і ніхто не пояснює пасажирам чому.",
        "ar": "عبّارتنا متأخرة مرة أخرى ولا أحد يخبر الركاب بالسبب.",
        "zh": "我们的渡轮又晚点了，没有人告诉乘客原因。",
    },
    {
        "en": "The farmers lost their harvest to the hail and are waiting for help from the government.",
        "again": "Hail destroyed the crops of the farmers, and they wait for government aid.",
        "es": "Los agricultores perdieron la cosecha por el granizo y esperan ayuda del gobierno.",
        "uk": "Аграрії втратили врожай через град і чекають на допомогу уряду.",
        "ar": "فقد المزارعون محصولهم بسبب البرد وينتظرون مساعدة من الحكومة.",
        "zh": "农民因冰雹失去了收成，正在等待政府的援助。",
    },
    {
        "en": "I will sing my new songs in the old theatre, and my mother will sit in the first row.",
        "again": "I am going to perform my new songs at the old theatre with my mother in the front row.",
        "es": "Cantaré mis canciones nuevas en el viejo teatro y mi madre estará en la primera fila.",
        "uk": "Я співатиму свої нові пісні у старому театрі, а моя мама сидітиме в першому ряду.",
        "ar": "سأغني أغنياتي الجديدة في المسرح القديم وستجلس أمي في الصف الأول.",
        "zh": "我将在老剧院演唱我的新歌，我的母亲会坐在第一排。",
    },
)
"""Four statements, each in two English wordings and four other languages: what a model is measured on."""

_LOG = logging.getLogger(__name__)

_LOADING = threading.RLock()

Vector = Sequence[float]


class Embedder(Protocol):
    """A model that turns texts into vectors: the nearer two texts in meaning, the smaller the angle between theirs."""

    def embed(self, texts: Sequence[str], /) -> Sequence[Vector]:
        """One vector a text, in their order, all of one length. One thread at a time calls it."""


class Scale(msgspec.Struct, frozen=True):
    """What a model's cosines are of texts that are known to mean something else, and the same."""

    other: float
    same: float

    def place(self, cosine: float) -> float:
        """Where a cosine lies: 0 as of other posts, 1 as of translations."""
        return (cosine - self.other) / (self.same - self.other)


class Told(msgspec.Struct, frozen=True):
    """What a model says of two texts."""

    cosine: float
    value: float
    """-1 (they mean something else) to 1 (the same)."""
    note: str


@functools.cache
def _loaded(name: str) -> Embedder:
    where = f"[resolve] embedding = {name!r}"
    kind, colon, rest = name.partition(":")
    points = {point.name: point for point in entry_points(group=GROUP)}
    known = ", ".join([f"{kind}:MODEL" for kind in BUILT_IN] + sorted(points))
    hint = f"known: {known}, or MODULE:ATTRIBUTE of a module that Python finds"
    try:
        if kind in BUILT_IN:
            found = _attribute(BUILT_IN[kind])(rest)
        elif name in points:
            found = points[name].load()
        elif colon and kind and rest:
            found = _attribute(name)
        else:
            raise ConfigError("no such embedding model", subject=where, hint=hint)
        if isinstance(found, type):
            found = found()
    except ConfigError:
        raise
    except Exception as error:  # whatever somebody else's code raises
        problem = f"the embedding model cannot be loaded: {type(error).__name__}: {error}"
        raise ConfigError(problem, subject=where, hint=hint) from error
    if not callable(getattr(found, "embed", None)):
        problem = f"the embedding model is {type(found).__name__} without a method `embed`"
        raise ConfigError(problem, subject=where, hint="embed(texts) gives one vector a text, see docs/embeddings.md")
    model: Embedder = found
    return model


def _attribute(place: str) -> Any:
    module, _, name = place.partition(":")
    return functools.reduce(getattr, name.split("."), import_module(module))


def embedder(name: str) -> Embedder | None:
    """The model that the setting names, loaded once per process; null for none.

    name: empty; `sentence-transformers:MODEL`; the name of an entry point in the group `archiver.embeddings`; or
    `module:attribute`. Either leads to an object with a method `embed`, or to a class, of which one is made.

    Raises `ConfigError` where there is no such model, it cannot be loaded, or has no such method.
    """
    with _LOADING:
        return _loaded(name) if name else None


@functools.cache
def _meaning(name: str) -> Meaning:
    model = embedder(name)
    assert model is not None
    return Meaning(model, name)


def meaning_by(name: str) -> Meaning | None:
    """What compares meanings by the model that the setting names, one per process; null for none.

    Raises `ConfigError` as `embedder` does.
    """
    with _LOADING:
        return _meaning(name) if name else None


class _NonsenseError(ValueError):
    """A model's answer that is no vectors."""


class Meaning:
    """Compares texts by one model, which is measured first. Safe to use from several threads."""

    def __init__(self, model: Embedder, name: str = "embedding model", *, cached: int = CACHED) -> None:
        self.name = name
        self.trouble: str | None = None
        """What went wrong with the model first, in words."""
        self._model = model
        self._cached = cached
        self._vectors: OrderedDict[str, Vector | None] = OrderedDict()
        self._dimensions: int | None = None
        self._scales: tuple[Scale | None, Scale | None] | None = None
        self._lock = threading.RLock()

    def told(self, shown: str, post: str, *, foreign: bool) -> Told | None:
        """What the model says of two texts; null where it says nothing that can be used.

        foreign: they are in two languages.
        """
        scale = self.scale(foreign=foreign)
        cosine = self.cosine(shown, post) if scale else None
        if scale is None or cosine is None:
            return None
        note = (
            f"the model finds them {cosine:.2f} alike in meaning ({'translations' if foreign else 'rewordings'} are "
            f"{scale.same:.2f}, other posts {scale.other:.2f})"
        )
        return Told(cosine, round(_value(scale.place(cosine)), 3), note)

    def scale(self, *, foreign: bool) -> Scale | None:
        """How alike the model finds texts whose meanings are known; null where it does not tell them apart.

        foreign: between languages. Measured once: a model that fails here is not asked again.
        """
        with self._lock:
            if self._scales is None:
                self._scales = self._measured()
            return self._scales[foreign]

    def cosine(self, a: str, b: str) -> float | None:
        """The cosine of two texts' vectors; null where the model gives none for one of them."""
        one, other = self._of([_prepared(a), _prepared(b)])
        # how a model batches its texts changes the last digits
        return None if one is None or other is None else round(_dot(one, other), 3)

    def _measured(self) -> tuple[Scale | None, Scale | None]:
        """In one language, and between languages."""
        texts = [(n, language, text) for n, said in enumerate(GAUGE) for language, text in said.items()]
        vectors = self._of([text for *_, text in texts])
        same: dict[bool, list[float]] = {False: [], True: []}
        other: dict[bool, list[float]] = {False: [], True: []}
        for (one, a), (two, b) in itertools.combinations(zip(texts, vectors, strict=True), 2):
            if a is not None and b is not None:
                foreign = {"again": "en"}.get(one[1], one[1]) != {"again": "en"}.get(two[1], two[1])
                (same if one[0] == two[0] else other)[foreign].append(_dot(a, b))
        within, between = _scale(same[False], other[False]), _scale(same[True], other[True])
        if within is None and between is None:
            self._warn("it does not tell texts of the same meaning from others, so it is not used")
        elif between is None:
            self._warn("it does not tell translations from other texts, so it is used within one language only")
        return within, between

    def _of(self, texts: Sequence[str]) -> list[Vector | None]:
        with self._lock:
            for text in texts:
                if text in self._vectors:
                    self._vectors.move_to_end(text)
            new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
            got: dict[str, Vector | None] = dict.fromkeys(new)
            if new:
                try:
                    got = dict(zip(new, self._checked(self._model.embed(new), len(new)), strict=True))
                except Exception as error:  # a model of the user's own: anything may happen in it
                    self._warn(f"{type(error).__name__}: {error}")
            found = [self._vectors[text] if text in self._vectors else got[text] for text in texts]
            self._vectors.update(got)
            while len(self._vectors) > self._cached:
                self._vectors.popitem(last=False)
            return found

    def _checked(self, rows: Sequence[Vector], count: int) -> list[Vector | None]:
        """The vectors at length 1; null for one of length 0, which says nothing. Raises `ValueError` for nonsense."""
        if len(rows) != count:
            raise _NonsenseError(f"{len(rows)} vectors for {count} texts")
        out: list[Vector | None] = []
        for row in rows:
            if not 0 < len(row) <= MAX_DIMENSIONS or len(row) != (self._dimensions or len(row)):
                raise _NonsenseError(f"a vector of {len(row)} numbers where others have {self._dimensions or 'some'}")
            vector = array("d", (float(number) for number in row))
            length = math.sqrt(_dot(vector, vector))
            if not math.isfinite(length):
                raise _NonsenseError("a vector that is not of finite numbers")
            out.append(array("d", (number / length for number in vector)) if length > 0 else None)
            self._dimensions = len(row)
        return out

    def _warn(self, trouble: str) -> None:
        if self.trouble is None:
            self.trouble = f"the embedding model {self.name}: {trouble[:300]}"
            _LOG.warning("%s", self.trouble)


def _prepared(text: str) -> str:
    """What a model is shown of a text: without links, which mean nothing, and no more than it reads."""
    return " ".join(LINK.sub(" ", text[: 2 * MAX_CHARACTERS]).split())[:MAX_CHARACTERS]


def _dot(a: Vector, b: Vector) -> float:
    return added(x * y for x, y in zip(a, b, strict=True))


def _scale(same: Sequence[float], other: Sequence[float]) -> Scale | None:
    if not same or not other:
        return None
    found = Scale(_mean(other), _mean(same))
    return found if found.same - found.other >= APART else None


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return added(listed) / len(listed)


def _value(place: float) -> float:
    if place >= FOR:
        return min(1.0, (place - FOR) / (1 - FOR))
    return max(-1.0, min(0.0, place - AGAINST) / AGAINST)
