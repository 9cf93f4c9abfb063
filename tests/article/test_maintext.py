"""The article's own text as a reader sees it: nothing around it, quotes and captions kept, each part in its element."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archiver.article.maintext import main_text

FIRST = (
    "The bridge that was closed for months is open again, and the first cars have been over it since Monday morning."
)
SECOND = (
    "The ferryman waits on the other side of the river, where he has waited since the rain began, and says nothing."
)
THIRD = (
    "Nobody in town knows how long the new bridge will stand, but the mayor has promised to cross it every single day."
)
BODY = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
OWN = f"{FIRST}\n\n{SECOND}\n\n{THIRD}"
OTHER = "Somebody else writes at length about something else, which has nothing to do with the bridge at all."

AROUND = [
    f"<nav><p>{OTHER}</p></nav>",
    f"<footer><p>{OTHER}</p></footer>",
    f"<div id=comments><ol class=comment-list><li class=comment><p>{OTHER}</p></li></ol></div>",
    f"<section class='c-related-posts'><article><h3>Rain</h3><p>{OTHER}</p></article></section>",
    f"<div class='te-puede-interesar'><p>{OTHER}</p></div>",
    f"<aside class=sidebar><p>{OTHER}</p></aside>",
    f"<div id=CybotCookiebotDialog><p>{OTHER}</p></div>",
    f"<div class='newsletter-signup'><p>{OTHER}</p></div>",
    f"<div style='display: none'><p>{OTHER}</p></div>",
    f"<div hidden><p>{OTHER}</p></div>",
    f"<script>{OTHER}</script><style>{OTHER}</style><template><p>{OTHER}</p></template>",
    f"<ul><li><a href=/1>{OTHER[:70]}</a></li><li><a href=/2>{OTHER[:70]}</a></li></ul>",
    "<div><span>Share</span><span>Ana Example</span></div><button>Subscribe to all of our letters today.</button>",
]

BODIES = [
    "<div itemprop=articleBody>{}</div>",
    "<article><div>{}</div></article>",
    "<main>{}</main>",
    "<div class='l-wrap'><div class='entry-content'>{}</div></div>",
    "<div><div><div>{}</div></div></div>",
    "<div class='artikel-text'>{}</div>",
    "<table><tr><td>{}</td></tr></table>",
]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("body", BODIES)
def test_what_is_around_is_left_out(around: str, body: str) -> None:
    assert main_text(f"<html><body>{around}{body.format(BODY)}{around}</body></html>").text == OWN


@pytest.mark.parametrize("around", AROUND)
def test_also_within_the_article(around: str) -> None:
    if "sidebar" not in around and "<footer" not in around:
        inside = f"<p>{FIRST}</p>{around}<p>{SECOND}</p><p>{THIRD}</p>"
        assert main_text(f"<body><div class=article-body>{inside}</div></body>").text == OWN


def test_quotes_captions_lists_and_headings_stay() -> None:
    body = (
        f"<p>{FIRST}</p><h2>What now</h2><blockquote><p>Rain at last.</p></blockquote><figure><img src=x>"
        f"<figcaption>The old bridge</figcaption></figure><ul><li>A boat</li></ul><aside class=pull-quote>“Rain,” "
        f"she said to him.</aside><p>{SECOND}<br>{THIRD}</p>"
    )
    assert main_text(f"<body><div class=article-body>{body}</div></body>").text == (
        f"{FIRST}\n\nWhat now\n\nRain at last.\n\nThe old bridge\n\nA boat\n\n“Rain,” she said to him.\n\n"
        f"{SECOND}\n{THIRD}"
    )


def test_headline_and_lead_come_first_and_by_lines_do_not() -> None:
    lead = "After a year of waiting the town can cross its river again without a boat."
    head = f"<header><h1>A bridge opens</h1><p>{lead}</p><p class=byline>By Ana Example, our writer.</p></header>"
    page = f"<body><article>{head}<div itemprop=articleBody>{BODY}</div></article></body>"
    assert main_text(page).text == f"A bridge opens\n\n{lead}\n\n{OWN}"


def test_a_body_in_parts() -> None:
    parts = "".join(
        f"<div class=article-body><p>{part}</p></div><div class=ad>{OTHER}</div>" for part in (FIRST, SECOND, THIRD)
    )
    assert main_text(f"<body><article>{parts}</article></body>").text == OWN


@pytest.mark.parametrize(
    "story",
    [
        "<article><header><h1>{0}</h1></header><div class=article-body>{1}</div></article>",
        "<div><div><h1>{0}</h1></div><div>{1}</div></div>",
    ],
)
def test_the_next_article_on_the_page_is_another(story: str) -> None:
    page = story.format("A bridge opens", BODY) + story.format("Rain", f"<p>{OTHER}</p>" * 3)
    assert main_text(f"<body><main>{page}</main></body>").text == f"A bridge opens\n\n{OWN}"


def test_chapters_headed_by_h1_are_one_article() -> None:
    page = (
        f"<body><main><h1>One</h1><p>{FIRST}</p><h1>Two</h1><p>{SECOND}</p><h1>Three</h1><p>{THIRD}</p></main></body>"
    )
    assert main_text(page).text == f"One\n\n{FIRST}\n\nTwo\n\n{SECOND}\n\nThree\n\n{THIRD}"


def test_a_heading_whose_section_is_gone_goes_too() -> None:
    related = f"<h2>More</h2><div class=related-posts><p>{OTHER}</p></div>"
    assert main_text(f"<body><article>{BODY}{related}</article></body>").text == OWN


def test_embeds_that_were_read_are_left_out() -> None:
    embed = f"<blockquote class=some-post><p>{OTHER}</p>— Ana (@ana_example)</blockquote>"
    root = LexborHTMLParser(f"<body><article><p>{FIRST}</p>{embed}<p>{SECOND}</p></article></body>").root
    assert root is not None
    found = root.css_first("blockquote")
    assert found is not None
    assert OTHER in main_text(root).text
    assert main_text(root, without=[found.mem_id]).text == f"{FIRST}\n\n{SECOND}"


def test_each_part_has_its_element() -> None:
    page = main_text(
        f"<body><article><p>{FIRST} <a id=there href=/>A link.</a></p><p id=last>{SECOND}</p></article></body>"
    )
    link, last = page.element_at(page.text.index("A link")), page.element_at(page.text.index(SECOND) + 5)
    assert link is not None
    assert last is not None
    assert (link.attributes["id"], last.attributes["id"]) == ("there", "last")


def test_other_scripts_say_more_in_less() -> None:
    text = "関閉されていた橋が再び開通した。朝には最初の車が渡った。"
    page = f"<body><div><div>ニュース</div><div><div>{text * 3}</div></div></div></body>"
    assert text in main_text(page).text


def test_where_all_seems_to_be_around_it_is_looked_at_again() -> None:
    answers = f"<div id=comments><div class=comment-body>{BODY}</div></div>"
    assert main_text(f"<body><p>Welcome.</p>{answers}<nav><p>{OTHER}</p></nav></body>").text == OWN


def test_nothing() -> None:
    assert main_text("").text == ""
    assert main_text("<html></html>").element_at(0) is None


TAGS = [
    "div",
    "p",
    "article",
    "main",
    "aside",
    "h1",
    "h2",
    "ul",
    "li",
    "a href=/",
    "span",
    "table",
    "td",
    "form",
    "blockquote",
]
NAMES = [
    "",
    " class=related",
    " class=article-body",
    " id=comments",
    " itemprop=articleBody",
    " hidden",
    " class=sidebar",
]


@given(st.lists(st.one_of(st.tuples(st.sampled_from(TAGS), st.sampled_from(NAMES)), st.text(max_size=80)), max_size=60))
def test_pieces_are_where_they_say(parts: list[tuple[str, str] | str]) -> None:
    html = "".join(part.replace("<", "") if isinstance(part, str) else f"<{part[0]}{part[1]}>" for part in parts)
    found = main_text(html)
    places = [at for at, _ in found.pieces]
    assert places == sorted(set(places))
    for at, element in found.pieces:
        word = found.text[at:].split()[0][:1]
        assert word in (element.text(deep=True) or "")
