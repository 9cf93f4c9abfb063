"""The recorder: copies the bytes of one exchange as they cross the connection.

Made of httpcore's own extension points (network backend and stream), so no library is patched. HTTP/1.1 carries one
exchange at a time on a connection, and a fetch runs in one thread: whatever that thread's streams write and read while
a tape is in place belongs to that exchange. TLS is wrapped from outside, so what is copied is the HTTP message.
"""

from __future__ import annotations

import io
import os
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO, cast

import httpcore

from archiver.errors import LimitError, NetworkError
from archiver.exchange import Tls, Truncation
from archiver.fileslice import FileSlice
from archiver.web.guard import Network
from archiver.web.lookup import judged_addresses, refusal
from archiver.web.secured import broke_off, refused_chain, tls_of

SPOOL_LIMIT = 1 << 20
"""A response larger than this goes to a temporary file: so much memory one exchange may take."""


READ_SIZE = 256 * 1024

IDLE_SECONDS = 1.0
"""So long a server may be silent after something that is no HTTP; then what came is all that is waited for."""


class StoppedError(Exception):
    """The tape ended the exchange: a bound on size or time was reached."""

    def __init__(self, reason: Truncation) -> None:
        super().__init__(reason)
        self.reason = reason


class Spool:
    """A temporary file that is gone when nothing refers to it any more: an exchange is read as often as wanted."""

    def __init__(self) -> None:
        try:
            self.file = cast(BinaryIO, tempfile.TemporaryFile(buffering=0))  # noqa: SIM115 (closed by __del__)
        except OSError as error:
            raise self._no_room(error) from error

    def __del__(self) -> None:
        if file := getattr(self, "file", None):
            file.close()

    def write(self, data: bytes) -> None:
        """Raises `LimitError` when there is no room."""
        view = memoryview(data)
        try:
            while view:
                view = view[self.file.write(view) :]
        except OSError as error:
            raise self._no_room(error) from error

    def pread(self, size: int, offset: int) -> bytes:
        """Bytes of the file; fewer than `size` only at its end."""
        return os.pread(self.file.fileno(), size, offset)

    @staticmethod
    def _no_room(error: OSError) -> LimitError:
        problem = f"no room for a large response in the temporary folder: {error.strerror}"
        return LimitError(problem, hint="the environment variable TMPDIR names another folder")


class Tape:
    """What crossed the connection for one exchange, in memory while small and in a temporary file beyond.

    `max_bytes` bounds the response (head and body, as sent), `max_head` what may come before its head is complete;
    `deadline` is a `time.monotonic()` value.
    """

    def __init__(
        self,
        *,
        max_bytes: int,
        max_head: int,
        deadline: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.request = bytearray()
        self.ip_address: str | None = None
        self.tls: Tls | None = None
        self.refusals: list[tuple[str, str]] = []
        """Addresses that the guard refused, with the reason."""
        self.refused_chain: tuple[bytes, ...] = ()
        """The server's certificates, where they did not hold."""
        self.length = 0
        self._pieces: list[bytes] = []
        self._spool: Spool | None = None
        self._max_bytes = max_bytes
        self._max_head = max_head
        self.head_complete = False
        """Set by the reader of the response once it knows."""
        self.wire: RecordingStream | None = None
        """The connection over which the request went."""
        self.ended = False
        """The server has closed its side."""
        self.broke_off = False
        """It ended without TLS's closing alert."""
        self._deadline = deadline
        self._monotonic = monotonic

    def remaining(self, timeout: float | None) -> float:
        """How long the next read may wait, in seconds.

        Raises `StoppedError("time")` when no time is left.
        """
        left = self._deadline - self._monotonic()
        if left <= 0:
            raise StoppedError("time")
        return left if timeout is None else min(timeout, left)

    def bound(self, length: int) -> None:
        """The response may be so long, now that it is known how much of it is head.

        Raises `StoppedError("length")` where it is longer already.
        """
        self._max_bytes = length
        if self.length > length:
            self.cut(length)
            raise StoppedError("length")

    def more(self) -> None:
        """Before each read: raises `StoppedError("length")` where a head that large has still not ended."""
        if not self.head_complete and self.length >= self._max_head:
            raise StoppedError("length")

    def received(self, data: bytes) -> None:
        room = self._max_bytes - self.length
        full = len(data) > room
        if full:
            data = data[:room]
        self.length += len(data)
        if self._spool is None and self.length > SPOOL_LIMIT:
            self._spool = Spool()
            self._spool.write(b"".join(self._pieces))
            self._pieces = []
        if self._spool is None:
            self._pieces.append(data)
        else:
            self._spool.write(data)
        if full:
            raise StoppedError("length")

    def cut(self, length: int) -> bytes:
        """Keep the first `length` bytes alone, as the message; what came behind it is handed out."""
        if length >= self.length:
            return b""
        with self.opener(length)() as stream:
            rest = stream.read()
        if self._spool is None:
            self._pieces = [b"".join(self._pieces)[:length]]
        self.length = length
        return rest

    def rest(self, timeout: float) -> Truncation | None:
        """Record what else comes, where nobody can tell any more how the message goes on; why that ended, null where
        the server closed the connection. `timeout`: how long it may be silent, in seconds."""
        if self.wire is None or self.ended:
            return None
        try:
            while self.wire.read(READ_SIZE, min(timeout, IDLE_SECONDS)):
                pass
        except StoppedError as stop:
            return stop.reason
        except httpcore.TimeoutException:
            return "time"
        except httpcore.NetworkError:
            return "disconnect"
        return None

    def opener(self, start: int = 0) -> Callable[[], BinaryIO]:
        """A function that opens the response's bytes from `start` on for reading, as often as wanted."""
        spool, length = self._spool, self.length - start
        if spool is None:
            data = b"".join(self._pieces)[start:]
            return lambda: io.BytesIO(data)
        return lambda: cast(BinaryIO, io.BufferedReader(FileSlice(spool.pread, start, length), READ_SIZE))

    def head(self, limit: int) -> bytes:
        """The first bytes of the response, at most `limit`."""
        if self._spool is None and len(self._pieces) != 1:
            self._pieces = [b"".join(self._pieces)]
        if self._spool is None:
            return self._pieces[0][:limit]
        with self.opener()() as stream:
            return stream.read(min(limit, self.length))


class _Current(threading.local):
    tape: Tape | None = None


class RecordingStream(httpcore.NetworkStream):
    """A connection whose traffic goes to the current thread's tape."""

    def __init__(self, inner: httpcore.NetworkStream, current: _Current, address: str, tls: Tls | None = None) -> None:
        self._inner = inner
        self._current = current
        self._address = address
        self._tls = tls
        self._given_up = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        tape = self._current.tape
        if tape is None:
            return self._inner.read(max_bytes, timeout)
        tape.more()
        data = self._inner.read(max_bytes, tape.remaining(timeout))
        if data:
            tape.received(data)
        else:
            tape.ended = True
            tape.broke_off = broke_off(self._inner.get_extra_info("socket"))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        tape = self._current.tape
        if tape is not None:
            if not tape.request:
                tape.ip_address = self._address
                tape.tls = self._tls
                tape.wire = self
            tape.request += buffer
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        """Close the connection; while its exchange is being recorded, that waits until `release`: httpcore closes it at
        the first byte that is no HTTP, and what comes after that is evidence, too."""
        tape = self._current.tape
        if tape is not None and tape.wire is self:
            self._given_up = True
        else:
            self._inner.close()

    def release(self) -> None:
        """The exchange is recorded: close the connection if that was asked for meanwhile."""
        if self._given_up:
            self._inner.close()

    def hang_up(self) -> None:
        """Close the connection now. The pool sees that and does not use it again."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        tape = self._current.tape
        if tape is not None:
            timeout = tape.remaining(timeout)
            tape.ip_address = self._address
        try:
            secured = self._inner.start_tls(ssl_context, server_hostname, timeout)
        except httpcore.ConnectError as error:
            if tape is not None:
                tape.refused_chain = refused_chain(error.__cause__)
            raise
        return RecordingStream(secured, self._current, self._address, tls_of(secured.get_extra_info("socket")))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class RecordingBackend(httpcore.NetworkBackend):
    """Opens connections: looks the name up, asks the guard, connects to the very address that was judged.

    `connect_to` maps `(host, port)`, or `(host, null)` for all ports, to `(address, port)`, as curl's `--connect-to`
    does; such an address is allowed because the user named it. Refusals are noted on the tape.
    """

    def __init__(
        self,
        *,
        connect_to: Mapping[tuple[str, int | None], tuple[str, int]] | None = None,
        allowed: Iterable[Network] = (),
    ) -> None:
        self._backend = httpcore.SyncBackend()
        self._connect_to = dict(connect_to or {})
        self._allowed = tuple(allowed)
        self._current = _Current()

    def insert(self, tape: Tape | None) -> None:
        """Put a tape in place for this thread's next exchange, or take it out."""
        self._current.tape = tape

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        options = [*list(socket_options or ()), (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
        problem: Exception | None = None
        tape = self._current.tape
        for address, target_port in self._targets(host, port):
            if tape is not None:
                timeout = tape.remaining(timeout)
            try:
                stream = self._backend.connect_tcp(address, target_port, timeout, local_address, options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
                continue
            return RecordingStream(stream, self._current, address)
        raise problem or NetworkError("the name has no address", subject=host)

    def _targets(self, host: str, port: int) -> list[tuple[str, int]]:
        """Addresses to try, in the resolver's order, without those that the guard refuses."""
        name = host.strip("[]").lower()
        mapped = self._connect_to.get((name, port)) or self._connect_to.get((name, None))
        if mapped:
            return [mapped]
        judged = judged_addresses(name, port, self._allowed)
        if self._current.tape is not None:
            self._current.tape.refusals.extend(judged.refused)
        if not judged.allowed and judged.refused:
            raise refusal(host, judged.refused)
        return [(address, port) for address in judged.allowed]

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
