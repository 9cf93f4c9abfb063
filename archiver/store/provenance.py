"""What a `warcinfo` record says of the program that wrote: versions, settings, and a hash of the code that ran.

So that years later it can be told what made the records, and whether that was the program as it was published. Nothing
of the machine or its user gets in: no path, no host name, no secret; of the operator only what the user agent carries,
which every server was told, too.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec

from archiver.config import Settings, all_settings
from archiver.store.records import Field
from archiver.version import __version__

LIBRARIES = ("httpx", "httpcore", "h11", "certifi", "isal", "msgspec", "warcio")
"""What the evidence passes through on its way from the connection into the file."""

CONCLUDING = ("anyascii", "babel", "beautifulsoup4", "dateparser", "rapidfuzz", "regex", "selectolax")
"""What it depends on what is concluded from it: tables of languages and scripts, readers of HTML, likeness."""

SHAPING = ("archive", "web", "capture", "browser")
"""Sections of the settings that say what is captured and how it is written."""

LEFT_OUT = frozenset({"archive.dir", "web.user_agent", "web.contact"})
"""Where it lies on this machine; and what is said in a field of its own."""

NAMES_ALONE = frozenset({"web.connect_to"})
ONLY_WHETHER = frozenset({"web.allow_addresses"})
"""Addresses of somebody's own network stay out, as paths do: of these, only whether there are any."""


def running_software(settings: Settings | None = None, *, tls: str | None = None) -> tuple[Field, ...]:
    """The fields of a `warcinfo` about this program as it runs here, with these settings.

    tls: name and version of the library that makes the encrypted connections, where there is one.
    """
    fields = [("software", f"archiver/{__version__}")]
    if settings is not None:
        fields.append(("http-header-user-agent", settings.web.agent))
    fields += [
        ("python", f"{platform.python_implementation()}/{platform.python_version()}"),
        ("libraries", " ".join((*library_versions(), *(["/".join(tls.split()[:2])] if tls else ())))),
        ("software-digest", program_digest()),
    ]
    if settings is not None:
        fields.append(("settings", settings_line(settings)))
    return tuple(fields)


@functools.cache
def library_versions() -> tuple[str, ...]:
    """`name/version` of the libraries that touch the evidence and what is concluded from it, as installed."""
    found = []
    for name in (*LIBRARIES, *CONCLUDING):
        try:
            found.append(f"{name}/{version(name)}")
        except PackageNotFoundError:  # put there by other means than an installer
            continue
    return tuple(found)


@functools.cache
def program_digest() -> str:
    """`sha256:HEX` over the program's own files, as they lay on the disk when this was first asked.

    It is the SHA-256 of a list with one line a file, `HEX  archiver/PATH` and a line feed, HEX being the file's
    SHA-256, sorted by path as bytes, without compiled files. With the folder of the installed package as working
    directory's child, a shell says the same:

        find archiver -type f -not -path '*/__pycache__/*' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum

    `unknown` where the files cannot be read (a package inside a ZIP file).
    """
    root = Path(__file__).parents[1]
    listing = hashlib.sha256()
    try:
        for path in sorted(_files(root), key=lambda path: os.fsencode(path.relative_to(root.parent).as_posix())):
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            listing.update(f"{digest}  ".encode() + os.fsencode(path.relative_to(root.parent).as_posix()) + b"\n")
    except OSError:
        return "unknown"
    return f"sha256:{listing.hexdigest()}"


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root, onerror=_raise):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (path for name in names if (path := Path(folder, name)).is_file() and not path.is_symlink())


def _raise(error: OSError) -> None:
    raise error


def settings_line(settings: Settings) -> str:
    """The settings that shape what is captured, as one line of JSON, in the order of the configuration file."""
    shaping: dict[str, dict[str, Any]] = {}
    for setting in all_settings():
        if setting.section not in SHAPING or setting.key in LEFT_OUT:
            continue
        value = getattr(getattr(settings, setting.section), setting.name)
        if setting.key in NAMES_ALONE:
            value = sorted(value)
        elif setting.key in ONLY_WHETHER or setting.is_path:
            value = bool(value)
        shaping.setdefault(setting.section, {})[setting.name] = value
    return json.dumps(msgspec.to_builtins(shaping), separators=(",", ":"))
