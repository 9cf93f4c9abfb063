"""Weibo: its permalinks, the times in its numbers, and how its posts are copied into text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from archiver.exchange import Exchange
from archiver.model import Answer, Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, DayRange, EmbedRule, Example, Inquiry, TextRule, in_turn
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.idtimes import older_than_its_id
from archiver.platforms.marks import Mark
from archiver.platforms.weibo import answers, archived, embeds, endpoints, ids, residues, urls


class Weibo(DefaultPlatform):
    """The platform Weibo. A permalink's handle is the account's number, a text's is its name."""

    name = urls.NAME
    hosts: tuple[str, ...] = urls.HOSTS
    examples: tuple[Example, ...] = urls.EXAMPLES
    address_marks: tuple[Mark, ...] = urls.ADDRESS_MARKS
    embed_rules: tuple[EmbedRule, ...] = embeds.RULES
    text_rules: tuple[TextRule, ...] = residues.RULES
    control: PostRef | None = urls.ref_from_id(endpoints.CONTROL_ID)

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)

    def time_of(self, post_id: str) -> datetime | None:
        return ids.time_of(post_id)

    def day_range(self, day: date, *, slack_hours: int = 0) -> DayRange | None:
        return ids.day_range(day, slack_hours=slack_hours)

    def look(self, ref: PostRef) -> Inquiry:
        return in_turn(ref, endpoints.lookups(ref), answers.read_answer)

    def contradictions(self, post: Post) -> tuple[str, ...]:
        return older_than_its_id(post, self.time_of(post.id))

    def judge(self, ref: PostRef, given: Sequence[Answer]) -> Answer:
        return answers.judge(ref, given)

    def archive_queries(self, mention: Mention, ids: DayRange | None) -> tuple[ArchiveQuery, ...]:
        return archived.archive_queries(mention, ids)

    def archived_urls(self, ref: PostRef) -> tuple[str, ...]:
        return archived.archived_urls(ref)

    def read_archived(self, ref: PostRef, exchange: Exchange) -> Post | None:
        return archived.read_archived(ref, exchange)


PLATFORM = Weibo()
