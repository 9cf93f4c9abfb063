"""The file of an article that is to be repaired."""

from __future__ import annotations

from pathlib import Path

from archiver.article import MAX_DOCUMENT, Kind, too_large
from archiver.errors import InputError

HTML_SUFFIXES = (".html", ".htm", ".xhtml")
TEXT_SUFFIXES = (".txt", ".md", ".markdown")


def article_file(path: Path) -> tuple[bytes, Kind | None]:
    """The file's bytes, and whether they are HTML, where its name says so.

    Raises `InputError` where it cannot be read, or is larger than an article is.
    """
    try:
        if path.is_dir():
            raise InputError("this is a folder", subject=str(path), hint="give an article in it")
        with path.open("rb") as stream:
            data = stream.read(MAX_DOCUMENT + 1)
    except FileNotFoundError:
        raise InputError("there is no such file", subject=str(path)) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot be read: {why}", subject=str(path)) from error
    if len(data) > MAX_DOCUMENT:
        raise too_large(str(path))
    name = path.name.lower()
    return data, "html" if name.endswith(HTML_SUFFIXES) else "text" if name.endswith(TEXT_SUFFIXES) else None
