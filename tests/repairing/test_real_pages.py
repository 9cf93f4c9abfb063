"""Pages as publishers serve them: their embeds are replaced, and every other byte stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.repairing import Outcome, repair
from benchmarks.repair import made_archive, pages, wrong

PAGES = Path(__file__).parents[2] / "../shared/eval/html.jsonl.gz"
EVERY = 5


@pytest.mark.skipif(not PAGES.exists(), reason="the labelled pages do not lie beside the repository")
def test_every_fifth_page(tmp_path: Path) -> None:
    documents = list(pages(PAGES, every=EVERY))
    done = left = 0
    with made_archive(tmp_path, (data for _, data in documents)) as archive:
        for name, data in documents:
            result = repair(data, archive, source=name, kind="html", everything=True)
            assert wrong(data, result) == "", name
            assert repair(result.data, archive, source=name, kind="html", everything=True).data == result.data
            done += sum(one.outcome is Outcome.REPLACED for one in result.repairs)
            left += sum(one.outcome is Outcome.LEFT for one in result.repairs)
    assert done > 4 * left
    assert done > 20
