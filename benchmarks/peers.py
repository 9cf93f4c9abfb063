"""What do other programs find? Two that find embedded posts of X in a page's HTML, called as their manuals say.

    pip install -e '.[bench]'      # in an environment of its own: tweetfinder wants beautifulsoup4 4.12

goose3       `Goose().extract(raw_html=…).tweets`: the quotations of class `twitter-tweet` within what it takes for the
             article, as HTML; the id is that of the last status link in one, which is the signature's.
tweetfinder  `Article(html=…).list_embedded_tweets()`: quotations with a link to twitter.com, `div.embed-twitter`,
             rendered iframes; ids. It raises on a `twitter-tweet` without such a link (every embed that links to
             x.com): then it found nothing on that page, and the page is counted as failed.

Neither reads bare text, and neither knows another platform.
"""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Callable, Mapping

Finder = Callable[[str], list[str]]

_STATUS = re.compile(r"/status(?:es)?/(\d+)")


def _goose() -> Finder:
    from goose3 import Goose

    goose = Goose({"enable_image_fetching": False})

    def find(html: str) -> list[str]:
        quotations = goose.extract(raw_html=html).tweets
        return [ids[-1] for quotation in quotations if (ids := _STATUS.findall(quotation))]

    return find


def _tweetfinder() -> Finder:
    from tweetfinder import Article

    def find(html: str) -> list[str]:
        return [str(tweet["tweet_id"]) for tweet in Article(html=html).list_embedded_tweets()]

    return find


MAKERS: Mapping[str, Callable[[], Finder]] = {"goose3": _goose, "tweetfinder": _tweetfinder}


def installed() -> dict[str, Finder]:
    """The peers that can be imported here, by name."""
    found = {}
    for name, make in MAKERS.items():
        try:
            found[name] = make()
        except ImportError:
            continue
    return found


def version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
