"""What does a page of Instagram show of a post?

The embed's page, the post's own page with its preview lines, and the pages of 2012 to 2022 whose scripts hold the whole
record, as web archives kept them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

from archiver.language.dates import read_date
from archiver.model import Media, Post, PostRef
from archiver.platforms.fragments import words_in
from archiver.platforms.instagram import shortcodes
from archiver.platforms.instagram.records import find_media, post_of
from archiver.platforms.instagram.urls import HANDLE, ref_from_url
from archiver.platforms.jsonld import postings
from archiver.platforms.payload import script_values
from archiver.platforms.preview import Preview, named_by, preview, whole
from archiver.platforms.values import MAX_ITEMS, MAX_TEXT, clean, https

MARKERS = (
    '"contextJSON":',
    "window.__additionalDataLoaded('extra',",
    "window._sharedData",
    '__additionalDataLoaded("extra",',
)
"""Literals after which the record stands: of embeds today, of embeds and of pages until about 2022."""

_TITLES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        # Ana Example on Instagram: "The bridge is open"
        r"(?P<name>[^\n]{1,150}?) (?:shared a (?:post|photo|video) )?on Instagram(?:: [\"“](?P<text>.*)[\"”])?",
        # Ana Example (@ana.example) • Instagram reel
        rf"(?P<name>[^\n]{{1,150}}?) \(@(?P<handle>{HANDLE})\) • Instagram (?:reel|photos and videos|photo|video|post)",
        # Instagram photo by Ana Example • Oct 23, 2017 at 7:31am UTC
        rf"Instagram (?:photo|post|video|reel) by (?P<name>[^\n]{{1,150}}?)(?: \(@(?P<handle>{HANDLE})\))?(?: • .*)?",
    )
)

_COUNTS = r"(?:[\d.,]+[KMB]? [Ll]ikes?, )?(?:[\d.,]+[KMB]? [Cc]omments? - )?"

_DESCRIPTIONS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        # 44K likes, 116 comments - ana.example on April 16, 2025: "The bridge is open".
        rf"{_COUNTS}(?P<handle>{HANDLE}) on (?P<day>[^\n:\"]{{6,40}}): [\"“](?P<text>.*)[\"”]\.?\s*",
        # 1,234 Likes, 56 Comments - Ana Example (@ana.example) on Instagram: “The bridge is open”
        rf"{_COUNTS}(?P<name>[^\n]{{0,150}}?) ?\(@(?P<handle>{HANDLE})\) on Instagram(?:: [\"“](?P<text>.*)[\"”])?\s*",
        # See this Instagram photo by @ana.example • 120 likes
        rf"See (?:this|\S{{1,40}}) Instagram \w{{1,12}} by @(?P<handle>{HANDLE})(?: • .*)?",
    )
)


def broken(page: LexborHTMLParser) -> bool:
    """Whether the embed's page is the one that stands for every post which it does not show."""
    return page.css_first(".EmbedBrokenMedia") is not None


def embedded_post(page: LexborHTMLParser, ref: PostRef) -> Post | None:
    """The post of an embed's page: the record in its script, else (single pictures) what its markup shows."""
    return scripted_post(page, ref) or _shown_post(page, ref)


def scripted_post(page: LexborHTMLParser, ref: PostRef) -> Post | None:
    """The record that a script of the page holds; null where none holds one of this post."""
    found = (find_media(value, ref.id) for value in script_values(page, ref.id, MARKERS))
    media = next((one for one in found if one is not None), None)
    return post_of(media, ref) if media is not None else None


def _shown_post(page: LexborHTMLParser, ref: PostRef) -> Post | None:
    frame = page.css_first(".Embed[data-media-id], .Embed[data-permalink], .Embed")
    name = page.css_first(".UsernameText, .CaptionUsername")
    if frame is None or name is None:
        return None
    attributes = frame.attributes
    declared = ref_from_url(attributes.get("data-permalink") or "")
    if declared is not None and declared.id != ref.id:
        return None
    handle = _handle(name.text(strip=True))
    if handle is None:
        return None
    caption = page.css_first(".Caption")
    words = words_in(caption, without=".CaptionUsername, .CaptionComments") if caption is not None else None
    owner = attributes.get("data-owner-id") or ""
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref.url,
        handle=handle,
        account_id=owner if owner.isascii() and owner.isdecimal() else None,
        created_at=shortcodes.time_of(ref.id),
        text=words.text if words is not None else "",
        media=tuple(_pictures(page)),
    )


def _pictures(page: LexborHTMLParser) -> Iterator[Media]:
    for image in page.css("img.EmbeddedMediaImage")[:MAX_ITEMS]:
        attributes = image.attributes
        url = largest(attributes.get("srcset")) or https(attributes.get("src"))
        if url:
            yield Media(kind="photo", url=url, alt=clean(attributes.get("alt")) or None)
    avatar = page.css_first("a.Avatar img")
    url = https(avatar.attributes.get("src")) if avatar is not None else None
    if url:
        yield Media(kind="avatar", url=url)


def largest(srcset: str | None) -> str | None:
    """The widest picture of a `srcset`."""
    best, width = None, -1
    for entry in (srcset or "")[:20_000].split(",")[:MAX_ITEMS]:
        address, _, size = entry.strip().partition(" ")
        digits = size.strip().rstrip("wx")
        wide = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 6 else 0
        if wide > width and (url := https(address)):
            best, width = url, wide
    return best


def previewed_post(page: LexborHTMLParser, ref: PostRef, address: str) -> Post | None:
    """The post as the page's preview lines tell of it; null where they tell of none, or of another.

    address: where the page was got, also in a web archive.
    """
    lines = preview(page)
    named = named_by(lines, address, ref_from_url)
    if named is None or named.id != ref.id:
        return None
    found = _read_lines(lines)
    handle = found.get("handle") or named.handle
    words = found.get("text")
    if handle is None and words is None and not found.get("name"):
        return None
    made = shortcodes.time_of(ref.id)
    printed = read_date(found.get("day") or "", 0) if made is None else None
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref.url,
        handle=handle.lower() if handle else None,
        display_name=found.get("name") or None,
        created_at=made,
        day=printed.day if printed else None,
        text=words.strip() if words is not None else None,
        text_complete=whole(words),
        media=(Media(kind="photo", url=lines.image),) if lines.image else (),
    )


def _read_lines(lines: Preview) -> dict[str, str]:
    """Name, handle, day and text, as far as the lines tell them; the first that tells a thing counts."""
    out: dict[str, str] = {}
    for forms, values in ((_TITLES, (lines.title, lines.other_title)), (_DESCRIPTIONS, (lines.description,))):
        for value in values:
            plain = (value or "")[:MAX_TEXT].strip()
            found = next((hit for form in forms if (hit := form.fullmatch(plain))), None)
            if found:
                for name, piece in found.groupdict().items():
                    if piece is not None:
                        out.setdefault(name, clean(piece.strip()))
    return out


def described_post(page: LexborHTMLParser, ref: PostRef, address: str) -> Post | None:
    """The post as the page's JSON-LD describes it (about 2017 to 2021)."""
    named = named_by(preview(page), address, ref_from_url)
    if named is None or named.id != ref.id:
        return None
    for posting in postings(page):
        handle = _handle(posting.author_handle or "")
        if handle is None:
            continue
        return Post(
            platform=ref.platform,
            id=ref.id,
            url=ref.url,
            handle=handle,
            display_name=posting.author if posting.author and posting.author.lstrip("@") != handle else None,
            created_at=posting.published or shortcodes.time_of(ref.id),
            text=posting.text,
            media=tuple(Media(kind="photo", url=url) for url in posting.images),
        )
    return None


def _handle(value: str) -> str | None:
    plain = value.strip().lstrip("@").lower()
    return plain if re.fullmatch(HANDLE, plain) else None
