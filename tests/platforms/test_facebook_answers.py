"""What Facebook's answers say. Invariant: whatever answers, nothing is ever said to be deleted: the network does not
tell that from private."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Mention, PostRef, State
from archiver.platforms.facebook import PLATFORM, endpoints
from tests.platforms.driving import drive_look, exchange
from tests.platforms.hostile import STATUSES, TYPES, ask_always, bodies, cuts, missing_states, mutations

ID = "10150000000000001"
PFBID = "pfbid02ExampleExampleExampleExampleExampl"
WWW = "https://www.facebook.com"
HTML = "text/html; charset=utf-8"
MADE = datetime(2022, 11, 9, 15, 2, 2, tzinfo=UTC)
WORDS = "The swing bridge is open.\n\nMind the gap & the gulls and the part behind the fold.\n\nnews.example"


def ref_of(url: str) -> PostRef:
    ref = PLATFORM.ref_from_url(url)
    assert ref is not None
    return ref


REF = ref_of(f"{WWW}/ana.example/posts/{ID}")
PLUGIN = endpoints.plugin_lookup(REF).url
PAGE = endpoints.page_lookup(REF).url
OEMBED = endpoints.oembed_lookup(REF).url

MESSAGE = (
    '<div data-testid="post_message" class="_5pbx userContent"><div class="text_exposed_root">'
    "<p>The swing bridge is open.</p><p>Mind the gap &amp; the gulls"
    '<span class="text_exposed_hide">...</span><span class="text_exposed_show"> and the part behind the fold.</span>'
    "</p>"
    '<p><a href="https://l.facebook.com/l.php?u=https%3A%2F%2Fnews.example%2Fa%3Ffbclid%3DIw&amp;h=AT">'
    "news.example</a></p>"
    '<span class="text_exposed_hide">... <a href="#">See more</a></span></div></div>'
)


def wrapper(
    message: str = MESSAGE, permalink: str = f"/ana.example/posts/{ID}", time: str = "1668006122", more: str = ""
) -> str:
    return (
        '<div class="_5pcr userContentWrapper"><a title="Ana Example" class="_5pb8" '
        'href="https://www.facebook.com/ana.example?fref=nf&amp;ref=embed_post"><img class="img" '
        'src="https://scontent.xx.fbcdn.net/v/face.jpg?oe=1" alt="" aria-label="Ana Example" role="img"></a>'
        f'<a href="{permalink}?ref=embed_post"><abbr data-utime="{time}"><span>9 November</span></abbr></a>'
        f"{message}{more}"
        f'<a class="_29bd" href="{WWW}{permalink}?ref=embed_post">Comment</a></div>'
    )


def frame(inner: str, script: str = "") -> str:
    return (
        '<!DOCTYPE html><html lang="en" id="facebook"><head><title>Facebook</title></head><body class="plugin">'
        f'<div data-testid="newsFeedStream"><div role="feed">{inner}</div></div><script>{script}</script></body></html>'
    )


NOTICE = (
    '<div class="pam uiBoxWhite"><p>This Facebook post is no longer available. It may have been removed or the privacy '
    'settings of the post may have changed.</p><div><a href="https://developers.facebook.com/">Help</a></div></div>'
)
PICTURE = '<img class="scaledImageFitWidth" src="https://scontent-a.xx.fbcdn.net/v/1.jpg?oe=1" alt="A bridge">'


def og_page(
    title: str, description: str = "The swing bridge is open.", url: str | None = f"{WWW}/ana.example/posts/{ID}"
) -> str:
    named = f'<meta property="og:url" content="{url}">' if url else ""
    return (
        f'<html><head><meta property="og:title" content="{title}">{named}<meta property="og:description" '
        f'content="{description}"><meta property="og:image" content="https://scontent.xx.fbcdn.net/v/o.jpg"></head></html>'
    )


def html(url: str, body: str, status: int = 200) -> Exchange:
    return exchange(url, body, status, HTML)


def look(ref: PostRef = REF, **answers: Exchange | None) -> tuple[list[str], list[Answer], Answer]:
    names = {
        "plugin": endpoints.plugin_lookup(ref).url,
        "page": endpoints.page_lookup(ref).url,
        "oembed": endpoints.oembed_lookup(ref).url,
        "video": endpoints.video_lookup(ref).url,
    }
    asked, said = drive_look(PLATFORM, ref, {names[name]: answer for name, answer in answers.items()})
    return asked, said, PLATFORM.judge(ref, said)


# -- the frame


def test_the_frame_shows_the_whole_post_and_nothing_more_is_asked() -> None:
    asked, said, verdict = look(plugin=html(PLUGIN, frame(wrapper(more=PICTURE))))
    assert asked == [PLUGIN]
    post = verdict.post
    assert post is not None
    assert (verdict.state, post.text, post.created_at) == (State.LIVE, WORDS, MADE)
    assert (post.id, post.handle, post.display_name) == (ID, "ana.example", "Ana Example")
    assert [(m.kind, m.alt) for m in post.media] == [("photo", "A bridge"), ("avatar", None)]
    assert (post.links, post.seen_in) == (("https://news.example/a",), "facebook.plugin")
    assert said[0].ref is None


def test_the_number_behind_an_opaque_id_is_learned() -> None:
    ref = ref_of(f"{WWW}/ana.example/posts/{PFBID}")
    _, said, verdict = look(ref, plugin=html(PLUGIN, frame(wrapper())))
    post = verdict.post
    assert post is not None
    assert (post.id, post.url) == (ID, f"{WWW}/ana.example/posts/{ID}")
    assert said[0].ref == PostRef(platform="facebook", id=ID, handle="ana.example", url=f"{WWW}/ana.example/posts/{ID}")
    assert verdict.ref == said[0].ref
    person = wrapper(permalink=f"/permalink.php?story_fbid={ID}&amp;id=123456&amp;x=1".replace("?ref", "&amp;ref"))
    _, said, _ = look(ref, plugin=html(PLUGIN, frame(person)))
    assert said[0].ref is not None
    assert said[0].ref.url == f"{WWW}/permalink.php?story_fbid={ID}&id=123456"


def test_films_have_no_time_and_their_picture_is_a_poster() -> None:
    ref = ref_of(f"{WWW}/reel/{ID}")
    script = json.dumps(
        {"hd_src": "https://video.xx.fbcdn.net/hd.mp4?oe=1", "sd_src": "https://video.xx.fbcdn.net/sd.mp4"}
    )
    script = script.replace(": ", ":")
    _, said, _ = look(ref, plugin=html(PLUGIN, frame(wrapper(time="", more=PICTURE), f"x({script})")))
    post = said[0].post
    assert post is not None
    assert (post.created_at, [m.kind for m in post.media]) == (None, ["video", "poster", "avatar"])
    assert post.media[0].url == "https://video.xx.fbcdn.net/hd.mp4?oe=1"


def test_the_notice_says_nothing_of_the_reason() -> None:
    error = exchange(OEMBED, json.dumps({"error": {"message": "no", "code": 24}}), 400)
    asked, said, verdict = look(plugin=html(PLUGIN, frame(NOTICE)), page=html(PAGE, "<html></html>"), oembed=error)
    assert asked == [PLUGIN, PAGE, OEMBED]
    assert {answer.kind for answer in said} == {AnswerKind.UNSAID}
    assert (verdict.state, verdict.positive) == (State.UNRESOLVED, False)


def test_the_films_own_frame_tells_where_the_other_does_not() -> None:
    ref = ref_of(f"{WWW}/ana.example/videos/{ID}")
    film = html(PLUGIN, '<html><script>x({"hd_src":"https:\\/\\/video.xx.fbcdn.net\\/hd.mp4"})</script></html>')
    asked, said, verdict = look(ref, plugin=html(PLUGIN, frame(NOTICE)), page=None, oembed=None, video=film)
    assert len(asked) == 4
    assert (said[-1].endpoint, verdict.state) == ("facebook.video", State.LIVE)
    gone = html(PLUGIN, "<html><body><div>Video Unavailable. This video may no longer exist.</div></body></html>")
    _, said, _ = look(ref, plugin=html(PLUGIN, frame(NOTICE)), page=None, oembed=None, video=gone)
    assert said[-1].kind is AnswerKind.UNSAID


@pytest.mark.parametrize(
    "text",
    [
        "This Facebook post is no longer available. It may have been removed.",
        "This content isn't available right now",
        "Dieser Beitrag wurde gelöscht",
        "Esta publicación ya no está disponible",
        "この投稿は削除されました",
        "تم حذف المنشور",
        "הפוסט נמחק",
        "Запись удалена",
        "Log in to Facebook. Just a moment... g-recaptcha",
    ],
)
def test_a_live_post_that_talks_about_deletion_is_live(text: str) -> None:
    message = f'<div data-testid="post_message"><p>{text}</p></div>'
    _, said, verdict = look(plugin=html(PLUGIN, frame(wrapper(message))))
    assert verdict.state is State.LIVE
    assert said[0].post is not None
    assert said[0].post.text == text


# -- the page


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Ana Example", "Ana Example"),
        ("The Bridges | The swing bridge is open. | Facebook", "The Bridges"),
        ("40M views · 241K reactions | The swing bridge is open. | Ana Example", "Ana Example"),
        ("1.2K views · 3 reactions | The swing bridge is open.", None),
    ],
)
def test_the_pages_preview_lines(title: str, name: str | None) -> None:
    _, _, verdict = look(plugin=html(PLUGIN, frame(NOTICE)), page=html(PAGE, og_page(title)), oembed=None)
    assert verdict.state is State.LIVE
    post = verdict.post
    assert post is not None
    assert (post.display_name, post.text, post.text_complete) == (name, "The swing bridge is open.", False)


@pytest.mark.parametrize(
    "page",
    [
        og_page("Facebook", "See posts, photos and more on Facebook.", None),
        og_page("Log in or sign up to view", "See posts, photos and more on Facebook.", f"{WWW}/login/?next={PAGE}"),
        og_page("Ana Example", "Ana Example. 1,234 likes", f"{WWW}/ana.example"),
        og_page("Ana Example", url=f"{WWW}/ana.example/posts/10150000000000002"),
        "<html></html>",
    ],
)
def test_pages_of_something_else_are_not_the_post(page: str) -> None:
    _, said, _ = look(plugin=None, page=html(PAGE, page), oembed=None)
    assert [answer.kind for answer in said] == [AnswerKind.UNSAID]
    assert PLATFORM.read_archived(REF, html(f"https://web.archive.org/web/2019id_/{PAGE}", page)) is None


@pytest.mark.parametrize("path", ["login/?next=x", "login.php", "checkpoint/1", "unsupportedbrowser"])
def test_a_login_page_is_about_us(path: str) -> None:
    there = f"{WWW}/{path}"
    _, said, verdict = look(plugin=html(there, frame(wrapper())), page=html(there, og_page("Ana")), oembed=None)
    assert {answer.kind for answer in said} == {AnswerKind.REFUSED}
    assert verdict.state is State.BLOCKED


def test_status_400_is_about_the_client() -> None:
    said, verdict = ask_always(PLATFORM, REF, "", 400)
    assert {answer.kind for answer in said} <= {AnswerKind.REFUSED, AnswerKind.UNEXPECTED}
    assert not verdict.positive


# -- old pages


def test_old_pages_hold_the_post_also_within_comments() -> None:
    other = wrapper("<div class='userContent'>Another post</div>", "/ana.example/posts/10150000000000002")
    plain = f"<html><body>{other}{wrapper()}</body></html>"
    hidden = (
        f'<html><body><div class="hidden_elem"><code id="u_0_1"><!-- {other}{wrapper()} --></code></div></body></html>'
    )
    for page in (plain, hidden):
        post = PLATFORM.read_archived(REF, html(f"https://web.archive.org/web/2016id_/{PAGE}", page))
        assert post is not None
        assert (post.text, post.created_at, post.display_name) == (WORDS, MADE, "Ana Example")
    assert PLATFORM.read_archived(REF, html(PAGE, f"<html><body>{other}</body></html>")) is None


def test_a_copy_that_asks_to_sign_in_is_none() -> None:
    """Its preview lines are the site's own, in the reader's language, and name no post."""
    page = og_page("Ana Example")
    assert PLATFORM.read_archived(REF, html(f"https://web.archive.org/web/2023id_/{PAGE}", page)) is not None
    wall = og_page("Bei Facebook anmelden", "Melde dich an, um Beiträge zu sehen.", url=None)
    assert PLATFORM.read_archived(REF, html(f"https://web.archive.org/web/2023id_/{PAGE}", wall)) is None


def test_the_phones_page_is_described_in_json_ld() -> None:
    described = {
        "@type": "SocialMediaPosting",
        "identifier": f"999;{ID}",
        "dateCreated": "2022-11-09T07:02:02-0800",
        "author": {"name": "Ana Example"},
        "articleBody": "The swing bridge is open.",
    }
    page = f'<html><script type="application/ld+json">{json.dumps(described)}</script></html>'
    post = PLATFORM.read_archived(REF, html(f"https://web.archive.org/web/2019id_/{PAGE}", page))
    assert post is not None
    assert (post.text, post.created_at, post.display_name) == ("The swing bridge is open.", MADE, "Ana Example")


def test_an_archived_frame_is_read_as_one() -> None:
    there = f"https://web.archive.org/web/2024id_/{PLUGIN}"
    post = PLATFORM.read_archived(REF, html(there, frame(wrapper())))
    assert post is not None
    assert (post.text, post.seen_in) == (WORDS, "facebook.plugin")
    assert PLATFORM.read_archived(REF, html(there, frame(NOTICE))) is None


# -- addresses


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        (f"{WWW}/ana.example/posts/the-bridge-is-open/{ID}?mibextid=x", f"{WWW}/ana.example/posts/{ID}"),
        (f"http://m.facebook.com/ana.example/posts/{ID}/", f"{WWW}/ana.example/posts/{ID}"),
        (
            f"https://m.facebook.com/story.php?id=123456&story_fbid={ID}&x=1",
            f"{WWW}/permalink.php?story_fbid={ID}&id=123456",
        ),
        (f"{WWW}/permalink.php?id=123456&story_fbid={ID}", f"{WWW}/permalink.php?story_fbid={ID}&id=123456"),
        (f"https://web.facebook.com/watch?v={ID}&ref=sharing", f"{WWW}/watch/?v={ID}"),
        (f"{WWW}/photo.php?fbid={ID}&set=a.1.2&type=3", f"{WWW}/photo.php?fbid={ID}"),
        (f"{WWW}/ana.example/videos/vb.12/{ID}/", f"{WWW}/ana.example/videos/{ID}"),
        (f"{WWW}/groups/bridges/?multi_permalinks={ID}", f"{WWW}/groups/bridges/posts/{ID}"),
        (f"{WWW}/reel/{ID}/?s=yWDuG2", f"{WWW}/reel/{ID}"),
    ],
)
def test_one_post_is_asked_for_in_one_spelling(url: str, plain: str) -> None:
    assert endpoints.address(ref_of(url)) == plain
    assert endpoints.address(ref_of(plain)) == plain


def test_which_oembed_is_asked() -> None:
    assert "/oembed_post?" in OEMBED
    for url in (
        f"{WWW}/reel/{ID}",
        f"{WWW}/watch/?v={ID}",
        f"{WWW}/ana.example/videos/{ID}",
        f"{WWW}/video.php?v={ID}",
    ):
        assert "/oembed_video?" in endpoints.oembed_lookup(ref_of(url)).url


def test_the_index_is_asked_for_captures_of_those_weeks() -> None:
    mention = Mention(source="a", platform="facebook", rule="r", confidence=1, handle="Ana.Example", date="2022-11-09")
    [query] = PLATFORM.archive_queries(mention, None)
    assert (query.prefix, query.since, query.until) == ("facebook.com/ana.example/posts/", "20221108", "20230108")
    named = Mention(source="a", platform="facebook", rule="r", confidence=1, handle="Ana Example", date="2022-11-09")
    assert PLATFORM.archive_queries(named, None) == ()
    assert PLATFORM.archived_urls(REF)[0] == PAGE


def test_share_links_and_words_in_addresses() -> None:
    links = ("https://www.facebook.com/share/p/1AbCdEfGhI/?mibextid=x", "https://news.example/share/p/1AbCdEfGhI")
    mention = Mention(source="a", platform="facebook", rule="r", confidence=1, links=links)
    assert PLATFORM.media_urls(mention) == ("https://m.facebook.com/share/p/1AbCdEfGhI",)
    assert PLATFORM.words_in_url(f"{WWW}/ana.example/posts/the-bridge-is-open/{ID}") == "the bridge is open"
    for url in (f"{WWW}/ana.example/posts/{ID}", f"{WWW}/ana.example/videos/vb.12/{ID}", "https://[", "x"):
        assert PLATFORM.words_in_url(url) is None


# -- recorded and hostile answers


def test_recorded_oembed_answers_say_that_the_post_is_public(recordings: Path) -> None:
    files = sorted((recordings / "facebook").glob("oembed_*/*_200.json"))
    assert len(files) >= 3
    for file in files:
        raw = json.loads(file.read_bytes())
        ref = ref_of(raw["html"].partition('data-href="')[2].partition('"')[0])
        _, said, verdict = look(
            ref,
            plugin=None,
            page=None,
            oembed=exchange(OEMBED, file.read_bytes()),
            **({"video": None} if endpoints.is_film(ref) else {}),
        )
        assert (said[0].state, said[0].post, verdict.state) == (State.LIVE, None, State.LIVE)
        for changed in mutations(raw):
            said, verdict = ask_always(PLATFORM, ref, json.dumps(changed), 200, TYPES[0])
            assert missing_states(said, verdict) == set()


PIECES = (
    '<div role="feed">', '<div class="userContentWrapper">', "</div>", '<abbr data-utime="1668006122">',
    '<img aria-label="Ana" src="https://scontent.xx.fbcdn.net/a">', '<div data-testid="post_message">',
    f'<a href="/a/posts/{ID}?ref=embed_post">', "<code><!--", "--></code>", '"hd_src":"https://x"',
    "This Facebook post is no longer available", "html", "error", "code", "data-href",
)  # fmt: skip


@given(bodies(PIECES), st.sampled_from(STATUSES), st.sampled_from(TYPES))
def test_no_answer_breaks_the_reading_or_says_deleted(body: bytes, status: int, kind: str) -> None:
    for ref in (REF, ref_of(f"{WWW}/reel/{ID}"), ref_of(f"{WWW}/ana.example/posts/{PFBID}")):
        said, verdict = ask_always(PLATFORM, ref, body, status, kind)
        assert missing_states(said, verdict) == set()
        PLATFORM.read_archived(ref, exchange(PAGE, body, status, kind))


def test_pages_cut_anywhere_never_say_deleted() -> None:
    for page in (*cuts(frame(wrapper(more=PICTURE))), *cuts(frame(NOTICE)), *cuts(og_page("Ana Example"))):
        said, verdict = ask_always(PLATFORM, REF, page)
        assert missing_states(said, verdict) == set()
