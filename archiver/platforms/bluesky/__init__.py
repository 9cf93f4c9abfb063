"""Bluesky: all that is known of it, as one object that fits `archiver.platforms.base.Platform`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from archiver.exchange import Exchange
from archiver.model import Answer, Mention, Post, PostRef
from archiver.platforms.base import (
    ArchiveQuery,
    Clues,
    DayRange,
    EmbedRule,
    Example,
    Inquiry,
    Signature,
    TextRule,
)
from archiver.platforms.bluesky import archived, consistency, endpoints, ids, looking, residue, urls
from archiver.platforms.bluesky import search as searching
from archiver.platforms.bluesky.embeds import RULES
from archiver.platforms.bluesky.signature import SIGNATURE
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.marks import Mark


class Bluesky(DefaultPlatform):
    """The platform Bluesky. Stateless: one instance, `PLATFORM`, serves everything."""

    name = urls.NAME
    hosts: tuple[str, ...] = urls.HOSTS
    examples: tuple[Example, ...] = urls.EXAMPLES
    address_marks: tuple[Mark, ...] = urls.ADDRESS_MARKS
    embed_rules: tuple[EmbedRule, ...] = RULES
    signature: Signature | None = SIGNATURE
    text_rules: tuple[TextRule, ...] = residue.RULES
    control: PostRef | None = urls.of_account(endpoints.CONTROL_KEY, endpoints.CONTROL_DID, endpoints.CONTROL_HANDLE)

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)

    def time_of(self, post_id: str) -> datetime | None:
        return ids.time_of(post_id)

    def day_range(self, day: date, *, slack_hours: int = 0) -> DayRange | None:
        return ids.day_range(day, slack_hours=slack_hours)

    def look(self, ref: PostRef) -> Inquiry:
        return looking.look(ref)

    def judge(self, ref: PostRef, given: Sequence[Answer]) -> Answer:
        return looking.judge(ref, given)

    def contradictions(self, post: Post) -> tuple[str, ...]:
        return tuple(found.text for found in consistency.of_post(post) if found.impossible)

    def search(self, clues: Clues) -> Inquiry:
        return searching.search(clues)

    def archive_queries(self, mention: Mention, ids: DayRange | None) -> tuple[ArchiveQuery, ...]:
        return archived.archive_queries(mention, ids) if ids else ()

    def archived_urls(self, ref: PostRef) -> tuple[str, ...]:
        return archived.archived_urls(ref)

    def read_archived(self, ref: PostRef, exchange: Exchange) -> Post | None:
        return archived.read_archived(ref, exchange)

    def archived_lists(self, clues: Clues) -> tuple[str, ...]:
        return archived.archived_lists(clues)

    def read_archived_list(self, url: str, exchange: Exchange) -> tuple[Post, ...]:
        return archived.read_archived_list(url, exchange)

    def view_url(self, ref: PostRef) -> str:
        return endpoints.view_url(ref)


PLATFORM = Bluesky()
