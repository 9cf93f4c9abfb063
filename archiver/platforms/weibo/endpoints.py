"""Which public addresses of Weibo tell of one post without signing in?

The phone's web application asks for a post's JSON, and has the same record in its page; both send some askers to the
visitor system first, which hands out a cookie to browsers (`passport.weibo.com/visitor`) and is no answer. All are
asked by the decimal number.
"""

from __future__ import annotations

import re

from archiver.model import PostRef
from archiver.platforms.base import Lookup

STATUS = "weibo.status"
DETAIL = "weibo.detail"

HOSTS = ("weibo.cn", "weibo.com")

PASSPORT = re.compile(r"https?://(?:passport|login|visitor)\.", re.IGNORECASE)
"""Hosts of the visitor system and of the login."""

LOGIN = re.compile(r"/(?:visitor|login|signin|sorry|passport)\b", re.IGNORECASE)

CONTROL_ID = "4189191225395228"
"""A film of 2017 that other programs' tests have read for years."""


def lookups(ref: PostRef) -> tuple[Lookup, ...]:
    """The JSON and the page."""
    asks = (
        ("Accept", "application/json, text/plain, */*"),
        ("Accept-Language", "zh-CN,zh"),
        ("Referer", f"https://m.weibo.cn/detail/{ref.id}"),
        ("X-Requested-With", "XMLHttpRequest"),
        ("MWeibo-Pwa", "1"),
    )
    page = (("Accept", "text/html,application/xhtml+xml"), ("Accept-Language", "zh-CN,zh"))
    return (
        Lookup(endpoint=STATUS, url=f"https://m.weibo.cn/statuses/show?id={ref.id}", headers=asks),
        Lookup(endpoint=DETAIL, url=f"https://m.weibo.cn/detail/{ref.id}", headers=page),
    )
