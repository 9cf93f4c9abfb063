"""What do platforms, embeds and pages set beside a post's words, which is none of them?

`Show more`, `[image or embed]`, a counter of a thread, whom a post answers, `RT @…:`, a signature; and in the middle of
a text what stands for an emoji or for a link. Phrases are those of the platforms' own embeds and apps, in the languages
that they have; what is not listed is taken for words of the article.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import regex
from babel import Locale

from archiver.auditing.quotes.worded import LINK, Token, Wording, read

_CUT_PHRASES = """
show more|read more|see more|more|continue reading|view more|mehr anzeigen|mehr|weiterlesen
mehr lesen|voir plus|afficher plus|en voir plus|lire la suite|plus|mostrar más|ver más|leer más|más
mostra altro|altro|leggi tutto|ver mais|mostrar mais|mais|ler mais|meer weergeven|meer tonen
lees meer|meer|visa mer|visa mera|läs mer|vis mer|les mer|vis mere|læs mere|näytä lisää|lue lisää
pokaż więcej|czytaj więcej|więcej|zobrazit více|číst dál|zobraziť viac|több megjelenítése|tovább
arată mai mult|afișează mai mult|citește mai mult|εμφάνιση περισσότερων|δείτε περισσότερα
daha fazla göster|devamını göster|devamını oku|devamı|показать ещё|показать больше|читать далее|ещё
показати більше|читати далі|більше|покажи повече|прикажи више|عرض المزيد|المزيد|قراءة المزيد
رؤية المزيد|نمایش بیشتر|بیشتر|ادامه|הצג עוד|קרא עוד|ראה עוד|מזید|और दिखाएं|और दिखाएँ|और देखें
और पढ़ें|और|আরও দেখুন|மேலும் காட்டு|แสดงเพิ่มเติม|ดูเพิ่มเติม|เพิ่มเติม|hiển thị thêm|xem thêm
tampilkan lebih banyak|selengkapnya|lihat selengkapnya|magpakita pa|さらに表示|もっと見る|続きを読む|もっと読む|显示更多
查看更多|展开|展开全文|全文|顯示更多|查看更多|더 보기|더보기|자세히 보기
"""
_BESIDE_PHRASES = """
image or embed|image|images|photo|photos|video|gif|picture|media|bild|foto|fotos|imagen|immagine
изображение|фото|видео|画像|動画|图片|사진|show this thread|show thread|view thread|thread|a thread|1 thread
view image|view on x|view on twitter|view post|view tweet|view quoted post
view this post on instagram|view this post on threads|view on instagram|view on bluesky
view on mastodon|view on threads|view this photo on instagram|a post shared by|translate post
translate tweet|see translation|show translation|show original|edited|quote tweet|quote post
retweeted|reposted|pinned tweet|pinned post|pinned|rt|via twitter|embedded post|embedded tweet|embed
alt|media not displayed|diesen thread anzeigen|übersetzen|post übersetzen|tweet übersetzen
voir ce fil|traduire le post|traduire le tweet|mostrar este hilo|traducir post|показать эту ветку
перевести пост|このスレッドを表示|ポストを翻訳|翻译帖子|显示此主题帖
"""
_TRANSLATED_BY = re.compile(r"translated from \w+ by \w+$|^view this post on \w+", re.IGNORECASE)
MAX_PHRASE = 8
"""Words; in scripts without spaces, signs and some."""
_COUNTER = re.compile(r"^[\s(\[🧵]*\d{1,2}\s?(?:/|of)\s?(?:\d{1,2}|n|x)?[\s)\].:🧵”\"»]*$", re.IGNORECASE)
_NOTE_MARK = re.compile(r"^\d{1,3}\]\W*$")
_HOST = re.compile(r"^(?:[\w-]{1,63}\.){1,5}[a-z]{2,24}$")
_ONLY_NUMBER = re.compile(r"^\d{1,2}[/.)](?!\d)")
_DASH = re.compile(r"(?:[—–―]|\s--?)\s*$")
_STOP = re.compile(r"[.!?…:;]\s")
_RESPONSE = re.compile(
    r"^\W*(?:replying to|in reply to|antwort an|en réponse à|en respuesta a|in risposta a|em resposta a|в ответ"
    r"|у відповідь|返信先|回复|回覆|ردا على|الرد على)",
    re.IGNORECASE,
)
_APART = re.compile(r"\.\.\.|[\n\[(]")
"""What stands before a single word that is furniture."""
_CLOSES = re.compile(r"[\n:\])]")
MAX_LINE = 16
"""Words of a line with the author's name, handle and day."""
MAX_NAME = 4
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}{2}")
_ABOUT_EMOJI = frozenset(
    (
        "emoji",
        "emojis",
        "flag",
        "of",
        "the",
        "for",
        "sign",
        "symbol",
        "face",
        "with",
        "red",
        "white",
        "black",
        "and",
        "hand",
        "icon",
        "picture",
        "smiley",
    )
)


def _set(phrases: str) -> frozenset[str]:
    # forms as `worded` makes them, joined: a phrase may be set in one word or in several
    return frozenset(_joined(phrase) for line in phrases.strip().splitlines() for phrase in line.split("|"))


@cache
def _cuts() -> frozenset[str]:
    return _set(_CUT_PHRASES)


@cache
def _beside() -> frozenset[str]:
    return _set(_BESIDE_PHRASES)


def _joined(phrase: str) -> str:
    return "".join(read(phrase).forms)


def phrase_at_end(wording: Wording, start: int) -> tuple[int, bool] | None:
    """How many of the last tokens, none before `start`, are furniture, and whether it says that the text goes on."""
    count = len(wording.tokens)
    for first in range(max(start, count - 3 * MAX_PHRASE), count):
        forms = "".join(token.form for token in wording.tokens[first:])
        apart = count - first > 1 or _APART.search(wording.gap(first)) is not None
        if forms in _cuts() and apart:
            return count - first, True
        text = wording.text[wording.tokens[first].start :].strip()
        via = [token.sort for token in wording.tokens[first:]] == ["word", "mention"] and forms.startswith("via")
        if via or (forms in _beside() and apart) or _TRANSLATED_BY.match(text) or _is_signature(wording, first):
            return count - first, False
    return None


def counter_at_end(wording: Wording, start: int) -> int:
    """How many of the last tokens, none before `start`, are the counter of a thread (`(1/3)`) or the mark of a note
    (`[1]`)."""
    count = len(wording.tokens)
    for first in range(max(start, count - 3), count):
        text = LINK.sub("", wording.text[wording.tokens[first].start :])
        if _COUNTER.match(text) or ("[" in wording.gap(first) and _NOTE_MARK.match(text)):
            return count - first
    return 0


def _is_signature(wording: Wording, first: int) -> bool:
    """`— Name (@handle) November 9, 2022`: a dash or a new line, a name, the handle, and little after it."""
    rest = wording.tokens[first:]
    handle = next((at for at, token in enumerate(rest) if token.sort == "mention"), MAX_LINE)
    if handle > MAX_NAME or len(rest) - handle > MAX_NAME + 4:
        return False
    if any(_DASH.search(gap) or _STOP.search(gap) for gap in map(wording.gap, range(first + 1, first + handle + 1))):
        return False  # what stands there are words, and no name
    before = wording.gap(first)
    if handle == 0 and len(rest) == 1 and "(" in before:
        return True
    return _DASH.search(before) is not None or ("\n" in before and "(" in wording.gap(first + handle))


def behind_signature(wording: Wording, start: int) -> int:
    """How many of the last tokens, none before `start`, stand from the author's signature on, on a line of its own:
    below it a post that is quoted may be shown."""
    count = len(wording.tokens)
    for first in range(start, count):
        gap = wording.gap(first)
        if "\n" in gap and _DASH.search(gap):
            head = wording.tokens[first : first + MAX_NAME + 1]
            if any(token.sort == "mention" for token in head[1:]):
                return count - first
    return 0


def phrase_at_start(wording: Wording, stop: int) -> int:
    """How many of the first tokens, none from `stop` on, are furniture: whom the post answers or repeats, a counter, a
    line with the author's name and handle."""
    tokens = wording.tokens
    for end in range(min(stop, MAX_LINE, len(tokens)), 0, -1):
        text = wording.text[tokens[0].start : tokens[end - 1].end]
        after = wording.gap(end)
        named = any(token.sort == "mention" for token in tokens[:end])
        if (
            all(token.sort == "mention" for token in tokens[:end])
            or (tokens[0].form == "rt" and end == _repeated(wording))
            or _COUNTER.match(text)
            or (end == 1 and _ONLY_NUMBER.match(text + after))
            or (named and ("\n" in after or _RESPONSE.match(text)))
            or ("".join(token.form for token in tokens[:end]) in _beside() and _CLOSES.search(after))
        ):
            return end
    return 0


def _repeated(wording: Wording) -> int:
    """How many tokens `RT @name:` takes, also without its `@`; 0 where it is none."""
    tokens = wording.tokens
    for end in range(2, min(MAX_NAME, len(tokens)) + 1):
        if tokens[end - 1].sort == "mention" or ":" in wording.gap(end):
            return end
    return 0


def names_emoji(words: Sequence[Token], gap: str) -> bool:
    """Whether these words are what a picture in `gap` is called."""
    found = _EMOJI.findall(gap)
    if not found or not words or len(words) > 4 + 4 * len(found):
        return False
    called: set[str] = set()
    letters = set()
    for emoji in found[:20]:
        if len(emoji) == 2:
            code = "".join(chr(ord(char) - 0x1F1E6 + ord("A")) for char in emoji)
            letters.add(code.lower())
            called |= set((Locale("en").territories.get(code) or "").casefold().split())
        else:
            called |= set(unicodedata.name(emoji, "").casefold().replace("-", " ").split())
    told = {token.form for token in words}
    return told <= letters or (bool(told & (called - _ABOUT_EMOJI)) and told <= called | _ABOUT_EMOJI)


def begins_link(text: str, gap: str) -> bool:
    """Whether `text` is the beginning of a link in `gap` that was cut so short that it is none."""
    return any(link.casefold().startswith(text.casefold()) for link in LINK.findall(gap))


def names_link(words: Sequence[Token], text: str, gap: str) -> bool:
    """Whether `text`, these words, is the host of a link in `gap`, or the end of one that was cut. Of a short link
    nobody knows where it leads: any host may be its."""
    bare = text.strip(" \t\n.…()[]\"'“”").casefold().removeprefix("www.")
    if not words or len(bare) < 4:
        return False
    links = LINK.findall(gap)
    if links and _HOST.match(bare):
        return True
    return any(bare in link.casefold() and ("." in bare or "/" in bare) for link in links)
