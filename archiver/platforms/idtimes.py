"""Does a record say that its post is older than its own id?

Where ids carry the time at which they were made, a post is made then or later (its upload took a while, or it waited):
a record that says otherwise was altered or put together. It does not hold where authors may date posts back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from archiver.model import Post

SLACK = timedelta(days=1)
"""Clocks and zones are not what this looks for."""


def older_than_its_id(post: Post, made: datetime | None) -> tuple[str, ...]:
    """What cannot be so of the record; empty where nothing is wrong.

    made: when the id was made; null where it does not tell.
    """
    if made is None or post.created_at is None or post.created_at >= made - SLACK:
        return ()
    return (f"its record says {post.created_at:%Y-%m-%d %H:%MZ}, its id was made {made:%Y-%m-%d %H:%MZ}",)
