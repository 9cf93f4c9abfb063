"""Captured pages by pywb, with their scripts: on an origin of their own, from this archive alone, checked before."""

from __future__ import annotations

import gzip
import http.client
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from archiver.cli import main
from archiver.errors import UsageError
from archiver.replay import Library, create_app, engine
from archiver.replay.engine import pywb_engine
from archiver.replay.server import serve
from archiver.store import Archive
from tests.others import ROOT, program
from tests.replay.hostile import (
    AT,
    CHROMIUM,
    PAGE,
    SECRET,
    STAMP,
    Browser,
    Log,
    Trap,
    hostile,
    serving,
    stage_hostile,
    waited,
)
from tests.replay.staged import answer
from tests.store.conftest import exchange as crossed

pytestmark = pytest.mark.slow
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")

LIVELY = (
    "<!doctype html><title>lively</title><p id=said>nothing yet</p><img src=real.png>"
    "<script>fetch('/data.json').then(r => r.json())"
    ".then(d => document.getElementById('said').textContent = d.word)</script>"
)


KNOWING = r"""<!doctype html><title>knowing</title><style>
p { background: \75rl(http://url-escaped.evil.example/) }
i { background-image: \69mage-set("http://image-set-escaped.evil.example/" 1x) }
@\69mport "http://import-escaped.evil.example/";
</style><p>knows its player</p><i>x</i><img src=real.png><script>
const sheet = document.createElement("style");
sheet.append("b { background: \\75rl(http://sheet-made.evil.example/) }");
document.head.append(sheet);
const at = way => "http:" + "//" + way + ".evil.example/";
const tries = [
  () => new Worker(URL.createObjectURL(new Blob(["fetch('" + at("worker") + "', {mode: 'no-cors'})"]))),
  () => window.open(at("open")),
  () => fetch(location.origin + "/archives/other"),
  () => document.body.insertAdjacentHTML("beforeend", "<b>x</b><svg><image href='" + at("svg") + "'/></svg>"),
];
for (const one of tries) { try { one() } catch (e) {} }
document.querySelector("p").textContent = "tried all";
</script>"""
"""It writes addresses as pywb does not read them."""


class Scene(NamedTuple):
    """A site with pywb behind it, and what watches."""

    site: str
    log: Log
    trap: Trap

    def view(self, url: str = PAGE, slug: str = "harbour") -> str:
        return f"{self.site}/archives/{slug}/{STAMP}/{url}"

    def ask(self, host: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", int(self.site.rpartition(":")[2]), timeout=60)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request("GET", path, headers={"Host": host, **named})
            answered = connection.getresponse()
            return answered.status, {name.lower(): value for name, value in answered.getheaders()}, answered.read()
        finally:
            connection.close()

    def framed(self, url: str = PAGE, slug: str = "harbour") -> tuple[str, str]:
        """Host and path of what the view frames."""
        _, headers, body = self.ask(self.site.removeprefix("http://"), f"/archives/{slug}/{STAMP}/{url}")
        source = body.decode().partition('class="captured" src="')[2].partition('"')[0]
        host, _, path = source.removeprefix("http://").partition("/")
        assert f"frame-src http://{host}" in headers["content-security-policy"]
        return host, f"/{path}"


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    port = listener.getsockname()[1]
    stage_hostile(folder / "harbour", lambda _victim: hostile(port, f"http://127.0.0.1:{port}"))
    things = [
        ("http://evil.example/lively", LIVELY.encode(), "text/html"),
        ("http://evil.example/knowing", KNOWING.encode(), "text/html"),
        ("http://evil.example/data.json", b'{"word": "the script ran"}', "application/json"),
    ]
    with Archive.open(folder / "harbour", write=True, clock=lambda: AT) as archive, archive.session() as session:
        for url, data, kind in things:
            session.write_exchange(answer(url, data, kind, at=AT))
    with Archive.open(folder / "other", write=True, clock=lambda: AT) as archive, archive.session() as session:
        session.write_exchange(answer("http://other.example/", SECRET.encode(), "text/html", at=AT))
    trap = Trap()
    try:
        with (
            Library([folder / "harbour", folder / "other"]) as library,
            pywb_engine(create_app(library), library) as app,
        ):
            log = Log(app)
            with serving(listener, log):
                yield Scene(f"http://127.0.0.1:{port}", log, trap)
    finally:
        trap.close()


@pytest.fixture(scope="module")
def on_the_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """pywb as people have it, as `wayback` on the PATH; skips where there is none."""
    folder = tmp_path_factory.mktemp("bin")
    script = folder / "wayback"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(program("wayback", ".venv-pywb"))} "$@"\n')
    script.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        yield


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, on_the_path: None) -> Iterator[Scene]:
    with scene(tmp_path_factory.mktemp("pywb")) as running:
        yield running


@contextmanager
def browsing(folder: Path, trap: Trap) -> Iterator[Browser]:
    browser = Browser(folder, trap=trap.port)
    try:
        browser.new_page()
        yield browser
    finally:
        browser.close()


class TestWithPywb:
    @needs_chromium
    def test_a_page_that_needs_its_script_is_whole(self, stage: Scene, tmp_path: Path) -> None:
        with browsing(tmp_path, stage.trap) as browser:
            browser.open(stage.view("http://evil.example/lively"))
            frame = browser.frame("mp_")
            waited(lambda: "the script ran" in browser.text(frame), "the page's script has run")
            assert "Shown by pywb" in browser.text(browser.session)

    @needs_chromium
    def test_a_hostile_page_says_nothing_and_reads_nothing_else(self, stage: Scene, tmp_path: Path) -> None:
        stage.log.asked.clear()
        with browsing(tmp_path, stage.trap) as browser:
            browser.open(stage.view())
            frame = browser.frame("mp_")
            waited(lambda: any("xhr.evil.example" in path for _, path, _ in stage.log.asked), "its script has asked")
            time.sleep(2.5)
            assert browser.address() == stage.view()
            assert browser.pages() == 1
            assert SECRET not in browser.text(frame)
        assert not stage.trap.caught, stage.trap.caught
        host, _ = stage.framed()
        for asked, path, destination in stage.log.asked:
            if asked != host:
                assert destination in ("document", "style", "script", "") or path == "/favicon.ico", (asked, path)
                assert destination != "empty", (asked, path)

    @needs_chromium
    def test_a_page_that_knows_its_player_gets_no_further(self, stage: Scene, tmp_path: Path) -> None:
        view = stage.view("http://evil.example/knowing")
        with browsing(tmp_path, stage.trap) as browser:
            browser.open(view)
            frame = browser.frame("mp_")
            waited(lambda: "tried all" in browser.text(frame), "it has tried")
            time.sleep(2)
            assert browser.address() == view
            assert browser.pages() == 1
        assert not stage.trap.caught, stage.trap.caught

    @needs_chromium
    def test_without_the_policy_it_gets_out(
        self, tmp_path: Path, on_the_path: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """So the trap would have caught it."""
        monkeypatch.setattr(engine, "POLICY", "frame-ancestors *")
        with scene(tmp_path) as running, browsing(tmp_path, running.trap) as browser:
            browser.open(running.view("http://evil.example/knowing"))
            waited(lambda: {"url-escaped"} <= running.trap.ways(), "it gets out", 20)

    def test_what_a_browser_is_told(self, stage: Scene) -> None:
        host, path = stage.framed("http://evil.example/lively")
        status, headers, body = stage.ask(host, path, Sec_Fetch_Dest="iframe")
        assert status == 200
        assert b"wombat" in body
        policy = headers["content-security-policy"]
        assert policy.startswith("sandbox allow-scripts allow-same-origin allow-forms; default-src 'self'")
        assert f"frame-ancestors 'self' {stage.site}" in policy
        assert "webrtc 'block'" in policy
        assert headers["x-dns-prefetch-control"] == "off"
        assert not {"set-cookie", "link", "memento-datetime"} & set(headers)

    def test_alone_it_is_not_shown(self, stage: Scene) -> None:
        host, path = stage.framed("http://evil.example/lively")
        status, headers, _ = stage.ask(host, path, Sec_Fetch_Dest="document")
        assert (status, headers["location"]) == (302, stage.view("http://evil.example/lively"))
        assert stage.ask(host, path)[0] == 403

    @pytest.mark.parametrize(
        "path",
        ["/", "/other/mp_/http://other.example/", f"/other/{STAMP}id_/http://other.example/", "/archives/harbour",
         "/harbour/", "/harbour/cdx?url=http://evil.example/&output=json", "/live/mp_/http://127.0.0.1/",
         "/harbour/record/x", "/static/../config.yaml", "/collinfo.json"],
    )  # fmt: skip
    def test_nothing_but_its_own_archive(self, path: str, stage: Scene) -> None:
        host, _ = stage.framed()
        status, _, body = stage.ask(host, path, Sec_Fetch_Dest="empty")
        assert status == 404
        assert SECRET.encode() not in body

    def test_what_is_not_stored_is_not_fetched(self, stage: Scene) -> None:
        host, _ = stage.framed()
        url = f"http://127.0.0.1:{stage.trap.port}/never"
        before = len(stage.trap.caught)
        assert stage.ask(host, f"/harbour/{STAMP}mp_/{url}", Sec_Fetch_Dest="iframe")[0] == 404
        assert len(stage.trap.caught) == before

    def test_no_service_worker(self, stage: Scene) -> None:
        host, _ = stage.framed()
        status, _, _ = stage.ask(host, f"/harbour/{STAMP}sw_/http://evil.example/worker.js", Service_Worker="script")
        assert status == 403

    def test_a_name_that_nobody_was_given(self, stage: Scene) -> None:
        port = stage.site.rpartition(":")[2]
        assert stage.ask(f"p{'a' * 26}.localhost:{port}", f"/harbour/{STAMP}mp_/{PAGE}")[0] == 404

    def test_the_rest_of_the_site_is_as_it_was(self, stage: Scene) -> None:
        status, headers, body = stage.ask(stage.site.removeprefix("http://"), "/archives/harbour/captures")
        assert status == 200
        assert b"evil.example" in body
        assert "frame-src" not in headers["content-security-policy"]

    def test_what_was_altered_is_refused(self, tmp_path: Path, on_the_path: None) -> None:
        with scene(tmp_path) as running:
            host, path = running.framed("http://evil.example/lively")
            data_path = path.replace("lively", "data.json")
            assert running.ask(host, data_path, Sec_Fetch_Dest="empty")[2] == b'{"word": "the script ran"}'
            alter(tmp_path / "harbour", "http://evil.example/data.json", b"the script ran", b"the script lie")
            status, _, body = running.ask(host, data_path, Sec_Fetch_Dest="empty")
            assert status == 502
            assert b"does not match" in body or b"do not match" in body or b"cannot be read" in body
            assert b"lie" not in body

    def test_a_warc_file_alone(self, tmp_path: Path, on_the_path: None) -> None:
        stage_hostile(tmp_path / "harbour", lambda _: LIVELY)
        (segment,) = (tmp_path / "harbour" / "archive").iterdir()
        with Library([segment]) as library, pywb_engine(create_app(library), library) as app:
            listener = socket.create_server(("127.0.0.1", 0))
            with serving(listener, app):
                running = Scene(f"http://127.0.0.1:{listener.getsockname()[1]}", Log(app), None)  # type: ignore[arg-type]
                host, path = running.framed(PAGE, library.shelves[0].slug)
                assert b"wombat" in running.ask(host, path, Sec_Fetch_Dest="iframe")[2]

    def test_the_process_listens_on_loopback_and_ends(self, tmp_path: Path, on_the_path: None) -> None:
        stage_hostile(tmp_path / "harbour", lambda _: LIVELY)
        with Library([tmp_path / "harbour"]) as library, pywb_engine(create_app(library), library) as app:
            assert isinstance(app, engine.Engine)
            port = app._port
            with socket.create_connection(("127.0.0.1", port)):
                pass
            with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.2", port), timeout=2):
                pass
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=2):
            pass

    @pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
    def test_it_ends_even_where_archiver_is_killed(self, tmp_path: Path, on_the_path: None) -> None:
        stage_hostile(tmp_path / "harbour", lambda _: LIVELY)
        command = [sys.executable, "-m", "archiver", "replay", str(tmp_path / "harbour"), "--port", "0"]
        room = tmp_path / "room"
        room.mkdir()
        with subprocess.Popen(
            [*command, "--engine", "pywb"], stderr=subprocess.PIPE, cwd=ROOT, env={**os.environ, "TMPDIR": str(room)}
        ) as running:
            assert running.stderr is not None
            assert b"Replay at" in running.stderr.readline()
            assert len(of_room(room)) >= 2
            running.kill()
        waited(lambda: of_room(room) == [] and list(room.glob("archiver-pywb-*")) == [], "it has ended")


class TestWhatItAnswers:
    """pywb passes on what captured answers say of themselves."""

    URL = "http://evil.example/odd"

    @contextmanager
    def shown(self, folder: Path, head: str) -> Iterator[tuple[Scene, str, str]]:
        body = b"<p>words of old</p>"
        message = f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n".encode("latin-1") + body
        stage_hostile(folder / "harbour", lambda _: LIVELY)
        with Archive.open(folder / "harbour", write=True, clock=lambda: AT) as archive, archive.session() as session:
            session.write_exchange(crossed(self.URL, message, time=AT))
        with Library([folder / "harbour"]) as library, pywb_engine(create_app(library), library) as app:
            listener = socket.create_server(("127.0.0.1", 0))
            with serving(listener, app):
                running = Scene(f"http://127.0.0.1:{listener.getsockname()[1]}", Log(app), None)  # type: ignore[arg-type]
                yield running, *running.framed(self.URL)

    @pytest.mark.parametrize(
        "head",
        ["999 Request denied\r\nContent-Type: text/html", "200 OK\r\nContent-Type: text/html; charset=\x01\x02"],
    )
    def test_no_http_of_today(self, head: str, tmp_path: Path, on_the_path: None) -> None:
        with self.shown(tmp_path, head) as (running, host, path):
            status, _, body = running.ask(host, path, Sec_Fetch_Dest="iframe")
            assert (status, b"words of old" in body) == (200, True)

    def test_a_record_that_names_another_one(self, tmp_path: Path, on_the_path: None) -> None:
        """As a capture of a web archive does: its own digests count, not those of what it names."""
        date = "Mon, 06 May 2024 09:30:00 GMT"
        head = f'200 OK\r\nContent-Type: text/html\r\nMemento-Datetime: {date}\r\nLink: <{PAGE}>; rel="original"'
        with self.shown(tmp_path, head) as (running, host, path):
            assert b"words of old" in running.ask(host, path, Sec_Fetch_Dest="iframe")[2]
            alter(tmp_path / "harbour", self.URL, b"words of old", b"words of now")
            status, _, body = running.ask(host, path, Sec_Fetch_Dest="iframe")
            assert (status, b"of now" in body) == (502, False)


def alter(folder: Path, url: str, old: bytes, new: bytes) -> None:
    """Other bytes in the place of a record's, of the same length."""
    with Archive.open(folder) as archive:
        capture = next(one for one in archive.catalogue.captures_at(url) if one.status)
        segment = archive.file_of(capture)
    whole = segment.read_bytes()
    end = capture.offset + capture.length
    member = gzip.decompress(whole[capture.offset : end]).replace(old, new)
    segment.write_bytes(whole[: capture.offset] + gzip.compress(member, mtime=0) + whole[end:])


STAND_IN = """#!{python}
import json, os, socket, sys
port, root = (int(sys.argv[sys.argv.index("--port") + 1]), sys.argv[sys.argv.index("--directory") + 1])
server = socket.create_server(("127.0.0.1", port))
while True:
    connection, _ = server.accept()
    if b"collinfo" in connection.recv(65536):
        connection.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + json.dumps(os.listdir(root + "/collections")).encode())
    else:
        connection.sendall({answer!r})
    connection.close()
"""
"""In the place of pywb: gives one answer to everything."""


def instead(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program in the place of pywb."""
    (folder / "bin").mkdir()
    (folder / "bin" / "wayback").write_text(script)
    (folder / "bin" / "wayback").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(folder / "bin" / "python"))
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"not HTTP\r\n\r\n", 502),
        (b"HTTP/1.0\r\n\r\n", 502),
        (b"HTTP/1.0 -5 OK\r\n\r\n", 502),
        (b"", 502),
        (b"HTTP/1.0 200 OK\r\nX: " + b"x" * 400_000 + b"\r\n\r\n", 502),
        (b"HTTP/1.0 200 OK\r\nContent-Length: much\r\n\r\nwords", 502),
        (b"HTTP/1.0 302 Found\r\nLocation: http://[\r\n\r\n", 502),
        (b"HTTP/1.0 302 Found\r\nLocation: http://evil.example/\r\n\r\n", 502),
        (b"HTTP/1.0 200 OK\r\nMemento-Datetime: " + b"Mon, 06 May 99999999999 09:30:00 GMT\r\nLink: "
         + b'<http://evil.example/page>; rel="original"\r\n\r\nwords', 502),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nwords and more", b"words"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 50\r\n\r\nwords", http.client.IncompleteRead),
    ],
)  # fmt: skip
def test_an_answer_that_is_none(
    answer: bytes, expected: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    script = STAND_IN.format(python=sys.executable, answer=answer)
    instead(tmp_path, script, monkeypatch)
    stage_hostile(tmp_path / "harbour", lambda _: LIVELY)
    with Library([tmp_path / "harbour"]) as library, pywb_engine(create_app(library), library) as app:
        listener = socket.create_server(("127.0.0.1", 0))
        with serving(listener, app):
            running = Scene(f"http://127.0.0.1:{listener.getsockname()[1]}", Log(app), None)  # type: ignore[arg-type]
            host, path = running.framed(PAGE)
            try:
                status, _, body = running.ask(host, path, Sec_Fetch_Dest="iframe")
                assert expected in (status, body)
            except http.client.IncompleteRead:
                assert expected is http.client.IncompleteRead
    assert [record for record in caplog.records if record.exc_info] == []


def test_a_program_that_cannot_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script of an environment that was moved."""
    instead(tmp_path, f"#!{tmp_path}/gone/python\n", monkeypatch)
    stage_hostile(tmp_path / "harbour", lambda _: LIVELY)
    done = CliRunner().invoke(main, ["replay", str(tmp_path / "harbour"), "--port", "0", "--engine", "pywb"])
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert "pywb cannot be run" in done.output
    assert "archiver[pywb]" in done.output


def test_another_program_took_its_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not taken for pywb, however it answers."""
    instead(tmp_path, "#!/bin/sh\nsleep 1\necho the port is taken >&2\nexit 1\n", monkeypatch)
    stage_hostile(tmp_path / "harbour", lambda _: LIVELY)
    trap = Trap()

    async def taken() -> int:
        return trap.port

    monkeypatch.setattr(engine, "_free_port", taken)
    try:
        with (
            Library([tmp_path / "harbour"]) as library,
            pytest.raises(UsageError, match="the port is taken"),
            pywb_engine(create_app(library), library),
        ):
            pass
        assert any(b"collinfo" in data for data in trap.caught)
    finally:
        trap.close()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_it_ends_where_archiver_is_stopped_before_it_answers(
    how: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = sys.executable
    instead(tmp_path, f"#!{python}\nimport time\ntime.sleep(300)\n", monkeypatch)
    stage_hostile(tmp_path / "harbour", lambda _: LIVELY)
    room = tmp_path / "room"
    room.mkdir()
    command = [python, "-m", "archiver", "replay", str(tmp_path / "harbour"), "--port", "0", "--engine", "pywb"]
    with subprocess.Popen(
        command, stderr=subprocess.DEVNULL, cwd=ROOT, env={**os.environ, "TMPDIR": str(room)}
    ) as running:
        waited(lambda: len(of_room(room)) >= 2, "it was started")
        running.send_signal(how)
    waited(lambda: of_room(room) == [] and list(room.glob("archiver-pywb-*")) == [], "it has ended")


def test_each_run_has_origins_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page kept in the browser is not read by another archive that bears the same name later."""
    instead(tmp_path, STAND_IN.format(python=sys.executable, answer=b"HTTP/1.0 200 OK\r\n\r\n"), monkeypatch)
    stage_hostile(tmp_path / "harbour", lambda _: LIVELY)
    names = set()
    for _ in range(2):
        with Library([tmp_path / "harbour"]) as library, pywb_engine(create_app(library), library) as app:
            listener = socket.create_server(("127.0.0.1", 0))
            with serving(listener, app):
                running = Scene(f"http://127.0.0.1:{listener.getsockname()[1]}", Log(app), None)  # type: ignore[arg-type]
                names |= {running.framed(PAGE)[0].partition(".")[0] for _ in range(2)}
    assert len(names) == 2


def of_room(room: Path) -> list[bytes]:
    """Processes that were told of a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            line = path.read_bytes()
            if os.fsencode(room) in line:
                found.append(line)
    return found


def test_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    stage_hostile(tmp_path / "harbour", lambda _: LIVELY)
    done = CliRunner().invoke(main, ["replay", str(tmp_path / "harbour"), "--port", "0", "--engine", "pywb"])
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert "pywb is not installed" in done.output
    assert "archiver[pywb]" in done.output


def test_it_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "wayback"
    script.write_text("#!/bin/sh\necho out of order >&2\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    stage_hostile(tmp_path / "harbour", lambda _: LIVELY)
    with (
        Library([tmp_path / "harbour"]) as library,
        pytest.raises(UsageError, match="out of order"),
        pywb_engine(create_app(library), library),
    ):
        pass


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.2"])
def test_on_this_machine_only(host: str, tmp_path: Path) -> None:
    """Names below `localhost` have to lead there."""
    stage_hostile(tmp_path / "harbour", lambda _: LIVELY)
    with pytest.raises(UsageError, match="on this machine only"):
        serve([tmp_path / "harbour"], host=host, port=0, allow_remote=True, engine=pywb_engine)


def test_pywb_is_never_imported() -> None:
    told = subprocess.run(
        ["grep", "-rlE", r"^\s*(import|from) pywb", str(ROOT / "archiver")], capture_output=True, text=True, check=False
    )
    assert told.stdout == ""
