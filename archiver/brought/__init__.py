"""Which posts does a file have that a user brings along?

Tables of posts (CSV, JSON lines, JSON lists; what `archiver find --format jsonl` prints is one) and the archives that
platforms give accounts of their own data: X's, Mastodon's, Bluesky's repository, Telegram Desktop's export, Reddit's.
What a file is tells its content, not its name. It is untrusted like anything else: every size is bounded, nothing is
written, and what is wrong with one post does not stop the others.

What Instagram, Facebook and TikTok export has neither ids nor addresses of posts, so nothing can be looked up by it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, cast

from msgspec.structs import replace

from archiver.brought import bluesky_repository, mastodon_archive, telegram_export, x_archive
from archiver.brought.items import Claim, Item, Kind, Passed, Problem, Record
from archiver.brought.packages import Package, gunzipped, is_tar, reading, tar_package, zip_package
from archiver.brought.rows import Rows
from archiver.brought.tables import read_csv, read_json_lines, read_json_list
from archiver.errors import InputError
from archiver.platforms import platform as platform_named

__all__ = ["Claim", "Item", "Kind", "Passed", "Problem", "Record", "read"]

SNIFF = 4096

SCRIPT = re.compile(rb"\s*window\.YTD\.(?:tweets?|deleted_tweets?|community_tweet)\.part\d{1,4}\s*=")

WITHOUT_IDS = (
    ("Instagram", re.compile(r"(?:.*/)?(?:your_instagram_activity/|content/posts_\d+\.json)")),
    ("Facebook", re.compile(r"(?:.*/)?(?:your_facebook_activity/|your_posts(?:_\d+)?\.(?:json|html))")),
    ("TikTok", re.compile(r"(?:.*/)?(?:user_data(?:_tiktok)?\.json|TikTok/)")),
)
"""Exports that are known to be of no use, by the names of their members."""

REDDIT_POSTS, REDDIT_FACTS = "posts.csv", "statistics.csv"
MAX_FACTS = 65_536


def read(path: Path, *, handle: str | None = None, claims: bool = False) -> Iterator[Item]:
    """What a file has, in its order; a `Kind` comes first.

    handle: whose posts they are, where the file does not say. claims: whether nobody vouches for them, so that they
    have to be checked before they count.

    Raises `InputError` where the file cannot be read, or read further; `LimitError` where it is made to take too much.
    """
    subject = str(path)
    try:
        if path.is_dir():
            raise InputError("this is a folder", subject=subject, hint="give the files in it, or the ZIP file")
        stream = path.open("rb")
    except FileNotFoundError:
        raise InputError("there is no such file", subject=subject) from None
    except (OSError, ValueError) as error:
        what = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"cannot be opened: {what}", subject=subject) from error
    with ExitStack() as stack:
        stack.enter_context(stream)
        stack.enter_context(reading(subject))
        for item in _File(subject, handle, claims).items(stream, stack):
            yield _checked(item, claims)


class _File:
    def __init__(self, subject: str, handle: str | None, claims: bool) -> None:
        self._subject = subject
        self._handle = handle
        self._claims = claims

    def items(self, stream: io.BufferedReader, stack: ExitStack) -> Iterator[Item]:
        start = stream.peek(SNIFF)[:SNIFF]
        if not start:
            raise InputError("the file is empty", subject=self._subject)
        if start.startswith(b"PK"):
            return self._package(stack.enter_context(zip_package(stream, _wanted, subject=self._subject)))
        if start.startswith(b"\x1f\x8b"):
            stream = io.BufferedReader(gunzipped(stream, self._subject), 1024 * 1024)
            start = stream.peek(SNIFF)[:SNIFF]
        if is_tar(start):
            package = tar_package(cast(BinaryIO, stream), _wanted, subject=self._subject)
            return self._package(stack.enter_context(package))
        return self._plain(stream, start)

    def _package(self, package: Package) -> Iterator[Item]:
        if x_archive.is_one(package.names):
            return x_archive.read_archive(package, subject=self._subject)
        if mastodon_archive.is_one(package.names):
            return mastodon_archive.read_archive(package, subject=self._subject)
        if REDDIT_POSTS in package.names and REDDIT_FACTS in package.names:
            return self._reddit(package)
        for platform, known in WITHOUT_IDS:
            if any(known.match(name) for name in package.names):
                raise InputError(
                    f"the posts in an export of {platform} have neither ids nor addresses", subject=self._subject,
                    hint="give a table with their addresses",
                )  # fmt: skip
        tables = [name for name in package.wanted() if name.lower().endswith(TABLE_SUFFIXES)]
        if tables:
            return self._tables(package, tables)
        raise InputError("nothing in it has posts that are known how to read", subject=self._subject)

    def _tables(self, package: Package, names: list[str]) -> Iterator[Item]:
        yield Kind(name="tables in a ZIP file")
        for name in names:
            try:
                with package.open(name) as stream:
                    buffered = _buffered(stream)
                    start = buffered.peek(SNIFF)[:SNIFF]
                    for item in self._plain(buffered, start, f"{self._subject}#{name}"):
                        yield replace(item, where=f"{name}, {item.where}") if isinstance(item, Problem) else item
            except InputError as error:
                yield Problem(where=name, what=error.problem)

    def _reddit(self, package: Package) -> Iterator[Item]:
        """Reddit's answer to a request for one's data: `posts.csv`, and who it is in `statistics.csv`."""
        yield Kind(name="an export of Reddit")
        facts: dict[str, str] = {}
        with package.open(REDDIT_FACTS) as stream:
            for line in stream.read(MAX_FACTS).decode("utf-8", "replace").splitlines():
                name, _, value = line.partition(",")
                facts.setdefault(name.strip().lower(), value.strip())
        rows = Rows(handle=facts.get("account name") or self._handle, claims=self._claims)
        with package.open(REDDIT_POSTS) as stream:
            for item in read_csv(_buffered(stream), rows, subject=self._subject):
                if not isinstance(item, Kind):
                    yield item

    def _plain(self, stream: io.BufferedReader, start: bytes, subject: str | None = None) -> Iterator[Item]:
        subject = subject or self._subject
        text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
        plain = cast(BinaryIO, stream)
        rows = Rows(handle=self._handle, claims=self._claims)
        if SCRIPT.match(text):
            return self._script(plain, subject)
        if bluesky_repository.looks_like_repository(start):
            return bluesky_repository.read_repository(plain, self._handle, subject=subject)
        if text.startswith(b"["):
            return read_json_list(plain, rows, subject=subject)
        if text.startswith(b"{"):
            if mastodon_archive.looks_like_outbox(start):
                return mastodon_archive.read_outbox(plain, subject=subject)
            if telegram_export.looks_like_export(start):
                return telegram_export.read_export(plain, self._handle, subject=subject)
            return read_json_lines(plain, rows, subject=subject)
        if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise InputError("this is no file of posts that is known how to read", subject=subject)
        return read_csv(stream, rows, subject=subject)

    def _script(self, stream: BinaryIO, subject: str) -> Iterator[Item]:
        """A script of X's archive alone: it does not say whose posts it has."""
        if self._handle is None:
            raise InputError(
                "a part of X's archive does not say whose posts it has", subject=subject,
                hint="give the whole ZIP file, or --handle NAME",
            )  # fmt: skip
        yield Kind(name="a part of an archive of X")
        owner = {"username": self._handle.lstrip("@")}
        yield from x_archive.read_script(stream, owner, name=Path(subject).name, subject=subject)


TABLE_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson")


def _wanted(name: str) -> bool:
    return (
        x_archive.wanted(name)
        or mastodon_archive.wanted(name)
        or name in (REDDIT_POSTS, REDDIT_FACTS)
        or name.lower().endswith(TABLE_SUFFIXES)
    )


def _buffered(stream: BinaryIO) -> io.BufferedReader:
    return stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(Any, stream))


def _checked(item: Item, claims: bool) -> Item:
    """The item, unless its address does not name its post: then nobody could be asked for it."""
    if not isinstance(item, Record | Claim):
        return item
    post = item.post
    platform = platform_named(post.platform)
    ref = platform.ref_from_url(post.url) if platform is not None else None
    if ref is None or ref.key != post.key:
        return Problem(where=post.key, what="its address does not name it")
    if claims and isinstance(item, Record):
        return Claim(post=post, seen=item.seen)
    return item
