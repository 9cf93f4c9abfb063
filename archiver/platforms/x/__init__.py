"""X (Twitter): all that is known of it, as one object that fits `archiver.platforms.base.Platform`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from archiver.exchange import Exchange
from archiver.model import Answer, Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, DayRange, EmbedRule, Example, Inquiry, Signature, TextRule, in_turn
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.marks import Mark
from archiver.platforms.x import answers, archived, endpoints, ids, urls
from archiver.platforms.x.embeds import RULES
from archiver.platforms.x.signature import SIGNATURE


class X(DefaultPlatform):
    """The platform X. Stateless: one instance, `PLATFORM`, serves everything."""

    name = urls.NAME
    hosts: tuple[str, ...] = urls.HOSTS
    examples: tuple[Example, ...] = urls.EXAMPLES
    address_marks: tuple[Mark, ...] = urls.ADDRESS_MARKS
    embed_rules: tuple[EmbedRule, ...] = RULES
    signature: Signature | None = SIGNATURE
    text_rules: tuple[TextRule, ...] = ()
    control: PostRef | None = urls.ref_from_id(endpoints.CONTROL_ID, endpoints.CONTROL_HANDLE)

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
        return ids.contradictions(post)

    def judge(self, ref: PostRef, given: Sequence[Answer]) -> Answer:
        return answers.judge(ref, given)

    def archive_queries(self, mention: Mention, ids: DayRange | None) -> tuple[ArchiveQuery, ...]:
        return archived.archive_queries(mention, ids) if ids else ()

    def archived_urls(self, ref: PostRef) -> tuple[str, ...]:
        return archived.archived_urls(ref)

    def read_archived(self, ref: PostRef, exchange: Exchange) -> Post | None:
        return archived.read_archived(ref, exchange)

    def page_url(self, ref: PostRef) -> str:
        return endpoints.page_url(ref)

    def media_urls(self, mention: Mention) -> tuple[str, ...]:
        return endpoints.media_urls(mention)

    def view_url(self, ref: PostRef) -> str:
        return endpoints.view_url(ref)


PLATFORM = X()
