"""Which pictures does an element offer? Also those that a script would have put in, once a reader came near them.

HTML standard, section 4.8.4 (`img`, `source`, `srcset`); the attributes are those of the scripts in wide use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

LATER = (
    "data-src", "data-original", "data-lazy-src", "data-lazy", "data-url", "data-hi-res-src", "data-cfsrc", "data-echo",
    "data-pagespeed-lazy-src",
)  # fmt: skip
LATER_SETS = ("data-srcset", "data-lazy-srcset", "data-original-set")
LATER_BACKGROUNDS = frozenset({"data-bg", "data-background-image"})

MAX_ADDRESS = 2000
"""Code points of an address behind an element."""

_SPACE = " \t\n\f\r"
_PLACEHOLDER = re.compile(r"(?:data:.*|about:.*|#.*|//:0)?", re.IGNORECASE | re.DOTALL)
_NO_ADDRESS = re.compile(r"(?:true|false|auto|lazy|\d*)|.*[\s{}<>\"].*", re.IGNORECASE | re.DOTALL)
_PICTURE_FILE = re.compile(
    r"(?:url\()?[\"']?([^\s\"'(){}<>]+\.(?:jpe?g|png|gif|webp|avif|svg)(?:[?#][^\s\"'()]*)?)[\"']?\)?", re.IGNORECASE
)
_EXTENSION = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg)$", re.IGNORECASE)


class Candidate(NamedTuple):
    """One of a `srcset`."""

    address: str
    descriptors: str


def offered(given: Mapping[str, str]) -> tuple[str, str]:
    """`src` and `srcset` of an element as its script would have left them."""
    src, choices = given.get("src", "").strip(), given.get("srcset", "").strip()
    marked = "lazy" in given.get("class", "").lower()
    later = next(
        (value for name in LATER if (value := given.get(name, "").strip()) and not _NO_ADDRESS.fullmatch(value)), ""
    )
    later_set = next((value for name in LATER_SETS if (value := given.get(name, "").strip())), "")
    if later and (marked or _PLACEHOLDER.fullmatch(src)):
        src = later
    if later_set and (marked or all(_PLACEHOLDER.fullmatch(one.address) for one in candidates(choices))):
        choices = later_set
    return src, choices


def background(given: Mapping[str, str]) -> str:
    """The picture that a script would have put behind an element; empty where none."""
    for name in LATER_BACKGROUNDS:
        if found := _PICTURE_FILE.fullmatch(given.get(name, "").strip()[:MAX_ADDRESS]):
            return found[1]
    return ""


def is_picture(given: Mapping[str, str], address: str) -> bool:
    """Does an `object` or `embed` show a picture, by its type or its address?"""
    media_type = given.get("type", "").strip().lower()
    return media_type.startswith("image/") if media_type else bool(_EXTENSION.search(address.partition("?")[0]))


def candidates(value: str) -> list[Candidate]:
    """The addresses of a `srcset` with their descriptors."""
    found: list[Candidate] = []
    position, end = 0, len(value)
    while position < end:
        while position < end and value[position] in _SPACE + ",":
            position += 1
        start = position
        while position < end and value[position] not in _SPACE:
            position += 1
        address = value[start:position]
        if not address:
            break
        if address.endswith(","):
            found.append(Candidate(address.rstrip(","), ""))
            continue
        start, depth = position, 0
        while position < end and (depth or value[position] != ","):
            depth += (value[position] == "(") - (value[position] == ")" and depth > 0)
            position += 1
        found.append(Candidate(address, value[start:position].strip()))
    return found
