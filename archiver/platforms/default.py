"""What a platform module inherits: the answers of a platform of which nothing more is known than its permalinks.

Its permalinks name posts, and its pages can be stored as they answer; nothing is concluded about a post's state, and no
search leads from words to an id. A platform takes over one method after the other as its public answers become known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Mention, Post, PostRef, State
from archiver.platforms.base import (
    ArchiveQuery,
    Clues,
    DayRange,
    EmbedRule,
    Example,
    Inquiry,
    Remark,
    Signature,
    TextRule,
)
from archiver.platforms.marks import Mark


class DefaultPlatform:
    """Base of platforms: a subclass gives what finds posts (`archiver.platforms.base.Platform` says what for), and what
    it knows to ask."""

    name: str
    hosts: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    address_marks: tuple[Mark, ...] = ()
    embed_rules: tuple[EmbedRule, ...] = ()
    signature: Signature | None = None
    text_rules: tuple[TextRule, ...] = ()
    control: PostRef | None = None

    def ref_from_url(self, url: str) -> PostRef | None:
        raise NotImplementedError

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        raise NotImplementedError

    def ref_in(self, scope: str | None, post_id: str) -> PostRef | None:
        ref = self.ref_from_id(f"{scope}/{post_id}" if scope else post_id)
        return ref if ref.url else None

    def time_of(self, post_id: str) -> datetime | None:
        """Null: unless a subclass knows better, ids carry no time."""
        return None

    def day_range(self, day: date, *, slack_hours: int = 0) -> DayRange | None:
        """Null: unless a subclass knows better, ids carry no time."""
        return None

    def look(self, ref: PostRef) -> Inquiry:
        yield self._nobody()

    def judge(self, ref: PostRef, answers: Sequence[Answer]) -> Answer:
        return self._nobody()

    def _nobody(self) -> Answer:
        return Answer(
            state=State.UNRESOLVED,
            kind=AnswerKind.NOT_PUBLIC,
            reason=f"no public endpoint of {self.name} tells of its posts",
        )

    def control_for(self, ref: PostRef) -> PostRef | Inquiry | None:
        return self.control

    def contradictions(self, post: Post) -> tuple[str, ...]:
        return ()

    def search(self, clues: Clues) -> Inquiry:
        yield Remark(text=f"{self.name} has no public list of an account's posts")

    def archive_queries(self, mention: Mention, ids: DayRange | None) -> tuple[ArchiveQuery, ...]:
        return ()

    def archived_urls(self, ref: PostRef) -> tuple[str, ...]:
        # no copy could be read yet, so none is asked for
        return ()

    def read_archived(self, ref: PostRef, exchange: Exchange) -> Post | None:
        return None

    def archived_lists(self, clues: Clues) -> tuple[str, ...]:
        return ()

    def read_archived_list(self, url: str, exchange: Exchange) -> tuple[Post, ...]:
        return ()

    def words_in_url(self, url: str) -> str | None:
        return None

    def page_url(self, ref: PostRef) -> str:
        return ref.url

    def view_url(self, ref: PostRef) -> str:
        return self.page_url(ref)

    def media_urls(self, mention: Mention) -> tuple[str, ...]:
        return ()
