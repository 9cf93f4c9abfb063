"""Which findings are shown, which fail a script, and what is new since the last audit.

Invariant: whatever form an audit was written in, read back it differs from itself in nothing.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import subprocess
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.auditing import Finding, changes
from archiver.auditing.ages import parse_age, parse_moment
from archiver.auditing.changes import (
    KINDS,
    changed_since,
    changes_since,
    key_of,
    kinds_of,
    last_audit,
    remembered,
)
from archiver.auditing.finding import Citation, Copies, Fidelity, Look, QuoteVerdict
from archiver.cli.audit import COLUMNS
from archiver.cli.output import Column, Output
from archiver.errors import InputError
from archiver.model import State, to_json
from tests.town import CLERK, FLATTENED, PICTURED, RENAMED, Town
from tests.web_twin import PostState

NOW = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)


def finding(**fields: object) -> Finding:
    values = {"platform": "x", "post_id": "20", "url": None, "state": State.LIVE, "seen_at": NOW, "post_key": "x:20"}
    return Finding(**(values | fields))  # type: ignore[arg-type]


class TestKinds:
    @pytest.mark.parametrize("state", State, ids=str)
    def test_each_state_is_one(self, state: State) -> None:
        kinds = kinds_of(finding(state=state))
        assert state.value in kinds
        assert kinds <= KINDS.keys()
        assert ("missing" in kinds) is state.missing
        assert ("unseen" in kinds) is (state in (State.BLOCKED, State.UNREACHABLE, State.UNRESOLVED))
        assert ("seen_once" in kinds) is state.missing

    def test_confirmed_and_seen_once(self) -> None:
        assert "confirmed" in kinds_of(finding(state=State.DELETED, confirmed=True))
        assert "seen_once" not in kinds_of(finding(state=State.DELETED, confirmed=True))
        assert "confirmed" not in kinds_of(finding(state=State.LIVE, confirmed=True))

    def test_every_quotation_counts_not_only_the_worst(self) -> None:
        cites = tuple(
            Citation(source="a", mention_id="m", quote=Fidelity(verdict=verdict, reason=""))
            for verdict in (QuoteVerdict.SHORTENED, QuoteVerdict.ALTERED)
        )
        assert {"shortened", "altered"} <= kinds_of(finding(citations=cites))

    def test_never_captured_needs_somebody_who_was_asked(self) -> None:
        assert "never_captured" not in kinds_of(finding())
        assert "never_captured" in kinds_of(finding(copies=Copies(asked=("archive", "web.archive.org"))))
        failed = Copies(asked=("archive",), failed=("web.archive.org: HTTP 429",))
        assert "never_captured" not in kinds_of(finding(copies=failed))


@given(
    st.lists(
        st.builds(
            finding,
            state=st.sampled_from(State),
            confirmed=st.booleans(),
            quote=st.none() | st.sampled_from(QuoteVerdict),
            text=st.none() | st.text(max_size=40),
            handle=st.none() | st.text(min_size=1, max_size=10),
            post_key=st.none() | st.sampled_from(["x:1", "x:2", "mastodon:a.example/3"]),
            post_id=st.none() | st.sampled_from(["1", "'2"]),
            renamed_from=st.none() | st.just("=cmd"),
            embed_broken=st.booleans(),
            media_gone=st.sampled_from([(), ("https://a.example/1",), ("a", "b")]),
        ),
        max_size=5,
        unique_by=key_of,
    ),
    st.sampled_from(["jsonl", "json", "csv"]),
)
def test_read_back_nothing_changed(tmp_path_factory: pytest.TempPathFactory, found: list[Finding], fmt: str) -> None:
    stream = io.StringIO(newline="")
    Output(fmt, stream, is_tty=False).rows(COLUMNS, found)
    path = tmp_path_factory.mktemp("last") / "last"
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")
    last = last_audit(path)
    assert {key_of(one): changes_since(one, last.get(key_of(one))) for one in found} == {
        key_of(one): () for one in found
    }


class TestDifferences:
    @pytest.mark.parametrize(
        ("now", "expected"),
        [
            ({"state": State.DELETED}, "state: live → deleted"),
            ({"quote": QuoteVerdict.ALTERED}, "quote: none → altered"),
            ({"renamed_from": "old"}, "renamed from: none → old"),
            ({"embed_broken": True}, "embed broken: no → yes"),
            ({"media_gone": ("a",)}, "media gone: none → 1"),
            ({"text": "other words"}, "its words"),
        ],
    )
    def test_each_is_named(self, tmp_path: Path, now: dict[str, object], expected: str) -> None:
        path = tmp_path / "last.jsonl"
        path.write_bytes(to_json(finding(text="the words")))
        last = last_audit(path)["x:20"]
        assert changes_since(finding(**({"text": "the words"} | now)), last) == (expected,)
        assert changes_since(finding(text="the  words"), last) == ()

    def test_what_was_seen_once_and_is_confirmed_now(self, tmp_path: Path) -> None:
        path = tmp_path / "last.jsonl"
        path.write_bytes(to_json(finding(state=State.DELETED)))
        last = last_audit(path)["x:20"]
        assert changes_since(finding(state=State.DELETED, confirmed=True), last) == ("confirmed: no → yes",)
        assert changes_since(finding(state=State.DELETED), last) == ()
        assert changes_since(finding(state=State.LIVE), last) == ("state: deleted → live",)

    def test_of_a_missing_post_the_words_did_not_change(self, tmp_path: Path) -> None:
        """They are the article's, where nobody knows the post's."""
        path = tmp_path / "last.jsonl"
        path.write_bytes(to_json(finding(state=State.DELETED, text="the words")))
        now = finding(state=State.DELETED, text="another article's words")
        assert changes_since(now, last_audit(path)["x:20"]) == ()

    @pytest.mark.parametrize(
        ("states", "expected"),
        [
            ((State.LIVE, State.BLOCKED, State.LIVE), ()),
            ((State.LIVE, State.LIVE), ()),
            ((State.LIVE,), ("state: unreachable → live",)),
            ((State.DELETED, State.BLOCKED, State.LIVE), ("state: unreachable → live",)),
            ((State.DELETED, State.DELETED), ("state: unreachable → deleted",)),
            ((State.LIVE, State.BLOCKED), ("state: unreachable → blocked",)),
        ],
    )
    def test_after_an_audit_that_could_not_see_it(
        self, tmp_path: Path, states: tuple[State, ...], expected: tuple[str, ...]
    ) -> None:
        path = tmp_path / "last.jsonl"
        path.write_bytes(to_json(finding(state=State.UNREACHABLE)))
        looks = tuple(Look(seen_at=NOW + timedelta(days=day), state=state) for day, state in enumerate(states))
        assert changes_since(finding(state=states[-1], looks=looks), last_audit(path)["x:20"]) == expected

    @pytest.mark.parametrize("fmt", ["jsonl", "csv"])
    def test_an_older_version_did_not_tell_of_everything(self, tmp_path: Path, fmt: str) -> None:
        """It told no keys, quotations, names: what it did not tell is no change, and the posts are the same."""
        now = [
            finding(post_key="youtube:-aB_3", platform="youtube", post_id="-aB_3", url="https://www.youtube.com/x"),
            finding(post_key="mastodon:a.example/7", platform="mastodon", post_id="7", url="https://a.example/@new/7"),
            finding(post_key="mastodon:b.example/7", platform="mastodon", post_id="7", url="https://b.example/@one/7"),
            finding(quote=QuoteVerdict.EXACT, renamed_from="old", embed_broken=True, media_gone=("a",)),
        ]
        kept = ("platform", "post_id", "url", "state", "confirmed", "text")
        rows = [{key: value for key, value in json.loads(to_json(one)).items() if key in kept} for one in now]
        rows[1]["url"] = "https://a.example/@old/7"
        stream = io.StringIO(newline="")
        Output(fmt, stream, is_tty=False).rows([Column(key) for key in kept], rows)
        path = tmp_path / "last"
        path.write_text(stream.getvalue(), encoding="utf-8", newline="")
        last = last_audit(path)
        found = [remembered(one, last) for one in now]
        assert [changes_since(one, was) for one, (_, was) in zip(now, found, strict=True)] == [()] * 4
        assert {key for key, _ in found} == last.keys()

    def test_a_post_that_thousands_of_articles_cite(self, tmp_path: Path) -> None:
        one = finding(sources=tuple(f"https://news.example/articles/{number}" for number in range(9000)))
        stream = io.StringIO(newline="")
        Output("csv", stream, is_tty=False).rows(COLUMNS, [one])
        path = tmp_path / "last.csv"
        path.write_text(stream.getvalue(), encoding="utf-8", newline="")
        limit = csv.field_size_limit()
        assert changes_since(one, last_audit(path)["x:20"]) == ()
        assert csv.field_size_limit() == limit

    def test_a_line_without_end(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(changes, "MAX_LINE", 1000)
        path = tmp_path / "last.jsonl"
        path.write_bytes(to_json(finding()) + b"\n" + to_json(finding(text="w" * 1000)))
        with pytest.raises(InputError, match="longer than 1000"):
            last_audit(path)

    @pytest.mark.parametrize("start", ["", "[", "a,b\n"], ids=["lines", "array", "table"])
    def test_a_device_that_never_ends(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: str) -> None:
        monkeypatch.setattr(changes, "MAX_REPORT", 5000)
        path = tmp_path / "last"
        os.mkfifo(path)
        endless = f"(printf %s '{start}'; yes '{{}}') > {shlex.quote(str(path))}"
        with subprocess.Popen(["sh", "-c", endless]), pytest.raises(InputError, match="no output of"):
            last_audit(path)

    def test_a_pipe(self, tmp_path: Path) -> None:
        path = tmp_path / "last"
        os.mkfifo(path)
        line = shlex.quote(to_json(finding()).decode())
        with subprocess.Popen(["sh", "-c", f"printf '%s\\n' {line} > {shlex.quote(str(path))}"]):
            assert list(last_audit(path)) == ["x:20"]

    def test_what_is_new(self) -> None:
        assert changes_since(finding(), None) == ("not in the last audit",)

    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"[1]", b"\xff\xfe\x00", b'{"state": "asleep"}', b'[{"url": 3}]', b"a,b\n1,2\n", b"[" * 9999],
        ids=range(8),
    )
    def test_a_file_of_something_else(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "last"
        path.write_bytes(content)
        if not content:
            assert last_audit(path) == {}
            return
        with pytest.raises(InputError, match=r"audit|read"):
            last_audit(path)

    def test_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="no such file"):
            last_audit(tmp_path / "nowhere")


class TestSince:
    LOOKS = (
        Look(seen_at=NOW - timedelta(days=9), state=State.LIVE),
        Look(seen_at=NOW - timedelta(days=5), state=State.BLOCKED),
        Look(seen_at=NOW - timedelta(days=2), state=State.DELETED),
        Look(seen_at=NOW, state=State.DELETED),
    )

    @pytest.mark.parametrize(
        ("days", "expected"),
        [(1, ()), (2, ()), (3, ("state: live → deleted",)), (20, ("state: not looked at → deleted",))],
    )
    def test_by_the_looks_that_are_stored(self, days: int, expected: tuple[str, ...]) -> None:
        one = finding(state=State.DELETED, looks=self.LOOKS)
        assert changed_since(one, NOW - timedelta(days=days)) == expected

    def test_what_nobody_could_see_did_not_change(self) -> None:
        assert changed_since(finding(state=State.BLOCKED, looks=self.LOOKS), NOW - timedelta(days=3)) == ()

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
            ("2026-05-01T12:00:00+02:00", datetime(2026, 5, 1, 10, tzinfo=UTC)),
            ("36h", NOW - timedelta(hours=36)),
            ("2w", NOW - timedelta(days=14)),
        ],
    )
    def test_when(self, text: str, expected: datetime) -> None:
        assert parse_moment(text, NOW) == expected

    @pytest.mark.parametrize("text", ["", "yesterday", "5", "-3d", "3y", "1e9h", "²d", "999999w"])
    def test_what_is_no_time(self, text: str) -> None:
        with pytest.raises(ValueError, match="how long ago"):
            parse_moment(text, NOW)

    @given(st.text(max_size=12))
    def test_any_text_is_an_age_or_a_value_error(self, text: str) -> None:
        with suppress(ValueError):
            assert parse_age(text) >= timedelta(0)


class TestCommand:
    @pytest.fixture
    def archived(self, town: Town) -> Town:
        town.run(town.page([PICTURED, RENAMED, FLATTENED]))
        return town

    def audit(self, town: Town, *arguments: object) -> tuple[int, list[dict[str, object]], str]:
        asked = [str(argument) for argument in arguments]
        done = town.command("audit", town.archive, "--config", town.config(), *asked)
        return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    def test_diff_shows_what_changed_and_fails_on_that_alone(self, archived: Town) -> None:
        last = archived.folder / "last.jsonl"
        archived.twin.population.change(RENAMED.id, state=PostState.DELETED)
        code, rows, _ = self.audit(archived, "-o", last)
        assert (code, len(rows)) == (1, 3)
        assert self.audit(archived, "--diff", last)[:2] == (0, [])
        archived.twin.population.change(PICTURED.id, state=PostState.SUSPENDED)
        code, rows, _ = self.audit(archived, "--diff", last, "-o", last)
        assert code == 1
        assert [(row["post_id"], row["changed"]) for row in rows] == [(PICTURED.id, ["state: live → suspended"])]
        assert len(last.read_text().splitlines()) == 3
        assert self.audit(archived, "--diff", last)[:2] == (0, [])

    @pytest.mark.parametrize("name", ["crontab", "archiver-audit.service"])
    def test_the_ready_schedules_say_nothing_where_nothing_is_new(self, archived: Town, name: str) -> None:
        """cron mails whatever is printed."""
        schedule = (Path(__file__).parents[2] / "examples" / "schedules" / name).read_text(encoding="utf-8")
        options = shlex.split(schedule.partition("--max-age")[2].partition("\n")[0])
        within: list[str | Path] = [str(archived.folder / word) if "." in word else word for word in options[1:]]
        archived.twin.population.change(RENAMED.id, state=PostState.DELETED)
        arguments: list[str | Path] = ["audit", archived.archive, "--config", archived.config(), *within]
        first = archived.command(*arguments)
        assert first.exit_code == 1
        assert "deleted" in first.stdout
        again = archived.command(*arguments)
        assert (again.exit_code, again.output) == (0, "")

    def test_diff_tells_of_what_is_not_cited_any_more(self, archived: Town) -> None:
        last = archived.folder / "last.jsonl"
        self.audit(archived, "-o", last)
        page = archived.page([PICTURED])
        _, rows, said = self.audit(archived, page, "--diff", last)
        assert rows == []
        assert "2 posts are not cited any more" in said

    def test_the_file_to_be_written_may_not_be_there_yet(self, archived: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(archived.folder)
        code, rows, _ = self.audit(archived, "--diff", "./last.jsonl", "-o", "./last.jsonl")
        assert (code, len(rows)) == (0, 3)
        assert self.audit(archived, "--diff", "last.jsonl", "-o", "./last.jsonl")[:2] == (0, [])
        assert self.audit(archived, "--diff", "other.jsonl", "-o", "last.jsonl")[0] == 3

    def test_no_name_that_a_file_may_have(self, archived: Town) -> None:
        code, rows, said = self.audit(archived, "n" * 300)
        assert (code, rows) == (3, [])
        assert said.count("\n") == 1

    def test_a_source_that_cannot_be_read_is_no_post_that_is_not_cited_any_more(self, archived: Town) -> None:
        last = archived.folder / "last.jsonl"
        self.audit(archived, "-o", last)
        code, _, said = self.audit(archived, archived.page([PICTURED]), archived.folder / "gone.html", "--diff", last)
        assert code == 3
        assert "2 posts are not among these: some source could not be read" in said
        assert "not cited any more" not in said

    def test_only_and_fail_on(self, archived: Town) -> None:
        archived.twin.population.change(RENAMED.id, state=PostState.DELETED)
        archived.twin.population.change_account(CLERK.handle, PostState.SUSPENDED)
        code, rows, _ = self.audit(archived, "--only", "deleted")
        assert (code, [row["post_id"] for row in rows]) == (1, [RENAMED.id])
        code, rows, _ = self.audit(archived, "--only", "live", "--fail-on", "suspended,altered")
        assert (code, len(rows)) == (0, 2)
        assert self.audit(archived, "--fail-on", "nothing")[0] == 0
        assert self.audit(archived, "--fail-on", "live")[0] == 1
        assert self.audit(archived, "--only", "nothing")[0] == 2

    @pytest.mark.parametrize("option", ["--only", "--fail-on"])
    def test_a_kind_that_there_is_not(self, archived: Town, option: str) -> None:
        done = archived.command("audit", archived.archive, option, "deletd")
        assert done.exit_code == 2
        assert "there is no deletd" in done.stderr
        assert archived.command("audit", archived.archive, option, " ,").exit_code == 2
        assert "never_captured" in done.stderr

    def test_since(self, archived: Town) -> None:
        archived.twin.population.change(RENAMED.id, state=PostState.DELETED)
        _, rows, _ = self.audit(archived, "--since", "2w")
        assert [row["post_id"] for row in rows] == [RENAMED.id]
        assert self.audit(archived, "--since", "2999-01-01")[1] == []
        assert self.audit(archived, "--since", "soon")[0] == 2

    def test_since_and_diff_together_tell_a_change_once(self, archived: Town) -> None:
        last = archived.folder / "last.jsonl"
        self.audit(archived, "-o", last)
        archived.twin.population.change(RENAMED.id, state=PostState.DELETED)
        _, rows, _ = self.audit(archived, "--diff", last, "--since", "1m")
        assert [row["changed"] for row in rows] == [["state: live → deleted"]]

    def test_csv_has_a_column_for_each(self, archived: Town) -> None:
        done = archived.command("audit", archived.archive, "--config", archived.config(), "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        assert [row["post_key"] for row in rows] == [f"x:{post.id}" for post in (PICTURED, RENAMED, FLATTENED)]
        assert rows[0]["language"] == "en"
