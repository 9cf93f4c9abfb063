"""A small town for the tests of jobs and commands: its posts, articles that cite them, how to run the program there.

All people and posts are invented. The twin of the web answers; time is virtual, so that no test waits for a server's
sake. `Town` is one twin with its articles; `Town.run` runs a job in this process, `Town.program` the real command in
another one, `Town.command` the command in this process (fast).
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from click.testing import CliRunner, Result

from archiver.auditing import Finding, Plan, audit, cited_in_archive
from archiver.auditing.looking import LOOK_ANEW
from archiver.capture import ArchivedPost, Job, running
from archiver.capture.documents import documents
from archiver.cli import main
from archiver.config import Settings
from tests.web_twin import CONTROL_ID, Account, Picture, PostState, Twin, TwinPost

STARTED = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)
DAY = datetime(2022, 3, 9, tzinfo=UTC)

KEEPER = Account(handle="Keeper_Osk", name="Oskar Lindhe 🗼")
CLERK = Account(handle="skerry_clerk", name="The Skerry Clerk")
HARBOUR = Account(handle="skerry_harbour", name="Skerry Harbour", former=(("skerry_port", DAY + timedelta(days=300)),))


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return DAY + timedelta(hours=hour, minutes=minute, seconds=second)


CONTROL = TwinPost(
    account=Account(handle="first_light", name="First Light"),
    id=CONTROL_ID,
    created=datetime(2006, 3, 21, 20, 50, 14, tzinfo=UTC),
    text="lighting the first lamp",
)
PICTURED = TwinPost(
    account=KEEPER,
    created=at(5, 12),
    text="The lamp on the outer skerry is dark since midnight & the horn is silent. Keep west of the red buoy.",
    media=(Picture(key="SkerryLampA", alt="A lighthouse without its light"),),
)
DELETED = TwinPost(
    account=CLERK,
    created=at(6, 40),
    text="The harbour board was told of the broken lamp in January and did nothing about it.",
    state=PostState.DELETED,
    archived=("json2",),
)
RENAMED = TwinPost(
    account=HARBOUR,
    created=at(7, 30),
    text="Ferries will run as planned today. There is no danger to anybody at the pier.",
    archived=("json2",),
)
FLATTENED = TwinPost(
    account=KEEPER,
    created=at(16, 41, 7),
    text="Rowed out with two crews and a spare bulb. We see no way to land before the wind turns. Whoever is out there "
    "now, steer by the church tower and not by the chart.",
    archived=("json2", "shell"),
)
DECOYS = (
    TwinPost(
        account=KEEPER,
        created=at(9, 2),
        text="Two crews are at the slip and wait for the wind. Next news at noon.",
        archived=("json2",),
    ),
    TwinPost(
        account=KEEPER,
        created=at(20, 15),
        text="No, the chart was not drawn by our station.",
        archived=("json2",),
    ),
)
ALIKE = tuple(
    TwinPost(
        account=CLERK,
        created=at(hour),
        text="Questions about the lamp go to the board, not to this desk.",
        archived=("json2",),
    )
    for hour in (12, 13)
)
NEVER_STORED = TwinPost(
    account=Account(handle="gone_ferryman", name="Ferryman"),
    created=at(18),
    text="Nobody has ever kept this one.",
    archived=(),
    state=PostState.DELETED,
)
POSTS = (CONTROL, PICTURED, DELETED, RENAMED, FLATTENED, *DECOYS, *ALIKE, NEVER_STORED)

REWORDED = (
    "We rowed out with two crews and one spare bulb. We see no way of landing before the wind turns. Anyone who is out "
    "there now, steer by the church tower, not by the chart."
)
"""What two machine translations left of FLATTENED."""

LEFTOVERS = f"""The night without the lamp (a copy that has lost its markup)

The board of the harbour met for five hours and decided nothing at all. The keeper of the light had more to say.

{REWORDED} – skar Lindhe 🗼 (keeper_osk) March 9, 2022

Of the board, nobody wanted to comment.
"""


class Clock:
    """Virtual time: reading the clock takes a quarter of a second, waiting takes as long as it says."""

    def __init__(self, start: datetime = STARTED) -> None:
        self._now = start
        self.waited = 0.0

    def __call__(self) -> datetime:
        self._now += timedelta(milliseconds=250)
        return self._now

    def go(self, **time: float) -> None:
        self._now += timedelta(**time)

    def sleep(self, seconds: float) -> None:
        self.waited += seconds
        self._now += timedelta(seconds=seconds)

    def monotonic(self) -> float:
        return self._now.timestamp()


def numbered(start: int = 0) -> Callable[[], str]:
    """Record ids in order, the same in every run."""
    count = itertools.count(start)
    return lambda: uuid.uuid5(uuid.NAMESPACE_OID, f"town {next(count)}").urn


class Town:
    """A twin with the town's posts, and the program talking to it. All files are below `folder`."""

    def __init__(self, twin: Twin, folder: Path) -> None:
        self.twin = twin
        self.folder = folder
        self.archive = folder / "archive of the town"
        self.clock = Clock()

    # -- articles

    def page(self, posts: Sequence[TwinPost], kind: str = "embeds", name: str = "page.html") -> Path:
        """An HTML file that cites posts: as `embeds`, `link`s, or `flattened` to text."""
        cited = "\n".join(self.twin.news.citation(post, kind, "en") for post in posts)
        return self.write(name, document(cited))

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def publish(self, posts: Sequence[TwinPost], name: str = "night", kind: str = "embeds") -> str:
        """The same as a page of a news site; its address."""
        url = f"https://news.example/skerry/{name}.html"
        cited = "\n".join(self.twin.news.citation(post, kind, "en") for post in posts)
        self.twin.news.add(name, url, document(cited))
        return url

    # -- the program

    def settings(self, **web: Any) -> Settings:
        defaults = Settings()
        values: dict[str, Any] = {
            "connect_to": dict(self.twin.connect_to),
            "ca_file": str(self.twin.ca_file),
            "rates": {"*": 60_000.0},
            "threads": 1,
            "retries": 0,
        }
        return msgspec.structs.replace(defaults, web=msgspec.structs.replace(defaults.web, **(values | web)))

    def config(self, name: str = "config.toml", extra: str = "", **web: Any) -> Path:
        """The same settings as a file, for the command."""
        values: dict[str, Any] = {
            "ca_file": str(self.twin.ca_file),
            "threads": 1,
            "retries": 0,
            "retry_after_max": 0,
        }
        lines = [f"{key} = {_toml(value)}" for key, value in (values | web).items()]
        hosts = "\n".join(f'"{host}" = "{address}"' for host, address in self.twin.connect_to.items())
        rates = "\n".join(
            f'"{host}" = 60000' for host in ("*", "web.archive.org", "cdn.syndication.twimg.com", "publish.twitter.com")
        )
        text = "\n".join(["[web]", *lines, "[web.rates]", rates, "[web.connect_to]", hosts, extra, ""])
        return self.write(name, text)

    @contextmanager
    def job(self, *, settings: Settings | None = None, **options: Any) -> Iterator[Job]:
        """A job over the town's archive, in virtual time."""
        options = {"path": self.archive, "sleep": self.clock.sleep, "monotonic": self.clock.monotonic} | options
        with running(settings or self.settings(), clock=self.clock, **options) as job:
            yield job

    def run(
        self, *sources: Path | str, settings: Settings | None = None, on_error: Any = None, **options: Any
    ) -> list[ArchivedPost]:
        """Archive some sources."""
        settings = settings or self.settings()
        reporting = {"on_error": on_error} if on_error else {}
        with self.job(settings=settings, **options) as job:
            return [post for one in documents(sources, settings, job=job, **reporting) for post in job.run(one)]

    def audit(self, *, settings: Settings | None = None, plan: Plan = LOOK_ANEW, **options: Any) -> list[Finding]:
        """Audit the town's archive."""
        with self.job(settings=settings, **options) as job:
            return list(audit(job, cited_in_archive(job), plan=plan))

    def command(self, *arguments: str | Path, stdin: bytes | None = None) -> Result:
        """The command in this process."""
        return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)

    def program(
        self, *arguments: str | Path, stdin: bytes | None = None, timeout: float = 60, **options: Any
    ) -> subprocess.CompletedProcess[bytes]:
        """The command in a process of its own."""
        asked = program(*arguments)
        within = self.within(**options)
        return subprocess.run(asked, input=stdin or b"", capture_output=True, timeout=timeout, check=False, **within)

    def killed_after(self, command: Sequence[str], questions: int, pause: float) -> bool:
        """Start a program and kill it (SIGKILL) `pause` seconds after the twin was asked so many times; false where it
        was done before."""
        already = len(self.twin.log)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.within())
        while len(self.twin.log) < already + questions and process.poll() is None:
            time.sleep(0.001)
        time.sleep(pause)
        done = process.poll() is not None
        process.kill()
        process.wait()
        return not done

    def within(self, **options: Any) -> dict[str, Any]:
        """How the program's process is started: in the town's folder, with nobody's configuration."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("ARCHIVER", "COV_"))}
        environment |= {"XDG_CONFIG_HOME": str(self.folder / "nobody"), "PYTHONPATH": str(Path(__file__).parents[1])}
        return {"cwd": self.folder, "env": environment | options.pop("env", {})} | options


def program(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "archiver", *(str(argument) for argument in arguments)]


def document(body: str) -> str:
    head = '<meta charset="utf-8"><title>The night without the lamp</title>'
    article = f"<h1>The night without the lamp</h1>\n<p>All of this is invented.</p>\n{body}"
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body><article>{article}\n</article></body></html>\n'


def _toml(value: Any) -> str:
    return msgspec.json.encode(value).decode()
