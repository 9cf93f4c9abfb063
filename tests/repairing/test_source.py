"""Editing in place: bytes outside an element's span stay, and the trees of both versions differ within it only."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archiver.article import article_of
from archiver.errors import InputError
from archiver.platforms.bounds import parse, parseable
from archiver.repairing.source import Edit, Source, path_of, same_but, tags

MARK = "data-mark"
QUOTATION = f"<figure {MARK}><blockquote>„Words“ &amp; more</blockquote></figure>"
EMBED = (
    '<blockquote id="embed" class="twitter-tweet"><p>Words</p>&mdash; Ana <a href="https://x.com/a/status/20">day</a>'
    "</blockquote>"
)

WRITTEN = (
    "text & < > é <!-- --> --!> <!--> <?php </> \" ' = <p> </p> <div> </div> <div/> <b> </b> <i> </i> <a/href=/x> </a> "
    "<br> </br> <blockquote> </blockquote> <BLOCKQUOTE/id=x> <figure> </figure> <table> <tr> <td> </table> <ul><li> "
    "</ul> <select> <option> </select> <svg> </svg> <math> <script> </script> <style> </style> <textarea> </textarea> "
    "<title> </title> <iframe/src=//a> </iframe> <noscript> </noscript> <template> </template> <plaintext> <h1> </h2> "
    "<form> </form> <body/class=b> </body> </html> <head> <button> <center> <nobr> <ruby><rt> <frameset> </p/>"
)
PIECES = WRITTEN.split()
PIECES += [" ", "\n", "<!doctype html>", "<blockquote cite='a>b'>", "</blockquote\t>", "<div data-html='<blockquote>'>"]
PIECES += ['<img alt="</blockquote>">', "<p\nid = x >"]

html = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def edited(data: bytes) -> tuple[bytes, int, int] | None:
    """The document with a quotation in the embed's place, and where; null where it would be left as it is."""
    try:
        return _edited(data)
    except InputError:
        return None


def _edited(data: bytes) -> tuple[bytes, int, int] | None:
    article = article_of(data, source="page", kind="html")
    tree = parse(article.html or "")
    node = tree.css_first("#embed")
    path = path_of(node, tree.root) if node is not None and tree.root is not None else None
    if path is None or node is None or parseable(article.html or "") != article.html:
        return None
    source = Source(data, article.html or "", subject="page")
    [span] = source.spans([(path, node.tag or "")])
    if span is None:
        return None
    result = source.edited([Edit(span, QUOTATION)])
    after = article_of(result, source="page", kind="html")
    if not same_but(tree, [path], parse(after.html or ""), MARK):
        return None
    return result, span.start, span.end


@given(html, html)
def test_around_broken_markup(before: str, behind: str) -> None:
    data = f"{before}{EMBED}{behind}".encode()
    found = edited(data)
    if found is None:
        return
    result, start, end = found
    assert result.startswith(data[:start])
    assert result.endswith(data[end:])
    assert result[start : len(result) - len(data[end:])] == QUOTATION.encode() or data.isascii()
    first, second = (_outside(one) for one in (data, result))
    assert first == second


def _outside(data: bytes) -> str:
    """The document as it is serialised, without the embed or what stands in its place."""
    tree = LexborHTMLParser(article_of(data, source="page", kind="html").html or "")
    for node in tree.css(f"#embed, [{MARK}]")[:1]:
        node.replace_with("[here]")
    return tree.html or ""


@given(st.binary(min_size=1, max_size=60), st.sampled_from(["<p>é", "<p>", ""]))
def test_bytes_that_are_no_text(noise: bytes, opened: str) -> None:
    data = b"<html><body><p>" + noise.replace(b"\x1b", b"").replace(b"<", b"").replace(b"\0", b"") + opened.encode()
    data += b"</p>" + EMBED.encode() + noise.replace(b"\x1b", b"").replace(b"\0", b"")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    found = edited(data)
    if found is not None:
        result, start, end = found
        assert (result[:start], result[len(result) - len(data) + end :]) == (data[:start], data[end:])


def test_it_is_mostly_found() -> None:
    """The invariant would hold, too, of a program that never finds an element."""
    whole = ("{}", "<p>a{}", "<div><ul><li>{}</div>", "<!-- <blockquote> -->{}", "<script>'<blockquote>'</script>{}<p>")
    assert all(edited(page.format(EMBED).encode()) is not None for page in whole)


@given(html)
def test_tags_are_in_the_source_and_in_order(source: str) -> None:
    behind = 0
    for tag in tags(source):
        assert tag.start >= behind
        assert source[tag.start] == "<"
        assert source[tag.end - 1] == ">"
        behind = tag.end


def test_tags_in_comments_attributes_and_raw_text_are_none() -> None:
    source = "<!-- <p> --><div title='<p>'><script>'<p>'</script><textarea><p></textarea><!--><P\n a=\"b>c\">"
    assert [tag.name for tag in tags(source) if not tag.closes] == ["div", "script", "textarea", "p"]


def test_a_tag_without_an_end_costs_no_more_than_its_length() -> None:
    assert list(tags("<a b='" * 200_000)) == []


def test_trees_that_differ_elsewhere_are_told_apart() -> None:
    before = parse(f"<div>{EMBED}</div><p>a</p>")
    root = before.root
    node = before.css_first("#embed")
    assert root is not None
    assert node is not None
    path = path_of(node, root)
    assert path is not None
    for after, same in (
        (f"<div>{QUOTATION}</div><p>a</p>", True),
        (f"<div>{QUOTATION}</div><p>b</p>", False),
        (f"<div>{QUOTATION}</div><p class=x>a</p>", False),
        (f"<div>{QUOTATION}<br></div><p>a</p>", False),
        (f"<div>{QUOTATION}<p>a</p></div>", False),
        (f"<div>{EMBED}</div><p>a</p>", False),
        (f"<div>{QUOTATION}</div><p>a</p><p></p>", False),
    ):
        assert same_but(before, [path], parse(after), MARK) is same
