"""What Telegram's pages say of a post: every state, and never "deleted" without two pages that show it missing."""

from __future__ import annotations

import html
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archiver.config import WebSettings
from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, State
from archiver.platforms.telegram import PLATFORM
from archiver.platforms.telegram.answers import read_embed, read_preview
from archiver.platforms.telegram.endpoints import EMBED, PREVIEW
from archiver.resolution import Control, observe
from archiver.web import Door
from tests.platforms.driving import drive_look, exchange
from tests.web_twin import Population, PostState, Twin
from tests.web_twin.crowd import Crowd, Note
from tests.web_twin.telegram import TelegramSite, frame, message, preview, refusal, written

REF = PLATFORM.ref_from_id("Ana_Channel/416")
EMBED_URL = "https://t.me/ana_channel/416?embed=1&mode=tme"
PREVIEW_URL = "https://t.me/s/ana_channel?before=417"
MADE = datetime(2023, 3, 14, 7, 5, 9, tzinfo=UTC)
HTML = "text/html; charset=utf-8"

SENTENCES = (
    ("Channel with username @ana_channel not found", State.ACCOUNT_GONE),
    ("Channel with username <b>@ana_channel</b> not found", State.ACCOUNT_GONE),
    ("Group with username @ana_channel was not found.", State.ACCOUNT_GONE),
    ("User with username @ana_channel not found", State.ACCOUNT_GONE),
    ("This channel is private", State.PROTECTED),
    ("Channel is private.", State.PROTECTED),
    ("This channel can't be displayed because it violated Telegram's Terms of Service.", State.SUSPENDED),
    ("This channel can’t be displayed because it violated Telegram’s Terms of Service.", State.SUSPENDED),
    ("This channel cannot be displayed because it was used to spread pornographic content.", State.RESTRICTED),
    ("Unfortunately, this channel couldn't be displayed on your device.", State.RESTRICTED),
    ("This message couldn't be displayed on your device because it violates the law of Quayland.", State.RESTRICTED),
    ("This channel is unavailable due to copyright infringement.", State.RESTRICTED),
    ("This post is not available because of a court order.", State.RESTRICTED),
)
NO_REASON = (
    "",
    "   ",
    "Post was not found",
    "Post not found in this topic",
    "The post was deleted",
    "Message deleted",
    "He said: Post not found",
    "“Post not found”",
    "Post not found Post not found",
    "Пост не найден",
    "Please open Telegram to view this post",
    "Something went wrong",
    "Channel with username @ana_channel not found, says the harbour office",
)
ABOUT_DELETION = (
    "Post not found",
    "Post not found.",
    "Channel with username @ana_channel not found",
    "This channel can't be displayed because it violated Telegram's Terms of Service.",
    "This message was deleted",
    "Diese Nachricht wurde gelöscht.",
    "Ce message a été supprimé.",
    "Este mensaje ha sido eliminado.",
    "Сообщение удалено",
    "Повідомлення видалено",
    "تم حذف هذه الرسالة",
    "该消息已被删除",
    "このメッセージは削除されました",
    '<div class="tgme_widget_message_error">Post not found</div>',
    "Please open Telegram to view this post",
    "edited",
    "There is unusual traffic on the bridge",
    "Just a moment… Log in to your account at the harbour, then solve the captcha.",
)


def words(text: str) -> str:
    return f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>'


def post_page(body: str, number: int = 416, channel: str = "Ana_Channel", meta: str = "") -> str:
    """The frame of a post with this between its author and its footer."""
    return frame(
        message(channel, number, MADE, body, title=f"Ana{written('🔥')} &amp; the Ferry", account=1234567890, meta=meta)
    )


def list_page(*numbers: int, channel: str = "Ana_Channel") -> str:
    """A page of the preview."""
    posts = [
        message(channel, n, MADE + timedelta(minutes=n), words(f"Note {n}"), title="Ana", account=7) for n in numbers
    ]
    return preview(channel, "Ana", "Notes", posts, numbers[0] if numbers else None, None)


def page(body: bytes | str, url: str = EMBED_URL, status: int = 200, record: str = "") -> Exchange:
    return exchange(url, body, status, HTML, record=record)


def redirect(url: str, target: str) -> Exchange:
    return exchange(url, "", 302, HTML, (("Location", target),))


def look(embed: Exchange | None, listing: Exchange | None = None) -> tuple[list[str], Answer]:
    """What is asked, and the verdict."""
    asked, answers = drive_look(PLATFORM, REF, {EMBED_URL: embed, PREVIEW_URL: listing})
    return asked, PLATFORM.judge(REF, answers)


def embedded(body: str, **more: str) -> Answer:
    asked, verdict = look(page(post_page(body, **more)))  # type: ignore[arg-type]
    assert asked == [EMBED_URL]
    return verdict


# -- posts that are shown


def test_a_post_is_read_as_it_is_shown() -> None:
    text = "The swing bridge is shut ⚓ tonight & tomorrow.\nAsk at https://quay.example/a?b=1&c=2 #BreakingNews"
    exact = page(post_page(words(written(text))), record="urn:uuid:1")
    asked, verdict = look(exact)
    assert asked == [EMBED_URL]
    assert (verdict.state, verdict.positive, verdict.record_id) == (State.LIVE, True, "urn:uuid:1")
    post = verdict.post
    assert post is not None
    assert post.text == text
    assert (post.platform, post.id, post.url) == ("telegram", "ana_channel/416", "https://t.me/ana_channel/416")
    assert (post.handle, post.display_name, post.account_id) == ("Ana_Channel", "Ana🔥 & the Ferry", "1234567890")
    assert (post.created_at, post.text_complete, post.seen_in) == (MADE, True, EMBED)
    assert post.links == ("https://quay.example/a?b=1&c=2",)
    assert [m.kind for m in post.media] == ["avatar"]
    assert (post.in_reply_to, post.quoted, post.edited_at) == (None, None, None)


def test_case_does_not_count_in_what_is_asked() -> None:
    for url in (
        "https://t.me/ANA_CHANNEL/416",
        "https://t.me/s/Ana_Channel/416?single",
        "tg://resolve?domain=ana_channel&post=416",
    ):
        ref = PLATFORM.ref_from_url(url)
        assert ref is not None
        asked, answers = drive_look(PLATFORM, ref, {EMBED_URL: page(refusal("Post not found")), PREVIEW_URL: None})
        assert asked == [EMBED_URL, PREVIEW_URL]
        assert len(answers) == 1


def test_a_reply_is_not_taken_for_the_words() -> None:
    quote = (
        '<a class="tgme_widget_message_reply user-color-7" href="https://t.me/Quay_News/12">'
        '<div class="tgme_widget_message_author accent_color"><span class="tgme_widget_message_author_name">Quay News'
        '</span></div><div class="tgme_widget_message_text js-message_reply_text" dir="auto">Post not found</div></a>'
    )
    post = embedded(quote + words("We found it.")).post
    assert post is not None
    assert (post.text, post.in_reply_to) == ("We found it.", "telegram:quay_news/12")
    assert post.display_name == "Ana🔥 & the Ferry"
    alone = embedded(quote).post
    assert alone is not None
    assert (alone.text, alone.text_complete) == (None, True)


def test_the_origin_of_a_forwarded_post_is_named_and_not_in_its_words() -> None:
    line = (
        '<div class="tgme_widget_message_forwarded_from accent_color">Forwarded from&nbsp;'
        '<a class="tgme_widget_message_forwarded_from_name" href="https://t.me/{}">'
        '<span dir="auto">Quay News</span></a></div>'
    )
    post = embedded(line.format("Quay_News/77") + words("All ferries are late.")).post
    assert post is not None
    assert (post.text, post.quoted) == ("All ferries are late.", "telegram:quay_news/77")
    own = embedded(line.format("ana_channel/416") + words("All ferries are late.")).post
    assert own is not None
    assert own.quoted is None
    person = embedded(line.format("Quay_News") + words("All ferries are late.")).post
    assert person is not None
    assert person.quoted is None


def test_pictures_and_films() -> None:
    body = (
        '<a class="tgme_widget_message_photo_wrap" href="https://t.me/ana_channel/416" style="width:800px;'
        "background-image:url('https://cdn4.telesco.pe/file/one.jpg')\"></a>"
        '<a class="tgme_widget_message_video_player js-message_video_player" href="https://t.me/ana_channel/416">'
        '<i class="tgme_widget_message_video_thumb" style="background-image:url(\'https://cdn4.telesco.pe/file/t.jpg\')">'
        '</i><div class="tgme_widget_message_video_wrap"><video src="https://cdn4.telesco.pe/file/f.mp4?token=a&amp;b=1">'
        '</video></div><time class="message_video_duration js-message_video_duration">0:41</time></a>'
        '<a class="tgme_widget_message_video_player" href="x"><div><video src="https://cdn4.telesco.pe/file/gif.mp4">'
        "</video></div></a>"
        '<a class="tgme_widget_message_photo_wrap" style="background-image:url(\'ftp://cdn4.telesco.pe/file/no.jpg\')"></a>'
        + words("A picture and a film.")
        + '<a class="tgme_widget_message_link_preview" href="https://news.example/416"><i class="link_preview_image" '
        "style=\"background-image:url('https://cdn4.telesco.pe/file/card.jpg')\"></i>"
        '<div class="link_preview_title">Post not found</div></a>'
    )
    post = embedded(body).post
    assert post is not None
    assert [(m.kind, m.url.rpartition("/")[2]) for m in post.media if m.kind != "avatar"] == [
        ("photo", "one.jpg"),
        ("poster", "t.jpg"),
        ("video", "f.mp4?token=a&b=1"),
        ("gif", "gif.mp4"),
        ("card", "card.jpg"),
    ]
    assert post.created_at == MADE
    assert post.text == "A picture and a film."
    assert post.links == ("https://news.example/416",)


def test_an_album_is_one_post_under_each_number() -> None:
    pictures = "".join(
        f'<a class="tgme_widget_message_photo_wrap grouped_media_wrap" href="https://t.me/Ana_Channel/{n}?single" '
        f"style=\"background-image:url('https://cdn4.telesco.pe/file/{n}.jpg')\"></a>"
        for n in (415, 416, 417)
    )
    verdict = embedded(f'<div class="tgme_widget_message_grouped_wrap">{pictures}</div>' + words("Three."), number=415)  # type: ignore[arg-type]
    assert (verdict.state, verdict.post and verdict.post.id) == (State.LIVE, "ana_channel/416")
    assert verdict.post is not None
    assert len([m for m in verdict.post.media if m.kind == "photo"]) == 3


def test_a_link_to_a_picture_of_an_album_makes_none() -> None:
    for channel in ("Ana_Channel", "Other_Channel"):
        body = words(f'As in <a href="https://t.me/{channel}/416?single">the picture</a>')
        grouped = f'<a class="tgme_widget_message_photo_wrap grouped_media_wrap" href="https://t.me/{channel}/416?single"></a>'
        pages = [body] if channel == "Ana_Channel" else [body, grouped + words("x")]
        for text in pages:
            answer = read_embed(REF, page(post_page(text, number=417)))
            assert answer.kind is AnswerKind.UNEXPECTED


def test_a_page_about_another_post_says_nothing() -> None:
    for body in (post_page(words("Another."), number=417), post_page(words("Another."), number=41)):
        asked, verdict = look(page(body), page(list_page(400, 410), PREVIEW_URL))
        assert asked == [EMBED_URL, PREVIEW_URL]
        assert verdict.state is not State.LIVE


def test_an_alias_of_the_channel_shows_what_was_asked_for() -> None:
    verdict = embedded(words("Under the other name."), channel="Ana_Main")
    assert (verdict.state, verdict.post and verdict.post.id) == (State.LIVE, "ana_main/416")
    assert verdict.ref is not None
    assert verdict.ref.id == "ana_main/416"


@pytest.mark.parametrize("meta", ["edited &nbsp;", "edited", " Edited "])
def test_an_edited_post_is_told_by_the_line_below_it(meta: str) -> None:
    verdict = embedded(words("Now with the right number."), meta=meta)
    assert verdict.state is State.EDITED
    assert "edited" in verdict.reason


def test_a_signature_that_reads_edited_is_no_edit() -> None:
    signature = '<span class="tgme_widget_message_from_author" dir="auto">edited</span>, '
    assert embedded(words("Signed."), meta=signature).state is State.LIVE
    assert embedded(words("This was edited, edited, edited.")).state is State.LIVE


@pytest.mark.parametrize("text", ABOUT_DELETION)
def test_a_post_about_deletion_is_live(text: str) -> None:
    verdict = embedded(words(html.escape(text)))
    assert (verdict.state, verdict.post and verdict.post.text) == (State.LIVE, text)
    found = read_preview(
        REF, page(preview("c", "C", "", [post_page(words(html.escape(text)))], None, None), PREVIEW_URL)
    )
    assert found.state is State.LIVE


def test_content_that_the_web_does_not_show_is_there() -> None:
    body = (
        '<div class="message_media_not_supported_wrap"><div class="message_media_not_supported">'
        '<div class="message_media_not_supported_label">Please open Telegram to view this post</div></div></div>'
    )
    verdict = embedded(body)
    assert verdict.state is State.LIVE
    assert "Please open Telegram" in verdict.reason
    assert verdict.post is not None
    assert (verdict.post.text, verdict.post.text_complete) == (None, False)


def test_a_poll_is_its_question_and_its_answers() -> None:
    options = "".join(
        '<div class="tgme_widget_message_poll_option"><div class="tgme_widget_message_poll_option_text">'
        f"{name}</div></div>"
        for name in ("North", "South")
    )
    poll = (
        '<div class="tgme_widget_message_poll"><div class="tgme_widget_message_poll_question">Which pier?</div>'
        '<div class="tgme_widget_message_poll_type">Anonymous Poll</div>'
        f'<div class="tgme_widget_message_poll_options">{options}</div></div>'
    )
    post = embedded(poll).post
    assert post is not None
    assert post.text == "Which pier?\nNorth\nSouth"


# -- what has become of a post


@pytest.mark.parametrize(("sentence", "state"), SENTENCES)
def test_a_stated_reason_is_read(sentence: str, state: State) -> None:
    asked, verdict = look(page(refusal("x").replace(">x<", f">{sentence}<")))
    assert asked == [EMBED_URL]
    assert (verdict.state, verdict.positive) == (state, True)


@pytest.mark.parametrize("sentence", NO_REASON)
def test_any_other_sentence_states_nothing(sentence: str) -> None:
    answer = read_embed(REF, page(refusal(sentence)))
    assert (answer.state, answer.kind) == (State.UNRESOLVED, AnswerKind.UNSAID)
    asked, verdict = look(page(refusal(sentence)), page(list_page(400, 415), PREVIEW_URL))
    assert asked == [EMBED_URL, PREVIEW_URL]
    assert verdict.state is State.UNRESOLVED


GONE = page(refusal("Post not found"))


def test_deleted_where_the_frame_and_the_list_say_so() -> None:
    asked, verdict = look(GONE, page(list_page(*range(391, 416)), PREVIEW_URL))
    assert asked == [EMBED_URL, PREVIEW_URL]
    assert (verdict.state, verdict.positive) == (State.DELETED, True)
    assert verdict.endpoint == f"{EMBED}+{PREVIEW}"


@pytest.mark.parametrize(
    "listing",
    [
        pytest.param(None, id="no answer"),
        pytest.param(redirect(PREVIEW_URL, "https://t.me/ana_channel"), id="no preview"),
        pytest.param(redirect(PREVIEW_URL, "/ana_channel"), id="no preview, relative"),
        pytest.param(redirect(PREVIEW_URL, "https://telegram.org/"), id="front page"),
        pytest.param(page(list_page(), PREVIEW_URL), id="nothing listed"),
        pytest.param(page(list_page(900, 901), PREVIEW_URL), id="the newest instead"),
        pytest.param(page("", PREVIEW_URL), id="empty"),
        pytest.param(page("<html><body>Hello</body></html>", PREVIEW_URL), id="another page"),
        pytest.param(page("Too Many Requests", PREVIEW_URL, 429), id="429"),
        pytest.param(page("", PREVIEW_URL, 404), id="404"),
        pytest.param(page("", PREVIEW_URL, 502), id="502"),
        pytest.param(page(refusal("Post not found"), PREVIEW_URL), id="the frame's sentence"),
    ],
)
def test_one_not_found_is_not_enough(listing: Exchange | None) -> None:
    _, verdict = look(GONE, listing)
    assert verdict.state is State.UNRESOLVED
    assert not verdict.positive


@pytest.mark.parametrize(
    ("listing", "kind"),
    [
        (redirect(PREVIEW_URL, "https://t.me/ana_channel"), AnswerKind.UNSAID),
        (redirect(PREVIEW_URL, "https://telegram.org/"), AnswerKind.UNSAID),
        (redirect(PREVIEW_URL, "https://elsewhere.example/"), AnswerKind.REFUSED),
        (page(list_page(), PREVIEW_URL), AnswerKind.UNSAID),
        (page(list_page(900), PREVIEW_URL), AnswerKind.UNEXPECTED),
        (page(list_page(400), PREVIEW_URL), AnswerKind.NOT_FOUND),
        (page(list_page(400, 416), PREVIEW_URL), AnswerKind.SHOWN),
        (page("<html><body>Hello</body></html>", PREVIEW_URL), AnswerKind.UNEXPECTED),
        (page("<html><title>Just a moment...</title></html>", PREVIEW_URL), AnswerKind.REFUSED),
    ],
)
def test_what_a_list_says_by_itself(listing: Exchange, kind: AnswerKind) -> None:
    assert read_preview(REF, listing).kind is kind


def test_two_pages_that_contradict_each_other_decide_nothing() -> None:
    _, verdict = look(GONE, page(list_page(415, 416), PREVIEW_URL))
    assert verdict.state is State.UNRESOLVED
    assert "contradict" in verdict.reason


def test_the_list_alone_is_not_enough() -> None:
    for embed in (None, page("", status=502), page("<html></html>")):
        _, verdict = look(embed, page(list_page(400, 415), PREVIEW_URL))
        assert verdict.state is State.UNRESOLVED


def test_the_list_shows_a_post_that_the_frame_did_not() -> None:
    _, verdict = look(page("", status=502), page(list_page(414, 416), PREVIEW_URL))
    assert (verdict.state, verdict.post and verdict.post.text) == (State.LIVE, "Note 416")


WALLS = (
    pytest.param(page("Too Many Requests", status=429), State.BLOCKED, id="429"),
    pytest.param(page("<html>Forbidden</html>", status=403), State.BLOCKED, id="403"),
    pytest.param(page("<html><title>Just a moment...</title></html>"), State.BLOCKED, id="bot check"),
    pytest.param(page("<html><title>Log in</title></html>"), State.BLOCKED, id="login"),
    pytest.param(page("<html>x</html>", "https://elsewhere.example/"), State.BLOCKED, id="another host"),
    pytest.param(page("", status=500), State.UNREACHABLE, id="500"),
    pytest.param(page("", status=503), State.UNREACHABLE, id="503"),
    pytest.param(page("Not Found", status=404), State.UNRESOLVED, id="404"),
    pytest.param(page("Gone", status=410), State.UNRESOLVED, id="410"),
    pytest.param(page(""), State.UNRESOLVED, id="empty"),
    pytest.param(page("{}"), State.UNRESOLVED, id="JSON"),
    pytest.param(page("<html><body></body></html>"), State.UNRESOLVED, id="empty shell"),
    pytest.param(page("<html>x</html>", "https://telegram.org/"), State.UNRESOLVED, id="front page"),
    pytest.param(redirect(EMBED_URL, "https://telegram.org/"), State.UNRESOLVED, id="to the front page"),
    pytest.param(
        page('<html><div class="tgme_page_wrap"><div class="tgme_page">Ana</div></div></html>'),
        State.UNRESOLVED,
        id="the channel's page",
    ),
    pytest.param(exchange(EMBED_URL, b"\x89PNG\r\n", 200, "image/png"), State.UNRESOLVED, id="a picture"),
    pytest.param(
        exchange(EMBED_URL, b"abc", 200, HTML, (("Content-Encoding", "gzip"),)), State.UNRESOLVED, id="broken"
    ),
)


@pytest.mark.parametrize(("answer", "state"), WALLS)
def test_what_stands_in_the_way_says_nothing_of_the_post(answer: Exchange, state: State) -> None:
    asked, verdict = look(answer, None)
    assert asked == ([EMBED_URL] if state is State.BLOCKED else [EMBED_URL, PREVIEW_URL])
    assert verdict.state is state
    assert not verdict.positive
    assert verdict.reason


def test_private_channels_cannot_be_asked_for() -> None:
    for post_id in ("c/1234567890", "416", "", "ana_channel/0", "ana/416"):
        asked, (answer,) = drive_look(PLATFORM, PLATFORM.ref_from_id(post_id), {})
        assert asked == []
        assert answer.kind is AnswerKind.NOT_PUBLIC


def test_the_control_post_is_the_example_of_the_documentation() -> None:
    control = PLATFORM.control
    assert control is not None
    assert control.url == "https://t.me/telegram/83"


# -- whatever comes: an answer, no error, and "deleted" only for the frame's own sentence or the list's own posts

PIECES = (
    "<div class='tgme_widget_message_error'>",
    "<div class='tgme_widget_message js-widget_message' data-post='ana_channel/416'>",
    "<div class='tgme_widget_message' data-post='ana_channel/99999999999'>",
    "<div class='tgme_widget_message_text js-message_text'>",
    "<a class='tgme_widget_message_reply' href='//t.me/x/1'>",
    "<span class='tgme_widget_message_meta'>edited",
    "<time datetime='2023-13-45T99:99:99+99:99'>",
    "<i style='background-image:url(' class='tgme_widget_message_photo_wrap'>",
    "<section class='tgme_channel_history'>",
    "<div class='tme_no_messages_found'>",
    "post not found",
    "Post deleted",
    "Channel with username",
    "</div>",
    "<br/>",
    "\x00",
    "\ud7ff",
    "&#1114112;&#xD800;",
)


@given(
    body=st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)),
    status=st.sampled_from([200, 200, 200, 301, 302, 400, 401, 403, 404, 410, 418, 429, 451, 500, 503]),
    target=st.sampled_from(["", "https://t.me/ana_channel", "//telegram.org/", "https://[", "https://x.example/login"]),
    kind=st.sampled_from([HTML, "application/json", "", "image/png"]),
)
def test_whatever_comes_is_an_answer_and_never_deleted(body: bytes | str, status: int, target: str, kind: str) -> None:
    headers = (("Location", target),) if target else ()
    for url, read in ((EMBED_URL, read_embed), (PREVIEW_URL, read_preview)):
        answer = read(REF, exchange(url, body, status, kind, headers))
        assert isinstance(answer, Answer)
        assert answer.reason
        says_so = isinstance(body, str) and body.replace("<br/>", "").count("post not found") == 1
        assert answer.state is not State.DELETED or (status == 200 and read is read_embed and says_so)
        assert answer.state not in (State.SUSPENDED, State.ACCOUNT_GONE, State.PROTECTED)


def _mutated(source: str, roll: random.Random) -> str:
    """The page with elements moved away, emptied, renamed, and attributes replaced."""
    tree = LexborHTMLParser(source)
    nodes = tree.css("*")
    for _ in range(roll.randint(1, 4)):
        node = roll.choice(nodes)
        if node.tag in ("html", "head", "body", "-undef"):
            continue
        if roll.random() < 0.4:
            node.decompose(recursive=True)
            nodes = tree.css("*")
        elif roll.random() < 0.5:
            node.insert_after(roll.choice(("<!--x-->", "\x00", "🔥" * 50)))
        else:
            names = list(node.attributes) or ["class"]
            node.attrs[roll.choice(names)] = roll.choice(  # type: ignore[index]
                ("", "tgme_widget_message", "x" * 5000, "https://[::1", "9" * 40, "ana_channel/416", "2023-99-99")
            )
    return tree.html or ""


PAGES: tuple[tuple[str, Callable[[], str]], ...] = (
    (EMBED_URL, lambda: post_page(words(written("A note ⚓ of https://quay.example/ #Live")), meta="edited")),
    (PREVIEW_URL, lambda: list_page(414, 415, 416, 417)),
)


@given(seed=st.integers(0, 1 << 32))
def test_a_damaged_page_of_a_post_never_says_that_it_is_deleted(seed: int) -> None:
    roll = random.Random(seed)
    for url, made in PAGES:
        source = _mutated(made(), roll)
        cut = source[: roll.randrange(len(source) + 1)] if roll.random() < 0.5 else source
        read = read_embed if url == EMBED_URL else read_preview
        answer = read(REF, page(cut, url))
        # a list without the post, ending below it, is what a deleted post looks like: a page cut short is one too
        bare = answer.kind is AnswerKind.NOT_FOUND and read is read_preview
        assert answer.state is not State.DELETED or bare
        assert PLATFORM.judge(REF, [answer]).state is not State.DELETED


def test_the_cost_of_a_page_grows_with_its_length() -> None:
    def cost(times: int) -> float:
        began = time.process_time()
        for body in (
            post_page("<b class='tgme_widget_message_text js-message_text'>" * times + "a"),
            post_page("<div class='tgme_widget_message_text js-message_text'>" * times),
            post_page("<div " + " ".join(f"a{n}" for n in range(times)) + "></div>"),
            post_page(words("a<br/><i class='emoji'><b>b</b></i>" * times)),
            post_page(
                "<a class='tgme_widget_message_photo_wrap' href='https://t.me/ana_channel/1?single'></a>" * times
            ),
            post_page("<time datetime='2023'></time>" * times),
            post_page(f"<i class='tgme_widget_message_photo_wrap' style='{'background-image:url( ' * times}'></i>"),
            preview("c", "C", "", [post_page(words("a"), number=1 + n) for n in range(times // 50)], None, None),
            refusal("this channel is unavailable due to " * times),
        ):
            assert isinstance(read_embed(REF, page(body)), Answer)
            assert isinstance(read_preview(REF, page(body, PREVIEW_URL)), Answer)
        return time.process_time() - began

    cost(100)
    assert cost(16_000) < 4 * 4 * cost(4_000)


# -- through the door, against the twin

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
EXPECTED = {
    PostState.LIVE: {State.LIVE, State.EDITED},
    PostState.DELETED: {State.DELETED},
    PostState.SUSPENDED: {State.SUSPENDED},
    PostState.ACCOUNT_GONE: {State.ACCOUNT_GONE},
    PostState.PROTECTED: {State.ACCOUNT_GONE},  # a channel made private has no name on the web any more
}


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    crowd = Crowd(5, size=12, notes_each=30)
    for number, state in enumerate((PostState.SUSPENDED, PostState.ACCOUNT_GONE, PostState.PROTECTED)):
        crowd.change_person(number, state=state)
    for number in range(3, 12):
        crowd.change_person(number, state=PostState.LIVE)
    return crowd


@pytest.fixture(scope="module")
def twin(crowd: Crowd) -> Iterator[Twin]:
    with Twin(Population([]), clock=NOW, crowd=crowd) as running:
        yield running
        assert running.errors == []


@pytest.fixture
def site(twin: Twin) -> Iterator[TelegramSite]:
    site = twin.crowd_sites["telegram"]
    assert isinstance(site, TelegramSite)
    yield site
    site.previews, site.throttled = True, False


@pytest.fixture
def door(twin: Twin) -> Iterator[Door]:
    settings = WebSettings(
        connect_to=twin.connect_to, ca_file=str(twin.ca_file), rates=dict.fromkeys(("*", "t.me"), 60_000.0), retries=0
    )
    with Door(settings, sleep=lambda _: None) as door:
        yield door


def note_of(crowd: Crowd, state: PostState, *, edited: bool = False) -> Note:
    return next(
        note
        for person in range(len(crowd))
        for note in crowd.on("telegram", person)[2:]
        if note.state is state and (note.edited is not None) is edited
    )


@pytest.mark.parametrize("state", EXPECTED)
@pytest.mark.parametrize("edited", [False, True])
def test_every_state_of_the_twin_is_read(
    crowd: Crowd, door: Door, site: TelegramSite, state: PostState, edited: bool
) -> None:
    assert site.previews
    if edited and state is not PostState.LIVE:
        return
    note = note_of(crowd, state, edited=edited)
    ref = PLATFORM.ref_from_url(note.url_on("telegram"))
    assert ref is not None
    observation = observe(ref, fetcher=door, platform=PLATFORM)
    assert observation.state in EXPECTED[state]
    assert edited is (observation.state is State.EDITED)
    if state is PostState.LIVE:
        assert observation.post is not None
        assert (observation.post.text, observation.post.display_name) == (note.text, note.person.name)
        assert observation.post.created_at == note.created.replace(microsecond=0)
        assert observation.post.account_id == note.person.account_id("telegram")
        assert any(m.kind == "photo" for m in observation.post.media) is note.photo


def test_without_previews_a_missing_post_stays_open(crowd: Crowd, door: Door, site: TelegramSite) -> None:
    ref = PLATFORM.ref_from_id(note_of(crowd, PostState.DELETED).id_on("telegram"))
    assert observe(ref, fetcher=door, platform=PLATFORM).state is State.DELETED
    site.throttled = True
    assert observe(ref, fetcher=door, platform=PLATFORM).state is State.UNRESOLVED
    site.throttled, site.previews = False, False
    assert observe(ref, fetcher=door, platform=PLATFORM).state is State.UNRESOLVED


def test_the_control_post_of_the_twin_is_readable(door: Door, site: TelegramSite) -> None:
    assert site.crowd is not None
    assert Control(door, PLATFORM).look().verdict.state.readable
