"""What stands around an article, by tag, role, class, id, label and schema.org type, in several languages."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.article.regions import Regions, outside, region_of


def node_of(html: str) -> LexborNode:
    found = LexborHTMLParser(html).css_first("#here")
    assert found is not None
    return found


def page(around: str) -> str:
    return f"<html><body><div class='page'><h1>A bridge opens</h1>{around}</div></body></html>"


HERE = "<p id=here>Rain at last</p>"


@pytest.mark.parametrize(
    ("around", "reason"),
    [
        (f"<div id=comments class='comments-area'>{HERE}</div>", "comments"),
        (f"<ol class='comment-list'><li class='comment even depth-2'>{HERE}</li></ol>", "comments"),
        (f"<section class='c-article__comments'>{HERE}</section>", "comments"),
        (f"<section class='Comments_list__3xYz9'>{HERE}</section>", "comments"),
        (f"<div class=leserkommentare>{HERE}</div>", "comments"),
        (f"<div id='комментарии'>{HERE}</div>", "comments"),
        (f"<div itemscope itemtype='https://schema.org/Comment'>{HERE}</div>", "comments"),
        (f"<aside class='related-articles__list'>{HERE}</aside>", "related"),
        (f"<div class='noticias-relacionadas'>{HERE}</div>", "related"),
        (f"<aside class='related-videos'>{HERE}</aside>", "related"),
        (f"<div class='most-watched-videos__list'>{HERE}</div>", "related"),
        (f"<ol class=references><li>{HERE}</li></ol>", "related"),
        (f"<div class='entry-content'><div class=reflist>{HERE}</div></div>", "related"),
        (f"<div class='RelatedPosts-sc-1ab2cd-0'>{HERE}</div>", "related"),
        (f"<div class='ähnliche-artikel'>{HERE}</div>".replace("ä", "ae"), "related"),
        (f"<section aria-label='Related articles'>{HERE}</section>", "related"),
        (f"<nav>{HERE}</nav>", "navigation"),
        (f"<div role=navigation>{HERE}</div>", "navigation"),
        (f"<footer class=site-footer>{HERE}</footer>", "footer"),
        (f"<div class='article-share-buttons'>{HERE}</div>", "share"),
        (f"<div class='article-body'><div id=sb_instagram class='sbi sbi_col_3'>{HERE}</div></div>", "feed"),
        (f"<li class='widget widget_twitter'><ul class=tweets><li>{HERE}</ul></li>", "feed"),
        (f"<div class='ad-slot'>{HERE}</div>", "advertisement"),
        (f"<aside id=secondary class='widget-area'>{HERE}</aside>", "sidebar"),
    ],
)
def test_what_is_around_the_article(around: str, reason: str) -> None:
    assert region_of(node_of(page(around))) == reason
    assert outside(node_of(page(around))) == reason


@pytest.mark.parametrize(
    "html",
    [
        f"<body class='post-comments-enabled no-sidebar'><article>{HERE}</article></body>",
        f"<div class='article--has-sidebar with-comments'>{HERE}</div>",
        f"<div class='content-sidebar-wrap'><main>{HERE}</main></div>",
        f"<div class='related'><h1>A bridge opens</h1><div>{HERE}</div></div>",
        f"<div class='sidebar'><div itemprop=articleBody>{HERE}</div></div>",
        f"<div class='layout__row--sidebar'>{HERE}</div>",
        f"<div class=entry-content><aside class='pull-quote'>{HERE}</aside></div>",
        f"<article><aside class='embed'>{HERE}</aside></article>",
        f"<div class=entry-content><div class='widget sidebar-widget'>{HERE}</div></div>",
        f"<div class=entry-content><div class='social-feed'>{HERE}</div></div>",
        f"<article class='opinion comment tag-comments category-kommentare'>{HERE}</article>",
        f"<blockquote class=tweet><footer>{HERE}</footer></blockquote>",
        f"<header class=entry-header>{HERE}</header>",
        f"<main><div><aside>{HERE}</aside></div></main>",
        f"<section><div class=card><footer>{HERE}</footer></div></section>",
        f"<div class='latest-news'>{'<p>The ferry waits on the other side.</p>' * 30}{HERE}</div><p>Short.</p>",
        f"<div class='sidebar'>{'<p>The ferry waits on the other side.</p>' * 30}{HERE}</div><p>Short.</p>",
        (
            "<html id=XF><article itemscope itemtype='https://schema.org/Comment'><div class=bbWrapper>"
            f"{HERE}</div></article></html>"
        ),
    ],
)
def test_what_only_sounds_like_it(html: str) -> None:
    assert region_of(node_of(html)) is None
    assert outside(node_of(html)) is None


@pytest.mark.parametrize(
    "player", ["<iframe id=here src=x></iframe>", "<blockquote id=here class=some-post></blockquote>"]
)
def test_an_official_embed_in_comments_or_sidebar_is_before_the_reader(player: str) -> None:
    for around in ("<div id=comments>{}</div>", "<aside class=sidebar>{}</aside>"):
        node = node_of(page(around.format(player)))
        assert region_of(node) is not None
        assert outside(node) is None
    assert outside(node_of(page(f"<div id=sb_instagram>{player}</div>"))) == "feed"


@pytest.mark.parametrize("around", ["latest-news", "social-feed", "footer", "instagram-block", "ad"])
def test_a_doubtful_name_does_not_lose_an_official_embed(around: str) -> None:
    embed = "<blockquote id=here class=some-post></blockquote>"
    assert region_of(node_of(page(f"<div class={around}>{embed}</div>"))) is not None
    assert outside(node_of(page(f"<div class={around}>{embed}</div>"))) is None


def test_a_list_of_links_there_is_not() -> None:
    link = "<a id=here href='https://x.com/ana_example/status/1'>Rain</a>"
    assert outside(node_of(page(f"<div id=comments>{link}</div>"))) == "comments"


def test_many_elements_of_one_document() -> None:
    root = LexborHTMLParser(page(f"<div id=comments>{'<p>x</p>' * 3}</div><p>y</p>"))
    regions = Regions()
    assert [regions.of(p) for p in root.css("p")] == ["comments"] * 3 + [None]
