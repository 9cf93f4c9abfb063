"""Which JSON values stand in a page's scripts?

Pages that are drawn by script carry the record beside it: a whole script of JSON, a value after `window.NAME =` or
within a call, or JSON written as text within JSON. They are found by the literal that stands before them and read as
far as the value goes, so what follows needs no parsing.

Cost: linear in the scripts' length for each marker, times `MAX_PLACES`; nothing recurses.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from archiver.platforms.values import Json, parse_json

MAX_PLACES = 8
"""Places after which a value is looked for, of one marker in one text."""

MAX_SCRIPTS = 300
MAX_SCRIPT = 8 * 1024 * 1024
MAX_NODES = 200_000
"""Members that are visited when a value is searched; the largest pages have about 60,000."""

_DECODER = json.JSONDecoder()


def value_at(source: str, at: int) -> Any:
    """The JSON value that begins at this place; null where none does (or it is nested beyond reading)."""
    try:
        return _DECODER.raw_decode(source, at)[0]
    except (ValueError, RecursionError):
        return None


def values_after(source: str, marker: str) -> Iterator[Any]:
    """The JSON values that follow each occurrence of a literal, white space and one `=` aside."""
    at = source.find(marker)
    for _ in range(MAX_PLACES):
        if at < 0:
            return
        place = at + len(marker)
        while place < len(source) and (source[place] in " \t\r\n="):
            place += 1
        value = value_at(source, place)
        if value is not None:
            yield value
        at = source.find(marker, at + len(marker))


def script_texts(page: LexborHTMLParser, needle: str) -> Iterator[str]:
    """The texts of the page's scripts in which a literal stands."""
    for script in page.css("script")[:MAX_SCRIPTS]:
        source = script.text()
        if needle in source and len(source) <= MAX_SCRIPT:
            yield source


def script_values(page: LexborHTMLParser, needle: str, markers: Sequence[str] = ()) -> Iterator[Any]:
    """The values of the scripts in which a literal stands: of a script that is JSON as a whole, else those after the
    markers; where such a value is itself JSON written as text, what that holds."""
    for source in script_texts(page, needle):
        text = source.strip()
        whole = parse_json(text) if text[:1] in ("{", "[") else None
        if whole is not None:
            yield whole
            continue
        for marker in markers:
            for value in values_after(source, marker):
                inner = parse_json(value) if isinstance(value, str) else value
                if inner is not None:
                    yield inner


def names(text: str, identifier: str) -> bool:
    """Whether an identifier stands in a text by itself, and not as a piece of a longer one."""
    at = text.find(identifier) if identifier else -1
    for _ in range(16 * MAX_PLACES):
        if at < 0:
            return False
        end = at + len(identifier)
        if not (_joins(text[at - 1 : at]) or _joins(text[end : end + 1])):
            return True
        at = text.find(identifier, end)
    return False


def _joins(character: str) -> bool:
    return character.isalnum() or character in ("_", "-") if character else False


def objects(value: Any) -> Iterator[Json]:
    """Every object within a value, those above before those below, in the order in which they stand."""
    waiting = [value]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(reversed([inner for inner in node.values() if isinstance(inner, (dict, list))]))
        elif isinstance(node, list):
            waiting.extend(reversed([inner for inner in node if isinstance(inner, (dict, list))]))
