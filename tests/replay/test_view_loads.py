"""What a captured page loads: which capture of it, through which redirects, as which type, and what stands in for what
cannot be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import anyio
import httpx
import pytest

from archiver.replay import Library, create_app
from archiver.replay import captured as captured_module
from archiver.replay.captured import RUN
from archiver.replay.origins import MAX_ORIGINS, Origin, Origins, place_for_site, place_of_host
from archiver.store import Archive
from tests.replay.conftest import Client
from tests.replay.staged import answer, png

AT = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)
LATER = AT + timedelta(days=100)
STAMP = "20240506093000"
PAGE = "https://news.example/story"
HERE = "https://news.example/"
SHEETS = {
    "mark": (b"\xef\xbb\xbfi::after{content:'\xc3\xa9'}", "text/css; charset=koi8-r", "é"),
    "wide": ("\ufeffi::after{content:'é'}".encode("utf-16-le"), "text/css", "é"),
    "header": ("i::after{content:'мост'}".encode("koi8-r"), "text/css; charset=KOI8-R", "мост"),
    "header-first": (
        '@charset "windows-1252";i::after{content:"мост"}'.encode("koi8-r"),
        'text/css; charset="koi8-r"',
        "мост",
    ),
    "rule": ('@charset "windows-1251";i::after{content:"мост"}'.encode("windows-1251"), "text/css", "мост"),
    "not-a-charset": (b'@charset "rot13";i::after{content:"abc"}', "text/css; charset=unicode_escape", "abc"),
}


class Page:
    """A captured page on its origin."""

    def __init__(self, library: Library) -> None:
        self.client = Client(create_app(library))
        shown = self.client.get(f"/archives/harbour/{STAMP}/{PAGE}")
        found = re.search(r'<iframe class="captured" src="http://([^/"]+)/', shown.text)
        assert found
        self.host = found[1]
        assert self.get("mp", PAGE).status_code == 200

    def get(self, kind: str, url: str, stamp: str = STAMP, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(f"/{stamp}{kind}_/{url}", headers={"Host": self.host, **named})


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("loads") / "harbour"
    with Archive.open(path, write=True, clock=lambda: AT) as archive, archive.session() as session:

        def keep(name: str, body: bytes, kind: str, at: datetime = AT, status: int = 200, location: str = "") -> None:
            extra = (("Location", location),) if location else ()
            session.write_exchange(answer(f"{HERE}{name}", body, kind, at=at, status=status, extra=extra))

        keep("story", b"<p>May", "text/html")
        for at, width in ((AT, 1), (LATER, 2)):
            keep("picture.png", png(width, 1), "image/png", at)
            keep("frame", b"<p>frame %d" % width, "text/html", at)
            keep("sheet.css", b"i{width:%dpx;background:url(x.png)}" % width, "text/css", at)
        keep("late.css", b"@import 'data:text/css,b{}';i{fill:url(#a);background:url(/p.png)}", "text/css", LATER)
        keep("bad.png", b"bad request", "text/plain", status=400)
        for number in range(8):
            keep(f"hop{number}", b"", "text/html", status=302, location=f"/hop{number + 1}")
        keep("hop8", png(8, 8), "image/png")
        keep("off", b"", "text/html", status=302, location="ftp://news.example/picture.png")
        keep("user", b"", "text/html", status=302, location="https://a:b@news.example/picture.png")
        keep("page-as-sheet", b"<p>{}i{}", "text/html")
        keep("untyped.css", b"i{top:0}", "")
        keep("long.css", b"i{top:0}" * 20 + b"b{left:0}", "text/css")
        for name, (data, kind, _) in SHEETS.items():
            keep(name, data, kind)
    with Library([path]) as library:
        yield Page(library)


def test_the_capture_nearest_to_the_page_whatever_time_is_asked_for(page: Page) -> None:
    for stamp in (STAMP, "20240814093000", "20990101000000"):
        assert page.get("im", f"{HERE}picture.png", stamp).content == png(1, 1)
        assert "frame 1" in page.get("fr", f"{HERE}frame", stamp).text
        sheet = page.get("cs", f"{HERE}sheet.css", stamp).text
        assert sheet == f'i{{width:1px;background:url("/{STAMP}an_/{HERE}x.png")}}'


def test_a_page_is_shown_at_its_own_time_alone(page: Page) -> None:
    for stamp in ("20240506093001", "20240814093000"):
        assert page.get("mp", PAGE, stamp).status_code == 404


def test_what_a_sheet_loads_is_of_the_time_of_the_page(page: Page) -> None:
    """And not of its own: else a page's parts drift away from it, one by one."""
    assert page.get("cs", f"{HERE}late.css").text == (
        f'@import "";i{{fill:url("#a");background:url("/{STAMP}an_/{HERE}p.png")}}'
    ).replace('""', '"data:text/css,b{}"')


@pytest.mark.parametrize("name", SHEETS)
def test_the_letters_of_a_sheet(page: Page, name: str) -> None:
    found = page.get("cs", f"{HERE}{name}")
    assert found.headers["content-type"] == "text/css; charset=utf-8"
    assert SHEETS[name][2] in found.text


def test_what_is_a_sheet(page: Page) -> None:
    assert page.get("cs", f"{HERE}untyped.css").text == "i{top:0}"
    imported = page.get("an", f"{HERE}sheet.css", sec_fetch_dest="style")
    assert (imported.status_code, imported.headers["content-type"]) == (200, "text/css; charset=utf-8")
    for kind, destination in (("an", "image"), ("an", "empty"), ("im", "style")):
        assert page.get(kind, f"{HERE}sheet.css", sec_fetch_dest=destination).status_code == 404
    refused = page.get("cs", f"{HERE}page-as-sheet")
    assert (refused.status_code, refused.content) == (404, b"")


def test_a_long_sheet_is_cut(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captured_module, "MAX_SHEET", 160)
    assert page.get("cs", f"{HERE}long.css").text == "i{top:0}" * 20


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("bad.png", "answered with status 400"),
        ("hop0", "redirected too often"),
        ("off", "its address is none of the web"),
        ("user", "its address is none of the web"),
        ("nowhere.png", "not in this archive"),
    ],
)
def test_why_something_is_missing(page: Page, name: str, why: str) -> None:
    found = page.get("im", f"{HERE}{name}")
    assert (found.status_code, found.headers["content-type"]) == (404, "image/svg+xml")
    assert f">{why}</text>" in found.text
    assert page.get("im", f"{HERE}hop4").content == png(8, 8)


@pytest.mark.parametrize("kind", ["zz", "js", "id", "if"])
def test_no_other_kinds_of_parts_are_known(page: Page, kind: str) -> None:
    found = page.get(kind, f"{HERE}picture.png")
    assert (found.status_code, found.headers["content-type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize("destination", sorted(RUN))
def test_no_part_is_given_to_what_would_run_it(page: Page, destination: str) -> None:
    """Values of the Fetch standard (section 2.2.5, destination) with which bytes become a page or a program."""
    assert page.get("im", f"{HERE}picture.png", sec_fetch_dest=destination).status_code == 403


def test_what_would_run_it_is_named_in_full() -> None:
    assert {
        "audioworklet", "document", "embed", "frame", "iframe", "manifest", "object", "paintworklet", "report",
        "script", "serviceworker", "sharedworker", "webidentity", "worker", "xslt",
    } == RUN  # fmt: skip


def test_a_frame_within_the_page_is_given_to_frames_alone(page: Page) -> None:
    for destination in ("iframe", "frame", ""):
        headers = {"sec_fetch_dest": destination} if destination else {}
        assert "frame 1" in page.get("fr", f"{HERE}frame", **headers).text
    for destination in ("document", "object", "embed", "image", "script", "empty"):
        refused = page.get("fr", f"{HERE}frame", sec_fetch_dest=destination)
        assert refused.status_code == 403
        assert "frame 1" not in refused.text


def test_a_frame_says_who_may_frame_it_where_that_can_be_said(page: Page) -> None:
    assert f"frame-ancestors http://{page.host} " in page.get("fr", f"{HERE}frame").headers["content-security-policy"]
    name = page.host.partition(".")[0]
    below = page.client.get(f"/replay/harbour/{name}/{STAMP}mp_/{PAGE}")
    assert below.headers["content-security-policy"].endswith("; frame-ancestors 'self'")
    inner = page.client.get(f"/replay/harbour/{name}/{STAMP}fr_/{HERE}frame")
    assert inner.status_code == 200
    # the page around it has an opaque origin there, which no policy can name
    assert "frame-ancestors" not in inner.headers["content-security-policy"]


def test_a_slash_that_a_client_left_out_is_made_up_for(page: Page) -> None:
    assert page.get("im", "https:/news.example/picture.png").content == png(1, 1)
    assert page.client.get(f"/archives/harbour/{STAMP}/https:/news.example/story").status_code == 200


def test_a_fault_of_ours_is_a_note_under_the_policy_of_the_page(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(captured_module, "found_for", fails)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(page.client.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{page.host}") as client:
            return await client.get(f"/{STAMP}im_/{HERE}picture.png")

    found = anyio.run(ask)
    assert found.status_code == 500
    assert "secret words" not in found.text
    assert found.headers["content-security-policy"].startswith("sandbox allow-same-origin")


# -- the places themselves


def test_ports_stay_with_the_names() -> None:
    for port in ("", ":8080"):
        place = place_for_site(f"127.0.0.1{port}", slug="harbour", record_id="urn:uuid:1", bound="127.0.0.1")
        assert re.fullmatch(rf"http://c[a-z2-7]{{26}}\.localhost{port}", place.base)
        assert place_of_host(place.base.removeprefix("http://"), bound="127.0.0.1") == place
        assert place.source == place.base
        assert place.ancestors == (place.base, f"http://127.0.0.1{port}", f"http://localhost{port}")
    assert place_of_host(f"{place.id}.localhost:x", bound="127.0.0.1") is None


@pytest.mark.parametrize(
    ("bound", "site"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("localhost", "http://localhost:80"),
        ("::1", "http://localhost:80"),  # nothing listens at 127.0.0.1 there
        ("[::1]", "http://localhost:80"),
    ],
)
def test_links_lead_to_an_address_at_which_the_site_listens(bound: str, site: str) -> None:
    place = place_of_host(f"c{'a' * 26}.localhost:80", bound=bound)
    assert place is not None
    assert place.site == site


def test_below_the_site_a_policy_names_what_it_can(page: Page) -> None:
    for host, source in (
        ("192.168.1.5:80", "http://192.168.1.5:80/replay/harbour/"),
        ("[::1]:80", "'none'"),  # CSP Level 3 has no way to name an IPv6 address
        ("x;script-src *.localhost", "'none'"),
    ):
        place = place_for_site(host, slug="harbour", record_id="urn:uuid:1", bound="0.0.0.0")
        assert place.source.startswith(source)
        assert place.ancestors == ("'self'",)
    shown = page.client.get(
        f"/archives/harbour/{STAMP}/{PAGE}", headers={"Host": "[::1]", "User-Agent": "Version/17 Safari/605.1"}
    )
    assert shown.headers["content-security-policy"].endswith("; frame-src 'self'")


def test_what_is_looked_at_is_not_forgotten_first() -> None:
    origins = Origins()
    for number in range(MAX_ORIGINS):
        origins.remember(str(number), Origin("harbour", AT))
    assert origins.get("0")
    origins.remember("one more", Origin("harbour", AT))
    assert origins.get("0")
    assert origins.get("1") is None
