"""What does a link lead to, once every wrapper around it is taken off?

Pages seldom link to a post plainly: web archives, redirectors, mail scanners and translators put the address inside
one of their own. `unwrap` takes such layers off without any request. A wrapper that hides the address behind a code
(`archive.today/abcde`, `perma.cc/…`, `t.co/…`) is opaque and stays as it is. A frame that only shows another site's
post and names it by its own parts (`…/iframe/2/reddit.min.html#sub/comments/ID`) is a wrapper too.
"""

from __future__ import annotations

import functools
import html
import re
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

MAX_URL = 4096
"""Longer ones are data, not addresses (browsers and servers give up at 2,000 to 8,000)."""

MAX_LAYERS = 5
"""Real links have one or two; a bound keeps a nested one from costing more."""


class Unwrapped(msgspec.Struct, frozen=True, kw_only=True):
    """A link without its wrappers, and the capture time where one of them was a web archive's."""

    url: str
    archived_at: str | None = None
    """Digits of the outermost web archive's timestamp (up to 14: `YYYYMMDDhhmmss`)."""


_PATH_WRAPPERS: tuple[tuple[str, str], ...] = (
    # Each: host, and what stands in the path before the wrapped address.
    (r"(?:www\.|wayback\.)?web\.archive\.org|wayback\.archive\.org", r"/web/(?P<ts>\d{1,14})(?:[a-z]{2}_)?/"),
    (r"(?:www\.)?archive\.(?:ph|is|today|li|vn|md|fo)", r"/(?:o/\w{4,8}|(?P<ts>\d{4,14}))/"),
    (r"(?:www\.)?arquivo\.pt", r"/(?:noFrame/replay|wayback)/(?P<ts>\d{1,14})(?:[a-z]{2}_)?/"),
    (r"(?:www\.)?megalodon\.jp", r"/\d{4}-\d{4}-\d{4}-\d{2}/"),
    (r"(?:www\.)?google\.[a-z.]{2,6}", r"/amp/s/"),
    (r"r\.jina\.ai|12ft\.io", r"/(?:proxy\?q=)?"),
    (r"urldefense\.(?:com|us)", r"/v3/__"),
    (r"href\.li|nullrefer\.com|dereferer\.me", r"/\?"),
)
"""Wrappers that hold the address in their path."""

_QUERY_WRAPPERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    # Each: host, path, and the parameters that may hold the address.
    (r"(?:www\.)?google\.[a-z.]{2,6}", r"/url", ("q", "url")),
    (r"lm?\.facebook\.com", r"/l\.php", ("u",)),
    (r"l\.instagram\.com|l\.threads\.(?:com|net)", r"/?", ("u",)),
    (r"t\.umblr\.com", r"/redirect", ("z",)),
    (r"(?:www\.|m\.)?vk\.(?:com|ru)", r"/away\.php", ("to",)),
    (r"out\.reddit\.com", r"/.*", ("url",)),
    (r"(?:www\.)?youtube\.com", r"/redirect", ("q",)),
    (r"steamcommunity\.com", r"/linkfilter/?", ("u", "url")),
    (r"[\w-]+\.safelinks\.protection\.outlook\.com|safelinks\.protection\.outlook\.com", r"/.*", ("url",)),
    (r"go\.skimresources\.com|go\.redirectingat\.com", r"/?", ("url",)),
    (r"click\.linksynergy\.com", r"/.*", ("murl",)),
    (r"www\.awin1\.com", r"/.*", ("ued",)),
    (r"redirect\.viglink\.com", r"/?", ("u",)),
    (r"(?:www\.)?webcitation\.org", r"/.*", ("url",)),
    (r"cdn\.embedly\.com", r"/widgets/media\.html", ("url", "src")),
    (r"(?:cdn\.iframe\.ly|if-cdn\.com|iframe\.ly)", r"/.*", ("url",)),
    (r"publish\.(?:twitter|x)\.com", r"/(?:oembed)?", ("url", "query")),
    (r".*", r".*oembed.*", ("url",)),
)
"""Wrappers that hold the address in a parameter; the last is an oEmbed endpoint, which any host may have
(https://oembed.com, section 2.2)."""

_FRAMES: tuple[tuple[str, str, str], ...] = (
    # Each: name of the frame, what its fragment says, and the permalink made of it.
    ("twitter", r"(\d+)", r"https://x.com/i/web/status/\1"),
    ("reddit", r"/?([\w-]+/comments/\w+(?:/[^/#]*/\w+)?)", r"https://www.reddit.com/r/\1"),
    ("instagram", r"([\w-]+)", r"https://www.instagram.com/p/\1/"),
    ("telegram", r"(\w+/\d+)", r"https://t.me/\1"),
    ("tiktok", r"(\d+)", r"https://www.tiktok.com/embed/v2/\1"),
    ("bluesky", r"(at://[^#]+)", r"\1"),
    ("threads", r"([\w-]+)", r"https://www.threads.net/t/\1"),
    ("pinterest", r"(\d+)", r"https://www.pinterest.com/pin/\1/"),
    ("mastodon", r"(\w+/\d+)", r"https://mastodon.social/@\1"),
    ("mastodon", r"@?(\w+)@([\w.-]+)/(\d+)", r"https://\2/@\1/\3"),
    ("facebook", r"([\w.%-]+/(?:post|video)s/\w+)", r"https://www.facebook.com/\1"),
    ("facebook", r"v(?:ideo)?(\d+)", r"https://www.facebook.com/watch/?v=\1"),
)
"""Frames of the s9e media embed plug-in for forums (https://github.com/s9e/TextFormatter)."""

_PATHS = tuple((re.compile(h, re.IGNORECASE), re.compile(p)) for h, p in _PATH_WRAPPERS)
_QUERIES = tuple((re.compile(h, re.IGNORECASE), re.compile(p), names) for h, p, names in _QUERY_WRAPPERS)
_FRAME = re.compile(r"https?://s9e\.github\.io/iframe/\d/(?P<name>[a-z]+)\.min\.html#(?P<what>[^#\s]+)", re.IGNORECASE)
_FRAMED = tuple((name, re.compile(what), url) for name, what, url in _FRAMES)
_OWN_SERVER = re.compile(r"/web/\d{4,14}(?:[a-z]{2}_)?/(?=https?:|//)")
"""Links within a web archive's copy may leave out its host."""
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
"""Only with its semicolon: `&notif_id=1` is a parameter, though `&not` is an entity."""
_ONE_SLASH = re.compile(r"^(https?):/+(?=[^/])", re.IGNORECASE)
"""Web archives and proxies fold `https://` within a path to `https:/`."""
_TRANSLATED = re.compile(r"^([a-z0-9-]+)\.translate\.goog$", re.IGNORECASE)
_AMP_CACHE = re.compile(r"^/(?:c|v|wp)/(s/)?(.+)$")


def unwrap(url: str) -> Unwrapped:
    """The address inside `url`, after entities are undone and known wrappers are taken off.

    A link that nothing wraps comes back as it is, with `https:` before a scheme-less `//host/…`. Never raises: what is
    no address comes back unchanged.
    """
    url = _plain(url)
    if not may_wrap(url):
        return Unwrapped(url=url)
    archived_at: str | None = None
    for _ in range(MAX_LAYERS):
        inner, stamp = _one_layer(url)
        archived_at = archived_at or stamp
        if inner is None:
            break
        url = _plain(inner)
    return Unwrapped(url=url, archived_at=archived_at)


def may_wrap(url: str) -> bool:
    """Whether `url` may hold another address: a cheap test without false negatives."""
    start = url.find("//") + 2
    end = url.find("/", start)
    host = (url[start:end] if end > 0 else url[start:]).lower()
    return "oembed" in url or "@" in host or ":" in host or is_wrapper(host)


def _plain(url: str) -> str:
    url = url[:MAX_URL].strip()
    for _ in range(3):  # some CMS escape twice, and once more on the way into a feed
        if "&" not in url:
            break
        url, before = _ENTITY.sub(lambda entity: html.unescape(entity[0]), url), url
        if url == before:
            break
    if url.startswith("//"):
        url = "https:" + url
    if url[:8].lower().startswith(("http%3a", "https%3a")):
        url = unquote(url)
    if url.startswith("/web/") and _OWN_SERVER.match(url):
        url = "https://web.archive.org" + url
    return _ONE_SLASH.sub(r"\1://", url, count=1)


def _one_layer(url: str) -> tuple[str | None, str | None]:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None, None
    if not host:
        return None, None
    if translated := _TRANSLATED.match(host):
        # `twitter-com.translate.goog`: dots became hyphens, hyphens were doubled.
        name = translated[1].replace("--", "\0").replace("-", ".").replace("\0", "-")
        return f"https://{name}{parts.path}", None
    if host.endswith(".cdn.ampproject.org") and (cached := _AMP_CACHE.match(parts.path)):
        return ("https://" if cached[1] else "http://") + cached[2], None
    if host == "s9e.github.io":
        return _framed(url), None
    tail = url.split("/", 3)
    rest = "/" + tail[3] if len(tail) == 4 else "/"
    paths, queries = _wrappers_of(host)
    for path in paths:
        if found := path.match(rest):
            inner = rest[found.end() :]
            if re.match(r"https?(?:%3A|:)|//", inner, re.IGNORECASE):
                return inner, found.groupdict().get("ts")
            if "/amp/s/" in found[0] or inner.startswith(("twitter.com/", "x.com/", "www.", "mobile.")):
                return "https://" + inner, found.groupdict().get("ts")
    for path, names in queries:
        if path.fullmatch(parts.path or "/"):
            values = parse_qs(parts.query[:MAX_URL])
            for name in names:
                value = values.get(name, [""])[0]
                if value[:8].lower().startswith(("http:", "https:", "//")):
                    return value, None
    return None, None


@functools.lru_cache(maxsize=4096)
def _wrappers_of(
    host: str,
) -> tuple[tuple[re.Pattern[str], ...], tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]]:
    """The wrappers that `host` has: in a path, and in a parameter."""
    return (
        tuple(path for rule, path in _PATHS if rule.fullmatch(host)),
        tuple((path, names) for rule, path, names in _QUERIES if rule.fullmatch(host)),
    )


@functools.lru_cache(maxsize=4096)
def is_wrapper(host: str) -> bool:
    """Whether links of `host` (in small letters) may hold another address; an oEmbed endpoint may be anywhere, which is
    not meant here."""
    paths, queries = _wrappers_of(host)
    return bool(paths) or len(queries) > 1 or host.endswith((".translate.goog", ".cdn.ampproject.org", "s9e.github.io"))


def _framed(url: str) -> str | None:
    frame = _FRAME.match(url)
    if frame is None:
        return None
    for name, what, permalink in _FRAMED:
        if frame["name"].lower() == name and (found := what.fullmatch(frame["what"])):
            return found.expand(permalink)
    return None
