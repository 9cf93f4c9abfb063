"""Tumblr: its permalinks, the times in its newer ids, and its embed, of which bare text keeps the permalink alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from archiver.exchange import Exchange
from archiver.model import Answer, Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, Clues, DayRange, EmbedRule, Example, Inquiry
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.marks import Mark
from archiver.platforms.tumblr import answers, archived, embeds, endpoints, ids, search, urls


class Tumblr(DefaultPlatform):
    """The platform Tumblr; its handles are names of blogs."""

    name = urls.NAME
    hosts: tuple[str, ...] = urls.HOSTS
    examples: tuple[Example, ...] = urls.EXAMPLES
    address_marks: tuple[Mark, ...] = urls.ADDRESS_MARKS
    embed_rules: tuple[EmbedRule, ...] = embeds.RULES
    control: PostRef | None = urls.ref_from_id("287703110", "staff")
    """Tumblr's own announcement of its API (2009-12-17)."""

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)

    def time_of(self, post_id: str) -> datetime | None:
        return ids.time_of(post_id)

    def day_range(self, day: date, *, slack_hours: int = 0) -> DayRange | None:
        return ids.day_range(day, slack_hours=slack_hours)

    def look(self, ref: PostRef) -> Inquiry:
        return answers.look(ref)

    def judge(self, ref: PostRef, given: Sequence[Answer]) -> Answer:
        return answers.judge(ref, given)

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

    def words_in_url(self, url: str) -> str | None:
        return urls.words_in_url(url)

    def media_urls(self, mention: Mention) -> tuple[str, ...]:
        return endpoints.short_urls(mention)


PLATFORM = Tumblr()
