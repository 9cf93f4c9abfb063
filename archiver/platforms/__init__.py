"""Which platforms are known: those that ship with archiver, and those that other packages add.

A package adds one by an entry point in the group `archiver.platforms`, named as the platform and leading to an object
that fits `archiver.platforms.base.Platform`. One that cannot be loaded is left out with its reason, so that it never
stops the others; a built-in name cannot be taken over.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType

import msgspec

from archiver.platforms.base import Platform

GROUP = "archiver.platforms"

BUILT_IN: Mapping[str, str] = MappingProxyType(
    {
        "bluesky": "archiver.platforms.bluesky:PLATFORM",
        "facebook": "archiver.platforms.facebook:PLATFORM",
        "instagram": "archiver.platforms.instagram:PLATFORM",
        "mastodon": "archiver.platforms.mastodon:PLATFORM",
        "linkedin": "archiver.platforms.linkedin:PLATFORM",
        "pinterest": "archiver.platforms.pinterest:PLATFORM",
        "reddit": "archiver.platforms.reddit:PLATFORM",
        "telegram": "archiver.platforms.telegram:PLATFORM",
        "truthsocial": "archiver.platforms.truthsocial:PLATFORM",
        "threads": "archiver.platforms.threads:PLATFORM",
        "tiktok": "archiver.platforms.tiktok:PLATFORM",
        "tumblr": "archiver.platforms.tumblr:PLATFORM",
        "vk": "archiver.platforms.vk:PLATFORM",
        "weibo": "archiver.platforms.weibo:PLATFORM",
        "x": "archiver.platforms.x:PLATFORM",
        "youtube": "archiver.platforms.youtube:PLATFORM",
    }
)
"""Name → where its object is; imported when first asked for."""


class Registry(msgspec.Struct, frozen=True, kw_only=True):
    """What was found: platforms by name, and for each that could not be loaded, why."""

    platforms: Mapping[str, Platform]
    failures: Mapping[str, str]


@functools.cache
def registry() -> Registry:
    """All platforms, loaded once per process, in the order of their names."""
    found: dict[str, Platform] = {name: _load(place) for name, place in BUILT_IN.items()}
    failures: dict[str, str] = {}
    # Whatever somebody else's package raises on import must not stop the others.
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        if point.name in BUILT_IN:
            failures[f"{point.name} ({point.value})"] = "the name is built in"
            continue
        try:
            found[point.name] = point.load()
        except Exception as error:
            failures[f"{point.name} ({point.value})"] = f"{type(error).__name__}: {error}"
    return Registry(platforms=MappingProxyType(dict(sorted(found.items()))), failures=MappingProxyType(failures))


def platforms() -> Mapping[str, Platform]:
    """The platforms by name."""
    return registry().platforms


def platform(name: str) -> Platform | None:
    """The platform of this name; null where no module knows it."""
    return registry().platforms.get(name)


def _load(place: str) -> Platform:
    module, _, name = place.partition(":")
    found: Platform = getattr(import_module(module), name)
    return found
