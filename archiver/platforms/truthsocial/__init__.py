"""Truth Social: what finds its posts in articles, as one object that fits `archiver.platforms.base.Platform`."""

from __future__ import annotations

from datetime import date, datetime

from archiver.model import PostRef
from archiver.platforms.base import DayRange, EmbedRule, Example
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.mastodon import ids
from archiver.platforms.truthsocial import urls
from archiver.platforms.truthsocial.embeds import RULES


class TruthSocial(DefaultPlatform):
    """The platform Truth Social. Stateless: one instance, `PLATFORM`, serves everything. Its frame leaves no text."""

    name = urls.NAME
    hosts: tuple[str, ...] = urls.HOSTS
    examples: tuple[Example, ...] = urls.EXAMPLES
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


PLATFORM = TruthSocial()
