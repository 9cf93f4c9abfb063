"""Which number do these words write? Translations turn `41` into `forty-one` and back.

Whole numbers from 2 to 999,999 in eighteen languages, from the smallest tables that make them: units, teens, tens and
the words for hundred and thousand. "One" is left out: in most languages it is the article. Han numerals are read by
place.

Cost: a few dictionary look-ups a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from archiver.language.folding import fold_word

MAX_WORDS = 8
"""Words that one number takes at the most."""

_BELOW_20: dict[str, str] = {
    "en": "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn",
    "nl": "twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien "
    "achttien negentien",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve",
    "pt": "dois três quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete dezoito "
    "dezenove",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf",
    "it": "due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
    "diciassette diciotto diciannove",
    "ro": "doi trei patru cinci șase șapte opt nouă zece unsprezece doisprezece treisprezece paisprezece cincisprezece "
    "șaisprezece șaptesprezece optsprezece nouăsprezece",
    "sv": "två tre fyra fem sex sju åtta nio tio elva tolv tretton fjorton femton sexton sjutton arton nitton",
    "uk": "два три чотири п'ять шість сім вісім дев'ять десять одинадцять дванадцять тринадцять чотирнадцять "
    "п'ятнадцять шістнадцять сімнадцять вісімнадцять дев'ятнадцять",
    "ru": "два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать "
    "пятнадцать шестнадцать семнадцать восемнадцать девятнадцать",
    "pl": "dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście trzynaście czternaście "
    "piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście",
    "cs": "dva tři čtyři pět šest sedm osm devět deset jedenáct dvanáct třináct čtrnáct patnáct šestnáct sedmnáct "
    "osmnáct devatenáct",
    "tr": "iki üç dört beş altı yedi sekiz dokuz on",
    "ar": "اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة",
    "he": "שניים שלושה ארבעה חמישה שישה שבעה שמונה תשעה עשרה",
    "el": "δύο τρία τέσσερα πέντε έξι επτά οκτώ εννέα δέκα έντεκα δώδεκα δεκατρία δεκατέσσερα δεκαπέντε δεκαέξι "
    "δεκαεπτά δεκαοκτώ δεκαεννέα",
    "id": "dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas",
}
_TENS: dict[str, str] = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "nl": "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "pt": "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
    "fr": "vingt trente quarante cinquante soixante",
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "ro": "douăzeci treizeci patruzeci cincizeci șaizeci șaptezeci optzeci nouăzeci",
    "sv": "tjugo trettio fyrtio femtio sextio sjuttio åttio nittio",
    "uk": "двадцять тридцять сорок п'ятдесят шістдесят сімдесят вісімдесят дев'яносто",
    "ru": "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто",
    "pl": "dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt "
    "dziewięćdziesiąt",
    "cs": "dvacet třicet čtyřicet padesát šedesát sedmdesát osmdesát devadesát",
    "tr": "yirmi otuz kırk elli altmış yetmiş seksen doksan",
    "ar": "عشرون ثلاثون أربعون خمسون ستون سبعون ثمانون تسعون",
    "he": "עשרים שלושים ארבעים חמישים שישים שבעים שמונים תשעים",
    "el": "είκοσι τριάντα σαράντα πενήντα εξήντα εβδομήντα ογδόντα ενενήντα",
}
_ONES = (
    "one un uno una une ein eine um uma en ett één een один одна одно одну одного одной одним одною "
    "jeden jedna bir واحد אחד אחת ένα μία unu"
)
"""Counted only after tens: forty-one."""
_SPELLINGS = {
    # other genders, cases and colloquial forms of units
    "dwie": 2, "dvě": 2, "две": 2, "дві": 2, "duas": 2, "două": 2, "شخصان": 2, "اثنين": 2, "שתי": 2, "שני": 2,
    "двух": 2, "двох": 2, "трех": 3, "трёх": 3, "трьох": 3, "четырех": 4, "четырёх": 4, "чотирьох": 4,
    "ثلاث": 3, "أربع": 4, "خمس": 5, "ست": 6, "سبع": 7, "ثماني": 8, "تسع": 9, "عشر": 10,
    "عشرين": 20, "ثلاثين": 30, "أربعين": 40, "خمسين": 50, "ستين": 60, "سبعين": 70, "ثمانين": 80, "تسعين": 90,
    "catorze": 14, "dezasseis": 16, "dezassete": 17, "dezanove": 19, "cincuenta": 50, "cinquante": 50,
    "zwo": 2, "τρεις": 3, "τέσσερις": 4, "septante": 70, "huitante": 80, "octante": 80, "nonante": 90,
    "veintidós": 22, "veintitrés": 23, "veinticuatro": 24, "veinticinco": 25, "veintiséis": 26, "veintisiete": 27,
    "veintiocho": 28, "veintinueve": 29, "veintiuno": 21, "veintiún": 21, "veintiuna": 21,
    "quatre-vingts": 80, "quatre-vingt": 80,
}  # fmt: skip
_HUNDREDS = {
    "hundred": 100, "hundert": 100, "honderd": 100, "cien": 100, "ciento": 100, "cem": 100, "cento": 100, "cent": 100,
    "cents": 100, "hundra": 100, "сто": 100, "sto": 100, "yüz": 100, "مائة": 100, "مئة": 100, "מאה": 100, "εκατό": 100,
    "ratus": 100, "doscientos": 200, "doscientas": 200, "trescientos": 300, "cuatrocientos": 400, "quinientos": 500,
    "seiscientos": 600, "setecientos": 700, "ochocientos": 800, "novecientos": 900, "duzentos": 200, "trezentos": 300,
    "quatrocentos": 400, "quinhentos": 500, "seiscentos": 600, "setecentos": 700, "oitocentos": 800, "novecentos": 900,
    "двісті": 200, "триста": 300, "чотириста": 400, "п'ятсот": 500, "шістсот": 600, "сімсот": 700, "вісімсот": 800,
    "дев'ятсот": 900, "двести": 200, "четыреста": 400, "пятьсот": 500, "шестьсот": 600, "семьсот": 700,
    "восемьсот": 800, "девятьсот": 900, "dwieście": 200, "trzysta": 300, "czterysta": 400, "pięćset": 500,
    "مئتان": 200, "مائتان": 200, "duecento": 200, "trecento": 300, "cinquecento": 500,
}  # fmt: skip
_THOUSAND = {
    "thousand", "tausend", "duizend", "mil", "mille", "mila", "tusen", "тисяча", "тисячі", "тисяч", "тысяча", "тысячи",
    "тысяч", "tysiąc", "tysiące", "tysięcy", "tisíc", "bin", "ألف", "آلاف", "אלף", "אלפים", "χίλια", "χιλιάδες", "mie",
    "mii", "ribu",
}  # fmt: skip
_JOINERS = frozenset(("and", "und", "en", "y", "e", "et", "și", "i", "и", "та", "й", "ו", "و", "och", "a"))
_HAN = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "萬": 10_000}


@cache
def _table() -> dict[str, int]:
    """Folded word → value, for all that is one word; where languages disagree, the word is left out."""
    found: dict[str, int] = {}
    clash: set[str] = set()

    def add(word: str, value: int) -> None:
        key = _key(word)
        if found.setdefault(key, value) != value:
            clash.add(key)

    for words in _BELOW_20.values():
        for value, word in enumerate(words.split(), 2):
            add(word, value)
    for words in _TENS.values():
        for value, word in enumerate(words.split(), 2):
            add(word, 10 * value)
    for word, value in _SPELLINGS.items():
        add(word, value)
    units = {lang: words.split()[:8] for lang, words in _BELOW_20.items()}
    for lang, joiner in (("de", "und"), ("nl", "en"), ("it", ""), ("sv", "")):
        for ten, tens in enumerate(_TENS[lang].split(), 2):
            firsts = {"de": "ein", "nl": "een", "it": "uno", "sv": "ett"}
            for unit, name in enumerate((firsts[lang], *units[lang]), 1):
                if lang in ("de", "nl"):
                    add(f"{name}{joiner}{tens}", 10 * ten + unit)
                else:
                    stem = tens[:-1] if lang == "it" and unit in (1, 8) else tens
                    add(f"{stem}{name}", 10 * ten + unit)
    for word in clash:
        found.pop(word)
    # words of everyday use in another language that listens
    for word in ("sex", "on", "elf", "mie", "sei", "six", "set", "dos"):
        if word in ("on", "sei"):
            found.pop(word, None)
    return found


@cache
def _larger() -> dict[str, int]:
    return {_key(word): value for word, value in _HUNDREDS.items()} | {_key(word): 1000 for word in _THOUSAND}


@cache
def _ones() -> frozenset[str]:
    return frozenset(_key(word) for word in _ONES.split())


def _key(word: str) -> str:
    return fold_word(word.replace("'", "").replace("’", "").replace("-", ""))


def number_at(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """The number that begins with the word at `at`, and how many words it takes; null where none begins there.

    words: as they stand in a text, without punctuation; a hyphenated word may stand as one or as two.
    """
    total, part, taken, used = 0, 0, 0, 0
    last_scale = 10
    at_end = min(len(words), at + MAX_WORDS)
    place = at
    while place < at_end:
        word = words[place]
        key = _key(word)
        value = _table().get(key)
        if value is None and used and word[:1] == "و":  # Arabic: "one and-forty"
            value = _table().get(_key(word[1:]))
            if value is not None and value % 10 == 0 and 0 < part % 100 < 10:
                part += value
                place, used, taken = place + 1, place + 1 - at, total + part
                continue
        larger = _larger().get(key)
        if value is not None and value < last_scale * 10 and (part % 100 == 0 or (part % 10 == 0 and value < 10)):
            part += value
            last_scale = 1 if value < 20 else 10
        elif key in _ones() and part % 100 >= 20 and part % 10 == 0:
            part += 1
            last_scale = 0
        elif key in _ones() and not used and place + 1 < at_end and words[place + 1][:1] == "و":
            part, place = 1, place + 1
            used = 1
            continue
        elif larger == 1000 and total == 0 and (part or used == 0):
            total, part, last_scale = (part or 1) * 1000, 0, 1000
        elif larger is not None and larger < 1000 and part < 10:
            part = (part or 1) * larger if larger == 100 else larger
            last_scale = 100
        elif key in _JOINERS and used:
            place += 1
            continue
        else:
            break
        place += 1
        used = place - at
        taken = total + part
    if not used or taken < 2:
        return None
    return taken, used


def han_number(text: str) -> int | None:
    """The number that Han numerals write (`四十一`, `二〇二二`); null for anything else, and for a lone `一`."""
    if not text or any(char not in _HAN and char not in _HAN_SCALES for char in text) or len(text) > 12:
        return None
    if all(char in _HAN for char in text):
        value = int("".join(str(_HAN[char]) for char in text))
        return value if value > 1 and len(text) > 1 else None
    total, section, digit = 0, 0, 0
    for char in text:
        if char in _HAN:
            digit = _HAN[char]
            continue
        scale = _HAN_SCALES[char]
        if scale == 10_000:
            total, section, digit = (section + digit) * scale, 0, 0
        else:
            section, digit = section + (digit or 1) * scale, 0
    value = total + section + digit
    return value if value > 1 else None
