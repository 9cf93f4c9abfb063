"""Which post of Telegram does a link name?

A post is a channel and a number in it. Public channels have names, in which case does not count: an id has it small, so
that one post has one id. `/c/` and a number is a private channel, which nobody outside can open, and invitations,
stickers, proxies and shares have paths of the same shape.
"""

from __future__ import annotations

import re

from archiver.model import PostRef
from archiver.platforms.base import Example
from archiver.platforms.links import unwrap
from archiver.platforms.marks import Mark

NAME = "telegram"

CHANNEL = r"[A-Za-z][A-Za-z0-9_]{3,31}"

NUMBER = r"[1-9]\d{0,9}"

HOSTS = ("t.me", "telegram.me", "telegram.dog", "telesco.pe", "s9e.github.io", "tgstat.com", "tgstat.ru")

_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # https://t.me/ana_channel/416, /s/ana_channel/416, /ana_channel/12/416 (a topic), ?single, ?comment=5
        (
            rf"https?://(?:www\.)?(?:t\.me|telegram\.(?:me|dog)|telesco\.pe)(?::\d{{1,5}})?/+(?:s/)?"
            rf"(?P<channel>{CHANNEL})/(?:\d{{1,10}}/)?(?P<number>{NUMBER})(?!\w)"
        ),
        # https://ana_channel.t.me/416
        rf"https?://(?!www\.)(?P<channel>{CHANNEL})\.t\.me/(?:\d{{1,10}}/)?(?P<number>{NUMBER})(?!\w)",
        # tg://resolve?domain=ana_channel&post=416
        rf"tg:/{{0,2}}resolve/?\?(?:[^#]*?&)?domain=(?P<channel>{CHANNEL})&(?:[^#]*?&)?post=(?P<number>{NUMBER})(?!\w)",
        # https://s9e.github.io/iframe/2/telegram.min.html#ana_channel/416
        rf"https?://s9e\.github\.io/iframe/\d/telegram\.min\.html#(?P<channel>{CHANNEL})/(?P<number>{NUMBER})(?!\w)",
        # https://tgstat.com/channel/@ana_channel/416
        (
            rf"https?://(?:[a-z]{{2,5}}\.)?tgstat\.(?:com|ru)/(?:[a-z]{{2}}/)?(?:channel|chat)/@(?P<channel>{CHANNEL})/"
            rf"(?P<number>{NUMBER})(?!\w)"
        ),
    )
)

NO_CHANNELS = frozenset(
    {
        *("joinchat", "addstickers", "addemoji", "addtheme", "addlist", "share", "proxy", "socks", "login", "invoice"),
        *(
            "confirmphone",
            "setlanguage",
            "giftcode",
            "boost",
            "contact",
            "passport",
            "nft",
            "auction",
            "iv",
            "bg",
            "msg",
        ),
    }
)
"""Telegram's own words where a channel's name would stand (core.telegram.org/api/links)."""

_POST = re.compile(rf"(?P<channel>{CHANNEL})/(?P<number>{NUMBER})")


def ref_from_id(post_id: str, handle: str | None = None) -> PostRef:
    """The reference with its canonical permalink; the id names the channel, whatever `handle` says."""
    plain = post_id.lower()
    return PostRef(platform=NAME, id=plain, handle=post_id.partition("/")[0] or handle, url=f"https://t.me/{plain}")


def parts_of(ref: PostRef) -> tuple[str, int] | None:
    """Channel (in small letters) and number of a post; null where the id is not of that form."""
    found = _POST.fullmatch(ref.id)
    return (found["channel"].lower(), int(found["number"])) if found else None


def ref_from_name(value: str) -> PostRef | None:
    """The post that a widget's attribute names: `ana_channel/416`."""
    found = _POST.match(value.strip().lstrip("@"))
    if found is None or found["channel"].lower() in NO_CHANNELS or value.strip()[found.end() :][:1] not in ("", "?"):
        return None
    return ref_from_id(found[0])


def ref_from_url(url: str) -> PostRef | None:
    """The post that a permalink, a preview's or a frame's address names; null for anything else (channels, invitations,
    private chats, stories)."""
    if "/" not in url and not url.startswith("tg:"):
        return None
    plain = unwrap(url).url
    for form in _FORMS:
        if found := form.match(plain):
            if found["channel"].lower() in NO_CHANNELS:
                return None
            return ref_from_id(f"{found['channel']}/{found['number']}")
    return None


CHANNEL_NAME = re.compile(rf"@?(?P<channel>{CHANNEL})")


def channel_of(handle: str) -> str | None:
    """The name of a channel, in small letters, as it stands in addresses; null for what cannot be one."""
    found = CHANNEL_NAME.fullmatch(handle.strip())
    return found["channel"].lower() if found and found["channel"].lower() not in NO_CHANNELS else None


_POST_ID = "ana_channel/416"
_PAGE = "https://t.me/ana_channel/416"

ADDRESS_MARKS: tuple[Mark, ...] = (
    Mark(r"t[.-]me(?:{:}\d+)?{/}+(?:s{/})?[a-z]\w{3,31}{/}(?:\d{1,10}{/})?[1-9]", before=r"(?:[^\w-]|2f)"),
    Mark(r"t[.-]me(?:{:}\d+)?{/}+(?:\d{1,10}{/})?[1-9]", before=r"[a-z]\w{3,31}[.-]"),
    Mark(r"(?:telegram[.-](?:me|dog)|telesco[.-]pe)(?:{:}\d+)?{/}+(?:s{/})?[a-z]\w{3,31}{/}(?:\d{1,10}{/})?[1-9]"),
    Mark(r"tg{:}{/}{0,2}resolve"),
    Mark(r"tgstat[.-](?:com|ru){/}{.}*{@}\w{4,32}{/}[1-9]"),
)
"""One of these is in the source of every page that holds an address of a post in one of the forms above (see
`archiver.platforms.marks`)."""

EXAMPLES: tuple[Example, ...] = (
    *(
        Example(url=url, id=_POST_ID, handle="ana_channel", canonical=_PAGE)
        for url in (
            _PAGE,
            "https://t.me/s/ana_channel/416",
            "https://t.me/ana_channel/416?single",
            "https://t.me/ana_channel/416?embed=1&amp;userpic=true&amp;mode=tme",
            "https://t.me/ana_channel/416?comment=5",
            "https://t.me/ana_channel/12/416",
            "http://telegram.me/ana_channel/416",
            "https://telegram.dog/ana_channel/416",
            "//www.t.me/ana_channel/416",
            "https://ana_channel.t.me/416",
            "https://s9e.github.io/iframe/2/telegram.min.html#ana_channel/416",
            "https://tgstat.com/channel/@ana_channel/416",
            "https://web.archive.org/web/2023/https://t.me/ana_channel/416",
        )
    ),
    Example(url="https://t.me/Ana_Channel/416", id=_POST_ID, handle="Ana_Channel", canonical=_PAGE),
    *(
        Example(url=url, id=None)
        for url in (
            "https://t.me/ana_channel",
            "https://t.me/s/ana_channel",
            "https://t.me/c/1234567890/416",
            "https://t.me/+AbCdEfGhIjKlMnOp",
            "https://t.me/joinchat/AbCdEfGhIjKlMnOp",
            "https://t.me/joinchat/12345",
            "https://t.me/addstickers/AnaExample",
            "https://t.me/login/12345",
            "https://t.me/ana_channel/s/12",
            "https://t.me/share/url?url=https%3A%2F%2Fnews.example%2F416",
            "https://t.me/ana_channel/416abc",
            "https://t.me.evil.test/ana_channel/416",
            "https://best.me/ana_channel/416",
            "https://t.me/iv?url=https%3A%2F%2Fnews.example%2F&rhash=0a1b2c3d4e5f60",
        )
    ),
)
