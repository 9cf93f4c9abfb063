"""Pinterest: its permalinks and its widget. What the widget shows comes by script, so bare text keeps nothing of it."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.exchange import Exchange
from archiver.model import Answer, Mention, Post, PostRef
from archiver.platforms.base import EmbedRule, Example, Inquiry, in_turn
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.marks import Mark
from archiver.platforms.pinterest import answers, archived, embeds, endpoints, urls


class Pinterest(DefaultPlatform):
    """The platform Pinterest; its ids tell no time."""

    name = urls.NAME
    hosts: tuple[str, ...] = urls.HOSTS
    examples: tuple[Example, ...] = urls.EXAMPLES
    address_marks: tuple[Mark, ...] = urls.ADDRESS_MARKS
    embed_rules: tuple[EmbedRule, ...] = embeds.RULES
    control: PostRef | None = urls.ref_from_id(endpoints.CONTROL_ID)

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)

    def look(self, ref: PostRef) -> Inquiry:
        return in_turn(ref, endpoints.lookups(ref), answers.read_answer)

    def judge(self, ref: PostRef, given: Sequence[Answer]) -> Answer:
        return answers.judge(ref, given)

    def archived_urls(self, ref: PostRef) -> tuple[str, ...]:
        return archived.archived_urls(ref)

    def read_archived(self, ref: PostRef, exchange: Exchange) -> Post | None:
        return archived.read_archived(ref, exchange)

    def words_in_url(self, url: str) -> str | None:
        return urls.words_in_url(url)

    def media_urls(self, mention: Mention) -> tuple[str, ...]:
        return endpoints.short_urls(mention)


PLATFORM = Pinterest()
