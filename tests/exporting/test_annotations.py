"""Web Annotations: the shape that the model asks for, ids that stay, and quotes that a browser finds.

The shape is checked against a schema that was written for this test after the Web Annotation Data Model's sections; the
places are looked up by Chromium in its own DOM of the stored HTML.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from archiver.errors import ArchiverError, InputError
from archiver.exporting.annotations import write_annotations
from archiver.exporting.cited import Selection
from archiver.exporting.quotes import MAX_ELEMENT, ElementTexts, quote_of
from archiver.model import State
from archiver.store import Archive
from tests.exporting.staging import mention, post, staged

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)

IRI = {"type": "string", "pattern": r'^[a-z][a-z0-9+.-]*:[^\x00-\x20<>"{}|\\^`]+$'}
TIME = {"type": "string", "format": "date-time", "pattern": "Z$"}
PERSON = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": {"enum": ["Person", "Software", "Organization"]}, "id": IRI},
}
MOTIVATION = {"enum": ["identifying", "highlighting", "describing", "commenting", "linking"]}
MODEL: dict[str, Any] = {
    "$defs": {
        # 3.1, 3.3
        "annotation": {
            "type": "object",
            "required": ["id", "type", "target"],
            "properties": {
                "id": IRI,
                "type": {"const": "Annotation"},
                "motivation": MOTIVATION,
                "created": TIME,
                "modified": TIME,
                "generator": PERSON,
                "body": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/body"}},
                "target": {"$ref": "#/$defs/specific"},
            },
            "propertyNames": {
                "enum": [
                    *["id", "type", "motivation", "created", "modified", "generator", "body", "target"],
                    *[f"archiver:{name}" for name in ("platform", "outcome", "score", "state", "seenAt", "confirmed")],
                    *[f"archiver:{name}" for name in ("evidence", "warcFile", "warcOffset", "payloadDigest")],
                ]
            },
        },
        "body": {
            "oneOf": [{"$ref": "#/$defs/specific"}, {"$ref": "#/$defs/text"}],
        },
        # 3.2.4
        "text": {
            "type": "object",
            "required": ["type", "value"],
            "properties": {
                "type": {"const": "TextualBody"},
                "value": {"type": "string"},
                "format": {"const": "text/plain"},
                "language": {"type": "string"},
                "purpose": MOTIVATION,
                "creator": PERSON,
                "created": TIME,
            },
            "additionalProperties": False,
        },
        # 4
        "specific": {
            "type": "object",
            "required": ["type", "source"],
            "properties": {
                "type": {"const": "SpecificResource"},
                "source": {
                    "oneOf": [IRI, {"type": "object", "required": ["id"], "properties": {"id": IRI, "created": TIME}}]
                },
                "purpose": MOTIVATION,
                "selector": {"$ref": "#/$defs/selectors"},
                "state": {"$ref": "#/$defs/state"},
            },
            "propertyNames": {"pattern": "^(type|source|purpose|selector|state|archiver:[A-Za-z]+)$"},
        },
        "selectors": {
            "oneOf": [
                {"$ref": "#/$defs/selector"},
                {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/selector"}},
            ]
        },
        # 4.2.2, 4.2.4, 4.2.5
        "selector": {
            "oneOf": [
                {
                    "type": "object",
                    "required": ["type", "value"],
                    "properties": {
                        "type": {"const": "CssSelector"},
                        "value": {"type": "string"},
                        "refinedBy": {"$ref": "#/$defs/selectors"},
                    },
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "required": ["type", "exact"],
                    "properties": {
                        "type": {"const": "TextQuoteSelector"},
                        **{name: {"type": "string", "minLength": 1} for name in ("exact", "prefix", "suffix")},
                    },
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "required": ["type", "start", "end"],
                    "properties": {
                        "type": {"const": "TextPositionSelector"},
                        "start": {"type": "integer", "minimum": 0},
                        "end": {"type": "integer", "minimum": 0},
                    },
                    "additionalProperties": False,
                },
            ]
        },
        # 4.3.1
        "state": {
            "type": "object",
            "required": ["type", "sourceDate"],
            "properties": {"type": {"const": "TimeState"}, "sourceDate": TIME, "cached": IRI},
        },
    },
    # 5.1, 5.2
    "type": "object",
    "required": ["@context", "id", "type", "total"],
    "properties": {
        "@context": {"type": "array", "contains": {"const": "http://www.w3.org/ns/anno.jsonld"}},
        "id": IRI,
        "type": {"const": "AnnotationCollection"},
        "label": {"type": "string"},
        "total": {"type": "integer", "minimum": 0},
        "last": IRI,
        "first": {
            "type": "object",
            "required": ["id", "type", "partOf", "items"],
            "properties": {
                "id": IRI,
                "type": {"const": "AnnotationPage"},
                "partOf": IRI,
                "startIndex": {"const": 0},
                "items": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/annotation"}},
            },
        },
    },
}
VALIDATOR = Draft202012Validator(MODEL, format_checker=FormatChecker())


def exported(
    folder: Path, problems: list[tuple[str, ArchiverError]] | None = None, **selection: Any
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The collection and its annotations, after a look at their shape."""
    out = io.BytesIO()
    told: list[tuple[str, ArchiverError]] = []
    with Archive.open(folder) as archive:
        count = write_annotations(
            archive,
            out,
            selection=Selection(**selection),
            on_problem=lambda source, error: told.append((source, error)),
        )
    document = json.loads(out.getvalue())
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []
    items: list[dict[str, Any]] = document.get("first", {}).get("items", [])
    assert count == len(items) == document["total"]
    if problems is None:
        assert told == []
    else:
        problems += told
    return document, items


def refined(annotation: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """CSS path, quote and position."""
    selector = annotation["target"]["selector"]
    quote, position = selector["refinedBy"]
    return selector["value"], quote, position


class TestShape:
    def test_of_the_whole_archive(self, shipped: Path) -> None:
        document, items = exported(shipped)
        assert document["total"] == 8
        assert document["last"] == document["first"]["id"]
        assert document["first"]["partOf"] == document["id"]
        assert len({item["id"] for item in items}) == 8

    def test_a_resolved_post_is_identified(self, tmp_path: Path) -> None:
        with staged(tmp_path) as stage:
            article, [cited] = stage.article("🌉 The words of it.", "story.txt", [mention(start=2, end=11)])
            seen = stage.answer(1)
            stage.resolved(cited, post(20, 'Say "no" </script> & \u2028 more'), [seen])
            stage.look(post(20, 'Say "no" </script> & \u2028 more'), State.LIVE, 0, [seen], shown=True)
        _, [annotation] = exported(tmp_path)
        writer = {"type": "Person", "name": "Bridge Watch", "nickname": "bridge_watch"}
        about = {"creator": writer, "created": "2022-11-09T06:30:15Z", "language": "en"}
        assert annotation["id"] == f"urn:archiver:annotation:{cited.id}"
        assert annotation["motivation"] == "identifying"
        assert annotation["modified"] == "2026-03-01T12:00:00Z"
        assert annotation["body"] == [
            {
                "type": "SpecificResource",
                "purpose": "identifying",
                "source": {"id": "https://x.com/bridge_watch/status/20", "type": "Text", **about},
                "archiver:post": "x:20",
                "archiver:accountId": "77",
            },
            {
                "type": "TextualBody",
                "purpose": "describing",
                "value": 'Say "no" </script> & \u2028 more',
                "format": "text/plain",
                **about,
            },
        ]
        target = annotation["target"]
        assert target["source"] == article.uri
        assert target["selector"] == [
            {"type": "TextQuoteSelector", "exact": "The words", "prefix": "🌉 ", "suffix": " of it."},
            {"type": "TextPositionSelector", "start": 2, "end": 11},
        ]
        with Archive.open(tmp_path) as archive:
            capture = archive.catalogue.capture(target["state"]["cached"])
            assert capture is not None
            assert capture.target_uri == article.uri
        assert annotation["archiver:state"] == "live"
        assert annotation["archiver:evidence"] == [seen]

    def test_an_unsure_one_is_not(self, tmp_path: Path) -> None:
        with staged(tmp_path) as stage:
            _, [one, _] = stage.article("some words", "s.txt", [mention(start=0, end=4), mention(start=5, end=10)])
            stage.unsure(one, "two posts are alike")
        _, items = exported(tmp_path)
        assert [item["motivation"] for item in items] == ["highlighting"] * 2
        assert [body["value"] for item in items for body in item["body"]] == [
            "ambiguous: two posts are alike",
            "unresolved: it was not looked for yet",
        ]

    def test_an_archive_without_articles_is_an_empty_collection(self, tmp_path: Path) -> None:
        with staged(tmp_path) as stage:
            stage.answer(1)
        document, items = exported(tmp_path)
        assert items == []
        assert "first" not in document

    def test_an_address_that_is_no_iri_is_written_as_one(self, tmp_path: Path) -> None:
        with staged(tmp_path) as stage:
            _, [cited] = stage.article("words", "s.txt", [mention(start=0, end=5)])
            stage.resolved(cited, post(20, url='https://x.com/a b/"status"/20'))
        _, [annotation] = exported(tmp_path)
        assert annotation["body"][0]["source"]["id"] == "https://x.com/a%20b/%22status%22/20"


class TestIds:
    def test_stay_when_the_archive_grows_and_is_rebuilt(self, tmp_path: Path) -> None:
        with staged(tmp_path) as stage:
            _, [cited] = stage.article("words", "s.txt", [mention(start=0, end=5)])
        before, [first] = exported(tmp_path)
        with staged(tmp_path) as stage:
            stage.resolved(cited, post(20))
            stage.article("other words", "t.txt", [mention(start=0, end=5)])
        with Archive.open(tmp_path, write=True) as archive:
            archive.rebuild()
        after, items = exported(tmp_path)
        assert before["id"] == after["id"]
        assert first["id"] == items[0]["id"]
        assert first["created"] == items[0]["created"]

    def test_what_is_selected_is_another_collection(self, shipped: Path) -> None:
        whole, _ = exported(shipped)
        part, items = exported(shipped, state=State.LIVE)
        assert {item["archiver:state"] for item in items} == {"live"}
        assert part["id"] != whole["id"]
        assert exported(shipped, state=State.LIVE)[0]["id"] == part["id"]
        with pytest.raises(InputError, match="no such article"):
            exported(shipped, article="a-0")


class TestBrokenEvidence:
    def test_an_altered_article_is_told_and_not_quoted(self, tmp_path: Path) -> None:
        with staged(tmp_path) as stage:
            stage.article("the true words", "s.txt", [mention(start=4, end=8)])
            stage.article("<p>true", "s.html", [mention(selector="html > body > p:nth-child(1)", text="true")])
        with Archive.open(tmp_path, write=True) as archive:
            query = "SELECT segment, offset, length FROM captures WHERE type = 'resource'"
            for name, offset, length in archive.catalogue.query(query):
                path = archive.segments_path / name
                data = bytearray(path.read_bytes())
                data[offset + length - 8] ^= 0xFF  # in the member's checksum: the record does not verify
                path.write_bytes(data)
        problems: list[tuple[str, ArchiverError]] = []
        _, [text, html] = exported(tmp_path, problems)
        assert [source for source, _ in problems] == ["s.txt", "s.html"]
        assert text["target"]["selector"] == {"type": "TextPositionSelector", "start": 4, "end": 8}
        assert html["target"]["selector"] == {"type": "CssSelector", "value": "html > body > p:nth-child(1)"}

    def test_an_article_whose_record_is_missing_is_not_quoted(self, tmp_path: Path) -> None:
        with staged(tmp_path) as stage:
            article, _ = stage.article("words", "s.txt", [mention(start=0, end=5)])
        with Archive.open(tmp_path, write=True) as archive:
            archive.catalogue.query("DELETE FROM captures WHERE target_uri = ? AND type = 'resource'", (article.uri,))
        _, [annotation] = exported(tmp_path)
        assert "state" not in annotation["target"]
        assert annotation["target"]["selector"]["type"] == "TextPositionSelector"


def card(words: str, number: int, name: str = "Bridge Watch") -> str:
    return (
        f'<blockquote class="twitter-tweet"><p lang="en" dir="ltr">{words}</p>&mdash; {name} (@bridge_watch) '
        f'<a href="https://twitter.com/bridge_watch/status/159038{number:013d}">November 9, 2022</a></blockquote>'
    )


PAGES = {
    "plain.html": "<!DOCTYPE html><title>A story</title><p>before</p>" + card("The bridge is shut.", 1),
    "crooked.html": (
        "<table><tr><td>cell</table><p>one<p>two<div>open"
        + card("Never &amp; ever\r\n  say &lt;b&gt;<br>a <b>bold</b> word", 2)
        + "</div></p>tail"
    ),
    "scripts.html": (
        "<html><head><noscript><link rel=x></noscript></head><body><!-- c --><script>var a='<p>'</script>"
        "<template><p>not here</p></template><noscript><p>in here</p></noscript><svg><title>t</title></svg>"
        + card("Words behind <!-- a comment --> all of that 🌉\u200d🌊 e\u0301.", 3)
        + "<style>p{}</style></body></html>"
    ),
    "twice.html": "<!DOCTYPE html><p>The bridge is shut.</p>" + card("Is shut. Is shut. Is shut.", 4, "Is shut."),
    "pre.html": "<!DOCTYPE html><pre>\n\n" + card("Line one\nline two\n\n   line three", 5) + "</pre>",
    "deep.html": "<!DOCTYPE html>" + "<div>" * 60 + card("Down here it is dark.", 6) + "</div>" * 60,
    "flat.html": (
        "<!DOCTYPE html><title>t</title><p>Rowed out with two crews and a spare bulb, steer by the tower. — Bridge "
        "Watch (@bridge_watch) November 9, 2022</p>"
    ),
}
LOOK = """<!DOCTYPE html><meta charset="utf-8"><body><script>
(async () => {
  const places = await (await fetch("places.json")).json(), out = {};
  for (const [page, list] of Object.entries(places)) {
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-same-origin";  // its scripts do not run
    frame.src = page;
    await new Promise(done => { frame.onload = done; document.body.append(frame); });
    out[page] = list.map(([css, start, end, before, behind]) => {
      const found = frame.contentDocument.querySelectorAll(css);
      const text = found.length == 1 ? [...found[0].textContent] : [];
      return [found.length, text.slice(start, end).join(""), text.slice(Math.max(0, start - before), start).join(""),
              text.slice(end, end + behind).join("")];
    });
  }
  document.body.textContent = encodeURIComponent(JSON.stringify(out));
})();
</script>"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def points(text: str | None) -> int:
    return len(text or "")


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")
def test_a_browser_finds_every_quote_at_its_place(tmp_path: Path) -> None:
    with staged(tmp_path / "archive") as stage:
        for name, html in PAGES.items():
            _, cited = stage.article(html, name)
            assert len(cited) == 1, name
    _, items = exported(tmp_path / "archive")
    site = tmp_path / "site"
    site.mkdir()
    places: dict[str, list[Any]] = {}
    expected: dict[str, list[Any]] = {}
    for (name, html), item in zip(PAGES.items(), items, strict=True):
        (site / name).write_bytes(html.encode())
        css, quote, position = refined(item)
        before, behind = quote.get("prefix"), quote.get("suffix")
        places[name] = [(css, position["start"], position["end"], points(before), points(behind))]
        expected[name] = [[1, quote["exact"], before or "", behind or ""]]
    (site / "places.json").write_text(json.dumps(places))
    (site / "look.html").write_text(LOOK)
    with serving(site) as port:
        command = [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--disable-component-update",
            f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=20000",
            "--dump-dom", f"http://127.0.0.1:{port}/look.html",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True)
    found = json.loads(unquote(done.stdout.partition("<body>")[2].partition("</body>")[0]))
    assert found == expected
    assert expected["scripts.html"][0][1] == "Words behind  all of that 🌉\u200d🌊 e\u0301."
    assert expected["crooked.html"][0][1] == "Never & ever\n  say <b>a bold word"


class TestQuotes:
    def test_white_space_is_found_however_it_is_written(self) -> None:
        quote = quote_of("\n  The\u00a0bridge\n\tis   shut. And more", "The bridge is shut.")
        assert quote is not None
        assert quote.exact == "The\u00a0bridge\n\tis   shut."
        assert (quote.start, quote.prefix, quote.suffix) == (3, "\n  ", " And more")

    @pytest.mark.parametrize(("text", "words"), [("abc", "abd"), ("abc", " "), ("", "a"), ("ab", "abc")])
    def test_words_that_are_not_there_have_no_place(self, text: str, words: str) -> None:
        assert quote_of(text, words) is None

    @pytest.mark.parametrize(
        "selector",
        [
            "html > body > p:nth-child(9)",
            "html > body > div:nth-child(1)",
            "html > body > p:nth-child(0)",
            "body > p:nth-child(1)",
            "html > body > p[onclick]",
            "html > table",
            "",
            ">",
        ],
    )
    def test_paths_that_lead_nowhere_name_no_element(self, selector: str) -> None:
        assert ElementTexts("<p>words").text(selector) is None

    def test_an_element_larger_than_any_post_is_not_searched(self) -> None:
        elements = ElementTexts(f"<p>{'x' * (MAX_ELEMENT + 1)}</p><p>words")
        assert elements.text("html > body > p:nth-child(1)") is None
        assert elements.text("html > body > p:nth-child(2)") == "words"
