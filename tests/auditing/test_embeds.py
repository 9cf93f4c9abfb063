"""How a cited post stands in its article's markup: "broken" needs a sign that a reader sees nothing of it."""

from __future__ import annotations

import pytest

from archiver.article import article_of
from archiver.auditing.embeds import standings
from archiver.auditing.finding import Embed, EmbedStanding
from archiver.detect import find

ID = "1590173336165216257"
URL = f"https://twitter.com/ana_example/status/{ID}"
QUOTE = (
    '<blockquote class="twitter-tweet"><p lang="en" dir="ltr">The bridge is open again since nine.</p>'
    f'&mdash; Ana Example (@ana_example) <a href="{URL}">November 9, 2022</a></blockquote>'
)
EMPTY = f'<blockquote class="twitter-tweet"><a href="{URL}"></a></blockquote>'
WIDGETS = '<script async src="https://platform.twitter.com/widgets.js"></script>'
BUNDLE = '<script src="/assets/app.8f3c.js"></script>'
LAZY = '<iframe data-src="https://www.youtube.com/embed/abcdefghijk"></iframe>'
BLOCKED = WIDGETS.replace("async", 'type="text/plain"')
MANAGER = '<script src="https://cdn.cookielaw.org/otSDKStub.js"></script>'
AMP = f'<amp-twitter data-tweetid="{ID}"></amp-twitter>'
COMPONENT = (
    '<script async custom-element="amp-twitter" src="https://cdn.ampproject.org/v0/amp-twitter-0.1.js"></script>'
)
DRAWN = (
    '<div class="twitter-tweet twitter-tweet-rendered">'
    f'<iframe src="https://platform.twitter.com/embed/Tweet.html?id={ID}" data-tweet-id="{ID}"></iframe></div>'
)
WRAPPED = (
    f'<figure class="wp-block-embed is-provider-twitter"><div class="wp-block-embed__wrapper">{URL}</div></figure>'
)
THREADS = (
    '<blockquote class="text-post-media" data-text-post-permalink="https://www.threads.net/@ana/post/CuWPE6iNEx_">'
    "<p>This post was deleted.</p></blockquote>"
)
TELEGRAM = (
    '<script async src="https://telegram.org/js/telegram-widget.js?22" data-telegram-post="ana_channel/416"></script>'
)
DEAD = f'<iframe src="https://twitter.com/i/cards/tfw/v1/{ID}"></iframe>'
FOREIGN = '<iframe class="mastodon-embed" src="https://one.example/@ana@two.example/110372412617177781/embed"></iframe>'
FLAT = "The bridge is open again since nine. &mdash; Ana Example (@ana_example) November 9, 2022"
MASTODON = (
    '<blockquote class="mastodon-embed" data-embed-url="https://social.example/@ana/110372412617177781/embed">'
    '<a href="https://social.example/@ana/110372412617177781"><div>Post by @ana@social.example</div>'
    "<div>View on Mastodon</div></a></blockquote>"
)


def page(body: str) -> str:
    return (
        f"<!DOCTYPE html><html><head><title>The bridge</title></head><body><article><h1>The bridge</h1>"
        f"<p>All of this is invented.</p>{body}<p>And so it ends.</p></article></body></html>"
    )


def standing(body: str) -> Embed:
    article = article_of(page(body).encode(), source="page", kind="html")
    [mention] = find(article)
    [found] = standings(article, [mention]).values()
    assert found.reason
    return found


def notice(words: str) -> str:
    return f'<div class="embed" data-tweet-id="{ID}" data-url="{URL}"><p>{words}</p></div>'


STANDINGS = {
    EmbedStanding.WORKS: [
        # the platform's script is seen to be loaded: by an element, by an inline script, from a web archive's copy
        QUOTE + WIDGETS,
        EMPTY + WIDGETS,
        EMPTY + WIDGETS.replace("https:", ""),
        EMPTY + WIDGETS.replace("https://", "/web/20230101000000js_/https://"),
        EMPTY + '<script>load("https:\\/\\/platform.x.com\\/widgets.js")</script>',
        TELEGRAM,
        MASTODON + '<script src="https://social.example/embed.js" async></script>',
        AMP + COMPONENT,
        # a frame with a source needs none
        '<iframe src="https://www.youtube.com/embed/abcdefghijk"></iframe>',
        DRAWN,
        # a consent manager loads it
        EMPTY + BLOCKED + MANAGER,
    ],
    EmbedStanding.STATIC: [QUOTE, QUOTE + BUNDLE, QUOTE + BLOCKED],
    EmbedStanding.BROKEN: [
        # nothing of the post in the markup, and no script runs
        EMPTY,
        MASTODON,
        LAZY,
        AMP,
        EMPTY + BLOCKED,
        EMPTY + '<script type="application/ld+json">{"@type": "NewsArticle"}</script>',
        # frames that serve nothing
        DEAD + BUNDLE,
        FOREIGN + BUNDLE,
        # a publisher's software that did not make the embed
        WRAPPED + BUNDLE,
        f'<div class="social-embed">{URL}</div>',
        f"<p>[tweet {ID}]</p>{BUNDLE}",
        notice("This tweet is no longer available.") + BUNDLE,
    ],
    EmbedStanding.UNKNOWN: [
        # a script runs that may load what is not seen
        EMPTY + BUNDLE,
        MASTODON + BUNDLE,
        LAZY + BUNDLE,
        AMP + BUNDLE,
        EMPTY + BUNDLE + BLOCKED,
        # another platform's draws nothing
        EMPTY + '<script src="https://www.instagram.com/embed.js"></script>',
        MASTODON + '<script src="https://www.instagram.com/embed.js"></script>',
        notice("This tweet is not available until you accept cookies.") + BUNDLE,
        # what may be the post's own words, or a title
        notice("Ana @ana_example: this tweet was deleted, and nobody asks why.") + BUNDLE,
        notice(f'<a href="{URL}">This tweet was deleted, and nobody asks why</a>') + BUNDLE,
        notice('<img src="/still.jpg">The video was removed from the bridge') + BUNDLE,
        THREADS + BUNDLE,
        f'<div class="social-embed">{URL}</div>{BUNDLE}',
        # a copy that lost its scripts
        EMPTY + '<noscript><img src="https://count.example/1.gif"></noscript>',
        EMPTY + '<link rel="preload" as="script" href="/assets/app.8f3c.js">',
        LAZY + "<p onclick='more()'>More</p>",
    ],
    EmbedStanding.LINK: [f"<p>{URL}</p>"],
    EmbedStanding.LOST: [f"<p>{FLAT}</p>"],
}


@pytest.mark.parametrize(("body", "expected"), [(body, kind) for kind, bodies in STANDINGS.items() for body in bodies])
def test_standing(body: str, expected: EmbedStanding) -> None:
    assert standing(body).standing is expected


@pytest.mark.parametrize("body", [EMPTY, MASTODON, LAZY, AMP, EMPTY + BLOCKED, WRAPPED, f"<p>[tweet {ID}]</p>"])
def test_of_a_piece_of_a_page_its_scripts_are_not_known(body: str) -> None:
    article = article_of(
        f"<p>All of this is invented.</p>{body}<p>And so on.</p>".encode(), source="piece", kind="html"
    )
    [mention] = find(article)
    assert standings(article, [mention])[mention.id].standing is EmbedStanding.UNKNOWN


def test_a_text_has_lost_its_embeds() -> None:
    text = (
        "Word from the bridge.\n\nThe bridge is open again since nine. — Ana Example (@ana_example) November 9, 2022\n"
    )
    article = article_of(text.encode(), source="note.txt", kind="text")
    [mention] = find(article)
    assert standings(article, [mention])[mention.id].standing is EmbedStanding.LOST


def test_each_mention_has_its_own() -> None:
    other = EMPTY.replace(ID, "1590173336165216300")
    article = article_of(page(QUOTE + other).encode(), source="page", kind="html")
    mentions = find(article)
    found = standings(article, mentions)
    assert [found[mention.id].standing for mention in mentions] == [EmbedStanding.STATIC, EmbedStanding.BROKEN]


def test_a_mention_of_another_page_is_unknown() -> None:
    article = article_of(page(QUOTE).encode(), source="page", kind="html")
    [mention] = find(article)
    other = article_of(page("").encode(), source="other", kind="html")
    assert standings(other, [mention])[mention.id].standing is EmbedStanding.UNKNOWN
