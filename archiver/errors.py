"""What can go wrong, as types: each knows its exit code and says what to do next.

Every error names what was wrong (`problem`), with which input (`subject`) and what the reader can do (`hint`).
The command line prints `str(error)` as one line and never a traceback.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    INPUT = 3
    NETWORK = 4
    LIMIT = 5
    INTERRUPTED = 130


class ArchiverError(Exception):
    """The root of all errors that archiver raises on purpose."""

    exit_code: ExitCode = ExitCode.INPUT

    def __init__(self, problem: str, *, subject: str | None = None, hint: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.subject = subject
        self.hint = hint

    def __str__(self) -> str:
        line = f"{self.subject}: {self.problem}" if self.subject else self.problem
        return f"{line} ({self.hint})" if self.hint else line


class UsageError(ArchiverError):
    """The command or the call was put together wrongly: correct it, trying again does not help."""

    exit_code = ExitCode.USAGE


class ConfigError(UsageError):
    """A configuration file has an unknown key, a wrong type, or cannot be read."""


class InputError(ArchiverError):
    """A source cannot be read (missing, empty, binary, damaged): the other sources are not touched by it."""

    exit_code = ExitCode.INPUT


class NetworkError(ArchiverError):
    """No answer came: name look-up, connection, TLS, time. It says nothing about the post."""

    exit_code = ExitCode.NETWORK


class RefusedError(NetworkError):
    """The guard refused to connect: a private address, a scheme other than http(s), too many redirects.

    Trying again does not help: the target itself is not allowed (see `[web]` in the configuration).
    """


class LeftAloneError(NetworkError):
    """The host asked us, again and again or for long, to wait: nothing is asked of it for a while.

    Trying again at once makes it worse. It says nothing about the post.
    """


class NotStoredError(NetworkError):
    """`--offline`, and no stored capture answers this request."""


class UnaskedError(NetworkError):
    """No public endpoint of the post's platform is known that tells of posts: nothing was asked.

    Trying again does not help. It says nothing about the post.
    """


class LimitError(ArchiverError):
    """A bound on size, depth, count or disk space stopped the work; what was stored before stays stored."""

    exit_code = ExitCode.LIMIT


class ArchiveError(ArchiverError):
    """The archive on disk cannot be opened, is locked by another writer, or is damaged."""

    exit_code = ExitCode.LIMIT


class ClusterError(ArchiverError):
    """A cluster (Spark) cannot be used, or could not do its work: what was done before stays done.

    Running the same again goes on with the rest, once what the error names is put right.
    """

    exit_code = ExitCode.LIMIT


class SigningError(ArchiverError):
    """A package cannot be signed: a key, a certificate or a setting cannot be used. The package is not made.

    An unsigned package in its place would look like one that nobody vouched for: correct what the error names.
    """

    exit_code = ExitCode.INPUT


class TimeStampError(SigningError):
    """A time-stamping authority or a calendar gave no time stamp, or one that does not hold. The package is not made.

    Trying again later may help, or another authority (`[signing] tsa`).
    """

    exit_code = ExitCode.NETWORK
