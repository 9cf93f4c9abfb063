"""A unit's file as a stream: every byte of the state that the unit means, or an error."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from archiver.config import WebSettings
from archiver.errors import InputError, LimitError, RefusedError
from archiver.scan.inputs import opening
from archiver.scan.inputs.opening import close_connections, facts_of, open_unit, read_range
from archiver.scan.unit import Unit
from tests.loopback import Loopback
from tests.ranged import Store, parts

ROOT = Path(__file__).parents[2]
DATA = bytes(range(256)) * 3000
PATH = "/crawl/a.warc.gz"


@pytest.fixture(autouse=True)
def no_connections_left() -> Iterator[None]:
    yield
    close_connections()


def unit_of(path: Path, **keywords: object) -> Unit:
    facts = facts_of(str(path), named=False)
    return Unit(file=str(path), size=facts.size, version=facts.version, **keywords)  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(DATA)
    return path


def package(path: Path, *, compressed: bool) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("datapackage.json", "{}")
        made.writestr(
            "archive/a.warc.gz", DATA, compress_type=zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
        )
    return path


# --- local files ------------------------------------------------------------------------------------------------------


def test_a_local_file_is_read_from_any_place_on(file: Path) -> None:
    with open_unit(unit_of(file)) as stream:
        assert stream.seekable()
        assert stream.read() == DATA
        stream.seek(1000)
        assert stream.read(7) == DATA[1000:1007]
    with open_unit(Unit(file=file.as_uri())) as stream:
        assert stream.read(5) == DATA[:5]


def test_a_file_that_is_another_one_by_now_is_not_read(file: Path) -> None:
    unit = unit_of(file)
    os.utime(file, ns=(0, int(unit.version) + 1))
    for attempt in (lambda: open_unit(unit), lambda: read_range(unit, 0, 5)):
        with pytest.raises(InputError, match="another one by now"):
            attempt()
    file.write_bytes(DATA + b"more")
    with pytest.raises(InputError, match="another one by now"):
        open_unit(Unit(file=str(file), size=len(DATA)))


def test_a_file_that_becomes_shorter_never_just_ends(file: Path) -> None:
    with open_unit(unit_of(file)) as stream:
        stream.read(10)
        os.truncate(file, 300_000)
        assert len(stream.read(290_000)) == 290_000
        with pytest.raises(InputError, match="became shorter"):
            stream.read(1_000_000)


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    for name, problem in (("gone", "no such file"), ("", "folder"), ("nul\0", "cannot be opened")):
        with pytest.raises(InputError, match=problem):
            open_unit(Unit(file=f"{tmp_path}/{name}"))
    with pytest.raises(InputError, match="another machine"):
        open_unit(Unit(file="file://elsewhere/a.warc"))


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file that cannot be read")
def test_a_disk_that_fails_is_told() -> None:
    unit = Unit(file="/proc/self/mem")
    with open_unit(unit) as stream, pytest.raises(InputError, match="cannot be read further"):
        stream.read(10)
    with pytest.raises(InputError, match="cannot be read"):
        read_range(unit, 0, 10)


def test_a_pipe_is_read_in_order(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert facts_of(str(pipe), named=False) == (None, "", False)
    writer = [sys.executable, "-c", f"open({str(pipe)!r}, 'wb').write(bytes(500_000))"]
    with subprocess.Popen(writer), open_unit(Unit(file=str(pipe))) as stream:
        assert not stream.seekable()
        assert len(stream.read()) == 500_000


def test_standard_input_is_read_and_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.BytesIO(DATA)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=stdin))
    with open_unit(Unit(file="-")) as stream:
        assert not stream.seekable()
        assert stream.read() == DATA
    assert not stdin.closed
    with pytest.raises(InputError, match="in order"):
        read_range(Unit(file="-"), 0, 1)


def test_a_process_of_the_pool_reads_the_standard_input_of_the_command(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import multiprocessing, sys\n"
        "from archiver.scan.inputs.opening import open_unit\n"
        "from archiver.scan.unit import Unit\n"
        "def work():\n"
        "    with open_unit(Unit(file='-')) as stream:\n"
        "        print(len(stream.read()))\n"
        "if __name__ == '__main__':\n"
        "    process = multiprocessing.get_context('spawn').Process(target=work)\n"
        "    process.start()\n"
        "    process.join()\n"
    )
    paths = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, script], input=DATA, capture_output=True, check=True, env=paths)
    assert done.stdout.split() == [str(len(DATA)).encode()]


def test_ranges_of_a_local_file_are_exact_or_an_error(file: Path) -> None:
    unit = unit_of(file)
    assert read_range(unit, 300, 500) == DATA[300:800]
    assert read_range(unit, len(DATA) - 1, 1) == DATA[-1:]
    assert read_range(unit, 5, 0) == b""
    with pytest.raises(InputError, match="ends before byte"):
        read_range(unit, len(DATA) - 1, 2)
    with pytest.raises(InputError, match="no such place"):
        read_range(unit, -1, 2)
    with pytest.raises(LimitError, match="256 MiB"):
        read_range(unit, 0, opening.MAX_RANGE + 1)


# --- packages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compressed", [False, True])
def test_a_member_of_a_package_is_a_file(tmp_path: Path, compressed: bool) -> None:
    path = package(tmp_path / "a.wacz", compressed=compressed)
    unit = Unit(file=f"{path}!/archive/a.warc.gz", size=len(DATA), version=str(path.stat().st_mtime_ns))
    with open_unit(unit) as stream:
        assert stream.seekable() is not compressed
        assert stream.read() == DATA
    if compressed:
        with pytest.raises(InputError, match="in order"):
            read_range(unit, 10, 5)
    else:
        assert read_range(unit, 10, 5) == DATA[10:15]
        with pytest.raises(InputError, match="ends before byte"):
            read_range(unit, len(DATA) - 4, 5)


def test_a_package_without_the_member_is_told(tmp_path: Path) -> None:
    path = package(tmp_path / "a.wacz", compressed=False)
    with pytest.raises(InputError, match="not in it"):
        open_unit(Unit(file=f"{path}!/archive/b.warc.gz"))
    with pytest.raises(InputError, match="another one by now"):
        open_unit(Unit(file=f"{path}!/archive/a.warc.gz", size=5))
    path.write_bytes(b"no zip")
    with pytest.raises(InputError, match="damaged"):
        open_unit(Unit(file=f"{path}!/archive/a.warc.gz"))


def test_a_file_may_be_called_like_a_member(tmp_path: Path) -> None:
    folder = tmp_path / "odd!" / "archive"
    folder.mkdir(parents=True)
    (folder / "a.warc").write_bytes(b"plain")
    with open_unit(Unit(file=f"{tmp_path}/odd!/archive/a.warc")) as stream:
        assert stream.read() == b"plain"


def test_a_package_on_the_web_is_read_in_place(tmp_path: Path) -> None:
    data = package(tmp_path / "a.wacz", compressed=False).read_bytes()
    with Loopback(Store({"/a.wacz": data})) as server:
        unit = Unit(file=f"{server.url}/a.wacz!/archive/a.warc.gz", size=len(DATA), version='"one"', named=True)
        with open_unit(unit) as stream:
            assert stream.read() == DATA
        assert read_range(unit, 100, 20) == DATA[100:120]
        assert all(asked and asked[1] is not None for asked in parts(server)), "no more than is looked at"
    with (
        Loopback(Store({"/a.wacz": data}, ranges=False)) as server,
        pytest.raises(InputError, match="only be read in order"),
    ):
        open_unit(Unit(file=f"{server.url}/a.wacz!/archive/a.warc.gz", named=True))


# --- the web ----------------------------------------------------------------------------------------------------------


def test_a_part_of_a_file_on_the_web_is_asked_for_alone() -> None:
    with Loopback(Store({PATH: DATA})) as server:
        unit = Unit(file=server.url + PATH, size=len(DATA), start=5000, end=9000, named=True)
        with open_unit(unit) as stream:
            stream.seek(unit.start)
            assert stream.read(4000) == DATA[5000:9000]
        assert parts(server) == [(5000, 9000 + opening.BUFFER - 1)]


def test_neighbouring_ranges_are_fetched_together() -> None:
    near = ((100, 50), (150, 100), (opening.NEIGHBOURS, 10))
    far = ((500_000, 30), (500_040, 5))
    with Loopback(Store({PATH: DATA})) as server:
        unit = Unit(file=server.url + PATH, size=len(DATA), version='"one"', ranges=near + far, named=True)
        for offset, length in unit.ranges:
            assert read_range(unit, offset, length) == DATA[offset : offset + length]
        assert parts(server) == [(100, opening.NEIGHBOURS + 9), (500_000, 500_044)]
        assert read_range(unit, 400_000, 7) == DATA[400_000:400_007], "and one that is not among them"
        changed = Unit(file=unit.file, version='"zero"', ranges=near, named=True)
        with pytest.raises(InputError, match="another one by now"):
            read_range(changed, 100, 50)


def test_what_is_fetched_together_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "TOGETHER", 1000)
    ranges = tuple((start, 400) for start in range(0, 2000, 400))
    with Loopback(Store({PATH: DATA})) as server:
        unit = Unit(file=server.url + PATH, ranges=(*ranges, (3000, 5000)), named=True)
        for offset, length in unit.ranges:
            assert read_range(unit, offset, length) == DATA[offset : offset + length]
        assert parts(server) == [(0, 799), (800, 1599), (1600, 1999), (3000, 7999)]


def test_the_guard_stands_unless_the_user_named_the_host() -> None:
    with Loopback(Store({PATH: DATA})) as server:
        unit = Unit(file=server.url + PATH)
        with open_unit(unit) as stream, pytest.raises(RefusedError, match="loopback"):
            stream.read(1)
        with pytest.raises(RefusedError, match="loopback"):
            read_range(unit, 0, 1)
        assert read_range(unit, 1, 1, web=WebSettings(allow_addresses=("127.0.0.1",))) == DATA[1:2]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_that_was_forked_makes_connections_of_its_own() -> None:
    with Loopback(Store({PATH: DATA})) as server:
        assert facts_of(server.url + PATH, named=True).size == len(DATA)
        before = server.connections
        child = os.fork()
        if not child:
            facts_of(server.url + PATH, named=True)
            os._exit(0)
        os.waitpid(child, 0)
        assert server.connections == before + 1


def test_local_files_load_no_client() -> None:
    names = "{'httpx', 'fsspec', 'pyarrow', 'http.client', 'click', 'rich', 'duckdb'}"
    code = f"import sys, archiver.scan.inputs.opening; print(sorted({names} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
