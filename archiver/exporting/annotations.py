"""Cited posts as W3C Web Annotations: the place in the article is the target, the post is the body.

Web Annotation Data Model and Vocabulary (w3.org/TR/annotation-model/, w3.org/TR/annotation-vocab/, 2017), as one
JSON-LD document: an `AnnotationCollection` with its one `AnnotationPage`. Written as it is made, in the memory of one
article.

- `id`s are stable: of an annotation by the article's bytes and the place, of the collection by the archive's first
  record.
- A resolved post is a `SpecificResource` that identifies it and a `TextualBody` with its words; the motivation is
  `identifying`. Where it is not known which post it is, nothing is identified: the motivation is `highlighting`, and
  a comment says why.
- In an article of text, positions count the code points of the decoded text; in one of HTML, of the `textContent` of
  the element that the CSS selector names (`archiver.exporting.quotes`).
- What the vocabulary has no word for (state, outcome, the WARC record) stands under `archiver:`, which the document's
  own context explains; readers who do not know it leave it out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

from archiver.errors import ArchiverError
from archiver.exporting.cited import EVERYTHING, Cited, Selection, StoredArticle, cited_in, stored_articles
from archiver.exporting.columns import rfc3339
from archiver.exporting.quotes import ElementTexts, Quote, quote_at
from archiver.exporting.tables import selected_articles
from archiver.exporting.words import OnProblem, article_capture, with_words
from archiver.model import Article, Capture, Mention, Outcome, Post, to_json
from archiver.store import Archive
from archiver.version import __version__

ANNO = "http://www.w3.org/ns/anno.jsonld"
CONTEXT: list[Any] = [ANNO, {"archiver": "urn:archiver:term:"}]
"""A prefixed name like `archiver:state` stands for `urn:archiver:term:state` (JSON-LD 1.0, compact IRIs)."""


def write_annotations(
    archive: Archive, out: BinaryIO, *, selection: Selection = EVERYTHING, on_problem: OnProblem
) -> int:
    """Write the annotations of the posts that a selection takes, and return how many there were.

    `on_problem` is told of articles whose stored bytes cannot be relied on, with their source: their annotations have
    no quotes.

    Raises `InputError` where the selection names an article that the archive does not hold, and `OSError` where the
    stream takes no more.
    """
    selected_articles(archive, selection)
    name = _collection_name(archive, selection)
    total = _count(archive, selection)
    head: dict[str, Any] = {
        "@context": CONTEXT,
        "id": name,
        "type": "AnnotationCollection",
        "label": "Posts that articles cite",
        "generator": _generator(),
        "total": total,
    }
    if not total:
        out.write(to_json(head) + b"\n")
        return 0
    page = f"{name}:page:1"
    opening = {"id": page, "type": "AnnotationPage", "partOf": name, "startIndex": 0}
    out.write(to_json(head | {"last": page})[:-1] + b',"first":' + to_json(opening)[:-1] + b',"items":[')
    count = 0
    for stored in stored_articles(archive, selection):
        for annotation in _of_article(archive, stored, selection, on_problem):
            out.write((b",\n" if count else b"\n") + to_json(annotation))
            count += 1
    out.write(b"\n]}}\n")
    return count


def _count(archive: Archive, selection: Selection) -> int:
    """How many annotations there will be."""
    if selection == EVERYTHING:
        return int(archive.catalogue.query("SELECT count(*) FROM mentions")[0][0])
    return sum(1 for stored in stored_articles(archive, selection) for _ in cited_in(archive, stored, selection))


def _collection_name(archive: Archive, selection: Selection) -> str:
    """Of this archive, and of what was selected: the same as long as the archive's first record is."""
    first = archive.catalogue.query("SELECT record_id FROM captures ORDER BY segment, offset LIMIT 1")
    name = "urn:archiver:annotations:" + (first[0][0].removeprefix("urn:uuid:") if first else "none")
    if selection == EVERYTHING:
        return name
    return f"{name}:{hashlib.sha256(to_json(selection)).hexdigest()[:16]}"


def _generator() -> dict[str, Any]:
    return {"id": f"urn:archiver:software:{__version__}", "type": "Software", "name": f"archiver {__version__}"}


class _Places:
    """Finds the words of one article's mentions in it."""

    def __init__(self, article: Article | None) -> None:
        self._text = article.text if article else None
        self._elements = ElementTexts(article.html) if article and article.html is not None else None

    def of(self, mention: Mention) -> Quote | None:
        if mention.start is not None and mention.end is not None:
            return quote_at(self._text, mention.start, mention.end) if self._text is not None else None
        return self._elements.quote(mention) if self._elements else None


def _of_article(
    archive: Archive, stored: StoredArticle, selection: Selection, on_problem: OnProblem
) -> Iterator[dict[str, Any]]:
    capture = article_capture(archive, stored)
    places: _Places | None = None
    for cited in cited_in(archive, stored, selection):
        if places is None:
            article = None
            try:
                article = with_words(archive, stored, capture) if capture else None
            except ArchiverError as error:
                on_problem(stored.article.source, error)
            places = _Places(article)
        yield annotation_of(cited, places.of(cited.mention), capture)


def annotation_of(cited: Cited, quote: Quote | None, article_capture: Capture | None) -> dict[str, Any]:
    """One annotation, without `@context`.

    Arguments: `quote`, where the post's words stand in the article (its text, or the element that the mention names),
    where that is known; `article_capture`, the record that holds the article's bytes.
    """
    resolution, observation, stored = cited.resolution, cited.observation, cited.stored
    identified = cited.post if resolution and resolution.outcome is Outcome.RESOLVED else None
    annotation: dict[str, Any] = {
        "id": f"urn:archiver:annotation:{cited.mention.id}",
        "type": "Annotation",
        "motivation": "identifying" if identified else "highlighting",
        **_times(created=stored.recorded_at, modified=observation.seen_at if observation else cited.resolved_at),
        "generator": _generator(),
        "body": _identifying(identified) if identified else _unsure(cited),
        "target": _target(cited, quote, article_capture),
    }
    return annotation | _terms(
        platform=cited.mention.platform,
        outcome=resolution.outcome.value if resolution else None,
        score=resolution.candidates[0].score if resolution and resolution.candidates else None,
        state=cited.state.value if cited.state else None,
        seenAt=rfc3339(observation.seen_at) if observation else None,
        confirmed=observation.confirmed if observation else None,
        evidence=list(cited.evidence) or None,
        **_record(cited.capture),
    )


_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`]')
"""What an IRI (RFC 3987) has only percent-encoded."""


def _iri(uri: str) -> str:
    return _NOT_IN_IRI.sub(lambda match: f"%{ord(match[0]):02X}", uri)


def _times(**times: datetime | None) -> dict[str, str]:
    return {name: rfc3339(time) for name, time in times.items() if time is not None}


def _terms(**values: Any) -> dict[str, Any]:
    return {f"archiver:{name}": value for name, value in values.items() if value is not None}


def _record(capture: Capture | None) -> Mapping[str, Any]:
    """Where the first record of the evidence lies."""
    if capture is None:
        return {}
    return {"warcFile": capture.file, "warcOffset": capture.offset, "payloadDigest": capture.payload_digest}


def _identifying(post: Post) -> list[dict[str, Any]]:
    """The post itself by its permalink, and, where they are known, its words."""
    source: dict[str, Any] = {"id": _iri(post.url), "type": "Text"}
    about: dict[str, Any] = {}
    if author := _author(post):
        about["creator"] = author
    about |= _times(created=post.created_at)
    if post.language:
        about["language"] = post.language
    bodies: list[dict[str, Any]] = [
        {"type": "SpecificResource", "purpose": "identifying", "source": source | about}
        | _terms(post=post.key, accountId=post.account_id)
    ]
    if post.text:
        bodies.append(
            {"type": "TextualBody", "purpose": "describing", "value": post.text, "format": "text/plain"} | about
        )
    return bodies


def _author(post: Post) -> dict[str, Any]:
    names = {"name": post.display_name, "nickname": post.handle}
    known = {key: value for key, value in names.items() if value}
    return {"type": "Person"} | known if known else {}


def _unsure(cited: Cited) -> list[dict[str, Any]]:
    """Why it is not known which post this is: a statement on the annotation, not on a post."""
    reason = cited.resolution.reason if cited.resolution else "it was not looked for yet"
    outcome = cited.resolution.outcome.value if cited.resolution else Outcome.UNRESOLVED.value
    return [
        {
            "type": "TextualBody",
            "purpose": "commenting",
            "value": f"{outcome}: {reason}" if reason else outcome,
            "format": "text/plain",
            "language": "en",
        }
    ]


def _target(cited: Cited, quote: Quote | None, capture: Capture | None) -> dict[str, Any]:
    article, mention = cited.stored.article, cited.mention
    target: dict[str, Any] = {"type": "SpecificResource", "source": _iri(article.uri)}
    selector: Any = None
    if mention.selector is not None:
        selector = {"type": "CssSelector", "value": mention.selector}
        if quote:
            selector["refinedBy"] = _text_selectors(quote)
    elif quote:
        selector = _text_selectors(quote)
    elif mention.start is not None and mention.end is not None:
        selector = {"type": "TextPositionSelector", "start": mention.start, "end": mention.end}
    if selector:
        target["selector"] = selector
    if capture is not None:
        target["state"] = {
            "type": "TimeState",
            "sourceDate": rfc3339(capture.time),
            "cached": capture.record_id,
        } | _terms(warcFile=capture.file, warcOffset=capture.offset, payloadDigest=capture.payload_digest)
    return target | _terms(article=article.id, title=article.title, published=article.published)


def _text_selectors(quote: Quote) -> list[dict[str, Any]]:
    """Two ways to the same words: the second still finds them where something else of the page has changed."""
    words: dict[str, Any] = {"type": "TextQuoteSelector", "exact": quote.exact}
    if quote.prefix:
        words["prefix"] = quote.prefix
    if quote.suffix:
        words["suffix"] = quote.suffix
    return [words, {"type": "TextPositionSelector", "start": quote.start, "end": quote.end}]
