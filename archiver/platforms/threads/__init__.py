"""Threads: all that is known of it, as one object that fits `archiver.platforms.base.Platform`."""

from __future__ import annotations

from datetime import date, datetime

from archiver.model import PostRef
from archiver.platforms.base import DayRange
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.instagram import shortcodes
from archiver.platforms.threads import embeds, residues, urls


class Threads(DefaultPlatform):
    """The platform Threads. Stateless: one instance, `PLATFORM`, serves everything."""

    name = urls.NAME
    hosts = urls.HOSTS
    examples = urls.EXAMPLES
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


PLATFORM = Threads()
