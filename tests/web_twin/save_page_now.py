"""Save Page Now 2, as it was seen to answer: accounts, its limits, jobs that take a while, an index that comes later.

Errors come with HTTP status 200, also to the request for a capture. A job's id is made of the address: who asks again
within an hour is given the same one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.web_twin.wire import Headers, Reply, Request

if TYPE_CHECKING:
    from tests.web_twin.wayback import Wayback

SAME_WITHIN = timedelta(hours=1)


@dataclass(kw_only=True)
class _Job:
    id: str
    url: str
    asked: datetime
    captured: datetime
    polls: int
    """Questions that are still answered with `pending`."""
    error: str = ""
    listed: bool = False


@dataclass(kw_only=True)
class SavePageNow:
    """`web.archive.org/save`. Switches:

    keys: accounts, `key:secret`. anonymous: how `GET /save/URL` is answered: `refused` (429, as measured in 2026),
    `named` (`Content-Location`), `page` (HTML with the job's id). per_minute: requests for captures a minute, then 429.
    daily: captures of one address a day. errors, later: by a part of the address, what is wrong: said at once, or when
    the job is asked for. pending: questions for a job that are answered with `pending`. index_delay: after which the
    index lists a capture. kept: whether it ever does.
    """

    archive: Wayback
    now: Callable[[], datetime]
    reach: Callable[[Request], Reply] | None = None
    """How the captured site answers; null: with an empty record."""
    keys: set[str] = field(default_factory=lambda: {"key:secret"})
    anonymous: str = "refused"
    per_minute: int | None = None
    daily: int = 5
    errors: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)
    pending: int = 1
    index_delay: timedelta = timedelta(0)
    kept: bool = True
    age: timedelta = timedelta(0)
    """How old the capture is that it names as made."""
    jobs: list[_Job] = field(default_factory=list)
    _asked: list[datetime] = field(default_factory=list)

    def __call__(self, request: Request) -> Reply:
        path = request.path
        if path.startswith("/save/status/"):
            return self._status(path.rpartition("/")[2])
        if request.method == "POST":
            return self._save(request)
        return self._anonymously(request)

    def release(self) -> None:
        """Let the index list what is due."""
        for job in self.jobs:
            if self.kept and not job.listed and not job.error and self.now() >= job.captured + self.index_delay:
                job.listed = True
                reply = self._captured(job.url)
                kind = reply.header("content-type") or "application/json"
                self.archive.add(job.url, job.captured, reply.body, status=reply.status, content_type=kind)

    def _save(self, request: Request) -> Reply:
        scheme, _, account = (request.header("authorization") or "").partition(" ")
        if scheme != "LOW" or account not in self.keys:
            return _answer({"message": "You need to be logged in to use Save Page Now."}, 401)
        url = parse_qs(request.body.decode()).get("url", [""])[0]
        return self._refused() or self._ask(url)

    def _anonymously(self, request: Request) -> Reply:
        if self.anonymous == "refused":
            return Reply(status=429, headers=(("Content-Type", "text/html"),), body=b"<html>Too Many Requests</html>")
        url = request.target.removeprefix("/save/")
        if refused := self._refused():
            return refused
        asked = self._ask(url)
        if not self.jobs or self.jobs[-1].url != url:
            return asked
        job = self.jobs[-1]
        if self.anonymous == "page":
            body = f'<html><script>spn.watchJob("{job.id}", "/_static/",6000);</script></html>'
            return Reply(headers=(("Content-Type", "text/html"),), body=body.encode())
        where = f"/web/{job.captured:%Y%m%d%H%M%S}/{url}"
        headers: Headers = (("Content-Type", "text/html"), ("Content-Location", where), ("X-Page-Cache", "MISS"))
        return Reply(headers=headers, body=b"<html>saved</html>")

    def _refused(self) -> Reply | None:
        now = self.now()
        self._asked = [when for when in self._asked if now - when < timedelta(minutes=1)] + [now]
        if self.per_minute is not None and len(self._asked) > self.per_minute:
            return Reply(status=429, headers=(("Content-Type", "text/html"),), body=b"<html>Too Many Requests</html>")
        return None

    def _ask(self, url: str) -> Reply:
        now = self.now()
        for part, error in self.errors.items():
            if part in url:
                return _answer({"status": "error", "status_ext": error, "message": f"Sorry: {error}. key secret"})
        same = [job for job in self.jobs if job.url == url]
        if same and now - same[-1].asked < SAME_WITHIN:
            said = "The same snapshot had been made 2 minutes ago. You can make new capture of this URL after 1 hour."
            return _answer({"url": url, "job_id": same[-1].id, "message": said})
        if sum(now - job.asked < timedelta(days=1) for job in same) >= self.daily:
            said = f"This URL has been already captured {self.daily} times today."
            return _answer({"status": "error", "status_ext": "error:too-many-daily-captures", "message": said})
        error = next((error for part, error in self.later.items() if part in url), "")
        if not error and self._captured(url).status != 200:
            error = "error:not-found"
        job_id = "spn2-" + hashlib.sha1(url.encode()).hexdigest()
        self.jobs.append(_Job(id=job_id, url=url, asked=now, captured=now - self.age, polls=self.pending, error=error))
        return _answer({"url": url, "job_id": job_id})

    def _status(self, job_id: str) -> Reply:
        job = next((job for job in reversed(self.jobs) if job.id == job_id), None)
        if job is None:
            return _answer({"status": "error", "status_ext": "error:no-such-job", "message": "No such job."}, 404)
        if job.polls > 0:
            job.polls -= 1
            return _answer({"status": "pending", "job_id": job.id, "resources": []})
        if job.error:
            return _answer(
                {"status": "error", "status_ext": job.error, "job_id": job.id, "message": "It did not work."}
            )
        found = {"status": "success", "job_id": job.id, "original_url": job.url, "http_status": 200}
        return _answer(
            found | {"timestamp": f"{job.captured:%Y%m%d%H%M%S}", "duration_sec": 3.2, "resources": [job.url]}
        )

    def _captured(self, url: str) -> Reply:
        if self.reach is None:
            return Reply(headers=(("Content-Type", "application/json"),), body=b"{}")
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        asked = Request(
            time=self.now(), scheme="https", host=parts.hostname or "", method="GET", target=target, headers=()
        )
        return replace(self.reach(asked), stream=None)


def _answer(data: dict[str, object], status: int = 200) -> Reply:
    headers = (("Server", "nginx"), ("Content-Type", "application/json"))
    return Reply(status=status, headers=headers, body=json.dumps(data).encode())
