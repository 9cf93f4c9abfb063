"""What does a page of Telegram show of posts?

The widget's frame, the channel's preview and their archived copies share one markup (telegram.org/css/telegram-web.css,
widget-frame.css): `.tgme_widget_message[data-post]` is a post. Within it a reply quotes the post that it answers in an
element of the same class as the post's own words, an album is one post with several numbers, and what the web does not
show is said in the place of the words. Cost: linear in the page.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import urljoin

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.model import Media, Post
from archiver.platforms.markup import classes, events
from archiver.platforms.telegram.urls import NAME, ref_from_id, ref_from_url
from archiver.platforms.values import MAX_ITEMS, MAX_TEXT, clean, dig, https, moment, parse_json

MAX_MESSAGES = 64
"""Posts of one page that are read; a page has twenty."""

MAX_VIEW = 2048
"""Code points of `data-view`, which holds the channel's number."""

NOT_ITS_OWN = frozenset({"tgme_widget_message_reply", "media_not_supported_cont", "tgme_widget_message_link_preview"})
"""Elements within a post that are not its own content: the post that it answers, what browsers show that cannot draw
custom emoji (the same post once more, as "Please open Telegram"), the card of a linked page."""

EDITED = re.compile(r"\bedited\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?P<channel>[A-Za-z][A-Za-z0-9_]{3,31})/(?P<number>[1-9]\d{0,9})")
_PICTURE = re.compile(r"background-image\s{0,4}:\s{0,4}url\(\s{0,4}['\"]?([^'\")]{1,4096})")
_PEER = re.compile(r"c(\d{5,20})(?!\d)")
_LINE_BREAKS = re.compile(r"[\t\n\r\f]")
_BLOCKS = frozenset({"blockquote", "div", "p", "pre"})


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A post as a page shows it."""

    post: Post
    number: int
    numbers: frozenset[int]
    """Its number, and those of all pictures of its album."""
    edited: bool = False
    hidden: str | None = None
    """What stands where its content would be, in Telegram's words; null where content is shown."""
    service: bool = False
    """A line of Telegram's own about the channel (`Channel created`)."""


def messages(page: LexborHTMLParser, seen_in: str) -> list[Message]:
    """The posts that a page shows, lowest number first, each once."""
    title = _line(page.css_first(".tgme_channel_info_header_title"))
    found: dict[int, Message] = {}
    for node in page.css(".tgme_widget_message[data-post]")[:MAX_MESSAGES]:
        message = read_message(node, title, seen_in)
        if message is not None:
            found.setdefault(message.number, message)
    return [found[number] for number in sorted(found)]


def read_message(node: LexborNode, title: str | None, seen_in: str) -> Message | None:
    """One `.tgme_widget_message`; null where it does not say which post it is.

    title: the channel's own, from the head of the page.
    """
    attributes = node.attributes
    named = _NUMBER.fullmatch((attributes.get("data-post") or "").strip())
    if named is None:
        return None
    number, ref = int(named["number"]), ref_from_id(named[0])
    own = _Own(node)
    words = own.words()
    text = shown_text(words) if words is not None else None
    if text is None and (question := own.first("tgme_widget_message_poll_question")) is not None:
        text = "\n".join([shown_text(question), *map(shown_text, own.every("tgme_widget_message_poll_option_text"))])
    media = _media(own)
    label = own.first("message_media_not_supported_label")
    content = text or any(m.kind not in ("avatar", "card") for m in media) or own.first(*UNLINKED) is not None
    service = "service_message" in classes(node) or (not content and _line(label) == "Service message")
    reply = own.skipped("tgme_widget_message_reply")
    forwarded = own.first("tgme_widget_message_forwarded_from_name")
    time = next((t for t in _times(own) if t), None)
    post = Post(
        platform=NAME,
        id=ref.id,
        url=ref.url,
        handle=named["channel"],
        display_name=_line(own.first("tgme_widget_message_author_name"))
        or _line(own.first("tgme_widget_message_owner_name"))
        or title,
        account_id=_account(attributes.get("data-view"), attributes.get("data-peer")),
        created_at=moment(time),
        text=text,
        text_complete=bool(content) or label is None,
        media=media,
        links=_links(words, own),
        quoted=_key(forwarded, ref.id),
        in_reply_to=_key(reply, ref.id),
        seen_in=seen_in,
    )
    return Message(
        post=post,
        number=number,
        numbers=frozenset({number, *own.album(named["channel"])}),
        edited=_edited(own.first("tgme_widget_message_meta")),
        hidden=_line(label) if not content and not service else None,
        service=service,
    )


UNLINKED = (
    "tgme_widget_message_document",
    "tgme_widget_message_document_wrap",
    "tgme_widget_message_voice_player",
    "tgme_widget_message_location_wrap",
    "tgme_widget_message_contact_wrap",
    "tgme_widget_message_sticker_wrap",
    "tgme_widget_message_video_player",
    "tgme_widget_message_roundvideo_player",
    "tgme_widget_message_game",
)
"""Content that has no text and perhaps no file either: it is shown all the same."""


class _Own:
    """The elements of a post that are its own content, by class, in one walk."""

    def __init__(self, root: LexborNode) -> None:
        self._by_class: dict[str, list[LexborNode]] = {}
        self._skipped: dict[str, LexborNode] = {}
        self.links: list[LexborNode] = []
        self.times: list[LexborNode] = []
        skipped: set[int] = set()
        for entering, node in events(root, skipped):
            if not entering or not node.is_element_node or node.mem_id == root.mem_id:
                continue
            names = classes(node)
            foreign = names & NOT_ITS_OWN
            if foreign or ("tgme_widget_message" in names and node.attributes.get("data-post")):
                skipped.add(node.mem_id)
                for name in foreign:
                    self._skipped.setdefault(name, node)
                continue
            if node.tag == "a":
                self.links.append(node)
            elif node.tag == "time":
                self.times.append(node)
            for name in names:
                self._by_class.setdefault(name, []).append(node)

    def first(self, *names: str) -> LexborNode | None:
        return next((node for name in names for node in self._by_class.get(name, ())), None)

    def every(self, name: str) -> list[LexborNode]:
        return self._by_class.get(name, [])[:MAX_ITEMS]

    def skipped(self, name: str) -> LexborNode | None:
        return self._skipped.get(name)

    def words(self) -> LexborNode | None:
        """The element with the post's own words: an album has it twice, one within the other."""
        found = self.every("js-message_text") or self.every("tgme_widget_message_text")
        for node in found:
            if not any(other.mem_id != node.mem_id and _within(other, node) for other in found):
                return node
        return None

    def album(self, channel: str) -> Iterator[int]:
        """The numbers of an album's pictures: each links to itself with `?single`. Links in the words have no class."""
        for link in self.links:
            href = link.attributes.get("href") or ""
            if "?single" not in href or not any(name.startswith("tgme_widget_message_") for name in classes(link)):
                continue
            ref = ref_from_url(href)
            of, _, number = ref.id.partition("/") if ref is not None else ("", "", "")
            if of == channel.lower():
                yield int(number)


def _within(node: LexborNode, root: LexborNode) -> bool:
    parent = node.parent
    for _ in range(4):
        if parent is None:
            return False
        if parent.mem_id == root.mem_id:
            return True
        parent = parent.parent
    return False


def shown_text(root: LexborNode) -> str:
    """The words of an element as Telegram shows them: `<br>` is a line break, an emoji the character in its `<b>`."""
    out: list[str] = []
    skipped: set[int] = set()
    pre = 0
    at_block = False
    for entering, node in events(root, skipped):
        tag = node.tag or ""
        if tag == "-text":
            if entering:
                raw = node.text_content or ""
                if not pre:
                    raw = _LINE_BREAKS.sub(" ", raw)
                if at_block and raw.strip():
                    out.append("\n")
                    at_block = False
                out.append(raw)
        elif tag == "br":
            if entering:
                out.append("\n")
                at_block = False
        elif tag in ("script", "style", "svg"):
            if entering:
                skipped.add(node.mem_id)
        elif tag in _BLOCKS and node.mem_id != root.mem_id:
            pre += (1 if entering else -1) if tag == "pre" else 0
            at_block = bool(out) and not out[-1].endswith("\n")
    return clean("".join(out)[:MAX_TEXT]).strip()


def _line(node: LexborNode | None) -> str | None:
    """A name: on one line; null where there is none."""
    return (" ".join(shown_text(node).split()) or None) if node is not None else None


def _times(own: _Own) -> Iterator[str | None]:
    """The time of posting first; a film's length is in a `<time>` too, which has no `datetime`."""
    for date in own.every("tgme_widget_message_date"):
        yield from (time.attributes.get("datetime") for time in date.css("time[datetime]")[:1])
    yield from (node.attributes.get("datetime") for node in own.times[:MAX_ITEMS])


def _edited(meta: LexborNode | None) -> bool:
    """Whether the line under a post says "edited"; a signature that reads so does not count."""
    child = meta.child if meta is not None else None
    for _ in range(MAX_ITEMS):
        if child is None:
            return False
        if child.tag == "-text" and EDITED.search(child.text_content or ""):
            return True
        child = child.next
    return False


def _account(view: str | None, peer: str | None) -> str | None:
    """The channel's own number, which survives a new name: in `data-view` (base64 of JSON), or before `_` in
    `data-peer`."""
    if view and len(view) <= MAX_VIEW and view.isascii():
        try:
            data = parse_json(base64.urlsafe_b64decode(view + "=" * (-len(view) % 4)))
        except (binascii.Error, ValueError):
            data = None
        number = dig(data, "c")
        if isinstance(number, int) and not isinstance(number, bool) and number and abs(number) < 1 << 63:
            return str(abs(number))
    found = _PEER.match(peer or "")
    return found[1] if found else None


def _address(value: str | None) -> str | None:
    value = (value or "").strip()
    return https("https:" + value if value.startswith("//") else value)


def _background(node: LexborNode) -> str | None:
    found = _PICTURE.search(node.attributes.get("style") or "")
    return _address(found[1]) if found else None


def _media(own: _Own) -> tuple[Media, ...]:
    found: dict[str, Media] = {}

    def add(kind: str, url: str | None) -> None:
        if url is not None and len(found) < MAX_ITEMS:
            found.setdefault(url, Media(kind=kind, url=url))

    for node in own.every("tgme_widget_message_photo_wrap"):
        add("photo", _background(node))
    for player in own.every("tgme_widget_message_video_player") + own.every("tgme_widget_message_roundvideo_player"):
        for still in player.css(".tgme_widget_message_video_thumb, .tgme_widget_message_roundvideo_thumb")[:1]:
            add("poster", _background(still))
        moving = "gif" if player.css_first(".message_video_play, .message_video_duration") is None else "video"
        round_one = "tgme_widget_message_roundvideo_player" in classes(player)
        for film in player.css("video[src]")[:1]:
            add("video" if round_one else moving, _address(film.attributes.get("src")))
    for node in own.every("tgme_widget_message_sticker"):
        add("photo", _address(node.attributes.get("data-webp")))
    card = own.skipped("tgme_widget_message_link_preview")
    for node in card.css(".link_preview_image, .link_preview_right_image")[:1] if card is not None else ():
        add("card", _background(node))
    for node in own.every("tgme_widget_message_user_photo"):
        for picture in node.css("img[src]")[:1]:
            add("avatar", _address(picture.attributes.get("src")))
    return tuple(found.values())


def _links(words: LexborNode | None, own: _Own) -> tuple[str, ...]:
    """Where the post's words lead, and the page whose card it shows; its hashtags lead to a search and are left out."""
    out: dict[str, None] = {}
    card = own.skipped("tgme_widget_message_link_preview")
    nodes = list(words.css("a[href]")[:MAX_ITEMS]) if words is not None else []
    for node in [*nodes, card] if card is not None else nodes:
        attributes = node.attributes
        href = (attributes.get("href") or "").strip()
        if "onclick" in attributes:  # such links are escaped twice
            href = href.replace("&amp;", "&")
        if href.startswith("/") and not href.startswith("//"):
            href = urljoin("https://t.me/", href)
        if (url := _address(href)) is not None:
            out[url] = None
    return tuple(out)[:MAX_ITEMS]


def _key(link: LexborNode | None, own_id: str) -> str | None:
    """The post to which a link leads, as a key; null for a channel, a person, the post itself."""
    href = (link.attributes.get("href") or "").strip() if link is not None else ""
    ref = ref_from_url(href) if href.startswith(("http", "//")) else None
    return ref.key if ref is not None and ref.id != own_id else None
