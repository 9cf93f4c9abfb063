"""What does an Instagram embed leave in bare text?

    header         View this post on Instagram            may be missing
    caption        The bridge this morning. #bridge       mostly missing: new embeds hold none
    attribution    A post shared by Ana Example (@ana.example)
    tail           on Sep 7, 2018 at 9:21pm PDT           embeds until 2020; in the language of the embed or mixed

The attribution is anchored on the `@` of its handle and on the words around it (`phrases`). A caption is only taken as
the post's own where the layout says so, between header and attribution: what else stands above is the article's.

Cost: one bounded window at each `@` and at each of a few words; regular expressions run only where a piece of their
phrase is there.
"""

from __future__ import annotations

import re

import msgspec

from archiver.language import dates, names, times
from archiver.platforms.base import TextExample, TextRule, TextSighting
from archiver.platforms.instagram import phrases
from archiver.platforms.instagram.urls import HANDLE, ref_from_url

REACH = 150
"""Code points before a handle in which the attribution begins: a phrase and a name of 60 characters, twice as long
where marks and emoji are written out."""

STEM_REACH = 48
"""From the beginning of a phrase to the piece of it that is looked for."""

CAPTION = 2300
"""Instagram allows 2,200 characters."""

_MARKS = r"[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]{0,4}"
_HANDLE = HANDLE.replace("[A-Za-z0-9_.]", r"(?:\\_|[A-Za-z0-9_.])")
_NAMED = re.compile(
    rf"(?P<name>(?:[^\n]|\n(?! ?[\n\r\t\u00a0]|  )){{0,160}}?)[ \u00a0\n]{{0,3}}{_MARKS}"
    rf"[(（]\[?{_MARKS} ?{_MARKS}[@＠] ?{_MARKS}"
    rf"(?P<handle>{_HANDLE}(?:(?<=[._]) [A-Za-z0-9_.]{{1,20}})?){_MARKS}"
    rf"(?:\]\([^()\s]{{1,200}}\))? ?{_MARKS}[)）]{_MARKS}"
)
_NAMED_LOST = re.compile(rf"(?P<name>[^\n(（]{{0,80}}?)[ \u00a0]{{0,2}}[(（] ?(?P<handle>{_HANDLE}) ?[)）]{_MARKS}")
"""The same where the `@` was lost."""
_BARE = re.compile(rf"(?P<name>[^\n@(（]{{0,60}}?)[ \u00a0]{{0,2}}[(（]? ?[@＠](?P<handle>{_HANDLE})(?![\w@])[)）]?")
_AT_HANDLE = re.compile(
    rf"[@＠] ?{_MARKS}(?P<handle>{_HANDLE}){_MARKS}(?P<close>(?:\]\([^()\s]{{1,200}}\))? ?{_MARKS}[)）])?{_MARKS}"
)
_OPENING = re.compile(rf"[(（]\[?{_MARKS} ?{_MARKS}$")
_LINK = re.compile(r"\]\(\s{0,2}<?\s{0,2}(?P<url>https?://[^\s)>]{1,400})[^\n)]{0,60}\)")
_MARKDOWN_NAME = re.compile(r"\[([^\]\n]{0,90})\]\([^)\s]{0,200}\)")
_SENTENCE_END = re.compile(r"[.!?…。！？：」』][\"”»』」]?\s|[。！？」』]|[ ]{2,}|[→▶️]|\|")
_HALF_LINE = 60

_CONNECTORS = frozenset(
    [
        *(
            "on",
            "am",
            "le",
            "el",
            "il",
            "em",
            "op",
            "den",
            "dne",
            "o",
            "в",
            "у",
            "на",
            "la",
            "em",
            "no",
            "na",
            "in",
            "data",
        ),
        *("em", "dia", "pada", "vào", "ngày", "lúc", "tarihinde", "kl", "στις", "την", "في", "ב", "ב-", "di", "a", "i"),
        *(
            "de",
            "fecha",
            "del",
            "dia",
            "u",
            "v",
            "dňa",
            "เมื่อ",
            "님",
            "於",
            "于",
            "تاریخ",
            "در",
            "को",
            "pe",
            "dana",
            "tanggal",
        ),
    ]
)
_CONNECTOR = re.compile(r"[^\s\d,.:;()（）·•–—-]{1,14}")
_ZONE_FIRST = re.compile(r"[ \u00a0]{0,3}(?:PDT|PST)(?=[ \u00a0]{0,3}\d)")
_POSTED = re.compile(r"[ \u00a0]{0,3}(?:張貼|张贴|發佈|发布|投稿|に投稿)")
_WRAP = re.compile(r"[ \t\u00a0]{0,3}\n[ \t\u00a0>]{0,6}")
_PUNCTUATION = frozenset(" \t\u00a0,，、:：-–—(（[·•.")


class Attribution(msgspec.Struct, frozen=True, kw_only=True):
    """`A post shared by Ana Example (@ana.example) on Sep 7, 2018 at 9:21pm PDT`, read."""

    start: int
    end: int
    handle: str | None
    name: str | None
    at_sign: bool
    weak: bool = False
    """Whether the words before the name are those of credits too."""
    url: str | None = None
    day: str | None = None
    moment: str | None = None
    """The day, with the time and the zone's offset where both are certain."""
    timed: bool = False


def attribution_at(text: str, at: int, floor: int) -> Attribution | None:
    """The attribution that stands around offset `at` of `text`, where an `@` or a word of it is; null for none.

    Nothing before `floor` is looked at.
    """
    if text[at] not in "@＠":
        return _from_phrase(text, at, floor)
    own = _AT_HANDLE.match(text, at)
    if own is None or text[own.end() : own.end() + 1] in ("@", "＠"):
        return None
    opening = _OPENING.search(text, max(floor, at - 8), at)
    if own["close"] and opening and (after := phrases.AFTER.match(text, own.end())):
        return _with_name_before(text, opening.start(), own["handle"], after.end(), floor)
    low = max(floor, at - REACH)
    found = _last_before(text, low, at)
    return _from_before(text, *found) if found is not None else None


def _last_before(
    text: str, low: int, high: int, *, around: int | None = None
) -> tuple[int, int, phrases.Before] | None:
    """The last phrase in `text[low:high]` that stands before a name: its start, its end, and which; where `around` is
    given, one that covers this offset."""
    window = text[low:high].lower()
    best: tuple[int, int, phrases.Before] | None = None
    for stem in phrases.stems_in(window):
        place = window.rfind(stem)
        if place < 0:
            continue
        begin = low + max(0, place - STEM_REACH) if len(window) == high - low else low
        for way in phrases.BEFORE[stem]:
            for said in way.said.finditer(text, begin, high):
                if around is not None and not said.start() <= around < said.end():
                    continue
                if best is None or (said.end(), -said.start()) > (best[1], -best[0]):
                    best = said.start(), said.end(), way
    return best


def _from_phrase(text: str, at: int, floor: int) -> Attribution | None:
    low, high = max(floor, at - STEM_REACH), min(len(text), at + STEM_REACH)
    found = _last_before(text, low, high, around=at)
    if found is not None:
        return _from_before(text, *found)
    for said in phrases.BEFORE_WEAK.finditer(text, low, high):
        if said.start() <= at < said.end():
            return _from_before(text, said.start(), said.end(), phrases.Before(said.re.pattern, None, False), weak=True)
    return None


def _from_before(text: str, start: int, end: int, way: phrases.Before, *, weak: bool = False) -> Attribution | None:
    if not way.both and _within_sentence(text, start):
        weak = True
    if text[end : end + 1].isalpha() and text[end - 1].isalpha() and text[end - 1].isascii() and text[end].islower():
        return None  # `posted bystander`
    named = _NAMED.match(text, end, end + 2 * REACH) if _at_sign_near(text, end) else None
    if named is not None and "\n" in named["name"] and not _wrapped(named["name"]):
        named = None
    if named is not None and _last_before(text, end, named.start("handle")) is not None:
        named = None  # the handle is that of the next attribution
    at_sign = named is not None
    if named is None:
        named = _BARE.match(text, end, end + REACH)
        at_sign = named is not None
    if named is None:
        named = _NAMED_LOST.match(text, end, end + REACH)
    if named is None:
        return None if way.both else _without_handle(text, start, end, weak)
    name = _name(named["name"])
    if name is not None and len(name) > 80:
        return None
    last = named.end()
    if way.then is not None:
        behind = way.then.match(text, last)
        if behind is not None:
            last = behind.end()
        elif way.both:
            return None
    return _finished(text, start, last, _handle(named["handle"]), name, at_sign, weak)


def _at_sign_near(text: str, at: int) -> bool:
    return text.find("@", at, at + REACH + 20) >= 0 or text.find("＠", at, at + REACH + 20) >= 0


def _wrapped(name: str) -> bool:
    """One name over two lines, not the end of a line and a piece of the next paragraph."""
    first, _, second = name.strip("\n").partition("\n")
    return "\n" not in second and len(first) <= _HALF_LINE and len(second) <= _HALF_LINE


def _without_handle(text: str, start: int, end: int, weak: bool) -> Attribution | None:
    """`A post shared by Ana Example on Sep 7, 2018 at 9:21pm PDT`: only a time with its zone tells that it is one."""
    line_end = text.find("\n", end, end + REACH)
    line_end = min(len(text), end + REACH) if line_end < 0 else line_end
    for digit in re.finditer(r"(?<!\w)(?:[^\W\d_]{3,9}\.? )?\d{1,4}\b", text[end:line_end]):
        printed = dates.read_date(text, end + digit.start())
        moment = times.read_time(text, printed.end) if printed is not None and printed.day else None
        if printed is None or printed.day is None or moment is None or moment.zone is None:
            continue
        if moment.start - printed.end > 20:
            continue
        words = text[end : end + digit.start()].split()
        while words and words[-1].strip(",:").lower() in _CONNECTORS:
            words.pop()
        name = _name(" ".join(words))
        if name is None or len(name) > 60:
            return None
        return Attribution(
            start=start, end=moment.end, handle=None, name=name, at_sign=False, weak=weak, day=printed.day,
            moment=moment.on(printed.day), timed=True,
        )  # fmt: skip
    return None


def _with_name_before(text: str, paren: int, handle: str, end: int, floor: int) -> Attribution:
    """Languages that say it behind the handle: the name begins its line, or what else stands there ends before it."""
    low = max(floor, paren - REACH)
    line = text.rfind("\n", low, paren) + 1 or low
    segment = text[line:paren]
    if not segment.strip() and line > floor and (previous := text[low:line].rstrip()):
        line = low + previous.rfind("\n") + 1  # the name on the line above its handle
        segment = text[line:paren]
    begin = 0
    for header in phrases.header().finditer(segment):
        begin = header.end()
    own_line = begin == 0 and len(segment) <= _HALF_LINE and (line == 0 or text[line - 1] == "\n")
    for sentence in _SENTENCE_END.finditer(segment, begin, max(begin, len(segment) - 1)):
        if not (own_line and sentence[0] == "|"):  # `Ana | Bakery(@ana.bakery)`, alone on its line, is a name
            begin = sentence.end()
    if len(segment) - begin > _HALF_LINE or (line == low and low > floor and text[line - 1 : line] != "\n"):
        begin += names.name_start(segment[begin:], handle)
    while begin < len(segment) and (segment[begin].isspace() or segment[begin] in ">*[-—–"):
        begin += 1
    start = line + begin
    name_at = start
    if lead := phrases.LEAD.match(text, start, paren):
        name_at = lead.end()
    return _finished(text, start, end, _handle(handle), _name(text[name_at:paren]), True, False)


def _finished(text: str, start: int, end: int, handle: str, name: str | None, at_sign: bool, weak: bool) -> Attribution:
    url = None
    if (link := _LINK.match(text, end)) and ref_from_url(link["url"]):
        url, end = link["url"], link.end()
    tail = read_tail(text, end)
    weak = weak or (_goes_on(text, end) if tail is None else not tail[3] and _goes_on(text, tail[0]))
    if text[start - 1 : start] == "[" and url:
        start -= 1
    if tail is None:
        return Attribution(start=start, end=end, handle=handle, name=name, at_sign=at_sign, weak=weak, url=url)
    last, day, moment, timed = tail
    if text[last : last + 1] == ")" and text.count("(", start, last) > text.count(")", start, last):
        last += 1
    if url is None and (link := _LINK.match(text, last)) and ref_from_url(link["url"]):
        url, last = link["url"], link.end()
    return Attribution(
        start=start, end=last, handle=handle, name=name, at_sign=at_sign, weak=weak, url=url, day=day, moment=moment,
        timed=timed,
    )  # fmt: skip


def _handle(written: str) -> str:
    return written.replace("\\_", "_").replace(" ", "").rstrip(".") or written


def _name(written: str) -> str | None:
    plain = _MARKDOWN_NAME.sub(r"\1", written.replace("\n>", "\n")).strip(" \t\n\u00a0*[]")
    return names.clean(plain.removeprefix("@") if plain.startswith("@") and " " not in plain else plain)


def _goes_on(text: str, end: int) -> bool:
    """`A video shared by Ana (@ana) shows …`: the sentence goes on behind the handle, and not with a date."""
    rest = text[end : end + 16]
    if any(character.isdigit() for character in rest) or _dangles(text, end):
        return False
    return rest[:2].startswith((", ", "; ", "’s", "'s")) or (rest[:1] in " \u00a0" and rest[1:2].islower())


def _dangles(text: str, end: int) -> bool:
    """`A post shared by Ana Example (@ana.example) on`, and nothing more on its line: the element with the date is
    lost."""
    word = _CONNECTOR.match(text, end + 1) if text[end : end + 1] in (" ", "\u00a0") else None
    if word is None or word[0].lower() not in _CONNECTORS:
        return False
    return text[word.end() : word.end() + 3].strip(" \t\u00a0")[:1] in ("", "\r", "\n")


def _within_sentence(text: str, start: int) -> bool:
    """`In a post shared by …`: small, and words of the same line before it."""
    return text[start].islower() and text[max(0, start - 2) : start].strip(" ").isalpha() and text[start - 1] == " "


def read_tail(text: str, at: int) -> tuple[int, str | None, str | None, bool] | None:
    """The date that follows an attribution at `at`: (its end, the day, the day with the time and offset, whether a time
    is printed); null where none follows.

    A date on the next line needs a time or a zone: there the article may go on with one.
    """
    place = at
    if wrapped := _WRAP.match(text, at):
        place = wrapped.end()
    for _ in range(3):
        while place < len(text) and text[place] in _PUNCTUATION:
            place += 1
        word = _CONNECTOR.match(text, place)
        if word is None or word[0].lower() not in _CONNECTORS:
            break
        place = word.end()
    if zone := _ZONE_FIRST.match(text, place):
        place = zone.end()
    elif place > at and text[place : place + 1].isalpha() is False and text[place : place + 1] == ")":
        place += 1
    printed = dates.read_date(text, place)
    if printed is None or printed.start - place > 6:
        return None
    moment = times.read_time(text, printed.end)
    if moment is not None:
        between = text[printed.end : moment.start]
        exact = moment.zone is not None or moment.clock is not None or text[moment.start : moment.end].endswith("Uhr")
        if len(between) > 20 or "\n\n" in between or not exact:
            moment = None
    if "\n" in text[at : printed.start] and (moment is None or moment.zone is None):
        return None
    end = moment.end if moment is not None else printed.end
    if posted := _POSTED.match(text, end):
        end = posted.end()
    if text[end : end + 1] == ")" and "(" in text[at : printed.start]:
        end += 1
    day = printed.day
    return end, day, moment.on(day) if moment is not None and day else day, moment is not None


# --- the whole residue
# ------------------------------------------------------------------------------------------------------------


def _header_above(text: str, start: int, floor: int) -> tuple[int, int] | None:
    """The last header before `start`, within the length of a caption: its span."""
    low = max(floor, start - CAPTION - 100)
    place = start
    for _ in range(3):
        place = max(text.rfind("Instagram", low, place), text.rfind("instagram", low, place))
        if place < 0:
            return None
        for header in phrases.header().finditer(text, max(low, place - 60), min(start, place + 60)):
            if header.start() <= place < header.end():
                return header.span()
    return None


def read(text: str, at: int, floor: int) -> TextSighting | None:
    """The post whose attribution stands around `at`."""
    found = attribution_at(text, at, floor)
    if found is None:
        return None
    header = _header_above(text, found.start, floor)
    if found.weak and header is None and not found.timed:
        return None
    if found.weak and header is not None and text[header[1] : found.start].strip():
        return None
    start, words = found.start, None
    if header is not None:
        caption = text[header[1] : found.start].strip(" \t\r\n\u00a0.:>-–—*|\u200e\u200f")
        if caption and len(caption) <= CAPTION and any(character.isalnum() for character in caption):
            words = text[header[1] : found.start].strip()
            start = header[1] + text[header[1] : found.start].index(words)
    pieces = [
        "header" if header is not None else "",
        "attribution",
        "@" if found.at_sign else "",
        "time" if found.timed else "date" if found.day else "",
    ]
    if not found.at_sign:
        own_line = start == 0 or text[start - 1] in "\n[>"
        told = header is not None or found.timed or found.day is not None
        sure = 0.9 if told else 0.7 if own_line and found.handle else 0.4
    else:
        sure = 0.98
    ref = ref_from_url(found.url) if found.url else None
    return TextSighting(
        start=start,
        end=found.end,
        handle=found.handle,
        display_name=found.name,
        date=found.moment,
        date_basis=None,
        post_id=ref.id if ref else None,
        url=ref.url if ref else None,
        found_url=found.url if ref else None,
        text=words,
        shape=", ".join(piece for piece in pieces if piece),
        confidence=sure,
    )


TRIGGERS = (
    *(
        "@",
        "＠",
        "shared by",
        "posted by",
        "geteilt von",
        "partagée par",
        "compartida p",
        "condiviso da",
        "artilhada por",
    ),
    *("gedeeld door", "udostępniony przez", "Публикация от", "dibagikan oleh"),
)
"""`@`, and for copies that lost it the words of the languages that translators work with most."""


_BEHIND = (
    *("jakama", "julkaise", "lähettä", "által", "paylaş", "gönderdi", "yayınla", "tarafından", "tərəfindən"),
    *("द्वारा", "শেয়ার", "শেয়ার", "شیئر", "شئیر", "اشتراک", "シェア", "共有", "投稿", "公開", "님"),
    *("分享", "張貼", "张贴", "發佈", "發布", "发布", "貼出", "上傳", "上传"),
)
"""What languages say that name the author first: one of these stands in each of their phrases."""

BESIDE = re.compile("|".join(sorted({re.escape(s) for p in phrases.PHRASES for s in p.stems.split()} | set(_BEHIND))))
"""What stands near the `@` of every attribution."""


def _example(line: str, date: str | None = None, **read: str | None) -> TextExample:
    expected: dict[str, str | None] = {"handle": "ana.example", "display_name": "Ana Example", **read}
    return TextExample(text=line, date=date, **expected)


_ANA = "Ana Example (@ana.example)"

_EXAMPLES: tuple[TextExample, ...] = (
    _example(f"View this post on Instagram\n\nA post shared by {_ANA}"),
    _example(f"A post shared by {_ANA} on Sep 7, 2018 at 9:21pm PDT", "2018-09-07T21:21:00-07:00"),
    _example(f"A photo posted by {_ANA} on Jan 7, 2015 at 3:02pm PST", "2015-01-07T15:02:00-08:00"),
    _example("A post shared by (@ana.example) on Sep 7, 2018", "2018-09-07", display_name=None),
    _example(
        f"View this post on Instagram\n\nThe bridge is open again. #bridge\n\nA post shared by {_ANA} on\n"
        "May 20, 2018 at 4:26am PDT",
        "2018-05-20T04:26:00-07:00",
        words="The bridge is open again. #bridge",
    ),
    _example("A post shared by Ana Example (ana.example) on May 20, 2018 at 4: 26am PDT", "2018-05-20T04:26:00-07:00"),
    _example("A video posted by Ana Example on May 20, 2016 at 4:26am PDT", "2016-05-20T04:26:00-07:00", handle=None),
    _example(
        f"[A post shared by {_ANA}](https://www.instagram.com/reel/BalQ2SWFty8/?utm_source=ig_embed)",
        post_id="BalQ2SWFty8",
    ),
    _example(f"She rested.\n\nA post shared by {_ANA} on\n\nThen she went home."),
    _example(f"Sie ruhte.\n\nEin Beitrag geteilt von {_ANA} am\nDann ging sie."),
    _example(f"Sieh dir diesen Beitrag auf Instagram an\nEin Beitrag geteilt von {_ANA}"),
    _example(f"Ein Beitrag geteilt von {_ANA} am Apr 28, 2020 um 9:29 PDT", "2020-04-28"),
    _example("Ein Beitrag geteilt von \n Ana Example\n (@ana.example) am \nApr 28, 2020 um 9:29 PDT", "2020-04-28"),
    _example(f"Une publication partagée par {_ANA} le 3 Févr. 2019 à 5:10 PST", "2019-02-03"),
    _example(
        f"Una publicación compartida de {_ANA} el 31 de diciembre de 2019 a las 4:19 p. m. PST",
        "2019-12-31T16:19:00-08:00",
    ),
    _example(f"Un post condiviso da {_ANA} in data: 12 Lug 2018 alle ore 1:10 PDT", "2018-07-12"),
    _example(f"Uma publicação compartilhada por {_ANA} em 3 de Mai, 2018 às 8:24 PDT", "2018-05-03"),
    _example(f"Uma publicação partilhada por {_ANA}"),
    _example(f"Een bericht gedeeld door {_ANA} op 3 Mei 2018 om 8:24 PDT", "2018-05-03"),
    _example(f"Post udostępniony przez {_ANA} Lip 12, 2019 o 2:05 PDT", "2019-07-12"),
    _example(f"Публикация от {_ANA}19 Апр 2020 в 1:10 PDT", "2020-04-19"),
    _example(f"Допис, поширений {_ANA}"),
    _example(f"Příspěvek sdílený {_ANA}"),
    _example("Příspěvek sdílený uživatelem @ana.example", display_name=None),
    _example(f"Objavu dijeli {_ANA}"),
    _example(f"Ett inlägg delat av {_ANA} Maj 3, 2018 kl. 8:24 PDT", "2018-05-03"),
    _example(f"Et opslag delt af {_ANA} den Maj 3, 2018 kl. 8.24 PDT", "2018-05-03"),
    _example(f"Et innlegg delt av {_ANA}"),
    _example(f"Henkilön {_ANA} jakama julkaisu Joulu 12, 2019 kello 11.37 PST", "2019-12-12"),
    _example(f"{_ANA} által megosztott bejegyzés, Ápr 29., 2020, időpont: 1:48 (PDT időzóna szerint)", "2020-04-29"),
    _example(f"{_ANA}'in paylaştığı bir gönderi (12 Eyl 2019, 8:43ös PDT)", "2019-09-12T20:43:00-07:00"),
    _example(f"Sebuah kiriman dibagikan oleh {_ANA} pada 3 Mei 2018 jam 8:24 PDT", "2018-05-03"),
    _example(f"Bài viết do {_ANA} chia sẻ"),
    _example(f"โพสต์ที่แชร์โดย {_ANA} เมื่อ ม.ค. 12, 2019 เวลา 8:24am PST", "2019-01-12T08:24:00-08:00"),
    _example(
        "アナの例(@ana.example)がシェアした投稿 - 2017 4月 10 8:24午後 PDT",
        "2017-04-10T20:24:00-07:00",
        display_name="アナの例",
    ),
    _example(
        "この投稿をInstagramで見る\n\nアナの店 | 港町のパン屋(@ana.example)がシェアした投稿",
        display_name="アナの店 | 港町のパン屋",
    ),
    _example("Ana Example(@ana.example)님의 공유 게시물님, 2020 6월 12 6:50오전 PDT", "2020-06-12T06:50:00-07:00"),
    _example("在 Instagram 查看這則貼文\nAna Example（@ana.example）分享的貼文"),
    _example(
        "Ana Example（@ana.example）張貼的相片 於 2015 年  5月 月 15 1:08下午 PDT 張貼", "2015-05-15T13:08:00-07:00"
    ),
    _example(f"تمت مشاركة منشور بواسطة {_ANA}"),
    _example(f"Η δημοσίευση κοινοποιήθηκε από το χρήστη {_ANA}"),
)

_LOOK_ALIKES = (
    "Photo: Ana Example (@ana.example) / Instagram",
    "Instagram: @ana.example",
    "Follow Ana Example (@ana.example) on Instagram.",
    "Photo shared by @ana.example on Instagram",
    "In a post shared by singer Ana Example (@ana.example), the bridge stands in the rain.",
    "Posted by Ana Example (ana) on Wednesday, January 9th, 2008 at 3:34",
    "Follow us on Instagram\n@ana.example @ben_example @cora.example",
    "Ana Example (@ana.example) was there, and so was Ben Example (@ben_example).",
)

RULES: tuple[TextRule, ...] = (
    TextRule(
        name="instagram.shared", triggers=TRIGGERS, beside=BESIDE, read=read, examples=_EXAMPLES, negatives=_LOOK_ALIKES
    ),
)
