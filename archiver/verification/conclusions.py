"""Does each stored conclusion follow from the stored captures? All are concluded again, offline, and compared.

The functions of the live job are run again, each with a fetcher that answers from the captures that the conclusion
names and from nothing else, and with what the archive knew before that record. What they conclude has to be what is
stored:

    article      digest, title, language and day from the stored bytes; every mention, field for field
    observation  state, post, reason, time, endpoints, control, every capture that it names, whether it was confirmed
    rescue       the post that the archived copy shows, when and where that archive says that it captured it
    resolution   outcome, post, state, candidates with their records, scores (within rounding), reasons, steps, sources

Posts of one run are worked at at the same time, and what is concluded of one is known to the next: a resolution may
have looked before, or after, another's record was written. So it is right if it follows from what was known at any
moment of its run. What was made by other rules, or by another version of the program or of what it is built on, may
differ: where it does, it is not damage, and is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from archiver.article import article_of
from archiver.auditing.elsewhere.holdings import original_in
from archiver.auditing.elsewhere.mementos import read_copy
from archiver.auditing.elsewhere.rescue import RESCUING
from archiver.auditing.lists.listed import METHOD as LISTING
from archiver.auditing.lists.listed import portion_again, resolved
from archiver.capture import Progress, no_progress
from archiver.config import AuditSettings, ResolveSettings
from archiver.detect import METHOD as DETECTING
from archiver.detect import find
from archiver.errors import ArchiveError, ArchiverError
from archiver.exchange import Exchange
from archiver.model import AnswerKind, Article, Check, Mention, Observation, PostRef, Resolution
from archiver.platforms import platform as platform_of
from archiver.platforms.base import Platform
from archiver.resolution import METHOD as RESOLVING
from archiver.resolution import Control, observe, resolve
from archiver.resolution.history import confirmed
from archiver.resolution.observing import OBSERVING
from archiver.resolution.wayback import read_memento
from archiver.store import Archive
from archiver.store.conclusions import Basis, Rescue, Unanswered
from archiver.verification.evidence import Evidence
from archiver.verification.findings import Findings
from archiver.verification.ledger import Entry, Ledger, Then

NAMES = ("articles", "resolutions", "observations", "rescues")

MOMENTS = 1000
"""So many moments of a run are looked at, each before another conclusion about the same account."""

MOST_TRIED = 64
"""So many of them, in which different things were known, are tried."""

ROUNDING = 0.002
"""Scores are rounded; on another processor the last digit may differ."""

OTHER_RULES = "concluded by other rules, or by a version that did not say by which"
OTHER_PROGRAM = "concluded otherwise, by another version of the program or of what it is built on"
ELSEWHERE = "rests on captures that are not in these files"
EARLIER = "concluded otherwise, with what was known from files that are not here"
BESIDE = "rests on a post index or a model that is not in the archive"
NO_PLATFORM = "of a platform that no installed module knows"
NO_MENTION = "of a mention whose article is not in these files"
NEWER = "written in a form of a later version"

NUMBER = re.compile(r"\d+\.\d+")
STORE = re.compile(r"store: (?P<count>\d+) posts of @(?P<handle>.*) from (?P<first>\d{4}-\d\d-\d\d) to (?P<last>\S+)")
NO_ANSWER = re.compile(r"no answer: (?P<url>\S+) \((?P<problem>.*)\)", re.DOTALL)


def check_conclusions(
    archive: Archive,
    *,
    whole: bool = True,
    ledger: Ledger | None = None,
    progress: Progress = no_progress,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[Check, ...]:
    """One check of each name in `NAMES`: articles and their mentions, resolutions, observations, rescued copies, each
    concluded again from the captures that it names, with no network.

    archive, whole, ledger, progress, stop: as for `archiver.verification.references.check_references`.
    `Verdict.ABSENT` where there is no conclusion of the kind; `Verdict.NOT_CHECKED` with a note where some were made by
    other rules, or rest on what is not in the archive, and nothing else is wrong.
    """
    with nullcontext(ledger) if ledger is not None else Ledger(archive, whole=whole) as known:
        checks = _Again(known)
        for entry in known.entries():
            if stop():
                checks.stop()
                break
            checks.conclude(entry)
            progress(1, None)
    return checks.checks()


class _DoubtError(Exception):
    """Why a conclusion could not be judged; never leaves this module."""


class _Again:
    """Concludes everything again."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._found = {name: Findings(name) for name in NAMES}

    def checks(self) -> tuple[Check, ...]:
        return tuple(found.check() for found in self._found.values())

    def stop(self) -> None:
        for found in self._found.values():
            found.stopped = True

    def conclude(self, entry: Entry) -> None:
        kind = entry.capture.target_uri.removeprefix("urn:archiver:").partition(":")[0] + "s"
        conclusion = entry.conclusion
        if conclusion is None:
            if (found := self._found.get(kind)) is not None:
                found.problem("the conclusion cannot be read", entry.capture)
            return
        if entry.newer:
            if (found := self._found.get(kind)) is not None:
                found.skip(NEWER)
            return
        basis = conclusion.basis
        if conclusion.article is not None:
            article, mentions = conclusion.article, conclusion.mentions
            self._judge("articles", entry, lambda: self._article(entry, article, mentions, basis or Basis()))
        if (resolution := conclusion.resolution) is not None:
            self._judge("resolutions", entry, lambda: self._resolution(entry, resolution, basis))
        if (observation := conclusion.observation) is not None:
            self._judge("observations", entry, lambda: self._observation(entry, observation, basis))
        if (rescue := conclusion.rescue) is not None:
            self._judge("rescues", entry, lambda: self._rescue(entry, rescue, basis or Basis()))

    def _judge(self, kind: str, entry: Entry, again: Callable[[], str]) -> None:
        """again: what is wrong; empty where nothing is. Raises `_DoubtError` where that cannot be said."""
        found = self._found[kind]
        try:
            wrong = again()
        except _DoubtError as doubt:
            found.skip(str(doubt))
            return
        except ArchiverError as error:
            wrong = f"it cannot be concluded again: {error.problem}"
        except (ValueError, TypeError, ArithmeticError, LookupError, RecursionError) as error:
            # the record is somebody's: it may hold what the program never writes
            wrong = f"it cannot be concluded again: it holds what no run writes ({type(error).__name__})"
        found.checked += 1
        if wrong:
            found.problem(wrong, entry.capture)

    def _differs(self, entry: Entry, wrong: str) -> str:
        """The same, unless another version of the program drew the conclusion.

        Raises `_DoubtError`.
        """
        if self._ledger.made_otherwise(entry):
            raise _DoubtError(OTHER_PROGRAM)
        return wrong

    # -- articles

    def _article(self, entry: Entry, stored: Article, mentions: tuple[Mention, ...], basis: Basis) -> str:
        found: tuple[Mention, ...]
        if basis.method == LISTING:
            again, found = portion_again(self._captured(entry).payload(), stored.source)
        else:
            again = self._read(entry, stored)
            found = tuple(find(again, prose=basis.prose))
        known = tuple(mention for mention in mentions if platform_of(mention.platform) is not None)
        wrong = _difference(replace(stored, html=None, text=None), replace(again, html=None, text=None))
        if not wrong:
            wrong = _mentions_differ(known, found)
        if not wrong and len(known) == len(mentions):
            return ""
        if again.digest != stored.digest:
            return f"the article's bytes are others than those that were read ({wrong})"
        if basis.method not in (DETECTING, LISTING):
            raise _DoubtError(OTHER_RULES)
        if not wrong:
            raise _DoubtError(NO_PLATFORM)
        return self._differs(entry, f"the article's bytes give something else: {wrong}")

    def _read(self, entry: Entry, stored: Article) -> Article:
        """The article that the stored bytes hold."""
        exchange = self._captured(entry)
        uri = None if stored.uri.startswith("ni:") else exchange.url
        content_type = exchange.header("content-type") or ""
        return article_of(exchange.payload(), source=stored.source, uri=uri, content_type=content_type)

    def _captured(self, entry: Entry) -> Exchange:
        """The record that holds an article's bytes."""
        captures = self._ledger.places(entry.capture.refers_to or "")
        if not captures:
            raise _DoubtError(ELSEWHERE)
        try:
            return self._ledger.archive.exchange(captures[0])
        except ArchiveError as error:
            if not self._complete(entry) and captures[0].record_type == "revisit":
                raise _DoubtError(ELSEWHERE) from error
            raise

    def _complete(self, entry: Entry) -> bool:
        return self._ledger.files[entry.capture.file].complete

    # -- observations

    def _observation(self, entry: Entry, stored: Observation, basis: Basis | None) -> str:
        platform = platform_of(stored.platform)
        if platform is None:
            raise _DoubtError(NO_PLATFORM)
        wrong = ""
        for asked in self._asked(entry, stored, basis):
            differs = self._seen_again(entry, stored, asked, platform, basis or Basis())
            if not differs:
                return ""
            wrong = wrong or differs
        if basis is None or basis.method != OBSERVING:
            raise _DoubtError(OTHER_RULES)
        return self._differs(entry, f"the captures that it names give something else: {wrong}")

    def _unusable(self, entry: Entry, evidence: Evidence) -> str:
        """Which captures could not be believed; empty where all could.

        Raises `_DoubtError` where what they lack may be in files that are not here.
        """
        if evidence.lacking and not self._complete(entry):
            raise _DoubtError(ELSEWHERE)
        return "; ".join(evidence.altered)

    def _asked(self, entry: Entry, stored: Observation, basis: Basis | None) -> Iterator[PostRef]:
        """How the post was asked for: earlier versions did not note it, but knew it from a resolution."""
        if basis is not None and basis.asked is not None:
            yield basis.asked
            return
        itself = PostRef(platform=stored.platform, id=stored.post_id, url=stored.url, scope=stored.scope)
        known = self._ledger.refs(stored.platform, stored.post_id, entry.place)
        yield from dict.fromkeys((*known, replace(itself, handle=stored.post.handle if stored.post else None), itself))

    def _seen_again(self, entry: Entry, stored: Observation, asked: PostRef, platform: Platform, basis: Basis) -> str:
        evidence = Evidence(self._ledger, stored.evidence, {one.url: one for one in basis.unanswered})
        if evidence.missing:
            raise _DoubtError(ELSEWHERE)
        chosen = basis.control if basis.control != platform.control else None
        control = Control(evidence, platform, chosen)
        try:
            again = observe(asked, fetcher=evidence, platform=platform, control=control)
        except ArchiverError as error:
            return self._unusable(entry, evidence) or error.problem
        if unusable := self._unusable(entry, evidence):
            return unusable
        again = replace(again, evidence=_in_order(stored.evidence, again.evidence))
        earlier = {look: None for key in (asked.key, again.key) for look in self._ledger.looks(key, entry.place)}
        hours = basis.settings.get("confirm_after_hours", AuditSettings().confirm_after_hours)
        looks = sorted(earlier, key=lambda look: look.seen_at)
        again = confirmed(again, looks, AuditSettings(confirm_after_hours=hours))
        wrong = _difference(replace(stored, confirmed=False), replace(again, confirmed=False))
        if not wrong and stored.confirmed != again.confirmed:
            if not self._complete(entry):
                raise _DoubtError(EARLIER)
            wrong = _difference(stored, again)
        return wrong

    # -- rescued copies

    def _rescue(self, entry: Entry, stored: Rescue, basis: Basis) -> str:
        platform = platform_of(stored.post.platform)
        if platform is None:
            raise _DoubtError(NO_PLATFORM)
        captures = self._ledger.places(stored.record_id)
        if not captures:
            raise _DoubtError(ELSEWHERE)
        exchange = self._ledger.archive.exchange(captures[0])
        memento = read_memento(exchange)
        if exchange.url != stored.memento or not _of_host(exchange.url, stored.archive):
            return f"the copy that it names is of {_shown(exchange.url)}"
        if exchange.status != 200 or memento.captured != stored.captured_at:
            return f"the copy that it names is of {memento.captured} with status {exchange.status}"
        if stored.original != (original_in(stored.memento) or stored.original):
            return f"the copy that it names is of {_shown(original_in(stored.memento))}"
        asked = basis.asked or stored.post.ref
        post = read_copy(asked, platform, exchange, stored.original, stored.captured_at)
        wrong = post if isinstance(post, str) else _difference(stored.post, post)
        if not wrong and asked.key != stored.of:
            wrong = f"it is of {stored.of} and was looked for as {asked.key}"
        if not wrong:
            return ""
        if basis.method != RESCUING:
            raise _DoubtError(OTHER_RULES)
        return self._differs(entry, f"the copy that it names gives something else: {wrong}")

    # -- resolutions

    def _resolution(self, entry: Entry, stored: Resolution, basis: Basis | None) -> str:
        if stored.method not in (RESOLVING, LISTING):
            raise _DoubtError(OTHER_RULES)
        mentions = self._ledger.mentions(stored.mention_id, entry.place)
        if not mentions:
            raise _DoubtError(NO_MENTION)
        if platform_of(mentions[0].platform) is None and (stored.sources or stored.method == LISTING):
            raise _DoubtError(NO_PLATFORM)
        if stored.method == LISTING:
            differs = _difference(stored, resolved(mentions[-1]))
            return self._differs(entry, f"the list gives something else: {differs}") if differs else ""
        numbers = basis.settings.items() if basis is not None else ()
        settings = msgspec.convert({name: _whole(value) for name, value in numbers}, ResolveSettings)
        unanswered = _unanswered(stored.steps)
        wrong = ""
        for mention in mentions:
            for known in self._moments(entry, mention, stored):
                evidence = Evidence(self._ledger, stored.evidence, unanswered)
                if evidence.missing:
                    raise _DoubtError(ELSEWHERE)
                again = resolve(mention, fetcher=evidence, known=(known,), settings=settings)
                if unusable := self._unusable(entry, evidence):
                    return unusable
                again = replace(again, evidence=_in_order(stored.evidence, again.evidence))
                differs = _difference(stored, again)
                if not differs:
                    return ""
                wrong = wrong or differs
        if basis is None:
            raise _DoubtError(OTHER_RULES)
        if basis.beside:
            raise _DoubtError(BESIDE)
        if not self._complete(entry):
            raise _DoubtError(EARLIER)
        return self._differs(entry, f"what it names gives something else: {wrong}")

    def _moments(self, entry: Entry, mention: Mention, stored: Resolution) -> Iterator[Then]:
        """What the archive may have known when the mention was resolved, the likeliest first: what it knew when that
        was written, and what at any moment of the run before. Whose a handle was is asked first, then which posts there
        are, and between the two others may have concluded something."""
        yield self._ledger.known(entry.place, entry.place)
        begun = self._ledger.begin_of_run(entry.capture)
        changes = self._ledger.changes(mention, begun, entry.place, MOMENTS)
        said = next((found for step in stored.steps if (found := STORE.fullmatch(step))), None)
        accounts: dict[object, int] = {}
        posts: dict[object, int] = {}
        for place in (entry.place, *changes):
            then = self._ledger.known(place, place)
            accounts.setdefault(tuple(then.handle_uses(mention.platform, mention.handle or "")), place)
            shown: tuple[object, ...] = ()
            if said is not None:
                shown = tuple(then.posts_between(mention.platform, said["handle"], said["first"], said["last"]))
                if len(shown) != int(said["count"]):
                    continue
            posts.setdefault((shown, self._ledger.named(mention, then)), place)
        pairs = ((one, other) for other in posts.values() for one in accounts.values())
        for one, other in islice((pair for pair in pairs if pair != (entry.place, entry.place)), MOST_TRIED):
            yield self._ledger.known(one, other)


def _of_host(url: str, host: str) -> bool:
    return urlsplit(url).hostname == host


# -- comparing


def _in_order(stored: tuple[str, ...], again: tuple[str, ...]) -> tuple[str, ...]:
    """The same captures in the stored order; anything else as it is."""
    return stored if set(stored) == set(again) and len(stored) == len(again) else again


def _mentions_differ(stored: tuple[Mention, ...], again: tuple[Mention, ...]) -> str:
    for number, (one, other) in enumerate(zip(stored, again, strict=False), start=1):
        if wrong := _difference(one, other):
            return f"mention {number}: {wrong}"
    return f"{len(stored)} mentions are stored, {len(again)} are found" if len(stored) != len(again) else ""


def _difference(stored: msgspec.Struct, again: msgspec.Struct) -> str:
    """The first field in which two nouns differ, in words; empty where none does."""
    return next(_differences("", stored, again), "")


def _differences(where: str, stored: Any, again: Any) -> Iterator[str]:
    if isinstance(stored, msgspec.Struct) and type(stored) is type(again):
        for name in stored.__struct_fields__:
            here = f"{where}.{name}" if where else name
            yield from _differences(here, getattr(stored, name), getattr(again, name))
    elif isinstance(stored, tuple) and isinstance(again, tuple) and len(stored) == len(again):
        for number, (one, other) in enumerate(zip(stored, again, strict=True), start=1):
            yield from _differences(f"{where} {number}", one, other)
    elif not _alike(stored, again):
        yield f"{where} is {_shown(stored)} and follows as {_shown(again)}"


def _alike(stored: Any, again: Any) -> bool:
    if isinstance(stored, float) and isinstance(again, float):
        return stored == again or abs(stored - again) <= ROUNDING
    if isinstance(stored, str) and isinstance(again, str) and stored != again:
        same_words = NUMBER.sub("#", stored) == NUMBER.sub("#", again)
        pairs = zip(NUMBER.findall(stored), NUMBER.findall(again), strict=False)
        return same_words and all(abs(float(one) - float(other)) <= ROUNDING for one, other in pairs)
    return bool(stored == again)


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    text = "".join(char if char.isprintable() else " " for char in islice(text, 121))
    return f"{text[:120]!r}" + ("…" if len(text) > 120 else "")


def _unanswered(steps: tuple[str, ...]) -> Mapping[str, Unanswered]:
    """What a resolution asked and got no answer to, by its steps."""
    found = (NO_ANSWER.fullmatch(step) for step in steps)
    return {
        one["url"]: Unanswered(url=one["url"], kind=AnswerKind.FAILED, problem=one["problem"]) for one in found if one
    }


def _whole(value: float) -> float:
    """JSON has one kind of number; whole ones are counts."""
    return int(value) if float(value).is_integer() else value
