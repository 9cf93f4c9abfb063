"""Look at each cited post again, keep the proof, and compare with what was seen before."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.auditing.cited import Cited
from archiver.auditing.finding import Finding
from archiver.capture import Job, Progress, no_progress
from archiver.errors import ArchiveError, ArchiverError
from archiver.model import Observation, Post, PostRef, State
from archiver.platforms import platform as platform_of
from archiver.resolution import state_without_answer
from archiver.web.once import StoppedError


def audit(job: Job, cited: list[Cited], progress: Progress = no_progress) -> Iterator[Finding]:
    """Look at each post again; the observation and its captures are stored before the finding is told.

    When the job is asked to stop, the posts that were looked at have been told and the rest is left.

    Raises `ArchiveError` when the archive cannot be written.
    """
    for one in cited:
        if job.stop():
            return
        try:
            finding = _look(job, one)
        except StoppedError:
            return
        job.keep()
        progress(1, one.mention.display_name or one.mention.handle)
        yield finding


def _look(job: Job, cited: Cited) -> Finding:
    platform = platform_of(cited.platform)
    if cited.post is None or platform is None:
        return Finding(
            platform=cited.platform,
            post_id=cited.mention.post_id,
            url=cited.mention.url,
            state=State.UNRESOLVED,
            seen_at=None,
            handle=cited.mention.handle,
            display_name=cited.mention.display_name,
            text=cited.mention.text,
            reason=cited.resolution.reason,
            sources=cited.sources,
            evidence=cited.resolution.evidence,
        )
    ref: PostRef = cited.post.ref
    history = [observation for observation, _ in job.archive.catalogue.observations(ref.key)]
    try:
        observation = job.observation(ref, platform)
    except (ArchiveError, StoppedError):
        raise
    except ArchiverError as error:
        return _finding(job, cited, cited.post, _unseen(ref, error, job), history)
    return _finding(job, cited, observation.post or cited.post, observation, history)


def _unseen(ref: PostRef, error: ArchiverError, job: Job) -> Observation:
    """No answer that could be read: it says nothing of the post, and is not stored as if it did."""
    return Observation(
        platform=ref.platform,
        post_id=ref.id,
        url=ref.url,
        state=state_without_answer(error),
        seen_at=job.archive.clock(),
        how="",
        reason=error.problem,
    )


def _finding(job: Job, cited: Cited, post: Post, observation: Observation, history: list[Observation]) -> Finding:
    earlier = [look for look in history if look.seen_at < observation.seen_at]
    readable = [look.seen_at for look in (*earlier, observation) if look.state.readable]
    return Finding(
        platform=observation.platform,
        post_id=observation.post_id,
        url=post.url,
        state=observation.state,
        seen_at=observation.seen_at if observation.evidence else None,
        confirmed=observation.confirmed,
        before=earlier[-1].state if earlier else None,
        since=readable[-1] if readable else None,
        handle=post.handle,
        display_name=post.display_name or cited.mention.display_name,
        created_at=post.created_at,
        text=post.text or cited.mention.text,
        reason=observation.reason,
        control=observation.control,
        sources=cited.sources,
        evidence=observation.evidence,
        stored_in=job.where(observation.evidence),
    )
