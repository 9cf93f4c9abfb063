"""Facebook: all that is known of it, as one object that fits `archiver.platforms.base.Platform`."""

from __future__ import annotations

from archiver.model import PostRef
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.facebook import embeds, residues, urls


class Facebook(DefaultPlatform):
    """The platform Facebook. Stateless: one instance, `PLATFORM`, serves everything."""

    name = urls.NAME
    hosts = urls.HOSTS
    examples = urls.EXAMPLES
    embed_rules = embeds.RULES
    text_rules = residues.RULES

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)


PLATFORM = Facebook()
