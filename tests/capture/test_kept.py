"""What a job reports as stored is on the disk by then."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from archiver.auditing import audit, cited_in_archive
from archiver.capture import Job
from archiver.capture.documents import documents
from archiver.config import ArchiveSettings
from tests.town import DELETED, PICTURED, RENAMED, Town


def test_before_each_result(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: dict[str, int] = {}

    def note(descriptor: int) -> None:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        synced[path] = os.fstat(descriptor).st_size

    def on_disk(job: Job, evidence: tuple[str, ...]) -> bool:
        captures = [job.archive.catalogue.capture(record_id) for record_id in evidence]
        assert captures
        return all(
            capture is not None and capture.offset + capture.length <= synced.get(str(job.archive.file_of(capture)), 0)
            for capture in captures
        )

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("tells files apart by /proc")
    monkeypatch.setattr(os, "fdatasync", note)
    lazy = ArchiveSettings(sync_records=0, sync_seconds=0)
    settings = msgspec.structs.replace(town.settings(), archive=lazy)
    page = town.page([PICTURED, DELETED, RENAMED])
    with town.job(settings=settings) as job:
        [document] = documents([page], settings, job=job)
        assert [on_disk(job, post.evidence) for post in job.run(document)] == [True] * 3
    town.clock.go(hours=8)
    with town.job(settings=settings) as job:
        assert [on_disk(job, found.evidence) for found in audit(job, cited_in_archive(job))] == [True] * 3
