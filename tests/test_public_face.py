"""The Python face: its names are pinned, each is documented, typed and loads, and the examples run."""

from __future__ import annotations

import doctest
import importlib
import inspect
import subprocess
import sys
import typing

import pytest

import archiver
from archiver.version import __version__

NAMES = {
    "nouns": [
        "Article", "Candidate", "Capture", "Check", "Media", "Mention", "Observation", "Outcome", "Post", "Problem",
        "Reason", "Resolution", "State", "Verdict", "Verification",
    ],
    "jobs": ["archive", "audit", "find", "repair", "resolve", "verify"],
    "results and places": ["Archive", "ArchivedPost", "ArchiverError", "Finding", "Repaired"],
}  # fmt: skip
"""Scripts import these: a name that goes, goes through a deprecation and the changelog first."""


def test_names_are_those_that_scripts_rely_on() -> None:
    public = {name for name in archiver.__all__ if not name.startswith("__")}
    assert public == {name for names in NAMES.values() for name in names}
    assert set(archiver.__all__) <= set(dir(archiver))
    assert archiver.__version__ == __version__


@pytest.mark.parametrize("name", [name for names in NAMES.values() for name in names])
def test_each_name_says_what_it_is_for(name: str) -> None:
    assert (inspect.getdoc(getattr(archiver, name)) or "").strip()


@pytest.mark.parametrize("name", NAMES["jobs"])
def test_each_job_is_typed(name: str) -> None:
    job = getattr(archiver, name)
    hints = typing.get_type_hints(job, vars(importlib.import_module(job.__module__)))
    assert set(hints) == {*inspect.signature(job).parameters, "return"}


def test_a_name_that_is_none_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        archiver.nonsense  # noqa: B018


@pytest.mark.parametrize("module", ["archiver", "archiver.face", "archiver.store.archive"])
def test_the_examples_run(module: str) -> None:
    result = doctest.testmod(importlib.import_module(module), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    documented = {test.name for test in finder.find(importlib.import_module("archiver.face")) if test.examples}
    assert "archiver.face.find" in documented


def test_importing_it_is_cheap() -> None:
    """Commands start as fast as `import archiver` does: the network and the server are loaded by who uses them."""
    code = "import sys, archiver; print([m for m in ('httpcore', 'starlette', 'rich', 'babel') if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"


def test_an_audit_loads_no_report_before_one_is_asked_for() -> None:
    code = "import sys, archiver.cli.audit; print([m for m in ('jinja2', 'archiver.replay') if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"
