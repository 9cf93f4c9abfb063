"""How does HTML hold a post of X?

One rule for each form that X's own embeds have had since 2011 and for each way of publishers to name a post in
markup. A rule reads one element and says what it shows; where the element is only like an embed (buttons, timelines,
prose with a link) it shows nothing.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.model import PostRef
from archiver.platforms import instants, marks
from archiver.platforms.base import EmbedRule, Sighting
from archiver.platforms.markup import Link, Rendered, classes, render
from archiver.platforms.x.urls import HANDLE, ref_from_url

_DASH = r"(?:—|―|–|‒|--|-|&mdash;|&#8212;|&ndash;|\?\?\?|â€”)"
_NAMED = rf"[ \t\u00a0]*(?P<name>[^\n]{{0,200}}?)[ \t\u00a0]*\(@(?P<handle>{HANDLE})\)"
_SIGNED_LINE = re.compile(rf"^[ \t]*{_DASH}?{_NAMED}[\s,]*$", re.MULTILINE)
_SIGNED_INLINE = re.compile(rf"(?:—|―|–|&mdash;|&#8212;|\s--|\s-){_NAMED.replace('[^', '[^—―')}[\s,]*$")
_SIGNED_TEXT = re.compile(rf"{_DASH}{_NAMED.replace('[^', '[^—―')}[\s,]*(?P<date>[^\n]{{0,60}})\s*$")
_ID = re.compile(r"[1-9]\d{1,19}")

EMBED_CLASSES = frozenset(
    {"twitter-tweet", "twitter-video", "twitter-tweet-rendered", "tweet-blockquote", "nojs-tweet", "twitter-embed"}
)
"""Classes by which a `<blockquote>` says that it is a post of X."""

NOT_A_POST = re.compile(r"share|follow|button|timeline|intent|reply|hashtag", re.IGNORECASE)
"""Class names of buttons and feeds."""

_LINK_TEXT = re.compile(r"pic\.(?:twitter|x)\.com/\w+|https?://\S+|(?:twitter|x)\.com/\S+", re.IGNORECASE)


def _id_or_ref(value: str | None) -> PostRef | None:
    """What an attribute names: an id, or (some publishers) a whole permalink where an id belongs."""
    value = (value or "").strip()
    if not value or len(value) > 2000:
        return None
    if _ID.fullmatch(value):
        return PostRef(platform="x", id=value, url=f"https://x.com/i/web/status/{value}")
    return ref_from_url(value)


def _links_in(rendered: Rendered, end: int) -> tuple[str, ...]:
    """Links within the post's words: as shown where the text is a link itself, else where they lead."""
    shown: list[str] = []
    for link in rendered.links:
        label = rendered.text[link.start : link.end].strip()
        if link.end > end or not link.href or label[:1] in ("@", "#", "$"):
            continue
        shown.append(label if _LINK_TEXT.fullmatch(label) else link.href)
    return tuple(shown)


def _permalink(rendered: Rendered) -> tuple[Link, PostRef] | None:
    """The last link to a post: those before it are quoted or answered posts."""
    for link in reversed(rendered.links):
        if (ref := ref_from_url(link.href)) is not None:
            return link, ref
    return None


# --- the classic blockquote and its relatives
# ---------------------------------------------------------------------------


def read_blockquote(node: LexborNode) -> Sighting | None:
    """The form that X gives to publishers: words, dash, name, handle, and the date as a link to the post."""
    attributes = node.attributes
    own = classes(node)
    declared = bool(own & EMBED_CLASSES) or "twitter" in (
        attributes.get("data-twitter") or attributes.get("data-type") or ""
    )
    named = next(
        (
            ref
            for key in ("data-tweet-id", "data-tweetid", "data-url", "cite")
            if (ref := _id_or_ref(attributes.get(key)))
        ),
        None,
    )
    rendered = render(node)
    found = _permalink(rendered)
    if found is None:
        return _without_permalink(rendered, named, declared)
    link, ref = found
    before = rendered.text[: link.start].rstrip()
    shown = rendered.text[link.start : link.end].strip()
    signed = _SIGNED_LINE.search(before, max(0, before.rfind("\n"))) or _SIGNED_INLINE.search(before[-300:])
    if not (declared or named or signed) and (
        before or rendered.text[link.end :].strip() or shown[:4] not in ("", "http")
    ):
        return None  # an ordinary quotation with a link to a post
    if named is not None and named.id != ref.id:
        ref = named
    if signed is None:
        words = before if declared and shown and before and not _is_name_line(before) else ""
        return Sighting(
            post_id=ref.id,
            found_url=link.href,
            handle=ref.handle,
            printed=shown or None,
            time=instants.utc(link.attributes.get("data-datetime")),
            text=words or None,
            links=_links_in(rendered, link.start),
            shape="permalink" if declared or named else "permalink alone",
            confidence=0.99 if declared or named else 0.9,
        )
    start = signed.start() + (len(before) - len(before[-300:]) if signed.re is _SIGNED_INLINE else 0)
    return Sighting(
        post_id=ref.id,
        found_url=link.href,
        handle=signed["handle"],
        display_name=signed["name"].strip() or None,
        printed=shown or None,
        time=instants.utc(link.attributes.get("data-datetime")),
        text=before[:start].strip() or None,
        links=_links_in(rendered, start),
        shape="permalink and signature",
    )


def _without_permalink(rendered: Rendered, named: PostRef | None, declared: bool) -> Sighting | None:
    """Copies whose date link was lost: the id may stand in an attribute, or only the signature is left."""
    if not (declared or named):
        return None
    text = rendered.text.strip()
    signed = _SIGNED_TEXT.search(text[-400:])
    if signed is None:
        return _named(named, None, "id in an attribute") if named else None
    start = signed.start() + len(text) - len(text[-400:])
    return Sighting(
        post_id=named.id if named else None,
        handle=signed["handle"],
        display_name=signed["name"].strip() or None,
        printed=signed["date"].strip() or None,
        text=text[:start].strip() or None,
        links=_links_in(rendered, start),
        shape="id and signature" if named else "signature without permalink",
        confidence=0.97,
    )


def _is_name_line(text: str) -> bool:
    return "\n" not in text and len(text) < 20


# --- elements that name the post in an attribute
# ------------------------------------------------------------------------

ID_ATTRIBUTES = (
    *("data-tweet-id", "data-tweetid", "tweetid", "data-twitter-tweet-id", "data-tweet-url", "tweet-url", "tweet-id"),
    *("data-twitter-id", "data-twitter-url", "data-twitter-embed", "data-embed-tweet", "data-tweet-embed"),
)
"""Attributes that hold nothing but an embedded post's id or URL, on any element."""

OWN_ATTRIBUTES = ("status", "id", "url", "src", "href", "data-url", "data-href", "data-src", "data-id")
"""Attributes that hold it on the elements that only show posts of X."""

ELEMENTS = frozenset(
    {
        "phoenix-twitter-embed",
        "rm-embed",
        "tweet-embed",
        "lite-tweet",
        "x-tweet",
        "embetty-tweet",
        "twitter-widget",
        "twitterwidget",
    }
)


def read_attribute(node: LexborNode) -> Sighting | None:
    """An element that stands where a script will draw the post, and names it in an attribute."""
    if node.tag in ("a", "button", "form", "input", "link", "meta"):
        return None
    attributes = node.attributes
    if NOT_A_POST.search(attributes.get("class") or ""):
        return None
    keys = (*ID_ATTRIBUTES, *(OWN_ATTRIBUTES if node.tag in ELEMENTS else ()))
    for key in keys:
        if (ref := _id_or_ref(attributes.get(key))) is not None:
            return _named(ref, attributes.get(key), "id or permalink in an attribute")
    return None


def read_frame(node: LexborNode) -> Sighting | None:
    """X's own frame, as a browser saves it: its address is lost, the id stands in an attribute."""
    ref = _id_or_ref(node.attributes.get("data-tweet-id"))
    return _named(ref, None, "saved frame") if ref is not None else None


def read_rendered(node: LexborNode) -> Sighting | None:
    """The element that X's script puts in the blockquote's place, as a browser saves it."""
    for inner in (node, *node.css("iframe, [data-tweet-id], [data-tweetid]")):
        if (
            ref := _id_or_ref(inner.attributes.get("data-tweet-id") or inner.attributes.get("data-tweetid"))
        ) is not None:
            return _named(ref, None, "saved frame")
        if inner.tag == "iframe" and (seen := read_frame(inner)) is not None:
            return seen
    return None


def _named(ref: PostRef, found_url: str | None, shape: str) -> Sighting:
    url = found_url.strip() if found_url and "/" in found_url else None
    return Sighting(post_id=ref.id, handle=ref.handle, found_url=url, shape=shape)


# --- publishers that keep the post's record in the page
# ---------------------------------------------------------------------


def _json(value: str | None) -> dict[str, Any] | None:
    if not value or not value.lstrip().startswith("{") or len(value) > 200_000:
        return None
    try:
        data = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def read_newsletter(node: LexborNode) -> Sighting | None:
    """Substack: the record as JSON in `data-attrs`, with `url`, `full_text` (HTML), `username`, `name`, `date`."""
    record = _json(node.attributes.get("data-attrs"))
    url = record.get("url") if record else None
    if record is None or not isinstance(url, str) or (ref := ref_from_url(url)) is None:
        return None
    text = record.get("full_text")
    name = record.get("name")
    date = record.get("date")
    return Sighting(
        post_id=ref.id,
        found_url=url,
        handle=ref.handle or (record.get("username") if isinstance(record.get("username"), str) else None),
        display_name=name.strip() or None if isinstance(name, str) else None,
        time=_any_time(date) if isinstance(date, str) else None,
        text=_shown(text) if isinstance(text, str) else None,
        shape="record",
    )


def read_api_record(node: LexborNode) -> Sighting | None:
    """every.to: the API's own JSON in `data-tweet`."""
    record = _json(node.attributes.get("data-tweet"))
    data = record.get("data") if record else None
    if record is None or not isinstance(data, dict) or not _ID.fullmatch(str(data.get("id"))):
        return None
    url = node.attributes.get("data-url")
    ref = ref_from_url(url or "")
    users = record.get("includes", {}).get("users") if isinstance(record.get("includes"), dict) else None
    author = next((u for u in users or () if isinstance(u, dict) and u.get("id") == data.get("author_id")), {})
    text, name, handle, made = data.get("text"), author.get("name"), author.get("username"), data.get("created_at")
    return Sighting(
        post_id=str(data["id"]),
        found_url=url,
        handle=handle if isinstance(handle, str) else ref.handle if ref else None,
        display_name=name if isinstance(name, str) else None,
        time=_any_time(made) if isinstance(made, str) else None,
        text=_shown(text) if isinstance(text, str) else None,
        shape="record",
    )


def _shown(fragment: str) -> str | None:
    text = render_fragment(fragment)
    return text or None


def render_fragment(fragment: str) -> str:
    """The text of an HTML fragment as shown; its line breaks are kept, as in a record's text they are the post's."""
    lines = []
    for line in fragment.split("\n"):
        body = LexborHTMLParser(f"<body>{line}").body if ("<" in line or "&" in line) else None
        lines.append(render(body).text if body is not None else line.strip())
    return "\n".join(lines).strip()


def _any_time(value: str) -> str | None:
    """RFC 3339 of an ISO time or of the API's old form, `Sun Jun 12 20:39:42 +0000 2022`."""
    try:
        return instants.utc(value) or instants.utc(datetime.strptime(value, "%a %b %d %H:%M:%S %z %Y").isoformat())
    except ValueError:
        return None


_FAST_FACTS = re.compile(r"/(?:likes|retweets|quotes)/?$")


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Where a drawn card has its parts: CSS selectors, of which the first match counts."""

    words: str
    name: str
    handle: str
    date: str


CARDS = {
    # newsletters
    "tweet": Card(
        words=".tweet-text",
        name=".tweet-author-name",
        handle=".tweet-author-handle, .tweet-author",
        date=".tweet-date",
    ),
    # forums of Discourse
    "twitterstatus": Card(
        words=".tweet-description, .tweet",
        name="h4",
        handle=".twitter-screen-name, h4",
        date=".timestamp, .date a",
    ),
    # https://react-tweet.vercel.app, whose class names end with a hash
    "react-tweet-theme": Card(
        words="[class*=tweet-body_root]",
        name="[class*=header_authorLinkText]",
        handle="[class*=header_username]",
        date="time",
    ),
}
"""Drawn cards by the class of their element."""

_CARD_HANDLE = re.compile(rf"@?(?P<handle>{HANDLE})")
_NAME_TAIL = re.compile(r"\s*\(@?\w{1,20}\)(?:\s+on\s+(?:X|Twitter))?$")
_DATE_HEAD = re.compile(r"^.{0,30}\s[∙·•-]\s")


def read_static_card(node: LexborNode) -> Sighting | None:
    """A card that is drawn in the page's own markup, as newsletters mail it and page generators build it."""
    card = next((CARDS[name] for name in (node.attributes.get("class") or "").split() if name in CARDS), None)
    words = node.css_first(card.words) if card is not None else None
    handle = node.css_first(card.handle) if card is not None else None
    if card is None or words is None or handle is None:
        return None
    ref = ref_from_url(node.attributes.get("data-onebox-src") or "")
    for inner in node.css("[href]") if ref is None else ():
        if (ref := ref_from_url(_FAST_FACTS.sub("", inner.attributes.get("href") or ""))) is not None:
            break
    name = node.css_first(card.name)
    date = node.css_first(card.date)
    shown = render(words)
    at = _CARD_HANDLE.fullmatch(render(handle).text.strip())
    if at is None and ref is None:
        return None
    return Sighting(
        post_id=ref.id if ref else None,
        found_url=None,
        handle=ref.handle if ref and ref.handle else at["handle"] if at else None,
        display_name=_NAME_TAIL.sub("", render(name).text.strip()) or None if name is not None else None,
        printed=_DATE_HEAD.sub("", render(date).text.strip()) or None if date is not None else None,
        time=instants.utc(date.attributes.get("datetime")) if date is not None else None,
        text=shown.text.strip() or None,
        links=_links_in(shown, len(shown.text)),
        shape="drawn card with permalink" if ref else "drawn card",
        confidence=0.99 if ref else 0.95,
    )


def read_old_plugin(node: LexborNode) -> Sighting | None:
    """What plug-ins of 2010 and 2011 put into the page, before X had embeds: `<p class="bbpTweet">words <span
    class="timestamp"><a href>…</a></span> <span class="author"><strong><a>name</a></strong><br>handle</span>`."""
    stamp = node.css_first(".timestamp a[href]")
    ref = ref_from_url(stamp.attributes.get("href") or "") if stamp is not None else None
    if stamp is None or ref is None:
        return None
    rendered = render(node)
    end = next((link.start for link in rendered.links if link.href == stamp.attributes.get("href")), 0)
    name = node.css_first(".author strong")
    return Sighting(
        post_id=ref.id,
        found_url=stamp.attributes.get("href"),
        handle=ref.handle,
        display_name=render(name).text.strip() or None if name is not None else None,
        time=_any_time(stamp.attributes.get("title") or ""),
        text=rendered.text[:end].strip() or None,
        links=_links_in(rendered, end),
        shape="drawn card with permalink",
    )


# --- scripts
# ------------------------------------------------------------------------------------------------------------

MAX_SCRIPT = 200_000
"""Code points of a script that is searched; those that draw posts are short."""

_CREATE = re.compile(r"""createTweet(?:Embed)?\s{0,4}\(\s{0,10}["'](?P<id>\d{2,20})["']""")


def read_script(node: LexborNode) -> tuple[Sighting, ...]:
    """A script that draws posts: `twttr.widgets.createTweet("1590173336165216257", place)`."""
    return tuple(
        Sighting(post_id=call["id"], shape="script that draws it", confidence=0.95)
        for call in _CREATE.finditer(node.text(deep=True), 0, MAX_SCRIPT)
    )


_ID_EXAMPLE = "1590173336165216257"
_URL = f"https://twitter.com/ana_example/status/{_ID_EXAMPLE}"
_SIGNED = f'&mdash; Ana Example (@ana_example) <a href="{_URL}?ref_src=twsrc%5Etfw">November 9, 2022</a>'

RULES: tuple[EmbedRule, ...] = tuple(
    msgspec.structs.replace(rule, example_id=_ID_EXAMPLE)
    for rule in (
        EmbedRule(
            name="x.blockquote",
            marks=(
                marks.of_class(*EMBED_CLASSES)._replace(tag="{<}blockquote"),
                marks.Mark('data-t(?:witter|ype){ }*{=}{ }*{"}*[\\w-]*twitter', tag="{<}blockquote"),
                marks.of_attribute("data-tweet-id", "data-tweetid"),
                marks.Mark(r'(?:data-url|cite){ }*{=}{ }*{"}*{ }*\d{2,20}{ }*(?:{"}|{>}|[\s/])', tag="{<}blockquote"),
            ),
            read=read_blockquote,
            tags=frozenset({"blockquote"}),
            examples=(
                f'<blockquote class="twitter-tweet"><p lang="en">The bridge is open.</p>{_SIGNED}</blockquote>',
                f'<blockquote class="twitter-video"><p>Rain at last.</p><p>{_SIGNED}</p></blockquote>',
                f'<blockquote class="twitter-tweet"><a href="{_URL}"></a></blockquote>',
            ),
        ),
        EmbedRule(
            name="x.amp",
            read=read_attribute,
            tags=frozenset({"amp-twitter", "bento-twitter"}),
            examples=(
                f'<amp-twitter width="375" height="472" data-tweetid="{_ID_EXAMPLE}"></amp-twitter>',
                f'<amp-twitter data-tweetid="{_URL}"></amp-twitter>',
            ),
        ),
        EmbedRule(
            name="x.iframe",
            marks=(marks.of_attribute("data-tweet-id"),),
            read=read_frame,
            tags=frozenset({"iframe", "amp-iframe"}),
            examples=(f'<iframe title="X Post" src="./page_files/Tweet.html" data-tweet-id="{_ID_EXAMPLE}"></iframe>',),
        ),
        EmbedRule(
            name="x.rendered",
            marks=(marks.of_attribute("data-tweet-id", "data-tweetid"),),
            read=read_rendered,
            tags=frozenset({"twitter-widget", "twitterwidget"}),
            classes=frozenset({"twitter-tweet-rendered", "twitter-tweet", "twitter-video"}),
            examples=(
                f'<div class="twitter-tweet-rendered"><iframe data-tweet-id="{_ID_EXAMPLE}"></iframe></div>',
                f'<twitter-widget class="twitter-tweet" data-tweet-id="{_ID_EXAMPLE}"></twitter-widget>',
            ),
        ),
        EmbedRule(
            name="x.newsletter",
            marks=(),
            read=read_newsletter,
            attributes=frozenset({"data-attrs"}),
            examples=(
                f'<div class="tweet" data-attrs=\'{{"url":"{_URL}","full_text":"Open.","name":"Ana Example"}}\'></div>',
            ),
        ),
        EmbedRule(
            name="x.record",
            read=read_api_record,
            attributes=frozenset({"data-tweet"}),
            examples=(
                f'<div data-url="{_URL}" data-tweet=\'{{"data":{{"id":"{_ID_EXAMPLE}","text":"Open."}}}}\'></div>',
            ),
        ),
        EmbedRule(
            name="x.card",
            marks=(
                marks.Mark("tweet-author"),
                marks.of_class("twitterstatus"),
                marks.of_class("react-tweet-theme"),
            ),
            read=read_static_card,
            classes=frozenset(CARDS),
            examples=(
                (
                    '<div class="tweet static"><b class="tweet-author-handle">@ana_example</b><div class="tweet-text">'
                    f'Open.</div><i class="tweet-date">4:35 PM ∙ Nov 9, 2022</i><b href="{_URL}/likes">2</b></div>'
                ),
                (
                    f'<aside class="onebox twitterstatus" data-onebox-src="{_URL}"><h4>Ana Example</h4>'
                    '<div class="twitter-screen-name">@ana_example</div><div class="tweet">Open.</div></aside>'
                ),
                (
                    '<div class="react-tweet-theme"><div class="tweet-header_username__U1a2b">@ana_example</div>'
                    f'<p class="tweet-body_root__C3d4e">Open.</p><a href="{_URL}"><time>Nov 9, 2022</time></a></div>'
                ),
            ),
        ),
        EmbedRule(
            name="x.plugin",
            marks=(),
            read=read_old_plugin,
            classes=frozenset({"bbpTweet"}),
            examples=(
                (
                    '<div class="bbpBox1"><p class="bbpTweet">Open.<span class="timestamp"><a title="Wed Nov 09 16:35'
                    f':02 +0000 2022" href="{_URL}">one day ago</a> via web</span><span class="author"><strong>'
                    '<a href="#">Ana</a></strong><br>ana_example</span></p></div>'
                ),
            ),
        ),
        EmbedRule(
            name="x.attribute",
            read=read_attribute,
            tags=ELEMENTS,
            attributes=frozenset(ID_ATTRIBUTES),
            examples=(
                f'<phoenix-twitter-embed tweet-url="{_URL}"></phoenix-twitter-embed>',
                f'<div class="js-tweet" data-tweetid="{_ID_EXAMPLE}"></div>',
            ),
        ),
        EmbedRule(
            name="x.script",
            read=read_script,
            in_script=frozenset({"createTweet"}),
            examples=(
                f'<div id="post"></div><script>twttr.widgets.createTweet("{_ID_EXAMPLE}", place, {{}});</script>',
            ),
        ),
    )
)
"""Asked in this order; the first that reads something wins."""
