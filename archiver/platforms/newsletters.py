"""What does a newsletter keep of a post that it embeds?

Substack draws embeds itself and keeps each one's record as JSON in `data-attrs`, named by `data-component-name`
(`BlueskyCreateBlueskyEmbed`, `TikTokCreateTikTokEmbed`). The records differ by platform; reading one is the same.
"""

from __future__ import annotations

from typing import Any

import msgspec
from selectolax.lexbor import LexborNode

MAX_RECORD = 200_000
"""Code points of one record: real ones are below 20,000."""


def record(node: LexborNode) -> dict[str, Any] | None:
    """The JSON object in an element's `data-attrs`; null where there is none."""
    value = node.attributes.get("data-attrs")
    if not value or len(value) > MAX_RECORD or not value.lstrip().startswith("{"):
        return None
    try:
        data = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def text_of(data: dict[str, Any], *keys: str) -> str | None:
    """The first of `keys` that holds text with something in it, without the space around it."""
    for key in keys:
        value = data.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None
