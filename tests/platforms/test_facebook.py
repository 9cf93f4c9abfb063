"""Posts of Facebook in pages and in bare text. Invariant: what an embed or its residue shows is read exactly; pages,
buttons and by-lines are no posts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms.facebook import PLATFORM

ID = "10150000000000001"
URL = f"https://www.facebook.com/ana.example/posts/{ID}"


def in_page(html: str) -> list[Mention]:
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=html), platforms=[PLATFORM])


def in_text(text: str) -> list[Mention]:
    return find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text), platforms=[PLATFORM])


# --- embeds
# --------------------------------------------------------------------------------------------------------------


def embed(inside: str, *, href: str = URL, cite: str = URL, kind: str = "fb-post") -> str:
    quotation = f'<blockquote cite="{cite}" class="fb-xfbml-parse-ignore">{inside}</blockquote>'
    return f'<p>Rain.</p><div class="{kind}" data-href="{href}" data-width="500">{quotation}</div>'


AUTHOR = '<a href="https://www.facebook.com/ana.example/">Ana Example</a>'


@pytest.mark.parametrize(
    "line",
    [
        f'Posted by {AUTHOR} on&nbsp;<a href="{URL}">Thursday, August 27, 2015</a>',
        f'<p>Posted by {AUTHOR} on&nbsp;<a href="{URL}">Thursday, August 27, 2015</a></p>',
        f"Posted by {AUTHOR} on Thursday, August 27, 2015",
        f"Posted by {AUTHOR} on 27 sierpnia 2015",
        f'Publicado por {AUTHOR} en&nbsp;<a href="{URL}">Jueves, 27 de agosto de 2015</a>',
        f"Опубликовано {AUTHOR} 27 августа 2015 г.",
        f'{AUTHOR} paylaştı:&nbsp;<a href="{URL}">27 Ağustos 2015 Perşembe</a>',
        f'{AUTHOR}에 의해 게시 됨&nbsp;<a href="{URL}">2015년 8월 27일 목요일</a>',
        f"Közzétette: {AUTHOR} – 2015. augusztus 27.",
        f'Qwerty {AUTHOR} uiop&nbsp;<a href="{URL}">Thursday, August 27, 2015</a>',
        'Posted by <a href="#" role="button">Ana Example</a> on Thursday, August 27, 2015',
    ],
)
def test_lines_of_embeds(line: str) -> None:
    [mention] = in_page(embed(f"<p>The bridge is open.</p>{line}"))
    assert (mention.post_id, mention.handle, mention.url) == (ID, "ana.example", URL)
    assert (mention.display_name, mention.date) == ("Ana Example", "2015-08-27")
    assert mention.text is not None
    assert mention.text.startswith("The bridge is open.")


def test_words_of_several_paragraphs() -> None:
    inside = f"<p>The bridge is open.</p><p>Come and see.</p>Posted by {AUTHOR} on Thursday, August 27, 2015"
    [mention] = in_page(embed(inside))
    assert mention.text == "The bridge is open.\n\nCome and see."


def test_the_title_of_a_video_is_not_its_words() -> None:
    video = f"https://www.facebook.com/ana.example/videos/{ID}/"
    line = f"Posted by {AUTHOR} on Thursday, August 27, 2015"
    [mention] = in_page(embed(f'<a href="{video}">Bridge</a><p>It is open.</p>{line}', href=video, kind="fb-video"))
    assert (mention.text, mention.url) == ("It is open.", video)
    [mention] = in_page(embed(f'<a href="{video}">Bridge</a><p></p>{line}', href=video, kind="fb-video"))
    assert mention.text == "Bridge"


def test_the_page_is_told_by_the_cited_address_where_the_declared_one_does_not() -> None:
    watch = f"https://www.facebook.com/watch/?v={ID}"
    [mention] = in_page(embed("", href=watch, cite=f"https://graph.facebook.com/ana.example/videos/{ID}/"))
    assert (mention.post_id, mention.handle, mention.url) == (ID, "ana.example", watch)


def test_a_quotation_that_lost_its_element() -> None:
    html = f'<blockquote cite="{URL}"><p>Open.</p>Posted by {AUTHOR} on Thursday, August 27, 2015</blockquote>'
    assert in_page(html.replace("<blockquote", '<blockquote class="fb-xfbml-parse-ignore"'))[0].text == "Open."


def test_a_rendered_embed() -> None:
    frame = f'<iframe src="https://www.facebook.com/v2.3/plugins/post.php?href={URL}"></iframe>'
    [mention] = in_page(f'<div class="fb-post fb_iframe_widget"><span>{frame}</span></div>')
    assert mention.post_id == ID


@pytest.mark.parametrize(
    "html",
    [
        (
            '<div class="fb-page" data-href="https://www.facebook.com/ana.example"><blockquote '
            'class="fb-xfbml-parse-ignore" cite="https://www.facebook.com/ana.example">'
            '<a href="https://www.facebook.com/ana.example">Ana</a></blockquote></div>'
        ),
        f'<div class="fb-like" data-href="{URL}"></div>',
        f'<div class="fb-comments" data-href="{URL}"></div>',
        f'<div class="fb-share-button" data-href="{URL}"></div>',
        '<div class="fb-post" data-href="https://news.example.org/posts/10150000000000001"></div>',
        '<div class="fb-post"></div>',
        '<amp-facebook-page data-href="https://www.facebook.com/ana.example"></amp-facebook-page>',
        f'<amp-facebook-comments data-href="{URL}"></amp-facebook-comments>',
        f'<a href="https://www.facebook.com/sharer/sharer.php?u={URL}">Share</a>',
    ],
)  # fmt: skip
def test_no_post_is_embedded(html: str) -> None:
    assert in_page(html) == []


def test_a_quotation_with_a_link_to_a_post_is_no_embed() -> None:
    html = f'<blockquote><p>It rained, she wrote.</p><p>From <a href="{URL}">Facebook</a>, 2015</p></blockquote>'
    assert [mention for mention in in_page(html) if mention.rule.startswith("facebook.")] == []


# --- bare text
# -----------------------------------------------------------------------------------------------------------

ABOVE = "The council met on Monday. It was a long meeting, and it rained all day in the old town.\n"
WORDS = "The bridge is open again. Come and see it…"
LINE = "Posted by Ana Example on Thursday, August 27, 2015"


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n \n"])
@pytest.mark.parametrize("behind", ["\nThe next paragraph.", "\n\nThe next paragraph.", "The next sentence.", ""])
def test_the_words_are_the_paragraph_above(gap: str, behind: str) -> None:
    text = f"{ABOVE}\n{WORDS}{gap}{LINE}{behind}"
    [mention] = in_text(text)
    assert (mention.text, mention.display_name, mention.date) == (WORDS, "Ana Example", "2015-08-27")
    assert text[mention.start : mention.end] == f"{WORDS}{gap}{LINE}"


def test_a_lead_in_is_the_articles() -> None:
    [mention] = in_text(f"{ABOVE}She wrote on Facebook:\n{LINE}")
    assert mention.text is None


def test_a_line_within_a_line() -> None:
    [mention] = in_text(f"{ABOVE}\nThe bridge is open again.{LINE}The next sentence.")
    assert (mention.text, mention.date) == ("The bridge is open again.", "2015-08-27")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Posted by Thirsty Thursday on Friday, 7 February 2020", "Thirsty Thursday"),
        ("Posted by The Sunday Times, London on Friday, 7 February 2020", "The Sunday Times, London"),
        ("Posted by ████████ on Friday, 7 February 2020", "████████"),
        ("Posted by Ana Example on\nFriday, 7 February 2020", "Ana Example"),
        ("Publicado por Escuela En Lima en Viernes, 7 de febrero de 2020", "Escuela En Lima"),
    ],
)
def test_names(line: str, name: str) -> None:
    [mention] = in_text(f"{ABOVE}\n{WORDS}\n{line}\nThe end.")
    assert (mention.display_name, mention.date) == (name, "2020-02-07")


def test_a_line_in_markdown_names_its_post() -> None:
    line = f"Posted by [Ana Example](https://www.facebook.com/ana.example) on [Thursday, August 27, 2015]({URL})"
    [mention] = in_text(f"{ABOVE}\n{WORDS}\n{line}\n")
    assert (mention.post_id, mention.url, mention.handle) == (ID, URL, "ana.example")
    assert (mention.display_name, mention.date, mention.text) == ("Ana Example", "2015-08-27", WORDS)


@pytest.mark.parametrize(
    "text",
    [
        f"{LINE}\n\nIt rained all night.",
        f"The bridge is open again\n{LINE}\n\nIt rained all night.",
        f"{ABOVE}\nPosted by Ana Example on Wednesday, January 9th, 2008 at 3:34",
        f"{ABOVE}\nPosted by Ana Example on Wednesday, January 9, 2008 at 3:34 pm",
        f"{ABOVE}\nPosted by Ana Example on Sunday March 08, 2026",
        f"{ABOVE}\nPosted by Ana Example on Wednesday, January 9, 2008 in News",
        f"{ABOVE}\nPosted by Ana Example on Wednesday, January 9, 2008. Filed under News",
        f"{ABOVE}\nPosted by admin on Monday, March 3, 2014",
        f"{ABOVE}\nPublié par Ana Example le jeudi 27 août 2015",
        f"{ABOVE}\nPublicado por Ana Example el jueves, 27 de agosto de 2015",
        f"{ABOVE}\nPublished on Friday, 7 February 2020 by Ana Example",
        f"{ABOVE}\nThe law was posted by the council on Friday, 7 February 2020.",
        f"{ABOVE}\nPosted by Ana Example on Friday",
    ],
)
def test_by_lines_are_no_posts(text: str) -> None:
    assert in_text(text) == []


def test_in_a_page_such_a_line_is_the_pages() -> None:
    assert in_page(f"<p>{ABOVE}</p><p>{WORDS}</p><p>{LINE}</p>") == []


@given(st.text(alphabet="Posted by onThursday,August 27 2015\n>[]()PubliépartéweiАОпубликовано", max_size=200))
def test_any_text_is_read_or_left(text: str) -> None:
    for mention in in_text(text):
        assert mention.start is not None
        assert mention.end is not None
        assert 0 <= mention.start < mention.end <= len(text)


@given(st.text(max_size=60))
def test_any_address_is_read_or_left(tail: str) -> None:
    for start in ("https://www.facebook.com/", "https://www.facebook.com/plugins/post.php?href=", "//fb.com/#!/"):
        ref = PLATFORM.ref_from_url(start + tail)
        assert ref is None or ref.platform == "facebook"
