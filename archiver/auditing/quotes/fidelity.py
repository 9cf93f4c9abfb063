"""Is an article's wording of a post faithful to it?

Both wordings are read into words (`worded`), aligned by a shortest edit script, and each place where they part is
judged: the same words in another spelling (`sameness`), what platforms and pages set beside a post (`furniture`), what
was left out with a mark, a beginning. What is left are changes. Few of them, in a text that is otherwise the same, are
an alteration; changes throughout are what translations leave.

A wrong "altered" accuses somebody, and a wrong "faithful" hides it. So typography never alarms, while one word that is
another always does, however small. Where the quotation's ends were guessed (`marked` false), words missing or added at
the ends are told and not held against the article.

Cost: wordings are read to `worded.MAX_CHARACTERS`; of longer ones nothing is said. The alignment is bit-parallel
(`language.wordings`), and at most `MAX_VERSIONS` are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from operator import ge
from typing import NamedTuple

import regex

from archiver.auditing.finding import Change, Fidelity, QuoteVerdict
from archiver.auditing.quotes import furniture, sameness
from archiver.auditing.quotes.alignment import FULL_STOP, OMISSION, Place, alignments, is_sign, parted_places
from archiver.auditing.quotes.worded import MAX_CHARACTERS, UNSPACED, Token, Wording, mended, plain, read
from archiver.language.guess import contradicts, language_of
from archiver.language.tongues import scores
from archiver.language.wordings import MAX_TOKENS
from archiver.platforms import platform as platform_named
from archiver.resolution.likeness import likeness
from archiver.resolution.words import comparable

MAX_CHANGES = 20
"""Changes that are listed."""
MAX_VERSIONS = 20
"""The latest wordings that are compared."""
MAX_SHOWN = 400
"""Characters of one change that are shown."""
WORDS_BEFORE = 4

THROUGHOUT = ((3, 3.0, 0.15), (2, 3.0, 0.22), (1, 4.0, 0.6))
"""In so many places so many words, and so large a share of all: then a text was worded anew."""
MAX_LABEL = 4
"""Words before a colon: `Tweet:`, the author's name."""
FEW_CHANGES = 2
"""So many are listed where it cannot be told what they are."""
DOUBTFUL = ((2, 2.0, 0.22), (1, 3.0, 0.35))
"""So much is no single word, and too little to tell."""
ANEW_SHARE = 0.5
"""From this share on the language is compared."""
RELATED, RELATED_UNSPACED = 0.25, 0.15
"""Below this share of common content (in scripts without spaces pairs of signs) nothing says that the texts are of one
post: of parallel wordings 3 to 7 in 100 have less, of other posts on the same topic 97."""
SHORT = 4.0
"""Words: with fewer, another wording and an alteration look the same."""
LEAST_SHARED = 0.5
"""Of the shorter text, where less than `SHORT` words are shared: then they are by chance."""
SLIDES = 60
"""How far a place may be moved where the words at both of its ends are the same."""
MAX_TRIMMED = 4
"""Pieces of furniture at the ends that are taken off one after the other."""

_BRACKETED_OMISSION = re.compile(r"[\[(]\s*(?:\.\s*){2,}[\])]|[\[(]\s*[\])]")
_SENTENCE_END = regex.compile(r"[.!?:。！？।۔؟।…\n][\s\"”»’')\]」』]*|[\n]")
_STARTS_ANEW = regex.compile(r"[\n:\"“”„«»「『—–>]|[.!?。！？।۔؟…]")


class Version(NamedTuple):
    """One known wording of a post."""

    text: str
    seen_at: datetime | None = None
    complete: bool = True
    """False where the record is known to cut the text."""
    language: str | None = None
    """As the platform says."""


def fidelity(printed: str | None, versions: Sequence[Version], *, marked: bool, platform: str = "") -> Fidelity:
    """How faithful the words that an article shows are to a post's.

    printed: as the article shows them (`Mention.words`). versions: the wordings that are known of the post, the latest
    last; the one that fits best counts, and an exact fit with an earlier one is no alteration. marked: whether markup
    says where the quotation begins and ends; false where it was guessed in running text. platform: whose embed it is.

    At most `MAX_CHANGES` changes are listed, in the article's order; the rest is counted.
    """
    if not printed or not printed.strip():
        return _unknown("The article shows no words of the post.")
    versions = [version for version in versions if version.text and version.text.strip()][-MAX_VERSIONS:]
    if not versions:
        return _unknown("No record has the post's words.")
    if len(printed) > MAX_CHARACTERS:
        return _unknown("The article's words are too long to compare.")
    shown = read(_without_placeholder(printed, platform))
    best: _Result | None = None
    for version in reversed(versions):
        result = _compare(printed, shown, version, marked)
        if best is None or result.rank < best.rank:
            # one look may know several wordings: with a heading, and without
            same_look = version.seen_at is not None and version.seen_at == versions[-1].seen_at
            earlier = version is not versions[-1] and not same_look
            best = result._replace(version=version.seen_at if earlier else None, earlier=earlier)
        if best.verdict is QuoteVerdict.EXACT:
            break
    assert best is not None
    reason = best.reason
    if best.earlier:
        reason = reason.removesuffix(".") + ": in an earlier version of the post."
    return Fidelity(
        verdict=best.verdict,
        reason=reason,
        changes=best.changes[:MAX_CHANGES],
        more_changes=max(0, len(best.changes) - MAX_CHANGES),
        language=best.language,
        version=best.version,
    )


def _unknown(reason: str) -> Fidelity:
    return Fidelity(verdict=QuoteVerdict.UNKNOWN, reason=reason)


def _without_placeholder(printed: str, platform: str) -> str:
    found = platform_named(platform) if platform else None
    if found is None or found.signature is None or found.signature.placeholder == "(?!)":
        return printed
    # it ends the words: only there it is looked for
    head, tail = printed[:-400], printed[-400:]
    return head + re.sub(rf"(?:{found.signature.placeholder})\s*$", "", tail)


class _Result(NamedTuple):
    verdict: QuoteVerdict
    reason: str
    changes: tuple[Change, ...] = ()
    weight: float = 0.0
    """Words changed."""
    language: str | None = None
    version: datetime | None = None
    earlier: bool = False

    @property
    def rank(self) -> tuple[int, float]:
        """Smaller fits better; an alteration and a translation are compared by how much they change."""
        order = {QuoteVerdict.EXACT: 0, QuoteVerdict.TRIVIAL: 1, QuoteVerdict.SHORTENED: 2, QuoteVerdict.UNKNOWN: 4}
        return order.get(self.verdict, 3), self.weight


def _compare(printed: str, shown: Wording, version: Version, marked: bool) -> _Result:
    if len(version.text) > MAX_CHARACTERS:
        return _Result(QuoteVerdict.UNKNOWN, "The post's words are too long to compare.")
    if plain(printed) == plain(version.text):
        return _Result(QuoteVerdict.EXACT, "The article's words are the post's.")
    post = read(version.text)
    if max(len(shown.tokens), len(post.tokens)) > MAX_TOKENS:
        return _Result(QuoteVerdict.UNKNOWN, "The words are too many to compare.")
    if not _weight(shown.tokens):
        return _wordless(shown, post)
    if not _weight(post.tokens):
        return _Result(QuoteVerdict.UNKNOWN, "The post has no words to compare.")
    if _is_twice(shown) and not _is_twice(post):
        # for eyes and for screen readers
        shown = shown.without_end(len(shown.tokens) // 2)
    judged = _judge(shown, post, version, marked)
    if judged.changes and (other := mended(printed)) != printed:
        again = _judge(read(other), post, version, marked)
        judged = min(judged, again, key=lambda one: one.result.rank)
    return judged.result


def _is_twice(wording: Wording) -> bool:
    half, rest = divmod(len(wording.tokens), 2)
    return rest == 0 and wording.forms[:half] == wording.forms[half:]


def _wordless(shown: Wording, post: Wording) -> _Result:
    if not _weight(post.tokens) and "".join(shown.text.split()) == "".join(post.text.split()):
        return _Result(QuoteVerdict.TRIVIAL, "The article shows the post's signs; neither has words.")
    return _Result(QuoteVerdict.UNKNOWN, "The article shows no words of the post.")


def _weight(tokens: Sequence[Token]) -> float:
    """About how many words these are."""
    total = 0.0
    for token in tokens:
        if token.sort != "flag":
            total += _sign_weight(token.form[0]) if len(token.form) < 4 and UNSPACED.match(token.form) else 1.0
    return total


def _sign_weight(sign: str) -> float:
    return 0.5 if sign > "\u2e80" else 0.25


# -- judgement


def _judge(shown: Wording, post: Wording, version: Version, marked: bool) -> _Judge:
    """The best reading of how the wordings part: of several alignments, and without the furniture at the ends."""
    best = last = _best_aligned(shown, post, version, marked)
    for _ in range(MAX_TRIMMED):
        if not best.changes:
            break
        tried = [
            _best_aligned(*trimmed, version, marked)
            for trimmed in _without_furniture(last.shown, last.post, last.places)
            if all(_weight(wording.tokens) for wording in trimmed)
        ]
        if not tried:
            break
        # what one piece stands beside may be another
        last = min(tried, key=lambda one: one.result.rank)
        best = min(best, last, key=lambda one: one.result.rank)
    return best


def _best_aligned(shown: Wording, post: Wording, version: Version, marked: bool) -> _Judge:
    best: _Judge | None = None
    for places in alignments(shown, post):
        judge = _Judge(shown, post, version, marked, places)
        if best is None or judge.result.rank < best.result.rank:
            best = judge
        if not best.changes:
            break
        parted = [part for place in places for part in parted_places(place, shown, post)]
        if len(parted) > len(places):
            judge = _Judge(shown, post, version, marked, parted)
            best = min(best, judge, key=lambda one: one.result.rank)
    assert best is not None
    return best


def _without_furniture(shown: Wording, post: Wording, places: Sequence[Place]) -> Iterator[tuple[Wording, Wording]]:
    """The wordings without what stands at their ends, where they part there, and is none of the post's words."""
    first, last = places[0], places[-1]
    if first.i1 == 0 and first.j1 == 0:
        # whom it repeats may be whom it answers: then it is not plain which of the two is aligned
        repeats = furniture.MAX_NAME if shown.tokens[0].form == "rt" and first.i2 else 0
        ours = furniture.phrase_at_start(shown, first.i2 + repeats)
        theirs = furniture.phrase_at_start(post, first.j2)
        if ours and not (theirs and _tells(shown, 0, ours) and _tells(post, 0, theirs)):
            yield shown.without_start(ours), post
        elif theirs and not ours:
            yield shown, post.without_start(theirs)
    if last.i2 == len(shown.tokens) or last.j2 == len(post.tokens):
        # where signs are compared one by one, some of a phrase's are shared by chance
        phrase = furniture.phrase_at_end(shown, 0)
        if phrase and not furniture.phrase_at_end(post, 0):
            yield shown.without_end(phrase[0], goes_on=phrase[1]), post
        signed = furniture.behind_signature(shown, 1)
        if signed and not furniture.behind_signature(post, 1):
            yield shown.without_end(signed), post
        ours = furniture.counter_at_end(shown, last.i1)
        theirs = furniture.counter_at_end(post, last.j1)
        if ours and not theirs:
            yield shown.without_end(ours), post
        elif theirs and not ours:
            yield shown, post.without_end(theirs)


class _Judge:
    """What the places where two wordings part add up to."""

    def __init__(self, shown: Wording, post: Wording, version: Version, marked: bool, places: Sequence[Place]) -> None:
        self.shown, self.post, self.version, self.marked, self.places = shown, post, version, marked, places
        self.changes: list[tuple[list[int], list[int], Place]] = []
        self.omitted: list[str] = []
        """How the quotation is shorter, in words."""
        self.notes: list[str] = []
        self.uncovered = 0.0
        """Words that the record, which is cut, cannot say anything of."""
        self.parted: list[Place] = []
        """The changes, and what was let pass at the ends because these were guessed."""
        self.tags = any(token.sort == "tag" for token in shown.tokens)
        here = {
            t.form for place in places for t in shown.tokens[place.i1 : place.i2] if t.sort == "tag" or not self.tags
        }
        there = {t.form for place in places for t in post.tokens[place.j1 : place.j2] if t.sort == "tag"}
        self.moved = here & there
        """Hashtags of the post that the article has at another place."""
        phrase = furniture.phrase_at_end(shown, 0)
        self.furnished = len(shown.tokens) - (phrase[0] if phrase else 0)
        for place in places:
            self.place(place)

    # -- one place

    def place(self, place: Place) -> None:
        ours, theirs = range(place.i1, place.i2), range(place.j1, place.j2)
        if sameness.same(self.shown, ours, self.post, theirs):
            return
        left, right = self._without_beside(place)
        if not left and not right:
            return
        if left and right and sameness.same(self.shown, _span(left), self.post, _span(right)):
            return
        if left and right:
            if not self._cut_word(left, right):
                self._change(left, right, place)
            return
        bare = Place(*_ends(left, place.i2), *_ends(right, place.j2))
        if len(left) != bare.i2 - bare.i1 or len(right) != bare.j2 - bare.j1:
            self._change(left, right, place)
            return
        for slid in self._slides(bare):
            if self._left_out(slid) if right else self._added(slid):
                if not self.marked:
                    self.parted.append(slid)
                return
        self._change(left, right, place)

    def _change(self, left: list[int], right: list[int], place: Place) -> None:
        narrow = Place(*_ends(left, place.i2), *_ends(right, place.j2))
        self.changes.append((left, right, narrow))
        self.parted.append(place)

    def _without_beside(self, place: Place) -> tuple[list[int], list[int]]:
        """The tokens of the place that have to be accounted for."""
        shown, post = self.shown, self.post
        left, right = list(range(place.i1, place.i2)), list(range(place.j1, place.j2))
        left = [at for at in left if not self._is_moved(shown.tokens[at])]
        right = [at for at in right if not (post.tokens[at].form in self.moved and post.tokens[at].sort == "tag")]
        for sort in ("flag", "key"):
            if bool(_of(shown, left, sort)) != bool(_of(post, right, sort)):
                left = [at for at in left if shown.tokens[at].sort != sort]
                right = [at for at in right if post.tokens[at].sort != sort]
        if not _of(shown, left, "tag") and all(t.sort in ("tag", "flag", "key") for t in post.tokens[place.j2 :]):
            while right and post.tokens[right[-1]].sort == "tag":
                right.pop()
        bracketed = [at for at in left if at < self.furnished and _in_brackets(shown, at)]
        if bracketed and not any(_in_brackets(post, at) for at in right):
            left = [at for at in left if at not in bracketed]
            self.omitted.append("the article set words of its own in square brackets")
            if not left:
                return [], []
        if left and not right:
            words = [shown.tokens[at] for at in left]
            around = post.around(place.j1, place.j2)
            text = shown.part(left[0], left[-1] + 1)
            if furniture.names_emoji(words, around) or furniture.names_link(words, text, around):
                return [], []
            if self._cut_mark() and left[-1] == len(shown.tokens) - 1 and furniture.begins_link(text, around):
                return [], []
        if right and not left:
            words = [post.tokens[at] for at in right]
            around = shown.around(place.i1, place.i2)
            text = post.part(right[0], right[-1] + 1)
            if furniture.names_link(words, text, around) or furniture.names_emoji(words, around):
                return [], []
        return left, right

    def _is_moved(self, token: Token) -> bool:
        return token.form in self.moved and (token.sort == "tag" or not self.tags)

    def _cut_word(self, left: list[int], right: list[int]) -> bool:
        """Both have words here: the last one shown is the beginning of the post's, and there the quotation is cut; or
        the record is."""
        ends = left[-1] == len(self.shown.tokens) - 1 and right[-1] == len(self.post.tokens) - 1
        if not ends:
            return self._cut_start(left, right)
        if len(left) == 1 and self._cut_mark():
            if furniture.begins_link(self.shown.part(left[0], left[0] + 1), self.post.gap(right[0])):
                return self._tail_left_out(Place(left[0] + 1, left[0] + 1, right[0], right[-1] + 1))
            shown, posted = self.shown.tokens[left[0]].form, self.post.tokens[right[0]].form
            if posted.startswith(shown):
                self.omitted.append("it breaks off with a mark of omission")
                return True
        if len(right) == 1 and self._record_cut():
            shown, posted = self.shown.tokens[left[0]].form, self.post.tokens[right[0]].form
            if shown.startswith(posted):
                self._beyond(left)
                return True
        return False

    def _cut_start(self, left: list[int], right: list[int]) -> bool:
        """The first word shown is the end of one of the post's, and nothing says where the quotation begins."""
        if self.marked or left != [0] or right[0] != 0:
            return False
        shown, posted = self.shown.tokens[0].form, self.post.tokens[right[-1]].form
        if len(shown) < 2 or not posted.endswith(shown) or len(posted) - len(shown) > 2:
            return False
        self.omitted.append("it begins later than the post")
        return True

    def _slides(self, place: Place) -> Iterator[Place]:
        """The place, and where else it can be put: where words on both sides of it are the same, nobody can tell."""
        yield place
        for step in (1, -1):
            i, j1, j2 = place.i1, place.j1, place.j2
            i2 = place.i2
            for _ in range(SLIDES):
                if step > 0:
                    if j2 >= len(self.post.tokens) or i2 >= len(self.shown.tokens):
                        break
                    first = self.post.tokens[j1] if j2 > j1 else self.shown.tokens[i]
                    after = self.post.tokens[j2] if j2 > j1 else self.shown.tokens[i2]
                else:
                    if j1 == 0 or i == 0:
                        break
                    first = self.post.tokens[j1 - 1] if j2 > j1 else self.shown.tokens[i - 1]
                    after = self.post.tokens[j2 - 1] if j2 > j1 else self.shown.tokens[i2 - 1]
                if first.form != after.form:
                    break
                i, i2, j1, j2 = i + step, i2 + step, j1 + step, j2 + step
                yield Place(i, i2, j1, j2)

    # -- words of the post that the article has not

    def _left_out(self, place: Place) -> bool:
        if place.i1 == len(self.shown.tokens):
            return self._tail_left_out(place)
        if place.i1 == 0:
            return self._head_left_out(place)
        gap = self.shown.marks(place.i1)
        if not OMISSION.search(gap):
            return False
        own = OMISSION.search(self.post.marks(place.j1)) or OMISSION.search(self.post.marks(place.j2))
        if own and not _BRACKETED_OMISSION.search(gap):
            return False  # the author's own dots
        self.omitted.append("parts are left out, with marks of omission")
        return True

    def _tail_left_out(self, place: Place) -> bool:
        if self._cut_mark():
            self.omitted.append("it breaks off with a mark of omission")
        elif FULL_STOP.search(self.post.gap(place.j1)):
            self.omitted.append("it is the post's beginning")
        elif not self.marked:
            self.omitted.append("it breaks off before the post ends")
        else:
            return False
        return True

    def _cut_mark(self) -> bool:
        return OMISSION.search(self.shown.marks(len(self.shown.tokens))) is not None

    def _head_left_out(self, place: Place) -> bool:
        words = _weight(self.post.tokens[place.j1 : place.j2])
        if OMISSION.search(self.shown.marks(0)):
            self.omitted.append("it begins with a mark of omission")
        elif not self.marked:
            self.omitted.append("it begins later than the post")
        elif words >= 2 and FULL_STOP.search(self.post.gap(place.j2)):
            self.omitted.append("it begins with a later sentence of the post")
        else:
            return False
        return True

    # -- words of the article that the post has not

    def _added(self, place: Place) -> bool:
        shown = self.shown
        if place.i2 == len(shown.tokens) and self._record_cut():
            self._beyond(range(place.i1, place.i2))
            return True
        if self._set_apart(place):
            self.notes.append("Words set apart from them are not the post's.")
            return True
        if self.marked:
            return False
        words = _weight(shown.tokens[place.i1 : place.i2])
        if place.i1 == 0 and (_STARTS_ANEW.search(shown.gap(place.i2)) or words > 2):
            self.notes.append("Words that stand before them may be the article's own.")
            return True
        if place.i2 == len(shown.tokens) and place.i1 and (_STARTS_ANEW.search(shown.gap(place.i1)) or words > 2):
            self.notes.append("Words that stand behind them may be the article's own.")
            return True
        return False

    def _set_apart(self, place: Place) -> bool:
        """Whether these words stand on lines of their own above or below the post's, or in front of them as a label."""
        if place.i1 == 0:
            after = self.shown.gap(place.i2)
            return "\n" in after or (place.i2 <= MAX_LABEL and ":" in after)
        return place.i2 == len(self.shown.tokens) and "\n" in self.shown.gap(place.i1)

    def _record_cut(self) -> bool:
        return not self.version.complete or OMISSION.search(self.post.marks(len(self.post.tokens))) is not None

    def _beyond(self, left: Sequence[int]) -> None:
        self.uncovered = _weight([self.shown.tokens[at] for at in left])

    # -- all places

    @cached_property
    def result(self) -> _Result:
        if self.changes and self._other_characters():
            self.changes, self.parted = [], []
            self.notes.append("Chinese characters are those of the other standard.")
        if self.changes:
            return self._changed()
        mine, theirs = _weight(self.shown.tokens), _weight(self.post.tokens)
        shared = self._shared()
        if (
            (self.notes or self.omitted)
            and shared < min(SHORT, theirs, mine)
            and shared < LEAST_SHARED * min(mine, theirs)
        ):
            return _Result(QuoteVerdict.UNKNOWN, "Hardly a word is shared: these are not this post's words.")
        notes = " ".join(("", *dict.fromkeys(self.notes)))
        if self.uncovered > 0.5 * _weight(self.shown.tokens):
            return _Result(QuoteVerdict.UNKNOWN, "The record is cut: it has less than half of the words shown.")
        if self.uncovered:
            notes += " The record is cut, and says nothing of the rest."
        if self.omitted:
            how = "; ".join(dict.fromkeys(self.omitted))
            return _Result(QuoteVerdict.SHORTENED, f"Faithful as far as it goes: {how}.{notes}")
        return _Result(QuoteVerdict.TRIVIAL, f"The same words; typography, links or signs differ.{notes}")

    def _shared(self) -> float:
        """Words that both have."""
        tokens = self.shown.tokens
        return _weight(tokens) - sum(_weight(tokens[place.i1 : place.i2]) for place in self.parted)

    def _other_characters(self) -> bool:
        pairs = [
            ("".join(self.shown.tokens[at].form for at in left), "".join(self.post.tokens[at].form for at in right))
            for left, right, _ in self.changes
        ]
        return all(one and sameness.other_characters(one, other) for one, other in pairs)

    def _changed(self) -> _Result:
        weights = [
            max(_weight([self.shown.tokens[i] for i in left]), _weight([self.post.tokens[j] for j in right]))
            for left, right, _ in self.changes
        ]
        mine, theirs = _weight(self.shown.tokens), _weight(self.post.tokens)
        least = max(min(mine, theirs), 1.0)
        # what was let pass at the ends counts here: a part of a post shares all its words with it
        apart = least - self._shared()
        weight = sum(weights)
        share = max(weight / max(mine, 1.0), apart / least)
        verdict, reason, language = self._verdict(max(weight, apart), share)
        told = verdict is QuoteVerdict.ALTERED or (verdict is QuoteVerdict.UNKNOWN and len(self.changes) <= FEW_CHANGES)
        changes = self._told() if told else ()
        return _Result(verdict, reason, changes, weight, language)

    def _verdict(self, weight: float, share: float) -> tuple[QuoteVerdict, str, str | None]:
        shown, post = self.shown.text, self.post.text
        language = language_of(shown)
        if share >= ANEW_SHARE and self._other_language():
            return (
                QuoteVerdict.TRANSLATED,
                f"The article shows the post in another language.{self._numbers()}",
                language,
            )
        few = min(_weight(self.shown.tokens), _weight(self.post.tokens)) < SHORT
        if few and share > 0.9:
            return (
                QuoteVerdict.UNKNOWN,
                "The words are other ones, and too few to tell a translation from an alteration.",
                None,
            )
        places = 0 if self._keeps_the_words() else len(self.parted)
        measure = (places, weight, share)
        if not few and any(all(map(ge, measure, least)) for least in THROUGHOUT):
            if share > 0.6 and not _related(shown, post):
                return QuoteVerdict.UNKNOWN, "Hardly a word is shared: these are not this post's words.", None
            return (
                QuoteVerdict.TRANSLATED,
                f"Worded anew throughout, as a translation there and back leaves it.{self._numbers()}",
                language,
            )
        if any(all(map(ge, measure, least)) for least in DOUBTFUL):
            reason = "Several words differ in a short text: an alteration, or a translation there and back."
            return QuoteVerdict.UNKNOWN, reason, None
        places = len(self._merged())
        where = "One place differs" if places == 1 else f"{places} places differ"
        return QuoteVerdict.ALTERED, f"{where} from the post's words.", None

    def _keeps_the_words(self) -> bool:
        """Whether the words are the same ones in another order, or all are kept and some left out or put in: no
        translation does so."""
        if not any(left for left, _, _ in self.changes) or not any(right for _, right, _ in self.changes):
            return True
        ours = sorted(self.shown.tokens[at].form for left, _, _ in self.changes for at in left)
        return ours == sorted(self.post.tokens[at].form for _, right, _ in self.changes for at in right)

    def _other_language(self) -> bool:
        """Whether the words shown are in another language than the post's."""
        shown, post = self.shown.text, self.post.text
        if _script(self.shown) != _script(self.post):
            return True
        mine, theirs = language_of(shown), language_of(post) or self.version.language
        if mine and theirs:
            return contradicts(shown, theirs) is not None or _primary(mine) != _primary(theirs)
        ours, others = scores(shown), scores(post)
        most = max(ours, key=lambda one: ours[one], default="")
        return any(ours.get(language, 0) > 1 and others.get(language, 0) == 0 for language in (mine or most, most))

    def _numbers(self) -> str:
        """What of a translation's numbers differs: worth a look, and no alarm."""
        mine, theirs = comparable(self.shown.text), comparable(self.post.text)
        if self.omitted or mine.cut or theirs.cut or self.shown.text[-3:] == "...":
            theirs_only: set[str] = set()
        else:
            theirs_only = set(theirs.numbers - mine.numbers)
        mine_only = set(mine.numbers - theirs.numbers)
        if mine_only and theirs_only:
            shown, posted = (", ".join(sorted(side)[:3]) for side in (mine_only, theirs_only))
            return f" It shows {shown} where the post has {posted}."
        return ""

    def _merged(self) -> list[Place]:
        """The changes, those with only one shared word between them as one (words that changed places)."""
        out: list[Place] = []
        for _, _, place in self.changes:
            if out and place.i1 - out[-1].i2 <= 1 and place.j1 - out[-1].j2 <= 1:
                out[-1] = Place(out[-1].i1, place.i2, out[-1].j1, place.j2)
            else:
                out.append(place)
        return out

    def _told(self) -> tuple[Change, ...]:
        return tuple(
            Change(
                printed=_short(self.shown.part(place.i1, place.i2)),
                posted=_short(self.post.part(place.j1, place.j2)),
                before=_short(self.shown.part(max(0, place.i1 - self._before(place.i1)), place.i1)),
            )
            for place in self._merged()
        )

    def _before(self, at: int) -> int:
        return 3 * WORDS_BEFORE if at and is_sign(self.shown.tokens[at - 1]) else WORDS_BEFORE


def _primary(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()


def _span(indices: Sequence[int]) -> range:
    return range(indices[0], indices[-1] + 1)


def _ends(indices: Sequence[int], stop: int) -> tuple[int, int]:
    """From the first to behind the last of these; nothing, before `stop`, where there are none."""
    return (indices[0], indices[-1] + 1) if indices else (stop, stop)


def _of(wording: Wording, indices: Sequence[int], sort: str) -> list[int]:
    return [at for at in indices if wording.tokens[at].sort == sort]


def _tells(wording: Wording, start: int, stop: int) -> bool:
    """Whether these tokens name an account or count: two that differ are a change."""
    return any(token.sort == "mention" or token.form.isdecimal() for token in wording.tokens[start:stop])


def _in_brackets(wording: Wording, at: int) -> bool:
    token = wording.tokens[at]
    before = wording.text[max(0, token.start - 120) : token.start]
    after = wording.text[token.end : token.end + 120]
    opened, closed = before.rfind("["), after.find("]")
    return opened > before.rfind("]") and closed >= 0 and not 0 <= after.find("[") < closed


def _script(wording: Wording) -> str:
    counts: dict[str, int] = {}
    for char in wording.text[:4000]:
        if char.isalpha():
            for name, block in _SCRIPTS:
                if block.match(char):
                    counts[name] = counts.get(name, 0) + 1
                    break
    return max(counts, key=lambda name: counts[name], default="")


_SCRIPTS = tuple(
    (name, regex.compile(pattern))
    for name, pattern in (
        *(
            (name, rf"\p{{{name}}}")
            for name in ("Latin", "Cyrillic", "Arabic", "Hangul", "Hebrew", "Greek", "Devanagari")
        ),
        ("Han", r"[\p{Han}\p{Hiragana}\p{Katakana}]"),
        ("other", "."),
    )
)


def _related(shown: str, post: str) -> bool:
    """Whether enough of the content is shared that the one can be a rewording of the other."""
    found = likeness(shown, post)
    alike = max(found.features.get(name, 0.0) for name in ("both", "contained"))
    return found.kind == "same" or alike >= (RELATED_UNSPACED if UNSPACED.search(post) else RELATED)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
