"""Rules of evidence over whole runs: all that was asked and answered is stored, absence too, and no mirror is between.

Each rule's smaller parts have tests of their own (`web/test_wire_to_warc.py`: bytes as sent; `test_whole_path.py`:
conclusions beside captures; `resolution/`: what an archive's index must show before it counts).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from warcio.archiveiterator import ArchiveIterator

from archiver.model import PostRef, State
from archiver.platforms import platform, platforms
from archiver.platforms.base import Lookup
from archiver.resolution.inquiry import drive
from archiver.store import Archive
from tests.town import ALIKE, CLERK, DELETED, FLATTENED, LEFTOVERS, NEVER_STORED, PICTURED, RENAMED, Town, at
from tests.web_twin import PostState, TwinPost

# Rule 1 and 3: what was asked and answered is stored, whatever the answer was.


def stored_requests(path: Path) -> tuple[Counter[str], Counter[str]]:
    """URLs of the request records, and of those that an answer belongs to."""
    asked: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    for file in sorted(path.glob("*.warc.gz")):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream, no_record_parse=True):
                uri = record.rec_headers.get_header("WARC-Target-URI") or ""
                if record.rec_type == "request":
                    asked[uri] += 1
                elif record.rec_type in ("response", "revisit"):
                    answered[uri] += 1
    return asked, answered


def test_every_request_that_a_server_saw_is_stored_with_its_answer(town: Town) -> None:
    town.run(town.page([PICTURED, DELETED, RENAMED, NEVER_STORED, *ALIKE]), town.write("left.txt", LEFTOVERS))
    seen = Counter(request.url for request in town.twin.log)
    asked, answered = stored_requests(town.archive / "archive")
    assert asked == answered == seen
    assert len(seen) > 20


ABSENT = {
    PostState.DELETED: State.DELETED,
    PostState.SUSPENDED: State.SUSPENDED,
    PostState.PROTECTED: State.PROTECTED,
    PostState.ACCOUNT_GONE: State.ACCOUNT_GONE,
}


@pytest.mark.parametrize("state", ABSENT)
def test_the_answers_that_show_an_absence_are_stored_and_named(state: PostState, town: Town) -> None:
    gone = TwinPost(account=CLERK, created=at(15), text="Nobody was told of this.", state=state)
    town.twin.population.add(gone)
    [result] = town.run(town.page([gone]))
    assert result.state is ABSENT[state]
    assert result.stored_in is not None
    with Archive.open(town.archive) as archive:
        [(look, _)] = archive.catalogue.observations(f"x:{gone.id}")
        captures = [found for record in look.evidence if (found := archive.catalogue.capture(record))]
        assert len(captures) == len(look.evidence)
        of_the_post = [found for found in captures if gone.id in found.target_uri]
        assert {found.record_type for found in of_the_post} <= {"response", "revisit"}
        endpoints = {"cdn.syndication.twimg.com", "publish.twitter.com"} & {
            urlsplit(found.target_uri).hostname for found in of_the_post
        }
        assert endpoints
        for found in of_the_post:
            archive.check_block(found)
            with archive.exchange(found).open_response() as stream:
                assert stream.read(9) == b"HTTP/1.1 "


# Rule 5: no third-party mirror in the chain of evidence.

OPERATED = {
    "bluesky": ("bsky.app", "bsky.social", "bsky.network", "plc.directory"),
    "facebook": ("facebook.com",),
    "instagram": ("instagram.com", "facebook.com"),
    "linkedin": ("linkedin.com",),
    "pinterest": ("pinterest.com",),
    "reddit": ("reddit.com", "redd.it"),
    "telegram": ("t.me",),
    "threads": ("threads.com", "threads.net", "facebook.com"),
    "tiktok": ("tiktok.com",),
    "truthsocial": ("truthsocial.com",),
    "tumblr": ("tumblr.com",),
    "vk": ("vk.com", "vkvideo.ru"),
    "weibo": ("weibo.com", "weibo.cn"),
    "x": ("x.com", "twitter.com", "twimg.com"),
    "youtube": ("youtube.com", "youtu.be", "youtube-nocookie.com"),
}
"""Domains that the platforms themselves operate; on the open networks, besides them, the post's own server."""


def hosts_asked(ref: PostRef) -> set[str]:
    found = platform(ref.platform)
    assert found is not None
    asked: set[str] = set()

    def ask(lookup: Lookup) -> None:
        asked.add(urlsplit(lookup.url).hostname or "")

    drive(found.look(ref), ask, lambda _: False)
    return asked | {urlsplit(found.page_url(ref)).hostname or ""}


def of_the_platform(host: str, ref: PostRef) -> bool:
    own = (*OPERATED.get(ref.platform, ()), *((ref.scope,) if ref.scope else ()))
    return any(host == domain or host.endswith(f".{domain}") for domain in own)


@pytest.mark.parametrize("name", platforms())
def test_a_post_is_asked_for_at_its_own_platform_alone(name: str) -> None:
    found = platform(name)
    assert found is not None
    refs = {ref.key: ref for example in found.examples if (ref := found.ref_from_url(example.url))}
    assert refs
    for ref in refs.values():
        foreign = {host for host in hosts_asked(ref) if not of_the_platform(host, ref)}
        assert not foreign, ref


MIRRORED = (
    "https://nitter.net/jack/status/1590383995124941163",
    "https://xcancel.com/jack/status/1590383995124941163",
    "https://fxtwitter.com/jack/status/1590383995124941163",
    "https://vxtiktok.com/@kids/video/7106594312292453675",
    "https://libreddit.kavin.rocks/r/news/comments/1abcde/title/",
    "https://invidious.io.lol/watch?v=dQw4w9WgXcQ",
    "https://fxbsky.app/profile/ana.example.org/post/3l3vgf77uco2g",
)


@pytest.mark.parametrize("url", MIRRORED)
def test_what_an_article_links_at_a_mirror_is_asked_for_at_the_platform(url: str) -> None:
    named = [ref for found in platforms().values() if (ref := found.ref_from_url(url)) and ref.platform != "mastodon"]
    assert named
    for ref in named:
        mirror = urlsplit(url).hostname or ""
        assert mirror not in hosts_asked(ref)
        assert mirror not in ref.url
        assert all(of_the_platform(host, ref) for host in hosts_asked(ref))


def test_states_rest_on_the_platform_alone_and_archives_are_named_where_they_helped(town: Town) -> None:
    """FLATTENED is found by its words in the web archive's index; its state is what X itself answers."""
    town.twin.population.change(FLATTENED.id, state=PostState.DELETED)
    results = town.run(town.page([PICTURED, DELETED]), town.write("left.txt", LEFTOVERS))
    assert results[-1].post_id == FLATTENED.id
    with Archive.open(town.archive) as archive:
        looks = archive.catalogue.observations()
        assert {look.key for look, _ in looks} >= {f"x:{post.id}" for post in (PICTURED, DELETED, FLATTENED)}
        for look, _ in looks:
            assert evidence_hosts(archive, look.evidence) <= {"cdn.syndication.twimg.com", "publish.twitter.com"}
        stored = archive.catalogue.resolution(results[-1].mention_id)
        assert stored is not None
        best = stored[0].candidates[0]
        assert best.source in ("cdx", "memento", "web archive", "archive")
        assert evidence_hosts(archive, best.evidence) == {"web.archive.org"}


def evidence_hosts(archive: Archive, record_ids: tuple[str, ...]) -> set[str]:
    found = [capture for record in record_ids if (capture := archive.catalogue.capture(record))]
    assert len(found) == len(record_ids) > 0
    return {urlsplit(capture.target_uri).hostname or "" for capture in found}
