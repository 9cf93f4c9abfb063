"""What earlier looks at a post add to the newest one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from archiver.config import AuditSettings
from archiver.model import Observation, PostRef


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


def with_author(ref: PostRef, earlier: Iterable[Observation]) -> PostRef:
    """The reference with its author's handle, where its permalink names none and an earlier look saw the post.

    earlier: the other looks, oldest first. A server of the fediverse says "not found" of a deleted post, of one for
    followers alone and of a suspended account's: only who knows the author can ask which it is. Elsewhere handles
    change, and nothing rests on them.
    """
    if ref.platform != "mastodon" or ref.handle:
        return ref
    handles = [look.post.handle for look in earlier if look.post is not None and look.post.handle]
    return msgspec.structs.replace(ref, handle=handles[-1]) if handles else ref
