"""The archive that ships with the program, as a copy that may be written to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

SHIPPED = Path(__file__).parents[2] / "warc"


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED, tmp_path / "shipped", ignore=shutil.ignore_patterns("catalogue.db*", ".lock"))
    return tmp_path / "shipped"
