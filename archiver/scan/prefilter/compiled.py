"""Patterns that are compiled once and kept: in the user's cache folder, or for one run.

Compiling takes hyperscan a second, loading what it made a millisecond. A file is named by a digest of the patterns and
of all that says for which hyperscan and which processor they are compiled. What is loaded is code in effect: a folder
or a file that somebody else owns or may write to is not used, and a file whose digest is another than it says is made
anew. Nothing depends on it: where nothing can be kept, each process compiles for itself.

Source: Hyperscan's developer reference, "Serialization" (https://intel.github.io/hyperscan/dev-reference/).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Patterns = tuple[tuple[bytes, int], ...]
"""Patterns and their flags."""

KEPT = 12
"""Files in the folder; those that were used last. A scan needs four."""

MAX_BYTES = 64 << 20
"""Of a file."""

CPU_BYTES = 16_384
"""Of what Linux says of its processors: the first one is in it."""

FORM = b"archiver patterns 1\n"
SUFFIX = ".patterns"
UNFINISHED = ".part"
LOCK = ".lock"

COMPILE_SECONDS = 120
"""How long compiling may take, and how long it is waited for where another process does it."""
WAIT_SECONDS = 0.02

_COMPILES = """
import ast, sys, hyperscan
patterns = ast.literal_eval(sys.stdin.read())
database = hyperscan.Database()
database.compile([p for p, _ in patterns], list(range(len(patterns))), len(patterns), [f for _, f in patterns])
sys.stdout.buffer.write(hyperscan.dumpb(database))
"""
"""Compiling takes a hundred megabytes, which a process that scans would keep."""

_folder: Path | None = None


def user_folder() -> Path:
    """Where compiled patterns are kept from run to run: in the user's cache folder, as each system has it."""
    import platformdirs

    return platformdirs.user_cache_path("archiver", appauthor=False) / "patterns"


def keep_in(folder: Path | None) -> None:
    """Say where this process keeps compiled patterns; null: in the user's folder."""
    global _folder
    _folder = folder


@contextmanager
def shared() -> Iterator[Path]:
    """A folder in which the processes of a run share compiled patterns: the user's, or, where that cannot be used, one
    that is gone after the run."""
    folder = user_folder()
    if find_spec("hyperscan") is None:
        yield folder
    elif (opened := _opened(folder)) is not None:
        os.close(opened)
        yield folder
    else:
        with tempfile.TemporaryDirectory(prefix="archiver-patterns-", ignore_cleanup_errors=True) as own:
            yield Path(own)


@lru_cache(maxsize=8)
def compiled(patterns: Patterns) -> Any:
    """The patterns as a `hyperscan.Database`, with its scratch space; each pattern's number is its place.

    Raises `ImportError` where hyperscan is not installed.
    """
    name = _name(patterns)
    folder = _opened(_folder or user_folder())
    if folder is None:
        known = _loaded(_compiled_apart(patterns))
        return _compiled_here(patterns) if known is None else known
    try:
        if (known := _loaded(_read(folder, name))) is not None:
            return known
        with _alone(folder):
            # another process may have made it meanwhile
            if (known := _loaded(_read(folder, name))) is not None:
                return known
            data = _compiled_apart(patterns)
            known = _loaded(data)
            if known is None:
                return _compiled_here(patterns)
            with suppress(OSError):
                _write(folder, name, data)
                _tidy(folder)
            return known
    finally:
        os.close(folder)


def _name(patterns: Patterns) -> str:
    """A file's name: other patterns, another build of hyperscan or another kind of processor make another one.

    Whether a database is for this processor hyperscan asks itself when it loads one; here two machines that share a
    home folder are kept from writing over each other's files.
    """
    import hyperscan

    version = getattr(hyperscan, "__version__", "")
    said = repr((patterns, version, sys.platform, os.uname().machine)).encode() + _processor()
    with suppress(OSError):
        build = os.stat(getattr(getattr(hyperscan, "_hs_ext", None), "__file__", None) or hyperscan.__file__)
        said += b"%d %d" % (build.st_size, build.st_mtime_ns)
    return hashlib.sha256(said).hexdigest()[:32] + SUFFIX


def _processor() -> bytes:
    """What the processor can do, where the system says it (Linux)."""
    with suppress(OSError), open("/proc/cpuinfo", "rb") as file:
        for line in file.read(CPU_BYTES).splitlines():
            if line.lower().startswith((b"flags", b"features")):
                return line
    return b""


def _compiled_apart(patterns: Patterns) -> bytes:
    """The compiled patterns, made in a process of its own; empty where that fails."""
    try:
        return subprocess.run(  # noqa: S603 - this interpreter, and nothing from outside
            (sys.executable, "-c", _COMPILES),
            input=repr(patterns).encode("ascii"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=COMPILE_SECONDS,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return b""


def _compiled_here(patterns: Patterns) -> Any:
    import hyperscan

    database = hyperscan.Database()
    database.compile(
        expressions=[pattern for pattern, _ in patterns],
        ids=list(range(len(patterns))),
        elements=len(patterns),
        flags=[flags for _, flags in patterns],
    )
    return database


def _loaded(data: bytes) -> Any | None:
    """The database; null where it is none, or one for another processor."""
    import hyperscan

    if not data:
        return None
    try:
        database = hyperscan.loadb(data, hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
    except hyperscan.error:
        return None
    return database


# --- the folder
# -----------------------------------------------------------------------------------------------------------------


def _opened(folder: Path) -> int | None:
    """A descriptor of the folder, which is made where it is not there; null where it cannot be used.

    All else is opened through the descriptor, so that it is what was judged.
    """
    if not folder.is_absolute():  # nobody says where the user's home is
        return None
    try:
        if not folder.is_dir() and _is_ours(os.stat(_nearest(folder))):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    if _is_ours(os.fstat(opened)):
        return opened
    os.close(opened)
    return None


def _nearest(folder: Path) -> Path:
    """The first folder above that is there."""
    return next(above for above in folder.absolute().parents if above.is_dir())


def _is_ours(facts: os.stat_result) -> bool:
    """Whether it is the user's, and nobody else may write to it."""
    return facts.st_uid == os.geteuid() and not facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _digest(name: str, data: bytes) -> bytes:
    digest = hashlib.sha256(name.encode())
    digest.update(data)
    return digest.digest()


def _read(folder: int, name: str) -> bytes:
    """What a file holds; empty where it is not there, not ours, or damaged."""
    try:
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return b""
    try:
        with open(opened, "rb") as file:
            facts = os.fstat(opened)
            if not stat.S_ISREG(facts.st_mode) or not _is_ours(facts) or facts.st_size > MAX_BYTES:
                return b""
            head = file.read(len(FORM) + hashlib.sha256().digest_size)
            data = file.read(MAX_BYTES)
            with suppress(OSError):
                os.utime(opened)  # the files that are not used are the ones that go
    except OSError:
        return b""
    return data if head == FORM + _digest(name, data) else b""


def _write(folder: int, name: str, data: bytes) -> None:
    """Keep data under a name; it is there whole or not at all."""
    unfinished = secrets.token_hex(8) + UNFINISHED
    opened = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder)
    try:
        with open(opened, "wb") as file:
            file.write(FORM + _digest(name, data))
            file.write(data)
        os.rename(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        with suppress(OSError):
            os.unlink(unfinished, dir_fd=folder)
        raise


def _tidy(folder: int) -> None:
    """Take away what was used least lately, of files that were never finished, too."""
    used: list[tuple[int, str]] = []
    for name in os.listdir(folder):
        if name.endswith((SUFFIX, UNFINISHED)):
            with suppress(OSError):
                used.append((os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime_ns, name))
    for _, name in sorted(used, reverse=True)[KEPT:]:
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)


@contextmanager
def _alone(folder: int) -> Iterator[None]:
    """While one process compiles, the others wait for what it makes; but for no longer than that may take."""
    opened = None
    with suppress(OSError):
        opened = os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder)
    try:
        until = time.monotonic() + COMPILE_SECONDS
        while opened is not None and not _locked(opened) and time.monotonic() < until:
            time.sleep(WAIT_SECONDS)
        yield
    finally:
        if opened is not None:
            os.close(opened)


def _locked(opened: int) -> bool:
    """Whether it is to be waited for no more."""
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks
    return True
