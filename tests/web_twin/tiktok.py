"""TikTok's public pages: a video's page, the frames that sites embed, oEmbed, short links, pictures.

Shapes as read off a page and an oEmbed answer of 2024 and descriptions of 2026: every page is 200 and carries its data
in a script; a video that is not shown has a code and a word there, and oEmbed refuses it with 400; an account's frame
has ten videos, its page none. The handle in a video's address is not looked at.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from tests.web_twin import media
from tests.web_twin.crowd import Crowd, Note, Person, digits, number_of
from tests.web_twin.population import PostState
from tests.web_twin.wire import Reply, Request
from tests.web_twin.x import gmt

NEWEST = 10
"""Videos in an account's frame."""

CONTROL_ID = "6718335390845095173"
CONTROL_WORDS = "The harbour cat on its wall"

WORDS: dict[PostState, tuple[int, str]] = {
    PostState.DELETED: (10204, "item_privacy_authorization&status_deleted"),
    PostState.PROTECTED: (10222, "author_secret"),
    PostState.SUSPENDED: (10204, "item_privacy_authorization&author_status"),
    PostState.ACCOUNT_GONE: (10204, "item doesn't exist"),
    PostState.WITHHELD: (10204, "cross_border_violation"),
}
"""What a page says in the video's place. Of suspended accounts no word is known that says so."""

NOT_THERE = (10204, "item doesn't exist")

BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

VIDEO = re.compile(r"/(?:@[\w.%-]{0,80}/)?(?:video|photo|v)/(?P<id>\d{15,20})(?:\.html)?/?")
FRAME = re.compile(r"/embed/(?:v[123]/)?(?P<id>\d{15,20})/?")
ACCOUNT_FRAME = re.compile(r"/embed/@(?P<handle>[\w.-]{1,24})/?")
ACCOUNT = re.compile(r"/@(?P<handle>[\w.-]{1,24})/?")
SHORT = re.compile(r"/(?:t/)?(?P<code>Z[MSTG][0-9A-Za-z]{4,12})/?")

WALLS = {
    "captcha": "<html><head><title>TikTok</title></head><body><div id='captcha-verify-container'></div></body></html>",
    "waf": "<html><head><title>Please wait...</title></head><body><script>var _wafchallengeid='a';</script></body>",
    "shell": '<!doctype html><html><head><title>TikTok - Make Your Day</title></head><body><div id="app"></div></body>',
    "empty": "",
}


def code_of(note: Note, prefix: str = "ZM") -> str:
    """The code of a note's short link."""
    return prefix + digits(int(note.id_on("tiktok")), BASE62)


class TikTokSite:
    """All hosts of TikTok.

    Switches:
    wall: what comes in the place of every page: null, `captcha`, `waf`, `shell`, `empty`, `login` (302 to the login
        page), `country` (302 to the page of countries without TikTok).
    oembed: `open`, or `limited` (429).
    """

    hosts = (
        "www.tiktok.com",
        "tiktok.com",
        "m.tiktok.com",
        "vm.tiktok.com",
        "vt.tiktok.com",
        "p16-sign.tiktokcdn.com",
    )

    def __init__(self, crowd: Crowd, now: Callable[[], datetime]) -> None:
        self.crowd = crowd
        self._now = now
        self.wall: str | None = None
        self.oembed = "open"

    def __call__(self, request: Request) -> Reply:
        host, path = request.host, request.unquoted_path
        if host == "p16-sign.tiktokcdn.com":
            picture = media.jpeg(path)
            return Reply(headers=(("Content-Type", "image/jpeg"), ("Date", gmt(self._now()))), body=picture)
        if host in ("vm.tiktok.com", "vt.tiktok.com"):
            return self._short(path)
        if host == "tiktok.com":
            return self._redirect(301, f"https://www.tiktok.com{request.target}")
        if path.startswith("/t/"):
            return self._short(path)
        if path.rstrip("/") == "/oembed":
            return self._oembed(request.query.get("url", ""))
        if self.wall == "login":
            return self._redirect(302, f"https://www.tiktok.com/login?redirect_url={quote(request.url, safe='')}")
        if self.wall == "country" and path != "/about":
            return self._redirect(302, "https://www.tiktok.com/about")
        if self.wall in WALLS:
            return self._page(WALLS[self.wall])
        if found := VIDEO.fullmatch(path):
            return self._page(self._video(found["id"]))
        if found := FRAME.fullmatch(path):
            return self._page(self._frame(found["id"]))
        if found := ACCOUNT_FRAME.fullmatch(path):
            return self._page(self._account_frame(found["handle"]))
        if found := ACCOUNT.fullmatch(path):
            return self._page(self._account(found["handle"]))
        return self._page(_page({"__DEFAULT_SCOPE__": {"webapp.app-context": {}}}), 200 if path == "/" else 404)

    # -- whom and what

    def note(self, post_id: str) -> Note | None:
        return self.crowd.find("tiktok", post_id)

    def _person(self, handle: str) -> Person | None:
        return self.crowd.by_handle("tiktok", handle)

    # -- pages

    def _video(self, post_id: str) -> str:
        if post_id == CONTROL_ID:
            return _page(_detail(_control_item()))
        note = self.note(post_id)
        code, word = (0, "") if note is not None else NOT_THERE
        if note is not None and note.state in WORDS:
            code, word = WORDS[note.state]
        if note is None or code:
            return _page({"__DEFAULT_SCOPE__": {"webapp.video-detail": {"statusCode": code, "statusMsg": word}}})
        item = _item(note)
        if note.state is PostState.AGE_RESTRICTED:
            item |= {"isContentClassified": True, "video": {}}
        return _page(_detail(item))

    def _frame(self, post_id: str) -> str:
        note = self.note(post_id)
        if post_id != CONTROL_ID and (note is None or note.state is not PostState.LIVE):
            code = WORDS.get(note.state, NOT_THERE)[0] if note is not None else NOT_THERE[0]
            data: dict[str, Any] = {"isError": True, "errorCode": code, "errorStatus": 400}
        else:
            item = _item(note) if note is not None else _control_item()
            data = {"videoData": _framed(item)}
        return _page({"source": {"data": {f"/embed/v2/{post_id}": data}}}, "__FRONTITY_CONNECT_STATE__")

    def _account_frame(self, handle: str) -> str:
        person = self._person(handle)
        if person is None or person.state in (PostState.SUSPENDED, PostState.ACCOUNT_GONE):
            data: dict[str, Any] = {"isError": True, "errorCode": 10221, "errorStatus": 404}
        elif person.state is PostState.PROTECTED:
            data = {"isError": True, "errorCode": 10222, "errorStatus": 403}
        else:
            notes = [n for n in reversed(self.crowd.on("tiktok", person)) if n.state is PostState.LIVE][:NEWEST]
            data = {
                "userInfo": _author(person),
                "videoList": [
                    {
                        "id": note.id_on("tiktok"),
                        "desc": note.text,
                        "coverUrl": _still(note.id_on("tiktok")),
                        "playCount": 100 + note.number,
                        "privateItem": False,
                    }
                    for note in notes
                ],
            }
        return _page({"source": {"data": {f"/embed/@{handle}": data}}}, "__FRONTITY_CONNECT_STATE__")

    def _account(self, handle: str) -> str:
        person = self._person(handle)
        if person is None or person.state in (PostState.SUSPENDED, PostState.ACCOUNT_GONE):
            detail: dict[str, Any] = {"userInfo": {}, "statusCode": 10221, "statusMsg": ""}
        else:
            code = 10222 if person.state is PostState.PROTECTED else 0
            detail = {"userInfo": {"user": _author(person)}, "itemList": [], "statusCode": code, "statusMsg": ""}
        return _page({"__DEFAULT_SCOPE__": {"webapp.user-detail": detail}})

    # -- oEmbed and short links

    def _oembed(self, url: str) -> Reply:
        if self.oembed == "limited":
            return Reply(status=429, headers=self._headers("text/plain"), body=b"")
        parts = urlsplit(url)
        found = VIDEO.fullmatch(parts.path) if (parts.hostname or "").endswith("tiktok.com") else None
        post_id = found["id"] if found else ""
        note = self.note(post_id) if post_id else None
        if note is not None and note.state in (PostState.LIVE, PostState.AGE_RESTRICTED, PostState.WITHHELD):
            item = _item(note)
        elif post_id == CONTROL_ID:
            item = _control_item()
        else:
            return self._json(400, {"code": 400, "message": "Something went wrong"})
        return self._json(200, _oembed(item))

    def _short(self, path: str) -> Reply:
        found = SHORT.fullmatch(path)
        note = self.note(str(number_of(found["code"][2:], BASE62))) if found else None
        if note is None:
            return self._redirect(301, "https://www.tiktok.com/?_r=1")
        return self._redirect(301, f"{note.url_on('tiktok')}?_t={found['code'] if found else ''}&_r=1")

    # -- replies

    def _headers(self, kind: str) -> tuple[tuple[str, str], ...]:
        return (
            ("content-type", kind),
            ("server", "TLB"),
            ("date", gmt(self._now())),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "max-age=0, no-cache, no-store"),
            ("x-cache", "TCP_MISS from a96-16-85-139.deploy.akamaitechnologies.com (AkamaiGHost/11.5.1) (-)"),
        )

    def _page(self, page: str, status: int = 200) -> Reply:
        return Reply(
            status=status, headers=self._headers("text/html; charset=utf-8"), body=page.encode(), compress=True
        )

    def _json(self, status: int, value: Any) -> Reply:
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return Reply(status=status, headers=self._headers("application/json; charset=utf-8"), body=body, compress=True)

    def _redirect(self, status: int, target: str) -> Reply:
        body = f'<a href="{html.escape(target)}">Moved Permanently</a>.\n\n'.encode()
        return Reply(
            status=status, headers=(*self._headers("text/html; charset=utf-8"), ("location", target)), body=body
        )


def _page(data: Any, name: str = "__UNIVERSAL_DATA_FOR_REHYDRATION__") -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("/", "\\u002F").replace("<", "\\u003C")
    return (
        '<!doctype html><html lang="en"><head><meta charset="UTF-8"/><meta name="viewport" content="width=device-width,'
        'initial-scale=1"/><title>TikTok - Make Your Day</title></head><body><script id="api-domains" '
        'type="application/json">{"kind":"normal"}</script>'
        f'<script id="{name}" type="application/json">{text}</script><div id="app"></div></body></html>'
    )


def _detail(item: dict[str, Any]) -> dict[str, Any]:
    detail = {
        "itemInfo": {"itemStruct": item},
        "shareMeta": {"title": f"{item['author']['nickname']} on TikTok", "desc": item["desc"]},
        "statusCode": 0,
        "statusMsg": "ok",
    }
    return {"__DEFAULT_SCOPE__": {"webapp.app-context": {"language": "en"}, "webapp.video-detail": detail}}


def _author(person: Person) -> dict[str, Any]:
    return {
        "id": person.account_id("tiktok"),
        "uniqueId": person.handle("tiktok"),
        "nickname": person.name,
        "avatarThumb": f"https://p16-sign.tiktokcdn.com/avatar-{person.number}.jpeg",
        "signature": "",
        "verified": False,
        "privateAccount": person.state is PostState.PROTECTED,
    }


def _item(note: Note) -> dict[str, Any]:
    post_id = note.id_on("tiktok")
    item = {
        "id": post_id,
        "desc": note.text,
        "createTime": str(int(note.created.timestamp()) + 3),
        "video": {"id": post_id, "height": 1024, "width": 576, "duration": 15, "cover": _still(post_id)},
        "author": _author(note.person),
        "music": {"title": "original sound", "authorName": note.person.name, "original": True},
        "stats": {"diggCount": note.number, "playCount": 100 + note.number, "collectCount": "1"},
        "textLanguage": note.lang,
        "privateItem": False,
    }
    if note.photo:
        picture = {"imageURL": {"urlList": [_still(f"{post_id}-1")]}, "imageWidth": 576, "imageHeight": 1024}
        item["imagePost"] = {"images": [picture]}
    return item


def _control_item() -> dict[str, Any]:
    author = {"id": "5831967", "uniqueId": "scout2015", "nickname": "Harbour Cat", "avatarThumb": ""}
    made = int(datetime(2019, 7, 27, 17, 27, 14, tzinfo=UTC).timestamp())
    return {
        "id": CONTROL_ID,
        "desc": CONTROL_WORDS,
        "createTime": str(made),
        "video": {"height": 1280, "width": 720, "cover": _still(CONTROL_ID)},
        "author": author,
        "music": {"title": "original sound", "authorName": "Harbour Cat", "original": True},
        "stats": {},
    }


def _framed(item: dict[str, Any]) -> dict[str, Any]:
    author = item["author"]
    return {
        "itemInfos": {
            "id": item["id"],
            "text": item["desc"],
            "createTime": item["createTime"],
            "covers": [item["video"]["cover"]],
        },
        "authorInfos": {"userId": author["id"], "uniqueId": author["uniqueId"], "nickName": author["nickname"]},
        "musicInfos": {"musicName": "original sound", "authorName": author["nickname"]},
    }


def _oembed(item: dict[str, Any]) -> dict[str, Any]:
    handle, name = item["author"]["uniqueId"], item["author"]["nickname"]
    account = f"https://www.tiktok.com/@{handle}"
    caption = re.sub(
        r"#(\w+)",
        lambda tag: (
            f'<a title="{tag[1].lower()}" target="_blank" href="https://www.tiktok.com/tag/{quote(tag[1].lower())}'
            f'?refer=embed">{tag[0]}</a>'
        ),
        html.escape(item["desc"]),
    )
    sound = html.escape(f"♬ original sound - {name}")
    return {
        "version": "1.0",
        "type": "video",
        "title": item["desc"],
        "author_url": account,
        "author_name": name,
        "width": "100%",
        "height": "100%",
        "html": f'<blockquote class="tiktok-embed" cite="{account}/video/{item["id"]}" data-video-id="{item["id"]}" '
        'data-embed-from="oembed" style="max-width:605px; min-width:325px;"> <section> <a target="_blank" '
        f'title="@{handle}" href="{account}?refer=embed">@{handle}</a> <p>{caption}</p> <a target="_blank" '
        f'title="{sound}" href="https://www.tiktok.com/music/original-sound-{item["id"]}?refer=embed">{sound}</a> '
        '</section> </blockquote> <script async src="https://www.tiktok.com/embed.js"></script>',
        "thumbnail_width": 576,
        "thumbnail_height": 1024,
        "thumbnail_url": item["video"]["cover"],
        "provider_url": "https://www.tiktok.com",
        "provider_name": "TikTok",
        "author_unique_id": handle,
        "embed_product_id": item["id"],
        "embed_type": "video",
    }


def _still(name: str) -> str:
    return f"https://p16-sign.tiktokcdn.com/obj/{name}.jpeg?x-expires=1800000000&x-signature=a%3D"


SITE = TikTokSite
