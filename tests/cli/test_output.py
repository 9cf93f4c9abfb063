"""What commands print: each form is what its readers expect, and no text from strangers can drive the terminal.

Invariant of the fuzz tests: for any text, a terminal gets no control character but the line ends and styles that
archiver itself writes, and bidi isolates are closed on every line.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from archiver.cli.output import (
    CELL_LINES,
    FSI,
    PAGE_ROWS,
    PDI,
    Column,
    Format,
    Output,
    isolated,
    json_line,
    visible,
)
from archiver.errors import ConfigError, LimitError
from archiver.exporting.spreadsheet import cell as spreadsheet_cell
from archiver.model import Mention, Observation, State

ESC = "\x1b"
C0_C1_DEL = {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))}
BIDI_CONTROLS = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}

hostile = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(sorted(C0_C1_DEL | BIDI_CONTROLS)),
        st.sampled_from("אבגدعم[]=+@ a1\ud800"),
    ),
    max_size=60,
)


class Terminal:
    """The two streams of a command, in memory."""

    def __init__(self, fmt: str | None = None, *, tty: bool = True, width: int = 80, encoding: str = "utf-8") -> None:
        self._out = io.BytesIO()
        self._err = io.BytesIO()
        self.output = Output(
            fmt,
            io.TextIOWrapper(self._out, encoding=encoding, newline=""),
            messages=io.TextIOWrapper(self._err, encoding=encoding, newline=""),
            is_tty=tty,
            messages_tty=tty,
            width=width,
        )
        self._encoding = encoding

    @property
    def out(self) -> str:
        return self._out.getvalue().decode(self._encoding)

    @property
    def err(self) -> str:
        return self._err.getvalue().decode(self._encoding)


def printed(fmt: str, rows: list[Any], columns: list[Any], **terminal: Any) -> str:
    screen = Terminal(fmt, **terminal)
    screen.output.rows(columns, rows)
    return screen.out


def assert_harmless(text: str) -> None:
    """No control but line ends; every isolate is opened and closed on its line."""
    for line in text.split("\n"):
        assert not (set(line) & C0_C1_DEL), ascii(line)
        depth = 0
        for char in line:
            depth += {FSI: 1, PDI: -1}.get(char, 0)
            assert depth in (0, 1), ascii(line)
        assert depth == 0, ascii(line)
        assert not (set(line) & (BIDI_CONTROLS - {FSI, PDI})), ascii(line)


class TestChoiceOfForm:
    def test_people_get_tables_and_programs_json_lines(self) -> None:
        assert Terminal(tty=True).output.format == Format.TABLE
        assert Terminal(tty=False).output.format == Format.JSONL
        assert Terminal("csv", tty=True).output.format == Format.CSV

    def test_a_stream_is_asked_whether_it_is_a_terminal(self) -> None:
        assert Output(stream=io.StringIO(), messages=io.StringIO()).format == Format.JSONL


class TestJson:
    def test_lines_have_every_field_in_order(self) -> None:
        mention = Mention(source="a.txt", platform="x", rule="x.signature", confidence=0.5, text="שלום\nline two")
        lines = printed("jsonl", [mention, {"b": 1, "a": None}], ["platform"], tty=False).splitlines()
        assert list(json.loads(lines[0]))[:6] == ["source", "platform", "handle", "display_name", "date", "text"]
        assert json.loads(lines[0])["text"] == "שלום\nline two"
        assert lines[1] == '{"b":1,"a":null}'

    def test_lines_come_as_they_are_made(self) -> None:
        screen = Terminal("jsonl", tty=False)
        seen: list[str] = []

        def rows() -> Iterator[dict[str, int]]:
            for number in range(3):
                seen.append(screen.out)
                yield {"n": number}

        assert screen.output.rows(["n"], rows()) == 3
        assert seen == ["", '{"n":0}\n', '{"n":0}\n{"n":1}\n']

    @pytest.mark.parametrize("count", [0, 1, 3])
    def test_one_array(self, count: int) -> None:
        rows = [{"n": number} for number in range(count)]
        assert json.loads(printed("json", rows, ["n"], tty=False)) == rows

    def test_a_line_is_one_line_for_every_reader(self) -> None:
        text = "a\u2028b\x85c\x0bd\u2029e\x9b2Jf\x7f"
        line = json_line({"t": text})
        assert len(line.splitlines()) == 1
        assert json.loads(line) == {"t": text}

    def test_lone_surrogates_do_not_stop_it(self) -> None:
        assert json.loads(json_line({"t": "a\ud83d b \ud83d\ude00"})) == {"t": "a\ufffd b 😀"}

    def test_an_old_locale_gets_escapes(self) -> None:
        out = printed("jsonl", [{"t": "Веснянка 😀"}], ["t"], tty=False, encoding="ascii")
        assert json.loads(out) == {"t": "Веснянка 😀"}

    @given(hostile)
    def test_means_the_same_and_drives_no_terminal(self, text: str) -> None:
        out = printed("jsonl", [{"t": text}], ["t"])
        assert_harmless(out)
        assert FSI not in out
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        assert json.loads(out) == {"t": whole}


class TestCsv:
    def rows(self, *rows: Any, columns: list[Any], **terminal: Any) -> list[list[str]]:
        text = printed("csv", list(rows), columns, **{"tty": False, **terminal})
        return list(csv.reader(io.StringIO(text, newline="")))

    def test_has_a_heading_and_rfc_4180_rows(self) -> None:
        out = printed("csv", [{"a": 'say "x", y', "b": "1\n2"}], ["a", "b"], tty=False)
        assert out == 'a,b\r\n"say ""x"", y","1\n2"\r\n'

    def test_fields_of_every_kind(self) -> None:
        row = {"n": -5, "f": 0.5, "yes": True, "none": None, "links": ["u1", "u2"], "o": {"p": {"h": "me"}}, "s": "t"}
        columns = ["n", "f", "yes", "none", "links", "o.p.h", "o.p", "gone.h", "s.x"]
        assert self.rows(row, columns=columns)[1] == ["-5", "0.5", "true", "", "u1 u2", "me", '{"h":"me"}', "", ""]

    def test_fields_only_for_programs_are_there(self) -> None:
        columns = [Column("a"), Column("b", table=False)]
        assert self.rows({"a": "1", "b": "2"}, columns=columns) == [["a", "b"], ["1", "2"]]

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
    def test_formulas_are_text(self, start: str) -> None:
        (_, (cell,)) = self.rows({"t": start + "cmd|' /C calc'!A0"}, columns=["t"])
        assert cell == "'" + start + "cmd|' /C calc'!A0"

    def test_nouns_and_their_times(self) -> None:
        seen = Observation(
            platform="x",
            post_id="20",
            url="https://x.com/a/status/20",
            state=State.DELETED,
            seen_at=datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC),
            how="x.oembed",
            reason="the platform says so",
        )
        assert self.rows(seen, columns=["state", "seen_at"])[1] == ["deleted", "2024-02-03T04:05:06Z"]

    @given(st.lists(st.lists(hostile, min_size=2, max_size=2), max_size=4))
    def test_what_comes_out_is_what_went_in(self, rows: list[list[str]]) -> None:
        read = self.rows(*({"a": a, "b": b} for a, b in rows), columns=["a", "b"])[1:]
        whole = [[spreadsheet_cell(cell.encode("utf-8", "replace").decode()) for cell in row] for row in rows]
        lossy = [[cell.replace("\ufffd", "?") for cell in row] for row in read]
        assert lossy == whole

    @given(hostile)
    def test_drives_no_terminal(self, text: str) -> None:
        assert_harmless(printed("csv", [{"t": text}], ["t"]).replace("\r\n", "\n"))


class TestTable:
    def test_shows_the_chosen_columns_under_their_headings(self) -> None:
        columns = [Column("display_name"), Column("n", title="Number", right=True), Column("hidden", table=False)]
        out = printed("table", [{"display_name": "Ada", "n": 7, "hidden": "secret"}], columns, tty=False)
        heading, _, row = out.splitlines()[:3]
        assert heading.split() == ["display", "name", "Number"]
        assert row.split() == ["Ada", "7"]
        assert "secret" not in out

    def test_can_show_a_value_shorter_than_programs_get_it(self) -> None:
        columns = [Column("t", show=lambda value: value[:4]), Column("none", show=len)]
        row = {"t": "2024-02-03T04:05:06Z", "none": None}
        assert printed("table", [row], columns, tty=False).splitlines()[2].split() == ["2024"]
        assert "2024-02-03T04:05:06Z" in printed("csv", [row], columns, tty=False)

    def test_takes_text_as_text(self) -> None:
        out = printed("table", [{"t": "[bold red]:smile: [link=https://evil.example]x[/] [/nope]"}], ["t"])
        assert "[bold red]:smile: [link=https://evil.example]x[/] [/nope]" in out

    def test_colours_say_what_the_words_say(self) -> None:
        columns = [Column("state", styles={"deleted": "red"})]
        coloured = printed("table", [{"state": "deleted"}], columns)
        assert "deleted" in coloured
        assert ESC not in printed("table", [{"state": "deleted"}], columns, tty=False)

    def test_right_to_left_names_do_not_reorder_the_row(self) -> None:
        out = printed("table", [{"name": "דוד לוי", "n": "1"}, {"name": "Ada", "n": "2"}], ["name", "n"], tty=False)
        assert f"{FSI}דוד לוי{PDI}" in out
        assert FSI + "Ada" not in out
        hebrew, latin = out.splitlines()[2:4]
        assert cell_len(hebrew[: hebrew.index("1")]) == cell_len(latin[: latin.index("2")])

    def test_isolates_are_closed_on_every_line_of_a_cell(self) -> None:
        out = printed("table", [{"t": "שלום עולם " * 6, "n": "1"}], ["t", "n"], tty=False, width=30)
        assert out.count(FSI) > 1
        assert_harmless(out)

    def test_a_long_text_is_cut(self) -> None:
        out = printed("table", [{"t": "word " * 5000}], ["t"], tty=False, width=40)
        assert len(out.splitlines()) == 2 + CELL_LINES
        assert out.rstrip().endswith("…")

    def test_a_short_text_is_not_cut(self) -> None:
        out = printed("table", [{"t": "one two three four"}], ["t"], tty=False, width=10)
        assert out.split()[2:] == ["one", "two", "three", "four"]

    def test_comes_in_pages(self) -> None:
        screen = Terminal("table", tty=False)
        before_second_page = ""

        def rows() -> Iterator[dict[str, int]]:
            nonlocal before_second_page
            for number in range(PAGE_ROWS + 1):
                before_second_page = screen.out
                yield {"n": number}

        assert screen.output.rows(["n"], rows()) == PAGE_ROWS + 1
        assert str(PAGE_ROWS - 1) in before_second_page
        assert str(PAGE_ROWS) not in before_second_page
        assert str(PAGE_ROWS) in screen.out

    @pytest.mark.parametrize("stop", [KeyboardInterrupt, LimitError("the disk is full")])
    def test_shows_what_was_done_before_it_stopped(self, stop: Any) -> None:
        def rows() -> Iterator[dict[str, str]]:
            yield {"t": "done before"}
            raise stop

        screen = Terminal("table", tty=False)
        with pytest.raises((KeyboardInterrupt, LimitError)):
            screen.output.rows(["t"], rows())
        assert "done before" in screen.out

    def test_nothing_is_said_on_the_other_stream(self) -> None:
        screen = Terminal("table")
        assert screen.output.rows(["t"], [], empty="no posts found") == 0
        assert screen.out == ""
        assert screen.err == "no posts found\n"

    def test_an_old_locale_gets_escapes(self) -> None:
        out = printed("table", [{"t": "Веснянка"}], ["t"], tty=False, encoding="ascii")
        assert "\\u0412\\u0435" in out

    @given(st.lists(hostile, min_size=1, max_size=3), st.integers(1, 60))
    def test_drives_no_terminal(self, texts: list[str], width: int) -> None:
        columns = [f"c{number}" for number in range(len(texts))]
        assert_harmless(printed("table", [dict(zip(columns, texts, strict=True))], columns, tty=False, width=width))


class TestVisible:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("plain – “quoted” 😀", "plain – “quoted” 😀"),
            ("a\n\n  b\tc\r\nd\u2028e", "a b c d e"),
            (f"{ESC}[31mred\x07", "␛[31mred␇"),
            ("\x9b2J\x7f", "⟨U+009B⟩2J␡"),
            ("abc\u202etxt.exe", "abc⟨U+202E⟩txt.exe"),
            ("\u2066a\u2069", "⟨U+2066⟩a⟨U+2069⟩"),
            ("\ud83d", "\ufffd"),
            ("👩\u200d👧 e\u0301 \u200eok", "👩\u200d👧 e\u0301 \u200eok"),
        ],
    )
    def test_shows_what_a_terminal_would_obey(self, text: str, shown: str) -> None:
        assert visible(text) == shown

    @pytest.mark.parametrize("text", ["ascii", "Привет, мир", "日本語", "naïve"])
    def test_left_to_right_text_is_not_touched(self, text: str) -> None:
        assert isolated(text) == text

    @pytest.mark.parametrize("text", ["שלום", "مرحبا", "abc ١٢٣"])
    def test_right_to_left_text_is_isolated(self, text: str) -> None:
        assert isolated(text) == FSI + text + PDI


class TestLines:
    def test_are_results_with_their_indentation(self) -> None:
        screen = Terminal("jsonl", tty=False)
        screen.output.lines(["a  b", f"    c{ESC}[2J", "  שלום", ""])
        assert screen.out == f"a b\n    c␛[2J\n  {FSI}שלום{PDI}\n\n"
        assert screen.err == ""

    def test_an_old_locale_gets_escapes(self) -> None:
        screen = Terminal("jsonl", tty=False, encoding="ascii")
        screen.output.lines(["é"])
        assert screen.out == "\\xe9\n"

    @given(hostile)
    def test_drive_no_terminal(self, text: str) -> None:
        screen = Terminal("table")
        screen.output.lines([text])
        assert_harmless(screen.out)


class TestMessages:
    def test_an_error_is_one_line_with_the_next_step(self) -> None:
        screen = Terminal("jsonl", tty=False)
        screen.output.error(ConfigError("no such file", subject=f"a\n{ESC}[2J.toml", hint="look again"))
        assert screen.out == ""
        assert screen.err == "error: a ␛[2J.toml: no such file (look again)\n"

    def test_a_note_is_one_line(self) -> None:
        """What strangers wrote into it (the name of a package's member) makes no line that looks like another."""
        screen = Terminal("jsonl", tty=False)
        screen.output.note("no WARC record (a\nerror: forged.warc.gz\x07)")
        assert (screen.out, screen.err) == ("", "no WARC record (a error: forged.warc.gz␇)\n")

    @given(hostile)
    def test_drive_no_terminal(self, text: str) -> None:
        screen = Terminal("jsonl")
        screen.output.note(text)
        screen.output.error(ConfigError(text, subject=text, hint=text))
        assert_harmless(screen.err)

    def test_closed_messages_do_not_stop_the_results(self) -> None:
        messages = io.StringIO()
        stream = io.StringIO()
        output = Output("jsonl", stream, messages=messages)
        messages.close()
        output.note("lost")
        output.rows(["n"], [{"n": 1}])
        assert stream.getvalue() == '{"n":1}\n'


class TestProgress:
    def test_is_drawn_for_people_and_taken_away(self) -> None:
        screen = Terminal("table")
        with screen.output.progress(2, f"capturing {ESC}]0;title") as advance:
            advance()
            advance(label="post two")
        assert "capturing ␛]0;title" in screen.err
        assert f"{ESC}[2K" in screen.err  # the line is erased
        assert screen.out == ""

    def test_is_silent_elsewhere(self) -> None:
        screen = Terminal("table", tty=False)
        with screen.output.progress(None, "capturing") as advance:
            advance(3, "more")
        assert screen.err == ""

    def test_lines_can_be_printed_meanwhile(self) -> None:
        screen = Terminal("jsonl")
        with screen.output.progress(1, "capturing") as advance, screen.output.progress(5, "inner") as inner:
            screen.output.rows(["n"], [{"n": 1}])
            screen.output.note("a note")
            inner()
            advance()
        assert screen.out == '{"n":1}\n'
        assert "a note\n" in screen.err
        assert "inner" not in screen.err  # one bar at a time

    def test_is_taken_away_when_the_work_fails(self) -> None:
        screen = Terminal("table")
        with pytest.raises(LimitError), screen.output.progress(2, "one"):
            raise LimitError("full")
        with screen.output.progress(2, "another"):
            pass
        assert "another" in screen.err


PRINTS_WITHOUT_END = textwrap.dedent(
    """
    import itertools
    from archiver.cli.output import Output
    Output("jsonl").rows(["n"], ({"n": n} for n in itertools.count()))
    """
)


class TestReaderGone:
    def test_the_program_ends_quietly(self) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", PRINTS_WITHOUT_END], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.readline() == b'{"n":0}\n'
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 0

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
    def test_a_full_disk_is_said(self) -> None:
        with open("/dev/full", "w", encoding="utf-8") as full:
            output = Output("jsonl", full, messages=io.StringIO())
            with pytest.raises(LimitError, match="the output cannot be written: No space left"):
                output.rows(["n"], [{"n": 1}])
