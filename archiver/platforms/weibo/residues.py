"""How does a post of Weibo stand in bare text?

It is copied from the page: the author's name, the words, and a line that ends in the device.

    @示例小镇：今天早上大桥通车了。  11月9日 15:02 来自 iPhone客户端
    示例小镇⏎ 2022-11-9 15:02 来自 微博网页版⏎ 今天早上大桥通车了。

`来自` ("from") is a common word; a time of day before it and a device or a Weibo page behind it are the sign.
"""

from __future__ import annotations

import re
from datetime import date

from archiver.platforms.base import TextExample, TextRule, TextSighting

REACH = 2200
"""Weibo allows 2,000 characters; the author's name stands before them."""

WINDOW = 60
"""A date, a time and a place of sending."""

_NAME = r"[^\s@:：,，。！？!?/“”\"()（）]{2,30}"
_PRINTED = re.compile(
    r"(?:(?:(?P<year>20\d\d|\d\d)[-/.年][ ]?)?(?P<month>1[0-2]|0?[1-9])[-/.月][ ]?"
    r"(?P<day>3[01]|[12]\d|0?[1-9])[日号號]?|今天|昨天|前天)[ \u00a0]{0,3}[0-2]?\d[:：][0-5]\d(?:[:：][0-5]\d)?"
    r"[ \u00a0·|]{0,4}(?:(?:发布于|發佈於|發布於)[ \u00a0]?[^\s]{1,8}[ \u00a0]{0,3})?$"
)
_DEVICES = (
    *(
        "客户端",
        "客戶端",
        "微博",
        "weibo",
        "网页",
        "網頁",
        "手机",
        "手機",
        "超话",
        "专业版",
        "專業版",
        "视频号",
        "iPhone",
        "iPad",
    ),
    *("Android", "安卓", "华为", "華為", "HUAWEI", "荣耀", "HONOR", "小米", "Xiaomi", "Redmi", "红米", "OPPO", "vivo"),
    *("三星", "Samsung", "Galaxy", "魅族", "一加", "OnePlus", "realme", "Mate"),
)
_DEVICE = re.compile(
    rf"(?:来自|來自)[ \u00a0：:]{{0,3}}[^\s。，、；的]{{0,12}}?(?:{'|'.join(_DEVICES)})"
    r"[^\s。，、；的]{0,16}(?:[ \u00a0][A-Za-z0-9+.]{1,12}){0,4}(?=\s|[（(]|$)",
    re.IGNORECASE,
)
_AUTHOR_AT_LINE = re.compile(rf"(?:^|(?<=\n))[ \t\u00a0\u3000]{{0,8}}@?(?P<name>{_NAME})[：:]")
_AUTHOR_WITHIN = re.compile(rf"(?<![/\w])@(?P<name>{_NAME})[：:]")
_NAME_LINE = re.compile(rf"@?(?P<name>{_NAME})(?:[ ]?[VvⅤ✓])?")
_BUTTONS = re.compile(r"[ \t]{0,4}(?:转发|轉發|评论|評論|收藏|点赞|赞|讚|举报|展开|收起|[\u200b\ue000-\uf8ff])")
_LEAD = '【#「“"《'


def read_device_line(text: str, at: int, floor: int) -> TextSighting | None:
    """The line under (or over) a post, at the offset of `来自`."""
    device = _DEVICE.match(text, at, min(len(text), at + 90))
    if device is None:
        return None
    window = max(floor, at - WINDOW)
    printed = _PRINTED.search(text[window:at])
    if printed is None:
        return None
    sign = window + printed.start()
    line = text.rfind("\n", max(floor, sign - 8), sign) + 1
    own_line = (line > 0 or sign <= floor + 8) and not text[max(line, floor) : sign].strip(" \t\u3000\u00a0")
    above = _words_above(text, sign, floor, one_block=True)
    if above is None and own_line and (under := _words_under(text, max(line, floor), device.end(), floor)) is not None:
        start, name, words, end = under
    elif (above := above or _words_above(text, sign, floor, one_block=False)) is not None:
        start, name, words = above
        end = device.end()
    else:
        return None
    return TextSighting(
        start=start,
        end=end,
        handle=name,
        date=_day(printed),
        text=words,
        shape="name, time and device",
        confidence=0.93,
    )


def _day(printed: re.Match[str]) -> str | None:
    if not printed["year"]:
        return None
    year = int(printed["year"]) + (2000 if len(printed["year"]) == 2 else 0)
    try:
        return date(year, int(printed["month"]), int(printed["day"])).isoformat()
    except ValueError:
        return None


def _words_above(text: str, sign: int, floor: int, *, one_block: bool) -> tuple[int, str, str] | None:
    """Start, author and words of `@name：words` before the line.

    `one_block`: author and line have to stand in one paragraph, and the author in front of a line of it.
    """
    reach = max(floor, sign - REACH)
    if one_block:
        reach = max(reach, text.rfind("\n\n", reach, sign) + 2 if "\n\n" in text[reach:sign] else reach)
    region = text[reach:sign]
    if reach > floor and text[reach - 1] != "\n":
        cut = region.find("\n") + 1
        region, reach = region[cut:], reach + cut
    if not one_block and "@" not in region:
        return None
    authors = list((_AUTHOR_AT_LINE if one_block else _AUTHOR_WITHIN).finditer(region))
    if not authors:
        return None
    author = authors[-1]  # those before are of other posts
    words = region[author.end() :].strip()
    start = reach + author.start() + len(author[0]) - len(author[0].lstrip())
    return (start, author["name"], words) if words else None


def _words_under(text: str, line: int, end: int, floor: int) -> tuple[int, str, str, int] | None:
    """Start, author, words and end where the name stands on the line above and the words on the one below."""
    if line <= floor:
        return None
    above = max(floor, text.rfind("\n", floor, line - 1) + 1)
    name = _NAME_LINE.fullmatch(text[above : line - 1].strip())
    if name is None:
        return None
    below = end
    while below < len(text) and text[below].isspace() and below - end < 6:
        below += 1
    if "\n" not in text[end:below]:
        return None
    stop = text.find("\n", below, below + REACH)
    stop = min(len(text), below + REACH) if stop < 0 else stop
    words = text[below:stop].strip()
    if len(words) < 2 or _BUTTONS.match(words):
        return None
    start = above + len(text[above : line - 1]) - len(text[above : line - 1].lstrip())
    return start, name["name"], words, below + len(text[below:stop].rstrip())


_WORDS = "今天早上大桥终于通车了，大家都来看看！"

RULES: tuple[TextRule, ...] = (
    TextRule(
        name="weibo.device",
        triggers=("来自", "來自"),
        read=read_device_line,
        in_html=False,
        examples=(
            TextExample(text=f"@示例小镇：{_WORDS}  11月9日 15:02 来自 iPhone客户端", handle="示例小镇", words=_WORDS),
            TextExample(
                text=f"@示例小镇：{_WORDS}\n2022-11-9 15:02 来自 微博 weibo.com",
                handle="示例小镇",
                date="2022-11-09",
                words=_WORDS,
            ),
            TextExample(
                text=f"示例小镇\n22-11-9 15:02 发布于 北京 来自 HUAWEI Mate 40\n{_WORDS}",
                handle="示例小镇",
                date="2022-11-09",
                words=_WORDS,
            ),
            TextExample(
                text="@示例小鎮：大橋今天早上通車了。 2022年11月9日 15:02 來自 Android客戶端",
                handle="示例小鎮",
                date="2022-11-09",
                words="大橋今天早上通車了。",
            ),
        ),
        negatives=(
            "11月9日 15:02 来自北京的代表抵达会场。",
            "据11月9日 15:02 来自微博的消息，大桥已经通车。",
            "示例小镇：大桥今天早上通车了，来自各地的人都来看。",
            "大桥今天早上通车了。11月9日 15:02 来自 iPhone客户端",
        ),
    ),
)
"""Asked in this order."""
