"""One post's card: a page that stands alone, and its picture, drawn without any network."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from selectolax.lexbor import LexborHTMLParser

from archiver.browser.errors import BrowserError, PageError
from archiver.cli import main
from archiver.errors import ArchiveError, InputError, LimitError
from archiver.exporting import htmlcard
from archiver.exporting.htmlcard import card_html
from archiver.exporting.htmlpicture import drawn
from archiver.model import Post
from archiver.store import Archive
from tests.loopback import Loopback, always, ok
from tests.replay.awkward import ARABIC, FULL, LENGTHY, NAMELESS, THAI, TITLED, TURNED, write_awkward
from tests.replay.staged import LIVE_POST, RTL_POST, rewrite_member, stage

needs_chromium = pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium")


def export(folder: Path, *arguments: object) -> Result:
    return CliRunner().invoke(main, ["export", "--archive", str(folder), *map(str, arguments)])


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


class TestPage:
    def test_state_digest_and_time_stand_on_it(self, shipped: Path) -> None:
        page = LexborHTMLParser(card_html(shipped, "x:1590171771531264000"))
        said = " ".join((page.css_first("footer").text() or "").split())
        assert "deleted, seen 20 November 2026, 09:00:04 UTC" in said
        with Archive.open(shipped) as archive:
            digests = {row[0] for row in archive.catalogue.query("SELECT payload_digest FROM captures")}
        (digest,) = re.findall(r"sha256:[0-9a-f]{64}", said)
        assert digest in digests
        assert "archiver-000001-20261120090000.warc.gz:" in said
        assert page.css_first("p.text").attributes["lang"] == "ja"

    def test_it_stands_alone(self, shipped: Path) -> None:
        page = LexborHTMLParser(card_html(shipped, "https://x.com/ada_brook_h2o/status/1590104417443840000"))
        assert page.css("script, link, iframe, form, a, [style]") == []
        sources = [node.attributes["src"] or "" for node in page.css("img")]
        assert len(sources) == 2
        assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
        policy = page.css_first("meta[http-equiv]").attributes["content"] or ""
        assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
        assert "url(" not in (page.css_first("style").text() or "")

    def test_the_same_post_gives_the_same_bytes(self, shipped: Path) -> None:
        assert card_html(shipped, "x:1590171771531264000") == card_html(shipped, "x:1590171771531264000")

    def test_what_strangers_wrote_stays_text(self, tmp_path: Path) -> None:
        stage(tmp_path / "archive")
        html = card_html(tmp_path / "archive", RTL_POST.key)
        assert "\u202e" not in html
        assert "U+202E" in html
        assert 'dir="rtl" lang="ar"' in html

    @pytest.mark.parametrize("post", [TURNED, FULL, TITLED, ARABIC, NAMELESS, LENGTHY], ids=lambda post: post.id)
    def test_nothing_of_an_awkward_post_is_lost_or_turns_the_card(self, post: Post, awkward: Path) -> None:
        """Titles, warnings and answers are part of a post; what turns the writing is shown and does nothing."""
        html = card_html(awkward, post.key)
        page = LexborHTMLParser(html)
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", html)
        for part in (post.title, post.warning, post.in_reply_to, post.text):
            for word in re.findall(r"\w+", part or ""):
                assert word in page.text()
        assert ("No words." in page.text()) is not bool(post.title or post.text)
        if post is ARABIC:
            assert page.css_first(".text").attributes["dir"] == "rtl"

    def test_what_is_not_stored_is_said(self, tmp_path: Path) -> None:
        stage(tmp_path / "archive")
        said = LexborHTMLParser(card_html(tmp_path / "archive", LIVE_POST.key)).text()
        assert "photo: not stored" in said
        assert "video: stored, not shown on a card" in said

    def test_a_picture_that_was_altered_is_refused(self, tmp_path: Path) -> None:
        staged = stage(tmp_path / "archive")
        rewrite_member(staged.segment, staged.captures["picture"], b"IHDR", b"iHDR")
        page = LexborHTMLParser(card_html(tmp_path / "archive", LIVE_POST.key))
        assert "refused" in page.text()
        assert page.css("img[src^=data]") == []

    def test_a_large_picture_is_named(self, shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(htmlcard, "MAX_PICTURE_BYTES", 100)
        assert "not shown on a card" in card_html(shipped, "x:1590104417443840000")

    @pytest.mark.parametrize("post", ["x:1", "nobody", "https://x.com/a/status/20", "https://nowhere.example/"])
    def test_a_post_that_is_not_there(self, post: str, shipped: Path) -> None:
        with pytest.raises(InputError, match="no stored answer"):
            card_html(shipped, post)

    def test_a_conclusion_that_was_altered(self, tmp_path: Path) -> None:
        staged = stage(tmp_path / "archive")
        with Archive.open(staged.path) as archive:
            record = archive.catalogue.capture(archive.catalogue.post_record(RTL_POST.key) or "")
        assert record is not None
        rewrite_member(staged.segment, record, b"port_office", b"fort_office")
        with pytest.raises(ArchiveError, match="match"):
            card_html(tmp_path / "archive", RTL_POST.key)


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_awkward(tmp_path_factory.mktemp("card") / "awkward").path


@needs_chromium
class TestPicture:
    @pytest.mark.parametrize("post", [LENGTHY, TURNED], ids=["endless words", "overrides"])
    def test_no_word_leaves_the_card(self, post: Post, awkward: Path) -> None:
        width, height = size(drawn(card_html(awkward, post.key)))
        assert width == 600
        assert height < 2000

    def test_once_and_twice_the_size_light_and_dark(self, shipped: Path) -> None:
        light = card_html(shipped, "x:1590104417443840000", theme="light")
        one, two = drawn(light), drawn(light, scale=2)
        (width, height), (double_width, double_height) = size(one), size(two)
        assert (width, double_width, double_height) == (600, 1200, 2 * height)
        assert 600 < height < 1000
        dark = drawn(card_html(shipped, "x:1590104417443840000", theme="dark"), dark=True)
        assert size(dark) == size(one)
        assert dark != one
        assert drawn(light) == one

    def test_nothing_is_asked_and_no_script_runs(self) -> None:
        with Loopback(always(ok(b"x"))) as server:
            at = f"{server.url}/"
            hostile = (
                f"<!doctype html><style>body {{ margin: 0; background: url({at}css) }}</style>"
                f"<img src='{at}img'><iframe src='{at}frame'></iframe><link rel=preconnect href='{at}'>"
                f"<script>document.body.style.height = '900px'; fetch('{at}js')</script>"
            )
            leaving = f"<!doctype html><meta http-equiv=refresh content='0; url={at}'><p>Gone in a moment."
            try:
                _, height = size(drawn(hostile))
                assert height < 900
                with suppress(PageError):
                    drawn(leaving)
            finally:
                assert server.connections == 0

    @pytest.mark.skipif(shutil.which("fc-list") is None, reason="needs fontconfig's list of fonts")
    def test_signs_that_no_font_has_are_told(self) -> None:
        """U+16F00 is Miao, which few computers have; marks, blanks, joiners and private signs are not asked for."""
        told: list[str] = []
        text = "The bridge — “shut”, été, мост\u0301 \ue000\u200d\ufe0f \U00016f00"
        drawn(f'<!doctype html><meta charset="utf-8"><p class="text">{text}</p>', on_missing=told.append)
        fonts = subprocess.run(["fc-list", ":charset=16f00"], capture_output=True, check=True).stdout
        assert told == ([] if fonts else ["\U00016f00"])

    @pytest.mark.skipif(shutil.which("fc-list") is None, reason="needs fontconfig's list of fonts")
    def test_a_card_with_boxes_is_made_with_a_warning(self, awkward: Path, tmp_path: Path) -> None:
        done = export(awkward, "--card", THAI.key, "-o", tmp_path / "card.png")
        fonts = subprocess.run(["fc-list", ":charset=0e19"], capture_output=True, check=True).stdout
        assert done.exit_code == 0
        assert ("boxes stand in their place" in done.output) is not bool(fonts)
        assert (tmp_path / "card.png").exists()

    def test_too_long(self) -> None:
        with pytest.raises(LimitError, match="more than 8,192"):
            drawn("<!doctype html><p style='height: 9000px'>")

    def test_no_browser(self) -> None:
        with pytest.raises(BrowserError, match="no such program"):
            drawn("<p>", chromium="/nowhere/chromium")


class TestCommand:
    def test_a_page(self, shipped: Path, tmp_path: Path) -> None:
        done = export(shipped, "--card", "x:1590171771531264000", "-o", tmp_path / "card.html")
        assert (done.exit_code, done.output) == (0, "")
        assert (tmp_path / "card.html").read_text() == card_html(shipped, "x:1590171771531264000")

    @needs_chromium
    def test_a_picture(self, shipped: Path, tmp_path: Path) -> None:
        done = export(shipped, "--card", "x:1590171771531264000", "-o", tmp_path / "card.png", "--scale", 2, "--dark")
        assert done.exit_code == 0
        assert re.fullmatch(r"(?:warning: no font [^\n]+\n)?", done.output)
        assert size((tmp_path / "card.png").read_bytes())[0] == 1200

    def test_no_browser_is_one_line_with_a_way_out(
        self, shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        done = export(shipped, "--card", "x:1590171771531264000", "-o", tmp_path / "card.png")
        assert done.exit_code != 0
        assert done.output.count("\n") == 1
        assert "chromium" in done.output.lower()
        assert not (tmp_path / "card.png").exists()

    @pytest.mark.parametrize(
        "others",
        [["-o", "card.gif"], [], ["-o", "card.html", "--scale", "2"], ["-o", "c.png", "--csv"], ["--article", "a"]],
    )
    def test_wrong_usage(
        self, others: list[str], shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert export(shipped, "--card", "x:1590171771531264000", *others).exit_code == 2
        assert [path.name for path in tmp_path.iterdir()] == ["shipped"]

    def test_scale_without_a_card(self, shipped: Path) -> None:
        assert export(shipped, "--csv", "--scale", "2").exit_code == 2

    def test_no_such_post(self, shipped: Path, tmp_path: Path) -> None:
        done = export(shipped, "--card", "x:1", "-o", tmp_path / "card.html")
        assert (done.exit_code, done.output.count("\n")) == (3, 1)
        assert not (tmp_path / "card.html").exists()
