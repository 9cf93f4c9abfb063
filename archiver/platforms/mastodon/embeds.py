"""How does HTML hold a post of the fediverse?

The frames and the blockquote that Mastodon gives, those of Misskey, Pixelfed and Pleroma, and what publishers make of
them. Since any host can be a server, an element has to say that it is such an embed, or be signed by an account with
its server.
"""

from __future__ import annotations

import re

import msgspec
from selectolax.lexbor import LexborNode

from archiver.model import PostRef
from archiver.platforms import marks, signed
from archiver.platforms.base import EmbedRule, Sighting
from archiver.platforms.links import MAX_URL
from archiver.platforms.markup import Link, Rendered, classes, render
from archiver.platforms.mastodon.urls import ACCOUNT, SERVER, USER, ref_from_id, ref_from_url

FRAME_CLASSES = frozenset({"mastodon-embed", "pixelfed__embed", "pleroma-embed", "misskey-embed", "gab-embed"})
"""Classes by which an element says that a fediverse post stands in it."""

QUOTE_CLASSES = frozenset({"mastodon-post", "mastodon-toot", "mastodon-status", "toot", "fediverse-embed"})
"""Classes that authors give to a quotation which they made themselves; on other elements they are a feed's."""

_POST_BY = re.compile(rf"Post by [@＠](?P<account>{ACCOUNT})")


def _in_attributes(node: LexborNode) -> PostRef | None:
    """The post that any attribute of the element names: lazy loaders give `src` many names."""
    for key, value in node.attributes.items():
        if not value or "/" not in value or key in ("style", "class", "onload") or len(value) > MAX_URL:
            continue
        if (ref := ref_from_url(value.strip())) is not None:
            return ref
    return None


def read_declared(node: LexborNode) -> Sighting | None:
    """An element of one of the embeds' classes: a frame, the blockquote that becomes one, or a copy of either."""
    own = classes(node)
    if not own & FRAME_CLASSES and node.tag not in ("blockquote", "figure", "aside"):
        return None
    named = _in_attributes(node)
    if node.tag in ("iframe", "amp-iframe"):
        return _named(named)
    rendered = render(node)
    if named is None:
        named = next((ref for frame in node.css("iframe") if (ref := _in_attributes(frame)) is not None), None)
    return _quotation(rendered, named, declared=True)


def read_quotation(node: LexborNode) -> Sighting | None:
    """A quotation without a class of an embed, signed by an account with its server and dated by a link to the post."""
    return _quotation(render(node), None, declared=False)


def _quotation(rendered: Rendered, named: PostRef | None, *, declared: bool) -> Sighting | None:
    dated = _date_link(rendered, named)
    if not declared and dated is None:
        return None
    text = rendered.text
    sign = signed.before_link(text, dated[0].start, ACCOUNT) if dated else signed.at_end(text, ACCOUNT)
    if not declared and (sign is None or not sign.dash):
        return None
    ref = named or (dated[1] if dated else None)
    if sign is None:
        shown = _POST_BY.search(text)
        handle = shown["account"] if shown else ref.handle if ref else None
        if handle is None and ref is None:
            return None
        return Sighting(
            post_id=ref.id if ref else None,
            found_url=dated[0].href if dated else None,
            handle=handle,
            url=ref.url if ref and ref.url else None,
            confidence=0.99 if ref else 0.9,
        )
    return Sighting(
        post_id=ref.id if ref else None,
        found_url=dated[0].href if dated else None,
        handle=sign.handle,
        display_name=sign.name,
        printed=text[dated[0].start : dated[0].end].strip() or None if dated else sign.printed,
        text=text[: sign.words_end].strip() or None,
        links=tuple(link.href for link in rendered.links if link.end <= sign.words_end and _is_plain(rendered, link)),
        url=ref.url if ref and ref.url else None,
        date_basis="viewer",
    )


def _date_link(rendered: Rendered, named: PostRef | None) -> tuple[Link, PostRef] | None:
    for link in reversed(rendered.links):
        found = ref_from_url(link.href)
        if found is not None and (named is None or found.id == named.id):
            return link, found
    return None


def _is_plain(rendered: Rendered, link: Link) -> bool:
    """A link that is neither a hashtag nor a mention."""
    return link.href.startswith("http") and rendered.text[link.start : link.end].strip()[:1] not in ("@", "#")


def _named(ref: PostRef | None) -> Sighting | None:
    return Sighting(post_id=ref.id, handle=ref.handle, url=ref.url) if ref else None


def read_element(node: LexborNode) -> Sighting | None:
    """Heise's `<embetty-mastodon status="URL">`, and other components that name the post in an attribute."""
    return _named(_in_attributes(node))


_FORUM = re.compile(rf"mastodon\.min\.html#(?P<user>{USER})(?:@(?P<host>{SERVER}))?/(?P<id>\d{{1,20}})(?!\d)")
FORUM_SERVER = "mastodon.social"
"""Whose posts the frame means where it names no server."""


def read_forum(node: LexborNode) -> Sighting | None:
    """Forums' frames (s9e's): `…/mastodon.min.html#ana@server.example/110372412617177781`."""
    for value in node.attributes.values():
        if value and (found := _FORUM.search(value)) is not None:
            return _named(ref_from_id(found["id"], f"{found['user']}@{found['host'] or FORUM_SERVER}"))
    return None


_ID = "110372412617177781"
_PAGE = f"https://social.example/@ana/{_ID}"

RULES: tuple[EmbedRule, ...] = tuple(
    msgspec.structs.replace(rule, example_id=_ID)
    for rule in (
        EmbedRule(
            name="mastodon.embed",
            read=read_declared,
            classes=FRAME_CLASSES | QUOTE_CLASSES,
            examples=(
                f'<iframe src="{_PAGE}/embed" class="mastodon-embed" width="400"></iframe>',
                (
                    f'<blockquote class="mastodon-embed" data-embed-url="{_PAGE}/embed"> <a href="{_PAGE}"> <div>Post '
                    "by @ana@social.example</div> <div>View on Mastodon</div> </a> </blockquote>"
                ),
                (
                    '<aside class="mastodon-embed"><p>The bridge is open.</p>&mdash; Ana Example (@ana@social.example) '
                    f'<a href="{_PAGE}">May 15, 2023</a></aside>'
                ),
            ),
        ),
        EmbedRule(
            name="mastodon.element",
            marks=(),
            read=read_element,
            tags=frozenset({"embetty-mastodon", "mastodon-post", "mastodon-toot", "mastodon-status", "embed-mastodon"}),
            attributes=frozenset({"data-misskey-embed-id", "data-embed-mastodon"}),
            examples=(f'<embetty-mastodon status="{_PAGE}"></embetty-mastodon>',),
        ),
        EmbedRule(
            name="mastodon.forum",
            marks=(marks.Mark("mastodon[.]min[.]html"),),
            read=read_forum,
            attributes=frozenset({"data-s9e-mediaembed"}),
            examples=(
                (
                    '<iframe data-s9e-mediaembed="mastodon" src="https://s9e.github.io/iframe/2/mastodon.min.html'
                    f'#ana@social.example/{_ID}"></iframe>'
                ),
            ),
        ),
        EmbedRule(
            name="mastodon.quotation",
            marks=(),
            read=read_quotation,
            tags=frozenset({"blockquote"}),
            examples=(
                (
                    "<blockquote><p>The bridge is open.</p><p>— Ana Example (@ana@social.example) "
                    f'<a href="{_PAGE}">May 15, 2023</a></p></blockquote>'
                ),
            ),
        ),
    )
)
"""Asked in this order; the first that reads something wins."""
