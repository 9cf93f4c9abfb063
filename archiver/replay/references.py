"""Which address does a reference in a captured page or style sheet name? As a browser resolves it.

WHATWG URL, sections 4.4 (parsing) and 4.5 (serialising), for http and https; written as `archiver.url` writes what is
fetched, so that what a page names is what was asked for when it was captured.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

from archiver.url import web_url, without_userinfo

_FRAGMENT_SAFE = "!$%&()*+,-./:;=?@_~"
_AROUND = "".join(map(chr, range(0x21)))
_WITHIN = dict.fromkeys(map(ord, "\t\n\r"))
_SPECIAL = re.compile(r"(https?):([/\\]*)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_SLASHED = re.compile(r"[^?#]*")
_QUERY = re.compile(r"\A([^?#]*\?)([^#]*)")
_BEYOND = re.compile(r"[^\x00-\x7f]+")
_PLAIN_REST = r"/(?:[A-Za-z0-9/_~%+,:;@=&?-]|(?<!/)\.)*"
_PLAIN = re.compile(rf"(https?://[a-z0-9-]+(?:\.[a-z0-9-]*[a-z][a-z0-9-]*)+)({_PLAIN_REST})")
"""What most addresses are written as: nothing of it changes."""
_PLAIN_PATH = re.compile(rf"(?!//){_PLAIN_REST}")


def absolute(base: str, reference: str, codec: str = "utf-8") -> str | None:
    """Absolute http(s) URL without its fragment, user name and password; null for every other scheme, and what is no
    URL.

    codec: Python's name of the encoding of the document that it stands in; its letters beyond ASCII in a query are
    written in it.
    """
    if _PLAIN.fullmatch(reference):
        return reference
    if _PLAIN_PATH.fullmatch(reference) and (within := _PLAIN.match(base)):
        return within[1] + reference

    def written(letters: re.Match[str]) -> str:  # what the encoding has not becomes a character reference
        return quote(letters[0].encode(codec, "xmlcharrefreplace"))

    reference = reference.strip(_AROUND).translate(_WITHIN)
    if special := _SPECIAL.match(reference):
        scheme, slashes, rest = special[1].lower(), special[2], reference[special.end() :]
        if not slashes and base[: len(scheme) + 1].lower() == f"{scheme}:":
            reference = rest  # relative, though it has a scheme
        elif len(slashes) == 1 and base[: len(scheme) + 1].lower() == f"{scheme}:":
            reference = f"/{rest}"
        else:
            reference = f"{scheme}://{rest}"
    elif _SCHEME.match(reference):
        return None
    if "\\" in reference:
        reference = _SLASHED.sub(lambda found: found[0].replace("\\", "/"), reference, count=1)
    if codec != "utf-8" and not reference.isascii():
        reference = _QUERY.sub(lambda found: found[1] + _BEYOND.sub(written, found[2]), reference, count=1)
    if reference.startswith("///"):
        reference = f"//{reference.lstrip('/')}"
    try:
        url = without_userinfo(urljoin(base, reference).partition("#")[0])
        try:
            return str(web_url(url))
        except ValueError:  # longer than is fetched, or an odd host: it may have been captured all the same
            parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def fragment_of(reference: str) -> str:
    """Which part of what is loaded is shown, with its `#`: a view of a picture in SVG, a time of a film; empty where
    none."""
    fragment = reference.partition("#")[2].strip(_AROUND).translate(_WITHIN)
    return f"#{quote(fragment, safe=_FRAGMENT_SAFE, errors='replace')}" if fragment else ""
