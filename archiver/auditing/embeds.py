"""How does each cited post stand in its article's own markup: drawn, shown by itself, broken, or lost?

Only the HTML is known: what it loads and inlines, and what a reader sees of the post without any of it. A script that
bundles others cannot be looked into, so "broken" needs a positive sign that a reader sees nothing of the post:

- nothing draws it: the element has none of the post's words, and the page runs no script at all (nor does anything in
  it say that it did, before it was copied; of a piece of a page, such as a feed has, that is not known);
- what would draw it is switched off (`type="text/plain"`, `<template>`), and no script runs that could switch it on;
- a frame without a source, on a page that runs no script; a frame whose address serves no post, as documented (`DEAD`);
- the place of an embed with nothing in it but an address, a shortcode, or a notice that the post is not available.

A blockquote with the post's words and a link shows them whatever the page loads: it is `works` where the platform's
script is seen to be loaded, else `static`. A frame with a source works; whether the platform still shows the post in it
is the post's state, not the article's markup. What is drawn later (lazy attributes, consent managers, a publisher's own
components) on a page that runs scripts is `unknown`, or `works` where the loader is seen.

Sources: the platforms' embed codes and what publishers and consent managers make of them (platforms' embed rules);
HTML standard, section 4.12.1 (which `type` of a script is run), 4.8.5 (a frame without a source is empty).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.article.selectors import Elements
from archiver.auditing.finding import Embed, EmbedStanding
from archiver.detect.containers import EMBEDDING, FRAMES
from archiver.model import Article, Mention
from archiver.platforms import platforms
from archiver.platforms.bounds import parseable
from archiver.platforms.links import unwrap
from archiver.platforms.markup import render

LOADERS = {
    "x": r"platform\.(?:twitter|x)\.com/(?:[\w./-]{0,60}/)?widgets\.js",
    "instagram": r"(?:www\.|platform\.)?instagram\.com/(?:[\w./-]{0,40}/)?embeds?\.js",
    "facebook": r"connect\.facebook\.(?:net|com)/[\w/.-]{0,60}(?:sdk|all)(?:/[\w.-]{1,40})?\.js",
    "tiktok": r"(?:www\.)?tiktok\.com/(?:[\w./-]{0,40}/)?embed(?:_v[\d.]+)?\.js",
    "bluesky": r"embed\.bsky\.app/static/embed\.js",
    "truthsocial": r"truthsocial\.com/embed\.js",
    "threads": r"(?:www\.)?threads\.(?:net|com)/embed\.js",
    "telegram": r"telegram\.org/js/(?:telegram-)?widget[\w-]*\.js",
    "reddit": r"(?:embed\.reddit(?:media)?\.com|www\.redditmedia\.com)/widgets(?:/platform)?\.js"
    r"|(?:www\.)?redditstatic\.com/comment-embed\.js",
    "tumblr": r"(?:assets|embed|secure\.assets)\.tumblr\.com/[\w./-]{0,60}post\.js",
    "pinterest": r"assets\.pinterest\.com/js/pinit[\w-]*\.js",
    "vk": r"(?:vk\.(?:com|ru)|userapi\.com)/js/api/openapi\.js",
    "weibo": r"(?:tjs\.sjs\.sinajs\.cn|widget\.weibo\.com)/",
    "generic": r"cdn\.embedly\.com/widgets/platform\.js|(?:cdn\.)?iframe(?:ly\.\w+|\.ly)/embed\.js",
    "mastodon": r"[\w.:-]{3,253}/embed\.js",
}
"""What draws the embeds of a platform, or (Embedly's and Iframely's) of all. Mastodon's comes from the post's server,
which may be any that is none of the others."""

_LOADER = re.compile(
    "//(?:" + "|".join(f"(?P<{name}>{address})" for name, address in LOADERS.items()) + ")", re.IGNORECASE
)

DEAD: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"//(?:www\.|mobile\.)?(?:twitter|x)\.com/i/cards/tfw/", re.IGNORECASE),
        "X's card frames serve nothing any more",
    ),
    (
        re.compile(r"//embed\.bsky\.app/embed/(?!did(?::|%3a))[^/?#]", re.IGNORECASE),
        "Bluesky's frames know accounts by their DID only, and this one names a handle",
    ),
    (
        re.compile(r"//[^/?#]{3,253}/@[\w.-]{1,64}@[\w.-]{3,253}/\d+/embed\b", re.IGNORECASE),
        "a server of the fediverse shows no frame of another server's post",
    ),
)
"""Frames that are known to show no post, and why."""

CONSENT = re.compile(
    r"onetrust|optanon|cookielaw\.org|cookiebot|consentmanager|usercentrics|borlabs|real-cookie-banner|devowl|iubenda"
    r"|didomi|sourcepoint|sp-prod\.net|quantcast|cookieyes|cookie-law-info|complianz|klaro|tarteaucitron|axeptio"
    r"|trustarc|cookiefirst|cookie-script|termly|cookiehub|osano|embed-privacy|embetty",
    re.IGNORECASE,
)
"""What asks readers before it loads embeds."""

_RUNS = re.compile(
    r"\s*(?:module|(?:text|application)/(?:x-)?(?:java|ecma|j|live)script(?:\d\.\d)?|text/babel)?\s*(?:;|$)",
    re.IGNORECASE,
)
"""Of a script's `type`: the JavaScript MIME types, `module`, or nothing (HTML standard, 4.12.1)."""

_SOURCES = (
    "src",
    "data-src",
    "data-lazy-src",
    "data-cookieblock-src",
    "data-cmp-src",
    "data-litespeed-src",
    "data-uc-src",
)

UNAVAILABLE = re.compile(
    r"(?:tweet|post|status|video|embed|content|media|toot|message|pin)s?\b[^.!?\n]{0,40}\b"
    r"(?:is|are|was|has been|have been|no longer|not|been|could not be)\b[^.!?\n]{0,30}\b"
    r"(?:unavailable|(?:not |no longer )?available|deleted|removed|not found|embedded|loaded|displayed|exists?)\b"
    r"|\b(?:embed|tweet|post|video) (?:unavailable|not (?:available|found)|deleted|removed|failed)\b"
    r"|(?:tweet|beitrag|post|video|inhalt)\b[^.!?\n]{0,40}"
    r"\b(?:nicht (?:mehr )?(?:verfügbar|vorhanden|gefunden)|gelöscht)\b"
    r"|(?:tweet|publication|message|vidéo|contenu)\b[^.!?\n]{0,40}"
    r"\b(?:n[’']est (?:plus|pas) disponible|supprimée?|introuvable)\b"
    r"|(?:tuit|tweet|publicación|mensaje|vídeo|video|contenido)\b[^.!?\n]{0,40}"
    r"\b(?:no (?:está|se encuentra) disponible|ya no (?:está|existe)|eliminad[oa]|borrad[oa])\b",
    re.IGNORECASE,
)
"""A notice in an embed's place that says that there is nothing to show."""

_IF_ONLY = re.compile(
    r"cookie|consent|accept|allow|enable|javascript|privacy|zustimm|einwillig|akzeptier|datenschutz|acept|consenti"
    r"|autoris|accepter|permit",
    re.IGNORECASE,
)
"""A notice that says how to see it."""

MAX_NOTICE = 300
"""Code points of a notice."""

MAX_SCRIPT = 200_000
"""Characters of an inline script in which a loader is looked for."""

MAX_CONSENT = 2_000
"""Characters of a script in which a consent manager is looked for: its address, or what calls it."""

MAX_INSIDE = 400
"""Elements of an embed that are looked at."""

_DRAWN = (
    ".twitter-tweet, .twitter-video, .instagram-media, .fb-post, .fb-video, .fb-comment-embed, .tiktok-embed"
    ", .bluesky-embed, .mastodon-embed, .truthsocial-embed, .text-post-media, .reddit-embed-bq, .reddit-card"
    ", .reddit-embed, .tumblr-post, [data-pin-do], [data-telegram-post], [id^=vk_post_]"
)
"""What the platforms' scripts draw posts in."""


_PAGE = re.compile(r"<(?:!doctype|html|head|body)[\s>]", re.IGNORECASE)
"""What a document begins with, and a piece of one lacks."""

_MADE_FOR_SCRIPTS = (
    'noscript, link[as="script"], link[rel="modulepreload"], link[rel="dns-prefetch"], link[href$=".js"], [onload]'
    ", [onclick]"
)
"""What only a page with scripts has."""


class _Page(msgspec.Struct, kw_only=True):
    """What the page runs, and what it has switched off."""

    loaded: set[str] = msgspec.field(default_factory=set)
    """Platforms whose loader is run."""
    blocked: set[str] = msgspec.field(default_factory=set)
    """Platforms whose loader is there, and switched off."""
    scripts: bool = False
    """Whether any script runs."""
    piece: bool = False
    """Whether it is a piece of a page, such as a feed has, or what a page is made from."""
    stripped: bool = False
    """Whether the page was made for scripts: where none is seen, this copy lost them."""
    consent: bool = False
    components: set[str] = msgspec.field(default_factory=set)
    """AMP components that are loaded."""

    @property
    def still(self) -> bool:
        """Whether surely nothing is drawn later."""
        return not (self.scripts or self.piece or self.stripped)


def standings(article: Article, mentions: Sequence[Mention]) -> dict[str, Embed]:
    """How each mention stands in the article's markup, by the mention's id.

    Arguments: `mentions`, what `archiver.detect.find` found in this article. One parse of the document, nothing else
    is looked at; a mention whose element is not found again is `unknown`.
    """
    if not mentions:
        return {}
    if article.html is None:
        return {mention.id: _in_text(mention) for mention in mentions}
    parser = LexborHTMLParser(parseable(article.html))
    page = _page(parser, article.html)
    elements = Elements(parser.root)
    return {mention.id: _in_html(mention, elements.at(mention.selector), page) for mention in mentions}


def _in_text(mention: Mention) -> Embed:
    kind = _kind(mention)
    if kind == "attributed":
        return _ATTRIBUTED
    if kind in ("link", "url"):
        return Embed(standing=EmbedStanding.LINK, reason="an address in the text")
    if kind == "shortcode":
        return _SOURCE
    if mention.url is not None and mention.text is None:
        return Embed(standing=EmbedStanding.LINK, reason="an address in the text")
    if mention.found_url is not None:
        return Embed(standing=EmbedStanding.STATIC, reason="the post's words and its address stand in the text")
    return Embed(standing=EmbedStanding.LOST, reason="a text: of an embed, only words and signature are left")


_ATTRIBUTED = Embed(standing=EmbedStanding.UNKNOWN, reason="quoted in the article's own sentences: there was no embed")
_SHORTCODE = Embed(standing=EmbedStanding.BROKEN, reason="the publisher's software left its shortcode as it is")
_SOURCE = Embed(
    standing=EmbedStanding.UNKNOWN, reason="a shortcode, of which the publisher's software may make an embed"
)
_NOWHERE = Embed(standing=EmbedStanding.UNKNOWN, reason="its element was not found again")


def _kind(mention: Mention) -> str:
    return mention.rule.partition(".")[2]


def _in_html(mention: Mention, node: LexborNode | None, page: _Page) -> Embed:
    kind = _kind(mention)
    if kind == "attributed":
        return _ATTRIBUTED
    if kind == "shortcode":
        return _SOURCE if page.piece else _SHORTCODE
    if node is None:
        return _NOWHERE
    attributes = node.attributes
    if kind == "repaired":
        return Embed(standing=EmbedStanding.STATIC, reason="a static quotation with links to stored captures")
    if kind == "json":
        return Embed(
            standing=EmbedStanding.UNKNOWN,
            reason="only the page's data names it: whether a script draws it is not seen",
        )
    if _is_within(node, "noscript"):
        return Embed(
            standing=EmbedStanding.UNKNOWN,
            reason="only readers without scripts are given it: what others see is not known",
        )
    tag = node.tag or ""
    if kind == "url":
        return _address(node, page)
    if kind == "link":
        return _link(node, page)
    if tag in FRAMES or (frame := _frame_in(node)) is not None:
        return _frame(node if tag in FRAMES else frame or node, page)
    if tag.startswith("amp-"):
        return _amp(tag, page)
    if tag in ("template", "noscript") or (tag == "script" and not _draws_itself(attributes)):
        return _kept(tag, page)
    if tag == "script":
        return _widget(mention, node, page)
    if not _is_embed(mention):
        return _flattened(mention)
    return _element(mention, node, page)


# --- the page


def _page(parser: LexborHTMLParser, html: str) -> _Page:
    page = _Page(piece=_PAGE.search(html) is None, stripped=parser.css_first(_MADE_FOR_SCRIPTS) is not None)
    for script in parser.css("script"):
        attributes = script.attributes
        runs = _RUNS.match(attributes.get("type") or "") is not None and not _is_within(script, "noscript")
        source = attributes.get("src") or ""
        addresses = [unwrap(attributes.get(name) or "").url for name in _SOURCES if attributes.get(name)]
        text = "" if source else script.text(deep=True)[:MAX_SCRIPT]
        about = "\n".join((*addresses, text))
        if not about.strip():
            continue
        if _is_data(attributes):
            continue
        if runs:
            page.scripts = True
            page.consent = page.consent or CONSENT.search(about[:MAX_CONSENT]) is not None
        # an address that only a lazy attribute holds is not loaded by itself
        live = runs and (bool(source) or not addresses)
        seen = "\n".join((unwrap(source).url, text)) if live else about
        seen = seen.replace("\\/", "/")
        if (component := attributes.get("custom-element")) and live:
            page.components.add(component)
        (page.loaded if live else page.blocked).update(_loaders(seen))
    for template in parser.css("template"):
        kept = (template.html or "")[:MAX_SCRIPT]
        page.blocked.update(_loaders(kept))
    if not page.consent:
        page.consent = page.scripts and _has_consent_markup(parser)
    page.blocked -= page.loaded
    return page


def _loaders(text: str) -> set[str]:
    """Whose loaders are named in it."""
    return {found.lastgroup for found in _LOADER.finditer(text) if found.lastgroup}


def _is_data(attributes: Mapping[str, str | None]) -> bool:
    return "json" in (attributes.get("type") or "").lower()


def _has_consent_markup(parser: LexborHTMLParser) -> bool:
    return any(
        parser.css_first(selector) is not None
        for selector in (
            "[data-cookieconsent]",
            "[data-borlabs-cookie-id]",
            ".cmplz-cookiebanner",
            "#onetrust-consent-sdk",
        )
    )


def _is_within(node: LexborNode, name: str) -> bool:
    at = node.parent
    for _ in range(512):
        if at is None:
            return False
        if at.tag == name:
            return True
        at = at.parent
    return False


# --- forms


def _address(node: LexborNode, page: _Page) -> Embed:
    """An address that was to become an embed."""
    around: list[str] = []
    at: LexborNode | None = node
    for _ in range(3):
        if at is None:
            break
        around.append(f"{at.attributes.get('class') or ''} {at.attributes.get('id') or ''}")
        at = at.parent
    called = " ".join(around)
    if not EMBEDDING.search(called):
        return Embed(standing=EmbedStanding.LINK, reason="an address that stands alone")
    # WordPress draws on the server: scripts find nothing to do there
    if "generic" in page.loaded or page.piece or not (page.still or "wp-block-embed" in called):
        return Embed(
            standing=EmbedStanding.UNKNOWN,
            reason="an address in an embed's place: whether a script replaces it is not seen",
        )
    return Embed(standing=EmbedStanding.BROKEN, reason="the embed's place holds its address only")


def _link(node: LexborNode, page: _Page) -> Embed:
    """A link that stands for an embed."""
    called = f"{node.attributes.get('class') or ''}".lower()
    if "embedly" in called or "iframely" in called or "data-iframely-url" in node.attributes:
        if "generic" in page.loaded:
            return Embed(standing=EmbedStanding.WORKS, reason="a link that the loaded script draws as a card")
        if page.still:
            return Embed(
                standing=EmbedStanding.BROKEN, reason="a link that a script was to replace, and no script runs"
            )
        return Embed(standing=EmbedStanding.UNKNOWN, reason="a link: whether a script replaces it is not seen")
    return Embed(standing=EmbedStanding.LINK, reason="a link in an embed's place")


def _frame_in(node: LexborNode) -> LexborNode | None:
    """The frame of an embed that was drawn before the page was saved."""
    if node.tag in ("blockquote", "script", "template", "noscript"):
        return None
    frames = node.css("iframe, amp-iframe")
    return frames[0] if len(frames) == 1 and _is_small(node) else None


def _frame(node: LexborNode, page: _Page) -> Embed:
    attributes = node.attributes
    source = (attributes.get("src") or attributes.get("data") or "").strip()
    address = unwrap(source).url if source else ""
    held = [address, *(unwrap(value).url for value in attributes.values() if value and "//" in value[:32])]
    for dead, why in DEAD:
        if any(dead.search(value) for value in held):
            return Embed(standing=EmbedStanding.BROKEN, reason=why)
    if node.tag in ("amp-iframe", "amp-video-iframe"):
        return _amp(node.tag, page)
    if node.tag in ("object", "embed", "param"):
        kind = (attributes.get("type") or "").lower()
        if "flash" in kind or ".swf" in address.lower() or re.search(r"youtube(?:-nocookie)?\.com/v/", address):
            return Embed(
                standing=EmbedStanding.UNKNOWN, reason="a Flash player, which browsers do not run any more or replace"
            )
    if address.startswith(("http://", "https://")):
        return Embed(standing=EmbedStanding.WORKS, reason="a frame, which needs no script")
    if attributes.get("srcdoc"):
        return Embed(standing=EmbedStanding.WORKS, reason="a frame that holds its document")
    if source and not source.lower().startswith(("about:", "data:", "javascript:")):
        return Embed(
            standing=EmbedStanding.UNKNOWN, reason="a saved page's frame: whether its copy is there is not seen"
        )
    if node.tag in ("video", "source", "param"):
        return Embed(standing=EmbedStanding.UNKNOWN, reason="a player without an address of its own")
    if page.still:
        return Embed(
            standing=EmbedStanding.BROKEN, reason="a frame without a source, and no script runs that could give it one"
        )
    return Embed(
        standing=EmbedStanding.UNKNOWN,
        reason="a frame that is loaded once the reader consents"
        if page.consent
        else "a frame that a script of the page's is to load: that is not seen",
    )


def _amp(tag: str, page: _Page) -> Embed:
    if tag in page.components or (tag == "amp-video-iframe" and "amp-video-iframe" in page.components):
        return Embed(standing=EmbedStanding.WORKS, reason=f"the component {tag} is loaded")
    if page.still:
        return Embed(standing=EmbedStanding.BROKEN, reason=f"no script draws {tag}")
    return Embed(standing=EmbedStanding.UNKNOWN, reason=f"whether a script draws {tag} is not seen")


def _draws_itself(attributes: Mapping[str, str | None]) -> bool:
    return (
        "data-telegram-post" in attributes
        or not attributes.get("type")
        or bool(_RUNS.match(attributes.get("type") or ""))
    )


def _kept(tag: str, page: _Page) -> Embed:
    """HTML that an element keeps as data, for a consent manager or a lazy loader."""
    if page.still:
        return Embed(
            standing=EmbedStanding.BROKEN, reason=f"it is kept in a <{tag}>, and no script runs that could show it"
        )
    return Embed(
        standing=EmbedStanding.UNKNOWN,
        reason="kept until the reader consents"
        if page.consent
        else "kept as data: whether a script shows it is not seen",
    )


def _widget(mention: Mention, node: LexborNode, page: _Page) -> Embed:
    """A script that draws the post in its own place, or another."""
    attributes = node.attributes
    if not _RUNS.match(attributes.get("type") or ""):
        return _undrawn(mention, page)
    if mention.platform in page.loaded:
        return Embed(standing=EmbedStanding.WORKS, reason="the platform's script is loaded")
    if "data-telegram-post" in attributes and not attributes.get("src"):
        return _undrawn(mention, page)
    return Embed(standing=EmbedStanding.UNKNOWN, reason="a script of the page's draws it: with what is not seen")


@cache
def _element_rules() -> frozenset[str]:
    """Rules that read elements: the others read prose, and give the element in which its words begin."""
    return frozenset(rule.name for platform in platforms().values() for rule in platform.embed_rules)


def _is_embed(mention: Mention) -> bool:
    return _kind(mention) in ("container", "iframe") or mention.rule in _element_rules()


def _flattened(mention: Mention) -> Embed:
    if mention.post_id is not None:
        return Embed(standing=EmbedStanding.STATIC, reason="the post's words and a link to it stand in the text")
    return Embed(standing=EmbedStanding.LOST, reason="of an embed, only words and signature are left")


def _element(mention: Mention, node: LexborNode, page: _Page) -> Embed:
    """The platform's own element, a publisher's, or one of another's component."""
    small = _is_small(node)
    shown = render(node).text.strip() if small else ""
    drawable = small and _is_drawable(node)
    if drawable and mention.platform in page.loaded:
        return Embed(standing=EmbedStanding.WORKS, reason="the platform's script is loaded")
    if _shows(shown, mention):
        later = "a script of the page's may draw it" if drawable and page.scripts else "nothing else is needed"
        return Embed(standing=EmbedStanding.STATIC, reason=f"its words stand in the markup; {later}")
    if small and _is_notice(node, shown, mention):
        return Embed(standing=EmbedStanding.BROKEN, reason="in its place stands a notice that it is not available")
    return _undrawn(mention, page)


def _is_notice(node: LexborNode, shown: str, mention: Mention) -> bool:
    """Whether it says that there is nothing to see, and nothing else: posts may say so of others, and titles. What is
    linked, signed, quoted or has a picture may be the post."""
    if len(shown) > MAX_NOTICE or node.tag == "blockquote" or node.css_first("img, picture, video, blockquote"):
        return False
    if "@" in shown or any(name and name in shown for name in (mention.handle, mention.display_name)):
        return False
    linked = " ".join(link.text(deep=True) for link in node.css("a"))
    said = UNAVAILABLE.search(shown)
    return said is not None and said[0] not in linked and not _IF_ONLY.search(shown)


def _is_drawable(node: LexborNode) -> bool:
    """Whether it is, or holds, an element that a platform's script draws."""
    return node.css_first(_DRAWN) is not None  # the element itself counts


def _undrawn(mention: Mention, page: _Page) -> Embed:
    """Nothing of the post shows, and the platform's script is not seen to be loaded."""
    if mention.platform in page.blocked:
        if page.still:
            return Embed(
                standing=EmbedStanding.BROKEN, reason="the platform's script is switched off, and no other runs"
            )
        if page.consent:
            return Embed(
                standing=EmbedStanding.WORKS, reason="the platform's script is loaded once the reader consents"
            )
        return Embed(
            standing=EmbedStanding.UNKNOWN,
            reason="the platform's script is switched off: what switches it on is not seen",
        )
    if page.still:
        return Embed(
            standing=EmbedStanding.BROKEN, reason="no script draws it, and none of its words stand in the markup"
        )
    return Embed(standing=EmbedStanding.UNKNOWN, reason="whether a script of the page's draws it is not seen")


def _is_small(node: LexborNode) -> bool:
    return all(count < MAX_INSIDE for count, _ in enumerate(node.traverse()))


def _shows(shown: str, mention: Mention) -> bool:
    """Whether the words that were read are what a reader sees: some rules read them from attributes."""
    first = " ".join((mention.text or "").split())[:40]
    return bool(first) and first in " ".join(shown.split())
