"""The Python face: what the commands do, as functions. `import archiver` shows them; nothing else is public."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from archiver.auditing import (
    AskCopies,
    Cited,
    Finding,
    Plan,
    cited_in_archive,
    cited_in_document,
    cited_in_permalinks,
    in_portions,
    is_permalink_list,
    merge,
    post_list,
)
from archiver.auditing import audit as audit_cited
from archiver.capture import ArchivedPost, Job, Progress, no_progress, running
from archiver.capture.documents import documents
from archiver.config import Settings, load_settings
from archiver.detect import find as find_in_article
from archiver.errors import ArchiverError
from archiver.model import Article, Mention, Resolution, Verification
from archiver.repairing import Places, Repaired, article_file, replay_address
from archiver.repairing import repair as repair_document
from archiver.store import Archive
from archiver.web.once import StoppedError

POSTS_AT_ONCE = 10_000
"""Posts of a post index that are looked at together."""

Source = str | os.PathLike[str]
OnError = Callable[[str, ArchiverError], None]


def _raise(_source: str, error: ArchiverError) -> None:
    raise error


def find(source: Source | Article, *, settings: Settings | None = None, prose: bool = False) -> list[Mention]:
    """The posts that an article cites, in document order.

    source: a path, a URL, or an `Article`. Only a URL opens a connection; nothing is stored. prose: whether posts count
    that the article quotes in its own words and attributes to a platform (`she wrote on X: “…”`).

        >>> import archiver
        >>> article = archiver.Article(
        ...     source="note.txt", uri="urn:example:note", digest="sha256:00",
        ...     text="The river is rising again tonight. — Ada Brook (@ada_brook) March 4, 2021",
        ... )
        >>> [mention.handle for mention in archiver.find(article)]
        ['ada_brook']

    Raises `InputError` when the source cannot be read, `NetworkError` when the URL does not answer.
    """
    if isinstance(source, Article):
        return list(find_in_article(source, prose=prose))
    settings = settings or load_settings()
    return [
        mention
        for document in documents([source], settings)
        for mention in find_in_article(document.article, prose=prose)
    ]


def resolve(
    mention: Mention,
    *,
    archive: Source | None = None,
    offline: bool = False,
    settings: Settings | None = None,
) -> Resolution:
    """Which post a mention is: resolved, ambiguous or unresolved, with ranked candidates and reasons.

    archive: where captures made on the way are stored, and where known posts are looked up (default: as configured).
    offline: answer from stored captures alone.

    Raises `ArchiveError` when the archive cannot be opened.
    """
    settings = settings or load_settings()
    path = Path(archive) if archive is not None else None
    with running(settings, path=path, offline=offline, conclude=False, description="resolve") as job:
        return job.resolution(mention)


def archive(
    *sources: Source,
    archive: Source | None = None,
    offline: bool = False,
    settings: Settings | None = None,
    progress: Progress = no_progress,
    stop: Callable[[], bool] = lambda: False,
    on_error: OnError = _raise,
    prose: bool = False,
) -> list[ArchivedPost]:
    """Find, resolve and store the posts that articles cite; one result a post.

    sources: paths or URLs. archive: the archive's folder (default: as configured; made where there is none). prose:
    as for `find`. progress: told of each post done. stop: asked between two posts; what was stored stays stored.
    on_error: told of each source that cannot be read (default: the error is raised).

    Raises `InputError`, `ArchiveError`.
    """
    settings = settings or load_settings()
    path = Path(archive) if archive is not None else None
    results: list[ArchivedPost] = []
    with (
        running(
            settings,
            path=path,
            offline=offline,
            rendered=settings.capture.rendered,
            description="archive",
            stop=stop,
        ) as job,
        suppress(StoppedError),
    ):
        for document in documents(sources, settings, job=job, on_error=on_error):
            mentions = tuple(find_in_article(document.article, prose=prose))
            results.extend(job.run(document, progress, mentions=mentions, prose=prose))
            if stop():
                break
    return results


def audit(
    *sources: Source,
    archive: Source | None = None,
    offline: bool = False,
    settings: Settings | None = None,
    progress: Progress = no_progress,
    stop: Callable[[], bool] = lambda: False,
    on_error: OnError = _raise,
    max_age: timedelta | None = None,
    copies: str | None = None,
    rescue: bool = False,
    save: bool = False,
    media: bool = False,
) -> list[Finding]:
    """Observe cited posts again and say which are missing; one finding a post.

    sources: articles and what else lists posts (paths, URLs, lists of permalinks, what `archiver scan` made); with
    none, every post that the archive's articles cite. max_age: a look within so long is reused, so that an interrupted
    audit goes on where it stopped. copies: of which posts web archives are asked whether they have copies: `none`,
    `missing` or `all` (default: as configured). rescue: the best copy of what is missing is fetched and stored. save:
    the Wayback Machine is asked to capture what is still there and that nobody has. media: each picture and film of a
    readable post is asked for, too. The other arguments are as for `archive`; offline, nothing is written.

    Raises `InputError`, `ArchiveError`.
    """
    settings = settings or load_settings()
    path = Path(archive) if archive is not None else None
    with running(
        settings,
        path=path,
        offline=offline,
        conclude=not offline,
        existing=not sources,
        description="audit",
        stop=stop,
    ) as job:
        asked = AskCopies(copies or settings.audit.copies)
        plan = Plan(max_age=max_age, media=media, copies=asked, rescue=rescue, save=save)
        portions = cited_portions(job, sources, settings, on_error, max_age=max_age)
        return [finding for cited in portions for finding in audit_cited(job, cited, progress, plan=plan)]


def verify(
    path: Source,
    *,
    settings: Settings | None = None,
    progress: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
    conclude: bool = True,
) -> Verification:
    """Check that a WARC file, a WACZ package or an archive is whole and untouched, whoever made it.

    path: the file, or the archive's folder; nothing is written. settings: whose certificates are believed ([signing]).
    progress: told how many bytes of how many are done. stop: asked every few megabytes. conclude: whether this
    program's own conclusions are drawn again from the captures, offline, and compared.

        >>> import archiver
        >>> found = archiver.verify("warc", conclude=False)
        >>> found.kind, {check.name: check.verdict.value for check in found.checks}["block digests"]
        ('archive', 'sound')

    Raises `InputError` when it cannot be read or is none of these, `LimitError` when it is larger, or expands further,
    than can be looked at.
    """
    from archiver.verification import verify as verify_path

    signing = (settings or load_settings()).signing
    return verify_path(Path(path), signing=signing, progress=progress, stop=stop, conclude=conclude)


def repair(
    article: Source,
    *,
    archive: Source | None = None,
    everything: bool = False,
    replay_base: str | None = None,
    evidence: str | None = None,
    settings: Settings | None = None,
) -> Repaired:
    """An HTML article with static quotations in the place of embeds that no longer work; every other byte as it was.

    article: its file; nothing is written. archive: what is known of the posts (default: as configured). everything:
    every embed whose words are stored, also those that work. replay_base: where a replay site shows the archive;
    evidence: address, or path relative to the article, of what was exported of it; quotations link to both. No
    connection is opened.

        >>> import archiver
        >>> repaired = archiver.repair("examples/flood.html", archive="warc", everything=True)
        >>> sorted({one.outcome.value for one in repaired.repairs})
        ['left', 'replaced']
        >>> b"data-versionurl" in repaired.data
        True

    Raises `InputError` where the file cannot be read, is a text, or cannot be edited in place; `ArchiveError`.
    """
    settings = settings or load_settings()
    data, kind = article_file(Path(article))
    place = Path(archive or settings.archive.dir)
    with Archive.open(place, settings=settings.archive) as opened:
        places = Places(replay=replay_base and replay_address(replay_base, place), evidence=evidence)
        return repair_document(data, opened, source=os.fspath(article), kind=kind, everything=everything, places=places)


def cited_posts(
    job: Job,
    sources: Iterable[Source],
    settings: Settings,
    on_error: OnError = _raise,
    *,
    max_age: timedelta | None = None,
    progress: Progress = no_progress,
    on_note: Callable[[str], None] = lambda _note: None,
) -> list[Cited]:
    """What an audit looks at: the posts of the sources, or, with none, of the whole archive.

    max_age: which post a mention is was worked out within so long is not looked for again, and a page that a feed or a
    sitemap lists is not asked for again that was stored within so long. progress: told of each
    document that was read. on_note: as for `documents`.
    """
    sources = list(sources)
    if not sources:
        return cited_in_archive(job, progress)
    return merge(_cited(job, [os.fspath(source) for source in sources], settings, on_error, max_age, progress, on_note))


def cited_portions(
    job: Job,
    sources: Iterable[Source],
    settings: Settings,
    on_error: OnError = _raise,
    *,
    max_age: timedelta | None = None,
    progress: Progress = no_progress,
    on_note: Callable[[str], None] = lambda _note: None,
) -> Iterator[list[Cited]]:
    """The same as `cited_posts` in one piece; of a single post index or table of posts, which may hold millions, some
    thousand posts at a time."""
    sources = list(sources)
    if len(sources) == 1 and post_list(os.fspath(sources[0])) is not None:
        yield from in_portions(cited_in_permalinks(job, os.fspath(sources[0]), on_error=on_error), POSTS_AT_ONCE)
        return
    yield cited_posts(job, sources, settings, on_error, max_age=max_age, progress=progress, on_note=on_note)


def _cited(
    job: Job,
    sources: Iterable[str],
    settings: Settings,
    on_error: OnError,
    max_age: timedelta | None,
    progress: Progress,
    on_note: Callable[[str], None],
) -> Iterator[Iterable[Cited]]:
    """What each source cites: a list of permalinks its rows, a post index its posts, anything else the posts in its
    documents."""
    for source in sources:
        if post_list(source) is not None or is_permalink_list(source):
            yield cited_in_permalinks(job, source, on_error=on_error)
            progress(1, source)
            continue
        with suppress(StoppedError):
            listed = documents([source], settings, job=job, on_error=on_error, on_note=on_note, max_age=max_age)
            for document in listed:
                yield cited_in_document(job, document, max_age=max_age)
                progress(1, document.article.title or document.article.source)
                if job.stop():
                    return
