"""What a card takes of a post that has much, and what it does where a part of it does not verify."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from selectolax.lexbor import LexborHTMLParser

from archiver.errors import ArchiveError
from archiver.exporting import htmlcard
from archiver.exporting.htmlcard import card_html
from archiver.model import Capture, Media, Observation, Post, State
from archiver.store import Archive
from archiver.store.conclusions import observation_conclusion
from tests.replay.staged import MP4, answer, png, rewrite_member

AT = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)


class Kept(NamedTuple):
    folder: Path
    conclusions: dict[str, Capture]
    """Of each post, by its id."""

    @property
    def segment(self) -> Path:
        return next((self.folder / "archive").glob("*.warc.gz"))

    def card(self) -> LexborHTMLParser:
        return LexborHTMLParser(card_html(self.folder, "x:1"))


def kept(
    folder: Path, *media: Media, files: dict[str, bytes], quoted: str | None = None, evidence: bool = True
) -> Kept:
    conclusions: dict[str, Capture] = {}
    minutes = iter(range(1000))
    clock = lambda: AT + timedelta(minutes=next(minutes))  # noqa: E731
    with Archive.open(folder, write=True, clock=clock) as archive, archive.session() as session:
        for url, data in files.items():
            session.write_exchange(answer(url, data, "image/png", at=AT, coding="gzip"))
        record = session.write_exchange(answer("https://api.example/1", b"{}", "application/json", at=AT))
        for number in ("1", "2"):
            post = Post(
                platform="x",
                id=number,
                url=f"https://x.com/a/status/{number}",
                handle="a",
                display_name=f"Name {number}",
                text=f"words of {number}",
                media=media if number == "1" else (),
                quoted=quoted if number == "1" else None,
            )
            look = Observation(
                platform="x",
                post_id=number,
                url=post.url,
                state=State.LIVE,
                seen_at=AT,
                how="x",
                reason="x",
                post=post,
                evidence=(record.record_id,) if evidence else (),
            )
            conclusions[number] = session.write_conclusion(observation_conclusion(look))
    return Kept(folder, conclusions)


def text_of(stage: Kept, selector: str) -> str:
    (node,) = stage.card().css(selector)
    return node.text() or ""


def photos(number: int, **more: object) -> list[Media]:
    return [
        msgspec.structs.replace(Media(kind="photo", url=f"https://media.example/{one}.png"), **more)
        for one in range(number)
    ]


def test_of_many_pictures_the_first_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    media = photos(6)
    card = kept(tmp_path / "a", *media, files={one.url: png(2, 2) for one in media}).card()
    assert len(card.css("figure img")) == 4
    assert "2 more files of this post not on this card." in card.text()


def test_sides_are_believed_within_reason(tmp_path: Path) -> None:
    for number, (width, height, shown) in enumerate(
        [(20_000, 9, "20000"), (20_001, 9, None), (-1, 9, None), (0, 9, None), (9, 10**9, None)]
    ):
        media = photos(1, width=width, height=height)
        card = kept(tmp_path / str(number), *media, files={media[0].url: png(2, 2)}).card()
        assert [picture.attributes.get("width") for picture in card.css("figure img")] == [shown]


def test_a_picture_that_expands_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(htmlcard, "MAX_PICTURE_BYTES", 10_000)
    (media,) = photos(1)
    card = kept(tmp_path / "a", media, files={media.url: png(2, 2) + bytes(50_000)}).card()
    assert card.css("figure img") == []
    assert "photo: stored, too large for a card" in card.text()


def test_what_is_altered_after_it_was_looked_at_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ArchiveError("the stored bytes do not match")

    monkeypatch.setattr(htmlcard, "open_payload", refuse)
    (media,) = photos(1)
    card = kept(tmp_path / "a", media, files={media.url: png(2, 2)}).card()
    assert card.css("figure img") == []
    assert "photo: refused, the stored bytes do not match" in card.text()


def test_a_film_is_named(tmp_path: Path) -> None:
    (media,) = photos(1)
    assert "stored, not shown on a card" in kept(tmp_path / "a", media, files={media.url: MP4}).card().text()


def test_the_quoted_post(tmp_path: Path) -> None:
    stage = kept(tmp_path / "a", files={}, quoted="x:2")
    assert "words of 2" in text_of(stage, "section.quoted")
    rewrite_member(stage.segment, stage.conclusions["2"], b"words of 2", b"words of 3")
    card = stage.card()
    assert card.css("section.quoted") == []
    assert "words of 3" not in card.text()
    assert "Quotes x:2" in " ".join(card.text().split())


def test_without_a_record_of_the_answer_the_conclusion_is_named(tmp_path: Path) -> None:
    assert "Captured " in text_of(kept(tmp_path / "a", files={}), "footer")
    bare = kept(tmp_path / "b", files={}, evidence=False)
    said = text_of(bare, "footer")
    assert "The conclusion of " in said
    assert bare.conclusions["1"].record_id in said
