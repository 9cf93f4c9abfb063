"""How long does it take to conclude everything in an archive again, and how much memory does it take?

    PYTHONPATH=. python benchmarks/rederivation.py --posts 500 [--threads 8] [--keep FOLDER]

Makes an archive of invented posts of every platform that the stand-in of the web answers for (each is cited by its
link in one article, and by words and signature in another; each is looked at once more by an audit), and measures in a
process of its own what the checks of references, conclusions and Bluesky proofs take. CPU is user and system.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


def make(folder: Path, posts: int, threads: int) -> None:
    """An archive in `folder`."""
    from archiver.auditing import audit, cited_in_archive
    from archiver.capture.documents import documents
    from tests.town import Clock, Town
    from tests.web_twin import Twin
    from tests.web_twin.crowd import PLATFORMS, Crowd

    crowd = Crowd(3, size=max(20, posts // 10), notes_each=60)
    with Twin(crowd=crowd, clock=NOW) as twin:
        town = Town(twin, folder)
        town.archive = folder / "archive"
        town.clock = Clock(NOW)
        settings = town.settings(threads=threads)
        every = ((name, note) for who in range(crowd.size) for name in PLATFORMS for note in crowd.on(name, who)[:3])
        cited = [one for one, _ in zip(every, range(posts), strict=False)]
        links = "\n\n".join(f"This is what was said:\n\n{note.url_on(name)}" for name, note in cited)
        signed = "\n\n".join(
            f"Nobody else spoke.\n\n{note.text} — {note.person.name} (@{note.handle(name)}) {note.created:%B %-d, %Y}"
            for name, note in cited
        )
        sources = [town.write("links.txt", links), town.write("signed.txt", signed)]
        with town.job(settings=settings) as job:
            for one in documents(sources, settings, job=job):
                for _ in job.run(one):
                    pass
            town.clock.go(days=1)
        with town.job(settings=settings) as job:
            for _ in audit(job, cited_in_archive(job)):
                pass


def measure(folder: Path) -> None:
    """What each check takes, one line each."""
    from archiver.store import Archive
    from archiver.verification.bluesky import check_bluesky_proofs
    from archiver.verification.conclusions import check_conclusions
    from archiver.verification.ledger import Ledger
    from archiver.verification.references import check_references

    size = sum(path.stat().st_size for path in (folder / "archive").iterdir())
    with Archive.open(folder) as archive:
        (records,) = archive.catalogue.query("SELECT count(*) FROM captures")[0]
        sys.stdout.write(f"{size / 1e6:.1f} MB, {records:,} records\n")
        ledger = timed("ledger", lambda: Ledger(archive))
        with ledger:
            checks = [timed("references", lambda: check_references(archive, ledger=ledger))]
            checks += timed("conclusions", lambda: check_conclusions(archive, ledger=ledger))
            checks.append(timed("Bluesky proofs", lambda: check_bluesky_proofs(archive, ledger=ledger)))
    for check in checks:
        sys.stdout.write(f"{check.name}: {check.verdict.value}, {check.checked:,} checked; {check.note}\n")
    # not getrusage: what a process is told of its peak begins with that of the one that started it
    status = Path("/proc/self/status").read_text().split()
    sys.stdout.write(f"peak {int(status[status.index('VmHWM:') + 1]) / 1024:.0f} MiB\n")


def timed(what: str, work: Callable[[], T]) -> T:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    sys.stdout.write(f"{what}: {time.process_time() - cpu:.2f} s CPU, {time.perf_counter() - wall:.2f} s\n")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=500)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(exist_ok=True)
        make(folder, options.posts, options.threads)
        subprocess.run([sys.executable, __file__, "--measure", str(folder / "archive")], check=True)


if __name__ == "__main__":
    main()
