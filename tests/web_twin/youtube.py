"""YouTube's public pages: a video's page, oEmbed, a channel's lists, its feed, short links, stills, the consent wall.

Shapes as recorded oEmbed answers and descriptions of pages have them: every page is 200 and assigns its data in
scripts; a video that does not play has a status and sentences there; oEmbed answers with JSON or with one word of plain
text. Lists say how long ago a video was published, feeds when.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from tests.web_twin import media
from tests.web_twin.crowd import Crowd, Note, Person
from tests.web_twin.population import PostState
from tests.web_twin.wire import Reply, Request
from tests.web_twin.x import gmt

CONTROL_ID = "jNQXAC9IVRw"
CONTROL_TITLE = "In front of the harbour"

IN_FEED, ON_PAGE, IN_LIST = 15, 30, 100

ZONE = timezone(timedelta(hours=-8))
"""Pages give the time of publication in that of California."""

LAST_CHARACTER = "AEIMQUYcgkosw048"
"""An id has 64 bits in eleven characters: the last one has two of six."""

ID = re.compile(r"[A-Za-z0-9_-]{11}")

STOPPED: dict[PostState, tuple[str, str, str]] = {
    PostState.DELETED: ("ERROR", "Video unavailable", "This video has been removed by the uploader"),
    PostState.SUSPENDED: (
        "ERROR",
        "Video unavailable",
        "This video is no longer available because the YouTube account associated with this video has been terminated.",
    ),
    PostState.ACCOUNT_GONE: (
        "ERROR",
        "Video unavailable",
        "This video is no longer available because the uploader has closed their YouTube account.",
    ),
    PostState.PROTECTED: (
        "LOGIN_REQUIRED",
        "Private video",
        "Sign in if you've been granted access to this video",
    ),
    PostState.AGE_RESTRICTED: (
        "LOGIN_REQUIRED",
        "Sign in to confirm your age",
        "This video may be inappropriate for some users.",
    ),
    PostState.WITHHELD: (
        "UNPLAYABLE",
        "Video unavailable",
        "The uploader has not made this video available in your country",
    ),
}
NOT_THERE = ("ERROR", "Video unavailable", "This video isn't available anymore")
BOT = ("LOGIN_REQUIRED", "Sign in to confirm you’re not a bot", "This helps protect our community. Learn more")

SHOWN = (PostState.LIVE, PostState.AGE_RESTRICTED, PostState.WITHHELD)
"""What lists and oEmbed show, too."""

CHANNEL = re.compile(r"/@(?P<handle>[^/]{1,60})(?:/(?P<tab>featured|videos|search))?/?")


class YouTubeSite:
    """All hosts of YouTube.

    Switches:
    consent: every page sends its reader to the consent page, as in Europe.
    bot_check: pages of videos ask their reader to sign in.
    limited: everything is 429.
    feeds: whether feeds answer; they fail at times with 404.
    embedding: whether oEmbed shows videos; where their uploaders forbid it, it says 401.
    """

    hosts = ("www.youtube.com", "youtube.com", "m.youtube.com", "consent.youtube.com", "youtu.be", "i.ytimg.com")

    def __init__(self, crowd: Crowd, now: Callable[[], datetime]) -> None:
        self.crowd = crowd
        self._now = now
        self.consent = False
        self.bot_check = False
        self.limited = False
        self.feeds = True
        self.embedding = True

    def __call__(self, request: Request) -> Reply:
        host, path = request.host, request.unquoted_path
        if self.limited:
            return self._plain(429, "")
        if host == "i.ytimg.com":
            return self._still(path)
        if host == "youtu.be":
            return self._redirect(303, f"https://www.youtube.com/watch?v={path.strip('/')}&feature=youtu.be")
        if host == "youtube.com":
            return self._redirect(301, f"https://www.youtube.com{request.target}")
        if host == "consent.youtube.com":
            return self._page(_consent(request.query.get("continue", "")))
        if path == "/oembed":
            return self._oembed(request.query)
        if path == "/feeds/videos.xml":
            return self._feed(request.query.get("channel_id", ""))
        if self.consent:
            back = quote(request.url, safe="")
            return self._redirect(
                302, f"https://consent.youtube.com/m?continue={back}&gl=DE&m=0&pc=yt&cm=2&hl=en&src=1"
            )
        if path == "/watch":
            return self._page(self._watch(request.query.get("v", "")))
        if path == "/playlist":
            return self._uploads(request.query.get("list", ""))
        if found := CHANNEL.fullmatch(path):
            return self._channel(found["handle"], found["tab"] or "featured", request.query.get("query", ""))
        if path.startswith("/post/"):
            return self._page(_page("YouTube", data={"alerts": [_alert("This post is unavailable")]}))
        return self._not_found()

    # -- whom and what

    def note(self, post_id: str) -> Note | None:
        return self.crowd.find("youtube", post_id) if ID.fullmatch(post_id) else None

    def _videos(self, person: Person) -> list[Note]:
        """What lists show of a channel, newest first."""
        return [note for note in reversed(self.crowd.on("youtube", person)) if note.state in SHOWN]

    # -- a video

    def _watch(self, post_id: str) -> str:
        note = self.note(post_id)
        if self.bot_check:
            return _page("YouTube", player=_stopped(BOT))
        if post_id == CONTROL_ID:
            return _page(CONTROL_TITLE, player=_playing(_control()))
        if note is None:
            return _page("", player=_stopped(NOT_THERE))
        if note.state in STOPPED:
            player = _stopped(STOPPED[note.state])
            if note.state in SHOWN:
                player |= {name: value for name, value in _playing(_video(note)).items() if name != "playabilityStatus"}
            return _page("", player=player)
        return _page(note.short_title, player=_playing(_video(note)))

    def _oembed(self, query: dict[str, str]) -> Reply:
        parts = urlsplit(query.get("url", ""))
        post_id = parse_qs(parts.query).get("v", [parts.path.strip("/") if parts.hostname == "youtu.be" else ""])[0]
        if not ID.fullmatch(post_id) or (post_id != CONTROL_ID and post_id[-1] not in LAST_CHARACTER):
            return self._plain(400, "Bad Request")
        note = self.note(post_id)
        if post_id == CONTROL_ID:
            video = _control()
        elif note is None or note.state in (PostState.DELETED, PostState.SUSPENDED, PostState.ACCOUNT_GONE):
            return self._plain(404, "Not Found")
        elif note.state is PostState.PROTECTED:
            return self._plain(403, "Forbidden")
        elif not self.embedding:
            return self._plain(401, "Unauthorized")
        else:
            video = _video(note)
        body = json.dumps(_embedded(video), separators=(",", ":")).replace("<", "\\u003c").replace(">", "\\u003e")
        return Reply(headers=self._headers("application/json"), body=body.encode(), compress=True)

    # -- a channel

    def _channel(self, handle: str, tab: str, query: str) -> Reply:
        person = self.crowd.by_handle("youtube", handle)
        if person is None or person.state in (PostState.SUSPENDED, PostState.ACCOUNT_GONE):
            return self._not_found()
        notes = self._videos(person)
        if tab == "search":
            listed: list[Any] = [_rendered(note, self._ago(note)) for note in _hits(notes, query)[:ON_PAGE]]
        else:
            listed = [{"richItemRenderer": {"content": _lockup(n, self._ago(n))}} for n in notes[:ON_PAGE]]
            if len(notes) > ON_PAGE:
                listed.append(_more())
        return self._page(_page(person.name, data=_tab(listed, person)))

    def _uploads(self, list_id: str) -> Reply:
        person = self._by_channel("UC" + list_id[2:]) if list_id.startswith("UU") else None
        if person is None:
            return self._page(_page("YouTube", data={"alerts": [_alert("The playlist does not exist.")]}))
        notes = self._videos(person)
        listed = [
            {
                "playlistVideoRenderer": {
                    "videoId": note.id_on("youtube"),
                    "title": {"runs": [{"text": note.short_title}]},
                    "shortBylineText": _byline(person),
                    "videoInfo": {"runs": [{"text": "1.2K views"}, {"text": " • "}, {"text": self._ago(note)}]},
                    "lengthSeconds": "61",
                }
            }
            for note in notes[:IN_LIST]
        ]
        if len(notes) > IN_LIST:
            listed.append(_more())
        return self._page(_page("Uploads", data=_tab(listed, None)))

    def _by_channel(self, channel_id: str) -> Person | None:
        person = self.crowd.by_account_id("youtube", channel_id)
        gone = (PostState.SUSPENDED, PostState.ACCOUNT_GONE)
        return person if person is not None and person.state not in gone else None

    def _feed(self, channel_id: str) -> Reply:
        person = self._by_channel(channel_id)
        if person is None or not self.feeds:
            return self._not_found()
        body = "".join(_feed(person, channel_id, self._videos(person)[:IN_FEED]))
        return Reply(headers=self._headers("text/xml; charset=UTF-8"), body=body.encode(), compress=True)

    def _ago(self, note: Note) -> str:
        seconds = max(1, int((self._now() - note.created).total_seconds()))
        for name, length in (
            ("year", 31_536_000),
            ("month", 2_592_000),
            ("week", 604_800),
            ("day", 86_400),
            ("hour", 3600),
        ):
            if seconds >= length:
                count = seconds // length
                return f"{count} {name}{'s' if count > 1 else ''} ago"
        return f"{max(1, seconds // 60)} minutes ago"

    # -- replies

    def _headers(self, kind: str) -> tuple[tuple[str, str], ...]:
        return (
            ("Content-Type", kind),
            ("Date", gmt(self._now())),
            ("Server", "scaffolding on HTTPServer2" if "json" in kind or "plain" in kind else "ESF"),
            ("Cache-Control", "private" if "json" in kind else "no-cache, no-store, max-age=0, must-revalidate"),
            ("X-XSS-Protection", "0"),
            ("X-Frame-Options", "SAMEORIGIN"),
            ("X-Content-Type-Options", "nosniff"),
        )

    def _page(self, page: str, status: int = 200) -> Reply:
        return Reply(
            status=status, headers=self._headers("text/html; charset=utf-8"), body=page.encode(), compress=True
        )

    def _plain(self, status: int, words: str) -> Reply:
        return Reply(status=status, headers=self._headers("text/plain; charset=utf-8"), body=words.encode())

    def _not_found(self) -> Reply:
        page = '<html lang="en" dir="ltr"><head><title>404 Not Found</title></head><body id="error-page"></body></html>'
        return self._page(page, 404)

    def _redirect(self, status: int, target: str) -> Reply:
        return Reply(status=status, headers=(*self._headers("application/binary"), ("Location", target)))

    def _still(self, path: str) -> Reply:
        post_id = path.split("/")[2] if path.count("/") > 2 else ""
        note = self.note(post_id)
        known = post_id == CONTROL_ID or (note is not None and note.state in SHOWN)
        picture = media.jpeg(f"still {post_id}" if known else "grey")
        headers = (("Content-Type", "image/jpeg"), ("Date", gmt(self._now())), ("Server", "sffe"))
        return Reply(status=200 if known else 404, headers=headers, body=picture)


# -- what pages are made of


def _page(title: str, player: Any = None, data: Any = None) -> str:
    scripts = ""
    for name, value in (
        ("ytInitialPlayerResponse", player),
        ("ytInitialData", data if data is not None else {"contents": {}}),
    ):
        if value is not None:
            text = (
                json.dumps(value, ensure_ascii=False, separators=(",", ":"))
                .replace("</", "<\\/")
                .replace("<!", "\\u003c!")
            )
            scripts += f'<script nonce="qZ1">var {name} = {text};</script>'
    return (
        '<!DOCTYPE html><html style="font-size: 10px" lang="en"><head><meta charset="utf-8"><script nonce="qZ1">'
        '(function() {window.ytplayer={}; ytcfg.set({"HL":"en","LOGGED_IN":false});})();</script>'
        f"<title>{html.escape(title)}{' - ' if title != 'YouTube' else ''}{'YouTube' if title != 'YouTube' else ''}"
        f'</title></head><body dir="ltr">{scripts}<ytd-app></ytd-app></body></html>'
    )


def _video(note: Note) -> dict[str, Any]:
    words = "\n".join(part for part in (note.rest, note.link or "") if part)
    return {
        "id": note.id_on("youtube"),
        "title": note.short_title,
        "description": words,
        "author": note.person.name,
        "handle": note.person.handle("youtube"),
        "channel": note.person.account_id("youtube"),
        "made": note.created.astimezone(ZONE).isoformat(timespec="seconds"),
    }


def _control() -> dict[str, Any]:
    return {
        "id": CONTROL_ID,
        "title": CONTROL_TITLE,
        "description": "Here are the boats.",
        "author": "first_quay",
        "handle": "first_quay",
        "channel": "UC" + "0" * 22,
        "made": "2005-04-23T20:31:52-07:00",
    }


def _playing(video: dict[str, Any]) -> dict[str, Any]:
    stills = [
        {"url": f"https://i.ytimg.com/vi/{video['id']}/{name}.jpg", "width": width, "height": height}
        for name, width, height in (("default", 120, 90), ("hqdefault", 480, 360))
    ]
    return {
        "responseContext": {},
        "playabilityStatus": {"status": "OK", "playableInEmbed": True},
        "videoDetails": {
            "videoId": video["id"],
            "title": video["title"],
            "lengthSeconds": "61",
            "channelId": video["channel"],
            "isOwnerViewing": False,
            "shortDescription": video["description"],
            "isCrawlable": True,
            "thumbnail": {"thumbnails": stills},
            "viewCount": "1234",
            "author": video["author"],
            "isPrivate": False,
        },
        "microformat": {
            "playerMicroformatRenderer": {
                "title": {"simpleText": video["title"]},
                "description": {"simpleText": video["description"]},
                "ownerProfileUrl": f"http://www.youtube.com/@{quote(video['handle'])}",
                "externalChannelId": video["channel"],
                "isFamilySafe": True,
                "publishDate": video["made"],
                "ownerChannelName": video["author"],
                "uploadDate": video["made"],
            }
        },
    }


def _stopped(why: tuple[str, str, str]) -> dict[str, Any]:
    status, reason, below = why
    screen = {
        "subreason": {"simpleText": below},
        "reason": {"simpleText": reason},
        "thumbnail": {"thumbnails": [{"url": "//s.ytimg.com/yts/img/meh7-vflGevej7.png", "width": 140, "height": 100}]},
        "icon": {"iconType": "ERROR_OUTLINE"},
    }
    playability = {"status": status, "reason": reason, "errorScreen": {"playerErrorMessageRenderer": screen}}
    return {"responseContext": {}, "playabilityStatus": playability}


def _embedded(video: dict[str, Any]) -> dict[str, Any]:
    frame = (
        f'<iframe width="200" height="113" src="https://www.youtube.com/embed/{video["id"]}?feature=oembed" '
        f'frameborder="0" allowfullscreen title="{html.escape(video["title"])}"></iframe>'
    )
    return {
        "title": video["title"],
        "author_name": video["author"],
        "author_url": f"https://www.youtube.com/@{quote(video['handle'])}",
        "type": "video",
        "height": 113,
        "width": 200,
        "version": "1.0",
        "provider_name": "YouTube",
        "provider_url": "https://www.youtube.com/",
        "thumbnail_height": 360,
        "thumbnail_width": 480,
        "thumbnail_url": f"https://i.ytimg.com/vi/{video['id']}/hqdefault.jpg",
        "html": frame,
    }


def _tab(listed: list[Any], person: Person | None) -> dict[str, Any]:
    content = {"richGridRenderer": {"contents": listed}}
    data: dict[str, Any] = {
        "contents": {
            "twoColumnBrowseResultsRenderer": {"tabs": [{"tabRenderer": {"selected": True, "content": content}}]}
        }
    }
    if person is not None:
        channel = person.account_id("youtube")
        data["metadata"] = {
            "channelMetadataRenderer": {
                "title": person.name,
                "externalId": channel,
                "channelUrl": f"https://www.youtube.com/channel/{channel}",
                "vanityChannelUrl": f"http://www.youtube.com/@{quote(person.handle('youtube'))}",
            }
        }
    return data


def _byline(person: Person) -> dict[str, Any]:
    endpoint = {"browseEndpoint": {"browseId": person.account_id("youtube")}}
    return {"runs": [{"text": person.name, "navigationEndpoint": endpoint}]}


def _rendered(note: Note, ago: str) -> dict[str, Any]:
    return {
        "videoRenderer": {
            "videoId": note.id_on("youtube"),
            "title": {"runs": [{"text": note.short_title}]},
            "publishedTimeText": {"simpleText": ago},
            "ownerText": _byline(note.person),
        }
    }


def _lockup(note: Note, ago: str) -> dict[str, Any]:
    rows = [{"metadataParts": [{"text": {"content": "1.2K views"}}, {"text": {"content": ago}}]}]
    lines = {
        "title": {"content": note.short_title},
        "metadata": {"contentMetadataViewModel": {"metadataRows": rows}},
    }
    return {
        "lockupViewModel": {
            "contentId": note.id_on("youtube"),
            "contentType": "LOCKUP_CONTENT_TYPE_VIDEO",
            "metadata": {"lockupMetadataViewModel": lines},
        }
    }


def _more() -> dict[str, Any]:
    return {"continuationItemRenderer": {"trigger": "CONTINUATION_TRIGGER_ON_ITEM_SHOWN"}}


def _alert(words: str) -> dict[str, Any]:
    return {"alertRenderer": {"type": "ERROR", "text": {"simpleText": words}}}


def _consent(back: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><title>Before you continue to YouTube</title></head><body><form '
        f'action="https://consent.youtube.com/save" method="POST"><input name="continue" value="{html.escape(back)}">'
        "</form></body></html>"
    )


def _hits(notes: Sequence[Note], query: str) -> list[Note]:
    """What a search within a channel finds: videos with half of the query's words, those with most first."""
    wanted = set(_pieces(query))
    scored = [(len(wanted & set(_pieces(f"{note.short_title} {note.rest}"))), note) for note in notes]
    found = [(count, note) for count, note in scored if wanted and 2 * count >= len(wanted)]
    return [note for _, note in sorted(found, key=lambda hit: -hit[0])]


def _pieces(text: str) -> Iterator[str]:
    for word in re.findall(r"\w+", text.lower()):
        if word.isascii() or not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", word):
            yield word
        else:
            yield from (word[at : at + 2] for at in range(len(word)))


def _feed(person: Person, channel: str, notes: Sequence[Note]) -> Iterator[str]:
    name, address = html.escape(person.name), f"https://www.youtube.com/channel/{channel}"
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" '
        'xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">\n <link rel="self" '
        f'href="http://www.youtube.com/feeds/videos.xml?channel_id={channel}"/>\n <id>yt:channel:{channel[2:]}</id>\n'
        f" <yt:channelId>{channel[2:]}</yt:channelId>\n <title>{name}</title>\n <author>\n  <name>{name}</name>\n"
        f"  <uri>{address}</uri>\n </author>\n"
    )
    for note in notes:
        video = _video(note)
        title, when = html.escape(video["title"]), note.created.strftime("%Y-%m-%dT%H:%M:%S+00:00")
        yield (
            f" <entry>\n  <id>yt:video:{video['id']}</id>\n  <yt:videoId>{video['id']}</yt:videoId>\n"
            f"  <yt:channelId>{channel}</yt:channelId>\n  <title>{title}</title>\n"
            f'  <link rel="alternate" href="https://www.youtube.com/watch?v={video["id"]}"/>\n  <author>\n'
            f"   <name>{name}</name>\n   <uri>{address}</uri>\n  </author>\n  <published>{when}</published>\n"
            f"  <updated>{when}</updated>\n  <media:group>\n   <media:title>{title}</media:title>\n"
            f'   <media:thumbnail url="https://i.ytimg.com/vi/{video["id"]}/hqdefault.jpg" width="480" height="360"/>\n'
            f"   <media:description>{html.escape(video['description'])}</media:description>\n"
            "  </media:group>\n </entry>\n"
        )
    yield "</feed>\n"


SITE = YouTubeSite
