"""The browser's own folder, which is gone afterwards, whatever becomes of this program.

A program that is killed (SIGKILL, no memory left) can tidy up nothing. The browser ends by itself then, because its
pipe does; its folder would stay. So a shell waits at a pipe that this program alone holds open: when it breaks, the
folder is removed.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from contextlib import suppress

SHELL = "/bin/sh"
WAIT_AND_REMOVE = """
read -r _
for _ in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf -- "$1"
    sleep 0.5
done
"""
"""Again and again for five seconds: a browser that is ending still writes into it."""


class ProfileFolder:
    """A fresh folder for one browser, for this user alone.

    Raises `OSError` where there is no place for it, or no shell.
    """

    def __init__(self) -> None:
        self.path = tempfile.mkdtemp(prefix="archiver-browser-")
        self._keeper = 0
        self._lifeline = -1
        theirs, self._lifeline = os.pipe()
        try:
            self._keeper = os.posix_spawn(
                SHELL,
                [SHELL, "-c", WAIT_AND_REMOVE, "archiver", self.path],
                {"PATH": os.environ.get("PATH", os.defpath)},
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, theirs, 0),
                    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                ],
                # what ends a whole group or service is not to end this one before it has done its work
                setpgroup=0,
                setsigmask=(signal.SIGHUP, signal.SIGINT, signal.SIGTERM),
            )
        except BaseException:
            self.remove()
            raise
        finally:
            os.close(theirs)

    def remove(self) -> None:
        """Remove it now."""
        for _ in range(5):
            shutil.rmtree(self.path, ignore_errors=True)
            if not os.path.exists(self.path):
                break
            time.sleep(0.1)  # a child that is ending may still write into it
        if self._keeper:
            with suppress(OSError):
                os.killpg(self._keeper, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(self._keeper, 0)
            self._keeper = 0
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1
