"""What it costs to export an archive: CPU time and peak memory of each form, over archives of two sizes.

    PYTHONPATH=. python benchmarks/exporting.py --posts 2000 20000

Makes archives with invented articles, each of which cites ten posts, through the program's own store; then runs each
export in a process of its own. Memory that does not grow with the archive is what is looked for.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from archiver.article import article_of
from archiver.config import ArchiveSettings
from archiver.detect import find
from archiver.model import Candidate, Observation, Outcome, Post, Resolution, State
from archiver.store import Archive
from archiver.store.conclusions import article_conclusion, observation_conclusion, resolution_conclusion

FORMS = ("csv", "jsonl", "parquet", "jsonld", "wacz", "html")
A_PAGE = 10
WORDS = "the gauge at the mill shows more than last night and nobody says why so keep away from the water for now "


def card(number: int) -> str:
    url = f"https://twitter.com/gauge_seven/status/{1590104417443840000 + number}"
    return (
        f'<blockquote class="twitter-tweet"><p lang="en">{WORDS}{number}</p>&mdash; Gauge (@gauge_seven) '
        f'<a href="{url}">November 8, 2022</a></blockquote>'
    )


def make(folder: Path, posts: int) -> None:
    settings = ArchiveSettings(sync_records=0, sync_seconds=0)
    with Archive.open(folder, settings=settings, write=True) as archive, archive.session() as session:
        for first in range(0, posts, A_PAGE):
            numbers = range(first, first + A_PAGE)
            html = f"<!DOCTYPE html><title>Story {first}</title>" + "".join(
                f"<p>{WORDS * 5}</p>{card(number)}" for number in numbers
            )
            article = article_of(html.encode(), source=f"{first}.html")
            mentions = tuple(find(article))
            capture = session.write_resource(article.uri, "text/html; charset=utf-8", html.encode())
            session.write_conclusion(article_conclusion(article, mentions), capture.record_id)
            for mention in mentions:
                answer = session.write_resource(f"urn:example:{mention.post_id}", "text/plain", mention.id.encode())
                post = Post(
                    platform="x",
                    id=mention.post_id or "",
                    url=mention.url or "",
                    handle="gauge_seven",
                    display_name="Gauge",
                    text=mention.text,
                )
                evidence = (answer.record_id,)
                session.write_conclusion(
                    resolution_conclusion(
                        Resolution(
                            mention_id=mention.id,
                            outcome=Outcome.RESOLVED,
                            post_key=post.key,
                            candidates=(Candidate(post=post, score=1.0, evidence=evidence),),
                            evidence=evidence,
                        )
                    )
                )
                session.write_conclusion(
                    observation_conclusion(
                        Observation(
                            platform="x",
                            post_id=post.id,
                            url=post.url,
                            state=State.LIVE,
                            seen_at=archive.clock(),
                            how="x.syndication",
                            reason="shown",
                            evidence=evidence,
                            post=post,
                        )
                    )
                )


def measured(command: list[str]) -> tuple[float, float]:
    """CPU seconds, and peak MiB, of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]).returncode;"
        " sys.stdout.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)); sys.exit(done)"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, int(done.stdout) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, nargs="+", default=[2000, 20000])
    parser.add_argument("--forms", choices=FORMS, nargs="+", default=FORMS)
    arguments = parser.parse_args()
    print("| cited posts | form | CPU s | ms a post | peak MiB | file MB |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        for posts in arguments.posts:
            folder = Path(temporary) / str(posts)
            began = time.process_time()
            make(folder, posts)
            print(f"made {posts} in {time.process_time() - began:.1f} CPU s", file=sys.stderr)
            for form in arguments.forms:
                out = Path(temporary) / f"out.{form}"
                command = [sys.executable, "-m", "archiver", "export", "--archive", str(folder)]
                cpu, peak = measured([*command, *(["--html", str(out)] if form == "html" else ["-o", str(out)])])
                parts = [path for path in out.rglob("*") if path.is_file()] if form == "html" else [out]
                size = sum(path.stat().st_size for path in parts) / 1e6
                print(
                    f"| {posts:,} | {form} | {cpu:.2f} | {1000 * cpu / posts:.3f} | {peak:.0f} | {size:.1f} |",
                    flush=True,
                )
                if form == "html":
                    shutil.rmtree(out)


if __name__ == "__main__":
    main()
