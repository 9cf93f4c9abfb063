"""How is a large file on the web read, from any place on?

By ranges (RFC 9110 section 14), as its bytes lie there: nothing is decoded, kept or recorded. The guard judges every
address that is connected. A connection that fails is made again from where it broke off. The end is never taken for
granted: as many bytes come as the server said, of one and the same state of the file, or there is an error.

Only Python's own client is used: httpx takes 9 MB of memory more, in each process of a scan.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, NamedTuple, Self, cast

from archiver.config import WebSettings
from archiver.errors import ConfigError, InputError, LeftAloneError, NetworkError, RefusedError
from archiver.exchange import REDIRECTS
from archiver.url import WebUrl, resolve_url, web_url, without_userinfo
from archiver.web.guard import parse_networks
from archiver.web.limits import retry_after
from archiver.web.lookup import judged_addresses, parse_connect_to, refusal
from archiver.web.secured import client_context

WINDOW = 256 * 1024
"""Bytes that are asked for at first behind the place where the reading was to end; twice as many where it goes on,"""

LARGEST_WINDOW = 8 << 20
"""up to so many."""

PROGRESS = 1 << 20
"""After so many bytes, failures are counted anew."""

PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""Answers that a second try may better."""

BACKOFF_SECONDS = 1.0

SLOWEST = 1024
"""Bytes a second, of a head or a body; a server that sends less for longer than `PATIENCE` is taken for one that does
not answer."""

PATIENCE = 60.0

SMALLEST_PART = 64 * 1024
"""A server may give less of a file than was asked for; not less than this, where there is more."""

SKIPPED = 256 * 1024
"""What lies so near ahead is read and thrown away: that is cheaper than to ask again."""

MAX_CONNECTIONS = 8
"""Idle ones that are kept."""

_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")
_UNSATISFIED = re.compile(r"bytes \*/([0-9]{1,18})")


class Facts(NamedTuple):
    """What a server says of a file."""

    size: int | None
    """null where it does not say."""
    version: str
    """Its entity tag, else when it was modified; empty where the server says neither."""
    ranges: bool
    """Whether it gives parts of the file."""


class Origin(NamedTuple):
    """Where a connection leads."""

    scheme: str
    authority: str
    named: bool
    """Made because the user named the host, whatever its address."""


class WebFiles:
    """Opens files on the web. Threads may share one; processes may not.

    settings: its time limits, retries, redirects, CA file, `connect_to` and allowed addresses count; its rates do not:
    a scan reads as fast as it can, and waits where a server asks for that.

    `named` of each method: the user named this URL's host, which is connected even where its address is a private one.
    Where a redirect leads to another host, that one is judged.

    Raises `ConfigError` where `[web]` names a CA file or addresses that cannot be used.
    """

    def __init__(self, settings: WebSettings, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.settings = settings
        self.sleep = sleep
        try:
            self._allowed = parse_networks(settings.allow_addresses)
        except ValueError as error:
            raise ConfigError(str(error), subject="[web] allow_addresses") from error
        self._connect_to = parse_connect_to(settings.connect_to)
        self._context: ssl.SSLContext | None = None
        if settings.ca_file:
            self._context = client_context(settings.ca_file)
        self._idle: list[_Connection] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that no file is read over."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def facts(self, url: str, *, named: bool) -> Facts:
        """What the server says of a file: one request for its first byte, so that it shows whether it gives parts.

        Raises `InputError` where it does not give it; `NetworkError` where no answer comes.
        """
        with WebFile(self, url, named=named, until=1) as file:
            facts = file.facts()
            if facts.ranges:
                file.read(1)  # to its end, so that the connection may serve again
            return facts

    def open(
        self,
        url: str,
        *,
        named: bool,
        size: int | None = None,
        version: str = "",
        ranges: bool | None = None,
        until: int | None = None,
    ) -> WebFile:
        """A file as a stream; nothing is asked before it is read.

        size, version, ranges: as `facts` told them, null where it was not asked; that the file is another by now is an
        error. until: how far it will probably be read (bytes); reading may go further.
        """
        return WebFile(self, url, named=named, size=size, version=version, ranges=ranges, until=until)

    def read(
        self, url: str, offset: int, length: int, *, named: bool, size: int | None = None, version: str = ""
    ) -> bytes:
        """Exactly these bytes of a file, in one request. size, version: as for `open`.

        Raises `InputError` where the server gives no parts, or the file ends before; else as reading a `WebFile`.
        """
        with WebFile(
            self, url, named=named, size=size, version=version, until=offset + length, parts_only=True
        ) as file:
            file.seek(offset)
            data = bytearray(length)
            view = memoryview(data)
            filled = 0
            while filled < length and (count := file.readinto(view[filled:])):
                filled += count
            if filled < length:
                raise InputError(f"the file ends before byte {offset + length:,}", subject=file.subject)
            return bytes(data)

    def ask(self, target: WebUrl, first: int, last: int | None, *, named: bool) -> _Answer:
        """The answer to one request for a part of a file, redirects followed; its body is not read yet.

        Raises `_PassingError` for what another try may better, `RefusedError` for what is not allowed.
        """
        asked = target
        for _ in range(self.settings.max_redirects + 1):
            answer = self._request(target, first, last, named=named and target.host == asked.host)
            if answer.status not in REDIRECTS:
                return answer
            location = answer.header("Location")
            answer.hang_up()
            if not location:
                return answer
            try:
                # what is sent beyond ASCII is UTF-8 (WHATWG Fetch)
                there = location.encode("latin-1", "replace").decode("utf-8", "replace")
                target = web_url(resolve_url(str(target), there))
            except ValueError as error:
                raise RefusedError(f"redirected to what is not fetched: {error}", subject=str(asked)) from error
        raise RefusedError("too many redirects", subject=str(asked))

    def give_back(self, answer: _Answer) -> None:
        """An answer is read no further: where that was its end, its connection may serve again."""
        if not answer.may_serve_again:
            answer.hang_up()
            return
        with self._lock:
            self._idle.append(answer.connection)
            oldest = self._idle.pop(0) if len(self._idle) > MAX_CONNECTIONS else None
        if oldest is not None:
            oldest.close()

    def _kept(self, origin: Origin) -> _Connection | None:
        with self._lock:
            for at, connection in enumerate(self._idle):
                if connection.origin == origin:
                    return self._idle.pop(at)
        return None

    def _request(self, target: WebUrl, first: int, last: int | None, *, named: bool) -> _Answer:
        origin = Origin(target.scheme, target.authority, named)
        connection = self._kept(origin)
        if connection is not None:
            try:
                return self._sent(connection, target, first, last)
            except (OSError, http.client.HTTPException):
                connection.close()  # the server closed it meanwhile, as it may
        connection = _Connection(origin, lambda: self._connected(target, named=named))
        try:
            return self._sent(connection, target, first, last)
        except ssl.SSLCertVerificationError as error:
            connection.close()
            problem = f"the connection is not secure: {error.verify_message}"
            raise NetworkError(problem, subject=str(target), hint="[web] ca_file names more authorities") from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise _PassingError(_reason(error)) from error
        except NetworkError as error:
            connection.close()
            if isinstance(error, RefusedError):
                raise
            raise _PassingError(error.problem) from error

    def _sent(self, connection: _Connection, target: WebUrl, first: int, last: int | None) -> _Answer:
        connection.putrequest("GET", target.target, skip_host=True, skip_accept_encoding=True)
        for name, value in (
            ("Host", target.authority),
            ("User-Agent", self.settings.agent),
            ("Accept", "*/*"),
            ("Accept-Encoding", "identity"),  # offsets are those of the file
            ("Range", f"bytes={first}-{'' if last is None else last}"),
        ):
            connection.putheader(name, value)
        connection.endheaders()
        return _Answer(connection, connection.getresponse())

    def _connected(self, target: WebUrl, *, named: bool) -> socket.socket:
        host, port = target.host, target.port or (443 if target.scheme == "https" else 80)
        mapped = self._connect_to.get((host, port)) or self._connect_to.get((host, None))
        if mapped is not None:
            places = [mapped]
        else:
            judged = judged_addresses(host, port, self._allowed)
            addresses = [*judged.allowed, *(address for address, _ in judged.refused)] if named else judged.allowed
            if not addresses and judged.refused:
                raise refusal(host, judged.refused)
            places = [(address, port) for address in addresses]
        problem: OSError | None = None
        for place in places:
            try:
                connection = socket.create_connection(place, self.settings.connect_timeout)
            except OSError as error:
                problem = error
                continue
            if target.scheme == "https":
                connection = self._secured(connection, host)
            connection.settimeout(self.settings.read_timeout)
            return connection
        raise problem or NetworkError("the name has no address", subject=host)

    def _secured(self, connection: socket.socket, host: str) -> socket.socket:
        if self._context is None:
            self._context = client_context("")
        try:
            return self._context.wrap_socket(connection, server_hostname=host)
        except BaseException:
            connection.close()
            raise


class WebFile(io.RawIOBase):
    """A file on the web as a stream. A context manager.

    parts_only: a server that sends the whole file instead of the part that is asked for is not read.

    Reading raises `InputError` where the server does not give the file, or it changed meanwhile; `NetworkError` where
    it breaks off again and again, `RefusedError` where the guard forbids the address.
    """

    def __init__(
        self,
        files: WebFiles,
        url: str,
        *,
        named: bool,
        size: int | None = None,
        version: str = "",
        ranges: bool | None = None,
        until: int | None = None,
        parts_only: bool = False,
    ) -> None:
        self.subject = without_userinfo(url)
        try:
            self._target = web_url(url)
        except ValueError as error:
            raise InputError(str(error), subject=self.subject) from error
        self._files = files
        self._named = named
        self._size = size
        self._version = version
        self._until = until
        self._parts_only = parts_only
        self._ranges = ranges
        self._position = 0
        self._answer: _Answer | None = None
        self._at = 0
        """Where in the file the answer's next byte stands."""
        self._window = WINDOW
        self._tries = 0
        self._since_failure = 0

    def facts(self) -> Facts:
        """As `WebFiles.facts`. Asks for the first byte, unless something was read."""
        while self._ranges is None:
            try:
                self._begin()
            except _PassingError as failure:
                self._failed(failure)
        return Facts(self._size, self._version, self._ranges)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self.facts().ranges and self._size is not None

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Raises `io.UnsupportedOperation` where the place counts from an end that nobody knows."""
        if whence == io.SEEK_END:
            size = self.facts().size
            if size is None:
                raise io.UnsupportedOperation("the size is not known")
            offset += size
        elif whence == io.SEEK_CUR:
            offset += self._position
        self._position = max(0, offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        while view:
            if self._size is not None and self._position >= self._size:
                break
            try:
                count = self._more(view)
            except _PassingError as failure:
                self._failed(failure)
                continue
            if count is None:
                continue
            self._position += count
            return count
        return 0

    def close(self) -> None:
        if not self.closed:
            self._hang_up()
        super().close()

    def _more(self, view: memoryview) -> int | None:
        """Bytes that came; null where another part of the file is to be asked for, or its end was reached."""
        ahead = self._position - self._at
        if self._answer is None or ahead < 0 or (ahead > SKIPPED and self._ranges):
            self._begin()
        answer = self._answer
        assert answer is not None  # by `_begin`
        while self._at < self._position:  # near ahead, or a server that gives no parts
            passed = self._take(answer, memoryview(bytearray(min(SKIPPED, self._position - self._at))))
            if not passed:
                self._ended(answer)
                return None
        if count := self._take(answer, view):
            return count
        self._ended(answer)
        return None

    def _take(self, answer: _Answer, view: memoryview) -> int:
        try:
            count = answer.readinto(view)
        except (OSError, http.client.HTTPException) as error:
            raise _PassingError(_reason(error)) from error
        self._at += count
        self._since_failure += count
        if self._since_failure >= PROGRESS:
            self._tries = 0
        return count

    def _ended(self, answer: _Answer) -> None:
        """An answer has no more bytes: is that the end of what was asked for?"""
        if answer.left:
            raise _PassingError("the connection broke off")
        if answer.left is None:
            if not answer.chunked:
                self._hang_up()
                problem = "the server did not say how long the file is, so that nobody knows whether all of it came"
                raise InputError(problem, subject=self.subject, hint="fetch it in another way, and scan the copy")
            if self._size is None and answer.first is None:
                self._size = self._at
        self._hang_up()

    def _begin(self) -> None:
        """Ask for the file from the position on."""
        self._hang_up()
        first = self._position
        last = None
        if self._until is not None:
            if first == self._at:
                self._window = min(self._window * 2, LARGEST_WINDOW)
            else:
                self._window = WINDOW
            last = (self._until if first < self._until else first + self._window) - 1
        answer = self._files.ask(self._target, first, last, named=self._named)
        try:
            self._look_at(answer, first)
        except BaseException:
            answer.hang_up()
            raise
        self._answer = answer
        self._at = first if self._ranges else 0

    def _look_at(self, answer: _Answer, first: int) -> None:
        """Is it an answer to what was asked, and of the same state of the file as before?"""
        if answer.status == 206:
            parts = _CONTENT_RANGE.fullmatch(answer.header("Content-Range").strip())
            if parts is None or not self._is_what_was_asked(parts, first, answer.left):
                raise InputError("the server sent another part of the file than was asked for", subject=self.subject)
            size = None if parts[3] == "*" else int(parts[3])
            answer.first, ranges = first, True
            if answer.left is None and not answer.chunked:
                answer.left = int(parts[2]) - first + 1
        elif answer.status == 416 and (beyond := _UNSATISFIED.fullmatch(answer.header("Content-Range").strip())):
            size, ranges = int(beyond[1]), True
            answer.left = 0
            if first < size:
                raise InputError("the server does not give the part that was asked for", subject=self.subject)
        elif answer.status == 200:
            size, ranges = answer.left, False
            if self._parts_only and first:
                problem = "the server does not give parts of files"
                raise InputError(problem, subject=self.subject, hint="fetch the file, and scan the copy")
        elif answer.status in PASSING:
            raise _PassingError(f"the server answered {answer.status}", answer.pause())
        else:
            raise InputError(f"the server answered {answer.status}", subject=self.subject)
        coding = answer.header("Content-Encoding").strip().lower()
        if coding not in ("", "identity") and not (
            coding in ("gzip", "x-gzip") and self._target.target.partition("?")[0].lower().endswith(".gz")
        ):
            problem = f"the server packs the file on its way ({coding[:20]}), so that offsets mean nothing"
            raise InputError(problem, subject=self.subject, hint="fetch the file, and scan the copy")
        version = answer.version()
        if (self._size is not None and size is not None and size != self._size) or (
            self._version and version and version != self._version
        ):
            raise InputError("the file is another one by now", subject=self.subject, hint="scan it anew")
        self._size = size if self._size is None else self._size
        self._version = self._version or version
        self._ranges = ranges

    def _is_what_was_asked(self, parts: re.Match[str], first: int, announced: int | None) -> bool:
        """Is a part the one that begins at `first`, and not cut so small that the file would never end?"""
        length, whole = int(parts[2]) - int(parts[1]) + 1, None if parts[3] == "*" else int(parts[3])
        if whole is not None and int(parts[2]) >= whole:
            return False
        least = SMALLEST_PART if self._until is None or first >= self._until else self._until - first
        if whole is not None:
            least = min(least, whole - first)
        return int(parts[1]) == first and announced in (None, length) and length >= min(least, SMALLEST_PART)

    def _failed(self, failure: _PassingError) -> None:
        """Wait before the next try.

        Raises `NetworkError` where there were enough of them.
        """
        self._hang_up()
        settings = self._files.settings
        self._since_failure = 0
        if self._tries >= settings.retries:
            problem = f"{failure} (at byte {self._position:,}, {self._tries + 1} times)"
            raise NetworkError(problem, subject=self.subject) from failure
        pause = BACKOFF_SECONDS * 2**self._tries
        if failure.pause is not None:
            if failure.pause > settings.retry_after_max:
                raise LeftAloneError(f"the host asks us to wait {failure.pause:.0f} seconds", subject=self.subject)
            pause = max(pause, failure.pause)
        self._tries += 1
        self._files.sleep(pause)

    def _hang_up(self) -> None:
        answer, self._answer = self._answer, None
        if answer is not None:
            self._files.give_back(answer)


class _PassingError(Exception):
    """No answer, or one that another try may better. pause: seconds that the server asked for."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.pause = pause


class _Answer:
    """A response whose body is read as it comes."""

    def __init__(self, connection: _Connection, response: http.client.HTTPResponse) -> None:
        self.connection = connection
        self.status = response.status
        self.chunked = bool(response.chunked)
        self.left: int | None = None if self.chunked else response.length
        """Bytes of the body that are still to come; null where only its end will show."""
        self.first: int | None = None
        """Where the part begins that it is."""
        self._response = response

    def header(self, name: str) -> str:
        return self._response.getheader(name) or ""

    def version(self) -> str:
        return self.header("ETag") or self.header("Last-Modified")

    def pause(self) -> float | None:
        return retry_after(self.header("Retry-After"), datetime.now(UTC))

    def readinto(self, view: memoryview) -> int:
        """Bytes that came; 0 at the end, or where the connection was closed.

        Raises `OSError`, `http.client.HTTPException`.
        """
        # not its `readinto`, which waits until the buffer is full: for days, where a server sends a byte a second
        response = self._response
        if self.left is None or response.length is None:
            piece = response.read1(len(view) if self.left is None else min(self.left, len(view)))
            count = len(piece)
            view[:count] = piece
        else:  # the same without a copy
            count = response.fp.readinto1(view[: min(self.left, len(view))]) if self.left else 0
            response.length -= count
        if self.left is not None:
            self.left -= count
        return count

    @property
    def may_serve_again(self) -> bool:
        if self._response.length == 0:
            self._response.read()  # some releases of Python take only this for the end
        return self._response.isclosed() and not self._response.will_close

    def hang_up(self) -> None:
        self._response.close()
        self.connection.close()


class _Watched(io.RawIOBase):
    """What comes over a connection in answer to one request, which may not come too slowly."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw
        self._waited = 0.0
        self._came = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        started = time.monotonic()
        count = self._raw.readinto(buffer)
        self._waited += time.monotonic() - started
        self._came += count or 0
        if self._waited > PATIENCE and self._came < self._waited * SLOWEST:
            raise TimeoutError("the server sends next to nothing")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """A response whose head and body are watched."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.fp = io.BufferedReader(_Watched(self.fp.detach()))


class _Connection(http.client.HTTPConnection):
    """A connection that is made by `connected`."""

    response_class = _Response

    def __init__(self, origin: Origin, connected: Callable[[], socket.socket]) -> None:
        super().__init__(origin.authority)
        self.origin = origin
        self._connected = connected

    def connect(self) -> None:
        self.sock = self._connected()


def _reason(error: BaseException) -> str:
    """In a few words."""
    if isinstance(error, TimeoutError):
        return "no answer in time" if str(error) in ("", "timed out") or error.errno else str(error)
    if isinstance(error, http.client.IncompleteRead | http.client.RemoteDisconnected | ConnectionError):
        return "the connection broke off"
    if isinstance(error, http.client.HTTPException):
        return "the answer is not HTTP"
    return f"no connection: {cast(OSError, error).strerror or error}"
