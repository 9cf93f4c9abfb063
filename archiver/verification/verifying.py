"""What is this file or folder, and which checks does it get?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from archiver.config import SigningSettings
from archiver.errors import InputError, LimitError
from archiver.model import Check, Verdict, Verification
from archiver.store.warcfile import GZIP_MAGIC
from archiver.verification.log import check_log
from archiver.verification.notebook import Notebook
from archiver.verification.records import RecordChecks, Watch
from archiver.verification.revisits import check_revisits
from archiver.verification.tally import Tally

WARC_NAMES = (".warc", ".warc.gz", ".arc", ".arc.gz")
NO_WARC = "no WARC record in it"

PACKERS = {
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x5d\x2a\x4d\x18": "zstd",  # a dictionary before it, as files of ArchiveTeam have
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x04\x22\x4d\x18": "lz4",
}
"""How files begin that are compressed in another way than WARC files are (ISO 28500:2017, annex D: gzip)."""


def _silent(done: int, total: int) -> None:
    pass


def verify(
    path: Path,
    *,
    progress: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
    conclude: bool = True,
    signing: SigningSettings | None = None,
    one_by_one: bool = False,
) -> Verification:
    """Check a WARC file, a WACZ package or an archive's folder.

    progress: told how many bytes of how many are done. stop: asked every few megabytes. conclude: whether the program's
    own conclusions are drawn again and compared. signing: whose certificates are believed. one_by_one: whether a WARC
    file that is compressed as a whole, which WARC allows, is damaged, because nothing can be fetched from it.

    Raises `InputError` where it cannot be read or is none of these, `LimitError` where a bound stopped it,
    `StoppedVerificationError`.
    """
    progress = progress or _silent
    try:
        if path.is_dir():
            if not (path / "archive").is_dir():
                raise InputError("no archive in this folder", subject=str(path), hint="name its WARC files themselves")
            from archiver.verification.folder import verify_folder

            checks = verify_folder(path, progress=progress, stop=stop, conclude=conclude)
            return Verification(path=str(path), kind="archive", checks=tuple(checks))
        if path.exists() and not path.is_file():  # one that waits for a writer, or never ends
            raise InputError("this is no file that can be read more than once", subject=str(path))
        with path.open("rb") as file:
            start = file.read(5)
        if start.startswith(b"PK"):
            checks = _package(path, progress, stop, conclude, signing or SigningSettings())
            return Verification(path=str(path), kind="wacz", checks=tuple(checks))
        return _loose(path, start, progress, stop, conclude, one_by_one=one_by_one)
    except LimitError as error:
        subject = str(path) if error.subject in (None, str(path), path.name) else f"{path}: {error.subject}"
        raise LimitError(error.problem, subject=subject, hint=error.hint) from error
    except FileNotFoundError:
        raise InputError("there is no such file or folder", subject=str(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot be read: {reason}", subject=str(path)) from error


def _package(
    path: Path,
    progress: Callable[[int, int], None],
    stop: Callable[[], bool],
    conclude: bool,
    signing: SigningSettings,
) -> list[Check]:
    from archiver.verification.package import verify_package

    try:
        return verify_package(path, progress=progress, stop=stop, conclude=conclude, signing=signing)
    except InputError as error:
        if not error.problem.startswith("the ZIP file is damaged"):
            raise
        tally = Tally("file structure", path.name)
        tally.problem(error.problem)
        return [tally.check()]


def _loose(
    path: Path,
    start: bytes,
    progress: Callable[[int, int], None],
    stop: Callable[[], bool],
    conclude: bool,
    *,
    one_by_one: bool,
) -> Verification:
    """One WARC or ARC file."""
    if packer := next((name for magic, name in PACKERS.items() if start.startswith(magic)), None):
        raise InputError(
            f"it is compressed with {packer}, which is not read", subject=str(path), hint="unpack it first, or use gzip"
        )
    if not start:
        raise InputError("the file is empty", subject=str(path))

    @contextmanager
    def open_it(_name: str) -> Iterator[BinaryIO]:
        with path.open("rb") as stream:
            yield stream

    with Notebook() as notebook:
        records = RecordChecks(notebook, Watch(progress, stop, path.stat().st_size), one_by_one=one_by_one)
        records.sweep_file(path, path.name)
        structure = records.structure.check()
        named = path.name.lower().endswith(WARC_NAMES)
        known = structure.checked or records.arc or (named and start.startswith((GZIP_MAGIC, b"WARC")))
        if not known:
            raise InputError("this is no WARC file, WACZ package or archive", subject=str(path))
        checks = records.checks()
        checks.append(check_revisits(notebook, whole=False))
        checks.append(check_log(records.log, open_it, whole=False))
        if records.concluded:
            checks += _rederived(path, stop, conclude=conclude)
    return Verification(path=str(path), kind="warc", checks=tuple(checks))


def _rederived(path: Path, stop: Callable[[], bool], *, conclude: bool) -> list[Check]:
    import tempfile

    from archiver.errors import ArchiveError
    from archiver.store import Archive
    from archiver.verification.rederived import left_out_checks, rederived_checks

    if not conclude:
        return left_out_checks()

    with tempfile.TemporaryDirectory(prefix="archiver-verify-") as temporary:
        try:
            view = Archive.view([path], catalogue=Path(temporary) / "catalogue.db", bounded=True)
        except ArchiveError as error:
            return [Check(name="references", verdict=Verdict.NOT_CHECKED, note=str(error))]
        with view:
            return rederived_checks(view, whole=False, stop=stop)
