"""How does HTML hold a post of Facebook?

The `<div>` that Facebook's script turns into a frame, with or without the quotation inside that shows until then; the
tags of the first script; AMP's. Pages, like buttons, groups and comment threads have elements of the same family and
are no posts.
"""

from __future__ import annotations

import re

import msgspec
from selectolax.lexbor import LexborNode

from archiver.model import PostRef
from archiver.platforms import banners, marks
from archiver.platforms.base import EmbedRule, Sighting
from archiver.platforms.facebook import phrases
from archiver.platforms.facebook.urls import ref_from_id, ref_from_url
from archiver.platforms.markup import Link, Rendered, render

_SOURCES = ("data-href", "href", "cite", "data-url", "data-src", "src")
_ID = re.compile(r"\d{5,25}|pfbid[A-Za-z0-9]{10,100}")

MAX_LINKS = 40
"""Links of one embed that are looked at: the words hold hashtags and mentions."""


def _declared(node: LexborNode) -> tuple[PostRef, str] | None:
    attributes = node.attributes
    for key in _SOURCES:
        value = (attributes.get(key) or "").strip()
        if value.startswith("/") and not value.startswith("//"):
            value = "https://www.facebook.com" + value
        if value and (ref := ref_from_url(value)) is not None:
            return ref, value
    return None


def read_embed(node: LexborNode) -> Sighting | None:
    """`div.fb-post` and its relatives, and the quotation that stands in them or is left of them."""
    found = _declared(node)
    quotation = node if node.tag == "blockquote" else node.css_first("blockquote")
    if found is None and quotation is not None:
        found = _declared(quotation)
    if found is None and (frame := node.css_first("iframe")) is not None:
        found = _declared(frame)
    rendered = render(quotation if quotation is not None else node)
    links = rendered.links[-MAX_LINKS:]
    named = [(link, ref) for link in links if (ref := ref_from_url(link.href)) is not None]
    if found is None and named:
        found = named[-1][1], named[-1][0].href
    if found is None:
        return None
    ref, url = found
    handle = ref.handle
    if handle is None:
        cited = _declared(quotation) if quotation is not None else None
        others = [other for _, other in named] + ([cited[0]] if cited else [])
        handle = next((other.handle for other in others if other.handle and other.id == ref.id), None)
    name, day, words = _signed(quotation if quotation is not None else node, rendered, {id(link) for link, _ in named})
    return Sighting(
        post_id=ref.id,
        found_url=url,
        url=ref.url,
        handle=handle,
        display_name=name,
        printed=day,
        text=words,
        shape="permalink and line" if name else "permalink",
    )


def read_quotation(node: LexborNode) -> Sighting | None:
    """The quotation without its class, as sanitisers leave it: it cites the post, or ends in the line that says who
    posted it and when, with a link to it."""
    attributes = node.attributes
    if "fb-xfbml-parse-ignore" in (attributes.get("class") or ""):
        return None
    cited = attributes.get("cite") or ""
    if "facebook" not in cited and node.css_first('a[href*="facebook.com/"]') is None:
        return None
    found = read_embed(node)
    if found is None or ref_from_url(cited) is not None:
        return found
    return found if found.display_name and found.printed else None


def _signed(node: LexborNode, rendered: Rendered, posts: set[int]) -> tuple[str | None, str | None, str | None]:
    """(name, ISO day, words) of a quotation: its last line says who posted it and when."""
    text = rendered.text.rstrip()
    if not text:
        return None, None, None
    start = text.rfind("\n") + 1
    line = text[start:]
    said = phrases.ANY_BEFORE.search(text, start)
    links = [link for link in rendered.links if link.start >= start and text[link.start : link.end].strip()]
    author = next((link for link in links if id(link) not in posts), None)
    if said is None and author is None:
        return None, None, None
    if author is not None and said is not None and author.start < said.start():
        author = None
    name: str | None
    if author is not None:
        name = " ".join(text[author.start : author.end].split()) or None
        begin = said.start() if said is not None and said.end() <= author.start else author.start
        signed = phrases.find_day(text, author.end, len(text))
    else:
        assert said is not None
        begin = said.start()
        signed = phrases.find_day(text, said.end(), len(text))
        name = phrases.clean_name(text[said.end() : signed.start if signed else len(text)])
    if signed is None and said is None:
        return None, None, None  # a line of the page's own
    words = _words(node, rendered, links, text[:begin].strip()) if line else None
    return name, signed.day if signed else None, words


def _words(node: LexborNode, rendered: Rendered, signed: list[Link], shown: str) -> str | None:
    """The post's words; a video's title, which is a link above them, only where there are no others."""
    first = rendered.links[0] if rendered.links else None
    if first is not None and first.start == 0 and first not in signed and ref_from_url(first.href) is not None:
        title = rendered.text[: first.end].strip()
        rest = shown.removeprefix(title).strip()
        if title and rest and shown.startswith(title) and node.css_first("p") is not None:
            return rest
    return shown or None


def read_amp(node: LexborNode) -> Sighting | None:
    """`<amp-facebook data-href data-embed-as>`: the permalink, and perhaps a quotation as its placeholder."""
    return read_embed(node)


URL_ATTRIBUTES = ("data-facebook-url", "data-fb-url", "data-fb-href", "data-facebook-href", "facebook-url")


def read_attribute(node: LexborNode) -> Sighting | None:
    """An element that stands where a script will draw the post, and names it in an attribute."""
    attributes = node.attributes
    if node.tag in ("a", "button", "form", "input", "link", "meta"):
        return None
    if (attributes.get("data-media-site-id") or "").lower() == "facebook":
        key = (attributes.get("data-media-key") or "").strip()
        return _named(ref_from_id(key), None) if _ID.fullmatch(key) else None
    for name in URL_ATTRIBUTES:
        value = (attributes.get(name) or "").strip()
        if value and (ref := ref_from_url(value)) is not None:
            return _named(ref, value)
    return None


def read_banner(node: LexborNode) -> Sighting | None:
    """A consent banner in the embed's place, whose only link is the post."""
    href = banners.target(node)
    ref = ref_from_url(href) if href else None
    return _named(ref, href) if ref is not None else None


def _named(ref: PostRef, found_url: str | None) -> Sighting:
    return Sighting(post_id=ref.id, handle=ref.handle, url=ref.url, found_url=found_url, shape="permalink")


_POST_ID = "10150000000000001"
_URL = f"https://www.facebook.com/ana.example/posts/{_POST_ID}"
_LINE = (
    'Posted by <a href="https://www.facebook.com/ana.example/">Ana Example</a> on&nbsp;'
    f'<a href="{_URL}">Thursday, August 27, 2015</a>'
)

NAMED = (
    marks.of_class("fb-post", "fb-video", "fb-comment-embed"),
    marks.Mark('cite{ }*{=}{ }*{"}*{ }*{/}[\\w%.!]', before="{^}"),
    marks.of_tag("fb:post", "fb:video", "fb:comment-embed", "amp-facebook", "bento-facebook"),
)
"""Beside addresses: what is known to be Facebook's may hold one without its host."""

RULES: tuple[EmbedRule, ...] = tuple(
    msgspec.structs.replace(rule, example_id=_POST_ID)
    for rule in (
        EmbedRule(
            name="facebook.embed",
            marks=NAMED,
            read=read_embed,
            tags=frozenset({"fb:post", "fb:video", "fb:comment-embed"}),
            classes=frozenset({"fb-post", "fb-video", "fb-comment-embed", "fb-xfbml-parse-ignore"}),
            examples=(
                (
                    f'<div class="fb-post" data-href="{_URL}" data-show-text="true"><blockquote cite="{_URL}"'
                    f' class="fb-xfbml-parse-ignore"><p>The bridge is open.</p>{_LINE}</blockquote></div>'
                ),
                f'<div class="fb-video" data-href="{_URL}" data-width="500"></div>',
                f'<blockquote class="fb-xfbml-parse-ignore" cite="{_URL}"><p>Open.</p>{_LINE}</blockquote>',
                f'<fb:post href="{_URL}"></fb:post>',
            ),
        ),
        EmbedRule(
            name="facebook.quotation",
            marks=(),
            read=read_quotation,
            tags=frozenset({"blockquote"}),
            examples=(
                f'<blockquote cite="{_URL}"><p>The bridge is open.</p></blockquote>',
                f"<blockquote><p>The bridge is open.</p><p>{_LINE}</p></blockquote>",
            ),
        ),
        EmbedRule(
            name="facebook.amp",
            marks=NAMED,
            read=read_amp,
            tags=frozenset({"amp-facebook", "bento-facebook"}),
            examples=(f'<amp-facebook data-href="{_URL}" data-embed-as="post" width="552"></amp-facebook>',),
        ),
        EmbedRule(
            name="facebook.attribute",
            marks=(),
            read=read_attribute,
            attributes=frozenset({*URL_ATTRIBUTES, "data-media-site-id"}),
            examples=(
                f'<div class="c-embed" data-facebook-url="{_URL}"></div>',
                f'<iframe data-media-site-id="facebook" data-media-key="{_POST_ID}"></iframe>',
            ),
        ),
        EmbedRule(
            name="facebook.banner",
            marks=(),
            read=read_banner,
            tags=frozenset({"h4"}),
            examples=(
                (
                    '<div><h4 class="ConsentBannerTitle-aBcD">Facebook content</h4><p>This content is on the site it '
                    f'<a class="ConsentBannerLink-eFgH" href="{_URL}">originates</a> from.</p></div>'
                ),
            ),
        ),
    )
)
"""Asked in this order; the first that reads something wins."""
