"""Which post is a row of a table (CSV), or a line of JSON, that a user has?

Columns go by many names; those that are known are in `COLUMNS`. A row needs an address, or a platform with an id; where
it has both they have to agree. What a row says of time is only believed as far as it says it: a time without its zone
is a day. A row that names the page on which it was seen is that page's claim; any other is a record of the user's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from archiver.brought.items import Claim, Item, Passed, Problem, Record
from archiver.detect.permalinks import Permalinks
from archiver.model import Post, PostRef
from archiver.platforms import platform as platform_named
from archiver.platforms import platforms
from archiver.platforms.base import Platform
from archiver.platforms.values import MAX_TEXT, clean, epoch, https

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "platform": ("platform", "network", "site", "service"),
        "url": ("permalink", "url", "link", "post_url", "tweet_url", "status_url", "permalink_url", "uri"),
        "id": ("id", "post_id", "tweet_id", "status_id", "id_str", "message_id", "video_id"),
        "handle": ("handle", "username", "user_name", "screen_name", "user_screen_name", "user", "account", "author"),
        "display_name": ("display_name", "name", "user_display_name", "author_name", "full_name"),
        "account_id": ("account_id", "user_id", "author_id", "user_id_str"),
        "created_at": ("created_at", "date", "datetime", "time", "timestamp", "published_at", "published"),
        "text": ("text", "full_text", "content", "body", "message", "caption", "tweet"),
        "title": ("title",),
        "page": ("page", "page_url", "cited_in", "article", "article_url"),
        "seen": ("seen", "seen_at", "captured_at", "retrieved_at"),
    }
)
"""What a column is called, the first that is there counts; case and signs do not matter (`Created At`)."""

PLATFORM_NAMES = MappingProxyType(
    {"twitter": "x", "bsky": "bluesky", "fediverse": "mastodon", "truth_social": "truthsocial"}
)

MAX_NAME = 256
"""Characters of a handle, a name, an id."""

COMMENT = re.compile(
    r"[?&](?:comment_?id|lc|comment|reply_comment_id)=|/comments/\w+/[^/?#]*/\w+|#comment", re.IGNORECASE
)
"""Addresses of answers below a post, which name the post above them."""

ROUNDED = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
PLACEHOLDERS = frozenset({"[deleted]", "[removed]", "[deleted by user]"})

CLOCKS_DIFFER = timedelta(days=1)
"""A row's time may be of another zone than its id's, not of another day but the next."""

AUTHORS_TIME = frozenset({"bluesky"})
"""Platforms on which an author's program makes both the id and the time of a post, and may date it back."""

X_TIME = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d:\d\d:\d\d) ([+-]\d{4}) (\d{4})")
TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\d{0,3} ?(Z|UTC|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:\D.*)?", re.DOTALL)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def column_of(name: str) -> str | None:
    """Which column a heading stands for; null for one that is not known."""
    plain = re.sub(r"\W+", "_", name.strip().casefold()).strip("_")
    return _COLUMN.get(plain)


_COLUMN = {name: column for column, names in COLUMNS.items() for name in names}


def chosen(row: Mapping[str, object]) -> dict[str, object]:
    """The known columns of a row, each from the first of its names that is there and not empty."""
    plain = {re.sub(r"\W+", "_", name.strip().casefold()).strip("_"): value for name, value in row.items()}
    out: dict[str, object] = {}
    for column, names in COLUMNS.items():
        found = next((plain[name] for name in names if plain.get(name) not in (None, "")), None)
        if found is not None:
            out[column] = found
    return out


class Rows:
    """Reads the rows of one file."""

    def __init__(self, *, handle: str | None = None, claims: bool = False, display_name: str | None = None) -> None:
        """handle, display_name: whose posts they are, where a row does not say. claims: nobody vouches for them."""
        self._handle = handle
        self._name = display_name
        self._claims = claims
        self._links = Permalinks(tuple(platforms().values()))

    def item(self, row: Mapping[str, object], where: str) -> Item:
        """The post of a row."""
        if "rule" in row and "confidence" in row and "source" in row:
            return self._mention(row, where)
        if "mention_id" in row and "outcome" in row:
            return Passed(why="a result of `archiver resolve` or `archive`: the archive has its record")
        fields = chosen(row)
        try:
            post = self._post(fields)
        except ValueError as error:
            return Problem(where=where, what=str(error))
        seen = _seen(fields.get("seen"))
        if "page" in fields:
            page = https(fields["page"])
            if page is None:
                return Problem(where=where, what="its page is no address")
            return Claim(post=post, page=page, seen=seen)
        return Claim(post=post, seen=seen) if self._claims else Record(post=post, seen=seen and seen[:10])

    def _mention(self, row: Mapping[str, object], where: str) -> Item:
        """What `archiver find` saw in an article: a claim of the page, where its address is known."""
        if not row.get("post_id"):
            return Passed(why="a mention without an id")
        words = [part for part in (row.get("text"), row.get("continuation")) if isinstance(part, str) and part]
        fields: dict[str, object] = {
            "platform": row.get("platform"), "id": row.get("post_id"), "url": row.get("url"),
            "handle": row.get("handle"), "display_name": row.get("display_name"), "created_at": row.get("date"),
            "text": "\n".join(words),
        }  # fmt: skip
        try:
            post = self._post({name: value for name, value in fields.items() if value not in (None, "")})
        except ValueError as error:
            return Problem(where=where, what=str(error))
        source = row.get("source")
        page = source if isinstance(source, str) else ""
        if "#http" in page and not page.startswith("http"):
            page = page[page.index("#http") + 1 :]
        return Claim(post=post, page=https(page.partition("#")[0]))

    def _post(self, fields: Mapping[str, object]) -> Post:
        """Raises `ValueError` with what is wrong."""
        handle = _short(fields.get("handle"))
        handle = (handle or self._handle or "").lstrip("@") or None
        ref, platform = self.ref(fields, handle)
        made, day = moment_of(fields.get("created_at"))
        told = platform.time_of(ref.id)
        if told is not None and platform.name not in AUTHORS_TIME:
            said = made or (datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None)
            if said is not None and abs(said - told) > CLOCKS_DIFFER + (timedelta() if made else CLOCKS_DIFFER):
                raise ValueError(f"its time ({said:%Y-%m-%d}) is not that of its id ({told:%Y-%m-%d})")
        if told is not None:
            day = f"{told:%Y-%m-%d}"
        text = fields.get("text")
        text = clean(text[:MAX_TEXT]) if isinstance(text, str) else None
        title = fields.get("title")
        return Post(
            platform=ref.platform,
            id=ref.id,
            scope=ref.scope,
            url=ref.url,
            handle=ref.handle or handle,
            display_name=_short(fields.get("display_name")) or self._name,
            account_id=_short(fields.get("account_id")),
            created_at=made,
            day=day if made is None or f"{made:%Y-%m-%d}" != day else None,
            text=text if text not in PLACEHOLDERS else None,
            title=clean(title[:MAX_TEXT]) if isinstance(title, str) and title not in PLACEHOLDERS else None,
            seen_in="file",
        )

    def ref(self, fields: Mapping[str, object], handle: str | None) -> tuple[PostRef, Platform]:
        """Which post it is, by `url`, or by `platform` and `id`. Raises `ValueError` with what is wrong."""
        name = str(fields.get("platform", "")).strip().casefold().replace(" ", "_")[:MAX_NAME]
        name = PLATFORM_NAMES.get(name, name)
        platform = platform_named(name) if name else None
        if name and platform is None:
            raise ValueError(f"no platform has the name {name!r}")
        post_id = _short(fields.get("id"))
        if post_id and ROUNDED.fullmatch(post_id):
            raise ValueError(f"its id was rounded ({post_id}), as spreadsheets do")
        url = _address(fields.get("url"))
        if url is None and "url" in fields and post_id is None:
            raise ValueError("its address is none")
        if url is not None:
            if COMMENT.search(url):
                raise ValueError("it is a comment: its address names the post above it")
            named = self._links.read(url, any_server=True)
            if named is None:
                if post_id is None or platform is None:
                    raise ValueError("its address is that of no post")
            elif platform is not None and named.platform.name != platform.name:
                raise ValueError(f"its address is one of {named.platform.name}, and it says {platform.name}")
            else:
                ref = named.ref
                if post_id is not None and not _same_id(post_id, ref):
                    raise ValueError(f"its id ({post_id}) is not that of its address ({ref.id})")
                return ref, named.platform
        if platform is None or post_id is None:
            raise ValueError("neither an address nor a platform with an id says which post it is")
        ref = platform.ref_from_id(post_id, handle)
        again = platform.ref_from_url(ref.url) if ref.url else None
        if again is None or again.key != ref.key:
            raise ValueError(f"{post_id!r} is no id of {platform.name}" + ("" if handle else ", or it needs a handle"))
        return ref, platform


def _same_id(post_id: str, ref: PostRef) -> bool:
    """Whether an id is that of a reference: also without what the platform writes in front of it (`t3_1a2b3c`, a
    channel's name)."""
    given, wanted = post_id.casefold(), ref.id.casefold()
    return given == wanted or given.endswith((f"_{wanted}", f"/{wanted}")) or wanted.endswith(f"/{given}")


def _address(value: object) -> str | None:
    """An address that may be a post's, also Bluesky's own kind."""
    if isinstance(value, str) and value.startswith("at://") and len(value) < 1024 and value.isprintable():
        return value
    return https(value.strip() if isinstance(value, str) else value)


def _short(value: object) -> str | None:
    """A name or an id: also a number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        value = str(value) if abs(value) < 10**40 else None
    return clean(value.strip()[:MAX_NAME]) or None if isinstance(value, str) else None


def _seen(value: object) -> str | None:
    made, day = moment_of(value)
    return made.isoformat().replace("+00:00", "Z") if made is not None else day


def moment_of(value: object) -> tuple[datetime | None, str | None]:
    """The time that a cell says, in UTC, and the day; only the day where it gives no zone."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        made = epoch(value) or epoch(value / 1000)
        return made, f"{made:%Y-%m-%d}" if made else None
    if not isinstance(value, str) or len(value) > 64:
        return None, None
    text = value.strip()
    if text.isascii() and text.isdecimal() and len(text) in (10, 13):
        return moment_of(int(text))
    if found := X_TIME.fullmatch(text):
        month = MONTHS.index(found[1]) + 1 if found[1] in MONTHS else 0
        text = f"{found[5]}-{month:02}-{found[2]}T{found[3]}{found[4]}"
    try:
        if (found := TIME.fullmatch(text)) and found[3]:
            zone = "+00:00" if found[3].upper() in ("Z", "UTC") else found[3]
            made = datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}").astimezone(UTC)
            return made, f"{made:%Y-%m-%d}"
        if found := DAY.fullmatch(text):
            return None, datetime.fromisoformat(found[1]).date().isoformat()
    except (ValueError, OverflowError):
        pass
    return None, None
