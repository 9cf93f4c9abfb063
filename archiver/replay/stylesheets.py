"""Where a captured style sheet loads from: each address in it is led to the archive.

Only for the page to look as it did: that nothing is loaded from elsewhere is the business of the policy that it is
sent with (`isolation`), which also holds where an address is written in a way that is not known here. Tokens as in CSS
Syntax Level 3, sections 4.3.5 (strings), 4.3.6 (url) and 4.3.7 (escapes).

Every alternative of the expressions takes what it began to read, so that they run in linear time whatever they are
given.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_STRING = r""""(?:[^"\\\n]|\\[\s\S])*+"?+|'(?:[^'\\\n]|\\[\s\S])*+'?+"""
"""A string that ends with its line, or with the sheet, is one, too: a bad one (section 4.3.5)."""

_URL = rf"""url\(\s*+(?:(?P<quoted>{_STRING})\s*+\)?+|(?P<bare>(?:[^\s"'()\\]|\\[\s\S])*+)\s*+\)?+)"""
_TOKEN = re.compile(
    rf"""
    /\*.*?(?:\*/|\Z)
  | @namespace\b[^;{{}}]*+
  | (?P<import>@import\s*+)(?:(?P<sheet>{_STRING})|{_URL.replace("quoted", "iquoted").replace("bare", "ibare")})
  | (?<![\w-]){_URL}
  | (?<![\w-])(?P<set>(?:-webkit-)?image-set\()(?P<choices>(?:[^()"']|{_STRING}|\([^()]*+\))*+)
  | {_STRING}
  | \\[\s\S]
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_CHOICE = re.compile(rf"""type\([^()]*+\)|(?<![\w-]){_URL}|(?P<string>{_STRING})""", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})(?:\r\n|\s)?|\r?\n|([\s\S]))")


def rewrite_css(text: str, lead: Callable[[str, str], str]) -> str:
    """A style sheet, or the value of a `style` attribute, with its addresses led elsewhere.

    lead: called with an address as written and what it is for (`style` for an imported sheet, else `any`); what it
    returns stands in its place.
    """

    def led(found: re.Match[str]) -> str:
        if found["import"] is not None:
            return f"@import {_address(found['sheet'], found['iquoted'], found['ibare'], 'style', lead)}"
        if found["set"] is not None:
            return found["set"] + _CHOICE.sub(choice, found["choices"])
        if found["quoted"] is not None or found["bare"]:
            return f"url({_address(None, found['quoted'], found['bare'], 'any', lead)})"
        return found[0]

    def choice(found: re.Match[str]) -> str:
        if found["string"] is not None:
            return _address(found["string"], None, None, "any", lead)
        if found["quoted"] is not None or found["bare"]:
            return f"url({_address(None, found['quoted'], found['bare'], 'any', lead)})"
        return found[0]

    return _TOKEN.sub(led, text)


def _address(
    string: str | None, quoted: str | None, bare: str | None, purpose: str, lead: Callable[[str, str], str]
) -> str:
    written = string if string is not None else quoted
    inner = bare or "" if written is None else written[1:-1] if _closed(written) else written[1:]
    return _quote(lead(_plain(inner), purpose))


def _closed(string: str) -> bool:
    return len(string) > 1 and string[-1] == string[0]


def _plain(written: str) -> str:
    def character(found: re.Match[str]) -> str:
        if found[1]:
            code = int(found[1], 16)
            return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        return found[2] or ""

    return _ESCAPE.sub(character, written).strip() if "\\" in written else written.strip()


def _quote(address: str) -> str:
    """As a CSS string that can stand in an attribute and in a `style` element, too."""
    return '"' + re.sub(r"[\"\\\n\r\f<>&']", lambda found: f"\\{ord(found[0]):x} ", address) + '"'
