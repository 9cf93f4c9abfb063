"""What becomes of a post on its way into an article's bare text: the mention that is left, and what was done to it.

Everything that copies do, in the shares below: two machine translations, a quotation in another language, lost emoji,
changed quotes and dashes, hashtags split or gone, links cut or gone, an end cut with "…", numbers in words, a sentence
of the article in front, only the first statement quoted, a letter lost; names translated or cut, handles in another
case, a day in the reader's time zone, no day at all. What is done to a post follows from the seed alone.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any, NamedTuple

from archiver.model import Mention
from tests.web_twin.crowd import EMOJI, Note, shortened
from tests.web_twin.crowd_x import said_on_x, short_code, text_on_x
from tests.web_twin.population import LONG_POST
from tests.web_twin.speech import LANGUAGES, UNSPACED, Said, Speech, names

SHARES = {
    "translated": 0.45,
    "foreign": 0.08,
    "emoji lost": 0.6,
    "hashtag split": 0.3,
    "hashtag lost": 0.3,
    "typography": 0.5,
    "cut": 0.1,
    "numbers in words": 0.1,
    "sentence in front": 0.08,
    "first statement only": 0.1,
    "letter lost": 0.05,
    "in capitals": 0.02,
    "name cut": 0.2,
    "name translated": 0.2,
    "name lost": 0.1,
    "handle in another case": 0.2,
    "picture link kept": 0.15,
    "time printed": 0.5,
    "no day": 0.03,
}

ARTICLE_SENTENCES = {
    "en": "The spokesman did not answer further questions.",
    "de": "Der Sprecher beantwortete keine weiteren Fragen.",
    "es": "El portavoz no respondió a más preguntas.",
    "fr": "Le porte-parole n'a pas répondu aux autres questions.",
    "pt": "O porta-voz não respondeu a outras perguntas.",
    "uk": "Речник не відповів на інші запитання.",
    "ru": "Представитель не ответил на другие вопросы.",
    "tr": "Sözcü başka soruları yanıtlamadı.",
    "ar": "ولم يرد المتحدث على أسئلة أخرى.",
    "ja": "報道官はそれ以上の質問に答えなかった。",
    "zh": "发言人没有回答其他问题。",
}

_UNITS = {
    "en": "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf",
    "uk": "два три чотири п'ять шість сім вісім дев'ять десять одинадцять дванадцять тринадцять чотирнадцять "
    "п'ятнадцять шістнадцять сімнадцять вісімнадцять дев'ятнадцять",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "uk": "двадцять тридцять сорок п'ятдесят шістдесят сімдесят вісімдесят дев'яносто",
}
_AND = {"en": "-", "es": " y ", "uk": " "}

_TYPOGRAPHY = (
    (re.compile(r"[\"“”]"), "''"),
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
    (re.compile(r" [-–—] "), " – "),
    (re.compile(r"\.\.\."), "…"),
    (re.compile(r"!+"), "!"),
    (re.compile(r"  +"), " "),
)


@dataclass(frozen=True)
class Degraded:
    """A mention, the post that it shows, and what was done."""

    mention: Mention
    note: Note
    platform: str
    done: tuple[str, ...]
    said: tuple[Said, ...]
    """The statements of which the mention shows something."""
    lang: str
    wording: int
    visible: str
    """The words of these statements that are left, before letters were lost or changed."""
    decor: tuple[str, ...]
    """The emoji and hashtags that are left, as the author wrote them."""
    link: bool
    """Whether something of the author's link is left."""

    def shows_too(self, other: Note) -> bool:
        """Whether another note says all that is shown: then nobody can tell which of the two is meant."""
        if other.number == self.note.number or self.mention.links or "t.co/" in (self.mention.text or ""):
            return False
        if not set(self.decor) <= set(other.decor.split()) or (self.link and other.link != self.note.link):
            return False
        if "time printed" in self.done:
            apart = round(abs((self.note.created - other.created).total_seconds()) / 60) % 15
            if min(apart, 15 - apart) > 1:
                return False
        said = _statements(other, self.platform)
        if not said or not self.said:
            return bool(self.note.written) and self.note.written == other.written
        return set(self.said) <= set(said) or Speech.render(said, self.lang, self.wording).startswith(self.visible)


def degrade(note: Note, platform: str, seed: str) -> Degraded:
    """The mention that an article's text keeps of a note on a platform."""
    roll = random.Random(f"degrade {seed} {platform} {note.person.number} {note.number}")
    done: list[str] = []

    def happens(what: str) -> bool:
        if roll.random() < SHARES[what]:
            done.append(what)
            return True
        return False

    shown = _words(note, platform, roll, happens)
    text = shown.text
    day, basis, published = _day(note, platform, roll, happens)
    handle = note.handle(platform)
    if happens("handle in another case"):
        user, at, server = handle.partition("@")
        handle = (user.lower() if user != user.lower() else user.upper()) + at + server
    links: tuple[str, ...] = ()
    if platform == "x" and note.photo and happens("picture link kept"):
        picture = f"pic.twitter.com/{picture_code(note)}"
        text, links = f"{text} {picture}", (picture,)
    return Degraded(
        Mention(
            source="article.txt",
            platform=platform,
            handle=handle,
            display_name=_name(note, roll, happens),
            date=day,
            date_basis=basis,
            text=text,
            links=links,
            published=published,
            rule=f"{platform}.signature",
            confidence=0.9,
            id=f"m-{note.person.number}-{note.number}",
        ),
        note,
        platform,
        tuple(done),
        shown.said,
        shown.lang,
        shown.wording,
        shown.visible,
        shown.decor,
        shown.link,
    )


def picture_code(note: Note) -> str:
    """The t.co code of a note's picture on X."""
    return short_code(note, "media")


def _statements(note: Note, platform: str) -> tuple[Said, ...]:
    """What a platform's embed shows of what was said: all, or the title alone."""
    if platform in ("youtube", "reddit"):
        return note.said[:1]
    return said_on_x(note) if platform == "x" else note.said


class _Shown(NamedTuple):
    text: str
    said: tuple[Said, ...]
    lang: str
    wording: int
    visible: str
    decor: tuple[str, ...]
    link: bool


def _words(note: Note, platform: str, roll: random.Random, happens: Any) -> _Shown:
    said, lang, wording = _statements(note, platform), note.lang, 0
    if note.written is None:
        if happens("foreign"):
            lang, wording = roll.choice([other for other in LANGUAGES if other != lang]), roll.randrange(2)
        elif happens("translated"):
            wording = roll.choice((1, 1, 2))
        if len(said) > 1 and happens("first statement only"):
            said = said[:1]
        text = Speech.render(said, lang, wording)
    else:
        text = note.written
    if platform == "youtube":
        text = shortened(text)
    visible, mark = text, ""
    if platform == "x" and said == note.said and len(text_on_x(note)) > LONG_POST:
        # the embed cuts a long post, and what is translated is what it shows
        visible, mark = shortened(text, round(len(text) * (LONG_POST - 6) / len(text_on_x(note)))), "…"
    elif lang not in UNSPACED and len(text.split()) > 9 and happens("cut"):
        words = text.split()
        visible, mark = " ".join(words[: roll.randint(len(words) // 2, len(words) - 2)]), "…"
    text = visible + mark
    if happens("numbers in words"):
        text = re.sub(r"(?<![\d.,:])\d{1,2}(?![\d.,:])", lambda found: in_words(int(found[0]), lang), text)
    if not mark and len(text) > 12 and happens("letter lost"):
        at = roll.randrange(1, len(text) - 1)
        text = text[:at] + text[at + 1 :]
    if happens("in capitals"):
        text = text.upper()
    if happens("typography"):
        for pattern, plain in _TYPOGRAPHY:
            text = pattern.sub(plain, text)
    if happens("sentence in front"):
        text = ARTICLE_SENTENCES[lang] + " " + text
    decor: list[tuple[str, str]] = []
    link = ""
    if platform not in ("youtube", "reddit") and not mark:
        decor = list(_decor(note.decor, roll, happens))
        link = _link(note, platform, roll)
    return _Shown(
        " ".join(part for part in (text, *(left for _, left in decor), link) if part),
        said,
        lang,
        wording,
        visible,
        tuple(piece for piece, _ in decor),
        bool(link),
    )


def _decor(decor: str, roll: random.Random, happens: Any) -> Iterator[tuple[str, str]]:
    """Each emoji and hashtag that is left, and what it has become."""
    for piece in decor.split():
        if piece.startswith("#"):
            if happens("hashtag split"):
                yield piece, "# " + re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", piece[1:])
            elif not happens("hashtag lost"):
                yield piece, piece
        elif piece in EMOJI and not happens("emoji lost"):
            yield piece, piece


def _link(note: Note, platform: str, roll: random.Random) -> str:
    """What is left of the author's link: on X also the short one that stands in the post for it."""
    if not note.link or roll.random() < 0.5:
        return ""
    ways = [note.link, note.link[: len(note.link) // 2] + "…", note.link.partition("://")[2]]
    return roll.choice(ways) if platform != "x" or roll.random() < 0.6 else f"https://t.co/{short_code(note, 'link')}"


def _day(note: Note, platform: str, roll: random.Random, happens: Any) -> tuple[str | None, str | None, str | None]:
    """The printed day, whose day it is, and when the article was published."""
    published = (note.created + timedelta(hours=roll.uniform(0.5, 60))).date().isoformat()
    if platform in ("tiktok", "youtube", "reddit") or happens("no day"):
        return None, None, published
    if platform == "x":
        return note.created.date().isoformat(), "utc", published
    local = note.created + timedelta(hours=roll.choice((-8, -5, 0, 1, 2, 3, 5.5, 9)))
    if happens("time printed"):
        return local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M"), "viewer", published
    return local.date().isoformat(), "viewer", published


def _name(note: Note, roll: random.Random, happens: Any) -> str | None:
    name = note.person.name
    if happens("name lost"):
        return None
    if happens("name translated"):
        for entry in names()["person"]:
            if entry[note.lang] in name:
                return roll.choice(list(entry.values()))
    if happens("name cut"):
        return name[1:]
    return name


def in_words(value: int, lang: str) -> str:
    """A number from 2 to 99 in words, where the language's are known here; else in digits."""
    if lang not in _UNITS or value < 2:
        return str(value)
    if value < 20:
        return _UNITS[lang].split()[value - 2]
    if lang not in _TENS:
        return str(value)
    tens = _TENS[lang].split()[value // 10 - 2]
    if value % 10 == 0:
        return tens
    if value % 10 == 1:
        return str(value)
    return f"{tens}{_AND[lang]}{_UNITS[lang].split()[value % 10 - 2]}"
