"""Who says what, when, and under which id? Invented posts of every platform.

Handles follow each platform's grammar, ids carry the post's time where the platform's ids do (`time` and id never
contradict each other), names are of any script and have what real names have: emoji, parentheses, `@`, dashes, dots.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.roundtrip import words

TWITTER_EPOCH = 1288834974657
INSTAGRAM_EPOCH = 1314220021721
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
BASE32 = "234567abcdefghijklmnopqrstuvwxyz"
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
LONGER_POSTS = datetime(2017, 11, 8, tzinfo=UTC)
"""From this day posts on X may have 280 characters."""

SCRIPT_OF = {
    "ru": "cyrillic",
    "uk": "cyrillic",
    "bg": "cyrillic",
    "el": "greek",
    "ar": "arabic",
    "fa": "arabic",
    "ur": "arabic",
    "he": "hebrew",
    "hi": "devanagari",
    "bn": "bengali",
    "th": "thai",
    "ja": "japanese",
    "ko": "hangul",
    "zh": "han",
    "zh_Hant": "han",
    "ka": "georgian",
    "ta": "tamil",
}

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
UNSPACED = frozenset({"ja", "zh", "zh_Hant"})


@dataclass(frozen=True)
class Post:
    """One invented post."""

    platform: str
    handle: str
    name: str
    moment: datetime
    lang: str
    text: str
    """The author's own words, paragraphs apart by a blank line, lines by a line break."""
    pic: str | None
    """`pic.twitter.com/CODE` at its end, where it has a picture."""
    id: str

    @property
    def day(self) -> str:
        return self.moment.date().isoformat()

    @property
    def words(self) -> str:
        """All that the embed shows as the post's text."""
        if not self.pic:
            return self.text
        return f"{self.text} {self.pic}" if self.text else self.pic


class Inventor:
    """Invents posts, one after the other, from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._used: set[str] = set()

    # --- people

    def name(self, lang: str, *, plain: bool = False) -> str:
        """A display name; `plain`: only letters, as most are."""
        rng = self.random
        script = SCRIPT_OF.get(lang, "latin")
        if rng.random() < 0.25:
            script = "latin"
        if script == "latin" and rng.random() < 0.2:
            name = rng.choice(words.ORGANISATIONS)
        else:
            given, family = rng.choice(words.GIVEN[script]), rng.choice(words.FAMILY[script])
            glue = "" if script in ("japanese", "han", "hangul") else " "
            name = f"{family}{given}" if not glue else f"{given} {family}"
            if rng.random() < 0.15:
                name = given
        if plain or rng.random() < 0.6:
            return name
        emoji = rng.choice(words.EMOJI)
        latin = rng.choice(words.GIVEN["latin"])
        return rng.choice(
            (
                f"{name} {emoji}",
                f"{emoji} {name}",
                f"{emoji}{name}{emoji}",
                f"{name} (she/her)",
                f"{name} ({latin})",
                f"{name}@{latin}",
                f"{name} @ Trandel",
                f"{name} - Bridge Desk",
                f"{name} | News",
                f"Dr. {name}, Ph.D.",
                f"{name} Jr.",
                f"{name} №1",
                f"{name} “{latin}”",
                f"{latin} {name}",
                name.upper(),
                name.lower(),
            )
        )

    def handle(self, platform: str, name: str, *, telling: bool = False) -> str:
        """A handle by the platform's grammar, that no other post of this run has; `telling`: made of the name's own
        letters where these are Latin, with an underscore or a digit."""
        while True:
            handle = self._handle(platform, name, telling)
            if handle.lower() not in self._used:
                self._used.add(handle.lower())
                return handle

    def _handle(self, platform: str, name: str, telling: bool) -> str:
        rng = self.random
        letters = re.sub(r"[^a-z]", "", name.lower())
        pieces = [letters[:9] or rng.choice(words.HANDLE_PIECES), rng.choice(words.HANDLE_PIECES)]
        number = str(rng.randrange(3, 9999))
        if telling:
            return f"{pieces[0]}_{number}"
        style = rng.randrange(7)
        if style == 0 or len(pieces[0]) < 3:
            base = f"{pieces[1]}{number}"
        elif style == 1:
            base = f"{pieces[0]}_{pieces[1]}"
        elif style == 2:
            base = f"{pieces[0].capitalize()}{number}"
        elif style == 3:
            base = f"{pieces[0].capitalize()[:6]}{pieces[1].capitalize()}"
        elif style == 4:
            base = f"_{pieces[1]}_{number}"
        elif style == 5:
            base = f"{pieces[0]}{pieces[1]}".upper()
        else:
            base = f"{pieces[0]}{pieces[1]}{number}"
        base = base[:15]
        if platform in ("instagram", "threads"):
            dotted = base.lower().strip("_")
            return dotted.replace("_", ".", 1) if rng.random() < 0.4 else dotted
        if platform == "tiktok":
            return base.lower().strip("_") if rng.random() < 0.7 else base.lower().strip("_").replace("_", ".") + ".x9"
        if platform == "bluesky":
            label = re.sub(r"[^a-z0-9]", "", base.lower()) or "ana"
            return rng.choice((f"{label}.bsky.social", f"{label}.bsky.social", f"{label}.example", f"news.{label}.org"))
        if platform == "mastodon":
            host = rng.choice(("mastodon.example", "social.trandel.example", "velmora.town", "tooting.example.org"))
            return f"{base.strip('_').lower()}@{host}"
        if platform == "telegram":
            return re.sub(r"^[^A-Za-z]+", "", base).ljust(5, "x")
        if platform == "reddit":
            return base.strip("_").replace("_", "-") if rng.random() < 0.4 else base
        return base

    # --- words

    def text(self, lang: str, limit: int) -> str:
        """What a post says: nothing at all, a word, sentences on one line, lines, paragraphs; hashtags and links."""
        rng = self.random
        kind = rng.random()
        if kind < 0.02:
            return ""
        sentences = words.POSTS.get(lang) or words.POSTS["en"]
        if kind < 0.08:
            return rng.choice(sentences)
        count = rng.choice((1, 2, 2, 3, 3, 4, 6))
        glue = "" if lang in UNSPACED else " "
        text = ""
        chosen = rng.sample(sentences, min(count, len(sentences)))
        for number, sentence in enumerate(chosen):
            join = rng.choice((glue, glue, glue, "\n", "\n\n")) if text else ""
            piece = sentence
            if number == 0 and rng.random() < 0.15:
                piece = f"{rng.choice(words.EMOJI)} {piece}"
            if rng.random() < 0.12:
                piece += f" {rng.choice(words.EMOJI)}"
            longer = f"{text}{join}{piece}"
            if _weight(longer) > limit - 70:
                break
            text = longer
        text = text or chosen[0]
        if rng.random() < 0.3:
            tags = words.HASHTAGS.get(lang, words.HASHTAGS["en"])
            text += " " + " ".join(rng.sample(tags, min(len(tags), rng.choice((1, 2)))))
        if rng.random() < 0.1:
            text = f"@{rng.choice(words.HANDLE_PIECES)}_{rng.randrange(100)} {text}"
        if rng.random() < 0.25:
            text += f" https://t.co/{self.code(10)}"
        return text

    def code(self, length: int) -> str:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        return "".join(self.random.choice(letters) for _ in range(length))

    # --- posts

    def moment(self, first: int = 2007, last: int = 2026) -> datetime:
        since = datetime(first, 1, 2, tzinfo=UTC)
        until = datetime(last, 9, 30, tzinfo=UTC)
        seconds = self.random.randrange(int((until - since).total_seconds()))
        return since + timedelta(seconds=seconds)

    def post(
        self,
        platform: str,
        lang: str,
        *,
        first: int = 2007,
        last: int = 2026,
        plain_name: bool = False,
        telling: bool = False,
    ) -> Post:
        """One post in `lang`, of a time between the years `first` and `last`."""
        rng = self.random
        moment = self.moment(first, last)
        name = self.name(lang, plain=plain_name)
        limit = 280 if moment >= LONGER_POSTS else 140
        text = self.text(lang, limit)
        pic = None
        if platform == "x" and moment.year >= 2011 and rng.random() < 0.4:
            host = "x" if moment.year >= 2025 and rng.random() < 0.5 else "twitter"
            pic = f"pic.{host}.com/{self.code(10)}"
        if platform == "x" and not text and not pic:
            text = rng.choice(words.POSTS.get(lang) or words.POSTS["en"])
        return Post(
            platform=platform,
            handle=self.handle(platform, name, telling=telling),
            name=name,
            moment=moment,
            lang=lang,
            text=text,
            pic=pic,
            id=self.id(platform, moment),
        )

    def id(self, platform: str, moment: datetime) -> str:
        rng = self.random
        ms = int(moment.timestamp() * 1000)
        if platform == "x":
            return str((ms - TWITTER_EPOCH) << 22 | rng.randrange(1 << 22))
        if platform in ("instagram", "threads"):
            number = (ms - INSTAGRAM_EPOCH) << 23 | rng.randrange(1 << 23)
            return _digits(number, BASE64).rjust(11, "A")[-11:]
        if platform == "tiktok":
            return str((ms // 1000) << 32 | rng.randrange(1 << 32))
        if platform == "bluesky":
            return _digits((ms * 1000) << 10 | rng.randrange(1 << 10), BASE32).rjust(13, "2")
        if platform in ("mastodon", "truthsocial"):
            return str(ms << 16 | rng.randrange(1 << 16))
        if platform == "linkedin":
            return f"urn:li:{rng.choice(('activity', 'share', 'ugcPost'))}:{ms << 22 | rng.randrange(1 << 22)}"
        if platform == "tumblr":
            return str((ms - 10**12) << 20 | rng.randrange(1 << 20))
        if platform == "youtube":
            return "".join(rng.choice(BASE64) for _ in range(10)) + rng.choice("AEIMQUYcgkosw048")
        if platform == "reddit":
            return _digits(rng.randrange(36**5, 36**6), BASE36)
        if platform == "vk":
            return f"wall-{rng.randrange(10**6, 10**8)}_{rng.randrange(10, 10**6)}"
        if platform == "pinterest":
            return str(rng.randrange(10**16, 10**18))
        if platform == "facebook":
            if rng.random() < 0.3:
                return f"pfbid0{self.code(40)}"
            return str(rng.randrange(10**14, 10**16))
        if platform == "weibo":
            return _digits(rng.randrange(62**8, 62**9), BASE36)
        return str(rng.randrange(10, 90000))


def _digits(number: int, alphabet: str) -> str:
    out = ""
    while number:
        number, digit = divmod(number, len(alphabet))
        out = alphabet[digit] + out
    return out


def _weight(text: str) -> int:
    return sum(1 if char < "\u1100" or "\u2000" <= char <= "\u206f" else 2 for char in text)
