"""Which values stand at these places of a JSON file, one after the other, without holding the file in memory?

`elements` reads a file once, in pieces, and gives each wanted value as the bytes that it is written in; what stands
elsewhere is passed over by counting brackets. So a list of millions of entries takes the memory of one entry, and
nesting without end takes none.

It is no check of JSON: what it passes over may be malformed. Whoever decodes a value finds out about that value.

Cost: linear. Strings, numbers and brackets are found by one regular expression without alternatives that overlap; a
piece that cuts one of them is read again from its beginning, together with as much as was read of it already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from archiver.errors import InputError
from archiver.platforms.values import parse_json

Place = tuple[str, ...]
"""The names on the way to a value; `*` for any entry of a list."""

MAX_ELEMENT = 1024 * 1024
"""Bytes of one value that is wanted, and of one string anywhere."""

MAX_WAY = 8
"""Objects and lists that are opened on the way to a value; deeper ones are passed over."""

MAX_PREFIX = 4096
"""Bytes before the value begins: white space, a byte order mark, the `window.YTD.tweets.part0 = ` of a script."""

PIECE = 512 * 1024

STRING = rb'"(?:[^"\\]|\\.)*+"'
TOKEN = re.compile(rb"\s*+([{}\[\]:,]|" + STRING + rb'|[^\s"{}\[\]:,]++)', re.DOTALL)
BRACKET = re.compile(rb'[^"{}\[\]]*+(?:' + STRING + rb'[^"{}\[\]]*+)*+([{}\[\]])', re.DOTALL)
"""The next bracket that stands in no string."""

ENDS = frozenset((b"{", b"}", b"[", b"]", b":", b","))


def elements(stream: BinaryIO, wanted: frozenset[Place], *, subject: str) -> Iterator[tuple[Place, bytes]]:
    """The values at these places, in the order of the file.

    stream: at the beginning of the file. wanted: places, of which none lies within another. subject: the file, for
    errors.

    Raises `InputError` where the file ends too early, is no JSON at all, or has a value that is too large.
    """
    yield from _Scanner(stream, wanted, subject).elements()


class _Scanner:
    def __init__(self, stream: BinaryIO, wanted: frozenset[Place], subject: str) -> None:
        self._stream = stream
        self._wanted = wanted
        self._subject = subject
        self._data = b""
        self._at = 0
        self._passed = 0
        """Bytes before `_data`."""
        self._ended = False

    def elements(self) -> Iterator[tuple[Place, bytes]]:
        self._find_start()
        way: list[str] = []
        lists: list[bool] = []
        """For each container that is open: is it a list?"""
        while True:
            # here a value is due, or the end of the container
            token = self._token()
            if token in (b"]", b"}"):
                self._close(token, way, lists)
            else:
                if lists and not lists[-1]:
                    way[-1] = self._name(token)
                    token = self._token()
                place = tuple(way)
                if place in self._wanted:
                    yield place, self._whole(token)
                elif token in (b"{", b"[") and len(way) < MAX_WAY:
                    lists.append(token == b"[")
                    way.append("*" if lists[-1] else "")
                    continue
                else:
                    self._pass_over(token)
            while True:  # behind a value: a comma, or the end of one container or of several
                if not lists:
                    return
                token = self._token()
                if token == b",":
                    break
                if token not in (b"]", b"}"):
                    raise self._no_json()
                self._close(token, way, lists)

    def _find_start(self) -> None:
        while not self._ended and len(self._data) < MAX_PREFIX:
            self._more()
        found = re.search(rb"[\[{]", self._data[:MAX_PREFIX])
        if found is None:
            raise InputError("this is no JSON", subject=self._subject)
        self._at = found.start()

    def _close(self, token: bytes, way: list[str], lists: list[bool]) -> None:
        if not lists or lists[-1] != (token == b"]"):
            raise self._no_json()
        lists.pop()
        way.pop()

    def _name(self, token: bytes) -> str:
        if not token.startswith(b'"') or self._token() != b":":
            raise self._no_json()
        return str(parse_json(token)) if b"\\" in token else token[1:-1].decode("utf-8", "replace")

    def _whole(self, token: bytes) -> bytes:
        """The value that begins with this token, which was just read."""
        if token not in (b"{", b"["):
            if len(token) > MAX_ELEMENT:
                raise self._too_large()
            return self._scalar(token)
        start = self._at - 1
        depth = 1
        while depth:
            deeper, start = self._next(BRACKET, start)
            depth += 1 if deeper in (b"{", b"[") else -1
            if self._at - start > MAX_ELEMENT:
                raise self._too_large()
        return self._data[start : self._at]

    def _pass_over(self, token: bytes) -> None:
        if token not in (b"{", b"["):
            self._scalar(token)
            return
        depth = 1
        while depth:
            depth += 1 if self._next(BRACKET)[0] in (b"{", b"[") else -1

    def _scalar(self, token: bytes) -> bytes:
        if token in (b":", b",", b"}", b"]"):
            raise self._no_json()
        return token

    def _token(self) -> bytes:
        return self._next(TOKEN)[0]

    def _next(self, pattern: re.Pattern[bytes], start: int | None = None) -> tuple[bytes, int]:
        """The next token of this pattern; where everything from `start` on is kept, also where that is now."""
        while True:
            found = pattern.match(self._data, self._at)
            # a number that reaches the end of what was read may go on behind it; brackets and strings do not
            if found is not None and (self._ended or found.end() < len(self._data) or found[1] in ENDS):
                self._at = found.end()
                return found[1], start or 0
            keep = self._at if start is None else start
            if self._ended:
                raise InputError("the JSON ends too early", subject=self._subject)
            if len(self._data) - keep > 2 * MAX_ELEMENT:
                raise self._too_large()
            self._data = self._data[keep:]
            self._passed += keep
            self._at -= keep
            start = None if start is None else 0
            self._more()

    def _more(self) -> None:
        """Read on: as much again as is there, so that what is read twice is no more than what is read once; or as much
        as a value may have, which bounds it, too."""
        piece = self._stream.read(min(max(PIECE, len(self._data)), MAX_ELEMENT))
        self._ended = not piece
        self._data += piece

    def _no_json(self) -> InputError:
        return InputError(f"this is no JSON at byte {self._passed + self._at:,}", subject=self._subject)

    def _too_large(self) -> InputError:
        return InputError(f"a value is larger than {MAX_ELEMENT // 1024**2} MiB", subject=self._subject)
