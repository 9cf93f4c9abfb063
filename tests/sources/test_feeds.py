"""Feeds and sitemaps. Invariant: what a well-made one lists is read whatever form it has; whatever it is made of, there
is an end soon, and nothing but `ArchiverError`."""

from __future__ import annotations

import json
from html import escape
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import ArchiverError, InputError, LimitError
from archiver.sources import feeds
from archiver.sources.feeds import Entry, entries, kind_of_listing

BASE = "https://news.example/feeds/all.xml"
ADDRESSES = [f"https://news.example/2026/{n}.html?a=1&b={n}" for n in range(4)]


def read(text: str, base: str | None = BASE, name: str = "") -> list[Entry]:
    kind = kind_of_listing(text, name=name)
    assert kind is not None
    return list(entries(text, kind, base))


def urls(text: str, base: str | None = BASE, name: str = "") -> list[str | None]:
    return [entry.url for entry in read(text, base, name)]


def rss(items: str, head: str = "", version: str = "2.0") -> str:
    return f'<?xml version="1.0"?>\n<rss version="{version}"><channel><title>News</title>{head}{items}</channel></rss>'


def atom(items: str, head: str = "", more: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {more}><title>News</title>{head}{items}</feed>'


def each(shape: str) -> str:
    return "".join(shape.replace("URL", escape(url)) for url in ADDRESSES)


FORMS = {
    "rss 0.91": rss(each("<item><title>A</title><link>URL</link></item>"), version="0.91"),
    "rss 2.0": rss(each("<item><link>\n  URL\n</link><guid isPermaLink='false'>x</guid></item>")),
    "rss, guid alone": rss(each("<item><guid>URL</guid></item>")),
    "rss, atom:link": rss(each("<item><atom:link href='URL'/></item>")),
    "rss, cdata": rss(each("<item><link><![CDATA[URL]]></link></item>").replace("&amp;", "&")),
    "rss, by a redirector": rss(
        each("<item><link>https://feeds.example/~r/1</link><feedburner:origLink>URL</feedburner:origLink></item>")
    ),
    "rss, capitals": rss(each("<ITEM><LINK>URL</LINK></ITEM>")),
    "rss, not closed": rss(each("<item><link>URL</link><title>A")),
    "rss 1.0": '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><link>https://news.example/</link></channel>'
    + each("<item rdf:about='URL'><title>A</title></item>")
    + "</rdf:RDF>",
    "atom": atom(each("<entry><link rel='self' href='no'/><link rel='alternate' href='URL'/><id>urn:1</id></entry>")),
    "atom, html before others": atom(
        each("<entry><link type='application/json' href='no'/><link type='text/html' href='URL'/></entry>")
    ),
    "atom, id alone": atom(each("<entry><id>URL</id></entry>")),
    "atom, content elsewhere": atom(each("<entry><content type='text/html' src='URL'/></entry>")),
    "atom, with a prefix": '<a:feed xmlns:a="http://www.w3.org/2005/Atom">'
    + each("<a:entry><a:link href='URL'/></a:entry>")
    + "</a:feed>",
    "json feed": json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"url": u} for u in ADDRESSES]}),
    "sitemap": '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="i">'
    + each("<url><loc>URL</loc><lastmod>2026-01-01</lastmod><image:image><image:loc>no</image:loc></image:image></url>")
    + "</urlset>",
    "news sitemap": "<!-- made by hand --><urlset>"
    + each("<url><loc> URL </loc><news:news><news:title>A</news:title></news:news></url>")
    + "</urlset>",
    "sitemap, not closed": "<urlset>" + each("<url><loc>URL</loc>"),
    "sitemap index": "<sitemapindex>" + each("<sitemap><loc>URL</loc></sitemap>") + "</sitemapindex>",
    "text": "\n".join(ADDRESSES),
}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_listed_is_read_in_every_form(form: str) -> None:
    assert urls(FORMS[form], name="sitemap.txt" if form == "text" else "") == ADDRESSES


@pytest.mark.parametrize("form", [form for form in FORMS if form not in ("json feed", "text")])
def test_a_feed_that_breaks_off_gives_what_came_before(form: str) -> None:
    text = FORMS[form]
    found = urls(text[: text.index(escape(ADDRESSES[2]) if "cdata" not in form else ADDRESSES[2])])
    assert found[:2] == ADDRESSES[:2]
    assert ADDRESSES[2] not in found


@pytest.mark.parametrize(
    ("text", "base", "url"),
    [
        (rss("<item><link>/a</link></item>"), BASE, "https://news.example/a"),
        (rss("<item><link>a</link></item>", "<link>https://site.example/x/</link>"), None, "https://site.example/x/a"),
        (rss("<item><link>a</link></item>", "<link>https://site.example/x/</link>"), BASE, "https://news.example/feeds/a"),
        (rss("<item><link>a</link></item>"), None, "a"),
        (atom("<entry><link href='a'/></entry>", more="xml:base='https://b.example/y/'"), BASE, "https://b.example/y/a"),
        (atom("<entry xml:base='z/'><link href='a'/></entry>", more="xml:base='/y/'"), BASE, "https://news.example/y/z/a"),
        (atom("<entry><link href='a'/></entry>", "<link rel='self' href='https://s.example/f/x'/>"), None, "https://s.example/f/a"),
        (rss("<item><link>javascript:alert(1)</link></item>"), BASE, "javascript:alert(1)"),
    ],
)  # fmt: skip
def test_relative_addresses(text: str, base: str | None, url: str) -> None:
    assert urls(text, base) == [url]


@pytest.mark.parametrize(
    ("text", "content"),
    [
        (rss("<item><description>&lt;p&gt;a &amp;amp; b&lt;/p&gt;</description></item>"), "<p>a &amp; b</p>"),
        (rss("<item><description>a</description><content:encoded><![CDATA[b]]></content:encoded></item>"), "b"),
        (rss("<item><description><p>not <b>escaped</b><br></p></description></item>"), "<p>not <b>escaped</b><br></p>"),
        (atom("<entry><content type='html'>&lt;p&gt;a&lt;/p&gt;</content></entry>"), "<p>a</p>"),
        (atom("<entry><content type='xhtml'><x:div><x:p>a</x:p></x:div></content></entry>"), "<div><p>a</p></div>"),
        (rss("<item><fullitem>&lt;p&gt;a&lt;/p&gt;</fullitem></item>"), "<p>a</p>"),
        (atom("<entry><summary>1 &lt; 2</summary></entry>"), "<p>1 &lt; 2</p>"),
        (rss("<item><title>A</title><media:content><description>of a film</description></media:content></item>"), None),
    ],
)  # fmt: skip
def test_an_entrys_own_content(text: str, content: str | None) -> None:
    assert [entry.html for entry in read(text)] == [content]


def test_entities_stand_for_no_others() -> None:
    laughs = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    [entry] = read(laughs + rss("<item><title>&nbsp;&b;&c;&eacute;</title><link>https://n.example/&amp;</link></item>"))
    assert (entry.title, entry.url) == ("&b;&c;é", "https://n.example/&")


def test_nothing_but_a_list_is_taken_for_one() -> None:
    for text in (
        "<html><head><link rel='alternate' type='application/rss+xml' href='/feed'></head>",
        "<!DOCTYPE html><rss>",
        "<p>&lt;rss&gt;</p><rss>",
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><item/></rdf:RDF>',
        '{"version": "1.1", "items": []}',
        "https://news.example/1\n",
        "",
    ):
        assert kind_of_listing(text) is None
    assert kind_of_listing("https://news.example/1\nsaid nobody\n", name="sitemap.txt") is None


def test_bounds() -> None:
    many = rss("<item><link>a</link></item>" * (feeds.MAX_ENTRIES + 1))
    found = entries(many, "rss", BASE)
    assert sum(1 for _ in islice(found, feeds.MAX_ENTRIES)) == feeds.MAX_ENTRIES
    with pytest.raises(LimitError, match="more than 50,000"):
        next(found)
    with pytest.raises(LimitError, match="MiB"):
        list(entries(" " * (feeds.MAX_JSON + 1), "json feed", None))
    with pytest.raises(InputError):
        list(entries('{"version": "https://jsonfeed.org/version/1", "items": 7}', "json feed", None))
    assert len(read(rss("<item><title>A<link>a" * 1000))) == 1000
    assert len(read(rss("<item>" + "<a>" * 1000 + "</a>" * 1000 + "</item><item/>"))) == 2


TAGS = "<item> </item> <entry> </entry> <link> </link> <link/> <url> <loc> </loc> </url> <![CDATA[ ]]> <!-- -->"
SIGNS = "<? ?> <!D[ ]> < > & &amp; ' \" a <content:encoded> </content> xml:base='b' <x:y=z </rss> \0 \ud800"
PIECES = st.sampled_from([*f"{TAGS} {SIGNS}".split(" "), "<link href='a'/>", "<content type='xhtml'>", " ", "\n"])


@given(
    st.sampled_from(["rss", "atom", "sitemap", "sitemap index"]),
    st.lists(PIECES, max_size=60),
    st.none() | st.just(BASE),
)
def test_any_tags_come_to_an_end(kind: feeds.Kind, pieces: list[str], base: str | None) -> None:
    list(entries("".join(pieces), kind, base))


@given(st.sampled_from(sorted(FORMS)), st.data())
def test_a_damaged_feed_is_read_or_told(form: str, data: st.DataObject) -> None:
    text = FORMS[form]
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(PIECES) + text[at + data.draw(st.integers(0, 3)) :]
    kind = kind_of_listing(text, name="sitemap.txt")
    if kind is None:
        return
    try:
        list(entries(text, kind, BASE))
    except ArchiverError:
        assert kind == "json feed"
