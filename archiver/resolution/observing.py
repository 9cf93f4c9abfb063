"""In what state is a post now? Ask every public endpoint, judge, and vouch for "missing" with a control post.

A refusal can look like a deletion. So before a post is called missing, a post that is known to be public is asked for
in the same run: where that cannot be read, the platform does not answer *us*, and nothing is said of the post. It
vouches for answers of its own time alone: a run may last for days, and stored answers may be of several runs. What is
proven by a signature needs nobody to vouch for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from archiver.errors import (
    ArchiverError,
    LeftAloneError,
    LimitError,
    NetworkError,
    NotStoredError,
    UnaskedError,
)
from archiver.exchange import Exchange, Fetcher
from archiver.model import Answer, AnswerKind, Observation, PostRef, State
from archiver.platforms.base import Gap, Inquiry, Lookup, Platform, Remark, Shown
from archiver.resolution.inquiry import drive
from archiver.store.conclusions import Basis, Unanswered

OBSERVING = "observe/2"
"""Version of the rules by which answers are read and judged: those of another version may judge otherwise."""

TOGETHER = timedelta(hours=1)
"""So far apart answers may be that are judged together: those of a post, and those that vouch for them."""


OF_THE_POST = frozenset({AnswerKind.SHOWN, AnswerKind.STATED, AnswerKind.NOT_FOUND, AnswerKind.UNSAID})
"""Answers that say something of a post, or that there is nothing to say."""


class Control:
    """What vouches that a platform answers us: asked in a run for each server when first needed, and again where the
    answer is older than what it is to vouch for. May be shared between threads.

    `ref` is another post than the platform's own choice.
    """

    def __init__(self, fetcher: Fetcher, platform: Platform, ref: PostRef | None = None) -> None:
        self.ref = ref or platform.control
        self._chosen = ref
        self._fetcher = fetcher
        self._platform = platform
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}
        self._looks: dict[str, Look] = {}

    def look(self, subject: PostRef | None = None, near: datetime | None = None) -> Look:
        """What the platform answers of its control post; where it has none, what the server of `subject` answers to
        the question whether it shows us posts.

        near: of which time the answer has to be; what was answered at another is asked again, and may still be of that.
        """
        server = (subject.scope if subject is not None and self.ref is None else None) or ""
        with self._lock:
            turn = self._turns.setdefault(server, threading.Lock())
        with turn:
            known = self._looks.get(server)
            if known is None or (near is not None and known.exchanges and not known.is_near(near)):
                known = self._looks[server] = self._ask(subject)
            return known

    def _ask(self, subject: PostRef | None) -> Look:
        asked = self._chosen or (self._platform.control_for(subject) if subject is not None else self.ref)
        if isinstance(asked, PostRef):
            return look_at(asked, self._fetcher, self._platform)
        driven = _driven(asked, self._fetcher) if asked is not None else _Driven()
        unknown = Answer(state=State.UNRESOLVED, reason="no control post is known", endpoint="")
        readable = [answer for answer in driven.answers if answer.state.readable]
        return driven.look((readable or driven.answers or [unknown])[0])


class Look:
    """The answers of all endpoints about one post, and the judgement drawn from them."""

    def __init__(
        self,
        answers: list[Answer],
        exchanges: list[Exchange],
        errors: list[NetworkError],
        verdict: Answer,
        unanswered: tuple[Unanswered, ...] = (),
    ):
        self.answers = answers
        self.exchanges = exchanges
        """Every exchange, redirects included, in the order asked."""
        self.errors = errors
        self.verdict = verdict
        self.unanswered = unanswered
        """What was asked of the network and not answered."""

    @property
    def evidence(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(e.record_id for e in self.exchanges if e.record_id))

    def is_near(self, when: datetime) -> bool:
        """Whether the answer on which the verdict rests came about then."""
        record = self.verdict.record_id
        times = [e.time for e in self.exchanges if record is None or e.record_id == record]
        return any(abs(time - when) <= TOGETHER for time in times)

    @property
    def is_of_one_time(self) -> bool:
        """Whether all came together that was said of the post itself."""
        said = {a.record_id for a in self.answers if a.kind in OF_THE_POST and a.record_id}
        times = [e.time for e in self.exchanges if e.record_id in said]
        return not times or max(times) - min(times) <= TOGETHER


def state_without_answer(error: ArchiverError) -> State:
    """What the lack of an answer is to be called; it never says anything of the post."""
    if isinstance(error, LeftAloneError):
        return State.BLOCKED
    if isinstance(error, NetworkError) and not isinstance(error, NotStoredError | UnaskedError):
        return State.UNREACHABLE
    return State.UNRESOLVED


def look_at(ref: PostRef, fetcher: Fetcher, platform: Platform) -> Look:
    """Ask every endpoint that tells of a post, and judge. A connection that fails counts as "unreachable"."""
    driven = _driven(platform.look(ref), fetcher)
    return driven.look(platform.judge(ref, driven.answers))


class _Driven:
    """What was answered to an inquiry, each exchange, and each failure."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.exchanges: list[Exchange] = []
        self.errors: list[NetworkError] = []
        self.unanswered: list[Unanswered] = []

    def fail(self, lookup: Lookup, state: State, kind: AnswerKind, problem: str) -> None:
        self.answers.append(Answer(state=state, reason=problem, endpoint=lookup.endpoint, kind=kind))
        self.unanswered.append(Unanswered(url=lookup.url, kind=kind, problem=problem))

    def look(self, verdict: Answer) -> Look:
        return Look(self.answers, self.exchanges, self.errors, verdict, tuple(self.unanswered))


def _driven(inquiry: Inquiry, fetcher: Fetcher) -> _Driven:
    driven = _Driven()

    def ask(lookup: Lookup) -> Exchange | None:
        try:
            if lookup.follow:
                chain = fetcher.follow(lookup.url, headers=lookup.headers)
            else:
                chain = [fetcher.fetch(lookup.url, headers=lookup.headers)]
        except NotStoredError as error:
            driven.errors.append(error)
        except NetworkError as error:
            driven.errors.append(error)
            state, kind = state_without_answer(error), AnswerKind.FAILED
            if state is State.BLOCKED:
                kind = AnswerKind.REFUSED
            driven.fail(lookup, state, kind, error.problem)
        except LimitError as error:
            driven.fail(lookup, State.UNRESOLVED, AnswerKind.UNEXPECTED, error.problem)
        else:
            driven.exchanges.extend(chain)
            return chain[-1]
        return None

    def take(step: Answer | Shown | Remark | Gap) -> bool:
        if isinstance(step, Answer):
            driven.answers.append(step)
        return False

    drive(inquiry, ask, take)
    return driven


def observe(
    ref: PostRef,
    *,
    fetcher: Fetcher,
    platform: Platform,
    control: Control | None = None,
    now: Callable[[], datetime] | None = None,
    told: Callable[[Basis], None] = lambda _basis: None,
) -> Observation:
    """A post's state, at the time of the last answer on which it rests.

    ref: which post. control: the run's shared control check; null: one is made for this call alone. now: the time to
    note where no answer came at all; null: that is raised instead. told: is told what it rests on besides the answers.

    Raises `NetworkError` where nothing was answered and no `now` is given (offline, where one of the questions is not
    stored, always `NotStoredError`), and `UnaskedError` where the platform has nobody to ask.
    """
    look = look_at(ref, fetcher, platform)
    lacking = next((error for error in look.errors if isinstance(error, NotStoredError)), None)
    if not look.exchanges and (now is None or lacking is not None):
        if look.errors:
            raise lacking or look.errors[0]
        raise UnaskedError(look.verdict.reason, subject=ref.url)
    state, reason = look.verdict.state, look.verdict.reason
    evidence, asked = look.evidence, look.exchanges
    vouched: str | None = None
    basis = Basis(method=OBSERVING, asked=ref, unanswered=look.unanswered)
    if state.missing and not look.verdict.proven:
        control = control or Control(fetcher, platform)
        said_at = max((exchange.time for exchange in asked), default=None)
        check = control.look(look.verdict.ref or ref, said_at)
        vouched = check.verdict.state.value
        evidence = tuple(dict.fromkeys(evidence + check.evidence))
        unanswered = tuple(dict.fromkeys(basis.unanswered + check.unanswered))
        basis = msgspec.structs.replace(basis, control=control.ref, unanswered=unanswered)
        itself = control.ref is not None and control.ref.key in (ref.key, (look.verdict.ref or ref).key)
        if not check.verdict.state.readable or itself:
            state = State.BLOCKED
            reason = f"the control post cannot be read either ({vouched}), so nothing is known: {reason}"
        elif said_at is not None and not (check.is_near(said_at) and look.is_of_one_time):
            state = State.UNRESOLVED
            reason = f"the answers, and that of the control post, are of different times: {reason}"
        elif _without_blind(look, check, ref, platform) is not state:
            state = State.UNRESOLVED
            reason = f"an endpoint that does not have it does not show the control post either: {reason}"
        elif check.verdict.kind is AnswerKind.IDENTITY and not _is_stated(look):
            state = State.UNRESOLVED
            reason = f'the server shows us no post at all, so a bare "not found" says nothing: {reason}'
    seen_at = max((exchange.time for exchange in asked), default=None)
    named = look.verdict.ref or ref
    told(basis)
    return Observation(
        platform=named.platform,
        post_id=named.id,
        scope=named.scope,
        url=named.url,
        state=state,
        seen_at=seen_at if seen_at is not None else _clock(now),
        how=look.verdict.endpoint or "+".join(dict.fromkeys(a.endpoint for a in look.answers if a.endpoint)),
        reason=reason,
        evidence=evidence,
        post=look.verdict.post,
        control=vouched,
    )


def _without_blind(look: Look, check: Look, ref: PostRef, platform: Platform) -> State:
    """The state by those answers that the control check bears out: an endpoint that was asked for the control post and
    did not show it has not said anything either by not showing another."""
    shown = {a.endpoint for a in check.answers if a.state.readable or a.kind is AnswerKind.IDENTITY}
    blind = {a.endpoint for a in check.answers} - shown
    silent = (AnswerKind.NOT_FOUND, AnswerKind.UNSAID)
    heard = [a for a in look.answers if a.endpoint not in blind or a.kind not in silent]
    return look.verdict.state if len(heard) == len(look.answers) else platform.judge(ref, heard).state


def _is_stated(look: Look) -> bool:
    """Whether the verdict rests on what the platform says in words, and not on a bare "not found"."""
    return any(
        a.positive and a.state is look.verdict.state and a.kind in (AnswerKind.STATED, AnswerKind.IDENTITY)
        for a in look.answers
    )


def _clock(now: Callable[[], datetime] | None) -> datetime:
    if now is None:
        raise NetworkError("no answer, and no clock to say when")
    return now()
