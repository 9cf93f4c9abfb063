"""Answers that nobody meant: any bytes under any status, records with members missing or of another type. Every
platform's reader has to say something of them, and never "deleted"."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Answer, PostRef, State
from archiver.platforms.base import Platform
from tests.platforms.driving import drive_look, exchange

STATUSES = (200, 200, 200, 204, 301, 302, 400, 401, 403, 404, 410, 418, 420, 429, 432, 451, 500, 502, 503, 999)
NO_FINDING = tuple(status for status in STATUSES if status not in (404, 410))
"""Statuses of which none means "not found"."""

TYPES = (
    "application/json; charset=utf-8",
    "text/html; charset=utf-8",
    "text/html; charset=windows-1251",
    "text/html; charset=hex",
    "text/javascript",
    "",
)

REPLACEMENTS: tuple[Any, ...] = (None, 7, "", "x", [], {}, True, [None], {"a": 1}, 10**30)


class Always(dict[str, Exchange | None]):
    """A table that has the same answer for every question."""

    def __init__(self, body: bytes, status: int, content_type: str, host: str = "") -> None:
        super().__init__()
        self._answer = (body, status, content_type)
        self._host = host

    def __contains__(self, url: object) -> bool:
        return True

    def get(self, url: str, default: object = None) -> Exchange | None:  # type: ignore[override]
        body, status, content_type = self._answer
        headers = (("Location", f"https://{self._host}/login"),) if 300 <= status < 400 else ()
        return exchange(url, body, status, content_type, headers)


def ask(platform: Platform, ref: PostRef, answers: Mapping[str, Exchange | None]) -> tuple[list[Answer], Answer]:
    """What each endpoint says, and the judgement."""
    _, said = drive_look(platform, ref, answers, strict=False)
    return said, platform.judge(ref, said)


def ask_always(
    platform: Platform, ref: PostRef, body: bytes | str, status: int = 200, content_type: str = TYPES[1]
) -> tuple[list[Answer], Answer]:
    """As `ask`, with one answer to every question."""
    data = body.encode() if isinstance(body, str) else body
    return ask(platform, ref, Always(data, status, content_type, host=platform.hosts[0]))


def json_values(words: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """JSON whose members' names and texts are the platform's."""
    return st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(max_size=12)
        | st.sampled_from(words),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(words), inner, max_size=5),
        max_leaves=16,
    )


def bodies(words: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    """Bodies: bytes, JSON, JSON within scripts, markup made of the platform's own pieces."""
    values = json_values(words).map(json.dumps)
    markup = st.lists(st.sampled_from(words) | st.text(max_size=20), max_size=12).map("".join)
    return (
        st.binary(max_size=200)
        | values.map(str.encode)
        | values.map(lambda value: f"var tumblr_api_read = {value};".encode())
        | values.map(lambda value: f"<html><script>window._sharedData = {value};</script></html>".encode())
        | markup.map(lambda text: text.encode("utf-8", "replace"))
        | markup.map(lambda text: f"<html><body>{text}</body></html>".encode("utf-8", "replace"))
    )


def mutations(value: Any) -> Iterator[Any]:
    """The value with each of its members once missing, and once of another type each."""
    for path in _paths(value, ()):
        for replacement in (_MISSING, *REPLACEMENTS):
            changed = copy.deepcopy(value)
            place = changed
            for step in path[:-1]:
                place = place[step]
            if replacement is _MISSING:
                del place[path[-1]]
            else:
                place[path[-1]] = replacement
            yield changed


_MISSING = object()


def _paths(value: Any, before: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in members:
        yield (*before, name)
        yield from _paths(inner, (*before, name))


def cuts(page: str, pieces: int = 60) -> Iterator[str]:
    """The page cut short, and with a piece missing, at many places."""
    step = max(1, len(page) // pieces)
    for at in range(0, len(page), step):
        yield page[:at]
        yield page[:at] + page[at + step :]


def missing_states(answers: list[Answer], verdict: Answer) -> set[State]:
    """The states in which a reader could not see the post, as far as anybody said so."""
    return {answer.state for answer in (*answers, verdict) if answer.state.missing}
