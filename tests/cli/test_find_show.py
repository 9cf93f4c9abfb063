"""`archiver find --show` and `--html`: the article with its posts marked. Invariant: the marked text is the article's,
whole and in order, and nothing that strangers wrote is obeyed by the terminal or the browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archiver.cli import main
from archiver.cli.output import Output
from archiver.cli.passage import Finding, runs
from archiver.detect import find
from archiver.detect.marked import marked
from archiver.model import Article

TEXT = (
    "The ferry stopped at noon.\n\nThe quay is closed until Friday. 🌉\n"
    "— Ana Example (@ana_example) November 9, 2022\n\nNobody was hurt."
)
ID = "1590173336165216257"
EMBED = (
    '<blockquote class="twitter-tweet"><p>The quay is <b>closed</b>.</p>&mdash; Ana Example (@ana_example) '
    f'<a href="https://twitter.com/ana_example/status/{ID}">November 9, 2022</a></blockquote>'
)


def show(source: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["find", str(source), *options])


def article(text: str) -> Article:
    return Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text)


def test_text_is_printed_whole_with_the_post_between_its_marks(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    shown = show(tmp_path / "a.txt", "--show").stdout
    assert "The ferry stopped at noon.\n\n⟦1⟧The quay is closed" in shown
    assert "November 9, 2022⟦/1⟧\n\nNobody was hurt." in shown
    assert "1 x · Ana Example @ana_example · 2022-11-09 (x.signature" in shown


def test_html_is_shown_as_a_reader_sees_it(tmp_path: Path) -> None:
    frame = f'<iframe src="https://platform.twitter.com/embed/Tweet.html?id={ID[:-1]}8"></iframe>'
    (tmp_path / "a.html").write_text(f"<title>Quay</title><p>Before &amp; after.</p>{EMBED}<p>Later.</p>{frame}")
    shown = show(tmp_path / "a.html", "--show").stdout
    assert re.search(r"Before & after\.\s+⟦1⟧The quay is closed\.\s+— Ana Example \(@ana_example\)", shown)
    assert re.search(rf"Later\.\s+⟦2⟧x · {ID[:-1]}8", shown)


def test_what_is_around_the_article_is_not_shown(tmp_path: Path) -> None:
    paragraphs = "".join(
        f"<p>The ferry waited for hour {hour}, and nobody came down to the quay to see it.</p>" for hour in range(9)
    )
    page = f"<nav>Sections</nav><article><h1>Quay</h1>{paragraphs}{EMBED}{paragraphs}</article><footer>Imprint</footer>"
    (tmp_path / "a.html").write_text(f"<body>{page}</body>", encoding="utf-8")
    shown = show(tmp_path / "a.html", "--show").stdout
    assert shown.count("hour 3") == 2
    assert shown.index("hour 8") < shown.index("⟦1⟧The quay is closed.") < shown.rindex("hour 0")
    assert "Sections" not in shown
    assert "Imprint" not in shown


def test_colour_on_a_terminal() -> None:
    import io

    stream = io.StringIO()
    text = article(TEXT)
    finding = Finding(article=text, mentions=tuple(find(text)))
    Output("table", stream, is_tty=True, width=80).passage(runs(finding, colour=True))
    drawn = stream.getvalue()
    assert "\x1b[30;43mThe quay is closed until Friday. 🌉\x1b[0m" in drawn
    assert "⟦/1⟧" not in drawn


def test_nothing_is_obeyed_by_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT.replace("Nobody", "\x1b]0;owned\x07\u202eNobody"), encoding="utf-8")
    shown = show(tmp_path / "a.txt", "--show").stdout
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "\u202e" not in shown
    assert "␛]0;owned␇" in shown


def test_page_marks_the_same_and_escapes(tmp_path: Path) -> None:
    hostile = TEXT.replace("Nobody", "<script>alert(1)</script> Nobody").replace("Ana Example", "Ana <img src=x>")
    (tmp_path / "a.txt").write_text(hostile, encoding="utf-8")
    (tmp_path / "b.html").write_text(f"<p>Before.</p>{EMBED}")
    page = tmp_path / "found.html"
    result = CliRunner().invoke(
        main, ["find", str(tmp_path / "a.txt"), str(tmp_path / "b.html"), "--html", str(page), "--format", "jsonl"]
    )
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 2
    tree = LexborHTMLParser(page.read_text(encoding="utf-8"))
    assert [node.tag for node in tree.css("script, img, link, [onclick]")] == []
    assert [node.text().strip() for node in tree.css("article mark.words")] == [
        "1 The quay is closed until Friday. 🌉",
        "1 The quay is closed.",
    ]
    for link in tree.css("a[href^='#']"):
        assert tree.css_first(link.attributes["href"] or "") is not None
    assert "default-src 'none'" in page.read_text(encoding="utf-8")


def test_page_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    result = show(tmp_path / "a.txt", "--html", str(tmp_path / "missing" / "page.html"))
    assert result.exit_code == 2
    assert "the page cannot be written" in result.stderr


PIECES = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.sampled_from(
            ["Rain. — Ana Example (@ana_example) May 3, 2021\n", "\n\n", "See pic.twitter.com/AbCdEfGhIj "]
        ),
    ),
    max_size=8,
).map("".join)


@given(text=PIECES)
def test_pieces_are_the_whole_text(text: str) -> None:
    mentions = find(article(text))
    pieces = marked(article(text), mentions)
    assert "".join(piece.text for piece in pieces) == text
    for number, mention in enumerate(mentions):
        if mention.text:
            assert "".join(p.text for p in pieces if p.mention == number and p.words).startswith(mention.text)


@pytest.mark.parametrize("html", ["", "<p>", "<blockquote>" * 600, "<p>a<b>c</p>d</b>", "<table><p>x</table>"])
def test_any_markup(html: str) -> None:
    page = Article(source="a.html", uri="ni:///x", digest="sha256:0", html=html + EMBED)
    assert any(piece.mention == 0 for piece in marked(page, find(page)))
