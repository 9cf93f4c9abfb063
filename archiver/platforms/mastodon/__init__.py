"""The fediverse: Mastodon and its relatives, as one object that fits `archiver.platforms.base.Platform`.

Servers of all programs that speak ActivityPub show each other's posts, so they are one platform here, named after the
most common.
"""

from __future__ import annotations

from datetime import date, datetime

from archiver.model import PostRef
from archiver.platforms.base import DayRange, EmbedRule, Example, Signature, TextRule
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.mastodon import ids, residue, urls
from archiver.platforms.mastodon.embeds import RULES
from archiver.platforms.mastodon.signature import SIGNATURE


class Mastodon(DefaultPlatform):
    """The platform Mastodon. Stateless: one instance, `PLATFORM`, serves everything."""

    name = urls.NAME
    hosts: tuple[str, ...] = ()
    examples: tuple[Example, ...] = urls.EXAMPLES
    embed_rules: tuple[EmbedRule, ...] = RULES
    signature: Signature | None = SIGNATURE
    text_rules: tuple[TextRule, ...] = residue.RULES

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)

    def time_of(self, post_id: str) -> datetime | None:
        return ids.time_of(post_id)

    def day_range(self, day: date, *, slack_hours: int = 0) -> DayRange | None:
        return ids.day_range(day, slack_hours=slack_hours)


PLATFORM = Mastodon()
