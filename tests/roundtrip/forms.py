"""What is a form, and what must be read in one that was rendered?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.roundtrip.invent import Inventor, Post


@dataclass(frozen=True)
class Expected:
    """One post as a rendering shows it; null: not shown, and not judged."""

    platform: str
    handle: str | None = None
    name: str | None = None
    day: str | None = None
    post_id: str | None = None
    text: str | None = None
    """Only where the rendering leaves no doubt about where the post's words begin and end."""
    undated: bool = False
    """No date is shown, and none may be made up."""


@dataclass(frozen=True)
class Piece:
    """A rendered post, to be put into an article."""

    content: str
    expected: tuple[Expected, ...]
    before: str | None = None
    """What separates it from the article before it; null: as the article's paragraphs are separated."""
    after: str | None = None
    last: bool = False
    """It has to be the end of the text."""
    follows: bool = False
    """The article has to begin before it: at the start of a text it would be something else."""


Maker = Callable[[Inventor, str], Piece]


@dataclass(frozen=True)
class Form:
    """One way in which articles show a post."""

    kind: str
    """`text` or `html`."""
    platform: str
    name: str
    languages: tuple[str, ...]
    make: Maker


def shown(post: Post, **but: object) -> Expected:
    """All that `post` has, but for what is given."""
    fields: dict[str, object] = {
        "platform": post.platform,
        "handle": post.handle,
        "name": post.name,
        "day": post.day,
    }
    return Expected(**{**fields, **but})  # type: ignore[arg-type]
