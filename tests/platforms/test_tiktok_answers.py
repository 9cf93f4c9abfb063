"""What TikTok's answers say: a video, why there is none, or nothing at all; and "deleted" only where TikTok says so.

Invariant: whatever bytes, JSON, pages and statuses come, each reader gives an `Answer`, never raises, and says
`deleted` only of an answer that holds TikTok's own marker for it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Mention, State, to_json
from archiver.platforms.tiktok import PLATFORM, endpoints
from archiver.platforms.tiktok.answers import read_frame, read_oembed, read_page
from archiver.platforms.tiktok.states import STATING
from tests.platforms.driving import drive_look, exchange

ID = "7163799291297792001"
OTHER = "7163799291297792999"
REF = PLATFORM.ref_from_id(ID, "ana.example")
PAGE, OEMBED, EMBED = (
    lookup(ID).url for lookup in (endpoints.page_lookup, endpoints.oembed_lookup, endpoints.embed_lookup)
)
HTML = "text/html; charset=utf-8"
DELETING = ("status_deleted", "item doesn't exist")


def item(**changes: Any) -> dict[str, Any]:
    """A record as a page writes it."""
    return {
        "id": ID,
        "desc": "The swing bridge is shut tonight #bridge",
        "createTime": "1667952005",
        "video": {"height": 1024, "width": 576, "cover": "https://p16-sign.tiktokcdn.com/obj/cover?x-expires=1"},
        "author": {
            "id": "6746247246012892166",
            "uniqueId": "ana.example",
            "nickname": "Ana Example",
            "avatarThumb": "https://p16-sign.tiktokcdn.com/ana.jpeg",
        },
        "music": {"title": "original sound", "authorName": "Ana Example", "original": True},
        "textLanguage": "en",
    } | changes


def page_of(data: Mapping[str, Any], name: str = "__UNIVERSAL_DATA_FOR_REHYDRATION__") -> str:
    text = json.dumps(data).replace("</", "<\\/")
    return f'<!doctype html><html><head><title>TikTok</title></head><body><script id="{name}">{text}</script></body>'


def universal(detail: Any) -> str:
    return page_of({"__DEFAULT_SCOPE__": {"webapp.app-context": {}, "webapp.video-detail": detail}})


def page(record: Mapping[str, Any] | None = None, code: Any = 0, word: str = "") -> str:
    """A video's page, with its record or with a code and a word."""
    detail: dict[str, Any] = {"statusCode": code, "statusMsg": word}
    if record is not None:
        detail["itemInfo"] = {"itemStruct": record}
    return universal(detail)


def framed(**changes: Any) -> str:
    """The page in the embed's frame."""
    video = {
        "itemInfos": {
            "id": ID,
            "text": "The swing bridge is shut tonight #bridge",
            "createTime": "1667952005",
            "covers": ["https://p16-sign.tiktokcdn.com/obj/cover"],
        },
        "authorInfos": {"uniqueId": "ana.example", "nickName": "Ana Example", "userId": "6746247246012892166"},
    } | changes
    return page_of({"source": {"data": {f"/embed/v2/{ID}": {"videoData": video}}}}, "__FRONTITY_CONNECT_STATE__")


def frame_error(code: int = 10204) -> str:
    data = {f"/embed/v2/{ID}": {"isError": True, "errorCode": code, "errorStatus": 400}}
    return page_of({"source": {"data": data}}, "__FRONTITY_CONNECT_STATE__")


def oembed(caption: str = "The swing bridge is shut tonight #bridge", post_id: str = ID, **changes: Any) -> str:
    return json.dumps(
        {
            "version": "1.0",
            "type": "video",
            "title": caption,
            "author_url": "https://www.tiktok.com/@ana.example",
            "author_name": "Ana Example",
            "width": "100%",
            "height": "100%",
            "html": f'<blockquote class="tiktok-embed" data-video-id="{post_id}"><section></section></blockquote>',
            "thumbnail_width": 576,
            "thumbnail_height": 1024,
            "thumbnail_url": "https://p16-sign.tiktokcdn.com/obj/still?x-expires=1&x-signature=a",
            "author_unique_id": "ana.example",
            "embed_product_id": post_id,
            "embed_type": "video",
        }
        | changes
    )


REFUSAL = json.dumps({"code": 400, "message": "Something went wrong"})


def html(url: str, body: str | bytes, status: int = 200, **more: Any) -> Exchange:
    return exchange(url, body, status, HTML, **more)


def ask_page(body: str | bytes, status: int = 200, url: str = PAGE, **more: Any) -> Answer:
    return replace(read_page(REF, html(url, body, status, **more)), endpoint="tiktok.page")


def ask_oembed(body: str | bytes, status: int = 200, **more: Any) -> Answer:
    return replace(read_oembed(REF, exchange(OEMBED, body, status, **more)), endpoint="tiktok.oembed")


# -- what is shown


def test_a_page_shows_the_whole_record() -> None:
    answer = ask_page(page(item()))
    assert (answer.state, answer.kind, answer.positive) == (State.LIVE, AnswerKind.SHOWN, True)
    post = answer.post
    assert post is not None
    assert post.url == "https://www.tiktok.com/@ana.example/video/7163799291297792001"
    assert (post.handle, post.display_name, post.account_id) == ("ana.example", "Ana Example", "6746247246012892166")
    assert post.created_at == datetime(2022, 11, 9, 0, 0, 5, tzinfo=UTC)
    assert post.text == "The swing bridge is shut tonight #bridge"
    assert post.language == "en"
    assert [(m.kind, m.width, m.height) for m in post.media] == [("poster", 576, 1024), ("avatar", None, None)]
    assert post.seen_in == "tiktok.page"


def test_the_sound_is_no_part_of_the_words() -> None:
    answer = ask_oembed(oembed())
    assert answer.post is not None
    assert answer.post.text == "The swing bridge is shut tonight #bridge"


def test_a_post_of_pictures_shows_each() -> None:
    pictures = [{"imageURL": {"urlList": [f"https://p16.tiktokcdn.com/{n}.jpeg"]}, "imageWidth": 9} for n in range(3)]
    answer = ask_page(page(item(imagePost={"images": pictures})))
    assert answer.post is not None
    assert [m.url[-6:] for m in answer.post.media if m.kind == "photo"] == ["0.jpeg", "1.jpeg", "2.jpeg"]
    assert not [m for m in answer.post.media if m.kind == "poster"]


def test_a_duet_names_the_video_it_answers() -> None:
    answer = ask_page(page(item(duetInfo={"duetFromId": OTHER})))
    assert answer.post is not None
    assert answer.post.quoted == f"tiktok:{OTHER}"


def test_oembed_takes_the_time_from_the_id() -> None:
    answer = ask_oembed(oembed())
    assert answer.state is State.LIVE
    assert answer.post is not None
    assert answer.post.created_at == datetime(2022, 11, 9, 0, 0, tzinfo=UTC)
    assert answer.post.media[0].kind == "poster"


def test_a_frame_shows_the_record_of_its_own_shape() -> None:
    answer = read_frame(REF, html(EMBED, framed()))
    assert answer.state is State.LIVE
    assert answer.post is not None
    assert (answer.post.handle, answer.post.account_id) == ("ana.example", "6746247246012892166")
    assert answer.post.text == "The swing bridge is shut tonight #bridge"


def test_a_renamed_account_is_named() -> None:
    record = item(author={"uniqueId": "ana.new", "nickname": "Ana", "id": "6746247246012892166"})
    answer = ask_page(page(record))
    assert "@ana.new" in answer.reason
    assert answer.ref is not None
    assert answer.ref.handle == "ana.new"


TALK = (
    "This video was deleted, so I post it again",
    "Dieses Video ist nicht mehr verfügbar, sagt TikTok",
    "Este video fue eliminado por el autor",
    "Видео удалено автором. Этот аккаунт заблокирован",
    "هذا الفيديو لم يعد متاحا",
    "item doesn't exist",
    'status_deleted "statusCode":10204',
    "この動画は削除されました",
    "captcha-verify-container SlardarWAF",
)


@pytest.mark.parametrize("words", TALK)
def test_a_video_that_talks_about_deletion_is_live(words: str) -> None:
    for answer in (ask_page(page(item(desc=words))), ask_oembed(oembed(words))):
        assert answer.state is State.LIVE
        assert answer.post is not None
        assert answer.post.text == words


# -- what is said of a video that is not shown


@pytest.mark.parametrize(("word", "state"), [(word, state) for word, (state, _) in STATING.items()])
def test_a_word_states_what_became_of_it(word: str, state: State) -> None:
    for said in (word, f"item_privacy_authorization&{word}"):
        answer = ask_page(page(None, 10204, said))
        assert (answer.state, answer.kind, answer.positive) == (state, AnswerKind.STATED, True)
        assert word in answer.reason


@pytest.mark.parametrize(
    ("code", "state"), [(10216, State.PROTECTED), (10222, State.PROTECTED), (10219, State.RESTRICTED)]
)
def test_some_codes_state_it_alone(code: int, state: State) -> None:
    for written in (code, str(code)):
        answer = ask_page(page(None, written))
        assert (answer.state, answer.positive) == (state, True)


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (10204, ""),
        (10204, "status_reviewing"),
        (10204, "item_privacy_authorization"),
        (10204, "status_dark_post"),
        (10204, "his video status_deleted_not"),
        (10235, "item is storypost"),
        (10202, ""),
        (100004, ""),
    ],
)
def test_a_code_that_means_several_things_states_nothing(code: int, word: str) -> None:
    answer = ask_page(page(None, code, word))
    assert (answer.state, answer.kind) == (State.UNRESOLVED, AnswerKind.UNSAID)


def test_a_video_hidden_for_its_content_is_restricted_and_its_words_are_kept() -> None:
    answer = ask_page(page(item(video=None, isContentClassified=True)))
    assert (answer.state, answer.positive) == (State.RESTRICTED, True)
    assert answer.post is not None
    assert answer.post.text == "The swing bridge is shut tonight #bridge"


def test_a_country_where_it_is_not_shown_beats_the_caption_that_oembed_shows() -> None:
    answers = [ask_page(page(None, 10204, "cross_border_violation_ur")), ask_oembed(oembed())]
    verdict = PLATFORM.judge(REF, answers)
    assert verdict.state is State.RESTRICTED
    assert verdict.post is not None


def test_oembed_refuses_gone_and_private_alike() -> None:
    for status in (400, 404, 200):
        answer = ask_oembed(REFUSAL, status)
        assert (answer.state, answer.kind) == (State.UNRESOLVED, AnswerKind.UNSAID)


def test_no_such_video_counts_once_oembed_does_not_show_it_either() -> None:
    gone = ask_page(page(None, 10204, "item doesn't exist"))
    assert gone.kind is AnswerKind.NOT_FOUND
    assert not gone.positive
    assert PLATFORM.judge(REF, [gone, ask_oembed(REFUSAL, 400)]).state is State.DELETED
    assert PLATFORM.judge(REF, [gone]).state is State.UNRESOLVED
    assert PLATFORM.judge(REF, [gone, ask_oembed("", 429)]).state is State.UNRESOLVED
    assert PLATFORM.judge(REF, [gone, ask_oembed(oembed())]).state is State.UNRESOLVED
    assert PLATFORM.judge(REF, [ask_oembed(REFUSAL, 400)]).state is State.UNRESOLVED


def test_oembeds_refusal_says_nothing_against_a_page_that_shows_the_video() -> None:
    # not every video may be embedded
    assert PLATFORM.judge(REF, [ask_page(page(item())), ask_oembed(REFUSAL, 400)]).state is State.LIVE


def test_what_is_said_in_words_needs_no_second_witness() -> None:
    deleted = ask_page(page(None, 10204, "status_deleted"))
    assert PLATFORM.judge(REF, [deleted]).state is State.DELETED
    assert PLATFORM.judge(REF, [deleted, ask_oembed(oembed())]).state is State.UNRESOLVED


# -- what is about us

WALLS = {
    "empty": "",
    "blank": "  \n",
    "waf": "<html><head><title>Please wait...</title></head><body><script>_wafchallengeid</script></body></html>",
    "captcha": "<html><body><div id='captcha-verify-container'></div></body></html>",
    "check": "<html><head><title>Security Check</title></head><body></body></html>",
    "login": "<html><head><title>Log in | TikTok</title></head><body></body></html>",
    "shell": "<html><head><title>TikTok - Make Your Day</title></head><body><div id='app'></div></body></html>",
    "overload": "overload-protect triggered",
}


@pytest.mark.parametrize("name", WALLS)
@pytest.mark.parametrize("status", [200, 403, 404, 429])
def test_a_wall_is_about_us(name: str, status: int) -> None:
    for answer in (ask_page(WALLS[name], status), read_frame(REF, html(EMBED, WALLS[name], status))):
        assert (answer.state, answer.kind) == (State.BLOCKED, AnswerKind.REFUSED), answer


@pytest.mark.parametrize("name", ["waf", "captcha", "login", "shell"])
def test_a_page_in_the_place_of_json_is_about_us(name: str) -> None:
    assert ask_oembed(WALLS[name]).state is State.BLOCKED


@pytest.mark.parametrize(
    "url",
    [
        "https://www.tiktok.com/login?redirect_url=x",
        "https://www.tiktok.com/about",
        "https://www.tiktok.com/hk/notfound",
        "https://www.example.org/video/7163799291297792001",
    ],
)
def test_being_sent_elsewhere_is_about_us(url: str) -> None:
    assert ask_page(page(item()), url=url).state is State.BLOCKED


def test_a_redirect_that_was_not_followed_and_a_failing_server() -> None:
    assert ask_page("", 302, headers=(("Location", "https://www.tiktok.com/login"),)).kind is AnswerKind.REFUSED
    assert ask_page("", 503).state is State.UNREACHABLE
    assert ask_page(page(None, 10101, "ErrSysPanic")).state is State.UNREACHABLE


@pytest.mark.parametrize(
    "body",
    [
        page(item(id=OTHER)),
        page(item(id=None)),
        page(item(desc=None, video=None)),
        page(None, 0),
        universal({}),
        universal([]),
        "{}",
    ],
)
def test_an_unknown_shape_concludes_nothing(body: str) -> None:
    answer = ask_page(body)
    assert answer.post is None
    assert answer.state in (State.UNRESOLVED, State.BLOCKED)


@pytest.mark.parametrize("body", [oembed(post_id=OTHER), "{}", "[]", "null", json.dumps({"title": "x"}), "Forbidden"])
def test_an_oembed_answer_of_another_shape_concludes_nothing(body: str) -> None:
    answer = ask_oembed(body)
    assert (answer.state, answer.kind, answer.post) == (State.UNRESOLVED, AnswerKind.UNEXPECTED, None)


def test_an_answer_about_another_video_names_it() -> None:
    assert OTHER in ask_oembed(oembed(post_id=OTHER)).reason


# -- the inquiry


def test_the_frame_is_asked_only_where_the_others_say_nothing() -> None:
    asked, answers = drive_look(PLATFORM, REF, {PAGE: html(PAGE, page(item())), OEMBED: exchange(OEMBED, oembed())})
    assert asked == [PAGE, OEMBED]
    assert [a.endpoint for a in answers] == ["tiktok.page", "tiktok.oembed"]
    blocked = {PAGE: html(PAGE, WALLS["waf"]), OEMBED: None, EMBED: html(EMBED, framed())}
    asked, answers = drive_look(PLATFORM, REF, blocked)
    assert asked == [PAGE, OEMBED, EMBED]
    assert PLATFORM.judge(REF, answers).state is State.LIVE
    walled = {PAGE: None, OEMBED: exchange(OEMBED, REFUSAL, 400), EMBED: html(EMBED, frame_error())}
    _, answers = drive_look(PLATFORM, REF, walled)
    assert PLATFORM.judge(REF, answers).state is State.UNRESOLVED


def test_urls_depend_on_the_id_alone() -> None:
    for handle in (None, "ana.example", "ANA.example"):
        asked, _ = drive_look(PLATFORM, PLATFORM.ref_from_id(ID, handle), {}, strict=False)
        assert asked == [PAGE, OEMBED, EMBED]


def test_each_answer_names_its_endpoint_and_record() -> None:
    given_page = html(PAGE, page(item()), record="urn:uuid:1")
    _, answers = drive_look(PLATFORM, REF, {PAGE: given_page, OEMBED: exchange(OEMBED, REFUSAL, 400)})
    assert [(a.endpoint, a.record_id) for a in answers] == [("tiktok.page", "urn:uuid:1"), ("tiktok.oembed", None)]


def test_the_control_post_is_the_one_in_tiktoks_own_documentation() -> None:
    assert PLATFORM.control is not None
    assert PLATFORM.control.url == "https://www.tiktok.com/@scout2015/video/6718335390845095173"


@pytest.mark.parametrize(
    ("link", "asked"),
    [
        ("https://vm.tiktok.com/ZMabcdefg/", "https://vm.tiktok.com/ZMabcdefg/"),
        ("https://vt.tiktok.com/ZSabcdefg", "https://vt.tiktok.com/ZSabcdefg/"),
        ("http://www.tiktok.com/t/ZTabcdefg/?k=1", "https://www.tiktok.com/t/ZTabcdefg/"),
        ("vm.tiktok.com/ZMabcdefg", "https://vm.tiktok.com/ZMabcdefg/"),
        ("https://www.tiktok.com/tag/bridge", None),
        ("https://evil.test/?u=https://vm.tiktok.com/ZMabcdefg/", None),
    ],
)
def test_short_links_among_a_mentions_own_lead_to_the_video(link: str, asked: str | None) -> None:
    mention = Mention(source="t", platform="tiktok", handle="ana.example", rule="t", confidence=1, links=(link,))
    assert PLATFORM.media_urls(mention) == ((asked,) if asked else ())


# -- recorded answers


def test_the_recorded_page_shows_its_video(recordings: Path) -> None:
    file = next((recordings / "tiktok" / "page").glob("*.html"))
    post_id = file.stem.rpartition("-")[2]
    ref = PLATFORM.ref_from_id(post_id)
    answer = read_page(ref, html(endpoints.page_lookup(post_id).url, file.read_bytes()))
    assert answer.state is State.LIVE
    assert answer.post is not None
    assert answer.post.created_at == datetime(2020, 3, 19, 21, 12, 41, tzinfo=UTC)
    assert answer.post.text is not None
    assert answer.post.text.endswith("#QuédateEnCasa")
    assert {m.kind for m in answer.post.media} == {"poster", "avatar"}


def test_every_recorded_oembed_answer_shows_its_video(recordings: Path) -> None:
    files = sorted((recordings / "tiktok" / "oembed").glob("*.json"))
    assert files
    for file in files:
        body = file.read_bytes()
        post_id = json.loads(body)["embed_product_id"]
        answer = read_oembed(PLATFORM.ref_from_id(post_id), exchange(OEMBED, body))
        assert answer.state is State.LIVE, file
        assert answer.post is not None
        assert answer.post.text == json.loads(body)["title"]


def test_mutated_recordings_never_crash_and_are_never_deleted(recordings: Path) -> None:
    file = next((recordings / "tiktok" / "oembed").glob("*.json"))
    data = json.loads(file.read_bytes())
    ref = PLATFORM.ref_from_id(data["embed_product_id"])
    for changed in mutations(data):
        answer = read_oembed(ref, exchange(OEMBED, json.dumps(changed)))
        assert answer.state is not State.DELETED
        to_json(answer)


def test_mutated_records_never_crash_and_are_never_deleted() -> None:
    for changed in mutations({"statusCode": 0, "statusMsg": "", "itemInfo": {"itemStruct": item()}}):
        answer = ask_page(universal(changed))
        assert answer.state is not State.DELETED, changed
        to_json(answer)


ODD: tuple[Any, ...] = (None, True, 0, -1, 10**30, 1.5, "", "\ud800", "x" * 70_000, [], {}, [[]], {"id": {}})


def mutations(value: Any) -> Iterator[Any]:
    """The value with each member left out, and with each replaced by odd ones."""
    places = list(members(value))
    for place in places:
        for odd in ODD:
            copy = json.loads(json.dumps(value))
            holder = copy
            for step in place[:-1]:
                holder = holder[step]
            holder[place[-1]] = odd
            yield copy
        copy = json.loads(json.dumps(value))
        holder = copy
        for step in place[:-1]:
            holder = holder[step]
        del holder[place[-1]]
        yield copy


def members(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield (*path, key)
        yield from members(inner, (*path, key))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "desc", "author", "statusCode", "statusMsg", "itemInfo", "itemStruct", "title", "code"]
            )
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
BODIES = st.one_of(
    st.binary(max_size=200),
    JSON.map(lambda v: json.dumps(v).encode()),
    JSON.map(lambda v: universal(v).encode("utf-8", "replace")),
    st.tuples(JSON, JSON).map(
        lambda v: universal({"statusCode": v[0], "itemInfo": {"itemStruct": v[1]}}).encode("utf-8", "replace")
    ),
    JSON.map(
        lambda v: page_of({"source": {"data": {f"/embed/v2/{ID}": v}}}, "__FRONTITY_CONNECT_STATE__").encode(
            "utf-8", "replace"
        )
    ),
    st.sampled_from(["ItemModule", "VideoPage", "props"]).flatmap(
        lambda key: JSON.map(lambda v: page_of({key: v}, "SIGI_STATE").encode("utf-8", "replace"))
    ),
)


@given(BODIES, st.sampled_from([200, 204, 301, 400, 401, 403, 404, 410, 418, 429, 451, 500, 503]))
def test_whatever_comes_nothing_is_raised_and_nothing_is_deleted_without_the_marker(body: bytes, status: int) -> None:
    for read, url in ((read_page, PAGE), (read_frame, EMBED), (read_oembed, OEMBED)):
        for content_type in (HTML, "application/json"):
            answer = read(REF, exchange(url, body, status, content_type))
            assert isinstance(answer, Answer)
            assert answer.reason
            to_json(answer)
            marked = any(word.encode() in body for word in DELETING)
            assert answer.state is not State.DELETED or marked


def test_a_hostile_page_costs_little() -> None:
    script = '<script id="__UNIVERSAL_DATA_FOR_REHYDRATION__">'
    pages = (
        script * 40_000,
        script + '{"a":' * 300_000,
        "<script " * 200_000,
        page(item(desc="status_deleted&" * 90_000)),
    )
    for body in pages:
        started = time.process_time()
        assert ask_page(body).state is not State.DELETED
        assert time.process_time() - started < 5
