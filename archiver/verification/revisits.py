"""Is the payload that a revisit record stands for there?

It names its original by record id, or by target URI and date (ISO 28500:2017, sections 5.10, 5.15, 5.16, 6.7).
"""

from __future__ import annotations

from archiver.model import Check
from archiver.store.digests import digest_algorithm
from archiver.store.foreign import conclusions_count, taken_in
from archiver.verification.notebook import Notebook
from archiver.verification.tally import Tally

NAME = "revisits"
NOT_MODIFIED = "server-not-modified"
"""End of the profile of a revisit that does not say the payload is the same, only that the server did."""


def check_revisits(notebook: Notebook, *, whole: bool) -> Check:
    """whole: all records are there, as in an archive; else an original that is elsewhere is no damage. Nor is it where
    the revisit is in a file of another program: its crawl may have had more files than came into the archive."""
    tally = Tally(NAME)
    if notebook.has_revisits():
        for revisit, refers_to, uri, date, profile in notebook.revisits():
            target = (uri or revisit.uri).strip("<>")
            original = notebook.original(refers_to, target, date, revisit.digest)
            if original is None:
                if whole and conclusions_count(revisit.file) and not taken_in(revisit.file):
                    tally.problem(
                        "its original is gone", where=revisit.file, offset=revisit.offset, record_id=revisit.id
                    )
                else:
                    tally.unchecked("originals that are not here" if whole else "originals that are not in this file")
                continue
            tally.checked += 1
            if not (profile or "").endswith(NOT_MODIFIED) and _contradict(revisit.digest, original.digest):
                tally.problem(
                    f"its original ({original.id}) has another payload digest",
                    where=revisit.file,
                    offset=revisit.offset,
                    record_id=revisit.id,
                )
    return tally.check()


def _contradict(one: str | None, other: str | None) -> bool:
    """Are these two digests that cannot be of the same bytes? Spellings of another kind are not compared."""
    if not one or not other or digest_algorithm(one) != digest_algorithm(other):
        return False
    first, second = (digest.partition(":")[2] for digest in (one, other))
    return len(first) == len(second) and first.lower() != second.lower()
