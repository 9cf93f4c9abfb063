"""News sites that cite the population's posts: pages with classic embeds, and copies in which only text is left.

Which posts a page cites is in `NewsPage.cites`, so that a test can say what must be found on it. The sites also serve
`/feed.xml` (RSS, the articles whole in it), `/atom.xml` (without them), `/sitemap.xml` and `/sitemap_index.xml` of
their pages, `/big?bytes=N` (a body of any size, streamed) and `/page/N` (distinct pages of about 30 KB, for
benchmarks).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from tests.web_twin.population import Population, PostState, TwinPost
from tests.web_twin.rendering import segments
from tests.web_twin.sentences import VOICES
from tests.web_twin.wire import Framing, Reply, Request
from tests.web_twin.x import XSite, date_text

NEWS_HOSTS = (
    "news.example",
    "www.news.example",
    "mirror.example",
    "zeitung.example",
    "novyny.example",
    "shimbun.example",
    "akhbar.example",
    "excluded.example",
    "wire.example",
)

LISTINGS = {
    "/feed.xml": "text/html; charset=utf-8",
    "/atom.xml": "application/atom+xml",
    "/sitemap.xml": "application/xml",
    "/sitemap_index.xml": "application/octet-stream",
}
"""Feeds and sitemaps, and what they are served as."""

BIG_BLOCK = b"All of this is one line, again and again, as long as it was asked for........\n" * 840
PAGE_BYTES = 30_000


@dataclass(frozen=True)
class NewsPage:
    """One article: where it is, what it cites, and how."""

    url: str
    kind: str
    """`embeds`, `flattened`, `flattened-bare` (without @), `link` (permalinks in prose), `none`."""
    cites: tuple[str, ...]
    """Ids of the cited posts, in document order."""
    language: str
    charset: str
    title: str
    html: str

    @property
    def host(self) -> str:
        return self.url.split("/")[2]

    @property
    def path(self) -> str:
        return "/" + self.url.split("/", 3)[3]


class NewsSites:
    """All hosts under `.example`. Called with a request, gives the reply.

    `pages` are made once, from the population as it is at the first look: an article keeps the embed that it was
    published with, whatever becomes of the post.
    """

    def __init__(self, population: Population, now: Callable[[], datetime]) -> None:
        self.population = population
        self._now = now
        self._x = XSite(population, now)
        self._pages: dict[str, NewsPage] | None = None

    @property
    def pages(self) -> dict[str, NewsPage]:
        """The articles by name."""
        if self._pages is None:
            self._pages = dict(self._make())
        return self._pages

    def add(self, name: str, url: str, html: str, *, cites: tuple[str, ...] = (), charset: str = "utf-8") -> NewsPage:
        """Publish an article of your own."""
        page = NewsPage(url, "own", cites, "en", charset, name, html)
        self.pages[name] = page
        return page

    # -- making

    def _make(self) -> Iterator[tuple[str, NewsPage]]:
        def some(*langs: str, count: int, offset: int = 0) -> list[TwinPost]:
            found = [
                post
                for post in self.population.posts
                if post.lang in langs
                and post.state is not PostState.PROTECTED
                and not post.stale
                and int(post.id) > 10**10
            ]
            return found[offset::3][:count]

        english = some("en", count=4)
        yield self._page("embeds", "https://news.example/2024/05/what-the-quay-says.html", "embeds", english)
        yield self._page("flattened", "https://mirror.example/copy/what-the-quay-says", "flattened", english)
        yield self._page(
            "flattened-bare",
            "https://mirror.example/translated/bridge",
            "flattened-bare",
            some("en", "uk", count=4, offset=1),
        )
        yield self._page("links", "https://news.example/2024/06/links-only.html", "link", some("en", count=2, offset=2))
        yield self._page("none", "https://news.example/2024/07/no-posts.html", "none", [])
        yield self._page(
            "german",
            "https://zeitung.example/lokales/drehbruecke.html",
            "embeds",
            some("de", count=3),
            "de",
            "iso-8859-1",
        )
        yield self._page(
            "ukrainian", "https://novyny.example/2022/mist.html", "embeds", some("uk", count=3), "uk", "windows-1251"
        )
        yield self._page("japanese", "https://shimbun.example/minato/1.html", "embeds", some("ja", count=3), "ja")
        yield self._page("arabic", "https://akhbar.example/mina/1", "embeds", some("ar", "iw", count=4), "ar")
        yield self._page("excluded", "https://excluded.example/", "embeds", english[:1])

    def _page(
        self, name: str, url: str, kind: str, posts: list[TwinPost], lang: str = "en", charset: str = "utf-8"
    ) -> tuple[str, NewsPage]:
        title = f"What is said about the bridge ({name})"
        cites = tuple(post.id for post in posts)
        html = self._html(title, kind, posts, lang, charset)
        return name, NewsPage(url, kind, cites, lang, charset, title, html)

    def citation(self, post: TwinPost, kind: str, lang: str) -> str:
        """A post as a page of this kind shows it."""
        if kind == "embeds":
            embed = self._x.blockquote(post, **({"lang": lang} if lang != "en" else {}))
            return f'{embed}\n<script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>'
        if kind == "link":
            return f'<p>As <a href="{post.url}?s=20">one post</a> had it, the matter is not closed.</p>'
        text = escape(flattened(post, at_sign=kind == "flattened", lang=lang), quote=False)
        return f"<p>{text}</p>"

    def _html(self, title: str, kind: str, posts: list[TwinPost], lang: str, charset: str) -> str:
        voice = VOICES.get(lang, VOICES["en"])
        roll = random.Random(f"news {title}")
        body = []
        for post in posts:
            body.append(f"<p>{roll.choice(voice.openings)} {roll.choice(voice.continuations)}</p>")
            body.append(self.citation(post, kind, lang))
        body.append(f"<p>{roll.choice(voice.openings)}</p>")
        article = "\n".join(body)
        return f"""<!DOCTYPE html>
<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">
<head>
<meta charset="{charset}">
<title>{title}</title>
<meta property="article:published_time" content="2026-01-15T08:30:00+00:00">
<meta property="og:type" content="article">
</head>
<body>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/harbour">Harbour</a></li></ul></nav>
<a class="twitter-follow-button" href="https://twitter.com/news_example_desk">Follow @news_example_desk</a></header>
<main><article>
<h1>{title}</h1>
<p class="byline">By Ada Pierwright (@ada_pierwright) <time datetime="2026-01-15T08:30:00Z">January 15, 2026</time></p>
{article}
</article></main>
<aside class="related"><h2>Related</h2><ul>
<li><a href="/2023/11/ferry.html">The ferry that was late twice</a></li>
<li><a href="https://twitter.com/share?url=https%3A%2F%2Fnews.example" class="twitter-share-button">Share</a></li></ul>
</aside>
<footer><p>© The Example News. <a href="/imprint">Imprint</a></p></footer>
</body>
</html>
"""

    # -- answering

    def __call__(self, request: Request) -> Reply:
        path = request.path
        if path == "/big":
            return self._big(request)
        if path.startswith("/page/") and path[6:].isdecimal():
            return self._answer(numbered_page(int(path[6:])).encode(), "utf-8")
        for page in self.pages.values():
            if page.host == request.host.removeprefix("www.") and page.path == path:
                return self._answer(page.html.encode(page.charset, "xmlcharrefreplace"), page.charset)
        if path in LISTINGS:
            return self._listing(path, request.host.removeprefix("www."))
        if path == "/":
            return self._answer(self._index(request.host).encode(), "utf-8")
        return Reply(
            status=404,
            headers=(*self._headers(), ("Content-Type", "text/html; charset=utf-8")),
            body=b"<!DOCTYPE html><title>Not found</title><h1>No such page</h1>",
        )

    def _headers(self) -> tuple[tuple[str, str], ...]:
        return (("Date", format_datetime(self._now().astimezone(UTC), usegmt=True)), ("Server", "Apache"))

    def _answer(self, body: bytes, charset: str) -> Reply:
        # A page in an older charset says so only in its <meta>, as most of them do.
        kind = "text/html" if charset != "utf-8" else "text/html; charset=utf-8"
        headers = (*self._headers(), ("Vary", "Accept-Encoding"), ("Content-Type", kind))
        return Reply(headers=headers, body=body, compress=True)

    def _index(self, host: str) -> str:
        links = "".join(
            f'<li><a href="{page.url}">{escape(page.title)}</a></li>'
            for page in self.pages.values()
            if page.host == host
        )
        return f"<!DOCTYPE html><html><head><title>{host}</title></head><body><ul>{links}</ul></body></html>"

    def _listing(self, path: str, host: str) -> Reply:
        """A feed or a sitemap of the host's pages, under the media type that servers give it."""
        pages = [page for page in self.pages.values() if page.host == host]
        if path == "/sitemap_index.xml":
            body = f"<sitemapindex><sitemap><loc>https://{host}/sitemap.xml</loc></sitemap></sitemapindex>"
        elif path == "/sitemap.xml":
            body = "<urlset>" + "".join(f"<url><loc>{escape(page.url)}</loc></url>" for page in pages) + "</urlset>"
        elif path == "/atom.xml":
            entries = "".join(f'<entry><link href="{escape(page.path)}"/></entry>' for page in pages)
            body = f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'
        else:
            items = "".join(
                f"<item><title>{escape(page.title)}</title><link>{escape(page.url)}</link>"
                f"<pubDate>Thu, 15 Jan 2026 08:30:00 GMT</pubDate><description>{escape(page.html)}</description></item>"
                for page in pages
            )
            body = (
                f'<rss version="2.0"><channel><title>{host}</title><link>https://{host}/</link>{items}</channel></rss>'
            )
        headers = (*self._headers(), ("Content-Type", LISTINGS[path]))
        return Reply(headers=headers, body=f'<?xml version="1.0"?>\n{body}'.encode(), compress=True)

    def _big(self, request: Request) -> Reply:
        size = int(request.query.get("bytes", "0"))
        chunked = request.query.get("chunked") == "1"
        return Reply(
            headers=(*self._headers(), ("Content-Type", request.query.get("type", "application/octet-stream"))),
            stream=_repeated(size),
            length=size,
            framing=Framing.CHUNKED if chunked else Framing.LENGTH,
        )


def _repeated(size: int) -> Iterator[bytes]:
    while size > 0:
        piece = BIG_BLOCK if size >= len(BIG_BLOCK) else BIG_BLOCK[:size]
        yield piece
        size -= len(piece)


def flattened(post: TwinPost, *, at_sign: bool = True, lang: str = "en") -> str:
    """What is left of an embed when its HTML is lost: text, dash, name, handle, the UTC day."""
    words = "".join(
        f"pic.twitter.com/{part.value}" if part.kind == "media" else part.plain for part in segments(post)
    ).replace("\n", " ")
    return f"{words} — {post.account.name} ({'@' if at_sign else ''}{post.handle}) {date_text(post.day, lang)}"


def numbered_page(number: int) -> str:
    """A page of about 30 KB, different for every number, with one classic embed of a post that nobody knows."""
    roll = random.Random(f"page {number}")
    voice = VOICES["en"]
    handle, post_id = f"keeper_{number % 100_000}", 1_500_000_000_000_000_000 + number * 4_194_304
    embed = (
        f'<blockquote class="twitter-tweet"><p lang="en" dir="ltr">{roll.choice(voice.continuations)}</p>&mdash; '
        f'Keeper {number} (@{handle}) <a href="https://twitter.com/{handle}/status/{post_id}?ref_src=twsrc%5Etfw">'
        f"March 5, 2022</a></blockquote>"
    )
    paragraphs: list[str] = []
    size = 0
    while size < PAGE_BYTES:
        if len(paragraphs) == 20:
            paragraphs.append(embed)
        words = " ".join(roll.choice(voice.openings) + " " + roll.choice(voice.continuations) for _ in range(4))
        paragraphs.append(f"<p>{escape(words, quote=False)}</p>")
        size += len(paragraphs[-1])
    body = "\n".join(paragraphs)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Page {number}</title></head>\n'
        f"<body><article><h1>Page {number}</h1>\n{body}\n</article></body></html>\n"
    )
