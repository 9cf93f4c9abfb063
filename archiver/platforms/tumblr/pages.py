"""What does a page of Tumblr show of a post?

Blogs have designs of their own, but Tumblr adds JSON-LD and preview lines to every post's page: day and second,
account, pictures, and the words of posts that have some. Lists of a blog's month (`/archive/YYYY/M`) link to its posts.
"""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from archiver.model import Media, Post, PostRef
from archiver.platforms.fragments import words_in, words_of
from archiver.platforms.jsonld import Posting, postings
from archiver.platforms.preview import named_by, preview, whole
from archiver.platforms.tumblr import ids
from archiver.platforms.tumblr.urls import ref_from_id, ref_from_url
from archiver.platforms.values import MAX_ITEMS

MAX_LISTED = 400
"""Posts of one list that are read; a month of a busy blog has about 100 on its first page."""


def shown_post(page: LexborHTMLParser, ref: PostRef, address: str) -> Post | None:
    """The post that a page shows; null where it shows none, or another.

    address: where the page was got, also in a web archive.
    """
    lines = preview(page)
    found = next((one for one in postings(page) if _is(one, ref)), None)
    named = named_by(lines, address, ref_from_url)
    if found is None and (named is None or named.id != ref.id or lines.kind in (None, "profile", "website", "blog")):
        return None
    handle = (named.handle if named and named.id == ref.id else None) or ref.handle or (found.author if found else None)
    words = _text(found) or lines.description
    images = (found.images if found else ()) or ((lines.image,) if lines.image else ())
    title = found.headline if found and found.headline and found.headline != words else None
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref_from_id(ref.id, handle).url,
        handle=handle.lower() if handle else None,
        created_at=(found.published if found else None) or ids.time_of(ref.id),
        text=words.strip() if words else None,
        text_complete=whole(words),
        title=title,
        media=tuple(Media(kind="photo", url=url) for url in images)[:MAX_ITEMS],
    )


def _is(posting: Posting, ref: PostRef) -> bool:
    named = ref_from_url(posting.url or "")
    return named is not None and named.id == ref.id


def _text(posting: Posting | None) -> str | None:
    if posting is None or not posting.text:
        return None
    return words_of(posting.text).text if "<" in posting.text else posting.text


def listed_posts(page: LexborHTMLParser, blog: str | None) -> tuple[Post, ...]:
    """The posts to which a list links, each with as much of its words as the list prints.

    blog: whose list it is: links to other blogs' posts are left aside.
    """
    out: dict[str, Post] = {}
    for link in page.css("a[href]")[: 4 * MAX_LISTED]:
        href = link.attributes.get("href") or ""
        if blog and href.startswith("/post/"):
            href = f"https://{blog}.tumblr.com{href}"
        ref = ref_from_url(href)
        if ref is None or ref.handle is None or (blog and ref.handle.lower() != blog.lower()) or ref.id in out:
            continue
        around = (
            link.parent if link.parent is not None and "post" in (link.parent.attributes.get("class") or "") else link
        )
        said = words_in(around).text
        out[ref.id] = Post(
            platform=ref.platform,
            id=ref.id,
            url=ref.url,
            handle=ref.handle.lower(),
            created_at=ids.time_of(ref.id),
            text=said or None,
            text_complete=False,
            seen_in="tumblr.archive",
        )
        if len(out) >= MAX_LISTED:
            break
    return tuple(out.values())
