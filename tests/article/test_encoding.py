"""Bytes to text. Invariant: any bytes give text or one `InputError`; where declaration and bytes agree, that is it."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.article.encoding import decode
from archiver.errors import InputError

SENTENCES = {
    "ru": "Мост через реку снова открыт, сообщили вчера в мэрии. Утром проехали первые машины.",
    "uk": "Міст через річку знову відкрито, повідомили вчора в мерії. Поромник ще чекає на тому березі.",
    "el": "Η γέφυρα πάνω από το ποτάμι άνοιξε ξανά, ανακοίνωσε χθες ο δήμος. Πέρασαν το πρωί.",
    "ar": "أعيد فتح الجسر فوق النهر أمس حسبما أعلنت البلدية. عبرت السيارات الأولى في الصباح.",
    "he": "הגשר מעל הנהר נפתח שוב, הודיעה אתמול העירייה. המכוניות הראשונות עברו בבוקר.",
    "th": "สะพานข้ามแม่น้ำเปิดอีกครั้ง เทศบาลประกาศเมื่อวานนี้ รถคันแรกข้ามไปในตอนเช้า",
    "ja": "川にかかる橋が再び開通したと、市役所が昨日発表した。朝には最初の車が渡った。",
    "zh": "横跨河流的大桥昨天重新开放，市政府宣布。第一批汽车早上通过，但摆渡人仍在岸边等待。",
    "zh-TW": "橫跨河流的大橋昨天重新開放，市政府宣布。第一批汽車早上通過，但擺渡人仍在岸邊等待。",
    "ko": "강을 가로지르는 다리가 다시 열렸다고 시청이 어제 발표했다. 아침에 첫 차들이 지나갔다.",
    "de": "Die Brücke über den Fluß ist wieder offen, sagt das Rathaus. Der Fährmann wartet – und es ist früh.",
    "pl": "Most nad rzeką znów otwarty, poinformował ratusz. Przewoźnik wciąż czeka na brzegu, źle się dzieje.",
    "cs": "Most přes řeku je znovu otevřen, oznámila radnice. Ale převozník ještě čeká. Žádný déšť.",
    "tr": "Nehrin üzerindeki köprü yeniden açıldı, dedi belediye. Kayıkçı hâlâ kıyıda bekliyor ve yağmur yağıyor.",
}
ENCODINGS = [
    *(("ru", "windows-1251"), ("ru", "koi8-r"), ("ru", "iso-8859-5"), ("uk", "windows-1251"), ("uk", "koi8-u")),
    *(("el", "windows-1253"), ("ar", "windows-1256"), ("he", "windows-1255"), ("th", "windows-874")),
    *(("ja", "shift_jis"), ("ja", "euc-jp"), ("ja", "iso-2022-jp"), ("zh", "gb18030"), ("zh", "gb2312")),
    *(("zh-TW", "big5"), ("ko", "euc-kr"), ("de", "windows-1252"), ("pl", "windows-1250"), ("pl", "iso-8859-2")),
    *(("cs", "windows-1250"), ("cs", "iso-8859-2"), ("tr", "windows-1254")),
]
PYTHON = {"windows-874": "cp874", "euc-kr": "cp949", "shift_jis": "cp932"}


def encoded(language: str, encoding: str) -> tuple[bytes, str]:
    data = SENTENCES[language].encode(PYTHON.get(encoding, encoding))
    return data, data.decode(PYTHON.get(encoding, encoding))


@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
def test_undeclared(language: str, encoding: str) -> None:
    data, text = encoded(language, encoding)
    assert decode(data, source="s") == text
    page = b"<html><body><nav><a href='/'>Home and more</a></nav><p>%s</p></body></html>"
    assert text in decode(page % data, source="s")


@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
@pytest.mark.parametrize(
    "declaration",
    [
        '<meta charset="{}">',
        "<META http-equiv=Content-Type content='text/html; charset={}'>",
        '<?xml version="1.0" encoding="{}"?>',
    ],
)
def test_declared(language: str, encoding: str, declaration: str) -> None:
    data, text = encoded(language, encoding)
    head = declaration.format(encoding)
    assert decode(head.encode() + b"<p>" + data, source="s") == f"{head}<p>{text}"
    assert decode(data, source="s", content_type=f"text/plain; charset={encoding.upper()}") == text


@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
def test_declared_as_utf8_and_not(language: str, encoding: str) -> None:
    data, text = encoded(language, encoding)
    assert decode(data, source="s", content_type="text/html; charset=utf-8") == text


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("declared", ["windows-1252", "iso-8859-1", "windows-1251", "gb2312", "shift_jis", "us-ascii"])
def test_utf8_declared_as_something_else(language: str, declared: str) -> None:
    text = SENTENCES[language] * 3
    assert decode(text.encode(), source="s", content_type=f"text/html; charset={declared}") == text


def test_what_is_valid_utf8_by_chance_stays_what_it_is_declared_as() -> None:
    word = "双胜"
    assert word.encode("gb18030").decode("utf-8") != word
    assert decode(word.encode("gb18030"), source="s", content_type="text/plain; charset=gb2312") == word


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize("order", ["le", "be"])
def test_utf16(language: str, mark: bool, order: str) -> None:
    text = f"<html><head><title>News</title></head><body><p>{SENTENCES[language]}</p></body></html>"
    bom = {"le": codecs.BOM_UTF16_LE, "be": codecs.BOM_UTF16_BE}[order] if mark else b""
    if mark or language not in ("ja", "zh", "zh-TW", "ko"):
        assert decode(bom + text.encode(f"utf-16-{order}"), source="s") == text
    assert (
        decode(bom + text.encode(f"utf-16-{order}"), source="s", content_type=f"text/html; charset=utf-16{order}")
        == text
    )


def test_damaged_utf8_stays_utf8() -> None:
    text = SENTENCES["ru"]
    data = text.encode()
    assert decode(data[:-1], source="s") == text[:-1]
    assert decode(data[:41], source="s").endswith("\ufffd")
    damaged = decode(data[:20] + b"\xff" + data[20:], source="s")
    assert damaged.count("\ufffd") == 1
    assert damaged.replace("\ufffd", "") == text


def test_one_letter_beyond_ascii_in_a_long_english_page() -> None:
    text = "The ferry waits on the other side. " * 300 + "The café is open."
    assert decode(text.encode("windows-1252"), source="s") == text
    assert decode(text.encode("windows-1252"), source="s", content_type="text/html; charset=utf-8") == text


def test_what_python_leaves_out_of_windows_1252_is_a_control_character() -> None:
    assert decode(b"caf\xe9 \x81", source="s", content_type="text/plain; charset=windows-1252") == "café \x81"


def test_a_page_that_can_be_read_as_ascii_is_not_in_utf16() -> None:
    page = '<meta charset="utf-16"><p>Brücke</p>'
    assert decode(page.encode(), source="s") == page


@given(
    st.binary(max_size=300), st.sampled_from([None, "gb18030", "shift_jis", "koi8-r", "iso-2022-jp", "hex", "utf-16"])
)
def test_any_bytes(data: bytes, charset: str | None) -> None:
    try:
        assert isinstance(decode(data, source="s", content_type=f"text/html; charset={charset}"), str)
    except InputError:
        return


@given(st.text(min_size=1))
def test_utf8_is_read_as_it_is(text: str) -> None:
    data = text.encode("utf-8", "replace")
    try:
        found = decode(data, source="s", content_type="text/plain; charset=utf-8")
    except InputError:
        return
    if b"\0" not in data:
        assert found == data.decode().removeprefix("\ufeff")


def test_a_stray_nul_is_no_reason_to_refuse_a_page() -> None:
    page = b"<p>The quay is closed.\0</p>" + b"<p>The ferry waits.</p>" * 60
    assert decode(page, source="a.html").startswith("<p>The quay is closed.\0</p>")
