"""The DevTools protocol over a pipe: commands to Chromium, its answers and events.

Two file descriptors carry JSON messages that end with a NUL (`--remote-debugging-pipe`). No port is opened, so nobody
else on the machine can steer the browser. The commands used are of the protocol's stable domains
(https://chromedevtools.github.io/devtools-protocol/): no driver of a certain browser version is needed.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import msgspec

from archiver.browser.errors import BrowserError, PageError

MAX_MESSAGE = 160 << 20
"""Bytes of one message; a browser that says more is hung up on. The largest is a picture of noise in base64."""

PIECE = 1 << 20

Params = Mapping[str, Any]
Listener = Callable[[str, Params], None]


class DevTools:
    """One connection to one browser; threads may share it.

    `read_fd` and `write_fd` are ours from now on. What the browser says is read in a thread of its own, in which
    listeners are called: they must not wait for anything.
    """

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd
        self._numbers = itertools.count(1)
        self._lock = threading.Condition()
        self._write_lock = threading.Lock()
        self._answers: dict[int, Params | None] = {}
        """What is waited for; null until the answer is there."""
        self._listeners: dict[str, Listener] = {}
        self.closed = False
        self._reader = threading.Thread(target=self._read, name="devtools", daemon=True)
        self._reader.start()

    def call(
        self, method: str, params: Params | None = None, *, session: str | None = None, deadline: float
    ) -> dict[str, Any]:
        """The result of a command. `session`: of the page that it goes to; null: the browser itself.

        Raises `PageError` when the browser refuses it or does not answer until `deadline` (`time.monotonic()`), and
        `BrowserError` when the browser is gone.
        """
        number = self.send(method, params, session=session, wanted=True)
        with self._lock:
            while (answer := self._answers[number]) is None and not self.closed:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._lock.wait(left)
            del self._answers[number]
        if answer is None:
            if self.closed:
                raise BrowserError("the browser has ended")
            raise PageError(f"the browser did not answer {method} in time")
        if "error" in answer:
            raise PageError(f"{method}: {answer['error'].get('message', 'refused')}")
        result = answer.get("result")
        return result if isinstance(result, dict) else {}

    def send(
        self, method: str, params: Params | None = None, *, session: str | None = None, wanted: bool = False
    ) -> int:
        """Send a command without waiting; its number. Raises `BrowserError` when the browser is gone."""
        message: dict[str, Any] = {"id": (number := next(self._numbers)), "method": method, "params": params or {}}
        if session is not None:
            message["sessionId"] = session
        if wanted:
            with self._lock:
                self._answers[number] = None
        data = msgspec.json.encode(message) + b"\0"
        try:
            with self._write_lock:
                if self.closed:
                    raise BrowserError("the browser has ended")
                view = memoryview(data)
                while view:
                    view = view[os.write(self._write_fd, view) :]
        except OSError as error:
            raise BrowserError("the browser has ended") from error
        return number

    def listen(self, session: str, listener: Listener | None) -> None:
        """Tell `listener` of the events of a page (`""`: of the browser itself); null: nobody any more."""
        with self._lock:
            if listener is None:
                self._listeners.pop(session, None)
            else:
                self._listeners[session] = listener

    def close(self) -> None:
        """Hang up: a browser that is still there ends by itself."""
        with self._write_lock:
            if not self.closed:
                self._end()
            with suppress(OSError):
                os.close(self._write_fd)
            self._write_fd = -1

    def wait_for_end(self, seconds: float) -> None:
        """Until the browser has hung up, too, at most so long."""
        self._reader.join(seconds)

    def _end(self) -> None:
        with self._lock:
            self.closed = True
            self._lock.notify_all()

    def _read(self) -> None:
        waiting = bytearray()
        try:
            while piece := os.read(self._read_fd, PIECE):
                start = len(waiting)
                waiting += piece
                while (end := waiting.find(b"\0", start)) >= 0:
                    self._take(bytes(waiting[:end]))
                    del waiting[: end + 1]
                    start = 0
                if len(waiting) > MAX_MESSAGE:
                    break
        except OSError:
            pass
        finally:
            self._end()
            os.close(self._read_fd)

    def _take(self, data: bytes) -> None:
        try:
            message = msgspec.json.decode(data)
        except (msgspec.DecodeError, RecursionError):
            return
        if not isinstance(message, dict):
            return
        number = message.get("id")
        if number is not None:
            with self._lock:
                if number in self._answers:
                    self._answers[number] = message
                    self._lock.notify_all()
            return
        with self._lock:
            listener = self._listeners.get(message.get("sessionId") or "")
        if listener is not None:
            params = message.get("params")
            listener(str(message.get("method")), params if isinstance(params, dict) else {})
