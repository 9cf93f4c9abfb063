"""What document is this? Bytes become an `Article`: decoded, told apart as HTML or text, with language, title and date.

Nothing is repaired: text that was damaged before it came here (mojibake, lost letters) stays as it is, because offsets
and digests refer to it.
"""

from __future__ import annotations

import base64
import codecs
import hashlib
import html as entities
import json
import re
from datetime import date, datetime
from typing import Literal

import msgspec
from selectolax.lexbor import LexborHTMLParser

from archiver.errors import InputError
from archiver.model import Article

Kind = Literal["html", "text"]

MAX_DOCUMENT = 64 * 1024 * 1024
"""Bytes of one document, decoded. The longest articles have a few MiB; what is larger is data."""

_HEAD = 256 * 1024
"""How far metadata is looked for in a page's head (big sites put inline styles before it)."""

_SNIFF = 4096

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"))
_BOMS16 = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)

_LABELS = {
    "iso-8859-1": "windows-1252",
    "latin-1": "windows-1252",
    "latin1": "windows-1252",
    "us-ascii": "windows-1252",
}
_LABELS |= {"ascii": "windows-1252", "iso8859-1": "windows-1252", "gb2312": "gb18030", "gbk": "gb18030"}
_LABELS |= {
    "shift_jis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "iso-8859-9": "cp1254",
    "tis-620": "cp874",
}
"""Where the Encoding standard (https://encoding.spec.whatwg.org/#names-and-labels) reads a name as a larger set."""

FEW_ERRORS = 200
"""One wrong byte in so many is damage in a UTF-8 text; more mean that it is none."""

_MAGIC = (
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an Office file"),
    (b"SQLite format 3", "a database"),
)

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


# --- characters
# -----------------------------------------------------------------------------------------------------------


def decode(data: bytes, *, source: str, content_type: str | None = None) -> str:
    """`data` as text: by byte order mark, the header's charset, `<meta charset>`, UTF-8, and last windows-1252.

    A byte order mark is not part of the text. Raises `InputError` when the bytes are no text.
    """
    if not data:
        raise InputError("the document is empty", subject=source)
    for mark, encoding in (*_BOMS, *_BOMS16):
        if data.startswith(mark):
            return data.decode(encoding, "replace").removeprefix("\ufeff")
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise InputError(f"this is {what}, not an article", subject=source, hint="give HTML or text")
    if (wide := _wide(data)) is not None:
        return data.decode(wide, "replace")
    if b"\0" in data:
        raise InputError("this is binary data: it has NUL bytes", subject=source, hint="give HTML or text")
    controls = sum(data[:_SNIFF].count(byte) for byte in range(32) if byte not in (9, 10, 11, 12, 13, 27))
    if controls * 20 > len(data[:_SNIFF]):
        raise InputError("this is binary data: it is full of control characters", subject=source)
    declared = _charset(content_type) or _meta_charset(data)
    for encoding in dict.fromkeys((declared or "utf-8", "utf-8")):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    damaged = data.decode("utf-8", "replace")
    if damaged.count("\ufffd") * FEW_ERRORS <= len(damaged):
        return damaged
    return data.decode("windows-1252", "replace")


def _charset(content_type: str | None) -> str | None:
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", content_type or "", re.IGNORECASE)
    return _known(found[1]) if found else None


def _meta_charset(data: bytes) -> str | None:
    found = _META_CHARSET.search(data, 0, _SNIFF)
    name = _known(found[1].decode("ascii")) if found else None
    # a document whose declaration can be read as ASCII is not in UTF-16 (HTML standard, encoding sniffing)
    return "utf-8" if name and name.startswith(("utf-16", "utf_16")) else name


def _known(label: str) -> str | None:
    name = _LABELS.get(label.strip().lower(), label.strip().lower())
    try:
        codec = codecs.lookup(name)
    except LookupError:
        return None
    # rot13, hex and their like are codecs to Python and no charset
    return codec.name if codec._is_text_encoding and codec.name not in ("utf-7", "unicode-escape", "idna") else None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of Latin text is NUL."""
    sample = data[:_SNIFF]
    half = len(sample) // 2
    if half < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > half * 0.4 and even == 0:
        return "utf-16-le"
    if even > half * 0.4 and odd == 0:
        return "utf-16-be"
    return None


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
