"""What comes out of a file that a user brings along, in the order of the file."""

from __future__ import annotations

import msgspec

from archiver.model import Post


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """What the file is; the first that is said of it."""

    name: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A post as the user has it, who vouches for it."""

    post: Post
    seen: str | None = None
    """ISO day on which its account had this handle; null: the post's own day."""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A post as a page shows it; `page` is null where nobody knows which."""

    post: Post
    page: str | None = None
    seen: str | None = None
    """When the page was seen to show it: ISO day, or RFC 3339 time."""


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is no post to be kept, as it should be: a repost, what was not public."""

    why: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that should be a post and cannot be read."""

    where: str
    """Such as `line 3`."""
    what: str


Item = Kind | Record | Claim | Passed | Problem
