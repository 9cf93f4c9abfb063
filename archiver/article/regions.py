"""Is this element part of the article's own text, or of what stands around it, and of what then?

Pages say it in the element's tag, role, class, id, label or schema.org type, in the developers' language. Class and id
names are read as words: `c-article__related-posts` is *related posts* with words around it that say nothing, while
`post-comments-enabled`, `article--has-sidebar` and `content-sidebar-wrap` are about the page's state or layout and say
nothing of what is in the element. What holds the headline or the article's body is never around the article, whatever
it is called, and what says little (`sidebar`, `<aside>`) says nothing within the body, where it wraps an embed or a
pull quote.

Wrongly left out is worse than wrongly kept: a cited post is lost.

Cost: an element's ancestors (at most `MAX_DEPTH`), each read once for a document by `Regions`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from selectolax.lexbor import LexborNode

__all__ = ["REASONS", "Regions", "is_body", "outside", "region_of"]

REASONS = ("comments", "related", "navigation", "footer", "share", "feed", "advertisement", "sidebar")

MAX_DEPTH = 512
"""Ancestors that are looked at: browsers nest no deeper."""

MOST = 0.6
"""Share of a page's text in one element from which that is not around the article, whatever it is called."""

MIN_PAGE = 600
"""Code points of a page whose shares of text say something."""

MAX_MEASURED = 60
"""Elements of one document that are measured: each is read to its end."""

MAX_NAMES = 40
"""Class names of one element that are read; utility frameworks reach 30."""

MAX_NAME = 80
"""Code points of one class name or label that are read."""


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
"""A word in a class name: `commentList`, `comment-list` and `COMMENT_LIST` are two words each."""


def words(written: str) -> frozenset[str]:
    """The names in a list, as `names_of` gives them."""
    return frozenset("-".join(_WORD.findall(name)) for name in written.split())


class _Reason:
    """Names of one region. `strong` names count within the article's body too."""

    def __init__(self, reason: str, *, strong: str = "", weak: str = "") -> None:
        self.reason = reason
        self.strong = frozenset(strong.split())
        self.weak = frozenset(weak.split())


_NAMES = (
    _Reason(
        "comments",
        strong="comments comment-list commentlist comment-thread comment-threads comment-section comment-body "
        "comment-content comment-text comment-form comment-respond comment-feed comment-stream comment-tree "
        "comment-item comment-count-and-list user-comments reader-comments readers-comments comments-thread "
        "fb-comments facebook-comments disqus disqus-thread disqus-comments livefyre coral-talk "
        "coral-talk-stream spot-im viafoura vf-comments hyvor-talk hyvor-talk-view utterances giscus "
        "isso-thread remark-42 remark42 commento cusdis intense-debate idc-container respond "
        "discussion-thread conversation-comments wpdiscuz webmention webmentions webmention-list mentions "
        "mentions-content mentions-scroll indieweb-comments pingbacks trackbacks pings kommentare "
        "kommentar-liste leserkommentare nutzerkommentare leserbriefe commentaires comentarios comentarii "
        "commenti reacties kommentarer kommentarfelt kommentit yorumlar yorum-listesi komentarze komentare "
        "komentari komentar-pembaca diskuze diskuse hozzaszolasok kommentarii kommentaarid kommentaari "
        "komentarji otzyvy binh-luan pinglun sxolia комментарии коментарі коментари コメント 评论 評論 댓글 تعليقات "
        "التعليقات",
    ),
    _Reason(
        "feed",
        strong="instagram-feed insta-feed instafeed instagram-pics null-instagram-feed sb-instagram sbi sbi-images "
        "sbi-item cff ctf ctf-tweets wdi-feed eapps-instagram-feed elfsight-app juicer-feed curator-feed "
        "flockler flockler-embed taggbox taggbox-container walls-io snapwidget snapwidget-widget lightwidget "
        "lightwidget-widget powr-instagram-feed powr-social-feed crowdriff pixlee stackla wpzoom-instagram "
        "wpzoom-instagram-widget sqs-block-instagram ifttt-instagram-images spotlight-instagram-feed "
        "sl-instagram twitter-timeline twitter-timeline-rendered latest-tweets recent-tweets aptf-tweets "
        "aptf-single-tweet widget-twitter-timeline jetpack-widget-twitter-timeline "
        "widget-wpcom-instagram-widget fts-instagram fts-twitter dcsns ff-stream fb-page amp-timeline",
        weak="instagram-gallery instagram-widget instagram-block twitter-feed twitter-widget tweets-wrapper "
        "widget-twitter widget-instagram social-feed social-feeds social-wall social-stream social-media-feed "
        "facebook-feed youtube-feed tiktok-feed",
    ),
    _Reason(
        "share",
        strong="share-buttons share-bar share-links share-icons share-tools share-toolbar social-share "
        "social-sharing social-share-buttons sharing-buttons share-this sharethis "
        "sharethis-inline-share-buttons addthis addthis-toolbox addthis-inline-share-toolbox addtoany "
        "addtoany-share-save a2a-kit sharedaddy sd-sharing sd-social heateor-sss heateor-sss-sharing shariff "
        "ssba essb essb-links mashsb swp-social-panel novashare ssk-group at-share-btn-elements social-bar "
        "social-links social-icons follow-us follow-buttons post-share article-share share-post share-article "
        "teilen compartir partager compartilhar condividi delen dela paylas udostepnij",
        weak="share sharing",
    ),
    _Reason(
        "advertisement",
        strong="adsbygoogle google-ad google-ads dfp-ad gpt-ad gpt-ads",
        weak="ad ads advert adverts advertisement advertisements advertising ad-slot ad-unit ad-banner banner-ad "
        "ad-placement ad-placeholder sponsored-links sponsored-content anzeige werbung publicidad publicidade "
        "publicite pubblicita reklama reklame reklam annons mainos advertentie hirdetes reclama iklan "
        "quang-cao",
    ),
    _Reason(
        "related",
        strong="references reflist reference-list einzelnachweise "
        "jp-relatedposts yarpp yarpp-related outbrain ob-widget taboola zergnet revcontent nrelate plista "
        "rc-widget trc-related-container trc_related_container mgid dable-widget crp-related "
        "rp4wp-related-posts related-posts related-articles related-stories related-news related-post "
        "related-article related-story related-videos related-video more-videos similar-videos "
        "recommended-videos recommended-video popular-videos trending-videos latest-videos most-viewed-videos "
        "most-watched most-watched-videos most-read-videos videos-relacionados videos-similaires "
        "videos-similares video-correlati aehnliche-videos weitere-videos mehr-videos meer-videos podobne-wideo "
        "podobne-filmy souvisejici-videa ilgili-videolar benzer-videolar pohozhie-video gerelateerde-videos "
        "you-may-like you-may-also-like you-might-like you-might-also-like "
        "verwandte-artikel aehnliche-artikel weitere-artikel mehr-zum-thema lesen-sie-auch a-lire-aussi "
        "lire-aussi articles-lies sur-le-meme-sujet noticias-relacionadas articulos-relacionados "
        "te-puede-interesar le-puede-interesar lea-tambien noticias-relacionadas leia-tambem veja-tambem "
        "articoli-correlati leggi-anche potrebbe-interessarti lees-ook gerelateerde-artikelen czytaj-takze "
        "czytaj-rowniez zobacz-takze zobacz-rowniez souvisejici-clanky ctete-take mohlo-by-vas-zajimat "
        "ilgili-haberler benzer-haberler diger-haberler pohozhie-novosti chitayte-takzhe chitajte-takzhe "
        "las-ocksa laes-ogsaa les-ogsa lue-myos olvasta-mar articole-similare citeste-si baca-juga "
        "berita-terkait tin-lien-quan tin-cung-chuyen-muc diavaste-episis kanren-kiji "
        "関連記事 관련기사 相关文章 相關文章 相关阅读 相關新聞",
        weak="more-stories more-articles more-news more-posts recommended-posts recommended-articles "
        "recommended-stories recommended-reading most-read most-popular most-viewed popular-posts latest-news "
        "latest-posts latest-stories recent-posts trending-now trending-posts meistgelesen les-plus-lus "
        "mas-leidas mas-leidos lo-mas-leido mais-lidas piu-letti meest-gelezen najczesciej-czytane "
        "nejctenejsi cok-okunanlar mest-lasta mest-leste luetuimmat legolvasottabb terpopuler related "
        "recommended recommendations trending popular relacionados relacionadas relacionado correlati "
        "gerelateerd powiazane polecane souvisejici relaterat relateret relatert kapcsolodo similare "
        "read-more read-next read-also also-read see-also next-article more-from more-on teaser-list "
        "related-links related-topics related-reading related-entries related-items related-content "
        "recommended-content citations footnotes endnotes",
    ),
    _Reason(
        "footer",
        strong="site-footer page-footer global-footer footer-widgets footer-widget-area footer-menu colophon",
        weak="footer fusszeile pie-de-pagina rodape stopka paticka",
    ),
    _Reason(
        "navigation",
        strong="site-navigation main-navigation primary-navigation post-navigation main-menu primary-menu "
        "mobile-menu mega-menu nav-menu navbar breadcrumb breadcrumbs pagination off-canvas offcanvas "
        "skip-links nav-links",
        weak="nav navigation menu masthead site-header global-header top-bar topbar slide-menu cookie-banner "
        "cookie-notice cookie-consent consent-banner",
    ),
    _Reason(
        "sidebar",
        weak="sidebar sidebars side-bar primary-sidebar secondary-sidebar widget-area site-sidebar blog-sidebar "
        "sidebar-widgets sidebar-widget right-rail left-rail seitenleiste randspalte barra-lateral "
        "barre-laterale colonne-droite zijbalk sidopanel sivupalkki",
    ),
)
"""Names by region, in the order in which they are believed where an element has several. Letters without accents."""

_STRONG: dict[str, str] = {}
_WEAK: dict[str, str] = {}
for _reason in _NAMES:
    for _name in _reason.strong:
        _STRONG.setdefault("-".join(_WORD.findall(_name)), _reason.reason)
    for _name in _reason.weak:
        _WEAK.setdefault("-".join(_WORD.findall(_name)), _reason.reason)

_SAYS_NOTHING_BEFORE = words(
    "a c o l m t u js cmp wp tpl mod ui block module component section region area view the site page global "
    "post posts article articles entry story single content td et elementor sqs cb id div"
)
"""Words before a name that only say whose part it is. `content` is taken away from all but `sidebar`, where
`content-sidebar` is a layout."""

_SAYS_NOTHING_AFTER = words(
    "wrapper wrap container section block box list area areas inner outer module region zone holder component "
    "panel widget widgets group row col column columns item items clearfix root body main-list embed-list "
    "template app div ul"
)
_LAYOUTS = frozenset({"sidebar", "ad", "share"})
"""Names that as part of a longer name are more often about the page's layout: only words that say what kind of
element it is may follow them."""

_AFTER_LAYOUTS = frozenset({"inner", "widget", "widgets", "area", "module", "section", "list", "item", "items", "box"})

_HASH = re.compile(
    r"(?:__(?=[a-z+]{0,7}[A-Z0-9])[A-Za-z0-9+]{4,8}|-sc-[A-Za-z0-9-]{3,20}|-[a-z]{1,6}[A-Z0-9][A-Za-z0-9]{1,6})$"
)
"""What build tools append to a name: `Comments_list__3xYz9`, `Related-sc-1ab2cd-0`, `GridWrapper-cAzTTK`."""

_TYPES = {
    "comment": "comments",
    "usercomments": "comments",
    "wpsidebar": "sidebar",
    "wpfooter": "footer",
    "wpheader": "navigation",
    "sitenavigationelement": "navigation",
    "wpadblock": "advertisement",
}
"""schema.org types (https://schema.org/WebPageElement, https://schema.org/Comment)."""

_FORUM = "[itemtype$=DiscussionForumPosting], [itemtype$=QAPage], html#XF"
"""schema.org types of forum threads, and XenForo, which names its replies comments."""

_ROLES = {"navigation": "navigation", "menu": "navigation", "menubar": "navigation", "contentinfo": "footer"}
_ROLES |= {"banner": "navigation", "complementary": "sidebar"}
_STRONG_ROLES = frozenset({"navigation", "menu", "menubar"})

_BODY_NAMES = words(
    "article-body articlebody article-content article-text article-main-content article-page-content "
    "story-body story-content story-text story-body-text entry-content entry-body post-content post-body "
    "post-text post-entry news-body news-content news-text news-detail-text td-post-content single-content "
    "main-article-content body-content content-body content-article article-copy body-copy field-body "
    "field-name-body node-body text-body rich-text artikel-text artikel-inhalt artikeltext articulo-cuerpo "
    "cuerpo-noticia article-corps corps-article testo-articolo articolo-testo texto-noticia conteudo-materia "
    "materia-conteudo tresc-artykulu article-tresc haber-metni haber-detay haber-icerik tekst-statyi "
    "detail-content detail-body e-content gh-content post-full-content available-content "
    "wp-block-post-content caas-body paywall-content"
)
"""Names of the element that holds the article's paragraphs."""

_CONTENT_NAMES = frozenset({"entry-content", "post-content", "post-body", "post-text", "e-content"})

_PLAYERS = frozenset({"iframe", "embed", "object", "video"})
_PLAYER_ATTRIBUTE = re.compile(
    r"src|data-(?:\w{1,20}-){0,3}?(?:src|video|videoid|embed|oembed|mediaembed|tweet|media)\b"
)


def outside(node: LexborNode) -> str | None:
    """Why a post that this element shows is not cited by the article: one of `REASONS`; null: it may be.

    As `region_of`, but a player or an official embed (a frame, a classed `<blockquote>`, a custom element) is left out
    only by what is sure, and not by comments or a sidebar: whoever put it there put that post before the reader, which
    no list of links or names does.
    """
    return Regions().outside(node)


def region_of(node: LexborNode) -> str | None:
    """Of what around the article's own text this element is a part: one of `REASONS`; null: of the text itself."""
    return Regions().of(node)


def is_body(node: LexborNode) -> bool:
    """True where the element says that it holds the article's paragraphs."""
    attributes = node.attributes
    if "articlebody" in (attributes.get("itemprop") or "").lower():
        return True
    return any(name in _BODY_NAMES for name in names_of(attributes.get("class"), attributes.get("id")))


class Regions:
    """`region_of` and `outside` for many elements of one document, each ancestor read once. Not for two documents."""

    def __init__(self) -> None:
        self._own: dict[int, tuple[str | None, str | None, bool]] = {}
        self._holders: set[int] | None = None
        self._forum: bool | None = None
        self._most: dict[int, bool] = {}
        self._plain: set[int] = set()
        """Elements of which nothing is to be said, nor of any that they stand in."""
        self._page: int | None = None

    def outside(self, node: LexborNode) -> str | None:
        """As the function of this name."""
        reason, sure = self._find(node)
        return None if (not sure or reason == "comments") and _is_player(node) else reason

    def of(self, node: LexborNode) -> str | None:
        """As `region_of`."""
        return self._find(node)[0]

    def own_reason(self, node: LexborNode, *, in_body: bool) -> str | None:
        """What this element alone says, whatever it stands in; `in_body`: it stands in the article's body."""
        strong, weak, _ = self._read(node)
        reason = strong or (None if in_body else weak)
        if reason is None or not self._stands_around(node, reason):
            return None
        if reason == "footer" and node.parent is not None and _quotes(node.parent):
            return None
        return reason

    def _find(self, node: LexborNode) -> tuple[str | None, bool]:
        """The reason, and whether it is sure."""
        doubtful: str | None = None
        only_tag: str | None = None
        at: LexborNode | None = node
        passed: list[int] | None = []
        for _ in range(MAX_DEPTH):
            if at is None or at.tag in ("html", "body", "main", "-document"):
                break
            if passed is not None and at.mem_id in self._plain:
                self._plain.update(passed)
                return None, False
            strong, weak, body = self._read(at)
            if strong is not None or weak is not None or body:
                passed = None
            elif passed is not None:
                passed.append(at.mem_id)
            if strong is not None and self._stands_around(at, strong):
                return strong, True
            tag = at.tag
            if body:
                doubtful = None
            elif weak is not None and doubtful is None and self._stands_around(at, weak):
                doubtful = weak
                only_tag = weak if tag in ("aside", "footer") and _is_unnamed(at) else None
            elif doubtful is not None and tag in _PARTS and (doubtful == "sidebar" or only_tag):
                doubtful = None  # an <aside> of the article, the source below a quotation
            at = at.parent
        else:
            passed = None  # there is more above
        if passed is not None:
            self._plain.update(passed)
        if at is not None and at.tag == "main" and only_tag:
            return None, False
        return doubtful, False

    def _read(self, node: LexborNode) -> tuple[str | None, str | None, bool]:
        known = self._own.get(node.mem_id)
        if known is None:
            known = self._own[node.mem_id] = _own(node)
        return known

    def _stands_around(self, node: LexborNode, reason: str) -> bool:
        """Whether an element that says so of itself can be around the article at all."""
        if self.holds_article(node):
            return False
        if reason == "comments":
            return not self._is_forum(node)
        return not self._is_most(node)

    def _is_most(self, node: LexborNode) -> bool:
        """Whether most of the page's text is in this element, which then has a wrong name."""
        known = self._most.get(node.mem_id)
        if known is None:
            if len(self._most) >= MAX_MEASURED:
                return False
            if self._page is None:
                body = _root(node).css_first("body")
                self._page = _letters(body) if body is not None else 0
            known = self._most[node.mem_id] = self._page > MIN_PAGE and _letters(node) > self._page * MOST
        return known

    def _is_forum(self, node: LexborNode) -> bool:
        """In a discussion forum what answers the first posting is the page's own text."""
        if self._forum is None:
            self._forum = _root(node).css_first(_FORUM) is not None
        return self._forum

    def holds_article(self, node: LexborNode) -> bool:
        """Whether the headline or what is marked up as the article's body is in this element."""
        if self._holders is None:
            self._holders = _holders(node)
        return node.mem_id in self._holders


_PARTS = frozenset({"article", "blockquote", "figure", "section"})
"""Elements whose own `<aside>` and `<footer>` are not the page's."""


def _is_unnamed(node: LexborNode) -> bool:
    attributes = node.attributes
    names = names_of(attributes.get("class"), attributes.get("id"))
    return not any(name in _STRONG or name in _WEAK for name in names)


def _quotes(node: LexborNode) -> bool:
    return node.tag in ("blockquote", "figure") or "tweet" in (node.attributes.get("class") or "")


def _is_player(node: LexborNode) -> bool:
    tag = node.tag or ""
    attributes = node.attributes
    return (
        tag in _PLAYERS
        or "-" in tag
        or (tag == "blockquote" and bool(attributes.get("class")))
        or (tag != "a" and tag != "img" and any(_PLAYER_ATTRIBUTE.match(key) for key in attributes))
    )


def _own(node: LexborNode) -> tuple[str | None, str | None, bool]:
    """(a reason that counts everywhere, one that counts outside the body, whether this is the body)."""
    attributes = node.attributes
    tag = node.tag or ""
    strong: str | None = "navigation" if tag == "nav" else None
    weak = "footer" if tag == "footer" else "sidebar" if tag == "aside" else None
    if not attributes:
        return strong, weak, False
    role = (attributes.get("role") or "").strip().lower()
    if role in _STRONG_ROLES:
        strong = _ROLES[role]
    kind = _TYPES.get((attributes.get("itemtype") or "").strip().rpartition("/")[2].lower())
    if kind is not None:
        strong = kind
    names = names_of(attributes.get("class"), attributes.get("id"))
    label = attributes.get("aria-label")
    if label and len(label) <= MAX_NAME and (tag in ("section", "aside", "div", "ul", "ol") or role):
        names = (*names, *_words_of(label))
    body = "articlebody" in (attributes.get("itemprop") or "").lower() or any(name in _BODY_NAMES for name in names)
    for name in names:
        strong = _STRONG.get(name) or strong
        weak = _WEAK.get(name) or weak
    if weak is None:
        weak = _ROLES.get(role)
    if tag == "li" and "comment" in names:
        strong = "comments"
    return strong, weak, body


def names_of(classes: str | None, identity: str | None) -> tuple[str, ...]:
    """What class and id say, as words joined by hyphens, without the words that say nothing."""
    if not classes and not identity:
        return ()
    written = (classes or "").split(None, MAX_NAMES)[:MAX_NAMES]
    if identity:
        written.append(identity)
    out: list[str] = []
    for name in written:
        if len(name) <= MAX_NAME:
            out += _words_of(name)
    return tuple(out)


@lru_cache(maxsize=16384)
def _words_of(name: str) -> tuple[str, ...]:
    """The readings of one name: whole, and without the words before and after it that say nothing."""
    # what follows -- is a state or a variant of the element (BEM)
    name = _HASH.sub("", name.partition("--")[0])
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if unicodedata.category(c) != "Mn")
        name = unicodedata.normalize("NFC", name)
    words = [word.lower() for word in _WORD.findall(name)]
    if not words:
        return ()
    whole = "-".join(words)
    first, last = 0, len(words)
    while first < last - 1 and words[first] in _SAYS_NOTHING_BEFORE:
        first += 1
    while last > first + 1 and (words[last - 1] in _SAYS_NOTHING_AFTER or words[last - 1].isdigit()):
        last -= 1
    core = "-".join(words[first:last])
    if core == whole:
        return (whole,)
    if core in _LAYOUTS and not (
        (last == len(words) or all(word in _AFTER_LAYOUTS for word in words[last:])) and "content" not in words[:first]
    ):
        return (whole,)
    return (whole, core, "-".join(words[first:]), "-".join(words[:last]))


def _letters(node: LexborNode) -> int:
    """How long the paragraphs are."""
    return sum(len(part.text(deep=True)) for part in node.css("p"))


def _root(node: LexborNode) -> LexborNode:
    root = node
    while root.parent is not None and root.parent.tag != "-document":
        root = root.parent
    return root


def _holders(node: LexborNode) -> set[int]:
    """All elements that hold the headline or the article's body: they are not around the article."""
    root = _root(node)
    found = root.css("main, [role=main], [itemprop~=articleBody]")
    headline = root.css_first("h1")
    if headline is not None:
        found.append(headline)
    held: set[int] = set()
    for place in found:
        at = place.parent if place.mem_id == (headline.mem_id if headline else None) else place
        while at is not None and at.mem_id not in held:
            held.add(at.mem_id)
            at = at.parent
    return held
