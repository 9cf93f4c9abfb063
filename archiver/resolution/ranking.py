"""Which candidate is the post that an article shows, and is that sure?

The rules, in order: what contradicts the article never wins (an id whose time is not of the printed day, a record that
cannot be what it says). A post that the article itself names (a permalink, the link of its own picture) is it.
Otherwise the words decide, and what stands around them: every candidate's features are weighed, and all candidates
together with "none of these" share one probability (`weights`). Where no candidate reaches what the settings ask for,
the answer is "not sure", with all candidates and their reasons: a wrong post in an archive of evidence is worse than an
open question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import msgspec
from msgspec.structs import replace

from archiver.model import Candidate, Mention, Outcome, Post, Reason
from archiver.platforms.base import Platform
from archiver.resolution.likeness import Likeness, likeness, names_alike, telling
from archiver.resolution.meaning import ALONE, Meaning
from archiver.resolution.settings import ResolveSettings
from archiver.resolution.sums import added
from archiver.resolution.weights import contributions, probabilities
from archiver.resolution.window import clock_fits, printed_day, printed_moment, window_of

NAMED = ("permalink", "media")
"""Sources in which the article itself names the post."""

WORTH_NAMING = 0.3
"""From this probability on the best candidate makes the outcome `ambiguous`; below, it is `unresolved`."""

CONTRADICTED = 0.01
"""The most that a candidate's score says where something contradicts it."""

FULL_WORDS = 12
"""The same words in the same order: from so many on, more words make it no surer."""

DOUBTFUL = 0.9
"""The most that a candidate's score says where a number, a name or a picture speaks against it."""

PATTERN = 0.75
"""From this share of names and numbers on, in what differs between two texts, they follow one pattern."""

OTHER_MARKS = ("added_tags", "other_tags", "added_emoji", "other_emoji")
"""Hashtags and emoji that the article shows and the post has not; translations change no hashtags."""

SHARED = ("shared_numbers", "shared_names")
"""What of the words of another language a post shares with what is shown, so that its meaning counts in full."""

CLAIMED = ("index",)
"""Sources that only claim what a post says: pages of others."""

ABOUT = timedelta(days=60)
"""Who had a handle so long before or after a post had it when the post was made, as far as anybody knows."""

RETWEET = re.compile(r"\s*RT @\w{1,20}\b")
MEDIA_CODE = re.compile(r"pic\.(?:twitter|x)\.com/([A-Za-z0-9]{7,12})(?![A-Za-z0-9])")
SHORT_CODE = re.compile(r"(?<![\w.])t\.co/([A-Za-z0-9]{7,12})(?![A-Za-z0-9])")


class _Add(Protocol):
    """Takes what a check says of a candidate: a feature, in words, and its value."""

    def __call__(self, feature: str, note: str, value: float = 1.0) -> None: ...


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate with its features, and what the decision needs beside them."""

    candidate: Candidate
    alike: Likeness
    around: Mapping[str, float]
    """Features of what is around the words."""
    notes: Mapping[str, str]
    """What each feature around the words says."""
    named: bool = False
    """The article itself names this post."""

    @property
    def forbidden(self) -> bool:
        """Something contradicts it: it may be listed, it never wins."""
        return bool(self.candidate.contradictions)


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome, the winner where there is one, and all candidates, best first."""

    outcome: Outcome
    reason: str
    winner: Candidate | None
    candidates: tuple[Candidate, ...]
    certain: bool = False
    """Nothing that a further source could say would change it."""


UNREAD = Likeness(kind="unread", features={}, notes={})


class HandleUse(msgspec.Struct, frozen=True, kw_only=True):
    """That an account was seen under a handle."""

    account_id: str
    handle: str
    first: str
    """ISO day on which it was first seen under the handle."""
    last: str


Accounts = Sequence[HandleUse]


def score(
    mention: Mention,
    candidate: Candidate,
    platform: Platform,
    *,
    accounts: Accounts = (),
    meaning: Meaning | None = None,
) -> Ranked:
    """One candidate with its features.

    accounts: which stable account ids are known to have had the mention's handle, and when. meaning: what compares
    texts by their meaning, where an embedding model is set.
    """
    post = candidate.post
    around: dict[str, float] = {}
    notes: dict[str, str] = {}

    def add(feature: str, note: str, value: float = 1.0) -> None:
        around[feature] = value
        notes[feature] = note

    contradictions = list(candidate.contradictions)
    contradictions += _time_contradictions(mention, post, platform, add)
    contradictions += platform.contradictions(post)
    contradictions += _account_contradictions(mention, post, accounts, add)
    _version(mention, post, add)
    if (same := names_alike(mention.display_name, post.display_name)) is not None:
        what = f"the display name is {post.display_name!r}"
        add("name", what) if same else add("other_name", f"{what}, shown {mention.display_name!r}")
    if post.text and RETWEET.match(post.text) and not RETWEET.match(mention.text or ""):
        # An embed shows the original, never the repost, so a repost's record is the post of somebody else.
        add("repost", "a repost of somebody else's post")
    named = candidate.source in NAMED
    if _pictures(mention, post, add) and not named:
        named = True
    alike, text = _likeness(mention, post)
    if meaning is not None and not named:
        _meaning(meaning, mention.words or "", text, alike, add)
    return Ranked(
        candidate=replace(candidate, contradictions=tuple(dict.fromkeys(contradictions))),
        alike=alike,
        around=around,
        notes=notes,
        named=named,
    )


def _likeness(mention: Mention, post: Post) -> tuple[Likeness, str]:
    """The words shown against whichever of the post's heading and text they are most like, and that text."""
    words = mention.words
    texts = [text for text in (post.text, post.title) if text]
    if post.title and post.text:
        texts.append(f"{post.title}\n{post.text}")
    if post.warning and post.text:
        texts.append(f"{post.warning}\n{post.text}")
    if not words or not texts:
        note = "no record of the post's words" if words else "the article shows no words of the post"
        return replace(UNREAD, notes={"": note}), ""
    found = [(likeness(words, text, post_complete=post.text_complete), text) for text in texts]
    return max(found, key=lambda one: added(contributions(one[0].kind, _with_words(one[0]), {}).values()))


def _meaning(meaning: Meaning, words: str, text: str, alike: Likeness, add: _Add) -> None:
    """What a model says of the meanings, where the words differ: see `meaning` for how much it counts and why."""
    foreign = alike.kind == "foreign"
    told = meaning.told(words, text, foreign=foreign) if foreign or alike.kind == "alike" else None
    if told is None:
        return
    shared = any(name in alike.features for name in SHARED)
    add("meaning", told.note, round(told.value if shared or told.value < 0 else told.value * ALONE, 3))


def _with_words(alike: Likeness) -> dict[str, float]:
    if alike.kind != "same":
        return dict(alike.features)
    return {"words": min(1.0, len(alike.hits) / FULL_WORDS), **alike.features}


def _time_contradictions(mention: Mention, post: Post, platform: Platform, add: _Add) -> list[str]:
    printed = printed_day(mention)
    # what was brought from elsewhere has a new id and says of itself when it was first made
    times = [moment for moment in (platform.time_of(post.id), post.created_at) if moment is not None]
    made = times[0] if times else None
    if printed is None:
        if made is not None and (window := window_of(mention, 1)) and made >= window.until:
            # articles are published once and changed for years
            add("after_article", f"posted {made:%Y-%m-%d}, the article was published {(mention.published or '')[:10]}")
        return []
    if made is None:
        if post.day is None:
            return []
        if mention.date_basis == "utc" and post.day != printed.isoformat():
            return [f"posted {post.day}, which contradicts the printed day {printed}"]
        add("same_day", f"posted {post.day}, printed {printed}", float(post.day == printed.isoformat()))
        return []
    window = window_of(mention, 0)
    if window is not None:
        made = next((moment for moment in times if moment in window), made)
    shown = f"{made:%Y-%m-%d %H:%MZ}"
    if window is not None and made not in window:
        return [f"posted {shown}, which contradicts the printed day {printed}"]
    add("same_day", f"posted {shown}, printed {printed}", float(made.astimezone(UTC).date() == printed))
    return _clock_contradictions(mention, post, platform, add, made)


def day_contradicts(mention: Mention, post: Post, platform: Platform) -> str | None:
    """How a post's time contradicts the article; null where it fits, or nothing is known."""
    found = _time_contradictions(mention, post, platform, _nobody)
    return found[0] if found else None


def _nobody(feature: str, note: str, value: float = 1.0) -> None:
    """Heard by nobody."""


def _clock_contradictions(mention: Mention, post: Post, platform: Platform, add: _Add, made: datetime) -> list[str]:
    if printed_moment(mention) is None:
        return []
    times = [moment for moment in (made, post.created_at, post.indexed_at) if moment is not None]
    shown = f"posted {made:%H:%M}Z"
    if any(clock_fits(mention, moment) for moment in times):
        add("minute", f"{shown}, which fits the printed time")
        return []
    if platform.signature is not None and platform.signature.timed:
        return [f"{shown}, which is not the printed time {(mention.date or '')[11:16]} in any time zone"]
    add("other_minute", f"{shown}, which the printed time is not")
    return []


def _version(mention: Mention, post: Post, add: _Add) -> None:
    """The hash of the record that the embed carries, against that of today's record."""
    if mention.content_id and post.content_id:
        if mention.content_id == post.content_id:
            add("version", "its record is, to the byte, the one that the embed quotes")
        else:
            add("other_version", "its record was replaced since the article quoted it (another content hash)")


def _account_contradictions(mention: Mention, post: Post, accounts: Accounts, add: _Add) -> list[str]:
    if not mention.handle or not post.handle:
        return []
    known = {use.account_id for use in accounts}
    if mention.handle.lower() != post.handle.lower():
        if post.account_id and post.account_id in known:
            add("renamed", f"by @{post.handle} today, the account that was @{mention.handle} (id {post.account_id})")
        else:
            add(
                "other_handle",
                f"by @{post.handle} in its record, cited as @{mention.handle}: renamed, or another account's post",
            )
        return []
    if post.account_id is None or not known or post.account_id in known:
        return []
    window = window_of(mention, 0)
    days = [day.isoformat() for day in (window.since - ABOUT, window.until + ABOUT)] if window else []
    then = [use for use in accounts if days and use.first <= days[1] and use.last >= days[0]]
    if not then:
        return []
    was, by = then[0].account_id, post.account_id
    return [f"@{mention.handle} was the account {was} then, and this post is of the account {by}: it changed hands"]


def _pictures(mention: Mention, post: Post, add: _Add) -> bool:
    """What the link codes of pictures say; true where they name the post.

    X draws a new code for every post, so one in common is the post itself; a borrowed film keeps the link of its
    owner's post. Copies may have lost the case of a code; then it proves nothing, but it is no other picture.
    """
    words = mention.words or ""
    pictures = _codes(MEDIA_CODE, *mention.links, words)
    theirs = _codes(MEDIA_CODE, *post.links, post.text or "")
    short = _codes(SHORT_CODE, *mention.links, words) & _codes(SHORT_CODE, *post.links, post.text or "")
    shared = pictures & theirs or short
    if shared and not RETWEET.match(post.text or ""):
        other = mention.handle and post.handle and mention.handle.lower() != post.handle.lower()
        add("shared_code", f"the link code {min(shared)} that both have")
        return not other
    if pictures and theirs and not {code.lower() for code in pictures} & {code.lower() for code in theirs}:
        add("other_picture", "its picture has another link")
    return False


def _codes(pattern: re.Pattern[str], *texts: str) -> frozenset[str]:
    return frozenset(code for text in texts for code in pattern.findall(text[:20_000]))


# -- the decision


def decide(
    mention: Mention, ranked: Sequence[Ranked], settings: ResolveSettings, *, gaps: Sequence[str] = ()
) -> Decision:
    """The outcome for all scored candidates.

    gaps: what could not be asked or read, in words. Gaps never make anything more sure, and with nothing found they are
    the reason given instead of "nothing found".
    """
    weighed = _weighed(ranked, gaps=bool(gaps))
    listed = tuple(one.candidate for one in weighed)
    allowed = [one for one in weighed if not one.forbidden]
    missing = "; not all could be asked: " + "; ".join(dict.fromkeys(gaps)) if gaps else ""

    def undecided(outcome: Outcome, reason: str) -> Decision:
        return Decision(outcome=outcome, reason=reason + missing, winner=None, candidates=listed)

    def resolved(winner: Ranked, reason: str, *, certain: bool) -> Decision:
        return Decision(
            outcome=Outcome.RESOLVED, reason=reason, winner=winner.candidate, candidates=listed, certain=certain
        )

    if not allowed:
        why = "no candidate was found"
        if weighed:
            why = "every candidate is contradicted: " + weighed[0].candidate.contradictions[0]
        return undecided(Outcome.UNRESOLVED, why)
    named = [one for one in allowed if one.named]
    if len(named) == 1:
        return resolved(named[0], f"named by {_naming(named[0])}", certain=True)
    if len(named) > 1:
        return undecided(Outcome.AMBIGUOUS, "the article names more than one post here")
    if not mention.words:
        many = "a post" if len(allowed) == 1 else f"{len(allowed)} posts"
        return undecided(Outcome.AMBIGUOUS, f"{many} of that account and time, but no words to compare")
    best = allowed[0]
    second = allowed[1] if len(allowed) > 1 else None
    sure = best.candidate.score
    if best.alike.exact and any(one.alike.exact and not doubt(one) for one in allowed[1:]):
        return undecided(Outcome.AMBIGUOUS, "more than one post has exactly these words")
    if best.alike.exact and gaps and not telling(mention.words):
        return undecided(Outcome.AMBIGUOUS, "its words are the same, but so few that another post may have them")
    why_not = doubt(best)
    if sure >= min(DOUBTFUL, settings.accept_score) and why_not:
        return undecided(Outcome.AMBIGUOUS, f"its words are alike, but {why_not}")
    if sure >= settings.accept_score:
        how = "the same" if best.alike.exact else "alike"
        others = f", and no other post's are nearly so (next: {second.candidate.score:.3f})" if second else ""
        return resolved(best, f"its words are {how} ({sure:.3f}){others}", certain=not gaps)
    if second and second.candidate.score >= WORTH_NAMING / 2:
        return undecided(
            Outcome.AMBIGUOUS, f"two posts are about equally likely ({sure:.2f} and {second.candidate.score:.2f})"
        )
    if sure >= WORTH_NAMING:
        why = f": {why_not}" if why_not else ""
        return undecided(Outcome.AMBIGUOUS, f"the best candidate is not sure enough ({sure:.2f}){why}")
    return undecided(Outcome.UNRESOLVED, f"no candidate's words are alike (best: {sure:.2f})")


def doubt(one: Ranked) -> str | None:
    """What keeps a post from being resolved to, however alike its words are: translations and copies keep numbers and
    names, the codes of pictures and the printed time, while posts made after one pattern differ in nothing else; what
    was copied letter by letter has no other words; and a copy of all the words makes up no hashtag or emoji."""
    features = one.alike.features
    if "other_numbers" in features:
        return one.alike.notes["other_numbers"]
    if features.get("pattern", 0.0) >= PATTERN:
        return one.alike.notes["pattern"]
    if "edited" in features:
        return one.alike.notes["edited"]
    marks = OTHER_MARKS if one.alike.exact else OTHER_MARKS[:2]
    if mark := next((name for name in marks if name in features), None):
        return one.alike.notes[mark]
    return one.notes.get("other_picture") or one.notes.get("other_minute")


def _naming(ranked: Ranked) -> str:
    return {"permalink": "the permalink in the article", "media": "the link of the post's picture"}.get(
        ranked.candidate.source, ranked.notes.get("shared_code", "the article")
    )


class _Sum(msgspec.Struct, frozen=True):
    """A candidate's log-odds, and what each feature adds to them."""

    total: float
    parts: Mapping[str, float]
    features: Mapping[str, float]


def log_odds(ranked: Sequence[Ranked]) -> list[float]:
    """How likely each candidate looks, before they are compared with each other and with "none of them"."""
    return [summed.total for summed in _sums(ranked)]


def _weighed(ranked: Sequence[Ranked], *, gaps: bool) -> list[Ranked]:
    """All candidates with their probabilities and reasons, best first; versions of one post are one candidate."""
    sums = _sums(ranked)
    kept = _one_per_post(ranked, sums)
    competing = [i for i in kept if not ranked[i].forbidden and not ranked[i].named]
    chances = dict(zip(competing, probabilities([sums[i].total for i in competing], gaps=gaps), strict=True))
    out = []
    for i in kept:
        one = ranked[i]
        chance = CONTRADICTED if one.forbidden else 1.0 if one.named else chances[i]
        if not one.named and doubt(one):
            chance = min(chance, DOUBTFUL)
        reasons = _reasons(one, sums[i]) + _other_versions(ranked, i)
        out.append(replace(one, candidate=replace(one.candidate, score=round(chance, 4), reasons=reasons)))
    return sorted(
        out,
        key=lambda r: (r.forbidden, not r.named, -r.candidate.score, len(r.candidate.post.id), r.candidate.post.id),
    )


def features_of(ranked: Sequence[Ranked]) -> list[dict[str, float]]:
    """The features of each candidate's words, among the candidates of one mention: what the weights are fitted on."""
    out = []
    for one, apart in zip(ranked, _distinct(ranked), strict=True):
        features = _with_words(one.alike)
        if apart:
            features["distinct"] = apart
        out.append(features)
    return out


def _sums(ranked: Sequence[Ranked]) -> list[_Sum]:
    out = []
    for one, features in zip(ranked, features_of(ranked), strict=True):
        parts = contributions(one.alike.kind, features, one.around)
        out.append(_Sum(added(parts.values()), parts, {**features, **one.around}))
    return out


def _distinct(ranked: Sequence[Ranked]) -> list[float]:
    """For each candidate: how much better it has those of the words shown that not all candidates have alike.

    The words of a day's topic are in all posts of the day and tell nothing; a word that only one of them has tells
    much.
    """
    rivals = [i for i, one in enumerate(ranked) if one.alike.hits and one.alike.kind in ("same", "alike")]
    keys = {(one.candidate.post.edits[:1] or (one.candidate.post.key,)) for one in (ranked[i] for i in rivals)}
    out = [0.0] * len(ranked)
    if len(keys) < 2:
        return out
    length = min(len(ranked[i].alike.hits) for i in rivals)
    gains = dict.fromkeys(rivals, 0.0)
    for place in range(length):
        hits = {i: ranked[i].alike.hits[place][1] for i in rivals}
        mean = added(hits.values()) / len(hits)
        for i, hit in hits.items():
            gains[i] += hit - mean
    return [round(gains[i] / max(1, length), 4) if i in gains else 0.0 for i in range(len(ranked))]


def _one_per_post(ranked: Sequence[Ranked], sums: Sequence[_Sum]) -> list[int]:
    """Versions of one edited post, and records of one post from several sources, are one candidate: the one that fits
    best, and among equals the first."""
    groups: dict[str, list[int]] = {}
    for i, one in enumerate(ranked):
        groups.setdefault(_post(one.candidate.post), []).append(i)
    return [
        min(
            group,
            key=lambda i: (ranked[i].forbidden, not ranked[i].named, not ranked[i].alike.exact, -sums[i].total, i),
        )
        for group in groups.values()
    ]


def _post(post: Post) -> str:
    return f"{post.platform}:{post.edits[0]}" if post.edits else post.key


def _other_versions(ranked: Sequence[Ranked], kept: int) -> tuple[Reason, ...]:
    post = ranked[kept].candidate.post
    others = sorted({r.candidate.post.id for r in ranked if _post(r.candidate.post) == _post(post)} - {post.id})
    if not others:
        return ()
    return (Reason(feature="id", weight=0.0, note="another version of the same edited post: " + ", ".join(others)),)


def _reasons(one: Ranked, summed: _Sum) -> tuple[Reason, ...]:
    """Every feature, its value and what it adds; first what decides."""
    reasons: list[Reason] = []
    if one.candidate.source in NAMED:
        reasons.append(Reason(feature=one.candidate.source, weight=1.0, note=_naming(one)))
    reasons += [Reason(feature="contradiction", weight=-1.0, note=what) for what in one.candidate.contradictions]
    # what has no words of its own is said with the text
    untold = {name for name in one.alike.features if "" in one.alike.notes and name not in one.alike.notes} | {"words"}
    if "" in one.alike.notes:
        weight = summed.parts["bias"] + added(summed.parts.get(name, 0.0) for name in sorted(untold))
        reasons.append(Reason(feature="text", weight=round(weight, 3), note=one.alike.notes[""]))
    elif one.alike.kind in ("alike", "foreign"):
        what = "in the same language" if one.alike.kind == "alike" else "in another language"
        reasons.append(Reason(feature="text", weight=round(summed.parts["bias"], 3), note=f"words {what}"))
    for name, value in summed.features.items():
        if name in untold:
            continue
        around = name in one.around
        note = (one.notes if around else one.alike.notes).get(name, WHAT.get(name, name.replace("_", " ")))
        feature = name if around else f"text.{name}"
        reasons.append(Reason(feature=feature, weight=round(summed.parts[name], 3), note=note, value=value))
    return tuple(reasons)


WHAT = {
    "both": "how much of both texts is in the other",
    "order": "how alike they are letter by letter",
    "sorted": "the same with the words sorted",
    "length": "how different they are in length (natural logarithm)",
    "distinct": "words shown that this candidate has and the others have not",
    "no_numbers": "neither has a number",
}
