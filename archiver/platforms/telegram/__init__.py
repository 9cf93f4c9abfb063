"""Telegram: all that is known of it, as one object that fits `archiver.platforms.base.Platform`.

Numbers of posts grow within a channel and tell nothing of time.
"""

from __future__ import annotations

from collections.abc import Sequence

from archiver.exchange import Exchange
from archiver.model import Answer, Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, Clues, DayRange, EmbedRule, Example, Inquiry, TextRule
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.marks import Mark
from archiver.platforms.telegram import answers, archived, endpoints, residue, search, urls
from archiver.platforms.telegram.embeds import RULES


class Telegram(DefaultPlatform):
    """The platform Telegram. Stateless: one instance, `PLATFORM`, serves everything."""

    name = urls.NAME
    hosts: tuple[str, ...] = urls.HOSTS
    examples: tuple[Example, ...] = urls.EXAMPLES
    address_marks: tuple[Mark, ...] = urls.ADDRESS_MARKS
    embed_rules: tuple[EmbedRule, ...] = RULES
    text_rules: tuple[TextRule, ...] = residue.RULES
    control: PostRef | None = urls.ref_from_id(endpoints.CONTROL_ID)

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

    def archived_lists(self, clues: Clues) -> tuple[str, ...]:
        return archived.archived_lists(clues)

    def read_archived_list(self, url: str, exchange: Exchange) -> tuple[Post, ...]:
        return archived.read_archived_list(url, exchange)

    def view_url(self, ref: PostRef) -> str:
        return answers.view_url(ref)


PLATFORM = Telegram()
