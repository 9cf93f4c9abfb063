"""Facebook: all that is known of it, as one object that fits `archiver.platforms.base.Platform`."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.exchange import Exchange
from archiver.model import Answer, Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, DayRange, Inquiry
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.facebook import answers, archived, embeds, endpoints, residues, urls
from archiver.platforms.marks import Mark


class Facebook(DefaultPlatform):
    """The platform Facebook. Stateless: one instance, `PLATFORM`, serves everything."""

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

    def look(self, ref: PostRef) -> Inquiry:
        return answers.look(ref)

    def judge(self, ref: PostRef, given: Sequence[Answer]) -> Answer:
        return answers.judge(ref, given)

    def archive_queries(self, mention: Mention, ids: DayRange | None) -> tuple[ArchiveQuery, ...]:
        return archived.archive_queries(mention, ids)

    def archived_urls(self, ref: PostRef) -> tuple[str, ...]:
        return archived.archived_urls(ref)

    def read_archived(self, ref: PostRef, exchange: Exchange) -> Post | None:
        return archived.read_archived(ref, exchange)

    def words_in_url(self, url: str) -> str | None:
        return urls.words_in_url(url)

    def media_urls(self, mention: Mention) -> tuple[str, ...]:
        return endpoints.share_urls(mention)

    def view_url(self, ref: PostRef) -> str:
        return endpoints.plugin_lookup(ref).url


PLATFORM = Facebook()
