"""A data frame of pages to a data frame of the posts that they cite, within other people's Spark jobs."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from archiver.article import MAX_DOCUMENT, article_of, too_large
from archiver.article.encoding import decode
from archiver.detect import find
from archiver.errors import ArchiverError, UsageError
from archiver.exporting.columns import Kind
from archiver.http1 import media_type
from archiver.scan.pagetime import PageTime
from archiver.scan.prefilter.passing import Prefilter
from archiver.scan.rows import COLUMNS, row_of
from archiver.scan.unit import Page

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame
    from pyspark.sql.types import DataType, StructType

_NOT_HERE = ("file", "offset", "record_id", "record_type", "page_url", "captured_at")
"""Columns of the table of mentions that say where a page is stored, or come from the caller's own columns."""

FOUND = tuple(column for column in COLUMNS if column.name not in _NOT_HERE)
"""The columns that detection fills."""

PROBLEM = "problem"


def find_posts(
    pages: DataFrame,
    *,
    content: str = "content",
    url: str | None = "url",
    content_type: str | None = None,
    captured_at: str | None = None,
    keep: Sequence[str] = (),
    problems: bool = False,
) -> DataFrame:
    """The posts that pages cite: one row a mention, the same as `archiver.find` gives for the page.

    Nothing is read or computed before an action, and no session is made. Executors need archiver, not more.

    Arguments, all names of columns of `pages`:
        content: the page. Bytes as they were served, or a string; HTML, or the text of an article. Null: no page.
        url: its address; None where there is none. `page_url` of the result.
        content_type: its `Content-Type`, whose charset is obeyed (of a string it is not).
        captured_at: when it was captured, a time or a string of one; `captured_at` of the result, null where it cannot
            be read.
        keep: columns that the result has too, first and as they are.
        problems: whether a page that cannot be read is a row as well: its `problem` says why, and all that detection
            fills is null. In all other rows `problem` is null. Each page is decoded for it. Without it such pages have
            no rows; those at which archiver itself fails are in the executors' logs.

    Result: `keep`, `page_url`, `captured_at` where it is asked for, then the columns of the table of mentions
    (docs/scan.md) from `page_host` on. Rows of a page come together, in document order (`number`); the order of pages
    is Spark's.

    Raises `UsageError` where a column is missing, has a type that is no page, or is there twice.

    Source: https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.functions.udf.html
    """
    from pyspark.sql import functions
    from pyspark.sql.types import ArrayType, BinaryType, StringType

    _check(pages, content, url, content_type, captured_at, keep)
    kind = pages.schema[content].dataType
    if not isinstance(kind, BinaryType | StringType):
        raise UsageError(f"a page is bytes or a string, not {kind.simpleString()}", subject=content)

    def column(name: str | None, wanted: str) -> Column:
        return functions.lit(None).cast(wanted) if name is None else pages[_quoted(name)].cast(wanted)

    # rows, not Arrow: Spark sends a hundred at a time, where Arrow's batches are bounded by bytes from Spark 4.1 on
    # only; and the columns that are kept need not go through Python
    detect = functions.udf(
        _found_or_problem if problems else _found, ArrayType(_schema(problems), containsNull=False), useArrow=False
    )
    found = detect(pages[_quoted(content)], column(url, "string"), column(content_type, "string"))
    columns = [pages[_quoted(name)] for name in keep]
    columns.append(column(url, "string").alias("page_url"))
    if captured_at is not None:
        columns.append(_time(pages, captured_at).alias("captured_at"))
    return pages.select(*columns, functions.inline(found))


def _check(
    pages: DataFrame,
    content: str,
    url: str | None,
    content_type: str | None,
    captured_at: str | None,
    keep: Sequence[str],
) -> None:
    for name in (content, url, content_type, captured_at, *keep):
        if name is not None and pages.columns.count(name) != 1:
            problem = (
                "there is no such column" if name not in pages.columns else "there are several columns of this name"
            )
            raise UsageError(problem, subject=name)
    own = {"page_url", PROBLEM, *(column.name for column in FOUND)} | ({"captured_at"} if captured_at else set())
    for name in keep:
        if name in own or list(keep).count(name) > 1:
            raise UsageError("the result has a column of this name", subject=name, hint="rename it first")


def _schema(problems: bool) -> StructType:
    from pyspark.sql.types import (
        ArrayType,
        BooleanType,
        DoubleType,
        LongType,
        StringType,
        StructField,
        StructType,
        TimestampType,
    )

    kinds: dict[Kind, DataType] = {
        Kind.TEXT: StringType(),
        Kind.INTEGER: LongType(),
        Kind.NUMBER: DoubleType(),
        Kind.BOOLEAN: BooleanType(),
        Kind.TIME: TimestampType(),
        Kind.TEXTS: ArrayType(StringType(), containsNull=False),
    }
    fields = [StructField(column.name, kinds[column.kind]) for column in FOUND]
    return StructType([*fields, StructField(PROBLEM, StringType())] if problems else fields)


def _time(pages: DataFrame, name: str) -> Column:
    from pyspark.sql import functions
    from pyspark.sql.types import StringType

    if isinstance(pages.schema[name].dataType, StringType):
        # an ordinary cast fails the job where it cannot be read (`spark.sql.ansi.enabled`)
        return functions.expr(f"try_cast({_quoted(name)} AS timestamp)")
    return pages[_quoted(name)].cast("timestamp")


def _quoted(name: str) -> str:
    """A column's name as Spark reads it whatever is in it: a point is no field of a structure."""
    return "`" + name.replace("`", "``") + "`"


@lru_cache(maxsize=1)
def _prefilter() -> Prefilter:
    return Prefilter()


_Values = tuple[Any, ...]


def _found(content: bytes | bytearray | str | None, url: str | None, content_type: str | None) -> list[_Values]:
    """What one page has: values of `FOUND`."""
    if content is None:
        return []
    try:
        return _mentions(*_page(content, content_type), url)
    except ArchiverError:
        return []
    except Exception:
        # one page does not fail a job of millions
        logging.getLogger(__name__).exception("archiver failed at a page: %s", url)
        return []


def _found_or_problem(
    content: bytes | bytearray | str | None, url: str | None, content_type: str | None
) -> list[_Values]:
    """The same, each with null behind it; or what is wrong with the page."""
    if content is None:
        return []
    try:
        data, content_type = _page(content, content_type)
        mentions = _mentions(data, content_type, url)
        if not mentions:
            if len(data) > MAX_DOCUMENT:
                raise too_large("")
            decode(data, source="", content_type=content_type or None)
    except ArchiverError as error:
        what = error.problem
    except Exception as error:
        what = f"archiver itself failed: {type(error).__name__}: {error}"
    else:
        return [(*values, None) for values in mentions]
    return [(*(None for _ in FOUND), what)]


def _page(content: bytes | bytearray | str, content_type: str | None) -> tuple[bytes, str]:
    """A page as bytes, and its type."""
    if isinstance(content, str):
        # what it was encoded in before it became a string, the page and its header may say: it is not so any more
        return content.encode("utf-8", "replace"), f"{media_type(content_type)}; charset=utf-8"
    return bytes(content), content_type or ""


def _mentions(data: bytes, content_type: str, url: str | None) -> list[_Values]:
    """Raises `InputError` where it is no page, `LimitError` where it takes too long."""
    with PageTime() as time:
        return time.of(partial(_looked, data, content_type, url))


def _looked(data: bytes, content_type: str, url: str | None) -> list[_Values]:
    if not _prefilter().may_hold_posts(data, content_type):
        return []
    article = article_of(data, source=url or "", uri=url or None, content_type=content_type or None)
    page = Page(
        offset=0,
        record_id="",
        record_type="resource",
        target_uri=url or "",
        date="",
        content_type=content_type,
        data=b"",
    )
    rows = [row_of("", page, article, number, mention) for number, mention in enumerate(find(article))]
    return [tuple(_value(getattr(row, column.name)) for column in FOUND) for row in rows]


def _value(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
