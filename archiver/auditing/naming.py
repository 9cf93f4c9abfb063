"""Under which keys were posts stored that are cited by a name of their account which may change?

Bluesky's permalinks may name the account by its handle; what is stored is known by the account's stable id, which the
platform tells when it is asked. So the looks at such a post are found by what was asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from archiver.auditing.cited import Cited
from archiver.errors import ArchiveError
from archiver.model import PostRef
from archiver.store import Archive


class StoredNames:
    """Which stored keys may be of posts that are cited under another one, as the archive stands now."""

    def __init__(self, archive: Archive, cited: Iterable[Cited]) -> None:
        self._archive = archive
        wanted = {_place(one.post.key) for one in cited if one.post is not None and one.post.scope is not None}
        self._keys: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for key in archive.catalogue.observed_keys() if wanted else ():
            if _place(key) in wanted:
                self._keys[_place(key)].append(key)

    def of(self, ref: PostRef) -> str | None:
        """The other key under which the last look is stored that was asked for by this very name; null where there is
        none."""
        best: tuple[str, str] | None = None
        for key in self._keys.get(_place(ref.key), ()):
            if key == ref.key:
                continue
            for look, record_id in reversed(self._archive.catalogue.observations(key)):
                if self._asked(record_id) == ref.key:
                    best = max(best or ("", ""), (look.seen_at.isoformat(), key))
                    break
        return best[1] if best else None

    def _asked(self, record_id: str) -> str | None:
        try:
            basis = self._archive.conclusion(record_id).basis
        except ArchiveError:
            return None
        return basis.asked.key if basis is not None and basis.asked is not None else None


def together(cited: Sequence[Cited]) -> list[tuple[int, ...]]:
    """Places of those that may be one post under several names of its account, in the order of the first of each."""
    found: dict[object, list[int]] = {}
    for place, one in enumerate(cited):
        scoped = one.post is not None and one.post.scope is not None
        found.setdefault(_place(one.post.key) if scoped and one.post else place, []).append(place)
    return [tuple(places) for places in found.values()]


def _place(key: str) -> tuple[str, str]:
    """The platform and the end of the id: the same for every name of an account."""
    return key.partition(":")[0], key.rpartition("/")[2]
