"""Does everything that a conclusion refers to exist, and can it be what the conclusion rests on?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import NamedTuple

from archiver.capture import Progress, no_progress
from archiver.model import Capture, Check
from archiver.store import Archive
from archiver.store.conclusions import Conclusion
from archiver.store.records import BESIDE_KINDS, clean
from archiver.verification.findings import Findings
from archiver.verification.headers import TYPES
from archiver.verification.ledger import Entry, Ledger

NAME = "references"

CAPTURES = frozenset({"response", "revisit", "resource", "conversion"})
"""Record types that hold what was seen; the others are about such records."""

CERTIFICATES = "urn:archiver:certificates:"

ELSEWHERE = "names a record that is not in these files, and may be in one before them"


class Reference(NamedTuple):
    """One place of a conclusion in which a record is named."""

    what: str
    record_id: str


def check_references(
    archive: Archive,
    *,
    whole: bool = True,
    ledger: Ledger | None = None,
    progress: Progress = no_progress,
    stop: Callable[[], bool] = lambda: False,
) -> Check:
    """Whether each reference of the program's own conclusions names a record that exists, is of a type that can be
    evidence, and came before the conclusion; whether each resolution is of a mention that an article has; and whether
    the views of a rendered page are those that were stored.

    archive: its catalogue is not believed, unless it is a view, whose catalogue comes from the records; nothing is
    written. whole: whether all files of the archive are there: of a file alone or a package, references that may lead
    into earlier files are not damage. ledger: what was read of the archive already, by whoever makes several of these
    checks; it is not closed. progress: told of each conclusion. stop: asked between two conclusions.

    `checked` counts references. `Verdict.ABSENT` where no conclusion of this program is in it.
    """
    found = Findings(NAME)
    with nullcontext(ledger) if ledger is not None else Ledger(archive, whole=whole) as known:
        for entry in known.entries():
            if stop():
                found.stopped = True
                break
            if entry.conclusion is not None and not entry.newer:
                _check(known, entry, entry.conclusion, found)
            progress(1, None)
        else:
            _look_at_headers(known, found)
    return found.check()


def _check(ledger: Ledger, entry: Entry, conclusion: Conclusion, found: Findings) -> None:
    capture = entry.capture
    if capture.target_uri != clean(conclusion.target_uri):
        found.problem(f"it is stored as {capture.target_uri!r} and concludes of {conclusion.target_uri!r}", capture)
    if wrong := _wrong_main(conclusion, capture.refers_to):
        found.problem(wrong, capture)
    for reference in dict.fromkeys(_references(conclusion, capture.refers_to)):
        _look(ledger, entry, reference, found)
    for view in conclusion.rendering.views if conclusion.rendering else ():
        for place in ledger.places(view.record_id):
            if (place.target_uri, place.payload_digest) != (clean(view.target_uri), view.digest):
                found.problem(f"view: {view.record_id} is not the view that was stored", capture)
    resolution = conclusion.resolution
    if resolution is not None:
        found.checked += 1
        if not ledger.mentions(resolution.mention_id, entry.place):
            _missing(ledger, entry.capture, f"the mention {resolution.mention_id} is in no article before it", found)


def _wrong_main(conclusion: Conclusion, refers_to: str | None) -> str:
    """What is wrong with the one record that the header names; empty where nothing is."""
    noun = conclusion.resolution or conclusion.observation
    if noun is not None and refers_to != (noun.evidence[0] if noun.evidence else None):
        return "WARC-Refers-To is not the first record of its evidence"
    if conclusion.article is not None and refers_to is None:
        return "it names no record that holds the article"
    if conclusion.observation is not None and not conclusion.observation.evidence:
        return "it names no record that shows the state"
    if conclusion.rendering is not None and refers_to != conclusion.rendering.page:
        return "WARC-Refers-To is not the page that was rendered"
    rescue = conclusion.rescue
    if rescue is not None and (refers_to != rescue.record_id or rescue.evidence[:1] != (rescue.record_id,)):
        return "WARC-Refers-To is not the copy that was rescued"
    return ""


def _look_at_headers(ledger: Ledger, found: Findings) -> None:
    """What the headers of this program's own records name, of those that are no conclusions: the other records of an
    exchange, and what a record that is kept beside a response is about. Nothing is counted: only what is wrong is
    asked for."""
    kinds = " OR ".join(f"target_uri LIKE 'urn:archiver:{kind}:%'" for kind in BESIDE_KINDS)
    for name, named, which in (
        ("WARC-Concurrent-To", "concurrent_to", "type <> 'metadata'"),
        ("WARC-Refers-To", "refers_to", f"type = 'metadata' AND ({kinds})"),
    ):
        there = f"EXISTS (SELECT 1 FROM captures AS other WHERE other.record_id = captures.{named})"  # noqa: S608
        for capture, record_id in _own(ledger, f"{which} AND {named} IS NOT NULL AND NOT {there}", named):
            if ledger.files[capture.file].complete:
                found.problem(f"{name}: there is no record {record_id}", capture)
            else:
                found.skip(ELSEWHERE)
    types = ", ".join(f"'{one}'" for one in sorted(TYPES))
    for capture, kind in _own(ledger, f"type NOT IN ({types})", "type"):
        found.problem(f"a record of the type {kind!r}, which this program does not write", capture)
    for capture, uri in _own(ledger, "type = 'metadata' AND target_uri NOT LIKE 'urn:archiver:%'", "target_uri"):
        found.problem(f"metadata of {uri!r}, which this program does not write", capture)
    # a server's certificates are stored with the first answer over them, which an extract may leave out
    other_bytes = f"target_uri LIKE '{CERTIFICATES}%' AND target_uri <> '{CERTIFICATES}' || block_digest"
    for capture, uri in _own(ledger, other_bytes, "target_uri"):
        found.problem(f"{uri} is not the SHA-256 of the certificates in it", capture)
    same = "other.record_id = captures.concurrent_to AND other.target_uri <> captures.target_uri"
    another = f"EXISTS (SELECT 1 FROM captures AS other WHERE {same})"  # noqa: S608
    for capture, uri in _own(ledger, f"type = 'request' AND {another}", "target_uri"):
        found.problem(f"a request for {uri!r} beside the answer of another address", capture)


def _own(ledger: Ledger, condition: str, column: str) -> Iterator[tuple[Capture, str]]:
    """The records of this program's own segments of which something holds, and what a column says of each."""
    catalogue = ledger.archive.catalogue
    question = (
        f"SELECT offset, {column} FROM captures WHERE segment = ? AND offset > ? AND {condition}"  # noqa: S608
        " ORDER BY offset LIMIT 512"
    )
    for name in (name for name, file in ledger.files.items() if file.own):
        after = -1
        while rows := catalogue.query(question, (name, after)):
            for offset, said in rows:
                capture = catalogue.capture_at(name, offset)
                if capture is not None:
                    yield capture, said
            after = rows[-1][0]


def _references(conclusion: Conclusion, refers_to: str | None) -> Iterator[Reference]:
    if refers_to is not None:
        yield Reference("WARC-Refers-To", refers_to)
    for noun in (conclusion.resolution, conclusion.observation):
        if noun is not None:
            yield from (Reference("evidence", record_id) for record_id in noun.evidence if record_id != refers_to)
    if conclusion.resolution is not None:
        told = {refers_to, *conclusion.resolution.evidence}
        for candidate in conclusion.resolution.candidates:
            for record_id in candidate.evidence:
                if record_id not in told:
                    yield Reference(f"evidence of the candidate {candidate.post.key}", record_id)
    if conclusion.rescue is not None:
        yield from (Reference("evidence", one) for one in conclusion.rescue.evidence if one != refers_to)
    if conclusion.rendering is not None:
        yield from (Reference("view", view.record_id) for view in conclusion.rendering.views)
        for request in conclusion.rendering.requests:
            if request.record_id is not None and request.record_id != refers_to:
                yield Reference("what the page asked for", request.record_id)


def _look(ledger: Ledger, entry: Entry, reference: Reference, found: Findings) -> None:
    """Whether the record that is named can be what the conclusion rests on."""
    found.checked += 1
    places = ledger.places(reference.record_id)
    if not places:
        _missing(ledger, entry.capture, f"{reference.what}: there is no record {reference.record_id}", found)
    elif len(places) > 1:
        found.problem(f"{reference.what}: several records are {reference.record_id}", entry.capture)
    elif places[0].record_type not in CAPTURES:
        kind = places[0].record_type
        found.problem(f"{reference.what}: {reference.record_id} is a {kind} record, no capture", entry.capture)
    elif _is_later(ledger, places[0], entry):
        found.problem(f"{reference.what}: {reference.record_id} was written later", entry.capture)


def _missing(ledger: Ledger, capture: Capture, what: str, found: Findings) -> None:
    if ledger.files[capture.file].complete:
        found.problem(what, capture)
    else:
        found.checked -= 1
        found.skip(ELSEWHERE)


def _is_later(ledger: Ledger, capture: Capture, entry: Entry) -> bool:
    """Whether the record was written after the conclusion. Of files that were put there, nothing tells when."""
    both = (ledger.files[capture.file], ledger.files[entry.capture.file])
    if capture.file != entry.capture.file and not all(file.complete for file in both):
        return False
    return ledger.place_of(capture) > entry.place
