"""What pages may not do is watched from outside: sockets that must stay silent, and the guard's own records."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archiver.store.conclusions import RenderedRequest
from tests.browser.stage import HOST, OTHER_HOST, Stage, a_stage, html
from tests.loopback import Loopback, always, ok
from tests.web_twin import Reply


@contextmanager
def silent_udp() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.setblocking(False)
        yield listener


@pytest.fixture(scope="module")
def canary() -> Iterator[Loopback]:
    """A server of this machine that answers whoever gets to it."""
    with Loopback(always(ok(b"within", "Access-Control-Allow-Origin: *"))) as listener:
        yield listener


def outcomes(requests: tuple[RenderedRequest, ...]) -> dict[str, str | None]:
    return {request.url: request.problem for request in requests}


def test_the_canary_sings_where_it_can(canary: Loopback) -> None:
    with socket.create_connection(("127.0.0.1", canary.port)) as caller:
        caller.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert caller.recv(100)
    assert canary.connections == 1


PRIVATE = (
    "http://127.0.0.1:{port}/a",
    "http://localhost:{port}/b",
    "http://[::1]:{port}/c",
    "http://0.0.0.0:{port}/d",
    "http://2130706433:{port}/e",
    "http://[::ffff:127.0.0.1]:{port}/f",
    "https://127.0.0.1:{port}/g",
    "http://10.0.0.1/h",
    "http://169.254.169.254/latest/meta-data/",
)


def test_private_addresses_are_refused_and_the_refusals_stored(stage: Stage, canary: Loopback) -> None:
    before = canary.connections
    wanted = [url.format(port=canary.port) for url in PRIVATE]
    pictures = "".join(f'<img src="{url}">' for url in wanted)
    tries = "".join(f"fetch('{url}', {{mode: 'no-cors'}}).catch(() => 0);" for url in wanted)
    page = html(f"{pictures}<iframe src='{wanted[0]}'></iframe><script>{tries}</script>")
    stage.pages["/private"] = page
    # over http too: there the browser itself does not stand in the way of http addresses
    rendering = stage.renderer.render(stage.session, of="test", url=f"http://{HOST}/private")
    assert canary.connections == before
    told = outcomes(rendering.requests)
    for url in ("http://127.0.0.1:{port}/a", "http://localhost:{port}/b", "http://169.254.169.254/latest/meta-data/"):
        problem = told[url.format(port=canary.port)]
        assert problem is not None
        assert problem.startswith("refused: not connected: ")
    addresses = {address for address, _ in stage.refused()}
    assert {"127.0.0.1", "169.254.169.254", "10.0.0.1"} <= addresses


def test_redirects_lead_nowhere_else(stage: Stage, canary: Loopback) -> None:
    before = canary.connections
    targets = (f"http://127.0.0.1:{canary.port}/", "http://169.254.169.254/", "file:///etc/passwd", "chrome://version/")
    shown = ""
    for number, target in enumerate(targets):
        stage.pages[f"/away/{number}"] = Reply(status=302, headers=(("Location", target),))
        shown += f'<img src="/away/{number}"><iframe src="/away/{number}"></iframe>'
    stage.pages["/with"] = html(shown, "stays")
    rendering = stage.render("/with")
    assert rendering.title == "stays"
    assert canary.connections == before
    assert {request.url for request in rendering.requests if request.status == 200} == {rendering.address}
    assert {stage.url(f"/away/{number}") for number in range(len(targets))} <= outcomes(rendering.requests).keys()


def test_only_gets_leave(stage: Stage, canary: Loopback) -> None:
    """Forms, beacons, other methods, sockets, workers of a site, transports: each is refused, and told."""
    before = canary.connections
    stage.pages["/sw.js"] = Reply(headers=(("Content-Type", "text/javascript"),), body=b"onfetch = e => 0")
    stage.pages["/worker.js"] = Reply(
        headers=(("Content-Type", "text/javascript"),),
        body=f"fetch('/from-worker', {{method: 'PUT'}}); fetch('http://127.0.0.1:{canary.port}/w')".encode(),
    )
    stage.pages["/sends"] = html(
        "<form id=f method=post action=/form target=frame><input name=a value=b></form><iframe name=frame></iframe>"
        f"""<a ping="https://{OTHER_HOST}/ping" href="#x" id=a></a><script>
        fetch('/post', {{method: 'POST', body: 'secret'}}); fetch('/delete', {{method: 'DELETE'}});
        fetch('https://{OTHER_HOST}/cross', {{method: 'POST', headers: {{'X-A': '1'}}}}).catch(() => 0);
        navigator.sendBeacon('/beacon', 'x'); f.submit(); a.click();
        navigator.serviceWorker.register('/sw.js').catch(e => {{ document.title += ' no worker' }});
        new Worker('/worker.js');
        for (const to of ['wss://{HOST}/socket', 'wss://127.0.0.1:{canary.port}/socket'])
            try {{ new WebSocket(to) }} catch (e) {{}}
        try {{ new WebTransport('https://127.0.0.1:{canary.port}/').ready.catch(() => 0) }} catch (e) {{}}
        new EventSource('https://127.0.0.1:{canary.port}/events');
        </script>""",
        "sends",
    )
    stage.twin.forget()
    rendering = stage.render("/sends")
    assert canary.connections == before
    assert {seen.method for seen in stage.twin.log} == {"GET"}
    assert {seen.target for seen in stage.twin.log} <= {"/sends", "/worker.js", "/favicon.ico"}
    told = {
        (request.method, request.url.removeprefix(f"https://{HOST}:443")): request.problem
        for request in rendering.requests
    }
    for method, path in (
        ("POST", "/post"),
        ("DELETE", "/delete"),
        ("POST", "/form"),
        ("POST", "/beacon"),
        ("PUT", "/from-worker"),
    ):
        assert told[method, path] == "refused: only GET is sent"
    assert told["POST", f"https://{OTHER_HOST}:443/cross"] == "refused: only GET is sent"
    assert told["GET", "/socket"] == "refused: WebSockets are not let through"
    assert told["GET", "/sw.js"] == "refused: service workers are not let in"
    assert rendering.title == "sends no worker"


def test_calls_between_browsers_reach_nobody(stage: Stage, canary: Loopback) -> None:
    before = canary.connections
    with silent_udp() as listener:
        port = listener.getsockname()[1]
        stage.pages["/calls"] = html(
            f"""<script>
            const c = new RTCPeerConnection({{iceServers: [
                {{urls: 'stun:127.0.0.1:{port}'}}, {{urls: 'stun:localhost:{port}'}},
                {{urls: 'turn:127.0.0.1:{port}', username: 'a', credential: 'b'}},
                {{urls: 'turn:127.0.0.1:{canary.port}?transport=tcp', username: 'a', credential: 'b'}}]}});
            let found = 0;
            c.onicecandidate = e => {{ if (e.candidate) found++; document.title = 'candidates ' + found }};
            c.createDataChannel('x'); c.createOffer().then(o => c.setLocalDescription(o));
            </script>"""
        )
        rendering = stage.render("/calls")
        with pytest.raises(BlockingIOError):
            listener.recv(1)
    assert canary.connections == before
    assert rendering.title in ("A page", "candidates 0")


def test_files_and_the_browsers_own_pages_are_not_shown(stage: Stage, tmp_path: Path) -> None:
    secret = tmp_path / "secret.html"
    secret.write_text("<title>secret</title>")
    own = (
        "chrome://version/",
        "chrome://settings/",
        "devtools://devtools/",
        "view-source:https://pages.example/",
        "about:version",
    )
    frames = "".join(f'<iframe src="{url}"></iframe>' for url in (secret.as_uri(), *own))
    stage.pages["/files"] = html(
        f"{frames}<script>fetch('{secret.as_uri()}').catch(() => {{ document.title = 'kept out' }});"
        f"setTimeout(() => {{ location = '{secret.as_uri()}' }}, 20)</script>"
    )
    rendering = stage.render("/files")
    assert rendering.title == "kept out"
    assert rendering.address == stage.url("/files")
    assert {request.url for request in rendering.requests if request.status == 200} == {stage.url("/files")}


def test_a_page_that_never_finishes_is_cut_in_its_time(tmp_path: Path) -> None:
    """What it had shown by then is kept; what it had not got is told."""
    with a_stage(tmp_path, seconds=6) as stage, Loopback(always()) as silent:
        stage.twin.host("silent.example", lambda request: Reply())
        mapped = stage.door._backend._connect_to
        mapped["silent.example", 80] = ("127.0.0.1", silent.port)
        stage.pages["/never"] = html("<h1>here</h1><img src='http://silent.example/picture'>", "Never")
        rendering = stage.renderer.render(stage.session, of="test", url=f"http://{HOST}/never")
        assert silent.connections == 1
    assert rendering.title == "Never"
    assert len(rendering.views) == 3
    assert "it had not finished loading when its time was up" in rendering.remarks
    assert outcomes(rendering.requests)["http://silent.example/picture"] == "not answered in time"
