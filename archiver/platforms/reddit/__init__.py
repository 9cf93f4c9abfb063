"""Reddit: all that is known of it, as one object that fits `archiver.platforms.base.Platform`.

Ids are counted through the whole site and carry no time.
"""

from __future__ import annotations

from collections.abc import Sequence

from archiver.exchange import Exchange
from archiver.model import Answer, Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, Clues, DayRange, EmbedRule, Example, Inquiry, TextRule
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.marks import Mark
from archiver.platforms.reddit import answers, archived, embeds, endpoints, residues, search, urls


class Reddit(DefaultPlatform):
    """The platform Reddit. Stateless: one instance, `PLATFORM`, serves everything."""

    name = urls.NAME
    hosts: tuple[str, ...] = urls.HOSTS
    examples: tuple[Example, ...] = urls.EXAMPLES
    address_marks: tuple[Mark, ...] = urls.ADDRESS_MARKS
    embed_rules: tuple[EmbedRule, ...] = embeds.RULES
    text_rules: tuple[TextRule, ...] = residues.RULES
    control: PostRef | None = urls.ref_from_url(urls.canonical_url(endpoints.CONTROL_ID, endpoints.CONTROL_PLACE))

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)

    def look(self, ref: PostRef) -> Inquiry:
        return answers.look(ref)

    def judge(self, ref: PostRef, given: Sequence[Answer]) -> Answer:
        return answers.judge(ref, given)

    def search(self, clues: Clues) -> Inquiry:
        return search.search(clues)

    def archive_queries(self, mention: Mention, ids: DayRange | None) -> tuple[ArchiveQuery, ...]:  # noqa: ARG002
        return archived.archive_queries(mention)

    def archived_urls(self, ref: PostRef) -> tuple[str, ...]:
        return archived.archived_urls(ref)

    def read_archived(self, ref: PostRef, exchange: Exchange) -> Post | None:
        return archived.read_archived(ref, exchange)

    def words_in_url(self, url: str) -> str | None:
        return urls.words_of(url)

    def view_url(self, ref: PostRef) -> str:
        return endpoints.embed_lookup(ref.id, urls.place_of(ref.url)).url


PLATFORM = Reddit()
