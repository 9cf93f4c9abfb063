"""Which post is a mention? From what an article shows to one post, or to a ranked "not sure".

`resolve` asks in this order: what the article itself names (permalink or id); then at the same time the link of the
post's own picture, the posts that are known already, and the platform's own lists; then, where that has not made it
certain, a web archive's index of that account and time. Each candidate's record is read and compared, and the rules of
`ranking` decide. Nothing depends on a clock, on chance or on who answers first: the same answers, live or stored, give
the same result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from msgspec.structs import replace

from archiver.exchange import Fetcher
from archiver.model import Candidate, Mention, Outcome, Post, PostRef, Reason, Resolution, SourceReport, State
from archiver.platforms import platform as platform_named
from archiver.platforms.base import Platform
from archiver.resolution.asking import Asker
from archiver.resolution.copies import Copies, Lead
from archiver.resolution.known import KnownPosts
from archiver.resolution.meaning import Meaning, meaning_by
from archiver.resolution.observing import Control, Look, look_at, observe, state_without_answer
from archiver.resolution.ranking import (
    CLAIMED,
    WORTH_NAMING,
    Decision,
    Ranked,
    day_contradicts,
    decide,
    log_odds,
    score,
)
from archiver.resolution.records import Records
from archiver.resolution.settings import ResolveSettings
from archiver.resolution.sources import Found, Sources, Task
from archiver.resolution.together import together
from archiver.resolution.window import in_time, window_of

__all__ = [
    "METHOD",
    "Control",
    "KnownPosts",
    "Look",
    "ResolveSettings",
    "look_at",
    "observe",
    "resolve",
    "state_without_answer",
]

METHOD = "resolve/2"
"""Version of the rules: a conclusion drawn by other rules may differ."""

LISTED = 20
"""Candidates that a resolution lists; further ones are counted in its steps."""

MAX_TIMED = 8
"""So many posts of a list that does not say when each was made are read for their time."""

WORTH_READING = -4.0
"""From these log-odds on a post's words may be the ones that are shown."""

MAX_DEEPER = 3
"""Posts of which further copies are looked for: each takes several requests to the index."""

SITES_THAT_VOUCH = 2
"""So many sites have to show a post with the same id, where nothing else shows it."""


def resolve(
    mention: Mention,
    *,
    fetcher: Fetcher,
    known: Sequence[KnownPosts] = (),
    settings: ResolveSettings | None = None,
    platforms: Mapping[str, Platform] | None = None,
    threads: int = 1,
) -> Resolution:
    """What a mention turned out to be.

    mention: as detection found it. fetcher: the network door, or the stored captures. known: posts that are known
    already: the archive's, post indexes. settings: how far to look and how sure to be. platforms: by name; by default
    all that are registered. threads: so many sources are asked at the same time; the result is the same for any number.

    Never raises for what the network does: what could not be asked is in `sources` and `steps`, and the outcome is less
    sure. Raises `ConfigError` where the settings name an embedding model that cannot be loaded, once it is needed.
    """
    settings = settings or ResolveSettings()
    platform = platforms.get(mention.platform) if platforms is not None else platform_named(mention.platform)
    if platform is None:
        return _without_platform(mention)
    return _Resolving(mention, platform, Asker(fetcher), known, settings, threads).resolution()


class _Resolving:
    """One resolution under way."""

    def __init__(
        self,
        mention: Mention,
        platform: Platform,
        ask: Asker,
        known: Sequence[KnownPosts],
        settings: ResolveSettings,
        threads: int,
    ) -> None:
        self._mention = mention
        self._platform = platform
        self._ask = ask
        self._known = known
        self._settings = settings
        self._threads = threads
        self._copies = Copies(platform, settings.max_cdx_requests, settings.cdx_page_limit)
        self._records = Records(platform, self._copies)
        self._window = window_of(mention, settings.undated_days)
        self._reports: list[SourceReport] = []
        self._ranked: dict[tuple[str, str], Ranked] = {}
        self._meaning: Meaning | None = None
        handle = mention.handle
        self._accounts = (
            [use for posts in known for use in posts.handle_uses(mention.platform, handle)] if handle else []
        )

    def resolution(self) -> Resolution:
        ref = self._explicit()
        decision = self._by_reference(ref) if ref is not None else self._by_search()
        winner = decision.winner.post if decision.winner else None
        state = self._state(winner)  # may ask more, which belongs to the steps and the evidence
        listed = decision.candidates[:LISTED]
        if len(decision.candidates) > LISTED:
            self._ask.note(f"{len(decision.candidates) - LISTED} more candidates are not listed")
        held = (record for candidate in listed for record in candidate.evidence)
        return Resolution(
            mention_id=self._mention.id,
            outcome=decision.outcome,
            post_key=winner.key if winner else None,
            candidates=listed,
            reason=decision.reason,
            steps=tuple(self._ask.steps),
            evidence=tuple(dict.fromkeys((*self._ask.evidence, *held))),
            state=state,
            method=METHOD,
            sources=tuple(self._reports),
        )

    # -- what the article names

    def _explicit(self) -> PostRef | None:
        """The post that the article names outright."""
        mention, platform = self._mention, self._platform
        named = [ref for url in (mention.url, mention.found_url) if url and (ref := platform.ref_from_url(url))]
        if not named:
            return platform.ref_from_id(mention.post_id, mention.handle) if mention.post_id else None
        # a link by the account's stable id says more than one by its handle of that time
        ref = next((ref for ref in named if ref.scope and ref.handle is None and ref.id == named[0].id), named[0])
        if ref.handle or not mention.handle:
            return ref
        again = platform.ref_from_id(ref.id, mention.handle)
        return replace(ref, handle=mention.handle) if ref.scope and again.scope != ref.scope else again

    def _by_reference(self, ref: PostRef) -> Decision:
        self._ask.note(f"the article names {ref.key}")
        candidate = self._named(ref, "permalink")
        self._reports.append(
            SourceReport(source="permalink", outcome="found", candidates=1, requests=self._ask.requests)
        )
        # Gaps do not matter here: whether the platform answers or not, the article has named the post.
        return decide(self._mention, [self._score(candidate)], self._settings)

    def _named(self, ref: PostRef, source: str) -> Candidate:
        """A post that the article names, with its record where one can be had."""
        lead = Lead(ref=ref)
        found = self._records.live(lead, self._ask, thorough=True)
        now = self._records.named(ref)
        if found is None:
            found = self._records.copied(Lead(ref=now), self._ask, thorough=True)
        if found is None:
            found = next((self._as_candidate(posts, now) for posts in self._known if posts.post(now.key)), None)
        return replace(found or self._records.bare(ref), source=source)

    @staticmethod
    def _as_candidate(posts: KnownPosts, ref: PostRef) -> Candidate | None:
        one = posts.post(ref.key)
        return Candidate(post=one.post, score=0.0, evidence=one.evidence, cited_in=one.cited_in) if one else None

    def _score(self, candidate: Candidate) -> Ranked:
        return score(self._mention, candidate, self._platform, accounts=self._accounts, meaning=self._meaning)

    # -- what is looked for

    def _by_search(self) -> Decision:
        self._meaning = meaning_by(self._settings.embedding)
        if self._meaning is None:
            return self._searched()
        self._ask.note(f"meanings are compared by {self._meaning.name}")
        decision = self._searched()
        if self._meaning.trouble:
            self._ask.note(self._meaning.trouble)
        return decision

    def _searched(self) -> Decision:
        mention, settings = self._mention, self._settings
        sources = Sources(mention, self._platform, self._ask, settings, self._window, self._copies)
        first: list[Task] = [sources.picture, *self._lookups(sources), sources.listing]
        asked = [found for found in together(first, self._threads) if found is not None]
        for found in asked:
            self._take(found)
        if any(one.named and not one.forbidden for one in self._ranked.values()):
            return self._decided()
        decision = self._decided()
        # What an archive happens to hold must not decide which of two equal posts is meant: known posts alone end no
        # search, a list of that time in which the winner stands does.
        if decision.certain and _has_it(asked[-1], decision):
            return decision
        archive = sources.archive()
        self._take(archive)
        decision = self._decided()
        if decision.certain and _has_it(archive, decision):
            return decision
        if decision.outcome is not Outcome.RESOLVED:
            self._deeper(archive.leads)
        self._take(sources.archived_lists())
        return self._decided()

    def _lookups(self, sources: Sources) -> Iterable[Task]:
        for posts in self._known:
            yield lambda posts=posts: sources.known(posts)  # type: ignore[misc]

    def _take(self, found: Found) -> None:
        """Rank what a source found; posts without a record are read first."""
        self._ask.take(found.ask)
        before = self._ask.requests
        for ref in found.refs:
            self._add(self._fitting(ref))
        for candidate in self._timed(found.candidates):
            self._add(candidate)
        for candidate in self._read(found.leads):
            self._add(candidate)
        more = self._ask.requests - before
        self._reports.append(replace(found.report, requests=found.report.requests + more))

    def _timed(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates of that time. Lists that do not say when a post was made show years of them: those whose words
        may be the ones are read, and left out where they turn out to be of another time."""
        timeless = [one for one in candidates if in_time(one.post, self._platform, self._window) is None]
        if not timeless or self._window is None:
            return list(candidates)
        odds = log_odds([self._score(one) for one in timeless])
        likely = sorted(range(len(timeless)), key=lambda i: -odds[i])[:MAX_TIMED]
        wanted = [timeless[i] for i in likely if odds[i] > WORTH_READING]
        read = {
            one.post.key: record for one, record in zip(wanted, self._live([o.post.ref for o in wanted]), strict=True)
        }
        out = []
        for one in candidates:
            record = read.get(one.post.key)
            if record is None or not _has_words(record.post):
                out.append(one)
            elif in_time(record.post, self._platform, self._window) is not False:
                out.append(replace(record, source=one.source))
        return out

    def _add(self, candidate: Candidate) -> None:
        self._ranked.setdefault((candidate.post.key, candidate.source), self._score(candidate))

    def _fitting(self, ref: PostRef) -> Candidate:
        """The post behind a picture's link; it names the post only where it fits the article: a borrowed film's link
        names its owner's post. The link keeps the handle of its time, so it fits also where the account was renamed."""
        candidate = self._named(ref, "media")
        why = day_contradicts(self._mention, candidate.post, self._platform)
        handles = {handle.lower() for handle in (ref.handle, candidate.post.handle) if handle}
        if why is None and self._mention.handle and handles and self._mention.handle.lower() not in handles:
            why = f"it is by @{candidate.post.handle or ref.handle}, and the article shows @{self._mention.handle}"
        if why is None:
            return candidate
        self._ask.note(f"{ref.key} is not it: {why}")
        return replace(candidate, source="cdx")

    def _read(self, leads: Sequence[Lead]) -> list[Candidate]:
        """The records of leads: from the platform at the same time, then, one after the other, from copies."""
        known = {key for key, _ in self._ranked}
        new = [lead for lead in leads if lead.ref.key not in known]
        wanted, unread = new[: self._settings.max_candidates], new[self._settings.max_candidates :]
        out = []
        for lead, found in zip(wanted, self._live(wanted), strict=True):
            candidate = found or self._records.copied(lead, self._ask, thorough=False)
            # Asked under one id, a version of an edited post may answer under another.
            out.append(candidate or self._records.bare(lead.ref))
        if unread:
            self._ask.note(f"{len(unread)} more candidates were not read (max_candidates)")
            self._ask.gap(f"{len(unread)} candidates: more than the settings allow to read")
        return out

    def _live(self, wanted: Sequence[Lead | PostRef]) -> list[Candidate | None]:
        """What the platform shows of each, asked at the same time and told in this order."""
        leads = [one if isinstance(one, Lead) else Lead(ref=one) for one in wanted]
        asks = [self._ask.apart() for _ in leads]
        found = together(
            [
                lambda lead=lead, ask=ask: self._records.live(lead, ask, thorough=False)  # type: ignore[misc]
                for lead, ask in zip(leads, asks, strict=True)
            ],
            self._threads,
        )
        for ask in asks:
            self._ask.take(ask)
        return found

    def _deeper(self, leads: Sequence[Lead]) -> None:
        """Look for the words of posts of which neither the platform nor their page's copy showed any: answers of the
        embed, pages of other hosts, as far as the index may still be asked."""
        wordless = {
            one.candidate.post.key: key for key, one in self._ranked.items() if not _has_words(one.candidate.post)
        }
        before, found = self._ask.requests, 0
        for lead in [lead for lead in leads if lead.ref.key in wordless][:MAX_DEEPER]:
            candidate = self._records.copied(lead, self._ask, thorough=True)
            if candidate is not None:
                del self._ranked[wordless[lead.ref.key]]
                self._add(candidate)
                found += 1
        if more := self._ask.requests - before:
            self._reports.append(
                SourceReport(
                    source="further copies",
                    outcome="found" if found else "nothing",
                    candidates=found,
                    requests=more,
                )
            )

    def _decided(self) -> Decision:
        """The decision over all candidates so far; a winner that only others' pages show is looked at first."""
        while True:
            decision = decide(self._mention, list(self._ranked.values()), self._settings, gaps=self._ask.gaps)
            winner = self._to_look_at(decision)
            if winner is None:
                return decision
            record = self._records.live(Lead(ref=winner.post.ref), self._ask, thorough=True)
            record = record or self._records.copied(Lead(ref=winner.post.ref), self._ask, thorough=False)
            del self._ranked[winner.post.key, winner.source]
            # a record without words (its author has deleted it) does not say that others show it wrongly
            if record is not None and _has_words(record.post):
                self._add(replace(record, cited_in=winner.cited_in))
                continue
            sites = {_site(page) for page in winner.cited_in} - {""}
            vouched = replace(winner, source="pages", score=0.0, reasons=(), contradictions=())
            if len(sites) < SITES_THAT_VOUCH:
                why = "only one site shows this post with this id, and neither the platform nor an archive shows it"
                vouched = replace(vouched, contradictions=(why,))
            self._add(vouched)

    def _to_look_at(self, decision: Decision) -> Candidate | None:
        """The claim on which the decision hangs: the winner, or one of several posts that are about as likely."""
        if decision.winner is not None:
            return decision.winner if decision.winner.source in CLAIMED else None
        if decision.outcome is not Outcome.AMBIGUOUS or not self._mention.words:
            return None
        claims = (one for one in decision.candidates if one.source in CLAIMED and not one.contradictions)
        return next((one for one in claims if one.score >= WORTH_NAMING / 2), None)

    def _looked_at(self, winner: Post) -> None:
        """Ask the platform's other endpoints, too, where it was asked of the winner only as far as its words needed."""
        if winner.key in self._records.answers and winner.key not in self._records.thorough:
            self._records.live(Lead(ref=winner.ref), self._ask, thorough=True)

    def _state(self, winner: Post | None) -> State | None:
        """What the platform answered of the winner; null where it was not asked."""
        if winner is None:
            return None
        keys = (winner.key, *(replace(winner, id=version).key for version in winner.edits))
        self._looked_at(winner)
        answered = self._records.answers
        others = sorted(key for key in answered if key not in keys)
        for key in (*keys, *others):
            answers = answered.get(key, [])
            if answers and (key in keys or any(a.post is not None and a.post.key == winner.key for a in answers)):
                return self._platform.judge(winner.ref, answers).state
        return None


def _has_it(found: Found, decision: Decision) -> bool:
    """Whether a source shows the winner, too."""
    winner = decision.winner
    shown = (*(one.post.key for one in found.candidates), *(lead.ref.key for lead in found.leads))
    return winner is not None and winner.post.key in shown


def _has_words(post: Post) -> bool:
    return bool(post.text or post.title)


def _site(url: str) -> str:
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
    return ".".join(host.split(".")[-2:])


def _without_platform(mention: Mention) -> Resolution:
    """No module knows this platform's endpoints: a permalink still names the post, anything else stays open."""
    step = f"no module for {mention.platform}: nothing was asked"
    if mention.post_id and mention.url:
        post = Post(platform=mention.platform, id=mention.post_id, url=mention.url, handle=mention.handle)
        why = Reason(feature="permalink", weight=1.0, note="the permalink in the article")
        return Resolution(
            mention_id=mention.id,
            outcome=Outcome.RESOLVED,
            post_key=post.key,
            candidates=(Candidate(post=post, score=1.0, source="permalink", reasons=(why,)),),
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
