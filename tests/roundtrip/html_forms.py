"""How does a page hold a post? The platforms' embeds of every era, and what publishers' systems make of them.

A function here renders one post; containers are put around every platform's plainest embed, or around its bare link.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, timedelta
from urllib.parse import quote

from babel.dates import get_day_names, get_month_names

from tests.roundtrip import days, words
from tests.roundtrip.forms import Expected, Form, Maker, Piece, shown
from tests.roundtrip.invent import Inventor, Post
from tests.roundtrip.text_forms import IG_LANGUAGES, POSTED, SHARED, SOUNDS, VIEW, permalink

ALL_X = tuple(days.X_LANGUAGES)
SOME = ("en", "de", "fr", "es", "ru", "ar", "ja", "tr")
ONE = ("en",)

Render = Callable[[Inventor, Post], Piece]


def esc(text: str) -> str:
    return html.escape(text, quote=True)


def _p(post: Post) -> str:
    """The post's words as HTML, hashtags and links as links."""
    text = esc(post.text)
    text = re.sub(r"#(\w+)", r'<a href="https://twitter.com/hashtag/\1?src=hash">#\1</a>', text)
    text = re.sub(r"(https://t\.co/\w+)", r'<a href="\1">\1</a>', text)
    text = text.replace("\n", "<br>")
    if post.pic:
        text += f' <a href="https://t.co/{post.pic.rsplit("/", 1)[1]}">{post.pic}</a>'
    return text


def status(post: Post, host: str = "twitter.com", tail: str = "") -> str:
    return f"https://{host}/{post.handle}/status/{post.id}{tail}"


def only(post: Post, **more: str) -> Expected:
    """The post's id, and what else is given."""
    return Expected(platform=post.platform, post_id=_id(post), **more)  # type: ignore[arg-type]


def _id(post: Post) -> str:
    return f"{post.handle.lower()}/{post.id}" if post.platform == "telegram" else post.id


def whole(post: Post, **but: object) -> Expected:
    return shown(post, **{"post_id": _id(post), "text": post.words, **but})


def makes(platform: str, render: Render, *, first: int = 2012, last: int = 2026) -> Maker:
    def make(inv: Inventor, lang: str) -> Piece:
        return render(inv, inv.post(platform, lang, first=first, last=last))

    return make


# --- X


def x_embed(
    post: Post,
    inv: Inventor,
    *,
    classes: str = "twitter-tweet",
    host: str = "twitter.com",
    attributes: str = "",
    tail: str = "?ref_src=twsrc%5Etfw",
    date_attributes: str = "",
    printed: str | None = None,
    script: bool = True,
    p: str = "",
) -> str:
    printed = printed or days.x(post.moment.date(), post.lang, inv.random)
    src = "//platform.twitter.com/widgets.js" if host == "twitter.com" else "https://platform.x.com/widgets.js"
    return (
        f'<blockquote class="{classes}"{attributes}><p{p}>{_p(post)}</p>&mdash; {esc(post.name)} (@{post.handle}) '
        f'<a href="{status(post, host, tail)}"{date_attributes}>{esc(printed)}</a></blockquote>'
        + (f'\n<script async src="{src}" charset="utf-8"></script>' if script else "")
    )


def era(**form: object) -> Render:
    def render(inv: Inventor, post: Post) -> Piece:
        return Piece(x_embed(post, inv, **form), (whole(post),))  # type: ignore[arg-type]

    return render


def x_2011(inv: Inventor, post: Post) -> Piece:
    stamp = f' data-datetime="{post.moment:%Y-%m-%dT%H:%M:%S}+00:00"'
    printed = f"{post.moment:%B} {post.moment.day}, {post.moment.year}"
    embed = x_embed(
        post,
        inv,
        attributes=' data-in-reply-to="1234567890" lang="ja"',
        tail="",
        date_attributes=stamp,
        printed=printed,
    )
    return Piece(embed, (whole(post),))


def x_2014(inv: Inventor, post: Post) -> Piece:
    attributes = inv.random.choice(
        (' lang="en"', f' data-lang="{post.lang}"', ' data-conversation="none" data-cards="hidden" data-dnt="true"')
    )
    return Piece(x_embed(post, inv, attributes=attributes, tail="", p=f' lang="{post.lang}" dir="ltr"'), (whole(post),))


def x_2025(inv: Inventor, post: Post) -> Piece:
    embed = x_embed(
        post,
        inv,
        host="x.com",
        attributes=' data-media-max-width="560"',
        classes=inv.random.choice(("twitter-tweet", "twitter-video")),
    )
    return Piece(embed, (whole(post),))


def page(
    shape: str, *, named: bool = False, dated: bool = False, handled: bool = True, host: str = "twitter.com"
) -> Render:
    """`shape` with {id}, {url}, {quoted} (percent-encoded URL), {handle}, {name}, {text}, {embed}, {escaped}, {b64}."""

    def render(inv: Inventor, post: Post) -> Piece:
        embed = x_embed(post, inv, script=False)
        url = status(post, host)
        content = _put(
            shape,
            id=post.id,
            url=url,
            quoted=quote(url, safe=""),
            handle=post.handle,
            name=esc(post.name),
            text=_p(post),
            embed=embed,
            escaped=esc(embed),
            b64=base64.b64encode(embed.encode()).decode(),
            n=str(inv.random.randrange(10)),
        )
        expected = only(
            post,
            **({"handle": post.handle} if handled else {}),
            **({"name": post.name} if named else {}),
            **({"day": post.day} if dated else {}),
        )
        return Piece(content, (expected,))

    return render


def _put(shape: str, **values: str) -> str:
    """Only the names that are given are replaced: markup and JSON are full of braces."""
    return re.sub(r"\{(\w+)\}", lambda m: values.get(m[1], m[0]), shape)


WIDGET = (
    "https://platform.twitter.com/embed/Tweet.html?creatorScreenName=velmora&dnt=true&embedId=twitter-widget-{n}"
    "&features=e30%3D&frame=false&hideCard=false&hideThread=false&id={id}&lang=en&origin=https%3A%2F%2Fnews.example%2Fa"
    "&theme=light&widgetsVersion=abc123&width=550px"
)


def substack(date_style: str, shape: str) -> Render:
    def render(inv: Inventor, post: Post) -> Piece:
        date = (
            post.moment.strftime("%a %b %d %H:%M:%S +0000 %Y")
            if date_style == "old"
            else post.moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        )
        attrs = {
            "url": status(post, "twitter.com" if date_style == "old" else "x.com", "?s=20"),
            "full_text": post.words,
            "username": post.handle,
            "name": post.name,
            "date": date,
            "photos": [],
            "quoted_tweet": {},
            "retweet_count": 12,
            "like_count": 30,
            "expanded_url": {},
            "video_url": None,
            "belowTheFold": True,
        }
        return Piece(shape.replace("{attrs}", esc(json.dumps(attrs))), (whole(post),))

    return render


def quill(inv: Inventor, post: Post) -> Piece:
    tweet = {
        "id": post.id,
        "text": post.words,
        "created_at": post.moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "author": {"username": post.handle, "name": post.name},
    }
    return Piece(
        f'<div class="quill-tweet" data-url="{status(post)}" data-tweet="{esc(json.dumps(tweet))}"></div>',
        (only(post, handle=post.handle),),
    )


def bleacher(inv: Inventor, post: Post) -> Piece:
    inner = esc(f"<p>{_p(post)}</p>")
    return Piece(
        f'<div class="twitterEmbed"><blockquote class="tweet-blockquote">{esc(post.name)} <span class="acct">@{post.handle}</span>'
        f'<p>{inner}</p><a href="{status(post)}"></a></blockquote></div>',
        (only(post, handle=post.handle, name=post.name),),
    )


def buzzfeed(inv: Inventor, post: Post) -> Piece:
    stamp = post.moment.strftime("%I:%M %p - %d %b %Y")
    return Piece(
        '<div class="js-tweet__container"><blockquote class="subbuzz-tweet__container">'
        f'<a href="{status(post)}"><span class="subbuzz-tweet__display-name">{esc(post.name)}</span> '
        f'<span class="subbuzz-tweet__username">@{post.handle}</span></a>'
        f'<p class="subbuzz-tweet__text">{_p(post)}</p><a href="{status(post)}" class="subbuzz-tweet__created-at">{stamp}</a></blockquote></div>',
        (only(post, handle=post.handle, name=post.name, day=post.day),),
    )


def epoch_date(inv: Inventor, post: Post) -> Piece:
    return Piece(x_embed(post, inv, printed=str(int(post.moment.timestamp() * 1000)), tail=""), (whole(post),))


def react_tweet(inv: Inventor, post: Post) -> Piece:
    stamp = f"{post.moment:%Y-%m-%dT%H:%M:%S}.000Z"
    return Piece(
        f'<div class="react-tweet-theme"><article><div><a href="{status(post, "x.com")}"><span title="{esc(post.name)}">{esc(post.name)}</span></a>'
        f'<a href="{status(post, "x.com")}"><span title="@{post.handle}">@{post.handle}</span></a></div><p lang="{post.lang}" dir="auto">'
        f'<span>{esc(post.text)}</span></p><a href="{status(post, "x.com")}"><time datetime="{stamp}">{post.moment:%b %d, %Y}</time></a></article></div>',
        (only(post, handle=post.handle),),
    )


def _script_json(data: object) -> str:
    """As it has to be written for a script element."""
    return json.dumps(data).replace("</", "<\\/")


def next_data(inv: Inventor, post: Post) -> Piece:
    data = {
        "props": {
            "pageProps": {"body": [{"type": "paragraph", "text": "…"}, {"type": "embed", "html": x_embed(post, inv)}]}
        }
    }
    return Piece(
        f'<script id="__NEXT_DATA__" type="application/json">{_script_json(data)}</script>',
        (only(post, handle=post.handle),),
    )


def fusion(inv: Inventor, post: Post) -> Piece:
    data = {
        "content_elements": [
            {
                "type": "oembed_response",
                "subtype": "twitter",
                "raw_oembed": {"html": x_embed(post, inv), "url": status(post), "_id": status(post)},
            }
        ]
    }
    return Piece(
        f'<script type="application/javascript">window.Fusion=window.Fusion||{{}};Fusion.globalContent={_script_json(data)};</script>',
        (only(post, handle=post.handle),),
    )


def guardian(inv: Inventor, post: Post) -> Piece:
    props = {
        "element": {"html": x_embed(post, inv), "url": status(post), "id": post.id, "hasMedia": False, "role": "inline"}
    }
    return Piece(
        f'<figure class="element"><gu-island name="TweetBlockComponent" deferuntil="visible" props="{esc(json.dumps(props))}">'
        f"<div>{x_embed(post, inv, classes='nojs-tweet', script=False)}</div></gu-island></figure>",
        (whole(post),),
    )


def unmarked(shape: str) -> Render:
    """The embed's words and signature, its class and links gone; `shape` with {p}, {sign}."""

    def render(inv: Inventor, post: Post) -> Piece:
        sign = f"&mdash; {esc(post.name)} (@{post.handle}) {esc(days.x(post.moment.date(), post.lang, inv.random))}"
        return Piece(_put(shape, p=esc(post.words).replace("\n", "<br>"), sign=sign), (shown(post),))

    return render


def archived(inv: Inventor, post: Post) -> Piece:
    """A web archive rewrote the page's links."""
    stamp = post.moment.strftime("%Y%m%d%H%M%S")
    embed = x_embed(post, inv).replace('href="https://', f'href="https://web.archive.org/web/{stamp}/https://')
    return Piece(embed, (whole(post),))


X_FORMS: Sequence[tuple[str, Sequence[str], Maker]] = (
    ("embed 2011–2013", SOME, makes("x", x_2011, first=2011, last=2013)),
    ("embed 2014–2017", ALL_X, makes("x", x_2014, first=2014, last=2017)),
    ("embed since 2017", ALL_X, makes("x", era(), first=2017)),
    ("embed 2025, x.com", SOME, makes("x", x_2025, first=2024)),
    ("video embed", SOME, makes("x", era(classes="twitter-video", attributes=' data-lang="en"'), first=2015)),
    ("embed, aligned, unscripted", SOME, makes("x", era(classes="twitter-tweet tw-align-center", script=False))),
    ("archived copy of the page", SOME, makes("x", archived)),
    ("quotation without class and links", SOME, makes("x", unmarked("<blockquote><p>{p}</p>{sign}</blockquote>"))),
    ("paragraphs without class and links", SOME, makes("x", unmarked("<p>{p}</p><p>{sign}</p>"))),
    ("one paragraph without class and links", SOME, makes("x", unmarked("<p>{p}<br>{sign}</p>"))),
    ("shortcode", ONE, makes("x", page("<p>[tweet {url}]</p>"))),
    ("embed shortcode", ONE, makes("x", page("<p>[embed]{url}[/embed]</p>"))),
    ("link only", ONE, makes("x", page('<blockquote class="twitter-tweet"><a href="{url}"></a></blockquote>'))),
    ("link only, words", ONE, makes("x", page('<blockquote class="twitter-tweet" data-width="550"><p lang="en">{text}</p><a href="{url}?ref_src=twsrc%5Etfw">link</a></blockquote>'))),
    ("rendered 2015", ONE, makes("x", page('<iframe class="twitter-tweet twitter-tweet-rendered" data-tweet-id="{id}" title="Twitter Tweet"></iframe>', handled=False))),
    ("rendered 2016–2019", ONE, makes("x", page('<twitter-widget class="twitter-tweet twitter-tweet-rendered" id="twitter-widget-{n}" data-tweet-id="{id}"></twitter-widget>', handled=False))),
    ("rendered 2020", ONE, makes("x", page(f'<div class="twitter-tweet twitter-tweet-rendered" style="display:flex"><iframe id="twitter-widget-{{n}}" src="{WIDGET.replace("&", "&amp;")}" data-tweet-id="{{id}}" title="X Post"></iframe></div>', handled=False))),
    ("rendered iframe alone", ONE, makes("x", page(f'<iframe src="{WIDGET.replace("&", "&amp;")}" width="550"></iframe>', handled=False))),
    ("amp-twitter", ONE, makes("x", page('<amp-twitter width="375" height="472" layout="responsive" data-tweetid="{id}"></amp-twitter>', handled=False))),
    ("amp-twitter with the URL", ONE, makes("x", page('<amp-twitter data-tweetid="{url}"></amp-twitter>'))),
    ("amp-twitter with a fallback", SOME, makes("x", page('<amp-twitter data-tweetid="{id}" layout="responsive"><blockquote placeholder>{embed}</blockquote></amp-twitter>', handled=False))),
    ("bento-twitter", ONE, makes("x", page('<bento-twitter data-tweetid="{id}"></bento-twitter>', handled=False))),
    ("Jetpack", SOME, makes("x", page('<div class="embed-twitter">{embed}</div>', named=True, dated=True))),
    ("CNN-style id", ONE, makes("x", page('<div class="embed-twitter" data-embed-id="{id}"></div>', handled=False))),
    ("theme's data-url", SOME, makes("x", page('<blockquote data-type="twitter" data-url="{url}"><p>{text}</p></blockquote>'))),
    ("Substack until 2022", SOME, makes("x", substack("old", '<div class="tweet" data-attrs="{attrs}"></div>'), last=2022)),
    ("Substack since 2023", SOME, makes("x", substack("new", '<div class="twitter-embed" data-component-name="Twitter2ToDOM" data-attrs="{attrs}"></div>'), first=2020)),
    ("quill", ONE, makes("x", quill, first=2019)),
    ("embedly card", ONE, makes("x", page('<a class="embedly-card" href="{url}">Post</a>'))),
    ("embedly quotation", ONE, makes("x", page('<blockquote class="embedly-card"><h4><a href="{url}">Post</a></h4><p>{text}</p></blockquote>'))),
    ("embedly iframe", ONE, makes("x", page('<iframe class="embedly-embed" src="//cdn.embedly.com/widgets/media.html?src=https%3A%2F%2Fplatform.example&amp;url={quoted}&amp;type=text%2Fhtml&amp;schema=twitter"></iframe>'))),
    ("iframely link", ONE, makes("x", page('<div class="iframely-embed"><div class="iframely-responsive"><a data-iframely-url href="{url}"></a></div></div>'))),
    ("iframely iframe", ONE, makes("x", page('<div class="iframely-embed"><div class="iframely-responsive"><iframe data-src="{url}" src="//iframe.news.example/AbC123x"></iframe></div></div>'))),
    ("article__embed--iframely", ONE, makes("x", page('<div class="article__embed--iframely" data-embedded-url="{url}"></div>'))),
    ("island with props", SOME, makes("x", guardian, first=2014)),
    ("element-tweet", ONE, makes("x", page('<figure class="element element-tweet" data-canonical-url="{url}"><blockquote class="twitter-tweet"><p>{text}</p></blockquote></figure>'))),
    ("social-embed fallback", ONE, makes("x", page('<div class="social-embed"><div class="social-embed-post social-embed-fallbacktwitter"><a class="embed-original-post-link" href="{url}">View original post on Twitter</a></div></div>'))),
    ("div.tweet with data-url", ONE, makes("x", page('<div class="tweet" data-mod="tweet" data-url="{url}"></div>'))),
    ("JSON island by its reference", ONE, makes("x", page('<script type="application/json" data-internal-ref="OEmbed-1a2b">{"url":"{url}"}</script><div class="c-oembed is-fallback" data-oembed-url="{url}"></div>'))),
    ("data-href", ONE, makes("x", page('<div class="rcs_social-embed" data-social-embedded="twitter" data-href="{url}?mx=2"></div>', host="x.com"))),
    ("embed-container", SOME, makes("x", page('<figure class="embed-container embed-container--type-twitter">{embed}</figure>', named=True, dated=True))),
    ("phoenix element", ONE, makes("x", page('<figure class="m-embed--twitter"><phoenix-twitter-embed tweet-url="{url}" block-on-gdpr-vendor-consent="true"></phoenix-twitter-embed></figure>'))),
    ("name before the words", ONE, makes("x", bleacher)),
    ("own renderer with a time", ONE, makes("x", buzzfeed)),
    ("data-src", SOME, makes("x", page('<div data-embed-type="tweet" data-src="{url}">{embed}</div>', named=True, dated=True))),
    ("twitter-embed container", SOME, makes("x", page('<div class="twitter-embed__container"><blockquote class="twitter-embed twitter-tweet" data-url="{url}"><p>{text}</p>&mdash; {name} (@{handle}) <a href="{url}"></a></blockquote></div>', named=True))),
    ("js-tweet", ONE, makes("x", page('<div class="js-tweet" data-tweetid="{id}"><a class="js-alt" href="{url}">Tweet</a></div>'))),
    ("date as milliseconds", ONE, makes("x", epoch_date)),
    ("rm-embed", ONE, makes("x", page('<div class="rm-embed embed-media"><div class="twitter-tweet-rendered"><iframe data-tweet-id="{id}"></iframe></div></div>', handled=False))),
    ("rm-embed attribute", ONE, makes("x", page('<div class="rm-embed" data-twitter-tweet-id="{id}"></div>', handled=False))),
    ("Drupal media", SOME, makes("x", page('<article class="media media--type-twitter"><div class="field field--name-field-media-twitter">{embed}</div></article>', named=True, dated=True))),
    ("onebox", ONE, makes("x", page('<aside class="onebox twitterstatus" data-onebox-src="{url}"><article class="onebox-body"><h4><a href="{url}">{name}</a></h4><div class="twitter-screen-name"><a href="{url}">@{handle}</a></div><div class="tweet">{text}</div><div class="date"><a href="{url}" class="timestamp">3:14 PM - 5 Mar 2020</a></div></article></aside>'))),
    ("s9e frame", ONE, makes("x", page('<iframe data-s9e-mediaembed="twitter" src="https://s9e.github.io/iframe/2/twitter.min.html#{id}"></iframe>', handled=False))),
    ("embetty-tweet", ONE, makes("x", page('<embetty-tweet status="{id}" include-thread></embetty-tweet>', handled=False))),
    ("tarteaucitron", ONE, makes("x", page('<div class="twitterembed-canvas" tweetid="{id}"></div>', handled=False))),
    ("lite-tweet", ONE, makes("x", page('<lite-tweet tweetid="{id}"></lite-tweet>', handled=False))),
    ("react-tweet", ONE, makes("x", react_tweet, first=2019)),
    ("nitter link", ONE, makes("x", page('<blockquote class="twitter-tweet"><p>{text}</p><a href="https://nitter.example.net/{handle}/status/{id}#m">link</a></blockquote>'))),
    ("page data", ONE, makes("x", next_data)),
    ("Fusion data", ONE, makes("x", fusion)),
)  # fmt: skip


# --- the other platforms


def bsky_dialog(inv: Inventor, post: Post) -> Piece:
    did = "did:plc:" + "".join(inv.random.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(24))
    printed = days.timed(post.moment, post.lang, inv.random.choice(("long", "medium")))
    media = (
        '<br><br><a href="https://bsky.app/profile/x?ref_src=embed">[image or embed]</a>'
        if inv.random.random() < 0.4
        else ""
    )
    return Piece(
        f'<blockquote class="bluesky-embed" data-bluesky-uri="at://{did}/app.bsky.feed.post/{post.id}" data-bluesky-cid="bafyreiabc" '
        f'data-bluesky-embed-color-mode="system"><p lang="{post.lang}">{_p(post)}{media}</p>&mdash; {esc(post.name)} '
        f'(<a href="https://bsky.app/profile/{did}?ref_src=embed">@{post.handle}</a>) '
        f'<a href="https://bsky.app/profile/{did}/post/{post.id}?ref_src=embed">{esc(printed)}</a></blockquote>'
        '<script async src="https://embed.bsky.app/static/embed.js" charset="utf-8"></script>',
        (whole(post, text=None),),
    )


def bsky_oembed(inv: Inventor, post: Post) -> Piece:
    did = "did:plc:" + "".join(inv.random.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(24))
    iso = f"{post.moment:%Y-%m-%dT%H:%M:%S}.{inv.random.randrange(1000):03d}Z"
    return Piece(
        f'<blockquote class="bluesky-embed" data-bluesky-uri="at://{did}/app.bsky.feed.post/{post.id}" data-bluesky-cid="bafyreiabc">'
        f'<p lang="{post.lang}">{_p(post)}</p>&mdash; <a href="https://bsky.app/profile/{did}?ref_src=embed">{esc(post.name)} (@{post.handle})</a> '
        f'<a href="https://bsky.app/profile/{did}/post/{post.id}?ref_src=embed">{iso}</a></blockquote>',
        (whole(post, text=None),),
    )


def simple(shape: str, **shows: bool) -> Render:
    """`shape` with {id}, {handle}, {name}, {user}, {host}, {url}, {quoted}, {text}; shows the id, and what is named."""

    def render(inv: Inventor, post: Post) -> Piece:
        user, _, host = post.handle.partition("@")
        url = permalink(post, inv)
        owner, _, number = post.id.partition("_")
        content = _put(
            shape,
            id=post.id,
            handle=post.handle,
            name=esc(post.name),
            user=user,
            host=host,
            url=url,
            quoted=quote(url, safe=""),
            text=_p(post) or "…",
            did="did:plc:" + "".join(inv.random.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(24)),
            owner=owner.removeprefix("wall"),
            number=number,
            bare=post.handle.lower().replace("_", "").replace(".", ""),
        )
        more = {
            key: value
            for key, value in (("handle", post.handle), ("name", post.name), ("day", post.day))
            if shows.get(key)
        }
        return Piece(content, (only(post, **more),))

    return render


def ig(version: int) -> Render:
    def render(inv: Inventor, post: Post) -> Piece:
        url = f"https://www.instagram.com/p/{post.id}/"
        lang = post.lang
        caption = esc(post.text).replace("\n", "<br>") or "…"
        local = post.moment - timedelta(hours=7)
        stamp = f"{local:%b} {local.day}, {local.year} at {local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'} PDT"
        time = f'<time style="font-family:Arial" datetime="{post.moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00">{stamp}</time>'
        view = VIEW.get(lang, VIEW["en"])
        shared = esc(inv.random.choice(SHARED.get(lang, SHARED["en"])).format(n=post.name, h=post.handle))
        svg = '<svg width="50px" height="50px" viewBox="0 0 60 60"><g stroke="none"></g></svg>'
        if version <= 6:
            kind = inv.random.choice(("photo", "video"))
            body = f'<p><a href="{url}" target="_top">{caption}</a></p> <p>A {kind} posted by {esc(post.name)} (@{post.handle}) on {time}</p>'
            expected = whole(post, text=post.text or None)
        elif version == 7:
            body = f'<p><a href="{url}" target="_blank">{caption}</a></p> <p>A post shared by {esc(post.name)} (@{post.handle}) on {time}</p>'
            expected = whole(post, text=post.text or None)
        elif version <= 12:
            body = f'<a href="{url}" target="_blank"><div>{svg}</div><div>{view}</div></a> <p><a href="{url}">{caption}</a></p> <p>{shared.replace("</p>", "")} </p>'
            expected = whole(post, day=None, text=post.text or None)
        else:
            body = (
                f'<a href="{url}?utm_source=ig_embed&amp;utm_campaign=loading" target="_blank"><div>{svg}</div><div>{view}</div></a>'
                f'<p><a href="{url}?utm_source=ig_embed&amp;utm_campaign=loading" target="_blank">{shared}</a></p>'
            )
            expected = whole(post, day=None, text=None)
        permalink_attribute = (
            f' data-instgrm-permalink="{url}?utm_source=ig_embed&amp;utm_campaign=loading"' if version >= 8 else ""
        )
        captioned = " data-instgrm-captioned" if version <= 12 or inv.random.random() < 0.5 else ""
        return Piece(
            f'<blockquote class="instagram-media"{captioned}{permalink_attribute} data-instgrm-version="{version}"><div>{body}</div></blockquote>'
            '<script async src="//www.instagram.com/embed.js"></script>',
            (expected,),
        )

    return render


def facebook(inv: Inventor, post: Post) -> Piece:
    lang = post.lang if post.lang in POSTED else "en"
    day = post.moment.date()
    weekday = get_day_names("wide", "format", locale=lang)[day.weekday()]
    month = get_month_names("wide", "format", locale=lang)[day.month]
    url = f"https://www.facebook.com/{post.handle}/posts/{post.id}"
    template = POSTED[lang][0]
    before, _, rest = template.partition("{n}")
    at = min(rest.index("{Weekday}"), rest.index("{d}"))
    head = rest[:at].rstrip()
    shown_date = rest[at:].format(
        Weekday=weekday[:1].upper() + weekday[1:],
        d=day.day,
        m=day.month,
        y=day.year,
        month=month,
        Month=month[:1].upper() + month[1:],
    )
    return Piece(
        f'<div class="fb-post" data-href="{url}" data-width="500" data-show-text="true"><blockquote cite="{url}" class="fb-xfbml-parse-ignore">'
        f'<p>{esc(post.text).replace(chr(10), "<br>")}</p>{before}<a href="https://www.facebook.com/{post.handle}">{esc(post.name)}</a>{head}&nbsp;'
        f'<a href="{url}">{shown_date}</a></blockquote></div>',
        (only(post, name=post.name, day=post.day),),
    )


def tiktok(inv: Inventor, post: Post) -> Piece:
    url = f"https://www.tiktok.com/@{post.handle}/video/{post.id}"
    sound = SOUNDS.get(post.lang, "original sound")
    tag = words.HASHTAGS.get(post.lang, words.HASHTAGS["en"])[0].lstrip("#")
    body = f'{esc(post.text)} <a title="{tag}" target="_blank" href="https://www.tiktok.com/tag/{tag}">#{tag}</a>'
    body = f"<p>{body}</p>" if inv.random.random() < 0.5 else body
    return Piece(
        f'<blockquote class="tiktok-embed" cite="{url}" data-video-id="{post.id}" style="max-width: 605px"><section>'
        f'<a target="_blank" title="@{post.handle}" href="https://www.tiktok.com/@{post.handle}?refer=embed">@{post.handle}</a> {body} '
        f'<a target="_blank" title="♬ {sound} - {esc(post.name)}" href="https://www.tiktok.com/music/s-1">♬ {sound} - {esc(post.name)}</a>'
        '</section></blockquote><script async src="https://www.tiktok.com/embed.js"></script>',
        (only(post, handle=post.handle),),
    )


FEDIVERSE = (
    '<blockquote class="mastodon-embed" data-embed-url="https://{host}/@{user}/{id}/embed" style="background:#fcf8ff"><a href="https://{host}/@{user}/{id}" '
    'target="_blank"><svg viewBox="0 0 79 75"><path d="M63"></path></svg><div>Post by @{user}@{host}</div><div>View on Mastodon</div></a></blockquote>'
    '<script data-allowed-prefixes="https://{host}/" async src="https://{host}/embed.js"></script>'
)

Table = Sequence[tuple[str, Sequence[str], Maker]]

OTHERS: Mapping[str, Table] = {
    "bluesky": (
        ("embed of the app", ALL_X, makes("bluesky", bsky_dialog, first=2024)),
        ("oEmbed", SOME, makes("bluesky", bsky_oembed, first=2024)),
        ("rendered", ONE, makes("bluesky", simple('<div class="bluesky-embed"><iframe src="https://embed.bsky.app/embed/{did}/app.bsky.feed.post/{id}?id=123" data-bluesky-uri="at://{did}/app.bsky.feed.post/{id}"></iframe></div>'), first=2024)),
        ("iframe", ONE, makes("bluesky", simple('<iframe src="https://embed.bsky.app/embed/{did}/app.bsky.feed.post/{id}"></iframe>'), first=2024)),
        ("web component", ONE, makes("bluesky", simple('<bluesky-post src="at://{handle}/app.bsky.feed.post/{id}"></bluesky-post>', handle=True), first=2024)),
        ("uri holds the URL", ONE, makes("bluesky", simple('<blockquote class="bluesky-embed" data-bluesky-uri="https://bsky.app/profile/{handle}/post/{id}"></blockquote>', handle=True), first=2024)),
        ("s9e frame", ONE, makes("bluesky", simple('<iframe data-s9e-mediaembed="bluesky" src="https://s9e.github.io/iframe/2/bluesky.min.html#at://{did}/app.bsky.feed.post/{id}"></iframe>'), first=2024)),
    ),
    "mastodon": (
        ("iframe", ONE, makes("mastodon", simple('<iframe src="https://{host}/@{user}/{id}/embed" class="mastodon-embed" style="max-width: 100%; border: 0" width="400" allowfullscreen="allowfullscreen"></iframe><script src="https://{host}/embed.js" async="async"></script>', handle=True), first=2018)),
        ("quotation since 4.3", ONE, makes("mastodon", simple(FEDIVERSE, handle=True), first=2018)),
        ("embetty", ONE, makes("mastodon", simple('<embetty-mastodon status="https://{host}/@{user}/{id}"></embetty-mastodon>', handle=True), first=2018)),
        ("lazy iframe", ONE, makes("mastodon", simple('<iframe class="mastodon-embed" data-src="https://{host}/@{user}/{id}/embed"></iframe>', handle=True), first=2018)),
    ),
    "truthsocial": (
        ("iframe", ONE, makes("truthsocial", simple('<iframe src="https://truthsocial.com/@{handle}/{id}/embed" class="truthsocial-embed" style="max-width: 100%; border: 0" width="600"></iframe><script src="https://truthsocial.com/embed.js" async></script>', handle=True), first=2022)),
        ("lazy iframe", ONE, makes("truthsocial", simple('<div class="embed iframe"><iframe class="truthsocial-embed lazyLoad" data-src="https://truthsocial.com/@{handle}/{id}/embed"></iframe></div>', handle=True), first=2022)),
    ),
    "threads": (
        ("threads.net", ONE, makes("threads", simple('<blockquote class="text-post-media" data-text-post-permalink="https://www.threads.net/@{handle}/post/{id}" data-text-post-version="0" id="ig-tp-{id}"><a href="https://www.threads.net/@{handle}/post/{id}" target="_blank"><div><svg></svg></div><div>Post by @{handle}</div><div>View on Threads</div></a></blockquote><script async src="https://www.threads.net/embed.js"></script>', handle=True), first=2024)),
        ("threads.com", ONE, makes("threads", simple('<blockquote class="text-post-media" data-text-post-permalink="https://www.threads.com/@{handle}/post/{id}" data-text-post-version="0" id="ig-tp-{id}"><a href="https://www.threads.com/@{handle}/post/{id}" target="_blank"><div>View on Threads</div></a></blockquote>', handle=True), first=2025)),
        ("iframe", ONE, makes("threads", simple('<iframe src="https://www.threads.net/@{handle}/post/{id}/embed"></iframe>', handle=True), first=2024)),
    ),
    "instagram": (
        *((f"embed, version {version}", IG_LANGUAGES if version >= 8 else ONE, makes("instagram", ig(version), first=first, last=last))
          for version, first, last in ((4, 2014, 2015), (6, 2015, 2016), (7, 2016, 2017), (8, 2018, 2018), (12, 2019, 2019), (13, 2020, 2022), (14, 2021, 2026))),
        ("rendered", ONE, makes("instagram", simple('<iframe class="instagram-media instagram-media-rendered" id="instagram-embed-0" src="https://www.instagram.com/p/{id}/embed/captioned/?cr=1&amp;v=14&amp;wp=540&amp;rd=https%3A%2F%2Fnews.example" data-instgrm-payload-id="instagram-media-payload-0"></iframe>'), first=2016)),
        ("iframe", ONE, makes("instagram", simple('<iframe src="//instagram.com/p/{id}/embed/"></iframe>'), first=2014)),
        ("reel iframe", ONE, makes("instagram", simple('<iframe src="https://www.instagram.com/reel/{id}/embed"></iframe>'), first=2021)),
        ("amp-instagram", ONE, makes("instagram", simple('<amp-instagram data-shortcode="{id}" data-captioned width="400" height="400" layout="responsive"></amp-instagram>'), first=2016)),
        ("permalink attribute alone", ONE, makes("instagram", simple('<blockquote class="instagram-media" data-instgrm-permalink="https://www.instagram.com/reel/{id}/" data-instgrm-version="14"></blockquote>'), first=2021)),
        ("oEmbed URL within a URL", ONE, makes("instagram", simple('<div class="extcontent--instagram"><div data-extcontent_type="instagram" data-extcontent_url="https://graph.facebook.com/v8.0/instagram_oembed?url=https%3A%2F%2Fwww.instagram.com%2Fp%2F{id}%2F&amp;omitscript=true"></div></div>'), first=2020)),
        ("s9e frame", ONE, makes("instagram", simple('<iframe data-s9e-mediaembed="instagram" src="https://s9e.github.io/iframe/2/instagram.min.html#{id}"></iframe>'), first=2016)),
    ),
    "facebook": (
        ("embed", tuple(POSTED), makes("facebook", facebook, first=2013)),
        ("empty embed", ONE, makes("facebook", simple('<div class="fb-post" data-href="https://www.facebook.com/{handle}/posts/{id}" data-width="500"></div>'))),
        ("video", ONE, makes("facebook", simple('<div class="fb-video" data-href="https://www.facebook.com/{handle}/videos/{id}/" data-width="500" data-show-text="false"></div>'))),
        ("fb:post", ONE, makes("facebook", simple('<fb:post href="https://www.facebook.com/{handle}/posts/{id}" width="500"></fb:post>'))),
        ("plugin iframe", ONE, makes("facebook", simple('<iframe src="https://www.facebook.com/plugins/post.php?href=https%3A%2F%2Fwww.facebook.com%2F{handle}%2Fposts%2F{id}&amp;width=500&amp;show_text=true" width="500" height="300"></iframe>'))),
        ("video plugin iframe", ONE, makes("facebook", simple('<iframe src="https://www.facebook.com/v12.0/plugins/video.php?height=314&amp;href=https%3A%2F%2Fwww.facebook.com%2F{handle}%2Fvideos%2F{id}%2F&amp;show_text=false"></iframe>'))),
        ("amp-facebook", ONE, makes("facebook", simple('<amp-facebook width="552" height="310" layout="responsive" data-href="https://www.facebook.com/{handle}/posts/{id}"></amp-facebook>'))),
        ("data-iframe", ONE, makes("facebook", simple('<div data-iframe="&lt;iframe src=&quot;https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Fwww.facebook.com%2F{handle}%2Fvideos%2F{id}%2F&quot;&gt;&lt;/iframe&gt;"></div>'))),
    ),
    "tiktok": (
        ("embed", tuple(SOUNDS), makes("tiktok", tiktok, first=2019)),
        ("iframe", ONE, makes("tiktok", simple('<iframe src="https://www.tiktok.com/embed/v2/{id}?lang=en-US" name="__tt_embed__v123"></iframe>'), first=2019)),
        ("player", ONE, makes("tiktok", simple('<iframe src="https://www.tiktok.com/player/v1/{id}"></iframe>'), first=2023)),
        ("amp-tiktok", ONE, makes("tiktok", simple('<amp-tiktok width="325" height="575" data-src="{id}"></amp-tiktok>'), first=2019)),
        ("amp-tiktok with the URL", ONE, makes("tiktok", simple('<amp-tiktok width="325" height="575" data-src="https://www.tiktok.com/@{handle}/video/{id}"></amp-tiktok>', handle=True), first=2019)),
        ("cite cut to its host", ONE, makes("tiktok", simple('<blockquote class="tiktok-embed" cite="https://www.tiktok.com" data-video-id="{id}" data-embed-from="oembed"><section></section></blockquote>'), first=2019)),
        ("s9e frame", ONE, makes("tiktok", simple('<iframe data-s9e-mediaembed="tiktok" src="//www.tiktok.com/embed/{id}"></iframe>'), first=2019)),
    ),
    "telegram": (
        ("script", ONE, makes("telegram", simple('<script async src="https://telegram.org/js/telegram-widget.js?22" data-telegram-post="{handle}/{id}" data-width="100%"></script>', handle=True), first=2018)),
        ("rendered", ONE, makes("telegram", simple('<iframe id="telegram-post-{handle}-{id}" src="https://t.me/{handle}/{id}?embed=1&amp;mode=tme" width="100%"></iframe>', handle=True), first=2018)),
        ("quotation", ONE, makes("telegram", simple('<blockquote class="telegram-post" data-telegram-post="{handle}/{id}"><a href="https://t.me/{handle}/{id}">link</a></blockquote>', handle=True), first=2018)),
        ("s9e frame", ONE, makes("telegram", simple('<iframe data-s9e-mediaembed="telegram" src="https://s9e.github.io/iframe/2/telegram.min.html#{handle}/{id}"></iframe>', handle=True), first=2018)),
        ("amp-iframe", ONE, makes("telegram", simple('<amp-iframe src="https://t.me/{handle}/{id}?embed=1" layout="responsive" width="500" height="300"></amp-iframe>', handle=True), first=2018)),
    ),
    "reddit": (
        ("embed since 2022", ONE, makes("reddit", simple('<blockquote class="reddit-embed-bq" style="height:316px" data-embed-height="316"><a href="https://www.reddit.com/r/lanterns/comments/{id}/the_bridge/">{text}</a><br> by<a href="https://www.reddit.com/user/{handle}/">u/{handle}</a> in<a href="https://www.reddit.com/r/lanterns/">lanterns</a></blockquote><script async src="https://embed.reddit.com/widgets.js" charset="UTF-8"></script>', handle=True), first=2022)),
        ("card", ONE, makes("reddit", simple('<blockquote class="reddit-card" data-card-created="1600000000"><a href="https://www.reddit.com/r/lanterns/comments/{id}/the_bridge/">{text}</a> from <a href="http://www.reddit.com/r/lanterns">r/lanterns</a></blockquote><script async src="//embed.redditmedia.com/widgets/platform.js"></script>'), first=2016)),
        ("iframe", ONE, makes("reddit", simple('<iframe id="reddit-embed" src="https://www.redditmedia.com/r/lanterns/comments/{id}/the_bridge/?ref_source=embed&amp;ref=share&amp;embed=true"></iframe>'), first=2016)),
        ("new iframe", ONE, makes("reddit", simple('<iframe src="https://embed.reddit.com/r/lanterns/comments/{id}/?embed=true&amp;ref_source=embed"></iframe>'), first=2022)),
        ("amp-reddit", ONE, makes("reddit", simple('<amp-reddit layout="responsive" width="300" height="400" data-embedtype="post" data-src="https://www.reddit.com/r/lanterns/comments/{id}/the_bridge/"></amp-reddit>'), first=2017)),
        ("s9e frame", ONE, makes("reddit", simple('<iframe data-s9e-mediaembed="reddit" src="https://s9e.github.io/iframe/2/reddit.min.html#lanterns/comments/{id}"></iframe>'), first=2016)),
    ),
    "youtube": (
        ("iframe", ONE, makes("youtube", simple('<iframe width="560" height="315" src="https://www.youtube.com/embed/{id}?feature=oembed" allowfullscreen></iframe>'))),
        ("no-cookie iframe", ONE, makes("youtube", simple('<iframe src="//www.youtube-nocookie.com/embed/{id}?rel=0"></iframe>'))),
        ("lite-youtube", ONE, makes("youtube", simple('<lite-youtube videoid="{id}" playlabel="Play"></lite-youtube>'))),
        ("youtube-player", ONE, makes("youtube", simple('<div class="youtube-player" data-id="{id}"></div>'))),
        ("rocket loader", ONE, makes("youtube", simple('<div class="rll-youtube-player" data-src="https://www.youtube.com/embed/{id}" data-id="{id}" data-query="feature=oembed"></div>'))),
        ("amp-youtube", ONE, makes("youtube", simple('<amp-youtube data-videoid="{id}" layout="responsive" width="480" height="270"></amp-youtube>'))),
        ("object", ONE, makes("youtube", simple('<object width="425" height="344"><param name="movie" value="http://www.youtube.com/v/{id}&amp;hl=en"><embed src="http://www.youtube.com/v/{id}&amp;hl=en" type="application/x-shockwave-flash"></object>'))),
        ("lazy iframe", ONE, makes("youtube", simple('<iframe data-src="https://www.youtube.com/embed/{id}" class="lazyload"></iframe>'))),
    ),
    "linkedin": (
        ("iframe", ONE, makes("linkedin", simple('<iframe src="https://www.linkedin.com/embed/feed/update/{id}?compact=1" height="399" width="504" frameborder="0" allowfullscreen="" title="Embedded post"></iframe>'), first=2019)),
        ("encoded iframe", ONE, makes("linkedin", simple('<amp-iframe src="https://www.linkedin.com/embed/feed/update/{id}"></amp-iframe>'), first=2019)),
    ),
    "vk": (
        ("widget", ONE, makes("vk", simple('<div id="vk_post_{owner}_{number}"></div><script src="https://vk.com/js/api/openapi.js?168"></script><script type="text/javascript">(function() { VK.Widgets.Post("vk_post_{owner}_{number}", {owner}, {number}, \'aBcDeF\'); }());</script>'))),
        ("iframe", ONE, makes("vk", simple('<iframe src="https://vk.com/widget_post.php?app=0&amp;width=500&amp;owner_id={owner}&amp;post_id={number}&amp;hash=aBc"></iframe>'))),
        ("amp-vk", ONE, makes("vk", simple('<amp-vk width="500" height="300" layout="responsive" data-embedtype="post" data-owner-id="{owner}" data-post-id="{number}" data-hash="aBc"></amp-vk>'))),
    ),
    "tumblr": (
        ("embed", ONE, makes("tumblr", simple('<div class="tumblr-post" data-href="https://embed.tumblr.com/embed/post/t:aBcDeF/{id}/v2" data-did="da39a3ee"><a href="https://{bare}.tumblr.com/post/{id}/the-bridge">https://{bare}.tumblr.com/post/{id}/the-bridge</a></div><script async src="https://assets.tumblr.com/post.js"></script>'), first=2019)),
    ),
    "pinterest": (
        ("embedPin", ONE, makes("pinterest", simple('<a data-pin-do="embedPin" data-pin-width="medium" href="https://www.pinterest.com/pin/{id}/"></a><script async defer src="//assets.pinterest.com/js/pinit.js"></script>'))),
        ("rendered", ONE, makes("pinterest", simple('<span class="PIN_1 span" data-pin-id="{id}" data-pin-log="embed_pin"></span>'))),
        ("iframe", ONE, makes("pinterest", simple('<iframe src="https://assets.pinterest.com/ext/embed.html?id={id}&amp;src=oembed"></iframe>'))),
    ),
}  # fmt: skip


# --- containers

PLAINEST: Mapping[str, tuple[Render, int]] = {
    "x": (lambda inv, post: Piece(x_embed(post, inv, script=False), (whole(post, text=None),)), 2017),
    "bluesky": (bsky_dialog, 2024),
    "mastodon": (simple(FEDIVERSE, handle=True), 2018),
    "instagram": (ig(14), 2021),
    "facebook": (facebook, 2013),
    "tiktok": (tiktok, 2019),
    "youtube": (simple('<iframe src="https://www.youtube.com/embed/{id}"></iframe>'), 2012),
    "threads": (simple('<blockquote class="text-post-media" data-text-post-permalink="https://www.threads.net/@{handle}/post/{id}" data-text-post-version="0"><a href="https://www.threads.net/@{handle}/post/{id}">View on Threads</a></blockquote>', handle=True), 2024),
    "reddit": (simple('<blockquote class="reddit-embed-bq"><a href="https://www.reddit.com/r/lanterns/comments/{id}/b/">{text}</a><br> by <a href="https://www.reddit.com/user/{handle}/">u/{handle}</a></blockquote>'), 2022),
}  # fmt: skip


def _base64(embed: str) -> str:
    return base64.b64encode(embed.encode()).decode()


AROUND: Mapping[str, Callable[[str], str]] = {
    "WordPress block": lambda e: f'<figure class="wp-block-embed is-type-rich wp-block-embed-x"><div class="wp-block-embed__wrapper">\n{e}\n</div></figure>',
    "Ghost card": lambda e: f'<figure class="kg-card kg-embed-card">{e}</figure>',
    "Borlabs 2": lambda e: f'<div class="BorlabsCookie _brlbs-cb-x"><div class="_brlbs-content-blocker"><p>Please accept</p></div><div class="borlabs-hide" data-borlabs-cookie-type="content-blocker" data-borlabs-cookie-id="x"><script type="text/template">{_base64(e)}</script></div></div>',
    "Borlabs 2, percent-encoded": lambda e: f'<div class="borlabs-hide" data-borlabs-cookie-type="content-blocker"><script type="text/template">{_base64(quote(e))}</script></div>',
    "Borlabs 3": lambda e: f'<div class="brlbs-cmpnt-container brlbs-cmpnt-content-blocker" data-borlabs-cookie-content="{_base64(e)}"></div>',
    "consent gate, escaped": lambda e: f'<div class="alice-consent-gate-container"><script data-role="alice-consent-content-template" type="text/plain" data-content="{esc(e)}"></script></div>',
    "text/plain script": lambda e: f'<script type="text/plain" class="optanon-category-C0004">{e.replace("</script>", "")}</script>',
    "template": lambda e: f"<div class=\"lazy\"><template>{e}</template></div>",
    "srcdoc": lambda e: f'<iframe srcdoc="{esc(e)}" loading="lazy"></iframe>',
    "data-html": lambda e: f'<div class="sqs-block-embed" data-html="{esc(e)}"></div>',
    "noscript": lambda e: f"<div class=\"lazy-embed\" data-lazy=\"1\"><noscript>{e}</noscript></div>",
    "double-escaped data-html": lambda e: f'<div class="embed" data-html="{esc(esc(e))}"></div>',
    "deep divs": lambda e: "<div>" * 12 + e + "</div>" * 12,
    "unclosed markup": lambda e: f"<div><b><p>See:{e}",
}  # fmt: skip


def around(platform: str, container: str) -> Maker:
    render, first = PLAINEST[platform]

    def make(inv: Inventor, lang: str) -> Piece:
        piece = render(inv, inv.post(platform, lang, first=first))
        embed = re.sub(r"\s*<script[^>]*></script>", "", piece.content)
        return Piece(AROUND[container](embed), piece.expected)

    return make


LINKED: Mapping[str, str] = {
    "WordPress block with the URL": '<figure class="wp-block-embed is-type-rich"><div class="wp-block-embed__wrapper">\n{url}\n</div></figure>',
    "URL alone in a paragraph": "<p>{url}</p>",
    "link alone in a paragraph": '<p><a href="{url}">{url}</a></p>',
    "embedly card": '<a class="embedly-card" href="{url}">Post</a>',
    "iframely link": '<div class="iframely-embed"><div class="iframely-responsive"><a data-iframely-url href="{url}"></a></div></div>',
    "data-oembed-url": '<div class="c-oembed is-fallback" data-oembed-url="{url}"></div>',
    "amp-embedly-card": '<amp-embedly-card data-url="{url}" layout="responsive"></amp-embedly-card>',
    "archived link alone": '<p><a href="https://web.archive.org/web/20240102030405/{url}">https://web.archive.org/web/20240102030405/{url}</a></p>',
}  # fmt: skip


def linked(platform: str, container: str) -> Maker:
    first = {"bluesky": 2024, "threads": 2024}.get(platform, 2019)

    def make(inv: Inventor, lang: str) -> Piece:
        post = inv.post(platform, "en", first=first)
        url = status(post) if platform == "x" else permalink(post, inv)
        return Piece(LINKED[container].replace("{url}", url), (only(post),))

    return make


def forms() -> list[Form]:
    """Every HTML form."""
    found = [Form("html", "x", name, tuple(languages), make) for name, languages, make in X_FORMS]
    for platform, table in OTHERS.items():
        found += [Form("html", platform, name, tuple(languages), make) for name, languages, make in table]
    for platform in PLAINEST:
        found += [Form("html", platform, f"in: {name}", ("en", "de", "ja"), around(platform, name)) for name in AROUND]
    for platform in ("x", *OTHERS):
        found += [Form("html", platform, f"link: {name}", ONE, linked(platform, name)) for name in LINKED]
    return found
