"""What a page says: the conclusions and captures behind an article or a post, read out of their checked records.

The catalogue only tells which record to look at. What is shown comes out of that record, after its digest was checked:
a catalogue that somebody changed cannot put words into a post's mouth. A conclusion whose record does not verify is
replaced by the reason. (The list of articles alone comes from the catalogue: it is a list of links.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urljoin

from archiver.errors import ArchiverError
from archiver.language.wordings import Piece, compare
from archiver.model import Article, Capture, Media, Mention, Observation, Outcome, Post, Resolution
from archiver.replay.isolation import Kind
from archiver.replay.payload import open_payload
from archiver.replay.reading import Passage, article_with_words, passages
from archiver.replay.records import Companions, companions, payload_size
from archiver.replay.shelf import Shelf
from archiver.store.catalogue import Standing
from archiver.store.conclusions import RenderedView, Rendering, Rescue
from archiver.store.elsewhere import rescues
from archiver.store.renderings import renderings
from archiver.store.surt import surt

CONCLUSIONS = "urn:archiver:"
ARTICLE_URIS = "urn:archiver:article:"
"""How the target URIs of the records begin that speak of articles."""

HARDLY_ALIKE = 0.25
"""Share of a wording's signs below which a comparison says little, if it is so on both sides. Two posts of one language
share more, by their small words alone."""

RECENT_RECORDS = 4000
"""Among which the newest articles are looked for first."""

MAX_LOOKS = 200
"""Observations on one page, newest kept: years of daily audits would take seconds to check."""

MAX_CHECKED_MEDIA = 16 << 20
"""Stored bytes of a media file that is checked while its page is made; a larger one is checked when it is opened."""

MAX_CITATIONS = 100
"""Articles that cite a post, on its page."""

MAX_WHOLE_LOOKS = 20
"""Looks of which every record beside the evidence is linked, too; of the others, the evidence leads to them."""

MAX_COMPANIONS = 20
"""Pieces of evidence of one conclusion of which the same is so."""

MAX_REDIRECTS = 5

MAX_SIDE = 100_000
"""Pixels that a picture's width or height is believed."""

MAX_THREAD = 100
"""Posts above one post, and below it, on its page."""

MAX_ACCOUNT = 20_000
"""Stored posts of one account among which those that go on a thread are looked for."""

MAX_RENDERINGS = 5
"""Rendered views on one page, newest kept."""

MAX_RESCUES = 5
"""Rescued copies on one page."""


class Evidence(NamedTuple):
    """A record that a conclusion names, and where it is."""

    record_id: str
    capture: Capture | None
    """null: not in this archive."""
    beside: Companions | None = None
    """The records that belong to it; null where they were not looked for."""


class Picture(NamedTuple):
    """One media file of a post and its capture."""

    media: Media
    capture: Capture | None
    kind: Kind | None
    problem: str | None
    """Why it is not shown."""
    size: tuple[int, int] | None = None
    """Width and height in pixels, by the platform's record or the file's own beginning, so that the page does not move
    when it is loaded."""


class Card(NamedTuple):
    """A post as captured."""

    key: str
    post: Post
    pictures: tuple[Picture, ...]
    evidence: tuple[Evidence, ...]
    record: Evidence
    """The conclusion that this card was read from."""
    quoted: Card | None = None
    """The post that it quotes, without what that one quotes; null where no such answer was stored."""


class Thread(NamedTuple):
    """What was stored of the posts around one post."""

    above: tuple[Card, ...]
    """The posts that it answers, the first of the thread first."""
    missing: str | None
    """Key of the post above these, of which no answer was stored; null where the thread begins with them."""
    below: tuple[Card, ...]
    """How its author went on: answers to it and to those by the same account, in the order in which they were made."""
    more: bool
    """Whether there are more than are listed."""


class Look(NamedTuple):
    """One observation in the timeline."""

    observation: Observation | None
    evidence: tuple[Evidence, ...]
    record: Evidence
    problem: str | None


class Seen(NamedTuple):
    """A page as a browser showed it."""

    rendering: Rendering | None
    record: Evidence
    views: tuple[Picture, ...]
    """Its pictures and its PDF."""
    problem: str | None


class Rescued(NamedTuple):
    """A copy of a post that was fetched from another web archive."""

    rescue: Rescue | None
    copy: Evidence | None
    record: Evidence
    problem: str | None


class Exhibit(NamedTuple):
    """A mention and what it turned out to be."""

    mention: Mention
    resolution: Resolution | None
    record: Evidence | None
    """The resolution's."""
    evidence: tuple[Evidence, ...]
    card: Card | None
    state: str | None
    printed: tuple[Piece, ...] | None
    captured: tuple[Piece, ...] | None
    problem: str | None
    """Why the resolution or the card is not shown."""

    @property
    def differs(self) -> bool:
        return any(not piece.shared for piece in self._pieces)

    @property
    def hardly_alike(self) -> bool:
        """Whether print and post share so little that one of them may be a translation. A few words out of a long post
        are all shared on their side, and no translation."""
        return self.differs and all(_shared(side) < HARDLY_ALIKE for side in (self.printed or (), self.captured or ()))

    @property
    def _pieces(self) -> tuple[Piece, ...]:
        return (*(self.printed or ()), *(self.captured or ()))


def _shared(pieces: Sequence[Piece]) -> float:
    """How much of one side the other has too, 0 to 1, by its signs without blanks."""
    lengths = [len("".join(piece.text.split())) for piece in pieces]
    return sum(length for length, piece in zip(lengths, pieces, strict=True) if piece.shared) / (sum(lengths) or 1)


class ArticleFacts(NamedTuple):
    """An article as it was stored."""

    article_id: str
    article: Article
    mentions: tuple[Mention, ...]
    record: Evidence
    body: Evidence
    """The record that holds the article's bytes."""


class ArticleLine(NamedTuple):
    """An article in the list of articles."""

    article_id: str
    article: Article
    body: Capture | None
    standings: tuple[Standing, ...]

    @property
    def states(self) -> list[tuple[str, int]]:
        """How many cited posts are in which state, most first; a mention without a post counts by its outcome."""
        counts: dict[str, int] = {}
        for standing in self.standings:
            state = standing_state(standing)
            if state is not None:
                counts[state] = counts.get(state, 0) + 1
        return sorted(counts.items(), key=lambda item: -item[1])


def standing_state(standing: Standing) -> str | None:
    if standing.outcome in (Outcome.UNRESOLVED, Outcome.AMBIGUOUS):
        return standing.outcome
    return standing.state


def evidence_of(shelf: Shelf, record_ids: Iterable[str], *, beside: int = 0) -> tuple[Evidence, ...]:
    """The records of these ids; of the first `beside` of them, also what belongs to them."""
    found: list[Evidence] = []
    for record_id in dict.fromkeys(record_ids):
        capture = shelf.archive.catalogue.capture(record_id)
        near = companions(shelf, capture) if capture and len(found) < beside else None
        found.append(Evidence(record_id, capture, near))
    return tuple(found)


def one_evidence(shelf: Shelf, record_id: str) -> Evidence:
    return Evidence(record_id, shelf.archive.catalogue.capture(record_id))


def article_lines(shelf: Shelf, *, start: int, count: int) -> tuple[list[ArticleLine], int]:
    """Some of the stored articles, newest first, and how many there are."""
    catalogue = shelf.archive.catalogue
    total = catalogue.query("SELECT count(*) FROM articles")[0][0]
    lines = []
    for article_id, body in _newest_articles(shelf, start, count) if start < total else ():
        row = catalogue.query(
            "SELECT uri, digest, source, title, language, published FROM articles WHERE id = ?", (article_id,)
        )[0]
        article = Article(uri=row[0], digest=row[1], source=row[2], title=row[3], language=row[4], published=row[5])
        capture = catalogue.capture(body) if body else None
        lines.append(ArticleLine(article_id, article, capture, tuple(catalogue.standings(article_id))))
    return lines, total


def _newest_articles(shelf: Shelf, start: int, count: int) -> list[tuple[str, str]]:
    """`(article id, record id of its bytes)`, the one concluded on last first.

    By the places of the records that speak of articles: the articles themselves are not sorted, of which there may be
    many. A record that a later one on the same article replaced is passed over.
    """
    catalogue = shelf.archive.catalogue
    found: list[tuple[str, str]] = []
    at, chunk = 0, start + 2 * count
    while len(found) < start + count:
        places = _article_places(shelf, at, chunk)
        for place in places:
            found += catalogue.query(
                "SELECT a.id, a.capture_id FROM captures c JOIN articles a ON a.record_id = c.record_id"
                " WHERE c.segment = ? AND c.offset = ?",
                place,
            )
        if len(places) < chunk:
            break
        at += chunk
    return found[start : start + count]


def _article_places(shelf: Shelf, start: int, count: int) -> list[tuple[str, int]]:
    """Where the records lie that speak of articles, the last first."""
    uris = (ARTICLE_URIS, ARTICLE_URIS[:-1] + ";")
    # Where articles are many, enough of them are among the last records, which are read in their order. Where they are
    # few, an index of addresses has them together.
    recent = shelf.archive.catalogue.query(
        "SELECT segment, offset FROM (SELECT segment, offset, target_uri FROM captures"
        " ORDER BY segment DESC, offset DESC LIMIT ?) WHERE target_uri >= ? AND target_uri < ?",
        (RECENT_RECORDS, *uris),
    )
    if len(recent) >= start + count:
        return [(segment, offset) for segment, offset in recent[start : start + count]]
    return [
        (segment, offset)
        for segment, offset in shelf.archive.catalogue.query(
            "SELECT segment, offset FROM captures WHERE target_uri >= ? AND target_uri < ?"
            " ORDER BY segment DESC, offset DESC LIMIT ? OFFSET ?",
            (*uris, count, start),
        )
    ]


def article_facts(shelf: Shelf, article_id: str) -> ArticleFacts | None:
    """An article and its mentions; null when the archive has none of this id.

    Raises `ArchiveError` when its record does not verify.
    """
    archive = shelf.archive
    record_id = archive.catalogue.article_record(article_id)
    if record_id is None:
        return None
    conclusion = archive.conclusion(record_id)
    if conclusion.article is None:
        return None
    record = one_evidence(shelf, record_id)
    body = record.capture.refers_to if record.capture else None
    return ArticleFacts(article_id, conclusion.article, conclusion.mentions, record, one_evidence(shelf, body or ""))


def article_text(shelf: Shelf, facts: ArticleFacts) -> tuple[tuple[Passage, ...], str | None]:
    """The article's words with the places of its posts, and, where they cannot be shown, why."""
    if facts.body.capture is None:
        return (), None
    try:
        article = article_with_words(shelf.archive, facts.article, facts.body.capture)
    except ArchiverError as error:
        return (), str(error)
    return passages(article, facts.mentions), None


def exhibit(shelf: Shelf, mention: Mention) -> Exhibit:
    """What a mention turned out to be, beside the post as captured."""
    archive = shelf.archive
    resolution: Resolution | None = None
    record: Evidence | None = None
    card: Card | None = None
    problem: str | None = None
    try:
        if last := archive.catalogue.resolution(mention.id):
            record = one_evidence(shelf, last[1])
            resolution = archive.conclusion(last[1]).resolution
        if resolution and resolution.post_key:
            card = post_card(shelf, resolution.post_key)
    except ArchiverError as error:
        problem = str(error)
    printed = captured = None
    if card and mention.words and card.post.text and (sides := compare(mention.words, card.post.text)):
        printed, captured = sides
    state = _state_now(shelf, resolution)
    return Exhibit(
        mention=mention,
        resolution=resolution,
        record=record,
        evidence=evidence_of(shelf, resolution.evidence if resolution else ()),
        card=card,
        state=state,
        printed=printed,
        captured=captured,
        problem=problem,
    )


def _state_now(shelf: Shelf, resolution: Resolution | None) -> str | None:
    """The state of a mention's post: by the last look at it, else as the resolution found it."""
    if resolution is None or resolution.outcome is not Outcome.RESOLVED or not resolution.post_key:
        return None
    return state_of(shelf, resolution.post_key) or (resolution.state.value if resolution.state else None)


def state_of(shelf: Shelf, key: str) -> str | None:
    """A post's state by the last look at it; null where nobody looked, or that look's record does not verify."""
    looks, _ = timeline(shelf, key, limit=1)
    return looks[0].observation.state.value if looks and looks[0].observation else None


def post_card(shelf: Shelf, key: str, *, quoted: bool = True) -> Card | None:
    """A post's best record; null when no answer that showed the post was stored.

    quoted: with the post that it quotes, where that was stored and verifies.

    Raises `ArchiveError` when the record does not verify.
    """
    stored = stored_post(shelf, key)
    if stored is None:
        return None
    post, evidence, record = stored
    return Card(
        key=key,
        post=post,
        pictures=tuple(picture(shelf, media) for media in post.media),
        evidence=evidence_of(shelf, evidence, beside=MAX_COMPANIONS),
        record=record,
        quoted=_sound_card(shelf, post.quoted) if quoted and post.quoted and post.quoted != key else None,
    )


def stored_post(shelf: Shelf, key: str) -> tuple[Post, tuple[str, ...], Evidence] | None:
    """A post's best record, the ids of the records that it was read from, and the conclusion that says so; null when no
    answer that showed the post was stored.

    Raises `ArchiveError` when the record does not verify.
    """
    record_id = shelf.archive.catalogue.post_record(key)
    if record_id is None:
        return None
    conclusion = shelf.archive.conclusion(record_id)
    found: list[tuple[Post, tuple[str, ...]]] = []
    if conclusion.observation and conclusion.observation.post:
        found.append((conclusion.observation.post, conclusion.observation.evidence))
    if conclusion.resolution:
        found += [(candidate.post, candidate.evidence) for candidate in conclusion.resolution.candidates]
    for post, evidence in found:
        if post.key == key:
            return post, evidence, one_evidence(shelf, record_id)
    return None


def _sound_card(shelf: Shelf, key: str) -> Card | None:
    try:
        return post_card(shelf, key, quoted=False)
    except ArchiverError:
        return None


def thread(shelf: Shelf, card: Card) -> Thread:
    """The posts around one post, as far as they were stored and their records verify."""
    seen = {card.key}
    above: list[Card] = []
    missing: str | None = None
    wanted = card.post.in_reply_to
    while wanted and wanted not in seen:
        seen.add(wanted)
        found = _sound_card(shelf, wanted) if len(above) < MAX_THREAD else None
        if found is None:
            missing = wanted
            break
        above.append(found)
        wanted = found.post.in_reply_to
    below, more = _continued(shelf, card, seen)
    return Thread(tuple(above[::-1]), missing, below, more)


def _continued(shelf: Shelf, card: Card, seen: set[str]) -> tuple[tuple[Card, ...], bool]:
    post = card.post
    if not post.handle:
        return (), False
    rows = shelf.archive.catalogue.query(
        "SELECT key, account_id, json_extract(json, '$.in_reply_to') FROM posts"
        " WHERE platform = ? AND handle_folded = ? ORDER BY day, created_at, key LIMIT ?",
        (post.platform, post.handle.casefold(), MAX_ACCOUNT),
    )
    after: dict[str, list[str]] = {}
    for key, account, answers in rows:
        # A handle that somebody else took over does not go on with the thread.
        if answers and (account is None or post.account_id is None or account == post.account_id):
            after.setdefault(answers, []).append(key)
    below: list[Card] = []
    waiting = after.get(card.key, [])[::-1]
    while waiting:
        key = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        if len(below) >= MAX_THREAD:
            return tuple(below), True
        if found := _sound_card(shelf, key):
            below.append(found)
        waiting += after.get(key, [])[::-1]
    return tuple(below), False


def picture(shelf: Shelf, media: Media) -> Picture:
    """The capture of a media file, and whether it can be shown."""
    capture = media_capture(shelf, media.url)
    size = _declared_size(media)
    if capture is None:
        return Picture(media, None, None, None, size)
    if capture.length > MAX_CHECKED_MEDIA:
        element = "video" if (capture.content_type or "").startswith("video/") else "img"
        return Picture(media, capture, Kind(capture.content_type or "", element, ""), None, size)
    try:
        payload = open_payload(shelf.archive, capture)
        kind = payload.kind
        if kind and kind.element == "img":
            # the capture may be a smaller one than the record tells of
            size = payload_size(payload) or size
    except ArchiverError as error:
        return Picture(media, capture, None, str(error), size)
    problem = None if kind else "The capture is no picture or film that can be shown safely."
    return Picture(media, capture, kind, problem, size)


def _declared_size(media: Media) -> tuple[int, int] | None:
    width, height = media.width or 0, media.height or 0
    return (width, height) if 0 < width < MAX_SIDE and 0 < height < MAX_SIDE else None


def rendered(shelf: Shelf, of: str) -> tuple[Seen, ...]:
    """How the page of an article (by its URI) or a post (by its key) was seen by a browser, newest first."""
    found = []
    for record_id, rendering, problem in renderings(shelf.archive, of)[::-1][:MAX_RENDERINGS]:
        views = tuple(_view(shelf, view) for view in rendering.views) if rendering else ()
        found.append(Seen(rendering, one_evidence(shelf, record_id), views, problem))
    return tuple(found)


def rescued(shelf: Shelf, key: str) -> tuple[Rescued, ...]:
    """The copies of a post that were fetched from other web archives, as far as their records verify."""
    return tuple(
        Rescued(rescue, one_evidence(shelf, rescue.record_id) if rescue else None, one_evidence(shelf, at), problem)
        for at, rescue, problem in rescues(shelf.archive, key)[:MAX_RESCUES]
    )


def _view(shelf: Shelf, view: RenderedView) -> Picture:
    """The capture of a view; a picture is shown, a PDF is a file to be opened elsewhere."""
    media = Media(kind=view.target_uri.split(":")[1], url=view.target_uri, width=view.width, height=view.height)
    capture = shelf.archive.catalogue.capture(view.record_id)
    if capture is None or view.content_type != "image/png" or capture.length > MAX_CHECKED_MEDIA:
        return Picture(media, capture, None, None)
    try:
        return Picture(media, capture, open_payload(shelf.archive, capture).kind, None, _declared_size(media))
    except ArchiverError as error:
        return Picture(media, capture, None, str(error))


def media_capture(shelf: Shelf, url: str) -> Capture | None:
    """The first whole capture of a media URL, through stored redirects."""
    catalogue = shelf.archive.catalogue
    for _ in range(MAX_REDIRECTS):
        captures = catalogue.captures_at(url) or catalogue.captures_like(surt(url))
        whole = [
            capture
            for capture in captures
            if capture.record_type in ("response", "revisit", "resource") and capture.truncated is None
        ]
        found = next((capture for capture in whole if capture.status in (None, 200)), None)
        if found:
            return found
        redirect = next((capture for capture in whole if 300 <= (capture.status or 0) < 400), None)
        if redirect is None:
            return None
        try:
            location = shelf.archive.exchange(redirect).header("location")
            url = urljoin(url, location or "").partition("#")[0]
        except (ArchiverError, ValueError):
            return None
        if not location:
            return None
    return None


def timeline(shelf: Shelf, key: str, *, limit: int = MAX_LOOKS) -> tuple[tuple[Look, ...], int]:
    """The looks at a post, newest first, at most `limit`; and how many there are."""
    archive = shelf.archive
    stored = archive.catalogue.observations(key)[::-1]
    looks = []
    for _, record_id in stored[:limit]:
        record = one_evidence(shelf, record_id)
        try:
            observation = archive.conclusion(record_id).observation
        except ArchiverError as error:
            looks.append(Look(None, (), record, str(error)))
            continue
        named = observation.evidence if observation else ()
        beside = MAX_COMPANIONS if len(looks) < MAX_WHOLE_LOOKS else 0
        looks.append(Look(observation, evidence_of(shelf, named, beside=beside), record, None))
    return tuple(looks), len(stored)


def eras(looks: Sequence[Look]) -> list[tuple[Look, ...]]:
    """Looks in a row that saw the same state, newest first; one whose record does not verify stands alone."""
    found: list[list[Look]] = []
    for look in looks:
        before = found[-1][-1].observation if found else None
        same = before and look.observation and before.state == look.observation.state
        if same:
            found[-1].append(look)
        else:
            found.append([look])
    return [tuple(era) for era in found]


def shows_post(shelf: Shelf, key: str) -> bool:
    """Has this post a page of its own, so that a link to it leads somewhere?"""
    catalogue = shelf.archive.catalogue
    return bool(catalogue.post_record(key) or catalogue.observations(key) or catalogue.citations(key))


def concluded_on(shelf: Shelf, capture: Capture) -> tuple[str | None, str | None]:
    """Of a conclusion's record: the id of the article and the key of the post that it speaks of, as far as they have
    pages. What it says is not read here."""
    uri, catalogue = capture.target_uri, shelf.archive.catalogue
    if capture.record_type != "metadata" or not uri.startswith(CONCLUSIONS):
        return None, None
    kind, _, name = uri.removeprefix(CONCLUSIONS).partition(":")
    article: str | None = None
    post: str | None = None
    if kind == "article":
        rows = catalogue.query("SELECT id FROM articles WHERE record_id = ?", (capture.record_id,))
        article = rows[0][0] if rows else None
    elif kind == "resolution":
        rows = catalogue.query("SELECT article_id FROM mentions WHERE id = ?", (name,))
        article = rows[0][0] if rows else None
        known = catalogue.query("SELECT post_key FROM resolutions WHERE record_id = ?", (capture.record_id,))
        post = known[0][0] if known else None
    elif kind in ("observation", "rendering", "rescue", "save"):
        post = name
    return article, post if post and shows_post(shelf, post) else None


class Citation(NamedTuple):
    """An article that cites a post."""

    article_id: str
    article: Article
    mention: Mention
    place: int
    """Which of the article's posts it is, from 0."""


def citations(shelf: Shelf, key: str) -> tuple[list[Citation], int]:
    """The articles of this archive that cite a post, at most `MAX_CITATIONS`, as far as their records verify; and how
    many there are."""
    found: list[Citation] = []
    stored = shelf.archive.catalogue.citations(key)
    for article_id, mention_id in stored[:MAX_CITATIONS]:
        try:
            facts = article_facts(shelf, article_id)
        except ArchiverError:
            continue
        if facts:
            found += [
                Citation(article_id, facts.article, mention, place)
                for place, mention in enumerate(facts.mentions)
                if mention.id == mention_id
            ]
    return found, len(stored)
