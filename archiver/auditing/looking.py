"""Look at each cited post again, keep the proof, and compare with what was seen before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import chain, zip_longest

from archiver.auditing.cited import Cited
from archiver.auditing.drawing import Seen, drawn, unresolved, with_remarks
from archiver.auditing.finding import Finding
from archiver.capture import Job, Progress, no_progress
from archiver.errors import ArchiveError, ArchiverError
from archiver.model import Noun, Observation, PostRef, State
from archiver.platforms import platform as platform_of
from archiver.platforms.base import Platform
from archiver.resolution import state_without_answer
from archiver.web.once import StoppedError

UNINFORMATIVE = (State.BLOCKED, State.UNREACHABLE, State.UNRESOLVED)
"""Such a look says nothing of the post: it is taken again, however young it is."""


class Plan(Noun, frozen=True, kw_only=True):
    """What an audit does besides looking."""

    max_age: timedelta | None = None
    """A look within so long is reused: an interrupted audit goes on where it stopped. Null: every post is asked for."""


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

    for _, finding in job.each(partial(_look, job, plan), cited, order=_in_turns(cited), done=done):
        yield finding


def _in_turns(cited: Sequence[Cited]) -> Iterator[int]:
    """Places, one of each host after the other: a host with many posts keeps nobody from the others."""
    queues: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(cited):
        scope = one.post.scope if one.post and one.platform == "mastodon" else None
        queues[f"{one.platform} {scope or ''}"].append(place)
    return (place for place in chain.from_iterable(zip_longest(*queues.values())) if place is not None)


def _look(job: Job, plan: Plan, cited: Cited) -> Finding:
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
    return with_remarks(drawn(job, cited, cited.post, Seen(observation, history)))


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
