"""Where do the words of a signed post begin?

A signature ends a post; nothing marks its beginning. What is known: the post cannot reach beyond the post before it,
its text has a length limit, it begins where something begins (a paragraph, a line, a sentence, a quotation), and it
is written in one language. Candidates are tried from the signature backwards and the walk stops at the first sign
that the article speaks.

Cost: never more than `REACH` code points before a signature are looked at, each a bounded number of times.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import msgspec
import regex

from archiver.language.reporting import SAID, WROTE
from archiver.language.tongues import differ, scores, script
from archiver.platforms.base import Signature

REACH = 1200
"""A post of 280 weighted characters whose links are written out in full stays below this."""

TOLERANCE = 1.2
"""Translated posts are longer than the original that kept to the limit."""

LOOSE = 1.6
"""Where the layout says what belongs together, the limit only guards against whole articles."""

_LINK = re.compile(r"(?:https?://|pic\s?\.\s?(?:twitter|x)\s?\.\s?com/)\S+")
_SPACE = re.compile(r"\s{2,}")
_PARAGRAPH = re.compile(r"\n[ \t\r\f\v\u00a0]*\n\s*")
_LINE = re.compile(r"[ \t]*\n\s*")
_SENTENCE = regex.compile(
    r"""(?<=[.!?…।॥۔؟][\"”»’')\]]{0,2})[ \u00a0]+(?=\S)      # It rained. Then it stopped.
      | (?<=[。！？][」』]?)(?=\S)                         # 雨だった。晴れた。
      | (?<=:)[ \u00a0]+(?=[\"“„«])                       # She wrote: “It rained”
      | (?<=\p{L}[.!?]+[”\"»]?)(?=[\"“„«]?\p{Lu}[ ’']?\p{Ll})       # It rained.Then it stopped: a lost line break
      | [ ]{2,}""",
    regex.VERBOSE,
)
_LEAD_IN = re.compile(r"[:：][\s*_]{0,6}$")
_LIST_ITEM = re.compile(r"[-–•*·+▪️►➡👉]|\(?\w{1,2}[.)]\s|\d")
_POST_MARKS = regex.compile(r"^@\w|(?<!\w)#\w|https?://t\.co/|\p{Extended_Pictographic}|\p{Regional_Indicator}")
_OPENERS = {"”": '“„"', "“": "„", '"': '"', "»": "«", "«": "»", "’": "‘", "'": "'", "」": "「"}
_NEXT_NUMBER = re.compile(r"[\s>#*]{0,12}\(?(\d{1,3})[.)]")
_NUMBER_ON_LINE = re.compile(r"(?:^|(?<=[.!?…:;”\"»)*]\s)|(?<=\n))\(?(\d{1,3})[.)]\s{1,3}(?=\S)")

_TOKEN = re.compile(r"[@#＠＃][\w.]{1,60}|https?://\S{1,300}|pic\.(?:twitter|x)\.com/\w{6,12}")
"""What embeds link within a post's words."""

_ONE_SPACE = re.compile(r"\n[ \u00a0]$")

_LINK_ONLY = re.compile(r"\s*(?:\S+://\S+|\[[^\]\n]*\]\(\S+\)|[-*_=]{3,}|\#{1,6}\s.*|```.*|<[^>\n]*>)\s*")
_CUT = re.compile(r"(?:…|\.\.\.)\s*(?:https?://\S+|pic\.\S+)?$")
"""X cuts long posts at the limit, so all lines up to the limit belong to one that is cut."""

_INDENT = re.compile(r"\n([ \t]{2,})$")
_LINE_ENDS = frozenset('.!?…:;,"”“»。！？)')
SHORT_LINE = 60
VERSE_LINES = 3
"""One short line alone above a post is a heading."""
HEADING_WORDS = 4
"""A line of so few words without a mark at its end is a heading or a label (`Advertising`)."""
ROUNDING = 1.03
"""Counting is off by a few characters where a copy wrote links or entities out."""
FULL = 0.7

_COUNTED = re.compile(
    r"^[ \t>#*]{0,8}\(?(?P<number>\d{1,3})(?:[.):][)*]{0,2}(?P<title>[ \t\u00a0]{1,3}[^\n]{1,120})?)?[ \t\r]*$",
    re.MULTILINE,
)
"""`3.`, `3. The ferry`: a line by which an article counts what it shows."""

_SPOKEN = re.compile(r"(?:[^\n:：\"“„«]{0,40}[:：][ \u00a0]?)?[\"“„«‘'][^\n]{1,400}[\"”“»’'][.!?,]?\s*")
"""`Ana: “No boats today.”`: a line of a dialogue."""

_ENDS_QUOTED = re.compile(r"[”\"»][’'][.,]?$|[’'][”\"»][.,]?$|[”\"»][.,]$")
"""A quotation that an article closes with its own mark: `he said it was “over”.`"""

_ABBREVIATION = regex.compile(
    r"(?:^|[\s(\"“„«])(?:\p{Lu}|(?:\p{L}\.){1,4}\p{L}|Mr|Mrs|Ms|Dr|St|Jr|Sr|Prof|Rep|Sen|Gov|Gen|Lt|Col|Sgt|Rev|Hon|No|Nr|vs|ca|bzw"
    r"|etc|Mme|Mlle|Sra|Srta|núm|pág|art|ul|św|ks|kard|inż|tzw|tzn|np|dr|mr|prof|hr|fr|г|ул|им|св|т|д|стр|рис|млн|млрд|тыс)$"
)
"""What a point after it does not end: initials (`J. K. Example`) and common abbreviations."""

_ADVERTISED = re.compile(
    r"(?:advertisement|advertising|ad|anzeige|werbung|publicidad|publicidade|publicité|pubblicità|reclame|advertentie"
    r"|reklam[ae]?|annons|реклама|διαφήμιση|إعلان|פרסומת|広告|광고|广告)[ \t:]{0,3}\n\s{0,40}(?=\S)",
    re.IGNORECASE,
)
"""What a page says above an advertisement that is lost."""

_LABEL = re.compile(
    r"(?:H/T|HT|Via|Source|Tweet|Post|Quelle|Fuente|Fonte|Źródło|Kaynak|Источник)\s?:\s+(?=\S)", re.IGNORECASE
)
"""A label of the article's before a post's words."""

_REPORTED = re.compile(r"(?:[,.!?][”“\"»’]|[”“\"»’][,.])\s[^\"“”«»]{2,60}\.$")
"""`…,” she told the paper.` ends a sentence of an article."""


class Ruler(msgspec.Struct, frozen=True, kw_only=True):
    """The platform's limit on one day, and how texts are measured against it."""

    shape: Signature
    limit: int
    wide: int

    @classmethod
    def on(cls, shape: Signature, day: str | None) -> Ruler:
        """The rule of `day`; the newest where the day is not known."""
        rules = [rule for rule in shape.limits if day is None or rule[0] <= day] or shape.limits[:1]
        return cls(shape=shape, limit=rules[-1][1], wide=rules[-1][2])

    def weight(self, text: str) -> int:
        """How much `text` counts: links a fixed number, the post's own picture nothing, wide characters more.

        Source: X's published text configuration (twitter-text, version 3).
        """
        # a blank line in a copy was one line break, or none, in the post
        text = _SPACE.sub(" ", text)
        total = at = 0
        for link in _LINK.finditer(text):
            total += self._plain(text[at : link.start()])
            total += 0 if re.match(self.shape.media_links, link[0]) else self.shape.link_weight
            at = link.end()
        return total + self._plain(text[at:])

    def _plain(self, text: str) -> int:
        narrow = len(text) if text.isascii() or self.wide == 1 else len(_WIDE.sub("", text))
        return narrow + self.wide * (len(text) - narrow)

    def fits(self, text: str, tolerance: float = 1.0) -> bool:
        return self.weight(text) <= self.limit * tolerance


_WIDE = re.compile("[^\\u0000-\\u10ff\\u2000-\\u200d\\u2010-\\u201f\\u2032-\\u2037]")
"""What X counts twice: all but these ranges (twitter-text, configuration 3)."""


def words_before(
    text: str,
    floor: int,
    end: int,
    shape: Signature,
    day: str | None,
    *,
    breaks_after: str = "",
    own_line: bool = False,
    handle: str | None = None,
    name: str | None = None,
    behind: int | None = None,
) -> int:
    """The offset where the post begins whose words end at `end` (its signature follows).

    Arguments: `floor`, nothing before it belongs to this post; `breaks_after`, what the text has between the signature
    and what follows (`\\n\\n`, `\\n` or nothing): it shows how this text separates its paragraphs; `own_line`, whether
    the signature stands on a line of its own: then the text has kept its lines, and the post begins one; `handle`, the
    author's: a post seldom names its own author, what is before such a mention is the article's; `name`, the author's
    display name: a sentence with all of it is the article's too; `behind`, where the text goes on after the post: its
    language is the article's.
    """
    before = floor
    floor = max(floor, end - REACH)
    quoted_from = _block_quote(text, floor, end)
    while end > floor and (text[end - 1].isspace() or (quoted_from is not None and text[end - 1] == ">")):
        end -= 1
    marked = False
    if handle:
        floor, marked = _after_marker(text, floor, end, handle)
    while floor < end and text[floor].isspace():
        floor += 1
    if floor >= end:
        return end
    region = text[floor:end]
    ruler = Ruler.on(shape, day)
    if quoted_from is not None and quoted_from < end and ruler.fits(text[max(floor, quoted_from) : end], LOOSE):
        return max(floor, quoted_from)
    if marked and ruler.fits(region, TOLERANCE):
        return floor
    if (quoted := _quotation(region, ruler)) is not None:
        return floor + quoted
    context = text[behind : behind + CONTEXT] if behind is not None else ""
    blank = text[max(0, floor - BLANK) : floor]
    fresh = "\n" in blank[len(blank.rstrip()) :]
    gap = text.count("\n", before, floor) if before > 0 and not text[before:floor].strip() else None
    return floor + _Walk(region, ruler, breaks_after, own_line, name, context, fresh=fresh, gap=gap).start()


BLANK = 80
"""White space before a region in which a line break is looked for: some extractors indent."""

CONTEXT = 400
"""So much of the article behind a post tells its language."""

_QUOTE_MARKS = re.compile(r"(?:[ \t]{0,3}>){1,4}[ \t]{0,3}")


def _block_quote(text: str, floor: int, end: int) -> int | None:
    """Where the words of the Markdown quotation begin whose last line holds `end`; null where that line is none."""
    line = text.rfind("\n", floor, end) + 1 or floor
    if _QUOTE_MARKS.match(text, line) is None:
        return None
    first = line
    while first > floor:
        above = text.rfind("\n", floor, first - 1) + 1 or floor
        if _QUOTE_MARKS.match(text, above) is None:
            break
        first = above
    while first < end and (marks := _QUOTE_MARKS.match(text, first)):
        first = marks.end()
        if text[first : first + 1] != "\n":
            break
        first += 1
    return first


_MARKER_TAIL = re.compile(r"[ \u00a0]{0,3}(?:کی ٹوئٹر پر پوسٹ کا خاتمہ)?[ \u00a0]*")
"""BBC's hidden marker after an embed, where it names the account first (Urdu); most languages name it last."""

_MARKER_HEAD = re.compile(
    r"(?:\b(?:post|tweet|publicación|publication|beitrag|paylaşım)\b[^\n@]{0,20}|\b(?:by|de|di|von|por)\s{1,2})$",
    re.IGNORECASE,
)
"""`Skip Twitter post by @ana_example`: what follows such a line is the post, and nothing else."""


def _after_marker(text: str, floor: int, end: int, handle: str) -> tuple[int, bool]:
    """Behind the last mention of the author before the post: `End of Twitter post by @ana_example`; and whether it is
    such a marker and not only a mention."""
    region = text[floor:end].lower()
    found = region.rfind("@" + handle.lower())
    if found < 0:
        return floor, False
    at = floor + found
    after = at + 1 + len(handle)
    if after < end and (text[after].isalnum() or text[after] == "_"):
        return floor, False
    tail = _MARKER_TAIL.match(text, after, end)
    behind = tail.end() if tail else after
    told = bool(tail and len(tail[0].strip()) > 0)
    line = text.rfind("\n", floor, at) + 1 or floor
    alone = text[behind:end][:1] == "\n"
    return behind, told or (alone and _MARKER_HEAD.search(text[max(line, at - 60) : at]) is not None)


def _quotation(region: str, ruler: Ruler) -> int | None:
    """Where the quotation marks open that close at the end of `region`, when nothing but a link stands after them and
    they open at the start of a line or sentence."""
    bare = region
    while link := re.search(r"\s*(?:https?://|pic\.)\S*$", bare):
        bare = bare[: link.start()]
    if not bare or bare[-1] not in _OPENERS:
        return None
    openers = _OPENERS[bare[-1]]
    inner = bare[:-1]
    line = bare.rfind("\n") + 1
    above = bare[:line].rstrip().rpartition("\n")[2]
    if line and _SPOKEN.fullmatch(bare, line) and _SPOKEN.fullmatch(above):
        return None  # what several people say, one line each: the last is not all
    at = max(inner.rfind(opener) for opener in openers)
    while at > 0:
        before = inner[:at].rstrip(" \u00a0")
        opens = not before or before[-1] in "\n.!?…" or (before[-1] == ":" and _reports(before))
        if opens and ruler.fits(region[at:], TOLERANCE):
            return at
        if not ruler.fits(region[at:], TOLERANCE):
            return None
        at = max(inner.rfind(opener, 0, at) for opener in openers)
    return 0 if at == 0 and ruler.fits(region, TOLERANCE) else None


def _tells(line: str) -> bool:
    """Whether a word of `line` says that somebody wrote or said something."""
    return any(word in WROTE or word in SAID for word in _ANY_WORDS.findall(line.lower()[-240:]))


_ANY_WORDS = regex.compile(r"[\p{L}\p{M}]+")
_LAST_SENTENCE = re.compile(r"[^\n.!?…]{0,200}:$")
_COLON = regex.compile(r"(?<=[:：])[ \u00a0]+(?=[\p{Lu}\p{Lo}#@])")
_TWEETED = ("tweet", "tuit", "twitt", "твит", "твіт")
_I = frozenset(["i", "ich", "je", "j'ai", "yo", "eu", "io", "ik", "jeg", "jag", "ja", "я", "mi", "ben", "minä", "én"])
"""Who writes so tells of themselves, in the post."""
_LATIN_WORDS = regex.compile(r"[\p{Latin}\p{Cyrillic}\p{Greek}]+")


def _reports(before: str) -> bool:
    """Whether a sentence that ends in a colon leads to what somebody wrote; a post may quote too: `Ana to the mayor:
    “No boats.”`. Told by its verb in languages whose verbs are words of their own."""
    sentence = _LAST_SENTENCE.search(before[-240:])
    words = _LATIN_WORDS.findall(sentence[0].lower()) if sentence else []
    return len(words) < FEW or any(word in WROTE or word in SAID for word in words)


class _Walk:
    """One walk from the signature back through a region."""

    def __init__(
        self,
        region: str,
        ruler: Ruler,
        breaks_after: str,
        own_line: bool,
        name: str | None,
        context: str = "",
        *,
        fresh: bool = False,
        gap: int | None = None,
    ) -> None:
        self.region = region
        self.ruler = ruler
        self.breaks_after = breaks_after
        self.own_line = own_line
        self.media_end = _ending(ruler.shape.media_links)
        self.name = name if name and len(name.split()) > 1 else None
        self.context = context
        self.fresh = fresh
        self.gap = gap
        """Line breaks between the post before and the region; null where no post is before."""
        self._foreign: bool | None = None

    def weight(self, since: int) -> int:
        return self.ruler.weight(self.region[since:])

    def start(self) -> int:
        return self._unglued(self._past_number(self._begin()))

    def _begin(self) -> int:
        if (full := self._full()) is not None:
            return self._past_label(full)
        paragraphs = [0] + [m.end() for m in _PARAGRAPH.finditer(self.region)]
        start = paragraphs.pop()
        verse = self._verse(paragraphs, start)
        while paragraphs and (start in verse or self._paragraph_joins(paragraphs[-1], start)):
            start = paragraphs.pop()
        if (higher := self._reaches_up(paragraphs, start)) is not None:
            start = higher
            paragraphs = [at for at in paragraphs if at < start]
        if paragraphs and (led := self._led_in(paragraphs, start)) is not None:
            return led
        # a text that sets the signature apart with blank lines set the post apart too
        tolerance = LOOSE if self.own_line and self.breaks_after else TOLERANCE
        apart = self.breaks_after != "\n" and (self.own_line or start > 0 or (self.gap or 0) > 1)
        lines = [start] + [m.end() for m in _LINE.finditer(self.region, start) if m.end() > start]
        if apart and self.weight(start) <= self.ruler.limit * tolerance:
            return self._first_line(lines)
        current = lines.pop()
        while lines and (self._wordless(lines[-1], current) or self._line_joins(lines[-1], current)):
            current = lines.pop()
        if self.own_line and self.weight(current) <= self.ruler.limit * TOLERANCE:
            return self._past_label(current)
        return self._past_label(self._by_sentence(current))

    def _is_foreign(self, text: str, block: str) -> bool:
        """Whether the article's language is another than the post's, and `text` is in the post's."""
        if not self.context:
            return False
        if self._foreign is None:
            self._foreign = _differ(block, self.context)
        return self._foreign and _differ(text, self.context)

    def _first_line(self, lines: list[int]) -> int:
        """The first of these lines that is the post's, where the text sets the post apart: only what plainly is the
        article's is left out."""
        current = lines.pop()
        while lines:
            line, block = self.region[lines[-1] : current].rstrip(), self.region[current:]
            if _has_words(block) and (_differ(line, block) or self._speaks_of_the_post(line, block)):
                break
            if _LINK_ONLY.fullmatch(line) and "t.co/" not in line:
                break
            if _leads_in(line) and _tells(line):
                break
            current = lines.pop()
        return self._past_label(current)

    def _full(self) -> int | None:
        """Where a post begins that X cut because it is long: it fills the limit to a few characters. The paragraph or
        line that does; null where none does, or the words are not cut."""
        if _CUT.search(self.region) is None:
            return None
        best = None
        at = len(self.region)
        for place in reversed([0, *(m.end() for m in _LINE.finditer(self.region))]):
            line = self.region[place:at].rstrip()
            weight = self.weight(place)
            if weight > self.ruler.limit * ROUNDING or (at < len(self.region) and self.media_end.search(line)):
                break
            if at < len(self.region) and (_differ(line, self.region[at:]) or _LINK_ONLY.fullmatch(line)):
                break
            if weight >= self.ruler.limit * CUT_FULL and (place > 0 or self.fresh):
                best = place
            at = place
        return best

    def _past_number(self, start: int) -> int:
        """Behind the line by which the article counts this post among others; a post that counts has several."""
        counted = list(_COUNTED.finditer(self.region, start))
        if len(counted) > 1:
            return start
        if not counted or not self.region[counted[0].end() :].strip():
            return self._past_number_on_line(start)
        line = counted[0]
        title = (line["title"] or "").strip()
        if title and not self._counts_on(int(line["number"])) and (len(title) >= SHORT_LINE or line.start() == start):
            return start
        behind = line.end()
        while self.region[behind].isspace():
            behind += 1
        return behind

    def _past_number_on_line(self, start: int) -> int:
        """The same where all stands on one line: `… favourites. 1. It rained. — Ana Example (…) May 3 2. Then …`"""
        following = _NEXT_NUMBER.match(self.context)
        if following is None:
            return start
        for number in _NUMBER_ON_LINE.finditer(self.region, start):
            if abs(int(number[1]) - int(following[1])) == 1 and self.region[number.end() :].strip():
                return number.end()
        return start

    def _counts_on(self, number: int) -> bool:
        """Whether the article goes on with the next number, or with the one before."""
        following = _COUNTED.match(self.context.lstrip())
        return following is not None and abs(int(following["number"]) - number) == 1

    def _unglued(self, start: int) -> int:
        """Behind a quotation mark that closes the article's quotation: `he said.”It rained`, with a straight mark."""
        if self.region[start : start + 1] != '"' or start == 0 or self.region[start - 1] not in ".!?…,":
            return start
        return start + 1 if self.region.count('"', start) % 2 else start

    def _past_label(self, start: int) -> int:
        for kind in (_ADVERTISED, _LABEL):
            if label := kind.match(self.region, start):
                start = label.end()
        return start

    def _led_in(self, paragraphs: list[int], start: int) -> int | None:
        """The paragraph after `She wrote:`, where all from there on can be one post."""
        current = start
        for previous in reversed(paragraphs):
            above = self.region[previous:current].rstrip()
            if _leads_in(above):
                return current if current != start and not _leads_in(self.region[current:start].rstrip()) else None
            if self.weight(previous) > self.ruler.limit or self.media_end.search(above) or _LINK_ONLY.fullmatch(above):
                return None
            current = previous
        return None

    def _speaks_of_the_post(self, line: str, block: str) -> bool:
        """Does the article speak in `line`: it names the post's author, or quotes what follows?"""
        if self.name is not None and self.name in line:
            return True
        if not any(mark in line for mark in "\"“”„«»‘’'"):
            return False
        words = set(block.lower().split())
        return len(words) >= MIN_REPEATED and len(words & set(line.lower().split())) >= REPEATED * len(words)

    def _paragraph_joins(self, previous: int, current: int) -> bool:
        """Is the paragraph before still the post's? Only where what follows has no words of its own, where the text is
        indented as the post is, or where it is written as posts are and articles are not."""
        if self.weight(previous) > self.ruler.limit:
            return False
        above = self.region[previous:current]
        block = self.region[current:]
        if not _has_words(block):
            return True
        line = above.rstrip()
        if self.media_end.search(line) or _LINK_ONLY.fullmatch(line):
            return False
        if self._wide(current) and not _differ(line, block):
            return True
        if _leads_in(line):
            return False
        if "\n" not in line and not _differ(line, block):
            if self._is_foreign(line, block):
                return True
            if self._is_own(previous, line) and not _REPLY.match(block):
                return True
            if _SHOUTED.fullmatch(line):
                return True
        indent = _INDENT.search(above)
        own = _INDENT.search(self.region[:previous])
        if indent is None or own is None or own[1] != indent[1]:
            return False
        behind = _INDENTED.match(self.context)
        return behind is None or len(behind[1]) < len(own[1])  # an article that is indented throughout tells nothing

    def _wide(self, current: int) -> bool:
        """Whether the gap before `current`, and every one since the post before, is wider than what parts that post
        from this: extractors that make a line break of two write a blank line of a post as three."""
        if self.gap is None or self.gap > WIDE_GAP - 2:
            return False
        gaps = [gap[0].count("\n") for gap in _PARAGRAPH.finditer(self.region, 0, current)]
        return bool(gaps) and min(gaps) >= WIDE_GAP

    def _is_own(self, at: int, line: str) -> bool:
        """Whether `line`, a paragraph at `at`, is written as posts are and articles are not: with a hashtag, an emoji,
        in small letters from its first word on, or by somebody who speaks of himself where the article does not."""
        if _STRONG_MARKS.search(line) or len(_MENTION.findall(line)) > 1:
            return True
        if line[:1].islower() and (at > 0 or self.fresh):
            return True
        return (
            _FIRST_PERSON.search(line) is not None
            and not any(mark in line for mark in _QUOTE_SIGNS)
            and _FIRST_PERSON.search(self.context) is None
            and _FIRST_PERSON.search(self.region[:at]) is None
        )

    def _reaches_up(self, paragraphs: list[int], start: int) -> int | None:
        """A paragraph higher up that is plainly the post's, where all from there on can be one post."""
        current = start
        for previous in reversed(paragraphs[-FEW:]):
            line = self.region[previous:current].rstrip()
            block = self.region[current:]
            if (
                self.weight(previous) > self.ruler.limit
                or self.media_end.search(line)
                or _leads_in(line)
                or _LINK_ONLY.fullmatch(line)
                or _differ(line, block)
                or self._speaks_of_the_post(line, block)
                or any(mark in line for mark in _QUOTE_SIGNS)
            ):
                return None
            if self._is_own(previous, line):
                return previous
            current = previous
        return None

    def _verse(self, paragraphs: list[int], last: int) -> frozenset[int]:
        """Offsets of the lines of a verse, without its first; none where they are fewer than `VERSE_LINES`."""
        if not _is_verse(self.region[last:].strip(), last=True):
            return frozenset()
        joined: list[int] = []
        for previous in reversed(paragraphs):
            if self.weight(previous) > self.ruler.limit or not _is_verse(self.region[previous:last].strip()):
                break
            joined.append(last)
            last = previous
        return frozenset(joined) if len(joined) + 1 >= VERSE_LINES else frozenset()

    def _wordless(self, previous: int, current: int) -> bool:
        """Whether all from `current` on is links and marks, which belong to the words above."""
        line = self.region[previous:current].rstrip()
        if _has_words(self.region[current:]) or self.media_end.search(line):
            return False
        return not _LINK_ONLY.fullmatch(line) or "t.co/" in line

    def _line_joins(self, previous: int, current: int) -> bool:
        """Is the line from `previous` to `current` still the post's?"""
        line = self.region[previous:current].rstrip()
        block = self.region[current:]
        total = self.weight(previous)
        if total > self.ruler.limit * ROUNDING or self.media_end.search(line):
            return False
        if _LINK_ONLY.fullmatch(line) and "t.co/" not in line:
            return False
        if self._is_broken(previous, current):
            return True
        continues = _continues(block, after=line)
        if _leads_in(line) and not continues:
            return False
        if _differ(line, block) or _REPORTED.search(line) or _ENDS_QUOTED.search(line):
            return False
        if not _has_words(block) or self._is_foreign(line, block):
            return True
        if self._speaks_of_the_post(line, block) or _REPLY.match(block):
            return False
        first = _LINK.sub("", block.partition("\n")[0]).strip()
        if _SPOKEN.fullmatch(line) and _SPOKEN.fullmatch(first):
            return True
        if continues or _POST_MARKS.search(line) or _CUT.search(block):
            return True
        if len(line) >= SHORT_LINE and line[-1:].isalpha():
            return True  # a paragraph of an article ends in a mark, and a heading is shorter
        if len(line) < SHORT_LINE:
            return line[-1:] in _LINE_ENDS or len(line.split()) > HEADING_WORDS
        # Posts of several full lines are long; a paragraph of the article and a short post add up to less.
        if self.breaks_after == "\n" and _is_paragraph(line, self.ruler.weight(line)):
            return False
        return total >= self.ruler.limit * FULL and line[-1:] not in '”"»'

    def _is_broken(self, previous: int, current: int) -> bool:
        """Whether the break before `current` is within a sentence: extractors put every link, hashtag and mention on a
        line of its own, and leave the spaces that stood around it."""
        raw = self.region[previous:current]
        line = raw.rstrip()
        gap = raw[len(line) :]
        if _TOKEN.fullmatch(line.strip(" \t\u00a0\u2066-\u2069")):
            return True
        if line[-1:] in '.!?…:：。！？"”»':
            return False
        first = self.region[current:].partition("\n")[0].strip(" \t\r\u00a0\u2066-\u2069")
        return _TOKEN.fullmatch(first) is not None or gap[:1] in " \u00a0" or _ONE_SPACE.search(gap) is not None

    def _by_sentence(self, start: int) -> int:
        """The first sentence of the post within the paragraph that begins at `start`."""
        cuts = [start] + [m.end() for m in _SENTENCE.finditer(self.region, start) if self._ends_sentence(m, start)]
        cuts += [m.end() for m in _COLON.finditer(self.region, start) if m.start() > start and self._tells_who_wrote(m)]
        if len(cuts) == 1:
            return start
        cuts = sorted(set(cuts))
        current: int = cuts.pop()
        while cuts and not _has_words(self.region[current:]):
            current = cuts.pop()
        while cuts:
            previous = cuts[-1]
            sentence = self.region[previous:current].rstrip()
            block = self.region[current:]
            if self.weight(previous) > self.ruler.limit * ROUNDING or self.media_end.search(sentence):
                break
            if (_differ(sentence, block) and not _mixed(sentence, block)) or _REPORTED.search(sentence):
                break
            if self._speaks_of_the_post(sentence, block):
                break
            if _leads_in(sentence) and not _continues(block, after=sentence):
                break
            current = cuts.pop()
        return current

    def _tells_who_wrote(self, colon: regex.Match[str]) -> bool:
        """`The fire brigade wrote: We pump since four.`: a sentence with a verb of writing, in another's name."""
        sentence = _LAST_SENTENCE.search(self.region[max(0, colon.start() - 240) : colon.start()])
        words = _LATIN_WORDS.findall(sentence[0].lower()) if sentence else []
        return any(word in WROTE or word.startswith(_TWEETED) for word in words) and _I.isdisjoint(words)

    def _ends_sentence(self, gap: regex.Match[str], start: int) -> bool:
        if gap.end() <= start:
            return False
        at = gap.start()
        if self.region[at - 1 : at] != "." or len(gap[0]) > 1:
            return True
        return _ABBREVIATION.search(self.region[max(start, at - 12) : at - 1]) is None


LONG_LINE, LONG_LINES = 150, 110
"""Where single line breaks part paragraphs, a line of so much above a post is one; of less, if it has two sentences."""


def _is_paragraph(line: str, weight: int) -> bool:
    return weight >= LONG_LINE or (weight >= LONG_LINES and _SENTENCE.search(line) is not None)


WIDE_GAP = 4
"""Line breaks."""

CUT_FULL = 0.88
"""So much of the limit a post fills that was cut at it: the cut comes after a whole word, before a link."""

FEW = 4
"""Paragraphs of a post; of more, most are the article's."""

_QUOTE_SIGNS = '"“”„«»'

_MENTION = re.compile(r"(?<![\w(（/.])@\w{3,}")

_SHOUTED = regex.compile(r"[\p{Lu}\p{Emoji_Presentation}\d #!|.-]{3,40}[:：]")
"""`BREAKING:`, `JUST IN:`: a post's first line, not what leads to it."""

_INDENTED = re.compile(r"\s{0,40}\n([ \t]{0,40})\S")

_FIRST_PERSON = re.compile(
    r"(?<![\w’'-])(?:I(?=[ ’',])|[Mm]y(?:self)?|[Ww]e(?=[ ’'])|[Oo]ur|us"
    r"|[Ii]ch|[Mm]ich|mir|[Mm]eine?[rsmn]?|[Ww]ir|uns|[Uu]nsere?[rsmn]?"
    r"|[Jj]e|[Jj][’']|moi|[Mm]on|[Mm]es|[Nn]ous|[Nn]otre|[Nn]os"
    r"|[Yy]o|[Mm]is?|[Nn]osotr[oa]s|[Nn]uestr[oa]s?|[Ee]u|[Mm]eus?|[Mm]inhas?|[Nn]ós|[Nn]oss[oa]s?"
    r"|[Ii]o|[Mm]io|[Mm]iei|[Nn]oi|[Nn]ostr[oaie]|[Ii]k|[Mm]ijn|[Oo]nze|[Jj]ag|[Mm]ój|[Mm]oja|mnie|[Nn]asz[aey]?"
    r"|[Яя]|[Мм]не|[Мм]ы|[Мм]ой|[Мм]оя|[Нн]аш[аиеу]?|[Мм]и|[Мм]ій|[Mm]inun|[Mm]inä|[Bb]enim|[Bb]izim)(?![\w-])"
)
"""What a paragraph of an article says of itself only in a quotation."""

_REPLY = re.compile(r"[.]?@\w{1,30}[ ,:]")
"""A post that answers begins with whom it answers."""

MIN_REPEATED = 4
REPEATED = 0.7
"""So much of a post's words, and so many, in the quotation before it: the article quotes what it shows."""

_STRONG_MARKS = regex.compile(r"^[.]?@\w+[ :]|(?<!\w)#\w|https?://t\.co/|\p{Emoji_Presentation}|\p{Regional_Indicator}")
"""What articles seldom have in their own paragraphs."""


@functools.cache
def _ending(links: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{links})\s{{0,20}}$")


def _is_verse(line: str, *, last: bool = False) -> bool:
    """One short line that ends without a mark (the last may have one), and is no heading."""
    return len(line) < SHORT_LINE and "\n" not in line and (last or line[-1:].isalpha()) and not line.startswith("#")


def _leads_in(line: str) -> bool:
    """Whether the article leads to the post with `line`."""
    return _LEAD_IN.search(line) is not None and _SHOUTED.fullmatch(line.rpartition("\n")[2].strip()) is None


def _differ(one: str, other: str) -> bool:
    """In different languages, links aside: their letters are Latin everywhere."""
    return differ(_LINK.sub(" ", one), _LINK.sub(" ", other))


def _mixed(one: str, other: str) -> bool:
    """Whether the two differ only as Japanese or Chinese and the names and terms in Latin letters within it do."""
    scripts = {script(text): text for text in (_LINK.sub(" ", one), _LINK.sub(" ", other))}
    return {"CJK", "LATIN"} == scripts.keys() and not scores(scripts["LATIN"])


def _has_words(text: str) -> bool:
    bare = _LINK.sub(" ", text)
    return any(not word.startswith(("#", "@")) and any(c.isalnum() for c in word) for word in bare.split())


def _continues(block: str, *, after: str) -> bool:
    """Does `block` go on from the line before it: a list item, or a lower-case start where no sentence ended?"""
    return bool(_LIST_ITEM.match(block)) or (block[:1].islower() and after[-1:] not in '.!?…”"')


def rest_after(text: str, end: int, ceiling: int, shape: Signature, day: str | None) -> tuple[int, int] | None:
    """The span of the post's words that follow its signature, where an extractor put the signature after the first
    paragraph.

    They are known by their end: a link to the post's own picture, with no other signature between (`ceiling`), within
    the post's length. null where nothing of the kind follows.
    """
    start = end
    while start < ceiling and text[start].isspace():
        start += 1
    if "\n" not in text[end:start]:
        return None
    window = text[start : min(ceiling, start + REACH)]
    media = re.search(shape.media_links, window)
    # the words of the next post end in its picture too: something has to be left for its signature
    if (
        media is None
        or (ceiling < len(text) and not text[start + media.end() : ceiling].strip(" \t\r\n\u00a0>"))
        or not Ruler.on(shape, day).fits(window[: media.end()])
    ):
        return None
    if _PARAGRAPH.search(window[: media.start()]) or not window[: media.start()].strip():
        return None
    return start, start + media.end()


def lines_of(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every line of `text`."""
    at = 0
    while at <= len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield at, end
        at = end + 1
