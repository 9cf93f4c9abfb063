"""Posts that an article quotes in its own prose and attributes to a platform, with no signature.

    Ana Example wrote on X on Wednesday: “The bridge is open again.”
    »Die Brücke ist wieder offen«, schrieb sie auf ihrer Facebook-Seite.
    「橋は再び開通した」とエックスに投稿した。

Read from the platform's name outwards. A name counts where it says *where* something was written (`on X`, `en su cuenta
de Twitter`, `у Твіттері`, `Twitter'da`) or is itself the verb (`tweeted`); the clause around it has to report (a verb
of writing or saying, or nothing but who, where and a colon) and to touch a quotation. Indirect speech, interviews, and
what is said about a platform are left alone. Who wrote it is taken as the clause names them, a pronoun as nobody.

Cost: one pass for the quotations; between two of them at most `REACH` code points on either side are searched for names
of platforms, and at most `MAX_NAMINGS` of these are looked at.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence

import msgspec
import regex
from selectolax.lexbor import LexborNode

from archiver.detect.authors import Author, author_of
from archiver.detect.confidence import confidence
from archiver.language import reporting
from archiver.language.quotations import Quotation, quotations
from archiver.language.relative import listed, told_day
from archiver.model import Mention
from archiver.platforms.base import Platform
from archiver.platforms.called import Naming, namings, spaceless, words_in

REACH = 320
"""How far from a quotation the words that attribute it are looked for: long sentences of news have about 250."""

TAIL = 80
"""How far behind a quotation the verb stands in languages that put it last."""

MAX_NAMINGS = 4
"""Names of platforms that are looked at between two quotations."""

MAX_BEFORE_QUOTATION = 60
"""Code points between `wrote on X` and a quotation that is a part of the sentence (`that the plan was “…”`)."""

MAX_BEFORE_PLACE = 4
"""Words such as `in a long post` between a quotation and `on X`."""

_SENTENCE_END = regex.compile(
    r"(?:(?<=[.!?…।۔؟][\"”»’)\]]{0,2})[ \u00a0]+(?=[\"“„«‘(\[]?[^\p{Ll}\s])|(?<=[。！？])(?=\S)|\n+)"
)
_ABBREVIATED = regex.compile(
    r"(?:(?<!\p{L})(?:[^\P{L}XХ]|Mr|Mrs|Ms|Dr|Prof|St|Sen|Rep|Gov|Gen|Col|Lt|Sgt|Hon|Rev|Jr|Sr|Sra?|Nr|bzw|ca|Mme|M|tzv|np|im|ul|г|св|им)"
    r"|\d)\.[ \u00a0]+$"
)
_TOKEN = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’ʼ״\"-][\p{L}\p{M}\p{N}]+)*")
_HANDLE = regex.compile(r"(?<![\w@.])@(?P<handle>[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,40}[A-Za-z0-9_])?)")
_JOINED = regex.compile(r"\s?(?:,|،|、|–|—|-)\s*\S")
_LOCATIVE_SUFFIX = regex.compile(
    r"(?:['’ʼ](?:d[ae]n?|t[ae]n?|nd[ae]n?|yl[ae]|te|da)\b|(?:[-‑]?[eoö]n|[-‑]?b[ae]n|[-‑](?:oldal|profilj|csatorn|tili|sivu|fiók)\p{L}*)\b|:?i?ss[aä]\b|is\b|issa\b"
    r"|d[ae]n?\b|t[ae]n?\b)"
)
_LOCATIVE_INSIDE = regex.compile(
    r"[^。！？\n]{0,14}?"
    r"(?:で|に(?!つ)|上|へ|から|を更新|を通じ|发|發|写|寫|帖|贴|貼|账号|帳號|에|을 통|를 통|계정|페이지|ได้|ว่า|ระบุ)"
)
_LOCATIVE_BEFORE = regex.compile(
    r"(?:在|于|於|通过|透過|经|ใน|บน|ทาง|ผ่าน|自身の|公式|的|社交|平台|媒体|社群)[^。！？，、\n]{0,12}$"
)
_INDIC_AFTER = regex.compile(r"\s?(?:पर|में|के|से|অ্যাকাউন্টে|এ|তে|পোস্টে|پر|میں|کے|पोस्ट|हैंडल)")
_VERBAL = regex.compile(
    r"(?:ed|te|ten|tet|t|ó|é|és|ée|er|ou|ato|ata|ava|tta|ò|eó|ea|eado|[nd]uo|nul[ao]?|nął|nęła|ował[ao]?|oval[ao]?"
    r"|ledi|lədi|asi|si|elte|нул[аи]?|ила?|нув|нула|на|ал[аи]?|de|ade|ad|uje|ing|ává|kan)$"
)
_FORMERLY = regex.compile(
    r"\s{0,2}[(（,–][^()（）\n]{0,40}(?:twitter|твит|твіт|ツイッター|推特|트위터|تويتر|טוויטר|ट्विटर)[^()（）\n]{0,25}[)），,–]?",
    regex.IGNORECASE,
)


class _Clause(msgspec.Struct, kw_only=True):
    """One clause that names a platform, beside a quotation."""

    text: str
    at: int
    """Of `text` in the whole text."""
    phrase: tuple[int, int]
    """Where in `text` the words `on her page at X` stand."""
    how: str
    verb: tuple[int, int] | None


class _Reading(msgspec.Struct, kw_only=True):
    quotation: Quotation
    platform: str
    author: Author
    told: str | None
    how: str
    day_how: str
    estimate: float
    continuation: Quotation | None = None


def find(
    text: str,
    platforms: Sequence[Platform],
    *,
    found: Sequence[Mention] = (),
    said: str = "",
    set_apart: Sequence[tuple[int, int]] = (),
    published: str | None = None,
    source: str = "",
) -> list[Mention]:
    """The posts that the prose of `text` quotes and attributes to one of `platforms`, in order.

    Arguments: `found`, what is known to be cited in this text, and `said`, the words of what is known to be cited
    around it (`words_of`): these are not reported again. `set_apart`, the spans that markup quotes (`set_apart`).
    `published`, the article's day, by which `on Wednesday` is understood.

    Offsets are those of the quotation's words, without its marks.
    """
    wanted = frozenset(platform.name for platform in platforms)
    spans = sorted((m.start, m.end) for m in found if m.start is not None and m.end is not None)
    taken = _Taken(spans)
    known = said + words_of(found)
    mentions: list[Mention] = []
    for reading in _readings(text, wanted, published, taken, set_apart):
        quotation = reading.quotation
        words = text[quotation.start : quotation.end]
        if taken.overlaps(quotation.start, quotation.end) or (known and _plain(words) in known):
            continue
        if quotation.block:
            words = regex.sub(r"\n[> \t]+", "\n", words)
        rule = f"{reading.platform}.attributed"
        shape = ", ".join(
            p for p in (reading.how, "platform", "block" if quotation.block else "quotation", reading.day_how) if p
        )
        sure = confidence(rule, shape, round(reading.estimate, 2))
        mentions.append(
            Mention(
                source=source,
                platform=reading.platform,
                handle=reading.author.handle,
                display_name=reading.author.name,
                date=reading.told,
                text=words,
                start=quotation.start,
                end=quotation.end,
                rule=rule,
                confidence=sure.value,
                why=sure.why,
                continuation=text[reading.continuation.start : reading.continuation.end]
                if reading.continuation
                else None,
            )
        )
    return mentions


MAX_NESTED = 8
"""Elements between the words of a quoted block and its `<blockquote>`: `<blockquote><div><p><em>`."""


def set_apart(starts: Sequence[tuple[int, LexborNode]], length: int) -> list[tuple[int, int]]:
    """The spans of a text of `length` that stand in a `<blockquote>`, by the elements in which its parts begin."""
    spans: list[tuple[int, int]] = []
    inside: int | None = None
    for number, (start, element) in enumerate(starts):
        at: LexborNode | None = element
        for _ in range(MAX_NESTED):
            if at is None or at.tag == "blockquote":
                break
            at = at.parent
        block = at.mem_id if at is not None and at.tag == "blockquote" else None
        end = starts[number + 1][0] if number + 1 < len(starts) else length
        if block is not None and block == inside:
            spans[-1] = (spans[-1][0], end)
        elif block is not None:
            spans.append((start, end))
        inside = block
    return spans


def words_of(mentions: Sequence[Mention]) -> str:
    """The words of posts, as `find` compares them."""
    return "".join(f"{_plain(mention.words)}\n" for mention in mentions if mention.words)


def _plain(words: str) -> str:
    """Words for comparing: letters and digits alone."""
    return " ".join(_TOKEN.findall(words.casefold()))


class _Taken:
    """The spans of posts that are known: what they name is theirs."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]

    def overlaps(self, start: int, end: int) -> bool:
        number = bisect.bisect_left(self.starts, end) - 1
        return number >= 0 and self.ends[number] > start

    def holds(self, offset: int) -> bool:
        number = bisect.bisect_right(self.starts, offset) - 1
        return number >= 0 and offset < self.ends[number]


def _readings(
    text: str, wanted: frozenset[str], published: str | None, taken: _Taken, apart: Sequence[tuple[int, int]]
) -> Iterator[_Reading]:
    """At most one reading for each quotation, in order."""
    words = words_in(text)
    if not words:
        return
    before: Quotation | None = None
    waiting: _Reading | None = None
    """What was read for the quotation before this gap, from the words before it."""
    for after in _and_none(quotations(text, apart)):
        backward, forward = _gap(text, before, after, wanted, published, taken, words)
        if before is not None:
            best = max((r for r in (waiting, backward) if r is not None), key=lambda r: r.estimate, default=None)
            if best is not None:
                yield best
        waiting = forward
        before = after


def _and_none(items: Iterator[Quotation]) -> Iterator[Quotation | None]:
    yield from items
    yield None


def _gap(
    text: str,
    before: Quotation | None,
    after: Quotation | None,
    wanted: frozenset[str],
    published: str | None,
    taken: _Taken,
    words: Sequence[str],
) -> tuple[_Reading | None, _Reading | None]:
    """What the words between two quotations say of the one before and of the one after."""
    start = before.outer_end if before else 0
    end = after.outer_start if after else len(text)
    backward: _Reading | None = None
    forward: _Reading | None = None
    near = _near(text, before, after, start, end, words)
    for naming in near:
        if naming.platform not in wanted or taken.holds(naming.start):
            continue
        clause_start, clause_end = _clause(text, naming, start, end)
        if after is not None and (direct := _leads_to(text, clause_end, end, after)):
            reading = _read(
                text,
                naming,
                (clause_start, end),
                after,
                published,
                backward=False,
                tail=direct != "next",
                embedded=direct == "joined",
            )
            if reading is not None:
                reading.estimate -= 0 if direct == "colon" else 0.1 if direct == "joined" else 0.2
                if direct == "joined" and text[after.start].islower():
                    reading.estimate -= 0.25  # a phrase of the article's own sentence
                if forward is None or reading.estimate > forward.estimate:
                    forward = reading
        if before is not None and (joined := _follows(text, start, clause_start, clause_end, before)):
            reading = _read(text, naming, (start, clause_end), before, published, backward=True)
            if reading is not None and (joined == "comma" or reading.author.beside):
                reading.estimate -= 0 if joined == "comma" else 0.1
                if after is not None and not text[clause_end : after.outer_start].strip() and joined == "comma":
                    ends_sentence = text[:clause_end].rstrip()[-1:] in ".!?"
                    reading.continuation = after if ends_sentence and "\n" not in text[clause_end:end] else None
                if backward is None or reading.estimate > backward.estimate:
                    backward = reading
    if forward is not None and backward is not None and forward.author.at == backward.author.at:
        # one clause between two quotations: a colon gives it to the second, a comma to the first
        if text[:end].rstrip()[-1:] in ":：":
            backward = None
        else:
            forward = None
    if backward is not None and backward.continuation is not None:
        forward = None
    return backward, forward


def _near(
    text: str, before: Quotation | None, after: Quotation | None, start: int, end: int, words: Sequence[str]
) -> list[Naming]:
    """The names of platforms between two quotations that stand near one of them."""
    if before is not None and after is not None and end - start <= REACH:
        return namings(text, start, end, words)[:MAX_NAMINGS]
    near: list[Naming] = []
    if before is not None:
        near += namings(text, start, min(end, start + REACH), words)[:MAX_NAMINGS]
    if after is not None:
        first = max(start, end - REACH)
        near += [n for n in namings(text, first, end, words) if not near or n.start > near[-1].start][-MAX_NAMINGS:]
    return near


def _sentence_cut(text: str, cut: regex.Match[str], low: int) -> bool:
    """Whether a sentence ends there, and not `Nov. 8` or `J. Example`."""
    if "\n" in cut[0]:
        return True
    if _ABBREVIATED.search(text, max(low, cut.start() - 8), cut.end()):
        return False
    return not (
        text[cut.end() : cut.end() + 1].isdigit() and _SHORT.search(text, max(low, cut.start() - 8), cut.start())
    )


_SHORT = regex.compile(r"(?<!\p{L})\p{L}{2,5}\.$")


def _clause(text: str, naming: Naming, start: int, end: int) -> tuple[int, int]:
    """The sentence around a name, within `start` and `end`."""
    low, high = max(start, naming.start - REACH), min(end, naming.end + REACH)
    first = low
    for cut in _SENTENCE_END.finditer(text, low, naming.start):
        if _sentence_cut(text, cut, low):
            first = cut.end()
    for cut in _SENTENCE_END.finditer(text, naming.end, high):
        if _sentence_cut(text, cut, low):
            return first, cut.start()
    return first, high


def _leads_to(text: str, clause_end: int, end: int, after: Quotation) -> str:
    """How the clause leads to the quotation after it: `colon`, `joined` (in one sentence), `next` (the next sentence),
    or not at all."""
    gap = text[clause_end:end]
    tail = text[max(0, clause_end - 3) : clause_end].rstrip()
    colon = tail[-1:] in (":", "：")
    if gap.strip():
        return ""
    if colon:
        return "colon" if gap.count("\n") <= 3 else ""
    if after.block:
        return "joined" if tail[-1:] not in ".!?" and gap.count("\n") <= 2 else ""
    if "\n" in gap:
        return ""
    if tail[-1:] in (".", "!", "?", "。"):
        return "next"
    if tail[-1:] in (",", "，", "、", "،", "—", "–"):
        return "colon" if clause_end == end else "joined"
    return "joined"


def _follows(text: str, start: int, clause_start: int, clause_end: int, before: Quotation) -> str:
    """How the clause follows the quotation before it: `comma`, `plain` (`“…” she wrote on X`), or not at all."""
    gap = text[start:clause_start]
    if gap.strip(" \u00a0.") or "\n" in gap:
        return ""
    if _JOINED.match(text, start) or text[before.end - 1 : before.end] in (",", "，"):
        return "comma"
    last = text[before.end - 1]
    head = text[clause_start : clause_start + 1]
    if "." in gap and clause_end - clause_start > 140:
        return ""
    if last in ".!?…。！？" or gap.strip() == "." or spaceless(head or " "):
        return "plain"
    first = _TOKEN.search(text, start, min(clause_end, start + 40))
    if first is None or text[start : first.start()].strip():
        return ""
    word = first[0].lower()
    reports = word in reporting.WROTE or word in reporting.SAID or word in reporting.AT or word in reporting.PRONOUNS
    return "plain" if reports or first[0][0].isupper() else ""


# --- one clause
# -----------------------------------------------------------------------------------------------------------


def _read(
    text: str,
    naming: Naming,
    span: tuple[int, int],
    quotation: Quotation,
    published: str | None,
    *,
    backward: bool,
    tail: bool = False,
    embedded: bool = False,
) -> _Reading | None:
    start, end = span
    clause = text[start:end]
    name_at = naming.start - start
    placed = _placed(clause, name_at, naming)
    if placed is None:
        return None
    phrase, noun, verbal = placed
    context = clause
    inverted = backward
    if tail:
        # verbs stand last in many languages: “…” 投稿した, "…" diye yazdı
        context = clause + " " + _tail(text, quotation)
    verb = _verb(clause, phrase, verbal)
    if verb is None and backward and (so := _SO.match(clause)):  # „…“, so Beispiel auf X
        verb = (so.start(1), so.end(1), "said")
    how = ""
    if verbal:
        how, verb = "verb", verbal
    elif verb is not None:
        how = verb[2] if verb[2] == "verb" else "post" if noun else "said"
    else:
        later = _verb(context[len(clause) :], None, None) if tail else None
        if later is not None:
            how = later[2] if later[2] == "verb" else "post" if noun else "said"
    if _elsewhere(context):
        return None
    if not how and backward:
        # “…,” she said in a post on X: who and how stand before the quotation, where behind it
        left_start = _sentence_start(text, quotation.outer_start)
        left = text[left_start : quotation.outer_start]
        verb = _verb(left, None, None)
        if verb is None or _elsewhere(left) or len(_TOKEN.findall(clause[: phrase[0]])) > MAX_BEFORE_PLACE:
            return None
        how = "verb" if verb[2] == "verb" else "post" if noun else "said"
        author = author_of(left, (verb[0], verb[1]), (len(left), len(left)), inverted=False)
        author.at = start
        return _judged(quotation, naming, author, left + " " + clause, how, published)
    if embedded:
        behind = len(clause) - max(phrase[1], verb[1] if verb else 0)
        if behind > MAX_BEFORE_QUOTATION or len(clause) - phrase[1] > 2 * MAX_BEFORE_QUOTATION:
            return None
    author = author_of(clause, (verb[0], verb[1]) if verb else None, phrase, inverted=inverted)
    author.at = start
    if not how:
        if backward or author.name is None or clause.rstrip()[-1:] not in ":：" or not author.beside:
            return None
        how = "colon"
    if author.handle is None and len(handles := _HANDLE.findall(clause)) == 1:
        author.handle = handles[0]
    return _judged(quotation, naming, author, clause, how, published)


def _judged(
    quotation: Quotation, naming: Naming, author: Author, context: str, how: str, published: str | None
) -> _Reading:
    told = told_day(context, published)
    estimate = {"verb": 0.8, "post": 0.78, "said": 0.7, "colon": 0.65}[how]
    if author.name is None and author.handle is None:
        estimate -= 0.05
    if naming.plain:
        estimate -= 0.03
    if quotation.block:
        estimate -= 0.05
    return _Reading(
        quotation=quotation,
        platform=naming.platform,
        author=author,
        told=told.day if told else None,
        how=how,
        day_how=told.how if told else "",
        estimate=estimate,
    )


def _tail(text: str, quotation: Quotation) -> str:
    rest = text[quotation.outer_end : quotation.outer_end + TAIL]
    cut = regex.search(r"[\n\"“„«»「『:：]|[.。]", rest)
    return rest[: cut.start()] if cut else rest


def _sentence_start(text: str, at: int) -> int:
    low = max(0, at - REACH)
    first = max(low, text.rfind("\n", low, at) + 1)
    for cut in _SENTENCE_END.finditer(text, first, at):
        if cut.end() < at and _sentence_cut(text, cut, low):
            first = cut.end()
    marks = [mark.end() for mark in _MARK.finditer(text, first, at)]
    return marks[-1] if marks else first


_MARK = regex.compile(r"[“”„«»\"「」]")


def _elsewhere(clause: str) -> bool:
    return reporting.ELSEWHERE.search(clause) is not None or any(w in clause for w in reporting.ELSEWHERE_INSIDE)


# --- on the platform?
# -----------------------------------------------------------------------------------------------------------


def _placed(clause: str, at: int, naming: Naming) -> tuple[tuple[int, int], bool, tuple[int, int, str] | None] | None:
    """Whether the name says where something was written: (the phrase's span, whether it speaks of a post, the verb
    where the name is one); null where it does not."""
    stem_end = at + naming.end - naming.start
    word = _TOKEN.match(clause, at)
    word_end = max(stem_end, word.end() if word else stem_end)
    written = clause[at:word_end]
    if spaceless(clause[at]) or (word_end < len(clause) and spaceless(clause[stem_end])):
        return _placed_spaceless(clause, at, stem_end, naming)
    if formerly := _FORMERLY.match(clause, word_end):
        word_end = formerly.end()
    after = _TOKEN.match(clause, word_end + 1) if word_end < len(clause) else None
    after_word = after[0].lower() if after else ""
    phrase_end = word_end
    noun = naming.posting
    place = False
    if "-" in written:
        tail = written.lower().rpartition("-")[2]
        noun = noun or tail in reporting.POST
        place = tail in reporting.PLACE
    if after and after_word in reporting.POST:
        phrase_end, noun = after.end(), True
    elif after and after_word in reporting.PLACE:
        phrase_end, place = after.end(), True
    elif clause[word_end : word_end + 2] in ("'s", "’s", "s'") and not naming.posting:
        return None  # X's owner

    verbal = None
    if (naming.posting and _is_verb(clause, at, written)) or (
        not naming.posting
        and written[0].islower()
        and written.lower() in ("twitterte", "twitterten", "twittert", "twitterde")
    ):
        verbal = (at, word_end, "verb")
        return (at, word_end), True, verbal

    if at and clause[at - 1] in "בב" and "\u0590" < clause[at] < "\u05ff":
        return (at - 1, phrase_end), noun, None
    if at and clause[at - 1] in "بـ" and "\u0600" < clause[at] < "\u06ff":
        return (at - 1, phrase_end), noun, None

    tokens = list(_TOKEN.finditer(clause, max(0, at - 90), at))
    crossed_of = False
    strangers = 0
    first = at
    for token in reversed(tokens[-8:]):
        between = clause[token.end() : first]
        if between.strip(" \u00a0\"“”„«»'‘’@#(") or "\n" in between:
            break
        lower = token[0].lower()
        if lower == "to" and token.start():
            previous = [t for t in tokens if t.end() <= token.start()]
            if previous and previous[-1][0].lower() in reporting.TOOK_TO:
                return (previous[-1].start(), phrase_end), noun, (previous[-1].start(), token.end(), "verb")
        if lower in reporting.POST and token[0] != "Post":
            noun = True
            first = token.start()
            continue
        if lower in reporting.PLACE or any(part in reporting.PLACE for part in lower.split("-")[-1:]):
            place = True
            first = token.start()
            continue
        if lower in reporting.OF and not (lower in reporting.AT and (place or _follows_verb(clause, token.start()))):
            crossed_of = True
            first = token.start()
            continue
        if lower in reporting.AT:
            if crossed_of and not (place or noun):
                return None
            start = token.start()
            if not _about(clause, start, tokens) or (naming.plain and strangers and not (place or noun)):
                return None
            return (start, phrase_end), noun or _post_before(start, tokens), None
        if lower in reporting.WROTE or lower in reporting.SAID or lower in reporting.ABOUT:
            break
        strangers += 1
        if strangers > 3 or lower.endswith(("'s", "’s")):
            break
        first = token.start()
    if _LOCATIVE_SUFFIX.match(clause, stem_end):
        return (at, phrase_end), noun, None
    if after and (after_word in reporting.PLACE_AFTER or _INDIC_AFTER.match(clause, word_end)):
        return (at, phrase_end), noun, None
    if noun and naming.posting and not crossed_of and not _against(clause, first, tokens):
        return (first, phrase_end), True, None
    if noun and (place or first < at) and not naming.plain and not _against(clause, first, tokens):
        return (first, phrase_end), True, None
    return None


def _follows_verb(clause: str, at: int) -> bool:
    """`tulis Contoh di Twitter` is at it, `il capo di Twitter` is its owner."""
    words = _TOKEN.findall(clause[max(0, at - 40) : at].lower())
    return bool(words) and words[-1] in reporting.WROTE


_SEMITIC_VERBS = ("غرد", "غرّد", "צייצ", "צייץ")
_DID = regex.compile(r"\s(?:کرد|کرده|زد|کیا|کی|کرتے)(?!\p{L})")


_DETERMINERS = listed("a an the his her their its my your our this that these those of in on")


def _is_verb(clause: str, at: int, written: str) -> bool:
    lower = written.lower()
    if "\u0590" <= clause[at] <= "\u06ff":
        return lower.startswith(_SEMITIC_VERBS) or _DID.match(clause, at + len(written)) is not None
    if clause[at] > "\u0900":
        return True
    if lower in ("tweeted", "retweeted", "tweets", "tweetledi"):
        before = clause[:at].split()[-1:] or [""]
        somebody = before[0][:1].isupper() or before[0].lower() in reporting.PRONOUNS
        return somebody if lower == "tweets" else before[0].lower() not in _DETERMINERS
    return len(lower) > 5 and _VERBAL.search(lower) is not None and lower != "twitter"


def _about(clause: str, at: int, tokens: Sequence[regex.Match[str]]) -> bool:
    """False where the words before `on X` make it something that is talked about: `asked about her post on X`."""
    return not _against(clause, at, tokens)


def _against(clause: str, at: int, tokens: Sequence[regex.Match[str]]) -> bool:
    end = at
    for steps, token in enumerate(reversed([t for t in tokens if t.end() <= at])):
        if clause[token.end() : end].strip() or steps > 4:
            return False
        lower = token[0].lower()
        if lower in reporting.ABOUT:
            return steps > 0 or lower in ("about", "of", "to", "über", "sobre", "про", "об", "о")
        if lower in reporting.AT or lower in reporting.WROTE or lower in reporting.SAID:
            return False
        end = token.start()
    return False


def _post_before(at: int, tokens: Sequence[regex.Match[str]]) -> bool:
    """`in a post on X`, `w poście na platformie X`: a post is spoken of."""
    near = [t for t in tokens if t.end() <= at][-4:]
    return any(t[0].lower() in reporting.POST for t in near)


def _placed_spaceless(
    clause: str, at: int, stem_end: int, naming: Naming
) -> tuple[tuple[int, int], bool, tuple[int, int, str] | None] | None:
    formerly = _FORMERLY.match(clause, stem_end)
    end = formerly.end() if formerly else stem_end
    closing = regex.compile(r"[」』”\"）)]?").match(clause, end)
    end = closing.end() if closing else end
    if naming.posting:
        return (at, end), True, (at, end, "verb")
    if _LOCATIVE_INSIDE.match(clause, end) or _LOCATIVE_BEFORE.search(clause[max(0, at - 24) : at]):
        return (at, end), "投稿" in clause or "帖" in clause, None
    return None


# --- the verb
# -----------------------------------------------------------------------------------------------------------


_SO = regex.compile(r"[,\s–—-]{0,3}(so)[ \u00a0](?:\p{Lu}|der |die |das )")

_INVERTED = regex.compile(r"-(?:t-)?(?:il|elle|on|ils|elles)$")
"""`écrit-il`, `a-t-elle`."""


def _verb(
    clause: str, phrase: tuple[int, int] | None, verbal: tuple[int, int, str] | None
) -> tuple[int, int, str] | None:
    """The verb that reports: (start, end, `verb` for writing or `said`), the one nearest to the phrase; "
    "writing wins."""
    if verbal is not None:
        return verbal
    best: tuple[int, int, int, str] | None = None
    for token in _TOKEN.finditer(clause):
        lower = _INVERTED.sub("", token[0].lower())
        if phrase is not None and phrase[0] <= token.start() < phrase[1]:
            continue
        if token[0][0].isupper() and token.start() > 0 and lower != "said":
            continue
        kind = "verb" if lower in reporting.WROTE else "said" if lower in reporting.SAID else ""
        if not kind:
            continue
        anchor = phrase[0] if phrase else 0
        distance = abs(token.start() - anchor) + (200 if kind == "said" else 0)
        if best is None or distance < best[0]:
            best = (distance, token.start(), token.end(), kind)
    if best is not None:
        return best[1], best[2], best[3]
    for words, kind in ((reporting.WROTE_INSIDE, "verb"), (reporting.SAID_INSIDE, "said")):
        for word in words:
            at = clause.find(word)
            if at >= 0:
                return at, at + len(word), kind
    return None
