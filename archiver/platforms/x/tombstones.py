"""What X's own sentences in the place of a post mean.

The sentence stands in a tombstone's text field and nowhere else; a post that says the same words is a live post. Each
sentence has an older wording ("Tweet", "Twitter Rules"; until mid 2023) and a newer one ("Post", "X Rules"), an
apostrophe that is U+2019 or ASCII, and often "Learn more" at its end. Sentences are matched from their first letter
on, whole; what is not known here is no reason at all.
"""

from __future__ import annotations

import re
import unicodedata

from archiver.model import State

MAX_SENTENCE = 600
"""The longest known sentence (age restriction, with its advice) has about 260 characters."""

POST = r"(?:post|tweet)"
END = r"(?:$|[.,!]|\s+learn more\b)"
"""A sentence ends here, or goes on after a full stop or comma ("..., learn more")."""

LIMITS = rf"(?:this|the) account owner limits who can (?:view|see) their {POST}s"
WITHHOLDABLE = rf"(?:this {POST}(?: from @?[a-z0-9_]{{1,20}})?|this account|@[a-z0-9_]{{1,20}}'s account)"

SENTENCES: tuple[tuple[State, re.Pattern[str], str], ...] = tuple(
    (state, re.compile(pattern), meaning)
    for state, pattern, meaning in (
        (State.DELETED, rf"this {POST} was deleted by the {POST} author{END}", "deleted by its author"),
        (State.SUSPENDED, rf"this {POST} is from a suspended account{END}", "the account is suspended"),
        (State.SUSPENDED, rf"this account has been suspended{END}", "the account is suspended"),
        (
            State.ACCOUNT_GONE,
            rf"this {POST} is from an account that no longer exists{END}",
            "the account no longer exists",
        ),
        (
            State.PROTECTED,
            rf"you're unable to view this {POST} because {LIMITS}{END}",
            "the author limits who can see the post",
        ),
        (
            State.PROTECTED,
            rf"{LIMITS}{END}",
            "the author limits who can see the post",
        ),
        (State.RESTRICTED, rf"age-restricted adult content{END}", "age-restricted"),
        (
            State.RESTRICTED,
            rf"{WITHHOLDABLE} has been withheld\b",
            "withheld on a legal demand or report",
        ),
        (
            State.RESTRICTED,
            rf"this {POST} violated the (?:x|twitter) rules(?:$|[.,!]|\s+about\b|\s+on\b|\s+learn more\b)",
            "hidden by the platform for breaking its rules",
        ),
    )
)
"""State, sentence, and its meaning in plain words. "Unavailable" and "no longer available" state no reason."""


def read_sentence(text: str) -> tuple[State, str] | None:
    """The state that a tombstone's sentence states, and its meaning; null where it states none that is known."""
    plain = _plain(text[:MAX_SENTENCE])
    return next(((state, meaning) for state, pattern, meaning in SENTENCES if pattern.match(plain)), None)


def _plain(text: str) -> str:
    """Lower case, one kind of apostrophe and space, no bidi or zero-width marks."""
    text = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return " ".join(text.replace("’", "'").replace("‘", "'").lower().split())
