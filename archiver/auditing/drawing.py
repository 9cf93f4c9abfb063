"""What follows from all looks at a post, and from how articles cite it: the finding.

Drawn from stored values alone: the same archive gives the same finding again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from archiver.auditing.cited import LISTED, Cited
from archiver.auditing.finding import Finding, Look, QuoteVerdict, Rescued, not_shown
from archiver.auditing.quotes.fidelity import Version, fidelity
from archiver.capture import Job
from archiver.errors import ArchiverError
from archiver.language.guess import language_of
from archiver.model import Media, Mention, Observation, Post, State
from archiver.platforms import platform as platform_of
from archiver.resolution import state_without_answer

MAX_LOOKS = 60
"""Looks that one finding lists. All are in the archive."""

SHOWN_KINDS = frozenset({"photo", "video", "gif"})
"""Media that are the post's own: avatars and cards change without it."""

FAITHFULNESS = (
    QuoteVerdict.EXACT,
    QuoteVerdict.TRIVIAL,
    QuoteVerdict.SHORTENED,
    QuoteVerdict.TRANSLATED,
    QuoteVerdict.ALTERED,
)
"""Verdicts, the worst last. What cannot be compared is neither."""

_STABLE = re.compile(r"did:.+|-?\d+|UC[\w-]{22}|(?:id|club|public|event)\d+", re.DOTALL)
"""Ids that stand where a handle may: of Bluesky; of Facebook, Instagram, Weibo; of YouTube; of VK."""

_LINK = re.compile(r"\b(?:https?://|www\.|t\.co/|pic\.(?:twitter|x)\.com/)\S*", re.IGNORECASE)

NEVER = datetime.min.replace(tzinfo=UTC)

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


def unseen(cited: Cited, known: Post, error: ArchiverError) -> Finding:
    """Of a post in the work on which something went wrong: it says nothing of the post."""
    return msgspec.structs.replace(
        unresolved(cited),
        platform=known.platform,
        post_id=known.id,
        post_key=known.key,
        url=known.url,
        state=state_without_answer(error),
        handle=known.handle or cited.mention.handle,
        display_name=known.display_name or cited.mention.display_name,
        text=known.text or cited.mention.words,
        reason=f"its state is not known: {error.problem}",
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
        day=None if post.created_at else post.day,
        text=text or cited.mention.words,
        reason=now.reason,
        control=now.control,
        sources=cited.sources,
        evidence=now.evidence,
        stored_in=job.where(now.evidence),
        post_key=now.key,
        language=_language(post.language, text or cited.mention.words),
        edited=was_edited(looks),
        edited_at=max((record.edited_at for record in records if record.edited_at), default=None),
        renamed_from=renamed_from(cited, looks),
        media_gone=media_lost(looks),
        looks=tuple(_look(look) for look in telling([look for look in looks if look.evidence])),
    )


def with_rescued(finding: Finding, rescued: Rescued | str) -> Finding:
    """The finding with the copy that was rescued, or why there is none. Whoever made that copy saw the post then."""
    if isinstance(rescued, str):
        return msgspec.structs.replace(finding, not_rescued=rescued)
    since, text = finding.since, finding.text
    before = finding.missing_by is None or rescued.captured_at < finding.missing_by
    if before and (since is None or since < rescued.captured_at):
        since = rescued.captured_at
    return msgspec.structs.replace(finding, rescued=rescued, since=since, text=text or rescued.text)


def with_quotes(finding: Finding, cited: Cited, seen: Seen) -> Finding:
    """The finding with each article's quotation compared, and whether an embed lacks a post that is there."""
    versions = _versions(cited, seen, finding.rescued)
    citations = []
    for cite in cited.cites:
        quote = None
        if cite.mention.words:
            marked = _is_marked(cite.mention)
            quote = fidelity(cite.mention.words, versions, marked=marked, platform=finding.platform)
        citations.append(msgspec.structs.replace(cite.citation, quote=quote))
    verdicts = [cite.quote.verdict for cite in citations if cite.quote is not None]
    return msgspec.structs.replace(
        finding,
        citations=tuple(citations),
        quote=max((one for one in verdicts if one in FAITHFULNESS), key=FAITHFULNESS.index, default=None),
        embed_broken=finding.state.readable and bool(not_shown(citations)),
    )


def _versions(cited: Cited, seen: Seen, rescued: Rescued | None) -> list[Version]:
    """The wordings that are known of the post, each as it was seen last, the latest last: of every look, of what the
    resolution read in a capture, and of a rescued copy. What other pages claim of the post is none."""
    known: list[tuple[datetime | None, Post]] = []
    best = cited.resolution.candidates[0] if cited.resolution.candidates else None
    if best is not None and best.evidence:
        known.append((None, best.post))
    known += [(look.seen_at, look.post) for look in (*seen.before, seen.now) if look.post is not None]
    versions: dict[str, Version] = {}
    for seen_at, post in known:
        for text in _wordings(post):
            versions.pop(text, None)
            versions[text] = Version(text, seen_at=seen_at, complete=post.text_complete, language=post.language)
    found = list(versions.values())
    if rescued is not None and rescued.text and rescued.text not in versions:
        found.append(Version(rescued.text, seen_at=rescued.captured_at))
    return sorted(found, key=lambda version: version.seen_at or NEVER)


def _wordings(post: Post) -> Iterator[str]:
    """What of a post an article can quote: its words, with or without its heading or the line in front of them."""
    parts = [part for part in (post.title, post.warning) if part]
    if post.text and parts:
        yield "\n".join((*parts, post.text))
    yield from parts
    if post.text:
        yield post.text


def _is_marked(mention: Mention) -> bool:
    """Whether markup, or a list, says where the quotation begins and ends."""
    platform = platform_of(mention.platform)
    rules = {rule.name for rule in platform.embed_rules} if platform else set()
    return mention.rule in rules or mention.rule == LISTED


def moment_of(published: str | None) -> datetime | None:
    """The time, or the beginning of the day, that an article gives for itself."""
    if published is None:
        return None
    try:
        moment = datetime.fromisoformat(published)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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
    if finding.not_rescued:
        yield "not rescued"
    if finding.saved:
        yield f"saving {finding.saved.outcome}"


def telling(looks: Sequence[Observation], most: int = MAX_LOOKS) -> list[Observation]:
    """The looks that a finding lists, oldest first: all; of more than `most` the first, the two ends of each spell of
    one state (the newest spells, where these are too many), and the newest besides."""
    if len(looks) <= most:
        return list(looks)
    last = len(looks) - 1
    ends = [
        place
        for place, look in enumerate(looks)
        if place in (0, last) or looks[place - 1].state is not look.state or looks[place + 1].state is not look.state
    ]
    kept = {0, *ends[1 - most :]}
    for place in range(last, -1, -1):
        if len(kept) >= most:
            break
        kept.add(place)
    return [looks[place] for place in sorted(kept)]


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


def was_edited(looks: Iterable[Observation]) -> bool:
    """Whether the platform ever said so, or shows other words by now at the same place. Links are no words: an answer
    may have them shortened, as they were written, or not at all."""
    words: dict[str, str] = {}
    for look in looks:
        post = look.post
        if look.state is State.EDITED or (post is not None and (post.edited_at is not None or len(post.edits) > 1)):
            return True
        if post is not None and post.text and post.text_complete and post.seen_in:
            same = " ".join(_LINK.sub(" ", post.text).split())
            if words.setdefault(post.seen_in, same) != same:
                return True
    return False


def renamed_from(cited: Cited, looks: Sequence[Observation]) -> str | None:
    """The last other handle of the same account: of an earlier look, or as an article that names the post by its id
    gives it."""
    current = next((look.post for look in reversed(looks) if look.post is not None and look.post.handle), None)
    if current is None:
        return None
    for handle in reversed(handles_of(cited, looks, stated=True)):
        if not same_handle(handle, current.handle or ""):
            return handle
    return None


def handles_of(cited: Cited, looks: Sequence[Observation], *, stated: bool = False) -> list[str]:
    """Handles of the post's account, oldest first: as articles that name the post by its id give it, as it was
    resolved, as the platform gave it at each look.

    stated: without those that only an address gives. Platforms lead to a post whatever handle stands before its id.
    """
    posts = [look.post for look in looks if look.post is not None]
    account = posts[-1].account_id if posts else None
    mentions = [cite.mention for cite in cited.cites if cite.mention.post_id is not None]
    found = [one.handle for one in mentions if not (stated and _by_address_alone(one))]
    if cited.post is not None and (cited.post.seen_in or not stated):
        found.append(cited.post.handle)
    found += [post.handle for post in posts if account is not None and post.account_id == account]
    return list(dict.fromkeys(handle for handle in found if handle))


def _by_address_alone(mention: Mention) -> bool:
    """Whether nothing but a link's address, which anybody can write, names the account."""
    if mention.rule != LISTED and not mention.rule.endswith(".link"):
        return False
    platform, address = platform_of(mention.platform), mention.found_url or mention.url
    ref = platform.ref_from_url(address) if platform is not None and address else None
    return ref is not None and ref.handle == mention.handle


def same_handle(one: str, other: str) -> bool:
    """Whether two handles may be one: any case, with or without `@`; what stands behind it is the server, which a name
    keeps under whatever address; a stable id in the place of a handle says nothing."""
    one, other = (handle.strip().lstrip("@").partition("@")[0] for handle in (one, other))
    ids = any(not handle or _STABLE.fullmatch(handle) for handle in (one, other))
    return ids or one.casefold() == other.casefold()


def media_lost(looks: Sequence[Observation]) -> tuple[str, ...]:
    """Pictures and films that an earlier look at the same place lists and the present one does not."""
    now = looks[-1]
    if not now.state.readable or now.post is None:
        return ()
    here = own_media(now.post)
    for look in reversed(looks[:-1]):
        if look.post is None or look.post.seen_in != now.post.seen_in:
            continue
        there = own_media(look.post)
        lacking = len(there) - len(here)
        if lacking > 0:  # addresses that are signed anew with each answer are no other pictures: the number tells
            gone = [media.url for media in there if _address(media) not in {_address(one) for one in here}]
            return tuple(gone[-lacking:])
    return ()


def own_media(post: Post) -> list[Media]:
    """Pictures and films that the post itself has."""
    return [media for media in post.media if media.kind in SHOWN_KINDS]


def _address(media: Media) -> str:
    try:
        parts = urlsplit(media.url)
    except ValueError:
        return media.url
    return f"{parts.netloc}{parts.path}"
