"""Numbers written in words, in every language of the table, and words that only look like numbers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.language.number_words import MAX_WORDS, han_number, number_at

LARGEST = 999_999


def number(text: str, language: str | None) -> tuple[int, int] | None:
    """The number at the beginning of a text, and its words, with words as a tokenizer finds them."""
    return number_at(re.findall(r"[^\s-]+", text), 0, language)


WRITTEN = {
    "en": "two=2 ten=10 nineteen=19 forty-one=41 ninety=90 one_hundred=100 hundred=100 two_hundred_and_five=205 "
    "one_hundred_and_one=101 nineteen_hundred=1900 one_thousand=1000 three_thousand_two_hundred=3200 "
    "two_thousand_twenty-two=2022 "
    "nine_hundred_and_ninety-nine_thousand_nine_hundred_and_ninety-nine=999999",
    "de": "zwei=2 elf=11 siebzehn=17 einundvierzig=41 fünfundachtzig=85 dreißig=30 DREISSIG=30 hundert=100 "
    "einhundert=100 zweihundertfünf=205 hundertundzwei=102 zweitausenddreihundert=2300 einundvierzigtausend=41000",
    "nl": "twee=2 zestien=16 eenenveertig=41 tweeëntwintig=22 honderdvijf=105 tweehonderd=200 drieduizend=3000",
    "es": "dos=2 dieciséis=16 veintidós=22 treinta_y_dos=32 cuarenta_y_uno=41 ciento_cinco=105 quinientas=500 "
    "dos_mil_trescientos=2300 mil=1000",
    "pt": "duas=2 catorze=14 quatorze=14 dezasseis=16 vinte_e_dois=22 quarenta_e_um=41 cento_e_vinte=120 "
    "duzentos_e_cinco=205 dois_mil_e_trezentos=2300",
    "fr": "deux=2 dix-sept=17 vingt_et_un=21 quarante-deux=42 soixante-dix=70 soixante_et_onze=71 "
    "quatre-vingts=80 quatre-vingt-un=81 quatre-vingt-dix=90 quatre-vingt-dix-sept=97 septante-deux=72 nonante=90 "
    "deux_cents=200 deux_cent_quatre-vingts=280 mille=1000 trois_mille_cinq=3005",
    "it": "due=2 diciassette=17 ventuno=21 quarantotto=48 trentatré=33 centocinque=105 duecento=200 "
    "trecentoquarantadue=342 duemila=2000 duemilatrecento=2300 mille=1000 trentasei=36",
    "ro": "două=2 șaisprezece=16 douăzeci_și_trei=23 patruzeci_și_unu=41 o_sută=100 două_sute_cinci=205 o_mie=1000 "
    "patru_mii=4000 douăzeci_de_mii=20000",
    "sv": "två=2 arton=18 tjugotre=23 fyrtioett=41 hundra=100 tvåhundrafem=205 två_tusen=2000",
    "uk": "два=2 дві=2 шістнадцять=16 сорок_один=41 сорок_одна=41 п'ятдесят_два=52 п’ять=5 пʼять=5 двісті_п'ять=205 "
    "три_тисячі=3000 сто_тисяч=100000 сорока=40",
    "ru": "две=2 шестнадцать=16 двадцать_две=22 сорок_один=41 триста_сорок=340 двести=200 пять_тысяч=5000 "
    "тысяча_девятьсот=1900 трёх=3 трех=3",
    "pl": "dwie=2 szesnaście=16 czterdzieści_jeden=41 dwadzieścia_dwa=22 dwieście_pięć=205 trzy_tysiące=3000 sto=100",
    "cs": "dvě=2 šestnáct=16 čtyřicet_jedna=41 pětadvacet=25 dvě_stě_pět=205 tři_sta=300 pět_set=500 tři_tisíce=3000",
    "tr": "iki=2 on=10 on_iki=12 kırk_bir=41 yüz=100 iki_yüz_beş=205 üç_bin=3000 yirmiüç=23",
    "ar": "اثنان=2 ثلاث=3 عشرة=10 أحد_عشر=11 خمسة_عشر=15 واحد_وأربعون=41 خمسة_و_عشرون=25 مئة=100 مائتان=200 "
    "ثلاثمائة=300 ثلاثة_آلاف=3000 ألفان=2000",
    "he": "שתיים=2 חמש=5 עשר=10 אחת_עשרה=11 חמש_עשרה=15 ארבעים_ואחת=41 מאה=100 מאתיים_וחמש=205 שלוש_מאות=300 "
    "שלושת_אלפים=3000 אלפיים=2000",
    "el": "δύο=2 δώδεκα=12 είκοσι_τρία=23 σαράντα_ένα=41 εκατό=100 διακόσιες_πέντε=205 χίλια=1000 δύο_χιλιάδες=2000",
    "id": "dua=2 sepuluh=10 sebelas=11 dua_belas=12 empat_puluh_satu=41 seratus=100 dua_ratus_lima=205 seribu=1000 "
    "lima_ribu=5000",
}
CASES = [
    (language, text.replace("_", " "), int(value))
    for language, listed in WRITTEN.items()
    for text, _, value in (case.partition("=") for case in listed.split())
]


@pytest.mark.parametrize(("language", "text", "value"), CASES, ids=[f"{c[0]} {c[2]}" for c in CASES])
def test_a_number_is_read_whole_and_no_word_beyond_it(language: str, text: str, value: int) -> None:
    words = len(re.findall(r"[^\s-]+", text))
    assert number(text, language) == (value, words)
    assert number(f"{text} zzz", language) == (value, words)
    assert number(text.upper(), language) in ((value, words), None)  # the Turkish dotless i has no small letter back


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("one", "en"), ("a", "en"), ("and", "en"), ("hundredth", "en"), ("tent", "en"),
        ("ein", "de"), ("eine", "de"), ("und", "de"), ("undzwanzig", "de"), ("einund", "de"), ("Zweig", "de"),
        ("een", "nl"), ("un", "fr"), ("une", "fr"), ("et", "fr"), ("una", "es"), ("y", "es"), ("uma", "pt"),
        ("sei", "it"), ("uno", "it"), ("o", "ro"), ("en", "sv"), ("один", "uk"), ("одна", "ru"), ("jeden", "pl"),
        ("jedna", "cs"), ("bir", "tr"), ("واحد", "ar"), ("و", "ar"), ("אחת", "he"), ("ένα", "el"), ("satu", "id"),
        ("puluh", "id"), ("belas", "id"),
    ],
)  # fmt: skip
def test_articles_and_parts_alone_are_no_number(text: str, language: str) -> None:
    assert number(text, language) is None
    assert number(f"{text} {text}", language) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("bin", "de"), ("elf", "en"), ("sex", "en"), ("seize", "en"), ("due", "en"), ("on", "en"), ("tres", "fr"),
        ("très", "fr"), ("dos", "pt"), ("ten", "pl"), ("ten", "cs"), ("sto", "it"), ("mie", "it"), ("cent", "en"),
        ("set", "en"), ("pet", "en"), ("once", "en"), ("set", "es"), ("sta", "it"), ("on", "fr"), ("six", "de"),
    ],
)  # fmt: skip
def test_a_word_counts_only_in_its_own_language(text: str, language: str) -> None:
    assert number(text, language) is None
    assert number(text, None) is None or text in ("ten", "six")


def test_without_a_language_what_is_no_everyday_word_elsewhere_counts() -> None:
    assert number("six", None) == (6, 1)
    assert number("cuarenta y uno", None) == (41, 3)
    assert number("dua belas", None) == (12, 2)
    assert number("сорок", None) == (40, 1)
    assert number("vierzig", "sw") == (40, 1)
    for everyday in ("bin", "dos", "due", "tres", "seize", "sto", "cem"):
        assert number(everyday, None) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("five and six", (5, 1)),
        ("two three", (2, 1)),
        ("five twenty", (5, 1)),
        ("ten six", (10, 1)),
        ("twenty twenty", (20, 1)),
        ("twenty and three hundred", (20, 1)),
        ("sixteen and a half", (16, 1)),
        ("two and", (2, 1)),
        ("two hundred and and five", (200, 2)),
        ("two thousand thousand", (2000, 2)),
        ("hundred hundred", (100, 1)),
    ],
)
def test_where_the_next_word_does_not_belong_to_it_a_number_ends(text: str, found: tuple[int, int]) -> None:
    assert number(text, "en") == found


def test_a_number_may_begin_anywhere_in_a_text() -> None:
    words = ["we", "counted", "forty", "one", "lamps"]
    assert number_at(words, 2, "en") == (41, 2)
    assert number_at(words, 1, "en") is None
    assert number_at(words, 4, "en") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("四十一", 41), ("十", 10), ("二十", 20), ("十一", 11), ("二〇二二", 2022), ("一百零五", 105), ("两千", 2000),
        ("百", 100), ("千二百", 1200), ("三万五千", 35_000), ("一千万", 10_000_000), ("百万", 1_000_000),
        ("兩萬", 20_000), ("一万零五", 10_005),
    ],
)  # fmt: skip
def test_han_numerals_are_read_by_place(text: str, value: int) -> None:
    assert han_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "一",
        "二",
        "〇",
        "零",
        "四十x",
        "人",
        "万",
        "万万",
        "十十",
        "十百",
        "二三十",
        "一二万三万",
        "三万二万",
        "41",
        "一" * 13,
    ],
)
def test_what_writes_no_number_in_han_numerals(text: str) -> None:
    assert han_number(text) is None


VOCABULARY = sorted(
    {word for listed in WRITTEN.values() for word in re.findall(r"[^\s=_\d-]+", listed)} | {"zzz", "וו"}
)
LANGUAGES = st.sampled_from([*WRITTEN, None, "xx"])


@given(st.lists(st.one_of(st.sampled_from(VOCABULARY), st.text(max_size=12)), min_size=1, max_size=20), LANGUAGES)
def test_any_words_give_a_number_within_bounds_or_none(words: list[str], language: str | None) -> None:
    """Invariant: for any words in any language the answer is null, or a number from 2 to 999,999 and how many of the
    words it takes; and it depends on no word beyond those."""
    for at in range(len(words)):
        found = number_at(words, at, language)
        if found is not None:
            value, taken = found
            assert 2 <= value <= LARGEST
            assert 1 <= taken <= min(MAX_WORDS, len(words) - at)
            assert number_at(words[at : at + taken], 0, language) == found


@given(st.text(alphabet="〇零一二三四五六七八九十百千万萬两兩x", max_size=14))
def test_any_han_numerals_give_a_number_or_none(text: str) -> None:
    """Invariant: null, or a number above one."""
    value = han_number(text)
    assert value is None or value > 1


@given(st.text(alphabet="einundzwhvrtghfc", max_size=400))
def test_a_word_without_end_costs_little(text: str) -> None:
    """Invariant: no word is longer than a number's, and what is longer is none."""
    found = number_at([text, text], 0, "de")
    assert found is None or len(text) <= 2 * 64
