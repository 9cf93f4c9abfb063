"""What does a capture look like as a page? HTML is made still, text and pictures get a page around them.

Decoded as `archiver find` decodes it (`archiver.article.encoding`), so that a reader sees the letters that were read.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from markupsafe import escape

from archiver.article import kind_of
from archiver.article.encoding import decode, query_codec
from archiver.errors import InputError
from archiver.model import Capture
from archiver.replay.isolation import is_svg, resource_type
from archiver.replay.payload import Payload, open_payload
from archiver.replay.plaintext import beginning_of, bytes_of, text_of
from archiver.replay.shelf import Shelf
from archiver.replay.stillpage import Leading, Need, RestlessPageError, still_page, words_of

MAX_PAGE = 8 << 20
"""Bytes of a page that is shown as one; the longest articles have a few MiB. A longer one is cut there. It takes about
ten times as much memory while it is made."""

MAX_TEXT = 4 << 20
"""And of one that is shown as its text: nobody reads further, and a file of a few kilobytes can stand for more."""

SNIFFED = 1024

JUDGED = 64 * 1024
"""Bytes by which it is told whether something is HTML."""

Form = Literal["page", "text", "picture", "film", "pdf", "empty", "file"]

PAGES = frozenset({"text/html", "application/xhtml+xml"})
PDF = "application/pdf"

_TEXT = re.compile(r"text/.*|application/(?:.*[+/])?(?:json|xml|javascript|ecmascript|x-ndjson|rss|atom)")

_AROUND = (
    '<!doctype html><html><head><meta name="viewport" content="width=device-width"><meta name="color-scheme"'
    ' content="light dark"><title>{title}</title><style>{style}</style></head><body>{body}</body></html>'
)
_TEXT_STYLE = "body{margin:1rem}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:14px/1.5 monospace}"
_MEDIA_STYLE = "body{margin:0;display:grid;place-items:center;min-height:100vh}img,video{max-width:100%;height:auto}"
_NOTE_STYLE = "body{margin:2rem;font:16px/1.5 sans-serif}p{max-width:40rem;overflow-wrap:anywhere}"


class Shown(NamedTuple):
    """A capture as a page."""

    html: str
    form: Form
    needs: tuple[Need, ...] = ()
    scripts: int = 0
    """That were taken out of it."""
    cut: bool = False
    """Was there more of it?"""
    restless: bool = False
    """Is it text because its markup cannot be shown safely?"""
    onward: str | None = None
    """Where the page sends its reader of itself."""
    payload: Payload | None = None


def shown(shelf: Shelf, capture: Capture, lead: Leading) -> Shown:
    """A capture as a page without anything that acts.

    lead: where its addresses lead; a picture or film is asked for as its own resource.

    Raises `DigestRefusedError` when its bytes are not those that were stored, `ArchiveError` when they cannot be read.
    """
    payload = open_payload(shelf.archive, capture)
    return _as_page(payload, capture.target_uri, lead)._replace(payload=payload)


def _as_page(payload: Payload, url: str, lead: Leading) -> Shown:
    beginning = beginning_of(payload, SNIFFED)
    media_type = payload.media_type
    if payload.kind:
        return _media(url, lead, payload.kind.element)
    if beginning.startswith(b"%PDF-") or media_type == PDF:
        return Shown(note("This is a PDF document. It is not shown here; the site offers it for saving."), "pdf")
    if media_type in PAGES or (not media_type and _is_page(payload)):
        return _page(payload, url, lead)
    if is_svg(beginning, media_type):
        return _media(url, lead, "img")
    if media_type.startswith(("video/", "audio/")) and resource_type("av", beginning, media_type):
        return _media(url, lead, "video")
    if not beginning:
        return Shown(note("The answer was empty."), "empty")
    if not media_type or _TEXT.fullmatch(media_type):
        try:
            text, cut = text_of(payload, MAX_TEXT)
        except InputError:
            pass
        else:
            return Shown(_plain(text), "text", cut=cut)
    return Shown(note("This is a file that browsers do not show. The site offers it for saving."), "file")


def _is_page(payload: Payload) -> bool:
    """Is what was given without a media type HTML, as `archiver find` reads it?"""
    try:
        return kind_of(text_of(payload, JUDGED)[0]) == "html"
    except InputError:
        return False


def _page(payload: Payload, url: str, lead: Leading) -> Shown:
    data, cut = bytes_of(payload, MAX_PAGE)
    try:
        text = decode(data, source=url, content_type=payload.content_type)
    except InputError as error:
        return Shown(note(f"This cannot be shown as a page: {error.problem}."), "empty")
    codec = query_codec(data, text, payload.content_type)
    del data
    try:
        page = still_page(text, url=url, lead=lead, codec=codec)
    except RestlessPageError:
        return Shown(_plain(words_of(text)), "text", cut=cut, restless=True)
    return Shown(page.html, "page", page.needs, page.scripts, cut, onward=page.onward)


def _media(url: str, lead: Leading, element: str) -> Shown:
    need = Need(url, "image" if element == "img" else "media")
    address = escape(lead.resource(*need))
    body = (
        f'<img src="{address}" alt="The captured picture">'
        if element == "img"
        else f'<video src="{address}" controls preload="metadata"></video>'
    )
    form: Form = "picture" if element == "img" else "film"
    return Shown(_AROUND.format(title=form.capitalize(), style=_MEDIA_STYLE, body=body), form, (need,))


def _plain(text: str) -> str:
    return _AROUND.format(title="Text", style=_TEXT_STYLE, body=f'<pre dir="auto">{escape(text)}</pre>')


def note(text: str, title: str = "Note") -> str:
    """A page of one sentence of ours, where a captured page would be."""
    return _AROUND.format(title=escape(title), style=_NOTE_STYLE, body=f"<p>{escape(text)}</p>")
