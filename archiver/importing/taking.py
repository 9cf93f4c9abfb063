"""How one file comes into an archive.

It is verified where it lies. Each WARC file in it is then copied under a hidden name into the archive's folder, synced,
and given its name: whatever happens, it is there whole or not at all. Then it is catalogued and indexed, and what was
taken in is concluded, with its digest, so that the archive's log covers it. A file that is there already, under any
name, is not taken in again; only what a crash left undone is made up.

A package's description, its digest (with the signature) and its lists of pages are kept as `resource` records, under
`urn:archiver:package:HEX/MEMBER`, where HEX is the SHA-256 of the description.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from archiver.config import SigningSettings
from archiver.errors import ArchiveError, InputError
from archiver.model import Noun, Verdict, Verification
from archiver.store import Archive, Session
from archiver.store.archive import WARC_SUFFIXES
from archiver.store.conclusions import Imported, imported_conclusion
from archiver.store.durability import sync_folder
from archiver.store.foreign import imported_name
from archiver.store.segment import OWN_SEGMENT
from archiver.store.warcfile import GZIP_MAGIC, is_arc
from archiver.verification import verify
from archiver.wacz.reading import Package

PIECE = 1 << 20
KEPT_MEMBERS = ("datapackage.json", "datapackage-digest.json")
KEPT_FOLDER = "pages/"
MAX_KEPT = 64 << 20
"""Bytes of one such member; a longer list of pages is left out."""

HIDDEN = ".importing-"
"""How the name of a copy begins that is not finished."""


class Taken(Noun, frozen=True, kw_only=True):
    """What became of one WARC file that was given."""

    outcome: str
    """`imported`, `known` (the archive holds these bytes), `refused` (it is damaged)."""
    source: str
    """As it was given."""
    member: str | None = None
    """Where it lies in a package."""
    file: str | None = None
    """Its name in the archive's folder `archive/`; null where it was refused."""
    bytes: int = 0
    digest: str | None = None
    """`sha256:` and hex."""
    problems: tuple[str, ...] = ()
    """What is damaged, one line each."""


class _Stamp(NamedTuple):
    """What changes when a file changes."""

    size: int
    modified: int
    inode: int


def take_in(
    archive: Archive,
    session: Session,
    path: Path,
    *,
    damaged: bool = False,
    trust_conclusions: bool = False,
    signing: SigningSettings | None = None,
    progress: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Taken]:
    """Take in a WARC file, every WARC file of a WACZ package, or those of another archive's folder.

    Arguments: `archive`, open for writing, with its `session`; `damaged`, whether a file is taken in although something
    is wrong with it; `trust_conclusions`, whether conclusions of an archiver in it count here as they did there;
    `signing`, `progress` and `stop`, as for `archiver.verification.verify`.

    Raises `InputError` where the file cannot be read or holds no WARC file, `LimitError` where a bound stopped it,
    `ArchiveError` where the archive cannot take it, and `StoppedVerificationError`.
    """
    _clear(archive)
    before = _stamp(path)
    start = b"" if path.is_dir() else _start(path)
    problems = _problems(verify(path, conclude=False, progress=progress, stop=stop, signing=signing, one_by_one=True))
    if problems and not damaged:
        yield Taken(outcome="refused", source=str(path), problems=problems)
        return
    taking = _Taking(archive, session, str(path), problems, trust_conclusions=trust_conclusions)
    if path.is_dir():
        for segment in sorted((path / "archive").iterdir()):
            if segment.name.endswith(WARC_SUFFIXES) and segment.stat().st_size:
                with segment.open("rb") as stream:
                    yield taking.take(stream, segment.name, f"archive/{segment.name}")
    elif start.startswith(b"PK"):
        with Package.open(path, strict=not damaged) as package:
            yield from _from_package(taking, package, lambda: _require_same(path, before))
    else:
        with path.open("rb") as stream:
            yield taking.take(stream, path.name, None, lambda: _require_same(path, before))


def _problems(verification: Verification) -> tuple[str, ...]:
    """In words, with the place."""
    found = []
    for check in verification.checks:
        if check.verdict is Verdict.DAMAGED:
            found += [
                f"{check.name}: {problem.what} ({problem.where}"
                + (f" at offset {problem.offset})" if problem.offset is not None else ")")
                for problem in check.problems
            ]
    return tuple(found)


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if is_arc(file, 0):
                raise InputError(
                    "ARC files are not taken in as they are",
                    subject=str(path),
                    hint="`warcio recompress FILE.arc.gz FILE.warc.gz` makes a WARC file of one",
                )
            return file.read(5)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", subject=str(path)) from error


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise InputError("there is no such file or folder", subject=str(path)) from None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {getattr(error, 'strerror', None) or error}", subject=str(path)) from error
    return _Stamp(found.st_size, found.st_mtime_ns, found.st_ino)


def _require_same(path: Path, before: _Stamp) -> None:
    if _stamp(path) != before:
        raise InputError("changed while it was taken in", subject=str(path), hint="run it again")


def _from_package(taking: _Taking, package: Package, check: Callable[[], None]) -> Iterator[Taken]:
    members = [
        member.name
        for member in package.members
        if member.name.startswith("archive/") and member.name.lower().endswith(WARC_SUFFIXES)
    ]
    if not members:
        raise InputError("the package holds no WARC file", subject=package.subject)
    for name in members:
        with package.stream(name) as stream:
            yield taking.take(stream, name, name, check)
    taking.keep_description(package)


class _Taking:
    """Takes the WARC files of one source into the archive."""

    def __init__(
        self, archive: Archive, session: Session, source: str, problems: tuple[str, ...], *, trust_conclusions: bool
    ) -> None:
        self._archive = archive
        self._session = session
        self._source = source
        self._problems = problems
        self._counted = trust_conclusions
        self._held: dict[int, dict[Path, str | None]] | None = None
        """The archive's WARC files by size, each with its digest once somebody asked for it: a package may bring
        thousands of files of one size."""

    def take(self, stream: BinaryIO, name: str, member: str | None, check: Callable[[], None] = lambda: None) -> Taken:
        """One WARC file; `check` is asked when all of it was read, before it is let in."""
        with self._copied(stream) as (copy, digest, size, suffix):
            check()
            file = self._known(digest, size)
            outcome = "known"
            if file is None:
                outcome = "imported"
                present = (path.name for path in self._archive.segments_path.iterdir())
                file = imported_name(name, digest, suffix, present, counted=self._counted)
                target = self._archive.segments_path / file
                if target.exists():  # other bytes, and the first digits of the digest are the same
                    raise ArchiveError("there is another file of this name", subject=str(target))
                copy.rename(target)
                sync_folder(target.parent)
                self._archive.add_file(target)
                self._holdings().setdefault(size, {})[target] = digest
        if self._counted and not self._archive.concludes(file):
            raise InputError(
                f"it is in the archive already, as {file}, and what it concludes does not count",
                subject=self._source,
                hint="take it into an archive that does not hold it yet",
            )
        if not OWN_SEGMENT.fullmatch(file) and not self._is_concluded(file):
            source = os.fsencode(Path(self._source).name).decode("utf-8", "replace")
            self._session.write_conclusion(
                imported_conclusion(Imported(file=file, digest=digest, bytes=size, source=source, member=member))
            )
            self._session.sync()
        return Taken(
            outcome=outcome,
            source=self._source,
            member=member,
            file=file,
            bytes=size,
            digest=digest,
            problems=self._problems,
        )

    @contextmanager
    def _copied(self, stream: BinaryIO) -> Iterator[tuple[Path, str, int, str]]:
        """A synced copy in the archive's folder under a hidden name, gone afterwards if it is still there; its digest,
        its size, and the ending that its bytes ask for."""
        copy = self._archive.segments_path / f"{HIDDEN}{os.getpid()}.part"
        hasher, size, start = hashlib.sha256(), 0, b""
        try:
            with copy.open("wb") as out:
                while piece := stream.read(PIECE):
                    start = start or piece[:8]
                    hasher.update(piece)
                    size += len(piece)
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            suffix = ".warc.gz" if start.startswith(GZIP_MAGIC) else ".warc"
            yield copy, f"sha256:{hasher.hexdigest()}", size, suffix
        except OSError as error:
            raise ArchiveError(
                f"{self._source} was not taken in: {error.strerror or error}", subject=str(self._archive.path)
            ) from error
        finally:
            with suppress(OSError):
                copy.unlink(missing_ok=True)

    def _known(self, digest: str, size: int) -> str | None:
        """The name under which the archive holds these bytes."""
        same = self._holdings().get(size, {})
        for path, known in same.items():
            same[path] = known or _digest(path)
            if same[path] == digest:
                return path.name
        return None

    def _holdings(self) -> dict[int, dict[Path, str | None]]:
        if self._held is None:
            self._held = {}
            for path in self._archive.segment_files():
                self._held.setdefault(path.stat().st_size, {})[path] = None
        return self._held

    def _is_concluded(self, file: str) -> bool:
        captures = self._archive.catalogue.captures_at(f"urn:archiver:imported:{file}")
        return any(self._archive.concludes(capture.file) for capture in captures)

    def keep_description(self, package: Package) -> None:
        """What the package says of itself, as records."""
        if KEPT_MEMBERS[0] not in package:
            return
        name = hashlib.sha256(package.read(KEPT_MEMBERS[0], MAX_KEPT)).hexdigest()
        for member in package.members:
            if member.size <= MAX_KEPT and (
                member.name in KEPT_MEMBERS or (member.name.startswith(KEPT_FOLDER) and member.name.endswith(".jsonl"))
            ):
                data = package.read(member.name, MAX_KEPT)
                kind = "application/json" if member.name.endswith(".json") else "application/jsonl"
                self._session.write_resource(f"urn:archiver:package:{name}/{member.name}", kind, data)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _clear(archive: Archive) -> None:
    """What a crash left of copies that were not finished: nobody else writes here while the archive is open."""
    for path in archive.segments_path.glob(f"{HIDDEN}*.part"):
        with suppress(OSError):
            path.unlink()
