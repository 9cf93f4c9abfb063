"""How untrusted values become HTML: each filter of the templates, and nothing else makes markup.

What comes out of a capture may hold control characters, marks that turn the writing direction, and URLs that run
scripts. Here they become visible, isolated, or plain text.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from unicodedata import bidirectional
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from archiver.language.wordings import Piece
from archiver.model import Article, Capture
from archiver.store.catalogue import NO_TIME

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# C0 and C1 controls, DEL, line and paragraph separators, and what changes direction or hides itself (UAX 9, UTS 39).
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]"
)
# In people's words joiners, direction marks and line breaks are spelling; embeddings and overrides are not.
_DECEPTIVE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")

OLD_LANGUAGE_CODES = {"iw": "he", "in": "id", "ji": "yi"}
"""ISO 639 codes withdrawn in 1989; some platforms still send them."""

NO_LANGUAGE = re.compile(r"(?:und|zxx|mul|mis|q[a-z]{2})(?:-.*)?", re.IGNORECASE)
"""Codes that name no language (ISO 639-2), and the private ones (platforms use them for "no words")."""


RIGHT_TO_LEFT = frozenset((
    "apc", "ar", "ary", "bal", "bgn", "bqi", "brh", "ckb", "dv", "fa", "he", "ks", "lrc", "mzn", "nqo", "pnb", "ps",
    "rhg", "sd", "sdh", "skr", "syr", "trw", "ug", "ur", "yi",
))  # fmt: skip
"""Languages that are written so (CLDR, `characterOrder`), where no script is named."""

RIGHT_TO_LEFT_SCRIPTS = frozenset(("adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa"))

_ASIDE = re.compile(r"[@＠][\w.@-]+|https?://\S+|\bpic\.twitter\.com/\S+")
"""Names and links in a post are no words of its language: posts often begin with them."""

_LEFTWARDS = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")
"""The blocks that Unicode keeps for scripts written from right to left (UAX 44, DerivedBidiClass)."""

_STRONG = frozenset(("L", "R", "AL"))
"""Bidirectional classes of letters (UAX 9, table 4)."""

MAX_STRONG = 4000
"""Code points among which the writing's direction is looked for."""


def visible(value: object) -> Markup:
    """A technical value (URL, header field, digest) with its invisible characters shown as their code points."""
    return _shown(str(value), _INVISIBLE)


def words(value: object) -> Markup:
    """People's words (a name, a title) with control characters and direction overrides shown as their code points.

    Among letters that are written from right to left, names and links keep their own direction: else the `@` stands
    behind a Latin name, and the last stroke of an address in front of it.
    """
    text = str(value)
    if not _LEFTWARDS.search(text):
        return _shown(text, _DECEPTIVE)
    out: list[Markup] = []
    position = 0
    for match in _ASIDE.finditer(text):
        out.append(_shown(text[position : match.start()], _DECEPTIVE))
        out.append(Markup("<bdi>{}</bdi>").format(_shown(match.group(), _DECEPTIVE)))
        position = match.end()
    out.append(_shown(text[position:], _DECEPTIVE))
    return Markup("").join(out)


def _shown(text: str, hidden: re.Pattern[str]) -> Markup:
    out: list[Markup] = []
    position = 0
    for match in hidden.finditer(text):
        out.append(escape(text[position : match.start()]))
        out.append(Markup('<span class="invisible">U+{:04X}</span>').format(ord(match.group())))
        position = match.end()
    out.append(escape(text[position:]))
    return Markup("").join(out)


def external(url: str | None, label: str | None = None) -> Markup:
    """A link to the live web, where the URL is http(s); else the text alone."""
    if not url:
        return Markup("")
    shown = Markup("<bdi>{}</bdi>").format(visible(label or url))
    if not is_web_url(url):
        return Markup('<code class="url">{}</code>').format(shown)
    return Markup('<a class="live url" href="{}" rel="noreferrer noopener nofollow">{}</a>').format(url, shown)


def is_web_url(url: str) -> bool:
    """An absolute http(s) URL that a browser reads as we do."""
    if _INVISIBLE.search(url) or "\\" in url or url != url.strip():
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})


_FILE_NAME = re.compile(r"ni:///sha-256;[A-Za-z0-9_-]{43}")
"""RFC 6920: what an article is called that was given as a file."""


def is_page_address(url: str) -> bool:
    """Can what was captured there be seen as a page: an address of the web, or the name of a file that was given?"""
    return is_web_url(url) or _FILE_NAME.fullmatch(url) is not None


def is_page(capture: Capture | None) -> bool:
    """Can this capture be seen as a page: HTML, from the web or a file?"""
    return (
        capture is not None
        and capture.record_type in ("response", "revisit", "resource")
        and capture.content_type in PAGE_TYPES
        and capture.time != NO_TIME
        and is_page_address(capture.target_uri)
    )


def time(moment: datetime | None) -> Markup:
    """A moment in UTC, readable by people and programs."""
    if moment is None or moment == NO_TIME:
        return Markup('<span class="unknown">no date</span>')
    try:
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return Markup('<span class="unknown">no valid date</span>')
    machine = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}">{}, {:%H:%M:%S} UTC</time>').format(machine, _day(moment), moment)


def day(value: str | None) -> Markup:
    """An ISO day or RFC 3339 time, as text out of an article or answer; what is neither is shown as it stands.

    A time that was given in another zone than UTC is shown in that one, too: it is the author's or the article's.
    """
    if not value:
        return Markup("")
    try:
        if len(value) == 10:
            return Markup('<time datetime="{}">{}</time>').format(value, _day(date.fromisoformat(value)))
        moment = datetime.fromisoformat(value)
    except ValueError:
        return Markup("<bdi>{}</bdi>").format(visible(value))
    offset = moment.utcoffset()
    if not offset:
        return time(moment)
    zone = f"{moment:%z}"
    shown = f"{moment:%H:%M} at UTC{zone[:3]}:{zone[3:]}"
    try:
        if moment.date() != moment.astimezone(UTC).date():
            shown = f"{_day(moment)}, {shown}"
    except OverflowError:
        pass  # the time in UTC says so
    return Markup('{} <span class="zone">({})</span>').format(time(moment), shown)


def _day(value: date) -> str:
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def size(number: int | None) -> Markup:
    """Bytes, exactly, and rounded where they are many."""
    if number is None:
        return Markup('<span class="unknown">unknown</span>')
    exact = f"{number:,} {'byte' if number == 1 else 'bytes'}"
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= factor:
            return Markup("{:.1f} {} <small>({})</small>").format(number / factor, unit, exact)
    return escape(exact)


def language(code: str | None) -> str:
    """A value for a `lang` attribute: empty (language unknown) where the code names none."""
    if not code or NO_LANGUAGE.fullmatch(code) or not _LANGUAGE.fullmatch(code):
        return ""
    first, hyphen, rest = code.partition("-")
    return OLD_LANGUAGE_CODES.get(first.lower(), first) + hyphen + rest


def direction(text: str | None, code: str | None = None) -> str:
    """A value for a `dir` attribute: that of the language `code` (BCP 47) where the text has letters of such a script,
    else that of the first letter that is in no name and no link (UAX 9, P2); `auto` where there is none.

    The first letter alone would set an Arabic sentence from left to right that begins with a Latin name.
    """
    kinds = [kind for sign in _ASIDE.sub(" ", (text or "")[:MAX_STRONG]) if (kind := bidirectional(sign)) in _STRONG]
    tags = language(code).lower().split("-")
    script = next((tag for tag in tags[1:] if len(tag) == 4), None)
    if script in RIGHT_TO_LEFT_SCRIPTS or (script is None and tags[0] in RIGHT_TO_LEFT):
        return "rtl" if any(kind != "L" for kind in kinds) else "auto"
    return "auto" if not kinds else "ltr" if kinds[0] == "L" else "rtl"


def given_as(source: str) -> Markup:
    """What an article was given as. The folders of a file's path are an element of their own: pages that are handed on
    leave it out."""
    folder, name = _folder_and_name(source)
    return (
        Markup('<span data-folder="">{}</span>{}').format(visible(folder), visible(name)) if folder else visible(name)
    )


def name_of(source: str) -> str:
    """The same without the folders, for what is handed on."""
    return _folder_and_name(source)[1]


def headline(article: Article) -> str:
    """What an article is called: its title, where it has one to be seen, else its address or its file's name."""
    title = article.title or ""
    return title if _INVISIBLE.sub("", title).strip() else _folder_and_name(article.source)[1]


def _folder_and_name(source: str) -> tuple[str, str]:
    """A document within a file is named behind a `#`: `crawl.warc.gz#https://…`."""
    file = source.partition("#")[0]
    if "://" in file or file.startswith("urn:"):
        return "", source
    at = max(file.rfind("/"), file.rfind("\\")) + 1
    return (source[:at], source[at:]) if source[at:] else ("", source)


def bare(value: object) -> str:
    """For a page's title, which holds no markup: without controls, and without what turns the writing."""
    return " ".join(_DECEPTIVE.sub(" ", str(value)).split())


def marked(pieces: tuple[Piece, ...], kind: str = "") -> Markup:
    """One side of a comparison: what the other side has not is marked. `kind`: the class of the marks."""
    mark = Markup('<mark class="{}">{{}}</mark>').format(kind) if kind else Markup("<mark>{}</mark>")
    return Markup("").join(words(piece.text) if piece.shared else mark.format(words(piece.text)) for piece in pieces)


def moment(value: datetime | None) -> str:
    """A moment for programs (RFC 3339, UTC), for a script that shows the reader's own time; empty for none."""
    if value is None or value == NO_TIME:
        return ""
    try:
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (OverflowError, ValueError):
        return ""


def span(length: timedelta) -> str:
    """A length of time, in the largest unit that it has two of."""
    seconds = int(length.total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return count(seconds // size, unit)
    return count(seconds, "second")


def count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def environment() -> Environment:
    """The templates, with autoescaping and these filters."""
    templates = Environment(
        loader=PackageLoader("archiver.replay"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(
        visible=visible,
        words=words,
        external=external,
        time=time,
        day=day,
        size=size,
        language=language,
        marked=marked,
        moment=moment,
        count=count,
        span=span,
        direction=direction,
        given_as=given_as,
        headline=headline,
        bare=bare,
    )
    templates.tests["page"] = is_page
    return templates
