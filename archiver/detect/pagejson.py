"""Which posts does JSON in a page name as embeds of the article?

Pages that a script draws keep the article as JSON: blocks of a content system (`"type": "embed"`), oEmbed answers
(`raw_oembed`), HTML of embeds within strings. A post counts where its object says that it is an embed, or where a
string holds an embed's HTML; a link within prose, a list of related articles or the page's own accounts do not.

Source: PLATFORMS facts on page JSON (Arc Fusion, Guardian, Next.js, WordPress blocks, Substack, Conde Nast).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from archiver.detect.payloads import MAX_PAYLOAD
from archiver.detect.permalinks import Named, Permalinks
from archiver.platforms.links import MAX_URL

MAX_JSON = 8_000_000
"""Characters of one JSON that are read; real pages keep below 3,000,000."""

MAX_NODES = 300_000
"""Values of one JSON that are looked at."""

_TYPE_KEYS = (
    *(
        "type",
        "__typename",
        "__component",
        "kind",
        "name",
        "is",
        "component",
        "componentName",
        "subtype",
        "blockName",
        "_type",
    ),
    *(
        "provider",
        "providerNameSlug",
        "provider_name",
        "embedType",
        "element",
        "contentType",
        "embed_type",
        "elementType",
    ),
)
_EMBED_TYPE = re.compile(
    r"(?:^|[^a-z])(?:o?embed|tweet|twitter|instagram|tik-?tok|facebook|bluesky|mastodon|threads|reddit|telegram"
    r"|social-?(?:media|post|embed))|embed$|(?:o?embed|tweet|instagram|tiktok)(?:s?block|element|component)",
    re.IGNORECASE,
)
_NOT_THE_ARTICLES = re.compile(
    r"relat|recommend|trending|popular|latest|mostread|most_read|more_?from|sidebar|footer|header|comment|nav|menu"
    r"|author|byline|share|sharing|follow|social_?(?:links|profiles|accounts)|sameas|sitemap|breadcrumb|teaser|river"
    r"|playlist|queue|next_?(?:article|story)|advert"
    r"|(?:instagram|insta|ig|twitter|tweets?|social|tiktok|facebook|fb|youtube)_?(?:media)?_?(?:feed|wall|timeline|stream)",
    re.IGNORECASE,
)
_OPTIONS = re.compile(r"config|settings", re.IGNORECASE)
_EMBED_HTML = re.compile(
    r"<(?:blockquote|iframe|amp-[a-z]|twitter-widget|script[^>]{1,200}data-telegram-post|div[^>]{1,200}fb-(?:post|video))",
    re.IGNORECASE,
)
_BROKEN_AT = re.compile(r"\(byte (\d+)\)")
LOOKS_AHEAD = 16
"""How many characters behind a fault the JSON reader may have looked at."""

_START = re.compile(r"\s*(?:(?:window|self|var|let|const)\b[\w\s.\"'\[\]$]{0,80}=\s*)?(?=[\[{])")
_JSON_PARSE = re.compile(r"JSON\.parse\(\s{0,20}(?=[\"'])")
_UNDEFINED = re.compile(r"undefined(?:(?<=[:\[,]undefined)|(?<=[:\[,]\sundefined))(?=\s?[,}\]])")
"""What stands before the word is asked behind it: the search is for the word then, not for each comma."""

MARKS = ('mbed"', 'mbed\\"', 'weetRecord"', "blockquote", 'weet"', 'nstagram"', 'iktok"')
"""One of these is in every JSON that `read` finds a post in; a search is cheaper than reading it."""

_STEMS: tuple[tuple[str, tuple[str, ...] | None], ...] = (
    ("mbed", ('mbed"', 'mbed\\"')),
    ("weet", ('weetRecord"', 'weet"')),
    ("iktok", ('iktok"',)),
    *((mark, None) for mark in MARKS if not any(stem in mark for stem in ("mbed", "weet", "iktok"))),
)
"""`MARKS`, those that share a stem behind it, or end with what is frequent: most scripts are searched once for each
stem."""

_MARKED_BY_TWO = ('witter"', "/status/")
"""Or both of these: scripts of share buttons have the first."""

EVERY_MARK = (*MARKS, _MARKED_BY_TWO[0])
"""One of these is in every script of which `may_hold_posts`."""


def may_hold_posts(script: str) -> bool:
    """Whether it is worth the cost of reading a script's JSON."""
    for stem, marks in _STEMS:
        if stem in script and (marks is None or any(mark in script for mark in marks)):
            return True
    return all(mark in script for mark in _MARKED_BY_TWO)


def value_of(script: str) -> Any:
    """The JSON that a script holds or assigns; null where there is none."""
    if len(script) > MAX_JSON:
        return None
    start = _START.match(script)
    at = start.end() if start else -1
    if at < 0:
        parse = _JSON_PARSE.search(script[:400])
        if parse is None:
            return None
        end = _end_of_string(script, parse.end())
        if script[parse.end()] == "'":
            return _decode(_ESCAPED.sub(r"\1", script[parse.end() + 1 : end]))
        inner = _decode(script[parse.end() : end + 1])
        return _decode(inner) if isinstance(inner, str) else None
    text = script[at:].strip()
    close = max(text.rfind("}"), text.rfind("]"))
    if close + 1 < len(text):
        return _decode(text[: close + 1])  # what is behind it is none of it: read whole, it would be read twice
    try:
        return msgspec.json.decode(text)
    except (UnicodeEncodeError, RecursionError):
        pass
    except msgspec.DecodeError as error:
        broken = _BROKEN_AT.search(str(error))
        if broken is not None and int(broken[1]) + LOOKS_AHEAD < close:
            return None  # the same fault is in what is left when the end is cut off
    return _decode(text[: close + 1])


ASSIGNED = re.compile(
    r"(?:^|[;}\n])\s{0,20}(?:(?:window|self|globalThis|var|let|const)[\s.]{1,5})?(?P<name>[\w$.]{1,80})\s{0,5}=\s{0,20}"
    r"(?=[\[{]|[\"'][\[{])"
)
_OTHERS = re.compile(r"cache|config|settings|options|feed", re.IGNORECASE)
"""Names of what a page keeps of other pages, or of how it is shown."""
_ESCAPED = re.compile(r"\\([\"'\\/])")

_IS = re.compile(r"=\s{0,20}(?=[\[{]|[\"'][\[{])")
_REACH = 1 + 20 + (len("globalThis") + 5) + 80 + 5
"""Code points of the longest assignment before its `=`."""


def assigned_in(script: str, at: int) -> re.Match[str] | None:
    """The first match of `ASSIGNED` from `at` on: looked for around each `=` before a bracket, which is many times as
    fast as to look for a name at each place."""
    for sign in _IS.finditer(script, at):
        found = ASSIGNED.search(script, max(at, sign.start() - _REACH), sign.end() + 2)
        if found is not None:
            return found
    return None


MAX_ASSIGNED = 20
"""Assignments of one script that are read."""

MAX_BROKEN = 5
"""Of these: assignments of what is no JSON, each of which may be read to the script's end."""


def values_of(script: str) -> list[Any]:
    """Each JSON that a script of several statements assigns, or the one that it holds."""
    value = value_of(script)
    if value is not None or len(script) > MAX_JSON:
        return [] if value is None else [value]
    if "undefined" in script:
        script = _UNDEFINED.sub("null", script)
    found: list[Any] = []
    at = broken = 0
    for _ in range(MAX_ASSIGNED):
        assigned = assigned_in(script, at)
        if assigned is None:
            break
        at = assigned.end()
        if _NOT_THE_ARTICLES.search(assigned["name"]) or _OTHERS.search(assigned["name"]):
            continue
        if script[at] in "\"'":
            end = _end_of_string(script, at)
            value = _decode(_ESCAPED.sub(r"\1", script[at + 1 : end]))
        else:
            try:
                value, end = _SCANNER.raw_decode(script, at)
            except (ValueError, RecursionError):
                broken += 1
                if broken == MAX_BROKEN:
                    break
                continue
        at = end
        if value is not None:
            found.append(value)
    return found


_SCANNER = json.JSONDecoder()


def _end_of_string(script: str, at: int) -> int:
    """Where the string that begins at `at` ends."""
    quote = script[at]
    end = at
    while (end := script.find(quote, end + 1)) >= 0:
        slashes = end
        while script[slashes - 1] == "\\":
            slashes -= 1
        if (end - slashes) % 2 == 0:
            return end
    return len(script)


def _decode(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


def read(value: Any, permalinks: Permalinks, *, declared: bool = False) -> Iterator[Named | str]:
    """The posts that `value` names, in order, as `Named`, and HTML of embeds, as a string.

    Arguments: `declared`, whether the element that holds the JSON says that it is an embed: then every address of a
    post in it counts.
    """
    typed = MAX_TYPED if declared else 0
    found = _in_small(value, typed, permalinks)
    yield from _in_large(value, typed, permalinks) if found is None else found


def _in_small(value: Any, typed: int, permalinks: Permalinks) -> list[Named | str] | None:
    """What `read` gives; null where there are more than `MAX_NODES` values. What can be none of it is only counted,
    and never waits."""
    found: list[Named | str] = []
    waiting: list[tuple[Any, int]] = [(value, typed)]
    count = 1
    while waiting:
        item, typed = waiting.pop()
        kind = type(item)
        if kind is dict:
            inner = MAX_TYPED if _is_embed(item) else max(typed - 1, 0)
            parts = _parts(item, inner)
            count += len(parts)
            for part in parts:
                kind = type(part)
                if kind is str:
                    if ("<" in part and len(part) > SHORTEST_HTML) or (inner and "/" in part):
                        waiting.append((part, inner))
                elif kind is dict or kind is list:
                    waiting.append((part, inner))
        elif kind is list:
            inner = max(typed - 1, _typed_list(item))
            count += len(item)
            for part in reversed(item):
                kind = type(part)
                if kind is str:
                    if ("<" in part and len(part) > SHORTEST_HTML) or (inner and "/" in part):
                        waiting.append((part, inner))
                elif kind is dict or kind is list:
                    waiting.append((part, inner))
        elif kind is str and (told_by := _in_string(item, typed, permalinks)) is not None:
            found.append(told_by)
        if count > MAX_NODES:
            return None
    return found


def _in_large(value: Any, typed: int, permalinks: Permalinks) -> Iterator[Named | str]:
    """What the first `MAX_NODES` values give."""
    waiting: list[tuple[Any, int]] = [(value, typed)]
    left = MAX_NODES
    while waiting and left > 0:
        left -= 1
        item, typed = waiting.pop()
        if isinstance(item, str):
            if (found := _in_string(item, typed, permalinks)) is not None:
                yield found
        elif isinstance(item, list):
            inner = max(typed - 1, _typed_list(item))
            waiting += [(entry, inner) for entry in reversed(item)]
        elif isinstance(item, dict):
            inner = MAX_TYPED if _is_embed(item) else max(typed - 1, 0)
            waiting += [(part, inner) for part in _parts(item, inner)]


def _parts(item: dict[str, Any], inner: int) -> list[Any]:
    """The values of an object that are looked at, the last first."""
    parts: list[Any] = []
    for key in reversed(item):
        told = _KEYS.get(key)
        if told is None:
            told = _told_by(key)
        if told == _ANY or (inner and told == _WITHIN):
            part = item[key]
            if type(part) is str and "&lt;" in part and (inner or key in _HTML_KEYS):
                part = html.unescape(part)
            parts.append(part)
    return parts


SHORTEST_HTML = 60
"""Characters. No embed's HTML is as short."""


def _in_string(text: str, typed: int, permalinks: Permalinks) -> Named | str | None:
    if typed and (named := _post(text, permalinks)) is not None:
        return named
    if SHORTEST_HTML < len(text) <= MAX_PAYLOAD and "<" in text and _EMBED_HTML.search(text):
        return text
    return None


_HTML_KEYS = frozenset({"embed", "html", "oembed", "embedHtml", "embed_html", "embedCode", "embed_code"})
"""Keys whose strings are HTML, escaped where they are not written as it."""


MAX_TYPED = 4
"""Levels below an object that says that it is an embed, in which its address is looked for."""


_ANY, _WITHIN, _NONE = range(3)
"""Where the value of a key is looked at: anywhere, only within an object that says that it is an embed, nowhere."""

_KEYS: dict[str, int] = {}
"""Where the values of keys are looked at; remembered, as JSON repeats its keys."""

MAX_KEYS = 5_000
MAX_KEY = 60
"""How many keys and types are remembered, and the code points of the longest."""


def _told_by(key: str) -> int:
    told = _NONE if _NOT_THE_ARTICLES.search(key) else _WITHIN if _OPTIONS.search(key) else _ANY
    if len(key) <= MAX_KEY:
        if len(_KEYS) >= MAX_KEYS:
            _KEYS.clear()
        _KEYS[key] = told
    return told


_TELLING = frozenset({*_TYPE_KEYS, "raw_oembed"})


def _is_embed(item: dict[str, Any]) -> bool:
    for key in _TELLING.intersection(item):
        if key == "raw_oembed":
            return True
        kind = item[key]
        if isinstance(kind, str) and len(kind) < MAX_KEY and _is_embed_type(kind):
            return True
    return False


_EMBED_TYPES: dict[str, bool] = {}
"""Whether a type is that of an embed; remembered, as JSON repeats its types."""


def _is_embed_type(kind: str) -> bool:
    known = _EMBED_TYPES.get(kind)
    if known is None:
        if len(_EMBED_TYPES) >= MAX_KEYS:
            _EMBED_TYPES.clear()
        known = _EMBED_TYPES[kind] = _EMBED_TYPE.search(kind) is not None
    return known


def _typed_list(item: list[Any]) -> int:
    """JsonML: `["inline-embed", {…}]`."""
    head = item[0] if item else None
    return MAX_TYPED if isinstance(head, str) and len(head) < 40 and _EMBED_TYPE.search(head) else 0


def _post(text: str, permalinks: Permalinks) -> Named | None:
    if not 12 < len(text) < MAX_URL or "/" not in text or " " in text or not permalinks.likely(text):
        return None
    return permalinks.read(text)
