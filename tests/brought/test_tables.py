"""Tables as programs and spreadsheets write them; a line that is wrong is told by its number and stops nothing."""

from __future__ import annotations

import codecs
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.brought import Claim, read
from archiver.errors import ArchiverError, InputError
from tests.brought.making import items, kinds, posts, problems

X_IDS = [str(1590171771531264000 + n) for n in range(200)]
CSV = "url,handle,text\n" + "".join(f"https://x.com/pier_nine/status/{x},pier_nine,words {x}\n" for x in X_IDS[:3])


def write(folder: Path, content: str | bytes, name: str = "posts.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode(),
        codecs.BOM_UTF8 + CSV.encode(),
        CSV.encode("utf-16"),
        codecs.BOM_UTF16_BE + CSV.encode("utf-16-be"),
        CSV.replace("\n", "\r\n").encode(),
        CSV.replace(",", ";").encode(),
        CSV.replace(",", "\t").encode(),
        gzip.compress(CSV.encode()),
    ],
)
def test_csv_in_its_forms(tmp_path: Path, data: bytes) -> None:
    found = items(write(tmp_path, data))
    assert kinds(found) == ["CSV"]
    assert [(post.id, post.handle, post.text) for post in posts(found)] == [
        (x, "pier_nine", f"words {x}") for x in X_IDS[:3]
    ]


def test_quoted_cells_may_have_line_breaks_and_lines_are_counted_as_editors_count(tmp_path: Path) -> None:
    text = f'id,platform,text\n{X_IDS[0]},x,"one ""two"",\nthree"\nbad,x,words\n\n{X_IDS[1]},x,"a\nb"\n7,x\n'
    found = items(write(tmp_path, text))
    assert [post.text for post in posts(found)] == ['one "two",\nthree', "a\nb"]
    assert [where for where, _ in problems(found)] == ["line 4", "line 8"]
    assert "2 cells where the first line has 3" in problems(found)[1][1]


def test_a_line_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    data = CSV.replace(f"words {X_IDS[1]}", "M\xfcller").encode("latin-1")
    found = items(write(tmp_path, data))
    assert [post.id for post in posts(found)] == [X_IDS[0], X_IDS[2]]
    assert problems(found) == [("line 3", "it is not UTF-8")]


def test_a_quote_that_is_never_closed_takes_no_more_than_a_cell(tmp_path: Path) -> None:
    lines = [f"https://x.com/pier_nine/status/{x},words\n" for x in X_IDS]
    lines.insert(2, 'https://x.com/pier_nine/status/9,"never closed\n')
    found = items(write(tmp_path, "url,text\n" + "".join(lines) + ("x" * 99 + "\n") * 3000))
    assert [post.id for post in posts(found)][:2] == X_IDS[:2]
    assert problems(found)[0][0].startswith("lines 4-")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        ("headline,words\n1,2\n", "no column of its first line"),
        ("\x7fELF\0\0\0\0", "known how to read"),
        (
            "url,text\n" + "nothing,nothing\n" * 150,
            "none of its first 100 lines is a post; line 2: its address is none",
        ),
        ('{"a": 1}\n' * 150, "none of its first 100 lines"),
        ("[1" + ", 2" * 150 + "]", "none of its first 100 lines is a post; entry 1: no JSON object"),
        ("[1, 2", "ends too early"),
        ("PK\x03\x04nothing", "damaged"),
        ("\x1f\x8bnothing", "damaged"),
    ],
)
def test_what_is_no_table_is_said(tmp_path: Path, content: str, says: str) -> None:
    path = write(tmp_path, content.encode("latin-1"), "file")
    with pytest.raises(InputError, match=says) as raised:
        items(path)
    assert raised.value.subject == str(path)


def test_a_folder_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder"):
        items(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        items(tmp_path / "missing.csv")


ROWS = [{"platform": "x", "id": x, "handle": "pier_nine", "text": "wörds"} for x in X_IDS[:3]]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\n"])
def test_json_lines(tmp_path: Path, ending: str) -> None:
    lines = [json.dumps(row) for row in ROWS]
    lines.insert(1, "[" * 100_000)
    lines.insert(3, '{"platform": "x", "id": "\\ud800"}')
    found = items(write(tmp_path, "\ufeff" + ending.join(lines) + ending, "posts.jsonl"))
    assert kinds(found) == ["JSON lines"]
    assert [post.id for post in posts(found)] == X_IDS[:3]
    step = ending.count("\n")
    assert [where for where, _ in problems(found)] == [f"line {1 + step}", f"line {1 + 3 * step}"]


def test_a_line_without_end_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from archiver.brought import tables

    monkeypatch.setattr(tables, "MAX_LINE", 1000)
    lines = [json.dumps(ROWS[0]), json.dumps({"text": "a" * 5000}), json.dumps(ROWS[1])]
    found = items(write(tmp_path, "\n".join(lines), "posts.jsonl"))
    assert [post.id for post in posts(found)] == X_IDS[:2]
    assert problems(found)[0][0] == "line 2"


@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_list(tmp_path: Path, indent: int | None) -> None:
    found = items(write(tmp_path, json.dumps([*ROWS, 5], indent=indent), "posts.json"))
    assert kinds(found) == ["a JSON list"]
    assert [post.id for post in posts(found)] == X_IDS[:3]
    assert problems(found) == [("entry 4", "no JSON object")]


def test_what_find_prints_is_read_in_every_form(tmp_path: Path) -> None:
    row = {
        "source": "https://news.example/a", "platform": "x", "handle": "pier_nine", "display_name": "Pier Nine",
        "date": "2022-11-09", "text": "words", "post_id": X_IDS[0],
        "url": f"https://x.com/pier_nine/status/{X_IDS[0]}", "rule": "x.blockquote", "confidence": 1.0,
    }  # fmt: skip
    without = row | {"post_id": None, "url": None}
    table = ",".join(row) + "\n" + ",".join(map(str, row.values())) + "\n"
    for name, content in (
        ("a.jsonl", json.dumps(row) + "\n" + json.dumps(without)),
        ("a.json", json.dumps([row, without])),
        ("a.csv", table),
    ):
        found = [item for item in items(write(tmp_path, content, name)) if isinstance(item, Claim)]
        assert [(claim.page, claim.post.text) for claim in found] == [("https://news.example/a", "words")], name


@given(
    st.binary(max_size=400)
    | st.text(max_size=300).map(lambda text: ("url,id,text\n" + text).encode("utf-8", "replace"))
)
def test_whatever_a_file_holds_it_is_read_or_an_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = write(tmp_path_factory.mktemp("hostile"), data, "file")
    try:
        list(read(path))
    except ArchiverError as error:
        message = str(error)
        assert message.startswith(str(path))
