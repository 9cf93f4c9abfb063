"""Which post of Threads does a link name?

Handles and codes are those of Instagram. The network moved from `threads.net` to `threads.com` in 2025; both addresses
lead to the same post, and embeds of either time are about.
"""

from __future__ import annotations

import re

from archiver.model import PostRef
from archiver.platforms.base import Example
from archiver.platforms.links import unwrap
from archiver.platforms.marks import Mark

NAME = "threads"

HANDLE = r"[A-Za-z0-9_.]{1,30}"

_FRONT_ENDS = ("fixthreads.net", "vxthreads.net")
"""Sites that show a post of Threads under the same path."""

HOSTS = ("threads.net", "threads.com", *_FRONT_ENDS)

_POST = re.compile(
    r"https?://(?:www\.)?(?:threads\.(?:net|com)|fixthreads\.net|vxthreads\.net)(?::\d+)?/+"
    rf"(?:@(?P<handle>{HANDLE})/post|t)/(?P<code>[A-Za-z0-9_-]{{5,14}})(?![A-Za-z0-9_-])",
    re.IGNORECASE,
)


def canonical_url(code: str, handle: str | None) -> str:
    """The permalink under the network's first address, which works for posts of any time."""
    return f"https://www.threads.net/@{handle}/post/{code}" if handle else f"https://www.threads.net/t/{code}"


def ref_from_id(code: str, handle: str | None = None) -> PostRef:
    """The reference with its canonical permalink."""
    return PostRef(platform=NAME, id=code, handle=handle, url=canonical_url(code, handle))


def ref_from_url(url: str) -> PostRef | None:
    """The post that a link names; null for anything else (profiles, share tokens, searches)."""
    if "threads" not in url.lower():
        return None
    found = _POST.match(unwrap(url).url)
    if found is None:
        return None
    handle = found["handle"]
    return ref_from_id(found["code"], handle.lower() if handle else None)


_CODE = "CuE2WNQs6vH"
_NAMED = f"https://www.threads.net/@ana.example/post/{_CODE}"

ADDRESS_MARKS: tuple[Mark, ...] = (Mark(r"threads[.-](?:net|com)(?:{:}\d+)?{/}+(?:{@}[\w.]+{/}post|t){/}[\w-]{5}"),)
"""One of these is in the source of every page that holds an address of a post in one of the forms above (see
`archiver.platforms.marks`)."""

EXAMPLES: tuple[Example, ...] = (
    *(
        Example(url=url, id=_CODE, handle="ana.example", canonical=_NAMED)
        for url in (
            _NAMED,
            f"https://www.threads.com/@ana.example/post/{_CODE}",
            f"http://threads.net/@Ana.Example/post/{_CODE}/",
            f"//www.threads.net/@ana.example/post/{_CODE}",
            f"https://www.threads.net/@ana.example/post/{_CODE}/embed/",
            f"https://www.threads.com/@ana.example/post/{_CODE}/embed?xmt=AQG&amp;slof=1",
            f"https://www.threads.net/@ana.example/post/{_CODE}/?igshid=NTc4MTIwNjQ2YQ==",
            f"https://www.threads.net/@ana.example/post/{_CODE}/media",
            f"https://fixthreads.net/@ana.example/post/{_CODE}",
            f"https://l.threads.com/?u=https%3A%2F%2Fwww.threads.net%2F%40ana.example%2Fpost%2F{_CODE}",
            f"https://web.archive.org/web/20230701000000/https://www.threads.net/@ana.example/post/{_CODE}",
        )
    ),
    Example(url=f"https://www.threads.net/t/{_CODE}/?x=1", id=_CODE, canonical=f"https://www.threads.net/t/{_CODE}"),
    *(
        Example(url=url, id=None)
        for url in (
            "https://www.threads.net/@ana.example",
            "https://www.threads.net/@ana.example/replies",
            "https://www.threads.net/share/BAf7vyMOu4/",
            "https://www.threads.net/search?q=bridge",
            "https://www.threads.net/intent/post?text=Rain",
            "https://www.threads.net/embed.js",
            f"https://www.threads.net.evil.test/@ana.example/post/{_CODE}",
            f"https://forum.threads.example.org/t/{_CODE}",
            f"https://mythreads.com/@ana.example/post/{_CODE}",
        )
    ),
)
