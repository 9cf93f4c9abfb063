"""A scan on a Spark cluster: the rows of one process, whatever happens to executors, tasks and the driver.

The cluster is a real one (`local-cluster`): a master, two workers, each with an executor of its own Java process and
its own Python.
"""

from __future__ import annotations

import gzip
import inspect
import os
import re
import shutil
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pyarrow import parquet

import archiver
from archiver.cli.scan import command
from archiver.errors import ClusterError, UsageError
from archiver.scan.ledger import Ledger
from archiver.scan.pool import Failed
from archiver.scan.rowfile import read_rows
from archiver.scan.rows import Row
from archiver.scan.running import run
from archiver.scan.spark import find_posts, run_units
from archiver.scan.spark.session import in_short
from archiver.scan.unit import Done, Unit
from archiver.scan.work import work

pyspark = pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'archiver[spark]'")

ROOT = Path(__file__).parents[2]


def java_version() -> int:
    """The first number of the Java that is on the PATH; 0 where there is none."""
    if shutil.which("java") is None:
        return 0
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(java_version() < 17, reason="no Java 17 or later here (Debian: default-jre-headless)"),
    # py4j leaves the sockets of threads that have ended to the garbage collector
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

MASTER = "local-cluster[2,1,1024]"


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The session of a cluster, with all its files in a temporary folder and all its ports on loopback."""
    from pyspark import cloudpickle
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    installed = Path(pyspark.__file__).parent
    home = folder / "home"  # workers write into it
    home.mkdir()
    for name in ("bin", "jars", "python"):
        (home / name).symlink_to(installed / name)
    scratch = folder / "scratch"
    scratch.mkdir()
    java = f"-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Djava.io.tmpdir={scratch}"
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.warehouse.dir": str(scratch),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.extraJavaOptions": java,
        "spark.executor.extraJavaOptions": java,
        "spark.executorEnv.PYTHONPATH": str(ROOT),
        # what fails each time costs a new Python process each time
        "spark.task.maxFailures": "2",
    }
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SPARK_HOME", str(home))
        patched.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patched.setenv("SPARK_LOCAL_HOSTNAME", "127.0.0.1")
        patched.setenv("SPARK_LOCAL_DIRS", str(scratch))
        patched.setenv("PYSPARK_PYTHON", sys.executable)
        on_interrupt = signal.getsignal(signal.SIGINT)
        builder = SparkSession.builder.master(MASTER).appName("tests")
        for name, value in settings.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        signal.signal(signal.SIGINT, on_interrupt)
        session.sparkContext.setLogLevel("OFF")  # executors are killed on purpose
        gateway = session.sparkContext._gateway
        # these tests' functions go to executors as they are, so that those need not load pytest
        cloudpickle.register_pickle_by_value(sys.modules[__name__])
        try:
            yield session
        finally:
            cloudpickle.unregister_pickle_by_value(sys.modules[__name__])
            session.stop()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)
                gateway.shutdown()
                gateway.proc.stdin.close()  # what its Java process ends by
                gateway.proc.wait(timeout=30)
            pyspark.SparkContext._gateway = pyspark.SparkContext._jvm = None


DRIVER = """
import os, signal, sys
from functools import partial
from pathlib import Path
from archiver.scan.ledger import Ledger
from archiver.scan.running import run
from archiver.scan.spark import run_units
from archiver.scan.work import work

with Ledger(Path(sys.argv[1])) as ledger:
    folder = ledger.rows_folder
    runner = partial(run_units, "local[2]", work=partial(work, rows_folder=folder), folder=folder)
    for came in run(ledger, runner, stop=lambda: False):
        os.kill(os.getpid(), signal.SIGKILL)
"""
SUBMIT_ARGS = (
    "--driver-java-options '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData' --conf spark.ui.enabled=false"
    " --conf spark.driver.host=127.0.0.1 pyspark-shell"
)
"""A driver that dies at once after the first result is in the ledger."""


# --- what is scanned


def page_of(number: int) -> bytes:
    """A page that shows a post of X as an embed, and one flattened."""
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>Flood {number}</title></head><body><article><h1>Flood</h1>"
        f"<p>The gauge rose again, as the town wrote.</p>"
        f'<blockquote class="twitter-tweet"><p lang="en" dir="ltr">Gauge {number} is rising. Stay away.</p>&mdash; Ada '
        f'Brook (@ada_brook_h2o) <a href="https://twitter.com/ada_brook_h2o/status/{1590183995124941163 + number}">'
        "November 9, 2022</a></blockquote><p>Nobody was hurt in the valley that night.</p>"
        f"<p>Promises number {number} do not hold water. – Vesna (@vesna_dam_eng) November 9, 2022</p>"
        "</article></body></html>"
    ).encode()


def record_of(number: int, body: bytes) -> bytes:
    """A gzip member with a response record."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    head = (
        "WARC/1.1\r\nWARC-Type: response\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012}>\r\n"
        f"WARC-Target-URI: https://town.example/{number}\r\nWARC-Date: 2026-11-09T10:00:00Z\r\n"
        f"Content-Type: application/http;msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + http + b"\r\n\r\n", mtime=0)


def units_in(folder: Path) -> list[Unit]:
    """Five files of three pages, the third of them damaged in its middle, and one that is not there."""
    made = []
    for number in range(5):
        records = [record_of(10 * number + page, page_of(10 * number + page)) for page in range(3)]
        if number == 2:
            records[1] = records[1][:60] + bytes(40) + records[1][100:]
        path = folder / f"crawl-{number}.warc.gz"
        path.write_bytes(b"".join(records))
        made.append(Unit(file=str(path), size=path.stat().st_size))
    return [*made, Unit(file=str(folder / "missing.warc.gz"), size=0)]


def scanned_here(units: Iterable[Unit], folder: Path) -> dict[str, Done]:
    folder.mkdir()
    return {unit.id: work(unit, folder) for unit in units}


def told_once(results: Iterable[Done | Failed]) -> dict[str, Done]:
    told: dict[str, Done] = {}
    for done in results:
        assert isinstance(done, Done)
        assert done.unit.id not in told
        told[done.unit.id] = done
    return told


def rows_in(folder: Path) -> list[Row]:
    assert [path.name for path in folder.iterdir() if path.suffix != ".rows"] == []
    rows = [row for path in folder.glob("*.rows") for row in read_rows(path)]
    return sorted(rows, key=lambda row: (row.file, row.offset, row.number))


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


# --- what tasks do to themselves


def first_time(marks: Path, unit: Unit) -> bool:
    """Whether no attempt at this unit came here before."""
    try:
        (marks / unit.id).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def kill_executor() -> None:
    """Kill the Java process whose child this Python is, and this Python."""
    pid = os.getpid()
    while Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() != "java":
        pid = int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    os.kill(pid, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def killed_before_and_after(unit: Unit, *, rows_folder: Path, marks: Path, before: str, after: str) -> Done:
    """One unit's executor dies before anything is written, another's when all is written and nothing told."""
    first = first_time(marks, unit)
    if first and unit.file == before:
        kill_executor()
    done = work(unit, rows_folder)
    if first and unit.file == after:
        kill_executor()
    return done


def failing_once(unit: Unit, *, rows_folder: Path, marks: Path, name: str) -> Done:
    if unit.file == name and first_time(marks, unit):
        raise OSError("the disk had a bad moment")
    return work(unit, rows_folder)


FAULT, FULL, DEATH = "crawl-2.warc.gz", "crawl-5.warc.gz", "crawl-8.warc.gz"


def failing_each_time(unit: Unit) -> Done:
    if unit.file == FAULT:
        raise ValueError("this program has a fault")
    if unit.file == FULL:
        raise OSError(28, "No space left")
    if unit.file == DEATH:
        os.kill(os.getpid(), signal.SIGKILL)
    return Done(unit=unit)


def waiting_for(unit: Unit, *, name: str, sign: Path) -> Done:
    while unit.file == name and not sign.exists():
        signal.sigtimedwait([], 0.01)
    return Done(unit=unit)


def telling_its_task(unit: Unit) -> Done:
    context = pyspark.TaskContext.get()
    assert context is not None
    return Done(unit=unit, records=context.partitionId())


def only_done(unit: Unit) -> Done:
    return Done(unit=unit)


class Units:
    def the_rows_are_those_of_one_process(
        self, cluster: Any, units: list[Unit], rows_folder: Path, tmp_path: Path
    ) -> None:
        here = scanned_here(units, tmp_path / "here")
        told = told_once(run_units(MASTER, units, partial(work, rows_folder=rows_folder), folder=rows_folder))
        assert told == here
        assert rows_in(rows_folder) == rows_in(tmp_path / "here") != []
        damaged, missing = here[units[2].id], here[units[5].id]
        assert damaged.damage != ()
        assert damaged.rows > 0
        assert missing.error is not None

    def executors_that_are_killed_lose_and_double_nothing(
        self, cluster: Any, units: list[Unit], rows_folder: Path, tmp_path: Path
    ) -> None:
        here = scanned_here(units, tmp_path / "here")
        marks = tmp_path / "marks"
        marks.mkdir()
        dying = partial(
            killed_before_and_after, rows_folder=rows_folder, marks=marks, before=units[1].file, after=units[3].file
        )
        told = told_once(run_units(MASTER, units, dying, folder=rows_folder))
        assert told == here
        assert rows_in(rows_folder) == rows_in(tmp_path / "here")

    def a_task_that_fails_is_tried_again(
        self, cluster: Any, units: list[Unit], rows_folder: Path, tmp_path: Path
    ) -> None:
        here = scanned_here(units, tmp_path / "here")
        marks = tmp_path / "marks"
        marks.mkdir()
        failing = partial(failing_once, rows_folder=rows_folder, marks=marks, name=units[4].file)
        assert told_once(run_units(MASTER, units, failing, folder=rows_folder)) == here
        assert rows_in(rows_folder) == rows_in(tmp_path / "here")

    def units_that_fail_each_time_are_named_and_the_others_are_done(self, cluster: Any) -> None:
        units = [Unit(file=f"crawl-{number}.warc.gz", size=1) for number in range(9)]
        told = list(run_units(MASTER, units, failing_each_time))
        failed = {came.unit.file: came for came in told if isinstance(came, Failed)}
        assert sorted(failed) == [FAULT, FULL, DEATH]
        assert failed[FAULT].what.endswith("ValueError: this program has a fault\n")
        assert failed[FULL].what == "rows cannot be written: No space left"
        assert failed[DEATH].what == "what read it died, 2 times (Python worker exited unexpectedly (crashed))"
        assert [name for name, came in failed.items() if came.disk] == [FULL]
        assert sorted(came.unit.file for came in told) == sorted(unit.file for unit in units)

    def a_result_is_told_while_other_tasks_run(self, cluster: Any, tmp_path: Path) -> None:
        units = [Unit(file="short"), Unit(file="long")]
        sign = tmp_path / "sign"
        told = []
        for done in run_units(MASTER, units, partial(waiting_for, name="long", sign=sign)):
            told.append(done.unit.file)
            sign.touch()  # without it, `long` never ends
        assert told == ["short", "long"]

    def a_stop_cancels_what_is_under_way(self, cluster: Any, tmp_path: Path) -> None:
        units = [Unit(file="short"), Unit(file="long")]
        endless = partial(waiting_for, name="long", sign=tmp_path / "never")
        told: list[str] = []
        for done in run_units(MASTER, units, endless, stop=lambda: told != []):
            told.append(done.unit.file)  # noqa: PERF401
        assert told == ["short"]

    def small_units_share_a_task(self, cluster: Any) -> None:
        units = [Unit(file=f"{number}.warc.gz", size=1000) for number in range(200)]
        told = told_once(run_units(MASTER, units, telling_its_task))
        tasks = {done.records for done in told.values()}
        assert len(told) == 200
        assert 4 <= len(tasks) <= 20

    def no_more_units_are_taken_than_are_under_way(self, cluster: Any) -> None:
        taken = count()
        units = (Unit(file=f"{next(taken)}.warc.gz", size=1000) for _ in range(2500))
        told = set()
        for done in run_units(MASTER, units, only_done):
            told.add(done.unit.id)
            so_far = next(taken)
            taken = count(so_far)
            assert so_far - len(told) < 2100
        assert len(told) == 2500

    def a_folder_that_executors_do_not_share_is_an_error(self, cluster: Any, rows_folder: Path) -> None:
        def units() -> Iterator[Unit]:
            for mark in rows_folder.iterdir():  # as if executors saw another folder of this name
                mark.unlink()
            yield Unit(file="a.warc.gz")

        with pytest.raises(ClusterError, match="it has to be storage that all share"):
            list(run_units(MASTER, units(), only_done, folder=rows_folder))

    def paths_are_those_from_where_the_driver_is(
        self, cluster: Any, units: list[Unit], rows_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        unit = Unit(file=Path(units[0].file).name)
        (done,) = run_units(MASTER, [unit], partial(work, rows_folder=Path("rows")), folder=Path("rows"))
        assert isinstance(done, Done)
        assert (done.error, done.rows) == (None, len(rows_in(rows_folder)))

    def after_the_driver_was_killed_the_rest_is_done(self, cluster: Any, units: list[Unit], tmp_path: Path) -> None:
        here = scanned_here(units, tmp_path / "here")
        with Ledger(tmp_path / "scan") as ledger:
            ledger.add(units)
            rows_folder = ledger.rows_folder
        killed = subprocess.run(
            [sys.executable, "-c", DRIVER, str(tmp_path / "scan")],
            cwd=ROOT,
            env={**os.environ, "SPARK_LOCAL_DIRS": str(tmp_path), "PYSPARK_SUBMIT_ARGS": SUBMIT_ARGS},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
        with Ledger(tmp_path / "scan") as ledger:
            left = ledger.waiting()
            assert 0 < len(left) < len(units)
            runner = partial(run_units, MASTER, work=partial(work, rows_folder=rows_folder), folder=rows_folder)
            assert set(told_once(run(ledger, runner, stop=lambda: False))) == {unit.id for unit in left}
            done = {unit.id: done for name in (unit.file for unit in units) for unit, done in ledger.of_file(name)}
        assert done == here
        assert rows_in(rows_folder) == rows_in(tmp_path / "here")

    def the_command_makes_the_same_table(self, cluster: Any, units: list[Unit], tmp_path: Path) -> None:
        came = []
        for name, more in (("here", ["--processes", "1"]), ("there", ["--spark", MASTER])):
            files = [unit.file for unit in units[:-1]]
            ran = CliRunner().invoke(command, [*files, "-o", str(tmp_path / name), "--no-posts", *more])
            damage = [line for line in ran.stderr.splitlines() if "damaged" in line]
            rows = parquet.read_table(tmp_path / name / "mentions").to_pylist()
            came.append((ran.exit_code, damage, sorted(map(str, rows))))
        assert came[0] == came[1]
        code, damage, rows = came[0]
        assert (code, damage != [], rows != []) == (3, True, True)


# --- data frames


def page_in(encoding: str, declared: str) -> bytes:
    page = page_of(700).decode().replace("Gauge 700 is rising.", "Уровень воды снова растёт.")
    return page.replace("<title>", f'<meta charset="{declared}"><title>').encode(encoding)


PAGES: list[tuple[str, bytes | None, str | None]] = [
    ("https://town.example/1", page_of(1), "text/html; charset=utf-8"),
    ("https://town.example/2", page_of(2), None),
    ("https://town.example/none", b"<!DOCTYPE html><p>The gauge rose again.</p>", "text/html"),
    ("https://town.example/null", None, None),
    ("https://town.example/empty", b"", None),
    ("https://town.example/old", page_in("cp1251", "windows-1251"), "text/html"),
    (
        "https://town.example/text",
        "Promises do not hold water. – Vesna (@vesna_dam_eng) November 9, 2022".encode(),
        None,
    ),
    ("https://town.example/data", bytes(range(256)) * 8 + page_of(3) + bytes(5000), "text/html"),
]


def mentions_of(page: bytes, path: Path) -> list[dict[str, object]]:
    path.write_bytes(page)
    try:
        return [
            {"handle": one.handle, "post_id": one.post_id, "text": one.words, "date": one.date, "rule": one.rule,
             "selector": one.selector, "start": one.start, "end": one.end, "mention_id": one.id, "url": one.url,
             "confidence": one.confidence, "times": one.times, "platform": one.platform, "links": list(one.links)}
            for one in archiver.find(path)
        ]  # fmt: skip
    except archiver.ArchiverError:
        return []


def killing_first(pages: Iterable[Any], marks: Path) -> Iterator[Any]:
    """The executor that comes to the last page first dies there."""
    for page in pages:
        if page[0] == PAGES[-1][0] and first_time(marks, Unit(file=page[0])):
            kill_executor()
        yield page


SCHEMA = "address string, body binary, type string"


class Frames:
    def each_page_has_the_mentions_that_find_gives_and_a_killed_executor_changes_nothing(
        self, cluster: Any, tmp_path: Path
    ) -> None:
        rows = cluster.sparkContext.parallelize(PAGES, 4).mapPartitions(partial(killing_first, marks=tmp_path))
        pages = cluster.createDataFrame(rows, SCHEMA)
        found: dict[str, list[dict[str, object]]] = {}
        for row in find_posts(pages, content="body", url="address", content_type="type").collect():
            of_page = found.setdefault(row.page_url, [])
            assert row.number == len(of_page)
            of_page.append(row.asDict())
        assert len(list(tmp_path.iterdir())) == 1  # it was killed
        for address, page, _ in PAGES:
            expected = mentions_of(page, tmp_path / "page") if page else []
            assert [{name: one[name] for name in expected[0]} for one in found.get(address, [])] == expected
        assert {address for address, mentions in found.items() if mentions} >= {PAGES[0][0], PAGES[5][0], PAGES[6][0]}
        assert found[PAGES[0][0]][0]["post_key"] == "x:1590183995124941164"

    def the_schema_is_typed_and_columns_are_kept_as_they_are(self, cluster: Any) -> None:
        pages = cluster.createDataFrame(
            [(["a", "b"], 7, page_of(1).decode(), "2026-11-09T10:00:00Z"), ([], 8, page_of(2).decode(), "one day")],
            "`the.tags` array<string>, n int, content string, fetched string",
        )
        found = find_posts(pages, url=None, captured_at="fetched", keep=["the.tags", "n"])
        kinds = dict(found.dtypes)
        assert list(kinds)[:5] == ["the.tags", "n", "page_url", "captured_at", "page_host"]
        assert [kinds[name] for name in ("the.tags", "n", "captured_at", "number", "links", "confidence")] == [
            "array<string>", "int", "timestamp", "bigint", "array<string>", "double",
        ]  # fmt: skip
        rows = found.where("number = 0").orderBy("n").collect()
        assert [(row["the.tags"], row.n, row.page_url, str(row.captured_at)) for row in rows] == [
            (["a", "b"], 7, None, "2026-11-09 10:00:00"),
            ([], 8, None, "None"),
        ]

    def what_a_string_says_of_its_encoding_is_not_obeyed(self, cluster: Any) -> None:
        page = page_in("utf-8", "windows-1251").decode()
        pages = cluster.createDataFrame([(page, "text/html; charset=koi8-r")], "content string, type string")
        found = find_posts(pages, url=None, content_type="type").collect()
        assert "Уровень воды снова растёт." in found[0].text

    def a_page_that_cannot_be_read_says_why_where_it_is_asked_for(self, cluster: Any) -> None:
        pages = cluster.createDataFrame([PAGES[0], PAGES[3], PAGES[7]], SCHEMA)
        rows = find_posts(pages, content="body", url="address", problems=True).orderBy("page_url").collect()
        assert [(row.page_url, row.problem is None, row.platform) for row in rows] == [
            (PAGES[0][0], True, "x"),
            (PAGES[0][0], True, "x"),
            (PAGES[7][0], False, None),
        ]

    def columns_that_cannot_be_used_are_refused(self, cluster: Any) -> None:
        pages = cluster.createDataFrame([("<p>", 1, "")], "content string, n int, rule string")
        refused: list[tuple[dict[str, Any], str]] = [
            ({"content": "html"}, "html: there is no such column"),
            ({"content": "n"}, "n: a page is bytes or a string, not int"),
            ({"url": "address"}, "address: there is no such column"),
            ({"keep": ["rule"]}, "rule: the result has a column of this name (rename it first)"),
            ({"keep": ["n", "n"]}, "n: the result has a column of this name (rename it first)"),
        ]
        for arguments, error in refused:
            with pytest.raises(UsageError) as caught:
                find_posts(pages, **{"url": None, **arguments})
            assert str(caught.value) == error

    def the_example_in_the_documentation_works(self, cluster: Any, tmp_path: Path) -> None:
        text = (ROOT / "docs" / "scan.md").read_text(encoding="utf-8")
        example = text.partition("### Within your own Spark job")[2].partition("```python\n")[2].partition("```")[0]
        cluster.createDataFrame(
            [(address, body, kind, "2026-11-09T10:00:00Z", "town") for address, body, kind in PAGES],
            "url string, content binary, content_type string, fetched string, site string",
        ).write.parquet(str(tmp_path / "pages.parquet"))
        names: dict[str, Any] = {"spark": cluster}
        exec(example.replace('parquet("', f'parquet("{tmp_path}/'), names)  # the documentation's own code
        most = cluster.read.parquet(str(tmp_path / "most-cited.parquet")).collect()
        assert {row.post_key for row in most} >= {"x:1590183995124941164"}


# --- on one cluster


def given(name: str, cluster: Any, folder: Path, patch: pytest.MonkeyPatch) -> Any:
    """What a scenario asks for by the name of its argument."""
    match name:
        case "units":
            return units_in(folder)
        case "rows_folder":
            return made(folder / "rows")
        case "monkeypatch":
            return patch
    return cluster if name == "cluster" else folder


def test_on_a_cluster(cluster: Any, tmp_path: Path, subtests: pytest.Subtests) -> None:
    """One test, so that processes that share the tests out do not begin a cluster each."""
    for scenarios in (Units(), Frames()):
        for name, scenario in inspect.getmembers(scenarios, inspect.ismethod):
            folder = made(tmp_path / name)
            with subtests.test(name), pytest.MonkeyPatch.context() as patch:
                wanted = inspect.signature(scenario).parameters
                scenario(**{one: given(one, cluster, folder, patch) for one in wanted})


# --- what is missing


def run_python(code: str, **environment: str) -> str:
    """What a fresh Python without a session says."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


ASK = """
import sys
from archiver.errors import ArchiverError
from archiver.scan.spark import run_units
if {hide}:
    sys.modules["pyspark"] = sys.modules["pyspark.errors"] = None
try:
    list(run_units("{master}", [], print))
except ArchiverError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("hide", "master", "says"),
    [
        (True, "local[1]", "a cluster needs PySpark (pip install 'archiver[spark]')"),
        (False, "local[1]", "Spark needs Java, and there is none (Debian: apt install default-jre-headless;"),
        (False, "sc://host", "sc://host: Spark Connect cannot run tasks of its own (name the cluster's own master)"),
    ],
)
def test_what_is_missing_is_named_with_what_brings_it(hide: bool, master: str, says: str) -> None:
    assert run_python(ASK.format(hide=hide, master=master), PATH="").startswith(says)


def test_what_python_said_in_an_executor_is_told_in_short() -> None:
    error = Exception(
        "An exception was thrown from the Python worker:\nTraceback (most recent call last):\n  File 'a.py', line 1\n"
        "archiver.errors.InputError: no page\n\n\tat org.apache.spark.Some.java\nDriver stacktrace:"
    )
    assert in_short(error) == "An exception was thrown from the Python worker: archiver.errors.InputError: no page"
    assert in_short(Exception("x" * 400)) == "x" * 300 + "…"


def test_what_an_executor_loads_has_no_spark_tables_or_network() -> None:
    """Each of its Python processes does: they are many."""
    code = (
        "import sys, archiver.scan.spark, archiver.scan.work;"
        "print([name for name in ('pyspark', 'pyarrow', 'duckdb', 'httpx', 'click', 'rich') if name in sys.modules])"
    )
    assert run_python(code) == "[]\n"
