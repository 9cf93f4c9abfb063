"""WARC files that this archive did not write: what they are called in it, and whether their conclusions count.

Anybody can write a `metadata` record that reads like a conclusion of this program. What a file says that was put into
the folder, or taken in from elsewhere, is therefore no conclusion of this archive: its captures are evidence, its
conclusions are left out, unless whoever took it in said that they count. The name says which it is, so that it is the
same for a catalogue that is made anew, and stays with the file:

    imported-STEM-DIGEST.warc.gz                        captures alone
    archiver-NUMBER.imported-ORDER-STEM-DIGEST.warc.gz  conclusions, too; it stands behind our segment of that number

An archive's files are read in the order of their names, and a later conclusion replaces an earlier one: so a file whose
conclusions count is read where it was when it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from archiver.store.segment import OWN_SEGMENT

COUNTED = re.compile(r"archiver-([0-9]{6,})\.imported-([0-9]{4,})-.+\.warc(?:\.gz)?")

PREFIX = "imported-"
MAX_STEM = 80
DIGITS = 12
"""Of the digest in a name: enough to tell files of one name apart, and to look one up."""

_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def conclusions_count(name: str) -> bool:
    """Do the conclusions in a file of an archive's folder count, by its name?"""
    return OWN_SEGMENT.fullmatch(name) is not None or COUNTED.fullmatch(name) is not None


def taken_in(name: str) -> bool:
    """Is this the name of a file that was taken in?"""
    return name.startswith(PREFIX) or COUNTED.fullmatch(name) is not None


def imported_name(source: str, digest: str, suffix: str, present: Iterable[str], *, counted: bool) -> str:
    """What a file that is taken in is called.

    Arguments: `source`, the name that it had; `digest`, `sha256:HEX` of its bytes; `suffix`, `.warc.gz` or `.warc`;
    `present`, the names in the folder; `counted`, whether its conclusions count.
    """
    stem = source.rpartition("/")[2]
    for known in (".gz", ".warc"):
        stem = stem[: -len(known)] if stem.lower().endswith(known) else stem
    stem = _NOT_IN_NAME.sub("_", stem).strip("._-")[:MAX_STEM] or "file"
    base = f"{stem}-{digest.partition(':')[2][:DIGITS]}{suffix}"
    if not counted:
        return PREFIX + base
    names = list(present)
    number = max((int(found[1]) for name in names if (found := OWN_SEGMENT.fullmatch(name))), default=0)
    before = (int(found[2]) for name in names if (found := COUNTED.fullmatch(name)) and int(found[1]) == number)
    return f"archiver-{number:06d}.imported-{max(before, default=0) + 1:04d}-{base}"
