"""Which post of X does a link name?

The forms that permalinks have had since 2006, those of embed frames and of front ends that show the same post, and what
only looks like one. Every form is read through the wrappers of `archiver.platforms.links`.
"""

from __future__ import annotations

import re

from archiver.model import PostRef
from archiver.platforms.base import Example
from archiver.platforms.links import unwrap
from archiver.platforms.marks import Mark

NAME = "x"

HANDLE = r"[A-Za-z0-9_]{1,20}"
"""X allows 15 characters; accounts from before the rule have up to 20."""

ID = r"\d{2,20}"
"""19 digits since 2018; the oldest posts have two."""

HOSTS = (
    *("twitter.com", "x.com", "twitter3e4tixl4xyajtrzo62zg5vztmjuricljdp2c5kshju4avyoid.onion", "s9e.github.io"),
    *("fxtwitter.com", "vxtwitter.com", "fixupx.com", "fixvx.com", "twittpr.com", "xfixup.com", "girlcockx.com"),
    *("stupidpenisx.com", "xcancel.com", "lightbrd.com", "twiiit.com", "nitter"),
    *("threadreaderapp.com", "rattibha.com", "unrollthread.com"),
)
"""Registered domains of the forms below; a word without a point stands anywhere in a host."""

_HOST = (
    r"(?:(?:www|m|mobile|pro)\.)?(?:twitter|x)\.com|tweetdeck\.twitter\.com"
    r"|(?:www\.|mobile\.)?twitter3e4tixl4xyajtrzo62zg5vztmjuricljdp2c5kshju4avyoid\.onion"
)
_FRONT_ENDS = (
    r"(?:[a-z]{1,4}\.)?(?:fxtwitter|vxtwitter|fixupx|fixvx|twittpr|xfixup|girlcockx|stupidpenisx)\.com"
    r"|xcancel\.com|lightbrd\.com|twiiit\.com|(?:[\w-]+\.){0,3}nitter(?:\.[\w-]+){1,3}"
)
"""Sites that show a post of X under the same path."""

_WITH_HANDLE = rf"(?:#!/)?(?P<handle>{HANDLE})/(?:status(?:es)?|article)/(?P<id>{ID})"
_WITHOUT = (
    rf"(?:#!/)?(?:statuses|i/(?:web/)?status|i/videos(?:/tweet)?|i/cards/tfw/v1|i/article)/(?P<id>{ID})"
    rf"|(?:[\w%.-]+/)?status(?:es)?/(?P<id2>{ID})"
)

_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # https://x.com/example/status/1590173336165216257
        rf"https?://(?:{_HOST})(?::\d+)?/+{_WITH_HANDLE}(?!\d)",
        # https://x.com/i/web/status/1590173336165216257
        rf"https?://(?:{_HOST})(?::\d+)?/+(?:{_WITHOUT})(?!\d)",
        # https://platform.twitter.com/embed/Tweet.html?dnt=false&id=1590173336165216257
        rf"https?://platform\.(?:twitter|x)\.com/embed/(?:tweet|post|index)\.html\?(?:[^#]*?&)?id=(?P<id>{ID})(?!\d)",
        # https://nitter.net/example/status/1590173336165216257#m
        rf"https?://(?:{_FRONT_ENDS})/{_WITH_HANDLE}(?!\d)",
        # https://threadreaderapp.com/thread/1590173336165216257.html
        rf"https?://(?:www\.)?(?:threadreaderapp\.com|en\.rattibha\.com|unrollthread\.com)/(?:thread|t)/(?P<id>{ID})(?!\d)",
        # https://s9e.github.io/iframe/2/twitter.min.html#1590173336165216257
        rf"https?://s9e\.github\.io/iframe/\d/twitter\.min\.html#(?P<id>{ID})(?!\d)",
    )
)

_NO_HANDLE = frozenset({"i", "intent", "statuses", "web"})
"""Path words of X itself that stand where a handle would."""


def canonical_url(post_id: str, handle: str | None) -> str:
    """The permalink that X itself shows; without a known handle the form that works for any account."""
    return f"https://x.com/{handle}/status/{post_id}" if handle else f"https://x.com/i/web/status/{post_id}"


def ref_from_id(post_id: str, handle: str | None = None) -> PostRef:
    """The reference with its canonical permalink."""
    return PostRef(platform=NAME, id=post_id, handle=handle, url=canonical_url(post_id, handle))


def ref_from_url(url: str) -> PostRef | None:
    """The post that a permalink in any of its forms names; null for anything else (profiles, lists, intents, spaces).

    The handle is what the link claims: X sends any handle to the right post, so the id alone is its identity.
    """
    if not ("/" in url and any(c.isdecimal() for c in url)):
        return None
    plain = unwrap(url).url
    for form in _FORMS:
        if found := form.match(plain):
            groups = found.groupdict()
            post_id = groups["id"] or groups.get("id2")
            if post_id is None:
                continue
            handle = groups.get("handle")
            if handle is not None and handle.lower() in _NO_HANDLE:
                handle = None
            return ref_from_id(post_id, handle)
    return None


def handle_from_url(url: str) -> str | None:
    """The account that a profile link names; null for posts, intents and X's own pages."""
    found = _PROFILE.fullmatch(unwrap(url).url)
    if found is None or found["handle"].lower() in _OWN_PAGES:
        return None
    return found["handle"]


_PROFILE = re.compile(rf"https?://(?:{_HOST})/@?(?P<handle>{HANDLE})/?(?:\?[^#]*)?(?:#.*)?", re.IGNORECASE)
_OWN_PAGES = frozenset(
    {"share", "home", "search", "hashtag", "intent", "i", "login", "explore", "settings", "privacy", "tos"}
)

ADDRESS_MARKS: tuple[Mark, ...] = (
    Mark(r"status(?:es)?{/}\d\d"),
    Mark(r"videos{/}(?:tweet{/})?\d\d", before="i{/}"),
    Mark(r"cards{/}tfw{/}v1{/}\d\d"),
    Mark(
        r"(?:twitter|x|fixv|twittpr|fixup|xcancel|lightbrd|twiiit|nitter)"
        r"[\w-]*[.-](?:com|onion|[\w.-]+)(?:{:}\d+)?{/}+(?:{#}!{/})?\w{1,20}{/}article{/}\d\d"
    ),
    Mark(r"platform[.-](?:twitter|x)[.-]com{/}embed{/}(?:tweet|post|index)\.html"),
    Mark(r"(?:threadreaderapp|rattibha|unrollthread)[.-]com{/}+(?:thread|t){/}\d\d"),
    Mark(r"s9e[.-]github[.-]io{/}iframe"),
)
"""One of these is in the source of every page that holds an address of a post in one of the forms above (see
`archiver.platforms.marks`)."""

EXAMPLES: tuple[Example, ...] = tuple(
    Example(url=url, id=post_id, handle=handle, canonical=canonical_url(post_id, handle) if post_id else None)
    for url, post_id, handle in (
        ("https://x.com/example_user/status/1590173336165216257", "1590173336165216257", "example_user"),
        (
            "https://twitter.com/Example_User/status/1590173336165216257?ref_src=twsrc%5Etfw",
            "1590173336165216257",
            "Example_User",
        ),
        ("http://www.twitter.com/example_user/statuses/20", "20", "example_user"),
        (
            "https://mobile.twitter.com/example_user/status/1590173336165216257/photo/1",
            "1590173336165216257",
            "example_user",
        ),
        ("//twitter.com/example_user/status/1590173336165216257", "1590173336165216257", "example_user"),
        ("https://twitter.com/#!/example_user/status/29700859247", "29700859247", "example_user"),
        ("https://twitter.com/statuses/29700859247", "29700859247", None),
        ("https://x.com/i/web/status/1590173336165216257", "1590173336165216257", None),
        ("https://x.com/i/status/1590173336165216257", "1590173336165216257", None),
        ("https://twitter.com/i/videos/tweet/745256000000000000", "745256000000000000", None),
        ("https://twitter.com/i/cards/tfw/v1/745256000000000000", "745256000000000000", None),
        ("https://x.com/example_user/article/1890173336165216257", "1890173336165216257", "example_user"),
        (
            "https://platform.twitter.com/embed/Tweet.html?dnt=false&amp;id=1590173336165216257&amp;lang=en",
            "1590173336165216257",
            None,
        ),
        ("https://platform.x.com/embed/Post.html?id=1590173336165216257", "1590173336165216257", None),
        ("https://fxtwitter.com/example_user/status/1590173336165216257", "1590173336165216257", "example_user"),
        ("https://nitter.net/example_user/status/1590173336165216257#m", "1590173336165216257", "example_user"),
        (
            "https://nitter.privacy.example.org/example_user/status/1590173336165216257",
            "1590173336165216257",
            "example_user",
        ),
        ("https://threadreaderapp.com/thread/1590173336165216257.html", "1590173336165216257", None),
        (
            "https://web.archive.org/web/20221110120000/https://twitter.com/example_user/status/1590173336165216257",
            "1590173336165216257",
            "example_user",
        ),
        (
            "//web.archive.org/web/20221110120000if_/http:/twitter.com/example_user/status/1590173336165216257",
            "1590173336165216257",
            "example_user",
        ),
        (
            "https://www.google.com/url?q=https%3A%2F%2Ftwitter.com%2Fexample_user%2Fstatus%2F1590173336165216257&sa=D",
            "1590173336165216257",
            "example_user",
        ),
        (
            "https://twitter-com.translate.goog/example_user/status/1590173336165216257?_x_tr_sl=en",
            "1590173336165216257",
            "example_user",
        ),
        ("https://twitter.com.evil.test/example_user/status/20", None, None),
        ("https://netflix.com/example_user/status/20", None, None),
        ("https://theordinaryknitter.net/example_user/status/1590173336165216257", None, None),
        ("https://twitter.com/example_user/lists/20", None, None),
        ("https://twitter.com/example_user", None, None),
        ("https://twitter.com/intent/tweet?in_reply_to=1590173336165216257", None, None),
        ("https://twitter.com/i/events/1590173336165216257", None, None),
        ("https://twitter.com/i/spaces/1vOxwyzabcdef", None, None),
        ("https://twitter.com/share?url=https%3A%2F%2Fnews.example.org%2Fstatus%2F20", None, None),
        ("https://nitter.net/pic/media%2Fexample.jpg", None, None),
        ("https://web.archive.org/web/20221110120000/https://twitter.com/example_user", None, None),
    )
)
