"""Each file that is meant is given once, whole or in parts that cover it; what cannot be read is told, and nothing
else stops."""

from __future__ import annotations

import gzip
import itertools
import os
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.config import WebSettings
from archiver.errors import ArchiverError, InputError, LimitError
from archiver.scan.inputs import units as module
from archiver.scan.inputs.opening import close_connections, open_unit
from archiver.scan.inputs.units import units_of
from archiver.scan.unit import Unit
from tests.loopback import Asked, Loopback, Pause, Step
from tests.ranged import Store, parts

DATA = b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"


class Told:
    """What was told while the units were found."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.notes: list[str] = []

    def units(self, *specs: object, **keywords: object) -> list[Unit]:
        def on_error(name: str, error: ArchiverError) -> None:
            self.errors.append(f"{name}: {error}")

        found = units_of(
            [str(spec) for spec in specs],
            on_error=on_error,
            on_note=self.notes.append,
            **keywords,  # type: ignore[arg-type]
        )
        return list(found)

    def files(self, *specs: object, **keywords: object) -> list[str]:
        return [unit.file for unit in self.units(*specs, **keywords)]


@pytest.fixture
def told() -> Iterator[Told]:
    yield Told()
    close_connections()


OTHERS = ("sub/also/g.warc", "sub/notes.txt", "sub/also/notes.txt")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with some files in it."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "a.warc.gz",
        "b.WARC",
        "c.warc.zst",
        "d.wet.gz",
        "notes.txt",
        "sub/e.warc",
        "sub/deep/f.warc.gz",
        *OTHERS,
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(DATA) if name.endswith(".gz") else DATA)
    return tmp_path


# --- arguments --------------------------------------------------------------------------------------------------------


def test_a_file_is_one_unit_with_its_size_and_version(folder: Path, told: Told) -> None:
    found = told.units("b.WARC")
    facts = os.stat("b.WARC")
    assert found == [Unit(file="b.WARC", size=facts.st_size, version=str(facts.st_mtime_ns))]
    assert told.errors == []


def test_any_name_is_taken_where_the_user_wrote_it(folder: Path, told: Told) -> None:
    assert told.files("notes.txt") == ["notes.txt"]


def test_a_folder_stands_for_every_warc_file_below_it(folder: Path, told: Told) -> None:
    assert told.files(".") == [
        "a.warc.gz",
        "b.WARC",
        "c.warc.zst",
        "d.wet.gz",
        "sub/e.warc",
        "sub/also/g.warc",
        "sub/deep/f.warc.gz",
    ]
    (folder / "empty").mkdir()
    assert told.files("empty") == []
    assert "no WARC file in this folder" in told.errors[0]


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("*.warc.gz", ["a.warc.gz"]),
        ("[ab].*", ["a.warc.gz", "b.WARC"]),
        ("sub/*", ["sub/also/g.warc", "sub/deep/f.warc.gz", "sub/e.warc"]),
        ("**/*.warc.gz", ["a.warc.gz", "sub/deep/f.warc.gz"]),
        ("sub/**", ["sub/also/g.warc", "sub/deep/f.warc.gz", "sub/e.warc"]),
        ("no?es.txt", ["notes.txt"]),
    ],
)
def test_a_pattern_stands_for_the_files_that_match(folder: Path, told: Told, pattern: str, files: list[str]) -> None:
    assert told.files(pattern) == files
    assert told.errors == []


def test_a_name_that_exists_is_no_pattern(folder: Path, told: Told) -> None:
    (folder / "a[1].warc").write_bytes(DATA)
    (folder / "a1.warc").write_bytes(DATA)
    assert told.files("a[1].warc") == ["a[1].warc"]


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(folder: Path, told: Told) -> None:
    (folder / "empty.warc").touch()
    specs = ["gone.warc", "*.arc", "empty.warc", "", "nul\0.warc", "file://elsewhere/x", "a.warc.gz"]
    assert told.files(*specs) == ["a.warc.gz"]
    for problem in ("no such file", "no file is called so", "is empty", "an empty name", "no name of a file"):
        assert any(problem in error for error in told.errors), problem
    assert len(told.errors) == 6


def test_a_file_is_given_once_however_it_is_named(folder: Path, told: Told) -> None:
    (folder / "link.warc.gz").symlink_to("a.warc.gz")
    specs = ["./a.warc.gz", "a.warc.gz", folder / "a.warc.gz", "link.warc.gz", (folder / "a.warc.gz").as_uri()]
    assert told.files(*specs) == ["a.warc.gz"]
    assert len(told.notes) == 4
    assert all("named more than once" in note for note in told.notes)


def test_a_name_that_is_no_text_is_told(folder: Path, told: Told) -> None:
    (folder / os.fsdecode(b"\xff.warc")).write_bytes(DATA)
    assert "b.WARC" in told.files(".")
    assert "no text" in told.errors[0]
    told.errors[0].encode()


def test_standard_input_is_one_unit(told: Told) -> None:
    assert told.units("-", "-") == [Unit(file="-")]


def test_ids_do_not_depend_on_the_order_and_change_with_the_file(folder: Path, told: Told) -> None:
    there = {unit.file: unit.id for unit in told.units("a.warc.gz", "b.WARC")}
    back = {unit.file: unit.id for unit in told.units("./b.WARC", ".//a.warc.gz")}
    assert there == back
    os.utime("a.warc.gz", ns=(5, 5))
    assert told.units("a.warc.gz")[0].id != there["a.warc.gz"]


def test_too_many_files_are_an_error(folder: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILES", 3)
    with pytest.raises(LimitError, match="more than 3 files"):
        told.units(".")


# --- parts ------------------------------------------------------------------------------------------------------------


def assert_covered(found: list[Unit], size: int) -> None:
    assert found[0].start == 0
    assert found[-1].end is None
    assert all(one.end == other.start for one, other in itertools.pairwise(found))
    assert found[-1].start < size


@pytest.mark.parametrize("size", [1000, 149_000, 151_000, 1_000_000])
def test_a_large_file_is_given_in_parts_that_cover_it(tmp_path: Path, told: Told, size: int) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes((DATA * (size // len(DATA) + 1))[:size])
    found = told.units(path, part=100_000)
    assert len(found) == max(1, round(size / 100_000))
    assert_covered(found, size)
    assert len({unit.id for unit in found}) == len(found)


@pytest.mark.parametrize(
    ("megabytes", "parts"), [(1, 1), (15, 1), (16, 2), (24, 3), (40, 4), (77, 4), (1024, 4), (1200, 5), (5000, 20)]
)
def test_in_how_many_parts_a_file_is_read_depends_on_its_size(
    tmp_path: Path, told: Told, megabytes: int, parts: int
) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(DATA)
    os.truncate(path, megabytes << 20)  # a hole, which takes no room
    found = told.units(path)
    assert len(found) == parts
    assert_covered(found, megabytes << 20)
    lengths = [(unit.end or megabytes << 20) - unit.start for unit in found]
    assert all(8 << 20 <= length < 384 << 20 for length in lengths) or parts == 1
    assert max(lengths) - min(lengths) <= 4 or megabytes > 1024


def test_gzip_has_parts_where_its_members_are_records(tmp_path: Path, told: Told) -> None:
    records = tmp_path / "a.warc.gz"
    records.write_bytes(b"".join(gzip.compress(DATA + os.urandom(300)) for _ in range(200)))
    assert_covered(told.units(records, part=20_000), records.stat().st_size)
    whole = tmp_path / "b.warc.gz"
    whole.write_bytes(gzip.compress(os.urandom(module.FIRST_MEMBER + 300_000)))
    other = tmp_path / "c.warc.gz"
    other.write_bytes(b"\x1f\x8b damaged" + bytes(100_000))
    zstd = tmp_path / "d.warc.zst"
    zstd.write_bytes(b"\x28\xb5\x2f\xfd" + bytes(100_000))
    for path in (whole, other, zstd):
        assert len(told.units(path, part=20_000)) == 1
    assert told.errors == []


# --- packages ---------------------------------------------------------------------------------------------------------


def package(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name in names:
            made.writestr(name, DATA)
    return path


def test_a_package_stands_for_its_warc_files(tmp_path: Path, told: Told) -> None:
    names = ("datapackage.json", "archive/a.warc.gz", "archive/b.warc", "archive/notes.txt", "pages/c.warc")
    path = package(tmp_path / "a.wacz", *names)
    found = told.units(path)
    assert [unit.file for unit in found] == [f"{path}!/archive/a.warc.gz", f"{path}!/archive/b.warc"]
    for unit in found:
        with open_unit(unit) as stream:
            assert stream.read() == DATA
    assert told.units(f"{path}!/archive/b.warc") == [found[1]]
    path.rename(tmp_path / "a.zip")
    assert len(told.units(tmp_path / "a.zip")) == 2, "told by its first bytes"


def test_a_member_that_is_named_beside_its_package_is_given_once(tmp_path: Path, told: Told) -> None:
    path = package(tmp_path / "a.wacz", "archive/a.warc", "archive/b.warc")
    member = f"{path}!/archive/b.warc"
    assert sorted(told.files(path, member)) == sorted(told.files(member, path)) == [f"{path}!/archive/a.warc", member]


def test_a_package_that_cannot_be_read_is_told(tmp_path: Path, told: Told) -> None:
    empty, broken = package(tmp_path / "a.wacz", "datapackage.json"), tmp_path / "b.wacz"
    broken.write_bytes(b"PK\3\4 and no more")
    assert told.files(empty, broken) == told.files(f"{empty}!/archive/x.warc") == []
    assert ["no WARC file in this package" in error for error in told.errors] == [True, False, True]
    assert "ZIP file is damaged" in told.errors[1]


# --- lists ------------------------------------------------------------------------------------------------------------


def test_a_list_names_files_a_line_each(folder: Path, told: Told) -> None:
    text = "# the first crawl\n\na.warc.gz\r\n  ./sub/e.warc\nb.WARC\na.warc.gz\n"
    Path("plain.txt").write_text(text)
    Path("paths.gz").write_bytes(gzip.compress(text.encode()))
    for name in ("plain.txt", "paths.gz"):
        assert told.files(lists=[name]) == ["a.warc.gz", "sub/e.warc", "b.WARC"]
    assert told.errors == []
    assert len(told.notes) == 2


def test_names_in_a_list_are_joined_to_a_base(folder: Path, told: Told) -> None:
    Path("list").write_text(f"e.warc\ndeep/f.warc.gz\n{folder}/b.WARC\n")
    assert told.files(lists=["list"], base="sub") == ["sub/e.warc", "sub/deep/f.warc.gz", f"{folder}/b.WARC"]
    with Loopback(Store({"/data/crawl/a.warc.gz": gzip.compress(DATA)})) as server:
        Path("list").write_text("crawl/a.warc.gz\n")
        for base in (f"{server.url}/data", f"{server.url}/data/"):
            (unit,) = Told().units(lists=["list"], base=base)
            assert unit.file == f"{server.url}/data/crawl/a.warc.gz"
            assert (unit.size, unit.version, unit.named) == (len(gzip.compress(DATA)), '"one"', True)


def test_lines_of_a_list_that_name_nothing_are_told(folder: Path, told: Told) -> None:
    Path("list").write_bytes(b"a.warc.gz\ngone.warc\n\xff\xfe\na\tb\n*.warc.gz\nsub\nb.WARC\n" + b"x" * 9000)
    assert told.files(lists=["list", "nowhere"]) == ["a.warc.gz", "b.WARC"]
    assert [error.partition(":")[0] for error in told.errors] == [
        *(f"list#{number}" for number in (2, 3, 4, 5, 6, 8)),
        "nowhere",
    ]


def test_a_list_without_its_base_is_told_once(folder: Path, told: Told) -> None:
    Path("warc.paths").write_text("".join(f"crawl-data/{number}.warc.gz\n" for number in range(500)))
    assert told.files(lists=["warc.paths"]) == []
    assert len(told.errors) == module.BAD_LINES + 1
    assert "--base" in told.errors[-1]


def test_a_list_on_the_web_names_files_beside_nothing(told: Told) -> None:
    with Loopback(Store({"/list": b"crawl/a.warc\n", "/crawl/a.warc": DATA})) as server:
        assert told.files(lists=[f"{server.url}/list"]) == []
        assert "--base" in told.errors[0]
        assert told.files(lists=[f"{server.url}/list"], base=server.url) == [f"{server.url}/crawl/a.warc"]


def test_a_list_leads_to_no_private_address(folder: Path, told: Told) -> None:
    with Loopback(Store({"/a.warc": DATA})) as server:
        Path("list").write_text(f"{server.url}/a.warc\nsftp://10.0.0.1/a.warc\ns3://a/b::{server.url}/b\nb.WARC\n")
        assert told.files(lists=["list"]) == ["b.WARC"]
        assert server.asked == []
        assert "loopback address" in " ".join(told.errors)
        assert sum("a list may not name" in error for error in told.errors) == 2
        assert told.files(f"{server.url}/a.warc", lists=["list"])[0] == f"{server.url}/a.warc", "named by the user"


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                ["a.warc", "https://example.org/x", "-", "s3://b/k", "://", "file://h/x", "!/archive/"]
            ).map(str.encode),
            st.binary(max_size=60),
        ),
        max_size=30,
    ),
    st.sampled_from([None, "base", "file:///base", "https://[::1", "s3://bucket"]),
)
def test_whatever_a_list_holds_ends_in_files_and_errors(lines: list[bytes], base: str | None) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "list")
        path.write_bytes(b"\n".join(lines))
        patch.setattr(module, "facts_of", _no_facts)
        told = Told()
        found = told.files(lists=[str(path)], base=base)
        assert len(found) + len(told.errors) + len(told.notes) <= len(lines) * 3 + 2
        for error in told.errors:
            error.encode()


# --- the web ----------------------------------------------------------------------------------------------------------


def test_files_on_the_web_are_units_with_what_the_server_says(told: Told) -> None:
    files = {f"/{number}.warc": DATA * (number + 1) for number in range(20)}
    with Loopback(Store(files)) as server:
        found = told.units(*(server.url + path for path in files), f"{server.url}/gone.warc")
        assert [unit.size for unit in found] == [len(data) for data in files.values()]
        assert [unit.file for unit in found] == [server.url + path for path in files]
        assert all(unit.version == '"one"' and unit.named for unit in found)
        assert len(told.errors) == 1
        assert "404" in told.errors[0]
        assert server.connections <= module.PROBES


def test_a_large_file_on_the_web_is_given_in_parts_where_the_server_gives_parts(told: Told) -> None:
    data = DATA * 5000
    with Loopback(Store({"/a.warc": data})) as server:
        assert_covered(told.units(f"{server.url}/a.warc", part=50_000), len(data))
        assert parts(server)[0] == (0, 0)
    with Loopback(Store({"/a.warc": data}, ranges=False)) as server:
        assert len(told.units(f"{server.url}/a.warc", part=50_000)) == 1


def test_a_package_on_the_web_stands_for_its_warc_files(tmp_path: Path, told: Told) -> None:
    data = package(tmp_path / "a.wacz", "archive/a.warc", "archive/b.warc").read_bytes()
    with Loopback(Store({"/a.wacz": data})) as server:
        found = told.units(f"{server.url}/a.wacz")
        assert [unit.file for unit in found] == [f"{server.url}/a.wacz!/archive/{name}.warc" for name in "ab"]
        with open_unit(found[1]) as stream:
            assert stream.read() == DATA


def test_settings_of_the_web_count(tmp_path: Path, told: Told) -> None:
    with Loopback(Store({"/a.warc": DATA})) as server:
        (tmp_path / "list").write_text(f"{server.url}/a.warc\n")
        settings = WebSettings(allow_addresses=("127.0.0.1",))
        assert len(told.units(lists=[str(tmp_path / "list")], web=settings)) == 1


def test_nothing_is_asked_before_it_is_wanted(told: Told) -> None:
    files = {f"/{number}.warc": DATA for number in range(300)}
    store = Store(files)

    def before(asked: Asked) -> list[Step] | None:
        return [Pause(0.3), store.answer(asked)] if asked.target == "/0.warc" else None

    store.before = before
    with Loopback(store) as server:
        found = units_of([server.url + path for path in files], on_error=_unexpected)
        assert next(found).size == len(DATA)
        found.close()  # type: ignore[attr-defined]
        assert len(server.asked) < 100


def _unexpected(name: str, error: ArchiverError) -> None:
    raise AssertionError(f"{name}: {error}")


def _no_facts(file: str, **_keywords: object) -> object:
    raise InputError("not asked for in this test", subject=file)
