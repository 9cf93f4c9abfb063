"""The Python face at work: the four jobs, their signatures, progress, stopping, and errors as types."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

import archiver
from archiver.errors import InputError, NetworkError
from tests.town import ALIKE, DELETED, FLATTENED, LEFTOVERS, PICTURED, RENAMED, Town
from tests.web_twin import PostState

PARAMETERS = {
    "find": ["source", "settings=", "prose="],
    "repair": ["article", "archive=", "everything=", "replay_base=", "evidence=", "settings="],
    "resolve": ["mention", "archive=", "offline=", "settings="],
    "archive": ["*sources", "archive=", "offline=", "settings=", "progress=", "stop=", "on_error=", "prose="],
    "audit": [
        "*sources",
        "archive=",
        "offline=",
        "settings=",
        "progress=",
        "stop=",
        "on_error=",
        "max_age=",
        "copies=",
        "rescue=",
        "save=",
        "media=",
    ],
}
"""Scripts call these: arguments are added at the end, with a default; none is renamed or taken away."""

RESULTS = {
    "find": "list[Mention]",
    "repair": "Repaired",
    "resolve": "Resolution",
    "archive": "list[ArchivedPost]",
    "audit": "list[Finding]",
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_signatures_stay(name: str) -> None:
    signature = inspect.signature(getattr(archiver, name))
    shown = []
    for parameter in signature.parameters.values():
        stars = "*" if parameter.kind is inspect.Parameter.VAR_POSITIONAL else ""
        optional = parameter.default is not inspect.Parameter.empty
        assert not optional or parameter.kind is inspect.Parameter.KEYWORD_ONLY
        shown.append(f"{stars}{parameter.name}{'=' if optional else ''}")
    assert shown == PARAMETERS[name]
    assert signature.return_annotation == RESULTS[name]


@pytest.fixture(autouse=True)
def _configured(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a person has it: a config.toml in the working directory, and an archive named there."""
    town.config(extra=f"[archive]\ndir = {json.dumps(str(town.archive))}")
    monkeypatch.chdir(town.folder)


class TestJobs:
    def test_find(self, town: Town) -> None:
        mentions = archiver.find(town.page([PICTURED, DELETED]))
        assert [mention.post_id for mention in mentions] == [PICTURED.id, DELETED.id]
        assert archiver.find(town.publish([PICTURED]))[0].url == PICTURED.url

    def test_resolve(self, town: Town) -> None:
        (mention,) = archiver.find(town.write("left.txt", LEFTOVERS))
        resolution = archiver.resolve(mention)
        assert (resolution.outcome, resolution.post_key) == (archiver.Outcome.RESOLVED, f"x:{FLATTENED.id}")
        assert archiver.resolve(mention, offline=True) == resolution

    def test_archive_and_audit(self, town: Town) -> None:
        posts = archiver.archive(town.page([PICTURED, DELETED]), town.write("left.txt", LEFTOVERS))
        assert [post.state.value for post in posts] == ["live", "deleted", "live"]
        town.twin.population.change(PICTURED.id, state=PostState.SUSPENDED)
        findings = archiver.audit()
        assert [finding.state.value for finding in findings] == ["suspended", "deleted", "live"]
        assert [finding.state.missing for finding in findings] == [True, True, False]
        assert archiver.audit(offline=True) == findings
        with archiver.Archive.open(town.archive) as archive:
            assert len(archive.catalogue.articles()) == 2

    def test_somewhere_else(self, town: Town) -> None:
        archiver.archive(str(town.page([PICTURED])), archive=town.folder / "elsewhere")
        assert (town.folder / "elsewhere" / "archive").is_dir()
        assert not town.archive.exists()
        assert archiver.audit(archive=str(town.folder / "elsewhere"))[0].post_id == PICTURED.id


class TestCallbacks:
    def test_progress_is_told_of_each_post(self, town: Town) -> None:
        told: list[tuple[int, str | None]] = []

        def progress(steps: int = 1, label: str | None = None) -> None:
            told.append((steps, label))

        page = town.page([PICTURED, DELETED, RENAMED])
        archiver.archive(page, progress=progress)
        names = [PICTURED.account.name, DELETED.account.name, RENAMED.account.name]
        assert told == [(1, name) for name in names]
        told.clear()
        archiver.audit(progress=progress)
        assert told == [(1, name) for name in names]

    def test_stop_between_two_posts(self, town: Town) -> None:
        done: list[str | None] = []
        pages = [town.page([post], name=f"{post.id}.html") for post in (PICTURED, DELETED, RENAMED)]
        posts = archiver.archive(
            *pages, progress=lambda steps=1, label=None: done.append(label), stop=lambda: len(done) >= 2
        )
        assert [post.post_id for post in posts] == [PICTURED.id, DELETED.id]
        done.clear()
        findings = archiver.audit(progress=lambda steps=1, label=None: done.append(label), stop=lambda: len(done) >= 1)
        assert [finding.post_id for finding in findings] == [PICTURED.id]

    def test_stop_before_an_address_is_fetched(self, town: Town) -> None:
        told: list[str] = []
        for job in (archiver.archive, archiver.audit):
            assert job(town.publish([PICTURED]), stop=lambda: True) == []
            job(town.publish([PICTURED]), stop=lambda: True, on_error=lambda source, error: told.append(source))
        assert told == []
        assert town.twin.log == []

    def test_errors_are_told_or_raised(self, town: Town) -> None:
        told: list[tuple[str, archiver.ArchiverError]] = []
        page = town.page([PICTURED])
        posts = archiver.archive("missing.html", page, on_error=lambda source, error: told.append((source, error)))
        assert len(posts) == 1
        assert [(source, type(error)) for source, error in told] == [("missing.html", InputError)]
        with pytest.raises(InputError, match="no such file"):
            archiver.archive("missing.html", page)


class TestErrors:
    def test_they_are_typed(self, town: Town) -> None:
        with pytest.raises(InputError):
            archiver.find("missing.html")
        with pytest.raises(InputError, match="there is no archive here"):
            archiver.audit()
        with pytest.raises(NetworkError):
            archiver.find("https://no-such-host.invalid/")

    def test_nothing_is_made_by_a_failure(self, town: Town) -> None:
        with pytest.raises(archiver.ArchiverError):
            archiver.audit()
        assert not town.archive.exists()


def test_ambiguity_is_a_result_and_no_error(town: Town) -> None:
    (mention,) = archiver.find(town.page([ALIKE[0]], "flattened"))
    resolution = archiver.resolve(mention)
    assert resolution.outcome is archiver.Outcome.AMBIGUOUS
    assert {candidate.post.id for candidate in resolution.candidates[:2]} == {post.id for post in ALIKE}


def test_it_is_typed_for_those_who_use_it(tmp_path: Path) -> None:
    assert files("archiver").joinpath("py.typed").is_file()


def test_import_and_finding_in_a_file_load_no_more_than_they_need(tmp_path: Path) -> None:
    """Neither network nor terminal for `import archiver`, no server for a job."""
    (tmp_path / "left.txt").write_text(LEFTOVERS, encoding="utf-8")
    code = (
        "import sys, archiver; assert not {'httpx', 'httpcore', 'rich', 'click'} & set(sys.modules);"
        "assert archiver.find('left.txt')[0].handle == 'keeper_osk';"
        "assert not {'starlette', 'uvicorn', 'jinja2'} & set(sys.modules)"
    )
    environment = {"PYTHONPATH": str(Path(__file__).parents[1]), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
