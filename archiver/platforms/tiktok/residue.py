"""What does a video of TikTok leave in bare text?

`@ana.example The bridge is open #bridge ♬ original sound - Ana Example`: the handle, the caption, the sound. In one
line where the text has lost its lines, in three where it has kept them. The note before the sound is the mark; it also
stands in programmes of radio stations and in lyrics, so a handle has to begin the line or the sentence, or stand alone
above.

Cost: at most `REACH` code points before the note and `SOUND_REACH` after it.
"""

from __future__ import annotations

import re

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
_HANDLE = re.compile(rf"(?<![\w@/.])\[?@(?P<handle>(?:\\_|[\w.-]){{1,40}}){_LINK}")
_NAME = re.compile(HANDLE)
_BEGINS = re.compile(r"(?:^|\n)[ \t>*_\-•]{0,8}\Z|[.!?…:。！？”\"»)\]][ \u00a0]{0,3}\Z")
_ALONE = re.compile(rf"^[ \t>*_]{{0,8}}\[?@(?P<handle>(?:\\_|[\w.-]){{1,40}}){_LINK}[ \t:*_]{{0,8}}$", re.MULTILINE)
_MARKDOWN = re.compile(r"\[([^\[\]\n]{0,300})\]\([^()\s]{1,400}\)")
_GLUED = re.compile(r"(?<=[a-zа-яё\d_)])(?=[A-ZА-ЯЁ][a-zа-яё]+ )")
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
        return None
    handle = found["handle"].replace("\\_", "_").rstrip(".-")
    if not _NAME.fullmatch(handle) or handle.isdecimal():
        return None
    start = found.start("handle") - 1
    words = _plain(text[found.end() : _note_start(text, at)])
    return TextSighting(
        start=start,
        end=_end(text, sound.end() if sound else original.end() if original else at),
        handle=handle,
        text=words or None,
        shape="handle, caption, own sound" if original else "handle, caption, sound",
        confidence=0.97 if original else 0.85,
    )


def _spaces(text: str, at: int) -> int:
    end = at
    while end < len(text) and text[end] in " \t\u00a0":
        end += 1
    return end - at


def _author(text: str, since: int, at: int, *, original: bool) -> re.Match[str] | None:
    """The handle that begins the post: on the note's own line, or alone on one of the lines above."""
    line = max(text.rfind("\n", since, at) + 1, since)
    here = list(_HANDLE.finditer(text, line, at))
    for found in reversed(here):
        if _BEGINS.search(text[max(since, found.start() - 12) : found.start()]) or found.start() == since:
            return found
    if here and original:
        return here[0]
    above = None
    top = line
    for _ in range(MAX_LINES * 2):
        if top <= since:
            break
        top = max(text.rfind("\n", since, top - 1) + 1, since)
        if (alone := _ALONE.match(text, top, max(top, text.find("\n", top)))) is not None:
            return alone
        if above is None and original and (begun := _HANDLE.match(text, top + _marks(text, top))) is not None:
            above = begun
        if not original and text[top:at].count("\n") > MAX_LINES:
            break
    return above


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
    if stop - author_at <= MAX_AUTHOR:
        return author_at + len(text[author_at:stop].rstrip())
    window = text[author_at : author_at + MAX_AUTHOR]
    glued = _GLUED.search(window)
    if glued:
        return author_at + glued.start()
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
        ),
        negatives=(
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
