"""How untrusted values become HTML.

Invariants: what a filter returns holds no control character and no markup of the value's own; a link leads to http(s).
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from archiver.model import Article
from archiver.replay.show import (
    RIGHT_TO_LEFT,
    bare,
    day,
    direction,
    environment,
    external,
    given_as,
    headline,
    is_page_address,
    is_web_url,
    language,
    size,
    span,
    time,
    visible,
    words,
)
from archiver.store.catalogue import NO_TIME

ANY_TEXT = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("<>&\"'\x00\x1b\u202e\u2066\u200b\n")))


def own_text(markup: str) -> str:
    """What a reader sees, with code points read back."""
    shown = re.sub(r'<span class="invisible">U\+([0-9A-F]{4,6})</span>', lambda m: chr(int(m[1], 16)), markup)
    return html.unescape(shown)


@given(ANY_TEXT)
def test_visible_values_hide_nothing_and_mark_up_nothing(value: str) -> None:
    markup = str(visible(value))
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", markup)
    assert re.sub(r'<span class="invisible">U\+[0-9A-F]+</span>', "", markup).count("<") == 0


@given(st.text(alphabet="ab<&\u202e\u200d\n"))
def test_visible_values_can_be_read_back(value: str) -> None:
    assert own_text(str(visible(value))) == value


def test_joiners_in_names_are_left_alone_and_overrides_are_not() -> None:
    engineer = "\U0001f469\U0001f3fd\u200d\U0001f527"
    assert str(words(engineer)) == engineer
    assert "\u202e" not in words("a\u202eb")


def test_names_and_links_among_arabic_letters_keep_their_direction() -> None:
    assert str(words("@office قال https://a.example/ <b>")) == (
        "<bdi>@office</bdi> قال <bdi>https://a.example/</bdi> &lt;b&gt;"
    )
    assert str(words("@office said https://a.example/")) == "@office said https://a.example/"
    assert str(words("قال @a\u202eb")).count("U+202E") == 1


@given(ANY_TEXT)
def test_links_lead_to_the_web_only(value: str) -> None:
    for target in re.findall(r'href="([^"]*)"', str(external(value))):
        assert re.match(r"https?://", html.unescape(target), re.IGNORECASE)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>",
        "//evil.example/",
        "/canary",
        "http:/canary",
        "https://",
        "https://user:pass@paper.example/",
        "https://paper.example\\@evil.example/",
        " https://paper.example/",
        "java\tscript:alert(1)",
        "https://paper.example/\u202egpj.exe",
        "https://[::1",
        "urn:uuid:1",
        "",
    ],
)
def test_what_is_no_web_address(url: str) -> None:
    assert not is_web_url(url)
    assert "<a" not in external(url)


def test_a_web_address_is_a_link_that_tells_nobody_where_it_was_clicked() -> None:
    assert str(external("https://paper.example/?a=1&b=2")) == (
        '<a class="live url" href="https://paper.example/?a=1&amp;b=2" rel="noreferrer noopener nofollow">'
        "<bdi>https://paper.example/?a=1&amp;b=2</bdi></a>"
    )


def test_times_are_shown_in_utc() -> None:
    moment = datetime(2024, 5, 5, 1, 2, 3, tzinfo=timezone(timedelta(hours=3)))
    assert str(time(moment)) == '<time datetime="2024-05-04T22:02:03Z">4 May 2024, 22:02:03 UTC</time>'


@pytest.mark.parametrize(
    ("given_time", "utc", "zone"),
    [
        ("2024-05-05T23:30:00+05:30", "5 May 2024, 18:00:00 UTC", "(23:30 at UTC+05:30)"),
        ("2024-05-06T00:30:00+05:30", "5 May 2024, 19:00:00 UTC", "(6 May 2024, 00:30 at UTC+05:30)"),
        ("2024-05-05T22:30:00-03:00", "6 May 2024, 01:30:00 UTC", "(5 May 2024, 22:30 at UTC-03:00)"),
        ("9999-12-31T23:30:00-05:30", "no valid date", "(23:30 at UTC-05:30)"),
    ],
)
def test_the_zone_that_was_given_has_its_own_day(given_time: str, utc: str, zone: str) -> None:
    shown = re.sub("<[^>]+>", "", str(day(given_time)))
    assert shown == f"{utc} {zone}"


@pytest.mark.parametrize(
    "moment", [None, NO_TIME, datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))), datetime.max.replace(tzinfo=UTC)]
)
def test_odd_times_are_no_crash(moment: datetime | None) -> None:
    assert str(time(moment))


@given(st.text(max_size=30))
def test_any_day_is_shown(value: str) -> None:
    assert str(day(value)).count("<time") <= 1


@pytest.mark.parametrize(
    ("code", "shown"),
    [("en", "en"), ("iw", "he"), ("in", "id"), ("pt-BR", "pt-BR"), ("und", ""), ("qme", ""), ("zxx", ""), ('"x', "")],
)
def test_languages(code: str, shown: str) -> None:
    assert language(code) == shown


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("@office https://a.example/ الجسر مغلق", "ar", "rtl"),
        ("@office https://a.example/ الجسر مغلق", None, "rtl"),
        ("NATO: الجسر مغلق", "ar", "rtl"),
        ("NATO: الجسر مغلق", None, "ltr"),
        ("پل بند", "pa-Arab", "rtl"),
        ("The bridge is shut", "ar", "auto"),
        ("The bridge, הגשר, is shut", "en", "ltr"),
        ("הגשר (bridge)", "en", "rtl"),
        ("橋は閉鎖中", "ja", "ltr"),
        ("12:30 !!", "ar", "auto"),
        ("", None, "auto"),
        (None, "he", "auto"),
        ("\u202eabc", None, "ltr"),
    ],
)
def test_directions(text: str | None, code: str | None, shown: str) -> None:
    assert direction(text, code) == shown


def test_the_languages_that_are_written_from_right_to_left_are_those_of_cldr() -> None:
    from babel import Locale, localedata

    locales = [Locale.parse(name) for name in localedata.locale_identifiers() if name.isalpha()]
    assert {locale.language for locale in locales if locale.character_order == "right-to-left"} <= RIGHT_TO_LEFT
    assert not {locale.language for locale in locales if locale.character_order == "left-to-right"} & RIGHT_TO_LEFT


@pytest.mark.parametrize(
    ("source", "title", "called", "given"),
    [
        ("/home/me/story.txt", None, "story.txt", '<span data-folder="">/home/me/</span>story.txt'),
        ("C:\\desk\\story.txt", None, "story.txt", '<span data-folder="">C:\\desk\\</span>story.txt'),
        ("story.txt", "A <b>", "A <b>", "story.txt"),
        ("https://a.example/b", None, "https://a.example/b", "https://a.example/b"),
        ("desk/crawl.warc.gz#https://a.example/b", None, "crawl.warc.gz#https://a.example/b", None),
        ("/", None, "/", "/"),
        ("story.txt", " \u200b\u00a0\n", "story.txt", None),
    ],
)
def test_what_an_article_is_called(source: str, title: str | None, called: str, given: str | None) -> None:
    article = Article(source=source, uri="urn:x", digest="sha256:0", title=title)
    assert headline(article) == called
    if given is not None:
        assert str(given_as(source)) == given


def test_a_page_title_holds_nothing_that_turns_it() -> None:
    assert bare("a\u202eb\nc") == "a b c"


@pytest.mark.parametrize(
    "sign", "\x00\x1b\x7f\x85\u00ad\u200b\u200e\u2028\u2029\u202a\u202e\u2060\u2066\u2069\ufeff\ufffb"
)
def test_each_hidden_sign_is_shown(sign: str) -> None:
    assert str(visible(f"a{sign}b")) == f'a<span class="invisible">U+{ord(sign):04X}</span>b'


@pytest.mark.parametrize("url", ["https://a.example\\.evil.example/", "https://a.example/\\x", "https:\\\\a.example/"])
def test_an_address_that_browsers_read_otherwise_is_none(url: str) -> None:
    """They take a backslash for a slash (WHATWG URL, section 4.4)."""
    assert not is_web_url(url)


@pytest.mark.parametrize("sign", "\x00\x1b\x7f\x85\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufff9\ufffb")
def test_each_sign_that_turns_words_is_shown(sign: str) -> None:
    assert str(words(f"a{sign}b")) == f'a<span class="invisible">U+{ord(sign):04X}</span>b'


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(), "0 seconds"), (timedelta(seconds=1), "1 second"), (timedelta(seconds=119), "119 seconds"),
        (timedelta(minutes=2), "2 minutes"), (timedelta(minutes=119), "119 minutes"), (timedelta(hours=2), "2 hours"),
        (timedelta(hours=47), "47 hours"), (timedelta(days=2), "2 days"), (timedelta(days=4000), "4,000 days"),
    ],
)  # fmt: skip
def test_spans_of_time(length: timedelta, shown: str) -> None:
    assert span(length) == shown


def test_a_time_that_is_none_is_said_to_be_none() -> None:
    for moment in (None, NO_TIME):
        assert "no date" in str(time(moment))


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("ni:///sha-256;" + "A" * 43, True),
        ("ni:///sha-256;" + "A" * 42, False),
        ("ni:///sha-256;" + "A" * 43 + "/../x", False),
        ("ni:///md5;" + "A" * 43, False),
        ("https://a.example/", True),
        ("urn:archiver:article:x", False),
    ],
)
def test_which_addresses_are_those_of_pages(url: str, page: bool) -> None:
    assert is_page_address(url) is page


def test_what_a_template_is_not_given_is_no_blank() -> None:
    """Else a page could leave out that a digest does not match, and nobody would see that it does."""
    with pytest.raises(UndefinedError):
        environment().from_string("{{ refusal }}").render()


@pytest.mark.parametrize(
    ("number", "shown"), [(999, "999 bytes"), (1000, "1.0 kB"), (10**6, "1.0 MB"), (10**9, "1.0 GB"), (1, "1 byte")]
)
def test_sizes_are_rounded_in_units_of_a_thousand(number: int, shown: str) -> None:
    assert str(size(number)).startswith(shown)


def test_sizes_are_exact() -> None:
    assert str(size(1)) == "1 byte"
    assert str(size(1_234_567)) == "1.2 MB <small>(1,234,567 bytes)</small>"
