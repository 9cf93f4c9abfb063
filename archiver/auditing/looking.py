"""Look at each cited post again, keep the proof, and compare with what was seen before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from functools import partial
from itertools import chain, zip_longest

import msgspec

from archiver.auditing.cited import Cited
from archiver.auditing.copies import copies_of
from archiver.auditing.drawing import (
    Seen,
    drawn,
    handles_of,
    moment_of,
    own_media,
    unresolved,
    with_quotes,
    with_remarks,
    with_rescued,
)
from archiver.auditing.finding import Copies, Finding
from archiver.auditing.rescue import rescue, rescued_before
from archiver.auditing.saving import Saver
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

    def done(one: Cited) -> None:
        progress(1, one.mention.display_name or one.mention.handle)

    saver = Saver(job) if plan.save else None
    for _, finding in job.each(partial(_look, job, plan, saver), cited, order=_in_turns(cited), done=done):
        yield finding


def _in_turns(cited: Sequence[Cited]) -> Iterator[int]:
    """Places, one of each host after the other: a host with many posts keeps nobody from the others."""
    queues: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(cited):
        scope = one.post.scope if one.post and one.platform == "mastodon" else None
        queues[f"{one.platform} {scope or ''}"].append(place)
    return (place for place in chain.from_iterable(zip_longest(*queues.values())) if place is not None)


def _look(job: Job, plan: Plan, saver: Saver | None, cited: Cited) -> Finding:
    if job.stop():
        raise StoppedError("stopped before this was looked at")
    platform = platform_of(cited.platform)
    if cited.post is None or platform is None:
        return unresolved(cited)
    ref = cited.post.ref
    history = [observation for observation, _ in job.archive.catalogue.observations(ref.key)]
    observation = _fresh(job, plan, history) or _observed(job, ref, platform)
    if observation.key != ref.key:  # the platform names it otherwise by now
        history += [earlier for earlier, _ in job.archive.catalogue.observations(observation.key)]
    seen = Seen(observation, history)
    named = observation.post.ref if observation.post is not None else ref
    finding = drawn(job, cited, cited.post, seen)
    if plan.media and finding.state.readable and observation.post is not None:
        gone = (*finding.media_gone, *_gone_media(job, observation.post))
        finding = msgspec.structs.replace(finding, media_gone=tuple(dict.fromkeys(gone)))
    handles = [handle for handle in handles_of(cited, [*seen.before, observation]) if handle != named.handle]
    try:
        finding = _with_copies(job, plan, saver, cited, finding, named, platform, handles)
    except (ArchiveError, StoppedError):
        raise
    except ArchiverError as error:  # what was seen of the post is told all the same
        finding = msgspec.structs.replace(finding, copies=Copies(failed=(str(error),)))
    return with_remarks(with_quotes(finding, cited, seen))


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
        return with_rescued(finding, rescue(job, ref, platform, copies, cited=first, handles=handles))
    if saving and saver is not None:
        return msgspec.structs.replace(finding, saved=saver.save(ref, platform, copies))
    return finding


def _fresh(job: Job, plan: Plan, history: Sequence[Observation]) -> Observation | None:
    """The last look, where it is young enough to be reused."""
    if plan.max_age is None or job.offline or not history:
        return None
    last = max(history, key=lambda look: look.seen_at)
    young = job.archive.clock() - last.seen_at <= plan.max_age
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
