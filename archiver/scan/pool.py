"""Work on many units in several processes of this machine.

Each process is asked for one unit at a time over a pipe of its own. A process that dies (the kernel's memory killer, a
fault in native code) costs its unit's work: the unit is tried once more in a new process, and then told as failed. If
the driver dies, its processes notice that nobody listens and end.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import msgspec

from archiver.scan.prefilter.compiled import keep_in, shared
from archiver.scan.unit import Done, Options, Progress, Unit

TRIES = 2
"""Of a unit whose process dies."""

TELL_SECONDS = 0.3
"""How often a process tells of its progress."""

WAIT_SECONDS = 0.5
"""How often the driver looks whether it is to stop."""

ENDING_SECONDS = 5.0
"""How long a process that is to end is waited for."""


class Failed(msgspec.Struct, frozen=True):
    """A unit that could not be worked on: the program failed, or the disk."""

    unit: Unit
    what: str
    disk: bool = False
    """The rows could not be written: no other unit's can."""


OnProgress = Callable[[Unit, Progress], None]


def run_pool(
    units: Iterable[Unit],
    rows_folder: Path,
    options: Options,
    *,
    processes: int,
    stop: Callable[[], bool],
    progress: OnProgress,
    meanwhile: Callable[[], object] = lambda: None,
) -> Iterator[Done | Failed]:
    """What came of each unit, as soon as it is done, in any order.

    stop: asked between units: with true, no other is begun, and those under way are waited for. Closing the iterator
    ends what is under way; its rows are nowhere then. meanwhile: what this process does when the others have begun.
    """
    with shared() as patterns:  # compiled by the first process that needs them
        yield from _run(units, partial(_Worker, rows_folder, options, patterns), processes, stop, progress, meanwhile)


def _run(
    units: Iterable[Unit],
    new_worker: Callable[[], _Worker],
    processes: int,
    stop: Callable[[], bool],
    progress: OnProgress,
    meanwhile: Callable[[], object],
) -> Iterator[Done | Failed]:
    waiting = iter(units)
    again: list[Unit] = []
    tries: dict[str, int] = {}
    workers: list[_Worker] = []
    idle = True
    try:
        while True:
            more = True
            while more and len(workers) < processes and not stop():
                unit = again.pop() if again else next(waiting, None)
                if unit is None:
                    more = False
                else:
                    worker = new_worker()
                    workers.append(worker)
                    worker.give(unit)
            if not workers:
                return
            if idle:
                idle = False
                meanwhile()
            ready = wait([worker.pipe for worker in workers], WAIT_SECONDS)
            for worker in [worker for worker in workers if worker.pipe in ready]:
                said = worker.hear()
                if isinstance(said, Progress):
                    progress(worker.unit, said)
                    continue
                if isinstance(said, str):
                    workers.remove(worker)
                    worker.end()
                    tries[worker.unit.id] = tries.get(worker.unit.id, 0) + 1
                    if tries[worker.unit.id] < TRIES and not stop():
                        again.append(worker.unit)
                    else:
                        yield Failed(worker.unit, said)
                    continue
                unit = None if stop() else again.pop() if again else next(waiting, None)
                if unit is None:
                    workers.remove(worker)
                    worker.end()
                else:
                    worker.give(unit)
                yield said
    finally:
        for worker in workers:
            worker.kill()


class _Worker:
    """One process."""

    unit: Unit

    def __init__(self, rows_folder: Path, options: Options, patterns: Path) -> None:
        # `spawn`: nothing of the driver (threads, open files, its memory) is taken along
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=_serve, args=(theirs, os.fspath(rows_folder), options, patterns), name="scan", daemon=True
        )
        self._process.start()
        theirs.close()

    def give(self, unit: Unit) -> None:
        self.unit = unit
        with suppress(BrokenPipeError):  # it is dead: `hear` tells
            self.pipe.send_bytes(msgspec.msgpack.encode(unit))

    def hear(self) -> Done | Failed | Progress | str:
        """What it says; in words why it is dead."""
        try:
            kind, _, body = self.pipe.recv_bytes().partition(b"\n")
        except (EOFError, OSError):
            self._process.join(ENDING_SECONDS)
            code = self._process.exitcode
            return f"the process that read it died ({_how(code)})"
        if kind == b"progress":
            return msgspec.msgpack.decode(body, type=Progress)
        if kind == b"done":
            return msgspec.msgpack.decode(body, type=Done)
        return msgspec.msgpack.decode(body, type=Failed)

    def end(self) -> None:
        self.pipe.close()
        self._process.join(ENDING_SECONDS)
        self.kill()

    def kill(self) -> None:
        self.pipe.close()
        if self._process.is_alive():
            self._process.kill()
        self._process.join(ENDING_SECONDS)
        if self._process.exitcode is not None:
            self._process.close()


def _how(code: int | None) -> str:
    if code is None:
        return "it says nothing any more"
    if code < 0:
        with suppress(ValueError):
            return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"


def _serve(pipe: Connection, rows_folder: str, options: Options, patterns: Path) -> None:
    """What a process does: units, until the pipe is closed."""
    from archiver.scan.work import work  # all of detection, which the driver does not need

    # Ctrl-C goes to the whole group of processes; when to stop is the driver's to say
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    keep_in(patterns)
    last = 0.0
    parent = multiprocessing.parent_process()

    def tell(progress: Progress) -> None:
        nonlocal last
        if parent is not None and os.getppid() != parent.pid:
            raise BrokenPipeError  # another driver may be at work in the folder by now
        if (now := time.monotonic()) - last >= TELL_SECONDS:
            last = now
            pipe.send_bytes(b"progress\n" + msgspec.msgpack.encode(progress))

    # what is loaded by now stays: no search for cycles has to walk through it again and again
    gc.collect()
    gc.freeze()
    while True:
        try:
            unit = msgspec.msgpack.decode(pipe.recv_bytes(), type=Unit)
        except (EOFError, OSError):
            return
        try:
            said = b"done\n" + msgspec.msgpack.encode(work(unit, Path(rows_folder), options, tell))
        except BrokenPipeError:
            return  # the driver is gone
        except OSError as error:
            said = b"failed\n" + msgspec.msgpack.encode(
                Failed(unit, f"rows cannot be written: {error.strerror}", disk=True)
            )
        except Exception:
            said = b"failed\n" + msgspec.msgpack.encode(Failed(unit, traceback.format_exc(limit=-6)))
        try:
            pipe.send_bytes(said)
        except OSError:
            return
