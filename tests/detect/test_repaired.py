"""Static quotations that `archiver repair` writes are found as the posts that they quote."""

from __future__ import annotations

import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from archiver.article import article_of
from archiver.article.selectors import Elements, Selectors
from archiver.detect import find
from archiver.model import Mention

POSTS = {
    "x:1590173336165216257": "https://x.com/ana_example/status/1590173336165216257",
    "mastodon:110372412617177781": "https://social.example/@ana/110372412617177781",
    "telegram:ana_channel/416": "https://t.me/ana_channel/416",
    "youtube:abcdefghijk": "https://www.youtube.com/watch?v=abcdefghijk",
    "facebook:10150000000000001": "https://www.facebook.com/10150000000000001",
    "bluesky:3l3vgf77uco2g": "https://bsky.app/profile/ana.example/post/3l3vgf77uco2g",
}


def quotation(name: str, url: str, tags: tuple[str, str] = ("figure", "blockquote")) -> str:
    outer, inner = tags
    return (
        f'<{outer} data-archiver-quotation="{name}" data-archiver-url="{url}" data-archiver-handle="ana_example" '
        f'data-archiver-name="Ana Example"><{inner} cite="{url}"><div data-archiver-words><p>The bridge is open again, '
        f"says<br>https://x.com/other/status/1590173336165216300</p></div></{inner}> — "
        f'<a href="{url}"><time data-archiver-posted datetime="2022-11-09T02:44:01Z">9 November 2022</time></a>; copy: '
        f'<a href="https://web.archive.org/web/20221110000000/{url}">web.archive.org</a></{outer}>'
    )


def mentions(body: str) -> list[Mention]:
    html = f"<html><body><article><h1>The bridge</h1><p>All of it is invented.</p>{body}</article></body></html>"
    return find(article_of(html.encode(), source="page", kind="html"))


@pytest.mark.parametrize("tags", [("figure", "blockquote"), ("span", "q")])
@pytest.mark.parametrize("name", POSTS)
def test_one_mention_with_all_that_it_says(name: str, tags: tuple[str, str]) -> None:
    [mention] = mentions(quotation(name, POSTS[name], tags))
    platform, _, post_id = name.partition(":")
    assert (mention.platform, mention.post_id, mention.url) == (platform, post_id, POSTS[name])
    assert (mention.handle, mention.display_name) == ("ana_example", "Ana Example")
    assert mention.text == "The bridge is open again, says\nhttps://x.com/other/status/1590173336165216300"
    assert mention.date == "2022-11-09T02:44:01Z"
    assert mention.rule == f"{platform}.repaired"


@pytest.mark.parametrize("tags", [("figure", "blockquote"), ("span", "q")])
@pytest.mark.parametrize("name", [name for name in POSTS if not name.startswith("facebook:")])
def test_software_that_takes_its_attributes_away_leaves_it_a_quotation(name: str, tags: tuple[str, str]) -> None:
    written = quotation(name, POSTS[name], tags).replace(f"<{tags[0]} ", f'<{tags[0]} class="wide archiver-quotation" ')
    [mention] = mentions(re.sub(r' data-[a-z-]+(="[^"]*")?', "", written))
    platform, _, post_id = name.partition(":")
    assert (mention.platform, mention.post_id, mention.url) == (platform, post_id, POSTS[name])
    assert mention.text == "The bridge is open again, says\nhttps://x.com/other/status/1590173336165216300"
    assert (mention.date, mention.rule) == ("2022-11-09T02:44:01Z", f"{platform}.repaired")


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("x:1590173336165216257", "https://x.com/ana_example/status/1590173336165216258"),
        ("x:1590173336165216257", "javascript:alert(1)"),
        ("nobody:1", "https://x.com/ana_example/status/1590173336165216257"),
        ("x:", "https://x.com/ana_example/status/1590173336165216257"),
    ],
)
def test_what_contradicts_itself_is_no_quotation(name: str, url: str) -> None:
    assert not [mention for mention in mentions(quotation(name, url)) if mention.rule.endswith(".repaired")]


def test_the_posts_around_it_are_found() -> None:
    other = '<blockquote class="twitter-tweet"><a href="https://x.com/b/status/1590173336165216999"></a></blockquote>'
    name = "x:1590173336165216257"
    assert [m.post_id for m in mentions(other + quotation(name, POSTS[name]) + other.replace("999", "998"))] == [
        "1590173336165216999",
        "1590173336165216257",
        "1590173336165216998",
    ]


def test_a_selector_leads_back_to_its_element() -> None:
    tree = LexborHTMLParser("<p>a<ul><li>b<li><x-y>c</x-y></ul><table><td>d</table><svg><path/></svg>")
    elements, selectors = Elements(tree.root), Selectors()
    for node in tree.css("*"):
        found = elements.at(selectors.of(node))
        assert found is not None
        assert found.mem_id == node.mem_id
    for wrong in (
        None,
        "",
        "body",
        "html > body > p:nth-child(9)",
        "html > body > ul:nth-child(1)",
        "html > p",
        "html >",
    ):
        assert elements.at(wrong) is None
