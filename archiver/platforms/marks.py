"""What does the source of a page hold, in bytes, wherever a platform reads a post in it?

A mark is a regular expression for what a page's source has once nothing is coded in it any more: `status{/}\\d\\d`.
Signs in braces stand for all that software writes for them: `{/}` for `/`, `\\/`, `\\u002F`, `%2F`, `%252F`, `&#47;`
and their like, `{"}` for a quotation mark, `{ }` for white space, `{.}` for any character of an address, `{-}` for any
of one part of its path, `{^}` and `{|}` for where a name begins and ends. Letters, figures, `-`, `_` and `.` are seldom
coded; who looks for marks undoes that first.

Marks are searched for over whole crawls, in all letters' cases, by an engine without look-around and back references
that is quick where a pattern begins with some letters. So a mark's `pattern` does, has no lazy or possessive
quantifier, and what has to stand before it, or in the same tag, is told apart and asked for where it was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["Mark", "of_attribute", "of_class", "of_tag", "one_of", "source"]


class Mark(NamedTuple):
    """What is in a page's source, as regular expressions with signs in braces."""

    pattern: str
    before: str = ""
    """What stands directly before it."""
    tag: str = ""
    """What stands in the same tag, before or behind it."""


_NAMED: dict[str, str] = {
    "/": "sol",
    ":": "colon",
    "?": "quest",
    "=": "equals",
    "&": "amp",
    "@": "commat",
    "#": "num",
    "<": "lt",
    ">": "gt",
    "[": "lsqb|lbrack",
    "]": "rsqb|rbrack",
    "{": "lcub|lbrace",
    "}": "rcub|rbrace",
    "(": "lpar",
    ")": "rpar",
    "%": "percnt",
}
"""Signs and their names as character references (HTML standard, "Named character references")."""


def _forms(sign: str) -> str:
    code = f"{ord(sign):02x}"
    forms = r"(?:\\*SIGN|%(?:25){0,5}CODE|\\+u00CODE|&(?:amp;){0,2}(?:#0{0,5}NUMBER|#x0{0,5}CODE|NAME);?)"
    return (
        forms.replace("SIGN", re.escape(sign))
        .replace("CODE", code)
        .replace("NUMBER", str(ord(sign)))
        .replace("NAME", _NAMED[sign])
    )


_SIGNS: dict[str, str] = {sign: _forms(sign) for sign in _NAMED} | {
    '"': (r"(?:\\*[\"']|%(?:25){0,5}2[27]|\\+u002[27]|&(?:amp;){0,2}(?:#0{0,5}3[49]|#x0{0,5}2[27]|quot|apos);?)"),
    " ": (
        r"(?:[ \t\r\n\f]|\\+[nrtf]|%(?:25){0,5}(?:20|0[9acd])|\\+u00(?:20|0[9acd])"
        r"|&(?:amp;){0,2}(?:#0{0,5}(?:32|9|1[023])|#x0{0,5}(?:20|[9acd])|nbsp|tab|newline);?)"
    ),
}
_SIGNS |= {".": r"[^\s\"'<>]", "-": r"[^\s\"'<>/?]", "|": r"[^\w-]"}
"""Any character of an address, any of one part of its path, and the end of a word."""

_SIGNS["&"] += r"(?:amp(?:;|%(?:25){0,5}3b|\\+u003b))*"
"""Software that codes an address twice, in two ways."""

_SIGNS["^"] = r"(?:[^.#\[\w-]|%(?:25){0,5}[0-9a-f][0-9a-f]|\\+[nrtf]|u00[0-9a-f][0-9a-f])"
"""Before a name: not `.`, `#` and `[`, by which style sheets choose elements; the codes of white space and quotation
marks end in letters or figures."""
_SIGN = re.compile(r"\{([^\w\s,]| )\}")


def source(mark: str) -> bytes:
    """The regular expression for bytes, with every form of the signs in braces."""
    return _SIGN.sub(lambda sign: _SIGNS[sign[1]], mark).encode("utf-8")


def one_of(names: Iterable[str]) -> str:
    """A group of literal alternatives, in an order that does not change."""
    return "(?:" + "|".join(re.escape(name) for name in sorted(names)) + ")"


def of_class(*names: str) -> Mark:
    """The mark of elements of one of these classes."""
    return Mark(f"{one_of(names)}{{|}}", before="{^}", tag="class")


def of_attribute(*names: str) -> Mark:
    """The mark of elements with one of these attributes, whatever it holds."""
    return Mark(f"{one_of(names)}(?:{{ }}|{{=}}|{{>}}|/)", before="{^}")


def of_tag(*names: str) -> Mark:
    """The mark of elements of one of these tags."""
    return Mark(f"{one_of(names)}{{|}}", before="{<}")
