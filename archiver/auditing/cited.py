"""Which posts are to be looked at, and who cites each?"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from archiver.capture import Job
from archiver.detect import find
from archiver.model import Mention, Noun, Outcome, Post, Resolution
from archiver.sources import Document
from archiver.web.once import StoppedError


class Cited(Noun, frozen=True, kw_only=True):
    """One post to look at, and who cites it; or a mention of which it is not known what post it is (`post` null)."""

    platform: str
    post: Post | None
    sources: tuple[str, ...]
    mention: Mention
    resolution: Resolution

    @property
    def key(self) -> str:
        return self.post.key if self.post else self.mention.id


def cited_in_archive(job: Job) -> list[Cited]:
    """Every post that the archive's articles cite, once each, in the order first cited.

    What an interrupted run found and did not work out is resolved now. When the job is asked to stop, the rest is left
    out.
    """
    catalogue = job.archive.catalogue
    found: dict[str, Cited] = {}
    for article, _ in catalogue.articles():
        for _, mention in catalogue.mentions(article.id):
            known = catalogue.resolution(mention.id)
            try:
                _add(found, mention, known[0] if known else job.resolution(mention), article.source)
            except StoppedError:
                return list(found.values())
    return list(found.values())


def cited_in_document(job: Job, document: Document) -> list[Cited]:
    """Every post that one document cites; what is not known of it yet is resolved, and stored, now.

    When the job is asked to stop, the rest is left out.
    """
    found: dict[str, Cited] = {}
    mentions = tuple(find(document.article))
    job.store_article(document, mentions)
    for mention in mentions:
        try:
            _add(found, mention, job.resolution(mention), document.article.source)
        except StoppedError:
            break
    return list(found.values())


def merge(groups: Iterable[Iterable[Cited]]) -> list[Cited]:
    """Posts of several documents, once each."""
    found: dict[str, Cited] = {}
    for group in groups:
        for cited in group:
            _add(found, cited.mention, cited.resolution, *cited.sources)
    return list(found.values())


def _add(found: dict[str, Cited], mention: Mention, resolution: Resolution, *sources: str) -> None:
    resolved = resolution.outcome is Outcome.RESOLVED and resolution.candidates
    post = resolution.candidates[0].post if resolved else None
    cited = Cited(platform=mention.platform, post=post, sources=tuple(sources), mention=mention, resolution=resolution)
    if earlier := found.get(cited.key):
        together = tuple(dict.fromkeys((*earlier.sources, *sources)))
        cited = msgspec.structs.replace(earlier, sources=together)
    found[cited.key] = cited
