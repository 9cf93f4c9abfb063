"""`archiver index`: posts that are known from elsewhere, so that `resolve` and `archive` find them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from archiver.brought import Claim, Kind, Passed, Problem, Record, read
from archiver.cli.options import INPUT, Run, config_option, format_option, start
from archiver.cli.output import Advance, Column
from archiver.errors import ArchiverError, ExitCode, InputError, LimitError, UsageError
from archiver.store.postindex import PostIndex
from archiver.store.postmerge import Row

COLUMNS = (
    Column("file"),
    Column("kind"),
    Column("read", "posts", right=True),
    Column("new_posts", "new", right=True),
    Column("new_records", "new records", table=False),
    Column("new_pages", "new pages", right=True),
    Column("passed", "passed", right=True),
    Column("problems", right=True),
)

TOLD = 5
"""Lines that cannot be read, of which each file's are told one by one."""

LISTED = 100
"""Of them so many are in the results for programs."""

FILE_HELP = (
    "FILE is a table of posts (.csv, .jsonl, .json; what `archiver find` prints is one), or the archive of its own "
    "data that an account got from its platform: X, Mastodon, Bluesky (.car), Telegram Desktop (result.json), Reddit. "
    "A table needs a column `url`, or `platform` and `id`; `handle`, `display_name`, `account_id`, `created_at` and "
    "`text` are read, too. Rows with a `page` say what that page shows."
)


@click.command(epilog=FILE_HELP, short_help="Add known posts to an index, for resolve and archive.")
@click.argument("files", nargs=-1, required=True, type=INPUT, metavar="FILE...")
@click.option(
    "--posts",
    "posts_path",
    type=click.Path(path_type=Path),
    metavar="INDEX",
    help="The index to add to; it is made where there is none. Default: the first of the configuration ([resolve]).",
)
@click.option("--handle", help="Whose posts they are, for files that do not say.")
@click.option(
    "--claims",
    is_flag=True,
    help="Nobody vouches for the posts in these files: each is looked at before it counts, as what pages show is.",
)
@format_option
@config_option
def command(
    files: tuple[Path, ...],
    posts_path: Path | None,
    handle: str | None,
    claims: bool,
    fmt: str | None,
    config_path: Path | None,
) -> None:
    """Add posts that are known from elsewhere to an index, in which resolve and archive look candidates up.

    Posts of tables and of accounts' own archives count as they are: you vouch for them. What pages show counts once the
    platform or a web archive shows it, too, or two sites do. Adding a file again changes nothing.
    """
    run = start(config_path, fmt)
    if posts_path is None and not run.settings.resolve.posts:
        raise UsageError("no index was named", hint="--posts posts.db")
    with run.interruptible(), PostIndex(posts_path or Path(run.settings.resolve.posts[0]), write=True) as index:
        run.show(COLUMNS, _rows(run, index, files, handle, claims=claims), empty="nothing was added")
    run.finish()


def _rows(
    run: Run, index: PostIndex, files: tuple[Path, ...], handle: str | None, *, claims: bool
) -> Iterator[dict[str, Any]]:
    for path in files:
        reading = _Reading(run, path)
        with run.out.progress(None, f"reading {path.name}") as progress:
            added = index.add(reading.rows(handle, claims, progress))
        reading.tell()
        if reading.kind:
            yield {
                "file": str(path),
                "kind": reading.kind,
                "read": reading.read,
                "new_posts": added.posts,
                "new_records": added.records,
                "new_texts": added.texts,
                "new_pages": added.pages,
                "passed": sum(reading.passed.values()),
                "passed_why": dict(sorted(reading.passed.items())),
                "problems": reading.problems,
                "problems_at": reading.listed,
            }
        if run.stopped():
            return


class _Reading:
    """One file that is read, and what there is to say of it."""

    def __init__(self, run: Run, path: Path) -> None:
        self.kind = ""
        self.read = 0
        self.problems = 0
        self.passed: Counter[str] = Counter()
        self.listed: list[dict[str, str]] = []
        self._run = run
        self._path = path
        self._error: ArchiverError | None = None

    def rows(self, handle: str | None, claims: bool, progress: Advance) -> Iterator[Row]:
        """The posts of the file; ends early where it cannot be read further, or the run is stopped."""
        try:
            for item in read(self._path, handle=handle, claims=claims):
                match item:
                    case Kind(name=name):
                        self.kind = self.kind or name
                    case Passed(why=why):
                        self.passed[why] += 1
                    case Problem():
                        self._note(item)
                    case Record(post=post, seen=seen):
                        self.read += 1
                        yield Row(post, True, None, seen)
                    case Claim(post=post, page=page, seen=seen):
                        self.read += 1
                        yield Row(post, False, page, seen)
                progress()
                if self._run.stopped():
                    return
        except (InputError, LimitError) as error:
            self._error = error

    def _note(self, problem: Problem) -> None:
        self.problems += 1
        if len(self.listed) < LISTED:
            self.listed.append({"where": problem.where, "what": problem.what})

    def tell(self) -> None:
        """Report what could not be read."""
        for problem in self.listed[:TOLD]:
            self._run.out.note(f"{self._path}: {problem['where']}: {problem['what']}")
        if self.problems > TOLD:
            self._run.out.note(f"{self._path}: {self.problems - TOLD} more could not be read")
        if self.problems:
            self._run.code(ExitCode.INPUT)
        if self._error is not None:
            self._run.problem(str(self._path), self._error)
