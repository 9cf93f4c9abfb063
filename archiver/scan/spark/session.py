"""A Spark session: the one that the process has, or a new one for a master."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.errors import ClusterError, UsageError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

INSTALL = "pip install 'archiver[spark]'"
MAX_TOLD = 300
"""Characters of what Spark says that an error repeats."""


@contextmanager
def spark_session(master: str, *, name: str = "archiver scan") -> Iterator[SparkSession]:
    """The Spark session of this process; where there is none, one for `master`, which is stopped at the end.

    Settings come from where Spark's own do: `spark-submit --conf`, `spark-defaults.conf` in `SPARK_CONF_DIR`. The
    executors' Python is `PYSPARK_PYTHON`, or this one where that is not set.

    Arguments: `master`, as Spark spells it: `local[4]`, `spark://HOST:7077`, `yarn`, `k8s://https://HOST:PORT`; it is
    not looked at where a session is there. `name`, of the application.

    Raises `UsageError` where PySpark or Java is missing or `master` is none; `ClusterError` where no session begins.

    Source: https://spark.apache.org/docs/latest/submitting-applications.html
    """
    if master.startswith("sc://"):
        raise UsageError(
            "Spark Connect cannot run tasks of its own", subject=master, hint="name the cluster's own master"
        )
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise UsageError("a cluster needs PySpark", hint=INSTALL) from None
    try:
        yield SparkSession.active()
        return
    except PySparkRuntimeError as error:
        if error.getCondition() != "NO_ACTIVE_OR_DEFAULT_SESSION":
            raise
    session = _begin(SparkSession.builder, master, name)
    try:
        yield session
    finally:
        with suppress(Exception):  # Spark may be what failed
            session.sparkContext.setLogLevel("OFF")  # of tasks that end with it
        session.stop()


def _begin(builder: Any, master: str, name: str) -> SparkSession:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    if not _has_java():
        raise UsageError(
            "Spark needs Java, and there is none",
            hint="Debian: apt install default-jre-headless; elsewhere a Java 17 or later, with JAVA_HOME",
        )
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    on_interrupt = signal.getsignal(signal.SIGINT)
    try:
        # Spark's own progress bar would write across the caller's
        session: SparkSession = (
            builder.master(master).appName(name).config("spark.ui.showConsoleProgress", "false").getOrCreate()
        )
    except (PySparkException, Py4JError, OSError) as error:
        raise ClusterError(
            f"no Spark session begins: {in_short(error)}",
            subject=master,
            hint="the master's name, its reach, or a Java older than 17; what Spark printed says more",
        ) from error
    finally:
        # Spark puts its own in the place of the caller's
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, on_interrupt)
    return session


def _has_java() -> bool:
    """Where a Java is, by the rules of Spark's `bin/spark-class`; one may run already (`spark-submit`)."""
    if "PYSPARK_GATEWAY_PORT" in os.environ:
        return True
    if home := os.environ.get("JAVA_HOME"):
        return os.access(Path(home) / "bin" / "java", os.X_OK)
    return shutil.which("java") is not None


def in_short(error: BaseException) -> str:
    """What Spark says, in one line without its stack."""
    text = said(error)
    line = next((line.strip() for line in text.splitlines() if line.strip()), type(error).__name__)
    if line.endswith(":") and (came := _LAST.findall(text)):
        line = f"{line} {came[-1].strip()}"
    return line if len(line) <= MAX_TOLD else line[:MAX_TOLD] + "…"


_LAST = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception|Warning)\b.*", re.MULTILINE)
"""What a traceback of Python ends with."""


def said(error: BaseException) -> str:
    """All that Spark says: of an error in Java its message, without the place in this program that called it."""
    from py4j.protocol import Py4JError, Py4JJavaError

    if isinstance(error, Py4JJavaError):
        try:
            return str(error.java_exception.getMessage() or error.java_exception.toString())
        except (Py4JError, OSError):
            return "the Java process is gone"
    return str(error) or type(error).__name__
