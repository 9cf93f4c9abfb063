"""Writes the files that are made from the code: `python -m docs.generate` from the repository's root.

- `config.toml`: every setting with its doc line and default;
- `docs/schema/archiver.schema.json`: JSON Schema of all records;
- `docs/commands.md`: the `--help` text of each command, inside a page whose other words are written by hand. A
  help text stands in the fenced block after a line `<!-- help: NAME -->`; a command without one gets a section at the
  end.

Tests compare the files with what this would write.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import click

from archiver import model
from archiver.config import default_toml
from archiver.model import json_schema

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "config.toml"
SCHEMA = ROOT / "docs" / "schema" / "archiver.schema.json"
COMMANDS = ROOT / "docs" / "commands.md"

HELP_WIDTH = 90
"""Fits a code block on a page without scrolling."""

HELP_BLOCK = re.compile(r"<!-- help: (?P<name>[a-z -]+) -->\n+```text\n.*?\n```\n", re.DOTALL)


def schema_text() -> str:
    """The published schema with the fields' docstrings, one member per line, so that a change shows in a diff."""
    schema = json_schema()
    docs = field_docs(Path(model.__file__).read_text(encoding="utf-8"))
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


def command_group() -> click.Group | None:
    """The group that `archiver` runs; null as long as there is none."""
    import archiver.cli

    group = getattr(archiver.cli, "main", None)
    return group if isinstance(group, click.Group) else None


def all_commands(group: click.Group, path: tuple[str, ...] = ("archiver",)) -> Iterator[tuple[str, click.Command]]:
    """The group itself and every command in it, by full name (`archiver find`), in the order that help lists them."""
    yield " ".join(path), group
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from all_commands(command, (*path, name))
        elif command is not None and not command.hidden:
            yield " ".join((*path, name)), command


def help_text(name: str, command: click.Command) -> str:
    """What `NAME --help` prints."""
    context = None
    for part in name.split(" ")[:-1]:
        context = click.Context(click.Group(part), info_name=part, parent=context)
    last = click.Context(
        command,
        info_name=name.rpartition(" ")[2],
        parent=context,
        terminal_width=HELP_WIDTH,
        max_content_width=HELP_WIDTH,
    )
    lines = (line.rstrip() for line in command.get_help(last).splitlines())
    return "\n".join(lines)


def commands_text(page: str, group: click.Group) -> str:
    """`page` with all help texts renewed, those of commands that are gone taken out, and new ones added at the end."""
    blocks = {
        name: f"<!-- help: {name} -->\n```text\n$ {name} --help\n{help_text(name, command)}\n```\n"
        for name, command in all_commands(group)
    }
    present = {match["name"] for match in HELP_BLOCK.finditer(page)}
    page = HELP_BLOCK.sub(lambda match: blocks.get(match["name"], ""), page)
    return page + "".join(f"\n## `{name}`\n\n{block}" for name, block in blocks.items() if name not in present)


def main() -> None:
    CONFIG.write_text(default_toml(), encoding="utf-8")
    SCHEMA.parent.mkdir(exist_ok=True)
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    written = [CONFIG, SCHEMA]
    if group := command_group():
        page = COMMANDS.read_text(encoding="utf-8") if COMMANDS.exists() else "# Commands\n"
        COMMANDS.write_text(commands_text(page, group), encoding="utf-8")
        written.append(COMMANDS)
    for path in written:
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
