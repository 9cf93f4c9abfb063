"""Writes the files that are made from the code: `python -m docs.generate` from the repository's root.

- `config.toml`: every setting with its doc line and default;
- `docs/schema/archiver.schema.json`: JSON Schema of all nouns, of the block of the program's `metadata` records, and
  of an audit's findings and figures;
- `archiver/language/calendar_words.json`: months, days of the week and what stands between, from CLDR;
- `archiver/language/calendar_names.json`: the same names, language by language;
- `docs/commands.md`: the `--help` text of each command, inside a page whose other words are written by hand. A
  help text stands in the fenced block after a line `<!-- help: NAME -->`; a command without one gets a section at the
  end;
- `docs/export.md`, `docs/scan.md`: the columns of each table, after a line `<!-- columns: TABLE -->`, in the same way;
- `docs/audit.md`: the ready files of `examples/schedules/`, each after a line `<!-- file: PATH -->`.

Tests compare the files with what this would write.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import click

from archiver import model
from archiver.auditing import Finding, finding
from archiver.auditing.figures import statistics, survival
from archiver.auditing.figures.statistics import Statistics
from archiver.cli import main as commands
from archiver.config import default_toml
from archiver.exporting.columns import Column
from archiver.exporting.tables import TABLES
from archiver.language import calendar_words, cldr
from archiver.model import json_schema
from archiver.scan.posts import posttable
from archiver.scan.rows import COLUMNS
from archiver.scan.table import TABLE, WHAT
from archiver.store import conclusions

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "config.toml"
SCHEMA = ROOT / "docs" / "schema" / "archiver.schema.json"
COMMANDS = ROOT / "docs" / "commands.md"
EXPORT = ROOT / "docs" / "export.md"
AUDIT = ROOT / "docs" / "audit.md"
SCAN = ROOT / "docs" / "scan.md"
CALENDAR_WORDS = ROOT / "archiver" / "language" / calendar_words.FILE
CALENDAR_NAMES = ROOT / "archiver" / "language" / cldr.FILE

EXPORTED = {table.name: (table.what, table.columns) for table in TABLES.values()}
SCANNED = {TABLE: (WHAT, COLUMNS), posttable.NAME: (posttable.WHAT, posttable.documented())}

HELP_WIDTH = 90
"""Fits a code block on a page without scrolling."""

HELP_BLOCK = re.compile(r"<!-- help: (?P<name>[a-z -]+) -->\n+```text\n.*?\n```\n", re.DOTALL)

FILE_BLOCK = re.compile(r"<!-- file: (?P<path>[\w./-]+) -->\n(?:\n```\w*\n.*?\n```\n)?", re.DOTALL)

COLUMN_BLOCK = re.compile(r"<!-- columns: (?P<name>[a-z]+) -->\n(?:.+\n)*\n(?:\|.*\n)*")


def schema_text() -> str:
    """The published schema with the fields' docstrings, one member per line, so that a change shows in a diff."""
    schema = json_schema(conclusions.Conclusion, Finding, Statistics)
    docs: dict[tuple[str, str], str] = {}
    for module in (model, conclusions, finding, statistics, survival):
        docs |= field_docs(inspect.getsource(module))
    for noun, definition in schema["$defs"].items():
        if "description" in definition:
            definition["description"] = inspect.cleandoc(definition["description"])
        for name, field in definition.get("properties", {}).items():
            if doc := docs.get((noun, name)):
                field["description"] = doc
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def field_docs(source: str) -> dict[tuple[str, str], str]:
    """(class, field) → the string that stands below the field, which Python itself does not keep."""
    docs = {}
    for noun in ast.parse(source).body:
        if not isinstance(noun, ast.ClassDef):
            continue
        for field, below in pairwise(noun.body):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(doc))):
                    docs[noun.name, name] = " ".join(doc.split())
    return docs


def all_commands(group: click.Group) -> Iterator[click.Context]:
    """The group itself and every command in it, in the order that help lists them; `command_path` is the full name."""

    def walk(context: click.Context) -> Iterator[click.Context]:
        yield context
        if isinstance(context.command, click.Group):
            for name in context.command.list_commands(context):
                command = context.command.get_command(context, name)
                if command is not None and not command.hidden:
                    yield from walk(click.Context(command, parent=context, info_name=name, **command.context_settings))

    yield from walk(
        click.Context(group, info_name="archiver", **{**group.context_settings, "terminal_width": HELP_WIDTH})
    )


def help_text(context: click.Context) -> str:
    """What `NAME --help` prints."""
    return "\n".join(line.rstrip() for line in context.get_help().splitlines())


def commands_text(page: str, group: click.Group) -> str:
    """`page` with all help texts renewed, those of commands that are gone taken out, and new ones added at the end."""
    blocks = {}
    for context in all_commands(group):
        name = context.command_path
        blocks[name] = f"<!-- help: {name} -->\n```text\n$ {name} --help\n{help_text(context)}\n```\n"
    present = {match["name"] for match in HELP_BLOCK.finditer(page)}
    page = HELP_BLOCK.sub(lambda match: blocks.get(match["name"], ""), page)
    return page + "".join(f"\n## `{name}`\n\n{block}" for name, block in blocks.items() if name not in present)


def tables_text(page: str, tables: Mapping[str, tuple[str, Sequence[Column]]]) -> str:
    """`page` with the columns of each table renewed, and those of tables that it does not name added at the end.

    tables: what each is, and its columns.
    """
    blocks = {}
    for name, (what, columns) in tables.items():
        lines = ["| column | type | holds |", "|---|---|---|"]
        lines += [f"| `{column.name}` | {column.kind} | {column.what} |" for column in columns]
        blocks[name] = f"<!-- columns: {name} -->\n{what}\n\n" + "\n".join(lines) + "\n"
    present = {match["name"] for match in COLUMN_BLOCK.finditer(page)}
    page = COLUMN_BLOCK.sub(lambda match: blocks.get(match["name"], ""), page)
    return page + "".join(f"\n### `{name}`\n\n{block}" for name, block in blocks.items() if name not in present)


def audit_text(page: str) -> str:
    """The page with the files that it shows as they are now."""

    def block(found: re.Match[str]) -> str:
        path = found["path"]
        kind = {"yml": "yaml", "service": "ini", "timer": "ini"}.get(path.rpartition(".")[2], "sh")
        return f"<!-- file: {path} -->\n\n```{kind}\n{(ROOT / path).read_text(encoding='utf-8')}```\n"

    return FILE_BLOCK.sub(block, page)


def main() -> None:
    CONFIG.write_text(default_toml(), encoding="utf-8")
    SCHEMA.parent.mkdir(exist_ok=True)
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    page = COMMANDS.read_text(encoding="utf-8") if COMMANDS.exists() else "# Commands\n"
    COMMANDS.write_text(commands_text(page, commands), encoding="utf-8")
    EXPORT.write_text(tables_text(EXPORT.read_text(encoding="utf-8"), EXPORTED), encoding="utf-8")
    SCAN.write_text(tables_text(SCAN.read_text(encoding="utf-8"), SCANNED), encoding="utf-8")
    AUDIT.write_text(audit_text(AUDIT.read_text(encoding="utf-8")), encoding="utf-8")
    CALENDAR_WORDS.write_text(calendar_words.file_text(), encoding="utf-8")
    CALENDAR_NAMES.write_text(cldr.file_text(), encoding="utf-8")
    for path in (CONFIG, SCHEMA, COMMANDS, EXPORT, AUDIT, SCAN, CALENDAR_WORDS, CALENDAR_NAMES):
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
