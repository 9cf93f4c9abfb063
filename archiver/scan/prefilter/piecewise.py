"""Searches all that is looked for in a page where hyperscan is not installed (RE2): which patterns are in which piece
of it, and where, in these pieces, for these patterns alone.

RE2 tells in one pass which of many patterns are in a text, but not where. So a page is cut into pieces, where tags
begin: most hold nothing that is looked for, the others one or two patterns.

Cost: one pass over the page, and one over such a piece for each pattern in it. Patterns are compiled in milliseconds.

Source: https://github.com/google/re2 (re2/re2.h, re2/set.h, doc/syntax.txt).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from typing import Any

import msgspec

from archiver.scan.prefilter import hidden, letters, marks
from archiver.scan.prefilter.inwords import Place
from archiver.scan.prefilter.marks import Pattern, Sought
from archiver.scan.prefilter.reaching import beginning, reaches
from archiver.scan.prefilter.seen import MAX_ASKED, MAX_PLACES, Kind, Seen, Spans, is_mail

PIECE = 8_192
"""Bytes of a piece, and as many more as there are to the next `<`."""

OVERLAP = 512
"""Bytes of a piece that the next one has, too. What is found may reach as far before a `<` (`reaching`)."""

SET_MEMORY = 16 << 20
"""Bytes that RE2 may take for the states of many patterns together; with half of it, it makes them over and over."""

ONE_MEMORY = 1 << 20
"""The same for one pattern; where it is not enough, RE2 goes on without them, more slowly."""

MAX_AGAIN = 32 << 20
"""Bytes of one page that are read once more because what is found overlaps."""

ANY_CASE = b"(?is)"


class _EnoughError(Exception):
    """More is found than is worth looking at."""


class _One(msgspec.Struct, frozen=True):
    """One pattern, to find where it is."""

    regexp: Any
    mark: Pattern | None = None
    """The mark or the address that it is; null: a place in the text."""
    lost: bool = False
    """Whether it is one of brackets."""
    form: int = -1
    """Which of `hidden.FORMS` it is; then it is found without RE2."""
    reaches: bool = False
    """Whether it may reach over pieces."""


class _Search(msgspec.Struct, frozen=True):
    """What is searched for together."""

    patterns: Any
    """All of it; what each is follows from its number: the first are those below."""
    ones: tuple[_One, ...]
    unknown: tuple[_One, ...]
    """Those that reach over pieces and begin like nothing in particular."""


READ, CODED, NOT_UTF8, BASE64, TAGS, SIGN, FIRST = range(7)

NEVER = rb"[^\x00-\xff]"


class Piecewise:
    """RE2."""

    name = "re2"

    def __init__(self, sought: Sought) -> None:
        import re2

        self._re2 = re2
        self._sought = sought
        self._searches: dict[Kind | None, _Search] = {}
        self._forms = [(number, form) for number, form in enumerate(hidden.FORMS) if not form.startswith(b"<")]
        self._tags = _Tags([(number, form) for number, form in enumerate(hidden.FORMS) if form.startswith(b"<")])
        self._in_tags = self._set([ANY_CASE + form for form in sought.tags])
        self._coded = self._one(letters.CODED)
        self._base64 = self._one(b"|".join(marks.BASE64), flags=b"(?sU)")
        self._again = 0

    # --- what is searched for
    # -------------------------------------------------------------------------------------------------------------

    def _options(self, memory: int) -> Any:
        options = self._re2.Options()
        options.encoding = self._re2.Options.Encoding.LATIN1
        options.never_capture = True
        options.log_errors = False
        options.max_mem = memory
        return options

    def _one(self, source: bytes, *, flags: bytes = b"(?isU)") -> Any:
        return self._re2.compile(flags + _as_re2_has_it(source), self._options(ONE_MEMORY))

    def _set(self, sources: Sequence[bytes]) -> Any:
        """Some patterns, after `READ`. That is in all that is read to its end: where RE2 gives up, it says nothing."""
        made = self._re2.Set.SearchSet(self._options(SET_MEMORY))
        made.Add(rb"(?s).\z")
        for source in sources:
            made.Add(_as_re2_has_it(source))
        made.Compile()
        return made

    def _search(self, kind: Kind | None) -> _Search:
        """What is searched for in a page, in a bare text, and (null) in what is shown of a page."""
        known = self._searches.get(kind)
        if known is None:
            known = self._searches[kind] = self._made(kind)
        return known

    def _made(self, kind: Kind | None) -> _Search:
        sought = self._sought
        sources: list[bytes] = []
        ones: list[_One] = []
        if kind == "html":
            ones += (self._known(pattern.found, mark=pattern) for pattern in (*sought.posts, *sought.declared))
            sources += (pattern.found for pattern in (*sought.posts, *sought.declared))
            for number, form in self._forms:
                ones.append(self._known(re.escape(form), form=number))
                sources.append(re.escape(form))
        else:
            posts = sought.addresses if kind == "text" else ()
            ones += (self._known(pattern.found, mark=pattern) for pattern in posts)
            sources += (pattern.found for pattern in posts)
            signs, lost = len(marks.SIGNED), len(marks.SIGNED) + len(marks.LOST)
            for number, place in enumerate(sought.text_places if kind == "text" else sought.places):
                if place != b"@":
                    ones.append(self._known(place, lost=signs <= number < lost))
                    sources.append(place)
        unknown = tuple(one for one, source in zip(ones, sources, strict=True) if one.reaches and not beginning(source))
        return _Search(
            patterns=self._set(
                (
                    ANY_CASE + letters.CODED if kind else NEVER,
                    b"(?s)" + marks.NOT_UTF8 if kind else NEVER,
                    b"(?s)" + b"|".join(map(_less, marks.BASE64)) if kind == "html" else NEVER,
                    ANY_CASE + self._tags.source if kind == "html" else NEVER,
                    NEVER if kind == "html" else b"@",
                    *(
                        ANY_CASE + ((re.escape(beginning(source)) or NEVER) if one.reaches else source)
                        for one, source in zip(ones, sources, strict=True)
                    ),
                )
            ),
            ones=tuple(ones),
            unknown=unknown,
        )

    def _known(self, source: bytes, *, mark: Pattern | None = None, lost: bool = False, form: int = -1) -> _One:
        return _One(self._one(source), mark, lost, form, reaches(source))

    # --- searching
    # -------------------------------------------------------------------------------------------------------------

    def scan(self, data: bytes, kind: Kind, near: Spans | None = None) -> Seen:
        search = self._search(kind)
        seen = Seen()
        self._again = 0
        try:
            for low, high in ((0, len(data)),) if near is None else near:
                self._look(search, data, low, high, seen, structure=near is None)
        except _EnoughError:
            seen.post = True
        seen.asked.sort(key=_end_of_asked)
        seen.coded.sort()
        seen.structure.sort()
        return seen

    def places(self, data: bytes) -> list[Place]:
        seen = Seen()
        self._again = 0
        try:
            self._look(self._search(None), data, 0, len(data), seen, structure=False)
        except _EnoughError:
            return [Place(0)] * MAX_PLACES
        return seen.places

    def tags_in(self, tag: bytes) -> Set[int]:
        found = self._in_tags.Match(tag)
        if found is None or READ not in found:
            return set(range(len(self._sought.tags) if tag else 0))
        return {number - 1 for number in found if number != READ}

    def _look(self, search: _Search, data: bytes, low: int, high: int, seen: Seen, *, structure: bool) -> None:
        over: set[int] = set()
        later: list[tuple[_One, int, int, int]] = []
        done = low
        match = search.patterns.Match
        for start, stop in _pieces(data, low, high):
            found = match(data[start:stop])
            if found is None or READ not in found:
                raise _EnoughError
            if len(found) > 1:
                small: bytes | None = None
                for number in found:
                    if number >= FIRST:
                        one = search.ones[number - FIRST]
                        if one.reaches:
                            over.add(number - FIRST)
                        elif one.mark is not None and one.mark.declares:
                            later.append((one, start, stop, done))
                        elif one.form < 0:
                            self._found(one, data, start, stop, done, seen)
                        elif structure:
                            small = data[start:stop].lower() if small is None else small
                            _forms(small, one.form, start, done, seen.structure)
                    elif number == CODED:
                        seen.coded += (end for end in self._coded_ends(data, start, stop) if end > done)
                    elif number == NOT_UTF8:
                        seen.not_utf8 = True
                    elif number == BASE64:
                        seen.base64 += (end for end in self._ends(self._base64, data, start, stop) if end > done)
                    elif number == TAGS and structure:
                        seen.structure += self._tags.within(data, start, stop, done)
                    elif number == SIGN:
                        _signs(data, start, stop, done, seen.places)
            if len(seen.base64) > MAX_PLACES or len(seen.places) > MAX_PLACES:
                raise _EnoughError
            done = stop
        for one in (*search.unknown, *(search.ones[number] for number in over)):
            self._found(one, data, low, high, low, seen)
        if seen.coded or not structure or any(mark.address for mark, _ in seen.asked):
            # what declares embeds counts only beside addresses
            for one, start, stop, told in later:
                self._found(one, data, start, stop, told, seen)

    def _found(self, one: _One, data: bytes, start: int, stop: int, done: int, seen: Seen) -> None:
        """Tell where a pattern is from `start` to `stop`; what ends at `done` or before has been told."""
        count = 0
        for end in self._ends(one.regexp, data, start, stop):
            if end <= done:
                continue
            if one.mark is not None:
                seen.asked.append((one.mark, end))
            else:
                seen.places.append(Place(end, one.lost))
            count += 1
            if count > MAX_PLACES or len(seen.asked) > MAX_ASKED:
                raise _EnoughError

    def _ends(self, regexp: Any, data: bytes, start: int, stop: int) -> Iterator[int]:
        """Where it ends, for each place where it begins."""
        search = regexp.search
        while (found := search(data, start, stop)) is not None:
            begin, end = found.span()
            yield end
            start = begin + 1
            self._again += end - begin
            if self._again > MAX_AGAIN:
                raise _EnoughError

    def _coded_ends(self, data: bytes, start: int, stop: int) -> Iterator[int]:
        """The same for coded letters, which often stand side by side; one may begin with the last sign of another."""
        while (found := self._coded.search(data, start, stop)) is not None:
            end = found.end()
            yield end
            while (beside := _CODED.match(data, end - 1, stop) or _CODED.match(data, end, stop)) is not None:
                end = beside.end()
                yield end
            start = end - 1


_CODED = re.compile(letters.CODED, re.IGNORECASE | re.DOTALL)


def _pieces(data: bytes, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Pieces that end with the `<` of a tag; the next one begins before it."""
    start = low
    while start < high:
        stop = data.find(b"<", start + PIECE, high) + 1
        if not stop or stop == high:
            yield start, high
            return
        yield start, stop
        start = stop - OVERLAP


def _signs(data: bytes, start: int, stop: int, done: int, places: list[Place]) -> None:
    at = data.find(b"@", max(start, done), stop)
    while at >= 0:
        if not is_mail(data, at + 1):
            places.append(Place(at + 1))
        at = data.find(b"@", at + 1, stop)


def _forms(small: bytes, form: int, start: int, done: int, structure: hidden.Structure) -> None:
    """small: the piece from `start` on in small letters."""
    literal = hidden.FORMS[form]
    at = small.find(literal, max(0, done - start - len(literal) + 1))
    while at >= 0:
        structure.append((start + at, form))
        at = small.find(literal, at + 1)


def _end_of_asked(asked: tuple[Pattern, int]) -> int:
    return asked[1]


class _Tags:
    """Where tags are. There are many, and the standard library finds what begins with one sign that has no case."""

    def __init__(self, forms: Sequence[tuple[int, bytes]]) -> None:
        self.source = b"|".join(re.escape(form) for _, form in forms)
        self._regexp = re.compile(b"<" + _one_of([form[1:] for _, form in forms]))
        self._numbers = {form: tuple(number for number, other in forms if form.startswith(other)) for _, form in forms}

    def within(self, data: bytes, start: int, stop: int, done: int) -> Iterator[tuple[int, int]]:
        for found in self._regexp.finditer(data, start, stop):
            if found.end() > done:
                at = found.start()
                for number in self._numbers[found[0].lower()]:
                    yield at, number


def _one_of(literals: Sequence[bytes]) -> bytes:
    """A regular expression for the longest of them, in any case, in which no two alternatives begin alike."""
    first = sorted({literal[:1] for literal in literals} - {b""})
    made = [_in_any_case(sign) + _one_of([lit[1:] for lit in literals if lit[:1] == sign]) for sign in first]
    return b"".join(made) if len(made) == 1 and b"" not in literals else _group(made, b"" in literals)


def _group(made: Sequence[bytes], ends: bool) -> bytes:
    return b"(?:" + b"|".join(made) + (b")?" if ends else b")") if made else b""


def _in_any_case(sign: bytes) -> bytes:
    return b"[" + sign.lower() + sign.upper() + b"]" if sign.isalpha() else re.escape(sign)


# --- patterns
# -----------------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(rb"\\(.)|\[\^?\]?|\]", re.DOTALL)


def _as_re2_has_it(source: bytes) -> bytes:
    r"""RE2's `\s` is without the vertical tab."""
    inside = False

    def token(found: re.Match[bytes]) -> bytes:
        nonlocal inside
        if found[1] is None:
            inside = not found[0].startswith(b"]") if not inside else found[0].startswith(b"[")
        elif found[1] == b"s":
            return rb"\s\v" if inside else rb"[\s\v]"
        return found[0]

    return _TOKEN.sub(token, source)


_EDGES = re.compile(rb"^\[[^\]\\\s]{2,}\](?=[^?*+{])|\[[^\]]{2,}\]$")


def _less(form: bytes) -> bytes:
    """What is in all that a form of base64 is, without what its neighbours decide in part: fewer states."""
    return _EDGES.sub(b"", form)
