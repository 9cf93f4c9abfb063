"""Other tools read the packages that are written here: py-wacz, pywb, warcio, fastwarc, ReplayWeb.page in Chromium."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import subprocess
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastwarc.warc import ArchiveIterator as FastWarcIterator
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from archiver.signing import Signer
from archiver.signing.keys import public_key
from archiver.signing.signer import AnonymousIdentity
from archiver.wacz.pages import Page
from archiver.wacz.writing import write_wacz
from tests.others import program, warcio_check, wayback
from tests.replay.test_replay_server import CHROMIUM, browser_command, running
from tests.store.conftest import WHEN, exchange, frozen, response

ROOT = Path(__file__).parents[2]
VIEWER = ROOT / ".replaywebpage" / "package"
ARTICLE = "https://news.example/story"
WORDS = "The bridge stays shut until the gauge falls"
FILE = "ni:///sha-256;invented"
FILE_WORDS = "An article that came as a file"
KEY = ec.derive_private_key(0xA5C1, ec.SECP384R1())
HTML = "Content-Type: text/html; charset=utf-8"


def page(words: str) -> bytes:
    return f'<!doctype html><html lang="en"><title>B\u00fccher</title><body><p>{words}</p></body></html>'.encode()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two segments, a revisit, an article from the web and one from a file."""
    folder = tmp_path_factory.mktemp("packages")
    with frozen(folder / "warc", segment_bytes=3000) as archive:
        with archive.session() as session:
            for number in range(8):
                session.write_exchange(
                    exchange(f"https://news.example/{number}", response(page(f"page {number}"), HTML))
                )
            for year in (2026, 2027):
                session.write_exchange(exchange(ARTICLE, response(page(WORDS), HTML), time=WHEN.replace(year=year)))
            session.write_resource(FILE, "text/html", page(FILE_WORDS))
            session.write_refusal("http://inside.example/", "10.1.2.3", "private address")
        assert len(archive.segment_files()) > 1
        articles = [Page(url=ARTICLE, time=WHEN, title="The bridge \u2013 \u6a4b", text=WORDS)]
        target = folder / "articles.wacz"
        write_wacz(
            target, archive, created=datetime(2026, 3, 2, tzinfo=UTC), title="Bridges", pages=articles,
            main_page=articles[0], sign=Signer(AnonymousIdentity(KEY)).sign,
        )  # fmt: skip
    return target


def timestamp(package: Path, url: str) -> str:
    """As the package's index has it."""
    with zipfile.ZipFile(package) as opened:
        lines = gzip.decompress(opened.read("indexes/index.cdx.gz")).decode().splitlines()
    [found] = [line.split(" ")[1] for line in lines if json.loads(line.split(" ", 2)[2])["url"] == url]
    return found


@pytest.fixture(scope="module")
def warcs(package: Path) -> list[Path]:
    """The WARC members, unpacked."""
    with zipfile.ZipFile(package) as opened:
        return [
            Path(opened.extract(name, package.parent / "unpacked"))
            for name in opened.namelist()
            if name.startswith("archive/")
        ]


def test_py_wacz_finds_the_package_valid(package: Path) -> None:
    done = subprocess.run(
        [*program("wacz", ".venv-wacz"), "validate", "-f", str(package)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Validation succeeded, the passed WACZ is valid" in done.stdout


def test_warcio_check_finds_nothing_in_the_members(warcs: list[Path]) -> None:
    sound, said = warcio_check(warcs)
    assert sound, said


def test_fastwarc_reads_the_members(warcs: list[Path]) -> None:
    seen: set[str] = set()
    for path in warcs:
        with path.open("rb") as file:
            for record in FastWarcIterator(file, parse_http=False, auto_decode="none"):
                block = record.reader.read()
                assert record.headers["WARC-Block-Digest"] == f"sha256:{hashlib.sha256(block).hexdigest()}"
                seen.add(record.headers.get("WARC-Target-URI", ""))
    assert {ARTICLE, FILE} <= seen


# pywb keeps a collection of packages by unpacking them.


@pytest.fixture(scope="module")
def collection(package: Path) -> Iterator[str]:
    manager = program("wb-manager", ".venv-pywb")
    root = package.parent / "pywb"
    root.mkdir()
    for arguments in (["init", "invented"], ["add", "--unpack-wacz", "invented", str(package)]):
        done = subprocess.run([*manager, *arguments], cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    with wayback(root) as address:
        yield f"{address}/invented"


@pytest.mark.parametrize(
    ("when", "url", "words"),
    [
        ("2026", ARTICLE, WORDS),
        ("2027", ARTICLE, WORDS),
        ("2026", FILE, FILE_WORDS),
        ("2026", "https://news.example/3", "page 3"),
    ],
)
def test_pywb_serves_pages_of_the_package(when: str, url: str, words: str, collection: str) -> None:
    with urllib.request.urlopen(f"{collection}/{when}0301120000id_/{url}") as answer:
        assert answer.read() == page(words)
        assert when in answer.headers["Memento-Datetime"]


# ReplayWeb.page: the package's npm files and our package from one loopback server, opened in a real browser.

VIEW = (
    '<replay-web-page source="/articles.wacz" url="{url}" ts="{ts}" replayBase="/replay/" '
    'style="display: block; height: 150px"></replay-web-page>'  # out of sight it would wait
)
HARNESS = """<!doctype html><script src="/ui.js"></script>{views}
<script>
const found = {{}};
function look(root) {{
  for (const element of root.querySelectorAll("*")) {{
    if (element.shadowRoot) look(element.shadowRoot);
    const inner = element.tagName === "IFRAME" && element.contentDocument;
    if (inner && inner.body) {{ found[inner.location.pathname] = inner.body.innerText; look(inner); }}
  }}
}}
async function verified() {{  // what its worker found when it checked hashes and the signature
  const all = {{}};
  for (const {{name}} of await indexedDB.databases()) {{
    const db = await new Promise(done => {{ indexedDB.open(name).onsuccess = event => done(event.target.result); }});
    if (db.objectStoreNames.contains("verification")) {{
      const asked = db.transaction("verification").objectStore("verification").getAll();
      await new Promise(done => {{ asked.onsuccess = done; }});
      for (const one of asked.result) all[one.id] = one;
    }}
    db.close();
  }}
  return all;
}}
setInterval(async () => {{
  look(document);
  const body = JSON.stringify({{found, verified: await verified()}});
  fetch("/report", {{method: "POST", body}});
}}, 200);
</script>"""


AGAIN = "<script>setTimeout(() => location.reload(), 200)</script>"
"""The worker answers here; what is asked before it has begun to work is asked once more."""


class Viewer:
    """ReplayWeb.page on a loopback server, with views of a package's captures, and what their frames showed."""

    def __init__(self, package: Path, captures: list[tuple[str, str]]) -> None:
        self.package = package
        self.views = "".join(VIEW.format(ts=ts, url=url) for ts, url in captures)
        self.shown: dict[str, str] = {}
        self.verified: dict[str, dict[str, Any]] = {}
        """What it checked: of the signature, of members of the package, and of records that it fetched alone."""
        self.ranges: list[str] = []
        self.app = Starlette(
            routes=[
                Route("/", lambda request: HTMLResponse(HARNESS.format(views=self.views))),
                Route("/report", self.report, methods=["POST"]),
                Route("/articles.wacz", self.serve_package, methods=["GET", "HEAD"]),
                Route("/ui.js", lambda request: FileResponse(VIEWER / "ui.js")),
                Route("/replay/", lambda request: HTMLResponse(AGAIN)),
                Route("/replay/sw.js", lambda request: FileResponse(VIEWER / "sw.js")),
            ]
        )

    async def report(self, request: Request) -> Response:
        told = json.loads(await request.body())
        self.shown.update(told["found"])
        self.verified.update(told["verified"])
        return Response()

    def serve_package(self, request: Request) -> Response:
        self.ranges.append(request.headers.get("range", "all of it"))
        return FileResponse(self.package)

    def shows(self, capture: tuple[str, str], words: str) -> bool:
        """Has the frame of this capture shown the words?"""
        ts, url = capture
        return any(path.endswith(f"/{ts}mp_/{url}") and words in text for path, text in self.shown.items())


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")
def test_replayweb_page_shows_the_articles_and_finds_the_signature_valid(package: Path, tmp_path: Path) -> None:
    if not (VIEWER / "sw.js").exists():
        pytest.skip("ReplayWeb.page is not here (./test fetches it with npm)")
    captures = {("20260301120000", ARTICLE): WORDS, ("20270301120000", ARTICLE): WORDS}
    captures[timestamp(package, FILE), FILE] = FILE_WORDS
    viewer = Viewer(package, list(captures))
    with running(viewer.app) as port:
        command = [*browser_command(tmp_path), "--remote-debugging-port=0", f"http://localhost:{port}/"]
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for capture, words in captures.items():
                until = time.monotonic() + 60
                while not viewer.shows(capture, words):
                    assert time.monotonic() < until, f"{capture} {list(viewer.shown.items())}"
                    time.sleep(0.1)
        finally:
            browser.terminate()
            browser.wait(30)
    assert "all of it" not in viewer.ranges, "it fetches only what it needs"
    # the other hashes it leaves unchecked, in whatever package
    assert viewer.verified["signature"]["matched"] is True
    assert base64.b64decode(viewer.verified["publicKey"]["expected"]) == public_key(KEY.public_key())
