"""What do many findings come to? Counts, shares with their intervals, and for how long posts stay.

Pure: findings in, figures out. A post that many articles cite counts once, and once in the row of each of its articles.
What we could not see (`blocked`, `unreachable`, `unresolved`) is in no share, neither as missing nor as there; how many
that are stands beside it. docs/audit.md has the formulae and what is assumed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any, NamedTuple

import msgspec

from archiver.auditing.figures.survival import Curve, Spell, Z, kaplan_meier
from archiver.auditing.finding import Finding, QuoteVerdict, not_shown
from archiver.model import Noun, State

CONFIDENCE = 0.95
MAX_ROWS = 10_000
"""Rows of one table, such as articles; more are counted in `rows_left_out`."""

MIN_GROUP = 10
"""Posts of a group that has a survival curve of its own; smaller groups are taken together."""

MAX_GROUPS = 12
OTHERS = "*"
"""The name of the groups that are taken together."""

FIRST_POSTS = datetime(1995, 1, 1, tzinfo=UTC)
"""Nothing that these platforms have was written before; what claims so has a time that was never set."""

YEAR = 365.25
AGES = (0.0, 1.0, 7.0, 30.0, 91.0, 182.0, *(YEAR * years for years in (1, 2, 3, 4, 5, 7, 10, 15)))
"""Days at which survival is told: a day, a week, a month, a quarter, half a year, years."""

MISSING = frozenset(state for state in State if state.missing)
READABLE = frozenset(state for state in State if state.readable)
NOT_SEEN = frozenset(State) - MISSING - READABLE
COMPARED = (QuoteVerdict.EXACT, QuoteVerdict.TRIVIAL, QuoteVerdict.SHORTENED, QuoteVerdict.ALTERED)
"""Verdicts on quotations that could be compared word for word; translations and those without words are beside them."""

_DAY = 86400.0


class Share(Noun, frozen=True, kw_only=True):
    """`count` of `of`, and the 95 % interval of the share by Wilson's score."""

    count: int
    of: int
    share: float | None
    """Null where `of` is 0."""
    low: float | None
    high: float | None


class Tally(Noun, frozen=True, kw_only=True):
    """What the posts of one row come to."""

    name: str
    """Platform, article (as in `Finding.sources`), language (`en`), year; empty where it is not known, and for all."""
    title: str | None = None
    """Of an article."""
    posts: int
    """Distinct posts, and mentions of which it is not known what post they are."""
    known: int
    """Of those, posts whose state is known: they could be read, or are missing."""
    not_seen: int
    """The others: `blocked`, `unreachable` and `unresolved`."""
    states: dict[str, int]
    missing: Share
    """Of those known."""
    deleted: Share
    """Of those known."""
    confirmed: int
    """Of the missing: seen so twice, hours apart."""
    seen_once: int
    """Of the missing: the others."""
    edited: Share
    """Of those known: platforms do not tell of every edit."""
    renamed: Share
    """Of the readable: today's handle is known of no others."""
    media_gone: Share
    """Of the readable."""
    embed_broken: Share
    """Of the readable."""
    never_captured: Share
    """Of those of which everybody who was asked told whether there is a copy."""
    rescued: Share
    """Of the missing."""
    quotes: dict[str, int]
    """Quotations by verdict; a post that three articles quote has three."""
    altered: Share
    """Of the quotations that could be compared: `exact`, `trivial`, `shortened`, `altered`."""


class Group(Noun, frozen=True, kw_only=True):
    """The survival of one group of posts, by two accounts of when a loss happened."""

    name: str
    """As in `Tally`; `*` for the small groups, taken together."""
    together: tuple[str, ...] = ()
    """What they are."""
    latest: Curve
    """Each loss when it was first seen: what is usually told, and too high."""
    middle: Curve
    """Each loss in the middle of the time in which it happened."""
    loss_within: float | None
    """Days within which it is known when a post was lost: from the last look that read it, or its entry, to the first
    that found it missing; the median of the losses."""


class Survival(Noun, frozen=True, kw_only=True):
    """For how long posts stay."""

    posts: int
    """Under observation for any time."""
    left_out: dict[str, int]
    """Those without a curve, by reason: `not_resolved`, `no_time` (of the post), `never_seen` (neither readable nor
    missing), `gone_before` (missing at the first look, with no article that says it was there before), `no_span` (one
    look alone, or none since an article cited it), `contradictory` (seen before it was written, or written before there
    was such a thing)."""
    overall: Group
    deleted: Group
    """Deletions only: a post that is missing otherwise counts as watched until then."""
    platforms: tuple[Group, ...]
    languages: tuple[Group, ...]


class Statistics(Noun, frozen=True, kw_only=True):
    """The figures of one audit."""

    at: datetime
    confidence: float = CONFIDENCE
    interval: str = "Wilson score"
    """How the intervals of shares are made."""
    overall: Tally
    platforms: tuple[Tally, ...]
    """Most posts first, as the other rows; years in their order."""
    articles: tuple[Tally, ...]
    """Most missing posts first."""
    languages: tuple[Tally, ...]
    years: tuple[Tally, ...]
    rows_left_out: dict[str, int]
    survival: Survival


def wilson(count: int, of: int) -> Share:
    """A share and its 95 % score interval (Wilson, J. Am. Stat. Assoc. 22 (1927) 209), without continuity correction.

    Raises `ValueError` where `count` is not within 0 and `of`.
    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is no share")
    if of == 0:
        return Share(count=0, of=0, share=None, low=None, high=None)
    share = count / of
    square = Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    low = 0.0 if count == 0 else max(0.0, min(middle - half, share))
    high = 1.0 if count == of else min(1.0, max(middle + half, share))
    return Share(count=count, of=of, share=share, low=low, high=high)


def statistics(findings: Iterable[Finding], *, at: datetime) -> Statistics:
    """The figures of `findings`, which may be many: they are taken in one by one, and not kept.

    at: when the audit was made; it is written into the result, and nothing is counted by it. Where two findings are of
    one post, the later look counts, and the articles of both. The order of the findings does not matter.
    """
    subjects = _once_each(findings)
    rows: dict[str, dict[str, Counter[_Marks]]] = {"platforms": {}, "languages": {}, "years": {}}
    overall: Counter[_Marks] = Counter()
    articles: dict[str, Counter[_Marks]] = {}
    titles: dict[str, str] = {}
    for subject in subjects:
        marks = subject.marks
        overall[marks] += 1
        for kind, name in (("platforms", subject.platform), ("languages", subject.language), ("years", subject.year)):
            group = rows[kind]
            (group.get(name) or group.setdefault(name, Counter()))[marks] += 1
        for cited in subject.articles:
            count = articles.get(cited.source) or articles.setdefault(cited.source, Counter())
            count[marks._replace(quotes=cited.quotes, embed_broken=marks.embed_broken and cited.shows_nothing)] += 1
            if cited.title and (cited.source not in titles or cited.title < titles[cited.source]):
                titles[cited.source] = cited.title
    told = {kind: [_tally(name, count) for name, count in group.items()] for kind, group in rows.items()}
    worst = sorted(articles, key=lambda name: (-_missing(articles[name]), -articles[name].total(), name))
    told["articles"] = [_tally(name, articles[name], titles.get(name)) for name in worst[:MAX_ROWS]]
    for kind in ("platforms", "languages"):
        told[kind].sort(key=lambda row: (-row.posts, row.name))
    told["years"].sort(key=lambda row: (not row.name, row.name))
    return Statistics(
        at=at,
        overall=_tally("", overall),
        platforms=tuple(told["platforms"][:MAX_ROWS]),
        articles=tuple(told["articles"]),
        languages=tuple(told["languages"][:MAX_ROWS]),
        years=tuple(told["years"][:MAX_ROWS]),
        rows_left_out={
            kind: number - MAX_ROWS
            for kind, number in (("articles", len(articles)), *((kind, len(group)) for kind, group in rows.items()))
            if number > MAX_ROWS
        },
        survival=_survival(subjects),
    )


def _missing(marks: Counter[_Marks]) -> int:
    return sum(number for one, number in marks.items() if one.state in MISSING)


class _Marks(NamedTuple):
    """All of one post that is counted: posts that are alike in it are counted together."""

    state: State
    confirmed: bool
    edited: bool
    renamed: bool
    media_gone: bool
    embed_broken: bool
    never_captured: bool | None
    rescued: bool
    quotes: tuple[QuoteVerdict, ...]


class _Cited(NamedTuple):
    """How one article has the post."""

    source: str
    title: str | None
    quotes: tuple[QuoteVerdict, ...]
    shows_nothing: bool


class _Subject(msgspec.Struct, frozen=True, gc=False):
    """One post, as far as it is counted. There may be millions: they hold no cycles, and are not searched for such."""

    seen: float
    platform: str
    language: str
    year: str
    marks: _Marks
    articles: tuple[_Cited, ...]
    spell: Spell | str
    """Or why it has none."""
    deleted: bool


def _once_each(findings: Iterable[Finding]) -> list[_Subject]:
    found: dict[object, _Subject] = {}
    alike: dict[object, Any] = {}
    for number, finding in enumerate(findings):
        key = finding.post_key or _key(finding) or number
        subject = _subject(finding, alike)
        earlier = found.get(key)
        found[key] = subject if earlier is None else _together(earlier, subject)
    return list(found.values())


def _key(finding: Finding) -> str | None:
    """What the post is known by where a finding has no key: its permalink. What was not resolved is each its own."""
    if finding.state is State.UNRESOLVED or not (finding.post_id and finding.url):
        return None
    return f"{finding.platform} {finding.url}"


def _together(one: _Subject, other: _Subject) -> _Subject:
    last = max(one, other, key=lambda subject: (subject.seen, subject.marks.state not in NOT_SEEN, repr(subject.marks)))
    articles = {cited.source: cited for cited in (*one.articles, *other.articles)}
    articles |= {cited.source: cited for cited in last.articles}
    quotes = tuple(sorted(verdict for cited in articles.values() for verdict in cited.quotes)) or last.marks.quotes
    return msgspec.structs.replace(last, marks=last.marks._replace(quotes=quotes), articles=tuple(articles.values()))


def _subject(finding: Finding, alike: dict[object, Any]) -> _Subject:
    """alike: what is equal in many of them, kept once."""
    articles = _articles(finding)
    articles = alike.setdefault(articles, articles)
    quotes = tuple(sorted(verdict for cited in articles for verdict in cited.quotes))
    if not quotes and finding.quote is not None:
        quotes = (finding.quote,)
    year = str(_utc(finding.created_at).year) if finding.created_at else (finding.day or "")[:4]
    spell, deleted = _spell(finding)
    marks = _Marks(
        finding.state,
        finding.confirmed,
        finding.edited or finding.state is State.EDITED,
        finding.renamed_from is not None,
        bool(finding.media_gone),
        finding.embed_broken,
        finding.never_captured,
        finding.rescued is not None,
        quotes,
    )
    return _Subject(
        seen=finding.seen_at.timestamp() if finding.seen_at else -math.inf,
        platform=finding.platform,
        language=(finding.language or "").partition("-")[0].lower(),
        year=year,
        marks=alike.setdefault(marks, marks),
        articles=articles,
        spell=spell,
        deleted=deleted,
    )


def _articles(finding: Finding) -> tuple[_Cited, ...]:
    found: dict[str, _Cited] = {}
    nothing = not_shown(finding.citations)
    for citation in finding.citations:
        if not citation.source:
            continue
        verdicts = (citation.quote.verdict,) if citation.quote else ()
        if earlier := found.get(citation.source):
            verdicts = tuple(sorted((*earlier.quotes, *verdicts)))
        found[citation.source] = _Cited(citation.source, citation.title, verdicts, citation.source in nothing)
    for source in finding.sources:
        if source and source not in found:
            found[source] = _Cited(source, None, (), False)
    return tuple(found.values())


def _tally(name: str, marks: Counter[_Marks], title: str | None = None) -> Tally:
    states: Counter[str] = Counter()
    quotes: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for one, number in marks.items():
        states[one.state.value] += number
        for verdict in one.quotes:
            quotes[verdict.value] += number
        readable, missing = one.state in READABLE, one.state in MISSING
        for what, true in (
            ("posts", True),
            ("readable", readable),
            ("missing", missing),
            ("confirmed", missing and one.confirmed),
            ("rescued", missing and one.rescued),
            ("edited", (readable or missing) and one.edited),
            ("renamed", readable and one.renamed),
            ("media_gone", readable and one.media_gone),
            ("embed_broken", readable and one.embed_broken),
            ("copies_known", one.never_captured is not None),
            ("never_captured", one.never_captured is True),
        ):
            if true:
                counts[what] += number
    missing_posts, readable_posts = counts["missing"], counts["readable"]
    known = missing_posts + readable_posts
    return Tally(
        name=name,
        title=title,
        posts=counts["posts"],
        known=known,
        not_seen=counts["posts"] - known,
        states={state.value: states[state] for state in State if states[state]},
        missing=wilson(missing_posts, known),
        deleted=wilson(states[State.DELETED], known),
        confirmed=counts["confirmed"],
        seen_once=missing_posts - counts["confirmed"],
        edited=wilson(counts["edited"], known),
        renamed=wilson(counts["renamed"], readable_posts),
        media_gone=wilson(counts["media_gone"], readable_posts),
        embed_broken=wilson(counts["embed_broken"], readable_posts),
        never_captured=wilson(counts["never_captured"], counts["copies_known"]),
        rescued=wilson(counts["rescued"], missing_posts),
        quotes={verdict.value: quotes[verdict] for verdict in QuoteVerdict if quotes[verdict]},
        altered=wilson(quotes[QuoteVerdict.ALTERED], sum(quotes[verdict] for verdict in COMPARED)),
    )


# Survival.


def _spell(finding: Finding) -> tuple[Spell | str, bool]:
    """For how long the post was watched, or why that cannot be said; and whether it was deleted."""
    if finding.post_key is None and (finding.post_id is None or finding.state is State.UNRESOLVED):
        return "not_resolved", False
    born, exact = _born(finding)
    if born is None:
        return "no_time", False
    looks = [(look.seen_at, look.state) for look in finding.looks if look.state not in NOT_SEEN]
    if finding.seen_at and finding.state not in NOT_SEEN and not any(at >= finding.seen_at for at, _ in looks):
        looks.append((finding.seen_at, finding.state))
    looks.sort(key=lambda look: look[0])
    seen_by, seen_first, missing_by = _ends(finding, looks)
    last = missing_by or seen_by
    if last is None:
        return "never_seen", False
    start = min((at for at in (_cited_first(finding, born, exact), seen_first) if at is not None), default=None)
    if start is None:
        return "gone_before", False
    entry, latest = (start - born).total_seconds() / _DAY, (last - born).total_seconds() / _DAY
    if not exact:  # noon stands for the day: what else happened on that day is no contradiction
        entry, latest = (0.0 if -0.5 <= when < 0.0 else when for when in (entry, latest))
    if entry < 0.0 or latest < 0.0 or born < FIRST_POSTS:
        return "contradictory", False
    if entry >= latest:
        return ("gone_before" if missing_by else "no_span"), False
    earliest = latest if missing_by is None else (seen_by - born).total_seconds() / _DAY if seen_by else entry
    deleted = missing_by is not None and (looks[-1][1] if looks else finding.state) is State.DELETED
    return Spell(entry, latest, min(max(earliest, entry), latest), missing_by is not None), deleted


def _born(finding: Finding) -> tuple[datetime | None, bool]:
    """When the post was written, and whether the time is known, not the day alone: then noon stands for it."""
    if finding.created_at:
        return _utc(finding.created_at), True
    day = _moment(finding.day)
    return (day.replace(hour=12) if day else None), False


def _ends(
    finding: Finding, looks: Sequence[tuple[datetime, State]]
) -> tuple[datetime | None, datetime | None, datetime | None]:
    """When the post was last seen readable, when first by a look, and by when it is missing: null where it came back.

    A copy that was rescued says, too, when a post was there. It bounds the loss; it is no beginning: of posts that are
    still there no such copy was looked for, and only the missing would be watched for longer.
    """
    if not looks:
        return finding.since, finding.since, finding.missing_by
    readable = [at for at, state in looks if state in READABLE]
    first = readable[0] if readable else None if finding.looks else finding.since
    if looks[-1][1] in READABLE:
        return readable[-1], first, None
    at = len(looks) - 1
    while at and looks[at - 1][1] in MISSING:
        at -= 1
    began = looks[at][0]
    missing_by = finding.missing_by or began
    since = [at for at in (*readable[-1:], finding.since) if at is not None and at <= missing_by]
    return max(since, default=None), first, missing_by


def _cited_first(finding: Finding, born: datetime, exact: bool) -> datetime | None:
    """When the first article that cites the post was published: what it cites was there. An article that claims to be
    older than the post says nothing. Of an article, too, often the day alone is known: then its beginning, or the
    post's own time on that day."""
    found: list[datetime] = []
    for citation in finding.citations:
        published = _moment(citation.published)
        if published is None:
            continue
        if published >= born:
            found.append(published)
        elif published.date() == born.date() and (not exact or len(citation.published or "") <= len("2026-11-30")):
            found.append(born)
    return min(found, default=None)


def _moment(value: str | None) -> datetime | None:
    """An ISO day or RFC 3339 time as an article has it; a time without a zone is taken as UTC."""
    if not value:
        return None
    try:
        return _utc(datetime.fromisoformat(value))
    except (ValueError, OverflowError):
        return None


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:  # within hours of the calendar's ends
        return moment.replace(tzinfo=UTC)


def _survival(subjects: Sequence[_Subject]) -> Survival:
    left_out: Counter[str] = Counter()
    watched: list[_Subject] = []
    for subject in subjects:
        if isinstance(subject.spell, str):
            left_out[subject.spell] += 1
        else:
            watched.append(subject)
    return Survival(
        posts=len(watched),
        left_out=dict(sorted(left_out.items())),
        overall=_group("", _spells(watched)),
        deleted=_group("", _spells(watched, deleted_only=True)),
        platforms=_groups(watched, "platform"),
        languages=_groups(watched, "language"),
    )


def _spells(subjects: Iterable[_Subject], *, deleted_only: bool = False) -> list[Spell]:
    return [
        subject.spell._replace(lost=False) if deleted_only and not subject.deleted else subject.spell
        for subject in subjects
        if isinstance(subject.spell, Spell)
    ]


def _groups(subjects: Iterable[_Subject], by: str) -> tuple[Group, ...]:
    """Each large group, and the small ones together, the largest first."""
    members: dict[str, list[_Subject]] = {}
    for subject in subjects:
        members.setdefault(getattr(subject, by), []).append(subject)
    order = sorted(members, key=lambda name: (-len(members[name]), name))
    large = [name for name in order if len(members[name]) >= MIN_GROUP][:MAX_GROUPS]
    small = [name for name in order if name not in large]
    groups = [_group(name, _spells(members[name])) for name in large]
    if small:
        groups.append(_group(OTHERS, _spells(one for name in small for one in members[name]), tuple(sorted(small))))
    return tuple(groups)


def _group(name: str, spells: list[Spell], together: tuple[str, ...] = ()) -> Group:
    within = [spell.latest - spell.earliest for spell in spells if spell.lost]
    return Group(
        name=name,
        together=together,
        latest=kaplan_meier(spells, ages=AGES),
        middle=kaplan_meier(spells, middle=True, ages=AGES),
        loss_within=median(within) if within else None,
    )


def summary_lines(figures: Statistics) -> Iterator[str]:
    """A few lines for a terminal: shares with their intervals, and survival after one and five years where it can be
    told: not at an age at which it is hardly known whether a loss was before it."""
    all_ = figures.overall
    if not all_.posts:
        return
    seen_once = f" ({all_.seen_once:,} of them seen once)" if all_.seen_once else ""
    if all_.known:
        yield f"missing: {shown(all_.missing)}{seen_once}"
    if all_.not_seen:
        why = ", ".join(
            f"{all_.states[state]:,} {state}" for state in State if state in NOT_SEEN and state in all_.states
        )
        yield f"not counted: {why}"
    if all_.altered.of:
        yield f"quotations altered: {shown(all_.altered)}"
    if all_.never_captured.count:
        yield f"never captured: {shown(all_.never_captured)}"
    told = [
        f"{one.survival * 100:.3g} %{_limits(one.low, one.high)} after {years} year{'s' if years > 1 else ''}"
        for years in (1, 5)
        for one in figures.survival.overall.latest.at
        if one.days == YEAR * years and one.survival is not None
        if (figures.survival.overall.loss_within or 0.0) <= one.days
    ]
    if told:
        yield f"still there: {', '.join(told)}"


def shown(share: Share) -> str:
    """`7 of 20, 35 % (18 to 57 %)`: a share for people."""
    if share.share is None:
        return f"{share.count:,} of {share.of:,}"
    return f"{share.count:,} of {share.of:,}, {share.share * 100:.3g} %{_limits(share.low, share.high)}"


def _limits(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({low * 100:.3g} to {high * 100:.3g} %)"
