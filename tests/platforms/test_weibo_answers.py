"""What Weibo's answers say. Invariant: only Weibo's own sentence or number counts against a post; a bare "no such post"
has to come from both endpoints before the post is said to be deleted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Mention, State
from archiver.platforms.weibo import PLATFORM, ids
from archiver.platforms.weibo.records import moment, plain_words
from tests.platforms.driving import drive_look, exchange
from tests.platforms.hostile import STATUSES, TYPES, ask_always, bodies, cuts, missing_states, mutations

MID = "4910815147462302"
BID = "N4xlMvjhI"
REF = PLATFORM.ref_from_id(MID)
STATUS = f"https://m.weibo.cn/statuses/show?id={MID}"
DETAIL = f"https://m.weibo.cn/detail/{MID}"
HTML = "text/html; charset=utf-8"
WORDS = "今天早上大桥通车了。\n小心海鸥[doge] #港口# 新闻"


def record(**members: Any) -> dict[str, Any]:
    return {
        "id": MID,
        "mid": MID,
        "bid": BID,
        "created_at": "Fri Jun 09 20:17:12 +0800 2023",
        "text": '今天早上大桥通车了。<br />小心海鸥<span class="url-icon"><img alt=[doge] src="//h5.sinaimg.cn/d.png" '
        'style="width:1em;" /></span> <a href="https://m.weibo.cn/search?q=%23x%23">#港口#</a> <a href="https://news.example/a">新闻</a>',
        "user": {"id": 1234567890, "screen_name": "示例小镇", "avatar_hd": "https://wx1.sinaimg.cn/f.jpg"},
        "pics": [{"url": "https://wx1.sinaimg.cn/s.jpg", "large": {"url": "http://wx1.sinaimg.cn/l.jpg"}}],
        "isLongText": False,
    } | members


def ok(data: Any) -> str:
    return json.dumps({"ok": 1, "data": data})


def error(message: str, number: str = "", flag: int = 0) -> str:
    return json.dumps({"ok": flag, "msg": message} | ({"errno": number} if number else {}))


def detail(status: Any) -> str:
    data = json.dumps([{"status": status, "hotScheme": ""}], ensure_ascii=False, indent=1)
    return f"<html><body><script>var config = {{}}; var $render_data = {data}[0] || {{}};</script></body></html>"


def look(status: Exchange | None = None, page: Exchange | None = None) -> tuple[list[Answer], Answer]:
    asked, said = drive_look(PLATFORM, REF, {STATUS: status, DETAIL: page})
    assert asked == [STATUS, DETAIL]
    return said, PLATFORM.judge(REF, said)


def js(body: str, status: int = 200) -> Exchange:
    return exchange(STATUS, body, status)


def html(body: str, status: int = 200, url: str = DETAIL) -> Exchange:
    return exchange(url, body, status, HTML)


# -- the record


def test_json_and_page_have_the_record() -> None:
    said, verdict = look(js(ok(record())), html(detail(record())))
    assert [answer.kind for answer in said] == [AnswerKind.SHOWN, AnswerKind.SHOWN]
    for answer in said:
        post = answer.post
        assert post is not None
        assert (post.text, post.text_complete, post.links) == (WORDS, True, ("https://news.example/a",))
        assert (post.handle, post.account_id, post.display_name) == ("1234567890", "1234567890", "示例小镇")
        assert post.url == f"https://weibo.com/1234567890/{BID}"
        assert post.created_at == datetime(2023, 6, 9, 12, 17, 12, tzinfo=UTC)
        assert [(m.kind, m.url) for m in post.media] == [
            ("photo", "https://wx1.sinaimg.cn/l.jpg"),
            ("avatar", "https://wx1.sinaimg.cn/f.jpg"),
        ]
    assert verdict.state is State.LIVE


def test_long_posts_are_whole_only_with_their_long_text() -> None:
    cut = record(isLongText=True, text='开头…<a href="/status/1">全文</a>')
    said, _ = look(js(ok(cut)))
    assert said[0].post is not None
    assert (said[0].post.text, said[0].post.text_complete) == ("开头…", False)
    said, _ = look(js(ok(cut | {"longText": {"longTextContent": "开头和结尾"}})))
    assert said[0].post is not None
    assert (said[0].post.text, said[0].post.text_complete) == ("开头和结尾", True)


def test_edited_posts_films_and_posts_passed_on() -> None:
    page_info = {
        "type": "video",
        "page_pic": {"url": "https://wx1.sinaimg.cn/p.jpg"},
        "urls": {"mp4_720p_mp4": "https://f.video.weibocdn.com/1.mp4"},
    }
    inner = record(id="4797700463137878", mid="4797700463137878")
    changed = record(
        edit_count=1, edit_at="Fri Jun 09 21:00:00 +0800 2023", page_info=page_info, retweeted_status=inner
    )
    said, verdict = look(js(ok(changed)))
    post = said[0].post
    assert post is not None
    assert (verdict.state, post.edited_at) == (State.EDITED, datetime(2023, 6, 9, 13, tzinfo=UTC))
    assert [m.kind for m in post.media] == ["photo", "video", "poster", "avatar"]
    assert post.quoted == "weibo:4797700463137878"


def test_a_record_of_another_post_is_no_answer() -> None:
    other = record(id="4797700463137878", mid="4797700463137878", bid="LEZDodaiW")
    said, _ = look(js(ok(other)), html(detail(other)))
    assert {answer.kind for answer in said} == {AnswerKind.UNEXPECTED}


# -- sentences

SENTENCES = {
    State.DELETED: ("抱歉，此微博已被作者删除。查看帮助：", "此微博已被删除。", "该微博已被作者删除"),
    State.PROTECTED: (
        "抱歉，作者已设置仅展示半年内微博，此微博已不可见。",
        "由于博主设置，目前内容暂不可见。",
        "抱歉，由于作者设置，你暂时没有这条微博的查看权限哦。",
        "暂时没有查看权限",
    ),
    State.SUSPENDED: ("该账号因被投诉违反法律法规和《微博社区公约》的相关规定，现已无法查看。",),
    State.RESTRICTED: ("该微博因被多人投诉，根据《微博社区公约》，已被删除。", "根据相关法律法规和政策，内容无法显示"),
    State.ACCOUNT_GONE: ("该用户不存在", "此账号已注销"),
}
ALL = [(state, words) for state, sentences in SENTENCES.items() for words in sentences]


@pytest.mark.parametrize(("state", "sentence"), ALL)
def test_weibos_sentence_states_what_happened(state: State, sentence: str) -> None:
    for answer in (js(error(sentence)), js(error(sentence), 404), js(ok({"id": MID, "user": None, "text": sentence}))):
        said, verdict = look(answer)
        assert (said[0].state, said[0].kind) == (state, AnswerKind.STATED)
        assert (verdict.state, verdict.positive) == (state, True)


@pytest.mark.parametrize(
    "body",
    [
        error("该微博不存在", "20101"),
        error("抱歉，你访问的微博不存在"),
        error("", "20101"),
        error("no such post", "20101"),
    ],
)
def test_a_bare_no_such_post_has_to_come_twice(body: str) -> None:
    said, verdict = look(js(body))
    assert (said[0].kind, verdict.state) == (AnswerKind.NOT_FOUND, State.UNRESOLVED)
    notice = '<html><body><p class="h5-4con">该微博不存在</p></body></html>'
    _, verdict = look(js(body), html(notice))
    assert (verdict.state, verdict.positive) == (State.DELETED, True)
    _, verdict = look(js(body), html(detail(record())))
    assert verdict.state is State.UNRESOLVED


@pytest.mark.parametrize(
    "body",
    [
        error("这里还没有内容"),
        error("系统繁忙"),
        error("没有权限", "20112"),
        error(""),
        ok({}),
        ok({"id": MID, "text": "今天大桥通车"}),
        "{}",
    ],
)
def test_without_a_known_reason_nothing_is_concluded(body: str) -> None:
    said, verdict = look(js(body))
    assert said[0].kind in (AnswerKind.UNSAID, AnswerKind.UNEXPECTED)
    assert not verdict.positive


@pytest.mark.parametrize(
    "text",
    [
        "此微博已被作者删除",
        "该微博不存在",
        "该账号因被投诉违反法律法规，现已无法查看",
        "This post was deleted.",
        "Dieser Beitrag wurde gelöscht",
        "この投稿は削除されました",
        "Запись удалена",
        "הפוסט נמחק",
        "Sina Visitor System passport.weibo visitor",
        "Just a moment... captcha",
    ],
)
def test_a_live_post_that_talks_about_deletion_is_live(text: str) -> None:
    said, verdict = look(js(ok(record(text=text))), html(detail(record(text=text))))
    assert verdict.state is State.LIVE
    assert [answer.post.text for answer in said if answer.post] == [text, text]


# -- walls


@pytest.mark.parametrize("status", [302, 403, 414, 418, 429, 432, 500, 502])
def test_refusals_say_nothing_of_the_post(status: int) -> None:
    said, verdict = look(js(error("此微博已被作者删除"), status), html("<html>", status))
    assert not missing_states(said, verdict)
    assert not verdict.positive


@pytest.mark.parametrize(
    "there",
    [
        "https://passport.weibo.com/visitor/visitor?entry=miniblog",
        "https://visitor.passport.weibo.cn/visitor/visitor",
        "https://passport.weibo.com/sso/v2/web",
        "https://login.sina.com.cn/sso/login.php",
        "https://weibo.com/login.php",
        "https://m.weibo.cn.evil.example/",
    ],
)
def test_the_visitor_system_is_about_us(there: str) -> None:
    said, verdict = look(exchange(there, error("此微博已被作者删除")), html(detail(record()), url=there))
    assert {answer.kind for answer in said} == {AnswerKind.REFUSED}
    assert verdict.state is State.BLOCKED


@pytest.mark.parametrize(
    "body",
    [
        '{"ok":-100,"url":"https://passport.weibo.com/sso/signin","msg":"此微博已被作者删除"}',
        error("请登录", "100005"),
        "<html><head><title>Sina Visitor System</title></head></html>",
        "<html><script>location='https://passport.weibo.com/x'</script></html>",
    ],
)
def test_asked_to_sign_in(body: str) -> None:
    said, verdict = look(js(body), html(body))
    assert {answer.kind for answer in said} == {AnswerKind.REFUSED}
    assert verdict.state is State.BLOCKED


# -- archives


def test_copies_of_every_kind_are_read() -> None:
    plain = (
        f'<html><body><div class="c" id="M_{BID}"><div><a class="nk" href="https://weibo.cn/u/1234567890">示例小镇</a>'
        f'<span class="ctt">:今天早上大桥通车了。<br/>小心海鸥<img alt="[doge]" src="x"/> #港口# '
        '<a href="https://news.example/a">新闻</a></span></div><span class="ct">06月09日 20:17</span></div></html>'
    )
    view = {
        "ns": "pl.content.weiboDetail.index",
        "html": (
            f'<div action-type="feed_list_item" mid="{MID}" tbinfo="ouid=1234567890"><div class="WB_info"><a '
            'usercard="id=1234567890">示例小镇</a></div><a node-type="feed_list_item_date" date="1686313032000"></a>'
            '<div class="WB_text" node-type="feed_list_content">今天早上大桥通车了。<br/>小心海鸥'
            '<img alt="[doge]"/> #港口# '
            '<a href="https://news.example/a">新闻</a></div></div>'
        ),
    }
    web = f"<html><script>FM.view({json.dumps(view)})</script></html>"
    for body, kind, name in (
        (ok(record()), TYPES[0], "weibo.status"),
        (json.dumps(record()), TYPES[0], "weibo.status"),
        (detail(record()), HTML, "weibo.detail"),
        (plain, HTML, "weibo.page"),
        (web, HTML, "weibo.page"),
    ):
        post = PLATFORM.read_archived(
            REF, exchange(f"https://web.archive.org/web/2023id_/{DETAIL}", body, content_type=kind)
        )
        assert post is not None, name
        assert (post.text, post.account_id, post.display_name, post.seen_in) == (WORDS, "1234567890", "示例小镇", name)
        assert post.created_at == datetime(2023, 6, 9, 12, 17, 12, tzinfo=UTC)
    for body in (
        error("此微博已被作者删除"),
        ok({"id": MID, "user": None, "text": "此微博已被作者删除"}),
        "<html>",
        "",
        "[",
    ):
        assert PLATFORM.read_archived(REF, html(body)) is None


def test_the_index_is_asked_for_the_week_of_the_account() -> None:
    mention = Mention(source="a", platform="weibo", rule="r", confidence=1, handle="1234567890")
    day = PLATFORM.day_range(datetime(2023, 6, 9, tzinfo=UTC).date(), slack_hours=14)
    assert [(q.prefix, q.since) for q in PLATFORM.archive_queries(mention, day)] == [
        ("weibo.com/1234567890/n4", "20230608")
    ]
    named = Mention(source="a", platform="weibo", rule="r", confidence=1, handle="示例小镇")
    assert PLATFORM.archive_queries(named, day) == ()
    assert f"https://m.weibo.cn/status/{BID}" in PLATFORM.archived_urls(REF)


@given(st.integers(3_400_000_000_000_000, 5_300_000_000_000_000), st.integers(0, 10**13), st.floats(0, 1))
def test_bids_begin_as_the_index_is_asked(first: int, width: int, part: float) -> None:
    """Invariant: every number of the span has a bid that begins with one of the beginnings."""
    bid = ids.bid_of(str(first + int(width * part)))
    assert bid is not None
    assert bid.startswith(ids.bid_beginnings(first, first + width))


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ("Tue Jun 07 09:18:00 +0800 2022", datetime(2022, 6, 7, 1, 18, tzinfo=UTC)),
        ("Tue Feb 31 09:18:00 +0800 2022", None),
        ("刚刚", None),
        ("06-07", None),
        (7, None),
        (None, None),
    ],
)
def test_times(value: object, made: datetime | None) -> None:
    assert moment(value) == made


def test_words_keep_smiles_and_lose_the_link_to_the_rest() -> None:
    assert plain_words('好<img alt="[心]" src="x">! <a href="/status/1">全文</a>').text == "好[心]!"
    assert plain_words("").text == ""


# -- anything at all

PIECES = (
    "ok", "data", "id", MID, "user", "screen_name", "text", "status", "errno", "msg", "pics", "created_at",
    "$render_data",
    "<script>", "</script>", '<div class="c" id="M_' + BID + '">', '<span class="ctt">', "</div>",
)  # fmt: skip


@given(bodies(PIECES), st.sampled_from(STATUSES), st.sampled_from(TYPES))
def test_no_answer_breaks_the_reading_or_says_deleted(body: bytes, status: int, kind: str) -> None:
    said, verdict = ask_always(PLATFORM, REF, body, status, kind)
    assert missing_states(said, verdict) == set()
    PLATFORM.read_archived(REF, exchange(DETAIL, body, status, kind))


def test_records_with_members_missing_never_say_deleted() -> None:
    whole = record(retweeted_status=record(id="4797700463137878"), page_info={"urls": {}, "page_pic": {"url": "x"}})
    for changed in mutations({"ok": 1, "data": whole}):
        said, verdict = look(js(json.dumps(changed)), html(detail(changed.get("data"))))
        assert missing_states(said, verdict) == set()
    for page in cuts(detail(record())):
        said, verdict = look(None, html(page))
        assert missing_states(said, verdict) == set()
