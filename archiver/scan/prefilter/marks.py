"""What is searched for in the bytes of a page, to tell whether it can hold a post?

Four kinds. Marks of posts as HTML, and addresses of posts: one is enough. Places in which a post may stand flattened
into the text: what stands around them is looked at (`archiver.scan.prefilter.inwords`). Whether letters are coded in
the page, or its bytes are no UTF-8: then it is searched again, decoded. And what HTML in base64 begins like: that is
decoded, too.

All of it is told by the platforms (`archiver.platforms.marks`) and by detection (`archiver.detect.sources`); a platform
that tells nothing is looked for by what its rules wait for, and by its hosts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from archiver.detect import containers, sources
from archiver.detect.permalinks import Permalinks
from archiver.platforms.base import EmbedRule, Platform
from archiver.platforms.marks import Mark, of_attribute, of_class, of_tag, one_of, source
from archiver.platforms.markup import BLOCKS, HIDDEN


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """A mark as regular expressions for bytes, for both cases of letters, in which `.` is any byte."""

    found: bytes
    """What is searched for."""
    whole: re.Pattern[bytes] | None
    """The same with what stands directly before it; null: nothing need."""
    tag: bytes | None
    """What stands in the same tag; null: nothing need."""
    address: bool = False
    """Whether it is that of a post's address, which stands in many places that are no embed."""
    declares: bool = False
    """Whether it is no post's, but declares embeds: `Sought.declared`."""
    script: bool = False
    """Whether it counts in the text of scripts, too."""


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for."""

    posts: tuple[Pattern, ...]
    """One of these is in every page that holds a post as HTML or names one."""
    addresses: tuple[Pattern, ...]
    """Those of them that a bare text may have."""
    places: tuple[bytes, ...]
    """Where a post may be flattened into the text of a page; what is found ends behind the place."""
    text_places: tuple[bytes, ...]
    """The same in a bare text."""
    declared: tuple[Pattern, ...]
    """Classes and elements by which a page declares embeds: in a page with one, every address counts."""
    plain: bool
    """Whether an address may be told from an embed's by where it stands: not where a platform waits for tags that
    nothing is known of."""
    permalinks: Permalinks
    """What names a post among addresses."""
    tags: tuple[bytes, ...]
    """What patterns ask for in the same tag."""
    always: bool = False
    """Whether a platform tells nothing by which a page without its posts could be known."""


NOT_UTF8 = rb"[\xc0-\xff][\x00-\x7f\xc0-\xff]|[\x00-\x7f][\x80-\xbf]|\x1b\$"
"""A character that is cut, and the beginning of Japanese letters in ISO-2022-JP."""


_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def _base64(text: bytes) -> Iterator[bytes]:
    """What `text` is in base64 (RFC 4648, both alphabets), for each of the three places in a group of bytes where it
    may begin, as a regular expression. What its neighbours decide alone is left out."""
    for before in range(3):
        bits = "?" * 8 * before + "".join(f"{byte:08b}" for byte in text)
        bits += "?" * (-len(bits) % 6)
        out = b""
        for six in (bits[at : at + 6] for at in range(0, len(bits), 6)):
            can_be = bytes(
                d for n, d in enumerate(_DIGITS) if all(a in ("?", b) for a, b in zip(six, f"{n:06b}", strict=True))
            )
            if len(can_be) < len(_DIGITS):
                can_be += (b"_" if b"/" in can_be else b"") + (b"-" if b"+" in can_be else b"")
                out += b"[" + re.escape(can_be) + b"]"
        yield out


BASE64 = (
    *(
        form
        for text in (b"://", b'"//', b"'//", b"]//", b"=//", b"data-", b"%3C", b"%3c", b"&lt;")
        for form in _base64(text)
    ),
    # base64 of base64 of `<`
    rb"[\"'=>;,\s]U(?:E[a-z0-9]|EN|F[A-Za-z])[A-Za-z0-9+/_-]",
    rb"[\"'=>;,\s]VU[VWUZ][A-Za-z0-9+/_-]",
)
"""What is in every piece of HTML that is kept in base64; capitals count."""


def sought(platforms: Sequence[Platform]) -> Sought:
    """What is looked for, for these platforms."""
    always = False
    addresses: list[Mark] = []
    posts: list[Mark] = list(sources.marks(platforms))
    scripts: list[Mark] = []
    for platform in platforms:
        own = tuple(getattr(platform, "address_marks", ()))
        if own:
            addresses += own
        elif platform.hosts:
            addresses.append(Mark(one_of(platform.hosts)))
        else:
            always = True
        for rule in platform.embed_rules:
            told = tuple(loose(rule) if rule.marks is None else rule.marks)
            if rule.in_script:
                scripts += told
            else:
                posts += told
    named = tuple(msgspec.structs.replace(_pattern(mark), address=True) for mark in dict.fromkeys(addresses))
    others = tuple(map(_pattern, dict.fromkeys(mark for mark in posts if mark not in addresses)))
    drawing = tuple(msgspec.structs.replace(_pattern(mark), script=True) for mark in dict.fromkeys(scripts))
    declared = tuple(msgspec.structs.replace(_pattern(mark), declares=True) for mark in _declared(platforms))
    return Sought(
        posts=(*named, *others, *drawing),
        addresses=named,
        places=tuple(dict.fromkeys(_places(platforms, in_html=True))),
        text_places=tuple(dict.fromkeys(_places(platforms, in_html=False))),
        always=always,
        declared=declared,
        plain=_plain(platforms),
        permalinks=Permalinks(platforms),
        tags=tuple(dict.fromkeys(pattern.tag for pattern in (*others, *declared) if pattern.tag is not None)),
    )


_COMMON = frozenset({"blockquote", "iframe", "amp-iframe", "embed", "object", "p", "h4", "video", "source"})
"""Elements of any page whose rules read addresses in places that `archiver.scan.prefilter.standing` knows."""

_ANY = (
    BLOCKS | HIDDEN | {"a", "span", "b", "i", "em", "strong", "q", "cite", "time", "img", "button", "label"}
) - _COMMON


def _declared(platforms: Sequence[Platform]) -> Iterator[Mark]:
    rules = [rule for platform in platforms for rule in platform.embed_rules]
    words = {*containers.ALIASES, *(platform.name for platform in platforms)}  # in sentences, too
    yield of_class("twitter-tweet", *(name for rule in rules for name in rule.classes - words))
    yield of_tag("twitter-widget", *(tag for rule in rules for tag in rule.tags - _COMMON))


def _plain(platforms: Sequence[Platform]) -> bool:
    return not any(rule.tags & _ANY for platform in platforms for rule in platform.embed_rules)


def loose(rule: EmbedRule) -> Iterator[Mark]:
    """The marks of a rule that tells none: what it waits for."""
    if rule.tags:
        yield of_tag(*rule.tags)
    if rule.classes:
        yield of_class(*rule.classes)
    if rule.attributes:
        yield of_attribute(*rule.attributes)
    if rule.id_prefixes:
        yield Mark(one_of(rule.id_prefixes), before="{^}")
    if rule.in_script:
        yield Mark(one_of(rule.in_script))


def _pattern(mark: Mark) -> Pattern:
    return Pattern(
        found=source(mark.pattern),
        whole=_compiled(mark.before + mark.pattern) if mark.before else None,
        tag=source(mark.tag) if mark.tag else None,
    )


def _compiled(mark: str) -> re.Pattern[bytes]:
    return re.compile(source(mark), re.IGNORECASE | re.DOTALL)


# --- places in the text
# -----------------------------------------------------------------------------------------------------------------

SIGNED = (rb"@", rb"\xef\xbc\xa0", rb"&#64", rb"&#064", rb"&#x40", rb"&#x040", rb"&commat")
"""Where an `@` is, and a full-width one. Bare strings cost next to nothing; which of them are a mail's is told where
they are found."""

LOST = (
    # `(ana_example)` in one piece; and brackets of which some part is coded, or parted by tags
    rb"\([a-z0-9_\\][a-z0-9_.\\@-]*\)[ \t\r\n<&,.:\xc2\xe2>|-]",
    rb"\([a-z0-9_\\][a-z0-9_.\\@-]*(?:</|&#|&n|&r|\xc2\xa0|\xe2\x80|\xef\xbc)",
    *(rb"\([ \t\r\n]+" + other for other in (rb"[a-z0-9_][a-z0-9_.\\-]*[ \t\r\n<&)]", rb"<", rb"&")),
    *(rb"\(" + other for other in (rb"\[", rb"<", rb"&#", rb"&nbsp", rb"\xc2\xa0", rb"\xe2\x80")),
    *(rb"\xef\xbc\x88", rb"&#40", rb"&#040", rb"&#x28", rb"&#x028", rb"&lpar"),
)
"""Where a handle may stand in brackets that has lost its `@`."""


def _places(platforms: Sequence[Platform], *, in_html: bool) -> Iterator[bytes]:
    yield from SIGNED
    yield from LOST if any(platform.signature is not None for platform in platforms) else ()
    for platform in platforms:
        for rule in platform.text_rules:
            if in_html and not rule.in_html:
                continue
            if rule.marks is not None:
                yield from (source(mark.pattern) for mark in rule.marks)
                continue
            yield from (_spaced(trigger) for trigger in rule.triggers if not ("@" in trigger or "＠" in trigger))
        if platform.signature is not None and not in_html:
            yield from (_spaced(trigger) + rb"\s?\." for trigger in platform.signature.media_triggers)


def _spaced(trigger: str) -> bytes:
    """A trigger in the source of a page, where any white space, a tag or a reference may stand for its first space."""
    if len(trigger) == 1 and not trigger.isascii():
        return b"(?:%b|&#%d;|&#x%x;)" % (trigger.encode("utf-8"), ord(trigger), ord(trigger))
    first, *rest = (re.escape(word.encode("utf-8", "surrogatepass")) for word in trigger.split())
    if not rest:
        return first
    return first + rb"(?:[ \t\r\n]+" + rest[0] + rb"|[ \t\r\n]*(?:<|&|\xc2\xa0))"
