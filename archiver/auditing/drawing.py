"""What follows from all looks at a post, and from how articles cite it: the finding.

Drawn from stored values alone: the same archive gives the same finding again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from archiver.auditing.cited import Cite, Cited
from archiver.auditing.finding import Citation, Finding, Look, QuoteVerdict
from archiver.capture import Job
from archiver.language.guess import language_of
from archiver.model import Media, Observation, Post, State
from archiver.platforms import platform as platform_of

MAX_LOOKS = 500
"""Looks that one finding lists: the newest. All are in the archive."""

SHOWN_KINDS = frozenset({"photo", "video", "gif"})
"""Media that are the post's own: avatars and cards change without it."""

NO_LANGUAGES = frozenset({"und", "zxx", "qme", "qht", "qam", "qct", "qst", "art", "mul", "mis"})
"""Codes that X and others give where they see none."""


class Seen(NamedTuple):
    """The look that was just taken or reused, and all that are stored, in any order."""

    now: Observation
    stored: Sequence[Observation]

    @property
    def before(self) -> list[Observation]:
        """Those before this one, oldest first."""
        earlier = [look for look in self.stored if look.seen_at < self.now.seen_at]
        return sorted(earlier, key=lambda look: look.seen_at)


def unresolved(cited: Cited) -> Finding:
    """Of a mention of which it is not known what post it is: why."""
    mention, resolution = cited.mention, cited.resolution
    return Finding(
        platform=cited.platform,
        post_id=mention.post_id,
        url=mention.url,
        state=State.UNRESOLVED,
        seen_at=None,
        handle=mention.handle,
        display_name=mention.display_name,
        text=mention.words,
        reason=resolution.reason,
        sources=cited.sources,
        evidence=resolution.evidence,
        citations=tuple(cite.citation for cite in cited.cites),
    )


def drawn(job: Job, cited: Cited, known: Post, seen: Seen) -> Finding:
    """The finding on a post that was looked at.

    known: its record as the mention was resolved to it.
    """
    now, before = seen.now, seen.before
    looks = [*before, now]
    records = list(_records(known, looks))
    post = now.post or (records[-1] if records else known)
    readable = [look.seen_at for look in looks if look.state.readable]
    platform = platform_of(now.platform)
    text = post.text or next((record.text for record in reversed(records) if record.text), None)
    return Finding(
        platform=now.platform,
        post_id=now.post_id,
        url=post.url,
        state=now.state,
        seen_at=now.seen_at if now.evidence else None,
        confirmed=now.confirmed,
        before=before[-1].state if before else None,
        since=readable[-1] if readable else None,
        missing_by=_missing_by(looks),
        handle=post.handle,
        display_name=post.display_name or cited.mention.display_name,
        created_at=post.created_at or (platform.time_of(post.id) if platform else None),
        text=text or cited.mention.words,
        reason=now.reason,
        control=now.control,
        sources=cited.sources,
        evidence=now.evidence,
        stored_in=job.where(now.evidence),
        post_key=now.key,
        language=_language(post.language, text),
        edited=_edited(looks),
        edited_at=max((record.edited_at for record in records if record.edited_at), default=None),
        renamed_from=_renamed_from(cited, looks),
        media_gone=_media_gone(looks),
        citations=tuple(_citations(cited.cites)),
        looks=tuple(_look(look) for look in looks if look.evidence)[-MAX_LOOKS:],
    )


def with_remarks(finding: Finding) -> Finding:
    """The finding with what else there is to act on, in words; to be asked for last."""
    return msgspec.structs.replace(finding, remarks=tuple(_remarks(finding)))


def _remarks(finding: Finding) -> Iterator[str]:
    if finding.state.missing and not finding.confirmed:
        yield "seen once"
    if finding.edited and finding.state is not State.EDITED:
        yield "was edited"
    if finding.renamed_from:
        yield f"renamed from @{finding.renamed_from}"
    if finding.media_gone:
        yield f"media gone ({len(finding.media_gone)})"
    if finding.quote in (QuoteVerdict.ALTERED, QuoteVerdict.TRANSLATED, QuoteVerdict.SHORTENED):
        yield f"quote {finding.quote.value}"
    if finding.embed_broken:
        yield "embed broken"
    if finding.never_captured:
        yield "never captured"
    if finding.rescued:
        yield f"rescued from {finding.rescued.archive}"
    if finding.saved:
        yield f"saving {finding.saved.outcome}"


def _look(look: Observation) -> Look:
    return Look(seen_at=look.seen_at, state=look.state, evidence=look.evidence[0] if look.evidence else None)


def _records(known: Post, looks: Iterable[Observation]) -> Iterator[Post]:
    """The post's records, the newest last."""
    yield known
    for look in looks:
        if look.post is not None:
            yield look.post


def _missing_by(looks: Sequence[Observation]) -> datetime | None:
    """When it was first seen missing, of the looks since it was last seen readable; null for a post that is not."""
    if not looks[-1].state.missing:
        return None
    first = looks[-1].seen_at
    for look in reversed(looks):
        if look.state.readable:
            break
        if look.state.missing:
            first = look.seen_at
    return first


def _language(said: str | None, text: str | None) -> str | None:
    if said and (code := said.partition("-")[0].lower()) not in NO_LANGUAGES:
        return code
    return language_of(text) if text else None


def _edited(looks: Iterable[Observation]) -> bool:
    """Whether the platform ever said so, or shows other words by now at the same place."""
    words: dict[str, str] = {}
    for look in looks:
        post = look.post
        if look.state is State.EDITED or (post is not None and (post.edited_at is not None or len(post.edits) > 1)):
            return True
        if post is not None and post.text and post.text_complete and post.seen_in:
            same = " ".join(post.text.split())
            if words.setdefault(post.seen_in, same) != same:
                return True
    return False


def _renamed_from(cited: Cited, looks: Sequence[Observation]) -> str | None:
    """The last other handle of the same account: of an earlier look, or as an article that names the post by its id
    gives it."""
    current = next((look.post for look in reversed(looks) if look.post is not None and look.post.handle), None)
    if current is None:
        return None
    earlier = [look.post for look in looks if look.post is not None and look.post.account_id == current.account_id]
    handles = [cite.mention.handle for cite in cited.cites if cite.mention.post_id is not None]
    handles += [post.handle for post in earlier if current.account_id]
    for handle in reversed(handles):
        if handle and not _same_handle(handle, current.handle or ""):
            return handle
    return None


def _same_handle(one: str, other: str) -> bool:
    """Whether two handles may be one: any case, with or without `@`; one without its server may be on any; a stable id
    in the place of a handle says nothing."""
    one, other = (handle.strip().lstrip("@").casefold() for handle in (one, other))
    if "@" not in one or "@" not in other:
        one, other = one.partition("@")[0], other.partition("@")[0]
    ids = any(handle.startswith("did:") or handle.isdecimal() or not handle for handle in (one, other))
    return ids or one == other


def _media_gone(looks: Sequence[Observation]) -> tuple[str, ...]:
    """Pictures and films that an earlier look at the same place lists and the present one does not."""
    now = looks[-1]
    if not now.state.readable or now.post is None:
        return ()
    here = _own(now.post)
    for look in reversed(looks[:-1]):
        if look.post is None or look.post.seen_in != now.post.seen_in:
            continue
        there = _own(look.post)
        lacking = len(there) - len(here)
        if lacking > 0:  # addresses that are signed anew with each answer are no other pictures: the number tells
            gone = [media.url for media in there if _address(media) not in {_address(one) for one in here}]
            return tuple(gone[-lacking:])
    return ()


def _own(post: Post) -> list[Media]:
    return [media for media in post.media if media.kind in SHOWN_KINDS]


def _address(media: Media) -> str:
    try:
        parts = urlsplit(media.url)
    except ValueError:
        return media.url
    return f"{parts.netloc}{parts.path}"


def _citations(cites: Iterable[Cite]) -> Iterator[Citation]:
    for cite in cites:
        yield msgspec.structs.replace(cite.citation)
