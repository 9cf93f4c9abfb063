"""What earlier looks at a post add to the newest one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from archiver.config import AuditSettings
from archiver.model import Observation


def confirmed(observation: Observation, earlier: Iterable[Observation], settings: AuditSettings) -> Observation:
    """The observation, marked as confirmed where an earlier look, long enough before, saw the same missing state, and
    none since then saw the post.

    earlier: the looks before, oldest first. A post that is seen missing once may be back an hour later: only a second
    look makes it a finding to rely on.
    """
    if not observation.state.missing:
        return observation
    wait = timedelta(hours=settings.confirm_after_hours)
    agreeing = False
    for look in earlier:
        if look.seen_at >= observation.seen_at:
            continue
        if look.state.readable:
            agreeing = False
        elif look.state is observation.state and look.seen_at <= observation.seen_at - wait:
            agreeing = True
    return msgspec.structs.replace(observation, confirmed=agreeing)
