"""How often is a post found where none is cited? Runs `find` over documents that cite nothing and counts.

    python benchmarks/false_mentions.py --invented                     # look-alikes made for this: by-lines, credits, …
    python benchmarks/false_mentions.py FOLDER... [--write false.txt]  # documents of any kind

A FOLDER is searched for text, HTML, Markdown, changelogs and READMEs, also gzipped. Bare text, and the text of every
page, is cut at paragraphs into articles of about 4,000 code points; pages are read as HTML too. The same piece twice
counts once. Files in which a mention is no mistake (a manual that shows an embed) can be left out with `--leave-out`.

Documents that everybody can get, in 30 languages, and that cite no posts:

    mkdir debs root && cd debs
    apt-get download debian-handbook debian-policy debian-reference-{de,en,es,fr,id,it,ja,pt,pt-br,zh-cn,zh-tw} \\
      developers-reference{,-de,-fr,-it,-ja,-ru} aptitude-doc-{cs,en,es,fi,fr,it,ja,nl,ru} \\
      maint-guide{,-ca,-de,-es,-fr,-it,-ja,-ru} harden-doc fortunes fortunes-{bg,br,cs,de,es,ga,it,pl,ru,zh} \\
      gimp-help-{cs,da,el,fa,fi,hr,hu,ko,lt,ro,sl,sv,uk,zh-cn}
    for deb in *.deb; do dpkg -x $deb ../root; done
    python benchmarks/false_mentions.py root /usr/share/doc
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from selectolax.lexbor import LexborHTMLParser

from archiver.detect import find
from archiver.model import Article, Mention
from benchmarks import labelled
from tests.roundtrip import lookalikes

PIECE = 4000
MAX_FILE = 5_000_000
PAGES = (".html", ".htm", ".xhtml")
TEXTS = (".txt", ".md", ".rst", ".u8", ".fortunes", ".org", ".adoc", ".pod")
NAMES = ("readme", "changelog", "news", "changes", "copyright", "authors", "thanks", "history", "todo", "metadata")
SHOWN = 150


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--labelled", type=Path, help="labelled pages that cite nothing, as pages and as bare text")
    parser.add_argument("--invented", action="store_true", help="invented look-alikes")
    parser.add_argument("--count", type=int, default=4000, help="how many look-alikes")
    parser.add_argument("--at-most", type=int, default=0, help="so many articles of the folders, chosen at random")
    parser.add_argument("--min-confidence", type=float, default=0.5)
    parser.add_argument("--leave-out", nargs="*", default=(), help="parts of paths that are not read")
    parser.add_argument("--write", type=Path, help="where to write what was found")
    args = parser.parse_args()
    if not (args.folders or args.invented or args.labelled):
        parser.error("give folders, --labelled or --invented")
    out = args.write.open("w", encoding="utf-8") if args.write else None
    if args.invented:
        report("invented look-alikes", lookalikes.articles(args.count), args.min_confidence, out)
    if args.labelled:
        report("labelled pages without posts", labelled_pages(args.labelled), args.min_confidence, out)
    for folder in args.folders:
        articles: Iterable[tuple[str, Article]] = documents(folder, args.leave_out)
        if args.at_most:
            every = list(articles)
            random.Random(1).shuffle(every)
            articles = every[: args.at_most]
        report(str(folder), articles, args.min_confidence, out)
    if out:
        out.close()
    return 0


def report(title: str, articles: Iterable[tuple[str, Article]], min_confidence: float, out: object) -> None:
    counts: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    started = time.process_time()
    for place, article in articles:
        form = "HTML" if article.html is not None else "text"
        counts[form] += 1
        sizes[form] += len((article.html or article.text or "").encode())
        found = find(article, min_confidence=min_confidence)
        counts[f"{form} false"] += len(found)
        counts[f"{form} articles with false"] += bool(found)
        for mention in found:
            rules[f"{form} {mention.rule}"] += 1
            if out is not None:
                out.write(shown(place, article, mention))  # type: ignore[attr-defined]
    seconds = time.process_time() - started
    print(f"\n{title} ({seconds:.0f} s of CPU time)\n")
    print("| form | articles | MB | false mentions | in so many articles | false in 2,000 articles |")
    print("| --- | --- | --- | --- | --- | --- |")
    for form in ("text", "HTML"):
        if articles_read := counts[form]:
            false = counts[f"{form} false"]
            print(
                f"| {form} | {articles_read} | {sizes[form] / 1e6:.1f} | {false} | "
                f"{counts[f'{form} articles with false']} | {2000 * false / articles_read:.2f} |"
            )
    for rule, number in rules.most_common():
        print(f"  {number:6} {rule}")


def shown(place: str, article: Article, mention: Mention) -> str:
    at = mention.start or 0
    around = (article.text or "")[max(0, at - SHOWN) : (mention.end or at) + SHOWN] if article.text else ""
    return (
        f"## {place}\n{mention.platform} {mention.rule} {mention.confidence} {mention.why} "
        f"name={mention.display_name!r} handle={mention.handle!r} date={mention.date} "
        f"id={mention.post_id} text={(mention.text or '')[:200]!r}\n"
        f"in {around!r} {mention.selector or ''}\n"
    )


def labelled_pages(folder: Path) -> Iterator[tuple[str, Article]]:
    for case in labelled.load(folder, "html.jsonl.gz"):
        if case["posts"] or case.get("optional"):
            continue
        yield str(case["id"]), labelled.article(case)
        for number, piece in enumerate(pieces(plain_text(case["html"]))):
            yield f"{case['id']} {number}", Article(source="page", uri="ni:///", digest="sha256:0", text=piece)


# --- documents


def documents(folder: Path, leave_out: Iterable[str] = ()) -> Iterator[tuple[str, Article]]:
    """Articles of the files below `folder`, each piece once."""
    seen: set[bytes] = set()
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink() or any(part in str(path) for part in leave_out):
            continue
        name = path.name.lower().removesuffix(".gz")
        page = name.endswith(PAGES)
        if not page and not name.endswith(TEXTS) and not name.startswith(NAMES):
            continue
        text = read(path)
        if text is None:
            continue
        if page:
            if fresh(seen, text):
                yield str(path), Article(source="page", uri="ni:///", digest="sha256:0", html=text)
            text = plain_text(text)
        for number, piece in enumerate(pieces(text)):
            if fresh(seen, piece):
                yield f"{path} piece {number}", Article(source="piece", uri="ni:///", digest="sha256:0", text=piece)


def fresh(seen: set[bytes], text: str) -> bool:
    key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()
    if key in seen:
        return False
    seen.add(key)
    return True


def read(path: Path) -> str | None:
    try:
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
    except (OSError, EOFError, ValueError):
        return None
    if len(data) > MAX_FILE or b"\x00" in data[:1000]:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def plain_text(page: str) -> str:
    body = LexborHTMLParser(page).body
    if body is None:
        return ""
    for node in body.css("script, style, noscript, template"):
        node.decompose()
    return "\n".join(line for line in (line.strip() for line in body.text(separator="\n").splitlines()) if line)


def pieces(text: str) -> Iterator[str]:
    """`text` cut at blank lines (or lines, or anywhere) into articles."""
    at = 0
    while at < len(text):
        end = min(len(text), at + PIECE)
        if end < len(text):
            for mark in ("\n\n", "\n"):
                cut = text.rfind(mark, at + PIECE // 2, end)
                if cut > 0:
                    end = cut + len(mark)
                    break
        if piece := text[at:end].strip():
            yield piece
        at = end


if __name__ == "__main__":
    sys.exit(main())
