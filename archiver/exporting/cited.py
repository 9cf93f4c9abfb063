"""Every post that an archive's articles cite, with all that is known of it: what tables and annotations are made of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec

from archiver.model import Article, Capture, Mention, Observation, Outcome, Post, Resolution, State
from archiver.store import Archive
from archiver.store.catalogue import Catalogue
from archiver.store.records import parse_warc_date

ARTICLES = (
    "SELECT a.id, a.uri, a.digest, a.source, a.title, a.language, a.published, a.capture_id, a.record_id, c.time"
    " FROM articles a LEFT JOIN captures c ON (c.segment, c.offset) = (SELECT segment, offset FROM captures"
    " WHERE record_id = a.record_id ORDER BY segment, offset LIMIT 1) ORDER BY c.segment, c.offset, a.id"
)
LATEST = (
    "SELECT json, record_id FROM observations WHERE post_key IN (?, ?) ORDER BY seen_at DESC, record_id DESC LIMIT 1"
)


class StoredArticle(NamedTuple):
    """An article, without its words, and where they are."""

    article: Article
    capture_id: str
    """The record that holds its bytes."""
    record_id: str
    """The record that says so, and what it cites."""
    recorded_at: datetime | None
    """When that was concluded."""


class Cited(NamedTuple):
    """One post as one article cites it, what it turned out to be, and how it stood when it was looked at last."""

    stored: StoredArticle
    mention: Mention
    resolution: Resolution | None
    resolution_record: str | None
    resolved_at: datetime | None
    observation: Observation | None
    """The last look."""
    observation_record: str | None
    post: Post | None
    """The platform's own record: from the last look that shows it, or the best that was ever seen."""
    evidence: tuple[str, ...]
    """Records that the state, or else the resolution, rests on."""
    capture: Capture | None
    """The first of them that the archive holds."""

    @property
    def state(self) -> State | None:
        """As `archiver archive` tells it; null where the post is known and was never looked at."""
        if self.resolution is None:
            return None
        if self.resolution.outcome is not Outcome.RESOLVED:
            return State.UNRESOLVED
        return self.observation.state if self.observation else self.resolution.state


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows are wanted; null where it does not matter."""

    article: str | None = None
    """Id, URI or source of one article."""
    platform: str | None = None
    state: State | None = None
    since: datetime | None = None
    """Seen then or later."""

    def takes_article(self, article: Article) -> bool:
        return self.article is None or self.article in (article.id, article.uri, article.source)

    def takes(self, cited: Cited) -> bool:
        seen_at = cited.observation.seen_at if cited.observation else None
        return (
            self.takes_article(cited.stored.article)
            and (self.platform is None or self.platform == cited.mention.platform)
            and (self.state is None or self.state == cited.state)
            and (self.since is None or (seen_at is not None and seen_at >= self.since))
        )


EVERYTHING = Selection()


def stored_articles(archive: Archive, selection: Selection = EVERYTHING) -> Iterator[StoredArticle]:
    """The archive's articles, in the order in which they were stored."""
    for row in archive.catalogue.each(ARTICLES):
        article = Article(uri=row[1], digest=row[2], source=row[3], title=row[4], language=row[5], published=row[6])
        if selection.takes_article(article):
            yield StoredArticle(article, row[7], row[8], _time(row[9]))


def cited_posts(archive: Archive, selection: Selection = EVERYTHING) -> Iterator[Cited]:
    """Every cited post, article by article, in document order: one for each mention, resolved or not."""
    for stored in stored_articles(archive, selection):
        yield from cited_in(archive, stored, selection)


def cited_in(archive: Archive, stored: StoredArticle, selection: Selection = EVERYTHING) -> Iterator[Cited]:
    """The posts that one article cites, in document order."""
    for _, mention in archive.catalogue.mentions(stored.article.id):
        cited = _cited(archive.catalogue, stored, mention)
        if selection.takes(cited):
            yield cited


def _cited(catalogue: Catalogue, stored: StoredArticle, mention: Mention) -> Cited:
    known = catalogue.resolution(mention.id)
    if known is None:
        return Cited(stored, mention, None, None, None, None, None, None, (), None)
    resolution, resolution_record = known
    recorded = catalogue.capture(resolution_record)
    resolved_at = recorded.time if recorded else None
    if resolution.outcome is not Outcome.RESOLVED or not resolution.post_key:
        evidence = resolution.evidence
        capture = _first(catalogue, evidence)
        return Cited(stored, mention, resolution, resolution_record, resolved_at, None, None, None, evidence, capture)
    candidate = resolution.candidates[0] if resolution.candidates else None
    key = candidate.post.key if candidate else resolution.post_key
    rows = catalogue.query(LATEST, (resolution.post_key, key))
    observation = msgspec.json.decode(rows[0][0], type=Observation) if rows else None
    post = observation.post if observation else None
    if post is None:
        best = catalogue.post(resolution.post_key)
        post = best[0] if best else candidate.post if candidate else None
    evidence = observation.evidence if observation else resolution.evidence
    capture = _first(catalogue, (*evidence, *(candidate.evidence if candidate else ())))
    return Cited(
        stored,
        mention,
        resolution,
        resolution_record,
        resolved_at,
        observation,
        rows[0][1] if rows else None,
        post,
        evidence,
        capture,
    )


def _time(value: str | None) -> datetime | None:
    """The `WARC-Date` of a record of ours."""
    try:
        return parse_warc_date(value) if value else None
    except ValueError:
        return None


def _first(catalogue: Catalogue, record_ids: tuple[str, ...]) -> Capture | None:
    return next((found for record_id in record_ids if (found := catalogue.capture(record_id))), None)
