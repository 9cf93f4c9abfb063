"""A static quotation in the place of an embed, as HTML that needs nothing to be shown.

    <figure …><blockquote cite="PERMALINK"><p>the post's words</p></blockquote>
    <figcaption>— Name (@handle), <a href="PERMALINK" data-originalurl data-versionurl data-versiondate>
    <time>9 March 2022, 05:12 UTC</time></a>, on X. What happened; links to stored copies.</figcaption></figure>

There is no script in it, no style, nothing that is loaded, and it is well-formed XML, for documents in XHTML. Where a
block may not stand (in a paragraph), the same is written with elements that may. Links are Robust Links
(https://robustlinks.mementoweb.org/spec/): `href` stays the original, `data-versionurl` is a stored version,
`data-versiondate` its time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from urllib.parse import urlsplit

import msgspec

from archiver.detect import repaired
from archiver.model import Media, Post, State

MAX_PICTURES = 8
"""Pictures and films of one post that are linked."""

MAX_WORDS = 20_000
"""Code points of a post's words; no platform's posts are longer but for articles."""

PLATFORM_NAMES = {
    "x": "X",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "threads": "Threads",
    "instagram": "Instagram",
    "facebook": "Facebook",
    "tiktok": "TikTok",
    "telegram": "Telegram",
    "reddit": "Reddit",
    "youtube": "YouTube",
    "linkedin": "LinkedIn",
    "vk": "VK",
    "weibo": "Weibo",
    "tumblr": "Tumblr",
    "pinterest": "Pinterest",
    "truthsocial": "Truth Social",
}

_GONE = {
    State.DELETED: "The post is not there any more",
    State.ACCOUNT_GONE: "The post and its account are not there any more",
    State.SUSPENDED: "The account is suspended, and the post cannot be seen",
    State.PROTECTED: "The account is protected, and the post cannot be seen",
    State.RESTRICTED: "The post is shown to some only",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{1,8}){0,4}")
_NO_LANGUAGES = frozenset({"und", "zxx", "qme", "qht", "qam", "qct", "qst", "art", "mul", "mis"})
_SHOWN_KINDS = {"photo": "picture", "video": "video", "gif": "animation"}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A stored version of the post, and where a reader finds it."""

    url: str
    """Of a web archive or a replay site, or a relative path."""
    date: datetime
    where: str
    """What people call the place: `web.archive.org`."""


class Quotation(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a post, and is to be shown."""

    platform: str
    post_id: str
    """As mentions of the article have it."""
    url: str
    """Canonical permalink."""
    post: Post
    """The platform's record of it, as stored."""
    stored_at: datetime | None
    """When that was captured."""
    state: State | None = None
    """Of the last look that tells; null where there was none."""
    seen_at: datetime | None = None
    """Of that look."""
    last_readable: datetime | None = None
    rescued_from: str | None = None
    """The web archive whose copy the words are from."""
    versions: tuple[Version, ...] = ()
    """The best first."""


def words_of(post: Post) -> str:
    """The post's words as they are quoted: its warning, its title, its text; empty where nothing of them is stored."""
    parts = [part for part in (post.warning, post.title, post.text) if part and part.strip()]
    return "\n\n".join(dict.fromkeys(_clean(part) for part in parts))[:MAX_WORDS].strip()


def html_of(quotation: Quotation, *, block: bool) -> str:
    """The quotation as HTML on one line; `block`: whether blocks may stand in its place."""
    tags = _BLOCK if block else _INLINE
    post = quotation.post
    url = _text(quotation.url)
    language = f' lang="{_text(post.language)}"' if post.language and _is_language(post.language) else ""
    attributes = [f'{repaired.MARK}="{_text(quotation.platform)}:{_text(quotation.post_id)}"']
    attributes.append(f'{repaired.ADDRESS}="{url}"')
    if post.handle:
        attributes.append(f'{repaired.AUTHOR}="{_text(post.handle)}"')
    if post.display_name:
        attributes.append(f'{repaired.NAME}="{_text(post.display_name)}"')
    attributes.append(f'class="{repaired.CLASS}"')
    words = _paragraphs(words_of(post), tags)
    return (
        f"<{tags.outer} {' '.join(attributes)}>"
        f'<{tags.quote} cite="{url}"{language} dir="auto"><{tags.words} {repaired.WORDS}="">{words}</{tags.words}>'
        f"</{tags.quote}>{tags.between}<{tags.caption}>{_caption(quotation)}</{tags.caption}></{tags.outer}>"
    )


class _Tags(msgspec.Struct, frozen=True):
    """The elements that a quotation is made of."""

    outer: str
    quote: str
    words: str
    caption: str
    between: str
    paragraph: tuple[str, str, str]
    """Before a paragraph, behind it, and between two."""


_BLOCK = _Tags("figure", "blockquote", "div", "figcaption", "", ("<p>", "</p>", ""))
_INLINE = _Tags("span", "q", "span", "span", " ", ("", "", "<br/><br/>"))


def _paragraphs(words: str, tags: _Tags) -> str:
    before, behind, between = tags.paragraph
    paragraphs = (part.strip("\n") for part in re.split(r"\n[ \t]*\n", words))
    return between.join(
        f"{before}{_text(part).replace(chr(10), '<br/>')}{behind}" for part in paragraphs if part.strip()
    )


def _caption(quotation: Quotation) -> str:
    post = quotation.post
    author = _text(post.display_name or "")
    if post.handle:
        account = f"<bdi>@{_text(post.handle)}</bdi>"
        author = f"<bdi>{author}</bdi> ({account})" if author else account
    elif author:
        author = f"<bdi>{author}</bdi>"
    where = PLATFORM_NAMES.get(quotation.platform, quotation.platform)
    best = quotation.versions[0] if quotation.versions else None
    link = f"<a{_robust(quotation.url, quotation.url, best)}>{_posted(post)}</a>"
    parts = [f"— {author}, {link}, on {_text(where)}." if author else f"— {link}, on {_text(where)}."]
    parts.append(_text(_note(quotation)))
    if not post.text_complete:
        parts.append("The stored text is cut.")
    parts += _pictures(post.media)
    copies = [f"<a{_robust(copy.url, quotation.url, copy)}>{_text(_copy(copy))}</a>" for copy in quotation.versions]
    if copies:
        parts.append(f"{'Copies' if len(copies) > 1 else 'Copy'}: {'; '.join(copies)}.")
    return " ".join(part for part in parts if part)


def _copy(version: Version) -> str:
    return f"{version.where}, {_day(version.date)}"


def _robust(href: str, original: str, version: Version | None) -> str:
    """The attributes of a Robust Link; of an ordinary one where no version is stored."""
    attributes = f' href="{_text(href)}"'
    if version is None:
        return attributes
    return (
        f'{attributes} data-originalurl="{_text(original)}" data-versionurl="{_text(version.url)}"'
        f' data-versiondate="{_stamp(version.date)}"'
    )


def _posted(post: Post) -> str:
    if post.created_at is not None:
        made = post.created_at.astimezone(UTC)
        shown = f"{_day(made)}, {made:%H:%M} UTC"
        return f'<time {repaired.POSTED}="" datetime="{_stamp(made)}">{shown}</time>'
    if post.day:
        return f'<time datetime="{_text(post.day)}">{_text(post.day)}</time>'
    return "post"


def _note(quotation: Quotation) -> str:
    """What happened to the post, and when the words were stored."""
    told: list[str] = []
    if quotation.state is not None and quotation.state.missing:
        seen = f" (seen {_day(quotation.seen_at)})" if quotation.seen_at is not None else ""
        told.append(f"{_GONE[quotation.state]}{seen}.")
        if quotation.last_readable is not None:
            told.append(f"It was last seen {_day(quotation.last_readable)}.")
    if quotation.stored_at is not None and quotation.rescued_from:
        told.append(f"Quoted from a copy of {quotation.rescued_from}, made {_day(quotation.stored_at)}.")
    elif quotation.stored_at is not None:
        told.append(f"Quoted as stored {_day(quotation.stored_at)}.")
    return " ".join(told)


def _pictures(media: Sequence[Media]) -> list[str]:
    shown = [one for one in media if one.kind in _SHOWN_KINDS and is_web_address(one.url)]
    links = []
    for number, one in enumerate(shown[:MAX_PICTURES], 1):
        label = f"{_SHOWN_KINDS[one.kind]} {number}" if len(shown) > 1 else _SHOWN_KINDS[one.kind]
        alt = f": <bdi>{_text(_line(one.alt))}</bdi>" if one.alt and one.alt.strip() else ""
        links.append(f'<a href="{_text(one.url)}" rel="nofollow">{label}</a>{alt}')
    return [f"With {'; '.join(links)}."] if links else []


def is_web_address(url: str) -> bool:
    """Whether it is an http(s) address with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"[\s<>\"]", url)


def _line(text: str) -> str:
    return " ".join(text.split())[:300]


def _clean(text: str) -> str:
    return _CONTROL.sub(
        "", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    )


def _text(text: str) -> str:
    return escape(_clean(text), quote=True)


def _is_language(language: str) -> bool:
    return _LANGUAGE.fullmatch(language) is not None and language not in _NO_LANGUAGES


def _stamp(moment: datetime) -> str:
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="seconds") + "Z"


def _day(moment: datetime) -> str:
    moment = moment.astimezone(UTC)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
