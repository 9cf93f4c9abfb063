"""One run of the main job: what is done for each article, and what comes out for each post.

For each source: store the article, find what it cites, work out which post each mention is, store the post's page,
record and media, and store beside them what was concluded. Running it again adds only what is new.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Protocol, TypeVar

import msgspec

from archiver.capture.aside import Aside
from archiver.capture.context import Context, store_context
from archiver.capture.media import StoredMedia, store_media
from archiver.capture.rendered import RenderedViews, Viewed
from archiver.config import AuditSettings, ResolveSettings, Settings
from archiver.detect import METHOD as DETECTING
from archiver.detect import find
from archiver.errors import ArchiveError, ArchiverError, ConfigError, NetworkError, NotStoredError, UnaskedError
from archiver.exchange import Fetcher
from archiver.model import Capture, Mention, Noun, Observation, Outcome, Post, PostRef, Resolution, State
from archiver.platforms import platform as platform_of
from archiver.platforms.base import Platform
from archiver.resolution import METHOD, Control, KnownPosts, observe, resolve, state_without_answer
from archiver.resolution.history import confirmed, with_author
from archiver.resolution.known import Stored
from archiver.sources import Document
from archiver.store import Archive, Session
from archiver.store.conclusions import (
    Basis,
    Conclusion,
    article_conclusion,
    observation_conclusion,
    resolution_conclusion,
)
from archiver.web.once import FetchOnce, StoppedError

R = TypeVar("R")
T = TypeVar("T")


class ArchivedPost(Noun, frozen=True, kw_only=True):
    """What happened to one cited post: one line of `archiver archive`."""

    source: str
    mention_id: str
    outcome: Outcome
    state: State
    platform: str
    post_id: str | None = None
    url: str | None = None
    handle: str | None = None
    display_name: str | None = None
    date: str | None = None
    """RFC 3339 time where the post's is known, else the day that the article prints."""
    text: str | None = None
    """The post's words: as captured, else as the article prints them."""
    reason: str = ""
    score: float | None = None
    evidence: tuple[str, ...] = ()
    """Record ids of everything that this rests on."""
    stored_in: str | None = None
    """Segment and offset of the record that shows the post, or its absence."""
    media: int = 0
    """Media files that are stored."""
    media_failed: tuple[str, ...] = ()
    """URLs of media that are not stored whole; behind one that was cut short stands that it was."""
    context: tuple[str, ...] = ()
    """Keys of the quoted post and of the posts above it in its thread that were looked at and stored."""
    context_failed: tuple[str, ...] = ()
    """What of those could not be had, and why, one line each."""
    views: int = 0
    """Rendered views (pictures, PDF) of its page that are stored."""
    view_failed: str | None = None
    """Why its page was not rendered; null where it was, or was not to be."""


class Progress(Protocol):
    """Told of each post that is done: how many more, and whose it was."""

    def __call__(self, steps: int = 1, label: str | None = None) -> None: ...


def no_progress(steps: int = 1, label: str | None = None) -> None:
    """Tells nobody."""


def control_ref(platform: Platform, configured: str) -> PostRef:
    """The control post that the settings name, by its permalink or its id.

    Raises `ValueError` where that names no post of the platform, or none that can be asked for.
    """
    ref = platform.ref_from_url(configured) if "://" in configured else platform.ref_from_id(configured)
    if ref is None or not ref.url:
        raise ValueError(f"{configured!r} names no post of {platform.name} that can be asked for: give its permalink")
    next(platform.look(ref), None)  # its first question, which nobody is asked
    return ref


class Job:
    """One run over some sources, into one archive.

    `fetcher` asks the web, or (offline) the stored captures. `session` takes what was concluded; with none, nothing is
    concluded in the archive. `stop` is asked between two posts and before each question. `known` are posts that are
    known from elsewhere, besides those in the archive. `views`, where it is set, renders the article and each post.
    """

    def __init__(
        self,
        archive: Archive,
        session: Session | None,
        fetcher: Fetcher,
        settings: Settings,
        *,
        offline: bool = False,
        stop: Callable[[], bool] = lambda: False,
        known: Sequence[KnownPosts] = (),
    ) -> None:
        self.archive = archive
        self.session = session
        self.settings = settings
        self.offline = offline
        self.stop = stop
        self.fetcher = FetchOnce(fetcher, stored=offline, stop=stop)
        self.known: tuple[KnownPosts, ...] = (Stored(archive.catalogue), *known)
        self.views: RenderedViews | None = None
        self.aside: Aside | None = None
        """Beside the fetcher, which keeps what passes it; null offline."""
        self.remarks: list[str] = []
        """What there is to tell of the articles themselves: a view that could not be made."""
        self.faults: list[Exception] = []
        """Faults of the program, each in the work on one post: told there, and of the run once it is done."""
        self._controls: dict[str, Control] = {}
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}

    def control(self, platform: Platform) -> Control:
        """The platform's control post (the configured one, where there is one), asked once in a run."""
        with self._lock:
            if platform.name not in self._controls:
                configured = self.settings.audit.control.get(platform.name)
                ref = control_ref(platform, configured) if configured else None
                self._controls[platform.name] = Control(self.fetcher, platform, ref)
            return self._controls[platform.name]

    def run(
        self,
        document: Document,
        progress: Progress = no_progress,
        *,
        mentions: tuple[Mention, ...] | None = None,
        prose: bool = False,
    ) -> Iterator[ArchivedPost]:
        """Store one article and each post that it cites; one result a post, in document order.

        mentions: what the document cites, where that was looked for before. prose: whether posts count that the article
        quotes in its own sentences. When the run is asked to stop, the posts that are done come out and the rest is
        left: nothing is concluded of it. What goes wrong with one post is told in its result and does not touch the
        others.

        Raises `ArchiveError` when the archive cannot be written; a fault of the program, once all else is done.
        """
        if mentions is None:
            mentions = tuple(find(document.article, prose=prose))
        capture = self.store_article(document, mentions, prose=prose)
        faults = len(self.faults)
        for _, result in self._of_each(self._post, mentions, progress):
            yield result
        if self.views is not None and not self.stop():
            viewed = self.views.of_article(document, capture)
            if viewed.failed:
                self.remarks.append(f"{document.article.source}: not rendered: {viewed.failed}")
        if len(self.faults) > faults:
            raise self.faults[faults]

    def resolutions(
        self, mentions: Sequence[Mention], progress: Progress = no_progress, *, max_age: timedelta | None = None
    ) -> Iterator[tuple[Mention, Resolution]]:
        """Which post each mention is, in their order; several are worked at at the same time. When the run is asked to
        stop, those that are done come out. max_age: as for `resolution`. What goes wrong with one is told as for
        `resolution_or_why`."""
        yield from self._of_each(partial(self.resolution_or_why, max_age=max_age), mentions, progress)

    def _of_each(
        self, work: Callable[[Mention], R], mentions: Sequence[Mention], progress: Progress
    ) -> Iterator[tuple[Mention, R]]:
        """What `work` makes of each mention, in their order."""
        for mention, result in self.each(work, mentions):
            progress(1, mention.display_name or mention.handle)
            yield mention, result

    def each(
        self,
        work: Callable[[T], R],
        items: Sequence[T],
        *,
        order: Iterable[int] | None = None,
        done: Callable[[T], None] = lambda _item: None,
    ) -> Iterator[tuple[T, R]]:
        """What `work` makes of each item, in their order; several are worked at at the same time.

        order: in which they are begun, by their places (default: as they come). done: told of each that is done, in
        the order in which they are; its results come out in the items' order. What was stored for an item is on the
        disk before it comes out. When the run is asked to stop, those that are done come out.
        """
        pool = ThreadPoolExecutor(self.threads, thread_name_prefix="post")
        ready: queue.SimpleQueue[tuple[int, Future[R]]] = queue.SimpleQueue()
        wait = True
        finished: dict[int, Future[R]] = {}
        try:
            open_ = 0
            for place in order if order is not None else range(len(items)):
                pool.submit(work, items[place]).add_done_callback(partial(_put, ready, place))
                open_ += 1
            due = 0
            stopped = False
            while open_:
                place, future = ready.get()
                open_ -= 1
                if future.cancelled() or isinstance(problem := future.exception(), StoppedError):
                    if not stopped:
                        stopped = True
                        pool.shutdown(wait=False, cancel_futures=True)
                    continue
                finished[place] = future
                if problem is None:
                    done(items[place])
                while not stopped and due in finished:
                    yield self._kept(items[due], finished.pop(due))
                    due += 1
            for place in sorted(finished):
                yield self._kept(items[place], finished[place])
        except KeyboardInterrupt:
            wait = False  # whoever insists does not want to wait for a server that is slow to answer
            raise
        finally:
            pool.shutdown(wait=wait, cancel_futures=True)

    def _kept(self, item: T, future: Future[R]) -> tuple[T, R]:
        """The result, after what was stored for it is on the disk."""
        result = future.result()
        self.keep()
        return item, result

    def keep(self) -> None:
        """What was stored so far is on the disk when this returns: before anything of it is reported.

        Raises `ArchiveError` when the disk does not keep it.
        """
        if self.session is not None:
            self.session.sync()

    @property
    def threads(self) -> int:
        """So much is asked at the same time."""
        return 1 if self.offline else self.settings.web.threads

    def store_article(
        self, document: Document, mentions: tuple[Mention, ...], *, prose: bool = False, method: str = DETECTING
    ) -> Capture | None:
        """Store the article's bytes and what it cites (`prose`, `method`: how that was looked for), unless the archive
        holds both already. Where its bytes are; null where nothing is stored."""
        if self.session is None:
            return None
        article = document.article
        if document.exchange is not None and document.exchange.capture:
            capture = document.exchange.capture
        else:
            capture = self.session.write_resource(article.uri, document.content_type, document.data)
        conclusion = article_conclusion(article, mentions, Basis(method=method, prose=prose))
        if not self._concluded(conclusion):
            self.session.write_conclusion(conclusion, capture.record_id)
        return capture

    def _concluded(self, conclusion: Conclusion) -> bool:
        """Whether the archive holds this conclusion about an article. The same bytes may have been given under another
        path, and may lie at several addresses: each address has its conclusion, a path has none of its own."""
        wanted = _without_source(conclusion)
        for capture in self.archive.catalogue.captures_at(conclusion.target_uri):
            if capture.record_type != "metadata":
                continue
            try:
                if _without_source(self.archive.conclusion(capture.record_id)) == wanted:
                    return True
            except ArchiveError:
                continue  # altered: concluded again
        return False

    def _post(self, mention: Mention) -> ArchivedPost:
        """What happened to one post, also where something went wrong with it alone."""
        if self.stop():
            raise StoppedError("stopped before this was begun")
        resolution = self.resolution_or_why(mention)
        platform = platform_of(mention.platform)
        if resolution.outcome is not Outcome.RESOLVED or platform is None or not resolution.candidates:
            return _unresolved(mention, resolution)
        try:
            return self._keep(mention, resolution, platform)
        except Exception as error:
            return _unobserved(mention, resolution, self.forgivable(error))

    def _keep(self, mention: Mention, resolution: Resolution, platform: Platform) -> ArchivedPost:
        """Observe and store the post that a mention turned out to be."""
        candidate = resolution.candidates[0]
        ref = candidate.post.ref
        try:
            observation = self.observation(ref, platform)
        except UnaskedError as error:
            kept = self._page(ref, platform)
            unseen = _unobserved(mention, resolution, error)
            viewed = self._viewed(ref, candidate.post.key, platform)
            return msgspec.structs.replace(
                unseen,
                evidence=(*unseen.evidence, *kept),
                stored_in=self.where(kept) or unseen.stored_in,
                views=viewed.views,
                view_failed=viewed.failed,
            )
        post = observation.post or candidate.post
        media = self._store_page_and_media(ref, post, platform, observation.state)
        context = self._store_context(post)
        viewed = self._viewed(post.ref, post.key, platform)
        return ArchivedPost(
            source=mention.source,
            mention_id=mention.id,
            outcome=resolution.outcome,
            state=observation.state,
            platform=post.platform,
            post_id=post.id,
            url=post.url,
            handle=post.handle or mention.handle,
            display_name=post.display_name or mention.display_name,
            date=_date(post, platform) or mention.date,
            text=post.text or mention.text,
            reason=observation.reason,
            score=candidate.score,
            evidence=tuple(dict.fromkeys((*resolution.evidence, *observation.evidence))),
            stored_in=self.where((*observation.evidence, *candidate.evidence)),
            media=media.stored,
            media_failed=media.failed,
            context=tuple(context.kept),
            context_failed=tuple(context.failed),
            views=viewed.views,
            view_failed=viewed.failed,
        )

    def _viewed(self, ref: PostRef, key: str, platform: Platform) -> Viewed:
        """Views of the post's page, where they are wanted."""
        return self.views.of_post(key, platform.view_url(ref)) if self.views is not None else Viewed()

    def resolution(self, mention: Mention, *, max_age: timedelta | None = None) -> Resolution:
        """Which post a mention is, stored unless the archive already holds the same conclusion.

        A mention that was resolved stays so; one that was not is looked for again, unless that was done within
        `max_age`. Offline, what was concluded before stands unless the stored captures tell more.
        """
        with self._turn(mention.id):
            stored = self.archive.catalogue.resolution(mention.id)
            prior = stored[0] if stored and stored[0].method == METHOD else None
            if prior and prior.outcome is Outcome.RESOLVED and prior.candidates:
                return prior
            if prior and stored and max_age is not None and self._age(stored[1]) <= max_age:
                return prior
            resolution = resolve(
                mention,
                fetcher=self.fetcher,
                known=self.known,
                settings=self.settings.resolve,
                threads=self.threads,
            )
            same = prior is not None and self._says_no_more(resolution, prior)
            if prior and same and (self.offline or max_age is None):
                return prior
            if self.session:  # also what is the same: that it was looked for again now is what `max_age` asks of
                conclusion = resolution_conclusion(resolution, self._beside())
                self.session.write_conclusion(conclusion, _first(resolution.evidence))
            return resolution

    def resolution_or_why(self, mention: Mention, *, max_age: timedelta | None = None) -> Resolution:
        """The same; where the mention could not be looked for, unresolved, with the reason, and nothing is concluded.

        Raises as `forgivable` does.
        """
        try:
            return self.resolution(mention, max_age=max_age)
        except Exception as error:
            reason = f"it could not be looked for: {self.forgivable(error)}"
            return Resolution(mention_id=mention.id, outcome=Outcome.UNRESOLVED, reason=reason, method=METHOD)

    def forgivable(self, error: Exception) -> ArchiverError:
        """What went wrong with one post alone, so that the others go on: an error to tell in its result. A fault of the
        program is kept in `faults`, too.

        Raises the error itself where it is of the whole run: the archive cannot be written, the settings cannot be
        used, the run is to stop.
        """
        if isinstance(error, ArchiveError | ConfigError | StoppedError):
            raise error
        if isinstance(error, ArchiverError):
            return error
        with self._lock:
            self.faults.append(error)
        return ArchiverError(f"a fault in archiver itself ({type(error).__name__})")

    def _age(self, record_id: str) -> timedelta:
        capture = self.archive.catalogue.capture(record_id)
        return self.archive.clock() - capture.time if capture else timedelta.max

    def _beside(self) -> Basis:
        """What resolutions of this run rest on besides captures."""
        resolve = self.settings.resolve
        beside = [posts.name for posts in self.known[1:]] + (["meaning"] if resolve.embedding else [])
        return Basis(settings=_changed(resolve, ResolveSettings()), beside=tuple(dict.fromkeys(beside)))

    def _says_no_more(self, resolution: Resolution, prior: Resolution) -> bool:
        if self.offline:
            return resolution.outcome is not Outcome.RESOLVED
        return _essence(resolution) == _essence(prior)

    def observation(self, ref: PostRef, platform: Platform) -> Observation:
        """The post's state now (offline: as seen last), stored unless the archive already holds it.

        Raises `NetworkError` when nothing was answered (offline: nothing is stored).
        """
        with self._turn(ref.key):
            known = [stored for stored, _ in self.archive.catalogue.observations(ref.key)]
            asked = with_author(ref, known)
            bases: list[Basis] = []
            try:
                observation = observe(
                    asked, fetcher=self.fetcher, platform=platform, control=self.control(platform), told=bases.append
                )
            except NotStoredError:
                if known:
                    return known[-1]
                raise
            if observation.key != ref.key:  # the platform knows it under another name than it was cited by
                known += [stored for stored, _ in self.archive.catalogue.observations(observation.key)]
                known.sort(key=lambda look: look.seen_at)
            if self.offline and known and known[-1].seen_at >= observation.seen_at:
                return known[-1]
            observation = confirmed(observation, known, self.settings.audit)
            if self.session and observation.evidence and observation not in known:
                changed = _changed(self.settings.audit, AuditSettings())
                basis = msgspec.structs.replace(bases[0], settings=changed) if bases else None
                conclusion = observation_conclusion(observation, basis)
                self.session.write_conclusion(conclusion, _first(observation.evidence))
            return observation

    @contextmanager
    def _turn(self, key: str) -> Iterator[None]:
        """One thread at a time concludes something of one mention or post: who comes second finds it concluded."""
        with self._lock:
            turn = self._turns.setdefault(key, threading.Lock())
        with turn:
            yield

    def _store_page_and_media(self, ref: PostRef, post: Post, platform: Platform, state: State) -> StoredMedia:
        """Fetch, and so store, the page that a reader would open and the post's media."""
        self._page(ref, platform)
        if not self.settings.capture.media or not state.readable:
            return StoredMedia()
        return store_media(post.media, self.fetcher, self.settings.capture)

    def _store_context(self, post: Post) -> Context:
        def store(ref: PostRef, seen: Post, platform: Platform) -> tuple[str, ...]:
            return self._store_page_and_media(ref, seen, platform, State.LIVE).failed

        return store_context(post, self.settings.capture, self.observation, store)

    def _page(self, ref: PostRef, platform: Platform) -> tuple[str, ...]:
        """Fetch, and so store, the page that a reader would open, as it answers: the records that hold it."""
        if not self.settings.capture.pages:
            return ()
        try:
            chain = self.fetcher.follow(platform.page_url(ref))
        except NetworkError:
            return ()
        return tuple(dict.fromkeys(exchange.record_id for exchange in reversed(chain) if exchange.record_id))

    def where(self, record_ids: tuple[str, ...]) -> str | None:
        """`SEGMENT:OFFSET` of the first of these records that the archive holds."""
        for record_id in record_ids:
            if found := self.archive.catalogue.capture(record_id):
                return f"{found.file}:{found.offset}"
        return None


def _put(ready: queue.SimpleQueue[tuple[int, Future[R]]], place: int, future: Future[R]) -> None:
    ready.put((place, future))


def _unresolved(mention: Mention, resolution: Resolution) -> ArchivedPost:
    best = resolution.candidates[0] if resolution.candidates else None
    return ArchivedPost(
        source=mention.source,
        mention_id=mention.id,
        outcome=resolution.outcome,
        state=State.UNRESOLVED,
        platform=mention.platform,
        post_id=mention.post_id,
        url=mention.url,
        handle=mention.handle,
        display_name=mention.display_name,
        date=mention.date,
        text=mention.text,
        reason=resolution.reason,
        score=best.score if best else None,
        evidence=resolution.evidence,
    )


def _unobserved(mention: Mention, resolution: Resolution, error: ArchiverError) -> ArchivedPost:
    """The post is known; its state is not, because nothing answered or the answer could not be read."""
    post = resolution.candidates[0].post
    return msgspec.structs.replace(
        _unresolved(mention, resolution),
        platform=post.platform,
        post_id=post.id,
        url=post.url,
        handle=post.handle or mention.handle,
        display_name=post.display_name or mention.display_name,
        date=_date(post, platform_of(post.platform)) or mention.date,
        text=post.text or mention.text,
        state=state_without_answer(error),
        reason=f"{resolution.reason}; its state is not known: {error.problem}",
    )


def _date(post: Post, platform: Platform | None) -> str | None:
    made = post.created_at or (platform.time_of(post.id) if platform else None)
    return made.isoformat(timespec="seconds").replace("+00:00", "Z") if made else post.day


def _essence(resolution: Resolution) -> tuple[object, ...]:
    """What makes two resolutions say the same: not on which captures of the same answer they rest."""
    return (
        resolution.outcome,
        resolution.post_key,
        resolution.reason,
        tuple((candidate.post.key, candidate.score) for candidate in resolution.candidates),
        resolution.method,
    )


def _changed(settings: ResolveSettings | AuditSettings, defaults: ResolveSettings | AuditSettings) -> dict[str, float]:
    """The numbers that are set otherwise than by default. Paths stay out of the archive."""
    values = ((name, getattr(settings, name)) for name in settings.__struct_fields__)
    return {name: n for name, n in values if isinstance(n, int | float) and n != getattr(defaults, name)}


def _without_source(conclusion: Conclusion) -> Conclusion:
    replace = msgspec.structs.replace
    return replace(
        conclusion,
        basis=None,
        article=conclusion.article and replace(conclusion.article, source=""),
        mentions=tuple(replace(mention, source="") for mention in conclusion.mentions),
    )


def _first(record_ids: tuple[str, ...]) -> str | None:
    return record_ids[0] if record_ids else None
