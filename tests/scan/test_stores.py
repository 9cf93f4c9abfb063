"""Files in stores that fsspec knows: S3 (against a server that speaks its protocol on loopback), and one in memory."""

from __future__ import annotations

import gzip
import warnings
from collections.abc import Iterator

import fsspec  # type: ignore[import-untyped]
import pytest

from archiver.errors import ArchiverError, InputError, NetworkError
from archiver.scan.inputs import stores
from archiver.scan.inputs.opening import facts_of, open_unit, read_range
from archiver.scan.inputs.units import units_of
from archiver.scan.unit import Unit

DATA = b"WARC/1.0\r\n" + bytes(range(256)) * 2000
PACKED = gzip.compress(DATA, mtime=0)


def found(*specs: str, **keywords: object) -> tuple[list[Unit], list[str]]:
    errors: list[str] = []

    def on_error(name: str, error: ArchiverError) -> None:
        errors.append(f"{name}: {error}")

    return list(units_of(specs, on_error=on_error, **keywords)), errors  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    made: list[float] = []
    monkeypatch.setattr(stores, "sleep", made.append)
    return made


# --- in memory --------------------------------------------------------------------------------------------------------


@pytest.fixture
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    system = fsspec.filesystem("memory")
    for name in ("crawl/a.warc", "crawl/b.warc.gz", "crawl/sub/c.warc", "crawl/notes.txt"):
        system.pipe_file(f"/{name}", DATA)
    yield system
    system.rm("/", recursive=True)
    system.store.clear()


def test_patterns_and_folders_of_a_store_stand_for_files(memory: object) -> None:
    assert [unit.file for unit in found("memory://crawl/*.warc")[0]] == ["memory:///crawl/a.warc"]
    below = ["memory:///crawl/a.warc", "memory:///crawl/b.warc.gz", "memory:///crawl/sub/c.warc"]
    assert [unit.file for unit in found("memory://crawl")[0]] == below
    assert [unit.file for unit in found("memory://crawl/**")[0]] == below
    units, errors = found("memory://crawl/*.arc", "memory://crawl/gone.warc")
    assert units == []
    assert len(errors) == 2


def test_a_file_of_a_store_is_read_from_any_place_on(memory: object) -> None:
    (unit,) = found("memory://crawl/a.warc")[0]
    assert unit.size == len(DATA)
    assert unit.version
    with open_unit(unit) as stream:
        assert stream.read() == DATA
        stream.seek(1000)
        assert stream.read(10) == DATA[1000:1010]
    assert read_range(unit, 77, 33) == DATA[77:110]
    with pytest.raises(InputError, match="ends before byte"):
        read_range(unit, len(DATA) - 1, 2)


def test_a_file_that_changes_is_an_error(memory: fsspec.AbstractFileSystem) -> None:
    (unit,) = found("memory://crawl/a.warc")[0]
    with open_unit(unit) as stream:
        stream.read(5)
        memory.pipe_file("/crawl/a.warc", DATA)
        with pytest.raises(InputError, match="changed while it was read"):
            stream.read()
    for attempt in (lambda: open_unit(unit), lambda: read_range(unit, 0, 5)):
        with pytest.raises(InputError, match="another one by now"):
            attempt()


def test_a_failure_that_passes_is_tried_again(
    memory: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    (unit,) = found("memory://crawl/a.warc")[0]
    real, failures = memory.cat_file, [ConnectionResetError("reset by peer")] * 3

    def cat_file(*arguments: object, **keywords: object) -> object:
        if failures:
            raise failures.pop()
        return real(*arguments, **keywords)

    monkeypatch.setattr(memory, "cat_file", cat_file)
    with open_unit(unit) as stream:
        assert stream.read() == DATA
    assert pauses == [1, 2, 4]
    failures += [ConnectionResetError("reset by peer")] * 9
    with open_unit(unit) as stream, pytest.raises(NetworkError, match="ConnectionResetError: reset by peer"):
        stream.read()


def test_less_than_was_asked_for_is_an_error(
    memory: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    (unit,) = found("memory://crawl/a.warc")[0]
    monkeypatch.setattr(memory, "cat_file", lambda *_, **__: b"short")
    with open_unit(unit) as stream, pytest.raises(InputError, match="ends before"):
        stream.read()


@pytest.mark.parametrize(
    ("url", "problem"),
    [("nowhere://bucket/a", "no address of a file"), ("root://host/a", "not installed"), ("memory://gone", "no such")],
)
def test_a_store_that_cannot_be_asked_is_told(url: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        facts_of(url, named=True)


def test_a_client_that_is_not_installed_is_told_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_arguments: object, **_keywords: object) -> object:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", missing)
    with pytest.raises(InputError, match=r"pip install 'archiver\[s3\]'"):
        facts_of("s3://bucket/a.warc", named=True)


# --- S3 ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    pytest.importorskip("s3fs", reason="no client of S3 (the extra s3)")
    pytest.importorskip("moto.server", reason="no server that speaks S3's protocol (moto)")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from moto.server import ThreadedMotoServer

        running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        running.start()
        host, port = running.get_host_and_port()
        try:
            yield f"http://{host}:{port}"
        finally:
            running.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[fsspec.AbstractFileSystem]:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", server),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ):
        monkeypatch.setenv(name, value)
    import s3fs  # type: ignore[import-untyped]

    s3fs.S3FileSystem.clear_instance_cache()
    system = fsspec.filesystem("s3")
    system.mkdir("crawls")
    system.pipe_file("crawls/2026/a.warc", DATA)
    system.pipe_file("crawls/2026/b.warc.gz", PACKED)
    system.pipe_file("crawls/2026/notes.txt", b"notes")
    yield system
    system.rm("crawls", recursive=True)
    s3fs.S3FileSystem.clear_instance_cache()


def test_files_in_s3_are_units_and_are_read(bucket: fsspec.AbstractFileSystem) -> None:
    units, errors = found("s3://crawls/2026/")
    assert errors == []
    assert [unit.file for unit in units] == ["s3://crawls/2026/a.warc", "s3://crawls/2026/b.warc.gz"]
    assert units[0].size == len(DATA)
    assert [unit.file for unit in found("s3://crawls/*/*.gz")[0]] == ["s3://crawls/2026/b.warc.gz"]
    assert found("s3://crawls/2026/a.warc")[0] == units[:1], "the same however it is named"
    for unit, data in zip(units, (DATA, PACKED), strict=True):
        with open_unit(unit) as stream:
            assert stream.read() == data
    assert read_range(units[0], 300, 1000) == DATA[300:1300]
    assert len(found("s3://crawls/2026/a.warc", part=100_000)[0]) == round(len(DATA) / 100_000)
    assert "no such file" in found("s3://crawls/2026/gone.warc")[1][0]

    elsewhere = type(bucket)(skip_instance_cache=True)
    elsewhere.pipe_file("crawls/2026/a.warc", DATA[::-1])
    with pytest.raises(InputError, match="another one by now"):
        open_unit(units[0])
