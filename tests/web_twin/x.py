"""X's public endpoints as recordings show them: oEmbed, syndication, status pages, t.co, pictures and films.

Shapes (member order, types, header names) follow recorded answers of 2020 to 2026; where no recording exists
(syndication's headers, bodies of 403 and 404) the answer has what is described and nothing more. Switches are plain
attributes of `XSite`.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from math import gcd
from typing import Any
from urllib.parse import quote, urlsplit

from babel.dates import format_date

from tests.web_twin import media
from tests.web_twin.population import Account, Picture, Population, PostState, TwinPost, code, hexes
from tests.web_twin.rendering import APPENDED, Placed, Segment, direction, oembed_text, placed, utf16
from tests.web_twin.wire import Framing, Reply, Request

STATUS_URL = re.compile(
    r"^/(?:#!/)?(?P<handle>[A-Za-z0-9_]{1,20})/(?:web/)?status(?:es)?/(?P<id>[0-9]{1,20})(?![0-9])"
    r"|^/statuses/(?P<bare>[0-9]{1,20})(?![0-9])"
)
PROFILE_URL = re.compile(r"^/(?P<handle>[A-Za-z0-9_]{1,20})/?$")
STATUS_HOSTS = frozenset(prefix + name for name in ("twitter.com", "x.com") for prefix in ("", "www.", "mobile.", "m."))

CACHE_AGE = 3153600000
"""A hundred years, in seconds: X says that an oEmbed answer may be kept so long."""

BABEL_NAMES = {"zh-cn": "zh_Hans_CN", "zh-tw": "zh_Hant_TW", "iw": "he", "no": "nb", "msa": "ms", "en-gb": "en_GB"}
"""Where X's language codes are not those of CLDR."""

TOMBSTONES = {
    PostState.DELETED: "This Post was deleted by the Post author. Learn more",
    PostState.SUSPENDED: "This Post is from a suspended account. Learn more",
    PostState.ACCOUNT_GONE: "This Post is from an account that no longer exists. Learn more",
    PostState.PROTECTED: (
        "You’re unable to view this Post because this account owner limits who can view their Posts. Learn more"
    ),
    PostState.AGE_RESTRICTED: (
        "Age-restricted adult content. This content might not be appropriate for people under 18 years old. "
        "To view this media, you’ll need to log in to X. Learn more"
    ),
}
WITHHELD = "This Post from @{handle} has been withheld in {country} in response to a legal demand. Learn more"
VIOLATED = "This Post violated the X Rules. Learn more"
UNAVAILABLE = "This Post is unavailable. Learn more"

NOT_AUTHORIZED = "Sorry, you are not authorized to see this status."

BROWSER = re.compile(r"Mozilla/|Chrome/|Safari/")


def date_text(day: date, lang: str = "en") -> str:
    """A day as embeds in X's language `lang` print it (CLDR's long form)."""
    return format_date(day, "long", locale=BABEL_NAMES.get(lang.lower(), lang.replace("-", "_")))


def js_json(value: Any) -> bytes:
    """JSON as the oEmbed endpoint writes it: `/`, `<` and `>` escaped, other scripts as they are."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("/", "\\/").replace("<", "\\u003C").replace(">", "\\u003E").encode()


def compact_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def gmt(when: datetime) -> str:
    return format_datetime(when.astimezone(UTC), usegmt=True)


class XSite:
    """All hosts of X. Called with a request, gives the reply.

    Switches:
    page: what `x.com/…/status/…` answers: `shell` (empty JavaScript page, 200), `migrate` (the form page of 2024, 200),
        `login` (302 to the login flow).
    entities: how syndication writes entities: `sparse` (empty lists left out, as recorded in 2026), `full` (all lists),
        `missing` (no member at all), `objects` (objects in the place of lists).
    oembed_host: host in the answer's `url` and links: `twitter.com`, since mid-2026 `x.com`.
    pic_host: label of media links in oEmbed: `pic.twitter.com` or `pic.x.com`.
    publish_redirects: `publish.x.com` answers 302 to `publish.twitter.com`, as recorded in 2024.
    """

    def __init__(self, population: Population, now: Callable[[], datetime]) -> None:
        self.population = population
        self._now = now
        self.page = "shell"
        self.entities = "sparse"
        self.oembed_host = "twitter.com"
        self.pic_host = "pic.twitter.com"
        self.publish_redirects = True

    def __call__(self, request: Request) -> Reply:
        host = request.host
        if host == "publish.x.com" and self.publish_redirects:
            return self._to_publish(request)
        if host.startswith("publish."):
            return self._publish(request)
        if host == "cdn.syndication.twimg.com":
            return self._syndication(request)
        if host in ("t.co", "pic.twitter.com", "pic.x.com"):
            return self._short_link(request)
        if host == "pbs.twimg.com":
            return self._picture(request)
        if host == "video.twimg.com":
            return self._film(request)
        return self._page(request)

    # -- oEmbed

    def _to_publish(self, request: Request) -> Reply:
        seed = request.target
        return Reply(
            status=302,
            headers=(
                ("date", gmt(self._now())),
                ("perf", "7402827104"),
                ("server", "tsa_f"),
                ("location", f"https://publish.twitter.com{request.target}"),
                ("cache-control", "no-cache, no-store, max-age=0"),
                ("x-transaction-id", hexes(f"redirect {seed}", 16)),
                ("x-response-time", "108"),
                ("x-connection-hash", hexes(f"redirect connection {seed}", 64)),
            ),
        )

    def _publish_headers(self, request: Request) -> tuple[tuple[str, str], ...]:
        now = self._now()
        return (
            ("date", gmt(now)),
            ("perf", "7402827104"),
            ("expires", gmt(now + timedelta(seconds=CACHE_AGE))),
            ("server", "tsa_f"),
            ("content-type", "application/json; charset=utf-8"),
            ("cache-control", f"must-revalidate, max-age={CACHE_AGE}"),
            ("last-modified", gmt(now)),
            ("x-transaction-id", hexes(f"oembed {request.target}", 16)),
            ("x-frame-options", "SAMEORIGIN"),
            ("x-xss-protection", "0"),
            ("content-disposition", "attachment; filename=json.json"),
            ("x-content-type-options", "nosniff"),
            ("strict-transport-security", "max-age=631138519"),
            ("x-response-time", "121"),
            ("x-connection-hash", hexes(f"oembed connection {request.target}", 64)),
        )

    def _publish(self, request: Request) -> Reply:
        if request.path != "/oembed":
            return _html(404, "<!DOCTYPE html><html><head><title>Page not found</title></head><body></body></html>")
        query = request.query
        headers = self._publish_headers(request)

        def error(status: int, value: Any) -> Reply:
            kept = tuple(
                item
                for item in headers
                if item[0] not in ("cache-control", "expires", "content-disposition", "last-modified")
            )
            return Reply(status=status, headers=kept, body=js_json(value), compress=True)

        if query.get("format", "json") != "json":
            return error(400, {"errors": [{"code": 356, "message": f"{query['format']} not implemented"}]})
        post_id, handle = self._named(query.get("url", ""))
        if post_id is None and handle is None:
            return self._oembed_gone()
        if post_id is None:
            account = self.population.account(handle or "")
            return self._oembed_gone() if account is None else self._oembed_profile(account, headers)
        post = self.population.by_id(post_id)
        if post is None or post.state in (PostState.DELETED, PostState.ACCOUNT_GONE):
            return self._oembed_gone()
        if post.state in (PostState.PROTECTED, PostState.AGE_RESTRICTED):
            return error(403, {"error": NOT_AUTHORIZED, "request": request.target})
        if post.state is PostState.SUSPENDED:
            return error(403, {"errors": [{"code": 63, "message": "User has been suspended."}]})
        return Reply(headers=headers, body=js_json(self.oembed(post, **query)), compress=True)

    @staticmethod
    def _oembed_gone() -> Reply:
        return _html(
            404,
            '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Page not found</title></head>\n'
            "<body><h1>Nothing to see here</h1></body>\n</html>\n",
        )

    @staticmethod
    def _named(url: str) -> tuple[str | None, str | None]:
        """Status id and handle that a URL names; only the id counts."""
        split = urlsplit(url if "//" in url else f"https://{url}")
        if (split.hostname or "") not in STATUS_HOSTS:
            return None, None
        path = split.path if not split.fragment.startswith("!/") else split.fragment[1:]
        if match := STATUS_URL.match(path):
            return match["id"] or match["bare"], match["handle"]
        if match := PROFILE_URL.match(path):
            return None, match["handle"]
        return None, None

    def oembed(self, post: TwinPost, **query: str) -> dict[str, Any]:
        """The oEmbed answer for a post that may be seen."""
        site = f"https://{self.oembed_host}"
        url = f"{site}/{post.handle}/status/{post.id}"
        html = self.blockquote(post, **query)
        if query.get("omit_script", "") not in ("true", "t", "1"):
            script = f"https://platform.{self.oembed_host}/widgets.js"
            html += f'\n<script async src="{script}" charset="utf-8"></script>\n\n'
        return {
            "url": url,
            "author_name": post.account.name,
            "author_url": f"{site}/{post.handle}",
            "html": html,
            "width": min(max(int(query.get("maxwidth", "550")), 220), 550),
            "height": None,
            "type": "rich",
            "cache_age": str(CACHE_AGE),
            "provider_name": "Twitter",
            "provider_url": "https://twitter.com",
            "version": "1.0",
        }

    def blockquote(self, post: TwinPost, **query: str) -> str:
        """The classic embed of a post, without the script."""
        ref = "?ref_src=twsrc%5Etfw"
        attributes = ""
        if query.get("hide_thread", "") in ("true", "t", "1"):
            attributes += ' data-conversation="none"'
        lang = query.get("lang", "en")
        if "lang" in query:
            attributes += f' data-lang="{lang}"'
        if query.get("dnt", "") in ("true", "t", "1"):
            attributes += ' data-dnt="true"'
        if query.get("theme") == "dark":
            attributes += ' data-theme="dark"'
        text = oembed_text(post, pic=self.pic_host)
        if self.oembed_host != "twitter.com":
            text = text.replace('href="https://twitter.com/', f'href="https://{self.oembed_host}/')
        name = _html_text(post.account.name)
        return (
            f'<blockquote class="twitter-tweet"{attributes}><p lang="{post.lang}" dir="{direction(post)}">{text}</p>'
            f"&mdash; {name} (@{post.handle}) "
            f'<a href="https://{self.oembed_host}/{post.handle}/status/{post.id}{ref}">'
            f"{date_text(post.day, lang)}</a></blockquote>"
        )

    def _oembed_profile(self, account: Account, headers: tuple[tuple[str, str], ...]) -> Reply:
        url = f"https://twitter.com/{account.handle}"
        html = (
            f'<a class="twitter-timeline" href="{url}?ref_src=twsrc%5Etfw">Tweets by {account.handle}</a>\n'
            '<script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>\n\n'
        )
        answer = {
            "url": url,
            "title": "",
            "html": html,
            "width": None,
            "height": None,
            "type": "rich",
            "cache_age": str(CACHE_AGE),
            "provider_name": "Twitter",
            "provider_url": "https://twitter.com",
            "version": "1.0",
        }
        return Reply(headers=headers, body=js_json(answer), compress=True)

    # -- syndication

    def _syndication(self, request: Request) -> Reply:
        if request.path != "/tweet-result":
            return _html(404, "<!DOCTYPE html><title>404</title>")
        query = request.query
        post_id = query.get("id", "")

        def answer(value: Any, status: int = 200) -> Reply:
            headers = (
                ("date", gmt(self._now())),
                ("server", "tsa_f"),
                ("content-type", "application/json; charset=utf-8"),
                ("x-transaction-id", hexes(f"syndication {request.target}", 16)),
                ("x-response-time", "18"),
            )
            return Reply(status=status, headers=headers, body=compact_json(value), compress=True)

        if not re.fullmatch(r"[0-9]{1,19}", post_id):
            return answer({"error": "Bad request."}, 400)
        if not query.get("token"):
            return answer({})
        post = self.population.by_id(post_id)
        gone = _html(
            404, '<!DOCTYPE html>\n<html lang="en"><head><title>Not found</title></head><body></body></html>\n'
        )
        if post is None:
            return gone
        special = self._special_syndication(post)
        if special is not None:
            return gone if special == "404" else answer(special)
        if post.state is PostState.DELETED:
            return gone
        if post.state is PostState.WITHHELD:
            return answer(tombstone(WITHHELD.format(handle=post.handle, country=post.withheld_in)))
        if post.state in TOMBSTONES:
            return answer(tombstone(TOMBSTONES[post.state]))
        return answer(self.tweet_result(post))

    @staticmethod
    def _special_syndication(post: TwinPost) -> Any:
        return {
            "404": "404",
            "empty": {},
            "bare_tombstone": {"__typename": "TweetTombstone"},
            "deleted_tombstone": tombstone(TOMBSTONES[PostState.DELETED]),
            "unavailable_tombstone": tombstone(UNAVAILABLE),
            "violated_tombstone": tombstone(VIOLATED),
        }.get(post.syndication or "")

    def tweet_result(self, post: TwinPost) -> dict[str, Any]:
        """The syndication answer for a post that may be seen, members in the recorded order."""
        result: dict[str, Any] = {"__typename": "Tweet"}
        if post.reply_to is not None:
            parent = self.population.by_id(post.reply_to)
            result |= {
                "in_reply_to_screen_name": parent.handle if parent else post.text[1:].partition(" ")[0],
                "in_reply_to_status_id_str": post.reply_to,
                "in_reply_to_user_id_str": parent.account.id if parent else "1",
            }
        result |= {"favorite_count": post.likes, "lang": post.lang, "possibly_sensitive": post.sensitive}
        result |= self._core(post)
        if post.media:
            result |= self._media_members(post)
        result |= {"conversation_count": post.replies, "news_action_type": "conversation"}
        quoted = self.population.by_id(post.quotes) if post.quotes else None
        if quoted is not None and quoted.state is PostState.LIVE and post.syndication != "no_quoted":
            result["quoted_tweet"] = self._inner(quoted, self_thread=True)
        parent = self.population.by_id(post.reply_to) if post.reply_to else None
        if parent is not None and parent.state is PostState.LIVE:
            result["parent"] = self._inner(parent, self_thread=False)
        result |= {"isEdited": post.edited, "isStaleEdit": post.stale}
        if post.long:
            result["note_tweet"] = {"id": base64.b64encode(f"NoteTweet:NoteTweetResults:{post.id}".encode()).decode()}
        if post.syndication == "no_user":
            del result["user"]
        return result

    def _inner(self, post: TwinPost, *, self_thread: bool) -> dict[str, Any]:
        """A quoted or answered post: the same, without `__typename`, with counts of its own."""
        inner: dict[str, Any] = {"lang": post.lang, "reply_count": post.replies, "retweet_count": post.likes // 9}
        inner["favorite_count"] = post.likes
        inner |= self._core(post)
        if self_thread and post.media:
            inner["mediaDetails"] = self._media_members(post)["mediaDetails"]
        if self_thread:
            inner["self_thread"] = {"id_str": post.id}
        inner |= {"isEdited": post.edited, "isStaleEdit": post.stale}
        return inner

    def _core(self, post: TwinPost) -> dict[str, Any]:
        text, places = placed(post)
        core: dict[str, Any] = {
            "created_at": post.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "display_text_range": self._display_range(post, text, places),
        }
        entities: dict[str, Any] = dict(self._entities(post, places))
        if self.entities == "sparse":
            entities = {name: values for name, values in entities.items() if values}
        elif self.entities == "objects":
            entities = {name: dict(enumerate(values)) for name, values in entities.items()}
        if entities and self.entities != "missing":
            core["entities"] = entities
        versions = post.versions or (post.id,)
        first = int(int(versions[0]) >> 22) + 1288834974657 if int(versions[0]) > 30_000_000_000 else 0
        core |= {
            "id_str": post.id,
            "text": text,
            "user": self._user(post.account),
            "edit_control": {
                "edit_tweet_ids": list(versions),
                "editable_until_msecs": str((first // 1000 + 3600) * 1000),
                "edits_remaining": str(6 - len(versions)),
                "is_edit_eligible": True,
            },
        }
        return core

    @staticmethod
    def _display_range(post: TwinPost, text: str, places: list[Placed]) -> list[int]:
        """In UTF-16 units; without the leading mentions of a reply and the appended links. A borrowed video's link
        counts as displayed (recorded so)."""
        end = len(text)
        borrowed = any(picture.borrowed_from for picture in post.media)
        for place in reversed(places):
            if place.segment.kind in APPENDED and not (borrowed and place.segment.kind == "media"):
                end = place.start
                end -= bool(end)
            elif place.segment != Segment("text", " "):
                break
        return [utf16(text[: post.leading_mentions]), utf16(text[:end])]

    def _entities(self, post: TwinPost, places: list[Placed]) -> dict[str, list[dict[str, Any]]]:
        """Indices are code points of the escaped text."""
        found: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("hashtags", "urls", "user_mentions", "symbols", "media")
        }
        for place in places:
            kind, value, indices = place.segment.kind, place.segment.value, [place.start, place.end]
            if kind == "hashtag":
                found["hashtags"].append({"indices": indices, "text": value})
            elif kind == "mention":
                account = self._mentioned(value)
                found["user_mentions"].append(
                    {"id_str": account.id, "indices": indices, "name": account.name, "screen_name": value}
                )
            elif kind == "media":
                found["media"].append(self._media_link(post, post.media[0], indices))
            elif kind in ("url", "note", "quote"):
                expanded = (self.population.link(value) or "https://news.example/").replace(
                    "//twitter.com/", "//x.com/"
                )
                found["urls"].append(
                    {
                        "display_url": display_url(expanded),
                        "expanded_url": expanded,
                        "indices": indices,
                        "url": f"https://t.co/{value}",
                    }
                )
        if not post.media:
            del found["media"]
        return found

    def _mentioned(self, handle: str) -> Account:
        posts = self.population.of(handle)
        return posts[0].account if posts else Account(handle=handle, name=handle)

    @staticmethod
    def _media_link(post: TwinPost, picture: Picture, indices: list[int]) -> dict[str, Any]:
        handle, post_id = picture.borrowed_from or (post.handle, post.id)
        kind = "photo" if picture.kind == "photo" else "video"
        return {
            "display_url": f"pic.x.com/{post.media_code}",
            "expanded_url": f"https://x.com/{handle}/status/{post_id}/{kind}/1",
            "indices": indices,
            "url": f"https://t.co/{post.media_code}",
        }

    @staticmethod
    def _user(account: Account) -> dict[str, Any]:
        user: dict[str, Any] = {
            "id_str": account.id,
            "name": account.name,
            "screen_name": account.handle,
            "is_blue_verified": account.blue,
            "profile_image_shape": "Square" if account.verified_type == "Business" else "Circle",
            "verified": False,
        }
        if account.verified_type:
            user["verified_type"] = account.verified_type
        user["profile_image_url_https"] = avatar_url(account)
        return user

    def _media_members(self, post: TwinPost) -> dict[str, Any]:
        _, places = placed(post)
        link = next(place for place in places if place.segment.kind == "media")
        indices = [link.start, link.end]
        members: dict[str, Any] = {
            "mediaDetails": [self._media_detail(post, picture, indices) for picture in post.media],
            "photos": [
                {
                    "backgroundColor": {"red": 204, "green": 214, "blue": 221},
                    "cropCandidates": _crops(picture),
                    "expandedUrl": self._media_link(post, picture, indices)["expanded_url"],
                    "url": picture_url(picture),
                    "width": picture.width,
                    "height": picture.height,
                }
                for picture in post.media
                if picture.kind == "photo"
            ],
        }
        film = next((picture for picture in post.media if picture.kind != "photo"), None)
        if film is not None:
            members["video"] = {
                "aspectRatio": _ratio(film),
                "contentType": "media_entity",
                "durationMs": 53200,
                "mediaAvailability": {"status": "available"},
                "poster": picture_url(film),
                "variants": [{"type": v["content_type"], "src": v["url"]} for v in film_variants(post, film)],
                "videoId": {"type": "tweet", "id": post.id},
                "viewCount": 0,
            }
        return members

    def _media_detail(self, post: TwinPost, picture: Picture, indices: list[int]) -> dict[str, Any]:
        detail: dict[str, Any] = {} if picture.kind == "photo" else {"additional_media_info": {}}
        link = self._media_link(post, picture, indices)
        detail |= {"display_url": link["display_url"], "expanded_url": link["expanded_url"]}
        if picture.alt:
            detail["ext_alt_text"] = picture.alt
        width, height = picture.width, picture.height
        small = min(1.0, 680 / max(width, height))
        detail |= {
            "ext_media_availability": {"status": "Available"},
            "indices": indices,
            "media_url_https": picture_url(picture),
            "original_info": {
                "focus_rects": _crops(picture) if picture.kind == "photo" else [],
                "height": height,
                "width": width,
            },
            "sizes": {
                "large": {"h": height, "resize": "fit", "w": width},
                "medium": {"h": height, "resize": "fit", "w": width},
                "small": {"h": round(height * small), "resize": "fit", "w": round(width * small)},
                "thumb": {"h": 150, "resize": "crop", "w": 150},
            },
            "type": picture.kind,
            "url": link["url"],
        }
        if picture.kind != "photo":
            detail["video_info"] = {
                "aspect_ratio": _ratio(picture),
                "duration_millis": 53200,
                "variants": film_variants(post, picture),
            }
        return detail

    # -- pages

    def _page_headers(self, request: Request, content_type: str, cache: str) -> tuple[tuple[str, str], ...]:
        now = gmt(self._now())
        return (
            ("date", now),
            ("perf", "7402827104"),
            ("vary", "Accept"),
            ("expiry", "Tue, 31 Mar 1981 05:00:00 GMT"),
            ("pragma", "no-cache"),
            ("server", "tsa_f"),
            ("content-type", content_type),
            ("x-powered-by", "Express"),
            ("cache-control", cache),
            ("last-modified", now),
            ("x-frame-options", "DENY"),
            ("x-transaction-id", hexes(f"page {request.url}", 16)),
            ("x-xss-protection", "0"),
            ("x-content-type-options", "nosniff"),
            ("strict-transport-security", "max-age=631138519"),
            ("cross-origin-opener-policy", "same-origin-allow-popups"),
            ("cross-origin-embedder-policy", "unsafe-none"),
            ("x-response-time", "111"),
            ("x-connection-hash", hexes(f"page connection {request.url}", 64)),
        )

    def _redirect(self, request: Request, target: str) -> Reply:
        cache = "no-cache, no-store, must-revalidate, pre-check=0, post-check=0"
        headers = self._page_headers(request, "text/plain; charset=utf-8", cache)
        return Reply(
            status=302,
            headers=(*headers, ("location", target)),
            body=f"Found. Redirecting to {target}".encode(),
            compress=True,
        )

    def _page(self, request: Request) -> Reply:
        if request.host != "x.com":
            return self._redirect(request, f"https://x.com{request.target}")
        if request.path == "/i/flow/login":
            return self._shell(request, "Log in to X / X")
        if request.path == "/x/migrate":
            return self._migrate(request)
        is_status = STATUS_URL.match(request.path)
        if is_status and self.page == "login":
            return self._redirect(
                request, f"https://x.com/i/flow/login?redirect_after_login={quote(request.path, safe='')}"
            )
        if is_status and self.page == "migrate":
            return self._migrate(request)
        return self._shell(request, "X")

    def _shell(self, request: Request, title: str) -> Reply:
        """The page that is the same for every post, there or not: everything would come by script."""
        body = (
            '<!DOCTYPE html><html dir="ltr" lang="en"><head><meta charset="utf-8" />'
            '<meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover" />'
            '<link rel="preconnect" href="//abs.twimg.com" /><link rel="preconnect" href="//api.x.com" />'
            '<meta property="og:site_name" content="X (formerly Twitter)" />'
            f'<title>{title}</title></head><body style="background-color: #FFFFFF;">'
            "<noscript><h1>JavaScript is not available.</h1>"
            "<p>We’ve detected that JavaScript is disabled in this browser. Please enable JavaScript or switch to a "
            "supported browser to continue using x.com.</p></noscript>"
            '<div id="react-root"></div><script src="https://abs.twimg.com/responsive-web/client-web/main.js"></script>'
            "</body></html>"
        )
        headers = self._page_headers(request, "text/html; charset=utf-8", "no-store, max-age=0")
        return Reply(headers=headers, body=body.encode(), compress=True, framing=Framing.CHUNKED)

    def _migrate(self, request: Request) -> Reply:
        token = hexes(f"migrate {request.path}", 64)
        target = f"https://twitter.com/x/migrate?tok={token}"
        body = (
            "<!DOCTYPE html>\n<head>\n  <title>x.com</title>\n"
            f'  <meta http-equiv="refresh" content="0; url = {target}" />\n  <meta charset="utf-8">\n'
            '  <meta content="X (formerly Twitter)" property="og:site_name" />\n'
            f'  <script type="text/javascript" charset="utf-8">document.location = "{target}"</script>\n'
            '</head>\n<body style="background: #000">\n\n</body>\n</html>\n'
        )
        headers = self._page_headers(request, "text/html; charset=utf-8", "no-store, max-age=0")
        return Reply(headers=headers, body=body.encode(), compress=True, framing=Framing.CHUNKED)

    # -- short links, pictures, films

    def _short_link(self, request: Request) -> Reply:
        target = self.population.link(request.path[1:])
        common = (
            ("date", gmt(self._now())),
            ("perf", "7402827104"),
            ("vary", "Origin"),
            ("server", "tsa_f"),
        )
        if target is None:
            return Reply(
                status=404,
                headers=(*common, ("content-type", "text/html; charset=utf-8")),
                body=b"<!DOCTYPE html><title>Page not found</title>",
            )
        expires = gmt(self._now() + timedelta(minutes=5))
        if BROWSER.search(request.header("user-agent") or ""):
            shown, script = _html_text(target), target.replace("/", "\\/")
            body = (
                f'<head><noscript><META http-equiv="refresh" content="0;URL={shown}"></noscript><title>{shown}</title>'
                f'</head><script>window.opener = null; location.replace("{script}")</script>'
            )
            return Reply(
                headers=(
                    *common,
                    ("expires", expires),
                    ("content-type", "text/html; charset=utf-8"),
                    ("cache-control", "private,max-age=300"),
                    ("referrer-policy", "unsafe-url"),
                ),
                body=body.encode(),
                compress=True,
            )
        return Reply(
            status=301,
            headers=(
                *common,
                ("expires", expires),
                ("location", target),
                ("cache-control", "private,max-age=300"),
            ),
        )

    def _picture(self, request: Request) -> Reply:
        name = request.path.rpartition("/")[2]
        stem, _, ending = name.partition(".")
        kind = request.query.get("format") or ending or "jpg"
        avatar = request.path.startswith("/profile_images/")
        if avatar:
            width, height = (48, 48) if stem.endswith("_normal") else (400, 400)
        else:
            known = self.population.shown_picture(stem)
            if known is None:
                return Reply(status=404, headers=(("date", gmt(self._now())), ("content-type", "text/plain")))
            width, height = known[1].width, known[1].height
        make, content_type = (media.png, "image/png") if kind == "png" else (media.jpeg, "image/jpeg")
        return Reply(
            headers=(
                ("date", gmt(self._now())),
                ("content-type", content_type),
                ("cache-control", "max-age=604800, must-revalidate"),
                ("last-modified", "Wed, 09 Nov 2022 02:44:00 GMT"),
                ("x-content-type-options", "nosniff"),
                ("access-control-allow-origin", "*"),
            ),
            body=make(stem, width, height),
        )

    def _film(self, request: Request) -> Reply:
        name = request.path.rpartition("/")[2]
        stem, _, ending = name.partition(".")
        known = self.population.shown_picture(stem)
        headers = (("date", gmt(self._now())), ("server", "ECAcc (twin)"))
        if known is None:
            return Reply(status=404, headers=(*headers, ("content-type", "text/plain")))
        if ending == "m3u8":
            body = "#EXTM3U\n#EXT-X-VERSION:6\n" + "".join(
                f"#EXT-X-STREAM-INF:BANDWIDTH={v['bitrate']}\n{urlsplit(v['url']).path}\n"
                for v in film_variants(*known)
                if "bitrate" in v
            )
            return Reply(headers=(*headers, ("content-type", "application/x-mpegURL")), body=body.encode())
        body_bytes = media.mp4(request.path)
        return ranged(
            request, (*headers, ("content-type", "video/mp4"), ("etag", f'"{hexes(request.path, 32)}"')), body_bytes
        )


def ranged(request: Request, headers: tuple[tuple[str, str], ...], body: bytes) -> Reply:
    """The body, or the one byte range of it that was asked for (RFC 9110, section 14)."""
    headers = (*headers, ("accept-ranges", "bytes"))
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", request.header("range") or "")
    if match is None or not any(match.groups()):
        return Reply(headers=headers, body=body)
    first, last = match.groups()
    start = int(first) if first else max(0, len(body) - int(last))
    end = min(int(last), len(body) - 1) if first and last else len(body) - 1
    if start > end:
        return Reply(status=416, headers=(*headers, ("content-range", f"bytes */{len(body)}")))
    return Reply(
        status=206,
        headers=(*headers, ("content-range", f"bytes {start}-{end}/{len(body)}")),
        body=body[start : end + 1],
    )


def tombstone(text: str) -> dict[str, Any]:
    """What stands for a post that may not be seen."""
    return {"__typename": "TweetTombstone", "tombstone": {"text": {"text": text}}}


def display_url(url: str) -> str:
    """As X shortens a link for display."""
    short = url.partition("://")[2].removeprefix("www.")
    return short if len(short) <= 27 else short[:26] + "…"


def avatar_url(account: Account) -> str:
    return f"https://pbs.twimg.com/profile_images/{account.id}/{code('avatar ' + account.id, 8)}_normal.jpg"


def picture_url(picture: Picture) -> str:
    if picture.kind == "photo":
        return f"https://pbs.twimg.com/media/{picture.key}.jpg"
    return f"https://pbs.twimg.com/amplify_video_thumb/{_film_id(picture)}/img/{picture.key}.jpg"


def _film_id(picture: Picture) -> int:
    return int(hexes(picture.key, 15), 16)


def film_variants(post: TwinPost, picture: Picture) -> list[dict[str, Any]]:
    """A playlist and two sizes of MP4."""
    base = f"https://video.twimg.com/amplify_video/{_film_id(picture)}"
    return [
        {"content_type": "application/x-mpegURL", "url": f"{base}/pl/{picture.key}.m3u8?tag=14&v=26a"},
        {"bitrate": 288000, "content_type": "video/mp4", "url": f"{base}/vid/avc1/318x270/{picture.key}.mp4?tag=14"},
        {"bitrate": 2176000, "content_type": "video/mp4", "url": f"{base}/vid/avc1/848x720/{picture.key}.mp4?tag=14"},
    ]


def _ratio(picture: Picture) -> list[int]:
    shared = gcd(picture.width, picture.height)
    return [picture.width // shared, picture.height // shared]


def _crops(picture: Picture) -> list[dict[str, int]]:
    return [{"x": 0, "y": 0, "w": picture.width, "h": picture.width * 9 // 16}]


def _html_text(text: str) -> str:
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&#39;")
    )


def _html(status: int, body: str) -> Reply:
    return Reply(
        status=status,
        headers=(("server", "tsa_f"), ("content-type", "text/html; charset=utf-8")),
        body=body.encode(),
        compress=True,
    )
