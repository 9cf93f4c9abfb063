"""What does the archive know of the post that a mention names: which post, its words, its state, stored versions?

Offline: nothing is asked of anybody. Where the archive does not surely say which post it is, it is not known: a wrong
post in an article would be worse than a gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from archiver.auditing.elsewhere.holdings import REWRITTEN
from archiver.model import Mention, Observation, Outcome, Post, Resolution, State
from archiver.platforms import platform as platform_of
from archiver.repairing.quotation import Version, is_web_address
from archiver.store import Archive
from archiver.store.conclusions import Rescue
from archiver.store.elsewhere import rescues
from archiver.warcparts import timestamp_to_datetime

MAX_SAME = 200
"""Earlier mentions with the same id or words that are looked at."""

_TELLS_NOTHING = frozenset({State.BLOCKED, State.UNREACHABLE, State.UNRESOLVED})
"""States that say nothing of the post."""

_WORD = re.compile(r"\w+")


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Where readers of the repaired article can open what the archive stores."""

    replay: str | None = None
    """Address of the archive on a replay site, up to and with its name: `https://replay.example/archives/warc`."""
    evidence: str | None = None
    """Address or relative path of what was exported of the archive: a WACZ package, a page."""


def replay_address(site: str, archive: Path) -> str:
    """The address of an archive on a replay site that shows it: `site` may be the site's, or already the archive's own
    there (`https://replay.example/archives/warc`)."""
    from archiver.replay.addresses import Addresses  # these bring the web server, which nothing else here needs
    from archiver.replay.shelf import slug_of

    site = site.rstrip("/")
    return site if re.search(r"/archives/[^/]+$", site) else site + Addresses(slug_of(archive)).shelf


class Known(NamedTuple):
    """A post that the archive knows."""

    key: str
    post: Post | None
    """Its best record; null where none is stored."""
    stored_at: datetime | None
    state: State | None
    seen_at: datetime | None
    last_readable: datetime | None
    versions: tuple[Version, ...]
    rescued_from: str | None
    """The web archive whose copy the record is from, where the post itself was never captured here."""


class Unknown(NamedTuple):
    """It is not known which post a mention names."""

    reason: str


def known(archive: Archive, mention: Mention, places: Places) -> Known | Unknown:
    """What the archive knows of the post that `mention` names.

    By the conclusion about this very mention; else by the post's id and address; else by what an earlier mention with
    the same id, or the same author, day and words, was concluded to be, where all of them agree.

    Raises `ArchiveError` when the catalogue cannot be read.
    """
    resolved = archive.catalogue.resolution(mention.id)
    if resolved is not None:
        resolution = resolved[0]
        if resolution.outcome is not Outcome.RESOLVED or resolution.post_key is None:
            return Unknown(f"{resolution.outcome.value}: {resolution.reason}".rstrip(": "))
        return _known(archive, mention, resolution.post_key, resolution, places)
    conclusions = list(_concluded(archive, mention))
    keys = {resolution.post_key for resolution in conclusions if resolution.post_key}
    if len(keys) > 1:
        return Unknown("ambiguous: earlier mentions of the same words were different posts")
    if any(resolution.outcome is Outcome.AMBIGUOUS for resolution in conclusions) and not mention.post_id:
        return Unknown("ambiguous: so was an earlier mention of the same words")
    if keys:
        return _known(archive, mention, keys.pop(), next(one for one in conclusions if one.post_key), places)
    for key in _keys(archive, mention):
        found = _known(archive, mention, key, None, places)
        if found.post is not None or found.state is not None:
            return found
    return Unknown(
        "the archive does not know it"
        if mention.post_id
        else "unresolved: the archive has not worked out which post it is"
    )


def _concluded(archive: Archive, mention: Mention) -> Iterator[Resolution]:
    """What earlier mentions that surely name the same post were concluded to be."""
    if mention.post_id:
        rows = archive.catalogue.query(
            "SELECT json FROM mentions WHERE platform = ? AND post_id = ? LIMIT ?",
            (mention.platform, mention.post_id, MAX_SAME),
        )
    elif mention.text and mention.handle:
        rows = archive.catalogue.query(
            "SELECT json FROM mentions WHERE platform = ? AND handle = ? COLLATE NOCASE LIMIT ?",
            (mention.platform, mention.handle, MAX_SAME * 10),
        )
    else:
        return
    for (row,) in rows:
        earlier = msgspec.json.decode(row, type=Mention)
        if not _names_the_same(mention, earlier):
            continue
        resolved = archive.catalogue.resolution(earlier.id)
        if resolved is not None:
            yield resolved[0]


def _names_the_same(mention: Mention, earlier: Mention) -> bool:
    if mention.post_id:
        if mention.platform == "facebook":  # whose numbers count within a page
            return mention.url == earlier.url or _folded(mention.handle) == _folded(earlier.handle) != ""
        if mention.url is None or earlier.url is None:
            return mention.platform != "mastodon"  # whose servers count for themselves
        return _server(mention.url) == _server(earlier.url)
    return (
        earlier.post_id is None
        and _folded(earlier.words) == _folded(mention.words)
        and (earlier.date or "")[:10] == (mention.date or "")[:10]
        and mention.date is not None
    )


def _server(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return url


def _folded(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()


def _keys(archive: Archive, mention: Mention) -> Iterator[str]:
    """Keys under which the post of a mention with an id may be stored."""
    platform = platform_of(mention.platform)
    if platform is None or not mention.post_id:
        return
    ref = platform.ref_from_url(mention.url) if mention.url else None
    if ref is None:
        try:
            ref = platform.ref_from_id(mention.post_id, mention.handle)
        except ValueError:
            return
    yield ref.key
    rows = archive.catalogue.query(
        "SELECT key, handle_folded FROM posts WHERE platform = ? AND handle_folded = ? AND id = ? LIMIT 2",
        (mention.platform, (mention.handle or ref.handle or "").casefold(), mention.post_id),
    )
    if len(rows) == 1:  # under its account's stable id
        yield rows[0][0]


def _known(archive: Archive, mention: Mention, key: str, resolution: Resolution | None, places: Places) -> Known:
    looks = _looks(archive, key, resolution)
    telling = [look for look in looks if look.state not in _TELLS_NOTHING]
    last = telling[-1] if telling else None
    post, evidence, stored_at = _record(archive, mention, key, resolution, looks)
    rescued = _rescued(archive, key)
    rescued_from: str | None = None
    if rescued is not None:
        evidence = tuple(dict.fromkeys((*evidence, rescued.record_id)))
        if post is None or not (post.text or post.title):
            post, stored_at, rescued_from = rescued.post, rescued.captured_at, rescued.archive
    state = last.state if last else None
    if last is None and resolution is not None and resolution.state not in _TELLS_NOTHING:
        state = resolution.state
    readable = [look.seen_at for look in telling if look.state.readable]
    own = _versions(archive, key, evidence, stored_at, places) if post is not None else ()
    seen_at = last.seen_at if last else None
    last_readable = readable[-1] if readable else None
    return Known(key, post, stored_at, state, seen_at, last_readable, tuple(own), rescued_from)


def _looks(archive: Archive, key: str, resolution: Resolution | None) -> list[Observation]:
    """All looks at the post, oldest first, also those under the key that its platform named it by when it answered."""
    keys = [key]
    if resolution is not None and resolution.candidates:
        keys.append(resolution.candidates[0].post.key)
    looks = [look for one in dict.fromkeys(keys) for look, _ in archive.catalogue.observations(one)]
    for named in dict.fromkeys(look.post.key for look in looks if look.post is not None):
        if named not in keys:
            looks += [look for look, _ in archive.catalogue.observations(named)]
    return sorted(looks, key=lambda look: look.seen_at)


def _rescued(archive: Archive, key: str) -> Rescue | None:
    """The copy of another archive that was stored because the post is missing."""
    return next((one.rescue for one in rescues(archive, key) if one.rescue is not None and one.problem is None), None)


def _record(
    archive: Archive, mention: Mention, key: str, resolution: Resolution | None, looks: Sequence[Observation]
) -> tuple[Post | None, tuple[str, ...], datetime | None]:
    """The post's record, what it was read from, and when that was captured: the best one; of an edited post, the
    one of the version that the article shows."""
    named = resolution.candidates[0].post.key if resolution is not None and resolution.candidates else key
    best = archive.catalogue.post(key) or archive.catalogue.post(named)
    post: Post | None = None
    evidence: tuple[str, ...] = ()
    if best is not None:
        post, evidence = best
    elif resolution is not None and resolution.candidates:
        post, evidence = resolution.candidates[0].post, resolution.candidates[0].evidence
    versions = [(post, evidence)] if post is not None and (post.text or post.title) else []
    versions += [(look.post, look.evidence) for look in looks if look.post is not None and look.post.text]
    if versions:
        post, evidence = max(versions, key=lambda version: _fits(version[0], mention))  # the first of the best
    more = resolution.candidates[0].evidence if resolution is not None and resolution.candidates else ()
    stored_at = _captured(archive, evidence) or _captured(archive, more)
    return post, tuple(dict.fromkeys((*evidence, *more))), stored_at


def _captured(archive: Archive, evidence: Iterable[str]) -> datetime | None:
    """When the last of these records was captured: a web archive's copy, by that archive."""
    captures = (archive.catalogue.capture(one) for one in evidence)
    times = (_time_of(found.target_uri) or found.time for found in captures if found is not None)
    return max(times, default=None)


def _fits(post: Post, mention: Mention) -> float:
    """How much of what the article shows of the post is in this version of it, 0 to 1."""
    if mention.content_id and post.content_id == mention.content_id:
        return 1.0
    shown, words = set(_WORD.findall(_folded(mention.words))), set(_WORD.findall(_folded(post.text)))
    return len(shown & words) / len(shown) if shown else 0.0


def _time_of(address: str) -> datetime | None:
    """When a web archive captured what this address of its copy holds."""
    found = REWRITTEN.fullmatch(address)
    try:
        return timestamp_to_datetime(found["time"], tz_aware=True) if found else None
    except ValueError:
        return None


def _versions(
    archive: Archive, key: str, evidence: Iterable[str], stored_at: datetime | None, places: Places
) -> list[Version]:
    """Where readers find what is stored: copies in web archives that it was read from, then the own archive."""
    versions: dict[str, Version] = {}
    for record_id in evidence:
        capture = archive.catalogue.capture(record_id)
        copy = REWRITTEN.fullmatch(capture.target_uri) if capture is not None else None
        made = _time_of(capture.target_uri) if capture is not None else None
        if capture is None or copy is None or made is None or capture.status != 200:
            continue
        url = f"{copy['head']}{copy['time']}/{copy['original']}"
        if is_web_address(url):
            versions.setdefault(url, Version(url=url, date=made, where=urlsplit(url).hostname or "a web archive"))
    found = sorted(versions.values(), key=lambda version: version.date, reverse=True)
    if stored_at is not None and places.replay:
        from archiver.replay.addresses import Addresses

        url = places.replay.rstrip("/") + Addresses("").post(key).removeprefix(Addresses("").shelf)
        found.append(Version(url=url, date=stored_at, where=urlsplit(url).hostname or "the archive"))
    if stored_at is not None and places.evidence:
        found.append(Version(url=places.evidence, date=stored_at, where="stored evidence"))
    return found
