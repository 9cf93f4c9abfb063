"""Instagram: all that is known of it, as one object that fits `archiver.platforms.base.Platform`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from archiver.exchange import Exchange
from archiver.model import Answer, Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, DayRange, Inquiry
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.idtimes import older_than_its_id
from archiver.platforms.instagram import answers, archived, embeds, endpoints, residues, shortcodes, urls
from archiver.platforms.marks import Mark


class Instagram(DefaultPlatform):
    """The platform Instagram. Stateless: one instance, `PLATFORM`, serves everything."""

    name = urls.NAME
    hosts = urls.HOSTS
    examples = urls.EXAMPLES
    address_marks: tuple[Mark, ...] = urls.ADDRESS_MARKS
    embed_rules = embeds.RULES
    text_rules = residues.RULES

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)

    def time_of(self, post_id: str) -> datetime | None:
        return shortcodes.time_of(post_id)

    def day_range(self, day: date, *, slack_hours: int = 0) -> DayRange | None:
        return shortcodes.day_range(day, slack_hours=slack_hours)

    def look(self, ref: PostRef) -> Inquiry:
        return answers.NETWORK.look(ref)

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

    def page_url(self, ref: PostRef) -> str:
        return endpoints.page_url(ref)

    def media_urls(self, mention: Mention) -> tuple[str, ...]:
        return endpoints.share_urls(mention)

    def view_url(self, ref: PostRef) -> str:
        return endpoints.embed_lookup(ref.id).url


PLATFORM = Instagram()
