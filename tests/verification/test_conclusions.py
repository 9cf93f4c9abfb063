"""Conclusions follow from the captures that they name: those of real runs all do, and of forged ones none does.

The invariant: whatever a run concluded, however many threads it had and whatever failed, is concluded again; and what
was changed afterwards, with every digest made right, is found by that alone.
"""

from __future__ import annotations

import gzip
import io
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from warcio.warcwriter import WARCWriter

from archiver.auditing import audit, cited_in_archive
from archiver.capture.documents import documents
from archiver.model import Check, Outcome, State, Verdict
from archiver.store import Archive
from archiver.store.conclusions import Basis, Conclusion
from archiver.verification.bluesky import check_bluesky_proofs
from archiver.verification.conclusions import (
    BESIDE,
    EARLIER,
    ELSEWHERE,
    NO_PLATFORM,
    OTHER_PROGRAM,
    OTHER_RULES,
    check_conclusions,
)
from archiver.verification.references import check_references
from examples.make_archive import make
from tests.town import (
    ALIKE,
    CONTROL,
    DECOYS,
    DELETED,
    FLATTENED,
    LEFTOVERS,
    NEVER_STORED,
    PICTURED,
    POSTS,
    RENAMED,
    STARTED,
    Clock,
    Town,
    document,
)
from tests.verification.forging import Raw, forged
from tests.web_twin import Fault, Population, PostState, Twin
from tests.web_twin.crowd import PLATFORMS, Crowd

SHIPPED = Path(__file__).parents[2] / "warc" / "archive"
CITED = [post for post in POSTS if post is not CONTROL]


def check(*files: Path, whole: bool = True) -> dict[str, Check]:
    with Archive.view(list(files)) as archive:
        return {one.name: one for one in check_conclusions(archive, whole=whole)}


def segments(town: Town) -> list[Path]:
    return sorted((town.archive / "archive").iterdir())


def problems(checks: dict[str, Check]) -> list[str]:
    return [f"{one.name}: {problem.what}" for one in checks.values() for problem in one.problems]


def sound(checks: dict[str, Check]) -> dict[str, int]:
    """How many were concluded again; fails where any was not, or differs. Copies are rescued in few archives."""
    assert problems(checks) == []
    checks = {name: one for name, one in checks.items() if name != "rescues" or one.verdict is not Verdict.ABSENT}
    assert {name: (one.verdict, one.note) for name, one in checks.items()} == dict.fromkeys(checks, (Verdict.SOUND, ""))
    return {name: one.checked for name, one in checks.items()}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one WARC file of a run over the town: links and text, live and gone, found and not."""
    with Twin(Population(POSTS), clock=STARTED) as twin:
        town = Town(twin, tmp_path_factory.mktemp("town"))
        town.run(
            town.page([PICTURED, DELETED, RENAMED]),
            town.write("left.txt", LEFTOVERS),
            town.page([*ALIKE], "flattened", "alike.html"),
        )
        (segment,) = segments(town)
        return segment


# -- what runs conclude


def test_the_example_archive(tmp_path: Path) -> None:
    make(tmp_path / "warc")
    made = check(*(tmp_path / "warc" / "archive").iterdir())
    assert sound(made) == {"articles": 2, "resolutions": 8, "observations": 6}
    assert problems(check(*sorted(SHIPPED.glob("*.warc.gz")))) == []


@pytest.mark.parametrize("threads", [1, 8])
def test_everything_that_a_town_sees(town: Town, threads: int) -> None:
    """Archived with all that can go wrong, audited as posts go and come back, archived again."""
    settings = town.settings(threads=threads)
    sources = (
        town.publish(CITED),
        town.page(CITED, "flattened"),
        town.write("left.txt", LEFTOVERS),
        town.write("quoted.md", f"# A note\n\nShe wrote on X: “{FLATTENED.text}”\n"),
    )
    town.run(*sources, settings=settings)
    first = sound(check(*segments(town)))
    assert first["articles"] == 4
    assert first["resolutions"] >= 15
    town.clock.go(hours=9)
    town.twin.population.change(PICTURED.id, state=PostState.SUSPENDED)
    town.audit(settings=settings)
    town.clock.go(hours=9)
    town.twin.fault("publish.twitter.com", Fault.RESET)
    town.audit(settings=settings)
    town.twin.clear_faults()
    town.twin.fault("web.archive.org", Fault.TOO_MANY, path="/cdx/")
    town.twin.fault("cdn.syndication.twimg.com", Fault.LOGIN_WALL)
    town.clock.go(days=3)
    town.run(*sources, town.page([NEVER_STORED, *ALIKE], "flattened", "more.html"), settings=settings)
    town.twin.clear_faults()
    town.audit(settings=settings)
    town.run(*sources, offline=True)
    assert sound(check(*segments(town)))["observations"] > 3 * first["observations"]
    with Archive.open(town.archive) as archive:
        looks = [look for look, _ in archive.catalogue.observations(f"x:{PICTURED.id}")]
        assert {look.state for look in looks} >= {State.LIVE, State.SUSPENDED}
        assert any(look.confirmed for look in looks)
        bases = [archive.conclusion(record).basis for _, record in archive.catalogue.observations()]
    assert any(basis and basis.unanswered for basis in bases)


def test_every_platform(make_twin: Callable[..., Twin], tmp_path: Path) -> None:
    """By link and by words, several at a time, looked at twice."""
    now = datetime(2026, 1, 15, 12, tzinfo=UTC)
    crowd = Crowd(5, size=30, notes_each=40)
    with Twin(crowd=crowd, clock=now) as twin:
        town = Town(twin, tmp_path)
        town.clock = Clock(now)
        settings = town.settings(threads=4)
        notes = [
            (platform, note) for platform in PLATFORMS for who in (0, 3, 7) for note in crowd.on(platform, who)[:3]
        ]
        links = town.write("links.txt", "\n\n".join(f"This is what was said:\n\n{n.url_on(p)}" for p, n in notes))
        signed = town.write(
            "signed.txt",
            "\n\n".join(
                f"Nobody else spoke.\n\n{n.text} — {n.person.name} (@{n.handle(p)}) {n.created:%B %-d, %Y}"
                for p, n in notes
            ),
        )
        posts = town.run(links, signed, settings=settings)
        with town.job(settings=settings) as job:
            seen = list(audit(job, cited_in_archive(job)))
        assert twin.errors == []
    counts = sound(check(*segments(town)))
    assert {post.platform for post in posts if post.outcome is Outcome.RESOLVED} == set(PLATFORMS)
    assert counts["resolutions"] > len(notes)
    assert counts["observations"] > len([one for one in seen if one.post_id])


def test_settings_that_were_not_the_defaults(town: Town) -> None:
    settings = town.settings()
    settings = replace(
        settings,
        resolve=replace(settings.resolve, max_candidates=1, accept_score=0.5, max_cdx_requests=1),
        audit=replace(settings.audit, confirm_after_hours=0.5, control={"x": FLATTENED.url}),
    )
    town.run(town.page([DELETED, *DECOYS], "flattened"), settings=settings)
    town.clock.go(hours=1)
    town.audit(settings=settings)
    with Archive.open(town.archive) as archive:
        assert [look.confirmed for look, _ in archive.catalogue.observations(f"x:{DELETED.id}")] == [False, True]
    sound(check(*segments(town)))


def test_words_in_other_encodings_and_forms(town: Town) -> None:
    """What a source is (a line of JSON, a page in a WARC file, an old encoding) is told by what is stored of it."""
    page = document(town.twin.news.citation(PICTURED, "embeds", "en"))
    declared = page.replace('charset="utf-8"', 'charset="iso-2022-jp"')
    lines = [
        {"id": "one", "html": declared, "url": "https://news.example/one"},
        {"text": LEFTOVERS.replace("skar", "Øskar")},
        {"html": LEFTOVERS},
    ]
    old = page.replace("utf-8", "windows-1251").replace("invented", "вымышлено").encode("cp1251", "xmlcharrefreplace")
    jsonl = town.write("lines.jsonl", "\n".join(json.dumps(line) for line in lines))
    posts = town.run(
        jsonl, town.write("old.html", old), town.write("page.txt", page), settings=town.settings(threads=3)
    )
    assert len(posts) >= 4
    town.run(town.publish([PICTURED]))
    first = segments(town)[0]
    town.archive = town.folder / "of a WARC file"
    town.run(first)
    assert sound(check(*segments(town)))["articles"] >= 6  # the pages of posts, too
    sound(check(first))


def test_posts_in_an_articles_own_sentences_are_told_by_how_they_were_looked_for(town: Town) -> None:
    text = (
        f"The night was long. She wrote on Twitter: “{FLATTENED.text}” Then it was quiet, and nobody spoke any more.\n"
    )
    source = town.write("prose.txt", text)
    with town.job() as job:
        (found,) = (post for one in documents([source], town.settings(), job=job) for post in job.run(one, prose=True))
    assert found.mention_id
    (segment,) = segments(town)
    assert problems(check(segment)) == []

    def forget(raws: list[Raw]) -> None:
        raw, conclusion = one_of(raws, "article")
        raw.conclude(replace(conclusion, mentions=()))

    assert check(forged(segment, town.folder / "forged", forget))["articles"].verdict is Verdict.DAMAGED


# -- what was changed afterwards


def one_of(raws: list[Raw], kind: str, number: int = 0) -> tuple[Raw, Conclusion]:
    """One of the conclusions of a kind."""
    found = [(raw, raw.conclusion) for raw in raws if raw.conclusion and getattr(raw.conclusion, kind) is not None]
    raw, conclusion = found[number]
    assert conclusion is not None
    return raw, conclusion


Forge = Callable[[list[Raw]], str]


def changed(kind: str, number: int = 0, **fields: Any) -> Forge:
    """The noun of a conclusion has other fields; which record that is."""

    def change(raws: list[Raw]) -> str:
        raw, conclusion = one_of(raws, kind, number)
        noun = getattr(conclusion, kind)
        values = {name: value(noun) if callable(value) else value for name, value in fields.items()}
        raw.conclude(replace(conclusion, **{kind: replace(noun, **values)}))
        return raw.record_id

    return change


def a_mention(**fields: Any) -> Forge:
    def change(raws: list[Raw]) -> str:
        raw, conclusion = one_of(raws, "article")
        first, *rest = conclusion.mentions
        raw.conclude(replace(conclusion, mentions=(replace(first, **fields), *rest)))
        return raw.record_id

    return change


def no_mention(raws: list[Raw]) -> str:
    raw, conclusion = one_of(raws, "article", 1)
    raw.conclude(replace(conclusion, mentions=()))
    return raw.record_id


def another_article(raws: list[Raw]) -> str:
    raw, _ = one_of(raws, "article")
    other, _ = one_of(raws, "article", 1)
    raw["WARC-Refers-To"] = other["WARC-Refers-To"]
    return raw.record_id


def swapped(kind: str) -> Forge:
    """One capture on which it rests is another, which exists, and comes before it."""

    def change(raws: list[Raw]) -> str:
        raw, conclusion = one_of(raws, kind, -1)
        noun = getattr(conclusion, kind)
        before = raws[: raws.index(raw)]
        other = next(one for one in before if one["WARC-Type"] == "response" and one.record_id not in noun.evidence)
        raw.conclude(replace(conclusion, **{kind: replace(noun, evidence=(other.record_id, *noun.evidence[1:]))}))
        raw["WARC-Refers-To"] = f"<{other.record_id}>"
        return raw.record_id

    return change


def one_more(kind: str) -> Forge:
    """It names a capture, too, that says nothing of it."""

    def change(raws: list[Raw]) -> str:
        raw, conclusion = one_of(raws, kind, -1)
        noun = getattr(conclusion, kind)
        before = raws[: raws.index(raw)]
        other = next(one for one in before if one["WARC-Type"] == "response" and one.record_id not in noun.evidence)
        raw.conclude(replace(conclusion, **{kind: replace(noun, evidence=(*noun.evidence, other.record_id))}))
        return raw.record_id

    return change


def of_another_post(raws: list[Raw]) -> str:
    """Everything is said of another post than the one that was looked at."""
    raw, conclusion = one_of(raws, "observation")
    noun, basis = conclusion.observation, conclusion.basis
    assert noun is not None
    assert basis is not None
    assert basis.asked is not None
    ref = replace(basis.asked, id=FLATTENED.id, url=FLATTENED.url)
    noun = replace(noun, post_id=ref.id, url=ref.url)
    raw.conclude(replace(conclusion, observation=noun, basis=replace(basis, asked=ref)))
    raw["WARC-Target-URI"] = f"urn:archiver:observation:x:{ref.id}"
    return raw.record_id


def _another_winner(candidates: Any) -> Any:
    first, *rest = candidates
    return (replace(first, post=replace(first.post, id="1501543322000000000")), *rest)


def _other_words(candidates: Any) -> Any:
    first, *rest = candidates
    return (replace(first, post=replace(first.post, text="The lamp is lit.")), *rest)


FORGED: dict[str, tuple[str, Forge]] = {
    "state": ("observations", changed("observation", state=State.DELETED)),
    "reason": ("observations", changed("observation", reason="both endpoints say that it is gone")),
    "post text": ("observations", changed("observation", post=lambda o: replace(o.post, text="The lamp is lit."))),
    "post date": (
        "observations",
        changed("observation", post=lambda o: replace(o.post, created_at=o.post.created_at + timedelta(days=1))),
    ),
    "no post": ("observations", changed("observation", post=None)),
    "time": ("observations", changed("observation", seen_at=lambda o: o.seen_at + timedelta(hours=5))),
    "endpoints": ("observations", changed("observation", how="x.syndication")),
    "confirmed": ("observations", changed("observation", 1, confirmed=True)),
    "control": ("observations", changed("observation", 1, control="deleted")),
    "missing post is live": ("observations", changed("observation", 1, state=State.LIVE)),
    "fewer captures": ("observations", changed("observation", evidence=lambda o: o.evidence[:-1])),
    "other capture": ("observations", swapped("observation")),
    "one capture more": ("observations", one_more("observation")),
    "one capture more of a resolution": ("resolutions", one_more("resolution")),
    "another post": ("observations", of_another_post),
    "outcome": ("resolutions", changed("resolution", 3, outcome=Outcome.UNRESOLVED, post_key=None)),
    "ambiguous is resolved": (
        "resolutions",
        changed("resolution", -1, outcome=Outcome.RESOLVED, post_key=lambda r: r.candidates[0].post.key),
    ),
    "key": ("resolutions", changed("resolution", post_key="x:1501543322000000000")),
    "winner": ("resolutions", changed("resolution", 3, candidates=lambda r: _another_winner(r.candidates))),
    "winner's words": ("resolutions", changed("resolution", 3, candidates=lambda r: _other_words(r.candidates))),
    "rivals": ("resolutions", changed("resolution", 3, candidates=lambda r: r.candidates[:1])),
    "score": (
        "resolutions",
        changed("resolution", 3, candidates=lambda r: (replace(r.candidates[0], score=0.3), *r.candidates[1:])),
    ),
    "why": ("resolutions", changed("resolution", reason="somebody said so")),
    "steps": ("resolutions", changed("resolution", 3, steps=lambda r: r.steps[1:])),
    "state while resolving": ("resolutions", changed("resolution", state=State.SUSPENDED)),
    "other capture of a resolution": ("resolutions", swapped("resolution")),
    "fewer captures of a resolution": ("resolutions", changed("resolution", 3, evidence=lambda r: r.evidence[1:])),
    "mention text": ("articles", a_mention(text="The lamp is lit.")),
    "mention handle": ("articles", a_mention(handle="somebody_else")),
    "mention confidence": ("articles", a_mention(confidence=0.5)),
    "mention post": ("articles", a_mention(post_id="1501543322000000000")),
    "no mention": ("articles", no_mention),
    "title": ("articles", changed("article", title="The day without the lamp")),
    "publication": ("articles", changed("article", published="2020-01-01")),
    "digest": ("articles", changed("article", digest="sha256:" + "0" * 64)),
    "article bytes": ("articles", another_article),
}


@pytest.mark.parametrize("what", FORGED)
def test_what_was_changed_is_found(kept: Path, tmp_path: Path, what: str) -> None:
    name, change = FORGED[what]
    ids: list[str] = []
    path = forged(kept, tmp_path / "forged", lambda raws: ids.append(change(raws)))
    found = check(path)[name]
    assert found.verdict is Verdict.DAMAGED
    assert ids[0] in [problem.record_id for problem in found.problems]


def test_nothing_is_found_where_nothing_was_changed(kept: Path, tmp_path: Path) -> None:
    """What makes forgeries changes nothing by itself."""
    assert sound(check(forged(kept, tmp_path / "same", lambda _: None))) == sound(check(kept))


def test_an_altered_answer_gives_other_conclusions(kept: Path, tmp_path: Path) -> None:
    def rewrite(raws: list[Raw]) -> None:
        uri = f"tweet-result?id={PICTURED.id}"
        raw = next(one for one in raws if uri in one["WARC-Target-URI"] and one["WARC-Type"] == "response")
        head, _, body = raw.block.partition(b"\r\n\r\n")
        plain = gzip.decompress(body).replace(b"is dark", b"is lit ")
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
        body = gzip.compress(plain, mtime=0)
        raw.block = b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", body])

    checks = check(forged(kept, tmp_path / "forged", rewrite))
    assert [checks[name].verdict for name in ("articles", "resolutions", "observations")] == [
        Verdict.SOUND,
        Verdict.DAMAGED,
        Verdict.DAMAGED,
    ]
    assert any("post.text" in what for what in problems(checks))


def test_what_no_run_writes_is_a_problem_of_that_record(kept: Path, tmp_path: Path) -> None:
    def nonsense(raws: list[Raw]) -> None:
        first, conclusion = one_of(raws, "observation", 1)
        assert conclusion.basis is not None
        basis = replace(conclusion.basis, settings={"confirm_after_hours": 1e300})
        first.conclude(replace(conclusion, basis=basis))
        second, conclusion = one_of(raws, "resolution", 3)
        second.conclude(replace(conclusion, basis=Basis(settings={"max_candidates": 1e12})))
        third, _ = one_of(raws, "observation", 2)
        third.block = third.block.replace(b"+00:00", b"").replace(b'Z"', b'"')
        fourth, _ = one_of(raws, "resolution", 2)
        fourth.block = b'{"archiver": 1, "resolution": {"mention_id": 7}}'

    checks = check(forged(kept, tmp_path / "forged", nonsense))
    assert [checks[name].found for name in ("articles", "resolutions", "observations")] == [0, 2, 2]


JUNK: tuple[Any, ...] = (
    *("", "x", "https://[::1", "2022-13-45", "2022-02-30T00:00:00Z", "0001-01-01T00:00:00", "9999-12-31T23:59:59Z"),
    *("bluesky", "mastodon", "resolved", "\0", "🗼" * 50, 0, -1, 1e308, 2**63, None, True, [], {}),
)


def test_a_conclusion_of_another_media_type_is_still_one(kept: Path, tmp_path: Path) -> None:
    """Else it would be gone, and nobody would say so."""

    def change(raws: list[Raw]) -> None:
        one_of(raws, "observation")[0]["Content-Type"] = "text/plain"

    assert check(forged(kept, tmp_path / "forged", change)) == check(kept)


def mutated(value: Any, roll: random.Random) -> Any:
    """The same JSON with something else in one place."""
    if isinstance(value, dict) and value and roll.random() < 0.9:
        key = roll.choice(sorted(value))
        return {**value, key: mutated(value[key], roll)}
    if isinstance(value, list) and value and roll.random() < 0.9:
        at = roll.randrange(len(value))
        return [*value[:at], mutated(value[at], roll), *value[at + 1 :]]
    return roll.choice(JUNK)


@pytest.mark.parametrize("seed", range(8))
def test_nothing_that_a_record_holds_stops_the_checks(kept: Path, tmp_path: Path, seed: int) -> None:
    """Whatever is in one, it is that record's problem: the others are judged."""
    roll = random.Random(seed)
    ids: set[str] = set()

    def spoil(raws: list[Raw]) -> None:
        for raw in raws:
            if raw.conclusion is not None and raw.conclusion.seal is None and roll.random() < 0.3:
                raw.block = json.dumps(mutated(json.loads(raw.block), roll)).encode()
                ids.add(raw.record_id)

    path = forged(kept, tmp_path / "forged", spoil)
    told = {problem.record_id for one in check(path).values() for problem in one.problems}
    with Archive.view([path]) as archive:
        check_references(archive)
        check_bluesky_proofs(archive)
    assert told & ids or not ids


# -- what cannot be judged


def test_what_other_rules_concluded_is_not_judged(kept: Path, tmp_path: Path) -> None:
    def older(raws: list[Raw]) -> None:
        for kind, fields in (("observation", {"state": State.DELETED}), ("article", {"title": "?"})):
            raw, conclusion = one_of(raws, kind)
            noun = replace(getattr(conclusion, kind), **fields)
            raw.conclude(replace(conclusion, **{kind: noun}, basis=None))
        changed("resolution", method="resolve/0", outcome=Outcome.AMBIGUOUS, post_key=None)(raws)

    checks = check(forged(kept, tmp_path / "forged", older))
    assert {one.verdict for one in checks.values() if one.name != "rescues"} == {Verdict.NOT_CHECKED}
    assert {one.note for one in checks.values() if one.name != "rescues"} == {f"1 not checked: {OTHER_RULES}"}


@pytest.mark.parametrize(
    "info", ["software: archiver/0.0.1", "python: CPython/2.7.1", "libraries: babel/1.0", "software-digest: sha256:00"]
)
def test_what_another_version_concluded_otherwise_is_not_judged(kept: Path, tmp_path: Path, info: str) -> None:
    def another(raws: list[Raw]) -> None:
        raws[0].block = f"{info}\r\nformat: WARC File Format 1.1\r\n".encode()
        changed("observation", state=State.DELETED)(raws)

    checks = check(forged(kept, tmp_path / "forged", another))
    assert checks["observations"].verdict is Verdict.NOT_CHECKED
    assert checks["observations"].note == f"1 not checked: {OTHER_PROGRAM}"
    assert checks["resolutions"].verdict is Verdict.SOUND


def test_of_several_programs_the_one_that_a_conclusion_names_counts(kept: Path, tmp_path: Path) -> None:
    """An extract of an archive begins with a `warcinfo` of its own, and has those of the records in it."""

    def extracted(raws: list[Raw]) -> None:
        first = Raw([*raws[0].fields], b"software: archiver/0.0.1\r\n")
        first["WARC-Record-ID"] = "<urn:uuid:00000000-0000-4000-8000-000000000001>"
        raws.insert(0, first)
        changed("observation", state=State.DELETED)(raws)

    assert check(forged(kept, tmp_path / "forged", extracted))["observations"].verdict is Verdict.DAMAGED


@pytest.mark.parametrize("trusted", [True, False])
def test_files_that_were_taken_in(town: Town, trusted: bool) -> None:
    """What another archive concluded before is known from then on, or does not count."""
    sources = (town.page(CITED), town.write("left.txt", LEFTOVERS))
    town.run(*sources, path=town.folder / "other")
    (other,) = (town.folder / "other" / "archive").iterdir()
    town.run(town.page([PICTURED]))
    flags = ["--trust-conclusions"] if trusted else []
    assert town.command("import", other, "--archive", town.archive, *flags).exit_code == 0
    town.clock.go(days=1)
    town.run(town.page(CITED, "flattened"), settings=town.settings(threads=4))
    town.audit()
    with Archive.open(town.archive) as archive:
        counts = sound({one.name: one for one in check_conclusions(archive)})
    assert counts["articles"] == (4 if trusted else 2)
    assert all(problems(check(segment, whole=False)) == [] for segment in segments(town))


def test_a_platform_that_no_module_here_knows(kept: Path, tmp_path: Path) -> None:
    """Its posts cannot be found again; the others can."""

    def plugin(raws: list[Raw]) -> None:
        raw, conclusion = one_of(raws, "article")
        unheard = replace(conclusion.mentions[0], platform="unheard-of", id="m-0000000000000000")
        raw.conclude(replace(conclusion, mentions=(unheard, *conclusion.mentions)))

    def and_more(raws: list[Raw]) -> None:
        a_mention(text="The lamp is lit.")(raws)
        plugin(raws)

    found = check(forged(kept, tmp_path / "plugin", plugin))["articles"]
    assert (found.verdict, found.note) == (Verdict.NOT_CHECKED, f"1 not checked: {NO_PLATFORM}")
    assert check(forged(kept, tmp_path / "more", and_more))["articles"].verdict is Verdict.DAMAGED


def test_a_file_that_rests_on_one_before_it(town: Town) -> None:
    """Alone, what it refers to elsewhere is not judged; what it holds whole is."""
    page = town.page([PICTURED, DELETED])
    town.run(page)
    town.clock.go(days=1)
    town.audit()
    second = segments(town)[1]
    alone = check(second, whole=False)
    assert problems(alone) == []
    assert alone["observations"].verdict is Verdict.NOT_CHECKED
    assert any(said in alone["observations"].note for said in (ELSEWHERE, EARLIER))
    assert alone["articles"].verdict is Verdict.ABSENT


def test_what_was_found_in_a_post_index_is_not_judged(town: Town) -> None:
    posts = town.folder / "posts.db"
    table = town.write(
        "posts.jsonl", json.dumps({"url": DELETED.url, "text": DELETED.text, "created_at": DELETED.created.isoformat()})
    )
    assert town.command("index", table, "--posts", posts).exit_code == 0
    town.twin.population.change(DELETED.id, archived=())
    town.run(town.page([DELETED], "flattened"), posts=[posts])
    found = check(*segments(town))["resolutions"]
    assert (found.verdict, found.note) == (Verdict.NOT_CHECKED, f"1 not checked: {BESIDE}")


def test_what_was_known_is_what_was_known_at_any_moment_of_the_run(town: Town) -> None:
    """Another post of the account was looked at while this mention was worked at, and was not known when it was asked
    for."""
    town.run(town.page([FLATTENED, *DECOYS]), town.write("left.txt", LEFTOVERS), path=town.folder / "known")
    town.run(town.write("left.txt", LEFTOVERS), town.page([*DECOYS]))
    (segment,) = segments(town)

    def later(raws: list[Raw]) -> None:
        """The first resolution is written last, as if it had taken long."""
        raw, _ = one_of(raws, "resolution")
        raws.remove(raw)
        raws.append(raw)

    sound(check(forged(segment, town.folder / "late", later)))

    def knowing(raws: list[Raw]) -> None:
        """It says that it knew of a post which nothing had shown by then."""
        raw, conclusion = one_of(raws, "resolution")
        assert conclusion.resolution is not None
        steps = tuple(step.replace("store: 0 posts", "store: 1 posts") for step in conclusion.resolution.steps)
        assert steps != conclusion.resolution.steps
        raw.conclude(replace(conclusion, resolution=replace(conclusion.resolution, steps=steps)))

    assert check(forged(segment, town.folder / "knowing", knowing))["resolutions"].verdict is Verdict.DAMAGED


# -- the rest


def test_files_of_others(tmp_path: Path) -> None:
    path = tmp_path / "other.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for kind, uri, block in (
            ("metadata", "urn:archiver:article:x", b"from: somebody\r\n"),
            ("metadata", "https://a.example/", b'{"archiver": "no"}'),
            ("resource", "https://a.example/", b"{}"),
        ):
            content_type = "application/json" if block.startswith(b"{") else "application/warc-fields"
            record = writer.create_warc_record(uri, kind, io.BytesIO(block), len(block), content_type)
            writer.write_record(record)
    assert {one.verdict for one in check(path, whole=False).values()} == {Verdict.ABSENT}


def test_it_tells_of_each_and_can_be_stopped(kept: Path) -> None:
    told: list[int] = []
    with Archive.view([kept]) as archive:
        checks = check_conclusions(archive, progress=lambda steps=1, label=None: told.append(steps))
        total = sum(one.checked for one in checks)
        assert sum(told) >= total > 10
        del told[:]
        stopped = check_conclusions(
            archive, progress=lambda steps=1, label=None: told.append(steps), stop=lambda: len(told) == 4
        )
    assert sum(told) == 4
    assert {one.verdict for one in stopped} == {Verdict.NOT_CHECKED}
    assert all("stopped before the end" in one.note for one in stopped)


def test_the_catalogue_is_not_believed(town: Town) -> None:
    """It is derived: whoever changes it changes nothing of what is checked, and the check changes nothing of it."""
    town.run(town.page([PICTURED]))
    before = {path: path.read_bytes() for path in town.archive.rglob("*") if path.is_file()}
    with Archive.open(town.archive) as archive:
        archive.catalogue.query("SELECT 1")
        assert sound({one.name: one for one in check_conclusions(archive)})
    assert {path: path.read_bytes() for path in town.archive.rglob("*") if path.is_file()} == before
