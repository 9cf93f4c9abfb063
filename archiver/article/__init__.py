"""What document is this? Bytes become an `Article`: decoded, told apart as HTML or text, with language, title and date.

Nothing is repaired: text that was damaged before it came here (mojibake, lost letters) stays as it is, because offsets
and digests refer to it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Literal

import msgspec

from archiver.article.about import About, of_html, of_text
from archiver.article.encoding import decode, long_text
from archiver.article.longtext import LongText
from archiver.errors import InputError
from archiver.http1 import media_type
from archiver.model import Article

Kind = Literal["html", "text"]

MAX_DOCUMENT = 64 * 1024 * 1024
"""Bytes of one document, decoded. The longest articles have a few MiB; what is larger is data."""

_SNIFF = 4096

_HTML_START = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|div|p|article|section|blockquote|figure|table|h[1-6]|span"
    r"|iframe|amp-[a-z]+|ul|ol|a\s|br|img|main|header|nav)\b",
    re.IGNORECASE,
)


def article_of(
    data: bytes,
    *,
    source: str,
    uri: str | None = None,
    content_type: str | None = None,
    kind: Kind | None = None,
    described: bool = True,
) -> Article:
    """The article in `data`.

    Arguments: `source`, as the user named it; `uri`, where it has a URL; `content_type`, the header's whole value (a
    charset in it is obeyed); `kind`, where the file's name settles whether it is HTML; `described`, whether its
    language, day and title are read, which takes as long as all else (`describe` does it later).

    Raises `InputError` when the bytes are empty, too many, or no text.
    """
    if len(data) > MAX_DOCUMENT:
        raise too_large(source)
    text = decode(data, source=source, content_type=content_type)
    if not text or text.isspace():
        raise InputError("the document is empty", subject=source)
    if kind is None:
        kind = kind_of(text, content_type)
    digest = hashlib.sha256(data)
    del data  # nobody else may hold it
    uri = uri or named_information(digest.digest())
    article = Article(
        source=source,
        uri=uri,
        digest=f"sha256:{digest.hexdigest()}",
        html=text if kind == "html" else None,
        text=text if kind == "text" else None,
    )
    return describe(article) if described else article


def long_page_of(
    data: bytes, *, source: str, uri: str | None = None, content_type: str | None = None
) -> tuple[Article, LongText | None]:
    """What `article_of` says of a large document, and where it is HTML that apart from it: `html` is empty then.

    Arguments and errors are those of `article_of`.
    """
    if len(data) > MAX_DOCUMENT:
        raise too_large(source)
    digest = hashlib.sha256(data)
    text = long_text(data, source=source, content_type=content_type)
    del data  # nobody else may hold it
    if not text or text.isspace():
        raise InputError("the document is empty", subject=source)
    html = kind_of(text[:_SNIFF], content_type) == "html"
    uri = uri or named_information(digest.digest())
    article = Article(
        source=source,
        uri=uri,
        digest=f"sha256:{digest.hexdigest()}",
        html="" if html else None,
        text=None if html else str(text),
    )
    if not html:
        return describe(article), None
    return _saying(article, of_html(text, uri=uri)), text


def describe(article: Article) -> Article:
    """The article with its language, the day of its publication and its title, as far as it tells them."""
    uri = article.uri
    about = of_html(article.html, uri=uri) if article.html is not None else of_text(article.text or "", uri=uri)
    return _saying(article, about)


def _saying(article: Article, about: About) -> Article:
    return msgspec.structs.replace(article, language=about.language, published=about.published, title=about.title)


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
    declared = media_type(content_type)
    if declared in ("text/html", "application/xhtml+xml"):
        return "html"
    if declared in ("text/plain", "text/markdown"):
        return "text"
    start = text[:_SNIFF].lstrip()
    if start.startswith("<") and (
        _HTML_START.match(start) or (start.startswith(("<!--", "<?xml")) and _HTML_START.search(start))
    ):
        return "html"
    tags = len(_HTML_START.findall(start))
    return "html" if tags >= 3 and tags * 200 > len(start) else "text"


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
