"""The browser's stage, one for each file of tests: starting Chromium takes longer than a page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.stage import CHROMIUM, Stage, a_stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    if not CHROMIUM:
        pytest.skip("no Chromium is installed")
    with a_stage(tmp_path_factory.mktemp("stage")) as running:
        yield running
