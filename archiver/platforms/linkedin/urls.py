"""Which post of LinkedIn does a link name?

Posts are named by a URN (`urn:li:activity:…`, `share`, `ugcPost`, `groupPost`). Profiles, companies, jobs and articles
(`/pulse/…`) are no posts.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from archiver.model import PostRef
from archiver.platforms import slugs
from archiver.platforms.base import Example
from archiver.platforms.links import MAX_URL, unwrap
from archiver.platforms.marks import Mark

NAME = "linkedin"

HOSTS = ("linkedin.com",)

_KINDS = {kind.lower(): kind for kind in ("activity", "share", "ugcPost", "groupPost")}

_NUMBER = r"\d{16,20}(?!\d)"
_URN = rf"urn:li:(?P<kind>activity|share|ugcPost|groupPost):(?P<number>(?:\d{{1,12}}-)?{_NUMBER})"
_SITE = r"https?://(?:[\w-]+\.)?linkedin\.com(?::\d+)?/+"

_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # https://www.linkedin.com/feed/update/urn:li:activity:7151241570371948544/
        rf"{_SITE}(?:embeds?/)?(?:feed/update|feed/embed|video/(?:live|event)|events/live)/+{_URN}",
        # https://www.linkedin.com/posts/ana-example_the-bridge-activity-7151241570371948544-AbCd
        (
            rf"{_SITE}(?:embed/)?posts/(?:(?P<handle>[^/?#_]{{1,100}})_)?(?:[^/?#]{{0,400}}?-)?"
            rf"(?P<kind>activity|share|ugcPost)-(?P<number>{_NUMBER})"
        ),
        # https://www.linkedin.com/feed/?highlightedUpdateUrn=urn%3Ali%3Aactivity%3A7151241570371948544
        rf"{_SITE}(?:feed/?|company/[^/?#]{{1,100}}/?)\?(?:[^#]{{0,300}}?&)?(?:highlightedUpdateUrn|updateEntityUrn)={_URN}",
        # https://www.linkedin.com/nhome/updates?topic=6016234567890123456
        rf"{_SITE}nhome/updates/?\?(?:[^#]{{0,300}}?&)?topic=(?P<number>{_NUMBER})",
        rf"{_SITE}hp/update/(?P<number>{_NUMBER})",
    )
)


def canonical_url(urn: str) -> str:
    """The permalink that works for every kind of URN."""
    return f"https://www.linkedin.com/feed/update/{urn}/"


def ref_from_id(post_id: str, handle: str | None = None) -> PostRef:
    """The reference with its canonical permalink."""
    return PostRef(platform=NAME, id=post_id, handle=handle, url=canonical_url(post_id))


def ref_from_url(url: str) -> PostRef | None:
    """The post that a permalink in any of its forms names; null for anything else.

    The handle is the public name of profile or company, where the permalink begins with it.
    """
    if "linkedin" not in url.lower():
        return None
    plain = unwrap(url).url[:MAX_URL]
    if "%" in plain:
        plain = unquote(plain)
    for form in _FORMS:
        if found := form.match(plain):
            groups = found.groupdict()
            kind = _KINDS[(groups.get("kind") or "activity").lower()]
            return ref_from_id(f"urn:li:{kind}:{groups['number']}", groups.get("handle"))
    return None


_SLUG = re.compile(
    rf"{_SITE}posts/(?:[^/?#_]{{1,100}}_)?(?P<slug>[^/?#]{{1,400}}?)-(?:activity|share|ugcPost)-{_NUMBER}",
    re.IGNORECASE,
)


def words_in_url(url: str) -> str | None:
    """The words of the post that its address spells: `/posts/ana-example_the-bridge-is-open-activity-7151…-AbCd`."""
    if ref_from_url(url) is None:
        return None
    found = _SLUG.match(unwrap(url).url[:MAX_URL])
    return slugs.words(found["slug"]) if found else None


ADDRESS_MARKS: tuple[Mark, ...] = (
    Mark(r"urn{:}li{:}(?:activity|share|ugcpost|grouppost){:}[\d-]*\d{16}"),
    Mark(r"(?:activity|share|ugcpost)-\d{16}"),
    Mark(r"nhome{/}updates{.}*topic{=}\d{16}"),
    Mark(r"hp{/}update{/}\d{16}"),
)
"""One of these is in the source of every page that holds an address of a post in one of the forms above (see
`archiver.platforms.marks`)."""

EXAMPLES: tuple[Example, ...] = (
    *(
        Example(
            url=url,
            id="urn:li:activity:7151241570371948544",
            canonical="https://www.linkedin.com/feed/update/urn:li:activity:7151241570371948544/",
        )
        for url in (
            "https://www.linkedin.com/feed/update/urn:li:activity:7151241570371948544/",
            "https://de.linkedin.com/feed/update/urn%3Ali%3Aactivity%3A7151241570371948544?utm_source=share",
            "https://www.linkedin.com/embed/feed/update/urn:li:activity:7151241570371948544?compact=1",
            "https://www.linkedin.com/feed/?highlightedUpdateUrn=urn%3Ali%3Aactivity%3A7151241570371948544&trk=x",
            "https://www.linkedin.com/nhome/updates?topic=7151241570371948544",
            "https://www.linkedin.com/hp/update/7151241570371948544",
            "https://www.linkedin.com/posts/activity-7151241570371948544-AbCd",
        )
    ),
    Example(
        url="https://www.linkedin.com/posts/ana-example_the-bridge-this-morning-activity-7151241570371948544-AbCd?trk=x",
        id="urn:li:activity:7151241570371948544",
        handle="ana-example",
    ),
    Example(
        url="https://www.linkedin.com/posts/example-company_bridges-ugcPost-7151241570371948544-x_yZ/",
        id="urn:li:ugcPost:7151241570371948544",
        handle="example-company",
        canonical="https://www.linkedin.com/feed/update/urn:li:ugcPost:7151241570371948544/",
    ),
    Example(
        url="//www.linkedin.com/embed/feed/update/urn:li:share:6850898786781339649",
        id="urn:li:share:6850898786781339649",
    ),
    Example(
        url="https://www.linkedin.com/video/live/urn:li:ugcPost:6850898786781339649/",
        id="urn:li:ugcPost:6850898786781339649",
    ),
    Example(
        url="https://www.linkedin.com/feed/update/urn:li:groupPost:1234567-6850898786781339649/",
        id="urn:li:groupPost:1234567-6850898786781339649",
    ),
    *(
        Example(url=url, id=None)
        for url in (
            "https://www.linkedin.com/in/ana-example/",
            "https://www.linkedin.com/in/ana-example/recent-activity/all/",
            "https://www.linkedin.com/company/example-company/",
            "https://www.linkedin.com/company/example-company/posts/",
            "https://www.linkedin.com/pulse/how-the-bridge-was-built-ana-example-7151241570371948544",
            "https://www.linkedin.com/jobs/view/3712345678/",
            "https://www.linkedin.com/shareArticle?mini=true&url=https%3A%2F%2Fnews.example.org%2F",
            "https://www.linkedin.com/sharing/share-offsite/?url=https%3A%2F%2Fnews.example.org%2F",
            "https://www.linkedin.com/feed/hashtag/bridges",
            "https://www.linkedin.com/feed/",
            "https://lnkd.in/dAbCdEf",
            "https://www.linkedin.com.evil.test/feed/update/urn:li:activity:7151241570371948544/",
        )
    ),
)
