"""What is written is found again, once, also after a rebuild; the same work gives the same bytes, index and rows."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.errors import ArchiveError
from archiver.exchange import Exchange
from archiver.model import Article, Candidate, Mention, Observation, Outcome, Post, Resolution, State
from archiver.store import Archive, Session
from archiver.store.conclusions import article_conclusion, observation_conclusion, resolution_conclusion
from archiver.store.records import members, response_record, revisit_record
from tests.store.conftest import WHEN, exchange, files, frozen, response, segment, tables

ROOT = Path(__file__).parents[2]


def body_of(made: Exchange) -> bytes:
    with made.open_response() as stream:
        return stream.read()


def work(session: Session, pages: int = 6) -> None:
    """A run that writes every kind of record."""
    article = Article(source="article.html", uri="https://news.example/1", digest="sha256:" + "a" * 64, title="Words")
    mention = Mention(source="article.html", platform="x", handle="invented_1", rule="x.signature", confidence=0.9)
    mention = mention.with_id(article.digest)
    post = Post(
        platform="x", id="20", url="https://x.com/invented_1/status/20", handle="Invented_1", created_at=WHEN,
        account_id="12",
    )  # fmt: skip
    page = session.write_exchange(exchange("https://news.example/1"))
    session.write_conclusion(article_conclusion(article, (mention,)), page.record_id)
    for number in range(pages):
        answer = session.write_exchange(
            exchange(f"https://posts.example/{number}", response(b"%d" % number * 500, "Content-Type: text/plain"))
        )
    candidate = Candidate(post=post, score=0.9, evidence=(answer.record_id,))
    resolution = Resolution(mention_id=mention.id, outcome=Outcome.RESOLVED, post_key=post.key, candidates=(candidate,))
    session.write_conclusion(resolution_conclusion(resolution), answer.record_id)
    observation = Observation(
        platform="x", post_id="20", url=post.url, state=State.LIVE, seen_at=WHEN, how="x.oembed", reason="it is there",
        post=post, evidence=(answer.record_id,),
    )  # fmt: skip
    session.write_conclusion(observation_conclusion(observation), answer.record_id)
    session.write_resource("ni:///sha-256;invented", "text/plain; charset=utf-8", b"words")
    session.write_refusal("http://inside.example/", "10.1.2.3", "private address")


def test_what_was_written_is_found_again(folder: Path) -> None:
    message = response(b"<p>words</p>", "Content-Type: Text/HTML; charset=utf-8", status="404 Not Found")
    original = exchange("https://posts.example/1", message, truncated="length")
    with frozen(folder) as archive, archive.session() as session:
        capture = session.write_exchange(original)
    with frozen(folder, write=False) as archive:
        assert archive.catalogue.capture(capture.record_id) == capture
        found = archive.exchange(capture)
        assert body_of(found) == message
        assert (found.url, found.time, found.status, found.headers) == (
            original.url,
            original.time,
            404,
            original.headers,
        )
        assert (found.truncated, found.ip_address, found.capture) == ("length", "192.0.2.7", capture)
        assert (found.response_length, found.head_length) == (original.response_length, original.head_length)
        [request] = archive.catalogue.concurrent(capture.record_id)
        with archive.open_record(request)[1] as block:
            assert block.read() == original.request
        assert [c.record_id for c in archive.catalogue.concurrent(request.record_id)] == [capture.record_id]


@pytest.mark.parametrize(
    "write",
    [
        lambda session: session.write_exchange(exchange()),
        lambda session: session.write_exchange(exchange(message=b"HTTP/1.0 200 OK\n\nwords")),
        lambda session: session.write_exchange(exchange(truncated="time")),
        lambda session: [session.write_exchange(exchange()) for _ in range(2)][1],
        lambda session: session.write_resource("urn:example:1", "Text/Plain; charset=utf-8", b"words"),
    ],
)
def test_the_capture_given_is_the_one_in_the_catalogue(write: Callable[[Session], object], folder: Path) -> None:
    with frozen(folder) as archive, archive.session() as session:
        capture = write(session)
        assert archive.catalogue.capture(capture.record_id) == capture  # type: ignore[attr-defined]


def test_a_revisit_is_read_with_its_originals_body_and_coding(folder: Path) -> None:
    chunks = b"5\r\nwords\r\n0\r\n\r\n"
    first = response(chunks, "Content-Type: text/plain", "Transfer-Encoding: chunked", "X-Visit: 1", length=False)
    second = response(b"words", "X-Visit: 2", "Content-Type: text/plain")
    original, again = exchange(message=first), exchange(message=second)
    written = [
        response_record(original, "urn:uuid:1", "urn:uuid:0", "urn:uuid:2"),
        revisit_record(
            again, "urn:uuid:3", "urn:uuid:0", "urn:uuid:4",
            original_id="urn:uuid:1", original_uri=original.url, original_time=original.time,
        ),
    ]  # fmt: skip
    folder.mkdir()
    path = folder / "of-an-earlier-version.warc.gz"
    path.write_bytes(b"".join(piece for record in written for piece in members(record, 1)))
    with Archive.view([path]) as archive:
        capture = archive.catalogue.capture("urn:uuid:3")
        assert capture is not None
        found = archive.exchange(capture)
        assert found.header("x-visit") == "2"
        assert found.payload() == b"words"
        assert found.header("content-length") is None
        assert len(body_of(found)) == found.response_length
        assert body_of(found)[found.head_length :] == chunks


@pytest.mark.parametrize("first", [True, False])
def test_a_chunked_body_is_never_an_original_nor_left_out(first: bool, folder: Path) -> None:
    """It has no payload digest that all tools agree on, so some would not find the one by the other."""
    chunks = response(b"5\r\nwords\r\n0\r\n\r\n", "Transfer-Encoding: chunked", length=False)
    messages = [chunks, response(b"words"), chunks] if first else [response(b"words"), chunks, response(b"words")]
    with frozen(folder) as archive, archive.session() as session:
        kinds = [session.write_exchange(exchange(message=message)).record_type for message in messages]
    assert kinds == (["response"] * 3 if first else ["response", "response", "revisit"])


def test_a_cut_answer_is_never_an_original_nor_a_revisit(folder: Path) -> None:
    with frozen(folder) as archive, archive.session() as session:
        kinds = [
            session.write_exchange(exchange(truncated=truncated)).record_type
            for truncated in ("length", "length", None, "length", None)
        ]
    assert kinds == ["response", "response", "response", "response", "revisit"]


def test_the_same_bytes_of_another_url_are_no_revisit(folder: Path) -> None:
    with frozen(folder) as archive, archive.session() as session:
        assert session.write_exchange(exchange("https://posts.example/a")).record_type == "response"
        assert session.write_exchange(exchange("https://posts.example/b")).record_type == "response"


def test_running_twice_adds_revisits_only_and_nothing_for_a_known_resource(folder: Path) -> None:
    def run() -> tuple[int, int, int]:
        with Archive.open(folder, write=True) as archive, archive.session() as session:
            for number in range(5):
                session.write_exchange(exchange(f"https://posts.example/{number}"))
            session.write_resource("urn:example:1", "text/plain", b"words")
            return session.added, session.new_payloads, session.revisits

    assert run() == (1 + 10 + 1, 6, 0)
    assert run() == (1 + 10, 0, 5)


def test_a_run_that_adds_nothing_writes_no_file(folder: Path) -> None:
    with frozen(folder) as archive, archive.session() as session:
        session.write_resource("urn:example:1", "text/plain", b"words")
    before = files(folder)
    with frozen(folder) as archive, archive.session() as session:
        session.write_resource("urn:example:1", "text/plain", b"words")
    assert files(folder) == before


def test_the_same_work_gives_the_same_bytes_index_and_rows(tmp_path: Path) -> None:
    outcomes = []
    for name in ("one", "two"):
        with frozen(tmp_path / name) as archive:
            with archive.session(operator="An invented newsroom") as session:
                work(session)
            outcomes.append((files(tmp_path / name), tables(archive)))
    assert outcomes[0] == outcomes[1]


def several_runs(folder: Path, runs: int = 3, **changed: int) -> None:
    with frozen(folder, **changed) as archive:
        for _ in range(runs):
            with archive.session() as session:
                work(session)


def test_a_rebuilt_archive_is_the_same_row_by_row_and_byte_by_byte(folder: Path) -> None:
    several_runs(folder)
    with frozen(folder) as archive:
        rows, bytes_before = tables(archive), files(folder)
        assert all(rows[table] for table in rows), "every table has rows to compare"
        archive.rebuild()
        assert tables(archive) == rows
        assert files(folder) == bytes_before


def test_a_rebuilt_archive_is_the_same_with_many_segments(folder: Path) -> None:
    several_runs(folder, runs=2, segment_bytes=2000)
    with frozen(folder) as archive:
        rows, bytes_before = tables(archive), files(folder)
        assert len(rows["segments"]) > 4
        assert {name for name, _ in rows["segments"]} == {path.name for path in archive.segment_files()}
        archive.rebuild()
        assert tables(archive) == rows
        assert files(folder) == bytes_before
        for capture in archive.catalogue.captures_at("https://posts.example/3"):
            archive.check_block(capture)


def test_while_an_archive_is_rebuilt_each_index_is_there_and_a_wrong_one_is_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other tools, and `archiver verify`, read meanwhile."""
    several_runs(folder)
    bytes_before = files(folder)
    indexes = sorted((folder / "indexes").iterdir())
    assert len(indexes) > 1
    for index in indexes:
        index.write_bytes(b"of something else\n")
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        assert all(index.exists() for index in indexes)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with frozen(folder) as archive:
        archive.rebuild()
    assert files(folder) == bytes_before


def test_rebuilding_needs_an_archive_opened_for_writing(folder: Path) -> None:
    several_runs(folder, runs=1)
    with frozen(folder, write=False) as archive, pytest.raises(ArchiveError, match="for reading only"):
        archive.rebuild()
    with frozen(folder, write=False) as archive, pytest.raises(ArchiveError, match="for reading only"):
        archive.session()


# The catalogue is derived: whatever happens to it, it comes back.


def spoil_header(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)


def spoil_middle(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[100:1000] = os.urandom(900)
    path.write_bytes(bytes(data))


def older_version(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 0")
        database.execute("DROP TABLE refusals")
    database.close()


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("spoil", [Path.unlink, spoil_header, spoil_middle, older_version, empty])
@pytest.mark.parametrize("write", [True, False])
def test_a_catalogue_that_is_gone_or_unusable_is_built_anew(
    spoil: Callable[[Path], None], write: bool, folder: Path
) -> None:
    several_runs(folder, runs=1)
    with frozen(folder, write=False) as archive:
        rows = tables(archive)
    spoil(folder / "catalogue.db")
    with frozen(folder, write=write) as archive:
        assert tables(archive) == rows


def test_a_catalogue_damaged_in_a_page_that_is_not_read_at_once_gives_one_line(folder: Path) -> None:
    several_runs(folder, runs=1)
    data = bytearray((folder / "catalogue.db").read_bytes())
    data[4096 * 3 :] = b"\xff" * (len(data) - 4096 * 3)
    (folder / "catalogue.db").write_bytes(bytes(data))
    try:
        with frozen(folder, write=False) as archive:
            tables(archive)
    except ArchiveError as error:
        told = str(error)
    else:
        told = "rebuild"
    assert "rebuild" in told
    assert "\n" not in told


def test_an_index_that_is_gone_is_written_again(folder: Path) -> None:
    several_runs(folder, runs=1)
    before = files(folder)
    for path in (folder / "indexes").iterdir():
        path.unlink()
    frozen(folder, write=False).close()
    assert files(folder) == before


def test_a_segment_that_was_removed_leaves_the_catalogue(folder: Path) -> None:
    several_runs(folder, runs=2)
    first, second = sorted((folder / "archive").iterdir())
    first.unlink()
    with frozen(folder) as archive:
        assert {row[0] for row in archive.catalogue.rows("captures")} == {second.name}
        assert archive.warnings


def test_a_segment_of_another_tool_in_the_folder_is_listed(folder: Path, tmp_path: Path) -> None:
    several_runs(folder, runs=1)
    with frozen(tmp_path / "other") as other, other.session() as session:
        session.write_exchange(exchange("https://elsewhere.example/"))
    foreign = folder / "archive" / "crawl.warc.gz"
    with frozen(tmp_path / "other") as other:
        seal = other.catalogue.captures_in(segment(tmp_path / "other").name)[-1]
    foreign.write_bytes(segment(tmp_path / "other").read_bytes()[: seal.offset - 3])  # torn, but not ours to mend
    size = foreign.stat().st_size
    with frozen(folder) as archive:
        assert [c.file for c in archive.catalogue.captures_at("https://elsewhere.example/")] == ["crawl.warc.gz"]
        assert any("breaks off" in warning for warning in archive.warnings)
    assert foreign.stat().st_size == size


# Two at once.


def test_a_second_writer_is_told_at_once(folder: Path) -> None:
    with (
        frozen(folder),
        pytest.raises(ArchiveError, match="another archiver is writing") as caught,
    ):
        frozen(folder)
    assert "\n" not in str(caught.value)
    frozen(folder).close()


def test_a_second_process_is_told_too(folder: Path) -> None:
    code = "import sys; from archiver.store import Archive; Archive.open(sys.argv[1], write=True)"
    with frozen(folder):
        done = subprocess.run(
            [sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert "another archiver is writing" in done.stderr.splitlines()[-1]


def test_reading_while_another_writes(folder: Path) -> None:
    with frozen(folder) as writer, writer.session() as session:
        work(session)  # its last conclusion is committed
        for number in range(2000):  # more than the catalogue holds back
            session.write_exchange(exchange(f"https://posts.example/many/{number}"))
        with frozen(folder, write=False) as reader:
            [capture] = [c for c in reader.catalogue.captures_at("https://posts.example/3") if c.status]
            assert reader.exchange(capture).payload() == b"3" * 500
            session.write_exchange(exchange("https://posts.example/after"))
            session.write_refusal("http://inside.example/", "10.1.2.3", "private address")
            assert reader.catalogue.captures_at("https://posts.example/after")
    assert [path.name for path in folder.iterdir() if path.name.startswith("catalogue")] == ["catalogue.db"]


def test_reading_where_nothing_can_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    several_runs(folder, runs=1)
    with frozen(folder, write=False) as archive:
        rows = tables(archive)
    (folder / "catalogue.db").unlink()

    def refuse(self: object) -> None:
        raise ArchiveError("cannot be written: Read-only file system")

    monkeypatch.setattr("archiver.store.segment.Lock.acquire", refuse)
    with frozen(folder, write=False) as archive:
        assert tables(archive) == rows
    assert not (folder / "catalogue.db").exists()


def test_threads_share_a_session(folder: Path) -> None:
    with Archive.open(folder, write=True) as archive, archive.session() as session:
        threads = [
            threading.Thread(
                target=lambda first=first: [
                    session.write_exchange(exchange(f"https://posts.example/{first}-{number}")) for number in range(40)
                ]
            )
            for first in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with Archive.open(folder, write=True) as archive:
        rows = tables(archive)
        assert len(rows["captures"]) == 1 + 4 * 40 * 2 + 1
        archive.rebuild()
        assert tables(archive) == rows


def test_there_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="there is no archive here"):
        Archive.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArchiveError, match="cannot be made"):
        Archive.open(tmp_path / "file", write=True)


def test_a_new_segment_takes_the_next_number(folder: Path) -> None:
    several_runs(folder, runs=2)
    assert [path.name for path in sorted((folder / "archive").iterdir())] == [
        f"archiver-{number:06d}-{(WHEN + timedelta(seconds=seconds)):%Y%m%d%H%M%S}.warc.gz"
        for number, seconds in ((1, 0), (2, 7))
    ]


# Invariant: for any exchanges, the live catalogue equals the one read back from the files, and every body comes back.

HEADER_NAMES = st.sampled_from(["Content-Type", "content-TYPE", "X-A", "Transfer-Encoding", "Content-Encoding"])
HEADER_VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=20)
ANSWERS = st.builds(
    lambda status, fields, body: (
        b"HTTP/1.1 %d Reason\r\n" % status
        + b"".join(f"{name}: {value}\r\n".encode("latin-1") for name, value in fields)
        + b"\r\n"
        + body
    ),
    st.integers(100, 599),
    st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=4),
    st.binary(max_size=200),
)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.text(max_size=20), ANSWERS, st.booleans()), min_size=1, max_size=8))
def test_whatever_was_answered_is_read_back(tmp_path_factory: pytest.TempPathFactory, answers: list[tuple[str, bytes, bool]]) -> None:  # fmt: skip  # noqa: E501
    folder = tmp_path_factory.mktemp("any") / "warc"
    with frozen(folder) as archive:
        with archive.session() as session:
            kept = [
                (message, session.write_exchange(exchange(f"https://p.example/{path}", message, truncated=cut)))
                for path, message, whole in answers
                for cut in ([None] if whole else ["disconnect"])
            ]
        rows = tables(archive)
        archive.rebuild()
        assert tables(archive) == rows
        for message, capture in kept:
            assert archive.catalogue.capture(capture.record_id) == capture
            archive.check_block(capture)
            if capture.record_type == "response":
                assert body_of(archive.exchange(capture)) == message


def test_conclusions_that_are_none_of_ours_are_passed_over(folder: Path) -> None:
    with frozen(folder) as archive, archive.session() as session:
        session.write_resource("urn:example:json", "application/json", msgspec.json.encode({"archiver": "no"}))
        session.write_exchange(exchange())
    with frozen(folder) as archive:
        archive.rebuild()
        assert archive.warnings == []


def test_nothing_is_added_after_a_session_is_closed(folder: Path) -> None:
    with Archive.open(folder, write=True) as archive:
        with archive.session() as session:
            session.write_resource("urn:example:a", "text/plain", b"a")
        with pytest.raises(ArchiveError, match="closed"):
            session.write_resource("urn:example:b", "text/plain", b"b")
        assert len(archive.segment_files()) == 1
