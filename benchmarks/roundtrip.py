"""Which forms of which platforms are read back? Runs `find` over invented posts in every form and prints a table.

    python benchmarks/roundtrip.py [--posts 5000] [--platform x] [--form "same line"] [--kind text] [--errors 20]

`right`: name, handle, date and id are exactly as shown; `text`: of those whose words are beyond doubt, the words too;
`false`: other mentions in the same articles. With `--languages`, one row for each language of a form.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archiver.detect import find
from tests.roundtrip.cases import SEED, forms, run, table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--posts", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--kind", choices=("text", "html"))
    parser.add_argument("--platform")
    parser.add_argument("--form", help="only forms whose name contains this")
    parser.add_argument("--languages", action="store_true")
    parser.add_argument("--failing", action="store_true", help="only rows that are not wholly right")
    parser.add_argument("--errors", type=int, default=0, help="print this many failures in full")
    args = parser.parse_args()
    chosen = [
        form
        for form in forms()
        if (args.kind in (None, form.kind))
        and (args.platform in (None, form.platform))
        and (args.form or "") in form.name
    ]
    if not chosen:
        print("no such form", file=sys.stderr)
        return 2
    started = time.process_time()
    verdicts = run(find, args.posts, args.seed, chosen)
    seconds = time.process_time() - started
    for line in table(verdicts, languages=args.languages).splitlines():
        if not args.failing or "| 1.000 |" not in line or " all |" in line:
            print(line)
    right = sum(verdict.right for verdict in verdicts)
    print(f"\n{right} of {len(verdicts)} right ({right / len(verdicts):.4f}); {seconds:.1f} s of CPU time")
    shown = Counter[tuple[str, str]]()
    for verdict in verdicts:
        form = verdict.case.form
        if (verdict.right and not verdict.false) or not args.errors or shown[form.platform, form.name] >= 2:
            continue
        shown[form.platform, form.name] += 1
        args.errors -= 1
        article = verdict.case.article
        wrong = ", ".join(verdict.wrong) or "false"
        print(f"\n## {form.kind} {form.platform}: {form.name} ({verdict.case.lang}): {wrong}")
        print(f"expected {verdict.expected}\nfound    {verdict.found}")
        for mention in verdict.false:
            print(f"false    {mention}")
        document = article.text or article.html or ""
        at = document.find(verdict.case.content)
        print("in       " + repr(document[max(0, at - 80) : at + len(verdict.case.content) + 60]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
