"""Worlds for the reading of states: the twin's sites asked without sockets, with answers bent one by one.

In such a world it is known what a post really is, and what each endpoint answered of it. `World.see` looks at a post in
the whole way of `observe`; `NOISE` are answers that say nothing of a post, `silence` is a bare "not found" of a
platform's own, which of a live post is a lie.
"""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from archiver.errors import LeftAloneError, NetworkError
from archiver.exchange import Exchange
from archiver.model import Capture, Observation, PostRef, State
from archiver.platforms import platform as platform_named
from archiver.resolution import Control, observe
from tests.web_twin import PostState, Twin
from tests.web_twin.crowd import Crowd, Note
from tests.web_twin.wire import Reply, Request

NOW = datetime(2026, 5, 2, 9, tzinfo=UTC)
JSON, HTML = "application/json; charset=utf-8", "text/html; charset=utf-8"

TWINNED = ("x", "bluesky", "mastodon", "telegram", "reddit", "tiktok", "youtube")

TRUTHS: dict[PostState, State] = {
    PostState.LIVE: State.LIVE,
    PostState.DELETED: State.DELETED,
    PostState.ACCOUNT_GONE: State.ACCOUNT_GONE,
    PostState.SUSPENDED: State.SUSPENDED,
    PostState.PROTECTED: State.PROTECTED,
}
"""States that every platform of the twin knows."""

ENDPOINTS: dict[str, tuple[tuple[str, str], ...]] = {
    "x": (("syndication", r"//cdn\.syndication\."), ("oembed", r"//publish\.")),
    "bluesky": (
        ("posts", r"feed\.getPosts"),
        ("did", r"//plc\.directory/[^/]+$"),
        ("profile", r"actor\.getProfile"),
        ("record", r"repo\.getRecord"),
        ("proof", r"sync\.getRecord"),
    ),
    "mastodon": (
        ("status", r"/api/v1/statuses/\d"),
        ("object", r"/users/\w+/statuses/\d"),
        ("account", r"/api/v1/accounts/lookup"),
        ("page", r"/@\w+/\d"),
        ("actor", r"/users/\w+$"),
    ),
    "telegram": (("embed", r"\?embed"), ("preview", r"/s/")),
    "reddit": (("embed", r"//embed\."), ("oembed", r"/oembed"), ("feed", r"\.rss")),
    "tiktok": (("page", r"/video/\d+$|/@/?video"), ("oembed", r"/oembed"), ("frame", r"/embed/")),
    "youtube": (("watch", r"/watch\?"), ("oembed", r"/oembed")),
}
"""What is asked of a post, by a name and a pattern of the address."""

Bend = Callable[[Exchange], Exchange]
"""What comes in the place of an honest answer."""


def answered(url: str, body: bytes | str, status: int = 200, kind: str = JSON, when: datetime = NOW) -> Exchange:
    data = body.encode() if isinstance(body, str) else body
    return Exchange(
        url=url,
        time=when,
        status=status,
        headers=(("Content-Type", kind),),
        open_response=lambda: io.BytesIO(data),
        response_length=len(data),
        capture=_capture(url, when),
    )


def _capture(url: str, when: datetime) -> Capture:
    return Capture(
        record_id=f"urn:x:{url}",
        record_type="response",
        target_uri=url,
        time=when,
        file="a.warc.gz",
        offset=0,
        length=1,
    )


# -- answers that say nothing of a post


def _of(body: bytes | str, status: int = 200, kind: str = HTML) -> Bend:
    return lambda honest: answered(honest.url, body, status, kind)


def _from(url: str, body: str, status: int = 200) -> Bend:
    return lambda _: answered(url, body, status, HTML)


def _elsewhere(path: str, body: str) -> Bend:
    """The answer is another page of the same host, after a redirect."""
    return lambda honest: answered(f"https://{urlsplit(honest.url).netloc}{path}", body, 200, HTML)


def _raise(error: Callable[[str], Exception]) -> Bend:
    def bend(honest: Exchange) -> Exchange:
        raise error(honest.url)

    return bend


def _cut(honest: Exchange) -> Exchange:
    body = honest.payload()
    cut = answered(honest.url, body[: len(body) // 2], honest.status, honest.content_type or JSON)
    cut.truncated = "disconnect"
    return cut


BOT = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"
LOGIN = (
    "<!DOCTYPE html><html><head><title>Log in</title></head><body><form action='/login'><input name='u'></form></body>"
)
LOGIN_DE = "<!DOCTYPE html><html lang='de'><head><title>Anmelden</title></head><body><h1>Bitte anmelden</h1></body>"
SHELL = (
    '<!DOCTYPE html><html><head><title>Home</title></head><body><div id="root"></div><script>1</script></body></html>'
)
PARKED = "<!DOCTYPE html><html><head><title>parked.example is for sale</title></head><body>Buy it</body></html>"
TALKING = (
    "<!DOCTYPE html><html><head><title>This Tweet was deleted by the Tweet author</title></head><body><h1>Sorry, this "
    "page isn't available</h1><p>Запись удалена. 微博不存在. Record not found. [deleted] Channel not found</p></body>"
)

NOISE: dict[str, Bend] = {
    "429": _of("Too Many Requests", 429, "text/plain"),
    "403 bot check": _of(BOT, 403),
    "403": _of("Forbidden", 403, "text/plain"),
    "404 bot check": _of(BOT, 404),
    "401": _of('{"error":"This method requires an authenticated user"}', 401, JSON),
    "451": _of("Unavailable For Legal Reasons", 451, "text/plain"),
    "400": _of('{"error":"InvalidRequest","message":"Bad request"}', 400, JSON),
    "500": _of("<h1>Internal Server Error</h1>", 500),
    "503": _of("Service Unavailable", 503, "text/plain"),
    "no answer": _raise(lambda url: NetworkError("the connection was reset", subject=url)),
    "left alone": _raise(lambda url: LeftAloneError("the host refused often", subject=url)),
    "cut": _cut,
    "empty": _of(""),
    "null": _of("null", 200, JSON),
    "list": _of("[]", 200, JSON),
    "garbage": _of(b"\x00\xff\xfe{{{", 200, "application/octet-stream"),
    "shell": _of(SHELL),
    "login page": _elsewhere("/login", LOGIN),
    "login wall": _of(LOGIN),
    "login in German": _elsewhere("/login", LOGIN_DE),
    "home": _elsewhere("/", SHELL),
    "302": lambda honest: answered(honest.url, "", 302, HTML),
    "parked": _from("https://parked.example/", PARKED),
    "parked 404": _from("https://parked.example/", PARKED, 404),
    "talk": _of(TALKING),
    "talk in JSON": _of(
        '{"message":"This Tweet was deleted by the Tweet author","title":"Record not found"}', 200, JSON
    ),
}
"""By name: none of them says anything of the post."""

EMPTY_OBJECT: Bend = _of("{}", 200, JSON)


class World:
    """A crowd on the twin's platforms, seen through `observe`. `bends` (by endpoint) bend the answers about the post
    that is looked at, `vouching` all that the control check asks."""

    def __init__(self, seed: int = 3, size: int = 90, notes_each: int = 30) -> None:
        self.crowd = Crowd(seed=seed, size=size, notes_each=notes_each)
        self.twin = Twin(clock=NOW, crowd=self.crowd)
        self.bends: Mapping[str, Bend] = {}
        self.vouching: Bend | None = None
        self._platform = ""
        self._subject: tuple[str, ...] = ()
        self._kept: dict[str, Exchange] = {}

    # -- posts

    def notes(self, platform: str, state: PostState, count: int) -> list[Note]:
        """Posts in this state, of different people as far as there are."""
        found: list[Note] = []
        for turn in range(6):
            for number in range(len(self.crowd)):
                fits = [
                    n
                    for n in self.crowd.on(platform, number)
                    if n.state is state
                    and n.own_state in (state, PostState.LIVE)
                    and n.person.renamed is None
                    and not n.edited
                ]
                if turn < len(fits):
                    found.append(fits[turn])
                if len(found) == count:
                    return found
        return found

    def ref(self, platform: str, note: Note) -> PostRef:
        module = platform_named(platform)
        assert module is not None
        if platform == "bluesky":
            url = f"https://bsky.app/profile/{note.person.did}/post/{note.id_on(platform)}"
        else:
            url = note.url_on(platform)
        ref = module.ref_from_url(url)
        assert ref is not None, url
        return ref

    # -- looking

    def see(
        self,
        ref: PostRef,
        note: Note | None = None,
        bends: Mapping[str, Bend] | None = None,
        vouching: Bend | None = None,
    ) -> Observation:
        """What `observe` makes of a post, with a control check of its own."""
        platform = platform_named(ref.platform)
        assert platform is not None
        self.bends, self.vouching, self._platform = bends or {}, vouching, ref.platform
        # what an address has in it that is about the post or its account
        self._subject = (ref.id.rpartition("/")[2], *((note.person.did,) if note is not None else ()))
        return observe(
            ref,
            fetcher=self,
            platform=platform,
            control=Control(self, platform),
            now=lambda: NOW + timedelta(seconds=1),
        )

    def endpoint(self, url: str) -> str | None:
        """Which question about the post this is; null where it is the control check's."""
        found = next((name for name, form in ENDPOINTS[self._platform] if re.search(form, url)), None)
        named = any(piece in url for piece in self._subject)
        if self._platform == "mastodon" and found in ("account", "actor"):
            return None if url.endswith("/actor") else found
        if self._platform == "telegram" and found == "preview":
            number = int(self._subject[0]) + 1
            return found if f"before={number}" in url else None
        return found if named else None

    def fetch(self, url: str, *, headers: Iterable[tuple[str, str]] = (), **_: Any) -> Exchange:
        honest = self._honest(url, tuple(headers))
        endpoint = self.endpoint(url)
        bend = self.vouching if endpoint is None else self.bends.get(endpoint)
        return bend(honest) if bend is not None else honest

    def follow(self, url: str, *, headers: Iterable[tuple[str, str]] = (), **_: Any) -> list[Exchange]:
        chain = [self.fetch(url, headers=headers)]
        while chain[-1].redirect is not None and len(chain) < 6:
            chain.append(self._honest(chain[-1].redirect, tuple(headers)))
        return chain

    def _honest(self, url: str, headers: tuple[tuple[str, str], ...]) -> Exchange:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        request = Request(time=NOW, scheme="https", host=parts.netloc, method="GET", target=target, headers=headers)
        reply = self.twin.answer(request)
        assert not self.twin.errors, self.twin.errors
        return _exchange(url, reply)


def _exchange(url: str, reply: Reply) -> Exchange:
    out = answered(url, reply.body, reply.status, reply.header("content-type") or "")
    return replace(out, headers=tuple(h for h in reply.headers if h[0].lower() != "content-encoding"))


# -- bare "not found"s in the platforms' own forms

_X_404 = '<!DOCTYPE html>\n<html lang="en"><head><title>Not found</title></head><body></body></html>\n'
SILENCE: dict[str, dict[str, Bend]] = {
    "x": {"syndication": _of(_X_404, 404), "oembed": _of(_X_404, 404), "syndication {}": EMPTY_OBJECT},
    "bluesky": {
        "posts": _of('{"posts":[]}', 200, JSON),
        "record": _of('{"error":"RecordNotFound","message":"Could not locate record"}', 400, JSON),
        "profile": _of('{"error":"InvalidRequest","message":"Profile not found"}', 400, JSON),
    },
    "mastodon": {
        "status": _of('{"error":"Record not found"}', 404, JSON),
        "object": _of('{"error":"Not Found"}', 404, JSON),
        "account": _of('{"error":"Record not found"}', 404, JSON),
        "page": _of("<!DOCTYPE html><title>The page you are looking for isn't here.</title>", 404),
    },
    "telegram": {
        "embed": _of('<html><body><div class="tgme_widget_message_error">Post not found</div></body></html>'),
    },
    "reddit": {"oembed": _of('{"message":"Not Found","error":404}', 404, JSON), "feed": _of("", 404)},
    "tiktok": {"oembed": _of('{"code":400,"message":"Something went wrong"}', 400, JSON)},
    "youtube": {"oembed": _of("Not Found", 404, "text/plain")},
}
"""By platform and endpoint: what each says of a post that is not there."""


# -- words about deletion

LANGUAGES: dict[str, tuple[str, ...]] = {
    "en": (
        "This Tweet was deleted by the Tweet author. Learn more",
        "This Post was deleted by the Post author.",
        "This Post is from a suspended account. Learn more",
        "This Post is from an account that no longer exists.",
        "Sorry, that page doesn’t exist!",
        "Sorry, you are not authorized to see this status.",
        "You’re unable to view this Post because this account owner limits who can view their Posts.",
        "Age-restricted adult content. This content might not be appropriate for people under 18 years old.",
        "Record not found",
        "RecordNotFound: Could not locate record",
        "Account suspended",
        "Sorry, this page isn't available. The link you followed may be broken, or the page may have been removed.",
        "This content isn't available right now",
        "Post not found",
        "Channel not found",
        "Channel with username @quay was not found",
        "[deleted]",
        "[removed]",
        "[ Removed by Reddit ]",
        "[deleted by user]",
        "Sorry, this post was deleted by the person who originally posted it.",
        "Video unavailable. This video has been removed by the uploader",
        "This video is private",
        "Private video",
        "Video currently unavailable",
        "HTTP 404: Not Found",
        '{"error":"Record not found"}',
        '{"__typename":"TweetTombstone","tombstone":{"text":{"text":"This Post was deleted by the Post author."}}}',
        '{"type":"Tombstone"}',
        'ytInitialPlayerResponse = {"playabilityStatus":{"status":"ERROR","reason":"Video removed by the user"}}',
        "<div class='tgme_widget_message_error'>Post not found</div>",
        "Thread not available",
        "410 Gone",
    ),
    "de": (
        "Dieser Tweet wurde vom Verfasser gelöscht.",
        "Beitrag gelöscht",
        "Konto gesperrt",
        "Eintrag nicht gefunden",
    ),
    "fr": ("Ce Tweet a été supprimé par son auteur.", "Publication supprimée", "Compte suspendu", "Page introuvable"),
    "es": ("El autor de este Tweet lo ha eliminado.", "Publicación eliminada", "Cuenta suspendida", "No se encontró"),
    "pt": ("Este Tweet foi excluído pelo autor.", "Publicação excluída", "Conta suspensa", "Página não encontrada"),
    "it": ("Questo Tweet è stato eliminato dall'autore.", "Post eliminato", "Account sospeso", "Pagina non trovata"),
    "ru": (
        "Запись удалена",
        "Этот твит был удалён его автором.",
        "Страница удалена или ещё не создана.",
        "Доступ ограничен",
    ),
    "uk": ("Запис видалено", "Цей допис видалено автором.", "Сторінку заблоковано", "Доступ обмежено"),
    "zh": (
        "微博不存在",
        "抱歉，此微博已被作者删除。",
        "该账号因被投诉违反法律法规，现已无法查看。",
        "此推文已被作者删除",
    ),
    "ja": (
        "このツイートはツイートの作成者により削除されました。",
        "投稿は削除されました",
        "アカウントは凍結されています",
        "見つかりません",
    ),
    "ko": (
        "이 트윗은 작성자가 삭제했습니다.",
        "삭제된 게시물입니다",
        "계정이 정지되었습니다",
        "페이지를 찾을 수 없습니다",
    ),
    "ar": ("تم حذف هذه التغريدة من قبل صاحبها", "تم حذف المنشور", "الحساب موقوف", "الصفحة غير موجودة"),
    "tr": ("Bu Tweet, Tweet sahibi tarafından silindi.", "Gönderi silindi", "Hesap askıya alındı", "Sayfa bulunamadı"),
    "pl": ("Ten Tweet został usunięty przez autora.", "Post usunięty", "Konto zawieszone", "Nie znaleziono strony"),
}
"""Sentences with which platforms say that a post is gone, verbatim, and what people write of that, by language."""

SENTENCES = tuple(words for sentences in LANGUAGES.values() for words in sentences)

WRITTEN = frozenset(
    (
        *("text", "full_text", "name", "title", "description", "alt", "ext_alt_text", "displayName"),
        *("display_name", "content", "spoiler_text", "summary", "caption", "author_name", "screen_name"),
        *("note", "desc", "nickname", "shortDescription", "simpleText", "author", "selftext", "grid_title"),
        *("message", "raw_text", "articleBody", "headline", "altText", "accessibility_caption"),
        *("summary_text", "slug", "tags", "value", "bio", "body"),
    )
)
"""Members of JSON records that hold people's own words."""

_ATTRIBUTES = ("alt", "content", "title", "aria-label", "value")


def planted(answer: Exchange, words: str) -> Iterable[Exchange]:
    """The answer with these words in the place of people's own: each member of a record by itself, and all at once; of
    a page its title, its preview lines, what it shows."""
    body = answer.payload().decode("utf-8", "replace")
    if body.lstrip()[:1] in ("{", "["):
        data = json.loads(body)
        names = sorted({name for name in _members(data) if name in WRITTEN})
        for wanted in (*((name,) for name in names), tuple(names)):
            yield _again(answer, json.dumps(_planted_in(data, frozenset(wanted), words)))
        return
    safe = html.escape(words)
    titled = re.sub(r"(<title[^>]*>)[^<]*", lambda m: m[1] + safe, body)
    lined = re.sub(
        r'(<meta[^>]+(?:title|description)"[^>]*content=")[^"]*', lambda m: m[1] + safe, body, flags=re.IGNORECASE
    )
    shown = re.sub(r"(?<=>)[^<>{}]*[^\W\d_]{3}[^<>{}]*(?=<)", lambda _: safe, body)
    scripted = re.sub(
        rf'("(?:{"|".join(sorted(WRITTEN))})"\s*:\s*)"(?:[^"\\]|\\.)*"',
        lambda m: m[1] + json.dumps(words).replace("</", "<\\/"),
        body,
    )
    for made in dict.fromkeys((titled, lined, shown, scripted)):
        if made != body:
            yield _again(answer, made)


def _members(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str):
                yield name
            yield from _members(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _members(inner)


def _planted_in(value: Any, names: frozenset[str], words: str) -> Any:
    if isinstance(value, dict):
        return {
            name: words if name in names and isinstance(inner, str) else _planted_in(inner, names, words)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_planted_in(inner, names, words) for inner in value]
    return value


def _again(answer: Exchange, body: str) -> Exchange:
    return replace(answered(answer.url, body, answer.status, answer.content_type or HTML), headers=answer.headers)


# -- live posts of the platforms that the twin does not have


class Table:
    """Answers from a table; to any other question none comes."""

    def __init__(self, answers: Mapping[str, Exchange]) -> None:
        self.answers = dict(answers)

    def fetch(self, url: str, **_: Any) -> Exchange:
        if url not in self.answers:
            raise NetworkError("nobody answers", subject=url)
        return self.answers[url]

    def follow(self, url: str, **_: Any) -> list[Exchange]:
        return [self.fetch(url)]


def live_elsewhere() -> dict[str, tuple[PostRef, dict[str, Exchange]]]:
    """By platform: a live post, and what each endpoint answers of it."""
    facebook, instagram, linkedin, pinterest, threads, truthsocial, tumblr, vk, weibo = (
        import_module(f"tests.platforms.test_{name}_answers")
        for name in (
            "facebook",
            "instagram",
            "linkedin",
            "pinterest",
            "threads",
            "truthsocial",
            "tumblr",
            "vk",
            "weibo",
        )
    )
    page = instagram.og_page('Ana on Instagram: "The bridge is open"', "")
    return {
        "facebook": (
            facebook.REF,
            {
                facebook.PLUGIN: facebook.html(facebook.PLUGIN, facebook.frame(facebook.wrapper())),
                facebook.PAGE: facebook.html(facebook.PAGE, facebook.og_page("Ana Example")),
            },
        ),
        "instagram": (
            instagram.REF,
            {
                instagram.EMBED: instagram.html(instagram.EMBED, instagram.embed_page(instagram.media())),
                instagram.POST: instagram.html(instagram.POST, page),
            },
        ),
        "linkedin": (
            linkedin.REF,
            {
                linkedin.PAGE: linkedin.html(linkedin.PAGE, linkedin.card()),
                linkedin.EMBED: linkedin.html(linkedin.EMBED, linkedin.described()),
            },
        ),
        "pinterest": (
            pinterest.REF,
            {
                pinterest.WIDGET: pinterest.widget(pinterest.pin()),
                pinterest.OEMBED: pinterest.oembed(),
                pinterest.PAGE: answered(pinterest.PAGE, pinterest.page_of(pinterest.pin()), 200, HTML),
            },
        ),
        "threads": (
            threads.REF,
            {
                threads.EMBED: threads.html(threads.EMBED, threads.embed(threads.block())),
                threads.POST: threads.html(threads.POST, threads.og_page(description="The bridge is open.")),
            },
        ),
        "truthsocial": (truthsocial.REF, {truthsocial.API: truthsocial.api(truthsocial.status())}),
        "tumblr": (
            tumblr.REF,
            {
                tumblr.API: tumblr.api(tumblr.entry()),
                tumblr.OEMBED: tumblr.oembed(),
                tumblr.PAGE: answered(tumblr.PAGE, tumblr.page_of(), 200, HTML),
            },
        ),
        "vk": (vk.REF, {vk.PAGE: vk.html(vk.PAGE, vk.post()), vk.MOBILE: vk.html(vk.MOBILE, vk.mobile())}),
        "weibo": (
            weibo.REF,
            {
                weibo.STATUS: weibo.js(weibo.ok(weibo.record())),
                weibo.DETAIL: weibo.html(weibo.detail(weibo.record())),
            },
        ),
    }
