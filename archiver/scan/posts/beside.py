"""A process beside this one, for work that shares nothing with it but files: the second core of a machine.

It ends when this one does, and writes nothing any more.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

from archiver.errors import ArchiveError, ArchiverError

LOOK_SECONDS = 0.5
"""How often it looks whether anybody waits for it."""

ENDING_SECONDS = 5.0


class Beside:
    """`work(*given)` in a process of its own, from the beginning of the `with` on; what it gives is taken with
    `result`, and at the end of the `with` it is ended. work: a function of a module; what it takes and gives is
    pickled."""

    def __init__(self, work: Callable[..., Any], *given: Any) -> None:
        # `spawn`: nothing of this process (threads, open files, its memory) is taken along
        context = multiprocessing.get_context("spawn")
        self._pipe, self._theirs = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_work, args=(self._theirs, work, given), name=work.__name__, daemon=True
        )  # fmt: skip

    def __enter__(self) -> Beside:
        self._process.start()
        self._theirs.close()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._pipe.close()
        if self._process.is_alive():
            self._process.kill()
        self._process.join(ENDING_SECONDS)

    def result(self) -> Any:
        """Wait for it.

        Raises what it raised, where that is an error of ours or an `OSError`; `ArchiveError` where it died;
        `RuntimeError` where the program itself failed.
        """
        try:
            done, came = self._pipe.recv()
        except (EOFError, OSError):
            self._process.join(ENDING_SECONDS)
            raise ArchiveError(
                f"a process that worked on it died ({self._process.name}, exit code {self._process.exitcode})"
            ) from None
        if done:
            return came
        kind, given, named = came
        raise kind(*given, **named)


def _work(pipe: Connection, work: Callable[..., Any], given: tuple[Any, ...]) -> None:
    # Ctrl-C goes to the whole group of processes; when to stop is the other one's to say
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_alone, daemon=True).start()
    said: tuple[bool, Any]
    try:
        said = True, work(*given)
    except ArchiverError as error:
        said = False, (type(error), (error.problem,), {"subject": error.subject, "hint": error.hint})
    except OSError as error:
        said = False, (OSError, (error.errno, error.strerror or str(error)), {})
    except Exception:
        said = False, (RuntimeError, (traceback.format_exc(limit=-6),), {})
    pipe.send(said)


def _end_alone() -> None:
    parent = multiprocessing.parent_process()
    while parent is not None and os.getppid() == parent.pid:
        time.sleep(LOOK_SECONDS)
    os._exit(1)  # at once: another run may be at work in the same folder by now
