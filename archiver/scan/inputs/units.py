"""What is a scan to read? Files, folders, patterns, addresses, lists and indexes, as units of work.

A unit's file is named as it was given, without `./` and doubled slashes; its id holds that name, the file's size and
version and which part of it is meant. So the order of the arguments does not matter, and a file that changed is
another unit. Whoever goes on with a scan has to name its files in the same way.
"""

from __future__ import annotations

import glob
import itertools
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from isal import isal_zlib
from isal.igzip_lib import IsalError

from archiver.config import WebSettings
from archiver.errors import ArchiverError, InputError, LimitError, RefusedError
from archiver.scan.inputs import stores
from archiver.scan.inputs.grouping import Group, grouped, within
from archiver.scan.inputs.indexes import beside, entries_of
from archiver.scan.inputs.lists import lines_of, named_in
from archiver.scan.inputs.locations import (
    MEMBER,
    STDIN,
    WARC_FOLDER,
    WARC_SUFFIXES,
    Facts,
    Place,
    host_of,
    is_package,
    is_warc,
    joined,
    local_path,
    member_of,
    place_of,
)
from archiver.scan.inputs.opening import facts_of, open_package, open_unit
from archiver.scan.unit import Unit
from archiver.url import web_url

if TYPE_CHECKING:  # it loads all that reads articles
    from archiver.sources.document import OnError, OnNote

PART = 256 << 20
SMALL_PART = 8 << 20
PARTS = 4
"""A file is read in parts, so that several processes share it: in so many, where each has at least `SMALL_PART` bytes,
and in more where they would have more than `PART`. Where they begin is in the units' ids and depends on the file's size
alone, so that any number of processes goes on with what another number began. Each part costs a request, where the file
is not on this machine, a file of rows, and an entry in the ledger."""

FIRST_MEMBER = 1 << 20
"""A gzip file whose first member is longer than this is taken for one that is compressed as a whole."""

MAX_FILES = 10_000_000
"""Of one scan: their names are held in memory."""

PROBES = 8
"""Servers are asked about so many files at a time,"""

AHEAD = 32
"""and about so many more than were handed out."""

BAD_LINES = 20
"""So many lines on end at the beginning of a list, and it is taken for something else, or the base to be wrong."""

TOLD = 100
"""Lines of one list that are told one by one."""

BUCKETS = frozenset({"s3", "s3a", "gs", "gcs"})
"""Stores whose addresses name no host: a list may name any of their files, as it may name any public host."""

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\3\4"
PLAIN_MAGIC = b"WARC/"
PIECE = 64 * 1024


def units_of(
    specs: Sequence[str],
    *,
    index: Sequence[str] = (),
    lists: Sequence[str] = (),
    base: str | None = None,
    on_error: OnError,
    on_note: OnNote = lambda _note: None,
    web: WebSettings | None = None,
    part: int | None = None,
) -> Iterator[Unit]:
    """The units of work that files make, those of one file one after the other.

    Arguments: `specs`, paths, patterns (`*`, `?`, `[…]`, `**`), folders (every WARC file below), `-`, addresses
    (http, https, and what fsspec knows: there patterns and folders, too); `lists`, files with one path or address a
    line; `index`, files that name single records (`archiver.scan.inputs.indexes`); `base`, a folder or an address to
    which relative names in lists and indexes are joined; `on_error`, told of what cannot be read; `on_note`, told of
    what is worth knowing; `web`, how files on the web are asked for; `part`, bytes of a part of a file (`part_of`).

    Files are looked at as the units are taken. Each file is given once. A list or an index may be somebody else's: an
    address that it names may not be a private one, unless the user named its host (in `specs`, `base`, or as the place
    of the list).

    Raises `LimitError` where there are too many files, or an index cannot be sorted for want of room.
    """
    finder = _Finder(on_error, on_note, web, part, base)
    finder.name([*specs, *lists, *index, *([base] if base else [])])
    found = itertools.chain(
        itertools.chain.from_iterable(finder.meant_by(spec) for spec in specs),
        itertools.chain.from_iterable(finder.listed(file) for file in lists),
    )
    yield from finder.units(found)
    if index:
        yield from finder.indexed(index)


class _Found(NamedTuple):
    """A file that somebody named."""

    file: str
    named: bool
    facts: Facts | None = None
    """Where whoever listed it told them."""


class _Finder:
    def __init__(
        self, on_error: OnError, on_note: OnNote, web: WebSettings | None, part: int | None, base: str | None
    ) -> None:
        self._on_error = on_error
        self._on_note = on_note
        self._web = web
        self._part = part
        self._base = base
        self._hosts: set[tuple[str, str]] = set()
        self._seen: set[str] = set()

    def name(self, addresses: Iterable[str]) -> None:
        """The user named these themselves."""
        for address in addresses:
            if place_of(address) in (Place.WEB, Place.STORE):
                try:
                    self._hosts.add(host_of(address))
                except ValueError:
                    continue  # told where it is opened

    # --- which files -------------------------------------------------------------------------------------------------

    def meant_by(self, spec: str) -> Iterator[_Found]:
        """The files that an argument names."""
        try:
            place = place_of(spec)
            if place is Place.LOCAL:
                yield from self._local(spec)
            elif place is Place.STORE and member_of(spec) is None:
                yield from self._stored(spec)
            else:
                yield _Found(spec, True)
        except ArchiverError as error:
            self._on_error(spec, error)

    def _local(self, spec: str) -> Iterator[_Found]:
        if not spec:
            raise InputError("an empty name", subject="WARC")
        try:
            path = local_path(spec)
            there = os.path.lexists(path)
        except ValueError as error:  # of another machine, or a NUL in it
            raise InputError(f"no name of a file: {error}", subject=spec) from error
        if path.is_dir():
            yield from self._below(path, spec)
        elif there or member_of(spec) is not None or not glob.has_magic(spec):
            yield _Found(_plain(spec), True)
        else:
            yield from self._matching(spec)

    def _matching(self, pattern: str) -> Iterator[_Found]:
        found = sorted(glob.glob(pattern, recursive=True, include_hidden=False))
        # `crawl/*` means the WARC files there, not the checksums beside them
        any_file = not pattern.endswith("*")
        none = True
        for file in found:
            if os.path.isdir(file):
                if "**" not in pattern:  # which goes down by itself
                    none = False
                    yield from self._below(Path(file), file)
            elif any_file or is_warc(file) or is_package(file):
                none = False
                yield _Found(_plain(file), True)
        if none:
            raise InputError("no file is called so", subject=pattern)

    def _below(self, folder: Path, spec: str) -> Iterator[_Found]:
        none = True

        def unreadable(error: OSError) -> None:
            name = str(error.filename or spec)
            self._on_error(name, InputError(f"cannot be read: {error.strerror}", subject=name))

        for where, folders, files in os.walk(folder, onerror=unreadable):
            folders.sort()
            for file in sorted(files):
                if is_warc(file) or is_package(file):
                    none = False
                    yield _Found(str(Path(where, file)), True)
        if none:
            raise InputError(f"no WARC file in this folder ({', '.join(WARC_SUFFIXES[:3])}, .wacz)", subject=spec)

    def _stored(self, spec: str) -> Iterator[_Found]:
        pattern = stores.has_pattern(spec)
        if pattern or stores.is_folder(spec):
            any_file = pattern and not spec.endswith("*")
            none = True
            for file, facts in stores.listed(spec):
                if any_file or is_warc(file) or is_package(file):
                    none = False
                    yield _Found(file, True, facts)
            if none:
                raise InputError("no file is called so" if pattern else "no WARC file in this folder", subject=spec)
        else:
            yield _Found(spec, True)

    def listed(self, file: str) -> Iterator[_Found]:
        """The files that a list names. Each has a line: nothing in it is a pattern."""
        good = bad = 0
        try:
            for number, line in lines_of(file, web=self._web):
                source = f"{file}#{number}"
                try:
                    found = self._on_line(line, file, source)
                except ArchiverError as error:
                    bad += 1
                    if bad <= TOLD:
                        self._on_error(source, error)
                    if not good and bad >= BAD_LINES:
                        raise InputError(
                            f"none of its first {bad} lines names a file that is there",
                            subject=file,
                            hint="--base says what they are relative to, such as https://data.commoncrawl.org/",
                        ) from None
                    continue
                if found is not None:
                    good += 1
                    yield found
        except ArchiverError as error:
            self._on_error(file, error)
        if bad > TOLD:
            self._on_error(file, InputError(f"{bad - TOLD:,} more lines that name no file", subject=file))

    def _on_line(self, line: bytes, file: str, source: str) -> _Found | None:
        try:
            name = named_in(line)
        except ValueError as error:
            raise InputError(str(error), subject=source) from error
        if name is None:
            return None
        name = joined(self._base, name)
        if place_of(name) is Place.LOCAL:
            if self._base is None and place_of(file) in (Place.WEB, Place.STORE):
                problem = "a relative name in a list that is not on this machine"
                raise InputError(problem, subject=source, hint="--base says what it is relative to")
            name = _plain(name)
            package = member_of(name)
            if not os.path.isfile(local_path(package[0] if package else name)):
                raise InputError(f"there is no file {name}", subject=source)
        return _Found(name, self._may(name, source))

    def _may(self, name: str, source: str) -> bool:
        """Whether the user named the host of an address in a list or an index.

        Raises `RefusedError` for one that only they may name.
        """
        place = place_of(name)
        if place not in (Place.WEB, Place.STORE):
            return False
        try:
            host = host_of(name)
        except ValueError as error:
            raise InputError(str(error), subject=source) from error
        if place is Place.STORE and ("::" in name or (host not in self._hosts and host[0] not in BUCKETS)):
            problem = f"a list may not name files of any {host[0]}:// host"
            raise RefusedError(problem, subject=source, hint="--base names one")
        return host in self._hosts

    # --- what is in them ---------------------------------------------------------------------------------------------

    def units(self, found: Iterable[_Found]) -> Iterator[Unit]:
        """The units of files, each once. Servers are asked about some of them ahead."""

        def of_one(one: _Found) -> list[Unit] | ArchiverError:
            try:
                return list(self._in_file(one))
            except ArchiverError as error:
                return error

        with closing(_ahead(self._new(found), of_one)) as results:
            for one, units in results:
                if isinstance(units, ArchiverError):
                    self._on_error(one.file, units)
                else:
                    yield from units

    def _new(self, found: Iterable[_Found]) -> Iterator[_Found]:
        for one in found:
            package = member_of(one.file)
            key = self._key(one.file)
            if place_of(one.file) in (Place.LOCAL, Place.STDIN):
                one = one._replace(named=False)  # there is no host
            if key in self._seen or (package and self._key(package[0]) in self._seen):
                self._on_note(f"{one.file}: named more than once, read once")
                continue
            if len(self._seen) >= MAX_FILES:
                raise LimitError(f"more than {MAX_FILES:,} files", hint="scan a part of them")
            self._seen.add(key)
            try:
                one.file.encode()
            except UnicodeEncodeError:
                shown = one.file.encode("utf-8", "replace").decode()
                self._on_error(shown, InputError("its name is no text (UTF-8)", subject=shown, hint="rename it"))
                continue
            yield one

    def _key(self, file: str) -> str:
        """The same for the same file, however it was named."""
        package = member_of(file)
        name = package[0] if package else file
        place = place_of(name)
        if place is Place.LOCAL:
            try:
                name = os.path.realpath(local_path(name))
            except (OSError, ValueError):
                return file
        elif place is Place.WEB:
            with suppress(ValueError):
                name = str(web_url(name))
        return name + MEMBER + package[1] if package else name

    def _in_file(self, one: _Found) -> Iterator[Unit]:
        if one.file == STDIN:
            yield Unit(file=STDIN)
            return
        if (member := member_of(one.file)) is not None:
            yield from self._members(member[0], one, member[1])
            return
        facts = one.facts or facts_of(one.file, named=one.named, web=self._web)
        if facts.size == 0:
            raise InputError("the file is empty", subject=one.file)
        sniffed = place_of(one.file) is Place.LOCAL and facts.parts and not is_warc(one.file)
        if is_package(one.file) or (sniffed and self._is_zip(one)):
            yield from self._members(one.file, one, None, facts)
            return
        whole = Unit(file=one.file, size=facts.size, version=facts.version, named=one.named)
        if facts.size is not None and facts.parts:
            part = self._part or part_of(facts.size)
            if facts.size > part * 3 // 2 and self._has_parts(whole):
                yield from _parts(whole, facts.size, part)
                return
        yield whole

    def _is_zip(self, one: _Found) -> bool:
        """Some programs give packages other names."""
        with open_unit(Unit(file=one.file), web=self._web) as stream:
            return stream.read(len(ZIP_MAGIC)) == ZIP_MAGIC

    def _members(self, file: str, one: _Found, wanted: str | None, facts: Facts | None = None) -> Iterator[Unit]:
        facts = facts or facts_of(file, named=one.named, web=self._web)
        with open_package(file, version=facts.version, named=one.named, web=self._web) as package:
            members = [
                member
                for member in package.members
                if (member.name.startswith(WARC_FOLDER) and is_warc(member.name) and wanted is None)
                or member.name == wanted
            ]
        if not members:
            raise InputError("no WARC file in this package", subject=one.file)
        for member in members:
            name = f"{file}{MEMBER}{member.name}"
            if wanted is None and self._key(name) in self._seen:
                continue
            yield Unit(file=name, size=member.size, version=facts.version, named=one.named)

    def _has_parts(self, unit: Unit) -> bool:
        """Whether records can be found from any place on: a plain WARC file, or gzip with a member a record."""
        head = Unit(file=unit.file, size=unit.size, version=unit.version, named=unit.named, end=FIRST_MEMBER)
        with open_unit(head, web=self._web) as stream:
            piece = stream.read(PIECE)
            if not piece.startswith(GZIP_MAGIC):
                return piece.startswith(PLAIN_MAGIC)
            inflate = isal_zlib.decompressobj(31)
            left = FIRST_MEMBER
            while piece and left > 0:
                left -= len(piece)
                try:
                    while piece and not inflate.eof:
                        inflate.decompress(piece, FIRST_MEMBER)
                        piece = inflate.unconsumed_tail
                except IsalError:  # type: ignore[misc]  # the stub does not say that it is an exception
                    return False
                if inflate.eof:
                    return True
                piece = stream.read(PIECE)
        return False

    # --- indexes -----------------------------------------------------------------------------------------------------

    def indexed(self, index: Sequence[str]) -> Iterator[Unit]:
        """The units of the records that indexes name."""
        allowed: dict[str, bool] = {}

        def facts(group: Group) -> Facts | ArchiverError:
            try:
                return facts_of(group.file, named=allowed[group.file], web=self._web)
            except ArchiverError as error:
                return error

        told = None
        with closing(_ahead(self._grouped(index, allowed), facts)) as results:
            for group, known in results:
                again = told == group.file
                told = group.file
                if self._key(group.file) in self._seen:
                    if not again:
                        self._on_note(f"{group.file}: read as a whole, with what an index names of it")
                    continue
                try:
                    if isinstance(known, ArchiverError):
                        raise known
                    ranges = within(group.ranges, known.size, group.file)
                except ArchiverError as error:
                    if not again:
                        self._on_error(group.file, error)
                    continue
                if beyond := len(group.ranges) - len(ranges):
                    problem = f"an index names {beyond:,} records behind its end"
                    self._on_error(group.file, InputError(problem, subject=group.file))
                yield Unit(
                    file=group.file,
                    size=known.size,
                    version=known.version,
                    ranges=ranges,
                    named=allowed[group.file],
                )

    def _grouped(self, index: Sequence[str], allowed: dict[str, bool]) -> Iterator[Group]:
        refused: set[str] = set()

        def records() -> Iterator[tuple[str, int, int]]:
            for file in index:
                places: dict[str, str] = {}
                try:
                    for name, offset, length in entries_of(file, self._on_error, web=self._web):
                        where = places.get(name)
                        if where is None:
                            where = places[name] = self._meant(name, file)
                            if where not in allowed and where not in refused:
                                try:
                                    allowed[where] = self._may(where, file)
                                except ArchiverError as error:
                                    refused.add(where)
                                    self._on_error(where, error)
                        if where not in refused:
                            yield where, offset, length
                except ArchiverError as error:
                    self._on_error(file, error)

        return grouped(records())

    def _meant(self, name: str, index: str) -> str:
        """The file that an index names."""
        where = joined(self._base, name)
        if self._base is None:
            where = beside(index, where)
        return _plain(where) if place_of(where) is Place.LOCAL else where


def _plain(file: str) -> str:
    """A local name without `./` and doubled slashes.

    Raises `InputError` for one of another machine.
    """
    try:
        path = local_path(file)
    except ValueError as error:
        raise InputError(f"no name of a file: {error}", subject=file) from error
    return file if file[:5].lower() == "file:" else str(path)


class _Named(Protocol):
    @property
    def file(self) -> str: ...


N = TypeVar("N", bound=_Named)
R = TypeVar("R")


def _is_far(file: str) -> bool:
    """Whether somebody is asked who can answer several questions at a time."""
    return place_of(file) is Place.WEB or file.partition("://")[0].lower() in BUCKETS


def _ahead(items: Iterable[N], work: Callable[[N], R]) -> Generator[tuple[N, R], None, None]:
    """Each item with what came of the work on it, in order. Where files lie far away, the work on the next ones is
    begun meanwhile. Items of one file one after the other have one result."""
    waiting: deque[tuple[N, Future[R] | None]] = deque()
    last: tuple[str, Future[R] | None] = ("", None)
    done: tuple[str, R] | None = None
    with ThreadPoolExecutor(PROBES) as pool:  # it makes its threads when they are needed

        def result(item: N, future: Future[R] | None) -> R:
            nonlocal done
            if future is not None:
                return future.result()
            if done is None or done[0] != item.file:
                done = (item.file, work(item))
            return done[1]

        try:
            for item in items:
                if last[0] != item.file:
                    last = (item.file, pool.submit(work, item) if _is_far(item.file) else None)
                waiting.append((item, last[1]))
                while waiting and (len(waiting) > AHEAD or waiting[0][1] is None or waiting[0][1].done()):
                    first, future = waiting.popleft()
                    yield first, result(first, future)
            while waiting:
                first, future = waiting.popleft()
                yield first, result(first, future)
        finally:
            pool.shutdown(cancel_futures=True)


def part_of(size: int) -> int:
    """Bytes of each part of a file of so many bytes."""
    count = max(1, min(PARTS, size // SMALL_PART))
    return min(PART, -(-size // count))


def _parts(whole: Unit, size: int, part: int) -> Iterator[Unit]:
    count = (size + part // 2) // part
    for number in range(count):
        last = number == count - 1
        yield Unit(
            file=whole.file,
            size=whole.size,
            version=whole.version,
            start=number * part,
            end=None if last else (number + 1) * part,
            named=whole.named,
        )
