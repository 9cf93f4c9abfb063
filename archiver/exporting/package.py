"""An archive, or one article with all that it rests on, as a signed WACZ package."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from archiver.errors import LimitError, UsageError
from archiver.exporting.cited import EVERYTHING, Selection, stored_articles
from archiver.exporting.found import FoundWords
from archiver.exporting.pages import cited_pages
from archiver.exporting.tables import selected_articles
from archiver.exporting.whole import STDOUT, is_special, written_whole
from archiver.exporting.words import OnProblem
from archiver.store import Archive
from archiver.wacz.pages import Page
from archiver.wacz.writing import Package, Sign, write_wacz

if TYPE_CHECKING:  # what signs is loaded where something is signed
    from archiver.signing import Signer

PROOF_SUFFIX = ".ots"


def written_package(
    output: str,
    source: Archive | Sequence[Path],
    *,
    created: datetime,
    selection: Selection = EVERYTHING,
    title: str = "",
    description: str = "",
    signer: Signer | None = None,
    clock: Callable[[], datetime] | None = None,
    on_problem: OnProblem,
) -> Package:
    """Write a package to a file, which takes its name when the package is whole and signed, or to `-`.

    Where calendars attest it, their proof is written beside it, as `FILE.ots`. Other arguments and errors are those of
    `write_package`, and what the signer raises: then there is no file.

    Raises `UsageError` where another package's proof would stand beside this one.
    """

    def write(target: Path | BinaryIO, sign: Sign | None) -> Package:
        return write_package(
            target,
            source,
            created=created,
            selection=selection,
            title=title,
            description=description,
            sign=sign,
            clock=clock,
            on_problem=on_problem,
        )

    sign = signer.sign if signer is not None else None
    if output == STDOUT or is_special(Path(output)):
        with written_whole(output) as out:
            return write(out, sign)
    proof = output + PROOF_SUFFIX
    if signer is None or not signer.attested:
        if os.path.lexists(proof):
            raise UsageError(
                "the proof of another package would stand beside this one", subject=proof, hint="move it away"
            )
        return write(Path(output), sign)
    # begun first: where it cannot be written, nobody is asked for anything
    with written_whole(proof) as out:

        def sign_and_prove(digest: str, created: datetime) -> Mapping[str, Any]:
            signed = signer.sign(digest, created)
            out.write(signer.proof or b"")
            out.flush()  # a full disk is told before the package takes its name
            return signed

        return write(Path(output), sign_and_prove)


def write_package(
    target: Path | BinaryIO,
    source: Archive | Sequence[Path],
    *,
    created: datetime,
    selection: Selection = EVERYTHING,
    title: str = "",
    description: str = "",
    sign: Sign | None = None,
    clock: Callable[[], datetime] | None = None,
    on_problem: OnProblem,
    progress: Callable[[int, int], None] | None = None,
) -> Package:
    """Write a package of an archive, of one of its articles (`selection.article`), or of WARC files.

    The articles and the pages of their posts are what it offers to open, with their words; where there is no article,
    every page among the records, with the words that are found in it. The first article is its main page. Other
    arguments and errors are those of `archiver.wacz.writing.write_wacz`; `on_problem` as for
    `archiver.exporting.pages.cited_pages`.

    Raises `InputError` where the archive holds no such article, too, and `LimitError` where there is no room for its
    records.
    """

    def write(files: Archive | Sequence[Path], pages: Iterator[Page] | None) -> Package:
        first = next(pages, None) if pages is not None else None
        return write_wacz(
            target,
            files,
            created=created,
            pages=chain((first,), pages) if first is not None and pages is not None else None,
            words=FoundWords(),
            title=title or (first.title if first is not None and selection.article else ""),
            description=description,
            main_page=first,
            sign=sign,
            clock=clock,
            progress=progress,
        )

    if not isinstance(source, Archive):
        return write(source, None)
    pages = cited_pages(source, selection=selection, on_problem=on_problem)
    if selection.article is None:
        return write(source, pages)
    selected_articles(source, selection)
    [article, *_] = stored_articles(source, selection)
    # it knows the jobs that capture, which take long to load
    from archiver.exporting.extract import write_extract

    name = f"{article.article.id}.warc.gz"
    where = str(target) if isinstance(target, Path) else tempfile.gettempdir()
    with _folder_beside(target) as folder:
        extract = folder / name
        try:
            with extract.open("wb") as out:
                write_extract(source, selection, out, name=name, created=created)
        except OSError as error:
            raise LimitError(f"cannot be written: {error.strerror or error}", subject=where) from error
        return write([extract], pages)


@contextmanager
def _folder_beside(target: Path | BinaryIO) -> Iterator[Path]:
    """A folder for as long as it is needed: where the package goes there is room, or the system's."""
    beside = target.resolve().parent if isinstance(target, Path) else None
    try:
        folder = tempfile.TemporaryDirectory(prefix=".archiver-", dir=beside if beside and beside.is_dir() else None)
    except OSError as error:
        raise LimitError(
            f"cannot be written: {error.strerror or error}", subject=str(beside or tempfile.gettempdir())
        ) from error
    with folder as path:
        yield Path(path)
