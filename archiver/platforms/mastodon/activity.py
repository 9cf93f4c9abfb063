"""How ActivityPub writes a post and an account, and how that becomes a `Post`.

Every server of the fediverse gives its posts in this form, whatever its program: a `Note` (Mastodon, Pleroma, Misskey,
Pixelfed, Friendica), a `Question` (a poll), a `Page` (Lemmy), an `Article` (WriteFreely, WordPress), a `Video`
(PeerTube). The vocabulary is https://www.w3.org/TR/activitystreams-vocabulary/; a member may be one thing or a list of
things, a thing may be an object or just its address. What stands where a deleted post was is a `Tombstone`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from msgspec.structs import replace

from archiver.model import Media, Post, PostRef
from archiver.platforms.mastodon import urls
from archiver.platforms.mastodon.content import Content, content_of, plain
from archiver.platforms.values import MAX_ITEMS, MAX_TEXT, Json, clean, dig, https, moment, string, whole

POSTS = frozenset({"Note", "Question", "Page", "Article", "Video", "Image", "Audio", "Event", "Document"})
ACTORS = frozenset({"Person", "Service", "Application", "Group", "Organization"})
WARNED = frozenset({"Note", "Question"})
"""Where `summary` is a line in front of the text; of an article or a film it is a teaser."""

TOUCHED_OFTEN = frozenset({"Video", "Audio", "Event"})
"""Where `updated` changes without anybody editing the words (counts, new files)."""

MIMES = {"image": "photo", "video": "video"}

SAME_TIME = timedelta(seconds=1)

_NAMED = re.compile(
    rf"/(?:users|u|profile|accounts|actor|author|c|video-channels)/(?P<user>{urls.USER})/?|/@(?P<at>{urls.USER})/?"
)
"""Paths of accounts that name them. Misskey has `/users/` with an id that looks like a name: that is asked for."""


def object_of(data: object) -> Json | None:
    """The post itself: what an answer holds, or what the `Create` activity in it made."""
    if not isinstance(data, Mapping):
        return None
    if kind_of(data) in ("Create", "Update"):
        inner = data.get("object")
        return inner if isinstance(inner, Mapping) else None
    return data


def kind_of(data: object) -> str:
    """The type; of several the first."""
    found = dig(data, "type")
    if isinstance(found, list):
        found = found[0] if found else None
    return found if isinstance(found, str) else ""


def deleted_object(data: object) -> str | None:
    """The address of what a `Tombstone`, or a `Delete` activity, says is deleted (empty where it names none); null for
    anything else."""
    kind = kind_of(data)
    if kind == "Tombstone":
        return string(data, "id") or string(data, "@id") or ""
    if kind == "Delete":
        inner = dig(data, "object")
        if isinstance(inner, str):
            return inner
        return string(inner, "id") or string(inner, "@id") or ""
    return None


def was_account(data: object) -> bool:
    """Whether a tombstone stands for an account."""
    inner = dig(data, "object") if kind_of(data) == "Delete" else data
    former = dig(inner, "formerType") or dig(inner, "former_type")
    kinds = former if isinstance(former, list) else [former]
    return any(kind in ACTORS for kind in kinds if isinstance(kind, str))


def refs_of(data: Json) -> list[PostRef]:
    """All addresses under which an object says that it is, as references: its page first, then its id. Those on another
    host than its id's are not its own."""
    own = https(data.get("id"))
    out: list[PostRef] = []
    for address in (*_addresses(data.get("url")), own):
        named = urls.ref_of_object(address) if address else None
        if named is not None and own and named.scope == urls.host_of(own) and named not in out:
            out.append(named)
    return out


def author_of(data: Json) -> str | None:
    """The address of who wrote it: of several (PeerTube names the channel too) the person. A server speaks for its own
    accounts alone, so that an author on another host is none."""
    own = urls.host_of(string(data, "id") or "")
    by = data.get("attributedTo", data.get("actor"))
    entries = by if isinstance(by, list) else [by]
    people = [entry for entry in entries if kind_of(entry) == "Person"]
    for entry in (*people, *entries[:MAX_ITEMS]):
        address = https(entry if isinstance(entry, str) else dig(entry, "id"))
        if address and own and urls.host_of(address) == own:
            return address
    return None


def object_post(data: Json, ref: PostRef) -> Post | None:
    """The post in an object, under this reference; null where it is none, or has neither text nor title nor media."""
    kind = kind_of(data)
    if kind not in POSTS:
        return None
    content = _content(data)
    title = plain(string(data, "name")) if kind not in WARNED else None
    media = _media(data)
    if content is None and title is None and not media:
        return None
    quoted = _quoted(data)
    if string(data, "mediaType") in ("text/markdown", "text/plain"):
        words = Content(text=clean((content or "")[:MAX_TEXT]).strip())
    else:
        words = content_of(content or "", without_quote=quoted is not None)
    author = author_of(data)
    made = moment(data.get("published"))
    edited = moment(data.get("updated")) if kind not in TOUCHED_OFTEN else None
    if edited is not None and (made is None or edited - made <= SAME_TIME):
        edited = None
    return Post(
        platform=ref.platform,
        id=ref.id,
        scope=ref.scope,
        url=ref.url,
        handle=_handle(data, author) or ref.handle,
        account_id=_account_id(author),
        created_at=made,
        text=words.text,
        title=title,
        warning=plain(string(data, "summary")) if kind in WARNED else None,
        language=_language(data),
        media=media,
        links=tuple(dict.fromkeys((*words.links, *_attached_links(data))))[:MAX_ITEMS],
        quoted=quoted,
        in_reply_to=_key(data.get("inReplyTo")),
        edited_at=edited,
    )


def with_actor(post: Post, actor: object, author: str) -> Post:
    """The post with the names of its account, as the account's own object has them."""
    if kind_of(actor) not in ACTORS or string(actor, "id") != author:
        return post
    user, host = string(actor, "preferredUsername"), urlsplit(author).hostname
    icon = dig(actor, "icon")
    avatar = https(dig(icon, "url") or dig(icon, 0, "url"))
    media = post.media
    if avatar and not any(m.kind == "avatar" for m in media):
        media = (*media, Media(kind="avatar", url=avatar))
    handle = f"{user}@{host}" if user and host and re.fullmatch(urls.USER, user) else post.handle
    name = plain(string(actor, "name")) or (user and clean(user[:64])) or post.display_name
    return replace(post, handle=handle, display_name=name, media=media)


def _content(data: Json) -> str | None:
    content = data.get("content")
    if isinstance(content, str):
        return content
    by_language = data.get("contentMap")
    if isinstance(by_language, Mapping):
        return next((value for value in by_language.values() if isinstance(value, str)), None)
    return None


def _language(data: Json) -> str | None:
    by_language = data.get("contentMap")
    codes = [code for code in by_language if isinstance(code, str)] if isinstance(by_language, Mapping) else []
    if not codes and (code := string(data.get("language"), "identifier")):
        codes = [code]
    return codes[0] if len(codes) == 1 and len(codes[0]) <= 16 and codes[0].isascii() else None


def _handle(data: Json, author: str | None) -> str | None:
    """`user@host`, where an address of the post or of its author names the user."""
    for ref in refs_of(data):
        if ref.handle:
            return ref.handle
    if author is None:
        return None
    parts = urlsplit(author)
    named = _NAMED.fullmatch(parts.path)
    if named is None or not parts.hostname:
        return None
    user = named["user"] or named["at"]
    if named["user"] and any(r.url.startswith(f"https://{r.scope}/notes/") for r in refs_of(data)):
        return None
    return f"{user}@{parts.hostname}"


_NUMBERED = re.compile(r"/ap/users/(\d{1,20})/?")


def _account_id(author: str | None) -> str | None:
    """The number of Mastodon's newer addresses, which its API has too; else the address, which stays the same."""
    if author is None:
        return None
    numbered = _NUMBERED.fullmatch(urlsplit(author).path)
    return numbered[1] if numbered else author


def _key(value: object) -> str | None:
    address = https(value if isinstance(value, str) else dig(value, "id"))
    named = urls.ref_of_object(address) if address else None
    return named.key if named else None


def _quoted(data: Json) -> str | None:
    """FEP-044f's `quote`, and the names that programs used before."""
    for name in ("quote", "quoteUrl", "quoteUri", "_misskey_quote"):
        if key := _key(data.get(name)):
            return key
    return None


def _addresses(value: object) -> list[str]:
    """The addresses in `url`: a string, a `Link`, or a list of either; pages before files."""
    entries = value[:MAX_ITEMS] if isinstance(value, list) else [value]
    pages: list[str] = []
    for entry in entries:
        if isinstance(entry, Mapping) and string(entry, "mediaType") not in (None, "text/html"):
            continue
        if address := https(entry if isinstance(entry, str) else dig(entry, "href")):
            pages.append(address)
    return pages


def _things(value: object) -> list[Json]:
    entries = value[:MAX_ITEMS] if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, Mapping)]


def _media(data: Json) -> tuple[Media, ...]:
    out: list[Media] = []
    for entry in _things(data.get("attachment")):
        kind = MIMES.get((string(entry, "mediaType") or string(entry, "type") or "").partition("/")[0].lower())
        address = _file(entry)
        if kind is None or address is None:
            continue
        alt = plain(string(entry, "name") or string(entry, "summary"))
        width, height = whole(entry.get("width")), whole(entry.get("height"))
        out.append(Media(kind=kind, url=address, alt=alt, width=width, height=height))
    if kind_of(data) == "Video" and (film := _film(data.get("url"))):
        out.append(Media(kind="video", url=film))
    kind = "poster" if kind_of(data) == "Video" else "card"
    drawn = (_file(entry) for name in ("image", "icon") for entry in _things(data.get(name))[:1])
    out += [Media(kind=kind, url=address) for address in drawn if address]
    return tuple(out[:MAX_ITEMS])


def _file(entry: Json) -> str | None:
    value = entry.get("url", entry.get("href"))
    entries = value[:MAX_ITEMS] if isinstance(value, list) else [value]
    found = (https(e if isinstance(e, str) else dig(e, "href") or dig(e, "url")) for e in entries)
    return next((address for address in found if address), None)


def _film(value: object) -> str | None:
    """The first MP4 among a film's links, which PeerTube orders by quality."""
    for entry in _things(value):
        if string(entry, "mediaType") == "video/mp4" and (address := https(entry.get("href"))):
            return address
    return None


def _attached_links(data: Json) -> list[str]:
    """What a post of a link forum is about (Lemmy)."""
    found = (
        https(entry.get("href")) for entry in _things(data.get("attachment")) if kind_of(entry) in ("Link", "Page")
    )
    return [address for address in found if address]
