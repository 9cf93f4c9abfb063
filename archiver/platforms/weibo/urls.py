"""Which post of Weibo does a link name?

`weibo.com/ACCOUNT/BID` on the web, `m.weibo.cn/status/MID` on the phone; a post's id is its decimal number in both.
Profiles, topics, articles, videos by their own number and short links (`t.cn`) name none.
"""

from __future__ import annotations

import re

from archiver.model import PostRef
from archiver.platforms.base import Example
from archiver.platforms.links import unwrap
from archiver.platforms.marks import Mark
from archiver.platforms.weibo import ids

NAME = "weibo"

HOSTS = ("weibo.com", "weibo.cn")

_CODE = r"(?P<code>[0-9A-Za-z]{9,10}|\d{15,17})(?![\w-])"
_ACCOUNT = r"(?P<account>\d{5,12})"
_WEB = r"https?://(?:(?:www|e|hk|tw|us|m|overseas)\.)?weibo\.com(?::\d+)?/+"
_PHONE = r"https?://(?:(?:m|www)\.)?weibo\.cn(?::\d+)?/+"

_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # https://weibo.com/1234567890/AbCdEfGhI
        rf"{_WEB}{_ACCOUNT}/{_CODE}",
        # https://weibo.com/detail/4910815147462302
        rf"{_WEB}(?:detail|status|statuses)/{_CODE}",
        # https://m.weibo.cn/status/4910815147462302
        rf"{_PHONE}(?:(?:status|statuses|detail|comment|repost|attitude)/|{_ACCOUNT}/){_CODE}",
        # https://tw.weibo.com/example/4910815147462302
        r"https?://(?:tw|hk|us)\.weibo\.com/+[\w-]{2,40}/(?P<code>\d{15,17})(?![\w-])",
        # https://weibo.com/ajax/statuses/show?id=AbCdEfGhI, https://weibo.com/tv/show/1034:1?mid=4910815147462302
        rf"(?:{_WEB}|{_PHONE})(?:ajax/)?(?:statuses/(?:show|extend)|tv/show/[\d:]{{1,60}})\?(?:[^#]{{0,200}}&)?(?:id|mid)={_CODE}",
        # https://share.api.weibo.cn/share/123456789,4910815147462302.html?weibo_id=4910815147462302
        r"https?://share\.api\.weibo\.cn/+share/\d{1,20},(?P<code>\d{15,17})(?!\d)",
    )
)

_ACCOUNT_ID = re.compile(r"\d{5,12}")


def canonical_url(post_id: str, handle: str | None = None) -> str:
    """The permalink that Weibo itself shows; without the account's number the form that leads on to it."""
    bid = ids.bid_of(post_id)
    if bid and handle and _ACCOUNT_ID.fullmatch(handle):
        return f"https://weibo.com/{handle}/{bid}"
    return f"https://weibo.com/detail/{post_id}"


def ref_from_id(post_id: str, handle: str | None = None) -> PostRef:
    """The reference with its canonical permalink."""
    return PostRef(platform=NAME, id=post_id, handle=handle, url=canonical_url(post_id, handle))


def ref_from_url(url: str) -> PostRef | None:
    """The post that a permalink in any of its forms names; null for anything else.

    The handle is the account's number, which permalinks have in place of its name.
    """
    if "weibo" not in url.lower():
        return None
    plain = unwrap(url).url
    for form in _FORMS:
        if found := form.match(plain):
            code = found["code"]
            post_id = code if code.isdecimal() and ids.time_of(code) else ids.mid_of(code)
            return ref_from_id(post_id, found.groupdict().get("account")) if post_id else None
    return None


_MID, _BID = "4910815147462302", "N4xlMvjhI"

ADDRESS_MARKS: tuple[Mark, ...] = (
    Mark(r"weibo[.-](?:com|cn)(?:{:}\d+)?{/}+[\w-]{2,40}{/}[0-9a-z]{9}"),
    Mark(r"weibo[.-](?:com|cn)(?:{:}\d+)?{/}+(?:ajax{/})?(?:statuses{/}(?:show|extend)|tv{/}show{/}[\d:]+){?}"),
    Mark(r"share[.]api[.]weibo"),
)
"""One of these is in the source of every page that holds an address of a post in one of the forms above (see
`archiver.platforms.marks`)."""

EXAMPLES: tuple[Example, ...] = (
    *(
        Example(url=url, id=_MID, handle="1234567890", canonical=f"https://weibo.com/1234567890/{_BID}")
        for url in (
            f"https://weibo.com/1234567890/{_BID}",
            f"http://www.weibo.com/1234567890/{_BID}?from=page_1005051234567890_profile&type=comment#_rnd123",
            f"https://weibo.com/1234567890/{_MID}",
            f"https://m.weibo.cn/1234567890/{_MID}",
            f"https://e.weibo.com/1234567890/{_BID}",
        )
    ),
    *(
        Example(url=url, id=_MID, canonical=f"https://weibo.com/detail/{_MID}")
        for url in (
            f"https://m.weibo.cn/status/{_MID}",
            f"https://m.weibo.cn/status/{_BID}?jumpfrom=weibocom",
            f"https://m.weibo.cn/detail/{_MID}",
            f"https://weibo.com/detail/{_MID}",
            f"https://weibo.cn/comment/{_BID}",
            f"https://tw.weibo.com/example/{_MID}",
            f"https://weibo.com/ajax/statuses/show?id={_BID}",
            f"https://share.api.weibo.cn/share/123456789,{_MID}.html?weibo_id={_MID}",
        )
    ),
    *(
        Example(url=url, id=None)
        for url in (
            "https://weibo.com/1234567890",
            "https://weibo.com/u/1234567890",
            "https://weibo.com/1234567890/following",
            "https://weibo.com/1234567890/profile?topnav=1",
            "https://weibo.com/exampletown",
            "https://weibo.com/ttarticle/p/show?id=2309404910815147462302",
            "https://video.weibo.com/show?fid=1034:4910815147462302",
            "https://s.weibo.com/weibo?q=%23bridge%23",
            "https://weibo.com/p/1005051234567890/home",
            "https://service.weibo.com/share/share.php?url=https%3A%2F%2Fnews.example.org%2F1234567890%2FN4xlMvjhI",
            "https://t.cn/A6AbCdEf",
            "https://weibo.com.evil.test/1234567890/N4xlMvjhI",
        )
    ),
)
