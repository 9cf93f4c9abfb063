"""The tables that can be exported, and their columns.

`posts` is the one that most people want: one row a cited post, from the place in the article to the record that proves
its state. The others are what it is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from archiver.errors import InputError, UsageError
from archiver.exporting.cited import EVERYTHING, Cited, Selection, cited_posts, stored_articles
from archiver.exporting.columns import Column, Kind, Row, Table
from archiver.model import Article, Media, Mention, Observation, Resolution
from archiver.store import Archive
from archiver.store.catalogue import CAPTURE_COLUMNS, NO_TIME, capture_of
from archiver.store.records import parse_warc_date

SIDE_MEDIA = frozenset({"avatar", "card"})
"""Media that are shown beside a post and are no part of it."""

TEXT, INTEGER, NUMBER, BOOLEAN, TIME, TEXTS = (
    Kind.TEXT, Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN, Kind.TIME, Kind.TEXTS,
)  # fmt: skip

_ARTICLE = (
    Column("article_id", TEXT, "of this version of the article: `a-` and the beginning of its digest"),
    Column("article_uri", TEXT, "its URL, or `ni:///sha-256;…` of its bytes for a file"),
    Column("article_source", TEXT, "as it was given to the program"),
    Column("article_title", TEXT, ""),
    Column("article_language", TEXT, ""),
    Column("article_published", TEXT, "day or time, where the article says so"),
)
_PLACE = (
    Column("mention_id", TEXT, "`m-…`; names the place in this version of the article"),
    Column("start", INTEGER, "first code point of the whole post (its words and its signature) in an article of text"),
    Column("end", INTEGER, "the code point behind its last"),
    Column("selector", TEXT, "CSS path of the element, in an article of HTML"),
    Column("rule", TEXT, "what found it"),
    Column("confidence", NUMBER, "0 to 1: that the article cites a post there"),
    Column("times", INTEGER, "how often the article shows it"),
    Column("quote", TEXT, "the post's words as the article prints them"),
    Column("printed_handle", TEXT, "handle as the article prints it"),
    Column("printed_name", TEXT, "display name as the article prints it"),
    Column("printed_date", TEXT, "day or time as the article prints it"),
)
_RESOLVED = (
    Column("outcome", TEXT, "`resolved`, `ambiguous`, `unresolved`; null: not looked for yet"),
    Column("score", NUMBER, "0 to 1: of the best candidate"),
    Column("outcome_reason", TEXT, "why this outcome"),
)


def _article_values(article: Article) -> Row:
    """For the columns of `_ARTICLE`."""
    return (
        article.id,
        article.uri,
        article.source,
        article.title,
        article.language,
        article.published,
    )


def _place_values(mention: Mention) -> Row:
    """For the columns of `_PLACE`."""
    return (
        mention.id,
        mention.start,
        mention.end,
        mention.selector,
        mention.rule,
        mention.confidence,
        mention.times,
        mention.words,
        mention.handle,
        mention.display_name,
        mention.date,
    )


def _resolved_values(resolution: Resolution | None) -> Row:
    """For the columns of `_RESOLVED`."""
    if resolution is None:
        return (None, None, None)
    score = resolution.candidates[0].score if resolution.candidates else None
    return (resolution.outcome.value, score, resolution.reason)


def _posts(archive: Archive, selection: Selection = EVERYTHING) -> Iterator[Row]:
    return map(_post_row, cited_posts(archive, selection))


POSTS = Table(
    "posts",
    "One row a cited post: every mention of every article, resolved or not, with the last look at the post.",
    (
        *_ARTICLE,
        *_PLACE,
        *_RESOLVED,
        Column("platform", TEXT, ""),
        Column("post_key", TEXT, "one name in all tables; from here to `media_count` null unless resolved"),
        Column("post_id", TEXT, ""),
        Column("url", TEXT, "canonical permalink"),
        Column("handle", TEXT, "of the author, as the platform gives it"),
        Column("display_name", TEXT, ""),
        Column("account_id", TEXT, "stable id of the account, which survives renames"),
        Column("created_at", TIME, "when the post was made"),
        Column("text", TEXT, "as the platform gives it"),
        Column("language", TEXT, "of the post, as the platform gives it"),
        Column("media_count", INTEGER, "pictures, videos and other files of the post, without its author's picture"),
        Column("state", TEXT, "at the last look (docs/evidence.md); `unresolved` where the post is not known"),
        Column("seen_at", TIME, "of that look"),
        Column("how", TEXT, "endpoints that were asked"),
        Column("state_reason", TEXT, "on what the state rests, in a sentence"),
        Column("confirmed", BOOLEAN, "a look hours before saw the same missing state"),
        Column("evidence", TEXTS, "ids of the WARC records that the state (or else the outcome) rests on"),
        Column("record_id", TEXT, "of the first of them that the archive holds: where the next columns point to"),
        Column("warc_file", TEXT, "in the archive's folder `archive/`"),
        Column("warc_offset", INTEGER, "of the record in that file, in bytes"),
        Column("payload_digest", TEXT, "of that record"),
        Column("resolution_record", TEXT, "id of the `metadata` record that holds the resolution"),
        Column("observation_record", TEXT, "id of the `metadata` record that holds the look"),
    ),
    _posts,
)


def _post_row(cited: Cited) -> Row:
    article, mention, post = cited.stored.article, cited.mention, cited.post
    resolution, observation, capture = cited.resolution, cited.observation, cited.capture
    return (
        *_article_values(article),
        *_place_values(mention),
        *_resolved_values(resolution),
        mention.platform,
        post.key if post else None,
        post.id if post else None,
        post.url if post else None,
        post.handle if post else None,
        post.display_name if post else None,
        post.account_id if post else None,
        post.created_at if post else None,
        post.text if post else None,
        post.language if post else None,
        media_count(post.media) if post else None,
        cited.state.value if cited.state else None,
        observation.seen_at if observation else None,
        observation.how if observation else None,
        observation.reason if observation else None,
        observation.confirmed if observation else None,
        cited.evidence,
        capture.record_id if capture else None,
        capture.file if capture else None,
        capture.offset if capture else None,
        capture.payload_digest if capture else None,
        cited.resolution_record,
        cited.observation_record,
    )


def _articles(archive: Archive) -> Iterator[Row]:
    for stored in stored_articles(archive):
        article = stored.article
        yield (
            *_article_values(article),
            article.digest,
            stored.capture_id,
            stored.record_id,
            archive.catalogue.query("SELECT count(*) FROM mentions WHERE article_id = ?", (article.id,))[0][0],
        )


ARTICLES = Table(
    "articles",
    "One row a version of an article.",
    (
        *_ARTICLE,
        Column("digest", TEXT, "`sha256:` and hex, of its bytes, content-decoded"),
        Column("record_id", TEXT, "of the WARC record that holds its bytes"),
        Column("conclusion_record", TEXT, "of the `metadata` record that lists what it cites"),
        Column("mentions", INTEGER, "posts that it cites"),
    ),
    _articles,
)


def _mentions(archive: Archive) -> Iterator[Row]:
    for stored in stored_articles(archive):
        for _, mention in archive.catalogue.mentions(stored.article.id):
            yield (
                stored.article.id,
                *_place_values(mention),
                mention.platform,
                mention.post_id,
                mention.url,
                mention.links,
            )


MENTIONS = Table(
    "mentions",
    "One row a post as an article shows it.",
    (
        _ARTICLE[0],
        *_PLACE,
        Column("platform", TEXT, ""),
        Column("post_id", TEXT, "as the article has it"),
        Column("url", TEXT, "permalink that is known from the article alone"),
        Column("links", TEXTS, "links within the post's own words"),
    ),
    _mentions,
)


def _resolutions(archive: Archive) -> Iterator[Row]:
    sql = (
        "SELECT r.mention_id, r.json, r.record_id, r.time FROM resolutions r LEFT JOIN captures c ON"
        " (c.segment, c.offset) = (SELECT segment, offset FROM captures WHERE record_id = r.record_id"
        " ORDER BY segment, offset LIMIT 1) ORDER BY c.segment, c.offset, r.record_id"
    )
    for mention_id, json, record_id, time in archive.catalogue.each(sql):
        resolution = msgspec.json.decode(json, type=Resolution)
        yield (
            mention_id,
            *_resolved_values(resolution),
            resolution.post_key,
            _utc(time),
            len(resolution.candidates),
            resolution.method,
            resolution.evidence,
            record_id,
        )


RESOLUTIONS = Table(
    "resolutions",
    "One row each time that it was concluded which post a mention is; the last of a mention counts.",
    (
        _PLACE[0],
        *_RESOLVED,
        Column("post_key", TEXT, "null unless resolved"),
        Column("resolved_at", TIME, ""),
        Column("candidates", INTEGER, "posts that were compared and kept"),
        Column("method", TEXT, "version of the rules"),
        Column("evidence", TEXTS, "ids of the WARC records that it rests on"),
        Column("record_id", TEXT, "of the `metadata` record that holds it"),
    ),
    _resolutions,
)


def _observations(archive: Archive) -> Iterator[Row]:
    sql = "SELECT post_key, json, record_id FROM observations ORDER BY post_key, seen_at, record_id"
    for key, json, record_id in archive.catalogue.each(sql):
        look = msgspec.json.decode(json, type=Observation)
        post = look.post
        yield (
            key,
            look.platform,
            look.post_id,
            look.url,
            look.state.value,
            look.seen_at,
            look.how,
            look.reason,
            look.control,
            look.confirmed,
            post.handle if post else None,
            post.display_name if post else None,
            post.text if post else None,
            look.evidence,
            record_id,
        )


OBSERVATIONS = Table(
    "observations",
    "One row a look at a post, each post's oldest first.",
    (
        Column("post_key", TEXT, "`PLATFORM:ID`"),
        Column("platform", TEXT, ""),
        Column("post_id", TEXT, ""),
        Column("url", TEXT, "canonical permalink"),
        Column("state", TEXT, "docs/evidence.md says what each means and needs"),
        Column("seen_at", TIME, ""),
        Column("how", TEXT, "endpoints that were asked"),
        Column("reason", TEXT, "on what the state rests, in a sentence"),
        Column("control", TEXT, "what a post that is known to be public answered in the same run; null: not asked"),
        Column("confirmed", BOOLEAN, "a look hours before saw the same missing state"),
        Column("handle", TEXT, "of the author, as shown at that look"),
        Column("display_name", TEXT, "as shown at that look"),
        Column("text", TEXT, "as shown at that look"),
        Column("evidence", TEXTS, "ids of the WARC records that it rests on"),
        Column("record_id", TEXT, "of the `metadata` record that holds it"),
    ),
    _observations,
)


def _captures(archive: Archive) -> Iterator[Row]:
    for row in archive.catalogue.each(f"SELECT {CAPTURE_COLUMNS} FROM captures ORDER BY segment, offset"):  # noqa: S608
        capture = capture_of(row)
        yield (
            capture.file,
            capture.offset,
            capture.length,
            capture.record_id,
            capture.record_type,
            capture.target_uri,
            None if capture.time == NO_TIME else capture.time,
            capture.status,
            capture.content_type,
            capture.payload_digest,
            capture.block_digest,
            capture.refers_to,
            capture.truncated,
        )


CAPTURES = Table(
    "captures",
    "One row a WARC record, in the order of the files.",
    (
        Column("warc_file", TEXT, "in the archive's folder `archive/`"),
        Column("warc_offset", INTEGER, "in bytes"),
        Column("length", INTEGER, "of the record in the file, compressed where the file is, in bytes"),
        Column("record_id", TEXT, "`urn:uuid:…`"),
        Column("type", TEXT, "`response`, `request`, `revisit`, `resource`, `metadata`, `warcinfo`, …"),
        Column("target_uri", TEXT, ""),
        Column("time", TIME, ""),
        Column("status", INTEGER, "of the HTTP answer"),
        Column("content_type", TEXT, ""),
        Column("payload_digest", TEXT, ""),
        Column("block_digest", TEXT, ""),
        Column("refers_to", TEXT, "for a revisit or a conclusion: the record that it refers to"),
        Column("truncated", TEXT, "why it is not whole"),
    ),
    _captures,
)

TABLES: Mapping[str, Table] = {
    table.name: table for table in (POSTS, ARTICLES, MENTIONS, RESOLUTIONS, OBSERVATIONS, CAPTURES)
}


def rows_of(archive: Archive, table: Table, selection: Selection = EVERYTHING) -> Iterator[Row]:
    """The rows of a table that a selection takes.

    Raises `UsageError` where the table has no column that the selection looks at, `InputError` where it names an
    article that the archive does not hold.
    """
    articles = selected_articles(archive, selection)
    if table is POSTS:
        return _posts(archive, selection)
    tests: list[tuple[int, Callable[[Any], bool]]] = []
    for column, wanted, fits in (
        ("article_id", articles, lambda value: value in (articles or ())),
        ("platform", selection.platform, lambda value: value == selection.platform),
        ("state", selection.state, lambda value: value == selection.state),
        ("seen_at", selection.since, lambda value: selection.since is None or value >= selection.since),
    ):
        if wanted is None:
            continue
        place = table.place(column)
        if place is None:
            raise UsageError(f"the table has no column {column} to select by", subject=table.name)
        tests.append((place, fits))
    return (row for row in table.rows(archive) if all(fits(row[place]) for place, fits in tests))


def selected_articles(archive: Archive, selection: Selection) -> frozenset[str] | None:
    """Ids of the articles that a selection names; null where it takes any.

    Raises `InputError` where the archive holds none of that name.
    """
    if selection.article is None:
        return None
    found = frozenset(stored.article.id for stored in stored_articles(archive, selection))
    if not found:
        raise InputError(
            "the archive holds no such article", subject=selection.article, hint="`--table articles` lists them"
        )
    return found


def media_count(media: Iterable[Media]) -> int:
    return sum(one.kind not in SIDE_MEDIA for one in media)


def _utc(warc_date: str) -> datetime | None:
    try:
        return parse_warc_date(warc_date)
    except ValueError:
        return None
