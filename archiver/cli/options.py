"""Options that several commands share, and how a command ends: which exit code, and what was said before."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archiver.cli.output import Column, Format, Output
from archiver.cli.states import tally, why_not_seen
from archiver.config import Settings, load_settings
from archiver.errors import ArchiverError, ExitCode, NetworkError, NotStoredError, RefusedError
from archiver.model import Noun, State

if TYPE_CHECKING:  # commands that capture nothing start in a third of the time without these
    from archiver.capture import Job
    from archiver.sources import Document

F = TypeVar("F", bound=Callable[..., Any])

SEVERITY = (ExitCode.INTERRUPTED, ExitCode.LIMIT, ExitCode.USAGE, ExitCode.NETWORK, ExitCode.INPUT, ExitCode.FINDINGS)
"""Which code wins when several apply."""

SOURCE_HELP = (
    "SOURCE is a URL, a file (.html, .txt, .md, .jsonl, .warc.gz, .wacz) or - for standard input. "
    "A feed (RSS, Atom, JSON Feed) or a sitemap stands for the articles that it lists. "
    "One that cannot be read is reported and does not stop the others."
)

INPUT = click.Path(path_type=Path, readable=False)
"""A file or folder that is read. Whether it can be, the command finds out: click would take one that cannot for wrong
usage, and look at none of the others."""

config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Configuration file; otherwise $ARCHIVER_CONFIG, ./config.toml, or the user's configuration folder.",
)
archive_option = click.option(
    "--archive",
    "archive_path",
    type=click.Path(path_type=Path),
    help="The archive's folder. Default: from the configuration (warc).",
)
offline_option = click.option(
    "--offline",
    is_flag=True,
    help="Answer from stored captures alone: no connection is opened. For resolve and audit, --archive may then name a "
    "WARC or WACZ file.",
)
posts_option = click.option(
    "--posts",
    "posts_paths",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="INDEX",
    help="A post index (`archiver index` or `archiver scan` makes it), or a scan's folder, in which posts are looked "
    "up, too; may be given again.",
)
prose_option = click.option(
    "--prose", is_flag=True, help="Count posts, too, that the article quotes in its own words (she wrote on X: “…”)."
)
format_option = click.option(
    "--format",
    "fmt",
    type=click.Choice([form.value for form in Format]),
    help="Form of the results. Default: a table on a terminal, JSON lines otherwise.",
)
sources_argument = click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")


class Run:
    """One command's run: its settings, where it prints, what went wrong so far, and whether it should stop."""

    def __init__(self, settings: Settings, out: Output) -> None:
        self.settings = settings
        self.out = out
        self._codes: set[ExitCode] = set()
        self._stop = threading.Event()
        self.unread = False
        """Some source could not be read."""
        self._read = 0
        self._unreached = 0
        self._faults: list[Exception] = []

    def documents(self, sources: Iterable[str], job: Job | None = None) -> Iterator[Document]:
        """The documents of the sources; those that cannot be read are reported. Ends early when the run is stopped."""
        from archiver.capture.documents import documents
        from archiver.web.once import StoppedError

        with suppress(StoppedError):
            for document in documents(sources, self.settings, job=job, on_error=self.problem, on_note=self.out.note):
                self._read += 1
                yield document
                if self.stopped():
                    return

    def problem(self, source: str, error: ArchiverError) -> None:
        """Report an error about one input; the others go on."""
        self.unread = True
        if error.subject is None:
            error = type(error)(error.problem, subject=source, hint=error.hint)
        self.out.error(error)
        if isinstance(error, NetworkError) and not isinstance(error, RefusedError | NotStoredError):
            self._unreached += 1
        else:
            self.code(ExitCode.INPUT if isinstance(error, NetworkError) else error.exit_code)

    def code(self, code: ExitCode) -> None:
        """Something that the exit code must tell."""
        self._codes.add(code)

    def show(self, columns: Sequence[Column], items: Iterable[Noun | Mapping[str, Any]], *, empty: str) -> int:
        """Print results as they come and return how many there were; `empty` says in words that there were none, where
        nothing else has been said.

        Raises as `Output.rows` does.
        """
        count = self.out.rows(columns, items)
        if empty and not count and not self._codes and not self._unreached:
            self.out.note(empty)
        return count

    def warn(self, warnings: list[str]) -> None:
        """What opening the archive found and mended."""
        for warning in warnings:
            self.out.note(f"warning: {warning}")

    def network(self, job: Job) -> None:
        """What there is to say of the questions that were asked: damaged captures; and that none was answered, which
        the exit code says, too."""
        for problem in job.fetcher.damage:
            self.out.note(f"warning: {problem}")
        if job.fetcher.failed and not job.fetcher.answered:
            self.code(ExitCode.NETWORK)
            if not self._unreached:
                offline = "no question was answered when it was asked"
                self.out.note(offline if job.offline else "no question was answered: is there a network?")

    def faults(self, job: Job) -> None:
        """What went wrong in the program itself with single posts: the run ends with the first of them."""
        self._faults.extend(job.faults)

    def fault(self, error: Exception) -> None:
        """Something went wrong in the program itself: the run ends with the first such error."""
        self._faults.append(error)

    def sum_up(self, told: list[tuple[State, str]]) -> None:
        """For people: how many posts are in each state, and why some could not be seen."""
        if told and self.out.messages_tty:
            self.out.note(tally(state.value for state, _ in told))
            for line in why_not_seen(told):
                self.out.note(line)

    def stopped(self) -> bool:
        return self._stop.is_set()

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """The first Ctrl-C (or SIGTERM) ends the run between two posts, with everything stored; the second at once."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def interrupt(_signal: int, _frame: FrameType | None) -> None:
            if self._stop.is_set():
                raise KeyboardInterrupt
            self._stop.set()
            self.code(ExitCode.INTERRUPTED)
            self.out.at_once("stopping after what is under way; press again to stop at once")

        before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def finish(self) -> None:
        """End the program with the code that matters most.

        Raises the first fault of the program, now that all else is told and written.
        """
        if self._faults and ExitCode.INTERRUPTED not in self._codes:
            raise self._faults[0]
        if self._unreached:  # the network failed for all, or some source could not be read
            self.code(ExitCode.INPUT if self._read or self._codes else ExitCode.NETWORK)
        for code in SEVERITY:
            if code in self._codes:
                raise SystemExit(int(code))


def start(config_path: Path | None, fmt: str | None = None) -> Run:
    """Read the configuration and make ready to print.

    Raises `ConfigError`.
    """
    return Run(load_settings(config_path), Output(fmt))
