"""Pages on a disk: the site's pages as files, whole or not there, that lead nowhere and load nothing from elsewhere."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from click.testing import CliRunner, Result
from selectolax.lexbor import LexborHTMLParser

from archiver.browser.chromium import Chromium
from archiver.cli import main
from archiver.errors import ArchiverError, InputError, LimitError, UsageError
from archiver.exporting import htmlpages
from archiver.exporting.cited import Selection
from archiver.exporting.htmlpages import write_pages
from archiver.exporting.htmlrewriting import Links
from archiver.replay import app
from archiver.store import Archive
from tests.exporting.conftest import copy_shipped
from tests.replay.staged import rewrite_member, stage

CHROMIUM = shutil.which("chromium")


def export(folder: Path, *arguments: object) -> Result:
    return CliRunner().invoke(main, ["export", "--archive", str(folder), *map(str, arguments)])


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }  # fmt: skip


def pages(folder: Path) -> Iterator[tuple[str, LexborHTMLParser]]:
    for name, data in files(folder).items():
        if name.endswith(".html"):
            yield name, LexborHTMLParser(data.decode())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped archive's pages, to be read only."""
    folder = tmp_path_factory.mktemp("written")
    write_pages(copy_shipped(folder), folder / "pages")
    return folder / "pages"


class TestPages:
    def test_what_is_written(self, written: Path) -> None:
        names = set(files(written))
        assert {"index.html", "captures/index.html", "static/replay.css"} <= names
        assert "posts/x-1590171771531264000.html" in names
        assert sum(name.startswith("articles/") for name in names) == 2
        assert all(re.fullmatch(r"[a-z0-9.-]{1,120}", part) for name in names for part in name.split("/"))
        assert len({name.lower() for name in names}) == len(names)

    def test_every_link_leads_to_a_file_that_is_there_or_to_the_live_web(self, written: Path) -> None:
        there = set(files(written))
        seen = 0
        for name, page in pages(written):
            for node in page.css("[href], [src]"):
                address = node.attributes.get("href") or node.attributes.get("src") or ""
                parts = urlsplit(address)
                if node.tag == "a" and parts.scheme in ("http", "https"):
                    continue
                assert (parts.scheme, parts.netloc, address[:1] == "/") == ("", "", False), (name, address)
                if not parts.path:
                    continue
                target = ((written / name).parent / unquote(parts.path)).resolve().relative_to(written.resolve())
                assert target.as_posix() in there, (name, address)
                seen += 1
        assert seen > 200

    def test_nothing_acts(self, written: Path) -> None:
        for name, page in pages(written):
            assert page.css("script, form, iframe, object, embed, base, [style], [onclick], [srcset]") == [], name
            policy = page.css_first("meta[http-equiv=Content-Security-Policy]")
            assert policy is not None
            assert "default-src 'none'" in (policy.attributes["content"] or "")

    def test_an_article_leads_to_its_posts_and_they_to_their_evidence(self, written: Path) -> None:
        article = next(page for name, page in pages(written) if name.startswith("articles/") and "堤防" in page.html)
        assert article.css_first('a[href="../posts/x-1590171771531264000.html"]') is not None
        post = LexborHTMLParser((written / "posts/x-1590171771531264000.html").read_bytes().decode())
        assert post.css_first('a[href^="../captures/archiver-000001-"]') is not None
        assert "deleted" in post.css_first("h1").text()

    def test_pictures_are_files_named_by_their_digest(self, written: Path) -> None:
        import hashlib

        media = {name: data for name, data in files(written).items() if name.startswith("media/")}
        assert len(media) == 4
        for name, data in media.items():
            assert name == f"media/{hashlib.sha256(data).hexdigest()}.jpg"

    def test_the_same_archive_gives_the_same_bytes(self, shipped: Path, written: Path, tmp_path: Path) -> None:
        write_pages(shipped, tmp_path / "again")
        assert files(tmp_path / "again") == files(written)

    def test_the_same_bytes_in_processes_that_differ(self, shipped: Path, written: Path, tmp_path: Path) -> None:
        said = "import sys; from pathlib import Path; from archiver.exporting.htmlpages import write_pages; "
        said += "write_pages(Path(sys.argv[1]), Path(sys.argv[2]))"
        for seed, zone in (("1", "Pacific/Kiritimati"), ("2", "America/St_Johns")):
            target = tmp_path / f"pages-{seed}"
            differing = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LANG": "tr_TR.UTF-8"}
            subprocess.run([sys.executable, "-c", said, str(shipped), str(target)], check=True, env=differing)
            assert files(target) == files(written)

    def test_a_long_article_and_a_long_list_have_several_pages(
        self, shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(app, "EXHIBITS_A_PAGE", 3)
        monkeypatch.setattr(app, "ARTICLES_A_PAGE", 1)
        write_pages(shipped, tmp_path / "pages")
        names = set(files(tmp_path / "pages"))
        assert "articles/page-2.html" in names
        assert len([name for name in names if re.fullmatch(r"articles/a-[0-9a-f]+-page-[23]\.html", name)]) == 2
        assert sum(name.startswith("posts/") for name in names) == 6
        write_pages(shipped, tmp_path / "one", selection=Selection(article="examples/flood.html"))
        assert {"index.html", "index-page-2.html", "index-page-3.html"} <= set(files(tmp_path / "one"))

    def test_a_warc_file_alone(self, shipped: Path, tmp_path: Path) -> None:
        write_pages(sorted((shipped / "archive").iterdir()), tmp_path / "pages")
        assert len(files(tmp_path / "pages")) > 100


class TestOneArticle:
    def test_only_what_is_its_own(self, shipped: Path, tmp_path: Path) -> None:
        write_pages(shipped, tmp_path / "one", selection=Selection(article="examples/flood.txt"))
        names = set(files(tmp_path / "one"))
        assert "index.html" in names
        assert {name for name in names if name.startswith("posts/")} == {"posts/x-1590383995124941163.html"}
        assert not any(name.startswith("articles/") for name in names)
        assert "captures/index.html" not in names

    def test_other_articles_are_not_even_named(self, shipped: Path, tmp_path: Path) -> None:
        """The post is cited in another article, too, whose title is none of the reader's business."""
        write_pages(shipped, tmp_path / "all")
        post = "posts/x-1590383995124941163.html"
        links = LexborHTMLParser(files(tmp_path / "all")[post].decode()).css("a[href*='/articles/']")
        ids = {Path((link.attributes["href"] or "").partition("#")[0]).stem for link in links}
        assert len(ids) == 2
        write_pages(shipped, tmp_path / "one", selection=Selection(article="examples/flood.txt"))
        kept = files(tmp_path / "one")
        assert len(LexborHTMLParser(kept[post].decode()).css("a[href*='index.html#m-']")) == 1
        assert not any(b"#LunnFlood" in data for data in kept.values())
        assert len({one for one in ids if any(f"articles/{one}".encode() in data for data in kept.values())}) == 0

    def test_an_article_that_is_not_there(self, shipped: Path, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="no such article"):
            write_pages(shipped, tmp_path / "one", selection=Selection(article="nobody"))
        assert not (tmp_path / "one").exists()


class TestWholeOrNot:
    @pytest.mark.parametrize("bound", ["MAX_PAGES", "MAX_MEDIA_BYTES"])
    def test_what_is_too_much_leaves_nothing(
        self, bound: str, shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(htmlpages, bound, 5)
        target = tmp_path / "new" / "pages"
        target.parent.mkdir()
        with pytest.raises(LimitError, match="more than 5"):
            write_pages(shipped, target)
        assert list(target.parent.iterdir()) == []

    def test_a_folder_with_something_in_it_is_left_alone(self, shipped: Path, tmp_path: Path) -> None:
        (tmp_path / "pages").mkdir()
        (tmp_path / "pages" / "mine.txt").write_text("mine")
        with pytest.raises(UsageError, match="something already"):
            write_pages(shipped, tmp_path / "pages")
        assert list(files(tmp_path / "pages")) == ["mine.txt"]

    def test_of_two_archives_none_is_written(self, shipped: Path, tmp_path: Path) -> None:
        """Of one of them nothing would be there, and nobody would see that."""
        second = tmp_path / "second"
        shutil.copytree(shipped, second)
        with pytest.raises(UsageError, match="one archive at a time"):
            write_pages([shipped, second], tmp_path / "pages")
        assert not (tmp_path / "pages").exists()

    def test_an_empty_folder_is_filled(self, shipped: Path, tmp_path: Path) -> None:
        (tmp_path / "pages").mkdir()
        assert write_pages(shipped, tmp_path / "pages").pages > 100

    def test_an_empty_folder_keeps_who_may_read_it(self, shipped: Path, tmp_path: Path) -> None:
        (tmp_path / "pages").mkdir(mode=0o700)
        write_pages(shipped, tmp_path / "pages", selection=Selection(article="examples/flood.txt"))
        assert (tmp_path / "pages").stat().st_mode & 0o777 == 0o700

    def test_a_name_that_stands_for_another_folder(self, shipped: Path, tmp_path: Path) -> None:
        (tmp_path / "other").mkdir()
        (tmp_path / "pages").symlink_to(tmp_path / "other")
        (tmp_path / "loose").symlink_to(tmp_path / "not-yet")
        for name in ("pages", "loose"):
            write_pages(shipped, tmp_path / name, selection=Selection(article="examples/flood.txt"))
            assert (tmp_path / name).is_symlink()
            assert (tmp_path / name / "index.html").exists()

    def test_what_came_into_the_folder_meanwhile_stays(
        self, shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "pages").mkdir()
        rewritten = htmlpages.rewritten

        async def meanwhile(html: str, file: str, links: Links) -> str:
            (tmp_path / "pages" / "mine.txt").write_text("mine")
            return await rewritten(html, file, links)

        monkeypatch.setattr(htmlpages, "rewritten", meanwhile)
        with pytest.raises(LimitError, match="cannot be written"):
            write_pages(shipped, tmp_path / "pages")
        assert list(files(tmp_path / "pages")) == ["mine.txt"]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["pages", "shipped"]

    def test_not_within_the_archive_itself(self, shipped: Path) -> None:
        done = export(shipped, "--html", shipped / "archive" / "pages")
        assert done.exit_code == 2
        assert "inside the archive" in done.output

    def test_too_large_a_picture_stays_in_the_archive(
        self, shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(htmlpages, "MAX_FILE_BYTES", 100)
        written = write_pages(shipped, tmp_path / "pages")
        assert written.files == 0
        assert not any(path.is_file() for path in (tmp_path / "pages" / "media").iterdir())
        assert b"not in this folder" in b"".join(files(tmp_path / "pages").values())


class TestStrangersWords:
    def test_markup_in_a_title_stays_text(self, tmp_path: Path) -> None:
        stage(tmp_path / "archive")
        write_pages(tmp_path / "archive", tmp_path / "pages")
        for name, page in pages(tmp_path / "pages"):
            assert page.css("script") == [], name
        assert "The bridge stays shut &lt;script&gt;" in (tmp_path / "pages" / "index.html").read_text()

    def test_captured_pages_are_not_written_as_pages(self, tmp_path: Path) -> None:
        stage(tmp_path / "archive")
        write_pages(tmp_path / "archive", tmp_path / "pages")
        kinds = {Path(name).suffix for name in files(tmp_path / "pages")}
        assert kinds <= {".html", ".css", ".png", ".mp4", ".jpg"}
        assert not any(b"<script" in data for data in files(tmp_path / "pages").values())

    def test_what_was_altered_is_refused_and_told(self, tmp_path: Path) -> None:
        staged = stage(tmp_path / "archive")
        stood = str(tmp_path)
        rewrite_member(staged.segment, staged.captures["hostile page"], b"fetch", b"FETCH")
        told: list[tuple[str, ArchiverError]] = []
        write_pages(
            tmp_path / "archive", tmp_path / "pages", on_problem=lambda where, error: told.append((where, error))
        )
        offset = staged.captures["hostile page"].offset
        assert [where for where, _ in told] == [
            f"captures/{staged.segment.name.removesuffix('.warc.gz')}-{offset}.html"
        ]
        page = (tmp_path / "pages" / told[0][0]).read_text()
        assert "Refused" in page
        assert "FETCH" not in page
        assert not any(stood.encode() in data for data in files(tmp_path / "pages").values())
        done = export(tmp_path / "archive", "--html", tmp_path / "again")
        assert done.exit_code == 5


class TestNames:
    @pytest.mark.parametrize(
        ("key", "name"),
        [
            ("x:20", "x-20"),
            ("mastodon:a@b/1", r"mastodon-a-b-1-key-[0-9a-f]{24}"),
            ("youtube:AbC", r"youtube-abc-key-[0-9a-f]{24}"),
            ("con:../../x", r"con-x-key-[0-9a-f]{24}"),
            ("x:" + "9" * 300, r"x-9{58}-key-[0-9a-f]{24}"),
        ],
    )
    def test_of_posts(self, key: str, name: str) -> None:
        assert re.fullmatch(name, htmlpages._post_name(key))

    def test_no_two_records_share_one(self, shipped: Path, tmp_path: Path) -> None:
        """Two files of one name, one of them compressed: records at the same offset of both are two records."""
        whole = min((shipped / "archive").iterdir())
        names = ["same.warc", "same.warc.gz", "SAME.warc.gz", "same.warc.warc.gz", "данные.warc.gz", "данных.warc.gz"]
        names += [f"{htmlpages._segment_name('same.warc')}.warc.gz"]
        assert len({htmlpages._segment_name(name).lower() for name in names}) == len(names)
        (tmp_path / "same.warc").write_bytes(gzip.decompress(whole.read_bytes()))
        shutil.copy(stage(tmp_path / "harbour").segment, tmp_path / "same.warc.gz")
        write_pages([tmp_path / "same.warc", tmp_path / "same.warc.gz"], tmp_path / "pages")
        first = [name for name in files(tmp_path / "pages") if re.fullmatch(r"captures/same.*-0\.html", name)]
        assert len(first) == 2

    def test_no_two_posts_share_one(self) -> None:
        keys = ["youtube:AbC", "youtube:abc", "youtube:aBc", "mastodon:a@b/1", "mastodon:a-b-1", "mastodon:a/b/1"]
        assert len({htmlpages._post_name(key).lower() for key in keys}) == len(keys)


class TestCommand:
    def test_done(self, shipped: Path, tmp_path: Path) -> None:
        done = export(shipped, "--html", tmp_path / "pages")
        assert (done.exit_code, done.output) == (0, "")
        assert (tmp_path / "pages" / "index.html").exists()

    @pytest.mark.parametrize(
        "others", [["--csv"], ["-o", "x"], ["--table", "posts"], ["--card", "x:20"], ["--dark"], ["--platform", "x"]]
    )
    def test_what_does_not_go_with_it(self, others: list[str], shipped: Path, tmp_path: Path) -> None:
        assert export(shipped, "--html", tmp_path / "pages", *others).exit_code == 2
        assert not (tmp_path / "pages").exists()

    def test_no_archive(self, tmp_path: Path) -> None:
        assert export(tmp_path / "none", "--html", tmp_path / "pages").exit_code == 3


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_a_browser_shows_them_from_the_disk(written: Path) -> None:
    """Style and pictures come, under the policy, and nothing is asked but files of the folder."""
    assert CHROMIUM is not None
    browser = Chromium(CHROMIUM, key_digest=bytes(32))
    try:
        assert browser.devtools is not None
        until = time.monotonic() + 30
        call = browser.devtools.call
        target = call("Target.createTarget", {"url": "about:blank"}, deadline=until)["targetId"]
        session = call("Target.attachToTarget", {"targetId": target, "flatten": True}, deadline=until)["sessionId"]
        asked: list[str] = []
        browser.devtools.listen(
            session,
            lambda method, params: (
                asked.append(params["request"]["url"]) if method == "Network.requestWillBeSent" else None
            ),
        )
        for domain in ("Page", "Network"):
            call(f"{domain}.enable", {}, session=session, deadline=until)
        article = next(name for name, page in pages(written) if name.startswith("articles/") and page.css("img"))
        call("Page.navigate", {"url": (written / article).as_uri()}, session=session, deadline=until)
        question = (
            "JSON.stringify([document.readyState, getComputedStyle(document.querySelector('.card')).borderRadius,"
            "[...document.images].map(image => image.loading = 'eager' && image.naturalWidth > 0)])"
        )
        answer = ""
        while time.monotonic() < until and '"complete","6px",[true' not in answer:
            found = call("Runtime.evaluate", {"expression": question}, session=session, deadline=until)
            answer = found["result"].get("value") or ""
        assert '"complete","6px",[true' in answer, answer
        assert asked
        assert all(url.startswith(written.as_uri()) for url in asked)
    finally:
        browser.close()


def test_the_archive_is_not_changed(shipped: Path, tmp_path: Path) -> None:
    with Archive.open(shipped):
        pass
    before = {name: data for name, data in files(shipped).items() if "catalogue" not in name}
    write_pages(shipped, tmp_path / "pages")
    assert {name: data for name, data in files(shipped).items() if "catalogue" not in name} == before
