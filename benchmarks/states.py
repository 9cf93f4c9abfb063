"""Is it read rightly what has become of a post, and is no live post ever called gone?

    python benchmarks/states.py [--recordings ../shared/fixtures] [--mixes 2000] [--no-faults]

Every case has a label: what the post is in a world where that is known. Cases are

- mixes: the twin's sites, with the answers of one, two or all endpoints about a post bent: refusals, walls, failures,
  cut and empty answers, pages of others, and of live posts one false "not found" of the platform's own;
- control: honest answers about the post, and a control check that cannot be read;
- faults: the running twin through the real network door, with every fault, at one endpoint or at all of them;
- talk: live posts in which each member and line says that a post is gone, in many languages, on all platforms;
- recorded: recorded answers (where the folder is given), as they are and with the same words in them.

Printed are, for each platform, how often a post of each kind was given each state; precision and recall of `deleted`
with 95 % intervals (Wilson); and how many live posts were called missing, which has to be none. Recall is stated twice:
where nothing was bent, and over all cases, in most of which too little was answered to say anything.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archiver.auditing.figures.statistics import wilson
from archiver.config import WebSettings
from archiver.errors import ArchiverError
from archiver.exchange import Exchange
from archiver.model import PostRef, State
from archiver.platforms import platform as platform_named
from archiver.resolution import Control, observe
from archiver.resolution.observing import look_at
from archiver.web import Door
from benchmarks.recorded import recordings
from tests.auditing.standins import (
    ENDPOINTS,
    NOISE,
    NOW,
    SENTENCES,
    SILENCE,
    TRUTHS,
    TWINNED,
    Bend,
    Table,
    World,
    answered,
    live_elsewhere,
    planted,
)
from tests.web_twin import Fault, PostState
from tests.web_twin.crowd import Note
from tests.web_twin.faults import TLS_FAULTS

PLAIN_EACH = 200
"""Posts of each kind of which nothing is bent, as far as there are so many: of different people, words and servers."""

POSTS_EACH = 4
"""Of these so many are looked at in mixes."""

MEMBERS = b"!no-unauthenticated"
"""Bluesky's label of accounts that ask to be shown to people alone who are signed in."""

NAMES = {"protected": "protected or for members"}
FAULTS = tuple(fault for fault in Fault if fault not in TLS_FAULTS)
OPTIONS: dict[Fault, dict[str, Any]] = {
    Fault.GZIP_BOMB: {"size": 16 << 20},
    Fault.ENDLESS_HEADERS: {"size": 1 << 20},
    Fault.SLOW: {"piece": 8192, "delay": 0.001},
}


class Tally:
    """What came out for one platform."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, str]] = Counter()
        self.kinds: Counter[str] = Counter()
        self.plain: Counter[tuple[str, str]] = Counter()
        self.wrong: list[str] = []

    def add(self, kind: str, truth: str, state: State, about: str, *, plain: bool = False) -> None:
        self.kinds[kind] += 1
        self.seen[truth, state.value] += 1
        if plain:
            self.plain[truth, state.value] += 1
        if (truth == "live" and state.missing) or (state is State.DELETED and truth != "deleted"):
            self.wrong.append(f"{kind}: {truth} called {state.value}: {about}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=Path)
    parser.add_argument("--mixes", type=int, default=2000, help="mixes of all endpoints' answers, for each platform")
    parser.add_argument("--no-faults", action="store_true")
    args = parser.parse_args()
    tallies: dict[str, Tally] = {}
    started = time.monotonic()
    world, many_people = World(), World(seed=5, size=500)
    for platform in TWINNED:
        tally = tallies.setdefault(platform, Tally())
        plain(many_people, platform, tally)
        mixed(world, platform, tally, args.mixes)
        talked(platform, tally)
        print(
            f"{platform}: {sum(tally.kinds.values())} cases after {time.monotonic() - started:.0f} s", file=sys.stderr
        )
    talked_elsewhere(tallies)
    if not args.no_faults:
        faulted(tallies)
        print(f"faults after {time.monotonic() - started:.0f} s", file=sys.stderr)
    if args.recordings is not None:
        recorded(args.recordings, tallies)
    for platform, tally in tallies.items():
        report(platform, tally)
    missing = sum(
        n for t in tallies.values() for (truth, state), n in t.seen.items() if truth == "live" and gone(state)
    )
    cases = sum(sum(tally.kinds.values()) for tally in tallies.values())
    print(f"\n{cases:,} cases; live posts called missing: {missing}")
    return 1 if missing else 0


def gone(state: str) -> bool:
    return State(state).missing


# -- cases


def plain(world: World, platform: str, tally: Tally) -> None:
    for state in TRUTHS:
        for note in world.notes(platform, state, PLAIN_EACH):
            seen = world.see(world.ref(platform, note), note)
            tally.add("plain", NAMES.get(state.value, state.value), seen.state, seen.reason, plain=True)


def mixed(world: World, platform: str, tally: Tally, count: int) -> None:
    names = [name for name, _ in ENDPOINTS[platform]]
    for state in TRUTHS:
        truth = NAMES.get(state.value, state.value)
        for post, note in enumerate(world.notes(platform, state, POSTS_EACH)):
            ref = world.ref(platform, note)
            for name, bend in NOISE.items():
                seen = world.see(ref, note, vouching=bend)
                tally.add("control", truth, seen.state, f"control {name}: {seen.reason}")
            if post == 0:
                for bends in pairs(platform, names, lies=state is PostState.LIVE):
                    see(world, ref, note, bends, tally, truth)
            for bends in many(platform, names, count // POSTS_EACH, f"{state} {post}", lies=state is PostState.LIVE):
                see(world, ref, note, bends, tally, truth)


def see(world: World, ref: PostRef, note: Note, bends: Mapping[str, Bend], tally: Tally, truth: str) -> None:
    seen = world.see(ref, note, bends)
    tally.add("mixes", truth, seen.state, f"{sorted(bends)}: {seen.reason}")


def pairs(platform: str, names: list[str], *, lies: bool) -> Iterator[dict[str, Bend]]:
    """Every two endpoints bent in every way; of live posts one of them with a false "not found"."""
    noise: list[Bend | None] = [None, *NOISE.values()]
    for one, other in itertools.combinations(names, 2):
        ways: Iterator[tuple[Bend | None, Bend | None]] = itertools.product(noise, noise)
        if lies:
            ways = itertools.chain(
                ways, itertools.product(false(platform, one), noise), itertools.product(noise, false(platform, other))
            )
        for first, second in ways:
            yield {name: bend for name, bend in ((one, first), (other, second)) if bend is not None}


def false(platform: str, name: str) -> list[Bend | None]:
    return [bend for said, bend in SILENCE[platform].items() if said.partition(" ")[0] == name]


def many(platform: str, names: list[str], count: int, seed: str, *, lies: bool) -> Iterator[dict[str, Bend]]:
    """All endpoints, each bent or not."""
    roll = random.Random(f"mixes {platform} {seed}")
    noise = [*NOISE.values()]
    for _ in range(count):
        bends = {name: roll.choice(noise) for name in names if roll.random() < 0.5}
        if lies and roll.random() < 0.5:
            said, bend = roll.choice(list(SILENCE[platform].items()))
            bends[said.partition(" ")[0]] = bend
        yield bends


def talked(platform: str, tally: Tally) -> None:
    """Live posts whose words, whose author's name, and each of whose members say that a post is gone."""
    world = World()
    (note,) = world.notes(platform, PostState.LIVE, 1)
    ref = world.ref(platform, note)
    for name, _ in ENDPOINTS[platform]:
        if name == "proof":
            continue  # signed: it has no members to be changed
        got: list[Exchange] = []

        def spy(honest: Exchange, got: list[Exchange] = got) -> Exchange:
            got.append(honest)
            return honest

        alone = {other: NOISE["503"] for other, _ in ENDPOINTS[platform] if other != name}
        world.see(ref, note, {name: spy})
        if not got:
            world.see(ref, note, alone | {name: spy})
        for honest in got[:1]:
            for words in SENTENCES:
                for made in planted(honest, words):
                    for beside in ({}, alone):
                        seen = world.see(ref, note, {**beside, name: lambda _, made=made: made})  # type: ignore[misc]
                        tally.add("talk", "live", seen.state, f"{name} {words!r}: {seen.reason}")
    for words in SENTENCES:
        world.crowd.change(note, written=words)
        world.crowd.change_person(note.person.number, name=words)
        seen = world.see(ref, note)
        tally.add("talk", "live", seen.state, f"{words!r}: {seen.reason}")


def talked_elsewhere(tallies: dict[str, Tally]) -> None:
    """The same of platforms without a twin, and noise in the place of each answer."""
    for platform, (ref, table) in live_elsewhere().items():
        tally = tallies.setdefault(platform, Tally())
        module = platform_named(platform)
        assert module is not None
        for url, honest in table.items():
            others = {other: answer for other, answer in table.items() if other != url}
            for beside in ({}, others):
                for words in SENTENCES:
                    for made in planted(honest, words):
                        verdict = look_at(ref, Table({**beside, url: made}), module).verdict
                        tally.add("talk", "live", verdict.state, f"{words!r}: {verdict.reason}")
                for name, bend in NOISE.items():
                    try:
                        answers = {**beside, url: bend(honest)}
                    except ArchiverError:
                        answers = beside
                    verdict = look_at(ref, Table(answers), module).verdict
                    tally.add("mixes", "live", verdict.state, f"{name}: {verdict.reason}")


def faulted(tallies: dict[str, Tally]) -> None:
    """Every fault, through the real door."""
    world = World()
    with world.twin as twin:
        settings = WebSettings(
            connect_to=twin.connect_to,
            ca_file=str(twin.ca_file),
            rates={"*": 60_000.0},
            retries=0,
            read_timeout=0.2,
        )
        for platform in TWINNED:
            module = platform_named(platform)
            assert module is not None
            for state in (PostState.LIVE, PostState.DELETED):
                note = world.notes(platform, state, 1)[0]
                ref = world.ref(platform, note)
                for fault, host in itertools.product(FAULTS, ("*", *sorted(hosts_of(world, ref, note)))):
                    twin.fault(host, fault, **OPTIONS.get(fault, {}))
                    with Door(settings, sleep=lambda _: None) as door:
                        control = Control(door, module)
                        seen = observe(ref, fetcher=door, platform=module, control=control, now=lambda: NOW)
                    twin.clear_faults()
                    tallies[platform].add("faults", state.value, seen.state, f"{fault.value} at {host}: {seen.reason}")


def hosts_of(world: World, ref: PostRef, note: Note) -> set[str]:
    """Whom the questions about a post go to."""
    asked: set[str] = set()
    fetch = world.fetch

    def noting(url: str, **options: Any) -> Exchange:
        asked.add(url.split("/")[2])
        return fetch(url, **options)

    world.fetch = noting  # type: ignore[method-assign]
    try:
        world.see(ref, note)
    finally:
        world.fetch = fetch  # type: ignore[method-assign]
    return asked


def recorded(folder: Path, tallies: dict[str, Tally]) -> None:
    """Recorded answers of public endpoints, all of posts that were live; other endpoints do not answer."""
    for one in recordings(folder):
        if one.endpoint is None or one.empty:
            continue
        module = platform_named(one.platform)
        assert module is not None
        tally = tallies.setdefault(one.platform, Tally())
        url = asked_at(one.ref, one.endpoint)
        if url is None:
            continue
        honest = answered(url, one.body, 200, one.content_type)
        verdict = look_at(one.ref, Table({url: honest}), module).verdict
        truth = NAMES["protected"] if MEMBERS in one.body else "live"
        tally.add("recorded", truth, verdict.state, f"{one.file.name}: {verdict.reason}")
        for words in SENTENCES[::8]:
            for made in planted(honest, words):
                verdict = look_at(one.ref, Table({url: made}), module).verdict
                tally.add("recorded, with talk", truth, verdict.state, f"{one.file.name} {words!r}: {verdict.reason}")


def asked_at(ref: PostRef, endpoint: str) -> str | None:
    """Under which address the endpoint is asked for a post, if it is asked without an answer to another question."""
    module = platform_named(ref.platform)
    assert module is not None
    inquiry = module.look(ref)
    step = next(inquiry, None)
    while step is not None:
        if getattr(step, "url", None) and getattr(step, "endpoint", "") == endpoint and hasattr(step, "follow"):
            return str(step.url)  # type: ignore[union-attr]
        try:
            step = inquiry.send(None)
        except StopIteration:
            return None
    return None


# -- what came out


def report(platform: str, tally: Tally) -> None:
    kinds = ", ".join(f"{name} {count:,}" for name, count in sorted(tally.kinds.items()))
    print(f"\n## {platform}: {sum(tally.kinds.values()):,} cases ({kinds})\n")
    truths = sorted({truth for truth, _ in tally.seen}, key=lambda truth: (truth != "live", truth))
    states = [state.value for state in State if any(tally.seen[truth, state.value] for truth in truths)]
    print("| the post is | " + " | ".join(states) + " |")
    print("| --- |" + " --- |" * len(states))
    for truth in truths:
        print(f"| {truth} | " + " | ".join(f"{tally.seen[truth, state]:,}" for state in states) + " |")
    right = tally.seen["deleted", "deleted"]
    called = sum(tally.seen[truth, "deleted"] for truth in truths)
    deleted = sum(count for (truth, _), count in tally.seen.items() if truth == "deleted")
    plain = sum(count for (truth, _), count in tally.plain.items() if truth == "deleted")
    live = sum(count for (truth, _), count in tally.seen.items() if truth == "live")
    missing = sum(count for (truth, state), count in tally.seen.items() if truth == "live" and gone(state))
    print(
        f"\n- `deleted`: precision {share(right, called)}; recall where nothing is bent "
        f"{share(tally.plain['deleted', 'deleted'], plain)}, over all {share(right, deleted)}"
    )
    print(f"- live posts called missing: {missing} of {live:,}")
    for line in tally.wrong[:5]:
        print(f"- wrong: {line[:300]}")


def share(count: int, of: int) -> str:
    if not of:
        return "- (none)"
    found = wilson(count, of)
    return f"{count / of:.3f} ({found.low:.3f} to {found.high:.3f}; {count:,} of {of:,})"


if __name__ == "__main__":
    sys.exit(main())
