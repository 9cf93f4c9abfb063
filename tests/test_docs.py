"""The documentation: it names every command, option and dependency, and its generated parts are current."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import re
import shlex
import shutil
import subprocess
import tomllib
from copy import copy
from importlib.metadata import metadata
from pathlib import Path
from types import ModuleType

import click
import msgspec
import pytest

from archiver.cli import main
from archiver.cli.audit import command as audit_command
from archiver.model import State
from archiver.store.conclusions import Conclusion
from archiver.version import __version__

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RENEW = "renew it: python -m docs.generate"


def load_generator(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = load_generator("generate")
tour = load_generator("tour")


def name_of(dependency: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", dependency)
    assert match is not None
    return match[0].lower().replace("_", "-")


RUNTIME = {name_of(dependency) for dependency in PROJECT["dependencies"]}
TEST_ONLY = {
    name_of(dependency) for extra in ("test", "pywb", "wacz") for dependency in PROJECT["optional-dependencies"][extra]
}


def test_the_schema_is_current() -> None:
    assert generate.SCHEMA.read_text(encoding="utf-8") == generate.schema_text(), RENEW


def test_the_ready_files_in_the_docs_are_those_of_the_examples() -> None:
    page = generate.AUDIT.read_text(encoding="utf-8")
    assert generate.audit_text(page) == page, RENEW


SCHEDULES = sorted((ROOT / "examples" / "schedules").iterdir())


@pytest.mark.parametrize("path", SCHEDULES, ids=lambda path: path.name)
def test_the_commands_of_the_ready_files_are_commands(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [
        line.split("archiver audit", 1)[1] for line in text.splitlines() if re.search(r"archiver audit .*--", line)
    ]
    if path.name == "crontab":
        lines = [line.split('"$ARCHIVER" audit', 1)[1] for line in text.splitlines() if '"$ARCHIVER" audit' in line]
    assert lines or path.suffix == ".timer"
    for line in lines:
        context = copy(audit_command).make_context("audit", shlex.split(line))  # a copy: click keeps what it was asked
        assert context.params["output_path"]
        assert context.params["last_path"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here: its units are not checked")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for path in SCHEDULES:
        if path.suffix in (".service", ".timer"):
            text = path.read_text(encoding="utf-8").replace("%h/archiver/bin/archiver", "/bin/true")
            (tmp_path / path.name).write_text(text.replace("%h/evidence", "/tmp"), encoding="utf-8")
    units = [str(path) for path in sorted(tmp_path.iterdir())]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_columns_of_exported_tables_are_current() -> None:
    page = generate.EXPORT.read_text(encoding="utf-8")
    assert generate.tables_text(page, generate.EXPORTED) == page, RENEW


def test_the_columns_of_a_scan_are_those_of_the_code() -> None:
    page = generate.SCAN.read_text(encoding="utf-8")
    assert generate.tables_text(page, generate.SCANNED) == page, RENEW


PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
OF_OTHERS = {"--cov", "--sort", "--key-type", "--unpack-wacz"}
"""Options of cdxj-indexer, certbot and wb-manager."""


def anchors(page: Path) -> set[str]:
    """Of its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


class TestPages:
    """What pages that are written by hand name is there."""

    @pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
    def test_every_file_and_heading_that_is_linked_is_there(self, page: Path) -> None:
        for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text(encoding="utf-8")):
            name, _, anchor = link.partition("#")
            target = page.parent / name if name else page
            assert target.is_file(), link
            assert not anchor or anchor in anchors(target), link

    @pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
    def test_every_name_of_the_package_is_one(self, page: Path) -> None:
        for name in re.findall(r"`(archiver(?:\.\w+)+)", page.read_text(encoding="utf-8")):
            pkgutil.resolve_name(name)  # raises where there is none

    @pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
    def test_every_option_is_one_of_a_command(self, page: Path) -> None:
        options = {
            option
            for context in generate.all_commands(main)
            for parameter in context.command.get_params(context)
            for option in (*parameter.opts, *parameter.secondary_opts)
        }
        own = generate.FILE_BLOCK.sub("", page.read_text(encoding="utf-8"))  # files for other programs: tested alone
        named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*[a-z]", own))
        assert named - options - OF_OTHERS == set()


def rows(page: str, first: str) -> set[str]:
    """What stands as code in the first column of a page's table, whose heading is `first`."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    table = text.partition(f"| {first} |")[2].partition("\n\n")[0]
    return set(re.findall(r"^\| `([^`]+)`", table, re.MULTILINE))


def test_every_state_is_explained() -> None:
    assert rows("evidence.md", "state") == set(State)


def test_every_kind_of_conclusion_is_explained() -> None:
    fields = {field.name for field in msgspec.structs.fields(Conclusion)}
    assert rows("evidence.md", "conclusion") == fields - {"archiver", "mentions", "basis"}


class TestCommands:
    @pytest.fixture
    def commands(self) -> dict[str, click.Command]:
        return {context.command_path: context.command for context in generate.all_commands(main)}

    def test_every_command_file_is_in_the_group(self, commands: dict[str, click.Command]) -> None:
        """A file in `archiver/cli/` that has a `command` is one; the others hold what commands share."""
        files = [path.stem for path in (ROOT / "archiver" / "cli").glob("*.py") if path.stem != "__init__"]
        found = {file: getattr(importlib.import_module(f"archiver.cli.{file}"), "command", None) for file in files}
        listed = list(commands.values())
        assert [name for name, command in found.items() if isinstance(command, click.Command)] != []
        assert [
            name for name, command in found.items() if isinstance(command, click.Command) and command not in listed
        ] == []

    def test_every_command_says_what_it_is_for(self, commands: dict[str, click.Command]) -> None:
        assert [name for name, command in commands.items() if not command.help] == []

    def test_every_option_says_what_it_does(self, commands: dict[str, click.Command]) -> None:
        assert [
            f"{name} --{option.name}"
            for name, command in commands.items()
            for option in command.params
            if isinstance(option, click.Option) and not option.help
        ] == []

    def test_the_readme_tour_shows_what_the_program_prints(self) -> None:
        text = tour.README.read_text(encoding="utf-8")
        assert tour.tour_text(text) == text, "renew it: python -m docs.tour"

    def test_the_page_is_current(self) -> None:
        page = generate.COMMANDS.read_text(encoding="utf-8")
        assert page == generate.commands_text(page, main), RENEW


class TestCommandPages:
    """The generator itself, on commands of this test's own."""

    @pytest.fixture
    def group(self) -> click.Group:
        @click.group()
        def main() -> None:
            """Do things."""

        @main.command()
        @click.option("--often", help="More than once.")
        def sing(often: str) -> None:
            """Sing a song."""

        @main.command(hidden=True)
        def debug() -> None:
            """Nobody's business."""

        return main

    def test_new_commands_get_a_section(self, group: click.Group) -> None:
        page = generate.commands_text("# Commands\n", group)
        assert page.startswith("# Commands\n")
        assert "## `archiver sing`\n\n<!-- help: archiver sing -->\n```text\n$ archiver sing --help\n" in page
        assert "Usage: archiver sing [OPTIONS]" in page
        assert "More than once." in page
        assert "debug" not in page

    def test_words_between_stay_and_help_is_renewed(self, group: click.Group) -> None:
        page = generate.commands_text("# Commands\n", group)
        edited = page.replace("Sing a song.", "Hum.").replace("## `archiver sing`", "Songs.\n\n## Singing")
        assert generate.commands_text(edited, group) == page.replace("## `archiver sing`", "Songs.\n\n## Singing")

    def test_commands_that_are_gone_lose_their_help(self, group: click.Group) -> None:
        page = generate.commands_text("# Commands\n", group)
        del group.commands["sing"]
        assert "--often" not in generate.commands_text(page, group)

    def test_a_second_run_changes_nothing(self, group: click.Group) -> None:
        page = generate.commands_text("# Commands\n", group)
        assert generate.commands_text(page, group) == page


class TestThirdParty:
    def listed(self) -> dict[str, dict[str, str]]:
        """Heading → package → licence."""
        sections: dict[str, dict[str, str]] = {}
        heading = ""
        for line in (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8").splitlines():
            if line.startswith("## "):
                heading = line[3:]
            elif match := re.match(r"\| \[(?P<name>[^]]+)\]\(https://[^)]+\) \| (?P<licence>[^|]+) \| [^|]+ \|$", line):
                sections.setdefault(heading, {})[match["name"]] = match["licence"]
        return sections

    def test_lists_every_dependency_and_no_other(self) -> None:
        listed = self.listed()
        assert set(listed["Needed to run"]) == RUNTIME
        assert set(listed["Needed to test only"]) == TEST_ONLY
        assert all(list(packages) == sorted(packages) for packages in listed.values())

    def test_nothing_under_gpl_is_needed_to_run(self) -> None:
        assert [name for name, licence in self.listed()["Needed to run"].items() if re.match(r"A?GPL", licence)] == []
        assert RUNTIME.isdisjoint({"surt", "pywb"})

    @pytest.mark.parametrize("name", sorted(RUNTIME | TEST_ONLY - {"pywb", "wacz"}))  # never installed beside us
    def test_says_of_the_licence_what_the_package_says(self, name: str) -> None:
        package = metadata(name)
        fields = [package.get("License-Expression"), package.get("License"), *(package.get_all("Classifier") or [])]
        stated = " ".join(field for field in fields if field).replace("Affero General Public License", "AGPL")
        licence = next(packages[name] for packages in self.listed().values() if name in packages)
        family = re.match(r"[A-Za-z]+", licence)
        assert family is not None
        assert family[0] in stated


class TestChangelog:
    def test_tells_of_this_version(self) -> None:
        text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
        versions = re.findall(r"^## \[([^]]+)\](?: - (?:\d{4}-\d{2}-\d{2}|unreleased))?$", text, re.MULTILINE)
        assert versions[0] == "Unreleased"
        assert versions[1] == __version__
