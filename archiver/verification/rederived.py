"""Which checks does an archive's own conclusions get? What they refer to, whether they follow, Bluesky's proofs."""

from __future__ import annotations

from collections.abc import Callable

from archiver.errors import ArchiverError
from archiver.model import Check, Verdict
from archiver.store import Archive
from archiver.verification.bluesky import NAME as BLUESKY
from archiver.verification.bluesky import check_bluesky_proofs
from archiver.verification.conclusions import NAMES as CONCLUSIONS
from archiver.verification.conclusions import check_conclusions
from archiver.verification.ledger import Ledger
from archiver.verification.references import NAME as REFERENCES
from archiver.verification.references import check_references

EVERY = (REFERENCES, *CONCLUSIONS, BLUESKY)


def left_out_checks() -> list[Check]:
    """What to say of these checks where they were not wanted: that there is something to check."""
    return [Check(name=name, verdict=Verdict.NOT_CHECKED, note="left out, as was asked for") for name in EVERY]


def rederived_checks(view: Archive, *, whole: bool, stop: Callable[[], bool]) -> list[Check]:
    """References, conclusions and proofs of an archive whose catalogue comes from its records. whole: all of its files
    are there."""
    checks: list[Check] = []
    try:
        ledger = Ledger(view, whole=whole)
    except ArchiverError as error:
        return [Check(name=name, verdict=Verdict.NOT_CHECKED, note=str(error)) for name in EVERY]
    runs: list[tuple[tuple[str, ...], Callable[[], tuple[Check, ...]]]] = [
        ((REFERENCES,), lambda: (check_references(view, ledger=ledger, stop=stop),)),
        (CONCLUSIONS, lambda: check_conclusions(view, ledger=ledger, stop=stop)),
        ((BLUESKY,), lambda: (check_bluesky_proofs(view, ledger=ledger, stop=stop),)),
    ]
    with ledger:
        for names, run in runs:
            try:
                checks.extend(run())
            except ArchiverError as error:  # a damaged record is told by the checks of records
                checks.extend(Check(name=name, verdict=Verdict.NOT_CHECKED, note=str(error)) for name in names)
    return checks
