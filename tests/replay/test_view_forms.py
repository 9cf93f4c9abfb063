"""As what is a capture shown: a page, text, a picture, a film, a note; whole or cut, and what is said of it."""

from __future__ import annotations

import gzip
import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from archiver.replay import Library, create_app, documents, plaintext
from archiver.replay.addresses import Addresses
from archiver.store import Archive
from tests.replay.conftest import Client
from tests.replay.staged import MP4, answer, png

AT = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)
STAMP = "20240506093000"
BINARY = bytes(range(256)) * 2
URL = "https://news.example/it?a=1&b='\"<i>"


class Seen(NamedTuple):
    """A capture in its view, and the page around it."""

    around: str
    document: str
    text: tuple[int, str]
    """Status and words of the same as plain text, where that was asked for."""


See = Callable[..., Seen]


@pytest.fixture
def see(tmp_path: Path) -> See:
    def look(body: bytes, kind: str, *more: tuple[str, str], as_text: bool = False) -> Seen:
        path = tmp_path / "harbour"
        with Archive.open(path, write=True, clock=lambda: AT) as archive, archive.session() as session:
            capture = session.write_exchange(answer(URL, body, kind, at=AT, extra=more))
        with Library([path]) as library:
            client, to = Client(create_app(library)), Addresses("harbour")
            around = client.get(to.view(AT, URL))
            assert around.status_code == 200
            found = re.search(r'<iframe class="captured" src="http://([^/"]+)([^"]*)"', around.text)
            assert found
            document = client.get(html.unescape(found[2]), headers={"Host": found[1]})
            assert document.status_code == 200
            text = client.get(to.text(capture)) if as_text else None
            words = (text.status_code, text.text) if text else (0, "")
            return Seen(around.text, document.text.partition("<body>")[2], words)

    return look


@pytest.mark.parametrize(
    ("body", "kind", "shown"),
    [
        (b"<p>words", "text/html", "<p>words</p>"),
        (b"<p>words", "application/xhtml+xml", "<p>words</p>"),
        (b"<p>words", "text/plain", '<pre dir="auto">&lt;p&gt;words</pre>'),
        (b"<!doctype html><p>words", "", "<p>words</p>"),
        (b"plain <words> & more", "", '<pre dir="auto">plain &lt;words&gt; &amp; more</pre>'),
        (b"{\"a\": \"<b>\"}", "application/ld+json", "&lt;b&gt;"),
        (b"%PDF-1.7", "application/octet-stream", "PDF document"),
        (b"anything", "application/pdf", "PDF document"),
        (b"", "text/plain", "The answer was empty."),
        (b"", "image/png", "The answer was empty."),
        (b"", "text/html", "This cannot be shown as a page: "),
        (BINARY, "application/octet-stream", "a file that browsers do not show"),
        (BINARY, "", "a file that browsers do not show"),
        (BINARY, "text/plain", "a file that browsers do not show"),
        (png(1, 1), "text/html", '<img src="'),
        (MP4, "text/html", '<video src="'),
        (b"\x47@\0", "video/mp2t", '<video src="'),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "application/xml", '<img src="'),
    ],
)  # fmt: skip
def test_what_it_is_shown_as(see: See, body: bytes, kind: str, shown: str) -> None:
    document = see(body, kind).document
    assert shown in document
    assert "<script" not in document


def test_an_address_stays_within_its_attribute(see: See) -> None:
    document = see(png(1, 1), "image/png").document
    (address,) = re.findall(r'<img src="([^"]*)" alt="The captured picture">', document)
    assert html.unescape(address) == f"/{STAMP}im_/https://news.example/it?a=1&b='%22%3Ci%3E"
    assert "&amp;b=" in address


def test_a_page_that_is_too_long_is_cut_and_that_is_said(see: See, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_PAGE", 30)
    seen = see(b"<p>" + b"a" * 27 + b"b" * 10, "text/html")
    assert f"<p>{'a' * 27}</p>" in seen.document
    assert "Cut short</strong> here" in seen.around


def test_a_page_of_just_that_length_is_whole(see: See, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_PAGE", 30)
    seen = see(b"<p>" + b"a" * 27, "text/html")
    assert f"<p>{'a' * 27}</p>" in seen.document
    assert "Cut short" not in seen.around


def test_a_text_has_a_bound_of_its_own(see: See, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_TEXT", 10)
    seen = see(b"0123456789abc", "text/plain")
    assert ">0123456789</pre>" in seen.document
    assert "Cut short</strong> here" in seen.around


@pytest.mark.parametrize("kind", ["text/html", "text/plain"])
def test_what_expands_beyond_reason_is_cut_and_that_is_said(see: See, kind: str) -> None:
    packed = gzip.compress(b"<p>the beginning" + b"a" * (32 << 20), mtime=0)
    seen = see(gzip.compress(packed, mtime=0), kind, ("Content-Encoding", "gzip, gzip"))
    assert "the beginning" in seen.document
    assert "Cut short</strong> here" in seen.around
    assert len(seen.document) < 20 << 20


def test_a_page_that_cannot_be_made_still_is_its_words(see: See, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.replay.stillpage.MAX_ELEMENTS", 3)
    seen = see(b"<title>t</title><style>s{}</style><p>the <b>words</b><script>1</script>", "text/html")
    assert "<pre" in seen.document
    assert re.sub(r"\s+", " ", seen.document.partition(">")[2].partition("</pre>")[0]).strip() == "the words"
    assert "Text only." in seen.around


def test_the_letters_are_those_that_the_header_declares(see: See) -> None:
    seen = see("<p>při řece".encode("iso-8859-2"), "text/html; charset=iso-8859-2", as_text=True)
    assert "při řece" in seen.document
    assert seen.text == (200, "<p>při řece")


@pytest.mark.parametrize("limit", [8 << 20, 8])
@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (b"0123456789", "text/plain", "0123456789"),
        ("мост мост".encode("koi8-r"), "text/plain; charset=koi8-r", "мост мост"),
        (b"a long text \xe2\x82", "text/plain", None),
        ("ab ab ab ab".encode("utf-16-le"), "text/plain; charset=utf-16le", "ab ab ab ab"),
        (b"\0" * 20, "text/plain", 415),
    ],
)
def test_a_text_is_read_to_its_end(
    see: See, monkeypatch: pytest.MonkeyPatch, limit: int, body: bytes, kind: str, text: str | int | None
) -> None:
    """Short ones are judged as a whole, long ones by what is declared."""
    monkeypatch.setattr(plaintext, "MAX_WHOLE", limit)
    status, found = see(body, kind, as_text=True).text
    if isinstance(text, int):
        assert status == text
    elif text is None:  # what breaks off is not left out without a word
        assert (status, found[:12]) == (200, "a long text ")
        assert len(found) > 12
    else:
        assert (status, found) == (200, text)
