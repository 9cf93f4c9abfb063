"""Whom does a reporting clause name as the author of what it quotes?

The name stands beside the verb: before it (`Ana Example wrote`), before what explains it (`Ana Example, the mayor,
wrote`), or behind it (`escribió la alcaldesa Ana Example`). Titles and offices are no part of a name, a pronoun is
nobody. In scripts without capitals the name is what a particle or the verb leaves (`エクザンプル氏は`, `كتب … على`).

Nothing is resolved: the name is given as the clause has it, and none where the clause leaves it open.
"""

from __future__ import annotations

import msgspec
import regex

from archiver.language import reporting
from archiver.language.relative import listed, weekday_of
from archiver.language.tongues import FUNCTION_WORDS

MAX_NAME = 60
MAX_NAME_WORDS = 6

_BEFORE_DAYS = listed("am den le el on om na v ve w we в во у på em sul il la в")
_PARTICLES = "de|del|della|di|da|do|dos|das|du|la|le|el|al|bin|ibn|ben|van|von|der|den|ter|ten|zu|of|y|e|af|av|e.V"
_WORD = r"(?:[dDlLO]['’])?(?:al-|el-|ad-|as-|ash-|аль-)?\p{Lu}[\p{L}\p{M}\p{N}]*(?:['’ʼ-][\p{L}\p{M}\p{N}]+)*"
_RUN = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}@#_]){_WORD}\.?(?:[ \u00a0](?:(?:{_PARTICLES})[ \u00a0]){{0,2}}{_WORD}\.?){{0,7}}"
)
_TOKEN = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’ʼ-][\p{L}\p{M}\p{N}]+)*")
_PIECE = regex.compile(r"[,，;:()（）\[\]–—]|[ \u00a0]-[ \u00a0]")
_BY = regex.compile(r"\s(?:by|from|von|vom|par|di|de|od|від|от|från|av|af|fra|van)\s+$")
_ADVERB = regex.compile(r".{3,}(?:ly|mente|ment|lich|weise)$")
_CASELESS = regex.compile(r"[\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u1100-\u11ff\u3040-\u9fff\uac00-\ud7af]")

_KEPT_FIRST = listed("la le los las el il al de da del di van von dos den will an")
"""Function words that begin names: `La Casa Blanca`, `De la Cruz`, `Will Example`."""

_FUNCTION = frozenset(word for words in FUNCTION_WORDS.values() for word in words) - _KEPT_FIRST
_INTRO = listed(
    "later earlier meanwhile then also however today yesterday tonight after before when while as since once here both "
    "später zuvor derweil zudem auch dazu dann darin dabei gestern heute außerdem laut luego además ayer "
    "hoy después según "
    "ensuite puis hier selon poi ieri oggi inoltre secondo depois ontem hoje também segundo później wczoraj potem dziś "
    "позже вчера сегодня затем также ранее пізніше вчора сьогодні також раніше the a an der die das den "
    "dem ein eine einem "
    "der in on at auf am im an w na у в во во у su sur en em nel em no el ο η στο στον"
)


class Author(msgspec.Struct, kw_only=True):
    """Who wrote it, as the clause says; `beside` where the name stands directly at the verb or the platform."""

    name: str | None = None
    handle: str | None = None
    beside: bool = False
    at: int = -1


def author_of(clause: str, verb: tuple[int, int] | None, phrase: tuple[int, int], *, inverted: bool) -> Author:
    """The author in `clause`.

    Arguments: `verb`, where its verb stands, if it has one; `phrase`, where `on X` stands; `inverted`, the quotation
    stands before the clause, so that the name may follow the verb.
    """
    if _caseless(clause):
        return _without_capitals(clause, verb, phrase)
    if verb is None:
        who = _owner(clause, phrase) or _before(clause, phrase[0], phrase, 0)
        if who.name is None and (last := _at_end(clause[phrase[1] :].rstrip(" :,，\u00a0"), begins=False)):
            return Author(name=last, beside=True)
        return who
    if "-" in clause[verb[0] : verb[1]]:  # `écrit-elle`
        return Author(beside=True)
    owner = _owner(clause, phrase)
    left = _before(clause, verb[0], phrase, 0)
    if left.beside:
        return left
    right = _behind(clause, verb[1], phrase)
    if right is not None and (right.name or owner is None) and (inverted or left.name is None):
        return right
    return owner or left


def _caseless(clause: str) -> bool:
    wide = len(_CASELESS.findall(clause))
    return wide * 3 > len(clause)


# --- scripts with capitals
# -----------------------------------------------------------------------------------------------------------


def _before(clause: str, at: int, phrase: tuple[int, int], floor: int) -> Author:
    """The name before the verb at `at`."""
    segment = clause[floor:at]
    if floor <= phrase[0] < at:  # `Ana Example auf X schrieb`, `Auf X schrieb Ana Example`: where is not who
        segment = clause[floor : phrase[0]] + " " * (min(at, phrase[1]) - phrase[0]) + clause[min(at, phrase[1]) : at]
    pieces: list[tuple[int, str]] = []
    start = 0
    for mark in _PIECE.finditer(segment):
        pieces.append((start, segment[start : mark.start()]))
        start = mark.end()
    pieces.append((start, segment[start:]))
    tail = _bare(pieces[-1][1])
    if not tail.strip() and len(pieces) > 1:
        # `Ana Example, the mayor of Exampleton, wrote`: what stands between two commas explains the name before
        for number in (len(pieces) - 3, len(pieces) - 2):
            if number >= 0:
                found = _at_end(_bare(pieces[number][1]), begins=number == 0)
                if found is not None:
                    return Author(name=found, beside=True)
        return Author()
    words = _TOKEN.findall(tail)
    if words and words[-1].lower() in reporting.PRONOUNS:
        return Author(beside=True)
    found = _at_end(tail, begins=len(pieces) == 1)
    if found is not None:
        return Author(name=found, beside=True)
    if len(pieces) > 1 and (opening := _RUN.fullmatch(pieces[0][1].strip())) is not None:
        # `Ayşe Örnek, çarşamba günü Twitter'dan "…" diye yazdı`
        return Author(name=_name(opening[0], begins=True))
    # `Ana Example posted a picture and wrote`
    first = _RUN.match(pieces[0][1].lstrip())
    if first is not None and (len(words) > 1 or len(pieces) > 1):
        follows = _TOKEN.search(pieces[0][1].lstrip(), first.end())
        word = follows[0].lower() if follows is not None else ""
        if word in reporting.WROTE or word in reporting.SAID or (word in reporting.AT and len(pieces) == 1):
            return Author(name=_name(first[0], begins=True))
    return Author()


def _bare(piece: str) -> str:
    """`piece` without the small words between a name and its verb."""
    while tokens := list(_TOKEN.finditer(piece)):
        last = tokens[-1]
        lower = last[0].lower()
        small = lower in reporting.BETWEEN or _ADVERB.fullmatch(lower) or weekday_of(last[0]) is not None
        if not small or (last[0][0].isupper() and weekday_of(last[0]) is None and lower not in reporting.BETWEEN):
            break
        if lower in ("am", "on"):
            break
        piece = piece[: last.start()].rstrip()
        # `Ana Example am Mittwoch schrieb`
        before = _TOKEN.findall(piece)
        if weekday_of(last[0]) is not None and before and before[-1].lower() in _BEFORE_DAYS:
            piece = piece[: piece.rindex(before[-1])].rstrip()
    return piece


def _at_end(piece: str, *, begins: bool) -> str | None:
    """The name with which `piece` ends."""
    piece = piece.rstrip()
    last = None
    for run in _RUN.finditer(piece):
        last = run
    if last is None or piece[last.end() :].strip(" \u00a0\"”»“’'"):
        return None
    before = _TOKEN.findall(piece[: last.start()])
    word = before[-1].lower() if before else ""
    if word in reporting.AT or word in ("der", "die", "das", "den", "dem", "eine", "ein") or word in reporting.OF:
        # `in Berlin wrote`, `Die Partei schrieb`, `the mayor of Exampleton wrote`
        named = _name(last[0], begins=False)
        several = named is not None and " " in named and word in ("der", "die", "das")
        return named if several else None
    return _name(last[0], begins=begins and not before)


def _behind(clause: str, at: int, phrase: tuple[int, int]) -> Author | None:
    """The name after the verb: `escribió la alcaldesa Ana Example en X`; null where none follows."""
    position = at
    for _ in range(10):
        token = _TOKEN.search(clause, position)
        if token is None or token.start() - position > 3:
            return None
        if phrase[0] <= token.start() < phrase[1]:
            position = phrase[1]
            continue
        gap = clause[position : token.start()]
        if gap.strip(" \u00a0,") or ("," in gap and clause[position:].lstrip()[:1] == "," and position == at):
            return None
        lower = token[0].lower()
        if lower in reporting.PRONOUNS and lower != "il":  # Italian's article
            return Author(beside=True)
        if token[0][0].isupper():
            run = _RUN.match(clause, token.start())
            if run is None:
                return None
            stop = phrase[0] if run.start() < phrase[0] < run.end() else run.end()
            name = _name(clause[run.start() : stop].strip(), begins=False)
            if name is None:
                position = stop
                continue
            previous = clause[max(0, run.start() - 12) : run.start()].split()
            if previous and previous[-1].lower() in ("der", "die", "das", "dem", "den") and " " not in name:
                return None
            return Author(name=name, beside=True)
        if lower in reporting.AT and lower not in reporting.OF and weekday_of(token[0]) is None:
            following = _TOKEN.search(clause, token.end())
            if following is not None and weekday_of(following[0]) is not None:
                position = following.end()
                continue
            return None
        position = token.end()
    return None


def _owner(clause: str, phrase: tuple[int, int]) -> Author | None:
    """`Ana Example's post on X read`, `a tweet by Ana Example said`."""
    run = _RUN.search(clause, phrase[1])
    if run is not None and _BY.fullmatch(clause[phrase[1] : run.start()].rstrip() + " "):
        name = _name(run[0], begins=False)
        return Author(name=name, beside=True) if name else None
    for run in _RUN.finditer(clause, 0, phrase[0]):
        between = clause[run.end() : phrase[0]].split()
        if run[0].endswith(("'s", "’s")) and len(between) <= 3:
            name = _name(run[0][:-2], begins=run.start() == 0)
            return Author(name=name, beside=True) if name else None
    return None


def _name(run: str, *, begins: bool) -> str | None:
    """A run of capitalised words without what is no name: first words of a sentence, weekdays, titles, countries before
    a title."""
    if run.endswith(("'s", "’s")):
        return None
    words = run.split()
    while any(word.endswith(("'s", "’s")) for word in words):
        words.pop(0)  # `Exampleton's mayor`
    while words and (
        weekday_of(words[0].rstrip(".")) is not None or words[0].lower().rstrip(".") in _INTRO - _KEPT_FIRST
    ):
        words.pop(0)
    if words and words[0].islower() and words[0] in ("der", "den", "dem", "die", "das"):
        return None  # `In den Kommentaren`
    while words and begins and words[0].lower() in _FUNCTION:
        words.pop(0)
    while words and weekday_of(words[-1].rstrip(".")) is not None:
        words.pop()
    for number in range(len(words) - 2, -1, -1):
        if _is_role(words[number]):
            words = words[number + 1 :]
            break
    if len(words) == 1 and _is_role(words[0]):
        return None
    while len(words) > 1 and words[0].isupper() and 1 < len(words[0]) <= 5 and words[0].isalpha() and len(words) > 2:
        words.pop(0)  # `SPD`, `US`
    if "of" in words[2:]:  # `Ana Example of Exampleton`
        words = words[: words.index("of", 2)]
    while words and words[0].lower() in ("of", "de", "der", "the", "und", "and"):
        words.pop(0)
    name = " ".join(words[:MAX_NAME_WORDS])
    if not name or name.lower() in reporting.PRONOUNS or name.lower() in _FUNCTION or len(name) > MAX_NAME:
        return None
    if name[-1] == "." and len(words[-1]) > 2 and not words[-1][:-1].isupper() and words[-1] not in ("Jr.", "Sr."):
        name = name[:-1]
    return None if len(name) < 2 else name


def _is_role(word: str) -> bool:
    plain = word.lower().rstrip(".")
    last = plain.rpartition("-")[2]
    return plain in reporting.ROLES or (last != plain and last in reporting.ROLES) or plain.endswith(_GERMAN_ROLES)


_GERMAN_ROLES = (
    *(
        "minister",
        "ministerin",
        "politiker",
        "politikerin",
        "präsident",
        "präsidentin",
        "kanzler",
        "kanzlerin",
        "sprecher",
    ),
    *(
        "sprecherin",
        "chef",
        "chefin",
        "vorsitzende",
        "vorsitzender",
        "abgeordnete",
        "abgeordneter",
        "meister",
        "meisterin",
    ),
    *("trainer", "spieler", "rätin", "sekretär", "sekretärin", "berater", "beraterin", "gründer", "unternehmer"),
)


# --- scripts without
# -----------------------------------------------------------------------------------------------------------

_JAPANESE = regex.compile(
    r"(?P<name>[\p{Han}\p{Katakana}\p{Latin}ー・＝=々 ]{2,24}?)"
    r"(?P<title>氏|さん|大統領|前大統領|首相|元首相|長官|外相|議員|市長|知事|選手|監督|"
    r"代表|教授|社長|会長|顧問|大統領顧問|容疑者|くん|ちゃん)?(?P<particle>は|が|も)"
)
_CHINESE_END = regex.compile(
    r"周[一二三四五六日]|星期|礼拜|\d|[一二三四五六七八九十]{1,3}[日号]|今|昨|日前|当天|當天|随后|隨後|此后|也|则|還|还|曾|在|于|於|通过|透過|发|發|写|寫|表示|称|稱|说|說|推特|微博"
)
_KOREAN = regex.compile(r"(?P<words>[가-힣A-Za-z·.]+(?: [가-힣A-Za-z·.]+){0,5}?)(?:은|는|이|가)(?=[ ,(]|$)")
_KOREAN_SURNAMES = frozenset(
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염추"
)
_SPACED = regex.compile(r"[^\s,،؛:\"“”«»()]+")


def _without_capitals(clause: str, verb: tuple[int, int] | None, phrase: tuple[int, int]) -> Author:
    name: str | None
    if regex.search(r"[\u3040-\u30ff]", clause):
        name = _japanese(clause)
    elif regex.search(r"[가-힣]", clause):
        name = _korean(clause)
    elif regex.search(r"\p{Han}", clause):
        name = _chinese(clause)
    elif regex.search(r"[\u0590-\u05ff]", clause):
        name = _hebrew(clause, verb, phrase)
    elif regex.search(r"[\u0600-\u06ff]", clause):
        name = _arabic(clause, verb, phrase)
    elif regex.search(r"[\u0900-\u0dff]", clause):
        name = _indic(clause)
    else:
        name = None
    return Author(name=name, beside=name is not None)


def _japanese(clause: str) -> str | None:
    for match in _JAPANESE.finditer(clause[:200]):
        name = match["name"].strip(" ・")
        if "の" not in name and len(name) >= 2 and not regex.search(r"\d|[XxＸ]$|ツイート|投稿|自身", name):
            for role in sorted(reporting.CASELESS_ROLES, key=len, reverse=True):
                name = name.removesuffix(role)
            return name or None
    return None


def _chinese(clause: str) -> str | None:
    head = regex.split(r"[，。；]", clause)[-1].strip() if "，" in clause else clause.strip()
    for piece in (head, *reversed(regex.split(r"[，。；]", clause))):
        end = _CHINESE_END.search(piece)
        name = piece[: end.start()] if end else ""
        cut = max((name.rfind(role) + len(role) for role in reporting.CASELESS_ROLES if role in name), default=0)
        name = name[cut:].strip()
        if 2 <= len(name) <= 16 and not regex.search(r"[他她它的了是]", name):
            return name
    return None


def _korean(clause: str) -> str | None:
    for match in _KOREAN.finditer(clause[:200]):
        words = match["words"].split()
        while words and any(
            words[-1].endswith(role) and (len(words) > 1 or words[-1] == role) for role in reporting.KOREAN_ROLES
        ):
            words.pop()
        if not words or words[-1] in ("그", "그녀", "자신", "그들"):
            continue
        last = words[-1]
        native = len(last) == 3 and last[0] in _KOREAN_SURNAMES
        return last if native or len(words) == 1 else " ".join(words[-2:])
    return None


def _hebrew(clause: str, verb: tuple[int, int] | None, phrase: tuple[int, int]) -> str | None:
    if verb is None:
        return None
    left = [w for w in _SPACED.findall(clause[: verb[0]]) if w not in reporting.RTL_ROLES]
    if left and left[-1] not in ("הוא", "היא", "הם") and len(left) >= 2 and verb[0] < phrase[0] + 1:
        words = [w for w in left if not w.startswith("ה") or len(w) < 4][-2:]
        return " ".join(words) or None
    right: list[str] = []
    for word in _SPACED.finditer(clause, verb[1]):
        if word.start() >= phrase[0] > verb[0] or word[0] in ("על", "כי", "ביום", "אתמול", "היום") or len(right) == 4:
            break
        if word[0] not in reporting.RTL_ROLES:
            right.append(word[0])
    return " ".join(right) or None


_ARABIC_STOP = listed("على عبر في إن أن يوم اليوم أمس من خلال بـ قائلا قائلة هو هي در روز که از این را با نے پر میں کہ")


def _arabic(clause: str, verb: tuple[int, int] | None, phrase: tuple[int, int]) -> str | None:
    words: list[str] = []
    if verb is not None:
        for word in _SPACED.finditer(clause, verb[1]):
            if word[0] in _ARABIC_STOP or phrase[0] <= word.start() < phrase[1] or len(words) == 6:
                break
            words.append(word[0])
    if not words:  # Persian and Urdu put somebody first
        for word in _SPACED.finditer(clause):
            if (
                word[0] in _ARABIC_STOP
                or word.start() >= phrase[0]
                or (verb and word.start() >= verb[0])
                or len(words) == 6
            ):
                break
            words.append(word[0])
    return _after_roles(words, reporting.RTL_ROLES)


def _indic(clause: str) -> str | None:
    head = regex.search(r"^(.{2,120}?)\s(?:ने|نے)\s", clause)
    if head is None:
        return None
    words = [w for w in _SPACED.findall(head[1]) if w]
    named = _after_roles(words, reporting.INDIC_ROLES)
    return " ".join(named.split()[-3:]) if named else None


def _after_roles(words: list[str], roles: frozenset[str]) -> str | None:
    cut = max((i + 1 for i, word in enumerate(words) if word in roles), default=0)
    left = words[cut:] or []
    return " ".join(left[:4]) or None
