"""A made-up WARC file as a crawl leaves it: what reading, indexing and packing are measured on.

Request and response records written by warcio (gzip level 9, a member a record, its usual headers and digests): four
pages to one picture. Pages are of invented words, drawn by Zipf's law, in the markup of a news site (menus, scripts,
styles and paragraphs with classes and ids): 25 to 400 KB, deflated to about a fifth, as pages of real crawls are.
Pictures are random bytes of 4 to 60 KB, which do not deflate. The same size and seed give the same records.
"""

from __future__ import annotations

import io
import itertools
import random
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

LETTERS = "eeetttaaooiinnsshhrrdlucmfwypvbgk"
WORDS = 30_000
DAY = "2026-11-20"


def write_warc(path: Path, megabytes: int, seed: int = 5) -> int:
    """Write a WARC file of at least so many MB (10^6 bytes); the number of pages and pictures in it."""
    made = _Site(random.Random(seed))
    count = 0
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        while file.tell() < megabytes * 1_000_000:
            count += 1
            _write_pair(writer, count, made)
    return count


class _Site:
    """Where pages and pictures come from."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.words = ["".join(chance.choices(LETTERS, k=chance.randint(2, 11))) for _ in range(WORDS)]
        self.weights = list(itertools.accumulate(1 / rank for rank in range(1, WORDS + 1)))
        self.paragraphs = [self.text(60) for _ in range(2000)]
        self.menus = [self._menu() for _ in range(100)]
        self.scripts = [self._script() for _ in range(100)]

    def text(self, words: int) -> str:
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=words))

    def page(self) -> bytes:
        pick = self.chance.choice
        paragraphs = "".join(
            f'<p class="article__paragraph article__paragraph--{self.chance.randint(0, 9)}" '
            f'data-block-id="{self.chance.getrandbits(48):012x}">{pick(self.paragraphs)} {self.text(20)}</p>\n'
            for _ in range(min(300, int(self.chance.lognormvariate(3.4, 0.7)) + 5))
        )
        return (
            f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{self.text(7)}</title>'
            f"<script>{pick(self.scripts)}</script></head><body>{pick(self.menus)}<article>{paragraphs}</article>"
            f"{pick(self.menus)}<script>{pick(self.scripts)}</script></body></html>"
        ).encode()

    def picture(self) -> bytes:
        return self.chance.randbytes(self.chance.randint(4_000, 60_000))

    def _menu(self) -> str:
        pick = self.chance.choice
        items = "".join(
            f'<li class="menu__item menu__item--level-{self.chance.randint(1, 3)}"><a class="menu__link" '
            f'href="https://www.example.org/{pick(self.words)}/{pick(self.words)}/">{pick(self.words)}</a></li>\n'
            for _ in range(150)
        )
        return f'<nav class="menu" aria-label="Main"><ul class="menu__list">{items}</ul></nav>'

    def _script(self) -> str:
        pick = self.chance.choice
        return "".join(
            f'window.dataLayer.push({{"event":"{pick(self.words)}","id":{self.chance.randint(1, 10**6)},'
            f'"section":"{pick(self.words)}"}});function {pick(self.words)}(e,t){{return e.{pick(self.words)}(t)}}\n'
            for _ in range(120)
        )


def _write_pair(writer: WARCWriter, number: int, made: _Site) -> None:
    picture = number % 5 == 0
    body = made.picture() if picture else made.page()
    host = f"www.site{number % 997}.example"
    path = f"/{made.chance.choice(made.words)}/{made.chance.choice(made.words)}-{number}"
    url = f"https://{host}{path}{'.jpg' if picture else f'?b={number % 7}&a=1'}"
    date = f"{DAY}T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"
    fields = [
        ("Server", "nginx"),
        ("Content-Type", "image/jpeg" if picture else "text/html; charset=UTF-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "max-age=300"),
        ("Connection", "keep-alive"),
    ]
    response = writer.create_warc_record(
        url,
        "response",
        payload=io.BytesIO(body),
        http_headers=StatusAndHeaders("200 OK", fields, protocol="HTTP/1.1"),
        warc_headers_dict={"WARC-Date": date, "WARC-IP-Address": "192.0.2.7"},
    )
    request = writer.create_warc_record(
        url,
        "request",
        http_headers=StatusAndHeaders(
            f"GET {path} HTTP/1.1", [("Host", host), ("Accept", "*/*")], is_http_request=True
        ),
        warc_headers_dict={"WARC-Date": date},
    )
    writer.write_request_response_pair(request, response)
