"""Index keys are those of the Internet Archive's `surt` package. Invariant: for any sane URL both give the same key."""

from __future__ import annotations

import pytest
import surt as internet_archive
from hypothesis import given
from hypothesis import strategies as st

from archiver.store.surt import surt

URLS = [
    "http://example.org",
    "https://www.Example.ORG:443/Path/?B=2&a=1#part",
    "http://example.org:80/",
    "http://example.org:8080/a",
    "https://example.org:80/",
    "http://www2.example.org/",
    "http://wwwexample.org/",
    "http://www.com/",
    "http://someone:secret@example.org/",
    "http://example.org/a/../b/./c",
    "http://example.org//a//b/",
    "http://example.org/a%20b%2fc?d%3De",
    "http://example.org/%25%32%30",
    "http://example.org/?",
    "http://example.org/?&&a=1&&",
    "http://example.org/?a=1&a=0&A=2",
    "http://example.org/a;jsessionid=0123456789abcdef0123456789abcdef",
    "http://example.org/a?jsessionid=0123456789abcdef0123456789abcdef&b=1",
    "http://example.org/a?PHPSESSID=0123456789abcdef0123456789abcdef",
    "http://example.org/a?sid=9682993c8daa2c5497996114facdc805&b=1",
    "http://example.org/a?b=1&cfid=1&cftoken=2",
    "http://example.org/(S(4hqa0555fwsecu455xqckv45))/page.aspx",
    "http://192.0.2.7/a",
    "http://example.org./a",
    "http://example..org/a",
    "http://m\u00fcller.example/\u00e9?\u00fc=1",
    "http://example.org/a b",
    "http://example.org/a+b?c+d",
    "http://example.org/~user/",
    "http://example.org/a?q='x'&r=\"y\"",
    "http://example.org/a|b?c|d",
    "http://example.org/index.html?utm_source=a",
    "https://x.example/Account_1/status/20",
    "https://example.org/\\path",
    "https://example.org/a?b=/../c",
    "https://example.org/?http://other.example/?a=1",
    "ftp://www.Example.org:21/A/?b=2&a=1#c",
    "metadata://gnu.example/software/wget/MANIFEST.txt",
    "HTTP://example.org/A",
    "http:/example.org/a",
    "http://https://example.org/a",
    "example.org/a",
    "http://example.org/../a",
    "http://example.org/a//../b",
    "http://[::1]:8080/a",
    "http://127.1/",
    "http://0177.0.0.1/",
    "http://3221225991/",
]


@pytest.mark.parametrize("url", URLS)
def test_the_key_is_that_of_the_surt_package(url: str) -> None:
    assert surt(url) == internet_archive.surt(url)


def test_what_cannot_be_read_as_a_url_is_its_own_key() -> None:
    with pytest.raises(ValueError, match="Port could not be cast"):
        internet_archive.surt("http://example.org:x/a b")
    assert surt("http://example.org:x/a b") == "http://example.org:x/a%20b"


HOSTS = st.from_regex(r"(www[0-9]?\.)?[a-zA-Z0-9]{1,8}(-[a-z0-9]{1,4})?(\.[a-zA-Z]{2,6}){1,2}", fullmatch=True)
SEGMENTS = st.text("abcXYZ019-_.~!$'()*+,=:@%20", min_size=0, max_size=12)
ARGUMENTS = st.from_regex(r"[a-zA-Z0-9_]{0,6}(=[a-zA-Z0-9_.%+-]{0,8})?", fullmatch=True)


@given(
    st.sampled_from(["http", "https", "HTTP"]),
    HOSTS,
    st.sampled_from(["", ":80", ":443", ":8080"]),
    st.lists(SEGMENTS, max_size=4),
    st.lists(ARGUMENTS, max_size=4) | st.none(),
)
def test_the_key_of_any_sane_url_is_that_of_the_surt_package(
    scheme: str, host: str, port: str, segments: list[str], arguments: list[str] | None
) -> None:
    url = f"{scheme}://{host}{port}{''.join('/' + segment for segment in segments)}"
    if arguments is not None:
        url += "?" + "&".join(arguments)
    assert surt(url) == internet_archive.surt(url)


@given(st.text() | st.text().map(lambda rest: f"http://{rest}"))
def test_any_text_has_a_key_without_spaces_and_line_ends(text: str) -> None:
    key = surt(text)
    assert "\n" not in key
    assert "\r" not in key
    assert " " not in key


PIECES = st.sampled_from(
    ["http:", "https:", "urn:x:", "ftp:", "//", "/", ":", "?", "#", "&", "=", "a", "B", "www.", ".example", ".", "%25",
     "%2f", "%41", "%", "\u00e9", "[::1]", "@", "80", "0177", "sid=9682993c8daa2c5497996114facdc805", ".aspx", "|"]
)  # fmt: skip


@given(st.lists(PIECES, min_size=1, max_size=9).map("".join))
def test_the_key_of_any_odd_url_is_that_of_the_surt_package(url: str) -> None:
    try:
        theirs = internet_archive.surt(url)
    except ValueError:  # cdxj-indexer lists such a URL as it is
        theirs = url
    assert surt(url) == theirs


@pytest.mark.parametrize(
    "uri",
    [
        "urn:archiver:refusal",
        "urn:archiver:article:ni:///sha-256;AbC",
        "urn:archiver:article:https://www.Example.org/a/?b=2&a=1#c",
        "ni:///sha-256;AbC",
        "dns:example.org",
        "urn:X:%41 b",
    ],
)
def test_what_is_no_web_address_has_the_same_key_too(uri: str) -> None:
    assert surt(uri) == internet_archive.surt(uri)
