"""What does a Facebook embed leave in bare text?

    words        The bridge is open again.
    line         Posted by Ana Example on Thursday, August 27, 2015

The weekday is what tells the line from the by-lines of blogs; a time of day, an ordinal or a category behind the day is
what only by-lines have. The post's words stand above: detection looks for where they begin.

Cost: one bounded window at each of the network's words.
"""

from __future__ import annotations

import re

from archiver.language.times import read_time
from archiver.platforms.base import TextExample, TextRule, TextSighting
from archiver.platforms.facebook import phrases
from archiver.platforms.facebook.urls import ref_from_url

_ORDINAL = re.compile(r"\d(?:st|nd|rd|th)\b")
_LEADING_ZERO = re.compile(r"\b0\d, ")
_WESTERN = ("osted by", "Gepostet von", "Publié", "Publicado", "Publicada", "Pubblicat", "Geplaatst door")
_WESTERN_LINKS = frozenset({"on", "am", "sur", "en", "em", "su", "op"})
"""What embeds put between name and weekday in these languages; by-lines put `le`, `el`, `il`, or nothing."""

_BYLINE_NAMES = re.compile(
    r"(?:the )?(?:admin(?:istrator)?|editor(?:s|ial)?|staff|webmaster|author|guest|redacci[oó]n|redação|r[eé]daction"
    r"|redazione|redaktion|redactie|redakcja|редакция|редакція|news ?desk|team)\b.{0,20}",
    re.IGNORECASE,
)
"""Who signs by-lines and has no page."""

_BYLINE_AFTER = re.compile(
    r"[ \t\u00a0]{0,3}(?:[.]?[ ]?filed|(?:at|in|to|under|um|à|a las|alle|om|kl\.?|@)[ \t]|[@|•·]|[-–—][ ]|\d{1,2}:\d{2}"
    r"|comments?\b)",
    re.IGNORECASE,
)
_BLOG_LINE = re.compile(
    r"\s{0,6}(?:labels|tags|etiquetas|étiquettes|etichette|filed under|email this|share to|no comments"
    r"|\d{1,4} (?:comments?|kommentare|comentarios|commentaires)|keine kommentare|no hay comentarios"
    r"|nenhum comentário|aucun commentaire|nessun commento)(?:\b|:)",
    re.IGNORECASE,
)
"""A line of a blog's footer, beside which stands who posted the entry."""

_LINK = re.compile(r"\]\(\s{0,2}<?\s{0,2}(?P<url>https?://[^\s)>]{1,600})[^\n)]{0,60}\)")
_SENTENCE = re.compile(r"[.!?…。！？:][\"”»』」)]{0,2}\s*$|(?:\.\.\.|…)")
LONGEST = 3000
"""Embeds cut the words of a post far below this since 2016; before they held them whole."""

_WRAPPED = re.compile(r"[>\s]{0,4}\S.{50,100}")
"""A line of text that is wrapped to a width."""

TITLE_WORDS = 14
"""A single line of at most so many words without a mark at its end is a title, and what follows it a by-line."""


def read(text: str, at: int, floor: int) -> TextSighting | None:
    """The post whose line has one of the network's words at `at`."""
    for stem, behind in phrases.AFTER_NAME.items():
        if text.startswith(stem, at):
            return _behind(text, at, floor, behind)
    for stem, before in phrases.BEFORE_NAME.items():
        if text.startswith(stem, at):
            said = next(
                (s for s in before.finditer(text, max(floor, at - 2), at + 60) if s.start() <= at < s.end()), None
            )
            if said is not None:
                return _before(text, said.start(), said.end(), floor)
    return None


def _before(text: str, start: int, end: int, floor: int) -> TextSighting | None:
    paragraph = text.find("\n\n", end, end + phrases.WINDOW)
    high = paragraph if paragraph >= 0 else min(len(text), end + phrases.WINDOW)
    signed = phrases.find_signed_day(text, end, high)
    if signed is None:
        return None
    between = text[end : signed.start]
    name = phrases.clean_name(between)
    if name is None or text[end : signed.start].count("\n") > 1:
        return None
    western = any(stem in text[start:end] for stem in _WESTERN)
    doubtful = western and phrases.connector(between) not in _WESTERN_LINKS
    return _told(text, start, signed, name, floor, doubtful=doubtful)


def _behind(text: str, at: int, floor: int, pattern: re.Pattern[str]) -> TextSighting | None:
    said = next((s for s in pattern.finditer(text, max(floor, at - 16), at + 30) if s.start() <= at < s.end()), None)
    if said is None:
        return None
    line = text.rfind("\n", max(floor, said.start() - phrases.MAX_NAME - 1), said.start()) + 1
    if line == 0 and said.start() > phrases.MAX_NAME:
        return None
    start = max(line, floor)
    while start < said.start() and text[start] in " \t\u00a0>*[":
        start += 1
    name = phrases.clean_name(text[start : said.start()])
    signed = phrases.find_signed_day(text, said.end(), min(len(text), said.end() + 60))
    if name is None or signed is None or text[said.end() : signed.start].strip(" :：\u00a0\n於于"):
        return None
    return _told(text, start, signed, name, floor)


def _told(
    text: str, start: int, signed: phrases.SignedDay, name: str, floor: int, *, doubtful: bool = False
) -> TextSighting | None:
    line_end = text.find("\n", signed.end, signed.end + 60)
    after = text[signed.end : line_end if line_end >= 0 else signed.end + 60]
    if _ORDINAL.search(signed.shown) or _BYLINE_AFTER.match(after):
        return None
    moment = read_time(after, 0)
    if moment is not None and moment.start <= 12:
        return None
    line = text.rfind("\n", max(0, start - 20), start) + 1
    own_line = not text[line if line or start < 20 else start - 1 : start].strip(" \t>*_")
    sure = 0.95 if own_line else 0.9
    english = text.startswith("Posted by", start) and signed.shown.isascii()
    if english and (not signed.comma or _LEADING_ZERO.search(signed.shown)):
        sure = 0.4  # English embeds write `Monday, February 7, 2022` or `Monday, 7 February 2022`
    if doubtful or _BYLINE_NAMES.fullmatch(name):
        sure = 0.4
    above_line = text.rfind("\n", max(0, start - 90), max(0, start - 1)) + 1
    beside = (line_end if line_end >= 0 else signed.end, above_line)
    if own_line and any(_BLOG_LINE.match(text, place, place + 60) for place in beside):
        sure = 0.4
    link = _LINK.match(text, signed.end)
    ref = ref_from_url(link["url"]) if link else None
    if ref is not None:
        sure = 0.97
    elif own_line and _is_heading(text[max(0, start - 300) : start], whole=start <= 300):
        sure = 0.4
    above = _paragraph_above(text, start, floor) if own_line else None
    return TextSighting(
        start=above[0] if above else start,
        end=link.end() if link and ref else signed.end,
        handle=ref.handle if ref else None,
        display_name=name,
        date=signed.day,
        post_id=ref.id if ref else None,
        url=ref.url if ref else None,
        found_url=link["url"] if link and ref else None,
        text=text[above[0] : above[1]] if above else None,
        words_before=not own_line,
        shape="own line" if own_line else "in a line",
        confidence=sure,
    )


def _paragraph_above(text: str, start: int, floor: int) -> tuple[int, int] | None:
    """The span of the words above the line: embeds hold them as one paragraph, which is one line of a text unless its
    lines are wrapped and blank lines stand between its paragraphs. Null where the embed had none."""
    end = start
    while end > floor and (text[end - 1].isspace() or text[end - 1] == ">"):
        end -= 1
    low = max(floor, end - LONGEST)
    if end <= low or text[end - 1] in ":：":
        return None
    begin = text.rfind("\n", low, end) + 1 or low
    if _blank_line(text[end:start]):
        while begin > low and _WRAPPED.fullmatch(line := text[text.rfind("\n", low, begin - 1) + 1 or low : begin - 1]):
            begin -= len(line) + 1
    while begin < end and (text[begin].isspace() or text[begin] == ">"):
        begin += 1
    if (begin == low and low > floor and text[low - 1] != "\n") or not any(c.isalnum() for c in text[begin:end]):
        return None
    return begin, end


def _blank_line(gap: str) -> bool:
    return gap.replace(">", "").replace(" ", "").count("\n") > 1


def _is_heading(above: str, *, whole: bool) -> bool:
    """Only a title, or nothing, stands above: the line is the page's by-line."""
    lines = [line for line in above.splitlines() if line.strip()]
    if not whole:
        return False
    return not lines or (len(lines) == 1 and len(lines[0].split()) <= TITLE_WORDS and not _SENTENCE.search(lines[0]))


_WORDS = "The bridge is open again after the storm."


def _example(line: str, name: str = "Ana Example", date: str = "2015-08-27") -> TextExample:
    return TextExample(text=f"{_WORDS}\n{line}", display_name=name, date=date, words=_WORDS)


RULES: tuple[TextRule, ...] = (
    TextRule(
        name="facebook.posted_by",
        triggers=tuple(stem for stem, _ in (*phrases.BEFORE, *phrases.AFTER)),
        read=read,
        in_html=False,  # the embed shows itself in markup; what a page says besides is its by-line
        examples=(
            _example("Posted by Ana Example on Thursday, August 27, 2015"),
            _example("Posted by Ana Example on Thursday, 27 August 2015"),
            _example("Posted by Ana Example on Thursday , August 27 , 2015"),
            _example("Posted by Ana Example on jueves, 27 de agosto de 2015"),
            _example("Gepostet von Ana Example am Donnerstag, 27. August 2015"),
            _example("Publiée par Ana Example sur Jeudi 27 août 2015"),
            _example("Publié par Ana Example sur jeudi 27 août 2015"),
            _example("Publicado por Ana Example en Jueves, 27 de agosto de 2015"),
            _example("Publicado por Ana Example em Quinta, 27 de agosto de 2015"),
            _example("Publicado por Ana Example em Quinta-feira, 27 de agosto de 2015"),
            _example("Pubblicato da Ana Example su Giovedì 27 agosto 2015"),
            _example("Geplaatst door Ana Example op donderdag 27 augustus 2015"),
            _example("Opublikowany przez Ana Example Czwartek, 27 sierpnia 2015"),
            _example("Опубликовано Ana Example Четверг, 27 августа 2015 г."),
            _example("Опубліковано Ana Example Четвер, 27 серпня 2015 р."),
            _example("Zveřejnil(a) Ana Example dne Čtvrtek 27. srpna 2015"),
            _example("Közzétette: Ana Example – 2015. augusztus 27., csütörtök"),
            _example("Publicată de Ana Example pe Joi, 27 august 2015"),
            _example("Δημοσιεύτηκε από Ana Example στις Πέμπτη, 27 Αυγούστου 2015"),
            _example("Publicerat av Ana Example Torsdag 27 augusti 2015"),
            _example("Slået op af Ana Example på Torsdag den 27. august 2015"),
            _example("Julkaissut Ana Example Torstaina 27. elokuuta 2015"),
            _example("Ana Example paylaştı: 27 Ağustos 2015 Perşembe"),
            _example("Dikirim oleh Ana Example pada Kamis, 27 Agustus 2015"),
            _example("Người đăng: Ana Example vào Thứ Năm, 27 tháng 8, 2015"),
            _example("โพสต์โดย Ana Example เมื่อ วันพฤหัสบดีที่ 27 สิงหาคม 2015"),
            _example("게시: Ana Example 2015년 8월 27일 목요일"),
            _example("Ana Example에 의해 게시 됨 2015년 8월 27일 목요일"),
            _example("投稿者: Ana Example 日時: 2015年8月27日木曜日"),
            _example("تم النشر بواسطة Ana Example في الخميس، ٢٧ أغسطس ٢٠١٥"),
            _example("פורסם על ידי Ana Example ב- יום חמישי 27 באוגוסט 2015"),
        ),
        negatives=(
            f"{_WORDS}\nPosted by Ed on Wednesday, January 9th, 2008 at 3:34",
            f"{_WORDS}\nPosted by Editor on Sunday March 08, 2026 @03:34AM",
            f"{_WORDS}\nPosted by Ana Example on Wednesday, January 9, 2008 at 3:34 pm",
            f"{_WORDS}\nPosted by Ana Example on Wednesday, January 9, 2008 in News",
            f"{_WORDS}\nPosted by Ana Example on Wednesday, January 9, 2008 | 3 comments",
            f"{_WORDS}\nPosted by Ana Example on January 9, 2008",
            f"{_WORDS}\nLabels: bridge\nPosted by Ana Example on Wednesday, January 9, 2008",
            f"{_WORDS}\nPosted by Ana Example on Wednesday, January 9, 2008\nNo comments:",
            f"{_WORDS}\nPosted by Ana Example on Wednesday, January 9, 2008\n12 comments",
            f"{_WORDS}\nPosted by Ana Example on Wednesday",
            "The bridge\nPosted by Ana Example on Wednesday, January 9, 2008\nIt rained all night.",
            "Publicado por Ana Example el 9 de enero de 2008",
            f"{_WORDS}\nPublié par Ana Example le jeudi 27 août 2015",
            f"{_WORDS}\nPublicado por Redacción en Jueves, 27 de agosto de 2015",
            f"{_WORDS}\nPosted by admin on Monday, March 3, 2014",
        ),
    ),
)
