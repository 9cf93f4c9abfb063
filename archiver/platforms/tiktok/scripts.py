"""Which JSON do TikTok's pages carry in their scripts, and where in it is what?

Pages are drawn from a script's JSON: `__NEXT_DATA__` (to 2021), `SIGI_STATE` or `sigi-persisted-data` (2021 to 2023),
`__UNIVERSAL_DATA_FOR_REHYDRATION__` (since 2023), `api-data` (phones); the frames' is `__FRONTITY_CONNECT_STATE__`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
from selectolax.lexbor import LexborHTMLParser

from archiver.platforms.payload import value_at
from archiver.platforms.values import Json, dig, members, string, whole

UNIVERSAL = "__UNIVERSAL_DATA_FOR_REHYDRATION__"
SIGI = ("SIGI_STATE", "sigi-persisted-data")
NEXT = "__NEXT_DATA__"
PHONE = "api-data"
FRAME = "__FRONTITY_CONNECT_STATE__"

DETAILS = ("webapp.video-detail", "webapp.photo-detail", "webapp.reflow.video.detail")

MAX_VIDEOS = 500
"""Videos read of one listing; a frame has ten, an archived profile thirty."""


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """What a page says of its one video: the record, or a code and a word for why there is none."""

    code: int | None = None
    """0 where all is well; null where none is given."""
    word: str = ""
    """TikTok's own: `item_privacy_authorization&status_deleted`."""
    item: Json | None = None


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What a page says of an account: its videos, newest first as TikTok lists them, and whose they are."""

    items: tuple[Json, ...] = ()
    author: Json | None = None
    error: int | None = None
    """TikTok's code, where the account is not shown."""


def script(page: LexborHTMLParser, name: str) -> Json | None:
    """The JSON object in the script of this id; null where there is none."""
    node = page.css_first(f'script[id="{name}"]')
    if node is None:
        return None
    source = node.text(deep=True) or ""
    found = value_at(source, at) if (at := source.find("{")) >= 0 else None
    return found if isinstance(found, Mapping) else None


def detail(page: LexborHTMLParser, post_id: str) -> Detail | None:
    """What the page of a video says of it, whatever its age; null where its scripts hold nothing of the kind."""
    scope = dig(script(page, UNIVERSAL), "__DEFAULT_SCOPE__")
    for name in DETAILS:
        if isinstance(found := dig(scope, name), Mapping):
            return _detail(found, dig(found, "itemInfo", "itemStruct"))
    if isinstance(found := dig(script(page, PHONE), "videoDetail"), Mapping):
        return _detail(found, dig(found, "itemInfo", "itemStruct"))
    for name in SIGI:
        if (sigi := script(page, name)) is not None:
            item = dig(sigi, "ItemModule", post_id)
            if isinstance(item, Mapping) or "VideoPage" in sigi:
                return _detail(dig(sigi, "VideoPage"), item)
    props = dig(script(page, NEXT), "props", "pageProps")
    if isinstance(props, Mapping) and ({"itemInfo", "videoData", "statusCode"} & props.keys()):
        return _detail(props, dig(props, "itemInfo", "itemStruct") or dig(props, "videoData"))
    return None


def frame(page: LexborHTMLParser, post_id: str) -> Detail | None:
    """What the frame of a video says of it."""
    data = dig(script(page, FRAME), "source", "data", f"/embed/v2/{post_id}")
    if not isinstance(data, Mapping):
        return None
    video = dig(data, "videoData")
    if isinstance(dig(video, "itemInfos"), Mapping):
        return Detail(code=0, item=video)
    return Detail(code=whole(data.get("errorCode")), word=string(data, "errorMsg") or "")


def _detail(state: object, item: object) -> Detail:
    return Detail(
        code=whole(dig(state, "statusCode")),
        word=string(state, "statusMsg") or "",
        item=item if isinstance(item, Mapping) and item else None,
    )


def listing(page: LexborHTMLParser, handle: str) -> Listing | None:
    """The videos on an account's page or in its frame; null where the page is none of these."""
    frames = dig(script(page, FRAME), "source", "data")
    for key, data in frames.items() if isinstance(frames, Mapping) else ():
        if isinstance(data, Mapping) and str(key).lower().partition("?")[0] == f"/embed/@{handle.lower()}":
            owner = dig(data, "userInfo")
            items = members(dig(data, "videoList"))[:MAX_VIDEOS]
            if isinstance(owner, Mapping) and owner:
                return Listing(items=tuple(items), author=owner)
            return Listing(error=whole(data.get("errorCode")) or 0)
    user = dig(script(page, UNIVERSAL), "__DEFAULT_SCOPE__", "webapp.user-detail")
    if isinstance(user, Mapping):
        owner = dig(user, "userInfo", "user")
        items = members(dig(user, "itemList"))[:MAX_VIDEOS]
        return Listing(items=tuple(items), author=owner if isinstance(owner, Mapping) else None)
    found = tuple(_older_items(page))[:MAX_VIDEOS]
    return Listing(items=found) if found else None


def _older_items(page: LexborHTMLParser) -> Iterator[Json]:
    for name in SIGI:
        modules = dig(script(page, name), "ItemModule")
        if isinstance(modules, Mapping):
            yield from members(list(modules.values())[:MAX_VIDEOS])
    props = dig(script(page, NEXT), "props", "pageProps")
    for place in (("items",), ("itemList",), ("videoData",)):
        yield from members(dig(props, *place))
