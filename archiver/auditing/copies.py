"""Where do copies of a post exist: in the own archive, in the Wayback Machine, in other web archives?

Every question to an index is dear (24 a minute), so the addresses of a post are asked best first, and no further than
to the first copy that shows it. "Nobody has a copy" is said only where all were asked and all answered.

A copy counts where its listing tells that it shows the post, or where it was looked at and does (`Confirm by looking`).
What only may show it is told as `uncertain`: then it is not known whether the post was captured.
"""

from __future__ import annotations

from collections.abc import Iterable

from archiver.auditing.finding import OWN, Copies, CopyPlace
from archiver.auditing.holdings import WAYBACK, Holding, Likely, Listing, in_timemaps, indexed
from archiver.auditing.mementos import Shown, shown_by
from archiver.capture import Job
from archiver.model import Capture, PostRef
from archiver.platforms.base import Platform
from archiver.store.elsewhere import rescues, saves
from archiver.store.offline import ANSWERS

MAX_LOOKS = 3
"""Copies of one post that are looked at to see whether they show it."""

MAX_TIMEMAP_ADDRESSES = 3
"""Permalinks of one post for which an aggregator is asked."""


def copies_of(job: Job, ref: PostRef, platform: Platform, *, own: bool = True, web: bool = True) -> Copies:
    """Where copies of a post exist, as far as that can be found out.

    own: the job's archive: answers that showed the post when it was looked at, and rescued copies; a stored 404 is no
    copy. web: the Wayback Machine's index, for each of the post's addresses until a copy is found (at most `[resolve]
    max_cdx_requests`), and the aggregator of `[audit] timemap`. An archive that excludes the site, refuses us or fails
    is in `failed`, never "no copy".

    Raises `StoppedError` when the job is asked to stop.
    """
    places: list[CopyPlace] = []
    asked: dict[str, None] = {}
    failed: dict[str, None] = {}
    if own:
        asked[OWN] = None
        places += _own(job, ref)
    if web:
        _of_wayback(job, ref, platform, places, asked, failed)
        _of_others(job, ref, platform, places, asked, failed)
    return Copies(places=tuple(places), asked=tuple(asked), failed=tuple(failed))


def addresses_of(job: Job, ref: PostRef, platform: Platform, known: Iterable[str] = ()) -> tuple[str, ...]:
    """The addresses under which web archives may hold a post, best first; before them those where a capture was
    promised, or is `known`."""
    promised = [request.address for request in saves(job.archive, ref.key)][-1:]
    return tuple(dict.fromkeys((*known, *promised, *platform.archived_urls(ref))))


def timemap_addresses(ref: PostRef, platform: Platform) -> tuple[str, ...]:
    """The permalinks of a post, which other archives know: endpoints hardly anybody archives."""
    links = [address for address in platform.archived_urls(ref) if platform.ref_from_url(address)]
    return tuple(links[:MAX_TIMEMAP_ADDRESSES])


def _own(job: Job, ref: PostRef) -> list[CopyPlace]:
    """What the archive holds itself, one place for each address."""
    catalogue = job.archive.catalogue
    shown: dict[str, Capture] = {}

    def add(record_ids: Iterable[str]) -> None:
        for record_id in record_ids:
            capture = catalogue.capture(record_id)
            if capture is not None and capture.record_type in ANSWERS and capture.status == 200:
                shown[capture.record_id] = capture
                return

    for look, _ in catalogue.observations(ref.key):
        if look.state.readable and look.post is not None:
            add(look.evidence)
    for stored in rescues(job.archive, ref.key):
        if stored.rescue is not None:
            add((stored.rescue.record_id,))
    best = catalogue.post(ref.key)
    if best is not None:
        add(best[1])
    by_address: dict[str, list[Capture]] = {}
    for capture in shown.values():
        by_address.setdefault(capture.target_uri, []).append(capture)
    return [
        CopyPlace(
            where=OWN,
            address=address,
            count=len(captures),
            first=min(capture.time for capture in captures),
            last=max(capture.time for capture in captures),
        )
        for address, captures in by_address.items()
    ]


def _of_wayback(
    job: Job,
    ref: PostRef,
    platform: Platform,
    places: list[CopyPlace],
    asked: dict[str, None],
    failed: dict[str, None],
) -> None:
    addresses = addresses_of(job, ref, platform)
    if not addresses:
        failed[f"{WAYBACK}: no address is known under which it may hold the post"] = None
        return
    budget = job.settings.resolve.max_cdx_requests
    looks = MAX_LOOKS
    for number, address in enumerate(addresses):
        if number >= budget:
            failed[f"{WAYBACK}: {len(addresses) - number} more addresses than the settings allow to ask"] = None
            return
        listing = indexed(job, ref, platform, address)
        asked.update(dict.fromkeys(listing.answered))
        failed.update(dict.fromkeys(listing.failed))
        if not listing.holdings:
            continue
        certain, used = _certain(job, ref, platform, listing.holdings, looks)
        looks -= used
        places.append(_place(listing, listing.holdings, certain))
        if certain:
            return


def _of_others(
    job: Job,
    ref: PostRef,
    platform: Platform,
    places: list[CopyPlace],
    asked: dict[str, None],
    failed: dict[str, None],
) -> None:
    if not job.settings.audit.timemap:
        return
    looks = 0 if any(not place.uncertain and place.where != OWN for place in places) else MAX_LOOKS
    for address in timemap_addresses(ref, platform):
        listing = in_timemaps(job, ref, platform, address)
        asked.update(dict.fromkeys(listing.answered))
        failed.update(dict.fromkeys(listing.failed))
        by_host: dict[str, list[Holding]] = {}
        for holding in listing.holdings:
            by_host.setdefault(holding.where, []).append(holding)
        for holdings in by_host.values():
            certain, used = _certain(job, ref, platform, holdings, min(looks, 1))
            looks = 0 if certain else looks - used
            places.append(_place(listing, holdings, certain))
        if by_host:
            return


def _certain(job: Job, ref: PostRef, platform: Platform, holdings: Iterable[Holding], looks: int) -> tuple[bool, int]:
    """Whether a copy among these is known to show the post, and how many were looked at to see it."""
    used = 0
    seen: set[str] = set()
    for holding in sorted(holdings, key=lambda one: (one.likely, one.captured)):
        if holding.likely is Likely.SHOWS:
            return True, used
        if holding.likely is Likely.SHELL or used >= looks:
            break
        if holding.digest and holding.digest in seen:
            continue
        seen.add(holding.digest)
        used += 1
        if isinstance(shown_by(job, ref, platform, holding), Shown):
            return True, used
    return False, used


def _place(listing: Listing, holdings: Iterable[Holding], certain: bool) -> CopyPlace:
    ordered = sorted(holdings, key=lambda one: one.captured)
    return CopyPlace(
        where=ordered[0].where,
        address=ordered[0].address,
        url=ordered[-1].view,
        count=len(ordered),
        more=listing.more,
        first=ordered[0].captured,
        last=ordered[-1].captured,
        uncertain=not certain,
    )
