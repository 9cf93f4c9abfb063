"""What goes wrong with one post, whatever it is, takes nothing from the others, and nothing of what was seen of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from archiver.auditing import looking
from archiver.capture import job as capturing
from archiver.errors import InputError, LimitError, NetworkError
from tests.town import DELETED, FLATTENED, PICTURED, RENAMED, Town

FAULTS = (ValueError, OSError)
FORESEEN = (NetworkError, LimitError)


def audit(town: Town, *more: object) -> tuple[int, list[dict[str, Any]], str]:
    done = town.command("audit", town.archive, "--config", town.config(), *[str(one) for one in more])
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def fails(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, error: type[Exception], wrong: Any) -> None:
    """Let a function fail where `wrong` says so of its arguments."""
    real = getattr(where, name)

    def failing(*given: Any, **named: Any) -> Any:
        if wrong(*given):
            raise error("out of the ordinary")
        return real(*given, **named)

    monkeypatch.setattr(where, name, failing)


@pytest.mark.parametrize("error", [*FAULTS, *FORESEEN])
def test_a_look_that_fails(town: Town, monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    town.run(town.page([PICTURED, RENAMED, FLATTENED]))
    fails(monkeypatch, looking, "drawn", error, lambda _job, _cited, post, _seen: post.id == RENAMED.id)
    output = town.folder / "all.jsonl"
    code, rows, said = audit(town, "-o", output)
    assert [row["post_id"] for row in rows] == [PICTURED.id, RENAMED.id, FLATTENED.id]
    assert [row["state"] for row in rows] == ["live", "unreachable" if error is NetworkError else "unresolved", "live"]
    assert "its state is not known" in rows[1]["reason"]
    assert len(rows[1]["citations"]) == 1
    assert len(output.read_text().splitlines()) == 3
    if error in FAULTS:
        assert code == 70
        assert f"a fault in archiver itself ({error.__name__})" in rows[1]["reason"]
        assert "report it" in said
    else:
        assert code == 0


@pytest.mark.parametrize("error", [ValueError, InputError])
@pytest.mark.parametrize("part", ["copies_of", "with_quotes"])
def test_a_part_that_fails_leaves_the_state(
    town: Town, monkeypatch: pytest.MonkeyPatch, error: type[Exception], part: str
) -> None:
    town.run(town.page([PICTURED, DELETED]))
    fails(monkeypatch, looking, part, error, lambda *_: True)
    code, rows, _ = audit(town)
    assert [row["state"] for row in rows] == ["live", "deleted"]
    assert [len(row["citations"]) for row in rows] == [1, 1]
    assert code == (70 if error in FAULTS else 1)
    if part == "copies_of":
        assert rows[0]["copies"]["failed"]


@pytest.mark.parametrize("error", [ValueError, NetworkError])
@pytest.mark.parametrize("again", [False, True], ids=["an article", "the archive"])
def test_a_mention_that_cannot_be_looked_for(
    town: Town, monkeypatch: pytest.MonkeyPatch, error: type[Exception], again: bool
) -> None:
    page = town.page([PICTURED, RENAMED, FLATTENED])
    fails(monkeypatch, capturing, "resolve", error, lambda mention: mention.post_id == RENAMED.id)
    arguments = ("audit", page, "--archive", town.archive, "--config", town.config())
    done = town.command(*arguments)
    if again:
        done = town.command("audit", town.archive, "--config", town.config())
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["state"] for row in rows] == ["live", "unresolved", "live"]
    assert "could not be looked for" in rows[1]["reason"]
    monkeypatch.undo()
    rows = [json.loads(line) for line in town.command(*arguments).stdout.splitlines()]
    assert [row["state"] for row in rows] == ["live"] * 3


def test_archiving_goes_on_too(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also with the next article."""
    pages = town.page([PICTURED, RENAMED, FLATTENED]), town.page([DELETED], name="next.html")
    fails(monkeypatch, capturing, "observe", KeyError, lambda ref: ref.id == RENAMED.id)
    done = town.command("archive", *pages, "--archive", town.archive, "--config", town.config())
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["state"] for row in rows] == ["live", "unresolved", "live", "deleted"]
    assert done.exit_code == 70
