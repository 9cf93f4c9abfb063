"""The best archived copy of a post that is gone: found, looked at, stored as evidence, and labelled as another's.

Which copy: one whose listing tells that it shows the post before one that may, empty pages last; among these the one
captured nearest to when the article cited the post, so that it is the wording that was quoted; where that is not known
the earliest, which is least likely to be edited or emptied. A copy with the post's full text is preferred to one that
cuts it. The Wayback Machine's bytes as archived (`id_`) are asked before other archives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from archiver.auditing.elsewhere.copies import addresses_of, listings, timemap_addresses
from archiver.auditing.elsewhere.holdings import WAYBACK, Holding, in_timemaps
from archiver.auditing.elsewhere.mementos import Shown, shown_by
from archiver.auditing.finding import Copies, Rescued
from archiver.capture import Job
from archiver.model import PostRef
from archiver.platforms.base import Platform
from archiver.store.conclusions import Basis, Rescue, rescue_conclusion
from archiver.store.elsewhere import rescues

RESCUING = "rescue/1"
"""Version of the rules by which copies are read: those of another version may read otherwise."""

MAX_TRIED = 6
"""Copies of one post that are fetched."""

MAX_OF_ONE_ADDRESS = 3
"""Of these, copies of one address, which are much alike."""


def rescue(
    job: Job,
    ref: PostRef,
    platform: Platform,
    copies: Copies | None,
    *,
    cited: datetime | None = None,
    handles: Sequence[str] = (),
) -> Rescued | str:
    """The best archived copy of a post, fetched, checked to show this post, and stored; or in a sentence why there is
    none.

    copies: what `copies_of` found, where that was asked: its addresses are tried first. cited: when the post was cited
    first. handles: others that its account had. A post that was rescued before is not fetched again, nor is one that
    the own archive saw readable itself. What was fetched and not concluded, because a run was interrupted, is taken
    from the archive. Offline nothing is concluded: what was rescued before is told, or, by stored answers, why nothing
    was.

    Raises `StoppedError` when the job is asked to stop, `ArchiveError` when the archive cannot be written.
    """
    if before := rescued_before(job, ref):
        return before
    looks = job.archive.catalogue.observations(ref.key)
    if any(look.state.readable and look.post is not None and look.post.text for look, _ in looks):
        return "the archive has the post itself, captured while it was there"
    best, tried = _best(job, ref, platform, copies, cited, handles)
    if best is None:
        return tried
    if job.offline:
        return "no copy was rescued"
    holding, shown = best
    assert shown.record_id is not None
    rescued = Rescue(
        of=ref.key,
        archive=holding.where,
        memento=shown.memento,
        original=shown.original,
        captured_at=shown.captured_at,
        record_id=shown.record_id,
        evidence=shown.evidence,
        post=shown.post,
    )
    if job.session is not None:
        basis = Basis(method=RESCUING, asked=ref)
        job.session.write_conclusion(rescue_conclusion(rescued, basis), shown.record_id)
    return _rescued(job, rescued)


def rescued_before(job: Job, ref: PostRef) -> Rescued | None:
    """The copy of a post that is stored in the archive; null where none was rescued."""
    return next((_rescued(job, stored.rescue) for stored in rescues(job.archive, ref.key) if stored.rescue), None)


def _best(
    job: Job,
    ref: PostRef,
    platform: Platform,
    copies: Copies | None,
    cited: datetime | None,
    handles: Sequence[str],
) -> tuple[tuple[Holding, Shown] | None, str]:
    """The copy, and why there is none."""
    fallback: tuple[Holding, Shown] | None = None
    problems: list[str] = []
    tried = 0
    for holding in _candidates(job, ref, platform, copies, cited, handles, problems):
        if tried >= MAX_TRIED:
            break
        tried += 1
        shown = shown_by(job, ref, platform, holding)
        if isinstance(shown, str):
            problems.append(f"{holding.where}, {holding.captured:%Y-%m-%d}: {shown}")
            continue
        if shown.record_id is None:
            problems.append(f"{holding.where}: the copy is not stored")
            continue
        if _whole(shown):
            return (holding, shown), ""
        fallback = fallback or (holding, shown)
    if fallback is not None:
        return fallback, ""
    if not problems:
        return None, "no archive that was asked lists a copy"
    more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
    return None, f"no copy shows the post: {'; '.join(problems[:3])}{more}"


def _whole(shown: Shown) -> bool:
    return bool(shown.post.text or shown.post.title) and shown.post.text_complete


def _candidates(
    job: Job,
    ref: PostRef,
    platform: Platform,
    copies: Copies | None,
    cited: datetime | None,
    handles: Sequence[str],
    problems: list[str],
) -> Iterator[Holding]:
    """The copies worth trying, best first; further addresses are asked for only when the copies before were no good."""
    known = [place.address for place in copies.places if place.where == WAYBACK] if copies else []
    certain = (
        [place.address for place in copies.places if place.where == WAYBACK and not place.uncertain] if copies else []
    )
    addresses = addresses_of(job, ref, platform, (*certain, *known), handles)
    for listing in listings(job, ref, platform, addresses):
        problems += listing.failed
        yield from _ranked(listing.holdings, cited)
    for address in timemap_addresses(ref, platform) if job.settings.audit.timemap else ():
        listing = in_timemaps(job, ref, platform, address)
        problems += listing.failed
        yield from _ranked(listing.holdings, cited)


def _ranked(holdings: tuple[Holding, ...], cited: datetime | None) -> Iterator[Holding]:
    """The best few, equal contents once."""

    def rank(one: Holding) -> tuple[int, float, datetime]:
        return one.likely, abs((one.captured - cited).total_seconds()) if cited else 0.0, one.captured

    seen: set[str] = set()
    for holding in sorted(holdings, key=rank):
        content = holding.digest or holding.view
        if content not in seen:
            seen.add(content)
            yield holding
        if len(seen) >= MAX_OF_ONE_ADDRESS:
            return


def _rescued(job: Job, rescue: Rescue) -> Rescued:
    return Rescued(
        archive=rescue.archive,
        memento=rescue.memento,
        original=rescue.original,
        captured_at=rescue.captured_at,
        record_id=rescue.record_id,
        stored_in=job.where((rescue.record_id,)),
        text=rescue.post.text or rescue.post.title,
    )
