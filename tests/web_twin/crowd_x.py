"""The crowd as X sees it: what `XSite`, `Wayback` and the news sites ask of a population, answered from the notes.

Nothing is listed and nothing kept: a post is made when it is asked for by its id, its handle or one of its links. The
codes of a post's links lead back to it, as its ids do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tests.web_twin.crowd import FIRST_DAY, MASK, SCRAMBLE, UNSCRAMBLE, Crowd, Note, Person, digits, number_of
from tests.web_twin.population import (
    CODE_ALPHABET,
    CONTROL_ID,
    LONG_POST,
    SNOWFLAKE_EPOCH_MS,
    Account,
    Picture,
    PostState,
    TwinPost,
    hexes,
    snowflake,
)
from tests.web_twin.speech import Said, Speech

EDITS_SINCE = datetime(2022, 10, 3, tzinfo=UTC)
"""Posts on X can be edited since then; a note that was edited before is as it was written."""

FIRST_VERSION = timedelta(milliseconds=4)
"""The first version of an edited post is older by so much: its id leads to the note next to it."""

LONG_SINCE = datetime(2023, 2, 8, tzinfo=UTC)
"""Since then there are posts of more than 280 characters, which the public endpoints cut; before, who had more to say
said less."""

KINDS = ("media", "link", "note")
"""What a post's t.co codes stand for: its pictures, the link in its words, the rest of a long one."""

CODE_LENGTH, CODE_BITS = 10, 58
CODE_MASK = (1 << CODE_BITS) - 1
ODD, ODD_INVERSE = SCRAMBLE & CODE_MASK | 1, pow(SCRAMBLE & CODE_MASK | 1, -1, 1 << CODE_BITS)
PICTURE_LENGTH = 11

CONTROL = TwinPost(
    account=Account(handle="jack", name="First Keeper", id="12"),
    id=CONTROL_ID,
    created=datetime(2006, 3, 21, 20, 50, 14, tzinfo=UTC),
    text="lighting the first lamp of the pier",
    likes=1,
)
"""The post by which clients see whether X answers them."""


def short_code(note: Note, kind: str) -> str:
    """The t.co code of one of a note's links on X; it looks random, and leads back."""
    ms = note.ms - round(FIRST_DAY.timestamp() * 1000)
    packed = (ms << 14 | note.person.number) << 2 | KINDS.index(kind)
    return digits(packed * ODD & CODE_MASK, CODE_ALPHABET, CODE_LENGTH)


def said_on_x(note: Note) -> tuple[Said, ...]:
    """The statements that X had room for."""
    if note.created >= LONG_SINCE or note.written is not None:
        return note.said
    said = note.said
    while len(said) > 1 and len(_written(note, said)) > LONG_POST:
        said = said[:-1]
    return said


def text_on_x(note: Note) -> str:
    """The words of a note as it was posted on X, its link whole."""
    return note.text if note.written is not None else _written(note, said_on_x(note))


def _written(note: Note, said: tuple[Said, ...]) -> str:
    words = Speech.render(said, note.lang)
    return " ".join(part for part in (words, note.decor, note.link or "") if part)


@dataclass(frozen=True, kw_only=True)
class CrowdPost(TwinPost):
    """A note as X has it."""

    note: Note

    @property
    def media_code(self) -> str | None:
        return short_code(self.note, "media") if self.media else None

    @property
    def note_code(self) -> str | None:
        return short_code(self.note, "note") if self.long else None


class CrowdOnX:
    """All of the crowd's posts on X: fits where a `Population` is wanted to be read.

    It is empty for who wants to go through all posts: there are too many.
    """

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.version = 0
        self.posts: list[TwinPost] = []

    def __iter__(self) -> Iterator[TwinPost]:
        return iter(())

    def __len__(self) -> int:
        return 0

    # -- by id, by handle

    def by_id(self, post_id: str) -> TwinPost | None:
        if post_id == CONTROL_ID:
            return CONTROL
        note = self.crowd.find("x", post_id)
        if note is not None:
            return self.post(note)
        first = self._first_version(post_id)
        return self.post(first, first=True) if first is not None else None

    def __getitem__(self, post_id: str) -> TwinPost:
        post = self.by_id(post_id)
        if post is None:
            raise KeyError(post_id)
        return post

    def account(self, handle: str) -> Account | None:
        """The account that has this handle now, in any case."""
        person = self.crowd.by_handle("x", handle)
        return account_of(person) if person is not None else None

    def of(self, handle: str) -> list[TwinPost]:
        """The posts of who has or had this handle (any case), oldest first."""
        person = self.crowd.once_by_handle("x", handle)
        return [self.post(note) for note in self.crowd.on("x", person)] if person is not None else []

    def on(self, handle: str, day: date) -> list[TwinPost]:
        """The posts of one handle on one UTC day."""
        return [post for post in self.of(handle) if post.day == day]

    # -- by links

    def link(self, link_code: str) -> str | None:
        """Where `https://t.co/CODE` leads."""
        found = self.of_code(link_code)
        if found is None:
            return None
        note, kind = found
        post = self.post(note)
        if kind == "link":
            return note.link
        if kind == "note":
            return f"https://twitter.com/i/web/status/{post.id}" if post.long else None
        return f"https://twitter.com/{post.handle_then}/status/{post.id}/photo/1" if post.media else None

    def of_code(self, link_code: str) -> tuple[Note, str] | None:
        """Whose link a code is, and of which kind."""
        if len(link_code) != CODE_LENGTH or any(char not in CODE_ALPHABET for char in link_code):
            return None
        packed = number_of(link_code, CODE_ALPHABET)
        if packed > CODE_MASK:
            return None
        packed = packed * ODD_INVERSE & CODE_MASK
        kind, who, ms = packed & 3, packed >> 2 & 0x3FFF, packed >> 16
        if kind >= len(KINDS) or who >= self.crowd.size or ms >> 40:
            return None
        note = self.crowd.find("x", snowflake(FIRST_DAY + timedelta(milliseconds=ms), who))
        return (note, KINDS[kind]) if note is not None else None

    def shown_picture(self, key: str) -> tuple[TwinPost, Picture] | None:
        """The picture of this name, and the post that shows it; null where it may not be seen."""
        if len(key) != PICTURE_LENGTH or any(char not in CODE_ALPHABET for char in key):
            return None
        post = self.by_id(str(number_of(key, CODE_ALPHABET) * UNSCRAMBLE & MASK))
        return (post, post.media[0]) if post is not None and post.media and post.state is PostState.LIVE else None

    # -- making

    def post(self, note: Note, *, first: bool = False) -> CrowdPost:
        """A note as X has it; `first`: the version from before it was edited."""
        post_id = note.id_on("x")
        versions = (first_version_id(note), post_id) if is_edited(note) else ()
        text = text_on_x(note) + (" …" if first else "")
        links: tuple[tuple[str, str], ...] = ()
        if note.link and note.link in text:
            link_code = short_code(note, "link")
            text, links = text.replace(note.link, f"https://t.co/{link_code}"), ((link_code, note.link),)
        count = int(hexes(f"likes {post_id}", 4), 16)
        return CrowdPost(
            note=note,
            account=account_of(note.person),
            text=text,
            id=versions[0] if first else post_id,
            created=note.created - FIRST_VERSION if first else note.created,
            lang=note.lang,
            state=note.state,
            links=links,
            media=(picture_of(note),) if note.photo else (),
            versions=versions,
            likes=count % 700,
            replies=count % 13,
        )

    def _first_version(self, post_id: str) -> Note | None:
        """The edited note whose first version has this id."""
        if not post_id.isascii() or not post_id.isdecimal() or int(post_id) < 1 << 40:
            return None
        number = int(post_id)
        ms = (number >> 22) + SNOWFLAKE_EPOCH_MS + FIRST_VERSION // timedelta(milliseconds=1)
        later = (ms - SNOWFLAKE_EPOCH_MS) << 22 | number & 0x3FFFFF
        note = self.crowd.find("x", str(later))
        return note if note is not None and is_edited(note) else None


def is_edited(note: Note) -> bool:
    """Whether X has two versions of it."""
    return note.edited is not None and note.created >= EDITS_SINCE


def first_version_id(note: Note) -> str:
    """The id that an edited note had before."""
    return snowflake(note.created - FIRST_VERSION, note.person.number)


def picture_of(note: Note) -> Picture:
    key = digits(int(note.id_on("x")) * SCRAMBLE & MASK, CODE_ALPHABET, PICTURE_LENGTH)
    return Picture(key=key, alt=note.title[:80] if note.number % 3 else None)


def account_of(person: Person) -> Account:
    """A person's account on X, with the handle that it had before."""
    handles = person.handles("x")
    former = ((handles[0], person.renamed),) if person.renamed is not None and len(handles) > 1 else ()
    return Account(
        handle=handles[-1],
        name=person.name,
        id=person.account_id("x"),
        former=former,
        blue=person.number % 4 == 0,
    )
