"""Small archives with invented articles and posts, written through the store's own face."""

from __future__ import annotations

import hashlib
import itertools
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from archiver.article import article_of
from archiver.detect import find
from archiver.model import (
    Article,
    Candidate,
    Media,
    Mention,
    Observation,
    Outcome,
    Post,
    Resolution,
    State,
)
from archiver.store import Archive, Session
from archiver.store.conclusions import article_conclusion, observation_conclusion, resolution_conclusion
from tests.store.conftest import ticking_clock

MADE = datetime(2022, 11, 9, 6, 30, 15, tzinfo=UTC)
_NUMBERS = itertools.count()
"""Record ids differ in all archives of a run: one may be opened again, or taken into another."""

SEEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def post(number: int, text: str | None = "The bridge is shut.", **more: object) -> Post:
    return msgspec.structs.replace(
        Post(
            platform="x",
            id=str(number),
            url=f"https://x.com/bridge_watch/status/{number}",
            handle="bridge_watch",
            display_name="Bridge Watch",
            account_id="77",
            created_at=MADE,
            text=text,
            language="en",
            media=(
                Media(kind="avatar", url="https://media.example/face.png"),
                Media(kind="photo", url="https://media.example/bridge.png"),
            ),
        ),
        **more,
    )


class Stage:
    """Writes into one archive."""

    def __init__(self, archive: Archive, session: Session) -> None:
        self.archive = archive
        self.session = session

    def article(self, data: str, name: str, mentions: Sequence[Mention] | None = None) -> tuple[Article, list[Mention]]:
        """Store an article and what it cites: what detection finds in it, or these mentions."""
        article = article_of(data.encode(), source=name)
        cited = find(article) if mentions is None else [one.with_id(article.digest) for one in mentions]
        kind = "text/html" if article.html is not None else "text/plain"
        capture = self.session.write_resource(article.uri, f"{kind}; charset=utf-8", data.encode())
        self.session.write_conclusion(article_conclusion(article, tuple(cited)), capture.record_id)
        return article, list(cited)

    def answer(self, number: int) -> str:
        """A record that evidence can name."""
        data = f"an invented answer, number {number}".encode()
        uri = "ni:///sha-256;" + hashlib.sha256(data).hexdigest()
        return self.session.write_resource(uri, "text/plain", data).record_id

    def resolved(self, mention: Mention, found: Post, evidence: Sequence[str] = ()) -> None:
        candidate = Candidate(post=found, score=0.98, source="permalink", evidence=tuple(evidence))
        self.session.write_conclusion(
            resolution_conclusion(
                Resolution(
                    mention_id=mention.id,
                    outcome=Outcome.RESOLVED,
                    post_key=found.key,
                    candidates=(candidate,),
                    reason="named by the permalink",
                    evidence=tuple(evidence),
                    state=State.LIVE,
                    method="test/1",
                )
            )
        )

    def unsure(self, mention: Mention, reason: str = "two posts are alike") -> None:
        candidate = Candidate(post=post(5), score=0.4)
        self.session.write_conclusion(
            resolution_conclusion(
                Resolution(
                    mention_id=mention.id, outcome=Outcome.AMBIGUOUS, candidates=(candidate,), reason=reason, method="t"
                )
            )
        )

    def look(
        self, found: Post, state: State, hours: float, evidence: Sequence[str] = (), *, shown: bool = False
    ) -> None:
        self.session.write_conclusion(
            observation_conclusion(
                Observation(
                    platform=found.platform,
                    post_id=found.id,
                    url=found.url,
                    state=state,
                    seen_at=SEEN + timedelta(hours=hours),
                    how="x.syndication+x.oembed",
                    reason="as the platform says",
                    evidence=tuple(evidence),
                    post=found if shown else None,
                    confirmed=state is State.DELETED,
                )
            )
        )


def mention(**fields: object) -> Mention:
    return msgspec.structs.replace(
        Mention(source="story.txt", platform="x", rule="x.signature", confidence=0.9), **fields
    )


class staged:
    """`with staged(folder) as stage:` the archive in `folder`, open for writing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Stage:
        ids = (f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, str(number))}" for number in _NUMBERS)
        self._archive = Archive.open(self._folder, clock=ticking_clock(), new_id=lambda: next(ids), write=True)
        self._session = self._archive.session(description="a test")
        return Stage(self._archive, self._session)

    def __exit__(self, *_: object) -> None:
        self._session.close()
        self._archive.close()
