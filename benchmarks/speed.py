"""How fast is detection on one core? Text in MB/s, pages in ms, and pages next to goose3 and tweetfinder.

    python benchmarks/speed.py                                  # invented articles only
    python benchmarks/speed.py --labelled ../shared/eval        # the labelled pages too
    python benchmarks/speed.py --labelled ../shared/eval --rounds 5 --only pages

Counted is CPU time of this process, which is held on one core where the system allows it. A document's time is the
least of the rounds; contenders take turns on each page in each round, so that what else the machine does hits all
alike, and a ratio is the median over the pages of the ratios of one page. A page is given as decoded HTML to all.

What is read:
  articles    invented articles with posts in them, in 24 languages, joined to documents of 20 KB
  prose       the same articles without posts: the common case of a crawl
  pages       invented pages of about 150 KB: scripts, style, menus, related boxes, 20 paragraphs, 3 embeds
  plain text  of the labelled pages, as a browser shows it
  passages    the labelled passages, one after the other: a post or its look-alike in each, 700 characters apart
  labelled    the labelled pages, as publishers serve them

Needs the extra `bench` for the peers; without it they are left out.
"""

from __future__ import annotations

import argparse
import html
import json
import logging
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from selectolax.lexbor import LexborHTMLParser

from archiver.detect import find
from archiver.model import Article
from archiver.version import __version__
from benchmarks import labelled, peers
from tests.roundtrip import cases, html_forms, words
from tests.roundtrip.invent import UNSPACED, Inventor

SEED = 7
PAGE_BYTES = 150_000
NEAR = (100_000, 200_000)
"""Which pages count as pages of about 150 KB."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--labelled", type=Path, help="folder of labelled cases")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("text", "pages", "peers"), nargs="*", default=("text", "pages", "peers"))
    args = parser.parse_args()
    logging.disable(logging.CRITICAL)
    one_core()
    print(
        f"archiver {__version__}, selectolax {version('selectolax')}, Python {platform.python_version()}, "
        f"{processor()}, {time.strftime('%Y-%m-%d')}"
    )
    print(f"    python benchmarks/speed.py {' '.join(sys.argv[1:])}")
    if args.labelled:
        labelled.load_judge(args.labelled)  # is it such a folder at all?
    if "text" in args.only:
        texts(args.labelled, args.rounds)
    if "pages" in args.only:
        pages(args.labelled, args.rounds)
    if "peers" in args.only:
        contest(args.labelled, args.rounds)
    return 0


def one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def in_text(text: str) -> int:
    return len(find(Article(source="speed", uri="ni:///", digest="sha256:0", text=text)))


def in_html(page: str) -> int:
    return len(find(Article(source="speed", uri="ni:///", digest="sha256:0", html=page)))


# --- text


def texts(folder: Path | None, rounds: int) -> None:
    corpora = {"articles": articles(with_posts=True), "prose": articles(with_posts=False)}
    if folder:
        corpora["plain text"] = [plain_text(case["html"]) for case in labelled.load(folder, "html.jsonl.gz")]
        corpora["passages"] = joined([case["text"] for case in labelled.load(folder, "text.jsonl")], 20_000)
    print("\n| text | documents | MB | posts found | MB/s |\n| --- | --- | --- | --- | --- |")
    for name, documents in corpora.items():
        documents = [document for document in documents if document]
        in_text(documents[0])  # tables are built at the first look
        size = sum(len(document.encode()) for document in documents) / 1e6
        best = [min(seconds(lambda d=document: in_text(d)) for _ in range(rounds)) for document in documents]  # type: ignore[misc]
        posts = sum(in_text(document) for document in documents)
        print(f"| {name} | {len(documents)} | {size:.1f} | {posts} | {size / sum(best):.1f} |")


def articles(*, with_posts: bool) -> list[str]:
    """Invented articles, joined to documents of 20 KB."""
    if with_posts:
        chosen = [form for form in cases.forms() if form.kind == "text"]
        return joined([case.article.text or "" for case in cases.cases(2000, SEED, chosen)], 20_000)
    rng = random.Random(SEED)
    found = []
    for _ in range(4000):
        lang = rng.choice(tuple(words.ARTICLES))
        glue = "" if lang in UNSPACED else " "
        paragraphs = [glue.join(rng.choices(words.ARTICLES[lang], k=5)) for _ in range(4)]
        found.append("\n\n".join(paragraphs))
    return joined(found, 20_000)


def joined(pieces: Sequence[str], size: int) -> list[str]:
    """`pieces` in documents of at least `size` code points."""
    documents, document = [], ""
    for piece in pieces:
        document += piece + "\n\n"
        if len(document) >= size:
            documents.append(document)
            document = ""
    return [*documents, document] if document else documents


def plain_text(page: str) -> str:
    body = LexborHTMLParser(page).body
    if body is None:
        return ""
    for node in body.css("script, style, noscript, template, svg"):
        node.decompose()
    lines = (line.strip() for line in body.text(separator="\n").splitlines())
    return "\n".join(line for line in lines if line)


# --- pages


def pages(folder: Path | None, rounds: int) -> None:
    sets = {"pages": invented_pages(40)}
    if folder:
        sets["labelled"] = [case["html"] for case in labelled.load(folder, "html.jsonl.gz")]
    print(
        "\n| pages | number | median KB | median ms | ms a page of 100 to 200 KB | ms for each 150 KB | parsing alone |"
        "\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    for name, documents in sets.items():
        in_html(documents[0])
        sizes = [len(page.encode()) for page in documents]
        ours = [min(seconds(lambda p=page: in_html(p)) for _ in range(rounds)) * 1000 for page in documents]  # type: ignore[misc]
        parsing = [
            min(seconds(lambda p=page: LexborHTMLParser(p)) for _ in range(rounds)) * 1000  # type: ignore[misc]
            for page in documents
        ]
        near = [ms for ms, size in zip(ours, sizes, strict=True) if NEAR[0] <= size <= NEAR[1]]
        each = [ms * PAGE_BYTES / size for ms, size in zip(ours, sizes, strict=True)]
        print(
            f"| {name} | {len(documents)} | {statistics.median(sizes) / 1000:.0f} | {statistics.median(ours):.2f} | "
            f"{statistics.median(near):.2f} | {statistics.median(each):.2f} | {statistics.median(parsing):.2f} |"
        )


def invented_pages(count: int) -> list[str]:
    """Pages as news sites serve them: mostly scripts, style and menus."""
    inventor = Inventor(SEED)
    rng = inventor.random
    forms = [form for form in html_forms.forms() if form.platform == "x" and form.name.startswith("embed")]
    return [_page(inventor, rng, forms) for _ in range(count)]


def _page(inventor: Inventor, rng: random.Random, forms: Sequence[cases.Form]) -> str:
    lang = rng.choice(("en", "de", "fr", "es", "ru", "ja"))
    sentences = words.ARTICLES[lang]
    style = "".join(
        f".c{n}-{rng.randrange(999)}{{margin:{rng.randrange(40)}px;color:#{rng.randrange(4096):03x};display:flex}}"
        for n in range(700)
    )
    state = json.dumps({
        f"block{n}": {"id": rng.randrange(10**9), "title": rng.choice(sentences), "url": f"https://news.example/a/{n}"}
        for n in range(150)
    })  # fmt: skip
    menu = "".join(
        f'<li class="menu__item"><a class="menu__link" href="https://news.example/section/{n}" data-track="nav-{n}">'
        f"Section {n}</a></li>"
        for n in range(120)
    )
    body = [f'<p class="article__text">{html.escape(" ".join(rng.choices(sentences, k=4)))}</p>' for _ in range(20)]
    for _ in range(3):
        form = rng.choice(forms)
        piece = form.make(inventor, rng.choice(form.languages))
        body.insert(rng.randrange(2, len(body)), f'<div class="article__embed">{piece.content}</div>')
    teasers = "".join(
        f'<article class="teaser teaser--{n % 5}"><a href="https://news.example/a/{n}"><picture><source srcset="https://img.'
        f'news.example/{n}-400.webp 400w, https://img.news.example/{n}-800.webp 800w"><img loading="lazy" alt="" '
        f'src="https://img.news.example/{n}.jpg"></picture><h3>{html.escape(rng.choice(sentences))}</h3></a></article>'
        for n in range(90)
    )
    page = (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>News</title><style>{style}</style>'
        f'<script type="application/json" id="state">{state}</script></head><body><nav><ul>{menu}</ul></nav><main>'
        f"<article><h1>News</h1>{''.join(body)}</article></main><section class=related>{teasers}</section>"
    )
    missing = PAGE_BYTES - len(page.encode())
    script = "!function(){var a=[1,2,3];for(var i=0;i<a.length;i++){window.dataLayer.push({event:a[i]})}}();"
    return page + f"<script>{script * max(1, missing // len(script))}</script></body></html>"


# --- next to others


def contest(folder: Path | None, rounds: int) -> None:
    finders = peers.installed()
    if not finders:
        print("\nNeither goose3 nor tweetfinder is installed (pip install -e '.[bench]').")
        return
    documents = [case["html"] for case in labelled.load(folder, "html.jsonl.gz")] if folder else invented_pages(40)
    contenders: dict[str, Callable[[str], object]] = {"archiver": in_html, **finders}
    best = {name: [float("inf")] * len(documents) for name in contenders}
    failed = dict.fromkeys(contenders, 0)
    for finder in contenders.values():
        _quietly(finder, documents[0])
    for turn in range(rounds):
        for index, page in enumerate(documents):
            order = list(contenders.items())
            random.Random(f"{turn} {index}").shuffle(order)
            for name, finder in order:
                started = time.process_time()
                fine = _quietly(finder, page)
                best[name][index] = min(best[name][index], time.process_time() - started)
                failed[name] += not fine and turn == 0
    print(
        f"\n| on {len(documents)} pages, {rounds} rounds | median ms | pages/s | "
        "archiver is faster by (median of the pages' ratios) | pages failed |\n| --- | --- | --- | --- | --- |"
    )
    for name, times in best.items():
        ratio = statistics.median(theirs / ours for theirs, ours in zip(times, best["archiver"], strict=True))
        label = name if name == "archiver" else f"{name} {peers.version(name)}"
        median, rate = statistics.median(times) * 1000, len(times) / sum(times)
        print(f"| {label} | {median:.2f} | {rate:.1f} | {ratio:.1f} | {failed[name]} |")


def _quietly(finder: Callable[[str], object], page: str) -> bool:
    try:
        finder(page)
    except Exception:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
