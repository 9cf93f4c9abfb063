"""What does it cost to make a captured page still, as replay shows it? CPU time per page.

    python -m benchmarks.stillpage [--pages 200] [--rounds 3] [--fixtures DIR] [--labelled FILE.jsonl.gz]

Generated pages of four kinds, always the same ones; with `--fixtures`, the HTML files below a folder, and with
`--labelled`, the pages of a file of JSON lines with `html` and `url`. Each page is read and written by the parser alone
(the floor), made still with everything in the archive and with nothing in it (every picture is then looked up and told
as missing), and asked of the site in this process: the page that frames it, and the document in the frame, with the
digests checked.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import html
import json
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import httpx
from selectolax.lexbor import LexborHTMLParser

from archiver.exchange import Exchange
from archiver.replay import Library, create_app
from archiver.replay.stillpage import Leading, RestlessPageError, still_page
from archiver.store import Archive

AT = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)
STAMP = "20240506093000"
WORDS = (
    "the", "harbour", "bridge", "stays", "shut", "until", "spring", "city", "council", "says", "tide", "gauge",
)  # fmt: skip


class Page(NamedTuple):
    url: str
    html: str


class Cost(NamedTuple):
    """Milliseconds of CPU time, one for each page."""

    name: str
    times: list[float]


def generated(kind: str, pages: int) -> list[Page]:
    chance = random.Random(kind)
    return [Page(f"https://paper.example/{kind}/{number}", KINDS[kind](chance)) for number in range(pages)]


def prose(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=words)).capitalize() + "."


def article(chance: random.Random) -> str:
    """An article of a small paper: 40 paragraphs, some pictures and links, one style sheet."""
    blocks = [
        f"<p>{prose(chance, 60)} <a href='/story/{chance.randrange(999)}'>{prose(chance, 4)}</a></p>" for _ in range(40)
    ]
    blocks[::10] = [
        f"<figure><img src='/pic/{chance.randrange(999)}.jpg' width=640 height=360><figcaption>x</figure>"
    ] * 4
    return head("<style>body{font:16px serif;background:url(/paper.png)}</style>") + "".join(blocks)


def news(chance: random.Random) -> str:
    """A large paper's page: 600 links, 80 pictures in six sizes and loaded late, scripts, handlers, JSON, icons."""
    parts = [article(chance)]
    for number in range(80):
        sizes = ", ".join(
            f"https://cdn.paper.example/{number}/w_{w},q_80.webp {w}w" for w in (320, 480, 640, 960, 1280, 1920)
        )
        parts.append(
            f"<div class='card c{number}' data-id={number} onclick='go({number})'><picture>"
            f"<source data-srcset='{sizes}' type=image/webp>"
            f"<img class=lazyload src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' data-src='/pic/{number}.jpg'>"
            f"</picture><svg viewBox='0 0 24 24'><path d='M{'1 2 l3 4 ' * 20}'/></svg>"
            + "".join(
                f"<a class=link href='/story/{chance.randrange(9999)}?from=card'>{prose(chance, 8)}</a>"
                for _ in range(7)
            )
            + f"<script type=application/json>{json.dumps({'text': prose(chance, 80)})}</script></div>"
        )
    parts += [f"<script src=/js/{n}.js async></script><script>track({n})</script>" for n in range(30)]
    style = "".join(f".c{n}:hover>a{{color:#{n:06x};margin:{n}px}}\n" for n in range(1500))
    return head(f"<style>{style}</style>" + "<link rel=preconnect href=//ads.example>" * 20) + "".join(parts)


def table(chance: random.Random) -> str:
    """A long list: 5,000 rows with a link each."""
    rows = (f"<tr><td>{n}<td><a href='/row/{n}'>{prose(chance, 3)}</a><td>{prose(chance, 5)}" for n in range(5000))
    return head("") + f"<table>{''.join(rows)}</table>"


def old(chance: random.Random) -> str:
    """A page of the nineties: tables within tables, `font`, spacers, no declaration of its type."""
    cell = (
        "<td bgcolor=#ffffee width=120 background='back.gif'><font face=Arial size=2><b>{}</b></font><br>"
        "<img src=spacer.gif>"
    )
    inner = "".join(f"<tr>{cell.format(prose(chance, 12)) * 4}</tr>" for _ in range(60))
    return f"<html><title>x</title><body bgcolor=white><table border=0><tr><td><table>{inner}</table></table>"


def head(inside: str) -> str:
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>x</title><link rel=stylesheet href=/s.css>"
        f"{inside}</head><body>"
    )


KINDS: dict[str, Callable[[random.Random], str]] = {"article": article, "news": news, "table": table, "old": old}


def leading(there: bool) -> Leading:
    return Leading(
        resource=lambda url, kind: f"/{STAMP}{kind[:2]}_/{url}",
        page=lambda url: f"http://127.0.0.1:8080/archives/a/{STAMP}/{url}",
        there=lambda _: there,
    )


def cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000


def direct(pages: list[Page], rounds: int) -> list[Cost]:
    """The parser alone, and pages made still."""
    costs = [Cost("read and written by the parser", []), Cost("made still", []), Cost("made still, nothing there", [])]
    everything, nothing = leading(True), leading(False)
    for page in pages:
        ways: tuple[Callable[[], object], ...] = (
            lambda: LexborHTMLParser(page.html).html,  # noqa: B023
            lambda: still_page(page.html, url=page.url, lead=everything),  # noqa: B023
            lambda: still_page(page.html, url=page.url, lead=nothing),  # noqa: B023
        )
        for cost, way in zip(costs, ways, strict=True):
            cost.times.append(statistics.median(cpu(way) for _ in range(rounds)))
    return costs


def answer(page: Page) -> Exchange:
    body = gzip.compress(page.html.encode("utf-8", "replace"), mtime=0)
    fields = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Encoding", "gzip"),
        ("Content-Length", str(len(body))),
    ]
    lines = ["HTTP/1.1 200 OK", *(f"{name}: {value}" for name, value in fields), "", ""]
    sent = "\r\n".join(lines).encode()
    return Exchange(
        url=page.url, time=AT, status=200, headers=tuple(fields), request=b"GET / HTTP/1.1\r\n\r\n",
        open_response=lambda: BytesIO(sent + body), response_length=len(sent) + len(body), head_length=len(sent),
        payload_digest=f"sha256:{sha256(body).hexdigest()}",
    )  # fmt: skip


def served(pages: list[Page], rounds: int) -> list[Cost]:
    """The site's answers, in this process: the page around, and the document in the frame."""
    around, document = Cost("the site's page around it", []), Cost("the document in its frame", [])
    with tempfile.TemporaryDirectory() as folder:
        with Archive.open(Path(folder) / "a", write=True, clock=lambda: AT) as archive, archive.session() as session:
            for page in pages:
                session.write_exchange(answer(page))
        with Library([Path(folder) / "a"]) as library:
            transport = httpx.ASGITransport(create_app(library))

            async def ask(url: str) -> tuple[float, httpx.Response]:
                async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                    begun = time.process_time()
                    answered = await client.get(url)
                    return (time.process_time() - begun) * 1000, answered

            def asked(url: str) -> tuple[float, httpx.Response]:
                looks = [asyncio.run(ask(url)) for _ in range(rounds)]
                return statistics.median(took for took, _ in looks), looks[-1][1]

            for page in pages:
                took, view = asked(f"/archives/a/{STAMP}/{page.url}")
                found = re.search(r'<iframe class="captured" src="([^"]+)"', view.text)
                if found is None:
                    raise SystemExit(f"{page.url} is not shown")
                around.times.append(took)
                document.times.append(asked(html.unescape(found[1]))[0])
    return [around, document]


def told(name: str, pages: list[Page], rounds: int) -> None:
    calm = [page for page in pages if comes_to_rest(page)]
    size = sum(len(page.html.encode("utf-8", "replace")) for page in calm)
    print(f"\n{name}: {len(calm)} pages, {size / len(calm) / 1000:,.0f} KB each", end="")
    print(f"; {len(pages) - len(calm)} more are shown as text" if len(calm) < len(pages) else "")
    for cost in (*direct(calm, rounds), *served(calm, rounds)):
        times = sorted(cost.times)
        print(
            f"  {cost.name:32} {statistics.median(times):7.2f} ms p50 {times[int(len(times) * 0.95)]:8.2f} p95"
            f" {1000 * len(times) / sum(times):8,.0f} pages/s {size / sum(times) / 1000:7.1f} MB/s"
        )


def comes_to_rest(page: Page) -> bool:
    try:
        still_page(page.html, url=page.url, lead=leading(True))
    except RestlessPageError:
        return False
    return True


def files_below(folder: Path) -> Iterable[Page]:
    for number, path in enumerate(sorted(folder.rglob("*.html"))):
        yield Page(f"https://fixture.example/{number}", path.read_bytes().decode("utf-8", "replace"))


def main() -> None:
    parser = argparse.ArgumentParser(description="What making captured pages still costs.")
    parser.add_argument("--pages", type=int, default=200, help="of each kind")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--fixtures", type=Path, help="a folder with HTML files")
    parser.add_argument("--labelled", type=Path, help="JSON lines with `html` and `url`, packed with gzip")
    arguments = parser.parse_args()
    for kind in KINDS:
        told(f"generated, {kind}", generated(kind, arguments.pages), arguments.rounds)
    if arguments.fixtures:
        told("files", list(files_below(arguments.fixtures)), arguments.rounds)
    if arguments.labelled:
        with gzip.open(arguments.labelled, "rt", encoding="utf-8") as lines:
            read = [json.loads(line) for line in lines]
        pages = [Page(f"https://labelled.example/{n}", case["html"]) for n, case in enumerate(read)]
        told("labelled pages", pages, arguments.rounds)


if __name__ == "__main__":
    main()
