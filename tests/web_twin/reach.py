"""By which ways can a post of the crowd be found by who knows what a mention shows? Answered from the crowd alone.

What a platform's own lists show of an account, what stays readable of a post, and what the web archive caught under the
cited handle are facts of the twin: nothing here asks the program that is measured.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice

from tests.web_twin import tiktok, youtube
from tests.web_twin.crowd import Crowd, Note
from tests.web_twin.crowd_archive import HIDDEN, READABLE, UNDER_ITS_HANDLE, as_of, catches
from tests.web_twin.crowd_x import first_version_id, is_edited
from tests.web_twin.degrade import Degraded
from tests.web_twin.population import PostState

UPLOADS, HITS = youtube.IN_LIST, youtube.ON_PAGE
REDDIT_LIST = 1000
"""So far back goes any list on Reddit."""

SEARCHED = 80
SENTENCE = re.compile(r"[^.!?。！？]{12,}")
"""What somebody would search a channel for, where all the words together find nothing."""

DAY = timedelta(days=1)


def keys_of(note: Note, platform: str) -> frozenset[str]:
    """What a note is rightly called: also under the handle of its time, and as its first version."""
    person, post_id = note.person, note.id_on(platform)
    if platform == "x":
        return frozenset({f"x:{post_id}", *({f"x:{first_version_id(note)}"} if is_edited(note) else ())})
    if platform == "bluesky":
        scopes = (person.did, *(handle.lower() for handle in person.handles("bluesky")))
        return frozenset(f"bluesky:{scope}/{post_id}" for scope in scopes)
    if platform == "mastodon":
        return frozenset({f"mastodon:{person.server}/{post_id}"})
    if platform == "telegram":
        number = note.telegram_number
        return frozenset(f"telegram:{handle.lower()}/{number}" for handle in person.handles("telegram"))
    return frozenset({f"{platform}:{post_id}"})


def ways(shown: Degraded, crowd: Crowd, now: Callable[[], datetime]) -> frozenset[str]:
    """`link` (the mention's own link names the post), `list`, `archive`; empty: nothing leads to it."""
    note, platform = shown.note, shown.platform
    found = set()
    if platform == "x" and _linked(shown):
        found.add("link")
    if listed(shown, crowd, now):
        found.add("list")
    if archived(note, platform):
        found.add("archive")
    return frozenset(found)


def _linked(shown: Degraded) -> bool:
    return bool(shown.mention.links)


def readable_live(note: Note, platform: str) -> bool:
    """Whether the platform itself shows the post to anybody who has its id."""
    if platform in ("bluesky", "reddit") and note.person.state is PostState.PROTECTED:
        return note.own_state is PostState.LIVE
    if platform == "telegram" and note.person.state is PostState.PROTECTED:
        return False
    return note.state is PostState.LIVE


def listed(shown: Degraded, crowd: Crowd, now: Callable[[], datetime]) -> bool:
    """Whether a public list of the account has it, asked for under the handle that was cited."""
    note, platform = shown.note, shown.platform
    person = note.person
    if platform == "x" or not readable_live(note, platform):
        return False
    same = person.handle(platform).lower() == note.handle(platform).lower()
    if platform == "mastodon":
        return True  # who was renamed there moved, and the old account still lists its posts
    if not same:
        return False
    if platform in ("bluesky", "telegram"):
        return True
    newest = [one for one in reversed(crowd.on(platform, person)) if one.state is PostState.LIVE]
    if platform == "tiktok":
        return note in newest[: tiktok.NEWEST]
    if platform == "reddit":
        return person.state is PostState.LIVE and note in newest[:REDDIT_LIST]
    if note in newest[:UPLOADS]:
        return True
    words = shown.mention.words or ""
    parts = (words, words[:SEARCHED], words[-SEARCHED:], *SENTENCE.findall(words))
    return any(note in youtube._hits(newest, part)[:HITS] for part in parts)


def archived(note: Note, platform: str) -> bool:
    """Whether the archive's index, asked under the cited handle, names it, and its words can be read somewhere."""
    if platform in HIDDEN:
        return False
    caught = catches(note, platform)
    cited = note.handle(platform).lower()

    def under_it(kind: str, when: datetime) -> bool:
        if kind not in UNDER_ITS_HANDLE:
            return False
        return kind == "redirect" or as_of(note, when).person.handle(platform).lower() == cited

    if not any(under_it(one.kind, one.when) for one in caught):
        return False
    return readable_live(note, platform) or any(one.kind in READABLE for one in caught)


def equals(shown: Degraded, crowd: Crowd) -> list[Note]:
    """Other posts of the account, of about that time, that say all that is shown."""
    note = shown.note
    span = 8 * DAY if shown.mention.date is None else 2 * DAY
    near = (one for one in crowd.on(shown.platform, note.person) if abs(one.created - note.created) < span)
    return [one for one in islice(near, 500) if shown.shows_too(one)]
