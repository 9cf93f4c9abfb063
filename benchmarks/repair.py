"""How many embeds of real pages can be replaced by static quotations, with everything else proved to be as it was?

    python -m benchmarks.repair ../shared/eval/html.jsonl.gz ../shared/eval/snippets.jsonl.gz

Every post that is found in the pages is put into a made archive with invented words behind its own, as if it had been
deleted since; then every embed is to be replaced. Checked of each result, independently of the program's own proof: all
bytes outside of the quotations are those of the original, in order; the same posts are cited; repairing the result
changes nothing.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import structs

from archiver.article import article_of
from archiver.detect import find
from archiver.model import Candidate, Mention, Observation, Outcome, Post, Resolution, State
from archiver.platforms import platform as platform_of
from archiver.repairing import Repaired, repair
from archiver.store import Archive
from archiver.store.conclusions import observation_conclusion, resolution_conclusion

WHEN = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


def pages(path: Path, *, every: int = 1) -> Iterator[tuple[str, bytes]]:
    """Each page's name and bytes; only every so-manieth."""
    with gzip.open(path) as lines:
        for number, line in enumerate(lines):
            if number % every == 0:
                record = json.loads(line)
                yield str(record["id"]), record["html"].encode("utf-8", "replace")


def made_archive(folder: Path, documents: Iterable[bytes]) -> Archive:
    """An archive in which every post that these pages cite is known, and deleted."""
    mentions = [mention for data in documents for mention in find(article_of(data, source="page", kind="html"))]
    posts: dict[str, Post] = {}
    for mention in mentions:  # of what is cited several times, all words that are shown anywhere
        post = _post(mention)
        before = posts.get(post.key)
        posts[post.key] = structs.replace(post, text=f"{before.text}\n\n{post.text}") if before else post
    with (
        Archive.open(folder, write=True, clock=lambda: WHEN) as archive,
        archive.session(description="made") as session,
    ):
        for mention in mentions:
            post = posts[_post(mention).key]
            candidates = (Candidate(post=post, score=1.0),)
            resolution = Resolution(
                mention_id=mention.id, outcome=Outcome.RESOLVED, post_key=post.key, candidates=candidates
            )
            session.write_conclusion(resolution_conclusion(resolution), None)
        for post in posts.values():
            for state, shown in ((State.LIVE, post), (State.DELETED, None)):
                session.write_conclusion(observation_conclusion(_look(post, state, shown)), None)
    return Archive.open(folder)


def _post(mention: Mention) -> Post:
    platform = platform_of(mention.platform)
    assert platform is not None
    post_id = mention.post_id or str(9 * 10**17 + zlib.crc32(mention.id.encode()))
    words = f"{mention.words or ''} Words <b>& “more”</b> 🗼\n\nof a second paragraph,\nand a line"
    if mention.url and (ref := platform.ref_from_url(mention.url)) is not None:
        url, scope = ref.url, ref.scope
    else:
        ref = platform.ref_from_id(post_id, mention.handle)
        url, scope = ref.url, ref.scope
    return Post(
        platform=mention.platform,
        id=post_id,
        url=url,
        handle=mention.handle,
        display_name=mention.display_name,
        created_at=WHEN,
        text=words,
        scope=scope,
    )


def _look(post: Post, state: State, shown: Post | None) -> Observation:
    return Observation(
        platform=post.platform,
        post_id=post.id,
        url=post.url,
        state=state,
        seen_at=WHEN if shown else WHEN.replace(year=2025),
        how="made",
        reason="made",
        post=shown,
        scope=post.scope,
    )


def wrong(original: bytes, result: Repaired) -> str:
    """What is wrong with a repaired page; empty where nothing is."""
    kept = original
    rest = result.data
    place = 0
    while (found := re.search(rb"<(figure|span) data-archiver-quotation=", rest)) is not None:
        before = rest[: found.start()]
        if kept[place : place + len(before)] != before:
            return "bytes before a quotation are others"
        place += len(before)
        rest = rest[found.start() + _length(rest[found.start() :], found[1]) :]
        following = rest.partition(b"<figure data-archiver")[0].partition(b"<span data-archiver")[0][:200]
        again = kept.find(following, place)
        if again < 0:
            return "bytes behind a quotation are others"
        place = again
    if not kept.endswith(rest):
        return "bytes at the end are others"
    cited = [_cited(data) for data in (original, result.data)]
    return "" if cited[0] <= cited[1] else "a post is not cited any more"


def _length(data: bytes, name: bytes) -> int:
    depth = 0
    for tag in re.finditer(rb"<(/?)" + name + rb"(?=[\s>])", data):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return data.index(b">", tag.start()) + 1
    return len(data)


def _cited(data: bytes) -> set[tuple[str, str | None]]:
    found = find(article_of(data, source="page", kind="html"))
    return {(mention.platform, mention.post_id) for mention in found if mention.post_id}


def main() -> None:
    for name in sys.argv[1:]:
        documents = list(pages(Path(name)))
        counts: Counter[str] = Counter()
        with tempfile.TemporaryDirectory() as folder, made_archive(Path(folder), (d for _, d in documents)) as archive:
            spent = 0.0
            for page, data in documents:
                start = time.perf_counter()
                result = repair(data, archive, source=page, kind="html", everything=True)
                spent += time.perf_counter() - start
                for one in result.repairs:
                    counts[one.outcome.value] += 1
                    if one.outcome.value != "replaced":
                        counts[f"  {one.reason}"] += 1
                if problem := wrong(data, result):
                    counts[f"WRONG: {problem}"] += 1
                    print(page, problem)
                if repair(result.data, archive, source=page, kind="html", everything=True).data != result.data:
                    counts["WRONG: the second time changes something"] += 1
        print(f"{name}: {len(documents)} pages, {spent:.1f} s")
        for reason, count in counts.most_common():
            print(f"{count:6} {reason}")


if __name__ == "__main__":
    main()
