"""What do several answers that show the same post tell of it together?

One endpoint has the whole text, another the name: the fullest record is taken, and what it leaves out is filled from
the others, whose names then stand in `seen_in` too.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from archiver.model import Post

FILLED = ("handle", "display_name", "account_id", "created_at", "text", "title", "language", "media", "in_reply_to")
"""What is filled where the fullest record has nothing."""


def fullest_first(posts: Iterable[Post]) -> list[Post]:
    """Records with the whole text before those with a part of it and those without, dated ones before others."""
    return sorted(posts, key=lambda post: (post.text is None, not post.text_complete, post.created_at is None))


def combined(posts: Iterable[Post]) -> Post | None:
    """One record of all; null where there is none. Records of another post than the fullest's are left aside."""
    ordered = fullest_first(posts)
    if not ordered:
        return None
    best = ordered[0]
    names = [best.seen_in]
    for other in ordered[1:]:
        if other.key != best.key:
            continue
        more = {name: getattr(other, name) for name in FILLED if not getattr(best, name) and getattr(other, name)}
        if "text" in more:
            more["text_complete"] = other.text_complete
        if more:
            best = replace(best, **more)
            names.append(other.seen_in)
    return replace(best, seen_in="+".join(dict.fromkeys(name for name in names if name)))
