"""What document is this? Bytes become an `Article`: decoded, told apart as HTML or text, with language, title and date.

Nothing is repaired: text that was damaged before it came here (mojibake, lost letters) stays as it is, because offsets
and digests refer to it.
"""

from __future__ import annotations

import base64
import hashlib
import html as entities
import json
import re
from datetime import date, datetime
from typing import Literal

import msgspec
from selectolax.lexbor import LexborHTMLParser

from archiver.article.encoding import decode
from archiver.errors import InputError
from archiver.model import Article

Kind = Literal["html", "text"]

MAX_DOCUMENT = 64 * 1024 * 1024
"""Bytes of one document, decoded. The longest articles have a few MiB; what is larger is data."""

_HEAD = 256 * 1024
"""How far metadata is looked for in a page's head (big sites put inline styles before it)."""

_SNIFF = 4096

_HTML_START = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|div|p|article|section|blockquote|figure|table|h[1-6]|span"
    r"|iframe|amp-[a-z]+|ul|ol|a\s|br|img|main|header|nav)\b",
    re.IGNORECASE,
)

_JSON_LD_DATE = re.compile(r'"datePublished"\s*:\s*"([^"\\]{8,40})"')
_TIME = re.compile(r"<time\b[^>]{0,400}?\bdatetime\s*=\s*[\"']?([0-9T:+.Z-]{8,40})", re.IGNORECASE)
_LANG = re.compile(
    r"<html\b[^>]{0,2000}?\s(?:xml:)?lang\s*=\s*[\"']?([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3})", re.IGNORECASE
)
_DATE_META = (
    *(
        "article:published_time",
        "og:article:published_time",
        "datepublished",
        "date",
        "dc.date",
        "dc.date.issued",
        "dcterms.date",
    ),
    *(
        "parsely-pub-date",
        "sailthru.date",
        "publishdate",
        "pubdate",
        "cxenseparse:recs:publishtime",
        "article.published",
    ),
)


def article_of(
    data: bytes,
    *,
    source: str,
    uri: str | None = None,
    content_type: str | None = None,
    kind: Kind | None = None,
) -> Article:
    """The article in `data`.

    Arguments: `source`, as the user named it; `uri`, where it has a URL; `content_type`, the header's whole value (a
    charset in it is obeyed); `kind`, where the file's name settles whether it is HTML.

    Raises `InputError` when the bytes are empty, too many, or no text.
    """
    if len(data) > MAX_DOCUMENT:
        raise too_large(source)
    text = decode(data, source=source, content_type=content_type)
    if not text.strip():
        raise InputError("the document is empty", subject=source)
    if kind is None:
        kind = kind_of(text, content_type)
    digest = hashlib.sha256(data)
    uri = uri or named_information(digest.digest())
    if kind == "text":
        return Article(source=source, uri=uri, digest=f"sha256:{digest.hexdigest()}", text=text)
    about = _metadata(text)
    return Article(
        source=source,
        uri=uri,
        digest=f"sha256:{digest.hexdigest()}",
        html=text,
        language=about.language,
        published=about.published,
        title=about.title,
    )


def too_large(source: str, limit: int = MAX_DOCUMENT) -> InputError:
    """The error for a document that is not read because of its size."""
    return InputError(
        f"the document is larger than {limit // (1024 * 1024)} MiB",
        subject=source,
        hint="split it, or give JSONL or WARC",
    )


def named_information(sha256: bytes) -> str:
    """The URI of a document that has none: `ni:///sha-256;…` (RFC 6920) of its bytes."""
    return "ni:///sha-256;" + base64.urlsafe_b64encode(sha256).decode("ascii").rstrip("=")


# --- HTML or not, and what a page says of itself
# --------------------------------------------------------------------------


def kind_of(text: str, content_type: str | None = None) -> Kind:
    """HTML where the header says so, or where the beginning is markup."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type in ("text/html", "application/xhtml+xml"):
        return "html"
    if media_type in ("text/plain", "text/markdown"):
        return "text"
    start = text[:_SNIFF].lstrip()
    if start.startswith("<") and (
        _HTML_START.match(start) or (start.startswith(("<!--", "<?xml")) and _HTML_START.search(start))
    ):
        return "html"
    tags = len(_HTML_START.findall(start))
    return "html" if tags >= 3 and tags * 200 > len(start) else "text"


class _About(msgspec.Struct):
    language: str | None = None
    title: str | None = None
    published: str | None = None


def _metadata(html: str) -> _About:
    about = _About()
    if found := _LANG.search(html, 0, _HEAD):
        about.language = found[1]
    end = html.lower().find("</head", 0, _HEAD)
    head = LexborHTMLParser(html[: end if end >= 0 else min(len(html), 20_000)])
    title = head.css_first("title")
    about.title = " ".join(title.text().split())[:500] or None if title is not None else None
    dates: dict[str, str] = {}
    for meta in head.css("meta[content]"):
        attributes = meta.attributes
        name = (attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or "").lower()
        if name == "og:title" and not about.title:
            about.title = (attributes.get("content") or "").strip()[:500] or None
        if name in _DATE_META:
            dates.setdefault(name, attributes.get("content") or "")
    candidates = [dates[name] for name in _DATE_META if name in dates]
    ordered = (
        [m[1] for m in (_JSON_LD_DATE.search(html),) if m] + candidates + [m[1] for m in (_TIME.search(html),) if m]
    )
    about.published = next((day for value in ordered if (day := _iso(value))), None)
    return about


def _iso(value: str) -> str | None:
    """An ISO day or an RFC 3339 time; null for anything else."""
    value = entities.unescape(value).strip()
    try:
        return date.fromisoformat(value).isoformat() if len(value) == 10 else _moment(value)
    except ValueError:
        return value[:10] if re.match(r"\d{4}-\d{2}-\d{2}(?!\d)", value) and _is_day(value[:10]) else None


def _moment(value: str) -> str | None:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        return moment.date().isoformat()
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def text_field(value: object) -> str | None:
    """A JSON value that has to be text."""
    return value if isinstance(value, str) and value else None


def json_object(line: bytes) -> dict[str, object] | None:
    """The JSON object on one line; null where it is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
