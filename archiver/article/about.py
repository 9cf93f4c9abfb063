"""What does a document say of itself: its title, its language, the day of its publication?

Order of trust for the day, each only where those before are silent:

    1  JSON-LD: `datePublished` of the article itself, never of a related item, comment or picture
    2  `<meta>` that means the article: `article:published_time`, `parsely-pub-date`, `datePublished`…
    3  microdata: the first `itemprop=datePublished`, whatever its element
    4  the day in the article's own address: `/2022/11/09/`
    5  `<meta>` that may mean the page: `date`, Dublin Core
    6  `<time>`: `pubdate`, then one that is called published, then the first after the headline
    7  a by-line: a short line near the headline, or near the beginning of bare text, that prints a day in any language

For the language: what the page declares (`lang`, `content-language`, `og:locale`, JSON-LD), unless its text is clearly
in another, as where a CMS left `lang="en"` on a Greek page; for bare text what the text is in.

Cost: the head is parsed once, up to `HEAD`; of the rest bounded pieces are looked at.
"""

from __future__ import annotations

import calendar
import html as entities
import json
import re
from collections import deque
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from urllib.parse import urlsplit

import msgspec
from selectolax.lexbor import LexborHTMLParser

from archiver.article.longtext import LongText
from archiver.language.dates import read_date
from archiver.language.guess import contradicts, language_of

__all__ = ["About", "of_html", "of_text"]

HEAD = 256 * 1024
"""How far metadata is looked for in a page's head (big sites put inline styles before it)."""

NO_HEAD = 20_000
"""What is parsed as the head of a page that does not end it."""

MAX_TITLE = 500

MAX_SCRIPTS = 20
"""JSON-LD scripts that are read; pages have one to five."""

MAX_SCRIPT = 1_000_000
"""Code points of one JSON-LD script."""

MAX_NODES = 5_000
"""Objects of one JSON-LD script that are looked at."""

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Before the first there was no page; zero dates (1970, 0001) are a CMS's way to say nothing."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a document says of itself; null where it is silent."""

    language: str | None = None
    title: str | None = None
    published: str | None = None
    """ISO day, or RFC 3339 time where a zone is given."""


_ARTICLE_META = (
    *("article:published_time", "og:article:published_time", "og:published_time", "datepublished", "article.published"),
    *("parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "article:published", "published_time"),
    *("publish-date", "publishdate", "published-date", "publication_date", "pubdate", "article_date_original"),
    *(
        "dc.date.issued",
        "dcterms.issued",
        "dcterms.created",
        "citation_publication_date",
        "citation_date",
        "vr:published_time",
    ),
    *("bt:pubdate", "analyticsattributes.articledate", "ptime", "mediator_published_time", "eomportal-firstpublished"),
    *("date_published", "rnews:datepublished", "originalpublicationdate", "shareaholic:article_published_time"),
)
"""Names of `<meta>` that mean the article's publication, in the order in which they are believed."""

_PAGE_META = (
    "dc.date",
    "dcterms.date",
    "dc.date.created",
    "date",
    "dc.created",
    "created",
    "article_date",
    "datecreated",
)
"""Names of `<meta>` that some sites mean the page's making by."""

_ARTICLE_TYPES = frozenset(
    [
        "newsarticle",
        "article",
        "blogposting",
        "reportagenewsarticle",
        "analysisnewsarticle",
        "opinionnewsarticle",
        "backgroundnewsarticle",
        "reviewnewsarticle",
        "askpublicnewsarticle",
        "satiricalarticle",
        "advertisercontentarticle",
        "liveblogposting",
        "techarticle",
        "scholarlyarticle",
        "report",
        "socialmediaposting",
        "discussionforumposting",
        "claimreview",
        "recipe",
        "review",
        "podcastepisode",
        "creativework",
        "medicalwebpage",
        "qapage",
    ]
)
"""schema.org types whose `datePublished` is the article's."""

_PAGE_TYPES = frozenset({"webpage", "itempage", "videoobject", "product"})
"""Types that stand for the article where nothing better does."""

_NOT_ITSELF = frozenset(
    [
        "itemlistelement",
        "relatedlink",
        "ispartof",
        "mentions",
        "citation",
        "comment",
        "comments",
        "isbasedon",
        "sharedcontent",
        "liveblogupdate",
        "image",
        "author",
        "publisher",
        "logo",
        "about",
        "itemreviewed",
        "associatedmedia",
        "primaryimageofpage",
        "suggestedanswer",
        "breadcrumb",
        "potentialaction",
        "significantlink",
        "workexample",
        "hasvariant",
        "recommendation",
        "subjectof",
    ]
)
"""Properties whose values are other things than the article itself."""

_HTML = re.compile(r"<html\b", re.IGNORECASE)
_HTML_LANG = re.compile(
    r"<html\b[^>]{0,2000}?\s(?:xml:)?lang\s*=\s*[\"']?([a-z]{2,3}(?:[-_][a-z0-9]{1,8}){0,3})", re.IGNORECASE
)
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3})(?![A-Za-z])")
_DATE_IN_JSON = re.compile(r'"datePublished"\s{0,5}:\s{0,5}"([^"\\]{8,40})"')
_PROPERTY = re.compile(
    r"<([a-z]+)\b([^<>]{0,600}?\bitemprop\s{0,3}=\s{0,3}[\"']?[^\"'<>]{0,40}\bdatePublished\b[^<>]{0,400})>([^<>]{0,60})",
    re.IGNORECASE,
)
_TIME = re.compile(r"<time\b([^<>]{0,600})>", re.IGNORECASE)
_CONTENT = re.compile(r"\b(?:content|datetime|title)\s{0,3}=\s{0,3}[\"']?([^\"'<>]{6,60})", re.IGNORECASE)
_DATETIME = re.compile(r"\bdatetime\s{0,3}=\s{0,3}[\"']?([^\"'<>]{6,60})", re.IGNORECASE)
_CALLED_PUBLISHED = re.compile(r"\bpubdate\b|publish|entry-date|created|posted", re.IGNORECASE)
_CALLED_OTHERWISE = re.compile(r"updat|modif|comment|relat", re.IGNORECASE)
_URL_DAY = re.compile(r"[/_-]((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?=[/_.-]|$)")
_URL_DAY_SHORT = re.compile(
    r"/((?:19|20)\d\d)/(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|1[0-2]|0?[1-9])/([12]\d|3[01]|0?[1-9])/"
)
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}


def of_html(html: str | LongText, *, uri: str | None = None) -> About:
    """What the page `html` says of itself; `uri`, its address where it has one."""
    head = _Head(html)
    records = list(_records(html))
    record = _article_record(records, head, uri)
    title = head.title or head.named("og:title", "twitter:title", "dc.title") or _text(record.get("headline"))
    language = _declared_language(html, head, record)
    sample = _prose_of(html)
    if language is None:
        language = language_of(sample)
    elif sample:
        language = contradicts(sample, language) or language
    return About(
        language=language,
        title=title,
        published=_published(html, head, record, uri or head.address, language),
    )


def of_text(text: str, *, uri: str | None = None) -> About:
    """What bare text says of itself; `uri`, its address where it has one."""
    language = language_of(text)
    return About(
        language=language,
        title=_first_line(text),
        published=_day_in_url(uri) or _dateline(text, language),
    )


class _Head:
    """The `<head>`, parsed as a browser would."""

    def __init__(self, html: str | LongText) -> None:
        end = html.find("</head", 0, HEAD)
        if end < 0:
            end = html.find("</HEAD", 0, HEAD)
        parsed = LexborHTMLParser(html[: end if end >= 0 else NO_HEAD])
        found = parsed.css_first("title")
        self.title = (" ".join(found.text().split())[:MAX_TITLE] or None) if found is not None else None
        self.metas: dict[str, str] = {}
        for meta in parsed.css("meta[content]"):
            attributes = meta.attributes
            content = (attributes.get("content") or "").strip()
            for key in ("property", "name", "itemprop", "http-equiv"):
                name = attributes.get(key)
                if name and content:
                    self.metas.setdefault(name.strip().lower(), content)
        link = parsed.css_first("link[rel=canonical]")
        self.address = (link.attributes.get("href") if link is not None else None) or self.metas.get("og:url")

    def named(self, *names: str) -> str | None:
        """The first of these that is there."""
        return next((self.metas[name][:MAX_TITLE] for name in names if name in self.metas), None)


# --- JSON-LD
# ----------------------------------------------------------------------------------------------------------------

_Record = dict[str, object]


def _records(html: str | LongText) -> Iterator[_Record]:
    """Every object of the page's JSON-LD that may be the article itself, in document order."""
    at = 0
    for _ in range(MAX_SCRIPTS):
        at = html.find("application/ld+json", at)
        if at < 0:
            return
        start = html.find(">", at) + 1
        end = html.find("</script", start)
        if not start or end < 0:
            return
        at = end
        if end - start <= MAX_SCRIPT:
            yield from _objects(_parsed(html[start:end]))


def _parsed(written: str) -> object:
    written = written.strip()
    for opening, closing in (
        ("<!--", "-->"),
        ("//<![CDATA[", "//]]>"),
        ("<![CDATA[", "]]>"),
        ("/*<![CDATA[*/", "/*]]>*/"),
    ):
        if written.startswith(opening):
            written = written.removeprefix(opening).removesuffix(closing).strip()
    try:
        return msgspec.json.decode(written)
    except (msgspec.DecodeError, RecursionError):
        pass
    try:
        # line breaks within strings are the commonest fault
        parsed: object = json.loads(written.rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        found = _DATE_IN_JSON.search(written)
        return {"@type": "WebPage", "datePublished": found[1]} if found else None
    return parsed


def _objects(value: object) -> Iterator[_Record]:
    waiting = deque([value])
    for _ in range(MAX_NODES):
        if not waiting:
            return
        value = waiting.popleft()
        if isinstance(value, list):
            waiting.extendleft(reversed(value[:200]))
        elif isinstance(value, dict):
            yield value
            inner = (v for key, v in value.items() if isinstance(v, dict | list) and key.lower() not in _NOT_ITSELF)
            waiting.extendleft(reversed(list(islice(inner, 200))))


def _types(record: _Record) -> set[str]:
    kinds = record.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return {kind.rpartition("/")[2].rpartition(":")[2].lower() for kind in kinds if isinstance(kind, str)}


def _article_record(records: list[_Record], head: _Head, uri: str | None) -> _Record:
    """The record of the article itself: of an article's type, with its address or its title, else the first."""
    addresses = {_bare(address) for address in (uri, head.address, head.named("og:url")) if address}
    titles = {_folded(title) for title in (head.title, head.named("og:title")) if title}
    best: tuple[int, _Record] = (-1, {})
    for record in records:
        kinds = _types(record)
        if "datePublished" not in record and not kinds & _ARTICLE_TYPES:
            continue
        rank = 4 if kinds & _ARTICLE_TYPES else 1 if kinds & _PAGE_TYPES else 0
        rank += 4 * ("datePublished" in record)
        page = record.get("mainEntityOfPage")
        own = [record.get("url"), record.get("@id"), page.get("@id") if isinstance(page, dict) else page]
        if any(_bare(address) in addresses for address in own if isinstance(address, str)):
            rank += 2
        headline = _folded(_text(record.get("headline")) or _text(record.get("name")) or "")
        if headline and any(headline in title or title in headline for title in titles):
            rank += 2
        if rank > best[0]:
            best = (rank, record)
    return best[1]


def _text(value: object) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name") or value.get("alternateName")
    return " ".join(entities.unescape(value).split())[:MAX_TITLE] or None if isinstance(value, str) else None


def _bare(address: str) -> str:
    return address.partition("#")[0].partition("?")[0].rstrip("/").removeprefix("https:").removeprefix("http:")


def _folded(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.lower()))


# --- language
# ---------------------------------------------------------------------------------------------------------------


def _declared_language(html: str | LongText, head: _Head, record: _Record) -> str | None:
    root = _HTML.search(html[:HEAD])
    found = _HTML_LANG.match(html[root.start() : root.start() + LONGEST_TAG]) if root else None
    candidates = (
        found[1] if found else None,
        head.named("content-language", "dc.language", "dcterms.language", "language"),
        head.named("og:locale"),
        _text(record.get("inLanguage")),
    )
    for value in candidates:
        match = _LANGUAGE.match(value) if value else None
        if match and match[1].lower() not in ("und", "zxx", "mul"):
            return match[1].replace("_", "-")
    return None


PROSE_SAMPLE = 1500
"""Code points of paragraphs by which a page's language is checked: some two hundred words."""

SHORT = 40
"""Code points of a paragraph that tells little of its language; markup only makes its source longer."""

_TAG = re.compile(r"<[^<>]{0,2000}>")


def _prose_of(html: str | LongText) -> str:
    """Some paragraphs of the page, without markup. Not exact, only to tell the language."""
    pieces: list[str] = []
    size = 0
    at = html.find("<h1")
    at = max(at, 0)
    for _ in range(60):
        at = html.find("<p", at)
        if at < 0 or size >= PROSE_SAMPLE:
            break
        start = html.find(">", at, at + 2000) + 1
        at += 2
        if not start or html[at : at + 1] not in (" ", ">", "\n", "\t"):
            continue
        end = html.find("</p", start, start + 5000)
        if end < start + SHORT:
            continue
        piece = html[start:end]
        if "<" in piece:
            piece = _TAG.sub(" ", piece)
        piece = " ".join(entities.unescape(piece).split())
        if len(piece) >= SHORT:
            pieces.append(piece)
            size += len(piece)
    return "\n".join(pieces)[:PROSE_SAMPLE]


# --- publication
# ------------------------------------------------------------------------------------------------------------


def _published(
    html: str | LongText, head: _Head, record: _Record, address: str | None, language: str | None
) -> str | None:
    for value in _candidates(html, head, record, address):
        if value and (day := _moment(value, language)):
            return day
    return _byline(html, language)


def _candidates(html: str | LongText, head: _Head, record: _Record, address: str | None) -> Iterator[str | None]:
    yield _text(record.get("datePublished"))
    for name in _ARTICLE_META:
        yield head.metas.get(name)
    for _, found in _tags(html, "datePublished", _PROPERTY, 5):
        inside = _CONTENT.search(found[2])
        yield inside[1] if inside else found[3]
    yield _text(record.get("dateCreated")) or _text(record.get("uploadDate"))
    yield _day_in_url(address)
    for name in _PAGE_META:
        yield head.metas.get(name)
    yield _time_element(html)


def _some(pattern: re.Pattern[str], html: str, most: int) -> Iterator[re.Match[str]]:
    for number, found in enumerate(pattern.finditer(html)):
        if number >= most:
            return
        yield found


LONGEST_TAG = 4000
"""Code points of a start tag, with some of the text behind it, that are looked at: more than the patterns read."""


def _tags(html: str | LongText, word: str, pattern: re.Pattern[str], most: int) -> Iterator[tuple[int, re.Match[str]]]:
    """Start tags that have `word` in them, and where they begin. The word is searched for as it is written, which is
    many times as fast."""
    at = -1
    for _ in range(most):
        at = html.find(word, at + 1)
        if at < 0:
            return
        start = max(0, html.rfind("<", max(0, at - 700), at + 1))
        found = pattern.match(html[start : start + LONGEST_TAG])
        if found:
            yield start, found


def _time_element(html: str | LongText) -> str | None:
    headline = html.find("<h1")
    first: str | None = None
    after: str | None = None
    for start, found in _tags(html, "<time", _TIME, 40):
        moment = _DATETIME.search(found[1])
        if moment is None or _CALLED_OTHERWISE.search(found[1]):
            continue
        if _CALLED_PUBLISHED.search(found[1]):
            return moment[1]
        first = first or moment[1]
        if headline >= 0 and after is None and start > headline - 3000:
            after = moment[1]
    return after or first


def _day_in_url(address: str | None) -> str | None:
    """The day in an article's address, where it is nobody else's: `/2022/11/09/`, `/20221109/`, `-2022-11-09`."""
    if not address or not address.startswith(("http://", "https://", "/")):
        return None
    path = urlsplit(address).path if len(address) < 4000 else ""
    if found := _URL_DAY.search(path):
        return f"{found[1]}-{found[2]}-{found[3]}"
    if found := _URL_DAY_SHORT.search(path.lower() + "/"):
        month = _MONTHS.get(found[2]) or int(found[2])
        return f"{found[1]}-{month:02}-{int(found[3]):02}"
    return None


_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d)")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:T?\d{4,6}Z?)?")
_NUMERIC = re.compile(r"\D{0,30}(\d{1,2})[./-](\d{1,2})[./-]((?:19|20)\d\d)(?!\d)")


def _moment(value: str, language: str | None) -> str | None:
    """An ISO day or an RFC 3339 time; null for what is no day that a page can have been published on."""
    value = entities.unescape(value).strip()[:60]
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return _loose(value, language)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    if moment.tzinfo is None:
        return moment.date().isoformat()
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _loose(value: str, language: str | None) -> str | None:
    if found := _ISO_DAY.match(value) or _COMPACT.fullmatch(value):
        return _day(found[1], found[2], found[3])
    if value.isdecimal() and len(value) in (10, 13):
        return datetime.fromtimestamp(int(value[:10]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if value.endswith(("GMT", "UTC", "Z")) or re.search(r"[+-]\d{4}$", value):
        try:
            return _moment(parsedate_to_datetime(value).isoformat(), language)
        except (ValueError, TypeError, IndexError, OverflowError):
            pass
    return _printed(value, language)


def _printed(value: str, language: str | None) -> str | None:
    """A day as people print it; day and month in the order of the language where numbers leave it open."""
    printed = read_date(value, 0)
    if printed is not None and printed.day:
        return _day(*printed.day[:10].split("-"))
    if found := _NUMERIC.match(value):
        first, second = found[1], found[2]
        month_first = (language or "").lower() in ("en", "en-us", "es-us", "fil", "en-ph")
        if (
            month_first
            and (language or "").lower() == "en"
            and int(first) <= 12
            and int(second) <= 12
            and first != second
        ):
            return None
        return _day(found[3], first, second) if month_first and int(first) <= 12 else _day(found[3], second, first)
    return None


def _day(year: str, month: str, day: str) -> str | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found.isoformat() if FIRST_YEAR <= found.year <= LAST_YEAR else None


# --- by-lines and datelines
# -------------------------------------------------------------------------------------------------

BYLINE = 90
"""Code points of the longest line that is a by-line: a name, a day, a time, "min read"."""

NEAR = 60_000
"""Code points of markup after the headline in which a day is looked for by what its element is called."""

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)25[5-9]\d(?!\d)")
_DAY_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)|(?<!\d)\d{1,2}(?=\D)")
_PIECE = re.compile(r">([^<>]{6,400})<")
_CALLED_DATE = re.compile(
    r"<[a-z0-9]{1,10}\b[^<>]{0,200}?\bclass\s{0,3}=\s{0,3}[\"'][^\"'<>]{0,80}?(?:\bdate\b|publish|posted|pubdate|dateline|by-?line|"
    r"\bmeta\b|\bfecha\b|\bdatum\b|\btarih\b|\bdata\b)",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"@\w|\)\s{0,2}[^()]{0,25}$|^\s{0,3}[-–—―^*\[]|©|\(c\)|copyright", re.IGNORECASE)
"""What stands in the signature of a post, in an imprint or in a note."""


def _byline(html: str | LongText, language: str | None) -> str | None:
    """The day that is printed on a short line of its own near the headline."""
    headline = html.find("<h1")
    places = [(headline, 12_000)] if headline >= 0 else []
    beginning = max(headline, html.find("<body"), 0)
    called = islice(_called_dates(html[beginning : beginning + NEAR]), 4)
    places += [(beginning + found.end(), 400) for found in called if not _CALLED_OTHERWISE.search(found[0])]
    for start, length in places:
        for found in _some(_PIECE, html[start : start + length], 80):
            if day := _day_on_line(" ".join(entities.unescape(found[1]).split()), language):
                return day
    return None


_DATE_NAMES = ("dat", "publish", "posted", "by-line", "byline", "meta", "fecha", "tarih")
"""One of these is in each tag of `_CALLED_DATE`, in small letters."""


_START_TAG = re.compile(r"<[^<>/][^<>]*+")


def _called_dates(html: str) -> Iterator[re.Match[str]]:
    """The tags that are called after a date. Each tag is searched for the names first, which is a few times as fast."""
    for start in _START_TAG.finditer(html):
        tag = start[0].lower()
        if not tag.isascii() or ("class" in tag and any(name in tag for name in _DATE_NAMES)):
            found = _CALLED_DATE.match(html, start.start())
            if found is not None:
                yield found


def _day_on_line(line: str, language: str | None) -> str | None:
    """The day on a line that is short and has little else than names; null for prose and for signatures of posts."""
    if len(line) > BYLINE:
        return None
    year = _YEAR.search(line)
    if (
        year is None
        or _SIGNED.search(line)
        or _DAY_NUMBER.search(line[max(0, year.start() - 25) : year.end() + 12]) is None
    ):
        return None
    for start in _starts(line, year.start()):
        printed = read_date(line, start)
        if printed is not None and printed.start - start <= 12 and printed.end >= year.end() - 4:
            if printed.day:
                return _day(*printed.day[:10].split("-"))
            return _printed(line[printed.start :], language)
    return None


def _starts(line: str, year: int) -> list[int]:
    """Where a date with this year may begin, likeliest first: what is tried in vain is looked up in every language."""
    words = [found.start() for found in re.finditer(r"\S+", line[: year + 4])][-6:]
    own = words[-1]
    if own < year or re.match(r"\d{4}[-./年]", line[year:]):
        return [own]
    return [words[-count] for count in (3, 5, 4, 2, 1) if count <= len(words)]


def _dateline(text: str, language: str | None) -> str | None:
    """The day near the beginning of bare text, on a short line of its own, before its paragraphs and posts begin."""
    signed = False
    for number, line in enumerate(text[:1500].split("\n")[:12]):
        line = " ".join(line.split())
        # what a headline can have; the next lines of a post's signature are as short as a by-line
        if len(line) > 2 * BYLINE or (number and signed):
            return None
        signed = bool(_SIGNED.search(line)) or "://" in line
        if day := _day_on_line(line, language):
            return day
    return None


SHORTEST_HEADLINE, LONGEST_HEADLINE = 8, 150

_SENTENCE = re.compile(r"[.,;:。،؛।]$|https?://|@\w|^\W{0,3}$")


def _first_line(text: str) -> str | None:
    """The headline of bare text: a short first line that is no sentence, before longer ones."""
    first, _, rest = text[:20_000].strip().partition("\n")
    line = " ".join(first.split())
    marked = line.startswith(("# ", "## "))
    line = line.lstrip("#").strip() if marked else line
    if not 3 <= len(line) <= LONGEST_HEADLINE or not rest.strip():
        return None
    if marked:
        return line
    if line[0].islower() or len(line) < SHORTEST_HEADLINE or (line.isascii() and line.count(" ") < 2):
        return None
    if _SENTENCE.search(line) or _YEAR.search(line[-6:]) or max(map(len, rest.split("\n"))) <= len(line):
        return None
    return line
