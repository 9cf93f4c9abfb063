"""Driving a platform's inquiries by hand: questions answered from a table, and what it said in order."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime

from archiver.exchange import Exchange
from archiver.model import Answer, Capture, PostRef
from archiver.platforms.base import Clues, Gap, Inquiry, Lookup, Platform, Remark, Shown

WHEN = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)

Said = Answer | Shown | Remark | Gap


def exchange(
    url: str,
    body: bytes | str = b"",
    status: int = 200,
    content_type: str = "application/json; charset=utf-8",
    headers: tuple[tuple[str, str], ...] = (),
    record: str = "",
) -> Exchange:
    """An answer as the network door gives it; `record` is the id of the record that holds it."""
    data = body.encode() if isinstance(body, str) else body
    lines = (("Content-Type", content_type), *headers) if content_type else headers
    capture = None
    if record:
        capture = Capture(
            record_id=record, record_type="response", target_uri=url, time=WHEN, file="a.warc.gz", offset=0, length=1
        )
    return Exchange(
        url=url,
        time=WHEN,
        status=status,
        headers=lines,
        open_response=lambda: io.BytesIO(data),
        response_length=len(data),
        capture=capture,
    )


def drive(
    inquiry: Inquiry, answers: Mapping[str, Exchange | None], strict: bool = True
) -> tuple[list[str], list[Said]]:
    """The URLs asked and what was said, both in order. A URL that is not in the table fails the test (`strict`), or
    gets no answer."""
    asked: list[str] = []
    said: list[Said] = []
    step = next(inquiry, None)
    while step is not None:
        sent = None
        if isinstance(step, Lookup):
            asked.append(step.url)
            assert len(asked) < 100, "it asks without end"
            if strict:
                assert step.url in answers, f"asked for {step.url}; known: {list(answers)}"
            sent = answers.get(step.url)
        else:
            said.append(step)
        try:
            step = inquiry.send(sent)
        except StopIteration:
            break
    return asked, said


def drive_look(
    platform: Platform, ref: PostRef, answers: Mapping[str, Exchange | None], *, strict: bool = True
) -> tuple[list[str], list[Answer]]:
    """What the platform asks about a post, and the answers that it reads."""
    asked, said = drive(platform.look(ref), answers, strict)
    return asked, [step for step in said if isinstance(step, Answer)]


def drive_search(
    platform: Platform, clues: Clues, answers: Mapping[str, Exchange | None], *, strict: bool = True
) -> tuple[list[str], list[Said]]:
    """What the platform asks to find an account's posts, and all that it says."""
    return drive(platform.search(clues), answers, strict)
