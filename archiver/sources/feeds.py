"""Which articles does a feed or a sitemap list?

RSS (0.9x, 1.0, 2.0: https://www.rssboard.org/rss-specification, https://web.resource.org/rss/1.0/), Atom (RFC 4287, and
0.3), JSON Feed (https://www.jsonfeed.org/version/1.1/), sitemaps and their indexes (https://www.sitemaps.org/protocol.html,
news sitemaps among them), a sitemap that is a plain list of addresses.

No I/O. What is listed is untrusted: addresses are text until somebody has checked them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

from archiver.errors import InputError, LimitError
from archiver.sources.markup import Close, Open, Text, events
from archiver.url import resolve_url

Kind = Literal["rss", "atom", "json feed", "sitemap", "sitemap index", "text sitemap"]

SITEMAPS: tuple[Kind, ...] = ("sitemap", "sitemap index", "text sitemap")

MAX_ENTRIES = 50_000
"""Of one file: what the sitemap protocol allows. Feeds have tens."""

MAX_TAGS = 4_000_000
"""Tags and texts of one file; a full sitemap with three languages and a picture for each page has two million."""

MAX_DEPTH = 64
"""Elements within each other. Those below are taken for parts of the lowest."""

MAX_JSON = 8 * 1024 * 1024
"""Bytes of a JSON Feed, which is read as a whole; those with a year of full articles have two million."""

MAX_ADDRESS = 8192

SNIFF = 4096

_BEFORE_ROOT = re.compile(
    # no possessive groups: up to 3.11.4, Python matches them wrongly where they have choices within
    r"(?:\s++|<\?[^>]*+>|<!--(?:[^-]|-(?!->))*-->|<!DOCTYPE\s++(?!html)[^>\[]*+(?:\[[^\]]*+\]\s*+)?>)*",
    re.IGNORECASE,
)
_ADDRESS_LINE = re.compile(r"https?://\S++$", re.IGNORECASE)
_ROOT = re.compile(r"<(?:([\w.-]{1,64}):)?(rss|rdf|feed|urlset|sitemapindex)(?=[\s>/])", re.IGNORECASE)
_RSS_IN_RDF = ("purl.org/rss/1.0", "my.netscape.com/rdf/simple/0.9", "purl.org/net/rss1.1")
_JSON_FEED = re.compile(r'"version"\s*+:\s*+"https?:\\?/\\?/(?:www\.)?jsonfeed\.org\\?/version\\?/')
_KINDS: dict[str, Kind] = {
    "rss": "rss", "rdf": "rss", "feed": "atom", "urlset": "sitemap", "sitemapindex": "sitemap index",
}  # fmt: skip
_PREFIXED = re.compile(r"<(/?)[A-Za-z_][\w.-]{0,63}:(?=[A-Za-z])")
_HTML_TYPES = ("html", "xhtml", "text/html", "application/xhtml+xml")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One article that is listed, or, in an index, one sitemap."""

    url: str | None
    """Absolute; null where there is none. Any scheme, unchecked."""
    name: str
    """What it is called where it has no address: its id, or its number."""
    html: str | None = None
    """The article as far as the feed itself has it."""
    title: str | None = None
    published: str | None = None
    """As the feed writes it."""


def kind_of_listing(text: str, *, name: str = "") -> Kind | None:
    """What kind of feed or sitemap begins so; null for anything else.

    text: the beginning of the document, decoded. name: of the file, or the last part of the address: a plain list of
    addresses is a sitemap only where its name says so.
    """
    start = text[:SNIFF]
    plain = start.lstrip("\ufeff \t\r\n")
    if plain.startswith("{"):
        return "json feed" if _JSON_FEED.search(start) else None
    if plain.startswith("<"):
        before = _BEFORE_ROOT.match(plain)
        root = _ROOT.match(plain, before.end() if before else 0)
        if root is None:
            return None
        found = root[2].lower()
        if found == "rdf" and not any(namespace in start for namespace in _RSS_IN_RDF):
            return None
        return _KINDS[found]
    name = name.lower()
    if "sitemap" in name and name.endswith((".txt", ".txt.gz")):
        lines = [line.strip() for line in start.splitlines() if line.strip()]
        if len(text) >= SNIFF and len(lines) > 1:
            lines.pop()  # it may go on behind what was read
        if lines and all(map(_ADDRESS_LINE.match, lines)):
            return "text sitemap"
    return None


def entries(text: str, kind: Kind, base: str | None) -> Iterator[Entry]:
    """What is listed, in the order of the file. base: its address, where it has one.

    Raises `InputError` where it is no such file after all, `LimitError` where it has more than the bounds; what came
    before stands.
    """
    if kind == "json feed":
        listed = _json_entries(text, base)
    elif kind == "text sitemap":
        listed = _text_entries(text)
    elif kind in SITEMAPS:
        listed = _sitemap_entries(text)
    else:
        listed = _Feed(text, base).entries()
    for number, entry in enumerate(listed):
        if number == MAX_ENTRIES:
            raise LimitError(f"it lists more than {MAX_ENTRIES:,} addresses: the rest was not read")
        yield entry


# --- sitemaps
# ----------------------------------------------------------------------------------------------


def _text_entries(text: str) -> Iterator[Entry]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield Entry(url=line.strip()[: MAX_ADDRESS + 1], name=str(number))


def _sitemap_entries(text: str) -> Iterator[Entry]:
    """`<loc>` of each `<url>` or `<sitemap>`; those of pictures and films stand deeper, under another prefix."""
    path: list[str] = []
    words: list[str] | None = None
    prefix: str | None = None
    found = 0
    for number, event in enumerate(events(text)):
        if number > MAX_TAGS:
            raise LimitError(f"it has more than {MAX_TAGS:,} tags: the rest was not read")
        if isinstance(event, Text):
            if words is not None:
                words.append(event.text)
            continue
        its, _, name = event.name.rpartition(":")
        name = name.lower()
        if isinstance(event, Open):
            prefix = its if prefix is None else prefix
            own = its == prefix and name in ("url", "sitemap", "loc")
            if own and name == "loc" and len(path) > 1 and path[-1] in ("url", "sitemap"):
                words = []
            elif own and name != "loc" and path[-1:] in (["url"], ["sitemap"]):
                path.pop()  # the one before was not closed
            if len(path) < MAX_DEPTH:
                path.append(name if its == prefix else f"{its}:{name}")
        else:
            if words is not None and name == "loc":
                found += 1
                yield Entry(url="".join(words).strip()[: MAX_ADDRESS + 1], name=str(found))
                words = None
            _close(path, name if its == prefix else f"{its}:{name}")
            if name in ("url", "sitemap") and its == prefix:
                words = None


def _close(path: list[str], name: str) -> None:
    """Take an element off the way, and those in it that were not closed; one that was never opened is passed over."""
    for at in range(len(path) - 1, -1, -1):
        if path[at] == name:
            del path[at:]
            return


# --- feeds
# ----------------------------------------------------------------------------------------------


class _Draft:
    """An entry under way."""

    def __init__(self, base: str | None) -> None:
        self.base = base
        self.link = self.other = self.original = self.id = self.title = self.published = ""
        self.id_is_link = True
        self.full = self.summary = ""
        self.source = ""
        """Where Atom's content lies, if not in the feed."""

    def entry(self, number: int) -> Entry:
        link = self.original or self.link or self.other or self.source
        if not link and self.id_is_link and _is_web(self.id):
            link = self.id
        return Entry(
            url=_absolute(self.base, link),
            name=self.id[:MAX_ADDRESS] or str(number),
            html=self.full or self.summary or None,
            title=self.title[:1000] or None,
            published=self.published[:64] or None,
        )


_READ = frozenset(
    {
        *("title", "link", "guid", "id", "description", "encoded", "content", "summary", "pubdate", "published"),
        *("issued", "date", "updated", "origlink", "body", "fullitem"),
    }
)
"""What is read of an entry, without prefixes."""

_PREFIXES = frozenset({"", "content", "atom", "atom10", "a10", "dc", "feedburner", "rss", "xhtml"})
"""Of what is read; elements with others (`media:content`) say something else by the same name."""

_ENTRIES = ("item", "entry")


class _Caught(NamedTuple):
    """The element that is being read."""

    prefix: str
    name: str
    opened: Open
    depth: int


class _Feed:
    """Reads RSS and Atom: items, and what stands right in each."""

    def __init__(self, text: str, base: str | None) -> None:
        self._text = text
        self._addressed = base is not None
        self._site = base
        """What relative addresses are relative to, where nothing nearer says so."""
        self._path: list[str] = []
        self._bases: list[str | None] = []
        self._deeper = 0
        """Elements that are open below the deepest that is looked at."""
        self._root: str | None = None
        """The prefix of the outermost element."""
        self._draft: _Draft | None = None
        self._depth = 0
        """Of the present entry."""
        self._caught: _Caught | None = None
        self._words: list[str] = []
        self._marked = False
        """What is being read holds tags."""
        self._count = 0

    def entries(self) -> Iterator[Entry]:
        for count, event in enumerate(events(self._text)):
            if count > MAX_TAGS:
                raise LimitError(f"it has more than {MAX_TAGS:,} tags: the rest was not read")
            if isinstance(event, Text):
                if self._caught is not None:
                    self._words.append(event.text)
                continue
            prefix, _, name = event.name.lower().rpartition(":")
            done = self._open(event, prefix, name) if isinstance(event, Open) else self._close(event, name)
            if done is not None:
                yield done
        last = self._draft
        if last is not None and (last.link or last.full or last.id):  # the file was cut short
            yield self._entry(last)

    def _entry(self, draft: _Draft) -> Entry:
        self._count += 1
        self._draft = self._caught = None
        return draft.entry(self._count)

    def _base(self) -> str | None:
        return self._bases[-1] if self._bases and self._bases[-1] is not None else self._site

    def _open(self, event: Open, prefix: str, name: str) -> Entry | None:
        self._marked = self._marked or self._caught is not None
        if len(self._path) >= MAX_DEPTH:
            self._deeper += 1
            return None
        self._root = prefix if self._root is None else self._root
        its_base = event.attributes.get("xml:base")
        self._bases.append(_absolute(self._base(), its_base) if its_base else self._bases[-1] if self._bases else None)
        self._path.append(name)
        if prefix != self._root and prefix not in _PREFIXES:
            return None
        if name in _ENTRIES:
            before, self._caught = self._draft, None
            if before is not None:  # that was not closed
                del self._path[self._depth - 1 : -1]
                del self._bases[self._depth - 1 : -1]
            self._draft, self._depth = _Draft(self._base()), len(self._path)
            self._draft.other = event.attributes.get("rdf:about", "")
            if before is not None:
                self._count += 1
                return before.entry(self._count)
        elif self._caught is not None:
            return None
        elif self._draft is None:
            self._of_feed(event, prefix, name)
        elif name in _READ and len(self._path) == self._depth + 1:
            self._catch(event, prefix, name)
            if name == "link":
                _take_link(self._draft, event)
            elif name == "content":
                self._draft.source = event.attributes.get("src", "")
        return None

    def _catch(self, event: Open, prefix: str, name: str) -> None:
        self._caught = _Caught(prefix, name, event, len(self._path))
        self._words, self._marked = [], False

    def _of_feed(self, event: Open, prefix: str, name: str) -> None:
        """Where the feed itself lies, or its site, if that is not known otherwise."""
        if self._addressed or name != "link":
            return
        href = event.attributes.get("href", "")
        relation = event.attributes.get("rel", "alternate").lower()
        if not href:
            self._catch(event, prefix, name)
        elif _is_web(href) and (relation == "self" or (relation == "alternate" and self._site is None)):
            self._site = href

    def _close(self, event: Close, name: str) -> Entry | None:
        if self._deeper and (not self._path or self._path[-1] != name):
            self._deeper -= 1
            return None
        if name not in self._path:
            return None
        at = len(self._path) - 1 - self._path[::-1].index(name)
        caught, draft = self._caught, self._draft
        if caught is not None and at < caught.depth:
            value = _value(self._text, caught.opened, event, self._words, marked=self._marked)
            if draft is not None:
                _take(draft, caught, value)
            elif self._site is None and _is_web(value.strip()):
                self._site = value.strip()
            self._caught = None
        del self._path[at:]
        del self._bases[at:]
        return self._entry(draft) if draft is not None and at < self._depth else None


def _is_web(address: str) -> bool:
    return address[:8].lower().startswith(("http://", "https://"))


def _take_link(draft: _Draft, event: Open) -> None:
    """Atom's links: the page of an entry is its `alternate`, HTML before others."""
    href = event.attributes.get("href", "").strip()
    if not href or event.attributes.get("rel", "alternate").lower() != "alternate":
        return
    if event.attributes.get("type", "text/html").lower() in ("text/html", "application/xhtml+xml"):
        draft.link = draft.link or href
    else:
        draft.other = draft.other or href


def _take(draft: _Draft, caught: _Caught, value: str) -> None:
    prefix, local, opened = caught.prefix, caught.name, caught.opened
    value = value.strip()
    if not value:
        return
    kind = opened.attributes.get("type", "").lower()
    if local == "link":
        if "href" not in opened.attributes:
            draft.link = draft.link or value
    elif local == "origlink":
        draft.original = value
    elif local in ("guid", "id"):
        draft.id = value
        draft.id_is_link = opened.attributes.get("ispermalink", "true").lower() != "false"
    elif local == "title":
        draft.title = draft.title or value
    elif local in ("pubdate", "published", "issued", "date"):
        draft.published = value
    elif local == "updated":
        draft.published = draft.published or value
    elif local in ("encoded", "body", "fullitem"):
        draft.full = value
    elif local in ("content", "summary", "description"):
        plain = local != "description" and kind not in _HTML_TYPES
        value = f"<p>{html.escape(value, quote=False)}</p>" if plain else value
        if local == "content" and prefix != "content":
            draft.full = draft.full or value
        else:
            draft.summary = draft.summary or value


def _value(text: str, opened: Open, closed: Close, words: list[str], *, marked: bool) -> str:
    """What an element holds: its text; where it has tags of its own, all as it is written."""
    if not marked:
        return "".join(words)
    inner = text[opened.end : closed.start]
    inner = inner.replace("<![CDATA[", "").replace("]]>", "")
    return _PREFIXED.sub(r"<\1", inner)  # <xhtml:div> is <div>


def _absolute(base: str | None, address: str) -> str | None:
    address = "".join(address.split("\n")).strip()[: MAX_ADDRESS + 1]
    if not address:
        return None
    return resolve_url(base, address) if base else address


# --- JSON Feed
# ----------------------------------------------------------------------------------------------


class _JsonItem(msgspec.Struct, gc=False):
    id: object = None
    url: object = None
    external_url: object = None
    content_html: object = None
    content_text: object = None
    title: object = None
    date_published: object = None


class _JsonFeed(msgspec.Struct):
    feed_url: object = None
    home_page_url: object = None
    items: list[msgspec.Raw] = []


def _json_entries(text: str, base: str | None) -> Iterator[Entry]:
    data = text.encode("utf-8", "replace")
    if len(data) > MAX_JSON:
        raise LimitError(f"a JSON Feed of more than {MAX_JSON // 1024**2} MiB")
    try:
        feed = msgspec.json.decode(data, type=_JsonFeed)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InputError(f"this JSON Feed is no JSON as it should be: {error}") from error
    base = base or _string(feed.feed_url) or _string(feed.home_page_url) or None
    for number, raw in enumerate(feed.items, 1):
        try:
            item = msgspec.json.decode(raw, type=_JsonItem)
        except (msgspec.DecodeError, RecursionError):
            yield Entry(url=None, name=str(number))
            continue
        plain = _string(item.content_text)
        content = _string(item.content_html) or (f"<p>{html.escape(plain, quote=False)}</p>" if plain else "")
        yield Entry(
            url=_absolute(base, _string(item.url) or _string(item.external_url)),
            name=(_string(item.id) or str(item.id if isinstance(item.id, int | float) else number))[:MAX_ADDRESS],
            html=content or None,
            title=_string(item.title)[:1000] or None,
            published=_string(item.date_published)[:64] or None,
        )


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
