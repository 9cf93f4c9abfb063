"""Answers from stored captures: the newest good one, revisits and redirects resolved, no socket opened."""

from __future__ import annotations

import gzip
import itertools
import socket
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.config import WebSettings
from archiver.errors import ArchiveError, NetworkError, NotStoredError, RefusedError
from archiver.model import AnswerKind
from archiver.store import Archive, Session, StoredFetcher
from archiver.web import Door
from tests.store.conftest import WHEN, exchange, frozen, response, segment


@pytest.fixture(autouse=True)
def _no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def stored(folder: Path, *answers: tuple[str, bytes] | tuple[str, bytes, dict[str, object]]) -> None:
    """One answer after the other, an hour apart."""
    with frozen(folder) as archive, archive.session() as session:
        for number, (url, message, *named) in enumerate(answers):
            time = WHEN + timedelta(hours=number)
            session.write_exchange(exchange(url, message, time=time, **(named[0] if named else {})))


URL = "https://posts.example/1"


def fetch(folder: Path, url: str = URL) -> bytes:
    with frozen(folder, write=False) as archive:
        return StoredFetcher(archive).fetch(url).payload()


def test_the_newest_answer_counts(folder: Path) -> None:
    stored(folder, (URL, response(b"old")), (URL, response(b"new")))
    assert fetch(folder) == b"new"


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable", "500 Internal Server Error"])
def test_a_passing_failure_counts_less_than_an_older_answer(status: str, folder: Path) -> None:
    stored(folder, (URL, response(b"good")), (URL, response(b"busy", status=status)))
    assert fetch(folder) == b"good"


def test_a_gone_post_counts_as_an_answer(folder: Path) -> None:
    stored(folder, (URL, response(b"there")), (URL, response(b"gone", status="404 Not Found")))
    assert fetch(folder) == b"gone"


def test_a_cut_answer_counts_less_than_a_whole_one(folder: Path) -> None:
    stored(folder, (URL, response(b"whole")), (URL, response(b"cut"), {"truncated": "time"}))
    assert fetch(folder) == b"whole"


def test_only_failures_are_still_an_answer(folder: Path) -> None:
    stored(folder, (URL, response(b"busy", status="429 Too Many Requests")))
    assert fetch(folder) == b"busy"


def test_a_revisit_is_resolved_with_the_originals_coding(folder: Path) -> None:
    packed = response(gzip.compress(b"words", mtime=0), "Content-Encoding: gzip", "X-Visit: 1")
    stored(folder, (URL, packed), (URL, packed.replace(b"X-Visit: 1", b"X-Visit: 2")))
    with frozen(folder, write=False) as archive:
        found = StoredFetcher(archive).fetch(URL)
        assert found.payload() == b"words"
        assert found.header("x-visit") == "2"
        assert found.time == WHEN + timedelta(hours=1)


@pytest.mark.parametrize(
    "url", [URL, f"{URL}#part", "HTTPS://Posts.Example:443/1", "https://posts.example/a/../1", f" {URL}\n"]
)
def test_a_url_is_found_however_the_door_would_write_it(url: str, folder: Path) -> None:
    stored(folder, (URL, response(b"words")))
    assert fetch(folder, url) == b"words"


@pytest.mark.parametrize("url", ["https://posts.example/A", "https://posts.example/1?", "http://posts.example/1"])
def test_another_url_is_not_answered(url: str, folder: Path) -> None:
    stored(folder, (URL, response(b"words")), ("https://posts.example/a", response(b"words")))
    with pytest.raises(NotStoredError, match="no stored capture"):
        fetch(folder, url)


@pytest.mark.parametrize("url", ["%", "mailto:someone@posts.example", "http://[::1"])
def test_what_is_no_address_is_refused_as_the_door_does(url: str, folder: Path) -> None:
    stored(folder, (URL, response(b"words")))
    with pytest.raises(RefusedError) as live, Door(WebSettings()) as door:
        door.fetch(url)
    with pytest.raises(RefusedError) as offline:
        fetch(folder, url)
    assert str(offline.value) == str(live.value)


class TestNoAnswer:
    """What was asked for and got no answer."""

    def ask(self, folder: Path, *steps: bytes | str, kind: AnswerKind = AnswerKind.FAILED) -> str:
        """What one question gives after the others, an hour apart: answers, and why there was none."""
        clock = itertools.count()
        archive = Archive.open(folder, write=True, clock=lambda: WHEN + timedelta(hours=next(clock)))
        with archive, archive.session() as session:
            for step in steps:
                if isinstance(step, str):
                    session.write_unanswered(URL, kind, step)
                else:
                    session.write_exchange(exchange(URL, step, time=archive.clock()))
        try:
            return fetch(folder).decode()
        except NetworkError as error:
            return f"{type(error).__name__}: {error}"

    def test_it_gets_none_again(self, folder: Path) -> None:
        assert (
            self.ask(folder, "no connection")
            == f"NetworkError: {URL}: no connection (when it was asked: 2026-03-01 13:00 UTC)"
        )

    def test_a_host_that_was_left_alone(self, folder: Path) -> None:
        told = self.ask(folder, "it asks us to wait", kind=AnswerKind.REFUSED)
        assert told.startswith(f"LeftAloneError: {URL}: it asks us to wait (when it was asked: ")

    def test_an_older_answer_counts_more(self, folder: Path) -> None:
        assert self.ask(folder, response(b"good"), "no connection") == "good"

    def test_of_two_failures_the_later_one_counts(self, folder: Path) -> None:
        busy = response(b"busy", status="503 Service Unavailable")
        assert "later" in self.ask(folder, "earlier", busy, "later")

    def test_an_answer_of_a_failing_server_later_on(self, folder: Path) -> None:
        assert self.ask(folder, "no connection", response(b"busy", status="503 Service Unavailable")) == "busy"

    def test_it_is_there_after_the_catalogue_was_lost(self, folder: Path) -> None:
        self.ask(folder, "no connection")
        (folder / "catalogue.db").unlink()
        with pytest.raises(NetworkError, match="no connection"):
            fetch(folder)

    def test_what_others_say_got_none_is_not_stored(self, folder: Path) -> None:
        self.ask(folder, "no connection")
        segment(folder).rename(segment(folder).with_name("theirs.warc.gz"))
        with pytest.raises(NotStoredError):
            fetch(folder)


def test_what_a_redirect_led_to_is_what_came_after_it(folder: Path) -> None:
    """Many lead to one page, such as a login."""
    login = "https://posts.example/login"
    others = "https://posts.example/2"
    stored(folder, (URL, moved("/login")), (login, response(b"first")), (others, moved("/login")),
           (login, response(b"second")))  # fmt: skip
    with frozen(folder, write=False) as archive:
        fetcher = StoredFetcher(archive)
        assert [fetcher.follow(url)[-1].payload() for url in (URL, others, login)] == [b"first", b"second", b"second"]


def test_a_url_as_another_tool_wrote_it_is_found_as_it_stands(folder: Path) -> None:
    stored(folder, ("https://posts.example/{odd}", response(b"words")))
    assert fetch(folder, "https://posts.example/{odd}") == b"words"


def moved(target: str) -> bytes:
    return response(b"", f"Location: {target}", status="302 Found")


def test_redirects_are_followed(folder: Path) -> None:
    stored(folder, (URL, moved("/2")), ("https://posts.example/2", moved("//other.example/#x")))
    stored(folder, ("https://other.example/", response(b"here")))
    with frozen(folder, write=False) as archive:
        chain = StoredFetcher(archive).follow(URL)
    assert [answer.url for answer in chain] == [URL, "https://posts.example/2", "https://other.example/"]


def test_a_redirect_to_what_is_not_stored(folder: Path) -> None:
    stored(folder, (URL, moved("/2")))
    with frozen(folder, write=False) as archive, pytest.raises(NotStoredError, match=r"posts\.example/2"):
        StoredFetcher(archive).follow(URL)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([(URL, moved("/1"))], "loop"),
        ([(URL, moved("/2")), ("https://posts.example/2", moved("/x/../1"))], "loop"),
        ([(f"https://posts.example/{number}", moved(f"/{number + 1}")) for number in range(1, 30)], "too many"),
    ],
)
def test_redirects_that_lead_nowhere_are_refused(answers: list[tuple[str, bytes]], words: str, folder: Path) -> None:
    stored(folder, *answers)
    with frozen(folder, write=False) as archive, pytest.raises(RefusedError, match=words):
        StoredFetcher(archive).follow(URL)


def test_an_altered_answer_is_refused(folder: Path) -> None:
    stored(folder, (URL, response(b"words")))
    data = gzip.decompress(segment(folder).read_bytes())
    with frozen(folder, write=False) as archive:
        [capture] = [c for c in archive.catalogue.captures_at(URL) if c.status]
        path = segment(folder)
        start, end = capture.offset, capture.offset + capture.length
        whole = path.read_bytes()
        altered = gzip.compress(gzip.decompress(whole[start:end]).replace(b"words", b"lies!"))
        path.write_bytes(whole[:start] + altered + whole[end:])
        with pytest.raises(ArchiveError, match="does not match"):
            StoredFetcher(archive).fetch(URL)
    assert b"words" in data


def test_requests_and_resources_are_no_answers(folder: Path) -> None:
    def resource(session: Session) -> None:
        session.write_resource(URL, "text/plain", b"words")

    with frozen(folder) as archive, archive.session() as session:
        resource(session)
        with pytest.raises(NotStoredError):
            StoredFetcher(archive).fetch(URL)
