"""Why does TikTok not show a video? What its codes and words say.

A page without its video has a `statusCode` and a `statusMsg`, one or more words with `&` between. The code alone says
little: 10204 comes for what is deleted, private, under review or shut off in the reader's country. Meanings as research
on random samples of TikTok tells them apart, and as yt-dlp's and FxEmbed's readers treat the codes.
"""

from __future__ import annotations

from archiver.model import Answer, State
from archiver.platforms.answering import failed, not_found, quoted, stated, unexpected, unsaid

NOT_THERE = "item doesn't exist"

STATING: dict[str, tuple[State, str]] = {
    "status_deleted": (State.DELETED, "it was deleted"),
    "status_self_see": (State.PROTECTED, "its author alone can see it"),
    "status_friend_see": (State.PROTECTED, "only its author's friends can see it"),
    "author_secret": (State.PROTECTED, "its author's account is private"),
    "status_audit_not_pass": (State.RESTRICTED, "TikTok withholds it: it did not pass the review"),
    "content_classification": (State.RESTRICTED, "not shown to signed-out readers for its content (age)"),
    "cross_border_violation": (State.RESTRICTED, "not shown in this country"),
    "cross_border_violation_ur": (State.RESTRICTED, "not shown in this country"),
    "copyright_geo_filter": (State.RESTRICTED, "not shown in this country (copyright)"),
    "person_geo_fencing": (State.RESTRICTED, "not shown in this country"),
}
"""One word of `statusMsg` that says what has become of the video. Of several the one that stands first here counts."""

STATING_CODES: dict[int, tuple[State, str]] = {
    10216: (State.PROTECTED, "the video is private"),
    10222: (State.PROTECTED, "its author's account is private"),
    10219: (State.RESTRICTED, "not shown in this country"),
}

FAILING_CODES = frozenset({10101})
"""`ErrSysPanic`."""

NO_ACCOUNT = frozenset({10202, 10221, 10223})
PRIVATE_ACCOUNT = 10222
"""What an account's page says instead of its videos."""


def read_state(code: int | None, word: str) -> Answer | None:
    """What a page says that has no video; null where it says that all is well, or nothing."""
    if code in (None, 0) and not word.strip():
        return None
    parts = {part.strip().lower() for part in word[:500].split("&")}
    said = f"code {code}" + (f", {quoted(word)}" if word else "")
    for name, (state, meaning) in STATING.items():
        if name in parts:
            return stated(state, f"{meaning}: {said}")
    if code in STATING_CODES:
        state, meaning = STATING_CODES[code]
        return stated(state, f"{meaning}: {said}")
    if word.strip().lower() == NOT_THERE:
        return not_found(f"no such video: {said}")
    if code in FAILING_CODES:
        return failed(f"TikTok's server failed: {said}")
    if code in (None, 0):
        return None if word.strip().lower() in ("ok", "success") else unexpected(f"a page that says {said}")
    return unsaid(f"no video, and no reason that tells deleted, private and shut off apart: {said}")
