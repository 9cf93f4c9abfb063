"""How fast is what is stored served, beside pywb; and does it take longer, or more memory, from a larger archive?

    python -m venv pywb-env && pywb-env/bin/pip install 'pywb>=2.10' gunicorn packaging
    python benchmarks/replay.py served --pywb pywb-env/bin       # the same records from both, raw (`id_`)
    python benchmarks/replay.py growth --captures 10000 100000 1000000
    python benchmarks/replay.py opening --captures 10000 100000 1000000

served    The pages and pictures of a made-up WARC file (`made_warc.py`, every record with digests), as a crawl without
          content codings leaves them, and the same ones as archiver itself stores them: pages as servers send them,
          gzip, with SHA-256 digests. archiver as `archiver replay FILE` runs it, one process; pywb's application under
          gunicorn, one gevent worker, the file added to a collection. One client, keep-alive, one request after the
          other; then eight at a time. The bodies are compared, byte by byte. Each round asks both, in turns; ratios
          within a round. CPU is the server's, of all its processes. archiver checks each record's digests before it
          sends it; pywb does not. `unchecked` is archiver without them.
growth    An archive's folder with so many captures (of a few hundred bytes, three of an address) and an article with
          two posts for every hundred of them. The first page; raw captures in random order; the server's own memory
          (RssAnon) after both.
opening   The same captures as a WARC file, and as a package with that file in it: how long until they can be shown,
          CPU, and the most memory that the process ever had (peak resident set).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from isal import igzip_lib
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from archiver.exchange import Exchange
from archiver.model import Article, Candidate, Mention, Outcome, Post, Resolution, State
from archiver.store import Archive
from archiver.store.conclusions import article_conclusion, resolution_conclusion
from benchmarks.made_warc import write_warc

SERVE = (
    "import sys; from archiver.replay import serve; "
    "serve(sys.argv[1:], port=0, say=lambda line: print(line, flush=True))"
)
UNCHECKED = "import archiver.replay.onepass as one; one.check_digests = lambda *_given, **_more: (); " + SERVE
"""What the checks cost: never so in earnest."""

AT_ONCE = 8
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
TICKS = os.sysconf("SC_CLK_TCK")


class Connection:
    """HTTP/1.1 over one kept connection, at little cost of its own."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connect()

    def _connect(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb", 1 << 18)

    def get(self, path: str) -> tuple[int, bytes]:
        self._socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        )
        status = int(self._file.readline().split()[1])
        length, chunked, closing = 0, False, False
        while (line := self._file.readline()) not in (b"\r\n", b""):
            name, _, value = line.lower().partition(b":")
            if name == b"content-length":
                length = int(value)
            chunked = chunked or (name == b"transfer-encoding" and b"chunked" in value)
            closing = closing or (name == b"connection" and b"close" in value)
        if chunked:
            pieces = []
            while size := int(self._file.readline(), 16):
                pieces.append(self._file.read(size))
                self._file.readline()
            self._file.readline()
            body = b"".join(pieces)
        else:
            body = self._file.read(length)
        if closing:
            self.close()
            self._connect()
        return status, body

    def close(self) -> None:
        self._file.close()
        self._socket.close()


class Server:
    """A server's processes."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = process
        self.port = port

    def _pids(self) -> list[int]:
        found = [self._process.pid]
        for pid in found:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            found += map(int, children)
        return found

    def cpu(self) -> float:
        """Seconds so far."""
        total = 0
        for pid in self._pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def memory(self) -> dict[str, float]:
        """MiB of each kind."""
        total = {"RssAnon": 0.0, "VmHWM": 0.0}
        for pid in self._pids():
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                name, _, value = line.partition(":")
                if name in total:
                    total[name] += int(value.split()[0]) / 1024
        return total


@contextmanager
def ours(*archives: Path, program: str = SERVE) -> Iterator[Server]:
    command = [sys.executable, "-c", program, *map(str, archives)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd="/") as process:
        try:
            assert process.stdout is not None
            found = None
            while found is None:
                found = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
            yield Server(process, int(found[1]))
        finally:
            process.terminate()


@contextmanager
def pywb(programs: Path, warc: Path, folder: Path) -> Iterator[Server]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    python = programs / "python"
    for arguments in (["init", "bench"], ["add", "bench", warc]):
        subprocess.run([python, programs / "wb-manager", *arguments], check=True, **quiet)  # type: ignore[call-overload]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        python, programs / "gunicorn", "-w", "1", "-k", "gevent", "-b", f"127.0.0.1:{port}", "--keep-alive", "60",
        "pywb.apps.wayback:application",
    ]  # fmt: skip
    with subprocess.Popen(command, text=True, **quiet) as process:  # type: ignore[call-overload]
        try:
            until = time.monotonic() + 60
            while True:
                try:
                    Connection(port).close()
                    break
                except OSError:
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.1)
            yield Server(process, port)
        finally:
            process.terminate()


class Round(NamedTuple):
    rate: float
    """Requests a second."""
    p50: float
    """Milliseconds."""
    p99: float
    cpu: float
    """Milliseconds of the server's a request."""


def measure(server: Server, paths: list[str], clients: int = 1) -> Round:
    times: list[float] = []
    shares = [paths[number::clients] for number in range(clients)]

    def ask(share: list[str]) -> None:
        connection = Connection(server.port)
        for path in share:
            start = time.perf_counter()
            status, _ = connection.get(path)
            times.append((time.perf_counter() - start) * 1000)
            assert status == 200, (status, path)
        connection.close()

    before, start = server.cpu(), time.perf_counter()
    threads = [threading.Thread(target=ask, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - start
    times.sort()
    cpu = (server.cpu() - before) * 1000 / len(paths)
    return Round(len(paths) / taken, times[len(times) // 2], times[len(times) * 99 // 100], cpu)


def served(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="replay-") as temporary:
        crawled = Path(temporary) / "made.warc.gz"
        write_warc(crawled, options.megabytes)
        print("as a crawl leaves them")
        _compare(crawled, Path(temporary) / "one", options)
        print("as archiver stores them")
        _compare(_stored_by_us(crawled, Path(temporary) / "own"), Path(temporary) / "two", options)


def _stored_by_us(crawled: Path, folder: Path) -> Path:
    with Archive.open(folder, write=True) as archive, archive.session() as session, crawled.open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                session.write_exchange(_exchange(record))
    (segment,) = (folder / "archive").glob("*.warc.gz")
    return segment.rename(crawled.with_name("own.warc.gz"))


def _exchange(record: ArcWarcRecord) -> Exchange:
    body, content_type = record.raw_stream.read(), record.http_headers["Content-Type"]
    fields = [("Server", "nginx"), ("Content-Type", content_type)]
    if content_type.startswith("text/"):
        body = gzip.compress(body, 6, mtime=0)
        fields.append(("Content-Encoding", "gzip"))
    fields.append(("Content-Length", str(len(body))))
    head = "".join(["HTTP/1.1 200 OK\r\n", *(f"{name}: {value}\r\n" for name, value in fields), "\r\n"]).encode()
    return Exchange(
        url=record.rec_headers["WARC-Target-URI"],
        time=datetime.fromisoformat(record.rec_headers["WARC-Date"]),
        status=200,
        headers=tuple(fields),
        request=b"GET / HTTP/1.1\r\n\r\n",
        open_response=lambda: io.BytesIO(head + body),
        response_length=len(head) + len(body),
        head_length=len(head),
        payload_digest="sha256:" + hashlib.sha256(body).hexdigest(),
    )


def _compare(warc: Path, folder: Path, options: argparse.Namespace) -> None:
    folder.mkdir()
    with warc.open("rb") as file:
        places = [
            (re.sub(r"\D", "", record.rec_headers["WARC-Date"])[:14], record.rec_headers["WARC-Target-URI"])
            for record in ArchiveIterator(file)
            if record.rec_type == "response"
        ][: options.urls]
    our_paths = [f"/archives/{warc.name.partition('.')[0]}/{stamp}id_/{url}" for stamp, url in places]
    their_paths = [f"/bench/{stamp}id_/{url}" for stamp, url in places]
    with (
        ours(warc) as we,
        ours(warc, program=UNCHECKED) as careless,
        pywb(options.pywb.absolute(), warc, folder) as they,
    ):
        size = 0
        for our_path, their_path in zip(our_paths, their_paths, strict=True):
            our_answer, their_answer = Connection(we.port).get(our_path), Connection(they.port).get(their_path)
            assert our_answer == their_answer, our_path
            size += len(our_answer[1])
        print(f"{len(places)} URLs, mean {size / len(places) / 1000:.0f} KB; the bodies are the same")
        rounds: dict[tuple[str, int], list[Round]] = {}
        for _ in range(options.rounds):
            for clients in (1, AT_ONCE):
                for name, server, paths in (
                    ("archiver", we, our_paths * options.times),
                    ("unchecked", careless, our_paths * options.times),
                    ("pywb", they, their_paths),
                ):
                    rounds.setdefault((name, clients), []).append(measure(server, paths, clients))
    print(f"{'':24}{'req/s':>8}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}")
    for (name, clients), found in rounds.items():
        middle = [statistics.median(values) for values in zip(*found, strict=True)]
        title = f"{name}, {clients} at a time"
        print(f"{title:24}{middle[0]:8.0f}" + "".join(f"{value:9.2f}" for value in middle[1:]))
    for clients in (1, AT_ONCE):
        for name in ("archiver", "unchecked"):
            pairs = list(zip(rounds[name, clients], rounds["pywb", clients], strict=True))
            rates = sorted(a.rate / b.rate for a, b in pairs)
            cpu = statistics.median(b.cpu / a.cpu for a, b in pairs)
            print(
                f"{name}, {clients} at a time: {statistics.median(rates):.1f} times the requests a second of pywb"
                f" ({rates[0]:.1f} to {rates[-1]:.1f}); pywb takes {cpu:.1f} times the CPU"
            )


def growth(options: argparse.Namespace) -> None:
    for captures in options.captures:
        with tempfile.TemporaryDirectory(prefix="replay-", dir=options.folder) as temporary:
            folder = Path(temporary) / "grown"
            start = time.perf_counter()
            stamps = grow(folder, captures)
            print(f"{captures:,} captures (made, and catalogued, in {time.perf_counter() - start:.0f} s)")
            with ours(folder) as server:
                first = measure(server, ["/"])
                again = measure(server, ["/"] * 50)
                raw = measure(server, [f"/archives/grown/{stamp}id_/{url}" for stamp, url in stamps])
                memory = server.memory()
            print(
                f"  first page: {first.p50:.1f} ms at first, then p50 {again.p50:.1f}, p99 {again.p99:.1f} ms\n"
                f"  raw: p50 {raw.p50:.2f}, p99 {raw.p99:.2f} ms, CPU {raw.cpu:.2f} ms\n"
                f"  memory: {memory['RssAnon']:.0f} MiB (most, with mapped files: {memory['VmHWM']:.0f})"
            )


def grow(folder: Path, captures: int, asked: int = 3000) -> list[tuple[str, str]]:
    """An archive without a catalogue; some of its captures, as time stamp and URL."""
    chance = random.Random(3)
    (folder / "archive").mkdir(parents=True)
    wanted = frozenset(chance.sample(range(captures), min(asked, captures)))
    found = write_captures(folder / "archive" / "made.warc.gz", captures, wanted)
    with Archive.open(folder, write=True) as archive, archive.session() as session:
        for number in range(max(1, captures // 100)):
            address = f"https://www.paper-{number % 977}.example/{number}"
            article = Article(
                source=address, uri=address,
                digest="sha256:" + hashlib.sha256(str(number).encode()).hexdigest(), html="", language="en",
                published="2024-05-06", title=f"The bridge stays shut for day {number}",
            )  # fmt: skip
            mentions = tuple(
                Mention(
                    source=article.source, platform="x", handle=f"reader_{number % 500}", date="2024-05-05",
                    text=f"The lower swing bridge stays shut, {number}.{place}",
                    start=place * 1000, end=place * 1000 + 99,
                    rule="x.signature", confidence=0.97,
                ).with_id(article.digest)
                for place in (1, 2)
            )  # fmt: skip
            session.write_conclusion(article_conclusion(article, mentions), f"urn:uuid:{number:032x}")
            post = Post(
                platform="x", id=str(1787400000000000000 + number), handle=f"reader_{number % 500}",
                url=f"https://x.com/reader_{number % 500}/status/{1787400000000000000 + number}",
                display_name="Reader", created_at=BEGIN, text=f"The lower swing bridge stays shut, {number}.",
            )  # fmt: skip
            session.write_conclusion(
                resolution_conclusion(
                    Resolution(
                        mention_id=mentions[0].id, outcome=Outcome.RESOLVED, post_key=post.key, reason="it fits",
                        candidates=(Candidate(post=post, score=0.9, source="cdx"),), state=State.LIVE,
                    )
                )
            )  # fmt: skip
    return found


OPEN = (
    "import re, sys, time; from archiver.replay import Library\n"
    "begun = time.perf_counter(), time.process_time()\n"
    "with Library(sys.argv[1:]): print(time.perf_counter() - begun[0], time.process_time() - begun[1],"
    " int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) / 1024)"
)


def opening(options: argparse.Namespace) -> None:
    for captures in options.captures:
        with tempfile.TemporaryDirectory(prefix="replay-", dir=options.folder) as temporary:
            file, package = Path(temporary) / "made.warc.gz", Path(temporary) / "made.wacz"
            write_captures(file, captures)
            with file.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
            resource = {"path": f"archive/{file.name}", "hash": f"sha256:{digest}"}
            with zipfile.ZipFile(package, "w") as zipped:
                zipped.write(file, resource["path"])
                zipped.writestr("datapackage.json", json.dumps({"resources": [resource]}))
            print(f"{captures:,} captures, {file.stat().st_size / 1e6:.0f} MB")
            for path in (file, package):
                told = subprocess.run(
                    [sys.executable, "-c", OPEN, str(path)], check=True, capture_output=True, text=True
                )
                wall, cpu, memory = map(float, told.stdout.split())
                print(f"  {path.suffix}: {wall:.1f} s, CPU {cpu:.1f} s, memory at most {memory:.0f} MiB")


def write_captures(file: Path, captures: int, wanted: frozenset[int] = frozenset()) -> list[tuple[str, str]]:
    """A WARC file of so many captures; those that are wanted, as time stamp and URL."""
    found = []
    with file.open("wb") as out:
        for number in range(captures):
            when = BEGIN + timedelta(seconds=number * 7)
            url = f"https://www.paper-{number % 977}.example/{number % 31}/article-{number // 3}.html"
            record = _response(number, url, when)
            out.write(bytes(igzip_lib.compress(record, 1, igzip_lib.COMP_GZIP)))
            if number in wanted:
                found.append((f"{when:%Y%m%d%H%M%S}", url))
    return found


def _response(number: int, url: str, when: datetime) -> bytes:
    body = (
        b"<!doctype html><title>%d</title><p>The lower swing bridge stays shut until the tide gauge is mended." % number
    )
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    fields = {
        "WARC-Type": "response",
        "WARC-Record-ID": f"<urn:uuid:{hashlib.md5(str(number).encode()).hexdigest()}>",
        "WARC-Date": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        "WARC-Target-URI": url,
        "WARC-Payload-Digest": "sha256:" + hashlib.sha256(body).hexdigest(),
        "WARC-Block-Digest": "sha256:" + hashlib.sha256(block).hexdigest(),
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"WARC/1.1\r\n{head}\r\n".encode() + block + b"\r\n\r\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("served")
    one.add_argument("--pywb", type=Path, required=True, help="folder with wb-manager and gunicorn")
    one.add_argument("--megabytes", type=int, default=20)
    one.add_argument("--urls", type=int, default=300)
    one.add_argument("--rounds", type=int, default=5)
    one.add_argument("--times", type=int, default=3, help="archiver is asked so many times for each")
    one.set_defaults(run=served)
    two = commands.add_parser("growth")
    two.add_argument("--captures", type=int, nargs="+", default=[10_000, 100_000])
    two.add_argument("--folder", type=Path)
    two.set_defaults(run=growth)
    three = commands.add_parser("opening")
    three.add_argument("--captures", type=int, nargs="+", default=[10_000, 100_000])
    three.add_argument("--folder", type=Path)
    three.set_defaults(run=opening)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
