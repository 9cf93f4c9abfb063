"""Reddit's public pages: the embed's frame, oEmbed, feeds; and the walls around everything else.

Shapes as read off pages, feeds and answers of 2024 to 2026. What its author deleted keeps its place: the frame says so
in a sentence, oEmbed and the feed have "[deleted]". Nobody's account is protected here; the posts of an account that
its owner deleted stay, without their name; those of a suspended account are removed by Reddit.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from tests.web_twin import media
from tests.web_twin.crowd import BASE36, Crowd, Note, Person, digits
from tests.web_twin.population import PostState, hexes
from tests.web_twin.wire import Reply, Request
from tests.web_twin.x import gmt

LISTED = 25
"""Entries of a feed, where the address asks for no other number; a hundred at most."""

ADDRESS = re.compile(
    r"/(?:(?P<kind>r|u|user)/(?P<place>[\w-]{2,24})/)?comments/(?P<id>[0-9a-z]{2,10})(?:/(?P<slug>[^/]*))?(?:/\.rss|/?)?"
)
LIST = re.compile(r"/(?:(?:u|user)/(?P<user>[\w-]{2,24})(?:/submitted)?|r/(?P<sub>\w{2,24})(?:/new)?)(?:/\.rss|\.rss)")

CONTROL = "z1c9z"
CONTROL_PLACE = "IAmA"
CONTROL_MADE = datetime(2012, 8, 29, 20, 8, 30, tzinfo=UTC)
CONTROL_TITLE = "I keep the lighthouse on Skerry Point, ask me anything"
CONTROL_WORDS = "It has 217 steps. I have counted them every day since spring."

BLOCKED = (
    "<!DOCTYPE html>\n<html><head><title>Blocked</title></head><body><h1>whoa there, pardner!</h1>\n"
    "<p>Your request has been blocked due to a network policy.</p></body></html>"
)
HUMANITY = (
    "<!DOCTYPE html>\n<html><head><title>Reddit - Prove your humanity</title></head><body>"
    "<h1>Prove your humanity</h1></body></html>"
)
WELCOME = "<!DOCTYPE html>\n<html><head><title>Welcome to Reddit</title></head><body>Log in to go on.</body></html>"


def slug(title: str) -> str:
    """The title as it stands in an address."""
    return re.sub(r"\W+", "_", title.lower()).strip("_")[:50].rstrip("_") or "_"


class RedditSite:
    """Reddit's hosts. Called with a request, gives the reply.

    Switches:
    refuses: what is refused to us, of `embed`, `oembed`, `feed`.
    removed: ids of posts that moderators took away.
    reasons: what happened to communities, in small letters: `{"ferrywatch": "private"}` (or `banned`).
    """

    hosts: tuple[str, ...] = (
        "www.reddit.com",
        "embed.reddit.com",
        "old.reddit.com",
        "reddit.com",
        "redd.it",
        "i.redd.it",
    )

    def __init__(self, crowd: Crowd, now: Callable[[], datetime]) -> None:
        self.crowd = crowd
        self._now = now
        self.refuses: frozenset[str] = frozenset()
        self.removed: set[str] = set()
        self.reasons: dict[str, str] = {}

    def __call__(self, request: Request) -> Reply:
        path = request.unquoted_path
        if request.host == "i.redd.it":
            return Reply(headers=self._headers("image/jpeg"), body=media.jpeg(request.path))
        if request.host == "old.reddit.com":
            return self._page(WELCOME)
        if request.host == "redd.it":
            return self._redirect(f"https://www.reddit.com/comments{path}")
        if request.host == "reddit.com":
            return self._redirect(f"https://www.reddit.com{request.target}")
        if request.host == "embed.reddit.com":
            return self._refusal() if "embed" in self.refuses else self._frame(path)
        if path == "/oembed":
            return self._refusal() if "oembed" in self.refuses else self._oembed(request.query.get("url", ""))
        if path.endswith(".rss"):
            return self._too_many() if "feed" in self.refuses else self._feed(path, request.query)
        if path.endswith(".json"):
            return Reply(status=403, headers=self._headers("text/html"), body=BLOCKED.encode())
        return self._page(HUMANITY)

    # -- what is there

    def _note(self, post_id: str) -> Note | None:
        return self.crowd.find("reddit", post_id)

    def _author(self, note: Note) -> str | None:
        """Whose post it is; null where the post or the account is deleted."""
        gone = note.own_state is PostState.DELETED or note.person.state is PostState.ACCOUNT_GONE
        return None if gone else note.person.handle("reddit")

    def _is_removed(self, note: Note) -> bool:
        return note.person.state is PostState.SUSPENDED or note.id_on("reddit") in self.removed

    def _permalink(self, note: Note) -> str:
        return f"https://www.reddit.com/r/{note.community}/comments/{note.id_on('reddit')}/{slug(note.title)}/"

    # -- the embed's frame

    def _frame(self, path: str) -> Reply:
        address = ADDRESS.fullmatch(path)
        if address is None:
            return self._page(HUMANITY, 404)
        place = (address["place"] or "").lower()
        if place == "all":
            return self._page(self._shell({}, place, "<p>Not supported post</p>"))
        if address["id"] == CONTROL:
            return self._page(
                self._post_page(
                    CONTROL,
                    f"https://www.reddit.com/r/{CONTROL_PLACE}/comments/{CONTROL}/lighthouse/",
                    CONTROL_MADE,
                    place,
                    "skerry_keeper",
                    CONTROL_TITLE,
                    CONTROL_WORDS,
                )
            )
        note = self._note(address["id"])
        if note is None or self.reasons.get(note.community) is not None:
            return self._page(
                self._shell({"id": None}, place, '<div id="canonical-url-updater" value="/undefined"></div>')
            )
        data = {"id": f"t3_{address['id']}", "nsfw": False, "created_timestamp": note.ms}
        if note.own_state is PostState.DELETED or self._is_removed(note):
            done = "deleted, but comments are still viewable" if note.own_state is PostState.DELETED else "removed"
            link = html.escape(self._permalink(note))
            return self._page(
                self._shell(
                    data,
                    place,
                    f'<div id="canonical-url-updater" value="{link}"></div><p>This post has been {done}.</p>',
                )
            )
        return self._page(
            self._post_page(
                address["id"],
                self._permalink(note),
                note.created,
                place,
                self._author(note),
                note.title,
                note.rest,
                link=note.link,
                picture=self._picture(note),
            )
        )

    def _picture(self, note: Note) -> str | None:
        if not note.photo or note.link:
            return None
        return f"https://i.redd.it/{digits(int(hexes('picture ' + note.id_on('reddit'), 16), 16), BASE36)[:13]}.jpeg"

    def _post_page(
        self,
        post_id: str,
        permalink: str,
        made: datetime,
        place: str,
        author: str | None,
        title: str,
        words: str,
        *,
        link: str | None = None,
        picture: str | None = None,
    ) -> str:
        data = {
            "id": f"t3_{post_id}",
            "nsfw": False,
            "url": link or picture or permalink,
            "created_timestamp": round(made.timestamp() * 1000),
            "type": "link" if link else "image" if picture else "text",
        }
        by = f"https://www.reddit.com/user/{author}/?utm_source=embedv2"
        credit = f'<a data-testid="user-name" href="{by}">u/{author}</a>' if author else "<span>[deleted]</span>"
        body = "".join(f"<p>\n    {html.escape(part)}\n  </p>" for part in words.split("\n\n")) if words else ""
        text = f'<div id="t3_{post_id}-post-rtjson-content" class="md">{body}</div>' if body else ""
        return self._shell(
            data,
            place,
            f'<div id="canonical-url-updater" value="{html.escape(permalink)}"></div><div id="embed-container">'
            f'<shreddit-embed-copy-link-button permalink="{html.escape(permalink)}"></shreddit-embed-copy-link-button>'
            f'{credit}<h1 class="line-clamp-3 m-0">{html.escape(title)}</h1>{text}'
            '<faceplate-number number="42" pretty></faceplate-number> upvotes<a>View 7 comments</a></div>',
        )

    @staticmethod
    def _shell(post: dict[str, object], place: str, content: str) -> str:
        data = html.escape(json.dumps({"post": post, "subreddit": {"id": "t5_2qh0u", "name": place}}))
        return (
            '<!DOCTYPE html>\n<html lang="en-US"><head><title>Reddit embed</title></head><body>'
            f'<shreddit-screenview-data data="{data}"></shreddit-screenview-data>{content}</body></html>'
        )

    # -- oEmbed

    def _oembed(self, url: str) -> Reply:
        address = ADDRESS.fullmatch(unquote(urlsplit(url).path))
        if address is None:
            return self._error(404)
        if address["id"] == CONTROL:
            permalink = f"https://www.reddit.com/r/{CONTROL_PLACE}/comments/{CONTROL}/lighthouse/"
            return self._quote(CONTROL_TITLE, "skerry_keeper", permalink, CONTROL_PLACE)
        note = self._note(address["id"])
        if note is None:
            return self._error(404)
        if reason := self.reasons.get(note.community):
            return self._error(404 if reason == "banned" else 403, reason)
        title = note.title
        if note.own_state is PostState.DELETED:
            title = "[deleted by user]"
        elif self._is_removed(note):
            title = "[ Removed by moderator ]"
        return self._quote(title, self._author(note) or "[deleted]", self._permalink(note), note.community)

    def _quote(self, title: str, author: str, permalink: str, sub: str) -> Reply:
        by = f'<a href="https://www.reddit.com/user/{author}/">u/{author}</a>'
        quotation = (
            f'<blockquote class="reddit-embed-bq" style="height:316px" data-embed-height="316">\n  '
            f'<a href="{html.escape(permalink)}">{html.escape(title)}</a><br> by\n  {by} in\n  '
            f'<a href="https://www.reddit.com/r/{sub}/">{sub}</a>\n</blockquote>\n'
            '<script async src="https://embed.reddit.com/widgets.js" charset="UTF-8"></script>'
        )
        data = {
            "provider_url": "https://www.reddit.com/",
            "title": title,
            "html": quotation,
            "height": 316,
            "provider_name": "reddit",
            "type": "rich",
            "author_name": author,
        }
        return Reply(
            headers=self._headers("application/json; charset=UTF-8"), body=json.dumps(data).encode(), compress=True
        )

    # -- feeds

    def _feed(self, path: str, query: dict[str, str]) -> Reply:
        most = int(query["limit"]) if query.get("limit", "").isdecimal() else LISTED
        if (listed := LIST.fullmatch(path)) is not None:
            notes = self._of_user(listed["user"]) if listed["user"] else self._of_community(listed["sub"])
            if notes is None:
                return self._error(404)
            if query.get("after"):
                ids = [f"t3_{note.id_on('reddit')}" for note in notes]
                notes = notes[ids.index(query["after"]) + 1 :] if query["after"] in ids else []
            return self._atom(path, "".join(self._entry(note) for note in notes[: min(most, 100)]))
        address = ADDRESS.fullmatch(path)
        note = self._note(address["id"]) if address is not None else None
        if note is None:
            return self._error(404)
        if reason := self.reasons.get(note.community):
            return self._error(404 if reason == "banned" else 403, reason)
        comment = (
            '<entry><author><name>/u/pier_owl</name></author><category term="x" label="r/x"/>'
            '<content type="html">&lt;div class=&quot;md&quot;&gt;&lt;p&gt;Oh dear.&lt;/p&gt;&lt;/div&gt;</content>'
            f"<id>t1_k{address['id'] if address else ''}</id><title>/u/pier_owl on it</title></entry>"
        )
        return self._atom(path, self._entry(note) + comment)

    def _of_user(self, name: str) -> list[Note] | None:
        person = self.crowd.by_handle("reddit", name)
        if person is None or person.state in (PostState.SUSPENDED, PostState.ACCOUNT_GONE):
            return None
        if person.state is PostState.PROTECTED:  # they hide their list, and their posts stay where they are
            return []
        return self._listed(person)

    def _of_community(self, name: str) -> list[Note] | None:
        return [] if self.reasons.get(name.lower()) is None else None

    def _listed(self, person: Person) -> list[Note]:
        notes = [n for n in self.crowd.on("reddit", person) if n.own_state is PostState.LIVE]
        return [n for n in reversed(notes) if n.id_on("reddit") not in self.removed and n.community not in self.reasons]

    def _entry(self, note: Note) -> str:
        author, words, title = self._author(note), note.rest, note.title
        if note.own_state is PostState.DELETED:
            words, title = "[deleted]", "[deleted by user]"
        elif self._is_removed(note):
            words = "[removed]"
        link = html.escape(self._permalink(note))
        body = "".join(f"<p>{html.escape(part)}</p>\n" for part in words.split("\n\n")) if words else ""
        content = f'<!-- SC_OFF --><div class="md">{body}</div><!-- SC_ON -->' if body else ""
        target = html.escape(note.link or self._picture(note) or self._permalink(note))
        who = f"https://www.reddit.com/user/{author or '[deleted]'}"
        content += (
            f' &#32; submitted by &#32; <a href="{who}"> /u/{author or "[deleted]"} </a> <br/> '
            f'<span><a href="{target}">[link]</a></span> &#32; <span><a href="{link}">[comments]</a></span>'
        )
        made = f"{note.created.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00"
        return (
            f"<entry><author><name>/u/{author or '[deleted]'}</name><uri>{who}</uri></author>"
            f'<category term="{note.community}" label="r/{note.community}"/>'
            f'<content type="html">{html.escape(content)}</content><id>t3_{note.id_on("reddit")}</id>'
            f'<link href="{link}" /><updated>{made}</updated><published>{made}</published>'
            f"<title>{html.escape(title)}</title></entry>"
        )

    def _atom(self, path: str, entries: str) -> Reply:
        feed = (
            '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
            'xmlns:media="http://search.yahoo.com/mrss/"><updated>'
            f"{self._now():%Y-%m-%dT%H:%M:%S}+00:00</updated><icon>https://www.redditstatic.com/icon.png/</icon>"
            f'<id>{html.escape(path)}</id><link rel="self" href="https://www.reddit.com{html.escape(path)}" '
            f'type="application/atom+xml" /><title>the newest</title>{entries}</feed>'
        )
        return Reply(headers=self._headers("application/atom+xml; charset=UTF-8"), body=feed.encode(), compress=True)

    # -- replies

    def _headers(self, kind: str) -> tuple[tuple[str, str], ...]:
        return (
            ("content-type", kind),
            ("cache-control", "private, s-maxage=0, max-age=0, must-revalidate"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "SAMEORIGIN"),
            ("date", gmt(self._now())),
            ("via", "1.1 varnish"),
            ("server", "snooserv"),
        )

    def _page(self, page: str, status: int = 200) -> Reply:
        return Reply(
            status=status, headers=self._headers("text/html; charset=utf-8"), body=page.encode(), compress=True
        )

    def _error(self, status: int, reason: str | None = None) -> Reply:
        data: dict[str, object] = {"message": "Forbidden" if status == 403 else "Not Found", "error": status}
        if reason:
            data["reason"] = reason
        return Reply(
            status=status, headers=self._headers("application/json; charset=UTF-8"), body=json.dumps(data).encode()
        )

    def _refusal(self) -> Reply:
        return Reply(status=403, headers=self._headers("text/html"), body=BLOCKED.encode())

    def _too_many(self) -> Reply:
        headers = (*self._headers("text/html"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "58"))
        return Reply(status=429, headers=headers, body=BLOCKED.encode())

    def _redirect(self, target: str) -> Reply:
        return Reply(status=301, headers=(*self._headers("text/html"), ("location", target)))


SITE = RedditSite
