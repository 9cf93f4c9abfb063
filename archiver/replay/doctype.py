"""In which of its modes does a browser lay out a page? Its document type declaration says so.

HTML standard, section 13.2.6.4.1: a page without one, or with one of those of the nineties, is laid out as browsers of
that time did ("quirks mode"). The parser keeps no more of it than its name, so it is read here, and written as it was.
"""

from __future__ import annotations

import re

WITHIN = 1 << 20
"""Code points in which it is looked for: comments may stand before it."""

_IDENTIFIER = r"""(?:"[^"<>]{0,200}"|'[^'<>]{0,200}')"""
_BEFORE = re.compile(r"(?:\ufeff|\s|<!--(?:-?>|.*?--!?>)|<\?[^>]*+>)*+(?=<!doctype)", re.IGNORECASE | re.DOTALL)
_DOCTYPE = re.compile(
    rf"""<!doctype\s*+(?P<name>[a-z][a-z0-9:-]{{0,30}})
    (?:\s*+public\s*+(?P<public>{_IDENTIFIER})(?:\s*+(?P<system>{_IDENTIFIER}))?|\s*+system\s*+(?P<alone>{_IDENTIFIER}))?
    \s*+>""",
    re.IGNORECASE | re.VERBOSE,
)


def doctype_of(html: str) -> str:
    """The declaration that a page begins with, in full; empty where it has none, or none that is well-formed, which
    browsers take for none."""
    before = _BEFORE.match(html[:WITHIN])
    found = _DOCTYPE.match(html, before.end()) if before else None
    if found is None:
        return ""
    name = found["name"].lower()
    if found["public"]:
        return f"<!DOCTYPE {name} PUBLIC {_quoted(found['public'])}" + (
            f" {_quoted(found['system'])}>" if found["system"] else ">"
        )
    return f"<!DOCTYPE {name} SYSTEM {_quoted(found['alone'])}>" if found["alone"] else f"<!DOCTYPE {name}>"


def _quoted(identifier: str) -> str:
    inner = identifier[1:-1]
    return f"'{inner}'" if '"' in inner else f'"{inner}"'
