"""Rendered views as part of a run: the article and each post, once, and what is told where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape as html_of
from pathlib import Path
from typing import Any

import msgspec
import pytest

from archiver.browser.chromium import HINT
from archiver.capture import ArchivedPost, running
from archiver.capture.documents import documents
from archiver.config import Settings
from archiver.explain import Link, explain
from archiver.platforms.x.endpoints import syndication_lookup
from archiver.replay import Library, create_app
from archiver.replay.addresses import Addresses
from archiver.store import Archive
from archiver.store.conclusions import Rendering
from tests.browser.stage import CHROMIUM, Bitmap, html, needs_chromium
from tests.replay.conftest import Client
from tests.town import DELETED, PICTURED, POSTS, REWORDED, Town
from tests.web_twin import Population, Reply, Request, Twin

FRAME = "platform.twitter.com"
GREEN = (0x11, 0x77, 0x33)
SCRIPT = """
fetch('ADDRESS').then(r => r.ok ? r.json() : null).catch(() => null).then(t => {
    document.body.insertAdjacentHTML('beforeend', '<p style="background:#117733;height:60px;margin:0"></p>');
    document.body.append(t && t.text ? t.text : 'Not found');
    document.title = t && t.text ? 'shown' : 'not found';
});
"""


def frame(request: Request) -> Reply:
    """What the official embed's frame does: it asks the same endpoint as the program, in the frame's name."""
    if request.target.startswith("/embed/Tweet.html?id="):
        post_id = request.target.partition("id=")[2].partition("&")[0]
        script = SCRIPT.replace("ADDRESS", syndication_lookup(post_id).url)
        return html(f'<body style="margin:0"><script>{script}</script>')
    return Reply(status=404)


def for_origin(request: Request, reply: Reply) -> Reply:
    """As many endpoints do: only the page that asks may read the answer, and only where it says who it is."""
    origin = request.header("origin")
    return reply.with_headers(("Access-Control-Allow-Origin", origin)) if origin else reply


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def made(place: Path) -> Iterator[tuple[Town, list[ArchivedPost], list[str]]]:
    """One run with a browser over a page that cites a post twice and one that is gone; what came out, what was told."""
    if not CHROMIUM:
        pytest.skip("no Chromium is installed")
    with Twin(Population(list(POSTS))) as twin:
        twin.host(FRAME, frame)
        twin.host("cdn.syndication.twimg.com", lambda request: for_origin(request, twin.x(request)))
        town = Town(twin, place)
        page = town.page([PICTURED, DELETED, PICTURED])
        text = page.read_text().replace("<h1>", '<img src="secret.png"><img src="/etc/passwd"><h1>')
        page.write_text(text)
        posts, remarks = run(town, page)
        yield town, posts, remarks


def run(
    town: Town, *sources: Path | str, settings: Settings | None = None, **options: Any
) -> tuple[list[ArchivedPost], list[str]]:
    settings = settings or town.settings()
    with running(settings, path=town.archive, clock=town.clock, rendered=True, **options) as job:
        posts = [post for one in documents(sources, settings, job=job) for post in job.run(one)]
        return posts, [*job.archive.warnings, *job.remarks]


def renderings(town: Town, of: str) -> list[Rendering]:
    with Archive.open(town.archive) as archive:
        captures = archive.catalogue.captures_at(f"urn:archiver:rendering:{of}")
        found = [archive.conclusion(capture.record_id).rendering for capture in captures]
    return [rendering for rendering in found if rendering is not None]


def stored(town: Town, record_id: str) -> bytes:
    with Archive.open(town.archive) as archive:
        capture = archive.catalogue.capture(record_id)
        assert capture is not None
        archive.check_block(capture)
        _, block = archive.open_record(capture)
        with block:
            return block.read()


Made = tuple[Town, list[ArchivedPost], list[str]]


def test_each_post_is_counted_in_its_line(made: Made) -> None:
    _, posts, _ = made
    assert [(post.post_id, post.views, post.view_failed) for post in posts] == [
        (PICTURED.id, 3, None),
        (DELETED.id, 3, None),
    ]


def test_a_post_is_shown_by_its_embeds_frame_with_the_words_that_are_stored(made: Made) -> None:
    town, _, _ = made
    (rendering,) = renderings(town, f"x:{PICTURED.id}")
    assert rendering.url == f"https://{FRAME}/embed/Tweet.html?id={PICTURED.id}&lang=en&dnt=true"
    assert rendering.title == "shown"
    assert Bitmap(stored(town, rendering.views[0].record_id))[30, 30] == GREEN
    (gone,) = renderings(town, f"x:{DELETED.id}")
    assert gone.title == "not found"


def test_an_articles_file_is_shown_without_this_machines_files(made: Made) -> None:
    town, _, _ = made
    with Archive.open(town.archive) as archive:
        ((article, record_id),) = archive.catalogue.articles()
    (rendering,) = renderings(town, article.uri)
    assert rendering.page == record_id
    assert rendering.views[0].target_uri == f"urn:view:{article.uri}"
    assert rendering.address == "https://article.invalid/"
    told = {request.url: request.problem for request in rendering.requests}
    for path in ("secret.png", "etc/passwd"):
        assert told[f"https://article.invalid/{path}"] == "not fetched: the address was made up for a file"
    assert rendering.title == "The night without the lamp"


def test_the_chain_behind_a_post_leads_to_its_views(made: Made) -> None:
    town, _, _ = made
    (rendering,) = renderings(town, f"x:{PICTURED.id}")
    with Archive.open(town.archive) as archive:
        chain = explain(archive, f"x:{PICTURED.id}")
        article = explain(archive, archive.catalogue.articles()[0][0].id)

    def links(link: Link) -> Iterator[Link]:
        yield link
        for below in link.rests_on:
            yield from links(below)

    (found,) = [link for link in links(chain) if link.kind == "rendering"]
    assert ("page", rendering.url) in found.facts
    assert {view.record_id for view in rendering.views} <= {link.id for link in links(found)}
    assert any(link.kind == "rendering" for link in article.rests_on)


def test_replay_shows_the_window_and_links_to_the_rest(made: Made) -> None:
    town, _, _ = made
    (rendering,) = renderings(town, f"x:{PICTURED.id}")
    with Library([town.archive]) as library, Archive.open(town.archive) as archive:
        client = Client(create_app(library))
        to = Addresses(next(iter(library.shelves)).slug)
        window, whole, pdf = (archive.catalogue.capture(view.record_id) for view in rendering.views)
        assert window is not None
        assert whole is not None
        assert pdf is not None
        for page in (to.post(f"x:{PICTURED.id}"), to.article(archive.catalogue.articles()[0][0].id)):
            text = client.get(page).text
            assert "As a browser showed it" in text
        shown = client.get(to.post(f"x:{PICTURED.id}")).text
        assert f'<img src="{html_of(to.payload(window))}"' in shown
        for capture in (window, whole, pdf):
            assert f'href="{html_of(to.capture(capture))}"' in shown
        assert client.get(to.payload(window)).content == stored(town, window.record_id)
        # the page's own address leads to the page, not to its picture
        assert all(found.content_type != "image/png" for found in archive.catalogue.captures_at(rendering.url))


def test_rebuilding_finds_the_same(made: Made) -> None:
    town, _, _ = made
    before = renderings(town, f"x:{PICTURED.id}")
    (town.archive / "catalogue.db").unlink()
    assert renderings(town, f"x:{PICTURED.id}") == before


def test_a_text_has_no_page_and_a_post_without_an_answer_is_told(made: Made) -> None:
    town, _, _ = made
    town.twin.host(FRAME, lambda request: Reply(status=500))
    text = town.write("copy.txt", f"{REWORDED} – skar Lindhe 🗼 (keeper_osk) March 9, 2022\n\n{PICTURED.url}\n")
    posts, remarks = run(town, text)
    assert [(post.views, post.view_failed is not None) for post in posts if post.post_id] == [(0, True)] * len(posts)
    assert not any("not rendered" in remark for remark in remarks)
    assert not any(uri.startswith("urn:view:ni:") for uri in _uris(town)[1:])


def _uris(town: Town) -> list[str]:
    with Archive.open(town.archive) as archive:
        return [row[5] for row in archive.catalogue.rows("captures") if row[5].startswith("urn:view:ni:")]


def test_without_a_browser_it_is_said_once_and_everything_else_is_stored(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(town.folder))
    posts, told = run(town, town.page([PICTURED, DELETED]))
    assert [(post.state, post.views, post.view_failed) for post in posts] == [("live", 0, None), ("deleted", 0, None)]
    (line,) = [line for line in told if "render" in line]
    assert line == f"nothing is rendered: no Chromium is installed, so nothing can be rendered ({HINT})"


@needs_chromium
def test_a_program_that_is_no_browser_is_said_once(town: Town) -> None:
    settings = town.settings()
    capture = msgspec.structs.replace(settings.capture, chromium="/bin/true")
    posts, told = run(town, town.page([PICTURED]), settings=msgspec.structs.replace(settings, capture=capture))
    assert [(post.views, post.view_failed) for post in posts] == [(0, None)]
    assert [line for line in told if "render" in line] == ["nothing is rendered: /bin/true: Chromium does not start"]


@needs_chromium
@pytest.mark.parametrize("asked", ["--rendered", "settings"])
def test_the_command_renders_where_it_is_asked_to(town: Town, asked: str) -> None:
    town.twin.host(FRAME, frame)
    config = town.config(extra="[capture]\nrendered = true\n" if asked == "settings" else "")
    options = [asked] if asked.startswith("--") else []
    page = town.page([PICTURED])
    done = town.command("archive", page, "--archive", town.archive, "--config", config, "--format", "jsonl", *options)
    assert done.exit_code == 0
    assert [msgspec.json.decode(line)["views"] for line in done.stdout.splitlines()] == [3]


def test_nothing_is_rendered_unasked(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: object, **options: object) -> None:
        raise AssertionError("a browser was started")

    monkeypatch.setattr("archiver.browser.views.Renderer", never)
    (post,) = town.run(town.page([PICTURED]))
    assert (post.views, post.view_failed) == (0, None)
