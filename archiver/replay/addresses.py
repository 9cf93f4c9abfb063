"""The addresses of the site: which path shows what. Routes and links are both made from here."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote, urlencode

from starlette.convertors import Convertor, register_url_convertor

from archiver.model import Capture

HOME = "/"
STYLE = "/static/replay.css"
SEARCH_SCRIPT = "/static/search.js"
TIME_SCRIPT = "/static/localtime.js"
SEARCH = "/search"
SHELF = "/archives/{slug}"
ARTICLE = "/archives/{slug}/articles/{article_id}"
POST = "/archives/{slug}/posts/{key:path}"
CAPTURES = "/archives/{slug}/captures"
URI = "/archives/{slug}/uri"
CAPTURE = "/archives/{slug}/captures/{segment}/{offset:int}"
PAYLOAD = CAPTURE + "/payload"
TEXT = CAPTURE + "/text"
BLOCK = CAPTURE + "/block"
RECORD = CAPTURE + "/record"
SEEN = CAPTURE + "/page"
VIEW = "/archives/{slug}/{stamp:stamp}/{url:path}"
RAW = "/archives/{slug}/{stamp}id_/{url}"
TIMEGATE = "/archives/{slug}/timegate/{url}"
TIMEMAP = "/archives/{slug}/timemap/{form}/{url}"
BELOW_SITE = "/replay/"
"""Where captured pages live that have no origin of their own."""

BELOW = BELOW_SITE + "{slug}/{id}/{url:path}"
"""`{url}` is the rest of the path as sent, and the query with it: it is read by `archiver.replay.mementos`
and `archiver.replay.captured`."""


class Stamp(Convertor[str]):
    """Of a view: a time, and behind a hyphen the time that was asked for where the nearest is another."""

    regex = "[0-9]{1,14}(?:-[0-9]{1,14})?"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("stamp", Stamp())


class Addresses(NamedTuple):
    """Paths within one shelf."""

    slug: str

    @property
    def shelf(self) -> str:
        return f"/archives/{self.slug}"

    def page(self, number: int) -> str:
        return f"{self.shelf}?{urlencode({'page': number})}"

    def article(self, article_id: str, page: int = 1) -> str:
        return f"{self.shelf}/articles/{_segment(article_id)}" + (f"?{urlencode({'page': page})}" if page > 1 else "")

    def post(self, key: str) -> str:
        return f"{self.shelf}/posts/{_segment(key)}"

    def captures(self, contains: str = "", after: str = "") -> str:
        query = {name: value for name, value in (("q", contains), ("after", after)) if value}
        return f"{self.shelf}/captures" + (f"?{_query(query)}" if query else "")

    def uri(self, target_uri: str, page: int = 1) -> str:
        query = {"url": target_uri, **({"page": str(page)} if page > 1 else {})}
        return f"{self.shelf}/uri?{_query(query)}"

    def capture(self, capture: Capture) -> str:
        return self.place(capture.file, capture.offset)

    def place(self, segment: str, offset: int) -> str:
        """The page of the capture that lies there."""
        return f"{self.shelf}/captures/{_segment(segment)}/{offset}"

    def payload(self, capture: Capture) -> str:
        return self.capture(capture) + "/payload"

    def text(self, capture: Capture) -> str:
        return self.capture(capture) + "/text"

    def block(self, capture: Capture) -> str:
        return self.capture(capture) + "/block"

    def record(self, capture: Capture) -> str:
        return self.capture(capture) + "/record"

    def view(self, moment: datetime, url: str, asked: str = "") -> str:
        """The page that shows a captured page as it was; `asked`: the time that was asked for, where it is another."""
        return f"{self.shelf}/{stamp(moment)}{f'-{asked}' if asked else ''}/{as_sent(url)}"

    def seen(self, capture: Capture) -> str:
        """The same for one record, whatever else was captured of its address within that second."""
        return self.capture(capture) + "/page"

    def raw(self, moment: datetime, url: str) -> str:
        """The payload as captured."""
        return f"{self.shelf}/{stamp(moment)}id_/{as_sent(url)}"

    def timegate(self, url: str) -> str:
        return f"{self.shelf}/timegate/{as_sent(url)}"

    def timemap(self, url: str, form: str = "link", start: datetime | None = None) -> str:
        """`start`: from this second on."""
        begin = f"{stamp(start)}/" if start else ""
        return f"{self.shelf}/timemap/{form}/{begin}{as_sent(url)}"


def stamp(moment: datetime) -> str:
    """14 digits, UTC."""
    moment = moment.astimezone(UTC) if moment.tzinfo else moment
    day = f"{moment.year:04}{moment.month:02}{moment.day:02}"
    return f"{day}{moment.hour:02}{moment.minute:02}{moment.second:02}"


@functools.lru_cache(maxsize=1024)
def as_sent(url: str) -> str:
    """A URL as the rest of an address: what a request line, a header field or HTML cannot hold is percent-encoded; what
    is so already stays. A fragment, which some tools store, names no capture of its own, and goes."""
    return quote(url.partition("#")[0], safe="!$%&'()*+,/:;=?@[]~", errors="replace")


def search(words: str, page: int = 1) -> str:
    """A page of what was found over all shelves."""
    return f"{SEARCH}?{_query({'q': words, **({'page': str(page)} if page > 1 else {})})}"


def _segment(text: str) -> str:
    return quote(text, safe=":", errors="replace")


def _query(values: dict[str, str]) -> str:
    return urlencode(values, errors="replace")
