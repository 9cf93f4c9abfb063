"""Which post is a mention? From what an article shows to one post, or to a ranked "not sure".

`resolve` asks in this order: what the article itself names (permalink or id; the link of the post's own picture), the
posts already stored, a web archive's index of that account and day. Each candidate's record is read and compared, and
the rules of `ranking` decide. Nothing depends on a clock or on chance: the same answers, live or stored, give the same
result.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from archiver.exchange import Fetcher
from archiver.model import Candidate, Mention, Outcome, Post, PostRef, Resolution, State
from archiver.platforms import platform as platform_named
from archiver.platforms.base import Platform
from archiver.resolution.asking import Asker
from archiver.resolution.candidates import Lead, Search, StoredPosts
from archiver.resolution.observing import Control, Look, look_at, observe, state_without_answer
from archiver.resolution.ranking import Decision, Ranked, day_reason, decide, score
from archiver.resolution.settings import ResolveSettings

__all__ = [
    "METHOD",
    "Control",
    "Look",
    "ResolveSettings",
    "StoredPosts",
    "look_at",
    "observe",
    "resolve",
    "state_without_answer",
]

METHOD = "resolve/1"
"""Version of the rules: a conclusion drawn by other rules may differ."""

LISTED = 20
"""Candidates that a resolution lists; further ones are counted in its steps."""


def resolve(
    mention: Mention,
    *,
    fetcher: Fetcher,
    stored: StoredPosts | None = None,
    settings: ResolveSettings | None = None,
    platforms: Mapping[str, Platform] | None = None,
) -> Resolution:
    """What a mention turned out to be.

    mention: as detection found it. fetcher: the network door, or the stored captures. stored: the archive's posts.
    settings: how far to look and how sure to be. platforms: by name; by default all that are registered.

    Never raises for what the network does: what could not be asked is in `steps`, and the outcome is less sure.
    """
    settings = settings or ResolveSettings()
    platform = platforms.get(mention.platform) if platforms is not None else platform_named(mention.platform)
    if platform is None:
        return _without_platform(mention)
    asker = Asker(fetcher)
    search = Search(mention, platform, asker, settings)
    ref = _explicit(mention, platform)
    if ref is not None:
        decision = _by_reference(mention, ref, search, platform, asker, settings, stored)
    else:
        decision = _by_search(mention, search, platform, asker, settings, stored)
    return _resolution(mention, decision, search, platform, asker)


def _explicit(mention: Mention, platform: Platform) -> PostRef | None:
    """The post that the article names outright."""
    for url in (mention.url, mention.found_url):
        if url and (ref := platform.ref_from_url(url)):
            return ref if ref.handle or not mention.handle else platform.ref_from_id(ref.id, mention.handle)
    return platform.ref_from_id(mention.post_id, mention.handle) if mention.post_id else None


def _by_reference(
    mention: Mention,
    ref: PostRef,
    search: Search,
    platform: Platform,
    asker: Asker,
    settings: ResolveSettings,
    stored: StoredPosts | None,
) -> Decision:
    asker.note(f"the article names {ref.key}")
    candidate = _named(ref, "permalink", search, stored)
    # Gaps do not matter here: whether X answers or not, the article has named the post.
    return decide(mention, [score(mention, candidate, platform)], settings)


def _named(ref: PostRef, source: str, search: Search, stored: StoredPosts | None) -> Candidate:
    """A post that the article names, with its record where one can be had."""
    found = search.record(Lead(ref=ref), thorough=True)
    if found is None and stored is not None and (known := stored.post(ref.key)):
        found = Candidate(post=known[0], score=0.0, evidence=known[1])
    if found is None:
        said = tuple(a.record_id for a in search.answers.get(ref.id, ()) if a.record_id)
        post = Post(platform=ref.platform, id=ref.id, url=ref.url, handle=ref.handle)
        found = Candidate(post=post, score=0.0, evidence=said)
    return replace(found, source=source)


def _by_search(
    mention: Mention,
    search: Search,
    platform: Platform,
    asker: Asker,
    settings: ResolveSettings,
    stored: StoredPosts | None,
) -> Decision:
    ranked: dict[str, Ranked] = {}
    for ref in search.named_by_media():
        candidate = _named(ref, "media", search, stored)
        if (why := _misfit(mention, ref, candidate.post, platform)) is not None:
            asker.note(f"{ref.key} is not it: {why}")
            candidate = replace(candidate, source="cdx")
        ranked[ref.id] = score(mention, candidate, platform)
    if any(r.named and not r.forbidden for r in ranked.values()):
        return decide(mention, list(ranked.values()), settings)
    for candidate in search.stored(stored):
        ranked.setdefault(candidate.post.id, score(mention, candidate, platform))
    # A stored post with just these words ends no search: its account may have said the same twice that day, and what an
    # archive happens to hold must not decide which of the two is meant.
    unread = 0
    read = 0
    for found in search.indexed():
        if found.ref.id in ranked:
            continue
        if read >= settings.max_candidates:
            unread += 1
            continue
        read += 1
        candidate_read = search.record(found, thorough=False)
        if candidate_read is None:
            post = Post(platform=found.ref.platform, id=found.ref.id, url=found.ref.url, handle=found.ref.handle)
            candidate_read = Candidate(post=post, score=0.0, source="cdx")
        # Asked under one id, a version of an edited post may answer under another.
        ranked.setdefault(candidate_read.post.id, score(mention, candidate_read, platform))
    if unread:
        asker.note(f"{unread} more candidates were not read (max_candidates)")
        asker.gap(f"{unread} candidates: more than the settings allow to read")
    return decide(mention, list(ranked.values()), settings, gaps=asker.gaps)


def _misfit(mention: Mention, ref: PostRef, post: Post, platform: Platform) -> str | None:
    """Why the post behind a picture's link is not the one shown: a borrowed film's link names its owner's post.

    The link keeps the handle of its time, so it fits the article also where the account was renamed since.
    """
    fits, reason = day_reason(mention, post, platform)
    if fits is False and reason:
        return reason.note
    handles = {handle.lower() for handle in (ref.handle, post.handle) if handle}
    if mention.handle and handles and mention.handle.lower() not in handles:
        return f"it is by @{post.handle or ref.handle}, and the article shows @{mention.handle}"
    return None


def _resolution(mention: Mention, decision: Decision, search: Search, platform: Platform, asker: Asker) -> Resolution:
    winner = decision.winner
    listed = decision.candidates[:LISTED]
    if len(decision.candidates) > LISTED:
        asker.note(f"{len(decision.candidates) - LISTED} more candidates are not listed")
    held = (record for candidate in listed for record in candidate.evidence)
    return Resolution(
        mention_id=mention.id,
        outcome=decision.outcome,
        post_key=winner.key if winner else None,
        candidates=listed,
        reason=decision.reason,
        steps=tuple(asker.steps),
        evidence=tuple(dict.fromkeys((*asker.evidence, *held))),
        state=_state(winner, search, platform),
        method=METHOD,
    )


def _state(winner: Post | None, search: Search, platform: Platform) -> State | None:
    """What the platform answered of the winner; null where it was not asked."""
    if winner is None:
        return None
    for post_id in (winner.id, *winner.edits):
        if answers := search.answers.get(post_id):
            return platform.judge(winner.ref, answers).state
    return None


def _without_platform(mention: Mention) -> Resolution:
    """No module knows this platform's endpoints: a permalink still names the post, anything else stays open."""
    step = f"no module for {mention.platform}: nothing was asked"
    if mention.post_id and mention.url:
        post = Post(platform=mention.platform, id=mention.post_id, url=mention.url, handle=mention.handle)
        return Resolution(
            mention_id=mention.id,
            outcome=Outcome.RESOLVED,
            post_key=post.key,
            candidates=(Candidate(post=post, score=1.0, source="permalink"),),
            reason="named by the permalink in the article; nothing was asked of the platform",
            steps=(step,),
            method=METHOD,
        )
    return Resolution(
        mention_id=mention.id,
        outcome=Outcome.UNRESOLVED,
        reason=f"no module for {mention.platform}, and the article does not name the post",
        steps=(step,),
        method=METHOD,
    )
