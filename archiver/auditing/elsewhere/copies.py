"""Where do copies of a post exist: in the own archive, in the Wayback Machine, in other web archives?

Every question to an index is dear (24 a minute), so the addresses of a post are asked best first, and no further than
to the first copy that shows it. "Nobody has a copy" is said only where all were asked and all answered.

A copy counts where its listing tells that it shows the post, or where it was looked at and does (`Confirm by looking`).
What only may show it is told as `uncertain`: then it is not known whether the post was captured.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from msgspec.structs import replace

from archiver.auditing.elsewhere.holdings import WAYBACK, Holding, Likely, Listing, in_timemaps, indexed, is_permalink
from archiver.auditing.elsewhere.mementos import Shown, shown_by
from archiver.auditing.finding import OWN, Copies, CopyPlace
from archiver.capture import Job
from archiver.model import Capture, PostRef
from archiver.platforms.base import Platform
from archiver.store.elsewhere import rescues, saves
from archiver.store.offline import ANSWERS

MAX_LOOKS = 3
"""Copies of one post that are looked at to see whether they show it."""

MAX_NAMES = 2
MAX_OF_A_NAME = 2
"""So many other names of an account, with so many addresses each, are looked for."""

MAX_TIMEMAP_ADDRESSES = 3
"""Permalinks of one post for which an aggregator is asked."""


def copies_of(
    job: Job,
    ref: PostRef,
    platform: Platform,
    *,
    own: bool = True,
    web: bool = True,
    handles: Sequence[str] = (),
) -> Copies:
    """Where copies of a post exist, as far as that can be found out.

    handles: others that its account had: archives know a post by the address that it had when they captured it.
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
        _of_wayback(job, ref, platform, handles, places, asked, failed)
        _of_others(job, ref, platform, places, asked, failed)
    return Copies(places=tuple(places), asked=tuple(asked), failed=tuple(failed))


def with_own(job: Job, ref: PostRef, copies: Copies) -> Copies:
    """The same, with what the own archive has by now: a copy may just have been rescued into it."""
    others = tuple(place for place in copies.places if place.where != OWN)
    return replace(copies, places=(*_own(job, ref), *others))


def addresses_of(
    job: Job, ref: PostRef, platform: Platform, known: Iterable[str] = (), handles: Sequence[str] = ()
) -> tuple[str, ...]:
    """The addresses under which web archives may hold a post, best first; before them those where a capture was
    promised, or is `known`. handles: others that its account had, besides those under which the post was seen; of each
    the first addresses are asked for in turn."""
    promised = [request.address for request in saves(job.archive, ref.key)][-1:]
    looks = [look.post for look, _ in job.archive.catalogue.observations(ref.key)]
    seen = (post.handle for post in looks if post is not None and post.handle)
    others = [_under(ref, platform, handle) for handle in dict.fromkeys((*handles, *seen))]
    named = [platform.archived_urls(other)[:MAX_OF_A_NAME] for other in others if other is not None][:MAX_NAMES]
    in_turns = (url for turn in zip_longest(platform.archived_urls(ref), *named) for url in turn if url is not None)
    return tuple(dict.fromkeys((*known, *promised, *in_turns)))


def _under(ref: PostRef, platform: Platform, handle: str) -> PostRef | None:
    """The post under another handle of its account; null where its address has none, or it is no other."""
    if not ref.handle or handle.casefold() == ref.handle.casefold():
        return None
    other = platform.ref_from_url(ref.url.replace(f"{ref.handle}/", f"{handle}/", 1))
    return other if other is not None and other.id == ref.id and other.handle != ref.handle else None


def listings(job: Job, ref: PostRef, platform: Platform, addresses: Sequence[str]) -> Iterator[Listing]:
    """What the Wayback Machine's index lists of each address, at most `[resolve] max_cdx_requests` questions; the last
    listing tells how many could not be put. What begins with a permalink that was asked for is listed there."""
    budget = job.settings.resolve.max_cdx_requests
    whole: list[str] = []
    for number, address in enumerate(addresses):
        if any(address.startswith(permalink) for permalink in whole):
            continue
        if budget <= 0:
            left = f"{WAYBACK}: {len(addresses) - number} more addresses than the settings allow to ask"
            yield Listing(failed=(left,))
            return
        budget -= 1
        listing = indexed(job, ref, platform, address)
        if is_permalink(platform, address) and listing.answered and not listing.more:
            whole.append(address)
        yield listing


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
    if best is not None and best[0].seen_in:  # else its permalink is all that was known of it
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
    handles: Sequence[str],
    places: list[CopyPlace],
    asked: dict[str, None],
    failed: dict[str, None],
) -> None:
    addresses = addresses_of(job, ref, platform, handles=handles)
    if not addresses:
        failed[f"{WAYBACK}: no address is known under which it may hold the post"] = None
        return
    looks = MAX_LOOKS
    for listing in listings(job, ref, platform, addresses):
        asked.update(dict.fromkeys(listing.answered))
        failed.update(dict.fromkeys(listing.failed))
        pages = [holding for holding in listing.holdings if holding.likely is not Likely.LEADS]
        certain, used = _certain(job, ref, platform, pages, looks)
        looks -= used
        if pages:
            places.append(_place(listing, pages, certain))
        if not certain and looks > 0 and (leading := [one for one in listing.holdings if one not in pages][-1:]):
            looks -= 1
            shown = shown_by(job, ref, platform, leading[0])
            if certain := isinstance(shown, Shown):
                found = replace(leading[0], captured=shown.captured_at, view=shown.memento.replace("id_/", "/", 1))
                places.append(_place(listing, [found], certain))
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
