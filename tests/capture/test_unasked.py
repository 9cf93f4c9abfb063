"""Posts of platforms that nobody can be asked about yet: named, their page kept, their state not judged."""

from __future__ import annotations

import json

from archiver.model import State
from archiver.store import Archive
from tests.town import Town
from tests.web_twin.wire import Reply

ID = "SkerryNight"
PAGE = f"https://www.youtube.com/watch?v={ID}"
ARTICLE = f'<p>The night of the broken lamp.</p><iframe src="https://www.youtube.com/embed/{ID}"></iframe>'


def test_the_page_is_kept_and_nothing_is_said_of_the_post(town: Town) -> None:
    page = Reply(headers=(("Content-Type", "text/html"),), body=b"<title>The night without the lamp</title>")
    town.twin.host("www.youtube.com", lambda _: page)
    [post] = town.run(town.write("night.html", ARTICLE))
    assert (post.platform, post.post_id, post.url, post.state) == ("youtube", ID, PAGE, State.UNRESOLVED)
    assert "no public endpoint of youtube" in post.reason
    assert post.stored_in is not None
    with Archive.open(town.archive) as archive:
        [capture] = [c for c in archive.catalogue.captures_at(PAGE) if c.record_type == "response"]
        assert capture.record_id in post.evidence


def test_offline_it_is_the_same_without_a_page(town: Town) -> None:
    source = town.write("night.html", ARTICLE)
    [post] = town.run(source, offline=True)
    assert (post.post_id, post.state, post.stored_in) == (ID, State.UNRESOLVED, None)


def test_an_audit_never_counts_it_as_missing(town: Town) -> None:
    source = town.write("night.html", ARTICLE)
    within = ("--archive", town.archive, "--config", town.config(), "--offline")
    result = town.command("audit", source, *within, "--format", "jsonl")
    [line] = [json.loads(line) for line in result.stdout.splitlines()]
    assert (line["state"], result.exit_code) == ("unresolved", 0)
