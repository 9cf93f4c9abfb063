"""What an archived copy shows of a post, or of an account's posts: where copies may be, and how each kind is read.

Web archives caught pages (until 4.0 with the posts in them, later with their words in the lines for link previews),
embed frames, the API's JSON, ActivityPub objects, and feeds. Which of these a copy is, its first letters tell.
"""

from __future__ import annotations

from msgspec.structs import replace

from archiver.errors import ArchiverError
from archiver.exchange import Exchange
from archiver.model import Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, Clues, DayRange
from archiver.platforms.captured import capture_days
from archiver.platforms.mastodon import activity, endpoints, feeds, ids, pages, records, search, urls
from archiver.platforms.mastodon.endpoints import PlaceOf
from archiver.platforms.mastodon.servers import Server
from archiver.platforms.prefixes import decimal_prefixes
from archiver.platforms.values import dig, parse_json, string

MAX_PAGE = 8 * 1024 * 1024
"""Bytes of one archived copy that are read; a long conversation has about 1 MB."""

MAX_PREFIXES = 2
"""Index prefixes for one day: a day is 5.66·10^15 ids wide, two prefixes of four or five digits."""

FEEDS_UNTIL = "2019-12-31"
"""About when the Atom feeds were gone from most servers (removed in 3.0, October 2019)."""


def archive_queries(mention: Mention, span: DayRange | None) -> tuple[ArchiveQuery, ...]:
    """Prefixes under which archives may hold posts of the mention's account with an id within `span`."""
    named = search.HANDLE.fullmatch((mention.handle or "")[:400])
    if named is None:
        return ()
    return queries_under(
        mention,
        span,
        f"{named['host'].lower()}/@{named['user']}/",
        f"{named['host'].lower()}/users/{named['user']}/statuses/",
    )


def queries_under(mention: Mention, span: DayRange | None, *roots: str) -> tuple[ArchiveQuery, ...]:
    """The same for the addresses below these roots, best first."""
    if span is None:
        days = capture_days(mention)
        return (ArchiveQuery(prefix=roots[0], since=days[0], until=days[1]),) if days else ()
    made = ids.time_of(str(span.first))
    since = made.strftime("%Y%m%d") if made else None
    prefixes = decimal_prefixes(span.first, span.last, MAX_PREFIXES)
    return tuple(ArchiveQuery(prefix=root + prefix, since=since) for root in roots for prefix in prefixes)


def archived_urls(ref: PostRef, place_of: PlaceOf = endpoints.place_of) -> tuple[str, ...]:
    """Addresses under which archives may hold the post, best first."""
    place = place_of(ref)
    if place is None:
        return ()
    found = [place.page] if place.page else []
    if place.object_url:
        found.append(place.object_url.removesuffix(endpoints.MARK))
    if place.user and place.api and place.page:
        found.append(f"{place.page}/embed")
    if place.api:
        found.append(endpoints.status(place.server, place.post_id).url)
    return tuple(dict.fromkeys(found))


def read_archived(ref: PostRef, exchange: Exchange, place_of: PlaceOf = endpoints.place_of) -> Post | None:
    """The post's record from an archived copy; null where the copy does not show the post."""
    place = place_of(ref)
    body = _text(exchange)
    if place is None or body is None:
        return None
    if body[:1] in "{[":
        return _from_json(ref, place.server, parse_json(body))
    post = pages.read_page(body, ref, place.server) if "<" in body[:4096] else None
    return replace(post, seen_in=place.server.endpoint(endpoints.PAGE)) if post else None


def _from_json(ref: PostRef, server: Server, data: object) -> Post | None:
    if string(data, "id") == ref.id and (post := records.status_post(data, server)) is not None:
        return replace(post, seen_in=server.endpoint(endpoints.STATUS))
    item = activity.object_of(data)
    if item is None or not any((named.id, named.scope) == (ref.id, ref.scope) for named in activity.refs_of(item)):
        return None
    post = activity.object_post(item, ref)
    return replace(post, seen_in=server.endpoint(endpoints.OBJECT)) if post else None


def archived_lists(clues: Clues) -> tuple[str, ...]:
    """Pages that listed the account's posts, best first: before 4.0 the account's page did, the feed does since 2.0."""
    named = search.HANDLE.fullmatch(clues.handle[:400])
    if named is None:
        return ()
    user, root = named["user"], f"https://{named['host'].lower()}"
    found = [f"{root}/@{user}", f"{root}/@{user}.rss", f"{root}/users/{user}/outbox?page=true"]
    if clues.since is not None and clues.since.date().isoformat() <= FEEDS_UNTIL:
        found.insert(1, f"{root}/users/{user}.atom")
    return tuple(found)


def read_archived_list(url: str, exchange: Exchange) -> tuple[Post, ...]:
    """The account's own posts on an archived copy of such a page, without those that it boosted."""
    host = urls.host_of(url)
    return read_list_of(Server(host=host, domain=host), url, exchange) if host else ()


def read_list_of(server: Server, url: str, exchange: Exchange) -> tuple[Post, ...]:
    """The same, of a page of this server."""
    body = _text(exchange)
    if body is None:
        return ()
    if body[:1] in "{[":
        data = parse_json(body)
        posts = (
            search.posts_of_page(data)[0]
            if isinstance(dig(data, "type"), str)
            else records.statuses_of(data, server)[0]
        )
    elif feeds.is_feed(body):
        posts = feeds.posts_in(body, server)
    else:
        posts = pages.posts_on(body, server)
    user = urls.user_in(url)
    return tuple(replace(post, seen_in=server.endpoint("list")) for post in posts if _own(post, server, user))


def _own(post: Post, server: Server, user: str | None) -> bool:
    """Whether it is the account's own, and not one of another that the page shows too."""
    if post.scope != server.scope:
        return False
    return user is None or post.handle is None or post.handle.partition("@")[0].lower() == user.lower()


def _text(exchange: Exchange) -> str | None:
    try:
        return exchange.text(MAX_PAGE).lstrip("\ufeff \t\r\n")
    except ArchiverError:
        return None
