"""Where copies exist, and which are rescued, against what a web archive truly holds of a crowd of invented posts.

    python -m benchmarks.copies [POSTS A PLATFORM]

For each post: is "a copy exists" right, is "nobody has one" right, does the rescued copy show the post's own words, and
how many questions did it take. The archive holds about half of the posts: as pages that show them, as empty ones, as
JSON, under former handles, as redirects and absences.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import msgspec
from rapidfuzz.fuzz import partial_ratio

from archiver.auditing.elsewhere.copies import copies_of
from archiver.auditing.elsewhere.rescue import rescue
from archiver.auditing.finding import Copies, Rescued
from archiver.capture import Job, running
from archiver.config import Settings
from archiver.platforms import platform as platform_of
from tests.web_twin.crowd import Crowd, Note
from tests.web_twin.crowd_archive import READABLE, catches
from tests.web_twin.server import Twin

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
PLATFORMS = ("x", "bluesky", "mastodon", "telegram", "tiktok", "reddit", "youtube")
PEOPLE = 120


def main(wanted: int) -> None:
    crowd = Crowd(11, size=PEOPLE, notes_each=60)
    with Twin(crowd=crowd, clock=NOW) as twin, tempfile.TemporaryDirectory() as folder:
        twin.wayback.noise = True
        for name in PLATFORMS:
            counts: Counter[str] = Counter()
            began = time.perf_counter()
            with running(settings(twin), path=Path(folder) / name, clock=lambda: NOW) as job:
                for note in islice(notes(crowd, name), wanted):
                    asked = len(twin.log)
                    judge(job, name, note, counts)
                    counts["questions"] += len(twin.log) - asked
                    twin.forget()
            report(name, counts, time.perf_counter() - began)


def notes(crowd: Crowd, name: str) -> list[Note]:
    """Some of each person's, so that many handles are in it."""
    return [note for number in range(PEOPLE) for note in crowd.on(name, number)[:: max(1, PEOPLE // 30)]]


def settings(twin: Twin) -> Settings:
    defaults = Settings()
    web = msgspec.structs.replace(
        defaults.web,
        connect_to=dict(twin.connect_to),
        ca_file=str(twin.ca_file),
        rates={"*": 60_000.0},
        retries=0,
    )
    return msgspec.structs.replace(defaults, web=web)


def judge(job: Job, name: str, note: Note, counts: Counter[str]) -> None:
    platform = platform_of(name)
    assert platform is not None
    ref = platform.ref_from_url(note.url_on(name))
    assert ref is not None
    if name == "bluesky":
        ref = msgspec.structs.replace(ref, scope=note.person.did)
    held = any(catch.kind in READABLE and not catch.first for catch in catches(note, name))
    copies = copies_of(job, ref, platform)
    counts["posts"] += 1
    counts["held"] += held
    counts[said(copies, held)] += 1
    rescued = rescue(job, ref, platform, copies)
    if isinstance(rescued, Rescued):
        if rescued.text is None:
            counts["rescued, no words"] += 1
        else:
            own = max(
                partial_ratio(words, rescued.text)
                for words in (note.text, note.title, note.short_title, note.rest)
                if words
            )
            counts["rescued" if own >= 70 else "rescued, OTHER WORDS"] += 1
    elif held:
        counts["not rescued"] += 1


def said(copies: Copies, held: bool) -> str:
    if copies.captured is None:
        return "not known"
    return ("right: " if copies.captured == held else "WRONG: ") + ("a copy" if copies.captured else "none")


def report(name: str, counts: Counter[str], seconds: float) -> None:
    posts = counts.pop("posts")
    questions = counts.pop("questions")
    rest = ", ".join(f"{what} {count}" for what, count in sorted(counts.items()))
    print(f"{name}: {posts} posts, {questions / posts:.1f} questions each, {seconds:.1f} s: {rest}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 150)
