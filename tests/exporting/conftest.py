"""The archive that ships with the program, as a copy that may be written to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

SHIPPED = Path(__file__).parents[2] / "warc"


def copy_shipped(folder: Path) -> Path:
    shutil.copytree(SHIPPED, folder / "shipped", ignore=shutil.ignore_patterns("catalogue.db*", ".lock"))
    return folder / "shipped"


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    return copy_shipped(tmp_path)
