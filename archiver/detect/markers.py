"""Which posts does a text name only by the hidden markers around their frame?

The BBC and its services write, for screen readers, where an embed begins and ends, and who posted it:

    Skip Twitter post by @ana_example
    …the consent wall, the post, or nothing…
    End of Twitter post by @ana_example

What a signature between them says is read as a signature; these markers count where nothing else names the post.

Cost: one native search for `@`; a bounded window around each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from archiver.detect.claims import Claims
from archiver.platforms.base import Platform

REACH = 3000
"""Code points between the two markers: a consent wall, or a long post."""

_NAMES = (
    r"(?:twitter|x|instagram|facebook|youtube|tiktok|telegram|threads|bluesky|mastodon|ٹوئٹر|ٹویٹر|твиттер|توییتر|تويتر"
    r"|ट्विटर)"
)
_POST = (
    r"(?:posts?|tweets?|publicaci[óo]n|publicação|publication|beitrag|paylaşımı?|пост|запись|допис|منشور|پوسٹ|पोस्ट|পোস্ট"
    r"|kiriman|chapisho|bài đăng|video|content|contenido|conteúdo)"
)
_BEFORE = re.compile(
    rf"(?:^|\n)[ \t>*]{{0,4}}(?P<verb>[^\n@]{{0,40}}?)(?<!\w)"
    rf"(?:(?P<first>{_NAMES})[ \u00a0]{_POST}|{_POST}[^\n@]{{1,6}}(?P<last>{_NAMES}))"
    r"(?P<number>[, ]{0,2}\d{0,2})[ \u00a0]"
    r"(?:by|de|do|da|von|di|par|por|oleh|af|av|của|от|від|tarafından)[ \u00a0]{1,2}$",
    re.IGNORECASE,
)
_AFTER_URDU = re.compile(
    rf"[ \u00a0]کی[ \u00a0](?P<where>{_NAMES})[ \u00a0](?:پر[ \u00a0])?پوسٹ(?P<ends>[ \u00a0]کا[ \u00a0]خاتمہ)?"
)
_ENDS = re.compile(
    r"\W{0,4}(?:end|final|fin|ende|fine|koniec|конец|кінець|завершення|окончание|خاتمہ|نهاية|پایان|समाप्त|akhir|mwisho"
    r"|kết thúc|sonu)(?:\W|$)",
    re.IGNORECASE,
)
_SKIPS = re.compile(
    r"\W{0,4}(?:skip|saltar|pular|pule|ignorer|überspringen|salta|пропустить|пропустити|تخطى|نظرانداز|چھوڑیں|lewati|ruka"
    r"|bỏ qua|geç|atla)(?:\W|$)",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]){0,80}", re.ASCII)
_CONSENT = re.compile(
    r"cookies|consent|permission|zustimm|einwillig|consentement|permiso|consentimiento|cookie|согласи|اجازت",
    re.IGNORECASE,
)
_PLATFORMS = {"twitter": "x", "ٹوئٹر": "x", "ٹویٹر": "x", "твиттер": "x", "توییتر": "x", "تويتر": "x", "ट्विटर": "x"}


class Marked(msgspec.Struct, frozen=True, kw_only=True):
    """A post between two markers, or after or before one."""

    platform: Platform
    start: int
    end: int
    handle: str
    words: tuple[int, int] | None
    shape: str
    estimate: float


class _Marker(msgspec.Struct, frozen=True):
    start: int
    end: int
    handle: str
    platform: str
    ends: bool | None
    """Whether it stands behind the post; null where it does not say."""
    number: str


def find(
    text: str, platforms: Sequence[Platform], taken: Claims, known: frozenset[tuple[str, str]]
) -> Iterator[Marked]:
    """Posts that only such markers name, in document order.

    `known`: platform and handle (in small letters) of the posts that something else names already.
    """
    by_name = {platform.name: platform for platform in platforms}
    opened: _Marker | None = None
    for marker in _markers(text):
        if marker.platform not in by_name:
            continue
        same = (
            opened is not None
            and (opened.handle.lower(), opened.platform, opened.number)
            == (marker.handle.lower(), marker.platform, marker.number)
            and marker.start - opened.end <= REACH
        )
        if not marker.ends:
            if opened is not None and not same:
                yield from _one(opened, by_name, taken, known)
            opened = opened if same else marker
            continue
        if opened is not None and same:
            if not taken.overlap(opened.end, marker.start):
                yield _pair(opened, marker, by_name, text)
        else:
            if opened is not None:
                yield from _one(opened, by_name, taken, known)
            yield from _one(marker, by_name, taken, known)
        opened = None
    if opened is not None:
        yield from _one(opened, by_name, taken, known)


def _markers(text: str) -> Iterator[_Marker]:
    at = text.find("@")
    while at >= 0:
        after = at + 1
        if found := _HANDLE.match(text, after):
            handle = found[0].rstrip(".-")
            end = after + len(handle)
            line = text.rfind("\n", max(0, at - 90), at)
            before = _BEFORE.search(text[max(0, line, at - 90) : at])
            if before is not None:
                start = max(0, line, at - 90) + before.start()
                start += text[start : start + 1] == "\n"
                verb = before["verb"]
                ends = True if _ENDS.match(verb) else False if _SKIPS.match(verb) else None
                if (ends is not None or not verb.strip()) and text[end : end + 1] in ("", "\n", "\r", " "):
                    yield _Marker(
                        start,
                        end,
                        handle,
                        _platform(before["first"] or before["last"]),
                        ends,
                        before["number"].strip(", "),
                    )
            elif urdu := _AFTER_URDU.match(text, end):
                yield _Marker(at, urdu.end(), handle, _platform(urdu["where"]), urdu["ends"] is not None, "")
            after = end
        at = text.find("@", after)


def _platform(where: str) -> str:
    return _PLATFORMS.get(where.lower(), where.lower())


def _pair(opened: _Marker, closed: _Marker, by_name: dict[str, Platform], text: str) -> Marked:
    start, end = opened.end, closed.start
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    wall = _CONSENT.search(text, start, end)
    return Marked(
        platform=by_name[opened.platform],
        start=opened.start,
        end=closed.end,
        handle=opened.handle,
        words=None if start == end or wall else (start, end),
        shape="two markers, consent wall" if wall else "two markers" if start == end else "words between two markers",
        estimate=0.85,
    )


def _one(
    marker: _Marker, by_name: dict[str, Platform], taken: Claims, known: frozenset[tuple[str, str]]
) -> Iterator[Marked]:
    """The post of a marker whose other one is lost, where nothing else names a post of this author."""
    if (marker.platform, marker.handle.lower()) in known or taken.overlap(marker.start, marker.end):
        return
    yield Marked(
        platform=by_name[marker.platform],
        start=marker.start,
        end=marker.end,
        handle=marker.handle,
        words=None,
        shape="one marker",
        estimate=0.6,
    )
