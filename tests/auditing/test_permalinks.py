"""Lists of permalinks. Invariants: a list is read the same in whatever form it is written; bytes of any kind raise
nothing but `ArchiverError`, and one bad row stops nothing; what an audit takes from a list it finds again in the
archive, nothing of it doubled."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.auditing import audit, cited_in_archive, cited_in_permalinks, is_permalink_list, merge
from archiver.auditing.lists.listed import portion_again, portion_of, resolved
from archiver.auditing.lists.permalinks import Permalink, read_permalinks
from archiver.errors import ArchiverError
from archiver.exporting import spreadsheet
from archiver.model import Observation, Post, State, Verdict
from archiver.store import Archive
from archiver.store.conclusions import observation_conclusion, resolution_conclusion
from archiver.verification import verify
from archiver.verification.ledger import Ledger
from tests.town import DAY, DELETED, LEFTOVERS, NEVER_STORED, PICTURED, Town

X = [str(1590171771531264000 + n) for n in range(120)]
URLS = [f"https://x.com/pier_nine/status/{x}" for x in X]
KEYS = [f"x:{x}" for x in X]

Row = dict[str, str]


def read(folder: Path, data: str | bytes, name: str = "list.csv") -> tuple[list[Permalink], list[str]]:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_path(path)


def read_path(path: Path | str) -> tuple[list[Permalink], list[str]]:
    errors: list[str] = []

    def on_error(source: str, error: ArchiverError) -> None:
        assert source.startswith(str(path))
        errors.append(f"{source.removeprefix(str(path))} {error.problem}")

    return list(read_permalinks(str(path), on_error=on_error)), errors


def keys(found: list[Permalink]) -> list[str]:
    return [one.ref.key for one in found]


def table(rows: list[Row], delimiter: str = ",", *, head: bool = True, end: str = "\r\n") -> str:
    out = io.StringIO()
    write = csv.writer(out, delimiter=delimiter, lineterminator=end).writerow
    if head:
        write(rows[0])
    for row in rows:
        write([spreadsheet.cell(cell) for cell in row.values()])
    return out.getvalue()


FORMS: dict[str, tuple[str, Callable[[list[Row]], bytes]]] = {
    "csv": ("a.csv", lambda rows: table(rows).encode()),
    "with a mark": ("a.csv", lambda rows: codecs.BOM_UTF8 + table(rows).encode()),
    "utf-16": ("a.csv", lambda rows: table(rows).encode("utf-16")),
    "semicolons": ("a.csv", lambda rows: table(rows, ";", end="\n").encode()),
    "tabs": ("a.tsv", lambda rows: table(rows, "\t").encode()),
    "for Excel": ("a.csv", lambda rows: ("sep=;\r\n" + table(rows, ";")).encode()),
    "without a name": ("a", lambda rows: table(rows).encode()),
    "gzipped": ("a.csv.gz", lambda rows: gzip.compress(table(rows).encode())),
    "json lines": ("a.jsonl", lambda rows: "\n".join(map(json.dumps, rows)).encode()),
    "json": ("a.json", lambda rows: json.dumps(rows, indent=2).encode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_list_is_read_the_same_in_every_form(tmp_path: Path, form: str) -> None:
    rows = [
        {
            "url": URLS[0],
            "quote": 'The "lamp", they said,\nis dark; nobody knows why',
            "cited_in": "https://n.example/1",
        },
        {"url": URLS[1], "quote": "=1+1 is no formula", "cited_in": "a page.html"},
        {"url": URLS[2], "quote": "Дамба не витримала", "cited_in": ""},
    ]
    name, write = FORMS[form]
    path = tmp_path / name
    path.write_bytes(write(rows))
    assert is_permalink_list(str(path))
    found, errors = read_path(path)
    assert errors == []
    assert [(one.url, one.text, one.article or "") for one in found] == [tuple(row.values()) for row in rows]
    assert keys(found) == KEYS[:3]
    assert [one.handle for one in found] == ["pier_nine"] * 3


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40).map(
    lambda text: text.replace("\r\n", "\n").replace("\r", "\n").strip()
)


@given(st.lists(st.tuples(st.sampled_from(URLS + KEYS), WORDS), min_size=1, max_size=6), st.sampled_from(sorted(FORMS)))
def test_any_words_come_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], form: str) -> None:
    name, write = FORMS[form]
    folder = tmp_path_factory.mktemp("list")
    path = folder / name
    path.write_bytes(write([{"permalink": url, "quote": words} for url, words in rows]))
    found, errors = read_path(path)
    assert errors == []
    kept = [
        (url, words.removeprefix("'") if words[:2] in FORMULAS and ".csv" in name else words) for url, words in rows
    ]
    assert [(one.url, one.text or "") for one in found] == [
        (url, words.replace("\r", "\n").strip()) for url, words in (kept if ".j" not in name else rows)
    ]
    document, mentions = portion_of(found, "list.csv")
    assert portion_again(document.data, "list.csv") == (document.article, mentions)
    assert len({mention.id for mention in mentions}) == len(mentions)
    text = document.data.decode()
    assert all(text[one.start : one.end].startswith(one.found_url or "?") for one in mentions)


FORMULAS = tuple("'" + sign for sign in "=+-@＝＋－＠")
"""A cell that begins so in the author's own words cannot be told from one that was kept from being run."""


@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.jsonl", "a.txt", "a", "a.csv.gz"]))
def test_any_bytes_are_read_or_told(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str) -> None:
    path = tmp_path_factory.mktemp("bytes") / name
    path.write_bytes(data)
    is_permalink_list(str(path))
    read_path(path)


@given(st.data())
def test_a_damaged_list_is_read_as_far_as_it_goes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    form = data.draw(st.sampled_from(sorted(FORMS)))
    name, write = FORMS[form]
    whole = bytearray(write([{"url": url, "quote": "words"} for url in URLS[:5]]))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_bytes(whole)
    is_permalink_list(str(path))
    read_path(path)


@pytest.mark.parametrize(
    ("given", "key"),
    [
        (f"https://mobile.twitter.com/pier_nine/status/{X[0]}?s=20&t=abc", KEYS[0]),
        (f"x.com/pier_nine/status/{X[0]}", KEYS[0]),
        (f"<https://x.com/i/web/status/{X[0]}>", KEYS[0]),
        (f"https://nitter.net/pier_nine/status/{X[0]}#m", KEYS[0]),
        (f"https://web.archive.org/web/20221109/https://twitter.com/pier_nine/status/{X[0]}", KEYS[0]),
        (KEYS[0], KEYS[0]),
        (f"twitter:{X[0]}", KEYS[0]),
        ("https://social.example/@keeper/110372412617177781", "mastodon:social.example/110372412617177781"),
        ("mastodon:social.example/110372412617177781", "mastodon:social.example/110372412617177781"),
        ("telegram:harbour/12", "telegram:harbour/12"),
        (
            "at://did:plc:abcdefghijklmnopqrstuvwx/app.bsky.feed.post/3kabcdefghijk",
            "bluesky:did:plc:abcdefghijklmnopqrstuvwx/3kabcdefghijk",
        ),
    ],
)
def test_whatever_names_a_post_does(tmp_path: Path, given: str, key: str) -> None:
    found, errors = read(tmp_path, f"# posts\n\n{given}\n{URLS[1]}\n", "list.txt")
    assert (keys(found), errors) == ([key, KEYS[1]], [])
    assert is_permalink_list(given.strip("<>")) == ("://" in given or ":" in given.partition("/")[0])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("https://t.co/abcdef", "no post's permalink"),
        ("https://news.example/story.html", "no post's permalink"),
        ("@pier_nine", "no post's permalink"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&lc=UgxAb", "it is a comment"),
        ('"not closed', "no post's permalink"),
        ("mastodon:110372412617177781", "no post's permalink"),
    ],
)
def test_a_row_that_names_no_post_is_told_by_its_line(tmp_path: Path, line: str, why: str) -> None:
    found, [error] = read(tmp_path, f"url\n{URLS[0]}\n{line}\n")
    assert keys(found) == KEYS[:1]
    assert error.startswith("#3 ")
    assert why in error


def test_what_only_claims_to_be_a_list_is_given_up(tmp_path: Path) -> None:
    found, errors = read(tmp_path, "url\n" + "https://news.example/story\n" * 1000)
    assert found == []
    [error] = errors
    assert "none of its first 100 lines names a post" in error


def test_a_list_may_begin_badly(tmp_path: Path) -> None:
    found, errors = read(tmp_path, "url\n" + "https://news.example/story\n" * 50 + f"{URLS[0]}\n")
    assert keys(found) == KEYS[:1]
    assert len(errors) == 50


def test_columns_are_found_by_name_and_by_what_is_in_them(tmp_path: Path) -> None:
    rows = [
        {"Nr": "1", "Link": "https://n.example/a", "Tweet URL": URLS[0], "Author": "Ada Brook", "Note": "check"},
        {"Nr": "2", "Link": URLS[1], "Tweet URL": "", "Author": "", "Note": ""},
    ]
    found, errors = read(tmp_path, table(rows))
    assert (keys(found), errors) == (KEYS[:2], [])
    assert [one.handle for one in found] == ["pier_nine"] * 2
    assert dict(found[0].more) == {"Nr": "1", "Author": "Ada Brook", "Note": "check"}
    without, errors = read(tmp_path, table([{"a": "7", "b": URLS[0], "c": "seen"}], ";", head=False))
    assert (keys(without), errors) == (KEYS[:1], [])


def test_a_platform_with_an_id_names_a_post(tmp_path: Path) -> None:
    found, errors = read(tmp_path, f"platform,post_id,handle\ntwitter,{X[0]},@pier_nine\nx,1.59E+18,\n")
    assert [(one.ref.key, one.url) for one in found] == [(KEYS[0], URLS[0])]
    assert len(errors) == 1
    assert "rounded" in errors[0]


def test_words_of_a_row_that_is_not_whole_are_no_quotation(tmp_path: Path) -> None:
    """A comma that nobody quoted would make a quotation look shortened."""
    found, errors = read(tmp_path, f"url,quote\n{URLS[0]},We see no way, before the wind turns\n{URLS[1]},whole\n")
    assert [one.text for one in found] == [None, "whole"]
    assert errors == []


def test_a_date_that_the_id_contradicts_is_not_the_posts(tmp_path: Path) -> None:
    found, _ = read(tmp_path, f"url,date\n{URLS[0]},2022-11-09\n{URLS[1]},2024-01-31\n")
    assert [one.date for one in found] == ["2022-11-09", None]


@pytest.mark.parametrize("encoding", ["cp1251", "cp1252"])
def test_old_encodings_are_told_by_the_letters(tmp_path: Path, encoding: str) -> None:
    words = "Дамба не витримала, вода вже в місті" if encoding == "cp1251" else "Das Wehr läuft über, die Brücke hält"
    data = f"url;quote\n{URLS[0]};{words}\n".encode(encoding)
    found, errors = read(tmp_path, data)
    assert ([one.text for one in found], errors) == ([words], [])


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ('{"url": "https://n.example/1", "html": "<p>words</p>"}\n', "a.jsonl"),
        ('{"url": "https://n.example/1", "text": "words"}\n', "a.jsonl"),
        (f'{{"url": "{URLS[0]}", "html": "<p>words</p>"}}\n', "a.jsonl"),
        (f"<p>{URLS[0]}</p>", "a.txt"),
        (f"A note.\n{URLS[0]}\n", "a.txt"),
        (f"{URLS[0]}\n", "a.md"),
        ("https://n.example/1\nhttps://n.example/2\nhttps://n.example/3\n" + URLS[0], "a.txt"),
        ("WARC/1.1\r\n", "a.warc"),
        ("", "a.csv"),
        ("[1, 2]", "a.json"),
    ],
)
def test_articles_and_documents_are_no_lists(tmp_path: Path, data: str, name: str) -> None:
    path = tmp_path / name
    path.write_text(data)
    assert not is_permalink_list(str(path))


def test_what_cannot_be_read_is_no_list_and_is_told(tmp_path: Path) -> None:
    for name in (tmp_path, tmp_path / "gone.csv", "https://n.example/story", "x:", "x:20/" * 2000, "\0"):
        assert not is_permalink_list(str(name))
    assert read_path(tmp_path / "gone.csv") == ([], [" there is no such file"])


def test_standard_input(tmp_path: Path) -> None:
    stream = io.BytesIO(f"{URLS[0]}\n".encode())
    assert is_permalink_list("-", stdin=stream)
    assert keys(list(read_permalinks("-", on_error=_raise, stdin=stream))) == KEYS[:1]
    assert not is_permalink_list("-", stdin=io.BytesIO(b"<p>An article.</p>"))


def _raise(_source: str, error: ArchiverError) -> None:
    raise error


# --- in an audit


def audited(town: Town, source: Path | str, **options: Any) -> list[Any]:
    with town.job(**options) as job:
        cited = merge([cited_in_permalinks(job, str(source), on_error=_raise)])
        return list(audit(job, cited))


def listed(town: Town, name: str = "list.csv") -> Path:
    rows = [
        {
            "url": PICTURED.url,
            "quote": "The lamp on the outer skerry is dark since midnight",
            "cited_in": "https://n.example/1",
        },
        {"url": DELETED.url, "quote": "", "cited_in": ""},
        {"url": f"{PICTURED.url}?s=20", "quote": "The lamp is dark", "cited_in": "https://n.example/2"},
        {"url": DELETED.url, "quote": "", "cited_in": ""},
        {"url": NEVER_STORED.url, "quote": "", "cited_in": ""},
    ]
    return town.write(name, table(rows))


def test_a_list_is_audited_and_found_again_in_the_archive(town: Town) -> None:
    path = listed(town)
    found = audited(town, path)
    assert [(one.post_id, one.state) for one in found] == [
        (PICTURED.id, State.LIVE),
        (DELETED.id, State.DELETED),
        (NEVER_STORED.id, State.DELETED),
    ]
    assert [one.sources for one in found] == [
        ("https://n.example/1", "https://n.example/2"),
        (str(path),),
        (str(path),),
    ]
    with town.job(offline=True, conclude=False) as job:
        again = cited_in_archive(job)
        given = merge([cited_in_permalinks(job, str(path), on_error=_raise)])
    assert again == given
    assert [cite.mention.text for cite in again[0].cites] == [
        "The lamp on the outer skerry is dark since midnight",
        "The lamp is dark",
    ]
    assert [cite.citation.source for cite in again[0].cites] == ["https://n.example/1", "https://n.example/2"]
    assert [cite.citation.source for cite in again[1].cites] == [""], "a row that only repeats another says nothing new"


def test_the_same_list_again_adds_nothing_but_looks(town: Town) -> None:
    audited(town, listed(town))
    with town.job(offline=True, conclude=False) as job:
        before = len(job.archive.catalogue.query("SELECT 1 FROM captures WHERE target_uri LIKE 'urn:archiver:%'"))
    asked = len(town.twin.log)
    with town.job() as job:
        cited = merge([cited_in_permalinks(job, str(listed(town, "copy.csv")), on_error=_raise)])
        after = len(job.archive.catalogue.query("SELECT 1 FROM captures WHERE target_uri LIKE 'urn:archiver:%'"))
    assert len(cited) == 3
    assert after == before
    assert len(town.twin.log) == asked


def test_what_a_list_left_in_the_archive_is_sound_and_survives_a_rebuild(town: Town) -> None:
    audited(town, listed(town))
    checks = {check.name: check for check in verify(town.archive).checks}
    assert checks["articles"].verdict is Verdict.SOUND
    assert checks["resolutions"].verdict is Verdict.SOUND, checks["resolutions"]
    assert checks["references"].verdict is Verdict.SOUND
    with town.job(offline=True, conclude=False) as job:
        before = cited_in_archive(job)
    for name in town.archive.glob("catalogue.db*"):
        name.unlink()
    with town.job(offline=True, conclude=False) as job:
        assert cited_in_archive(job) == before


def test_a_permalink_by_itself_is_a_list(town: Town) -> None:
    [found] = audited(town, DELETED.url)
    assert (found.post_id, found.state, found.sources) == (DELETED.id, State.DELETED, (DELETED.url,))


@pytest.mark.parametrize("made", [None, DAY])
def test_a_permalink_does_not_take_the_place_of_a_record(tmp_path: Path, made: datetime | None) -> None:
    """The catalogue's best record of a post stays what a look at it showed, also where it does not tell its time."""
    post = Post(platform="x", id=X[0], url=URLS[0], text="words", created_at=made)
    seen = Observation(
        platform="x", post_id=X[0], url=URLS[0], state=State.LIVE, seen_at=DAY, how="", reason="", post=post
    )
    [mention] = portion_of([Permalink(line=1, url=URLS[0], ref=post.ref)], "list.csv")[1]
    with Archive.open(tmp_path, write=True) as archive, archive.session() as session:
        session.write_conclusion(observation_conclusion(seen))
        session.write_conclusion(resolution_conclusion(resolved(mention)))
        assert [one.text for one in archive.catalogue.posts()] == ["words"]
    with Archive.open(tmp_path) as archive, Ledger(archive) as ledger:
        list(ledger.entries())
        known = ledger.known(1 << 60, 1 << 60).post(KEYS[0])
        assert known is not None
        assert known.post.text == "words"


@pytest.mark.parametrize("words", ["'=1", "'@keeper", "''=1", '"', "a,b", "=1", "-"])
def test_words_that_look_like_a_formula_are_stored_as_they_are(tmp_path: Path, words: str) -> None:
    [found], errors = read(tmp_path, json.dumps({"url": URLS[0], "quote": words}), "a.jsonl")
    document, [mention] = portion_of([found], "a.jsonl")
    assert (mention.text, errors) == (words, [])
    assert portion_again(document.data, "a.jsonl") == (document.article, (mention,))


def test_bytes_that_are_no_portion_are_refused() -> None:
    for data in (b"", b"url\n", f"url\n{URLS[0]}\n".encode(), b"\xff\xfe\x00"):
        with pytest.raises(ArchiverError):
            portion_again(data, "list.csv")


@pytest.mark.parametrize("form", ["csv", "jsonl", "json"])
def test_what_the_program_prints_can_be_audited(town: Town, form: str) -> None:
    config = town.config()
    page = town.page([PICTURED, DELETED])
    for command, options in (("find", ()), ("audit", ("--archive", town.archive, "--config", config))):
        done = town.command(command, page, "--format", form, *options)
        listed = town.write(f"{command}.{form}", done.stdout)
        assert is_permalink_list(str(listed))
        found, errors = read_path(listed)
        assert ([one.ref.id for one in found], errors) == ([PICTURED.id, DELETED.id], [])
        assert [one.article for one in found] == [str(page)] * 2
        assert [bool(one.text) for one in found] == [command == "find"] * 2, "the post's own text is no quotation"
    done = town.command("audit", "-", "--archive", town.archive, "--config", config, stdin=listed.read_bytes())
    assert done.exit_code == 1, done.output


def test_a_mention_without_a_permalink_is_told(town: Town) -> None:
    done = town.command("find", town.write("copy.txt", LEFTOVERS), "--format", "jsonl")
    listed = town.write("found.jsonl", done.stdout + json.dumps({"url": PICTURED.url}) + "\n")
    found, [error] = read_path(listed)
    assert [one.ref.id for one in found] == [PICTURED.id]
    assert "archiver resolve" in error


SLOPPY = [f"https://x.com/i/status/{number}" for number in (20, 21, 22)]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("- " + "\n- ".join(SLOPPY), "l.txt"),
        ("\n".join(f"{number}. {url}" for number, url in enumerate(SLOPPY, 1)), "l.txt"),
        ("\n".join(f"<{url}>" for url in SLOPPY), "l.txt"),
        ("\n".join(f"  {url} ,  # a note" for url in SLOPPY), "l.txt"),
        ("\r".join(SLOPPY), "l.txt"),
        ("url,words\r" + "\r".join(f"{url},Hello" for url in SLOPPY), "l.csv"),
        ("Tag;Beitrag;Zitat\n" + "\n".join(f"01.02.2022;{url};Hallo Welt" for url in SLOPPY), "l.csv"),
        ("Tag,Beitrag,Zitat\n" + "\n".join(f"01.02.2022,{url},Hallo; Welt" for url in SLOPPY), "l.csv"),
    ],
)
def test_sloppy_lists(tmp_path: Path, data: str, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(data.encode())
    assert is_permalink_list(str(path))
    found, _ = read_path(path)
    assert [one.ref.id for one in found] == ["20", "21", "22"]


def test_of_several_posts_in_one_row_none_is_taken_unsaid(tmp_path: Path) -> None:
    found, told = read(tmp_path, f"who,first,second\nAna,{SLOPPY[0]},{SLOPPY[1]}\n")
    assert (found, len(told)) == ([], 1)
