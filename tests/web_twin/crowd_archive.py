"""What a web archive holds of the crowd: about half of all posts, as each happened to be caught, made when asked for.

The handle and the beginning of the id in an address tell which notes are meant, so no question costs more than one
person's notes. How a note was caught, and when, follows from the note alone (`Catch`): as a page that shows it, as one
that shows nothing, as JSON, under an address that no handle leads to, under the handle of then, as a redirect only.
"""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

from tests.web_twin import bluesky, mastodon, reddit, telegram, tiktok, youtube
from tests.web_twin.crowd import SERVERS, Crowd, Note, Person
from tests.web_twin.crowd_x import CrowdOnX, is_edited
from tests.web_twin.population import PostState

ARCHIVED = 0.55
"""Share of notes of which the archive has anything."""

SOON = timedelta(days=20)
"""Most are caught within this time."""

SHELL_SINCE = datetime(2020, 6, 1, tzinfo=UTC)
X_SINCE = datetime(2023, 7, 24, tzinfo=UTC)
MASTODON_4 = datetime(2022, 11, 14, tzinfo=UTC)
"""Since about then pages of Mastodon hold a post's words only in the lines for link previews."""

Weighed = Sequence[tuple[float, tuple[str, ...]]]

X_PAGES: Weighed = (
    (0.62, ("legacy",)),
    (0.14, ("legacy", "revisit")),
    (0.14, ("legacy", "mobile")),
    (0.10, ("mobile",)),
)
X_SHELLS: Weighed = (
    (0.20, ("shell", "json1")),
    (0.15, ("shell", "json2")),
    (0.30, ("shell",)),
    (0.10, ("shell", "syndication")),
    (0.10, ("oembed", "shell")),
    (0.10, ("syndication",)),
    (0.05, ("json1",)),
)
X_LATE: Weighed = (
    (0.25, ("json2", "shell")),
    (0.35, ("shell",)),
    (0.15, ("syndication",)),
    (0.15, ("oembed", "shell")),
    (0.10, ("shell", "syndication")),
)
ELSEWHERE: dict[str, Weighed] = {
    "bluesky": ((0.65, ("page",)), (0.2, ("empty",)), (0.15, ("by did",))),
    "mastodon": ((0.7, ("page",)), (0.15, ("empty",)), (0.15, ("object",))),
    "telegram": ((0.6, ("page",)), (0.25, ("frame",)), (0.15, ("page", "frame"))),
    "tiktok": ((0.6, ("page",)), (0.25, ("empty",)), (0.15, ("oembed",))),
    "reddit": ((0.8, ("page",)), (0.2, ("empty",))),
    "youtube": ((0.7, ("page",)), (0.3, ("empty",))),
}

READABLE = frozenset(
    {"legacy", "mobile", "json1", "json2", "oembed", "syndication", "page", "frame", "by did", "object"}
)
"""Kinds of catches that show the post."""

UNDER_ITS_HANDLE = frozenset(
    {"legacy", "revisit", "shell", "json1", "json2", "gone", "redirect", "page", "empty", "frame", "object"}
)
"""Kinds whose address has the handle before the id, on the host that people cite."""

HIDDEN = {"youtube", "reddit"}
"""Where no address tells whose post it is (on Reddit it tells the community)."""


@dataclass(frozen=True)
class Catch:
    """That a note was caught by the archive."""

    kind: str
    when: datetime
    first: bool = False
    """Of an edited post on X: its first version."""


@dataclass(frozen=True)
class Caught:
    """A capture as it is played back."""

    url: str
    when: datetime
    body: bytes
    status: int = 200
    content_type: str = "text/html; charset=utf-8"


def catches(note: Note, platform: str) -> tuple[Catch, ...]:
    """How and when the archive caught a note, oldest first."""
    roll = random.Random(f"archived {platform} {note.person.number} {note.number}")
    if roll.random() >= ARCHIVED:
        return ()
    when = note.created.replace(microsecond=0) + timedelta(hours=1, seconds=roll.randrange(int(SOON.total_seconds())))
    renamed = note.person.renamed
    late = renamed is not None and note.created < renamed and roll.random() < 0.3
    if late and renamed is not None:
        when = renamed + timedelta(days=1, seconds=roll.randrange(10**7))
    kinds = _kinds(platform, when, roll)
    found = []
    for kind in kinds:
        found.append(Catch(kind, when))
        when += timedelta(seconds=600 + roll.randrange(10**6))
    if platform == "x":
        found += _more_of_x(note, when, roll, late=late)
    elif note.own_state is PostState.DELETED and roll.random() < 0.3:
        found.append(Catch("gone", when + timedelta(days=100)))
    return tuple(sorted(found, key=lambda one: one.when))


def _kinds(platform: str, when: datetime, roll: random.Random) -> tuple[str, ...]:
    weighed = ELSEWHERE.get(platform) or (X_PAGES if when < SHELL_SINCE else X_SHELLS if when < X_SINCE else X_LATE)
    return roll.choices([kinds for _, kinds in weighed], [weight for weight, _ in weighed])[0]


def _more_of_x(note: Note, when: datetime, roll: random.Random, *, late: bool) -> Iterator[Catch]:
    if late and roll.random() < 0.5:
        yield Catch("redirect", when)
    if is_edited(note) and roll.random() < 0.5:
        yield Catch(roll.choice(("shell", "json2")), when, first=True)
    if note.own_state is PostState.DELETED and when < SHELL_SINCE - timedelta(days=110) and roll.random() < 0.4:
        yield Catch("gone", when + timedelta(days=100))


def as_of(note: Note, when: datetime) -> Note:
    """The note as it stood then: there, under the handle of the time."""
    person = note.person
    word = person.word
    if person.renamed is not None and person.former_word and when < person.renamed:
        word = person.former_word
    then: Person = replace(person, word=word, former_word=None, renamed=None, state=PostState.LIVE)
    return replace(note, person=then, own_state=PostState.LIVE)


def address(note: Note, platform: str, catch: Catch) -> str:
    """Under which address a note was caught (not for X)."""
    then = as_of(note, catch.when)
    person, post_id, url = then.person, then.id_on(platform), then.url_on(platform)
    if catch.kind == "by did":
        return f"https://bsky.app/profile/{person.did}/post/{post_id}"
    if catch.kind == "object":
        return f"https://{person.server}/users/{person.handle('mastodon').partition('@')[0]}/statuses/{post_id}"
    if catch.kind == "oembed":
        return f"https://www.tiktok.com/oembed?url={url}"
    if catch.kind == "frame":
        return f"{url}?embed=1"
    return url + reddit.slug(then.title) + "/" if platform == "reddit" else url


# -- what is asked for

STATUS = re.compile(r"/(?P<handle>[A-Za-z0-9_]{1,20})/status(?:es)?/(?P<id>\d*)")
BY_HANDLE = {
    "bluesky": re.compile(r"/profile/(?P<handle>[A-Za-z0-9.:-]{1,80})/post/(?P<id>[a-z2-7]*)"),
    "mastodon": re.compile(r"/(?:@|users/)(?P<handle>[A-Za-z0-9_]{1,40})/(?:statuses/)?(?P<id>\d*)"),
    "telegram": re.compile(r"/(?P<handle>[A-Za-z0-9_]{4,32})/(?P<id>\d*)"),
    "tiktok": re.compile(r"/@(?P<handle>[\w.]{1,30})/(?:video|photo)/(?P<id>\d*)"),
}
REDDIT = re.compile(r"/(?:r/\w{1,24}/)?comments/(?P<id>[0-9a-z]{1,13})")
X_HOSTS = frozenset({"twitter.com", "x.com", "mobile.twitter.com", "mobile.x.com", "m.twitter.com"})
HOSTS = {"bsky.app": "bluesky", "t.me": "telegram", "tiktok.com": "tiktok"} | dict.fromkeys(SERVERS, "mastodon")


class CrowdArchive:
    """The archive's captures of all the crowd. Those of X are only planned here: the archive makes them as it makes
    those of any post."""

    def __init__(self, crowd: Crowd, now: Callable[[], datetime]) -> None:
        self.crowd = crowd
        self.x = CrowdOnX(crowd)
        self._telegram = telegram.TelegramSite(crowd, now)
        self._pages = mastodon.SITE(crowd, now)
        self._old_pages = mastodon.SITE(crowd, now)
        self._old_pages.server_rendered = set(SERVERS)

    def meant(self, url: str) -> tuple[str, list[Note]] | None:
        """The platform, and the notes that may have been caught under an address that begins so."""
        try:
            parts = urlsplit(url if "://" in url else f"https://{url}")
        except ValueError:
            return None
        host, path = (parts.hostname or "").removeprefix("www."), unquote(parts.path)
        query = parse_qs(parts.query)
        if host in X_HOSTS:
            return ("x", self._of_handle("x", STATUS.match(path)))
        if host == "publish.twitter.com":
            inner = STATUS.match(urlsplit(query.get("url", [""])[0]).path)
            return ("x", self._of_handle("x", inner))
        if host == "cdn.syndication.twimg.com":
            return ("x", self._by_id("x", query.get("id", [""])[0]))
        if host in ("reddit.com", "old.reddit.com"):
            found = REDDIT.match(path)
            return ("reddit", self._by_id("reddit", found["id"] if found else ""))
        if host == "youtube.com":
            return ("youtube", self._by_id("youtube", query.get("v", [""])[0][:11]))
        platform = HOSTS.get(host)
        if platform is None:
            return None
        if platform == "tiktok" and path == "/oembed":
            path = urlsplit(query.get("url", [""])[0]).path
        return platform, self._of_handle(platform, BY_HANDLE[platform].match(path), host)

    def _by_id(self, platform: str, post_id: str) -> list[Note]:
        note = self.crowd.find(platform, post_id) if post_id else None
        return [note] if note is not None else []

    def _of_handle(self, platform: str, found: re.Match[str] | None, host: str = "") -> list[Note]:
        if found is None:
            return []
        handle, begins = found["handle"], found["id"]
        if platform == "x" and handle == "i":
            post = self.x.by_id(begins) if begins else None
            return [post.note] if post is not None and hasattr(post, "note") else []
        if handle.startswith("did:"):
            person = self.crowd.by_did(handle)
        else:
            full = f"{handle}@{host}" if platform == "mastodon" else handle
            person = self.crowd.once_by_handle(platform, full)
        if person is None:
            return []
        notes = self.crowd.on(platform, person)
        if platform == "telegram":
            return [note for note in notes if str(note.telegram_number).startswith(begins)]
        ids = ((note, note.id_on(platform)) for note in notes)
        # the first version of an edited post has an id that differs in its last digits
        return [note for note, own in ids if own.startswith(begins) or (is_edited(note) and own[:10] == begins[:10])]

    def between(self, note: Note, platform: str, since: str, until: str) -> list[Catch]:
        """A note's catches between two times, each 1 to 14 digits or empty, as an index compares them."""
        out = []
        for one in catches(note, platform):
            stamp = one.when.astimezone(UTC).strftime("%Y%m%d%H%M%S")
            if (not since or stamp[: len(since)] >= since) and (not until or stamp[: len(until)] <= until):
                out.append(one)
        return out

    # -- making (not X's)

    def caught(self, note: Note, platform: str, catch: Catch) -> Caught:
        """One capture."""
        then = as_of(note, catch.when)
        url = address(note, platform, catch)
        if catch.kind == "gone":
            return Caught(url, catch.when, b"<!DOCTYPE html><html><head><title>Not found</title></head></html>", 404)
        if catch.kind == "empty":
            return Caught(url, catch.when, EMPTY.encode())
        if catch.kind == "oembed":
            body = json.dumps(tiktok._oembed(tiktok._item(then)), ensure_ascii=False)
            return Caught(url, catch.when, body.encode(), content_type="application/json")
        if catch.kind == "object":
            body = json.dumps(self._pages.object(then), ensure_ascii=False)
            return Caught(url, catch.when, body.encode(), content_type="application/activity+json; charset=utf-8")
        return Caught(url, catch.when, self._page(then, platform, catch, url).encode())

    def _page(self, then: Note, platform: str, catch: Catch, url: str) -> str:
        if platform == "bluesky":
            return _bluesky_page(then, url)
        if platform == "mastodon":
            site = self._old_pages if catch.when < MASTODON_4 else self._pages
            return site._post_page(then, site.author(then), embed=False)
        if platform == "telegram":
            return telegram.frame(self._telegram._message(then)) if catch.kind == "frame" else _telegram_page(then)
        if platform == "tiktok":
            return tiktok._page(tiktok._detail(tiktok._item(then)))
        if platform == "youtube":
            return youtube._page(then.short_title, player=youtube._playing(youtube._video(then)))
        return _reddit_page(then, url)


EMPTY = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Just a moment</title></head>\n'
    '<body><div id="root"></div><noscript>This page needs JavaScript.</noscript></body></html>\n'
)


def _bluesky_page(then: Note, url: str) -> str:
    person = then.person
    holder = bluesky.Holder(
        did=person.did,
        handle=person.handle("bluesky"),
        name=person.name,
        host=person.pds,
        state=PostState.LIVE,
        notes=(then,),
        number=person.number,
        make=lambda note: bluesky.Entry(note.id_on("bluesky"), bluesky.record_of(note), note.created),
    )
    entry = holder.make(then)
    head, body = bluesky.preview(bluesky.view_of(holder, entry), url)
    return (
        f'<!DOCTYPE html>\n<html>\n<head>\n  <meta charset="UTF-8">\n{head}</head>\n<body>\n  <div id="root"></div>\n'
        f"  <noscript>\n{body}  </noscript>\n</body>\n</html>\n"
    )


def _telegram_page(then: Note) -> str:
    channel, number = then.person.handle("telegram"), then.telegram_number
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>Telegram: View @{channel}</title>\n'
        f'<meta property="og:title" content="{html.escape(then.person.name)}">\n'
        f'<meta property="og:description" content="{html.escape(then.text[:1000])}">\n'
        f'<meta property="al:ios:url" content="tg://resolve?domain={channel}&amp;post={number}"></head><body>'
        '<div class="tgme_page tgme_page_post"><script async src="https://telegram.org/js/telegram-widget.js?22" '
        f'data-telegram-post="{channel}/{number}" data-width="100%"></script></div></body></html>'
    )


def _reddit_page(then: Note, url: str) -> str:
    post_id, author, path = then.id_on("reddit"), then.person.handle("reddit"), urlsplit(url).path
    body = f'<div class="usertext-body"><div class="md"><p>{html.escape(then.rest)}</p></div></div>'
    words = f'<div class="expando">{body}</div>' if then.rest else ""
    return (
        f"<!DOCTYPE html>\n<html><head><title>{html.escape(then.title)} : {then.community}</title>"
        f'<link rel="canonical" href="{url}"></head><body><div class="content"><div id="siteTable">'
        f'<div class="thing id-t3_{post_id} link self" id="thing_t3_{post_id}" data-fullname="t3_{post_id}" '
        f'data-author="{author}" data-subreddit="{then.community}" data-timestamp="{then.ms}" data-permalink="{path}" '
        f'data-url="{path}"><div class="entry"><p class="title"><a class="title" href="{path}">'
        f'{html.escape(then.title)}</a></p><p class="tagline">submitted by <a class="author">{author}</a></p>'
        f"{words}</div></div></div></div></body></html>"
    )
