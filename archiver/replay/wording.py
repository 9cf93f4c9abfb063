"""What states, outcomes and record types are called on the pages, and what each means to a reader."""

from __future__ import annotations

from typing import NamedTuple

from archiver.model import Outcome, State


class Word(NamedTuple):
    """A term as the pages show it."""

    label: str
    meaning: str
    tone: str
    """`good`, `gone`, `doubt` or `plain`: the colour; the label alone says it too."""


STATES: dict[str, Word] = {
    State.LIVE: Word("live", "The post could be read.", "good"),
    State.EDITED: Word("edited", "The post could be read; its author had changed it.", "doubt"),
    State.DELETED: Word("deleted", "The platform said that the post was deleted.", "gone"),
    State.ACCOUNT_GONE: Word("account gone", "The platform said that the account no longer exists.", "gone"),
    State.SUSPENDED: Word("suspended", "The platform said that it suspended the account.", "gone"),
    State.PROTECTED: Word("protected", "The author limits who can see the post.", "gone"),
    State.RESTRICTED: Word("restricted", "Hidden from some readers, by age or country.", "gone"),
    State.MOVED: Word("moved", "The post could be read at another address.", "doubt"),
    State.BLOCKED: Word("blocked", "The platform refused to answer us; this says nothing about the post.", "plain"),
    State.UNREACHABLE: Word("unreachable", "No answer came; this says nothing about the post.", "plain"),
    State.UNRESOLVED: Word("unresolved", "It is not known which post this is.", "plain"),
}
OUTCOMES: dict[str, Word] = {
    Outcome.RESOLVED: Word("resolved", "It is known which post is quoted.", "good"),
    Outcome.AMBIGUOUS: Word("ambiguous", "Several posts may be meant; none is clearly the one.", "doubt"),
    Outcome.UNRESOLVED: Word("unresolved", "No post was found that fits.", "plain"),
}
NOT_RESOLVED = Word(
    "not looked up", "The post was found in the article, and nothing was concluded about it yet.", "plain"
)
NOT_SEEN = Word("state not known", "The post's state was not looked at.", "plain")

RECORD_TYPES = {
    "response": "HTTP response",
    "revisit": "revisit: the same payload as an earlier capture",
    "request": "HTTP request",
    "resource": "file",
    "metadata": "conclusion or metadata",
    "warcinfo": "about the WARC file",
    "conversion": "converted copy",
}


def state_word(state: str | None) -> Word:
    if state is None:
        return NOT_SEEN
    return STATES.get(state) or Word(state, "", "plain")


def outcome_word(outcome: str | None) -> Word:
    if outcome is None:
        return NOT_RESOLVED
    return OUTCOMES.get(outcome) or Word(outcome, "", "plain")
