"""What every platform module offers: the questions that detection, resolution and audit ask of a platform.

A platform is data and pure functions: it reads what it is given and says what to ask next; it never does I/O. Adding a
platform means adding one module (or package) with an object of this shape, and an entry point in the group
`archiver.platforms`, so that others can ship theirs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec
from selectolax.lexbor import LexborNode

from archiver.exchange import Exchange
from archiver.model import Answer, Mention, Post, PostRef
from archiver.platforms.marks import Mark


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A permalink and what it must be read as; one parametrised test runs those of every platform."""

    url: str
    id: str | None
    """null: this looks like a post of the platform and is none."""
    handle: str | None = None
    canonical: str | None = None


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """One question to one public endpoint: about one post, about an account, or for a list of posts."""

    endpoint: str
    """Such as `x.oembed`."""
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    follow: bool = True
    """Whether redirects are followed; false where the redirect itself is the answer."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """Posts that one answer lists, as far as it shows each."""

    posts: tuple[Post, ...]
    endpoint: str = ""
    record_id: str | None = None
    """The WARC record that holds the answer."""


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """Something that `--explain` tells people; nothing is concluded from it."""

    text: str


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Something that should have been asked or read and could not be: a post that was not found may be there."""

    text: str


Step = Lookup | Answer | Shown | Remark | Gap

Inquiry = Generator[Step, Exchange | None, None]
"""A platform's way of finding something out, without doing any I/O: it yields `Lookup`s and is sent the answer to each
(the last one, where redirects are followed), or null where none came (whoever drives it has noted that). Between them
it yields what it has read: `Answer`s about the post, `Shown` posts, `Remark`s, `Gap`s; to these null is sent. It may be
closed at any step, and given the same answers it asks and says the same."""


class Clues(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a post that is looked for among the posts of its account."""

    handle: str
    """As the article shows it, without `@`; of the fediverse `user@host`."""
    since: datetime | None
    """The earliest time at which it can have been posted; null where nothing is known."""
    until: datetime | None
    """The time before which it was posted: the end of the printed day with its slack, or the article's own day."""
    words: str | None = None
    """Its words as the article shows them: reworded, cut, translated."""
    most_requests: int = 8
    """So many lookups are made at the most; a search that has to stop there says so in a `Gap`."""


def in_turn(ref: PostRef, lookups: Sequence[Lookup], read: Callable[[Lookup, PostRef, Exchange], Answer]) -> Inquiry:
    """The inquiry of a platform whose endpoints are asked one after the other, none depending on another's answer."""
    for lookup in lookups:
        exchange = yield lookup
        if exchange is not None:
            yield read(lookup, ref, exchange)


def decimal_number(post_id: str) -> int | None:
    """The number that an id of digits is, also at the end of a URN, as LinkedIn's are; null for any other id."""
    number = post_id.rpartition(":")[2]
    return int(number) if number.isdecimal() else None


class DayRange(msgspec.Struct, frozen=True, kw_only=True):
    """The ids that a post of one day can have, as numbers, both ends included."""

    first: int
    last: int
    number_of: Callable[[str], int | None] = decimal_number
    """What number an id stands for, where ids are not written in digits."""

    def __contains__(self, post_id: str) -> bool:
        number = self.number_of(post_id)
        return number is not None and self.first <= number <= self.last


class ArchiveQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A prefix to ask a web archive's CDX server for, where candidates of one handle and day may be."""

    prefix: str
    """URL prefix without the `*`: `twitter.com/HANDLE/status/1590`."""
    since: str | None = None
    """Earliest possible capture, 8 digits: nothing is captured before it is posted."""
    late: bool = False
    """Asked only where the queries before it have found no post: a place where few are."""
    until: str | None = None
    """Latest capture that is asked for, 8 digits: where ids carry no time, captures of the first weeks are the best
    there is to narrow an account's posts by."""


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """A post as an element of HTML shows it, read by a platform; detection makes a `Mention` of it."""

    post_id: str | None
    """null where only a signature is there."""
    found_url: str | None = None
    """The permalink as it stands in the page."""
    handle: str | None = None
    display_name: str | None = None
    printed: str | None = None
    """The date as the embed prints it, in any language."""
    time: str | None = None
    """RFC 3339, where the markup holds the exact time."""
    text: str | None = None
    content_id: str | None = None
    """The hash of the post's record, where the markup carries it (Bluesky's CID)."""
    links: tuple[str, ...] = ()
    url: str | None = None
    """Canonical permalink, where `Platform.ref_from_id` could not make it from id and handle alone (`/reel/`, the host
    of a server, a group); null: it is made from these two."""
    date_basis: str | None = None
    """Whose day `printed` is: `utc`, `viewer`; null: what the platform's signature says, or unknown."""
    shape: str = ""
    """Which pieces were there, in a few words (`permalink and signature`): what the confidence is calibrated by, and
    what readers are told as its reason."""
    confidence: float = 0.99
    """How sure the reading is before calibration."""


class EmbedRule(msgspec.Struct, frozen=True, kw_only=True):
    """One form in which HTML holds a post of a platform. Detection walks the document once and asks `read` of the
    elements that a rule waits for, so a rule costs nothing on other elements.

    An element is waited for when one of its classes is in `classes`, one of its attributes is in `attributes`, its tag
    is in `tags`, its id begins with one of `id_prefixes`, or it is a `<script>` whose text has one of `in_script`.
    """

    name: str
    """Such as `x.blockquote`."""
    read: Callable[[LexborNode], Sighting | tuple[Sighting, ...] | None]
    """What the element shows of a post, or of each (a script may draw several); null where it shows none."""
    tags: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    id_prefixes: tuple[str, ...] = ()
    in_script: frozenset[str] = frozenset()
    needs: str = ""
    """What the source of every page holds in which this rule reads something: for rules that wait for common tags."""
    marks: tuple[Mark, ...] | None = None
    """One of these, or of the platform's `address_marks`, is in the source of every page in which this rule reads
    something (`archiver.platforms.marks`): how a scan passes over pages that hold no post. Empty: it reads nothing
    without the address of a post. Null: what the rule waits for is its mark."""
    examples: tuple[str, ...] = ()
    """Invented markup that this rule must read; one parametrised test runs those of every rule."""
    example_id: str | None = None
    """The id of the post in every example; null where they show none."""


class TextSighting(msgspec.Struct, frozen=True, kw_only=True):
    """A post as bare text shows it, read by a platform; offsets are code points of the whole text."""

    start: int
    """Where what the embed left begins: its line (`A post shared by …`), or the post's own words if they are in it."""
    end: int
    handle: str | None = None
    display_name: str | None = None
    date: str | None = None
    """ISO day; RFC 3339 with the printed zone's offset where a time and its zone are shown."""
    date_basis: str | None = None
    post_id: str | None = None
    url: str | None = None
    """Canonical permalink, where the text holds one."""
    found_url: str | None = None
    text: str | None = None
    """The post's own words, where this rule knows them (between `@handle` and `♬`, a title before `by u/…`)."""
    words_before: bool = False
    """The post's own words stand before `start`: detection looks for where they begin."""
    shape: str = ""
    """As in `Sighting`."""
    confidence: float = 0.9
    """How sure the reading is before calibration."""


class TextExample(msgspec.Struct, frozen=True, kw_only=True):
    """Invented text and what must be read in it; one parametrised test runs those of every rule."""

    text: str
    handle: str | None = None
    display_name: str | None = None
    date: str | None = None
    post_id: str | None = None
    words: str | None = None
    """The post's own words; null where none are there."""


class TextRule(msgspec.Struct, frozen=True, kw_only=True):
    """One form in which an embed's residue stands in bare text. Detection searches the text once for every trigger and
    asks `read` at each place, so a rule costs little on other texts.

    `read(text, at, floor)`: `at` is the offset of a trigger, nothing before `floor` may be used (it belongs to the post
    before). It looks at a bounded window around `at`, and returns null for what is none of the platform's.
    """

    name: str
    """Such as `instagram.shared`."""
    triggers: tuple[str, ...]
    """Literal strings, as they are written, one of which every form contains. Few and telling: each is one more search
    over the text; `@` is searched for anyway."""
    read: Callable[[str, int, int], TextSighting | None]
    beside: re.Pattern[str] | None = None
    """Where `@` is a trigger, and neither a bracket nor a number need stand by it: what stands near it instead, in
    small letters. A page is only read as text where something of the kind is in it."""
    examples: tuple[TextExample, ...] = ()
    negatives: tuple[str, ...] = ()
    """Invented text that looks alike and is no post: a by-line, a credit, a menu."""
    in_html: bool = True
    """Whether it is asked in the text of a page too: not where the frame that left these words shows itself there."""
    marks: tuple[Mark, ...] | None = None
    """Beside `@`, which is looked for anyway: one of these patterns is in the source of every page in whose text this
    rule reads something, as a scan looks for it. Null: its triggers."""


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """How a post is signed where only its text is left: `— Display Name (@handle) November 9, 2022`."""

    rule: str
    """Such as `x.signature`."""
    handle: str
    """A regular expression for a handle, without `@`."""
    limits: tuple[tuple[str, int, int], ...]
    """(first ISO day, longest text, what a wide character counts), oldest first."""
    link_weight: int
    """What a link counts towards the limit, however long it is."""
    media_links: str
    """A regular expression for a link to the post's own picture, which ends a post's text; `(?!)` if there is none."""
    media_triggers: tuple[str, ...] = ()
    """Literal strings, with one of which every such link begins: what a text is searched for where a post's signature
    is lost. Empty where such a link is no sign of a post."""
    date_basis: str | None = None
    timed: bool = False
    """Whether a time of day may follow the date (Bluesky's does, X's never)."""
    telling: bool = False
    """Whether the handle alone tells the platform (`ana.bsky.social`, `@ana@server.example`)."""
    placeholder: str = "(?!)"
    """A regular expression for what the embed writes where the post has a picture (`[image or embed]`): it ends the
    post's words and is none of them."""


class Platform(Protocol):
    """All that is known of one platform."""

    name: str
    hosts: tuple[str, ...]
    """Registered domains of its permalinks (`x.com` stands for `www.x.com` too); empty where any host can be one of its
    servers, and a permalink is known by its path alone."""
    examples: tuple[Example, ...]
    embed_rules: tuple[EmbedRule, ...]
    """How HTML embeds a post, most telling first."""
    signature: Signature | None
    """How bare text signs a post; null where the platform's embeds leave no signature of this form."""
    text_rules: tuple[TextRule, ...]
    """What else its embeds leave in bare text, most telling first."""
    control: PostRef | None
    """A post that has been public for many years: readable in a run, it shows that the platform answers us. Null where
    there is no one post that could (`control_for`)."""

    def ref_from_url(self, url: str) -> PostRef | None:
        """The post that a permalink in any of its forms names; null for anything else."""
        ...

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        """The reference with its canonical permalink."""
        ...

    def ref_in(self, scope: str | None, post_id: str) -> PostRef | None:
        """The reference of a post that another post names (`Post.quoted`, `Post.in_reply_to`); null where its address
        cannot be told from that."""
        ...

    def time_of(self, post_id: str) -> datetime | None:
        """When the post was made, where its id carries the time."""
        ...

    def day_range(self, day: date, *, slack_hours: int = 0) -> DayRange | None:
        """The ids of one UTC day, widened by `slack_hours` on both sides; null where ids carry no time."""
        ...

    def look(self, ref: PostRef) -> Inquiry:
        """What the public endpoints say of one post: an `Answer` for each, the fullest record first.

        An answer that cannot be read is an `Answer` too (`AnswerKind.UNEXPECTED`). A platform that asks nobody yields
        one `Answer` of the kind `not_public` that says why, and no `Lookup`.
        """
        ...

    def control_for(self, ref: PostRef) -> PostRef | Inquiry | None:
        """What shows that whoever serves this post answers us: `control`; or, where each server stands for itself, an
        inquiry that yields a readable `Answer` where it does. Null where nothing can."""
        ...

    def contradictions(self, post: Post) -> tuple[str, ...]:
        """What in a record cannot be so: its id's time against what it says of itself, its content against its hash.
        Each keeps a mention from being resolved to it."""
        ...

    def judge(self, ref: PostRef, answers: Sequence[Answer]) -> Answer:
        """One state from all answers; positive only where nothing contradicts it."""
        ...

    def search(self, clues: Clues) -> Inquiry:
        """The account's posts of that time, from the platform's own public lists: `Shown` posts, nearest in time first
        where there is a choice. Yields nothing but a `Remark` where the platform has no such list."""
        ...

    def archive_queries(self, mention: Mention, ids: DayRange | None) -> tuple[ArchiveQuery, ...]:
        """Where in a web archive posts of this mention's handle within `ids` may be, cheapest first; `ids` is null
        where ids carry no time, or no day is known."""
        ...

    def archived_lists(self, clues: Clues) -> tuple[str, ...]:
        """URLs of pages that list the account's posts of that time and may be archived, best first; empty where the
        platform's pages list none that can be read."""
        ...

    def read_archived_list(self, url: str, exchange: Exchange) -> tuple[Post, ...]:
        """The posts that an archived copy of such a page shows."""
        ...

    def words_in_url(self, url: str) -> str | None:
        """The post's own words as far as its permalink spells them (Reddit's slug); null where it does not."""
        ...

    def archived_urls(self, ref: PostRef) -> tuple[str, ...]:
        """URLs under which web archives may hold the post, best first."""
        ...

    def read_archived(self, ref: PostRef, exchange: Exchange) -> Post | None:
        """The post's record from an archived page or JSON; null where the capture does not show the post."""
        ...

    def page_url(self, ref: PostRef) -> str:
        """The page that a reader would open, to be stored as it answers."""
        ...

    def view_url(self, ref: PostRef) -> str:
        """The page that shows the post to a browser that is not signed in: the embed's frame, where the post's own page
        is a login wall or an empty shell."""
        ...

    def media_urls(self, mention: Mention) -> tuple[str, ...]:
        """Short links among the mention's own whose redirect names the post; empty where the platform has none."""
        ...
