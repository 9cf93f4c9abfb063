"""Which post does markup hold that no platform made: publishers' own wrappers, frames, lone URLs and shortcodes?

One set of rules for all platforms: a rule finds the address, and `Permalinks` says whose post it names. Evidence comes
in four strengths. A frame's address names what is shown in it. An address of a post in an attribute counts where the
element calls itself an embed, or where the address is that of a platform's own frame. A link counts where its text is
its address and it stands alone, or where it is all that the fall-back text of an embed holds. A shortcode was to become
an embed. Buttons, feeds and links in prose say nothing.

Sources: PLATFORMS facts on containers; WordPress, Ghost, Drupal, XenForo, AMP and oEmbed documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from selectolax.lexbor import LexborNode

from archiver.detect.permalinks import Named, Permalinks
from archiver.platforms.base import Platform
from archiver.platforms.links import MAX_URL
from archiver.platforms.markup import BLOCKS, HIDDEN, names

FRAMES = names("iframe amp-iframe amp-video-iframe object embed param frame video source")
"""Elements that show what their address leads to."""

NO_CONTAINERS = names(
    "a li button form input label option select textarea link meta base img picture area map audio track svg use path "
    "style title html head body nav footer th script"
)
"""Elements whose attributes name no embedded post, whatever they hold."""

QUIET = names(
    "class style id name title alt d points width height sizes srcset rel target role lang dir type media content "
    "viewbox fill stroke transform tabindex colspan rowspan onclick onload onerror href-lang itemtype itemprop "
    "itemid itemscope aria-label aria-labelledby aria-hidden aria-describedby xmlns xmlns:xlink vocab typeof about "
    "action poster longdesc usemap cite-author allow sandbox data-test data-testid data-image data-img data-bg "
    "data-background data-thumb data-thumbnail data-poster data-share-url data-sharer-url data-page-url "
    "data-article-url data-offer-url data-saferedirecturl resource"
)
"""Attributes that hold no address of an embed: how an element looks, whom it belongs to, pictures, the page itself."""


class Called:
    """A search for what elements are called, in any case.

    Nearly all names are ASCII. They are searched in lower case: an expression that ignores case tries each of its
    alternatives at each place, which takes four times as long.
    """

    def __init__(self, pattern: str) -> None:
        """pattern: a regular expression in lower case."""
        self.pattern = pattern
        self._in_lower_case = re.compile(pattern)
        self._in_any_case = re.compile(pattern, re.IGNORECASE)

    def search(self, name: str) -> re.Match[str] | None:
        """Where `name` first matches."""
        return self._in_lower_case.search(name.lower()) if name.isascii() else self._in_any_case.search(name)


_NAMES = (
    r"tweet|twitter|x-post|instagram|insta[_-]|facebook|fb[_-](?:post|video|embed)|youtube|youtu|yt[_-]|tik-?tok|telegram"
    r"|bluesky|bsky|mastodon|fediverse|\btoot|threads|reddit|pinterest|linkedin|tumblr|vkontakte|vk[_-]|weibo|truth-?social"
)
EMBEDDING = Called(
    rf"(?:em)bed|social|iframe|video|player|media|consent|placeholder|blocker|oneb|gdpr|cookie|privacy|cmp[_-]|extcont"
    rf"|external|lazy|lite-|third-?party|{_NAMES}"
)
"""What elements are called that stand where a post is to be shown."""

NOT_A_POST = Called(
    r"shar(?:e(?!d)|ing|er)|follow|button|btn|timeline|intent|reply|replies|hashtag|like-?box|fb-like|fb-comments|fb-page"
    r"|\bnav|menu|footer|subscribe|related|recommend|teaser|comment(?!-embed)|avatar|profile|icons?\b"
    r"|feed(?:[_-]?(?:item|wall|widget|grid|list)|s?\b)|sbi_|cff-|ctf-|curator|juicer|elfsight|lightwidget|thumb"
    r"|\bst_|(?:swiper|slick|splide)[_-]+slide|carousel[_-]+item"
)
"""What buttons, feeds, lists and pictures are called."""

_NOT_EMBEDDED = Called(r"shar(?:e|ing)|follow|thumb|poster|image|avatar|comment|related|profile")
"""What attributes are called that hold an address for something else."""

_NOTICE = r"consent|(?<!inline-)placeholder|content-?blocker|oneb|gdpr|privacy|extcont|external-?content|fallback"
STANDS_IN = Called(rf"embed(?!ded-link)|social-?post|{_NOTICE}|{_NAMES}")
"""What the fall-back text of an embed is called, with a link as its only way to the post."""

_IS_NOTICE = Called(_NOTICE)
"""Of these: what holds a notice of the page's own, in whose sentences the link may stand."""

_IS_EMBED = Called(r"embed")
"""Of these: what may hold a sentence that ends with the link."""

_EMBED_LINK = re.compile(
    r"(?:^|\s)(?:embedly-card|iframely|kg-bookmark-container|(?!embedded)[\w-]*embed(?!ded)[\w-]*)(?:\s|$)",
    re.IGNORECASE,
)
"""Class of a link that a script replaces by the post, or that is drawn as a card of it."""

_FRAME_URL = re.compile(
    r"/embed\b|embed[./]|/plugins/(?:post|video)|/v/|widget_post|video_ext|player|/Tweet\.html", re.IGNORECASE
)
"""Address of a platform's own frame: nobody links to it, it is shown."""

_BUTTON_FRAME = re.compile(
    r"like|share|follow|button|comments|likebox|page\.php|timeline|intent|subscribe", re.IGNORECASE
)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A post that a generic rule found."""

    named: Named
    rule: str
    """`iframe`, `container`, …: the part of the rule's name after the platform's."""
    shape: str
    confidence: float
    sure: bool = True
    """False where only the place of a link says that it stands for an embed."""


# --- frames
# -----------------------------------------------------------------------------------------------------------


def read_frame(attributes: Mapping[str, str | None], permalinks: Permalinks) -> Found | None:
    """A frame or player whose address, wherever a lazy loader or consent manager keeps it, names a post."""
    others: list[str] = []
    for key, value in attributes.items():
        if not value or key in QUIET or len(value) > MAX_URL:
            continue
        value = value.strip()
        if value[:7].lower() in ("http%3a", "https%3"):
            value = unquote(value)
        if "/" not in value:
            continue
        if not value.startswith(("http", "//", "HTTP", "/web/")):
            if "oembed" in value and "url=" in value:
                others.append(value)  # a page of the publisher's own that shows one post
            continue
        named = permalinks.read(value, any_server=True)
        if named is not None:
            shape = "frame" if key in ("src", "data", "value") else "frame that loads later"
            return Found(named=named, rule="iframe", shape=shape, confidence=0.98)
        others.append(value)
    for value in others:
        if (named := _in_query(value, permalinks)) is not None:
            return Found(named=named, rule="iframe", shape="frame of another service", confidence=0.95)
    return None


def _in_query(url: str, permalinks: Permalinks) -> Named | None:
    """The post that another service's frame is told to show: `…/embed?url=https%3A%2F%2Fx.com%2F…`."""
    if "?" not in url or permalinks.belongs(url) or _BUTTON_FRAME.search(url.partition("?")[0]):
        return None
    try:
        pairs = parse_qsl(urlsplit(url).query, max_num_fields=40)
    except ValueError:
        return None
    for _, value in pairs:
        if value.startswith(("http", "//")) and (named := permalinks.read(value)) is not None:
            return named
    given = dict(pairs)
    for key in PROVIDERS:
        platform = permalinks.platform(_provider(given.get(key)) or "")
        if platform is not None:
            return next((n for name in IDS if (n := _named_by_id(platform, given.get(name, ""), permalinks))), None)
    return None


PROVIDERS = ("source", "provider", "service", "platform")
IDS = ("vid", "id", "video_id", "videoId", "video", "post_id", "post")
"""Parameters of another service's frame that name the platform, and the post: `?source=youtube&vid=…`."""


# --- elements that name the post in an attribute
# ------------------------------------------------------------------------

NAMED_IDS = names(
    "data-id data-embed-id data-post-id data-media-key data-media-id data-plyr-embed-id data-video-id data-item-id "
    "data-key data-content-id data-code data-shortcode data-oembed-id data-social-id data-external-id video-id "
    "data-status-id data-social-media-id data-embedid data-mediaid data-provider-id data-post data-videolazy-id"
)
"""Attributes that hold an id whose platform another attribute says."""

ALIASES: Mapping[str, str] = {
    "twitter": "x",
    "tweet": "x",
    "x": "x",
    "x-twitter": "x",
    "twitter-tweet": "x",
    "ig": "instagram",
    "fb": "facebook",
    "yt": "youtube",
    "bsky": "bluesky",
    "vkontakte": "vk",
    "truth-social": "truthsocial",
}
"""What publishers call platforms, beside their names."""

MIN_DIGITS = 9
"""Shorter numbers in such an attribute are the publisher's own ids."""


def read_container(
    tag: str, attributes: Mapping[str, str | None], addresses: list[tuple[str, str]], permalinks: Permalinks
) -> Found | None:
    """An element that calls itself an embed and names the post: by its address, or by platform and id.

    Arguments: `addresses`, those of its attributes (name, value) that hold an address of a known host.
    """
    called = f"{tag} {attributes.get('class') or ''} {attributes.get('id') or ''}"
    if NOT_A_POST.search(called):
        return None
    says = "-" in tag or EMBEDDING.search(called) is not None
    for key, value in addresses:
        if _NOT_EMBEDDED.search(key):
            continue
        if (label := _LABELLED.match(value)) is not None:
            value = value[label.end() :]
        named = permalinks.read(value, any_server=says)
        if named is None or not (named.platform.hosts or _is_telling(named)):
            continue
        if says or label is not None or EMBEDDING.search(key):
            return Found(named=named, rule="container", shape="element of an embed with address", confidence=0.95)
        if _FRAME_URL.search(value):
            return Found(named=named, rule="container", shape="address of a frame", confidence=0.93)
        if any(_provider(other) == named.platform.name for other in attributes.values()):
            return Found(named=named, rule="container", shape="platform and address", confidence=0.93)
    return None


def read_within(
    node: LexborNode,
    attributes: Mapping[str, str | None],
    addresses: list[tuple[str, str]],
    permalinks: Permalinks,
) -> Found | None:
    """As `read_container`, for an element whose parent calls itself an embed and that says nothing of itself."""
    above = node.parent
    if above is None or NOT_A_POST.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}"):
        return None
    about = above.attributes
    called = {key: about.get(key) for key in ("class", "id")}
    if not any(value and _IS_EMBED.search(value) for value in called.values()):
        return None
    return read_container("div", called, addresses, permalinks)


def is_kept_in_embed(script: LexborNode) -> bool:
    """Whether nothing but this script is in an element that calls itself an embed: the HTML that it keeps is shown
    there."""
    above = script.parent
    if above is None:
        return False
    called = f"{above.attributes.get('class') or ''} {above.attributes.get('id') or ''}"
    if NOT_A_POST.search(called) or not _IS_EMBED.search(called):
        return False
    for count, other in enumerate(above.iter(include_text=True)):
        tag = other.tag or ""
        if count == MAX_BESIDE or tag not in _SHOWS_NOTHING or (tag == "-text" and other.text().strip()):
            return False
    return True


MAX_BESIDE = 12
"""Nodes beside a script that keeps an embed: its loader, white space."""

_SHOWS_NOTHING = frozenset({"-text", "-comment", "script", "style"})


_LABELLED = re.compile(r"[a-z]{1,12}-embed-(?=https?://)")
"""An address behind the name that a test of the publisher's finds the element by: `twitter-embed-https://…`."""


def is_declared(attributes: Mapping[str, str | None]) -> bool:
    """Whether the element calls itself an embed, and not a button or a feed."""
    called = " ".join(attributes.get(key) or "" for key in ("class", "id", "name"))
    if NOT_A_POST.search(called):
        return False
    return EMBEDDING.search(called) is not None or any(EMBEDDING.search(key) for key in attributes)


def read_id(attributes: Mapping[str, str | None], permalinks: Permalinks) -> Found | None:
    """An element with a platform's name and the id of a post: `data-media-site-id="twitter" data-media-key="…"`."""
    said = {name for key, value in attributes.items() if key != "class" and (name := _provider(value))}
    providers = [platform for name in said if (platform := permalinks.platform(name)) is not None]
    if not providers:
        return None
    called = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    if NOT_A_POST.search(called):
        return None
    for key in attributes:
        post_id = attributes.get(key)
        if key not in NAMED_IDS or not post_id or len(post_id) > 200:
            continue
        post_id = post_id.strip()
        for platform in providers:
            named = _named_by_id(platform, post_id, permalinks)
            if named is not None:
                return Found(named=named, rule="container", shape="platform and id", confidence=0.9)
    return None


def _provider(value: str | None) -> str | None:
    if not value or len(value) > 20:
        return None
    name = value.strip().lower()
    return ALIASES.get(name, name)


def _named_by_id(platform: Platform, post_id: str, permalinks: Permalinks) -> Named | None:
    """`post_id` as a post of `platform`, where it has the form of its ids."""
    if "/" in post_id and (named := permalinks.read(post_id)) is not None:
        return named if named.platform is platform else None
    if len(post_id) < MIN_DIGITS and (post_id.isdecimal() or not _MIXED.search(post_id)):
        return None
    try:
        ref = platform.ref_from_id(post_id)
    except ValueError:
        return None  # a platform of many servers
    again = platform.ref_from_url(ref.url)
    return Named(platform=platform, ref=again, found="") if again is not None and again.id == post_id else None


_MIXED = re.compile(r"(?=.*[0-9_/-])(?=.*[A-Za-z])")


# --- links and bare addresses in the place of an embed
# ------------------------------------------------------------------

MAX_FALLBACK = 400
"""Code points of the text that stands in an embed's place: a sentence about cookies, and a link."""

MAX_FALLBACK_NODES = 300
"""Nodes of an embed's fall-back; drawn frames of placeholders have below 100."""

MAX_OTHER_LINKS = 4
"""Links to the author, to a privacy notice, to a hashtag."""

_NO_FALLBACK = names("body html main article figcaption li nav header footer table h1 h2 h3 h4 h5 h6")

NO_POST = re.compile(
    r"https?://(?:[\w-]{1,20}\.)?[\w-]{6,30}\.[a-z]{2,10}/(?:@?[A-Za-z_.-]{0,60}/?$"
    r"|(?:intent|share|sharer|sharer\.php|shareArticle|hashtag|dialog|login|pin/create|submit|channel|user|c)[/?.])"
)
"""Links to accounts and share buttons, which most links to platforms are: they need not be read. Names of short hosts,
which stand before an id alone (`youtu.be`), are not meant."""

ADDRESS_MARKS = ("//", ".com/", ".app/", ".me/", ".be/", ".net/", "/@")
"""One of these is in every address that is shown."""

_LINKED_URL = re.compile(r"[\w-]{1,60}(?:\.[\w-]{1,60}){1,5}/\S{3,}")

_URL_SHOWN = re.compile(
    r"(?:https?:)?//\S{8,}|(?:www\.|mobile\.|m\.)?[a-z0-9-]{1,30}\.(?:com|app|me|be|net|social)/\S{4,}"
)

_ALONE_IN = BLOCKS - names("li dd dt ul ol th table tr td pre nav footer header h1 h2 h3 h4 h5 h6 address summary")
"""Blocks in which a lone address was to become an embed; in a list it is a reference."""

_LINES = frozenset({"br", "wbr", "hr"})


def read_lone_url(text: LexborNode, raw: str, permalinks: Permalinks) -> Found | None:
    """An address that is all that its block, or its line in it, holds: software was to replace it by the embed."""
    shown = raw.strip()
    if len(shown) > MAX_FALLBACK or not (_URL_SHOWN.fullmatch(shown) or _LINKED_URL.fullmatch(shown)):
        return None
    at = text
    link: LexborNode | None = None
    for _ in range(6):
        if not _alone(at):
            return None
        parent = at.parent
        if parent is None:
            return None
        tag = parent.tag or ""
        if tag == "a":
            link = parent
        elif tag in BLOCKS:
            if tag not in _ALONE_IN:
                return None
            break
        at = parent
    else:
        return None
    href = (link.attributes.get("href") or "") if link is not None else ""
    url = shown if "//" in shown else "https://" + shown
    cut = shown[-1:] in "…." and bool(href)  # browsers show an address in part
    named = permalinks.read(href if cut else url, any_server=True)
    if named is None and href and not cut:
        named = permalinks.read(href)
    if named is None or not (named.platform.hosts or _is_telling(named)):
        return None
    called = f"{parent.attributes.get('class') or ''}"
    above = parent.parent
    if above is not None:
        called += f" {above.attributes.get('class') or ''}"
    if NOT_A_POST.search(called):
        return None
    if EMBEDDING.search(called):
        return Found(named=named, rule="url", shape="address in an embed's wrapper", confidence=0.95)
    return Found(named=named, rule="url", shape="address alone in its block", confidence=0.85, sure=False)


MIN_SERVER_ID = 15
"""Digits of an id that is no count."""


def _is_telling(named: Named) -> bool:
    """Whether an address on a host that is not known names a post by itself: an account and a long id."""
    return named.ref.handle is not None and len(named.ref.id) >= MIN_SERVER_ID


def _alone(node: LexborNode) -> bool:
    """Nothing else on its line."""
    for following in (True, False):
        beside = node.next if following else node.prev
        while beside is not None:
            tag = beside.tag or ""
            if tag in _LINES or tag in BLOCKS:
                break
            if not tag.startswith(("-", "!")) and tag not in ("script", "noscript", "style"):
                return False
            if tag == "-text" and (beside.text_content or "").strip():
                return False
            beside = beside.next if following else beside.prev
    return True


class FallBacks:
    """Links that stand for an embed: in an element that is called so, with little text and no other link to a post."""

    def __init__(self, permalinks: Permalinks) -> None:
        self._permalinks = permalinks
        self._known: dict[int, bool] = {}

    def read(self, link: LexborNode, attributes: Mapping[str, str | None], href: str) -> Found | None:
        """The post that the `<a>` with this `href` stands for; null where it is a link like others."""
        named = self._permalinks.read(href)
        if named is None:
            return None
        own = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
        if NOT_A_POST.search(own) or any(key.startswith("data-share") for key in attributes):
            return None
        before, behind = _line_around(link)
        if not (before or behind) and _is_still(link, named, href):
            return Found(named=named, rule="link", shape="still that leads to it", confidence=0.85, sure=False)
        if _EMBED_LINK.search(own) or "data-iframely-url" in attributes:
            if before or behind:
                return None
            return Found(named=named, rule="link", shape="link that becomes an embed", confidence=0.95)
        stands_in = STANDS_IN.search(own) is not None
        at = _card_around(link) or link.parent
        for _ in range(6):
            if at is None or at.tag in _NO_FALLBACK:
                return None
            about = at.attributes
            called = f"{about.get('class') or ''} {about.get('id') or ''}"
            if NOT_A_POST.search(called):
                return None
            if STANDS_IN.search(called) or (stands_in and at.tag in BLOCKS):
                break
            at = at.parent
        else:
            return None
        if (before or behind) and (at.tag == "p" or not _may_say(f"{own} {called}", behind)):
            return None
        if not self._holds_little(at):
            return None
        return Found(named=named, rule="link", shape="link in an embed's place", confidence=0.8, sure=False)

    def _holds_little(self, node: LexborNode) -> bool:
        known = self._known.get(node.mem_id)
        if known is None:
            known = self._known[node.mem_id] = self._look(node)
        return known

    def _look(self, node: LexborNode) -> bool:
        posts: set[str] = set()
        others = length = 0
        for count, inner in enumerate(node.traverse(include_text=True)):
            tag = inner.tag
            if tag == "-text":
                length += len(" ".join((inner.text_content or "").split()))
            elif tag == "a":
                href = inner.attributes.get("href") or ""
                named = self._permalinks.read(href) if self._permalinks.likely(href) else None
                if named is None:
                    others += 1
                else:
                    posts.add(named.ref.key)
            if count > MAX_FALLBACK_NODES or length > MAX_FALLBACK or len(posts) > 1 or others > MAX_OTHER_LINKS:
                return False
        return True


def _card_around(link: LexborNode) -> LexborNode | None:
    """Embedly's card, whose link stands in its title."""
    title = link.parent
    card = title.parent if title is not None and (title.tag or "") in _HEADINGS else None
    return card if card is not None and "embedly-card" in (card.attributes.get("class") or "") else None


_HEADINGS = names("h1 h2 h3 h4 h5 h6")
_SHOWN_BY_LINK = re.compile(r"/embed/|/plugins/(?:post|video)\.php|video_ext\.php", re.IGNORECASE)
"""Address of a frame that a script opens over the page."""

MIN_TELLING_ID = 8
"""Shorter ids may stand in any picture's address."""


def _is_still(link: LexborNode, named: Named, href: str) -> bool:
    """Whether the link is a picture in a block of its own, and leads to the post's frame, or is a still of the post:
    how Markdown, mails and light boxes show a video."""
    picture = link.css_first("img")
    if picture is None or link.text(deep=True).strip():
        return False
    framed = _SHOWN_BY_LINK.search(href) is not None
    if not framed and not any(
        value and len(named.ref.id) >= MIN_TELLING_ID and named.ref.id in value for value in picture.attributes.values()
    ):
        return False
    at = link.parent
    while at is not None and (at.tag or "") not in BLOCKS:
        at = at.parent
    if at is None or at.tag not in (_FRAMED_IN if framed else _STILL_IN):
        return False
    for _ in range(3):
        if at is None or NOT_A_POST.search(f"{at.attributes.get('class') or ''} {at.attributes.get('id') or ''}"):
            return False
        at = at.parent
    return True


_STILL_IN = names("p figure center")
_FRAMED_IN = _STILL_IN | {"div"}


def _may_say(called: str, behind: bool) -> bool:
    """Whether a sentence with the link in it may be the page's own notice in an embed's place, and none of the
    article's."""
    return _IS_NOTICE.search(called) is not None or (not behind and _IS_EMBED.search(called) is not None)


MAX_LINE = 200
"""Nodes and levels that are looked at around a link."""

_ENDED = re.compile(r"[.!?:;|·•…。！？：।۔؟»”\"')\]\-–—―]\s*$")
_SIGNS = re.compile(r"\d{4}|//|\d[:.]\d\d")
_GOES_ON = re.compile(r"\s*[,;]?\s*[^\W\d_]")


def _line_around(link: LexborNode) -> tuple[bool, bool]:
    """Whether the sentence that the link stands in begins before it, and goes on behind it, on its own line."""
    before = behind = ""
    at: LexborNode = link
    left = MAX_LINE
    before_done = behind_done = False
    while left > 0 and (at.tag or "") not in BLOCKS:
        beside = at.prev
        while beside is not None and not before_done and left > 0:
            left -= 1
            before_done = (beside.tag or "") in _BREAKS_LINE
            if not before_done and beside.tag not in HIDDEN:
                before = beside.text(deep=True) + before
                before_done = bool(before.strip())
            beside = beside.prev
        beside = at.next
        while beside is not None and not behind_done and left > 0:
            left -= 1
            behind_done = (beside.tag or "") in _BREAKS_LINE
            if not behind_done and beside.tag not in HIDDEN:
                behind += beside.text(deep=True)
                behind_done = bool(behind.strip())
            beside = beside.next
        above = at.parent
        if above is None:
            break
        at = above
        left -= 1
    goes_on = _GOES_ON.match(behind) is not None
    if "@" in before or (not goes_on and _SIGNS.search(link.text(deep=True))):
        return False, goes_on  # a post's own head or foot, with its author or its date
    return any(letter.isalnum() for letter in before) and _ENDED.search(before) is None, goes_on


_BREAKS_LINE = BLOCKS | _LINES


# --- shortcodes
# -------------------------------------------------------------------------------------------------------

_SHORTCODE = re.compile(
    r"\[(?P<name>embed|tweet|twitter|x|instagram|facebook|fb|youtube|tiktok|telegram|bluesky|mastodon|threads|reddit"
    r"|pinterest|linkedin|tumblr|vk|media|video|oembed|social|embedyt)(?P<args>[ =:][^\[\]\n]{0,400})?\]"
    r"(?:\s{0,3}(?P<body>[^\[\]\s]{4,400})\s{0,3}\[/(?P=name)\])?"
    r"|\{\{[<%]\s{0,3}(?P<hugo>tweet|x|instagram|youtube|tiktok|mastodon|bluesky|threads)\s(?P<hugo_args>[^{}\n]{1,300}?)[>%]\}\}"
    r"|\{%\s{0,3}(?P<liquid_name>embed|tweet|twitter|x|instagram|youtube|tiktok|mastodon|bluesky)\s(?P<liquid>[^{}\n]{1,300}?)%\}",
    re.IGNORECASE,
)
_ARGUMENT = re.compile(
    r"""(?:^|[\s=:])["'“”″]?(?P<value>(?:https?:)?//[^\s"'“”″<>\]]{6,400}|[\w/@-]{2,80})["'“”″]?(?=[\s/]|$)"""
)

SHORTCODE_MARKS = ("[", "{{", "{%")
"""What every shortcode has."""


def read_shortcodes(text: str, permalinks: Permalinks) -> Iterator[tuple[int, int, Found]]:
    """Shortcodes that the publisher's software left in the text, with the offsets of their start and end:
    `[tweet 1590173336165216257]`, `[embed]https://…[/embed]`, `{{< tweet user="ana" id="…" >}}`."""
    for code in _SHORTCODE.finditer(text):
        name = (code["name"] or code["hugo"] or code["liquid_name"] or "").lower()
        given = " ".join(code[part] or "" for part in ("body", "args", "hugo_args", "liquid"))
        values = [argument["value"] for argument in _ARGUMENT.finditer(given)]
        named = next((n for v in values if "//" in v and (n := permalinks.read(v)) is not None), None)
        platform = permalinks.platform(ALIASES.get(name, name))
        if named is None and platform is not None:
            named = next((n for v in values if "//" not in v and (n := _named_by_id(platform, v, permalinks))), None)
        if named is not None:
            found = Found(named=named, rule="shortcode", shape="shortcode left in text", confidence=0.9)
            yield code.start(), code.end(), found
