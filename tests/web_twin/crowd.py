"""A crowd: thousands of invented people and all that they said, the same seen through every platform.

Nothing is held in memory but what was looked at last: a person, their posts and every id follow from the seed, and
every id leads back to its post. So a million posts cost nothing until they are asked for. Nothing here knows HTTP.

A person is on every platform, under a handle of its own kind; a `Note` is what they said once, and has an id on each
platform. On most days a person stays with one topic and says several things in the same words (look-alikes); some
posts are made after one pattern and differ in a name or a number, a few are said twice. Posts are deleted and edited,
accounts are renamed, suspended, gone, protected.
"""

from __future__ import annotations

import hashlib
import random
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from tests.web_twin.population import PostState, snowflake
from tests.web_twin.speech import LANGUAGES, Said, Speech, names, units

PLATFORMS = ("x", "bluesky", "mastodon", "telegram", "reddit", "tiktok", "youtube")

SINCE = {
    "x": datetime(2019, 1, 1, tzinfo=UTC),
    "mastodon": datetime(2019, 1, 1, tzinfo=UTC),
    "telegram": datetime(2019, 1, 1, tzinfo=UTC),
    "reddit": datetime(2019, 1, 1, tzinfo=UTC),
    "youtube": datetime(2019, 1, 1, tzinfo=UTC),
    "tiktok": datetime(2019, 6, 1, tzinfo=UTC),
    "bluesky": datetime(2023, 5, 1, tzinfo=UTC),
}
"""Since when the crowd is on each platform."""

FIRST_DAY, DAYS = datetime(2019, 1, 1, tzinfo=UTC), 2500
"""Posts are made on days from 2019 to late 2025."""

APART_DAYS = 16

SERVERS = ("social.quay.example", "toots.lamp.example", "mstdn.ferry.example")
"""Servers of the fediverse on which the crowd lives."""

PDS_HOSTS = ("oak.pds.example", "elm.pds.example")
"""Servers that keep the crowd's Bluesky repositories."""

COMMUNITIES = ("harbourtown", "ferrywatch", "lamplighters", "quaystories", "tidewell", "marlownews")
"""Subreddits."""

WORDS = (
    *("amber", "birch", "cove", "delta", "ember", "fjord", "grove", "heron", "inlet", "jetty", "kelp", "lumen", "mira"),
    *("north", "otter", "pilot", "quay", "river", "skerry", "tidal", "umber", "vesper", "wharf", "yarrow", "zephyr"),
)
EMOJI = ("⚓", "🚧", "🌫️", "👩🏽‍🔧", "🇺🇳", "🔥", "💔", "🙏", "🎉", "⚽")
HASHTAGS = ("BreakingNews", "HarbourTown", "ferry2024", "NoMoreDelay", "StandTogether", "Live")

BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
TID = "234567abcdefghijklmnopqrstuvwxyz"
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
REDDIT_EPOCH = 1_119_484_800
MAX_PEOPLE = 16_384
"""Ids have 14 bits for who it was (on some platforms)."""

SCRAMBLE, UNSCRAMBLE, MASK = 0x9E3779B97F4A7C15, pow(0x9E3779B97F4A7C15, -1, 1 << 64), (1 << 64) - 1


def digits(number: int, alphabet: str, length: int = 0) -> str:
    out = ""
    while number or len(out) < max(length, 1):
        number, rest = divmod(number, len(alphabet))
        out = alphabet[rest] + out
    return out


def number_of(text: str, alphabet: str) -> int:
    number = 0
    for char in text:
        number = number * len(alphabet) + alphabet.index(char)
    return number


def shortened(text: str, most: int = 100) -> str:
    """The text, cut between two words (or, without spaces, anywhere) where it is longer."""
    if len(text) <= most:
        return text
    cut = text[:most]
    return cut[: cut.rindex(" ")] if " " in cut else cut


def _hash(seed: str) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:16])


@dataclass(frozen=True)
class Person:
    """One of the crowd, on all platforms."""

    number: int
    name: str
    lang: str
    word: str
    """What their handles are made of."""
    former_word: str | None = None
    """What they were made of before `renamed`."""
    renamed: datetime | None = None
    state: PostState = PostState.LIVE
    """Of the accounts: `live`, `suspended`, `account_gone`, `protected`."""

    def handle(self, platform: str, when: datetime | None = None) -> str:
        """Their handle now, or then. Mastodon's has its server: `mira_quay_1a@social.quay.example`."""
        then = when is not None and self.renamed is not None and when < self.renamed
        word = self.former_word if then and self.former_word else self.word
        return _handle(platform, word, self.number)

    def handles(self, platform: str) -> tuple[str, ...]:
        """All that they had, oldest first."""
        former = (_handle(platform, self.former_word, self.number),) if self.former_word else ()
        return (*former, self.handle(platform))

    @property
    def did(self) -> str:
        return "did:plc:" + digits(self.number, BASE32, 4) + digits(_hash(f"did {self.number}"), BASE32)[:20]

    @property
    def pds(self) -> str:
        return PDS_HOSTS[self.number % len(PDS_HOSTS)]

    @property
    def server(self) -> str:
        return SERVERS[self.number % len(SERVERS)]

    def account_id(self, platform: str) -> str:
        """The stable id that survives renames: X's number, the DID, the local account id, the UC… of a channel."""
        if platform == "bluesky":
            return self.did
        if platform == "youtube":
            return "UC" + digits(_hash(f"channel {self.number}"), BASE64)[:18] + digits(self.number, BASE64, 4)
        if platform == "mastodon":
            return str(106_000_000_000_000_000 + (_hash(f"account {self.number}") % 10**13 << 14 | self.number))
        return str(10_000_000 + self.number)


def _handle(platform: str, word: str, number: int) -> str:
    tail = digits(number, BASE36)
    if platform == "bluesky":
        stem = f"{word}-{tail}".lower().replace("_", "-")
        return f"{stem}.bsky.social" if number % 3 else f"{stem}.example"
    if platform == "mastodon":
        return f"{word}_{tail}@{SERVERS[number % len(SERVERS)]}"
    if platform == "tiktok":
        return f"{word}.{tail}".lower()
    return f"{word}_{tail}"


@dataclass(frozen=True)
class Note:
    """What one person said once."""

    person: Person
    number: int
    """Counted from 0 within the person's notes, in the order of time."""
    created: datetime
    said: tuple[Said, ...]
    decor: str = ""
    """Emoji and hashtags after the words."""
    own_state: PostState = PostState.LIVE
    edited: datetime | None = None
    """When it was edited; what it said before is `first_text`."""
    photo: bool = False
    link: str | None = None
    """A link at the end of the words."""
    written: str | None = None
    """The words, where a test gives them itself."""

    @cached_property
    def text(self) -> str:
        """All of its words, as they stand now."""
        words = self.written if self.written is not None else Speech.render(self.said, self.person.lang)
        return " ".join(part for part in (words, self.decor, self.link or "") if part)

    @property
    def first_text(self) -> str:
        """What it said before it was edited."""
        return self.text + " …" if self.edited else self.text

    @property
    def title(self) -> str:
        """Where a platform wants a heading: the first statement."""
        return self.written if self.written is not None else Speech.render(self.said[:1], self.person.lang)

    @property
    def short_title(self) -> str:
        """The heading where it may have 100 characters (YouTube)."""
        return shortened(self.title)

    @property
    def rest(self) -> str:
        """What stands below the heading."""
        return Speech.render(self.said[1:], self.person.lang) if self.written is None else ""

    @property
    def state(self) -> PostState:
        return self.own_state if self.person.state is PostState.LIVE else self.person.state

    @property
    def lang(self) -> str:
        return self.person.lang

    @property
    def community(self) -> str:
        """The subreddit."""
        return COMMUNITIES[(self.person.number + self.number) % len(COMMUNITIES)]

    @property
    def ms(self) -> int:
        return round(self.created.timestamp() * 1000)

    def handle(self, platform: str) -> str:
        """The handle under which it was posted."""
        return self.person.handle(platform, self.created)

    def id_on(self, platform: str) -> str:
        """Its id; Telegram's has the channel of today, in small letters: `mira_quay_1a/417`."""
        who = self.person.number
        if platform == "x":
            return snowflake(self.created, who)
        if platform == "bluesky":
            return digits((self.ms * 1000 + who % 1000) << 10 | who // 1000, TID, 13)
        if platform == "mastodon":
            return str(self.ms << 16 | who)
        if platform == "telegram":
            return f"{self.person.handle('telegram').lower()}/{self.telegram_number}"
        if platform == "reddit":
            return digits((self.ms // 1000 - REDDIT_EPOCH) << 14 | who, BASE36)
        if platform == "tiktok":
            return str(self.ms // 1000 << 32 | who << 10 | self.number % 1024)
        if platform == "youtube":
            packed = (who << 32 | self.number << 8 | 0x5A) * SCRAMBLE & MASK
            return digits(packed << 2, BASE64, 11)
        raise ValueError(platform)

    @property
    def telegram_number(self) -> int:
        """Counts up within the channel, with gaps as deleted and service messages leave them."""
        return 3 * self.number + 2 + _hash(f"gap {self.person.number} {self.number}") % 2

    def url_on(self, platform: str) -> str:
        """Its permalink under the handle of today."""
        handle, post_id = self.person.handle(platform), self.id_on(platform)
        return {
            "x": f"https://x.com/{handle}/status/{post_id}",
            "bluesky": f"https://bsky.app/profile/{handle}/post/{post_id}",
            "mastodon": f"https://{self.person.server}/@{handle.partition('@')[0]}/{post_id}",
            "telegram": f"https://t.me/{post_id}",
            "reddit": f"https://www.reddit.com/r/{self.community}/comments/{post_id}/",
            "tiktok": f"https://www.tiktok.com/@{handle}/video/{post_id}",
            "youtube": f"https://www.youtube.com/watch?v={post_id}",
        }[platform]


class Crowd:
    """`size` people with about `notes_each` posts, all from `seed`. Thread-safe.

    speech: the sentences they have. Posts and people can be changed by `change` and `change_person`.
    """

    KEPT = 512
    """People whose posts are kept in memory."""

    def __init__(self, seed: int = 1, *, size: int = 200, notes_each: int = 60, speech: Speech | None = None) -> None:
        if size > MAX_PEOPLE:
            raise ValueError(f"ids have room for {MAX_PEOPLE} people")
        self.seed = seed
        self.size = size
        self.notes_each = notes_each
        self.speech = speech or Speech()
        self._lock = threading.RLock()
        self._notes: OrderedDict[int, tuple[Note, ...]] = OrderedDict()
        self._people: dict[int, Person] = {}
        self._changed_people: dict[int, dict[str, Any]] = {}
        self._changed: dict[tuple[int, int], dict[str, Any]] = {}

    def __len__(self) -> int:
        return self.size

    # -- people

    def person(self, number: int) -> Person:
        with self._lock:
            if number not in self._people:
                self._people[number] = self._make_person(number)
            return self._people[number]

    def by_handle(self, platform: str, handle: str) -> Person | None:
        """Who has this handle now (any case); null for former ones, too."""
        person = self._by_any_handle(platform, handle)
        return person if person and person.handle(platform).lower() == handle.lower() else None

    def once_by_handle(self, platform: str, handle: str) -> Person | None:
        """Who has this handle, or had it before they were renamed."""
        return self._by_any_handle(platform, handle)

    def _by_any_handle(self, platform: str, handle: str) -> Person | None:
        stem = handle.lower().partition("@")[0].partition(".bsky")[0].removesuffix(".example")
        for mark in ("_", "-", "."):
            head, found, tail = stem.rpartition(mark)
            if found and tail and head and all(char in BASE36 for char in tail):
                number = int(tail, 36)
                if number < self.size:
                    person = self.person(number)
                    if handle.lower() in (known.lower() for known in person.handles(platform)):
                        return person
        return None

    def by_did(self, did: str) -> Person | None:
        try:
            number = number_of(did.removeprefix("did:plc:")[:4], BASE32)
        except ValueError:
            return None
        return self.person(number) if number < self.size and self.person(number).did == did else None

    def by_account_id(self, platform: str, account_id: str) -> Person | None:
        """Who has this stable id (not for X: see `by_did` for Bluesky)."""
        try:
            if platform == "youtube":
                number = number_of(account_id[-4:], BASE64)
            elif platform == "mastodon":
                number = int(account_id) & (MAX_PEOPLE - 1)
            else:
                number = int(account_id) - 10_000_000
        except ValueError:
            return None
        if not 0 <= number < self.size:
            return None
        person = self.person(number)
        return person if person.account_id(platform) == account_id else None

    def change_person(self, number: int, **fields: Any) -> Person:
        """Change an account: `change_person(3, state=PostState.SUSPENDED)`."""
        with self._lock:
            self._changed_people.setdefault(number, {}).update(fields)
            self._people.pop(number, None)
            self._notes.pop(number, None)
            return self.person(number)

    # -- what they said

    def notes(self, person: Person | int) -> tuple[Note, ...]:
        """All that a person said, oldest first, also what is deleted by now."""
        number = person if isinstance(person, int) else person.number
        with self._lock:
            if number in self._notes:
                self._notes.move_to_end(number)
                return self._notes[number]
        made = self._make_notes(self.person(number))
        with self._lock:
            self._notes[number] = made
            while len(self._notes) > self.KEPT:
                self._notes.popitem(last=False)
        return made

    def on(self, platform: str, person: Person | int) -> tuple[Note, ...]:
        """What a person said since the crowd is on this platform."""
        return tuple(note for note in self.notes(person) if note.created >= SINCE[platform])

    def find(self, platform: str, post_id: str) -> Note | None:
        """The note with this id on a platform, whatever its state; for Bluesky use `find_record`."""
        try:
            who, when = self._who_and_when(platform, post_id)
        except ValueError:
            return None
        if not 0 <= who < self.size:
            return None
        if platform == "telegram":
            number = int(post_id.rpartition("/")[2])
            found = [n for n in self.notes(who) if n.telegram_number == number]
        elif when is None:
            found = [n for n in self.notes(who) if n.id_on(platform) == post_id]
        else:
            near = [n for n in self.notes(who) if abs((n.created - when).total_seconds()) < 2]
            found = [n for n in near if n.id_on(platform) == post_id]
        return next((note for note in found if note.created >= SINCE[platform]), None)

    def find_record(self, did: str, rkey: str) -> Note | None:
        """The Bluesky post in this repository under this key."""
        person = self.by_did(did)
        if person is None:
            return None
        return next((note for note in self.on("bluesky", person) if note.id_on("bluesky") == rkey), None)

    def _who_and_when(self, platform: str, post_id: str) -> tuple[int, datetime | None]:
        if platform == "x":
            number = int(post_id)
            return number & 0x3FFFFF, datetime.fromtimestamp(((number >> 22) + 1288834974657) / 1000, UTC)
        if platform == "mastodon":
            number = int(post_id)
            return number & 0xFFFF, datetime.fromtimestamp((number >> 16) / 1000, UTC)
        if platform == "telegram":
            person = self.by_handle("telegram", post_id.partition("/")[0])
            return (person.number if person else -1), None
        if platform == "reddit":
            number = number_of(post_id, BASE36)
            return number & 0x3FFF, datetime.fromtimestamp((number >> 14) + REDDIT_EPOCH, UTC)
        if platform == "tiktok":
            number = int(post_id)
            return number >> 10 & 0x3FFFFF, datetime.fromtimestamp(number >> 32, UTC)
        if platform == "youtube":
            packed = (number_of(post_id, BASE64) >> 2) * UNSCRAMBLE & MASK
            return packed >> 32, None
        raise ValueError(platform)

    def change(self, note: Note, **fields: Any) -> Note:
        """Change a note: `change(note, own_state=PostState.DELETED)`, `change(note, written="other words")`."""
        with self._lock:
            self._changed.setdefault((note.person.number, note.number), {}).update(fields)
            self._notes.pop(note.person.number, None)
        return self.notes(note.person.number)[note.number]

    # -- making

    def _make_person(self, number: int) -> Person:
        roll = random.Random(f"person {self.seed} {number}")
        lang = LANGUAGES[0] if roll.random() < 0.35 else roll.choice(LANGUAGES)
        name = names()["person"][roll.randrange(len(names()["person"]))][lang]
        if roll.random() < 0.3:
            name = f"{name} {roll.choice(EMOJI)}"
        first, second, former = roll.sample(WORDS, 3)
        word = first if roll.random() < 0.4 else f"{first}_{second}"[:9]
        if roll.random() < 0.3:
            word = word.title()
        renamed = FIRST_DAY + timedelta(days=roll.randrange(DAYS)) if roll.random() < 0.1 else None
        fate = roll.random()
        state = PostState.LIVE
        for share, bad in ((0.03, PostState.SUSPENDED), (0.05, PostState.ACCOUNT_GONE), (0.07, PostState.PROTECTED)):
            if fate < share:
                state = bad
                break
        made = Person(number, name, lang, word, former if renamed else None, renamed, state)
        return replace(made, **self._changed_people.get(number, {}))

    def _make_notes(self, person: Person) -> tuple[Note, ...]:
        roll = random.Random(f"notes {self.seed} {person.number}")
        drafts: list[tuple[datetime, tuple[Said, ...]]] = []
        spoken: dict[str, int] = {}
        days = sorted(roll.sample(range(DAYS), min(DAYS, self.notes_each)))
        for day in roll.sample(days, len(days)):
            if len(drafts) >= self.notes_each:
                break
            topic = self._topic(roll, day, spoken)
            said_today: list[tuple[Said, ...]] = []
            for _ in range(roll.choice((1, 1, 2, 3, 3, 4, 5, 6))):
                statement = self._statement(roll, topic, said_today)
                if not statement:
                    break
                said_today.append(statement)
                moment = FIRST_DAY + timedelta(days=day, milliseconds=roll.randrange(86_400_000))
                drafts.append((moment, statement))
        drafts = sorted(drafts[: self.notes_each], key=lambda draft: draft[0])
        notes = []
        for number, (moment, said) in enumerate(drafts):
            decor = []
            if roll.random() < 0.25:
                decor.append(roll.choice(EMOJI))
            if roll.random() < 0.25:
                decor.append("#" + roll.choice(HASHTAGS))
            fate = roll.random()
            note = Note(
                person=person,
                number=number,
                created=moment,
                said=said,
                decor=" ".join(decor),
                own_state=PostState.DELETED if fate < 0.08 else PostState.LIVE,
                edited=moment + timedelta(minutes=roll.randint(1, 50)) if 0.08 <= fate < 0.11 else None,
                photo=roll.random() < 0.2,
                link=f"https://news.example/{moment.year}/{roll.randrange(10_000)}" if roll.random() < 0.1 else None,
            )
            changes = self._changed.get((person.number, number))
            notes.append(replace(note, **changes) if changes else note)
        return tuple(notes)

    def _topic(self, roll: random.Random, day: int, spoken: dict[str, int]) -> str:
        """A topic on which this person said nothing in the weeks around: nobody says the same sentences every week."""
        fresh = [t for t in self.speech.topics if abs(spoken.get(t, -99) - day) > APART_DAYS] or list(
            self.speech.topics
        )
        topic = roll.choice(fresh)
        spoken[topic] = day
        return topic

    def _statement(self, roll: random.Random, topic: str, said_today: list[tuple[Said, ...]]) -> tuple[Said, ...]:
        """What is said next on a day: mostly something new on the topic (nothing where all of it is said); at times the
        same pattern again with other names or numbers; rarely just the same again."""
        again = roll.random()
        if said_today and again < 0.02:
            return roll.choice(said_today)
        if said_today and again < 0.15:
            before = roll.choice(said_today)
            if any(units()[one.unit].slots for one in before):
                return tuple(self.speech.fill(roll, units()[one.unit]) for one in before)
        used = {one.unit for said in said_today for one in said}
        return self.speech.say(roll, topic, roll.choice((1, 1, 2, 2, 3)), besides=used)
