"""From sorted mentions to posts and the pages that cite them, many at a time.

Mentions come in pieces, a column after the other. What begins and ends in one piece, and was seen on each page once, as
nearly all posts are, is taken in columns; all else mention by mention (`archiver.scan.posts.saying.Saying`), which
gives the same at many times the cost. Of a post that lies in many pieces its counts are held, and no page.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, pairwise
from typing import Any

from archiver.scan.posts import saying
from archiver.scan.posts.claims import made_url
from archiver.scan.posts.flattened import day_of_id, id_of, moment
from archiver.scan.posts.posttable import CITATIONS, WORDINGS, Field, Waiting, arrow_type, fields
from archiver.scan.posts.saying import Citation, Head, Said, Saying, Wording, handles_of, listed, most, says, variant
from archiver.scan.table import pyarrow_modules
from archiver.store.postmerge import MAX_WORDS

TOGETHER = 100
"""Mentions of one post that are taken in columns: within all bounds of what is counted and listed."""

FACTS = (
    "key", "platform", "scope", "url", "handle", "display_name", "date", "text", "words_key", "captured", "flattened",
    "has_id", "page_host", "page_language",
)  # fmt: skip
"""Columns of a mention that say something of its post,"""

LONE = (
    "key", "platform", "scope", "url", "handle", "date", "display_name", "text", "captured", "flattened", "has_id",
    "page_host", "page_language",
)  # fmt: skip
"""and of a post that is mentioned once."""

SEEN = {"first_seen": "captured", "last_seen": "captured", "language": "page_language"}
"""What a column of a page's mention is called there."""

MERGED = ("language", "first_seen", "last_seen", "rule", "flattened", "confidence", "times")
"""Columns of a citation in which all mentions on the page have a part; of the others the first counts."""

HAS_ID = Head._fields.index("post_id")


class Gathering:
    """Takes pieces of sorted mentions (Arrow record batches, the columns of `Said`); posts are numbered from 0 in the
    order of their keys."""

    def __init__(self, heads: Waiting, citing: Waiting) -> None:
        self._heads = heads
        self._citing = citing
        self._open: Saying | None = None
        """The post of which more may come."""
        self._number = 0
        """Of the next post."""
        self.without_id = 0
        """Posts whose id no page tells."""

    def take(self, piece: Any) -> None:
        """Take the next mentions."""
        count = piece.num_rows
        if not count:
            return
        starts = [0, *_changes(piece, "key")]
        if self._open is not None and self._open.key == piece.column("key")[0].as_py():
            self._add(self._open, _said(piece, 0, starts[1] if len(starts) > 1 else count))
            del starts[0]
        if not starts:
            return
        self.finish()
        first, last = starts[0], starts[-1]
        if last > first:
            self._whole(piece.slice(first, last - first), [start - first for start in starts])
        rest = _said(piece, last, count)
        self._open = Saying(self._number, rest[0])
        self._number += 1
        self._add(self._open, rest)

    def finish(self) -> None:
        """Nothing more comes of the last post."""
        if self._open is None:
            return
        if (page := self._open.finish_page()) is not None:
            self._citing.add(page)
        self._put(self._open.head())
        self._open = None

    def _add(self, post: Saying, mentions: Iterable[Said]) -> None:
        for said in mentions:
            if (page := post.add(said)) is not None:
                self._citing.add(page)

    def _put(self, head: Sequence[Any]) -> None:
        self.without_id += head[HAS_ID] is None
        self._heads.add(head)

    def _whole(self, piece: Any, starts: Sequence[int]) -> None:
        """Posts that begin and end in a piece. starts: where each begins, and where the last ends."""
        pages = sorted({*starts[:-1], *_changes(piece, "page_url")})
        """Where each page begins."""
        each_once = len(pages) == piece.num_rows
        again: dict[int, Citation] = {}
        """The citation of each page of a post that was seen on some page more than once, by its place in `pages`."""
        lone: list[int] = []
        several: list[int] = []
        numbers: list[int] = []
        few: list[tuple[int, int]] = []
        """Number of each post of few mentions, and how many."""
        for number, (start, end) in enumerate(pairwise(starts), self._number):
            if end - start == 1 and TOGETHER:
                lone.append(start)
                numbers.append(number)
                continue
            first = start if each_once else bisect_left(pages, start)
            if end - start <= TOGETHER and (each_once or first + end - start == bisect_left(pages, end)):
                several += range(start, end)
                few.append((number, end - start))
                continue
            mentions = _said(piece, start, end)
            post = Saying(number, mentions[0])
            cited = [*map(post.add, mentions), post.finish_page()]
            again |= enumerate((one for one in cited if one is not None), first)
            self._put(post.head())
        self._put_few(_taken(piece, several, FACTS), few)
        if lone:
            columns = _heads(numbers, _taken(piece, lone, LONE))
            self.without_id += columns[HAS_ID].count(None)
            self._heads.add_columns(columns)
        self._citing.add_columns(_cited(piece, self._numbers(starts), pages, again))
        self._number += len(starts) - 1

    def _put_few(self, mentions: Any, posts: Sequence[tuple[int, int]]) -> None:
        facts = [column.to_pylist() for column in mentions.columns]
        start = 0
        for number, count in posts:
            self._put(_head(number, [values[start : start + count] for values in facts]))
            start += count

    def _numbers(self, starts: Sequence[int]) -> Any:
        """The number of the post of each mention."""
        arrow, _ = pyarrow_modules()
        posts = arrow.array(range(self._number, self._number + len(starts) - 1), arrow.int64())
        ends = arrow.array(starts[1:], arrow.int32())
        import pyarrow.compute as compute

        return compute.run_end_decode(arrow.RunEndEncodedArray.from_arrays(ends, posts))


def _said(piece: Any, start: int, end: int) -> list[Said]:
    """Mentions of a piece one by one."""
    some = piece.slice(start, end - start)
    columns = [some.column(name).to_pylist() for name in Said._fields]
    return list(map(Said._make, zip(*columns, strict=True)))


def _taken(piece: Any, places: Sequence[int], columns: Sequence[str]) -> Any:
    arrow, _ = pyarrow_modules()
    return piece.select(columns).take(arrow.array(places, arrow.int64()))


def _changes(piece: Any, name: str) -> list[int]:
    """Where a column has another value than before."""
    import pyarrow.compute as compute

    column = piece.column(name)
    other = compute.not_equal(column.slice(1), column.slice(0, len(column) - 1))
    return [place + 1 for place in compute.indices_nonzero(other).to_pylist()]


def _cited(piece: Any, numbers: Any, pages: Sequence[int], again: Mapping[int, Citation]) -> list[Any]:
    """Columns of the citations (`CITING`)."""
    arrow, _ = pyarrow_modules()
    if len(pages) < piece.num_rows:
        places = arrow.array(pages, arrow.int64())
        piece, numbers = piece.take(places), numbers.take(places)
    columns = [numbers]
    for column in CITATIONS:
        values = piece.column(SEEN.get(column.name, column.name))
        if again and column.name in MERGED:
            field = Citation._fields.index(column.name)
            merged = values.to_pylist()
            for place, citation in again.items():
                merged[place] = citation[field]
            values = arrow.array(merged, values.type)
        columns.append(values.cast(arrow_type(column.kind)))
    return columns


def _head(number: int, facts: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
    """A post that each page shows once. facts: what its mentions say (`FACTS`)."""
    keys, platforms, scopes, urls, handles, names, dates, *shown, flattened, has_id, hosts, languages = facts
    key, platform = keys[0], platforms[0]
    handle, others = handles_of(_counts(handles))
    post_id = told = scope = url = None
    named = [has and not flat for has, flat in zip(has_id, flattened, strict=True)]
    if any(named):
        scope = scopes[named.index(True)]
        post_id = id_of(platform, scope, key)
        told = day_of_id(platform, post_id)
        known = most(_counts(compress(urls, named)))
        url = known[0] if known else _made_url(key, platform, scope, post_id, [*compress(handles, named), handle])
    if told is None:
        told = next(iter(most(_counts(moment(date)[1] for date in dates))), None)
    seen = [time for time in shown[-1] if time is not None]
    return (
        number, key, platform, post_id, scope, url, handle, handle.casefold() if handle else None, others,
        most(_counts(names))[: saying.MAX_LISTED], told, min(seen, default=None), max(seen, default=None), len(named),
        len(set(filter(None, hosts))), most(_counts(languages))[: saying.MAX_LISTED], post_id is None,
        _wordings(handles, names, *shown),
    )  # fmt: skip


def _made_url(
    key: str, platform: str, scope: str | None, post_id: str, handles: Iterable[str | None]
) -> str | None:  # fmt: skip
    """The permalink of a post, made with the first handle that makes one."""
    made = (made_url(platform, post_id, handle or scope, key) for handle in handles)
    return next(filter(None, made), None)


def _counts(values: Iterable[str | None]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for value in values:
        if value:
            counts[value] = counts.get(value, 0) + 1
    return counts


def _wordings(
    handles: Sequence[str | None], names: Sequence[str | None], texts: Sequence[str | None],
    words_keys: Sequence[int | None], captured: Sequence[int | None],
) -> list[Wording]:  # fmt: skip
    wordings: dict[int, Wording] = {}
    for handle, name, text, words_key, time in zip(handles, names, texts, words_keys, captured, strict=True):
        if text:
            says(wordings, variant(handle, text, words_key), handle, name, text, time)
    return listed(wordings)


def _heads(numbers: list[int], mentions: Any) -> list[Any]:
    """Columns (`HEAD`) of posts that are mentioned once. mentions: an Arrow record batch of `LONE`."""
    import pyarrow.compute as compute

    keys, platforms, scopes, urls, handles, dates = (mentions.column(name).to_pylist() for name in LONE[:6])
    named = compute.and_not(mentions.column("has_id"), mentions.column("flattened")).to_pylist()
    ids: list[str | None] = list(map(id_of, platforms, scopes, keys))
    if not all(named):
        scopes, urls, ids = ([value if one else None for value, one in zip(values, named, strict=True)]
                             for values in (scopes, urls, ids))  # fmt: skip
    if not all(urls):
        facts = zip(urls, platforms, ids, handles, scopes, keys, strict=True)
        urls = [url or made_url(platform, post_id, handle or scope, key)
                for url, platform, post_id, handle, scope, key in facts]  # fmt: skip
    days = [
        (day_of_id(platform, post_id) if post_id is not None else None) or moment(date)[1]
        for platform, post_id, date in zip(platforms, ids, dates, strict=True)
    ]
    times = mentions.column("captured").cast(arrow_type("time"))
    return [
        numbers, mentions.column("key"), mentions.column("platform"), ids, scopes, urls,
        [handle or None for handle in handles], [handle.casefold() if handle else None for handle in handles],
        [[]] * len(numbers), _lists(mentions.column("display_name")), days, times, times, [1] * len(numbers),
        compute.not_equal(mentions.column("page_host"), "").cast("int64"), _lists(mentions.column("page_language")),
        [post_id is None for post_id in ids], _shown(mentions, times),
    ]  # fmt: skip


def _lists(values: Any) -> Any:
    """Each value as a list of itself; of what is null or empty, an empty one."""
    import pyarrow.compute as compute

    return _in_lists(compute.fill_null(compute.not_equal(values, ""), False), "texts", values)


def _shown(mentions: Any, times: Any) -> Any:
    """The wording of each mention as a list, which is empty where there is none."""
    arrow, _ = pyarrow_modules()
    import pyarrow.compute as compute

    texts = mentions.column("text")
    columns = [
        compute.utf8_slice_codeunits(texts, 0, MAX_WORDS), mentions.column("handle"), mentions.column("display_name"),
        arrow.repeat(arrow.scalar(1, arrow.int64()), len(texts)), times,
    ]  # fmt: skip
    struct = arrow.StructArray.from_arrays(columns, fields=fields(WORDINGS))
    return _in_lists(compute.fill_null(compute.not_equal(texts, ""), False), WORDINGS, struct)


def _in_lists(there: Any, kind: str | tuple[Field, ...], values: Any) -> Any:
    arrow, _ = pyarrow_modules()
    import pyarrow.compute as compute

    ends = compute.cumulative_sum(there.cast("int32"))
    offsets = arrow.concat_arrays([arrow.array([0], arrow.int32()), ends])
    return arrow.ListArray.from_arrays(offsets, values.filter(there), type=arrow_type(kind))


def gathered(pieces: Iterator[Any], heads: Waiting, citing: Waiting) -> int:
    """Write what sorted mentions say of posts, and the pages that cite them; how many have no id."""
    gathering = Gathering(heads, citing)
    for piece in pieces:
        gathering.take(piece)
    gathering.finish()
    return gathering.without_id
