"""What YouTube's answers say: a video, why it does not play, or nothing; and "deleted" only where YouTube says so.

Invariant: whatever bytes, JSON, pages and statuses come, each reader gives an `Answer`, never raises, and says
`deleted` only of an answer that holds YouTube's own words for it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, State, to_json
from archiver.platforms.youtube import PLATFORM, endpoints
from archiver.platforms.youtube.answers import read_community, read_oembed, read_watch
from tests.platforms.driving import drive_look, exchange

ID = "a1B2c3D4e5U"
OTHER = "b1B2c3D4e5U"
POST = "UgkxAbCdEfGhIjKlMnOpQrStUvWxYz012345"
CHANNEL = "UC0123456789abcdefghijkl"
REF = PLATFORM.ref_from_id(ID)
POST_REF = PLATFORM.ref_from_id(POST)
WATCH, OEMBED = endpoints.watch_lookup(ID).url, endpoints.oembed_lookup(ID).url
HTML = "text/html; charset=utf-8"


def details(**changes: Any) -> dict[str, Any]:
    return {
        "videoId": ID,
        "title": "The swing bridge at night",
        "lengthSeconds": "61",
        "channelId": CHANNEL,
        "shortDescription": "Shut until morning.\nMore: https://news.example/bridge.",
        "thumbnail": {
            "thumbnails": [
                {"url": f"https://i.ytimg.com/vi/{ID}/default.jpg", "width": 120, "height": 90},
                {"url": f"https://i.ytimg.com/vi/{ID}/hqdefault.jpg", "width": 480, "height": 360},
            ]
        },
        "author": "Quay Ledger",
        "isPrivate": False,
    } | changes


MICROFORMAT = {
    "playerMicroformatRenderer": {
        "ownerProfileUrl": "http://www.youtube.com/@quayledger",
        "externalChannelId": CHANNEL,
        "publishDate": "2022-11-08T18:44:01-08:00",
        "uploadDate": "2022-11-08T18:44:01-08:00",
        "ownerChannelName": "Quay Ledger",
    }
}


def watch(response: Any, name: str = "var ytInitialPlayerResponse = ", around: str = "") -> str:
    """The page of a video, with what its player was given."""
    text = json.dumps(response).replace("</", "<\\/")
    return (
        f'<!DOCTYPE html><html><head><title>x - YouTube</title>{around}</head><body><script nonce="a">if (window.yt'
        f"InitialPlayerResponse) {{}} {name}{text};var meta = document.createElement('meta');</script></body></html>"
    )


def playing(status: str = "OK", **changes: Any) -> str:
    return watch(
        {"playabilityStatus": {"status": status}, "videoDetails": details(), "microformat": MICROFORMAT} | changes
    )


def stopped(
    status: str, reason: str | None, below: str | None = None, messages: list[str] | None = None, **more: Any
) -> str:
    """The page of a video that does not play."""
    playability: dict[str, Any] = {"status": status}
    if reason is not None:
        playability["reason"] = reason
    if messages is not None:
        playability["messages"] = messages
    screen: dict[str, Any] = {"reason": {"simpleText": reason or "Video unavailable"}, "icon": {"iconType": "ERROR"}}
    if below is not None:
        screen["subreason"] = {"runs": [{"text": below[:30]}, {"text": below[30:]}]}
    playability["errorScreen"] = {"playerErrorMessageRenderer": screen}
    return watch({"playabilityStatus": playability} | more)


def oembed(post_id: str = ID, **changes: Any) -> str:
    return json.dumps(
        {
            "title": "The swing bridge at night",
            "author_name": "Quay Ledger",
            "author_url": "https://www.youtube.com/@quayledger",
            "type": "video",
            "version": "1.0",
            "thumbnail_height": 360,
            "thumbnail_width": 480,
            "thumbnail_url": f"https://i.ytimg.com/vi/{post_id}/hqdefault.jpg",
            "html": f'<iframe src="https://www.youtube.com/embed/{post_id}?feature=oembed"></iframe>',
        }
        | changes
    )


def html(url: str, body: str | bytes, status: int = 200, **more: Any) -> Exchange:
    return exchange(url, body, status, HTML, **more)


def ask_watch(body: str | bytes, status: int = 200, url: str = WATCH, **more: Any) -> Answer:
    return replace(read_watch(REF, html(url, body, status, **more)), endpoint="youtube.watch")


def ask_oembed(body: str | bytes, status: int = 200, content_type: str = "text/html") -> Answer:
    return replace(read_oembed(REF, exchange(OEMBED, body, status, content_type)), endpoint="youtube.oembed")


# -- what is shown


def test_a_page_shows_the_whole_record() -> None:
    answer = ask_watch(playing())
    assert (answer.state, answer.kind, answer.positive) == (State.LIVE, AnswerKind.SHOWN, True)
    post = answer.post
    assert post is not None
    assert (post.title, post.text) == (
        "The swing bridge at night",
        "Shut until morning.\nMore: https://news.example/bridge.",
    )
    assert (post.handle, post.display_name, post.account_id) == ("quayledger", "Quay Ledger", CHANNEL)
    assert post.created_at == datetime(2022, 11, 9, 2, 44, 1, tzinfo=UTC)
    assert [(m.kind, m.width) for m in post.media] == [("poster", 480)]
    assert post.links == ("https://news.example/bridge",)
    assert (post.url, post.seen_in) == (f"https://www.youtube.com/watch?v={ID}", "youtube.watch")
    assert answer.ref is not None
    assert answer.ref.handle == "quayledger"


def test_before_2023_pages_give_the_day_alone() -> None:
    renderer = MICROFORMAT["playerMicroformatRenderer"] | {"publishDate": "2022-11-09"}
    answer = ask_watch(playing(microformat={"playerMicroformatRenderer": renderer}))
    assert answer.post is not None
    assert (answer.post.created_at, answer.post.day) == (None, "2022-11-09")


@pytest.mark.parametrize(
    "name", ['window["ytInitialPlayerResponse"] = ', "ytInitialPlayerResponse=", "var ytInitialPlayerResponse = "]
)
def test_the_players_record_is_found_however_it_is_assigned(name: str) -> None:
    body = watch({"playabilityStatus": {"status": "OK"}, "videoDetails": details()}, name)
    assert ask_watch(body).state is State.LIVE


@pytest.mark.parametrize("status", ["LIVE_STREAM_OFFLINE", "CONTENT_CHECK_REQUIRED"])
def test_a_stream_before_its_hour_and_a_video_behind_a_warning_can_be_opened(status: str) -> None:
    body = watch(
        {"playabilityStatus": {"status": status, "reason": "Viewer discretion is advised"}, "videoDetails": details()}
    )
    answer = ask_watch(body)
    assert answer.state is State.LIVE
    assert answer.post is not None
    assert answer.post.warning == ("Viewer discretion is advised" if status.startswith("CONTENT") else None)


def test_oembed_shows_title_and_channel() -> None:
    answer = ask_oembed(oembed(), content_type="application/json")
    assert answer.state is State.LIVE
    post = answer.post
    assert post is not None
    assert (post.title, post.handle, post.display_name) == ("The swing bridge at night", "quayledger", "Quay Ledger")
    assert (post.text, post.created_at) == (None, None)


@pytest.mark.parametrize(
    ("address", "handle", "channel"),
    [
        ("https://www.youtube.com/@quay.ledger-1", "quay.ledger-1", None),
        ("https://www.youtube.com/user/quayledger", "quayledger", None),
        ("/user/quayledger", "quayledger", None),
        ("https://www.youtube.com/@%D0%BC%D1%96%D1%81%D1%82", "міст", None),
        (f"https://www.youtube.com/channel/{CHANNEL}", None, CHANNEL),
        ("https://www.example.org/@quayledger", None, None),
        (None, None, None),
    ],
)
def test_the_handle_is_in_the_channels_address(address: str | None, handle: str | None, channel: str | None) -> None:
    answer = ask_oembed(oembed(author_url=address))
    assert answer.post is not None
    assert (answer.post.handle, answer.post.account_id) == (handle, channel)


TALK = (
    "This video has been removed by the uploader",
    "Video unavailable",
    "This video is private",
    "Sign in to confirm you’re not a bot",
    "Dieses Video ist nicht mehr verfügbar",
    "Este video ha sido eliminado por el usuario que lo subió",
    "Это видео удалено. Аккаунт заблокирован",
    'var ytInitialPlayerResponse = {"playabilityStatus":{"status":"ERROR"}}',
    "</script><script>var ytInitialPlayerResponse = {}",
    "この動画は削除されました",
)


@pytest.mark.parametrize("words", TALK)
def test_a_video_that_talks_about_removal_is_live(words: str) -> None:
    for body in (
        playing(videoDetails=details(title=words, shortDescription=words, author=words)),
        watch(
            {"playabilityStatus": {"status": "OK"}, "videoDetails": details(title=words, shortDescription=words)},
            around=f'<meta name="description" content="{words.replace(chr(34), "&quot;").replace("<", "&lt;")}">',
        ),
    ):
        answer = ask_watch(body)
        assert answer.state is State.LIVE
        assert answer.post is not None
        assert answer.post.title == words
    answer = ask_oembed(oembed(title=words))
    assert answer.state is State.LIVE


# -- why a video does not play

SENTENCES = {
    State.DELETED: (
        "This video has been removed by the uploader",
        "This video has been removed by the user.",
        "This video has been removed for violating YouTube's Terms of Service",
        "This video has been removed for violating YouTube's policy on hate speech. Learn more about it.",
        "This video has been removed for violating YouTube's Community Guidelines",
        "This video is no longer available due to a copyright claim by Quay Pictures GmbH",
        "This video was removed because it was too long.",
    ),
    State.SUSPENDED: (
        "This video is no longer available because the YouTube account associated with this video has been terminated.",
        "This video is no longer available because the YouTube account associated with it has been terminated.",
        "This account has been terminated because it is linked to an account that received strikes",
    ),
    State.ACCOUNT_GONE: ("This video is no longer available because the uploader has closed their YouTube account.",),
    State.PROTECTED: (
        "This video is private",
        "This is a private video. Please sign in to verify that you may see it.",
    ),
    State.RESTRICTED: (
        "Sign in to confirm your age",
        "This video may be inappropriate for some users.",
        "The uploader has not made this video available in your country",
        "This video is not available in your country",
        "This video contains content from Quay Pictures, who has blocked it in your country on copyright grounds",
        "This video contains content from Quay Pictures, who has blocked it on copyright grounds",
        "This content is not available on this country domain due to a court order.",
        "Join this channel to get access to members-only content like this video, and other exclusive perks.",
        "This video requires payment to watch",
        "This video is only available to Music Premium members",
    ),
}
STATED = [(state, sentence) for state, sentences in SENTENCES.items() for sentence in sentences]


@pytest.mark.parametrize(("state", "sentence"), STATED)
def test_a_sentence_states_what_became_of_the_video(state: State, sentence: str) -> None:
    for body in (
        stopped("ERROR", "Video unavailable", sentence),
        stopped("UNPLAYABLE", sentence),
        stopped("LOGIN_REQUIRED", None, None, [sentence]),
        stopped("ERROR", "Video unavailable", sentence.replace("'", "’")),
    ):
        answer = ask_watch(body)
        assert (answer.state, answer.kind, answer.positive) == (state, AnswerKind.STATED, True), answer


def test_a_private_video_as_it_is_recorded_in_pages() -> None:
    body = stopped("LOGIN_REQUIRED", "Private video", "Sign in if you've been granted access to this video")
    assert ask_watch(body).state is State.PROTECTED


ABOUT_US = (
    ("LOGIN_REQUIRED", "Sign in to confirm you’re not a bot", "This helps protect our community. Learn more"),
    ("ERROR", "Video unavailable", "This content isn’t available, try again later."),
    ("UNPLAYABLE", "YouTube is not available on this device", None),
    ("ERROR", "An error occurred. Please try again later.", None),
    ("ERROR", "Video unavailable", "The current session has been rate-limited by YouTube for up to an hour."),
    ("LOGIN_REQUIRED", "Please sign in", None),
)


@pytest.mark.parametrize(("status", "reason", "below"), ABOUT_US)
def test_a_sentence_about_us_says_nothing_of_the_video(status: str, reason: str, below: str | None) -> None:
    answer = ask_watch(stopped(status, reason, below))
    assert (answer.state, answer.kind) == (State.BLOCKED, AnswerKind.REFUSED)


SAYS_LITTLE = (
    ("UNPLAYABLE", "Video unavailable", None),
    ("UNPLAYABLE", "This video is not available", None),
    ("ERROR", "Video unavailable", "This video is not available"),
    ("ERROR", "Dieses Video wurde vom Uploader entfernt", None),
    ("ERROR", "They say: this video has been removed by the uploader", None),
    ("ERROR", "This live stream recording is not available.", None),
    ("LOGIN_REQUIRED", "Anmelden", None),
)


@pytest.mark.parametrize(("status", "reason", "below"), SAYS_LITTLE)
def test_other_sentences_state_nothing(status: str, reason: str, below: str | None) -> None:
    answer = ask_watch(stopped(status, reason, below))
    assert (answer.state, answer.kind) == (State.UNRESOLVED, AnswerKind.UNSAID)


def test_a_title_in_the_screen_of_a_paid_video_is_not_youtubes_word() -> None:
    screen = {"playerLegacyDesktopYpcOfferRenderer": {"itemTitle": "This video has been removed by the uploader"}}
    body = watch({"playabilityStatus": {"status": "UNPLAYABLE", "errorScreen": screen}})
    assert ask_watch(body).state is State.UNRESOLVED


@pytest.mark.parametrize(
    ("reason", "below"),
    [
        ("Video unavailable", None),
        ("Video unavailable", "This video isn’t available anymore"),
        ("This video isn't available any more", None),
        ("Video unavailable", "This video is unavailable."),
        ("Video unavailable", "This video does not exist."),
    ],
)
def test_a_bare_unavailable_needs_oembed_to_say_it_too(reason: str, below: str | None) -> None:
    gone = ask_watch(stopped("ERROR", reason, below))
    assert (gone.kind, gone.positive) == (AnswerKind.NOT_FOUND, False)
    assert PLATFORM.judge(REF, [gone]).state is State.UNRESOLVED
    assert PLATFORM.judge(REF, [gone, ask_oembed("Not Found", 404)]).state is State.DELETED
    assert PLATFORM.judge(REF, [gone, ask_oembed("Forbidden", 403)]).state is State.UNRESOLVED
    assert PLATFORM.judge(REF, [gone, ask_oembed(oembed())]).state is State.UNRESOLVED


def test_a_record_beside_the_sentence_is_kept() -> None:
    body = stopped("LOGIN_REQUIRED", "Sign in to confirm your age", videoDetails=details())
    answer = ask_watch(body)
    assert answer.state is State.RESTRICTED
    assert answer.post is not None
    shown = PLATFORM.judge(
        REF, [ask_watch(stopped("LOGIN_REQUIRED", "Sign in to confirm your age")), ask_oembed(oembed())]
    )
    assert shown.state is State.RESTRICTED
    assert shown.post is not None
    assert shown.post.title == "The swing bridge at night"
    assert ask_watch(watch({"playabilityStatus": {"status": "AGE_VERIFICATION_REQUIRED"}})).state is State.RESTRICTED


@pytest.mark.parametrize(
    ("word", "status", "kind", "state"),
    [
        ("Not Found", 404, AnswerKind.NOT_FOUND, State.DELETED),
        ("Unauthorized", 401, AnswerKind.UNSAID, State.UNRESOLVED),
        ("Forbidden", 403, AnswerKind.UNSAID, State.UNRESOLVED),
        ("Forbidden", 200, AnswerKind.UNSAID, State.UNRESOLVED),
        ("Bad Request", 400, AnswerKind.UNSAID, State.UNRESOLVED),
        ("", 404, AnswerKind.UNEXPECTED, State.UNRESOLVED),
        ("Not Found", 200, AnswerKind.UNEXPECTED, State.UNRESOLVED),
        ("<html><title>Error 403 (Forbidden)!!1</title></html>", 403, AnswerKind.REFUSED, State.BLOCKED),
        ("<html><title>Error 404 (Not Found)!!1</title></html>", 404, AnswerKind.REFUSED, State.BLOCKED),
        ("", 429, AnswerKind.REFUSED, State.BLOCKED),
        ("", 500, AnswerKind.FAILED, State.UNREACHABLE),
    ],
)
def test_oembed_says_it_in_one_word(word: str, status: int, kind: AnswerKind, state: State) -> None:
    answer = ask_oembed(word, status)
    assert (answer.kind, answer.state, answer.positive) == (kind, state, False)


def test_the_page_tells_why_oembed_does_not_show_a_video() -> None:
    private = ask_watch(stopped("LOGIN_REQUIRED", "Private video"))
    assert PLATFORM.judge(REF, [private, ask_oembed("Forbidden", 403)]).state is State.PROTECTED
    assert PLATFORM.judge(REF, [ask_watch(playing()), ask_oembed("Unauthorized", 401)]).state is State.LIVE
    bot = ask_watch(stopped("LOGIN_REQUIRED", "Sign in to confirm you’re not a bot"))
    assert PLATFORM.judge(REF, [bot, ask_oembed("Not Found", 404)]).state is State.UNRESOLVED
    assert PLATFORM.judge(REF, [bot, ask_oembed("Forbidden", 403)]).state is not State.PROTECTED
    assert PLATFORM.judge(REF, [bot, ask_oembed(oembed())]).state is State.LIVE


# -- what is about us

CONSENT = (
    '<html><head><title>Before you continue to YouTube</title></head><body><form action="https://consent.youtube.com/save">'
    "</form></body></html>"
)


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("https://consent.youtube.com/m?continue=x", CONSENT),
        ("https://consent.youtube.com/m?continue=x", "<html>"),
        (WATCH, CONSENT),
        ("https://www.google.com/sorry/index?continue=x", "<html><title>Sorry...</title></html>"),
        (WATCH, '<html><title>Sorry...</title><form id="captcha-form"></form></html>'),
        ("https://accounts.google.com/v3/signin", "<html></html>"),
        ("https://accounts.youtube.com/v3/signin", "<html></html>"),
        ("https://www.youtube.com.evil.test/watch", playing()),
    ],
)
def test_a_wall_is_about_us(url: str, body: str) -> None:
    answer = ask_watch(body, url=url)
    assert (answer.state, answer.kind) == (State.BLOCKED, AnswerKind.REFUSED)


def test_refusals_and_failures() -> None:
    assert ask_watch("", 429).state is State.BLOCKED
    assert ask_watch("", 302, headers=(("Location", "https://consent.youtube.com/m"),)).state is State.BLOCKED
    assert ask_watch("", 503).state is State.UNREACHABLE


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "<html><head><title>YouTube</title></head><body></body></html>",
        playing(videoDetails=details(videoId=OTHER)),
        playing(videoDetails=None),
        watch({"playabilityStatus": None}),
        watch({"playabilityStatus": {"status": "ERROR"}}),
        watch([]),
    ],
)
def test_an_unknown_shape_concludes_nothing(body: str) -> None:
    answer = ask_watch(body)
    assert answer.state is State.UNRESOLVED
    assert answer.post is None


@pytest.mark.parametrize("body", [oembed(OTHER), "{}", "[]", json.dumps({"title": "x"})])
def test_an_oembed_answer_of_another_shape_concludes_nothing(body: str) -> None:
    answer = ask_oembed(body)
    assert (answer.kind, answer.post) == (AnswerKind.UNEXPECTED, None)


# -- community posts


def community(*items: Any, **more: Any) -> str:
    data = {
        "contents": {"twoColumnBrowseResultsRenderer": {"tabs": [{"tabRenderer": {"content": list(items)}}]}}
    } | more
    return f"<html><script>var ytInitialData = {json.dumps(data)};</script></html>"


def thread(**changes: Any) -> dict[str, Any]:
    post = {
        "postId": POST,
        "authorText": {"runs": [{"text": "Quay Ledger"}]},
        "authorEndpoint": {"browseEndpoint": {"browseId": CHANNEL, "canonicalBaseUrl": "/@quayledger"}},
        "contentText": {
            "runs": [
                {"text": "The bridge\nis open "},
                {
                    "text": "news.example/b...",
                    "navigationEndpoint": {
                        "urlEndpoint": {"url": "https://www.youtube.com/redirect?q=https%3A%2F%2Fnews.example%2Fbridge"}
                    },
                },
            ]
        },
        "publishedTimeText": {"runs": [{"text": "2 years ago"}]},
        "backstageAttachment": {
            "backstageImageRenderer": {
                "image": {"thumbnails": [{"url": "https://yt3.ggpht.com/a", "width": 9, "height": 9}]}
            }
        },
    } | changes
    return {"backstagePostThreadRenderer": {"post": {"backstagePostRenderer": post}}}


def ask_post(body: str, status: int = 200) -> Answer:
    return read_community(POST_REF, html(POST_REF.url, body, status))


def test_a_community_post_is_read_from_its_page() -> None:
    answer = ask_post(community(thread()))
    assert answer.state is State.LIVE
    post = answer.post
    assert post is not None
    assert (post.text, post.handle, post.account_id) == ("The bridge\nis open news.example/b...", "quayledger", CHANNEL)
    assert post.links == ("https://news.example/bridge",)
    assert [m.kind for m in post.media] == ["photo"]
    assert post.created_at is None


def test_a_community_post_that_shows_a_video_or_several_pictures() -> None:
    picture = {"backstageImageRenderer": {"image": {"thumbnails": [{"url": "https://yt3.ggpht.com/a", "width": 9}]}}}
    several = {"postMultiImageRenderer": {"images": [picture, picture]}}
    answer = ask_post(community(thread(backstageAttachment=several)))
    assert answer.post is not None
    assert len(answer.post.media) == 2
    answer = ask_post(community(thread(backstageAttachment={"videoRenderer": {"videoId": ID}})))
    assert answer.post is not None
    assert answer.post.quoted == f"youtube:{ID}"


def test_a_page_without_the_community_post_says_little() -> None:
    alert = {"alertRenderer": {"type": "ERROR", "text": {"simpleText": "This post is unavailable"}}}
    for body in (community(), community(thread(postId="Ugkx0000000000000")), community(alerts=[alert])):
        answer = ask_post(body)
        assert (answer.state, answer.kind) == (State.UNRESOLVED, AnswerKind.UNSAID)
    closed = {"alertRenderer": {"text": {"simpleText": "This account has been terminated for spam."}}}
    assert ask_post(community(alerts=[closed])).state is State.SUSPENDED
    assert ask_post(CONSENT).state is State.BLOCKED


# -- the inquiry


def test_the_page_is_asked_before_oembed_and_urls_depend_on_the_id_alone() -> None:
    for ref in (REF, PLATFORM.ref_from_id(ID, "quayledger")):
        asked, answers = drive_look(
            PLATFORM, ref, {WATCH: html(WATCH, playing(), record="urn:uuid:1"), OEMBED: exchange(OEMBED, oembed())}
        )
        assert asked == [WATCH, OEMBED]
        assert [(a.endpoint, a.record_id) for a in answers] == [
            ("youtube.watch", "urn:uuid:1"),
            ("youtube.oembed", None),
        ]
    assert WATCH == "https://www.youtube.com/watch?v=a1B2c3D4e5U"
    assert OEMBED == (
        "https://www.youtube.com/oembed?url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3Da1B2c3D4e5U&format=json"
    )


def test_of_a_community_post_the_page_alone_is_asked() -> None:
    asked, answers = drive_look(PLATFORM, POST_REF, {POST_REF.url: html(POST_REF.url, community(thread()))})
    assert asked == [f"https://www.youtube.com/post/{POST}"]
    assert answers[0].state is State.LIVE


def test_the_control_post_is_the_first_video() -> None:
    assert PLATFORM.control is not None
    assert PLATFORM.control.url == "https://www.youtube.com/watch?v=jNQXAC9IVRw"


# -- recorded answers


def test_every_recorded_oembed_answer_shows_its_video(recordings: Path) -> None:
    files = sorted((recordings / "youtube" / "oembed").glob("*.json"))
    assert len(files) >= 3
    for file in files:
        data = json.loads(file.read_bytes())
        post_id = data["thumbnail_url"].split("/")[4]
        answer = read_oembed(PLATFORM.ref_from_id(post_id), exchange(OEMBED, file.read_bytes()))
        assert answer.state is State.LIVE, file
        assert answer.post is not None
        assert answer.post.title == data["title"]
        assert answer.post.handle == data["author_url"].rpartition("/")[2].lstrip("@")


def test_mutated_recordings_never_crash_and_are_never_deleted(recordings: Path) -> None:
    for file in sorted((recordings / "youtube" / "oembed").glob("*.json")):
        data = json.loads(file.read_bytes())
        ref = PLATFORM.ref_from_id(data["thumbnail_url"].split("/")[4])
        for changed in mutations(data):
            answer = read_oembed(ref, exchange(OEMBED, json.dumps(changed)))
            assert answer.state is not State.DELETED
            to_json(answer)


def test_mutated_records_never_crash_and_are_never_deleted() -> None:
    response = {"playabilityStatus": {"status": "OK"}, "videoDetails": details(), "microformat": MICROFORMAT}
    for changed in mutations(response):
        answer = ask_watch(watch(changed))
        assert answer.state is not State.DELETED
        to_json(answer)
    for changed in mutations(thread()):
        answer = ask_post(community(changed))
        assert answer.state is not State.DELETED
        to_json(answer)


ODD: tuple[Any, ...] = (None, True, 0, -1, 10**30, 1.5, "", "\ud800", "x" * 70_000, [], {}, [[]], {"runs": {}})


def mutations(value: Any) -> Iterator[Any]:
    """The value with each member left out, and with each replaced by odd ones."""
    for place in list(members(value)):
        for odd in (*ODD, mutations):
            copy = json.loads(json.dumps(value))
            holder = copy
            for step in place[:-1]:
                holder = holder[step]
            if odd is mutations:
                del holder[place[-1]]
            else:
                holder[place[-1]] = odd
            yield copy


def members(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield (*path, key)
        yield from members(inner, (*path, key))


KEYS = ["playabilityStatus", "status", "reason", "errorScreen", "subreason", "simpleText", "runs", "text", "messages"]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(TALK),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*KEYS, "videoDetails", "videoId", "title", "html"]), inner, max_size=4)
    ),
    max_leaves=12,
)
BODIES = st.one_of(
    st.binary(max_size=200),
    JSON.map(lambda v: json.dumps(v).encode()),
    JSON.map(lambda v: watch(v).encode()),
    JSON.map(lambda v: community(v).encode()),
    st.sampled_from([b"Not Found", b"Forbidden", b"Unauthorized", b"\x00", b"<html>"]),
)
DELETING = (b"removed", b"Not Found", b"navailable", b"not available")


@given(BODIES, st.sampled_from([200, 204, 301, 400, 401, 403, 404, 410, 418, 429, 451, 500, 503]))
def test_whatever_comes_nothing_is_raised_and_nothing_is_deleted_without_the_words(body: bytes, status: int) -> None:
    for answer in (
        ask_watch(body, status),
        ask_oembed(body, status),
        ask_post(body.decode("utf-8", "replace"), status),
    ):
        assert isinstance(answer, Answer)
        assert answer.reason
        to_json(answer)
        assert answer.state is not State.DELETED or any(words in body for words in DELETING)


def test_a_hostile_page_costs_little() -> None:
    name = "var ytInitialPlayerResponse = "
    nested = '{"playabilityStatus":' * 200_000
    pages = (
        name * 200_000,
        name + nested,
        (name + nested[:1000]) * 900,
        playing(videoDetails=details(title="video " * 90_000)),
    )
    for body in pages:
        started = time.process_time()
        assert ask_watch(body).state is not State.DELETED
        assert ask_post(body).state is not State.DELETED
        assert time.process_time() - started < 5
