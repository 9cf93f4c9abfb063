"""How a resolution came about, as an outline for people: what each source said, what makes each candidate's score."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.model import Candidate, Mention, Outcome, Reason, Resolution

SHOWN_CANDIDATES = 5
"""So many candidates are shown; the rest is counted, and JSON has all."""

SHORT = 72
"""Code points of a text that are shown."""


def told(mention: Mention, resolution: Resolution) -> Iterator[str]:
    """The lines of the outline."""
    who = " ".join(part for part in (mention.display_name, f"@{mention.handle}" if mention.handle else None) if part)
    yield f"{mention.platform} {who} {(mention.date or 'no day')[:16]}: {_short(mention.words)}"
    answer = resolution.post_key if resolution.outcome is Outcome.RESOLVED else None
    yield f"  {resolution.outcome.value}{f' {answer}' if answer else ''}: {resolution.reason}"
    for report in resolution.sources:
        asked = f", {report.requests} request{'s' if report.requests != 1 else ''}" if report.requests else ""
        found = f" {report.candidates}" if report.candidates else ""
        yield f"  source {report.source}: {report.outcome}{found}{asked}{f' ({report.note})' if report.note else ''}"
    for candidate in resolution.candidates[:SHOWN_CANDIDATES]:
        yield from _candidate(candidate)
    more = len(resolution.candidates) - SHOWN_CANDIDATES
    if more > 0:
        yield f"  {more} more candidate{'s' if more != 1 else ''}"
    yield ""


def _candidate(candidate: Candidate) -> Iterator[str]:
    post = candidate.post
    made = f" {post.created_at:%Y-%m-%d %H:%MZ}" if post.created_at else ""
    yield f"  {candidate.score:.4f} {post.key} ({candidate.source}){made}: {_short(post.text or post.title)}"
    for page in candidate.cited_in[:3]:
        yield f"         shown in {page}"
    for reason in candidate.reasons:
        yield f"         {_weight(reason)} {reason.note}"


def _weight(reason: Reason) -> str:
    """`+2.53 text.post_shown 0.78`: what it adds to the log-odds, the feature, its value."""
    value = f" {reason.value:.2f}" if reason.value is not None else ""
    return f"{reason.weight:+6.2f} {reason.feature}{value}:"


def _short(text: str | None) -> str:
    if not text:
        return "(no words)"
    plain = " ".join(text.split())
    return plain if len(plain) <= SHORT else plain[: SHORT - 1] + "…"
