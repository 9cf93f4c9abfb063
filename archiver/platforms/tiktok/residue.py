"""What does a video of TikTok leave in bare text?

`@ana.example The bridge is open #bridge ♬ original sound - Ana Example`: the handle, the caption, the sound. In one
line where the text has lost its lines, in three where it has kept them. The note before the sound is the mark; it also
stands in programmes of radio stations and in lyrics, so a handle has to begin the line or the sentence, or stand alone
above.

Cost: at most `REACH` code points before the note and `SOUND_REACH` after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.platforms.base import TextExample, TextRule, TextSighting
from archiver.platforms.tiktok.sounds import IS_ORIGINAL, NOTE, SOUND
from archiver.platforms.tiktok.urls import HANDLE

REACH = 4200
"""A caption has at most 4,000 characters since 2023 (150 before 2021, 2,200 before 2023)."""

MAX_LINES = 12
"""Lines of a caption between the handle's line and the note's."""

SOUND_REACH = 160
MAX_AUTHOR = 60
"""Code points of a nickname and of what is left of a title with a dash in it."""

_LINK = r"(?:\]\([^()\s]{1,300}\))?"
_NAMED = r"(?P<handle>(?:\\_|[a-z0-9_.-]){2,40}|(?:\\_|[\w.-]){1,40})"
"""TikTok writes handles small, so a capital or another script behind one is the caption, glued to it."""
_HANDLE = re.compile(rf"(?<![\w@/])@{_NAMED}{_LINK}")
_NAME = re.compile(HANDLE)
_BEGINS = re.compile(r"(?:^|\n)[ \t>*_\-•]{0,8}\[?\Z|[.!?…:。！？”\"»)\]][ \u00a0]{0,3}\[?\Z")
_ALONE = re.compile(rf"[ \t>*_]{{0,8}}\[?@{_NAMED}{_LINK}[ \t:*_]{{0,8}}(?=\n|\Z)")
_MARKDOWN = re.compile(r"\[([^\[\]\n]{0,300})\]\([^()\s]{1,400}\)")
_GLUED = re.compile(r"(?<=[a-zа-яё\d_)])(?=[A-ZА-ЯЁ][a-zа-яё]{0,20} (?:[a-zа-яё]{1,20},? ){2})")
"""Where a lost line break glues the next sentence to the author: `AnaThe council met`."""


def read(text: str, at: int, floor: int) -> TextSighting | None:
    """The video whose sound begins with the note at `at`."""
    sound = SOUND.match(text, at, min(len(text), at + SOUND_REACH + 40))
    original = IS_ORIGINAL.match(text, at + len(NOTE) + _spaces(text, at + len(NOTE)))
    if sound is None and original is None:
        return None
    since = max(floor, at - REACH)
    found = _author(text, since, at, original=original is not None)
    if found is None:
        return None if original is None or sound is None else _without_handle(text, since, at, sound.end())
    handle = found["handle"].replace("\\_", "_").rstrip(".-")
    if not _NAME.fullmatch(handle) or handle.isdecimal():
        return None
    start = found.start("handle") - 1
    if text[start - 1 : start] == "[" and start > since:
        start -= 1
    words = _plain(text[found.end() : _note_start(text, at)])
    return TextSighting(
        start=start,
        end=_end(text, sound.end() if sound else original.end() if original else at),
        handle=handle,
        text=words or None,
        shape="handle, caption, own sound" if original else "handle, caption, sound",
        confidence=0.97 if original else 0.85,
    )


def _without_handle(text: str, since: int, at: int, author_at: int) -> TextSighting | None:
    """A video whose handle is lost with its link: whose own sound it has is told behind the note, and its hashtags
    stand before."""
    line = max(text.rfind("\n", since, at) + 1, since)
    start = line
    if not text[line:at].strip(" \t>*["):
        above = text[since:line].rstrip(" \t\r\n>")
        start = since + above.rfind("\n") + 1
        if line - since - len(above) > FAR or (start == since and since > 0 and text[since - 1] != "\n"):
            return None
    caption = _plain(text[start : _note_start(text, at)])
    end = _end(text, author_at)
    author = text[author_at:end].strip(" \t\r*_])")
    if not _HASHTAG.search(caption) or len(caption) > LONGEST_LINE or not 0 < len(author) <= MAX_AUTHOR:
        return None
    return TextSighting(
        start=start, end=end, display_name=author, text=caption, shape="caption, own sound, no handle", confidence=0.7
    )


FAR = 8
"""White space and marks of quotations between a caption and its sound."""
LONGEST_LINE = 600

_HASHTAG = re.compile(r"(?<!\w)#\w")


def _spaces(text: str, at: int) -> int:
    end = at
    while end < len(text) and text[end] in " \t\u00a0":
        end += 1
    return end - at


def _author(text: str, since: int, at: int, *, original: bool) -> re.Match[str] | None:
    """The handle that begins the post: on the note's own line, or on one of the lines above."""
    if text.rfind("@", since, at) < 0:
        return None
    line = max(text.rfind("\n", since, at) + 1, since)
    here = None
    for found in _before(text, line, at):
        if found.start() == since or _BEGINS.search(text[max(since, found.start() - 12) : found.start()]):
            return found
        here = found
    if here is not None:
        return here if original else None
    begun = None
    top = line
    seen = 0
    for _ in range(MAX_LINES * 2):
        if top <= since or seen > MAX_LINES:
            break
        top = max(text.rfind("\n", since, top - 1) + 1, since)
        if top and top == since and text[top - 1] != "\n":
            break
        if (alone := _ALONE.match(text, top, at)) is not None:
            return alone
        words = _marks(text, top)
        if text[top + words : top + words + 1] in ("\n", ""):
            continue
        seen += 1
        # the caption on the handle's own line; above another's song only directly, without a colon
        if begun is None and (original or (seen == 1 and text[line:at].strip(" \t>*[") == "")):
            end = text.find("\n", top)
            if original or text[max(top, end - 1) : end] != ":":
                begun = _HANDLE.match(text, top + words)
    return begun


MAX_HANDLES = 40
"""Handles of one line that are looked at: captions mention a few."""


def _before(text: str, line: int, at: int) -> Iterator[re.Match[str]]:
    """The handles between `line` and `at`, the last first."""
    place = at
    for _ in range(MAX_HANDLES):
        place = text.rfind("@", line, place)
        if place < 0:
            return
        if (found := _HANDLE.match(text, place, at)) is not None:
            yield found


def _marks(text: str, at: int) -> int:
    """Width of a quotation's marks at the beginning of a line."""
    end = at
    while end < len(text) and text[end] in " \t>*":
        end += 1
    return end - at


def _note_start(text: str, at: int) -> int:
    return at - 1 if text[at - 1 : at] == "[" else at


def _plain(caption: str) -> str:
    """The caption without Markdown's links and the marks of a quotation."""
    for _ in range(2):  # converters nest a link in a link
        caption = _MARKDOWN.sub(r"\1", caption)
    lines = (line.strip().removeprefix(">").strip() for line in caption.split("\n"))
    return "\n".join(lines).strip()


def _end(text: str, author_at: int) -> int:
    """Where the sound's author ends: at the line's end, or where the next sentence is glued to it."""
    stop = text.find("\n", author_at)
    stop = len(text) if stop < 0 else stop
    linked = text.find("](", author_at, min(stop, author_at + SOUND_REACH))
    if linked >= 0:
        closing = text.find(")", linked, min(stop, linked + 400))
        if closing >= 0:
            return closing + 1
    window = text[author_at : min(stop, author_at + MAX_AUTHOR)]
    if glued := _GLUED.search(window):
        return author_at + glued.start()
    if stop - author_at <= MAX_AUTHOR:
        return author_at + len(window.rstrip())
    first = re.match(r"\S+(?:[ \u00a0][^\s\W\d_][\w'’.&-]*){0,3}?(?=[ \u00a0](?:[A-Z]\w+ [a-z]|[A-ZÀ-Þ]\w* ))", window)
    return author_at + (first.end() if first else len(window.split(" ")[0]))


RULES: tuple[TextRule, ...] = (
    TextRule(
        name="tiktok.sound",
        triggers=(NOTE,),
        read=read,
        examples=(
            TextExample(
                text="@ana.example The bridge is open #bridge ♬ original sound - Ana Example",
                handle="ana.example",
                words="The bridge is open #bridge",
            ),
            TextExample(
                text="@ana_example\n\nThe bridge is open #bridge\n\n♬ Rain at Last - The Sample Band",
                handle="ana_example",
                words="The bridge is open #bridge",
            ),
            TextExample(text="@ana.example ♬ som original – Ana 00h.03m", handle="ana.example"),
            TextExample(
                text="@ana.example Мост открыт, @ben! ♬ оригинальный звук  - Ана",
                handle="ana.example",
                words="Мост открыт, @ben!",
            ),
            TextExample(
                text=(
                    "[@ana\\_ex](https://www.tiktok.com/@ana_ex?refer=embed) Open [#bridge](https://www.tiktok.com/tag/bridge)"
                    " [♬ nhạc nền - Ana](https://www.tiktok.com/music/nhac-nen-5)"
                ),
                handle="ana_ex",
                words="Open #bridge",
            ),
            TextExample(
                text="The council met.\n\n#bridge #rain\n\n♬ original sound - Ana Example\n\nThen it went on.",
                display_name="Ana Example",
                words="#bridge #rain",
            ),
        ),
        negatives=(
            "The bridge is open #bridge\n\n♬ Rain at Last - The Sample Band",
            "Listen tonight.\n\n♬ original sound - Ana Example",
            "♬ Now playing: Rain at Last - The Sample Band",
            "Follow us on TikTok @ana.example",
            "Write to studio@radio.example to hear ♬ Rain at Last - The Sample Band",
            "Our host @ana.example chose ♬ Rain at Last - The Sample Band for tonight.",
            "@ana.example ♬♬♬",
            "♬ original sound - Ana Example",
        ),
    ),
)
"""What is read in bare text."""
