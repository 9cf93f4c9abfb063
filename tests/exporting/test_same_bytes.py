"""The same archive at the same time gives the same bytes, whatever the process around it is like."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")

ROOT = Path(__file__).parents[2]

EXPORT = """
import itertools, os, sys
from datetime import UTC, datetime
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric import ec
from archiver.exporting.annotations import write_annotations
from archiver.exporting.cited import Selection
from archiver.exporting.forms import Form, write_table
from archiver.exporting.package import write_package
from archiver.exporting.tables import TABLES, rows_of
from archiver.signing import Signer
from archiver.signing.signer import AnonymousIdentity
from archiver.store import Archive

os.umask(int(sys.argv[3], 8))
folder, when, numbers = Path(sys.argv[2]), datetime(2026, 3, 1, 1, 2, 3, tzinfo=UTC), itertools.count()
ids = lambda: f"urn:uuid:00000000-0000-4000-8000-{next(numbers):012d}"
signer = Signer(AnonymousIdentity(ec.derive_private_key(0xA5C1, ec.SECP384R1())))
with Archive.open(sys.argv[1], clock=lambda: when, new_id=ids) as archive:
    write_package(folder / "all.wacz", archive, created=when, sign=signer.sign, on_problem=print)
    one = Selection(article="examples/flood.txt")
    write_package(folder / "one.wacz", archive, created=when, selection=one, sign=signer.sign, on_problem=print)
    with (folder / "a.jsonld").open("wb") as out:
        write_annotations(archive, out, on_problem=print)
    for name, table in TABLES.items():
        for form in Form:
            with (folder / f"{name}.{form.value}").open("wb") as out:
                write_table(form, table, rows_of(archive, table), out)
"""


def exported(folder: Path, umask: str, **environment: str) -> dict[str, str]:
    """Name → digest of everything that can be exported of the shipped archive."""
    shutil.copytree(ROOT / "warc", folder / "warc", ignore=shutil.ignore_patterns("catalogue.db*", ".lock"))
    (folder / "out").mkdir()
    subprocess.run(
        [sys.executable, "-c", EXPORT, str(folder / "warc"), str(folder / "out"), umask],
        check=True, env=os.environ | environment, cwd=ROOT,
    )  # fmt: skip
    return {name: digest for path in (folder / "out").iterdir() for name, digest in digests(path)}


def both(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """What two processes export that have little in common."""
    for name in ("here", "there"):
        (folder / name).mkdir(parents=True)
    return (
        exported(folder / "here", "022", PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C.UTF-8"),
        exported(
            folder / "there", "077", PYTHONHASHSEED="77", TZ="Asia/Kolkata", LC_ALL="C", PYTHONUTF8="0", LANG="tr_TR"
        ),
    )


def digests(path: Path) -> Iterator[tuple[str, str]]:
    """Of a file, and of each member of a package: that tells where two differ."""
    yield path.name, hashlib.sha256(path.read_bytes()).hexdigest()
    if path.suffix == ".wacz":
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                member = package.read(name)
                yield (
                    f"{path.name}: {name}",
                    member.decode() if name.endswith(".json") else hashlib.sha256(member).hexdigest(),
                )


def test_in_processes_that_differ_in_all_that_should_not_matter(tmp_path: Path) -> None:
    here, there = both(tmp_path / "once")
    if here != there:
        # One process in some hundreds gets another, as valid, compression of a record from ISA-L; hardly two in a row.
        here, there = both(tmp_path / "again")
    assert {"all.wacz", "one.wacz", "a.jsonld", "posts.csv", "posts.jsonl", "posts.parquet"} < here.keys()
    assert here == there
