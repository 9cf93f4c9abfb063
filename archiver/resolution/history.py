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

    earlier: the other looks, oldest first. A post that is seen missing once may be back an hour later: only a second
    look makes it a finding to rely on. The same state has to be seen twice: that an account is gone does not confirm
    that its post was deleted before, and what was protected once may have been opened and deleted since. What tells
    nothing of the post (blocked, unreachable, unresolved) neither confirms nor takes back. A look of the same time or
    later that saw the post (a clock was set) leaves it open.
    """
    if not observation.state.missing:
        return observation
    wait = timedelta(hours=settings.confirm_after_hours)
    agreeing = False
    for look in earlier:
        if look.state.readable:
            agreeing = False
        elif look.state is observation.state and look.seen_at <= observation.seen_at - wait:
            agreeing = True
    return msgspec.structs.replace(observation, confirmed=agreeing)
