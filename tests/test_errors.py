"""Errors: each kind leads to its documented exit code and says in one line what is wrong, with what, and what to do."""

from __future__ import annotations

import pytest

from archiver import errors
from archiver.errors import ArchiverError, ExitCode


def test_exit_codes_are_those_that_scripts_rely_on() -> None:
    assert {code.name.lower(): int(code) for code in ExitCode} == {
        "done": 0,
        "findings": 1,
        "usage": 2,
        "input": 3,
        "network": 4,
        "limit": 5,
        "interrupted": 130,
    }


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.UsageError, 2),
        (errors.ConfigError, 2),
        (errors.InputError, 3),
        (errors.NetworkError, 4),
        (errors.RefusedError, 4),
        (errors.NotStoredError, 4),
        (errors.LimitError, 5),
        (errors.ArchiveError, 5),
        (errors.ClusterError, 5),
        (errors.SigningError, 3),
        (errors.TimeStampError, 4),
    ],
)
def test_each_kind_has_its_exit_code(kind: type[ArchiverError], code: int) -> None:
    with pytest.raises(ArchiverError) as caught:
        raise kind("it failed")
    assert caught.value.exit_code == code


def test_a_refusal_is_caught_as_a_network_error() -> None:
    with pytest.raises(errors.NetworkError):
        raise errors.RefusedError("a private address")


@pytest.mark.parametrize(
    ("subject", "hint", "line"),
    [
        (None, None, "cannot be read"),
        ("a.txt", None, "a.txt: cannot be read"),
        (None, "try again", "cannot be read (try again)"),
        ("a.txt", "try again", "a.txt: cannot be read (try again)"),
    ],
)
def test_one_line_says_with_what_and_what_to_do(subject: str | None, hint: str | None, line: str) -> None:
    assert str(ArchiverError("cannot be read", subject=subject, hint=hint)) == line


def test_every_kind_says_when_it_is_raised() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ArchiverError)]
    assert len(kinds) >= 9
    assert [kind.__name__ for kind in kinds if not kind.__doc__] == []
