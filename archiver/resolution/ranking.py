"""Which candidate is the post that an article shows, and is that sure?

The rules, in order: an id whose time contradicts the printed day never wins. A post that the article itself names (a
permalink, the link of its own picture) is it. Otherwise the words decide: they have to be alike, and clearly more alike
than those of the runner-up; a lone candidate proves nothing. Where that is not so, the answer is "not sure", with all
candidates and their reasons: a wrong post in an archive of evidence is worse than an open question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
from msgspec.structs import replace

from archiver.model import Candidate, Mention, Outcome, Post, Reason
from archiver.platforms.base import Platform
from archiver.resolution.likeness import likeness, name_likeness, telling
from archiver.resolution.settings import ResolveSettings

VIEWER_SLACK_HOURS = 14
"""Local days reach from UTC-12 to UTC+14: a reader's day may begin 14 hours before the UTC day."""

SAME_MINUTE = timedelta(seconds=90)
"""A printed time has no seconds, and some clocks round."""

NAMED = ("permalink", "media")
"""Sources in which the article itself names the post."""

INCOMPLETE_EXTRA = 0.1
"""Where a source could not be asked, a better candidate may be there: likeness has to be higher by so much."""

WORTH_NAMING = 0.4
"""From this score on the best candidate makes the outcome `ambiguous`; below, nothing fits and it is `unresolved`."""

SHARED_CODE = 0.95
"""A link code in common, the account the same: the article names the post."""

BORROWED_CODE = 0.3
"""A link code in common with a post of another account: renamed, or a borrowed film."""

OTHER_PICTURE = -0.15
"""Both have pictures, and no link code in common."""

SAME_WORDS_OTHER_PICTURE = 0.6
"""The most that a post with another picture's link can reach: X draws a new code for every post, so the same words over
another code are as likely another post. Not sure."""

RETWEET = re.compile(r"\s*RT @\w{1,20}\b")
MEDIA_CODE = re.compile(r"pic\.(?:twitter|x)\.com/([A-Za-z0-9]{7,12})(?![A-Za-z0-9])")
SHORT_CODE = re.compile(r"(?<![\w.])t\.co/([A-Za-z0-9]{7,12})(?![A-Za-z0-9])")

FORBIDDEN = "contradicts the printed day"


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """A scored candidate, and what the decision needs beside its score."""

    candidate: Candidate
    exact: bool = False
    """The text is the same."""
    named: bool = False
    """The article itself names this post."""
    forbidden: bool = False
    """Its day contradicts the printed one: it may be listed, it never wins."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome, the winner where there is one, and all candidates, best first."""

    outcome: Outcome
    reason: str
    winner: Post | None
    candidates: tuple[Candidate, ...]


def score(mention: Mention, candidate: Candidate, platform: Platform) -> Ranked:
    """One candidate with its score and every reason for and against."""
    post = candidate.post
    reasons: list[Reason] = []
    points, exact = 0.0, False
    words = mention.words
    if words and post.text:
        alike = likeness(words, post.text, post_complete=post.text_complete)
        points, exact = alike.score, alike.exact
        reasons.extend(alike.reasons)
    elif words:
        reasons.append(Reason(feature="text", weight=0.0, note="no record of the post's words"))
    else:
        reasons.append(Reason(feature="text", weight=0.0, note="the article shows no words of the post"))
    fits, day = day_reason(mention, post, platform)
    reasons.append(day) if day else None
    for reason in (_handle_reason(mention, post), _retweet_reason(mention, post), _clock_reason(mention, post)):
        if reason:
            points += reason.weight
            reasons.append(reason)
    if named := name_likeness(mention.display_name, post.display_name):
        reasons.append(named)
        points += named.weight if points < 0.97 else 0.0
    media = _media_reason(mention, post)
    if media:
        reasons.append(media)
        points = max(points, media.weight) if media.weight >= SHARED_CODE else points + min(media.weight, 0.05)
    names_it = candidate.source in NAMED or bool(media and media.weight >= SHARED_CODE)
    if candidate.source in NAMED:
        what = "the permalink in the article" if candidate.source == "permalink" else "the link of the post's picture"
        reasons.insert(0, Reason(feature="id" if candidate.source == "permalink" else "media", weight=1.0, note=what))
        points = 1.0
    if media and media.weight == OTHER_PICTURE and not names_it:
        points, exact = min(points, SAME_WORDS_OTHER_PICTURE), False
    forbidden = fits is False
    if forbidden:
        points = min(points, 0.2)
    final = round(min(1.0, max(0.0, points)), 4)
    return Ranked(
        candidate=replace(candidate, score=final, reasons=tuple(reasons)),
        exact=exact and not forbidden,
        named=names_it,
        forbidden=forbidden,
    )


def decide(
    mention: Mention, ranked: Sequence[Ranked], settings: ResolveSettings, *, gaps: Sequence[str] = ()
) -> Decision:
    """The outcome for all scored candidates.

    gaps: what could not be asked or read, in words. Gaps never make anything more sure, and with nothing found they are
    the reason given instead of "nothing found".
    """
    ordered = _best_first(_one_per_post(ranked))
    listed = tuple(r.candidate for r in ordered)
    allowed = [r for r in ordered if not r.forbidden]
    missing = "; not all could be asked: " + "; ".join(dict.fromkeys(gaps)) if gaps else ""

    def undecided(outcome: Outcome, reason: str) -> Decision:
        return Decision(outcome=outcome, reason=reason + missing, winner=None, candidates=listed)

    def resolved(winner: Ranked, reason: str) -> Decision:
        return Decision(outcome=Outcome.RESOLVED, reason=reason, winner=winner.candidate.post, candidates=listed)

    if not allowed:
        why = "every candidate's day contradicts the printed one" if ordered else "no candidate was found"
        return undecided(Outcome.UNRESOLVED, why)
    named = [r for r in allowed if r.named]
    if len(named) == 1:
        return resolved(named[0], f"named by {_naming(named[0])}")
    if len(named) > 1:
        return undecided(Outcome.AMBIGUOUS, "the article names more than one post here")
    if not mention.text:
        many = "a post" if len(allowed) == 1 else f"{len(allowed)} posts"
        return undecided(Outcome.AMBIGUOUS, f"{many} of that account and day, but no words to compare")
    best = allowed[0]
    second = allowed[1] if len(allowed) > 1 else None
    if best.exact:
        if second and second.exact:
            return undecided(Outcome.AMBIGUOUS, "more than one post has exactly these words")
        if gaps and not telling(mention.words or ""):
            return undecided(Outcome.AMBIGUOUS, "its words are the same, but so few that another post may have them")
        return resolved(best, "its words are the same, and its day fits")
    points = best.candidate.score
    margin = points - (second.candidate.score if second else 0.0)
    wanted = settings.accept_score + (INCOMPLETE_EXTRA if gaps else 0.0)
    if points >= wanted and margin >= settings.margin:
        return resolved(best, f"its words are alike ({points:.2f}), and no other post's are nearly so ({margin:+.2f})")
    if points >= settings.accept_score and margin < settings.margin:
        return undecided(Outcome.AMBIGUOUS, f"two posts are about equally alike ({margin:+.2f})")
    if points >= WORTH_NAMING:
        return undecided(Outcome.AMBIGUOUS, f"the best candidate is only somewhat alike ({points:.2f})")
    return undecided(Outcome.UNRESOLVED, f"no candidate's words are alike (best {points:.2f})")


def _naming(ranked: Ranked) -> str:
    return next(
        (r.note for r in ranked.candidate.reasons if r.feature in ("id", "media") and r.weight > 0), "the article"
    )


def _best_first(ranked: Sequence[Ranked]) -> list[Ranked]:
    return sorted(
        ranked,
        key=lambda r: (
            r.forbidden,
            not r.named,
            not r.exact,
            -r.candidate.score,
            len(r.candidate.post.id),
            r.candidate.post.id,
        ),
    )


def _one_per_post(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Versions of one edited post are one candidate: the version that fits best, and among equals the oldest."""
    groups: dict[str, list[Ranked]] = {}
    for one in ranked:
        groups.setdefault(
            one.candidate.post.edits[0] if one.candidate.post.edits else one.candidate.post.id, []
        ).append(one)
    out = []
    for versions in groups.values():
        best = _best_first(versions)[0]
        others = sorted({v.candidate.post.id for v in versions} - {best.candidate.post.id})
        if others:
            note = "another version of the same edited post: " + ", ".join(others)
            reasons = (*best.candidate.reasons, Reason(feature="id", weight=0.0, note=note))
            best = replace(best, candidate=replace(best.candidate, reasons=reasons))
        out.append(best)
    return out


def day_reason(mention: Mention, post: Post, platform: Platform) -> tuple[bool | None, Reason | None]:
    """Whether the post's day fits the printed one (null where either is unknown), and that as a reason."""
    printed = printed_day(mention)
    if printed is None:
        return None, None
    made = platform.time_of(post.id) or post.created_at
    if made is None:
        if post.day is None:
            return None, Reason(feature="day", weight=0.0, note="when it was posted is not known")
        fits = post.day == printed.isoformat()
        return fits, _day(fits, post.day, printed)
    if mention.date_basis == "utc":
        fits = made.astimezone(UTC).date() == printed
        return fits, _day(fits, made.strftime("%Y-%m-%d %H:%MZ"), printed)
    begin = datetime(printed.year, printed.month, printed.day, tzinfo=UTC)
    slack = timedelta(hours=VIEWER_SLACK_HOURS)
    fits = begin - slack <= made < begin + timedelta(days=1) + slack
    return fits, _day(fits, made.strftime("%Y-%m-%d %H:%MZ"), printed)


def _day(fits: bool, made: str, printed: date) -> Reason:
    if fits:
        return Reason(feature="day", weight=0.1, note=f"posted {made}, printed {printed}")
    return Reason(feature="day", weight=-1.0, note=f"posted {made}, which {FORBIDDEN} {printed}")


def printed_day(mention: Mention) -> date | None:
    """The day that the article prints; null where it prints none."""
    try:
        return date.fromisoformat((mention.date or "")[:10])
    except ValueError:
        return None


def _clock_reason(mention: Mention, post: Post) -> Reason | None:
    """What a printed time of day says. Time zones are whole hours but for a few of 30 and 45 minutes."""
    if not mention.date or "T" not in mention.date or post.created_at is None:
        return None
    try:
        shown = datetime.fromisoformat(mention.date)
    except ValueError:
        return None
    if shown.tzinfo is not None and mention.date_basis == "utc":
        off = abs(shown - post.created_at)
    else:
        minutes = (shown.minute - post.created_at.minute) % 15
        off = timedelta(minutes=min(minutes, 15 - minutes))
    if off <= SAME_MINUTE:
        return Reason(feature="time", weight=0.05, note=f"posted {post.created_at:%H:%M}Z, which fits the printed time")
    return Reason(feature="time", weight=-0.4, note=f"posted {post.created_at:%H:%M}Z, which the printed time is not")


def _handle_reason(mention: Mention, post: Post) -> Reason | None:
    if not mention.handle or not post.handle:
        return None
    if mention.handle.lower() == post.handle.lower():
        return Reason(feature="handle", weight=0.0, note=f"by @{post.handle}")
    return Reason(
        feature="handle",
        weight=-0.05,
        note=f"by @{post.handle} in its record, cited as @{mention.handle}: renamed, or another account's post",
    )


def _retweet_reason(mention: Mention, post: Post) -> Reason | None:
    """An embed shows the original, never the retweet, so a retweet's record is the post of somebody else."""
    if post.text and RETWEET.match(post.text) and not RETWEET.match(mention.text or ""):
        return Reason(feature="text", weight=-0.4, note="a retweet of somebody else's post")
    return None


def _media_reason(mention: Mention, post: Post) -> Reason | None:
    """The code of a picture or short link: X draws a new one for every post, so one in common is the post itself."""
    pictures = _codes(MEDIA_CODE, *mention.links, mention.words or "")
    theirs = _codes(MEDIA_CODE, *post.links, post.text or "")
    shared = pictures & theirs or _codes(SHORT_CODE, *mention.links, mention.words or "") & _codes(
        SHORT_CODE, *post.links, post.text or ""
    )
    if shared and not RETWEET.match(post.text or ""):
        note = f"the link code {min(shared)} that both have"
        other = mention.handle and post.handle and mention.handle.lower() != post.handle.lower()
        # A borrowed film keeps the link of its owner's post: then the code alone names the wrong one.
        return Reason(feature="media", weight=BORROWED_CODE if other else SHARED_CODE, note=note)
    # Copies may have lost the case of a code; then it proves nothing, but it is no other picture.
    if pictures and theirs and not {code.lower() for code in pictures} & {code.lower() for code in theirs}:
        return Reason(feature="media", weight=OTHER_PICTURE, note="its picture has another link")
    return None


def _codes(pattern: re.Pattern[str], *texts: str) -> frozenset[str]:
    return frozenset(code for text in texts for code in pattern.findall(text[:20_000]))
