"""Where does the banner lead that a page shows in an embed's place until the reader consents?

Condé Nast's pages put `<h4 class="ConsentBannerTitle-…">Instagram content</h4>` and, beside it, a sentence in the
page's language with one link, to the post. The class names carry hashes; what they begin with is stable.
"""

from __future__ import annotations

from selectolax.lexbor import LexborNode

TITLE = "ConsentBannerTitle"
LINK = "ConsentBannerLink"

MAX_SIBLINGS = 4


def target(title: LexborNode) -> str | None:
    """The link of the banner whose title is `title`; null where it is no such title."""
    if TITLE not in (title.attributes.get("class") or ""):
        return None
    sibling = title.next
    for _ in range(MAX_SIBLINGS):
        if sibling is None:
            return None
        if sibling.tag in ("p", "div", "span"):
            for link in sibling.css("a[href]"):
                if LINK in (link.attributes.get("class") or ""):
                    return link.attributes.get("href")
        sibling = sibling.next
    return None
