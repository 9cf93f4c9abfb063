"""In which encoding are these bytes? Bytes become text as a browser would read them, or better where they lie.

Order of trust, as the Encoding standard (https://encoding.spec.whatwg.org) and the HTML standard
("determining the character encoding") have it: byte order mark, HTTP charset, `<meta>`, XML declaration. The bytes
themselves overrule a declaration that they contradict: what is UTF-8 with letters beyond ASCII is hardly ever anything
else, and what is declared as UTF-8 and is not has to be something else. Where nothing is declared and the bytes are
not UTF-8, the page's language and the likeliness of the letters decide.

Nothing is repaired: text that was decoded wrongly before it came here (mojibake) stays as it is, because offsets and
digests refer to it.
"""

from __future__ import annotations

import codecs
import re

from archiver.article.longtext import LongText
from archiver.errors import InputError
from archiver.language.tongues import scores

__all__ = ["codec_of", "decode", "legacy_codec", "long_text", "query_codec"]

SNIFF = 4096
"""Bytes in which a declaration is looked for. Browsers take 1024; pages with a comment before the head need more."""

FEW_NULS = 1000
"""One NUL in so many bytes is a slip of a publisher's software, which browsers pass over; more are data."""

SAMPLE = 6000
"""Bytes by which an undeclared encoding is chosen: some hundreds of words with letters beyond ASCII."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"\s{0,20}<\?xml[^>]{0,100}\sencoding\s{0,5}=\s{0,5}[\"']([A-Za-z0-9_.:-]{2,40})")
_HTML_LANG = re.compile(
    rb"<html\b[^>]{0,500}\slang\s{0,5}=\s{0,5}[\"']?([a-z]{2,3})(?:[-_]([a-z]{2,4}))?", re.IGNORECASE
)
_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)

_LABELS: dict[str, str] = {}
for _codec, _labels in {
    "cp1252": "iso-8859-1 iso8859-1 iso_8859-1 latin-1 latin1 l1 us-ascii ascii ansi x-cp1252 windows-1252",
    "cp1251": "windows-1251 x-cp1251 win-1251 cp-1251",
    "cp1254": "iso-8859-9 iso8859-9 latin5 l5 windows-1254 x-cp1254",
    "cp874": "tis-620 tis620 iso-8859-11 windows-874 dos-874",
    "gb18030": "gb2312 gbk x-gbk gb_2312-80 chinese csgb2312 gb18030 hz-gb-2312",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j ms932",
    "cp949": "euc-kr euckr ks_c_5601-1987 ks_c_5601-1989 ksc5601 korean windows-949",
    "big5hkscs": "big5 big5-hkscs cn-big5 x-x-big5",
    "euc_jp": "euc-jp x-euc-jp",
    "iso2022_jp": "iso-2022-jp csiso2022jp",
    "koi8-r": "koi8-r koi8 koi8_r koi",
    "koi8-u": "koi8-u koi8-ru",
    "iso8859-8": "iso-8859-8-i logical visual",
    "utf-16-le": "utf-16 utf-16le utf16 unicode ucs-2 iso-10646-ucs-2",
    "utf-16-be": "utf-16be unicodefffe",
    "utf-8": "utf8 utf-8 unicode-1-1-utf-8 unicode11utf8 x-unicode20utf8 utf-8;",
}.items():
    for _label in _labels.split():
        _LABELS[_label] = _codec
"""Names that the Encoding standard reads as a larger set, or that Python does not know or reads otherwise."""

_ISO_2022_JP = (b"\x1b$B", b"\x1b$@")
"""Where Japanese letters begin in ISO-2022-JP; in other encodings there are no escape characters."""

_MULTIBYTE = frozenset({"gb18030", "cp932", "cp949", "big5hkscs", "euc_jp", "iso2022_jp"})

_LIKELY: dict[str, str] = {}
for _codec, _languages in {
    "cp1251": "ru uk be bg mk sr kk ky mn tg",
    "cp1253": "el",
    "cp1254": "tr az ku",
    "cp1255": "he iw yi",
    "cp1256": "ar fa ur",
    "cp1257": "lt lv et",
    "cp1250": "pl cs sk hu sl hr ro bs sq",
    "cp1258": "vi",
    "cp874": "th",
    "cp932": "ja",
    "cp949": "ko",
    "gb18030": "zh",
}.items():
    for _language in _languages.split():
        _LIKELY[_language] = _codec
"""What a page without a declaration is in, by its language (HTML standard, table of fallback encodings)."""

_CANDIDATES = (
    *("cp1252", "cp1251", "koi8_r", "koi8_u", "cp1250", "iso8859_2", "cp1253", "iso8859_7", "cp1254", "cp1255"),
    *("cp1256", "cp1257", "cp874", "cp932", "euc_jp", "iso2022_jp", "gb18030", "big5", "cp949", "iso8859_5", "cp866"),
)
"""The Encoding standard's legacy encodings that pages were written in."""

_LATIN = ("cp1252", "cp1250", "cp1254", "cp1257")

LATIN_LETTERS = 2
"""A text whose bytes beyond ASCII are less than a half of its ASCII letters is in Latin letters: Vietnamese has most
of them, about one in three. In other scripts it is the other way round."""

_SIGN_IN_WORD = re.compile(r"(?<=[a-z])[\x80-\x9f¡¢£¤¥¦§¨©ª«¬®¯°±²³´¶¸¹º»¼½¾¿ˇ˛˙\ufffd](?=[a-z])")
"""What no word has within it, and a wrong reading of one has."""

_ASCII_LETTER = re.compile(rb"[A-Za-z]")

_HIGH = bytes(range(0x80, 0x100))
_CONTROLS = bytes(byte for byte in range(32) if byte not in (9, 10, 11, 12, 13, 27))
_PIECE = re.compile(rb"[^<>\r\n]{1,20000}")
"""Text between tags and line ends; tags are pieces too, nearly always in ASCII. The bytes that end a piece are no part
of a letter in any encoding."""

_C1 = {0xDC80 + byte - 0x80: byte for byte in range(0x80, 0x100)}
"""What Python's tables leave out, read as the standard's: the control character of the same number."""

_MAGIC = (
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an Office file"),
    (b"SQLite format 3", "a database"),
)


def decode(data: bytes, *, source: str, content_type: str | None = None) -> str:
    """`data` as text; a byte order mark is not part of it.

    Arguments: `source`, as the user named it, for errors; `content_type`, the HTTP header's whole value.

    Raises `InputError` when the bytes are no text.
    """
    if mark := _mark(data, source):
        return data[len(mark[0]) :].decode(mark[1], "replace")
    header = _header_charset(content_type)
    if (wide := _wide(data, header)) is not None:
        return data.decode(wide, "replace")
    _assert_text(data, source)
    return _read(data, header or _written_charset(data))


def long_text(data: bytes, *, source: str, content_type: str | None = None) -> LongText:
    """The text that `decode` gives, without making it where the bytes are UTF-8, as those of most large pages are.

    Arguments and errors are those of `decode`.
    """
    mark = _mark(data, source)
    header = _header_charset(content_type)
    if (mark is None or mark[1] == "utf-8") and (mark or _wide(data, header) is None):
        if mark:
            data = data[len(mark[0]) :]
        else:
            _assert_text(data, source)
        declared = "utf-8" if mark else header or _written_charset(data)
        if mark or not _is_iso_2022_jp(data, declared):
            try:
                text = LongText(data)
            except UnicodeDecodeError:
                pass
            else:
                if _is_utf8(data, len(text), declared):
                    return text
        if mark:
            return LongText.of(data.decode("utf-8", "replace"))
    return LongText.of(decode(data, source=source, content_type=content_type))


def _mark(data: bytes, source: str) -> tuple[bytes, str] | None:
    """The byte order mark at the beginning, and the encoding that it stands for.

    Raises `InputError` where there is nothing, or something else than text.
    """
    if not data:
        raise InputError("the document is empty", subject=source)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return mark, encoding
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise InputError(f"this is {what}, not an article", subject=source, hint="give HTML or text")
    return None


def _assert_text(data: bytes, source: str) -> None:
    """Raises `InputError` where the bytes have what text in an encoding that goes on from ASCII has not."""
    if 0 in data and data.count(0) * FEW_NULS > len(data):  # to count takes ten times as long as to find none
        raise InputError("this is binary data: it has NUL bytes", subject=source, hint="give HTML or text")
    sample = data[:SNIFF]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls * 20 > len(sample):
        raise InputError("this is binary data: it is full of control characters", subject=source)


def codec_of(content_type: str | None) -> str | None:
    """Python's name of the encoding that a `Content-Type` field declares, its label read as the Encoding standard does;
    null where it declares none that is known."""
    return _header_charset(content_type)


def legacy_codec(sample: bytes) -> str:
    """Python's name of the legacy encoding in which the bytes make the likeliest letters; `utf-8` where most of what is
    beyond ASCII in them is."""
    high = len(sample) - len(sample.translate(None, _HIGH))
    errors = sample.decode("utf-8", "replace").count("\ufffd") - sample.count(b"\xef\xbf\xbd")
    return "utf-8" if errors * 4 <= high else _likeliest(sample)


def query_codec(data: bytes, text: str, content_type: str | None) -> str:
    """Python's name of the encoding in which browsers write the queries of this document's addresses (WHATWG URL,
    section 4.4, query state): the one that it declares, where `decode` read it so; else UTF-8."""
    declared = _header_charset(content_type) or _written_charset(data) or "utf-8"
    return declared if not declared.startswith("utf") and _as(data, declared) == text else "utf-8"


def _read(data: bytes, declared: str | None) -> str:
    if _is_iso_2022_jp(data, declared):
        try:
            return data.decode("iso2022_jp_ext")
        except UnicodeDecodeError:
            pass
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _legacy(data, declared, cut=error.start >= len(data) - 3)
    return text if _is_utf8(data, len(text), declared) else _as(data, declared or "")


def _is_iso_2022_jp(data: bytes, declared: str | None) -> bool:
    return declared == "iso2022_jp" or (b"\x1b" in data and any(shift in data for shift in _ISO_2022_JP))


def _is_utf8(data: bytes, points: int, declared: str | None) -> bool:
    """Valid UTF-8, of so many code points, is UTF-8, unless so few bytes are beyond ASCII that it may be chance."""
    if declared in (None, "utf-8") or data.isascii():
        return True
    letters = points - len(data.translate(None, _HIGH))
    if declared in _MULTIBYTE:
        return letters >= ENOUGH_LETTERS
    return letters >= (1 if declared in ("cp1252", "iso8859-15") else 3)


ENOUGH_LETTERS = 10
"""Ten pairs of bytes in an East Asian encoding are not valid UTF-8 by chance."""


def _legacy(data: bytes, declared: str | None, *, cut: bool) -> str:
    """Bytes that are not valid UTF-8."""
    high = len(data) - len(data.translate(None, _HIGH))
    damaged = data.decode("utf-8", "replace")
    errors = damaged.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    # most of what is beyond ASCII is UTF-8: damage. What is declared as something else has to be nearly whole for that.
    damage_only = (cut and errors == 1) or errors * (4 if declared in (None, "utf-8") else 20) <= high
    if damage_only:
        return damaged
    if declared not in (None, "utf-8"):
        return _as(data, declared or "")
    return _as(data, _likeliest(data))


def _as(data: bytes, codec: str) -> str:
    if codec in _MULTIBYTE or codec.startswith("utf"):
        return data.decode(codec, "replace")
    return data.decode(codec, "surrogateescape").translate(_C1)


def _likeliest(data: bytes) -> str:
    """The legacy encoding in which the bytes make the likeliest letters, by the page's language and by the letters."""
    written = _HTML_LANG.search(data, 0, SNIFF)
    language = written[1].decode("ascii").lower() if written else None
    likely = _LIKELY.get(language or "")
    if likely == "gb18030" and written and (written[2] or b"").lower() in (b"tw", b"hk", b"hant"):
        likely = "big5hkscs"
    sample = _sample(data)
    ascii_letters = len(_ASCII_LETTER.findall(sample))
    high = len(sample) - len(sample.translate(None, _HIGH))
    if high * LATIN_LETTERS > ascii_letters:
        return _by_library(sample, _CANDIDATES) or likely or "cp1252"
    # encodings for Latin letters differ in few of them: the language tells them apart better
    chosen = likely if likely in _LATIN else _by_words(sample)
    return _central_european(sample) if chosen == "cp1250" else chosen


def _by_library(sample: bytes, candidates: tuple[str, ...]) -> str | None:
    # imported where it is needed: pages without a true declaration are few, and it takes 40 ms to load
    from charset_normalizer import from_bytes

    found = from_bytes(sample, cp_isolation=list(candidates), preemptive_behaviour=False, enable_fallback=False).best()
    return None if found is None else {"big5": "big5hkscs"}.get(found.encoding, found.encoding)


def _by_words(sample: bytes) -> str:
    """The encoding for Latin letters in which the text has most common words of a language that is written in it."""
    hits: dict[str, int] = {}
    for codec in _LATIN:
        text = sample.decode(codec, "replace")
        counts = scores(text)
        most = max((n for tongue, n in counts.items() if _LIKELY.get(tongue, "cp1252") == codec), default=0)
        hits[codec] = most - len(_SIGN_IN_WORD.findall(text))
    most = max(hits.values())
    best = [codec for codec in _LATIN if hits[codec] == most]
    if len(best) > 1 and (chosen := _by_library(sample, _LATIN)) in best:
        return chosen or best[0]
    return best[0]


def _central_european(sample: bytes) -> str:
    """windows-1250 or ISO-8859-2: they agree but for š, ś, ť, ž, ź, ą and ľ."""
    present = set(sample)
    if present & {*range(0x8A, 0x90), *range(0x9A, 0xA0)}:
        return "cp1250"
    # ą (0xB9 in windows-1250) is Polish only, and no Polish text goes without ł (0xB3)
    return "iso8859-2" if present & {0xB1, 0xB6} or (0xB9 in present and 0xB3 not in present) else "cp1250"


def _sample(data: bytes) -> bytes:
    """Pieces of text with bytes beyond ASCII, without markup. Whole pieces: a cut would fall within a character."""
    pieces: list[bytes] = []
    size = 0
    for piece in _PIECE.finditer(data):
        text = piece[0]
        if text.isascii():
            continue
        pieces.append(text)
        size += len(text)
        if size > SAMPLE:
            break
    return b"\n".join(pieces)


def _header_charset(content_type: str | None) -> str | None:
    found = _HTTP_CHARSET.search(content_type or "")
    return _known(found[1]) if found else None


def _written_charset(data: bytes) -> str | None:
    """What `<meta>` or an XML declaration says."""
    found = _META_CHARSET.search(data, 0, SNIFF) or _XML_ENCODING.match(data)
    name = _known(found[1].decode("ascii")) if found else None
    # a document whose declaration can be read as ASCII is not in UTF-16 (HTML standard, encoding sniffing)
    return "utf-8" if name and name.startswith(("utf-16", "utf-32")) else name


def _known(label: str) -> str | None:
    label = label.strip().lower()
    if label in _LABELS:
        return _LABELS[label]
    try:
        codec = codecs.lookup(label)
    except LookupError:
        return None
    # rot13, hex and their like are codecs to Python and no charset
    if not codec._is_text_encoding or codec.name in (
        "utf-7",
        "unicode-escape",
        "raw-unicode-escape",
        "idna",
        "punycode",
    ):
        return None
    return _LABELS.get(codec.name, codec.name)


def _wide(data: bytes, header: str | None) -> str | None:
    """UTF-16 without a mark: where the header says so, or where every second byte is one of two, and some are NUL."""
    if header in ("utf-16-le", "utf-16-be") and b"\0" in data[:SNIFF]:
        return header
    sample = data[:SNIFF]
    half = len(sample) // 2
    if half < 4 or b"\0" not in sample:
        return None
    for encoding, upper, lower in (
        ("utf-16-le", sample[1::2], sample[0::2]),
        ("utf-16-be", sample[0::2], sample[1::2]),
    ):
        # Latin letters have NUL as their upper byte, Cyrillic 4, Arabic 6; spaces and line ends NUL in every script
        counts = sorted((upper.count(byte) for byte in set(upper)), reverse=True)
        if lower.count(0) == 0 and upper.count(0) * 20 >= half and sum(counts[:2]) * 10 >= half * 9:
            return encoding
    return None
