"""What a browser is allowed to do with captured bytes, and whom the site answers."""

from __future__ import annotations

import re

import pytest

from archiver.replay import Library, create_app
from archiver.replay.addresses import Addresses
from archiver.replay.isolation import is_loopback, resource_type, sniff
from tests.replay.conftest import Client
from tests.replay.staged import MP4, Staged, hostile_html, hostile_svg, png

TO = Addresses("harbour")
ROUTES = (TO.payload, TO.text, TO.block, TO.record)


def policy(header: str) -> dict[str, str]:
    """A Content-Security-Policy as directives."""
    parts = (part.strip().partition(" ") for part in header.split(";"))
    return {name: value for name, _, value in parts if name}


def test_captured_bytes_are_sandboxed_on_every_route(client: Client, staged: Staged) -> None:
    for capture in staged.captures.values():
        for route in ROUTES:
            answer = client.get(route(capture))
            rules = policy(answer.headers["content-security-policy"])
            if answer.status_code != 200:
                assert answer.status_code == 415
                continue
            assert rules["sandbox"] == "", "no permission is given back"
            assert rules["default-src"] == "'none'"
            assert "script-src" not in rules
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("name", ["hostile page", "hostile svg", "hostile disguised", "record", "article"])
def test_what_is_no_picture_or_film_is_handed_over_as_a_download(client: Client, staged: Staged, name: str) -> None:
    answer = client.get(TO.payload(staged.captures[name]))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")


def test_a_saved_page_is_not_named_as_a_page(client: Client, staged: Staged) -> None:
    answer = client.get(TO.payload(staged.captures["hostile page"]))
    assert answer.headers["content-disposition"].endswith('.html.txt"')


@pytest.mark.parametrize("name", ["hostile page", "hostile svg", "hostile disguised"])
def test_markup_is_read_as_plain_text(client: Client, staged: Staged, name: str) -> None:
    answer = client.get(TO.text(staged.captures[name]))
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "<script" in answer.text


def test_pictures_and_films_are_shown_as_what_their_bytes_are(client: Client, staged: Staged) -> None:
    for name, media_type in (("picture", "image/png"), ("video", "video/mp4")):
        answer = client.get(TO.payload(staged.captures[name]))
        assert answer.headers["content-type"] == media_type
        assert answer.headers["content-disposition"].startswith("inline;")


@pytest.mark.parametrize(
    ("beginning", "media_type"),
    [
        (png(1, 1), "image/png"),
        (MP4, "video/mp4"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"GIF89a\x01\x00", "image/gif"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x20ftypavif\x00", "image/avif"),
        (b"\x00\x00\x00\x20ftypmif1\x00\x00\x00\x00mif1avifmiafMA1B", "image/avif"),
        (b"\x00\x00\x00\x14ftypmif1\x00\x00\x00\x00heicavif", None),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", None),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska", None),
        (b"XXXX\x24\x00\x00\x00WEBPVP8 ", None),
        (hostile_svg().encode(), None),
        (hostile_html().encode(), None),
        (b"%PDF-1.7", None),
        (b"", None),
    ],
)
def test_sniffing(beginning: bytes, media_type: str | None) -> None:
    kind = sniff(beginning[:64])
    assert (kind.media_type if kind else None) == media_type


@pytest.mark.parametrize(
    ("beginning", "given"),
    [
        (b"ID3\x04\x00", "audio/mpeg"),
        (b"\xff\xf3\x84\xc4", "audio/mpeg"),
        (b"\xff\xf1\x50\x40", "audio/aac"),
        (b"RIFF\x24\x08\x00\x00WAVEfmt ", "audio/wav"),
        (b"OggS\x00\x02", "application/ogg"),
        (b"\x00\x00\x00\x1cftypM4A \x00", "video/mp4"),
    ],
)
def test_sound_is_known_by_its_beginning_whatever_it_is_declared_as(beginning: bytes, given: str) -> None:
    assert resource_type("av", beginning, "application/octet-stream") == given
    assert resource_type("im", beginning, "audio/mpeg") is None


PLAYLIST = b"#EXTM3U\n#EXTINF:5,\nhttp://evil.example/1.ts\n"


@pytest.mark.parametrize(
    ("beginning", "declared", "given"),
    [
        (b"RIFF\x24\x08\x00\x00WAVEfmt ", "audio/wav", "audio/wav"),
        (b"\x00\x00\x01\xba\x44", "video/mpeg", "video/mpeg"),
        (PLAYLIST, "audio/mpegurl", None),
        (PLAYLIST, "video/mp4", None),
        (b"\xef\xbb\xbf\r\n" + PLAYLIST, "video/mp4", None),
        (PLAYLIST + b"#\x00", "video/mp4", None),
        (b"\x00" + PLAYLIST, "audio/x-mpegurl", None),
        (b"[playlist]\nFile1=http://evil.example/\n", "audio/x-scpls", None),
        (b"rtsp://evil.example/x.rm\n", "audio/x-pn-realaudio", None),
        (b"<asx><ref href='http://evil.example/'/></asx>", "video/x-ms-asf", None),
        (b"", "video/mp4", None),
    ],
)
def test_no_list_of_films_elsewhere_is_given_as_a_film(beginning: bytes, declared: str, given: str | None) -> None:
    """Players fetch what it names; Chromium does under the page's policy, others by a system of their own."""
    assert resource_type("av", beginning, declared) == given
    assert resource_type("an", beginning, declared) == given


def test_our_own_pages_allow_no_script_but_our_own_and_nothing_from_elsewhere(client: Client, staged: Staged) -> None:
    for path in ("/", TO.article(staged.article.id), TO.captures(), "/nowhere", "/static/replay.css"):
        answer = client.get(path)
        rules = policy(answer.headers["content-security-policy"])
        assert rules["default-src"] == "'none'"
        nonces = re.findall(r'<script src="/static/[a-z]+\.js" nonce="([\w-]{20,})" defer></script>', answer.text)
        assert rules.get("script-src") == (f"'nonce-{nonces[0]}'" if nonces else None)
        assert rules["connect-src"] == "'self'"
        assert not {"frame-src", "object-src"} & rules.keys()
        assert {rules["style-src"], rules["img-src"], rules["media-src"], rules["form-action"]} == {"'self'"}
        assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("bound", "host", "answered"),
    [
        ("127.0.0.1", "127.0.0.1:8080", True),
        ("127.0.0.1", "localhost", True),
        ("127.0.0.1", "LOCALHOST:1", True),
        ("127.0.0.1", "one.two.localhost:8080", True),
        ("127.0.0.1", "[::1]:8080", True),
        ("127.0.0.1", "evil.example", False),
        ("127.0.0.1", "localhost.evil.example", False),
        ("127.0.0.1", "notlocalhost", False),
        ("127.0.0.1", "192.168.1.5:8080", False),
        ("127.0.0.1", "", False),
        ("192.168.1.5", "192.168.1.5:8080", True),
        ("0.0.0.0", "192.168.1.5:8080", True),
        ("0.0.0.0", "evil.example", False),
        ("archive.example", "archive.example", True),
        ("archive.example", "evil.example", False),
    ],
)
def test_only_requests_for_this_site_are_answered(library: Library, bound: str, host: str, answered: bool) -> None:
    answer = Client(create_app(library, host=bound)).get("/", headers={"Host": host})
    assert answer.status_code == (200 if answered else 421)
    if not answered:
        assert "bridge" not in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/search?q=bridge", "/static/replay.css", TO.captures(), TO.timegate("http://x/")]
)
@pytest.mark.parametrize(
    ("site", "destination", "answered"),
    [
        ("same-origin", "empty", True),
        ("none", "document", True),
        ("cross-site", "document", True),
        ("same-site", "document", True),
        ("cross-site", "iframe", False),
        ("cross-site", "image", False),
        ("cross-site", "empty", False),
        ("same-site", "script", False),
        ("cross-site", "", False),
    ],
)
def test_pages_of_other_sites_load_nothing(
    client: Client, path: str, site: str, destination: str, answered: bool
) -> None:
    answer = client.get(path, headers={"Sec-Fetch-Site": site, "Sec-Fetch-Dest": destination})
    assert (answer.status_code != 403) is answered
    if not answered:
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("archive.example", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
