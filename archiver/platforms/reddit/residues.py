"""What do Reddit's embeds leave in bare text?

    The bridge this morning                          the title, a line of its own or not
    by u/ana_example in bridges                      today's embed; `byu/ana_example inbridges` where links lost a space
    Comment by u/ana_example from discussion in bridges
    The bridge this morning from r/bridges           the card of 2014 to 2022
    Posts from the bridges community on Reddit       what link previews say under a title

In prose, people are named in the same words (`said u/ana_example in r/bridges on Monday`): an embed's line ends behind
the subreddit, and what stands before it is a title, no credit.
"""

from __future__ import annotations

import re

from archiver.platforms.base import TextExample, TextRule, TextSighting
from archiver.platforms.reddit.urls import SUB, ref_from_url

MAX_TITLE = 330
"""Reddit allows titles of 300 characters; line wraps and marks come on top."""

_USER = r"(?:\\?\[deleted\\?\]|(?:[A-Za-z0-9-]|\\?_){2,28})"
_LINK = r"(?:\]\([^()\s]{1,300}\))?"
"""The rest of a Markdown link, as some extractors write one."""

_BY = re.compile(
    r"(?:(?P<head>Posted in r/\w{2,24}[ \u00a0])?(?P<by>by)|von|par|por|de|da|di|door|przez|av|af|от|від|od|från|af)"
    r"[ \t\u00a0\n>]{0,4}\[?$"
)
_AUTHOR = re.compile(
    rf"/?u/(?P<user>{_USER}){_LINK}(?P<discussion>[\s>]{{1,4}}(?:from|aus|de|dalla|da|из|з)[\s>]{{1,4}}(?:der\s|la\s|the\s)?"
    rf"(?:discussion|Diskussion|discusión|discussione|discussão|обсуждения|обговорення)(?:\[[^\]\n]{{0,5}}{_LINK})?)?"
    rf"(?:[\s>]{{1,8}}(?P<in>in|en|em|dans|w|v|в|у|på|i|na)(?P<space>[\s>]{{0,4}})\[?(?P<r>/?r/)?(?P<sub>{SUB})"
    rf"{_LINK}(?![\w/])|(?P<points>[ \u00a0]•[^\n]{{1,80}}))"
)
_LINK_END = re.compile(r"\]\([^()\s]{1,400}\)\W{0,6}$")
_WRAP = re.compile(r"[ \t]*\n[ \t>]*")
MAX_WRAPS = 5
"""Lines of a wrapped title: 300 characters at 72 each."""
_TITLE_LINK = re.compile(r"\[(?P<title>[^\n]{1,330})\]\((?P<url>[^()\s]{1,400})\)\W{0,6}")

_CREDIT = re.compile(
    r"(?:^|\W)(?:photos?|pictures?|pics?|images?|screenshots?|videos?|gifs?|clips?|memes?|art(?:work)?|fan ?art"
    r"|drawings?|illustrations?|maps?|graphs?|charts?|renders?|credits?|source|posts?|comments?|threads?|posted|shared|submitted"
    r"|uploaded|written|made|created|taken|drawn|asked|reported|spotted|noticed|found|via|started|compiled|started"
    r"|foto|bild|imagen|imagem|immagine|фото|изображение|and|or|a|an|the|is|was|are|were|been|user|redditor|as|one)"
    r"[\W_]{0,6}$",
    re.IGNORECASE,
)
"""A last word that makes what follows a credit or a passive clause."""

_PASSIVE = re.compile(
    r"\b(?:was|were|been|being|is|are|be|got|first|originally|recently)(?: \w{1,20}){0,2} \w{2,20}(?:ed|wn|en|t|de|ld)$"
)
"""`The stone was removed by u/…`: a sentence about somebody on Reddit."""

_SENTENCE_END = re.compile(r"[.!?…][\"”»)]?[ \u00a0]{1,3}(?=[^\W\d_a-z])")
_COMMENT = re.compile(r"(?:Comment|Kommentar|Commentaire|Comentario|Comentário|Commento|Комментарий|Коментар)$")
_ENDS = re.compile(r"[ \t\u00a0]{0,4}(?:\n|$)")
_NEXT_SENTENCE = re.compile(r"[ \u00a0](?=[^\W\d_a-zа-яё])")


def read_by_line(text: str, at: int, floor: int) -> TextSighting | None:
    """`TITLE by u/name in sub`, at the offset of `u/`."""
    if at > floor and text[at - 1] == "/":
        at -= 1
    before = text[max(floor, at - 60) : at]
    by = _BY.search(before)
    if by is None:
        return None
    glued = by.start() > 0 and before[by.start() - 1].isalpha()
    if glued and (by["by"] is None or before[by.end("by") :].strip("[")):
        return None  # the end of another word, as in `hereby u/…`; a title may be glued to `byu/`
    found = _AUTHOR.match(text, at, min(len(text), at + 900))
    if found is None or (found["points"] and not by["head"]):
        return None
    english = by["by"] is not None and (found["points"] or found["in"] == "in")
    if not english and not found["r"]:
        return None
    by_start = at - len(before) + by.start()
    end = found.end()
    closed = found["discussion"] or found["points"] or _ENDS.match(text, end)
    if not closed and not _NEXT_SENTENCE.match(text, end):
        return None
    user = None if "[" in found["user"] else found["user"].replace("\\", "")
    line = text.rfind("\n", max(floor, by_start - 8), by_start)
    broken = line >= 0 and not text[line:by_start].strip(" \t\n>\u00a0")
    start, title, url = _title_before(text, by_start, floor, own_line=broken)
    if title is None:
        return None
    word = _COMMENT.search(title)
    if not closed and word is None:
        sentence = [found.end() for found in _SENTENCE_END.finditer(title)]
        if sentence and url is None:  # the line goes on behind the embed, so it may have begun before it
            start, title = start + sentence[-1], title[sentence[-1] :]
    comment = word is not None and (word.start() == 0 or found["discussion"] is not None)
    if comment and word and not broken:
        start += word.start()  # what stands before is the article's
    loose = not (broken or comment or found["points"] or not found["space"])
    if loose and (_CREDIT.search(title) or _PASSIVE.search(title)):
        return None
    ref = ref_from_url(url) if url else None
    shape = "comment" if comment else "title" + (", own line" if broken else "") + ("" if closed else ", open end")
    return TextSighting(
        start=start,
        end=end,
        handle=user,
        text=None if comment else title,
        post_id=ref.id if ref else None,
        url=ref.url if ref else None,
        found_url=url if ref else None,
        shape=shape,
        confidence=0.95 if comment or broken else 0.85 if closed else 0.6,
    )


def _title_before(text: str, end: int, floor: int, *, own_line: bool) -> tuple[int, str | None, str | None]:
    """Where the title before `end` begins, the title, and the address that it links to."""
    stop = end
    while stop > floor and end - stop < 12 and text[stop - 1] in " \t\r\n>\u00a0":
        stop -= 1
    if text.count("\n", stop, end) > (2 if own_line else 0):
        return stop, None, None
    reach = max(floor, stop - MAX_TITLE)
    start = max(reach, text.rfind("\n", reach, stop) + 1)
    if start > floor and text[start - 1] != "\n":
        return stop, None, None  # longer than any title
    while start < stop and text[start] in " \t>\u00a0":
        start += 1
    if _LINK_END.search(text, start, stop) and text[start] != "[":
        # a title that the copy wrapped within its link
        opened = text.rfind("[", max(floor, stop - MAX_TITLE - 400), start)
        if opened >= 0 and text.count("\n", opened, start) <= MAX_WRAPS and "](" not in text[opened:start]:
            start = opened
    title, url = _WRAP.sub(" ", text[start:stop]).strip(), None
    if linked := _TITLE_LINK.fullmatch(title):
        title, url = linked["title"].strip(), linked["url"]
    return (start, title, url) if any(map(str.isalnum, title)) else (stop, None, None)


_OLD_COMMENT = re.compile(
    r"\[?Comment(?:\]\((?P<url>[^()\s]{1,300})\))?[\s>]{1,4}from[\s>]{1,4}discussion(?!\w)"
    r"(?:[\s>]{0,4}\[?(?P<user>[A-Za-z0-9_-]{2,24})['’]s? comment from discussion)?[\s>]{0,4}\[?"
    r"(?P<title>[\"“][^\"”]{1,320}[\"”]\]?|[^\n]{3,330})"
)


def read_comment_line(text: str, at: int, floor: int) -> TextSighting | None:
    """`Comment from discussion ana_example's comment from discussion "TITLE".`: the embed of 2014 to 2022."""
    start = text.rfind("Comment", max(floor, at - 420), at)
    if start < 0:
        return None
    if start > floor and text[start - 1] == "[":
        start -= 1
    found = _OLD_COMMENT.match(text, start, min(len(text), at + 700))
    if found is None or not (found["user"] or found["url"] or text[max(floor, start - 1) : start] in ("", "\n")):
        return None
    end = found.end()
    if text.startswith("(http", end):
        end = text.find(")", end, end + 400) + 1 or end
    ref = ref_from_url(found["url"]) if found["url"] else None
    return TextSighting(
        start=start,
        end=end,
        handle=found["user"],
        post_id=ref.id if ref else None,
        url=ref.url if ref else None,
        found_url=found["url"] if ref else None,
        shape="comment of 2014",
        confidence=0.9 if found["user"] or ref else 0.7,
    )


_FROM = re.compile(rf"from[\s>]{{1,4}}\[?/?r/(?P<sub>{SUB}){_LINK}(?=[ \t\u00a0]{{0,4}}(?:\n|$))")
_LISTED = re.compile(
    r"(?:^|\W)(?:best|top|stories|quotes|news|reactions?|more|ones?|answers?|advice|tips|stolen)\W*$", re.IGNORECASE
)
_VERBLESS = 3
"""A credit has two words (`Another image`); the titles of two words that this loses are few."""


def read_card(text: str, at: int, floor: int) -> TextSighting | None:
    """`TITLE from r/sub`, where the line ends behind the subreddit."""
    found = _FROM.match(text, at, min(len(text), at + 400))
    if found is None or at == floor or text[at - 1] not in " \n\u00a0])":
        return None
    own_line = text[at - 1] == "\n"
    start, title, url = _title_before(text, at, floor, own_line=own_line)
    if title is None or len(title.split()) < _VERBLESS or _CREDIT.search(title) or _LISTED.search(title):
        return None
    if not own_line and title[-1] in ".,:;":
        return None
    ref = ref_from_url(url) if url else None
    return TextSighting(
        start=start,
        end=found.end(),
        text=title,
        post_id=ref.id if ref else None,
        url=ref.url if ref else None,
        found_url=url if ref else None,
        shape="card" + (", linked" if ref else ""),
        confidence=0.95 if ref else 0.6,
    )


_PREVIEW = re.compile(rf"(?:Explore p|P)osts from the (?:r/)?{SUB} community on Reddit\.?(?=[ \t]{{0,4}}(?:\n|$))")


def read_preview(text: str, at: int, floor: int) -> TextSighting | None:
    """`TITLE` over `Posts from the sub community on Reddit`."""
    line = max(floor, text.rfind("\n", max(floor, at - 60), at) + 1)
    found = _PREVIEW.match(text, line, min(len(text), at + 60))
    if found is None or line == floor:
        return None
    start, title, url = _title_before(text, line, floor, own_line=True)
    if title is None or re.fullmatch(r"/?r/\w+|Reddit", title):
        return None
    ref = ref_from_url(url) if url else None
    return TextSighting(
        start=start,
        end=found.end(),
        text=title,
        post_id=ref.id if ref else None,
        url=ref.url if ref else None,
        found_url=url if ref else None,
        shape="preview",
        confidence=0.85,
    )


_TITLE = "The bridge this morning [OC]"

RULES: tuple[TextRule, ...] = (
    TextRule(
        name="reddit.by",
        triggers=("u/",),
        read=read_by_line,
        in_html=False,
        examples=(
            TextExample(text=f"{_TITLE}\nby u/ana_example in bridges", handle="ana_example", words=_TITLE),
            TextExample(text=f"{_TITLE} by u/ana_example in r/bridges", handle="ana_example", words=_TITLE),
            TextExample(text=f"{_TITLE}byu/ana_example inbridges", handle="ana_example", words=_TITLE),
            TextExample(text=f"{_TITLE}\nbyu/ana-example in\nbridges", handle="ana-example", words=_TITLE),
            TextExample(text=f"> {_TITLE}\n> by u/ana_example in bridges", handle="ana_example", words=_TITLE),
            TextExample(text=f"{_TITLE} by u/[deleted] in bridges", words=_TITLE),
            TextExample(text="Comment\nbyu/ana_example from discussion\ninbridges", handle="ana_example"),
            TextExample(text="Comment by u/ana_example from discussion in bridges", handle="ana_example"),
            TextExample(text="Kommentar von u/ana_example aus der Diskussion in r/bridges", handle="ana_example"),
            TextExample(
                text="Мост сегодня утром от u/ana_example в r/bridges", handle="ana_example", words="Мост сегодня утром"
            ),
            TextExample(
                text="[The bridge](https://www.reddit.com/r/bridges/comments/1a2b3c4/the_bridge/)  \n"
                "by[u/ana\\_example](https://www.reddit.com/user/ana_example/) in[bridges](https://www.reddit.com/r/bridges/)",
                handle="ana_example",
                post_id="1a2b3c4",
                words="The bridge",
            ),
            TextExample(
                text="The bridge this morning\nPosted in r/bridges by u/ana_example • 1,203 points and 35 comments",
                handle="ana_example",
                words="The bridge this morning",
            ),
        ),
        negatives=(
            "It was first noticed by u/ana_example in r/bridges, and the council answered on Monday.",
            "A drawing by u/ana_example in r/bridges shows the old town.",
            "Photo by u/ana_example in r/bridges",
            "Image: u/ana_example in r/bridges",
            "The film was shared by u/ana_example in r/bridges\nIt rained.",
            "“It rained all night,” said u/ana_example on Reddit.",
            "Thanks to u/ana_example",
            "The menu/kitchen in bridges",
            "https://www.example.edu/edu/ana_example in bridges",
        ),
    ),
    TextRule(
        name="reddit.comment",
        triggers=("from discussion",),
        read=read_comment_line,
        in_html=False,
        examples=(
            TextExample(
                text='Comment from discussion ana_example\'s comment from discussion "The bridge this morning".',
                handle="ana_example",
            ),
            TextExample(text="Comment from discussion The bridge this morning."),
            TextExample(
                text="[Comment](https://www.reddit.com/r/bridges/comments/1a2b3c4/x/d3abcde/) from discussion\n"
                '[ana_example\'s comment from discussion "The\nbridge"](https://www.reddit.com/r/bridges/comments/1a2b3c4/x/).',
                handle="ana_example",
                post_id="1a2b3c4",
            ),
        ),
        negatives=("She took the sentence of a Comment from discussions of the council.",),
    ),
    TextRule(
        name="reddit.card",
        triggers=("from r/", "from [r/", "from /r/", "from\nr/", "from\n> [r/", "from\n[r/"),
        read=read_card,
        in_html=False,
        examples=(
            TextExample(text="The bridge this morning from r/bridges", words="The bridge this morning"),
            TextExample(
                text="[The bridge](https://www.reddit.com/r/bridges/comments/1a2b3c4/x) from r/bridges".replace(
                    "The bridge", "The bridge at dawn"
                ),
                post_id="1a2b3c4",
                words="The bridge at dawn",
            ),
        ),
        negatives=(
            "Photo from r/bridges",
            "Another funny picture from r/bridges",
            "The best from r/bridges",
            "The council took the numbers from r/bridges and was mistaken.",
            "from r/bridges",
        ),
    ),
    TextRule(
        name="reddit.preview",
        triggers=("community on Reddit",),
        read=read_preview,
        in_html=False,
        examples=(
            TextExample(
                text="The bridge this morning\nPosts from the bridges community on Reddit",
                words="The bridge this morning",
            ),
        ),
        negatives=(
            "r/bridges\nPosts from the bridges community on Reddit",
            "She asked\nthe bridges community on Reddit for help.",
            "Join our\nPosts from the bridges community on Reddit are funny",
        ),
    ),
)
"""Asked in this order."""
