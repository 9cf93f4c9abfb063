"""What does a page of a server show of posts, as it arrives?

Until 4.0 Mastodon's pages held the posts themselves, and its embed frames until 4.3
(app/views/statuses/_detailed_status.html.haml, _simple_status.html.haml; app/views/stream_entries/ before 3.0): an
element of the class `detailed-status` or `status` with microformats (https://microformats.org/wiki/h-entry), which
GoToSocial's pages have too. Later pages draw themselves with scripts and hold only the lines for link previews, which
have all of the words (app/helpers/statuses_helper.rb): `og:description` is what is attached, an empty line, the text.

Cost: at most `MAX_POSTS` elements of a page are read, and at most `MAX_PARTS` elements within each.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.model import Media, Post, PostRef
from archiver.platforms.bounds import parse
from archiver.platforms.markup import classes, first_elements
from archiver.platforms.mastodon import ids, urls
from archiver.platforms.mastodon.content import content_in, plain
from archiver.platforms.mastodon.records import attachment_media
from archiver.platforms.mastodon.servers import Server
from archiver.platforms.values import MAX_ITEMS, MAX_TEXT, clean, dig, https, moment, parse_json

MAX_POSTS = 60
"""Posts read of one page; an account's page had 20, a conversation at most 60."""

MAX_PARTS = 600
"""Elements looked at within one post: a post with four pictures has about 80."""

MAX_CLIMB = 8

AROUND = frozenset({"detailed-status", "status", "h-entry", "h-cite", "entry", "status__wrapper"})
WORDS = ".e-content, .status__content__text, .status__content"
TO_ITSELF = frozenset({"u-uid", "detailed-status__datetime", "status__relative-time", "u-url"})

ATTACHED = re.compile(r"[^\n:：]{2,40}[:：][ \u00a0]?\d{1,2}[ \u00a0][^\n]{1,80}")
"""`Attached: 2 images · 1 video`, in the server's language."""

WARNED = re.compile(
    r"(?:[^\n]{1,160} · )?(?:Content warning|CW|Inhaltswarnung|Avertissement(?: sur le contenu)?|Alerta de contenido|"
    r"Advertencia de contenido|Aviso de conteúdo|Предупреждение о содержании)[ \u00a0]?[:：] ?(?P<warning>[^\n]+)"
)
"""What a preview says in the place of words behind a content warning."""

POLL = re.compile(r"(?:\[ \] [^\n]*\n?)+")

TITLE = re.compile(rf"(?P<name>.{{0,200}}?)\s*\(@(?P<account>{urls.USER}(?:@{urls.SERVER})?)\)", re.DOTALL)
"""`Ana Example (@ana@social.example)`."""


def read_page(page: str, ref: PostRef, server: Server) -> Post | None:
    """The post of this reference, from its page or its frame; null where the page does not show it."""
    tree = parse(page)
    shown = next((post for post in _posts(tree, server, wanted=ref.id)), None)
    preview = _preview(tree, ref, server)
    if shown is None or preview is None:
        return shown or preview
    return _joined(shown, preview)


def posts_on(page: str, server: Server) -> tuple[Post, ...]:
    """All posts that a page shows, in its order, of whatever account."""
    return tuple(_posts(parse(page), server))


def _joined(shown: Post, preview: Post) -> Post:
    """The words of the page itself, with the time and the names of its preview lines where it lacks them."""
    return Post(
        platform=shown.platform,
        id=shown.id,
        scope=shown.scope,
        url=shown.url,
        handle=shown.handle or preview.handle,
        display_name=shown.display_name or preview.display_name,
        created_at=preview.created_at if shown.created_at == ids.time_of(shown.id) else shown.created_at,
        edited_at=shown.edited_at,
        text=shown.text,
        warning=shown.warning or preview.warning,
        language=shown.language,
        media=shown.media or preview.media,
        links=shown.links,
    )


def _posts(tree: LexborHTMLParser, server: Server, wanted: str | None = None) -> list[Post]:
    out: dict[str, Post] = {}
    found = tree.css(WORDS)[: 2 * MAX_POSTS]
    around_others = {parent.mem_id for words in found for parent in _above(words)}
    for words in found:
        if words.mem_id in around_others:
            continue  # the words stand in an element within
        around = _around(words)
        if around is None:
            continue
        post = _post(words, around, server)
        if post is not None and post.id not in out and wanted in (None, post.id):
            out[post.id] = post
        if len(out) >= MAX_POSTS:
            break
    return list(out.values())


def _around(words: LexborNode) -> LexborNode | None:
    return next((node for node in (words, *_above(words)) if classes(node) & AROUND), None)


def _above(node: LexborNode) -> list[LexborNode]:
    """What an element stands in, the nearest first."""
    out: list[LexborNode] = []
    parent = node.parent
    while parent is not None and len(out) < MAX_CLIMB:
        out.append(parent)
        parent = parent.parent
    return out


def _post(words: LexborNode, around: LexborNode, server: Server) -> Post | None:
    named: PostRef | None = None
    made: datetime | None = None
    edited: datetime | None = None
    name = account = warning = avatar = None
    media: list[Media] = []
    for node in first_elements(around, MAX_PARTS):
        own = classes(node)
        if node.tag == "a" and own & TO_ITSELF and (named is None or "u-uid" in own):
            named = _link(node, server) or named
        elif node.tag == "time" or own & {"dt-published", "dt-updated"}:
            stamp = moment(node.attributes.get("datetime") or node.attributes.get("value") or "")
            if "dt-updated" in own:
                edited = edited or stamp
            else:
                made = made or stamp
        elif name is None and own & {"display-name__html", "p-name"} and not own & {"e-content", "status__content"}:
            name = content_in(node).text
        elif account is None and "display-name__account" in own:
            account = node.text()[:320].strip().lstrip("@").split()
        elif warning is None and own & {"p-summary", "status__content__spoiler-text"}:
            warning = content_in(node).text
        elif avatar is None and node.tag == "img" and own & {"u-photo", "account__avatar"}:
            avatar = https(_absolute(node.attributes.get("src"), server))
        elif len(media) < MAX_ITEMS:
            media += _media(node, server)
    if named is None:
        return None
    content = content_in(words)
    handle = named.handle
    if account and re.fullmatch(rf"{urls.USER}@{urls.SERVER}", account[0]) and not server.alone:
        handle = account[0]
    if avatar:
        media.append(Media(kind="avatar", url=avatar))
    return Post(
        platform=server.platform,
        id=named.id,
        scope=named.scope,
        url=named.url,
        handle=handle,
        display_name=name or None,
        created_at=made or ids.time_of(named.id),
        edited_at=edited,
        text=content.text,
        warning=warning or None,
        language=_code(words.attributes.get("lang")),
        media=tuple(media[:MAX_ITEMS]),
        links=content.links,
    )


def _link(node: LexborNode, server: Server) -> PostRef | None:
    address = _absolute(node.attributes.get("href"), server)
    return server.named(address) if address else None


def _absolute(address: str | None, server: Server) -> str | None:
    if not address or len(address) > 2048:
        return None
    try:
        return urljoin(f"https://{server.host}/", address)
    except ValueError:
        return None


def _media(node: LexborNode, server: Server) -> list[Media]:
    """Pictures and films: of the component that draws them, or as plain markup."""
    props = node.attributes.get("data-props")
    if props and len(props) < MAX_TEXT:
        data = parse_json(props)
        entries = dig(data, "media")
        if isinstance(entries, list):
            return [item for entry in entries[:MAX_ITEMS] for item in attachment_media(entry)]
        film = https(_absolute(dig(data, "src"), server)) if isinstance(dig(data, "src"), str) else None
        if film and node.attributes.get("data-component") == "Video":
            alt = dig(data, "alt")
            return [Media(kind="video", url=film, alt=plain(alt) if isinstance(alt, str) else None)]
    if node.tag == "a" and "media-gallery__item-thumbnail" in classes(node):
        picture = node.css_first("img")
        address = https(_absolute(node.attributes.get("href"), server))
        alt = plain(picture.attributes.get("alt")) if picture else None
        return [Media(kind="photo", url=address, alt=alt)] if address else []
    return []


def _preview(tree: LexborHTMLParser, ref: PostRef, server: Server) -> Post | None:
    """The lines for link previews, of a page that names itself as this post's."""
    address = _meta(tree, "og:url") or _canonical(tree)
    named = server.named(address) if address else None
    if named is None or named.id != ref.id:
        return None
    words = (_meta(tree, "og:description") or _meta(tree, "description") or "")[:MAX_TEXT].strip()
    title = TITLE.match((_meta(tree, "og:title") or "")[:600])
    image = https(_meta(tree, "og:image"))
    pictured = image is not None and ("media_attachments" in image or "/fileserver/" in image)
    head, gap, rest = words.partition("\n\n")
    if pictured and ATTACHED.fullmatch(head):
        words = rest if gap else ""
    warned = WARNED.fullmatch(words) or WARNED.fullmatch(head)
    options = words.rpartition("\n\n")[2]
    if POLL.fullmatch(options):
        words = words[: -len(options)].strip()
    if not words and not pictured:
        return None
    account = title["account"] if title else _meta(tree, "profile:username")
    handle = server.handle(account) if account and re.fullmatch(rf"{urls.USER}(?:@{urls.SERVER})?", account) else None
    return Post(
        platform=ref.platform,
        id=ref.id,
        scope=ref.scope,
        url=named.url,
        handle=handle or named.handle or ref.handle,
        display_name=clean(title["name"].strip()) or None if title else None,
        created_at=time_written(_meta(tree, "og:published_time") or _meta(tree, "article:published_time"))
        or ids.time_of(ref.id),
        text=None if warned else clean(words),
        warning=clean(warned["warning"]) if warned else None,
        media=(Media(kind="photo", url=image, alt=plain(_meta(tree, "og:image:alt"))),) if pictured and image else (),
    )


def time_written(value: str | None) -> datetime | None:
    if not value or len(value) > 60:
        return None
    if (found := moment(value)) is not None:
        return found
    try:
        stamp = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return stamp.astimezone(UTC) if stamp.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _meta(tree: LexborHTMLParser, name: str) -> str | None:
    node = tree.css_first(f'meta[property="{name}"], meta[name="{name}"]')
    return node.attributes.get("content") if node else None


def _canonical(tree: LexborHTMLParser) -> str | None:
    node = tree.css_first('link[rel="canonical"]')
    return node.attributes.get("href") if node else None


def _code(lang: str | None) -> str | None:
    return lang if lang and len(lang) <= 16 and lang.isascii() else None
