"""Questions to the catalogue: captures by address, record or place; articles, mentions and how they stand; posts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from archiver.model import Article, Capture, Mention, Observation, Post, Resolution
from archiver.store.catalogue.database import CatalogueFile
from archiver.store.cdxj import INDEXED_TYPES, IndexRow
from archiver.store.records import BESIDE_KINDS, NO_TIME, parse_warc_date
from archiver.store.segment import OWN_SEGMENT
from archiver.store.surt import spelling

CAPTURE_COLUMNS = (
    "segment, offset, length, record_id, type, target_uri, time, status, content_type, payload_digest, block_digest,"
    " refers_to, truncated"
)
ORIGINAL_OF = (
    f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE target_uri = ? AND payload_digest = ?"  # noqa: S608
    " AND type IN ('response','resource') AND truncated IS NULL AND status IS NOT 206"
    " ORDER BY time, segment, offset"
)
OWN_ORIGINAL_OF = ORIGINAL_OF.replace(" ORDER", """ AND instr(coalesce(listed, ''), '"payload_digest"') = 0 ORDER""")
"""Without those that an index lists under another digest: no other tool would find them as originals."""

REPLAYED = "type IN ('response','revisit','resource')"
"""What can be shown in place of an address; in the words of the index `captures_urlkey`, which SQLite looks for."""


def _nearest(condition: str) -> str:
    """The question for the capture of a key (?1) that is nearest to a time (?2 as text, ?3 in seconds since 1970), of
    those that fulfil a condition: the last one before and the first one after come out of the index alone, and one row
    is read."""
    captured = f"SELECT time, segment, offset FROM captures WHERE urlkey = ?1 AND {REPLAYED} AND {condition}"  # noqa: S608
    return (
        f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE (segment, offset) = (SELECT segment, offset FROM ("  # noqa: S608
        f"SELECT * FROM ({captured} AND time < ?2 ORDER BY time DESC, segment DESC, offset DESC LIMIT 1) UNION ALL"
        f" SELECT * FROM ({captured} AND time >= ?2 ORDER BY time, segment, offset LIMIT 1))"
        " ORDER BY coalesce(abs(strftime('%s', substr(time, 1, 19)) - ?3), 1e18), time LIMIT 1)"
    )


_WHOLE = "status IS NOT 206 AND status IS NOT 304"
_OF_ADDRESS = f"{_WHOLE} AND (status IS NULL OR status NOT BETWEEN 300 AND 399 OR target_uri = ?4)"
NEAREST = _nearest(_WHOLE)
NEAREST_OF_ADDRESS = _nearest(_OF_ADDRESS)
NEAREST_OF_SPELLING = _nearest(f"{_OF_ADDRESS} AND spelling(target_uri) = ?5")
NEAREST_OF_ANY = _nearest("TRUE")
SAME_SECOND = (
    f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE urlkey = ? AND {REPLAYED} AND {_WHOLE} AND time >= ? AND time < ?"  # noqa: S608
    " AND target_uri = ? ORDER BY time, segment, offset LIMIT 1"
)


def _seconds(condition: str) -> str:
    return (
        f"SELECT DISTINCT substr(time, 1, 19) FROM captures WHERE urlkey = ?1 AND {REPLAYED} AND time >= ?2"  # noqa: S608
        f" AND {condition} ORDER BY time LIMIT ?3"
    )


SECONDS_OF_ADDRESS = _seconds(_OF_ADDRESS)
SECONDS_OF_SPELLING = _seconds(f"{_OF_ADDRESS} AND spelling(target_uri) = ?5")
SECONDS = (_seconds(_WHOLE), _seconds("TRUE"))

BEHIND_A_SECOND = "~"
"""After a time to the second: sorts behind all that this second holds, `Z` or a fraction of it."""

CAPTURE_OF_ID = "record_id = ? ORDER BY segment NOT GLOB 'archiver-*', segment, offset LIMIT 1"
"""Where a file of another program has a record of the same id, ours is meant."""


class CapturedUri(NamedTuple):
    """A target URI with captures."""

    uri: str
    captures: int
    first: datetime
    last: datetime


class Standing(NamedTuple):
    """How a mention stands by now; null where nothing was concluded."""

    mention_id: str
    outcome: str | None
    post_key: str | None
    state: str | None


class Asking(CatalogueFile):
    """Answers questions."""

    def segments(self) -> dict[str, int]:
        """How many bytes of each WARC file are in this catalogue."""
        return dict(self.query("SELECT name, bytes FROM segments"))

    def capture(self, record_id: str) -> Capture | None:
        return next(self._captures(CAPTURE_OF_ID, (record_id,)), None)

    def capture_at(self, segment: str, offset: int) -> Capture | None:
        """The record at this place: unlike a record id, a place names one record in any WARC file."""
        return next(self._captures("segment = ? AND offset = ?", (segment, offset)), None)

    def captures_at(self, target_uri: str) -> list[Capture]:
        """All captures of exactly this target URI, oldest first."""
        return list(self._captures("target_uri = ? ORDER BY time, segment, offset", (target_uri,)))

    def shown_at(self, target_uri: str, *, start: int, limit: int) -> list[Capture]:
        """The records of exactly this target URI but requests, oldest first: `limit` of them from number `start` on."""
        where = "target_uri = ? AND type NOT IN ('request','warcinfo') ORDER BY time, segment, offset LIMIT ? OFFSET ?"
        return list(self._captures(where, (target_uri, limit, start)))

    def amount_at(self, target_uri: str, *, limit: int) -> int:
        """How many captures of exactly this target URI there are; `limit` where there are more."""
        return int(
            self.query(
                "SELECT count(*) FROM (SELECT 1 FROM captures WHERE target_uri = ?"
                " AND type IN ('response','revisit','resource','conversion') LIMIT ?)",
                (target_uri, limit),
            )[0][0]
        )

    def captures_like(self, urlkey: str) -> list[Capture]:
        """HTTP captures and resources whose URL has this sort key, oldest first."""
        return list(self._captures(f"urlkey = ? AND {REPLAYED} ORDER BY time, segment, offset", (urlkey,)))

    def nearest(self, urlkey: str, moment: datetime, *, uri: str = "") -> Capture | None:
        """The HTTP capture or resource of this sort key that is nearest in time to `moment` (to the second; UTC); of
        two as near, the earlier; null where there is none.

        `uri`: the address that was asked for. Another address of the same key (http for https) may stand for it, but
        where that one only redirects, it says nothing of this one: such captures, those that hold no whole answer
        (206, 304), and those of an address in other letters (`/p/AbC` for `/p/aBc` may be something else) count only
        where there is nothing else.
        """
        moment = moment.astimezone(UTC).replace(microsecond=0)
        wanted = (urlkey, _second(moment), int(moment.timestamp()))
        rows = self.query(NEAREST, wanted)
        found = capture_of(rows[0]) if rows else None
        if found is not None and found.target_uri == uri:
            return found
        if found is None:
            rows = self.query(NEAREST_OF_ANY, wanted)
        elif 300 <= (found.status or 0) <= 399:
            rows = self.query(NEAREST_OF_ADDRESS, (*wanted, uri)) or rows
        found = capture_of(rows[0]) if rows else None
        if found is not None and uri and spelling(found.target_uri) != (letters := spelling(uri)):
            rows = self.query(NEAREST_OF_SPELLING, (*wanted, uri, letters))
            found = capture_of(rows[0]) if rows else found
        if found is not None and found.target_uri != uri:
            # of several within one second, the one of exactly this address
            second = _second(found.time)
            rows = self.query(SAME_SECOND, (urlkey, second, second + BEHIND_A_SECOND, uri))
            return capture_of(rows[0]) if rows else found
        return found

    def within_second(self, urlkey: str, moment: datetime, *, limit: int) -> list[Capture]:
        """What can be replayed of this sort key out of the second of `moment`, oldest first."""
        second = _second(moment.astimezone(UTC).replace(microsecond=0))
        where = f"urlkey = ? AND {REPLAYED} AND time >= ? AND time < ? ORDER BY time, segment, offset LIMIT ?"
        return list(self._captures(where, (urlkey, second, second + BEHIND_A_SECOND, limit)))

    def seconds(
        self, urlkey: str, start: datetime | None = None, *, limit: int, uri: str | None = None
    ) -> list[datetime]:
        """The seconds in which an address of this sort key was captured, oldest first, from `start` on: those of whole
        answers, where there are any.

        `uri`: the address that was asked for. Then they are those from which `nearest` has a capture for it.
        """
        first = _second(start) if start else ""
        asking: list[tuple[str, tuple[str, ...]]] = [(sql, ()) for sql in SECONDS]
        if uri is not None:
            asking[:0] = [(SECONDS_OF_SPELLING, (uri, spelling(uri))), (SECONDS_OF_ADDRESS, (uri,))]
        for sql, more in asking:
            rows = self.query(sql, (urlkey, first, limit, *more))
            if rows or (first and self.query(sql, (urlkey, "", 1, *more))):
                return [moment for row in rows if (moment := _time(row[0])) != NO_TIME]
        return []

    def index_rows(self, segment: str) -> Iterator[IndexRow]:
        """What the index lists of a segment, in constant memory."""
        rows = self.each(
            f"SELECT {', '.join(IndexRow._fields)}, listed FROM captures WHERE segment = ?"  # noqa: S608
            f" AND type IN ({','.join('?' * len(INDEXED_TYPES))}) AND listed IS NOT ''",
            (segment, *INDEXED_TYPES),
        )
        for *row, otherwise in rows:
            yield IndexRow._make(row)._replace(**json.loads(otherwise)) if otherwise else IndexRow._make(row)

    def captures_in(self, segment: str) -> list[Capture]:
        return list(self._captures("segment = ? ORDER BY offset", (segment,)))

    def captured_uris(self, *, contains: str = "", after: str = "", limit: int = 100) -> list[CapturedUri]:
        """Target URIs that hold `contains` (as written), in their own order, from the one behind `after` on."""
        rows = self.query(
            "SELECT target_uri, count(*), min(time), max(time) FROM captures WHERE target_uri > ?"
            " AND type IN ('response','revisit','resource','conversion') AND instr(target_uri, ?) > 0"
            " GROUP BY target_uri ORDER BY target_uri LIMIT ?",
            (after, contains, limit),
        )
        return [CapturedUri(row[0], row[1], _time(row[2]), _time(row[3])) for row in rows]

    def original_of(self, target_uri: str, payload_digest: str, *, own: bool = False) -> Capture | None:
        """The first whole record that holds this payload of this target URI.

        own: among those that a payload may be left out for: that this program wrote (what another file says that it
        holds is no reason), and that other tools find by this digest, too.
        """
        with self._lock:
            if target_uri in self._pending_uris:
                self._flush()
            rows = self._execute(OWN_ORIGINAL_OF if own else ORIGINAL_OF, (target_uri, payload_digest))
            row = next((row for row in rows if not own or OWN_SEGMENT.fullmatch(row[0])), None)
        return capture_of(row) if row else None

    def concurrent(self, record_id: str) -> list[Capture]:
        """The records that say they belong to this one: the request of a response, and the other way round; the heads
        of interim responses and the bytes behind the end."""
        # by target URI, which they share but for what stands before it: that is what an index finds
        uri = "(SELECT target_uri FROM captures WHERE record_id = ? LIMIT 1)"
        named = [uri, *(f"'urn:archiver:{kind}:' || {uri}" for kind in BESIDE_KINDS)]
        where = f"target_uri IN ({', '.join(named)}) AND concurrent_to = ? ORDER BY segment, offset"
        return list(self._captures(where, (record_id,) * (len(named) + 1)))

    def _captures(self, where: str, parameters: tuple[Any, ...]) -> Iterator[Capture]:
        for row in self.query(f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE {where}", parameters):  # noqa: S608
            yield capture_of(row)

    def articles(self) -> list[tuple[Article, str]]:
        """Every article (without its words) and the id of the record that holds its bytes, in the order stored."""
        rows = self.query(
            "SELECT a.id, a.uri, a.digest, a.source, a.title, a.language, a.published, a.capture_id FROM articles a"
            " LEFT JOIN captures c ON c.record_id = a.record_id ORDER BY c.segment, c.offset"
        )
        return [
            (Article(uri=r[1], digest=r[2], source=r[3], title=r[4], language=r[5], published=r[6]), r[7]) for r in rows
        ]

    def article_record(self, article_id: str) -> str | None:
        """The metadata record that an article and its mentions were read from."""
        return self._one("SELECT record_id FROM articles WHERE id = ?", article_id)

    def post_record(self, key: str) -> str | None:
        """The metadata record that a post's best record was read from."""
        return self._one("SELECT record_id FROM posts WHERE key = ?", key)

    def _one(self, sql: str, value: str) -> str | None:
        rows = self.query(sql, (value,))
        return rows[0][0] if rows else None

    def standings(self, article_id: str) -> list[Standing]:
        """How each mention of an article stands, in document order: the last resolution, the last look at the post."""
        rows = self.query(
            "SELECT m.id, r.outcome, r.post_key,"
            " coalesce((SELECT o.state FROM observations o WHERE o.post_key = r.post_key"
            " ORDER BY o.seen_at DESC, o.record_id DESC LIMIT 1), json_extract(r.json, '$.state'))"
            " FROM mentions m LEFT JOIN resolutions r ON r.record_id = (SELECT l.record_id FROM resolutions l"
            " LEFT JOIN captures c ON c.record_id = l.record_id WHERE l.mention_id = m.id"
            " ORDER BY c.segment DESC, c.offset DESC LIMIT 1)"
            " WHERE m.article_id = ? ORDER BY m.position",
            (article_id,),
        )
        return [Standing(*row) for row in rows]

    def citations(self, post_key: str) -> list[tuple[str, str]]:
        """`(article id, mention id)` of the mentions that were ever resolved to a post."""
        return self.query(
            "SELECT DISTINCT m.article_id, m.id FROM resolutions r JOIN mentions m ON m.id = r.mention_id"
            " WHERE r.post_key = ? ORDER BY m.article_id, m.position",
            (post_key,),
        )

    def mentions(self, article_id: str | None = None) -> list[tuple[str, Mention]]:
        """`(article id, mention)` in document order."""
        where, parameters = ("WHERE article_id = ?", (article_id,)) if article_id else ("", ())
        rows = self.query(f"SELECT article_id, json FROM mentions {where} ORDER BY article_id, position", parameters)  # noqa: S608
        return [(row[0], msgspec.json.decode(row[1], type=Mention)) for row in rows]

    def resolution(self, mention_id: str) -> tuple[Resolution, str] | None:
        """The last conclusion about a mention, and the record that holds it."""
        rows = self.query(
            "SELECT r.json, r.record_id FROM resolutions r LEFT JOIN captures c ON c.record_id = r.record_id"
            " WHERE r.mention_id = ? ORDER BY c.segment DESC, c.offset DESC LIMIT 1",
            (mention_id,),
        )
        return (msgspec.json.decode(rows[0][0], type=Resolution), rows[0][1]) if rows else None

    def post(self, key: str) -> tuple[Post, tuple[str, ...]] | None:
        """A post's best record, and the records that it was read from."""
        rows = self.query("SELECT json, evidence FROM posts WHERE key = ?", (key,))
        return (msgspec.json.decode(rows[0][0], type=Post), tuple(json.loads(rows[0][1]))) if rows else None

    def posts(self) -> list[Post]:
        return [msgspec.json.decode(row[0], type=Post) for row in self.query("SELECT json FROM posts ORDER BY key")]

    def posts_between(self, platform: str, handle: str, first: str, last: str) -> list[tuple[Post, tuple[str, ...]]]:
        """Stored posts of one account from one UTC day to another (ISO), each with the record ids that it was read
        from: those that it made under this handle, in any case, or, where it was renamed, under another."""
        rows = self.query(
            "SELECT key, json, evidence FROM posts WHERE platform = ? AND handle_folded = ? AND day BETWEEN ? AND ?"
            " UNION SELECT key, json, evidence FROM posts WHERE platform = ? AND day BETWEEN ? AND ? AND account_id IN"
            " (SELECT account_id FROM handles WHERE platform = ? AND handle_folded = ?) ORDER BY key",
            (
                *(platform, handle.casefold(), first[:10], last[:10]),
                *(platform, first[:10], last[:10], platform, handle.casefold()),
            ),
        )
        return [(msgspec.json.decode(row[1], type=Post), tuple(json.loads(row[2]))) for row in rows]

    def handle_uses(self, platform: str, handle: str) -> list[tuple[str, str, str]]:
        """Which accounts were seen under a handle (any case): stable id, first and last ISO day."""
        return [
            (row[0], row[1], row[2])
            for row in self.query(
                "SELECT account_id, first_seen, last_seen FROM handles WHERE platform = ? AND handle_folded = ?"
                " ORDER BY account_id",
                (platform, handle.casefold()),
            )
        ]

    def observed_keys(self) -> list[str]:
        """The key of every post that was looked at."""
        rows = self.query(
            "WITH RECURSIVE known(key) AS (SELECT min(post_key) FROM observations UNION ALL"
            " SELECT (SELECT min(post_key) FROM observations WHERE post_key > key) FROM known WHERE key IS NOT NULL)"
            " SELECT key FROM known WHERE key IS NOT NULL"
        )  # a step in the index for each post, however often it was looked at
        return [row[0] for row in rows]

    def observations(self, post_key: str | None = None) -> list[tuple[Observation, str]]:
        """Looks at a post (or at all), oldest first, each with the record that holds it."""
        where, parameters = ("WHERE post_key = ?", (post_key,)) if post_key else ("", ())
        rows = self.query(
            f"SELECT json, record_id FROM observations {where} ORDER BY post_key, seen_at, record_id",  # noqa: S608
            parameters,
        )
        return [(msgspec.json.decode(row[0], type=Observation), row[1]) for row in rows]


def capture_of(row: tuple[Any, ...]) -> Capture:
    segment, offset, length, record_id, kind, uri, time, status, content_type, payload, block, refers, truncated = row
    return Capture(
        record_id=record_id,
        record_type=kind,
        target_uri=uri,
        time=_time(time),
        file=segment,
        offset=offset,
        length=length,
        status=status,
        content_type=content_type,
        payload_digest=payload,
        block_digest=block,
        refers_to=refers,
        truncated=truncated,
    )


def _second(moment: datetime) -> str:
    """As a `WARC-Date` begins that lies within this second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")[:19]


def _time(value: str) -> datetime:
    """The time of a record; `NO_TIME` where another tool wrote none that can be read."""
    try:
        return parse_warc_date(value)
    except ValueError:
        return NO_TIME
