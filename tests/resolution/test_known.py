"""The third way: a mention is resolved through posts that are known from elsewhere, never by what one page claims."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archiver.article import article_of
from archiver.brought import Claim, Record, read
from archiver.config import WebSettings
from archiver.detect import find
from archiver.errors import NotStoredError
from archiver.exchange import Exchange
from archiver.model import Mention, Outcome, Post, Resolution, State, to_json
from archiver.resolution import resolve
from archiver.resolution.known import Brought, Indexed, known_posts
from archiver.store.postindex import Citation, PostIndex
from archiver.store.postmerge import Row
from archiver.web import Door
from tests.web_twin import Account, Population, PostState, Twin, TwinPost

NOON = datetime(2017, 5, 4, 12, 0, 0, tzinfo=UTC)
LEDGER = Account(handle="Quay_Ledger", name="The Quay Ledger")
CONTROL = TwinPost(
    account=Account(handle="jack", name="First"), id="20", created=datetime(2006, 3, 21, tzinfo=UTC), text="a"
)
WORDS = "The lower swing bridge stays shut until the tide gauge is repaired."
OTHER_WORDS = "Council minutes and budget tables are finally on the town's own site."


def post_of(text: str = WORDS, minutes: int = 0, **fields: Any) -> TwinPost:
    """A post that no web archive has."""
    known = {"account": LEDGER, "created": NOON + timedelta(minutes=minutes), "archived": ()}
    return TwinPost(text=text, **(known | fields))


def mention_of(post: TwinPost, **changes: Any) -> Mention:
    """The post as an article shows it when only its text is left."""
    known = {
        "source": "article.txt", "platform": "x", "handle": post.account.handle, "display_name": post.account.name,
        "date": post.day.isoformat(), "date_basis": "utc", "text": post.text, "rule": "x.signature", "confidence": 0.97,
    }  # fmt: skip
    return Mention(**(known | changes))


def shown(post: TwinPost, page: str, **changes: Any) -> Citation:
    """What a page shows of a post."""
    known = {
        "platform": "x", "id": post.id, "url": f"https://x.com/{post.account.handle}/status/{post.id}",
        "handle": post.account.handle, "display_name": post.account.name, "day": post.day.isoformat(),
        "text": post.text,
    }  # fmt: skip
    fields = known | changes
    if "id" in changes and "url" not in changes:
        fields["url"] = f"https://x.com/{fields['handle']}/status/{changes['id']}"
    return Citation(post=Post(**fields), page=page)


class Ticker:
    """A clock on which waiting takes no time."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds


class Offline:
    """A fetcher without any stored capture."""

    def fetch(self, url: str, *, headers: Iterable[tuple[str, str]] = (), max_bytes: int | None = None) -> Exchange:
        raise NotStoredError("no stored capture answers this", subject=url)

    def follow(
        self, url: str, *, headers: Iterable[tuple[str, str]] = (), max_bytes: int | None = None
    ) -> list[Exchange]:
        raise NotStoredError("no stored capture answers this", subject=url)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[PostIndex]:
    with PostIndex(tmp_path / "posts.db", write=True) as opened:
        yield opened


@pytest.fixture
def settle(make_twin: Callable[..., Twin], index: PostIndex) -> Callable[..., Resolution]:
    """Resolve a mention on a web with these posts, with the index or without."""

    def resolved(mention: Mention, *posts: TwinPost, indexed: bool = True) -> Resolution:
        twin = make_twin(Population([CONTROL, *posts]))
        hosts = ("*", "web.archive.org", "cdn.syndication.twimg.com", "publish.twitter.com")
        web = WebSettings(
            connect_to=twin.connect_to, ca_file=str(twin.ca_file), rates=dict.fromkeys(hosts, 60_000.0), retries=0
        )
        clock = Ticker()
        with Door(web, sleep=clock.sleep, monotonic=clock.now) as door:
            return resolve(mention, fetcher=door, known=known_posts(index) if indexed else ())

    return resolved


Settle = Callable[..., Resolution]


# -- what pages claim


def test_a_post_whose_id_only_another_articles_embed_has(index: PostIndex, settle: Settle) -> None:
    """Live on the platform, in no web archive: found through the other article, and confirmed by the platform."""
    post = post_of()
    assert settle(mention_of(post), post, indexed=False).outcome is Outcome.UNRESOLVED
    embed = (
        f'<html><body><blockquote class="twitter-tweet"><p lang="en" dir="ltr">{WORDS}</p>&mdash; The Quay Ledger '
        f'(@Quay_Ledger) <a href="https://twitter.com/Quay_Ledger/status/{post.id}?ref_src=twsrc%5Etfw">May 4, 2017</a>'
        "</blockquote></body></html>"
    )
    page = "https://other-paper.example/bridge"
    mentions = find(article_of(embed.encode(), source=page, uri=page))
    jsonl = index.path.with_name("found.jsonl")
    jsonl.write_bytes(b"\n".join(map(to_json, mentions)))
    claims = [item for item in read(jsonl) if isinstance(item, Claim)]
    assert index.add(Row(claim.post, False, claim.page, claim.seen) for claim in claims).posts == 1
    found = settle(mention_of(post), post)
    assert (found.outcome, found.post_key, found.state) == (Outcome.RESOLVED, f"x:{post.id}", State.LIVE)
    best = found.candidates[0]
    assert best.source not in ("index", "pages")
    assert best.post.seen_in.startswith("x.")
    assert best.cited_in == (page,)


def test_gone_everywhere_and_shown_by_two_sites(index: PostIndex, settle: Settle) -> None:
    post = post_of(state=PostState.DELETED)
    pages = ("https://one.example/a", "https://two.example/b")
    index.add_citations([shown(post, page) for page in pages])
    found = settle(mention_of(post), post)
    assert (found.outcome, found.post_key, found.state) == (Outcome.RESOLVED, f"x:{post.id}", State.DELETED)
    assert (found.candidates[0].source, found.candidates[0].cited_in) == ("pages", pages)
    assert found.reason


@pytest.mark.parametrize("pages", [["https://one.example/a"], ["https://one.example/a", "https://www.one.example/b"]])
def test_gone_everywhere_and_shown_by_one_site_only(index: PostIndex, settle: Settle, pages: list[str]) -> None:
    post = post_of(state=PostState.DELETED)
    index.add_citations([shown(post, page) for page in pages])
    found = settle(mention_of(post), post)
    assert (found.outcome, found.post_key) == (Outcome.UNRESOLVED, None)
    assert "only one site" in found.reason


@pytest.mark.parametrize("sites", [1, 3])
def test_the_right_words_under_a_wrong_id_are_contradicted_by_the_platform(
    index: PostIndex, settle: Settle, sites: int
) -> None:
    """However many sites say so: the record of that id has other words."""
    meant, wrong = post_of(state=PostState.DELETED), post_of(OTHER_WORDS, 20)
    index.add_citations(shown(meant, f"https://s{n}.example/", id=wrong.id) for n in range(sites))
    found = settle(mention_of(meant), meant, wrong)
    assert found.outcome is not Outcome.RESOLVED
    assert found.post_key is None


def test_two_sites_that_do_not_agree_bear_nobody_out(index: PostIndex, settle: Settle) -> None:
    """One site shows the post, another one gives other words to the same id: that is one site for either."""
    post = post_of(state=PostState.DELETED)
    index.add_citations([shown(post, "https://one.example/"), shown(post, "https://liar.example/", text=OTHER_WORDS)])
    for words in (WORDS, OTHER_WORDS):
        found = settle(mention_of(post, text=words), post)
        assert found.outcome is not Outcome.RESOLVED, words


def test_a_site_that_gives_it_to_somebody_else_bears_nobody_out(index: PostIndex, settle: Settle) -> None:
    post = post_of(state=PostState.DELETED)
    index.add_citations([shown(post, "https://one.example/"), shown(post, "https://liar.example/", handle="somebody")])
    for handle in (LEDGER.handle, "somebody"):
        found = settle(mention_of(post, handle=handle, display_name=None), post)
        assert found.outcome is not Outcome.RESOLVED, handle


def test_another_account_or_day_is_not_asked_for(index: PostIndex, settle: Settle) -> None:
    post = post_of(state=PostState.DELETED)
    index.add_citations([shown(post, f"https://s{n}.example/") for n in range(3)])
    for changes in ({"handle": "other"}, {"date": "2017-05-05"}):
        found = settle(mention_of(post, **changes), post)
        assert (found.outcome, found.candidates) == (Outcome.UNRESOLVED, ())
    assert settle(mention_of(post, handle="quay_LEDGER"), post).outcome is Outcome.RESOLVED


def test_a_lie_beside_the_truth_is_looked_at_like_it(index: PostIndex, settle: Settle) -> None:
    """Two ids are claimed to be the post: the platform's records say which one is."""
    true, wrong = post_of(), post_of(OTHER_WORDS, 20)
    index.add_citations([shown(true, "https://one.example/"), shown(true, "https://liar.example/", id=wrong.id)])
    found = settle(mention_of(true), true, wrong)
    assert (found.outcome, found.post_key) == (Outcome.RESOLVED, f"x:{true.id}")


def test_a_page_that_only_links_to_a_post_is_enough_to_ask_for_it(index: PostIndex, settle: Settle) -> None:
    post = post_of()
    index.add_citations([shown(post, "https://one.example/", text=None)])
    assert settle(mention_of(post), post).post_key == f"x:{post.id}"
    gone = post_of("Nobody has ever kept this one, and nobody will.", 30, state=PostState.DELETED)
    index.add_citations([shown(gone, f"https://s{n}.example/", text=None) for n in range(3)])
    assert settle(mention_of(gone), gone).outcome is not Outcome.RESOLVED


# -- what a user vouches for


def test_a_vouched_post_is_resolved_without_any_network(index: PostIndex) -> None:
    post = post_of()
    table = index.path.with_name("mine.csv")
    table.write_text(
        f'url,handle,display_name,text\nhttps://x.com/Quay_Ledger/status/{post.id},Quay_Ledger,,"{WORDS}"\n'
    )
    records = [item for item in read(table) if isinstance(item, Record)]
    index.add(Row(record.post, True, None, record.seen) for record in records)
    found = resolve(mention_of(post), fetcher=Offline(), known=known_posts(index))
    assert (found.outcome, found.post_key) == (Outcome.RESOLVED, f"x:{post.id}")
    assert found.candidates[0].source == "file"


def test_a_claim_is_not_enough_without_a_network(index: PostIndex) -> None:
    post = post_of()
    index.add_citations([shown(post, "https://one.example/")])
    found = resolve(mention_of(post), fetcher=Offline(), known=known_posts(index))
    assert found.outcome is not Outcome.RESOLVED


def test_what_a_user_has_counts_more_than_what_pages_say(index: PostIndex) -> None:
    post = post_of()
    index.add_citations([shown(post, f"https://s{n}.example/", text=OTHER_WORDS) for n in range(3)])
    index.add_posts([shown(post, "").post], vouched=True)
    brought, indexed = known_posts(index)
    day = post.day.isoformat()
    assert [one.post.text for one in brought.posts_between("x", "QUAY_ledger", day, day)] == [WORDS]
    assert indexed.posts_between("x", "quay_ledger", day, day) == []
    assert brought.post(f"x:{post.id}") is not None
    assert indexed.post(f"x:{post.id}") is None


def test_of_records_in_two_indexes_the_fuller_counts(index: PostIndex, tmp_path: Path) -> None:
    post = post_of()
    with PostIndex(tmp_path / "other.db", write=True) as other:
        index.add_posts([shown(post, "", text=None).post], vouched=True, seen="2020-01-01")
        other.add_posts([shown(post, "", account_id="7").post], vouched=True, seen="2021-01-01")
        other.add_citations([shown(post_of(minutes=5), A)])
        for order in ((index, other), (other, index)):
            brought, indexed = known_posts(*order)
            assert [one.post.text for one in brought.posts_between("x", LEDGER.handle, "2017-05-04", "2017-05-04")] == [
                WORDS
            ]
            assert len(indexed.posts_between("x", LEDGER.handle, "2017-05-04", "2017-05-04")) == 1
            assert [use.account_id for use in brought.handle_uses("x", LEDGER.handle)] == ["7"]
    assert known_posts() == ()


def test_only_records_say_whose_a_handle_was(index: PostIndex) -> None:
    post = post_of()
    index.add_citations([shown(post, f"https://s{n}.example/", account_id="666") for n in range(9)])
    index.add_posts([shown(post, "", account_id="7").post], vouched=True, seen="2020-01-01")
    assert [use.account_id for use in Brought(index).handle_uses("x", "quay_ledger")] == ["7"]
    assert Indexed(index).handle_uses("x", "quay_ledger") == []


# -- what most sites agree on


def claim(index: PostIndex, *texts: tuple[str, str | None]) -> tuple[str | None, bool, int]:
    """Text, whether it is whole, and on how many pages, of a post that pages show so."""
    post = post_of()
    index.add_citations(shown(post, page, text=text) for page, text in texts)
    known = Indexed(index).post(f"x:{post.id}")
    assert known is not None
    return known.post.text, known.post.text_complete, len(known.cited_in)


A, B, C = "https://a.example/", "https://b.example/", "https://c.example/"
BEGINNING = "The lower swing bridge stays shut until the tide ga…"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([(A, WORDS)], (WORDS, True, 1)),
        ([(A, WORDS), (B, WORDS.upper())], (WORDS, True, 2)),
        ([(A, WORDS), (B, WORDS), (C, OTHER_WORDS)], (WORDS, True, 2)),
        ([(A, OTHER_WORDS), (B, WORDS), (C, WORDS)], (WORDS, True, 2)),
        # many pages of one site are one voice
        ([(A, OTHER_WORDS), (f"{A}2", OTHER_WORDS), (f"{A}3", OTHER_WORDS), (B, WORDS), (C, WORDS)], (WORDS, True, 2)),
        # the whole text bears out its beginning, and the beginning not the rest
        ([(A, WORDS), (B, BEGINNING)], (BEGINNING, False, 2)),
        ([(A, WORDS), (B, WORDS), (C, BEGINNING)], (BEGINNING, False, 3)),
        # a few letters are the beginning of anything
        ([(A, WORDS), (B, "The lower…")], (WORDS, True, 1)),
        # a page that shows no words says nothing of them
        ([(A, WORDS), (B, None), (C, None)], (WORDS, True, 1)),
        ([(A, None), (B, None)], (None, True, 2)),
    ],
)
def test_what_most_sites_agree_on(
    index: PostIndex, texts: list[tuple[str, str | None]], expected: tuple[str | None, bool, int]
) -> None:
    found, whole, pages = claim(index, *texts)
    wanted, complete, count = expected
    assert (found and found.casefold(), whole, pages) == (wanted and wanted.casefold(), complete, count)


def test_a_page_that_names_no_account_bears_out_none(index: PostIndex) -> None:
    post = post_of()
    index.add_citations([shown(post, A), shown(post, B, handle=None, url=f"https://x.com/i/status/{post.id}")])
    known = Indexed(index).posts_between("x", "quay_ledger", "2017-05-04", "2017-05-04")
    assert [one.cited_in for one in known] == [(A,)]


def test_pages_that_give_other_days_leave_the_day_open(index: PostIndex) -> None:
    post = post_of()
    index.add_citations([shown(post, A), shown(post, B, day="2017-05-05")])
    for day in ("2017-05-04", "2017-05-05"):
        (known,) = Indexed(index).posts_between("x", "quay_ledger", day, day)
        assert (known.post.day, known.cited_in) == (None, (A, B))


def test_a_post_of_bluesky_is_one_under_its_handle_and_under_its_account(index: PostIndex) -> None:
    key, handle, did = "3l3vgf77uco2g", "ana.example.org", "did:plc:abcdefghijklmnopqrstuvwx"
    for scope, page in ((handle, A), (did, B)):
        url = f"https://bsky.app/profile/{scope}/post/{key}"
        known = {"platform": "bluesky", "id": key, "scope": scope, "url": url, "handle": handle, "day": "2024-11-20"}
        index.add_citations([Citation(post=Post(text=WORDS, **known), page=page)])
    (known_post,) = Indexed(index).posts_between("bluesky", "Ana.example.org", "2024-11-20", "2024-11-20")
    assert (known_post.post.key, known_post.cited_in) == (f"bluesky:{did}/{key}", (A, B))
    index.add_posts([Post(text=WORDS, **known | {"scope": handle, "url": url.replace(did, handle)})], vouched=True)
    (record,) = Brought(index).posts_between("bluesky", handle, "2024-11-20", "2024-11-20")
    assert (record.post.key, record.post.url) == (f"bluesky:{did}/{key}", url)
    assert Indexed(index).posts_between("bluesky", handle, "2024-11-20", "2024-11-20") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://x.com/Quay_Ledger/status/21"},
        {"url": "https://evil.example/"},
        {"url": ""},
        {"platform": "nowhere"},
        {"scope": "somewhere"},
        {"id": "../../etc", "url": "https://x.com/a/status/../../etc"},
    ],
)
def test_a_row_that_its_address_does_not_name_is_left_out(index: PostIndex, changes: dict[str, Any]) -> None:
    """An index may be anybody's work: what comes out of it is asked of platforms by its id."""
    post = shown(post_of(), A, **changes).post
    index.add_posts([post], vouched=True)
    index.add_citations([Citation(post=shown(post_of(minutes=1), A, **changes).post, page=A)])
    for places in known_posts(index):
        assert places.posts_between(post.platform, LEDGER.handle, "2017-05-04", "2017-05-04") == []
        assert places.post(post.key) is None
