"""How do the articles that a feed or a sitemap lists become documents?

Each page is fetched, in the order of the list, once. Where it cannot be had, an article stands for it as far as the
feed itself has it: a page made of that, which says what it is of. A sitemap's index leads to sitemaps, which are
fetched, too, as far as the bounds let them: hostile ones lead in circles, or to millions.
"""

from __future__ import annotations

import hashlib
import html
import io
import zlib
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from archiver.article import MAX_DOCUMENT, article_of, too_large
from archiver.article.encoding import decode
from archiver.errors import ArchiverError, InputError, LimitError, NetworkError
from archiver.exchange import Exchange
from archiver.gunzip import MAX_EXPANSION, Gunzipped
from archiver.sources.damaged import reason_of
from archiver.sources.document import Document, OnError, OnNote
from archiver.sources.feeds import SITEMAPS, Entry, Kind, entries, kind_of_listing

MAX_NESTED = 3
"""An index leads to sitemaps, says the protocol; some publishers have indexes of indexes."""

MAX_FILES = 50_000
"""Sitemaps that are fetched for one SOURCE."""

MAX_PAGES = 1_000_000
"""Pages that are fetched for one SOURCE."""

FLOOR = 1024 * 1024
"""A packed sitemap of so many bytes may be packed however tightly."""

WEB = ("http://", "https://")

Fetch = Callable[[str], Exchange]
Page = Callable[[str, str], Document]
"""Fetches the page at an address; the other argument is what its document is called."""


class Following:
    """The articles of one SOURCE that is a feed or a sitemap.

    spec: the SOURCE. fetch: one GET with its redirects; null where no connection is opened for a file: then what the
    feed itself has of each article is all there is. page: the same for an article. note: told in a line of each page
    that could not be had and for which the feed's own text stands.
    """

    def __init__(
        self,
        spec: str,
        *,
        on_error: OnError,
        note: OnNote,
        fetch: Fetch | None,
        page: Page,
        max_document: int = MAX_DOCUMENT,
    ) -> None:
        self._spec = spec
        self._on_error = on_error
        self._note = note
        self._fetch = fetch
        self._page = page
        self._max_document = max_document
        self._seen: set[bytes] = set()
        self._pages = self._files = self._unread = self._own = 0

    def documents(self, text: str, kind: Kind, base: str | None) -> Iterator[Document]:
        """The articles of a listing. text: all of it. base: its address, where it has one."""
        yield from self._of(text, kind, base, self._spec, 0)
        if self._fetch is None and self._unread + self._own:
            self._tell_unread(kind)

    def _tell_unread(self, kind: Kind) -> None:
        what = "sitemap" if kind in SITEMAPS else "feed"
        if self._unread:
            raise InputError(
                f"{self._unread:,} pages that the {what} lists were not read: no connection is opened for a file",
                subject=self._spec,
                hint=f"give the {what}'s address",
            )
        self._note(f"{self._spec}: no page was fetched: what the feed itself has of them was read")

    def _of(self, text: str, kind: Kind, base: str | None, source: str, nested: int) -> Iterator[Document]:
        listed = entries(text, kind, base)
        while True:
            try:
                entry = next(listed, None)
            except ArchiverError as error:
                self._on_error(source, _about(error, source))
                return
            if entry is None:
                return
            if kind == "sitemap index":
                yield from self._sitemap(entry, nested)
            else:
                yield from self._article(entry)

    # -- sitemaps

    def _sitemap(self, entry: Entry, nested: int) -> Iterator[Document]:
        source = f"{self._spec}#{entry.url or entry.name}"
        if not self._is_new(entry.url, "sitemap"):
            return
        self._files += 1
        if self._files > MAX_FILES:
            raise LimitError(f"it leads to more than {MAX_FILES:,} sitemaps", subject=self._spec)
        try:
            url = _web(entry.url)
            if nested >= MAX_NESTED:
                raise LimitError(f"sitemaps' indexes lie more than {MAX_NESTED} deep in each other")
            if self._fetch is None:
                self._unread += 1
                return
            exchange = self._fetch(url)
            text, kind = self._listing(exchange, source)
        except (InputError, LimitError, NetworkError) as error:
            self._on_error(source, _about(error, source))
            return
        yield from self._of(text, kind, exchange.url, source, nested + 1)

    def _listing(self, exchange: Exchange, source: str) -> tuple[str, Kind]:
        if not 200 <= exchange.status < 300:
            raise InputError(f"the server answered {exchange.status}", subject=source)
        data = unpacked(exchange.payload(self._max_document), source, self._max_document)
        text = decode(data, source=source, content_type=exchange.header("content-type"))
        kind = kind_of_listing(text, name=last_part(exchange.url))
        if kind not in SITEMAPS:
            raise InputError("this is no sitemap", subject=source)
        return text, kind

    # -- articles

    def _article(self, entry: Entry) -> Iterator[Document]:
        source = f"{self._spec}#{entry.url or entry.name}"
        if not self._is_new(entry.url or f"{entry.name} {entry.html}", "page"):
            return
        self._pages += 1
        if self._pages > MAX_PAGES:
            raise LimitError(f"it leads to more than {MAX_PAGES:,} pages", subject=self._spec)
        try:
            document = self._document(entry, source)
        except (InputError, LimitError, NetworkError) as error:
            self._on_error(source, _about(error, source))
            return
        if document is not None:
            yield document

    def _document(self, entry: Entry, source: str) -> Document | None:
        """The article; null where its page may not be fetched, and the feed has nothing of it."""
        if entry.url is None:
            return own_page(entry, source)
        try:
            url = _web(entry.url)
            if self._fetch is not None:
                return self._page(url, source)
        except (InputError, LimitError, NetworkError) as error:
            if entry.html is None:
                raise
            self._note(f"{source}: {error.problem}: what the feed itself has of it was read")
            return own_page(entry, source)
        if entry.html is None:
            self._unread += 1
            return None
        document = own_page(entry, source)
        self._own += 1
        return document

    def _is_new(self, what: str | None, kind: str) -> bool:
        digest = hashlib.blake2b(
            f"{kind} {(what or '').partition('#')[0]}".encode("utf-8", "surrogatepass"), digest_size=16
        ).digest()
        if digest in self._seen:
            return False
        self._seen.add(digest)
        return True


def own_page(entry: Entry, source: str) -> Document:
    """An article as far as its feed has it, as a page.

    It names where it belongs, so that its links can be followed and its day is known; it has no address of its own,
    because nothing at that address was seen to show it.

    Raises `InputError` where the feed has nothing of it.
    """
    if not entry.html:
        raise InputError("it has neither an address nor a text of its own", subject=source)
    head = ['<meta charset="utf-8">']
    if entry.title:
        head.append(f"<title>{html.escape(entry.title)}</title>")
    if entry.url and entry.url[:8].lower().startswith(WEB):
        head.append(f'<base href="{html.escape(entry.url)}">')
    if entry.published:
        head.append(f'<meta property="article:published_time" content="{html.escape(_time(entry.published))}">')
    body = f"<body><article>\n{entry.html}\n</article></body>"
    data = f"<!DOCTYPE html>\n<html><head>{''.join(head)}</head>\n{body}</html>\n".encode("utf-8", "replace")
    content_type = "text/html; charset=utf-8"
    article = article_of(data, source=source, kind="html", content_type=content_type)
    return Document(article=article, data=data, content_type=content_type)


def _time(written: str) -> str:
    """RSS writes times as mail does (RFC 822); all others as RFC 3339."""
    try:
        return parsedate_to_datetime(written).isoformat()
    except (ValueError, OverflowError, IndexError, TypeError):
        return written


def unpacked(data: bytes, source: str, limit: int) -> bytes:
    """What a gzip file holds, as sitemaps are often served; other bytes as they are.

    Raises `InputError`, `LimitError`.
    """
    if not data.startswith(b"\x1f\x8b"):
        return data
    stream = Gunzipped(io.BytesIO(data), source)
    pieces, size = [], 0
    try:
        while piece := stream.read(1 << 16):
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                raise too_large(source, limit)
            if size > max(FLOOR, len(data) * MAX_EXPANSION):
                raise LimitError(f"the document expands more than {MAX_EXPANSION} times", subject=source)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"the gzip data is damaged: {reason_of(error)}", subject=source) from error
    return b"".join(pieces)


def first_unpacked(start: bytes) -> bytes:
    """What the first bytes of a gzip file give; other bytes as they are."""
    if not start.startswith(b"\x1f\x8b"):
        return start
    try:
        return zlib.decompressobj(31).decompress(start, 1 << 13)
    except zlib.error:
        return start


def last_part(url: str) -> str:
    """What a URL's file is called."""
    try:
        return urlsplit(url).path.rpartition("/")[2]
    except ValueError:
        return ""


def _web(url: str | None) -> str:
    """Raises `InputError` for what is never fetched."""
    if url is None:
        raise InputError("it has no address")
    if not url[:8].lower().startswith(WEB):
        known = ":" in url.partition("/")[0]
        raise InputError(
            "only http and https addresses can be read"
            if known
            else "its address is relative, and nothing says to what"
        )
    return url


def _about(error: ArchiverError, subject: str) -> ArchiverError:
    """The same, said of this part of the SOURCE."""
    if error.subject is not None:
        return error
    return type(error)(error.problem, subject=subject, hint=error.hint)
