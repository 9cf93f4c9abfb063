"""YouTube: all that is known of it, as one object that fits `archiver.platforms.base.Platform`."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.exchange import Exchange
from archiver.model import Answer, Post, PostRef
from archiver.platforms.base import Clues, EmbedRule, Example, Inquiry, TextRule
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.marks import Mark
from archiver.platforms.youtube import answers, archived, embeds, endpoints, residues, search, urls


class YouTube(DefaultPlatform):
    """The platform YouTube. Its ids carry neither the time nor the channel, so no prefix of an address finds a
    channel's videos in an archive's index: `archive_queries` gives none."""

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

    def look(self, ref: PostRef) -> Inquiry:
        return answers.look(ref)

    def judge(self, ref: PostRef, given: Sequence[Answer]) -> Answer:
        return answers.judge(ref, given)

    def search(self, clues: Clues) -> Inquiry:
        return search.search(clues)

    def archived_urls(self, ref: PostRef) -> tuple[str, ...]:
        return archived.archived_urls(ref)

    def read_archived(self, ref: PostRef, exchange: Exchange) -> Post | None:
        return archived.read_archived(ref, exchange)

    def archived_lists(self, clues: Clues) -> tuple[str, ...]:
        return archived.archived_lists(clues)

    def read_archived_list(self, url: str, exchange: Exchange) -> tuple[Post, ...]:
        return archived.read_archived_list(url, exchange)


PLATFORM = YouTube()
