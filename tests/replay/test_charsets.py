"""A captured article shows in a browser the letters that `archiver find` read, whatever its charset."""

from __future__ import annotations

import codecs
import re
import socket
from pathlib import Path
from typing import Any, NamedTuple

import html5lib
import pytest

from archiver import find
from archiver.capture.documents import documents
from archiver.config import load_settings
from archiver.replay import Library, create_app
from archiver.store import Archive
from tests.replay.hostile import AT, CHROMIUM, STAMP, Browser, serving, waited
from tests.replay.staged import answer


class Language(NamedTuple):
    code: str
    body: str
    quote: str
    name: str


JAPANESE = Language(
    "ja", "港の橋は春まで閉じたままだと市は発表した。住民は説明を求めている。", "潮位計が直るまで、橋は閉鎖します。",
    "港湾事務所",
)  # fmt: skip
RUSSIAN = Language(
    "ru", "Мост в порту закрыт до весны, сообщила мэрия. Жители требуют объяснений.",
    "Нижний мост закрыт, пока не починят мареограф.", "Портовая служба",
)  # fmt: skip
CHINESE = Language(
    "zh", "港口大桥将关闭至春天，市政府表示。居民要求说明情况和理由。", "下层桥在验潮仪修好之前一直关闭。", "港务局"
)
FRENCH = Language("fr", "Le pont tournant restera fermé jusqu’au printemps, a annoncé la mairie — déjà.",
                  "Le pont inférieur reste fermé, l’été sera long.", "Mairie")  # fmt: skip


class Case(NamedTuple):
    name: str
    language: Language
    codec: str
    header: str
    meta: str = ""
    mark: bytes = b""


CASES = (
    Case("shift_jis by its header", JAPANESE, "cp932", "text/html; charset=Shift_JIS"),
    Case("shift_jis by meta", JAPANESE, "cp932", "text/html", "Shift_JIS"),
    Case("shift_jis undeclared", JAPANESE, "cp932", "text/html"),
    Case("euc-jp declared as utf-8", JAPANESE, "euc_jp", "text/html; charset=utf-8"),
    Case("windows-1251 by its header", RUSSIAN, "cp1251", "text/html; charset=windows-1251"),
    Case("windows-1251 undeclared", RUSSIAN, "cp1251", "text/html"),
    Case("windows-1251 declared as utf-8", RUSSIAN, "cp1251", "text/html; charset=utf-8", "utf-8"),
    Case("koi8-r by meta", RUSSIAN, "koi8_r", "text/html", "koi8-r"),
    Case("gbk by meta", CHINESE, "gbk", "text/html", "gbk"),
    Case("gb2312 undeclared", CHINESE, "gbk", "text/html"),
    Case("utf-16 by its mark", CHINESE, "utf-16-le", "text/html", mark=codecs.BOM_UTF16_LE),
    Case("utf-16 by its header", FRENCH, "utf-16-be", "text/html; charset=utf-16be"),
    Case("utf-16 declared as utf-8", FRENCH, "utf-16-le", "text/html", "utf-8", codecs.BOM_UTF16_LE),
    Case("utf-8 undeclared", RUSSIAN, "utf-8", "text/html"),
    Case("utf-8 declared as latin-1", FRENCH, "utf-8", "text/html; charset=iso-8859-1", "iso-8859-1"),
    Case("windows-1252 declared as latin-1", FRENCH, "cp1252", "text/html; charset=iso-8859-1"),
    Case("windows-1252 undeclared", FRENCH, "cp1252", "text/html"),
)


def page(case: Case) -> bytes:
    meta = f'<meta charset="{case.meta}">' if case.meta else ""
    language = case.language
    html = (
        f'<!doctype html><html lang="{language.code}"><head>{meta}<title>{language.name}</title></head><body>'
        f'<p>{language.body}</p><blockquote class="twitter-tweet"><p lang="{language.code}">{language.quote}</p>'
        f"&mdash; {language.name} (@harbour)"
        ' <a href="https://twitter.com/harbour/status/1787400000000000001">May 5, 2024</a></blockquote></body></html>'
    )
    return case.mark + html.encode(case.codec, "xmlcharrefreplace")


def seen(text: str) -> str:
    """Without white space: where lines break is the browser's to say."""
    return re.sub(r"\s+", "", text)


def words(html: str) -> str:
    """What a reader sees of markup, as another parser reads it."""
    root: Any = html5lib.parse(html, namespaceHTMLElements=False)
    return "".join(root.find("body").itertext())


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")
def test_the_visible_text_is_what_find_read(tmp_path: Path) -> None:
    folder = tmp_path / "harbour"
    urls = {f"http://paper.example/{number}": case for number, case in enumerate(CASES)}
    with Archive.open(folder, write=True, clock=lambda: AT) as archive, archive.session() as session:
        for url, case in urls.items():
            session.write_exchange(answer(url, page(case), case.header, at=AT))
    segment = next((folder / "archive").glob("*.warc.gz"))
    read = {document.article.uri: document.article for document in documents([segment], load_settings())}
    assert set(read) == set(urls)

    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    site = f"http://127.0.0.1:{listener.getsockname()[1]}/archives/harbour/{STAMP}"
    with Library([folder]) as library, serving(listener, create_app(library)):
        browser = Browser(tmp_path, trap=1)
        try:
            browser.new_page()
            for url, case in urls.items():
                browser.open(f"{site}/{url}")
                frame = browser.frame(f"mp_/{url}")
                shown = waited(lambda: seen(browser.text(frame)), "its text is there")  # noqa: B023
                article = read[url]
                assert shown == seen(words(article.html or "")), case.name
                assert case.language.body.replace(" ", "") in shown, case.name
                [mention] = find(article)
                assert mention.text == case.language.quote, case.name
                assert seen(mention.text) in shown, case.name
        finally:
            browser.close()
