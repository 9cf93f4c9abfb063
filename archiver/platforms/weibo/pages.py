"""What does a page of Weibo show of a post?

The phone's page has the record in a script (`$render_data`). The plain page for old phones (`weibo.cn`) and the web
page of before 2020 are markup, the latter within calls of `FM.view`. Days without a year are left alone: the time is in
the post's number.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.model import Media, Post, PostRef
from archiver.platforms.bounds import parse
from archiver.platforms.payload import objects, script_texts, values_after
from archiver.platforms.values import MAX_ITEMS, Json, clean, dig, epoch, https, string
from archiver.platforms.weibo import ids
from archiver.platforms.weibo.records import is_about, plain_words
from archiver.platforms.weibo.urls import ref_from_id

MAX_VIEWS = 60


def render_data(page: LexborHTMLParser) -> Json | None:
    """The application's data in the phone's page; null where there is none."""
    for source in script_texts(page, "$render_data"):
        for value in values_after(source, "$render_data"):
            found = value[0] if isinstance(value, list) and value else value
            if isinstance(found, dict):
                return found
    return None


def status_in(value: object, ref: PostRef) -> Json | None:
    """The record of the post within a value."""
    return next(
        (found for found in objects(value) if is_about(found, ref) and "user" in found and "text" in found), None
    )


def plain_post(page: LexborHTMLParser, ref: PostRef) -> Post | None:
    """The post on the plain page for old phones."""
    bid = ids.bid_of(ref.id)
    for name in (ref.id, bid):
        block = page.css_first(f'[id="M_{name}"]') if name else None
        words = block.css_first(".ctt") if block is not None else None
        if block is None or words is None:
            continue
        author = block.css_first("a.nk") or page.css_first('a[href^="/u/"], a[href^="https://weibo.cn/u/"]')
        account = _account(author.attributes.get("href") if author is not None else None)
        said = plain_words(words.html or "")
        whole = "全文" not in (words.text() or "")[-6:]
        return _post(
            ref,
            account=account,
            name=author.text(strip=True) if author is not None else None,
            text=said.text.removeprefix(":").removeprefix("：").strip(),
            links=said.links,
            complete=whole,
            media=tuple(_pictures(block)),
        )
    return None


def web_post(page: LexborHTMLParser, ref: PostRef) -> Post | None:
    """The post on the web page of before 2020."""
    for view in (page, *_views(page, ref.id)):
        block = view.css_first(f'[mid="{ref.id}"]')
        words = block.css_first('.WB_text, [node-type="feed_list_content"]') if block is not None else None
        if block is None or words is None:
            continue
        author = block.css_first(".WB_info a[usercard], .WB_info a, .W_fb")
        stamp = block.css_first('a[node-type="feed_list_item_date"][date], a.WB_time[date], [date]')
        milliseconds = (stamp.attributes.get("date") or "") if stamp is not None else ""
        known = milliseconds.isascii() and milliseconds.isdecimal() and len(milliseconds) == 13
        card = (author.attributes.get("usercard") or "") if author is not None else ""
        account = _account((author.attributes.get("href") or "") if author is not None else None)
        said = plain_words(words.html or "")
        post = _post(
            ref,
            account=_digits(card.partition("id=")[2].partition("&")[0])
            or account
            or _digits((block.attributes.get("tbinfo") or "").partition("ouid=")[2].partition("&")[0]),
            name=words.attributes.get("nick-name") or (author.text(strip=True) if author is not None else None),
            text=said.text,
            links=said.links,
            complete="展开全文" not in words.text(),
            media=tuple(_pictures(block)),
        )
        made = epoch(int(milliseconds) // 1000) if known else None
        return replace(post, created_at=made) if made is not None else post
    return None


def _views(page: LexborHTMLParser, needle: str) -> Iterator[LexborHTMLParser]:
    """The markup that scripts put into the page, as far as the post's number stands in it."""
    count = 0
    for source in script_texts(page, "FM.view("):
        for value in values_after(source, "FM.view("):
            html = string(value, "html") or ""
            if needle in html and count < MAX_VIEWS:
                count += 1
                yield parse(html)


def _post(
    ref: PostRef,
    *,
    account: str | None,
    name: str | None,
    text: str,
    links: tuple[str, ...],
    complete: bool,
    media: tuple[Media, ...],
) -> Post:
    handle = account or ref.handle
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref_from_id(ref.id, handle).url,
        handle=handle,
        display_name=clean((name or "").strip()) or None,
        account_id=account,
        created_at=ids.time_of(ref.id),
        text=text,
        text_complete=complete,
        links=links,
        media=media,
    )


def _account(href: str | None) -> str | None:
    pieces = (href or "").partition("?")[0].strip("/").split("/")
    return _digits(pieces[-1]) if pieces else None


def _digits(value: str) -> str | None:
    return value if value.isascii() and value.isdecimal() and 5 <= len(value) <= 12 else None


def _pictures(block: LexborNode) -> Iterator[Media]:
    for image in block.css("img.ib, .WB_pic img, .media_box img")[:MAX_ITEMS]:
        source = image.attributes.get("src") or ""
        url = https("https:" + source if source.startswith("//") else source.replace("http://", "https://", 1))
        if url:
            yield Media(kind="photo", url=url)


def error_of(data: object) -> tuple[str, str]:
    """Number and message of an error; empty where there is none."""
    number = next((str(dig(data, name)) for name in ("errno", "error_code", "error_num") if dig(data, name)), "")
    message = next((m for name in ("msg", "message", "error", "errmsg") if (m := string(data, name))), "")
    return number, message
