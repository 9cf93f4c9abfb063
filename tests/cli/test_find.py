"""`archiver find`: one line a cited post, from every kind of source."""

from __future__ import annotations

import gzip
import html
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archiver.cli import main
from tests.town import LEFTOVERS, PICTURED, REWORDED, Town

SEED = Path(__file__).parents[2] / "../shared/seed/article.txt"

KEYS = [
    "source", "platform", "handle", "display_name", "date", "text", "post_id", "url",
    "start", "end", "selector", "rule", "confidence",
]  # fmt: skip
"""What scripts rely on, in this order; more keys may follow."""


def find(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["find", *(str(argument) for argument in arguments)], input=stdin)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def as_html(text: str) -> str:
    paragraphs = "\n".join(f"<p>{html.escape(part, quote=False)}</p>" for part in text.split("\n") if part.strip())
    head = '<meta charset="utf-8"><title>A copy</title>'
    return f'<!DOCTYPE html><html lang="en"><head>{head}</head><body>{paragraphs}</body></html>'


def as_warc(pages: dict[str, str]) -> bytes:
    return b"".join(gzip.compress(_response(url, page.encode())) for url, page in pages.items())


def _response(url: str, page: bytes) -> bytes:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
    fields = {
        "WARC-Type": "response",
        "WARC-Record-ID": f"<{uuid.uuid5(uuid.NAMESPACE_URL, url).urn}>",
        "WARC-Date": "2026-05-02T09:00:00Z",
        "WARC-Target-URI": url,
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(answer)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"WARC/1.0\r\n{head}\r\n".encode() + answer + b"\r\n\r\n"


class TestInventedArticle:
    """Flattened text as a translated copy has it: no `@`, the name without its first letter, no link."""

    def check(self, row: dict[str, Any]) -> None:
        assert row["platform"] == "x"
        assert (row["handle"], row["display_name"], row["date"]) == ("keeper_osk", "skar Lindhe 🗼", "2022-03-09")
        assert row["text"] == REWORDED
        assert (row["post_id"], row["url"], row["rule"]) == (None, None, "x.signature")
        assert row["confidence"] > 0.8

    def test_the_line(self, tmp_path: Path) -> None:
        article = tmp_path / "left.txt"
        article.write_text(LEFTOVERS, encoding="utf-8")
        (row,) = lines(find(article))
        self.check(row)
        assert list(row)[: len(KEYS)] == KEYS
        assert (row["source"], row["selector"]) == (str(article), None)
        assert LEFTOVERS[row["start"] : row["end"]].startswith(REWORDED)
        assert LEFTOVERS[row["start"] : row["end"]].endswith("March 9, 2022")

    def test_the_same_in_html(self, tmp_path: Path) -> None:
        page = tmp_path / "left.html"
        page.write_text(as_html(LEFTOVERS), encoding="utf-8")
        (row,) = lines(find(page))
        self.check(row)
        assert (row["start"], row["end"]) == (None, None)
        assert row["selector"]

    def test_the_same_from_standard_input(self) -> None:
        (row,) = lines(find("-", stdin=LEFTOVERS.encode()))
        self.check(row)
        assert row["source"] == "-"

    def test_the_same_in_a_warc(self, tmp_path: Path) -> None:
        warc = tmp_path / "copy.warc.gz"
        urls = ["https://a.example/1", "https://b.example/2?q=1#top"]
        warc.write_bytes(as_warc({url: as_html(LEFTOVERS) + f"<!-- {url} -->" for url in urls}))
        rows = lines(find(warc))
        for row in rows:
            self.check(row)
        assert [row["source"] for row in rows] == [f"{warc}#{url}" for url in urls]

    @pytest.mark.parametrize("packed", [False, True])
    def test_the_same_in_json_lines(self, tmp_path: Path, packed: bool) -> None:
        records: list[dict[str, Any]] = [
            {"id": "seven", "text": LEFTOVERS, "other": [1]},
            {"text": LEFTOVERS},
            {"id": 12, "url": "https://a.example/", "html": as_html(LEFTOVERS)},
        ]
        data = "".join(json.dumps(record) + "\n" for record in records).encode()
        path = tmp_path / ("articles.jsonl.gz" if packed else "articles.jsonl")
        path.write_bytes(gzip.compress(data) if packed else data)
        rows = lines(find(path))
        for row in rows:
            self.check(row)
        assert [row["source"] for row in rows] == [f"{path}#seven", f"{path}#2", f"{path}#12"]


@pytest.mark.skipif(not SEED.exists(), reason="the seed article is not beside this repository")
class TestSeedArticle:
    def check(self, row: dict[str, Any], article: str) -> None:
        passage = article[2913:3211]
        words, _, signature = passage.rpartition(" – ")
        assert row["platform"] == "x"
        assert f"{row['display_name']} ({row['handle']}) November 9, 2022" == signature
        assert row["display_name"][0].islower()  # its first letter is lost
        assert (row["date"], row["text"]) == ("2022-11-09", words)
        assert words.count(".") == 4
        assert (row["post_id"], row["url"], row["rule"]) == (None, None, "x.signature")

    def test_exactly_one_line(self) -> None:
        article = SEED.read_text(encoding="utf-8")
        result = find(SEED)
        (row,) = lines(result)
        assert result.exit_code == 0
        self.check(row, article)
        assert (row["source"], row["start"], row["end"], row["selector"]) == (str(SEED), 2913, 3211, None)

    @pytest.mark.parametrize(
        "put",
        [
            lambda folder, article: ("page.html", as_html(article).encode()),
            lambda folder, article: ("copy.warc.gz", as_warc({"https://a.example/": as_html(article)})),
            lambda folder, article: ("a.jsonl", json.dumps({"text": article}).encode()),
        ],
        ids=["html", "warc", "jsonl"],
    )
    def test_wrapped(self, tmp_path: Path, put: Callable[[Path, str], tuple[str, bytes]]) -> None:
        article = SEED.read_text(encoding="utf-8")
        name, data = put(tmp_path, article)
        (tmp_path / name).write_bytes(data)
        (row,) = lines(find(tmp_path / name))
        self.check(row, article)

    def test_from_standard_input(self) -> None:
        (row,) = lines(find("-", stdin=SEED.read_bytes()))
        assert (row["start"], row["end"], row["source"]) == (2913, 3211, "-")


class TestSources:
    def test_a_url_is_read_and_nothing_stored(self, town: Town) -> None:
        url = town.publish([PICTURED])
        result = town.command("find", url, "--config", town.config())
        (row,) = lines(result)
        assert (row["source"], row["post_id"], row["url"]) == (url, PICTURED.id, PICTURED.url)
        assert not (town.folder / "warc").exists()

    def test_a_post_embedded_twice_is_one_line(self, town: Town) -> None:
        (row,) = lines(town.command("find", town.page([PICTURED, PICTURED])))
        assert row["times"] == 2

    def test_one_bad_source_does_not_stop_the_others(self, town: Town) -> None:
        good = town.write("left.txt", LEFTOVERS)
        result = town.command("find", good, town.folder / "missing.html", good)
        assert result.exit_code == 3
        assert len(lines(result)) == 2
        assert result.stderr == f"error: {town.folder / 'missing.html'}: there is no such file\n"

    def test_nothing_found_is_no_error(self, town: Town) -> None:
        result = town.command("find", town.write("none.txt", "Nobody is cited here.\n"))
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no cited post found\n")
