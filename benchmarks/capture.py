"""What recording costs: CPU time of fetching and keeping 1,000 pages of 30 KB, and memory for one body of 1 GB.

    python benchmarks/capture.py [--rounds 7] [--pages 1000] [--gigabyte]

A loopback server in a process of its own answers. Every contender is a process of its own, asked one after another in
each round, so that what else the machine does hits all alike; a ratio is the median over the rounds of the ratios
within a round. Counted is user and system CPU time: for the Python programs from the first request on (`work`, without
interpreter start and imports) and of the whole process (`process`); for wget only the latter.

Contenders:
  httpx            plain `httpx.Client().get(url)` in a loop, bodies read, nothing kept: the baseline
  archiver         the whole path: door, gzip WARC with request and response records, fdatasync, catalogue, index
  capture_http     requests.Session under `warcio.capture_http`, gzip WARC
  wget             `wget --warc-file`, gzip WARC

Needs the extra `bench` (requests) and, for its row, wget.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import resource
import shutil
import socketserver
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

PAGE_BYTES = 30_000
GIGABYTE = 10**9


BLOCKS = (
    '<p class="article__paragraph" data-id="{number}">{text}.</p>\n',
    '<li class="navigation__item"><a class="navigation__link" href="/{word}/{number}">{short}</a></li>\n',
    '<div class="teaser teaser--small" data-id="{number}"><h3 class="teaser__title">{short}</h3></div>\n',
)

# The server: as cheap as a loopback server in Python can be, so that it does not slow the contenders down.


def page(number: int, size: int = PAGE_BYTES) -> bytes:
    """A page that compresses about as news pages do (4 to 5 times), a different one for each number."""
    source = random.Random(number)
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    words = ["".join(source.choices(letters, range(26, 0, -1), k=source.randint(2, 10))) for _ in range(2000)]
    out = [f"<!doctype html><html lang=en><head><meta charset=utf-8><title>Page {number}</title></head><body>\n"]
    length = len(out[0])
    while length < size:
        text = " ".join(words[min(int(source.paretovariate(0.4)) - 1, 1999)] for _ in range(source.randint(10, 40)))
        block = source.choice(BLOCKS).format(text=text, short=text[:40], word=words[1], number=source.randint(1, 99999))
        out.append(block)
        length += len(block)
    return "".join(out).encode()[:size]


class Answers(socketserver.StreamRequestHandler):
    """Answers `/page/N` and `/gigabyte`; connections are kept."""

    pages: tuple[bytes, ...] = ()
    wbufsize = 0

    def handle(self) -> None:
        filler = random.Random(0).randbytes(1 << 20)
        while request := self.rfile.readline():
            while self.rfile.readline() not in (b"\r\n", b""):
                pass
            target = request.split()[1]
            if target == b"/gigabyte":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: %d\r\n\r\n" % GIGABYTE)
                for sent in range(0, GIGABYTE, len(filler)):
                    self.wfile.write(filler[: GIGABYTE - sent])
                continue
            body = self.pages[int(target.rpartition(b"/")[2]) % len(self.pages)]
            self.wfile.write(
                b"HTTP/1.1 200 OK\r\nServer: loopback\r\nContent-Type: text/html; charset=utf-8\r\n"
                b"Cache-Control: max-age=60\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
            )


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def serve(pages: int) -> None:
    Answers.pages = tuple(page(number) for number in range(pages))
    with Server(("127.0.0.1", 0), Answers) as server:
        print(server.server_address[1], flush=True)
        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
        server.serve_forever()


# The contenders, each run in a process of its own.


def run_httpx(urls: list[str], _: Path) -> Callable[[], None]:
    import httpx

    def work() -> None:
        with httpx.Client() as client:
            for url in urls:
                client.get(url).read()

    return work


def run_archiver(urls: list[str], folder: Path) -> Callable[[], None]:
    from archiver.config import WebSettings
    from archiver.store import Archive
    from archiver.web import Door

    settings = WebSettings(allow_addresses=("127.0.0.1",), rates={"*": 0.0})

    def work() -> None:
        with (
            Archive.open(folder / "archive", write=True) as archive,
            archive.session() as session,
            Door(settings, sink=session) as door,
        ):
            for url in urls:
                door.fetch(url)

    return work


def run_capture_http(urls: list[str], folder: Path) -> Callable[[], None]:
    from warcio.capture_http import capture_http  # before requests: it patches http.client

    import requests  # isort: skip

    def work() -> None:
        with capture_http(str(folder / "capture.warc.gz")), requests.Session() as session:
            for url in urls:
                _ = session.get(url).content

    return work


PYTHON_CONTENDERS: dict[str, Callable[[list[str], Path], Callable[[], None]]] = {
    "httpx": run_httpx,
    "archiver": run_archiver,
    "capture_http": run_capture_http,
}


def cpu_seconds(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def contend(name: str, urls: list[str], folder: Path) -> None:
    work = PYTHON_CONTENDERS[name](urls, folder)
    before = cpu_seconds(resource.RUSAGE_SELF)
    work()
    status = Path("/proc/self/status")
    peak = re.search(r"VmHWM:\s*([0-9]+) kB", status.read_text()) if status.exists() else None
    print(
        json.dumps(
            {
                "work": cpu_seconds(resource.RUSAGE_SELF) - before,
                # VmHWM begins anew with the program; ru_maxrss counts the parent's memory before the exec
                "peak": int(peak[1]) * 1024 if peak else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
        )
    )


# Measuring.


def child(arguments: list[str], **options: object) -> tuple[float, str]:
    """CPU seconds of a whole process, and what it printed."""
    before = cpu_seconds(resource.RUSAGE_CHILDREN)
    done = subprocess.run(arguments, check=True, capture_output=True, text=True, **options)  # type: ignore[call-overload]
    return cpu_seconds(resource.RUSAGE_CHILDREN) - before, done.stdout


def measure(name: str, urls: list[str]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        listing = folder / "urls.txt"
        listing.write_text("\n".join(urls))
        begun = time.perf_counter()
        if name == "wget":
            command = [
                "wget", "--quiet", "--no-config", f"--warc-file={folder / 'wget'}", "--output-document=/dev/null",
                f"--warc-tempdir={folder}", f"--input-file={listing}",
            ]  # fmt: skip
            process, _ = child(command, cwd=folder)
            figures = {"work": process}
        else:
            process, printed = child([sys.executable, __file__, "--contender", name, str(listing), str(folder)])
            figures = json.loads(printed)
        kept = sum(file.stat().st_size for file in folder.rglob("*.warc.gz"))
        return {"process": process, "wall": time.perf_counter() - begun, "kept": kept, **figures}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--gigabyte", action="store_true", help="measure the memory for one body of 1 GB, too")
    parser.add_argument("--only", nargs="*", help="these contenders (and httpx)")
    parser.add_argument("--contender", nargs=3, metavar=("NAME", "URLS", "FOLDER"), help=argparse.SUPPRESS)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve(options.serve)
    if options.contender:
        name, listing, folder = options.contender
        return contend(name, Path(listing).read_text().split(), Path(folder))

    server = subprocess.Popen(
        [sys.executable, __file__, "--serve", str(options.pages)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        base = f"http://127.0.0.1:{int(server.stdout.readline())}"
        print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, {platform.system()} {platform.machine()}")
        compare(base, options.rounds, options.pages, options.only)
        if options.gigabyte:
            figures = measure("archiver", [f"{base}/gigabyte"])
            print(
                f"\none body of 1 GB (10^9 bytes): peak {figures['peak'] / 2**20:.1f} MiB resident,"
                f" {figures['work']:.2f} CPU s, {figures['wall']:.1f} s, {figures['kept'] / 2**20:.0f} MiB kept"
            )
    finally:
        server.kill()
        server.wait()
    return None


def compare(base: str, rounds: int, pages: int, only: list[str] | None) -> None:
    names = [name for name in (*PYTHON_CONTENDERS, "wget") if not only or name == "httpx" or name in only]
    if shutil.which("wget") is None and "wget" in names:
        print("wget is not installed: its row is left out")
        names.remove("wget")
    urls = [f"{base}/page/{number}" for number in range(pages)]
    results: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for number in range(rounds):
        order = names[number % len(names) :] + names[: number % len(names)]  # nobody always goes first
        for name in order:
            results[name].append(measure(name, urls))
    print(f"{rounds} rounds, {pages} pages of {PAGE_BYTES:,} bytes; medians; ratios are medians of per-round ratios\n")
    print("| contender | CPU ms a page, work | process | work / httpx | process / httpx | peak MiB | kept MB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, runs in results.items():
        work, process, kept = (statistics.median(run[key] for run in runs) for key in ("work", "process", "kept"))
        ratios = [
            statistics.median(run[key] / plain[key] for run, plain in zip(runs, results["httpx"], strict=True))
            for key in ("work", "process")
        ]
        peak = f"{max(run['peak'] for run in runs) / 2**20:.0f}" if "peak" in runs[0] else "-"
        print(
            f"| {name} | {1000 * work / pages:.3f} | {1000 * process / pages:.3f} | {ratios[0]:.2f} | {ratios[1]:.2f}"
            f" | {peak} | {kept / 1e6:.2f} |"
        )
    for other in ("capture_http", "wget"):
        if other in results and "archiver" in results:
            ratio = statistics.median(
                ours["work"] / theirs["work"] for ours, theirs in zip(results["archiver"], results[other], strict=True)
            )
            print(f"\narchiver / {other}: {ratio:.2f} (work)", end="")
    print()


if __name__ == "__main__":
    main()
