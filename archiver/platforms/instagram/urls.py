"""Which post of Instagram does a link name?

Permalinks, embed frames, the picture of a post by its code, oEmbed addresses, and front ends that show the same post.
Profiles, stories, share tokens and sounds look alike and name no post.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from archiver.model import PostRef
from archiver.platforms.base import Example
from archiver.platforms.instagram.shortcodes import bare
from archiver.platforms.links import unwrap
from archiver.platforms.marks import Mark

NAME = "instagram"

HANDLE = r"[A-Za-z0-9_.]{1,30}"

_FRONT_ENDS = ("ddinstagram.com", "kkinstagram.com", "vxinstagram.com", "fxstagram.com", "instagramez.com")
"""Sites that show a post of Instagram under the same path."""

HOSTS = ("instagram.com", "instagr.am", *_FRONT_ENDS, "s9e.github.io")
"""Registered domains of the forms below."""

_CODE = r"(?P<code>[A-Za-z0-9_-]{5,40})(?![A-Za-z0-9_-])"
_NOT_A_USER = r"(?!(?:share|explore|stories|accounts|reels?|tv|p|s|about|developer|legal|web|direct)/)"

_POST = re.compile(
    rf"https?://(?:(?:www|m|[a-z]{{2}}-[a-z]{{2}}|[dg])\.)?"
    rf"(?:instagram\.com|instagr\.am|{'|'.join(map(re.escape, _FRONT_ENDS))})"
    rf"(?::\d+)?/+(?:{_NOT_A_USER}(?P<user>{HANDLE})/)?(?P<kind>p|reels?|tv)/(?!audio/){_CODE}",
    re.IGNORECASE,
)
# https://s9e.github.io/iframe/2/instagram.min.html#BalQ2SWFty8
_FORUM_FRAME = re.compile(rf"https?://s9e\.github\.io/iframe/\d/instagram\.min\.html#{_CODE}", re.IGNORECASE)
_OEMBED = re.compile(
    r"https?://(?:api\.instagram\.com/oembed|(?:www\.)?instagram\.com/(?:api/v1/)?oembed)/?\?", re.IGNORECASE
)
_PROFILE = re.compile(rf"https?://(?:(?:www|m)\.)?instagram\.com/(?P<user>{HANDLE})/?(?:[?#].*)?", re.IGNORECASE)
_OWN_PAGES = frozenset(
    {"explore", "accounts", "reels", "stories", "about", "p", "reel", "tv", "share", "direct", "developer"}
)


def canonical_url(code: str, kind: str = "p") -> str:
    """The permalink; `kind` is `p`, `reel` or `tv`, all of which lead to the same post."""
    return f"https://www.instagram.com/{kind}/{code}/"


def ref_from_id(code: str, handle: str | None = None) -> PostRef:
    """The reference with its canonical permalink, which does not name the account."""
    code = bare(code)
    return PostRef(platform=NAME, id=code, handle=handle, url=canonical_url(code))


def ref_from_url(url: str) -> PostRef | None:
    """The post that a link names; null for anything else."""
    if "insta" not in url.lower():
        return None
    plain = unwrap(url).url
    if found := _POST.match(plain):
        kind = found["kind"].lower()
        code = bare(found["code"])
        user = found["user"]
        return PostRef(
            platform=NAME,
            id=code,
            handle=user.lower() if user else None,
            url=canonical_url(code, "reel" if kind == "reels" else kind),
        )
    if found := _FORUM_FRAME.match(plain):
        return ref_from_id(bare(found["code"]))
    if _OEMBED.match(plain):
        inner = parse_qs(urlsplit(plain).query).get("url", [""])[0]
        return ref_from_url(inner) if inner and not _OEMBED.match(inner) else None
    return None


def handle_from_url(url: str) -> str | None:
    """The account that a profile link names; null for posts and Instagram's own pages."""
    found = _PROFILE.fullmatch(unwrap(url).url)
    if found is None or found["user"].lower() in _OWN_PAGES:
        return None
    return found["user"].lower()


_CODE_EXAMPLE = "BalQ2SWFty8"

ADDRESS_MARKS: tuple[Mark, ...] = (
    Mark(r"(?:insta|fxstagram)\w*[.-](?:com|am)(?:{:}\d+)?{/}+(?:[\w.]+{/})?(?:p|reels?|tv){/}[\w-]{5}"),
)
"""One of these is in the source of every page that holds an address of a post in one of the forms above (see
`archiver.platforms.marks`)."""

EXAMPLES: tuple[Example, ...] = (
    *(
        Example(url=url, id=_CODE_EXAMPLE, handle=handle, canonical=canonical_url(_CODE_EXAMPLE, kind))
        for url, handle, kind in (
            (f"https://www.instagram.com/p/{_CODE_EXAMPLE}/", None, "p"),
            (f"http://instagram.com/p/{_CODE_EXAMPLE}", None, "p"),
            (f"//instagram.com/p/{_CODE_EXAMPLE}/", None, "p"),
            (f"https://instagr.am/p/{_CODE_EXAMPLE}/", None, "p"),
            (f"https://m.instagram.com/p/{_CODE_EXAMPLE}/?hl=de", None, "p"),
            (f"https://www.instagram.com/reel/{_CODE_EXAMPLE}/?igsh=MzRlODBiNWFlZA==", None, "reel"),
            (f"https://www.instagram.com/reels/{_CODE_EXAMPLE}/", None, "reel"),
            (f"https://www.instagram.com/tv/{_CODE_EXAMPLE}/?utm_source=ig_embed&amp;utm_campaign=loading", None, "tv"),
            (f"https://www.instagram.com/Ana.Example/p/{_CODE_EXAMPLE}/", "ana.example", "p"),
            (f"https://www.instagram.com/ana.example/reel/{_CODE_EXAMPLE}/", "ana.example", "reel"),
            (f"https://www.instagram.com/p/{_CODE_EXAMPLE}/?img_index=2", None, "p"),
            (f"https://www.instagram.com/p/{_CODE_EXAMPLE}/c/17900000000000000/", None, "p"),
            (f"https://www.instagram.com/p/{_CODE_EXAMPLE}/embed/captioned/?cr=1&v=14&wp=540", None, "p"),
            (f"https://www.instagram.com/p/{_CODE_EXAMPLE}/media/?size=l", None, "p"),
            (f"https://www.instagram.com/p/{_CODE_EXAMPLE}{'x' * 28}/", None, "p"),
            (f"https://www.ddinstagram.com/p/{_CODE_EXAMPLE}/", None, "p"),
            (f"https://s9e.github.io/iframe/2/instagram.min.html#{_CODE_EXAMPLE}", None, "p"),
            (f"https://api.instagram.com/oembed/?url=https://www.instagram.com/p/{_CODE_EXAMPLE}/", None, "p"),
            (
                f"https://graph.facebook.com/v8.0/instagram_oembed?url=https%3A%2F%2Finstagr.am%2Fp%2F{_CODE_EXAMPLE}",
                None,
                "p",
            ),
            (f"https://web.archive.org/web/20180101000000/https://www.instagram.com/p/{_CODE_EXAMPLE}/", None, "p"),
            (f"https://l.instagram.com/?u=https%3A%2F%2Fwww.instagram.com%2Fp%2F{_CODE_EXAMPLE}%2F&e=AT", None, "p"),
        )
    ),
    *(
        Example(url=url, id=None)
        for url in (
            "https://www.instagram.com/ana.example/",
            "https://www.instagram.com/share/reel/BAf7vyMOu4",
            "https://www.instagram.com/share/p/BAf7vyMOu4",
            "https://www.instagram.com/share/BAf7vyMOu4",
            "https://www.instagram.com/reels/audio/123456789/",
            "https://www.instagram.com/stories/ana.example/2800000000000000000/",
            "https://www.instagram.com/stories/highlights/17900000000000000/",
            "https://www.instagram.com/explore/p/",
            "https://www.instagram.com/explore/tags/bridge/",
            "https://www.instagram.com/accounts/login/?next=/p/",
            "https://www.instagram.com/p/",
            f"https://www.instagram.com.evil.test/p/{_CODE_EXAMPLE}/",
            f"https://notinstagram.com/p/{_CODE_EXAMPLE}/",
            "https://www.instagram.com/embed.js",
            "https://www.instagram.com/ana.example/tagged/",
        )
    ),
)
