"""A platform whose posts are found in articles, but none of whose endpoints is asked about them yet.

Its permalinks name posts, and its pages can be stored as they answer; nothing is concluded about a post's state, and no
search leads from words to an id. A platform module takes over one method after the other as its answers become known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from archiver.exchange import Exchange
from archiver.model import Answer, Mention, Post, PostRef, State
from archiver.platforms.base import ArchiveQuery, DayRange, EmbedRule, Example, Lookup, Signature, TextRule


class Unasked:
    """Base of such platforms: a subclass gives what finds posts (`archiver.platforms.base.Platform` says what for)."""

    name: str
    hosts: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    embed_rules: tuple[EmbedRule, ...] = ()
    signature: Signature | None = None
    text_rules: tuple[TextRule, ...] = ()
    control: PostRef | None = None

    def ref_from_url(self, url: str) -> PostRef | None:
        raise NotImplementedError

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        raise NotImplementedError

    def time_of(self, post_id: str) -> datetime | None:
        """Null: unless a subclass knows better, ids carry no time."""
        return None

    def day_range(self, day: date, *, slack_hours: int = 0) -> DayRange | None:
        """Null: unless a subclass knows better, ids carry no time."""
        return None

    def lookups(self, ref: PostRef) -> tuple[Lookup, ...]:
        return ()

    def read_answer(self, lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
        return Answer(state=State.UNRESOLVED, reason=self._silence, endpoint=lookup.endpoint)

    def judge(self, ref: PostRef, answers: Sequence[Answer]) -> Answer:
        return Answer(state=State.UNRESOLVED, reason=self._silence, endpoint="")

    @property
    def _silence(self) -> str:
        return f"no public endpoint of {self.name} is asked about its posts yet"

    def archive_queries(self, mention: Mention, ids: DayRange) -> tuple[ArchiveQuery, ...]:
        return ()

    def archived_urls(self, ref: PostRef) -> tuple[str, ...]:
        # no copy could be read yet, so none is asked for
        return ()

    def read_archived(self, ref: PostRef, exchange: Exchange) -> Post | None:
        return None

    def page_url(self, ref: PostRef) -> str:
        return ref.url

    def media_urls(self, mention: Mention) -> tuple[str, ...]:
        return ()
