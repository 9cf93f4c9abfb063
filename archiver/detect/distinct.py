"""Which mentions are of one and the same post?

A post may stand in an article several times: embedded twice, embedded and quoted, and as copies that a page keeps for
readers without scripts. It is one mention, with the fullest record and the number of times that it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from archiver.model import Mention

_FIELDS = ("handle", "display_name", "date", "text", "post_id", "url", "found_url", "date_basis", "content_id")


def completed(first: Mention, again: Mention) -> Mention:
    """`first` with what only `again` shows, and the higher confidence."""
    missing: dict[str, object] = {
        field: getattr(again, field)
        for field in _FIELDS
        if getattr(first, field) is None and getattr(again, field) is not None
    }
    if again.links and not first.links:
        missing["links"] = again.links
    if again.confidence > first.confidence:
        missing |= {"confidence": again.confidence, "why": again.why}
    return msgspec.structs.replace(first, **missing)


def distinct(mentions: Iterable[tuple[Mention, bool]]) -> list[Mention]:
    """One mention for each post, in the order of their first places.

    Arguments: (mention, whether it is only a copy that a page keeps for other readers or as data, which does not count
    as another time).
    """
    kept: dict[tuple[str | None, ...], Mention] = {}
    shown: dict[tuple[str | None, ...], int] = {}
    names: dict[tuple[str | None, ...], tuple[str | None, ...]] = {}
    for mention, copy in mentions:
        by_text = (mention.platform, _folded(mention.handle), (mention.date or "")[:10], _folded(mention.text))
        by_id = (mention.platform, mention.post_id) if mention.post_id else None
        key = names.get(by_id) if by_id else None
        if key is None and mention.text:
            key = names.get(by_text)
            if key is not None and by_id and kept[key].post_id not in (None, mention.post_id):
                key = None
        if key is None:
            key = (
                by_id or by_text
                if (mention.post_id or mention.text)
                else (*by_text, str(mention.start), mention.selector)
            )
            kept[key] = mention
        else:
            kept[key] = completed(kept[key], mention)
        shown[key] = shown.get(key, 0) + (0 if copy else mention.times)
        if by_id:
            names[by_id] = key
        if mention.text:
            names.setdefault(by_text, key)
    return [msgspec.structs.replace(mention, times=max(1, shown[key])) for key, mention in kept.items()]


def _folded(value: str | None) -> str:
    return " ".join((value or "").split()).casefold()
