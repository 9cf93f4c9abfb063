"""The posts that a cited post stands among: the one that it quotes, and those above it that it answers."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from archiver.config import CaptureSettings
from archiver.errors import ArchiveError, ArchiverError
from archiver.model import Observation, Post, PostRef
from archiver.platforms import platform as platform_of
from archiver.platforms.base import Platform
from archiver.web.once import StoppedError

Observe = Callable[[PostRef, Platform], Observation]
"""Looks at a post and stores the look."""

Store = Callable[[PostRef, Post, Platform], tuple[str, ...]]
"""Stores a post's page and media; the URLs that could not be had."""


class Context(msgspec.Struct, kw_only=True):
    """What was kept of it."""

    kept: list[str] = msgspec.field(default_factory=list)
    """Keys of the posts that were looked at: the quoted one first, then those above, the nearest first."""
    failed: list[str] = msgspec.field(default_factory=list)
    """What could not be had, one line each: a post's key, and what of it, or why not."""


def store_context(post: Post, settings: CaptureSettings, observe: Observe, store: Store) -> Context:
    """Look at the quoted post and at the thread above, as far as the settings want them, and store what is seen.

    What the quoted post quotes, and what others answered, is left. Nothing that goes wrong here touches the post.

    Raises `ArchiveError` when the archive cannot be written, and `StoppedError`.
    """
    context = Context()
    seen = {post.key}
    if settings.quoted and post.quoted:
        _keep(post.quoted, seen, context, observe, store)
    below = post
    for _ in range(settings.thread):
        above = _keep(below.in_reply_to, seen, context, observe, store) if below.in_reply_to else None
        if above is None:
            break
        below = above
    return context


def _keep(key: str, seen: set[str], context: Context, observe: Observe, store: Store) -> Post | None:
    """The post as it was seen; null where it was not, or was kept before."""
    if key in seen:
        return None
    seen.add(key)
    name, _, rest = key.partition(":")
    scope, _, post_id = rest.rpartition("/")
    platform = platform_of(name)
    ref = platform.ref_in(scope or None, post_id) if platform and post_id else None
    if platform is None or ref is None:
        context.failed.append(f"{key}: its address is not known")
        return None
    try:
        observation = observe(ref, platform)
        context.kept.append(observation.key)
        seen.add(observation.key)
        post = observation.post
        if post is None or not observation.state.readable:
            context.failed.append(f"{key}: {observation.state.value}: {observation.reason}")
            return None
        context.failed += [f"{key}: {url}" for url in store(ref, post, platform)]
    except (ArchiveError, StoppedError):
        raise
    except ArchiverError as error:
        context.failed.append(f"{key}: {error.problem}")
        return None
    return post
