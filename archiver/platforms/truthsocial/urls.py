"""Which post of Truth Social does a link name?

Truth Social runs Mastodon's code on one server, so its links look like those, and like those of the front end that it
has (`/@name/posts/…`).
"""

from __future__ import annotations

import re

from archiver.model import PostRef
from archiver.platforms.base import Example
from archiver.platforms.links import unwrap
from archiver.platforms.marks import Mark

NAME = "truthsocial"

HOSTS = ("truthsocial.com",)

HANDLE = r"[A-Za-z0-9_]{1,30}"
IS_HANDLE = re.compile(HANDLE)
ID = r"\d{15,20}"
"""18 digits since its first day."""

_HOST = r"https?://(?:www\.|m\.)?truthsocial\.com(?::\d{1,5})?/+"

_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # https://truthsocial.com/@ana/posts/108779000807761862, https://truthsocial.com/@ana/108779000807761862/embed
        rf"{_HOST}(?:web/)?(?:@|%40)(?P<handle>{HANDLE})/(?:posts/|statuses/)?(?P<id>{ID})(?!\w)",
        # https://truthsocial.com/users/ana/statuses/108779000807761862
        rf"{_HOST}users/(?P<handle>{HANDLE})/statuses/(?P<id>{ID})(?!\w)",
        # https://truthsocial.com/posts/108779000807761862
        rf"{_HOST}(?:web/)?(?:posts|statuses|embed)/(?P<id>{ID})(?!\w)",
    )
)


def ref_from_id(post_id: str, handle: str | None = None) -> PostRef:
    """The reference with its canonical permalink; without a known handle the form that works for any account."""
    path = f"@{handle}/{post_id}" if handle else f"posts/{post_id}"
    return PostRef(platform=NAME, id=post_id, handle=handle, url=f"https://truthsocial.com/{path}")


def ref_from_url(url: str) -> PostRef | None:
    """The post that a permalink or an embed frame's address names; null for anything else (profiles, tags, groups)."""
    if "/" not in url:
        return None
    plain = unwrap(url).url
    for form in _FORMS:
        if found := form.match(plain):
            return ref_from_id(found["id"], found.groupdict().get("handle"))
    return None


_ID = "108779000807761862"
_PAGE = f"https://truthsocial.com/@ana_example/{_ID}"

ADDRESS_MARKS: tuple[Mark, ...] = (Mark(r"truthsocial[.-]com(?:{:}\d+)?{/}+{.}*\d{15}"),)
"""One of these is in the source of every page that holds an address of a post in one of the forms above (see
`archiver.platforms.marks`)."""

EXAMPLES: tuple[Example, ...] = (
    *(
        Example(url=url, id=_ID, handle="ana_example", canonical=_PAGE)
        for url in (
            _PAGE,
            f"{_PAGE}/embed",
            f"https://truthsocial.com/@ana_example/posts/{_ID}",
            f"http://www.truthsocial.com/%40ana_example/posts/{_ID}?utm_source=x",
            f"//truthsocial.com/users/ana_example/statuses/{_ID}",
            f"https://web.archive.org/web/20220807000000/https://truthsocial.com/@ana_example/posts/{_ID}",
        )
    ),
    Example(url=f"https://truthsocial.com/posts/{_ID}", id=_ID),
    *(
        Example(url=url, id=None)
        for url in (
            "https://truthsocial.com/@ana_example",
            "https://truthsocial.com/@ana_example/media",
            "https://truthsocial.com/tags/bridge",
            f"https://truthsocial.com/group/{_ID}",
            f"https://truthsocial.com.evil.test/@ana_example/{_ID}",
            f"https://nottruthsocial.com/@ana_example/{_ID}",
            "https://truthsocial.com/share?url=https%3A%2F%2Fnews.example%2F@ana%2F108779000807761862",
        )
    ),
)
