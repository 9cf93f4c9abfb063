"""A Wayback Machine: the CDX server, playback of mementos, TimeMaps, and what it says when it has nothing.

Save Page Now is in a module of its own.

The index holds captures of the population's posts (see `CAPTURE_KINDS`), with the noise that real indexes have: rows
twice or more, lengths that are `-`, originals that are no URLs, junk under `/status/`, revisit rows without a status.
Captures of your own are added with `Wayback.add`.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import threading
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, unquote, unquote_plus, urlsplit

import surt  # type: ignore[import-untyped]

from tests.web_twin import legacy
from tests.web_twin.embed_token import syndication_token
from tests.web_twin.population import Population, PostState, TwinPost, code
from tests.web_twin.save_page_now import SavePageNow
from tests.web_twin.wire import Framing, Headers, Reply, Request
from tests.web_twin.x import XSite, compact_json, js_json

if TYPE_CHECKING:
    from tests.web_twin.crowd_archive import CrowdArchive

FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
MAX_ROWS = 150_000
RATE_WINDOW = 60.0

EMPTY_DIGEST = "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"
"""Base32 SHA-1 of no bytes."""

CAPTURE_KINDS = {
    "legacy": "status page of before mid-2020, the post in its HTML",
    "shell": "status page of later, empty without JavaScript",
    "json1": "the status URL, answered with API v1.1 JSON",
    "json2": "the status URL, answered with API v2 JSON",
    "oembed": "publish.twitter.com/oembed?url=…",
    "syndication": "cdn.syndication.twimg.com/tweet-result?id=…",
    "gone": "404 of a status page",
    "suspended": "302 to /account/suspended",
    "redirect": "302 of a status URL under an old handle to the one of the time",
    "revisit": "a revisit of the capture before it: status `-`, mimetype warc/revisit",
    "mobile": "mobile.twitter.com, the post in its HTML",
}

SHELL_SINCE = datetime(2020, 6, 1, tzinfo=UTC)
X_SINCE = datetime(2023, 7, 24, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the index."""

    urlkey: str
    timestamp: str
    original: str
    mimetype: str = "text/html"
    statuscode: str = "200"
    digest: str = EMPTY_DIGEST
    length: str = "1024"

    @property
    def sort_key(self) -> str:
        return f"{self.urlkey} {self.timestamp}"


@dataclass(frozen=True, kw_only=True)
class Memento:
    """One capture that can be played back."""

    original: str
    timestamp: str
    status: int = 200
    headers: Headers = ()
    body: bytes = b""
    revisit: bool = False
    """Indexed as a revisit; playback gives the body all the same."""

    @property
    def when(self) -> datetime:
        return datetime.strptime(self.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)

    @property
    def mimetype(self) -> str:
        value = next((value for name, value in self.headers if name.lower() == "content-type"), "unk")
        return value.partition(";")[0].strip()

    @property
    def location(self) -> str | None:
        return next((value for name, value in self.headers if name.lower() == "location"), None)

    def row(self) -> Row:
        """Its line in the index."""
        return Row(
            urlkey=urlkey(self.original),
            timestamp=self.timestamp,
            original=self.original,
            mimetype="warc/revisit" if self.revisit else self.mimetype,
            statuscode="-" if self.revisit else str(self.status),
            digest=base64.b32encode(hashlib.sha1(self.body).digest()).decode(),
            length=str(len(gzip.compress(self.body, mtime=0)) + 400),
        )


def urlkey(url: str) -> str:
    """The SURT of a URL, as the index sorts by it."""
    return str(surt.surt(url))


def stamp(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def _gmt(when: datetime) -> str:
    return format_datetime(when.astimezone(UTC), usegmt=True)


class Wayback:
    """`web.archive.org`. Called with a request, gives the reply.

    Switches:
    rate_limit: requests per minute (by the real clock) to CDX and TimeMaps, then 429; null: none. The real one is 30.
    retry_after: the `Retry-After` of that 429; null: none, as often seen.
    excluded: hosts whose owners had them taken out: CDX 403, playback 200 with an explanation and no Memento-Datetime.
    noise: whether the index has the junk rows of real ones. Set before the first request.

    crowd: what is held of a crowd, whose index is never written out: its rows are made for each question.
    """

    def __init__(
        self, population: Population, now: Callable[[], datetime], *, crowd: CrowdArchive | None = None
    ) -> None:
        self.population = population
        self.crowd = crowd
        self._now = now
        self._x = XSite(population, now)
        self.spn = SavePageNow(archive=self, now=now)
        """Save Page Now, with its own switches."""
        self.rate_limit: int | None = None
        self.retry_after: str | None = None
        self.excluded: set[str] = {"excluded.example"}
        self.noise = True
        self._added: list[Memento] = []
        self._added_rows: list[Row] = []
        self._lock = threading.Lock()
        self._asked: deque[float] = deque()
        self._built_for: tuple[int, int, bool] | None = None
        self._rows: list[Row] = []
        self._keys: list[str] = []
        self._mementos: dict[str, list[Memento]] = {}

    # -- holdings

    def add(
        self,
        original: str,
        when: datetime,
        body: bytes | str,
        *,
        status: int = 200,
        content_type: str = "text/html; charset=utf-8",
        headers: Headers = (),
        revisit: bool = False,
    ) -> Memento:
        """Archive something of your own."""
        data = body.encode() if isinstance(body, str) else body
        head = (*legacy.original_headers(when, content_type, original), *headers)
        memento = Memento(
            original=original, timestamp=stamp(when), status=status, headers=head, body=data, revisit=revisit
        )
        with self._lock:
            self._added.append(memento)
        return memento

    def add_row(self, row: Row) -> None:
        """Put a line into the index that nothing plays back."""
        with self._lock:
            self._added_rows.append(row)

    def captures(self, post: TwinPost) -> list[Memento]:
        """The captures that the archive holds of a post, oldest first."""
        return sorted(self._captures(post), key=lambda memento: memento.timestamp)

    @property
    def rows(self) -> list[Row]:
        """The whole index, in its order."""
        self._build()
        return self._rows

    def _build(self) -> None:
        with self._lock:
            state = (self.population.version, len(self._added) + len(self._added_rows), self.noise)
            if state == self._built_for:
                return
            mementos = [memento for post in self.population for memento in self._captures(post)] + self._added
            rows = [memento.row() for memento in mementos]
            if self.noise:
                rows += self._noise(rows)
            rows += self._added_rows
            by_key: dict[str, list[Memento]] = {}
            for memento in mementos:
                by_key.setdefault(urlkey(memento.original), []).append(memento)
            for held in by_key.values():
                held.sort(key=lambda memento: memento.timestamp)
            self._rows = sorted(rows, key=lambda row: row.sort_key)
            self._keys = [row.sort_key for row in self._rows]
            self._mementos = by_key
            self._built_for = state

    def _kinds(self, post: TwinPost) -> tuple[str, ...]:
        if post.archived is not None:
            return post.archived
        dice = int(hashlib.sha256(f"captures {post.id}".encode()).hexdigest()[:4], 16)
        if dice % 7 == 0:
            return ()
        if post.created < SHELL_SINCE - timedelta(days=20):
            kinds: tuple[str, ...] = (("legacy",), ("legacy", "revisit"), ("legacy", "mobile"))[dice % 3]
            if post.handle_then != post.handle:
                kinds += ("redirect",)
        elif post.created < X_SINCE:
            kinds = (("shell", "json1"), ("shell", "json2"), ("shell",), ("shell", "syndication"))[dice % 4]
        else:
            kinds = (("json2", "shell"), ("syndication",), ("oembed", "shell"))[dice % 3]
        if post.state in (PostState.DELETED, PostState.ACCOUNT_GONE) and post.created < SHELL_SINCE - timedelta(
            days=99
        ):
            kinds += ("gone",)
        if post.state is PostState.SUSPENDED and post.created < SHELL_SINCE - timedelta(days=99):
            kinds += ("suspended",)
        return kinds

    def _captures(self, post: TwinPost) -> list[Memento]:
        captures: list[Memento] = []
        when = post.created.replace(microsecond=0)
        for place, kind in enumerate(self._kinds(post)):
            step = int(hashlib.sha256(f"{post.id} {place} {kind}".encode()).hexdigest()[:6], 16)
            when += timedelta(seconds=600 + step % (20 * 86_400 if kind != "redirect" else 1))
            if kind == "redirect":
                when = max(when, *(until for _, until in post.account.former)) if post.account.former else when
                when += timedelta(days=1)
            if kind == "revisit" and captures:
                captures.append(replace(captures[-1], timestamp=stamp(when), revisit=True))
            else:
                captures.append(self._capture(post, kind, when))
        return captures

    def _capture(self, post: TwinPost, kind: str, when: datetime) -> Memento:
        handle = post.account.handle_at(when)
        then = replace(post, account=replace(post.account, handle=handle, former=()))
        status_url = f"https://twitter.com/{handle}/status/{post.id}"
        html, api = "text/html; charset=utf-8", "application/json; charset=utf-8"
        status = 200
        more: Headers = ()
        url, content_type = status_url, html
        if kind in ("legacy", "mobile"):
            replies = [p for p in self.population.posts if p.reply_to == post.id][:3]
            body = legacy.permalink_page(then, self.population, replies)
            if kind == "mobile":
                url = status_url.replace("//twitter", "//mobile.twitter")
        elif kind == "shell":
            body = legacy.shell_page("X (formerly Twitter)" if when >= X_SINCE else "Twitter")
            if when >= X_SINCE:
                url = status_url.replace("//twitter.com", "//x.com")
        elif kind in ("json1", "json2"):
            body = (legacy.v1_json if kind == "json1" else legacy.v2_json)(then, self.population)
            content_type = api
        elif kind == "oembed":
            url, content_type = f"https://publish.twitter.com/oembed?url={status_url}", api
            body = js_json(self._x.oembed(then))
        elif kind == "syndication":
            token = syndication_token(post.id)
            url = f"https://cdn.syndication.twimg.com/tweet-result?id={post.id}&lang=en&token={token}"
            body, content_type = compact_json(self._x.tweet_result(then)), api
        elif kind == "gone":
            status, body = 404, legacy.gone_page()
        elif kind == "suspended":
            status, body = 302, b""
            more = (("location", "https://twitter.com/account/suspended"),)
        elif kind == "redirect":
            url = f"https://twitter.com/{post.handle_then}/status/{post.id}"
            status, body = 302, b""
            more = (("location", status_url),)
        else:
            raise ValueError(f"no such kind of capture: {kind}")
        return Memento(
            original=url,
            timestamp=stamp(when),
            status=status,
            headers=(*legacy.original_headers(when, content_type, url), *more),
            body=body,
        )

    def _noise(self, rows: list[Row]) -> list[Row]:
        """Junk as it is found in real indexes, made from the good rows, the same every time."""
        noise: list[Row] = []
        status_rows = [row for row in rows if "/status/" in row.original and row.statuscode == "200"]
        for place, row in enumerate(status_rows):
            noise += self._noise_beside(row, place)
        if status_rows:
            first = status_rows[0]
            noise += [
                replace(first, original="some/not/even/url/thing"),
                replace(first, original="http://mailto:keeper@pier.example/", mimetype="unk", statuscode="301"),
                replace(first, timestamp="20000012170449"),
            ]
        return noise

    def _noise_beside(self, row: Row, place: int) -> list[Row]:
        """What stands beside one good row."""
        shape = place % 9
        if shape == 0:
            return [row, row]
        if shape == 1:
            return [replace(row, length="-", timestamp=_later(row.timestamp, 3))]
        if shape in (2, 5):
            return [self._junk(row, place)]
        if shape == 7:
            # Same post, other capture, no scheme or with a port, as crawlers wrote them.
            original = row.original.replace("https://twitter.com/", "http://twitter.com:80/")
            return [replace(row, original=original, timestamp=_later(row.timestamp, 86_400))]
        return []

    @staticmethod
    def _junk(row: Row, place: int) -> Row:
        head, _, post_id = row.original.rpartition("/")
        shapes = (
            f'{head}/"{post_id}"',
            f"{head}/%22{post_id}%22",
            f"{head}/{post_id}&quot;",
            f"{head}//{post_id}",
            f"{head}/{post_id}/status/{post_id}",
            f"{head}/{post_id}https://pbs.twimg.com/media/{code(post_id, 15)}.jpg",
            f"{head}/{post_id}’",
            f"{head}/{post_id[:6]}…",
            f"{head}/{post_id}/photo/1",
            f"{head}/{post_id}?s=20",
        )
        original = shapes[place % len(shapes)]
        return Row(urlkey=urlkey(original), timestamp=_later(row.timestamp, 7), original=original, statuscode="404")

    # -- answering

    def __call__(self, request: Request) -> Reply:
        path = request.path
        self.spn.release()
        if path == "/save" or path.startswith("/save/"):
            return self.spn(request)
        if request.host == "archive.org":
            return self._availability(request)
        if path in ("/cdx/search/cdx", "/cdx/search", "/cdx"):
            return self._limited(request) or self._cdx(request)
        if path.startswith("/web/timemap/link/"):
            return self._limited(request) or self._timemap(request)
        if path.startswith("/web/"):
            return self._playback(request)
        return self._not_found(request)

    def _common(self, request: Request, status: int, location: str = "All") -> Headers:
        number = int(hashlib.sha256(request.target.encode()).hexdigest()[:4], 16)
        return (
            ("Server", "nginx"),
            ("Date", _gmt(self._now())),
            ("Connection", "keep-alive"),
            ("x-app-server", f"wwwb-app{200 + number % 30}"),
            ("x-ts", str(status)),
            ("x-tr", str(80 + number % 400)),
            ("X-location", location),
            ("X-RL", "0"),
            ("X-NA", "0"),
            ("X-Page-Cache", "BYPASS" if location == "cdx" else "MISS"),
            ("X-NID", "-"),
            ("Referrer-Policy", "no-referrer-when-downgrade"),
            ("Permissions-Policy", "interest-cohort=()"),
        )

    def _limited(self, request: Request) -> Reply | None:
        """The real counter of the last minute; every request counts, refused ones too."""
        if self.rate_limit is None:
            return None
        now = time.monotonic()
        with self._lock:
            while self._asked and self._asked[0] <= now - RATE_WINDOW:
                self._asked.popleft()
            self._asked.append(now)
            if len(self._asked) <= self.rate_limit:
                return None
        more = (("Retry-After", self.retry_after),) if self.retry_after is not None else ()
        return Reply(
            status=429,
            headers=(*self._common(request, 429, "cdx"), ("Content-Type", "text/html"), *more),
            body=b"<html><head><title>429 Too Many Requests</title></head><body>Too Many Requests</body></html>\r\n",
        )

    # -- CDX

    def _cdx(self, request: Request) -> Reply:
        self._build()
        query = request.query
        url = query.get("url", "")
        if not url:
            return self._cdx_text(request, "The url= param is required\n", status=400)
        if self._is_excluded(url):
            return self._blocked(request)
        try:
            rows, resume_key = self._page(self._select(url, request), query)
        except (re.error, ValueError) as error:
            return self._cdx_text(request, f"Bad request: {error}\n", status=400)
        fields = [name for name in query.get("fl", "").split(",") if name] or list(FIELDS)
        if any(name not in FIELDS for name in fields):
            return self._cdx_text(request, f"Bad request: fl={query['fl']}\n", status=400)
        lines = [[getattr(row, name) for name in fields] for row in rows]
        if query.get("output") == "json":
            listed: list[list[str]] = [fields, *lines] if lines else []
            if resume_key:
                listed += [[], [resume_key]]
            text = "[" + ",\n".join(json.dumps(line, ensure_ascii=False) for line in listed) + "]\n"
            return self._cdx_text(request, text, content_type="application/json;charset=UTF-8")
        text = "".join(" ".join(line) + "\n" for line in lines)
        if resume_key:
            text += f"\n{resume_key}\n"
        return self._cdx_text(request, text)

    def _cdx_text(
        self, request: Request, text: str, *, status: int = 200, content_type: str = "text/plain;charset=UTF-8"
    ) -> Reply:
        headers = (*self._common(request, status, "cdx"), ("Content-Type", content_type))
        return Reply(status=status, headers=headers, body=text.encode(), framing=Framing.CHUNKED, compress=True)

    def _select(self, url: str, request: Request) -> list[Row]:
        query = request.query
        since, until = query.get("from", ""), query.get("to", "")
        rows = self._range(url, query.get("matchType"), since, until)
        if since:
            rows = [row for row in rows if row.timestamp[: len(since)] >= since]
        if until:
            rows = [row for row in rows if row.timestamp[: len(until)] <= until]
        for name, value in request.query_items:
            if name == "filter":
                rows = list(_filtered(rows, value))
        for name, value in request.query_items:
            if name == "collapse":
                rows = list(_collapsed(rows, value))
        if resume := query.get("resumeKey"):
            # Clients send the key as they got it (then the query decodes it once more than it was encoded) or decoded.
            start = unquote_plus(resume)
            rows = [row for row in rows if row.sort_key >= start]
        return rows

    def _range(self, url: str, match: str | None, since: str, until: str) -> list[Row]:
        if match is None:
            if url.startswith("*."):
                match, url = "domain", url[2:]
            elif url.endswith("*"):
                match, url = "prefix", url[:-1]
            else:
                match = "exact"
        elif match == "prefix":
            url = url.removesuffix("*")
        key = urlkey(url)
        if match == "exact":
            return self._both(url, (f"{key} ", f"{key}!"), since, until)
        if match == "prefix":
            if url.endswith("/") and not key.endswith("/"):
                key += "/"
            return self._both(url, (key, key + "\U0010ffff"), since, until)
        host = key.partition(")")[0]
        if match == "host":
            return self._between(f"{host})", f"{host})\U0010ffff")
        if match == "domain":
            return [
                row
                for row in self._between(host, host + "\U0010ffff")
                if row.urlkey.startswith((f"{host})", f"{host},", f"{host}:"))
            ]
        raise ValueError(f"matchType={match}")

    def _between(self, first: str, end: str) -> list[Row]:
        return self._rows[bisect_left(self._keys, first) : bisect_left(self._keys, end)]

    def _both(self, url: str, span: tuple[str, str], since: str, until: str) -> list[Row]:
        """The rows of a span of keys, with those of the crowd."""
        rows = self._between(*span)
        if self.crowd is None:
            return rows
        for memento in self._of_crowd(url, since, until):
            row = memento.row()
            rows.append(row)
            if self.noise and row.statuscode == "200":
                rows += self._noise_beside(row, int(row.digest[:2] + row.timestamp[-3:], 36))
        inside = [row for row in rows if span[0] <= row.sort_key < span[1]]
        return sorted(inside, key=lambda row: row.sort_key)

    def _of_crowd(self, url: str, since: str = "", until: str = "") -> list[Memento]:
        """The captures of the notes that an address may mean: more than those of the address itself."""
        found = self.crowd.meant(url) if self.crowd is not None else None
        if found is None or self.crowd is None:
            return []
        platform, notes = found
        made = []
        for note in notes:
            for catch in self.crowd.between(note, platform, since, until):
                if platform == "x":
                    post = self.crowd.x.post(note, first=catch.first)
                    again = catch.kind == "revisit"
                    memento = self._capture(post, "legacy" if again else catch.kind, catch.when)
                    made.append(replace(memento, revisit=again))
                    continue
                one = self.crowd.caught(note, platform, catch)
                head = legacy.original_headers(one.when, one.content_type, one.url)
                when = stamp(one.when)
                made.append(Memento(original=one.url, timestamp=when, status=one.status, headers=head, body=one.body))
        return made

    @staticmethod
    def _page(rows: list[Row], query: dict[str, str]) -> tuple[list[Row], str | None]:
        limit = int(query.get("limit") or MAX_ROWS)
        rows = rows[int(query.get("offset") or 0) :]
        if limit < 0:
            return rows[limit:], None
        page = rows[: min(limit, MAX_ROWS)]
        # A range of time gives a key after its last page too; without one, a page that is not full has none.
        wanted = query.get("showResumeKey") == "true" and page and (len(page) == limit or "to" in query)
        return page, resume_key_after(page[-1]) if wanted else None

    def _is_excluded(self, url: str) -> bool:
        bare = url.removeprefix("*.")
        host = urlsplit(bare if "//" in bare else f"http://{bare}").hostname or ""
        return any(host == name or host.endswith("." + name) for name in self.excluded)

    def _blocked(self, request: Request) -> Reply:
        problem = (
            "org.archive.util.io.RuntimeIOException: org.archive.wayback.exception.AdministrativeAccessControlException"
        )
        return Reply(
            status=403,
            headers=(
                *self._common(request, 403, "cdx"),
                ("Content-Type", "text/plain;charset=UTF-8"),
                ("X-Archive-Wayback-Runtime-Error", "AdministrativeAccessControlException: Blocked Site Error"),
            ),
            body=f"{problem}: Blocked Site Error\n".encode(),
            framing=Framing.CHUNKED,
            compress=True,
        )

    # -- playback

    PLAYBACK = re.compile(
        r"^/web/(?:(?P<ts>[0-9]{1,14})(?P<flag>id_|if_|im_|js_|cs_|mp_|fw_|oe_)?/)?(?P<url>.+)$", re.DOTALL
    )

    def _held(self, url: str) -> list[Memento]:
        self._build()
        key = urlkey(url)
        held = self._mementos.get(key, [])
        caught = [memento for memento in self._of_crowd(url) if urlkey(memento.original) == key]
        return sorted((*held, *caught), key=lambda memento: memento.timestamp) if caught else held

    def _playback(self, request: Request) -> Reply:
        match = self.PLAYBACK.match(request.target)
        if match is None:
            return self._not_found(request)
        url = match["url"] if re.match(r"https?:/", match["url"]) else unquote(match["url"])
        url = re.sub(r"^(https?):/(?=[^/])", r"\1://", url)
        if "://" not in url:
            url = f"http://{url}"
        if self._is_excluded(url):
            return self._playback_blocked(request)
        held = self._held(url)
        if not held:
            return self._not_found(request)
        flag = match["flag"] or ""
        asked = match["ts"] or self._accepted_time(request)
        wanted = asked.ljust(14, "0") if asked else stamp(self._now())
        exact = [memento for memento in held if memento.timestamp == wanted]
        if not exact:
            nearest = min(held, key=lambda memento: _distance(memento.timestamp, wanted))
            return self._to_nearest(request, nearest, flag)
        same = [memento for memento in exact if memento.original == url]
        return self._memento(request, (same or exact)[0], held, flag)

    @staticmethod
    def _accepted_time(request: Request) -> str | None:
        value = request.header("accept-datetime")
        if value is None:
            return None
        try:
            return stamp(parsedate_to_datetime(value))
        except ValueError:
            return None

    def _to_nearest(self, request: Request, memento: Memento, flag: str) -> Reply:
        return Reply(
            status=302,
            headers=(
                *self._common(request, 302),
                ("Content-Type", "text/plain; charset=utf-8"),
                ("location", f"https://web.archive.org/web/{memento.timestamp}{flag}/{memento.original}"),
                ("x-archive-redirect-reason", f"found capture at {memento.timestamp}"),
                ("server-timing", "captures_list;dur=278.385921, exclusion.robots;dur=0.184694"),
            ),
        )

    def _memento(self, request: Request, memento: Memento, held: list[Memento], flag: str) -> Reply:
        content_type = next((v for k, v in memento.headers if k.lower() == "content-type"), "text/html")
        kept = [item for item in memento.headers if item[0].lower() != "content-type"]
        headers: Headers = (
            *self._common(request, memento.status),
            ("Content-Type", content_type),
            *((f"x-archive-orig-{name.lower()}", value) for name, value in kept),
            ("cache-control", "max-age=1800"),
            ("memento-datetime", _gmt(memento.when)),
            ("link", self._link(memento, held)),
            ("x-archive-src", f"twin-{memento.timestamp[:8]}/twin-{memento.timestamp}-00000.warc.gz"),
            ("server-timing", "captures_list;dur=275.559339, load_resource;dur=180.699192"),
        )
        body = memento.body
        if memento.location is not None:
            target = f"https://web.archive.org/web/{memento.timestamp}{flag}/{memento.location}"
            headers += (("location", target),)
        if not flag:
            headers += (("x-archive-guessed-content-type", memento.mimetype), ("x-archive-guessed-charset", "utf-8"))
            if memento.mimetype == "text/html":
                body = _with_toolbar(body, memento.timestamp)
        return Reply(status=memento.status, headers=headers, body=body, framing=Framing.CHUNKED, compress=True)

    @staticmethod
    def _link(memento: Memento, held: list[Memento]) -> str:
        site = "https://web.archive.org/web"
        place = held.index(memento)
        named: list[tuple[Memento, str]] = [(held[0], "first memento")]
        if place > 0:
            before = held[place - 1]
            named = [(before, "prev first memento")] if place == 1 else [*named, (before, "prev memento")]
        named.append((memento, "memento"))
        if place < len(held) - 1:
            after = held[place + 1]
            if place + 1 == len(held) - 1:
                named.append((after, "next last memento"))
            else:
                named += [(after, "next memento"), (held[-1], "last memento")]
        else:
            named.append((memento, "last memento"))
        return ", ".join(
            [
                f'<{memento.original}>; rel="original"',
                f'<{site}/timemap/link/{memento.original}>; rel="timemap"; type="application/link-format"',
                f'<{site}/{memento.original}>; rel="timegate"',
                *(
                    f'<{site}/{one.timestamp}/{one.original}>; rel="{rel}"; datetime="{_gmt(one.when)}"'
                    for one, rel in named
                ),
            ]
        )

    def _not_found(self, request: Request) -> Reply:
        common = tuple(item for item in self._common(request, 404) if item[0] != "X-location")
        return Reply(
            status=404,
            headers=(*common, ("Content-Type", "text/html; charset=utf-8")),
            body=(
                b'<!DOCTYPE html>\n<html lang="en"><head><title>Wayback Machine</title></head>\n'
                b'<body><div id="error"><h1>Hrm.</h1>'
                b"<p>The Wayback Machine has not archived that URL.</p></div></body></html>\n"
            ),
            framing=Framing.CHUNKED,
            compress=True,
        )

    def _playback_blocked(self, request: Request) -> Reply:
        return Reply(
            headers=(
                *self._common(request, 200),
                ("Content-Type", "text/html; charset=utf-8"),
                ("X-Archive-Wayback-Runtime-Error", "AdministrativeAccessControlException: Blocked Site Error"),
            ),
            body=(
                b'<!DOCTYPE html>\n<html lang="en"><head><title>Wayback Machine</title></head>\n'
                b"<body><p>Sorry.</p><p>This URL has been excluded from the Wayback Machine.</p></body></html>\n"
            ),
            framing=Framing.CHUNKED,
            compress=True,
        )

    def _timemap(self, request: Request) -> Reply:
        url = request.target.removeprefix("/web/timemap/link/")
        held = self._held(url)
        if not held:
            return self._not_found(request)
        site = "https://web.archive.org/web"
        lines = [
            f'<{held[0].original}>; rel="original"',
            " ".join(
                (
                    f'<{site}/timemap/link/{url}>; rel="self"; type="application/link-format";',
                    f'from="{_gmt(held[0].when)}"; until="{_gmt(held[-1].when)}"',
                )
            ),
            f'<{site}/{url}>; rel="timegate"',
            *(
                f'<{site}/{one.timestamp}/{one.original}>; rel="{rel}"; datetime="{_gmt(one.when)}"'
                for one, rel in [(held[0], "first memento"), *((one, "memento") for one in held)]
            ),
        ]
        return Reply(
            headers=(*self._common(request, 200), ("Content-Type", "application/link-format")),
            body=",\n".join(lines).encode() + b",\n",
            framing=Framing.CHUNKED,
            compress=True,
        )

    def _availability(self, request: Request) -> Reply:
        query = request.query
        answer: dict[str, object] = {"url": query.get("url", ""), "archived_snapshots": {}}
        held = [one for one in self._held(query.get("url", "") or "http://invalid.example/") if one.status == 200]
        if held:
            wanted = query.get("timestamp", "").ljust(14, "0") if query.get("timestamp") else held[-1].timestamp
            nearest = min(held, key=lambda memento: _distance(memento.timestamp, wanted))
            closest = {
                "status": str(nearest.status),
                "available": True,
                "url": f"http://web.archive.org/web/{nearest.timestamp}/{nearest.original}",
                "timestamp": nearest.timestamp,
            }
            answer["archived_snapshots"] = {"closest": closest}
        headers = (("Server", "nginx"), ("Date", _gmt(self._now())), ("Content-Type", "application/json"))
        return Reply(headers=headers, body=json.dumps(answer).encode(), framing=Framing.CHUNKED)


def resume_key_after(row: Row) -> str:
    """The key of the place right after a row: its sort key with the last character one up, so that a time ending in 9
    ends in `:` (recorded so); encoded as a form value. Rows of the same URL and second after it are left out."""
    key = row.sort_key
    return quote_plus(key[:-1] + chr(ord(key[-1]) + 1), safe="")


def _filtered(rows: Iterable[Row], expression: str) -> Iterable[Row]:
    negated = expression.startswith("!")
    expression = expression.removeprefix("!")
    part = expression.startswith("~")
    name, _, pattern = expression.removeprefix("~").partition(":")
    if name not in FIELDS:
        raise ValueError(f"filter={expression}")
    compiled = re.compile(re.escape(pattern) if part else pattern)
    match = compiled.search if part else compiled.fullmatch
    return (row for row in rows if bool(match(getattr(row, name))) is not negated)


def _collapsed(rows: Iterable[Row], expression: str) -> Iterable[Row]:
    """Adjacent rows only: the first of each run of equal values."""
    name, _, digits = expression.partition(":")
    if name not in FIELDS:
        raise ValueError(f"collapse={expression}")
    length = int(digits) if digits else None
    last: str | None = None
    for row in rows:
        value = getattr(row, name)[:length]
        if value != last:
            yield row
        last = value


def _later(timestamp: str, seconds: int) -> str:
    when = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return stamp(when + timedelta(seconds=seconds))


def _distance(timestamp: str, wanted: str) -> float:
    def moment(text: str) -> datetime:
        padded = text[:14] + "20010101000000"[len(text) : 14] if len(text) < 14 else text
        parts = (int(padded[:4]), int(padded[4:6]) or 1, int(padded[6:8]) or 1)
        clock = (int(padded[8:10]), int(padded[10:12]), int(padded[12:14]))
        try:
            return datetime(*parts, *clock, tzinfo=UTC)
        except ValueError:
            return datetime(parts[0], 1, 1, tzinfo=UTC)

    return abs((moment(timestamp) - moment(wanted)).total_seconds())


def _with_toolbar(body: bytes, timestamp: str) -> bytes:
    """View mode: links lead into the archive, and a toolbar stands at the top."""
    text = body.decode("utf-8", "replace")
    text = re.sub(r'(href|src)="(https?://)', rf'\1="https://web.archive.org/web/{timestamp}/\2', text)
    bar = '<!-- BEGIN WAYBACK TOOLBAR INSERT --><div id="wm-ipp-base"></div><!-- END WAYBACK TOOLBAR INSERT -->'
    return re.sub(r"(<body[^>]*>)", lambda found: found[0] + bar, text, count=1).encode()
