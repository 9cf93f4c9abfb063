"""What was concluded live is concluded again, byte for byte, from what is stored: over every platform of the twin, from
an archive's folder, one WARC file or a package."""

from __future__ import annotations

import socket
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from archiver.auditing import Cited, audit
from archiver.capture import Job, running
from archiver.cli import main
from archiver.config import Settings
from archiver.errors import ArchiveError, InputError, LimitError
from archiver.exporting.package import written_package
from archiver.model import Mention, Outcome, Resolution
from archiver.store import Archive
from tests.exporting.conftest import SHIPPED
from tests.exporting.conftest import shipped as shipped
from tests.town import Clock
from tests.web_twin import Fault, Twin
from tests.web_twin.crowd import PLATFORMS, Crowd
from tests.web_twin.degrade import degrade
from tests.web_twin.speech import Speech

NOW = datetime(2026, 1, 15, 12, 0, 0, tzinfo=UTC)
PEOPLE, NOTES, MENTIONS = 12, 60, 5


class Place:
    """The twin of the web with a crowd, what is cited of one platform, and an archive."""

    def __init__(self, twin: Twin, crowd: Crowd, platform: str, folder: Path) -> None:
        self.twin = twin
        self.folder = folder / "archive"
        self.clock = Clock(NOW)
        notes = [note for person in range(PEOPLE) for note in crowd.on(platform, person)[:1]]
        self.mentions = [
            degrade(note, platform, "offline").mention.with_id(f"sha256:{number:064x}")
            for number, note in enumerate(notes[:MENTIONS])
        ]
        web = {
            "connect_to": dict(twin.connect_to),
            "ca_file": str(twin.ca_file),
            "rates": dict.fromkeys(("*", *twin.hosts), 60_000.0),
            "threads": 1,
            "retries": 0,
        }
        self.settings = msgspec.structs.replace(Settings(), web=msgspec.structs.replace(Settings().web, **web))

    @contextmanager
    def job(self, path: Path | None = None, **options: Any) -> Iterator[Job]:
        clocks = {"clock": self.clock, "sleep": self.clock.sleep, "monotonic": self.clock.monotonic}
        with running(self.settings, path=path or self.folder, **clocks, **options) as job:
            yield job

    def told(self, job: Job) -> bytes:
        """All that `resolve` and `audit` say of the mentions, as JSON."""
        resolved = list(job.resolutions(self.mentions))
        findings = list(audit(job, [cited(mention, resolution) for mention, resolution in resolved]))
        return msgspec.json.encode([[resolution for _, resolution in resolved], findings])

    def offline(self, path: Path | None = None) -> bytes:
        asked = len(self.twin.log)
        with self.job(path, offline=True, conclude=False) as job:
            told = self.told(job)
        assert len(self.twin.log) == asked
        return told

    def package(self) -> Path:
        target = self.folder.parent / "archive.wacz"
        with Archive.open(self.folder) as archive:
            written_package(str(target), archive, created=NOW, clock=self.clock, on_problem=print)
        return target

    @property
    def segment(self) -> Path:
        (segment,) = (self.folder / "archive").glob("*.warc.gz")
        return segment


def cited(mention: Mention, resolution: Resolution) -> Cited:
    known = resolution.candidates[0].post if resolution.outcome is Outcome.RESOLVED else None
    return Cited(platform=mention.platform, post=known, sources=(), mention=mention, resolution=resolution)


@pytest.fixture(params=PLATFORMS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    crowd = Crowd(7, size=PEOPLE, notes_each=NOTES, speech=Speech((0.6, 1.0)))
    with Twin(crowd=crowd, clock=NOW) as twin:
        yield Place(twin, crowd, request.param, tmp_path)
        assert twin.errors == []


@pytest.mark.parametrize("conclude", [False, True], ids=["captures alone", "with conclusions"])
def test_the_same_bytes_from_folder_file_and_package(place: Place, conclude: bool) -> None:
    with place.job(conclude=conclude) as job:
        live = place.told(job)
    assert b'"resolved"' in live
    assert place.offline() == live
    assert place.offline(place.segment) == live
    assert place.offline(place.package()) == live


def test_a_later_look_is_told_as_it_was(place: Place) -> None:
    """Eight hours later the platforms refuse us: that look, and no older one, is what offline is told, too."""
    with place.job() as job:
        first = place.told(job)
    place.clock.go(hours=8)
    for host in place.twin.hosts:
        place.twin.fault(host, Fault.LOGIN_WALL)
    with place.job() as job:
        live = place.told(job)
    assert live != first
    assert place.offline() == live


@pytest.mark.parametrize("fault", [Fault.CLOSE, Fault.TOO_MANY, Fault.REDIRECT])
@pytest.mark.parametrize("conclude", [False, True], ids=["captures alone", "with conclusions"])
def test_no_answer_is_no_answer_again(place: Place, fault: Fault, conclude: bool) -> None:
    """After a while the servers hang up, have to be left alone, or lead to addresses that are refused."""
    web = msgspec.structs.replace(place.settings.web, retry_after_max=0.0)
    place.settings = msgspec.structs.replace(place.settings, web=web)
    place.twin.fault("*", fault, after=3)
    with place.job(conclude=conclude) as job:
        live = place.told(job)
    assert b"no answer" in live or fault is not Fault.CLOSE
    assert place.offline() == live
    assert place.offline(place.segment) == live


def test_where_nothing_answers(place: Place) -> None:
    place.twin.fault("*", Fault.CLOSE)
    with place.job() as job:
        live = place.told(job)
    assert place.offline() == live
    assert b"not stored" not in live


# -- the command, over the archive that ships with the program


def told(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments), "--offline", "--format", "json"])


@pytest.fixture
def package(shipped: Path) -> Path:
    target = shipped.parent / "shipped.wacz"
    with Archive.open(shipped) as archive:
        written_package(str(target), archive, created=NOW, clock=lambda: NOW, on_problem=print)
    return target


@pytest.fixture
def no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)


@pytest.mark.usefixtures("no_socket")
@pytest.mark.parametrize(
    "command", [["resolve", "flood.html"], ["resolve", "flood.txt"], ["audit"], ["audit", "flood.html"]]
)
def test_a_file_answers_as_its_folder_does(command: list[str], shipped: Path, package: Path) -> None:
    command = [part if "." not in part else str(SHIPPED.parent / "examples" / part) for part in command]
    folder = told(*command, "--archive", shipped)
    (segment,) = (shipped / "archive").glob("*.warc.gz")
    before = {path: path.read_bytes() for path in (segment, package)}
    for file in (segment, package):
        found = told(*command, "--archive", file)
        assert (found.exit_code, found.stdout) == (folder.exit_code, folder.stdout)
        assert "nobody vouches" in found.stderr
        assert "nobody vouches" not in folder.stderr
    assert before == {path: path.read_bytes() for path in before}
    assert sorted(path.name for path in shipped.parent.iterdir()) == ["shipped", "shipped.wacz"]


def test_nothing_is_stored_in_a_file(package: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>Nothing is cited here.</p>")
    before = package.read_bytes()
    for command in (["archive", page, "--offline"], ["audit"], ["resolve", page]):
        done = CliRunner().invoke(main, [*map(str, command), "--archive", str(package)])
        assert (done.exit_code, "goes into an archive's folder" in done.output) == (5, True), command
    assert package.read_bytes() == before


def rewritten(package: Path, change: Callable[[str, bytes], bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    target = package.with_name("changed.wacz")
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)), compression if name.endswith(".warc.gz") else 0)
    return target


def test_a_compressed_member_is_read_too(package: Path, shipped: Path) -> None:
    changed = rewritten(package, lambda _, data: data, zipfile.ZIP_DEFLATED)
    assert told("audit", "--archive", changed).stdout == told("audit", "--archive", shipped).stdout


def test_a_package_that_was_altered_answers_nothing(package: Path) -> None:
    def change(name: str, data: bytes) -> bytes:
        return data[:-1] + b"x" if name.endswith(".warc.gz") else data

    done = told("audit", "--archive", rewritten(package, change))
    assert (done.exit_code, done.stdout) == (3, "")
    assert "does not match the digest in datapackage.json" in done.stderr


@pytest.mark.parametrize(
    ("name", "data"), [("notes.txt", b"words"), ("a.wacz", b"PK"), ("a.warc.gz", b"no gzip at all")]
)
def test_what_is_no_archive_is_an_error_of_one_line(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    done = told("audit", "--archive", tmp_path / name)
    assert done.exit_code in (3, 5)
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)
    assert name in done.stderr


def test_the_job_says_what_it_may_raise(package: Path, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError), running(Settings(), path=package):
        pass
    (tmp_path / "words.txt").write_text("words")
    with (
        pytest.raises((InputError, LimitError)),
        running(Settings(), path=tmp_path / "words.txt", offline=True, conclude=False),
    ):
        pass
