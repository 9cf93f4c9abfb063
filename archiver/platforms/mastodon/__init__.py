"""The fediverse: Mastodon and its relatives, as one object that fits `archiver.platforms.base.Platform`.

Servers of all programs that speak ActivityPub show each other's posts, so they are one platform here, named after the
most common. A post's id is one server's: its reference says which (`PostRef.scope`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from archiver.exchange import Exchange
from archiver.model import Answer, Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, Clues, DayRange, EmbedRule, Example, Inquiry, Signature, TextRule
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.marks import Mark
from archiver.platforms.mastodon import answers, archived, ids, looking, residue, search, urls, vouching
from archiver.platforms.mastodon.embeds import RULES
from archiver.platforms.mastodon.signature import SIGNATURE


class Mastodon(DefaultPlatform):
    """The platform Mastodon. Stateless: one instance, `PLATFORM`, serves everything."""

    name = urls.NAME
    hosts: tuple[str, ...] = ()
    examples: tuple[Example, ...] = urls.EXAMPLES
    address_marks: tuple[Mark, ...] = urls.ADDRESS_MARKS
    embed_rules: tuple[EmbedRule, ...] = RULES
    signature: Signature | None = SIGNATURE
    text_rules: tuple[TextRule, ...] = residue.RULES

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)

    def ref_in(self, scope: str | None, post_id: str) -> PostRef | None:
        return urls.ref_in(scope, post_id) if scope else None

    def time_of(self, post_id: str) -> datetime | None:
        return ids.time_of(post_id)

    def day_range(self, day: date, *, slack_hours: int = 0) -> DayRange | None:
        return ids.day_range(day, slack_hours=slack_hours)

    def look(self, ref: PostRef) -> Inquiry:
        return looking.look(ref)

    def judge(self, ref: PostRef, given: Sequence[Answer]) -> Answer:
        return answers.judge(ref, given)

    def control_for(self, ref: PostRef) -> PostRef | Inquiry | None:
        return vouching.vouch_for(ref)

    def search(self, clues: Clues) -> Inquiry:
        return search.search(clues)

    def archive_queries(self, mention: Mention, ids: DayRange | None) -> tuple[ArchiveQuery, ...]:
        return archived.archive_queries(mention, ids)

    def archived_urls(self, ref: PostRef) -> tuple[str, ...]:
        return archived.archived_urls(ref)

    def read_archived(self, ref: PostRef, exchange: Exchange) -> Post | None:
        return archived.read_archived(ref, exchange)

    def archived_lists(self, clues: Clues) -> tuple[str, ...]:
        return archived.archived_lists(clues)

    def read_archived_list(self, url: str, exchange: Exchange) -> tuple[Post, ...]:
        return archived.read_archived_list(url, exchange)


PLATFORM = Mastodon()
