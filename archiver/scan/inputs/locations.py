"""Where does a file lie that a scan reads, going by how it was named?"""

from __future__ import annotations

import os
import re
from enum import Enum, auto
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from archiver.url import web_url

STDIN = "-"
MEMBER = "!/"
"""Between a package and its member's name."""

WARC_FOLDER = "archive/"
"""Where a package's WARC files are (WACZ 1.1.1, section 4.2)."""

WARC_SUFFIXES = (".warc", ".warc.gz", ".warc.zst", ".wet", ".wet.gz", ".wet.zst")
PACKAGE_SUFFIX = ".wacz"

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_CHAIN = "::"
"""fsspec's, between one file system and that in which it lies."""


class Place(Enum):
    """Who gives the bytes."""

    STDIN = auto()
    LOCAL = auto()
    WEB = auto()
    STORE = auto()
    """Whatever fsspec knows: an object store, mostly."""


class Facts(NamedTuple):
    """What is known of a file before it is read."""

    size: int | None
    version: str
    """What tells this state of it from another; empty where nobody says."""
    parts: bool
    """Whether it can be read from any place on."""


def place_of(file: str) -> Place:
    """Goes by the name alone."""
    if file == STDIN:
        return Place.STDIN
    found = _SCHEME.match(file.rpartition(_CHAIN)[2] if _CHAIN in file else file)
    if found is None or (found[1].lower() == "file" and _CHAIN not in file):
        return Place.LOCAL
    if found[1].lower() in ("http", "https") and _CHAIN not in file:
        return Place.WEB
    return Place.STORE


def local_path(file: str) -> Path:
    """Of a local file; `file:///…` (RFC 8089) is one.

    Raises `ValueError` for one of another machine.
    """
    if file[:7].lower() != "file://":
        return Path(file)
    parts = urlsplit(file)
    if parts.netloc not in ("", "localhost"):
        raise ValueError(f"a file of another machine ({parts.netloc})")
    return Path(unquote(parts.path))


def member_of(file: str) -> tuple[str, str] | None:
    """Package and member that `PACKAGE!/archive/NAME` names; null for any other name."""
    package, mark, name = file.partition(MEMBER + WARC_FOLDER)
    if not mark or not name or (place_of(file) is Place.LOCAL and os.path.lexists(file)):
        return None
    return package, WARC_FOLDER + name


def name_of(file: str) -> str:
    """The last part of a name, in small letters: what tells the kind of a file."""
    if place_of(file) is Place.WEB:
        file = urlsplit(file).path
    return file.rstrip("/").rpartition("/")[2].lower()


def is_warc(file: str) -> bool:
    """By its name."""
    return name_of(file).endswith(WARC_SUFFIXES)


def is_package(file: str) -> bool:
    """By its name."""
    return name_of(file).endswith(PACKAGE_SUFFIX)


def host_of(file: str) -> tuple[str, str]:
    """What a user names with an address: its host on the web; scheme and host (or bucket) of a store.

    Raises `ValueError` for an address that cannot be fetched.
    """
    if place_of(file) is Place.WEB:
        return "web", web_url(file).host
    found = _SCHEME.match(file)
    return (found[1].lower() if found else file.partition(_CHAIN)[0]), urlsplit(file).netloc


def joined(base: str | None, name: str) -> str:
    """What a relative name in a list or an index means: below `base`, a folder or an address; others as they are."""
    if base is None or place_of(name) is not Place.LOCAL or name.startswith(("file://", "/")) or name == STDIN:
        return name
    return f"{base.rstrip('/')}/{name}"
