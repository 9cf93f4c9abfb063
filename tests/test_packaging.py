"""The package: what it imports is what it declares, so that an installation without the test tools works."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def names(dependencies: list[str]) -> set[str]:
    return {re.match(r"[A-Za-z0-9._-]+", dependency)[0].lower() for dependency in dependencies}  # type: ignore[index]


DECLARED = names(PROJECT["dependencies"])
EXTRAS = {
    "archiver/auditing/lists/": "parquet",
    "archiver/browser/": "browser",
    "archiver/exporting/": "parquet",
    "archiver/scan/": "scan",
    "archiver/scan/prefilter/piecewise.py": "re2",
    "archiver/scan/spark/": "spark",
}
"""Rooms that may import what an extra brings."""


def imported_packages() -> dict[str, set[str]]:
    """Top-level package outside the standard library → the files that import it."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "archiver").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [str(node.module)]
            else:
                continue
            for name in names:
                found.setdefault(name.partition(".")[0], set()).add(str(path.relative_to(ROOT)))
    return {name: files for name, files in found.items() if name not in {*sys.stdlib_module_names, "archiver"}}


def test_every_import_is_declared() -> None:
    distributions = packages_distributions()
    undeclared: dict[str, list[str]] = {}
    for name, files in imported_packages().items():
        brought_by = {distribution.lower() for distribution in distributions.get(name, [name])}
        for file in sorted(files):
            extras = {extra for room, extra in EXTRAS.items() if file.startswith(room)}
            declared = DECLARED.union(*(names(PROJECT["optional-dependencies"][extra]) for extra in extras))
            if declared.isdisjoint(brought_by):
                undeclared.setdefault(name, []).append(file)
    assert undeclared == {}


def test_what_an_extra_brings_is_imported_by_those_who_use_it_alone() -> None:
    code = (
        "import sys, archiver, archiver.cli, archiver.sources.reading; archiver.find; "
        "sys.exit(any(name in sys.modules for name in sys.argv[1:]))"
    )
    brought = ["pyarrow", "archiver.browser.proxy", "duckdb", "fsspec", "hyperscan", "re2"]
    assert subprocess.run([sys.executable, "-c", code, *brought], check=False, cwd=ROOT).returncode == 0


def test_everything_declared_is_imported() -> None:
    distributions = packages_distributions()
    imported = {
        distribution.lower() for name in imported_packages() for distribution in distributions.get(name, [name])
    }
    # uvicorn is told by name to run on these
    assert DECLARED - imported == {"httptools", "uvloop"}


def test_is_typed() -> None:
    """PEP 561: without this file, type checkers ignore our annotations."""
    assert (ROOT / "archiver" / "py.typed").is_file()


def test_holds_only_what_is_meant_to_be_in_it() -> None:
    """No leftover of an edit: `software-digest` covers every file of the package, and an installation gets them all."""
    files = (path for path in (ROOT / "archiver").rglob("*") if path.is_file() and path.parent.name != "__pycache__")
    assert {path.suffix or path.name for path in files} <= {".py", ".html", ".css", ".js", ".json", ".typed"}


def test_versions_of_python_are_said_once_and_alike() -> None:
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups()  # type: ignore[union-attr]
    classified = [line.rpartition(".")[2] for line in PROJECT["classifiers"] if re.search(r"Python :: 3\.\d+$", line)]
    assert [int(minor) for minor in classified] == list(range(int(low), int(high)))
