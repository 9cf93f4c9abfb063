"""Look at each cited post again, keep the proof, and compare with what was seen before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from functools import partial
from itertools import chain, zip_longest

import msgspec

from archiver.auditing.cited import Cited, joined
from archiver.auditing.drawing import (
    Seen,
    drawn,
    handles_of,
    moment_of,
    own_media,
    unresolved,
    unseen,
    with_quotes,
    with_remarks,
    with_rescued,
)
from archiver.auditing.elsewhere.copies import copies_of, with_own
from archiver.auditing.elsewhere.rescue import rescue, rescued_before
from archiver.auditing.elsewhere.saving import Saver
from archiver.auditing.finding import Copies, Finding, Rescued
from archiver.auditing.naming import StoredNames, together
from archiver.capture import Job, Progress, no_progress
from archiver.errors import ArchiveError, ArchiverError, LimitError, NetworkError
from archiver.model import Noun, Observation, Post, PostRef, State
from archiver.platforms import platform as platform_of
from archiver.platforms.base import Platform
from archiver.resolution import state_without_answer
from archiver.web.once import StoppedError

NOT_THERE = (404, 410)

UNINFORMATIVE = (State.BLOCKED, State.UNREACHABLE, State.UNRESOLVED)
"""Such a look says nothing of the post: it is taken again, however young it is."""


CLOCKS_APART = timedelta(minutes=5)
"""So much the clock may have been set back since a look that is reused."""


class AskCopies(StrEnum):
    """Of which posts web archives are asked whether they have copies."""

    NONE = "none"
    MISSING = "missing"
    ALL = "all"


class Plan(Noun, frozen=True, kw_only=True):
    """What an audit does besides looking."""

    max_age: timedelta | None = None
    """A look within so long is reused: an interrupted audit goes on where it stopped. Null: every post is asked for."""
    media: bool = False
    """Each picture and film of a readable post is asked for, and so stored."""
    copies: AskCopies = AskCopies.NONE
    rescue: bool = False
    """The best archived copy of what is missing is fetched and stored."""
    save: bool = False
    """A web archive is asked to capture what is still there and that nobody has."""


LOOK_ANEW = Plan()


def audit(
    job: Job, cited: Sequence[Cited], progress: Progress = no_progress, *, plan: Plan = LOOK_ANEW
) -> Iterator[Finding]:
    """Look at each post again, in the order given; the observation and its captures are on the disk before the finding
    is told. Hosts are asked in turns, several at the same time.

    When the job is asked to stop, the posts that were looked at have been told and the rest is left.

    Raises `ArchiveError` when the archive cannot be written.
    """

    names = StoredNames(job.archive, cited)
    groups = [tuple(cited[place] for place in places) for places in together(cited)]

    def done(group: tuple[Cited, ...]) -> None:
        progress(len(group), group[0].mention.display_name or group[0].mention.handle)

    saver = Saver(job) if plan.save else None
    work = partial(_looks, job, plan, saver, names)
    for _, findings in job.each(work, groups, order=_in_turns([group[0] for group in groups]), done=done):
        yield from findings


def _in_turns(cited: Sequence[Cited]) -> Iterator[int]:
    """Places, one of each host after the other: a host with many posts keeps nobody from the others."""
    queues: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(cited):
        scope = one.post.scope if one.post and one.platform == "mastodon" else None
        queues[f"{one.platform} {scope or ''}"].append(place)
    return (place for place in chain.from_iterable(zip_longest(*queues.values())) if place is not None)


def _looks(job: Job, plan: Plan, saver: Saver | None, names: StoredNames, group: tuple[Cited, ...]) -> list[Finding]:
    """One finding for each post in the group: of those that turn out to be one, a single one."""
    if job.stop():
        raise StoppedError("stopped before this was looked at")
    found: dict[str, tuple[Cited, Seen | ArchiverError | None]] = {}
    for one in group:
        seen = _seen(job, plan, names, one)
        key = seen.now.key if isinstance(seen, Seen) else one.key
        if key in found:
            earlier, seen = found[key]
            one = joined(earlier, one)
        found[key] = one, seen
    return [_told(job, plan, saver, one, seen) for one, seen in found.values()]


def _seen(job: Job, plan: Plan, names: StoredNames, cited: Cited) -> Seen | ArchiverError | None:
    """The look and those before it; null where it is not known what to look at."""
    platform = platform_of(cited.platform)
    if cited.post is None or platform is None:
        return None
    ref = cited.post.ref
    try:
        history = [observation for observation, _ in job.archive.catalogue.observations(ref.key)]
        if other := names.of(ref):
            history += [observation for observation, _ in job.archive.catalogue.observations(other)]
        observation = _fresh(job, plan, history) or _observed(job, ref, platform)
        if observation.key not in (ref.key, other):  # the platform names it otherwise by now
            history += [earlier for earlier, _ in job.archive.catalogue.observations(observation.key)]
    except Exception as error:
        return job.forgivable(error)
    return Seen(observation, history)


def _told(job: Job, plan: Plan, saver: Saver | None, cited: Cited, seen: Seen | ArchiverError | None) -> Finding:
    """The finding. What goes wrong with one part of it is told, and takes nothing from what was seen of the post."""
    platform = platform_of(cited.platform)
    if seen is None or platform is None or cited.post is None:
        return unresolved(cited)
    if isinstance(seen, ArchiverError):
        return unseen(cited, cited.post, seen)
    try:
        finding = drawn(job, cited, cited.post, seen)
    except Exception as error:
        return unseen(cited, cited.post, job.forgivable(error))
    now = seen.now
    named = now.post.ref if now.post is not None else cited.post.ref
    handles = [handle for handle in handles_of(cited, [*seen.before, now]) if handle != named.handle]
    try:
        if plan.media and finding.state.readable and now.post is not None:
            gone = (*finding.media_gone, *_gone_media(job, now.post))
            finding = msgspec.structs.replace(finding, media_gone=tuple(dict.fromkeys(gone)))
        finding = _with_copies(job, plan, saver, cited, finding, named, platform, handles)
    except Exception as error:
        finding = msgspec.structs.replace(finding, copies=Copies(failed=(str(job.forgivable(error)),)))
    try:
        finding = with_quotes(finding, cited, seen)
    except Exception as error:
        job.forgivable(error)
        finding = msgspec.structs.replace(finding, citations=tuple(cite.citation for cite in cited.cites))
    return with_remarks(finding)


def _gone_media(job: Job, post: Post) -> Iterator[str]:
    """Media that the post lists and that are not there. A refusal or a failure says nothing of them."""
    settings = job.settings.capture
    for media in own_media(post)[: settings.max_media_per_post]:
        try:
            answer = job.fetcher.follow(media.url, max_bytes=settings.max_media_bytes)[-1]
        except (NetworkError, LimitError):
            continue
        if answer.status in NOT_THERE:
            yield media.url


def _with_copies(
    job: Job,
    plan: Plan,
    saver: Saver | None,
    cited: Cited,
    finding: Finding,
    ref: PostRef,
    platform: Platform,
    handles: Sequence[str],
) -> Finding:
    """The finding with where copies are, and what was done to have one."""
    missing, readable = finding.state.missing, finding.state.readable
    saving = saver is not None and readable
    web = saving or plan.copies is AskCopies.ALL or (missing and (plan.rescue or plan.copies is AskCopies.MISSING))
    copies = copies_of(job, ref, platform, web=web, handles=handles)
    finding = msgspec.structs.replace(finding, copies=copies)
    if missing:
        if before := rescued_before(job, ref):
            return with_rescued(finding, before)
        if not plan.rescue:
            return finding
        published = (moment_of(cite.citation.published) for cite in cited.cites)
        first = min((moment for moment in published if moment is not None), default=None)
        rescued = rescue(job, ref, platform, copies, cited=first, handles=handles)
        if isinstance(rescued, Rescued):
            finding = msgspec.structs.replace(finding, copies=with_own(job, ref, copies))
        return with_rescued(finding, rescued)
    if saving and saver is not None:
        return msgspec.structs.replace(finding, saved=saver.save(ref, platform, copies))
    return finding


def _fresh(job: Job, plan: Plan, history: Sequence[Observation]) -> Observation | None:
    """The last look, where it is young enough to be reused."""
    if plan.max_age is None or job.offline or not history:
        return None
    last = max(history, key=lambda look: look.seen_at)
    age = job.archive.clock() - last.seen_at
    young = -CLOCKS_APART <= age <= plan.max_age  # of a time that is yet to come, a clock that was wrong
    return last if young and last.state not in UNINFORMATIVE else None


def _observed(job: Job, ref: PostRef, platform: Platform) -> Observation:
    try:
        return job.observation(ref, platform)
    except (ArchiveError, StoppedError):
        raise
    except ArchiverError as error:
        # No answer that could be read: it says nothing of the post, and is not stored as if it did.
        return Observation(
            platform=ref.platform,
            post_id=ref.id,
            url=ref.url,
            scope=ref.scope,
            state=state_without_answer(error),
            seen_at=job.archive.clock(),
            how="",
            reason=error.problem,
        )
