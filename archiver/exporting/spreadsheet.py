"""CSV as RFC 4180 says, with nothing in it that a spreadsheet would run.

What archives hold comes from strangers, and spreadsheets take a cell that begins like a formula for one. Such a cell
gets an apostrophe in front (OWASP, "CSV Injection"), which spreadsheets do not show. It is the one thing that CSV does
not give back as it was: JSON lines and Parquet do.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from archiver.model import to_json

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
"""What spreadsheets take for a formula, also in the full-width forms of East Asian input."""


def cell(value: Any) -> Any:
    """A value for CSV: text that a spreadsheet would run gets an apostrophe; numbers stay numbers."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, int | float):
        return value
    text = plain(value)
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def plain(value: Any) -> str:
    """A field's value as text: a list of strings with spaces between them, other lists and objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return " ".join(value)
    if isinstance(value, list | tuple | dict):
        return to_json(value).decode()
    return str(value)


def line(cells: Iterable[Any]) -> str:
    """One record after RFC 4180: commas, quotes where needed and doubled inside, CRLF."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()
