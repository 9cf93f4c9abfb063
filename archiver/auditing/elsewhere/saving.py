"""Asks the Wayback Machine to capture a post that is still there and that no archive has (Save Page Now 2).

What it answers is a promise. Only what its index lists afterwards counts as saved; the index may be half a day behind,
so a promise is remembered in the archive, and the next audit looks for what was promised before it asks again.

The access key goes only into requests that are not stored, and into no other place: a record holds bytes as they were
sent or is none. What was asked, and what came of it, is stored as a conclusion; the index's answers, which everything
rests on, as they crossed the connection.

Sources: the Save Page Now 2 public API document (archive.org), and what its endpoints were seen to answer: errors come
with HTTP status 200, also to the request for a capture; a job's id is the same for an address within an hour.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from archiver.auditing.elsewhere.holdings import WAYBACK, is_of
from archiver.auditing.finding import OWN, Copies, Saved
from archiver.capture import Job
from archiver.capture.aside import Aside
from archiver.errors import InputError, LeftAloneError, LimitError, NetworkError
from archiver.exchange import Exchange
from archiver.model import PostRef
from archiver.platforms.base import Platform
from archiver.resolution.copies import MAX_CAPTURE_ROWS
from archiver.resolution.wayback import (
    PLAYBACK_PATH,
    PLAYBACK_URL,
    captures_url,
    moment,
    original_of,
    read_index,
    read_links,
)
from archiver.store.conclusions import SaveRequest, save_conclusion
from archiver.store.elsewhere import saves
from archiver.url import resolve_url

SAVE_URL = "https://web.archive.org/save"

PER_MINUTE = 6.0
"""Captures asked for with a key; it allows 7, and 6 by older documents."""

PER_MINUTE_ANONYMOUS = 3.0

POLL_AFTER = (5.0, 5.0, 10.0, 10.0, 15.0, 15.0, 30.0, 30.0)
"""Seconds before each question for how the capture goes; a capture takes two minutes at most."""

LOOK_AFTER = (0.0, 30.0)
"""Seconds before each look into the index."""

INDEX_DELAY = timedelta(hours=12)
"""So long after a capture the index may list it; a promise is not asked for again before."""

REUSED_WITHIN = timedelta(hours=1)
"""A capture that was made so shortly before is given to whoever asks again."""

REFUSED_FOR = timedelta(hours=24)
"""So long it is not asked again for an address that it refused."""

LISTED = "the index lists it"

MAX_ANSWER = 1 << 20
MAX_NOTE = 300

TARGETS = ("/xrpc/", "/api/v1/statuses/", "oembed", "/plugins/post", "embed")
"""What addresses hold the post's words for a robot, best first: records, oEmbed, the frames of embeds. Pages of most
platforms hold nothing without scripts, or a login."""

JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
JOB_IN_PAGE = re.compile(r"\bspn2-[0-9a-f]{40}\b")

LATER = "run the audit again later"
ITS_LIMITS = frozenset(
    {
        "user-session-limit", "max-daily-bandwidth-from-ip", "blocked-client-ip", "too-many-daily-captures-user",
        "no-browsers-available",
    }
)  # fmt: skip
"""Errors that are about whoever asks: for the other posts of the run nothing is asked."""
OF_THE_ADDRESS = {
    "too-many-daily-captures": "it was captured too often today; its copies will be in the index within hours",
    "blocked": "the site blocks the archive",
    "blocked-url": "the archive does not capture this address",
    "no-access": "the site refuses the archive (403)",
    "unauthorized": "the site wants the archive to sign in (401)",
    "network-authentication-required": "the site wants the archive to sign in (511)",
    "not-found": "the site told the archive that there is nothing (404)",
    "gone": "the site told the archive that it is gone (410)",
    "invalid-url-syntax": "the archive does not take this address",
    "not-implemented": "the site does not answer such a request (501)",
    "invalid-host-resolution": "the archive does not find the site",
    "filesize-limit": "it is too large for the archive",
    "too-many-redirects": "it redirects too often",
}
"""Refusals that are about the address: another try soon would bring the same."""


class _Keys(NamedTuple):
    key: str
    secret: str

    @property
    def header(self) -> tuple[str, str]:
        return ("Authorization", f"LOW {self.key}:{self.secret}")


class _Job(NamedTuple):
    """What Save Page Now said to a request."""

    id: str | None = None
    timestamp: str | None = None
    """14 digits: of the capture that it says it made."""
    original: str | None = None
    problem: SaveRequest | None = None


class Saver:
    """Save Page Now, for one run. Threads may share it: it asks no faster than it allows, and no more once it refused
    whoever asks.

    env: where the access key and its secret are looked up, under the names that `[audit]` gives them; null: the
    process's environment.
    """

    def __init__(self, job: Job, env: Mapping[str, str] | None = None) -> None:
        self._job = job
        self._keys = _keys(job, os.environ if env is None else env)
        rate = PER_MINUTE if self._keys else PER_MINUTE_ANONYMOUS
        self._limiter = job.aside.limiter(rate) if job.aside is not None else None
        self._ended = ""
        """Why nothing is asked any more in this run."""
        self._lock = threading.Lock()

    def save(self, ref: PostRef, platform: Platform, copies: Copies | None) -> Saved | None:
        """Ask for a capture of a post that is still there, where no other archive has it; null where nothing is to be
        asked, and nothing was promised or confirmed within half a day: a run that was interrupted tells the same.

        copies: what `copies_of` found in the web just before (`wanted`). What was promised in an earlier run is looked
        for in the index first. Offline, what came of it last.

        Raises `StoppedError` when the job is asked to stop; what was promised by then is remembered. Raises
        `ArchiveError` when the archive cannot be written.
        """
        last = next(reversed(saves(self._job.archive, ref.key)), None)
        aside = self._job.aside
        if aside is None:
            return _told(last) if last else None
        now = self._job.archive.clock()
        if last is not None and last.outcome == "promised":
            if seen := self._in_index(ref, platform, last, 0):
                return self._conclude(seen)
            if now - last.asked_at < INDEX_DELAY:
                return _told(last)
        if last is not None and last.outcome == "confirmed" and now - last.asked_at < INDEX_DELAY:
            return _told(last)
        if not wanted(copies):
            return None
        if last is not None and last.outcome == "refused" and now - last.asked_at < REFUSED_FOR:
            return _told(last)
        address = target(ref, platform)
        if address is None:
            return None
        if self._ended:
            return Saved(outcome="refused", address=address, note=self._ended)
        return self._ask(aside, ref, platform, address)

    def _ask(self, aside: Aside, ref: PostRef, platform: Platform, address: str) -> Saved:
        assert self._limiter is not None  # made with `aside`
        self._limiter.wait(WAYBACK)
        request = SaveRequest(
            of=ref.key, archive=WAYBACK, address=address, asked_at=self._job.archive.clock(), outcome=""
        )
        answered = self._with_keys(aside, request) if self._keys else self._anonymously(aside, request)
        if answered.problem is not None:
            return self._problem(answered.problem)
        promise = _with(request, answered)
        self._conclude(promise)
        if answered.timestamp is None and answered.id is not None:
            answered = self._polled(aside, request, answered)
            if answered.problem is not None:
                return self._problem(answered.problem)
            promise = _with(request, answered)
        for number, pause in enumerate(LOOK_AFTER):
            if pause:
                aside.sleep(pause)
            if seen := self._in_index(ref, platform, promise, number):
                return self._conclude(seen)
        return _told(promise)

    # -- asking

    def _with_keys(self, aside: Aside, request: SaveRequest) -> _Job:
        assert self._keys is not None
        body = urlencode({"url": request.address, "skip_first_archive": "1"}).encode()
        try:
            exchange = aside.door(recorded=False).post(
                SAVE_URL,
                body,
                "application/x-www-form-urlencoded",
                headers=(("Accept", "application/json"), self._keys.header),
                max_bytes=MAX_ANSWER,
            )
        except (NetworkError, LimitError) as error:
            return self._unanswered(request, error)
        return self._read(request, exchange)

    def _anonymously(self, aside: Aside, request: SaveRequest) -> _Job:
        try:
            exchange = aside.door(recorded=True).fetch(f"{SAVE_URL}/{request.address}", max_bytes=MAX_ANSWER)
        except (NetworkError, LimitError) as error:
            return self._unanswered(request, error)
        for place in _named_copies(exchange):
            found = PLAYBACK_PATH.search(place)
            original = original_of(resolve_url(SAVE_URL, place))
            if found and original and moment(found[1]):
                return _Job(timestamp=found[1], original=original)
        if exchange.status == 200 and exchange.content_type != "application/json":
            found_job = JOB_IN_PAGE.search(_text(exchange))
            if found_job:
                return _Job(id=found_job[0])
            return _Job(problem=_as(request, "failed", f"it answered with a page that names no capture; {LATER}"))
        return self._read(request, exchange)

    def _polled(self, aside: Aside, request: SaveRequest, asked: _Job) -> _Job:
        """How the capture went; what was asked, where that is not known in time."""
        headers = (("Accept", "application/json"), *((self._keys.header,) if self._keys else ()))
        for pause in POLL_AFTER:
            aside.sleep(pause)
            try:
                exchange = aside.door(recorded=not self._keys).fetch(
                    f"{SAVE_URL}/status/{asked.id}", headers=headers, max_bytes=MAX_ANSWER
                )
            except LeftAloneError:
                break
            except (NetworkError, LimitError):
                continue
            answer = _json(exchange)
            if exchange.status != 200 or answer is None:
                continue
            status = answer.get("status")
            if status == "error":
                return _Job(problem=self._refusal(request, answer))
            timestamp, original = answer.get("timestamp"), answer.get("original_url")
            if status == "success" and isinstance(timestamp, str) and moment(timestamp):
                original = original if isinstance(original, str) else request.address
                return _Job(id=asked.id, timestamp=timestamp, original=original)
        return asked

    def _read(self, request: SaveRequest, exchange: Exchange) -> _Job:
        answer = _json(exchange)
        if exchange.status in (401, 403):
            how = (
                f"it does not accept the key in {self._job.settings.audit.save_key_variable}"
                if self._keys
                else f"it wants an account: put a key of https://archive.org/account/s3.php into "
                f"{self._job.settings.audit.save_key_variable} and {self._job.settings.audit.save_secret_variable}"
            )
            return _Job(problem=self._end(request, f"HTTP {exchange.status}: {how}"))
        if exchange.status == 429:
            return _Job(problem=self._end(request, f"HTTP 429: it takes no more for now; {LATER}"))
        if exchange.status >= 400 or answer is None:
            note = (
                f"HTTP {exchange.status}: it failed; {LATER}"
                if exchange.status >= 400
                else f"no answer to read; {LATER}"
            )
            return _Job(problem=_as(request, "failed", note))
        job_id = answer.get("job_id")
        if answer.get("status") == "error" or not (isinstance(job_id, str) and JOB_ID.fullmatch(job_id)):
            return _Job(problem=self._refusal(request, answer))
        return _Job(id=job_id)

    def _unanswered(self, request: SaveRequest, error: NetworkError | LimitError) -> _Job:
        if isinstance(error, LeftAloneError):
            return _Job(problem=self._end(request, f"{error.problem}; {LATER}"))
        return _Job(problem=_as(request, "failed", f"{error.problem}; {LATER}"))

    def _refusal(self, request: SaveRequest, answer: Mapping[str, object]) -> SaveRequest:
        """What an error of Save Page Now means for this address, and for whoever asks."""
        code = answer.get("status_ext")
        code = code.removeprefix("error:") if isinstance(code, str) else ""
        said = answer.get("message")
        said = self._clean(said) if isinstance(said, str) else ""
        if meaning := OF_THE_ADDRESS.get(code):
            return _as(request, "refused", f"{meaning} (error:{code})")
        named = f"error:{self._clean(code)}" if code else ""
        note = ": ".join(part for part in (named, said) if part) or "no capture and no reason"
        if code in ITS_LIMITS:
            return self._end(request, f"{note}; {LATER}")
        return _as(request, "failed", f"{note}; {LATER}")

    def _end(self, request: SaveRequest, why: str) -> SaveRequest:
        """The run asks for nothing more. That is no refusal of this address, and not remembered as one."""
        with self._lock:
            self._ended = self._ended or why
        return _as(request, "ended", why)

    def _clean(self, text: str) -> str:
        """In one line, bounded, and whatever it holds without our secrets."""
        for secret in self._keys or ():
            text = text.replace(secret, "…")
        return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:MAX_NOTE]

    # -- concluding

    def _problem(self, request: SaveRequest) -> Saved:
        if request.outcome == "ended":
            return Saved(outcome="refused", address=request.address, note=request.note)
        return self._conclude(request)

    def _conclude(self, request: SaveRequest) -> Saved:
        """Remembered in the archive, where something is concluded there."""
        if self._job.session is not None:
            self._job.session.write_conclusion(save_conclusion(request))
        return _told(request)

    def _in_index(self, ref: PostRef, platform: Platform, promise: SaveRequest, number: int) -> SaveRequest | None:
        """The request as confirmed, where the index lists a capture that was made since, or the one that was promised.

        number: which look at it this is in the run: a question that was put before would be answered from memory.
        """
        since = min(promise.asked_at, promise.captured_at or promise.asked_at)
        addresses = dict.fromkeys((promise.address, *((original_of(promise.url or ""),) if promise.url else ())))
        for address in addresses:
            if address is None or not is_of(ref, platform, promise.address, address):
                continue
            url = captures_url(address, limit=MAX_CAPTURE_ROWS + number, since=f"{since:%Y%m%d%H%M%S}")
            try:
                answer = read_index(self._job.fetcher.fetch(url))
            except (NetworkError, LimitError):
                continue
            for row in answer.rows:
                captured = moment(row.timestamp)
                if captured is None or not _made_since(promise, captured):
                    continue
                # of what is the same as before (`-`) the index does not tell whether that was an error
                good = row.status == 200 or (row.status is None and captured == promise.captured_at)
                if good and is_of(ref, platform, promise.address, row.original):
                    shown = f"{PLAYBACK_URL}{row.timestamp}/{row.original}"
                    others = captured < promise.asked_at.replace(microsecond=0)
                    note = "the index lists it; it was made shortly before it was asked for" if others else LISTED
                    return _as(promise, "confirmed", note, captured, shown)
        return None


def wanted(copies: Copies | None) -> bool:
    """Whether a capture is to be asked for: the Wayback Machine's index answered for all of the post's addresses, and
    no archive but the own is known to have a copy that shows it."""
    if copies is None or WAYBACK not in copies.asked or any(line.startswith(WAYBACK) for line in copies.failed):
        return False
    return all(place.uncertain or place.where == OWN for place in copies.places)


def target(ref: PostRef, platform: Platform) -> str | None:
    """The address to capture: of those from which a copy of the post can be read, the one that shows most to a robot;
    null where there is none."""
    addresses = platform.archived_urls(ref)
    for mark in TARGETS:
        for address in addresses:
            if mark in address:
                return address
    return addresses[0] if addresses else None


def _keys(job: Job, env: Mapping[str, str]) -> _Keys | None:
    audit = job.settings.audit
    key, secret = (env.get(name, "").strip() for name in (audit.save_key_variable, audit.save_secret_variable))
    return _Keys(key, secret) if key and secret else None


def _named_copies(exchange: Exchange) -> list[str]:
    """Where an answer says that the capture is."""
    named = [exchange.header("content-location"), exchange.header("location")]
    links = read_links(exchange.header("link") or "")
    return [one for one in named if one] + [link.target for link in links if "memento" in link.rel]


def _json(exchange: Exchange) -> Mapping[str, object] | None:
    try:
        data = json.loads(exchange.payload(MAX_ANSWER))
    except (ValueError, RecursionError, InputError, LimitError):
        return None
    return data if isinstance(data, dict) else None


def _text(exchange: Exchange) -> str:
    try:
        return exchange.text(MAX_ANSWER)
    except (InputError, LimitError):
        return ""


def _made_since(promise: SaveRequest, captured: datetime) -> bool:
    """Whether a capture was made when it was asked for, to the second, or is the fresh one that was promised."""
    asked = promise.asked_at.replace(microsecond=0)
    return captured >= asked or (captured == promise.captured_at and captured >= asked - REUSED_WITHIN)


def _with(request: SaveRequest, answered: _Job) -> SaveRequest:
    captured = moment(answered.timestamp) if answered.timestamp else None
    url = f"{PLAYBACK_URL}{answered.timestamp}/{answered.original}" if captured else None
    note = "it says that it captured it" if captured else "it says that it will"
    return _as(request, "promised", f"{note}; the index does not list it yet", captured, url)


def _as(
    request: SaveRequest, outcome: str, note: str, captured: datetime | None = None, url: str | None = None
) -> SaveRequest:
    return SaveRequest(
        of=request.of,
        archive=request.archive,
        address=request.address,
        asked_at=request.asked_at,
        outcome=outcome,
        note=note,
        captured_at=captured,
        url=url,
    )


def _told(request: SaveRequest) -> Saved:
    confirmed = request.outcome == "confirmed"
    return Saved(
        outcome=request.outcome,
        address=request.address,
        note=request.note,
        captured_at=request.captured_at if confirmed else None,
        url=request.url if confirmed else None,
    )
