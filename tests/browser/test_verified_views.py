"""What is said of a rendered page refers to what is stored: views that were exchanged or taken away are found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from archiver.model import Check, Verdict
from archiver.store import Archive
from archiver.store.conclusions import RenderedRequest, RenderedView, Rendering, rendering_conclusion
from archiver.verification.references import check_references
from tests.browser.stage import CLOCK
from tests.verification.forging import Raw, forged

PAGE = "https://pages.example/"
SCHEMES = ("urn:view:", "urn:fullPage:", "urn:pdf:")


@pytest.fixture
def segment(tmp_path: Path) -> Path:
    """An archive's one file, with a page and what a browser made of it."""
    with Archive.open(tmp_path / "archive", clock=lambda: CLOCK, write=True) as archive, archive.session() as session:
        page = session.write_resource(PAGE, "text/html", b"<p>words</p>")
        asked = session.write_resource(f"{PAGE}style.css", "text/css", b"p{color:red}")
        views = []
        for scheme in SCHEMES:
            data = scheme.encode()
            capture = session.write_resource(scheme + PAGE, "image/png", data, concurrent_to=page.record_id)
            views.append(
                RenderedView(
                    record_id=capture.record_id,
                    target_uri=scheme + PAGE,
                    content_type="image/png",
                    digest=capture.payload_digest or "",
                    bytes=len(data),
                )
            )
        rendering = Rendering(
            of="x:1",
            url=PAGE,
            address=PAGE,
            page=page.record_id,
            rendered_at=CLOCK,
            software="Chromium 1",
            views=tuple(views),
            requests=(
                RenderedRequest(url=PAGE, status=200, record_id=page.record_id),
                RenderedRequest(url=f"{PAGE}style.css", status=200, record_id=asked.record_id),
                RenderedRequest(url=f"{PAGE}absent", problem="no answer in time"),
            ),
        )
        session.write_conclusion(rendering_conclusion(rendering), page.record_id)
    (path,) = (tmp_path / "archive" / "archive").iterdir()
    return path


def check(path: Path) -> Check:
    with Archive.view([path]) as archive:
        return check_references(archive)


def test_those_that_are_stored_are_found(segment: Path) -> None:
    found = check(segment)
    assert (found.verdict, found.problems, found.checked) == (Verdict.SOUND, (), 5)


def named(raws: list[Raw], uri: str) -> Raw:
    return next(raw for raw in raws if raw["WARC-Target-URI"] == uri)


def taken_away(uri: str) -> Callable[[list[Raw]], None]:
    return lambda raws: raws.remove(named(raws, uri))


def exchanged(raws: list[Raw]) -> None:
    named(raws, f"urn:view:{PAGE}").block = b"another picture"


def renamed(raws: list[Raw]) -> None:
    named(raws, f"urn:view:{PAGE}")["WARC-Target-URI"] = "urn:view:https://other.example/"


def of_another_page(raws: list[Raw]) -> None:
    raw = named(raws, "urn:archiver:rendering:x:1")
    raw["WARC-Refers-To"] = f"<{named(raws, f'{PAGE}style.css').record_id}>"


def of_another_post(raws: list[Raw]) -> None:
    raw = named(raws, "urn:archiver:rendering:x:1")
    conclusion: Any = raw.conclusion
    raw.conclude(msgspec.structs.replace(conclusion, rendering=msgspec.structs.replace(conclusion.rendering, of="x:2")))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (taken_away(f"urn:fullPage:{PAGE}"), "view: there is no record"),
        (taken_away(f"{PAGE}style.css"), "what the page asked for: there is no record"),
        (exchanged, "is not the view that was stored"),
        (renamed, "is not the view that was stored"),
        (of_another_page, "WARC-Refers-To is not the page that was rendered"),
        (of_another_post, "it is stored as 'urn:archiver:rendering:x:1' and concludes of 'urn:archiver:rendering:x:2'"),
    ],
    ids=["no view", "no request", "exchanged", "renamed", "another page", "another post"],
)
def test_what_was_altered_is_named(
    segment: Path, tmp_path: Path, change: Callable[[list[Raw]], None], problem: str
) -> None:
    found = check(forged(segment, tmp_path / "forged", change))
    assert found.verdict is Verdict.DAMAGED
    assert any(problem in one.what for one in found.problems), found.problems
