"""Which posts are in an export of Telegram Desktop?

`result.json` is one chat, or an account's chats under `chats.list` and `left_chats.list`; a chat has its `name`, its
`type` and its `messages` (telegramdesktop/tdesktop, `export_output_json.cpp`). Only a public channel's posts have
addresses, and the export does not say under which name: whoever gives it has to. `date` is the time of the
exporting machine without its zone; `date_unixtime`, written since 2021, has none to lack. Control characters are
written as `\\x07`, which is no JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import BinaryIO

from archiver.brought.elements import Place, elements
from archiver.brought.items import Item, Kind, Passed, Problem, Record
from archiver.errors import InputError
from archiver.model import Post
from archiver.platforms.telegram import PLATFORM
from archiver.platforms.telegram.urls import channel_of
from archiver.platforms.values import MAX_ITEMS, MAX_TEXT, clean, epoch, https, parse_json, string

PUBLIC = "public_channel"

MEDIA = ("photo", "file", "media_type")

CHATS: tuple[Place, ...] = ((), ("chats", "list", "*"), ("left_chats", "list", "*"))
WANTED = frozenset((*chat, *member) for chat in CHATS for member in (("name",), ("type",), ("id",), ("messages", "*")))

NO_JSON = re.compile(rb"(?<!\\)((?:\\\\)*)\\x([0-9A-F]{2})")
"""What Telegram writes for a control character."""


def looks_like_export(start: bytes) -> bool:
    """Whether a JSON file that begins so is such an export."""
    return b'"messages"' in start or b'"personal_information"' in start or b'"about": "Here is' in start


def read_export(stream: BinaryIO, handle: str | None, *, subject: str) -> Iterator[Item]:
    """The posts of the export's public channel, whose name is `handle`.

    Raises `InputError`: also where there are posts of several, or no name was given.
    """
    yield Kind(name="an export of Telegram")
    chat: dict[str, object] = {}
    before: Place | None = None
    read_from: object = None
    for place, data in elements(stream, WANTED, subject=subject):
        member = place[-1] if place[-1] != "*" else "messages"
        if member != "messages":
            if before is not None and before[-1] == "*":
                chat = {}
            chat[member] = parse_json(data)
            before = place
            continue
        before = place
        if chat.get("type") != PUBLIC:
            yield Passed(why="not of a public channel")
            continue
        channel = channel_of(handle or "")
        if channel is None:
            raise InputError(
                "a Telegram export does not say under which name its channel is public", subject=subject,
                hint="give it: --handle NAME",
            )  # fmt: skip
        if read_from is not None and read_from != chat.get("id"):
            raise InputError("it has posts of several public channels", subject=subject, hint="export them one by one")
        read_from = chat.get("id")
        yield _item(data, chat, channel)


def _item(data: bytes, chat: Mapping[str, object], channel: str) -> Item:
    message = parse_json(data)
    if message is None:
        message = parse_json(NO_JSON.sub(rb"\1\\u00\2", data))
    number = message.get("id") if isinstance(message, Mapping) else None
    if not isinstance(message, Mapping) or not isinstance(number, int) or isinstance(number, bool) or number <= 0:
        return Problem(where="a message", what="no message of Telegram")
    if message.get("type") != "message":
        return Passed(why="a notice of the service")
    text, links = _text(message.get("text"))
    if not text and not any(name in message for name in MEDIA):
        return Passed(why="without words and pictures")
    made = _unix(message.get("date_unixtime"))
    ref = PLATFORM.ref_from_id(f"{channel}/{number}", channel)
    name = chat.get("name")
    account = chat.get("id")
    return Record(
        post=Post(
            platform=ref.platform,
            id=ref.id,
            url=ref.url,
            handle=channel,
            display_name=clean(name[:256]) or None if isinstance(name, str) else None,
            account_id=str(account) if isinstance(account, int) and 0 < account < 1 << 63 else None,
            created_at=made,
            day=None if made else _day(message.get("date")),
            text=text or None,
            links=links,
            edited_at=_unix(message.get("edited_unixtime")),
            seen_in="telegram.export",
        )
    )


def _text(value: object) -> tuple[str, tuple[str, ...]]:
    """A message's words, and where the links among them lead: text, or a list of text and of marked stretches."""
    parts: list[object] = value if isinstance(value, list) else [value]
    words: list[str] = []
    links: dict[str, None] = {}
    for part in parts:
        if isinstance(part, str):
            words.append(part)
        elif isinstance(part, Mapping) and (stretch := string(part, "text")):
            words.append(stretch)
            target = https(part.get("href")) or https(stretch)
            if target and len(links) < MAX_ITEMS:
                links[target] = None
    return clean("".join(words)[:MAX_TEXT]).strip(), tuple(links)


def _unix(value: object) -> datetime | None:
    return (
        epoch(int(value))
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 12
        else None
    )


def _day(value: object) -> str | None:
    """The day on the exporting machine's clock: a day of some time zone."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value[:10]).date().isoformat()
    except ValueError:
        return None
