"""How Mastodon's API writes a post and an account, and how that becomes a `Post`.

Entities `Status`, `Account`, `MediaAttachment`, `Quote`: https://docs.joinmastodon.org/entities/Status/. Pleroma,
Akkoma, GoToSocial, Friendica, Truth Social and Gab answer in the same form, with members of their own.

A poll's options are no part of the text: they are the author's words, but an article that quotes the post leaves them
out, and the stored record keeps them. A boost has no words of its own: the post that it boosts is read.
"""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from archiver.model import Media, Post, PostRef
from archiver.platforms.mastodon import urls
from archiver.platforms.mastodon.content import content_of, plain
from archiver.platforms.mastodon.servers import Server
from archiver.platforms.values import MAX_ITEMS, dig, https, moment, string, whole

ID = re.compile(r"[0-9A-Za-z]{1,40}(?:-[0-9A-Za-z]{1,12}){0,5}")
ACCOUNT_NAME = re.compile(rf"{urls.USER}(?:@{urls.SERVER})?")

NO_PICTURE = "/missing.png"
"""How the avatar of an account without one ends."""

KINDS = {"image": "photo", "video": "video", "gifv": "gif"}
"""Of media; sounds and files of unknown kind are not kept as pictures."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account as a server shows it."""

    id: str
    """Local to the server."""
    acct: str
    """Its name; `user@host` where it is another server's."""
    name: str | None
    uri: str | None
    url: str | None
    avatar: str | None
    suspended: bool = False
    locked: bool = False
    """Followers are approved, so posts may be for them alone."""
    moved_to: str | None = None
    """The `user@host` under which it goes on, where it says so."""
    created_at: datetime | None = None
    """Mastodon gives the day alone."""


def account_of(record: object, server: Server) -> Account | None:
    """The account in an `Account` entity; null where it names none."""
    acct = string(record, "acct") or string(record, "username")
    account_id = string(record, "id")
    if acct is None or account_id is None or not ID.fullmatch(account_id) or not ACCOUNT_NAME.fullmatch(acct[:320]):
        return None
    avatar = https(dig(record, "avatar"))
    return Account(
        id=account_id,
        acct=acct,
        name=plain(string(record, "display_name")) or acct.partition("@")[0],
        uri=https(dig(record, "uri")),
        url=https(dig(record, "url")),
        avatar=avatar if avatar and not avatar.endswith(NO_PICTURE) else None,
        suspended=dig(record, "suspended") is True,
        locked=dig(record, "locked") is True,
        moved_to=_moved(dig(record, "moved"), server),
        created_at=moment(dig(record, "created_at")),
    )


def _moved(record: object, server: Server) -> str | None:
    acct = string(record, "acct")
    if acct is None or not ACCOUNT_NAME.fullmatch(acct[:320]):
        return None
    return server.handle(acct)


def status_post(record: object, server: Server) -> Post | None:
    """The post in a `Status` entity, under the id that this server gives it; of a boost, the boosted post.

    Null where the record has no id, no account or no text.
    """
    inner = dig(record, "reblog")
    if isinstance(inner, dict):
        record = inner
    post_id, content = string(record, "id"), dig(record, "content")
    account = account_of(dig(record, "account"), server)
    if post_id is None or not ID.fullmatch(post_id) or not isinstance(content, str) or account is None:
        return None
    quoted = _quoted(record, server)
    words = content_of(content, without_quote=quoted is not None)
    ref = server.ref(post_id, account.acct, string(record, "url"))
    reply_to = string(record, "in_reply_to_id")
    created = moment(dig(record, "created_at"))
    edited = moment(dig(record, "edited_at"))
    return Post(
        platform=server.platform,
        id=post_id,
        scope=server.scope,
        url=ref.url,
        handle=ref.handle,
        display_name=account.name,
        account_id=account.id,
        created_at=created,
        text=words.text,
        warning=plain(string(record, "spoiler_text")),
        language=_language(record),
        media=_media(record, account),
        links=words.links,
        quoted=quoted,
        in_reply_to=server.key(reply_to) if reply_to and ID.fullmatch(reply_to) else None,
        edited_at=edited,
    )


def is_boost(record: object) -> bool:
    return isinstance(dig(record, "reblog"), dict)


def original_of(record: object, server: Server) -> PostRef | None:
    """Where the author's own server has the post, if this server only has a copy; null where it is this server's."""
    inner = dig(record, "reblog")
    if isinstance(inner, dict):
        record = inner
    acct = string(dig(record, "account"), "acct")
    if acct is None or not server.is_remote(acct):
        return None
    handle = server.handle(acct) if ACCOUNT_NAME.fullmatch(acct[:320]) else None
    for address in (https(dig(record, "url")), https(dig(record, "uri"))):
        if address is None:
            continue
        named = urls.ref_from_url(address)
        if named is not None and named.scope != server.host:
            return msgspec.structs.replace(named, handle=named.handle or handle)
    address = https(dig(record, "uri"))
    named = urls.ref_of_object(address) if address else None
    if named is None or named.scope == server.host:
        return None
    return msgspec.structs.replace(named, handle=handle)


def _language(record: object) -> str | None:
    code = string(record, "language")
    return code if code and len(code) <= 16 and code.isascii() else None


def _quoted(record: object, server: Server) -> str | None:
    """The key of the quoted post: by its own server where its address tells, else by the copy's id here.

    Mastodon since 4.4 has `quote.quoted_status`, or only its id; programs that quoted before have the status itself.
    """
    quote = dig(record, "quote")
    status = dig(quote, "quoted_status")
    if not isinstance(status, dict):
        status = quote if isinstance(dig(quote, "content"), str) else None
    if isinstance(status, dict):
        address = string(status, "url") or string(status, "uri")
        named = urls.ref_from_url(address) if address and not server.alone else None
        if named is not None:
            return named.key
    for post_id in (string(status, "id"), string(quote, "quoted_status_id"), string(record, "quote_id")):
        if post_id and ID.fullmatch(post_id):
            return server.key(post_id)
    return None


def _media(record: object, account: Account) -> tuple[Media, ...]:
    out: list[Media] = []
    attachments = dig(record, "media_attachments")
    for entry in attachments[:MAX_ITEMS] if isinstance(attachments, list) else ():
        out += attachment_media(entry)
    card = dig(record, "card")
    if image := https(dig(card, "image")):
        out.append(Media(kind="card", url=image, alt=plain(string(card, "image_description"))))
    if account.avatar:
        out.append(Media(kind="avatar", url=account.avatar))
    return tuple(out)


def attachment_media(entry: object) -> list[Media]:
    """The files of a `MediaAttachment`: the picture, or the film and its still."""
    kind = KINDS.get(string(entry, "type") or "")
    address = https(dig(entry, "url")) or https(dig(entry, "remote_url"))
    if kind is None or address is None:
        return []
    alt = plain(string(entry, "description"))
    width, height = whole(dig(entry, "meta", "original", "width")), whole(dig(entry, "meta", "original", "height"))
    out = [Media(kind=kind, url=address, alt=alt, width=width, height=height)]
    preview = https(dig(entry, "preview_url"))
    if kind != "photo" and preview and preview != address:
        out.append(Media(kind="poster", url=preview, alt=alt))
    return out


def statuses_of(data: object, server: Server) -> tuple[tuple[Post, ...], str | None]:
    """The posts in a list of statuses, without boosts, and the id of the last one: where the list goes on."""
    entries = data[: 4 * MAX_ITEMS] if isinstance(data, list) else []
    posts = [post for entry in entries if not is_boost(entry) and (post := status_post(entry, server))]
    last = string(entries[-1], "id") if entries else None
    return tuple(posts), last if last and ID.fullmatch(last) else None
