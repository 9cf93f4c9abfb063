"""Which cited posts are missing by now: observe each again, keep the proof, compare with what was seen before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from archiver.capture import Job, Progress, no_progress
from archiver.detect import find
from archiver.errors import ArchiveError, ArchiverError
from archiver.model import Mention, Noun, Observation, Outcome, Post, PostRef, Resolution, State
from archiver.platforms import platform as platform_of
from archiver.resolution import state_without_answer
from archiver.sources import Document
from archiver.web.once import StoppedError


class Cited(Noun, frozen=True, kw_only=True):
    """One post to look at, and who cites it; or a mention of which it is not known what post it is (`post` null)."""

    platform: str
    post: Post | None
    sources: tuple[str, ...]
    mention: Mention
    resolution: Resolution

    @property
    def key(self) -> str:
        return self.post.key if self.post else self.mention.id


class Finding(Noun, frozen=True, kw_only=True):
    """What the audit says of one cited post: one line of `archiver audit`."""

    platform: str
    post_id: str | None
    url: str | None
    state: State
    seen_at: datetime | None
    confirmed: bool = False
    """For a missing post: an earlier look, hours before, saw the same."""
    before: State | None = None
    """The state at the last look before this one."""
    since: datetime | None = None
    """When the post was last seen readable."""
    handle: str | None = None
    display_name: str | None = None
    created_at: datetime | None = None
    text: str | None = None
    reason: str = ""
    control: str | None = None
    sources: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    stored_in: str | None = None


def cited_in_archive(job: Job) -> list[Cited]:
    """Every post that the archive's articles cite, once each, in the order first cited.

    What an interrupted run found and did not work out is resolved now. When the job is asked to stop, the rest is left
    out.
    """
    catalogue = job.archive.catalogue
    found: dict[str, Cited] = {}
    for article, _ in catalogue.articles():
        for _, mention in catalogue.mentions(article.id):
            known = catalogue.resolution(mention.id)
            try:
                _add(found, mention, known[0] if known else job.resolution(mention), article.source)
            except StoppedError:
                return list(found.values())
    return list(found.values())


def cited_in_document(job: Job, document: Document) -> list[Cited]:
    """Every post that one document cites; what is not known of it yet is resolved, and stored, now.

    When the job is asked to stop, the rest is left out.
    """
    found: dict[str, Cited] = {}
    mentions = tuple(find(document.article))
    job.store_article(document, mentions)
    for mention in mentions:
        try:
            _add(found, mention, job.resolution(mention), document.article.source)
        except StoppedError:
            break
    return list(found.values())


def merge(groups: Iterable[Iterable[Cited]]) -> list[Cited]:
    """Posts of several documents, once each."""
    found: dict[str, Cited] = {}
    for group in groups:
        for cited in group:
            _add(found, cited.mention, cited.resolution, *cited.sources)
    return list(found.values())


def _add(found: dict[str, Cited], mention: Mention, resolution: Resolution, *sources: str) -> None:
    resolved = resolution.outcome is Outcome.RESOLVED and resolution.candidates
    post = resolution.candidates[0].post if resolved else None
    cited = Cited(platform=mention.platform, post=post, sources=tuple(sources), mention=mention, resolution=resolution)
    if earlier := found.get(cited.key):
        together = tuple(dict.fromkeys((*earlier.sources, *sources)))
        cited = msgspec.structs.replace(earlier, sources=together)
    found[cited.key] = cited


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
