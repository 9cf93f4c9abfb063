"""Which posts are to be looked at, and who cites each?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby

import msgspec

from archiver.article.stored import stored_article
from archiver.auditing.embeds import standings
from archiver.auditing.finding import Citation, Embed
from archiver.capture import Job, Progress, no_progress
from archiver.detect import find
from archiver.errors import ArchiverError
from archiver.model import Article, Mention, Noun, Outcome, Post, Resolution
from archiver.platforms.values import https
from archiver.sources import Document
from archiver.web.once import StoppedError

LISTED = "permalink.list"
"""The rule of mentions that a list of permalinks is made of; each names in `source` who cites the post."""


class Cite(Noun, frozen=True, kw_only=True):
    """One place that cites a post: the mention, and what there is to say of it before the post is looked at."""

    mention: Mention
    citation: Citation


class Cited(Noun, frozen=True, kw_only=True):
    """One post to look at, and who cites it; or a mention of which it is not known what post it is (`post` null)."""

    platform: str
    post: Post | None
    sources: tuple[str, ...]
    mention: Mention
    """The first that names it."""
    resolution: Resolution
    cites: tuple[Cite, ...] = ()
    """Every place that cites it, this one included."""

    @property
    def key(self) -> str:
        return self.post.key if self.post else self.mention.id


def cited_in_archive(job: Job, progress: Progress = no_progress) -> list[Cited]:
    """Every post that the archive's articles cite, once each, in the order first cited.

    What an interrupted run found and did not work out is resolved now. progress: told of each article that was read.
    When the job is asked to stop, the rest is left out.
    """
    catalogue = job.archive.catalogue
    found: dict[str, Cited] = {}
    for article, capture_id in catalogue.articles():
        if job.stop():
            break
        mentions = [mention for _, mention in catalogue.mentions(article.id)]
        cites = cites_of(_with_words(job, article, capture_id) if mentions else article, mentions)
        for mention in mentions:
            known = catalogue.resolution(mention.id)
            try:
                resolution = known[0] if known else job.resolution_or_why(mention)
            except StoppedError:
                return list(found.values())
            _add(found, cited_by(mention, resolution, cites[mention.id], mention.source))
        progress(1, article.title or article.source)
    return list(found.values())


def cited_in_document(job: Job, document: Document, *, max_age: timedelta | None = None) -> list[Cited]:
    """Every post that one document cites; what is not known of it yet is resolved, and stored, now.

    max_age: what was concluded within so long stands, also where it was not found out which post it is. When the job
    is asked to stop, the rest is left out.
    """
    found: dict[str, Cited] = {}
    mentions = tuple(find(document.article))
    job.store_article(document, mentions)
    cites = cites_of(document.article, mentions)
    for mention, resolution in job.resolutions(mentions, max_age=max_age):
        _add(found, cited_by(mention, resolution, cites[mention.id], document.article.source))
    return list(found.values())


def merge(groups: Iterable[Iterable[Cited]]) -> list[Cited]:
    """Posts of several documents, once each."""
    found: dict[str, Cited] = {}
    for group in groups:
        for cited in group:
            _add(found, cited)
    return list(found.values())


def in_portions(cited: Iterable[Cited], most: int) -> Iterator[list[Cited]]:
    """Posts of which all citations come together: once each, so many at a time."""
    portion: list[Cited] = []
    for key, group in groupby(cited, key=lambda one: one.key):
        del key
        if len(portion) >= most:
            yield portion
            portion = []
        portion += merge([group])
    if portion:
        yield portion


def cited_by(mention: Mention, resolution: Resolution, cite: Cite, *sources: str) -> Cited:
    """What one mention turned out to cite."""
    resolved = resolution.outcome is Outcome.RESOLVED and resolution.candidates
    post = resolution.candidates[0].post if resolved else None
    return Cited(
        platform=mention.platform,
        post=post,
        sources=tuple(sources),
        mention=mention,
        resolution=resolution,
        cites=(cite,),
    )


def _with_words(job: Job, article: Article, capture_id: str) -> Article:
    """The article with its markup; without, where its record is not there, or was altered: then how it embeds posts is
    not known."""
    capture = job.archive.catalogue.capture(capture_id)
    if capture is None:
        return article
    try:
        return stored_article(job.archive, article, capture)
    except ArchiverError:
        return article


def cites_of(article: Article, mentions: Sequence[Mention]) -> dict[str, Cite]:
    """By mention id: how this article, or list, cites each."""
    shown = article.html is not None or article.text is not None
    embeds = standings(article, [mention for mention in mentions if mention.rule != LISTED]) if shown else {}
    return {
        mention.id: Cite(mention=mention, citation=_citation(article, mention, embeds.get(mention.id)))
        for mention in mentions
    }


def _citation(article: Article, mention: Mention, embed: Embed | None) -> Citation:
    if mention.rule == LISTED:
        citing = "" if mention.source == article.source else mention.source
        address = https(citing)
        return Citation(
            source=citing, mention_id=mention.id, article_uri=address, rule=mention.rule, handle=mention.handle
        )
    return Citation(
        source=article.source,
        mention_id=mention.id,
        article_uri=article.uri,
        title=article.title,
        published=article.published,
        language=article.language,
        rule=mention.rule,
        handle=mention.handle,
        embed=embed,
    )


def joined(one: Cited, other: Cited) -> Cited:
    """One post, and all who cite it; of the first, how it was resolved."""
    return msgspec.structs.replace(
        one, sources=tuple(dict.fromkeys((*one.sources, *other.sources))), cites=(*one.cites, *other.cites)
    )


def _add(found: dict[str, Cited], cited: Cited) -> None:
    earlier = found.get(cited.key)
    found[cited.key] = joined(earlier, cited) if earlier else cited
