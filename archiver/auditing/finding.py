"""What an audit says of one cited post: one line of `archiver audit`, and what it is made of.

Values only. A finding is drawn from what is stored (looks, records, articles), so it can be drawn again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from archiver.model import Noun, State


class QuoteVerdict(StrEnum):
    """How faithful an article's wording is to the post's."""

    EXACT = "exact"
    """The same, but for white space and what nobody sees."""
    TRIVIAL = "trivial"
    """The same words: typography, case, links, what an embed adds or leaves out."""
    SHORTENED = "shortened"
    """Faithful as far as it goes: the beginning, or parts with marks of omission between them."""
    ALTERED = "altered"
    """Words were changed, added or left out without a mark."""
    TRANSLATED = "translated"
    """In another language, or worded anew throughout, as a translation there and back does."""
    UNKNOWN = "unknown"
    """There is nothing to compare: the article shows no words, or no record has the post's."""


class Change(Noun, frozen=True, kw_only=True):
    """One place where two wordings part."""

    printed: str
    """The article's words; empty where it has none here."""
    posted: str
    """The post's."""
    before: str = ""
    """The shared words just before, for orientation."""


class Fidelity(Noun, frozen=True, kw_only=True):
    """A quotation compared with the post."""

    verdict: QuoteVerdict
    reason: str
    """One sentence."""
    changes: tuple[Change, ...] = ()
    """The first altered places."""
    more_changes: int = 0
    """Further ones that are not listed."""
    language: str | None = None
    """Of the printed words, where they are translated and it can be told."""
    version: datetime | None = None
    """When the version that fits best was seen, where the post has several wordings and it is not the latest."""


class EmbedStanding(StrEnum):
    """How a cited post stands in its article's markup."""

    WORKS = "works"
    """Markup, and what draws it is loaded."""
    STATIC = "static"
    """A quotation that needs nothing to be drawn, with a link to the post."""
    BROKEN = "broken"
    """Markup that a reader sees nothing of, or not the post: nothing draws it, or it names what is not there."""
    LOST = "lost"
    """Only text is left of an embed: no markup, no link."""
    LINK = "link"
    """Never more than a link."""
    UNKNOWN = "unknown"
    """The article's markup is not at hand."""


class Embed(Noun, frozen=True, kw_only=True):
    """How a post is embedded in one article."""

    standing: EmbedStanding
    reason: str = ""


class Citation(Noun, frozen=True, kw_only=True):
    """One article's way of citing the post."""

    source: str
    """As in `Finding.sources`; empty for a bare permalink of a list."""
    mention_id: str
    article_uri: str | None = None
    title: str | None = None
    published: str | None = None
    """The article's day or time of publication, as it says."""
    language: str | None = None
    """Of the article."""
    rule: str = ""
    handle: str | None = None
    """As the article prints it."""
    embed: Embed | None = None
    quote: Fidelity | None = None


def not_shown(citations: Iterable[Citation]) -> frozenset[str]:
    """Sources that have an embed of the post which shows nothing. Where only words are left and the same source shows
    or links the post elsewhere, nothing is lost."""
    standings: dict[str, set[EmbedStanding]] = {}
    for citation in citations:
        if citation.embed is not None:
            standings.setdefault(citation.source, set()).add(citation.embed.standing)
    at_hand = {EmbedStanding.WORKS, EmbedStanding.STATIC, EmbedStanding.LINK}
    return frozenset(
        source
        for source, found in standings.items()
        if EmbedStanding.BROKEN in found or (EmbedStanding.LOST in found and not found & at_hand)
    )


class Look(Noun, frozen=True, kw_only=True):
    """One stored look at the post."""

    seen_at: datetime
    state: State
    evidence: str | None = None
    """The first record that it rests on."""


OWN = "archive"
"""What the own archive is called among those that have copies."""


class CopyPlace(Noun, frozen=True, kw_only=True):
    """Copies of one address in one archive."""

    where: str
    """`archive` (the own), or the host of a web archive, such as `web.archive.org`."""
    address: str
    """What was archived."""
    url: str | None = None
    """Where the last of these copies can be opened; null for the own archive."""
    count: int = 1
    more: bool = False
    """There are more than were listed."""
    first: datetime
    last: datetime
    uncertain: bool = False
    """None of them is known to show the post: pages that hold nothing without scripts, or copies of which only the time
    is known. They are told, and nothing is concluded from them."""


class Copies(Noun, frozen=True, kw_only=True):
    """Where copies of the post exist, as far as that was asked."""

    places: tuple[CopyPlace, ...] = ()
    asked: tuple[str, ...] = ()
    """Who answered: `archive`, hosts."""
    failed: tuple[str, ...] = ()
    """Who did not, and why: one line each."""

    @property
    def captured(self) -> bool | None:
        """Whether anybody has a copy; null where that cannot be said: somebody did not answer, no web archive was
        asked, or what there is may not show the post."""
        if any(not place.uncertain for place in self.places):
            return True
        return False if self._all_answered and not self.places else None

    @property
    def elsewhere(self) -> bool | None:
        """The same of others' archives, the own one left out."""
        others = [place for place in self.places if place.where != OWN]
        if any(not place.uncertain for place in others):
            return True
        return False if self._all_answered and not others else None

    @property
    def _all_answered(self) -> bool:
        return not self.failed and any(who != OWN for who in self.asked)


class Rescued(Noun, frozen=True, kw_only=True):
    """An archived copy of a missing post that was fetched and stored, labelled with where it came from."""

    archive: str
    """Host of the web archive."""
    memento: str
    """Address of the copy, raw (`id_`) where the archive has such."""
    original: str
    """What was archived."""
    captured_at: datetime
    """When that archive captured it."""
    record_id: str
    """Our record of the copy."""
    stored_in: str | None = None
    text: str | None = None
    """The post's words as the copy shows them; its title, where it has no others."""


class Saved(Noun, frozen=True, kw_only=True):
    """What came of asking a web archive to capture a post that is still there."""

    outcome: str
    """`confirmed` (its index shows a capture made since), `promised` (it said yes; the index does not show it yet),
    `refused`, `failed`."""
    address: str
    note: str = ""
    captured_at: datetime | None = None
    url: str | None = None


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
    """When the post was last seen readable: a missing one is missing since then at the earliest."""
    missing_by: datetime | None = None
    """When it was first seen missing, with no look since then that saw it: it is missing since then at the latest."""
    handle: str | None = None
    display_name: str | None = None
    created_at: datetime | None = None
    day: str | None = None
    """ISO UTC day of the post, where its time is not known."""
    text: str | None = None
    reason: str = ""
    control: str | None = None
    sources: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    stored_in: str | None = None
    post_key: str | None = None
    """`platform:id`, with its scope where it has one; null for what is not known which post it is."""
    language: str | None = None
    """Of the post's words."""
    edited: bool = False
    """Whether the post is known to have been edited, whatever its state is by now."""
    edited_at: datetime | None = None
    renamed_from: str | None = None
    """The handle that it was cited or seen under, where the same account has another by now. What only the address of
    a link says does not count: it may have been anything."""
    media_gone: tuple[str, ...] = ()
    """Addresses of pictures and films that the post had and that are gone, while the post is readable."""
    quote: QuoteVerdict | None = None
    """The least faithful quotation among `citations`; null where none shows words."""
    embed_broken: bool = False
    """An article's embed shows no post any more, although the post is readable."""
    citations: tuple[Citation, ...] = ()
    looks: tuple[Look, ...] = ()
    """Looks at the post that are stored, this one included, oldest first: all, or, where there are more than 60, the
    first, the ends of each spell of one state, and the newest."""
    copies: Copies | None = None
    """Null where nobody was asked."""
    rescued: Rescued | None = None
    not_rescued: str | None = None
    """Why there is no such copy, where one was looked for."""
    saved: Saved | None = None
    remarks: tuple[str, ...] = ()
    """What else there is to act on, each in a few words: `seen once`, `quote altered`, `renamed from @…`."""
    changed: tuple[str, ...] = ()
    """What is otherwise than before, where that was asked for (`--since`, `--diff`)."""

    @property
    def never_captured(self) -> bool | None:
        """True where everybody who was asked has no copy; null where that is not known."""
        captured = self.copies.captured if self.copies else None
        return None if captured is None else not captured
