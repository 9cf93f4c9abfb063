"""A small platform, `quay`, and the web in which it lives: its lists, its posts, a web archive, each of which can fail.

Ids are minutes since 2022, so they carry the time; unless `Quay(timed=False)`.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from archiver.errors import NetworkError
from archiver.exchange import Exchange
from archiver.model import Answer, Mention, Post, PostRef
from archiver.platforms import answering
from archiver.platforms.base import ArchiveQuery, Clues, DayRange, Gap, Inquiry, Lookup, Remark, Shown
from archiver.platforms.default import DefaultPlatform
from tests.platforms.driving import exchange

EPOCH = datetime(2022, 1, 1, tzinfo=UTC)
LINK = re.compile(r"https://quay\.example/(?P<handle>\w+)/(?P<id>\d+)$")
ARCHIVED = ("Memento-Datetime", "Thu, 01 Dec 2022 00:00:00 GMT")


def id_at(made: datetime) -> str:
    return str(int((made - EPOCH).total_seconds()) // 60)


@dataclass(frozen=True)
class Told:
    """A post of the town: where it can be found."""

    id: str
    text: str
    handle: str = "ana"
    live: bool = True
    archived: bool = True
    picture: str | None = None

    @property
    def url(self) -> str:
        return f"https://quay.example/{self.handle}/{self.id}"

    @property
    def record(self) -> Post:
        return Post(
            platform="quay",
            id=self.id,
            url=self.url,
            handle=self.handle,
            account_id=f"id of {self.handle}",
            created_at=EPOCH + timedelta(minutes=int(self.id)),
            text=self.text,
        )


class Quay(DefaultPlatform):
    """The platform: pure, as all are."""

    name = "quay"

    def __init__(self, *, listing: bool = True, lists: bool = True, timed: bool = True, shared: bool = False) -> None:
        self._listing, self._lists, self._timed, self._shared = listing, lists, timed, shared
        self.clues: list[Clues] = []

    def ref_from_url(self, url: str) -> PostRef | None:
        found = LINK.match(url)
        return self.ref_from_id(found["id"], found["handle"]) if found else None

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return PostRef(platform="quay", id=post_id, handle=handle, url=f"https://quay.example/{handle}/{post_id}")

    def time_of(self, post_id: str) -> datetime | None:
        return EPOCH + timedelta(minutes=int(post_id)) if self._timed else None

    def day_range(self, day: date, *, slack_hours: int = 0) -> DayRange | None:
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if not self._timed:
            return None
        first, last = begin - timedelta(hours=slack_hours), begin + timedelta(days=1, hours=slack_hours, minutes=-1)
        return DayRange(first=int(id_at(first)), last=int(id_at(last)))

    def look(self, ref: PostRef) -> Inquiry:
        if self._shared:
            yield Lookup(endpoint="quay.account", url=f"https://quay.example/api/account/{ref.handle}")
        lookup = Lookup(endpoint="quay.post", url=f"https://quay.example/api/post/{ref.id}")
        answer = yield lookup
        if answer is not None:
            yield answering.of(lookup, answer, self._read(answer))

    @staticmethod
    def _read(answer: Exchange) -> Answer:
        if answer.status == 404:
            return answering.not_found("HTTP 404")
        return answering.shown(posts_in(answer)[0])

    def judge(self, ref: PostRef, answers: Sequence[Answer]) -> Answer:
        return answering.judged(ref, answers, corroborated=1)

    def search(self, clues: Clues) -> Inquiry:
        self.clues.append(clues)
        if not self._listing:
            yield Remark(text="quay has no such list")
            return
        lookup = Lookup(endpoint="quay.list", url=f"https://quay.example/api/list/{clues.handle}")
        answer = yield lookup
        if answer is None:
            return
        if answer.status != 200:
            yield Gap(text=f"quay.list: HTTP {answer.status}")
            return
        yield Shown(posts=posts_in(answer), endpoint=lookup.endpoint, record_id=answer.record_id)

    def archive_queries(self, mention: Mention, ids: DayRange | None) -> tuple[ArchiveQuery, ...]:
        prefix = f"quay.example/{mention.handle}/"
        return (ArchiveQuery(prefix=prefix), ArchiveQuery(prefix=f"{prefix}4", late=True)) if self._timed else ()

    def archived_urls(self, ref: PostRef) -> tuple[str, ...]:
        return (ref.url,)

    def read_archived(self, ref: PostRef, exchange: Exchange) -> Post | None:
        return posts_in(exchange)[0]

    def archived_lists(self, clues: Clues) -> tuple[str, ...]:
        return (f"https://quay.example/{clues.handle}",) if self._lists else ()

    def read_archived_list(self, url: str, exchange: Exchange) -> tuple[Post, ...]:
        return posts_in(exchange)

    def media_urls(self, mention: Mention) -> tuple[str, ...]:
        return tuple(f"https://{link}" for link in mention.links if link.startswith("pic.quay.example/"))


def posts_in(answer: Exchange) -> tuple[Post, ...]:
    return tuple(Told(**one).record for one in json.loads(answer.text()))


@dataclass
class Town:
    """The web as it answers: a fetcher. `down`: what fails, by a piece of its URLs, with a status; 0: no answer."""

    posts: Sequence[Told]
    down: dict[str, int] = field(default_factory=dict)
    listed: Sequence[str] | None = None
    """Ids that archived lists show."""
    delay: Any = None
    """How long each answer takes, in seconds, by its URL."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self.asked: Counter[str] = Counter()
        self.known: dict[str, Exchange | NetworkError] = {}

    def asked_of(self, piece: str) -> int:
        return sum(count for url, count in self.asked.items() if piece in url)

    def fetch(self, url: str, *, headers: Iterable[tuple[str, str]] = (), max_bytes: int | None = None) -> Exchange:
        with self._lock:
            self.asked[url] += 1
        if self.delay is not None:
            time.sleep(self.delay(url))
        try:
            answer = self._answer(url)
        except NetworkError as error:
            self.known[url] = error
            raise
        self.known[url] = answer
        return answer

    def follow(
        self, url: str, *, headers: Iterable[tuple[str, str]] = (), max_bytes: int | None = None
    ) -> list[Exchange]:
        return [self.fetch(url)]

    def _answer(self, url: str) -> Exchange:
        status = next((status for piece, status in self.down.items() if piece in url), 200)
        if status == 0:
            raise NetworkError("connection reset", subject=url)
        record = f"urn:uuid:{url}"
        if status != 200:
            return exchange(url, b"", status, record=record)
        if "/cdx/" in url:
            return exchange(url, self._index(parse_qs(urlsplit(url).query)), record=record)
        if url.startswith("https://web.archive.org/web/"):
            original = url.partition("id_/")[2]
            shown = [one for one in self.posts if one.url == original] or self._listed()
            return exchange(url, text_of(shown), headers=(ARCHIVED,), record=record)
        if url.startswith("https://pic."):
            found = next((one for one in self.posts if one.picture and url.endswith(one.picture)), None)
            location = (("Location", found.url),) if found else ()
            return exchange(url, b"", 302 if found else 404, headers=location, record=record)
        if "/api/post/" in url:
            shown = [one for one in self.posts if url.endswith(f"/{one.id}") and one.live]
            return exchange(url, text_of(shown), 200 if shown else 404, record=record)
        if "/api/list/" in url:
            handle = unquote(url.rpartition("/")[2])
            return exchange(url, text_of([p for p in self.posts if p.live and p.handle == handle]), record=record)
        return exchange(url, b"[]", record=record)

    def _listed(self) -> list[Told]:
        return [one for one in self.posts if self.listed is not None and one.id in self.listed]

    def _index(self, query: dict[str, list[str]]) -> str:
        asked = query["url"][0].removeprefix("https://")
        known = [one.url for one in self.posts if one.archived]
        known += [f"https://quay.example/{one.handle}" for one in self.posts[:1] if self.listed is not None]
        prefix = query.get("matchType") == ["prefix"]
        urls = [url for url in known if url.removeprefix("https://")[: len(asked) if prefix else None] == asked]
        return "\n".join(row(url) for url in urls)


def text_of(posts: Sequence[Told]) -> str:
    return json.dumps([{"id": one.id, "text": one.text, "handle": one.handle} for one in posts])


def row(url: str) -> str:
    return f"example,quay)/x 20221201000000 {url} text/html 200 {zlib.crc32(url.encode())} 812"
