"""The table of mentions: one row a post as a page shows it, with where that page is stored."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from archiver.exporting.columns import Column, Kind
from archiver.model import Article, Mention, PostRef
from archiver.platforms import platforms
from archiver.scan.unit import Page
from archiver.store.postmerge import variant_of
from archiver.store.records import parse_warc_date


class Row(msgspec.Struct, frozen=True, array_like=True):
    """One mention. The fields are the columns of the table, in their order; `COLUMNS` says what each holds."""

    file: str
    offset: int
    record_id: str
    record_type: str
    page_url: str
    page_host: str
    captured_at: datetime | None
    page_digest: str
    page_language: str | None
    page_title: str | None
    page_published: str | None
    number: int
    mention_id: str
    platform: str
    post_key: str | None
    post_id: str | None
    scope: str | None
    url: str | None
    found_url: str | None
    handle: str | None
    display_name: str | None
    date: str | None
    date_basis: str | None
    text: str | None
    links: tuple[str, ...]
    words_key: int | None
    selector: str | None
    start: int | None
    end: int | None
    rule: str
    confidence: float
    times: int


COLUMNS = (
    Column("file", Kind.TEXT, "the WARC file as it was given; `PACKAGE!/MEMBER` for one in a WACZ"),
    Column("offset", Kind.INTEGER, "of the page's record in that file, in bytes"),
    Column("record_id", Kind.TEXT, "of that record, without brackets"),
    Column("record_type", Kind.TEXT, "`response`, `resource`, or `conversion` (a WET file's text)"),
    Column("page_url", Kind.TEXT, "target URI of that record"),
    Column("page_host", Kind.TEXT, "of that address, in small letters, without `www.`"),
    Column("captured_at", Kind.TIME, "WARC-Date, UTC; null where it cannot be read"),
    Column("page_digest", Kind.TEXT, "`sha256:` and hex, of the payload, content-decoded"),
    Column("page_language", Kind.TEXT, "as the page says, or as its words look"),
    Column("page_title", Kind.TEXT, ""),
    Column("page_published", Kind.TEXT, "day or time, where the page says so"),
    Column("number", Kind.INTEGER, "of the mention in its page, from 0, in document order"),
    Column("mention_id", Kind.TEXT, "`m-…`; names the place in this version of the page"),
    Column("platform", Kind.TEXT, ""),
    Column(
        "post_key", Kind.TEXT, "one name of the post in all tables (`x:20`); null where the page does not tell its id"
    ),
    Column("post_id", Kind.TEXT, "null: the page shows the post flattened, without its id"),
    Column("scope", Kind.TEXT, "within what the id is unique, where the platform does not say it: a server"),
    Column("url", Kind.TEXT, "permalink that is known from the page alone"),
    Column("found_url", Kind.TEXT, "the link as it stands in the page"),
    Column("handle", Kind.TEXT, "as the page prints it, without `@`"),
    Column("display_name", Kind.TEXT, "as the page prints it"),
    Column("date", Kind.TEXT, "day or time as the page prints it, ISO"),
    Column("date_basis", Kind.TEXT, "whose day that is: `utc`, `viewer`; null: unknown"),
    Column("text", Kind.TEXT, "the post's words as the page prints them"),
    Column("links", Kind.TEXTS, "links within these words"),
    Column("words_key", Kind.INTEGER, "hash of handle and words without case, signs and links: the same words again"),
    Column("selector", Kind.TEXT, "CSS path of the element, in a page of HTML"),
    Column("start", Kind.INTEGER, "first code point of the whole post (its words and its signature), in a bare text"),
    Column("end", Kind.INTEGER, "the code point behind its last"),
    Column("rule", Kind.TEXT, "what found it"),
    Column("confidence", Kind.NUMBER, "0 to 1: that the page cites a post there"),
    Column("times", Kind.INTEGER, "how often the page shows it"),
)


def row_of(file: str, page: Page, article: Article, number: int, mention: Mention) -> Row:
    """The row of a mention: the `number`th of its page."""
    ref = ref_of(mention)
    folded = mention.handle.casefold() if mention.handle else None
    return Row(
        file=file,
        offset=page.offset,
        record_id=page.record_id,
        record_type=page.record_type,
        page_url=page.target_uri,
        page_host=host_of(page.target_uri),
        captured_at=_time(page.date),
        page_digest=article.digest,
        page_language=article.language,
        page_title=article.title,
        page_published=article.published,
        number=number,
        mention_id=mention.id,
        platform=mention.platform,
        post_key=ref.key if ref else None,
        post_id=mention.post_id,
        scope=ref.scope if ref else None,
        url=mention.url,
        found_url=mention.found_url,
        handle=mention.handle,
        display_name=mention.display_name,
        date=mention.date,
        date_basis=mention.date_basis,
        text=mention.words,
        links=mention.links,
        words_key=variant_of(folded, mention.words) if folded and mention.words else None,
        selector=mention.selector,
        start=mention.start,
        end=mention.end,
        rule=mention.rule,
        confidence=mention.confidence,
        times=mention.times,
    )


def ref_of(mention: Mention) -> PostRef | None:
    """The post that a mention names; null where the page does not tell which."""
    platform = platforms().get(mention.platform)
    if platform is None or mention.post_id is None:
        return None
    if mention.url is not None:
        return platform.ref_from_url(mention.url)
    try:
        return platform.ref_from_id(mention.post_id, mention.handle)
    except ValueError:
        return None  # a platform of many servers


def host_of(url: str) -> str:
    """The host of an address, in small letters, without `www.`; empty where it has none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def _time(warc_date: str) -> datetime | None:
    try:
        return parse_warc_date(warc_date)
    except ValueError:
        return None
