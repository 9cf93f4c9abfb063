"""What a feed or a sitemap lists. Invariant: each article comes once, in the order of the list, from its page where
that can be had; one that cannot be read is told, and stops no other; no list leads on without end."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

import pytest

from archiver.detect import find
from archiver.errors import ArchiverError, NetworkError
from archiver.exchange import Exchange
from archiver.face import cited_posts
from archiver.sources import Document, following, read_sources
from tests.town import PICTURED, RENAMED, Town

FEED = "https://news.example/feed.xml"
POST = "The bridge is open again. — Ana Example (@ana_example) November 9, 2022"


def page(text: str = POST) -> bytes:
    return f"<html><body><p>{text}</p></body></html>".encode()


def item(url: str, content: str = "") -> str:
    body = f"<description>{escape(content)}</description>" if content else ""
    return (
        f"<item><title>A</title><link>{escape(url)}</link><pubDate>Thu, 15 Jan 2026 08:30:00 GMT</pubDate>{body}</item>"
    )


def rss(*items: str) -> bytes:
    return f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>".encode()


def index(*urls: str) -> bytes:
    return f"<sitemapindex>{''.join(f'<sitemap><loc>{url}</loc></sitemap>' for url in urls)}</sitemapindex>".encode()


def sitemap(*urls: str) -> bytes:
    return f"<urlset>{''.join(f'<url><loc>{url}</loc></url>' for url in urls)}</urlset>".encode()


class Web:
    """Answers by address; all others do not answer."""

    def __init__(self, answers: Mapping[str, bytes], kind: str = "text/html") -> None:
        self.answers = answers
        self.kind = kind
        self.asked: list[str] = []

    def __call__(self, url: str) -> Exchange:
        self.asked.append(url)
        body = self.answers.get(url)
        if body is None:
            raise NetworkError("no answer", subject=url)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {self.kind}\r\n\r\n".encode()
        return Exchange(
            url=url,
            time=datetime(2026, 1, 1, tzinfo=UTC),
            status=200,
            headers=(("Content-Type", self.kind),),
            open_response=lambda: io.BytesIO(head + body),
            response_length=len(head + body),
            head_length=len(head),
        )


def read(
    spec: str | Path, web: Web | None, *, fetch_listed: bool = True
) -> tuple[list[Document], list[str], list[str]]:
    errors: list[str] = []
    notes: list[str] = []

    def on_error(source: str, error: ArchiverError) -> None:
        assert "\n" not in str(error)
        errors.append(f"{source.removeprefix(str(spec))} {error.problem}")

    found = list(
        read_sources([str(spec)], on_error=on_error, on_note=notes.append, fetch=web, fetch_listed=fetch_listed)
    )
    return found, errors, notes


def named(found: list[Document], spec: str | Path) -> list[str]:
    return [document.article.source.removeprefix(f"{spec}#https://news.example/") for document in found]


def test_each_page_once_in_order() -> None:
    urls = [f"https://news.example/{n}" for n in (2, 1, 3)]
    web = Web({FEED: rss(*map(item, (*urls, urls[1], f"{urls[0]}#comments")))} | dict.fromkeys(urls, page()))
    found, errors, notes = read(FEED, web)
    assert named(found, FEED) == ["2", "1", "3"]
    assert [document.article.uri for document in found] == urls
    assert all(document.exchange is not None for document in found)
    assert (web.asked, errors, notes) == ([FEED, *urls], [], [])


def test_one_that_cannot_be_read_stops_no_other() -> None:
    urls = ["https://news.example/1", "https://news.example/gone", "ftp://news.example/2", "https://news.example/pdf"]
    web = Web({FEED: rss(*map(item, urls)), urls[0]: page(), urls[3]: b"%PDF-1.7"})
    found, errors, _ = read(FEED, web)
    assert named(found, FEED) == ["1"]
    assert errors == [
        "#https://news.example/gone no answer",
        "#ftp://news.example/2 only http and https addresses can be read",
        "#https://news.example/pdf this is a PDF file, not an article",
    ]


def test_the_feeds_own_text_stands_for_a_page_that_cannot_be_had() -> None:
    quoted = f'<p>"{POST}"</p><a href="more.html">more</a>'
    web = Web({FEED: rss(item("https://news.example/gone", quoted), f"<item><description>{POST}</description></item>")})
    found, errors, notes = read(FEED, web)
    assert [len(find(document.article)) for document in found] == [1, 1]
    assert errors == []
    assert len(notes) == 1
    assert "gone: no answer" in notes[0]
    article = found[0].article
    assert (article.title, (article.published or "")[:10]) == ("A", "2026-01-15")
    assert article.uri.startswith("ni:"), "nothing at its address was seen to show it"
    assert b'<base href="https://news.example/gone">' in found[0].data


@pytest.mark.parametrize("kind", ["text/html", "application/octet-stream", "application/rss+xml", ""])
def test_a_feed_is_one_whatever_it_is_served_as(kind: str) -> None:
    found, errors, _ = read(
        FEED, Web({FEED: rss(item("https://news.example/1")), "https://news.example/1": page()}, kind)
    )
    assert (named(found, FEED), errors) == (["1"], [])


@pytest.mark.parametrize("name", ["feed.xml", "feed.rss", "feed", "feed.xml.gz"])
def test_a_file_may_lead_to_pages_where_a_connection_may_be_opened(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    data = rss(item("https://news.example/1"), item("https://news.example/2", POST))
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    web = Web({f"https://news.example/{n}": page() for n in (1, 2)})
    found, errors, notes = read(path, web)
    assert (named(found, path), errors, notes) == (["1", "2"], [], [])
    web.asked.clear()
    found, [error], _ = read(path, web, fetch_listed=False)
    assert named(found, path) == ["2"]
    assert "1 pages that the feed lists were not read" in error
    assert web.asked == []


def test_that_no_page_was_fetched_is_said(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(rss(item("https://news.example/2", POST)))
    found, errors, [note] = read(path, None)
    assert (len(found), errors) == (1, [])
    assert "no page was fetched" in note


@pytest.mark.parametrize("name", ["a.html", "a.md", "a.txt"])
def test_a_name_decides_before_the_content(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(rss(item("https://news.example/1")))
    [document], errors, _ = read(path, None)
    assert (document.article.source, errors) == (str(path), [])


def test_sitemaps_in_an_index_packed_or_not() -> None:
    pages = [f"https://news.example/{n}" for n in range(4)]
    answers = {
        "https://news.example/i": index("https://news.example/a.xml", "https://news.example/b.xml.gz"),
        "https://news.example/a.xml": sitemap(*pages[:2]),
        "https://news.example/b.xml.gz": gzip.compress(sitemap(*pages[1:])),
    } | dict.fromkeys(pages, page())
    found, errors, _ = read("https://news.example/i", Web(answers))
    assert (named(found, "https://news.example/i"), errors) == (["0", "1", "2", "3"], [])
    found, errors, _ = read("https://news.example/b.xml.gz", Web(answers))
    assert (named(found, "https://news.example/b.xml.gz"), errors) == (["1", "2", "3"], [])


def test_a_text_sitemap_is_one_by_its_name() -> None:
    pages = dict.fromkeys(("https://news.example/1", "https://news.example/2"), page())
    text = "\n".join(pages).encode()
    found, _, _ = read(
        "https://news.example/sitemap.txt", Web({"https://news.example/sitemap.txt": text} | pages, "text/plain")
    )
    assert len(found) == 2
    [document], _, _ = read("https://news.example/list", Web({"https://news.example/list": text} | pages, "text/plain"))
    assert document.article.text == text.decode()


def test_indexes_lead_neither_in_circles_nor_deep() -> None:
    names = [f"https://news.example/{n}" for n in range(8)]
    web = Web({name: index(names[0], following) for name, following in zip(names, [*names[1:], names[0]], strict=True)})
    found, errors, _ = read(names[0], web)
    assert found == []
    assert len(web.asked) <= following.MAX_NESTED + 2
    assert errors
    assert "deep in each other" in errors[-1]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (page(), "this is no sitemap"),
        (rss(), "this is no sitemap"),
        (b"\x1f\x8b\x08 and then nothing", "damaged"),
        (gzip.compress(b"<urlset>" + bytes(30_000_000)), "expands more"),
        (b"", "empty"),
        (None, "no answer"),
    ],
)
def test_a_broken_sitemap_stops_no_other(answer: bytes | None, why: str) -> None:
    answers = {
        "https://news.example/i": index("https://news.example/a", "https://news.example/b"),
        "https://news.example/b": sitemap("https://news.example/1"),
        "https://news.example/1": page(),
    }
    found, [error], _ = read(
        "https://news.example/i", Web(answers | ({"https://news.example/a": answer} if answer is not None else {}))
    )
    assert len(found) == 1
    assert why in error


def test_numbers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MAX_PAGES", 3)
    pages = [f"https://news.example/{n}" for n in range(9)]
    web = Web({FEED: sitemap(*pages)} | dict.fromkeys(pages, page()))
    found, [error], _ = read(FEED, web)
    assert len(found) == 3
    assert "more than 3 pages" in error


def test_a_json_feed_on_one_line_is_no_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "feed.json"
    items = ",".join(
        f'{{"id": "{n}", "url": "https://news.example/{n}", "content_text": "{POST}"}}' for n in range(200)
    )
    path.write_text(f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{items}]}}')
    found, errors, _ = read(path, None)
    assert (len(found), errors) == (200, [])


# --- through the program


@pytest.mark.parametrize("name", ["feed.xml", "atom.xml", "sitemap.xml", "sitemap_index.xml"])
def test_the_posts_of_a_sites_articles_are_archived(town: Town, name: str) -> None:
    for number, post in enumerate((PICTURED, RENAMED)):
        url = f"https://wire.example/{number}.html"
        town.twin.news.add(f"listed {number}", url, page_of(town, post))
    spec = f"https://wire.example/{name}"
    found = town.run(spec)
    assert [post.post_id for post in found] == [PICTURED.id, RENAMED.id]
    assert [post.source for post in found] == [f"{spec}#https://wire.example/{n}.html" for n in (0, 1)]
    again = town.run(spec, offline=True, conclude=False)
    assert [(post.post_id, post.source) for post in again] == [(post.post_id, post.source) for post in found]


def page_of(town: Town, post: object) -> str:
    return f"<html><body><article>{town.twin.news.citation(post, 'embeds', 'en')}</article></body></html>"  # type: ignore[arg-type]


def test_find_opens_no_connection_for_a_file(town: Town) -> None:
    embed: Callable[..., str] = town.twin.news.citation
    own = town.write("feed.xml", rss(item("https://skerry.example/1", embed(PICTURED, "embeds", "en"))))
    done = town.command("find", own, "--format", "jsonl", "--config", town.config())
    assert (done.exit_code, PICTURED.id in done.stdout, "no page was fetched" in done.stderr) == (0, True, True)
    listed = town.write("sitemap.xml", sitemap("https://skerry.example/1"))
    done = town.command("find", listed, "--config", town.config())
    assert done.exit_code == 3
    assert "no connection is opened for a file" in done.stderr
    assert not town.twin.log


def test_an_audit_says_for_which_pages_the_feeds_own_text_stands(town: Town) -> None:
    embed: Callable[..., str] = town.twin.news.citation
    feed = town.write("feed.xml", rss(item("https://wire.example/gone", embed(PICTURED, "embeds", "en"))))
    to = ("--archive", town.archive, "--config", town.config(), "--format", "jsonl")
    town.command("archive", feed, *to)
    done = town.command("audit", feed, "--offline", *to)
    assert PICTURED.id in done.stdout
    assert "what the feed itself has of it was read" in done.stderr


def test_pages_that_were_read_not_long_ago_are_not_asked_for_again(town: Town) -> None:
    """What was interrupted goes on: with a bound on their age, stored pages stand; the feed is asked for itself."""
    for number, post in enumerate((PICTURED, RENAMED)):
        town.twin.news.add(f"listed {number}", f"https://wire.example/{number}.html", page_of(town, post))

    def read_pages(max_age: timedelta | None) -> tuple[int, list[str]]:
        before = len(town.twin.hits("wire.example"))
        with town.job() as job:
            cited = cited_posts(job, ["https://wire.example/feed.xml"], town.settings(), max_age=max_age)
        return len(town.twin.hits("wire.example")) - before, [one.key for one in cited]

    first = read_pages(None)
    assert read_pages(timedelta(hours=1)) == (first[0] - 2, first[1])
    town.clock.go(hours=2)
    assert read_pages(timedelta(hours=1))[0] == first[0]
    assert read_pages(None)[0] == first[0]
