"""Which post of Reddit does a link name?

Posts are named by an id in base 36; a comment's permalink names the post that it stands under. Subreddits, profiles,
feeds, pictures and the opaque codes of shared links (`/s/…`) name none.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from archiver.model import PostRef
from archiver.platforms.base import Example
from archiver.platforms.links import unwrap
from archiver.platforms.marks import Mark

NAME = "reddit"

ID = r"[0-9a-z]{2,10}"
"""Counted in base 36: two characters in 2005, seven since 2022."""

USER = r"[A-Za-z0-9_-]{2,24}"
"""Reddit allows 3 to 20 characters; a few old accounts have others."""

SUB = r"[A-Za-z0-9_]{2,24}"

HOSTS = (
    *("reddit.com", "redditmedia.com", "redd.it", "rxddit.com", "vxreddit.com", "reveddit.com", "removeddit.com"),
    *("ceddit.com", "unddit.com", "safereddit.com", "teddit", "libreddit", "redlib"),
)

_HOST = (
    r"(?:[\w-]+\.){0,2}reddit(?:media)?\.com"
    r"|(?:[\w-]+\.)?(?:rxddit|vxreddit|reveddit|removeddit|ceddit|unddit|safereddit)\.com"
    r"|(?:[\w-]+\.){0,3}(?:teddit|libreddit|redlib)(?:\.[\w-]+){1,3}"
)
_OF = rf"(?:r/(?P<sub>{SUB})|u(?:ser)?/(?P<user>{USER}))/+"
_ENDS = r"(?:\.(?:json|rss|compact|embed))?(?![\w.-])"
_POST = re.compile(
    rf"https?://(?:{_HOST})(?::\d+)?/+(?:v/)?(?:{_OF})?(?:comments|gallery)/+(?P<id>{ID}){_ENDS}", re.IGNORECASE
)
_BARE = re.compile(rf"https?://(?:[a-z]{{2,3}}\.)?reddit\.com/+(?:tb/)?(?P<id>[0-9a-z]{{6,8}}){_ENDS}", re.IGNORECASE)
_SHORT = re.compile(rf"https?://(?:www\.)?redd\.it/+(?P<id>{ID}){_ENDS}", re.IGNORECASE)
_SORTS = frozenset({"new", "top", "hot", "best", "rising", "controversial", "gilded"})
"""Orders of a feed of comments, which stand where an id would."""

_SHARED = re.compile(rf"https?://(?:[\w-]+\.)?reddit\.com/+(?:{_OF})s/(?P<code>[A-Za-z0-9]{{8,14}})/?(?=[?#]|$)")
_PROFILE = re.compile(rf"https?://(?:{_HOST})/+u(?:ser)?/(?P<user>{USER})/?(?:[?#].*)?", re.IGNORECASE)


def canonical_url(post_id: str, sub: str | None = None, user: str | None = None) -> str:
    """The permalink that Reddit itself shows; without subreddit and profile the form that leads on to it."""
    if sub:
        return f"https://www.reddit.com/r/{sub}/comments/{post_id}/"
    if user:
        return f"https://www.reddit.com/user/{user}/comments/{post_id}/"
    return f"https://www.reddit.com/comments/{post_id}/"


def ref_from_id(post_id: str, handle: str | None = None) -> PostRef:
    """The reference, with the permalink that needs no subreddit: whose post it is tells nothing of where it stands."""
    return PostRef(platform=NAME, id=post_id, handle=handle, url=canonical_url(post_id))


def ref_from_url(url: str) -> PostRef | None:
    """The post that a permalink in any of its forms names (a comment's: the post above it); null for anything else.

    The handle is that of the profile the post stands in, where it stands in one.
    """
    if "/" not in url:
        return None
    plain = unwrap(url).url
    found = _POST.match(plain)
    if found is not None:
        post_id = found["id"].lower()
        if post_id in _SORTS:
            return None
        sub, user = found["sub"], found["user"]
        if sub and sub.lower().startswith("u_"):
            user, sub = sub[2:], None
        return PostRef(platform=NAME, id=post_id, handle=user, url=canonical_url(post_id, sub, user))
    short = _SHORT.match(plain) or _BARE.match(plain)
    post_id = short["id"].lower() if short else ""
    if not post_id or (post_id.isalpha() and "//redd.it" not in plain.lower()):
        return None  # six letters without a figure are a page of Reddit (`/submit`)
    return ref_from_id(post_id)


_PLACE = re.compile(
    rf"https?://(?:{_HOST})(?::\d+)?/+(?:v/)?(?:r/(?P<sub>{SUB})|u(?:ser)?/(?P<user>{USER}))/", re.IGNORECASE
)
_SLUG = re.compile(
    rf"https?://(?:{_HOST})(?::\d+)?/+(?:v/)?(?:{_OF})?comments/+{ID}/+(?P<slug>[^/?#]{{2,400}})", re.IGNORECASE
)


def place_of(url: str) -> str | None:
    """Where an address says that a post stands: `r/bridges`, `user/ana_example`, in small letters; null where it does
    not say."""
    found = _PLACE.match(unwrap(url).url + "/")
    if found is None:
        return None
    if found["sub"] and found["sub"].lower().startswith("u_"):
        return f"user/{found['sub'][2:].lower()}"
    return f"r/{found['sub'].lower()}" if found["sub"] else f"user/{found['user'].lower()}"


def words_of(url: str) -> str | None:
    """The words of a post's title, as its permalink spells them: cut, without signs; null where it has none."""
    found = _SLUG.match(unwrap(url).url)
    if found is None or found["slug"] == "comment":
        return None
    words = unquote(found["slug"]).replace("_", " ").strip()
    return words if any(map(str.isalnum, words)) else None


def is_shared_link(url: str) -> bool:
    """Whether this is a shared link, whose code stands for a post that only Reddit can name."""
    return _SHARED.match(unwrap(url).url) is not None


def handle_from_url(url: str) -> str | None:
    """The account that a profile link names."""
    found = _PROFILE.fullmatch(unwrap(url).url)
    return found["user"] if found else None


ADDRESS_MARKS: tuple[Mark, ...] = (
    Mark(
        r"(?:ddit|redlib)[\w.-]*(?:{:}\d+)?{/}+(?:v{/})?(?:(?:r|u|user){/}[\w-]+{/}+)?(?:comments|gallery){/}+[0-9a-z]{2}"
    ),
    Mark(r"reddit[.-]com(?:{:}\d+)?{/}+(?:tb{/})?[a-z]{0,7}\d[0-9a-z]{0,7}{|}"),
    Mark(r"redd[.-]it{/}+[0-9a-z]{2}", before=r"(?:{/}|www[.])"),
)
"""One of these is in the source of every page that holds an address of a post in one of the forms above (see
`archiver.platforms.marks`)."""

EXAMPLES: tuple[Example, ...] = (
    *(
        Example(url=url, id="1a2b3c4", canonical="https://www.reddit.com/r/bridges/comments/1a2b3c4/")
        for url in (
            "https://www.reddit.com/r/bridges/comments/1a2b3c4/the_bridge_this_morning/",
            "https://old.reddit.com/r/bridges/comments/1a2b3c4",
            "https://np.reddit.com/r/bridges/comments/1A2B3C4/x/?st=abc&sh=def",
            "https://de.reddit.com/r/bridges/comments/1a2b3c4/the_bridge/?utm_source=share",
            "https://www.reddit.com/r/bridges/comments/1a2b3c4/the_bridge/k5l6m7n/",
            "https://www.reddit.com/r/bridges/comments/1a2b3c4/comment/k5l6m7n/?context=3",
            "https://embed.reddit.com/r/bridges/comments/1a2b3c4/the_bridge/?embed=true&ref_source=embed&ref=share",
            "//www.redditmedia.com/r/bridges/comments/1a2b3c4/the_bridge/?ref_source=embed&amp;ref=share&amp;embed=true",
            "https://embed.redditmedia.com/r/bridges/comments/1a2b3c4",
            "https://amp.reddit.com/r/bridges/comments/1a2b3c4/the_bridge.json",
            "https://www.reddit.com/r/bridges/comments/1a2b3c4.json",
            "https://vxreddit.com/r/bridges/comments/1a2b3c4/the_bridge/",
            "https://libreddit.example.org/r/bridges/comments/1a2b3c4/the_bridge/",
            "https://out.reddit.com/t3_x?url=https%3A%2F%2Fwww.reddit.com%2Fr%2Fbridges%2Fcomments%2F1a2b3c4%2F",
        )
    ),
    Example(
        url="https://www.reddit.com/user/ana_example/comments/1a2b3c4/my_bridge/",
        id="1a2b3c4",
        handle="ana_example",
        canonical="https://www.reddit.com/user/ana_example/comments/1a2b3c4/",
    ),
    Example(url="https://www.reddit.com/u/ana-example/comments/1a2b3c4/", id="1a2b3c4", handle="ana-example"),
    Example(url="https://www.reddit.com/r/u_ana_example/comments/1a2b3c4/", id="1a2b3c4", handle="ana_example"),
    *(
        Example(url=url, id="1a2b3c4", canonical="https://www.reddit.com/comments/1a2b3c4/")
        for url in (
            "https://www.reddit.com/comments/1a2b3c4",
            "https://www.reddit.com/gallery/1a2b3c4",
            "https://redd.it/1a2b3c4",
            "http://www.reddit.com/tb/1a2b3c4",
            "https://reddit.com/1a2b3c4",
        )
    ),
    *(
        Example(url=url, id=None)
        for url in (
            "https://www.reddit.com/r/bridges/",
            "https://www.reddit.com/r/bridges/new/",
            "https://www.reddit.com/r/bridges/comments/",
            "https://www.reddit.com/r/bridges/comments/new/",
            "https://www.reddit.com/r/bridges/s/AbCdEfGhIj",
            "https://www.reddit.com/r/bridges/wiki/comments/rules",
            "https://www.reddit.com/r/bridges/duplicates/1a2b3c4/",
            "https://www.reddit.com/user/ana_example",
            "https://www.reddit.com/user/ana_example/comments/",
            "https://www.reddit.com/submit?url=https%3A%2F%2Fwww.reddit.com%2Fr%2Fbridges%2Fcomments%2F1a2b3c4%2F",
            "https://www.reddit.com/premium",
            "https://i.redd.it/1a2b3c4d5e6f.jpg",
            "https://v.redd.it/1a2b3c4d5e6f",
            "https://preview.redd.it/1a2b3c4.png?width=640",
            "https://redditinc.com/r/bridges/comments/1a2b3c4/",
            "https://www.reddit.com.evil.test/r/bridges/comments/1a2b3c4/",
        )
    ),
)
