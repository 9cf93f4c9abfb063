"""Why does YouTube not play a video? What its sentences say.

A page that does not play its video has a status (`ERROR`, `LOGIN_REQUIRED`, `UNPLAYABLE` …) that says little, and
sentences that say it: a headline, and often a line below. They stand in fields that YouTube alone writes, so they are
read from their beginning; what claimants or members are called follows later. We ask for English. Sentences as yt-dlp
and collections of removed videos hand them down; an unknown one states nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from archiver.model import Answer, State
from archiver.platforms.answering import not_found, quoted, refused, stated, unsaid

_THIS = r"(?:this|the) (?:video|content|live ?stream(?: recording)?|short)"
_REMOVED = r"this (?:video|live stream|post) (?:has been|was) (?:removed|deleted)"
_NO_LONGER = rf"{_THIS} is no longer available"


def _begins(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{pattern})", re.IGNORECASE)


REFUSING: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (_begins(pattern), what)
    for pattern, what in (
        (r"sign in to confirm (?:that )?you(?:'re| are) not a (?:bot|robot)", "a bot check"),
        (r"this helps protect our community", "a bot check"),
        (r"our systems have detected unusual traffic|before you continue", "a bot check"),
        (r"this content isn't available, try again later|the current session has been rate-?limited", "a rate limit"),
        (r"youtube is not (?:currently )?available on this device", "this kind of reader is not served"),
        (r"(?:the page needs|please|you need) to (?:be )?reload|please update|the following features", "a reload"),
        (r"an error occurred\b|something went wrong|error code", "an error of the player"),
        (r"please sign in$|sign in to youtube$", "a login wall"),
    )
)
"""About us, whatever else is said beside it."""

STATING: tuple[tuple[State, str, re.Pattern[str]], ...] = tuple(
    (state, meaning, _begins(pattern))
    for state, meaning, pattern in (
        (State.SUSPENDED, "its account was terminated", rf"{_NO_LONGER} because the youtube account associated with"),
        (
            State.SUSPENDED,
            "its account was terminated",
            r"this (?:account|channel) (?:has been|was) (?:terminated|susp)",
        ),
        (State.ACCOUNT_GONE, "its uploader closed the account", rf"{_NO_LONGER} because the uploader has closed"),
        (
            State.PROTECTED,
            "it is private",
            r"this is a private (?:video|post)|this (?:video|post) is private|private video\b",
        ),
        (State.PROTECTED, "it is private", r"sign in if you've been granted access"),
        (State.RESTRICTED, "age-restricted", r"sign in to confirm your age|age-?restricted"),
        (State.RESTRICTED, "age-restricted", rf"{_THIS} (?:may be inappropriate for some users|is age-?restricted)"),
        (State.RESTRICTED, "not shown in this country", r"the uploader has not made this video available in your"),
        (
            State.RESTRICTED,
            "not shown in this country",
            rf"{_THIS} (?:is not|isn't) available (?:in|from|on|to) (?:your|this) (?:country|region|location)",
        ),
        (State.RESTRICTED, "not shown in this country", rf"{_THIS} (?:is not|isn't) available due to (?:a|an) "),
        (State.RESTRICTED, "not shown in this country", rf"{_THIS} is only available in"),
        (State.RESTRICTED, "blocked by whoever holds the rights", r"this video contains content from\b"),
        (
            State.RESTRICTED,
            "for members only",
            r"join this channel to get access|this video is available to this chann",
        ),
        (State.RESTRICTED, "to be paid for", r"this video (?:requires payment|is only available to \w{1,12} premium)"),
        (State.RESTRICTED, "restricted", r"this (?:video|channel) (?:is|has been) restricted"),
        (
            State.DELETED,
            "its uploader removed it",
            rf"{_REMOVED} by (?:the|its) (?:up-?loader|user|owner|author|creator)",
        ),
        (State.DELETED, "its uploader removed it", rf"{_NO_LONGER} because the uploader has (?:deleted|removed)"),
        (State.DELETED, "YouTube removed it", rf"{_REMOVED} (?:for|because|due|as a|by youtube|in response)"),
        (
            State.DELETED,
            "YouTube removed it after a claim",
            rf"{_NO_LONGER} (?:due to|because of) (?:a|multiple) (?:copyright|trademark|privacy|legal)",
        ),
        (State.DELETED, "it was removed", rf"{_REMOVED}\.?$"),
    )
)
"""What the platform states, and in which words; of several the one that stands first here counts."""

BARE = re.compile(
    r"\s*(?:video unavailable|(?:this|the) (?:video|short|post) (?:is|isn't|is not) (?:unavailable|available any ?more|"
    rf"no longer available)|{_NO_LONGER}|(?:this|the) (?:video|post) does(?: not|n't) exist|"
    r"post (?:unavailable|not found))[.\s]*",
    re.IGNORECASE,
)
"""A bare "not found": removed, or never there. `This video is not available` is none: it is said of much else."""


def read_sentences(said: Iterable[str]) -> Answer | None:
    """What the sentences beside a video that does not play state; null where there are none.

    What is about us counts first; then what the platform states; a bare "unavailable" only where nothing else is said.
    """
    sentences = [" ".join(sentence.replace("’", "'").split())[:500] for sentence in said]
    sentences = [sentence for sentence in dict.fromkeys(sentences) if sentence]
    if not sentences:
        return None
    text = quoted(" / ".join(sentences))
    for sentence in sentences:
        for pattern, what in REFUSING:
            if pattern.match(sentence):
                return refused(f"{what}: {text}")
    for state, meaning, pattern in STATING:
        if any(pattern.match(sentence) for sentence in sentences):
            return stated(state, f"{meaning}: {text}")
    if all(BARE.fullmatch(sentence) for sentence in sentences):
        return not_found(f"no such video: {text}")
    return unsaid(f"not played, for no reason that is known here: {text}")
