"""Who signed a quotation, and where do its words end?

Embeds that keep to the form which X made usual: the post's words, a dash, the name, the handle, and the date as a link
to the post: `It rained. — Ana Example (@ana.example) May 3, 2021`. Where a name is missing the handle stands alone
(`— @ana.example 2021-05-03T10:00:00.000Z`).

Cost: only the last `REACH` code points before the date are looked at.
"""

from __future__ import annotations

import re
from functools import cache

import msgspec

from archiver.language import names

REACH = 300
"""A name of 64 code points with its emoji, a domain as a handle (253), and what stands between them."""

DATE_REACH = 60
"""Code points of a printed date whose link was lost."""

_GAP = " \t\u00a0"
_TAIL = " \t\n\u00a0,:·|\u200e\u200f"


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """A signature below a quotation."""

    words_end: int
    """Where the post's own words end."""
    handle: str
    name: str | None
    printed: str | None
    """The date that follows the handle as text; null where it was a link."""
    dash: bool


@cache
def _pattern(handle: str) -> re.Pattern[str]:
    return re.compile(rf"[(（]\s{{0,3}}@(?P<handle>{handle})\s{{0,3}}[)）]|(?<![\w@/.])@(?P<bare>{handle})(?![\w@])")


def before_link(text: str, link_start: int, handle: str) -> Signed | None:
    """The signature that ends where the date's link starts; `handle` is a regular expression.

    null where something else stands before the link.
    """
    before = text[:link_start].rstrip(_TAIL)
    found = _last(before, handle)
    if found is None or found.end() != len(before):
        return None
    return _signed(before, found, None)


def at_end(text: str, handle: str) -> Signed | None:
    """The signature that ends a text whose date is no link any more."""
    found = _last(text.rstrip(_TAIL), handle)
    if found is None:
        return None
    printed = text[found.end() :].strip(_TAIL)
    if len(printed) > DATE_REACH or "\n\n" in printed:
        return None
    return _signed(text, found, printed or None)


def _last(text: str, handle: str) -> re.Match[str] | None:
    every = list(_pattern(handle).finditer(text, max(0, len(text) - REACH)))
    return every[-1] if every else None


def _signed(text: str, found: re.Match[str], printed: str | None) -> Signed | None:
    line = text.rfind("\n", 0, found.start()) + 1
    if line and not text[line : found.start()].strip(_TAIL):  # the name stands on the line above
        line = text.rfind("\n", 0, line - 1) + 1
    segment = text[line : found.start()]
    dash = names.dash_before(segment, at_line_start=True)
    handle = found["handle"] or found["bare"]
    if dash is not None:
        start, name_at = dash
    elif found["bare"]:
        return None  # a mention in the post's own words
    else:
        start = name_at = names.name_start(segment, handle) if line == 0 else 0
    return Signed(
        words_end=line + start,
        handle=handle,
        name=names.clean(segment[name_at:].strip(_GAP)),
        printed=printed,
        dash=dash is not None,
    )
