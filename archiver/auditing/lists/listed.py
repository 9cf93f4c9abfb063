"""How do the posts of a list of permalinks come into an audit, and into the archive?

A list is stored as an article is, so that all that is said later rests on it: its rows in portions of a thousand, each
a table of its own (CSV: permalink, words, handle, name, day, language, who cites it) under its content's name, with a
mention for each row. Other columns are the user's own notes and stay out. Which post a row is follows from its
permalink alone, and nobody is asked for it: the audit looks at the post itself. The same list again adds nothing, and
one that has grown adds the portions that changed.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from archiver.article import named_information
from archiver.auditing.cited import LISTED, Cited, cited_by, cites_of
from archiver.auditing.lists.permalinks import OnError, Permalink, read_permalinks, read_stored
from archiver.auditing.lists.postlist import post_list, read_post_list
from archiver.capture import Job
from archiver.errors import ArchiverError, InputError
from archiver.model import Article, Candidate, Mention, Outcome, Post, Reason, Resolution
from archiver.platforms import platform as platform_named
from archiver.sources import Document
from archiver.store.conclusions import Basis, resolution_conclusion

METHOD = "list/1"
"""Version of the rules by which a list's rows become mentions, and each mention a post."""

PORTION = 1000
"""Rows that are stored together."""

CONTENT_TYPE = "text/csv; charset=utf-8"
HEADINGS = ("permalink", "quote", "handle", "display_name", "date", "language", "cited_in")


def cited_in_permalinks(job: Job, source: str, *, on_error: OnError, stdin: BinaryIO | None = None) -> Iterator[Cited]:
    """What the rows of a list cite, in its order, one for each row that says something new: `merge` puts those of one
    post together, so that all who cite it are kept.

    source: as for `archiver.auditing.lists.permalinks.read_permalinks`, or a post index, a table of posts, or the
    folder of a scan. on_error: told of rows that name no post, and of what ends the reading. Nothing is asked of the
    network. Memory: a thousand rows at a time, and of a list of permalinks a digest of 16 bytes for each row before.
    When the job is asked to stop, the rest is left out.

    Raises `ArchiveError` when the archive cannot be written.
    """
    place = post_list(source) if stdin is None else None
    if place is not None:
        portions = _of_posts(source, place, on_error)
    else:
        portions = _portions(_unlike(read_permalinks(source, on_error=on_error, stdin=stdin)))
    for rows in portions:
        if job.stop():
            return
        yield from _cited(job, rows, source)


def _unlike(permalinks: Iterator[Permalink]) -> Iterator[Permalink]:
    """The rows without those that only repeat another."""
    seen: set[bytes] = set()
    for one in permalinks:
        said = repr((one.ref.key, one.text, one.handle, one.date, one.article)).encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(said, digest_size=16).digest()
        if digest not in seen:
            seen.add(digest)
            yield one


def _of_posts(source: str, place: Path, on_error: OnError) -> Iterator[list[Permalink]]:
    """The rows of a post index or a table of posts, where each comes once; what ends the reading is told."""
    try:
        yield from _portions(read_post_list(source, place, on_error))
    except ArchiverError as error:
        on_error(source, error)


def _portions(rows: Iterator[Permalink]) -> Iterator[list[Permalink]]:
    """A thousand rows at a time."""
    while portion := list(islice(rows, PORTION)):
        yield portion


def _cited(job: Job, rows: Sequence[Permalink], source: str) -> Iterator[Cited]:
    document, mentions = portion_of(rows, source)
    job.store_article(document, mentions, method=METHOD)
    cites = cites_of(document.article, mentions)
    for mention in mentions:
        resolution = resolved(mention)
        known = job.archive.catalogue.resolution(mention.id)
        if job.session is not None and (known is None or known[0] != resolution):
            job.session.write_conclusion(resolution_conclusion(resolution, Basis()), None)
        yield cited_by(mention, resolution, cites[mention.id], mention.source)


def portion_of(rows: Iterable[Permalink], source: str) -> tuple[Document, tuple[Mention, ...]]:
    """Some rows of a list as they are stored, and the mentions in them. source: the list's name."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    write(HEADINGS)
    mentions = []
    for row in rows:
        start = out.tell()
        write((row.url, row.text, row.handle, row.display_name, row.date, row.language, row.article))
        mentions.append(_mention(row, start, out.tell(), source))
    text = out.getvalue()
    data = text.encode()
    digest = hashlib.sha256(data)
    article = Article(
        source=source, uri=named_information(digest.digest()), digest=f"sha256:{digest.hexdigest()}", text=text
    )
    document = Document(article=article, data=data, content_type=CONTENT_TYPE)
    return document, tuple(mention.with_id(article.digest) for mention in mentions)


def portion_again(data: bytes, source: str) -> tuple[Article, tuple[Mention, ...]]:
    """The same from the stored bytes.

    Raises `InputError` where they are no portion of a list.
    """
    document, mentions = portion_of(read_stored(data, source), source)
    if document.data != data:
        raise InputError("this is no list of permalinks as this program stores it", subject=source)
    return document.article, mentions


def resolved(mention: Mention) -> Resolution:
    """Which post a mention of a list is: the one that its permalink names.

    Raises `ValueError` for a mention of no list.
    """
    platform = platform_named(mention.platform)
    ref = platform.ref_from_url(mention.url) if platform is not None and mention.url else None
    if mention.rule != LISTED or ref is None:
        raise ValueError("its permalink names no post")
    post = Post(platform=ref.platform, id=ref.id, url=ref.url, handle=ref.handle or mention.handle, scope=ref.scope)
    why = Reason(feature="permalink", weight=1.0, note="the permalink in the list")
    return Resolution(
        mention_id=mention.id,
        outcome=Outcome.RESOLVED,
        post_key=post.key,
        candidates=(Candidate(post=post, score=1.0, source="permalink", reasons=(why,)),),
        reason="named by the permalink in the list; nothing was asked of the platform",
        steps=(f"the list names {post.key}",),
        method=METHOD,
    )


def _mention(row: Permalink, start: int, end: int, source: str) -> Mention:
    return Mention(
        source=row.article or source,
        platform=row.ref.platform,
        handle=row.ref.handle or row.handle,
        display_name=row.display_name,
        date=row.date,
        text=row.text,
        post_id=row.ref.id,
        url=row.ref.url,
        start=start,
        end=end,
        found_url=row.url,
        rule=LISTED,
        confidence=1.0,
        why=("the list gives its permalink",),
    )
