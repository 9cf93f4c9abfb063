"""How is a file read that lies in a store: S3, Google Cloud Storage, whatever fsspec knows?

Credentials and addresses are those of each store's own tools: environment variables, profiles, fsspec's configuration.
fsspec's client for the web is not used: `archiver.web.files` judges the addresses that it connects.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from archiver.errors import ArchiverError, InputError, NetworkError
from archiver.scan.inputs.locations import Facts

T = TypeVar("T")

READ_AHEAD = 4 << 20
"""Bytes of one request, where a file is read in order."""

TRIES = 4
BACKOFF_SECONDS = 1.0

MAX_FILES = 10_000_000
"""Of one glob or folder."""

EXTRAS = {"s3": "archiver[s3]", "s3a": "archiver[s3]"}
"""What brings a store's client: of our own extras."""

VERSIONS = ("ETag", "etag", "LastModified", "last_modified", "updated", "mtime", "created")
"""What file systems call that which tells the state of a file, the best first. Of S3, a listing has no `VersionId`."""

sleep = time.sleep


def facts(url: str) -> Facts:
    """What the store says of a file.

    Raises `InputError` where there is none, or its client is not installed; `NetworkError` where no answer comes.
    """
    system, path = _system(url)
    return _facts(url, _again(url, lambda: _fresh(system, path)))


def listed(url: str) -> Iterator[tuple[str, Facts]]:
    """The files that a pattern, or a folder, means, in the order of their names, with what the store says of them.

    Raises as `facts` does.
    """
    system, path = _system(url)

    def find() -> list[tuple[str, Any]]:
        found = system.glob(path, detail=True) if has_pattern(path) else system.find(path, detail=True)
        return sorted(found.items())

    for name, info in _again(url, find)[:MAX_FILES]:
        if info.get("type") != "directory":
            yield system.unstrip_protocol(name), _facts(url, info)


def is_folder(url: str) -> bool:
    """Whether files may lie below it. Raises as `facts` does, but not where nothing is there."""
    system, path = _system(url)
    return bool(_again(url, lambda: system.isdir(path)))


def has_pattern(url: str) -> bool:
    return any(sign in url for sign in "*?[")


def read(url: str, offset: int, length: int) -> bytes:
    """Exactly these bytes.

    Raises `InputError` where the file ends before; else as `facts` does.
    """
    system, path = _system(url)
    data: bytes = _again(url, lambda: system.cat_file(path, start=offset, end=offset + length))
    if len(data) != length:
        raise InputError(f"the file ends before byte {offset + length:,}", subject=url)
    return data


class StoredFile(io.RawIOBase):
    """A file of a store as a stream; every read is a request.

    size, version: as `facts` told them. At its end they are compared with what the store says then.

    Reading raises as `facts` does, and `InputError` where the file changed.
    """

    def __init__(self, url: str, size: int, version: str) -> None:
        self._url = url
        self._size = size
        self._version = version
        self._position = 0
        self._whole = False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence])
        return self._position

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        count = min(len(view), max(0, self._size - self._position))
        if count:
            view[:count] = read(self._url, self._position, count)
            self._position += count
        elif not self._whole and len(view):
            now = facts(self._url)
            if (now.size, now.version) != (self._size, self._version):
                raise InputError("the file changed while it was read", subject=self._url, hint="scan it anew")
            self._whole = True
        return count


def _system(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs  # type: ignore[import-untyped]
    except ImportError:
        raise InputError("files in stores need fsspec", subject=url, hint="pip install 'archiver[scan]'") from None
    try:
        system, path = url_to_fs(url)
    except ImportError as error:
        extra = EXTRAS.get(url.partition("://")[0].lower())
        hint = f"pip install '{extra}'" if extra else " ".join(str(error).split())
        raise InputError("the client of this store is not installed", subject=url, hint=hint) from error
    except Exception as error:
        raise InputError(f"no address of a file: {_text(error)}", subject=url) from error
    return system, str(path)


def _fresh(system: Any, path: str) -> Mapping[str, Any]:
    system.invalidate_cache()
    info: Mapping[str, Any] = system.info(path)
    return info


def _facts(url: str, info: Mapping[str, Any]) -> Facts:
    if info.get("type") == "directory":
        raise InputError("this is a folder", subject=url)
    size = info.get("size")
    version = next((str(info[name]) for name in VERSIONS if info.get(name)), "")
    return Facts(size if isinstance(size, int) else None, version, isinstance(size, int))


def _again(url: str, ask: Callable[[], T]) -> T:
    """Ask a store, again where it fails. The errors of its client are of any kind: what they say is told."""
    for attempt in range(TRIES):
        try:
            return ask()
        except ArchiverError:
            raise
        except FileNotFoundError:
            raise InputError("there is no such file", subject=url) from None
        except PermissionError as error:
            raise InputError("access is refused", subject=url, hint=_CREDENTIALS) from error
        except Exception as error:
            if "credential" in type(error).__name__.lower():
                raise InputError("no credentials were found", subject=url, hint=_CREDENTIALS) from error
            if attempt + 1 == TRIES:
                raise NetworkError(f"{_text(error)} ({TRIES} times)", subject=url) from error
            sleep(BACKOFF_SECONDS * 2**attempt)
    raise AssertionError("unreachable: the last attempt returns or raises")


_CREDENTIALS = "the store's own tools say where credentials are; for a public bucket: FSSPEC_S3='{\"anon\": true}'"


def _text(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}".removesuffix(": ")
