"""What X's oEmbed answer quotes of a post: the `<blockquote>` that publishers paste, and the members beside it.

Read from answers of every year since 2012: `data-datetime` with the exact time until 2013, a printed day since.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from archiver.language.dates import read_date
from archiver.model import Post
from archiver.platforms.values import MAX_ITEMS, MAX_TEXT, Json, clean, string
from archiver.platforms.x.records import MEDIA_LABEL, made_at, moment
from archiver.platforms.x.urls import handle_from_url, ref_from_id, ref_from_url

if TYPE_CHECKING:  # it takes longer to load than all that is read in a page, and few ask X
    from bs4 import Tag

MAX_HTML = 200_000
"""Code points of one blockquote that are read; X's own are below 5,000."""

SIGNATURE = re.compile(r"(?:—|–|--|-|&mdash;)\s*(?P<name>.*)\(@(?P<handle>[A-Za-z0-9_]{1,20})\)\s*\Z", re.DOTALL)


def quoted_post(answer: Json, post_id: str, seen_in: str = "x.oembed") -> Post | None:
    """The post that an oEmbed answer quotes; null where it quotes another one, a timeline, or nothing."""
    html = string(answer, "html")
    if not html or len(html) > MAX_HTML:
        return None
    import bs4

    quote = bs4.BeautifulSoup(html, "html.parser").find("blockquote")
    if not isinstance(quote, bs4.Tag):
        return None
    permalink = _permalink(quote, post_id)
    named = ref_from_url(string(answer, "url") or "")
    if permalink is None or (named and named.id != post_id):
        return None
    signed = _signature(quote)
    handle = handle_from_url(string(answer, "author_url") or "") or signed[1]
    text, links, language = _text(quote)
    time = permalink.get("data-datetime")
    made = moment(time) if isinstance(time, str) else None
    made = made or made_at(post_id)
    printed = printed_day(permalink.get_text(" ", strip=True)) if made is None else None
    return Post(
        platform="x",
        id=post_id,
        url=ref_from_id(post_id, handle).url,
        handle=handle,
        display_name=clean(string(answer, "author_name")) or signed[0],
        created_at=made,
        day=printed.isoformat() if printed else None,
        text=text,
        text_complete=not _cut(text),
        language=language,
        links=links,
        seen_in=seen_in,
    )


def _permalink(quote: Tag, post_id: str) -> Tag | None:
    """The last link that names this post: its text is the date. Links before it may name quoted posts."""
    for link in reversed(quote.find_all("a", href=True)):
        ref = ref_from_url(str(link["href"]))
        if ref is not None:
            return link if ref.id == post_id else None
    return None


def _signature(quote: Tag) -> tuple[str | None, str | None]:
    """Display name and handle of the line `— Name (@handle)`, which stands outside the paragraph."""
    outside = "".join(node for node in quote.find_all(string=True, recursive=False))
    found = SIGNATURE.search(outside.strip()[-400:])
    if not found:
        return None, None
    return clean(found["name"].strip()) or None, found["handle"]


def _text(quote: Tag) -> tuple[str | None, tuple[str, ...], str | None]:
    """The post's words, the links among them, and the language that X gives."""
    paragraphs = quote.find_all("p")
    if not paragraphs:
        return None, (), None
    links: dict[str, None] = {}
    for paragraph in paragraphs:
        for line_break in paragraph.find_all("br"):
            line_break.replace_with("\n")
        for link in paragraph.find_all("a", href=True)[:MAX_ITEMS]:
            label = link.get_text().strip()
            if MEDIA_LABEL.fullmatch(label):
                links[label] = None
                link.replace_with("")
            elif not label.startswith(("@", "#", "$")):
                links[clean(str(link.get("title") or link["href"]))] = None
    text = "\n\n".join(paragraph.get_text().strip() for paragraph in paragraphs)
    language = paragraphs[0].get("lang") or quote.get("lang")
    return clean(text[:MAX_TEXT]).strip(), tuple(links), language if isinstance(language, str) else None


def _cut(text: str | None) -> bool:
    """True where X cut a long post: an ellipsis, then nothing or a link."""
    return bool(text and re.search(r"…(?:\s*https?://t\.co/[A-Za-z0-9]{1,12})?\Z", text))


def printed_day(text: str) -> date | None:
    """The day that an embed prints, in any language; null where it prints none.

    Only needed for ids from before November 2010: later ids carry their time.
    """
    printed = read_date(text, 0)
    return date.fromisoformat(printed.day) if printed and printed.day else None
