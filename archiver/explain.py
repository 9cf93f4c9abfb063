"""The chain of evidence behind one record: article → place → rule → what was asked → WARC records → digests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archiver.errors import ArchiveError, InputError
from archiver.model import Article, Capture, Mention, Noun, Observation, Resolution
from archiver.platforms import platforms
from archiver.store import Archive
from archiver.store.elsewhere import rescues, saves
from archiver.store.renderings import renderings


class Link(Noun, frozen=True, kw_only=True):
    """One link of the chain: what it is, what is known of it, and what it rests on."""

    kind: str
    """`article`, `mention`, `resolution`, `candidate`, `observation`, `rescue`, `save`, `rendering`, `record`."""
    id: str
    facts: tuple[tuple[str, str], ...] = ()
    rests_on: tuple[Link, ...] = ()


SHORTEST = 3
"""The shortest beginning of an id that is looked for."""

LISTED = 4
"""So many of the ids that a beginning fits are named."""


def explain(archive: Archive, id_: str) -> Link:
    """The chain behind a mention (`m-…`), an article (`a-…`), a post (`x:ID`, or its permalink) or a record.

    The beginning of an id is enough where it is the only one that begins so; a record's may be given without
    `urn:uuid:`. Every record of the chain is read, and its digest checked, now.

    Raises `InputError` when the archive knows no such id, or more than one.
    """
    wanted = id_.strip().strip("<>")
    for platform in platforms().values():
        if "://" in wanted and (ref := platform.ref_from_url(wanted)):
            wanted = ref.key
    kind, found = _named(archive, wanted, id_)
    if kind == "record":
        return next(_records(archive, (found,)))
    if kind == "post":
        return _post(archive, found)
    articles = _articles(archive)
    if kind == "mention":
        rows = archive.catalogue.query("SELECT article_id FROM mentions WHERE id = ?", (found,))
        article_id = rows[0][0]
        mention = next(mention for _, mention in archive.catalogue.mentions(article_id) if mention.id == found)
        return _mention(archive, articles, article_id, mention)
    article, capture_id = articles[found]
    cited = (_mention(archive, articles, article.id, mention) for _, mention in archive.catalogue.mentions(found))
    return Link(
        kind="article",
        id=article.id,
        facts=_article(article),
        rests_on=(*_records(archive, (capture_id,)), *_renderings(archive, article.uri), *cited),
    )


def _named(archive: Archive, wanted: str, id_: str) -> tuple[str, str]:
    """Which kind of thing an id, or the beginning of one, names, and its whole id."""
    places = {
        "record": "SELECT DISTINCT record_id FROM captures WHERE record_id",
        "post": "SELECT key FROM (SELECT key FROM posts UNION SELECT post_key AS key FROM observations) WHERE key",
        "mention": "SELECT id FROM mentions WHERE id",
        "article": "SELECT id FROM articles WHERE id",
    }
    forms = {wanted, f"urn:uuid:{wanted}"} if len(wanted) >= SHORTEST else set()
    for kind, sql in places.items():
        for form in forms:
            if archive.catalogue.query(f"{sql} = ?", (form,)):
                return kind, form
    found = [
        (kind, row[0])
        for kind, sql in places.items()
        for form in sorted(forms)
        for row in archive.catalogue.query(f"{sql} >= ? AND {_column(sql)} < ? LIMIT ?", (form, form + LAST, MANY))
    ]
    if not found:
        raise InputError("the archive knows no such id", subject=id_, hint="`archiver archive` prints them")
    if len(found) > 1:
        some = ", ".join(name for _, name in found[:LISTED]) + (", …" if len(found) > LISTED else "")
        raise InputError(f"more than one id begins so: {some}", subject=id_, hint="give more of it")
    return found[0]


MANY = LISTED + 1
LAST = "\U0010ffff"
"""Behind every character that an id has: where a range of ids with one beginning ends."""


def _column(sql: str) -> str:
    return sql.rpartition(" ")[2]


def _articles(archive: Archive) -> dict[str, tuple[Article, str]]:
    return {article.id: (article, capture_id) for article, capture_id in archive.catalogue.articles()}


def _article(article: Article) -> tuple[tuple[str, str], ...]:
    return _facts(source=article.source, uri=article.uri, digest=article.digest, title=article.title)


def lines(link: Link, depth: int = 0) -> Iterator[str]:
    """The chain as indented lines for people."""
    indent = "  " * depth
    yield f"{indent}{link.kind} {link.id}"
    for name, value in link.facts:
        yield f"{indent}    {name}: {value}"
    for below in link.rests_on:
        yield from lines(below, depth + 1)


def rows(link: Link, depth: int = 0) -> Iterator[dict[str, str | int]]:
    """The chain as a table: one row a fact, with how deep its link stands in the chain."""
    for fact, value in link.facts or (("", ""),):
        yield {"depth": depth, "kind": link.kind, "id": link.id, "fact": fact, "value": value}
    for below in link.rests_on:
        yield from rows(below, depth + 1)


def _post(archive: Archive, key: str) -> Link:
    catalogue = archive.catalogue
    articles = _articles(archive)
    rests: list[Link] = [_observation(archive, look, record_id) for look, record_id in catalogue.observations(key)]
    rests += _elsewhere(archive, key)
    rests += _renderings(archive, key)
    for article_id, mention_id in catalogue.citations(key):
        known = catalogue.resolution(mention_id)
        if known and known[0].post_key == key:
            mention = next(mention for _, mention in catalogue.mentions(article_id) if mention.id == mention_id)
            rests.append(_mention(archive, articles, article_id, mention))
    known_post = catalogue.post(key)
    facts: tuple[tuple[str, str], ...] = ()
    if known_post:
        post = known_post[0]
        facts = _facts(
            url=post.url, handle=post.handle, name=post.display_name, made=post.created_at or post.day, text=post.text
        )
    return Link(kind="post", id=key, facts=facts, rests_on=tuple(rests))


def _mention(archive: Archive, articles: dict[str, tuple[Article, str]], article_id: str, mention: Mention) -> Link:
    catalogue = archive.catalogue
    rests: list[Link] = []
    if article_id in articles:
        article, capture_id = articles[article_id]
        records = tuple(_records(archive, (capture_id,)))
        rests.append(Link(kind="article", id=article_id, facts=_article(article), rests_on=records))
    known = catalogue.resolution(mention.id)
    if known:
        rests.append(_resolution(archive, *known))
        if known[0].post_key:
            rests += [_observation(archive, look, at) for look, at in catalogue.observations(known[0].post_key)]
            rests += _elsewhere(archive, known[0].post_key)
    place = mention.selector if mention.start is None else f"characters {mention.start} to {mention.end}"
    return Link(
        kind="mention",
        id=mention.id,
        facts=_facts(
            place=place,
            rule=mention.rule,
            confidence=mention.confidence,
            handle=mention.handle,
            name=mention.display_name,
            date=mention.date,
            text=mention.text,
            url=mention.url,
        ),
        rests_on=tuple(rests),
    )


def _resolution(archive: Archive, resolution: Resolution, record_id: str) -> Link:
    candidates = tuple(
        Link(
            kind="candidate",
            id=candidate.post.key,
            facts=(
                *_facts(score=candidate.score, source=candidate.source),
                *((f"{reason.feature} ({reason.weight:+.2f})", reason.note) for reason in candidate.reasons),
            ),
        )
        for candidate in resolution.candidates
    )
    return Link(
        kind="resolution",
        id=record_id,
        facts=(
            *_facts(
                outcome=resolution.outcome.value,
                post=resolution.post_key,
                reason=resolution.reason,
                method=resolution.method,
            ),
            *(("step", step) for step in resolution.steps),
        ),
        rests_on=(*_records(archive, (record_id,)), *candidates, *_records(archive, resolution.evidence)),
    )


def _observation(archive: Archive, observation: Observation, record_id: str) -> Link:
    return Link(
        kind="observation",
        id=record_id,
        facts=_facts(
            state=observation.state.value,
            seen=observation.seen_at.isoformat(),
            how=observation.how,
            reason=observation.reason,
            control=observation.control,
            confirmed=observation.confirmed,
        ),
        rests_on=tuple(_records(archive, (record_id, *observation.evidence))),
    )


def _elsewhere(archive: Archive, key: str) -> Iterator[Link]:
    """What web archives of others hold of a post, as far as it was rescued, and what they were asked to capture."""
    for record_id, rescue, problem in rescues(archive, key):
        if rescue is None:
            yield Link(kind="rescue", id=record_id, facts=_facts(missing=problem))
            continue
        yield Link(
            kind="rescue",
            id=record_id,
            facts=_facts(
                archive=rescue.archive,
                captured=rescue.captured_at.isoformat(),
                original=rescue.original,
                memento=rescue.memento,
                text=rescue.post.text,
            ),
            rests_on=tuple(_records(archive, (record_id, *rescue.evidence))),
        )
    for request in saves(archive, key):
        captured = request.captured_at.isoformat() if request.captured_at else None
        asked = request.asked_at.isoformat()
        yield Link(
            kind="save",
            id=f"{request.archive} {asked}",
            facts=_facts(
                address=request.address, asked=asked, outcome=request.outcome, note=request.note, captured=captured
            ),
        )


def _renderings(archive: Archive, of: str) -> Iterator[Link]:
    """How a browser showed the page of an article (by its URI) or of a post (by its key), oldest first."""
    for record_id, rendering, problem in renderings(archive, of):
        if rendering is None:
            yield Link(kind="rendering", id=record_id, facts=_facts(missing=problem))
            continue
        failed = sum(request.problem is not None for request in rendering.requests) + rendering.requests_left_out
        yield Link(
            kind="rendering",
            id=record_id,
            facts=(
                *_facts(
                    page=rendering.url,
                    shown=rendering.address,
                    title=rendering.title or None,
                    at=rendering.rendered_at.isoformat(),
                    by=rendering.software,
                ),
                *(("remark", remark) for remark in rendering.remarks),
                ("requests", f"{len(rendering.requests) + rendering.requests_left_out}, {failed} of them in vain"),
            ),
            rests_on=tuple(_records(archive, (record_id, *(view.record_id for view in rendering.views)))),
        )


def _records(archive: Archive, record_ids: Iterable[str]) -> Iterator[Link]:
    for record_id in record_ids:
        capture = archive.catalogue.capture(record_id)
        if capture is None:
            yield Link(kind="record", id=record_id, facts=(("missing", "not in this archive"),))
        else:
            yield _record(archive, capture)


def _record(archive: Archive, capture: Capture) -> Link:
    try:
        archive.check_block(capture)
        digest = "matches"
    except ArchiveError as error:
        digest = str(error)
    original: tuple[Link, ...] = ()
    if capture.record_type == "revisit":
        try:
            original = (_record(archive, archive.payload_capture(capture)),)
        except ArchiveError as error:
            original = (Link(kind="record", id=capture.refers_to or "?", facts=(("missing", str(error)),)),)
    return Link(
        kind="record",
        id=capture.record_id,
        facts=_facts(
            type=capture.record_type,
            target=capture.target_uri,
            time=capture.time.isoformat(),
            status=capture.status,
            at=f"{capture.file} offset {capture.offset}, {capture.length} bytes",
            payload=capture.payload_digest,
            block=capture.block_digest,
            digest=digest,
            truncated=capture.truncated,
        ),
        rests_on=original,
    )


def _facts(**values: object) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in values.items() if value is not None)
