"""What holds for every test: the user's own configuration does not count, and slow machines are no failure."""

from __future__ import annotations

import pytest
from hypothesis import settings

# a deadline measures the machine, not the program; cost is tested by growth instead
settings.register_profile("archiver", deadline=None)
settings.load_profile("archiver")


@pytest.fixture(autouse=True)
def _no_user_configuration(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "no-user-configuration"))
    monkeypatch.delenv("ARCHIVER_CONFIG", raising=False)
