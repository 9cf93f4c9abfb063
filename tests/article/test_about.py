"""What a document says of itself: the article's own day, title and language, never a related item's."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.article import article_of
from archiver.article.about import About, of_html, of_text
from archiver.errors import InputError

URL = "https://news.example/a-bridge-opens"


def page(head: str = "", body: str = "", lang: str = "") -> str:
    html = f'<html lang="{lang}">' if lang else "<html>"
    title = "A bridge opens"
    return f"{html}<head><title>{title} | News</title>{head}</head><body><h1>{title}</h1>{body}</body></html>"


def ld(*records: object) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(record)}</script>' for record in records)


OWN = {"@type": "NewsArticle", "headline": "A bridge opens", "datePublished": "2022-11-09T08:30:00+01:00", "url": URL}
OTHER = {
    "@type": "NewsArticle",
    "headline": "Rain at last",
    "datePublished": "2019-01-01",
    "url": "https://news.example/rain",
}


@pytest.mark.parametrize(
    "records",
    [
        (OWN,),
        ([OWN],),
        ({"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "News"}, OWN]},),
        ({"@type": "WebPage", "datePublished": "2018-05-05", "mainEntity": OWN},),
        ({"@type": "ItemList", "itemListElement": [OTHER]}, OWN),
        (OTHER, OWN),
        ([OTHER, OWN],),
        ({"@type": "BreadcrumbList"}, {**OWN, "@type": ["Article", "BlogPosting"]}),
        ({**OWN, "mentions": [OTHER], "comment": {"@type": "Comment", "datePublished": "2023-01-01"}},),
        ({"@type": "VideoObject", "uploadDate": "2018-05-05", "datePublished": "2018-05-05"}, OWN),
        ({**OWN, "url": None, "mainEntityOfPage": {"@id": URL + "/"}}, OTHER),
    ],
)
def test_json_ld_of_the_article_itself(records: tuple[object, ...]) -> None:
    assert of_html(page(ld(*records)), uri=URL).published == "2022-11-09T08:30:00+01:00"


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "A\nbridge", "datePublished": "2022-11-09"}',
        '<!-- {"@type": "NewsArticle", "datePublished": "2022-11-09"} -->',
        '//<![CDATA[\n{"@type": "NewsArticle", "datePublished": "2022-11-09"}\n//]]>',
        '{"@type": "NewsArticle", "datePublished": "2022-11-09",}',
    ],
)
def test_json_ld_with_faults(script: str) -> None:
    assert of_html(page(f'<script type="application/ld+json">{script}</script>')).published == "2022-11-09"


@pytest.mark.parametrize(
    ("head", "body", "uri", "day"),
    [
        ('<meta property="article:published_time" content="2022-11-09T07:30:00Z">', "", None, "2022-11-09T07:30:00Z"),
        ('<meta itemprop="datePublished" content="2022-11-09">', "", None, "2022-11-09"),
        ('<meta name="DC.date.issued" content="2022-11-09">', "", None, "2022-11-09"),
        ('<meta name="pubdate" content="Wed, 09 Nov 2022 07:30:00 +0000">', "", None, "2022-11-09T07:30:00Z"),
        ('<meta name="publish-date" content="20221109">', "", None, "2022-11-09"),
        ('<meta name="ptime" content="1667979000000">', "", None, "2022-11-09T07:30:00Z"),
        ('<meta name="date" content="9. November 2022">', "", None, "2022-11-09"),
        (
            "",
            '<span itemprop="datePublished" content="2022-11-09T07:30:00Z">Wednesday</span>',
            None,
            "2022-11-09T07:30:00Z",
        ),
        ("", "<div itemprop=datePublished>2022-11-09</div>", None, "2022-11-09"),
        ("", "", "https://news.example/2022/11/09/a-bridge-opens", "2022-11-09"),
        ("", "", "https://news.example/2022/nov/09/a-bridge-opens", "2022-11-09"),
        ("", "", "https://news.example/a-bridge-20221109.html", "2022-11-09"),
        ("", "", "https://news.example/2022/11/a-bridge", None),
        ('<link rel=canonical href="https://news.example/2022/11/09/a-bridge">', "", None, "2022-11-09"),
        ('<meta name="date" content="2023-02-02">', "", "https://news.example/2022/11/09/a-bridge", "2022-11-09"),
        ("", "<time class=updated datetime=2023-01-01>x</time><time datetime=2022-11-09>x</time>", None, "2022-11-09"),
        ("", "<time datetime=2023-01-01>x</time><time pubdate datetime=2022-11-09>x</time>", None, "2022-11-09"),
        ('<meta name="article:published_time" content="0001-01-01T00:00:00">', "", None, None),
        ('<meta name="article:published_time" content="1970-01-01T00:00:00Z">', "", None, None),
        ('<meta property="article:modified_time" content="2022-11-09">', "", None, None),
    ],
)
def test_where_the_day_is(head: str, body: str, uri: str | None, day: str | None) -> None:
    assert of_html(page(head, body), uri=uri).published == day


@pytest.mark.parametrize(
    ("lang", "line", "day"),
    [
        ("en", "By Ana Example, November 9, 2022", "2022-11-09"),
        ("en", "Published: Wednesday, November 9th, 2022 at 3:16pm", "2022-11-09"),
        ("de", "Von Ana Beispiel, 9. November 2022, 15:30 Uhr", "2022-11-09"),
        ("de", "Stand: 09.11.2022, 15:30 Uhr", "2022-11-09"),
        ("es", "9 de noviembre de 2022", "2022-11-09"),
        ("pl", "9 listopada 2022, 15:30", "2022-11-09"),
        ("ru", "9 ноября 2022, 15:30", "2022-11-09"),
        ("ja", "2022年11月9日 15時30分", "2022-11-09"),
        ("fr", "Publié le 09/11/2022", "2022-11-09"),
        ("en-US", "11/09/2022", "2022-11-09"),
        ("en", "09/11/2022", None),
        ("en", "© 2022 News, all rights reserved", None),
        ("en", "— Ana Example (@ana_example) November 9, 2022", None),
        ("en", "The 12 bridges that we will cross in 2022", None),
        (
            "en",
            "The bridge was closed on November 9, 2022, when the river rose, and nobody could cross it for months.",
            None,
        ),
    ],
)
def test_by_lines(lang: str, line: str, day: str | None) -> None:
    assert of_html(page(body=f"<div><span>{line}</span></div><p>Rain at last.</p>", lang=lang)).published == day


@pytest.mark.parametrize(
    "tag",
    [
        *(f'<div class="{name}">' for name in ("post-date", "published", "posted-on", "pubdate", "dateline", "byline")),
        *(f'<div class="{name}">' for name in ("by-line", "meta", "fecha", "datum", "tarih", "data")),
        "<DIV CLASS='POST-DATE'>",
        '<div title="Über uns" class="datum">',
    ],
)
def test_a_day_far_from_the_headline_is_found_by_what_its_element_is_called(tag: str) -> None:
    far = '<p class="text">Words and more words of this article.</p>' * 300
    assert of_html(page(body=f"{far}<div class='sky'>3 May 2021</div>", lang="en")).published is None
    assert of_html(page(body=f"{far}{tag}3 May 2021</div>", lang="en")).published == "2021-05-03"


PROSE = {
    "en": "The bridge that was closed for months is open again, and the first cars have been over it by now.",
    "de": "Die Brücke, die seit Monaten gesperrt war, ist wieder offen, und die ersten Autos sind schon drüben.",
    "el": "Η γέφυρα που ήταν κλειστή για μήνες άνοιξε ξανά και τα πρώτα αυτοκίνητα έχουν ήδη περάσει.",
    "uk": "Міст, який був закритий кілька місяців, знову відкрито, і перші автівки вже проїхали.",
    "ja": "何か月も閉鎖されていた橋が再び開通し、最初の車がすでに渡っている。",
}


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("en", "el", "el"),
        ("en-US", "de", "de"),
        ("de-AT", "de", "de-AT"),
        ("pt_BR", "en", "en"),
        ("", "uk", "uk"),
        ("", "de", "de"),
        ("ja", "ja", "ja"),
        ("nb", "en", "en"),
        ("sq", "el", "el"),
    ],
)
def test_language(lang: str, text: str, found: str) -> None:
    assert of_html(page(body=f"<p>{PROSE[text] * 4}</p>", lang=lang)).language == found


def test_a_short_text_does_not_contradict_the_page() -> None:
    assert of_html(page(body="<p>Die Brücke ist wieder offen, ruft der Fährmann.</p>", lang="en")).language == "en"


def test_language_where_the_root_is_silent() -> None:
    assert of_html(page('<meta http-equiv="Content-Language" content="de-AT">')).language == "de-AT"
    assert of_html(page('<meta property="og:locale" content="uk_UA">')).language == "uk-UA"
    assert of_html(page(ld({**OWN, "inLanguage": "et"}))).language == "et"


def test_bare_text() -> None:
    text = f"A bridge opens\nBy Ana Example\n9 November 2022\n\n{PROSE['en'] * 3}\nThe ferry waits.\n"
    assert of_text(text) == About(language="en", title="A bridge opens", published="2022-11-09")


@pytest.mark.parametrize(
    "text",
    [
        f"{PROSE['en'] * 2}\nRain at last. — Ana Example (@ana_example) November 9, 2022\n{PROSE['en']}",
        f"Rain at last. — Ana Example\n(@ana_example)\nNovember 9, 2022\n{PROSE['en']}",
        f"{PROSE['en'] * 3}\nNovember 9, 2022\n{PROSE['en']}",
    ],
)
def test_the_day_of_a_post_is_not_the_articles(text: str) -> None:
    assert of_text(text).published is None


def test_article_has_all_of_it() -> None:
    text = f"A bridge opens\n\n{PROSE['de'] * 3}"
    found = article_of(text.encode(), source="s", uri="https://news.example/2022/11/09/bridge")
    assert (found.title, found.language, found.published) == ("A bridge opens", "de", "2022-11-09")


PIECES = [
    *('<>"={}[]:,/ \n'),
    *(
        "<head>",
        "<meta name=date content=",
        '<script type="application/ld+json">',
        "</script>",
        "<h1>",
        "<time datetime=",
    ),
    *("<time datetime=", "2022-11-09", "9 мая 2022", '"datePublished"', '"@graph"', "99999999999", "lang="),
]


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_any_markup(pieces: list[str]) -> None:
    try:
        found = article_of("".join(pieces).encode(), source="s")
    except InputError:
        return
    assert found.published is None or found.published[:4].isdecimal()
