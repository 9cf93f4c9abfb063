"""The addresses of the site: which path shows what. Routes and links are both made from here."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote, urlencode

from archiver.model import Capture

HOME = "/"
STYLE = "/static/replay.css"
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


class Addresses(NamedTuple):
    """Paths within one shelf."""

    slug: str

    @property
    def shelf(self) -> str:
        return f"/archives/{self.slug}"

    def page(self, number: int) -> str:
        return f"{self.shelf}?{urlencode({'page': number})}"

    def article(self, article_id: str) -> str:
        return f"{self.shelf}/articles/{_segment(article_id)}"

    def post(self, key: str) -> str:
        return f"{self.shelf}/posts/{_segment(key)}"

    def captures(self, contains: str = "", after: str = "") -> str:
        query = {name: value for name, value in (("q", contains), ("after", after)) if value}
        return f"{self.shelf}/captures" + (f"?{_query(query)}" if query else "")

    def uri(self, target_uri: str) -> str:
        return f"{self.shelf}/uri?{_query({'url': target_uri})}"

    def capture(self, capture: Capture) -> str:
        return f"{self.shelf}/captures/{_segment(capture.file)}/{capture.offset}"

    def payload(self, capture: Capture) -> str:
        return self.capture(capture) + "/payload"

    def text(self, capture: Capture) -> str:
        return self.capture(capture) + "/text"

    def block(self, capture: Capture) -> str:
        return self.capture(capture) + "/block"

    def record(self, capture: Capture) -> str:
        return self.capture(capture) + "/record"


def _segment(text: str) -> str:
    return quote(text, safe=":", errors="replace")


def _query(values: dict[str, str]) -> str:
    return urlencode(values, errors="replace")
