"""What commands print, and in which form: tables for people, JSON lines, JSON or CSV for programs.

Results go to one stream (standard output), everything else (notes, errors, progress) to another (standard error).
What is printed comes from strangers: display names and post texts that were written to be looked at, and some of them
to deceive. So, for each place that text goes to:

- a terminal obeys control characters (ECMA-48): they are shown as pictures and never sent. Letters of right-to-left
  scripts reorder what stands beside them: a cell that has some is isolated (UAX #9: FSI … PDI, closed on each line);
  embeddings, overrides and isolates of the text itself are shown, not sent;
- a spreadsheet runs cells that begin like a formula: they get an apostrophe (OWASP, "CSV Injection");
- JSON says all of it in strings; what a terminal or a line-splitting reader would obey is written as `\\uXXXX`.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Any, Protocol, TextIO, cast

import msgspec
from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderResult
from rich.measure import Measurement
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text

from archiver.errors import ArchiverError, ExitCode, LimitError
from archiver.exporting import spreadsheet
from archiver.model import Noun, to_json

PAGE_ROWS = 1000
"""A table is measured and printed in pages of so many rows: memory stays bounded, the first rows come early."""

CELL_LINES = 4
"""A longer text is cut in a table; the other formats have all of it."""

WHOLE_WIDTH = 24
"""The widest that a column which is not broken may be; handles, ids and places of ours are shorter."""

REDRAW_SECONDS = 0.1
"""A progress bar is drawn again at most this often; terminals over slow lines are the bottleneck otherwise."""

SPEED_SECONDS = 600.0
"""The time that is left is told by the speed of the last minutes: hosts are asked a few times a minute."""

FSI, PDI = "\u2068", "\u2069"
"""First strong isolate and its end: what is inside finds its own direction and does not touch what is outside."""

_SPACES = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029 ]+")
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
"""Bidi classes (UAX #9, table 4) that reorder what stands beside them."""


class Format(StrEnum):
    """The forms of output; the value is what `--format` takes."""

    TABLE = "table"
    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"


class Column(msgspec.Struct, frozen=True):
    """One column of a table or CSV file: which field of a row, and how it looks."""

    key: str
    """The field's name; with dots into nested objects (`post.handle`)."""
    title: str = ""
    """The table's heading; without one, the key in words. The CSV heading is always the key."""
    table: bool = True
    """False for a field that only programs want: it is in CSV, not in a table."""
    right: bool = False
    """Flush right, for numbers."""
    whole: bool = False
    """In a narrow table other columns give way: for names and places that nobody can read in pieces."""
    show: Callable[[Any], Any] | None = None
    """How a table shows the value, where it can be shorter than for programs; CSV has the value itself."""
    styles: Mapping[str, str] = {}
    """Value → rich style, such as `{"deleted": "red"}`; colour never says what the text does not."""

    @property
    def heading(self) -> str:
        return self.title or self.key.rpartition(".")[2].replace("_", " ")


class Advance(Protocol):
    """Tells a progress bar that `steps` more are done, and what is being done now."""

    def __call__(self, steps: int = 1, label: str | None = None) -> None: ...


def visible(text: str) -> str:
    """`text` as one line that a terminal shows and does not obey.

    White space of any kind becomes one space; control characters become their pictures (ESC: `␛`), C1 controls and bidi
    embeddings, overrides and isolates become `⟨U+XXXX⟩`, lone surrogates U+FFFD.
    """
    return _UNSAFE.sub(_picture, _SPACES.sub(" ", text))


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)  # Unicode block Control Pictures
    if code == 0x7F:
        return "\u2421"
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return f"⟨U+{code:04X}⟩"


def isolated(line: str) -> str:
    """`line` (from `visible`), wrapped in FSI … PDI where it has letters that would reorder what stands beside it."""
    if line.isascii() or not any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in line):
        return line
    return f"{FSI}{line}{PDI}"


def json_line(item: Noun | Mapping[str, Any]) -> str:
    """`item` as JSON on one line, whatever a reader takes for a line end, with nothing that a terminal would obey."""
    return escaped_json(to_json(item).decode())


def escaped_json(text: str) -> str:
    """JSON with nothing that a terminal would obey."""
    # such characters can only stand inside strings here, where the escape means the same (RFC 8259, section 7)
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def pictured_lines(text: str) -> str:
    """Lines of text with pictures of what a terminal would obey; line ends and tabs stay."""
    return _UNSAFE.sub(lambda match: match[0] if match[0] in "\t\r\n" else _picture(match), text)


def _ascii_json(text: str) -> str:
    """JSON for a stream that cannot carry UTF-8."""

    def escape(match: re.Match[str]) -> str:
        units = match[0].encode("utf-16-be").hex()
        return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))

    return _NOT_ASCII.sub(escape, text)


def _field(row: Any, key: str) -> Any:
    """`row["a"]["b"]` for `a.b`; null where anything on the way is missing."""
    for part in key.split("."):
        if not isinstance(row, dict):
            return None
        row = row.get(part)
    return row


def _shown(column: Column, row: Any) -> Any:
    value = _field(row, column.key)
    return column.show(value) if column.show and value is not None else value


class _Cell:
    """One table cell: wrapped, then isolated line by line, because each terminal line is a paragraph of its own."""

    def __init__(self, text: str, style: str = "", *, whole: bool = False) -> None:
        self._text = text
        self._whole = whole
        self._style = Style.parse(style) if style else None

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        width = cell_len(self._text[: options.max_width * CELL_LINES])
        if self._whole:
            width = min(width, WHOLE_WIDTH)
        return Measurement(min(width, 8), width).with_maximum(options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(options.max_width, 1)
        # cut before wrapping: the cost must not grow with a text that is not shown
        room = width * CELL_LINES + 1
        lines = [line.plain.rstrip() for line in Text(self._text[:room]).wrap(console, width, overflow="fold")]
        if len(lines) > CELL_LINES or len(self._text) > room:
            lines = lines[:CELL_LINES]
            lines[-1] = set_cell_size(lines[-1], min(cell_len(lines[-1]), width - 1)).rstrip() + "…"
        for line in lines or [""]:
            if options.justify == "right":
                yield Segment(" " * (width - cell_len(line)))
            yield Segment(isolated(line), self._style)
            yield Segment.line()


class Output:
    """Where a command's results and messages go.

    `fmt` is the form of the results: by default a table on a terminal and JSON lines anywhere else. `stream` and
    `messages` default to standard output and standard error; whether each is a terminal is asked of it unless told.
    """

    def __init__(
        self,
        fmt: Format | str | None = None,
        stream: TextIO | None = None,
        *,
        messages: TextIO | None = None,
        is_tty: bool | None = None,
        messages_tty: bool | None = None,
        width: int | None = None,
    ) -> None:
        # Python has no stream at all where the shell closed it (`>&-`).
        self._stream: TextIO = stream or sys.stdout or cast(TextIO, _Nowhere())
        self._messages: TextIO = messages or sys.stderr or cast(TextIO, _Nowhere())
        self.is_tty = _is_terminal(self._stream) if is_tty is None else is_tty
        self.messages_tty = _is_terminal(self._messages) if messages_tty is None else messages_tty
        self.format = Format(fmt) if fmt else (Format.TABLE if self.is_tty else Format.JSONL)
        self._width = width or shutil.get_terminal_size((100, 24)).columns
        self._progress: Progress | None = None

    # results

    def rows(
        self,
        columns: Sequence[Column | str],
        items: Iterable[Noun | Mapping[str, Any]],
        *,
        empty: str = "",
    ) -> int:
        """Print `items` as they come and return how many there were.

        `columns` choose the fields of a table and of CSV; JSON has every field. `empty` is a note for people, for when
        there is nothing.

        Raises `LimitError` where the stream takes no more (disk full). When the reader of a pipe has gone, the program
        ends (`SystemExit`), as any filter does: nobody is left to tell.
        """
        chosen = [column if isinstance(column, Column) else Column(column) for column in columns]
        count = 0

        def counted() -> Iterator[Noun | Mapping[str, Any]]:
            nonlocal count
            for item in items:
                count += 1
                yield item

        escape = self.format in (Format.JSON, Format.JSONL) and not _carries_unicode(self._stream)
        for text in self._texts(chosen, counted()):
            self._write(_ascii_json(text) if escape else text)
        if not count and empty:
            self.note(empty)
        return count

    def lines(self, lines: Iterable[str]) -> None:
        """Print prose or an outline as results, whatever the format; spaces at the beginning of a line are kept.

        Raises as `rows` does.
        """
        for line in lines:
            text = line.lstrip(" ")
            self._write(line[: len(line) - len(text)] + isolated(visible(text)) + "\n")

    def passage(self, runs: Iterable[tuple[str, str]]) -> None:
        """Print text whose stretches have styles (text, rich style), with its line breaks, wrapped by the terminal.

        Raises as `rows` does.
        """
        text = Text()
        for raw, style in runs:
            for number, line in enumerate(raw.split("\n")):
                text.append("\n" if number else "")
                text.append(isolated(visible(line)), style or None)
        drawn = io.StringIO()
        self._console(drawn).print(text, soft_wrap=True, end="")
        self._write(drawn.getvalue())

    def _texts(self, columns: Sequence[Column], items: Iterator[Noun | Mapping[str, Any]]) -> Iterator[str]:
        match self.format:
            case Format.TABLE:
                return self._as_table([column for column in columns if column.table], items)
            case Format.CSV:
                return self._as_csv(columns, items)
            case Format.JSON:
                return _as_json(items)
            case Format.JSONL:
                return (json_line(item) + "\n" for item in items)

    def _as_csv(self, columns: Sequence[Column], items: Iterator[Noun | Mapping[str, Any]]) -> Iterator[str]:
        yield spreadsheet.line(column.key for column in columns)
        for item in items:
            row = msgspec.to_builtins(item)
            cells = [spreadsheet.cell(_field(row, column.key)) for column in columns]
            if self.is_tty:
                cells = [isolated(visible(cell)) if isinstance(cell, str) else cell for cell in cells]
            yield spreadsheet.line(cells)

    def _as_table(self, columns: Sequence[Column], items: Iterator[Noun | Mapping[str, Any]]) -> Iterator[str]:
        page = self._new_page(columns)
        try:
            for item in items:
                row = msgspec.to_builtins(item)
                texts = [(column, visible(spreadsheet.plain(_shown(column, row)))) for column in columns]
                page.add_row(*(_Cell(text, column.styles.get(text, ""), whole=column.whole) for column, text in texts))
                if page.row_count == PAGE_ROWS:
                    yield self._render(page)
                    page = self._new_page(columns)
        except (Exception, KeyboardInterrupt):
            # what was done before the job failed or was interrupted is shown
            yield self._render(page)
            raise
        yield self._render(page)

    def _new_page(self, columns: Sequence[Column]) -> Table:
        lines = box.SIMPLE_HEAD if _carries_unicode(self._stream) else box.ASCII
        table = Table(box=lines, show_edge=False, pad_edge=False, header_style="bold")
        for column in columns:
            justify: JustifyMethod = "right" if column.right else "left"
            table.add_column(Text(column.heading), justify=justify, no_wrap=column.whole)
        return table

    def _render(self, table: Table) -> str:
        text = io.StringIO()
        if table.row_count:
            self._console(text).print(table)
        return text.getvalue()

    def _console(self, file: TextIO) -> Console:
        return Console(
            file=file,
            force_terminal=self.is_tty,
            width=self._width,
            markup=False,
            highlight=False,
            emoji=False,
            legacy_windows=False,
        )

    # messages

    def note(self, text: str) -> None:
        """One line for people, beside the results: line breaks in `text`, which strangers may have written, make no
        other."""
        self._say(isolated(visible(text)))

    def at_once(self, text: str) -> None:
        """A line for people from a signal handler: past the buffers, one of which may be in the middle of a write."""
        with suppress(OSError, ValueError):
            erase = "\r\x1b[K" if self.messages_tty else ""  # what a progress bar has drawn (ECMA-48: EL)
            os.write(self._messages.fileno(), f"{erase}{text}\n".encode(_encoding(self._messages), "replace"))

    def error(self, error: ArchiverError) -> None:
        """What went wrong and what to do next, on one line."""
        self._say("error: " + isolated(visible(str(error))))

    def _say(self, line: str) -> None:
        with self._without_bar():
            try:
                self._messages.write(_encodable(line + "\n", self._messages))
                self._messages.flush()
            except (OSError, ValueError):
                # the messages have nowhere to go (closed, disk full): the results are what matters
                pass

    @contextmanager
    def progress(self, total: int | None, label: str, *, in_bytes: bool = False) -> Iterator[Advance]:
        """A progress bar for people, gone when it is done; nothing where messages do not go to a terminal.

        `total` is the number of steps, null where it is not known; `in_bytes`: a step is a byte, and the rate is shown,
        too. Gives a function that tells of steps done.
        """
        if not self.messages_tty or self._progress is not None:
            yield _no_bar
            return
        console = Console(file=self._messages, force_terminal=True, markup=False, highlight=False, emoji=False)
        bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            *((DownloadColumn(), TransferSpeedColumn()) if in_bytes else (MofNCompleteColumn(),)),
            TimeElapsedColumn(),
            *((TextColumn("left"), TimeRemainingColumn()) if total else ()),
            console=console,
            transient=True,
            speed_estimate_period=SPEED_SECONDS,
            auto_refresh=False,  # no thread of its own, so nothing is drawn between the two halves of a row
            redirect_stdout=False,
            redirect_stderr=False,
        )
        task = bar.add_task(visible(label), total=total)
        drawn = 0.0

        def advance(steps: int = 1, label: str | None = None) -> None:
            nonlocal drawn
            bar.update(task, advance=steps, description=None if label is None else isolated(visible(label)))
            if (now := time.monotonic()) - drawn >= REDRAW_SECONDS:
                drawn = now
                bar.refresh()

        self._progress = bar
        bar.start()
        try:
            yield advance
        finally:
            bar.stop()
            self._progress = None

    @contextmanager
    def _without_bar(self) -> Iterator[None]:
        """Take the progress bar away while a line is written to the same terminal."""
        bar = self._progress
        if bar is None:
            yield
            return
        bar.stop()
        try:
            yield
        finally:
            bar.start()

    def _write(self, text: str) -> None:
        with self._without_bar():
            try:
                self._stream.write(_encodable(text, self._stream))
                self._stream.flush()
            except BrokenPipeError:
                discard(self._stream)
                raise SystemExit(ExitCode.DONE) from None
            except OSError as error:
                discard(self._stream)
                raise LimitError(f"the output cannot be written: {error.strerror}") from None


class _Nowhere(io.TextIOBase):
    """A stream that nobody reads."""

    def write(self, text: str, /) -> int:
        return len(text)


def _no_bar(steps: int = 1, label: str | None = None) -> None:
    """Progress where nobody watches."""


def _as_json(items: Iterator[Noun | Mapping[str, Any]]) -> Iterator[str]:
    """One JSON array, an item per line; whole also where the job failed or was interrupted."""
    first = True
    try:
        for item in items:
            yield ("[\n" if first else ",\n") + json_line(item)
            first = False
    except (Exception, KeyboardInterrupt):
        yield "[]\n" if first else "\n]\n"
        raise
    yield "[]\n" if first else "\n]\n"


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def _encoding(stream: TextIO) -> str:
    return (getattr(stream, "encoding", None) or "utf-8").lower()


def _carries_unicode(stream: TextIO) -> bool:
    return _encoding(stream).startswith("utf")


def _encodable(text: str, stream: TextIO) -> str:
    """`text` with what the stream's encoding lacks written as `\\uXXXX`: an old locale is no reason to fail."""
    if _carries_unicode(stream):
        return _SURROGATE.sub("\ufffd", text)
    encoding = _encoding(stream)
    return text.encode(encoding, "backslashreplace").decode(encoding)


def discard(stream: TextIO) -> None:
    """Let whatever is still buffered go nowhere, so that the interpreter's flush at exit finds no broken pipe."""
    try:
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, stream.fileno())
        os.close(devnull)
    except (OSError, ValueError):
        pass  # not a file (a test's buffer): nothing is flushed at exit
