"""pywb as the engine of captured pages that need their scripts: a process of its own, behind a pass-through of ours.

pywb (GPL, never imported) rewrites captured pages so that their scripts run. It listens on a loopback port that nobody
is told of, knows the archives' records and no live web. What a browser sees comes through here: each view on an origin
of its own, answers about its own archive only, every record checked against its digests before it is passed on, and
under a policy that lets the page load, send and frame nothing beyond that origin.

What this cannot hold back is in docs/replay.md.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b32encode
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archiver.errors import ArchiveError, ArchiverError, LimitError, UsageError
from archiver.replay.addresses import Addresses
from archiver.replay.captured import rest_of
from archiver.replay.mementos import captured_url, moment_of
from archiver.replay.payload import require_digests
from archiver.replay.shelf import Library, Shelf
from archiver.store.cdxj import index_path, write_index
from archiver.store.surt import surt

HINT = "pip install 'archiver[pywb]', best into an environment of its own; its `wayback` has to be on the PATH"
START_SECONDS = 60.0
MAX_HEAD = 256 * 1024
MAX_BODY = 1 << 20
"""Of a request: pywb looks answers to POST up by what was sent."""

MAX_SAME = 16
"""Captures of one address within one second: each of them is checked."""

MAX_VIEW = 16 << 20
MAX_VIEWS = 4096
PIECE = 64 * 1024
ANSWER_SECONDS = 60.0

SANDBOX = "allow-scripts allow-same-origin allow-forms"
"""No window opens, nothing is downloaded, no dialog stops the reader, and the window around it stays where it is."""

POLICY = (
    f"sandbox {SANDBOX}; default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src 'self' data: blob:; "
    "frame-src 'self' blob:; worker-src 'self' blob:; object-src 'none'; form-action 'self'; base-uri 'self'; "
    "frame-ancestors 'self' {site}; webrtc 'block'"
)
"""The last one (CSP Level 3) is not obeyed yet by Chromium 150."""

HEADERS = {
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "X-DNS-Prefetch-Control": "off",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=(), serial=(), hid=(), "
    "midi=(), payment=(), clipboard-read=()",
    "Cache-Control": "no-store",
}
PASSED = frozenset({"content-type", "content-length", "content-encoding", "content-range", "accept-ranges"})
"""Of pywb's header fields. Cookies, links to be preloaded and reports are not passed on."""

ASKED = frozenset({"range", "accept", "accept-language", "content-type", "x-pywb-requested-with", "x-requested-with"})
"""Of the browser's."""

END_AND_REMOVE = 'read -r _; kill "$1"; sleep 1; kill -9 "$1"; rm -rf -- "$2"'

_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
"""Of a header field (RFC 9110, section 5.5). Those of a captured answer may hold anything."""

METHODS = frozenset({"GET", "HEAD", "POST"})
_HOST = re.compile(r"(p[a-z2-7]{26})\.localhost(?::[0-9]{1,5})?", re.IGNORECASE | re.ASCII)
_VIEW = re.compile(r"/archives/([a-z0-9-]+)/([0-9]{1,14})(?:-[0-9]{1,14})?/.", re.ASCII | re.DOTALL)
_OWN = re.compile(r"/static(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+", re.ASCII)
_ORIGINAL = re.compile(r'<([^<>]*)>; rel="original"')


class _View(NamedTuple):
    """What an origin was made for."""

    slug: str
    site: str
    """The site's own origin."""
    home: str
    """The site's page around it."""


def find_pywb() -> str:
    """The path of pywb's `wayback`: beside this Python, or on the PATH.

    Raises `UsageError`, with a hint, where it is not installed.
    """
    beside = Path(sys.executable).with_name("wayback")
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("wayback")
    found = found and os.path.abspath(found)  # it runs in a folder of its own
    if found is None:
        raise UsageError("pywb is not installed, so no page can be shown with its scripts", hint=HINT)
    return found


@contextmanager
def pywb_engine(app: ASGIApp, library: Library) -> Iterator[ASGIApp]:
    """The site `app` over `library`, with its captured pages shown by a pywb that runs as long as this context.

    Raises `UsageError` where pywb is not installed or does not start, `LimitError` where its files cannot be written.
    """
    program = find_pywb()
    with tempfile.TemporaryDirectory(prefix="archiver-pywb-") as folder:
        root = Path(folder)
        try:
            for shelf in library.shelves:
                _lay_out(shelf, root / "collections" / shelf.slug)
            (root / "collections" / root.name / "archive").mkdir(parents=True)
            (root / "config.yaml").write_text("collections_root: collections\nenable_auto_fetch: false\n")
        except OSError as error:
            raise LimitError(f"pywb's files cannot be laid out: {error.strerror or error}", subject=folder) from error
        port = asyncio.run(_free_port())
        with _running(program, root, port) as process:
            _wait_for(process, program, root, port)
            yield Engine(app, library, port)


@contextmanager
def _ended_with_us(process: subprocess.Popen[bytes], folder: str) -> Iterator[None]:
    """A program that is killed (SIGKILL) can tidy up nothing: a shell waits at a pipe that this program alone holds
    open, ends pywb when it breaks, and removes its folder."""
    command = ["/bin/sh", "-c", END_AND_REMOVE, "archiver", str(process.pid), folder]
    with subprocess.Popen(  # noqa: S603 (our own words)
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as keeper:
        try:
            yield
        finally:
            keeper.kill()


def _lay_out(shelf: Shelf, folder: Path) -> None:
    """A collection of pywb: links to the WARC files, and an index of each."""
    (folder / "archive").mkdir(parents=True)
    (folder / "indexes").mkdir()
    for number, (name, file) in enumerate(shelf.archive.segments().items()):
        ready = index_path(shelf.archive.indexes_path, name)
        as_it_is = not shelf.archive.is_view and ready.exists()
        # loose files may have any name
        known_as = name if as_it_is else f"{number}.warc{'.gz' if name.lower().endswith('.gz') else ''}"
        target = folder / "archive" / known_as
        if file.exists() and os.path.isfile(str(file)):
            target.symlink_to(Path(str(file)).resolve())
        else:  # a member of a package, which pywb does not read where it lies
            with file.open("rb") as source, target.open("wb") as out:
                shutil.copyfileobj(source, out, PIECE)
        if as_it_is:
            (folder / "indexes" / ready.name).symlink_to(ready.resolve())
        else:
            rows = (row._replace(segment=known_as) for row in shelf.archive.catalogue.index_rows(name))
            write_index(index_path(folder / "indexes", known_as), rows)


async def _free_port() -> int:
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    return port


@contextmanager
def _running(program: str, root: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """pywb's process, however this ends. It is told of no proxy and of no configuration but ours.

    Raises `UsageError` where it cannot be run.
    """
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--threads", "8", "--directory", str(root)]
    try:
        with (root / "log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 (the program that the user installed)
                command, cwd=root, env={**kept, "HOME": str(root)}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
    except OSError as error:  # a script whose interpreter was moved or removed is "not found", too
        raise UsageError(f"pywb cannot be run: {error.strerror}", subject=program, hint=HINT) from error
    try:
        with _ended_with_us(process, str(root)):
            yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], program: str, root: Path, port: int) -> None:
    """Return once it answers. Raises `UsageError` where it does not come to that."""
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError, TimeoutError):
            if asyncio.run(asyncio.wait_for(_answers(port, root.name), 5)):
                return
        time.sleep(0.1)
    lines = (root / "log").read_text("utf-8", "replace").strip().splitlines() or ["it says nothing"]
    raise UsageError(f"pywb does not start: {lines[-1][-300:]}", subject=program)


async def _answers(port: int, name: str) -> bool:
    """Does our pywb answer there? Another program may have taken the port meanwhile: it does not know the collection
    of this name."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"GET /collinfo.json HTTP/1.0\r\nHost: localhost\r\n\r\n")
        return name.encode() in await reader.read()
    finally:
        writer.close()


class Engine:
    """The site, with views that frame pywb's pages, and those pages on origins of their own."""

    def __init__(self, app: ASGIApp, library: Library, port: int) -> None:
        self._app = app
        self._library = library
        self._port = port
        self._views: OrderedDict[str, _View] = OrderedDict()
        self._lock = threading.Lock()
        self._secret = secrets.token_bytes(16)
        """Other runs have other origins: what pages kept in the browser's storage is not read by those of another
        archive that bears the same name at the same port later."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")
        if match := _HOST.fullmatch(host):
            response = await self._captured(scope, receive, host, match[1].lower())
            await response(scope, receive, send)
        elif _VIEW.match(scope["path"]) and scope["method"] in ("GET", "HEAD"):
            await self._view(scope, receive, send, host)
        else:
            await self._app(scope, receive, send)

    # The site's page around a captured one.

    async def _view(self, scope: Scope, receive: Receive, send: Send, host: str) -> None:
        start: Message | None = None
        body = bytearray()

        async def keep(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            elif message["type"] == "http.response.body" and len(body) <= MAX_VIEW:
                body.extend(message.get("body", b""))

        await self._app(scope, receive, keep)
        if start is None:
            return
        headers = MutableHeaders(scope=start)
        if start["status"] == 200 and headers.get("content-type", "").startswith("text/html"):
            framed = self._framed(scope, host, bytes(body).decode("utf-8", "replace"))
            if framed is not None:
                html, source = framed
                body = bytearray(html.encode())
                policy = re.sub(r"; *frame-src [^;]*", "", headers.get("content-security-policy", "default-src 'none'"))
                headers["content-security-policy"] = f"{policy}; frame-src {source}"
                if scope["method"] != "HEAD":
                    headers["content-length"] = str(len(body))
        await send(start)
        await send({"type": "http.response.body", "body": bytes(body)})

    def _framed(self, scope: Scope, host: str, html: str) -> tuple[str, str] | None:
        """The page with pywb's in its frame, and the origin that it frames; null where it frames none."""
        page = LexborHTMLParser(html)
        frame = page.css_first("iframe.captured")
        match = _VIEW.match(scope["path"])
        if frame is None or match is None:
            return None
        slug, stamp = match[1], match[2]
        url = captured_url(rest_of(scope, 4), scope.get("query_string", b""))
        home = Addresses(slug).view(moment_of(stamp), url)
        view = f"{host}\0{slug}\0{stamp}\0{url}".encode("utf-8", "surrogatepass")
        name = "p" + b32encode(hashlib.blake2b(view, key=self._secret).digest()).decode().lower()[:26]
        with self._lock:
            self._views[name] = _View(slug, f"http://{host}", f"http://{host}{home}")
            self._views.move_to_end(name)
            while len(self._views) > MAX_VIEWS:
                self._views.popitem(last=False)
        port = host.rpartition(":")[2] if re.search(r":[0-9]+$", host) else ""
        source = f"http://{name}.localhost" + (f":{port}" if port else "")
        frame.attrs["src"] = f"{source}/{slug}/{stamp}mp_/{url}"
        frame.attrs["sandbox"] = SANDBOX
        for node in page.css("section.seen-as details"):
            node.insert_before(
                "Shown by pywb: the page's own scripts run, and may make it look as it never did. It is kept on an "
                "origin of its own, and nothing is fetched from the web; a script that was made for it could still let "
                "others know that it is seen."
            )
            node.attrs["hidden"] = ""
        return f"{page.html}\n", source

    # Captured pages.

    async def _captured(self, scope: Scope, receive: Receive, host: str, name: str) -> Response:
        view = self._views.get(name)
        if view is None:
            return self._refusal(404, "This page has to be opened from the site.")
        headers = Headers(scope=scope)
        if headers.get("service-worker") or scope["method"] not in METHODS:
            return self._refusal(403, "Captured pages get no service workers.", view)
        path = scope.get("raw_path", scope["path"].encode()).partition(b"?")[0].decode("latin-1")
        if not re.match(rf"/{re.escape(view.slug)}/[0-9]{{0,14}}[a-z]{{2,4}}_/.", path) and not _OWN.fullmatch(path):
            return self._refusal(404, "This is not of this archive.", view)
        aim = headers.get("sec-fetch-dest", "")
        if aim in ("", "document"):
            if aim and scope["method"] == "GET":
                return RedirectResponse(view.home, 302, {"Cache-Control": "no-store"})
            return self._refusal(403, "Captured pages are shown within the site's own page alone.", view)
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > MAX_BODY:
                return self._refusal(413, "This is more than is passed on.", view)
            if not message.get("more_body"):
                break
        try:
            return await asyncio.wait_for(self._passed(scope, headers, host, path, body, view), ANSWER_SECONDS)
        except ArchiverError as error:
            return self._refusal(502, f"Refused: {error}", view)
        except (OSError, ValueError, ArithmeticError, EOFError, asyncio.LimitOverrunError, TimeoutError):
            return self._refusal(502, "pywb gave no answer that can be passed on.", view)

    async def _passed(self, scope: Scope, headers: Headers, host: str, path: str, body: bytes, view: _View) -> Response:
        query = scope.get("query_string", b"").decode("latin-1")
        target = path + (f"?{query}" if query else "")
        lines = [f"{scope['method']} {target} HTTP/1.0", f"Host: {host}", "Accept-Encoding: identity"]
        lines += [f"{name}: {value}" for name, value in headers.items() if name in ASKED]
        lines += [f"Content-Length: {len(body)}"] if body else []
        referrer = headers.get("referer", "")
        if referrer.startswith(f"http://{host}/"):
            lines.append(f"Referer: {referrer}")
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=MAX_HEAD)
        try:
            writer.write("\r\n".join((*lines, "", "")).encode("latin-1") + body)
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status, fields = _read_head(head)
            answer = {name: value for name, value in fields if name in PASSED and _VALUE.fullmatch(value)}
            length = answer.get("content-length")
            if length is not None and not (length.isascii() and length.isdecimal() and len(length) < 19):
                raise ValueError("no length")
            for name, value in fields:
                if name == "location":
                    answer["location"] = _own_location(value, host, path)
            await run_in_threadpool(self._check, view.slug, fields)
        except BaseException:
            writer.close()
            raise
        answer |= HEADERS | {"Content-Security-Policy": POLICY.replace("{site}", view.site)}
        if scope["method"] == "HEAD" or status in (204, 304):
            writer.close()
            return Response(status_code=status, headers=answer)
        return _Passed(reader, writer, status, answer)

    def _check(self, slug: str, fields: list[tuple[str, str]]) -> None:
        """The digests of the record that pywb answers from, which it does not look at itself.

        Raises `DigestRefusedError`, `ArchiveError` where it cannot be told which record that is.
        """
        found = dict(fields)  # a captured answer may have had the same fields: pywb's own come behind them
        if "memento-datetime" not in found:
            return  # pywb's own words: that something is not there, or its scripts
        shelf = self._library.shelf(slug)
        original = _ORIGINAL.match(found.get("link", ""))
        if shelf is None or original is None:
            raise ArchiveError("it is not known which record this is")
        moment = parsedate_to_datetime(found["memento-datetime"])
        url = original[1]
        # the links have no more than seconds, so all of that second have to be right
        same = shelf.archive.catalogue.within_second(surt(url), moment, limit=MAX_SAME + 1)
        if not same or len(same) > MAX_SAME:
            raise ArchiveError("it is not known which record this is", subject=url)
        for capture in same:
            require_digests(shelf.archive, capture)

    @staticmethod
    def _refusal(status: int, words: str, view: _View | None = None) -> Response:
        site = view.site if view else "'none'"
        policy = f"sandbox; default-src 'none'; frame-ancestors {site}"
        return PlainTextResponse(f"{words}\n", status, {**HEADERS, "Content-Security-Policy": policy})


def _read_head(head: str) -> tuple[int, list[tuple[str, str]]]:
    """Status and header fields, names in lower case. Raises `ValueError`.

    What is no final status (some sites answer 999) is 200, as in raw captures.
    """
    first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    found = re.match(r"HTTP/1\.[01] ([0-9]{3,9})(?: |$)", first, re.ASCII)
    if found is None:
        raise ValueError("no status line")
    status = int(found[1])
    pairs = (line.partition(":") for line in lines)
    fields = [(name.strip().lower(), value.strip()) for name, _, value in pairs]
    return status if 200 <= status <= 599 else 200, fields


def _own_location(location: str, host: str, path: str) -> str:
    """Where a redirect leads, which has to be on the same origin. Raises `ArchiveError`."""
    parts = urlsplit(location)
    if (parts.scheme, parts.netloc) not in (("", ""), ("http", host), ("", host)):
        raise ArchiveError("a redirect that leaves the archive")
    if not parts.path.startswith("/"):
        raise ArchiveError("a redirect that cannot be followed", subject=path)
    return parts.path + (f"?{parts.query}" if parts.query else "")


class _Passed(StreamingResponse):
    """pywb's answer, piece by piece. Where it breaks off, the browser is not told that this was all."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, status: int, headers: dict[str, str]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._left = int(headers["content-length"]) if "content-length" in headers else None
        self._broken = False
        super().__init__(self._pieces(), status_code=status, headers=headers)

    async def _pieces(self) -> AsyncIterator[bytes]:
        try:
            while self._left is None or self._left > 0:
                wanted = PIECE if self._left is None else min(PIECE, self._left)
                piece = await asyncio.wait_for(self._reader.read(wanted), ANSWER_SECONDS)
                if not piece:
                    break
                self._left = None if self._left is None else self._left - len(piece)
                yield piece
        except (OSError, TimeoutError):
            self._broken = True
        finally:
            self._writer.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def unless_broken(message: Message) -> None:
            ends = message["type"] == "http.response.body" and not message.get("more_body")
            if not (ends and (self._broken or self._left)):
                await send(message)  # without an end, the server breaks the connection off

        await super().__call__(scope, receive, unless_broken)
