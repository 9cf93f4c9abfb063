"""The view of a captured page, and what its origin answers with."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from archiver.replay import Library, create_app
from archiver.replay.origins import MAX_ORIGINS, Origin, Origins, origin_id, place_for_site
from archiver.store import Archive
from tests.replay.conftest import Client
from tests.replay.staged import MP4, Staged, answer, hostile_svg, png, rewrite_member

AT = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)
LATER = AT + timedelta(days=40)
PAGE = "https://news.example/story?id=1&x=%C3%A9"
SHEET = "https://news.example/s.css"
WOFF2 = b"wOF2\x00\x01\x00\x00" + bytes(60)
BODY = f"""<!doctype html><title>Story</title><link rel=stylesheet href=/s.css><p>The story of May.
<img src=/picture.png><img src=/lost.png><img src=/moved.png><video src=/film.mp4></video><iframe src=/frame></iframe>
<a href=/next>next</a><a href="{PAGE.replace("&", "&amp;")}#end">end</a>"""
CSS = "@font-face{font-family:f;src:url(f.woff2)}body{background:url('back.svg')}@import 'more.css';"


_RULE = 'p::before{content:"橋は閉鎖されました。"}'
SHEETS = {
    "header": (_RULE.encode("cp932"), "text/css; charset=x-sjis"),
    "rule": (b'@charset "euc-jp";' + _RULE.encode("euc_jp"), "text/css"),
    "undeclared": (_RULE.encode("cp932"), "text/css"),
    "declared-wrongly": (_RULE.encode(), "text/css; charset=iso-8859-1"),
    "utf-16": (b"\xff\xfe" + _RULE.encode("utf-16-le"), "text/css; charset=utf-8"),
}
"""Their bytes, and what they are declared as."""

GIVEN = "ni:///sha-256;" + "A" * 43


class Site(NamedTuple):
    client: Client
    path: Path

    def view(self, stamp: str, url: str, **headers: str) -> httpx.Response:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(f"/archives/harbour/{stamp}/{url}", headers=names)

    def frame(self, answered: httpx.Response) -> tuple[str, str]:
        """Host and path of what the view frames."""
        found = re.search(r'<iframe class="captured" src="http://([^/"]+)(/[^"]*)"', answered.text)
        assert found, answered.text
        return found[1], html.unescape(found[2])

    def captured(self, host: str, path: str, **headers: str) -> httpx.Response:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers={"Host": host, **names})

    def document(self, stamp: str, url: str) -> tuple[str, httpx.Response]:
        host, path = self.frame(self.view(stamp, url))
        return host, self.captured(host, path, sec_fetch_dest="iframe")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    path = tmp_path_factory.mktemp("view") / "harbour"
    with Archive.open(path, write=True, clock=lambda: AT) as archive, archive.session() as session:

        def keep(url: str, body: bytes | str, kind: str, at: datetime = AT, status: int = 200, **extra: str) -> None:
            data = body.encode() if isinstance(body, str) else body
            headers = tuple((name.replace("_", "-"), value) for name, value in extra.items())
            session.write_exchange(answer(url, data, kind, at=at, status=status, extra=headers))

        keep(
            PAGE,
            BODY,
            "text/html; charset=utf-8",
            Set_Cookie="a=b",
            Refresh="0;url=//evil.example",
            Link="<//e>;rel=preload",
        )
        keep(PAGE, "<p>The story of June.", "text/html", LATER)
        keep(SHEET, CSS, "text/css")
        keep("https://news.example/f.woff2", WOFF2, "application/octet-stream")
        keep("https://news.example/back.svg", hostile_svg(), "image/svg+xml")
        keep("https://news.example/picture.png", png(8, 8), "text/html", AT + timedelta(days=3))
        keep("https://news.example/moved.png", b"", "text/html", status=302, Location="/picture.png")
        keep("https://news.example/film.mp4", MP4, "video/mp4")
        keep("https://news.example/frame", "<p>framed<script>1</script><a href=/next>n</a>", "text/html")
        keep("https://news.example/script.png", "alert(1)", "text/javascript")
        keep("https://news.example/paper.pdf", b"%PDF-1.7 ...", "application/pdf")
        keep("https://news.example/data.json", '{"a": "<b>"}', "application/json")
        keep("https://news.example/gone", "<p>It is gone.", "text/html", status=404)
        keep("https://news.example/empty", b"", "text/html")
        keep("https://news.example/list.m3u8", b"#EXTM3U\nhttps://news.example/1.ts\n", "audio/mpegurl")
        keep("https://news.example/bin", bytes(range(256)) * 9, "application/octet-stream")
        keep("https://news.example/loop", b"", "text/html", status=301, Location="/loop")
        keep("https://news.example/to", b"", "text/html", status=301, Location="https://other.example/there")
        keep("https://news.example/twice", "<p>The first look.", "text/html")
        keep("https://news.example/twice", "<p>The second look.", "text/html")
        keep("https://news.example/deep", "<link rel=stylesheet href=deep.css><iframe src=deep-frame></iframe>"
             "<img src=script.png><img src=picture.png>", "text/html")  # fmt: skip
        keep("https://news.example/deep.css", "@import url(lost.css);@font-face{src:url(lost.woff2)}"
             "a{background:url(back.svg)}", "text/css")  # fmt: skip
        keep("https://news.example/deep-frame", "<img src=frame-lost.png>", "text/html")
        keep("https://news.example/circle", "<link rel=stylesheet href=a.css><iframe src=circle></iframe>", "text/html")
        keep("https://news.example/a.css", "@import 'b.css'", "text/css")
        keep("https://news.example/b.css", "@import 'a.css'", "text/css")
        for name, (sheet, declared) in SHEETS.items():
            session.write_exchange(answer(f"https://news.example/{name}.css", sheet, declared, at=AT))
        sjis = "<meta charset=shift_jis><p>橋は閉鎖されました。<img src='/s.png?名前=1'>".encode("cp932")
        for declared in ("text/html; charset=Shift_JIS", "text/html"):
            keep(f"https://news.example/sjis?{len(declared)}", sjis, declared)
        keep("https://news.example/s.png?%96%BC%91O=1", png(8, 8), "image/png")
        keep("https://news.example/paper-as-html", b"%PDF-1.7 ...", "text/html")
        leads_on = "<meta http-equiv=Refresh content='0; URL=/to'>"
        keep("https://news.example/leads-on", leads_on, "text/html")
        keep("https://news.example/leads-out", leads_on.replace("/to", "//nowhere.example"), "text/html")
        keep("https://news.example/again", BODY, "text/html; charset=utf-8")
        keep("https://news.example/again", BODY, "text/html; charset=utf-8", LATER)
        keep("https://news.example/part.mp4", MP4[:100], "video/mp4", status=206, Content_Range="bytes 0-99/10264")
        keep(
            "https://news.example/whole.mp4",
            MP4,
            "video/mp4",
            status=206,
            Content_Range=f"bytes 0-{len(MP4) - 1}/{len(MP4)}",
        )
        session.write_resource(
            GIVEN, "text/html", b"<h1>Given</h1><img src=a.png><a href=b.html>b</a><a href=http://c.example/>c</a>"
        )
    with Library([path]) as library:
        yield Site(Client(create_app(library)), path)


def test_an_article_that_was_given_as_a_file_is_a_page_too(site: Site) -> None:
    host, page = site.document("20240506093000", GIVEN)
    assert host.endswith(".localhost")
    assert "<h1>Given</h1>" in page.text
    assert "src=" not in page.text  # a file's neighbours have no address
    assert re.findall(r'href="([^"]*)"', page.text) == [
        "http://127.0.0.1/archives/harbour/20240506093000/http://c.example/"
    ]
    assert site.view("20240506093000", "ni:///sha-256;../x").status_code == 404


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("20240506093000", ""),
        ("20240506", "20240506093000"),
        ("2024050609", "20240506093000"),
        ("2024", "20240615093000-2024"),
        ("20240525", "20240506093000-20240525"),
        ("20240527", "20240615093000-20240527"),
        ("1", "20240506093000-1"),
        ("2", "20240615093000"),
    ],
)
def test_the_nearest_capture_at_its_exact_time(site: Site, asked: str, found: str) -> None:
    answered = site.view(asked, PAGE)
    if not found:
        assert answered.status_code == 200
        return
    # the year that was asked for is the beginning of what was found
    if found.partition("-")[0].startswith(asked):
        found = found.partition("-")[0]
    assert answered.status_code == 302
    assert answered.headers["location"] == f"/archives/harbour/{found}/{PAGE}"
    assert ("Another time." in site.client.get(answered.headers["location"]).text) is ("-" in found)


def test_the_view_says_what_is_seen_and_frames_it_on_its_own_origin(site: Site) -> None:
    answered = site.view("20240506093000", PAGE)
    assert "6 May 2024, 09:30:00 UTC" in answered.text
    assert "Later: " in answered.text
    assert "Earlier: " not in answered.text
    assert "/captures/" in answered.text
    host, path = site.frame(answered)
    assert re.fullmatch(r"c[a-z2-7]{26}\.localhost", host)
    assert path == f"/20240506093000mp_/{PAGE}"
    assert f"frame-src http://{host}" in answered.headers["content-security-policy"].split("; ")
    other, _ = site.frame(site.view("20240615093000", PAGE))
    assert other != host


def test_what_is_missing_is_listed(site: Site) -> None:
    text = html.unescape(site.view("20240506093000", PAGE).text)
    assert "2 parts missing of 7" in text
    assert "https://news.example/more.css</bdi>: not in this archive" in text
    assert "https://news.example/lost.png</bdi>: not in this archive" in text
    assert "up to 3 days apart" in text


def test_what_sheets_and_frames_lack_is_listed_too(site: Site) -> None:
    text = html.unescape(site.view("20240506093000", "https://news.example/deep").text)
    missing, _, named = text.partition("whether the page shows it depends on the window and the reader")
    assert "3 parts missing of 6" in missing
    assert "https://news.example/frame-lost.png</bdi>: not in this archive" in missing
    assert "https://news.example/lost.css</bdi>: not in this archive" in missing
    assert "https://news.example/script.png</bdi>: not what was asked for" in missing
    assert "https://news.example/lost.woff2</bdi>" in named
    assert "back.svg" not in text
    assert "Not all of its style sheets" not in text


def test_sheets_that_import_each_other_and_frames_that_frame_each_other_are_looked_into_once(site: Site) -> None:
    text = html.unescape(site.view("20240506093000", "https://news.example/circle").text)
    assert "Not all of its style sheets and frames were looked into." not in text
    assert "part missing" not in text


def test_nothing_is_there_without_a_capture(site: Site) -> None:
    answered = site.view("2024", "https://nowhere.example/<script>")
    assert answered.status_code == 404
    assert "<script>" not in answered.text.partition("</head>")[2]
    assert "Not in this archive" in answered.text
    for url in ("javascript:alert(1)", "http://", "ftp://news.example/", "urn:x:y"):
        assert site.view("2024", url).status_code == 404


def test_a_document_is_made_by_us_alone(site: Site) -> None:
    host, document = site.document("20240506093000", PAGE)
    assert document.headers["content-type"] == "text/html; charset=utf-8"
    rules = dict(rule.partition(" ")[::2] for rule in document.headers["content-security-policy"].split("; "))
    assert rules == {
        "sandbox": "allow-same-origin allow-top-navigation-by-user-activation",
        "default-src": "'none'",
        "img-src": f"http://{host} data:",
        "style-src": f"http://{host} 'unsafe-inline'",
        "font-src": f"http://{host} data:",
        "media-src": f"http://{host}",
        "frame-src": f"http://{host}",
        "script-src": "'none'",
        "object-src": "'none'",
        "connect-src": "'none'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": f"http://{host} http://127.0.0.1 http://localhost",
    }
    assert not {"set-cookie", "refresh", "link"} & set(document.headers)
    assert document.headers["x-dns-prefetch-control"] == "off"
    assert (
        'href="http://127.0.0.1/archives/harbour/20240506093000/https://news.example/next" target="_top"'
        in document.text
    )
    assert 'href="#end"' in document.text


def test_what_the_page_loads(site: Site) -> None:
    host, _ = site.document("20240506093000", PAGE)

    def load(kind: str, url: str, dest: str, **headers: str) -> httpx.Response:
        return site.captured(host, f"/20240506093000{kind}_/{url}", sec_fetch_dest=dest, **headers)

    sheet = load("cs", SHEET, "style")
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert 'url("/20240506093000an_/https://news.example/f.woff2")' in sheet.text
    assert '@import "/20240506093000cs_/https://news.example/more.css"' in sheet.text
    font = load("an", "https://news.example/f.woff2", "font")
    assert (font.headers["content-type"], font.content) == ("font/woff2", WOFF2)
    picture = load("im", "https://news.example/picture.png", "image")
    assert (picture.headers["content-type"], picture.content) == ("image/png", png(8, 8))
    assert load("im", "https://news.example/moved.png", "image").content == png(8, 8)
    svg = load("an", "https://news.example/back.svg", "image")
    assert svg.headers["content-type"] == "image/svg+xml"
    assert svg.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    film = load("av", "https://news.example/film.mp4", "video", range="bytes=4-7")
    assert (film.status_code, film.content) == (206, b"ftyp")
    assert load("av", "https://news.example/film.mp4", "video", range="bytes=99999-").status_code == 416
    assert load("av", "https://news.example/whole.mp4", "video").content == MP4
    frame = load("fr", "https://news.example/frame", "iframe")
    assert "framed" in frame.text
    assert "script>" not in frame.text


def test_the_letters_of_a_style_sheet_are_those_that_it_was_written_in(site: Site) -> None:
    host, _ = site.document("20240506093000", PAGE)
    for name in SHEETS:
        sheet = site.captured(host, f"/20240506093000cs_/https://news.example/{name}.css", sec_fetch_dest="style")
        assert "橋は閉鎖されました。" in sheet.text, name


@pytest.mark.parametrize("declared", ["text/html; charset=Shift_JIS", "text/html"])
def test_addresses_are_led_in_the_encoding_of_their_page(site: Site, declared: str) -> None:
    url = f"https://news.example/sjis?{len(declared)}"
    host, page = site.document("20240506093000", url)
    assert "橋は閉鎖されました。" in page.text
    found = re.search(r'src="([^"]+)"', page.text)
    assert found
    assert found[1].endswith("/s.png?%96%BC%91O=1")
    assert site.captured(host, html.unescape(found[1]), sec_fetch_dest="image").status_code == 200


def test_what_is_missing_shows_as_missing(site: Site) -> None:
    host, _ = site.document("20240506093000", PAGE)
    picture = site.captured(host, "/20240506093000im_/https://news.example/lost.png", sec_fetch_dest="image")
    assert (picture.status_code, picture.headers["content-type"]) == (404, "image/svg+xml")
    assert "not in this archive" in picture.text
    sheet = site.captured(host, "/20240506093000cs_/https://news.example/more.css", sec_fetch_dest="style")
    assert (sheet.status_code, sheet.headers["content-type"], sheet.content) == (404, "text/css; charset=utf-8", b"")
    for kind, name, why in (
        ("im", "loop", "status 301"),
        ("im", "gone", "status 404"),
        ("im", "script.png", "not what was"),
    ):
        assert why in site.captured(host, f"/20240506093000{kind}_/https://news.example/{name}").text
    assert site.captured(host, "/20240506093000av_/https://news.example/part.mp4").status_code == 404
    frame = site.captured(host, "/20240506093000fr_/https://nowhere.example/", sec_fetch_dest="iframe")
    assert frame.status_code == 404
    assert "Missing: https://nowhere.example/" in frame.text


@pytest.mark.parametrize("kind", ["im", "cs", "fo", "av", "an"])
@pytest.mark.parametrize("name", ["script.png", "frame", "data.json", "list.m3u8"])
def test_no_script_or_page_is_given_as_something_else(site: Site, kind: str, name: str) -> None:
    host, _ = site.document("20240506093000", PAGE)
    assert site.captured(host, f"/20240506093000{kind}_/https://news.example/{name}").status_code == 404


@pytest.mark.parametrize("destination", ["document", "iframe", "object", "embed", "script", "worker", "serviceworker"])
def test_a_resource_is_no_page_and_no_program(site: Site, destination: str) -> None:
    host, _ = site.document("20240506093000", PAGE)
    path = "/20240506093000im_/https://news.example/back.svg"
    assert site.captured(host, path, sec_fetch_dest=destination).status_code == 403


def test_a_page_is_shown_in_frames_and_leads_to_the_site_elsewhere(site: Site) -> None:
    host, path = site.frame(site.view("20240506093000", PAGE))
    led = site.captured(host, path, sec_fetch_dest="document")
    assert led.status_code == 302
    assert led.headers["location"] == f"http://127.0.0.1/archives/harbour/20240506093000/{PAGE}"
    for destination in ("object", "embed", "image", "script", "empty"):
        assert site.captured(host, path, sec_fetch_dest=destination).status_code == 403


def test_origins_keep_to_themselves(site: Site) -> None:
    host, path = site.frame(site.view("20240506093000", PAGE))
    _, other = site.frame(site.view("20240615093000", PAGE))
    for wrong in (
        "/",
        "/static/replay.css",
        "/archives/harbour",
        f"/archives/harbour/20240506093000/{PAGE}",
        other,
        "/20240506093000mp_/",
    ):
        assert site.captured(host, wrong).status_code == 404, wrong
    assert site.client.get(path).status_code == 404
    assert site.captured(f"c{'a' * 26}.localhost", path).status_code == 404
    assert "sandbox" in site.captured(host, "/").headers["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("picture.png", "<img src="),
        ("film.mp4", "<video src="),
        ("back.svg", "<img src="),
        ("paper.pdf", "PDF document"),
        ("paper-as-html", "PDF document"),
        ("data.json", "&lt;b&gt;"),
        ("bin", "a file that browsers do not show"),
        ("list.m3u8", "a file that browsers do not show"),
        ("empty", "cannot be shown as a page"),
        ("gone", "It is gone."),
        ("script.png", "<pre"),
    ],
)
def test_what_is_no_page_gets_one_around_it(site: Site, name: str, shown: str) -> None:
    url = f"https://news.example/{name}"
    answered = site.view("2024", url)
    answered = site.client.get(answered.headers["location"])
    host, path = site.frame(answered)
    document = site.captured(host, path, sec_fetch_dest="iframe")
    assert document.status_code == 200
    assert shown in document.text
    assert ("Status 404." in answered.text) is (name == "gone")


def test_a_redirect_says_where_it_led(site: Site) -> None:
    answered = site.view("20240506093000", "https://news.example/to")
    assert "Redirect (301)." in answered.text
    assert 'href="/archives/harbour/20240506093000/https://other.example/there"' in answered.text
    assert "<iframe" not in answered.text


def test_each_of_several_captures_within_a_second_can_be_seen(site: Site) -> None:
    url = "https://news.example/twice"
    first = site.view("20240506093000", url)
    assert "Captured 2 times within this second" in first.text
    places = re.findall(r'<a href="([^"]+/page)"', first.text)
    assert len(places) == 2
    back = site.client.get(places[0])
    assert (back.status_code, back.headers["location"]) == (302, f"/archives/harbour/20240506093000/{url}")
    second = site.client.get(places[1])
    assert second.status_code == 200
    hosts = []
    for answered, words in ((first, "The first look."), (second, "The second look.")):
        host, path = site.frame(answered)
        hosts.append(host)
        assert words in site.captured(host, path, sec_fetch_dest="iframe").text
    assert len(set(hosts)) == 2
    led = site.captured(hosts[1], f"/20240506093000mp_/{url}", sec_fetch_dest="document")
    assert led.headers["location"] == f"http://127.0.0.1{places[1]}"
    evidence = places[1].removesuffix("/page")
    assert f'href="{places[1]}"' in site.client.get(evidence).text
    assert "within this second" not in site.view("20240506093000", PAGE).text
    assert site.client.get(places[1].replace("/captures/", "/captures/no-")).status_code == 404


def test_an_address_in_other_letters_is_told(site: Site) -> None:
    other = html.unescape(site.view("20240506093000", "https://news.example/Frame").text)
    assert "Another address." in other
    assert 'This was captured at <bdi class="url">https://news.example/frame</bdi>' in other
    secure = html.unescape(site.view("20240506093000", "http://news.example/frame").text)
    assert "Another address." not in secure
    assert 'Captured at <bdi class="url">https://news.example/frame</bdi>.' in secure
    assert "Captured at" not in site.view("20240506093000", "https://news.example/frame").text


def test_a_page_that_leads_on_of_itself_says_where(site: Site) -> None:
    answered = site.view("20240506093000", "https://news.example/leads-on")
    assert 'href="/archives/harbour/20240506093000/https://news.example/to"' in answered.text
    assert "It led on." in answered.text
    nowhere = site.view("20240506093000", "https://news.example/leads-out").text
    assert "https://nowhere.example/</bdi>, which is not in this archive" in nowhere
    host, path = site.frame(answered)
    assert "refresh" not in site.captured(host, path, sec_fetch_dest="iframe").text.lower()


def test_a_revisit_shows_what_it_refers_to(site: Site) -> None:
    answered = site.view("20240615093000", "https://news.example/again")
    assert "unchanged since an earlier capture" in answered.text
    host, path = site.frame(answered)
    assert "The story of May." in site.captured(host, path, sec_fetch_dest="iframe").text


def test_an_origin_that_was_not_opened_gives_no_resources(site: Site) -> None:
    with Library([site.path]) as library:
        fresh = Site(Client(create_app(library)), site.path)
        host, path = fresh.frame(fresh.view("20240506093000", PAGE))
        resource = "/20240506093000im_/https://news.example/picture.png"
        assert fresh.captured(host, resource).status_code == 404
        fresh.captured(host, path, sec_fetch_dest="iframe")
        assert fresh.captured(host, resource).status_code == 200


def test_origins_are_remembered_up_to_a_bound() -> None:
    origins = Origins()
    for number in range(MAX_ORIGINS + 1):
        origins.remember(str(number), Origin("harbour", AT))
    assert origins.get("0") is None
    assert origins.get("1") == Origin("harbour", AT)


def test_an_origin_is_a_name_of_the_record_and_its_shelf() -> None:
    assert re.fullmatch(r"c[a-z2-7]{26}", origin_id("harbour", "urn:uuid:1"))
    assert len({origin_id("a", "b"), origin_id("ab", ""), origin_id("a", "c"), origin_id("b", "b")}) == 4


@pytest.mark.parametrize(
    ("host", "bound", "agent", "apart"),
    [
        ("127.0.0.1:8080", "127.0.0.1", "", True),
        ("localhost:8080", "localhost", "", True),
        ("localhost", "::1", "", True),
        ("[::1]:8080", "::1", "", False),
        ("127.0.0.1", "127.8.9.1", "", False),
        ("192.168.1.5:80", "0.0.0.0", "", False),
        ("127.0.0.1:8080", "127.0.0.1", "Version/17 Safari/605.1", False),
        ("127.0.0.1:8080", "127.0.0.1", "Chrome/150.0 Safari/537.36", True),
        ("x;script-src *.localhost", "127.0.0.1", "", False),
    ],
)
def test_where_names_below_localhost_cannot_be_used_a_capture_lives_below_the_site(
    host: str, bound: str, agent: str, apart: bool
) -> None:
    place = place_for_site(host, slug="harbour", record_id="urn:uuid:1", bound=bound, agent=agent)
    assert place.apart is apart
    assert ("allow-same-origin" in place.sandbox) is apart
    assert ";" not in place.source


def test_below_the_site_a_capture_has_an_opaque_origin(site: Site) -> None:
    answered = site.view("20240506093000", PAGE, user_agent="Version/17 Safari/605.1")
    found = re.search(
        r'<iframe class="captured" src="(/replay/harbour/c[a-z2-7]{26})(/[^"]*)"[^>]* sandbox="([^"]*)"', answered.text
    )
    assert found
    assert found[3] == "allow-top-navigation-by-user-activation"
    document = site.client.get(found[1] + html.unescape(found[2]), headers={"Sec-Fetch-Dest": "iframe"})
    policy = document.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-top-navigation-by-user-activation; default-src 'none';")
    assert f"img-src http://127.0.0.1{found[1]}/ data:;" in policy
    assert f'src="{found[1]}/20240506093000im_/https://news.example/picture.png"' in document.text
    picture = site.client.get(f"{found[1]}/20240506093000im_/https://news.example/picture.png")
    assert picture.content == png(8, 8)
    assert picture.headers["cross-origin-resource-policy"] == "cross-origin"
    assert (
        site.client.get(
            f"{found[1]}/20240506093000im_/https://news.example/back.svg", headers={"Sec-Fetch-Dest": "document"}
        ).status_code
        == 403
    )
    assert site.client.get(found[1] + "/").status_code == 404


def test_altered_bytes_are_refused_on_the_page_and_on_its_origin(own: Staged) -> None:
    capture = own.captures["article"]
    with Library([own.path]) as library:
        site = Site(Client(create_app(library)), own.path)
        host, path = site.frame(site.view("20240506093000", capture.target_uri))
        rewrite_member(own.segment, own.captures["hostile page"], b"Innocent", b"Innocens")
        rewrite_member(own.segment, own.captures["picture"], b"Seal", b"Lead")
        assert site.captured(host, path, sec_fetch_dest="iframe").status_code == 200
        refused = site.captured(
            host, f"/20240506093000im_/{own.captures['picture'].target_uri}", sec_fetch_dest="image"
        )
        assert (refused.status_code, refused.headers["content-type"]) == (502, "image/svg+xml")
        assert "refused" in refused.text
        answered = site.view("20240506093000", own.captures["hostile page"].target_uri)
        assert answered.status_code == 502
        assert "do not match the digest" in answered.text
        assert "<iframe" not in answered.text
        hidden = origin_id("harbour", own.captures["hostile page"].record_id)
        document = site.captured(f"{hidden}.localhost", f"/20240506093000mp_/{own.captures['hostile page'].target_uri}")
        assert document.status_code == 502
        assert "Innocens" not in document.text
