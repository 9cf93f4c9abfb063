"""Which articles do the posts stand in, and what was read of them?

`cases` yields invented articles with rendered posts in them, every form in every language in turn; `judge` runs one
through a reader and says of each expected post whether it was found and its fields are right.
"""

from __future__ import annotations

import html
import random
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from archiver.model import Article, Mention
from tests.roundtrip import html_forms, text_forms, words
from tests.roundtrip.forms import Expected, Form
from tests.roundtrip.invent import UNSPACED, Inventor

SEED = 20261123

FURNITURE = (
    (
        '<ul class="share"><li><a href="https://twitter.com/intent/tweet?url=https%3A%2F%2Fnews.example%2Fa&amp;text=Bridge">Tweet</a></li>'
        '<li><a href="https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fnews.example%2Fa">Share</a></li>'
        '<li><a href="https://t.me/share/url?url=https%3A%2F%2Fnews.example%2Fa">Telegram</a></li></ul>'
    ),
    (
        '<footer><a href="https://twitter.com/velmora_gazette">X</a> <a href="https://www.instagram.com/velmora.gazette/">Instagram</a> '
        '<a href="https://www.youtube.com/@velmoragazette">YouTube</a> <a href="https://bsky.app/profile/gazette.example">Bluesky</a></footer>'
    ),
    (
        '<aside><a class="twitter-timeline" href="https://twitter.com/velmora_gazette">Posts by the Gazette</a>'
        '<a class="twitter-follow-button" href="https://twitter.com/velmora_gazette">Follow @velmora_gazette</a></aside>'
    ),
)
"""What stands around articles and cites nothing."""


@dataclass(frozen=True)
class Case:
    """One article with one rendered piece."""

    form: Form
    lang: str
    article: Article
    expected: tuple[Expected, ...]
    content: str
    """The rendered piece alone."""


@dataclass
class Verdict:
    """What became of one expected post."""

    case: Case
    expected: Expected
    found: Mention | None
    wrong: tuple[str, ...]
    """Fields that are not as shown; `missed` alone where it was not found at all."""
    text_right: bool | None = None
    """Null where the rendering leaves room for doubt."""
    false: list[Mention] = field(default_factory=list)
    """Mentions of the article that no expected post explains, given with its first post."""

    @property
    def right(self) -> bool:
        return not self.wrong


def forms() -> list[Form]:
    return [*text_forms.forms(), *html_forms.forms()]


def cases(posts: int, seed: int = SEED, chosen: Iterable[Form] | None = None) -> Iterator[Case]:
    """Articles with at least `posts` posts in all: every form in every language, as often as it takes."""
    inventor = Inventor(seed)
    rng = inventor.random
    every = [(form, lang) for form in (forms() if chosen is None else chosen) for lang in form.languages]
    made = 0
    while made < posts:
        rng.shuffle(every)
        for form, lang in every:
            case = _case(inventor, form, lang)
            made += len(case.expected)
            yield case
            if made >= posts:
                return


def _case(inventor: Inventor, form: Form, lang: str) -> Case:
    rng = inventor.random
    piece = form.make(inventor, lang)
    own = lang if lang in words.ARTICLES else "en"
    article_lang = own if rng.random() < 0.7 else rng.choice(tuple(words.ARTICLES))
    before = _paragraphs(rng, article_lang, max(piece.follows, rng.choice((0, 1, 2, 3))))
    after = _paragraphs(rng, article_lang, rng.choice((1, 1, 2)))
    if form.kind == "html":
        body = (
            [f"<p>{html.escape(p)}</p>" for p in before] + [piece.content] + [f"<p>{html.escape(p)}</p>" for p in after]
        )
        furniture = rng.choice((*FURNITURE, ""))
        page = (
            f'<!DOCTYPE html><html lang="{article_lang}"><head><meta charset="utf-8"><title>Bridge</title></head><body>'
            f"<article><h1>{html.escape(before[0][:40]) if before else 'Bridge'}</h1>{''.join(body)}</article>{furniture}</body></html>"
        )
        article = Article(source="roundtrip", uri="ni:///", digest="sha256:0", html=page, language=article_lang)
        return Case(form, lang, article, piece.expected, piece.content)
    sep = rng.choice(("\n\n", "\n\n", "\n"))
    lead = sep.join(before)
    if lead:
        lead += sep if piece.before is None else piece.before
    text = lead + piece.content
    if not piece.last:
        text += (sep if piece.after is None else piece.after) + sep.join(after)
    article = Article(source="roundtrip", uri="ni:///", digest="sha256:0", text=text, language=article_lang)
    return Case(form, lang, article, piece.expected, piece.content)


def _paragraphs(rng: random.Random, lang: str, count: int) -> list[str]:
    sentences = words.ARTICLES[lang]
    glue = "" if lang in UNSPACED else " "
    return [glue.join(rng.sample(sentences, min(len(sentences), rng.choice((1, 2, 3))))) for _ in range(count)]


def judge(case: Case, found: Iterable[Mention]) -> list[Verdict]:
    """Each expected post with the mention that explains it best."""
    left = list(found)
    verdicts = []
    for expected in case.expected:
        best, best_wrong = None, ("missed",)
        for mention in left:
            if not _candidate(expected, mention):
                continue
            wrong = _wrong(expected, mention)
            if best is None or len(wrong) < len(best_wrong):
                best, best_wrong = mention, wrong
        if best is not None:
            left.remove(best)
        text_right = None
        if expected.text is not None:
            text_right = best is not None and _fold(best.text) == _fold(expected.text)
        verdicts.append(Verdict(case, expected, best, best_wrong, text_right))
    if verdicts:
        verdicts[0].false = left
    return verdicts


def _candidate(expected: Expected, mention: Mention) -> bool:
    if mention.platform != expected.platform:
        return False
    if expected.post_id and mention.post_id:
        return mention.post_id == expected.post_id
    if expected.handle:
        return _fold(mention.handle).casefold() == expected.handle.casefold()
    return True


def _wrong(expected: Expected, mention: Mention) -> tuple[str, ...]:
    wrong = []
    if expected.post_id and mention.post_id != expected.post_id:
        wrong.append("id")
    if expected.handle and (mention.handle or "").casefold() != expected.handle.casefold():
        wrong.append("handle")
    if expected.name and _fold(mention.display_name) != _fold(expected.name):
        wrong.append("name")
    if expected.day and (mention.date or "")[:10] != expected.day:
        wrong.append("date")
    if expected.undated and mention.date:
        wrong.append("made-up date")
    return tuple(wrong)


def _fold(value: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", value or "").replace("\u00a0", " ").split())


def run(
    find: Callable[[Article], list[Mention]], posts: int, seed: int = SEED, chosen: Iterable[Form] | None = None
) -> list[Verdict]:
    """`find` over generated articles, judged."""
    return [verdict for case in cases(posts, seed, chosen) for verdict in judge(case, find(case.article))]


def table(verdicts: list[Verdict], *, languages: bool = False) -> str:
    """A Markdown table of what was right."""
    rows: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for verdict in verdicts:
        form = verdict.case.form
        key = (form.kind, form.platform, form.name, *((verdict.case.lang,) if languages else ()))
        for row in (rows[key], rows[(form.kind, "all", "", *(("",) if languages else ()))]):
            row["of"] += 1
            row["right"] += verdict.right
            row["false"] += len(verdict.false)
            row.update(verdict.wrong)
            if verdict.text_right is not None:
                row["texts"] += 1
                row["text"] += verdict.text_right
    head = [
        "kind",
        "platform",
        "form",
        *(["language"] if languages else []),
        "right",
        "of",
        "share",
        "text",
        "false",
        "wrong",
    ]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for key, row in sorted(rows.items()):
        wrong = ", ".join(
            f"{name} {row[name]}" for name in ("missed", "id", "handle", "name", "date", "made-up date") if row[name]
        )
        text = f"{row['text'] / row['texts']:.2f}" if row["texts"] else "–"
        cells = [
            *key,
            str(row["right"]),
            str(row["of"]),
            f"{row['right'] / row['of']:.3f}",
            text,
            str(row["false"]),
            wrong,
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
