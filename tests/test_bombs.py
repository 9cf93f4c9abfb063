"""A few kilobytes that stand for a gigabyte are stopped with exit code 5, soon and in little memory, by every command
that reads files of strangers; where nothing has to be unpacked, a sound file stays sound.

All kinds of them with all commands: `python benchmarks/bombs.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

bombs = pytest.importorskip("benchmarks.bombs", reason="a source distribution has no benchmarks")

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the system does not tell a process's peak here"
)

SLACK = 4
"""Times the bound on CPU time: other programs share the caches, and a test has to hold on slow machines."""

CASES = {
    "page, gzipped": ("find",),
    "page, gzipped twice": ("find", "archive"),
    "page, gzipped, below the floor": ("resolve",),
    "JSON lines, one without end": ("find",),
    "JSON nested a million deep": ("find",),
    "WARC, a record of zeros": ("verify", "find", "import", "export", "replay"),
    "WARC, gzipped twice": ("verify", "find", "replay"),
    "WARC, a payload of gzip": bombs.WARC_COMMANDS,
    "WARC, a payload of gzip in gzip": ("find", "replay"),
    "WARC, a payload of brotli": ("find", "replay"),
    "WARC, a payload of zstd": ("find", "replay"),
    "WARC, a payload of 60 MB of gzip": ("find", "replay", "folder"),
    "WARC, a payload of empty gzip members": ("find", "replay"),
    "WARC, a payload of chunks of a byte": ("find", "replay"),
    "WARC, three codings around nothing": ("find", "replay"),
    "WARC, not compressed, a payload of gzip": ("find",),
    "WARC, a page below the floor": ("find",),
    "WARC, metadata below the floor": ("import", "replay", "rebuild"),
    "WARC, a header of many lines": ("find", "verify"),
    "WARC, an HTTP head of folded lines": ("find", "replay"),
    "WACZ, a WARC of zeros, stored": ("verify", "import", "replay"),
    "WACZ, a WARC of zeros, packed twice": ("find", "verify"),
    "WACZ, a payload of gzip": ("find", "replay"),
    "WACZ, an index of zeros, gzipped": ("verify",),
    "WACZ, an index of short lines": ("verify",),
    "WACZ, a block index that names one block": ("verify",),
    "WACZ, a WARC of empty gzip members, deflated": ("find", "replay"),
    "WACZ, pages of short lines": ("verify",),
    "ZIP, members that are the same bytes": ("find", "verify", "replay"),
    "X's archive": ("index",),
    "Mastodon's archive": ("index",),
    "a table, gzipped, one line without end": ("index",),
    "feed, entities that stand for others": ("find",),
    "feed of a million tags, gzipped": ("find",),
    "feed, one long entity many times": ("find",),
    "JSON Feed of empty items, gzipped": ("find",),
    "sitemap, gzipped": ("find",),
    "list of permalinks, gzipped, one line without end": ("audit",),
}
KINDS = {kind.name: kind for kind in bombs.KINDS}

Made = Callable[[str], Path]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Makes a file of this kind, once."""
    folder = tmp_path_factory.mktemp("bombs")
    files: dict[str, Path] = {}

    def make(name: str) -> Path:
        if name not in files:
            files[name] = folder / f"{len(files)}{KINDS[name].suffix}"
            files[name].write_bytes(KINDS[name].make())
        return files[name]

    return make


@pytest.mark.parametrize(("name", "command"), [(name, command) for name, of in CASES.items() for command in of])
def test_a_bomb_is_stopped(made: Made, name: str, command: str) -> None:
    kind = KINDS[name]
    found = bombs.run(command, made(name))
    assert found.code in kind.commands[command], found.said
    assert found.peak <= bombs.most_memory(kind, command), f"{found.peak >> 20} MiB: {found.said}"
    assert found.seconds <= SLACK * kind.seconds, found.said
    assert "Traceback" not in found.said


@pytest.mark.parametrize("name", ["page, gzipped twice", "WARC, gzipped twice", "WARC, a payload of gzip in gzip"])
def test_two_kilobytes_are_enough(made: Made, name: str) -> None:
    assert made(name).stat().st_size < 3000


def test_what_expands_far_and_is_no_bomb_is_read(tmp_path: Path) -> None:
    """Below the floor the ratio does not matter: 30 MB of zeros are 30 KB."""
    file = tmp_path / "a.warc.gz"
    file.write_bytes(bombs.packed(bombs.response(bombs.zeros(30 << 20), 30 << 20)))
    found = bombs.run("verify", file)
    assert found.code == 0, found.said
    assert found.peak < bombs.MEMORY
