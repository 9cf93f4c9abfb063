"""The replay site as files: the same pages, asked of the site itself in this process, and written so that they can be
opened from a disk, printed, or sent on. No server, no script, nothing from elsewhere.

The pages are followed from the first one, breadth first, so that each link leads to a file that is there, or is none.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import shutil
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from starlette.routing import compile_path

from archiver.errors import ArchiveError, ArchiverError, InputError, LimitError, UsageError
from archiver.exporting.cited import EVERYTHING, Selection, stored_articles
from archiver.exporting.htmlasking import Answer, Asker
from archiver.exporting.htmlrewriting import STYLE_ADDITIONS, Links, rewritten
from archiver.replay import Library, Shelf, addresses, create_app
from archiver.store.durability import sync_folder

MAX_PAGES = 100_000
"""Pages of one export; a larger archive is shown by the site, which makes pages when they are asked for."""

MAX_PAGE_BYTES = 64 << 20
"""Of one page: an article of a few thousand posts has 10 MB."""

MAX_FILE_BYTES = 256 << 20
"""Of one picture or film; a larger one stays in the archive."""

MAX_MEDIA_BYTES = 16 << 30
"""Of all pictures and films together."""

INDEX = "index.html"

SHOWN = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
}
"""What becomes a file of its own: what the site shows in place, by the bytes' own beginning. None can hold a script."""

_PLAIN_KEY = re.compile(r"([a-z]{1,20}):([a-z0-9]{1,64})")
_PLAIN_NAME = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")

_MARK = "-name-"
"""Stands in those names that have a digest, and in no others: a file that somebody named like one of them is none."""

OnProblem = Callable[[str, ArchiverError], None]


class WrittenPages(NamedTuple):
    """What an export consists of."""

    pages: int
    files: int
    """Pictures and films."""
    size: int
    """Bytes of everything."""


def write_pages(
    source: Path | Sequence[Path],
    target: Path,
    *,
    selection: Selection = EVERYTHING,
    on_problem: OnProblem = lambda _where, _error: None,
) -> WrittenPages:
    """Write the pages of an archive (its folder, or WARC and WACZ files) into the new folder `target`.

    `index.html` comes first: the list of articles, or, where `selection` names one article, that article. In the latter
    case its posts, their captures and those captures' addresses are written, and nothing of other articles. Pictures
    and films are named by the SHA-256 of their bytes; all links are relative. `on_problem` is told of each page that
    shows a refusal in the place of a record (its digest does not match): the page is written, and says so.

    The folder is there whole or not at all. The same archive gives the same bytes.

    Raises `UsageError` where `target` holds something already or no such folder can be made, `InputError` when the
    archive has no such article, `LimitError` for more pages or media than are written, or when the disk takes no more,
    `ArchiveError` when the archive cannot be read.
    """
    target = Path(os.path.realpath(target))
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise UsageError("there is something already", subject=str(target), hint="name a new folder")
    if not target.parent.is_dir():
        raise UsageError("there is no such folder", subject=str(target.parent))
    paths = [source] if isinstance(source, Path) else list(source)
    with Library(paths) as library:
        if len(library.shelves) != 1:
            raise UsageError("one archive at a time, or WARC files of different names", subject=str(paths[-1]))
        shelf = library.shelves[0]
        chosen = None if selection.article is None else _chosen(shelf, selection)
        draft = target.parent / f".archiver-{secrets.token_hex(8)}.part"
        try:
            draft.mkdir()
            try:
                written = asyncio.run(_Export(library, shelf, draft, chosen, on_problem).write())
                if target.exists():
                    shutil.copymode(target, draft)
                    target.rmdir()  # not every system replaces a folder, and what somebody put into it meanwhile stays
                os.rename(draft, target)
            except BaseException:
                shutil.rmtree(draft, ignore_errors=True)
                raise
        except OSError as error:
            raise LimitError(f"cannot be written: {error.strerror or error}", subject=str(target)) from error
    with suppress(OSError):
        sync_folder(target.parent)
    return written


def _chosen(shelf: Shelf, selection: Selection) -> tuple[str, ...]:
    """The ids of the article that is meant, newest version first."""
    found = [stored.article.id for stored in stored_articles(shelf.archive, selection)]
    if not found:
        raise InputError("the archive holds no such article", subject=selection.article)
    return tuple(dict.fromkeys(reversed(found)))


class _Target(NamedTuple):
    """A page of the site, and the file that it becomes."""

    address: str
    file: str


class _Routes:
    """Which addresses of the site are pages, and what each is called as a file."""

    def __init__(self, slug: str, chosen: tuple[str, ...] | None) -> None:
        self._slug = slug
        self._chosen = chosen
        forms = (
            addresses.HOME, addresses.SHELF, addresses.ARTICLE, addresses.POST, addresses.CAPTURES, addresses.URI,
            addresses.CAPTURE,
        )  # fmt: skip
        self._patterns = {form: compile_path(form)[0] for form in forms}
        self._payload = compile_path(addresses.PAYLOAD)[0]

    @property
    def first(self) -> _Target:
        if self._chosen:
            return _Target(f"/archives/{self._slug}/articles/{self._chosen[0]}", INDEX)
        return _Target(f"/archives/{self._slug}", INDEX)

    def target(self, address: str) -> _Target | None:
        """The page at an address of the site, without its fragment; null where it is none, or none of this export."""
        parts = urlsplit(address)
        path = unquote(parts.path, errors="surrogateescape")
        query = {name: values[0] for name, values in parse_qs(parts.query, errors="replace").items()}
        for form, pattern in self._patterns.items():
            if match := pattern.match(path):
                if match.groupdict().get("slug", self._slug) != self._slug:
                    return None
                file = self._file(form, match.groupdict(), query)
                return None if file is None else _Target(self.first.address if file == INDEX else address, file)
        return None

    def is_other_article(self, address: str) -> bool:
        """Whether it is the page of an article that is not to be handed on."""
        match = self._patterns[addresses.ARTICLE].match(unquote(urlsplit(address).path))
        return match is not None and self._chosen is not None and match["article_id"] not in self._chosen

    def is_payload(self, address: str) -> bool:
        """Whether it is what a capture holds, as the site hands it over."""
        return bool(self._payload.match(unquote(urlsplit(address).path)))

    def _file(self, form: str, found: dict[str, str], query: dict[str, str]) -> str | None:
        asked = set(query)
        if form == addresses.ARTICLE:
            return self._article(found["article_id"], query)
        if form == addresses.POST:
            return f"posts/{_post_name(found['key'])}.html" if not asked else None
        if form == addresses.CAPTURE:
            segment = _segment_name(found["segment"])
            return f"captures/{segment}-{found['offset']}.html" if not asked else None
        if form == addresses.URI:
            return self._address(query)
        if self._chosen is not None:  # lists of everything
            return INDEX if form == addresses.HOME and len(self._chosen) == 1 else None
        if form == addresses.CAPTURES:
            if not asked:
                return "captures/index.html"
            return f"captures/from-{_digest(query['after'])}.html" if asked == {"after"} else None
        part = _page_of(query)
        return None if part is None else INDEX if part == 1 else f"articles/page-{part}.html"

    @staticmethod
    def _address(query: dict[str, str]) -> str | None:
        """One of many captures has several pages."""
        part = _page_of({name: value for name, value in query.items() if name != "url"})
        if part is None or "url" not in query:
            return None
        stem = f"addresses/{_digest(query['url'])}"
        return f"{stem}.html" if part == 1 else f"{stem}-page-{part}.html"

    def _article(self, article_id: str, query: dict[str, str]) -> str | None:
        """A long article has several pages."""
        part = _page_of(query)
        if part is None or (self._chosen is not None and article_id not in self._chosen):
            return None
        stem = f"articles/{_plain_name(article_id, article_id)}"
        if self._chosen is not None and article_id == self._chosen[0]:
            stem = INDEX.removesuffix(".html")
        return f"{stem}.html" if part == 1 else f"{stem}-page-{part}.html"


def _page_of(query: dict[str, str]) -> int | None:
    """Which page of several is asked for; null where something else is."""
    number = query.get("page", "1")
    if set(query) - {"page"} or not (number.isascii() and number.isdecimal() and 0 < len(number) <= 6):
        return None
    return int(number) or None


def _post_name(key: str) -> str:
    """`x-1590171771531264000`; with a digest where that would not tell two posts apart on every file system."""
    if plain := _PLAIN_KEY.fullmatch(key):
        return f"{plain[1]}-{plain[2]}"
    return f"{_NOT_PLAIN.sub('-', key.lower()).strip('-')[:60]}-key-{_digest(key)}"


def _segment_name(segment: str) -> str:
    """A WARC file's name, without its ending where that is the usual one: `a.warc` and `a.warc.gz` are two files."""
    return _plain_name(segment.removesuffix(".warc.gz"), segment) if segment.endswith(".warc.gz") else _marked(segment)


def _plain_name(text: str, whole: str) -> str:
    """A file's name of lower-case ASCII letters, digits, hyphens and dots, at most 100 of them."""
    if len(text) <= 100 and _PLAIN_NAME.fullmatch(text) and _MARK not in text:
        return text
    return _marked(text, whole)


def _marked(text: str, whole: str = "") -> str:
    return f"{_NOT_PLAIN.sub('-', text.lower()).strip('-')[:60] or 'file'}{_MARK}{_digest(whole or text)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:24]


class _Export(Links):
    """One export under way."""

    def __init__(
        self,
        library: Library,
        shelf: Shelf,
        folder: Path,
        chosen: tuple[str, ...] | None,
        on_problem: OnProblem,
    ) -> None:
        self._ask = Asker(create_app(library))
        self._folder = folder
        self._routes = _Routes(shelf.slug, chosen)
        self._on_problem = on_problem
        self._waiting: deque[_Target] = deque()
        self._files: set[str] = set()
        """Of pages: those that are written, and those that wait."""
        self._media: dict[str, str] = {}
        """Where the payload at an address of the site lies; empty: it is not shown."""
        self._made: set[str] = set()
        self._styles: dict[str, str] = {}
        self._media_size = 0
        self._size = 0

    async def write(self) -> WrittenPages:
        self._wait_for(self._routes.first)
        pages = 0
        while self._waiting:
            target = self._waiting.popleft()
            await self._write_page(target)
            pages += 1
        return WrittenPages(pages, len(self._media_files), self._size)

    @property
    def _media_files(self) -> set[str]:
        return {file for file in self._media.values() if file}

    def _wait_for(self, target: _Target) -> None:
        if target.file in self._files:
            return
        if len(self._files) >= MAX_PAGES:
            raise LimitError(
                f"more than {MAX_PAGES:,} pages",
                subject=str(self._folder.parent),
                hint="--article writes one article's",
            )
        self._files.add(target.file)
        self._waiting.append(target)

    async def _write_page(self, target: _Target) -> None:
        answer = await self._ask.page(target.address, most=MAX_PAGE_BYTES)
        if not answer.media_type == "text/html":
            raise ArchiveError(f"its page is {answer.media_type or 'nothing'}", subject=target.file)
        if answer.status != 200:
            self._on_problem(target.file, _refusal(answer))
        html = await rewritten(answer.body.decode("utf-8", "replace"), target.file, self)
        self._put(target.file, html.encode("utf-8", "replace"))

    def _put(self, file: str, data: bytes) -> None:
        path = self._folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        self._size += len(data)

    # What pages point to.

    def page(self, address: str) -> str | None:
        target = self._routes.target(address)
        if target is None:
            return None
        self._wait_for(target)
        return target.file

    def is_withheld(self, address: str) -> bool:
        return self._routes.is_other_article(address)

    async def style(self, address: str) -> str | None:
        if address not in self._styles:
            answer = await self._ask.page(address, most=MAX_PAGE_BYTES)
            if answer.status != 200 or answer.media_type != "text/css":
                return None
            name = _plain_name(Path(urlsplit(address).path).stem.lower(), address)
            self._styles[address] = f"static/{name}.css"
            self._put(self._styles[address], answer.body + STYLE_ADDITIONS.encode())
        return self._styles[address]

    async def media(self, address: str) -> str | None:
        if address not in self._media:
            self._media[address] = await self._store_media(address)
        return self._media[address] or None

    async def payload(self, address: str) -> str | None:
        return await self.media(address) if self._routes.is_payload(address) else None

    async def _store_media(self, address: str) -> str:
        draft = self._folder / "media" / "draft"
        draft.parent.mkdir(exist_ok=True)
        hasher = hashlib.sha256()
        try:
            with draft.open("wb") as out:

                def take(piece: bytes) -> None:
                    hasher.update(piece)
                    out.write(piece)

                answer = await self._ask.file(address, take, types=SHOWN, most=MAX_FILE_BYTES)
                size = out.tell()
            if answer is None:
                return ""
            file = f"media/{hasher.hexdigest()}{SHOWN[answer.media_type]}"
            if file not in self._made:
                self._made.add(file)
                self._media_size += size
                self._size += size
                if self._media_size > MAX_MEDIA_BYTES:
                    raise LimitError(
                        f"more than {MAX_MEDIA_BYTES:,} bytes of media", hint="--article writes one article's"
                    )
                os.replace(draft, self._folder / file)
            return file
        finally:
            draft.unlink(missing_ok=True)


def _refusal(answer: Answer) -> ArchiverError:
    if answer.status == 404:
        return InputError("the archive does not hold what this page is to show")
    return ArchiveError("this page shows a refusal: what it is made of does not verify, or cannot be read")
