"""The package: what it imports is what it declares, so that an installation without the test tools works."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DECLARED = {re.match(r"[A-Za-z0-9._-]+", dependency)[0].lower() for dependency in PROJECT["dependencies"]}  # type: ignore[index]


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
    undeclared = {
        name: sorted(files)
        for name, files in imported_packages().items()
        if DECLARED.isdisjoint(distribution.lower() for distribution in distributions.get(name, [name]))
    }
    assert undeclared == {}


def test_everything_declared_is_imported() -> None:
    distributions = packages_distributions()
    imported = {
        distribution.lower() for name in imported_packages() for distribution in distributions.get(name, [name])
    }
    assert DECLARED - imported == set()


def test_is_typed() -> None:
    """PEP 561: without this file, type checkers ignore our annotations."""
    assert (ROOT / "archiver" / "py.typed").is_file()


def test_versions_of_python_are_said_once_and_alike() -> None:
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups()  # type: ignore[union-attr]
    classified = [line.rpartition(".")[2] for line in PROJECT["classifiers"] if re.search(r"Python :: 3\.\d+$", line)]
    assert [int(minor) for minor in classified] == list(range(int(low), int(high)))
