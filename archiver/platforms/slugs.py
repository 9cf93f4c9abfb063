"""Which words of a post does its permalink spell?

Several networks put the first words of a post into its address, in small letters, with hyphens between them and without
marks: `/the-bridge-this-morning`. Names and numbers of the address itself are no words of the post.
"""

from __future__ import annotations

from urllib.parse import unquote

MAX_SLUG = 400

FEWEST_LETTERS = 3
"""A slug with less says nothing."""


def words(slug: str | None) -> str | None:
    """The words that a slug spells; null where it spells none."""
    plain = unquote(slug or "")[:MAX_SLUG].replace("_", "-")
    out = " ".join(word for word in plain.split("-") if word)
    return out if sum(character.isalpha() for character in out) >= FEWEST_LETTERS else None
