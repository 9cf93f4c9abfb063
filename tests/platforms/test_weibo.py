"""Weibo: one number in two spellings, the time in it, and posts copied into text with author, day and words.

Invariant of the two spellings: they turn into each other, and a permalink in either names the same post.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms.weibo import PLATFORM
from archiver.platforms.weibo.ids import bid_of, mid_of

WORDS = "今天早上大桥终于通车了，大家都来看看！"


def in_html(markup: str) -> list[Mention]:
    html = f"<html><body><main><p>The council met.</p>{markup}<p>It rained.</p></main></body></html>"
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=html), platforms=[PLATFORM])


def in_text(text: str) -> list[Mention]:
    return find(Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text), platforms=[PLATFORM])


@pytest.mark.parametrize(
    ("bid", "mid", "time"),
    [
        ("N4xlMvjhI", "4910815147462302", datetime(2023, 6, 9, 12, 17, 12, tzinfo=UTC)),
        ("FBqgOmDxO", "4189191225395228", datetime(2017, 12, 26, 5, 1, 22, tzinfo=UTC)),
        ("LEZDodaiW", "4797700463137878", datetime(2022, 8, 1, 8, 59, 50, tzinfo=UTC)),
    ],
)
def test_spellings_and_times(bid: str, mid: str, time: datetime) -> None:
    assert (mid_of(bid), bid_of(mid), PLATFORM.time_of(mid)) == (mid, bid, time)


@pytest.mark.parametrize(
    "word", ["following", "profile12", "", "N4xl-MvjhI", "ZZZZZZZZZ", "4ZZZZMvjh", "a" * 40, "微博微博微博微博微"]
)
def test_words_are_no_numbers(word: str) -> None:
    assert mid_of(word) is None


@given(st.dates(date(2010, 1, 1), date(2050, 1, 1)), st.integers(0, 86_399), st.integers(0, (1 << 22) - 1))
def test_numbers_of_a_day(day: date, second: int, sequence: int) -> None:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=second)
    mid = str(((int(moment.timestamp()) - 515_483_463) << 22) + sequence)
    ids, before = PLATFORM.day_range(day), PLATFORM.day_range(day - timedelta(days=1))
    assert PLATFORM.time_of(mid) == moment
    assert ids is not None
    assert mid in ids
    assert before is None or mid not in before
    bid = bid_of(mid)
    assert bid is not None
    named = [PLATFORM.ref_from_url(f"https://weibo.com/1234567890/{spelling}") for spelling in (bid, mid)]
    assert [ref.id for ref in named if ref] == [mid, mid]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (f"@示例小镇：{WORDS}  11月9日 15:02 来自 iPhone客户端", None),
        (f"@示例小镇：{WORDS}\n2022-11-09 15:02 来自 微博 weibo.com", "2022-11-09"),
        (f"@示例小镇: {WORDS} 2022年11月9日 15:02 来自HUAWEI P40 Pro", "2022-11-09"),
        (f"示例小镇：{WORDS}\n今天 15:02 来自 Redmi K40", None),
        (f"示例小镇\n22-11-9 15:02 来自 微博网页版\n{WORDS}", "2022-11-09"),
        (f"@示例小镇\n11-9 15:02 发布于 北京 来自 微博视频号\n\n{WORDS}", None),
    ],
)
def test_copies(text: str, day: str | None) -> None:
    whole = f"市议会星期一开会。\n\n{text}\n\n下一次会议在三月。"
    [mention] = in_text(whole)
    assert (mention.platform, mention.handle, mention.text, mention.date) == ("weibo", "示例小镇", WORDS, day)
    assert whole[mention.start : mention.end] == text


def test_a_short_last_line_of_a_post_is_no_name() -> None:
    [mention] = in_text(f"@示例小镇：{WORDS}\n真高兴\n2022-11-09 15:02 来自 iPhone客户端\n\n下一次会议在三月。")
    assert (mention.handle, mention.text) == ("示例小镇", f"{WORDS}\n真高兴")


def test_two_posts_in_a_row() -> None:
    post = "@{}：{} 2022-11-0{} 15:02 来自 iPhone客户端\n"
    found = in_text(post.format("示例小镇", WORDS, 8) + post.format("另一小镇", "下雨了。", 9))
    assert [(m.handle, m.text, m.date) for m in found] == [
        ("示例小镇", WORDS, "2022-11-08"),
        ("另一小镇", "下雨了。", "2022-11-09"),
    ]


def test_a_day_that_no_calendar_has_is_not_made_up() -> None:
    [mention] = in_text(f"@示例小镇：{WORDS} 2022-02-31 15:02 来自 iPhone客户端")
    assert mention.date is None


@pytest.mark.parametrize("text", ["来自" * 5000, "15:02 来自" * 3000, "@示例小镇：" * 3000 + " 11月9日 15:02 来自北京"])
def test_signs_without_a_post(text: str) -> None:
    assert in_text(text) == []


@pytest.mark.parametrize(
    "markup",
    [
        '<iframe data-src="https://m.weibo.cn/status/4910815147462302"></iframe>',
        '<div class="weibo-card" data-url="https://weibo.com/1234567890/N4xlMvjhI"></div>',
        '<div data-weibo-mid="4910815147462302"></div>',
    ],
)
def test_frames_and_blocks(markup: str) -> None:
    [mention] = in_html(markup)
    assert (mention.platform, mention.post_id) == ("weibo", "4910815147462302")


@pytest.mark.parametrize(
    "markup",
    [
        '<iframe src="https://widget.weibo.com/weiboshow/index.php?uid=1234567890"></iframe>',
        '<p>The town told it <a href="https://weibo.com/1234567890/N4xlMvjhI">on Weibo</a>.</p>',
        '<a href="https://service.weibo.com/share/share.php?url=https://news.example.org/">Share</a>',
        '<div data-weibo-id="1234567890"></div>',
    ],
)
def test_what_is_no_post(markup: str) -> None:
    assert in_html(markup) == []
