"""Which number do these words write? Translations turn `41` into `forty-one` and back.

Whole numbers from 2 to 999,999 in eighteen languages, read by one small grammar from the words for units, teens, tens,
hundreds and thousand. "One" counts only within a number: in most languages it is the article. A language's words count
in texts of that language: `ten` is Czech for "this", `bin` German for "am". Han numerals are read by place.

Cost: a few dictionary look-ups a word; what a word can be is kept for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import cache, lru_cache
from typing import NamedTuple

from archiver.language.folding import fold_word

MAX_WORDS = 14
"""Words that one number takes at the most."""

MAX_LETTERS = 64
"""No word that writes a number is longer."""

TELLING_LETTERS = 5
"""A shorter word in Latin letters is a word of everyday use in some other language: where the text's language is not
known, it counts alone as English, and in any other language only with further words of the number."""

_EVERYDAY = frozenset(("seize", "sette", "venti", "sexton"))
"""The longer ones of these: "to seize"."""


class _Kind(Enum):
    ONE = "one"
    BELOW_100 = "below 100"
    """Takes the place of both tens and units: 10 to 19, and what is one word above."""
    UNIT = "unit"
    TENS = "tens"
    HUNDREDS = "hundreds"
    HUNDRED = "hundred"
    """Multiplies the unit before it."""
    THOUSANDS = "thousands"
    THOUSAND = "thousand"
    TEEN = "teen"
    """After a unit: 11 to 19 (`dua belas`)."""
    TEN = "ten"
    """After a unit: the tens (`empat puluh`)."""
    AND = "and"


class _Piece(NamedTuple):
    kind: _Kind
    value: int


class _Words(NamedTuple):
    """The words of one language, in their order; spellings and cases of one number are set apart by `/`."""

    one: str
    units: str
    """From 2."""
    teens: str
    """From 10."""
    tens: str
    """From 20."""
    hundred: str
    """The word for hundred, which a unit multiplies."""
    thousand: str
    hundreds: str = ""
    """Words of their own for hundreds, from 200."""
    others: str = ""
    """`word=value`: what is one word otherwise."""
    and_word: str = ""
    """Stands between the parts, as a word."""
    and_inside: str = ""
    """Stands between unit and tens within one word: `einundvierzig`."""
    and_prefix: str = ""
    """Is written together with the word after it."""
    joined: bool = False
    """Several parts may be written as one word."""
    ten_and_unit: bool = False
    """11 to 19 are written as ten and a unit: `dix-sept`, `on iki`."""
    unit_and_ten: bool = False
    """11 to 19 are written as a unit and ten."""
    twenties: bool = False
    """`soixante-dix` is 70, `quatre-vingt-dix` 90."""
    and_after_hundred: bool = False
    """`and` stands only after hundred or thousand."""
    not_alone: str = ""
    """A word that mostly means something else where it stands alone: Italian for "you are"."""


_LANGUAGES: dict[str, _Words] = {
    "en": _Words(
        one="one",
        units="two three four five six seven eight nine",
        teens="ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
        tens="twenty thirty forty fifty sixty seventy eighty ninety",
        hundred="hundred",
        thousand="thousand",
        and_word="and",
        and_after_hundred=True,
    ),
    "de": _Words(
        one="ein/eins/eine",
        units="zwei/zwo drei vier fünf sechs sieben acht neun",
        teens="zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
        tens="zwanzig dreißig/dreissig vierzig fünfzig sechzig siebzig achtzig neunzig",
        hundred="hundert",
        thousand="tausend",
        and_inside="und",
        joined=True,
    ),
    "nl": _Words(
        one="een",
        units="twee drie vier vijf zes zeven acht negen",
        teens="tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien",
        tens="twintig dertig veertig vijftig zestig zeventig tachtig negentig",
        hundred="honderd",
        thousand="duizend",
        and_inside="en",
        joined=True,
    ),
    "es": _Words(
        one="un/uno/una",
        units="dos tres cuatro cinco seis siete ocho nueve",
        teens="diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve",
        tens="veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
        hundred="cien/ciento",
        thousand="mil",
        hundreds="doscientos/doscientas trescientos/trescientas cuatrocientos/cuatrocientas quinientos/quinientas "
        "seiscientos/seiscientas setecientos/setecientas ochocientos/ochocientas novecientos/novecientas",
        others="veintiuno=21 veintiún=21 veintiuna=21 veintidós=22 veintitrés=23 veinticuatro=24 veinticinco=25 "
        "veintiséis=26 veintisiete=27 veintiocho=28 veintinueve=29",
        and_word="y",
    ),
    "pt": _Words(
        one="um/uma",
        units="dois/duas três quatro cinco seis sete oito nove",
        teens="dez onze doze treze quatorze/catorze quinze dezesseis/dezasseis dezessete/dezassete dezoito "
        "dezenove/dezanove",
        tens="vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
        hundred="cem/cento",
        thousand="mil",
        hundreds="duzentos/duzentas trezentos/trezentas quatrocentos/quatrocentas quinhentos/quinhentas "
        "seiscentos/seiscentas setecentos/setecentas oitocentos/oitocentas novecentos/novecentas",
        and_word="e",
    ),
    "fr": _Words(
        one="un/une",
        units="deux trois quatre cinq six sept huit neuf",
        teens="dix onze douze treize quatorze quinze seize dixsept dixhuit dixneuf",
        tens="vingt/vingts trente quarante cinquante soixante septante huitante/octante nonante",
        hundred="cent/cents",
        thousand="mille",
        and_word="et",
        ten_and_unit=True,
        twenties=True,
    ),
    "it": _Words(
        one="un/uno/una",
        units="due tre quattro cinque sei sette otto nove",
        teens="dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove",
        tens="venti/vent trenta/trent quaranta/quarant cinquanta/cinquant sessanta/sessant settanta/settant "
        "ottanta/ottant novanta/novant",
        hundred="cento/cent",
        thousand="mille/mila",
        joined=True,
        not_alone="sei",
    ),
    "ro": _Words(
        one="o/un/una/unu",
        units="doi/două trei patru cinci șase/sase șapte/sapte opt nouă",
        teens="zece unsprezece doisprezece/douăsprezece treisprezece paisprezece/patrusprezece cincisprezece "
        "șaisprezece/șasesprezece șaptesprezece optsprezece nouăsprezece",
        tens="douăzeci treizeci patruzeci cincizeci șaizeci șaptezeci optzeci nouăzeci",
        hundred="sută/sute",
        thousand="mie/mii",
        and_word="și/de",
    ),
    "sv": _Words(
        one="en/ett",
        units="två tre fyra fem sex sju åtta nio",
        teens="tio elva tolv tretton fjorton femton sexton sjutton arton nitton",
        tens="tjugo trettio fyrtio femtio sextio sjuttio åttio nittio",
        hundred="hundra",
        thousand="tusen",
        joined=True,
    ),
    "uk": _Words(
        one="один/одна/одно/одне/одну/одного/одній/однієї/одним",
        units="два/дві/двох/двома три/трьох чотири/чотирьох п'ять/п'яти/п'ятьох шість/шести/шістьох сім/семи/сімох "
        "вісім/восьми/вісьмох дев'ять/дев'яти/дев'ятьох",
        teens="десять/десяти/десятьох одинадцять/одинадцяти дванадцять/дванадцяти тринадцять/тринадцяти "
        "чотирнадцять/чотирнадцяти п'ятнадцять/п'ятнадцяти шістнадцять/шістнадцяти сімнадцять/сімнадцяти "
        "вісімнадцять/вісімнадцяти дев'ятнадцять/дев'ятнадцяти",
        tens="двадцять/двадцяти тридцять/тридцяти сорок/сорока п'ятдесят/п'ятдесяти шістдесят/шістдесяти "
        "сімдесят/сімдесяти вісімдесят/вісімдесяти дев'яносто/дев'яноста",
        hundred="сто/ста",
        thousand="тисяча/тисячі/тисяч/тисячу",
        hundreds="двісті/двохсот триста/трьохсот чотириста/чотирьохсот п'ятсот/п'ятисот шістсот/шестисот "
        "сімсот/семисот вісімсот/восьмисот дев'ятсот/дев'ятисот",
    ),
    "ru": _Words(
        one="один/одна/одно/одну/одного/одной/одним",
        units="два/две/двух/двумя три/трех/трёх четыре/четырех/четырёх пять/пяти шесть/шести семь/семи "
        "восемь/восьми девять/девяти",
        teens="десять/десяти одиннадцать/одиннадцати двенадцать/двенадцати тринадцать/тринадцати "
        "четырнадцать/четырнадцати пятнадцать/пятнадцати шестнадцать/шестнадцати семнадцать/семнадцати "
        "восемнадцать/восемнадцати девятнадцать/девятнадцати",
        tens="двадцать/двадцати тридцать/тридцати сорок/сорока пятьдесят/пятидесяти шестьдесят/шестидесяти "
        "семьдесят/семидесяти восемьдесят/восьмидесяти девяносто/девяноста",
        hundred="сто/ста",
        thousand="тысяча/тысячи/тысяч/тысячу",
        hundreds="двести/двухсот триста/трехсот/трёхсот четыреста/четырехсот/четырёхсот пятьсот/пятисот "
        "шестьсот/шестисот семьсот/семисот восемьсот/восьмисот девятьсот/девятисот",
    ),
    "pl": _Words(
        one="jeden/jedna/jedno/jedną",
        units="dwa/dwie/dwóch/dwaj trzy/trzech/trzej cztery/czterech/czterej pięć/pięciu sześć/sześciu "
        "siedem/siedmiu osiem/ośmiu dziewięć/dziewięciu",
        teens="dziesięć/dziesięciu jedenaście/jedenastu dwanaście/dwunastu trzynaście/trzynastu "
        "czternaście/czternastu piętnaście/piętnastu szesnaście/szesnastu siedemnaście/siedemnastu "
        "osiemnaście/osiemnastu dziewiętnaście/dziewiętnastu",
        tens="dwadzieścia/dwudziestu trzydzieści/trzydziestu czterdzieści/czterdziestu pięćdziesiąt/pięćdziesięciu "
        "sześćdziesiąt/sześćdziesięciu siedemdziesiąt/siedemdziesięciu osiemdziesiąt/osiemdziesięciu "
        "dziewięćdziesiąt/dziewięćdziesięciu",
        hundred="sto/stu",
        thousand="tysiąc/tysiące/tysięcy/tysiąca",
        hundreds="dwieście/dwustu trzysta/trzystu czterysta/czterystu pięćset/pięciuset sześćset/sześciuset "
        "siedemset/siedmiuset osiemset/ośmiuset dziewięćset/dziewięciuset",
    ),
    "cs": _Words(
        one="jeden/jedna/jedno/jednu",
        units="dva/dvě/dvou tři/tří čtyři/čtyř pět/pěti šest/šesti sedm/sedmi osm/osmi devět/devíti",
        teens="deset/deseti jedenáct/jedenácti dvanáct/dvanácti třináct/třinácti čtrnáct/čtrnácti "
        "patnáct/patnácti šestnáct/šestnácti sedmnáct/sedmnácti osmnáct/osmnácti devatenáct/devatenácti",
        tens="dvacet/dvaceti třicet/třiceti čtyřicet/čtyřiceti padesát/padesáti šedesát/šedesáti "
        "sedmdesát/sedmdesáti osmdesát/osmdesáti devadesát/devadesáti",
        hundred="sto/stě/sta/set",
        thousand="tisíc/tisíce/tisíců",
        and_inside="a",
        joined=True,
    ),
    "tr": _Words(
        one="bir",
        units="iki üç dört beş altı yedi sekiz dokuz",
        teens="on",
        tens="yirmi otuz kırk elli altmış yetmiş seksen doksan",
        hundred="yüz",
        thousand="bin",
        joined=True,
        ten_and_unit=True,
    ),
    "ar": _Words(
        one="واحد/واحدة/أحد/إحدى",
        units="اثنان/اثنين/اثنا/اثني/اثنتان/اثنتين/اثنتا/اثنتي ثلاثة/ثلاث أربعة/أربع خمسة/خمس ستة/ست سبعة/سبع "
        "ثمانية/ثماني/ثمان تسعة/تسع",
        teens="عشرة/عشر",
        tens="عشرون/عشرين ثلاثون/ثلاثين أربعون/أربعين خمسون/خمسين ستون/ستين سبعون/سبعين ثمانون/ثمانين تسعون/تسعين",
        hundred="مائة/مئة",
        thousand="ألف/آلاف/ألفا",
        hundreds="مئتان/مائتان/مئتين/مائتين/مئتا/مائتا",
        others="ألفان=2000 ألفين=2000",
        and_word="و",
        and_prefix="و",
        joined=True,
        unit_and_ten=True,
    ),
    "he": _Words(
        one="אחד/אחת",
        units="שניים/שנים/שני/שתיים/שתים/שתי שלושה/שלוש/שלושת ארבעה/ארבע/ארבעת חמישה/חמש/חמשת שישה/שש/ששת "
        "שבעה/שבע/שבעת שמונה/שמונת תשעה/תשע/תשעת",
        teens="עשרה/עשר/עשרת",
        tens="עשרים שלושים ארבעים חמישים שישים שבעים שמונים תשעים",
        hundred="מאה/מאות",
        thousand="אלף/אלפים",
        hundreds="מאתיים",
        others="אלפיים=2000",
        and_prefix="ו",
        unit_and_ten=True,
    ),
    "el": _Words(
        one="ένα/ένας/μία/μια",
        units="δύο/δυο τρία/τρεις τέσσερα/τέσσερις πέντε έξι επτά/εφτά οκτώ/οχτώ εννέα/εννιά",
        teens="δέκα έντεκα/ένδεκα δώδεκα δεκατρία/δεκατρείς δεκατέσσερα/δεκατέσσερις δεκαπέντε δεκαέξι "
        "δεκαεπτά/δεκαεφτά δεκαοκτώ/δεκαοχτώ δεκαεννέα/δεκαεννιά",
        tens="είκοσι τριάντα σαράντα πενήντα εξήντα εβδομήντα ογδόντα ενενήντα",
        hundred="εκατό/εκατόν",
        thousand="χίλια/χίλιοι/χίλιες/χιλιάδες",
        hundreds="διακόσια/διακόσιοι/διακόσιες τριακόσια/τριακόσιοι/τριακόσιες τετρακόσια/τετρακόσιοι/τετρακόσιες "
        "πεντακόσια/πεντακόσιοι/πεντακόσιες εξακόσια/εξακόσιοι/εξακόσιες επτακόσια/επτακόσιοι/επτακόσιες "
        "οκτακόσια/οκτακόσιοι/οκτακόσιες εννιακόσια/εννιακόσιοι/εννιακόσιες",
    ),
    "id": _Words(
        one="satu",
        units="dua tiga empat lima enam tujuh delapan sembilan",
        teens="sepuluh sebelas",
        tens="",
        hundred="ratus",
        thousand="ribu",
        others="seratus=100 seribu=1000",
    ),
}
_INDONESIAN = {"belas": _Piece(_Kind.TEEN, 10), "puluh": _Piece(_Kind.TEN, 10)}

_HAN = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "萬": 10_000}


def number_at(words: Sequence[str], at: int, language: str | None = None) -> tuple[int, int] | None:
    """The number that begins with the word at `at`, and how many words it takes; null where none begins there.

    words: as they stand in a text, without punctuation; hyphenated words as several. language: the text's, as a primary
    subtag; where it is null, or one whose words are not known here, those of all languages count that are no everyday
    words of another, and where they disagree, none.
    """
    if language in _LANGUAGES:
        return _number(words, at, language)
    key = _key(words[at])
    alone = not _latin(key) or (len(key) >= TELLING_LETTERS and key not in _EVERYDAY)
    read = {(other, _number(words, at, other)) for other in _tongues(key)}
    found = {one for other, one in read if one and (alone or other == "en" or one[1] > 1)}
    most = max((taken for _, taken in found), default=0)
    longest = [one for one in found if one[1] == most]
    return longest[0] if len(longest) == 1 else None


def han_number(text: str) -> int | None:
    """The number that Han numerals write (`四十一`, `二〇二二`); null for anything else, and for a lone numeral below
    ten."""
    if not text or any(char not in _HAN and char not in _HAN_SCALES for char in text) or len(text) > 12:
        return None
    if all(char in _HAN for char in text):
        value = int("".join(str(_HAN[char]) for char in text))
        return value if value > 1 and len(text) > 1 else None
    total, section, below = 0, 0, 10_000
    digit: int | None = None
    for char in text:
        if char in _HAN:
            if digit:  # `二三十` is twenty or thirty
                return None
            digit = _HAN[char]
            continue
        scale = _HAN_SCALES[char]
        if scale == 10_000:
            section += digit or 0
            if total or not section:
                return None
            total, section, below = section * scale, 0, scale
        elif scale < below:
            section, below = section + (1 if digit is None else digit) * scale, scale
        else:
            return None
        digit = None
    value = total + section + (digit or 0)
    return value if value > 1 else None


def _number(words: Sequence[str], at: int, language: str) -> tuple[int, int] | None:
    """The number that begins there in one language, and how many words it takes."""
    known = _LANGUAGES[language]
    number = _Number(known)
    found: tuple[int, int] | None = None
    for place in range(at, min(len(words), at + MAX_WORDS)):
        pieces = _pieces(_key(words[place]), language)
        if not pieces or not all(number.take(piece) for piece in pieces):
            break
        if number.whole:
            found = number.value, place + 1 - at
    alone = found is not None and found[1] == 1 and _key(words[at]) == known.not_alone
    return None if alone else found


class _Number:
    """A number under way: what was read of it, and which pieces may follow."""

    def __init__(self, words: _Words) -> None:
        self._words = words
        self._thousands = 0
        self._below = 0
        """What stands after the thousands."""
        self._joined = False
        """The last piece was "and"."""

    @property
    def value(self) -> int:
        return self._thousands + self._below

    @property
    def whole(self) -> bool:
        """It may end here."""
        return not self._joined and self.value > 1

    def take(self, piece: _Piece) -> bool:
        """Go on with this piece; false where it does not belong to the number."""
        joined, self._joined = self._joined, piece.kind is _Kind.AND
        if self._joined:
            return not joined and self.value > 0 and (not self._words.and_after_hundred or self._below % 100 == 0)
        below = self._followed(piece, joined)
        if below is None:
            return False
        if piece.kind in (_Kind.THOUSAND, _Kind.THOUSANDS):
            self._thousands, self._below = below, 0
        else:
            self._below = below
        return True

    def _followed(self, piece: _Piece, joined: bool) -> int | None:
        """What the number is from the hundreds on, once this piece follows; null where it cannot."""
        kind, value = piece
        below, rest = self._below, self._below % 100
        if kind in (_Kind.ONE, _Kind.UNIT):
            after_ten = self._words.ten_and_unit and rest == 10
            return below + value if rest % 10 == 0 and (rest != 10 or after_ten) else None
        if kind is _Kind.BELOW_100:
            with_unit = self._words.unit_and_ten and value == 10 and 0 < rest < 10
            with_twenties = self._words.twenties and rest in (60, 80)
            return below + value if rest == 0 or with_unit or with_twenties else None
        if kind is _Kind.TENS:
            if self._words.twenties and rest == 4 and value == 20:
                return below + 76
            return below + value if rest == 0 or (joined and rest < 10) else None
        if kind is _Kind.TEEN:
            return below + value if 1 < rest < 10 else None
        if kind is _Kind.TEN:
            return below + 9 * rest if 1 < rest < 10 else None
        return self._scaled(kind, value)

    def _scaled(self, kind: _Kind, value: int) -> int | None:
        below = self._below
        if kind is _Kind.HUNDRED:
            many = 10 if self._thousands else 20  # `nineteen hundred`
            return (below or 1) * 100 if below < many and below != 10 else None
        if kind is _Kind.HUNDREDS:
            return value if not below else None
        if self._thousands or below >= 1000:
            return None
        if kind is _Kind.THOUSAND:
            return (below or 1) * 1000
        return value if not below else None


@lru_cache(maxsize=8192)
def _pieces(key: str, language: str) -> tuple[_Piece, ...]:
    """What a word is in one language; nothing where it is no word of a number."""
    table, words = _table(language), _LANGUAGES[language]
    if key in table:
        return (table[key],)
    if key and key in (_key(word) for word in words.and_word.split("/")):
        return (_Piece(_Kind.AND, 0),)
    if words.and_prefix and key.startswith(words.and_prefix):
        rest = _pieces(key.removeprefix(words.and_prefix), language)
        return (_Piece(_Kind.AND, 0), *rest) if rest and rest[0].kind is not _Kind.AND else ()
    return _split(key, language) if words.joined and len(key) <= MAX_LETTERS else ()


def _split(key: str, language: str) -> tuple[_Piece, ...]:
    """The parts of a word in which several are written together; nothing where not all of it is such parts."""
    table, inside = _table(language), _LANGUAGES[language].and_inside
    # the longest parts that lead to each place: as many places as letters, so no word costs more than its square
    reached: dict[int, tuple[_Piece, ...]] = {0: ()}
    for begin in range(len(key)):
        before = reached.get(begin)
        if before is None:
            continue
        for end in range(begin + 1, min(len(key), begin + 20) + 1):
            part = key[begin:end]
            piece = table.get(part) or (_Piece(_Kind.AND, 0) if before and part == inside else None)
            if piece and (end not in reached or len(reached[end]) > len(before) + 1):
                reached[end] = (*before, piece)
    return reached.get(len(key), ())


@lru_cache(maxsize=8192)
def _tongues(key: str) -> tuple[str, ...]:
    """The languages in which a number may begin with this word."""
    return tuple(language for language in _LANGUAGES if _pieces(key, language))


def _latin(key: str) -> bool:
    return key[:1] < "\u0250"


@cache
def _table(language: str) -> dict[str, _Piece]:
    words = _LANGUAGES[language]
    found = dict(_INDONESIAN) if language == "id" else {}

    def add(kind: _Kind, spellings: str, value: int) -> None:
        for spelling in spellings.split("/"):
            found.setdefault(_key(spelling), _Piece(kind, value))

    for kind, listed, first, step in (
        (_Kind.UNIT, words.units, 2, 1),
        (_Kind.BELOW_100, words.teens, 10, 1),
        (_Kind.TENS, words.tens, 20, 10),
        (_Kind.HUNDREDS, words.hundreds, 200, 100),
        (_Kind.ONE, words.one, 1, 1),
        (_Kind.HUNDRED, words.hundred, 100, 1),
        (_Kind.THOUSAND, words.thousand, 1000, 1),
    ):
        for place, spellings in enumerate(listed.split()):
            add(kind, spellings, first + step * place)
    for other in words.others.split():
        word, _, number = other.partition("=")
        value = int(number)
        kind = _Kind.BELOW_100 if value < 100 else _Kind.HUNDREDS if value < 1000 else _Kind.THOUSANDS
        add(kind, word, value)
    return found


@lru_cache(maxsize=8192)
def _key(word: str) -> str:
    return fold_word(word[: 2 * MAX_LETTERS].translate(_MARKS))


_MARKS = str.maketrans("", "", "'’‘ʼ`´-‐‑")
