"""How does HTML hold a post of Instagram?

The blockquote that Instagram has given to publishers since 2013, in all its versions and languages, what its script
makes of it, and the elements in which others name a post by its short code. Only words that stand between the network's
own header and its attribution are the post's; most embeds show none.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from selectolax.lexbor import LexborNode

from archiver.language import names
from archiver.model import PostRef
from archiver.platforms import banners, instants, marks
from archiver.platforms.base import EmbedRule, Sighting
from archiver.platforms.instagram import phrases
from archiver.platforms.instagram.residues import Attribution, attribution_at
from archiver.platforms.instagram.urls import HANDLE, handle_from_url, ref_from_id, ref_from_url
from archiver.platforms.markup import Rendered, render

_CODE = re.compile(r"[A-Za-z0-9_-]{5,40}")
_SOURCES = ("data-instgrm-permalink", "cite", "src", "data-src", "data-url", "data-href", "data-permalink")

MAX_TRIES = 8
"""Handles of one embed that are tried, from the last: captions end in a dozen of them."""

_LAST_HANDLE = re.compile(rf"[(（]\s?[@＠](?P<handle>{HANDLE})\s?[)）]")
_HEADING = 70
"""Longest first line that names the network and is its header, in a language that is not known here."""


def _any_ref(node: LexborNode, keys: tuple[str, ...] = _SOURCES) -> tuple[PostRef, str] | None:
    attributes = node.attributes
    for key in keys:
        value = (attributes.get(key) or "").strip()
        if value and (ref := ref_from_url(value)) is not None:
            return ref, value
    return None


def read_embed(node: LexborNode) -> Sighting | None:
    """`blockquote.instagram-media` and its relatives: header, caption, attribution, and the permalink."""
    attributes = node.attributes
    if node.tag in ("div", "section", "figure") and node.css_first("blockquote.instagram-media") is not None:
        return None  # a wrapper of the same name
    declared = (attributes.get("data-instgrm-permalink") or "").strip()
    found = _any_ref(node)
    if found is None and declared and handle_from_url(declared):
        return None  # the embed of a profile
    rendered = render(node)
    if found is None:
        found = next(((ref, link.href) for link in rendered.links if (ref := ref_from_url(link.href))), None)
    if found is None:
        return None
    ref, url = found
    moment = node.css_first("time[datetime]")
    time = instants.utc(moment.attributes.get("datetime")) if moment is not None else None
    said = _attribution(rendered.text)
    if said is not None:
        return Sighting(
            post_id=ref.id,
            found_url=url,
            url=ref.url,
            handle=said.handle or ref.handle or _profile(rendered)[0],
            display_name=said.name,
            time=time or said.moment,
            date_basis="utc" if time else None,
            text=_caption(rendered.text[: said.start]),
            shape="permalink and attribution",
        )
    handle, name = _profile(rendered)
    last = next(iter(list(_LAST_HANDLE.finditer(rendered.text))[-1:]), None)
    caption = None
    if last is not None and handle is not None and last["handle"].lower() == handle:
        # an attribution in a language that is not known here
        caption = _caption(rendered.text[: rendered.text.rfind("\n", 0, last.start()) + 1])
    return Sighting(
        post_id=ref.id,
        found_url=url,
        url=ref.url,
        handle=handle or (last["handle"] if last is not None and not _words_after(rendered.text, last) else ref.handle),
        display_name=name,
        time=time,
        date_basis="utc" if time else None,
        text=caption,
        shape="permalink",
    )


def read_quotation(node: LexborNode) -> Sighting | None:
    """The blockquote without its class, or only its last paragraph, as sanitisers leave them: a link to the post whose
    words are an attribution."""
    if "instagram-media" in (node.attributes.get("class") or ""):
        return None
    if node.tag == "p":
        link = node.child
        while link is not None and link.tag == "-text" and not (link.text_content or "").strip():
            link = link.next
        if link is None or link.tag != "a" or ref_from_url(link.attributes.get("href") or "") is None:
            return None
    elif node.css_first('a[href*="instagr"]') is None:
        return None
    rendered = render(node)
    said = _attribution(rendered.text)
    if said is None or any(character.isalnum() for character in rendered.text[said.end :]):
        return None
    if node.tag == "p" and any(character.isalnum() for character in rendered.text[: said.start]):
        return None
    return read_embed(node)


def _words_after(text: str, found: re.Match[str]) -> bool:
    return any(character.isalpha() for character in text[found.end() :])


def _attribution(text: str) -> Attribution | None:
    """The last attribution in the text of an embed."""
    place = len(text)
    for _ in range(MAX_TRIES):
        place = max(text.rfind("@", 0, place), text.rfind("＠", 0, place))
        if place < 0:
            break
        if (found := attribution_at(text, place, 0)) is not None:
            return found
    line = text.rstrip().rfind("\n") + 1
    for stem in phrases.BEFORE:
        at = text.lower().find(stem, line)
        if at >= 0 and at < len(text) and (found := attribution_at(text, at, line)) is not None:
            return found
    return None


def _profile(rendered: Rendered) -> tuple[str | None, str | None]:
    """The account and the name that the last link to a profile shows."""
    for link in reversed(rendered.links):
        if (handle := handle_from_url(link.href)) is not None:
            label = rendered.text[link.start : link.end].strip()
            return handle, names.clean(label) if label and not label.startswith("@") else None
    return None, None


def _caption(shown: str) -> str | None:
    """What stands between the network's header and its attribution."""
    shown = shown.strip()
    header = phrases.header().search(shown, 0, 200)
    if header is not None and not any(character.isalnum() for character in shown[: header.start()]):
        shown = shown[header.end() :]
    else:
        first, _, rest = shown.partition("\n")
        if "instagram" in first.lower() and len(first) <= _HEADING and not first.lstrip().startswith(("#", "@")):
            shown = rest
    shown = shown.strip()
    return (
        shown if any(not character.isspace() and character not in "\u200b\u200e\u200f" for character in shown) else None
    )


def read_code(node: LexborNode) -> Sighting | None:
    """An element that names the post by its short code: AMP's, and those of consent managers and forums."""
    attributes = node.attributes
    ours = "insta" in (node.tag or "") or "insta" in (attributes.get("class") or "").lower()
    if not ours and (attributes.get("data-media-site-id") or "").lower() != "instagram":
        return None
    for key in ("data-shortcode", "postid", "data-media-key", "data-instagram-id", "data-post-id", "shortcode"):
        value = (attributes.get(key) or "").strip()
        if "/" in value and (ref := ref_from_url(value)) is not None:
            return _named(ref, value)
        if _CODE.fullmatch(value):
            return _named(ref_from_id(value), None)
    return None


URL_ATTRIBUTES = (
    *("data-feed", "data-extcontent_url", "data-instagram-url", "data-instagram-permalink", "instagram-url"),
    *("data-insta-url", "data-instagram", "data-ig-url"),
)
"""Attributes that hold nothing but an embedded post's URL, or that of its oEmbed record."""


def read_attribute(node: LexborNode) -> Sighting | None:
    """An element that stands where a script will draw the post, and holds its URL in an attribute."""
    if node.tag in ("a", "button", "form", "input", "link", "meta", "ul", "ol"):
        return None
    found = _any_ref(node, URL_ATTRIBUTES)
    return _named(*found) if found is not None else None


def _named(ref: PostRef, found_url: str | None) -> Sighting:
    return Sighting(post_id=ref.id, handle=ref.handle, url=ref.url, found_url=found_url, shape="permalink")


def _json(value: str | None) -> dict[str, Any] | None:
    if not value or not value.lstrip().startswith("{") or len(value) > 200_000:
        return None
    try:
        data = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def read_newsletter(node: LexborNode) -> Sighting | None:
    """Substack: `data-attrs` with `instagram_id`, `title` (the attribution), `author_name`, `timestamp`."""
    value = node.attributes.get("data-attrs") or ""
    if "instagram_id" not in value:
        return None
    record = _json(value)
    code = record.get("instagram_id") if record else None
    if record is None or not isinstance(code, str) or not _CODE.fullmatch(code):
        return None
    title, author, made = record.get("title"), record.get("author_name"), record.get("timestamp")
    said = _attribution(title) if isinstance(title, str) else None
    handle = author.strip().lstrip("@") if isinstance(author, str) else ""
    return Sighting(
        post_id=code,
        url=ref_from_id(code).url,
        handle=(said.handle if said else None) or (handle if re.fullmatch(HANDLE, handle) else None),
        display_name=said.name if said else None,
        time=instants.utc(made) if isinstance(made, str) else None,
        shape="record",
    )


def read_banner(node: LexborNode) -> Sighting | None:
    """A consent banner in the embed's place, whose only link is the post."""
    href = banners.target(node)
    ref = ref_from_url(href) if href else None
    return _named(ref, href) if ref is not None else None


_ID = "BalQ2SWFty8"
_URL = f"https://www.instagram.com/p/{_ID}/"

RULES: tuple[EmbedRule, ...] = tuple(
    msgspec.structs.replace(rule, example_id=_ID)
    for rule in (
        EmbedRule(
            name="instagram.embed",
            marks=(),
            read=read_embed,
            classes=frozenset({"instagram-media"}),
            attributes=frozenset({"data-instgrm-permalink"}),
            examples=(
                (
                    f'<blockquote class="instagram-media" data-instgrm-permalink="{_URL}?utm_source=ig_embed"'
                    f' data-instgrm-version="14"><div><a href="{_URL}"><div>View this post on Instagram</div></a><p>'
                    f'<a href="{_URL}">A post shared by Ana Example (@ana.example)</a></p></div></blockquote>'
                ),
                (
                    '<blockquote class="instagram-media" data-instgrm-captioned data-instgrm-version="7"><div>'
                    f'<p><a href="{_URL}">The bridge is open.</a></p><p>A post shared by Ana Example (@ana.example) on '
                    '<time datetime="2017-10-23T07:31:37+00:00">Oct 23, 2017 at 12:31am PDT</time></p></div>'
                    "</blockquote>"
                ),
                f'<iframe class="instagram-media instagram-media-rendered" src="{_URL}embed/?cr=1&amp;v=14"></iframe>',
            ),
        ),
        EmbedRule(
            name="instagram.quotation",
            marks=(),
            read=read_quotation,
            tags=frozenset({"blockquote", "p"}),
            needs="nstagr",
            examples=(
                (
                    f'<blockquote><p><a href="{_URL}">The bridge is open.</a></p><p>A photo posted by Ana Example '
                    "(@ana.example) on Jan 7, 2015 at 3:02pm PST</p></blockquote>"
                ),
                f'<p><a href="{_URL}">A post shared by Ana Example (@ana.example)</a></p>',
            ),
        ),
        EmbedRule(
            name="instagram.code",
            marks=(
                marks.of_tag("amp-instagram", "bento-instagram", "instagram-embed", "lite-instagram"),
                marks.of_class("tac_instagram", "instagram_post", "instagramembed-canvas"),
                marks.of_attribute("data-shortcode", "data-instagram-id"),
                marks.Mark('data-media-site-id{ }*{=}{ }*{"}*{ }*instagram'),
            ),
            read=read_code,
            tags=frozenset({"amp-instagram", "bento-instagram", "instagram-embed", "lite-instagram"}),
            classes=frozenset({"tac_instagram", "instagram_post", "instagramembed-canvas"}),
            attributes=frozenset({"data-shortcode", "data-media-site-id", "data-instagram-id"}),
            examples=(
                f'<amp-instagram data-shortcode="{_ID}" data-captioned width="400" height="400"></amp-instagram>',
                f'<div class="instagram_post" postid="{_ID}"></div>',
                f'<iframe data-media-site-id="instagram" data-media-key="{_ID}"></iframe>',
            ),
        ),
        EmbedRule(
            name="instagram.newsletter",
            marks=(marks.Mark("instagram_id"),),
            read=read_newsletter,
            attributes=frozenset({"data-attrs"}),
            examples=(
                (
                    '<div class="instagram" data-component-name="InstagramToDOM" data-attrs=\'{"instagram_id":"'
                    f'{_ID}","title":"A post shared by Ana Example (@ana.example)","author_name":"ana.example"}}\'>'
                    "</div>"
                ),
            ),
        ),
        EmbedRule(
            name="instagram.attribute",
            marks=(),
            read=read_attribute,
            attributes=frozenset(URL_ATTRIBUTES),
            examples=(
                f'<div class="js-socialembed" data-feed="{_URL}"></div>',
                f'<div data-extcontent_url="https://graph.facebook.com/v8.0/instagram_oembed?url={_URL}"></div>',
            ),
        ),
        EmbedRule(
            name="instagram.banner",
            marks=(),
            read=read_banner,
            tags=frozenset({"h4"}),
            examples=(
                (
                    '<div><h4 class="ConsentBannerTitle-aBcD">Instagram content</h4><p>This content is on the site it '
                    f'<a class="ConsentBannerLink-eFgH" href="{_URL}">originates</a> from.</p></div>'
                ),
            ),
        ),
    )
)
"""Asked in this order; the first that reads something wins."""
