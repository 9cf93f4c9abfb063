"""Who lives in the twin: invented accounts and their posts, generated from a seed or built by hand.

Nothing here knows HTTP. A `Population` may be changed while the twin runs (`change`), so that a post can be live at one
look and gone at the next.
"""

from __future__ import annotations

import hashlib
import random
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import product
from typing import Any

from tests.web_twin.sentences import VOICES

SNOWFLAKE_EPOCH_MS = 1288834974657
"""X's ids are milliseconds since then, 22 bits to the left (PLATFORMS: id to time)."""

CODE_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

LONG_POST = 280
"""A post with more characters than this is a "note": the public endpoints cut it."""

CONTROL_ID = "20"
"""A post that has been public since the beginning: clients ask for it to see whether X answers them at all."""


class PostState(StrEnum):
    """What has become of a post (or of its account)."""

    LIVE = "live"
    DELETED = "deleted"
    ACCOUNT_GONE = "account_gone"
    SUSPENDED = "suspended"
    PROTECTED = "protected"
    AGE_RESTRICTED = "age_restricted"
    WITHHELD = "withheld"


def snowflake(when: datetime, low: int = 0) -> str:
    """The id of a post made at `when` (millisecond exact); `low` fills the 22 low bits."""
    ms = round(when.timestamp() * 1000)
    return str((ms - SNOWFLAKE_EPOCH_MS) << 22 | low & 0x3FFFFF)


def code(seed: str, length: int = 10) -> str:
    """A code that looks random and is not: base 62 of a hash."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest())
    letters = []
    for _ in range(length):
        number, rest = divmod(number, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[rest])
    return "".join(letters)


def hexes(seed: str, length: int) -> str:
    """Hexadecimal digits that look random and are not (transaction ids and the like)."""
    return hashlib.sha256(seed.encode()).hexdigest()[:length]


@dataclass(frozen=True, kw_only=True)
class Account:
    """An invented account. `former` holds earlier handles, each with the time until which it was used."""

    handle: str
    name: str
    id: str = ""
    former: tuple[tuple[str, datetime], ...] = ()
    verified_type: str | None = None
    blue: bool = False

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", str(int(hexes("account " + self.handle.lower(), 8), 16) + 10_000))

    def handle_at(self, when: datetime) -> str:
        """The handle that this account had then."""
        for handle, until in self.former:
            if when < until:
                return handle
        return self.handle

    @property
    def handles(self) -> tuple[str, ...]:
        return (*(handle for handle, _ in self.former), self.handle)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A photo or video of a post. Its t.co code is that of the post's media link."""

    kind: str = "photo"
    """`photo`, `video` or `animated_gif`."""
    key: str = ""
    """The name in `pbs.twimg.com/media/KEY.jpg`."""
    width: int = 1200
    height: int = 800
    alt: str | None = None
    borrowed_from: tuple[str, str] | None = None
    """Handle and status id of the post from which a video was borrowed: its expanded URL names that one."""


@dataclass(frozen=True, kw_only=True)
class TwinPost:
    """One post.

    `text` is what the author wrote, without the t.co links that X appends for media and quotes; other links stand in it
    as `https://t.co/CODE`, and `links` maps their codes to where they lead. Give `created`, or an `id` that carries it.
    """

    account: Account
    text: str
    id: str = ""
    created: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    lang: str = "en"
    state: PostState = PostState.LIVE
    links: tuple[tuple[str, str], ...] = ()
    media: tuple[Picture, ...] = ()
    reply_to: str | None = None
    """Id of the post that this one answers; the text then begins with the @-mentions of who is answered."""
    quotes: str | None = None
    """Id of the quoted post."""
    versions: tuple[str, ...] = ()
    """Ids of all versions of an edited post, oldest first, its own among them."""
    likes: int = 0
    replies: int = 0
    sensitive: bool = False
    withheld_in: str = "Germany"
    archived: tuple[str, ...] | None = None
    """Kinds of captures that the web archive holds (`wayback.CAPTURE_KINDS`); null: as was usual in the post's time."""
    syndication: str | None = None
    """An answer of the syndication endpoint that differs from the state: `empty`, `bare_tombstone`,
    `deleted_tombstone`, `unavailable_tombstone`, `violated_tombstone`, `no_user`, `no_quoted`, `404`."""

    def __post_init__(self) -> None:
        if self.id and self.created.year == 1970:
            if int(self.id) > 30_000_000_000:
                ms = (int(self.id) >> 22) + SNOWFLAKE_EPOCH_MS
                object.__setattr__(self, "created", datetime.fromtimestamp(ms / 1000, UTC))
            else:
                raise ValueError("an id from before November 2010 carries no time: give `created` too")
        if not self.id:
            if self.created.year == 1970:
                raise ValueError("give `created` or `id`")
            low = int(hexes(f"{self.account.id} {self.text}", 6), 16) & 0x3FFFFF
            object.__setattr__(self, "id", snowflake(self.created, low))

    # -- derived

    @property
    def handle(self) -> str:
        """The handle that the account has now."""
        return self.account.handle

    @property
    def handle_then(self) -> str:
        """The handle under which it was posted."""
        return self.account.handle_at(self.created)

    @property
    def url(self) -> str:
        return f"https://x.com/{self.handle}/status/{self.id}"

    @property
    def day(self) -> date:
        """The UTC day that embeds print."""
        return self.created.astimezone(UTC).date()

    @property
    def media_code(self) -> str | None:
        """The t.co (and pic.twitter.com) code of the media."""
        return code(f"media {self.id}") if self.media else None

    @property
    def quote_code(self) -> str | None:
        return code(f"quote {self.id}") if self.quotes else None

    @property
    def note_code(self) -> str | None:
        return code(f"note {self.id}") if self.long else None

    @property
    def long(self) -> bool:
        return len(self.text) > LONG_POST

    @property
    def edited(self) -> bool:
        return len(self.versions) > 1

    @property
    def stale(self) -> bool:
        """A newer version exists."""
        return self.edited and self.versions[-1] != self.id

    @property
    def shown_text(self) -> str:
        """The text as the public endpoints have it, unescaped and without appended links: long posts are cut."""
        if not self.long:
            return self.text
        cut = self.text[: LONG_POST - 6]
        return cut[: cut.rfind(" ")] + "…" if " " in cut else cut + "…"

    @property
    def leading_mentions(self) -> int:
        """How many characters of the text the @-mentions of a reply take, with the spaces."""
        if self.reply_to is None:
            return 0
        rest = self.text
        while rest.startswith("@"):
            _, _, rest = rest.partition(" ")
        return len(self.text) - len(rest)


@dataclass(eq=False)
class Population:
    """All accounts and posts, by id and by handle. Thread-safe."""

    initial: Iterable[TwinPost] = ()
    seed: int = 1
    _posts: dict[str, TwinPost] = field(default_factory=dict, repr=False)
    _links: dict[str, str] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    version: int = 0
    """Counts changes, so that what is derived from the posts knows when it is stale."""

    def __post_init__(self) -> None:
        for post in self.initial:
            self.add(post)
        self.initial = ()

    # -- reading

    @property
    def posts(self) -> list[TwinPost]:
        """All posts, oldest first."""
        with self._lock:
            return sorted(self._posts.values(), key=lambda post: (post.created, post.id))

    def __iter__(self) -> Iterator[TwinPost]:
        return iter(self.posts)

    def __len__(self) -> int:
        return len(self._posts)

    @property
    def accounts(self) -> list[Account]:
        """Every account once, in the order of their first posts."""
        return list({post.account.id: post.account for post in self.posts}.values())

    def by_id(self, post_id: str) -> TwinPost | None:
        return self._posts.get(post_id)

    def __getitem__(self, post_id: str) -> TwinPost:
        return self._posts[post_id]

    def account(self, handle: str) -> Account | None:
        """The account that has this handle now, in any case."""
        handle = handle.lower()
        return next((account for account in self.accounts if account.handle.lower() == handle), None)

    def of(self, handle: str) -> list[TwinPost]:
        """The posts of who has or had this handle (any case), oldest first."""
        handle = handle.lower()
        return [post for post in self.posts if handle in (known.lower() for known in post.account.handles)]

    def on(self, handle: str, day: date) -> list[TwinPost]:
        """The posts of one handle on one UTC day."""
        return [post for post in self.of(handle) if post.day == day]

    def where(self, **fields: Any) -> list[TwinPost]:
        """The posts whose fields have these values: `where(state=PostState.DELETED, lang="uk")`."""
        return [post for post in self.posts if all(getattr(post, name) == value for name, value in fields.items())]

    def link(self, link_code: str) -> str | None:
        """Where `https://t.co/CODE` leads; codes are case-sensitive."""
        return self._links.get(link_code)

    def shown_picture(self, key: str) -> tuple[TwinPost, Picture] | None:
        """The picture (or film) of this name, and the post that shows it; null where none may be seen."""
        shown = (post for post in self.posts if post.state in (PostState.LIVE, PostState.WITHHELD))
        return next(((post, one) for post in shown for one in post.media if one.key == key), None)

    # -- changing

    def add(self, post: TwinPost) -> TwinPost:
        """Add a post, or put it in the place of the one with its id."""
        with self._lock:
            self._posts[post.id] = post
            self._links.update(post.links)
            if post.media_code:
                kind = "photo" if post.media[0].kind == "photo" else "video"
                self._links[post.media_code] = f"https://twitter.com/{post.handle_then}/status/{post.id}/{kind}/1"
            if post.note_code:
                self._links[post.note_code] = f"https://twitter.com/i/web/status/{post.id}"
            if post.quote_code and post.quotes:
                quoted = self._posts.get(post.quotes)
                name = quoted.handle_then if quoted else "i/web"
                self._links[post.quote_code] = f"https://twitter.com/{name}/status/{post.quotes}"
            self.version += 1
        return post

    def change(self, post_id: str, **fields: Any) -> TwinPost:
        """Change a post's fields: `change(id, state=PostState.DELETED)`."""
        return self.add(replace(self[post_id], **fields))

    def change_account(self, handle: str, state: PostState) -> None:
        """Give all posts of an account one state (suspended, gone, protected)."""
        for post in self.of(handle):
            self.change(post.id, state=state)

    def rename(self, handle: str, new_handle: str, when: datetime) -> Account:
        """Rename an account: from `when` on its posts are found under the new handle only."""
        posts = self.of(handle)
        old = posts[0].account
        renamed = replace(old, handle=new_handle, former=(*old.former, (old.handle, when)))
        for post in posts:
            self.change(post.id, account=renamed)
        return renamed

    # -- making

    @classmethod
    def generate(cls, seed: int = 1, posts_per_account: int = 10) -> Population:
        """The population of a seed: the same accounts and posts every time.

        Fourteen accounts in eight languages with `posts_per_account` posts each (at least 8): some of them on the same
        day, some seconds around midnight UTC; with replies, quotes, photos, videos, edits, long posts, and every state.
        """
        return _Maker(seed, max(8, posts_per_account)).population()


RENAMED_AT = datetime(2023, 3, 1, tzinfo=UTC)

ACCOUNTS: tuple[tuple[str, str, str], ...] = (
    # handle, display name, language; names with what makes names hard: emoji, marks, brackets, other scripts
    ("quay_ledger", "The Quay Ledger", "en"),
    ("Marlow_Tidewell", "Marlow Tidewell (she/her) ⚓", "en"),
    ("lampcount41", "🔦💡", "en"),
    ("Surmach_Olenka", "Оленка Сурмач 🌻", "uk"),
    ("zatoka_varta", "Варта Затоки | новини", "uk"),
    ("KaiBrueckner_", "Käthe Brückner", "de"),
    ("drehbruecke_info", "Drehbrücke – Info & Service", "de"),
    ("marsad_mina", "\u200fمرصد الميناء\u200e", "ar"),
    ("noa_barkai_x", "\u2067נועה ברקאי\u2069", "iw"),
    ("minatomachi_d", "港町だより🚢@旋回橋", "ja"),
    ("LuciaDelFaro7", "Lucía del Faro", "es"),
    ("renuka_tat", "रेणुका तट", "hi"),
    ("FerryWatchHQ", "Ferry Watch", "en"),
    ("wharf_archive", "Wharf ‘Archive’ — “notes”", "en"),
)

YEARS = (2012, 2014, 2016, 2017, 2018, 2019, 2020, 2021, 2022, 2023, 2024, 2025)


class _Maker:
    """Makes the population of one seed."""

    def __init__(self, seed: int, per_account: int) -> None:
        self._random = random.Random(f"web twin population {seed}")
        self._seed = seed
        self._per_account = per_account
        self._population = Population(seed=seed)
        self._said: set[tuple[str, str]] = set()
        self._again = 1

    def population(self) -> Population:
        for handle, name, lang in ACCOUNTS:
            account = Account(
                handle=handle,
                name=name,
                former=(("FerryWatch", RENAMED_AT),) if handle == "FerryWatchHQ" else (),
                blue=self._random.random() < 0.4,
                verified_type="Government" if handle == "drehbruecke_info" else None,
            )
            self._post_all(account, lang)
        self._population.add(
            TwinPost(
                account=Account(handle="first_keeper", name="First Keeper", id="12"),
                id=CONTROL_ID,
                created=datetime(2006, 3, 21, 20, 50, 14, tzinfo=UTC),
                text="lighting the first lamp of the pier",
                likes=1,
                archived=("legacy", "legacy", "shell"),
            )
        )
        return self._population

    def _post_all(self, account: Account, lang: str) -> None:
        posts = [self._post(account, lang, when) for when in self._times()]
        self._decorate(account, lang, posts)
        for post in sorted(posts, key=lambda post: post.created):
            self._population.add(post)
        self._add_edit(account, lang, posts)
        self._spread_states(posts)

    def _times(self) -> list[datetime]:
        """Times of an account's posts: a busy day of three, a pair around midnight UTC, the rest over the years."""
        roll = self._random
        busy = datetime(roll.choice(YEARS[5:9]), roll.randint(1, 12), roll.randint(2, 27), tzinfo=UTC)
        times = [
            busy + timedelta(seconds=roll.randint(3600, 80_000), milliseconds=roll.randrange(1000)) for _ in range(3)
        ]
        midnight = datetime(roll.choice(YEARS[2:9]), roll.randint(1, 12), roll.randint(2, 27), tzinfo=UTC)
        times += [
            midnight - timedelta(milliseconds=roll.randint(1, 5000)),
            midnight + timedelta(milliseconds=roll.randint(0, 5000)),
        ]
        while len(times) < self._per_account:
            start = datetime(roll.choice(YEARS), 1, 1, tzinfo=UTC)
            times.append(start + timedelta(days=roll.randrange(365), milliseconds=roll.randrange(86_400_000)))
        return times

    def _say(self, lang: str) -> str:
        """A text that nobody has said yet."""
        voice = VOICES[lang]
        pairs = [pair for pair in product(voice.openings, voice.continuations) if pair not in self._said]
        if pairs:
            pair = self._random.choice(pairs)
            self._said.add(pair)
            return " ".join(pair)
        self._again += 1
        return f"{self._random.choice(voice.openings)} {self._random.choice(voice.continuations)} ({self._again})"

    def _post(self, account: Account, lang: str, when: datetime) -> TwinPost:
        roll = self._random
        voice = VOICES[lang]
        text = self._say(lang)
        if roll.random() < 0.35:
            text += " " + roll.choice(voice.emoji)
        if roll.random() < 0.35:
            text += f" #{roll.choice(voice.hashtags)}"
        if roll.random() < 0.2:
            text = text.replace(" ", "\n\n", 1) if lang == "ja" else text.replace(". ", ".\n\n", 1)
        return TwinPost(
            account=account,
            text=text,
            id=snowflake(when, roll.randrange(1 << 22)),
            created=when,
            lang=lang,
            likes=roll.randrange(2000),
            replies=roll.randrange(60),
        )

    def _decorate(self, account: Account, lang: str, posts: list[TwinPost]) -> None:
        """Give posts their features, by place, so that every account has each of them."""
        roll = self._random
        by_time = sorted(range(len(posts)), key=lambda n: posts[n].created)
        first, *rest = by_time

        def put(place: int, **fields: Any) -> None:
            posts[place] = replace(posts[place], **fields)

        link = code(f"link {posts[rest[0]].id}")
        put(
            rest[0],
            text=f"{posts[rest[0]].text} https://t.co/{link}",
            links=(
                (
                    link,
                    f"https://news.example/{posts[rest[0]].created.year}/quay-report?ref=post&n={roll.randrange(90)}",
                ),
            ),
        )
        put(
            rest[1],
            media=(Picture(key=code(f"picture {posts[rest[1]].id}", 15), alt="A bridge in the fog & two cranes"),),
        )
        put(rest[2], reply_to=posts[first].id, text=f"@{posts[first].handle_then} {posts[rest[2]].text}")
        put(rest[3], quotes=posts[first].id)
        put(rest[4], media=(Picture(kind="video", key=code(f"video {posts[rest[4]].id}", 15), width=848, height=720),))
        if posts[rest[-1]].created.year >= 2023:
            longer = [posts[rest[-1]].text]
            while len(" ".join(longer)) <= LONG_POST + 120:
                longer.append(self._say(lang))
            put(rest[-1], text=" ".join(longer))
        if len(rest) > 6:
            other = roll.choice([known.account for known in self._population.posts] or [account])
            put(rest[5], text=f"{posts[rest[5]].text} @{other.handle}")

    def _add_edit(self, account: Account, lang: str, posts: list[TwinPost]) -> None:
        """An edited post: a first version with a slip, and the second one that X shows."""
        when = datetime(2023, 6, 1, 9, tzinfo=UTC) + timedelta(milliseconds=self._random.randrange(10**10))
        later = when + timedelta(minutes=self._random.randint(1, 25))
        final = self._post(account, lang, later)
        slip = replace(final, id=snowflake(when, self._random.randrange(1 << 22)), created=when, text=final.text + " …")
        versions = (slip.id, final.id)
        self._population.add(replace(slip, versions=versions))
        self._population.add(replace(final, versions=versions))

    def _spread_states(self, posts: list[TwinPost]) -> None:
        """Every third post has some state other than live; states of accounts are spread over posts here, which no real
        account could be, so that each of them occurs in each language."""
        others = [state for state in PostState if state is not PostState.LIVE]
        ordered = sorted(posts, key=lambda post: post.created)
        for place, post in enumerate(ordered):
            if place % 3 == 2:
                self._population.change(post.id, state=self._random.choice(others))
