"""Telegram's public pages: the widget's frame, a channel's preview, the page at a post's own address.

Shapes as read off pages of 2026: everything is 200 but a redirect away from a preview that is not shown; a post is
`.tgme_widget_message[data-post]`, what has become of it a sentence in `.tgme_widget_message_error`; the preview has
twenty numbers a page, oldest first, and links to the pages beside it. A channel of a person who protects their accounts
is a private one: its name is not known to the web.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from tests.web_twin import media
from tests.web_twin.crowd import EMOJI, Crowd, Note, Person
from tests.web_twin.population import PostState
from tests.web_twin.wire import Reply, Request
from tests.web_twin.x import gmt

PAGE = 20
CONTROL = ("telegram", 83)
CONTROL_WORDS = "The harbour office has a window on the web now.\nAsk at the second door for the key."
CONTROL_MADE = datetime(2017, 3, 2, 10, 15, 4, tzinfo=UTC)

ADDRESS = re.compile(
    r"/(?P<list>s/)?(?P<channel>[A-Za-z][A-Za-z0-9_]{3,31})(?:/(?:\d{1,10}/)?(?P<number>[1-9]\d{0,9}))?/?"
)
PIECES = re.compile(
    r"(?P<link>https?://[^\s<]+)|(?P<tag>#\w+)|(?P<emoji>"
    + "|".join(map(re.escape, sorted(EMOJI, key=len)[::-1]))
    + ")"
)

REFUSALS = {
    PostState.SUSPENDED: "This channel can't be displayed because it violated Telegram's Terms of Service.",
    PostState.WITHHELD: "Unfortunately, this channel couldn't be displayed on your device.",
}


def written(text: str) -> str:
    """Words as Telegram writes them: emoji as pictures, links that ask first, hashtags that search the channel."""

    def piece(found: re.Match[str]) -> str:
        if found["link"]:
            url = html.escape(html.escape(found["link"]))
            return (
                f'<a href="{url}" target="_blank" rel="noopener" '
                f"onclick=\"return confirm('Open this link?\\n\\n'+this.href);\">{html.escape(found['link'])}</a>"
            )
        if found["tag"]:
            return f'<a href="?q={quote(found["tag"])}">{html.escape(found["tag"])}</a>'
        name = found["emoji"].encode().hex().upper()
        return (
            f'<i class="emoji" style="background-image:url(\'//telegram.org/img/emoji/40/{name}.png\')">'
            f"<b>{found['emoji']}</b></i>"
        )

    out, at = [], 0
    for found in PIECES.finditer(text):
        out += [html.escape(text[at : found.start()]), piece(found)]
        at = found.end()
    return "".join([*out, html.escape(text[at:])]).replace("\n", "<br/>")


def message(
    channel: str,
    number: int,
    made: datetime,
    body: str,
    *,
    title: str,
    account: int,
    meta: str = "",
    service: bool = False,
) -> str:
    """One post. `body` is what stands between its author and its footer."""
    view = base64.urlsafe_b64encode(json.dumps({"c": -account, "p": number, "t": 1, "h": "0a"}).encode()).decode()
    kind = " service_message" if service else " text_not_supported_wrap"
    shown = made.astimezone(UTC)
    return (
        f'<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message{kind} '
        f'js-widget_message" data-post="{channel}/{number}" data-view="{view.rstrip("=")}">\n'
        '<div class="tgme_widget_message_user"><a href="https://t.me/'
        f'{channel}"><i class="tgme_widget_message_user_photo bgcolor1"><img src="https://cdn4.telesco.pe/file/'
        f'{_file(f"avatar {account}")}.jpg"></i></a></div>\n<div class="tgme_widget_message_bubble">'
        f'<div class="tgme_widget_message_author accent_color"><a class="tgme_widget_message_owner_name" '
        f'href="https://t.me/{channel}"><span dir="auto">{title}</span></a></div>{body}'
        '<div class="media_not_supported_cont"><div class="message_media_not_supported_wrap">'
        '<div class="message_media_not_supported"><div class="message_media_not_supported_label">Please open Telegram '
        f'to view this post</div><a href="https://t.me/{channel}/{number}" class="message_media_view_in_telegram">'
        "VIEW IN TELEGRAM</a></div></div></div>"
        '<div class="tgme_widget_message_footer compact js-message_footer"><div class="tgme_widget_message_info short '
        'js-message_info"><span class="tgme_widget_message_views">1.2K</span><span class="copyonly"> views</span>'
        f'<span class="tgme_widget_message_meta">{meta}<a class="tgme_widget_message_date" '
        f'href="https://t.me/{channel}/{number}"><time datetime="{shown:%Y-%m-%dT%H:%M:%S}+00:00" class="time">'
        f"{shown:%H:%M}</time></a></span></div></div></div></div></div>\n"
    )


def _file(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:40]


def frame(content: str) -> str:
    """The page that the widget's frame shows."""
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>Telegram Widget</title>'
        '<base target="_blank"><link href="//telegram.org/css/widget-frame.css?72" rel="stylesheet" media="screen">'
        f'</head><body class="widget_frame_base tgme_widget body_widget_post">{content}</body></html>'
    )


def refusal(sentence: str) -> str:
    """The frame without a post, and why."""
    return frame(
        '<div class="tgme_widget_message err_message js-widget_message"><div class="tgme_widget_message_bubble">'
        f'<div class="tgme_widget_message_error" dir="auto">{html.escape(sentence)}</div></div></div>'
    )


def preview(channel: str, title: str, about: str, posts: Sequence[str], older: int | None, newer: int | None) -> str:
    """A page of a channel's preview. older, newer: the numbers before and after which the pages beside it begin."""
    links = ""
    if older is not None:
        links += f'<link rel="prev" href="/s/{channel}?before={older}">\n'
    if newer is not None:
        links += f'<link rel="next" href="/s/{channel}?after={newer}">\n'
    listed = "".join(posts) or (
        '<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message_centered">'
        '<div class="tme_no_messages_found">No posts found</div></div></div>'
    )
    more = ""
    if older is not None:
        more = (
            '<div class="tgme_widget_message_centered js-messages_more_wrap"><a href="/s/'
            f'{channel}?before={older}" class="tme_messages_more js-messages_more" data-before="{older}"></a></div>'
        )
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{title} – Telegram</title>\n{links}'
        f'<meta property="og:title" content="{title}"><meta property="og:description" content="{about}"></head>\n'
        '<body class="widget_frame_base tgme_webpreview emoji_image"><header class="tgme_header">'
        '<div class="tgme_channel_info"><div class="tgme_channel_info_header"><div class='
        f'"tgme_channel_info_header_title"><span dir="auto">{title}</span></div><div class='
        f'"tgme_channel_info_header_username"><a href="https://t.me/{channel}">@{channel}</a></div></div>'
        f'<div class="tgme_channel_info_description">{about}</div></div></header><main>'
        f'<section class="tgme_channel_history js-message_history">{more}{listed}</section></main></body></html>'
    )


class TelegramSite:
    """t.me and the host of its pictures. Called with a request, gives the reply.

    Switches:
    previews: whether channels show a preview at all; else a redirect leads away from it.
    throttled: previews list nothing, as they do when asked too often.
    """

    hosts: tuple[str, ...] = ("t.me", "telegram.me", "cdn4.telesco.pe")

    def __init__(self, crowd: Crowd, now: Callable[[], datetime]) -> None:
        self.crowd = crowd
        self._now = now
        self.previews = True
        self.throttled = False

    def __call__(self, request: Request) -> Reply:
        if request.host == "cdn4.telesco.pe":
            return Reply(headers=self._headers("image/jpeg"), body=media.jpeg(request.path))
        address = ADDRESS.fullmatch(request.path)
        if address is None:
            return self._redirect("//telegram.org/")
        number = int(address["number"]) if address["number"] else None
        if address["list"]:
            return self._preview(address["channel"], number, request.query)
        if number is None:
            return self._page(self._landing(address["channel"]))
        if "embed" in request.query:
            return self._page(self._frame(address["channel"], number))
        return self._page(self._permalink(address["channel"], number))

    # -- what is there

    def _person(self, channel: str) -> Person | None:
        """Whose channel the web knows by this name."""
        person = self.crowd.by_handle("telegram", channel)
        gone = (PostState.ACCOUNT_GONE, PostState.PROTECTED)
        return person if person is not None and person.state not in gone else None

    def _posts(self, person: Person) -> list[Note]:
        return [note for note in self.crowd.on("telegram", person) if note.own_state is PostState.LIVE]

    def _title(self, person: Person) -> str:
        return written(person.name)

    def _message(self, note: Note) -> str:
        person = note.person
        body = ""
        if note.photo:
            file = _file(f"photo {note.id_on('telegram')}")
            body += (
                f'<a class="tgme_widget_message_photo_wrap 5{note.number} 1{person.number}_2" '
                f'href="https://t.me/{note.id_on("telegram")}" style="width:800px;background-image:'
                f'url(\'https://cdn4.telesco.pe/file/{file}.jpg\')"><div class="tgme_widget_message_photo" '
                'style="padding-top:60%"></div></a>'
            )
        body += (
            f'<div class="tgme_widget_message_text js-message_text" dir="auto">{written(note.text)}</div>'
            '<div class="tgme_widget_message_reactions js-message_reactions"><span class="tgme_reaction">'
            '<i class="emoji"><b>👍</b></i>12</span></div>'
        )
        return message(
            person.handle("telegram"),
            note.telegram_number,
            note.created,
            f'<div class="media_supported_cont">{body}</div>',
            title=self._title(person),
            account=int(person.account_id("telegram")),
            meta="edited &nbsp;" if note.edited else "",
        )

    def _created(self, person: Person, first: datetime) -> str:
        return message(
            person.handle("telegram"),
            1,
            first - timedelta(days=1),
            '<div class="tgme_widget_message_text js-message_text" dir="auto">Channel created</div>',
            title=self._title(person),
            account=int(person.account_id("telegram")),
            service=True,
        )

    # -- pages

    def _frame(self, channel: str, number: int) -> str:
        if (channel.lower(), number) == CONTROL:
            body = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{written(CONTROL_WORDS)}</div>'
            return frame(message("telegram", number, CONTROL_MADE, body, title="Harbour News", account=1005640892))
        person = self._person(channel)
        if person is None:
            return refusal(f"Channel with username @{channel} not found")
        if person.state in REFUSALS:
            return refusal(REFUSALS[person.state])
        note = next((n for n in self._posts(person) if n.telegram_number == number), None)
        if note is None:
            return refusal("Post not found")
        return frame(self._message(note))

    def _preview(self, channel: str, around: int | None, query: dict[str, str]) -> Reply:
        person = self._person(channel)
        if person is None or person.state is not PostState.LIVE or not self.previews:
            return self._redirect(f"https://t.me/{channel}")
        notes = self._posts(person)
        if query.get("q"):
            words = query["q"].lower().split()
            notes = [n for n in notes if all(word in n.text.lower() for word in words)]
        numbers = {note.telegram_number: note for note in notes}
        known = [1, *numbers] if notes and not query.get("q") else list(numbers)
        before, after = _number(query.get("before")), _number(query.get("after"))
        if around is not None:
            below = [n for n in known if n <= around][-PAGE // 2 :]
            listed = below + [n for n in known if n > around][: PAGE - len(below)]
        elif after is not None:
            listed = [n for n in known if n > after][:PAGE]
        else:
            listed = [n for n in known if before is None or n < before][-PAGE:]
        if self.throttled:
            listed = []
        return self._page(
            preview(
                person.handle("telegram"),
                self._title(person),
                "Notes of the day",
                [self._message(numbers[n]) if n > 1 else self._created(person, notes[0].created) for n in listed],
                listed[0] if listed and listed[0] > known[0] else None,
                listed[-1] if listed and listed[-1] < known[-1] else None,
            )
        )

    def _permalink(self, channel: str, number: int) -> str:
        person = self._person(channel)
        if person is None:
            return self._landing(channel)
        note = next((n for n in self._posts(person) if n.telegram_number == number), None)
        words = html.escape(note.text[:1000]) if note is not None else "Notes of the day"
        return (
            f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>Telegram: View @{channel}</title>\n'
            f'<meta property="og:title" content="{html.escape(person.name)}">\n<meta property="og:site_name" '
            f'content="Telegram">\n<meta property="og:description" content="{words}">\n<meta property="al:ios:url" '
            f'content="tg://resolve?domain={channel}&amp;post={number}"></head><body class="no_transition">'
            '<div class="tgme_page_wrap"><div class="tgme_body_wrap"><div class="tgme_page tgme_page_post"><div class='
            '"tgme_page_widget_wrap" id="widget_wrap"><div class="tgme_page_widget"><script async '
            f'src="https://telegram.org/js/telegram-widget.js?22" data-telegram-post="{channel}/{number}" '
            'data-width="100%" data-userpic="true"></script></div></div></div></div></div></body></html>'
        )

    def _landing(self, channel: str) -> str:
        person = self._person(channel)
        if person is None:
            head, body = (
                f"Telegram: Contact @{channel}",
                f"If you have Telegram, you can contact @{channel} right away.",
            )
        else:
            head, body = f"Telegram: View @{channel}", "Notes of the day"
        return (
            f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{head}</title></head><body>'
            f'<div class="tgme_page_wrap"><div class="tgme_page"><div class="tgme_page_description">{body}</div></div>'
            "</div></body></html>"
        )

    # -- replies

    def _headers(self, kind: str) -> tuple[tuple[str, str], ...]:
        return (
            ("Server", "nginx/1.18.0"),
            ("Date", gmt(self._now())),
            ("Content-Type", kind),
            ("Pragma", "no-cache"),
            ("Cache-Control", "no-store"),
            ("Strict-Transport-Security", "max-age=35768000"),
        )

    def _page(self, page: str) -> Reply:
        return Reply(headers=self._headers("text/html; charset=utf-8"), body=page.encode(), compress=True)

    def _redirect(self, target: str) -> Reply:
        return Reply(status=302, headers=(*self._headers("text/html; charset=UTF-8"), ("Location", target)))


def _number(value: str | None) -> int | None:
    """A number to list around; what is none (or below 1) lists the newest posts."""
    return int(value) if value and value.isdecimal() and int(value) > 0 else None


SITE = TelegramSite
