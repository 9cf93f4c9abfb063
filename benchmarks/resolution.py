"""Is the right post found, is a wrong one ever called the right one, and what does it cost?

    python benchmarks/resolution.py                                    # 5,000 mentions over 1,000,000 invented posts
    python benchmarks/resolution.py --recorded ../shared/fixtures      # recorded answers of the platforms, too
    python benchmarks/resolution.py --mentions 200 --people 50 --platforms x --errors 5

The posts are those of the invented crowd (`tests/web_twin/crowd.py`), on topics on which nothing was fitted. Mentions
are what copies leave of posts drawn at random (`tests/web_twin/degrade.py`), also of posts that are deleted or that
nothing leads to. They are resolved through the real door to the network against the twin, over TLS, with rates lifted
and waiting virtual. Whether a post could be found at all is answered from the twin (`tests/web_twin/reach.py`), not
from the program.

    right first    the right post is the first candidate, of those posts that anything leads to
    equals         mentions that another post of the account and time shows just as well: nobody can tell these apart.
                   They count in `right first` only where the right one came first
    wrong          resolved to another post (that is no equal), of all mentions
    requests       as the twin saw them, redirects included
    CPU            of the program and the twin together

Exits with 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archiver.config import WebSettings
from archiver.model import Outcome, Post, Resolution
from archiver.platforms import platform as platform_named
from archiver.resolution import ResolveSettings, resolve
from archiver.resolution.known import KnownPosts, known_posts
from archiver.store.postindex import Citation, PostIndex
from archiver.web import Door
from benchmarks import recorded
from tests.web_twin import Twin
from tests.web_twin.crowd import PLATFORMS, Crowd, Note
from tests.web_twin.crowd_archive import as_of
from tests.web_twin.crowd_x import text_on_x
from tests.web_twin.degrade import Degraded, degrade
from tests.web_twin.reach import equals, keys_of, ways
from tests.web_twin.server import CROWD_SITES
from tests.web_twin.speech import Speech

MEASURED = (0.6, 1.0)
"""The share of the topics on which nothing was fitted (`fit_likeness.py` takes the others)."""

NOW = datetime(2026, 1, 15, 12, 0, 0, tzinfo=UTC)

WEIGHTS = {"x": 30, "bluesky": 14, "mastodon": 14, "telegram": 12, "tiktok": 10, "youtube": 10, "reddit": 10}
"""How often each platform is cited."""

INDEXED = 0.1
"""Share of the cited posts that a post index has, too."""

INDEXED_SITES = ("news.example", "mirror.example")

RIGHT_FIRST, WRONG, REQUESTS = 0.97, 0.001, 8
"""The targets."""


@dataclass
class Case:
    """One mention, and what came of it."""

    shown: Degraded
    ways: frozenset[str]
    equals: frozenset[str]
    """Keys of posts that are shown just as well."""
    resolution: Resolution
    asked: dict[str, int]
    """Requests by host."""
    seconds: float
    cpu: float

    @property
    def right(self) -> frozenset[str]:
        return keys_of(self.shown.note, self.shown.platform)

    @property
    def first(self) -> str | None:
        candidates = self.resolution.candidates
        return candidates[0].post.key if candidates else None

    @property
    def right_first(self) -> bool:
        return self.first in self.right

    @property
    def resolved(self) -> bool:
        return self.resolution.outcome is Outcome.RESOLVED

    @property
    def rightly(self) -> bool:
        return self.resolved and self.resolution.post_key in self.right

    @property
    def wrongly(self) -> bool:
        return self.resolved and not self.rightly and self.resolution.post_key not in self.equals

    @property
    def reachable(self) -> bool:
        return bool(self.ways)

    @property
    def counts(self) -> bool:
        """Whether it counts in `right first`: reachable, and not beaten by an equal."""
        return self.reachable and (self.right_first or not self.equals)

    @property
    def requests(self) -> int:
        return sum(self.asked.values())

    @property
    def by_handle_and_date(self) -> bool:
        return self.shown.mention.date is not None and "link" not in self.ways


class Ticker:
    """A clock on which waiting takes no time."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds


def door_of(twin: Twin) -> Door:
    settings = WebSettings(
        connect_to=twin.connect_to, ca_file=str(twin.ca_file), rates=dict.fromkeys(("*", *twin.hosts), 60_000.0)
    )
    clock = Ticker()
    return Door(settings, sleep=clock.sleep, monotonic=clock.now)


# -- what is cited


def drawn(crowd: Crowd, platforms: Sequence[str], count: int, seed: int) -> list[tuple[str, int, int]]:
    """Platform, person and note of each mention, by person."""
    roll = random.Random(f"mentions {seed}")
    out = []
    while len(out) < count:
        platform = roll.choices(platforms, [WEIGHTS[name] for name in platforms])[0]
        notes = crowd.on(platform, roll.randrange(crowd.size))
        if notes:
            note = roll.choice(notes)
            out.append((platform, note.person.number, note.number))
    return sorted(out, key=lambda one: one[1])


def is_indexed(note: Note, platform: str, seed: int) -> bool:
    roll = random.Random(f"indexed {seed} {platform} {note.person.number} {note.number}")
    return roll.random() < INDEXED


def citations(note: Note, platform: str) -> list[Citation]:
    """What two pages of others show of a post."""
    then = as_of(note, note.created)
    found = platform_named(platform)
    ref = found.ref_from_url(then.url_on(platform)) if found else None
    if ref is None:
        raise ValueError(then.url_on(platform))
    post = Post(
        platform=platform,
        id=ref.id,
        scope=ref.scope,
        url=ref.url,
        handle=then.person.handle(platform),
        display_name=then.person.name,
        created_at=note.created,
        text=note.title if platform in ("reddit", "youtube") else text_on_x(note) if platform == "x" else note.text,
    )
    return [Citation(post=post, page=f"https://{site}/{post.id}", seen=None) for site in INDEXED_SITES]


# -- resolving


@dataclass
class Job:
    """What one process does."""

    people: int
    notes: int
    seed: int
    chosen: Sequence[tuple[str, int, int]]


def work(job: Job) -> list[Case]:
    """Resolve the mentions of a job, each through the door, with a twin and a post index of its own."""
    crowd = crowd_of(job.people, job.notes, job.seed)
    cited = [(platform, crowd.notes(who)[number]) for platform, who, number in job.chosen]
    with tempfile.TemporaryDirectory() as folder, Twin(crowd=crowd, clock=NOW) as twin, door_of(twin) as door:
        with PostIndex(Path(folder) / "posts.db", write=True) as index:
            for platform, note in cited:
                if is_indexed(note, platform, job.seed):
                    index.add_citations(citations(note, platform))
            known = known_posts(index)
            cases = [one_case(crowd, twin, door, platform, note, known, job.seed) for platform, note in cited]
        if twin.errors:
            raise twin.errors[0]
        return cases


def crowd_of(people: int, notes: int, seed: int) -> Crowd:
    return Crowd(seed, size=people, notes_each=notes, speech=Speech(MEASURED))


def one_case(
    crowd: Crowd, twin: Twin, door: Door, platform: str, note: Note, known: Sequence[KnownPosts], seed: int
) -> Case:
    shown = degrade(note, platform, str(seed))
    reach = ways(shown, crowd, twin.now) | ({"index"} if is_indexed(note, platform, seed) else frozenset())
    twin.forget()
    start, cpu = time.perf_counter(), time.process_time()
    resolution = resolve(shown.mention, fetcher=door, known=known, settings=ResolveSettings())
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    asked = Counter(request.host for request in twin.log)
    same = frozenset(key for one in equals(shown, crowd) for key in keys_of(one, platform))
    return Case(shown, reach, same, resolution, dict(asked), seconds, cpu)


def measured(chosen: Sequence[tuple[str, int, int]], args: argparse.Namespace) -> list[Case]:
    """All mentions, spread over processes in runs of the same people."""
    size = max(1, len(chosen) // (args.processes * 8))
    jobs = [Job(args.people, args.notes, args.seed, chosen[i : i + size]) for i in range(0, len(chosen), size)]
    if args.processes == 1:
        return [case for job in jobs for case in work(job)]
    with multiprocessing.get_context("spawn").Pool(args.processes) as pool:
        done = []
        for number, cases in enumerate(pool.imap(work, jobs)):
            done += cases
            if sys.stderr.isatty():
                print(f"\r{len(done)} of {len(chosen)} mentions", end="\n" * (number + 1 == len(jobs)), file=sys.stderr)
    return done


# -- figures


def right_first(cases: Iterable[Case]) -> tuple[int, int]:
    counted = [case for case in cases if case.counts]
    return sum(case.right_first for case in counted), len(counted)


def share(part: int, whole: int) -> str:
    return f"{part / whole:7.2%}" if whole else "      –"


def quantile(values: Sequence[float], q: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(q * (len(ordered) - 1)))] if ordered else 0.0


def summary(cases: Sequence[Case]) -> dict[str, Any]:
    reachable = [case for case in cases if case.reachable]
    lost = [case for case in cases if not case.reachable]
    asked = [case.requests for case in cases if case.by_handle_and_date]
    resolved = [case.requests for case in cases if case.by_handle_and_date and case.resolved]
    first, counted = right_first(cases)
    return {
        "mentions": len(cases),
        "reachable": len(reachable),
        "equals": sum(bool(case.equals) for case in cases),
        "beaten by an equal": sum(bool(case.equals) and not case.right_first for case in reachable),
        "right first": first,
        "counted": counted,
        "resolved": sum(case.rightly for case in reachable),
        "wrong": sum(case.wrongly for case in cases),
        "resolved to an equal": sum(case.resolved and not case.rightly and not case.wrongly for case in cases),
        "resolved though unreachable": sum(case.resolved for case in lost if not case.equals),
        "requests, median": statistics.median(resolved) if resolved else None,
        "requests, p95": quantile(resolved, 0.95) if resolved else None,
        "requests of all, median": statistics.median(asked) if asked else None,
        "requests of all, p95": quantile(asked, 0.95) if asked else None,
        "ms, median": round(1000 * statistics.median([case.seconds for case in cases] or [0]), 1),
        "CPU ms, mean": round(1000 * statistics.fmean([case.cpu for case in cases] or [0]), 1),
    }


FROM = {"cdx": "archive", "memento": "archive", "media": "picture", "pages": "index", "listing": "{}.listing"}
"""Which source a candidate's own mark stands for."""

SOURCE_COLUMNS = ("asked", "found", "nothing", "failed", "requests", "won")


def per_source(cases: Iterable[Case]) -> dict[str, dict[str, int]]:
    """What each source said, and how often it had the post that was resolved to."""
    out: dict[str, dict[str, int]] = {}

    def row(source: str) -> dict[str, int]:
        return out.setdefault(source, dict.fromkeys(SOURCE_COLUMNS, 0))

    for case in cases:
        for report in case.resolution.sources:
            row(report.source)["requests"] += report.requests
            if report.outcome != "skipped":
                row(report.source)["asked"] += 1
                row(report.source)[report.outcome] += 1
        if case.resolved:
            winner = case.resolution.candidates[0]
            source = "index" if winner.cited_in else FROM.get(winner.source, winner.source)
            row(source.format(case.shown.platform))["won"] += 1
    return dict(sorted(out.items()))


CERTAINTIES = (0.0, 0.3, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 1.01)


def per_certainty(cases: Iterable[Case]) -> dict[str, tuple[int, int]]:
    """How often the first candidate is the right one, by how sure it is said to be; equals left out."""
    told = [
        (case.resolution.candidates[0].score, case.right_first)
        for case in cases
        if case.resolution.candidates and not case.equals
    ]
    out = {}
    for low, high in pairwise(CERTAINTIES):
        inside = [right for score, right in told if low <= score < high]
        out[f"{low:.3f} to {min(high, 1):.3f}"] = (sum(inside), len(inside))
    return out


def per_way(cases: Iterable[Case]) -> dict[str, tuple[int, int]]:
    """By what leads to the post: right first, of how many."""
    grouped: dict[str, list[Case]] = {}
    for case in cases:
        if case.counts:
            grouped.setdefault("+".join(sorted(case.ways)), []).append(case)
    return {name: right_first(group) for name, group in sorted(grouped.items())}


def per_degradation(cases: Sequence[Case]) -> dict[str, tuple[int, int]]:
    names = sorted({name for case in cases for name in case.shown.done})
    found = {name: right_first(case for case in cases if name in case.shown.done) for name in names}
    return {"(nothing)": right_first(case for case in cases if not case.shown.done)} | found


def misses(total: dict[str, Any]) -> list[str]:
    """The targets that are not met."""
    out = []
    if total["right first"] < RIGHT_FIRST * total["counted"]:
        out.append(f"right first below {RIGHT_FIRST:.0%}")
    if total["wrong"] > WRONG * total["mentions"]:
        out.append(f"wrong posts called resolved: more than {WRONG:.1%}")
    if total["resolved though unreachable"]:
        out.append("something resolved that nothing leads to")
    if (total["requests, median"] or 0) > REQUESTS:
        out.append(f"more than {REQUESTS} requests")
    return out


COLUMNS = (
    ("mentions", "mentions"),
    ("reachable", "reachable"),
    ("right 1st", ("right first", "counted")),
    ("resolved", ("resolved", "reachable")),
    ("wrong", "wrong"),
    ("equals", "beaten by an equal"),
    ("to equal", "resolved to an equal"),
    ("unreach.", "resolved though unreachable"),
    ("req", "requests, median"),
    ("p95", "requests, p95"),
    ("req all", "requests of all, median"),
    ("ms", "ms, median"),
    ("CPU", "CPU ms, mean"),
)
LEGEND = """
right 1st: of those reachable, without those beaten by an equal (column `equals`); resolved: rightly, of those
reachable; to equal: resolved to an equal, mostly because nothing leads to the right one; unreach.: resolved though
nothing leads to it; req, p95: requests of resolutions by handle and date; req all: also of those left open"""


def report(cases: Sequence[Case], args: argparse.Namespace) -> dict[str, Any]:
    """Print the tables; what is in them."""
    platforms = [name for name in PLATFORMS if any(case.shown.platform == name for case in cases)]
    rows = {"all": summary(cases)}
    rows |= {name: summary([case for case in cases if case.shown.platform == name]) for name in platforms}
    posts = args.people * args.notes
    print(f"{len(cases):,} mentions over {posts:,} posts of {args.people:,} people, seed {args.seed}\n")
    print(f"{'':10}" + "".join(f"{head:>10}" for head, _ in COLUMNS))
    for name, row in rows.items():
        print(f"{name:10}" + "".join(f"{cell(row, of):>10}" for _, of in COLUMNS))
    print(LEGEND)
    sources = per_source(cases)
    print(f"\n{'source':20}" + "".join(f"{name:>10}" for name in SOURCE_COLUMNS))
    for name, row in sources.items():
        print(f"{name:20}" + "".join(f"{row[column]:10}" for column in SOURCE_COLUMNS))
    tables = {
        "what leads to it": per_way(cases),
        "what was done to it": per_degradation(cases),
        "how sure it is said to be": per_certainty(cases),
    }
    for title, table in tables.items():
        print(f"\n{title:30}{'right 1st':>10}{'of':>8}")
        for name, (good, of) in table.items():
            print(f"{name:30}{share(good, of):>10}{of:8}")
    hosts = per_host(cases)
    print(f"\n{'requests by host':30}{'all':>10}{'a mention':>11}")
    for name, count in hosts.items():
        print(f"{name:30}{count:10}{count / len(cases):11.3f}")
    return {"rows": rows, "sources": sources, **tables, "hosts": hosts}


def cell(row: dict[str, Any], of: str | tuple[str, str]) -> str:
    if isinstance(of, tuple):
        return share(row[of[0]], row[of[1]])
    return f"{row[of]:g}" if row[of] is not None else "–"


def per_host(cases: Iterable[Case]) -> dict[str, int]:
    """Requests by host; domains of people's own in one line."""
    out: Counter[str] = Counter()
    for case in cases:
        for host, count in case.asked.items():
            own = host.endswith(".example") and host.count(".") == 1
            out["(people's own domains)" if own else host] += count
    return dict(out.most_common())


def show_failures(cases: Sequence[Case], count: int) -> None:
    """Mentions that were not resolved to the right post first, the worst first."""

    def badness(case: Case) -> int:
        if case.wrongly or (case.resolved and not case.reachable and not case.equals):
            return 0
        return 1 if case.counts and not case.right_first else 2 if case.reachable and not case.rightly else 3

    bad = sorted((case for case in cases if badness(case) < 3), key=badness)
    for case in bad[:count]:
        mention, note = case.shown.mention, case.shown.note
        what = ("WRONG OR UNREACHABLE", "not first", "not resolved")[badness(case)]
        print(f"\n=== {what}: {case.shown.platform} {mention.id}")
        print(
            f"shown  @{mention.handle} {mention.display_name!r} {mention.date} ({mention.published}) {case.shown.done}"
        )
        print(f"       {mention.words!r} {mention.links}")
        print(f"truth  {sorted(case.right)} @{note.person.handle(case.shown.platform)} {note.created} {note.state}")
        print(f"       {note.text!r} ways: {sorted(case.ways)} equals: {sorted(case.equals)}")
        print(f"said   {case.resolution.outcome} {case.resolution.post_key}: {case.resolution.reason}")
        for candidate in case.resolution.candidates[:4]:
            post = candidate.post
            mark = "*" if post.key in case.right else " "
            print(f"     {mark} {candidate.score:.4f} {candidate.source} {post.key} {post.created_at}")
            print(f"           {post.title or ''!r} {post.text!r}")
            for reason in candidate.reasons:
                value = "" if reason.value is None else f" ({reason.value})"
                print(f"           {reason.weight:+.2f} {reason.feature}{value}: {reason.note}")
        for step in case.resolution.steps:
            print(f"       . {step}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mentions", type=int, default=5000)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--notes", type=int, default=500, help="posts of each")
    parser.add_argument("--platforms", nargs="*", choices=PLATFORMS, help="default: all that the twin shows")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--errors", type=int, default=0, help="show so many failures, with what was asked")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--recorded", type=Path, help="folder of recorded answers, which are read too")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    shown = [name for name in PLATFORMS if name == "x" or name in CROWD_SITES]
    platforms = [name for name in shown if not args.platforms or name in args.platforms]
    chosen = drawn(crowd_of(args.people, args.notes, args.seed), platforms, args.mentions, args.seed)
    start = time.perf_counter()
    cases = measured(chosen, args)
    wall = time.perf_counter() - start
    data = report(cases, args)
    if args.errors:
        show_failures(cases, args.errors)
    missed = misses(data["rows"]["all"])
    cpu = sum(case.cpu for case in cases)
    print(f"\n{wall:.0f} s with {args.processes} processes, of which {cpu:.0f} s CPU in resolutions")
    if args.recorded:
        print()
        counts = recorded.measure(args.recorded, args.seed, recorded.DAMAGED)
        missed += recorded.report(counts, notes=args.errors)
        data["recorded"] = {name: asdict(one) for name, one in counts.items()}
    print("targets: " + ("met" if not missed else "MISSED: " + "; ".join(missed)))
    if args.json:
        args.json.write_text(json.dumps(data | {"seconds": wall, "missed": missed}, indent=1, default=list) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
