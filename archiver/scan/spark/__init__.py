"""The same scan on a cluster (Apache Spark), and detection for data frames of other people's jobs.

session   the Spark session: the one that is there, or one for a master
running   units as tasks of a cluster, each result told as soon as its task is done
frames    a data frame of pages to a data frame of the posts that they cite

PySpark and Java are needed by those who call it, and loaded when they do (`pip install 'archiver[spark]'`). Executors
import this package too: what they run must not load more than detection does.
"""

from __future__ import annotations

from archiver.scan.spark.frames import find_posts
from archiver.scan.spark.running import run_units
from archiver.scan.spark.session import spark_session

__all__ = ["find_posts", "run_units", "spark_session"]
