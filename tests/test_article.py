"""Bytes to `Article`. Invariant: any bytes give an article or one `InputError`, and the digest is that of the bytes."""

from __future__ import annotations

import base64
import codecs
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver import article
from archiver.article import article_of
from archiver.errors import InputError

SENTENCE = "Der Fährmann über den Fluß wartete – bis Mitternacht."


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    try:
        found = article_of(data, source="s")
    except InputError:
        return
    assert found.digest == "sha256:" + hashlib.sha256(data).hexdigest()
    assert (found.html is None) != (found.text is None)


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (SENTENCE.encode(), None),
        (codecs.BOM_UTF8 + SENTENCE.encode(), None),
        (codecs.BOM_UTF16_LE + SENTENCE.encode("utf-16-le"), None),
        (codecs.BOM_UTF16_BE + SENTENCE.encode("utf-16-be"), "text/plain; charset=utf-8"),
        (SENTENCE.encode("utf-16-le"), None),
        (SENTENCE.encode("windows-1252"), None),
        (SENTENCE.encode("windows-1252"), "text/plain; charset=ISO-8859-1"),
        (SENTENCE.encode("windows-1252"), "text/plain; charset=no-such-charset"),
        (SENTENCE.encode("windows-1252"), "text/plain; charset=utf-8"),
    ],
)
def test_encodings(data: bytes, content_type: str | None) -> None:
    assert article_of(data, source="s", content_type=content_type).text == SENTENCE


def test_meta_charset_and_header_before_it() -> None:
    page = '<html><head><meta charset="windows-1251"></head><body><p>Мост снова открыт.</p></body></html>'
    data = page.encode("windows-1251")
    assert article_of(data, source="s").html == page
    wrong = article_of(data, source="s", content_type="text/html; charset=koi8-r").html
    assert wrong is not None
    assert wrong != page


def test_a_few_wrong_bytes_do_not_make_utf8_something_else() -> None:
    data = (SENTENCE * 20).encode() + b"\xff" + SENTENCE.encode()
    text = article_of(data, source="s").text
    assert text is not None
    assert text.startswith(SENTENCE)
    assert text.count("\ufffd") == 1


def test_mojibake_is_left_as_it_is() -> None:
    broken = "â€” Ana Example (@ana_example)"
    assert article_of(broken.encode(), source="s").text == broken


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"text with \0 in it", "NUL"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (bytes(range(1, 9)) * 50, "control"),
        (b"PK\x03\x04xxxx", "ZIP"),
    ],
)
def test_what_is_no_article(data: bytes, word: str) -> None:
    with pytest.raises(InputError, match=word):
        article_of(data, source="file.bin")


def test_size_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article, "MAX_DOCUMENT", 100)
    article_of(b"x" * 100, source="s")
    with pytest.raises(InputError, match="larger"):
        article_of(b"x" * 101, source="s")


@pytest.mark.parametrize(
    ("data", "html"),
    [
        ("<!DOCTYPE html><title>x</title>", True),
        ("  <!-- made by hand --><html><body>x", True),
        ('<blockquote class="twitter-tweet"><p>Rain.</p></blockquote>', True),
        ("<p>One</p>", True),
        ("if a < b and b > c: print(a)", False),
        ("The <accordion> element is not standard.", False),
        ("# Title\n\nText with <b>one</b> tag and a lot of words around it, as Markdown has." * 5, False),
    ],
)
def test_html_or_text(data: str, html: bool) -> None:
    assert (article_of(data.encode(), source="s").html is not None) is html


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ('<meta property="article:published_time" content="2022-11-10T08:30:00+02:00">', "2022-11-10T08:30:00+02:00"),
        (
            '<script type="application/ld+json">{"datePublished": "2022-11-10T08:30:00Z"}</script>',
            "2022-11-10T08:30:00Z",
        ),
        ('<meta name="date" content="2022-11-10">', "2022-11-10"),
        ('<meta name="date" content="yesterday">', None),
        ('</head><body><time class="x" datetime="2022-11-10T08:30">Thursday</time>', "2022-11-10"),
        ('<meta name="date" content="2022-13-40">', None),
    ],
)
def test_published(head: str, published: str | None) -> None:
    page = f"<html lang='de-AT'><head><title>A  bridge\n opens</title>{head}</head><body><p>x</p></body></html>"
    found = article_of(page.encode(), source="s")
    assert (found.language, found.title, found.published) == ("de-AT", "A bridge opens", published)


def test_uri_is_the_name_of_the_bytes_unless_there_is_a_url() -> None:
    data = b"Rain at last."
    name = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    assert article_of(data, source="s").uri == f"ni:///sha-256;{name}"
    assert article_of(data, source="s", uri="https://news.example/a").uri == "https://news.example/a"
