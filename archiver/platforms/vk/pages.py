"""What does a page of VK show of a post or a video?

Each post of a page is an element that names its owner and number; the words, the second of posting (`time`, in seconds)
and the pictures stand in it. A post that passes another one on has that as a quotation. The phone's page has other
names for the same. Where VK shows no post, its notice stands in one element of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.language.dates import read_date
from archiver.model import Media, Post, PostRef
from archiver.platforms import instants
from archiver.platforms.fragments import words_in
from archiver.platforms.payload import names
from archiver.platforms.preview import named_by, preview, whole
from archiver.platforms.values import MAX_ITEMS, clean, epoch, https
from archiver.platforms.vk.urls import ref_from_url

ROOT = "https://vk.com/"

NOTICES = ".message_page_body, .message_page_title, .service_msg, .wall_error, .error_msg, .PostError"
"""Elements in which VK tells why there is no post, on pages of several years."""

POSTS = ".post, .wall_item, .Post"
"""Elements that are posts: where there are some, a notice is about something beside them, such as the comments."""

TEXTS = ".wall_post_text, .pi_text, .vkitPostText__root, [class*='vkitPostText__root'], .PostText"
DATES = ".rel_date, .wi_date, .post_date, .PostHeaderSubtitle__item, time, .pi_date"
AUTHORS = (
    ".post_author .author, a.author, .pi_author, .wi_author, .PostHeaderTitle__authorName, .PostHeaderTitle__author"
)
OWN_LINK = ".post_link, .wi_date, .pi_date, .PostHeaderSubtitle__link"
"""The link of a post to itself: its date. Other posts may link to it in their words."""

QUOTED = ".copy_quote, .wall_copy_quote, .wi_cp, .PostCopyQuote, .copyQuote"
"""A post that is passed on, within the one that passes it on."""

BUTTONS = ".wall_post_more, .PostTextMore, .pi_more, .wall_signed"
MAX_POSTS = 60
MAX_DEPTH = 60

MOSCOW = timezone(timedelta(hours=3))
"""VK prints signed-out readers the time of Moscow, which is this since 2014-10-26."""
MOSCOW_SINCE = datetime(2014, 10, 26, tzinfo=UTC)

_CLOCK = re.compile(r"(?P<hour>[0-2]?\d):(?P<minute>[0-5]\d)\s?(?P<half>[ap]m)?", re.IGNORECASE)
_STYLE_URL = re.compile(r"url\([\"']?(https://[^\"')\s]{1,1000})[\"']?\)")
_PERSON = re.compile(r"/(?P<name>[A-Za-z0-9_.]{3,50})/?")
_NO_NAME = re.compile(r"(?:wall|video|photo|club|public|feed|away|im|search)", re.IGNORECASE)


def notice(page: LexborHTMLParser) -> str | None:
    """What VK says in the place of a post; null where it says nothing, or shows posts."""
    if page.css_first(f"{POSTS}, {TEXTS}, {AUTHORS}") is not None:
        return None
    said = [found.text for node in page.css(NOTICES)[:8] if (found := words_in(node)).text]
    bodies = [text for text in said if text.lower() not in ("error", "ошибка", "помилка")]
    return bodies[0][:600] if bodies else None


def shown_post(page: LexborHTMLParser, ref: PostRef, address: str) -> Post | None:
    """The post that the page shows; null where it shows none, or another.

    address: where the page was got, also in a web archive.
    """
    element = _element(page, ref)
    if element is not None:
        return _post(element, ref)
    if ref.id.startswith("video"):
        return _film(page, ref, address)
    return None


def _element(page: LexborHTMLParser, ref: PostRef) -> LexborNode | None:
    """The element of the page that is the post."""
    pair = ref.id.removeprefix("wall").removeprefix("video")
    if not ref.id.startswith("wall"):
        return None
    named = page.css_first(f'[data-post-id="{pair}"], #post{pair}, #wpt{pair}, [data-exec*="{pair}"].wall_item')
    if named is not None and named.css_first(f"{TEXTS}, {DATES}, {AUTHORS}") is not None:
        return named
    for link in page.css(f'a[href*="wall{pair}"], a[name="post{pair}"]')[:MAX_POSTS]:
        attributes = link.attributes
        if attributes.get("name") != f"post{pair}" and not (
            names(attributes.get("href") or "", f"wall{pair}") and (link.css_matches(OWN_LINK) or link.css_first(DATES))
        ):
            continue
        node = link.parent
        for _ in range(MAX_DEPTH):
            if node is None:
                break
            kinds = set((node.attributes.get("class") or "").split())
            if kinds & {"post", "wall_item", "_post", "Post", "wall_post_cont"} and not _is_quote(node):
                return node
            node = node.parent
    return None


def _is_quote(node: LexborNode) -> bool:
    parent: LexborNode | None = node
    for _ in range(MAX_DEPTH):
        if parent is None:
            return False
        if set((parent.attributes.get("class") or "").split()) & {"copy_quote", "wall_copy_quote", "wi_cp"}:
            return True
        parent = parent.parent
    return False


def _post(element: LexborNode, ref: PostRef) -> Post | None:
    quote = element.css_first(QUOTED)
    quoted = None
    if quote is not None:
        quoted = next((key for link in quote.css("a[href]")[:MAX_ITEMS] if (key := _other(link, ref))), None)
        quote.decompose()
    body = element.css_first(TEXTS)
    author = element.css_first(AUTHORS)
    made, day = _made(element)
    if body is None and author is None and made is None:
        return None
    words = words_in(body, without=BUTTONS, base=ROOT) if body is not None else None
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref.url,
        handle=_name(author) or ref.handle,
        display_name=clean(author.text(strip=True)) or None if author is not None else None,
        account_id=ref.id.removeprefix("wall").partition("_")[0],
        created_at=made,
        day=day,
        text=words.text if words is not None else "",
        links=tuple(link for link in words.links if "//vk.com/" not in link) if words is not None else (),
        media=tuple(_pictures(element)),
        quoted=quoted,
    )


def _other(link: LexborNode, ref: PostRef) -> str | None:
    found = ref_from_url(urljoin(ROOT, link.attributes.get("href") or ""))
    return found.key if found is not None and found.id != ref.id else None


def _name(author: LexborNode | None) -> str | None:
    """The account's name in addresses."""
    link = (
        author
        if author is not None and author.tag == "a"
        else author.css_first("a[href]")
        if author is not None
        else None
    )
    href = (link.attributes.get("href") or "") if link is not None else ""
    path = href.partition("?")[0].removeprefix("https://vk.com").removeprefix("https://m.vk.com")
    found = _PERSON.fullmatch(path)
    return found["name"] if found and not _NO_NAME.match(found["name"]) else None


def _made(element: LexborNode) -> tuple[datetime | None, str | None]:
    """When it was posted, else the day that is printed."""
    for node in element.css(DATES)[:MAX_ITEMS]:
        for name in ("time", "data-date", "data-time"):
            value = node.attributes.get(name) or ""
            if value.isascii() and value.isdecimal() and len(value) < 12 and (made := epoch(int(value))):
                return made, None
        if (made := instants.moment(node.attributes.get("datetime"))) is not None:
            return made, None
    for node in element.css(DATES)[:MAX_ITEMS]:
        made = printed_moment(node.text(strip=True)[:80])
        if made is not None:
            return made, None
    return None, None


def printed_moment(text: str) -> datetime | None:
    """The time that VK prints (`9 Nov 2022 at 3:02 pm`, `9 ноя 2022 в 15:02`); null for days without a year or a time,
    and for those that depend on the reader's day (`yesterday at 3:02 pm`)."""
    printed = read_date(text, 0)
    clock = _CLOCK.search(text)
    if printed is None or printed.day is None or clock is None:
        return None
    hour, half = int(clock["hour"]), (clock["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23:
        return None
    moment = datetime.fromisoformat(printed.day).replace(hour=hour, minute=int(clock["minute"]), tzinfo=MOSCOW)
    return moment.astimezone(UTC) if moment >= MOSCOW_SINCE else None


def _pictures(element: LexborNode) -> Iterator[Media]:
    seen: set[str] = set()
    for node in element.css(
        ".page_post_thumb_wrap, .thumb_map_img, .wall_text img, .pi_medias img, .PhotoPrimaryAttachment__imageElement, "
        "[class*='vkitMediaGrid'] img"
    )[:MAX_ITEMS]:
        attributes = node.attributes
        found = _STYLE_URL.search((attributes.get("style") or "")[:2000])
        url = (
            https(attributes.get("src"))
            or https(attributes.get("data-src_big"))
            or (https(found[1]) if found else None)
        )
        if url and url not in seen and "emoji" not in (attributes.get("class") or ""):
            seen.add(url)
            kind = "poster" if "data-video" in attributes or "video" in (attributes.get("href") or "") else "photo"
            yield Media(kind=kind, url=url, alt=clean(attributes.get("alt") or attributes.get("aria-label")) or None)


def _film(page: LexborHTMLParser, ref: PostRef, address: str) -> Post | None:
    """A video, as its page's preview lines tell of it."""
    lines = preview(page)
    named = named_by(lines, address, ref_from_url)
    if named is None or named.id != ref.id or not lines.title or not (lines.video or lines.image):
        return None
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref.url,
        account_id=ref.id.removeprefix("video").partition("_")[0],
        title=lines.title,
        text=lines.description,
        text_complete=whole(lines.description),
        media=(Media(kind="poster", url=lines.image),) if lines.image else (),
    )
