"""How quickly are articles and posts found by their words? An invented archive of many conclusions, then questions.

    python -m benchmarks.search [--articles 100000] [--folder DIR]

Prints how long the index takes to make (in the background; questions are answered meanwhile) and its size, and for some
questions the time of the look-up alone, and of the whole answer as the script of the page asks for it, over HTTP's
application interface in this process.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx

from archiver.model import Article, Mention, Observation, Post, State
from archiver.replay import Library, create_app
from archiver.replay.search import NAME, Search, question
from archiver.store import Archive
from archiver.store.conclusions import article_conclusion, observation_conclusion

START = datetime(2024, 1, 1, tzinfo=UTC)
SYLLABLES = [first + second for first in "bdfghklmnprstvwz" for second in "ae"]
SIGNS = "水門東京都川堤防夜朝人町橋道山海雨雪風火"
QUESTIONS = (
    "baka",
    "bakama lape",
    "ba",
    "b",
    "common",
    "common bakama",
    "水門",
    "東",
    "number77",
    "nothingofthekind",
)


def words(chance: random.Random, count: int) -> str:
    found = ["".join(chance.choices(SYLLABLES, k=chance.choice((2, 2, 3, 3, 4)))) for _ in range(count)]
    return " ".join([*found, "common", "".join(chance.choices(SIGNS, k=6))])


def write(path: Path, articles: int) -> None:
    chance = random.Random(1)
    times = (START + timedelta(seconds=second) for second in range(10 * articles + 10))
    with Archive.open(path, write=True, clock=lambda: next(times)) as archive, archive.session() as session:
        for number in range(articles):
            digest = "sha256:" + hashlib.sha256(str(number).encode()).hexdigest()
            uri = f"https://paper.example/number{number}"
            mention = Mention(
                source=uri, platform="x", handle=f"h{number % 5000}", text=words(chance, 25), start=1, end=2,
                rule="x.signature", confidence=0.97,
            )  # fmt: skip
            article = Article(source=uri, uri=uri, digest=digest, text="", title=words(chance, 8), language="en")
            session.write_conclusion(article_conclusion(article, (mention.with_id(digest),)))
            post = Post(
                platform="x", id=str(number), url=f"https://x.com/h{number % 5000}/status/{number}",
                handle=f"h{number % 5000}", display_name=words(chance, 2), created_at=START, text=words(chance, 30),
            )  # fmt: skip
            session.write_conclusion(
                observation_conclusion(
                    Observation(
                        platform="x",
                        post_id=post.id,
                        url=post.url,
                        state=State.LIVE,
                        seen_at=START,
                        how="bench",
                        reason="",
                        post=post,
                    )
                )
            )


def timed(work: object, times: int) -> list[float]:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()  # type: ignore[operator]
        taken.append((time.perf_counter() - start) * 1000)
    return taken


async def answers(library: Library) -> None:
    transport = httpx.ASGITransport(create_app(library))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        start = time.perf_counter()
        await client.get("/")
        print(f"first page: {(time.perf_counter() - start) * 1000:.0f} ms")
        for words_ in QUESTIONS:
            taken = []
            for _ in range(7):
                start = time.perf_counter()
                answer = await client.get(f"/search?q={quote(words_)}&part=1")
                taken.append((time.perf_counter() - start) * 1000)
                assert answer.status_code == 200
            print(f"whole answer to {words_!r}: median {statistics.median(taken):.1f} ms, worst {max(taken):.1f} ms")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--articles", type=int, default=100_000)
    options.add_argument("--folder", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="archiver-bench-") as temporary:
        path = (chosen.folder or Path(temporary)) / "archive-of-many"
        if not path.exists():
            start = time.perf_counter()
            write(path, chosen.articles)
            print(f"written: {time.perf_counter() - start:.0f} s")
        (path / NAME).unlink(missing_ok=True)
        with Library([path]) as library:
            search = Search(library)
            first = question("common")
            assert first is not None
            start = time.perf_counter()
            found = search.find(first)
            print(
                f"first answer, index not there yet: {(time.perf_counter() - start) * 1000:.0f} ms, {len(found.hits)}"
            )
            while search.find(first).reading:
                time.sleep(0.05)
            print(f"index made after {time.perf_counter() - start:.1f} s: {(path / NAME).stat().st_size >> 20} MiB")
            for words_ in QUESTIONS:
                asked = question(words_)
                assert asked is not None
                taken = sorted(timed(lambda asked=asked: search.find(asked), 21))
                amount = len(search.find(asked, count=1000).hits)  # at most
                print(f"look-up of {words_!r}: median {taken[10]:.2f} ms, worst {taken[-1]:.2f} ms, {amount} found")
            search.close()
            asyncio.run(answers(library))


if __name__ == "__main__":
    main()
