"""What does a record of YouTube's say: as its pages' scripts, its feeds and oEmbed write it?

A video's title is the post's title, its description the text. Pages before 2023 give the day of publication alone;
lists give neither day nor time but how long ago it was, in English words because English is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from urllib.parse import unquote

import msgspec
from selectolax.lexbor import LexborNode

from archiver.model import Media, Post
from archiver.platforms.bounds import parse
from archiver.platforms.links import unwrap
from archiver.platforms.payload import objects
from archiver.platforms.values import MAX_ITEMS, MAX_TEXT, Json, clean, dig, epoch, https, moment, string, text, whole
from archiver.platforms.youtube.urls import ID, NAME, ref_from_id, ref_from_url

CHANNEL_ID = re.compile(r"UC[A-Za-z0-9_-]{22}")
HANDLE = re.compile(r"[\w.·-]{1,60}")
"""Handles have 3 to 30 letters of any script; names of before 2022, which pages still show in addresses, up to 60."""

_VIDEO_ID = re.compile(ID)
_POST_ID = re.compile(r"Ug[\w-]{10,60}", re.ASCII)
_CHANNEL_URL = re.compile(
    r"(?:https?:)?(?://(?:www\.|m\.)?youtube\.com)?/(?:@|user/)(?P<handle>[^/?#\s]{1,180})/?(?:[?#].*)?", re.IGNORECASE
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LINK = re.compile(r"https?://[^\s<>\"]{4,2000}")
_LINK_END = ".,;:!?)]}'’”»"

MAX_LISTED = 200
"""Videos read of one list; a page has thirty."""

_AGO = re.compile(r"(?P<count>\d{1,4}) (?P<unit>second|minute|hour|day|week|month|year)s? ago", re.ASCII)
_UNITS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=31),
    "year": timedelta(days=366),
}


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A video in a list, and how long ago the list says it was published."""

    post: Post
    ago: str = ""

    def between(self, now: datetime) -> tuple[datetime, datetime] | None:
        """The earliest and the latest time that these words leave; null where they leave any."""
        found = _AGO.search(self.ago)
        if not found:
            return None
        unit, count = _UNITS[found["unit"]], int(found["count"])
        try:
            # units are cut off, not rounded, and months and years have several lengths
            return now - unit * (count + 1) - timedelta(days=1), now - unit * count * 0.98 + timedelta(days=1)
        except OverflowError:
            return None


def player_post(response: Json, post_id: str, seen_in: str) -> Post | None:
    """The video that a page's player was given; null where it was given another, or none."""
    details = dig(response, "videoDetails")
    if not isinstance(details, Mapping) or details.get("videoId") != post_id:
        return None
    more = dig(response, "microformat", "playerMicroformatRenderer")
    title = text(details, "title")
    if title is None:
        return None
    words = text(details, "shortDescription")
    if words is None:
        words = written(dig(more, "description"))
    started = moment(dig(more, "liveBroadcastDetails", "startTimestamp"))
    made, day = _published(dig(more, "publishDate") or dig(more, "uploadDate"))
    return video(
        post_id,
        seen_in=seen_in,
        title=title,
        description=words,
        channel=text(details, "author") or text(more, "ownerChannelName"),
        channel_id=string(details, "channelId") or string(more, "externalChannelId"),
        handle=handle_in(string(more, "ownerProfileUrl")),
        made=made or started,
        day=day,
        media=_poster(dig(details, "thumbnail", "thumbnails")),
    )


def oembed_post(data: Json, post_id: str, seen_in: str) -> Post | None:
    """The video that an oEmbed answer shows; null where it shows another, or none."""
    title = text(data, "title")
    if title is None or oembed_id(data) != post_id:
        return None
    still = https(data.get("thumbnail_url"))
    width, height = whole(data.get("thumbnail_width")), whole(data.get("thumbnail_height"))
    return video(
        post_id,
        seen_in=seen_in,
        title=title,
        channel=text(data, "author_name"),
        handle=handle_in(string(data, "author_url")),
        channel_id=channel_in(string(data, "author_url")),
        media=(Media(kind="poster", url=still, width=width, height=height),) if still else (),
    )


def oembed_id(data: Json) -> str | None:
    """Which video an oEmbed answer is about: its frame's address says so, else the address of its still."""
    frame = re.search(r"/embed/([A-Za-z0-9_-]{11})(?![A-Za-z0-9_-])", (string(data, "html") or "")[:5000])
    if frame:
        return frame[1]
    still = re.search(r"/vi(?:_webp)?/([A-Za-z0-9_-]{11})/", (string(data, "thumbnail_url") or "")[:300])
    return still[1] if still else None


def video(
    post_id: str,
    *,
    seen_in: str,
    title: str | None,
    description: str | None = None,
    complete: bool = True,
    channel: str | None = None,
    channel_id: str | None = None,
    handle: str | None = None,
    made: datetime | None = None,
    day: str | None = None,
    media: tuple[Media, ...] = (),
) -> Post:
    """A video as a post."""
    words = description.replace("\r\n", "\n").strip()[:MAX_TEXT] if description is not None else None
    return Post(
        platform=NAME,
        id=post_id,
        url=ref_from_id(post_id).url,
        handle=handle,
        display_name=clean(channel).strip() or None,
        account_id=channel_id if channel_id and CHANNEL_ID.fullmatch(channel_id) else None,
        created_at=made,
        day=day if made is None else None,
        text=words,
        text_complete=complete,
        title=clean(title).strip() or None,
        media=media[:MAX_ITEMS],
        links=links_in(words or ""),
        seen_in=seen_in,
    )


def links_in(words: str) -> tuple[str, ...]:
    """The addresses that a description spells out."""
    found = (match[0].rstrip(_LINK_END) for match in _LINK.finditer(words))
    return tuple(dict.fromkeys(address for address in found if https(address)))[:MAX_ITEMS]


def handle_in(address: str | None) -> str | None:
    """The handle (or the name of before 2022) in a channel's address; null for `/channel/UC…`."""
    found = _CHANNEL_URL.fullmatch(address[:300]) if address else None
    name = unquote(found["handle"]) if found else ""
    return name if HANDLE.fullmatch(name) else None


def channel_in(address: str | None) -> str | None:
    """The channel's stable id in its address."""
    found = re.search(r"/channel/(UC[A-Za-z0-9_-]{22})(?![\w-])", address[:300]) if address else None
    return found[1] if found else None


def _published(value: object) -> tuple[datetime | None, str | None]:
    """A time, or a day where only that is given."""
    if not isinstance(value, str):
        return None, None
    if made := moment(value):
        return made, None
    return None, day_of(value)


def day_of(value: str | None) -> str | None:
    """An ISO day, where it is one."""
    value = (value or "").strip()[:10]
    if not _DAY.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value).date().isoformat()
    except ValueError:
        return None


def written(value: object) -> str | None:
    """A text as YouTube's pages write it: whole (`simpleText`, `content`), or in pieces (`runs`)."""
    if isinstance(value, str):
        return clean(value[:MAX_TEXT])
    if not isinstance(value, Mapping):
        return None
    for name in ("simpleText", "content"):
        if (found := text(value, name)) is not None:
            return found
    runs = value.get("runs")
    if not isinstance(runs, list):
        return None
    return clean("".join(piece for run in runs[:2000] if (piece := string(run, "text")))[:MAX_TEXT])


def _poster(thumbnails: object) -> tuple[Media, ...]:
    found = thumbnails[:MAX_ITEMS] if isinstance(thumbnails, list) else []
    best = max(found, key=lambda t: whole(dig(t, "width")) or 0, default=None)
    url = https(dig(best, "url"))
    if url is None:
        return ()
    return (Media(kind="poster", url=url, width=whole(dig(best, "width")), height=whole(dig(best, "height"))),)


# -- lists

VIDEO_RENDERERS = ("videoRenderer", "gridVideoRenderer", "playlistVideoRenderer", "compactVideoRenderer")


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Whose list it is, as far as that is known."""

    channel_id: str | None = None
    handle: str | None = None
    name: str | None = None


def owner_of(data: object, handle: str | None) -> Owner:
    """The channel whose page it is. handle: as it was asked for, where the page names none."""
    found = dig(data, "metadata", "channelMetadataRenderer")
    channel_id = string(found, "externalId") or ""
    return Owner(
        channel_id=channel_id if CHANNEL_ID.fullmatch(channel_id) else channel_in(string(found, "channelUrl")),
        handle=handle_in(string(found, "vanityChannelUrl")) or handle,
        name=text(found, "title"),
    )


def listed_videos(data: object, seen_in: str, owner: Owner) -> tuple[Listed, ...]:
    """The videos that a page lists, in its order; one that names another channel than the owner's is left out."""
    out: dict[str, Listed] = {}
    for node in objects(data):
        for name in VIDEO_RENDERERS:
            if isinstance(found := node.get(name), Mapping):
                _keep(out, _rendered(found, seen_in, owner))
        if isinstance(found := node.get("reelItemRenderer"), Mapping):
            _keep(out, _rendered(found, seen_in, owner))
        if isinstance(found := node.get("lockupViewModel"), Mapping):
            _keep(out, _lockup(found, seen_in, owner))
        if len(out) >= MAX_LISTED:
            break
    return tuple(out.values())


def _keep(out: dict[str, Listed], found: Listed | None) -> None:
    if found is not None:
        out.setdefault(found.post.id, found)


def _rendered(found: Json, seen_in: str, owner: Owner) -> Listed | None:
    post_id = string(found, "videoId") or ""
    title = written(found.get("title")) or written(found.get("headline"))
    if not _VIDEO_ID.fullmatch(post_id) or not title:
        return None
    byline = found.get("ownerText") or found.get("shortBylineText") or found.get("longBylineText")
    named = string(dig(byline, "runs", 0, "navigationEndpoint", "browseEndpoint"), "browseId")
    if named and owner.channel_id and named != owner.channel_id:
        return None
    made = epoch(whole(dig(found, "upcomingEventData", "startTime")))
    post = video(
        post_id,
        seen_in=seen_in,
        title=title,
        channel=written(byline) or owner.name,
        channel_id=named or owner.channel_id,
        handle=owner.handle,
        made=made,
        media=_poster(dig(found, "thumbnail", "thumbnails")),
    )
    return Listed(post=post, ago=written(found.get("publishedTimeText")) or written(found.get("videoInfo")) or "")


def _lockup(found: Json, seen_in: str, owner: Owner) -> Listed | None:
    """Lists since 2025."""
    post_id = string(found, "contentId") or ""
    lines = dig(found, "metadata", "lockupMetadataViewModel")
    title = written(dig(lines, "title"))
    if not _VIDEO_ID.fullmatch(post_id) or not title or "PLAYLIST" in (string(found, "contentType") or ""):
        return None
    rows = dig(lines, "metadata", "contentMetadataViewModel", "metadataRows")
    parts = [
        words
        for row in (rows[:MAX_ITEMS] if isinstance(rows, list) else ())
        for part in _list(dig(row, "metadataParts"))
        if (words := written(dig(part, "text")))
    ]
    post = video(
        post_id,
        seen_in=seen_in,
        title=title,
        channel=owner.name,
        channel_id=owner.channel_id,
        handle=owner.handle,
    )
    return Listed(post=post, ago=next((words for words in parts if _AGO.search(words)), ""))


def _list(value: object) -> list[object]:
    return value[:MAX_ITEMS] if isinstance(value, list) else []


# -- a channel's feed


def feed_posts(source: str, seen_in: str) -> tuple[Post, ...]:
    """The videos of an Atom feed, newest first as it lists them."""
    # prefixed names are read as plain ones, and no markup of a title is: it is escaped twice, or none
    page = parse(source)
    channel = _first(page.css("feed > name, author > name"))
    out = []
    for entry in page.css("entry")[:MAX_LISTED]:
        post_id = _line(entry, "yt\\:videoid")
        if post_id is None or not _VIDEO_ID.fullmatch(post_id):
            continue
        address = _line(entry, "author > uri")
        still = entry.css_first("media\\:thumbnail")
        picture = https(still.attributes.get("url")) if still else None
        out.append(
            video(
                post_id,
                seen_in=seen_in,
                title=_line(entry, "title") or _line(entry, "media\\:title"),
                description=_line(entry, "media\\:description") or "",
                channel=_line(entry, "author > name") or channel,
                channel_id=_line(entry, "yt\\:channelid") or channel_in(address),
                handle=handle_in(address),
                made=moment(_line(entry, "published")),
                media=(Media(kind="poster", url=picture),) if picture else (),
            )
        )
    return tuple(out)


def _line(node: LexborNode, selector: str) -> str | None:
    found = node.css_first(selector)
    return clean(found.text(deep=True)[:MAX_TEXT]).strip() or None if found is not None else None


def _first(nodes: Iterable[LexborNode]) -> str | None:
    return next((clean(node.text()).strip() for node in nodes), None) or None


# -- community posts


def community_posts(data: object, seen_in: str) -> Iterator[Post]:
    """The community posts that a page's data holds."""
    for node in objects(data):
        found = node.get("backstagePostRenderer")
        if isinstance(found, Mapping) and (post := _community_post(found, seen_in)) is not None:
            yield post


def _community_post(found: Json, seen_in: str) -> Post | None:
    post_id = string(found, "postId") or ""
    words = written(found.get("contentText"))
    if not _POST_ID.fullmatch(post_id) or words is None:
        return None
    browse = dig(found, "authorEndpoint", "browseEndpoint")
    channel_id = string(browse, "browseId")
    attached = dig(found, "backstageAttachment")
    quoted = string(dig(attached, "videoRenderer"), "videoId")
    links = [
        unwrap(address).url
        for run in _list(dig(found, "contentText", "runs"))
        if (address := string(dig(run, "navigationEndpoint", "urlEndpoint"), "url"))
    ]
    return Post(
        platform=NAME,
        id=post_id,
        url=ref_from_id(post_id).url,
        handle=handle_in(string(browse, "canonicalBaseUrl")),
        display_name=written(found.get("authorText")) or None,
        account_id=channel_id if channel_id and CHANNEL_ID.fullmatch(channel_id) else None,
        text=words.strip(),
        media=tuple(_attached(attached))[:MAX_ITEMS],
        links=tuple(dict.fromkeys(link for link in links if https(link)))[:MAX_ITEMS],
        quoted=f"{NAME}:{quoted}" if quoted and _VIDEO_ID.fullmatch(quoted) else None,
        seen_in=seen_in,
    )


def _attached(attached: object) -> Iterator[Media]:
    several = _list(dig(attached, "postMultiImageRenderer", "images"))
    for picture in (*several, attached):
        yield from (
            Media(kind="photo", url=media.url, width=media.width, height=media.height)
            for media in _poster(dig(picture, "backstageImageRenderer", "image", "thumbnails"))
        )


def linked_id(address: str | None) -> str | None:
    """The id of the video or post that an address names."""
    ref = ref_from_url(address[:2000]) if address else None
    return ref.id if ref else None
