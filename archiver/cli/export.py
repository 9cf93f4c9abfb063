"""`archiver export`: what the archive holds, in the forms that others work with."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import click
import msgspec

from archiver.cli.options import INPUT, Run, archive_option, config_option, start
from archiver.cli.output import discard, escaped_json, pictured_lines
from archiver.config import SigningSettings
from archiver.errors import ExitCode, UsageError
from archiver.exporting.annotations import write_annotations
from archiver.exporting.cited import Selection
from archiver.exporting.forms import Form, write_table
from archiver.exporting.package import written_package
from archiver.exporting.tables import TABLES, rows_of
from archiver.exporting.whole import STDOUT, refuse_own_files, written_whole
from archiver.model import PLATFORMS, State
from archiver.store import Archive
from archiver.store.archive import no_archive, now
from archiver.store.records import parse_warc_date

F = TypeVar("F", bound=Callable[..., Any])

ANNOTATIONS = "annotations"
WACZ = "wacz"
SUFFIXES = {
    ".csv": Form.CSV.value,
    ".jsonl": Form.JSONL.value,
    ".ndjson": Form.JSONL.value,
    ".parquet": Form.PARQUET.value,
    ".jsonld": ANNOTATIONS,
    ".wacz": WACZ,
}
IDENTITIES = ("none", "anonymous", "domain")
BINARY = frozenset({Form.PARQUET.value, WACZ})
"""Forms that no terminal can show."""


def moment(value: str) -> datetime:
    """An ISO day or RFC 3339 time; without a zone, UTC."""
    try:
        return parse_warc_date(value)
    except ValueError:
        raise click.BadParameter("no day (2026-11-20) and no time (2026-11-20T09:00:00Z)") from None


def form_option(form: str, text: str) -> Callable[[F], F]:
    """`--FORM [FILE]`: the form, and where it goes, where that is not said with `-o`."""
    return click.option(f"--{form}", form, is_flag=False, flag_value=STDOUT, metavar="[FILE]", help=text)


@click.command(
    short_help="Write posts as CSV, JSON lines, Parquet, annotations or WACZ.",
    epilog="What each column holds is in docs/export.md.",
)
@click.argument("files", nargs=-1, type=INPUT, metavar="[WARC]...")
@archive_option
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Where it goes; its ending (.csv, .jsonl, .parquet, .jsonld, .wacz) names the form. Default: - (standard "
    "output). A file takes its name when it is whole.",
)
@form_option(Form.CSV.value, "A table for spreadsheets (RFC 4180, UTF-8).")
@form_option(Form.JSONL.value, "A table as JSON lines.")
@form_option(Form.PARQUET.value, "A table for data frames (needs pyarrow).")
@form_option(ANNOTATIONS, "W3C Web Annotations (JSON-LD): places in articles, and posts.")
@form_option(WACZ, "A package (WACZ) of the WARC files, which replay tools open.")
@click.option(
    "--html",
    "html",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Pages as `archiver replay` shows them, in a new folder: to open from a disk, to print, to send.",
)
@click.option(
    "--card",
    metavar="POST",
    help="One post's card, by its key (x:20) or permalink: a page that stands alone (-o FILE.html), or a picture "
    "(-o FILE.png, drawn by Chromium without any network).",
)
@click.option("--scale", type=click.Choice(["1", "2"]), help="Of the picture: pixels to one of the page. Default: 1.")
@click.option("--dark", is_flag=True, help="The card in dark colours.")
@click.option("--table", type=click.Choice(list(TABLES)), help="Which table. Default: posts, one row a cited post.")
@click.option("--article", metavar="ARTICLE", help="Only this article: its id, URL, or source as it was given.")
@click.option(
    "--platform", type=click.Choice(PLATFORMS), metavar="PLATFORM", help="Only posts of this platform: x, bluesky, …"
)
@click.option(
    "--state",
    type=click.Choice([state.value for state in State]),
    metavar="STATE",
    help="Only posts in this state: live, deleted, …",
)
@click.option("--since", type=moment, metavar="TIME", help="Only posts that were looked at then or later.")
@click.option("--title", default="", help="Of the package.")
@click.option("--description", default="", help="Of the package (Markdown).")
@click.option(
    "--sign",
    type=click.Choice(IDENTITIES),
    help="In whose name the package is signed. Default: from the configuration ([signing]).",
)
@click.option(
    "--time-stamp", metavar="URL", help="The time-stamping authority (RFC 3161) that says when. Default: [signing] tsa."
)
@config_option
def command(
    files: tuple[Path, ...],
    archive_path: Path | None,
    output: str | None,
    html: Path | None,
    card: str | None,
    scale: str | None,
    dark: bool,
    table: str | None,
    article: str | None,
    platform: str | None,
    state: str | None,
    since: datetime | None,
    title: str,
    description: str,
    sign: str | None,
    time_stamp: str | None,
    config_path: Path | None,
    **named: str | None,
) -> None:
    """Write what the archive holds in a form that others work with.

    A table of the cited posts, each with the place in the article, what the platform says, its last state and the WARC
    record that proves it; or the same as W3C Web Annotations; or a WACZ package of the evidence itself, whole, of one
    ARTICLE with all that it rests on, or of the given WARC files. A package whose signature fails is not written. Or
    pages to read: of the archive or one ARTICLE, or the card of one POST.
    """
    run = start(config_path)
    if html is not None or card is not None:
        others = (*(file for file in named.values() if file is not None), table, platform, state, since)
        if any((*others, title, description, sign, time_stamp)) or (html is not None and card is not None):
            raise UsageError("one form at a time: with --html goes --article, with --card go -o, --scale and --dark")
        sources = _read_from(run, files, archive_path)
        if html is not None:
            if output or scale or dark:
                raise UsageError("-o, --scale and --dark are for --card", hint="--html DIR names the folder")
            _pages(run, sources, html, Selection(article=article))
        elif card is not None:
            if article:
                raise UsageError("a card is of one post: --article is for --html")
            with _piped():
                _card(run, sources, card, output, scale, dark=dark)
        run.finish()
        return
    if scale or dark:
        raise UsageError("--scale and --dark are for --card")
    form, output = _form_and_output(named, output)
    if table and form not in list(Form):
        raise UsageError("--table goes with --csv, --jsonl and --parquet")
    if form in BINARY and output == STDOUT and run.out.is_tty:
        raise UsageError("this form is no text", hint="name a file: -o FILE")
    selection = Selection(article=article, platform=platform, state=State(state) if state else None, since=since)
    if form == WACZ:
        if selection != Selection(article=article):
            raise UsageError(
                "a package holds a whole archive or one --article: --platform, --state, --since are for rows"
            )
    elif files or title or description or sign or time_stamp:
        raise UsageError("WARC files, --title, --description, --sign and --time-stamp are for --wacz")
    if files:
        if article or archive_path:
            raise UsageError("either WARC files or an archive")
        if output != STDOUT and Path(output).resolve() in [file.resolve() for file in files]:
            raise UsageError("this is one of the files that are to be packed", subject=output)
        with _piped():
            _package(run, list(files), output, selection, title, description, _signing(run, sign, time_stamp))
        run.finish()
        return
    path = archive_path or Path(run.settings.archive.dir)
    if not (path / "archive").is_dir():
        raise no_archive(path)
    with _piped(), Archive.open(path, settings=run.settings.archive) as archive:
        refuse_own_files(archive, output)
        run.warn(archive.warnings)
        if form == WACZ:
            _package(run, archive, output, selection, title, description, _signing(run, sign, time_stamp))
            run.finish()
            return
        count = _write(run, archive, output, form, table or "posts", selection)
    if output != STDOUT and run.out.messages_tty:
        run.out.note(f"{output}: {count} {'annotations' if form == ANNOTATIONS else 'rows'}")
    run.finish()


@contextmanager
def _piped() -> Iterator[None]:
    """A reader who has seen enough of standard output ends the run, and it is no error."""
    try:
        yield
    except BrokenPipeError:
        discard(sys.stdout)
        raise SystemExit(ExitCode.DONE) from None


def _read_from(run: Run, files: tuple[Path, ...], archive_path: Path | None) -> list[Path]:
    """The archive's folder, or the files that are given in its place.

    Raises `UsageError` for both, `InputError` where there is no archive.
    """
    if files:
        if archive_path:
            raise UsageError("either WARC files or an archive")
        return list(files)
    path = archive_path or Path(run.settings.archive.dir)
    if not (path / "archive").is_dir():
        raise no_archive(path)
    return [path]


def _guard(run: Run, sources: list[Path], target: Path) -> None:
    """Nothing of an archive, and no file that is read, is written over; warnings are told."""
    for source in sources:
        if (source / "archive").is_dir():
            with Archive.open(source, settings=run.settings.archive) as archive:
                refuse_own_files(archive, str(target))
                run.warn(archive.warnings)
        elif source.resolve() == target.resolve():
            raise UsageError("this is one of the files that are to be shown", subject=str(target))


def _pages(run: Run, sources: list[Path], target: Path, selection: Selection) -> None:
    from archiver.exporting.htmlpages import write_pages  # the site is loaded for this alone

    _guard(run, sources, target)
    written = write_pages(sources, target, selection=selection, on_problem=run.problem)
    if run.out.messages_tty:
        run.out.note(f"{target}: {written.pages} pages, {written.files} pictures and films, {written.size:,} bytes")


def _card(run: Run, sources: list[Path], post: str, output: str | None, scale: str | None, *, dark: bool) -> None:
    from archiver.exporting.htmlcard import card_html

    suffix = Path(output or STDOUT).suffix.lower()
    if output is None or (output != STDOUT and suffix not in (".html", ".htm", ".png")):
        raise UsageError("a card is a page or a picture", hint="-o FILE.html or -o FILE.png")
    if scale and suffix != ".png":
        raise UsageError("--scale is for a picture", hint="-o FILE.png")
    if output != STDOUT:
        _guard(run, sources, Path(output))
    if suffix == ".png":
        from archiver.exporting.htmlpicture import drawn

        page = card_html(sources, post, theme="dark" if dark else "light")
        data = drawn(
            page,
            scale=2 if scale == "2" else 1,
            dark=dark,
            chromium=run.settings.capture.chromium,
            on_missing=lambda signs: run.warn([_without_letters(signs)]),
        )
    else:
        data = card_html(sources, post, theme="dark" if dark else "auto").encode()
    with written_whole(output) as out:
        _shown_as_text(run, out, output).write(data)


def _without_letters(signs: str) -> str:
    named = ", ".join(f"{sign} U+{ord(sign):04X}" for sign in signs[:5]) + (", …" if len(signs) > 5 else "")
    return f"no font of this computer has {len(signs)} of the card's signs ({named}): boxes stand in their place"


def _shown_as_text(run: Run, out: BinaryIO, output: str) -> BinaryIO:
    if output != STDOUT or not run.out.is_tty:
        return out
    return cast(BinaryIO, _Terminal(out, pictured_lines))


def _form_and_output(named: Mapping[str, str | None], output: str | None) -> tuple[str, str]:
    """Which form, and where it goes. named: the form's option → its FILE, `-` where it has none, null where it was not
    given.

    Raises `UsageError` where that is not said, said twice, or would write over a file of another kind.
    """
    forms = {form: file for form, file in named.items() if file is not None}
    if len(forms) > 1:
        raise UsageError(f"one form at a time, not --{' and --'.join(forms)}")
    if not forms:
        known = SUFFIXES.get(Path(output).suffix.lower()) if output else None
        if known is None or output is None:
            raise UsageError(
                "in which form?", hint="--csv, --jsonl, --parquet, --annotations, --wacz, or a file with such an ending"
            )
        return known, output
    form, file = forms.popitem()
    if file == STDOUT:
        return form, output or STDOUT
    if output is not None:
        raise UsageError(f"is it to go to {file} or to {output}?", subject=f"--{form}")
    if SUFFIXES.get(Path(file).suffix.lower()) != form:
        raise UsageError(
            f"{file} has not the ending of such a file", subject=f"--{form}", hint="-o FILE takes any name"
        )
    return form, file


def _write(run: Run, archive: Archive, output: str, form: str, table: str, selection: Selection) -> int:
    if form == ANNOTATIONS:
        with written_whole(output) as out:
            return write_annotations(
                archive, _shown(run, out, output, form), selection=selection, on_problem=run.problem
            )
    wanted = TABLES[table]
    rows = rows_of(archive, wanted, selection)
    with written_whole(output) as out:
        return write_table(Form(form), wanted, rows, _shown(run, out, output, form))


def _shown(run: Run, out: BinaryIO, output: str, form: str) -> BinaryIO:
    """The stream itself; where it is a terminal, one that shows what the terminal would obey."""
    if output != STDOUT or not run.out.is_tty:
        return out
    return cast(BinaryIO, _Terminal(out, pictured_lines if form == Form.CSV else escaped_json))


class _Terminal(io.RawIOBase):
    """Takes whole pieces of text in UTF-8, as the writers give them."""

    def __init__(self, stream: BinaryIO, show: Callable[[str], str]) -> None:
        self._stream = stream
        self._show = show

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._stream.write(self._show(bytes(data).decode()).encode())
        return len(data)


def _signing(run: Run, identity: str | None, time_stamp: str | None) -> SigningSettings:
    """`[signing]`, with what the command line says instead."""
    said = {"identity": identity, "tsa": time_stamp}
    return msgspec.structs.replace(run.settings.signing, **{name: value for name, value in said.items() if value})


def _package(
    run: Run,
    source: Archive | Sequence[Path],
    output: str,
    selection: Selection,
    title: str,
    description: str,
    signing: SigningSettings,
) -> None:
    if signing.identity == "none" and signing.tsa:
        raise UsageError("a time stamp is put on a signature", hint="--sign anonymous, or --sign domain")
    if signing.identity != "none" and signing.calendars and output == STDOUT:
        raise UsageError("the OpenTimestamps proof is written beside the package", hint="name a file: -o FILE")
    with ExitStack() as stack:
        signer = None
        if signing.identity != "none":  # what signs and what asks the web is loaded only then
            from archiver.signing import signer_from
            from archiver.web import Door

            signer = signer_from(signing, post=stack.enter_context(Door(run.settings.web)).post)
        package = written_package(
            output,
            source,
            created=now(),
            selection=selection,
            title=title,
            description=description,
            signer=signer,
            clock=now,
            on_problem=run.problem,
        )
    for warning in package.warnings:
        run.out.note(f"warning: {warning}")
    if output != STDOUT and run.out.messages_tty:
        run.out.note(f"{output}: {package.records} records, {package.pages} pages, {package.size:,} bytes")
