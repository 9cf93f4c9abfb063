"""Which HTML does an element keep as data, until consent or a script puts it into the page?

Consent managers and lazy loaders keep an embed's HTML in an attribute or in a `<script>` that is none: as it is,
escaped, percent-encoded, in base64, or several of these, one within the other. Such data is decoded, and what looks
like HTML is given back to be read as a part of the page.
"""

from __future__ import annotations

import base64
import binascii
import html as entities
import re
from collections.abc import Mapping
from urllib.parse import unquote

from selectolax.lexbor import LexborNode

from archiver.platforms.markup import names

MAX_PAYLOAD = 500_000
"""Code points of one hidden payload: real ones are below 20,000."""

MAX_PAYLOADS = 500
"""Hidden payloads read in one document."""

MAX_LAYERS = 3
"""Encodings of one payload, and payloads within payloads."""

MIN_PAYLOAD = 40
"""No embed is shorter."""

TEMPLATE_TYPES = names(
    "text/template text/html text/x-template text/plain text/x-handlebars-template text/x-jquery-tmpl"
)
"""Types of a `<script>` that holds HTML."""

NO_PAYLOADS = names("a button input textarea option img link meta path use svg source video form label")
"""Elements whose attributes hold no embed, but what is to be copied, or pictures."""

_NO_PAYLOAD_ATTRIBUTES = names(
    "class style id title alt srcset sizes d onclick onload onerror href data-srcset data-sizes aria-label"
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_HTML = re.compile(
    r"<(?:blockquote|iframe|script|div|figure|p|a|amp-|section|object|embed|span|[a-z]+-)", re.IGNORECASE
)
_PERCENT = re.compile(r"%(?:3C|26|25|2B|2F|3D)", re.IGNORECASE)
"""`<`, and what other encodings are made of, percent-encoded."""
_DATA_URL = re.compile(r"data:text/html[^,]{0,40}?(?P<base64>;base64)?,")


def in_attributes(tag: str, attributes: Mapping[str, str | None]) -> list[str]:
    """HTML in this element's attributes."""
    if tag in NO_PAYLOADS:
        return []
    found = []
    for key, value in attributes.items():
        if value and len(value) >= MIN_PAYLOAD and key not in _NO_PAYLOAD_ATTRIBUTES:
            if value.startswith("data:") and not _DATA_URL.match(value):
                continue
            if (fragment := decoded(value)) is not None:
                found.append(fragment)
    return found


def in_element(node: LexborNode, tag: str, attributes: Mapping[str, str | None]) -> list[str]:
    """HTML in a `<script>` that is none, in a `<template>`, or in an `<iframe>` of feeds that are drawn by an app."""
    if tag == "template":
        # its content is a document of its own, which only the serialised form shows
        content = (node.html or "").partition(">")[2].rpartition("</")[0]
        return [content] if "<" in content and len(content) <= MAX_PAYLOAD else []
    kind = (attributes.get("type") or "").strip().lower()
    if kind in TEMPLATE_TYPES or tag == "iframe":
        fragment = decoded(node.text(deep=True))
        return [fragment] if fragment is not None else []
    return []


def decoded(value: str) -> str | None:
    """The HTML that `value` is once it is decoded; null where it is none."""
    if len(value) > MAX_PAYLOAD:
        return None
    for _ in range(MAX_LAYERS):
        if "<" in value:
            break
        value, before = _one_layer(value), value
        if value == before:
            return None
    if ("//" not in value and "data-" not in value) or _HTML.search(value) is None:
        return None
    return value


def _one_layer(value: str) -> str:
    if value.startswith("data:") and (head := _DATA_URL.match(value)):
        rest = value[head.end() :]
        return _from_base64(rest) if head["base64"] else unquote(rest)
    if "%" in value and _PERCENT.search(value):
        return unquote(value)
    if "&" in value:
        return entities.unescape(value)
    if "\\u003c" in value or "\\u003C" in value:
        return value.replace("\\u003c", "<").replace("\\u003C", "<").replace("\\u003e", ">").replace("\\u003E", ">")
    bare = "".join(value.split())
    if _BASE64.fullmatch(bare):
        return _from_base64(bare)
    return value


def _from_base64(value: str) -> str:
    try:
        plain = base64.b64decode(value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4))
    except (binascii.Error, ValueError):
        return ""
    text = plain.decode("utf-8", "replace")
    # random bytes are no text: an id that happens to be base64
    return text if text[:200].isprintable() or "<" in text[:2000] or "%3" in text[:2000] else ""
