"""What does an archived copy show of a video, or of a channel, and where may there be copies?

A watch page has looked in five ways since 2005: with the words in the page (to about 2017, with classes that changed
every other year), with schema.org's `itemprop` beside them (since 2011), with the player's JSON within JSON
(`ytplayer.config`, 2010 to 2020) and as a value of its own (since 2019), and with an empty page around it (since 2020).
Titles stand in every one of them; the page of a removed video has none.

No prefix of an address finds a channel's videos in an archive's index: ids tell neither the channel nor the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.exchange import Exchange
from archiver.model import AnswerKind, Media, Post, PostRef
from archiver.platforms import instants
from archiver.platforms.base import Clues
from archiver.platforms.bounds import parse
from archiver.platforms.markup import render
from archiver.platforms.pages import page_text
from archiver.platforms.payload import values_after
from archiver.platforms.preview import preview
from archiver.platforms.values import MAX_ITEMS, Json, dig, https, parse_json, string, text
from archiver.platforms.youtube import endpoints
from archiver.platforms.youtube.answers import initial_data, player_response
from archiver.platforms.youtube.records import (
    CHANNEL_ID,
    HANDLE,
    Listed,
    channel_in,
    community_posts,
    day_of,
    feed_posts,
    handle_in,
    linked_id,
    listed_videos,
    oembed_post,
    owner_of,
    player_post,
    video,
)
from archiver.platforms.youtube.sentences import read_sentences
from archiver.platforms.youtube.urls import canonical_url

CONFIG = ("ytplayer.config", "swfArgs", "'PLAYER_CONFIG':", '"PLAYER_CONFIG":')
"""What the player was given before 2020."""

TITLES = (
    '[itemprop="name"][content]',
    "#eow-title",
    "#watch-headline-title",
    "h1.watch-title",
    "#watch-vid-title h1",
    "#watch-headline h1",
    "#video_title",
    "#video-title",
)
DESCRIPTIONS = (
    "#eow-description",
    "#watch-description-text",
    "#watch-video-details-inner .description",
    "#watch-vid-desc-full",
    "#videoDetailsDiv .description",
    "#watch-description .watch-description-body",
)
DATES = ("#eow-date", ".watch-time-text", "#watch-description-clip .date", ".watch-video-date", ".watch-video-added")
OWNERS = (
    ".yt-user-info a",
    "#watch-uploader-info a.author",
    "#watch-userbanner a",
    "a.yt-user-name",
    "#watch-username",
    "#watch-channel-stats a.hLink",
    "#userInfoDiv a",
)

HEAD = re.compile(
    r"\s*(?:▶ ?|\(\d{1,4}\+?\) ?)?(?:youtube ?- (?P<old>.*?)|(?P<new>.*) - youtube)\s*", re.DOTALL | re.IGNORECASE
)
"""`YouTube - Title` to 2010, `Title - YouTube` since; a page that stands in a video's place mostly has neither form."""

NO_TITLE = re.compile(r"\s*(?:broadcast yourself\.?)?\s*", re.IGNORECASE)
"""What stands where a title would, on the page of a removed video."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WRITTEN_DAY = re.compile(r"(?P<month>[A-Z][a-z]{2})[a-z]{0,6}\.? (?P<day>\d{1,2}),? (?P<year>20\d\d)", re.ASCII)
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2}) (?P<month>[A-Z][a-z]{2})[a-z]{0,6}\.?,? (?P<year>20\d\d)", re.ASCII)


def archived_urls(ref: PostRef) -> tuple[str, ...]:
    """Addresses under which archives may hold the video, best first."""
    permalink = canonical_url(ref.id)
    if endpoints.is_community_post(ref):
        return (permalink,)
    return (
        permalink,
        f"{endpoints.ROOT}/watch?v={ref.id}&feature=youtu.be",
        f"{endpoints.ROOT}/shorts/{ref.id}",
        f"{endpoints.ROOT}/embed/{ref.id}",
        endpoints.oembed_lookup(ref.id).url,
        f"https://m.youtube.com/watch?v={ref.id}",
    )


def read_archived(ref: PostRef, exchange: Exchange) -> Post | None:
    """The record from an archived page or oEmbed answer; null where the copy does not show the video (or post)."""
    source = page_text(exchange)
    if source is None:
        return None
    if source.lstrip()[:1] == "{":
        data = parse_json(source)
        return oembed_post(data, ref.id, endpoints.OEMBED) if isinstance(data, Mapping) else None
    if "<" not in source[:4096]:
        return None
    if endpoints.is_community_post(ref):
        posts = community_posts(initial_data(source), endpoints.COMMUNITY)
        return next((post for post in posts if post.id == ref.id), None)
    response = player_response(source)
    if response is not None and (post := player_post(response, ref.id, endpoints.WATCH)) is not None:
        return post
    for found in _configs(source):
        if (post := _configured(found, ref.id)) is not None:
            return _with_page(post, source)
    return _page(ref, source, exchange.url)


def _configs(source: str) -> Iterator[Json]:
    """What the player was given before 2020: its arguments, with a record in JSON within them since 2018."""
    for marker in CONFIG:
        for value in values_after(source, marker):
            arguments = dig(value, "args") if isinstance(dig(value, "args"), Mapping) else value
            if isinstance(arguments, Mapping):
                yield arguments


def _configured(arguments: Json, post_id: str) -> Post | None:
    inner = parse_json(string(arguments, "player_response") or "")
    if isinstance(inner, Mapping) and (post := player_post(inner, post_id, endpoints.WATCH)) is not None:
        return post
    title = text(arguments, "title")
    if arguments.get("video_id") != post_id or not title or arguments.get("status") == "fail":
        return None
    still = https(arguments.get("iurl") or arguments.get("thumbnail_url"))
    return video(
        post_id,
        seen_in=endpoints.WATCH,
        title=title,
        channel=text(arguments, "author"),
        channel_id=_channel_id(string(arguments, "ucid")),
        media=(Media(kind="poster", url=still),) if still else (),
    )


def _channel_id(value: str | None) -> str | None:
    """`ucid` was written without its `UC`."""
    if not value:
        return None
    whole_id = value if value.startswith("UC") else f"UC{value}"
    return whole_id if CHANNEL_ID.fullmatch(whole_id) else None


def _page(ref: PostRef, source: str, address: str) -> Post | None:
    """The words in the page itself, where it says that it is this video's."""
    page = parse(source)
    lines = preview(page)
    named = [_content(page, "videoId"), linked_id(lines.url), linked_id(address)]
    if next((found for found in named if found), None) != ref.id:
        return None
    title = _title(page, lines.title)
    if title is None:
        return None
    owner = next((node for node in page.css(", ".join(OWNERS))[:8] if node.text(strip=True)), None)
    author = page.css_first('[itemprop="author"] link[itemprop="url"], [itemprop="author"] [itemprop="url"]')
    owner_url = author.attributes.get("href") if author else owner.attributes.get("href") if owner else None
    made, day = _date(page)
    words, complete = _description(page)
    return video(
        ref.id,
        seen_in=endpoints.WATCH,
        title=title,
        description=words,
        complete=complete,
        channel=_name_of(page) or (owner.text(strip=True) if owner else None),
        channel_id=_content(page, "channelId") or channel_in(owner_url),
        handle=handle_in(owner_url),
        made=made,
        day=day,
        media=(Media(kind="poster", url=lines.image),) if lines.image else (),
    )


def _with_page(post: Post, source: str) -> Post:
    """A record of the player's arguments, with what the page around it says besides."""
    page = parse(source)
    made, day = _date(page)
    words, complete = _description(page)
    author = page.css_first('[itemprop="author"] link[itemprop="url"]')
    owner_url = author.attributes.get("href") if author else None
    return video(
        post.id,
        seen_in=post.seen_in,
        title=post.title,
        description=post.text if post.text is not None else words,
        complete=post.text is not None or complete,
        channel=post.display_name or _name_of(page),
        channel_id=post.account_id or _content(page, "channelId"),
        handle=post.handle or handle_in(owner_url),
        made=post.created_at or made,
        day=post.day or day,
        media=post.media,
    )


def _title(page: LexborHTMLParser, og_title: str | None) -> str | None:
    for node in page.css(", ".join(TITLES))[:8]:
        attributes = node.attributes
        if attributes.get("itemprop") and not _of_the_video(node):
            continue
        if found := (attributes.get("content") or attributes.get("title") or node.text(strip=True)).strip():
            return found
    head = page.css_first("title")
    shown = HEAD.fullmatch((head.text() if head else "")[:500])
    for line in (og_title, _meta(page, "title"), (shown["old"] or shown["new"]) if shown else None):
        if line and not NO_TITLE.fullmatch(line):
            said = read_sentences([line])
            return line.strip() if said is None or said.kind is AnswerKind.UNSAID else None
    return None


def _of_the_video(node: LexborNode) -> bool:
    """`itemprop="name"` is the channel's too, within its own element."""
    parent = node.parent
    for _ in range(4):
        if parent is None:
            return True
        if parent.attributes.get("itemprop") in ("author", "itemListElement", "item"):
            return False
        parent = parent.parent
    return True


def _name_of(page: LexborHTMLParser) -> str | None:
    node = page.css_first('[itemprop="author"] [itemprop="name"]')
    return (node.attributes.get("content") or "").strip() or None if node else None


def _description(page: LexborHTMLParser) -> tuple[str | None, bool]:
    """The description, and whether it is whole: the line for search engines is cut."""
    for selector in DESCRIPTIONS:
        node = page.css_first(selector)
        if node is not None and (words := render(node).text.strip()):
            return words, True
    cut = _content(page, "description") or _meta(page, "description")
    return cut, cut is None


def _date(page: LexborHTMLParser) -> tuple[datetime | None, str | None]:
    for name in ("datePublished", "uploadDate"):
        value = _content(page, name) or ""
        if (made := instants.moment(value)) is not None:
            return made, None
        if day := day_of(value):
            return None, day
    for node in page.css(", ".join(DATES))[:4]:
        if day := _written_day(node.text()[:100]):
            return None, day
    return None, None


def _written_day(words: str) -> str | None:
    """`Published on Apr 23, 2005`, `April 23, 2005`, `23 Apr 2005`."""
    found = _WRITTEN_DAY.search(words) or _DAY_FIRST.search(words)
    month = found["month"].lower() if found else ""
    if not found or month not in MONTHS:
        return None
    try:
        return date(int(found["year"]), MONTHS.index(month) + 1, int(found["day"])).isoformat()
    except ValueError:
        return None


def _content(page: LexborHTMLParser, name: str) -> str | None:
    node = page.css_first(f'meta[itemprop="{name}"]')
    return (node.attributes.get("content") or "").strip() or None if node else None


def _meta(page: LexborHTMLParser, name: str) -> str | None:
    node = page.css_first(f'meta[name="{name}"]')
    return (node.attributes.get("content") or "").strip() or None if node else None


# -- lists


def archived_lists(clues: Clues) -> tuple[str, ...]:
    """A channel's list of videos under its handle, and under its name of before 2022."""
    handle = clues.handle.removeprefix("@")
    if not HANDLE.fullmatch(handle):
        return ()
    return (
        endpoints.channel_lookup(handle).url,
        f"{endpoints.ROOT}/user/{handle}/videos",
        f"{endpoints.ROOT}/c/{handle}/videos",
    )


def read_archived_list(url: str, exchange: Exchange) -> tuple[Post, ...]:
    """The videos that an archived copy of such a page lists, without times: it says how long before its capture each
    was published, and no more than in years mostly."""
    source = page_text(exchange)
    if source is None or "<" not in source[:4096]:
        return ()
    handle = re.search(r"/(?:@|user/|c/)([^/?#]{1,60})", url[:300])
    name = handle[1] if handle else None
    if "<entry>" in source:
        return feed_posts(source, endpoints.FEED)
    data = initial_data(source)
    if data is not None:
        listed = listed_videos(data, endpoints.CHANNEL, owner_of(data, name))
    else:
        listed = _old_list(parse(source), name)
    return tuple(one.post for one in listed)


def _old_list(page: LexborHTMLParser, handle: str | None) -> tuple[Listed, ...]:
    """Lists of 2008 to 2019: links to videos, whose title is in an attribute or their words."""
    out: dict[str, Listed] = {}
    for link in page.css('a[href*="/watch?v="]')[: 16 * MAX_ITEMS]:
        post_id = linked_id(urljoin(f"{endpoints.ROOT}/", (link.attributes.get("href") or "")[:2000]))
        title = (link.attributes.get("title") or link.text(strip=True)).strip()
        if post_id is None or len(post_id) != 11 or not title or re.fullmatch(r"[\d:]{1,9}", title):
            continue
        out.setdefault(post_id, Listed(post=video(post_id, seen_in=endpoints.CHANNEL, title=title, handle=handle)))
    return tuple(out.values())
