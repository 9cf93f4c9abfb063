"""Which post another copy of an article names: never one that only may be it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.article import article_of
from archiver.detect import find
from archiver.model import Candidate, Mention, Outcome, Post, Resolution
from archiver.platforms import platform
from archiver.repairing import Places
from archiver.repairing.known import Known, known
from archiver.store import Archive
from archiver.store.conclusions import article_conclusion, resolution_conclusion

NOW = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
WORDS = "The bridge is open again since nine."
FLAT = f"<p>{WORDS} &mdash; Ana Example (@ana_example) November 9, 2022</p>"
X = ("1590173336165216257", "1590173336165216300")
MASTODON = (
    '<iframe src="https://social.example/@ana/110372412617177781/embed" class="mastodon-embed"></iframe>'
    '<script src="https://social.example/embed.js"></script>'
)
FACEBOOK = '<div class="fb-post" data-href="https://www.facebook.com/ana.page/posts/10150000000000001"></div>'


def mention_in(body: str, title: str = "The bridge") -> Mention:
    html = f"<html><body><article><h1>{title}</h1><p>All of it is invented.</p>{body}</article></body></html>"
    [mention] = find(article_of(html.encode(), source="page", kind="html"))
    return mention


@contextmanager
def holding(folder: Path, *earlier: tuple[str, str | None]) -> Iterator[Archive]:
    """An archive that knows these articles' mentions, each as resolved to the post of this id, or as ambiguous."""
    with (
        Archive.open(folder, write=True, clock=lambda: NOW) as archive,
        archive.session(description="made") as session,
    ):
        for number, (body, post_id) in enumerate(earlier):
            html = (
                f"<html><body><article><h1>Day {number}</h1><p>All of it is invented.</p>{body}</article></body></html>"
            )
            article = article_of(html.encode(), source="page", kind="html")
            mentions = tuple(find(article))
            session.write_conclusion(article_conclusion(article, mentions))
            for mention in mentions:
                session.write_conclusion(resolution_conclusion(resolution(mention, post_id)))
    with Archive.open(folder) as archive:
        yield archive


def resolution(mention: Mention, post_id: str | None) -> Resolution:
    if post_id is None:
        return Resolution(mention_id=mention.id, outcome=Outcome.AMBIGUOUS, reason="two fit as well")
    of = platform(mention.platform)
    assert of is not None
    ref = of.ref_from_url(mention.url or "") or of.ref_from_id(post_id, mention.handle)
    post = Post(platform=mention.platform, id=post_id, url=ref.url, scope=ref.scope, handle=mention.handle, text=WORDS)
    candidates = (Candidate(post=post, score=1.0),)
    return Resolution(mention_id=mention.id, outcome=Outcome.RESOLVED, post_key=post.key, candidates=candidates)


@pytest.mark.parametrize(
    ("body", "earlier", "key"),
    [
        # of a flattened post: the same author, day and words, and all of them one post
        (FLAT, [(FLAT, X[0])], f"x:{X[0]}"),
        (FLAT, [(FLAT, X[0]), (FLAT, X[0])], f"x:{X[0]}"),
        (FLAT, [(FLAT, X[0]), (FLAT, X[1])], None),
        (FLAT, [(FLAT, X[0]), (FLAT, None)], None),
        (FLAT, [(FLAT, None)], None),
        (FLAT, [(FLAT.replace("November 9", "November 8"), X[0])], None),
        (FLAT, [(FLAT.replace("since nine", "since ten"), X[0])], None),
        (FLAT, [(FLAT.replace("ana_example", "eva_example"), X[0])], None),
        # ids that count for themselves on each server
        (MASTODON, [(MASTODON, "110372412617177781")], "mastodon:social.example/110372412617177781"),
        (MASTODON, [(MASTODON.replace("social.", "other."), "110372412617177781")], None),
        (FACEBOOK, [(FACEBOOK, "10150000000000001")], "facebook:10150000000000001"),
    ],
)
def test_only_what_is_surely_the_same(
    tmp_path: Path, body: str, earlier: list[tuple[str, str | None]], key: str | None
) -> None:
    with holding(tmp_path, *earlier) as archive:
        found = known(archive, mention_in(body, "Another copy"), Places())
    assert (found.key if isinstance(found, Known) else None) == key
