"""The report of an audit as one HTML file that asks nobody for anything: what to act on, the figures, each finding.

Everything in it was written by strangers. It is escaped, set apart from what is ours, and bounded: what is left out is
said, and is in the audit's JSON. The same findings give the same bytes.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from importlib.resources import files
from itertools import chain
from typing import Any, NamedTuple

import msgspec
from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from archiver.auditing import Finding
from archiver.auditing.figures.statistics import COMPARED, OTHERS, Group, Share, Statistics, Tally
from archiver.auditing.figures.survival import Survived
from archiver.auditing.finding import OWN, Citation, EmbedStanding, QuoteVerdict
from archiver.model import Noun, State
from archiver.replay import wording
from archiver.replay.show import count, environment, external, name_of, time, visible, words
from archiver.reporting import charts
from archiver.reporting.actions import (
    ACTIONS,
    ALTERED,
    CONFIRMED,
    EMBEDS,
    FINE,
    NOT_SEEN,
    SEEN_ONCE,
    UNCAPTURED,
    Action,
    grouped,
)
from archiver.reporting.overtime import states_over_time
from archiver.reporting.places import Place, Replay, archived_copy

MAX_FULL = 3000
"""Findings that are shown whole; of further ones, a line each."""

MAX_BYTES = 24 << 20
"""Of all findings together; further ones are counted."""

OPEN_AT_MOST = 40
"""Findings of a group that is shown unfolded."""

MAX_TEXT = 1200
MAX_LINE = 140
MAX_WORDS = 400
"""Code points of a post's words, of those in a line, and of any other text out of a finding."""

MAX_ADDRESS = 2000
"""Of a URL: a longer one is no link, and is not shown."""

MAX_LABEL = 160
"""Of a URL as it is shown."""

_ADDRESSES = frozenset(("url", "article_uri", "memento", "media_gone"))
"""Fields that hold what is linked to."""

MAX_CITATIONS = 8
MAX_CHANGES = 8
MAX_LOOKS = 20
MAX_PLACES = 8
MAX_RECORDS = 6
ROWS = 15
MAX_FOLDED = 200
"""Rows of a table of figures, and of those folded away below it."""

WORDS: dict[str, wording.Word] = wording.STATES | {
    State.BLOCKED: wording.Word(
        "we were refused", "The platform refused to answer us; this says nothing about the post.", "plain"
    ),
    State.UNREACHABLE: wording.Word("no answer", "No answer came; this says nothing about the post.", "plain"),
    State.UNRESOLVED: wording.Word(
        "not sure", "Either it is not known which post this is, or what was answered does not tell its state.", "plain"
    ),
}

STANDINGS = {
    EmbedStanding.WORKS: "works",
    EmbedStanding.STATIC: "a quotation that needs nothing to be shown",
    EmbedStanding.BROKEN: "broken",
    EmbedStanding.LOST: "lost: only text is left of it",
    EmbedStanding.LINK: "a link",
    EmbedStanding.UNKNOWN: "not known",
}

QUOTES = {
    QuoteVerdict.EXACT: "exact",
    QuoteVerdict.TRIVIAL: "the same words, set differently",
    QuoteVerdict.SHORTENED: "shortened, faithful as far as it goes",
    QuoteVerdict.ALTERED: "altered",
    QuoteVerdict.TRANSLATED: "translated, not compared word for word",
    QuoteVerdict.UNKNOWN: "not compared",
}

WITHOUT_CURVE = {
    "not_resolved": "mentions of which it is not known what post they are",
    "no_time": "posts whose time is not known",
    "never_seen": "never seen, neither readable nor missing",
    "gone_before": "missing before they came under observation",
    "no_span": "watched for no time: one look alone, or none since an article cited them",
    "contradictory": "seen before they were written: one of the times is wrong",
}


def html_report(
    findings: Sequence[Finding],
    figures: Statistics,
    *,
    at: datetime,
    title: str,
    since: datetime | None = None,
    only: str = "",
    compared: str = "",
    replay_base: str | None = None,
    slug: str = "warc",
) -> Iterable[str]:
    """The report in pieces, to be written one after the other (UTF-8).

    figures: `statistics` of the same findings, or of more: then `findings` are a choice, and the report says so.
    since: what went missing later than this is marked as new, as is each finding that has `changed`. only: what the
    findings were chosen by, in words; compared: what they were compared with. replay_base: where `archiver replay` of
    the archive runs (`http://127.0.0.1:8080/`); without it, records are named by file and byte. slug: the archive's in
    that replay (`archiver.replay.shelf.slug_of` its path).

    Raises `UsageError` where `replay_base` is no http(s) URL.
    """
    return _Report(findings, figures, at, title, since, only, compared, Replay(replay_base, slug), slug).pieces()


class _Table(NamedTuple):
    """Rows of shares."""

    title: str
    head: str
    caption: str
    rows: list[dict[str, Any]]
    more: str = ""
    folded: _Table | None = None
    left_out: int = 0


class _Report:
    def __init__(
        self,
        findings: Sequence[Finding],
        figures: Statistics,
        at: datetime,
        title: str,
        since: datetime | None,
        only: str,
        compared: str,
        replay: Replay,
        slug: str,
    ) -> None:
        self._findings = findings
        self._figures = figures
        self._at = at
        self._title = title
        self._since = since
        self._only = only
        self._compared = compared
        self._choice = bool(only) or len(findings) < figures.overall.posts
        self._replay = replay
        self._slug = slug
        self._full = 0
        self._bytes = 0
        self._templates = _environment()
        self._finding = self._templates.get_template("finding.html")
        self._line = self._templates.get_template("line.html")

    def pieces(self) -> Iterator[str]:
        for piece in chain(self._head(), self._figures_part(), self._findings_part(), self._foot()):
            yield piece.encode("utf-8", "replace").decode()

    # Above.

    def _head(self) -> Iterator[str]:
        style = files("archiver.reporting").joinpath("templates/report.css").read_text("utf-8")
        groups = grouped(self._findings)
        self._groups = groups
        all_ = self._figures.overall
        yield self._render(
            "head.html",
            policy=_policy(style),
            style=Markup(style),  # noqa: S704 (our own, out of this package)
            title=_cut(self._title)[0],
            at=self._at,
            figures=self._figures,
            articles=len(self._figures.articles) + self._figures.rows_left_out.get("articles", 0),
            since=self._since,
            listed=len(self._findings),
            new=sum(self._went_missing(finding) for finding in self._findings),
            changed=sum(bool(finding.changed) for finding in self._findings),
            compared=_cut(self._compared)[0],
            only=_cut(self._only)[0],
            choice=self._choice,
            acts=[(action, groups.asked[action], self._not_asked(action)) for action in ACTIONS if action.urgent],
            lede=_lede(all_),
            not_counted=_not_counted(all_),
            patterns=charts.patterns(),
        )

    def _not_asked(self, action: Action) -> str:
        """Why a zero says nothing, where it does not: nobody asked, there was nothing to compare, or such findings are
        not listed."""
        if self._groups.asked[action]:
            return ""
        if self._choice:
            return "None among the findings that are listed."
        if not self._findings:
            return ""
        if action is UNCAPTURED and not any(it.never_captured is not None for it in self._findings):
            return "Not known: no web archive was asked, or not all of them answered."
        citations = [citation for it in self._findings for citation in it.citations]
        if action is ALTERED and not any(it.quote in COMPARED for it in self._findings):
            return "Not known: no quotation could be compared with its post."
        if action is EMBEDS and not any(
            citation.embed and citation.embed.standing is not EmbedStanding.UNKNOWN for citation in citations
        ):
            return "Not known: no article's markup was at hand."
        return ""

    # The figures.

    def _figures_part(self) -> Iterator[str]:
        all_ = self._figures.overall
        moments = states_over_time(self._findings)
        over_time = [state for state in State if any(state in moment.states for moment in moments)]
        shares = [
            ("missing", all_.missing),
            ("deleted, the platform says", all_.deleted),
            ("edited", all_.edited),
            ("renamed", all_.renamed),
            ("media gone", all_.media_gone),
            ("embed broken", all_.embed_broken),
            ("quotations altered", all_.altered),
            ("never captured, readable or not", all_.never_captured),
            ("rescued, of the missing", all_.rescued),
        ]
        yield self._render(
            "figures.html",
            strip=charts.strip(all_.states),
            legend=_legend(),
            states=[(WORDS[state], number) for state, number in all_.states.items()],
            shares=[(label, value, charts.bar(value)) for label, value in shares if value.of],
            quotes=[(QUOTES[QuoteVerdict(verdict)], number) for verdict, number in all_.quotes.items()],
            moments=moments,
            choice=self._choice,
            moment_states=[(WORDS[state], state) for state in over_time],
            over_time=charts.columns(moments, id_="over-time"),
            tables=self._tables(),
            survival=self._survival(),
            left_out=[(number, WITHOUT_CURVE[why]) for why, number in self._figures.survival.left_out.items()],
        )

    def _tables(self) -> list[_Table]:
        told = self._figures
        kinds = (
            ("platforms", "By platform", "Platform", told.platforms),
            ("articles", "By article", "Article", told.articles),
            ("languages", "By language of the post", "Language", told.languages),
            ("years", "By year of the post", "Year", told.years),
        )
        tables: list[_Table] = []
        for kind, title, head, tallies in kinds:
            if not tallies:
                continue
            rows = [
                {"label": label, "bar": charts.bar(tally.missing), "tally": tally}
                for label, tally in zip(_labels(kind, tallies), tallies[: ROWS + MAX_FOLDED], strict=False)
            ]
            caption = f"Share of missing posts, {title[0].lower()}{title[1:]}."
            more = "Those with most missing posts first." if kind == "articles" else ""
            folded = _Table(title, head, f"{caption} Further rows.", rows[ROWS:]) if len(rows) > ROWS else None
            left_out = max(0, len(tallies) - len(rows)) + told.rows_left_out.get(kind, 0)
            tables.append(_Table(title, head, caption, rows[:ROWS], more, folded, left_out))
        return tables

    def _survival(self) -> dict[str, Any] | None:
        told = self._figures.survival
        if not told.posts:
            return None
        horizon = max(told.overall.latest.until, 1e-9)

        def group(one: Group, number: str, kind: str = "", *, compared: bool = True) -> dict[str, Any]:
            plain = _group_name(one, kind)
            middle = {age.days: age.survival for age in one.middle.at}
            return {
                "label": words(plain),
                "plain": plain,
                "posts": one.latest.posts,
                "lost": one.latest.lost,
                "chart": charts.survival(
                    one.latest,
                    one.middle,
                    horizon=horizon,
                    id_=f"survival-{number}",
                    name=f"Survival of posts: {plain}",
                    reference=told.overall.latest if compared else None,
                ),
                "ages": [
                    (age, label, middle.get(age.days))
                    for age, label in ((_age(one, days), label) for days, label in charts.TICKS)
                    if age is not None and (age.survival is not None or age.at_risk)
                ],
                "median": _median(one),
                "note": _note(one),
            }

        groups: list[tuple[str, list[dict[str, Any]]]] = []
        if told.deleted.latest.lost:
            groups.append(("Deletions alone", [group(told.deleted, "deleted", "deleted")]))
        for heading, kind, some in (
            ("By platform", "platforms", told.platforms),
            ("By language of the post", "languages", told.languages),
        ):
            if len(some) > 1:
                groups.append((heading, [group(one, f"{kind}-{at}", kind) for at, one in enumerate(some)]))
        return {"all": group(told.overall, "all", compared=False), "groups": groups}

    # The findings.

    def _findings_part(self) -> Iterator[str]:
        yield '<section aria-labelledby="findings">\n<h2 id="findings">Findings</h2>\n'
        if not self._findings:
            none = "No finding is listed." if self._choice else "No post was looked at."
            yield f'<p class="note">{none}</p>\n'
        for action in ACTIONS:
            if members := self._groups.members[action]:
                yield from self._group(action, members)
            elif action.urgent and self._groups.asked[action]:
                yield (
                    f'<p class="note small" id="{action.id}">{count(self._groups.asked[action], "post")} with '
                    f"“{action.label}” {'stands' if self._groups.asked[action] == 1 else 'stand'} above.</p>\n"
                )

    def _group(self, action: Action, members: list[Finding]) -> Iterator[str]:
        unfolded = " open" if action.urgent and len(members) <= OPEN_AT_MOST else ""
        number = len(members)
        above = self._groups.asked[action] - number
        label = action.label[0].upper() + action.label[1:]
        yield (
            f'<details class="group" id="{action.id}"{unfolded}><summary><h3>{label}: {number:,}</h3></summary>\n'
            f'<p class="quiet">{action.meaning}{f" {above:,} more of them stand above." if above else ""}</p>\n'
        )
        lines = False
        left_out = 0
        for position, finding in enumerate(members):
            if self._bytes > MAX_BYTES:
                left_out = number - position
                break
            full = (action is not FINE or bool(finding.changed)) and self._full < MAX_FULL
            if not full and not lines:
                lines = True
                yield '<ul class="lines">\n'
            piece = self._whole(finding) if full else self._one_line(finding)
            self._full += full
            self._bytes += len(piece.encode("utf-8", "replace"))
            yield piece
        if lines:
            yield "</ul>\n"
        if left_out:
            yield f'<p class="note">{count(left_out, "more finding")} of this group: in the JSON.</p>\n'
        yield "</details>\n"

    def _whole(self, it: Finding) -> str:
        text, cut = _cut(it.text, MAX_TEXT)
        parts = _bounded(_parts(it))
        places = it.copies.places if it.copies else ()
        cited = len(it.citations) or len(it.sources)
        return self._finding.render(
            id=f"f{self._full + 1}",
            it=parts,
            word=WORDS[it.state],
            badges=self._badges(it),
            bounds=_bounds(it),
            text=text,
            cut=cut,
            given=any(citation["source"] for citation in parts["citations"]),
            citations_left=max(0, cited - MAX_CITATIONS),
            media_left=max(0, len(it.media_gone) - MAX_PLACES),
            copy=_bounded(archived_copy(it), "url"),
            post_page=_bounded(self._replay.post(it), "url"),
            looks_left=max(0, len(it.looks) - MAX_LOOKS),
            copies_left=max(0, len(places) - MAX_PLACES),
            own=OWN,
            place=self._place(it.stored_in),
            rescued_place=self._place(it.rescued.stored_in) if it.rescued else None,
            evidence_left=max(0, len(it.evidence) - MAX_RECORDS),
        )

    def _place(self, stored_in: str | None) -> Place | None:
        return self._replay.place(stored_in) if stored_in and len(stored_in) <= MAX_WORDS else None

    def _one_line(self, it: Finding) -> str:
        text, _ = _cut(it.text, MAX_LINE)
        return self._line.render(
            platform=_cut(it.platform)[0],
            handle=_cut(it.handle)[0],
            name=_cut(it.display_name)[0],
            language=it.language if it.language and len(it.language) <= MAX_WORDS else None,
            url=_bounded(it.url, "url"),
            word=WORDS[it.state],
            text=text,
            place=self._place(it.stored_in),
        )

    def _badges(self, it: Finding) -> list[tuple[str, str]]:
        badges: list[tuple[str, str]] = []
        if it.state.missing:
            badges.append(("confirmed", "gone") if it.confirmed else ("seen once", "doubt"))
        if self._is_new(it):
            badges.append(("new", "doubt"))
        if it.quote is QuoteVerdict.ALTERED:
            badges.append((ALTERED.label, ALTERED.tone))
        elif it.quote is QuoteVerdict.TRANSLATED:
            badges.append(("quote translated", "plain"))
        if it.embed_broken:
            badges.append((EMBEDS.label, EMBEDS.tone))
        if it.never_captured:
            badges.append(("never captured", "doubt"))
        if it.edited and it.state is not State.EDITED:
            badges.append(("edited", "doubt"))
        if it.renamed_from is not None:
            badges.append((f"renamed from @{_cut(it.renamed_from, 60)[0]}", "doubt"))
        if it.media_gone:
            badges.append((f"{count(len(it.media_gone), 'picture or film', 'pictures or films')} gone", "doubt"))
        if it.rescued:
            badges.append(("rescued", "good"))
        return [(visible(label), tone) for label, tone in badges]

    def _is_new(self, it: Finding) -> bool:
        return bool(it.changed) or self._went_missing(it)

    def _went_missing(self, it: Finding) -> bool:
        return bool(self._since and it.state.missing and it.missing_by and it.missing_by >= self._since)

    # Below.

    def _foot(self) -> Iterator[str]:
        terms = [(word.label, word.meaning) for word in WORDS.values()]
        terms += [
            (CONFIRMED.label, CONFIRMED.meaning),
            (SEEN_ONCE.label, SEEN_ONCE.meaning),
            (NOT_SEEN.label, f"{NOT_SEEN.meaning} Such posts are in no share, neither as missing nor as there."),
        ]
        yield self._render("foot.html", terms=terms, replay=self._replay.base, slug=self._slug)

    def _render(self, template: str, **values: Any) -> str:
        return self._templates.get_template(template).render(values)


@functools.cache
def _environment() -> Environment:
    templates = environment()
    templates.loader = PackageLoader("archiver.reporting")
    templates.globals.update(standing=STANDINGS.__getitem__, state_word=WORDS.__getitem__, quote_word=_quote)
    templates.filters.update(external=_link, name_of=name_of)
    return templates


def _policy(style: str) -> str:
    """No script, nothing from elsewhere, and no style but this one (CSP Level 3, hash-source)."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; base-uri 'none'"


def _cut(text: str | None, most: int = MAX_WORDS) -> tuple[str, int]:
    """The beginning of a text, and how much of it is left out."""
    text = text or ""
    if len(text) <= most:
        return text, 0
    return text[: most - 1].rstrip() + "…", len(text) - most + 1


def _bounded(value: Any, name: str = "") -> Any:
    """A finding, or a part of it, with its texts cut; an address that is cut would lead elsewhere, and is left out."""
    if isinstance(value, Noun):
        return {field: _bounded(getattr(value, field), field) for field in value.__struct_fields__}
    if isinstance(value, tuple):
        return [_bounded(one, name) for one in value]
    if isinstance(value, str) and not isinstance(value, Enum) and len(value) > MAX_WORDS:
        if name in _ADDRESSES:
            return value if len(value) <= MAX_ADDRESS else None
        return _cut(value)[0]
    return value


def _parts(it: Finding) -> Finding:
    """The finding with the first of what it has many of."""
    copies = it.copies
    if copies is not None:
        copies = msgspec.structs.replace(
            copies,
            places=copies.places[:MAX_PLACES],
            asked=copies.asked[:MAX_PLACES],
            failed=copies.failed[:MAX_PLACES],
        )
    return msgspec.structs.replace(
        it,
        text=None,
        sources=(),
        copies=copies,
        citations=tuple(_fewer(one) for one in (it.citations or _bare(it.sources))[:MAX_CITATIONS]),
        looks=it.looks[: -MAX_LOOKS - 1 : -1],
        evidence=it.evidence[:MAX_RECORDS],
        media_gone=it.media_gone[:MAX_PLACES],
        changed=it.changed[:MAX_CHANGES],
        remarks=(),
    )


def _fewer(citation: Citation) -> Citation:
    quote = citation.quote
    if quote is None or len(quote.changes) <= MAX_CHANGES:
        return citation
    fewer = msgspec.structs.replace(
        quote, changes=quote.changes[:MAX_CHANGES], more_changes=quote.more_changes + len(quote.changes) - MAX_CHANGES
    )
    return msgspec.structs.replace(citation, quote=fewer)


def _quote(quote: dict[str, Any]) -> str:
    if quote["verdict"] is QuoteVerdict.TRANSLATED and quote["language"]:
        return f"translated ({_cut(quote['language'], 20)[0]}), not compared word for word"
    return QUOTES[quote["verdict"]]


def _link(url: str | None, label: str | None = None) -> Markup:
    return external(url, _cut(label or url, MAX_LABEL)[0])


def _bare(sources: Sequence[str]) -> tuple[Citation, ...]:
    return tuple(Citation(source=source, mention_id="") for source in sources)


def _bounds(it: Finding) -> Markup:
    """Since when, as far as it is known."""
    if it.state.missing:
        by = it.missing_by or it.seen_at
        if by is None:
            return Markup("Missing; it is not known since when.")
        if it.since and it.since <= by:
            return Markup("Went missing between {} and {}.").format(time(it.since), time(by))
        return Markup("Missing since {} at the latest; no look ever saw it readable.").format(time(by))
    if it.state.readable:
        return Markup("Read {}.").format(time(it.seen_at)) if it.seen_at else Markup("Readable.")
    seen = Markup(" It was last read {}.").format(time(it.since)) if it.since else Markup("")
    if it.state is State.BLOCKED:
        told = "We were refused: this says nothing about the post."
    elif it.state is State.UNREACHABLE:
        told = "No answer came: this says nothing about the post."
    elif it.post_key is None:
        told = "Not sure: it is not known which post this is."
    else:
        told = "Not sure: what was answered does not tell the post's state."
    return Markup("{}{}").format(told, seen)


def _lede(all_: Tally) -> str:
    if not all_.posts:
        return "No post was looked at."
    if not all_.known:
        return f"Of none of {count(all_.posts, 'post')} the state is known."
    missing = all_.missing
    return (
        f"Of {count(missing.of, 'post')} whose state is known, {missing.count:,} "
        f"{'is' if missing.count == 1 else 'are'} missing: {_percent(missing)}."
    )


def _percent(share: Share) -> str:
    if share.share is None or share.low is None or share.high is None:
        return "–"
    return (
        f"{share.share * 100:.1f} % (95 % confidence interval by Wilson's score: {share.low * 100:.1f} to "
        f"{share.high * 100:.1f} %)"
    )


def _not_counted(all_: Tally) -> str:
    parts = [
        f"{all_.states[state]:,} {told}"
        for state, told in (
            (State.BLOCKED, "where we were refused"),
            (State.UNREACHABLE, "without an answer"),
            (State.UNRESOLVED, "of which we are not sure"),
        )
        if state in all_.states
    ]
    return f"Not counted, neither as missing nor as there: {', '.join(parts)}." if parts else ""


def _legend() -> Markup:
    items = (Markup("<li>{}{}</li>").format(charts.swatch(name), label) for name, label, _ in charts.LAYERS)
    return Markup('<ul class="legend">{}</ul>').format(Markup("").join(items))


def _labels(kind: str, tallies: Sequence[Tally]) -> Iterator[Markup]:
    """What the rows are called. Articles by their titles; where several have the same, with what they were given as."""
    if kind != "articles":
        for tally in tallies:
            yield Markup("<bdi>{}</bdi>").format(words(_cut(tally.name, MAX_LABEL)[0] or "not known"))
        return
    titles = Counter(tally.title or name_of(tally.name) for tally in tallies)
    names = Counter((tally.title, name_of(tally.name)) for tally in tallies)
    for tally in tallies:
        name = name_of(tally.name)
        title = Markup("<bdi>{}</bdi>").format(words(_cut(tally.title or name, MAX_LABEL)[0]))
        if titles[tally.title or name] > 1:
            given = name if names[tally.title, name] == 1 else tally.name
            title += Markup(' <bdi class="small quiet">{}</bdi>').format(visible(_cut(given, MAX_LABEL)[0]))
        yield title


def _group_name(group: Group, kind: str) -> str:
    if kind == "deleted":
        return "Deleted only"
    if not kind:
        return "All posts"
    if group.name == OTHERS:
        return f"{count(len(group.together), 'small group')} together" if len(group.together) > 1 else "A small group"
    return _cut(group.name, 40)[0] or "not known"


def _age(group: Group, days: float) -> Survived | None:
    return next((age for age in group.latest.at if age.days == days), None)


def _median(group: Group) -> str:
    """When half are gone, for people who do not know what a median's limits are."""
    curve = group.latest
    if not curve.lost:
        return "None of them was seen to go."
    if curve.median is None:
        return "The curve stays above one half: it is not known when half of them are gone."
    low, high = curve.median_low, curve.median_high
    if high is None:
        interval = f"at least {charts.age_of(low)}" if low is not None else "without limits"
    else:
        interval = f"{charts.age_of(low or 0.0)} to {charts.age_of(high)}"
    whom = f"Of those that are there at {charts.age_of(curve.begins)}, half" if curve.begins >= 1 else "Half"
    middle = ""
    if group.middle.median is not None:
        middle = f" With each loss in the middle of its time: {charts.age_of(group.middle.median)}."
    return f"{whom} are gone by the age of {charts.age_of(curve.median)} (95 % interval: {interval}).{middle}"


def _note(group: Group) -> str:
    notes: list[str] = []
    if group.loss_within is not None:
        notes.append(f"For one loss in two, it is known within {charts.age_of(group.loss_within)} when it was.")
    if group.latest.begins >= 1:
        notes.append(
            f"The curve begins at {charts.age_of(group.latest.begins)}: before, no post was watched, or none of the "
            "few was left."
        )
    if group.together:
        names = ", ".join(_cut(name, 40)[0] or "not known" for name in group.together[:20])
        notes.append(f"{'Together' if len(group.together) > 1 else 'It is'}: {_cut(names)[0]}.")
    return " ".join(notes)
