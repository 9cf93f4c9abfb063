"""Truth Social: all that is known of it, as one object that fits `archiver.platforms.base.Platform`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from archiver.exchange import Exchange
from archiver.model import Answer, Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, Clues, DayRange, EmbedRule, Example, Inquiry
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.marks import Mark
from archiver.platforms.mastodon import answers, archived, ids, looking
from archiver.platforms.truthsocial import reading, urls
from archiver.platforms.truthsocial.embeds import RULES


class TruthSocial(DefaultPlatform):
    """The platform Truth Social. Stateless: one instance, `PLATFORM`, serves everything. Its frame leaves no text."""

    name = urls.NAME
    hosts: tuple[str, ...] = urls.HOSTS
    examples: tuple[Example, ...] = urls.EXAMPLES
    address_marks: tuple[Mark, ...] = urls.ADDRESS_MARKS
    embed_rules: tuple[EmbedRule, ...] = RULES

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)

    def time_of(self, post_id: str) -> datetime | None:
        """When the post was made: the server runs Mastodon's code."""
        return ids.time_of(post_id) if post_id.isdecimal() else None

    def day_range(self, day: date, *, slack_hours: int = 0) -> DayRange | None:
        return ids.day_range(day, slack_hours=slack_hours)

    def look(self, ref: PostRef) -> Inquiry:
        return looking.look(ref, reading.place_of)

    def judge(self, ref: PostRef, given: Sequence[Answer]) -> Answer:
        return answers.judge(ref, given)

    def control_for(self, ref: PostRef) -> PostRef | Inquiry | None:  # noqa: ARG002 (one server has all posts)
        return reading.vouch()

    def search(self, clues: Clues) -> Inquiry:
        return reading.searched(clues)

    def archive_queries(self, mention: Mention, ids: DayRange | None) -> tuple[ArchiveQuery, ...]:
        handle = mention.handle or ""
        if not urls.IS_HANDLE.fullmatch(handle):
            return ()
        root = f"truthsocial.com/@{handle}/"
        return archived.queries_under(mention, ids, f"{root}posts/", root)

    def archived_urls(self, ref: PostRef) -> tuple[str, ...]:
        found = archived.archived_urls(ref, reading.place_of)
        if ref.handle is None:
            return found
        return (f"https://truthsocial.com/@{ref.handle}/posts/{ref.id}", *found)

    def read_archived(self, ref: PostRef, exchange: Exchange) -> Post | None:
        return archived.read_archived(ref, exchange, reading.place_of)


PLATFORM = TruthSocial()
