"""Which video or picture post of TikTok does a link name?

Pages, frames, players and shares name it by a number. Short links (`vm.tiktok.com/…`, `tiktok.com/t/…`) hide it behind
a code that only TikTok resolves, so they name none; sounds, tags, effects and playlists have numbers, too.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from archiver.model import PostRef
from archiver.platforms.base import Example
from archiver.platforms.links import unwrap
from archiver.platforms.marks import Mark

NAME = "tiktok"

HANDLE = r"[\w.-]{1,24}"

ID = r"\d{15,20}"
"""19 digits since 2018; musical.ly's have 17 to 19."""

MIRRORS = ("tiktxk.com", "vxtiktok.com", "dxtiktok.com", "tnktok.com", "tfxktok.com", "tiktokez.com")
"""Hosts that show a video under TikTok's path, with a preview that messengers can draw."""

HOSTS = ("tiktok.com", "tiktokv.com", "tiktokv.us", "tiktokv.eu", "s9e.github.io", *MIRRORS)

_MIRROR = "|".join(map(re.escape, MIRRORS))
_HOST = rf"https?://(?:(?:www|m|us|lite)\.)?(?:tiktok\.com|tiktokv\.(?:com|us|eu)|{_MIRROR})/+"

_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # https://www.tiktok.com/@ana.example/video/7163799291297792001, …/photo/…, /@/video/… without a name
        rf"{_HOST}(?:[a-z]{{2}}(?:-[a-z]{{2}})?/)?(?:@|%40)(?P<handle>{HANDLE})?/(?:video|photo)/(?P<id>{ID})(?!\w)",
        # https://www.tiktok.com/embed/v2/7163799291297792001?lang=en, /player/v1/…, /share/video/…, /v/….html
        (
            rf"{_HOST}(?:i18n/)?(?:embed(?:/v[1-9])?|player/v[1-9]|(?:share/)?(?:video|photo|item)|v)/(?P<id>{ID})"
            r"(?:\.html)?(?![\w.])"
        ),
        # https://www.tiktok.com/foryou?is_copy_url=1&item_id=7163799291297792001
        rf"{_HOST}[^?#]{{0,60}}\?(?:[^#]*?&)?(?:item_id|share_item_id)=(?P<id>{ID})(?!\w)",
        # https://s9e.github.io/iframe/2/tiktok.min.html#7163799291297792001
        rf"https?://s9e\.github\.io/iframe/\d/tiktok\.min\.html#(?P<id>{ID})(?!\w)",
    )
)
_OEMBED = re.compile(r"https?://(?:www\.)?tiktok\.com/oembed/?\?(?:[^#]*?&)?url=(?P<url>[^&#]+)", re.IGNORECASE)

_PROFILE = re.compile(rf"{_HOST}(?:@|%40)(?P<handle>{HANDLE})/?(?:[?#].*)?", re.IGNORECASE)


def ref_from_id(post_id: str, handle: str | None = None) -> PostRef:
    """The reference with its canonical permalink; TikTok opens a video without its author's name, too."""
    return PostRef(
        platform=NAME, id=post_id, handle=handle, url=f"https://www.tiktok.com/@{handle or ''}/video/{post_id}"
    )


def ref_from_url(url: str) -> PostRef | None:
    """The video that a permalink, a frame's or a player's address names; null for anything else."""
    if "/" not in url or not any(c.isdecimal() for c in url):
        return None
    plain = unwrap(url).url
    if inner := _OEMBED.match(plain):
        plain = unquote(inner["url"])
    for form in _FORMS:
        if found := form.match(plain):
            return ref_from_id(found["id"], found.groupdict().get("handle"))
    return None


def handle_from_url(url: str) -> str | None:
    """The account that a profile link names; null for anything else."""
    found = _PROFILE.fullmatch(unwrap(url).url)
    return found["handle"] if found else None


_ID = "7163799291297792001"
_PAGE = f"https://www.tiktok.com/@ana.example/video/{_ID}"
_NAMELESS = f"https://www.tiktok.com/@/video/{_ID}"

ADDRESS_MARKS: tuple[Mark, ...] = (
    Mark(r"(?:tiktok|tiktxk|tnktok|tfxktok)\w*[.-](?:com|us|eu)(?:{:}\d+)?{/}+{.}*\d{15}"),
)
"""One of these is in the source of every page that holds an address of a post in one of the forms above (see
`archiver.platforms.marks`)."""

EXAMPLES: tuple[Example, ...] = (
    *(
        Example(url=url, id=_ID, handle="ana.example", canonical=_PAGE)
        for url in (
            _PAGE,
            f"{_PAGE}?is_from_webapp=1&amp;sender_device=pc",
            f"https://m.tiktok.com/@ana.example/video/{_ID}/",
            f"https://tiktok.com/@ana.example/photo/{_ID}?lang=en",
            f"//www.tiktok.com/%40ana.example/video/{_ID}",
            f"https://www.vxtiktok.com/@ana.example/video/{_ID}",
            f"https://www.tiktok.com/oembed?url=https%3A%2F%2Fwww.tiktok.com%2F%40ana.example%2Fvideo%2F{_ID}",
            f"https://web.archive.org/web/2023/https://www.tiktok.com/@ana.example/video/{_ID}",
        )
    ),
    *(
        Example(url=url, id=_ID, canonical=_NAMELESS)
        for url in (
            _NAMELESS,
            f"https://www.tiktok.com/video/{_ID}",
            f"https://www.tiktok.com/embed/{_ID}",
            f"https://www.tiktok.com/embed/v2/{_ID}?lang=en-US&referrer=https%3A%2F%2Fnews.example%2F",
            f"https://www.tiktok.com/embed/v3/{_ID}",
            f"https://www.tiktok.com/player/v1/{_ID}?controls=1",
            f"https://www.tiktok.com/share/video/{_ID}",
            f"https://m.tiktok.com/v/{_ID}.html?u_code=0",
            f"https://www.tiktokv.com/share/video/{_ID}/",
            f"https://www.tiktok.com/foryou?is_copy_url=1&is_from_webapp=v1&item_id={_ID}#/@ana/video",
            f"https://s9e.github.io/iframe/2/tiktok.min.html#{_ID}",
        )
    ),
    *(
        Example(url=url, id=None)
        for url in (
            "https://vm.tiktok.com/ZMabcdefg/",
            "https://vt.tiktok.com/ZSabcdefg/",
            "https://www.tiktok.com/t/ZTabcdefg/",
            "https://www.tiktok.com/@ana.example",
            "https://www.tiktok.com/@ana.example/live",
            f"https://www.tiktok.com/music/original-sound-{_ID}",
            f"https://www.tiktok.com/@ana.example/playlist/Bridges-{_ID}",
            f"https://www.tiktok.com/sticker/rain-{_ID}",
            "https://www.tiktok.com/tag/7163799",
            "https://www.tiktok.com/embed/@ana.example",
            "https://www.tiktok.com/embed.js",
            "https://www.tiktok.com/@ana.example/video/716379",
            f"https://www.tiktok.com.evil.test/@ana.example/video/{_ID}",
            f"https://nottiktok.com/@ana.example/video/{_ID}",
        )
    ),
)
