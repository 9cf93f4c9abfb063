"""Units as tasks of a cluster.

Units go to Spark as jobs of many tasks, two jobs at a time, so that the slow tasks at the end of one leave no executor
idle. Each task sends what came of its units with its success, as an update of an accumulator: Spark applies it once,
for the first attempt that succeeds, and it comes here while the others still run. What is left in memory is the results
of the jobs under way.

Rows do not go this way: `work` writes them into a folder that the driver and all executors share, under the unit's own
name. So an attempt that was lost, and one too many, change nothing.
"""

from __future__ import annotations

import json
import re
import secrets
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import chdir, nullcontext, suppress
from itertools import islice
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import msgspec

from archiver.errors import ClusterError
from archiver.scan.pool import Failed
from archiver.scan.rowfile import UNFINISHED
from archiver.scan.spark.session import in_short, said, spark_session
from archiver.scan.unit import Done, Unit
from archiver.version import __version__

if TYPE_CHECKING:
    from pyspark import SparkContext

BATCH_UNITS = 1024
"""Units of one job, or twice the cluster's cores where that is more."""

JOBS_AT_ONCE = 2

GROUP_BYTES = 16 * 1024 * 1024
"""Of small units that one task reads one after the other: a task costs some hundredths of a second."""

GROUP_UNITS = 64

TASKS_PER_CORE = 4
"""That a job has at least, before small units are put together: no core is idle for long."""

WAIT_SECONDS = 0.5
"""How often it is asked whether to stop."""

ENDING_SECONDS = 30.0
"""How long a job that was cancelled is waited for."""

MAX_FAILURES = 50
"""Jobs that end by a unit; each cost what they had under way."""

GO_ON = "what is done stays done: the same command goes on with the rest"

Work = Callable[[Unit], Done]


def _never() -> bool:
    return False


def run_units(
    master: str,
    units: Iterable[Unit],
    work: Work,
    *,
    folder: Path | None = None,
    stop: Callable[[], bool] = _never,
) -> Iterator[Done | Failed]:
    """What came of each unit, as soon as its task is done, in any order, each once.

    Spark tries a task again that fails or loses its executor (`spark.task.maxFailures`, 4 times where nothing else is
    set; a master `local[N]` never does, `local[N,4]` does). A unit in which `work` raises each time is told as failed,
    and the others go on. One that takes its process with it each time (out of memory) takes others along on the same
    executor: which it was is found at the end, when each that is suspected is tried alone. A unit that is given twice
    while it is under way is worked on once.

    Arguments: `master`, as for `spark_session`, whose session is used where one is open. `work`, what a task does with
    a unit: it has to be the same however often it runs, and whatever it can say of the unit is in its result; it is
    pickled. An `OSError` of it is told as one of the disk. `folder`, into which it writes: each task looks whether it
    is the driver's. `stop`, asked now and then: with true, what is under way is cancelled.

    Raises what `spark_session` raises; `ClusterError` where the executors have another version of archiver or none,
    where they do not see `folder`, where more than `MAX_FAILURES` units fail, or the cluster is lost. What is under way
    is cancelled then; results that were told stay right.

    Source: https://spark.apache.org/docs/latest/rdd-programming-guide.html#accumulators
    """
    with spark_session(master) as session:
        run = _Run(session.sparkContext, work, folder)
        try:
            yield from run.results(iter(units), stop)
        finally:
            run.end()


class UnitFault(Exception):  # noqa: N818  not an error of this program's users: it ends in `Failed` or `ClusterError`
    """Raised in a task: `work` failed, or cannot be done there. Spark tries again."""


_FAULT = re.compile(rf"{UnitFault.__name__}: ([0-9a-f]{{32}}) (place|disk|fault) (\".*\")")


class _Batch(msgspec.Struct, eq=False):
    """The units of one job."""

    group: str
    tasks: list[list[Unit]]
    alone: bool
    """One unit that was in a task whose process died; nothing else runs."""
    thread: Any = None


class _Ended(msgspec.Struct):
    """A job is over."""

    batch: _Batch
    results: Sequence[bytes] = ()
    error: BaseException | None = None


_Inbox = SimpleQueue[Any]
"""Results (bytes), as tasks succeed, and `_Ended`."""


class _News:
    """How results are accumulated (Spark's `AccumulatorParam`): in a task as a list, here by passing them on."""

    def zero(self, _value: object) -> list[bytes]:
        return []

    def addInPlace(self, into: list[bytes] | _Inbox, results: list[bytes]) -> list[bytes] | _Inbox:  # noqa: N802
        if isinstance(into, list):
            into += results
        else:
            for result in results:
                into.put(result)
        return into


class _Run:
    """Jobs of one call."""

    def __init__(self, context: SparkContext, work: Work, folder: Path | None) -> None:
        self._context = context
        self._name = f"archiver-scan-{secrets.token_hex(8)}"
        self._inbox: _Inbox = SimpleQueue()
        self._news = context.accumulator(self._inbox, _News())  # type: ignore[arg-type]
        self._mark = None if folder is None else folder / f".{self._name}{UNFINISHED}"
        if self._mark is not None:
            try:
                self._mark.touch(exist_ok=False)
            except OSError as error:
                raise ClusterError(f"cannot be written: {error.strerror}", subject=str(folder)) from error
        self._task = _Task(work, self._news, None if self._mark is None else str(self._mark))
        self._jobs: list[_Batch] = []
        self._started = self._failures = 0
        self._waiting: dict[str, Unit] = {}
        """Units that are under way or suspected."""
        self._suspects: list[Unit] = []

    def results(self, units: Iterator[Unit], stop: Callable[[], bool]) -> Iterator[Done | Failed]:
        more = True
        while not stop():
            while more and len(self._jobs) < JOBS_AT_ONCE:
                more = self._start_next(units)
            if not self._jobs and self._suspects:
                self._start([self._suspects.pop()], alone=True)
            if not self._jobs:
                return
            try:
                came = self._inbox.get(timeout=WAIT_SECONDS)
            except Empty:
                continue
            if not isinstance(came, _Ended):
                yield from self._new(came)
                continue
            self._jobs.remove(came.batch)
            for result in came.results:
                yield from self._new(result)
            if came.error is not None:
                yield from self._told()
                yield from self._failed(came.batch, came.error)
        self._cancel()
        yield from self._told()

    def end(self) -> None:
        self._cancel()
        if self._mark is not None:
            with suppress(OSError):
                self._mark.unlink(missing_ok=True)

    def _start_next(self, units: Iterator[Unit]) -> bool:
        """Begin a job with the next units; false where there are none."""
        taken = list(islice(units, max(BATCH_UNITS, 2 * self._context.defaultParallelism)))
        fresh = {unit.id: unit for unit in taken if unit.id not in self._waiting}
        self._waiting |= fresh
        self._start(list(fresh.values()))
        return bool(taken)

    def _start(self, units: Sequence[Unit], *, alone: bool = False) -> None:
        from pyspark import InheritableThread

        if not units:
            return
        self._started += 1
        batch = _Batch(f"{self._name}-{self._started}", _tasks(units, self._context.defaultParallelism), alone)
        batch.thread = InheritableThread(target=self._job, args=(batch,), name=batch.group, daemon=True)
        self._jobs.append(batch)
        batch.thread.start()

    def _job(self, batch: _Batch) -> None:
        try:
            # interrupted: a task that is cancelled does not hold its core until its unit is read
            self._context.setJobGroup(batch.group, "archiver scan", interruptOnCancel=True)
            packed = [msgspec.msgpack.encode(task) for task in batch.tasks]
            # the results again: should an update be lost on its way, its units are told at the job's end
            results = self._context.parallelize(packed, len(packed)).mapPartitions(self._task).collect()
            self._inbox.put(_Ended(batch, results))
        except BaseException as error:
            self._inbox.put(_Ended(batch, error=error))

    def _new(self, result: bytes) -> Iterator[Done]:
        done = msgspec.msgpack.decode(result, type=Done)
        if self._waiting.pop(done.unit.id, None) is not None:
            yield done

    def _told(self) -> Iterator[Done]:
        """Results that have come and were not looked at."""
        ended = []
        with suppress(Empty):
            while True:
                came = self._inbox.get_nowait()
                if isinstance(came, _Ended):
                    ended.append(came)
                else:
                    yield from self._new(came)
        for job in ended:
            self._inbox.put(job)

    def _failed(self, batch: _Batch, error: BaseException) -> Iterator[Failed]:
        """Tell of the unit that ended a job, and begin another with those that it took along.

        Raises `ClusterError` where others would fail, too.
        """
        self._failures += 1
        blame = _blame(batch, error)
        if blame is None or self._failures > MAX_FAILURES:
            raise ClusterError(f"the cluster failed: {in_short(error)}", hint=GO_ON) from error
        blamed = [unit for unit in blame.units if unit.id in self._waiting]
        if blame.certain:
            for unit in blamed:
                del self._waiting[unit.id]
                yield Failed(unit, blame.what, blame.disk)
        else:
            self._suspects += blamed
        left_out = {unit.id for unit in blamed}
        units = [unit for task in batch.tasks for unit in task]
        self._start([unit for unit in units if unit.id in self._waiting and unit.id not in left_out])

    def _cancel(self) -> None:
        for batch in self._jobs:
            with suppress(Exception):  # Spark may be what failed
                self._context.cancelJobGroup(batch.group)
        for batch in self._jobs:
            batch.thread.join(ENDING_SECONDS)
        self._jobs.clear()


class _Blame(msgspec.Struct):
    """Why a job ended."""

    units: list[Unit]
    """Of the task that failed each time."""
    what: str
    disk: bool
    certain: bool
    """It was this unit, and no other."""


def _blame(batch: _Batch, error: BaseException) -> _Blame | None:
    """Which units ended a job; null where it was none.

    Raises `ClusterError` where any unit would have.
    """
    text = said(error)
    if fault := _FAULT.search(text):
        what = json.loads(fault[3])
        if fault[2] == "place":
            raise ClusterError(what) from error
        # the attempts were those of all units of its task
        task = next((task for task in batch.tasks for unit in task if unit.id == fault[1]), None)
        return None if task is None else _Blame(task, what, fault[2] == "disk", certain=len(task) == 1)
    if missing := re.search(r"No module named '?([\w.]+)", text):
        raise ClusterError(
            f"the executors' Python has no {missing[1]}",
            hint="install archiver there, or name its environment: PYSPARK_PYTHON, spark.archives (docs/scan.md)",
        ) from error
    dead = re.search(r"Task (\d+) in stage \S+ failed (\d+) times", text)
    if dead is None or int(dead[1]) >= len(batch.tasks):
        return None
    reason = re.search(r"Reason: (.*)|(Python worker exited \w+ \(\w+\))", text)
    how = (reason[1] or reason[2]).strip() if reason else in_short(error)
    what = f"what read it died, {dead[2]} times ({how})"
    return _Blame(batch.tasks[int(dead[1])], what, disk=False, certain=batch.alone)


class _Task:
    """What an executor runs; pickled with each job."""

    def __init__(self, work: Work, news: Any, mark: str | None) -> None:
        self._work = work
        self._news = news
        self._mark = mark
        self._version = __version__
        self._place = str(Path.cwd())

    def __call__(self, packed: Iterable[bytes]) -> Iterator[bytes]:
        # a path that was given is one from where the driver is; an executor has a folder of its own
        with chdir(self._place) if Path(self._place).is_dir() else nullcontext():
            for pack in packed:
                for unit in msgspec.msgpack.decode(pack, type=list[Unit]):
                    result = self._result(unit)
                    self._news.add([result])
                    yield result

    def _result(self, unit: Unit) -> bytes:
        if problem := self._problem():
            raise UnitFault(f"{unit.id} place {json.dumps(problem)}")
        try:
            return msgspec.msgpack.encode(self._work(unit))
        except OSError as error:
            what = f"rows cannot be written: {error.strerror or error}"
            raise UnitFault(f"{unit.id} disk {json.dumps(what)}") from None
        except Exception:
            raise UnitFault(f"{unit.id} fault {json.dumps(traceback.format_exc(limit=-6))}") from None

    def _problem(self) -> str | None:
        """Why nothing can be done here."""
        if self._version != __version__:
            return f"the executors have archiver {__version__}, the driver {self._version}"
        if self._mark is not None and not Path(self._mark).exists():
            return f"{Path(self._mark).parent} is another folder for the executors: it has to be storage that all share"
        return None


def _tasks(units: Sequence[Unit], cores: int) -> list[list[Unit]]:
    """The units of each task: small ones together, in their order."""
    sizes = [_bytes_of(unit) for unit in units]
    most = min(GROUP_BYTES, sum(sizes) // (TASKS_PER_CORE * max(1, cores)))
    tasks: list[list[Unit]] = []
    held = most + 1
    for unit, size in zip(units, sizes, strict=True):
        if held + size > most or len(tasks[-1]) >= GROUP_UNITS:
            tasks.append([])
            held = 0
        tasks[-1].append(unit)
        held += size
    return tasks


def _bytes_of(unit: Unit) -> int:
    """What a unit has to read of its file; much where nobody knows."""
    if unit.ranges:
        return sum(length for _, length in unit.ranges)
    end = unit.size if unit.end is None else unit.end
    return GROUP_BYTES if end is None else max(0, end - unit.start)
