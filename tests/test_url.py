"""Invariants: a URL in its one form stays as it is, is what h11 accepts as a request line, and names the same host as
httpx (which follows the WHATWG) does.
"""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.url import resolve_url, web_url, without_userinfo

TABLE = {
    "http://example.org": "http://example.org/",
    "HTTPS://Example.ORG:443/Path/": "https://example.org/Path/",
    "http://example.org:80": "http://example.org/",
    "http://example.org:0443/a": "http://example.org:443/a",
    "https://example.org:/a": "https://example.org/a",
    "https://example.org:8443/a": "https://example.org:8443/a",
    "https://example.org/a#part": "https://example.org/a",
    "https://example.org?q=1": "https://example.org/?q=1",
    "https://example.org/?": "https://example.org/?",
    " https://example.org/a\n": "https://example.org/a",
    "https://exa\tmple.org/a\r\nb": "https://example.org/ab",
    "https://example.org/a/./b/../c": "https://example.org/a/c",
    "https://example.org/a/..": "https://example.org/",
    "https://example.org/../../a": "https://example.org/a",
    "https://example.org/a/%2e/b/%2E%2e/.%2e/c": "https://example.org/c",
    "https://example.org/a/%2e%2e%2e/%2f/b": "https://example.org/a/%2e%2e%2e/%2f/b",
    "https://example.org/.well-known/x": "https://example.org/.well-known/x",
    "https://example.org/a b?c d": "https://example.org/a%20b?c%20d",
    "https://example.org/%7euser/%zz": "https://example.org/%7euser/%zz",
    "https://example.org/a//b": "https://example.org/a//b",
    "https://example.org\\a\\b": "https://example.org/a/b",
    'https://example.org/<"`{}>': "https://example.org/%3C%22%60%7B%7D%3E",
    "https://example.org/?<\"'`{}>": "https://example.org/?%3C%22%27`{}%3E",
    "https://example.org/müller?ü": "https://example.org/m%C3%BCller?%C3%BC",
    "https://müller.example/": "https://xn--mller-kva.example/",
    "https://stra\u00dfe.example/": "https://xn--strae-oqa.example/",
    "https://пример.example/": "https://xn--e1afmkfd.example/",
    "https://example.org/\ud800": "https://example.org/%EF%BF%BD",
    "http://[2001:DB8:0::1]:80/": "http://[2001:db8::1]/",
    "https://under_score.example/": "https://under_score.example/",
    "https://example.org./": "https://example.org./",
    "https://example.org/?q=[1]&b=|^": "https://example.org/?q=[1]&b=|^",
}


@pytest.mark.parametrize(("text", "whole"), TABLE.items())
def test_a_url_is_written_in_one_way(text: str, whole: str) -> None:
    assert str(web_url(text)) == whole


@pytest.mark.parametrize(
    "text",
    ["http://exa%6dple.org/", "http://a..b:c/", "http://-/", "http://[::1]x/", "http://[::ffff:1.2.3]/", "http://a:-1/",
     "http://ex\u0000ample.org/", "http://a|b/", "http:example.org", "http:/example.org", "https://\u00ad/"],
)  # fmt: skip
def test_what_is_no_url_is_told_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"URL|fetched") as caught:
        web_url(text)
    assert "\n" not in str(caught.value)


PATHS = st.text(st.characters(codec="utf-8"), max_size=40)


@given(st.text(max_size=60) | st.builds("{}://{}/{}".format, st.sampled_from(["http", "HTTPS"]), st.text(), PATHS))
def test_any_text_is_a_url_or_a_value_error(text: str) -> None:
    try:
        url = web_url(text)
    except ValueError:
        return
    assert web_url(str(url)) == url
    assert str(url).isascii()
    assert all(0x20 < ord(letter) < 0x7F for letter in str(url))


@given(
    st.sampled_from(["http", "https"]),
    st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,10}[A-Za-z0-9])?(\.[a-zA-Z]{2,6}){1,2}", fullmatch=True),
    st.integers(1, 65535) | st.none(),
    PATHS.filter(lambda path: "\\" not in path),
)
def test_httpx_reads_the_same(scheme: str, host: str, port: int | None, path: str) -> None:
    if "xn--" in host.lower():
        return
    text = f"{scheme}://{host}{'' if port is None else f':{port}'}/{path}"
    ours = web_url(text)
    theirs = httpx.URL(str(ours))
    assert str(theirs) == str(ours) or "%" in path  # httpx writes a stray percent sign as %25
    assert (theirs.host, theirs.port, theirs.scheme) == (ours.host, ours.port, ours.scheme)


@pytest.mark.parametrize(
    ("base", "reference", "target"),
    [
        ("https://example.org/a/b", "c", "https://example.org/a/c"),
        ("https://example.org/a/b", "/c?d#e", "https://example.org/c?d"),
        ("https://example.org/a", "//other.example/", "https://other.example/"),
        ("https://example.org/a", " https://other.example ", "https://other.example"),
        ("https://example.org/a", "http://[", "http://["),
    ],
)
def test_resolve_url(base: str, reference: str, target: str) -> None:
    assert resolve_url(base, reference) == target


def test_a_password_does_not_get_into_messages() -> None:
    assert without_userinfo("https://me:secret@example.org/@x") == "https://example.org/@x"
    assert without_userinfo("https://example.org/@x") == "https://example.org/@x"
