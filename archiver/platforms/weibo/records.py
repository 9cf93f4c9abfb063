"""What does Weibo's JSON say of a post?

The phone's application and the web page have the same record: words as HTML, the time as `Tue Jun 07 09:18:00 +0800
2022`, the account's number and name. Smiles are pictures with their name in brackets. A long post's words are cut
unless `longText` holds them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from archiver.model import Media, Post, PostRef, post_key
from archiver.platforms.bounds import parse
from archiver.platforms.fragments import MAX_FRAGMENT, Words, words_in
from archiver.platforms.values import MAX_ITEMS, Json, clean, dig, https, members, string, text, whole
from archiver.platforms.weibo import ids
from archiver.platforms.weibo.urls import ref_from_id

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIME = re.compile(
    r"[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}) (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d) "
    r"(?P<zone>[+-]\d{4}) (?P<year>\d{4})"
)
_SMILE = re.compile(r"\[[^\[\]]{1,20}\]")
_MORE = frozenset({"全文", "展开全文", "展开", "查看全文"})
MAX_SMILES = 1000

_TRUE = (True, 1, "1", "true")


def is_about(data: Json, ref: PostRef) -> bool:
    """Whether a record is the post's, in either spelling of its number."""
    known = {ref.id, ids.bid_of(ref.id)}
    return any(str(data.get(name)) in known for name in ("id", "idstr", "mid", "bid", "mblogid") if data.get(name))


def has_author(data: Json) -> bool:
    """Whether a record has an author: what Weibo says in a post's place has none."""
    return isinstance(data.get("user"), dict) and bool(string(data["user"], "screen_name"))


def post_of(data: Json, ref: PostRef) -> Post:
    """The post as a record describes it."""
    user = data.get("user")
    account = _number(user)
    handle = account or ref.handle
    words, complete = _words(data)
    edited = moment(data.get("edit_at")) if whole(data.get("edit_count")) else None
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref_from_id(ref.id, handle).url,
        handle=handle,
        display_name=text(user, "screen_name") or None,
        account_id=account,
        created_at=moment(data.get("created_at")) or ids.time_of(ref.id),
        text=words.text,
        text_complete=complete,
        title=text(dig(data, "page_info"), "title") or None if dig(data, "page_info", "type") == "article" else None,
        media=(*_media(data), *_avatar(user)),
        links=words.links,
        quoted=_quoted(data, ref),
        edited_at=edited,
    )


def _number(user: object) -> str | None:
    value = dig(user, "id") or dig(user, "idstr")
    found = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    return found if found.isascii() and found.isdecimal() and len(found) <= 12 else None


def _words(data: Json) -> tuple[Words, bool]:
    long = text(data.get("longText"), "longTextContent")
    raw = long or text(data, "text") or ""
    found = plain_words(raw)
    if not long and (known := text(data, "text_raw") or text(data, "raw_text")) and not found.text:
        found = Words(text=known.strip())
    cut = data.get("isLongText") in _TRUE and not long
    return found, not cut


def plain_words(markup: str) -> Words:
    """The words of Weibo's HTML: smiles by their names, without the link to the rest."""
    body = parse(markup[:MAX_FRAGMENT]).body
    if body is None:
        return Words(text="")
    for image in body.css("img[alt]")[:MAX_SMILES]:
        name = image.attributes.get("alt") or ""
        if _SMILE.fullmatch(name):
            image.replace_with(name)
    for link in body.css("a")[:MAX_SMILES]:
        if link.text(strip=True) in _MORE:
            link.decompose()
    words = words_in(body, base="https://weibo.com/")
    shown = words.text.removesuffix("\u200b").strip()
    return Words(text=shown, links=tuple(link for link in words.links if not _own(link)))


def _own(link: str) -> bool:
    """Whether a link leads to Weibo's accounts and topics, or to the picture of a smile."""
    return re.match(r"https?://(?:[\w-]+\.)*(?:weibo\.c(?:n|om)|sinaimg\.cn)/", link) is not None


def moment(value: object) -> datetime | None:
    """A time as Weibo's JSON writes it, in UTC."""
    found = _TIME.fullmatch(value) if isinstance(value, str) and len(value) < 40 else None
    if found is None or found["month"] not in _MONTHS:
        return None
    zone = found["zone"]
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:]))
    try:
        return datetime(
            int(found["year"]),
            _MONTHS.index(found["month"]) + 1,
            int(found["day"]),
            int(found["hour"]),
            int(found["minute"]),
            int(found["second"]),
            tzinfo=timezone(-offset if zone[0] == "-" else offset),
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _media(data: Json) -> tuple[Media, ...]:
    out: dict[str, Media] = {}
    for picture in members(data.get("pics")):
        url = _secure(dig(picture, "large", "url")) or _secure(picture.get("url"))
        if url:
            out[url] = Media(kind="gif" if url.lower().endswith(".gif") else "photo", url=url)
    infos = data.get("pic_infos")
    for info in list(infos.values())[:MAX_ITEMS] if isinstance(infos, dict) else ():
        url = next((u for size in ("largest", "large", "bmiddle") if (u := _secure(dig(info, size, "url")))), None)
        if url:
            out.setdefault(url, Media(kind="photo", url=url))
    page = data.get("page_info")
    film = next(
        (
            found
            for path in (
                ("urls", "mp4_720p_mp4"),
                ("urls", "mp4_hd_mp4"),
                ("urls", "mp4_ld_mp4"),
                ("media_info", "stream_url_hd"),
                ("media_info", "stream_url"),
            )
            if (found := _secure(dig(page, *path)))
        ),
        None,
    )
    if film:
        out[film] = Media(kind="video", url=film)
        still = _secure(dig(page, "page_pic", "url")) or _secure(dig(page, "page_pic"))
        if still:
            out.setdefault(still, Media(kind="poster", url=still))
    return tuple(out.values())[:MAX_ITEMS]


def _secure(value: object) -> str | None:
    """The address under https, which Weibo's hosts of pictures have."""
    url = https(value)
    return url.replace("http://", "https://", 1) if url else None


def _avatar(user: object) -> tuple[Media, ...]:
    url = _secure(dig(user, "avatar_hd") or dig(user, "profile_image_url"))
    return (Media(kind="avatar", url=url),) if url else ()


def _quoted(data: Json, ref: PostRef) -> str | None:
    inner = data.get("retweeted_status")
    for name in ("mid", "id", "idstr"):
        found = clean(str(dig(inner, name) or ""))
        if found != ref.id and ids.time_of(found) is not None:
            return post_key(ref.platform, found, None)
    return None
