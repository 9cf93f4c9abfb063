"""What tells at little cost that there is nothing to look for. Invariant: it says so only where the thorough way finds
nothing either, and what is found the short way is what the thorough way finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archiver.detect import containers, find, pagejson, people
from archiver.detect.anyof import AnyOf
from archiver.detect.permalinks import Permalinks
from archiver.model import Article
from archiver.platforms import bounds, platforms
from archiver.platforms.markup import keep, render

EVERY = tuple(platforms().values())


def pieces(*written: str, longest: int = 40) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(written), max_size=longest).map("".join)


# --- attributes without number

_ATTRIBUTES = (" a", "/b", ' c=">"', " d='<>'", ' e = "x"', " f=\n'\"'", " g=h")
_BETWEEN = ("<p", "<div", ">", "</p>", "Words, ", '"', "'", "=", "x < b", "\n")


@st.composite
def crowds(draw: st.DrawFn) -> str:
    """Tags, some with many attributes of one kind or of several, quoted ends of tags, stray marks."""
    out = []
    for _ in range(draw(st.integers(1, 4))):
        kinds = draw(st.lists(st.sampled_from(_ATTRIBUTES), min_size=1, max_size=3))
        out += [
            draw(pieces(*_BETWEEN, longest=6)),
            draw(st.sampled_from(("<p", "<a", ""))),
            *kinds * draw(st.integers(0, 90)),
        ]
    return "".join(out)


@given(crowds())
def test_a_tag_with_too_many_attributes_is_never_overlooked(html: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounds, "MAX_ATTRIBUTES", 70)
        if bounds.thin(html) != html:
            assert bounds.may_be_crowded(html)


@pytest.mark.parametrize(
    "before",
    [
        "",
        "<p>Words</p>" * 900,
        "<script>for(i=0;i<n;i++)" + 'x(a="b");' * 900 + "</script>",
        "<p title='>" + "a>" * 2000 + "'>",
    ],
)
@pytest.mark.parametrize("attributes", [" a{}", " a{}='>'", ' a{} = "x>"', "/a{}"])
def test_an_element_with_too_many_attributes_loses_those_above_the_bound(before: str, attributes: str) -> None:
    crowded = "<div" + "".join(attributes.format(n) for n in range(bounds.MAX_ATTRIBUTES + 500)) + ">"
    [element] = LexborHTMLParser(bounds.parseable(before + crowded)).css("div")
    assert len(element.attributes) == bounds.MAX_ATTRIBUTES


def test_an_ordinary_page_is_not_looked_at_as_a_whole() -> None:
    page = (
        '<html><body><svg><path d="'
        + "M1 1h2" * 900
        + '"/></svg>'
        + "<p class='a' title=\"b > c\">It's a page.</p>" * 500
        + "<style>"
        + "p{margin:1px}" * 500
        + "</style>"
    )
    assert not bounds.may_be_crowded(page)


# --- names in prose


@given(pieces(*"AaBÉéDdLO'’- .@#_1ʼ\u00a0\u0301Жж\n", "al-", "el-", "аль-", "d'", "von ", "Ana ", longest=60))
def test_runs_of_capitalised_words_are_those_that_the_pattern_finds(text: str) -> None:
    assert [run.span() for run in people.runs_in(text)] == [run.span() for run in people.runs().finditer(text)]


# --- hosts in data


@given(
    pieces(
        *(host for platform in EVERY for host in platform.hosts),
        *("x.co", "tiktok", ".com", "facebook.", "news.example", "/", "ky", " "),
        longest=4,
    )
)
def test_a_host_is_mentioned_where_its_name_stands(text: str) -> None:
    named = any(host.lower() in text for platform in EVERY for host in platform.hosts)
    assert Permalinks(EVERY).mentioned(text) == named


@given(st.lists(pieces("ab", "c", "abc", "d"), max_size=6), pieces("a", "b", "c", "d", "abc"))
def test_one_of_many_strings_is_found_where_any_is(strings: list[str], text: str) -> None:
    assert AnyOf(strings).within(text) == any(string in text for string in strings)


# --- addresses in text


@pytest.mark.parametrize(
    "address",
    [
        "https://x.com/ana_example/status/20",
        "x.com/ana_example/status/20",
        "t.me/durov/123",
        "social.example/@ana/110372412617177781",
    ],
)
@pytest.mark.parametrize("slashes", [0, 5, 500])
def test_an_address_alone_is_read_however_many_slashes_stand_before_it(address: str, slashes: int) -> None:
    html = f"<p>{'and/or ' * slashes}</p><p>It rained.</p><p>{address}</p>"
    [mention] = find(Article(source="a", uri="ni:///", digest="sha256:0", html=html))
    assert mention.rule.endswith(".url")


@pytest.mark.parametrize(
    "code", ["[tweet 1590173336165216257]", "{{< tweet 1590173336165216257 >}}", "{% tweet 1590173336165216257 %}"]
)
def test_a_shortcode_is_read_without_any_address(code: str) -> None:
    [mention] = find(
        Article(source="a", uri="ni:///", digest="sha256:0", html=f"<p>It rained. {code} Then it snowed.</p>")
    )
    assert mention.rule == "x.shortcode"


# --- JSON in scripts


@given(
    pieces(
        *(
            "=",
            " ",
            ";",
            "}",
            "\n",
            "{",
            "[",
            "'{",
            '"[',
            "==",
            "a",
            "window.",
            "var ",
            "self.\n",
            "globalThis     ",
            "$.b",
        ),
        *("a" * 79, "b" * 81, " " * 19, " " * 6),
    ),
    st.integers(0, 20),
)
@example(";" + " " * 20 + "globalThis" + "." * 5 + "a" * 80 + " " * 5 + "={", 0)
def test_assignments_are_those_that_the_pattern_finds(script: str, at: int) -> None:
    found, wanted = pagejson.assigned_in(script, at), pagejson.ASSIGNED.search(script, at)
    assert (found and (found.span(), found["name"])) == (wanted and (wanted.span(), wanted["name"]))


@pytest.mark.parametrize("mark", pagejson.MARKS)
def test_each_mark_of_an_embed_in_json_is_known(mark: str) -> None:
    assert pagejson.may_hold_posts(f"{{x{mark}: 1}}")
    assert not pagejson.may_hold_posts(f"{{x{mark[1:]}: 1}}")


@pytest.mark.parametrize(
    ("script", "value"),
    [
        ('{"a": "é"};', {"a": "é"}),
        ('{"a": 1} // b', {"a": 1}),
        ('{"a": 1}; go({"b": 2});' + " " * 40 + "}", None),
        ('{"a": undefined, "b": "' + "c" * 40 + '"}', None),
        ('{"a": "\ud800"}', None),
    ],
)
def test_what_stands_behind_json_is_cut_off_where_it_can_be(script: str, value: object) -> None:
    assert pagejson.value_of(script) == value


# --- one element, many readers


def test_an_element_is_rendered_once_while_it_is_kept() -> None:
    node = LexborHTMLParser("<blockquote><p>Words <b>here</b></p></blockquote>").css_first("blockquote")
    assert node is not None
    keep(node)
    first = render(node)
    assert render(node) is first
    bold = node.css_first("b")
    assert bold is not None
    assert re.fullmatch("here", render(bold).text)
    keep(bold)
    assert render(bold).text == "here"
    keep(None)
    bold.decompose()
    assert render(node).text == "Words"


CALLED = (containers.NOT_A_POST, containers.EMBEDDING, containers.STANDS_IN)


@pytest.mark.parametrize("called", CALLED)
@given(name=pieces(*"EmbedTwITTeR-_ shareKſıİ", "ﬁ", "fb-PAGE", "iconS", "NAV", "Media", "comment-Embed", "vk_"))
@example(name="PLAYER")
@example(name="med\u0131a")
@example(name="SHARE" + "\u0130")
def test_what_elements_are_called_is_found_in_any_case(called: containers.Called, name: str) -> None:
    thorough = re.compile(called.pattern, re.IGNORECASE).search(name)
    found = called.search(name)
    assert (found and found.span()) == (thorough and thorough.span())
