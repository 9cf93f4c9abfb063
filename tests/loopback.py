"""A loopback server that sends exactly the bytes it is given: what the door records is compared with them."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    raw: bytes
    connection: int
    number: int
    body: bytes = b""

    @property
    def target(self) -> str:
        return self.raw.split(b" ", 2)[1].decode()


@dataclass(frozen=True)
class Pause:
    seconds: float


class Close:
    """Close the connection; over TLS, with the closing alert."""


class BreakOff:
    """Close the connection, over TLS without the closing alert."""


class Reset:
    """Break the connection: the client sees a reset."""


class Stall:
    """Send nothing more, until the client goes."""


Step = bytes | Pause | type[Close] | type[BreakOff] | type[Reset] | type[Stall]
Answer = Callable[[Asked], Iterable[Step]]


def always(*steps: Step) -> Answer:
    return lambda asked: steps


def ok(body: bytes = b"", *fields: str, status: str = "200 OK") -> bytes:
    head = [f"HTTP/1.1 {status}", *fields, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(head).encode("latin-1") + body


@dataclass
class Loopback:
    """Listens on 127.0.0.1; `answer` tells what to send for a request. Connections are kept until told to close."""

    answer: Answer
    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._sockets:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                number = self.connections
                self._sockets.append(connection)
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError):
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._sockets.append(connection)
            buffer = b""
            while True:
                while b"\r\n\r\n" not in buffer:
                    data = connection.recv(65536)
                    if not data:
                        connection.close()
                        return
                    buffer += data
                raw, mark, buffer = buffer.partition(b"\r\n\r\n")
                length = re.search(rb"(?im)^content-length: *([0-9]+)\r?$", raw)
                size = int(length[1]) if length else 0
                while len(buffer) < size:
                    data = connection.recv(65536)
                    if not data:
                        connection.close()
                        return
                    buffer += data
                body, buffer = buffer[:size], buffer[size:]
                with self._lock:
                    asked = Asked(raw + mark, number, len(self.asked), body)
                    self.asked.append(asked)
                if not self._send(connection, asked):
                    return

    def _send(self, connection: socket.socket, asked: Asked) -> bool:
        for step in self.answer(asked):
            if isinstance(step, bytes):
                connection.sendall(step)
            elif isinstance(step, Pause):
                time.sleep(step.seconds)
            elif step is Stall:
                connection.recv(1)
                return False
            else:
                if step is Reset:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                if step is Close and isinstance(connection, ssl.SSLSocket):
                    with contextlib.suppress(OSError):  # the client does not say goodbye
                        connection.unwrap()
                connection.close()
                return False
        return True
