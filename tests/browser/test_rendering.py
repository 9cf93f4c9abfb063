"""One page in a real Chromium: what its views show, and what a page that misbehaves costs."""

from __future__ import annotations

import re
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from archiver.browser.devtools import DevTools
from archiver.browser.errors import BrowserError, PageError
from archiver.browser.page import HEIGHT, MAX_DIALOGS, MAX_HEIGHT, WIDTH, Page
from archiver.store.conclusions import Rendering
from tests.browser.stage import CLOCK, HOST, OTHER_HOST, Bitmap, Stage, html
from tests.web_twin import Reply, Request

BLOCK = '<div style="position:absolute;left:0;top:0;width:60px;height:40px;background:#c81e64"></div>'
RED = (0xC8, 0x1E, 0x64)
WHITE = (255, 255, 255)


def view(rendering: Rendering, scheme: str) -> str:
    """The record id of one of a rendering's views."""
    return next(view.record_id for view in rendering.views if view.target_uri.startswith(scheme))


def pdf_text(data: bytes) -> str:
    """The words of a PDF, for fonts whose characters its ToUnicode maps name (ISO 32000-1 section 9.10.3)."""
    streams = []
    for part in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            streams.append(zlib.decompress(part[1]))
        except zlib.error:
            continue
    meaning: dict[str, str] = {}
    for stream in streams:
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.DOTALL):
            for code, text in re.findall(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>", block):
                meaning[code.decode().upper()] = bytes.fromhex(text.decode()).decode("utf-16-be")
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", stream, re.DOTALL):
            for first, last, text in re.findall(
                rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>", block
            ):
                for step in range(int(last, 16) - int(first, 16) + 1):
                    meaning[f"{int(first, 16) + step:04X}"] = chr(int(text, 16) + step)
    shown = (
        b"".join(found)
        for stream in streams
        for found in re.findall(rb"<([0-9A-Fa-f]+)>\s*Tj|\[((?:[^\]])*)\]\s*TJ", stream)
    )
    codes = (code.decode().upper() for text in shown for code in re.findall(rb"[0-9A-Fa-f]{4}", text))
    return "".join(meaning.get(code, "") for code in codes)


def test_the_views_show_the_page(stage: Stage) -> None:
    stage.pages["/red"] = html(f'{BLOCK}<p style="margin-top:900px">Steer by the church tower</p>', "The light")
    rendering = stage.render("/red")
    assert rendering.title == "The light"
    assert rendering.address == stage.url("/red")
    assert rendering.rendered_at == CLOCK
    assert rendering.software.startswith("Chromium ")
    assert rendering.remarks == ()
    assert [view.target_uri for view in rendering.views] == [
        f"{scheme}{stage.url('/red')}" for scheme in ("urn:view:", "urn:fullPage:", "urn:pdf:")
    ]
    window = Bitmap(stage.data(view(rendering, "urn:view:")))
    assert (window.width, window.height) == (WIDTH, HEIGHT)
    assert window[30, 20] == RED
    assert window[200, 20] == WHITE
    whole = Bitmap(stage.data(view(rendering, "urn:fullPage:")))
    assert whole.width == WIDTH
    assert whole.height > 900
    assert whole[30, 20] == RED
    pdf = stage.data(view(rendering, "urn:pdf:"))
    assert pdf.startswith(b"%PDF")
    assert "Steer by the church tower" in pdf_text(pdf)


def test_the_records_say_what_they_belong_to(stage: Stage) -> None:
    stage.pages["/records"] = html("<p>words</p>")
    rendering = stage.render("/records")
    page = stage.archive.catalogue.capture(rendering.page or "")
    assert page is not None
    assert (page.record_type, page.target_uri) == ("response", stage.url("/records"))
    for one in rendering.views:
        capture = stage.archive.catalogue.capture(one.record_id)
        assert capture is not None
        fields, block = stage.archive.open_record(capture)
        block.close()
        named = dict(fields)
        assert named["WARC-Type"] == "resource"
        assert named["WARC-Target-URI"] == one.target_uri
        assert named["WARC-Concurrent-To"] == f"<{page.record_id}>"
        assert named["Content-Type"] == one.content_type
        assert named["WARC-Payload-Digest"] == one.digest
        assert "WARC-Refers-To" not in named
    (beside,) = stage.archive.catalogue.captures_at("urn:archiver:rendering:test:/records")
    assert beside.refers_to == page.record_id
    assert stage.archive.conclusion(beside.record_id).rendering == rendering
    # the page's own captures are the page's alone
    assert [found.record_type for found in stage.archive.catalogue.captures_at(stage.url("/records"))].count(
        "resource"
    ) == 0


def test_every_request_is_in_the_archive_or_told(stage: Stage) -> None:
    stage.pages["/full"] = html(
        '<link rel=stylesheet href="/style.css"><img src="/picture.png"><script src="/script.js"></script>'
        f'<img src="https://{OTHER_HOST}/absent.png"><img src="https://nowhere.invalid/x.png">'
    )
    stage.pages["/style.css"] = Reply(headers=(("Content-Type", "text/css"),), body=b"body{background:#0a0}")
    stage.pages["/script.js"] = Reply(
        headers=(("Content-Type", "text/javascript"),), body=b"fetch('/data.json').then(r => r.text())", compress=True
    )
    stage.pages["/data.json"] = Reply(headers=(("Content-Type", "application/json"),), body=b"{}")
    stage.twin.forget()
    rendering = stage.render("/full")
    asked = {request.url: request for request in rendering.requests}
    assert {
        f"https://{host}{path}" for host, path in ((HOST, "/style.css"), (HOST, "/script.js"), (HOST, "/data.json"))
    } <= set(asked)
    for request in rendering.requests:
        if request.record_id is None:
            assert request.problem
        else:
            found = stage.archive.catalogue.capture(request.record_id)
            assert found is not None
            assert found.target_uri == request.url
    assert asked["https://nowhere.invalid/x.png"].problem == "the name cannot be looked up"
    assert asked[f"https://{OTHER_HOST}/absent.png"].status == 404
    # and the other way round: the twin saw nothing else
    assert {f"https://{seen.host}{seen.target}" for seen in stage.twin.log} <= set(asked)
    assert Bitmap(stage.data(view(rendering, "urn:view:")))[900, 5] == (0, 0xAA, 0)


def test_requests_present_themselves_and_carry_no_cookies(stage: Stage) -> None:
    seen: list[Request] = []

    def answer(request: Request) -> Reply:
        seen.append(request)
        cookie = ("Set-Cookie", "id=1; Path=/")
        return html('<img src="/counted.png"><script>document.cookie = "a=b"</script>').with_headers(cookie)

    stage.pages["/cookies"] = answer
    stage.pages["/counted.png"] = answer
    stage.render("/cookies")
    stage.renderer.render(stage.session, of="test", url=stage.url("/cookies?again"))
    assert len(seen) >= 3
    for request in seen:
        assert "archiver/" in (request.header("user-agent") or "")
        assert "Headless" not in (request.header("user-agent") or "")
        assert request.header("cookie") is None


def test_redirects_are_followed_by_the_browser_and_stored(stage: Stage) -> None:
    stage.pages["/old"] = Reply(status=302, headers=(("Location", f"https://{OTHER_HOST}/new"),))
    stage.pages["/new"] = html("moved", "New place")
    rendering = stage.render("/old")
    assert rendering.address == f"https://{OTHER_HOST}/new"
    assert rendering.views[0].target_uri == f"urn:view:{stage.url('/old')}"
    assert [(one.url, one.status) for one in rendering.requests[:2]] == [
        (stage.url("/old"), 302),
        (f"https://{OTHER_HOST}/new", 200),
    ]
    assert rendering.page == rendering.requests[1].record_id


def test_a_page_that_is_not_there_is_shown_as_it_answers(stage: Stage) -> None:
    gone = html("This post was removed.", "Gone")
    stage.pages["/gone"] = Reply(status=404, headers=gone.headers, body=gone.body)
    rendering = stage.render("/gone")
    assert rendering.title == "Gone"
    assert rendering.remarks == ("the server answered 404",)


@pytest.mark.parametrize("reply", [Reply(status=404), Reply(status=204)])
def test_an_empty_answer_gives_no_view(stage: Stage, reply: Reply) -> None:
    stage.pages["/nothing"] = reply
    url = stage.url(f"/nothing?{reply.status}")
    with pytest.raises(PageError):
        stage.renderer.render(stage.session, of="nothing", url=url)
    assert stage.archive.catalogue.captures_at(url) != []
    assert stage.archive.catalogue.captures_at(f"urn:view:{url}") == []
    assert stage.archive.catalogue.captures_at("urn:archiver:rendering:nothing") == []


def test_a_server_that_cannot_be_reached_gives_no_view(stage: Stage) -> None:
    with pytest.raises(PageError, match="the page did not come: the name cannot be looked up"):
        stage.renderer.render(stage.session, of="test", url="https://nowhere.invalid/")


def test_a_question_before_the_request_is_answered_and_the_server_decides(stage: Stage) -> None:
    """A page that sends its own fields gets its answer where the server lets it read it, and only there."""
    stage.pages["/asks"] = html(
        "<p id=out></p><script>"
        f"for (const path of ['open', 'closed']) fetch('https://{OTHER_HOST}/' + path, {{headers: {{'X-Own': '1'}}}})"
        ".then(r => r.text(), () => 'kept').then(t => { document.title += ' ' + path + '=' + t })</script>",
        "Read",
    )
    heads: list[str | None] = []

    def open_(request: Request) -> Reply:
        heads.append(request.header("x-own"))
        return Reply(headers=(("Access-Control-Allow-Origin", "*"),), body=b"told")

    stage.pages["/open"] = open_
    stage.pages["/closed"] = Reply(body=b"secret")
    rendering = stage.render("/asks")
    assert set(rendering.title.split()) == {"Read", "open=told", "closed=kept"}
    assert heads == ["1"]


def test_a_page_without_end_is_cut_and_says_so(stage: Stage) -> None:
    stage.pages["/endless"] = html(
        "<div id=d></div><script>"
        "function more() { d.insertAdjacentHTML('beforeend', '<p style=\"height:900px\">more</p>') }"
        "for (let i = 0; i < 30; i++) more(); addEventListener('scroll', more)</script>"
    )
    rendering = stage.render("/endless")
    whole = next(one for one in rendering.views if one.target_uri.startswith("urn:fullPage:"))
    assert whole.height == MAX_HEIGHT
    assert any(f"cut at {WIDTH} × {MAX_HEIGHT} pixels" in remark for remark in rendering.remarks)
    data = stage.data(whole.record_id)
    assert Bitmap(data).height == MAX_HEIGHT


def test_alerts_without_end_cost_the_page_its_scripts(stage: Stage) -> None:
    stage.pages["/alerts"] = html(f"{BLOCK}<script>for (;;) alert('again')</script>")
    rendering = stage.render("/alerts")
    assert f"its scripts were stopped: it opened {MAX_DIALOGS} dialogs" in rendering.remarks
    assert Bitmap(stage.data(view(rendering, "urn:view:")))[30, 20] == RED


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that hangs is not waited for as long as in earnest."""
    monkeypatch.setattr("archiver.browser.page.HANGING_SECONDS", 1.0)
    monkeypatch.setattr("archiver.browser.page.STEP_SECONDS", 4.0)


@pytest.mark.usefixtures("impatient")
def test_a_script_without_end_is_ended(stage: Stage) -> None:
    stage.pages["/busy"] = html(f"{BLOCK}<script>onload = () => setTimeout(() => {{ for (;;); }}, 50)</script>")
    rendering = stage.render("/busy")
    assert "its scripts were stopped: they did not end" in rendering.remarks
    assert Bitmap(stage.data(view(rendering, "urn:view:")))[30, 20] == RED


@pytest.mark.usefixtures("impatient")
def test_a_page_that_hangs_when_it_is_scrolled_keeps_its_views(stage: Stage) -> None:
    stage.pages["/scrolled"] = html(
        f"{BLOCK}<p style='height:3000px'><script>onscroll = () => {{ for (;;); }}</script>"
    )
    rendering = stage.render("/scrolled")
    assert len(rendering.views) == 3
    assert "its scripts were stopped: they did not end" in rendering.remarks


def test_a_run_that_is_stopped_waits_for_no_page(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = threading.Event()
    monkeypatch.setattr(stage.renderer, "_stop", stopped.is_set)

    def stop(request: Request) -> Reply:
        stopped.set()
        return html("never seen")

    stage.pages["/stopped"] = stop
    with pytest.raises(PageError, match="the run was stopped"):
        stage.render("/stopped")
    with pytest.raises(PageError, match="the run was stopped"):
        stage.render("/not even opened")


def test_a_page_may_say_and_print_and_leave_and_download_and_open(stage: Stage) -> None:
    """Nothing of it reaches anybody, and the view is taken."""
    stage.pages["/rude"] = html(
        f"{BLOCK}<script>print(); confirm('?'); prompt('?'); open('/window'); open('/window'); "
        "navigator.geolocation.getCurrentPosition(() => {}, e => { document.title = 'denied ' + e.code });"
        "const a = document.createElement('a'); a.href = '/file.bin'; a.download = 'x'; a.click();"
        "onbeforeunload = () => 'stay'</script>",
        "asking",
    )
    stage.pages["/window"] = html("a window")
    stage.pages["/file.bin"] = Reply(headers=(("Content-Type", "application/octet-stream"),), body=b"\0" * 99)
    rendering = stage.render("/rude")
    assert Bitmap(stage.data(view(rendering, "urn:view:")))[30, 20] == RED
    assert rendering.title == "denied 1"
    assert rendering.remarks == ("it wanted to download a file",)
    assert stage.twin.hits(HOST, "/window") == []
    assert stage.twin.hits(HOST, "/file.bin") == []


@pytest.mark.parametrize(
    "leaves",
    [
        "<script>setTimeout(() => { location = 'https://nowhere.invalid/' }, 30)</script>",
        "<script>onload = () => setTimeout(() => { location = 'http://127.0.0.1/' }, 30)</script>",
        '<meta http-equiv=refresh content="0;url=https://nowhere.invalid/">',
    ],
)
def test_a_page_that_leaves_for_what_is_not_there_stays(stage: Stage, leaves: str) -> None:
    """The browser's own page about an error is nobody's view."""
    stage.pages["/leaving"] = html(f"{BLOCK}{leaves}", "Still here")
    rendering = stage.renderer.render(stage.session, of="test", url=stage.url(f"/leaving?{len(leaves)}"))
    assert rendering.title == "Still here"
    assert Bitmap(stage.data(view(rendering, "urn:view:")))[30, 20] == RED
    assert any(request.problem for request in rendering.requests)


def test_a_page_that_goes_on_elsewhere_is_shown_where_it_went(stage: Stage) -> None:
    stage.pages["/from"] = html("<script>location = '/to'</script>", "From")
    stage.pages["/to"] = html(BLOCK, "To")
    rendering = stage.render("/from")
    assert (rendering.title, rendering.address) == ("To", stage.url("/to"))
    main = next(request for request in rendering.requests if request.url == stage.url("/to"))
    assert rendering.page == main.record_id


def test_a_page_that_writes_another_address_is_linked_to_the_document_that_it_is(stage: Stage) -> None:
    """`history.pushState` takes any address of the page's own site, also that of another record."""
    stage.pages["/forger"] = html(
        f"{BLOCK}<script>fetch('/honest').then(() => history.pushState({{}}, '', '/honest'))</script>"
    )
    stage.pages["/honest"] = html("what others said")
    rendering = stage.render("/forger")
    assert rendering.address == stage.url("/honest")
    assert f"its script changed the address that is shown: the document came from {stage.url('/forger')}" in (
        rendering.remarks
    )
    by_url = {request.url: request.record_id for request in rendering.requests}
    assert by_url.keys() >= {stage.url("/forger"), stage.url("/honest")}
    assert rendering.page == by_url[stage.url("/forger")]
    for one in rendering.views:
        capture = stage.archive.catalogue.capture(one.record_id)
        assert capture is not None
        fields, block = stage.archive.open_record(capture)
        block.close()
        assert dict(fields)["WARC-Concurrent-To"] == f"<{rendering.page}>"


def test_a_fragment_is_no_other_address(stage: Stage) -> None:
    stage.pages["/part"] = html(f"{BLOCK}<script>location.hash = 'part'</script>")
    rendering = stage.render("/part")
    assert rendering.address == stage.url("/part#part")
    assert rendering.remarks == ()
    assert rendering.page is not None


@pytest.mark.parametrize(
    "script",
    [
        "let i = 0; setInterval(() => { for (let j = 0; j < 50; j++) history.pushState({}, '', '/flood' + i++) }, 1)",
        "onbeforeprint = () => { for (;;); }",
    ],
    ids=["addresses without end", "printing without end"],
)
@pytest.mark.usefixtures("impatient")
def test_what_goes_on_without_end_costs_no_view(stage: Stage, script: str) -> None:
    stage.pages["/flood"] = html(f"{BLOCK}<script>{script}</script>")
    assert len(stage.render("/flood").views) == 3


def test_what_was_pictured_stays_where_the_page_then_goes_or_dies(stage: Stage) -> None:
    stage.pages["/wanders"] = html(
        f"{BLOCK}<p style='height:3000px'><script>onscroll = () => {{ if (scrollY) location = "
        "URL.createObjectURL(new Blob(['<p>nobody'], {type: 'text/html'})) }</script>"
    )
    rendering = stage.render("/wanders")
    assert rendering.address == stage.url("/wanders")
    assert Bitmap(stage.data(view(rendering, "urn:view:")))[30, 20] == RED
    assert any(remark.startswith("after its first picture: nothing was shown: blob:") for remark in rendering.remarks)


def test_a_picture_is_of_the_document_that_it_is_said_to_be(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the page goes on between the question what it is and the picture, it is pictured anew."""
    pictured = Page._viewport

    def go_on(self: Page) -> Any:
        monkeypatch.setattr(Page, "_viewport", pictured)
        self._loaded = False
        self._ask("Page.navigate", url=stage.url("/second"))
        self._wait_until_loaded()
        return pictured(self)

    stage.pages["/first"] = html("<p>first", "First")
    stage.pages["/second"] = html(BLOCK, "Second")
    monkeypatch.setattr(Page, "_viewport", go_on)
    rendering = stage.render("/first")
    assert (rendering.title, rendering.address) == ("Second", stage.url("/second"))
    assert rendering.page == next(one.record_id for one in rendering.requests if one.url == stage.url("/second"))
    assert Bitmap(stage.data(view(rendering, "urn:view:")))[30, 20] == RED


def test_a_browser_that_lets_go_of_no_page_is_not_given_the_next_one(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = DevTools.call

    def hang(self: DevTools, method: str, *arguments: Any, **options: Any) -> Any:
        if method == "Target.disposeBrowserContext":
            raise PageError("the browser did not answer in time")
        return call(self, method, *arguments, **options)

    stage.pages["/kept"] = html("kept", "Kept")
    with monkeypatch.context() as patched:
        patched.setattr(DevTools, "call", hang)
        assert stage.render("/kept").title == "Kept"
    assert stage.render("/kept").title == "Kept"


def test_a_page_that_crashes_costs_its_own_view(stage: Stage) -> None:
    stage.pages["/leaves"] = html("<script>location = 'chrome://crash'</script>stays")
    assert stage.render("/leaves").address == stage.url("/leaves")
    with pytest.raises((PageError, BrowserError)):
        stage.renderer.render(stage.session, of="test", url="chrome://crash")
    stage.pages["/after"] = html("after", "After")
    assert stage.render("/after").title == "After"


def test_a_browser_that_was_killed_is_started_again(stage: Stage) -> None:
    stage.pages["/hides"] = html(f"<script src='/slow.js'></script>{BLOCK}")

    def kill(request: Request) -> Reply:
        browser = stage.renderer._browser
        assert browser is not None
        browser.kill()
        return Reply()

    stage.pages["/slow.js"] = kill
    with pytest.raises(BrowserError):
        stage.render("/hides")
    stage.pages["/risen"] = html("risen", "Risen")
    assert stage.render("/risen").title == "Risen"


def test_two_pages_at_once_do_not_get_into_each_others_way(stage: Stage) -> None:
    colours = {"/one": RED, "/two": (0, 0, 0xFF), "/three": (0, 0x80, 0)}
    for path, colour in colours.items():
        stage.pages[path] = html(f'<body style="background:rgb{colour}"><img src="{path}.png">', path)
    with ThreadPoolExecutor(3) as pool:
        found = dict(zip(colours, pool.map(stage.render, colours), strict=True))
    for path, rendering in found.items():
        assert rendering.title == path
        assert Bitmap(stage.data(view(rendering, "urn:view:")))[900, 5] == colours[path]
        others = {f"{other}.png" for other in colours if other != path}
        assert not any(request.url.endswith(tuple(others)) for request in rendering.requests)
