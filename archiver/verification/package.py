"""Is a WACZ package whole: the ZIP file, what it says of its members, and the records in it (WACZ 1.1.1)?"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from archiver.config import SigningSettings
from archiver.errors import InputError
from archiver.model import Check, Verdict
from archiver.store.archive import WARC_SUFFIXES
from archiver.store.digests import digest_algorithm, new_hasher, spells
from archiver.verification.index import IndexCheck, bounded_lines
from archiver.verification.log import check_log
from archiver.verification.notebook import Notebook
from archiver.verification.records import RecordChecks, Watch
from archiver.verification.revisits import check_revisits
from archiver.verification.tally import Tally
from archiver.wacz.reading import Member, Package

DESCRIPTION = "datapackage.json"
DIGEST = "datapackage-digest.json"
MAX_DESCRIPTION = 16 << 20
"""Bytes of either; the first lists all members, the second may hold two chains of certificates."""

MAX_UNPACKED = 8 << 30
"""Bytes of WARC files that are put aside to conclude from them again."""

OWN_SOFTWARE = "archiver "
INDEXES = (".idx", ".cdx", ".cdxj", ".cdx.gz", ".cdxj.gz")
LIKE_WARC = re.compile(r"\.w?arc(?:\.gz|\.zst)?$", re.IGNORECASE)
UNKNOWN_ALGORITHM = "digests of an algorithm that is not known"
DOUBLING = "js-wacz"
"""In `software`: a writer whose digests of WARC files are of other bytes, which can be told."""

NODE_PIECE = 64 * 1024

FILES, DIGESTS, PACKAGE_DIGEST, PAGES = "files", "resource digests", "package digest", "pages"


def verify_package(
    path: Path,
    *,
    progress: Callable[[int, int], None],
    stop: Callable[[], bool],
    conclude: bool,
    signing: SigningSettings,
) -> list[Check]:
    """The checks of a WACZ package.

    Raises `InputError` where it is none, `LimitError`, `StoppedVerificationError`.
    """
    with Package.open(path, strict=False) as package:
        members = package.members
        if DESCRIPTION not in package and not any(_is_warc(member.name) for member in members):
            raise InputError(
                "a ZIP file, and no WACZ package: neither a description nor a WARC file", subject=str(path)
            )
        watch = Watch(progress, stop, sum(member.size for member in members))
        return _Verified(path, package, watch, signing).checks(conclude=conclude)


def _is_warc(name: str) -> bool:
    return name.startswith("archive/") and name.lower().endswith(WARC_SUFFIXES)


def _by_short_name(members: list[Member]) -> dict[str, Member]:
    """WARC files by what an index calls them: their name alone, or, of several of one name, with their folders."""
    names = Counter(member.name.rpartition("/")[2] for member in members)
    return {
        name if names[name := member.name.rpartition("/")[2]] == 1 else member.name.removeprefix("archive/"): member
        for member in members
    }


class _Verified:
    def __init__(self, path: Path, package: Package, watch: Watch, signing: SigningSettings) -> None:
        self.path = path
        self.signing = signing
        self.package = package
        self.watch = watch
        self.warcs = _by_short_name([member for member in package.members if _is_warc(member.name)])
        self.digests: dict[str, str] = {}
        """SHA-256 of each member that could be read."""

    def checks(self, *, conclude: bool) -> list[Check]:
        with Notebook() as notebook:
            records = RecordChecks(notebook, self.watch)
            self._structure(records.structure)
            for name, member in self.warcs.items():
                self._sweep(name, member, records)
            checks = records.checks()
            description = self._description()
            own = isinstance(description, Mapping) and str(description.get("software", "")).startswith(OWN_SOFTWARE)
            checks += [
                self._files(description),
                self._resource_digests(description),
                self._package_digest(),
                self._index(notebook, own=own),
                self._pages(notebook, own=own),
                check_revisits(notebook, whole=False),
                check_log(records.log, self._open, whole=False),
            ]
            checks += self._signature(description)
            if records.concluded:
                checks += self._rederived(conclude=conclude)
        return checks

    def _structure(self, tally: Tally) -> None:
        """The ZIP file itself, and the CRC-32 and size of each member."""
        tally.where = self.path.name
        for flaw in self.package.flaws:
            tally.problem(flaw)
        for oddity in self.package.oddities:
            tally.note(oddity)
        for member in self.package.members:
            self.watch.at(0)
            try:
                self.digests[member.name] = self.package.measure(member.name).digest
            except InputError as error:
                tally.problem(error.problem, where=member.name)

    def _sweep(self, name: str, member: Member, records: RecordChecks) -> None:
        try:
            with self.package.seekable(member.name) as stream:
                packed = None if member.packed == member.size else member.packed
                records.sweep(stream, name, member.name, packed=packed)
        except InputError as error:
            records.completeness.problem(error.problem, where=member.name)
        records.done += member.size

    @contextmanager
    def _open(self, name: str) -> Iterator[BinaryIO]:
        with self.package.seekable(self.warcs[name].name) as stream:
            yield stream

    def _description(self) -> Mapping[str, Any] | str:
        """The package's description, or why there is none."""
        if DESCRIPTION not in self.package:
            return f"there is no {DESCRIPTION}"
        try:
            value = self.package.json(DESCRIPTION, MAX_DESCRIPTION)
        except InputError:
            return f"{DESCRIPTION} cannot be read"
        if not isinstance(value, dict) or not isinstance(value.get("resources"), list):
            return f"{DESCRIPTION} lists no resources"
        return value

    def _files(self, description: Mapping[str, Any] | str) -> Check:
        """Every listed file is there, and every file that is there is listed."""
        tally = Tally(FILES, DESCRIPTION)
        if isinstance(description, str):
            tally.problem(description)
            return tally.check()
        if not str(description.get("wacz_version", "")):
            tally.note("the description does not say which version of WACZ it is of")
        listed: set[str] = set()
        for resource in description["resources"]:
            name = resource.get("path") if isinstance(resource, dict) else None
            if not isinstance(name, str):
                tally.problem("a resource without a path")
                continue
            tally.checked += 1
            if name in listed:
                tally.problem(f"{name} is listed twice")
            listed.add(name)
            member = self.package.member(name)
            size = resource.get("bytes")
            if member is None:
                tally.problem(f"{name} is listed, and is not there")
            elif isinstance(size, int) and size != member.size:
                tally.problem(f"{name} has {member.size:,} bytes, and should have {size:,}")
        for member in self.package.members:
            if member.name not in listed and member.name not in (DESCRIPTION, DIGEST):
                tally.problem(f"{member.name} is there, and is not listed")
            if LIKE_WARC.search(member.name) and not _is_warc(member.name):
                tally.unchecked(f"{member.name} may be a WARC file, and is none that a reader would look for")
        if not self.warcs:
            tally.problem("no WARC file in it (archive/*.warc.gz)")
        return tally.check()

    def _resource_digests(self, description: Mapping[str, Any] | str) -> Check:
        tally = Tally(DIGESTS, DESCRIPTION)
        if isinstance(description, str):
            return tally.check()
        seen: set[str] = set()
        for resource in description["resources"]:
            if not isinstance(resource, dict):
                continue
            name = resource.get("path")
            stats = resource.get("stats")
            declared = resource.get("hash") or (stats.get("hash") if isinstance(stats, dict) else None)
            found = self.digests.get(name) if isinstance(name, str) else None
            if not isinstance(name, str) or found is None or name in seen:
                continue  # told as missing, damaged or listed twice
            seen.add(name)
            if not isinstance(declared, str):
                tally.unchecked("files without a digest")
            elif (matches := self._matches(name, declared)) is None:
                tally.unchecked(UNKNOWN_ALGORITHM)
            else:
                tally.checked += 1
                if matches:
                    continue
                if DOUBLING in str(description.get("software")) and self._matches_doubled(name, declared):
                    tally.note(f"digests of WARC files as {DOUBLING} makes them: each piece of 64 KiB counts twice")
                else:
                    tally.problem("the file does not match its digest", where=name)
        return tally.check()

    def _matches(self, name: str, declared: str) -> bool | None:
        """Whether a member that could be read has this digest; null where its algorithm is not known."""
        algorithm = digest_algorithm(declared)
        if algorithm is None:
            return None
        if algorithm == "sha256":
            digest = bytes.fromhex(self.digests[name].partition(":")[2])
        else:  # as py-wacz writes them when it is told to; read once more
            hasher = new_hasher(algorithm)
            with self.package.stream(name) as stream:
                while piece := stream.read(1 << 20):
                    hasher.update(piece)
                    self.watch.at(0)
            digest = hasher.digest()
        return spells(declared.partition(":")[2].strip(), digest)

    def _matches_doubled(self, name: str, declared: str) -> bool:
        """Whether the digest is of the member with each piece that Node reads (64 KiB) twice: js-wacz 0.1.6 gives every
        piece to its hash by hand, and pipes the file into it besides. Such a digest proves the bytes as well as any.
        """
        hasher = hashlib.sha256()
        with self.package.stream(name) as stream:
            while piece := stream.read(NODE_PIECE):
                hasher.update(piece)
                hasher.update(piece)
                self.watch.at(0)
        return spells(declared.partition(":")[2].strip(), hasher.digest())

    def _package_digest(self) -> Check:
        tally = Tally(PACKAGE_DIGEST, DIGEST)
        value = self._digest_json()
        found = self.digests.get(DESCRIPTION)
        if value is None:
            tally.note(f"there is no {DIGEST}")
        elif isinstance(value, str):
            tally.problem(value)
        elif found is not None:
            declared = value.get("hash")
            matches = self._matches(DESCRIPTION, declared) if isinstance(declared, str) else False
            if matches is None:
                tally.unchecked(UNKNOWN_ALGORITHM)
            else:
                tally.checked += 1
            if matches is False:
                tally.problem(f"{DESCRIPTION} does not match the digest in it")
            if value.get("path", DESCRIPTION) != DESCRIPTION:
                tally.problem("it speaks of another file")
        return tally.check()

    def _digest_json(self) -> dict[str, Any] | str | None:
        if DIGEST not in self.package:
            return None
        try:
            value = self.package.json(DIGEST, MAX_DESCRIPTION)
        except InputError:
            return "it cannot be read"
        return value if isinstance(value, dict) else "it cannot be read"

    def _index(self, notebook: Notebook, *, own: bool) -> Check:
        check = IndexCheck(notebook, self.warcs, exact=own)
        names = [member.name for member in self.package.members if member.name.startswith("indexes/")]
        if not any(name.endswith(INDEXES) for name in names):
            check.problem("there is none, and WACZ demands one", "indexes/")
            return check.check(both_ways=False)
        in_blocks: set[str] = set()
        for name in names:
            if name.endswith(".idx"):
                blocks = self._blocks_of(name)
                if blocks is None:
                    check.problem("its blocks are not there", name)
                    continue
                in_blocks.add(blocks)
                try:
                    with self.package.stream(name) as index, self.package.seekable(blocks) as stream:
                        packed = self._packed(name), self._packed(blocks)
                        check.look_at_blocks(index, stream, name, blocks, packed=packed)
                except InputError as error:
                    check.problem(error.problem, name)
        for name in names:
            if name in in_blocks:
                continue
            try:
                if name.endswith((".cdx", ".cdxj")):
                    with self.package.stream(name) as stream:
                        check.look_at_plain(stream, name, self._packed(name))
                elif name.endswith((".cdx.gz", ".cdxj.gz")):
                    with self.package.stream(name) as stream:
                        check.look_at_packed(stream, name, self._packed(name))
            except InputError as error:
                check.problem(error.problem, name)
        return check.check()

    def _packed(self, name: str) -> int:
        """Bytes that a member takes in the package."""
        member = self.package.member(name)
        return member.packed if member else 0

    def _blocks_of(self, index: str) -> str | None:
        """The file of blocks that a block index speaks of: as its first line says, or of its own name."""
        folder, _, file = index.rpartition("/")
        names = [file.removesuffix(".idx") + suffix for suffix in (".cdx.gz", ".cdxj.gz")]
        try:
            with self.package.stream(index) as stream:
                first = stream.readline(4096)
        except InputError:
            first = b""
        if first.startswith(b"!meta") and (start := first.find(b"{")) >= 0:
            try:
                value = msgspec.json.decode(first[start:])
                names.insert(0, str(value["filename"]))
            except (msgspec.DecodeError, KeyError, TypeError, RecursionError, UnicodeDecodeError):
                pass
        return next((f"{folder}/{name}" for name in names if f"{folder}/{name}" in self.package), None)

    def _pages(self, notebook: Notebook, *, own: bool) -> Check:
        """The lists of pages can be read, and name pages; each page of this program's own is a capture of that time."""
        tally = Tally(PAGES)
        if "pages/pages.jsonl" not in self.package:
            tally.note("there is no pages/pages.jsonl, with which readers begin")
        for member in self.package.members:
            if not (member.name.startswith("pages/") and member.name.endswith(".jsonl")):
                continue
            try:
                with self.package.stream(member.name) as stream:
                    for number, line in enumerate(bounded_lines(stream, member.name, member.packed), 1):
                        if line is not None and not line.strip():
                            continue
                        tally.checked += 1
                        page = _page(line) if line is not None else None
                        if page is None or not (number == 1 or isinstance(page.get("url"), str)):
                            tally.problem(f"line {number} is no page", where=member.name)
                        elif isinstance(url := page.get("url"), str) and not notebook.holds(
                            url, str(page.get("ts"))[:19] if own else None
                        ):
                            if own:
                                tally.problem(f"line {number} is of no capture: {url[:200]}", where=member.name)
                            else:
                                tally.note("pages of which there is no capture")
            except InputError:
                continue  # told of the ZIP file
        return tally.check()

    def _signature(self, description: Mapping[str, Any] | str) -> list[Check]:
        from archiver.signing import check_proof, check_signature, load_trust

        value = self._digest_json()
        found = self.digests.get(DESCRIPTION)
        if found is None:
            return []
        signed = value.get("signedData") if isinstance(value, dict) else None
        trust = load_trust(domains=self.signing.trusted_domains, stamps=self.signing.trusted_tsa) if signed else None
        created = description.get("created") if isinstance(description, Mapping) else None
        created = created if isinstance(created, str) else None
        checks = list(check_signature(signed, found, created=created, trust=trust))
        proof = self.path.with_name(self.path.name + ".ots")
        if proof.is_file():
            with proof.open("rb") as file:
                checks.append(check_proof(file.read(MAX_DESCRIPTION), found, where=proof.name))
        return checks

    def _rederived(self, *, conclude: bool) -> list[Check]:
        from archiver.store import Archive
        from archiver.verification.rederived import left_out_checks, rederived_checks

        if not conclude:
            return left_out_checks()
        if sum(member.size for member in self.warcs.values()) > MAX_UNPACKED:
            note = f"more than {MAX_UNPACKED >> 30} GiB of WARC files"
            return [Check(name="references", verdict=Verdict.NOT_CHECKED, note=note)]
        with tempfile.TemporaryDirectory(prefix="archiver-verify-") as temporary:
            files: list[Path] = []
            for number, (name, member) in enumerate(self.warcs.items()):
                target = Path(temporary) / str(number) / Path(name).name  # several may have one name
                target.parent.mkdir()
                with self.package.stream(member.name) as source, target.open("wb") as out:
                    while piece := source.read(1 << 20):
                        out.write(piece)
                files.append(target)
            with Archive.view(files, catalogue=Path(temporary) / "catalogue.db", strict=False, bounded=True) as view:
                return rederived_checks(view, whole=False, stop=self.watch.stop)


def _page(line: bytes) -> dict[str, Any] | None:
    """A line of a list of pages; null for what is none."""
    try:
        value = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return value if isinstance(value, dict) else None
