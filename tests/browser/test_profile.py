"""The browser's folder is gone afterwards, also where this program was killed and could tidy up nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archiver.browser.profile import ProfileFolder

HOLD = """
import os, sys, time
from archiver.browser.profile import ProfileFolder
folder = ProfileFolder()
open(folder.path + "/log", "w").close()
print(folder.path, folder._keeper, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_it_goes_with_a_program_that_is_killed(how: signal.Signals, tmp_path: Path) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True, env=environment) as holder:
        assert holder.stdout is not None
        path, keeper = holder.stdout.readline().split()
        assert Path(path).parent == tmp_path
        os.killpg(int(keeper), signal.SIGTERM)  # who ends a whole session ends this one last
        assert (Path(path) / "log").exists()
        holder.send_signal(how)
    until = time.monotonic() + 30
    while os.listdir(tmp_path):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_it_goes_when_it_is_removed_and_nobody_is_left_waiting() -> None:
    folder = ProfileFolder()
    keeper = folder._keeper
    assert os.stat(folder.path).st_mode & 0o777 == 0o700
    folder.remove()
    folder.remove()
    assert not os.path.exists(folder.path)
    with pytest.raises(ChildProcessError):
        os.waitpid(keeper, os.WNOHANG)


def test_without_a_shell_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.browser.profile.SHELL", "/nowhere/sh")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(OSError, match="/nowhere/sh"):
        ProfileFolder()
    assert os.listdir(tmp_path) == []
