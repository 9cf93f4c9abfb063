"""How long do the figures of many findings take, and the report of some thousands?

    python benchmarks/figures.py [FINDINGS] [REPORTED]

FINDINGS made-up findings (default 1,000,000) go through `statistics`, one by one; REPORTED (default 10,000) become a
report. Times are processor time; making the findings is taken off.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archiver.auditing.figures.statistics import statistics
from archiver.auditing.finding import Citation, Finding, Look
from archiver.model import State, to_json
from archiver.reporting import html_report

START = datetime(2020, 1, 1, tzinfo=UTC)
STATES = list(State)
PLATFORMS = ("x", "bluesky", "mastodon", "vk", "tiktok")
LANGUAGES = ("en", "de", "ar", None, "pt-BR")


def made(number: int) -> Iterator[Finding]:
    for at in range(number):
        created = START + timedelta(hours=at % 40_000)
        looks = tuple(
            Look(
                seen_at=created + timedelta(days=1 + turn * 100 + at % 300),
                state=STATES[at % 11] if turn == 2 else State.LIVE,
            )
            for turn in range(3)
        )
        platform, source = PLATFORMS[at % 5], f"article-{at % 20_000}.html"
        yield Finding(
            platform=platform,
            post_id=str(at),
            post_key=f"{platform}:{at}",
            url=f"https://{platform}.example/{at}",
            state=looks[-1].state,
            seen_at=looks[-1].seen_at,
            since=looks[1].seen_at,
            missing_by=looks[2].seen_at if looks[2].state.missing else None,
            confirmed=at % 3 > 0,
            created_at=created,
            text="The gauge at the old bridge reads 4.2 m and rising. Stay away from the lower quay.",
            looks=looks,
            language=LANGUAGES[at % 5],
            sources=(source,),
            citations=(Citation(source=source, mention_id="m", published="2024-01-01"),),
        )


def main() -> None:
    many, some = ([int(argument) for argument in sys.argv[1:]] + [1_000_000, 10_000][len(sys.argv) - 1 :])[:2]
    begun = time.process_time()
    for _ in made(many):
        pass
    making = time.process_time() - begun
    begun = time.process_time()
    figures = statistics(made(many), at=START)
    took = time.process_time() - begun - making
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"figures of {many:,} findings: {took:.1f} s, {len(to_json(figures)) / 1e6:.1f} MB of JSON, peak {peak:,} MB")
    findings = list(made(some))
    figures = statistics(findings, at=START)
    begun = time.process_time()
    size = sum(len(piece.encode()) for piece in html_report(findings, figures, at=START, title="Audit"))
    print(f"report of {some:,} findings: {time.process_time() - begun:.1f} s, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
