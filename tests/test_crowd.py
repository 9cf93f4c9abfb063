"""The crowd: what it holds, that every id leads back, what an archive has of it, what becomes of its posts in copies.

No sockets: sites are asked directly.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from msgspec import structs

from archiver.platforms import platform as platform_named
from benchmarks import recorded, resolution
from tests.platforms.driving import exchange
from tests.web_twin.crowd import PLATFORMS, SINCE, Crowd, Note
from tests.web_twin.crowd_archive import ARCHIVED, HIDDEN, READABLE, X_SINCE, as_of, catches
from tests.web_twin.crowd_x import KINDS, CrowdOnX, first_version_id, is_edited, short_code
from tests.web_twin.degrade import SHARES, degrade, picture_code
from tests.web_twin.population import PostState
from tests.web_twin.reach import equals, keys_of, ways
from tests.web_twin.server import Twin
from tests.web_twin.speech import Speech, units
from tests.web_twin.wire import Reply, Request

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
PEOPLE = (0, 3, 41, 77)


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return Crowd(5, size=80, notes_each=200)


@pytest.fixture(scope="module")
def twin(crowd: Crowd) -> Twin:
    """Not listening: asked directly."""
    return Twin(crowd=crowd, clock=NOW)


def ask(twin: Twin, url: str) -> Reply:
    scheme, _, rest = url.partition("://")
    host, _, target = rest.partition("/")
    request = Request(time=NOW, scheme=scheme, host=host, method="GET", target=f"/{target}", headers=())
    reply = twin.answer(request)
    assert twin.errors == []
    return reply


def many(crowd: Crowd, platform: str, people: int = 40) -> Iterator[Note]:
    for number in range(people):
        yield from crowd.on(platform, number)


# -- who is there


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_id_leads_back_to_its_post(crowd: Crowd, platform: str) -> None:
    seen: set[str] = set()
    for who in PEOPLE:
        for note in crowd.on(platform, who):
            post_id = note.id_on(platform)
            if platform == "bluesky":
                assert crowd.find_record(note.person.did, post_id) == note
                post_id = f"{note.person.did}/{post_id}"
            else:
                assert crowd.find(platform, post_id) == note
            assert note.created >= SINCE[platform]
            seen.add(post_id)
    assert len(seen) == sum(len(crowd.on(platform, who)) for who in PEOPLE)


def test_ids_of_nothing_lead_nowhere(crowd: Crowd) -> None:
    note = crowd.notes(3)[7]
    for platform in ("x", "mastodon", "tiktok"):
        assert crowd.find(platform, str(int(note.id_on(platform)) + (1 << 30))) is None
    assert crowd.find("x", str(int(note.id_on("x")) + crowd.size)) is None
    assert CrowdOnX(crowd).by_id("99") is None
    assert CrowdOnX(crowd).link("aaaaaaaaaa") is None


def test_handles_of_now_and_then_lead_to_the_person(crowd: Crowd) -> None:
    renamed = [crowd.person(number) for number in range(crowd.size) if crowd.person(number).renamed]
    assert len(renamed) > 3
    for platform in PLATFORMS:
        for person in renamed:
            former, now = person.handles(platform)
            assert crowd.by_handle(platform, now.upper()) == person
            assert crowd.by_handle(platform, former) is None
            assert crowd.once_by_handle(platform, former) == person


def test_the_same_seed_gives_the_same_crowd_whatever_was_asked_before() -> None:
    one, other, larger = Crowd(9, size=30), Crowd(9, size=30), Crowd(9, size=3000)
    for number in reversed(range(30)):
        other.notes(number)
    assert [one.notes(n) for n in range(30)] == [other.notes(n) for n in range(30)]
    assert one.notes(7) == larger.notes(7)
    assert one.notes(7) != Crowd(10, size=30).notes(7)
    notes = one.notes(2)
    assert [degrade(note, "x", "a").mention for note in notes] == [degrade(n, "x", "a").mention for n in other.notes(2)]
    assert [degrade(note, "x", "a").mention for note in notes] != [degrade(note, "x", "b").mention for note in notes]


def test_look_alikes_stand_beside_most_posts(crowd: Crowd) -> None:
    crowded = patterned = repeated = total = 0
    for who in range(crowd.size):
        days: dict[object, list[Note]] = {}
        for note in crowd.notes(who):
            days.setdefault(note.created.date(), []).append(note)
        for notes in days.values():
            total += len(notes)
            crowded += len(notes) if len(notes) > 1 else 0
            statements = [note.said for note in notes]
            repeated += sum(statements.count(said) > 1 for said in statements)
            shapes = [tuple(one.unit for one in said) for said in statements]
            patterned += sum(
                any(shapes[i] == shapes[k] and statements[i] != statements[k] for k in range(len(shapes)) if k != i)
                for i in range(len(shapes))
            )
    assert crowded / total > 0.75
    assert 0.05 < patterned / total < 0.3
    assert 0.01 < repeated / total < 0.08


def test_posts_of_one_day_are_of_one_topic(crowd: Crowd) -> None:
    for who in PEOPLE:
        days: dict[object, set[str]] = {}
        for note in crowd.notes(who):
            days.setdefault(note.created.date(), set()).update(units()[one.unit].topic for one in note.said)
        assert max(map(len, days.values())) == 1


def test_development_and_measurement_have_no_topic_in_common() -> None:
    fitted, measured = Speech((0.0, 0.6)), Speech((0.6, 1.0))
    assert fitted.topics
    assert measured.topics
    assert not set(fitted.topics) & set(measured.topics)


# -- as X has it


def test_codes_versions_and_pictures_lead_back_on_x(crowd: Crowd) -> None:
    x = CrowdOnX(crowd)
    kinds: Counter[str] = Counter()
    for note in many(crowd, "x", 20):
        post = x.post(note)
        assert x.by_id(post.id) == post
        for kind in KINDS:
            assert x.of_code(short_code(note, kind)) == (note, kind)
        if post.media:
            assert post.media_code == picture_code(note)
            assert post.id in str(x.link(post.media_code or ""))
            shown = x.shown_picture(post.media[0].key)
            assert (shown is not None) is (note.state is PostState.LIVE)
        if note.link:
            assert dict(post.links) == {short_code(note, "link"): note.link}
            assert x.link(short_code(note, "link")) == note.link
            assert note.link not in post.text
        if is_edited(note):
            first = x.by_id(first_version_id(note))
            assert first is not None
            assert (first.versions, first.stale, post.stale) == (post.versions, True, False)
            assert first.text == post.text + " …"
        kinds.update(photo=bool(post.media), link=bool(post.links), edited=post.edited, long=post.long)
    assert min(kinds.values()) > 3


def test_x_knows_accounts_by_the_handle_of_today_and_posts_by_the_one_of_then(crowd: Crowd) -> None:
    x = CrowdOnX(crowd)
    people = map(crowd.person, range(crowd.size))
    person = next(one for one in people if one.renamed and SINCE["x"] < one.renamed - timedelta(days=300) < NOW)
    former, now = person.handles("x")
    assert x.account(former) is None
    account = x.account(now.upper())
    assert account is not None
    assert person.renamed is not None
    assert account.handle_at(person.renamed - timedelta(days=1)) == former
    assert {post.handle_then for post in x.of(former)} == {former, now}


def test_x_shows_the_crowd_where_no_population_is_given(crowd: Crowd, twin: Twin) -> None:
    note = next(note for note in crowd.notes(3) if note.state is PostState.LIVE and not note.link)
    asked = f"https://cdn.syndication.twimg.com/tweet-result?id={note.id_on('x')}&lang=en&token=a"
    answer = json.loads(ask(twin, asked).body)
    assert answer["user"]["screen_name"] == note.person.handle("x")
    assert answer["text"].startswith(note.title.replace("&", "&amp;")[:40])
    gone = next(note for note in crowd.notes(3) if note.own_state is PostState.DELETED)
    assert ask(twin, asked.replace(note.id_on("x"), gone.id_on("x"))).status == 404
    if note.photo:
        assert ask(twin, f"https://t.co/{picture_code(note)}").status == 301


# -- as an archive has it


def test_about_half_of_all_posts_are_archived_and_most_of_these_can_be_read(crowd: Crowd) -> None:
    for platform in PLATFORMS:
        found = [catches(note, platform) for note in many(crowd, platform)]
        held = sum(map(bool, found)) / len(found)
        readable = sum(any(one.kind in READABLE for one in some) for some in found) / len(found)
        assert abs(held - ARCHIVED) < 0.05, platform
        assert 0.3 < readable <= held, platform


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_caught_is_in_the_index_and_is_read_as_the_post(crowd: Crowd, twin: Twin, platform: str) -> None:
    """Every capture of a note is found by its address, played back, and read by the platform's own reader where it is
    of a kind that shows the post."""
    reader = platform_named(platform)
    assert reader is not None
    checked: Counter[str] = Counter()
    for note in islice(many(crowd, platform), 0, 4000, 3):
        for catch in catches(note, platform):
            if checked[catch.kind] >= 6:
                continue
            checked[catch.kind] += 1
            memento = next(
                one
                for one in twin.wayback._of_crowd(address_of(twin, note, platform, catch))
                if one.when == catch.when and (catch.first or note.id_on(platform).rpartition("/")[2] in one.original)
            )
            listed = cdx(twin, memento.original)
            assert [memento.timestamp, memento.original] in [row[1:3] for row in listed], (catch, listed)
            url = f"https://web.archive.org/web/{memento.timestamp}id_/{memento.original}"
            reply = ask(twin, url)
            assert reply.header("memento-datetime") is not None
            assert reply.status == memento.status
            ref = reader.ref_from_url(memento.original) or reader.ref_from_url(as_of(note, catch.when).url_on(platform))
            assert ref is not None
            post = reader.read_archived(ref, exchange(url, reply.body, 200, reply.header("content-type") or ""))
            assert (post is not None) is (catch.kind in READABLE | {"revisit"}), catch
            if post is not None and not catch.first:
                words = f"{post.title or ''} {post.text or ''}"
                assert note.title[:30] in words or note.short_title[:30] in words, (catch, words)
    assert checked


def address_of(twin: Twin, note: Note, platform: str, catch: Any) -> str:
    archive = twin.wayback.crowd
    assert archive is not None
    if platform != "x":
        return archive.caught(note, platform, catch).url
    if catch.kind == "syndication":
        return f"https://cdn.syndication.twimg.com/tweet-result?id={note.id_on('x')}"
    handle = archive.x.post(note).account.handle_at(catch.when)
    if catch.kind == "redirect":
        handle = note.handle("x")
    page = f"https://twitter.com/{handle}/status/{first_version_id(note) if catch.first else note.id_on('x')}"
    return f"https://publish.twitter.com/oembed?url={page}" if catch.kind == "oembed" else page


def cdx(twin: Twin, address: str, extra: str = "") -> list[list[str]]:
    url = f"https://web.archive.org/cdx/search/cdx?url={quote(address, safe='/')}{extra}"
    return [line.split(" ") for line in ask(twin, url).body.decode().splitlines()]


def test_the_index_is_asked_by_handle_and_the_beginning_of_the_id(crowd: Crowd, twin: Twin) -> None:
    for platform in ("x", "bluesky", "mastodon", "telegram", "tiktok"):
        note = next(
            n for n in many(crowd, platform)
            if any(c.kind in ("legacy", "page") for c in catches(n, platform)) and not n.person.renamed
        )  # fmt: skip
        url = note.url_on(platform).removeprefix("https://").replace("x.com", "twitter.com")
        whole, part = url.removeprefix("www."), url.removeprefix("www.")[:-4] if platform != "telegram" else url[:-1]
        rows = cdx(twin, part, "&matchType=prefix")
        assert any(whole.rstrip("/") in row[2] for row in rows), (platform, rows)
        assert all(note.person.word.lower()[:4] in row[0] for row in rows)
        assert cdx(twin, part, "&matchType=prefix&to=20100101") == []


def test_a_page_that_was_caught_before_a_renaming_is_under_the_former_handle(crowd: Crowd, twin: Twin) -> None:
    found = 0
    for note in many(crowd, "x", crowd.size):
        renamed = note.person.renamed
        if renamed is None or note.created > renamed - timedelta(days=40):
            continue
        former, now = note.person.handles("x")
        early = [
            one for one in catches(note, "x") if one.when < min(renamed, X_SINCE) and one.kind in ("legacy", "shell")
        ]
        if early:
            found += 1
            [handle] = {
                row[2].split("/")[3] for row in cdx(twin, f"https://twitter.com/{former}/status/{note.id_on('x')}")
            }
            assert handle == former
            assert all(
                row[2].split("/")[3] != former
                for row in cdx(twin, f"https://twitter.com/{now}/status/{note.id_on('x')}")
            )
    assert found > 5


@pytest.mark.parametrize("platform", ["bluesky", "telegram", "tiktok"])
def test_other_pages_too_are_caught_under_the_handle_of_their_time(crowd: Crowd, twin: Twin, platform: str) -> None:
    archive = twin.wayback.crowd
    assert archive is not None
    before = after = 0
    for note in many(crowd, platform, crowd.size):
        if note.person.renamed is None or note.created > note.person.renamed:
            continue
        former, now = (handle.lower() for handle in note.person.handles(platform))
        for catch in catches(note, platform):
            if catch.kind != "page":
                continue
            early = catch.when < note.person.renamed
            before, after = before + early, after + (not early)
            url = archive.caught(note, platform, catch).url.lower()
            assert (former in url, now in url) == (early, not early)
            assert any(row[2].lower() == url for row in cdx(twin, url))
    assert before > 5
    assert after > 2


# -- what a question costs


def test_no_question_costs_more_where_the_crowd_is_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in people whose posts had to be made: the same for eighty people and for eight thousand."""
    made: list[int] = []
    make_notes, make_person = Crowd._make_notes, Crowd._make_person
    monkeypatch.setattr(Crowd, "_make_notes", lambda self, who: (made.append(1), make_notes(self, who))[1])
    costs = []
    for size in (80, 8000):
        big = Crowd(5, size=size, notes_each=40)
        twin = Twin(crowd=big, clock=NOW)
        monkeypatch.setattr(Crowd, "_make_person", lambda self, n: (made.append(100), make_person(self, n))[1])
        cost = []
        for url in questions_about(big.person(41), big.notes(41)[-1]):
            big._notes.clear()
            big._people.clear()
            made.clear()
            ask(twin, url)
            cost.append(sum(made))
        monkeypatch.setattr(Crowd, "_make_person", make_person)
        costs.append(cost)
    assert costs[0] == costs[1]
    assert max(costs[1]) <= 404


def questions_about(person: Any, note: Note) -> list[str]:
    handle = {platform: person.handle(platform) for platform in PLATFORMS}
    ids = {platform: note.id_on(platform) for platform in PLATFORMS}
    user = handle["mastodon"].partition("@")[0]
    index = "https://web.archive.org/cdx/search/cdx?matchType=prefix&url="
    return [
        f"https://cdn.syndication.twimg.com/tweet-result?id={ids['x']}&token=a",
        f"https://publish.twitter.com/oembed?url=https://twitter.com/i/status/{ids['x']}",
        f"https://t.co/{picture_code(note)}",
        f"{index}twitter.com/{handle['x']}/status/{ids['x'][:4]}",
        f"{index}bsky.app/profile/{handle['bluesky']}/post/{ids['bluesky'][:3]}",
        f"{index}{person.server}/@{user}/{ids['mastodon'][:4]}",
        f"{index}t.me/{handle['telegram']}/",
        f"{index}tiktok.com/@{handle['tiktok']}/video/{ids['tiktok'][:4]}",
        f"https://web.archive.org/web/2025id_/https://www.youtube.com/watch?v={ids['youtube']}",
        f"https://web.archive.org/web/2025id_/{note.url_on('reddit')}",
        f"https://public.api.bsky.app/xrpc/com.atproto.identity.resolveHandle?handle={handle['bluesky']}",
        f"https://{person.server}/api/v1/accounts/lookup?acct={user}",
        f"https://t.me/s/{handle['telegram']}",
        f"https://www.tiktok.com/embed/@{handle['tiktok']}",
        f"https://www.youtube.com/@{handle['youtube']}/videos",
        f"https://www.reddit.com/user/{handle['reddit']}/submitted/.rss?limit=100",
    ]


# -- what is measured on it


def test_the_benchmark_counts_what_comes_of_each_mention() -> None:
    chosen = resolution.drawn(resolution.crowd_of(12, 40, 3), PLATFORMS, 30, 3)
    assert chosen == resolution.drawn(resolution.crowd_of(12, 40, 3), PLATFORMS, 30, 3)
    cases = resolution.work(resolution.Job(12, 40, 3, chosen))
    assert len(cases) == 30
    total = resolution.summary(cases)
    assert (total["mentions"], total["wrong"]) == (30, 0)
    assert 5 < total["right first"] <= total["counted"] <= total["reachable"] < 30
    for case in cases:
        assert case.requests == sum(case.asked.values())
        assert not (case.rightly and case.wrongly)
        assert case.rightly <= case.right_first
        assert case.resolved or case.resolution.post_key is None
    case = next(case for case in cases if case.rightly)
    wrong = replace(case, resolution=structs.replace(case.resolution, post_key="x:1"))
    assert (wrong.rightly, wrong.wrongly, replace(wrong, equals=frozenset({"x:1"})).wrongly) == (False, True, False)
    met = {"right first": 97, "counted": 100, "wrong": 1, "mentions": 1000, "requests, median": 8}
    met |= {"resolved though unreachable": 0}
    assert resolution.misses(met) == []
    for worse in ({"right first": 96}, {"wrong": 2}, {"resolved though unreachable": 1}, {"requests, median": 8.5}):
        assert len(resolution.misses(met | worse)) == 1


def test_damaged_recordings_are_damaged_and_the_same_for_a_seed(recordings: Path) -> None:
    found = list(recorded.recordings(recordings))
    assert {one.platform for one in found} >= {"x", "bluesky", "mastodon", "reddit", "tiktok", "youtube", "tumblr"}
    for one in found[::40]:
        bodies = [recorded.damaged(one.body, random.Random(seed)) for seed in (1, 1, 2)]
        assert bodies[0] == bodies[1] != bodies[2]
        assert bodies[0] != one.body


# -- what copies leave


def test_degradations_happen_in_about_the_stated_shares(crowd: Crowd) -> None:
    shown = [degrade(note, "mastodon", "shares") for note in many(crowd, "mastodon")]
    assert len(shown) > 5000

    def share(what: str, *, of: list[Any] | None = None) -> float:
        among = shown if of is None else of
        return sum(what in one.done for one in among) / len(among)

    for what in ("foreign", "typography", "sentence in front", "handle in another case", "name lost", "no day"):
        assert abs(share(what) - SHARES[what]) < 0.02, what
    for what in ("numbers in words", "in capitals"):
        assert abs(share(what) - SHARES[what]) < 0.02, what
    at_home = [one for one in shown if "foreign" not in one.done]
    assert abs(share("translated", of=at_home) - SHARES["translated"]) < 0.02
    dated = [one for one in shown if "no day" not in one.done]
    assert abs(share("time printed", of=dated) - SHARES["time printed"]) < 0.03
    longer = [one for one in shown if len(one.note.said) > 1]
    assert abs(share("first statement only", of=longer) - SHARES["first statement only"]) < 0.03
    spaced = [one for one in shown if one.lang not in ("ja", "zh") and len(one.visible.split()) > 9]
    assert 0.05 < share("cut", of=spaced) < SHARES["cut"] + 0.03
    named = [one for one in shown if "name lost" not in one.done]
    assert abs(share("name translated", of=named) - SHARES["name translated"]) < 0.03


def test_what_was_done_is_seen_in_the_mention(crowd: Crowd) -> None:
    seen: Counter[str] = Counter()
    for note in many(crowd, "x"):
        shown = degrade(note, "x", "seen")
        mention = shown.mention
        text = mention.text or ""
        assert mention.published is not None
        assert mention.date in (None, note.created.date().isoformat())
        for what, holds in (
            ("no day", mention.date is None),
            ("name lost", mention.display_name is None),
            ("cut", "…" in text),
            ("first statement only", len(shown.said) == 1),
            ("picture link kept", mention.links == (f"pic.twitter.com/{picture_code(note)}",)),
            ("handle in another case", mention.handle != note.handle("x")),
        ):
            if what in shown.done:
                seen[what] += 1
                assert holds, (what, mention)
        if "foreign" in shown.done:
            seen["foreign"] += 1
            assert shown.lang != note.lang
        assert (mention.handle or "").lower() == note.handle("x").lower()
    assert min(seen.values()) > 10


def test_two_posts_are_equal_only_where_nothing_shown_tells_them_apart(crowd: Crowd) -> None:
    note = next(n for n in many(crowd, "bluesky") if n.decor and not n.link)
    shown = next(
        d for d in (degrade(note, "bluesky", str(seed)) for seed in range(400))
        if not {"time printed", "no day"} & set(d.done) and d.decor
    )  # fmt: skip
    twin_post = crowd.notes(note.person)[note.number - 1]
    changed = Crowd(5, size=80, notes_each=200)
    same = changed.change(twin_post, said=note.said, decor=note.decor)
    assert shown.shows_too(same)
    assert not shown.shows_too(changed.change(same, decor=""))
    assert not shown.shows_too(note)
    other = changed.notes((note.person.number + 1) % 80)[3]
    assert not shown.shows_too(other)


def test_what_leads_to_a_post_is_told_without_asking_anything(crowd: Crowd) -> None:
    found: Counter[str] = Counter()
    for platform in PLATFORMS:
        for note in islice(many(crowd, platform), 0, None, 7):
            shown = degrade(note, platform, "ways")
            some = ways(shown, crowd, lambda: NOW)
            found.update({f"{platform} {way}": 1 for way in some})
            found[f"{platform} none"] += not some
            if note.own_state is PostState.DELETED:
                assert "list" not in some
            if platform in HIDDEN:
                assert "archive" not in some
            if {one.kind for one in catches(note, platform)} <= {"syndication", "by did", "oembed", "mobile"}:
                assert "archive" not in some  # under addresses that no handle leads to
            assert not set(keys_of(note, platform)) & {k for o in equals(shown, crowd) for k in keys_of(o, platform)}
    assert found["x list"] == 0
    assert found["x link"] > 3
    for platform in ("bluesky", "mastodon", "telegram", "tiktok"):
        assert found[f"{platform} archive"] > 50
        assert found[f"{platform} none"] > 10
    assert found["mastodon list"] > 300
