"""WARC records → rows of the catalogue.

Every row comes from a record by `ingest`, live and when rebuilt alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from archiver.http1 import parse_head
from archiver.model import Article, Mention, Post
from archiver.store.catalogue.database import CatalogueFile
from archiver.store.cdxj import INDEXED_TYPES, Listed
from archiver.store.conclusions import Conclusion, parse_conclusion
from archiver.store.reader import StoredRecord
from archiver.store.records import bare, known_fields, media_type
from archiver.store.surt import surt

NAMED_BY_CONTENT = "ni:"
"""Scheme of an article that has no address (RFC 6920)."""

KEYED_TYPES = frozenset(INDEXED_TYPES)
"""Record types that are looked up by URL; the others go by target URI or record id."""


def how_full(post: Post) -> int:
    """Which of two records of a post counts: the later one, unless it shows less. 2 with its time, 1 with something of
    what it says or who made it, 0 where it is no more than its permalink."""
    return _fullness(post.created_at, post.text, post.display_name, post.account_id)


def _fullness(created: object, *said: str | None) -> int:
    return 2 if created else int(any(said))


class Ingesting(CatalogueFile):
    """Takes records in."""

    def ingest(self, record: StoredRecord) -> None:
        """Add what one record says. The only way into the catalogue."""
        fields = known_fields(record.fields)
        record_type = fields.get("warc-type", "unknown")
        target_uri = bare(fields.get("warc-target-uri", ""))
        status: int | None = None
        content_type = fields.get("content-type")
        if record.answer is not None:
            status, content_type = record.answer
        elif record.head:
            _, status, headers = parse_head(record.head)
            content_type = next((value for name, value in headers if name.lower() == "content-type"), None)
        media, payload_digest = media_type(content_type), fields.get("warc-payload-digest")
        payload_digest = payload_digest or fields.get("archiver-payload-digest")
        as_here = Listed(media, str(status) if status else None, payload_digest)
        with self._lock:
            self._may_write()
            if self._distrusted:
                return
            self._add_capture(
                (
                    record.segment,
                    record.offset,
                    record.length,
                    _id(fields.get("warc-record-id")) or "",
                    record_type,
                    target_uri,
                    surt(target_uri) if record_type in KEYED_TYPES else "",
                    fields.get("warc-date", ""),
                    status or None,
                    media,
                    payload_digest,
                    fields.get("warc-block-digest"),
                    _id(fields.get("warc-refers-to")),
                    _id(fields.get("warc-concurrent-to")),
                    fields.get("warc-refers-to-target-uri"),
                    fields.get("warc-refers-to-date"),
                    # of a revisit it says that the payload was left out on purpose
                    None if record_type == "revisit" else fields.get("warc-truncated"),
                    _otherwise(record.listed, as_here) if record_type in KEYED_TYPES else None,
                ),
                target_uri=target_uri,
                segment=record.segment,
                end=record.end,
            )
            if record.block is not None and (conclusion := parse_conclusion(record.block)):
                self._flush()
                self._ingest_conclusion(record, conclusion)

    def _ingest_conclusion(self, record: StoredRecord, conclusion: Conclusion) -> None:
        date = record.field("WARC-Date") or ""
        if conclusion.article is not None:
            self._ingest_article(record, conclusion.article, conclusion.mentions)
        if conclusion.resolution is not None:
            resolution = conclusion.resolution
            self._execute(
                "INSERT OR REPLACE INTO resolutions VALUES (?,?,?,?,?,?)",
                (
                    record.record_id,
                    resolution.mention_id,
                    date,
                    resolution.outcome.value,
                    resolution.post_key,
                    _json(resolution),
                ),
            )
            if resolution.post_key and resolution.candidates:
                best = resolution.candidates[0]
                self._ingest_post(record, best.post, best.evidence)
        if conclusion.observation is not None:
            observation = conclusion.observation
            self._execute(
                "INSERT OR REPLACE INTO observations VALUES (?,?,?,?,?)",
                (
                    record.record_id,
                    observation.key,
                    observation.state.value,
                    observation.seen_at.isoformat(),
                    _json(observation),
                ),
            )
            if observation.post is not None:
                self._ingest_post(record, observation.post, observation.evidence)
                self._ingest_handle(observation.post, observation.seen_at.date().isoformat())
        if conclusion.refusal is not None:
            refusal = conclusion.refusal
            self._execute(
                "INSERT OR REPLACE INTO refusals VALUES (?,?,?,?,?)",
                (record.record_id, refusal.url, refusal.address, refusal.reason, date),
            )

    def _ingest_article(self, record: StoredRecord, article: Article, mentions: Iterable[Mention]) -> None:
        capture_id = _id(record.field("WARC-Refers-To")) or ""
        uri, source = article.uri, article.source
        known = self._execute("SELECT uri, source, capture_id FROM articles WHERE id = ?", (article.id,)).fetchone()
        if known and uri.startswith(NAMED_BY_CONTENT) and not known[0].startswith(NAMED_BY_CONTENT):
            # The same bytes given as a file do not undo that they were seen at an address.
            uri, source, capture_id = known
            mentions = [msgspec.structs.replace(mention, source=source) for mention in mentions]
        self._execute(
            "INSERT OR REPLACE INTO articles VALUES (?,?,?,?,?,?,?,?,?)",
            (
                article.id,
                uri,
                article.digest,
                source,
                article.title,
                article.language,
                article.published,
                capture_id,
                record.record_id,
            ),
        )
        self._execute("DELETE FROM mentions WHERE article_id = ?", (article.id,))
        for position, mention in enumerate(mentions):
            self._execute(
                "INSERT OR REPLACE INTO mentions VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    mention.id,
                    article.id,
                    position,
                    mention.platform,
                    mention.handle,
                    mention.display_name,
                    mention.date,
                    mention.text,
                    mention.post_id,
                    mention.url,
                    mention.rule,
                    mention.confidence,
                    _json(mention),
                    record.record_id,
                ),
            )

    def _ingest_post(self, record: StoredRecord, post: Post, evidence: Iterable[str]) -> None:
        row = self._execute(
            "SELECT created_at, text, display_name, account_id FROM posts WHERE key = ?", (post.key,)
        ).fetchone()
        if row and how_full(post) < _fullness(*row):
            return  # A record that shows less does not replace one that shows more.
        created = post.created_at.isoformat() if post.created_at else None
        self._execute(
            "INSERT OR REPLACE INTO posts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                post.key,
                post.platform,
                post.id,
                post.url,
                post.handle,
                post.handle.casefold() if post.handle else None,
                post.display_name,
                post.account_id,
                created,
                post.day or (created[:10] if created else None),
                post.text,
                _json(post),
                json.dumps(list(evidence)),
                record.record_id,
            ),
        )

    def _ingest_handle(self, post: Post, day: str) -> None:
        if post.handle and post.account_id:
            self._execute(
                "INSERT INTO handles VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET"
                " first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)",
                (post.platform, post.handle.casefold(), post.account_id, day, day),
            )


def _otherwise(listed: Listed | None, as_here: Listed) -> str | None:
    """What the index says of a record otherwise than the columns; empty where it does not list it."""
    if listed is None:
        return ""
    if listed == as_here:
        return None
    names = ("content_type", "status", "payload_digest")
    return _json({name: there for name, there, here in zip(names, listed, as_here, strict=True) if there != here})


def _id(value: str | None) -> str | None:
    return value.strip("<>") if value else None


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
