"""Time gates, time maps and mementos, as RFC 7089 has them and as an independent client reads them."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
from starlette.types import Message

from archiver.replay import Library, create_app, mementos
from archiver.replay.addresses import Addresses
from archiver.store import Archive
from tests.replay.browsing import running
from tests.replay.conftest import Client
from tests.replay.staged import PICTURE_URL, START, Staged, answer

TO = Addresses("harbour")
BASE = "http://127.0.0.1"
LATER = START + timedelta(days=1)


def test_a_time_gate_leads_to_the_nearest_memento(client: Client) -> None:
    found = client.get(TO.timegate(PICTURE_URL), headers={"Accept-Datetime": "Mon, 06 May 2024 20:00:00 GMT"})
    assert found.status_code == 302
    assert found.headers["location"] == BASE + TO.raw(START, PICTURE_URL)
    assert "accept-datetime" in found.headers["vary"]
    assert "memento-datetime" not in found.headers  # section 4.1: it is no memento itself
    links = found.headers["link"]
    assert f'<{PICTURE_URL}>; rel="original"' in links
    assert f'<{BASE}{TO.timemap(PICTURE_URL)}>; rel="timemap"; type="application/link-format"' in links
    assert f'<{BASE}{TO.raw(START, PICTURE_URL)}>; rel="memento"; datetime="Mon, 06 May 2024 09:30:00 GMT"' in links


def test_without_a_time_it_leads_to_the_last_one(client: Client) -> None:
    assert client.get(TO.timegate(PICTURE_URL)).headers["location"] == BASE + TO.raw(LATER, PICTURE_URL)


def test_a_browser_is_led_to_the_page_that_shows_it(client: Client) -> None:
    found = client.get(TO.timegate(PICTURE_URL), headers={"Sec-Fetch-Mode": "navigate"})
    assert found.headers["location"] == BASE + TO.view(LATER, PICTURE_URL)
    assert "sec-fetch-mode" in found.headers["vary"]


@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "2024-05-06T09:30:00Z",
        "Mon, 06 May 2024 09:30:00",
        "Tue, 31 Feb 2024 09:30:00 GMT",
        "",
        "1714987800",
        "Mon, 06 May 2024 09:30:99 GMT",
        "Mon, 06 May 2024 24:30:00 GMT",
        "Xyz, 06 May 2024 09:30:00 GMT",
        "06 May 2024 09:30:00 GMT",
    ],
)
def test_a_time_that_is_none_is_a_bad_request(client: Client, value: str) -> None:
    assert client.get(TO.timegate(PICTURE_URL), headers={"Accept-Datetime": value}).status_code == 400


@pytest.mark.parametrize("path", [TO.timegate("https://x.example/"), TO.timemap("https://x.example/")])
def test_what_was_never_captured_is_not_found(client: Client, path: str) -> None:
    found = client.get(path)
    assert found.status_code == 404
    assert '<https://x.example/>; rel="original"' in found.headers["link"]


@pytest.mark.parametrize(
    "path",
    [
        "/archives/elsewhere/timegate/https://x.example/",
        TO.timemap(PICTURE_URL, "html"),
        "/archives/harbour/timemap/link/",
    ],
)
def test_no_such_address(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_other_methods_are_not_allowed(client: Client) -> None:
    found = client.get(TO.timegate(PICTURE_URL), method="POST")
    assert (found.status_code, found.headers["allow"]) == (405, "GET, HEAD")


def test_a_memento_says_what_it_is(client: Client) -> None:
    found = client.get(TO.raw(START, PICTURE_URL))
    assert found.headers["memento-datetime"] == "Mon, 06 May 2024 09:30:00 GMT"
    for relation in (
        f'<{PICTURE_URL}>; rel="original"',
        f'<{BASE}{TO.timegate(PICTURE_URL)}>; rel="timegate"',
        f'<{BASE}{TO.timemap(PICTURE_URL)}>; rel="timemap"',
    ):
        assert relation in found.headers["link"]


@pytest.mark.parametrize("digits", ["2", "2023", "202405", "20240506", "20240506093001", "29991231235959"])
def test_another_time_leads_to_the_exact_one(client: Client, digits: str) -> None:
    exact = LATER if digits in ("2", "202405", "20240506", "29991231235959") else START
    found = client.get(f"/archives/harbour/{digits}id_/{PICTURE_URL}")
    assert (found.status_code, found.headers["location"]) == (302, TO.raw(exact, PICTURE_URL))
    assert client.get(found.headers["location"]).status_code == 200


def test_an_address_without_scheme_or_in_another_form_of_the_same_key(client: Client) -> None:
    for url in (
        "media.example/bridge.png",
        "http://www.MEDIA.example:80/bridge.png",
        "https:/media.example/bridge.png",
    ):
        found = client.get(f"/archives/harbour/20240506093000id_/{url}")
        assert found.status_code == 200, url


def test_a_query_belongs_to_the_captured_address(tmp_path: Path) -> None:
    url = "https://paper.example/list?page=2&q=a%2Fb%20c"
    stored(tmp_path / "harbour", [(url, START), (url.replace("page=2", "page=3"), LATER)])
    with Library([tmp_path / "harbour"]) as library:
        client = Client(create_app(library))
        found = client.get(TO.raw(LATER, url))
        assert (found.status_code, found.headers["location"]) == (302, TO.raw(START, url))
        assert client.get(found.headers["location"]).content == b"0"
        assert f'<{url}>; rel="original"' in client.get(found.headers["location"]).headers["link"]


def test_what_is_no_header_or_markup_stays_encoded(tmp_path: Path) -> None:
    url = "https://paper.example/<b>\"é' {x}|^"
    stored(tmp_path / "harbour", [(url, START)])
    with Library([tmp_path / "harbour"]) as library:
        found = Client(create_app(library)).get(TO.raw(START, url))
        assert found.status_code == 200
        assert re.fullmatch(r"[!-~ ]+", found.headers["link"])
        assert found.headers["link"].count("<b>") == 0


def test_an_address_that_a_client_did_not_encode_ends_no_link(tmp_path: Path) -> None:
    url = 'https://paper.example/>;rel="memento",<//evil.example/'
    stored(tmp_path / "harbour", [(url, START)])
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    path = f"/archives/harbour/20240506093000id_/{url}"
    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "scheme": "http", "http_version": "1.1", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"127.0.0.1")],
    }  # fmt: skip
    with Library([tmp_path / "harbour"]) as library:
        anyio.run(create_app(library), scope, receive, send)
    assert sent[0]["status"] == 200
    (links,) = [value.decode() for name, value in sent[0]["headers"] if name.lower() == b"link"]
    assert re.findall("<([^<>]*)>", links)[0] == "https://paper.example/%3E;rel=%22memento%22,%3C//evil.example/"
    assert len(re.findall('rel="memento"', links)) == 1


def odd(folder: Path, url: str, date: str) -> Path:
    """A WARC file of one response, as another tool might have written it."""
    fields = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
    fields += "WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
    block = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nit"
    fields += f"Content-Type: application/http;msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    file = folder / "odd.warc.gz"
    file.write_bytes(gzip.compress(f"{fields}{block}\r\n\r\n".encode()))
    return file


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("2024", "Mon, 01 Jan 2024 00:00:00 GMT"),
        ("2024-05", "Wed, 01 May 2024 00:00:00 GMT"),
        ("2024-05-06", "Mon, 06 May 2024 00:00:00 GMT"),
        ("9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT"),
        ("1600-01-01T00:00:00Z", "Sat, 01 Jan 1600 00:00:00 GMT"),
        ("2024-02-30T00:00:00Z", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_of_any_form_is_shown_and_none_is_made_up(tmp_path: Path, date: str, said: str | None) -> None:
    url = "https://paper.example/page"
    with Library([odd(tmp_path, url, date)]) as library:
        client = Client(create_app(library))
        to = Addresses(library.shelves[0].slug)
        [capture] = library.shelves[0].archive.catalogue.captures_at(url)
        gate = client.get(to.timegate(url))
        memento = client.get(gate.headers["location"].removeprefix(BASE))
        assert (memento.status_code, memento.content) == (200, b"it")
        assert memento.headers.get("memento-datetime") == said
        assert ('rel="memento"' in gate.headers["link"]) == (said is not None)
        for path in (to.view(capture.time, url), to.capture(capture), to.uri(url), to.captures(), to.payload(capture)):
            assert client.get(path).status_code == 200, path


@pytest.mark.parametrize(
    "url", ["dns:8.8.8.8", "dns:1and1.example", "urn:1:2", "ni:///sha-256;abc", "ftp://f.example/a"]
)
def test_any_scheme_is_one_and_a_port_is_none(tmp_path: Path, url: str) -> None:
    with Library([odd(tmp_path, url, "2024-05-06T09:30:00Z")]) as library:
        client, to = Client(create_app(library)), Addresses(library.shelves[0].slug)
        assert client.get(to.raw(START, url)).content == b"it"
        assert client.get(to.timemap(url)).status_code == 200


def test_a_fragment_is_no_part_of_what_is_asked_for(tmp_path: Path) -> None:
    """Crawlers that drive a browser write it into the address of a page."""
    stored(tmp_path / "harbour", [("https://paper.example/#/route", START)])
    with Library([tmp_path / "harbour"]) as library:
        client = Client(create_app(library))
        for path in (
            TO.raw(START, "https://paper.example/#/route"),
            "/archives/harbour/20240506093000id_/https://paper.example/",
        ):
            found = client.get(path)
            assert (found.status_code, found.content) == (200, b"0")
        assert (
            '<https://paper.example/>; rel="original"'
            in client.get(TO.timegate("https://paper.example/#x")).headers["link"]
        )


@pytest.mark.parametrize("form", ["link", "json"])
def test_each_memento_of_a_time_map_is_one(tmp_path: Path, form: str) -> None:
    """Not what is left out where there are whole answers, which would lead on to another time."""
    folder, url = tmp_path / "harbour", "https://paper.example/"
    with Archive.open(folder, write=True) as archive, archive.session() as session:
        for day, (address, status) in enumerate([(url, 200), (url, 304), ("http://paper.example/", 301), (url, 404)]):
            at = START + timedelta(days=day)
            session.write_exchange(answer(address, b"%d" % day, "text/plain", at=at, status=status))
    with Library([folder]) as library:
        client = Client(create_app(library))
        listed = re.findall(rf"{BASE}(/archives/harbour/\d{{14}}id_/[^>\"]+)", client.get(TO.timemap(url, form)).text)
        assert {client.get(path).headers.get("memento-datetime", "")[5:7] for path in listed} == {"06", "09"}


def stored(folder: Path, captures: list[tuple[str, datetime]]) -> None:
    with Archive.open(folder, write=True) as archive, archive.session() as session:
        for number, (url, time) in enumerate(captures):
            session.write_exchange(answer(url, b"%d" % number, "text/plain", at=time))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Seven captures of one address, two of them within a second; three are a page."""
    folder = tmp_path_factory.mktemp("many") / "harbour"
    times = [START + timedelta(hours=hour) for hour in range(6)]
    stored(folder, [(PICTURE_URL, time) for time in (*times, times[2] + timedelta(milliseconds=5))])
    with Library([folder]) as library, pytest.MonkeyPatch.context() as patch:
        patch.setattr(mementos, "MEMENTOS_A_PAGE", 3)
        yield Client(create_app(library))


def test_a_time_map_in_link_format_is_paged(many: Client) -> None:
    path: str | None = TO.timemap(PICTURE_URL)
    mementos_seen: list[str] = []
    relations: list[str] = []
    pages = 0
    while path:
        page = many.get(path)
        assert page.headers["content-type"] == "application/link-format"
        lines = page.text.rstrip("\n").split(",\n")
        assert lines[0] == f'<{PICTURE_URL}>; rel="original"'
        assert all(re.fullmatch(r'<[^<>]+>(; [a-z]+="[^"]+")+', line) for line in lines)
        relations += [found[1] for line in lines if (found := re.search(r'rel="([a-z ]*memento)"', line))]
        mementos_seen += [line[1:].partition(">")[0] for line in lines if 'memento"' in line]
        following = [line for line in lines if 'rel="timemap"' in line]
        path = following[0][1:].partition(">")[0].removeprefix(BASE) if following else None
        pages += 1
    assert pages == 2
    assert mementos_seen == [BASE + TO.raw(START + timedelta(hours=hour), PICTURE_URL) for hour in range(6)]
    assert relations == ["first memento", *["memento"] * 4, "last memento"]


def test_a_time_map_in_json(many: Client) -> None:
    page = many.get(TO.timemap(PICTURE_URL, "json"))
    assert page.headers["content-type"] == "application/json"
    found = json.loads(page.text)
    assert found["original_uri"] == PICTURE_URL
    assert [entry["datetime"] for entry in found["mementos"]["list"]] == [
        f"2024-05-06T{9 + hour:02}:30:00Z" for hour in range(3)
    ]
    assert "last" not in found["mementos"]
    rest = json.loads(many.get(found["pages"]["next"]["uri"].removeprefix(BASE)).text)
    assert len(rest["mementos"]["list"]) == 3
    assert rest["mementos"]["last"]["uri"] == BASE + TO.raw(START + timedelta(hours=5), PICTURE_URL)


@pytest.mark.parametrize("form", ["json", "link"])
def test_on_a_later_page_of_a_time_map_the_first_memento_is_not_called_the_first(many: Client, form: str) -> None:
    first = many.get(TO.timemap(PICTURE_URL, form))
    assert '"first' in first.text
    (following,) = set(re.findall(r"https?://[^\s\">]*/timemap/" + form + r"/\d{14}/[^\s\">]*", first.text))
    assert '"first' not in many.get(following.removeprefix(BASE)).text


def test_a_time_map_in_cdxj(many: Client) -> None:
    lines = many.get(TO.timemap(PICTURE_URL, "cdxj")).text.splitlines()
    about = [line for line in lines if line.startswith("!")]
    assert f'!meta {{"original_uri": "{PICTURE_URL}"}}' in about
    (following,) = [json.loads(line[6:])["next"] for line in about if '"next"' in line]
    for line, hour in zip(lines[len(about) :], range(3), strict=True):
        digits, _, fields = line.partition(" ")
        assert digits == f"20240506{9 + hour:02}3000"
        assert json.loads(fields)["uri"] == BASE + TO.raw(START + timedelta(hours=hour), PICTURE_URL)
    assert many.get(following.removeprefix(BASE)).text.splitlines()[-1].startswith("20240506143000 ")


def test_an_independent_client_finds_its_way(staged: Staged, library: Library) -> None:
    """memento_client, of the protocol's authors, from time gate to memento."""
    requests = pytest.importorskip("requests", reason="memento_client is not installed")
    memento_client = pytest.importorskip("memento_client", reason="memento_client is not installed")
    with running(create_app(library)) as port:
        gate = f"http://127.0.0.1:{port}/archives/harbour/timegate/"
        with requests.Session() as session:
            session.trust_env = False
            asks = memento_client.MementoClient(timegate_uri=gate, check_native_timegate=False, session=session)
            original = requests.Response()  # of the live web, which is not asked
            original.url, original.status_code = PICTURE_URL, 200
            for wanted, exact in ((START + timedelta(hours=1), START), (LATER + timedelta(days=99), LATER)):
                found = asks.get_memento_info(PICTURE_URL, wanted.replace(tzinfo=None), req_uri_response=original)
                assert found["original_uri"] == PICTURE_URL
                assert found["timegate_uri"] == gate + PICTURE_URL
                closest = found["mementos"]["closest"]
                assert closest["datetime"] == exact.replace(tzinfo=None)
                assert closest["http_status_code"] == 200
                assert closest["uri"] == [f"http://127.0.0.1:{port}{TO.raw(exact, PICTURE_URL)}"]
                assert asks.is_memento(closest["uri"][0], session=session)
            assert asks.is_timegate(gate + PICTURE_URL, session=session)


def test_times_are_padded_as_the_wayback_machine_does() -> None:
    assert mementos.moment_of("2024") == datetime(2024, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert mementos.moment_of("20240230") == datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)
