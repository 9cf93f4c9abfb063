"""How fast the pages of WARC files are read: against isal alone, FastWARC and warcio.

    python benchmarks/reading.py [--megabytes 80] [--pages FILE] [--rounds 7]

Every file is a gzip member a record. `made` is a made-up crawl (made_warc.py). With `--pages FILE`, a pickle of (name,
bytes), these pages are written into files as crawlers leave them: `identity` (bodies as they are), `coded` (chunked and
gzip), `text` (a WET file: the pages' text, at most 6,000 bytes each).

Limit: isal inflates each member, whose offset and length it is told, and of `coded` the body in it once more, without
its chunks being looked for. Readers give the whole decoded payload of each page. CPU time of the process, each round
all readers one after the other, medians of the ratios within a round.
"""

from __future__ import annotations

import argparse
import gzip
import io
import pickle
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from isal import isal_zlib
from selectolax.lexbor import LexborHTMLParser
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archiver.http1 import head_end
from archiver.scan.reading.warcfile import Reading
from archiver.scan.unit import Damage, Page, Unit
from archiver.sources.recordpages import answer_of, body_of
from benchmarks.made_warc import write_warc

ROUNDS = 7
COPIES = 4
TEXT = 6000
PAGES = WarcRecordType.response | WarcRecordType.conversion


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=80)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, "made.warc.gz")]
        write_warc(files[0], asked.megabytes)
        if asked.pages:
            pages = [data for _, data in pickle.loads(asked.pages.read_bytes())]
            files += [Path(folder, f"{name}.warc.gz") for name in ("identity", "coded", "text")]
            write_answers(files[1], pages, coded=False)
            write_answers(files[2], pages, coded=True)
            write_texts(files[3], pages)
        for file in files:
            measure(file, asked.rounds)


def write_answers(path: Path, pages: list[bytes], *, coded: bool) -> None:
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number, page in enumerate(pages * COPIES):
            url = f"https://www.site{number % 997}.example/{number}.html"
            fields = [
                ("Server", "nginx"),
                ("Content-Type", "text/html; charset=utf-8"),
                ("Cache-Control", "max-age=300"),
            ]
            body = page
            if coded:
                packed = gzip.compress(page, 6)
                pieces = [packed[at : at + 8192] for at in range(0, len(packed), 8192)]
                body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
                fields += [("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")]
            response = writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(body),
                length=len(body),
                http_headers=StatusAndHeaders("200 OK", fields, protocol="HTTP/1.1"),
            )
            request = writer.create_warc_record(
                url,
                "request",
                http_headers=StatusAndHeaders("GET / HTTP/1.1", [("Accept", "*/*")], is_http_request=True),
            )
            writer.write_request_response_pair(request, response)


def write_texts(path: Path, pages: list[bytes]) -> None:
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number, page in enumerate(pages * COPIES):
            text = (LexborHTMLParser(page).text() or "").encode()[:TEXT]
            writer.write_record(
                writer.create_warc_record(
                    f"https://www.site{number}.example/",
                    "conversion",
                    payload=io.BytesIO(text),
                    length=len(text),
                    warc_content_type="text/plain",
                )
            )


def measure(path: Path, rounds: int) -> None:
    known = list(members(path))
    readers: dict[str, Callable[[], tuple[int, int]]] = {
        "isal, members at known places": lambda: limit(path, known),
        "archiver": lambda: by_archiver(path),
        "FastWARC, and the same decisions and decoding": lambda: by_fastwarc(path),
        "FastWARC, payloads as they are stored": lambda: by_fastwarc_raw(path),
        "warcio": lambda: by_warcio(path),
    }
    seconds: dict[str, list[float]] = {name: [] for name in readers}
    gave: dict[str, tuple[int, int]] = {}
    for _ in range(rounds):
        for name, reader in readers.items():
            begun = time.process_time()
            gave[name] = reader()
            seconds[name].append(time.process_time() - begun)
    first = next(iter(readers))
    print(f"\n{path.name}: {path.stat().st_size / 1e6:.1f} MB, {len(known):,} records")
    for name, taken in seconds.items():
        ratio = statistics.median(one / base for one, base in zip(taken, seconds[first], strict=True))
        count, size = gave[name]
        print(f"{name:48} {ratio:5.2f}  {min(taken):6.3f} s  {count:6,} pages  {size / 1e6:7.1f} MB")


def members(path: Path) -> list[tuple[int, int, int]]:
    """Offset and length of each member, and where in it a coded body begins (0: none)."""
    data = path.read_bytes()
    found, at = [], 0
    while at < len(data):
        inflate = isal_zlib.decompressobj(31)
        plain = inflate.decompress(data[at : at + (1 << 23)])
        length = min(len(data) - at, 1 << 23) - len(inflate.unused_data)
        coded = plain.find(b"\x1f\x8b\x08") if b"Content-Encoding: gzip" in plain[:2000] else 0
        found.append((at, length, max(0, coded)))
        at += length
    return found


def limit(path: Path, known: list[tuple[int, int, int]]) -> tuple[int, int]:
    count = size = 0
    with path.open("rb") as file:
        for offset, length, coded in known:
            file.seek(offset)
            plain = isal_zlib.decompress(file.read(length), 31)
            if coded:
                size += len(inner(path, offset, plain))
            count += 1
            size += len(plain)
    return count, size


_INNER: dict[tuple[Path, int], bytes] = {}


def inner(path: Path, offset: int, plain: bytes) -> bytes:
    """The page in a coded body: what is packed is put together once, in the first round, and unpacked in each."""
    packed = _INNER.get((path, offset))
    if packed is None:
        head = plain.find(b"\r\n\r\n", plain.find(b"\r\n\r\n") + 4) + 4
        pieces, at = [], head
        while (end := plain.index(b"\r\n", at)) and (length := int(plain[at:end], 16)):
            pieces.append(plain[end + 2 : end + 2 + length])
            at = end + 4 + length
        packed = _INNER[path, offset] = b"".join(pieces)
    return isal_zlib.decompress(packed, 31)


def by_archiver(path: Path) -> tuple[int, int]:
    count = size = 0
    with path.open("rb", buffering=0) as file:
        for item in Reading(Unit(file=path.name), file):
            if isinstance(item, Damage):
                raise SystemExit(f"{path.name}: {item.what} at {item.offset}")
            assert isinstance(item, Page)
            count += 1
            size += len(item.data)
    return count, size


def by_fastwarc(path: Path) -> tuple[int, int]:
    count = size = 0
    with path.open("rb") as file:
        for record in FastIterator(file, parse_http=False, record_types=PAGES):
            headers = record.headers
            for name in ("WARC-Target-URI", "WARC-Record-ID", "WARC-Date", "Content-Type"):
                headers.get(name)
            data = record.reader.read()
            if record.record_type == WarcRecordType.response:
                end = head_end(data)
                answer = answer_of(data[:end])
                if answer is None or end is None:
                    continue
                data = body_of(data[end:], answer, subject="", packed=len(data), max_document=1 << 26)
            count += 1
            size += len(data)
    return count, size


def by_fastwarc_raw(path: Path) -> tuple[int, int]:
    count = size = 0
    with path.open("rb") as file:
        for record in FastIterator(file, parse_http=False, record_types=PAGES):
            count += 1
            size += len(record.reader.read())
    return count, size


def by_warcio(path: Path) -> tuple[int, int]:
    count = size = 0
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type not in ("response", "conversion"):
                continue
            if record.http_headers is not None and "html" not in (record.http_headers.get_header("Content-Type") or ""):
                continue
            count += 1
            size += len(record.content_stream().read())
    return count, size


if __name__ == "__main__":
    main()
