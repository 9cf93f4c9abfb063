"""Which post of Tumblr does a link name?

A post is named by blog and number: in the blog's own host (`ana-example.tumblr.com/post/123`), or both in the path
(`www.tumblr.com/ana-example/123`). A frame names a key in the blog's place. Blogs, tags, dashboards and share buttons
name none, and a blog under a domain of its own cannot be told from any other site.
"""

from __future__ import annotations

import re

from archiver.model import PostRef
from archiver.platforms import slugs
from archiver.platforms.base import Example
from archiver.platforms.links import unwrap
from archiver.platforms.marks import Mark

NAME = "tumblr"

HOSTS = ("tumblr.com",)

BLOG = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,60}[A-Za-z0-9])?"
"""Tumblr allows 32 characters."""

ID = r"\d{2,20}(?![\w.-])"

_SITE = r"https?://(?:www\.|m\.|at\.)?tumblr\.com(?::\d+)?/+"
_PAGES = r"(?!(?:tagged|search|explore|dashboard|share|widgets|oembed|docs|help|policy|settings|login|register|embed)/)"

_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # https://embed.tumblr.com/embed/post/AbCdEf-123/730460905855467520/v2
        rf"https?://embed\.tumblr\.com/+embed/post/(?:t:)?(?P<key>[\w-]{{1,80}})/(?P<id>{ID})",
        # https://www.tumblr.com/video/ana-example/123456789012/500/
        rf"{_SITE}(?:video|audio_file|video_file)/(?:t:)?(?P<blog>{BLOG})/(?P<id>{ID})",
        # https://www.tumblr.com/blog/view/ana-example/730460905855467520
        rf"{_SITE}(?:blog/(?:view/)?|reblog/|edit/|post/)(?P<blog>{BLOG})/(?P<id>{ID})",
        # https://www.tumblr.com/dashboard/blog/ana-example/730460905855467520
        rf"{_SITE}dashboard/blog/(?P<blog>{BLOG})/(?P<id>{ID})",
        # https://www.tumblr.com/ana-example/730460905855467520/the-bridge
        rf"{_SITE}{_PAGES}(?P<blog>{BLOG})/(?P<id>{ID})",
        # https://ana-example.tumblr.com/post/730460905855467520/the-bridge
        (
            rf"https?://(?:www\.)?(?!(?:www|embed|assets|static|media|api|safe|px|help|staff-docs)\.)(?P<blog>{BLOG})\.tumblr\.com"
            rf"(?::\d+)?/+(?:post|image|video|private|mobile/post|amp/post)/(?P<id>{ID})"
        ),
    )
)


def canonical_url(post_id: str, blog: str | None) -> str:
    """The permalink in the form that posts of every age have. Without the blog no address leads to the post; the form
    with nothing in its place only names it."""
    return f"https://{blog}.tumblr.com/post/{post_id}" if blog else f"https://embed.tumblr.com/embed/post/-/{post_id}"


def ref_from_id(post_id: str, handle: str | None = None) -> PostRef:
    """The reference with its canonical permalink; the handle is the blog's name."""
    return PostRef(platform=NAME, id=post_id, handle=handle, url=canonical_url(post_id, handle))


def ref_from_url(url: str) -> PostRef | None:
    """The post that a permalink in any of its forms names; null for anything else."""
    if "tumblr" not in url.lower():
        return None
    plain = unwrap(url).url
    for form in _FORMS:
        if found := form.match(plain):
            groups = found.groupdict()
            if groups.get("key"):
                key, post_id = groups["key"], groups["id"]
                return PostRef(platform=NAME, id=post_id, url=f"https://embed.tumblr.com/embed/post/{key}/{post_id}")
            return ref_from_id(groups["id"], groups["blog"])
    return None


_SLUG = re.compile(
    rf"https?://[^/?#]{{1,120}}/(?:(?:blog/view/)?{BLOG}|post)/\d{{2,20}}/(?P<slug>[^/?#]{{1,400}})", re.IGNORECASE
)


def words_in_url(url: str) -> str | None:
    """The words of the post that its address spells: `/post/730460905855467520/the-bridge-this-morning`."""
    if ref_from_url(url) is None:
        return None
    found = _SLUG.match(unwrap(url).url)
    return slugs.words(found["slug"]) if found else None


ADDRESS_MARKS: tuple[Mark, ...] = (Mark(r"tumblr[.-]com(?:{:}\d+)?{/}+(?:{-}+{/}){1,4}\d\d"),)
"""One of these is in the source of every page that holds an address of a post in one of the forms above (see
`archiver.platforms.marks`)."""

EXAMPLES: tuple[Example, ...] = (
    *(
        Example(
            url=url,
            id="730460905855467520",
            handle="ana-example",
            canonical="https://ana-example.tumblr.com/post/730460905855467520",
        )
        for url in (
            "https://ana-example.tumblr.com/post/730460905855467520/the-bridge-this-morning",
            "http://ana-example.tumblr.com/post/730460905855467520?source=share",
            "https://ana-example.tumblr.com/image/730460905855467520",
            "https://www.tumblr.com/ana-example/730460905855467520/the-bridge-this-morning?source=share",
            "https://tumblr.com/ana-example/730460905855467520",
            "https://www.tumblr.com/blog/view/ana-example/730460905855467520",
            "https://at.tumblr.com/ana-example/730460905855467520/abcdef",
            "https://www.tumblr.com/dashboard/blog/ana-example/730460905855467520",
            "https://t.umblr.com/redirect?z=https%3A%2F%2Fana-example.tumblr.com%2Fpost%2F730460905855467520&t=x",
        )
    ),
    Example(url="http://anaexample.tumblr.com/post/12345", id="12345", handle="anaexample"),
    Example(url="https://www.tumblr.com/video/anaexample/147291233392/500/", id="147291233392", handle="anaexample"),
    Example(
        url="http://anaexample.tumblr.com/post/147291233392/photoset_iframe/anaexample/tumblr_abc/500/false",
        id="147291233392",
        handle="anaexample",
    ),
    Example(
        url="https://embed.tumblr.com/embed/post/AbC_dEf-123/730460905855467520/v2",
        id="730460905855467520",
        canonical="https://embed.tumblr.com/embed/post/AbC_dEf-123/730460905855467520",
    ),
    Example(url="https://embed.tumblr.com/embed/post/t:AbC_dEf-123/730460905855467520/v2", id="730460905855467520"),
    *(
        Example(url=url, id=None)
        for url in (
            "https://ana-example.tumblr.com/",
            "https://ana-example.tumblr.com/archive",
            "https://ana-example.tumblr.com/tagged/2022",
            "https://ana-example.tumblr.com/page/12",
            "https://www.tumblr.com/ana-example",
            "https://www.tumblr.com/tagged/12345",
            "https://www.tumblr.com/search/12345",
            "https://www.tumblr.com/share/link?url=https%3A%2F%2Fana-example.tumblr.com%2Fpost%2F12345",
            "https://www.tumblr.com/widgets/share/tool?canonicalUrl=https%3A%2F%2Fnews.example.org",
            "https://64.media.tumblr.com/0123456789abcdef/tumblr_abc_500.jpg",
            "https://assets.tumblr.com/post.js",
            "https://tmblr.co/ZAbCdEf",
            "https://tumblr.com.evil.test/ana-example/12345",
        )
    ),
)
